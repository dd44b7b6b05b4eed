"""Which shapes of a delay fit several published quantiles, rounded as they may be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import get_args

from scipy import optimize

from cseanalysis.models.checks import number, one_of
from cseanalysis.models.delay import Delay, Family, check_quantiles
from cseanalysis.values import Interval, NotEstimableError

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
