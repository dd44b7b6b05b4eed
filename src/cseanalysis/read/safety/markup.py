"""XML of spreadsheets, exactly: nesting, addresses, repeats and text, without building a tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from cseanalysis.read.safety.limits import Watch

_ADDRESS = re.compile(r"([A-Za-z]{1,4})([0-9]{1,9})")
_LARGEST_REPEAT = 2**31
_ROWS, _COLUMNS = 1_048_576, 16_384
_SHARED_BYTES, _SHARED_ALWAYS = 5, 1_000_000
# Elements of an ODS that run something or fetch something, by their local names.
DANGEROUS = {
    "script": ("macros", "a macro"),
    "event-listener": ("macros", "a macro"),
    "table-source": ("external_links", "a link to another file"),
    "dde-link": ("external_links", "a link to another program"),
    "dde-source": ("external_links", "a link to another program"),
    "cell-range-source": ("external_links", "a link to another file"),
}


class UncertainMarkupError(Exception):
    """The fast scan met something that only the exact one can judge."""


@dataclass(slots=True)
class Found:
    """What a file holds so far: sheets, laid-out cells, text; lengths of its shared texts; the sheet under way."""

    sheets: int = 0
    cells: int = 0
    rows: int = 0
    columns: int = 0
    text: int = 0
    lengths: list[int] = field(default_factory=list)

    def begin_sheet(self, watch: Watch) -> None:
        """Close the sheet under way and begin another."""
        self.cells += self.rows * self.columns
        self.rows = self.columns = 0
        self.sheets += 1
        watch.cap("sheets", self.sheets, "sheets")

    def reach(self, row: int, column: int, watch: Watch) -> None:
        """Take a filled cell into account: a reader lays out everything from A1 to it."""
        if row > _ROWS or column > _COLUMNS:
            watch.at(f"cell {address(row, column)}").refuse(
                f"no spreadsheet has more than {_ROWS:,} rows or {_COLUMNS:,} columns",
                remedy="take a fresh copy from the publisher, or read it as CSV",
            )
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        if self.columns > watch.limits.columns:
            watch.at(f"cell {address(row, column)}").cap("columns", self.columns, "columns")
        total = self.cells + self.rows * self.columns
        if total > watch.limits.cells:
            watch.at(f"cell {address(row, column)}").cap("cells", total, "cells to lay out")

    def write(self, length: int, place: str, watch: Watch) -> None:
        """Take the text of cells into account, as often as a reader writes it out."""
        self.text += length
        if self.text > watch.limits.text:
            watch.at(place).cap("text", self.text, "characters in all cells, repeats and shared texts written out")


def address(row: int, column: int) -> str:
    """Write a cell's address, rows and columns counted from 1."""
    letters = ""
    while column > 0:
        column, digit = divmod(column - 1, 26)
        letters = chr(65 + digit) + letters
    return f"{letters}{row}"


def refuse_doctype(watch: Watch) -> NoReturn:
    """Refuse a document type: entities that grow or fetch are declared there."""
    watch.refuse("the XML holds a DOCTYPE or entity declaration, which no spreadsheet needs")


def parse(blocks: Iterator[bytes], found: Found, size: int, *, ods: bool, watch: Watch) -> Found:
    """Read every element of a member."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = 0

    def doctype(*_: object) -> None:
        refuse_doctype(watch)

    start, end, text = _ods_handlers(found, watch) if ods else _xlsx_handlers(found, size, watch)

    def deeper(name: str, given: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > watch.limits.xml_depth:
            watch.cap("xml_depth", depth, "levels of XML")
        start(name.rpartition(" ")[2], given)

    def shallower(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name.rpartition(" ")[2])

    parser.StartElementHandler, parser.EndElementHandler = deeper, shallower
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = doctype
    try:
        for block in blocks:
            watch.tick()
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        watch.refuse(f"the XML is malformed ({error})")
    return found


Handlers = tuple[Callable[[str, dict[str, str]], None], Callable[[str], None], Callable[[str], None]]


def _xlsx_handlers(found: Found, size: int, watch: Watch) -> Handlers:
    row = column = length = listed = 0
    inside = counting = formula = value = in_value = False
    kind, shared, last = "", "", (0, 0)

    def start(name: str, given: dict[str, str]) -> None:
        nonlocal row, column, last, inside, counting, length, formula, value, in_value, kind, shared, listed
        if name == "sheetData":
            found.begin_sheet(watch)
            inside, row, column, last = True, 0, 0, (0, 0)
        elif name == "sheet":
            listed += 1
            watch.cap("sheets", listed, "sheets")
        elif name == "sst":
            check_shared_count(given.get("uniqueCount", "0"), size, watch)
        elif name == "si":
            counting, length = True, 0
        elif inside and name == "row":
            row = _whole(given.get("r", str(row + 1)), "row number", watch)
            column = 0
        elif inside and name == "c":
            row, column = _place(given["r"], watch) if "r" in given else (max(row, 1), column + 1)
            found.reach(row, column, watch)
            last = _next(last, (row, column), watch)
            counting, length, formula, value, kind, shared = True, 0, False, False, given.get("t", ""), ""
        elif inside and name == "f":
            formula = True
        in_value = name == "v"

    def end(name: str) -> None:
        nonlocal inside, counting, in_value
        in_value = False
        if name == "sheetData":
            inside = False
        elif name in {"si", "c"} and counting:
            counting = False
            if name == "si":
                found.lengths.append(length)
                return
            if formula and not value and kind != "str":
                refuse_formula(watch.at(f"cell {address(row, column)}"))
            used = _index(shared, (row, column), watch) if shared else len(found.lengths)
            written = found.lengths[used] if used < len(found.lengths) else length
            found.write(written, f"cell {address(row, column)}", watch)

    def text(data: str) -> None:
        nonlocal length, value, shared
        value = value or in_value
        if in_value and kind == "s" and len(shared) < 20:
            shared += data
        if counting:
            length += len(data)
            if length > watch.limits.cell_text:
                watch.at(f"cell {address(row, column)}" if inside else "shared text").cap(
                    "cell_text", length, "characters in one cell"
                )

    return start, end, text


def _ods_handlers(found: Found, watch: Watch) -> Handlers:
    last = first = repeats = column = length = stated = times = written = 0
    filled = counting = formula = False

    def start(name: str, given: dict[str, str]) -> None:
        nonlocal last, first, repeats, column, length, stated, times, written, filled, counting, formula
        if name == "table":
            found.begin_sheet(watch)
            last = first = repeats = column = 0
        elif name == "table-row":
            repeats = _repeats(given, "number-rows-repeated", watch)
            first, last, column, written = last, last + repeats, 0, 0
        elif name in {"table-cell", "covered-table-cell"}:
            times = _repeats(given, "number-columns-repeated", watch)
            column += times
            names = {key.rpartition(" ")[2] for key in given}
            formula = "formula" in names
            stated = max((len(text) for key, text in given.items() if key.endswith("value")), default=0)
            filled = bool(names & {"value-type", "value", "date-value", "time-value", "boolean-value", "string-value"})
            counting, length = True, 0
            cap_text(stated)
        elif name in DANGEROUS:
            refuse_dangerous(name, watch)
        elif counting:
            filled = True
            if name == "s":
                lengthen(_repeats(given, "c", watch))
            elif name in {"tab", "line-break"}:
                lengthen(1)

    def lengthen(more: int) -> None:
        nonlocal length
        length += more
        cap_text(length)

    def cap_text(found_here: int) -> None:
        if found_here > watch.limits.cell_text:
            watch.at(f"cell {address(first + 1, column)}").cap("cell_text", found_here, "characters in one cell")

    def end(name: str) -> None:
        nonlocal counting, written
        if name == "table-row":
            found.write(written * repeats, f"cell {address(last, column)}", watch)
        elif name in {"table-cell", "covered-table-cell"}:
            counting = False
            if filled:
                found.reach(last, column, watch)
                written += max(length, stated) * times
            elif formula:
                refuse_formula(watch.at(f"cell {address(first + 1, column)}"))

    def text(data: str) -> None:
        if counting:
            lengthen(len(data))

    return start, end, text


def refuse_formula(watch: Watch) -> NoReturn:
    """Refuse a formula without its result: a reader would take it for an empty cell."""
    watch.refuse(
        "the formula has no stored value, and would be read as empty",
        remedy="open the file in an office program and save it again",
    )


def _next(last: tuple[int, int], place: tuple[int, int], watch: Watch) -> tuple[int, int]:
    """Refuse a cell that stands twice, of which programs show one value or the other."""
    if place <= last:
        watch.at(f"cell {address(*place)}").refuse(
            "the cell stands in the sheet twice, or out of order",
            remedy="open the file in an office program, see which value is right, and save it again",
        )
    return place


def _index(stated: str, place: tuple[int, int], watch: Watch) -> int:
    """Read the number of a shared text; where it is none, a reader would take the first text."""
    if not (stated.isascii() and stated.isdigit()):
        watch.at(f"cell {address(*place)}").refuse(
            f"the number of its shared text is {stated!r}, no whole number",
            remedy="open the file in an office program and save it again",
        )
    return int(stated)


def check_shared_count(stated: str, size: int, watch: Watch) -> None:
    """Refuse a count of shared texts that the member cannot hold: a reader would reserve memory for them all."""
    count = _whole(stated, "number of shared texts", watch)
    if count > max(size // _SHARED_BYTES, _SHARED_ALWAYS):
        watch.refuse(
            f"the member says that it holds {stated[:40]} shared texts, more than its {size:,} bytes can",
            remedy="open the file in an office program and save it again",
        )


def refuse_dangerous(name: str, watch: Watch) -> None:
    """Refuse an element that runs or fetches something, unless the limits let it through."""
    limit, what = DANGEROUS[name]
    if not getattr(watch.limits, limit):
        watch.refuse(f"found {what} (element `{name}`)", limit=limit)


def _repeats(given: dict[str, str], name: str, watch: Watch) -> int:
    for key, text in given.items():
        if key.endswith(name) and key.rpartition(" ")[2] == name:
            return max(_whole(text, name, watch), 1)
    return 1


def _whole(text: str, what: str, watch: Watch) -> int:
    if not (text.isascii() and text.strip().isdigit()):
        watch.refuse(f"the {what} {text[:40]!r} is not a whole number")
    return min(int(text[:12]), _LARGEST_REPEAT)


def _place(text: str, watch: Watch) -> tuple[int, int]:
    match = _ADDRESS.fullmatch(text)
    if match is None or not int(match[2]):
        watch.refuse(f"the cell address {text[:40]!r} is malformed")
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def workbook_part(data: bytes, watch: Watch) -> str:
    """Name the part that holds the workbook, in small letters, from the relations of the package."""
    kinds = ((given.get("type", ""), given.get("target", "")) for given in relations(data, watch))
    return next((target.lower().lstrip("/") for kind, target in kinds if kind.endswith("/officeDocument")), "")


def relations(data: bytes, watch: Watch) -> list[dict[str, str]]:
    """List the attributes of every relation in a small member."""
    listed: list[dict[str, str]] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, given: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == "Relationship":
            listed.append({key.lower(): text for key, text in given.items()})

    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        watch.refuse(f"the XML is malformed ({error})")
    return listed
