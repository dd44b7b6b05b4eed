"""The smallest sets of statements that cannot all be true."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse
from scipy.sparse import csgraph

from cseanalysis.register.reconciliation.linear import TOLERANCE, System, for_solver, has_table, narrow, parts_of

Members = tuple[int, ...]
MOST = 10  # sets that are listed
_SEARCHED = 600  # statements of a part that are searched for its smallest set
_ROUNDS = 300  # hitting sets that are tried before settling for irreducible


def consistent(system: System, members: Sequence[int]) -> bool:
    """Say whether some table of whole numbers meets all statements in ``members``."""
    chosen = system.only(np.asarray(members, dtype=np.intp))
    box = narrow(chosen)
    return box is not None and all(has_table(part) for part in parts_of(chosen, *box))


def smallest_conflicts(system: System) -> tuple[tuple[Members, ...], bool]:
    """Return the smallest contradicting sets of each part that hangs together, and whether they surely are."""
    found: list[Members] = []
    exact = True
    for members in _hanging_together(system):
        if len(found) < MOST and not consistent(system, members):
            sets, smallest = _smallest(system, members, MOST - len(found))
            found += sets
            exact &= smallest
    return tuple(sorted(found, key=lambda members: (len(members), members))), exact


def repairs(system: System, conflicts: Sequence[Members]) -> Members:
    """Return the statements of which any one, dropped, leaves the rest consistent."""
    everything = {int(index) for index in system.statement}
    # Only what stands in every conflict can mend them all.
    shared = set.intersection(*(set(members) for members in conflicts))
    return tuple(index for index in sorted(shared) if consistent(system, sorted(everything - {index})))


def gap(system: System, members: Sequence[int]) -> float:
    """Return the smallest total by which inequalities must give way, in counts, for ``members`` to agree."""
    missed, _ = _elastic(system, np.asarray(members, dtype=np.intp), np.zeros(0, dtype=np.intp))
    total = float(sum(missed.values()))
    return 0.0 if total < TOLERANCE else total


def _smallest(system: System, members: Members, most: int) -> tuple[list[Members], bool]:
    """Find all smallest conflicts, or one irreducible conflict where that would take too long."""
    # A conflict meets everything whose removal repairs the whole; so the smallest set that does, once it contradicts
    # itself, is a smallest conflict (Ignatiev et al. 2015).
    removals: list[frozenset[int]] = []
    found: list[Members] = []
    for _ in range(_ROUNDS if len(members) <= _SEARCHED else 0):
        hitting = _smallest_hitting_set(members, removals, found)
        if hitting is None or (found and len(hitting) > len(found[0])):
            return found, True
        if not consistent(system, hitting):
            found.append(hitting)
            if len(found) == most:
                return found, True
            continue
        # Several removals that share nothing raise the hitting set faster than one at a time.
        held = set(hitting)
        while True:
            removal = frozenset(members) - _grown(system, held, members)
            removals.append(removal)
            held |= removal
            if not consistent(system, sorted(held)):
                break
    return found or [_irreducible(system, members)], False


def _smallest_hitting_set(
    members: Members, removals: Sequence[frozenset[int]], found: Sequence[Members]
) -> Members | None:
    """Return the fewest statements that meet every removal and contain no conflict found before."""
    rows = [*removals, *map(frozenset, found)]
    if not rows:
        return ()
    position = {member: index for index, member in enumerate(members)}
    columns = [position[member] for row in rows for member in sorted(row)]
    starts = np.cumsum([0, *map(len, rows)])
    matrix = sparse.csr_array((np.ones(len(columns)), columns, starts), shape=(len(rows), len(members)))
    low = np.repeat([1.0, -np.inf], [len(removals), len(found)])
    high = np.array([np.inf] * len(removals) + [len(conflict) - 1.0 for conflict in found])
    solved = optimize.milp(
        np.ones(len(members)),
        integrality=np.ones(len(members)),
        bounds=optimize.Bounds(0, 1),
        constraints=optimize.LinearConstraint(for_solver(matrix), low, high),
    )
    return None if solved.x is None else tuple(members[index] for index in np.flatnonzero(solved.x > 0.5))


def _grown(system: System, held: set[int], members: Members) -> frozenset[int]:
    """Add statements to consistent ones until none can be added."""
    free = np.array(sorted(set(members) - held), dtype=np.intp)
    missed, _ = _elastic(system, free, np.array(sorted(held), dtype=np.intp))
    kept = held | {index for index in free.tolist() if missed[index] < TOLERANCE}
    if not consistent(system, sorted(kept)):  # they agree for fractions only
        kept = set(held)
    for index in free.tolist():
        if index not in kept and consistent(system, sorted(kept | {index})):
            kept.add(index)
    return frozenset(kept)


def _elastic(
    system: System, free: NDArray[np.intp], held: NDArray[np.intp]
) -> tuple[dict[int, float], tuple[int, ...]]:
    """Let free statements give way as little as possible in all while ``held`` hold."""
    # Returns by how much each free statement gives way, and the statements with a price: those that force the total and
    # so contradict each other by themselves (Farkas' lemma).
    chosen = system.only(np.concatenate([free, held]))
    below, above = np.flatnonzero(np.isfinite(chosen.high)), np.flatnonzero(np.isfinite(chosen.low))
    row = np.concatenate([below, above])
    sign = np.repeat([1.0, -1.0], [below.size, above.size])
    gives = np.isin(chosen.statement, free).astype(np.float64)
    slack = sparse.csr_array((-gives[row], (np.arange(row.size), row)), shape=(row.size, gives.size))
    sides = sparse.diags_array(sign) @ chosen.matrix[row]
    cells = chosen.matrix.shape[1]
    solved = optimize.linprog(
        np.repeat([0.0, 1.0], [cells, gives.size]),
        A_ub=for_solver(sparse.hstack([sides, slack])),
        b_ub=sign * np.concatenate([chosen.high[below], chosen.low[above]]),
        method="highs",
    )
    missed = dict.fromkeys(free.tolist(), 0.0)
    if solved.x is None:  # only when ``held`` are consistent in no way at all
        return missed, ()
    for index, amount in zip(chosen.statement.tolist(), solved.x[cells:].tolist(), strict=True):
        if index in missed:
            missed[index] += amount
    priced = row[np.abs(solved.ineqlin.marginals) > TOLERANCE]
    return missed, tuple(sorted({int(index) for index in chosen.statement[priced]}))


def _irreducible(system: System, members: Members) -> Members:
    """Drop statements, in blocks and then singly, while the rest still contradict each other."""
    _, priced = _elastic(system, np.asarray(members, dtype=np.intp), np.zeros(0, dtype=np.intp))
    # Prices know of fractions only; a contradiction of whole numbers is looked for among all.
    kept = list(members if consistent(system, priced) else priced)
    start, block = 0, max(len(kept) // 4, 1)
    while start < len(kept):
        without = kept[:start] + kept[start + block :]
        if not consistent(system, without):
            kept = without
        elif block > 1:
            block //= 2
        else:
            start += 1
    return tuple(kept)


def _hanging_together(system: System) -> list[Members]:
    """Group the statements that share cells, directly or through others."""
    row, cell = system.matrix.nonzero()
    # A statement is dropped as a whole, so it is one node, whether or not its rows share cells.
    first_cell = int(system.statement.max()) + 1
    nodes = first_cell + len(system.cells)
    links = sparse.csr_array((np.ones(row.size), (system.statement[row], first_cell + cell)), shape=(nodes, nodes))
    _, label = csgraph.connected_components(links, directed=False)
    groups: dict[int, list[int]] = {}
    for index in np.unique(system.statement).tolist():
        groups.setdefault(int(label[index]), []).append(index)
    return [tuple(group) for group in groups.values()]
