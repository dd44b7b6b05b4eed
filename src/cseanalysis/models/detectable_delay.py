"""From which period on an effect that arrives with a delay could be seen in a series of counts, or never."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cseanalysis.models.checks import check_share, check_whole, number
from cseanalysis.models.count_series import Floats
from cseanalysis.models.detectable import MOST_PERIODS, distance_needed, expected_errors, fit_before
from cseanalysis.models.level_changes import check_options
from cseanalysis.models.pipeline import checked_mass
from cseanalysis.models.series import design, read_series, season
from cseanalysis.values import NotEstimableError

FARTHEST = 1e6  # ratio


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
    """

    first: int | None
    never: bool
    reason: str
    table: pd.DataFrame


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
    powers = []
    for seen in range(1, latest + 1):
        if not shape[before : before + seen].any():
            powers.append(1 - level)
            continue
        upto = np.column_stack([columns, shape])[: before + seen]
        error = math.sqrt(inflation) * expected_errors(upto, mean[: before + seen], len(names))[0]
        powers.append(_power(1 / error, level))
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
