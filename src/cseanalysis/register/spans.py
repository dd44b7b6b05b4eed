"""Lengths and overlaps of periods, in days and calendar months."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

_DAYS_IN_MONTH = 365.25 / 12


@lru_cache(maxsize=4096)
def months_in(start: date, end: date) -> float:
    """Return the length of a period in months: whole ones counted by the calendar, others by days.

    Examples
    --------
    >>> months_in(date(2023, 4, 1), date(2024, 3, 31)), months_in(date(2024, 4, 1), date(2024, 12, 31))
    (12.0, 9.0)
    """
    after = end + timedelta(days=1)
    if start.day == 1 and after.day == 1:
        return float((after.year - start.year) * 12 + after.month - start.month)
    return (after - start).days / _DAYS_IN_MONTH


def overlap(start: date, end: date, other_start: date, other_end: date) -> int:
    """Return the number of days that two periods share, both ends included.

    Examples
    --------
    >>> overlap(date(2023, 1, 1), date(2023, 12, 31), date(2023, 10, 1), date(2024, 9, 30))
    92
    """
    return max(0, (min(end, other_end) - max(start, other_start)).days + 1)
