"""Lengths and overlaps of periods, in days and calendar months, and of ranges of ages."""

from __future__ import annotations

import math
from datetime import date, timedelta
from functools import lru_cache

_DAYS_IN_MONTH = 365.25 / 12
_LONGEST_MONTH = 31
_SAME_LENGTH = 0.02  # of the longer: years of 365 and 366 days are equally long, and so are quarters
_YEAR = 12  # months


@lru_cache(maxsize=4096)
def months_in(start: date, end: date) -> float:
    """Return the length of a period in months: whole ones counted by the calendar, others by days."""
    after = end + timedelta(days=1)
    if start.day == 1 and after.day == 1:
        return float((after.year - start.year) * 12 + after.month - start.month)
    return (after - start).days / _DAYS_IN_MONTH


def overlap(start: date, end: date, other_start: date, other_end: date) -> int:
    """Return the number of days that two periods share, both ends included."""
    return max(0, (min(end, other_end) - max(start, other_start)).days + 1)


def same_length(months: float, other: float) -> bool:
    """Say whether two lengths are the same but for leap days and months of 30 and 31 days."""
    return abs(months - other) <= _SAME_LENGTH * max(months, other)


def whole_years(months: float) -> bool:
    """Say whether a length is one of whole years, so that it holds every season alike."""
    return months >= _YEAR and same_length(months, round(months / _YEAR) * _YEAR)


def other_seasons(start: date, end: date, other_start: date, other_end: date) -> bool:
    """Say whether two periods of one length, and of no whole years, lie in other parts of their years."""
    months, other = months_in(start, end), months_in(other_start, other_end)
    if start == end or other_start == other_end or not same_length(months, other):
        return False
    if whole_years(months):
        return False
    # A leap day moves the number of a day by one.
    return abs(start.timetuple().tm_yday - other_start.timetuple().tm_yday) > 1


def side(start: date | None, end: date | None, first: date, last: date) -> str:
    """Return whether a period lies before an event, after it, or across it; an unknown one on no side."""
    # The event began on one of the days from ``first`` to ``last``. A month counts from its first day on.
    if start is None or end is None:
        return "unknown"
    if end < first:
        return "before"
    return "after" if start > last or (start >= first and (last - first).days < _LONGEST_MONTH) else "across"


def years_of_age(ages: str) -> tuple[float, float]:
    """Return the lowest and the highest year of life that words such as "under 13" cover; inverted where none."""
    numbers = [int(word) for word in ages.split() if word.isdigit()]
    if ages.startswith("under"):
        return 0, numbers[0] - 1
    return (numbers[0], numbers[1] if len(numbers) > 1 else math.inf) if numbers else (math.inf, -math.inf)


@lru_cache(maxsize=4096)
def crossing(ages: str, other: str) -> bool:
    """Say whether two ranges of ages have years of life in common and neither holds the other."""
    (low, high), (least, most) = sorted([years_of_age(ages), years_of_age(other)])
    return low < least <= high < most


@lru_cache(maxsize=4096)
def disjoint(ages: str, other: str) -> bool:
    """Say whether two ranges of ages have no year of life in common."""
    (low, high), (least, most) = years_of_age(ages), years_of_age(other)
    return low <= high and least <= most and (high < least or most < low)
