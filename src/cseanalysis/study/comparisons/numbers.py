"""What may be compared: the rules, the verdicts on the figures that are quoted most, and what can be stated."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cseanalysis.register import Comparison, Figure, compare, compare_all
from cseanalysis.register.comparison import lines
from cseanalysis.register.gate import CLUSTERING
from cseanalysis.register.sentences import period_words
from cseanalysis.register.spans import months_in
from cseanalysis.sensitivity.known import KnownEnds
from cseanalysis.study.data.judgement import read_judgement
from cseanalysis.study.data.named import ARRESTS, EXPLOITATION, GROUP_BASED
from cseanalysis.study.ranges import Led, narrowed_by
from cseanalysis.values import Estimate, Interval

# What each rule of the gate takes for the same, which difference it can cross, and what it refuses.
_RULES: tuple[tuple[str, str, str, str], ...] = (
    ("Unit and base", "one unit; shares of one whole", "never", "arrests and victims; a count and a share"),
    ("Definition", "one producer's rule", "a registered bridge with its range", "two rules, whatever their names"),
    ("Standing", "may be quoted, and is no guess", "never", "a machine-made transcript; a guessed day"),
    ("Category", "one part", "two parts of one whole, in one period", "a whole and its part: offered as a share"),
    (
        "Ages, sex, place",
        "equal words",
        "groups of one count, parts of one whole",
        "under 18 and 16; a force and the country",
    ),
    (
        "Coverage",
        "equal; that the forces are the same is minded",
        "a registered factor",
        "42 and 44 forces; coverage that nobody states",
    ),
    (
        "Period",
        "equal lengths, one after the other",
        "monthly rates, where registered",
        "overlaps; dates that nobody states",
    ),
    ("Time basis", "one event puts a record into the period", "never", "recorded and charged; recalled and recorded"),
    ("Counter", "flow, stock, running total or survey", "never", "open cases and convictions; two starting days"),
    ("Stage", "report, early, charge, court, review", "never", "twelve weeks after recording and the end of a case"),
    (
        "Break",
        "one side of it; shocks forbid a clear change",
        "never",
        "a new offence; new questions; a new flag",
    ),
    ("Known share", "both shares of all records", "bounds that exclude each other", "bounds that overlap"),
    ("Printing", "both numbers bounded", "exact and rounded print of one number", "both ends open; conflicts; words"),
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SAID = {"comparable": "comparable", "bridged": "across a bridge", "refused": "refused"}


@dataclass(frozen=True, slots=True)
class QuotedPair:
    """Two figures that are set against each other, or could be, with the question in plain words."""

    first: str
    second: str
    question: str
    reason: str


def quoted_pairs(root: Path | str | None = None) -> tuple[QuotedPair, ...]:
    """Return the pairs of ``data/judgement/quoted_pairs.csv``, in the order in which the chapter asks them."""
    return read_judgement("quoted_pairs", QuotedPair, root)


@dataclass(frozen=True, slots=True)
class StatedChange:
    """Two counts between which the chapter states a change."""

    first: str
    second: str
    reason: str


def stated_changes(root: Path | str | None = None) -> tuple[StatedChange, ...]:
    """Return the changes of ``data/judgement/stated_changes.csv``, in the order in which the chapter prints them."""
    return read_judgement("stated_changes", StatedChange, root)


def leading(figures: Mapping[str, Figure], names: Iterable[str]) -> tuple[Figure, ...]:
    """Return figures that may lead a chapter: none that was read in a compilation only."""
    chosen = tuple(figures[name] for name in names)
    if copies := [figure.id for figure in chosen if figure.tier == "D"]:
        raise ValueError(
            f"{', '.join(copies[:5])} {'were' if len(copies) > 1 else 'was'} read in a compilation (tier D), which "
            "cannot lead a chapter; name the primary record or say it further down"
        )
    return chosen


def gate_rules() -> pd.DataFrame:
    """Set out the rules of the gate, a row a dimension."""
    return pd.DataFrame(_RULES, columns=["What is compared", "The same when", "Can be crossed by", "Refused, such as"])


def verdicts(figures: Mapping[str, Figure], pairs: Iterable[QuotedPair]) -> pd.DataFrame:
    """Give the gate's verdict on pairs of figures, with the gravest reason or what to mind."""
    rows = []
    for pair in pairs:
        one, other = figures[pair.first], figures[pair.second]
        if wrong := _other_years(pair.question, (one, other)):
            raise ValueError(
                f"data/judgement/quoted_pairs.csv, {pair.question!r}: {one.id} and {other.id} are not of "
                f"{', '.join(wrong)}; name the years that they count"
            )
        found = compare(one, other)
        reasons = list(lines(found.differences))
        more = f"; and {_count(len(reasons) - 1, 'reason')} more" if len(reasons) > 1 else ""
        rows.append(
            {
                "Asked": pair.question,
                "As printed": "; ".join(
                    f"{figure.published} ({figure.id}, {period_words(figure)})" for figure in (one, other)
                ),
                "Verdict": _SAID[found.verdict],
                "Gravest reason, or what to mind": (reasons[0] + more) if reasons else "nothing differs but the period",
                "Allowed": ", ".join(found.allowed) or "none",
            }
        )
    return pd.DataFrame(rows)


def _other_years(words: str, figures: Iterable[Figure]) -> list[str]:
    """Return the years that words name and no figure counts; none when a figure has no dates."""
    counted: set[int] = set()
    for figure in figures:
        if figure.period_start is None or figure.period_end is None:
            return []
        counted |= set(range(figure.period_start.year, figure.period_end.year + 1))
    return [year for year in _YEAR.findall(words) if int(year) not in counted]


def all_verdicts(figures: Mapping[str, Figure]) -> pd.DataFrame:
    """Count the verdicts on every pair of the register, and which dimensions refuse most."""
    # ``share`` is of all pairs for the verdicts, of the refused ones for the dimensions (a pair may be refused by
    # several).
    pairs = compare_all(figures.values())
    counts = pairs["verdict"].value_counts()
    rows = [(_SAID[name], int(counts.get(name, 0)), len(pairs)) for name in _SAID]
    by: Counter[str] = Counter()
    for dimensions, number in pairs.loc[pairs["verdict"] == "refused", "refused_by"].value_counts().items():
        by.update(dict.fromkeys(str(dimensions).split(", "), int(number)))
    rows += [(f"refused by: {name}", number, int(counts.get("refused", 0))) for name, number in by.most_common()]
    return pd.DataFrame(
        [(said, number, number / whole) for said, number, whole in rows], columns=["said", "pairs", "share"]
    )


def stated_rows(
    figures: Mapping[str, Figure], stated: Iterable[StatedChange], *, inflation: Interval = CLUSTERING
) -> list[dict[str, Any]]:
    """Return the changes that can be stated: the ratio, chance with and without clusters, and what would hide it."""
    rows = []
    for pair in stated:
        found = compare(figures[pair.first], figures[pair.second], inflation=inflation)
        change = found.change
        if change is None or change.ratio is None:
            raise ValueError(
                f"{pair.first} and {pair.second} have no ratio; take the pair out of data/judgement/stated_changes.csv"
            )
        rows.append(
            {
                "first": _as_printed(found.first, figures),
                "second": _as_printed(found.second, figures),
                "ratio": change.ratio,
                "independent": change.independent,
                "clustered": change.clustered,
                "hidden_at": change.hidden_at,
                "highest": inflation.high,
            }
        )
    return rows


def verdict_results(figures: Mapping[str, Figure], verdicts: pd.DataFrame) -> list[Estimate]:
    """Read the verdicts over all pairs of the register off their table, and count the conflicts and relays in it."""
    counts = dict(zip(verdicts["said"], verdicts["pairs"].tolist(), strict=True))
    conflicts = sum(len(figure.conflicts_with) for figure in figures.values()) // 2
    relays = sum(bool(figure.relays) for figure in figures.values())
    table = ("figures",)
    return [
        Estimate(
            "figures_registered", "published figures", len(figures), basis=table, procedure="number of rows of figures"
        ),
        Estimate(
            "pairs_compared",
            "pairs of figures",
            math.comb(len(figures), 2),
            basis=table,
            formula="figures_registered * (figures_registered - 1) / 2",
        ),
        *(
            Estimate(
                f"pairs_{name}",
                "pairs of figures",
                int(counts[said]),
                basis=table,
                procedure=f"number of pairs of rows of figures of which compare(a, b) says {said}",
            )
            for name, said in _SAID.items()
        ),
        Estimate(
            "conflicts_registered",
            "pairs of figures in conflict",
            conflicts,
            basis=table,
            procedure="number of pairs of rows of figures of which one names the other in conflicts_with",
        ),
        Estimate(
            "relays_registered",
            "figures that repeat another",
            relays,
            basis=table,
            procedure="number of rows of figures that name another in relays",
        ),
    ]


def comparison_results(figures: Mapping[str, Figure], *, inflation: Interval = CLUSTERING) -> list[Estimate]:
    """Return the changes that the chapter on comparisons quotes."""
    return [
        *_ratios("exploitation_change", compare(*(figures[one] for one in EXPLOITATION), inflation=inflation)),
        *_ratios("group_based_change", compare(*(figures[one] for one in GROUP_BASED), inflation=inflation)),
        *_monthly(*(figures[one] for one in ARRESTS)),
    ]


_INTERVAL = "the interval is that of the ratio of two counts of events, their variance {}: compare(a, b).change"


def _ratios(name: str, found: Comparison) -> list[Estimate]:
    change, basis = found.change, (found.first.id, found.second.id)
    if change is None or change.ratio is None or change.independent is None or change.clustered is None:
        raise ValueError(f"{name}: {' and '.join(basis)} have no interval; the chapter quotes one")
    if change.hidden_at is None:
        raise ValueError(f"{name}: no inflation hides the change; the chapter quotes one")
    # As a per cent change: a ratio near 1 loses its side when it is rounded.
    formula = f"100 * ({basis[1]} / {basis[0]} - 1)"
    unit, point = f"per cent change from {period_words(found.first)}", 100 * (change.ratio[0] - 1)
    both = (change.independent, change.clustered)  # at either end of the range of the inflation
    lows, highs = (np.array([[ends.low] for ends in both]), np.array([[ends.high] for ends in both]))
    known = {"clustering_inflation": (lows, highs)}
    independent, clustered = (replace(ends, low=100 * (ends.low - 1), high=100 * (ends.high - 1)) for ends in both)
    narrowed = narrowed_by(KnownEnds(lows.min(axis=0), highs.max(axis=0), known))
    return [
        Estimate(name, unit, point, independent, basis, formula=formula, procedure=_INTERVAL.format("independent")),
        Led(
            f"{name}_clustered",
            unit,
            point,
            clustered,
            (*basis, "clustering_inflation"),
            narrowed,
            formula=formula,
            procedure=_INTERVAL.format("inflated by up to clustering_inflation"),
        ),
        Estimate(
            f"{name}_hidden_at",
            "times the variance of independent events",
            change.hidden_at,
            basis=basis,
            procedure=f"compare({basis[0]}, {basis[1]}).change.hidden_at: the inflation of the variance from which on "
            "the interval of the ratio holds no change",
        ),
    ]


def _monthly(first: Figure, second: Figure, rounded: Figure) -> list[Estimate]:
    low, high = rounded.ends
    ends = Interval(low / _months(rounded), high / _months(rounded), "bound")
    return [
        Estimate(
            "arrests_monthly_second",
            "arrests a month, April to December 2024",
            second.value / _months(second),
            basis=(second.id,),
            formula=f"{second.id} / {_months(second):.12g}",
        ),
        Estimate(
            "arrests_monthly_rounded",
            "arrests a month, 2023/24",
            interval=ends,
            basis=(rounded.id,),
            formula="({0}.least / {1:.12g}, {0}.most / {1:.12g})".format(rounded.id, _months(rounded)),
        ),
        Estimate(
            "arrests_monthly_least",
            "arrests a month, 2023/24, at least",
            first.ends[0] / _months(first),
            basis=(first.id,),
            formula=f"{first.id}.least / {_months(first):.12g}",
        ),
    ]


def _months(figure: Figure) -> float:
    if figure.period_start is None or figure.period_end is None:
        raise ValueError(f"figure {figure.id} has no period, so no rate per month; give its days")
    return months_in(figure.period_start, figure.period_end)


def _as_printed(figure: Figure, figures: Mapping[str, Figure]) -> str:
    """Print a figure and its period, and its ends where an open print of the same number is what limits them."""
    low, high = figure.ends
    limited = bool(figure.relays) and low == figures[figure.relays].ends[0] < high
    limits = f", {low:,.0f} to {high:,.0f} as {figure.relays} limits it" if limited else ""
    return f"{figure.published} ({figure.id}{limits}, {period_words(figure)})"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
