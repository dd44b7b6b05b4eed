"""A hundred million rows from Parquet through the cleaning functions, on engines that stream: time and peak memory.

Run ``python benchmarks/clean_scale.py [rows]``. Every engine runs in a process of its own, whose peak is its own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from cseanalysis.clean import harmonise_forces, harmonise_offences

LIMIT = 2048  # MiB
EXAMPLE = """
copy (
    select ['Kent', 'Heddlu Gwent', 'London, City of', 'Avon & Somerset'][1 + i % 4] as "Force Name",
           ['17B', '88A', '71', '86', '23', '8N'][1 + i % 6] as "Offence Code",
           ['2013/14', '2016/17', '2017/18', '2022/23'][1 + i % 4] as "Financial Year",
           (i % 50)::int as offences
    from range({rows}) as t(i)
) to '{path}' (format parquet)
"""


def count(engine: str, path: str) -> int:
    """Harmonise the file lazily, add up the offences by force and scope, and return their sum."""
    if engine == "duckdb":
        connection = duckdb.connect(config={"memory_limit": "1GB", "threads": 2})
        frame = harmonise_forces(harmonise_offences(connection.read_parquet(path)))
        rows = frame.aggregate("force, offence_scope, sum(offences) as offences").fetchall()
        return int(sum(row[2] for row in rows))
    import polars as pl

    frame = harmonise_forces(harmonise_offences(pl.scan_parquet(path)))
    grouped = frame.group_by("force", "offence_scope").agg(pl.col("offences").cast(pl.Int64).sum())
    return int(grouped.collect(engine="streaming")["offences"].sum())


def peak() -> float:
    """Return this process's own peak in MiB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024


def main(rows: int) -> None:
    """Write the example once and let each engine read it in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "example.parquet"))
        duckdb.sql(EXAMPLE.format(rows=rows, path=path))
        for engine in ("duckdb", "polars"):
            start = time.perf_counter()
            done = subprocess.run([sys.executable, __file__, engine, path], capture_output=True, text=True, check=True)
            total, used = done.stdout.split()
            verdict = "holds" if float(used) < LIMIT else "FAILS"
            print(
                f"{engine:<7} {rows:,} rows, sum {int(total):,}: {time.perf_counter() - start:.1f} s, "
                f"peak {float(used):,.0f} MiB (limit {LIMIT:,}); {verdict}"
            )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(count(*sys.argv[1:]), peak())
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000_000)
