"""Change between two counts: what chance alone does, when offences come in clusters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from cseanalysis.values import Interval


def ratio_of_counts(
    before: float, after: float, *, exposure: float = 1.0, inflation: float = 1.0, level: float = 0.95
) -> Interval:
    """Return the confidence interval of a ratio of two independent counts.

    Parameters
    ----------
    before, after
        Events counted in the first and in the second period; above nought.
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
        Of kind ``"confidence"``.

    Raises
    ------
    ValueError
        When a count, the exposure or the inflation is out of range.

    Notes
    -----
    The logarithm of the ratio is taken as normal with variance ``inflation * (1 / before + 1 / after)``; Rothman,
    Greenland and Lash (2008), *Modern Epidemiology*, 3rd edition, chapter 14, for independent events.

    Examples
    --------
    >>> interval = ratio_of_counts(717, 761)
    >>> round(interval.low, 2), round(interval.high, 2)
    (0.96, 1.18)
    """
    middle, error = _log_ratio(before, after, exposure)
    if not (math.isfinite(inflation) and inflation >= 1):
        raise ValueError(f"inflation {inflation}: must be finite and at least 1; clusters never lower the variance")
    if not 0 < level < 1:
        raise ValueError(f"level {level}: must lie between 0 and 1")
    half = NormalDist().inv_cdf((1 + level) / 2) * error * math.sqrt(inflation)
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
        The inflation at which the interval of the ratio begins to hold 1. Below 1: not clear even if every event
        were independent.

    Examples
    --------
    >>> round(hiding_inflation(4_228, 4_450), 2)
    1.48
    >>> round(hiding_inflation(717, 761), 2)
    0.34
    """
    middle, error = _log_ratio(before, after, exposure)
    return (middle / (NormalDist().inv_cdf((1 + level) / 2) * error)) ** 2


def variance_inflation(sizes: Sequence[float]) -> float:
    """Return how many times the variance of a count exceeds a Poisson one when events come in clusters.

    Parameters
    ----------
    sizes
        Events in each of some clusters, such as offences recorded in each case; above nought.

    Returns
    -------
    float
        ``E[m**2] / E[m]`` of the sizes: the variance over the mean of a compound Poisson count.

    Raises
    ------
    ValueError
        When there are no sizes, or one is not above nought.

    Examples
    --------
    >>> variance_inflation([1, 1, 1, 9])
    7.0
    """
    if not sizes or not all(math.isfinite(size) and size > 0 for size in sizes):
        raise ValueError(f"sizes {list(sizes)[:5]}: give at least one, all finite and above nought")
    return math.fsum(size * size for size in sizes) / math.fsum(sizes)


def _log_ratio(before: float, after: float, exposure: float) -> tuple[float, float]:
    for name, value in (("before", before), ("after", after), ("exposure", exposure)):
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name} is {value}: must be finite and above nought, or no ratio exists")
    return math.log(after / before / exposure), math.sqrt(1 / before + 1 / after)
