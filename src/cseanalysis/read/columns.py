"""From cells of text to the columns of a table: labels, quarters and whole counts, wrong cells with their address."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from cseanalysis.read.grid import Grid, Problem, is_error, read_numbers

_QUARTER = re.compile(r"\s*Q?\s*([1-4])\s*", re.IGNORECASE)

_SHOWN = 5  # counts that a message shows

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
    wrong = np.array([*map(is_error, column.texts), False])[codes]
    problems += [
        grid.problem(row, place, f"{column[row]!r} is an error of the spreadsheet program, and no label")
        for row in rows[wrong].tolist()
    ]
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


def repeats(table: pd.DataFrame, named: Collection[str], counted: Collection[str]) -> str | None:
    """Say how many rows stand again under the labels of an earlier one, and what that means for a sum; else None."""
    # ``named`` are the columns whose labels say what a row counts, ``counted`` those that hold its numbers.
    keys = [name for name in named if name in table and table[name].notna().any()]
    again = _numbered(table, keys).duplicated()
    if not again.any():
        return None
    shared = table[_numbered(table, keys).duplicated(keep=False)].reset_index(drop=True)
    key = _numbered(shared, keys)
    whole = _numbered(shared, list(shared)).duplicated()
    kinds = shared.loc[~whole, [*counted]].assign(key=key[~whole]).drop_duplicates()
    sets, differing = key.nunique(), int((kinds["key"].value_counts() > 1).sum())
    first = shared[key == key[0]]
    labels = " / ".join(_printed(first[name].iat[0]) for name in keys)
    numbers = [", ".join(_printed(cell) for cell in first[name].head(_SHOWN)) for name in counted]
    more = f" and {len(first) - _SHOWN:,} more" if len(first) > _SHOWN else ""
    rows, sames = int(again.sum()), int(whole.sum())
    return (
        f"{rows:,} {'row has' if rows == 1 else 'rows have'} the labels of an earlier row ({', '.join(keys)}), and "
        f"{sames:,} of them {'is' if sames == 1 else 'are'} that row again in every column; {sets:,} "
        f"{'set of labels repeats' if sets == 1 else 'sets of labels repeat'}, {differing:,} with other numbers. "
        f"First: {labels} stands {len(first):,} times, with {'; '.join(numbers)}{more}. Every row is kept and a sum "
        "counts each: right if they are parts under one label, too high if a row was entered twice. The file does not "
        "say which: hold sums against a published total, then add the rows up by these labels (groupby), or take out "
        "those entered twice (drop_duplicates)"
    )


def _printed(cell: object) -> str:
    return "[none]" if pd.isna(cell) else str(cell)


def _numbered(table: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Give rows one whole number each, the same where all the named columns are the same."""
    number, size = np.zeros(len(table), dtype=np.int64), 1
    for name in names:
        column = table[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            places, distinct = column.array.codes.astype(np.int64), len(column.array.categories)
        else:
            found, values = pd.factorize(column)
            places, distinct = found.astype(np.int64), len(values)
        if size > np.iinfo(np.int64).max // (distinct + 1):
            found, values = pd.factorize(number)  # so many columns that their product is too large: number anew
            number, size = found.astype(np.int64), len(values)
        number = number * (distinct + 1) + places + 1
        size *= distinct + 1
    return pd.Series(number)
