"""The gate: what may be compared, what may not, and the sentence for it."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from published import COVERED, FINANCIAL_YEAR, MONTHLY, NEXT_YEAR, NINE_MONTHS, SOUND, figure, share

from cseanalysis.register import Bridge, Definition, Figure, IncomparableError, change_between, compare, compare_all
from cseanalysis.values import Interval

DAY = {"period_type": "point_in_time"}
# One way of differing from the sound figure for every dimension that refuses, and the dimension it is told under.
REFUSING: dict[str, dict[str, Any]] = {
    "unit": {"unit": "victims"},
    "definition": {"definition": "another"},
    "category": {"category": "else"},
    "ages": {"ages": "under 16"},
    "sex": {"sex": "female"},
    "geography": {"geography": "Wales"},
    "coverage": {"coverage": "42 forces"},
    "period": FINANCIAL_YEAR,
    "time basis": {"time_basis": "offence"},
    "counter": {"counter": "cumulative"},
    "stage": {"stage": "disposal"},
    "conflict": {"conflicts_with": ("P1",)},
}
UNKNOWN = ("ages", "sex", "coverage", "time_basis", "counter", "stage")


def dimensions(first: Figure, second: Figure) -> set[str]:
    return {item.dimension for item in compare(first, second).differences if item.level == "refused"}


@pytest.mark.parametrize("dimension", REFUSING)
def test_each_difference_alone_refuses_and_is_named(dimension: str) -> None:
    comparison = compare(SOUND, figure(**REFUSING[dimension]))
    assert comparison.verdict == "refused"
    assert comparison.reasons[0].startswith(f"{dimension}: ")
    assert f"{dimension} (" in comparison.statement
    assert comparison.change is None


@pytest.mark.parametrize("field", UNKNOWN)
def test_what_is_unknown_differs_even_from_what_is_unknown(field: str) -> None:
    unknown = figure("P1", **{field: "unknown"})
    assert dimensions(unknown, figure(**{field: "unknown"}, **NEXT_YEAR)) == {field.replace("_", " ")}


@given(st.sets(st.sampled_from(sorted(REFUSING))), st.sampled_from(sorted(REFUSING)))
def test_a_further_difference_never_opens_the_gate(some: set[str], further: str) -> None:
    def differing(names: set[str]) -> Figure:
        changes: dict[str, Any] = {}
        for name in names:
            changes |= REFUSING[name]
        return figure(**changes)

    fewer, more = dimensions(SOUND, differing(some)), dimensions(SOUND, differing(some | {further}))
    assert fewer <= more
    assert further in more


@given(st.sets(st.sampled_from(sorted(REFUSING))), st.integers(1, 9999))
def test_the_order_of_the_two_does_not_matter(some: set[str], count: int) -> None:
    other = figure(count=count, **{key: value for name in some for key, value in REFUSING[name].items()})
    assert compare(SOUND, other) == compare(other, SOUND)
    assert compare(SOUND, other).statement == compare(other, SOUND).statement


def test_two_years_of_one_series_are_comparable_and_the_change_stops_being_clear_at_one_and_a_half() -> None:
    comparison = compare(SOUND, figure(count=4450, **NEXT_YEAR))
    assert comparison.verdict == "comparable"
    assert comparison.allowed == ("difference", "ratio")
    change = comparison.change
    assert change is not None
    assert change.hidden_at == pytest.approx(1.48, abs=0.005)
    assert change.independent is not None
    assert (change.independent.low, change.independent.high) == (
        pytest.approx(1.009, abs=5e-4),
        pytest.approx(1.098, abs=5e-4),
    )
    assert "inflate the variance about 1.5 times" in comparison.statement
    assert "move with reporting and recording" in comparison.statement


def test_from_717_to_761_there_is_no_clear_change_even_if_offences_were_independent() -> None:
    comparison = compare(figure("A", 717), figure("B", 761, **NEXT_YEAR))
    assert "No clear change" in comparison.statement
    assert "0.958 to 1.176 (95% confidence interval)" in comparison.statement


def test_a_change_that_no_clustering_hides_is_said_firmly() -> None:
    comparison = compare(figure("A", 1000), figure("B", 3000, **NEXT_YEAR))
    assert "A clear change in what was counted" in comparison.statement


def test_a_caller_who_knows_the_clusters_may_say_so() -> None:
    narrow = compare(SOUND, figure(count=4450, **NEXT_YEAR), inflation=Interval(1, 1.2, "bound"))
    assert "A clear change" in narrow.statement


def test_a_part_and_its_whole_are_refused_and_the_share_is_offered() -> None:
    comparison = compare(SOUND, figure(count=717, category="group/exploitation"))
    assert comparison.verdict == "refused"
    assert comparison.allowed == ("share of a whole",)
    assert comparison.share == (pytest.approx(0.16958, abs=1e-5), pytest.approx(0.16958, abs=1e-5))
    assert "P2 is 17% of P1" in comparison.statement


def test_the_share_is_offered_only_when_nothing_else_differs() -> None:
    for changes in (NEXT_YEAR, {"stage": "disposal"}, {"coverage": "unknown"}):
        assert compare(SOUND, figure(count=717, category="group/exploitation", **changes)).allowed == ()


def test_the_share_of_a_rounded_part_is_a_range() -> None:
    part = figure(published="over 700", qualifier="more_than", low=700, high=None, category="group/exploitation")
    low, high = compare(SOUND, part).share or (0, 0)
    assert (low, high) == (pytest.approx(701 / 4228), 1)


def test_two_parts_of_one_whole_stand_side_by_side_in_one_period_only() -> None:
    one, other = figure("A", 717, category="group/exploitation"), figure("B", 1125, category="group/familial")
    assert compare(one, other).verdict == "bridged"
    assert compare(one, other).allowed == ("share of a whole",)
    assert (compare(one, other).change, compare(one, other).share) == (None, None)
    assert compare(one, replace(other, **NEXT_YEAR)).verdict == "refused"
    # A longer path that only begins alike is no part.
    assert compare(one, figure("C", 1, category="group/exploitation_online")).verdict == "bridged"


def test_women_and_men_of_one_count_are_bridged_and_everybody_against_women_is_not() -> None:
    women, men = share("A", 14, sex="female"), share("B", 4, sex="male")
    assert compare(women, men).verdict == "bridged"
    assert compare(women, share("C", 9)).verdict == "refused"
    assert compare(women, replace(men, **NEXT_YEAR)).verdict == "refused"


def test_twelve_months_against_nine_are_bridged_per_month_where_that_is_registered() -> None:
    first = figure(
        "A", published="over 550", qualifier="more_than", low=550, high=None, bridges=(MONTHLY,), **FINANCIAL_YEAR
    )
    second = figure("B", 597, bridges=(MONTHLY,), **NINE_MONTHS)
    comparison = compare(first, second)
    assert (comparison.verdict, comparison.allowed) == ("bridged", ("rate per month", "ratio"))
    change = comparison.change
    assert change is not None
    assert change.ratio == (0.0, pytest.approx(597 / 9 / (551 / 12)))
    assert "at least 45.9 a month and 597 in 9 months is 66.3 a month" in comparison.statement
    assert "at most 1.45" in comparison.statement
    assert compare(replace(first, bridges=()), replace(second, bridges=())).verdict == "refused"


def test_a_monthly_rate_is_of_counts_and_never_of_shares() -> None:
    first, second = (
        share("A", 34, bridges=(MONTHLY,), **FINANCIAL_YEAR),
        share("B", 30, bridges=(MONTHLY,), **NINE_MONTHS),
    )
    assert compare(first, second).verdict == "refused"


def test_periods_that_overlap_are_refused_whatever_their_length() -> None:
    comparison = compare(SOUND, figure(**FINANCIAL_YEAR, bridges=(MONTHLY,)))
    assert "the periods share 275 days" in comparison.reasons[0]


def test_a_leap_year_is_as_long_as_another_year() -> None:
    assert compare(figure("A", **NEXT_YEAR), SOUND).verdict == "comparable"  # 366 days after 365


def test_a_registered_coverage_bridge_widens_the_ratio_by_its_factor() -> None:
    first = figure("A", 1000, coverage="42 forces", bridges=(COVERED,))
    second = figure("B", 1100, bridges=(COVERED,), **NEXT_YEAR)
    change = compare(first, second).change
    assert change is not None
    assert change.ratio == (pytest.approx(1100 / 1100), pytest.approx(1100 / 1020))
    assert change.difference is None
    turned = compare(
        figure("A", 1000, bridges=(COVERED,)), figure("B", 1100, coverage="42 forces", bridges=(COVERED,), **NEXT_YEAR)
    )
    assert turned.change is not None
    assert turned.change.ratio == (pytest.approx(1.1 * 1.02), pytest.approx(1.1 * 1.1))


def test_a_number_and_its_rounded_form_show_no_change() -> None:
    rounded = figure(published="more than 4,000", qualifier="more_than", low=4000, high=None, relays="P1")
    comparison = compare(SOUND, rounded)
    assert (comparison.verdict, comparison.allowed, comparison.change) == ("bridged", (), None)
    assert compare(SOUND, figure(relays="P1")).verdict == "comparable"
    assert compare(rounded, replace(rounded, id="P3")).verdict == "comparable"  # two relays of one number


def test_two_numbers_for_one_thing_in_one_period_show_no_change() -> None:
    comparison = compare(SOUND, figure(count=4300))
    assert (comparison.verdict, comparison.allowed) == ("bridged", ())


def test_two_open_ends_bound_nothing() -> None:
    opened = {"published": "over 800", "qualifier": "more_than", "low": 800, "high": None}
    assert dimensions(figure("A", **opened), figure("B", **opened, **NEXT_YEAR)) == {"rounding"}


def test_a_running_total_gives_what_was_added_and_no_ratio() -> None:
    first = figure(
        "A",
        1000,
        counter="cumulative",
        period_start=date(2014, 1, 1),
        period_end=date(2017, 1, 15),
        period_type="custom",
    )
    second = replace(first, id="B", low=1600, high=1600, published="1,600", period_end=date(2018, 6, 28))
    comparison = compare(first, second)
    assert (comparison.verdict, comparison.allowed) == ("comparable", ("difference",))
    assert "The net change from A to B is 600" in comparison.statement
    assert "added" not in comparison.statement  # records may be taken out in between
    assert compare(first, replace(second, period_start=date(2015, 1, 1))).verdict == "refused"
    assert compare(first, replace(second, coverage="43 forces")).verdict == "refused"


def test_a_stock_at_two_dates_is_comparable_without_an_interval() -> None:
    first = figure(
        "A", 6399, unit="cases", counter="stock", period_start=date(2024, 3, 31), period_end=date(2024, 3, 31), **DAY
    )
    second = replace(
        first,
        id="B",
        low=6989,
        high=6989,
        published="6,989",
        period_start=date(2025, 3, 31),
        period_end=date(2025, 3, 31),
    )
    comparison = compare(first, second)
    assert comparison.verdict == "comparable"
    assert comparison.change is not None
    assert comparison.change.independent is None
    assert "a stock holds the same cases twice" in comparison.statement


def test_known_only_shares_are_refused_while_they_can_be_equal_and_their_bounds_come_with_it() -> None:
    first = share("A", 83, Interval(33.5, 34.5, "bound"))
    second = share("B", 85, Interval(29.5, 30.5, "bound"), **NEXT_YEAR)
    comparison = compare(first, second)
    assert dimensions(first, second) == {"known share"}
    assert "among all records it lies between 28% and 95%" in comparison.statement
    unknown = replace(first, known=Interval(0, 100, "bound"), known_share="unknown")
    assert compare(unknown, second).verdict == "refused"


def test_known_only_shares_that_exclude_each_other_are_bridged() -> None:
    first, second = share("A", 90, Interval(95, 95, "bound")), share("B", 10, Interval(95, 95, "bound"), **NEXT_YEAR)
    assert compare(first, second).verdict == "bridged"


def test_percentages_give_a_difference_as_wide_as_their_rounding_and_no_claim() -> None:
    comparison = compare(share("A", 68), share("B", 70, **NEXT_YEAR))
    assert comparison.change is not None
    assert comparison.change.difference == (1, 3)
    assert "between 1 and 3 percentage points" in comparison.statement


def test_a_count_against_a_percentage_and_shares_of_different_wholes_are_refused_by_unit() -> None:
    assert "a count against a percentage" in compare(SOUND, share("B", 68)).reasons[0]
    assert "different wholes" in compare(share("A", 68), share("B", 68, base="victims")).reasons[0]


def test_a_second_hand_figure_is_named_as_such() -> None:
    comparison = compare(SOUND, figure(tier="D", **NEXT_YEAR))
    assert comparison.verdict == "comparable"
    assert "P2 is second-hand" in comparison.statement


def test_a_registered_part_counted_under_another_name_gives_its_share_and_nothing_else() -> None:
    part_of = Bridge("of", "part", "groups", "national", "", Interval(1, 1, "bound"), "drawn from it", "ours")
    whole = figure("W", 115_489, category="all", bridges=(part_of,), stage="report")
    part = figure("G", 4228, definition="groups", bridges=(part_of,))
    comparison = compare(part, whole)
    assert (comparison.verdict, comparison.allowed) == ("refused", ("share of a whole",))
    assert comparison.share == (pytest.approx(0.03661, abs=1e-5), pytest.approx(0.03661, abs=1e-5))
    assert "G is 3.7% of W" in comparison.statement
    assert compare(part, replace(whole, coverage="42 forces")).allowed == ()
    assert compare(replace(part, **NEXT_YEAR), whole).allowed == ()


def test_a_repetition_stays_within_what_its_original_allows() -> None:
    rounded = figure("R", published="550", qualifier="around", low=550, high=550, rounded_to=50, relays="P1")
    assert rounded.ends == (525, 575)
    assert replace(rounded, meant=(551, math.inf)).ends == (551, 575)


def test_a_repetition_shares_what_is_unknown_with_its_original() -> None:
    first = figure("P1", coverage="unknown")
    assert compare(first, figure("P2", coverage="unknown", relays="P1")).verdict == "comparable"
    assert compare(first, figure("P2", coverage="44 forces", relays="P1")).verdict == "refused"


def test_shares_of_one_base_stand_side_by_side_wherever_their_paths_branch() -> None:
    deep, shallow = share("A", 29, category="all/contact/assault"), share("B", 27, category="all/images")
    assert compare(deep, shallow).verdict == "bridged"
    assert compare(deep, share("C", 68, category="all/contact")).verdict == "refused"  # part and whole
    assert compare(deep, share("D", 27, category="all/images", base="victims")).verdict == "refused"


def test_a_survey_is_not_doubted_for_want_of_its_sampling_error() -> None:
    survey = {"counter": "survey", "time_basis": "survey_recall", "stage": "survey"}
    statement = compare(share("A", 13.9, sex="female", **survey), share("B", 4.1, sex="male", **survey)).statement
    assert "no clear" not in statement
    assert "the publisher gives it" in statement


def test_a_day_is_not_set_against_a_period() -> None:
    day = figure("A", period_start=date(2024, 3, 31), period_end=date(2024, 3, 31), **DAY)
    assert "a day against a period" in compare(day, SOUND).reasons[0]


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ({}, {"sex": "female"}),
        ({}, {"ages": "under 16"}),
        ({"ages": "10 to 17"}, {"ages": "under 16"}),
        ({"ages": "unknown"}, {}),
        ({}, {"counter": "unknown"}),
        ({"counter": "cumulative"}, {"counter": "stock"}),
    ],
)
def test_a_part_that_may_be_wider_than_its_whole_has_no_share(part: dict[str, Any], whole: dict[str, Any]) -> None:
    narrow, wide = figure("A", 40, category="group/one", **part), figure("B", 100, **whole)
    assert compare(narrow, wide).allowed == ()
    assert compare(narrow, wide).share is None


def test_a_part_of_fewer_ages_or_open_cases_of_a_running_total_has_a_share() -> None:
    young = figure("A", 40, category="group/one", ages="under 13", sex="female")
    assert compare(young, figure("B", 100, ages="under 16")).allowed == ("share of a whole",)
    live = figure("C", 40, category="group/live", counter="stock")
    assert compare(live, figure("D", 100, counter="cumulative")).share == (0.4, 0.4)


def test_a_part_above_its_whole_has_no_share_and_a_sentence_all_the_same() -> None:
    comparison = compare(figure("A", 140, category="group/one"), figure("B", 100))
    assert comparison.share is None
    assert comparison.statement.endswith(".")
    assert "A is part of B and yet exceeds it" in comparison.statement
    of_none = compare(figure("A", 0, category="group/one"), figure("B", 0))
    assert of_none.share is None
    assert "from none no ratio can be formed" in of_none.statement


def test_a_factor_applies_to_counts_of_events_and_to_nothing_else() -> None:
    assert (
        compare(
            share("A", 10, coverage="42 forces", bridges=(COVERED,)), share("B", 12, bridges=(COVERED,), **NEXT_YEAR)
        ).verdict
        == "refused"
    )
    stock = {"counter": "stock", "bridges": (COVERED,)}
    assert compare(figure("A", coverage="42 forces", **stock), figure("B", **stock, **NEXT_YEAR)).verdict == "refused"


def test_a_category_bridge_gives_a_ratio_and_is_no_pair_of_siblings() -> None:
    way = Bridge("c", "category", "group/one", "group/two", "national", Interval(2, 3, "bound"), "renamed", "ours")
    first, second = (
        figure("A", 100, category="group/one", bridges=(way,)),
        figure("B", 300, category="group/two", bridges=(way,), **NEXT_YEAR),
    )
    comparison = compare(first, second)
    assert comparison.allowed == ("ratio",)
    assert comparison.change is not None
    assert comparison.change.ratio == (1.0, 1.5)


def test_two_days_are_not_as_long_as_six() -> None:
    days = [
        {"period_start": date(2023, 1, first), "period_end": date(2023, 1, last), "period_type": "custom"}
        for first, last in ((1, 2), (10, 15))
    ]
    assert compare(figure("A", **days[0]), figure("B", **days[1])).verdict == "refused"


def test_records_that_chose_themselves_give_no_clear_change() -> None:
    chosen = Definition("national", "Answers", "Somebody", "answers", "forces that answered", "self_selected", "")
    comparison = compare(figure("A", 1000, dataset=chosen), figure("B", 3000, dataset=chosen, **NEXT_YEAR))
    assert "clear change in what" not in comparison.statement
    assert "speak for no others" in comparison.statement
    assert comparison.change is not None
    assert comparison.change.independent is None


def test_known_only_shares_that_differ_are_compared_among_all_records() -> None:
    first, second = share("A", 83, Interval(98, 98, "bound")), share("B", 2, Interval(98.5, 98.5, "bound"), **NEXT_YEAR)
    change = compare(first, second).change
    assert change is not None
    assert change.difference is not None
    assert change.difference[0] < -82
    assert change.difference[1] > -80


def test_an_open_known_share_has_no_middle() -> None:
    comparison = compare(
        share("A", 83, Interval(30, 100, "bound")), share("B", 85, Interval(30, 30, "bound"), **NEXT_YEAR)
    )
    assert "between 24% and 95%" in comparison.statement


def test_sentences_at_nought_say_so() -> None:
    assert "From none no ratio can be formed" in compare(figure("A", 0), figure("B", 5, **NEXT_YEAR)).statement
    assert "The ratio (B over A) is 0;" in compare(figure("A", 5), figure("B", 0, **NEXT_YEAR)).statement
    total = {"counter": "cumulative", "period_start": date(2014, 1, 1), "period_type": "custom"}
    fallen = compare(
        figure("A", 9, **total, period_end=date(2015, 1, 1)), figure("B", 4, **total, period_end=date(2016, 1, 1))
    )
    assert "cannot fall" in fallen.statement


def test_the_lowest_inflation_is_the_one_that_was_given() -> None:
    comparison = compare(SOUND, figure(count=4450, **NEXT_YEAR), inflation=Interval(5, 10, "bound"))
    assert "every event were independent" not in comparison.statement.split(";")[0]
    assert "inflated 5 times" in comparison.statement


def test_arithmetic_on_a_refused_pair_raises_with_every_reason() -> None:
    with pytest.raises(IncomparableError, match="must not be compared") as caught:
        change_between(SOUND, figure(unit="victims", stage="disposal"))
    assert [reason.partition(":")[0] for reason in caught.value.reasons] == ["unit", "stage"]
    assert change_between(SOUND, figure(count=4450, **NEXT_YEAR)).difference == (222, 222)


def test_all_pairs_agree_with_each_pair() -> None:
    figures = [
        SOUND,
        figure("P2", **NEXT_YEAR),
        figure("P3", unit="victims"),
        figure("P4", relays="P1", qualifier="around", rounded_to=100),
        figure("P5", coverage="whole"),
        figure("P6", coverage="whole", **NEXT_YEAR),  # of which nothing need be minded beside P5
        figure("P7", stage="disposal", sex="female"),
    ]
    table = compare_all(figures)
    assert len(table) == math.comb(7, 2)
    assert set(table["verdict"]) == {"comparable", "bridged", "refused"}
    by_id = {item.id: item for item in figures}
    for row in table.itertuples():
        comparison = compare(by_id[str(row.first)], by_id[str(row.second)])
        assert (comparison.verdict, comparison.first.id) == (row.verdict, row.first)
        assert (row.refused_by != "") == (row.verdict == "refused")
        refused_by = [item.dimension for item in comparison.differences if item.level == "refused"]
        assert row.refused_by == ", ".join(refused_by)


def test_a_comparison_is_shown_by_what_was_found_and_not_by_what_words_it() -> None:
    shown = repr(compare(figure("P1", 10), figure("P2", 20)))
    assert "verdict=" in shown
    assert "word=" not in shown
    assert "<function" not in shown
