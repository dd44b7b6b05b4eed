"""Competing outcomes of 100,000 cases, and a pipeline of 100,000 draws over 60 quarters, against peers in one run.

Run ``python benchmarks/delay_speed.py``. Peers for outcomes are lifelines, which jitters ties at random and needs
minutes for all, so it has a tenth of the cases, and scikit-survival, without variances; the peer for the pipeline is
the script that people write: the same draws of one delay and probability each, with a loop over the stages and
``numpy.convolve``. Each runs in a process of its own; time and processor time (for machines that are busy) are without
imports.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

CASES = 100_000
DRAWS = 100_000
QUARTERS = 60


def _cases(tied: bool) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    times = rng.exponential(10, CASES)
    return np.ceil(times * 4) if tied else times, rng.integers(0, 3, CASES)


def ours(tied: bool) -> Callable[[], str]:
    """Use the library."""
    from cseanalysis.models.delays.incidence import cumulative_incidence

    times, events = _cases(tied)

    def run() -> str:
        frame = cumulative_incidence(times, events)
        row = frame[frame["event"] == 1].iloc[-1]
        return f"{row['incidence']:.6f} ({row['standard_error']:.6f})"

    return run


def lifelines(tied: bool) -> Callable[[], str]:
    """Use lifelines, with variances."""
    import warnings

    from lifelines import AalenJohansenFitter

    warnings.simplefilter("ignore")  # that it jitters ties at random
    times, events = (values[: CASES // 10] for values in _cases(tied))

    def run() -> str:
        fitter = AalenJohansenFitter(seed=1).fit(times, events, event_of_interest=1)
        return f"{fitter.cumulative_density_.iloc[-1, 0]:.6f} ({np.ravel(fitter.variance_)[-1] ** 0.5:.6f})"

    return run


def scikit_survival(tied: bool) -> Callable[[], str]:
    """Use scikit-survival, without variances."""
    from sksurv.nonparametric import cumulative_incidence_competing_risks

    times, events = _cases(tied)
    return lambda: f"{cumulative_incidence_competing_risks(events, times)[1][1, -1]:.6f}"


def pipeline(draws: int) -> Callable[[], str]:
    """Use the library: three stages, all uncertain, Poisson noise, all intervals."""
    from cseanalysis.distributions import beta, pert, uniform
    from cseanalysis.models.pipeline.simulation import Stage, UncertainDelay, simulate_pipeline

    stages = [
        Stage("charged", pert(0.1, 0.15, 0.2), UncertainDelay("gamma", uniform(0.5, 2), uniform(200, 320))),
        Stage("tried", uniform(0.7, 0.9), UncertainDelay("gamma", uniform(0.5, 2), uniform(250, 450))),
        Stage("convicted", beta(70, 30), UncertainDelay("gamma", uniform(0.5, 2), uniform(20, 60))),
    ]

    def run() -> str:
        table = simulate_pipeline([25_000] * QUARTERS, stages, period_days=91.3125, draws=draws, seed=0).events
        low, high = table.iloc[-1][["low", "high"]]
        return f"convictions in the last quarter {low:,.0f} to {high:,.0f}"

    return run


def by_hand(draws: int) -> Callable[[], str]:
    """Draw by draw with scipy and numpy, every delay its own."""
    from scipy import stats

    def run() -> str:
        rng = np.random.default_rng(1)
        last = np.empty(draws)
        ends = np.arange(QUARTERS + 1) * 91.3125
        for draw in range(draws):
            events = np.full(QUARTERS, 25_000.0)
            chances = (0.1 + 0.1 * rng.beta(3, 3), rng.uniform(0.7, 0.9), rng.beta(70, 30))
            for chance, (low, high) in zip(chances, ((200, 320), (250, 450), (20, 60)), strict=True):
                shape = rng.uniform(0.5, 2)
                scale = rng.uniform(low, high) / stats.gamma.ppf(0.5, shape)
                mass = np.diff(stats.gamma.cdf(ends, shape, scale=scale))
                events = chance * np.convolve(events, mass)[:QUARTERS]
            last[draw] = rng.poisson(events[-1])
        low, high = np.quantile(last, [0.025, 0.975])
        return f"convictions in the last quarter {low:,.0f} to {high:,.0f}"

    return run


JOBS: dict[str, Callable[[], Callable[[], str]]] = {
    "outcomes, ours, continuous times": lambda: ours(False),
    "outcomes, ours, tied times": lambda: ours(True),
    "outcomes, lifelines, tied times, a tenth of the cases": lambda: lifelines(True),
    "outcomes, scikit-survival, tied times": lambda: scikit_survival(True),
    "pipeline, ours": lambda: pipeline(DRAWS),
    "pipeline, by hand (a hundredth of the draws)": lambda: by_hand(DRAWS // 100),
}


def main() -> None:
    """Run each job in its own process, or, when named, one of them here."""
    if len(sys.argv) == 2:
        try:
            run = JOBS[sys.argv[1]]()
        except ModuleNotFoundError as error:
            print(f"{sys.argv[1]:56} not run: {error}")
            return
        start, before = time.perf_counter(), time.process_time()
        found = run()
        elapsed, processor = time.perf_counter() - start, time.process_time() - before
        mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{sys.argv[1]:56}{elapsed:7.3f} s (processor {processor:.3f} s) {mebibytes:5.0f} MiB  {found}")
        return
    print(f"{CASES:,} cases, target under 0.3 s; {DRAWS:,} draws, {QUARTERS} quarters, target under 3 s", flush=True)
    for name in JOBS:
        subprocess.run([sys.executable, __file__, name], check=True)


if __name__ == "__main__":
    main()
