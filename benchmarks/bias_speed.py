"""How fast and how lean a probabilistic bias analysis is, each scheme in a process of its own.

    python benchmarks/bias_speed.py [draws]

The peer, episensr, needs R and cannot be installed beside this package: its recorded figures for the same table and
distributions are printed as such (1.3.0 and 2.0.0; 1.5 to 11 s and 362 to 769 MB for 1,000,000 draws). Wall time
counts; the processor time beside it shows how busy the machine was with something else.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

SECONDS, MEBIBYTES = 1.5, 150.0
PEER = "peer episensr, recorded, not run here: 1.5 to 11 s, 362 to 769 MB"
DRAWS = 1_000_000


def one(scheme: str, draws: int) -> None:
    """Analyse once to warm up and five times on the clock, and print the best with the peak memory of the process."""
    from cseanalysis.distributions import uniform
    from cseanalysis.models.misclassified.bias import probabilistic_bias

    best, cpu = float("inf"), float("inf")
    for _ in range(6):
        start, busy = time.perf_counter(), time.process_time()
        analysis = probabilistic_bias(
            (215, 1449, 668, 4296),
            sensitivity=uniform(0.7, 0.95),
            specificity=uniform(0.9, 0.99),
            scheme=scheme,  # type: ignore[arg-type]
            draws=draws,
            seed=1,
        )
        median, ends = analysis.odds_ratio.median, analysis.odds_ratio.interval(0.95)
        elapsed = time.perf_counter() - start
        if elapsed < best:
            best, cpu = elapsed, time.process_time() - busy
        del analysis
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    good = best <= SECONDS and peak <= MEBIBYTES
    print(
        f"{scheme}: {draws:,} draws with median and 95% ends {best:.3f} s wall, {cpu:.3f} s processor "
        f"(limit {SECONDS:g} s), peak of the whole process {peak:.0f} MiB (limit {MEBIBYTES:g}); odds ratio "
        f"{median:.4f} ({ends.low:.4f} to {ends.high:.4f}); {'holds' if good else 'FAILS'}"
    )
    sys.exit(0 if good else 1)


def main() -> int:
    """Run both schemes; the exit code is 1 when a promise fails."""
    draws = sys.argv[1] if len(sys.argv) > 1 else str(DRAWS)
    codes = [
        subprocess.run([sys.executable, __file__, scheme, draws], check=False).returncode
        for scheme in ("fox-2005", "fox-2021")
    ]
    print(PEER)
    return max(codes)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        one(sys.argv[1], int(sys.argv[2]))
    sys.exit(main())
