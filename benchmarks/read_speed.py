"""How fast published files are read, against pandas with openpyxl, odfpy and calamine; all in one run, ratios printed.

    python benchmarks/read_speed.py [--scale 0.1]

The peers read a tenth of the rows and their time is multiplied by ten, because they need minutes for all; both grow
at least in proportion to the rows, so this flatters them. Calamine, the fastest that a user would pick, reads all
rows and checks nothing; its ratio is printed and promises nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from cseanalysis.read import read_recorded_crime

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "read"))
from layouts import PUBLISHED, write_ods, write_xlsx

XLSX_ROWS, ODS_ROWS = 1_000_000, 200_000
XLSX_SECONDS, ODS_SECONDS = 8.0, 4.0
PEER_SHARE = 10


def rows(count: int) -> Iterator[list[object]]:
    """Give rows in the published layout, with a ninth column as some re-saves have."""
    yield [*PUBLISHED, "Note"]
    for row in range(count):
        code, force = row % 140, row // 140  # no labels repeat
        labels = [f"Description of {code}", f"Group {code % 12}", f"Subgroup {code % 40}", f"{code}.10"]
        yield ["2012/13", row % 4 + 1, f"Force {force}", *labels, row * 7919 % 5000, "-"]


def timed(read: Callable[[Path], pd.DataFrame], path: Path, expected: int) -> float:
    """Time one reading, and make sure that it read everything."""
    start = time.perf_counter()
    found = len(read(path))
    seconds = time.perf_counter() - start
    if found != expected:
        raise SystemExit(f"{path.name}: read {found:,} rows of {expected:,}")
    return seconds


def compare(folder: Path, name: str, count: int, limit: float) -> bool:
    """Print one line: our time, the peer's, how many times faster, and whether both promises hold."""
    ending = name.lower()
    write = {"xlsx": write_xlsx, "ods": write_ods}[ending]
    engine = {"xlsx": "openpyxl", "ods": "odf"}[ending]
    full, part = folder / f"full.{ending}", folder / f"part.{ending}"
    write(full, {"2012_13": rows(count)})
    write(part, {"2012_13": rows(count // PEER_SHARE)})
    ours = min(timed(read_recorded_crime, full, count) for _ in range(2))
    tenth = timed(lambda path: pd.read_excel(path, engine=engine, dtype=str), part, count // PEER_SHARE)
    ratio = tenth * PEER_SHARE / ours
    bare = timed(lambda path: pd.read_excel(path, engine="calamine", dtype=str), full, count)
    good = ours <= limit and ratio >= 10
    with zipfile.ZipFile(full) as archive:
        size = sum(member.file_size for member in archive.infolist()) / 1e6
    verdict = "holds" if good else "FAILS"
    print(
        f"{name} {count:,} x 9 ({size:,.0f} MB of XML): ours {ours:.1f} s (limit {limit:g}), pandas with {engine} "
        f"{tenth:.1f} s for a tenth, {tenth * PEER_SHARE:.0f} s scaled: {ratio:.0f} times; {verdict}; "
        f"calamine {bare:.1f} s: {bare / ours:.2f} times"
    )
    return good


def main() -> int:
    """Run both comparisons; the exit code is 1 when a promise fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the rows, for a quick look")
    scale = parser.parse_args().scale
    with tempfile.TemporaryDirectory() as name:
        results = [
            compare(Path(name), "XLSX", int(XLSX_ROWS * scale), XLSX_SECONDS),
            compare(Path(name), "ODS", int(ODS_ROWS * scale), ODS_SECONDS),
        ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
