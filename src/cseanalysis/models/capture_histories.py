"""Reading a table of capture histories: what it must be before anything is estimated from it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cseanalysis.models.checks import named
from cseanalysis.models.loglinear import MOST_LISTS, Floats
from cseanalysis.values import NotEstimableError


def read_histories(histories: pd.DataFrame, count: str) -> tuple[tuple[str, ...], Floats]:
    """Return the names of the lists and the count of every history.

    Parameters
    ----------
    histories
        A column of 0 and 1 for each list, and the counts; one row for each history.
    count
        Name of the column with the counts.

    Returns
    -------
    names : tuple of str
        Lists in column order.
    table : ndarray of shape (2 ** lists - 1,)
        Counts; entry ``h - 1`` is the history whose bit ``i`` stands for list ``i``.

    Raises
    ------
    ValueError
        When a list column holds anything but 0 and 1, a count is missing, negative or not whole, a history stands
        twice or is of no list, a list has no cases, or there are fewer than three or more than nine lists.
    NotEstimableError
        When nobody is on two lists: marginal totals say nothing about who is on none.

    Examples
    --------
    >>> table = pd.DataFrame({"A": [1, 1, 0], "B": [0, 1, 0], "C": [0, 0, 1], "count": [5, 2, 3]})
    >>> read_histories(table, "count")[1].tolist()
    [5.0, 0.0, 2.0, 3.0, 0.0, 0.0, 0.0]
    """
    if not isinstance(histories, pd.DataFrame):
        raise ValueError(f"histories are a {type(histories).__name__}: give a pandas DataFrame, one row a history")
    histories, count = histories.rename(columns=str), str(count)
    columns = list(histories.columns)
    if count not in columns:
        raise ValueError(
            f"no column {count!r} for the counts; the columns are {named(columns)}: name the one that holds them, "
            "count='n'; of a table with a row for each case, histories.value_counts().reset_index(name='count')"
        )
    if len(set(columns)) < len(columns):
        raise ValueError(f"columns {', '.join(map(str, columns))}: a name stands twice; rename one")
    lists = [name for name in columns if name != count]
    levels = {name: histories.index.get_level_values(name) for name in histories.index.names if name is not None}
    if inside := [name for name, values in levels.items() if values.isin([0, 1]).all()]:
        raise ValueError(
            f"the index holds {named(inside)} as 0 and 1: lists in the index are not read; make them columns with "
            "histories.reset_index()"
        )
    if len(lists) < 3:
        raise ValueError(
            f"{len(lists)} lists ({', '.join(map(str, lists))}): needs at least three, because two cannot show whether "
            "they depend on each other; use two_list_estimate, which shows the total for every odds ratio"
        )
    if len(lists) > MOST_LISTS:
        raise ValueError(f"{len(lists)} lists: at most {MOST_LISTS} can be fitted; merge some")
    members = _members(histories, lists)
    counts = _counts(histories[count])
    codes = members @ (1 << np.arange(len(lists)))
    if (codes == 0).any():
        raise ValueError("a history of no list: those cases cannot be seen, they are what is estimated; leave it out")
    unique, times = np.unique(codes, return_counts=True)
    if (times > 1).any():
        twice = [" + ".join(str(lists[i]) for i in range(len(lists)) if code >> i & 1) for code in unique[times > 1]]
        raise ValueError(f"{len(twice)} histories stand twice ({'; '.join(twice[:5])}): add their counts up first")
    table = np.zeros((1 << len(lists)) - 1)
    table[codes - 1] = counts
    empty = [str(name) for i, name in enumerate(lists) if not counts[members[:, i] == 1].sum()]
    if empty:
        raise ValueError(f"no cases on {', '.join(empty[:5])}: a list without cases says nothing; leave it out")
    if not counts[members.sum(axis=1) > 1].sum():
        raise NotEstimableError(
            "nobody is on two lists, as in a table of marginal totals: the overlaps, from which the unseen are "
            "estimated, are not there. With totals alone: known_to_any for what the lists hold together, and "
            "two_list_bounds for the total under an assumed overlap and odds ratio"
        )
    return tuple(str(name) for name in lists), table


def _members(histories: pd.DataFrame, lists: list[str]) -> np.ndarray:
    for name in lists:
        values = histories[name]
        wrong = values[~values.isin([0, 1]).to_numpy()]
        if len(wrong):
            shown = ", ".join(repr(value) for value in pd.unique(wrong).tolist()[:5])
            raise ValueError(f"list {name}: {shown} in {len(wrong)} rows; 1 stands for on the list, 0 for not")
        if len(values) > 1 and not values.isin([0]).any():
            raise NotEstimableError(
                f"list {name}: 1 in all {len(values)} rows: a list that everybody is on says nothing of those "
                "who are on none; if it is no list, leave the column out"
            )
    return np.asarray(histories[lists].astype(np.int64).to_numpy())


def _counts(values: pd.Series) -> Floats:
    numbers = np.asarray(pd.to_numeric(values, errors="coerce"), dtype=np.float64)
    with np.errstate(invalid="ignore"):
        wrong = ~(np.isfinite(numbers) & (numbers >= 0) & (numbers == np.floor(numbers)))
    if pd.api.types.is_bool_dtype(values.dtype):
        wrong = np.ones(len(values), dtype=np.bool_)
    elif values.dtype == object or isinstance(values.dtype, pd.StringDtype):
        wrong = wrong | values.map(lambda value: isinstance(value, str | bool | np.bool_)).to_numpy(dtype=np.bool_)
    if wrong.any():
        shown = ", ".join(repr(value) for value in values[wrong].tolist()[:5])
        raise ValueError(f"counts {shown} in {int(wrong.sum())} rows: must be whole numbers of cases, not negative")
    return np.asarray(numbers, dtype=np.float64)
