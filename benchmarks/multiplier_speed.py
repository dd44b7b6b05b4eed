"""Ten million multiplier draws with quantiles, against the division that people write by hand, in one run.

Run ``python benchmarks/multiplier_speed.py [draws]``. No published package does this job, so the peer is the usual
script: draw each probability with numpy, divide, take the quantiles; its correlated version transforms normal scores
with scipy. Each measurement runs in a process of its own; memory is the most that the whole process held, interpreter
and imports included. Time and processor time (for machines that are busy) are those of drawing and taking
quantiles, without imports.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

RECORDED = 100_000
QUANTILES = [0.025, 0.5, 0.975]
CORRELATION = 0.5


def ours(draws: int, workers: int = 1, **options: Any) -> Callable[[], Any]:
    """Use the library."""
    from cseanalysis.distributions import Distribution, beta, pert, uniform
    from cseanalysis.models.totals.multiplier import simulate_total

    links: dict[str, Distribution] = {"told": beta(20, 80), "reported": pert(0.2, 0.4, 0.6), "kept": uniform(0.74, 1.0)}

    def run() -> Any:
        total = simulate_total(RECORDED, links, draws=draws, seed=1, workers=workers, **options)
        return total.quantile(QUANTILES)

    return run


def by_hand(draws: int) -> Callable[[], Any]:
    """Draw, divide, take quantiles."""

    def run() -> Any:
        rng = np.random.default_rng(1)
        told, reported = rng.beta(20, 80, draws), 0.2 + 0.4 * rng.beta(3, 3, draws)
        total = RECORDED / (told * reported * rng.uniform(0.74, 1.0, draws))
        return np.quantile(total, QUANTILES)

    return run


def by_hand_correlated(draws: int) -> Callable[[], Any]:
    """Transform correlated normal scores by scipy's quantile functions, as every tutorial on copulas does."""
    from scipy import stats

    def run() -> Any:
        rng = np.random.default_rng(1)
        matrix = np.full((3, 3), CORRELATION) + (1 - CORRELATION) * np.eye(3)
        uniform = stats.norm.cdf(rng.multivariate_normal(np.zeros(3), matrix, draws))
        told, reported = stats.beta(20, 80).ppf(uniform[:, 0]), stats.beta(3, 3, 0.2, 0.4).ppf(uniform[:, 1])
        total = RECORDED / (told * reported * stats.uniform(0.74, 0.26).ppf(uniform[:, 2]))
        return np.quantile(total, QUANTILES)

    return run


JOBS: dict[str, Callable[[int], Callable[[], Any]]] = {
    "ours, independent": ours,
    "ours, independent, two workers": lambda draws: ours(draws, 2),
    "ours, correlated": lambda draws: ours(draws, correlation=CORRELATION),
    "ours, correlated, Poisson noise": lambda draws: ours(draws, correlation=CORRELATION, noise="poisson"),
    "numpy by hand, independent": by_hand,
    "scipy by hand, correlated (a tenth of the draws)": lambda draws: by_hand_correlated(draws // 10),
}


def main() -> None:
    """Run each job in its own process, or, when named, one of them here."""
    if len(sys.argv) == 3:
        run = JOBS[sys.argv[2]](int(sys.argv[1]))
        start, before = time.perf_counter(), time.process_time()
        quantiles = run()
        elapsed, processor = time.perf_counter() - start, time.process_time() - before
        mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        ends = ", ".join(f"{value:,.0f}" for value in quantiles)
        print(f"{sys.argv[2]:50}{elapsed:5.2f} s (processor {processor:.2f} s) {mebibytes:5.0f} MiB  {ends}")
        return
    draws = sys.argv[1] if len(sys.argv) > 1 else "10000000"
    print(f"{int(draws):,} draws of three links, quantiles {QUANTILES}; target: under 1.5 s and 200 MiB", flush=True)
    for name in JOBS:
        subprocess.run([sys.executable, __file__, draws, name], check=True)


if __name__ == "__main__":
    main()
