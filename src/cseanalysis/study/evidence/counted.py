"""The data log's tables of files and columns: their words are written by hand, rows are counted, columns listed."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

from cseanalysis.study.data.files import write_atomic
from cseanalysis.study.data.project import Project

_TABLE = re.compile(r"(?<=<!-- rows: counted by make data -->\n).*?(?=<!-- end of rows -->)", re.DOTALL)
_ROW = re.compile(r"^\| `(\w+/[\w-]+\.csv)` \| [\d,]* \| (.*)$", re.MULTILINE)
_COLUMNS = re.compile(
    r"(?<=<!-- columns: from data/columns.csv, by make data -->\n).*?(?=<!-- end of columns -->)", re.DOTALL
)
_EVERYWHERE = "*"  # of a column that means the same in every table
_RELEASE = re.compile(r"_\d{4}-\d\d")  # a further release, which `add` keeps: the log may leave its line out


def write_counts(project: Project) -> None:
    """Write into the data log how many rows every table has; a study without a log has none to write."""
    log = project.root / "data" / "README.md"
    if log.is_file():
        text = log.read_text(encoding="utf-8")
        counted = with_columns(with_counts(text, rows_of(project)), project)
        if counted != text:
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


def with_columns(text: str, project: Project) -> str:
    """Return the data log with the columns of every table in the words of ``data/columns.csv``, where there is one."""
    path = project.root / "data" / "columns.csv"
    if not path.is_file():
        return text
    found = _COLUMNS.search(text)
    if found is None:
        raise ValueError("data/README.md has no place between its two marks of columns; restore it with git checkout")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        words = {(row["table"], row["column"]): row["holds"].strip() for row in csv.DictReader(stream, strict=True)}
    lines, used = [], set()
    for name, columns in columns_of(project).items():
        table = name.partition("/")[2]
        lines += [f"### `{name}`", "", "| column | holds |", "|---|---|"]
        for column in columns:
            key = (table, column) if (table, column) in words else (_EVERYWHERE, column)
            if not words.get(key):
                raise ValueError(
                    f"data/columns.csv has no words for the column {column} of {name}; add a row {table},{column},what "
                    "it holds"
                )
            used.add(key)
            lines.append(f"| `{column}` | {words[key]} |")
        lines.append("")
    if idle := sorted(words.keys() - used):
        raise ValueError(f"data/columns.csv has words for {idle[0][0]}, {idle[0][1]}, which no table has; take it out")
    return text[: found.start()] + "\n".join(lines) + text[found.end() :]


def columns_of(project: Project) -> dict[str, list[str]]:
    """Return the columns of every raw table and every table of judgements; the releases of a table are one."""
    found: dict[str, list[str]] = {}
    for folder in (project.raw, project.judgement):
        for path in sorted(folder.glob("*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as stream:
                own = next(csv.reader(stream), [])
            columns = found.setdefault(f"{folder.name}/{_RELEASE.split(path.stem)[0]}", [])
            columns += [column for column in own if column not in columns]
    return found


def _rows(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return sum(any(row) for row in csv.reader(stream)) - 1
