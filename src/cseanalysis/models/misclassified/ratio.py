"""Confidence interval for the ratio of two estimates."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from cseanalysis.models.checks import check_level, check_whole
from cseanalysis.models.draws.simulation import BLOCK, block_generator, check_seed
from cseanalysis.values import Interval, NotEstimableError, plain_number, shown

_LARGEST = 1e75  # squares of squares are still numbers


def ratio_interval(
    numerator: float,
    denominator: float,
    *,
    numerator_error: float,
    denominator_error: float,
    covariance: float = 0.0,
    level: float = 0.95,
    method: Literal["fieller", "bootstrap"] = "fieller",
    degrees_of_freedom: float | None = None,
    draws: int = 1_000_000,
    seed: int | None = None,
) -> Interval:
    """Return a confidence interval for the ratio of two estimates with standard errors.

    Parameters
    ----------
    numerator, denominator
        Estimates, such as two survey totals.
    numerator_error, denominator_error
        Their standard errors, design effects included; not negative.
    covariance
        Between the two estimates; 0 for separate samples.
    level
        Coverage, between 0 and 1.
    method
        ``"fieller"`` is exact for normal estimates. ``"bootstrap"`` draws both and takes quantiles of the ratio; for
        a denominator far from 0 it agrees with Fieller's up to the error of simulation.
    degrees_of_freedom
        Of both standard errors, for Student's t; ``None`` takes them as known.
    draws, seed
        For the bootstrap, which needs a seed.

    Returns
    -------
    Interval
        Kind ``"confidence"``.

    Raises
    ------
    NotEstimableError
        When the denominator cannot be told from 0 at this level: the ratios that fit are then without end.
    ValueError
        When an error is negative, a covariance impossible, or a method or its seed is not given.

    Notes
    -----
    Fieller (1954, JRSS B 16(2)): the ratios ``r`` with ``(a - r b)^2 <= t^2 (v_a - 2 r v_ab + r^2 v_b)``. It is
    not symmetric about ``a / b``.

    Examples
    --------
    >>> ends = ratio_interval(30.0, 100.0, numerator_error=3.0, denominator_error=5.0)
    >>> round(ends.low, 4), round(ends.high, 4)
    (0.2368, 0.369)
    """
    _check_estimates(numerator, denominator, numerator_error, denominator_error, covariance)
    level = check_level(level)
    if degrees_of_freedom is not None:
        degrees_of_freedom = float(plain_number("degrees_of_freedom", degrees_of_freedom))
    if degrees_of_freedom is not None and not degrees_of_freedom > 0:
        raise ValueError(
            f"degrees_of_freedom is {degrees_of_freedom}: must be above 0, or None for errors taken as known"
        )
    if not isinstance(method, str) or method not in ("fieller", "bootstrap"):
        raise ValueError(f"method {shown(method)}: must be 'fieller' or 'bootstrap'")
    upper = (1 + level) / 2
    t = float(special.ndtri(upper) if degrees_of_freedom is None else special.stdtrit(degrees_of_freedom, upper))
    square = denominator**2 - t**2 * denominator_error**2
    if square <= 0:
        raise NotEstimableError(
            f"denominator {denominator} with standard error {denominator_error} cannot be told from 0 at level "
            f"{level}: the ratio has no finite interval; use a lower level or a more precise denominator"
        )
    if method == "bootstrap":
        if seed is None:
            raise ValueError("seed is None: the bootstrap needs one, so that it can be repeated")
        draws = check_whole("draws", draws)
        slope = covariance / denominator_error if denominator_error else 0.0
        rest = math.sqrt(max(0.0, numerator_error**2 - slope**2))
        ratio = np.empty(draws)
        for block, (shared, own) in enumerate(_errors(draws, check_seed(seed), degrees_of_freedom)):
            part = ratio[block * BLOCK : (block + 1) * BLOCK]
            above, below = numerator + slope * shared + rest * own, denominator + denominator_error * shared
            part[:] = (above / below)[: part.size]
        low, high = np.quantile(ratio, [1 - upper, upper]).tolist()
        return Interval(low, high, "confidence", level)
    cross = numerator * denominator - t**2 * covariance
    last = numerator**2 - t**2 * numerator_error**2
    spread = math.sqrt(max(0.0, cross**2 - square * last))
    return Interval((cross - spread) / square, (cross + spread) / square, "confidence", level)


def _errors(
    draws: int, seed: int, degrees_of_freedom: float | None
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Yield the standardised errors of denominator and numerator, block by block."""
    for block in range(math.ceil(draws / BLOCK)):
        rng = block_generator(seed, block)
        shared, own = rng.standard_normal(BLOCK), rng.standard_normal(BLOCK)
        if degrees_of_freedom is not None:
            scale = np.sqrt(degrees_of_freedom / rng.chisquare(degrees_of_freedom, BLOCK))
            shared, own = shared * scale, own * scale
        yield shared, own


def _check_estimates(
    numerator: float, denominator: float, numerator_error: float, denominator_error: float, covariance: float
) -> None:
    for name, value in (("numerator", numerator), ("denominator", denominator), ("covariance", covariance)):
        if not abs(plain_number(name, value)) < _LARGEST:
            raise ValueError(f"{name} is {value}: must be finite, below {_LARGEST:g}; missing is not nought")
    for name, value in (("numerator_error", numerator_error), ("denominator_error", denominator_error)):
        if not 0 <= plain_number(name, value) < _LARGEST:
            raise ValueError(f"{name} is {value}: a standard error is finite and not negative")
    if abs(covariance) > numerator_error * denominator_error * (1 + 1e-9):
        raise ValueError(f"covariance {covariance} exceeds the product of the standard errors: impossible")
