import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cseanalysis.distributions import uniform
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
from cseanalysis.values import Assumption, Interval, NotEstimableError


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
    with pytest.raises(ValueError, match=r"^no probabilities given; a chain has at least one link"):
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


def test_a_claim_that_equals_what_was_recorded_needs_a_probability_of_1_and_nothing_recorded_one_of_0():
    assert breakdown_probability(100, 100) == 1
    assert breakdown_probability(0, 100) == 0
    for recorded, claimed in ((0, 0), (100, 99)):
        with pytest.raises(ValueError, match=f"claimed_total {claimed} against {recorded} recorded"):
            breakdown_probability(recorded, claimed)


def test_nothing_recorded_says_nothing_about_the_total():
    with pytest.raises(NotEstimableError, match=r"^recorded is 0: .* stays 0.*; use a larger area or a longer period"):
        implied_total(0, HALF)


def test_a_probability_of_1_leaves_the_count_and_a_per_cent_is_shown_as_one():
    assert implied_total(10, Interval(1, 1, "bound")) == Interval(10, 10, "bound")
    with pytest.raises(ValueError, match=r"from 30 to 50: must be above 0 .* and at most 1; 50% is written 0.5"):
        implied_total(400, Interval(30, 50, "bound"))


@pytest.mark.parametrize(
    ("given", "cure"),
    [
        ((0.3, 0.5), r'write Interval\(0.3, 0.5, "bound"\)'),
        ([0.5, 0.3], r'write Interval\(0.3, 0.5, "bound"\)'),
        (0.4, r'write Interval\(0.4, 0.4, "bound"\)'),
        (np.float64(0.4), r'write Interval\(0.4, 0.4, "bound"\)'),
        ("30%-50%", r'write Interval\(low, high, "bound"\)'),
        (None, r'write Interval\(low, high, "bound"\)'),
        ((float("nan"), 0.5), r'write Interval\(low, high, "bound"\)'),
        (10**400, r'write Interval\(low, high, "bound"\)'),
        (
            uniform(0.3, 0.5),
            r"write Interval\(low, high, .bound.\), the range that is defended; .* simulate_total",
        ),
        (probability("told", 0.1, 0.2, "reported"), "give the range of the assumption, told.interval"),
    ],
)
def test_what_stands_in_place_of_an_interval_is_named_with_the_interval_it_would_be(given, cure):
    with pytest.raises(ValueError, match=f"^reporting_probability is .*: must be an Interval; {cure}"):
        implied_total(400, given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (probability("p", 0.1, 0.2, "reported"), "assumptions is .*: must be a list of Assumption, also of one"),
        (3, "assumptions is 3: must be a list"),
        ([HALF], "assumptions hold .*: each must be an Assumption, whose losses say what it covers"),
        ([probability("p", 0.1, 0.2, "reported"), None], "assumptions hold None: each"),
        (range(9), "assumptions hold 0, 1, 2, 3, 4: each"),
    ],
)
def test_a_chain_is_made_of_assumptions(given, words):
    with pytest.raises(ValueError, match=words):
        joint_reporting_probability(given)


def test_a_link_that_is_no_probability_is_refused_also_if_it_names_a_loss():
    days = Assumption("days", 1, 2, "days", "r", "s", "l", ("reported",))
    with pytest.raises(ValueError, match=r"assumption days: unit 'days', losses \('reported',\); a link"):
        joint_reporting_probability([days])


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -0.5])
@pytest.mark.parametrize(("place", "name"), [(0, "recorded"), (1, "claimed_total")])
def test_the_count_that_is_impossible_is_named(place, name, wrong):
    arguments = [10, 20]
    arguments[place] = wrong
    with pytest.raises(ValueError, match=f"^{name} is {wrong}: must be a finite count"):
        breakdown_probability(*arguments)
    with pytest.raises(ValueError, match=f"^recorded is {wrong}: must be a finite count"):
        implied_total(wrong, HALF)


@pytest.mark.parametrize(("place", "name"), [(0, "recorded"), (1, "claimed_total")])
def test_a_count_that_is_no_number_is_named(place, name):
    arguments = [10, 20]
    arguments[place] = "1,400"
    with pytest.raises(ValueError, match=f"{name} is '1,400': must be a number, not str"):
        breakdown_probability(*arguments)
    with pytest.raises(ValueError, match="recorded is 'x': must be a number"):
        implied_total("x", HALF)


@pytest.mark.parametrize("share", [0.5, 0.999, 1e-9])
def test_a_share_is_no_recorded_count_and_a_derived_count_above_one_need_not_be_whole(share):
    half = Interval(0.5, 0.5, "bound")
    with pytest.raises(ValueError, match=r"^recorded is .*: must be a count, not a share; give what it is a share of$"):
        implied_total(share, half)
    assert implied_total(1, half) == Interval(2, 2, "bound")
    assert implied_total(1.5, half) == Interval(3, 3, "bound")


def test_the_cure_for_assumptions_by_name_is_to_take_them_out_of_their_mapping():
    with pytest.raises(ValueError, match=r"must be a list of Assumption, as in \[assumptions\['told'\]\]$"):
        joint_reporting_probability({"told": probability("told", 0.1, 0.2, "reported")})
