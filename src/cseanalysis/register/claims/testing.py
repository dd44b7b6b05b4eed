"""Whether a printed or a worked-out number bears out the number of a sentence, within its rounding and its word."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from cseanalysis.register.claims.grammar.numbers import Number
from cseanalysis.register.figures import Figure

Answer = Literal["yes", "loose", "open", "no"]
_AS_IT_STANDS = 0.01  # how far a number without a word may be rounded
_LOOSE = 0.05  # how far one with a word such as about
_POINTS = 2.5  # percentage points that "about" leaves
_FIFTH = 0.2  # and no more of the number itself: about 6.5% is not 5%
# The same number with two words: at least 1,400 is not about 1,400, and at least 44 is 44.
_ALIKE: Mapping[tuple[str, str], Answer] = {
    **{(word, word): "yes" for word in ("exact", "around", "nearly", "just_over", "more_than", "at_least")},
    **{(word, word): "yes" for word in ("less_than", "at_most")},
    **{(word, "exact"): "yes" for word in ("at_least", "at_most")},
    **{(word, "around"): "loose" for word in ("at_least", "at_most")},
    ("just_over", "more_than"): "loose",
    ("around", "exact"): "loose",  # around 597 is 597
}
_ONE_ENDED = ("more_than", "at_least", "less_than", "at_most")
_NEARLY = 0.88  # from here on a number is nearly another
_MUCH = 0.5  # "more than 100" for 4,000 is true and says little


@dataclass(frozen=True, slots=True)
class Range:
    """Where a number lies, how exactly it was printed, and with which word."""

    low: float
    high: float
    printed: float | None = None
    qualifier: str = "exact"
    width: float = 0.0


def of_figure(figure: Figure) -> Range:
    """Return where the number of a figure lies."""
    low, high = figure.ends
    printed = figure.low if figure.low is not None else figure.high
    if figure.low is not None and figure.high is not None and figure.low != figure.high:
        printed = None
    return Range(low, high, printed, figure.qualifier, figure.rounded_to or 0.0)


def rest_of(found: Range) -> Range:
    """Return what is left of a hundred."""
    turned = {"more_than": "less_than", "less_than": "more_than", "at_least": "at_most", "at_most": "at_least"}
    printed = None if found.printed is None else 100 - found.printed
    qualifier = turned.get(found.qualifier, "around" if found.qualifier == "nearly" else found.qualifier)
    return Range(100 - found.high, 100 - found.low, printed, qualifier, found.width)


def bears_out(number: Number, found: Range) -> Answer:
    """Say whether a number of a sentence is borne out: yes, only loosely, left open, or excluded."""
    if number.high is not None:
        return _between(number.value, number.high, found)
    if number.qualifier == "up_to":  # so many are reached: it is the number itself, or the highest that is printed
        number = replace(number, qualifier="at_most" if found.qualifier == "at_most" else "exact")
    if found.printed == number.value and (number.qualifier, found.qualifier) in _ALIKE:
        return _ALIKE[number.qualifier, found.qualifier]
    if number.qualifier in _ONE_ENDED:
        return _one_ended(number.value, number.qualifier, found)
    return _by_word(number, found)


def is_end(number: Number, figure: Figure) -> bool:
    """Say whether a figure is one end of a change: "over 5" is none of 115,489, however true."""
    answer = bears_out(number, of_figure(figure))
    return answer == "yes" or (answer == "loose" and number.qualifier not in _ONE_ENDED)


def _by_word(number: Number, found: Range) -> Answer:
    """Test a number that leaves no end open, with a word such as nearly or without."""
    value, word = number.value, number.qualifier
    if word in ("nearly", "just_over"):
        far = _NEARLY * value if word == "nearly" else (2 - _NEARLY) * value
        return _short_of(min(far, value), max(far, value), value, found)
    if found.printed is not None and found.qualifier in ("exact", "around"):
        return _near(number, found, found.printed)
    return _within(number, found)


def _one_ended(value: float, word: str, found: Range) -> Answer:
    """Test "more than", "at least", "fewer than" and "at most"."""
    holds, fails = {
        "more_than": (found.low > value, found.high <= value),
        "at_least": (found.low >= value, found.high < value),
        "less_than": (found.high < value, found.low >= value),
        "at_most": (found.high <= value, found.low > value),
    }[word]
    if holds and value and found.printed is not None:
        near = _MUCH * max(found.printed, value) <= min(found.printed, value)
        return "yes" if near else "loose"
    return "yes" if holds else "no" if fails else "open"


def _between(low: float, high: float, found: Range) -> Answer:
    """Test "5 to 20"."""
    if found.low >= low and found.high <= high:
        return "yes" if found.printed is None or found.qualifier == "exact" else "loose"
    return "no" if found.high < low or found.low > high else "open"


def _short_of(low: float, high: float, named: float, found: Range) -> Answer:
    """Test "nearly" and "just over": near to the number, on one side of it, and not the number itself."""
    if found.printed is not None and found.qualifier in ("exact", "around"):
        return "yes" if low <= found.printed <= high and found.printed != named else "no"
    return _between(low, high, found) if found.printed is None else "open"


def _near(number: Number, found: Range, printed: float) -> Answer:
    """Test a number against one that was printed: within the rounding of the coarser, and a little more for "about"."""
    half, about = number.width / 2, number.qualifier == "around"
    away, size = abs(printed - number.value), max(abs(printed), abs(number.value)) or 1.0
    if number.soft or number.unit == "per_cent":
        wide = min(_POINTS, _FIFTH * printed) if about and not number.soft else _POINTS if about else 0.0
        room = max(half or 0.5, wide)
        loose = number.soft and away <= 2 * room
        return "yes" if away <= room else "loose" if loose else "no"
    if away and number.width < found.width and found.low <= number.value <= found.high:
        return "open"
    # About 116,000 is loose for 115,489, which rounds to 115,000.
    if away == 0 or (away <= half and away / size <= (_LOOSE if about else _AS_IT_STANDS)):
        return "yes"
    return "loose" if (away <= half or about) and away / size <= _LOOSE else "no"


def _within(number: Number, found: Range) -> Answer:
    """Test a number against a range, or against one with an open end."""
    value, about = number.value, number.qualifier == "around"
    if found.printed == value:
        return "loose"  # over 550 is not 550
    wide = _LOOSE if about or number.soft else _AS_IT_STANDS
    closed = found.printed is None and math.isfinite(found.low) and math.isfinite(found.high)
    room = max(number.width / 2, (wide if closed or about else 0.0) * abs(value))
    if not (number.unit or number.soft):  # a million is not half a million, however many noughts it has
        room = min(room, _LOOSE * abs(value))
    if closed and found.low >= value - room and found.high <= value + room:
        return "yes"
    return "no" if found.high < value - room or found.low > value + room else "open"
