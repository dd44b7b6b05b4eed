import dataclasses

import pytest

from cseanalysis.values import Assumption, Estimate, Interval


def test_an_interval_keeps_its_kind_so_that_a_range_of_assumptions_cannot_pass_as_a_confidence_interval():
    assert Interval(1, 2, "bound") != Interval(1, 2, "confidence", 0.95)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((2, 1, "bound"), "low must not exceed high"),
        ((1, float("inf"), "bound"), "must be finite"),
        ((float("nan"), 1, "bound"), "must be finite"),
        ((1, 2, "credible"), "must be one of bound, confidence, simulation"),
        ((1, 2, "bound", 0.95), "a bound has no level"),
        ((1, 2, "confidence"), "state a level"),
        ((1, 2, "simulation", 95), "state a level"),
    ],
)
def test_an_impossible_interval_is_refused_with_the_rule(arguments, words):
    with pytest.raises(ValueError, match=words):
        Interval(*arguments)


def test_an_interval_has_no_arithmetic_because_x_minus_x_is_not_zero():
    interval = Interval(1, 2, "bound")
    with pytest.raises(TypeError):
        interval - interval  # type: ignore[operator]


def test_a_bound_has_no_middle():
    with pytest.raises(ValueError, match="a bound has no middle"):
        Estimate("total", "offences", point=1.5, interval=Interval(1, 2, "bound"))


def test_an_estimate_says_something():
    with pytest.raises(ValueError, match="neither point nor interval"):
        Estimate("total", "offences")
    with pytest.raises(ValueError, match="unit is empty"):
        Estimate("total", " ", point=1)


def test_values_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Interval(1, 2, "bound").low = 0  # type: ignore[misc]


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
    ],
)
def test_an_arguable_number_without_a_defence_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        Assumption("p", **{**GOOD, **change})


def test_an_assumption_id_can_be_an_argument_of_a_model():
    with pytest.raises(ValueError, match="identifier"):
        Assumption("reporting probability", **GOOD)


@pytest.mark.parametrize(
    ("unit", "low", "high", "words"),
    [
        ("share of recorded offences", -0.1, 0.2, "between 0 and 1"),
        ("share of recorded offences", 0.1, 5, "between 0 and 1"),
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
