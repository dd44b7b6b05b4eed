"""Force by force: what was recorded, and what has been published about each, always with every force in its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from cseanalysis.clean import harmonise_forces, read_crosswalk
from cseanalysis.register import Figure, compare
from cseanalysis.register.figures import UNKNOWN
from cseanalysis.study.data.codes import CODES
from cseanalysis.study.data.judgement import read_judgement

MISSING, NOT_APPLICABLE = "[x]", "[z]"
SCOPES = tuple(CODES)
_QUARTERS = ("1", "2", "3", "4")
SEVERAL, WIDER = "More than one force", "wider"
_LEVELS = ("force", "place in the force area", "several forces")
_RECENT = 5  # financial years in the wide table


@dataclass(frozen=True, slots=True)
class Place:
    """An area that figures are published for and the crosswalk of forces does not place, and what it is."""

    area: str
    is_a: str
    force: str | None
    reason: str


def places(root: Path | str | None = None) -> dict[str, Place]:
    """Return the rows of ``data/judgement/places.csv`` by area."""
    return {place.area: place for place in read_judgement("places", Place, root)}


def all_forces() -> pd.DataFrame:
    """Return the 44 forces in their fixed order."""
    rules = read_crosswalk("forces").fillna("")
    # Of the forces without an area only those that the table of recorded crime names have rows in it.
    elsewhere = rules["force_type"].eq("non_territorial") & ~rules["source"].str.contains("police recorded crime")
    chosen = rules[rules["force_type"].isin(["territorial", "non_territorial"]) & ~elsewhere].drop_duplicates("force")
    table = chosen.sort_values(
        ["force_type", "force"], key=lambda column: column.map({"non_territorial": "~"}).fillna(column)
    )
    table = table[["force", "force_code", "region"]].astype(object).reset_index(drop=True)
    nations = {"E": "England", "W": "Wales", "": "England and Wales"}
    table["nation"] = table["force_code"].str[:1].map(nations).astype(object)
    return table.replace({"force_code": {"": NOT_APPLICABLE}, "region": {"": NOT_APPLICABLE}})


def force_years(recorded: pd.DataFrame, scope: str) -> pd.DataFrame:
    """Lay out one group of offences force by force and year by year."""
    if scope not in SCOPES:
        raise ValueError(f"no group of offences {scope!r}: there are {', '.join(SCOPES)}")
    table = all_forces()
    if strange := sorted(set(recorded["force"].map(str)) - set(table["force"])):
        raise ValueError(f"{strange[:5]} are not among the 44 forces; mend the names with harmonise_forces")
    chosen = recorded[recorded["offence_scope"] == scope]
    _check_records(chosen, scope)
    cells = chosen.dropna(subset=["offences"]).groupby(["force", "financial_year"])["offences"]
    counts, filled = cells.sum().to_dict(), cells.size().to_dict()
    # No row comes twice, so as many rows as there are codes and quarters are all of them.
    needed = len(_QUARTERS) * len(CODES[scope])
    for year in whole_years(recorded):
        table[year] = pd.Series(
            [int(counts[force, year]) if filled.get((force, year)) == needed else MISSING for force in table["force"]],
            dtype=object,
        )
    return table


def _check_records(chosen: pd.DataFrame, scope: str) -> None:
    for column, known in (("quarter", _QUARTERS), ("offence_code", CODES[scope])):
        if strange := sorted(set(chosen[column].map(str)) - set(known)):
            raise ValueError(f"{column} {strange[:5]} of the group {scope}: there are {', '.join(known)}")
    key = ["financial_year", "quarter", "force", "offence_code"]
    if len(twice := chosen.loc[chosen.duplicated(key), key]):
        seen = "; ".join(" ".join(map(str, row)) for row in twice.head().itertuples(index=False))
        raise ValueError(f"{len(twice)} rows of recorded offences come twice ({seen}); keep one of each")


def whole_years(recorded: pd.DataFrame) -> list[str]:
    """Return the financial years that have all four quarters, the oldest first."""
    quarters = recorded.groupby("financial_year")["quarter"].nunique()
    return sorted(quarters.index[quarters == 4])


def force_totals(recorded: pd.DataFrame) -> pd.DataFrame:
    """Sum the recorded offences of all forces, the one sum whose parts share definition and period."""
    # ``coverage`` says how many of the 44 forces have every code in all four quarters and are in the sum; ``[x]`` where
    # none has.
    tables = {scope: force_years(recorded, scope) for scope in SCOPES}
    rows = []
    for year in whole_years(recorded):
        complete = pd.concat([table[year].ne(MISSING) for table in tables.values()], axis=1).all(axis=1)
        sums = {
            scope: int(table.loc[complete, year].sum()) if complete.any() else MISSING
            for scope, table in tables.items()
        }
        coverage = "44 forces" if complete.all() else f"{int(complete.sum())} of 44 forces"
        rows.append({"financial_year": year, **sums, "coverage": coverage})
    return pd.DataFrame(rows, columns=["financial_year", *SCOPES, "coverage"])


def force_table(recorded: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Put side by side what is recorded and how much is published about each force."""
    # There is no rate: the only population at hand is of all ages in mid-2023, which is neither the children nor the
    # years that the counts are about. City of London and British Transport Police have no resident population to speak
    # of, so they would not get one either.
    table = all_forces()
    recent = whole_years(recorded)[-_RECENT:]
    for scope in SCOPES:
        years = force_years(recorded, scope)
        for year in recent:
            table[f"{scope}_{year}"] = years[year]
    for name, level in (("figures_for_force", "force"), ("figures_for_places", "place in the force area")):
        original = (listed["area_is"] == level) & (listed["restates"] == NOT_APPLICABLE)
        counts = listed.loc[original, "force"].value_counts()
        table[name] = pd.Series([int(counts.get(force, 0)) or MISSING for force in table["force"]], dtype=object)
    return table


def force_figures(
    figures: Mapping[str, Figure], known: Mapping[str, Place], hidden: Mapping[str, str] = MappingProxyType({})
) -> pd.DataFrame:
    """List every published figure about a force, a place inside one or several forces together."""
    # In the order of the forces, then area, counting rule and period; never the value. A figure for a place is not one
    # for the force. ``hidden`` says, by id, why a share of suspects by group is not printed.
    located = _located(figures.values(), known)
    order = {force: number for number, force in enumerate([*all_forces()["force"], SEVERAL])}
    chosen = sorted(
        ((*located[figure.geography], figure) for figure in figures.values() if figure.geography in located),
        key=lambda row: (
            *(order[row[0]], _LEVELS.index(row[1]), row[2].geography, row[2].definition, row[2].unit),
            *(str(row[2].period_start or ""), str(row[2].period_end or ""), row[2].id),
        ),
    )
    rows = [_row(force, level, figure) for force, level, figure in chosen]
    for row in rows:
        if why := hidden.get(row["figure"]):
            # A note may quote the share, or those beside it.
            row["published"], row["note"] = f"not printed: {why}", NOT_APPLICABLE
        elif figures[row["figure"]].withheld:
            row["published"] = "not printed: never to be quoted"
    for row, (one, other) in zip(rows, pairwise(chosen), strict=False):
        if one[0] == other[0] and (one[2].id in hidden or other[2].id in hidden):
            row["why"] = "a share that is not printed is compared with nothing"  # the reasons would give it away
        elif one[0] == other[0]:
            verdict = compare(one[2], other[2])
            row["next_row"], row["why"] = verdict.verdict, "; ".join(verdict.reasons) or "no difference is registered"
    return pd.DataFrame(rows, columns=list(_COLUMNS), dtype=object)


def force_areas(figures: Iterable[Figure], known: Mapping[str, Place]) -> dict[str, str]:
    """Return the force of every area that is the whole of one."""
    return {area: force for area, (force, level) in _located(figures, known).items() if level == "force"}


_COLUMNS = (
    *("force", "area", "area_is", "figure", "statement", "published", "unit", "share_of", "period", "counting_rule"),
    *("part", "ages", "sex", "coverage", "time_basis", "counter", "stage", "status", "source", "tier", "locator"),
    *("restates", "conflicts_with", "note", "next_row", "why"),
)


def _row(force: str, level: str, figure: Figure) -> dict[str, str]:
    words = {
        "part": figure.category,
        "unit": figure.unit,
        "time_basis": figure.time_basis,
        "counter": figure.counter,
        "stage": figure.stage,
        "status": figure.status,
    }
    row = {name: word.replace("_", " ") for name, word in words.items()} | {
        "force": force,
        "area": figure.geography,
        "area_is": level,
        "figure": figure.id,
        "statement": figure.statement,
        "published": figure.published,
        "share_of": figure.base or NOT_APPLICABLE,
        "period": _period(figure),
        "counting_rule": figure.dataset.title if figure.dataset else figure.definition,
        "ages": figure.ages,
        "sex": figure.sex,
        "coverage": figure.coverage,
        "source": figure.source,
        "tier": figure.tier,
        "locator": figure.locator,
        "restates": figure.relays or NOT_APPLICABLE,
        "conflicts_with": "; ".join(figure.conflicts_with) or NOT_APPLICABLE,
        "note": figure.note or NOT_APPLICABLE,
        "next_row": NOT_APPLICABLE,
        "why": NOT_APPLICABLE,
    }
    # What the register does not know is not available to the reader either.
    known = {"": MISSING, UNKNOWN: MISSING, "not applicable": NOT_APPLICABLE}
    return {name: known.get(cell, cell) for name, cell in row.items()}


def _period(figure: Figure) -> str:
    if figure.period_start is None or figure.period_end is None:
        return MISSING
    if figure.period_start == figure.period_end:
        return f"as at {figure.period_end}"
    return f"{figure.period_start} to {figure.period_end}"


def _located(figures: Iterable[Figure], places: Mapping[str, Place]) -> dict[str, tuple[str, str]]:
    """Map each area that is no wider than some forces to the force and to what kind of area it is."""
    areas = pd.DataFrame({"geography": sorted({figure.geography for figure in figures})}, dtype="str")
    if areas.empty:
        return {}
    named = harmonise_forces(areas, force="geography", on_unmapped="keep").astype(object)
    kinds = {"combined_area": "several forces", **dict.fromkeys(("territorial", "non_territorial"), "force")}
    kinds |= dict.fromkeys(("total", "out_of_scope"), WIDER)
    found: dict[str, tuple[str, str]] = {}
    unknown = []
    for area, force, kind in named[["geography", "force", "force_type"]].itertuples(index=False):
        place = places.get(area)
        level, where = (place.is_a, place.force) if place else (kinds.get(kind), force)
        if level == "several forces":
            found[area] = (SEVERAL, level)
        elif level in _LEVELS and where:
            found[area] = (where, level)
        elif level != WIDER:
            unknown.append(area)
    if unknown:
        raise ValueError(
            f"areas {unknown[:5]} of published figures are no force, place, region or nation that is known; "
            "say in data/judgement/places.csv which force they lie in"
        )
    return found
