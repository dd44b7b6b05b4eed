"""Nowcast: what recent periods will come to once everything about them has been reported."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cseanalysis.models.checks import check_counts, check_interval, check_level, named
from cseanalysis.models.draws.simulation import Simulation, block_generator, headline, too_few
from cseanalysis.models.triangles.bootstrap import BLOCK, blocks
from cseanalysis.models.triangles.exits import chi_squared
from cseanalysis.models.triangles.exposure import check_exposure, expected
from cseanalysis.models.triangles.shrinkage import prior_counts
from cseanalysis.models.triangles.triangle import Floats, Triangle, check_triangle, newest
from cseanalysis.plots import visible_and_final
from cseanalysis.said import Words, speaks
from cseanalysis.values import Interval, NotEstimableError

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
        its chance, not its mean. With a ``tail`` also ``final_low`` and ``final_high``, which enclose the count when
        everything has come, for every share in the bound; all other columns end at the last lag.
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
    pooled
        Whether the hazards came from other units too.
    tail
        The bound on what comes after the last lag, if one was given.

    Notes
    -----
    ``print`` gives the total outstanding by the last lag, the median of the draws within its interval, a row an origin,
    what is assumed, and in which numbers the tail is.
    `plot` draws the rows.
    """

    table: pd.DataFrame = field(repr=False)
    outstanding: Simulation = field(repr=False)
    completeness: pd.Series = field(repr=False)
    dispersion: float
    level: float
    warnings: tuple[str, ...] = ()
    pooled: bool = False
    tail: Interval | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return a row an origin.

        Columns: ``origin``, ``visible``, ``completeness``, ``estimate``, ``median``, ``low``, ``high``; with a
        tail two more, as in `table`.
        """
        return self.table.rename_axis("origin").reset_index()

    def plot(self, axes: Axes | None = None) -> Axes:
        """Draw what is visible and what it will come to; the alternative text is the label of the axes returned."""
        return visible_and_final(self.to_frame(), self.level, axes)

    def _says(self) -> Words:
        head = headline(self.outstanding, "outstanding by the last lag, over all origins", self.level)
        after = "nothing is taken back; what comes after the last lag is in neither low nor high"
        if self.tail is not None:
            share = f"{self.tail.low:.3g} to {self.tail.high:.3g} of the final count, as assumed"
            after += f"; final_low and final_high hold it ({share})"
        whose = "hazards lean on other units (pooled_hazards)" if self.pooled else "hazards of this triangle alone"
        rests = (f"all origins are reported alike; {whose}; dispersion {self.dispersion:.3g}", after)
        doubts = (*self.warnings, *too_few(self.outstanding.size, self.level))
        return Words(head, rests_on=rests, doubts=doubts, most=None)


def nowcast(
    triangle: Triangle,
    *,
    hazards: pd.DataFrame | None = None,
    exposure: pd.Series | None = None,
    last: int | None = None,
    tail: Interval | None = None,
    draws: int = 10_000,
    seed: int,
    level: float = 0.95,
) -> Nowcast:
    """Estimate the final counts of recent origins from a reporting triangle, corrected for truncation.

    Parameters
    ----------
    triangle
        Cases by the period in which they happened (origin) and how much later they were reported (lag), cumulative.
        The last lag must be late enough that hardly anything follows: what does is in no number here.
    hazards
        Reverse hazards that lean on other units, ``pooled.hazards.loc[unit]`` of `pooled_hazards`; without them those
        of this triangle alone.
    exposure
        By origin, what its count is in proportion to beforehand, such as children who live there, in any unit and
        above 0; the same number for all where nothing is known. With it every incomplete origin starts from the rate
        of the others, and ``estimate`` lies between that and what its own reports say.
    last
        How many origins enter the hazard of each lag, the newest that have reached it; without it all. Fewer follow a
        change of reporting sooner, with more chance in them; `delay_drift` says whether there was one.
    tail
        A bound on the share of the final count that comes after the last lag, such as ``Interval(0, 0.05, "bound")``;
        an assumption, of which the triangle says nothing.
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
        When counts are not whole, or an option is impossible; when both ``hazards`` and ``last`` are given.
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

    With ``exposure`` the gamma's mean is the exposure times the rate of the origins of which at least half is visible;
    its shape, how far origins stray from the rate, is integrated out with their negative binomial likelihood. The
    estimate is that of Bornhuetter and Ferguson (1972) where origins keep to the rate and the chain ladder's where they
    do not; a trend that the exposure does not show makes it worse.

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
    outstanding by the last lag, over all origins: median 41, within 24 to 63 (95% simulation interval)
      origin  visible  completeness  estimate  median  low  high
      2019         95             1        95      95   95    95
      2020         84             1        84      84   84    84
      2021        104        0.9497     109.5     109  105   117
      2022         85        0.8319     102.2     102   93   114
      2023         20        0.5247     38.12      38   28    53
    Rests on: all origins are reported alike; hazards of this triangle alone; dispersion 1
    Rests on: nothing is taken back; what comes after the last lag is in neither low nor high
    >>> triangle = Triangle(pd.DataFrame(rows, index=range(2019, 2024)), "year")
    >>> children = pd.Series(1000, index=triangle.origins)
    >>> result = nowcast(triangle, exposure=children, tail=Interval(0, 0.05, "bound"), seed=0)
    >>> result.table.loc[2023, ["estimate", "low", "high", "final_low", "final_high"]].round(1).tolist()
    [45.9, 32.0, 64.0, 32.0, 69.0]
    """
    check_triangle(triangle)
    level = check_level(level)
    numbers = blocks(draws, seed)
    check_counts("triangle", triangle.cumulative.ravel())
    _check_tail(tail)
    new, before = _evidence(triangle, hazards, last)
    share = completeness_of(new / (new + before))
    latest = triangle.latest_lag
    visible = triangle.latest.to_numpy()
    if unseen := triangle.origins[share[latest] == 0].tolist():
        raise NotEstimableError(
            f"origins {named(unseen)}: nothing has ever been visible at the lag where they stand; leave out that lag "
            "and the origins that have only reached it"
        )
    spread, freedom = _dispersion(triangle, share, fitted=hazards is None, last=last)
    seen_now = share[latest]
    half = seen_now >= 0.5  # the oldest origin is always complete
    rate = None
    if exposure is not None:
        rate = expected(check_exposure(exposure, triangle.origins), visible, seen_now, max(1.0, spread))

    def largest(factor: Floats) -> Floats:
        """Mean of the largest origin of which at least half is visible, at a dispersion."""
        return np.asarray(((visible[half] + 0.5 * factor) / seen_now[half]).max(axis=-1, keepdims=True))

    drawn, ends = [], []
    for number in numbers:
        rng = block_generator(seed, number)
        factor = np.maximum(1.0, spread * freedom / rng.chisquare(freedom, BLOCK))[:, None]
        if hazards is None:
            drawn_hazards = rng.beta(new / factor + 1 / len(share), before / factor + 0.5)
        else:  # the spread of the counts is in what they are worth already
            drawn_hazards = rng.beta(new, before, (BLOCK, len(new)))
        seen = np.maximum(completeness_of(drawn_hazards)[:, latest], 1 / _LARGEST_MEAN)
        shape, prior_mean = (np.array([[0.5]]), largest(factor)) if rate is None else rate.draw(rng, BLOCK)
        drawn_mean = factor * rng.standard_gamma(visible / factor + shape, (BLOCK, len(latest)))
        weight = seen + shape * factor / prior_mean
        drawn.append(_counts(np.minimum(drawn_mean * (1 - seen) / weight, _LARGEST_MEAN), factor, rng))
        if tail is not None:
            odds = [later / (1 - later) for later in (tail.low, tail.high)]
            ends.append([drawn[-1] + _counts(drawn_mean / weight * odd, factor, rng) for odd in odds])
    outstanding = np.concatenate(drawn)[:draws]
    low, median, high = np.quantile(outstanding, [(1 - level) / 2, 0.5, (1 + level) / 2], axis=0)
    none = (visible == 0) & (seen_now < 1)
    if rate is None:
        prior = np.array([0.5 * max(1.0, spread)])
        estimate = np.where(none, prior * (1 - seen_now) / (seen_now + prior / largest(2 * prior)), visible / seen_now)
    else:
        estimate = rate.estimate(visible, seen_now, max(1.0, spread))
    columns = {"visible": visible, "completeness": seen_now, "estimate": estimate}
    columns |= {"median": visible + median, "low": visible + low, "high": visible + high}
    if tail is not None:
        columns |= _beyond(visible, ends, draws, level)
    table = pd.DataFrame(columns, index=triangle.origins)
    by_lag = pd.Series(share, pd.RangeIndex(len(share), name="lag"), name="completeness")
    return Nowcast(
        table=table,
        outstanding=Simulation(outstanding.sum(axis=1)),
        completeness=by_lag,
        dispersion=max(1.0, spread),
        level=level,
        warnings=triangle.warnings + _unseen(triangle.origins[none], exposure),
        pooled=hazards is not None,
        tail=tail,
    )


def _check_tail(tail: Interval | None) -> None:
    if tail is not None and not 0 <= check_interval("tail", tail, bound=True).low <= tail.high < 1:
        raise ValueError(f"tail from {tail.low:g} to {tail.high:g}: must be shares of the final count, from 0, below 1")


def _beyond(visible: Floats, ends: list[list[Floats]], draws: int, level: float) -> dict[str, Floats]:
    """Return the lower end at the smallest share of the tail, and the upper one at the largest."""
    least, most = (np.concatenate(drawn)[:draws] for drawn in zip(*ends, strict=True))
    low, high = np.quantile(least, (1 - level) / 2, axis=0), np.quantile(most, (1 + level) / 2, axis=0)
    return {"final_low": visible + low, "final_high": visible + high}


def _unseen(origins: pd.Index, exposure: pd.Series | None) -> tuple[str, ...]:
    """Say of which origins nothing is visible yet, and what their numbers rest on."""
    if origins.empty:
        return ()
    base = "size" if exposure is None else "exposure and the rate"
    return (
        f"nothing is visible yet of origins {named(origins)}: their numbers rest on the {base} of the other origins "
        "alone, not on reports",
    )


def _evidence(triangle: Triangle, hazards: pd.DataFrame | None, last: int | None) -> tuple[Floats, Floats]:
    """Return what is new and what was visible before, by lag from 1: of this triangle, or the worth of its hazards."""
    if hazards is None:
        return _reporting(triangle, last)
    if last is not None:
        raise ValueError("last is given beside hazards: give it to pooled_hazards, which they come from")
    new, before = prior_counts(hazards, list(range(1, triangle.cumulative.shape[1]))).T
    return new, before


def reports(triangle: Triangle, last: int | None = None) -> tuple[Floats, Floats]:
    """Return what is new at each lag from 1, origins by lags by one, and what is visible by then, origins by lags."""
    values = triangle.cumulative
    held = newest(np.isfinite(values[:, 1:]), last)
    new = np.where(held, np.diff(values, axis=1), 0.0)
    check_adding(new.sum(axis=0))
    return new[:, :, None], np.where(held, values[:, 1:], 0.0)


def _reporting(triangle: Triangle, last: int | None) -> tuple[Floats, Floats]:
    """Return, for each lag from 1, what was new and what was visible before, over the origins that reached it."""
    values = triangle.cumulative
    reached = newest(np.isfinite(values[:, 1:]), last)
    before = np.where(reached, values[:, :-1], 0.0).sum(axis=0)
    new = np.where(reached, values[:, 1:], 0.0).sum(axis=0) - before
    check_adding(new)
    if empty := (np.flatnonzero(new + before == 0) + 1).tolist():
        raise NotEstimableError(f"no origin that reached lags {named(empty)} has any counts: add older origins")
    return new, before


def check_adding(new: Floats) -> None:
    """Refuse lags that take back more than they add over all origins."""
    if back := (np.flatnonzero(new < 0) + 1).tolist():
        raise NotEstimableError(
            f"lags {named(back)} take back more than they add: reporting adds cases; use chain_ladder for net revisions"
        )


def completeness_of(hazards: Floats) -> Floats:
    """Return the share visible at each lag from reverse hazards (lags on the last axis); the last is 1."""
    kept = np.cumprod((1 - hazards)[..., ::-1], axis=-1)[..., ::-1]
    return np.concatenate([kept, np.ones((*hazards.shape[:-1], 1))], axis=-1)


def _dispersion(triangle: Triangle, share: Floats, *, fitted: bool, last: int | None) -> tuple[float, int]:
    """Return Pearson's chi-squared over its degrees of freedom, and these; more if the shares come from elsewhere."""
    if last is not None:
        return _recent(triangle, last)
    final = triangle.latest.to_numpy() / share[triangle.latest_lag]
    expected = final[:, None] * np.diff(share, prepend=0.0)
    held = (expected > 0) & np.isfinite(triangle.cumulative)
    free = int((np.diff(share, prepend=0.0) > 0).sum()) - 1 if fitted else 0
    freedom = int(held.sum()) - int((final > 0).sum()) - free
    if freedom <= 0:
        raise NotEstimableError(
            f"{int(held.sum())} counts leave {freedom} degrees of freedom: nothing shows the spread; add origins"
        )
    squares = ((triangle.increments - expected)[held] ** 2 / expected[held]).sum()
    return float(squares / freedom), freedom


def _recent(triangle: Triangle, last: int) -> tuple[float, int]:
    """Return the same of the newest origins of each lag, about the hazards of that lag."""
    gone, at_risk = reports(triangle, last)
    squares, _, freedom = chi_squared(gone, at_risk, gone.sum(axis=0) / at_risk.sum(axis=0)[:, None])
    if freedom <= 0:
        raise NotEstimableError(f"the last {last} origins of each lag leave no degrees of freedom: give more as last")
    return squares / freedom, freedom


def _counts(mean: Floats, factor: Floats, rng: np.random.Generator) -> Floats:
    """Draw whole counts with the given means and variance ``factor`` times the mean; complete origins stay at 0."""
    above = np.maximum(factor - 1, 1e-9)
    mixed = np.where(factor > 1 + 1e-9, above * rng.standard_gamma(mean / above), mean)
    return rng.poisson(np.minimum(mixed, _LARGEST_MEAN)).astype(np.float64)
