"""The data log's table of files: what a row is stands there by hand, how many rows there are is counted."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

from cseanalysis.study.data.files import write_atomic
from cseanalysis.study.data.project import Project

_TABLE = re.compile(r"(?<=<!-- rows: counted by make data -->\n).*?(?=<!-- end of rows -->)", re.DOTALL)
_ROW = re.compile(r"^\| `(\w+/[\w-]+\.csv)` \| [\d,]* \| (.*)$", re.MULTILINE)
_RELEASE = re.compile(r"_\d{4}-\d\d")  # a further release, which `add` keeps: the log may leave its line out


def write_counts(project: Project) -> None:
    """Write into the data log how many rows every table has; a study without a log has none to write."""
    log = project.root / "data" / "README.md"
    if log.is_file():
        text = log.read_text(encoding="utf-8")
        if (counted := with_counts(text, rows_of(project))) != text:
            write_atomic(log, counted.encode())


def rows_of(project: Project) -> dict[str, int]:
    """Return the number of rows of every raw table and every table of judgements."""
    tables = (path for folder in (project.raw, project.judgement) for path in sorted(folder.glob("*.csv")))
    return {f"{path.parent.name}/{path.name}": _rows(path) for path in tables}


def with_counts(text: str, rows: Mapping[str, int]) -> str:
    """Return the data log with its rows counted; every table but a further release must have its line there."""
    found = _TABLE.search(text)
    if found is None:
        raise ValueError("data/README.md has no table between its two marks of rows; restore it with git checkout")
    told = {match[1] for match in _ROW.finditer(found[0])}
    due = {name for name in rows if not _RELEASE.search(name)}
    if told_of := sorted((due - told) | (told - rows.keys())):
        fault = "has no line for" if told_of[0] in rows else "has a line for a table that is not there:"
        raise ValueError(
            f"data/README.md {fault} data/{told_of[0]}; a line is | `{told_of[0]}` | 0 | what a row is |, and "
            "make data counts the rows"
        )
    counted = _ROW.sub(lambda match: f"| `{match[1]}` | {rows[match[1]]:,} | {match[2]}", found[0])
    return text[: found.start()] + counted + text[found.end() :]


def _rows(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return sum(any(row) for row in csv.reader(stream)) - 1
