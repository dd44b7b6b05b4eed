"""The grammar of periods: a label to a shape of one letter a word, and the shape to all days that it can stand for.

``Apr 2019 to Mar 2020`` has the shape ``m4~m4``: month, number of four digits, "to", month, number of four digits.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from cseanalysis.clean.labels import split_notes

# No count of recorded crime in England and Wales is older; what lies outside is a slip of the finger.
_YEARS = range(1850, 2151)
# Two digits are a year from 1970 to 2049; from 50 to 69 the century is not clear.
_THIS_CENTURY, _LAST_CENTURY = range(50), range(70, 100)

_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_NUMBERS = {"twelve": "12", "nine": "9", "six": "6", "three": "3"}
_NUMBERS |= {"first": "1", "second": "2", "third": "3", "fourth": "4"}
# The letters of a shape, and the words that each stands for; k is the quarter of Scandinavian publishers.
_LETTERS = {
    "y": "year yr y",
    "f": "financial fiscal government",
    "c": "calendar",
    "q": "quarter qtr q k",
    "h": "half semester h s",
    "n": "month months mth mths m",
    "e": "ending ended end e",
    "b": "beginning starting commencing",
    "~": "to until through",
    "fy": "fy",
    "cy": "cy",
    "ye": "ye",
    "qe": "qe",
    "": "the of period rolling",
}
# Each word to its letters and, of numbers and months, its value.
_TOKENS = {word: (letters, "") for letters, words in _LETTERS.items() for word in words.split()}
_TOKENS |= {word: ("m", str(number)) for word, number in _MONTHS.items()}
_TOKENS |= {word: (str(len(number)), number) for word, number in _NUMBERS.items()} | {
    mark: (mark, "") for mark in "-/_."
}
_LONGEST = 100  # characters; no period takes as many

_SPACES = str.maketrans(",'", "  ")
_TOKEN = re.compile(r"[0-9]+|[a-z]+|\S")
_ORDINAL = re.compile(r"\b([0-9]{1,2})(?:st|nd|rd|th)\b(?=\s*[a-z])")
_MIDNIGHT = re.compile(r"(?<=[0-9])[t ]00:00(?::00(?:\.0+)?)?z?(?=$|/)")
# Provisional, revised, and in brackets also estimated, and b for a break in the series.
# A sign behind a year may say that it is not whole, and what it says stands somewhere else.
_SIGNS = ("*", "\u2020", "\u2021", "#")
_MARK = re.compile(
    r"(?:[\[(]\s*(?:p|r|b|e|prov|rev|provisional|preliminary|revised)\.?\s*[\])]"
    r"|(?<=[0-9])[pr]|\s(?:p|r|prov|rev|provisional|preliminary|revised)\.?)$",
    re.IGNORECASE,
)

# Patterns of shapes. 6 is a year and month (201903) or two years (201920), 8 a date (20190331).
_LEAD = r"(?:(?:(?P<calendar>c)|(?P<financial>f))-?y?[-/]?|y[-/]?)?"
_YEAR = r"(?:(?P<first>[24])[-/_~](?P<second>[24])|(?P<both>6)|(?P<one>[24]))"
_PART = r"(?P<part>[qh])-?(?P<number>1)"
_YEAR_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rf"{_LEAD}{_YEAR}(?:[-/_]?{_PART})?(?:(?P<behind>f)y?)?",
        rf"{_LEAD}{_YEAR}[-/_]?(?P<number>1)(?P<part>[qh])(?:(?P<behind>f)y?)?",
        rf"{_PART}[-/_]?{_LEAD}{_YEAR}(?:(?P<behind>f)y?)?",
        rf"(?P<number>1)(?P<part>[qh])[-/_]?{_LEAD}{_YEAR}(?:(?P<behind>f)y?)?",
    )
)
# Months and days with what must be so for a label of that shape to mean them; the last two need a year from elsewhere.
_POINT_SHAPES = tuple(
    (re.compile(shape), way)
    for shape, way in (
        (r"(?P<month>m)[-/_]?(?P<year>[24])", ""),
        (r"(?P<year>4)[-/_]?(?P<month>m)", ""),
        (r"(?P<year>4)-?n(?P<month>[12])", ""),
        (r"(?P<year>4)[-_](?P<month>2)", "month"),
        (r"(?P<month>[12])[-/](?P<year>4)", "month"),
        (r"(?P<day>[12])[-/]?(?P<month>m)[-/]?(?P<year>[24])", ""),
        (r"(?P<month>m)(?P<day>[12])(?P<year>4)", ""),
        (r"(?P<year>4)(?P<mark>[-/])(?P<month>2)(?P=mark)(?P<day>2)", ""),
        (r"(?P<day>[12])(?P<mark>[-/.])(?P<month>[12])(?P=mark)(?P<year>4)", "day_first"),
        (r"(?P<month>[12])(?P<mark>[-/.])(?P<day>[12])(?P=mark)(?P<year>4)", "month_first"),
        (r"(?P<day>2)(?P<mark>[-/.])(?P<month>2)(?P=mark)(?P<year>2)", "day_first"),
        (r"(?P<month>2)(?P<mark>[-/.])(?P<day>2)(?P=mark)(?P<year>2)", "month_first"),
        (r"(?P<year>2)(?P<mark>[-/.])(?P<month>2)(?P=mark)(?P<day>2)", "year_first"),
        (r"(?P<month>m)", ""),
        (r"(?P<day>[12])(?P<month>m)", ""),
    )
)
# 10/11 can be October 2011, but nobody would know 05/20 for May 2020.
_SHORT_MONTH = re.compile(r"(?P<month>2)[-/](?P<year>2)")
_LENGTH = r"(?P<length>y|q|n|(?P<count>[12])-?n)"
_ENDING = re.compile(rf"{_LENGTH}(?:[-/]?e|~e?)(?P<point>.+)")
_BEGINNING = re.compile(rf"{_LENGTH}b(?P<point>.+)")


TYPES = frozenset(
    ("financial_year", "calendar_year", "rolling_year", "financial_quarter", "month", "day", "span")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both included, what kind of period it is, and what must be so for a label to mean it."""

    start: dt.date
    end: dt.date
    type: str
    # "" nothing; "calendar", "starts", "ends", "day_first", "month_first", "year_first": a convention; "year": a
    # financial year without its months; "month": a month as a number.
    way: str = field(default="", compare=False)


Readings = tuple[Period, ...]
Tokens = tuple[str, tuple[str, ...]]


def make_period(start: dt.date, end: dt.date, way: str = "") -> Period:
    """Make a period, its type told by its days alone: one period has one type however it is written."""
    if start == end:
        return Period(start, end, "day", way)
    kind = "span"
    if start.day == 1 and end == last_of_month(end):
        months = 12 * (end.year - start.year) + end.month - start.month + 1
        if months == 12:
            kind = {3: "financial_year", 12: "calendar_year"}.get(end.month, "rolling_year")
        elif months == 3 and start.month % 3 == 1:
            kind = "financial_quarter"
        elif months == 1:
            kind = "month"
    return Period(start, end, kind, way)


def last_of_month(day: dt.date) -> dt.date:
    """Give the last day of the month of a day."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def months_to(end: dt.date, count: int, way: str = "") -> Period | None:
    """Give so many whole months that end on a day, if it is the last of its month."""
    place = 12 * end.year + end.month - count
    if end != last_of_month(end) or count < 1 or place // 12 not in _YEARS:
        return None
    return make_period(dt.date(place // 12, place % 12 + 1, 1), end, way)


def months_from(start: dt.date, count: int, way: str = "") -> Period | None:
    """Give so many whole months that start on a day, if it is the first of its month."""
    place = 12 * start.year + start.month - 1 + count - 1
    if start.day != 1 or count < 1 or place // 12 not in _YEARS:
        return None
    return make_period(start, last_of_month(dt.date(place // 12, place % 12 + 1, 1)), way)


def quarter_of(year: Period, number: int) -> Period:
    """Give one quarter of a year that starts on the first of a month."""
    return _part_of(year, number, 3)


def split_marks(label: str) -> tuple[str, str | None]:
    """Separate a label from the footnotes and the marks of provisional or revised figures behind it."""
    marks: list[str] = []
    while True:
        if label.rstrip().endswith(_SIGNS):
            return label, None
        label, notes = split_notes(label)
        found = _MARK.search(label)
        marks[:0] = [each for each in (found and found.group().strip(), notes) if each]
        if not found:
            return label, " ".join(marks) or None
        label = label[: found.start()].rstrip()


@lru_cache(maxsize=2**15)
def read_written(label: str) -> Readings:
    """Read a label in every way that the grammar has for it; none where it has no way."""
    tokens = tokenise(split_marks(label)[0])
    if tokens is None:
        return ()
    years = tuple(_years(tokens))
    found = (*years, *_points(tokens), *_long_points(tokens), *_spans(tokens))
    if years and (short := _SHORT_MONTH.fullmatch(tokens[0])):
        first, second = tokens[1][short.start("month")], tokens[1][short.start("year")]
        found += tuple(_point(_full_year(second) or 0, int(first), None, "month"))
    return tuple({(each.start, each.end, each.way): each for each in found}.values())


def tokenise(text: str) -> Tokens | None:
    """Turn a label into its shape, with the number or month for each letter of it; None if a word is unknown."""
    if len(text) > _LONGEST:
        return None
    plain = text.casefold()
    plain = (plain.translate(_SPACES) if plain.isascii() else "".join(map(_plain, plain))).strip()
    plain = _ORDINAL.sub(r"\1", _MIDNIGHT.sub("", plain) if ":" in plain else plain)
    shape: list[str] = []
    values: list[str] = []
    for word in _TOKEN.findall(plain):
        token = _TOKENS.get(word)
        if token is not None:
            letters, value = token
        elif word[0] in "0123456789" and len(word) in (1, 2, 4, 6, 8):
            letters, value = str(len(word)), word
        else:
            return None
        if word == "." and shape and shape[-1] == "m":
            continue  # an abbreviated month
        shape += letters
        values += [value or letter for letter in letters]
    return "".join(shape), tuple(values)


def _plain(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Pd" or character == "\N{MINUS SIGN}":
        return "-"
    if kind == "Cf":
        return ""
    return " " if character in ",'\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}" else character


def _full_year(digits: str) -> int | None:
    year = int(digits)
    if len(digits) == 2:
        year += 2000 if year in _THIS_CENTURY else 1900 if year in _LAST_CENTURY else 0
    return year if year in _YEARS else None


def _years(tokens: Tokens) -> Iterable[Period]:
    """Read years without their months, and their quarters and halves."""
    shape, values = tokens
    places = _year_places(shape)
    return () if places is None else _years_of({name: values[place] for name, place in places.items()})


@lru_cache(maxsize=2**12)
def _year_places(shape: str) -> dict[str, int] | None:
    """Say where in a shape the parts of a year stand; remembered, as many labels have few shapes."""
    return next((_groups(found) for pattern in _YEAR_SHAPES if (found := pattern.fullmatch(shape))), None)


def _groups(found: re.Match[str]) -> dict[str, int]:
    return {name: found.start(name) for name, there in found.groupdict().items() if there}


def _years_of(cells: dict[str, str]) -> Iterator[Period]:
    financial = "financial" in cells or "behind" in cells
    if "one" in cells:
        year = _full_year(cells["one"])
        if year is None or (len(cells["one"]) == 2 and not (financial or "calendar" in cells or "part" in cells)):
            return
        ways = {"calendar": (year, 1), "starts": (year, 4), "ends": (year - 1, 4)}
        if "calendar" in cells:
            ways = {"": (year, 1)}
        elif financial:
            del ways["calendar"]
    else:
        first, second = (
            (cells["first"], cells["second"]) if "first" in cells else (cells["both"][:4], cells["both"][4:])
        )
        year = _full_year(first)
        if year is None or "calendar" in cells or second not in (f"{year + 1}"[-2:], f"{year + 1}"):
            return
        if len(second) > len(first):
            return
        ways = {"year": (year, 4)}
    for way, (start, month) in ways.items():
        whole = months_from(dt.date(start, month, 1), 12, way)
        if whole is None or "part" not in cells:
            if whole is not None:
                yield whole
            continue
        size = 3 if cells["part"] == "q" else 6
        if 1 <= int(cells["number"]) <= 12 // size:
            yield _part_of(whole, int(cells["number"]), size)


def _part_of(year: Period, number: int, size: int) -> Period:
    place = 12 * year.start.year + year.start.month - 1 + size * (number - 1)
    part = months_from(dt.date(place // 12, place % 12 + 1, 1), size, year.way)
    assert part is not None  # noqa: S101 - a year within the years has all its parts there
    return part


def _points(tokens: Tokens, year: int | None = None) -> Iterator[Period]:
    """Read months and days; those without a year only where one is given."""
    shape, values = tokens
    for places, way in _point_places(shape):
        there = _full_year(values[places["year"]]) if "year" in places else year
        if there is not None and ("year" in places) == (year is None):
            day = values[places["day"]] if "day" in places else None
            yield from _point(there, int(values[places["month"]]), day, way)
    if year is None and shape in ("6", "8"):
        yield from _digits(*tokens)


@lru_cache(maxsize=2**12)
def _point_places(shape: str) -> tuple[tuple[dict[str, int], str], ...]:
    return tuple((_groups(found), way) for pattern, way in _POINT_SHAPES if (found := pattern.fullmatch(shape)))


def _digits(shape: str, values: tuple[str, ...]) -> Iterator[Period]:
    """Read 201903 and 20190331."""
    text = values[0]
    year = _full_year(text[:4])
    if year is not None:
        yield from _point(year, int(text[4:6]), text[6:] or None, "month" if shape == "6" else "")


def _point(year: int, month: int, day: str | None, way: str) -> Iterator[Period]:
    if not 1 <= month <= 12:
        return
    if day is None:
        first = dt.date(year, month, 1)
        yield make_period(first, last_of_month(first), way)
    elif 1 <= int(day) <= calendar.monthrange(year, month)[1]:
        there = dt.date(year, month, int(day))
        yield make_period(there, there, way)


def _long_points(tokens: Tokens) -> Iterator[Period]:
    """Read so many months that end, or begin, with a month or day."""
    shape, values = tokens
    for places, ending in _long_places(shape):
        place = places["point"]
        point = shape[place:], values[place:]
        # "Year ending 2011-12" can be the financial year or the year to December.
        if any(_years(point)):
            continue
        length = values[places["count"]] if "count" in places else shape[places["length"]]
        count = {"y": 12, "q": 3, "n": 1}.get(length) or int(length)
        for each in _points(point):
            way = "" if each.way == "month" else each.way
            whole = months_to(each.end, count, way) if ending else months_from(each.start, count, way)
            if whole is not None:
                yield whole


@lru_cache(maxsize=2**12)
def _long_places(shape: str) -> tuple[tuple[dict[str, int], bool], ...]:
    ways = ((_ENDING.fullmatch(shape), True), (_BEGINNING.fullmatch(shape), False))
    return tuple((_groups(found), ending) for found, ending in ways if found)


def _spans(tokens: Tokens) -> Iterator[Period]:
    """Read what goes from one month, day or financial year to another."""
    shape, values = tokens
    for place in _middles(shape):
        left, right = (shape[:place], values[:place]), (shape[place + 1 :], values[place + 1 :])
        for last in _ends(right):
            for first in (*_ends(left), *_points(left, last.start.year)):
                ways = {first.way, last.way} - {""}
                if first.end < last.start and len(ways) < 2:
                    yield make_period(first.start, last.end, "".join(ways))


@lru_cache(maxsize=2**12)
def _middles(shape: str) -> tuple[int, ...]:
    return tuple(
        place
        for place, letter in enumerate(shape)
        if letter in "~-/" and all(map(_may_end, (shape[:place], shape[place + 1 :])))
    )


def _may_end(shape: str) -> bool:
    pair = _year_places(shape) or {}
    return bool(_point_places(shape) or "first" in pair or shape in ("6", "8"))


def _ends(tokens: Tokens) -> Iterator[Period]:
    yield from _points(tokens)
    yield from (each for each in _years(tokens) if each.way == "year")
