"""Rows kept beside the counts: money, recommendations, the data that were asked for, the outcomes survivors name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from cseanalysis.register import Figure
from cseanalysis.study.data.project import Project, find_project, load_sources, raw_file

FILLED = ("yes", "partly", "no")
_FIELDS = ("field", "asked_by", "source", "filled_by", "filled", "note")
_OUTCOMES = ("id", "outcome", "whose_view", "source", "locator", "published_share", "note")
_SHOWN = 5
_KEPT = ["id", "statement", "published", "low", "high", "geography", "period_start", "period_end", "status", "tier"]


def spending(figures: Mapping[str, Figure]) -> pd.DataFrame:
    """List the figures that are money: announced or given, never an outcome and never joined with one."""
    return _kept(item for item in figures.values() if item.unit == "pounds")


def recommendations(figures: Mapping[str, Figure]) -> pd.DataFrame:
    """List the figures on recommendations, how many there are and how far they were carried out."""
    return _kept(item for item in figures.values() if item.category.partition("/")[0] == "recommendations")


def requested_fields(figures: Mapping[str, Figure], root: Path | str | None = None) -> pd.DataFrame:
    """Show which of the data that inquiries and inspections asked for any published figure fills."""
    project = find_project(root)
    table = _read(project, "requested_fields.csv", _FIELDS)
    table["filled_by"] = [tuple(filter(None, map(str.strip, cell.split(";")))) for cell in table["filled_by"]]
    wrong = []
    rows = zip(table["field"], table["filled_by"], table["filled"], strict=True)
    for number, (field, ids, filled) in enumerate(rows, start=2):
        if filled not in FILLED:
            wrong.append(f"row {number}, filled: {filled!r}; write {', '.join(FILLED)}")
        elif bool(ids) == (filled == "no"):
            wrong.append(f"row {number}, filled_by: {field!r} is filled {filled!r} by {', '.join(ids) or 'nothing'}")
        wrong += [f"row {number}, filled_by: {name} is not in the register" for name in ids if name not in figures]
    _refuse("requested_fields.csv", wrong)
    table["published"] = [
        "; ".join(f"{name}: {figures[name].published} ({figures[name].statement})" for name in ids) or "nothing"
        for ids in table["filled_by"]
    ]
    table["filled_by"] = table["filled_by"].str.join("; ")
    return table


def outcomes_wanted(root: Path | str | None = None) -> pd.DataFrame:
    """List what victims and survivors say a good outcome is, with where they are heard saying it."""
    # The order is no ranking.
    project = find_project(root)
    table = _read(project, "outcomes_wanted.csv", _OUTCOMES)
    publications = load_sources(project)["publications"]
    for name in ("publisher", "title", "address", "tier"):
        table[name] = [publications[source][name] for source in table["source"]]
    return table


def _kept(found: Iterator[Figure]) -> pd.DataFrame:
    columns = [*_KEPT, "source", "note"]
    return pd.DataFrame([{name: getattr(item, name) for name in columns} for item in found], columns=columns)


def _read(project: Project, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    table = pd.read_csv(raw_file(project, name), dtype="str", keep_default_na=False)
    if tuple(table.columns) != columns:
        raise ValueError(f"{name}, row 1: the columns are {list(table.columns)}; they must be {list(columns)}")
    publications = load_sources(project)["publications"]
    rows = enumerate(table["source"], start=2)
    unlisted = [f"row {row}, source: {key!r} is not in sources.toml" for row, key in rows if key not in publications]
    _refuse(name, unlisted)
    if table[columns[0]].eq("").any() or table.duplicated(list(columns[:2])).any():
        raise ValueError(f"{name}: a row without {columns[0]} or one that stands twice; mend it")
    return table


def _refuse(name: str, wrong: list[str]) -> None:
    if wrong:
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise ValueError(f"{name}, {len(wrong)} problem(s): {'; '.join(wrong[:_SHOWN])}{more}")
