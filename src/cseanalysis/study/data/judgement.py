"""What a criminologist may argue with: the tables of ``data/judgement``, each row with its reason.

A table's columns are the fields of the class of its rows; `check_judgement` holds what the cells name against the
register, the crosswalks and the assumptions, whichever table they stand in.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_origin, get_type_hints

from cseanalysis.clean.crosswalks import read_crosswalk
from cseanalysis.register import Figure
from cseanalysis.study.data.project import Project, find_project, load_sources

REASON = "reason"
_FIGURE = re.compile(r"\bF\d{3,}\b")
_PRINTED = re.compile(r"\d+(\.\d+)?%")  # a share as printed may stand among the figures that a bad analysis is handed
_DELAYS = ("days_median", "days_mean", "days_upper_quartile", "days_unstated", "months_unstated")
# What the figures of a column count, where the chapter calculates with them as that.
_UNITS = {
    ("quoted_classes", "figure"): ("offences",),
    ("quoted_counts", "newest"): ("offences",),
    ("quoted_counts", "quoted"): ("offences",),
    ("quoted_counts", "counted"): ("offences",),
    ("parts_of_series", "figures"): ("offences",),
    ("agency_counts", "figure"): ("offences", "assessments", "children"),
    ("back_tests", "figure"): ("charges", "defendants"),
    ("published_delays", "figure"): _DELAYS,
    ("curve_options", "figure"): ("offences", *_DELAYS),
}
# Columns that hold figures and nothing else.
_OF_FIGURES = {
    *("figure", "figures", "first", "second", "quoted", "whole", "parts", "share", "shares", "share_of", "base_of"),
}
_ID = re.compile(r"C\d{3}", re.ASCII)
_ADDRESS = re.compile(r"https?://\S+|none known")
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
            try:
                rows.append(row(**values))
            except ValueError as error:
                wrong.append(f"line {line}: {error}")
    _refuse(path, wrong)
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class ContestedClaim:
    """A number as it is quoted, who said it, by which rule it was made, and what a usable figure would need."""

    # ``source`` is the key of the publication in which the claim was read; ``reason`` why it cannot be used.

    id: str
    claim: str
    published: str
    said_by: str
    said: str
    place: str
    rule: str
    would_need: str
    source: str
    reason: str

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"id: {self.id!r}; write C and three digits")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A published number that was read and is not in the register, and why."""

    statement: str
    published: str
    place: str
    period: str
    publisher: str
    address: str
    reason: str

    def __post_init__(self) -> None:
        if not _ADDRESS.fullmatch(self.address):
            raise ValueError(f"address: {self.address!r}; write the address that was read, or none known")


def contested_claims(root: Path | str | None = None) -> tuple[ContestedClaim, ...]:
    """Return the rows of ``data/judgement/contested_claims.csv``, each id once and each source a registered one."""
    claims = read_judgement("contested_claims", ContestedClaim, root)
    publications = load_sources(find_project(root))["publications"]
    ids = [one.id for one in claims]
    wrong = [f"{name} stands in two rows; ids are unique" for name in sorted(set(ids)) if ids.count(name) > 1]
    wrong += [
        f"{one.id}: source {one.source!r} is not in data/raw/sources.toml"
        for one in claims
        if one.source not in publications
    ]
    if wrong:
        raise ValueError(f"data/judgement/contested_claims.csv, {'; '.join(wrong[:5])}")
    return claims


def left_out(root: Path | str | None = None) -> tuple[LeftOut, ...]:
    """Return the rows of ``data/judgement/left_out.csv``."""
    return read_judgement("left_out", LeftOut, root)


def check_judgement(project: Project, figures: Mapping[str, Figure], assumptions: Collection[str]) -> None:
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
                units = _UNITS.get((path.stem, column), ())
                wrong += [
                    f"line {line}, {column}: {name} counts {figures[name].unit}; must be {' or '.join(units)}"
                    for name in cell.split()
                    if units and name in figures and figures[name].unit not in units
                ]
                if units or column in _OF_FIGURES:
                    wrong += [
                        f"line {line}, {column}: {name!r} is no figure; write ids of data/raw/figures.csv and blanks"
                        for name in cell.split()
                        if not _FIGURE.fullmatch(name) and not _PRINTED.fullmatch(name)
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
    # Nothing computes with these two, so they are read here.
    for name, table in {"contested_claims": contested_claims, "left_out": left_out}.items():
        if (project.judgement / f"{name}.csv").is_file():
            table(project.root)


def check_results_named(project: Project, results: Collection[str]) -> None:
    """Refuse tables of judgements that name a result that was not computed."""
    for path in sorted(project.judgement.glob("*.csv")):
        wrong = [
            f"line {line}, {column}: no result has the id {cells[column]!r}; reports/results.json lists them"
            for line, cells in _lines(path, None)
            for column in ("result", "list")
            if cells.get(column) and cells[column].strip() not in results
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
            rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
        except (csv.Error, UnicodeDecodeError) as error:
            _refuse(path, [f"line {reader.line_num + 1}: is no CSV in UTF-8 ({error}); mend it, or save it as such"])
    if heads != (heads if columns is None else columns) or REASON not in heads:
        must = f"must be {','.join(columns)}" if columns else f"must hold {REASON}"
        _refuse(path, [f"line 1: the heading is {','.join(heads)!r}; {must}, with commas between"])
    if not rows:
        _refuse(path, ["line 1: no row stands under the heading; write one, or restore the file with git checkout"])
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
        try:
            number = hint(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise ValueError(f"is {cell!r}; write a {'whole ' if hint is int else ''}number in digits, without commas")
        return number
    if not text:
        raise ValueError("is empty; say it")
    if not text.isprintable():
        raise ValueError(f"is {cell!a}; take out the line break or the sign that nobody sees")
    return text


def _refuse(path: Path, wrong: list[str]) -> None:
    if wrong:
        more = f" (and {len(wrong) - _SHOWN} more)" if len(wrong) > _SHOWN else ""
        raise ValueError(f"data/judgement/{path.name}, {'; '.join(wrong[:_SHOWN])}{more}")
