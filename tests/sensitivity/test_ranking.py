"""Numbers and rankings must not hang on digits in which processors differ."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cseanalysis.sensitivity import multiverse, narrowing, tornado
from cseanalysis.sensitivity.multiverse_runs import decision_shares, specification_curve
from cseanalysis.sensitivity.ranking import agree, largest_first, settled
from cseanalysis.values import Assumption

NOISE = 1e-12  # of a value: more than two kernels were seen to differ by, seldom more


def test_a_value_keeps_nine_digits_and_no_more_than_twelve_decimals():
    assert settled(1234567.891234) == 1234567.89
    assert settled(0.000123456789123) == 0.000123456789
    assert settled(8.527213613706297e-11) == 8.5e-11
    assert settled(-4e-13) == 0.0
    assert str(settled(-4e-13)) == "0.0"  # a minus zero would be another byte


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), 0.0, 2.0, 1e300])
def test_what_has_no_further_digits_stays_as_it_is(value):
    assert settled(value) == value


@given(st.integers(10**8, 10**9 - 1), st.integers(-3, 6), st.floats(-NOISE, NOISE))
def test_a_published_decimal_and_its_half_step_stay_where_they_are_under_noise(digits, places, noise):
    exact = (digits + 0.5) / 10**places  # on the edge of two roundings: the place where noise could decide
    assert settled(exact * (1 + noise / 10)) == settled(exact)
    value = digits / 10**places
    assert settled(value * (1 + noise)) == value


def test_agreement_allows_the_last_digit_and_nothing_more():
    assert agree(3.24429548945e-11, 3.24429479876e-11)  # one number under two releases of scipy
    assert agree({"low": [1.00000000, None]}, {"low": [1.00000001, None]})
    assert not agree(1.0000001, 1.0)
    assert not agree(19123, 19122)
    assert not agree(1_000_000_001, 1_000_000_000)  # counts are equal or not
    assert not agree(1.0, None)
    assert not agree([1.0], [1.0, 2.0])
    assert not agree({"a": 1.0}, {"b": 1.0})
    assert not agree("a", 1.0)


@pytest.mark.parametrize("noise", [-NOISE, 0, NOISE])
def test_equals_are_ranked_by_name_whatever_the_last_digit(noise):
    table = pd.DataFrame({"name": ["b", "a", "c"], "share": [0.3 * (1 + noise), 0.3, 0.4]})
    assert largest_first(table, ["share"], "name")["name"].tolist() == ["c", "a", "b"]


@pytest.mark.parametrize("noise", [-NOISE, 0, NOISE])
def test_no_ranking_of_assumptions_decisions_or_specifications_hangs_on_the_last_digit(noise):
    def ranged(name):
        return Assumption(name, 1.0, 2.0, "cases", "counted", "a table", "row 1")

    def model(b, a):
        return b * (1 + noise) + a

    ranges = [ranged("b"), ranged("a")]
    assert narrowing(model, ranges)["assumption"].tolist() == ["a", "b"]
    assert tornado(model, ranges, {"a": 1.0, "b": 1.0})["assumption"].tolist() == ["a", "b"]
    table = multiverse(model, {"b": [1.0, 2.0], "a": [1.0, 2.0]})
    assert decision_shares(table)["decision"].tolist() == ["a", "b"]
    assert specification_curve(table)["b"].tolist() == ["1.0", "1.0", "2.0", "2.0"]
