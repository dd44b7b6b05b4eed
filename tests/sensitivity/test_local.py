import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cseanalysis.sensitivity import bound, envelope, narrowing, tornado
from cseanalysis.sensitivity.ranges import corners_and_middles
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
    with pytest.raises(
        ValueError, match=r"^the model's value is the same at every corner: there is no range to narrow$"
    ):
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


def steps(model):
    """Return the model and the list that its calls are written to."""
    asked = []

    def written(**values):
        asked.append(values)
        return model(**values)

    return written, asked


def test_a_turning_assumption_is_evaluated_at_nine_even_places_and_others_at_two_ends_and_between():
    model, asked = steps(lambda x, y: x + y)
    bound(lambda x, y: model(x=x, y=y), [assumed("x", 0, 8), assumed("y", 0, 1)], turning=["x"])
    assert {values["x"] for values in asked} == set(range(9))
    model, asked = steps(lambda x: x)
    bound(lambda x: model(x=x), [assumed("x", 0, 8)])
    assert sorted(values["x"] for values in asked) == list(range(9))


def test_the_edges_from_the_lowest_and_highest_corner_are_followed_at_seven_places_and_the_others_in_the_middle():
    model, asked = steps(lambda x, y, z: x + y + z)
    bound(lambda x, y, z: model(x=x, y=y, z=z), [assumed(name, 0, 8) for name in "xyz"])
    inside = [values for values in asked if any(value not in (0, 8) for value in values.values())]
    along = [v["x"] for v in inside if (v["y"], v["z"]) == (0, 0)]
    assert sorted(along) == [1, 2, 3, 4, 5, 6, 7]
    assert sorted(v["x"] for v in inside if (v["y"], v["z"]) == (8, 8)) == [1, 2, 3, 4, 5, 6, 7]
    assert [v["x"] for v in inside if (v["y"], v["z"]) == (0, 8)] == [4]
    assert [v["x"] for v in inside if (v["y"], v["z"]) == (8, 0)] == [4]


def test_edges_beside_a_turning_assumption_are_seen_at_its_ends_next_to_the_low_one_and_in_its_middle():
    model, asked = steps(lambda x, y: x + y)
    bound(lambda x, y: model(x=x, y=y), [assumed("x", 0, 8), assumed("y", 0, 8)], turning=["x"])
    assert {v["x"] for v in asked if v["y"] not in (0, 8)} == {0, 1, 4, 8}
    with pytest.raises(ValueError, match="not monotone in y"):  # only in the middle of x
        bound(lambda x, y: y * (8 - y) if x == 4 else y, [assumed("x", 0, 8), assumed("y", 0, 8)], turning=["x"])


def test_a_value_on_the_end_or_beyond_it_by_rounding_is_no_turn_and_beyond_that_is():
    flat = [assumed("x", 0, 1)]
    assert bound(lambda x: 5.0, flat) == Interval(5, 5, "bound")
    assert bound(lambda x: 1.0 + (1e-10 if x == 0.5 else 0), flat) == Interval(1, 1, "bound")
    for turn in (1e-8, -1e-8):
        with pytest.raises(ValueError, match=r"not monotone in x between 0 and 1: .* as in turning=\('x',\)"):
            bound(lambda x, turn=turn: 1.0 + (turn if x == 0.5 else 0), flat)


def test_the_rounding_allowed_is_of_the_largest_value_over_all_corners():
    ranges = [assumed("x", 0, 1), assumed("y", 0, 1000)]
    # At y = 0 the turn is of 1e-7: as nothing beside the 1,000 at the other corners.
    assert bound(lambda x, y: y + (1e-7 if x == 0.5 else 0), ranges).high == 1000


def test_an_assumption_with_one_value_has_no_edge_to_follow():
    model, asked = steps(lambda x, y: x + y)
    interval = bound(lambda x, y: model(x=x, y=y), [assumed("x", 3, 3), assumed("y", 0, 1)])
    assert interval == Interval(3, 4, "bound")
    assert len(asked) == 4 + 14


def test_narrowing_is_sorted_by_what_is_surely_gained_and_then_by_what_may_be():
    ranges = [assumed("a", 0, 1), assumed("b", 0, 4), assumed("c", 0, 2)]
    table = narrowing(lambda a, b, c: a + b + c, ranges)
    assert table["assumption"].tolist() == ["b", "c", "a"]
    assert table.index.tolist() == [0, 1, 2]
    tied = narrowing(lambda x, y, z: y * (x - 0.5) + z, [assumed(name, 0, 1) for name in "zyx"])
    gains = tied[["narrowing_least", "narrowing_most"]].round(9).values.tolist()
    assert gains == sorted(gains, reverse=True)


def test_narrowing_asks_the_model_once_for_each_combination():
    model, asked = steps(lambda x, y: x + y)
    narrowing(lambda x, y: model(x=x, y=y), [assumed("x", 0, 1), assumed("y", 0, 1)])
    assert len(asked) == len({tuple(values.items()) for values in asked})


def test_widths_that_are_left_are_the_least_and_the_most_over_the_places():
    row = narrowing(lambda x, y: y * x, [assumed("x", 1, 3), assumed("y", 0, 1)]).set_index("assumption").loc["x"]
    assert (row["width_least"], row["width_most"]) == (1, 3)
    assert (row["narrowing_least"], row["narrowing_most"]) == (0, pytest.approx(2 / 3))


def test_a_tornado_gives_ends_values_swing_and_whether_the_model_turns():
    table = tornado(lambda r, p: r / p, [assumed("r", 10, 20), assumed("p", 0.1, 0.5)], {"r": 20, "p": 0.5})
    expected = pd.DataFrame(
        {
            "assumption": ["p", "r"],
            "low": [0.1, 10.0],
            "high": [0.5, 20.0],
            "value_at_low": [200.0, 20.0],
            "value_at_high": [40.0, 40.0],
            "swing": [160.0, 20.0],
            "turns": [False, False],
        }
    )
    pd.testing.assert_frame_equal(table, expected)


def test_a_tornado_looks_at_nine_places_and_orders_equal_swings_by_name():
    model, asked = steps(lambda x, y: x + y)
    ranges = [assumed("y", 0, 8), assumed("x", 0, 8)]
    table = tornado(lambda x, y: model(x=x, y=y), ranges, {"x": 8, "y": 0})
    assert [values["y"] for values in asked[:9]] == list(range(9))
    assert [values["x"] for values in asked[:9]] == [8] * 9
    assert table["assumption"].tolist() == ["x", "y"]
    assert table.index.tolist() == [0, 1]
    third = tornado(lambda x, y, z: x + y + 2 * z, [assumed(n, 0, 1) for n in "xyz"], dict.fromkeys("xyz", 0))
    assert third["assumption"].tolist() == ["z", "x", "y"]
    # A turn smaller than rounding is none.
    flat = tornado(lambda x: 1.0 + (1e-10 if x == 0.5 else 0), [assumed("x", 0, 1)], {"x": 0})
    assert not flat["turns"].iloc[0]
    assert tornado(lambda x: 1.0 + (1e-8 if x == 0.5 else 0), [assumed("x", 0, 1)], {"x": 0})["turns"].iloc[0]


def test_a_baseline_may_stand_on_either_end():
    for value in (0, 1):
        assert tornado(lambda x: x, [assumed("x", 0, 1)], {"x": value})["swing"].tolist() == [1.0]
    for value in (-1e-9, 1 + 1e-9, float("nan")):
        with pytest.raises(ValueError, match=r"baseline x = .* leaves its range 0 to 1; choose a value within"):
            tornado(lambda x: x, [assumed("x", 0, 1)], {"x": value})


def test_a_baseline_lacks_and_knows_by_name_at_most_five():
    names = [f"a{number}" for number in range(7)]
    with pytest.raises(ValueError, match=r"lacks \['a0', 'a1', 'a2', 'a3', 'a4'\] and has the unknown \[\]"):
        tornado(lambda **values: 1.0, [assumed(name, 0, 1) for name in names], {})
    with pytest.raises(ValueError, match=r"lacks \[\] and has the unknown \['a0', 'a1', 'a2', 'a3', 'a4'\]"):
        tornado(lambda x: x, [assumed("x", 0, 1)], {"x": 0, **dict.fromkeys(names, 0)})


@pytest.mark.parametrize("analysis", [bound, envelope, narrowing, lambda m, a: tornado(m, a, {"x": 0})])
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (assumed("x", 0, 1), "assumptions is .*: must be a list of Assumption, also of one"),
        ({"x": assumed("x", 0, 1)}, r"must be a list of Assumption, as in list\(assumptions.values\(\)\)"),
        ([Interval(0, 1, "bound")], "assumptions hold .*: each must be an Assumption, which says whose range it is"),
        ([(0.3, 0.5)], r"assumptions hold \(0.3, 0.5\): each must be an Assumption"),
    ],
)
def test_what_is_no_list_of_assumptions_is_refused(analysis, given, words):
    with pytest.raises(ValueError, match=words):
        analysis(lambda x: x, given)


@pytest.mark.parametrize("analysis", [bound, envelope, narrowing])
def test_turning_is_several_ids_and_one_bare_text_is_not_read_letter_by_letter(analysis):
    ranges = [assumed("x", 0, 1), assumed("y", 0, 1)]
    for wrong, cure in (("x", r"turning=\('x',\)"), (3, r"turning=\('told',\)"), ([3], r"turning=\('told',\)")):
        with pytest.raises(ValueError, match=f"turning is .*: must be ids of assumptions, as in {cure}"):
            analysis(lambda x, y: x + y, ranges, turning=wrong)
    with pytest.raises(ValueError, match=r"turning names \['a', 'b', 'c', 'd', 'e'\], which are not among"):
        analysis(lambda x, y: x + y, ranges, turning="abcdefg".replace("", " ").split())


def test_a_model_that_returns_a_range_or_text_or_is_none_is_refused_in_words():
    ranges = [assumed("x", 0, 1)]
    for wrong, words in (
        (lambda x: Interval(x, x + 1, "bound"), "returned an Interval, which has no one value: return its .low or"),
        (lambda x: "5", "the model's value holds dates or text"),
    ):
        with pytest.raises(ValueError, match=words):
            bound(wrong, ranges)
    with pytest.raises(ValueError, match="model is 5: must be a function"):
        bound(5, ranges)


@pytest.mark.parametrize("wrong", [None, 3, [0.5], "x", pd.Series({"x": 0.5})])
def test_a_baseline_is_given_by_id(wrong):
    with pytest.raises(ValueError, match=r"baseline is .*: must give a value for .*, as in {'told': 0.1}"):
        tornado(lambda x: x, [assumed("x", 0, 1)], wrong)
    with pytest.raises(ValueError, match=r"baseline x is '0.5': must be a number"):
        tornado(lambda x: x, [assumed("x", 0, 1)], {"x": "0.5"})


def raises_at_once(**values):
    raise ArithmeticError("called")


def test_what_would_take_for_ever_is_refused_before_the_first_call_and_what_takes_minutes_is_not():
    # nine places each in which the model turns: 2 * 9**6 is above 2**20, and 9**6 is below it
    many = [assumed(f"x{number}", 0, 1) for number in range(7)]
    turning = [one.id for one in many[:6]]
    with pytest.raises(ValueError, match=r"^7 assumptions have 1\.06e\+06 corners, at most 1,048,576 are within reach"):
        bound(raises_at_once, many, turning=turning)
    with pytest.raises(ValueError, match=r"ArithmeticError.*called"):
        bound(raises_at_once, many[:6], turning=turning)


def test_answers_of_two_lengths_are_refused_and_five_lengths_are_named():
    with pytest.raises(ValueError, match=r"returned \(1,\), \(2,\) values at different corners: must be as many every"):
        envelope(lambda x: [x] * (1 + (x == 1)), [assumed("x", 0, 1)])
    with pytest.raises(
        ValueError, match=r"returned \(1,\), \(2,\), \(3,\), \(4,\), \(5,\) values at different corners"
    ):
        envelope(lambda x: [x] * (1 + int(x)), [assumed("x", 0, 8)], turning=["x"])


def test_a_model_that_is_nought_everywhere_does_not_turn():
    # rounding is a share of the largest value, so that nothing is allowed here, and nothing is needed
    assert bound(lambda x: 0.0 * x, [assumed("x", 0, 1)]) == Interval(0, 0, "bound")
    assert not tornado(lambda x: 0.0 * x, [assumed("x", 0, 1)], {"x": 0})["turns"].iloc[0]


def test_a_tornado_of_small_values_turns_as_visibly_as_one_of_large_values():
    for size in (1e-12, 1e12):
        table = tornado(lambda x, size=size: size * x * (1 - x), [assumed("x", 0, 1)], {"x": 0})
        assert table["turns"].tolist() == [True]
    slight = tornado(lambda x: 1e12 + (1.0 if x == 0.5 else 0.0), [assumed("x", 0, 1)], {"x": 0})
    assert slight["turns"].tolist() == [False]


def test_the_values_half_way_along_each_edge_are_handed_on_with_the_corners():
    found, middles = corners_and_middles(lambda x, y: x + 10 * y, [assumed("x", 0, 8), assumed("y", 0, 8)])
    assert {key: value.tolist() for key, value in found.items()} == {
        (0, 0): [0], (0, 1): [80], (1, 0): [8], (1, 1): [88]
    }  # fmt: skip
    along = {position: {key: value.tolist() for key, value in edges.items()} for position, edges in middles.items()}
    assert along == {0: {(0, 0): [4], (0, 1): [84]}, 1: {(0, 0): [40], (1, 0): [48]}}
