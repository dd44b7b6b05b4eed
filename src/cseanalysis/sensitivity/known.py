"""What is left of a model's range when one assumption becomes known, from the corners that bound it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cseanalysis.sensitivity.model_calls import read_assumptions
from cseanalysis.sensitivity.ranges import corners_and_middles
from cseanalysis.values import Assumption

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class KnownEnds:
    """Ends of each element of a model's output, and those that are left with one assumption known."""

    low: Array  # shape (n,), as of `cseanalysis.sensitivity.envelope`
    high: Array
    # assumption id to the low and the high ends, each of shape (places, n), a row a place at which it may turn out to
    # lie: its ends and, where all corners of the others were looked at, its middle; nine where the model may turn
    known: Mapping[str, tuple[Array, Array]]


def known_ends(
    model: Callable[..., ArrayLike], assumptions: Iterable[Assumption], *, turning: Collection[str] = ()
) -> KnownEnds:
    """Bound each element of a model's output, and say what would bound it with one assumption known."""
    ranges = read_assumptions(assumptions)
    found, middles = corners_and_middles(model, ranges, turning)
    values = np.stack(list(found.values()))
    keys = np.array(list(found))
    known = {}
    for position, assumption in enumerate(ranges):
        steps = keys[:, position]
        groups = [values[steps == step] for step in range(int(steps.max()) + 1)]
        halfway = middles.get(position, {})
        if len(halfway) == len(groups[0]):
            groups.insert(1, np.stack(list(halfway.values())))
        known[assumption.id] = (
            np.stack([group.min(axis=0) for group in groups]),
            np.stack([group.max(axis=0) for group in groups]),
        )
    return KnownEnds(values.min(axis=0), values.max(axis=0), known)


def on_grid(values: Array, names: Sequence[str]) -> KnownEnds:
    """Return the ends of values that were computed for every combination of places, an axis an assumption."""
    known = {}
    for axis, name in enumerate(names):
        rows = np.moveaxis(values, axis, 0).reshape(values.shape[axis], -1)
        known[name] = (rows.min(axis=1, keepdims=True), rows.max(axis=1, keepdims=True))
    return KnownEnds(values.min(keepdims=True).ravel(), values.max(keepdims=True).ravel(), known)


def scaled(ends: KnownEnds, factor: Assumption, *, divide: bool = False) -> KnownEnds:
    """Multiply what is bounded by one more assumption, or divide by it, without a corner of its own."""
    places = np.linspace(factor.low, factor.high, 3)[:, np.newaxis]
    if (ends.low < 0).any() or factor.low < 0 or (divide and factor.low == 0):
        raise ValueError(f"{factor.id} from {factor.low} scales values from {ends.low.min()}: both must be positive")
    if divide:
        places = 1 / places[::-1]
    least, most = places[0], places[-1]
    known = {name: (low * least, high * most) for name, (low, high) in ends.known.items()}
    known[factor.id] = (ends.low * places, ends.high * places)
    return KnownEnds(ends.low * least, ends.high * most, known)


def element(ends: KnownEnds, low: int, high: int | None = None) -> KnownEnds:
    """Return one element, or one from the low end of an element to the high end of another."""
    high = low if high is None else high
    known = {name: (lows[:, [low]], highs[:, [high]]) for name, (lows, highs) in ends.known.items()}
    return KnownEnds(ends.low[[low]], ends.high[[high]], known)


def narrowings(ends: KnownEnds) -> dict[str, tuple[float, float]]:
    """Return the least and the most share of one range that would go if each assumption were known."""
    if ends.low.size != 1:
        raise ValueError(f"{ends.low.size} elements: the narrowing is of one range; choose an element")
    full = float(ends.high[0] - ends.low[0])
    if full <= 0:
        return {}
    left = {name: (highs - lows)[:, 0] / full for name, (lows, highs) in ends.known.items()}
    return {name: (float(1 - share.max()), float(1 - share.min())) for name, share in left.items()}
