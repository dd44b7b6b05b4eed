"""A published number with everything that is needed to read it, and the table such numbers are kept in."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

# Which ends a qualifier prints: "more than 4,000" has a low end and no high one.
_ENDS = {
    "exact": ("low", "high"),
    "around": ("low", "high"),
    "range": ("low", "high"),
    "more_than": ("low",),
    "at_least": ("low",),
    "less_than": ("high",),
    "at_most": ("high",),
    "nearly": ("high",),
}
QUALIFIERS: tuple[str, ...] = tuple(_ENDS)
UNITS: tuple[str, ...] = (
    *("offences", "suspects", "victims", "children", "adults", "arrests", "cases", "investigations"),
    *("defendants", "prosecutions", "convictions", "charges", "officers", "days", "months"),
    *("per_cent", "per_cent_change", "offences_per_1000_children", "forces", "pounds"),
)
PERIOD_TYPES: tuple[str, ...] = (*("calendar_year", "financial_year", "financial_quarter", "point_in_time", "custom"),)
_NEVER_EMPTY = ("id", "statement", "published", "definition", "geography", "source")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as somebody published it: what it counts, of whom, where, when, and how exactly.

    Parameters
    ----------
    id
        Identifier under which other tables, the prose and the results know the figure.
    statement
        What is counted, in one line.
    published
        The value verbatim, such as ``"over 4,000"``.
    qualifier
        How exactly it was printed: ``"exact"``, ``"around"``, ``"range"``, ``"more_than"``, ``"at_least"``,
        ``"less_than"``, ``"at_most"`` or ``"nearly"``, the words that `clean.parse_counts` uses too.
    low, high
        The printed ends, in ``unit``; absent where nothing was printed. An ``"around"`` figure repeats the
        printed number: its width is the reader's assumption, never nought.
    unit
        What is counted, one of ``UNITS``.
    base
        What a share is a share of; required for ``"per_cent"``.
    definition, category
        The counting rule, and the part of it that the figure covers.
    geography, coverage
        Where, and how many forces (or how much of a field) contributed.
    period_start, period_end, period_type
        First and last day, and one of ``PERIOD_TYPES``; a year must be a whole one.
    source
        Key of the publication.
    note
        Traps and conflicts.

    Raises
    ------
    ValueError
        Naming every field that breaks a rule.

    Examples
    --------
    >>> figure = Figure(
    ...     "F008", "CSAE offences recorded by police", "115,489", "exact", 115_489, 115_489, "offences", "",
    ...     "National police analysis", "all_csae", "England and Wales", "44 forces",
    ...     date(2023, 1, 1), date(2023, 12, 31), "calendar_year", "vkpp23", "",
    ... )
    >>> figure.value
    115489
    """

    id: str
    statement: str
    published: str
    qualifier: str
    low: float | None
    high: float | None
    unit: str
    base: str
    definition: str
    category: str
    geography: str
    coverage: str
    period_start: date | None
    period_end: date | None
    period_type: str
    source: str
    note: str

    def __post_init__(self) -> None:
        found = list(_problems({name: getattr(self, name) for name in _COLUMNS}))
        if found:
            raise ValueError(f"figure {self.id}: {_listed(found)}")

    @property
    def value(self) -> float:
        """The number, whole when it is whole; only an exact figure has one.

        Raises
        ------
        ValueError
            When the figure was printed as anything but one number.
        """
        if self.qualifier != "exact" or self.low is None:
            raise ValueError(
                f"figure {self.id} was printed as {self.published!r} ({self.qualifier}), which is not one number; "
                f"use .low ({_shown(self.low)}) and .high ({_shown(self.high)})"
            )
        return int(self.low) if self.low == int(self.low) else self.low


_COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(Figure))


def load_figures(path: Path | str) -> Mapping[str, Figure]:
    """Read a table of published figures and check every row before any is used.

    Parameters
    ----------
    path
        CSV file in UTF-8 whose columns are the fields of `Figure`, in any order. Numbers are plain digits,
        dates are ``2023-12-31``, an empty cell is an absent value.

    Returns
    -------
    Mapping of str to Figure
        By id, in the order of the file; read-only.

    Raises
    ------
    ValueError
        Naming the file and, for at most five problems and a count of the rest, the row (the header is row 1)
        and the field: unknown words, inverted ends or dates, ends that do not fit the qualifier, a share
        without a base or beyond 100, an id or a whole row that comes twice.

    Examples
    --------
    >>> import tempfile
    >>> row = "F1,Arrests in the first year,over 550,more_than,550,,arrests,,A rule,,England,,,,custom,s1,"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "figures.csv"
    ...     with path.open("w") as stream:
    ...         print(",".join(field.name for field in fields(Figure)), row, sep=chr(10), file=stream)
    ...     load_figures(path)["F1"].low
    550.0
    """
    path = Path(path)
    found: dict[str, Figure] = {}
    id_rows: dict[str, int] = {}
    content_rows: dict[tuple[str, ...], int] = {}
    problems: list[str] = []
    for number, cells in _rows(path, problems):
        content = tuple(cells[name] for name in _COLUMNS if name != "id")
        if (first := content_rows.setdefault(content, number)) != number:
            problems.append(f"row {number} repeats row {first} in every field but perhaps the id; remove one")
            continue
        if (first := id_rows.setdefault(cells["id"], number)) != number:
            problems.append(f"row {number}, id: {cells['id']!r} stands in row {first} already; ids are unique")
            continue
        parsed, wrong = _parse(cells)
        # A cell that could not be read is one problem, not also an end that is absent.
        unread = {_field(problem) for problem in wrong}
        unread |= {"low", "high"} if unread & {"low", "high"} else set()
        wrong += [problem for problem in _problems(parsed) if _field(problem) not in unread]
        if wrong:
            problems += [f"row {number}, {problem}" for problem in wrong]
        else:
            found[cells["id"]] = Figure(**parsed)
    if problems:
        raise ValueError(f"{path.name}, {len(problems)} problem{'s' * (len(problems) > 1)}: {_listed(problems)}")
    return MappingProxyType(found)


def _rows(path: Path, problems: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield row number and cells by column; rows of the wrong length go to ``problems``."""
    try:
        # Spreadsheet programs put a byte order mark in front, which is no part of the first column's name.
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = [name.strip() for name in next(reader, [])]
            if sorted(header) != sorted(_COLUMNS):
                missing, unknown = set(_COLUMNS) - set(header), set(header) - set(_COLUMNS)
                raise ValueError(
                    f"{path.name}, row 1: missing columns {sorted(missing)}, unknown or repeated columns "
                    f"{sorted(unknown | {name for name in header if header.count(name) > 1})}; "
                    f"there must be one column each for {', '.join(_COLUMNS)}"
                )
            for number, row in enumerate(reader, start=2):
                if len(row) == len(header):
                    yield number, {name: cell.strip() for name, cell in zip(header, row, strict=True)}
                elif row:
                    problems.append(
                        f"row {number}: {len(row)} cells where the header has {len(header)}; quote cells with commas"
                    )
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name} is not UTF-8 ({error.reason}); save it as UTF-8") from error
    except csv.Error as error:
        raise ValueError(f"{path.name} is not well-formed CSV ({error}); mend its quotes") from error


def _parse(cells: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Turn cells into values; a cell that cannot be read becomes a problem and an absent value."""
    values: dict[str, Any] = dict(cells)
    wrong: list[str] = []
    for name in ("low", "high"):
        cell = cells[name]
        plain = re.fullmatch(r"-?\d+(\.\d+)?", cell, re.ASCII)
        values[name] = float(cell) if plain else None
        if cell and not plain:
            wrong.append(f"{name}: {cell!r} is not a plain number; write digits without commas, words or signs")
    for name in ("period_start", "period_end"):
        cell = cells[name]
        values[name] = None
        if cell:
            try:
                if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell, re.ASCII):
                    raise ValueError(cell)
                values[name] = date.fromisoformat(cell)
            except ValueError:
                wrong.append(f"{name}: {cell!r} is not a date; write it as 2023-12-31")
    return values, wrong


def _problems(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield ``"field: what was seen, the rule"`` for every rule that the values break."""
    for name in _NEVER_EMPTY:
        if not values[name].strip():
            yield f"{name}: is empty; every figure must say it"
    for name, allowed in (("qualifier", QUALIFIERS), ("unit", UNITS), ("period_type", PERIOD_TYPES)):
        if values[name] not in allowed:
            yield f"{name}: {values[name]!r} is unknown; use one of {', '.join(allowed)}"
    yield from _end_problems(values)
    yield from _period_problems(values["period_start"], values["period_end"], values["period_type"])


def _end_problems(values: Mapping[str, Any]) -> Iterator[str]:
    low, high, qualifier = values["low"], values["high"], values["qualifier"]
    for name in ("low", "high"):
        needed = name in _ENDS.get(qualifier, ())
        if needed and values[name] is None:
            yield f"{name}: is absent; a figure printed as {qualifier} has it"
        if not needed and values[name] is not None and qualifier in _ENDS:
            yield f"{name}: is {_shown(values[name])}; a figure printed as {qualifier} has none"
    ends = [end for end in (low, high) if end is not None]
    if not all(math.isfinite(end) for end in ends):
        yield f"low: {_shown(low)} to {_shown(high)} is not finite; leave an end that was not printed out"
    elif len(ends) == 2 and low > high:
        yield f"low: {_shown(low)} exceeds high {_shown(high)}; swap them"
    elif len(ends) == 2 and low != high and qualifier == "exact":
        yield f"low: {_shown(low)} differs from high {_shown(high)}; an exact figure is one number"
    if values["unit"] == "per_cent":
        if not values["base"].strip():
            yield "base: is empty; a share must say what it is a share of"
        if not all(0 <= end <= 100 for end in ends):
            yield (
                f"low: {_shown(low)} to {_shown(high)} per cent; a share lies from 0 to 100 "
                "(the unit of a change is per_cent_change)"
            )


def _period_problems(start: date | None, end: date | None, period_type: str) -> Iterator[str]:
    if start is None or end is None:
        if start is not end:
            yield f"period_{'start' if start is None else 'end'}: is absent; give both days or neither"
        return
    if start > end:
        yield f"period_start: {start} is after period_end {end}; swap them"
        return
    first, last = (start.month, start.day), (end.month, end.day)
    whole = {
        "calendar_year": start.year == end.year and (first, last) == ((1, 1), (12, 31)),
        "financial_year": start.year + 1 == end.year and (first, last) == ((4, 1), (3, 31)),
        "point_in_time": start == end,
    }
    if not whole.get(period_type, True):
        yield f"period_type: {start} to {end} is not one whole {period_type}; mend the days or use custom"


def _field(problem: str) -> str:
    return problem.partition(":")[0]


def _listed(problems: list[str]) -> str:
    more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return "; ".join(problems[:_SHOWN]) + more


def _shown(number: float | None) -> str:
    return "none" if number is None else f"{number:.15g}"
