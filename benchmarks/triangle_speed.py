"""Chain ladder, bootstrap, nowcast and competing exits on ten origins by ten lags, against chainladder-python.

Run ``python benchmarks/triangle_speed.py``; without chainladder the peer is left out. The peer's bootstrap has no
process variance (its draws are of the mean), so it does less. Each job runs in a process of its own. Time is the median
of the repeats, the first one left out, the making of the triangle included where the peer's includes it; memory is the
most that the whole process held, interpreter and imports included.
Targets: chain ladder under 2 ms; 10,000 bootstrap draws with process variance under 0.15 s and 150 MiB.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

DRAWS = 10_000


def counts() -> pd.DataFrame:
    """Make ten origins whose recent corner is unknown."""
    rng = np.random.default_rng(1)
    shares = np.array([0.10, 0.20, 0.20, 0.15, 0.12, 0.09, 0.06, 0.04, 0.03, 0.01])
    cumulative = rng.poisson(1000 * np.outer(np.linspace(0.8, 1.2, 10), shares)).cumsum(axis=1).astype(np.float64)
    seen = np.add.outer(np.arange(10), np.arange(10)) < 10
    return pd.DataFrame(np.where(seen, cumulative, np.nan), index=range(2014, 2024))


def ladder() -> Callable[[], Any]:
    """Use the library: triangle and Mack's errors."""
    from cseanalysis.models.triangles.chain_ladder import chain_ladder
    from cseanalysis.models.triangles.triangle import Triangle

    frame = counts()
    return lambda: chain_ladder(Triangle(frame, "year")).total_standard_error


def bootstrap() -> Callable[[], Any]:
    """Use the library: draws with process variance."""
    from cseanalysis.models.triangles.bootstrap import bootstrap_chain_ladder
    from cseanalysis.models.triangles.triangle import Triangle

    frame = counts()
    return lambda: bootstrap_chain_ladder(Triangle(frame, "year"), draws=DRAWS, seed=0).variance ** 0.5


def nowcasts() -> Callable[[], Any]:
    """Use the library: a nowcast of all origins."""
    from cseanalysis.models.triangles.nowcasting import nowcast
    from cseanalysis.models.triangles.triangle import Triangle

    frame = counts()
    return lambda: nowcast(Triangle(frame, "year"), draws=DRAWS, seed=0).outstanding.variance ** 0.5


def exits() -> Callable[[], Any]:
    """Use the library: two exits from cohorts of 3,000."""
    from cseanalysis.models.triangles.exits import competing_exits
    from cseanalysis.models.triangles.triangle import Triangle

    made = Triangle(counts(), "year")
    cohort = pd.Series(3000, index=made.origins)
    return lambda: competing_exits(cohort, {"charged": made, "closed": made}, draws=DRAWS, seed=0).dispersion


def peer_triangle() -> Any:
    """Give the peer the same triangle."""
    import chainladder

    long = counts().stack().dropna().rename_axis(["origin", "lag"]).rename("counts").reset_index()
    long["seen"] = pd.to_datetime((long["origin"] + long["lag"]).astype(str) + "-12-31")
    long["origin"] = pd.to_datetime(long["origin"].astype(str) + "-01-01")
    return chainladder.Triangle(long, origin="origin", development="seen", columns="counts", cumulative=True)


def peer_ladder() -> Callable[[], Any]:
    """Use chainladder-python for Mack's errors, its triangle ready made."""
    import chainladder

    made = peer_triangle()

    def run() -> Any:
        developed = chainladder.Development(sigma_interpolation="mack").fit_transform(made)
        return float(np.ravel(chainladder.MackChainladder().fit(developed).total_mack_std_err_)[0])

    return run


def peer_bootstrap() -> Callable[[], Any]:
    """Use chainladder-python for draws without process variance, its triangle ready made."""
    import chainladder

    made = peer_triangle()

    def run() -> Any:
        drawn = chainladder.BootstrapODPSample(n_sims=DRAWS, random_state=1).fit_transform(made)
        return float(np.nanstd(chainladder.Chainladder().fit(drawn).ibnr_.sum("origin").values))

    return run


JOBS: dict[str, tuple[Callable[[], Callable[[], Any]], int]] = {
    "ours, Mack": (ladder, 200),
    "ours, bootstrap with process variance": (bootstrap, 9),
    "ours, nowcast": (nowcasts, 9),
    "ours, competing exits": (exits, 5),
    "peer, Mack": (peer_ladder, 5),
    "peer, bootstrap without process variance": (peer_bootstrap, 2),
}


def main() -> None:
    """Run each job in its own process, or, when named, one of them here."""
    if len(sys.argv) == 3:
        import warnings

        warnings.simplefilter("ignore")  # the peer's
        make, repeats = JOBS[sys.argv[2]]
        run = make()
        result = run()
        seconds = []
        for _ in range(repeats):
            start = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - start)
        mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{sys.argv[2]:45}{statistics.median(seconds) * 1e3:9.2f} ms {mebibytes:6.0f} MiB  {result:,.4f}")
        return
    for name in JOBS:
        if name.startswith("peer") and find_spec("chainladder") is None:
            print(f"{name:45}left out: chainladder is not installed")
        else:
            subprocess.run([sys.executable, __file__, "one", name], check=True)


if __name__ == "__main__":
    main()
