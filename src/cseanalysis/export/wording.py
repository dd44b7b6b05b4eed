"""How a number becomes words: the one owner of rounding and wording. Bounds round outward."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from numbers import Real

from cseanalysis.values import Assumption, Estimate, Interval, plain_number, shown

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SMALL = (
    *("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_SMALL_COUNT = 10_000  # whole ends below this are printed as they are


@dataclass(frozen=True, slots=True)
class _Measure:
    """How values of a unit are printed: scale, signs around the number, and whether only whole ones exist."""

    scale: int = 1
    before: str = ""
    after: str = ""
    word: str = ""
    whole: bool = False

    @property
    def counts(self) -> bool:
        return self.scale == 1 and not (self.before or self.after or self.word)


def _measure(unit: str) -> _Measure:
    if not isinstance(unit, str):
        raise ValueError(f"unit is {shown(unit)}: must be text, such as 'share of victims'")
    words = unit.lower().replace("_", " ")
    if words.startswith(("share", "probability")):
        return _Measure(scale=100, after="%")
    if words.startswith("percentage point"):
        return _Measure(word="percentage point")
    if words.startswith("per cent"):
        return _Measure(after="%")
    if words.startswith("pounds"):
        return _Measure(before="£")
    first = words.split()[0] if words.split() else ""
    if first in {"days", "weeks", "months", "years"}:
        return _Measure(word=first[:-1], whole=first == "days")
    return _Measure()


def say(estimate: Estimate) -> str:
    """Word an estimate: the number, rounded for its kind, and the kind itself."""
    # Counts exactly, shares as per cent; ends outward to two digits (three where they would coincide or lie within
    # 10%).
    if not isinstance(estimate, Estimate):
        raise ValueError(f"estimate is {shown(estimate)}: must be an Estimate; a bare number is for say_number")
    if estimate.interval is None:
        if estimate.point is None:
            raise ValueError(f"estimate {estimate.id}: has neither point nor interval; give one")
        return say_number(estimate.point, estimate.unit)
    if estimate.point is None:
        return say_interval(estimate.interval, estimate.unit)
    measure = _measure(estimate.unit)
    low, high, digits = _ends(estimate.interval, measure)
    point = _scaled(estimate.point, measure)
    middle = _rounded(point, digits, ROUND_HALF_EVEN) if digits else point.to_integral_value(ROUND_HALF_EVEN)
    return f"{_print(middle, measure)} ({_span(low, high, measure)}, {_kind(estimate.interval)})"


def say_interval(interval: Interval, unit: str = "", *, digits: int = 2) -> str:
    """Word an interval with its kind, its ends rounded outward; see :func:`say`."""
    _check_interval(interval)
    if isinstance(digits, bool) or not isinstance(digits, int) or not 2 <= digits <= 15:
        raise ValueError(f"digits is {shown(digits)}: must be a whole number from 2 to 15")
    measure = _measure(unit)
    low, high, _ = _ends(interval, measure, digits)
    if interval.kind != "bound":
        return f"{_span(low, high, measure)} ({_kind(interval)})"
    if low == high:
        return f"exactly {_print(low, measure)}"
    if low == 0:
        return f"at most {_print(high, measure)}"
    return f"at least {_print(low, measure)} and at most {_print(high, measure)}"


def say_ends(interval: Interval, unit: str = "") -> tuple[str, str]:
    """Word the two ends of an interval, rounded outward, for a chart that draws them; see :func:`say`."""
    _check_interval(interval)
    measure = _measure(unit)
    low, high, _ = _ends(interval, measure)
    return _print(low, measure), _print(high, measure)


def say_number(value: float, unit: str = "") -> str:
    """Word one number: whole numbers exactly, others to three significant digits, shares as per cent."""
    # A share is never printed as 0% or 100% unless it is exactly that.
    measure = _measure(unit)
    if not math.isfinite(plain_number("value", value)):
        raise ValueError(f"value is {value}: must be finite; say in words what is missing or without end")
    scaled = _scaled(value, measure)
    if measure.whole:
        scaled = scaled.to_integral_value(ROUND_HALF_EVEN)
    elif measure.after == "%":
        scaled = _per_cent(scaled)
    elif scaled != scaled.to_integral_value():
        scaled = _rounded(scaled, max(3, scaled.adjusted() + 1), ROUND_HALF_EVEN)
    return _print(scaled, measure)


def say_cell(value: object, *, side: str = "", unit: str = "") -> str:
    """Word a cell of a result: four digits, outward at a ``low`` or ``high`` end, and in words what is no number."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"} or value != value:  # noqa: PLR0124
        return "not estimable"  # what is missing is not itself
    if isinstance(value, bool) or not isinstance(value, Real):
        return {"True": "yes", "False": "no", "": "none"}.get(str(value), str(value))
    if math.isinf(value):
        return "without end"
    if value and not 1e-6 <= abs(float(value)) < 1e15:
        return f"{float(value):.3g}"
    measure = _measure(unit)
    scaled = _scaled(float(value), measure)
    rounding = {"low": ROUND_FLOOR, "high": ROUND_CEILING}.get(side, ROUND_HALF_EVEN)
    if scaled != scaled.to_integral_value():
        scaled = _rounded(scaled, max(4, scaled.adjusted() + 1), rounding)
    return _print(scaled, measure)


def say_small(count: int) -> str:
    """Word a small count in a sentence: in letters up to twenty."""
    return _SMALL[count] if 0 <= count < len(_SMALL) else say_number(count)


def say_assumption(assumption: Assumption) -> str:
    """Word the range that an assumption defends, unrounded, so that it cannot pass as an interval."""
    if not isinstance(assumption, Assumption):
        raise ValueError(f"assumption is {shown(assumption)}: must be an Assumption")
    measure = _measure(assumption.unit)
    low, high = _scaled(assumption.low, measure), _scaled(assumption.high, measure)
    unit = "" if not measure.counts else f" {assumption.unit}"
    if low == high:
        return f"{_print(low, measure)}{unit} (assumed)"
    return f"{_span(low, high, measure)}{unit} (assumed range)"


def say_month(day: date) -> str:
    """Word month and year in English, whatever the locale."""
    _check_day(day)
    return f"{_MONTHS[day.month - 1]} {day.year}"


def say_date(day: date) -> str:
    """Word a date in English, whatever the locale."""
    _check_day(day)
    return f"{day.day} {say_month(day)}"


def _check_interval(interval: object) -> None:
    if not isinstance(interval, Interval):
        raise ValueError(f'interval is {shown(interval)}: must be an Interval, as in Interval(0.3, 0.5, "bound")')


def _check_day(day: object) -> None:
    if not isinstance(day, date) or day != day:  # noqa: PLR0124 (a date that is missing is not itself)
        raise ValueError(f"day is {shown(day)}: must be a date, as in date(2023, 10, 19)")


def _scaled(value: float, measure: _Measure) -> Decimal:
    """Return the value in the printed unit, without the noise of binary arithmetic (0.1 + 0.2)."""
    number = float(value)
    exact = Decimal(int(number)) if number.is_integer() else Decimal(f"{number:.12g}")
    return exact * measure.scale


def _rounded(value: Decimal, digits: int, rounding: str) -> Decimal:
    if value == 0:
        return value
    return value.quantize(Decimal(1).scaleb(value.adjusted() - digits + 1), rounding)


def _ends(interval: Interval, measure: _Measure, digits: int = 2) -> tuple[Decimal, Decimal, int]:
    """Return the ends as printed and the significant digits used (0: whole numbers)."""
    low, high = _scaled(interval.low, measure), _scaled(interval.high, measure)
    whole = low == low.to_integral_value() and high == high.to_integral_value()
    if measure.whole or (measure.counts and whole and max(abs(low), abs(high)) < _SMALL_COUNT):
        return low.to_integral_value(ROUND_FLOOR), high.to_integral_value(ROUND_CEILING), 0
    close = high - low < max(abs(low), abs(high)) / 10
    if close or _rounded(low, digits, ROUND_FLOOR) == _rounded(high, digits, ROUND_CEILING):
        digits = max(digits, 3)
    return _rounded(low, digits, ROUND_FLOOR), _rounded(high, digits, ROUND_CEILING), digits


def _per_cent(value: Decimal) -> Decimal:
    """Keep one decimal, more only near 0% and 100%, where one would claim none or all."""
    if abs(value) >= 1000:
        return value.to_integral_value(ROUND_HALF_EVEN)
    edge = min(abs(value), abs(100 - value))
    decimals = 1 if edge == 0 else max(1, 1 - edge.adjusted())
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


def _digits(value: Decimal) -> str:
    text = f"{value:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return ("0" if text == "-0" else text).replace("-", "−")


def _print(value: Decimal, measure: _Measure) -> str:
    digits = _digits(value)
    if measure.before:
        sign = "−" if digits.startswith("−") else ""
        digits = f"{sign}{measure.before}{digits.removeprefix('−')}"
    word = f" {measure.word}{'' if abs(value) == 1 else 's'}" if measure.word else ""
    return f"{digits}{measure.after}{word}"


def _span(low: Decimal, high: Decimal, measure: _Measure) -> str:
    first = _digits(low) if measure.word else _print(low, measure)
    return f"{first} to {_print(high, measure)}"


def _kind(interval: Interval) -> str:
    level = _digits(Decimal(repr(interval.level)) * 100)
    return f"{level}% {interval.kind} interval"
