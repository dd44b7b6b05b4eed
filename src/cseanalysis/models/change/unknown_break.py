"""Search for a change of level at a date that is not known beforehand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from cseanalysis.models.change.fits import EXACT, STRONGEST, Fits, Floats, check_options, estimate_drift, fit_means
from cseanalysis.models.change.interrupted import interrupted_series
from cseanalysis.models.change.series import FEWEST, CountSeries, design, read_series, season
from cseanalysis.models.checks import check_whole
from cseanalysis.models.draws.simulation import block_generator, check_seed
from cseanalysis.said import Words, of_interval, speaks
from cseanalysis.values import Estimate, NotEstimableError

WORLDS = 256  # simulated series that share one generator
LARGEST = 1e15  # count that is simulated: beyond it whole numbers are no longer told apart


@speaks
@dataclass(frozen=True, slots=True, eq=False)
class BreakSearch:
    """The date at which a series is most likely to have changed level.

    Parameters
    ----------
    at
        Label of the first period after the change; R's strucchange names the one before, the last of the old level.
    level_ratio
        Of the change there. Its interval takes the date as known beforehand and is too narrow and too far from 1.
    correlation
        Of neighbouring periods about trend, season and that change, from 0; the simulated series drift by as much.
    p_value
        How often the largest statistic over all dates is as large in series without a change; too small for series
        that drift much (see the notes of `break_search`).
    earliest, latest
        Labels between which the estimated date falls, in the central share ``level`` of series simulated with that
        change: of use only when there is a change.
    table
        A row a date that was tried (the index): ``statistic``, positive for a rise.

    Notes
    -----
    ``print`` gives the level ratio and why its interval is doubtful, the range of the date, the five likeliest dates.
    """

    at: object
    level_ratio: Estimate
    correlation: float
    p_value: float
    earliest: object
    latest: object
    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a row a date that was tried: ``date``, ``statistic``."""
        return self.table.rename_axis("date").reset_index()

    def _says(self) -> Words:
        ratio = self.level_ratio
        head = of_interval(f"level ratio from {self.at} on", ratio.interval, point=ratio.point)
        first = f"{self.at} is the first period after the change, not the last before it"
        more = (first, f"p-value of any change: {self.p_value:.3g}", f"date between {self.earliest} and {self.latest}")
        doubts = ("the interval takes the date as known beforehand: too narrow, and too far from 1",)
        rests = (f"one change; neighbouring periods correlate by {self.correlation:.3g}",)
        shown = self.to_frame().sort_values("statistic", key=abs, ascending=False, kind="stable").head(5)
        return Words(head, more, shown, rests, doubts)


def break_search(
    counts: ArrayLike | pd.Series,
    *,
    exposure: ArrayLike | None = None,
    harmonics: int = 0,
    period: float | None = None,
    trend: bool = True,
    draws: int = 999,
    seed: int,
    level: float = 0.95,
) -> BreakSearch:
    """Find the most likely date of a change of level, and how often chance alone finds one as clear.

    Parameters
    ----------
    counts, exposure, harmonics, period
        As in :func:`interrupted_series`; whole numbers.
    trend
        Whether the level may drift evenly all along. Without, the search is for a change of the level alone: an even
        rise then looks like a break in its middle.
    draws
        Series simulated without, and again with, the change.
    seed
        Of the random numbers.
    level
        Of the intervals.

    Returns
    -------
    BreakSearch

    Raises
    ------
    ValueError
        When counts or an option make no sense.
    NotEstimableError
        When there are fewer than sixteen periods, or no fit.

    Notes
    -----
    For each date with eight periods on both sides the score statistic of a change of level, in a quasi-Poisson
    regression on trend (if any) and season; the largest over the dates is compared with its distribution in series
    simulated without a change (Andrews 1993 for the problem; the bootstrap as in Hansen 2000 instead of asymptotic
    tables, which are wrong for trending regressors). Simulated counts are Poisson, or negative binomial with variance
    ``dispersion * mean`` when there is over-dispersion; where the residuals of the model with the change are
    correlated, the means follow each other as much (first-order autocorrelation, estimated as in
    :func:`interrupted_series`). That sees only part of a drift, which looks like a break and is taken for one: found in
    250 worlds of 45 periods without a break, p <= 0.05 in 4% for independent counts, in 11%, 17% and 41% with a drift
    of 7% and correlation 0.3, 0.6 and 0.9 (17%, 40% and 66% if none is simulated; ``benchmarks/change_coverage.py``);
    without trend, in 200 level worlds, in 4% to 6%, and 15% with a drift of correlation 0.6. A
    small p-value in a series that drifts is no evidence of a break, and a register of recording changes should be
    consulted before any policy.

    Examples
    --------
    >>> quarters = [100, 96, 103, 101, 99, 104, 98, 102, 98, 100, 203, 195, 207, 201, 198, 206, 197, 202, 199, 204]
    >>> found = break_search(quarters, draws=199, seed=0)
    >>> found.at, found.p_value
    (10, 0.005)
    >>> found = break_search(quarters, trend=False, draws=199, seed=0)
    >>> found.at, round(found.level_ratio.point, 2)
    (10, 2.01)
    """
    level = check_options("quasipoisson", None, level, trend=trend)
    key = check_seed(seed)
    draws = check_whole("draws", draws)
    series = read_series(counts, exposure)
    turn, _ = season(series, period, harmonics, otherwise=12)
    size = series.counts.size
    if size < 2 * FEWEST:
        raise NotEstimableError(f"{size} periods: at least {2 * FEWEST} are needed, {FEWEST} on each side of a date")
    if series.counts.max() > LARGEST:
        raise ValueError(f"a count is {series.counts.max():.3g}: must be at most {LARGEST:.0e}, to be simulated")
    columns, names = design(size, [], harmonics=harmonics, period=turn, trend=trend)
    if size <= len(names) + 1:
        raise NotEstimableError(f"{len(names) + 1} coefficients from {size} periods leave nothing to judge by")
    places = np.arange(FEWEST, size - FEWEST + 1)
    fit = fit_means(columns[None], series.counts, series.offset)
    if not fit.settled[0]:
        raise NotEstimableError("level, trend and season have no fit without a change; use fewer harmonics")
    if float(fit.dispersion[0]) * (size - len(names)) <= EXACT * float(fit.fitted[0].sum()):
        raise NotEstimableError(
            f"the {size} counts lie exactly on level, trend and season: there is no scatter, and no break"
        )
    statistics = _scores(columns, places, fit)[0]
    place = int(places[np.argmax(np.abs(statistics))])
    changed, _ = design(size, [place], harmonics=harmonics, period=turn, trend=trend)
    label = series.labels[place]
    bare = pd.Series(series.counts, index=series.labels)
    ratio = interrupted_series(
        bare, at=label, exposure=np.exp(series.offset), harmonics=harmonics, period=turn, trend=trend, level=level
    ).level_ratio
    with_change = fit_means(changed[None], series.counts, series.offset)
    correlation = float(estimate_drift(changed[None], with_change).correlation[0])
    alike = partial(_largest, columns, places, series, draws=int(draws), key=key, correlation=correlation)
    null = alike(truth=fit, first_block=0)
    blocks = math.ceil(draws / WORLDS)
    found = alike(truth=with_change, first_block=blocks)
    as_large = int((np.abs(null[0]) >= np.abs(statistics).max() * (1 - 1e-12)).sum())
    ends = np.quantile(places[found[1]], [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return BreakSearch(
        at=label,
        level_ratio=ratio,
        correlation=correlation,
        p_value=(1 + as_large) / (1 + int(draws)),
        earliest=series.labels[int(ends[0])],
        latest=series.labels[int(ends[1])],
        table=pd.DataFrame({"statistic": statistics}, index=series.labels[places].rename("date")),
    )


def _scores(columns: Floats, places: np.ndarray, fits: Fits) -> Floats:
    """Return the score statistic of a step at each place beside fitted columns, shape (fits, places)."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        score, total = _from(fits.residuals, places), _from(fits.fitted, places)
        cross = np.stack([_from(fits.fitted * column, places) for column in columns.T], axis=1)
        explained = (cross * (fits.inverse @ cross)).sum(axis=1)
        return np.asarray(score / np.sqrt(fits.dispersion[:, None] * (total - explained)))


def _from(values: Floats, places: np.ndarray) -> Floats:
    """Return sums of the periods from each place on, shape (fits, places)."""
    return np.asarray(np.cumsum(values[:, ::-1], axis=1)[:, ::-1][:, places])


def _largest(
    columns: Floats,
    places: np.ndarray,
    series: CountSeries,
    *,
    truth: Fits,
    draws: int,
    key: int,
    correlation: float,
    first_block: int,
) -> tuple[Floats, np.ndarray]:
    """Simulate series from fitted means; return the largest statistic of each and the index of its date."""
    mean, dispersion = truth.fitted[0], float(truth.dispersion[0])
    largest, where = np.zeros(draws), np.zeros(draws, dtype=np.intp)
    for block, start in enumerate(range(0, draws, WORLDS)):
        count = min(WORLDS, draws - start)
        rng = block_generator(key, first_block + block)
        simulated = _simulated(rng, mean, dispersion=dispersion, correlation=correlation)
        worlds = simulated[:count].astype(np.float64)
        fits = fit_means(np.broadcast_to(columns, (count, *columns.shape)), worlds, series.offset)
        statistics = np.nan_to_num(_scores(columns, places, fits))
        where[start : start + count] = np.argmax(np.abs(statistics), axis=1)
        largest[start : start + count] = np.abs(statistics).max(axis=1)
    return largest, where


def _simulated(rng: np.random.Generator, mean: Floats, *, dispersion: float, correlation: float) -> np.ndarray:
    """Return counts with given means, variances ``dispersion`` times as large, and neighbours that are correlated."""
    shape = (WORLDS, mean.size)
    if dispersion <= 1 + 1e-9:
        return rng.poisson(mean, shape)
    spread = dispersion - 1
    if correlation == 0:
        return rng.poisson(rng.gamma(mean / spread, spread, shape))
    among = min(correlation * dispersion / spread, STRONGEST)  # of the means; Poisson scatter has none
    normal = rng.standard_normal(shape)
    for place in range(1, mean.size):
        normal[:, place] = among * normal[:, place - 1] + math.sqrt(1 - among**2) * normal[:, place]
    return np.asarray(rng.poisson(spread * special.gammainccinv(mean / spread, special.ndtr(-normal))))
