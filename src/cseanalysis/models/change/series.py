"""A series of counts with a date in it: checked, labelled, and written as the columns of a segmented regression."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cseanalysis.models.checks import aligned, check_counts, check_whole, named, number, numbers
from cseanalysis.models.written_dates import read_calendar, sorts_by_letter
from cseanalysis.values import NotEstimableError

Floats = NDArray[np.float64]

_DAYS_A_YEAR = 365.25
_DAYS_A_WEEK = 7
_ROUNDING = 0.01  # of the periods in a year: 52 weeks or 52.18
FEWEST = 8  # periods needed on each side of a date before a change there is estimated


@dataclass(frozen=True, slots=True, eq=False)
class CountSeries:
    """Counts of equal, consecutive periods, oldest first."""

    labels: pd.Index  # one name a period; positions from 0 when the counts came without an index
    counts: Floats  # shape (periods,), not negative
    offset: Floats  # logarithm of the exposure, shape (periods,); nought without one


def read_series(
    counts: ArrayLike | pd.Series, exposure: ArrayLike | None, *, like: CountSeries | None = None
) -> CountSeries:
    """Check counts and exposure, matched by label; the labels of a series ``like`` it are not checked again."""
    labels = counts.index if isinstance(counts, pd.Series) else pd.RangeIndex(len(np.atleast_1d(np.asarray(counts))))
    values = _numbers(counts, "counts")
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        where = ", ".join(str(label) for label in labels[bad][:5])
        raise ValueError(
            f"{int(bad.sum())} of {values.size} counts are missing, infinite or negative (at {where}): a gap is not "
            "a nought and a correction is not a count; give one count for each period"
        )
    check_counts("counts", values)
    if like is None:
        check_labels(labels)
    offset = np.zeros(values.size)
    if exposure is not None:
        counts, exposure = aligned(counts=counts, exposure=exposure)
        at_risk = _numbers(exposure, "exposure")
        if at_risk.shape != values.shape:
            raise ValueError(f"exposure has {at_risk.size} values for {values.size} counts: give one for each period")
        if not (np.isfinite(at_risk) & (at_risk > 0)).all():
            wrong = at_risk[~(np.isfinite(at_risk) & (at_risk > 0))][:5].tolist()
            raise ValueError(f"exposure holds {wrong}: must be finite and above nought in every period")
        offset = np.log(at_risk)
    return CountSeries(labels, values, offset)


def _numbers(values: ArrayLike | pd.Series, name: str) -> Floats:
    given = numbers(name, values)
    if given.ndim != 1 or given.size == 0:
        raise ValueError(f"{name} have shape {given.shape}: give one row with one value for each period")
    return given


def _dated(labels: pd.Index) -> pd.Index:
    """Return labels that are dates or numbers in an index that held them as objects as what they are."""
    plain = labels.infer_objects()
    return pd.DatetimeIndex(plain) if plain.inferred_type in ("date", "datetime") else plain


def check_labels(labels: pd.Index, what: str = "the counts") -> None:
    """Refuse labels of periods that repeat, run backwards or leave periods out."""
    if isinstance(labels, pd.MultiIndex):
        raise ValueError(f"{what} have an index of several levels: give one label for each period")
    if labels.hasnans:
        raise ValueError(f"{what}: a period has no label: name every period")
    if not labels.is_unique:
        seen = [str(label) for label in labels[labels.duplicated()][:5]]
        raise ValueError(f"{what}: periods {seen} occur twice: periods must not overlap; add the counts up first")
    labels, how = _dated(labels), "as in sort_index()"
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
    elif (text := read_calendar(labels)) is not None:
        steps = np.diff(np.array(text[0], dtype=np.float64))
        if not sorts_by_letter(labels):
            how = "as periods, pd.PeriodIndex(['2019-04', '2019-05'], freq='M'), because text sorts by letter"
    else:
        steps = np.full(len(labels) - 1, -1.0 if _backwards(labels) else 1.0)
    if (steps <= 0).any():
        raise ValueError(
            f"{what}: the periods {named(labels)} are not in order: sort them by time, oldest first, {how}"
        )
    usual = 1.0 if isinstance(labels, pd.PeriodIndex) else float(np.median(steps)) if steps.size else 1.0
    if not np.allclose(steps, usual, rtol=1e-6, atol=0):
        place = int(np.argmax(~np.isclose(steps, usual, rtol=1e-6, atol=0)))
        raise ValueError(
            f"{what}: the periods are unequal: the step from {labels[place]} to {labels[place + 1]} differs from the "
            "others; fill the gap or bring the counts to one length of period"
        )


def _backwards(labels: pd.Index) -> bool:
    try:
        return len(labels) > 1 and bool(labels.is_monotonic_decreasing)
    except TypeError:  # of several kinds
        return False


def periods_a_year(labels: pd.Index) -> float | None:
    """Return how many of its periods a year has, where the labels of a series tell."""
    labels = _dated(labels)
    if isinstance(labels, pd.PeriodIndex):
        labels = labels.to_timestamp()
    if isinstance(labels, pd.DatetimeIndex):
        if len(labels) < 2:
            return None
        first, second = labels[0], labels[1]
        months = 12 * (second.year - first.year) + second.month - first.month
        if months > 0 and (first.day == second.day or (first.is_month_end and second.is_month_end)):
            return 12 / int(months)
        days = float((second - first) / pd.Timedelta(days=1))
        return _DAYS_A_YEAR / days if days in (1, 7, 14, 28) else None
    text = None if pd.api.types.is_numeric_dtype(labels.dtype) else read_calendar(labels)
    return None if text is None or len(labels) < 2 else text[1] / (text[0][1] - text[0][0])


def season(series: CountSeries, period: float | None, harmonics: int, *, otherwise: float) -> tuple[float, str]:
    """Return the periods in a year, from the index or as stated, and a sentence where they had to be assumed."""
    check_whole("harmonics", harmonics, least=0)
    turn, assumed = _turn(series, period, harmonics, otherwise)
    if harmonics and series.counts.size < turn:
        raise NotEstimableError(
            f"a season of {turn:.4g} periods in a series of {series.counts.size}: less than one whole season cannot be "
            "told from a trend or a change; use harmonics=0, or a longer series"
        )
    return turn, assumed


def _turn(series: CountSeries, period: float | None, harmonics: int, otherwise: float) -> tuple[float, str]:
    known = periods_a_year(series.labels)
    if period is None:
        if known is not None or not harmonics:
            return known or otherwise, ""
        doubt = (
            f"period is not stated and the index has no frequency: a season of {otherwise:g} periods was assumed; say "
            "period=4 for quarters or period=12 for months, or give the counts an index of periods"
        )
        warnings.warn(doubt, UserWarning, stacklevel=4)
        return otherwise, doubt
    period = number("period", period)
    # Days may have a season of a week, and years and months of days are rounded as one likes.
    week = known == _DAYS_A_YEAR and period == _DAYS_A_WEEK
    if known is not None and not week and not abs(period - known) <= _ROUNDING * known:
        raise ValueError(
            f"period is {period}: the index, from {series.labels[0]} on, has {known:.4g} periods a year; leave period "
            f"out, or say period={known:.4g}"
        )
    return period, ""


def listed(dates: Iterable[Hashable]) -> list[Hashable]:
    """Return dates as a list; ValueError when there is one alone, where several belong."""
    if isinstance(dates, str) or not isinstance(dates, Iterable) or (isinstance(dates, np.ndarray) and dates.ndim == 0):
        raise ValueError(f"dates is {dates!r}: give a list of labels, [{dates!r}] for one")
    return list(dates)


def locate(series: CountSeries, at: Hashable, *, fewest: int = FEWEST) -> int:
    """Return the position of a date, the first period in which a change can show."""
    position = _position(_dated(series.labels), at)
    last = series.counts.size - 1
    if position is None or not 0 <= position <= last:
        raise ValueError(
            f"at={at!r} is outside the series or not the label of a period or its first day, from {series.labels[0]} "
            f"to {series.labels[last]}: name the first whole period in which the change can show (dates as 2017-04-01)"
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
            wanted = _whole_period(labels, at)
        elif isinstance(labels, pd.DatetimeIndex):
            wanted = pd.Timestamp(at)
            if labels.tz is not None and wanted.tz is None:
                wanted = wanted.tz_localize(labels.tz)  # the day where it was counted
        place = labels.get_loc(wanted)
    except (KeyError, TypeError, ValueError, pd.errors.InvalidIndexError):
        return None
    return int(place) if isinstance(place, int | np.integer) else None


def _whole_period(labels: pd.PeriodIndex, at: Any) -> pd.Period | None:
    """Return the period that a label or its first day names; a day within a period is half before, half after."""
    if isinstance(at, pd.Period):
        return at if at.freq == labels.freq else None
    if not pd.api.types.is_scalar(at) or pd.isna(at) or at == "":
        return None
    period = pd.Period(at, freq=labels.freq)
    if isinstance(at, str) and at == str(period):
        return period
    return period if pd.Timestamp(at).normalize() == period.start_time else None


def design(
    periods: int,
    breaks: Sequence[int],
    *,
    harmonics: int = 0,
    period: float = 12,
    trend: bool = True,
    slope_change: bool = False,
) -> tuple[Floats, tuple[str, ...]]:
    """Return the columns of a segmented regression, shape (periods, columns), and their names."""
    # At two periods a turn the sine is nought and left out; the first break is named ``level_change``.
    check_whole("harmonics", harmonics, least=0)
    period = number("period", period)
    if harmonics and not (np.isfinite(period) and period >= 2):
        raise ValueError(f"period is {period}: must be at least 2 periods a year; years hold no season, harmonics=0")
    if harmonics and harmonics > period / 2:
        raise ValueError(
            f"harmonics is {harmonics} in a period of {period:g}: at most half of the period can be told apart; use "
            f"harmonics={int(period // 2)} or fewer"
        )
    time = np.arange(periods, dtype=np.float64)
    columns, names = [np.ones(periods)], ["baseline"]
    if trend:
        columns.append(time)
        names.append("trend")
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


def check_order(name: str, values: object) -> None:
    """Refuse a pandas series whose periods are not in order or leave one out; of other sequences nothing is known."""
    if isinstance(values, pd.Series) and len(values):
        check_labels(values.index, name)


def check_lags(name: str, values: object) -> None:
    """Refuse a pandas series that is not labelled by the lags 0, 1, 2, ..."""
    if isinstance(values, pd.Series) and values.index.tolist() != list(range(len(values))):
        raise ValueError(
            f"{name} has the labels {named(values.index)}: must be labelled 0, 1, 2 and so on, the periods of delay; "
            "put nought where nothing arrives, as in reindex(range(...), fill_value=0)"
        )
