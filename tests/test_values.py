import dataclasses
import datetime
import math
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from cseanalysis import distributions, values
from cseanalysis.values import Assumption, Estimate, Interval, items_of, plain_number, share_hint, shown, texts_of

NO_NUMBERS = ["0.3", "30%", None, pd.NA, pd.NaT, True, np.True_, (0.3, 0.5), [0.3], pd.Series([1.0, 2.0]), 1j]


def test_an_interval_keeps_its_kind_so_that_a_range_of_assumptions_cannot_pass_as_a_confidence_interval():
    assert Interval(1, 2, "bound") != Interval(1, 2, "confidence", 0.95)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((2, 1, "bound"), "low must not exceed high"),
        ((1, float("inf"), "bound"), "must be finite"),
        ((float("nan"), 1, "bound"), "must be finite"),
        ((1, float("inf"), "simulation", 0.95), "must be finite"),
        ((float("-inf"), 1, "confidence", 0.95), "must be finite"),
        ((float("inf"), float("inf"), "confidence", 0.95), "must be finite"),
        ((1, 2, "credible"), "must be one of bound, confidence, simulation"),
        ((1, 2, "bound", 0.95), "a bound has no level"),
        ((1, 2, "confidence"), "state a level"),
        ((1, 2, "simulation", 95), "state a level"),
    ],
)
def test_an_impossible_interval_is_refused_with_the_rule(arguments, words):
    with pytest.raises(ValueError, match=words):
        Interval(*arguments)


def test_a_confidence_interval_may_have_no_upper_end_where_a_nought_leaves_none():
    assert Interval(10.35, float("inf"), "confidence", 0.95).high == float("inf")


def test_an_interval_has_no_arithmetic_because_x_minus_x_is_not_zero():
    interval = Interval(1, 2, "bound")
    with pytest.raises(TypeError):
        interval - interval  # type: ignore[operator]


def test_a_bound_has_no_middle():
    with pytest.raises(ValueError, match="a bound has no middle"):
        Estimate("total", "offences", point=1.5, interval=Interval(1, 2, "bound"))


@pytest.mark.parametrize("kind", ["confidence", "simulation"])
def test_an_interval_of_another_kind_may_have_a_middle(kind):
    assert Estimate("total", "offences", point=1.5, interval=Interval(1, 2, kind, 0.95)).point == 1.5


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("end", ["low", "high", "level"])
def test_an_end_or_level_that_is_no_number_is_named_in_one_short_line(end, value):
    if end == "level" and value is None:  # absent
        return
    with pytest.raises(ValueError, match=f"{end} of an interval is .*: must be a number, not ") as refused:
        Interval(**{"low": 0.1, "high": 0.9, "kind": "confidence", "level": 0.95, end: value})
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("kind", ["bounds", None, 3, ["bound"], pd.Series(["bound", "bound"])])
def test_a_kind_is_one_of_three_words(kind):
    with pytest.raises(ValueError, match=r"kind .*: must be one of bound, confidence, simulation"):
        Interval(0.1, 0.2, kind)


def test_ends_that_are_numpys_become_pythons_own_and_whole_ones_stay_whole():
    interval = Interval(np.float64(0.25), np.float32(0.5), "bound")
    assert repr(interval) == "Interval(low=0.25, high=0.5, kind='bound', level=None)"
    assert repr(Interval(np.int64(3), 4, "bound")) == "Interval(low=3, high=4, kind='bound', level=None)"
    assert type(Interval(Fraction(1, 2), 1, "bound").low) is float
    assert type(Interval(0, 1, "confidence", np.float64(0.95)).level) is float


def test_both_ends_of_an_interval_may_be_one_number_and_a_level_lies_strictly_between_0_and_1():
    assert Interval(2, 2, "bound").low == 2
    for level in (0, 1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            Interval(1, 2, "confidence", level)
    with pytest.raises(ValueError, match=r"95% is written 0.95"):
        Interval(1, 2, "simulation", 95)
    with pytest.raises(ValueError, match=r"level None on a confidence interval: state a level between 0 and 1$"):
        Interval(1, 2, "confidence")


def test_a_per_cent_is_shown_as_the_share_that_it_is_but_only_where_it_may_have_been_meant():
    assert share_hint(30) == "; 30% is written 0.3"
    assert share_hint(100) == "; 100% is written 1"
    assert share_hint(1.5) == "; 1.5% is written 0.015"
    assert [share_hint(value) for value in (1, 0.5, -30, 100.5, math.nan)] == [""] * 5


@pytest.mark.parametrize(
    ("value", "cure"),
    [
        ("0.3", "without quotes and signs it is 0.3$"),
        (" 30% ", "without quotes and signs it is 0.3$"),
        ("1,400", "without quotes and signs it is 1400$"),
        ("four", "give a number; parse_counts reads text"),
        (None, "missing is not nought"),
        (pd.NA, "missing is not nought"),
        (True, "count the records"),
        (np.True_, "count the records"),
        (type("bool_", (), {})(), "count the records"),  # as numpy before 2 called its own
        ([1.0, 2.0], "give one number, and call once for each"),
        (pd.Series([1, 2]), "give one number, and call once for each"),
        (Interval(1, 2, "bound"), "a range stands where one number is asked for: are the arguments in order"),
    ],
)
def test_what_is_no_number_comes_with_what_to_write_instead(value, cure):
    with pytest.raises(ValueError, match=f"^recorded is .*: must be a number, not {type(value).__name__}; {cure}"):
        plain_number("recorded", value)


def test_a_number_is_returned_as_pythons_own_and_a_huge_one_is_refused():
    assert [type(plain_number("x", value)) for value in (1, 1.0, np.int8(1), np.float32(1))] == [int, float, int, float]
    assert plain_number("x", 2**60 + 1) == 2**60 + 1
    assert math.isnan(plain_number("x", math.nan))
    with pytest.raises(ValueError, match="x is a whole number of 401 digits: is too large"):
        plain_number("x", 10**400)


def test_a_value_is_shown_in_one_short_line():
    assert shown("x" * 58) == repr("x" * 58)
    assert shown("x" * 59) == f"a text of 59 characters that begins {'x' * 20!r}"
    assert shown("\x1b[2J\n" * 900) == r"a text of 4,500 characters that begins '\x1b[2J\n\x1b[2J\n\x1b[2J\n\x1b[2J\n'"
    assert shown(pd.Series([1, 2])) == "a Series of 2"
    assert shown(np.arange(100)) == "a ndarray of 100"
    assert shown(type("X" * 40, (), {})()) == f"a {'X' * 40}"
    assert shown(pd.Index(["x" * 90])) == "an Index of 1"
    assert shown(pd.DataFrame({"a": [1]})) == "a DataFrame of 1"
    assert shown(10**19) == str(10**19)
    assert shown(10**20) == "a whole number of 21 digits"
    assert shown(-(10**20)) == "a whole number of 21 digits"
    assert shown(Interval(1, 2, "bound")) == "Interval(low=1, high=2, kind='bound', level=None)"
    assert shown(Estimate("a" * 60, "offences", 1)) == "an Estimate"


def test_several_values_have_items_and_one_has_none():
    assert items_of(np.array([1, 2])) == [1, 2]
    assert [items_of(value) for value in ("ab", b"ab", 3, None, np.array(3))] == [None] * 5


def test_texts_are_several_and_one_bare_text_is_not_read_letter_by_letter():
    assert texts_of("basis", ["F1", "F2"], "F008") == ("F1", "F2")
    with pytest.raises(ValueError, match=r"basis is 'F1'; give a tuple of texts, as in \('F1',\)"):
        texts_of("basis", "F1", "F008")
    with pytest.raises(ValueError, match=r"basis is 3; give a tuple of texts, as in \('F008',\)"):
        texts_of("basis", 3, "F008")
    for wrong in (1, " ", ""):
        with pytest.raises(ValueError, match=r"basis holds .*; each must be a text, none empty"):
            texts_of("basis", ["F1", wrong], "F008")
    with pytest.raises(ValueError, match=r"basis holds 0, 1, 2, 3, 4; each"):
        texts_of("basis", range(9), "F008")


def test_an_estimate_says_something():
    with pytest.raises(ValueError, match="neither point nor interval"):
        Estimate("total", "offences")
    with pytest.raises(ValueError, match="unit is empty"):
        Estimate("total", " ", point=1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": "not an id"}, "^estimate id 'not an id': must be an identifier"),
        ({"id": 3}, "^estimate id 3: must be an identifier"),
        ({"unit": None}, "unit is None, which is no text; say what is counted"),
        ({"point": "5"}, "point of estimate total is '5': must be a number"),
        ({"point": math.nan}, "point nan is not finite"),
        ({"point": math.inf}, "point inf is not finite"),
        ({"interval": (1, 2)}, r"interval is \(1, 2\); must be an Interval, as in Interval\(0.3"),
        ({"basis": "F008"}, r"estimate total: basis is 'F008'; give a tuple of texts, as in \('F008',\)"),
        ({"basis": 8}, r"as in \('F008',\)"),
    ],
)
def test_an_estimate_of_the_wrong_kind_is_refused_by_name(change, words):
    with pytest.raises(ValueError, match=words):
        Estimate(**{"id": "total", "unit": "offences", "point": 5, **change})


def test_an_estimate_keeps_its_basis_as_a_tuple_and_its_point_as_pythons_number():
    estimate = Estimate("total", "offences", np.float64(1.5), basis=["F1", "F2"])
    assert estimate.basis == ("F1", "F2")
    assert type(estimate.point) is float
    assert Estimate("total", "offences", 0).point == 0
    assert Estimate("total", "offences", interval=Interval(1, 2, "bound")).point is None


def test_values_are_frozen_and_take_no_further_fields():
    good = Assumption("p", **GOOD)
    for value in (Interval(1, 2, "bound"), Estimate("total", "offences", 1), good):
        for name in (dataclasses.fields(value)[0].name, "another"):
            with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
                setattr(value, name, 0)
        assert not hasattr(value, "__dict__")
        assert hash(value) == hash(dataclasses.replace(value))


GOOD = {"low": 0.1, "high": 0.2, "unit": "probability", "reason": "r", "source": "s", "locator": "l"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"low": 0.3}, "low 0.3 exceeds high 0.2"),
        ({"low": 0.0}, "0 would make the total infinite"),
        ({"high": 1.1}, "at most 1"),
        ({"reason": " "}, "reason is empty"),
        ({"locator": ""}, "locator is empty"),
        ({"loss": ("forgotten",)}, "not one of disclosed, reported, recorded"),
        ({"high": float("nan")}, "must be finite"),
        ({"low": float("-inf")}, "must be finite"),
        ({"low": 5, "high": 15}, "15% is written 0.15"),
        ({"low": "0.1"}, "low of assumption p is '0.1': must be a number"),
        ({"high": None}, "high of assumption p is None: must be a number"),
        ({"unit": None}, "unit is None, which is no text; write it in words$"),
        ({"source": 3}, "source is 3, which is no text; write it in words$"),
        ({"distribution": distributions.uniform(0.1, 0.2)}, r"which is no text; write it in words, as in 'pert\("),
        ({"distribution": " "}, "distribution is empty"),
        ({"unit": ""}, "unit is empty"),
        ({"loss": "reported"}, r"assumption p: loss is 'reported'; give a tuple of texts, as in \('reported',\)"),
        ({"loss": None}, r"as in \('reported',\)"),
    ],
)
def test_an_arguable_number_without_a_defence_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        Assumption("p", **{**GOOD, **change})


def test_an_assumption_id_can_be_an_argument_of_a_model():
    with pytest.raises(ValueError, match=r"^assumption id 'reporting probability': must be an identifier"):
        Assumption("reporting probability", **GOOD)


@pytest.mark.parametrize(
    ("unit", "low", "high", "words"),
    [
        ("share of recorded offences", -0.1, 0.2, "between 0 and 1"),
        ("share of recorded offences", 0.1, 1.5, "between 0 and 1"),
        ("days, median", 0, 5, "days must be above 0"),
        ("gamma shape of both delays", 0, 2, "must be above 0"),
        ("charged offences per defendant", 0, 2, "must be above 0"),
        ("growth of intake a year", -1, 0, "above -1"),
        ("offences a quarter, as a ratio to the mean", -0.5, 1, "not negative"),
    ],
)
def test_a_range_that_its_unit_cannot_have_is_refused(unit, low, high, words):
    with pytest.raises(ValueError, match=words):
        Assumption("x", low, high, unit, "r", "s", "l")


@pytest.mark.parametrize(
    ("unit", "low", "high"),
    [
        ("share of recorded offences", 0, 1),
        ("share of recorded offences", 0.5, 0.5),
        ("probability", 1e-9, 1),
        ("days, median", 1e-9, 5),
        ("gamma shape of both delays", 0.1, 0.1),
        ("charged offences per defendant", 0.5, 2),
        ("growth of intake a year", -0.99, 0),
        ("offences a quarter, as a ratio to the mean", 0, 1),
        ("change in offences", -5, -1),
        ("years", 0, 0),
    ],
)
def test_a_range_that_its_unit_can_have_is_kept_whole(unit, low, high):
    interval = Assumption("x", low, high, unit, "r", "s", "l").interval
    assert interval == Interval(low, high, "bound")


def test_the_message_names_the_first_words_of_the_unit():
    with pytest.raises(ValueError, match="low is 0; days must be above 0"):
        Assumption("x", 0, 5, "days, median", "r", "s", "l")
    with pytest.raises(ValueError, match=r"5% is written 0.05"):
        Assumption("x", 0.1, 5, "share of offences", "r", "s", "l")


def test_the_distributions_are_found_among_the_values_too():
    for name in ("beta", "fixed", "pert", "trapezoid", "uniform"):
        assert getattr(values, name) is getattr(distributions, name)
    with pytest.raises(AttributeError, match=r"module 'cseanalysis\.values' has no attribute"):
        values.normal  # noqa: B018 (the access is the test)


@pytest.mark.parametrize(
    ("value", "cure"),
    [
        (datetime.timedelta(days=1), "give a length of time as a number, such as its days"),
        (np.timedelta64(1, "D").astype(object), "give a length of time as a number, such as its days"),
        (pd.Timedelta(days=1), "give a length of time as a number, such as its days"),
        (pd.NaT, "missing is not nought: find it out, or leave the call out"),
        (Estimate("a", "u", 1.0), "give the number that is meant, such as its point"),
        (Decimal("0.5"), "write it as a plain number, as float() does where it can"),
        (object(), "write it as a plain number, as float() does where it can"),
    ],
)
def test_a_length_of_time_is_told_from_a_missing_one_and_from_what_has_no_cure_of_its_own(value, cure):
    with pytest.raises(ValueError, match=f"; {re.escape(cure)}$"):
        plain_number("recorded", value)


@pytest.mark.parametrize("point", [1.0, 1.5, 2.0, 1 - 1e-10, 2 + 1e-10])
def test_a_point_lies_in_its_interval_up_to_rounding(point):
    assert Estimate("a", "u", point, Interval(1, 2, "confidence", 0.9)).point == point


@pytest.mark.parametrize("point", [0.9999, 2.0001, -1.5, 1 - 1e-8, 2 + 1e-8])
def test_a_point_outside_its_interval_is_refused_with_both_ends(point):
    with pytest.raises(
        ValueError, match=r"^estimate a: point .* lies outside its interval from 1 to 2; are both in one"
    ):
        Estimate("a", "u", point, Interval(1, 2, "confidence", 0.9))


def test_rounding_is_judged_by_the_larger_end_and_below_nought_too():
    Estimate("a", "u", -1e-7, Interval(0, 1000, "confidence", 0.9))
    Estimate("a", "u", -1000 - 1e-7, Interval(-1000, 0, "confidence", 0.9))
    with pytest.raises(ValueError, match="outside"):
        Estimate("a", "u", -1e-5, Interval(0, 1000, "confidence", 0.9))


def test_a_point_of_nought_lies_in_an_interval_that_is_nought():
    assert Estimate("a", "u", 0, Interval(0, 0, "simulation", 0.9)).point == 0


def test_how_a_number_came_about_is_not_what_it_is():
    # A number that two ways lead to is one number, and its formula never crowds it out where it is shown.
    plain, traced = (Estimate("total", "offences", 5, formula=formula) for formula in ("", "a + b"))
    assert plain == traced == Estimate("total", "offences", 5, procedure="sum of the table")
    assert hash(plain) == hash(traced)
    assert repr(plain) == repr(traced) == repr(Estimate("total", "offences", 5, procedure="sum of the table"))
    assert (Estimate("total", "offences", 5).formula, Estimate("total", "offences", 5).procedure) == ("", "")
    with pytest.raises(TypeError, match="positional"):
        Estimate("total", "offences", 5, None, (), "a + b")


def test_an_interval_is_one_line_in_print_and_one_row_in_a_table():
    interval = Interval(90, 120, "confidence", 0.95)
    assert str(interval) == "90 to 120 (95% confidence interval)"
    assert interval.to_frame().to_dict("records") == [{"low": 90, "high": 120, "kind": "confidence", "level": 0.95}]


def test_an_estimate_prints_its_number_its_unit_and_what_it_rests_on():
    counted = Estimate("recorded", "offences", 100)
    assert str(counted).splitlines() == ["recorded: 100 (one number, no interval)", "unit: offences"]
    within = Estimate("recorded", "offences", 100, Interval(90, 120, "confidence", 0.95), ("F008", "F009"))
    assert str(within).splitlines() == [
        "recorded: 100, within 90 to 120 (95% confidence interval)",
        "unit: offences",
        "Rests on: F008, F009",
    ]
    assert within.to_frame().to_dict("records") == [
        {
            "id": "recorded", "unit": "offences", "point": 100, "low": 90, "high": 120, "kind": "confidence",
            "level": 0.95, "basis": "F008, F009",
        }
    ]  # fmt: skip
