"""Police force area tables of the Office for National Statistics: wide sheets to one tidy table."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cseanalysis.clean.labels import match_key, split_notes
from cseanalysis.read.columns import Rows
from cseanalysis.read.grid import Grid, Problem, UnreadableFileError, read_grids, read_numbers
from cseanalysis.read.safety.child import apart
from cseanalysis.read.spreadsheet import clean_heading, read_shorthand

if TYPE_CHECKING:
    from cseanalysis.read.safety import Limits

_CODE_HEADINGS = frozenset({"areacode", "areacodes"})
_CODE = re.compile(r"[EWKNSJ][0-9]{8}")
_LEVELS = {
    "K04": "england_and_wales",
    "E92": "country",
    "W92": "country",
    "E12": "region",
    "E23": "force",
    "W15": "force",
}
_MARKER = re.compile(r"\[[a-z]+[0-9]?\]")


@apart
def read_pfa_tables(path: str | Path, *, limits: Limits | None = None) -> pd.DataFrame:
    """Read all tables by police force area of an ONS workbook into one table, a row for each cell of a measure.

    A table is a sheet in which some row begins with ``Area Code`` (or ``Area Codes``), wherever it stands. Tables by
    community safety partnership are left to :func:`read_spreadsheet`, notes to :func:`read_notes`.

    Parameters
    ----------
    path
        XLSX, ODS, XLS, CSV or gzipped CSV.
    limits
        What a file may be at most; the default admits the published ones.

    Returns
    -------
    pandas.DataFrame
        ``table``, ``title``
            Name of the sheet without spaces around it; the first line above the table.
        ``cell``
            Address of the measure's cell.
        ``area_code``, ``area_name``
            As printed, without footnote marks and outer spaces; some areas have no code.
        ``level``
            From the code, because names do not tell the region West Midlands from the force:
            ``"england_and_wales"``, ``"country"``, ``"region"``, ``"force"``; without a code
            ``"british_transport_police"`` or ``"other"``. Levels overlap: sum within one of them only.
        ``measure``
            The heading, without line breaks and footnote marks.
        ``text``, ``value``, ``flag``
            The cell as printed; its number; why there is none, such as ``[u]`` or ``empty``.
        ``flag_meaning``
            What this sheet says that the marker means; it differs between sheets.
        ``note``
            Footnote marks of the area and of the measure.

    Raises
    ------
    UnsafeFileError
        When the file could do harm.
    UnreadableFileError
        With all that is wrong in the file, each with sheet and cell.
    """
    path = Path(path)
    problems: list[Problem] = []
    tables: list[pd.DataFrame] = []
    for grid in read_grids(path, limits=limits):
        header = next((row for row in range(grid.height) if _is_header(grid, row)), None)
        if header is None:
            # What a sheet holds that cannot be read at all is not known.
            problems += () if grid.columns else grid.problems
            continue
        problems += grid.problems
        tables += _read_sheet(grid, header, problems)
    if not tables and not problems:
        what = "no sheet with a row that begins with 'Area Code': not a workbook of police force area tables"
        problems.append(Problem("", "", what))
    if problems:
        raise UnreadableFileError(path, problems)
    frame = pd.concat(tables, ignore_index=True)
    for name in ("table", "title", "area_code", "area_name", "level", "measure", "flag", "flag_meaning", "note"):
        frame[name] = frame[name].astype("category")
    return frame


def _is_header(grid: Grid, row: int) -> bool:
    first = grid.columns[0][row]
    return first is not None and match_key(clean_heading(first)[0]) in _CODE_HEADINGS


def _read_sheet(grid: Grid, header: int, problems: list[Problem]) -> list[pd.DataFrame]:
    above = [text for row in range(header) for text in grid.row(row) if text is not None]
    shorthand = read_shorthand(above)
    title = " ".join(above[0].split()) if above else ""
    filled = grid.filled()
    filled[: header + 1] = 0
    # A text alone in the first column is a note or a heading between the areas.
    alone = np.flatnonzero(filled == 1).tolist()
    problems += [
        Problem(grid.sheet, f"row {row + 1}", "all cells of this row are empty but one")
        for row in alone
        if (text := grid.columns[0][row]) is None or _CODE.fullmatch(text.strip())
    ]
    rows: Rows = np.flatnonzero(filled > 1)
    problems += grid.merged([header, *rows.tolist()])
    areas = [_area(grid, row, problems) for row in rows.tolist()]
    _report_twice(grid, rows, [code or name for code, name, *_ in areas], problems)
    headings = [clean_heading(cell or "") for cell in grid.row(header)]
    if len(headings) < 2 or "name" not in match_key(headings[1][0]):
        problems.append(grid.problem(header, 1, f"{headings[1][0]!r} stands where the area names should be"))
        return []
    seen: dict[str, int] = {}
    tables = []
    for place, (measure, measure_note) in enumerate(headings):
        column = grid.columns[place]
        if place < 2 or (not measure and not (column.codes[rows] >= 0).any()):
            continue
        if not measure:
            problems.append(grid.problem(header, place, "a column with cells and without heading"))
            continue
        if match_key(measure) in seen:
            first = grid.address(header, seen[match_key(measure)])
            problems.append(grid.problem(header, place, f"a second column {measure!r}, besides {first}"))
        seen[match_key(measure)] = place
        numbers, wrong = read_numbers(grid, place, rows)
        problems += wrong
        flags = [numbers.flag[code] for code in numbers.codes]
        tables.append(
            pd.DataFrame(
                {
                    "table": grid.sheet.strip(),
                    "title": title,
                    "cell": [grid.address(row, place) for row in rows.tolist()],
                    "area_code": [code for code, *_ in areas],
                    "area_name": [name for _, name, *_ in areas],
                    "level": [level for _, _, level, _ in areas],
                    "measure": measure,
                    "text": [column[row] for row in rows.tolist()],
                    "value": numbers.value[numbers.codes],
                    "flag": flags,
                    "flag_meaning": [_meaning(flag, shorthand) for flag in flags],
                    "note": [" ".join(filter(None, (area[3], measure_note))) or None for area in areas],
                }
            )
        )
    if not tables or not len(rows):
        problems.append(Problem(grid.sheet, f"row {header + 1}", "no measures below these headings"))
    return tables


def _area(grid: Grid, row: int, problems: list[Problem]) -> tuple[str | None, str, str, str]:
    code = (grid.columns[0][row] or "").strip()
    name, note = split_notes(" ".join((grid.columns[1][row] or "").split()), spelt_only=True)
    if not name:
        problems.append(grid.problem(row, 1, "an area without a name"))
    if code and not _CODE.fullmatch(code):
        problems.append(grid.problem(row, 0, f"{code!r} is not an area code such as E23000001"))
    if code:
        level = _LEVELS.get(code[:3], "other")
    else:
        level = "british_transport_police" if match_key(name) == "britishtransportpolice" else "other"
    return code or None, name, level, note or ""


def _report_twice(grid: Grid, rows: Rows, areas: list[str], problems: list[Problem]) -> None:
    twice = {area for area, count in Counter(areas).items() if count > 1}
    problems += [
        grid.problem(row, 0, f"{area!r} has more than one row")
        for row, area in zip(rows.tolist(), areas, strict=True)
        if area in twice
    ]


def _meaning(flag: str | None, shorthand: dict[str, str]) -> str | None:
    return "; ".join(shorthand[marker] for marker in _MARKER.findall(flag or "") if marker in shorthand) or None
