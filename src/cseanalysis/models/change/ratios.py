"""Change between two counts: what chance alone does, when offences come in clusters."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from statistics import NormalDist

import numpy as np

from cseanalysis.models.checks import check_count, check_counts, check_level, number
from cseanalysis.values import Interval, NotEstimableError, shown

FARTHEST = 600.0  # logarithm of the largest ratio that an end is written for
LARGEST = 1e150  # size whose square can be written


def ratio_of_counts(
    before: float, after: float, *, exposure: float = 1.0, inflation: float = 1.0, level: float = 0.95
) -> Interval:
    """Return the confidence interval of a ratio of two independent counts.

    Parameters
    ----------
    before, after
        Events counted in the first and in the second period, in whole events; not both nought.
    exposure
        Length of the second period, or its number of contributors, as a multiple of the first's: 0.75 for nine
        months after twelve. The ratio is of rates.
    inflation
        How many times the variance exceeds a Poisson one because events come in clusters; see
        :func:`variance_inflation`. One for independent events.
    level
        Share of repetitions that the interval covers.

    Returns
    -------
    Interval
        Of kind ``"confidence"``. If nothing was counted after, it goes from 0 to the exact limit; if nothing was
        before, from the exact limit to infinity, for then no ratio is too large.

    Raises
    ------
    ValueError
        When a count, the exposure, the inflation or the level is out of range.
    NotEstimableError
        When so few counts, or so clustered ones, give the ratio no ends that can be written down.

    Notes
    -----
    The logarithm of the ratio is taken as normal with variance ``inflation * (1 / before + 1 / after)``; Rothman,
    Greenland and Lash (2008), *Modern Epidemiology*, 3rd edition, chapter 14, for independent events. Beside a nought
    there is no such logarithm, but of ``n`` events in both periods each falls into the second with chance
    ``r / (1 + r)``, ``r`` being the ratio times the exposure, so that Clopper and Pearson's limit for none of ``n``
    holds: ``r`` at most ``((1 - level) / 2) ** (-1 / n) - 1``. Clusters count as ``n / inflation`` events.

    Examples
    --------
    >>> interval = ratio_of_counts(717, 761)
    >>> round(interval.low, 2), round(interval.high, 2)
    (0.96, 1.18)
    >>> round(ratio_of_counts(40, 0).high, 3)
    0.097
    >>> interval = ratio_of_counts(0, 40)
    >>> round(interval.low, 2), interval.high
    (10.35, inf)
    """
    _check_counts(before, after, exposure)
    inflation = number("inflation", inflation)
    if not (math.isfinite(inflation) and inflation >= 1):
        raise ValueError(f"inflation {inflation}: must be finite and at least 1; clusters never lower the variance")
    level = check_level(level)
    if before == 0 or after == 0:
        return _beside_nought(before, after, exposure, inflation, level)
    middle, error = _log_ratio(before, after, exposure)
    half = _errors_needed(level) * error * math.sqrt(inflation)
    if abs(middle) + half > FARTHEST:
        raise NotEstimableError(
            f"{before} and {after} with an inflation of {inflation} say nothing about their ratio: its ends are too "
            "far apart for numbers; give more counts"
        )
    return Interval(math.exp(middle - half), math.exp(middle + half), "confidence", level)


def hiding_inflation(before: float, after: float, *, exposure: float = 1.0, level: float = 0.95) -> float:
    """Return the variance inflation from which on a change is no longer clear.

    Parameters
    ----------
    before, after, exposure, level
        As in :func:`ratio_of_counts`.

    Returns
    -------
    float
        The inflation at which the interval of the ratio begins to hold 1; beside a nought, at which the exact limit
        does. Below 1: not clear even if every event were independent.

    Raises
    ------
    ValueError
        When a count, the exposure or the level is out of range.

    Examples
    --------
    >>> round(hiding_inflation(4_228, 4_450), 2)
    1.48
    >>> round(hiding_inflation(717, 761), 2)
    0.34
    """
    _check_counts(before, after, exposure)
    level = check_level(level)
    if before == 0 or after == 0:  # where the exact limit of `ratio_of_counts` is 1
        share = exposure if after == 0 else 1 / exposure
        return max(before, after) * math.log1p(share) / math.log(2 / (1 - level))
    middle, error = _log_ratio(before, after, exposure)
    return (middle / (_errors_needed(level) * error)) ** 2


def variance_inflation(sizes: Iterable[float]) -> float:
    """Return how many times the variance of a count exceeds a Poisson one when events come in clusters.

    Parameters
    ----------
    sizes
        Events in each of some clusters, such as offences recorded in each case; whole numbers from 1.

    Returns
    -------
    float
        ``E[m**2] / E[m]`` of the sizes: the variance over the mean of a compound Poisson count.

    Raises
    ------
    ValueError
        When there are no sizes, or one is not a number above nought; of a mapping, and of the ``value_counts()`` of
        numbers, because either the ids of clusters or their sizes may have been counted.

    Examples
    --------
    >>> variance_inflation([1, 1, 1, 9])
    7.0
    """
    if isinstance(sizes, str) or not isinstance(sizes, Iterable):
        raise ValueError(f"sizes is {sizes!r}: give the events of each cluster, as a list")
    if isinstance(sizes, Mapping):
        raise ValueError(
            f"sizes is {shown(sizes)}: give the events of each cluster, as a list; if it says how many clusters have "
            "each size, [size for size, clusters in sizes.items() for _ in range(clusters)], else list(sizes.values())"
        )
    import pandas as pd  # the gate takes ratios from here and needs none

    if isinstance(sizes, pd.Series) and sizes.name == "count" and pd.api.types.is_numeric_dtype(sizes.index.dtype):
        raise ValueError(
            "sizes is a count of each of some numbers, as of value_counts(): if the numbers are ids of clusters, give "
            "sizes.tolist(); if they are sizes of clusters, [size for size, clusters in sizes.items() for _ in "
            "range(clusters)]"
        )
    each = [number("sizes", size) for size in (sizes.ravel() if isinstance(sizes, np.ndarray) else sizes)]
    if not each or not all(0 < size < LARGEST for size in each):
        raise ValueError(f"sizes {each[:5]}: give at least one, all finite and above nought; a cluster has an event")
    check_counts("sizes", np.array(each, dtype=np.float64), "numbers of events")
    return math.fsum(size * size for size in each) / math.fsum(each)


def _errors_needed(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)


def _beside_nought(before: float, after: float, exposure: float, inflation: float, level: float) -> Interval:
    """Give the exact limit of a ratio to or from nought."""
    logged = math.log(2 / (1 - level)) * inflation / max(before, after)
    if logged > FARTHEST:
        raise NotEstimableError(
            f"before {before:g} and after {after:g} with an inflation of {inflation:g} say nothing about their ratio; "
            "give more counts"
        )
    limit = math.expm1(logged)
    low, high = (0.0, limit / exposure) if after == 0 else (1 / (limit * exposure), math.inf)
    return Interval(low, high, "confidence", level)


def _log_ratio(before: float, after: float, exposure: float) -> tuple[float, float]:
    return math.log(after) - math.log(before) - math.log(exposure), math.sqrt(1 / before + 1 / after)


def _check_counts(before: float, after: float, exposure: float) -> None:
    check_count("before", before)
    check_count("after", after)
    if not 0 < number("exposure", exposure) < math.inf:
        raise ValueError(f"exposure is {exposure}: must be finite and above nought; 0.75 for nine months after twelve")
    if before == after == 0:
        raise ValueError("before and after are both 0: nothing was counted, so no ratio exists; give longer periods")
