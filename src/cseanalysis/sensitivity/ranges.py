"""Ranges of a model over ranges of assumptions, and what each assumption contributes."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cseanalysis.plots import tornado_bars
from cseanalysis.sensitivity.model_calls import (
    check_arguments,
    number_at,
    one_number,
    read_assumptions,
    read_ids,
    value_at,
)
from cseanalysis.sensitivity.ranking import largest_first
from cseanalysis.values import Assumption, Interval, plain_number, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GRID = 9  # points across the range of an assumption in which the model may turn

_MOST_CORNERS = 2**20
_SLACK = 1e-9  # rounding, as a share of the largest value, that is not taken for a turn


def bound(model: Callable[..., float], assumptions: Iterable[Assumption], *, turning: Collection[str] = ()) -> Interval:
    """Bound a model's value over all combinations of its assumptions.

    Parameters
    ----------
    model
        Called as ``model(**{id: value})``; must be monotone in each assumption, whatever the others are.
    assumptions
        Ranges; a combination of their ends is a corner.
    turning
        Ids of assumptions in which the model may turn; they are evaluated at nine evenly spaced points instead of
        two, and the range is then as fine as those points.

    Returns
    -------
    Interval
        Bound from the smallest to the largest corner. It has no middle.

    Raises
    ------
    ValueError
        When the value inside some edge lies outside the edge's ends: the model is then not monotone and the corners
        would give a range that is too narrow; when ``turning`` or the model's arguments do not fit the assumptions;
        or when the model raises or is not finite somewhere, which is named.

    Notes
    -----
    ``2^k`` corners for ``k`` assumptions. Every edge is looked at half-way, and the edges from the corners where all
    are lowest or all are highest at seven points: a wiggle between those goes unseen.

    Examples
    --------
    >>> p = Assumption("p", 0.25, 0.5, "probability", "survey", "ONS", "table 1")
    >>> bound(lambda p: 100 / p, [p])
    Interval(low=200.0, high=400.0, kind='bound', level=None)
    """
    ends = envelope(model, assumptions, turning=turning)
    return Interval(one_number(ends["low"].to_numpy()), one_number(ends["high"].to_numpy()), "bound")


def envelope(
    model: Callable[..., ArrayLike], assumptions: Iterable[Assumption], *, turning: Collection[str] = ()
) -> pd.DataFrame:
    """Bound each element of a model's output over all combinations of its assumptions.

    Parameters
    ----------
    model
        As for `bound`, but returning an array of shape (n,); each element must be monotone in each assumption.
    assumptions, turning
        As for `bound`.

    Returns
    -------
    DataFrame
        ``low`` and ``high`` for each element. The rows hold one by one, not jointly: different elements may
        take their ends at different corners.

    Raises
    ------
    ValueError
        When some element is not monotone along some edge; see `bound`.

    Examples
    --------
    >>> x = Assumption("x", 1.0, 2.0, "cases", "counted", "a table", "row 1")
    >>> envelope(lambda x: [x, -x], [x])
       low  high
    0  1.0   2.0
    1 -2.0  -1.0
    """
    values = np.stack(list(corners(model, read_assumptions(assumptions), turning).values()))
    return pd.DataFrame({"low": values.min(axis=0), "high": values.max(axis=0)})


def narrowing(
    model: Callable[..., float], assumptions: Iterable[Assumption], *, turning: Collection[str] = ()
) -> pd.DataFrame:
    """Say how much of a model's range would go if each assumption were known.

    Parameters
    ----------
    model, assumptions, turning
        As for `bound`.

    Returns
    -------
    DataFrame
        A row an assumption, most useful first: ``assumption``; ``width_least`` and ``width_most``, the narrowest and
        widest range that is left if the assumption became known, over nine evenly spaced places in its range;
        ``narrowing_least`` and ``narrowing_most``, the shares of the full width that would go. No place is favoured,
        so both are given.

    Raises
    ------
    ValueError
        As for `bound`, or when the model's range has no width.

    Examples
    --------
    >>> a = Assumption("a", 0.0, 8.0, "cases", "counted", "a table", "row 1")
    >>> b = Assumption("b", 0.0, 2.0, "cases", "counted", "a table", "row 2")
    >>> narrowing(lambda a, b: a + b, [b, a])[["assumption", "narrowing_least"]]
      assumption  narrowing_least
    0          a              0.8
    1          b              0.2
    """
    ranges = read_assumptions(assumptions)
    check_arguments(model, [assumption.id for assumption in ranges])
    turning = read_ids("turning", turning)
    kept = remembered(model)  # following one assumption asks for the corners of the others again
    full = np.ptp([one_number(value) for value in corners(kept, ranges, turning).values()])
    if full == 0:
        raise ValueError("the model's value is the same at every corner: there is no range to narrow")
    rows = []
    for position, assumption in enumerate(ranges):
        # The width that is left is not monotone in the place, so every place is followed along the assumption.
        along = corners(kept, ranges, {*turning, assumption.id})
        widths = [
            float(np.ptp(np.stack([value for key, value in along.items() if key[position] == step])))
            for step in range(GRID)
        ]
        rows.append(
            {
                "assumption": assumption.id,
                "width_least": min(widths),
                "width_most": max(widths),
                "narrowing_least": 1 - max(widths) / full,
                "narrowing_most": 1 - min(widths) / full,
            }
        )
    return largest_first(pd.DataFrame(rows), ["narrowing_least", "narrowing_most"], "assumption")


def tornado(
    model: Callable[..., float], assumptions: Iterable[Assumption], baseline: Mapping[str, float]
) -> pd.DataFrame:
    """Move one assumption at a time across its range, the others standing at a stated baseline.

    Parameters
    ----------
    model
        As for `bound`.
    assumptions
        Ranges.
    baseline
        A value for every assumption, within its range. It must be chosen and named by the reader: ranges that
        are only bounds have no middle to start from.

    Returns
    -------
    DataFrame
        A row an assumption, largest swing first: ``assumption``, ``low``, ``high``, ``value_at_low``,
        ``value_at_high``, ``swing`` (from the smallest to the largest value at nine evenly spaced places) and
        ``turns``: the model turns in between, so that the swing is more than the difference of the two values.

    Raises
    ------
    ValueError
        When the baseline lacks an assumption, names an unknown one, or leaves a range; or as for `bound` when the
        model cannot be called.

    Examples
    --------
    >>> p = Assumption("p", 0.25, 0.5, "probability", "survey", "ONS", "table 1")
    >>> tornado(lambda p: 100 / p, [p], {"p": 0.5})["swing"].tolist()
    [200.0]
    """
    ranges = read_assumptions(assumptions)
    check_baseline(baseline, ranges)
    check_arguments(model, [a.id for a in ranges])
    rows = []
    for a in ranges:
        places = np.linspace(a.low, a.high, GRID).tolist()
        values = np.array([number_at(model, {**baseline, a.id: place}) for place in places])
        rows.append(
            {
                "assumption": a.id,
                "low": a.low,
                "high": a.high,
                "value_at_low": values[0],
                "value_at_high": values[-1],
                "swing": float(np.ptp(values)),
                "turns": leaves(values, values[:1], values[-1:], _SLACK * np.abs(values).max()),
            }
        )
    return largest_first(pd.DataFrame(rows), ["swing"], "assumption")


def draw_tornado(table: pd.DataFrame, axes: Axes | None = None) -> Axes:
    """Draw the table that `tornado` returns, a bar an assumption.

    Parameters
    ----------
    table
        As from `tornado`.
    axes
        Where to draw; new ones when none are given.

    Returns
    -------
    Axes
        Of matplotlib; ``get_label()`` is the alternative text.

    Raises
    ------
    ModuleNotFoundError
        When matplotlib is not installed, with what to run.

    Examples
    --------
    >>> p = Assumption("p", 0.25, 0.5, "probability", "survey", "ONS", "table 1")
    >>> draw_tornado(tornado(lambda p: 100 / p, [p], {"p": 0.5})).get_label()
    'Bars, one an assumption, the longest first. p: 400 at its low end, 200 at its high end.'
    """
    return tornado_bars(table, axes)


def check_baseline(baseline: Mapping[str, float], ranges: Sequence[Assumption]) -> None:
    """Refuse a baseline that does not give one value within its range for each assumption."""
    if not isinstance(baseline, Mapping):
        raise ValueError(
            f"baseline is {shown(baseline)}: must give a value for every assumption, as in {{'told': 0.1}}"
        )
    if (given := set(map(str, baseline))) != (needed := {a.id for a in ranges}):
        raise ValueError(
            f"baseline lacks {sorted(needed - given)[:5]} and has the unknown {sorted(given - needed)[:5]}; "
            "it must give one value for every assumption"
        )
    for a in ranges:
        if not a.low <= plain_number(f"baseline {a.id}", baseline[a.id]) <= a.high:
            raise ValueError(
                f"baseline {a.id} = {baseline[a.id]} leaves its range {a.low} to {a.high}; choose a value within"
            )


def corners(
    model: Callable[..., ArrayLike], ranges: Sequence[Assumption], turning: Collection[str] = ()
) -> dict[tuple[int, ...], NDArray[np.float64]]:
    """Evaluate the model at every combination of ends (of points, where it may turn), keyed by their positions."""
    return corners_and_middles(model, ranges, turning)[0]


def corners_and_middles(
    model: Callable[..., ArrayLike], ranges: Sequence[Assumption], turning: Collection[str] = ()
) -> tuple[dict[tuple[int, ...], NDArray[np.float64]], dict[int, dict[tuple[int, ...], NDArray[np.float64]]]]:
    """Return `corners` with the values half-way along each edge, which are looked at anyway, by position and corner."""
    names = [assumption.id for assumption in ranges]
    check_arguments(model, names)
    turning = read_ids("turning", turning)
    if unknown := sorted(turning - set(names)):
        raise ValueError(f"turning names {unknown[:5]}, which are not among the assumptions given")
    axes = [np.linspace(a.low, a.high, GRID if a.id in turning else 2).tolist() for a in ranges]
    if (size := math.prod(map(len, axes))) > _MOST_CORNERS:
        raise ValueError(
            f"{len(names)} assumptions have {size:.3g} corners, at most {_MOST_CORNERS:,} are within reach; hold those "
            "that hardly matter at one value inside the model"
        )
    keys = list(product(*(range(len(axis)) for axis in axes)))

    def at(key: tuple[int, ...], **moved: float) -> NDArray[np.float64]:
        return value_at(model, {name: axis[step] for name, axis, step in zip(names, axes, key, strict=True)} | moved)

    found = {key: at(key) for key in keys}
    if len(shapes := {value.shape for value in found.values()}) > 1:
        raise ValueError(
            f"the model returned {', '.join(map(str, sorted(shapes)[:5]))} values at different corners: must be as "
            "many everywhere; pad with nought what is not there"
        )
    slack = _SLACK * np.abs(np.stack(list(found.values()))).max(axis=0)
    extremes = {tuple(0 for _ in axes), tuple(len(axis) - 1 for axis in axes)}
    middles: dict[int, dict[tuple[int, ...], NDArray[np.float64]]] = {}
    for position, assumption in enumerate(ranges):
        if assumption.id in turning or assumption.low == assumption.high:
            continue
        # Along assumptions that turn, ends and middle stand for all points: enough to see, at a third of the cost.
        shown = [{0, 1, len(axis) // 2, len(axis) - 1} for axis in axes]
        inside = np.linspace(assumption.low, assumption.high, GRID)[1:-1].tolist()
        middles[position] = {}
        for key in keys:
            if key[position] == 0 and all(step in steps for step, steps in zip(key, shown, strict=True)):
                other_end = (*key[:position], 1, *key[position + 1 :])
                # Two opposite edges are followed closely; on the others the middle stands for all.
                places = inside if extremes & {key, other_end} else [(assumption.low + assumption.high) / 2]
                between = np.stack([at(key, **{assumption.id: place}) for place in places])
                middles[position][key] = between[len(places) // 2]
                if leaves(between, found[key], found[other_end], slack):
                    raise ValueError(
                        f"the model is not monotone in {assumption.id} between {assumption.low} and "
                        f"{assumption.high}: in between its value leaves the range of the ends, so corners would "
                        f"give too narrow a range; name it in turning=, as in turning=({assumption.id!r},)"
                    )
    return found, middles


def remembered(model: Callable[..., ArrayLike]) -> Callable[..., ArrayLike]:
    """Return the model with the values it has given; it is called once for each combination."""
    given: dict[tuple[tuple[str, float], ...], ArrayLike] = {}

    def recall(**values: float) -> ArrayLike:
        key = tuple(values.items())
        if key not in given:
            given[key] = model(**values)
        return given[key]

    return recall


def leaves(
    between: NDArray[np.float64],
    at_low: NDArray[np.float64],
    at_high: NDArray[np.float64],
    slack: NDArray[np.float64] | float,
) -> bool:
    """Return whether a value in between lies outside those at the ends, by more than rounding."""
    outside = (between < np.minimum(at_low, at_high) - slack) | (between > np.maximum(at_low, at_high) + slack)
    return bool(outside.any())
