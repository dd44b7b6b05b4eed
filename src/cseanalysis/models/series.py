"""A series of counts with a date in it: checked, labelled, and written as the columns of a segmented regression."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cseanalysis.models.number import check_number
from cseanalysis.values import NotEstimableError

Floats = NDArray[np.float64]

FEWEST = 8  # periods needed on each side of a date before a change there is estimated


@dataclass(frozen=True, slots=True, eq=False)
class CountSeries:
    """Counts of equal, consecutive periods, oldest first.

    Parameters
    ----------
    labels
        One name a period; positions from 0 when the counts came without an index.
    counts
        Shape (periods,), not negative.
    offset
        Logarithm of the exposure, shape (periods,); nought without one.
    """

    labels: pd.Index
    counts: Floats
    offset: Floats


def read_series(counts: ArrayLike | pd.Series, exposure: ArrayLike | None, *, whole: bool) -> CountSeries:
    """Check counts and exposure and return them as a series.

    Parameters
    ----------
    counts
        One count a period, oldest first; a pandas series brings its own labels.
    exposure
        Persons, forces or days at risk in each period, or nothing.
    whole
        Whether only whole numbers fit the distribution.

    Raises
    ------
    ValueError
        When a count is missing, negative, no number or (where that matters) not whole; when labels repeat or run
        backwards, or labels that are dates or numbers leave periods out (of labels that are text nothing else can be
        known); when the exposure has another length or is not above nought.
    """
    labels = counts.index if isinstance(counts, pd.Series) else pd.RangeIndex(len(np.atleast_1d(np.asarray(counts))))
    values = _numbers(counts, "counts")
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        where = ", ".join(str(label) for label in labels[bad][:5])
        raise ValueError(
            f"{int(bad.sum())} of {values.size} counts are missing, infinite or negative (at {where}): a gap is not "
            "a nought and a correction is not a count; give one count for each period"
        )
    if whole and (values != np.floor(values)).any():
        odd = values[values != np.floor(values)][:5].tolist()
        raise ValueError(
            f"counts {odd} are not whole numbers, which a distribution of counts needs; where there is a family, use "
            "'quasipoisson'"
        )
    _check_labels(labels)
    offset = np.zeros(values.size)
    if exposure is not None:
        at_risk = _numbers(exposure, "exposure")
        if at_risk.shape != values.shape:
            raise ValueError(f"exposure has {at_risk.size} values for {values.size} counts: give one for each period")
        if isinstance(exposure, pd.Series) and isinstance(counts, pd.Series) and not exposure.index.equals(labels):
            raise ValueError("exposure and counts have different labels: give both the same index")
        if not (np.isfinite(at_risk) & (at_risk > 0)).all():
            wrong = at_risk[~(np.isfinite(at_risk) & (at_risk > 0))][:5].tolist()
            raise ValueError(f"exposure holds {wrong}: must be finite and above nought in every period")
        offset = np.log(at_risk)
    return CountSeries(labels, values, offset)


def _numbers(values: ArrayLike | pd.Series, name: str) -> Floats:
    _refuse_other_kinds(values, name)
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan)
    try:
        numbers = (
            values.to_numpy(dtype=np.float64, na_value=np.nan)
            if isinstance(values, pd.Series)
            else np.asarray(values, dtype=np.float64)
        )
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} hold something that is not a number ({error}); give numbers only") from error
    if numbers.ndim != 1 or numbers.size == 0:
        raise ValueError(f"{name} have shape {numbers.shape}: give one row with one value for each period")
    return numbers


def _refuse_other_kinds(values: ArrayLike | pd.Series, name: str) -> None:
    """Raise ValueError for what would turn into numbers that nobody counted: text, dates, truth values."""
    array = np.asarray(values)
    wrong = []
    if array.dtype.kind == "O":
        wrong = [one for one in array.ravel().tolist() if not _passes(one)]
    elif array.dtype.kind not in "iuf":
        wrong = array.ravel().tolist()
    if wrong:
        raise ValueError(f"{name} hold {wrong[:5]}, which is not a number; give numbers only")


def _passes(value: object) -> bool:
    if value is None or value is pd.NA:
        return True  # missing: named later, with its period
    return isinstance(value, Real | Decimal) and not isinstance(value, bool | np.bool_)


def _dated(labels: pd.Index) -> pd.Index:
    """Return labels that are dates or numbers in an index that held them as objects as what they are."""
    plain = labels.infer_objects()
    return pd.DatetimeIndex(plain) if plain.inferred_type in ("date", "datetime") else plain


def _check_labels(labels: pd.Index) -> None:
    if isinstance(labels, pd.MultiIndex):
        raise ValueError("the counts have an index of several levels: give one label for each period")
    if labels.hasnans:
        raise ValueError("a period has no label: name every period")
    if not labels.is_unique:
        seen = [str(label) for label in labels[labels.duplicated()][:5]]
        raise ValueError(f"periods {seen} occur twice: periods must not overlap; add the counts up first")
    labels = _dated(labels)
    if isinstance(labels, pd.PeriodIndex):
        steps = np.diff(labels.asi8) / labels.freq.n
    elif isinstance(labels, pd.DatetimeIndex):
        plain = labels.tz_localize(None)
        monthly = (plain.day == plain.day[0]).all() or plain.is_month_end.all()
        months = plain.year.to_numpy() * 12 + plain.month.to_numpy()
        unequal_days = monthly and len(set(months)) == len(months)  # months and quarters differ in length
        steps = np.diff(months if unequal_days else plain.asi8.astype(np.float64))
    elif isinstance(labels, pd.TimedeltaIndex):
        steps = np.diff(labels.asi8.astype(np.float64))
    elif pd.api.types.is_numeric_dtype(labels.dtype):
        steps = np.diff(labels.to_numpy(dtype=np.float64))
    else:
        steps = np.full(len(labels) - 1, -1.0 if _backwards(labels) else 1.0)
    if (steps <= 0).any():
        raise ValueError("the periods are not in order: sort the counts by time, oldest first")
    usual = 1.0 if isinstance(labels, pd.PeriodIndex) else float(np.median(steps)) if steps.size else 1.0
    if not np.allclose(steps, usual, rtol=1e-6, atol=0):
        place = int(np.argmax(~np.isclose(steps, usual, rtol=1e-6, atol=0)))
        raise ValueError(
            f"the periods are unequal: the step from {labels[place]} to {labels[place + 1]} differs from the others; "
            "fill the gap or bring the counts to one length of period"
        )


def _backwards(labels: pd.Index) -> bool:
    try:
        return len(labels) > 1 and bool(labels.is_monotonic_decreasing)
    except TypeError:  # of several kinds
        return False


def listed(dates: Iterable[Hashable]) -> list[Hashable]:
    """Return dates as a list; ValueError when there is one alone, where several belong."""
    if isinstance(dates, str) or not isinstance(dates, Iterable):
        raise ValueError(f"dates is {dates!r}: give a list of labels, [{dates!r}] for one")
    return list(dates)


def locate(series: CountSeries, at: Hashable, *, fewest: int = FEWEST) -> int:
    """Return the position of a date, the first period in which a change can show.

    Raises
    ------
    ValueError
        When no period of the series has that label.
    NotEstimableError
        When there are fewer than ``fewest`` periods before it or from it on.
    """
    position = _position(_dated(series.labels), at)
    last = series.counts.size - 1
    if position is None or not 0 <= position <= last:
        raise ValueError(
            f"at={at!r} is outside the series or not the label of a period, from {series.labels[0]} to "
            f"{series.labels[last]}: name the first period in which the change can show (dates as 2017-04-01)"
        )
    before, after = position, series.counts.size - position
    if min(before, after) < fewest:
        side = f"{after} from {at} on" if after < fewest else f"{before} before {at}"
        raise NotEstimableError(
            f"periods: only {side}, where {fewest} are needed on each side: a change there cannot be told from "
            "chance and season; wait, or see models.minimum_detectable"
        )
    return position


def _position(labels: pd.Index, at: Hashable) -> int | None:
    whole = isinstance(at, int | np.integer) and not isinstance(at, bool | np.bool_)
    if whole and not pd.api.types.is_numeric_dtype(labels.dtype):
        return int(at)  # type: ignore[call-overload, no-any-return]
    if isinstance(labels, pd.PeriodIndex | pd.DatetimeIndex) and isinstance(at, str) and "/" in at:
        return None  # 01/04/2017 is April here and January there
    wanted = at
    try:
        if isinstance(labels, pd.PeriodIndex):
            wanted = pd.Period(at, freq=labels.freq)
        elif isinstance(labels, pd.DatetimeIndex):
            wanted = pd.Timestamp(at)
        place = labels.get_loc(wanted)
    except (KeyError, TypeError, ValueError, pd.errors.InvalidIndexError):
        return None
    return int(place) if isinstance(place, int | np.integer) else None


def design(
    periods: int, breaks: Sequence[int], *, harmonics: int = 0, period: float = 12, slope_change: bool = False
) -> tuple[Floats, tuple[str, ...]]:
    """Return the columns of a segmented regression, shape (periods, columns), and their names.

    Parameters
    ----------
    periods
        Length of the series.
    breaks
        Positions at which the level (and the slope) may change; the first is named ``level_change``.
    harmonics
        Pairs of a sine and a cosine with 1, 2, ... turns in ``period`` periods. At two periods a turn the sine is
        nought and left out.
    period
        Periods in a year: 12 for months, 4 for quarters.
    slope_change
        Whether the trend may change at each break.

    Raises
    ------
    ValueError
        When the harmonics are not a whole number from 0 to half of the period, or the period is below 2.
    """
    if isinstance(harmonics, bool) or not isinstance(harmonics, int | np.integer) or harmonics < 0:
        raise ValueError(f"harmonics is {harmonics!r}: must be a whole number, 0 for no season")
    check_number("period", period)
    if harmonics and not (np.isfinite(period) and period >= 2):
        raise ValueError(f"period is {period}: must be at least 2 periods a year")
    if harmonics and harmonics > period / 2:
        raise ValueError(f"{harmonics} harmonics in a period of {period}: at most half of the period can be told apart")
    time = np.arange(periods, dtype=np.float64)
    columns, names = [np.ones(periods), time], ["baseline", "trend"]
    for order, start in enumerate(breaks):
        mark = "" if order == 0 else f"_{order + 1}"
        columns.append((time >= start).astype(np.float64))
        names.append(f"level_change{mark}")
        if slope_change:
            columns.append(np.maximum(time - start, 0.0))
            names.append(f"slope_change{mark}")
    for turns in range(1, int(harmonics) + 1):
        angle = 2 * np.pi * turns * time / period
        if 2 * turns != period:
            columns.append(np.sin(angle))
            names.append(f"sine_{turns}")
        columns.append(np.cos(angle))
        names.append(f"cosine_{turns}")
    return np.column_stack(columns), tuple(names)
