"""The numbers of a sentence: digits, words, fractions and odds, with the word that says how exactly they are meant."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: value for value, word in enumerate(_UNITS)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1e6, "billion": 1e9, "k": 1000, "m": 1e6, "bn": 1e9}
_PARTS = {
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
_PER_CENT = ("%", "percent", "pc")
_ROUND = {"hundred": 100.0, "thousand": 1000.0}  # of which a share is told: four in every hundred
_BEGINNINGS = frozenset((*_WORDS, "a", "half", *_PARTS))
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?", re.ASCII)
_COUNT = 1000
_FRACTION_WIDTH = 2.5  # percentage points to either side of what a third or a quarter says


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a sentence.

    ``width`` is how far it was rounded, as its digits show it; ``soft`` says that a fraction in words was written,
    which nobody takes to the point. ``first`` and ``last`` are the tokens it stands on.
    """

    value: float
    unit: str  # "", per_cent or pounds
    width: float
    first: int
    last: int
    text: str
    qualifier: str = "exact"
    soft: bool = False
    high: float | None = None  # of a range
    base: int | None = None  # token at which what it is a share of begins

    @property
    def digits(self) -> int:
        """Return how many digits say something."""
        return len(f"{self.value:.10g}".replace(".", "").strip("0")) if self.value else 1


def read_number(tokens: Sequence[str], at: int) -> Number | None:
    """Return the longest number that begins at a token, if one does."""
    if tokens[at] not in _BEGINNINGS and not tokens[at][-1:].isdigit():
        return None
    for read in (_odds, _fraction, _plain):
        number = read(tokens, at)
        if number is not None:
            return number
    return None


def _cardinal(tokens: Sequence[str], at: int) -> tuple[float, float, int] | None:
    """Return value, width and the next token of a whole or decimal number in digits or words."""
    token = tokens[at]
    pounds = token.startswith("£")
    if (found := _DIGITS.fullmatch(token.removeprefix("£"))) is not None:
        digits = found.group().replace(",", "")
        value, after = float(digits), at + 1
        width = 10.0 ** -len(digits.partition(".")[2]) if "." in digits else _trailing(digits)
        if (half := _and_a_half(tokens, after)) > after:
            value, width, after = value + 0.5, 0.1, half
        while after < len(tokens) and tokens[after] in _SCALES:
            value, width, after = value * _SCALES[tokens[after]], width * _SCALES[tokens[after]], after + 1
        return (value, width, after) if math.isfinite(value) else None
    if pounds:
        return None
    return _worded(tokens, at)


def _and_a_half(tokens: Sequence[str], at: int) -> int:
    """Return behind which token "and a half" ends, where it stands before a scale: eight and a half million."""
    after = at + 3
    told = list(tokens[at:after]) == ["and", "a", "half"] and tokens[after : after + 1]
    return after if told and tokens[after] in _SCALES else at


def _trailing(digits: str) -> float:
    """Return the width that whole digits show: 107000 is rounded to a thousand, 34 to one."""
    zeros = len(digits) - len(digits.rstrip("0"))
    return 10.0**zeros if len(digits) > 2 and zeros < len(digits) else 1.0


def _worded(tokens: Sequence[str], at: int) -> tuple[float, float, int] | None:
    total, part, after, seen = 0.0, 0.0, at, False
    while after < len(tokens):
        word = tokens[after]
        if word in _WORDS:
            part, seen = part + _WORDS[word], True
        elif word in _SCALES and len(word) > 2 and (seen or word != "k"):
            if not seen:
                return None
            part = (part or 1) * _SCALES[word]
            if _SCALES[word] > 100:
                total, part = total + part, 0.0
        elif word == "and" and seen and (half := _and_a_half(tokens, after)) > after:
            part, after = part + 0.5, half
            continue
        elif word == "and" and seen and after + 1 < len(tokens) and tokens[after - 1] in _SCALES:
            if tokens[after + 1] not in _WORDS:
                break
        elif word == "a" and not seen and after + 1 < len(tokens) and tokens[after + 1] in _SCALES:
            part, seen = 1.0, True
        else:
            break
        after += 1
    if not seen:
        return None
    value = total + part
    return value, _trailing(f"{value:.0f}"), after


def _plain(tokens: Sequence[str], at: int) -> Number | None:
    found = _cardinal(tokens, at)
    if found is None:
        return None
    value, width, after = found
    high: float | None = None
    ranged = tokens[max(at - 1, 0)] != "from"  # from 4 to 5 is a change and no range
    joins = ("to", "-", "or", "and") if tokens[max(at - 1, 0)] == "between" else ("to", "-", "or")
    if ranged and after + 1 < len(tokens) and tokens[after] in joins and (more := _cardinal(tokens, after + 1)):
        small = tokens[after] == "or"
        counts = (
            tokens[after] != "and" and value >= _COUNT and more[0] >= _COUNT and width == more[1] == 1
        )  # 22,654 to 31,238 is a change
        if more[0] > value and not (small and more[0] > 10 * value) and not counts:
            high, after = more[0], more[2]
            if high > 1000 * value:  # "3 to 4 million": what follows the second holds for both
                value *= 10 ** (3 * int(math.log10(high / value) // 3))
    unit = "pounds" if tokens[at].startswith("£") else ""
    if after < len(tokens) and (tokens[after] in _PER_CENT or tokens[after : after + 2] == ["per", "cent"]):
        unit, after = "per_cent", after + (2 if tokens[after] == "per" else 1)
        width = min(width, 1.0)
    return Number(value, unit, width, at, after, " ".join(tokens[at:after]), high=high)


def _fraction(tokens: Sequence[str], at: int) -> Number | None:
    """Read halves, thirds and quarters, and quarters and halves of a million."""
    over, top = at, 1.0
    if tokens[at] in ("a", "one"):
        over = at + 1
    elif tokens[at] in _UNITS[2:10] and at + 1 < len(tokens):
        top, over = float(_WORDS[tokens[at]]), at + 1
    if over >= len(tokens) or (tokens[max(at - 1, 0)] in ("in", "per") and tokens[over + 1 : over + 2] != ["of"]):
        return None
    part = _PARTS.get(tokens[over].removesuffix("s").replace("halve", "half"))
    if part is None or (over == at and tokens[at] != "half"):
        return None
    after = over + 1
    rest = list(tokens[after : after + 3])
    scale = next((word for word in rest if word in _SCALES), None)
    if scale is not None and rest[: rest.index(scale)] in (["of", "a"], ["a"], []):
        value = top / part * _SCALES[scale]
        last = after + rest.index(scale) + 1
        return Number(value, "", value / 25, at, last, " ".join(tokens[at:last]), soft=True)
    share = 100 * top / part
    return Number(share, "per_cent", 2 * _FRACTION_WIDTH, at, after, " ".join(tokens[at:after]), soft=True, base=after)


def _odds(tokens: Sequence[str], at: int) -> Number | None:
    """Read "one in ten", "nine out of ten", and with what is counted between: "one adult in ten"."""
    top = _cardinal(tokens, at)
    if top is None or top[0] < 1:
        return None
    after = top[2]
    for between in range(3):
        middle = after + between
        if tokens[middle : middle + 1] == ["in"] or tokens[middle : middle + 2] == ["out", "of"]:
            bottom = middle + (2 if tokens[middle] == "out" else 1)
            if bottom < len(tokens) and tokens[bottom] == "every":
                bottom += 1
            under = _cardinal(tokens, bottom) if bottom < len(tokens) else None
            if under is None and bottom < len(tokens) and tokens[bottom] in _ROUND:
                under = _ROUND[tokens[bottom]], 1.0, bottom + 1
            if under is None or not top[0] < under[0] <= 1000 or under[0] != int(under[0]):
                return None
            share = 100 * top[0] / under[0]
            width = 100 * top[0] * (1 / (under[0] - 0.5) - 1 / (under[0] + 0.5)) if top[0] == 1 else 100 / under[0]
            width = min(width, 2 * _FRACTION_WIDTH)  # two in three is no wider than two thirds
            text = " ".join([*tokens[at:after], *tokens[middle : under[2]]])
            return Number(share, "per_cent", width, at, under[2], text, soft=True, base=after if between else under[2])
        if middle >= len(tokens) or not tokens[middle].isalpha():
            break
    return None
