"""The smallest change of level that a series of counts could show."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import optimize, special

from cseanalysis.models.change.fits import (
    EXACT,
    SHORT,
    Family,
    Fits,
    Floats,
    check_options,
    choose_lags,
    drifting_sum,
    estimate_drift,
    fit_one,
    hac_covariance,
    used_degrees,
)
from cseanalysis.models.change.series import FEWEST, CountSeries, design, read_series, season
from cseanalysis.models.checks import check_share, check_whole, number
from cseanalysis.models.pipeline.projection import checked_mass
from cseanalysis.said import Words, one_number, speaks
from cseanalysis.values import NotEstimableError

MOST_PERIODS = 1000


@speaks
@dataclass(frozen=True, slots=True)
class MinimumDetectable:
    """The smallest change of level that a series of a given length would show.

    Parameters
    ----------
    rise
        Ratio of levels above 1 that is found with probability ``power``.
    fall
        The same below 1; ``None`` when even a fall to nought would be missed.
    error
        Standard error of the logarithm of the ratio when there is no change.
    inflation
        How many times the variance of the ratio's logarithm exceeds that of independent Poisson counts: clusters and
        drift together.
    correlation
        From one period to the next, as estimated before the date and taken into account; nought when lags are stated
        or the family is Poisson.
    periods_before, periods_after
        Of the date.
    power, level
        As asked for.

    Notes
    -----
    ``print`` gives the smallest rise, a row of all numbers, and what it means to be seen.
    """

    rise: float
    fall: float | None
    error: float
    inflation: float
    correlation: float
    periods_before: int
    periods_after: int
    power: float
    level: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row.

        Columns: ``rise``, ``fall`` (missing for none), ``error``, ``inflation``, ``correlation``,
        ``periods_before``, ``periods_after``, ``power``, ``level``.
        """
        return pd.DataFrame([{one.name: getattr(self, one.name) for one in fields(self)}]).astype({"fall": float})

    def _says(self) -> Words:
        hidden = ("no fall would be seen, not even one to nought",) if self.fall is None else ()
        rests = f"seen means: found with probability {self.power:g} by an interval of level {self.level:g}"
        shown = self.to_frame().drop(columns=["fall"] if self.fall is None else [])
        return Words(one_number("smallest rise of the level to be seen", self.rise), (), shown, (rests,), (), hidden)


def minimum_detectable(
    counts: ArrayLike | pd.Series,
    *,
    after: int,
    family: Family = "quasipoisson",
    exposure: ArrayLike | None = None,
    harmonics: int = 0,
    period: float | None = None,
    slope_change: bool = False,
    hac_lags: int | None = None,
    power: float = 0.8,
    level: float = 0.95,
) -> MinimumDetectable:
    """Return the smallest change of level that could be told from chance some periods after a date.

    Parameters
    ----------
    counts
        Events in each period before the date, oldest first, shape (periods,); at least eight.
    after
        Periods from the date on that will be, or have been, observed; from 1.
    family, exposure, harmonics, period, slope_change, hac_lags, level
        As in :func:`interrupted_series`, with which the change will be looked for. The exposure of the last period
        is taken to last.
    power
        Probability that a change of this size is found: that the interval excludes 1.

    Returns
    -------
    MinimumDetectable

    Raises
    ------
    ValueError
        When counts, exposure or an option make no sense.
    NotEstimableError
        When there are fewer than eight periods, only noughts, counts without any scatter, or no fit.

    Notes
    -----
    The ratio ``r`` solves ``|log r| = (z_level + z_power) * error(r)``, with the standard error from the information
    of the segmented regression if the level were ``r`` times the continued trend (Cohen 1988; Zhang, Wagner and
    Ross-Degnan 2011 for interrupted series); ``z`` are quantiles of the t distribution with the degrees of freedom
    before the date, of the normal one for Poisson counts. Scatter and drift are those of the periods before the date,
    the error the largest of the three of :func:`interrupted_series`. Found in 400 simulated series with 33
    periods before and 12 after (``benchmarks/change_coverage.py``): a rise of the size returned, asked to be found in
    80%, was found in 76% for Poisson counts, 80% for over-dispersed ones and 68% under drift, because scatter and drift
    are themselves estimated.

    Examples
    --------
    >>> quarters = [100, 96, 103, 101, 99, 104, 98, 102, 103, 95, 107, 101, 98, 106, 97, 102]
    >>> least = minimum_detectable(quarters, after=8)
    >>> round(least.rise, 2), round(least.fall, 2)
    (1.08, 0.92)
    """
    level = check_options(family, hac_lags, level, slope_change=slope_change)
    power = number("power", power)
    distance_needed(power, level)
    later = check_whole("after", after, most=MOST_PERIODS)
    series = read_series(counts, exposure)
    turn, _ = season(series, period, harmonics, otherwise=12)
    before = series.counts.size
    scatter = fit_before(series, family, harmonics=harmonics, period=turn, hac_lags=hac_lags)
    half, fit = distance_needed(power, level, scatter.degrees), scatter.fit
    offset = np.concatenate([series.offset, np.full(later, series.offset[-1])])
    whole, names = design(before + later, [before], harmonics=harmonics, period=turn, slope_change=slope_change)
    kept = [names.index(name) for name in names if name not in ("level_change", "slope_change")]
    if slope_change and later < 2:
        raise NotEstimableError("after is 1: a change of level and of slope cannot be told apart in one period")
    mean = np.exp(np.clip(whole[:, kept] @ fit.coefficients[0] + offset, -700, 300))
    place, changed = names.index("level_change"), np.arange(before + later) >= before

    def error(logged: float | Floats) -> Floats:
        expected = np.where(changed, np.multiply.outer(np.exp(logged), mean), mean)
        weight = expected / (1 + float(fit.alpha[0]) * expected)
        plain, drifting = expected_errors(whole, weight, place, correlation=scatter.correlation)
        return np.maximum(math.sqrt(scatter.inflation) * plain, math.sqrt(scatter.drifting) * drifting)

    top = 1.0
    while top < half * error(top):
        top *= 2
    rise = optimize.brentq(lambda logged: logged - half * error(logged), 0.0, top, xtol=1e-12)
    steps = np.linspace(0.0, 12.0, 481)  # down to six millionths: the error of a fall grows, so there may be no answer
    parts = ((part, part > half * error(-part)) for part in np.array_split(steps, 16))
    first = next((float(part[told][0]) for part, told in parts if told.any()), None)
    fall = None
    if first is not None:
        fall = math.exp(-optimize.brentq(lambda logged: logged - half * error(-logged), max(first - 0.025, 0.0), first))
    now = float(error(0.0))
    inflation = (now / float(expected_errors(whole, mean, place)[0])) ** 2
    return MinimumDetectable(math.exp(rise), fall, now, inflation, scatter.correlation, before, later, power, level)


@dataclass(frozen=True, slots=True, eq=False)
class Scatter:
    """What the periods before a date say about scatter."""

    fit: Fits  # of trend and season
    # how many times the variance exceeds that of the family, were there no drift (or by the stated lags)
    inflation: float
    correlation: float  # from one period to the next, and the inflation if there is that drift
    drifting: float
    degrees: float  # of freedom, for the t distribution


def fit_before(
    series: CountSeries,
    family: Family,
    *,
    harmonics: int,
    period: float,
    hac_lags: int | None,
    independent: bool = False,
) -> Scatter:
    """Fit trend and season before the date and judge the scatter about them."""
    size = series.counts.size
    if size < FEWEST:
        raise NotEstimableError(f"{size} periods before the date: at least {FEWEST} are needed to know the scatter")
    if not series.counts.any():
        raise NotEstimableError("every count is nought: a ratio of levels does not exist")
    columns, names = design(size, [], harmonics=harmonics, period=period)
    if size <= len(names):
        raise NotEstimableError(f"{len(names)} coefficients from {size} periods leave nothing to judge the scatter by")
    fit, fitted, _ = fit_one(columns, series.counts, series.offset, family)
    if not fit.settled[0]:
        raise NotEstimableError(f"the fit of {', '.join(names)} has no maximum in {size} periods; use fewer harmonics")
    scale = float(fit.dispersion[0]) if fitted == "quasipoisson" else 1.0
    if fitted == "quasipoisson" and scale * (size - len(names)) <= EXACT * float(fit.fitted[0].sum()):
        raise NotEstimableError(
            f"the {size} counts lie exactly on a line: without scatter any change would seem visible; give the counts "
            "as they were, or family='poisson' for what chance alone does"
        )
    drift = estimate_drift(columns[None], fit)
    degrees = float(used_degrees(drift, size - len(names), family=family, stated=hac_lags is not None)[0])
    if independent or (family == "poisson" and hac_lags is None):
        return Scatter(fit, scale, 0.0, scale, degrees)
    average = columns.mean(axis=0)  # the level in the middle of the series: neither end decides
    robust = average @ hac_covariance(columns[None], fit, choose_lags(hac_lags, size))[0] @ average
    ratio = float(robust / (average @ fit.inverse[0] @ average))
    inflation = max(scale, ratio) if size < SHORT else ratio
    if hac_lags is not None:
        return Scatter(fit, inflation, 0.0, inflation, degrees)
    return Scatter(fit, inflation, float(drift.correlation[0]), scale * float(drift.scatter[0]), degrees)


def expected_errors(columns: Floats, weight: Floats, place: int, *, correlation: float = 0.0) -> tuple[Floats, Floats]:
    """Return the standard error of one coefficient expected at given weights, were the scatter 1; then with drift."""
    # The periods are the last dimension of the weights; there is an error for each set of weights.
    root = columns * np.sqrt(weight)[..., None]
    others, own = np.delete(root, place, axis=-1), root[..., place, None]
    basis = np.linalg.qr(others / np.sqrt((others**2).sum(axis=-2, keepdims=True)))[0]
    rest = (own - basis @ (basis.swapaxes(-1, -2) @ own))[..., 0]
    known = (rest**2).sum(axis=-1)
    middle = (weight * columns[:, place]).sum(axis=-1) / weight.sum(axis=-1)
    most = (weight * (columns[:, place] - middle[..., None]) ** 2).sum(axis=-1)  # known if there were no trend
    # Above the most, means are so far apart that rounding decides.
    plain = 1 / np.sqrt(np.maximum(np.minimum(known, most), 1e-300))
    if not correlation:
        return plain, plain
    return plain, plain * np.sqrt(drifting_sum(rest, correlation) / np.maximum(known, 1e-300))


def distance_needed(power: float, level: float, degrees: float = math.inf) -> float:
    """Return how many standard errors from nought an effect must lie to be found with some power."""
    power = number("power", power)
    if not 0.5 <= power < 1:
        raise ValueError(f"power is {power}: must be from 0.5 to below 1, e.g. 0.8")
    return float(special.stdtrit(degrees, (1 + level) / 2) + special.stdtrit(degrees, power))


FARTHEST = 1e6  # ratio


@speaks
@dataclass(frozen=True, slots=True, eq=False)
class DetectableFrom:
    """From which period on an effect could be seen.

    Parameters
    ----------
    first
        Number of periods, the one of the change included, after which the effect is found with probability
        ``power``; ``None`` when that does not happen within the horizon.
    never
        Whether no number of periods would do, because the series before the change is too short or too noisy.
    reason
        The answer in words.
    table
        A row a number of periods (``periods``): ``completeness``, the share of the full effect that has become
        visible in the last of them; ``ratio``, expected over unchanged count in it; ``power``.

    Notes
    -----
    ``print`` gives from which period on the effect is found, or that it is not and why, and the first periods.
    """

    first: int | None
    never: bool
    reason: str
    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a row a number of periods after the change: ``periods``, ``completeness``, ``ratio``, ``power``."""
        return self.table.reset_index()

    def _says(self) -> Words:
        none = "none, whatever their number" if self.never else "none within the horizon"
        what = "periods after which the effect is found"
        if self.first is None:
            return Words(f"{what}: {none}", refused=(self.reason,), most=8)
        return Words(one_number(what, self.first), (self.reason,), most=8)


def detectable_from(
    counts: ArrayLike | pd.Series,
    *,
    delay: ArrayLike,
    ratio: float,
    share: float = 1.0,
    horizon: int = 40,
    harmonics: int = 0,
    period: float | None = None,
    power: float = 0.8,
    level: float = 0.95,
) -> DetectableFrom:
    """Say from which period on an effect that arrives with a delay could be seen in a series, or that it never could.

    Parameters
    ----------
    counts
        Events in each period before the change, oldest first, shape (periods,); at least eight: charges, say.
    delay
        Probability mass, in whole periods, of the delay from what changes to what is counted, index 0 the same
        period: from recording to charge, say. Mass beyond the last period given never arrives.
    ratio
        What changes, after over before: 2 when twice as many cases are recorded from the date on. Above nought.
    share
        Share of the series that changes; the rest goes on as before. 0.01 when one event in a hundred is of the kind.
    horizon
        Periods after the change to look at.
    harmonics, period
        Season; see :func:`interrupted_series`. Where the index has no frequency, 4 periods a year are assumed here.
    power
        Probability with which the effect is to be found.
    level
        Of the test, two-sided.

    Returns
    -------
    DetectableFrom

    Raises
    ------
    ValueError
        When counts or options make no sense, or the delay is not a probability mass.
    NotEstimableError
        When there are fewer than eight periods, only noughts or counts without any scatter, or the ratio is 1.

    Notes
    -----
    ``k`` periods after the change the series is expected at ``1 + share * (ratio - 1) * F(k)`` times the level that the
    trend had reached, with ``F`` the cumulative delay. The effect is tested with exactly that shape in a quasi-Poisson
    regression on trend and season, in counts that scatter independently about a straight trend, as they did before,
    with their scatter known: an analysis that does not know the delay, a scatter that is itself estimated, or a series
    that also drifts, does worse, so ``first`` is a lower limit. Scatter about a straight line is large where the line
    is the wrong one: give the part of the series that is straight.

    With more and more periods the trend, season and level after the change become known, and what remains is the
    uncertainty of the level before it, ``dispersion / sum(means before)``: an effect too small for that is never
    seen, whatever the delay.

    Examples
    --------
    >>> quarters = [1000, 1070, 990, 930, 1010, 1080, 950, 1020, 980, 1060, 1000, 940]
    >>> detectable_from(quarters, delay=[0.1, 0.2, 0.3, 0.4], ratio=2).first
    2
    >>> detectable_from(quarters, delay=[1], ratio=2, share=0.01).never
    True
    """
    level, power = check_options("quasipoisson", None, level), number("power", power)
    half = distance_needed(power, level)
    latest = check_whole("horizon", horizon, most=MOST_PERIODS)
    mass = _mass(delay)
    ratio = number("ratio", ratio)
    share = check_share("share", share)
    if not 1 / FARTHEST <= ratio <= FARTHEST:
        raise ValueError(f"ratio is {ratio}: must be above nought and finite, within a factor of a million of 1")
    if not 0 < share <= 1:
        raise ValueError(f"share is {share}: must lie above 0 and be at most 1")
    if ratio == 1:
        raise NotEstimableError("ratio is 1: no change, so nothing could be seen at any time")
    series = read_series(counts, None)
    turn, _ = season(series, period, harmonics, otherwise=4)
    scatter = fit_before(series, "quasipoisson", harmonics=harmonics, period=turn, hac_lags=None, independent=True)
    fit, inflation, before = scatter.fit, scatter.inflation, series.counts.size
    visible = np.minimum(np.cumsum(np.pad(mass, (0, max(latest - mass.size, 0))))[:latest], 1.0)
    effect = np.log1p(share * (ratio - 1) * visible)
    columns, names = design(before + latest, [], harmonics=harmonics, period=turn)
    level_now = float(np.exp(np.clip(columns[before - 1, :2] @ fit.coefficients[0][:2], -700, 300)))
    mean = np.concatenate([fit.fitted[0], level_now * np.exp(effect)])
    shape = np.concatenate([np.zeros(before), effect])
    seen = np.tri(latest, before + latest, before, dtype=bool)  # a row for each number of periods after the change
    errors = math.sqrt(inflation) * expected_errors(np.column_stack([columns, shape]), mean * seen, len(names))[0]
    shown = (seen & (shape != 0)).any(axis=1)
    powers = [_power(float(one), level) for one in np.where(shown, 1 / errors, 0.0)]
    table = pd.DataFrame(
        {"completeness": visible, "ratio": np.exp(effect), "power": powers},
        index=pd.RangeIndex(1, latest + 1, name="periods"),
    )
    full = math.log1p(share * (ratio - 1) * min(float(mass.sum()), 1.0))
    best = abs(full) / math.sqrt(inflation / float(fit.fitted[0].sum()))
    never = best < half
    enough = np.flatnonzero(np.array(powers) >= power)
    first = int(enough[0]) + 1 if enough.size and not never else None
    size = f"an effect of {math.expm1(full):+.1%} in the end"
    if never:
        reason = (
            f"never: {size} is {abs(best):.2f} standard errors of the level before the change, however long one waits; "
            f"{half:.2f} are needed"
        )
    elif first is None:
        reason = f"not within {latest} periods: {size} becomes visible too slowly"
    else:
        reason = f"from period {first} on at the earliest: {size}, {visible[first - 1]:.0%} of it visible by then"
    return DetectableFrom(first, never, reason, table)


def _power(distance: float, level: float) -> float:
    normal = NormalDist()
    edge = normal.inv_cdf((1 + level) / 2)
    return normal.cdf(distance - edge) + normal.cdf(-distance - edge)


def _mass(delay: ArrayLike) -> Floats:
    mass = checked_mass(delay)
    if not mass.sum() > 0:
        raise ValueError("delay sums to 0: must be above 0 and at most 1, what never arrives left out")
    return mass
