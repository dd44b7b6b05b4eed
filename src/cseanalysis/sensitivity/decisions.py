"""What a multiverse shows: its curve, its extremes in words, and the share of its variance that each decision makes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.sensitivity.ranking import largest_first, settled
from cseanalysis.sensitivity.specifications import ESTIMATED, OUTCOME, REASON, describe
from cseanalysis.values import NotEstimableError, shown

ROUNDING = 1e-12  # a share smaller than that is the rounding of floating point numbers
MANY = 16  # decisions: their subsets, two to that power, are all looked at


def specification_curve(table: pd.DataFrame, *, own: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Order the specifications of a multiverse by what they give, the refused ones at the end.

    Parameters
    ----------
    table
        From `multiverse`, of one value or of intervals.
    own
        Decision to label of the specification that was reported, to be marked.

    Returns
    -------
    DataFrame
        The rows of ``table`` with ``rank`` in front: 1 for the lowest value (for intervals the lowest low end, then
        the lowest high end), equal ones in the order of the table; missing where refused. ``own`` says which is the
        one reported.

    Raises
    ------
    ValueError
        When ``own`` names no specification of the table, or the table has several values.

    Examples
    --------
    >>> from cseanalysis.sensitivity import multiverse
    >>> table = multiverse(lambda year, twice: year * (1 + twice), {"year": [2, 1], "twice": [True, False]})
    >>> specification_curve(table, own={"year": "2", "twice": "False"})[["rank", "year", "value", "own"]]
       rank year  value    own
    0     1    1    1.0  False
    1     2    2    2.0   True
    2     3    1    2.0  False
    3     4    2    4.0  False
    """
    names = ends_of(table)
    marked = is_own(table, own) if own is not None else pd.Series(data=False, index=table.index)
    curve = table.assign(own=marked).sort_values(
        list(names),
        key=lambda column: column.map(settled),  # what is equal but for rounding keeps its order
        kind="stable",
        na_position="last",
        ignore_index=True,
    )
    rank = pd.Series(np.arange(1, len(curve) + 1), dtype="Int64").where(curve[OUTCOME] == ESTIMATED)
    curve.insert(0, "rank", rank)
    return curve


def decision_shares(table: pd.DataFrame, column: str = "value") -> pd.DataFrame:
    """Share the variance of a multiverse out among its decisions.

    Parameters
    ----------
    table
        From `multiverse`.
    column
        Which value: ``"value"``, an end (``"low"``, ``"high"``), or a name that the model gave.

    Returns
    -------
    DataFrame
        A row a decision, largest share first: ``decision``; ``options``, those left after refusals; ``alone``, the
        share of variance between the means of its options; ``last``, the share that is left when all other decisions
        are made; ``share``, its Shapley share, which sum to 1.

    Raises
    ------
    NotEstimableError
        When no specification was estimated or all give the same.
    ValueError
        When there is no such column, or there are more than 16 decisions.

    Notes
    -----
    Every specification that was estimated counts the same. For a set of decisions ``S``, ``c(S)`` is the variance of
    the means over the specifications that agree in ``S``. The Shapley share of a decision is the mean of what it adds
    to ``c`` over all orders of decisions (Owen 2014, "Sobol' indices and Shapley value"). Where nothing was refused the
    table is a full factorial, and that is the exact decomposition of its variance: each interaction is shared equally
    among its decisions, and ``alone <= share <= last``. Refusals leave decisions that hang together; the shares still
    sum to 1, but ``alone`` may then exceed ``last``. Exact: all subsets are looked at.

    Examples
    --------
    >>> from cseanalysis.sensitivity import multiverse
    >>> decision_shares(multiverse(lambda a, b: a + b, {"a": [0, 2], "b": [0, 1]}))[["decision", "share"]]
      decision  share
    0        a    0.8
    1        b    0.2
    """
    decisions = decisions_of(table)
    if not isinstance(column, str) or column not in table.columns or column in (*decisions, "kind", OUTCOME, REASON):
        raise ValueError(f"no column {shown(column)} of values; the table has {', '.join(map(str, table.columns))}")
    if len(decisions) > MANY:
        raise ValueError(f"{len(decisions)} decisions; at most {MANY}: leave out those with one option")
    chosen = table[table[OUTCOME] == ESTIMATED]
    values = chosen[column].to_numpy(dtype=np.float64)
    variance = float(values.var()) if len(values) else 0.0
    if len(values) == 0 or np.ptp(values) <= 1e-12 * np.abs(values).max():
        raise NotEstimableError(
            f"{len(values)} specifications were estimated and all give the same {column}: there is nothing to share out"
        )
    codes = {name: pd.factorize(chosen[name])[0] for name in decisions}
    explained = _explained(values, [codes[name] for name in decisions])
    count, full = len(decisions), (1 << len(decisions)) - 1
    weights = [factorial(size) * factorial(count - size - 1) / factorial(count) for size in range(count)]
    rows = []
    for place, name in enumerate(decisions):
        bit = 1 << place
        added = [
            weights[subset.bit_count()] * (explained[subset | bit] - explained[subset])
            for subset in range(full + 1)
            if not subset & bit
        ]
        rows.append(
            {
                "decision": name,
                "options": int(codes[name].max()) + 1,
                "alone": explained[bit] / variance,
                "last": (explained[full] - explained[full ^ bit]) / variance,
                "share": float(np.sum(added)) / variance,
            }
        )
    found = pd.DataFrame(rows)
    parts = ["alone", "last", "share"]
    found[parts] = found[parts].where(found[parts].abs() > ROUNDING, 0.0)
    return largest_first(found, ["share"], "decision")


def extreme_specifications(table: pd.DataFrame) -> pd.DataFrame:
    """Name in words the specifications that give the lowest and the highest value.

    Parameters
    ----------
    table
        From `multiverse`, of one value or of intervals, whose lowest low and highest high end count.

    Returns
    -------
    DataFrame
        Two rows: ``end`` (``"lowest"``, ``"highest"``), ``value``, ``words`` (the choices that every specification with
        that value makes; a decision in which they differ says "any" or which), ``specifications`` (how many).

    Raises
    ------
    NotEstimableError
        When no specification was estimated.

    Examples
    --------
    >>> from cseanalysis.sensitivity import multiverse
    >>> table = multiverse(lambda a, b: a, {"a": {"one": 1, "two": 2}, "b": ["x", "y"]})
    >>> extreme_specifications(table)["words"].tolist()
    ['a: one; b: any', 'a: two; b: any']
    """
    names = ends_of(table)
    chosen = table[table[OUTCOME] == ESTIMATED]
    if chosen.empty:
        raise NotEstimableError(f"all {len(table)} specifications were refused: there is no extreme one")
    rows = []
    for end, name, value in (
        ("lowest", names[0], chosen[names[0]].min()),
        ("highest", names[-1], chosen[names[-1]].max()),
    ):
        there = chosen[chosen[name] == value]
        words = {}
        for decision in decisions_of(table):
            labels, all_labels = list(there[decision].unique()), set(table[decision])
            words[decision] = "any" if set(labels) == all_labels and len(all_labels) > 1 else " or ".join(labels)
        rows.append({"end": end, "value": float(value), "words": describe(words), "specifications": len(there)})
    return pd.DataFrame(rows)


def single_changes(table: pd.DataFrame, own: Mapping[str, str]) -> pd.DataFrame:
    """Return the specifications that differ from the one reported in one decision, and that one first.

    Parameters
    ----------
    table
        From `multiverse`.
    own
        Decision to label of the specification that was reported.

    Returns
    -------
    DataFrame
        ``decision`` and ``option`` that changed (empty in the first row), then the values, ``outcome`` and ``reason``.

    Raises
    ------
    ValueError
        When ``own`` names no specification of the table.

    Examples
    --------
    >>> from cseanalysis.sensitivity import multiverse
    >>> table = multiverse(lambda a, b: a + b, {"a": [0, 2], "b": [0, 1]})
    >>> single_changes(table, {"a": "0", "b": "0"})[["decision", "option", "value"]].values.tolist()
    [['', '', 0.0], ['a', '2', 2.0], ['b', '1', 1.0]]
    """
    decisions = decisions_of(table)
    if not isinstance(own, Mapping):
        raise ValueError(f"own is {shown(own)}: must give a label for each decision, as in {{'year': '2023'}}")
    marked = is_own(table, own)
    different = pd.DataFrame({name: table[name] != own[name] for name in decisions})
    parts = [table[marked].assign(decision="", option="")]
    for name in decisions:
        changed = table[different[name] & (different.sum(axis=1) == 1)]
        parts.append(changed.assign(decision=name, option=changed[name]))
    columns = ["decision", "option", *(name for name in table.columns if name not in decisions)]
    return pd.concat(parts, ignore_index=True)[columns]


def decisions_of(table: pd.DataFrame) -> list[str]:
    """Return the names of the decisions: the columns of labels in front of the values."""
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"table is {shown(table)}: give the table that multiverse returns")
    if not {OUTCOME, REASON} <= set(table.columns):
        raise ValueError(f"the table has no {OUTCOME} and {REASON}: give the table that multiverse returns")
    values = table.columns.get_loc(OUTCOME)
    texts = list(table.columns[:values])
    return [name for name in texts if name != "kind" and not pd.api.types.is_numeric_dtype(table[name])]


def ends_of(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns that order a table: its value, or its low and high end."""
    decisions_of(table)
    if "value" in table:
        return ("value",)
    if {"low", "high"} <= set(table.columns):
        return ("low", "high")
    raise ValueError("the model returned several values; choose one column of them and rename it to value")


def is_own(table: pd.DataFrame, own: Mapping[str, str]) -> pd.Series:
    """Say for each row whether it is the specification reported."""
    decisions = decisions_of(table)
    if not isinstance(own, Mapping):
        raise ValueError(f"own is {shown(own)}: must give a label for each decision, as in {{'year': '2023'}}")
    marked = (table[decisions] == pd.Series(own, dtype="object").reindex(decisions)).all(axis=1)
    if set(own) != set(decisions) or int(marked.sum()) != 1:
        raise ValueError(
            f"own = {dict(own)} names {int(marked.sum())} specifications; it must give one label of the table for each "
            f"of {', '.join(decisions)}"
        )
    return marked


def _explained(values: NDArray[np.float64], codes: list[NDArray[np.intp]]) -> NDArray[np.float64]:
    """Return the variance of the means of groups, for every subset of decisions, as bits."""
    centred = values - values.mean()
    explained = np.zeros(1 << len(codes))
    for size in range(1, len(codes) + 1):
        for subset in combinations(range(len(codes)), size):
            groups = np.zeros(len(values), dtype=np.intp)
            for place in subset:
                groups = groups * (int(codes[place].max()) + 1) + codes[place]
                groups = np.unique(groups, return_inverse=True)[1].reshape(-1)
            sums, counts = np.bincount(groups, weights=centred), np.bincount(groups)
            explained[sum(1 << place for place in subset)] = float(np.sum(sums**2 / counts)) / len(values)
    return explained
