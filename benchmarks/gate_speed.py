"""How long the gate needs for every pair of the register: once as a table, once pair by pair with its reasons.

    python benchmarks/gate_speed.py

No other package decides whether two published figures may be compared, so there is no peer to time.
"""

from __future__ import annotations

import time
from itertools import combinations

from cseanalysis.register import compare, compare_all
from cseanalysis.study import load_figures

LIMIT = 6.0  # seconds, for about 870 figures


def main() -> None:
    """Print both times beside the limit."""
    start = time.perf_counter()
    figures = load_figures()
    print(f"load and check {len(figures)} figures: {time.perf_counter() - start:.2f} s")
    start = time.perf_counter()
    table = compare_all(figures.values())
    took = time.perf_counter() - start
    print(f"table of {len(table):,} pairs: {took:.2f} s ({'within' if took < LIMIT else 'OVER'} {LIMIT:g} s)")
    start = time.perf_counter()
    said = sum(len(compare(first, second).reasons) for first, second in combinations(figures.values(), 2))
    print(f"pair by pair, {said:,} reasons worded: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
