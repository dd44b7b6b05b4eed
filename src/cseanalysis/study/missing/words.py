"""The tables of the chapter on what the records do not say, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

import pandas as pd

from cseanalysis.export.wording import say, say_ends, say_number
from cseanalysis.models import share_bounds
from cseanalysis.register import Figure, compare, parity
from cseanalysis.study.data.assumptions import load_assumptions
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.reported import load_results
from cseanalysis.study.labels import plain_words
from cseanalysis.study.missing.lists import LISTS, refusal_on_no_overlap, refusal_on_totals
from cseanalysis.study.missing.numbers import (
    COVERAGE,
    FLAGGED,
    OFFENCES,
    as_printed,
    field_coverage,
    group_label,
    suspect_groups,
    suspect_ladder,
)
from cseanalysis.values import Estimate, Interval

TARGETS = (0.05, 0.1, 0.25, 0.5)  # shares a reader may have in mind
LOCAL = ("gmp_all_suspects", "gmp_group_suspects", "stovewood_audit_chart")
_GATE = ("F143", "F153", "F152", "F156")
_NOT_KNOWN = "ethnicity_not_known"
# A base that its source leaves open, and a source that the copy leaves open.
_UNCLEAR = {
    "stovewood_audit_chart": "Operation Stovewood, suspects or people convicted (not said which), a chart ascribed to "
    "the Home Office or the national audit"
}


def flag_needs() -> pd.DataFrame:
    """Say what it would take for a larger share of recorded offences to be group-based than carries the flag.

    Returns
    -------
    DataFrame
        One row a share: the offences it means, the share of unflagged offences that would be group-based, and the
        share of group-based offences that would carry the flag.
    """
    figures = load_figures()
    offences, flagged = float(figures[OFFENCES].value), float(figures[FLAGGED].value)
    return pd.DataFrame(
        [
            {
                "If group-based were": say_number(share, "share"),
                "Offences": say_number(round(share * offences)),
                "Of those without the flag, group-based would be": say_number(
                    (share * offences - flagged) / (offences - flagged), "share"
                ),
                "Of those group-based, flagged would be": say_number(flagged / (share * offences), "share"),
            }
            for share in TARGETS
        ]
    )


def ladder_in_words() -> pd.DataFrame:
    """Set each group's printed share beside what it allows for all suspects, assumption by assumption.

    Returns
    -------
    DataFrame
        A row a group, in the order of the register; every row by one formula.
    """
    figures = load_figures()
    coverage, odds = field_coverage(figures), load_assumptions()["unrecorded_odds_ratio"].high
    rows = []
    for group in suspect_groups(figures):
        printed = figures[group.figures[0]].published if len(group.figures) == 1 else "not printed"
        rungs = suspect_ladder(group, coverage, odds)[:-1]
        rows.append(
            {"Recorded ethnicity": group.label, "Printed, of those recorded": printed}
            | {f"All suspects, {rung.assumption}": _span(rung.interval) for rung in rungs}
        )
    return pd.DataFrame(rows)


def local_in_words() -> pd.DataFrame:
    """List the local shares with how many suspects' ethnicity is not known, and bounds where that is published.

    Returns
    -------
    DataFrame
        A row a printed share, in the order of `ladder_in_words`, then of the register.
    """
    figures = load_figures()
    order = [group.name for group in suspect_groups(figures)]
    rows = []
    for definition in LOCAL:
        shares = [figure for figure in figures.values() if figure.definition == definition and _is_share(figure)]
        silent = next((figure for figure in shares if _group(figure) == _NOT_KNOWN), None)
        said = [figure for figure in shares if figure is not silent]
        said.sort(key=lambda figure: order.index(_group(figure)) if _group(figure) in order else len(order))
        rows += [
            {
                "Whose records": "as above" if number else _whose(figure),
                "Group": _label(figure),
                "Printed": f"{figure.published} ({figure.id})",
                "Ethnicity not known": silent.published if silent else "not published",
                "Allowed, of that base": _span(local_bounds(figure, silent)) if silent else "bounds not published",
            }
            for number, figure in enumerate(said)
        ]
    return pd.DataFrame(rows)


def local_bounds(figure: Figure, silent: Figure) -> Interval:
    """Bound a share of all records when the share of records that do not say is printed beside it.

    Parameters
    ----------
    figure
        Per cent of all records.
    silent
        Per cent of the same records that do not say.

    Returns
    -------
    Interval
        As a share, from both percentages as printed.
    """
    low, high = as_printed(figure)
    most = min(as_printed(silent)[1], 1 - high)
    return Interval(low, share_bounds(high, 1 - most, most, of=1).high, "bound")


def benchmarks_in_words() -> pd.DataFrame:
    """Ask of every recorded share, national and local, whether a population share may be set beside it.

    Returns
    -------
    DataFrame
        A row a share that was asked about, with the population figure and the answer.
    """
    figures = load_figures()
    national = [figure for figure in figures.values() if figure.known_share == COVERAGE]
    local = [
        figure
        for figure in figures.values()
        if figure.definition in LOCAL and _is_share(figure) and _group(figure) != _NOT_KNOWN
    ]
    rows = []
    for share in (*national, *local):
        if share.dataset is not None and share.dataset.selection == "case_series":
            continue  # chosen cases speak for no population, whatever it is
        population = benchmark(share, figures.values())
        rows.append(
            {
                "Recorded share": f"{_label(share)}, {share.geography} ({share.id})",
                "Population share": f"{population.published} ({population.id})" if population else "none published",
                "Compared?": _answer(share, population),
            }
        )
    return pd.DataFrame(rows)


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
    """Return, by group, the ends of the population share that its recorded share may be held against.

    Parameters
    ----------
    figures
        The study's figures by id.

    Returns
    -------
    dict of str to tuple of float
        Shares; empty when no population share of the same ages, sex and area is registered.
    """
    lines = {}
    for share in figures.values():
        population = benchmark(share, figures.values()) if share.known_share == COVERAGE else None
        if population is not None and parity(share, population).verdict != "refused":
            lines[_group(share)] = (population.ends[0] / 100, population.ends[1] / 100)
    return lines


def gate_in_words() -> pd.DataFrame:
    """Say for each pair of agencies' published counts whether the gate lets them be compared, and why not."""
    figures = load_figures()
    rows = []
    for first, second in combinations(_GATE, 2):
        comparison = compare(figures[first], figures[second])
        refusing = [item.dimension for item in comparison.differences if item.level == "refused"]
        rows.append(
            {
                "Counts": " and ".join(f"{figures[name].unit} ({name})" for name in (first, second)),
                "Verdict": comparison.verdict,
                "Differ in": ", ".join(refusing) or "nothing that refuses",
            }
        )
    return pd.DataFrame(rows)


def lists_in_words() -> pd.DataFrame:
    """Set each agency's published count beside the children it may stand for."""
    results, figures = load_results(), load_figures()
    rows = []
    for one in LISTS:
        basis = results[one.result].basis
        count = say(results["list_offences"]) if "recorded_offences" in basis else figures[basis[0]].published
        rows.append(
            {
                "List": one.agency,
                "What is published": f"{count} {one.counted}",
                "Children it may hold": _children(results[one.result], one.condition),
            }
        )
    return pd.DataFrame(rows)


def refusals_in_words() -> pd.DataFrame:
    """Ask the two questions that need an overlap, and print what the models answer."""
    lengths = {one.agency: round(_interval(one.result).high) for one in LISTS}
    first, second = list(lengths.values())[:2]
    asked = {
        "How many children in all, from the lengths of three lists (multiple systems estimation)?": refusal_on_totals(
            lengths
        ),
        "How many in all, from police and children's services, whatever their overlap?": refusal_on_no_overlap(
            first, second
        ),
    }
    return pd.DataFrame(
        {"Asked": list(asked), "Answered": [plain_words(answer[:1].upper() + answer[1:]) for answer in asked.values()]}
    )


def _answer(share: Figure, population: Figure | None) -> str:
    if population is None:
        return f"no: no population share for {share.geography} is registered"
    found = parity(share, population)
    return f"no: {'; '.join(found.reasons)}" if found.verdict == "refused" else found.verdict


def _children(estimate: Estimate, condition: str) -> str:
    return f"{say(estimate).removeprefix('exactly ')}, if {condition}" if condition else say(estimate)


def _interval(name: str) -> Interval:
    interval = load_results()[name].interval
    if interval is None:
        raise ValueError(f"{name} is no range; a list's length in children is one")
    return interval


def _span(interval: Interval) -> str:
    """Word the ends of a bound, rounded outward, where the column's head or the caption says what they are."""
    return " to ".join(say_ends(interval, "share"))


def _is_share(figure: Figure) -> bool:
    return figure.unit == "per_cent" and figure.category.startswith("suspects/")


def _group(figure: Figure) -> str:
    return figure.category.rpartition("/")[2]


def _label(figure: Figure) -> str:
    return group_label(_group(figure))


def _whose(figure: Figure) -> str:
    if figure.definition in _UNCLEAR:
        return _UNCLEAR[figure.definition]
    title = figure.dataset.title.partition(",")[0] if figure.dataset else figure.definition
    return title if figure.geography in title else f"{title}, {figure.geography}"
