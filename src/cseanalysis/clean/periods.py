"""Periods as published (``2017/18``, quarter 3; ``year ending March 2023``) to their first and last days."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from numbers import Real
from typing import Any

from narwhals.stable.v2.typing import IntoFrameT

from cseanalysis.clean.labels import Unmapped, split_notes
from cseanalysis.clean.lookup import Answer, Key, add_columns

_FINANCIAL = re.compile(r"([0-9]{4})[/_\u2010-\u2015\u2212-]([0-9]{4}|[0-9]{2})")
_CALENDAR = re.compile(r"[0-9]{4}")
_ENDING = re.compile(
    r"(?:year ending|year to|ye|12 months ending|12 months to)\s+(?:([0-9]{1,2})\s+)?([a-z]+)\s+([0-9]{4})"
)
_ENDING_DAY = re.compile(r"(?:year ending|ye|12 months ending|12 months to)\s+([0-9]{2})/([0-9]{2})/([0-9]{4})")
_QUARTER = re.compile(r"(?:q|quarter)?\s*([1-4])")
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name} | {
    name.lower(): number for number, name in enumerate(calendar.month_abbr) if name
}


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both included, and what kind of period it is."""

    start: dt.date
    end: dt.date
    type: str


def harmonise_periods(
    frame: IntoFrameT,
    *,
    period: str = "Financial Year",
    quarter: str | None = None,
    on_unmapped: str = "raise",
) -> IntoFrameT:
    """Add the first and last day of each row's period.

    Parameters
    ----------
    frame
        A pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask or PySpark frame; it is not changed.
    period
        Column of periods: financial years from April to March (``2017/18``, ``2017-18``, ``2017_18``), calendar
        years (``2023``), years that end with a named month (``year ending March 2023``, ``YE Mar 2023``,
        ``12 months ending 31/03/2023``). ``2011-12`` is read as a financial year, never as a month.
    quarter
        Column of quarters of the financial year (1 is April to June; ``1``, ``"1"``, ``"Q1"``), if there is one.
    on_unmapped
        ``"raise"``, or ``"keep"`` to get nulls for what cannot be read.

    Returns
    -------
    same kind of frame
        The same rows (in the same order on pandas, Polars, PyArrow, DuckDB and Dask), with ``period_start`` and
        ``period_end`` (both days included; dates, on pandas ``datetime64``) and ``period_type``:
        ``"financial_year"``, ``"financial_quarter"``, ``"calendar_year"`` or ``"rolling_year"``.

    Raises
    ------
    UnmappedLabelError
        When a period or quarter cannot be read.
    ValueError
        When a column is missing or exists already.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"Financial Year": ["2017/18", "2017/18"], "Quarter": [1, 4]})
    >>> harmonise_periods(table, quarter="Quarter")["period_end"].dt.strftime("%Y-%m-%d").tolist()
    ['2017-06-30', '2018-03-31']
    """

    def resolve(key: Key) -> Answer | Unmapped:
        found = read_period(*key)
        return found if isinstance(found, Unmapped) else (found.start, found.end, found.type)

    return add_columns(
        frame,
        keys=[period] if quarter is None else [period, quarter],
        added={"period_start": "date", "period_end": "date", "period_type": "text"},
        resolve=resolve,
        on_unmapped=on_unmapped,
        remedy='Write periods as 2017/18, 2023 or year ending March 2023, or pass on_unmapped="keep" to get nulls',
    )


_WHOLE_YEAR = object()


@lru_cache(maxsize=4096, typed=True)
def read_period(period: Any, quarter: Any = _WHOLE_YEAR) -> Period | Unmapped:
    """Read one period, and its quarter where there is one."""
    year = _read_year(period)
    if isinstance(year, Unmapped) or quarter is _WHOLE_YEAR:
        return year
    label = f"{period} quarter {quarter}"
    number = _QUARTER.fullmatch(_text(quarter).lower()) if quarter is not None else None
    if number is None:
        return Unmapped(label, "a quarter must be 1, 2, 3 or 4")
    if year.type != "financial_year":
        return Unmapped(label, "only a financial year has these quarters")
    return _quarter_of(year, int(number.group(1)))


def _quarter_of(year: Period, number: int) -> Period:
    month = (4, 7, 10, 1)[number - 1]
    calendar_year = year.end.year if number == 4 else year.start.year
    last_day = calendar.monthrange(calendar_year, month + 2)[1]
    return Period(dt.date(calendar_year, month, 1), dt.date(calendar_year, month + 2, last_day), "financial_quarter")


def _read_year(period: object) -> Period | Unmapped:
    if period is None:
        return Unmapped(None)
    if not isinstance(period, (str, Real, Decimal)):
        # str() of a pandas Period or a numpy month drops its frequency: 2018 by Y-MAR, 2011-12 by M
        return Unmapped(str(period), f"a {type(period).__name__}, not text or a year; write it as published")
    text = split_notes(_text(period))[0].lower()
    readers: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Period | None]], ...] = (
        (_FINANCIAL, _financial_year),
        (_CALENDAR, _calendar_year),
        (_ENDING, _year_ending),
        (_ENDING_DAY, _year_ending_day),
    )
    for pattern, reader in readers:
        if (found := pattern.fullmatch(text)) and (read := reader(found)) is not None:
            return read
    return Unmapped(period, "not a period that can be read")


def _financial_year(found: re.Match[str]) -> Period | None:
    first, second = found.groups()
    year = int(first)
    if not dt.MINYEAR <= year < dt.MAXYEAR or second not in (f"{year + 1:04}", f"{(year + 1) % 100:02}"):
        return None
    return Period(dt.date(year, 4, 1), dt.date(year + 1, 3, 31), "financial_year")


def _calendar_year(found: re.Match[str]) -> Period | None:
    year = int(found.group())
    return None if year < 1 else Period(dt.date(year, 1, 1), dt.date(year, 12, 31), "calendar_year")


def _year_ending_day(found: re.Match[str]) -> Period | None:
    day, month, year = (int(part) for part in found.groups())
    return _year_to(year, month, day)


def _year_ending(found: re.Match[str]) -> Period | None:
    day, month, year = found.groups()
    return _year_to(int(year), _MONTHS.get(month, 0), None if day is None else int(day))


def _year_to(year: int, month: int, day: int | None) -> Period | None:
    if not 1 <= month <= 12 or year <= 1:
        return None
    last = calendar.monthrange(year, month)[1]
    if day not in (None, last):
        return None
    start = dt.date(year, 1, 1) if month == 12 else dt.date(year - 1, month + 1, 1)
    return Period(
        start, dt.date(year, month, last), {3: "financial_year", 12: "calendar_year"}.get(month, "rolling_year")
    )


def _text(value: object) -> str:
    if isinstance(value, Real) and not isinstance(value, bool) and float(value).is_integer():
        return str(int(float(value)))
    return str(value).strip()
