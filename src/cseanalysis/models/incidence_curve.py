"""The arithmetic behind `cumulative_incidence`: product-limit shares at the times of outcomes, and their variances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cseanalysis.values import NotEstimableError

Array = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Curve:
    """Shares just after each time at which an outcome happened.

    Parameters
    ----------
    times
        Shape (times,), ascending.
    shares, variances
        Shape (1 + outcomes, times); row 0 is the share still open.
    """

    times: Array
    shares: Array
    variances: Array


@dataclass(frozen=True, slots=True)
class _Cases:
    """A case is at risk at the times with places from ``first`` up to, not including, ``ended``."""

    first: Places
    ended: Places
    codes: Places
    weight: Array


@dataclass(frozen=True, slots=True)
class _Steps:
    """At each time: weight at risk, chance of each outcome and of any, share open before."""

    at_risk: Array
    chance: Array
    every: Array
    before: Array

    @property
    def hazard(self) -> Array:
        """``1 / (1 - every) / at_risk``; 0 at the last time when all are gone, as nothing follows."""
        going_on = self.every < 1
        return np.where(going_on, 1 / np.where(going_on, 1 - self.every, 1.0), 0.0) / self.at_risk


def fit_curve(end: Array, codes: Places, start: Array, weight: Array, outcomes: int) -> Curve:
    """Return the shares of cases with outcomes ``codes`` (0: none yet) at ``end``, watched after ``start``.

    Raises
    ------
    NotEstimableError
        When nobody is left at risk before others are first watched.
    """
    times = np.unique(end[codes > 0])
    size = times.size
    cases = _Cases(
        np.searchsorted(times, start, side="right"), np.searchsorted(times, end, side="right"), codes, weight
    )
    happened = np.zeros((outcomes, size))
    for code in range(1, outcomes + 1):
        mine = codes == code
        happened[code - 1] = np.bincount(cases.ended[mine] - 1, weight[mine], size)
    entries, exits = (np.bincount(place, weight, size + 1) for place in (cases.first, cases.ended))
    # Summed from the end, so that rounding never touches the few who are watched longest.
    at_risk = (np.cumsum(exits[::-1]) - np.cumsum(entries[::-1]))[::-1][1:]
    at_risk = np.maximum(at_risk, happened.sum(axis=0))
    chance = happened / at_risk
    every = np.minimum(chance.sum(axis=0), 1.0)
    every[every > 1 - 1e-12] = 1.0
    still = np.cumprod(1 - every)
    if (still[:-1] == 0).any():
        raise NotEstimableError(
            f"nobody is left at risk after time {times[np.argmax(still == 0)]:g}, before others are first watched: the "
            "curve cannot go on; start it later, where enough cases are watched"
        )
    before = np.concatenate([[1.0], still[:-1]])
    shares = np.vstack([still, np.cumsum(before * chance, axis=1)])
    steps = _Steps(at_risk, chance, every, before)
    whole = not (weight % 1).any()
    variances = _multinomial(steps, shares) if whole else _jackknife(cases, steps, shares)
    return Curve(times, shares, np.maximum(variances, 0.0))


def _multinomial(steps: _Steps, shares: Array) -> Array:
    """Sum over times ``s`` the variance of ``S(s-) dA_k - (F(t) - F(s)) dA / (1 - dA)``, in powers of ``F(t)``."""
    odds = steps.every * steps.hazard
    total = np.cumsum(odds)
    rows = [shares[0] ** 2 * total]
    for share, chance in zip(shares[1:], steps.chance, strict=True):
        own = np.cumsum(steps.before**2 * chance * (1 - chance) / steps.at_risk)
        mixed = steps.before * chance / steps.at_risk
        cross = share * np.cumsum(mixed) - np.cumsum(mixed * share)
        square = share**2 * total - 2 * share * np.cumsum(odds * share) + np.cumsum(odds * share**2)
        rows.append(own - 2 * cross + square)
    return np.vstack(rows)


def _jackknife(cases: _Cases, steps: _Steps, shares: Array) -> Array:
    """Sum the squared influences of the cases; each is ``level + slope F(t)``, so cumulative sums suffice."""
    happens = cases.codes > 0
    when = cases.ended[happens] - 1
    slope = np.concatenate([[0.0], np.cumsum(steps.every * steps.hazard)])
    fall = -steps.hazard[when]
    slopes = _influences(cases, (slope, fall), (slope, fall))
    rows = [shares[0] ** 2 * slopes]
    for code, (share, chance) in enumerate(zip(shares[1:], steps.chance, strict=True), start=1):
        drift = steps.before * chance / steps.at_risk + share * steps.every * steps.hazard
        level = np.concatenate([[0.0], -np.cumsum(drift)])
        mine = cases.codes[happens] == code
        rise = np.where(mine, (steps.before / steps.at_risk)[when], 0.0) + (share * steps.hazard)[when]
        levels = _influences(cases, (level, rise), (level, rise))
        both = _influences(cases, (level, rise), (slope, fall))
        rows.append(levels + 2 * share * both + share**2 * slopes)
    return np.vstack(rows)


def _influences(cases: _Cases, one: tuple[Array, Array], two: tuple[Array, Array]) -> Array:
    """Sum the weight squared times two influences: a drift while at risk, and a jump at the outcome."""
    size = one[0].size - 1
    happens, squared = cases.codes > 0, cases.weight**2
    closed = cases.ended - happens  # from here on the influence of the case stands still
    final = []
    for drift, jump in (one, two):
        value = drift[cases.ended] - drift[cases.first]
        value[happens] += jump
        final.append(value)

    def gather(places: Places, values: Array) -> Array:
        return np.asarray(np.cumsum(np.bincount(places, values, size + 1)[:size]), dtype=np.float64)

    first_one, first_two = one[0][cases.first], two[0][cases.first]
    watched, with_one, with_two, with_both = (
        gather(cases.first, value) - gather(closed, value)
        for value in (squared, squared * first_one, squared * first_two, squared * first_one * first_two)
    )
    now_one, now_two = one[0][1:], two[0][1:]
    open_cases = now_one * now_two * watched - now_two * with_one - now_one * with_two + with_both
    return np.asarray(gather(closed, squared * final[0] * final[1]) + open_cases, dtype=np.float64)
