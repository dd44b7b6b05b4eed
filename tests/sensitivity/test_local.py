import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cseanalysis.sensitivity import bound, envelope, narrowing, tornado
from cseanalysis.values import Assumption, Interval


def assumed(name, low, high):
    return Assumption(name, low, high, "cases", "r", "s", "l")


def test_the_bound_of_a_ratio_stands_at_opposite_corners():
    assert bound(lambda r, p: r / p, [assumed("r", 10, 20), assumed("p", 0.1, 0.5)]) == Interval(20, 200, "bound")


def test_a_model_that_turns_is_refused_instead_of_bounded_too_narrowly():
    with pytest.raises(ValueError, match="not monotone in x"):
        bound(lambda x: x * (1 - x), [assumed("x", 0, 1)])


def test_a_model_that_turns_where_it_is_said_to_is_followed_on_a_grid():
    interval = bound(lambda x, y: y * x * (1 - x), [assumed("x", 0, 1), assumed("y", 1, 2)], turning=["x"])
    assert interval == Interval(0, 0.5, "bound")


def test_turning_must_name_an_assumption():
    with pytest.raises(ValueError, match="not among the assumptions"):
        bound(lambda x: x, [assumed("x", 0, 1)], turning=["y"])


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 10), st.floats(0.1, 10)), min_size=1, max_size=4), st.randoms())
def test_the_bound_holds_the_value_at_every_point_of_the_ranges(ends, random):
    ranges = [assumed(f"a{k}", *sorted(pair)) for k, pair in enumerate(ends)]

    def model(**values):
        return values["a0"] / np.prod([value for name, value in values.items() if name != "a0"])

    interval = bound(model, ranges)
    value = model(**{a.id: random.uniform(a.low, a.high) for a in ranges})
    assert interval.low * (1 - 1e-9) <= value <= interval.high * (1 + 1e-9)


def test_elements_of_an_envelope_take_their_ends_at_different_corners():
    table = envelope(lambda x: [x, -x, 3], [assumed("x", 1, 2)])
    pd.testing.assert_frame_equal(table, pd.DataFrame({"low": [1.0, -2.0, 3.0], "high": [2.0, -1.0, 3.0]}))


def test_knowing_one_of_two_added_ranges_removes_its_share_of_the_width():
    table = narrowing(lambda a, b: a + b, [assumed("a", 0, 1), assumed("b", 0, 3)])
    expected = pd.DataFrame(
        {
            "assumption": ["b", "a"],
            "width_least": [1.0, 3.0],
            "width_most": [1.0, 3.0],
            "narrowing_least": [0.75, 0.25],
            "narrowing_most": [0.75, 0.25],
        }
    )
    pd.testing.assert_frame_equal(table, expected)


def test_for_a_ratio_the_narrowing_depends_on_the_end_at_which_the_assumption_is_known():
    # r in [10, 20], p in [0.1, 0.5]: full width 180; p known to be 0.5 leaves 20, p known to be 0.1 leaves 100.
    first = narrowing(lambda r, p: r / p, [assumed("r", 10, 20), assumed("p", 0.1, 0.5)]).iloc[0]
    assert first["assumption"] == "p"
    assert (first["width_least"], first["width_most"]) == (pytest.approx(20), pytest.approx(100))


def test_a_tornado_stands_on_the_baseline_that_it_is_given():
    table = tornado(lambda r, p: r / p, [assumed("r", 10, 20), assumed("p", 0.1, 0.5)], {"r": 20, "p": 0.5})
    assert table["assumption"].tolist() == ["p", "r"]
    assert table["swing"].tolist() == pytest.approx([160, 20])


@pytest.mark.parametrize(
    ("baseline", "words"),
    [({}, "lacks"), ({"x": 0.5, "z": 1}, "unknown"), ({"x": 2}, "leaves its range")],
)
def test_a_baseline_is_complete_known_and_within_the_ranges(baseline, words):
    with pytest.raises(ValueError, match=words):
        tornado(lambda x: x, [assumed("x", 0, 1)], baseline)


def test_what_has_no_range_or_no_number_is_refused():
    with pytest.raises(ValueError, match="no range to narrow"):
        narrowing(lambda x: 1.0, [assumed("x", 0, 1)])
    with pytest.raises(ValueError, match="at least one"):
        bound(lambda: 1.0, [])
    with pytest.raises(ValueError, match="not finite"):
        bound(lambda x: float("nan") * x, [assumed("x", 0, 1)])


def test_an_assumption_in_which_the_model_may_turn_is_known_at_every_point_of_its_range():
    table = narrowing(lambda x, y: y * (1 + 3 * x), [assumed("x", 0, 1), assumed("y", 0, 1)], turning=["x"])
    row = table.set_index("assumption").loc["x"]
    assert (row["width_least"], row["width_most"]) == (1.0, 4.0)


def test_the_range_that_is_left_is_followed_between_the_ends_too():
    # Known to be half-way, x leaves y no effect at all; known to be at either end, it leaves the full width.
    table = narrowing(lambda x, y: y * (x - 0.5), [assumed("x", 0, 1), assumed("y", 0, 1)])
    assert table.set_index("assumption").loc["x", "narrowing_most"] == pytest.approx(1.0)


def test_a_turn_that_the_middle_of_the_range_does_not_show_is_seen_all_the_same():
    # Symmetric about the middle, but above its ends at an eighth of the range.
    with pytest.raises(ValueError, match="not monotone in x"):
        bound(lambda x, y: y * (x + np.sin(4 * np.pi * x)), [assumed("x", 0, 1), assumed("y", 1, 2)])


def test_small_values_turn_as_visibly_as_large_ones():
    with pytest.raises(ValueError, match="not monotone in x"):
        bound(lambda x: 1e-12 * x * (1 - x), [assumed("x", 0, 1)])


def test_a_tornado_follows_a_model_that_turns_and_says_so():
    table = tornado(lambda x, y: x * (1 - x) + y, [assumed("x", 0, 1), assumed("y", 0, 0.1)], {"x": 0, "y": 0})
    assert table["turns"].tolist() == [True, False]
    assert table["swing"].tolist() == pytest.approx([0.25, 0.1])


@pytest.mark.parametrize(
    ("words", "model", "names"),
    [
        (r"no argument \['unused'\]", lambda x: x, ["x", "unused"]),
        (r"needs \['y'\]", lambda x, y: x + y, ["x"]),
        (r"\['x'\] given more than once", lambda x: x, ["x", "x"]),
        (r"ZeroDivisionError.*at \{'x': 0.0\}", lambda x: 1 / x, ["x"]),
        (r"not finite at \{'x': 1.0\}", lambda x: float("inf") if x == 1 else x, ["x"]),
    ],
)
def test_assumptions_that_do_not_fit_and_corners_that_fail_are_named(words, model, names):
    ranges = [assumed(name, 0, 1) for name in names]
    for analysis in (bound, narrowing, lambda model, ranges: tornado(model, ranges, dict.fromkeys(names, 0))):
        with pytest.raises(ValueError, match=words):
            analysis(model, ranges)


def test_a_model_of_several_values_is_not_bounded_by_its_first():
    ranges = [assumed("x", 1, 2)]
    for analysis in (bound, narrowing, lambda model, ranges: tornado(model, ranges, {"x": 1})):
        for found, values in (("2 values", lambda x: [x, -x]), ("0 values", lambda x: [])):
            with pytest.raises(ValueError, match=f"{found}: must be one number"):
                analysis(values, ranges)
