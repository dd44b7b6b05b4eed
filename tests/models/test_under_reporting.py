import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cseanalysis.models import (
    breakdown_probability,
    class_share_bounds,
    e_value,
    implied_total,
    joint_reporting_probability,
    rogan_gladen,
    share_at_odds_ratio,
    share_bounds,
    split_by_year,
    without_cancelled,
)
from cseanalysis.values import Assumption, Interval


def probability(name, low, high, *loss):
    return Assumption(name, low, high, "probability", "r", "s", "l", loss)


def test_five_hundred_recorded_at_four_in_ten_are_twelve_hundred_and_fifty():
    # The worked sentence of the dark-figure notation: R = 500, p = 0.4, T = 1,250.
    assert implied_total(500, Interval(0.4, 0.4, "bound")) == Interval(1250, 1250, "bound")


def test_the_kind_and_level_of_the_probability_carry_over():
    assert implied_total(10, Interval(0.2, 0.5, "confidence", 0.9)) == Interval(20, 50, "confidence", 0.9)


@pytest.mark.parametrize("ends", [(0.0, 0.5), (0.5, 1.5), (-0.5, 0.5)])
def test_an_impossible_reporting_probability_is_refused(ends):
    with pytest.raises(ValueError, match="must be above 0"):
        implied_total(10, Interval(*ends, "bound"))


@pytest.mark.parametrize("recorded", [-1, float("nan"), float("inf")])
def test_an_impossible_count_is_refused(recorded):
    with pytest.raises(ValueError, match="finite count"):
        implied_total(recorded, Interval(0.1, 0.2, "bound"))


@given(st.floats(1, 1e9), st.floats(1e-3, 1), st.floats(1e-3, 1))
def test_the_total_never_falls_below_what_was_recorded_and_its_ends_break_down_at_the_ends_of_p(recorded, p, q):
    low, high = sorted((p, q))
    total = implied_total(recorded, Interval(low, high, "bound"))
    assert total.low >= recorded * (1 - 1e-12)
    assert breakdown_probability(recorded, total.high) == pytest.approx(low)
    assert breakdown_probability(recorded, max(total.low, recorded)) == pytest.approx(high)


def test_a_claim_smaller_than_the_recorded_count_is_refused():
    with pytest.raises(ValueError, match="holds what was recorded"):
        breakdown_probability(100, 99)


def test_losses_that_differ_multiply():
    joint = joint_reporting_probability(
        [probability("told", 0.1, 0.2, "disclosed", "reported"), probability("kept", 0.5, 1.0, "recorded")]
    )
    assert joint == Interval(0.05, 0.2, "bound")


def test_a_loss_contained_in_two_probabilities_is_not_counted_twice():
    with pytest.raises(ValueError, match="'not reported' is contained in both known and told"):
        joint_reporting_probability(
            [probability("known", 0.1, 0.2, "reported"), probability("told", 0.1, 0.2, "reported")]
        )


def test_a_link_that_names_no_loss_is_refused():
    with pytest.raises(ValueError, match="names the losses it contains"):
        joint_reporting_probability([probability("p", 0.1, 0.2)])
    with pytest.raises(ValueError, match="at least one link"):
        joint_reporting_probability([])


HALF = Interval(0.5, 0.5, "bound")


@pytest.mark.parametrize("value", [True, np.True_, "5", None, pd.NA])
@pytest.mark.parametrize(
    "call",
    [
        lambda value: implied_total(value, HALF),
        lambda value: breakdown_probability(1, value),
        lambda value: split_by_year(value, HALF),
        lambda value: without_cancelled(value, HALF),
        lambda value: share_bounds(1, value, 0),
        lambda value: share_at_odds_ratio(1, 2, 1, value),
        lambda value: rogan_gladen(value, 0.9, 0.9),
        lambda value: rogan_gladen(0.5, value, 0.9),
        e_value,
    ],
)
def test_what_is_no_number_is_refused_in_words(call, value):
    with pytest.raises(ValueError, match="must be a number, not"):
        call(value)


def test_fractions_stay_because_ends_of_derived_counts_are_divided_too():
    assert implied_total(77_955.5, HALF).low == 155_911
    assert split_by_year(np.float64(10.5), HALF).earlier == Interval(5.25, 5.25, "bound")


def test_counts_by_class_may_be_a_series():
    counts = {"x": 3, "y": 1}
    assert class_share_bounds(pd.Series(counts), 4) == class_share_bounds(counts, 4)
