"""What totals, parts, shares and roundings leave for every cell, and which statements cannot all be true."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.register.reconciliation.conflicts import gap, repairs, smallest_conflicts
from cseanalysis.register.reconciliation.linear import (
    TOLERANCE,
    Part,
    System,
    assemble,
    has_table,
    is_small,
    lower_end,
    narrow,
    parts_of,
    whole_table,
)
from cseanalysis.register.reconciliation.statements import Statement
from cseanalysis.said import Words, counted, ranged, speaks, without_gaps
from cseanalysis.values import items_of, shown

Floats = NDArray[np.float64]


@speaks
@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What a set of statements leaves for every cell, or why they leave nothing.

    Parameters
    ----------
    cells
        One row per cell in the order of first mention: ``cell``; ``low`` and ``high``, whole numbers that are
        never exceeded while every statement holds (a missing ``high``: nothing bounds the cell above);
        ``published`` (some statement counts this cell alone); ``sharp`` (a table of whole numbers reaches each
        end that exists). Empty when statements contradict each other.
    residuals
        One row per statement that parts add up: ``statement``, ``cell`` (missing when no residual was admitted,
        and then nought), ``low``, ``high``, which are missing when statements contradict each other.
    conflicts
        Ids of statements that cannot all be true, one tuple per set, in the order of the statements. Within each
        part of the table that hangs together, the smallest sets; at most ten of them.
    gaps
        For each conflict by how many counts it fails at least: the smallest total change to its statements that
        would make them agree. Nought when they agree for fractions of a count only.
    smallest
        False when the search stopped early, so that the conflicts are irreducible (all agree once any one is
        dropped) but smaller ones may exist.
    repairs
        Ids of which any single one, dropped, leaves the rest without contradiction.

    Notes
    -----
    ``print`` gives the range of the first cell and a row a cell, or what cannot all be true.
    """

    cells: pd.DataFrame
    residuals: pd.DataFrame
    conflicts: tuple[tuple[str, ...], ...]
    gaps: tuple[float, ...]
    smallest: bool
    repairs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The result in sentences, one line per conflict or else per cell."""
        if not self.conflicts:
            return "\n".join(f"{row.cell}: {_range(row.low, row.high)}" for row in self.cells.itertuples())
        lines = [
            f"cannot all be true, {f'by at least {size:,.3g}' if size else 'for whole numbers'}: {'; '.join(conflict)}"
            for conflict, size in zip(self.conflicts, self.gaps, strict=True)
        ]
        if self.repairs:
            lines.append(f"the rest agree without any one of: {'; '.join(self.repairs)}")
        return "\n".join(lines)

    def to_frame(self) -> pd.DataFrame:
        """Return a row a cell.

        Columns: ``cell``, ``low``, ``high`` (missing: nothing bounds it above), ``published``, ``sharp``.
        """
        return self.cells.reset_index(drop=True)

    def _says(self) -> Words:
        if self.conflicts:
            head = counted("sets of statements that cannot all be true", len(self.conflicts))
            return Words(head, refused=tuple(self.text.splitlines()))
        first = self.cells.iloc[0]
        high = math.inf if pd.isna(first["high"]) else float(first["high"])
        head = ranged(str(first["cell"]), float(first["low"]), high, "bound")
        shown = without_gaps(self.to_frame(), "without end")
        return Words(head, rows=shown, rests_on=("every statement is true, and every cell a whole number",))


def reconcile(statements: Iterable[Statement]) -> Reconciliation:
    """Find the tightest range of every cell that the statements allow, or the smallest contradictions among them.

    Parameters
    ----------
    statements
        Made by `count`, `share`, `part_of` and `adds_up`. Cells are named freely and may be categories, forces,
        periods, offence codes or any combination, as long as one name always means one count. Whether figures may
        be put into one table at all (same unit, period, coverage, definition) is for `compare` to judge first.

    Returns
    -------
    Reconciliation

    Raises
    ------
    ValueError
        No statement, or something that is none; an id that comes twice; a share of a cell that no other statement
        counts, adds up or contains (a name that was mistyped).

    Notes
    -----
    Every cell is a whole number, at least nought. The ranges are those of Dobra and Fienberg (2000), "Bounds for
    cell entries in contingency tables given marginal totals", PNAS 97, 11885-11892, for arbitrary linear
    statements: the ends of a cell are two linear programmes over all statements (HiGHS; Huangfu and Hall 2018).
    They are rounded inward to whole numbers, and where a programme ends on fractions it is solved again over whole
    numbers. That is left out where more than 150 unknown cells hang together, or cut off at 500 nodes: the range
    then is that of the linear programme, valid though perhaps wider than necessary, and ``sharp`` is false.

    The smallest contradicting sets are found exactly by hitting sets (Ignatiev, Previti, Liffiton and
    Marques-Silva 2015, "Smallest MUS extraction with minimal hitting set dualization") where at most 600 statements
    hang together; beyond, or after 300 hitting sets, one irreducible set is named: the statements with a price in
    the programme of least total change, thinned one by one (Chinneck and Dravnieks 1991, deletion filter).

    An inequality counts as broken when it is missed by more than 1e-6 of a count, so that a value on the very edge
    of a rounding is no contradiction.

    Examples
    --------
    >>> from cseanalysis.register.reconciliation.statements import adds_up, count, share
    >>> quoted = [
    ...     count("group_based", 4228), count("familial", 1125), count("exploitation", 717),
    ...     count("institutional", more_than=300),
    ...     adds_up("group_based", ["familial", "exploitation", "institutional"], residual="not_quoted"),
    ... ]
    >>> print(reconcile(quoted).text)
    group_based: 4,228
    familial: 1,125
    exploitation: 717
    institutional: 301 to 2,386
    not_quoted: 0 to 2,085

    A printed share of 26% is not rounded from 1,125 of 4,228:

    >>> print(reconcile([*quoted, share("familial", of="group_based", per_cent=26, rounded_to=1)]).text)
    cannot all be true, by at least 4.58: group_based is 4,228; familial is 1,125; \
familial is 26% rounded to 1 of group_based
    the rest agree without any one of: group_based is 4,228; familial is 1,125; \
familial is 26% rounded to 1 of group_based
    """
    listed = _checked(statements)
    system = assemble([statement.rows for statement in listed])
    ids = [statement.id for statement in listed]
    found = _ranges(system)
    if found is None:
        sets, smallest = smallest_conflicts(system)
        return Reconciliation(
            cells=_cell_frame(system, listed, np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool)),
            residuals=_residual_frame(listed, {}),
            conflicts=tuple(tuple(ids[index] for index in members) for members in sets),
            gaps=tuple(gap(system, members) for members in sets),
            smallest=smallest,
            repairs=tuple(ids[index] for index in repairs(system, sets)),
        )
    low, high, sharp = found
    ranges = {cell: (low[index], high[index]) for index, cell in enumerate(system.cells)}
    return Reconciliation(
        cells=_cell_frame(system, listed, low, high, sharp),
        residuals=_residual_frame(listed, ranges),
        conflicts=(),
        gaps=(),
        smallest=True,
        repairs=(),
    )


def _ranges(system: System) -> tuple[Floats, Floats, NDArray[np.bool_]] | None:
    """Return low and high of every cell and whether whole tables reach both; None when there is no table."""
    box = narrow(system)
    if box is None:
        return None
    low, high = box
    # Cells that no part ties to others take any number in their range.
    sharp = np.ones(low.size, dtype=bool)
    for part in parts_of(system, low, high):
        found = _part_ranges(part)
        if found is None:
            return None
        low[part.cells], high[part.cells], sharp[part.cells] = found
    return low, high, sharp


def _part_ranges(part: Part) -> tuple[Floats, Floats, NDArray[np.bool_]] | None:
    if not has_table(part):
        return None
    ends = np.array([part.low, part.high])
    # What tables of whole numbers, and solutions in fractions rounded inward, have reached so far: an end that is
    # reached needs no programme of its own.
    reached = np.full((2, part.low.size), [[np.inf], [-np.inf]])
    touched = reached.copy()
    settled = reached if is_small(part) else touched
    for side, sign in ((0, 1.0), (1, -1.0)):
        while (open_cells := np.isfinite(ends[side]) & (settled[side] != ends[side])).any():
            _, met = lower_end(part, sign * open_cells, pursue=False)
            _note(part, met, reached, touched)
            if (settled[side] != ends[side])[open_cells].all():
                break
        for cell in np.flatnonzero(settled[side] != ends[side]):
            if settled[side, cell] != ends[side, cell]:
                objective = np.zeros(part.low.size)
                objective[cell] = sign
                end, met = lower_end(part, objective)
                if end == np.inf:  # found only now: the first search had been cut off
                    return None
                _note(part, met, reached, touched)
                ends[side, cell] = sign * max(end, sign * ends[side, cell])
    sharp = (reached[0] == ends[0]) & ((reached[1] == ends[1]) | np.isinf(ends[1]))
    return ends[0], ends[1], sharp


def _note(part: Part, met: Sequence[Floats], reached: Floats, touched: Floats) -> None:
    for solution in met:
        np.minimum(touched[0], np.ceil(solution - TOLERANCE), out=touched[0])
        np.maximum(touched[1], np.floor(solution + TOLERANCE), out=touched[1])
        if (table := whole_table(part, solution)) is not None:
            np.minimum(reached[0], table, out=reached[0])
            np.maximum(reached[1], table, out=reached[1])


def _checked(given: Iterable[Statement]) -> tuple[Statement, ...]:
    items = items_of(given)
    if items is None:
        raise ValueError(f"statements is one {type(given).__name__}; give a list of statements")
    statements = tuple(items)
    if not statements:
        raise ValueError("no statements; reconcile needs at least one")
    if wrong := [item for item in statements if not isinstance(item, Statement)]:
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise ValueError(
            f"{', '.join(map(shown, wrong[:5]))}{more} among the statements; make each one by count, share, part_of or "
            "adds_up"
        )
    ids = [statement.id for statement in statements]
    if len(set(ids)) < len(ids):
        twice = sorted({name for name in ids if ids.count(name) > 1})
        more = f" and {len(twice) - 5} more" if len(twice) > 5 else ""
        raise ValueError(f"ids that come twice: {', '.join(map(repr, twice[:5]))}{more}; give each statement its own")
    # A cell that is only ever the base of shares is nearly always another cell, mistyped.
    known = {cell for statement in statements for row in statement.rows for cell in row.cells if cell != statement.base}
    bases = list(dict.fromkeys(statement.base for statement in statements if statement.base is not None))
    if unknown := [base for base in bases if base not in known]:
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        raise ValueError(
            f"share of {', '.join(map(repr, unknown[:5]))}{more}, which no other statement counts, adds up or "
            "contains; check the name, or state what is known of it"
        )
    return statements


def _cell_frame(
    system: System, statements: Sequence[Statement], low: Floats, high: Floats, sharp: NDArray[np.bool_]
) -> pd.DataFrame:
    rows = [row for statement in statements for row in statement.rows]
    published = {row.cells[0] for row in rows if len(row.cells) == 1}
    names = system.cells[: low.size]
    return pd.DataFrame(
        {
            "cell": pd.Series(names, dtype="object"),
            "low": _whole_numbers(low),
            "high": _whole_numbers(high),
            "published": np.array([name in published for name in names], dtype=bool),
            "sharp": sharp,
        }
    )


def _residual_frame(statements: Sequence[Statement], ranges: dict[str, tuple[float, float]]) -> pd.DataFrame:
    sums = [statement for statement in statements if statement.adds]
    nothing = (np.nan, np.nan)
    ends = [
        (0.0, 0.0) if ranges and statement.residual is None else ranges.get(statement.residual or "", nothing)
        for statement in sums
    ]
    return pd.DataFrame(
        {
            "statement": pd.Series([statement.id for statement in sums], dtype="object"),
            "cell": pd.Series([statement.residual for statement in sums], dtype="object"),
            "low": _whole_numbers(np.array([low for low, _ in ends])),
            "high": _whole_numbers(np.array([high for _, high in ends])),
        }
    )


def _whole_numbers(ends: Floats) -> pd.Series:
    """Return nullable whole numbers; an end that does not exist is missing."""
    exists = np.isfinite(ends)
    return pd.Series(pd.array(np.where(exists, ends, 0).astype(np.int64), dtype="Int64")).where(exists)


def _range(low: int, high: int) -> str:
    if pd.isna(high):
        return f"{low:,} or more, no bound above"
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
