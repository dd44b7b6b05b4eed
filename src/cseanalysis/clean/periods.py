"""Periods as published (``2017/18``, quarter 3; ``year ending March 2023``) to their first and last days."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from numbers import Real
from typing import Any

from narwhals.stable.v2.typing import IntoFrameT

from cseanalysis.clean.engine.extend import Task, add_columns
from cseanalysis.clean.engine.lookup import Answer, Counted, Key, Resolve
from cseanalysis.clean.labels import Unmapped, match_key, split_notes

_FINANCIAL = re.compile(r"([0-9]{4})[/_\u2010-\u2015\u2212-]([0-9]{4}|[0-9]{2})")
_BARE = re.compile(r"[0-9]{4}")
# What can also be a month: 2011-12 is December 2011 or the financial year from April 2011.
_MONTH = re.compile(r"([0-9]{4})[_\u2010-\u2015\u2212-](0[1-9]|1[0-2])")
_ENDING = re.compile(
    r"(?:year ending|year to|ye|12 months ending|12 months to)\s+(?:([0-9]{1,2})\s+)?([a-z]+)\s+([0-9]{4})"
)
_ENDING_DAY = re.compile(r"(?:year ending|ye|12 months ending|12 months to)\s+([0-9]{2})/([0-9]{2})/([0-9]{4})")
_QUARTER = re.compile(r"(?:q|quarter)?\s*([1-4])")
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name} | {
    name.lower(): number for number, name in enumerate(calendar.month_abbr) if name
}
_CONVENTIONS = ("starts", "ends", "calendar")
# No count of recorded crime in England and Wales is older; what lies outside is a slip of the finger.
_YEARS = range(1850, 2151)

_OTHER_MONTHS = tuple(name.lower() for number, name in enumerate(calendar.month_name) if name and number != 3)


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
    convention: str | None = None,
    on_unmapped: str = "raise",
    prefix: str = "",
) -> IntoFrameT:
    """Add the first and last day of each row's period.

    A label with two readings is refused: a bare year in a column whose name or other labels speak of financial years
    or of years that end in some month, and a label such as ``2011-12`` where nothing tells a year from a month.

    Parameters
    ----------
    frame
        A pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask or PySpark frame; it is not changed.
    period
        Column of periods: financial years from April to March (``2017/18``, ``2017-18``, ``2017_18``), calendar
        years (``2023``), years that end with a named month (``year ending March 2023``, ``YE Mar 2023``,
        ``12 months ending 31/03/2023``). Years lie between 1850 and 2150.
    quarter
        Column of quarters of the financial year (1 is April to June; ``1``, ``"1"``, ``"Q1"``), if there is one.
    convention
        What a bare year such as ``2020`` names: ``"starts"`` or ``"ends"``, the financial year that starts or ends in
        it; ``"calendar"``, the calendar year.
    on_unmapped
        ``"raise"``, or ``"keep"`` to get nulls for what cannot be read.
    prefix
        Put before the names of the new columns.

    Returns
    -------
    same kind of frame
        The same rows (in the same order on pandas, Polars, PyArrow, DuckDB and Dask), with ``period_start`` and
        ``period_end`` (both days included; dates, on pandas ``datetime64``) and ``period_type``:
        ``"financial_year"``, ``"financial_quarter"``, ``"calendar_year"`` or ``"rolling_year"``.

    Raises
    ------
    UnmappedLabelError
        When a period or quarter cannot be read, or can be read in two ways.
    ValueError
        When a column is missing or exists already, or ``convention`` is none of its words.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"Financial Year": ["2017/18", "2017/18"], "Quarter": [1, 4]})
    >>> harmonise_periods(table, quarter="Quarter")["period_end"].dt.strftime("%Y-%m-%d").tolist()
    ['2017-06-30', '2018-03-31']
    >>> bare = pd.DataFrame({"Financial Year": [2020]})
    >>> harmonise_periods(bare, convention="ends")["period_start"].dt.strftime("%Y-%m-%d").tolist()
    ['2019-04-01']
    """
    task = period_task(period=period, quarter=quarter, convention=convention)
    return add_columns(frame, task, on_unmapped=on_unmapped, prefix=prefix)


def period_task(*, period: str, quarter: str | None, convention: str | None) -> Task:
    """Say how the periods in a column are read, and what is added for them."""
    if convention is not None and convention not in _CONVENTIONS:
        raise ValueError(f'convention={convention!r}: must be "starts", "ends" or "calendar"')

    def resolver(counted: Counted) -> Resolve:
        read = period_reader(period, [key[0] for key, _ in counted], convention)

        def resolve(key: Key) -> Answer | Unmapped:
            found = read(*key)
            if isinstance(found, Unmapped):
                return found
            if len(found) > 1:
                return Unmapped(key[0] if len(key) == 1 else f"{key[0]} quarter {key[1]}", _two_readings(found))
            return found[0].start, found[0].end, found[0].type

        return resolve

    return Task(
        keys=period_keys(period, quarter),
        added={"period_start": "date", "period_end": "date", "period_type": "text"},
        resolver=resolver,
        remedy='Write periods as 2017/18 or year ending March 2023, or pass on_unmapped="keep" to get nulls',
    )


_WHOLE_YEAR = object()
Readings = tuple[Period, ...]


def period_keys(period: str, quarter: str | None) -> dict[str, str]:
    """Name the columns of a period by their arguments."""
    if quarter is not None and "calendar" in match_key(str(quarter)):
        raise ValueError(
            f"quarter={quarter!r}: a column of calendar quarters, where quarters of the financial year are wanted "
            "(1 is April to June); make them such, and name their column so"
        )
    return {"period": period} if quarter is None else {"period": period, "quarter": quarter}


def period_reader(heading: str, cells: Iterable[object], convention: str | None) -> Callable[..., Readings | Unmapped]:
    """Give a function from a period, and its quarter, to all its readings beside this heading and these cells."""
    # Labels with one reading decide whether the column is one of financial or of calendar years, or of months.
    name = match_key(str(heading))
    distinct = dict.fromkeys(cells)
    years = {reading.type for cell in distinct if (reading := _one_reading(cell)) is not None}
    financial = any(word in name for word in ("financial", "fiscal", "yearto", "yearend", "monthsto", "monthsend"))
    financial = financial or (name.startswith(("fy", "ye")) and not name.startswith("year"))
    plain = "calendar" in name or not (financial or years - {"calendar_year"})
    bare = convention or ("calendar" if plain else None)
    other = any(word in name for word in ("academic", "school")) or (
        (any(word in name for word in ("yearend", "yearto", "monthsend", "monthsto")) or name.startswith("ye"))
        and any(month in name for month in _OTHER_MONTHS)
    )
    monthly = any(word in name for word in ("month", "date")) and not financial
    annual = financial or "year" in name or (bool(years) and not monthly)
    return partial(read_period, bare=bare, annual=annual and not monthly, other=other)


def _one_reading(cell: object) -> Period | None:
    """Read a label that can be nothing but what it is, whatever the column."""
    if cell is None or not isinstance(cell, (str, Real, Decimal)):
        return None
    text = split_notes(_text(cell))[0].lower()
    if _BARE.fullmatch(text) or _MONTH.fullmatch(text):
        return None
    read = _read_year(cell)
    return None if isinstance(read, Unmapped) else read


@lru_cache(maxsize=4096, typed=True)
def read_period(
    period: Any, quarter: Any = _WHOLE_YEAR, *, bare: str | None = None, annual: bool = True, other: bool = False
) -> Readings | Unmapped:
    """Read one period, and its quarter where there is one, in every way that its column leaves open."""
    year = _read_year(period)
    if isinstance(year, Unmapped):
        return year
    text = split_notes(_text(period))[0]
    if other and (_BARE.fullmatch(text) or _FINANCIAL.fullmatch(text)):
        return Unmapped(
            period, "the name of its column speaks of another year than April to March; write its last month"
        )
    years: Readings = (year,)
    if _BARE.fullmatch(text):
        first = year.start.year
        ways = {
            "calendar": year,
            "starts": Period(dt.date(first, 4, 1), dt.date(first + 1, 3, 31), "financial_year"),
            "ends": Period(dt.date(first - 1, 4, 1), dt.date(first, 3, 31), "financial_year"),
        }
        years = tuple(ways.values()) if bare is None else (ways[bare],)
    elif not annual and (found := _MONTH.fullmatch(text)):
        number, month = int(found[1]), int(found[2])
        last = calendar.monthrange(number, month)[1]
        years = (year, Period(dt.date(number, month, 1), dt.date(number, month, last), "month"))
    if quarter is _WHOLE_YEAR:
        return years
    label = f"{period} quarter {quarter}"
    number_of = _QUARTER.fullmatch(_text(quarter).lower()) if quarter is not None else None
    if number_of is None:
        return Unmapped(label, "a quarter must be 1, 2, 3 or 4")
    # Only a financial year has these quarters, so of the readings of a bare year two are left.
    whole = [each for each in years if each.type == "financial_year"]
    if not whole:
        hint = '; a bare year needs convention="starts" or "ends"' if _BARE.fullmatch(text) else ""
        return Unmapped(label, f"only a financial year has these quarters{hint}")
    return tuple(_quarter_of(each, int(number_of.group(1))) for each in whole)


def _two_readings(found: Readings) -> str:
    readings = " or ".join(f"{each.start.isoformat()} to {each.end.isoformat()}" for each in found)
    if found[-1].type == "month":
        return f"a year or a month, {readings}: write the year with a stroke, such as 2011/12"
    if found[0].type == "financial_quarter":
        return (
            f"only a financial year has these quarters, and the year can be that of {readings}: say which as "
            'convention="starts" or "ends"'
        )
    return f'it can be {readings}: say which as convention="starts", "ends" or "calendar"'


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
        (_BARE, _calendar_year),
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
    if year not in _YEARS or second not in (f"{year + 1:04}", f"{(year + 1) % 100:02}"):
        return None
    return Period(dt.date(year, 4, 1), dt.date(year + 1, 3, 31), "financial_year")


def _calendar_year(found: re.Match[str]) -> Period | None:
    year = int(found.group())
    return None if year not in _YEARS else Period(dt.date(year, 1, 1), dt.date(year, 12, 31), "calendar_year")


def _year_ending_day(found: re.Match[str]) -> Period | None:
    day, month, year = (int(part) for part in found.groups())
    return _year_to(year, month, day)


def _year_ending(found: re.Match[str]) -> Period | None:
    day, month, year = found.groups()
    return _year_to(int(year), _MONTHS.get(month, 0), None if day is None else int(day))


def _year_to(year: int, month: int, day: int | None) -> Period | None:
    if not 1 <= month <= 12 or year not in _YEARS:
        return None
    last = calendar.monthrange(year, month)[1]
    if day not in (None, last):
        return None
    start = dt.date(year, 1, 1) if month == 12 else dt.date(year - 1, month + 1, 1)
    return Period(
        start, dt.date(year, month, last), {3: "financial_year", 12: "calendar_year"}.get(month, "rolling_year")
    )


def _text(value: object) -> str:
    try:
        if isinstance(value, Real) and not isinstance(value, bool) and float(value).is_integer():
            return str(int(float(value)))
    except OverflowError:  # a whole number beyond what a float holds
        return ""
    return str(value).strip()
