"""What share of a cohort leaves by one exit in the end: bounds from one look at it, and more from two."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cseanalysis.models.checks import check_share, number, numbers, uneven
from cseanalysis.values import Interval, NotEstimableError, shown

_STATES = ("entered", "left", "undecided")
_ROUNDING = 1e-9  # parts of a cohort that exceed it by less do so because numbers are rounded


def ultimate_share_bounds(*, entered: float, left: float, undecided: float, reopened: float = 0.0) -> Interval:
    """Bound the share of a cohort that leaves by one exit in the end, from how it stood on one day.

    Parameters
    ----------
    entered
        Cases of the cohort, such as offences recorded in a year.
    left
        Cases that had left by the exit on that day, such as those with a charge.
    undecided
        Cases whose end is not known: open, handed on, or never returned. The rest had left by another exit.
    reopened
        Share of the cases that had left by another exit which may still come to this one, in [0, 1].

    Returns
    -------
    Interval
        A bound: the lower end if no undecided case leaves by the exit, the upper one if all do, and with them the
        share ``reopened`` of those that had left by another.

    Raises
    ------
    ValueError
        When a count is negative or not finite, or the parts exceed the cohort.
    NotEstimableError
        When nobody entered.

    Notes
    -----
    The worst case of Manski (1989) for one exit. It holds whatever the delays are and however they changed, as long as
    who left by the exit stays out, the cohort's count stays as it is, and no more than the share named comes back.

    Examples
    --------
    >>> ultimate_share_bounds(entered=200, left=10, undecided=50)
    Interval(low=0.05, high=0.3, kind='bound', level=None)
    >>> ultimate_share_bounds(entered=200, left=10, undecided=50, reopened=0.1)
    Interval(low=0.05, high=0.37, kind='bound', level=None)
    """
    given = {"entered": entered, "left": left, "undecided": undecided}
    counts = {name: number(name, value) + 0.0 for name, value in given.items()}  # + 0.0: no nought is below zero
    if wrong := [name for name, value in counts.items() if not np.isfinite(value) or value < 0]:
        raise ValueError(
            f"{wrong[0]} is {counts[wrong[0]]}: a count of cases is finite and not negative; where transfers are netted"
            " off, sum over more cells"
        )
    check_share("reopened", reopened)
    if entered == 0:
        raise NotEstimableError("nobody entered, so there is no share; ask of a cohort with cases")
    if counts["left"] + counts["undecided"] > counts["entered"] * (1 + _ROUNDING):
        raise ValueError(
            f"{left} left and {undecided} undecided are more than the {entered} that entered; mend a count"
        )
    low, decided = min(counts["left"] / counts["entered"], 1.0), counts["left"] + counts["undecided"]
    high = (decided + reopened * max(counts["entered"] - decided, 0.0)) / counts["entered"]
    return Interval(low, min(max(high, low), 1.0), "bound")


def incidence_by_age(earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Follow cohorts through two looks at them: what share has left by one exit, and what share is undecided, by age.

    Parameters
    ----------
    earlier, later
        The same cohorts, one row each, on two days: ``age`` in whole periods at the end of the day, and the counts
        ``entered``, ``left`` (by the exit) and ``undecided``. The days are the same number of periods apart for all.
        ``entered`` may have been revised between them; what is counted as entered is that of the first day.

    Returns
    -------
    DataFrame
        One row an age that can be reached, with ``left`` and ``undecided`` as shares of a cohort: by the pooled share
        of undecided cases that leave by the exit, and by any, between one age and that of the second day.

    Raises
    ------
    ValueError
        When cohorts or ages do not match, or a count is none: text, missing, below zero, or parts above the cohort.
    NotEstimableError
        When no case is undecided at an age, nobody entered, or cases came back or were added between the days: then
        what changed is not what left.

    Notes
    -----
    Hazards of grouped data (Aalen and Johansen 1978) over steps as long as the days are apart, started from what the
    first day shows of the youngest cohorts; an age to which no step leads starts from its own cohorts, so with steps
    longer than one period or ages left out the rows are several courses beside each other. Assumed: cohorts of one age
    meet the same hazards. What is undecided at the last age is not extrapolated: `ultimate_share_bounds` says what may
    become of it.

    Examples
    --------
    >>> first = pd.DataFrame({"age": [2, 1], "entered": [100, 100], "left": [10, 5], "undecided": [50, 80]})
    >>> second = pd.DataFrame({"age": [3, 2], "entered": [100, 100], "left": [12, 11], "undecided": [40, 52]})
    >>> incidence_by_age(first, second).round(3).values.tolist()
    [[1.0, 0.05, 0.8], [2.0, 0.11, 0.52], [3.0, 0.131, 0.416]]
    """
    earlier, later, step = _looks(earlier, later)
    hazards = (
        earlier.assign(exits=later["left"] - earlier["left"], stayed=later["undecided"])
        .groupby("age")[["undecided", "exits", "stayed"]]
        .sum()
    )
    if (hazards["undecided"] <= 0).any():
        age = hazards.index[hazards["undecided"] <= 0][0]
        raise NotEstimableError(
            f"no case is undecided at age {age}, so nothing follows from it; ask of younger cohorts"
        )
    shares: dict[int, tuple[float, float]] = {}
    for age, row in hazards.sort_index().iterrows():
        if age not in shares:  # as young as cohorts are seen in this step
            seen = earlier[earlier["age"] == age]
            entered = seen["entered"].sum()
            shares[age] = (seen["left"].sum() / entered, seen["undecided"].sum() / entered)
        left, undecided = shares[age]
        at_risk = row["undecided"]
        shares[age + step] = (left + undecided * row["exits"] / at_risk, undecided * row["stayed"] / at_risk)
    rows = [(age, *shares[age]) for age in sorted(shares)]
    return pd.DataFrame(rows, columns=["age", "left", "undecided"])


def _looks(earlier: pd.DataFrame, later: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Return both days as numbers and the periods between them, after looking whether they are of the same cohorts."""
    looks = [_look("earlier", earlier), _look("later", later)]
    if not earlier.index.equals(later.index) or earlier.empty:
        raise ValueError("the two days do not hold the same cohorts; give one row a cohort in the same order")
    first, second = looks
    steps = sorted(set(second["age"] - first["age"]))
    if len(steps) != 1 or steps[0] <= 0:
        raise ValueError(
            f"ages differ by {steps}; the second day is one and the same number of periods after the first"
        )
    slack = _ROUNDING * first["entered"]
    back = (second["undecided"] > first["undecided"] + slack) | (second["left"] < first["left"] - slack)
    more = second["left"] + second["undecided"] > first["left"] + first["undecided"] + slack
    for wrong, what in (
        (back, "have more cases undecided, or fewer that left, on the second day, {}: cases came back"),
        (more, "have more cases that left or are undecided on the second day, {}: cases came back or were added"),
    ):
        if wrong.any():
            label = f"{earlier.index[wrong.to_numpy().argmax()]} first"
            raise NotEstimableError(
                f"{int(wrong.sum())} cohorts {what.format(label)}, so no hazard is one of leaving; report the bounds "
                "of each day instead"
            )
    return first, second, int(steps[0])


def _look(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return one day as numbers, rows counted from nought; refuse what is no count of cases."""
    columns = ["age", *_STATES]
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"{name} is {shown(table)}: give a DataFrame with the columns {', '.join(columns)}")
    for column in columns:
        if (there := int((table.columns == column).sum())) != 1:
            fault = f"no column {column}" if there == 0 else f"{there} columns {column}"
            raise ValueError(f"{name} has {fault}; it needs age, {', '.join(_STATES)}, each once")
    look = pd.DataFrame({column: numbers(f"{name}[{column!r}]", table[column]) for column in columns})
    if look.isna().any(axis=None):
        raise ValueError(f"{name} has a missing count; missing is not zero, so leave the cohort out of both days")
    if (uneven(look["age"].to_numpy()) | ~np.isfinite(look["age"])).any():
        raise ValueError(f"{name} has ages that are no whole numbers of periods; count periods from the cohort's own")
    if (~np.isfinite(look[[*_STATES]]) | (look[[*_STATES]] < 0)).any(axis=None):
        raise ValueError(
            f"{name} has a count that is infinite or below zero; where transfers are netted off, sum over more cells"
        )
    if (look["entered"] == 0).any():
        raise NotEstimableError(f"{name} has a cohort that nobody entered, of which there is no share; leave it out")
    if (look["left"] + look["undecided"] > look["entered"] * (1 + _ROUNDING)).any():
        raise ValueError(f"{name} has a cohort with more that left or are undecided than entered; mend a count")
    return look.assign(age=np.rint(look["age"]).astype(np.int64))
