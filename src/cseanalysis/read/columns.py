"""From cells of text to the columns of a table: labels, quarters and whole counts, wrong cells with their address."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from cseanalysis.read.grid import Grid, Problem, read_numbers

_QUARTER = re.compile(r"\s*Q?\s*([1-4])\s*", re.IGNORECASE)

Rows = npt.NDArray[np.int64]


def encode(texts: Sequence[str | None], codes: npt.NDArray[np.int32]) -> pd.Categorical:
    """Make categorical text of positions among texts that need not be distinct; None and -1 are missing."""
    distinct = list(dict.fromkeys(text for text in texts if text is not None))
    position = {text: number for number, text in enumerate(distinct)}
    places: npt.NDArray[np.int32] = np.array(
        [*(-1 if text is None else position[text] for text in texts), -1], dtype=np.int32
    )
    return pd.Categorical.from_codes(places[codes], categories=pd.Index(distinct, dtype=str))


def labels(grid: Grid, place: int, rows: Rows, *, needed: bool) -> tuple[pd.Series, list[Problem]]:
    """Read text without the spaces around it; an empty cell is a problem where the text is ``needed``."""
    column = grid.columns[place]
    codes = column.codes[rows]
    problems = [grid.problem(row, place, "empty") for row in rows[codes < 0].tolist()] if needed else []
    return pd.Series(encode([text.strip() for text in column.texts], codes)), problems


def quarters(grid: Grid, place: int | None, rows: Rows) -> tuple[pd.Series, list[Problem]]:
    """Read quarters printed as 1 or Q1; without such a column they are all missing."""
    if place is None:
        return pd.Series([pd.NA] * len(rows), dtype="Int64"), []
    column = grid.columns[place]
    numbers = [int(found.group(1)) if (found := _QUARTER.fullmatch(text)) else 0 for text in column.texts]
    read = np.array([*numbers, 0], dtype=np.int64)[column.codes[rows]]
    problems = [
        grid.problem(row, place, f"{column[row]!r} is not a quarter (1 to 4, or Q1 to Q4)")
        for row in rows[read == 0].tolist()
    ]
    return pd.Series(read, dtype="Int64"), problems


def counts(grid: Grid, place: int, rows: Rows) -> tuple[pd.Series, pd.Series, list[Problem]]:
    """Read whole numbers, and the marks that came with them or stand for them."""
    numbers, problems = read_numbers(grid, place, rows)
    missing = np.isnan(numbers.value)
    inexact = [qualifier not in (None, "exact") for qualifier in numbers.qualifier]
    per_cent = ["%" in (flag or "") for flag in numbers.flag]
    wrong = np.array(inexact) | np.array(per_cent) | (~missing & (numbers.value != np.round(numbers.value)))
    column = grid.columns[place]
    problems += [
        grid.problem(row, place, f"{column[row]!r} is not a whole number")
        for row in rows[wrong[numbers.codes]].tolist()
    ]
    whole = np.where(missing | wrong, 0, numbers.value).astype(np.int64)[numbers.codes]
    values = pd.Series(pd.arrays.IntegerArray(whole, missing[numbers.codes]))
    return values, pd.Series(encode(numbers.flag, numbers.codes)), problems


def join(tables: list[dict[str, pd.Series]]) -> pd.DataFrame:
    """Put the sheets below one another; a column that one of them lacks is empty there."""
    names = list(dict.fromkeys(name for table in tables for name in table))
    heights = [len(next(iter(table.values()))) for table in tables]
    columns = {}
    for name in names:
        parts = [table.get(name) for table in tables]
        filled = [
            pd.Series(pd.Categorical([None] * height)) if part is None else part
            for part, height in zip(parts, heights, strict=True)
        ]
        if isinstance(filled[0].dtype, pd.CategoricalDtype):
            columns[name] = pd.Series(_union([part.array for part in filled]))
        else:
            columns[name] = pd.concat(filled, ignore_index=True)
    return pd.DataFrame(columns)


def _union(parts: list[pd.Categorical]) -> pd.Categorical:
    texts = list(dict.fromkeys(text for part in parts for text in part.categories))
    position = {text: number for number, text in enumerate(texts)}
    places = [np.array([*(position[text] for text in part.categories), -1], dtype=np.int32) for part in parts]
    codes = [place[part.codes] for place, part in zip(places, parts, strict=True)]
    return pd.Categorical.from_codes(np.concatenate(codes), categories=pd.Index(texts, dtype=str))
