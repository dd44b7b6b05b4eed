"""The value of an assumption at which a claim about a model's value fails, or that it never does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import product
from typing import Literal

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from cseanalysis.models.checks import check_whole
from cseanalysis.sensitivity.model_calls import Model, check_arguments, number_at, read_assumptions, read_ids
from cseanalysis.sensitivity.ranges import GRID, check_baseline, corners
from cseanalysis.values import Assumption, plain_number, shown

Claim = Literal["above", "below"]

STEPS = 64  # parts of a range in each of which one crossing is seen
_ROUNDING = 1e-12  # share of the largest margin below which an end is taken to lie on the threshold
_FAILS = {True: "fails above", False: "fails below"}
_NEVER, _THROUGHOUT = "never within the range", "fails throughout"


def breakdown(
    model: Model,
    assumptions: Iterable[Assumption],
    *,
    vary: str,
    threshold: float,
    claim: Claim = "above",
    baseline: Mapping[str, float] | None = None,
    turning: Collection[str] = (),
) -> float | None:
    """Return the value of an assumption at which the claim that a model's value exceeds a threshold fails.

    Parameters
    ----------
    model
        Called as ``model(**{id: value})``; a number.
    assumptions
        Ranges. One that is only taken as known has ``low == high``.
    vary
        Id of the assumption that moves across its range.
    threshold
        In the unit of the model's value.
    claim
        ``"above"``: that the value is above the threshold; ``"below"``: that it is below. It matters only when the
        others range.
    baseline
        Values of the other assumptions, within their ranges; one of ``vary`` is not used. Without it, the others may
        lie anywhere in their ranges, and the claim fails where it fails for any of them.
    turning
        Ids of other assumptions in which the model may turn; see `bound`. ``vary`` need not be named.

    Returns
    -------
    float or None
        Where the claim fails or, seen from the other side, where it begins to hold; an end of the range counts if the
        threshold is reached there. None when it holds, or fails, throughout the range: `breakdowns` says which.

    Raises
    ------
    ValueError
        When the model crosses the threshold more than once (all places are named), is not monotone in another
        assumption, raises or is not finite somewhere (named); or when ``vary``, ``baseline`` or the model's arguments
        do not fit the assumptions.

    Notes
    -----
    With the others anywhere, what is followed is the smallest (claim "above") or largest value over the corners of
    their ranges. One crossing is found, to rounding, in each of 64 parts of the range; two that share a part are not
    seen. Where the model jumps across the threshold, the place of the jump is returned.

    Examples
    --------
    >>> p = Assumption("p", 0.05, 0.5, "probability", "survey", "ONS", "table 1")
    >>> breakdown(lambda p: 100 / p, [p], vary="p", threshold=1000)
    0.1
    >>> breakdown(lambda p: 100 / p, [p], vary="p", threshold=5000) is None
    True
    """
    ranges = read_assumptions(assumptions)
    one = _only(ranges, vary)
    found, _ = _crossings(
        _margin(model, ranges, [one], threshold=threshold, claim=claim, baseline=baseline, turning=turning), one
    )
    if len(found) > 1:
        places = ", ".join(f"{place:.6g} ({direction})" for place, direction in found[:5])
        raise ValueError(
            f"the model is not monotone in {vary}: it crosses {threshold:g} {len(found)} times, at {places}; narrow "
            "the range to hold one of them, or use breakdowns, which gives them all"
        )
    return found[0][0] if found else None


def breakdowns(
    model: Model,
    assumptions: Iterable[Assumption],
    *,
    threshold: float,
    claim: Claim = "above",
    baseline: Mapping[str, float] | None = None,
    turning: Collection[str] = (),
) -> pd.DataFrame:
    """Say for each assumption at which value the claim fails, and on which side of it.

    Parameters
    ----------
    model, assumptions, threshold, claim, baseline, turning
        As for `breakdown`; each assumption is varied in turn, and a baseline gives a value for each.

    Returns
    -------
    DataFrame
        A row an assumption (one for each crossing, when there are several), in the order given: ``assumption``,
        ``low``, ``high``, ``breakdown`` (missing when there is none) and ``direction``: ``"fails above"``, ``"fails
        below"``, ``"never within the range"`` or ``"fails throughout"``. Without a baseline it fails where it can fail
        for some values of the others.

    Raises
    ------
    ValueError
        As for `breakdown`, but for several crossings.

    Examples
    --------
    >>> p = Assumption("p", 0.05, 0.5, "probability", "survey", "ONS", "table 1")
    >>> breakdowns(lambda p: 100 / p, [p], threshold=1000)[["assumption", "breakdown", "direction"]].values.tolist()
    [['p', 0.1, 'fails above']]
    """
    ranges = read_assumptions(assumptions)
    check_arguments(model, [one.id for one in ranges])
    if baseline is not None:
        check_baseline(baseline, ranges)
    rows = []
    for one in ranges:
        found, otherwise = _crossings(
            _margin(model, ranges, [one], threshold=threshold, claim=claim, baseline=baseline, turning=turning), one
        )
        rows += [(one.id, one.low, one.high, *each) for each in found or [(np.nan, otherwise)]]
    return pd.DataFrame(rows, columns=["assumption", "low", "high", "breakdown", "direction"])


def breakdown_frontier(
    model: Model,
    assumptions: Iterable[Assumption],
    *,
    vary: tuple[str, str],
    threshold: float,
    claim: Claim = "above",
    baseline: Mapping[str, float] | None = None,
    turning: Collection[str] = (),
    points: int = 41,
) -> pd.DataFrame:
    """Follow the values of two assumptions together at which the claim fails.

    Parameters
    ----------
    model, assumptions, threshold, claim, baseline, turning
        As for `breakdown`.
    vary
        Ids of two assumptions: the first runs along the chart, the second is solved for.
    points
        Evenly spaced values of the first.

    Returns
    -------
    DataFrame
        Ready for a chart: a column for each of the two ids and ``direction``, as in `breakdowns` for the second.
        Where the claim never fails or fails throughout for a value of the first, the second is missing. The places
        where the frontier meets the ends of the second's range are rows too.

    Raises
    ------
    ValueError
        As for `breakdown`, but for several crossings, which are rows.

    Examples
    --------
    >>> told = Assumption("told", 0.2, 0.8, "probability", "survey", "ONS", "table 1")
    >>> kept = Assumption("kept", 0.4, 0.9, "probability", "inspection", "HMICFRS", "page 9")
    >>> ends = {"vary": ("told", "kept"), "threshold": 500, "points": 3}
    >>> breakdown_frontier(lambda told, kept: 100 / told / kept, [told, kept], **ends).round(3)
        told  kept               direction
    0  0.200   NaN  never within the range
    1  0.222   0.9             fails above
    2  0.500   0.4             fails above
    3  0.800   NaN        fails throughout
    """
    ranges = read_assumptions(assumptions)
    if not isinstance(vary, tuple | list) or len(vary) != 2:
        raise ValueError(f"vary is {shown(vary)}: must be the ids of two assumptions, as in ('told', 'kept')")
    along, solved = (_only(ranges, name) for name in vary)
    if along is solved:
        raise ValueError(f"vary names {vary[0]} twice; a frontier lies between two assumptions")
    points = check_whole("points", points, least=2, most=10**6)  # from the two ends of the range
    margin = _margin(
        model, ranges, [along, solved], threshold=threshold, claim=claim, baseline=baseline, turning=turning
    )
    places = np.linspace(along.low, along.high, points).tolist()
    for end in (solved.low, solved.high):
        places += [place for place, _ in _crossings(lambda value, end=end: margin(value, end), along)[0]]  # type: ignore[misc]
    rows = []
    for place in _distinct(places):
        found, otherwise = _crossings(lambda value, place=place: margin(place, value), solved)  # type: ignore[misc]
        rows += [(place, *each) for each in found or [(np.nan, otherwise)]]
    return pd.DataFrame(rows, columns=[*vary, "direction"])


def _margin(
    model: Model,
    ranges: Sequence[Assumption],
    moving: Sequence[Assumption],
    *,
    threshold: float,
    claim: Claim,
    baseline: Mapping[str, float] | None,
    turning: Collection[str],
) -> Callable[..., float]:
    """Return by how much the claim holds, at worst over the others, as a function of the assumptions that move."""
    if not isinstance(claim, str) or claim not in ("above", "below"):
        raise ValueError(f"claim {shown(claim)}: must be 'above' (the value exceeds the threshold) or 'below'")
    if not np.isfinite(float(plain_number("threshold", threshold))):
        raise ValueError(f"threshold {threshold}: must be a finite number, in the unit of the model's value")
    if baseline is not None and not isinstance(baseline, Mapping):
        raise ValueError(f"baseline is {shown(baseline)}: must give values of the assumptions, as in {{'told': 0.1}}")
    turning = read_ids("turning", turning)
    names = [one.id for one in moving]
    others = [one for one in ranges if one.id not in names]
    if baseline is None and others:
        corners(model, ranges, {*names, *turning})  # refuses what is not monotone in the others
        axes = [np.unique(np.linspace(one.low, one.high, GRID if one.id in turning else 2)).tolist() for one in others]
    else:
        check_arguments(model, [one.id for one in ranges])
        given = {name: value for name, value in (baseline or {}).items() if name not in names}
        check_baseline(given, others)
        axes = [[given[one.id]] for one in others]
    standing = [dict(zip([one.id for one in others], point, strict=True)) for point in product(*axes)]
    sign = 1.0 if claim == "above" else -1.0

    def margin(*values: float) -> float:
        moved = dict(zip(names, values, strict=True))
        return min(sign * (number_at(model, {**point, **moved}) - threshold) for point in standing)

    return margin


def _crossings(margin: Callable[[float], float], one: Assumption) -> tuple[list[tuple[float, str]], str]:
    """Return where the margin changes its sign, each with the side on which the claim fails, or why nowhere."""
    places = np.unique(np.linspace(one.low, one.high, STEPS + 1))
    margins = np.array([margin(place) for place in places.tolist()])
    signs = np.sign(margins)
    # Threshold and end may be the same number but for rounding.
    signs[[0, -1]] *= np.abs(margins[[0, -1]]) > _ROUNDING * np.abs(margins).max()
    apart = np.flatnonzero(signs)
    if not apart.size:  # on the threshold everywhere, which is neither above nor below it
        return [], _THROUGHOUT
    width = one.high - one.low

    def change(left: int, right: int) -> float:
        """Where the sign changes between two places; those between them, if any, lie on the threshold."""
        if right - left == 2:
            return float(places[left + 1])
        holds = signs[left] > 0
        if right - left > 2:  # a stretch on the threshold belongs to the side where the claim fails
            cell = (places[left], places[left + 1]) if holds else (places[right - 1], places[right])
            return float(brentq(lambda place: 1.0 if margin(place) > 0 else -1.0, *cell, **_exactly(width)))
        return float(brentq(margin, places[left], places[right], **_exactly(width)))

    found = []
    if (first := apart[0]) > 0:
        found.append((float(places[first - 1]), _FAILS[bool(signs[first] < 0)]))
    pairs = zip(apart[:-1].tolist(), apart[1:].tolist(), strict=True)
    found += [(change(i, j), _FAILS[bool(signs[i] > 0)]) for i, j in pairs if signs[i] != signs[j]]
    if (final := apart[-1]) < len(places) - 1:
        found.append((float(places[final + 1]), _FAILS[bool(signs[final] > 0)]))
    return found, _NEVER if signs[first] > 0 else _THROUGHOUT


def _exactly(width: float) -> dict[str, float]:
    return {"xtol": 1e-18 * width, "rtol": 4 * np.finfo(float).eps, "maxiter": 500}


def _distinct(places: list[float]) -> list[float]:
    """Return places in ascending order, without those that repeat another but for rounding."""
    ordered = sorted(places)
    apart = 1e-12 * (ordered[-1] - ordered[0])
    return [place for before, place in zip([-np.inf, *ordered], ordered, strict=False) if place - before > apart]


def _only(ranges: Sequence[Assumption], name: str) -> Assumption:
    chosen = [one for one in ranges if isinstance(name, str) and one.id == name]
    if len(chosen) != 1:
        raise ValueError(
            f"vary is {shown(name)}: must be one of the assumptions given, {[one.id for one in ranges][:5]}"
        )
    return chosen[0]
