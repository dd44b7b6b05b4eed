"""What a criminologist may argue with: the tables of ``data/judgement``, each row with its reason.

A table's columns are the fields of the class of its rows; `check_judgement` holds what the cells name against the
register, the crosswalks and the assumptions, whichever table they stand in.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_origin, get_type_hints

from cseanalysis.clean.crosswalks import read_crosswalk
from cseanalysis.study.data.project import Project, find_project

REASON = "reason"
_FIGURE = re.compile(r"\bF\d{3,}\b")
_SHOWN = 5
_YES = {"yes": True, "no": False}

Row = TypeVar("Row")


def read_judgement(name: str, row: type[Row], root: Path | str | None = None) -> tuple[Row, ...]:
    """Read a table of judgements."""
    # The fields of ``row`` are the columns, ``reason`` last: text, one of some texts, a tuple of texts (blanks between
    # them), a number, or yes or no; an empty cell is None.
    path = find_project(root).judgement / f"{name}.csv"
    columns = [field.name for field in fields(row)]  # type: ignore[arg-type]
    hints = get_type_hints(row)
    rows, wrong = [], []
    for line, cells in _lines(path, columns):
        values: dict[str, Any] = {}
        for column in columns:
            try:
                values[column] = _value(cells[column], hints[column])
            except ValueError as error:
                wrong.append(f"line {line}, {column}: {error}")
        if len(values) == len(columns):
            rows.append(row(**values))
    _refuse(path, wrong)
    return tuple(rows)


def check_judgement(project: Project, figures: Collection[str], assumptions: Collection[str]) -> None:
    """Refuse tables of judgements that name a figure, an offence code, a force or an assumption that is not there."""
    known = {
        "code": {code for label in read_crosswalk("offences")["label"] for code in label.split("; ")},
        "force": set(read_crosswalk("forces")["force"]),
        "assumption": set(assumptions),
    }
    for path in sorted(project.judgement.glob("*.csv")):
        wrong = []
        for line, cells in _lines(path, None):
            if not cells.get(REASON, "").strip():
                wrong.append(f"line {line}: has no reason; say why this row is as it is")
            for column, cell in cells.items():
                wrong += [
                    f"line {line}, {column}: figure {name} is not in data/raw/figures.csv"
                    for name in _FIGURE.findall(cell)
                    if name not in figures
                ]
                for kind, there in known.items():
                    if column in (kind, f"{kind}s"):
                        named = [cell] if kind == "force" else cell.split()
                        wrong += [
                            f"line {line}, {column}: no {kind} is named {name!r}"
                            for name in named
                            if name and name not in there
                        ]
        _refuse(path, wrong)


def _lines(path: Path, columns: list[str] | None) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a file by the number of the line on which each ends."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: restore it with git checkout")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            heads = next(reader, [])
            rows = [(reader.line_num, row) for row in reader if row]
        except (csv.Error, UnicodeDecodeError) as error:
            raise ValueError(
                f"{path.name}, line {reader.line_num}: is no CSV in UTF-8 ({error}); mend that line"
            ) from error
    if heads != (heads if columns is None else columns) or REASON not in heads:
        raise ValueError(f"{path.name} has the columns {', '.join(heads)}; must be {', '.join(columns or [REASON])}")
    wrong = [
        f"line {line}: {len(row)} cells under {len(heads)} headings" for line, row in rows if len(row) != len(heads)
    ]
    _refuse(path, wrong)
    found = [(line, dict(zip(heads, row, strict=True))) for line, row in rows]
    seen: dict[tuple[str, ...], int] = {}
    for line, cells in found:
        own = tuple(cell.strip() for column, cell in cells.items() if column != REASON)
        if seen.setdefault(own, line) != line:
            wrong.append(f"line {line}: says what line {seen[own]} says; keep one of the two")
    _refuse(path, wrong)
    return found


def _value(cell: str, hint: Any) -> Any:
    """Return a cell as what its field holds."""
    text, options = cell.strip(), getattr(hint, "__args__", ())
    if type(None) in options:
        if not text:
            return None
        hint = next(option for option in options if option is not type(None))
    if getattr(hint, "__origin__", None) is tuple:
        return tuple(text.split())
    if hint is bool:
        if text not in _YES:
            raise ValueError(f"is {cell!r}; write yes or no")
        return _YES[text]
    if get_origin(hint) is Literal:
        if text not in hint.__args__:
            raise ValueError(f"is {cell!r}; write {' or '.join(hint.__args__)}")
        return text
    if hint in (int, float):
        return hint(text)
    if not text:
        raise ValueError("is empty; say it")
    return text


def _refuse(path: Path, wrong: list[str]) -> None:
    if wrong:
        more = f" (and {len(wrong) - _SHOWN} more)" if len(wrong) > _SHOWN else ""
        raise ValueError(f"data/judgement/{path.name}, {'; '.join(wrong[:_SHOWN])}{more}")
