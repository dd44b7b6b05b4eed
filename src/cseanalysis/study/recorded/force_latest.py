"""The latest count of arrests, suspects, charges, convictions and recorded offences for each force, or why none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import pandas as pd

from cseanalysis.export.wording import say_date
from cseanalysis.register import Figure
from cseanalysis.study.data.judgement import read_judgement
from cseanalysis.study.data.project import find_project, load_sources
from cseanalysis.study.recorded.forces import MISSING, NOT_APPLICABLE, all_forces, force_years, whole_years

# What is counted, and the units in which the register has it; two are read from tables of the Home Office.
COUNTED: Mapping[str, tuple[str, ...]] = {
    "arrests": ("arrests", "people_arrested"),
    "suspects": ("suspects",),
    "charges": (),
    "charges, own count": ("charges", "people_charged"),
    "convictions": ("convictions", "people_convicted", "people_sentenced"),
    "recorded offences": (),
}
COLUMNS = ("force", "counted", "number", "what", "period", "counting_rule", "figure", "source", "tier", "remark")
_CHILD_ONLY, _CHARGED = "child_only", "charged_or_summonsed"


@dataclass(frozen=True, slots=True)
class ForceRemark:
    """What a reader must know of a force's gaps, or of its charges; a request that was refused or not read, say."""

    force: str
    about: Literal["gaps", "charges"]
    words: str
    source: str | None
    reason: str


def force_remarks(root: Path | str | None = None) -> tuple[ForceRemark, ...]:
    """Return the rows of ``data/judgement/force_remarks.csv``, each source a registered one."""
    remarks = read_judgement("force_remarks", ForceRemark, root)
    publications = load_sources(find_project(root))["publications"]
    if wrong := [one.source for one in remarks if one.source and one.source not in publications]:
        raise ValueError(
            f"data/judgement/force_remarks.csv: sources {wrong} are not in data/raw/sources.toml; add them"
        )
    return remarks


def latest_counts(
    figures: Iterable[Figure],
    areas: Mapping[str, str],
    recorded: pd.DataFrame,
    outcomes: pd.DataFrame,
    remarks: Iterable[ForceRemark] = (),
    *,
    searched: date,
    release: str = "recorded_offences.csv",
    hidden: Mapping[str, str] = MappingProxyType({}),
    tiers: Mapping[str, str] = MappingProxyType({}),
) -> pd.DataFrame:
    """List for each force the latest count of each kind with its period, rule and source, or why there is none."""
    # A row a force and kind, in the order of the forces: nothing is divided, added up or sorted by value. ``areas``
    # says of which force an area of the register is the whole.
    known, figures = list(remarks), list(figures)
    newest: dict[tuple[str, str], tuple[str, dict[str, object]]] = {}
    rows = [_of_figure(one, areas[one.geography]) for one in figures if one.geography in areas and one.id not in hidden]
    for row in [*filter(None, rows), *_charges(outcomes), *_recorded(recorded, release)]:
        ended, cells = row
        key = (str(cells["force"]), str(cells["counted"]))
        if key not in newest or ended > newest[key][0]:
            newest[key] = row
    others = _other_counts(one for one in figures if one.geography in areas and one.id not in hidden)
    table = []
    for force in all_forces()["force"]:
        for counted in COUNTED:
            _, cells = newest.get((force, counted), ("", _gap(force, counted, known, searched)))
            told = [one.words for one in known if one.force == force and one.about == counted]
            if counted == "recorded offences":
                told += [others[area] for area, whole in areas.items() if whole == force and area in others]
            remark = "; ".join(told) or cells["remark"]
            table.append({**cells, "tier": tiers.get(str(cells["source"]), cells["tier"]), "remark": remark})
    return pd.DataFrame(table, columns=list(COLUMNS), dtype=object)


def _of_figure(figure: Figure, force: str) -> tuple[str, dict[str, object]] | None:
    """Return a count of the register by the last day of its period; what repeats, or is not to be quoted, is none."""
    counted = next((name for name, units in COUNTED.items() if figure.unit in units), None)
    if counted is None or figure.relays or figure.withheld or figure.guessed or figure.period_end is None:
        return None
    start, end = figure.period_start, figure.period_end
    period = f"as at {end}" if start == end else f"{start} to {end}"
    rule = figure.dataset.title if figure.dataset else figure.definition
    cells = (force, counted, figure.published, figure.statement, period, rule, figure.id, figure.source)
    return end.isoformat(), _row(*cells, tier=figure.tier)


def _other_counts(figures: Iterable[Figure]) -> Mapping[str, str]:
    """Name for each area the counts of offences in the register, which hold other offences, years or both."""
    found: dict[str, list[str]] = {}
    for one in figures:
        if one.unit == "offences" and not one.withheld:
            found.setdefault(one.geography, []).append(one.id)
    return {
        area: f"other counts in the register, by other rules or of other years: {', '.join(ids)}"
        for area, ids in found.items()
    }


def _charges(outcomes: pd.DataFrame) -> Iterable[tuple[str, dict[str, object]]]:
    """Yield the charges that each force assigned in the newest year of outcomes, under the child-only codes."""
    chosen = outcomes[outcomes["offence_scope"] == _CHILD_ONLY]
    if chosen.empty:
        return
    year = max(whole_years(chosen))
    chosen = chosen[chosen["financial_year"] == year]
    release = chosen["release"].max()
    chosen = chosen[chosen["release"] == release]
    first, last = _ends(year)
    for force, rows in chosen.groupby("force"):
        count = int(rows.loc[rows["outcome_group"] == _CHARGED, "assigned"].sum())
        what = "Outcomes of a charge or summons assigned in the year, child-only codes, whenever recorded"
        period, name = f"{first} to {last}", f"outcomes_{pd.Timestamp(release):%Y-%m-%d}.csv"
        yield last, _row(force, "charges", count, what, period, "Home Office outcomes data", "outcomes", name)


def _recorded(recorded: pd.DataFrame, release: str) -> Iterable[tuple[str, dict[str, object]]]:
    """Yield the offences that each force recorded in the newest whole year, under the child-only codes."""
    year = whole_years(recorded)[-1]
    first, last = _ends(year)
    what, rule = "Offences recorded in the year, child-only codes", "Home Office recorded crime"
    for force, count in force_years(recorded, _CHILD_ONLY)[["force", year]].itertuples(index=False):
        if count != MISSING:
            cells = (force, "recorded offences", count, what, f"{first} to {last}", rule, "recorded_offences")
            yield last, _row(*cells, release)


def _gap(force: str, counted: str, remarks: Iterable[ForceRemark], searched: date) -> dict[str, object]:
    told = [
        f"{one.words} ({one.source})" if one.source else one.words
        for one in remarks
        if one.force == force and one.about == "gaps"
    ]
    remark = "; ".join([f"not found, searched up to {say_date(searched)}", *told])
    return _row(force, counted, *[MISSING] * 6, remark=remark)


def _row(*cells: object, tier: str = MISSING, remark: str = NOT_APPLICABLE) -> dict[str, object]:
    return dict(zip(COLUMNS, (*cells, tier, remark), strict=True))


def _ends(year: str) -> tuple[str, str]:
    first = int(year[:4])
    return f"{first}-04-01", f"{first + 1}-03-31"
