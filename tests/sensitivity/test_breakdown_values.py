import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cseanalysis.sensitivity import bound, breakdown, breakdown_frontier, breakdowns
from cseanalysis.values import Assumption


def assumed(name, low, high):
    return Assumption(name, low, high, "cases", "r", "s", "l")


def total(recorded, p):
    return recorded / p


RECORDED, PROBABILITY = assumed("recorded", 100, 200), assumed("p", 0.05, 0.5)


def test_a_total_of_a_thousand_is_passed_where_one_in_ten_is_recorded():
    found = breakdown(lambda p: 100 / p, [PROBABILITY], vary="p", threshold=1000)
    assert found == pytest.approx(0.1, rel=1e-9)


def test_a_claim_that_no_value_in_the_range_can_upset_has_no_breakdown():
    assert breakdown(lambda p: 100 / p, [PROBABILITY], vary="p", threshold=199.9) is None
    assert breakdown(lambda p: 100 / p, [PROBABILITY], vary="p", threshold=2000.1) is None


def test_a_threshold_that_is_reached_at_the_very_end_of_the_range_counts():
    assert breakdown(lambda p: 100 / p, [PROBABILITY], vary="p", threshold=200) == 0.5
    assert breakdown(lambda p: 100 / p, [PROBABILITY], vary="p", threshold=2000) == 0.05


def test_with_the_others_anywhere_the_claim_fails_where_it_fails_for_any_of_them():
    # More than 1000: 100 / p is the smallest total, and falls to 1000 at 0.1. Fewer than 1000: 200 / p, at 0.2.
    known = {"vary": "p", "threshold": 1000}
    assert breakdown(total, [RECORDED, PROBABILITY], **known) == pytest.approx(0.1, rel=1e-9)
    assert breakdown(total, [RECORDED, PROBABILITY], **known, claim="below") == pytest.approx(0.2, rel=1e-9)


def test_with_a_baseline_the_others_stand_where_it_puts_them():
    found = breakdown(total, [RECORDED, PROBABILITY], vary="p", threshold=1000, baseline={"recorded": 150})
    assert found == pytest.approx(0.15, rel=1e-9)


def test_every_crossing_of_a_model_that_turns_is_named():
    with pytest.raises(ValueError, match=r"not monotone in x.*2 times, at 0\.2 .*0\.8"):
        breakdown(lambda x: x * (1 - x), [assumed("x", 0, 1)], vary="x", threshold=0.16)
    table = breakdowns(lambda x: x * (1 - x), [assumed("x", 0, 1)], threshold=0.16)
    assert table["direction"].tolist() == ["fails below", "fails above"]
    assert table["breakdown"].tolist() == pytest.approx([0.2, 0.8], rel=1e-9)


def test_a_model_that_turns_in_another_assumption_is_refused_until_that_is_said():
    ranges, known = [assumed("x", 0, 1), assumed("y", 0, 4)], {"vary": "y", "threshold": 0.5, "claim": "below"}

    def model(x, y):
        return y * x * (1 - x)

    with pytest.raises(ValueError, match="not monotone in x"):
        breakdown(model, ranges, **known)
    assert breakdown(model, ranges, **known, turning=["x"]) == pytest.approx(2, rel=1e-9)


def test_the_table_says_on_which_side_the_claim_fails_or_that_it_does_not():
    ranges = [assumed("rise", 0, 2), assumed("fall", 0, 2), assumed("idle", 0, 1)]
    baseline = {"rise": 1, "fall": 0, "idle": 0}
    table = breakdowns(lambda rise, fall, idle: rise - fall + 0 * idle, ranges, threshold=0.5, baseline=baseline)
    expected = pd.DataFrame(
        {
            "assumption": ["rise", "fall", "idle"],
            "low": 0.0,
            "high": [2.0, 2.0, 1.0],
            "breakdown": [0.5, 0.5, np.nan],
            "direction": ["fails below", "fails above", "never within the range"],
        }
    )
    pd.testing.assert_frame_equal(table, expected, check_dtype=False)
    hopeless = breakdowns(lambda x: x, [assumed("x", 0, 1)], threshold=5)
    assert hopeless["direction"].tolist() == ["fails throughout"]


def test_a_jump_across_the_threshold_and_a_stretch_on_it_are_found_where_they_begin():
    ranges = [assumed("x", 0, 1)]
    found = breakdown(lambda x: 1.0 if x < 0.3 else -1.0, ranges, vary="x", threshold=0)
    assert found == pytest.approx(0.3, rel=1e-9)
    found = breakdown(lambda x: max(0.7 - x, 0) - max(x - 0.9, 0), ranges, vary="x", threshold=0)
    assert found == pytest.approx(0.7, rel=1e-9)


def test_the_frontier_is_the_line_that_the_two_must_stay_below():
    # x + y = 1 within [0, 1] x [0.25, 0.5]: y is never enough below x = 0.5, and always too much above x = 0.75.
    ranges = [assumed("x", 0, 1), assumed("y", 0.25, 0.5)]
    table = breakdown_frontier(lambda x, y: x + y, ranges, vary=("x", "y"), threshold=1, claim="below", points=9)
    within = table.dropna()
    assert within["x"].tolist() == pytest.approx([0.5, 0.625, 0.75])
    np.testing.assert_allclose(within["x"] + within["y"], 1, rtol=1e-9)
    assert table["direction"].iloc[[0, -1]].tolist() == ["never within the range", "fails throughout"]


def test_a_frontier_meets_the_ends_of_the_range_between_its_points():
    ranges = [assumed("x", 0, 1), assumed("y", 0.2, 0.9)]
    table = breakdown_frontier(lambda x, y: x + y, ranges, vary=("x", "y"), threshold=1, points=4).dropna()
    assert table["x"].iloc[[0, -1]].tolist() == pytest.approx([0.1, 0.8])
    assert table["y"].iloc[[0, -1]].tolist() == pytest.approx([0.9, 0.2])


def test_what_a_breakdown_cannot_be_asked_of_is_refused():
    one = [assumed("x", 0, 1)]
    for words, model, ranges, options in [
        ("vary is 'z'", lambda x: x, one, {"vary": "z"}),
        ("finite number", lambda x: x, one, {"threshold": np.nan}),
        ("'above'", lambda x: x, one, {"claim": "over"}),
        ("one number", lambda x: [x, x], one, {}),
        ("lacks", lambda x, y: x + y, [*one, assumed("y", 0, 1)], {"baseline": {}}),
        ("no argument", lambda x: x, [*one, assumed("unused", 0, 1)], {}),
        ("not finite at .*'x': 0.0", lambda x: np.float64(1) / np.float64(x) if x else np.nan, one, {}),
        (r"ZeroDivisionError.*\{'x': 0.0\}", lambda x: 1 / x, one, {}),
    ]:
        with pytest.raises(ValueError, match=words):
            breakdown(model, ranges, **({"vary": "x", "threshold": 0.5} | options))
    with pytest.raises(ValueError, match="twice"):
        breakdown_frontier(lambda x: x, one, vary=("x", "x"), threshold=0.5)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.5, 5), st.floats(1, 3), st.floats(0.05, 0.95))
def test_beyond_the_breakdown_and_only_there_the_claim_fails_somewhere(slope, width, share):
    # By the definition itself: on one side of the value the whole bound keeps the claim, on the other it does not.
    ranges = [assumed("x", 1, 1 + width), assumed("y", 1, 2)]

    def model(x, y):
        return y * np.exp(-slope * x)

    threshold = float(np.exp(-slope * (1 + share * width)))  # reached by the smallest y at that share of the range
    found = breakdown(model, ranges, vary="x", threshold=threshold)
    assert found == pytest.approx(1 + share * width, rel=1e-9)
    for place, holds in ((found - 1e-6, True), (found + 1e-6, False)):
        assert (bound(model, [assumed("x", place, place), ranges[1]]).low > threshold) == holds


def test_an_assumption_without_effect_does_not_stop_the_others_when_the_baseline_lies_on_the_threshold():
    ranges = [assumed("x", 0, 1), assumed("idle", 0, 1)]
    assert breakdown(lambda x: 0.5 + 0 * x, ranges[:1], vary="x", threshold=0.5) is None
    table = breakdowns(lambda x, idle: x + 0 * idle, ranges, threshold=0.5, baseline={"x": 0.5, "idle": 0})
    assert table["direction"].tolist() == ["fails below", "fails throughout"]
    frontier = breakdown_frontier(lambda x, idle: x + 0 * idle, ranges, vary=("x", "idle"), threshold=0.5, points=2)
    assert frontier["x"].tolist() == pytest.approx([0, 0.5, 1])
    assert frontier["direction"].tolist() == ["fails throughout", "fails throughout", "never within the range"]
