"""Any accessible government workbook: its tables with title, notes, shorthand, units and source; all cells as text."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cseanalysis.clean.labels import split_notes
from cseanalysis.read.blocks import ABOUT, SOURCE, UNITS, Block, find_tables, headings
from cseanalysis.read.columns import Rows, encode
from cseanalysis.read.grid import Grid, Problem, UnreadableFileError, read_grids
from cseanalysis.read.safety.child import apart

if TYPE_CHECKING:
    from cseanalysis.read.safety import Limits

_MEANING = re.compile(
    r"\[\s?([a-z]+[0-9]?)\s?\]\s*(?:indicates(?: that)?|means(?: that)?|denotes|is|=|:|-|\u2013)\s*(.*?)\s*"
    r"(?=\[\s?[a-z]+[0-9]?\s?\]\s*(?:indicates|means|denotes|is|=|:|-|\u2013)|$)",
    re.IGNORECASE | re.DOTALL,
)


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
    column_units
        What a row of units below the headings says, by column.
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
    column_units: dict[str, str]
    frame: pd.DataFrame


@apart
def read_spreadsheet(path: str | Path, *, limits: Limits | None = None) -> dict[str, PublishedTable]:
    r"""Read all tables of a workbook as text: the inverse of writing it with gptables.

    A line with one filled cell, the first, is text around a table; so is a footnote in several cells, which begins
    with a mark (``1``, ``[a]``, ``..``, ``Source``) and has words where the table has numbers. A row with two or more
    filled cells opens a table. It ends where the same headings come again, or where, behind a line of text or an
    empty row, a row without any number follows a table of numbers. Rows of headings, the upper ones with gaps
    (merged cells), are joined by ``": "``. A row of words directly below the headings of numbers and without a label
    is their units. Words in cells that are merged over several rows stand in each of them. A number that the workbook
    shows as a percentage stands with its sign and all its decimals, ``68.3%`` for 0.683; a date as ``2020-03-31``.

    A column alone is a table where nothing wider is in the file, or where it holds numbers.

    Parameters
    ----------
    path
        XLSX, ODS, XLS (Excel 97 to 2003), CSV or gzipped CSV; text in UTF-8, UTF-16 or Windows-1252, its columns
        apart by commas, tabs, semicolons or ``|``.
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
        When there is no table, or when cells of every table cannot be read, each with sheet and cell.

    Warns
    -----
    UserWarning
        When some sheets cannot be read and others can: which, and why; only the others are returned. When cells show
        an error such as ``#DIV/0!``: which; the table holds what they show. When the last line of a text table has no
        end, so that its last number may be cut: line and number.

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
    tables: dict[str, PublishedTable] = {}
    problems: list[Problem] = []
    errors: list[Problem] = []
    for grid, blocks in zip(grids, find_tables(grids), strict=True):
        rows = set().union(*(block.inside() for block in blocks))
        if found := [*grid.problems, *grid.merged(rows)]:
            problems += found
            continue
        errors += grid.errors(rows)
        name = grid.sheet.strip() or path.name
        for block in blocks:
            key, number = name, 1
            while key in tables:
                number += 1
                key = f"{name} ({number})"
            tables[key] = _table(grid, block, several=len(blocks) > 1)
    if not tables:
        raise UnreadableFileError(path, problems or [Problem("", "", _no_table(grids))])
    if problems:
        what = f"sheets with errors were left out: {_listed(problems)}. Correct them to read these sheets too"
        warnings.warn(f"{path.name}: {what}", UserWarning, stacklevel=2)
    if errors:
        what = f"cells show an error of their program: {_listed(errors)}. They stay as shown, without a number"
        warnings.warn(f"{path.name}: {what}", UserWarning, stacklevel=2)
    return tables


def _listed(problems: Sequence[Problem]) -> str:
    more = f"; and {len(problems) - 5:,} more" if len(problems) > 5 else ""
    return "; ".join(str(problem) for problem in problems[:5]) + more


def _no_table(grids: Sequence[Grid]) -> str:
    if not any(grid.filled().any() for grid in grids):
        return "there is no table in it: every cell is empty"
    return (
        "there is no table in it, only lines of text: no row has two filled cells, and no column has a heading with "
        "values below it; read_notes gives the lines"
    )


@apart
def read_notes(path: str | Path, *, limits: Limits | None = None) -> pd.DataFrame:
    """Read what a file says besides its tables: covers, notes, and the lines above and below each table.

    Parameters
    ----------
    path
        XLSX, ODS, XLS, CSV or gzipped CSV.
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
    grids = read_grids(path, limits=limits)
    for grid, blocks in zip(grids, find_tables(grids), strict=True):
        rows = list(range(grid.height))
        if not ABOUT.match(grid.sheet):
            inside = set().union(*(block.inside() for block in blocks))
            rows = [row for row in np.flatnonzero(grid.filled()).tolist() if row not in inside]
        found += [
            (grid.sheet, grid.address(row, place), text)
            for row in rows
            for place, text in enumerate(grid.row(row))
            if text is not None
        ]
    return pd.DataFrame(found, columns=["sheet", "cell", "text"])


def read_shorthand(lines: Sequence[str]) -> dict[str, str]:
    """Take from the lines above a table what its markers mean; inner spaces and capitals of a marker do not count."""
    return {
        f"[{found.group(1).lower()}]": " ".join(found.group(2).split()).rstrip(".;,")
        for line in lines
        for found in _MEANING.finditer(line)
        if found.group(1).lower() not in ("note", "notes")
    }


def clean_heading(heading: str) -> tuple[str, str]:
    r"""Separate a heading, without line breaks and double spaces, from its footnote marks."""
    bare, note = split_notes(" ".join(heading.split()), spelt_only=True)
    return bare, note or ""


def named_columns(grid: Grid, block: Block) -> Iterator[tuple[int, str, str]]:
    """Give place, name and footnote marks of each column; a name that comes twice gets a number."""
    seen: set[str] = set()
    rows: Rows = np.array(block.rows, dtype=np.int64)
    for place, heading in enumerate(headings(grid, block)):
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
    titles = [line for line in block.above if not SOURCE.fullmatch(line) and not UNITS.fullmatch(line)]
    title = "" if not titles else titles[-1] if several else titles[0]
    sources = [found.group(1).strip() for line in lines if (found := SOURCE.fullmatch(line))]
    units = [found.group(1).strip() for line in lines if (found := UNITS.fullmatch(line))]
    rest = list(lines)
    if title:
        rest.remove(title)
    return PublishedTable(
        sheet=grid.sheet,
        cell=grid.address(block.top, columns[0][0]),
        title=" ".join(title.split()),
        notes=tuple(line for line in rest if not SOURCE.fullmatch(line) and not UNITS.fullmatch(line)),
        shorthand=read_shorthand(lines),
        units="; ".join(units),
        source="; ".join(sources),
        heading_notes={name: note for _, name, note in columns if note},
        column_units={
            name: unit.strip()
            for place, name, _ in columns
            if block.units is not None and (unit := grid.columns[place][block.units]) is not None
        },
        frame=pd.DataFrame(cells),
    )
