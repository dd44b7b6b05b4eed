"""Confidence limits for a total from two independent lists and their overlap."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy import special

Limits = Literal["hypergeometric", "transformed-logit", "normal"]
Ends = tuple[float, float]

WIDEST = 10.0  # standard deviations beyond which no chance is left at any level below 1


def chapman_estimate(first: int, second: int, both: int) -> tuple[float, float]:
    """Return Chapman's (1951) total and its variance after Seber (1982)."""
    total = (first + 1) * (second + 1) / (both + 1) - 1
    variance = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    return total, variance


def normal_limits(first: int, second: int, both: int, level: float) -> Ends | None:
    """Return Chapman's estimate less and plus so many standard errors, cut at the observed cases."""
    total, variance = chapman_estimate(first, second, both)
    if variance == 0:
        return None
    half = float(special.ndtri((1 + level) / 2)) * math.sqrt(variance)
    observed = float(first + second - both)
    return max(observed, total - half), max(observed, total + half)


def logit_limits(first: int, second: int, both: int, level: float) -> Ends | None:
    """Return Sadinle's (2009) limits: a half is added to each cell, and the unseen cases lie evenly on a log scale."""
    one, other, shared = first - both + 0.5, second - both + 0.5, both + 0.5
    unseen = one * other / shared
    logged = float(special.ndtri((1 + level) / 2)) * math.sqrt(1 / one + 1 / other + 1 / shared + 1 / unseen)
    if logged > 600:  # more than can be written, as where both lists hold the same thousands
        return None
    observed = first + second - both
    low, high = (observed - 0.5 + unseen * math.exp(sign * logged) for sign in (-1, 1))
    return max(float(observed), low), max(float(observed), high)


def hypergeometric_limits(first: int, second: int, both: int, level: float) -> Ends | None:
    """Return the least and the greatest total under which the overlap, half of its own chance counted, is not rare."""
    rare = (1 - level) / 2
    observed = first + second - both
    # The larger the total, the fewer cases are on both lists: the lower tail rises with it, the upper one falls.
    if lower_tail(observed, first, second, both) >= rare:
        low = observed
    else:
        low = _crossing(lambda total: lower_tail(total, first, second, both) >= rare, observed)
    beyond = _crossing(lambda total: 1 - lower_tail(total, first, second, both) < rare, observed)
    return float(min(low, beyond - 1)), float(max(low, beyond - 1))  # at a level near 0 they may change places


def lower_tail(total: int, first: int, second: int, both: int) -> float:
    """Return the chance of fewer cases on both lists, plus half that of as many, in a total of independent lists."""
    # Chances relative to one another come from ratios of neighbours, so that nothing is lost in large counts.
    mean = first * second / total
    spread = math.sqrt(mean * (total - first) / total * (total - second) / max(total - 1, 1))
    least, most = max(0, first + second - total), min(first, second)
    begin = max(least, math.floor(mean - WIDEST * spread) - 100)
    end = min(most, math.ceil(mean + WIDEST * spread) + 100)
    if not begin <= both <= end:
        return 0.0 if both < begin else 1.0
    shared = np.arange(begin, end, dtype=np.float64)
    ratios = (first - shared) * (second - shared) / ((shared + 1) * (float(total - first - second) + shared + 1))
    logs = np.concatenate([[0.0], np.cumsum(np.log(ratios))])
    chances = np.exp(logs - logs.max())
    at = both - begin
    return float((chances[:at].sum() + chances[at] / 2) / chances.sum())


def _crossing(holds: Callable[[int], bool], start: int) -> int:
    """Return the first whole number from ``start`` on that holds, every later one holding too."""
    step = 1
    while not holds(start + step):
        step *= 2
    before, after = start + step // 2, start + step
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (before, middle) if holds(middle) else (middle, after)
    return after


LIMITS: dict[str, Callable[[int, int, int, float], Ends | None]] = {
    "hypergeometric": hypergeometric_limits,
    "transformed-logit": logit_limits,
    "normal": normal_limits,
}
