"""Which forces changed most: how far their counts scatter, and why no order of forces follows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from cseanalysis.export.wording import say_number
from cseanalysis.study.recorded.numbers import revision_factors
from cseanalysis.values import Estimate, Interval, NotEstimableError

Floats = NDArray[np.float64]
LEVELS = (0.95, 0.998)
# Kinds of limits: what they allow a force to differ by besides its own change.
LIMITS: Mapping[str, str] = {
    "independent": "chance, every offence independent",
    "between": "chance, and forces that differ among themselves",
}
_WINSORISED = 0.1  # share of forces on each side whose distance is cut before the scatter is measured


@dataclass(frozen=True, slots=True)
class Funnel:
    """Counts of forces in two years against what every force would have had at the common ratio."""

    # A row a territorial force, in alphabetical order: ``force``, ``before``, ``after``, ``expected`` (``before`` times
    # the common ratio), ``ratio`` (``after`` over ``before``), ``precision`` (one over the variance of the logarithm of
    # the ratio if every offence were independent), and a column ``outside_<limits>_95`` and ``outside_<limits>_998``
    # for each kind of limits.
    changes: pd.DataFrame
    target: float  # the common ratio: all forces together
    # earlier and later: the two financial years.
    earlier: str
    later: str
    dispersion: float  # how many times the winsorised squared distances exceed what chance alone gives: 1 for chance
    between: float  # variance of the logarithm of the ratio between forces that is left when chance is taken off
    # scatter and scatter_interval: how many times the squared distances, none cut, exceed what chance alone gives, with
    # a 95% confidence interval. True differences between forces only add to it, so it also bounds how much clusters can
    # inflate the variance.
    scatter: float
    scatter_interval: Interval

    def outside(self, limits: str, level: float) -> int:
        """Return how many forces lie outside limits of a kind."""
        return int(self.changes[_column(limits, level)].sum())


def force_changes(recorded: pd.DataFrame) -> Funnel:
    """Set each force's newest full year against the year before, with funnel limits and no ranking."""
    # Spiegelhalter (2005a), *Statistics in Medicine* 24, 1185-1202, for the funnel of a ratio of two counts, whose
    # logarithm has the variance ``1 / before + 1 / after``; Spiegelhalter (2005b), *Quality and Safety in Health Care*
    # 14, 347-351, for over-dispersion. The *additive* form is used: the between-force variance is DerSimonian and
    # Laird's from distances winsorised at a tenth on each side. For a force with a handful of offences the logarithm is
    # only roughly normal.
    earlier, later = _two_years(recorded)
    chosen = recorded[
        (recorded["force_type"] == "territorial")
        & (recorded["offence_scope"] == "child_only")
        & recorded["financial_year"].isin([earlier, later])
    ]
    wide = chosen.pivot_table(index="force", columns="financial_year", values="offences", aggfunc="sum").sort_index()
    low = wide.index[~(wide > 0).all(axis=1)]
    if len(low):
        raise NotEstimableError(f"no offences in {earlier} or {later} for {', '.join(low[:5])}: a ratio needs both")
    before, after = wide[earlier].to_numpy(float), wide[later].to_numpy(float)
    target = float(after.sum() / before.sum())
    variance = 1 / before + 1 / after
    distance = np.log(after / before / target)
    dispersion, between = _scatter(distance, variance)
    scatter = float((distance**2 / variance).sum() / (before.size - 1))
    table = pd.DataFrame(
        {
            "force": wide.index.astype("str"),
            "before": before.astype("int64"),
            "after": after.astype("int64"),
            "expected": before * target,
            "ratio": after / before,
            "precision": 1 / variance,
        }
    )
    for limits in LIMITS:
        error = np.sqrt(_variance(variance, limits, between))
        for level in LEVELS:
            table[_column(limits, level)] = np.abs(distance) > NormalDist().inv_cdf((1 + level) / 2) * error
    return Funnel(
        table, target, earlier, later, dispersion, between, scatter, _scatter_interval(scatter, before.size - 1)
    )


def limits_at(funnel: Funnel, precision: Floats, limits: str, level: float) -> tuple[Floats, Floats]:
    """Return the lower and upper ratio within which a force of that precision lies with probability ``level``."""
    half = NormalDist().inv_cdf((1 + level) / 2) * np.sqrt(_variance(1 / precision, limits, funnel.between))
    return funnel.target * np.exp(-half), funnel.target * np.exp(half)


def why_no_order(revision: pd.DataFrame) -> str:
    """Say why forces are not put in an order of change."""
    factors = revision_factors(revision)["factor"]
    least, most = (say_number(float(end) - 1, "share") for end in (factors.min(), factors.max()))
    return (
        "Which forces changed most cannot be answered. What changed is what was recorded, and that moves with "
        "recording practice, inspections and reporting. Between two releases of one year the count of a force moved by "
        f"{least} to {most}, for one and the same year. There is no population of children by "
        "force in these data. What can be said is how many forces lie outside what chance and the scatter between "
        "forces allow."
    )


def forces_outside(funnel: Funnel) -> list[dict[str, Any]]:
    """Count the forces outside each kind of limits, and how many would be by chance alone."""
    total = len(funnel.changes)
    rows: list[dict[str, Any]] = [
        {"limits": words, "wide": funnel.outside(limits, 0.95), "narrow": funnel.outside(limits, 0.998)}
        for limits, words in LIMITS.items()
    ]
    expected = "expected, were there nothing but what the limits allow for"
    return [*rows, {"limits": expected, "wide": total * 0.05, "narrow": total * 0.002}]


def funnel_results(recorded: pd.DataFrame) -> list[Estimate]:
    """Return the common ratio, the scatter, and how many forces lie outside each kind of limits."""
    funnel, basis = force_changes(recorded), ("recorded_offences",)
    years, scattered = f"{funnel.earlier} to {funnel.later}", "times the scatter that chance gives"
    how = (
        "force_changes(recorded_offences): territorial forces against their common ratio, offence_scope is child_only, "
        f"{funnel.earlier} to {funnel.later}"
    )
    return [
        Estimate(
            "force_ratio_common",
            f"times the count of {funnel.earlier}",
            funnel.target,
            basis=basis,
            procedure=f"target of {how}",
        ),
        Estimate("force_dispersion", scattered, funnel.dispersion, basis=basis, procedure=f"dispersion of {how}"),
        Estimate(
            "force_scatter", scattered, funnel.scatter, funnel.scatter_interval, basis, procedure=f"scatter of {how}"
        ),
        *(
            Estimate(
                f"forces_outside_{limits}_{_digits(level)}",
                f"territorial police forces, {years}, child-only codes",
                funnel.outside(limits, level),
                basis=basis,
                procedure=f"number of forces outside limits ({limits}, {level:g}) of {how}",
            )
            for limits in LIMITS
            for level in LEVELS
        ),
    ]


def scatter_limit(scatter: Estimate, inflation: Interval) -> str:
    """Say how far the scatter between forces limits the inflation of the variance, and what that makes of its range."""
    if scatter.interval is None:
        raise ValueError("force_scatter has no interval, whose upper end is the limit; compute it with one")
    limit = say_number(math.ceil(scatter.interval.high * 10) / 10)
    begins = "For all offences under the child-only codes the scatter between forces limits it to at most"
    if scatter.interval.high < inflation.high:
        return f"{begins} {limit} (@fig:funnel); group-based offences come in larger cases, so the range is kept wider."
    return f"{begins} {limit} (@fig:funnel), which is no less than the range allows, so it narrows nothing."


def _two_years(recorded: pd.DataFrame) -> tuple[str, str]:
    quarters = recorded.groupby("financial_year")["quarter"].nunique()
    full = sorted(quarters.index[quarters == 4])
    if len(full) < 2 or int(full[-1][:4]) != int(full[-2][:4]) + 1:
        raise NotEstimableError(f"years with four quarters: {full[-3:]}; a change needs two in a row")
    return full[-2], full[-1]


def _scatter(distance: Floats, variance: Floats) -> tuple[float, float]:
    """Return the winsorised dispersion, and the between-force variance that explains it."""
    standard = distance / np.sqrt(variance)
    ends = np.quantile(standard, [_WINSORISED, 1 - _WINSORISED])
    dispersion = float(np.mean(np.clip(standard, *ends) ** 2))
    forces, weight = distance.size, 1 / variance
    if dispersion * forces <= forces - 1:
        return dispersion, 0.0
    taken = weight.sum() - (weight**2).sum() / weight.sum()
    return dispersion, float((forces * dispersion - (forces - 1)) / taken)


def _scatter_interval(scatter: float, degrees: int) -> Interval:
    low, high = (float(scatter * degrees / (2 * special.gammaincinv(degrees / 2, tail))) for tail in (0.975, 0.025))
    return Interval(low, high, "confidence", 0.95)


def _variance(variance: Floats, limits: str, between: float) -> Floats:
    return variance + {"independent": 0.0, "between": between}[limits]


def _column(limits: str, level: float) -> str:
    return f"outside_{limits}_{_digits(level)}"


def _digits(level: float) -> str:
    return f"{level:g}".removeprefix("0.")
