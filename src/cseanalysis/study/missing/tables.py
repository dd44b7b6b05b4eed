"""The tables of the chapter on what the records do not say: their rows, and what each column prints of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import Any

import pandas as pd

from cseanalysis.export.wording import say
from cseanalysis.models import share_bounds
from cseanalysis.register import Figure, compare, parity
from cseanalysis.study.data.named import COVERAGE, FLAGGED, RECORDED_2023
from cseanalysis.study.labels import plain_words
from cseanalysis.study.missing.judged import AgencyCount, LocalRecords
from cseanalysis.study.missing.lists import refusal_on_no_overlap, refusal_on_totals
from cseanalysis.study.missing.numbers import as_printed, field_coverage, group_label, suspect_groups, suspect_ladder
from cseanalysis.study.tables import Column, in_words, number, span
from cseanalysis.values import Estimate, Interval

Rows = list[dict[str, Any]]
TARGETS = (0.05, 0.1, 0.25, 0.5)  # shares a reader may have in mind
_NOT_KNOWN = "ethnicity_not_known"


def _with_id(published: str, figure: str) -> str:
    return f"{published} ({figure})"


def _bounds_or(without: str) -> Any:
    """Word bounds on a share, or what stands where there are none."""
    return lambda bounds: without if bounds is None else span("share")(bounds.low, bounds.high)


def _population(one: Figure | None) -> str:
    if one is None:
        return "not in the register"
    return _with_id("never to be quoted" if one.withheld else one.published, one.id)


def _allowed(bounds: Interval | None, hidden: str) -> str:
    return "not printed" if hidden else str(_bounds_or("no bounds")(bounds))


FLAG = (
    Column("If group-based were", "share", number("share")),
    Column("Offences", "offences", number()),
    Column("Of those without the flag, group-based would be", "unflagged", number("share")),
    Column("Of those group-based, flagged would be", "flagged", number("share")),
)
LOCAL = (
    Column("Whose records", "whose"),
    Column("Group", "group"),
    Column("Share", ("published", "figure"), _with_id),
    Column("Ethnicity not known", "not_known", lambda printed: printed or "not stated"),
    Column("Allowed, of that base", ("bounds", "hidden"), _allowed),
)
BENCHMARKS = (
    Column("Recorded share", ("group", "place", "share"), lambda group, place, share: f"{group}, {place} ({share})"),
    Column("Population share", "population", _population),
    Column("Compared?", "answer"),
)
GATE = (
    Column("Counts", ("units", "figures"), lambda units, ids: " and ".join(map(_with_id, units, ids))),
    Column("Verdict", "verdict"),
    Column("Differ in", "refusing", lambda dimensions: ", ".join(dimensions) or "nothing that refuses"),
)
LISTS = (
    Column("List", "agency"),
    Column("What is published", ("count", "counted"), lambda count, counted: f"{count} {counted}"),
    Column(
        "Children it may hold",
        ("children", "condition"),
        lambda children, condition: f"{children.removeprefix('exactly ')}, if {condition}" if condition else children,
    ),
)
REFUSALS = (
    Column("Asked", "asked"),
    Column("Answered", "answered", lambda answer: plain_words(answer[:1].upper() + answer[1:])),
)


def flag_needs(figures: Mapping[str, Figure]) -> Rows:
    """Say what it would take for a larger share of recorded offences to be group-based than carries the flag."""
    # A row a share: the offences it means, the share of unflagged offences that would be group-based, and the share of
    # group-based offences that would carry the flag.
    offences, flagged = float(figures[RECORDED_2023].value), float(figures[FLAGGED].value)
    return [
        {
            "share": share,
            "offences": round(share * offences),
            "unflagged": (share * offences - flagged) / (offences - flagged),
            "flagged": flagged / (share * offences),
        }
        for share in TARGETS
    ]


def ladder_in_words(
    figures: Mapping[str, Figure], odds_ratio: float, hidden: Mapping[str, str] = MappingProxyType({})
) -> pd.DataFrame:
    """Set each group's printed share beside what it allows for all suspects, assumption by assumption."""
    # A row a group, in the order of the register, and a column an assumption; every row by one formula.
    coverage, rows = field_coverage(figures), []
    columns = [Column("Recorded ethnicity", "group"), Column("Printed, of those recorded", "printed")]
    for group in suspect_groups(figures):
        rungs = suspect_ladder(group, coverage, odds_ratio)[:-1]
        printed = figures[group.figures[0]].published if len(group.figures) == 1 else "not printed"
        why = next((hidden[name] for name in group.figures if name in hidden), "")
        allowed = {rung.assumption: None if why else rung.interval for rung in rungs}
        rows.append({"group": group.label, "printed": why or printed} | allowed)
    assumed = list(rows[0])[2:]
    columns += [Column(f"All suspects, {name}", name, _bounds_or("")) for name in assumed]
    return in_words(rows, columns)


def local_shares(
    figures: Mapping[str, Figure], records: Iterable[LocalRecords], hidden: Mapping[str, str] = MappingProxyType({})
) -> Rows:
    """List the local shares with how many suspects' ethnicity is not known, and bounds where that is stated."""
    # ``hidden`` says, by id, why a share is not printed (`recorded.shares`); then nothing that gives it away is either.
    # A row a printed share, in the order of the national table, then of the register.
    order = [group.name for group in suspect_groups(figures)]
    rows = []
    for one in records:
        shares = _local(figures, one)
        silent = next((figure for figure in shares if _group(figure) == _NOT_KNOWN), None)
        said = [figure for figure in shares if figure is not silent]
        said.sort(key=lambda figure: order.index(_group(figure)) if _group(figure) in order else len(order))
        rows += [
            {
                "whose": "as above" if number else one.whose or _whose(figure),
                "group": _label(figure),
                "published": hidden.get(figure.id, figure.published),
                "hidden": hidden.get(figure.id, ""),
                "figure": figure.id,
                "not_known": silent and silent.published,
                "bounds": None if figure.id in hidden else silent and local_bounds(figure, silent),
            }
            for number, figure in enumerate(said)
        ]
    return rows


def local_bounds(figure: Figure, silent: Figure) -> Interval:
    """Bound a share of all records when the share of records that do not say is printed beside it."""
    low, high = as_printed(figure)
    most = min(as_printed(silent)[1], 1 - high)
    return Interval(low, share_bounds(high, 1 - most, most, of=1).high, "bound")


def benchmarks(figures: Mapping[str, Figure], records: Iterable[LocalRecords]) -> Rows:
    """Ask of every recorded share, national and local, whether a population share may be set beside it."""
    national = [figure for figure in figures.values() if figure.known_share == COVERAGE]
    definitions = [one.definition for one in records]
    local = [
        figure
        for figure in figures.values()
        if figure.definition in definitions and _is_share(figure) and _group(figure) != _NOT_KNOWN
    ]
    rows = []
    for share in (*national, *local):
        if share.dataset is not None and share.dataset.selection == "case_series":
            continue  # chosen cases speak for no population, whatever it is
        population = benchmark(share, figures.values())
        rows.append(
            {
                "group": _label(share),
                "place": share.geography,
                "share": share.id,
                "population": population,
                "answer": _answer(share, population),
            }
        )
    return rows


def benchmark(share: Figure, figures: Iterable[Figure]) -> Figure | None:
    """Return the registered population share of the same group in the same area, if there is one."""
    return next(
        (
            figure
            for figure in figures
            if figure.category == f"population/{_group(share)}" and figure.geography == share.geography
        ),
        None,
    )


def parity_lines(figures: Mapping[str, Figure]) -> dict[str, tuple[float, float]]:
    """Return, by group, the ends of the population share that its recorded share may be held against."""
    lines = {}
    for share in figures.values():
        population = benchmark(share, figures.values()) if share.known_share == COVERAGE else None
        if population is not None and parity(share, population).verdict != "refused":
            lines[_group(share)] = (population.ends[0] / 100, population.ends[1] / 100)
    return lines


def agencies_compared(figures: Mapping[str, Figure], counts: Iterable[AgencyCount]) -> Rows:
    """Ask of each pair of agencies' published counts whether the gate lets them be compared, and why not."""
    rows = []
    for pair in combinations([figures[one.figure] for one in counts], 2):
        comparison = compare(*pair)
        rows.append(
            {
                "units": [figure.unit for figure in pair],
                "figures": [figure.id for figure in pair],
                "verdict": comparison.verdict,
                "refusing": [item.dimension for item in comparison.differences if item.level == "refused"],
            }
        )
    return rows


def agency_lists(figures: Mapping[str, Figure], results: Mapping[str, Estimate], counts: Iterable[AgencyCount]) -> Rows:
    """Set each agency's published count beside the children it may stand for."""
    return [
        {
            "agency": one.agency,
            "count": _count(one, figures, results),
            "counted": one.counted,
            "children": say(results[one.list]),
            "condition": one.condition,
        }
        for one in counts
        if one.list
    ]


def refusals(results: Mapping[str, Estimate], counts: Iterable[AgencyCount]) -> Rows:
    """Ask the two questions that need an overlap, and hear what the models answer."""
    lengths = {one.agency: round(_interval(results[one.list]).high) for one in counts if one.list}
    first, second = list(lengths.values())[:2]
    return [
        {
            "asked": "How many children in all, from the lengths of three lists (multiple systems estimation)?",
            "answered": refusal_on_totals(lengths),
        },
        {
            "asked": "How many in all, from police and children's services, whatever their overlap?",
            "answered": refusal_on_no_overlap(first, second),
        },
    ]


def _count(one: AgencyCount, figures: Mapping[str, Figure], results: Mapping[str, Estimate]) -> str:
    """Return what the list was made from: the police list comes from the recorded offences, not from the figure."""
    basis = results[one.list].basis if one.list else ()
    return say(results["list_offences"]) if "recorded_offences" in basis else figures[one.figure].published


def _answer(share: Figure, population: Figure | None) -> str:
    if population is None:
        return f"no: no population share for {share.geography} is registered"
    found = parity(share, population)
    return f"no: {'; '.join(found.reasons)}" if found.verdict == "refused" else found.verdict


def _interval(estimate: Estimate) -> Interval:
    if estimate.interval is None:
        raise ValueError(f"{estimate.id} is no range; a list's length in children is one")
    return estimate.interval


def _local(figures: Mapping[str, Figure], records: LocalRecords) -> list[Figure]:
    shares = [one for one in figures.values() if one.definition == records.definition and _is_share(one)]
    if not shares:
        raise ValueError(f"local_records.csv: no figure is a share of suspects as {records.definition!r} counts them")
    return shares


def _is_share(figure: Figure) -> bool:
    return figure.unit == "per_cent" and figure.category.startswith("suspects/")


def _group(figure: Figure) -> str:
    return figure.category.rpartition("/")[2]


def _label(figure: Figure) -> str:
    return group_label(_group(figure))


def _whose(figure: Figure) -> str:
    title = figure.dataset.title.partition(",")[0] if figure.dataset else figure.definition
    return title if figure.geography in title else f"{title}, {figure.geography}"
