"""Home Office open data: recorded crime and outcomes, one row per cell that the Home Office publishes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cseanalysis.clean.crosswalks import load_rules
from cseanalysis.clean.labels import match_key, outcome_key, split_notes
from cseanalysis.read.columns import Rows, counts, encode, join, labels, quarters, repeats
from cseanalysis.read.grid import Grid, Problem, UnreadableFileError, read_grids
from cseanalysis.read.safety.child import apart

if TYPE_CHECKING:
    from cseanalysis.read.safety import Limits

_YEAR_SHEET = re.compile(r"\s*([0-9]{4})[-_]([0-9]{2})\s*")
_YEAR = re.compile(r"\s*([0-9]{4})\s*[/\-\u2013]\s*([0-9]{2}|[0-9]{4})\s*")
# Rows among which a header may stand.
_HEADER_WITHIN = 40


@dataclass(frozen=True, slots=True)
class _Layout:
    """Columns by the pattern of their heading (small letters and digits only), in the order they are published in."""

    name: str
    columns: Mapping[str, str]
    counts: Mapping[str, str]
    required: frozenset[str]
    optional: frozenset[str]
    sheet: re.Pattern[str]
    flags: Mapping[str, str] = field(default_factory=dict)


_LABELS = {
    "Financial Year": "financialyear",
    "Financial Quarter": "financialquarter",
    "Force Name": "forcename|policeforce",
    "CSP Name": "cspname",
    "Offence Description": "offencedescription",
    "Offence Group": "offencegroup",
    "Offence Subgroup": "offencesubgroup",
    "Offence Code": "offencecode",
}
_RECORDED = _Layout(
    name="Home Office recorded crime",
    columns=_LABELS,
    counts={"Number of Offences": "numberofoffences|offencecount"},
    flags={"Number of Offences": "flag"},
    required=frozenset({"Financial Year", "Force Name", "Offence Code"}),
    optional=frozenset({"CSP Name"}),
    sheet=_YEAR_SHEET,
)
_OUTCOMES = _Layout(
    name="Home Office outcomes",
    columns=_LABELS
    | {
        "Offence code expired": "offencecodeexpired",
        "Subcode Description": "subcodedescription",
        "Offence Subcode": "offencesubcode",
        "Outcome Description": "outcomedescription",
        "Outcome Group": "outcomegroup",
        "Outcome Type": "outcometype",
    },
    counts={
        "Outcomes (recorded basis)": r".*outcomesforoffences(thatwere)?recordedin(the)?quarter|offences",
        "Outcomes (closed basis)": r".*closedin(the)?quarter|.*outcomesrecordedin(the)?quarter",
    },
    flags={"Outcomes (recorded basis)": "recorded_flag", "Outcomes (closed basis)": "closed_flag"},
    required=frozenset({"Financial Year", "Force Name", "Offence Code", "Outcome Type"}),
    optional=frozenset({"CSP Name", "Offence code expired", "Subcode Description", "Offence Subcode"}),
    sheet=re.compile(r"\s*outcomes[ _]open[ _]data.*", re.IGNORECASE),
)


@apart
def read_recorded_crime(path: str | Path, *, limits: Limits | None = None) -> pd.DataFrame:
    r"""Read the Home Office's recorded crime by police force (or community safety partnership), all years in one table.

    Data sheets are those named like ``2012-13`` or ``2012_13``, or every sheet with the right headings when none
    is; columns are found by their headings, wherever they stand. Covers and notes are left to :func:`read_notes`.

    Parameters
    ----------
    path
        ODS, XLSX, XLS (Excel 97 to 2003), CSV or gzipped CSV.
    limits
        What a file may be at most; the default admits the published ones.

    Returns
    -------
    pandas.DataFrame
        One row per published row, with the published columns: ``Financial Year`` (as printed, or from the sheet's
        name when the column is missing), ``Financial Quarter`` (1 to 4, 1 is April to June), ``Force Name``, ``CSP
        Name`` when there is one, ``Offence Description``, ``Offence Group``, ``Offence Subgroup``, ``Offence Code``
        (text), ``Number of Offences`` (whole, can be negative) and ``flag``, which says why a number is missing.
        A column that the file lacks is empty; columns it has besides follow. Text is categorical, without the
        spaces around it, otherwise as printed.

    Raises
    ------
    UnsafeFileError
        When the file could do harm.
    UnreadableFileError
        With all that is wrong in the file, each with sheet and cell.

    Warns
    -----
    UserWarning
        When rows have the labels of an earlier row: how many, how many of them are that row again in every column,
        and what it means for a sum. No row is taken out.

    Examples
    --------
    >>> import tempfile
    >>> text = "Force Name,Financial Year,Financial Quarter,Offence Code,Offence Count\nKent,2017/18,Q1,4.10, -00 \n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "recorded.csv")
    ...     _ = file.write_text(text)
    ...     table = read_recorded_crime(file)
    >>> table[["Financial Year", "Financial Quarter", "Offence Code", "Number of Offences"]].values.tolist()
    [['2017/18', 1, '4.10', 0]]
    """
    return _read(Path(path), _RECORDED, limits)


@apart
def read_outcomes(path: str | Path, *, limits: Limits | None = None) -> pd.DataFrame:
    """Read the Home Office's outcomes open data, or its sub-code files, with both counts under one name each.

    Parameters
    ----------
    path
        XLSX, ODS, XLS, CSV or gzipped CSV.
    limits
        What a file may be at most; the default admits the published ones.

    Returns
    -------
    pandas.DataFrame
        One row per published row: the label columns as in :func:`read_recorded_crime`, ``Offence code expired``,
        ``Subcode Description`` and ``Offence Subcode`` when the file has them, ``Outcome Description``, ``Outcome
        Group``, ``Outcome Type`` (text) and

        ``Outcomes (recorded basis)``
            Outcomes so far of the offences recorded in the quarter; type 0 can be negative.
        ``Outcomes (closed basis)``
            Outcomes of the investigations closed in the quarter, whenever the offence was recorded. Missing for
            type 0, which is not an outcome (flag ``[z]``), although files print 0.
        ``recorded_flag``, ``closed_flag``
            Why a number is missing.
        ``subset_of``
            ``1``, ``2`` or ``3`` for the types 1a, 2a and 3a: these rows are contained in that type, so leave them
            out of every sum (``table[table["subset_of"].isna()]``). Empty otherwise.

        Sub-code files hold rows for England and Wales among the forces; ``harmonise_forces`` labels them.

    Raises
    ------
    UnsafeFileError
        When the file could do harm.
    UnreadableFileError
        With all that is wrong in the file, each with sheet and cell.

    Warns
    -----
    UserWarning
        When rows have the labels of an earlier row, as in :func:`read_recorded_crime`.
    """
    path = Path(path)
    table = _read(path, _OUTCOMES, limits)
    types = table["Outcome Type"].array
    keys = [outcome_key(text) for text in types.categories]
    subsets = [key[5] if key in ("type 1a", "type 2a", "type 3a") else None for key in keys]
    table["subset_of"] = encode(subsets, types.codes)
    not_assigned = np.array([*(key == "type 0" for key in keys), False])[types.codes]
    closed = table["Outcomes (closed basis)"]
    if bad := int((closed.fillna(0).to_numpy(dtype=np.int64)[not_assigned] != 0).sum()):
        what = f"{bad:,} rows of type 0 (not yet assigned) have a closed basis, which cannot be"
        raise UnreadableFileError(path, [Problem("", "", what)])
    table["Outcomes (closed basis)"] = closed.mask(not_assigned)
    flags = table["closed_flag"].array
    codes = np.where(not_assigned, len(flags.categories), flags.codes).astype(np.int32)
    table["closed_flag"] = encode([*flags.categories, "[z]"], codes)
    return table


def _read(path: Path, layout: _Layout, limits: Limits | None) -> pd.DataFrame:
    problems: list[Problem] = []
    tables = []
    for grid, header in _data_sheets(path, read_grids(path, limits=limits), layout):
        problems += grid.problems
        table, found = _read_sheet(grid, header, layout)
        tables.append(table)
        problems += found
    if problems:
        raise UnreadableFileError(path, problems)
    table = join(tables)
    if words := repeats(table, layout.columns, layout.counts):
        warnings.warn(f"{path.name}: {words}", UserWarning, stacklevel=3)
    return table


def _data_sheets(path: Path, grids: list[Grid], layout: _Layout) -> list[tuple[Grid, int]]:
    headers = [_find_header(grid, layout) for grid in grids]
    named = [layout.sheet.fullmatch(grid.sheet) is not None for grid in grids]
    problems: list[Problem] = []
    chosen: list[tuple[Grid, int]] = []
    years: dict[str, str] = {}
    for grid, header, is_named in zip(grids, headers, named, strict=True):
        if not grid.columns and grid.problems and (is_named or not any(named)):
            problems += grid.problems
        elif is_named and header is None:
            counts = " and ".join(repr(name) for name in layout.counts)
            what = f"no row with the headings 'Force Name', 'Offence Code' and {counts} (or their known variants)"
            problems.append(Problem(grid.sheet, "", what))
        elif header is not None and not is_named and any(named):
            what = "it has the headings of a data sheet, but not the name of one; rename it, or delete it"
            problems.append(Problem(grid.sheet, grid.address(header, 0), what))
        elif header is not None and grid.hidden and not is_named:
            what = "a hidden sheet with the headings of a data sheet; show it, or delete it"
            problems.append(Problem(grid.sheet, grid.address(header, 0), what))
        elif header is not None:
            chosen.append((grid, header))
        if is_named and (year := _sheet_year(grid.sheet)):
            if year in years:
                problems.append(Problem(grid.sheet, "", f"a second sheet for {year}, besides {years[year]!r}"))
            years[year] = grid.sheet
    if not chosen and not problems:
        sheets = ", ".join(repr(grid.sheet) for grid in grids[:5])
        where = f"the sheets {sheets} hold" if sheets.strip("' ,") else "the file holds"
        problems.append(Problem("", "", f"{where} no table in the layout of {layout.name}"))
    if problems:
        raise UnreadableFileError(path, problems)
    return chosen


def _key(heading: str | None) -> str:
    return re.sub("[^a-z0-9]", "", split_notes(heading or "")[0].casefold())


def _place(keys: list[str], layout: _Layout) -> dict[str, list[int]]:
    """Find for each column of the layout the places whose heading means it."""
    patterns = {**layout.columns, **layout.counts}
    found = {name: [n for n, key in enumerate(keys) if re.fullmatch(want, key)] for name, want in patterns.items()}
    if not found["Offence Description"]:
        found["Offence Description"] = [number for number, key in enumerate(keys) if key == "offence"]
    return found


def _find_header(grid: Grid, layout: _Layout) -> int | None:
    for row in range(min(_HEADER_WITHIN, grid.height)):
        places = _place([_key(cell) for cell in grid.row(row)], layout)
        if sum(bool(places[name]) for name in places) >= 3 and any(places[name] for name in layout.counts):
            return row
    return None


def _sheet_year(sheet: str) -> str | None:
    found = _YEAR_SHEET.fullmatch(sheet)
    return f"{found.group(1)}/{found.group(2)}" if found else None


def _read_sheet(grid: Grid, header: int, layout: _Layout) -> tuple[dict[str, pd.Series], list[Problem]]:
    headings = grid.row(header)
    places = _place([_key(cell) for cell in headings], layout)
    problems = [
        grid.problem(header, each[1], f"a second column for {name!r}, besides {grid.address(header, each[0])}")
        for name, each in places.items()
        if len(each) > 1
    ]
    year = _sheet_year(grid.sheet)
    needed = (
        layout.required | set(layout.counts)
        if year is None
        else (layout.required | set(layout.counts)) - {"Financial Year"}
    )
    problems += [
        Problem(grid.sheet, f"row {header + 1}", f"no column for {name!r}")
        for name in sorted(needed)
        if not places[name]
    ]
    if problems:
        return {}, problems
    rows, problems = _data_rows(grid, header)
    problems += grid.merged([header, *rows.tolist()])
    table: dict[str, pd.Series] = {}
    for name, place in places.items():
        if name in layout.counts:
            table[name], table[layout.flags[name]], found = counts(grid, place[0], rows)
        elif name == "Financial Quarter":
            table[name], found = quarters(grid, place[0] if place else None, rows)
        elif not place and name in layout.optional:
            continue
        elif not place:
            table[name] = pd.Series(pd.Categorical([year if name == "Financial Year" else None] * len(rows)))
            continue
        else:
            table[name], found = labels(grid, place[0], rows, needed=name in layout.required)
            if name == "Financial Year":
                found += _wrong_years(grid, place[0], rows, year)
        problems += found
    problems += _lost_noughts(grid, places, rows)
    taken = {place for each in places.values() for place in each}
    extra, found = _extra_columns(grid, headings, header, rows, taken)
    for name, column in extra.items():
        if name in table:
            problems.append(Problem(grid.sheet, f"row {header + 1}", f"a second column {name!r}"))
        table[name] = column
    return table, problems + found


def _lost_noughts(grid: Grid, places: Mapping[str, list[int]], rows: Rows) -> list[Problem]:
    """Find codes that a spreadsheet took for numbers: 4.10 (corporate manslaughter) as 4.1 (manslaughter)."""
    if not places["Offence Description"]:
        return []
    code, about = grid.columns[places["Offence Code"][0]], grid.columns[places["Offence Description"][0]]
    rules = {rule.labels[0]: match_key(rule.description) for rule in load_rules("offences")}
    meant = np.array([match_key(text) for text in about.texts] + [""], dtype=object)
    problems = []
    for number, text in enumerate(code.texts):
        longer = rules.get(text.strip() + "0") if "." in text else None
        if longer:
            found = rows[(code.codes[rows] == number) & (meant[about.codes[rows]] == longer)]
            what = (
                f"{text!r} beside the description of {text.strip()}0: the code was stored as a number; store it as text"
            )
            problems += [grid.problem(row, places["Offence Code"][0], what) for row in found.tolist()]
    return problems


def _extra_columns(
    grid: Grid, headings: list[str | None], header: int, rows: Rows, taken: set[int]
) -> tuple[dict[str, pd.Series], list[Problem]]:
    """Keep what a re-save has added; a column with neither heading nor cells is nothing."""
    table: dict[str, pd.Series] = {}
    problems = []
    for number, heading in enumerate(headings):
        if number in taken:
            continue
        column = grid.columns[number]
        filled = rows[column.codes[rows] >= 0].tolist()
        if heading is None and filled:
            what = f"{column[filled[0]]!r} stands in a column without heading"
            problems.append(grid.problem(filled[0], number, what))
        elif heading is not None and heading.strip() in table:
            problems.append(grid.problem(header, number, f"a second column {heading.strip()!r}"))
        elif heading is not None:
            table[heading.strip()], _ = labels(grid, number, rows, needed=False)
    return table, problems


def _data_rows(grid: Grid, header: int) -> tuple[Rows, list[Problem]]:
    """Leave out empty rows, those of NA alone too, and notes, whose only text is in the first column and no year."""
    filled = grid.filled()
    said = np.zeros(grid.height, dtype=np.int64)
    for column in grid.columns:
        said += np.array([*(text.strip() != "NA" for text in column.texts), False])[column.codes]
    filled[said == 0] = 0
    filled[: header + 1] = 0
    alone = np.flatnonzero(filled == 1)
    # A label that whole rows carry too (a force, where forces come first) is a row that lost its cells, not a note.
    first = grid.columns[0]
    known = set(first.codes[filled > 1].tolist())
    notes = [
        row
        for row in alone.tolist()
        if (text := first[row]) is not None and not _YEAR.fullmatch(text) and int(first.codes[row]) not in known
    ]
    filled[notes] = 0
    rows = np.flatnonzero(filled)
    problems = [] if len(rows) else [Problem(grid.sheet, f"row {header + 1}", "no rows below the headings")]
    return rows, problems


def _wrong_years(grid: Grid, place: int, rows: Rows, sheet_year: str | None) -> list[Problem]:
    column = grid.columns[place]
    reasons = [*(_year_problem(text, sheet_year) for text in column.texts), ""]
    wrong = np.array([bool(reason) for reason in reasons])[column.codes[rows]]
    return [grid.problem(row, place, reasons[int(column.codes[row])]) for row in rows[wrong].tolist()]


def _year_problem(text: str, sheet_year: str | None) -> str:
    found = _YEAR.fullmatch(text)
    if not found or (int(found.group(1)) + 1) % 100 != int(found.group(2)) % 100:
        return f"{text!r} is not a financial year such as 2017/18"
    if sheet_year is not None and sheet_year[:4] != found.group(1):
        return f"{text!r} in the sheet for {sheet_year}"
    return ""
