"""Shares in units and in the whole they make up, with unknown records, suppressed cells and published totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize

from cseanalysis.models.missing.shares import NAMES, warn_of_per_cents
from cseanalysis.said import Words, of_interval, speaks
from cseanalysis.values import Interval, plain_number, shown

Array = NDArray[np.float64]
Cell = float | Interval
Conditions = tuple[Array, Array]
Columns = tuple[Cell, Cell, Cell]
Totals = tuple[Cell | None, Cell | None, Cell | None]

PARTS = 4  # variables of a unit: with attribute, known, unknown, and unknown ones that have the attribute


@speaks
@dataclass(frozen=True, slots=True)
class UnitBounds:
    """Bounds for every unit and for the whole, all consistent with each other.

    Parameters
    ----------
    shares
        Bound for the share of records with the attribute, by unit.
    counts
        Bound for the number of records with the attribute, by unit; in every completion they add up to the whole's.
    share, count
        The same for the whole. Without suppressed cells the ends of ``count`` are the sums of the units' ends.

    Notes
    -----
    ``print`` gives the bounds of the whole, and a row a unit.
    """

    shares: dict[str, Interval]
    counts: dict[str, Interval]
    share: Interval
    count: Interval

    def to_frame(self) -> pd.DataFrame:
        """Return a row a unit: ``unit``, ``share_low``, ``share_high``, ``count_low``, ``count_high``."""
        rows = [(unit, share.low, share.high, self.counts[unit]) for unit, share in self.shares.items()]
        named = [(*row[:3], row[3].low, row[3].high) for row in rows]
        return pd.DataFrame(named, columns=["unit", "share_low", "share_high", "count_low", "count_high"])

    def _says(self) -> Words:
        more = (of_interval("records of the whole with the attribute", self.count),)
        rests = ("nothing is assumed of the records that do not say",)
        return Words(of_interval("share of the whole", self.share, "share"), more, rests_on=rests)


def unit_share_bounds(units: Mapping[str, Columns], *, totals: Totals = (None, None, None)) -> UnitBounds:
    """Bound the share in every unit and in the whole, jointly.

    Parameters
    ----------
    units
        For each unit (force, year, ...) records with the attribute, records known, and records unknown. A
        suppressed cell is an `Interval` of kind ``"bound"``: "fewer than 5" is ``Interval(0, 4, "bound")``, or from
        1 where noughts are shown.
    totals
        The same three for the whole, where they are published (a number, or a bound if rounded): they narrow the
        suppressed cells. None where they are not.

    Returns
    -------
    UnitBounds
        In the order given. Sharp for each unit and for the whole.

    Raises
    ------
    ValueError
        When a cell is impossible, a unit may have no records at all, or units and totals contradict each other.

    Notes
    -----
    Worst-case bounds (Manski 1995) with interval data, one linear programme an end. A share whose denominator
    is suppressed is a ratio of two unknowns: it becomes linear by the substitution of Charnes and Cooper (1962).

    Examples
    --------
    >>> suppressed = Interval(0, 4, "bound")
    >>> bounds = unit_share_bounds({"north": (6, 10, 10), "south": (suppressed, 20, 0)}, totals=(8, None, None))
    >>> bounds.counts["south"], bounds.share
    (Interval(low=2.0, high=2.0, kind='bound', level=None), Interval(low=0.2, high=0.45, kind='bound', level=None))
    """
    if not isinstance(units, Mapping):
        cure = "frame.index, frame[['with_attribute', 'known', 'unknown']].itertuples(index=False, name=None)"
        raise ValueError(
            f"units is {shown(units)}: must give three counts by name, as in {{'north': (6, 10, 10)}}"
            + (f"; of a frame that is dict(zip({cure}))" if isinstance(units, pd.DataFrame) else "")
        )
    if not units:
        raise ValueError("no units given; a whole has at least one")
    ends = np.array(
        [_ends(name, column, cell) for name, cells in units.items() for column, cell in _named(name, cells)]
    )
    ends = ends.reshape(len(units), 3, 2)
    for name, unit in zip(units, ends, strict=True):
        if unit[0, 0] > unit[1, 1]:
            raise ValueError(f"{name}: with_attribute exceeds known; the part must not exceed the whole")
        if unit[1:, 0].sum() == 0:
            raise ValueError(f"{name}: known and unknown may both be 0, so there may be no share; leave the unit out")
    if (ends[:, 1:].sum(axis=1) == 100).all() and ends[:, 2].any():
        warn_of_per_cents("known and unknown of every unit")
    conditions = _conditions(ends, totals)
    with_it, records = np.zeros((2, len(units), PARTS * len(units)))
    for place in range(len(units)):
        with_it[place, [PARTS * place, PARTS * place + 3]] = 1
        records[place, [PARTS * place + 1, PARTS * place + 2]] = 1
    counts = {name: _count(target, conditions) for name, target in zip(units, with_it, strict=True)}
    count = _count(with_it.sum(axis=0), conditions)
    sizes = ends[:, 1:].sum(axis=1)
    shares = {
        name: _share(with_it[place], records[place], sizes[place], counts[name], conditions)
        for place, name in enumerate(units)
    }
    share = _share(with_it.sum(axis=0), records.sum(axis=0), sizes.sum(axis=0), count, conditions)
    return UnitBounds(shares, counts, share, count)


def _conditions(ends: Array, totals: Totals) -> Conditions:
    """Return every condition as ``matrix @ x <= limit``."""
    units = len(ends)
    rows, limits = [], []
    for place, unit in enumerate(ends):
        identity = np.eye(PARTS * units)[PARTS * place : PARTS * (place + 1)]
        for column in range(3):
            rows += [-identity[column], identity[column]]
            limits += [-unit[column, 0], unit[column, 1]]
        rows += [identity[0] - identity[1], identity[3] - identity[2], -identity[3]]
        limits += [0.0, 0.0, 0.0]
    if not isinstance(totals, tuple | list) or len(totals) != 3:
        raise ValueError(
            f"totals is {shown(totals)}, which are not three: must be with_attribute, known, unknown; None where "
            "unpublished"
        )
    for column, total in enumerate(totals):
        if total is not None:
            low, high = _ends("totals", NAMES[column], total)
            added = np.tile(np.eye(PARTS)[column], units)
            rows += [-added, added]
            limits += [-low, high]
    return np.array(rows), np.array(limits)


def _count(target: Array, conditions: Conditions) -> Interval:
    low, high = (_extreme(sign * target, A_ub=conditions[0], b_ub=conditions[1]) * sign for sign in (1, -1))
    return _ordered(low, high)


def _share(target: Array, records: Array, size: Array, count: Interval, conditions: Conditions) -> Interval:
    """Ends of ``target @ x / records @ x``, where the records lie between the two ends of ``size``."""
    if size[0] == size[1]:
        return Interval(count.low / float(size[0]), count.high / float(size[0]), "bound")
    matrix, limit = conditions
    scaled = np.hstack([matrix, -limit[:, None] / size[1]])  # the last variable is size[1] over the records
    low, high = (
        sign
        * _extreme(
            np.append(sign * target, 0),
            A_ub=scaled,
            b_ub=np.zeros(len(limit)),
            A_eq=np.append(records, 0)[None],
            b_eq=np.ones(1),
        )
        for sign in (1, -1)
    )
    return _ordered(max(low, 0.0), min(high, 1.0))


def _extreme(target: Array, **conditions: Array) -> float:
    result = optimize.linprog(target, **conditions, method="highs")
    if result.status != 0:
        raise ValueError("units and totals contradict each other: no cells within the ranges add up; check the totals")
    return float(result.fun)


def _ordered(low: float, high: float) -> Interval:
    return Interval(min(low, high) + 0.0, max(low, high) + 0.0, "bound")  # adding 0 turns -0 into 0


def _named(name: str, cells: Columns) -> list[tuple[str, Cell]]:
    if not isinstance(cells, tuple | list) or len(cells) != 3:
        size = f"{len(cells)} cells" if isinstance(cells, tuple | list) else shown(cells)
        raise ValueError(f"{name} has {size}: must be with_attribute, known, unknown, as in (6, 10, 10)")
    return list(zip(NAMES, cells, strict=True))


def _ends(name: str, column: str, cell: Cell) -> tuple[float, float]:
    if isinstance(cell, Interval):
        if cell.kind != "bound":
            raise ValueError(f"{name}: {column} is a {cell.kind} interval; a suppressed cell is a bound")
        low, high = cell.low, cell.high
    else:
        low = high = float(plain_number(f"{name}: {column}", cell))
        if np.isfinite(low) and low != int(low):
            raise ValueError(
                f"{name}: {column} is {cell}: must be a whole count of records, or an Interval for a suppressed or "
                "rounded one; shares and per cents carry no count"
            )
    if not (np.isfinite(low) and np.isfinite(high) and low >= 0):
        raise ValueError(
            f"{name}: {column} is {cell}: must be finite and not negative; a suppressed cell is an Interval, as in "
            'Interval(0, 4, "bound")'
        )
    return low, high
