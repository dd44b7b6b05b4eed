"""Any accessible government workbook: its tables with title, notes, shorthand, units and source; all cells as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cseanalysis.clean.labels import match_key, split_notes
from cseanalysis.read.child import apart
from cseanalysis.read.columns import Rows, encode
from cseanalysis.read.grid import Grid, UnreadableFileError, read_grids

if TYPE_CHECKING:
    from cseanalysis.read.safety import Limits

_ABOUT = re.compile(r"\s*(cover|notes?\b|contents|table of contents|information|metadata|definitions?)", re.IGNORECASE)
_MEANING = re.compile(
    r"\[\s?([a-z]+[0-9]?)\s?\]\s*(?:indicates(?: that)?|means(?: that)?|denotes|is|=|:|-|\u2013)\s*(.*?)\s*"
    r"(?=\[\s?[a-z]+[0-9]?\s?\]\s*(?:indicates|means|denotes|is|=|:|-|\u2013)|$)",
    re.IGNORECASE | re.DOTALL,
)
_SOURCE = re.compile(r"\s*sources?\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
_UNITS = re.compile(r"\s*units?\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
_NUMERIC = re.compile(r"\s*[-\u2212]?[£$]?[0-9][0-9,. ]*%?\s*(\[[^\]]*\])?\s*")
_MARKER = re.compile(
    r"\s*(?:\.{2,3}|\u2026|[*:\-\u2013\u2014]|n/?a|\[\s?[a-z]+[0-9]?\s?\])\s*(?:\[[^\]]*\]\s*)*", re.IGNORECASE
)
_YEAR = re.compile(r"\s*(?:19|20)[0-9]{2}\s*")
# So many rows of a table are looked at to tell whether it holds numbers.
_LOOK = 200


@dataclass(frozen=True, slots=True, eq=False)
class PublishedTable:
    """One table of a workbook, and what is printed around it.

    Parameters
    ----------
    sheet
        Name of the sheet as printed; empty for a CSV file.
    cell
        Address of the first heading.
    title
        First line above the table, or the line directly above it when the sheet holds several.
    notes
        The other lines above it, and the lines below it, in their order.
    shorthand
        What the sheet says that a marker such as ``[u]`` means.
    units, source
        What follows ``Units:`` and ``Source:``; empty when the sheet does not say.
    heading_notes
        Footnote marks of the headings, by column.
    frame
        The cells as printed (categorical text; an empty cell is missing), under their headings without footnote
        marks. Use :func:`cseanalysis.clean.parse_counts` on the columns that hold numbers. In XLSX and ODS a number
        is the stored one, not its format: a cell that is shown as 68% reads as 0.68.
    """

    sheet: str
    cell: str
    title: str
    notes: tuple[str, ...]
    shorthand: dict[str, str]
    units: str
    source: str
    heading_notes: dict[str, str]
    frame: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Block:
    """Where one table stands in a sheet; rows ``top`` to ``header`` are its headings."""

    top: int
    header: int
    rows: tuple[int, ...]
    above: tuple[str, ...]
    below: tuple[str, ...]


@apart
def read_spreadsheet(path: str | Path, *, limits: Limits | None = None) -> dict[str, PublishedTable]:
    r"""Read all tables of a workbook as text: the inverse of writing it with gptables.

    A line with one filled cell, the first, is text around a table. A row with two or more filled cells opens a table.
    It ends where the same headings come again, or where, behind a line of text or an empty row, a row without any
    number follows a table of numbers. Two rows of headings, the upper one with gaps (merged cells), are joined by
    ``": "``.

    Parameters
    ----------
    path
        XLSX, ODS, CSV or gzipped CSV.
    limits
        What a file may be at most.

    Returns
    -------
    dict
        Tables in the order of the file, under the name of their sheet without spaces around it; ``name (2)`` and so
        on for further tables of a sheet. A CSV file's table is under its file name. Hidden sheets are read too.

    Raises
    ------
    UnsafeFileError
        When the file could do harm.
    UnreadableFileError
        When cells of the file cannot be read, each with sheet and cell.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "outcomes.csv")
    ...     _ = file.write_text('"",Convictions\nNational,"1,149"\n')
    ...     table = read_spreadsheet(file)["outcomes.csv"]
    >>> table.frame.columns.tolist(), table.frame["Convictions"].tolist()
    (['column A', 'Convictions'], ['1,149'])
    """
    path = Path(path)
    grids = read_grids(path, limits=limits)
    if problems := [problem for grid in grids for problem in grid.problems]:
        raise UnreadableFileError(path, problems)
    tables: dict[str, PublishedTable] = {}
    for grid in grids:
        name = grid.sheet.strip() or path.name
        blocks = find_blocks(grid)
        for block in blocks:
            key, number = name, 1
            while key in tables:
                number += 1
                key = f"{name} ({number})"
            tables[key] = _table(grid, block, several=len(blocks) > 1)
    return tables


@apart
def read_notes(path: str | Path, *, limits: Limits | None = None) -> pd.DataFrame:
    """Read what a file says besides its tables: covers, notes, and the lines above and below each table.

    Parameters
    ----------
    path
        XLSX, ODS, CSV or gzipped CSV.
    limits
        What a file may be at most.

    Returns
    -------
    pandas.DataFrame
        One row per filled cell: ``sheet``, ``cell`` (its address) and ``text``.

    Raises
    ------
    UnsafeFileError
        When the file could do harm.
    UnreadableFileError
        When it is no readable workbook.
    """
    found = []
    for grid in read_grids(path, limits=limits):
        rows = list(range(grid.height))
        if not _ABOUT.match(grid.sheet):
            inside = {row for block in find_blocks(grid) for row in (*range(block.top, block.header + 1), *block.rows)}
            rows = [row for row in np.flatnonzero(grid.filled()).tolist() if row not in inside]
        found += [
            (grid.sheet, grid.address(row, place), text)
            for row in rows
            for place, text in enumerate(grid.row(row))
            if text is not None
        ]
    return pd.DataFrame(found, columns=["sheet", "cell", "text"])


def read_shorthand(lines: Sequence[str]) -> dict[str, str]:
    """Take from the lines above a table what its markers mean; inner spaces and capitals of a marker do not count.

    Examples
    --------
    >>> read_shorthand(["[x] indicates that a number is unavailable.  [ z ] is not applicable. "])
    {'[x]': 'a number is unavailable', '[z]': 'not applicable'}
    """
    return {
        f"[{found.group(1).lower()}]": " ".join(found.group(2).split()).rstrip(".;,")
        for line in lines
        for found in _MEANING.finditer(line)
        if found.group(1).lower() not in ("note", "notes")
    }


def clean_heading(heading: str) -> tuple[str, str]:
    r"""Separate a heading, without line breaks and double spaces, from its footnote marks.

    Examples
    --------
    >>> clean_heading("Total recorded crime\n (excluding fraud) \n[note 2]")
    ('Total recorded crime (excluding fraud)', '[note 2]')
    """
    bare, note = split_notes(" ".join(heading.split()), spelt_only=True)
    return bare, note or ""


def find_blocks(grid: Grid) -> list[Block]:
    """Find the tables of a sheet by how many cells of each row are filled and which hold numbers."""
    filled = grid.filled()
    blocks: list[Block] = []
    texts: list[str] = []
    # Rows of the open table, and lines since its last row, which may yet turn out to be rows of it.
    top: int | None = None
    rows: list[int] = []
    pending: list[int] = []
    gap = False

    def close() -> None:
        nonlocal top, rows, texts
        if top is not None:
            header = _last_heading(grid, top, rows)
            body = tuple(row for row in rows if row > header)
            blocks.append(Block(top, header, body, tuple(texts), ()))
            texts, top, rows = [], None, []

    counts = filled.tolist()
    for row, count in enumerate(counts):
        # A cell alone, but not in the first column, belongs to a table: a heading beside a blank corner, or a value.
        lone = count == 1 and (
            grid.columns[0][row] is not None or (top is None and (row + 1 == len(counts) or counts[row + 1] < 2))
        )
        if count == 0:
            gap = gap or top is not None
        elif lone and top is None:
            texts.append(_only(grid, row))
        elif lone:
            pending.append(row)
        else:
            if top is not None and _opens(grid, row, top, rows, apart=gap or bool(pending)):
                close()
                texts = [_only(grid, line) for line in pending]
            elif top is not None:
                rows += pending
            pending, gap = [], False
            if top is None:
                top = row
            else:
                rows.append(row)
    close()
    if blocks and pending:
        last = blocks[-1]
        below = tuple(_only(grid, line) for line in pending)
        blocks[-1] = Block(last.top, last.header, last.rows, last.above, below)
    return blocks


def _opens(grid: Grid, row: int, top: int, rows: list[int], *, apart: bool) -> bool:
    if not apart:
        return False
    cells = grid.row(row)
    if [match_key(cell or "") for cell in cells] == [match_key(cell or "") for cell in grid.row(top)]:
        return True
    # A row of markers ("[x]", "..") is a suppressed row of the open table, not the headings of the next one.
    marked = any(cell is not None and _MARKER.fullmatch(cell) for cell in cells)
    return not marked and not _has_number(cells) and any(_has_number(grid.row(line)) for line in rows[:_LOOK])


def _last_heading(grid: Grid, top: int, rows: list[int]) -> int:
    """Give the second row of headings where the first has gaps (merged cells) and numbers come only later."""
    if len(rows) < 2 or rows[0] != top + 1:
        return top
    first, second = grid.row(top), grid.row(rows[0])
    gaps = [place for place in range(1, len(first)) if first[place] is None and second[place] is not None]
    body = any(_has_number(grid.row(line)) for line in rows[1:_LOOK])
    # Calendar years under merged headings are headings too, when the row names nothing itself.
    years = second[0] is None and all(cell is None or _YEAR.fullmatch(cell) for cell in second)
    return rows[0] if gaps and body and (years or not _has_number(second)) and not _has_number(first) else top


def _has_number(cells: Sequence[str | None]) -> bool:
    return any(cell is not None and _NUMERIC.fullmatch(cell) for cell in cells)


def _only(grid: Grid, row: int) -> str:
    return next(text for text in grid.row(row) if text is not None).strip()


def _headings(grid: Grid, block: Block) -> list[str | None]:
    lower = grid.row(block.header)
    if block.header == block.top:
        return lower
    joined: list[str | None] = []
    over = None
    for above, below in zip(grid.row(block.top), lower, strict=True):
        over = above if above is not None else over
        joined.append(over if below is None else below if over is None else f"{over.strip()}: {below.strip()}")
    return joined


def named_columns(grid: Grid, block: Block) -> Iterator[tuple[int, str, str]]:
    """Give place, name and footnote marks of each column; a name that comes twice gets a number."""
    seen: set[str] = set()
    rows: Rows = np.array(block.rows, dtype=np.int64)
    for place, heading in enumerate(_headings(grid, block)):
        if heading is None and not (grid.columns[place].codes[rows] >= 0).any():
            continue
        bare, note = clean_heading(heading or "")
        bare = bare or f"column {grid.address(0, place)[:-1]}"
        name, number = bare, 1
        while name in seen:
            number += 1
            name = f"{bare} ({number})"
        seen.add(name)
        yield place, name, note


def _table(grid: Grid, block: Block, *, several: bool) -> PublishedTable:
    rows: Rows = np.array(block.rows, dtype=np.int64)
    columns = list(named_columns(grid, block))
    cells = {
        name: pd.Series(encode(grid.columns[place].texts, grid.columns[place].codes[rows]))
        for place, name, _ in columns
    }
    lines = [*block.above, *block.below]
    title = ""
    if block.above:
        title = block.above[-1] if several else block.above[0]
    sources = [found.group(1).strip() for line in lines if (found := _SOURCE.fullmatch(line))]
    units = [found.group(1).strip() for line in lines if (found := _UNITS.fullmatch(line))]
    rest = list(lines)
    if title:
        rest.remove(title)
    return PublishedTable(
        sheet=grid.sheet,
        cell=grid.address(block.top, columns[0][0]),
        title=" ".join(title.split()),
        notes=tuple(line for line in rest if not _SOURCE.fullmatch(line) and not _UNITS.fullmatch(line)),
        shorthand=read_shorthand(lines),
        units="; ".join(units),
        source="; ".join(sources),
        heading_notes={name: note for _, name, note in columns if note},
        frame=pd.DataFrame(cells),
    )
