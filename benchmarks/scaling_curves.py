"""Rows and draws against time and memory, with one worker and with two, and the slopes: the tables of docs/scaling.md.

Run ``python benchmarks/scaling_curves.py [engine ...]``. Invented records of offences are read from Parquet, cleaned by
the same four functions on every engine and counted by quarter recorded, quarter closed and outcome, as the page shows.
Each measurement is a process of its own: wall time and processor time of the job (of all its processes, without
imports and the start of workers or of Java, which are given beside them), and peak memory, the sum over its processes.
The slope is that of log processor time on log size between the two largest sizes; the cost of a further million
rows or draws is the difference between these two sizes. On a machine that others use, wall times say little. Last, what
these costs foretell for ten times the rows (each file ten times) is held against a measurement, on the quickest engine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from math import log
from pathlib import Path
from typing import Any

SIZES = (100_000, 1_000_000, 10_000_000)
FILES = 10
ENGINES = {"pandas": (1,), "polars": (1, 2), "duckdb": (1, 2), "dask": (1, 2), "spark": (1, 2), "draws": (1, 2)}
CHECKED = ("duckdb",)
COLUMNS = (
    "Force Name", "Offence Code", "Financial Year", "Financial Quarter", "Outcome Type", "Date Closed",
)  # fmt: skip
KEYS = ["period_start", "closed", "outcome_group"]
CHOSEN = "offence_scope = 'child_only' and force_type = 'territorial'"
EXAMPLE = """
copy (
    with rows as (
        select i, i % 40 as quarter, hash(i) % 400 as days,
               (1 + hash(i + 2) % 5)::int as force, (1 + hash(i + 3) % 6)::int as code,
               (date '2014-04-01' + to_months((3 * (i % 40))::int) + to_days((hash(i + 1) % 90)::int))::date as recorded
        from range({start}, {stop}) as t(i)
    )
    select 'R' || i as "Reference",
           ['Kent', 'Heddlu Gwent', 'London, City of', 'Avon & Somerset', 'BTP'][force] as "Force Name",
           ['17B', '88A', '71', '86', '23', '8N'][code] as "Offence Code",
           (2014 + quarter // 4)::varchar || '/' || (15 + quarter // 4)::varchar as "Financial Year",
           (1 + quarter % 4)::int as "Financial Quarter",
           recorded as "Date Recorded",
           case when days < 300 then recorded + days::int end as "Date Closed",
           case when days < 100 then '1' when days < 300 then '18' else 'Under investigation' end as "Outcome Type"
    from rows
) to '{path}' (format parquet)
"""


def harmonise(frame: Any) -> Any:
    """Clean, in the same way on every engine."""
    from cseanalysis.clean import harmonise_forces, harmonise_offences, harmonise_outcomes, harmonise_periods

    frame = harmonise_forces(harmonise_offences(frame, quarter="Financial Quarter"))
    return harmonise_outcomes(harmonise_periods(frame, quarter="Financial Quarter"))


def group_pandas(frame: Any) -> Any:
    """Count on pandas or Dask."""
    clean = harmonise(frame)
    chosen = clean[(clean["offence_scope"] == "child_only") & (clean["force_type"] == "territorial")]
    chosen = chosen.assign(closed=chosen["Date Closed"].astype("datetime64[us]").dt.to_period("Q").dt.start_time)
    return chosen.groupby(KEYS, observed=True, dropna=False).size()


def prepare(engine: str, workers: int, folder: str) -> Callable[[int], int]:
    """Import and start what the engine needs, and return the job, which gives the number of cases."""
    files = f"{folder}/*.parquet"
    if engine == "pandas":
        import pandas as pd

        return lambda _: int(group_pandas(pd.read_parquet(folder, columns=list(COLUMNS))).sum())
    if engine == "polars":
        import polars as pl

        closed = pl.col("Date Closed").dt.truncate("1q").alias("closed")

        def streamed(_: int) -> int:
            chosen = harmonise(pl.scan_parquet(files)).filter(offence_scope="child_only", force_type="territorial")
            cells = chosen.group_by("period_start", closed, "outcome_group").agg(cases=pl.len())
            return int(cells.collect(engine="streaming")["cases"].sum())

        return streamed
    if engine == "duckdb":
        import duckdb

        connection = duckdb.connect(config={"threads": workers, "memory_limit": "1GB"})
        counts = "period_start, date_trunc('quarter', \"Date Closed\") as closed, outcome_group, count(*) as cases"

        def queried(_: int) -> int:
            cells = harmonise(connection.read_parquet(files)).filter(CHOSEN).aggregate(counts)
            return sum(row[3] for row in cells.fetchall())

        return queried
    if engine == "dask":
        import dask.dataframe as dd
        from distributed import Client

        client = Client(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, memory_limit="2GiB", processes=True
        )
        client.wait_for_workers(workers)
        return lambda _: int(group_pandas(dd.read_parquet(files, columns=list(COLUMNS))).compute().sum())
    if engine == "spark":
        from pyspark.sql import SparkSession, functions

        os.environ["PYSPARK_PYTHON"] = sys.executable
        builder = SparkSession.builder.master(f"local[{workers}]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.driver.memory", "1g").config("spark.sql.shuffle.partitions", "2")
        session = builder.config("spark.driver.host", "127.0.0.1").getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        until = functions.trunc("Date Closed", "quarter").alias("closed")

        def joined(_: int) -> int:
            chosen = harmonise(session.read.parquet(folder)).filter(CHOSEN)
            cells = chosen.groupBy("period_start", until, "outcome_group").agg(functions.count("*").alias("cases"))
            return sum(row[3] for row in cells.collect())

        return joined
    from cseanalysis.distributions import beta
    from cseanalysis.models import simulate_total

    links = {"told": beta(25, 25), "recorded": beta(40, 10)}
    return lambda size: int(
        simulate_total(400, links, correlation=[[1, 0.5], [0.5, 1]], draws=size, seed=0, workers=workers).median
    )


def usage() -> tuple[float, float]:
    """Return processor seconds of this process and those below it that live, and the sum of their peaks in MiB."""
    parents: dict[int, list[int]] = {}
    seconds: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        except OSError:
            continue  # it ended in the meantime
        process = int(stat.parent.name)
        parents.setdefault(int(fields[1]), []).append(process)
        seconds[process] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    mine = [os.getpid()]
    for process in mine:
        mine += parents.get(process, [])
    peak = 0.0
    for process in mine:
        for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM"):
                peak += int(line.split()[1]) / 1024
    return sum(seconds[process] for process in mine), peak


def measure(engine: str, workers: int, size: int, folder: str) -> None:
    """Run one job here and print what it took."""
    warnings.simplefilter("ignore")
    begin = time.perf_counter()
    job = prepare(engine, workers, folder)
    start, before = time.perf_counter(), usage()[0]
    result = job(size)
    wall = time.perf_counter() - start
    after, peak = usage()
    found = {"start": start - begin, "wall": wall, "processor": after - before, "peak": peak, "result": result}
    print(json.dumps(found), flush=True)


def measured(engine: str, workers: int, size: int, folder: str) -> dict[str, float]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, engine, str(workers), str(size), folder]
    environment = os.environ | {"POLARS_MAX_THREADS": str(workers), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def table(engine: str, folders: dict[int, str], counts: dict[int, float]) -> None:
    """Measure every size with each number of workers, and print rows of a table; all must count the same cases."""
    for workers in ENGINES[engine]:
        took = {size: measured(engine, workers, size, folders[size]) for size in SIZES}
        for size, found in took.items():
            if engine != "draws" and counts.setdefault(size, found["result"]) != found["result"]:
                raise SystemExit(f"{engine} counted {found['result']:,} cases, others {counts[size]:,}")
        small, large = SIZES[-2:]
        processor, wall, peak = (
            ", ".join(f"{took[size][name]:,.{digits}f}" for size in SIZES)
            for name, digits in (("processor", 1), ("wall", 1), ("peak", 0))
        )
        slope = log(took[large]["processor"] / took[small]["processor"]) / log(large / small)
        further = (took[large]["processor"] - took[small]["processor"]) / (large - small) * 1e6
        begin = max(each["start"] for each in took.values())
        print(
            f"| {engine} | {workers} | {begin:.1f} | {processor} | {wall} | {slope:.2f} | {further:.2f} | {peak} |",
            flush=True,
        )
        if engine in CHECKED and workers == 2:
            foretold = took[large]["processor"] + further * 9 * large / 1e6
            found = measured(engine, workers, 10 * large, folders[10 * large])
            if found["result"] != 10 * took[large]["result"]:
                raise SystemExit(f"{engine} counted {found['result']:,}, not ten times {took[large]['result']:,}")
            print(
                f"{engine}, {10 * large:,} rows: {foretold:.1f} s of processor time foretold, "
                f"{found['processor']:.1f} s measured, {found['wall']:.1f} s wall, peak {found['peak']:,.0f} MiB",
                flush=True,
            )


def main(engines: list[str]) -> None:
    """Write the records once and measure each engine on them."""
    import duckdb

    print(f"{', '.join(f'{size:,}' for size in SIZES)} rows or draws; load {os.getloadavg()[0]:.1f}")
    print("| Engine | Workers | Start, s | Processor, s | Wall, s | Slope | s per further million | Peak, MiB |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folders = {size: f"{name}/{size}" for size in SIZES}
        for size, folder in folders.items():
            Path(folder).mkdir()
            step = size // FILES
            for part in range(FILES) if engines != ["draws"] else ():
                path = f"{folder}/{part}.parquet"
                duckdb.sql(EXAMPLE.format(start=part * step, stop=(part + 1) * step, path=path))
        largest = SIZES[-1]
        folders[10 * largest] = f"{name}/{10 * largest}"
        Path(folders[10 * largest]).mkdir()
        for number, path in enumerate(sorted(Path(folders[largest]).glob("*.parquet")) * 10):
            Path(folders[10 * largest], f"{number}.parquet").symlink_to(path)
        counts: dict[int, float] = {}
        for engine in engines:
            table(engine, folders, counts)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    if len(sys.argv) == 5 and sys.argv[2].isdigit():
        measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    else:
        main(sys.argv[1:] or list(ENGINES))
