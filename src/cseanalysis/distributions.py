"""Distributions of one value: what is drawn, its exact quantiles, and whether the mean of its inverse exists."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cseanalysis.values import NotEstimableError, plain_number, shown

Array = NDArray[np.float64]

_TINY = 1e-250  # below this the leading term of the beta distribution function is exact to the last bit


@dataclass(frozen=True, slots=True)
class ScaledBeta:
    """A beta distribution moved to ``[low, high]``; made by `beta` and `pert`."""

    name: str = field(compare=False)
    a: float
    b: float
    low: float = 0.0
    high: float = 1.0

    def __str__(self) -> str:
        return self.name

    def draw(self, rng: np.random.Generator, n: int) -> Array:
        """Draw ``n`` values; an array of shape (n,)."""
        _check_draw(rng, n)
        return self.low + (self.high - self.low) * rng.beta(self.a, self.b, n)

    def at(self, lower: ArrayLike, upper: ArrayLike) -> Array:
        """Return the value with probability ``lower`` below and ``upper`` above: both, so that no tail is rounded."""
        from scipy import special

        under, over = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
        from_low, from_high = special.betaincinv(self.a, self.b, under), special.betainccinv(self.a, self.b, over)
        unit = np.where(under <= 0.5, from_low, from_high)
        return np.asarray(self.low + (self.high - self.low) * unit, dtype=np.float64)

    def log_at_score(self, score: Array) -> Array:
        """Return the logarithm of the value at a standard normal score, also where the value underflows."""
        from scipy import special

        with np.errstate(divide="ignore"):
            exact = np.log(self.at(special.ndtr(score), special.ndtr(-score)))
        if self.low > 0:
            return np.asarray(exact, dtype=np.float64)
        leading = special.log_ndtr(score) + math.log(self.a) + special.betaln(self.a, self.b)
        deep = leading / self.a + math.log(self.high)
        return np.where(deep < math.log(_TINY), deep, exact)

    def quantile(self, q: ArrayLike) -> np.float64 | Array:
        """Return the value below which a share ``q`` of the draws lies, same shape as ``q``."""
        return _quantile(self, q)

    @property
    def lower_tail(self) -> float:
        """Power ``t`` with P(value < x) of order ``x^t`` near 0; infinite when such values do not occur."""
        return 0.0 if self.low < 0 else self.a if self.low == 0 else math.inf

    @property
    def mean_of_inverse_exists(self) -> bool:
        """Whether the mean of 1/p exists."""
        return self.lower_tail > 1

    @property
    def variance_of_inverse_exists(self) -> bool:
        """Whether the variance of 1/p exists."""
        return self.lower_tail > 2

    def moment(self, order: int) -> float:
        """Return the mean (``order`` 1) or the mean square (``order`` 2)."""
        _check_order(order)
        first = self.a / (self.a + self.b)
        second = first * (self.a + 1) / (self.a + self.b + 1)
        width = self.high - self.low
        return (
            self.low + width * first if order == 1 else self.low**2 + 2 * self.low * width * first + width**2 * second
        )

    def inverse_moment(self, order: int) -> float:
        """Return the mean of 1/p (``order`` 1) or of 1/p^2 (``order`` 2); refused where it does not exist.

        Notes
        -----
        On [0, h]: ``B(a - r, b) / B(a, b) / h^r``, for ``a > r``. On [l, h] with l > 0, Euler's integral gives
        ``2F1(r, a; a + b; 1 - h / l) / l^r``.
        """
        from scipy import special

        _check_inverse(self, order)
        if self.low == 0:
            return math.prod((self.a + self.b - r) / (self.a - r) / self.high for r in range(1, order + 1))
        return float(special.hyp2f1(order, self.a, self.a + self.b, 1 - self.high / self.low)) / self.low**order


@dataclass(frozen=True, slots=True)
class Trapezoid:
    """Density that rises from ``a`` to ``b``, is flat to ``c`` and falls to ``d``; made by `trapezoid`, `uniform`."""

    name: str = field(compare=False)
    a: float
    b: float
    c: float
    d: float

    def __str__(self) -> str:
        return self.name

    @property
    def low(self) -> float:
        """Lower end of the support."""
        return self.a

    @property
    def high(self) -> float:
        """Upper end of the support."""
        return self.d

    @property
    def height(self) -> float:
        """Density of the flat part."""
        return 2 / (self.d - self.a + self.c - self.b)

    def draw(self, rng: np.random.Generator, n: int) -> Array:
        """Draw ``n`` values; an array of shape (n,)."""
        _check_draw(rng, n)
        share = rng.random(n)
        return self.at(share, 1 - share)

    def at(self, lower: ArrayLike, upper: ArrayLike) -> Array:
        """Return the value with probability ``lower`` below and ``upper`` above: both, so that no tail is rounded."""
        under, over = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
        rising, falling = self.height * (self.b - self.a) / 2, self.height * (self.d - self.c) / 2
        left = self.a + np.sqrt(under * 2 * (self.b - self.a) / self.height)
        right = self.d - np.sqrt(over * 2 * (self.d - self.c) / self.height)
        from_left, from_right = self.b + (under - rising) / self.height, self.c - (over - falling) / self.height
        flat = np.where(under <= 0.5, from_left, from_right)
        value = np.where(under < rising, left, np.where(over < falling, right, flat))
        return np.asarray(np.clip(value, self.a, self.d), dtype=np.float64)

    def log_at_score(self, score: Array) -> Array:
        """Return the logarithm of the value at a standard normal score."""
        from scipy import special

        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.at(special.ndtr(score), special.ndtr(-score))), dtype=np.float64)

    def quantile(self, q: ArrayLike) -> np.float64 | Array:
        """Return the value below which a share ``q`` of the draws lies, same shape as ``q``."""
        return _quantile(self, q)

    @property
    def lower_tail(self) -> float:
        """Power ``t`` with P(value < x) of order ``x^t`` near 0; infinite when values near 0 do not occur."""
        if self.a != 0:
            return math.inf if self.a > 0 else 0.0
        return 2.0 if self.b > 0 else 1.0

    @property
    def mean_of_inverse_exists(self) -> bool:
        """Whether the mean of 1/p exists."""
        return self.lower_tail > 1

    @property
    def variance_of_inverse_exists(self) -> bool:
        """Whether the variance of 1/p exists."""
        return self.lower_tail > 2

    def moment(self, order: int) -> float:
        """Return the mean (``order`` 1) or the mean square (``order`` 2)."""
        _check_order(order)
        power = order + 1
        right = sum(self.d**i * self.c ** (power - i) for i in range(power + 1))
        left = sum(self.b**i * self.a ** (power - i) for i in range(power + 1))
        return self.height * (right - left) / ((order + 1) * (order + 2))

    def inverse_moment(self, order: int) -> float:
        """Return the mean of 1/p (``order`` 1) or of 1/p^2 (``order`` 2), by pieces; refused where none exists."""
        _check_inverse(self, order)
        a, b, c, d = self.a, self.b, self.c, self.d
        total = math.log1p((c - b) / b) if order == 1 else (c - b) / b / c
        if b > a:
            steep = math.log1p((b - a) / a) if a > 0 else 0.0  # a log(b / a) goes to 0 with a
            total += 1 - a * steep / (b - a) if order == 1 else (steep - (b - a) / b) / (b - a)
        if d > c:
            steep = math.log1p((d - c) / c)
            total += d * steep / (d - c) - 1 if order == 1 else ((d - c) / c - steep) / (d - c)
        return self.height * total


@dataclass(frozen=True, slots=True)
class Fixed:
    """A value taken as known, which is both ends of its support; made by `fixed`."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"fixed({self.low!r})"

    def draw(self, rng: np.random.Generator, n: int) -> Array:
        """Return the value ``n`` times; an array of shape (n,)."""
        _check_draw(rng, n)
        return np.full(n, self.low)

    def at(self, lower: ArrayLike, upper: ArrayLike) -> Array:
        """Return the value, in the shape of ``lower``."""
        return np.full(np.shape(lower), self.low)

    def log_at_score(self, score: Array) -> Array:
        """Return the logarithm of the value, in the shape of ``score``."""
        return np.full(np.shape(score), math.log(self.low))

    def quantile(self, q: ArrayLike) -> np.float64 | Array:
        """Return the value, in the shape of ``q``."""
        return _quantile(self, q)

    @property
    def lower_tail(self) -> float:
        """Infinite: values near 0 do not occur, unless the value is 0."""
        return math.inf if self.low > 0 else 0.0

    @property
    def mean_of_inverse_exists(self) -> bool:
        """Whether 1/p exists."""
        return self.low > 0

    @property
    def variance_of_inverse_exists(self) -> bool:
        """Whether 1/p exists."""
        return self.low > 0

    def moment(self, order: int) -> float:
        """Return the value, or its square."""
        _check_order(order)
        return self.low**order

    def inverse_moment(self, order: int) -> float:
        """Return 1/p, or 1/p^2."""
        _check_inverse(self, order)
        return 1 / self.low**order


Distribution = ScaledBeta | Trapezoid | Fixed


def beta(a: float, b: float) -> ScaledBeta:
    """Return the beta distribution on (0, 1).

    Parameters
    ----------
    a, b
        Positive and finite; as if ``a`` successes and ``b`` failures had been seen. The mean of 1/p exists for
        ``a > 1`` only, its variance for ``a > 2`` only. Not a mean and a standard deviation: ``m`` and ``s`` are
        ``beta(m * n, (1 - m) * n)`` with ``n = m * (1 - m) / s**2 - 1``.

    Warns
    -----
    UserWarning
        When the two could be a mean and a standard deviation: as shapes they put nearly all near 0 and 1.

    Examples
    --------
    >>> p = beta(2, 14)
    >>> p.inverse_moment(1), p.variance_of_inverse_exists
    (15.0, False)
    """
    first, second = _check_numbers("beta", a, b)
    if first <= 0 or second <= 0:
        raise ValueError(f"beta({a}, {b}): both parameters must be above 0")
    if first < 1 and (size := first * (1 - first) / second**2 - 1) > 0:
        warnings.warn(
            f"beta({a}, {b}) has most of its values near 0 and 1; if these are a mean and a standard deviation, write "
            f"beta({first * size:.6g}, {(1 - first) * size:.6g})",
            stacklevel=2,
        )
    return ScaledBeta(f"beta({first!r}, {second!r})", first, second)


def pert(low: float, mode: float, high: float) -> ScaledBeta:
    """Return the PERT distribution: a beta on ``[low, high]`` with its mode at ``mode`` and weight 4 on it.

    Parameters
    ----------
    low, mode, high
        ``low <= mode <= high``, ``low < high``. The mean is ``(low + 4 mode + high) / 6``.

    Notes
    -----
    Malcolm, Roseboom, Clark and Fazar (1959), Operations Research 7(5): parameters
    ``1 + 4 (mode - low) / (high - low)`` and ``1 + 4 (high - mode) / (high - low)``.

    Examples
    --------
    >>> round(float(pert(0.05, 0.1, 0.15).quantile(0.5)), 9)
    0.1
    """
    low, mode, high = _check_numbers("pert", low, mode, high)
    if not (low <= mode <= high and low < high):
        raise ValueError(f"pert({low}, {mode}, {high}): must have low <= mode <= high and low < high; else use fixed")
    width = high - low
    name = f"pert({low!r}, {mode!r}, {high!r})"
    return ScaledBeta(name, 1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width, low, high)


def uniform(low: float, high: float) -> Trapezoid:
    """Return the distribution with every value from ``low`` to ``high`` equally likely.

    That is a statement, not the lack of one: where only the ends are defended, use an `Interval`.

    Examples
    --------
    >>> uniform(0.25, 0.5).quantile([0.0, 0.5, 1.0])
    array([0.25 , 0.375, 0.5  ])
    """
    low, high = _check_numbers("uniform", low, high)
    if not low < high:
        raise ValueError(f"uniform({low}, {high}): low must be below high; for one value use fixed")
    return Trapezoid(f"uniform({low!r}, {high!r})", low, low, high, high)


def trapezoid(a: float, b: float, c: float, d: float) -> Trapezoid:
    """Return the distribution whose density rises from ``a`` to ``b``, is flat to ``c`` and falls to ``d``.

    Parameters
    ----------
    a, b, c, d
        ``a <= b <= c <= d``, ``a < d``. With ``b == c`` it is triangular.

    Examples
    --------
    >>> trapezoid(0.0, 0.25, 0.75, 1.0).moment(1)
    0.5
    """
    a, b, c, d = _check_numbers("trapezoid", a, b, c, d)
    if not (a <= b <= c <= d and a < d):
        raise ValueError(
            f"trapezoid({a}, {b}, {c}, {d}): must have a <= b <= c <= d and a < d; for one value use fixed"
        )
    return Trapezoid(f"trapezoid({a!r}, {b!r}, {c!r}, {d!r})", a, b, c, d)


def fixed(value: float) -> Fixed:
    """Return a value taken as known.

    Examples
    --------
    >>> fixed(0.5).quantile([0.1, 0.9])
    array([0.5, 0.5])
    """
    (known,) = _check_numbers("fixed", value)
    return Fixed(known, known)


_FAMILIES: dict[str, Callable[..., Distribution]] = {f.__name__: f for f in (beta, pert, uniform, trapezoid, fixed)}


def read_distribution(text: str) -> Distribution:
    """Return the distribution written as text, as in ``assumptions.toml``.

    Raises
    ------
    ValueError
        When the family is unknown, or it has too many, too few or impossible parameters.

    Examples
    --------
    >>> read_distribution("pert(0.05, 0.1, 0.15)").high
    0.15
    """
    form = re.fullmatch(r"\s*([a-z]+)\s*\(([^()]*)\)\s*", text) if isinstance(text, str) else None
    if form is None or form[1] not in _FAMILIES:
        raise ValueError(f"distribution {text!r}: must be written as one of {', '.join(_FAMILIES)}, e.g. 'beta(2, 14)'")
    try:
        numbers = [float(part) for part in form[2].split(",")]
    except ValueError:
        raise ValueError(f"distribution {text!r}: its parameters must be numbers divided by commas") from None
    try:
        return _FAMILIES[form[1]](*numbers)
    except TypeError:
        raise ValueError(f"distribution {text!r}: {form[1]} does not have {len(numbers)} parameters") from None


def _check_numbers(name: str, *values: float) -> tuple[float, ...]:
    for value in values:
        if not math.isfinite(plain_number(f"one of the numbers of {name}", value)):
            raise ValueError(f"{name} of {value!r}: parameters must be finite numbers")
    return tuple(float(value) for value in values)


def _check_draw(rng: object, n: object) -> None:
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng is {shown(rng)}: must be a generator, as in np.random.default_rng(0)")
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 0 <= n <= 10**9:
        raise ValueError(f"n is {shown(n)}: must be a whole number of draws, from 0 to 10**9")


def _quantile(distribution: Distribution, q: ArrayLike) -> np.float64 | Array:
    try:
        given = np.asarray(q)
    except ValueError:  # rows of unequal length
        given = np.asarray(None)
    if given.dtype.kind not in "fiu":
        raise ValueError(f"quantile at {shown(q)}: q must be a number between 0 and 1, or an array of them")
    share = given.astype(np.float64)
    if not ((share >= 0) & (share <= 1)).all():
        raise ValueError(f"quantile at {np.ravel(share)[:5].tolist()}: q must lie between 0 and 1")
    value: np.float64 | Array = distribution.at(share, 1 - share)[()]
    return value


def _check_order(order: int) -> None:
    if isinstance(order, bool) or not isinstance(order, int) or order not in (1, 2):
        raise ValueError(f"moment of order {shown(order)}: must be 1 (the mean) or 2 (the mean square)")


def _check_inverse(distribution: Distribution, order: int) -> None:
    _check_order(order)
    exists = distribution.mean_of_inverse_exists if order == 1 else distribution.variance_of_inverse_exists
    if not exists:
        raise NotEstimableError(
            f"{distribution}: the mean of 1/p{'' if order == 1 else '^2'} does not exist, because values near 0 are "
            f"too likely (their probability falls as x^{distribution.lower_tail:g}, it must fall faster than "
            f"x^{order}); use quantiles, or a distribution that stays away from 0"
        )
