"""Bootstrap of a triangle: draws of what is outstanding, and intervals for the lag itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.models.checks import check_level, check_whole, named, number
from cseanalysis.models.draws.simulation import Simulation, block_generator, check_seed
from cseanalysis.models.triangles.chain_ladder import completeness_by_lag, volume_weighted
from cseanalysis.models.triangles.triangle import Floats, Triangle, check_triangle
from cseanalysis.values import NotEstimableError, shown

_MOST_DRAWS = 10_000_000
BLOCK = 2**10  # draws that share one generator; small, so that a block stays in the processor's cache


def bootstrap_chain_ladder(
    triangle: Triangle, *, draws: int = 10_000, seed: int, process: Literal["gamma"] | None = "gamma"
) -> Simulation:
    """Draw the total outstanding count: link ratios from resampled triangles, then chance in what is to come.

    Parameters
    ----------
    triangle
        Cumulative counts.
    draws
        Number of draws.
    seed
        Seed; the same seed gives the same draws, and more draws only add to them.
    process
        ``"gamma"``: future increments are gamma with variance in proportion to the mean. ``None``: expected values
        alone, which is the error of the link ratios and no prediction interval.

    Returns
    -------
    Simulation
        Of the total outstanding over all origins, up to the last lag.

    Raises
    ------
    ValueError
        When ``draws``, ``seed`` or ``process`` is none of the above.
    NotEstimableError
        As for `chain_ladder`; when no degrees of freedom are left; when a resampled triangle has a lag without counts.

    Notes
    -----
    England and Verrall (2002), section 7 and appendix 3; England (2002): Pearson residuals of the over-dispersed
    Poisson model, scaled by ``sqrt(n / (n - p))``, all of them, zeros included. Gammas of one scale add up to a gamma,
    so the total is drawn at once, which is the same distribution as cell by cell. The mean of the draws is a little
    above the chain ladder's, because link ratios enter as products.

    ``benchmarks/triangle_coverage.py`` simulates 1,000 worlds of ten origins and lags each and finds that the 95%
    interval holds the true outstanding total in 94.6% (1,000 cases an origin, dispersion 3), 93.4% (10,000 cases,
    dispersion 100) and 92.9% (200 cases, dispersion 1), standard error 0.8%. With few origins it promises too much:
    with six, five, four and three (1,000 cases, dispersion 3) it holds it in 93%, 89%, 87% and 71%. The published
    method takes the dispersion as known, here from 10, 6, 3 and 1 degrees of freedom; with a dispersion drawn from its
    own sampling distribution, as `nowcast` and `lag_quantiles` do, 600 such worlds each gave 93% to 96%.

    Examples
    --------
    >>> counts = pd.DataFrame([[10, 16, 20], [12, 18, None], [8, None, None]], index=[2021, 2022, 2023])
    >>> outstanding = bootstrap_chain_ladder(Triangle(counts, "year"), draws=5000, seed=0)
    >>> 11 < outstanding.median < 13
    True
    """
    if process is not None and (not isinstance(process, str) or process != "gamma"):
        raise ValueError(f"process is {shown(process)}: must be 'gamma', or None for the error of the ratios alone")
    plan = _plan(triangle)
    parts = []
    for block in blocks(draws, seed):
        rng = block_generator(seed, block)
        ratios, latest, lost = _resampled(plan, rng)
        _refuse(lost)
        come, gone = _expected(plan, ratios, latest)
        if process == "gamma" and plan.dispersion > 0:
            come = plan.dispersion * rng.standard_gamma(come / plan.dispersion)
            if gone.any():
                gone = plan.dispersion * rng.standard_gamma(gone / plan.dispersion)
        parts.append(come - gone)
    return Simulation(np.concatenate(parts)[:draws])


def lag_quantiles(
    triangle: Triangle, shares: Sequence[float] = (0.5,), *, draws: int = 10_000, seed: int, level: float = 0.95
) -> pd.DataFrame:
    """Return the lag by which given shares of the cases are visible, with intervals.

    Parameters
    ----------
    triangle
        Cumulative counts.
    shares
        Shares of the count at the last lag, each between 0 and 1; 0.5 is the median lag.
    draws, seed
        See `bootstrap_chain_ladder`.
    level
        Level of the intervals.

    Returns
    -------
    DataFrame
        One row a share: ``lag``, ``low``, ``high`` in units of the triangle's lags, interpolated between whole lags;
        0 means within the origin period itself. What is doubtful about the triangle is in ``attrs["warnings"]``.

    Raises
    ------
    ValueError
        When a share, ``draws``, ``seed`` or ``level`` is impossible.
    NotEstimableError
        As for `chain_ladder`; when no degrees of freedom are left; when more resampled triangles than one tail of the
        interval holds have a lag without counts.

    Notes
    -----
    Percentile intervals of the resampled completeness. They hold the error of estimating the delay, not the chance by
    which a single origin is faster or slower. Cases later than the last lag are in no share. Each draw has a dispersion
    of its own, from the sampling distribution of the estimated one, because few origins hardly know it. Resampled
    triangles without a link ratio are left out where they are fewer than one tail of the interval holds.

    In the worlds of `bootstrap_chain_ladder`, 95% intervals hold the median lag in 95.1%, 93.8% and 95.5%, the lag of
    nine in ten in 94.6%, 92.5% and 94.5%; with six, five and four origins 94% to 95% of both. With three, 58% of worlds
    are refused and 86% of the others hold it: one degree of freedom is not enough.

    Examples
    --------
    >>> counts = pd.DataFrame([[10, 16, 20], [12, 18, None], [8, None, None]], index=[2021, 2022, 2023])
    >>> lag_quantiles(Triangle(counts, "year"), [0.5, 0.9], draws=2000, seed=0)["lag"].round(2).to_list()
    [0.0, 1.5]
    """
    wanted = check_shares(shares)
    level = check_level(level)
    plan = _plan(triangle)
    parts = [_resampled(plan, block_generator(seed, block), widened=True) for block in blocks(draws, seed)]
    drawn, lost = (np.concatenate([part[place] for part in parts])[:draws] for place in (0, 2))
    _refuse(lost, at_most=(1 - level) / 2)
    lags = lag_reached(completeness_by_lag(drawn[~lost.any(axis=1)]), wanted)
    low, high = np.quantile(lags, [(1 - level) / 2, (1 + level) / 2], axis=0)
    point = lag_reached(completeness_by_lag(plan.ratios[None]), wanted)[0]
    table = pd.DataFrame({"lag": point, "low": low, "high": high}, index=pd.Index(wanted, name="share"))
    if triangle.warnings:
        table.attrs["warnings"] = triangle.warnings
    return table


def lag_reached(completeness: Floats, shares: Floats) -> Floats:
    """Return the interpolated lag at which each share is first reached, shape (draws, shares)."""
    result = np.zeros((len(completeness), len(shares)))
    rows = np.arange(len(completeness))
    for column, share in enumerate(shares):
        reached = (completeness >= share - 1e-12).argmax(axis=1)
        after, before = completeness[rows, reached], completeness[rows, np.maximum(reached - 1, 0)]
        step = np.where(after > before, after - before, 1.0)
        result[:, column] = np.where(reached > 0, reached - 1 + np.minimum((share - before) / step, 1.0), 0.0)
    return result


def check_shares(shares: Sequence[float]) -> Floats:
    """Return the shares as numbers, each between 0 and 1."""
    given = list(shares) if np.iterable(shares) and not isinstance(shares, str) else []
    for share in given:
        number("shares", share)
    if not given or not all(0 < share < 1 for share in given):
        raise ValueError(f"shares {given or shown(shares)}: give one or more, each between 0 and 1")
    return np.array(given, dtype=np.float64)


def blocks(draws: int, seed: int) -> Iterator[int]:
    """Return the numbers of the blocks that hold so many draws, after a check of both."""
    check_seed(seed)
    return iter(range(-(-check_whole("draws", draws, most=_MOST_DRAWS) // BLOCK)))


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What does not change from draw to draw."""

    ratios: Floats
    means: Floats  # of the increments that are known, one a cell, lag after lag
    residuals: Floats  # scaled, of the cells with a mean
    reached: NDArray[np.intp]  # by lag: how many origins, the oldest, have reached it
    latest_lag: NDArray[np.intp]
    dispersion: float
    freedom: int  # that the dispersion is estimated from


def _plan(triangle: Triangle) -> _Plan:
    check_triangle(triangle)
    ratios = volume_weighted(triangle)
    values, latest = triangle.cumulative, triangle.latest_lag
    origins = len(values)
    share = completeness_by_lag(ratios)
    ultimate = triangle.latest.to_numpy() / share[latest]
    fitted = np.diff(ultimate[:, None] * share, axis=1, prepend=0.0)
    fitted[abs(fitted) < 1e-12 * ultimate[:, None]] = 0.0
    known = np.isfinite(values)
    means, seen = fitted.T[known.T], triangle.increments.T[known.T]
    held = means != 0
    freedom = int(held.sum()) - (origins + int((np.diff(share, prepend=0.0) != 0).sum()) - 1)
    if freedom <= 0:
        raise NotEstimableError(
            f"{int(held.sum())} counts leave {freedom} degrees of freedom: nothing shows the spread; add origins"
        )
    residuals = (seen - means)[held] / np.sqrt(abs(means[held]))
    dispersion = float((residuals**2).sum() / freedom)
    scaled = residuals * np.sqrt(held.sum() / freedom)
    return _Plan(ratios, means, scaled, known.sum(axis=0), latest, dispersion if dispersion > 1e-20 else 0.0, freedom)


def _resampled(
    plan: _Plan, rng: np.random.Generator, *, widened: bool = False
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Draw one block of pseudo-triangles: link ratios, latest counts, and the lags at which no ratio exists."""
    # Shapes (draws, lags - 1), (draws, origins) and (draws, lags - 1). When widened, each draw has a dispersion of its
    # own, from the sampling distribution of the estimated one.
    picked = plan.residuals[rng.integers(0, len(plan.residuals), (BLOCK, len(plan.means)))]
    if widened:
        picked *= np.sqrt(plan.freedom / np.maximum(rng.chisquare(plan.freedom, (BLOCK, 1)), 1e-12))
    increments = plan.means + picked * np.sqrt(abs(plan.means))
    counts = np.zeros((BLOCK, plan.reached[0]))
    base, top = np.empty((BLOCK, len(plan.ratios))), np.empty((BLOCK, len(plan.ratios)))
    for lag, start in enumerate((np.cumsum(plan.reached) - plan.reached).tolist()):
        so_far = counts[:, : plan.reached[lag]]
        if lag > 0:
            base[:, lag - 1] = so_far.sum(axis=1)
        so_far += increments[:, start : start + plan.reached[lag]]
        if lag > 0:
            top[:, lag - 1] = so_far.sum(axis=1)
    lost = (base <= 0) | (top <= 0)
    return top / np.where(lost, 1.0, base), counts, lost


def _refuse(lost: NDArray[np.bool_], at_most: float = 0.0) -> None:
    """Refuse when more than a share of resampled triangles have a link ratio that does not exist."""
    failed = int(lost.any(axis=1).sum())
    if failed > at_most * len(lost):
        lags = np.flatnonzero(lost.any(axis=0)).tolist()
        raise NotEstimableError(
            f"{failed} of {len(lost)} resampled triangles have no counts left at lags {named(lags)}: too few "
            "counts or origins for residuals to be resampled; begin at a later lag, add origins, or use chain_ladder "
            "or nowcast"
        )


def _expected(plan: _Plan, ratios: Floats, latest: Floats) -> tuple[Floats, Floats]:
    """Return the expected future increments of each draw: the sum of the positive, and of the negative ones."""
    come, gone = np.zeros(len(ratios)), np.zeros(len(ratios))
    base = latest.copy()
    for lag in range(ratios.shape[1]):
        ahead = np.flatnonzero(plan.latest_lag <= lag)
        if ahead.size:
            step = base[:, ahead] * (ratios[:, lag, None] - 1)
            base[:, ahead] += step
            positive = np.maximum(step, 0).sum(axis=1)
            come += positive
            gone += positive - step.sum(axis=1)
    return come, np.maximum(gone, 0.0)
