"""Results grouped by what they estimate: within a group, each step assumes more than the one before."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from cseanalysis.study.data.judgement import read_judgement


@dataclass(frozen=True, slots=True)
class Step:
    """A row of ``data/judgement/routes.csv``: a result, in the words of what it assumes on top of the step before."""

    chart: Literal["parts", "totals", "surveys"]  # parts of the record, totals, or what surveys tell
    # estimates, period and area: what is counted, and when and where; where a probability was published for another
    # place, that too.
    estimates: str
    period: str
    area: str
    # result and adds: id of the result, and what is assumed on top.
    result: str
    adds: str
    floor: bool  # whether the result is only what was recorded: the total is no less, and has no upper end
    assumes: str | None  # what is assumed without a registered range; none where the result's assumptions say it all
    reason: str  # why the step stands where it does


@dataclass(frozen=True, slots=True)
class Estimand:
    """What a group of results estimates; two groups never share an axis."""

    # The steps go from what the data alone say to what each further assumption buys. A later range lies within an
    # earlier one, floors excepted.

    title: str
    period: str
    area: str
    steps: tuple[Step, ...]


def estimands(chart: str, root: Path | str | None = None) -> tuple[Estimand, ...]:
    """Return the groups of a chart in the order in which it draws them."""
    steps = [step for step in read_judgement("routes", Step, root) if step.chart == chart]
    return tuple(
        Estimand(*what, tuple(group))
        for what, group in groupby(steps, key=lambda step: (step.estimates, step.period, step.area))
    )
