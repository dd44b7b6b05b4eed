"""Checklists of the field as one page: what is asked, whether it holds, and the file that shows it."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROWS = Path(__file__).with_name("checklists.csv")
NAMES = {
    "RAP": "Reproducible analytical pipelines: the levels baseline (B), silver (S) and gold (G)",
    "JOSS": "The review of the Journal of Open Source Software",
    "AEA": "Replication packages, by the data editor of the American Economic Association",
    "CODECHECK": "CODECHECK: an independent run",
    "GATHER": "GATHER: reporting of estimates",
}
STATES = ("met", "in part", "open", "no commit can")
HEAD = """# Checklists

What others ask of such a package, in our words, and the file that shows each answer. *No commit can* marks what only
people outside, or time, can supply. The page is written by `make metadata` from `publishing/checklists.csv`.
"""


def checklist_files() -> dict[str, str]:
    """Return the page, after each row was checked: a known list and state, and evidence that is there."""
    with ROWS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if row["list"] not in NAMES or row["status"] not in STATES:
            raise ValueError(f"{row['list']} {row['item']}: list or status is unknown; use {list(NAMES)} and {STATES}")
        for path, heading in _evidence(row):
            home = ROOT / path
            if not home.exists():
                raise ValueError(f"{row['list']} {row['item']} names {path}, which is not there: name what shows it")
            if heading and f"# {heading}\n" not in home.read_text(encoding="utf-8"):
                raise ValueError(f"{row['list']} {row['item']}: {path} has no heading {heading!r}")
    parts = [HEAD]
    for name, group in groupby(rows, key=lambda row: row["list"]):
        listed = list(group)
        counts = Counter(row["status"] for row in listed)
        parts.append(f"\n## {NAMES[name]}\n")
        parts.append("\n" + ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state]) + ".\n")
        parts.append("\n| Item | Asked | Status | Shown by | |\n|---|---|---|---|---|\n")
        for row in listed:
            shown = ", ".join(f"`{path}`" + (f" ({heading})" if heading else "") for path, heading in _evidence(row))
            parts.append(f"| {row['item']} | {row['asked']} | {row['status']} | {shown} | {row['words']} |\n")
    return {"docs/checklists.md": "".join(parts)}


def _evidence(row: dict[str, str]) -> list[tuple[str, str]]:
    """Return path and heading of each piece of evidence; a heading runs to the end of the cell or to the next path."""
    found: list[tuple[str, str]] = []
    for word in row["evidence"].split():
        path, mark, heading = word.partition("#")
        if not mark and found and found[-1][1] and "/" not in word and "." not in word:
            found[-1] = (found[-1][0], f"{found[-1][1]} {word}")
        else:
            found.append((path, heading))
    return found
