"""What a number in words or figures states: ``more than 4,000``, ``one in 10``, ``£2.5 million``, ``5% to 7%``.

Plain text in, a `Statement` out. Ends are computed in decimals, so 7.5 less half a tenth is 7.45.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_AMOUNT = rf"({_NUMBER})(?:\s?(k|m|bn|thousand|million|billion)\b)?"
_SCALES = {"k": 3, "thousand": 3, "m": 6, "million": 6, "bn": 9, "billion": 9}
_PLAIN = re.compile(rf"-?({_NUMBER})")
_ONE = re.compile(_AMOUNT)
_BEHIND = re.compile(rf"{_AMOUNT}(?:(\+)|\s(or more|or over|and over|and above|or fewer|or less|or under))")
_TWO = re.compile(rf"(?:between |from )?(-?){_AMOUNT}(\s?-\s?| to | and )(-?){_AMOUNT}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_MONTH = re.compile(r"0?[1-9]|1[0-2]")
_PADDED = re.compile(r"0[0-9]")
_WORDS = {
    "more_than": "more than;just more than;slightly more than;far more than;over;just over;slightly over;well over;"
    "above;just above;in excess of;exceeding;>",
    "at_least": "at least;no fewer than;no less than;not less than;not fewer than;a minimum of;minimum of;upwards of;"
    ">=;≥",
    "less_than": "less than;fewer than;under;well under;below;<",
    "at_most": "at most;up to;no more than;not more than;a maximum of;maximum of;<=;≤",
    "nearly": "nearly;almost;just under;just below;close to;approaching",
    "around": "around;about;approximately;approx.;approx;circa;ca.;ca;c.;c;some;roughly;in the region of;an estimated;"
    "estimated;est.;~;≈",
}
_QUALIFIER_OF = {word: qualifier for qualifier, words in _WORDS.items() for word in words.split(";")}
QUALIFIERS = frozenset((*_WORDS, "exact", "range"))
_QUALIFIED = re.compile(
    rf"({'|'.join(re.escape(word) for word in sorted(_QUALIFIER_OF, key=len, reverse=True))})(\s?)(.+)"
)
_DIGITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_SMALL = {word: number for number, word in enumerate(_DIGITS, 1)} | {"a": 1, "an": 1}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4} | dict(
    zip(["fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], range(5, 11), strict=True)
)
_WHOLE = rf"{'|'.join(_SMALL)}|{_NUMBER}"
_RATIO = re.compile(rf"({_WHOLE}) (?:in|out of)(?: every)? ({_WHOLE})")
_FRACTION = re.compile(rf"(?:({'|'.join(_SMALL)})[ -])?({'|'.join(_PARTS)})s?")
_PER_CENT = re.compile(r"(?<=[0-9a-z])\s?(?:%|per cent\b|percent\b)(?=[\s+-]|$)")
_CURRENCY = re.compile(r"(?:(?<=^)|(?<=[\s<>=~≈≤≥-]))([£$€])\s?(?=[0-9])")
Ends = tuple[str, Decimal | None, Decimal | None]


@dataclass(frozen=True, slots=True)
class Statement:
    """A number as stated: ``value`` only when it is printed as exact; ``unit`` is ``"%"``, a currency sign or None."""

    value: float | None
    qualifier: str
    low: float | None
    high: float | None
    unit: str | None


def read_statement(text: str, *, around_width: Decimal) -> Statement | None:
    """Read one statement of a number, or give None."""
    # ``text`` is in small letters, with single spaces and ``-`` for every dash, without footnote marks;
    # ``around_width`` is in units of the last significant digit.
    text, unit = _split_unit(text)
    if unit == "":
        return None
    printed = _PLAIN.fullmatch(text)
    if printed:
        number = Decimal(text.replace(",", ""))
        # A published percentage was rounded to the digits it shows; a published count was not.
        width = _reach(abs(number), around_width * _last_digit(printed[1])) if unit == "%" else Decimal(0)
        return _statement("exact", number - width, number + width, unit, value=number)
    ends = _read_amounts(text, around_width)
    if ends is None and unit is None and (ends := _read_share(text, around_width)):
        unit = "%"
    if ends and ends[0] == "around" and ends[1] and unit is None:
        ends = ends[0], max(ends[1], Decimal(0)), ends[2]  # around 0: a count is not negative, a change may be
    return ends and _statement(*ends, unit)


def _statement(
    qualifier: str, low: Decimal | None, high: Decimal | None, unit: str | None, *, value: Decimal | None = None
) -> Statement:
    # -0.0 + 0.0 is 0.0: nought has no sign in a count
    numbers = [None if end is None else float(end) + 0.0 for end in (value, low, high)]
    return Statement(numbers[0], qualifier, numbers[1], numbers[2], unit)


def _split_unit(text: str) -> tuple[str, str | None]:
    """Take out per cent and currency signs where they cannot be misread; the unit ``""`` means they can be."""
    signs = set(_CURRENCY.findall(text))
    bare = _CURRENCY.sub("", text)
    shares = list(_PER_CENT.finditer(bare))
    if not signs and not shares:
        return text, None
    if signs:
        # in "5 to £7" the first number is of another kind, and a sum of money is no share
        first = _CURRENCY.search(text)
        clear = len(signs) == 1 and not shares and first and not re.search("[0-9]", text[: first.start()])
        return bare, signs.pop() if clear else ""
    # "5% to 7" leaves the second number without a unit
    return _PER_CENT.sub("", bare), "" if re.search("[0-9]", bare[shares[-1].end() :]) else "%"


def _read_amounts(text: str, around_width: Decimal) -> Ends | None:
    if found := _ONE.fullmatch(text):
        return "around", *_around(found[1], found[2], around_width)
    if found := _BEHIND.fullmatch(text):
        number = _scaled(found[1], found[2])
        at_most = found[4] in ("or fewer", "or less", "or under")
        return ("at_most", None, number) if at_most else ("at_least", number, None)
    if found := _TWO.fullmatch(text):
        return _range(found)
    if (found := _QUALIFIED.fullmatch(text)) and (amount := _ONE.fullmatch(found[3])):
        qualifier = _QUALIFIER_OF[found[1]]
        if qualifier == "around":
            return qualifier, *_around(amount[1], amount[2], around_width)
        return _one_sided(qualifier, _scaled(amount[1], amount[2]))
    return None


def _range(found: re.Match[str]) -> Ends | None:
    first_sign, first, first_scale, between, second_sign, second, second_scale = found.groups()
    if between.strip() == "-" and (first_sign or second_sign):
        return None  # "-5-3" and "5--3" can be read in two ways
    if between.strip() == "-" and _YEAR.fullmatch(second) and (_YEAR.fullmatch(first) or _MONTH.fullmatch(first)):
        return None  # "2017-2018" is a period, "12-2011" a month
    if between.strip() == "-" and (_PADDED.match(first) or _PADDED.match(second)):
        return None  # "03-04" is a date
    if first_scale is None and second_scale is not None:
        return None  # "400-450k" would be read as from 400
    low = _scaled(first, first_scale) * (-1 if first_sign else 1)
    high = _scaled(second, second_scale) * (-1 if second_sign else 1)
    return ("range", low, high) if low <= high else None


def _read_share(text: str, around_width: Decimal) -> Ends | None:
    """Read ``one in 10`` and ``two-thirds`` as a per cent of the whole, rounded by its denominator."""
    found = _QUALIFIED.fullmatch(text)
    qualifier, rest = (_QUALIFIER_OF[found[1]], found[3]) if found and found[2] else ("around", text)
    if ratio := _RATIO.fullmatch(rest):
        part, whole = _whole(ratio[1]), _whole(ratio[2])
        unit = _last_digit(ratio[2], round_number=True) if ratio[2] not in _SMALL else Decimal(1)
    elif fraction := _FRACTION.fullmatch(rest):
        part, whole, unit = Decimal(_SMALL.get(fraction[1] or "a", 1)), Decimal(_PARTS[fraction[2]]), Decimal(1)
    else:
        return None
    if not 0 < part < whole:
        return None
    if qualifier != "around":
        return _one_sided(qualifier, 100 * part / whole)
    width = _reach(whole, around_width * unit)
    fewest, most = whole - width, whole + width
    high = 100 * part / fewest if fewest > part else Decimal(100)
    return qualifier, 100 * part / most, high


def _one_sided(qualifier: str, number: Decimal) -> Ends:
    return (qualifier, number, None) if qualifier in ("more_than", "at_least") else (qualifier, None, number)


def _around(number: str, scale: str | None, around_width: Decimal) -> tuple[Decimal, Decimal]:
    middle = _scaled(number, scale)
    digit = _last_digit(number, round_number=True).scaleb(_SCALES.get(scale or "", 0))
    width = _reach(middle, around_width * digit)
    return middle - width, middle + width


def _reach(number: Decimal, width: Decimal) -> Decimal:
    """Return how far a number reaches to either side; nought has no size to compare it with."""
    if 0 < number < width:
        raise ValueError(
            f"around_width makes it {number:f} give or take {width:f}, more than itself: it is in units of the last "
            "significant digit and no per cent; take less"
        )
    return width


def _last_digit(number: str, *, round_number: bool = False) -> Decimal:
    """Give the place value of the last significant digit; in a round number the noughts at the end are not."""
    whole, _, decimals = number.replace(",", "").partition(".")
    noughts = len(whole) - len(whole.rstrip("0")) if round_number and not decimals and int(whole) else 0
    return Decimal(1).scaleb(noughts - len(decimals))


def _scaled(number: str, scale: str | None) -> Decimal:
    return Decimal(number.replace(",", "")).scaleb(_SCALES.get(scale or "", 0))


def _whole(text: str) -> Decimal:
    return Decimal(_SMALL[text]) if text in _SMALL else Decimal(text.replace(",", ""))
