"""Nowcast: what recent periods will come to once everything about them has been reported."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cseanalysis.models.checks import check_counts, check_level, named
from cseanalysis.models.draws.simulation import Simulation, block_generator, headline
from cseanalysis.models.triangles.bootstrap import BLOCK, blocks
from cseanalysis.models.triangles.triangle import Floats, Triangle, check_triangle
from cseanalysis.plots import visible_and_final
from cseanalysis.said import Words, speaks
from cseanalysis.values import NotEstimableError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LARGEST_MEAN = 1e15  # of a Poisson draw; only where next to nothing is visible yet, and then the interval says so


@speaks
@dataclass(frozen=True, slots=True, eq=False)
class Nowcast:
    """What each origin will come to by the last lag, beside what is visible now.

    Parameters
    ----------
    table
        One row an origin: ``visible`` (the naive count), ``completeness`` (the share of the final count that is
        visible), ``estimate`` (one over the other; where nothing is visible what the other origins let expect, see the
        notes of `nowcast`), ``median``, ``low`` and ``high`` of the draws. Low and high enclose the final count, with
        its chance, not its mean.
    outstanding
        Draws of the total that is not visible yet, over all origins.
    completeness
        By lag, from the reporting of all origins.
    dispersion
        Variance over mean of what becomes visible at each lag, at least 1.
    level
        Level of ``low`` and ``high``.
    warnings
        Of which origins nothing is visible yet, and what is doubtful about the counts; see `Triangle`.

    Notes
    -----
    ``print`` gives the total outstanding with its interval, a row an origin, and what is assumed.
    `plot` draws the rows.
    """

    table: pd.DataFrame = field(repr=False)
    outstanding: Simulation = field(repr=False)
    completeness: pd.Series = field(repr=False)
    dispersion: float
    level: float
    warnings: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a row an origin.

        Columns: ``origin``, ``visible``, ``completeness``, ``estimate``, ``median``, ``low``, ``high``.
        """
        return self.table.rename_axis("origin").reset_index()

    def plot(self, axes: Axes | None = None) -> Axes:
        """Draw what is visible and what it will come to; the alternative text is the label of the axes returned."""
        return visible_and_final(self.to_frame(), self.level, axes)

    def _says(self) -> Words:
        head = headline(self.outstanding, "outstanding over all origins", self.level)
        rests = (
            f"all origins are reported alike; dispersion {self.dispersion:.3g}",
            "nothing is taken back, or counted after the last lag",
        )
        return Words(head, rests_on=rests, doubts=self.warnings, most=None)


def nowcast(triangle: Triangle, *, draws: int = 10_000, seed: int, level: float = 0.95) -> Nowcast:
    """Estimate the final counts of recent origins from a reporting triangle, corrected for truncation.

    Parameters
    ----------
    triangle
        Cases by the period in which they happened (origin) and how much later they were reported (lag), cumulative.
        The last lag must be late enough that hardly anything follows: what does is in no number here.
    draws, seed
        Number of draws for the intervals, and the seed.
    level
        Level of the intervals.

    Returns
    -------
    Nowcast

    Raises
    ------
    ValueError
        When counts are not whole, or ``draws``, ``seed`` or ``level`` is impossible.
    NotEstimableError
        When a lag takes back more than it adds, lags hold no counts, nothing is ever visible at the lag where an
        origin stands, or no degrees of freedom are left to show the spread.

    Notes
    -----
    Reverse hazards of Lawless (1994): at each lag, what is new over everything visible by then, from all origins that
    have reached it, so that recent origins are never taken for complete. Each draw takes reverse hazards from beta
    distributions (prior weight of one case over all lags); the mean of an origin from a gamma; and what is still to
    come from a negative binomial, Poisson at dispersion 1. The gamma's prior has shape one half, as Jeffreys' has, and
    as its mean the largest origin of which at least half is visible, so that nought visible is not nought to come, nor
    without limit: before anything of an origin is seen, it exceeds four times the largest one with chance 5%. Where
    nothing is visible, ``estimate`` is the mean under that prior, and ``warnings`` says so, because it then rests on
    the other origins: in an outbreak that outgrows them all it is too low. The dispersion is Pearson's, drawn from its
    own sampling distribution, and divides the counts everywhere. Assumed: all origins are reported alike; a change of
    recording practice breaks it. ``low`` is never below what is visible, so cases that are withdrawn later are not
    allowed for: where two in a hundred are taken back at each of five lags, the final count lies below the interval in
    5.0% of origins and above it in 1.5%. `Triangle.decreases` shows whether any are.

    ``benchmarks/triangle_coverage.py`` simulates 1,000 worlds each, of twenty quarters and eight lags. The 95% interval
    holds the final count of the seven recent quarters, of the youngest one, and the total outstanding in 96.8%, 95.9%
    and 94.6% (100 cases a quarter, dispersion 1), 95.6%, 94.6% and 95.0% (100, dispersion 3), 97.5%, 97.0% and 96.6%
    (8 cases), 94.7%, 94.2% and 94.1% (1,000, dispersion 8). Where reporting slows down over the years, so that in the
    end three in ten of each lag come a quarter later, it is 92.9%, 79.5% and 74.1%: nothing in the triangle says so.

    Examples
    --------
    >>> rows = [[50, 80, 90, 95], [40, 70, 80, 84], [60, 90, 104, None], [55, 85, None, None], [20, None, None, None]]
    >>> result = nowcast(Triangle(pd.DataFrame(rows, index=range(2019, 2024)), "year"), seed=0)
    >>> result.table["estimate"].round(1).to_dict()
    {2019: 95.0, 2020: 84.0, 2021: 109.5, 2022: 102.2, 2023: 38.1}
    >>> bool(result.table.loc[2023, "low"] > 20)
    True
    >>> print(result)
    outstanding over all origins: 41, within 24 to 63 (95% simulation interval)
      origin  visible  completeness  estimate  median  low  high
      2019         95             1        95      95   95    95
      2020         84             1        84      84   84    84
      2021        104        0.9497     109.5     109  105   117
      2022         85        0.8319     102.2     102   93   114
      2023         20        0.5247     38.12      38   28    53
    Rests on: all origins are reported alike; dispersion 1
    Rests on: nothing is taken back, or counted after the last lag
    """
    check_triangle(triangle)
    level = check_level(level)
    numbers = blocks(draws, seed)
    check_counts("triangle", triangle.cumulative.ravel())
    new, before = _reporting(triangle)
    share = _completeness(new / (new + before))
    latest = triangle.latest_lag
    visible = triangle.latest.to_numpy()
    if unseen := triangle.origins[share[latest] == 0].tolist():
        raise NotEstimableError(
            f"origins {named(unseen)}: nothing has ever been visible at the lag where they stand; leave out that lag "
            "and the origins that have only reached it"
        )
    spread, freedom = _dispersion(triangle, share)
    seen_now = share[latest]
    half = seen_now >= 0.5  # the oldest origin is always complete

    def largest(factor: Floats) -> Floats:
        """Mean of the largest origin of which at least half is visible, at a dispersion."""
        return np.asarray(((visible[half] + 0.5 * factor) / seen_now[half]).max(axis=-1, keepdims=True))

    drawn = []
    for number in numbers:
        rng = block_generator(seed, number)
        factor = np.maximum(1.0, spread * freedom / rng.chisquare(freedom, BLOCK))[:, None]
        hazards = rng.beta(new / factor + 1 / len(share), before / factor + 0.5)
        seen = np.maximum(_completeness(hazards)[:, latest], 1 / _LARGEST_MEAN)
        drawn_mean = factor * rng.standard_gamma(visible / factor + 0.5, (BLOCK, len(latest)))
        mean = drawn_mean * (1 - seen) / (seen + 0.5 * factor / largest(factor))
        drawn.append(_counts(np.minimum(mean, _LARGEST_MEAN), factor, rng))
    outstanding = np.concatenate(drawn)[:draws]
    low, median, high = np.quantile(outstanding, [(1 - level) / 2, 0.5, (1 + level) / 2], axis=0)
    none = (visible == 0) & (seen_now < 1)
    prior = np.array([0.5 * max(1.0, spread)])
    estimate = np.where(none, prior * (1 - seen_now) / (seen_now + prior / largest(2 * prior)), visible / seen_now)
    table = pd.DataFrame(
        {
            "visible": visible,
            "completeness": seen_now,
            "estimate": estimate,
            "median": visible + median,
            "low": visible + low,
            "high": visible + high,
        },
        index=triangle.origins,
    )
    by_lag = pd.Series(share, pd.RangeIndex(len(share), name="lag"), name="completeness")
    doubts = triangle.warnings
    if none.any():
        doubts += (
            f"nothing is visible yet of origins {named(triangle.origins[none])}: their numbers rest on the size of the "
            "other origins alone, not on reports",
        )
    return Nowcast(table, Simulation(outstanding.sum(axis=1)), by_lag, max(1.0, spread), level, doubts)


def _reporting(triangle: Triangle) -> tuple[Floats, Floats]:
    """Return, for each lag from 1, what was new and what was visible before, over the origins that reached it."""
    values = triangle.cumulative
    reached = np.isfinite(values[:, 1:])
    before = np.where(reached, values[:, :-1], 0.0).sum(axis=0)
    new = np.where(reached, values[:, 1:], 0.0).sum(axis=0) - before
    if back := (np.flatnonzero(new < 0) + 1).tolist():
        raise NotEstimableError(
            f"lags {named(back)} take back more than they add: reporting adds cases; use chain_ladder for net revisions"
        )
    if empty := (np.flatnonzero(new + before == 0) + 1).tolist():
        raise NotEstimableError(f"no origin that reached lags {named(empty)} has any counts: add older origins")
    return new, before


def _completeness(hazards: Floats) -> Floats:
    """Return the share visible at each lag from reverse hazards (lags on the last axis); the last is 1."""
    kept = np.cumprod((1 - hazards)[..., ::-1], axis=-1)[..., ::-1]
    return np.concatenate([kept, np.ones((*hazards.shape[:-1], 1))], axis=-1)


def _dispersion(triangle: Triangle, share: Floats) -> tuple[float, int]:
    """Return Pearson's chi-squared over its degrees of freedom, and these."""
    final = triangle.latest.to_numpy() / share[triangle.latest_lag]
    expected = final[:, None] * np.diff(share, prepend=0.0)
    held = (expected > 0) & np.isfinite(triangle.cumulative)
    freedom = int(held.sum()) - int((final > 0).sum()) - int((np.diff(share, prepend=0.0) > 0).sum()) + 1
    if freedom <= 0:
        raise NotEstimableError(
            f"{int(held.sum())} counts leave {freedom} degrees of freedom: nothing shows the spread; add origins"
        )
    squares = ((triangle.increments - expected)[held] ** 2 / expected[held]).sum()
    return float(squares / freedom), freedom


def _counts(mean: Floats, factor: Floats, rng: np.random.Generator) -> Floats:
    """Draw whole counts with the given means and variance ``factor`` times the mean; complete origins stay at 0."""
    above = np.maximum(factor - 1, 1e-9)
    mixed = np.where(factor > 1 + 1e-9, above * rng.standard_gamma(mean / above), mean)
    return rng.poisson(np.minimum(mixed, _LARGEST_MEAN)).astype(np.float64)
