"""Specifications and scenarios: how fast, what a cluster costs, and whether memory grows with their number.

Run ``python benchmarks/scenario_speed.py`` from the checkout. The cheap part of the study is 1,000 specifications of
offences, coverage and delay, with their bounds, one after the other and on threads; a bound is 40 to 60 evaluations. A
Dask cluster of two processes runs tasks of two seconds that only wait, so that the ratio is its overhead and not that
of a busy machine. Memory is the peak of a process of its own that runs 50 or 400 scenarios of the study's size.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

SPECIFICATIONS = 1000
TASKS = 12
SECONDS = 2.0
SCENARIOS = (50, 400)


def specifications(workers: int) -> str:
    """Run 1,000 specifications of the charges visible."""
    from cseanalysis.sensitivity import multiverse
    from cseanalysis.study import load_assumptions, load_figures, read_table
    from cseanalysis.study.sensitivity.curves import REFUSALS, study_curves
    from cseanalysis.study.sensitivity.judged import read_curve_options

    tables = (read_table(name) for name in ("recorded_offences", "revision_2017_18"))
    curves = study_curves(*tables, load_figures(), load_assumptions(), read_curve_options())
    curve = next(curve for curve in curves if curve.id == "charges_visible_newest")
    # Shapes beside the own ones make up the number; as in the study, three scopes share the delays they are bounds of.
    shapes = {f"{0.5 + n / 1000:.3f} to {2 - n / 1000:.3f}": (0.5 + n / 1000, 2 - n / 1000) for n in range(84)}
    choices: dict[str, Any] = {name: dict(islice(options.items(), 3)) for name, options in curve.choices.items()}
    choices |= {"coverage": dict(islice(curve.choices["coverage"].items(), 1)), "delay_shapes": shapes}
    choices |= {"delay_family": {"gamma": "gamma"}}
    choices["median"] = dict(islice(choices["median"].items(), 2))
    start = time.perf_counter()
    table = multiverse(curve.model, choices, refusals=REFUSALS, workers=workers)
    return f"{len(table):,} in {time.perf_counter() - start:5.1f} s (target 20 s on 2 cores)"


def wait(task: int) -> int:
    """Take two seconds of no work."""
    time.sleep(SECONDS)
    return task


def overhead() -> str:
    """Compare tasks on a cluster of two processes with what they take by themselves."""
    import distributed

    from cseanalysis.sensitivity.runs import spread_tasks

    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        start = time.perf_counter()
        spread_tasks(wait, range(TASKS), scheduler=cluster.scheduler_address)
        elapsed = time.perf_counter() - start
    alone = TASKS * SECONDS / 2
    return f"{TASKS} tasks of {SECONDS:g} s on 2 workers: {elapsed:.2f} s, {100 * (elapsed / alone - 1):.1f}% over"


def memory(count: int) -> str:
    """Run scenarios whose results are the study's, computed once, and return the peak of memory."""
    from cseanalysis.study import find_project
    from cseanalysis.study import scenarios as module

    project = find_project()
    results = json.loads(project.results.read_text(encoding="utf-8"))
    module.compute_results = lambda *_, **__: results
    with tempfile.TemporaryDirectory() as name:
        paths = []
        for number in range(count):
            path = Path(name) / f"number_{number}.toml"
            path.write_text(
                'title = "t"\nwhy = "w"\nsource = "s"\n[assumptions.contact_share]\n'
                f'low = 0.6\nhigh = {0.6 + number / 10000}\nreason = "r"\nsource = "s"\nlocator = "l"\n',
                encoding="utf-8",
            )
            paths.append(path)
        start = time.perf_counter()
        module.run_scenarios(project, paths, out=Path(name) / "out")
        elapsed = time.perf_counter() - start
    mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{count} scenarios, written in {elapsed:5.1f} s: {mebibytes:5.0f} MiB"


JOBS = {
    "specifications, one thread": lambda: specifications(1),
    "specifications, two threads": lambda: specifications(2),
    "cluster": overhead,
    **{f"memory {count}": lambda count=count: memory(count) for count in SCENARIOS},
}


def main() -> None:
    """Run each job in a process of its own, or, when named, one of them here."""
    if len(sys.argv) == 2:
        try:
            said = JOBS[sys.argv[1]]()
        except ModuleNotFoundError as error:
            said = f"not run: {error}"
        print(f"{sys.argv[1]:32}{said}", flush=True)
        return
    for name in JOBS:
        subprocess.run([sys.executable, __file__, name], check=True)


if __name__ == "__main__":
    main()
