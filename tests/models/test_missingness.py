import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cseanalysis.models.group_shares import (
    against_population,
    class_rate_ratio_bounds,
    class_share_bounds,
    part_difference_bounds,
    share_difference_bounds,
    share_ratio_bounds,
)
from cseanalysis.models.missingness import coverage_needed, share_bounds, share_confidence
from cseanalysis.models.missingness_ladder import (
    assumption_ladder,
    odds_ratio_needed,
    share_at_odds_ratio,
    share_over_odds_ratios,
)
from cseanalysis.models.unit_shares import unit_share_bounds
from cseanalysis.values import Interval, NotEstimableError

HUNDRED = pytest.mark.filterwarnings("ignore:.*counts of 100 records")  # drawn counts may come to a hundred


def test_three_hundred_of_a_thousand_known_with_five_hundred_unknown_is_a_fifth_to_eight_fifteenths():
    bounds = share_bounds(300, 1000, 500)  # published answer C22, closed form
    assert (bounds.low, bounds.high) == (pytest.approx(0.2, rel=1e-9), pytest.approx(8 / 15, rel=1e-9))


def test_manskis_survey_example_is_reproduced():
    bounds = share_bounds(21, 64, 42)  # published answer C21: 21 of 64 respondents among 106 asked
    assert bounds.low == pytest.approx(0.19811320754716982, rel=1e-9)
    assert bounds.high == pytest.approx(0.5943396226415094, rel=1e-9)


def test_83_per_cent_of_the_34_per_cent_known_says_no_more_than_28_to_95_per_cent():
    bounds = share_bounds(0.83 * 0.34, 0.34, 0.66, of=1)
    assert bounds.low == pytest.approx(0.2822)
    assert bounds.high == pytest.approx(0.9422)


@HUNDRED
@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_the_bounds_hold_every_completion_of_the_missing_part_and_reach_both_ends(yes, no, hidden_yes, hidden_no):
    total = yes + no + hidden_yes + hidden_no
    if total == 0:
        return
    bounds = share_bounds(yes, yes + no, hidden_yes + hidden_no)
    assert bounds.low - 1e-12 <= (yes + hidden_yes) / total <= bounds.high + 1e-12
    assert bounds.high - bounds.low == pytest.approx((hidden_yes + hidden_no) / total)


@HUNDRED
@given(st.integers(0, 30), st.integers(1, 30), st.integers(0, 30), st.integers(0, 30))
def test_more_missing_never_narrows_the_bounds(yes, no, unknown, more):
    narrow, wide = share_bounds(yes, yes + no, unknown), share_bounds(yes, yes + no, unknown + more)
    assert wide.low <= narrow.low + 1e-12
    assert wide.high >= narrow.high - 1e-12


@pytest.mark.parametrize("counts", [(-1, 2, 3), (3, 2, 1), (0, 0, 0), (1, float("nan"), 1)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(ValueError, match=r"must|no records"):
        share_bounds(*counts)


@HUNDRED
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 40), st.floats(0.01, 100))
def test_any_odds_ratio_stays_within_the_worst_case_bound_and_the_share_rises_with_it(yes, no, unknown, ratio):
    bounds = share_bounds(yes, yes + no, unknown)
    share, larger = (share_at_odds_ratio(yes, yes + no, unknown, each) for each in (ratio, ratio * 1.5))
    assert bounds.low - 1e-12 <= share <= larger + 1e-12 <= bounds.high + 2e-12


def test_odds_ratios_of_nought_and_infinity_are_the_worst_case_bound():
    bounds = share_bounds(30, 100, 50)
    assert share_at_odds_ratio(30, 100, 50, 0) == pytest.approx(bounds.low)
    assert share_at_odds_ratio(30, 100, 50, math.inf) == pytest.approx(bounds.high)


@HUNDRED
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.floats(0.05, 20))
def test_the_odds_ratio_needed_is_the_inverse_of_the_share_at_it(yes, no, unknown, ratio):
    share = share_at_odds_ratio(yes, yes + no, unknown, ratio)
    assert odds_ratio_needed(yes, yes + no, unknown, share) == pytest.approx(ratio, rel=1e-6)


def test_the_ladder_narrows_rung_by_rung_and_ends_at_the_percentage_of_known():
    ladder = assumption_ladder(300, 1000, 500, odds_ratios=(1.5, 4, 2))
    assert [rung.assumption for rung in ladder] == [
        "nothing assumed",
        "odds ratio between 1/4 and 4",
        "odds ratio between 1/2 and 2",
        "odds ratio between 1/1.5 and 1.5",
        "missing completely at random",
    ]
    for wide, narrow in pairwise(rung.interval for rung in ladder):
        assert wide.low <= narrow.low <= narrow.high <= wide.high
    assert ladder[-1].interval.low == pytest.approx(0.3)


def test_missing_at_random_within_strata_weighs_each_stratum_by_all_its_records():
    ladder = assumption_ladder([10, 90], [100, 100], [300, 0], odds_ratios=())
    rungs = {rung.assumption: rung.interval.low for rung in ladder}
    assert rungs["missing at random within strata"] == pytest.approx((0.1 * 400 + 0.9 * 100) / 500)
    assert rungs["missing completely at random"] == pytest.approx(0.5)


def test_coverage_needed_puts_the_end_of_the_bound_on_the_line_in_either_direction():
    above = coverage_needed(170, 340, 660, 0.4)
    assert share_bounds(0.5 * above.above, above.above, 1 - above.above, of=1).low == pytest.approx(0.4)
    assert above.below is None  # the share among the known is above the line
    below = coverage_needed(34, 340, 660, 0.4)
    assert share_bounds(0.1 * below.below, below.below, 1 - below.below, of=1).high == pytest.approx(0.4)
    assert below.above is None


def test_the_earliest_coverage_fills_only_records_that_favour_the_conclusion():
    needed = coverage_needed(170, 340, 660, 0.4)
    assert needed.above_at_earliest == pytest.approx((340 + 230) / 1000)  # 170 + 230 of 1,000 reach 0.4
    assert needed.below_at_earliest == pytest.approx((340 + 430) / 1000)  # 170 + 660 - 430 of 1,000
    assert coverage_needed(9, 10, 1, 0.95).above_at_earliest is None  # all 11 would give 10 of 11


def test_no_coverage_puts_a_share_below_a_line_that_the_known_records_already_pass():
    assert coverage_needed(500, 600, 400, 0.4).below_at_earliest is None
    assert coverage_needed(500, 600, 400, 0.4).above_at_earliest == pytest.approx(0.6)  # already passed


def test_a_confidence_interval_contains_the_bound_and_shrinks_to_it_with_more_records():
    small, large = share_confidence(30, 100, 50), share_confidence(30_000_000, 100_000_000, 50_000_000)
    bounds = share_bounds(30, 100, 50)
    assert small.low < bounds.low < bounds.high < small.high
    assert (large.low, large.high) == (pytest.approx(bounds.low, abs=1e-4), pytest.approx(bounds.high, abs=1e-4))


def test_with_nothing_unknown_the_interval_is_the_usual_one_with_196_standard_errors():
    interval = share_confidence(60, 200, 0)
    assert interval.high - 0.3 == pytest.approx(1.959964 * math.sqrt(0.3 * 0.7 / 200), rel=1e-6)


@HUNDRED
@given(*[st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12)) for _ in range(2)], st.data())
def test_every_pair_of_completions_lies_in_the_bounds_of_difference_ratio_and_part(first, second, data):
    if not sum(first) or not sum(second):
        return
    one, other = ((yes, yes + no, unknown) for yes, no, unknown in (first, second))
    hidden = [data.draw(st.integers(0, group[2])) for group in (first, second)]
    shares = [(group[0] + more) / sum(group) for group, more in zip((first, second), hidden, strict=True)]
    difference = share_difference_bounds(one, other)
    assert difference.low - 1e-12 <= shares[0] - shares[1] <= difference.high + 1e-12
    whole = (first[0] + second[0] + sum(hidden)) / (sum(first) + sum(second))
    part = part_difference_bounds(one, other)
    assert part.low - 1e-12 <= shares[0] - whole <= part.high + 1e-12
    if second[0]:
        ratio = share_ratio_bounds(one, other)
        assert ratio.low - 1e-12 <= shares[0] / shares[1] <= ratio.high + 1e-12


def test_part_against_whole_is_narrower_than_subtracting_the_two_bounds():
    part, whole, joint = (
        share_bounds(10, 20, 20),
        share_bounds(20, 60, 20),
        part_difference_bounds((10, 20, 20), (10, 40, 0)),
    )
    assert part.low - whole.high < joint.low
    assert joint.high < part.high - whole.low


def test_a_common_odds_ratio_narrows_a_difference_and_finds_the_turn_inside_the_range():
    wide = Interval(0.001, 1000, "bound")
    bounds = share_difference_bounds((50, 100, 300), (40, 100, 300), odds_ratios=wide)
    tried = [
        share_at_odds_ratio(50, 100, 300, ratio) - share_at_odds_ratio(40, 100, 300, ratio)
        for ratio in np.exp(np.linspace(np.log(0.001), np.log(1000), 20_001))
    ]
    assert (bounds.low, bounds.high) == (pytest.approx(min(tried), abs=1e-7), pytest.approx(max(tried), abs=1e-7))
    assert max(tried) > max(tried[0], tried[-1])  # the ends of the range alone would be too narrow
    free = share_difference_bounds((50, 100, 300), (40, 100, 300))
    assert free.high - free.low > bounds.high - bounds.low


def test_against_a_population_the_conclusion_is_refused_in_both_directions():
    low_coverage = against_population((2822, 3400, 6600), 0.82)
    assert low_coverage.conclusion == "neither"
    assert low_coverage.coverage == pytest.approx(0.34)
    assert low_coverage.ratio.low < 1 < low_coverage.ratio.high
    assert against_population((30, 100, 5), 0.2).conclusion == "above"
    assert against_population((10, 100, 5), 0.2).conclusion == "below"
    assert against_population((30, 100, 5), Interval(0.2, 0.3, "bound")).conclusion == "neither"


def test_the_relative_rate_moves_numerator_and_denominator_together():
    found = against_population((30, 100, 50), 0.25)
    assert found.relative_rate.high == pytest.approx(80 / 70 / (1 / 3))
    assert against_population((100, 100, 50), 0.25).relative_rate is None  # nobody else may be left


def test_class_bounds_follow_the_callers_order_and_treat_every_class_alike():
    counts = {"c": 5, "a": 10, "b": 5}
    bounds = class_share_bounds(counts, 20)
    assert list(bounds) == ["c", "a", "b"]
    assert bounds["c"] == bounds["b"] == share_bounds(5, 20, 20)
    renamed = class_share_bounds({"x": 5, "y": 10, "z": 5}, 20)
    assert list(renamed.values()) == list(bounds.values())


@given(st.integers(0, 20), st.integers(1, 20), st.integers(0, 20), st.integers(0, 20), st.data())
def test_every_allocation_of_the_unknown_lies_in_the_rate_ratio_bounds(first, second, third, unknown, data):
    to_first = data.draw(st.integers(0, unknown))
    to_second = data.draw(st.integers(0, unknown - to_first))
    heads = {"x": 700, "y": 100}
    bounds = class_rate_ratio_bounds({"x": first, "y": second, "z": third}, unknown, heads, first="x", second="y")
    ratio = (first + to_first) / 700 / ((second + to_second) / 100)
    assert bounds.low - 1e-12 <= ratio <= bounds.high + 1e-12


def test_units_without_suppressed_cells_add_up_to_the_whole():
    units = {"north": (3, 10, 5), "south": (7, 20, 2)}
    bounds = unit_share_bounds(units)
    assert bounds.count == Interval(10, 17, "bound")
    assert sum(each.low for each in bounds.counts.values()) == pytest.approx(bounds.count.low)
    assert sum(each.high for each in bounds.counts.values()) == pytest.approx(bounds.count.high)
    for name, cells in units.items():
        assert (bounds.shares[name].low, bounds.shares[name].high) == pytest.approx(
            (share_bounds(*cells).low, share_bounds(*cells).high)
        )


def test_a_published_total_narrows_suppressed_cells_jointly():
    few = Interval(1, 4, "bound")
    units = {"north": (few, 20, 0), "south": (few, 20, 0), "west": (10, 20, 0)}
    free, tied = unit_share_bounds(units), unit_share_bounds(units, totals=(17, None, None))
    assert (free.counts["north"].low, free.counts["north"].high) == pytest.approx((1, 4))
    assert (tied.counts["north"].low, tied.counts["north"].high) == pytest.approx((3, 4))
    assert (tied.count.low, tied.count.high) == pytest.approx((17, 17))


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(*[st.integers(0, 6)] * 4), min_size=2, max_size=3))
def test_bounds_with_suppressed_cells_hold_every_table_that_fits(tables):
    tables = [(yes, no, hidden_yes, hidden_no + 1) for yes, no, hidden_yes, hidden_no in tables]

    def seen(count):
        return Interval(0, 4, "bound") if count < 5 else count

    units = {
        str(place): (seen(yes), Interval(yes + no, yes + no + 3, "bound"), hidden_yes + hidden_no)
        for place, (yes, no, hidden_yes, hidden_no) in enumerate(tables)
    }
    bounds = unit_share_bounds(units, totals=(sum(table[0] for table in tables), None, None))
    for place, table in enumerate(tables):
        share = (table[0] + table[2]) / sum(table)
        assert bounds.shares[str(place)].low - 1e-6 <= share <= bounds.shares[str(place)].high + 1e-6
    share = sum(table[0] + table[2] for table in tables) / sum(map(sum, tables))
    assert bounds.share.low - 1e-6 <= share <= bounds.share.high + 1e-6


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: share_confidence(3.5, 10, 1), "whole number"),
        (lambda: share_confidence(3, 10, 1, level=95), "between 0 and 1"),
        (lambda: share_at_odds_ratio(3, 10, 1, -1), "must not be negative"),
        (lambda: share_at_odds_ratio(3, 10, 1, math.nan), "must not be negative"),
        (lambda: share_over_odds_ratios(3, 10, 1, Interval(0.5, 2, "confidence", 0.95)), "is a bound"),
        (lambda: odds_ratio_needed(3, 10, 1, 1.2), "between 0 and 1"),
        (lambda: assumption_ladder([1, 2], [3], [4, 5]), "must be the same"),
        (lambda: assumption_ladder([3, -1], [4, 1], [0, 0]), "not negative"),
        (lambda: assumption_ladder(3, 10, 1, odds_ratios=(0.5,)), "above 1"),
        (lambda: coverage_needed(3, 10, 1, 1), "between 0 and 1"),
        (lambda: share_difference_bounds((3, 10, 1), (3, 2, 1)), "must not exceed"),
        (lambda: share_difference_bounds((3, 9, 1), (3, 9, 1), odds_ratios=Interval(0, 2, "bound")), "above 0"),
        (lambda: against_population((3, 10, 1), 0), "between 0 and 1"),
        (lambda: against_population((3, 10, 1), Interval(0.1, 0.2, "confidence", 0.9)), "bound"),
        (lambda: class_share_bounds({"x": -1, "y": 3}, 1), "not negative"),
        (lambda: class_rate_ratio_bounds({"x": 1}, 1, {"x": 1}, first="x", second="y"), "must be among"),
        (lambda: class_rate_ratio_bounds({"x": 1, "y": 1}, 1, {"x": 0, "y": 1}, first="x", second="y"), "above 0"),
        (lambda: class_rate_ratio_bounds({"x": 1}, 1, {"x": 1}, first="x", second="x"), "two classes"),
        (lambda: unit_share_bounds({}), "at least one"),
        (lambda: unit_share_bounds({"a": (1, 2)}), "2 cells"),
        (lambda: unit_share_bounds({"a": (3, 2, 1)}), "must not exceed"),
        (lambda: unit_share_bounds({"a": (0, 0, 0)}), "may both be 0"),
        (lambda: unit_share_bounds({"a": (-1, 2, 0)}), "not negative"),
        (lambda: unit_share_bounds({"a": (Interval(0, 1, "simulation", 0.9), 2, 0)}), "is a bound"),
        (lambda: unit_share_bounds({"a": (1, 2, 0)}, totals=(5, None, None)), "contradict"),
        (lambda: unit_share_bounds({"a": (1, 2, 0)}, totals=(5, None)), "not three"),
    ],
)
def test_bad_input_is_refused_with_one_clear_error(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: share_at_odds_ratio(0, 0, 5, 2),
        lambda: share_at_odds_ratio(0, 5, 5, math.inf),
        lambda: share_at_odds_ratio(5, 5, 5, 0),
        lambda: odds_ratio_needed(3, 10, 5, 0.9),
        lambda: odds_ratio_needed(0, 10, 5, 0.1),
        lambda: share_ratio_bounds((3, 10, 1), (0, 10, 1)),
        lambda: class_rate_ratio_bounds({"x": 1, "y": 0}, 1, {"x": 1, "y": 1}, first="x", second="y"),
    ],
)
def test_what_does_not_exist_is_not_estimated(call):
    with pytest.raises(NotEstimableError):
        call()
