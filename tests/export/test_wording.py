"""One function owns rounding and wording; whatever it prints holds what it was given."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cseanalysis.export.wording import (
    say,
    say_assumption,
    say_date,
    say_ends,
    say_interval,
    say_month,
    say_number,
    say_small,
)
from cseanalysis.values import Estimate, Interval

FINITE = st.floats(allow_nan=False, allow_infinity=False, width=64)
WIDE = st.one_of(
    FINITE.filter(lambda x: x == 0 or 1e-300 < abs(x) < 1e300),
    st.integers(-(10**15), 10**15).map(float),
    st.floats(-1e-6, 1e-6).filter(lambda x: x == 0 or abs(x) > 1e-300),
    st.floats(0, 1).filter(lambda x: x == 0 or x > 1e-300),
)
NUMBER = re.compile(r"−?\d[\d,]*(?:\.\d+)?")


def numbers(text):
    return [Decimal(found.replace(",", "").replace("−", "-")) for found in NUMBER.findall(text)]


@given(WIDE, WIDE, st.sampled_from(["offences", "share of victims", "days to charge", "months", "ratio"]))
def test_a_printed_bound_holds_the_bound_whatever_its_size_or_sign(first, second, unit):
    low, high = sorted((first, second))
    text = say_interval(Interval(low, high, "bound"), unit)
    printed = [Decimal(0), *numbers(text)] if text.startswith("at most") else numbers(text)
    scale = 100 if unit.startswith("share") else 1
    noise = Decimal("1e-11")
    assert printed[0] <= Decimal(low) * scale + abs(Decimal(low)) * scale * noise
    assert printed[-1] >= Decimal(high) * scale - abs(Decimal(high)) * scale * noise


@given(st.floats(1e-9, 1e12), st.floats(1.2, 100))
def test_a_printed_bound_is_not_wider_than_two_digits_make_it(low, ratio):
    printed = numbers(say_interval(Interval(low, low * ratio, "bound"), "ratio"))
    assert printed[0] >= Decimal(low) * Decimal("0.89")
    assert printed[1] <= Decimal(low * ratio) * Decimal("1.12")


@given(WIDE, WIDE, st.sampled_from(["bound", "confidence", "simulation"]))
def test_the_kind_is_always_printed(first, second, kind):
    low, high = sorted((first, second))
    text = say_interval(Interval(low, high, kind, None if kind == "bound" else 0.95), "offences")
    if kind == "bound":
        assert text.startswith(("at least ", "at most ", "exactly "))
        assert "interval" not in text
    else:
        assert text.endswith(f"(95% {kind} interval)")


@given(st.integers(-(10**12), 10**12))
def test_an_observed_count_is_printed_exactly(count):
    assert say(Estimate("n", "offences", point=count)) == f"{count:,}".replace("-", "−")


@given(st.floats(0, 1, exclude_min=True, exclude_max=True).filter(lambda x: 1e-11 < x < 1 - 1e-11))
def test_a_share_is_never_rounded_to_none_or_all(share):
    assert say_number(share, "share of offences") not in {"0%", "100%"}


@pytest.mark.parametrize(
    ("low", "high", "unit", "printed"),
    [
        (523_000, 1_570_000, "victims", "at least 520,000 and at most 1,600,000"),
        (717, 2_085, "offences", "at least 717 and at most 2,085"),
        (0, 2_085, "offences", "at most 2,085"),
        (717.5, 2_085, "offences", "at least 710 and at most 2,100"),
        (9_999, 10_000, "offences", "at least 9,990 and at most 10,000"),
        (77_955.075, 79_109.965, "offences", "at least 77,900 and at most 79,200"),
        (120_000, 120_000, "offences", "exactly 120,000"),
        (123_456, 123_456, "offences", "at least 123,000 and at most 124,000"),
        (-512, -3, "offences", "at least −512 and at most −3"),
        (-0.0123, 0.4, "ratio", "at least −0.013 and at most 0.4"),
        (0, 0.5, "share of suspects", "at most 50%"),
        (0.05, 0.15, "probability", "at least 5% and at most 15%"),
        (0.1 + 0.2, 0.7, "share", "at least 30% and at most 70%"),
        (0.684, 0.712, "share", "at least 68.4% and at most 71.2%"),
        (212.4, 418.2, "days to charge", "at least 212 days and at most 419 days"),
        (8.57, 22.8, "months", "at least 8.5 months and at most 23 months"),
        (1.0, 1.0, "days", "exactly 1 day"),
        (1500.0, 2500.5, "pounds", "at least £1,500 and at most £2,600"),
    ],
)
def test_bounds_in_words(low, high, unit, printed):
    assert say_interval(Interval(low, high, "bound"), unit) == printed


@pytest.mark.parametrize(
    ("point", "low", "high", "unit", "printed"),
    [
        (734_512.2, 523_000, 1_570_000, "victims", "730,000 (520,000 to 1,600,000, 95% confidence interval)"),
        (0.9842, 0.9812, 0.9868, "ratio", "0.984 (0.981 to 0.987, 95% confidence interval)"),
        (0.684, 0.5, 0.85, "share", "68% (50% to 85%, 95% confidence interval)"),
        (300.4, 212.4, 418.2, "days", "300 days (212 to 419 days, 95% confidence interval)"),
    ],
)
def test_an_estimate_with_its_interval_in_words(point, low, high, unit, printed):
    assert say(Estimate("n", unit, point, Interval(low, high, "confidence", 0.95))) == printed


def test_the_level_is_printed_as_it_is():
    assert say_interval(Interval(1, 2, "simulation", 0.999)) == "1 to 2 (99.9% simulation interval)"


@pytest.mark.parametrize(
    ("value", "unit", "printed"),
    [
        (0.87342, "", "0.873"),
        (1234.5, "", "1,234"),
        (174.541, "offences per 100,000", "175"),
        (0.684, "share", "68.4%"),
        (0.68, "share", "68%"),
        (0.0004, "probability", "0.04%"),
        (-0.1974, "share", "−19.7%"),
        (1, "days", "1 day"),
        (99.6, "days", "100 days"),
        (-3, "pounds", "−£3"),
        (2.5, "percentage points", "2.5 percentage points"),
        (18, "per_cent", "18%"),
        (-0.0, "offences", "0"),
    ],
)
def test_numbers_in_words(value, unit, printed):
    assert say_number(value, unit) == printed


@given(WIDE, WIDE, st.sampled_from(["offences", "share of victims", "days to charge"]))
def test_ends_drawn_in_a_chart_are_those_of_the_sentence(first, second, unit):
    low, high = sorted((first, second))
    interval = Interval(low, high, "bound")
    ends = say_ends(interval, unit)
    assert say_interval(interval, unit) in {
        f"at least {ends[0]} and at most {ends[1]}",
        f"at most {ends[1]}",
        f"exactly {ends[0]}",
    }


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: say_number(1, 5), "unit is 5: must be text, such as 'share of victims'"),
        (lambda: say_number(float("inf")), "value is inf: must be finite; say in words what is missing or without end"),
        (lambda: say(3.5), "estimate is 3.5: must be an Estimate; a bare number is for say_number"),
        (lambda: say(Estimate("a", "cases")), "estimate a: has neither point nor interval; give one"),
        (
            lambda: say_interval(Interval(1, 2, "bound"), digits=16),
            "digits is 16: must be a whole number from 2 to 15",
        ),
        (lambda: say_ends((1, 2)), 'interval is (1, 2): must be an Interval, as in Interval(0.3, 0.5, "bound")'),
        (lambda: say_assumption("p"), "assumption is 'p': must be an Assumption"),
        (lambda: say_month("2023"), "day is '2023': must be a date, as in date(2023, 10, 19)"),
        (lambda: say_date(None), "day is None: must be a date, as in date(2023, 10, 19)"),
    ],
)
def test_what_cannot_be_worded_is_said_in_one_line(ask, said):
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        ask()
    assert str(error.value) == said


def test_at_the_edges_of_a_rule_the_words_are_those_of_the_side_that_it_names():
    assert (say_number(9.99, "share"), say_number(10.01, "share")) == ("999%", "1,001%")
    assert say_number(10.004, "share") == "1,000%"
    # within a tenth of each other two digits would hide the width; exactly a tenth apart they do not
    assert say_ends(Interval(0.9, 1.0, "bound")) == ("0.9", "1")
    assert say_ends(Interval(0.9012, 0.9999, "bound")) == ("0.901", "1")
    assert say_interval(Interval(1.23456789, 2, "bound"), digits=15) == "at least 1.23456789 and at most 2"


def test_small_counts_stand_in_letters_up_to_twenty():
    letters = "none one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    letters += " seventeen eighteen nineteen twenty"
    assert [say_small(count) for count in range(22)] == [*letters.split(), "21"]


def test_every_month_has_its_english_name_and_weeks_their_word():
    months = "January February March April May June July August September October November December"
    assert [say_month(date(2024, month, 1)) for month in range(1, 13)] == [f"{name} 2024" for name in months.split()]
    assert say_number(3, "weeks") == "3 weeks"
