import pytest
from hypothesis import given
from hypothesis import strategies as st

from cseanalysis.models import share_bounds


def test_three_hundred_of_a_thousand_known_with_five_hundred_unknown_is_a_fifth_to_eight_fifteenths():
    bounds = share_bounds(300, 1000, 500)  # published answer C22, closed form
    assert (bounds.low, bounds.high) == (pytest.approx(0.2, rel=1e-9), pytest.approx(8 / 15, rel=1e-9))


def test_manskis_survey_example_is_reproduced():
    bounds = share_bounds(21, 64, 42)  # published answer C21: 21 of 64 respondents among 106 asked
    assert bounds.low == pytest.approx(0.19811320754716982, rel=1e-9)
    assert bounds.high == pytest.approx(0.5943396226415094, rel=1e-9)


def test_83_per_cent_of_the_34_per_cent_known_says_no_more_than_28_to_95_per_cent():
    bounds = share_bounds(0.83 * 0.34, 0.34, 0.66)
    assert bounds.low == pytest.approx(0.2822)
    assert bounds.high == pytest.approx(0.9422)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_the_bounds_hold_every_completion_of_the_missing_part_and_reach_both_ends(yes, no, hidden_yes, hidden_no):
    total = yes + no + hidden_yes + hidden_no
    if total == 0:
        return
    bounds = share_bounds(yes, yes + no, hidden_yes + hidden_no)
    assert bounds.low - 1e-12 <= (yes + hidden_yes) / total <= bounds.high + 1e-12
    assert bounds.high - bounds.low == pytest.approx((hidden_yes + hidden_no) / total)


@given(st.integers(0, 30), st.integers(1, 30), st.integers(0, 30), st.integers(0, 30))
def test_more_missing_never_narrows_the_bounds(yes, no, unknown, more):
    narrow, wide = share_bounds(yes, yes + no, unknown), share_bounds(yes, yes + no, unknown + more)
    assert wide.low <= narrow.low + 1e-12
    assert wide.high >= narrow.high - 1e-12


@pytest.mark.parametrize("counts", [(-1, 2, 3), (3, 2, 1), (0, 0, 0), (1, float("nan"), 1)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(ValueError, match=r"must|no records"):
        share_bounds(*counts)
