import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cseanalysis.models.missing.group_shares import (
    against_population,
    class_rate_ratio_bounds,
    class_share_bounds,
    part_difference_bounds,
    share_difference_bounds,
    share_ratio_bounds,
)
from cseanalysis.models.missing.ladder import (
    assumption_ladder,
    odds_ratio_needed,
    share_at_odds_ratio,
    share_over_odds_ratios,
)
from cseanalysis.models.missing.shares import (
    CoverageNeeded,
    coverage_needed,
    least_share,
    share_bounds,
    share_confidence,
)
from cseanalysis.models.missing.unit_shares import unit_share_bounds
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
    interval = share_confidence(60, 200, 0, limits="normal")
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
        (lambda: share_confidence(3.5, 10, 1), "whole count"),
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


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (("3", 5, 1), "with_attribute is '3': must be a number, not str"),
        ((3, None, 1), "known is None: must be a number"),
        ((3, 5, True), "unknown is True: must be a number"),
        ((-1, 5, 1), "with_attribute is -1: must be finite and not negative; missing is not nought"),
        ((0, 5, math.inf), "unknown is inf: must be finite"),
        ((0, math.nan, 1), "known is nan: must be finite"),
        ((0.5, 5, 1), "with_attribute is 0.5: must be a whole count of records; for shares of all records say of=1, "),
        ((2, 5.5, 1), "known is 5.5: must be a whole count"),
        ((2, 5, 1e-9), "unknown is 1e-09: must be a whole count"),
        ((0.12, 0.4, 0.6), "with_attribute is 0.12: .* say of=1"),
        ((28.22, 34, 66), "with_attribute is 28.22: .* for per cents of all records of=100"),
        ((6, 5, 1), "with_attribute 6 exceeds known 5: the part must not exceed .* first multiplied by known"),
        ((0, 0, 0), "known and unknown are both 0: no records, no share"),
    ],
)
def test_the_count_that_is_none_is_named_in_every_function(counts, words):
    for function in (share_bounds, lambda *c: coverage_needed(*c, 0.5), lambda *c: share_at_odds_ratio(*c, 2.0)):
        with pytest.raises(ValueError, match=f"^{words}"):
            function(*counts)


def test_shares_and_per_cents_that_say_so_give_what_the_counts_give():
    counts = share_bounds(120, 400, 600)
    for of, parts in ((1, (0.12, 0.4, 0.6)), (100, (12, 40, 60))):
        bounds = share_bounds(*parts, of=of)
        assert (bounds.low, bounds.high) == pytest.approx((counts.low, counts.high), rel=1e-12)
        assert coverage_needed(*parts, 0.25, of=of).above == pytest.approx(coverage_needed(120, 400, 600, 0.25).above)
        assert share_at_odds_ratio(*parts, 2.0, of=of) == pytest.approx(share_at_odds_ratio(120, 400, 600, 2.0))
        assert odds_ratio_needed(*parts, 0.39, of=of) == pytest.approx(odds_ratio_needed(120, 400, 600, 0.39))
        over = share_over_odds_ratios(*parts, Interval(0.5, 2, "bound"), of=of)
        assert over.high == pytest.approx(share_at_odds_ratio(120, 400, 600, 2.0))
        ladders = assumption_ladder(*parts, of=of), assumption_ladder(120, 400, 600)
        for one, other in zip(*ladders, strict=True):
            assert one.interval.low == pytest.approx(other.interval.low)
    assert share_bounds(0.1, 0.4, 0.6, of=1.0) == share_bounds(0.1, 0.4, 0.6, of=1)


@pytest.mark.parametrize(
    ("parts", "of", "words"),
    [
        ((0.12, 0.4, 0.5), 1, "known 0.4 and unknown 0.5 make 0.9 of=1: must make up 1; leave of out for counts"),
        ((12, 40, 60), 1, "make 100 of=1: must make up 1"),
        ((120, 400, 600), 100, "make 1000 of=100: must make up 100"),
        ((0.12, 0.4, 0.6 + 2e-9), 1, "must make up 1"),
        ((0.12, 0.4, 0.6), 10, "of is 10: must be None for counts, 1 for shares or 100 for per cents"),
        ((0.12, 0.4, 0.6), True, "of is True: must be None"),
        ((0.12, 0.4, 0.6), "1", "of is '1': must be None"),
        ((0.12, 0.4, 0.6), pd.NA, "of is <NA>: must be None"),
        ((0.12, 0.4, 0.6), pd.Series([1, 1]), "of is a Series of 2: must be None"),
        ((0.5, 0.4, 0.6), 1, "exceeds known 0.4: .* a share of the known records is first multiplied by known"),
        ((-0.5, 0.4, 0.6), 1, "not negative"),
    ],
)
def test_parts_of_a_whole_make_it_up(parts, of, words):
    with pytest.raises(ValueError, match=words):
        share_bounds(*parts, of=of)


def test_sums_of_floating_point_shares_may_miss_the_whole_by_rounding():
    assert share_bounds(0.0, 0.1 + 0.2, 0.7, of=1).high == pytest.approx(0.7)
    assert share_bounds(0.12, 0.4, 0.6 + 5e-10, of=1).low == pytest.approx(0.12)


HUNDRED_TAKEN = "taken as counts of 100 records; if they are per cents, with_attribute must be one of all records"


@pytest.mark.parametrize(
    "call",
    [
        lambda: share_bounds(30, 40, 60),
        lambda: coverage_needed(30, 40, 60, 0.5),
        lambda: share_at_odds_ratio(30, 40, 60, 2),
        lambda: assumption_ladder(30, 40, 60),
        lambda: assumption_ladder([30, 20], [40, 50], [60, 50]),
        lambda: class_share_bounds({"x": 30, "y": 10}, 60),
        lambda: share_difference_bounds((30, 40, 60), (10, 20, 40)),
        lambda: against_population((30, 40, 60), 0.2),
        lambda: unit_share_bounds({"a": (30, 40, 60), "b": (20, 50, 50)}),
    ],
)
def test_whole_numbers_that_make_up_100_may_be_per_cents_and_are_not_taken_without_a_word(call):
    with pytest.warns(UserWarning, match=HUNDRED_TAKEN):
        call()


def test_a_hundred_records_of_which_all_say_are_taken_without_a_word_and_so_is_one_stratum_of_a_hundred():
    assert share_bounds(30, 100, 0).low == 0.3
    assert share_bounds(30, 40, 61).high == pytest.approx(91 / 101)
    assert share_bounds(30, 40, 60, of=100).high == 0.9
    assert len(assumption_ladder([30, 20], [40, 50], [60, 51])) == 6
    assert len(unit_share_bounds({"a": (30, 40, 60), "b": (20, 50, 51)}).shares) == 2


def test_a_sample_of_exactly_100_may_be_per_cents_which_carry_no_sample_size():
    for counts in ((30, 100, 0), (30, 40, 60)):
        with pytest.warns(UserWarning, match="sample of 100 records; per cents carry no sample size") as said:
            share_confidence(*counts)
        assert len(said) == 1
        assert said[0].filename == __file__
    names = ("with_attribute", "known", "unknown")
    for place, name in enumerate(names):
        counts = [2, 4, 6]
        counts[place] += 0.5
        with pytest.raises(ValueError, match=f"^{name} is {counts[place]}: must be a whole count"):
            share_confidence(*counts)


@pytest.mark.parametrize("records", [1, 10, 50, 3000])
@pytest.mark.parametrize("level", [0.5, 0.95])
def test_where_nobody_or_everybody_has_the_attribute_the_exact_interval_is_given(records, level):
    nobody, everybody = share_confidence(0, records, 0, level), share_confidence(records, records, 0, level)
    assert (nobody.low, everybody.high, nobody.kind, nobody.level) == (0, 1, "confidence", level)
    assert (1 - nobody.high) ** records == pytest.approx((1 - level) / 2)  # nobody is seen with this probability
    assert everybody.low == pytest.approx(1 - nobody.high)
    assert nobody.high == pytest.approx(stats.binomtest(0, records).proportion_ci(level, method="exact").high)


def test_at_a_low_level_a_wide_bound_covers_enough_by_itself():
    bounds, low = share_bounds(120, 400, 600), share_confidence(120, 400, 600, 0.4)
    assert (low.low, low.high, low.level) == (bounds.low, bounds.high, 0.4)
    assert share_confidence(120, 400, 600, 0.6).low < bounds.low
    few, bounds = share_confidence(18, 22, 8, 0.4), share_bounds(18, 22, 8)
    assert (few.low, few.high) == (bounds.low, bounds.high)  # the middle of a binomial is not its mean


def test_no_share_is_too_small_for_no_record_and_one_of_two_is_the_share_itself():
    assert least_share(0, 10, 0.025) == 0
    # One of two or more: 1 - (1 - s)^2 = 2s - s^2; two of two: s^2; their mean is s.
    assert least_share(1, 2, 0.025) == pytest.approx(0.025, rel=1e-9)


def test_an_interval_keeps_within_0_and_1_and_takes_the_larger_of_the_two_errors():
    assert share_confidence(1, 4, 6, limits="normal").low == 0
    assert share_confidence(3, 4, 6, limits="normal").high == 1
    assert share_confidence(0, 0, 5) == Interval(0, 1, "confidence", 0.95)
    lopsided, width = share_confidence(0, 400, 100, limits="normal"), 0.2
    assert lopsided.low == 0  # no error at 0, but the other end's counts
    error = math.sqrt(0.2 * 0.8 / 500)
    multiple = (lopsided.high - 0.2) / error
    assert stats.norm.cdf(multiple + width / error) - stats.norm.cdf(-multiple) == pytest.approx(0.95, rel=1e-9)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60), st.floats(0.55, 0.99))
@HUNDRED
def test_the_interval_moves_out_by_as_many_errors_as_imbens_and_manski_say(yes, no, unknown, level):
    if yes + no + unknown == 100:
        return
    bounds = share_bounds(yes, yes + no, unknown)
    found = share_confidence(yes, yes + no, unknown, level, limits="normal")
    records = yes + no + unknown
    errors = [math.sqrt(end * (1 - end) / records) for end in (bounds.low, bounds.high)]
    if found.low > 0 and found.high < 1:
        multiple = (found.high - bounds.high) / errors[1]
        assert bounds.low - found.low == pytest.approx(multiple * errors[0], abs=1e-9)
        gap = (bounds.high - bounds.low) / max(errors)
        assert stats.norm.cdf(multiple + gap) - stats.norm.cdf(-multiple) == pytest.approx(level, abs=1e-9)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, math.nan])
def test_a_level_lies_strictly_between_0_and_1(level):
    with pytest.raises(ValueError, match=r"^level .*: must lie strictly between 0 and 1"):
        share_confidence(3, 10, 1, level)


@pytest.mark.parametrize("line", [0, 1, 25, -0.1, "0.25", None])
def test_a_line_is_a_share_strictly_between_0_and_1(line):
    with pytest.raises(ValueError, match=r"^line is"):
        coverage_needed(3, 10, 1, line)
    if line in (0, 1):
        with pytest.raises(ValueError, match="strictly between 0 and 1, such as a population share"):
            coverage_needed(3, 10, 1, line)


def test_a_share_on_the_line_can_be_said_on_neither_side_and_nothing_known_on_none():
    on = coverage_needed(100, 400, 600, 0.25)
    assert (on.above, on.below) == (None, None)
    nothing = coverage_needed(0, 0, 1000, 0.25)
    assert (nothing.now, nothing.above, nothing.below) == (0, None, None)
    assert nothing.above_at_earliest == pytest.approx(0.25)
    assert coverage_needed(1, 1, 999, 0.25).above == 0.25


def test_the_last_record_that_could_be_filled_is_not_enough_to_leave_the_line():
    exact = coverage_needed(0, 0, 4, 0.25)  # one of four puts the low end on the line, all of four the other
    assert exact.above_at_earliest == 0.25
    assert exact.below_at_earliest == 0.75
    assert coverage_needed(0, 3, 1, 0.25).above_at_earliest is None
    full = coverage_needed(2, 4, 0, 0.25)
    assert (full.now, full.above, full.above_at_earliest, full.below_at_earliest) == (1, 0.5, 1, None)  # already there


def test_what_coverage_is_needed_is_frozen_and_compares_by_its_numbers():
    needed = coverage_needed(170, 340, 660, 0.4)
    assert needed == coverage_needed(170, 340, 660, 0.4)
    assert isinstance(needed, CoverageNeeded)
    assert not hasattr(needed, "__dict__")
    with pytest.raises(AttributeError):
        needed.now = 0.5


def test_coverage_needed_is_a_row_a_side_in_numbers_and_in_print_says_where_there_is_none():
    needed = coverage_needed(170, 340, 660, 0.4)
    above, below = needed.to_frame().to_dict("records")
    assert above == {"side": "above", "needed": needed.above, "at_earliest": needed.above_at_earliest}
    assert (below["side"], below["at_earliest"]) == ("below", needed.below_at_earliest)
    assert math.isnan(below["needed"])
    on = coverage_needed(100, 400, 600, 0.25).to_frame()  # on the line: missing on both sides, and numbers all the same
    assert list(on.dtypes[1:]) == [float, float]
    first, columns, *rows, rests = str(needed).splitlines()
    assert first == "coverage now: 34% (one number, no interval)"
    assert columns.split() == ["side", "needed", "at_earliest"]
    assert [row.split() for row in rows] == [
        ["above", "0.8", "0.57"],
        ["below", "no", "coverage", "gets", "there", "0.77"],
    ]
    assert rests == (
        "Rests on: needed: the share among the known stays; at_earliest: what is filled next favours that side"
    )


def test_limits_are_one_of_two_words_and_the_message_names_them():
    with pytest.raises(ValueError, match=r"^limits is 'exact': must be one of binomial, normal$"):
        share_confidence(3, 10, 1, limits="exact")


@pytest.mark.parametrize("labels", [["with_attribute", "known", "unknown"], ["unknown", "known", "with_attribute"]])
def test_a_group_with_labels_is_read_by_them(labels):
    counts = {"with_attribute": 30, "known": 100, "unknown": 50}
    group = pd.Series({label: counts[label] for label in labels})
    assert against_population(group, 0.2) == against_population((30, 100, 50), 0.2)
    with pytest.raises(ValueError, match=r"group is labelled .*: must be with_attribute, known, unknown"):
        against_population(group.set_axis(["a", "b", "c"]), 0.2)


def test_strata_with_labels_are_matched_by_them():
    yes, known = pd.Series({"n": 10, "s": 90}), pd.Series({"n": 100, "s": 120})
    unknown = pd.Series({"s": 0, "n": 300})
    assert assumption_ladder(yes, known, unknown) == assumption_ladder([10, 90], [100, 120], [300, 0])
    with pytest.raises(
        ValueError, match=r"unknown and with_attribute .* labels n, x are in one of them only; .* give both the same"
    ):
        assumption_ladder(yes, known, unknown.rename({"n": "x"}))
    with pytest.raises(ValueError, match="with_attribute has labels and unknown has none"):
        assumption_ladder(yes, known, [300, 0])
    with pytest.raises(ValueError, match="labels of known that stand twice: 'n'"):
        assumption_ladder(yes, known.rename({"s": "n"}), unknown)


def test_classes_that_stand_twice_are_not_added_up_without_a_word():
    counts = pd.Series([3, 1], index=["x", "x"])
    with pytest.raises(ValueError, match="counts: classes that stand twice: 'x'; add them up first"):
        class_share_bounds(counts, 4)


def test_the_warning_about_a_hundred_records_points_at_the_line_that_was_written():
    # called here and not from within another function of this file, which would hide a step too many
    with pytest.warns(UserWarning, match="counts of 100 records") as said:
        share_bounds(12, 40, 60)
    assert [one.filename for one in said] == [__file__]
    with pytest.warns(UserWarning, match="counts of 100 records") as said:
        coverage_needed(12, 40, 60, 0.2)
    assert [one.filename for one in said] == [__file__]


def test_where_one_end_has_no_error_the_other_one_says_how_many_errors_the_bound_is_wide():
    # 0 of 50 known and 3 unknown: from 0 to 3/53, whose error is 0.0317, so that the bound is 1.78 errors wide.
    error = math.sqrt(3 / 53 * (1 - 3 / 53) / 53)
    found = share_confidence(0, 50, 3, limits="normal")
    moved, wide = (found.high - 3 / 53) / error, 3 / 53 / error
    normal = stats.norm
    assert normal.cdf(moved + wide) - normal.cdf(-moved) == pytest.approx(0.95, abs=1e-12)
    assert 1.645 < moved < 1.96
    assert found.low == 0


def test_at_a_low_level_less_than_one_error_is_added():
    found, bounds = share_confidence(200, 400, 20, 0.5, limits="normal"), share_bounds(200, 400, 20)
    error = math.sqrt(bounds.high * (1 - bounds.high) / 420)
    assert 0 < (found.high - bounds.high) / error < 0.68  # two thirds of an error either way hold a half


@pytest.mark.parametrize("level", [0.1, 0.5, 0.8, 0.9, 0.95, 0.99])
def test_with_nothing_unknown_the_usual_interval_is_found_at_every_level_whatever_rounding_does(level):
    found, error = share_confidence(60, 200, 0, level, limits="normal"), math.sqrt(0.3 * 0.7 / 200)
    multiple = stats.norm.ppf((1 + level) / 2)
    assert (found.low, found.high) == pytest.approx((0.3 - multiple * error, 0.3 + multiple * error), rel=1e-12)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.floats(0.05, 0.99))
@HUNDRED
def test_binomial_limits_hold_the_bound_and_are_the_same_turned_round(yes, no, unknown, level):
    if yes + no + unknown in (0, 100):
        return
    bounds = share_bounds(yes, yes + no, unknown)
    found = share_confidence(yes, yes + no, unknown, level, limits="binomial")
    turned = share_confidence(no, yes + no, unknown, level, limits="binomial")
    assert 0 <= found.low <= bounds.low <= bounds.high <= found.high <= 1
    assert (turned.low, turned.high) == pytest.approx((1 - found.high, 1 - found.low), abs=1e-9)


@pytest.mark.parametrize(("yes", "records"), [(1, 5), (7, 12), (19, 20), (30, 90)])
def test_beyond_a_binomial_limit_so_many_records_are_as_rare_as_is_said(yes, records):
    found = share_confidence(yes, records, 0, limits="binomial")
    as_many = [stats.binom.pmf(yes, records, end) / 2 for end in (found.low, found.high)]
    assert stats.binom.sf(yes, records, found.low) + as_many[0] == pytest.approx(0.025, abs=1e-9)
    assert stats.binom.cdf(yes - 1, records, found.high) + as_many[1] == pytest.approx(0.025, abs=1e-9)


def test_limits_are_binomial_where_fewer_than_20_records_lie_on_a_side():
    for counts, taken in (((19, 90, 0), "binomial"), ((71, 90, 3), "binomial"), ((20, 90, 5), "normal")):
        assert share_confidence(*counts) == share_confidence(*counts, limits=taken)
        other = "normal" if taken == "binomial" else "binomial"
        assert share_confidence(*counts) != share_confidence(*counts, limits=other)


@pytest.mark.parametrize("records", [5, 8, 12, 20])
@pytest.mark.parametrize("share", [0.05, 0.2, 0.37, 0.5])
def test_a_share_of_few_records_is_covered_as_often_as_is_said(records, share):
    covered = 0.0
    for seen in range(records + 1):
        found = share_confidence(seen, records, 0)
        covered += stats.binom.pmf(seen, records, share) * (found.low <= share <= found.high)
    assert covered >= 0.925


def test_limits_of_a_share_of_no_such_name_are_refused():
    with pytest.raises(ValueError, match="limits is 'exact': must be one of binomial, normal"):
        share_confidence(3, 10, 1, limits="exact")
