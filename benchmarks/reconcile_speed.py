"""Ranges of suppressed cells in a table of 43 forces x 12 quarters x 13 codes with its published margins.

Run ``python benchmarks/reconcile_speed.py``; each line gives the margins, what is hidden, seconds and peak memory.
The peer asks two linear programmes of `scipy.optimize.linprog` per hidden cell, over the hidden cells only.
"""

from __future__ import annotations

import itertools
import resource
import time

import numpy as np
from scipy import optimize, sparse

from cseanalysis.register.reconciliation.cells import reconcile
from cseanalysis.register.reconciliation.statements import Statement, count

SIZES = {"force": 43, "quarter": 12, "code": 13}
LARGEST_HIDDEN = 4
PEER_CELLS = 20  # the peer is timed on so many cells and multiplied up


def example(kept: tuple[tuple[int, ...], ...], mean: float) -> tuple[list[Statement], np.ndarray]:
    """Draw a table, hide every count from 1 to 4 and publish the margins over the axes that are kept."""
    table = np.random.default_rng(1).negative_binomial(0.7, 0.7 / (0.7 + mean), tuple(SIZES.values()))
    names = np.array([" ".join(map(str, place)) for place in np.ndindex(table.shape)]).reshape(table.shape)
    said = [
        count(str(name), at_least=1, at_most=LARGEST_HIDDEN)
        if 1 <= number <= LARGEST_HIDDEN
        else count(str(name), int(number))
        for name, number in zip(names.ravel(), table.ravel(), strict=True)
    ]
    for axes in kept:
        front = np.moveaxis(names, axes, range(len(axes))).reshape(*(table.shape[axis] for axis in axes), -1)
        totals = np.moveaxis(table, axes, range(len(axes))).reshape(front.shape).sum(axis=-1)
        for place in np.ndindex(totals.shape):
            cells = [str(name) for name in front[place]]
            said.append(count(cells, int(totals[place]), id=f"margin {axes} {place}"))
    return said, table


def peer_seconds(said: list[Statement]) -> float:
    """Two programmes per hidden cell, timed on some of them."""
    number: dict[str, int] = {}
    known: dict[str, float] = {}
    for row in itertools.chain.from_iterable(statement.rows for statement in said):
        if len(row.cells) == 1 and row.low == row.high:
            known[row.cells[0]] = row.low
        elif len(row.cells) == 1:
            number[row.cells[0]] = len(number)
    sums = [row for statement in said for row in statement.rows if len(row.cells) > 1]
    places = [(place, number[cell]) for place, row in enumerate(sums) for cell in row.cells if cell in number]
    where = tuple(np.array(places).T)
    matrix = sparse.csr_array((np.ones(len(places)), where), shape=(len(sums), len(number)))
    right = np.array([row.low - sum(known.get(cell, 0.0) for cell in row.cells) for row in sums])
    start = time.perf_counter()
    for cell in np.linspace(0, len(number) - 1, PEER_CELLS).astype(int):
        for sign in (1.0, -1.0):
            objective = np.zeros(len(number))
            objective[cell] = sign
            optimize.linprog(objective, A_eq=matrix, b_eq=right, bounds=(1, LARGEST_HIDDEN), method="highs")
    return (time.perf_counter() - start) / PEER_CELLS * len(number)


def main() -> None:
    """Print one line per set of margins."""
    two_way = ((0, 1), (0, 2), (1, 2))
    for label, kept, mean in (
        ("all two-way margins", two_way, 40.0),
        ("all two-way margins", two_way, 8.0),
        ("one-way margins", ((0,), (1,), (2,)), 40.0),
    ):
        said, table = example(kept, mean)
        hidden = int(((table >= 1) & (table <= LARGEST_HIDDEN)).sum())
        start = time.perf_counter()
        found = reconcile(said)
        seconds = time.perf_counter() - start
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        laid_open = int((found.cells["low"] == found.cells["high"]).sum()) - (table.size - hidden)
        print(
            f"{label}: {table.size:,} cells, {hidden:,} hidden, {laid_open:,} laid open, "
            f"{int((~found.cells['sharp']).sum())} not sharp: {seconds:.1f} s; "
            f"peer about {peer_seconds(said):.0f} s; peak {megabytes:.0f} MB",
            flush=True,
        )
    # The same table with one margin misprinted by one.
    *said, last = example(two_way, 40.0)[0]
    wrong = count(last.rows[0].cells, int(last.rows[0].low) + 1, id="misprint")
    start = time.perf_counter()
    found = reconcile([*said, wrong])
    seconds = time.perf_counter() - start
    print(f"one margin misprinted by 1: {len(found.conflicts[0])} statements, drop {found.repairs}: {seconds:.1f} s")


if __name__ == "__main__":
    main()
