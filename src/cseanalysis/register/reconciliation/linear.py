"""Tables of whole numbers under linear inequalities: narrowing, taking apart, and the ends of a sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse
from scipy.sparse import csgraph

from cseanalysis.register.reconciliation.statements import Row
from cseanalysis.values import NotEstimableError

Floats = NDArray[np.float64]
# In counts: what an inequality may be missed by, above the solver's 1e-7 and far below the smallest true miss.
TOLERANCE = 1e-6
_PASSES = 50
_SMALL = 150  # cells
_NODES = 500


@dataclass(frozen=True, slots=True)
class System:
    """Inequalities ``low <= matrix @ cells <= high`` over whole cells from nought, each row of one statement."""

    cells: tuple[str, ...]
    matrix: sparse.csr_array
    low: Floats
    high: Floats
    statement: NDArray[np.intp]

    def only(self, members: NDArray[np.intp]) -> System:
        """Return the rows of some statements; the cells stay."""
        rows = np.flatnonzero(np.isin(self.statement, members))
        return System(self.cells, self.matrix[rows], self.low[rows], self.high[rows], self.statement[rows])


@dataclass(frozen=True, slots=True)
class Part:
    """Cells that hang together once known cells are taken out: where they stand, their rows, their ends."""

    cells: NDArray[np.intp]
    matrix: sparse.csr_array
    row_low: Floats
    row_high: Floats
    low: Floats
    high: Floats


def assemble(statements: Sequence[Sequence[Row]]) -> System:
    """Number the cells in the order of first mention and scale every row to a largest coefficient of 1."""
    number: dict[str, int] = {}
    data, columns, starts, low, high, owner = [], [], [0], [], [], []
    for index, rows in enumerate(statements):
        for row in rows:
            scale = max(map(abs, row.coefficients))
            for cell, coefficient in zip(row.cells, row.coefficients, strict=True):
                column = number.setdefault(cell, len(number))
                if coefficient:  # the whole has none where its share may be nought
                    data.append(coefficient / scale)
                    columns.append(column)
            starts.append(len(columns))
            low.append(row.low / scale)
            high.append(row.high / scale)
            owner.append(index)
    matrix = sparse.csr_array((data, columns, starts), shape=(len(owner), len(number)), dtype=np.float64)
    return System(tuple(number), matrix, np.array(low), np.array(high), np.array(owner, dtype=np.intp))


def narrow(system: System) -> tuple[Floats, Floats] | None:
    """Pass every row's ends on to its cells until nothing changes; None when a cell is left without a number."""
    low, high = np.zeros(len(system.cells)), np.full(len(system.cells), np.inf)
    value, column = system.matrix.data, system.matrix.indices
    row = np.repeat(np.arange(system.low.size), np.diff(system.matrix.indptr))
    rising, give = value > 0, TOLERANCE / np.abs(value)
    for _ in range(_PASSES):
        least = value * np.where(rising, low[column], high[column])
        most = value * np.where(rising, high[column], low[column])
        # What the other cells of the row take, at least and at most, leaves this one the remainder.
        below = (system.high[row] - _others(least, row, system.low.size)) / value
        above = (system.low[row] - _others(most, row, system.low.size)) / value
        new_low, new_high = low.copy(), high.copy()
        np.minimum.at(new_high, column, np.floor(np.where(rising, below, above) + give))
        np.maximum.at(new_low, column, np.ceil(np.where(rising, above, below) - give))
        if (new_low > new_high).any():
            return None
        if np.array_equal(low, new_low) and np.array_equal(high, new_high):
            break
        low, high = new_low, new_high
    return low, high


def _others(terms: Floats, row: NDArray[np.intp], rows: int) -> Floats:
    """Sum of each term's row without the term itself, infinite when another term is."""
    finite = np.isfinite(terms)
    total = np.bincount(row, np.where(finite, terms, 0.0), rows)[row] - np.where(finite, terms, 0.0)
    # All infinite terms of one call share one sign: least ends are -inf, greatest +inf.
    sign = np.bincount(row, np.where(finite, 0.0, np.sign(terms)), rows)[row] - np.where(finite, 0.0, np.sign(terms))
    return np.where(sign == 0, total, np.copysign(np.inf, sign))


def parts_of(system: System, low: Floats, high: Floats) -> Iterator[Part]:
    """Take known cells and idle rows out, and yield what still hangs together."""
    open_cells = low < high
    fixed = system.matrix @ np.where(open_cells, 0.0, low)
    matrix = system.matrix[:, np.flatnonzero(open_cells)]
    positive, negative = matrix.maximum(0), matrix.minimum(0)
    some_low, some_high = low[open_cells], high[open_cells]
    row_low, row_high = system.low - fixed, system.high - fixed
    least = _product(positive, some_low) + _product(negative, some_high)
    most = _product(positive, some_high) + _product(negative, some_low)
    # A row that holds whatever its cells are would tie parts together for nothing.
    busy = np.flatnonzero((least < row_low - TOLERANCE) | (most > row_high + TOLERANCE))
    matrix, row_low, row_high = matrix[busy], row_low[busy], row_high[busy]
    links = sparse.block_array([[None, matrix], [matrix.T, None]], format="csr") if busy.size else matrix
    count, label = csgraph.connected_components(links, directed=False) if busy.size else (0, np.zeros(0, int))
    where = np.flatnonzero(open_cells)
    for index in range(count):
        rows = np.flatnonzero(label[: busy.size] == index)
        columns = np.flatnonzero(label[busy.size :] == index)
        if rows.size:
            piece = matrix[rows][:, columns]
            yield Part(where[columns], piece, row_low[rows], row_high[rows], some_low[columns], some_high[columns])


def _product(matrix: sparse.csr_array, vector: Floats) -> Floats:
    """Matrix times a vector with infinite entries, where nought times infinity is nought."""
    infinite = np.isinf(vector)
    finite: Floats = matrix @ np.where(infinite, 0.0, vector)
    direction = matrix @ infinite.astype(np.float64)
    return np.where(direction == 0, finite, np.copysign(np.inf, direction))


def has_table(part: Part) -> bool:
    """Say whether a table exists; for whole numbers where the part is small and the search ends."""
    return lower_end(part, np.zeros(part.low.size))[0] != np.inf


def lower_end(part: Part, objective: Floats, *, pursue: bool = True) -> tuple[float, list[Floats]]:
    """Return an end that the objective passes in no table of whole numbers, and the solutions met on the way."""
    # Nothing fits: infinity. No end: minus infinity. A fractional solution is pursued over whole numbers if the part is
    # small; the solutions are then the fractional one and, if one was found, the whole one.
    end, solution = _solve(part, objective, whole=False)
    met = [] if solution is None else [solution]
    if met and pursue and is_small(part) and whole_table(part, met[0]) is None:
        whole_end, solution = _solve(part, objective, whole=True)
        end = max(end, whole_end)
        met += [] if solution is None else [solution]
    return float(np.ceil(end - TOLERANCE)), met


def is_small(part: Part) -> bool:
    """Say whether whole numbers are searched for: 150 cells take about a second, 300 a quarter of a minute."""
    return part.low.size <= _SMALL


def whole_table(part: Part, solution: Floats) -> Floats | None:
    """Return the solution in whole numbers if it was whole, checked against every row."""
    rounded = np.rint(solution)
    sums = part.matrix @ rounded
    fits = (sums >= part.row_low - TOLERANCE).all() and (sums <= part.row_high + TOLERANCE).all()
    return rounded if fits and np.abs(solution - rounded).max() < 10 * TOLERANCE else None


def for_solver(matrix: sparse.sparray) -> sparse.csc_array:
    """Return the matrix by columns with the 32-bit indices that scipy before 1.15 insists on."""
    by_column = sparse.csc_array(matrix)
    indices, starts = by_column.indices.astype(np.int32), by_column.indptr.astype(np.int32)
    return sparse.csc_array((by_column.data, indices, starts), shape=by_column.shape)


def _solve(part: Part, objective: Floats, *, whole: bool) -> tuple[float, Floats | None]:
    for presolve in (True, False):
        found = optimize.milp(
            objective,
            integrality=np.full(objective.size, int(whole)),
            bounds=optimize.Bounds(part.low, part.high),
            constraints=optimize.LinearConstraint(for_solver(part.matrix), part.row_low, part.row_high),
            options={"presolve": presolve, "mip_rel_gap": 0.0, **({"node_limit": _NODES} if whole else {})},
        )
        if found.status == 0:
            return float(found.fun), found.x
        if found.status == 1:  # out of nodes: the proven end, which no table passes
            return -np.inf if found.mip_dual_bound is None else float(found.mip_dual_bound), found.x
        if found.status == 2:
            return np.inf, None
        if found.status == 3:
            return -np.inf, None
        # Status 4 after presolve: without an end or without a table, which the plain algorithm tells apart.
    raise NotEstimableError(f"the solver stopped with {found.message!r}; state fewer or less extreme figures")
