"""Delays between two events, from the medians and means that are published."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from cseanalysis.models.checks import check_interval, check_positive, check_whole, number, numbers, one_of
from cseanalysis.said import Words, one_number, speaks
from cseanalysis.values import Interval, NotEstimableError

_MOST_PERIODS = 1_000_000

Family = Literal["gamma", "lognormal", "weibull"]


@speaks
@dataclass(frozen=True, slots=True)
class Delay:
    """A distribution of days from one event to a later one, among cases that reach the later one.

    Parameters
    ----------
    family
        ``"gamma"`` and ``"weibull"`` (shape 1 is the exponential) or ``"lognormal"`` (shape is the standard
        deviation of the logarithm).
    shape
        Positive; small gamma and Weibull shapes mean many quick cases and a long tail.
    scale
        Days; positive.

    Notes
    -----
    ``print`` gives the median, and a row with the parameters and the mean.

    Examples
    --------
    >>> exponential = Delay("gamma", 1.0, 100.0)
    >>> round(float(exponential.completeness(100.0)), 4)
    0.6321
    """

    family: Family
    shape: float
    scale: float

    def __post_init__(self) -> None:
        one_of("family", self.family, get_args(Family))
        for name in ("shape", "scale"):
            object.__setattr__(self, name, check_positive(name, getattr(self, name)))

    def completeness(self, days: ArrayLike) -> NDArray[np.float64]:
        """Return the share of eventual events seen within ``days``, same shape as ``days``; 0 for negative days."""
        relative = np.maximum(_days(days), 0.0) / self.scale
        if self.family == "gamma":
            return np.asarray(special.gammainc(self.shape, relative), dtype=np.float64)
        if self.family == "weibull":
            with np.errstate(over="ignore"):
                return np.asarray(-np.expm1(-(relative**self.shape)), dtype=np.float64)
        with np.errstate(divide="ignore"):
            return np.asarray(special.ndtr(np.log(relative) / self.shape), dtype=np.float64)

    def quantile(self, share: ArrayLike) -> NDArray[np.float64]:
        """Return the days within which ``share`` of the eventual events are seen, same shape as ``share``.

        Raises
        ------
        ValueError
            When a share is not at least 0 and below 1: the last event has no latest day.
        """
        level = numbers("share", share)
        if not ((level >= 0) & (level < 1)).all():
            raise ValueError(
                f"share {np.ravel(level)[:5].tolist()}: must be at least 0 and below 1; 0.5 is the median, and "
                "the last event has no latest day"
            )
        if self.family == "gamma":
            unscaled = special.gammaincinv(self.shape, level)
        elif self.family == "weibull":
            unscaled = (-np.log1p(-level)) ** (1 / self.shape)
        else:
            unscaled = np.exp(self.shape * special.ndtri(level))
        return np.asarray(self.scale * unscaled, dtype=np.float64)

    def mean(self) -> float:
        """Return the mean in days.

        Raises
        ------
        NotEstimableError
            When the tail is so long that the mean is beyond every number.
        """
        if self.family == "gamma":
            return self.shape * self.scale
        logarithm = math.log(self.scale)
        logarithm += math.lgamma(1 + 1 / self.shape) if self.family == "weibull" else self.shape**2 / 2
        if logarithm > 700:
            raise NotEstimableError(
                f"{self.family} delay of shape {self.shape:g}: its mean is beyond every number (e to the "
                f"{logarithm:.0f} days); use the median, or a shape that has a mean"
            )
        return math.exp(logarithm)

    def integrated_completeness(self, days: ArrayLike) -> NDArray[np.float64]:
        """Return the integral of `completeness` from 0 to ``days``, same shape as ``days``; 0 for negative days."""
        return _integral_of_completeness(self.family, self.shape, self.scale, _days(days))

    def integrated_remainder(self, days: ArrayLike) -> NDArray[np.float64]:
        """Return the integral of ``1 - completeness`` from ``days`` on, same shape as ``days``; exact in the tail."""
        x, k = np.maximum(_days(days), 0.0) / self.scale, self.shape
        with np.errstate(divide="ignore", over="ignore"):
            if np.isinf(x).any():
                x = np.minimum(x, 1e300)  # nothing remains; infinity times nought would be nan
            if self.family == "gamma":
                left, beyond = special.gammaincc(k, x), k * special.gammaincc(k + 1, x)
            elif self.family == "weibull":
                power = x**k
                left = np.exp(-power)
                beyond = np.exp(math.lgamma(1 + 1 / k) + np.log(special.gammaincc(1 + 1 / k, power)))
            else:
                score = np.log(x) / k
                left, beyond = special.ndtr(-score), np.exp(k * k / 2 + special.log_ndtr(k - score))
        return np.asarray(self.scale * (beyond - x * left), dtype=np.float64)

    def mass(self, periods: int, *, period_days: float) -> NDArray[np.float64]:
        """Return the probability mass by whole periods, index 0 the period of the first event itself.

        Parameters
        ----------
        periods
            Number of periods, at least 1; the mass beyond them is left out, so the sum may stay below 1.
        period_days
            Length of a period in days.

        Returns
        -------
        ndarray of shape (periods,)

        Notes
        -----
        First events fall evenly within their period, so the share seen by the end of period ``k`` is the mean
        of the distribution function over ``[k h, (k + 1) h]``, exact here through partial expectations; placing
        all first events at one date biases the early periods (Park et al. 2024 on double censoring).
        """
        period_days = check_positive("period_days", period_days)
        periods = check_whole("periods", periods, most=_MOST_PERIODS)
        return np.asarray(masses(self.family, [self.shape], [self.scale], periods, period_days=period_days)[0])

    def to_frame(self) -> pd.DataFrame:
        """Return one row.

        Columns: ``family``, ``shape``, ``scale``, ``median``, ``mean`` (missing where it is beyond numbers).
        """
        try:
            mean = self.mean()
        except NotEstimableError:
            mean = math.nan
        row = {"family": self.family, "shape": self.shape, "scale": self.scale}
        return pd.DataFrame([{**row, "median": float(self.quantile(0.5)), "mean": mean}])

    def _says(self) -> Words:
        rests = ("cases that reach the later event; what never comes is left out",)
        return Words(one_number("median delay", float(self.quantile(0.5)), "days"), rests_on=rests)


def masses(
    family: Family, shapes: ArrayLike, scales: ArrayLike, periods: int, *, period_days: float
) -> NDArray[np.float64]:
    """Return `Delay.mass` for many delays of one family at once."""
    ends = np.arange(periods + 1, dtype=np.float64) * period_days
    shape, scale = (np.asarray(values, dtype=np.float64)[:, np.newaxis] for values in (shapes, scales))
    seen = np.diff(_integral_of_completeness(family, shape, scale, ends), axis=1) / period_days
    return np.diff(seen, prepend=0.0, axis=1)


def delay_from_quantiles(
    quantiles: Mapping[float, float], *, family: Family, shape: Interval, growth: float = 0.0
) -> tuple[Delay, Delay]:
    """Fit the scale of a delay to one published quantile, at both ends of an assumed range of shapes.

    Parameters
    ----------
    quantiles
        One quantile, e.g. ``{0.5: 261}`` for a published median of 261 days.
    family
        See `Delay`. A single quantile cannot tell families or shapes apart: both are assumptions.
    shape
        Range of shapes.
    growth
        Continuous growth of the first events, per day. A median of charges *made in* a year looks back on
        the smaller intake of earlier years, so it is shorter than the median of the offences recorded in a
        year. Only the gamma family, where the correction is exact.

    Returns
    -------
    tuple of two Delay
        The delay of a cohort at the low and at the high shape. Without growth, completeness at any age is monotone in
        the shape, so the two enclose the range. With growth they do not quite: near the age at which the two cross,
        shapes in between can be a few hundredths more or less complete; try shapes in between.

    Raises
    ------
    ValueError
        When there is not exactly one quantile, or it or its level is impossible.
    NotEstimableError
        When intake grows faster than the delay's tail falls, so that no cohort delay fits.

    Notes
    -----
    With intake growing at rate ``r`` the delays seen in completed cases have density proportional to
    ``f(t) exp(-r t)`` (Kalbfleisch and Lawless 1991); for a gamma with rate ``b`` that is a gamma with rate
    ``b + r`` and the same shape.

    Examples
    --------
    >>> one, two = delay_from_quantiles({0.5: 100.0}, family="gamma", shape=Interval(1.0, 2.0, "bound"))
    >>> round(float(one.quantile(0.5)), 6), round(float(two.quantile(0.5)), 6)
    (100.0, 100.0)
    """
    check_quantiles(quantiles)
    if len(quantiles) != 1:
        raise ValueError(
            f"{len(quantiles)} quantiles given: give one; the range of shapes stands for what others would tell, see "
            "shapes_from_quantiles"
        )
    ((level, days),) = quantiles.items()
    days = check_positive(f"quantiles, level {level}, days", days)
    shape = shape_range(shape)

    def fit(value: float) -> Delay:
        unit = float(Delay(family, value, 1.0).quantile(level))
        if not unit > 1e-290:
            raise NotEstimableError(
                f"{family} delay of shape {value:g}: nearly all events are at once, so {days:g} days at level "
                f"{level:g} tell no scale; use larger shapes"
            )
        return _forward(Delay(family, value, days / unit), growth)

    low = fit(shape.low)
    return low, low if shape.high == shape.low else fit(shape.high)


def delay_from_mean(mean: float, *, shape: Interval, growth: float = 0.0) -> tuple[Delay, Delay]:
    """Fit the scale of a gamma delay to a published mean, at both ends of an assumed range of shapes.

    Parameters
    ----------
    mean
        Published mean in days of the cases completed in a period.
    shape
        Range of gamma shapes.
    growth
        Continuous growth of the first events, per day; see `delay_from_quantiles`.

    Returns
    -------
    tuple of two Delay
        The delay of a cohort at the low and at the high shape. Near the age at which they cross, shapes in between
        can be a few hundredths more or less complete than both; try them where it matters.

    Raises
    ------
    ValueError
        When the mean is not positive.
    NotEstimableError
        When intake grows faster than the delay's tail falls.

    Examples
    --------
    >>> [round(delay.mean(), 6) for delay in delay_from_mean(300.0, shape=Interval(1.0, 2.0, "bound"))]
    [300.0, 300.0]
    """
    mean = check_positive("mean", mean)
    shape = shape_range(shape)
    low, high = (_forward(Delay("gamma", value, mean / value), growth) for value in (shape.low, shape.high))
    return low, high


def forward_mean(
    observed_mean: float, growth: float, family: Literal["exponential", "gamma"] = "exponential", shape: float = 1
) -> float:
    """Return the mean delay of a cohort from the mean seen among completed cases while intake grows.

    Parameters
    ----------
    observed_mean
        Mean delay of the cases completed in a period, in some unit of time.
    growth
        Continuous growth of intake per that unit; negative when intake falls.
    family
        ``"exponential"``, or ``"gamma"`` with ``shape``.
    shape
        Gamma shape; must be 1 for the exponential.

    Returns
    -------
    float
        Mean in the same unit: ``k / (k / m - r)`` for shape ``k``, observed mean ``m``, growth ``r``.

    Raises
    ------
    ValueError
        When the observed mean is not positive or the exponential is given another shape.
    NotEstimableError
        When intake grows so fast that every observed mean is short, whatever the cohort's delay.

    Notes
    -----
    Britton and Scalia Tomba (2019): seen backwards, an exponential delay with mean ``m`` has mean
    ``1 / (1 / m + r)``. With 12 months and 5% a month that is 7.5 months.

    Examples
    --------
    >>> round(forward_mean(7.5, 0.05), 6)
    12.0
    """
    observed_mean, shape = check_positive("observed_mean", observed_mean), check_positive("shape", shape)
    one_of("family", family, ("exponential", "gamma"))
    if family == "exponential" and shape != 1:
        raise ValueError(f"family {family!r} with shape {shape}: must be 'gamma', or 'exponential' with shape 1")
    return _forward(Delay("gamma", shape, observed_mean / shape), growth).mean()


def check_quantiles(quantiles: object) -> None:
    """Refuse what does not map levels between 0 and 1 to days."""
    if not isinstance(quantiles, Mapping):
        raise ValueError(
            f"quantiles is {quantiles!r}: give days by level, such as {{0.5: 261}} for a median of 261 days"
        )
    for level in quantiles:
        number("quantiles, level", level)
        if not 0 < level < 1:
            raise ValueError(
                f"quantiles, level {level}: must lie between 0 and 1, such as {{0.5: 261}} for a median of 261 days"
            )


def shape_range(shape: object) -> Interval:
    """Return a range of shapes, all above nought."""
    given = check_interval("shape", shape)
    if not given.low > 0:
        raise ValueError(f"shape from {given.low} to {given.high}: must be above 0; the exponential has shape 1")
    return given


def _days(days: ArrayLike) -> NDArray[np.float64]:
    """Return days as numbers, none missing; infinitely many are as many as one likes."""
    given = numbers("days", days)
    if np.isnan(given).any():
        raise ValueError(f"days: {int(np.isnan(given).sum())} of {given.size} are missing; leave them out")
    return given


def _forward(backward: Delay, growth: float) -> Delay:
    """Turn the delay seen among completed cases into the delay of a cohort."""
    growth = number("growth", growth)
    if not math.isfinite(growth):
        raise ValueError(f"growth is {growth}: must be finite, per unit of the delay")
    if growth == 0:
        return backward
    if backward.family != "gamma":
        raise ValueError(
            f"growth {growth} with family {backward.family!r}: the correction is exact for 'gamma' only; use it"
        )
    rate = 1 / backward.scale - growth
    if rate <= 0:
        raise NotEstimableError(
            f"intake grows at {growth:.4g} per unit of time and the tail of the delays seen falls no faster, at "
            f"{1 / backward.scale:.4g}: completed cases then say nothing about the long delays; use a smaller "
            "growth or follow cohorts"
        )
    return Delay("gamma", backward.shape, 1 / rate)


def _integral_of_completeness(
    family: Family, shape: float | NDArray[np.float64], scale: float | NDArray[np.float64], days: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Integrate the distribution function from 0: ``x F(x)`` minus the partial expectation up to ``x``."""
    x, k = np.maximum(days, 0.0) / scale, np.asarray(shape, dtype=np.float64)
    if family == "gamma":
        seen = special.gammainc(k, x)
        partial = k * special.gammainc(k + 1, x)
    elif family == "weibull":
        with np.errstate(divide="ignore", over="ignore"):
            power = x**k
            seen = -np.expm1(-power)
            partial = np.exp(special.gammaln(1 + 1 / k) + np.log(special.gammainc(1 + 1 / k, power)))
    else:
        with np.errstate(divide="ignore"):
            logarithm = np.log(x)
        seen = special.ndtr(logarithm / k)
        partial = np.exp(k * k / 2 + special.log_ndtr(logarithm / k - k))
    return np.asarray(scale * (x * seen - partial), dtype=np.float64)


_SHAPES = (0.02, 50.0)  # beyond, a gamma delay is all at nought or all at one time


def shapes_from_quantiles(quantiles: Mapping[float, float | tuple[float, float]], *, family: Family) -> Interval:
    """Return the shapes with which a family can have the quantiles that were published.

    Parameters
    ----------
    quantiles
        At least two: level to days, or to the two ends between which a rounded figure lies, such as
        ``{0.5: (260.5, 261.5), 0.9: 800}``.
    family
        See `Delay`.

    Returns
    -------
    Interval
        A bound; the ``shape`` that `delay_from_quantiles` takes. Its ends meet when two exact quantiles are given.
        Only shapes from 0.02 to 50 are searched: an end there says that the quantiles set no limit on that side.

    Raises
    ------
    ValueError
        When fewer than two quantiles are given, or they are impossible or do not ascend.
    NotEstimableError
        When the family cannot have them, with any shape.

    Notes
    -----
    The ratio of two quantiles does not depend on the scale and is monotone in the shape, so each pair bounds it.

    Examples
    --------
    >>> shapes = shapes_from_quantiles({0.5: 100.0, 0.9: 332.19281}, family="gamma")
    >>> round(shapes.low, 4), round(shapes.high, 4)
    (1.0, 1.0)
    """
    check_quantiles(quantiles)
    one_of("family", family, get_args(Family))
    if len(quantiles) < 2:
        raise ValueError(f"{len(quantiles)} quantiles given: two or more are needed to say anything about a shape")
    ends: list[tuple[float, float, float]] = []
    for level, days in sorted(quantiles.items()):
        if isinstance(days, tuple) and len(days) != 2:
            raise ValueError(f"quantiles, level {level}: {days!r}; give one number, or two ends")
        low, high = days if isinstance(days, tuple) else (days, days)
        low, high = (number(f"quantiles, level {level}, days", end) for end in (low, high))
        if not (math.isfinite(high) and 0 < low <= high):
            raise ValueError(f"quantiles, level {level}: {days}; the days must be above 0 and ascend")
        if ends and not high > ends[-1][1]:
            raise ValueError(f"quantiles, level {level}: {days} is not above that of level {ends[-1][0]}; check both")
        ends.append((level, low, high))
    lowest, highest = _SHAPES
    for place, (lower, low, high) in enumerate(ends):
        for upper, later_low, later_high in ends[place + 1 :]:
            ratios = (later_low / high, later_high / low)
            one, two = sorted(_shape_of_ratio(family, lower, upper, ratio) for ratio in ratios)
            lowest, highest = max(lowest, one), min(highest, two)
    if lowest > highest * (1 + 1e-9) or lowest >= _SHAPES[1] or highest <= _SHAPES[0]:
        raise NotEstimableError(
            f"no {family} delay has the quantiles {dict(quantiles)}: the pairs ask for shapes that exclude each other "
            f"or lie outside {_SHAPES[0]:g} to {_SHAPES[1]:g}; try another family, or give rounded figures as two ends"
        )
    return Interval(min(lowest, highest), highest, "bound")


def _shape_of_ratio(family: Family, lower: float, upper: float, ratio: float) -> float:
    def excess(log_shape: float) -> float:
        low, high = Delay(family, math.exp(log_shape), 1.0).quantile([lower, upper]).tolist()
        return math.log(high / low) - math.log(ratio) if low > 0 else math.inf

    if ratio <= 1:  # rounded figures that may be equal: no limit on how steep the delay is
        return _SHAPES[0] if family == "lognormal" else _SHAPES[1]
    start, stop = (math.log(end) for end in _SHAPES)
    first, last = excess(start), excess(stop)
    if first * last > 0:
        return _SHAPES[0] if abs(first) < abs(last) else _SHAPES[1]
    if math.isinf(first):  # the smallest gamma shapes underflow: move up until they do not
        while math.isinf(excess(start)):
            start += 0.1
    return math.exp(optimize.brentq(excess, start, stop, xtol=1e-13))
