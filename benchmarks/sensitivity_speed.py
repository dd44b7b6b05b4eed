"""Sobol indices of eight inputs, against SALib in the same run where it is installed, and the other variance shares.

Run ``python benchmarks/sensitivity_speed.py [samples]``. The model is the g-function of Sobol (Saltelli and Sobol 1995)
with eight inputs, whose indices are known; errors are the largest over all indices. Times are from inputs to indices
with their intervals, the best of two, both sides called in turn; SALib resamples 100 times (its default), we 1,000
times. Nothing else is needed: without SALib (``pip install SALib``) our figures are printed alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from cseanalysis.distributions import pert, uniform
from cseanalysis.sensitivity import pawn, shapley, sobol

WEIGHTS = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
NAMES = [f"x{place}" for place in range(len(WEIGHTS))]
INPUTS = dict.fromkeys(NAMES, uniform(0.0, 1.0))
REPEATS = 2


def g_function(**inputs: np.ndarray) -> np.ndarray:
    """Return the product of ``(|4 x - 2| + a) / (1 + a)``."""
    value = np.ones(len(inputs[NAMES[0]]))
    for name, weight in zip(NAMES, WEIGHTS, strict=True):
        value *= (np.abs(4 * inputs[name] - 2) + weight) / (1 + weight)
    return value


def answers() -> tuple[np.ndarray, np.ndarray]:
    """Return first orders and totals in closed form."""
    own = 1 / (3 * (1 + WEIGHTS) ** 2)
    variance = np.prod(1 + own) - 1
    return own / variance, own * np.prod(1 + own) / (1 + own) / variance


def ours(samples: int, second_order: bool) -> tuple[Any, Any]:
    """Use the library."""
    table = sobol(g_function, INPUTS, samples=samples, seed=1, second_order=second_order)
    return table["first"], table["total"]


def peer(samples: int, second_order: bool) -> tuple[Any, Any]:
    """Use SALib."""
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    problem = {"num_vars": len(NAMES), "names": NAMES, "bounds": [[0, 1]] * len(NAMES)}
    rows = sampling.sample(problem, samples, calc_second_order=second_order, seed=1)
    values = g_function(**dict(zip(NAMES, rows.T, strict=True)))
    found = analysis.analyze(problem, values, calc_second_order=second_order, seed=1)
    return found["S1"], found["ST"]


def timed(job: Callable[[], Any]) -> tuple[float, Any]:
    """Return seconds and the answer."""
    start = time.perf_counter()
    answer = job()
    return time.perf_counter() - start, answer


def main() -> int:
    """Print the measurements; the exit code is 1 when a promise about speed fails."""
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 2**14
    installed = find_spec("SALib") is not None
    failed = False
    for second_order, promise in ((False, 1.0), (True, 3.0)):
        sides: dict[str, Callable[[int, bool], tuple[Any, Any]]] = {"ours": ours} | (
            {"SALib": peer} if installed else {}
        )
        best = dict.fromkeys(sides, np.inf)
        error = {}
        for _ in range(REPEATS):
            for name, side in sides.items():
                seconds, answer = timed(lambda side=side, pairs=second_order: side(samples, pairs))  # type: ignore[misc]
                best[name] = min(best[name], seconds)
                error[name] = max(np.abs(np.subtract(a, b)).max() for a, b in zip(answer, answers(), strict=True))
        what = "first, total and second order" if second_order else "first and total order"
        for name, seconds in best.items():
            print(f"{what}, {samples:,} samples, 8 inputs, {name}: {seconds:.2f} s, largest error {error[name]:.5f}")
        if installed:
            ratio = best["SALib"] / best["ours"]
            failed |= ratio < promise
            verdict = "holds" if ratio >= promise else "FAILS"
            print(f"  {ratio:.1f} times as fast as SALib (at least {promise:g}): {verdict}")
    if not installed:
        print("SALib is not installed, so nothing was compared: pip install SALib")
    curved = dict.fromkeys(NAMES, pert(0.0, 0.3, 1.0))
    seconds, _ = timed(lambda: sobol(g_function, curved, samples=samples, seed=1))
    print(f"first and total order, eight PERT inputs, {samples:,} samples, ours: {seconds:.2f} s")
    for correlation in (None, 0.5):
        seconds, table = timed(lambda c=correlation: shapley(g_function, INPUTS, correlation=c, samples=2**12, seed=1))  # type: ignore[misc]
        print(
            f"Shapley effects, correlation {correlation}, {table['method'].iloc[0]} of 4,096 samples: {seconds:.2f} s, "
            f"largest standard error {table['standard_error'].max():.4f}"
        )
    seconds, _ = timed(lambda: pawn(g_function, INPUTS, samples=samples, seed=1))
    print(f"PAWN with its threshold of chance, {samples:,} samples: {seconds:.2f} s")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
