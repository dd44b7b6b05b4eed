"""What a delay looks like among cases completed within a window, and the delay behind what is seen."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

import pandas as pd
from scipy import integrate, optimize, special

from cseanalysis.models.checks import number, one_of
from cseanalysis.models.delays.delay import Delay, Family, shape_range
from cseanalysis.said import Words, one_number, speaks
from cseanalysis.values import Interval, NotEstimableError, shown

_SHORTEST = 1e-9  # window, in whatever unit, in which a median is found
_LONGEST = 1e5  # windows beyond so many times the delay hold all cases, and digits of the median are lost
_FEWEST = 1e-8  # share completed below which nobody could have seen the delay, nor is it computed exactly
_EVEN, _STEEP = 1e-3, 30.0  # growth over the window below and above which a closed form loses digits
_TAIL = 1e-3  # what falling intake must leave of the rate at which the tail of the delay falls
_PRECISE = {"epsabs": 1e-13, "epsrel": 1e-11, "limit": 200}


@speaks
@dataclass(frozen=True, slots=True)
class SeenDelay:
    """What a delay looks like among the cases completed within a window.

    Parameters
    ----------
    mean, median
        Delay of the completed cases, in the unit of the window.
    resolved
        Share of all cases that entered in the window and were completed in it.

    Notes
    -----
    ``print`` gives the mean, a row of all three, and that slow cases are missing.
    """

    mean: float
    median: float
    resolved: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row: ``mean``, ``median``, ``resolved``."""
        return pd.DataFrame([{"mean": self.mean, "median": self.median, "resolved": self.resolved}])

    def _says(self) -> Words:
        rests = ("cases completed in the window only, so slow ones are missing",)
        return Words(one_number("mean delay as seen", self.mean), rests_on=rests)


def seen_in_window(delay: Delay, window: float, *, growth: float = 0.0) -> SeenDelay:
    """Say what a delay looks like when cases enter throughout a window and only those completed by its end are seen.

    Parameters
    ----------
    delay
        Of a cohort, followed to the end.
    window
        Length of the window, in the unit of the delay.
    growth
        Continuous growth of the intake within the window, per that unit; 0 for an even intake.

    Returns
    -------
    SeenDelay

    Raises
    ------
    ValueError
        When the window is not positive or the growth is not a number.

    Notes
    -----
    A case with delay ``t`` is seen when it entered by ``T - t``, so seen delays have density proportional to
    ``f(t) (exp(r (T - t)) - 1)``, or ``f(t) (T - t)`` for even intake (Kalbfleisch and Lawless 1989).
    In closed form for gamma delays, unless digits would be lost; by quadrature otherwise.

    Examples
    --------
    >>> seen = seen_in_window(Delay("gamma", 1.0, 12.0), 36.0)
    >>> round(seen.mean, 4), round(seen.resolved, 4)
    (7.3116, 0.6833)
    """
    if not isinstance(delay, Delay):
        raise ValueError(f"delay is {shown(delay)}: must be a Delay, such as Delay('gamma', 1.0, 12.0)")
    window = number("window", window)
    growth = number("growth", growth)
    if not (math.isfinite(window) and window >= _SHORTEST and math.isfinite(growth)):
        raise ValueError(
            f"window {window}, growth {growth}: the window must be positive (from {_SHORTEST:g}) and both finite"
        )
    if window > _LONGEST * max(float(delay.quantile(0.999)), _SHORTEST):
        raise ValueError(
            f"window is {window:g}, and all but one of 1,000 cases are completed within "
            f"{float(delay.quantile(0.999)):.3g}: are both in one unit?"
        )

    if delay.family == "gamma" and (seen := _seen_gamma(delay, window, growth)) is not None:
        return seen

    def density(entered: float) -> float:
        """Of entries at this time before the end of the window."""
        if growth == 0:
            return 1 / window
        gone = entered if growth > 0 else window - entered  # a falling intake is a growing one seen from the other end
        return math.exp(-abs(growth) * gone) * abs(growth) / -math.expm1(-abs(growth) * window)

    def seen_by(days: float) -> float:
        """Share of entries completed within ``days`` and within the window."""
        inner = integrate.quad(lambda x: density(x) * float(delay.completeness(x)), 0, days, **_PRECISE)[0]
        outer = integrate.quad(density, days, window, **_PRECISE)[0]
        return float(inner + outer * float(delay.completeness(days)))

    def partial_mean(days: float) -> float:
        return float(days * delay.completeness(days) - delay.integrated_completeness(days))

    resolved = seen_by(window)
    if not resolved > 0:
        raise NotEstimableError(
            f"within {window:g} next to no case is completed: there is no delay to be seen; widen the window"
        )
    mean = integrate.quad(lambda x: density(x) * partial_mean(x), 0, window, **_PRECISE)[0] / resolved
    return SeenDelay(float(mean), _median(seen_by, resolved, window), resolved)


def _seen_gamma(delay: Delay, window: float, growth: float) -> SeenDelay | None:
    """Do the same without integrals, through gamma delays tilted by the growth; None where digits would be lost."""
    # For shape ``k`` and scale ``s``, ``exp(-r t)`` times the density is ``(1 + r s)^-k`` times that of the scale ``s /
    # (1 + r s)``, and ``t`` times the density is ``k s`` times that of shape ``k + 1``.
    k, scale = delay.shape, delay.scale
    tilt, turned = 1 + growth * scale, growth * window
    # Close to even intake the two terms cancel; a fall as fast as the tail, or faster, has no tilted gamma.
    if growth and (abs(turned) < _EVEN or abs(turned) > _STEEP or tilt < _TAIL):
        return None

    def partial(order: int, days: float, at: float) -> float:
        """Expectation of ``t ** order`` up to some days under the gamma of this scale."""
        factor = (1.0, k * at, k * (k + 1) * at * at)[order]
        return factor * float(special.gammainc(k + order, days / at))

    def weighted(order: int, days: float) -> float:
        """Expectation of ``t ** order`` up to some days, weighted by the entries early enough to be seen."""
        if growth == 0:
            return partial(order, days, scale) - partial(order + 1, days, scale) / window
        tilted = tilt**-k * partial(order, days, scale / tilt)
        return float(tilted - math.exp(-turned) * partial(order, days, scale)) / -math.expm1(-turned)

    resolved = weighted(0, window)
    if not resolved > _FEWEST:
        return None
    median = _median(lambda days: weighted(0, days), resolved, window)
    return SeenDelay(weighted(1, window) / resolved, median, resolved)


def _median(seen_by: Callable[[float], float], resolved: float, window: float) -> float:
    return float(optimize.brentq(lambda days: seen_by(days) - resolved / 2, 0, window, xtol=1e-12 * window))


def delay_from_window_mean(
    mean: float, window: float, *, family: Family, shape: Interval, growth: float = 0.0
) -> tuple[Delay, Delay]:
    """Correct the mean delay of the cases completed within a window, at both ends of an assumed range of shapes.

    Parameters
    ----------
    mean
        Mean delay of the cases that entered and were completed within the window.
    window, growth
        As in `seen_in_window`.
    family, shape
        See `Delay`; assumed, because a mean says nothing about them.

    Returns
    -------
    tuple of two Delay
        The delay of a cohort at the low and at the high shape.

    Raises
    ------
    ValueError
        When the mean is not between 0 and the window.
    NotEstimableError
        When no delay of that shape, however long, would look so long in so short a window.

    Examples
    --------
    >>> one, two = delay_from_window_mean(7.3116, 36.0, family="gamma", shape=Interval(1.0, 1.0, "bound"))
    >>> round(one.mean(), 3)
    12.0
    """
    mean = number("mean", mean)
    window = number("window", window)
    if not 0 < mean < window < math.inf:
        raise ValueError(f"mean {mean} within a window of {window}: must be above 0 and below the window, both finite")
    shape = shape_range(shape)
    one_of("family", family, get_args(Family))

    def fit(value: float) -> Delay:
        unit = float(Delay(family, value, 1.0).quantile(0.5))

        def excess(log_median: float) -> float:
            seen = seen_in_window(Delay(family, value, math.exp(log_median) / unit), window, growth=growth)
            if seen.resolved < _FEWEST:
                raise refusal
            return seen.mean - mean

        refusal = NotEstimableError(
            f"a mean of {mean:g} seen within {window:g}: even a {family} delay of shape {value:g} with a median a "
            f"hundred times the window, or of which {_FEWEST:g} is completed, would look shorter, so the intake was "
            "watched for too short a time; follow cohorts, or take a longer window"
        )
        low = high = math.log(mean)
        while excess(high) < 0:
            high += 0.5
            if high > math.log(window * 100):
                raise refusal
        while excess(low) > 0:
            low -= 1
        return Delay(family, value, math.exp(optimize.brentq(excess, low, high, xtol=1e-12)) / unit)

    return fit(shape.low), fit(shape.high)
