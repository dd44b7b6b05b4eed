import pytest
from hypothesis import given
from hypothesis import strategies as st

from cseanalysis.models.two_lists import known_to_all, known_to_any, two_list_bounds, two_list_estimate
from cseanalysis.values import Interval, NotEstimableError


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 200))
def test_totals_alone_bound_every_way_the_lists_can_overlap(both, only_first, only_second, neither):
    first, second = both + only_first, both + only_second
    known = both + only_first + only_second
    anyone = known_to_any({"police": first, "health": second})
    assert anyone.low <= known <= anyone.high
    everyone = known_to_all([first, second], population=known + neither)
    assert everyone.low <= both <= everyone.high
    assert anyone.kind == everyone.kind == "bound"


def test_the_two_list_bound_is_reached_at_its_corners():
    bound = two_list_bounds(200, 300, both=Interval(50, 60, "bound"), odds_ratio=Interval(0.5, 2, "bound"))
    assert bound.low == pytest.approx(two_list_estimate(200, 300, 60).at_odds_ratio(0.5))
    assert bound.high == pytest.approx(two_list_estimate(200, 300, 50).at_odds_ratio(2))


def test_what_two_lists_are_known_to_hold_lies_within_what_their_totals_allow():
    estimate = two_list_estimate(200, 300, 60)
    assert estimate.known == Interval(300, 500, "bound")
    assert estimate.known.low <= estimate.observed == 440 <= estimate.known.high


def test_the_interval_of_two_lists_never_goes_below_the_observed():
    estimate = two_list_estimate(10, 10, 9)
    assert estimate.interval.low == estimate.observed == 11
    assert estimate.interval.low <= estimate.interval.high


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((-1, 3, 1), "first is -1"), ((5, 3.5, 1), "second is 3.5"), ((5, 3, 4), "part of either list")],
)
def test_impossible_two_list_counts_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        two_list_estimate(*arguments)


def test_two_lists_without_overlap_have_no_estimate():
    with pytest.raises(NotEstimableError, match="any total from 8 up"):
        two_list_estimate(5, 3, 0)
    with pytest.raises(NotEstimableError, match="bounds nothing"):
        two_list_bounds(5, 3, both=Interval(0, 3, "bound"), odds_ratio=Interval(1, 1, "bound"))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: known_to_any([]), "no totals"),
        (lambda: known_to_any([5, -1]), "total is -1"),
        (lambda: known_to_all([5, 9], population=8), "part of it"),
        (lambda: two_list_estimate(5, 3, 1, level=1), "between 0 and 1"),
        (lambda: two_list_estimate(5, 3, 1).at_odds_ratio(0), "above 0"),
        (lambda: two_list_bounds(5, 3, both=Interval(1, 4, "bound"), odds_ratio=Interval(1, 1, "bound")), "0 and 3"),
        (lambda: two_list_bounds(5, 3, both=Interval(1, 2, "bound"), odds_ratio=Interval(0, 1, "bound")), "above 0"),
        (
            lambda: two_list_bounds(5, 3, both=Interval(1, 2, "confidence", 0.9), odds_ratio=Interval(1, 1, "bound")),
            "is a bound",
        ),
    ],
)
def test_impossible_totals_and_ranges_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
