"""The days that a sentence names: years, financial years, months, ranges of them, and words that name no day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": 3}
_SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_M = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
)
_Y = r"(?:19|20)\d\d"
_D = r"\d{1,2}(?:st|nd|rd|th)?"
_TO = r"\s*(?:to|and|until|till|up to|through|-)\s*"
_AT = r"(?:(?:the )?(?:start|beginning|end|close|opening|middle) of |early |late |mid[ -])?"  # of a month or a year
_LATEST = 2100
_DECADE = 10
_MOST_MONTHS = 600
_N = f"(?:{'|'.join(_SMALL)})"


@dataclass(frozen=True, slots=True)
class Period:
    """Days that a sentence names, how exactly, and where in the sentence."""

    start: date | None
    end: date | None
    kind: str  # year, financial, month, day, range, years, since, part, unclear
    text: str
    span: tuple[int, int]


def read_periods(text: str) -> tuple[Period, ...]:
    """Return the periods that a text names, in its order; the longest reading of a place wins."""
    found: list[Period] = []
    taken = [False] * len(text)
    for pattern, make in _PATTERNS:
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            days = make(match)
            if days is None:
                continue
            start, end, kind = days
            found.append(Period(start, end, kind, match.group().strip(), match.span()))
            taken[match.start() : match.end()] = [True] * (match.end() - match.start())
    return tuple(sorted(found, key=lambda one: one.span))


_Days = tuple[date | None, date | None, str] | None


def _month(name: str) -> int:
    return _MONTHS.index(name.lower()[:3]) + 1


def _last(year: int, month: int) -> date:
    return (date(year + month // 12, month % 12 + 1, 1)) - timedelta(days=1)


def _day(year: int, month: int, day: str | None, *, last: bool) -> date | None:
    if not day:
        return _last(year, month) if last else date(year, month, 1)
    try:
        return date(year, month, int(re.sub(r"\D", "", day)))
    except ValueError:
        return None


def _range(match: re.Match[str]) -> _Days:
    second = int(match["y2"])
    first_month, last_month = _month(match["m1"]), _month(match["m2"])
    first = int(match["y1"]) if match["y1"] else second - (first_month > last_month)
    start = _day(first, first_month, match["d1"], last=False)
    end = _day(second, last_month, match["d2"], last=True)
    return None if start is None or end is None or start > end else (start, end, "range")


def _from_year(match: re.Match[str]) -> _Days:
    end = _day(int(match["y2"]), _month(match["m2"]), match["d2"], last=True)
    start = date(int(match["y1"]), 1, 1)
    return None if end is None or start > end else (start, end, "range")


def _to_year(match: re.Match[str]) -> _Days:
    start = _day(int(match["y1"]), _month(match["m1"]), match["d1"], last=False)
    end = date(int(match["y2"]), 12, 31)
    return None if start is None or start > end else (start, end, "range")


def _lasting(match: re.Match[str]) -> _Days:
    """Return the days of "the two years to March 2014" and "the six months to September 2024"."""
    year, month, word = int(match["y"]), _month(match["m"]), match["n"].lower()
    end = _day(year, month, match["d"], last=True)
    count = int(word) if word.isdigit() else _SMALL.index(word) + 1
    months = count * (12 if "year" in match.group() else 1)
    if end is None or not 0 < months < _MOST_MONTHS:
        return None
    after = end + timedelta(days=1)
    first = after.year * 12 + after.month - 1 - months
    try:
        return date(first // 12, first % 12 + 1, after.day), end, "range"
    except ValueError:
        return None


def _ending(match: re.Match[str]) -> _Days:
    year, month = int(match["y"]), _month(match["m"])
    end = _day(year, month, match["d"], last=True)
    if end is None:
        return None
    after = end + timedelta(days=1)
    try:
        return date(after.year - 1, after.month, after.day), end, "financial"
    except ValueError:
        return None


def _years(match: re.Match[str]) -> _Days:
    first, written = int(match["y1"]), match["y2"]
    second = int(written) if len(written) > 2 else first - first % 100 + int(written)
    second += 100 if second < first and len(written) == 2 else 0
    slash = re.fullmatch(r"[/-]", match["by"].strip()) is not None
    if slash and second == first + 1:
        return date(first, 4, 1), date(second, 3, 31), "financial"
    if len(written) == 2 and match["by"].strip() != "-":
        return None
    return (date(first, 1, 1), date(second, 12, 31), "years") if first < second < _LATEST else None


def _dated(match: re.Match[str]) -> _Days:
    year, month = int(match["y"]), _month(match["m"])
    if match["d"]:
        day = _day(year, month, match["d"], last=False)
        return None if day is None else (day, day, "day")
    if match["end"]:
        day = _last(year, month)
        return day, day, "day"
    return date(year, month, 1), _last(year, month), "month"


def _quarter(match: re.Match[str]) -> _Days:
    number = int(match["n"]) - 1 if match["n"] else _ORDINALS[match["word"].lower()]
    year = int(match["y"])
    return date(year, 3 * number + 1, 1), _last(year, 3 * number + 3), "range"


def _opening(match: re.Match[str]) -> _Days:
    word, year = match["n"].lower(), int(match["y"])
    count = int(word) if word.isdigit() else 6 if word == "half" else _SMALL.index(word) + 1
    return (date(year, 1, 1), _last(year, count), "range") if 1 <= count < 12 else None


def _since(match: re.Match[str]) -> _Days:
    month = _month(match["m"]) if match["m"] else 4 if match["by"] else 1
    return date(int(match["y"]), month, 1), None, "since"


def _year(match: re.Match[str]) -> _Days:
    year = int(match["y"])
    return date(year, 1, 1), date(year, 12, 31), "year"


def _part(match: re.Match[str]) -> _Days:
    first, last = {"early": (1, 6), "mid": (4, 9), "late": (7, 12)}[match["part"].lower()]
    year = int(match["y"])
    return date(year, first, 1), _last(year, last), "part"


def _unclear(_: re.Match[str]) -> _Days:
    return None, None, "unclear"


_COUNT = r"(?:\d{1,2}(?!\d)|" + "|".join(_SMALL) + r"|twenty|thirty|forty|fifty|a few|several|a couple of)"
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], _Days]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.ASCII), make)
    for pattern, make in (
        (
            rf"\b(?:in |over |during |for )?(?:the (?:{_N} )?(?:months|weeks|years|period) )?(?:from |between )?{_AT}"
            rf"(?P<d1>{_D} )?(?:of )?(?P<m1>{_M})(?:,? (?:of )?(?P<y1>{_Y}))?{_TO}"
            rf"{_AT}(?P<d2>{_D} )?(?:of )?(?P<m2>{_M}),? (?:of )?(?P<y2>{_Y})\b",
            _range,
        ),
        (
            rf"\b(?:from |between )(?:(?:the )?(?:start|beginning) of )?(?P<y1>{_Y}){_TO}{_AT}"
            rf"(?P<d2>{_D} )?(?:of )?(?P<m2>{_M}),? (?P<y2>{_Y})\b",
            _from_year,
        ),
        (
            rf"\b(?:from |between )?(?P<d1>{_D} )?(?:of )?(?P<m1>{_M}),? (?P<y1>{_Y}){_TO}"
            rf"(?:the )?(?:end|close) of (?P<y2>{_Y})\b",
            _to_year,
        ),
        (
            rf"\b(?:in |over |during |for |within )?(?:the |a )(?P<n>{_N}|\d+)(?:-year| years?| months?)(?: period)?"
            rf" (?:to|ending|ended|up to|until|ending in|to the end of) (?P<d>{_D} )?(?P<m>{_M}),? (?P<y>{_Y})\b",
            _lasting,
        ),
        (
            r"\b(?:in |during |for |over )?(?:the |a )?(?:whole |full |entire )?"
            r"(?:(?:12|twelve) months|twelvemonth|(?:financial |reporting )?year)"
            r" (?:to|ending|ended|up to|until|ending in|that ended in|that ended on|which ended in|running to)"
            rf"(?: (?:the )?(?:end|close) of)? (?P<d>{_D} )?(?P<m>{_M}),? (?P<y>{_Y})\b",
            _ending,
        ),
        (rf"\bsince (?:the start of )?(?:(?P<m>{_M}) )?(?P<y>{_Y})\b(?P<by>[/-]\d\d)?", _since),
        (
            rf"\b(?:in |during |for |from |between |the )*(?:financial year )?(?P<y1>{_Y})(?P<by>\s?[/-]\s?|{_TO})"
            rf"(?P<y2>{_Y}|\d\d)(?![\d/%,.]\d|[\d%])(?!-\d)(?: (?:financial|reporting|fiscal) year)?",
            _years,
        ),
        (
            rf"\b(?:in |during )?(?:the )?(?:Q(?P<n>[1-4])|(?P<word>first|second|third|fourth|last) quarter)(?: of)?"
            rf" (?P<y>{_Y})\b",
            _quarter,
        ),
        (
            rf"\b(?:in |during |over )?the first (?P<n>half|\d+|{'|'.join(_SMALL)})(?: months)?(?: of)? (?P<y>{_Y})\b",
            _opening,
        ),
        (
            rf"\b(?:in |on |at |as at |as of |by |during )?(?:late |early |mid-?)?"
            rf"(?P<end>the end of |end of |the last day of |the close of )?"
            rf"(?P<d>{_D} (?:of )?)?(?P<m>{_M}),? (?P<y>{_Y})\b",
            _dated,
        ),
        (rf"\b(?:in |during )?(?P<part>early|mid|late)[ -](?P<y>{_Y})(?![\d/%,.-]\d|[\d%])", _part),
        (
            r"\b(?:in |during |for |over |throughout |across |the |whole of |all of |course of |year |calendar year )*"
            rf"(?P<y>{_Y})(?![\d,.%]\d|[\d%]|s\b)",
            _year,
        ),
        (
            r"\b(?:(?:in|over|during|for|within) )?(?:the )?(?:last|past|previous|next|coming|recent|this|that) "
            rf"(?:{_COUNT} )?(?:year|years|decade|decades|month|months|week|weeks|century|quarter|summer|winter)\b",
            _unclear,
        ),
        (rf"\b(?:in|over|within|for) (?:the )?{_COUNT} (?:years|decades|months|weeks)\b", _unclear),
        (r"\b(?:in |during |the )*(?:19|20)\d0s\b|\bthis century\b|\byesterday\b|\bthis week\b", _unclear),
        (rf"\b(?:in|during|since|by|last) {_M}", _unclear),
    )
)


def months_apart(period: Period) -> bool:
    """Say whether a period names two points between which a change may lie, and so may be read as two periods."""
    return period.kind in ("range", "years")


def ends_of(period: Period) -> Iterator[Period]:
    """Yield the first and the last part of a range, as long as its words name them: a month each, or a year each."""
    start, end = period.start, period.end
    if start is None or end is None:
        return
    if period.kind == "years":
        for year in (start.year, end.year):
            yield Period(date(year, 1, 1), date(year, 12, 31), "year", str(year), period.span)
    else:
        for day in (start, end):
            first = day.replace(day=1)
            yield Period(first, _last(day.year, day.month), "month", period.text, period.span)
