"""Labels that people write for months, quarters and days, put in order of time."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable

_FINANCIAL = re.compile(r"(\d{4})\s*[-/]\s*(\d{2}|\d{4})")
_QUARTER = re.compile(r"(\d{4})\s*[-/]?\s*[Qq]([1-4])")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: place for place, name in enumerate(_NAMES, start=1)}
_MONTH_FIRST = re.compile(r"([a-z]{3})[a-z]*\.?(?:[\s/-]+(?=\d{4})|-)(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[\s/-]+([a-z]{3})[a-z]*\.?")
_QUARTER_FIRST = re.compile(r"q(?:uarter\s*)?([1-4])[\s/-]+(\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_DAY_LAST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})")


def read_calendar(labels: Iterable[Hashable]) -> tuple[list[int], int] | None:
    """Return the places in time of written labels, and how many a year has; None where they name no periods."""
    every = list(labels)
    if (known := text_calendar(every)) is not None or not every:
        return known
    plain = [" ".join(label.lower().split()) if isinstance(label, str) else "" for label in every]
    for pattern, place, size in _FORMS:
        found = [pattern.fullmatch(label) for label in plain]
        places = [place(one) for one in found if one is not None]
        if len(places) == len(plain) and None not in places:
            return [one for one in places if one is not None], size
    return None


def text_calendar(labels: Iterable[Hashable]) -> tuple[list[int], int] | None:
    """Return the places in time of labels such as ``2019/20``, ``2021Q3`` or ``2021-07``, and how many a year has."""
    every = [label.strip() if isinstance(label, str) else "" for label in labels]
    years = [_FINANCIAL.fullmatch(label) for label in every]
    found = [(int(one[1]), int(one[2][-2:])) for one in years if one]
    if len(found) == len(every) and all((first + 1) % 100 == second for first, second in found):
        return [first for first, _ in found], 1
    for pattern, size in ((_QUARTER, 4), (_MONTH, 12)):
        parts = [pattern.fullmatch(label) for label in every]
        if all(parts):
            return [int(one[1]) * size + int(one[2]) - 1 for one in parts if one], size
    return None


def sorts_by_letter(labels: Iterable[Hashable]) -> bool:
    """Say whether written labels are in order of time once they are sorted as text, as 2019/20 is and Apr 2019 not."""
    found = read_calendar(sorted(map(str, labels)))
    return found is None or found[0] == sorted(found[0])


def _month(year: str, month: str) -> int | None:
    number = _MONTHS.get(month) or (int(month) if month.isdigit() and 1 <= int(month) <= 12 else None)
    return None if number is None else (int(year) + (2000 if len(year) == 2 else 0)) * 12 + number - 1


def _first_day(year: str, month: str, day: str) -> int | None:
    return _month(year, month) if int(day) == 1 else None


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], int | None], int], ...] = (
    (_MONTH_FIRST, lambda one: _month(one[2], one[1]) if one[1] in _MONTHS else None, 12),
    (_YEAR_FIRST, lambda one: _month(one[1], one[2]) if one[2] in _MONTHS else None, 12),
    (_QUARTER_FIRST, lambda one: int(one[2]) * 4 + int(one[1]) - 1, 4),
    (_DAY_FIRST, lambda one: _first_day(one[3], one[2], one[1]), 12),
    (_DAY_LAST, lambda one: _first_day(one[1], one[2], one[3]), 12),
)
