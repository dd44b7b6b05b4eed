"""Cleaning functions against the merges that people write, in one run: rows (force, offence with validity, period).

Run ``python benchmarks/clean_speed.py [rows]``; each line gives the peer, ours, and peer divided by ours.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from cseanalysis.clean import harmonise_forces, harmonise_offences, harmonise_periods, read_crosswalk

KEYS = ["Force Name", "Offence Code", "Financial Year"]
MEGABYTE = 2**20


def codes_alone() -> pd.DataFrame:
    """Give the rules of offence codes: no offences within a class, no categories of police.uk."""
    offences = read_crosswalk("offences")
    return offences[offences["label"].str.fullmatch(r"[0-9]+[A-Z]?(?:\.[0-9]+)?")]


def example(rows: int) -> pd.DataFrame:
    """Make a table with categorical labels, a row number and a count, in the shape of the published file."""
    rng = np.random.default_rng(1)
    offences = codes_alone()
    always = offences[~(offences["valid_from"] > "2012-04-01") & offences["valid_to"].isna()]
    codes = sorted({*always["label"], "71", "88A"})
    forces = sorted(read_crosswalk("forces").query("force_type == 'territorial'")["force"].unique())
    years = [f"20{year}/{year + 1}" for year in range(12, 24)]
    columns = {
        name: pd.Categorical.from_codes(rng.integers(0, len(labels), rows, dtype="int16"), categories=labels)
        for name, labels in zip(KEYS, (forces, codes, years), strict=True)
    }
    return pd.DataFrame({**columns, "row": np.arange(rows), "offences": rng.integers(0, 50, rows)})


def ours(frame: Any) -> Any:
    """Add all three."""
    return harmonise_periods(harmonise_offences(harmonise_forces(frame)))


def small_tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Give what a merge needs, as its author would have it: labels, codes with dates, years."""
    forces = read_crosswalk("forces").query("force_type == 'territorial'").drop_duplicates("force")
    forces = forces.assign(**{"Force Name": forces["force"]})
    forces = forces[["Force Name", "force", "force_code", "region", "force_type", "relation", "rule_id"]]
    forces = forces.rename(columns={"relation": "force_relation", "rule_id": "force_rule"})
    offences = codes_alone().rename(
        columns={"label": "Offence Code", "relation": "offence_relation", "rule_id": "offence_rule"}
    )
    named = ["Offence Code", "offence_category", "offence_scope", "offence_relation", "offence_rule"]
    years = [f"20{year}/{year + 1}" for year in range(12, 24)]
    periods = pd.DataFrame({"Financial Year": years, "period_type": "financial_year"})
    periods["period_start"] = pd.to_datetime(periods["Financial Year"].str[:4] + "-04-01")
    periods["period_end"] = periods["period_start"] + pd.DateOffset(years=1, days=-1)
    return forces, offences[[*named, "valid_from", "valid_to"]], periods


def textbook(frame: pd.DataFrame) -> pd.DataFrame:
    """Merge three times and filter by validity, as in any textbook."""
    return merged(frame, *small_tables())


def careful(frame: pd.DataFrame) -> pd.DataFrame:
    """Do the same with the small tables made categorical first, which few people think of: a harder peer."""
    tables = []
    for small, key in zip(small_tables(), ("Force Name", "Offence Code", "Financial Year"), strict=True):
        held = small[small[key].isin(frame[key].cat.categories)]
        tables.append(held.assign(**{key: held[key].astype(frame[key].dtype)}))
    return merged(frame, *tables)


def merged(frame: pd.DataFrame, forces: pd.DataFrame, offences: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """Join the three small tables; rows of an offence rule that did not hold then are dropped."""
    both = frame.merge(forces, on="Force Name", how="left").merge(periods, on="Financial Year", how="left")
    both = both.merge(offences, on="Offence Code", how="left")
    since = both["valid_from"].isna() | (both["valid_from"] <= both["period_start"])
    until = both["valid_to"].isna() | (both["valid_to"] >= both["period_end"])
    return both[since & until].drop(columns=["valid_from", "valid_to"])


def by_hand(frame: pl.DataFrame) -> pl.DataFrame:
    """Join in Polars with the order kept, the validity expanded beforehand to code and year."""
    forces, offences, periods = small_tables()
    spread = offences.merge(periods, how="cross")
    since = spread["valid_from"].isna() | (spread["valid_from"] <= spread["period_start"])
    until = spread["valid_to"].isna() | (spread["valid_to"] >= spread["period_end"])
    spread = spread[since & until].drop(columns=["valid_from", "valid_to", *periods.columns[1:]])
    labels = frame.schema["Force Name"]
    joined = frame
    for table, keys in ((forces, KEYS[:1]), (spread, KEYS[1:]), (periods, KEYS[2:])):
        small = pl.from_pandas(table).with_columns(pl.col(keys).cast(labels))
        joined = joined.join(small, on=keys, how="left", maintain_order="left")
    return joined


def resident() -> int:
    """Give the memory that this process holds now, in bytes."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()


def measure(function: Callable[[], Any]) -> tuple[float, float, Any]:
    """Give seconds, the most memory held beyond what was held before in MiB, and the result."""
    before, most, done = resident(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.002):
            most[0] = max(most[0], resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    result = function()
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    return seconds, (max(most[0], resident()) - before) / MEGABYTE, result


def compare(name: str, peer: Callable[[Any], Any], own: Callable[[Any], Any], frame: Any) -> None:
    """Print one line; the best of three runs where the peer is quick, so that a busy moment does not decide."""
    peer_seconds, peer_memory, result = measure(lambda: peer(frame))
    rows = len(result)
    del result
    if peer_seconds < 5:
        peer_seconds = min(peer_seconds, *(measure(lambda: peer(frame))[0] for _ in range(2)))
    runs = []
    for _ in range(3):
        seconds, memory, result = measure(lambda: own(frame))
        if len(result) != rows:
            raise RuntimeError(f"{name}: {len(result)} rows, the peer has {rows}")
        del result
        runs.append((seconds, memory))
    seconds, memory = min(runs)[0], max(memory for _, memory in runs)
    print(
        f"{name:<42} peer {peer_seconds:6.2f} s {peer_memory:6.0f} MiB   ours {seconds:6.2f} s {memory:6.0f} MiB   "
        f"ratio {peer_seconds / seconds:5.1f}",
        flush=True,
    )


def never_materialised(rows: int, path: Path) -> None:
    """Time lazy engines from a Parquet file: adding the steps, and a sum over the result."""
    engines: dict[str, Callable[[], Any]] = {
        "polars lazy": lambda: pl.scan_parquet(path), "duckdb": lambda: duckdb.read_parquet(str(path)),
    }  # fmt: skip
    for name, opened in engines.items():
        seconds, memory, query = measure(lambda opened=opened: ours(opened()))
        kept = "LazyFrame" in type(query).__name__ or "Relation" in type(query).__name__
        if name == "duckdb":
            last, more, table = measure(lambda query=query: query.aggregate("force, sum(offences)", "force").fetchall())
        else:
            summed = query.group_by("force").agg(pl.col("offences").sum())
            last, more, table = measure(lambda summed=summed: summed.collect(engine="streaming"))
        print(
            f"{name:<12} {rows:,} rows: steps added in {seconds:5.2f} s ({memory:5.0f} MiB), a query still: {kept}; "
            f"then summed by force in {last:5.2f} s ({more:5.0f} MiB), {len(table)} forces",
            flush=True,
        )


def import_seconds() -> float:
    """Time the import in a new interpreter, the start of the interpreter taken off; the best of five."""
    code = "import time; t = time.perf_counter(); import cseanalysis.clean; print(time.perf_counter() - t)"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(5)]
    return min(float(run.stdout) for run in runs)


def main() -> None:
    """Run all comparisons."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    print(f"import cseanalysis.clean: {import_seconds():.3f} s (limit 0.35 s)")
    print(f"{rows:,} rows; memory is the most held beyond the input, the result included")
    ours(example(1_000))
    categories = example(rows)
    compare("pandas, categorical columns (at least 15)", textbook, ours, categories)
    compare("the same, a careful author's merge", careful, ours, categories)
    text = categories.astype(dict.fromkeys(KEYS, "str"))
    compare("pandas, plain strings (at least 4)", textbook, ours, text)
    frame = pl.from_pandas(text)
    compare("polars, plain strings (at least 0.67)", by_hand, ours, frame)
    compare(
        "polars, categorical columns (at least 0.67)",
        by_hand,
        ours,
        frame.with_columns(pl.col(KEYS).cast(pl.Categorical)),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        frame.write_parquet(path)
        never_materialised(rows, path)


if __name__ == "__main__":
    main()
