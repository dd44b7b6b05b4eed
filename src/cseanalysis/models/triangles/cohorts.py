"""From counts by dates, as any engine groups them, to the tables of cohort by age that models take."""

from __future__ import annotations

import warnings
from collections.abc import Hashable
from numbers import Real

import numpy as np
import pandas as pd

from cseanalysis.models.checks import named
from cseanalysis.models.delays.outcomes import means_open

_SHOWN = 5
_STACKED = 4  # different rows that all stand equally often, which is chance no longer
_LENGTHS = {
    "D": ("days", 1),
    "W": ("weeks", 7),
    "M": ("months", 30),
    "Q": ("quarters", 91),
    "Y": ("years", 365),
    "A": ("years", 365),
}
_NO_OUTCOME = "not_an_outcome"  # the group in which the crosswalk of outcomes puts cases under investigation


def cohort_tables(
    cells: pd.DataFrame,
    *,
    until: pd.Period,
    recorded: str = "period_start",
    closed: str = "closed",
    outcome: str = "outcome_group",
    cases: str = "cases",
) -> tuple[pd.Series, dict[Hashable, pd.DataFrame]]:
    """Arrange grouped counts as cases entered and, for each outcome, a table of cohort by age.

    Parameters
    ----------
    cells
        Counts of cases by period recorded, period closed and outcome: a row for each combination that has cases (or
        several), in any order. This is the small table that a group-by gives; records themselves are not needed.
    until
        Last period that was watched to its end, such as ``pd.Period("2024Q4")``; its length is the unit of cohorts
        and ages. Cases are taken as they stood then: what closed later was open, what was recorded later is left out.
    recorded, closed
        Columns of dates, any day of the period; ``closed`` is missing for a case that is open.
    outcome
        Column of what closed a case. Each label becomes a table, also one such as a cancelled record.
    cases
        Column of whole numbers.

    Returns
    -------
    entered : Series
        Cases of each cohort from the first to the last that has any; a cohort without cases has 0.
    outcomes : dict of DataFrame
        By label the cases closed at each age (0 is the period of recording). Nobody closed is 0; an age that lies
        after ``until`` is missing.

    Raises
    ------
    ValueError
        When a column is missing or holds something else; when a case has no date of recording, closed before it was
        recorded, or closed without an outcome or with one that means still open; when nothing was recorded by
        ``until``.

    Warns
    -----
    UserWarning
        When cases have an outcome and no date of closing: they are taken as still open. When each of several rows
        stands equally often and more than once, as in a table that was stacked on itself: all are counted.

    Notes
    -----
    The pair is what `cohort_incidence` takes. ``table.cumsum(axis=1)`` of one outcome is what `Triangle` takes.

    Examples
    --------
    >>> days = pd.to_datetime(["2023-01-01", "2023-01-01", "2023-01-01", "2023-04-01", "2023-04-01"])
    >>> ends = pd.to_datetime(["2023-02-14", "2023-05-02", None, "2023-06-30", None])
    >>> labels = ["charged", "charged", "open", "charged", "open"]
    >>> cells = pd.DataFrame({"period_start": days, "closed": ends, "outcome_group": labels, "cases": [2, 3, 5, 4, 6]})
    >>> entered, outcomes = cohort_tables(cells, until=pd.Period("2023Q2"))
    >>> entered.tolist(), outcomes["charged"].to_numpy().tolist()
    ([10, 10], [[2.0, 3.0], [4.0, nan]])
    """
    if not isinstance(cells, pd.DataFrame):
        raise ValueError(
            f"cells is a {type(cells).__name__}: give a pandas DataFrame of grouped counts, as in cells.to_pandas()"
        )
    if not cells.columns.is_unique:
        raise ValueError(f"cells have columns twice, {named(cells.columns[cells.columns.duplicated()])}: rename one")
    if not isinstance(until, pd.Period):
        raise ValueError(f"until is {until!r}: give the last period watched to its end, such as pd.Period('2024Q4')")
    every = (recorded, closed, outcome, cases)
    if missing := [name for name in every if not isinstance(name, Hashable) or name not in cells.columns]:
        raise ValueError(f"cells have no column {', '.join(map(repr, missing))}: name those of the group-by")
    start, end = (_periods(cells[name], until) for name in (recorded, closed))
    _check_length(cells[recorded], until)
    counts = _whole(cells[cases])
    _refuse(start.isna(), counts, "no date of recording; a case must be in a cohort")
    begun, ended = start.array.asi8, end.array.asi8
    shut = end.notna().to_numpy()
    _refuse(shut & (ended < begun), counts, "closed before the period in which they were recorded; correct the dates")
    _refuse(shut & cells[outcome].isna().to_numpy(), counts, "closed without an outcome; give it a label of its own")
    still = cells[outcome].map(means_open).to_numpy(dtype=bool)
    wrong = next(iter(cells[outcome][shut & still]), None)
    _refuse(
        shut & still,
        counts,
        f"closed with an outcome that means still open, such as {wrong!r}; a case still open has no date of closing",
    )
    undated = ~shut & ~still & ~cells[outcome].isin([None, np.nan, _NO_OUTCOME]).to_numpy() & (counts > 0)
    if undated.any():
        shown = named(map(repr, dict.fromkeys(cells[outcome][undated])))
        warnings.warn(
            f"{int(counts[undated].sum()):,} cases in {int(undated.sum())} cells have an outcome ({shown}) and no date "
            "of closing: they are taken as still open; if they are not, give the date, or leave them out",
            UserWarning,
            stacklevel=2,
        )
    times = cells.groupby(list(dict.fromkeys(every)), dropna=False, sort=False, observed=True).size()
    if len(times) >= _STACKED and times.iloc[0] > 1 and times.nunique() == 1:
        warnings.warn(
            f"each of {len(times)} rows stands {times.iloc[0]} times, and all are counted: was the table stacked on "
            "itself? Then cells.drop_duplicates()",
            UserWarning,
            stacklevel=2,
        )
    there = begun <= until.ordinal
    if not there.any():
        raise ValueError(f"no case was recorded by {until}: is it the last period of these records?")
    first, last = int(begun[there].min()), int(begun[there].max())
    cohorts = pd.period_range(start[there].min(), start[there].max(), name="cohort")
    entered = np.bincount(begun[there] - first, counts[there], last - first + 1).astype(np.int64)
    ages = np.arange(until.ordinal - first + 1)
    watched = np.arange(first, last + 1)[:, None] + ages <= until.ordinal
    seen = there & shut & (ended <= until.ordinal)
    tables: dict[Hashable, pd.DataFrame] = {}
    labels = cells[outcome].to_numpy(dtype=object)
    for label in sorted(set(labels[seen]), key=str):
        rows = seen & (labels == label)
        table = np.where(watched, 0.0, np.nan)
        np.add.at(table, (begun[rows] - first, (ended - begun)[rows]), counts[rows])
        tables[label] = pd.DataFrame(table, index=cohorts, columns=pd.RangeIndex(len(ages), name="age"))
    return pd.Series(entered, index=cohorts, name="entered"), tables


def _periods(dates: pd.Series, until: pd.Period) -> pd.Series:
    """Return the period of each date; text and numbers are refused, because pandas would guess at them."""
    if isinstance(dates.dtype, pd.PeriodDtype):
        dates = dates.dt.start_time
    if guessed := [value for value in dates.dropna().unique() if isinstance(value, str | Real)]:
        raise ValueError(f"column {dates.name!r} holds {str(guessed[0])!r}: give dates, not text or numbers")
    try:
        known = pd.to_datetime(dates)
        if known.dt.tz is not None:
            known = known.dt.tz_localize(None)  # the day where it happened
        return known.dt.to_period(until.freqstr)
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ValueError(f"column {dates.name!r} holds something that is no date ({error}); give dates") from None


def _check_length(dates: pd.Series, until: pd.Period) -> None:
    """Refuse longer periods than that of ``until``: all their cases would be put into its first part."""
    if isinstance(dates.dtype, pd.PeriodDtype):
        days = dates.dropna().dt.start_time
        given = dates.dtype.freq.rule_code[:1]
    else:
        days = pd.to_datetime(dates).dropna().drop_duplicates()
        months = set(days.dt.month) if len(days) > 1 and (days.dt.day == 1).all() else set()
        given = "" if len({month % 3 for month in months}) != 1 else "Y" if len(months) == 1 else "Q"
    asked = until.freqstr[:1]
    if given not in _LENGTHS or asked not in _LENGTHS or _LENGTHS[given][1] <= _LENGTHS[asked][1] or days.empty:
        return
    ends = pd.Timestamp(2000, (days.min().month - 2) % 12 + 1, 1)
    frequency = f"{given}-{ends:%b}".upper() if given in "QYA" else given
    raise ValueError(
        f"column {dates.name!r} holds {_LENGTHS[given][0]} and until is {until}: all cases of one would be put into "
        f"its first part; give until in the same length, as in pd.Period('{until.start_time:%Y-%m-%d}', {frequency!r})"
    )


def _whole(cases: pd.Series) -> np.ndarray:
    plain = cases.map(lambda value: isinstance(value, Real) and not isinstance(value, bool | np.bool_)).to_numpy(bool)
    counts: np.ndarray = pd.to_numeric(cases.where(plain), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = ~((counts >= 0) & (counts < np.inf) & (counts % 1 == 0))
    if wrong.any():
        shown = cases[wrong].tolist()
        raise ValueError(
            f"column {cases.name!r} holds {shown[:_SHOWN]}: must be whole counts of cases, none negative; parse_counts "
            "reads text"
        )
    return counts


def _refuse(rows: np.ndarray | pd.Series, counts: np.ndarray, problem: str) -> None:
    rows = np.asarray(rows)
    if rows.any():
        raise ValueError(f"{int(counts[rows].sum()):,} cases in {int(rows.sum())} cells: {problem}")
