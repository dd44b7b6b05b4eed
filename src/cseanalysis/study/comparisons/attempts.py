"""The ways in which a bad analysis is tried on the package: with figures of the register, bad rows and bad models."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from cseanalysis.clean import harmonise_forces, harmonise_offences
from cseanalysis.models import implied_total, joint_reporting_probability, share_bounds
from cseanalysis.models.change.ratios import ratio_of_counts
from cseanalysis.register import (
    Definition,
    Figure,
    IncomparableError,
    change_between,
    compare,
    load_figures,
    parity,
)
from cseanalysis.register.figures import COLUMNS
from cseanalysis.register.gate import CLUSTERING
from cseanalysis.study.comparisons.numbers import leading
from cseanalysis.study.data.named import WHOLE
from cseanalysis.study.recorded.forces import force_years
from cseanalysis.values import Assumption, Estimate, Interval

Kind = Literal["refused", "bounded", "no clear change"]
Figures = Mapping[str, Figure]
_SUPPOSED = Definition("supposed", "A supposed population", "nobody", "made up", "residents", "population", "")


class WentThroughError(AssertionError):
    """A bad analysis was answered as if it were sound."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way of trying: how many figures it takes, and the kind of answer and the sentence that they get."""

    takes: int
    answer: Callable[..., tuple[Kind, str]]


def change(figures: Figures, first: str, second: str) -> tuple[Kind, str]:
    """Claim a change, a difference or a quotient of two figures."""
    comparison = compare(figures[first], figures[second])
    try:
        found = change_between(figures[first], figures[second])
    except IncomparableError as error:
        return "refused", str(error)
    if found.hidden_at is not None and found.hidden_at >= CLUSTERING.high:
        raise WentThroughError(f"{first} to {second} is given as a clear change: {comparison.statement}")
    by_chance = found.independent is not None and found.independent.low <= 1 <= found.independent.high
    if found.hidden_at is None and by_chance:
        return "no clear change", comparison.statement
    if found.hidden_at is not None and found.hidden_at <= 1:
        return "no clear change", comparison.statement
    return "bounded", comparison.statement


def growth(figures: Figures, first: str, second: str) -> tuple[Kind, str]:
    """Claim that a running total grew by so many times."""
    comparison = compare(figures[first], figures[second])
    if comparison.change is not None and comparison.change.ratio is not None:
        raise WentThroughError(f"{first} to {second} has a ratio: {comparison.statement}")
    return ("refused" if comparison.verdict == "refused" else "bounded"), comparison.statement


def share_claim(claim: str) -> Way:
    """Claim that a group is over-represented, or that it is not, against a figure or a supposed per cent."""

    def answer(figures: Figures, share: str, population: str) -> tuple[Kind, str]:
        benchmark = supposed(figures[share], population) if population.endswith("%") else figures[population]
        found = parity(figures[share], benchmark)
        if found.verdict == "refused":
            return "refused", found.statement
        if found.verdict != "cannot be said":
            raise WentThroughError(f"{claim} was tried, and {share} is called {found.verdict}: {found.statement}")
        return "bounded", found.statement

    return Way(2, answer)


def supposed(recorded: Figure, per_cent: str) -> Figure:
    """Return a population share that is made up, so that only the recorded share can be what fails."""
    # It is of England and Wales and of the same ages and sex as the recorded share, and says that it is supposed.
    value = float(per_cent.rstrip("%"))
    return replace(
        recorded,
        id="supposed",
        statement="Share of the population, supposed",
        published=per_cent,
        low=value,
        high=value,
        rounded_to=1,
        base="people living in the area",
        category=f"population/{recorded.category.rpartition('/')[2]}",
        geography=WHOLE,
        known_share="",
        known=None,
        unknown_share="",
        unrecorded=None,
        dataset=_SUPPOSED,
        period_start=date(2021, 3, 21),
        period_end=date(2021, 3, 21),
        period_type="point_in_time",
    )


def _called(takes: int, call: Callable[..., object]) -> Way:
    """Make a call that the package must refuse with an error; it is handed the figures themselves."""

    def answer(figures: Figures, *names: str) -> tuple[Kind, str]:
        chosen = [figures[name] for name in names]
        try:
            got = call(*chosen)
        except ValueError as error:
            return "refused", str(error)
        raise WentThroughError(f"the call was answered with {got!r}")

    return Way(takes, answer)


# By what `tried` says in data/judgement/bad_analyses.csv.
WAYS: Mapping[str, Way] = {
    "change": Way(2, change),
    "growth": Way(2, growth),
    "over-represented": share_claim("over-represented"),
    "not over-represented": share_claim("not over-represented"),
    "row without its base": _called(1, lambda share: replace(share, base="")),
    "open number as one number": _called(1, lambda count: count.value),
    "share above the whole": _called(1, lambda share: replace(share, low=140.0, high=140.0)),
    "repetition in another unit": _called(
        1, lambda count: _loaded(replace(count, id="R1"), replace(count, id="R2", unit="people_arrested", relays="R1"))
    ),
    "conflict without one side": _called(2, lambda one, other: _loaded(one, replace(other, conflicts_with=()))),
    "row twice": _called(1, lambda row: _loaded(row, replace(row, id="R1"))),
    "compilation as headline": _called(
        2, lambda *rows: leading({row.id: row for row in rows}, [row.id for row in rows])
    ),
    "division by nought": _called(1, lambda count: implied_total(count.value, Interval(0, 0.1, "bound"))),
    "one loss twice": _called(
        0,
        lambda: joint_reporting_probability(
            [
                Assumption(name, 0.1, 0.2, "probability", "a survey", "supposed", "none", ("disclosed",))
                for name in ("told_anybody", "told_police")
            ]
        ),
    ),
    "part above its whole": _called(0, lambda: share_bounds(83, 34, 66)),
    "middle of a bound": _called(0, lambda: Estimate("share", "share of suspects", 0.6, Interval(0.28, 0.95, "bound"))),
    "rest as a class": _called(0, lambda: Estimate("residual", "offences", 2085, Interval(0, 2085, "bound"))),
    "clusters that narrow": _called(2, lambda one, other: ratio_of_counts(one.value, other.value, inflation=0.3)),
    "phrase as an offence": _called(
        0,
        lambda: harmonise_offences(pd.DataFrame({"Offence Code": ["grooming gang"], "Financial Year": ["2022/23"]})),
    ),
    "total as a force": _called(
        0, lambda: force_years(harmonise_forces(pd.DataFrame({"Force Name": ["Total"]})), "child_only")
    ),
}


def _loaded(*rows: Figure) -> Figures:
    """Write rows as a register and read it back."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows({name: _cell(getattr(row, name)) for name in COLUMNS} for row in rows)
        return load_figures(path)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    return f"{value:.15g}" if isinstance(value, float) else str(value)
