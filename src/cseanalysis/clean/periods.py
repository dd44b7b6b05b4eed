"""Periods as published (``2017/18``, quarter 3; ``year ending March 2023``) to their first and last days.

The grammar says all that a label can stand for; here the name and the other labels of its column say what it does.
"""

from __future__ import annotations

import calendar
import datetime as dt
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from numbers import Real
from typing import Any

from narwhals.stable.v2.typing import IntoFrameT

from cseanalysis.clean.crosswalks import Crosswalk, read_supplied
from cseanalysis.clean.engine.extend import Task, add_columns
from cseanalysis.clean.engine.lookup import Answer, Counted, Key, Resolve
from cseanalysis.clean.labels import Unmapped, match_key
from cseanalysis.clean.written_periods import (
    TYPES,
    Period,
    last_of_month,
    make_period,
    months_to,
    quarter_of,
    read_written,
    split_marks,
)

Readings = tuple[Period, ...]
_QUARTER = re.compile(r"(?:q|quarter)?\s*([1-4])")
_YEAR_CONVENTIONS = ("starts", "ends", "calendar")
_DATE_CONVENTIONS = ("day_first", "month_first")
_YEAR_TYPES = {"financial_year", "calendar_year", "rolling_year"}
_UNREAD = "not a period that can be read"

# What the name of a column says, its letters and digits run together.
_FINANCIAL = ("financial", "fiscal", "yearto", "yearend", "monthsto", "monthsend")
_ENDING = re.compile(r"(?:(?P<count>12|twelve|6|six|3|three)m(?:on)?ths?|(?P<unit>year|quarter|month))(?:to|end)")
_COUNTS = {"12": 12, "twelve": 12, "year": 12, "6": 6, "six": 6, "3": 3, "three": 3, "quarter": 3, "month": 1}
_EDGES = {
    *("end", "ending", "ended", "to", "until", "start", "starting", "begin", "beginning", "commencing", "from"),
    *("quarter", "week"),
}


def harmonise_periods(
    frame: IntoFrameT,
    *,
    period: str = "Financial Year",
    quarter: str | None = None,
    convention: str | None = None,
    on_unmapped: str = "raise",
    crosswalk: Mapping[Any, str] | Crosswalk | None = None,
    prefix: str = "",
) -> IntoFrameT:
    """Add the first and last day of each row's period.

    A label with two readings is refused, unless the name of its column, its other labels or ``convention`` leave one:
    a bare year where name or labels speak of financial years or of years that end in some month; ``2020 Q1`` (of the
    calendar or of the financial year); ``2011-12`` (a year or December) where nothing tells a year from a month;
    ``01/04/2020`` where no other date of the column has a day after the twelfth in first place.

    Parameters
    ----------
    frame
        A pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask or PySpark frame; it is not changed.
    period
        Column of periods. Letter case, spaces, the kind of dash and footnotes do not matter. Read are

        - financial years from April to March: ``2017/18``, ``2017-18``, ``2017_18``, ``2017 to 2018``, ``FY2017/18``,
          ``17/18``, ``Financial year 2017/18``; calendar years: ``2023``, ``CY2023``;
        - quarters and halves of either: ``2019/20 Q1``, ``Q1 2019/20``, ``2020 Q1``, ``2020-S1``;
        - months that end with a month or its last day: ``year ending March 2023``, ``YE Mar-23``, ``12 months to end
          of March 2023``, ``12 months ending 31/03/2023``, ``quarter ending June 2023``;
        - months: ``March 2020``, ``Mar-20``, ``2020-03``, ``03/2020``, ``202003``, ``2020M03``;
        - days: ``2020-03-31``, ``31/03/2020``, ``31 March 2020``, and cells that are dates;
        - spans of months, days or financial years: ``Jan-Mar 2020``, ``Apr '19 to Mar '20``, ``1 April 2019 to
          31 December 2019``.

        Years lie between 1850 and 2150; of two digits they are 1970 to 2049, and 50 to 69 are refused. A month or day
        in a column of name ``12 months ending`` (``year to``, ``quarter ending``) is the end of these months, a day in
        a column of months is its month, and in a column of years neither is read.
    quarter
        Column of quarters of the financial year (1 is April to June; ``1``, ``"1"``, ``"Q1"``), if there is one.
    convention
        What a bare year such as ``2020``, alone, before a quarter or behind ``FY``, names: ``"starts"`` or ``"ends"``,
        the financial year that starts or ends in it; ``"calendar"``, the calendar year. Or what stands first in
        ``01/04/2020``: ``"day_first"`` or ``"month_first"``; without it the month is never taken to.
    on_unmapped
        ``"raise"``, or ``"keep"`` to get nulls for what cannot be read.
    crosswalk
        Periods of your own, which come before the grammar for the labels they name: ``{label: period}`` with a period
        that has one reading (``{"last year": "2019/20"}``), or a path or table with the columns ``label``,
        ``period_start`` and ``period_end`` (dates, both days included).
    prefix
        Put before the names of the new columns.

    Returns
    -------
    same kind of frame
        The same rows (in the same order on pandas, Polars, PyArrow, DuckDB and Dask), with ``period_start`` and
        ``period_end`` (both days included; dates, on pandas ``datetime64``); ``period_type``, which hangs on these days
        alone: ``"financial_year"``, ``"calendar_year"``, ``"rolling_year"`` (any other twelve months),
        ``"financial_quarter"`` (which a quarter of the calendar year is too), ``"month"``, ``"day"`` or ``"span"``;
        ``period_note`` (what stands behind the label: a footnote, or ``(p)``, ``[r]``, ``provisional`` and the like).

    Raises
    ------
    UnmappedLabelError
        When a period or quarter cannot be read, or can be read in two ways.
    ValueError
        When a column is missing or exists already, ``convention`` is none of its words, or ``crosswalk`` has errors.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"Financial Year": ["2017/18", "2017/18"], "Quarter": [1, 4]})
    >>> harmonise_periods(table, quarter="Quarter")["period_end"].dt.strftime("%Y-%m-%d").tolist()
    ['2017-06-30', '2018-03-31']
    >>> bare = pd.DataFrame({"Financial Year": [2020]})
    >>> harmonise_periods(bare, convention="ends")["period_start"].dt.strftime("%Y-%m-%d").tolist()
    ['2019-04-01']
    >>> rolling = pd.DataFrame({"12 months ending": ["30/06/2020"]})
    >>> harmonise_periods(rolling, period="12 months ending")["period_start"].dt.strftime("%Y-%m-%d").tolist()
    ['2019-07-01']
    """
    task = period_task(period=period, quarter=quarter, convention=convention, crosswalk=crosswalk)
    return add_columns(frame, task, on_unmapped=on_unmapped, prefix=prefix)


def period_task(*, period: str, quarter: str | None, convention: str | None, crosswalk: Crosswalk | None) -> Task:
    """Say how the periods in a column are read, and what is added for them."""
    words = (*_YEAR_CONVENTIONS, *_DATE_CONVENTIONS)
    if convention is not None and convention not in words:
        raise ValueError(
            f'convention={convention!r}: must be "starts", "ends" or "calendar" (years), "day_first" or "month_first" '
            "(dates)"
        )
    own = supplied_periods(crosswalk)

    def resolver(counted: Counted) -> Resolve:
        read = period_reader(period, [key[0] for key, _ in counted], convention, own)

        def resolve(key: Key) -> Answer | Unmapped:
            found = read(*key)
            if isinstance(found, Unmapped):
                return found
            if len(found) > 1:
                label = key[0] if len(key) == 1 else f"{key[0]} quarter {key[1]}"
                return Unmapped(label, _two_readings(found), ambiguous=True)
            note = split_marks(key[0])[1] if isinstance(key[0], str) else None
            return found[0].start, found[0].end, found[0].type, note

        return resolve

    return Task(
        keys=period_keys(period, quarter),
        added={"period_start": "date", "period_end": "date", "period_type": "text", "period_note": "text"},
        resolver=resolver,
        remedy=(
            "Write periods as 2017/18 or year ending March 2023, say what they mean as crosswalk=, or pass "
            'on_unmapped="keep" to get nulls'
        ),
        vocabulary={"period_type": TYPES},
    )


_WHOLE_YEAR = object()


def period_keys(period: str, quarter: str | None) -> dict[str, str]:
    """Name the columns of a period by their arguments."""
    if quarter is not None and "calendar" in match_key(str(quarter)):
        raise ValueError(
            f"quarter={quarter!r}: a column of calendar quarters, where quarters of the financial year are wanted "
            "(1 is April to June); make them such, and name their column so"
        )
    return {"period": period} if quarter is None else {"period": period, "quarter": quarter}


def period_reader(
    heading: str, cells: Iterable[object], convention: str | None, own: Mapping[str, Period] | None = None
) -> Callable[..., Readings | Unmapped]:
    """Give a function from a period, and its quarter, to all its readings beside this heading and these cells."""
    distinct = [cell for cell in dict.fromkeys(cells) if not own or _key(cell) not in own]
    return partial(_read_cell, column=_look_at(str(heading), distinct, convention), own=own or {})


@dataclass(frozen=True, slots=True)
class _Column:
    """What the name of a column, its labels and the convention say of each of its labels."""

    years: str | None  # of a bare year "starts", "ends" or "calendar"
    quarters: str | None  # the same before a quarter
    dates: str | None  # "day_first" or "month_first"
    numbers: str | None  # whether 2011-12 is a "year" or a "month"
    ending: int | None  # months that end with a month or day
    months: frozenset[int]  # in which such months may end, if the name says so
    other: bool  # the name speaks of years that are not from April to March
    day: str  # what a day is by the name: "day", "month", or why it is not read
    month: str  # the same of a month


def _look_at(heading: str, cells: Iterable[object], convention: str | None) -> _Column:
    """Decide what the name and those labels that have one reading leave open for the others."""
    words = re.findall("[a-z]+|[0-9]+", heading.casefold())
    name = "".join(words)
    written = [_written(cell) for cell in cells]
    sure = [found[0] for found in written if len(found) == 1]
    kinds = {each.type for each in sure}

    ending = _COUNTS[found["count"] or found["unit"]] if (found := _ENDING.search(name)) else None
    short = name.startswith("ye") and not name.startswith("year")
    ending = None if "todate" in name else 12 if short else ending
    months = frozenset(
        number
        for names in (calendar.month_name, calendar.month_abbr)
        for number, each in enumerate(names)
        if each and ending and (each.casefold() in words or (len(each) > 3 and each.casefold() in name))
    )
    financial = any(word in name for word in _FINANCIAL) or name.startswith("fy") or short
    monthly = any(word in name for word in ("month", "date")) and not financial
    annual = (financial or "year" in name) and not monthly and ending is None
    financial = financial or any(_speak_of_financial_years(found) for found in written)
    plain = "calendar" in name or not (financial or kinds - {"calendar_year", "month", "day"})

    years = convention if convention in _YEAR_CONVENTIONS else None
    dates = convention if convention in _DATE_CONVENTIONS else None
    ways = {each.way for each in sure}
    if dates is None and "day_first" in ways and "month_first" not in ways:
        dates = "day_first"
    is_year, is_month = bool(kinds & _YEAR_TYPES), "month" in kinds or "month" in words
    numbers = "year" if annual else None
    if numbers is None and is_year != is_month:
        numbers = "month" if is_month else None if monthly else "year"

    day = month = ""
    if annual:
        day = month = f"{_UNREAD} in a column of years, which its name makes it; write the year"
    elif "month" in words and ending is None:
        day = "month"
    elif ending is None and ("week" in name or _EDGES & set(words)):
        day = month = f"{_UNREAD}: the name of its column makes it an end of something, but does not say of what"
    elif "day" not in words and _on_edges(written, dates):
        day = (
            f"{_UNREAD}: a day, or the month, quarter or year that it stands for, as all dates here are first or all "
            "last days of a month; name the column Day, Month or 12 months ending"
        )
    return _Column(
        years=years or ("calendar" if plain else None),
        quarters=years or ("calendar" if "calendar" in name else None),
        dates=dates,
        numbers=numbers,
        ending=ending,
        months=months,
        other=any(word in name for word in ("academic", "school")) or (ending == 12 and bool(months - {3})),
        day=day,
        month=month,
    )


def _speak_of_financial_years(found: Readings) -> bool:
    """Whether a label such as FY2020 or 2020 Q1, itself open, makes a bare year beside it doubtful."""
    ways = {each.way for each in found}
    return "starts" in ways and not ("calendar" in ways and found[0].type == "calendar_year")


def _on_edges(written: Iterable[Readings], dates: str | None) -> bool:
    days = {each.start for found in written for each in found if each.type == "day" and each.way in ("", dates)}
    return len(days) > 1 and (all(day.day == 1 for day in days) or all(day == last_of_month(day) for day in days))


def _written(cell: object) -> Readings:
    if isinstance(cell, dt.date):
        moment = cell if isinstance(cell, dt.datetime) else None
        if moment is not None and (moment.hour or moment.minute or moment.second or moment.microsecond):
            return ()
        day = dt.date(cell.year, cell.month, cell.day)
        return (make_period(day, day),)
    return read_written(_text(cell)) if isinstance(cell, (str, Real, Decimal)) else ()


def _read_cell(
    period: Any, quarter: Any = _WHOLE_YEAR, *, column: _Column, own: Mapping[str, Period]
) -> Readings | Unmapped:
    """Read one period, and its quarter where there is one, in every way that its column leaves open."""
    if period is None:
        return Unmapped(None)
    supplied = own.get(_key(period)) if own else None
    read = _read_label(period, column) if supplied is None else (supplied,)
    if quarter is _WHOLE_YEAR or isinstance(read, Unmapped):
        return read
    label = f"{period} quarter {quarter}"
    number = _QUARTER.fullmatch(_text(quarter).lower()) if quarter is not None else None
    if number is None:
        return Unmapped(label, f"a quarter must be 1, 2, 3 or 4, not {str(quarter)!r}")
    # Only a financial year has these quarters, so of the readings of a bare year two are left.
    whole = [each for each in read if each.type == "financial_year"]
    if not whole:
        hint = '; a bare year needs convention="starts" or "ends"' if read[0].way == "calendar" else ""
        return Unmapped(label, f"only a financial year has these quarters{hint}")
    return tuple(quarter_of(each, int(number.group(1))) for each in whole)


def _read_label(period: Any, column: _Column) -> Readings | Unmapped:
    written = _written(period)
    text = isinstance(period, (str, Real, Decimal))
    label = period if text else str(period)
    if not written:
        # str() of a pandas Period or a numpy month drops its frequency: 2018 by Y-MAR, 2011-12 by M
        return Unmapped(label, _UNREAD if text else _not_text(period))
    if column.other and any(each.way in (*_YEAR_CONVENTIONS, "year") for each in written):
        return Unmapped(
            label, "the name of its column speaks of another year than April to March; write its last month"
        )
    left = [each for each in written if _may_be(each, written, column)]
    if {"year", "month"} <= {each.way for each in left} and column.ending is None:
        return tuple(left)
    placed = tuple(dict.fromkeys(each for one in left if (each := _placed(one, column)) is not None))
    american = len(placed) == 1 and placed[0].way == "month_first" and column.dates != "month_first"
    if placed and not american:
        return placed
    return Unmapped(label, _why_unread(written, left, column) if text else _not_text(period))


def _not_text(period: object) -> str:
    return f"a {type(period).__name__}, not text or a year; write it as published"


def _may_be(reading: Period, written: Readings, column: _Column) -> bool:
    """Whether the column leaves a reading open."""
    way, ways = reading.way, {each.way for each in written}
    if way in _YEAR_CONVENTIONS:
        decided = column.years if written[0].type in _YEAR_TYPES else column.quarters
        # A plain column makes a bare year one of the calendar, but not FY2020.
        return decided not in ways or way == decided
    if way in (*_DATE_CONVENTIONS, "year_first"):
        return column.dates in (None, way)
    return not {"year", "month"} <= ways or column.numbers in (None, way)


def _placed(reading: Period, column: _Column) -> Period | None:
    """Give a month or day the meaning that the name of its column has for it."""
    if reading.type not in ("day", "month"):
        return reading
    if column.ending is not None:
        if column.months and reading.end.month not in column.months:
            return None
        return months_to(reading.end, column.ending, reading.way)
    place = column.day if reading.type == "day" else column.month
    if place == "month":
        return make_period(reading.start.replace(day=1), last_of_month(reading.end), reading.way)
    return None if place else reading


def _why_unread(written: Readings, left: list[Period], column: _Column) -> str:
    """Say why no reading of a label is left."""
    if any(each.way == "month_first" for each in written) and all(
        each.way == "month_first" for each in left or written
    ):
        return f'{_UNREAD} with its day first; if all dates have the month first, say convention="month_first"'
    if not left:
        return f"{_UNREAD} by the convention"
    if column.ending is not None:
        return f"{_UNREAD} as the last month, or the last day of it, which the name of its column makes it"
    return column.day if left[0].type == "day" else column.month


def _two_readings(found: Readings) -> str:
    readings = " or ".join(f"{each.start.isoformat()} to {each.end.isoformat()}" for each in found)
    ways = {each.way for each in found}
    if "month" in ways:
        return f"a year or a month, {readings}: write the year with a stroke, such as 2011/12, or name the column Month"
    if ways & set(_DATE_CONVENTIONS):
        return f'it can be {readings}: say which as convention="day_first" or "month_first"'
    if found[0].type == "financial_quarter" and "calendar" not in ways:
        return (
            f"only a financial year has these quarters, and the year can be that of {readings}: say which as "
            'convention="starts" or "ends"'
        )
    words = '"starts", "ends" or "calendar"' if "calendar" in ways else '"starts" or "ends"'
    return f"it can be {readings}: say which as convention={words}"


def _text(value: object) -> str:
    try:
        if isinstance(value, Real) and not isinstance(value, bool) and float(value).is_integer():
            return str(int(float(value)))
    except OverflowError:  # a whole number beyond what a float holds
        return ""
    return str(value).strip()


def _key(cell: object) -> str:
    return match_key(cell.isoformat()[:10] if isinstance(cell, dt.date) else _text(cell))


def supplied_periods(crosswalk: Mapping[Any, str] | Crosswalk | None) -> dict[str, Period]:
    """Read and check periods that are supplied, by the keys of their labels."""
    if crosswalk is None:
        return {}
    rows = _targets(crosswalk) if isinstance(crosswalk, Mapping) else _dates(crosswalk)
    own: dict[str, Period] = {}
    errors: list[str] = []
    for place, label, found in rows:
        key = "" if label is None else _key(label)
        if isinstance(found, str):
            errors.append(f"{place}: {found}")
        elif not key:
            errors.append(f"{place}: an empty label")
        elif own.setdefault(key, found) != found:
            errors.append(f"{place}: another period for a label that is there already")
    if errors:
        more = f"; and {len(errors) - 5} more" if len(errors) > 5 else ""
        raise ValueError(f"crosswalk of periods: {'; '.join(errors[:5])}{more}. Correct them")
    return own


def _targets(crosswalk: Mapping[Any, str]) -> Iterator[tuple[str, object, Period | str]]:
    for label, target in crosswalk.items():
        found = tuple(dict.fromkeys(_written(target)))
        if len(found) != 1 or found[0].way == "month_first":
            what = "can be read in two ways" if found else f"is {_UNREAD}"
            yield repr(label), label, f"{target!r} {what}; write it as 2019/20 or 1 April 2019 to 31 March 2020"
        else:
            yield repr(label), label, found[0]


def _dates(crosswalk: Crosswalk) -> Iterator[tuple[str, object, Period | str]]:
    header, rows = read_supplied(crosswalk)
    wanted = ("label", "period_start", "period_end")
    if missing := [name for name in wanted if name not in header]:
        where = f" {os.fspath(crosswalk)}" if isinstance(crosswalk, (str, os.PathLike)) else " table"
        raise ValueError(f"crosswalk{where}: no column {missing[0]!r}; its columns must be {', '.join(wanted)}")
    for place, row in rows:
        first, last = (_written(row[name]) for name in wanted[1:])
        if not (first and last and first[0].type == last[0].type == "day" and len(first) == len(last) == 1):
            shown = " and ".join(repr(row[name]) for name in wanted[1:])
            yield place, row["label"], f"{shown} are not two dates such as 2019-04-01"
        elif last[0].end < first[0].start:
            yield place, row["label"], f"period_end {last[0].end} lies before period_start {first[0].start}"
        else:
            yield place, row["label"], make_period(first[0].start, last[0].end)
