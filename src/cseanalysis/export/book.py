"""A workbook as a value: what it says, before any file format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from cseanalysis.export.cells import (
    SHORTHAND,
    Cell,
    Link,
    clean_text,
    length_problem,
    says_nothing,
    table_cells,
    text_problem,
)
from cseanalysis.values import items_of, shown, texts_of

__all__ = ["Book", "Link", "Page", "Sheet", "Source", "pages"]

_RESERVED = ("Cover", "Contents", "Notes", "Provenance", "History")  # Excel keeps the last for itself
_PLACES = r"[A-Z]{1,3}[0-9]+|R[0-9]*(C[0-9]*)?|C[0-9]*"  # names that formulas read as cells: A1, R1C1
_ONE_TABLE = "This worksheet contains one table."
_WIDEST, _NARROWEST = 60, 11  # characters


@dataclass(frozen=True, slots=True)
class Source:
    """Where numbers come from: one row of the provenance sheet.

    Parameters
    ----------
    id
        Key under which sheets and rows name the source.
    publisher, title, address
        Who published what, and where (``http`` or ``https``); an empty address is shown as not available.
    published, retrieved
        Days as text, such as ``"2023-10-19"``; empty where not known.
    licence
        Under which it may be used again; empty where not known.
    supplies
        What in the workbook comes from it.

    Raises
    ------
    ValueError
        When a field is no text, or could not be read by everybody, or the address is of another kind.
    """

    id: str
    publisher: str
    title: str
    address: str
    published: str
    retrieved: str
    licence: str
    supplies: str

    def __post_init__(self) -> None:
        for name in self.__slots__:
            text = getattr(self, name)
            if not isinstance(text, str):
                raise ValueError(f"source {self.id!r}, {name}: is a {type(text).__name__}; write text")
            needed = name in {"id", "publisher", "title"}
            if name != "address" and (text.strip() or needed):
                _check_cells(f"source {self.id!r}, {name}", [text])
        if self.address:
            try:
                Link(self.title, self.address)
            except ValueError as error:
                raise ValueError(f"source {self.id!r}: {error}") from error


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One table with what is needed to read it.

    Parameters
    ----------
    name
        Of the worksheet: at most 31 letters, digits and underscores, beginning with a letter; not ``A1`` and the like.
    title
        First line of the sheet.
    table
        The table; cells are text, numbers or :class:`Link`, never empty. Headers, and the cells of a column
        ``Notes``, may refer to notes as ``[note 1]``.
    about
        Lines between title and table.
    sources
        Ids of the sources of its numbers.

    Raises
    ------
    ValueError
        When the name cannot be used, or a header or cell could not be read by everybody.
    """

    name: str
    title: str
    table: pd.DataFrame
    about: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("name", "title"):
            if not isinstance(given := getattr(self, name), str):
                raise ValueError(f"{name} of a worksheet is {shown(given)}: must be text")
        for name in ("about", "sources"):
            given = texts_of(f"worksheet {self.name}: {name}", getattr(self, name), "a line")
            object.__setattr__(self, name, given)
        usable = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,30}", self.name, re.ASCII)
        reserved = self.name.casefold() in map(str.casefold, _RESERVED)
        if not usable or reserved or re.fullmatch(_PLACES, self.name, re.ASCII | re.IGNORECASE):
            raise ValueError(
                f"worksheet name {self.name!r}: use at most 31 letters, digits and underscores, a letter first, "
                f"no name of a cell such as A1 or R1C1, and none of {', '.join(_RESERVED)}, which are taken"
            )
        _check_texts(f"worksheet {self.name}", (self.title, *self.about))
        _check_cells(f"worksheet {self.name}", [_without_marks(self.title)])  # stands among the contents too
        try:
            table_cells(self.table)
        except ValueError as error:
            raise ValueError(f"worksheet {self.name}: {error}") from error


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """A workbook: cover, contents, notes, tables and provenance, in this order.

    Parameters
    ----------
    title
        Of the workbook, on the cover and among the document's properties.
    introduction, about, contact
        Paragraphs of the cover.
    sheets
        The tables.
    notes
        Texts of ``[note 1]``, ``[note 2]`` and so on.
    sources
        Every source that a sheet names.
    publisher
        Author among the document's properties.
    published
        Day of the document; never the day on which the file is written.

    Raises
    ------
    ValueError
        When a note is referred to and not there, or there and not referred to; when a source is not listed;
        when two worksheets or two sources share a name; when a text says nothing or is too long for a cell.
    """

    title: str
    introduction: tuple[str, ...]
    about: tuple[str, ...]
    contact: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...]
    sources: tuple[Source, ...]
    publisher: str
    published: date

    def __post_init__(self) -> None:
        for name in ("title", "publisher"):
            if not isinstance(given := getattr(self, name), str):
                raise ValueError(f"{name} of the workbook is {shown(given)}: must be text")
        for name in ("introduction", "about", "contact", "notes"):
            object.__setattr__(self, name, texts_of(f"{name} of the workbook", getattr(self, name), "a paragraph"))
        for name, kind in (("sheets", Sheet), ("sources", Source)):
            items = items_of(getattr(self, name))
            if items is None or not all(isinstance(item, kind) for item in items):
                seen = shown(getattr(self, name))
                raise ValueError(f"{name} of the workbook is {seen}: must be a tuple of {kind.__name__}, also of one")
            object.__setattr__(self, name, tuple(items))
        if not isinstance(self.published, date):
            raise ValueError(f"published is {shown(self.published)}: must be a date, as in date(2023, 10, 19)")
        _check_texts("cover", (self.title, self.publisher, *self.introduction, *self.about, *self.contact))
        _check_cells("notes", self.notes)
        names = [sheet.name.casefold() for sheet in self.sheets]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"worksheets {twice[:5]} come twice; every worksheet needs its own name")
        if not self.sheets:
            raise ValueError("the workbook has no table; give at least one sheet")
        referred = {number for text in self._texts_with_notes() for number in _references(text)}
        defined = set(range(1, len(self.notes) + 1))
        if lost := sorted(referred - defined):
            raise ValueError(f"notes {lost[:5]} are referred to, but there are {len(self.notes)} notes; add them")
        if idle := sorted(defined - referred):
            raise ValueError(f"notes {idle[:5]} are never referred to; write [note {idle[0]}] where it applies")
        ids = [source.id for source in self.sources]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"sources {twice[:5]} come twice; list every source once")
        listed = set(ids)
        if unlisted := sorted({name for sheet in self.sheets for name in sheet.sources} - listed):
            raise ValueError(f"sources {unlisted[:5]} are named by a sheet and not listed; add them to sources")

    def _texts_with_notes(self) -> Iterator[str]:
        yield from (*self.introduction, *self.about)
        for sheet in self.sheets:
            yield from _marked_texts(sheet)


@dataclass(frozen=True, slots=True)
class Page:
    """One worksheet with a table, laid out: the same for every file format."""

    name: str
    title: str
    lines: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        _check_texts(f"worksheet {self.name}", self.lines)

    @property
    def table_name(self) -> str:
        """Name under which the table is marked up."""
        return f"{self.name.lower()}_table"

    @property
    def widths(self) -> tuple[int, ...]:
        """Width of each column in characters: wide enough for its longest word, at most sixty."""
        found = []
        for number, header in enumerate(self.columns):
            words = max(len(word) for word in header.split())
            texts = (_shown(row[number]) for row in self.rows)
            longest = max(max(map(len, text.split("\n"))) for text in texts)
            found.append(min(max(longest, words + 2, _NARROWEST), _WIDEST) + 2)
        return tuple(found)


def check_book(book: object) -> None:
    """Refuse what is no `Book`."""
    if not isinstance(book, Book):
        raise ValueError(f"book is {shown(book)}: must be a Book, which holds the sheets and what explains them")


def pages(book: Book) -> tuple[Page, ...]:
    """Lay out every worksheet behind the cover: contents, notes, tables, provenance."""
    # In the first column of the contents stand names of worksheets, which each format turns into links of its own kind.
    check_book(book)
    tables = tuple(_sheet_page(sheet) for sheet in book.sheets)
    notes = tuple((f"note {number}", clean_text(text)) for number, text in enumerate(book.notes, start=1))
    inside = [*([_page("Notes", "Notes", ("Note", "Text"), notes)] if notes else []), *tables, *_provenance(book)]
    entries = tuple((page.name, _without_marks(page.title)) for page in inside)
    return (_page("Contents", "Table of contents", ("Worksheet", "What it shows"), entries), *inside)


def _sheet_page(sheet: Sheet) -> Page:
    rows = tuple(
        tuple(clean_text(cell) if isinstance(cell, str) else cell for cell in row) for row in table_cells(sheet.table)
    )
    lines = [_ONE_TABLE]
    if any(_references(text) for text in _marked_texts(sheet)):
        lines[0] += " Some cells refer to notes, which are on the worksheet Notes."
    used = {cell for row in rows for cell in row if isinstance(cell, str)} & SHORTHAND.keys()
    if used:
        lines.append("Shorthand: " + "; ".join(f"{mark} means {SHORTHAND[mark]}" for mark in sorted(used)) + ".")
    lines += map(clean_text, sheet.about)
    if sheet.sources:
        listed = "in the column Source" if "Source" in sheet.table else ", ".join(sheet.sources)
        lines.append(f"Source: {listed}; more on the worksheet Provenance.")
    return Page(sheet.name, clean_text(sheet.title), tuple(lines), tuple(map(clean_text, sheet.table.columns)), rows)


def _provenance(book: Book) -> Iterator[Page]:
    if not book.sources:
        return
    headers = ("Source", "Publisher", "Title", "Published", "Retrieved", "Licence", "What comes from it")
    rows = tuple(
        tuple(
            cell if isinstance(cell, Link) else clean_text(cell) if cell.strip() else "[x]"
            for cell in (
                each.id,
                each.publisher,
                Link(clean_text(each.title), each.address) if each.address else each.title,
                *(each.published, each.retrieved, each.licence, each.supplies),
            )
        )
        for each in book.sources
    )
    page = _page("Provenance", "Where every number comes from, and under which licence", headers, rows)
    if any("[x]" in row for row in rows):
        page = Page(page.name, page.title, (_ONE_TABLE, "Shorthand: [x] means not available."), headers, rows)
    yield page


def _page(name: str, title: str, columns: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...]) -> Page:
    return Page(name, title, (_ONE_TABLE,), columns, rows)


def _marked_texts(sheet: Sheet) -> Iterator[str]:
    """Yield the texts of a sheet in which note references count; other cells are somebody else's words."""
    yield from (sheet.title, *sheet.about, *sheet.table.columns)
    if "Notes" in sheet.table:
        yield from map(str, sheet.table["Notes"])


def _references(text: str) -> set[int]:
    return {int(number) for number in re.findall(r"\[note (\d+)\]", text, re.ASCII)}


def _check_texts(where: str, texts: Iterable[str]) -> None:
    for text in texts:
        if says_nothing(text):
            raise ValueError(f"{where}: {text!r} says nothing; write words or leave the line out")
        if problem := length_problem(text):
            raise ValueError(f"{where}: {text[:30]!r}… {problem}; split it")


def _check_cells(where: str, texts: Iterable[str]) -> None:
    """Check texts that stand in cells of tables, of which gptables asks more than of other lines."""
    for text in texts:
        if problem := text_problem(text):
            raise ValueError(f"{where}: {problem}")


def _without_marks(title: str) -> str:
    return re.sub(r"\s*\[note \d+\]", "", title)


def _shown(cell: Cell) -> str:
    if isinstance(cell, Link):
        return cell.text
    return cell if isinstance(cell, str) else f"{cell:,}"
