"""What the markup of a workbook says that the fast reader leaves out: merges, long decimals, per cents, errors."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import groupby, zip_longest
from operator import itemgetter
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

# A first and a last cell, as rows and columns counted from 0.
Range = tuple[int, int, int, int]

_BLOCK = 1 << 20
_LONG_XLSX = re.compile(rb"\.[0-9]{10}")
_TINY_XLSX = re.compile(rb"v>\s*[-+0-9.]+[eE]-")
_LONG_ODS = re.compile(rb"office:value=.[-+0-9.]*?(?:\.[0-9]{10}|[0-9][eE]-)")
_FAULT = b'calcext:value-type="error"'
_PER_CENT_ODS = b'office:value-type="percentage"'
_SHOWN = re.compile(rb"\s*<text:p[^>]*>([^<]*)</text:p>")
# Number formats 9 and 10 of every workbook are 0% and 0.00%; a sign in quotes or behind a stroke is only printed.
_PER_CENT_FORMATS = {"9": "0%", "10": "0.00%"}
_PRINTED = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')
_MERGED_XLSX = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)[\"']")
_ATTRIBUTES = rb"((?:\s+[^\s=>/]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)"
_CELL_XLSX = re.compile(rb"<(?:\w+:)?(row|c)" + _ATTRIBUTES + rb"\s*/?>")
_GIVEN = re.compile(rb"\s(r|s|t)\s*=\s*[\"']([^\"']*)[\"']")
_PLACE = re.compile(rb"([A-Z]+)([0-9]+)")
_SHEET = re.compile(rb"<table:table\s")
_NAME = re.compile(rb"<table:table\s[^>]*?table:name\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_TAG = re.compile(rb"<table:(table-row|table-cell|covered-table-cell)" + _ATTRIBUTES + rb"\s*/?>")
_COUNT = {
    name: re.compile(rb"table:number-" + name + rb"\s*=\s*[\"']([0-9]{1,9})[\"']")
    for name in (b"rows-repeated", b"columns-repeated", b"rows-spanned", b"columns-spanned")
}


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of one sheet."""

    long: bool
    """Whether a number may have more than nine decimals."""
    merges: tuple[Range, ...]
    faults: tuple[tuple[Range, str], ...] = ()
    """ODS cells in error and what they show: LibreOffice stores their text as empty, so that a reader cannot tell."""
    per_cents: tuple[tuple[Range, int], ...] = ()
    """Cells that are shown with a per cent sign, and how many times its number a cell shows: 100, or 1."""


def read_marks(path: Path) -> dict[str, Marks]:
    """Read the marks of every sheet of a workbook that has passed the check."""
    with zipfile.ZipFile(path) as archive:
        members = {name.lower(): name for name in archive.namelist()}
        if "content.xml" in members:
            return _ods_marks(archive, members["content.xml"])
        found = {}
        parts, styles = _parts(archive, members)
        scales = _scales(archive.read(members[styles])) if styles in members else {}
        for sheet, part in parts.items():
            if part in members:
                with archive.open(members[part]) as stream:
                    found[sheet] = _xlsx_marks(stream, scales)
        return found


def _parts(archive: zipfile.ZipFile, members: dict[str, str]) -> tuple[dict[str, str], str]:
    """Give the member, in small letters, that holds each sheet of an XLSX workbook, and the one with the styles."""
    home = "xl/workbook.xml"
    if "_rels/.rels" in members:
        package = ElementTree.fromstring(archive.read(members["_rels/.rels"]))  # noqa: S314
        named = (link.get("Target", "") for link in package if link.get("Type", "").endswith("/officeDocument"))
        home = next(named, home).lstrip("/").lower()
    folder, name = posixpath.split(home)
    links = posixpath.join(folder, "_rels", f"{name}.rels")
    if home not in members or links not in members:
        return {}, ""
    # The check refuses every DOCTYPE, and with it entities that grow.
    relations = ElementTree.fromstring(archive.read(members[links]))  # noqa: S314
    targets = {relation.get("Id"): _member(folder, relation.get("Target", "")) for relation in relations}
    kinds = {relation.get("Type", "").rpartition("/")[2]: relation.get("Id") for relation in relations}
    parts = {}
    for element in ElementTree.fromstring(archive.read(members[home])).iter():  # noqa: S314
        if element.tag.rpartition("}")[2] == "sheet":
            link = next((value for key, value in element.attrib.items() if key.endswith("}id")), None)
            parts[element.get("name", "")] = targets.get(link, "")
    return parts, targets.get(kinds.get("styles"), "")


def _member(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/").lower()


def _scales(styles: bytes) -> dict[bytes, int]:
    """Say of each style of cells with a per cent sign how many times its number such a cell shows."""
    root = ElementTree.fromstring(styles)  # noqa: S314
    codes = {}
    scales = {}
    for element in root.iter():
        if element.tag.rpartition("}")[2] == "numFmt":
            codes[element.get("numFmtId", "")] = element.get("formatCode", "")
    for group in (element for element in root if element.tag.rpartition("}")[2] == "cellXfs"):
        for number, style in enumerate(group):
            if scale := scale_of(style.get("numFmtId", ""), codes):
                scales[b"%d" % number] = scale
    return scales


def scale_of(number: str, codes: dict[str, str]) -> int:
    """Say how many times its number a cell of this number format shows before a per cent sign; 0 without one."""
    code = codes.get(number, _PER_CENT_FORMATS.get(number, ""))
    return 0 if "%" not in code else 100 if "%" in _PRINTED.sub("", code) else 1


def _xlsx_marks(stream: IO[bytes], scales: dict[bytes, int]) -> Marks:
    long, merges = False, list[Range]()
    per_cents = PerCents(scales)
    for piece in _pieces(stream):
        # The plain looks are quick, and most sheets hold whole numbers.
        long = long or (b"." in piece and _LONG_XLSX.search(piece) is not None)
        long = long or ((b"e-" in piece or b"E-" in piece) and _TINY_XLSX.search(piece) is not None)
        if b"mergeCell" in piece:
            merges += [_range(*found.groups()) for found in _MERGED_XLSX.finditer(piece)]
        if scales:
            per_cents.look(piece)
    return Marks(long, tuple(merges), per_cents=per_cents.found())


class PerCents:
    """Cells of a sheet with a per cent sign; those below one another make one range."""

    def __init__(self, scales: dict[bytes, int]) -> None:
        self.scales, self.row, self.column = scales, -1, -1
        self.ranges: dict[int, list[tuple[int, int, int]]] = {}

    def look(self, piece: bytes) -> None:
        """Take the cells of one piece into account."""
        for found in _CELL_XLSX.finditer(piece):
            given = dict(_GIVEN.findall(found[2]))
            if found[1] == b"row":
                self.row, self.column = int(given[b"r"]) - 1 if b"r" in given else self.row + 1, -1
                continue
            self.column += 1
            if place := _PLACE.fullmatch(given.get(b"r", b"")):
                self.row, self.column = int(place[2]) - 1, _column(place[1])
            if given.get(b"t", b"n") == b"n":
                self.add(self.row, self.column, given.get(b"s", b""))

    def add(self, row: int, column: int, style: bytes) -> None:
        """Take one number into account."""
        if (scale := self.scales.get(style)) is None:
            return
        ranges = self.ranges.setdefault(column, [])
        if ranges and ranges[-1][1:] == (row - 1, scale):
            ranges[-1] = (ranges[-1][0], row, scale)
        else:
            ranges.append((row, row, scale))

    def found(self) -> tuple[tuple[Range, int], ...]:
        """Give the ranges and their scales."""
        return tuple(
            ((top, column, bottom, column), scale)
            for column, ranges in self.ranges.items()
            for top, bottom, scale in ranges
        )


def _pieces(stream: IO[bytes], before: bytes = b"<") -> Iterator[bytes]:
    """Yield markup in pieces that end before a tag, so that none is torn; the whole may not fit into memory."""
    held = b""
    while block := stream.read(_BLOCK):
        held += block
        end = max(held.rfind(before), 0)
        yield held[:end]
        held = held[end:]
    yield held


def _range(left: bytes, top: bytes, right: bytes, bottom: bytes) -> Range:
    return int(top) - 1, _column(left), int(bottom) - 1, _column(right)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _ods_marks(archive: zipfile.ZipFile, member: str) -> dict[str, Marks]:
    names, long, marked = [], set[int](), set[int]()
    with archive.open(member) as stream:
        for sheet, piece in _by_sheet(stream):
            if found := _NAME.match(piece):
                names.append(unescape((found[1] or found[2] or b"").decode()))
            long |= {sheet} if _LONG_ODS.search(piece) else set()
            marked |= {sheet} if any(mark in piece for mark in (b"-spanned", _FAULT, _PER_CENT_ODS)) else set()
    marks = {sheet: Marks(sheet in long, ()) for sheet in range(1, len(names) + 1)}
    if marked:
        with archive.open(member) as stream:
            for sheet, pieces in groupby(_by_sheet(stream), key=itemgetter(0)):
                if sheet in marked and sheet in marks:
                    marks[sheet] = _cell_marks((piece for _, piece in pieces), long=sheet in long)
    return {name: marks[sheet] for sheet, name in enumerate(names, start=1)}


def _by_sheet(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the pieces of each ODS sheet with its number; what stands before the first has number 0."""
    sheet = 0
    # A cell and what it shows stand in one piece.
    for piece in _pieces(stream, b"<table:"):
        starts = [found.start() for found in _SHEET.finditer(piece)]
        yield sheet, piece[: starts[0] if starts else None]
        for start, end in zip_longest(starts, starts[1:]):
            sheet += 1
            yield sheet, piece[start:end]


def _cell_marks(pieces: Iterable[bytes], *, long: bool) -> Marks:
    row = column = repeated = 0
    merges, faults, per_cents = list[Range](), list[tuple[Range, str]](), list[tuple[Range, int]]()
    for piece, found in ((each, tag) for each in pieces for tag in _TAG.finditer(each)):
        kind, given = found.groups()
        if kind == b"table-row":
            row, column, repeated = row + repeated, 0, _count(given, b"rows-repeated")
            continue
        tall, wide = _count(given, b"rows-spanned"), _count(given, b"columns-spanned")
        if tall > 1 or wide > 1:
            merges.append((row, column, row + tall - 1, column + wide - 1))
        times = _count(given, b"columns-repeated")
        place = (row, column, row + repeated - 1, column + times - 1)
        if _FAULT in given:
            shown = _SHOWN.match(piece, found.end())
            faults.append((place, unescape(shown[1].decode()).strip() if shown else ""))
        elif _PER_CENT_ODS in given:
            per_cents.append((place, 100))
        column += times
    return Marks(long, tuple(merges), tuple(faults), tuple(per_cents))


def _count(given: bytes, name: bytes) -> int:
    found = _COUNT[name].search(given)
    return max(int(found[1]), 1) if found else 1
