"""The study's tables in words: what the chapters print side by side."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cseanalysis.export.wording import say
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.judgement import read_judgement
from cseanalysis.study.data.project import find_project, load_sources
from cseanalysis.study.data.reported import load_results
from cseanalysis.values import Estimate

if TYPE_CHECKING:
    import pandas as pd

_LABELS = "data/judgement/labels.csv"
_COPIES = ("C", "D")
_RELEASE = re.compile(r"(_\d{4}-\d{2}-\d{2}.*)?\.csv$")
# A name of the software's; names of files and addresses stay what they are.
_MARK = re.compile(r"(?<![\w/.])[a-z]+(?:_[a-z0-9]+)+(?![\w/]|\.[a-z])")


def plain_words(text: str) -> str:
    """Print what the software says: the names of its fields and arguments as the words that they stand for."""
    return _MARK.sub(lambda mark: mark[0].replace("_", " "), text)


Of = Literal["assumption", "result", "curve", "decision", "quantity"]


@dataclass(frozen=True, slots=True)
class Label:
    """What a chapter calls a thing that the software knows by a name."""

    of: Of
    name: str
    label: str
    reason: str


def labels(of: Of, root: Path | str | None = None) -> dict[str, str]:
    """Return by name what the chapters call things of a kind, in the order of ``data/judgement/labels.csv``."""
    rows = [(row.name, row.label) for row in read_judgement("labels", Label, root) if row.of == of]
    named = [name for name, _ in rows]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise ValueError(f"{_LABELS}: {of} {twice[0]} has two labels; keep one of the two")
    return dict(rows)


def check_labels(of: Of, names: Collection[str], root: Path | str | None = None, *, every: bool = False) -> None:
    """Refuse a label of what is not there, or where ``every`` name needs one, a name without."""
    found = labels(of, root)
    if strange := [name for name in found if name not in names]:
        raise ValueError(f"{_LABELS}: no {of} is named {strange[0]!r}; correct the name or take the row out")
    if every and (bare := [name for name in names if name not in found]):
        raise ValueError(f"{_LABELS}: {of} {bare[0]} has no label; add a row that says what the chapters call it")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a range does not cover: it holds only if this does."""

    result: str
    condition: str
    reason: str


def conditions(root: Path | str | None = None) -> dict[str, str]:
    """Return by result the condition of ``data/judgement/conditions.csv``."""
    rows = read_judgement("conditions", Condition, root)
    named = [row.result for row in rows]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise ValueError(f"data/judgement/conditions.csv: {twice[0]} stands in two rows; say both conditions in one")
    return {row.result: row.condition for row in rows}


def conditional(estimate: Estimate, known: Mapping[str, str]) -> str:
    """Word a number with the condition that its range does not cover."""
    condition = known.get(estimate.id)
    return say(estimate) + (f"; conditional on {condition}" if condition else "")


def worded(ids: Mapping[str, str], name: str = "What", number: str = "Result") -> pd.DataFrame:
    """Set results side by side: label, the number in words with its condition, what it rests on."""
    import pandas as pd

    results, known, read_in_copies, assumed = load_results(), conditions(), copies(), labels("assumption")
    rows = []
    for label, identifier in ids.items():
        estimate = results[identifier]
        mark = "†" if read_in_copies.intersection(estimate.basis) else ""
        rows.append({name: label, number: conditional(estimate, known) + mark, "Rests on": _basis(estimate, assumed)})
    return pd.DataFrame(rows)


def copies(root: Path | str | None = None) -> set[str]:
    """Return the ids of the figures, and the names of the tables, that were read in copies or in the press."""
    project = find_project(root)
    figures = {one.id for one in load_figures(project.root).values() if one.tier in _COPIES}
    # A table of several releases rests on each of them.
    files = load_sources(project)["files"].items()
    return figures | {_RELEASE.sub("", name) for name, one in files if one["tier"] in _COPIES}


def _basis(estimate: Estimate, assumed: Mapping[str, str]) -> str:
    return ", ".join(assumed.get(name, name.replace("_", " ")) for name in estimate.basis)
