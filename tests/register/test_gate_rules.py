"""The gate's rules on what is withheld, guessed, unknown, broken, or part of a whole."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import date
from typing import Any

import pytest
from published import COVERED, FINANCIAL_YEAR, MONTHLY, NEXT_YEAR, NINE_MONTHS, SOUND, YEAR, figure, share

from cseanalysis.register import Bridge, Definition, Figure, Shift, change_between, compare, compare_all, parity
from cseanalysis.register.differences import differences
from cseanalysis.register.gate import CLUSTERING
from cseanalysis.register.known import among_all, worst_case
from cseanalysis.register.loading import with_shifts
from cseanalysis.register.spans import other_seasons
from cseanalysis.values import Interval

NO_PERIOD: dict[str, Any] = {"period_start": None, "period_end": None, "period_type": "custom"}
TWO_YEARS: dict[str, Any] = {
    "period_start": date(2024, 1, 1),
    "period_end": date(2025, 12, 31),
    "period_type": "custom",
}
IN_2025: dict[str, Any] = {
    "period_start": date(2025, 1, 1),
    "period_end": date(2025, 12, 31),
    "period_type": "calendar_year",
}


def rule(**changes: str) -> Definition:
    words = {"id": "national", "title": "A dataset", "producer": "Police", "rule": "all recorded", "people": "children"}
    return Definition(**(words | {"selection": "census_of_recorded", "note": ""} | changes))  # type: ignore[arg-type]


def levels(first: Figure, second: Figure) -> dict[str, str]:
    return {item.dimension: item.level for item in compare(first, second).differences}


def text(first: Figure, second: Figure, dimension: str) -> str:
    return next(item.text for item in compare(first, second).differences if item.dimension == dimension)


# What must not be quoted, and what is a guess.


def test_a_figure_that_must_never_be_quoted_is_refused_without_its_number() -> None:
    lead = figure("P2", 98765, withheld="read in a transcript", category="group/familial")
    for comparison in (compare(SOUND, lead), compare(lead, SOUND), compare(lead, replace(lead, id="P3"))):
        assert (comparison.verdict, comparison.allowed, comparison.share) == ("refused", (), None)
        assert [item.dimension for item in comparison.differences] == ["quotation"]
        assert "98,765" not in comparison.statement
        assert "never to be quoted (P2: read in a transcript" in comparison.statement
    later = replace(lead, inferred=("unit",), tier="C", **IN_2025)
    assert [item.dimension for item in compare(SOUND, later).differences] == ["quotation"]
    assert compare_all([SOUND, lead])["refused_by"].tolist() == ["quotation"]


def test_what_is_no_more_than_a_guess_is_refused_even_as_a_part() -> None:
    part = figure("P2", 900, category="group/familial", guessed=("period_start", "period_end", "rounded_to"))
    comparison = compare(SOUND, part)
    assert (comparison.verdict, comparison.share) == ("refused", None)
    assert "no more than a guess: width of the rounding and period of P2" in comparison.statement
    assert text(replace(SOUND, guessed=("unit",)), part, "guess").startswith("no more than a guess: unit of P1; ")
    assert levels(SOUND, figure(relays="P1", guessed=("relays",)))["guess"] == "refused"


def test_a_share_that_is_withheld_or_guessed_says_nothing_of_a_population() -> None:
    people = rule(id="census", selection="population")
    benchmark = share("B", 20, category="population/one", definition="census", dataset=people)
    recorded = share("S", 77, category="suspects/one", dataset=rule())
    assert parity(recorded, benchmark).verdict == "over-represented"
    found = parity(replace(recorded, withheld="a lead"), benchmark)
    assert (found.verdict, found.low, found.high) == ("refused", 0, 100)
    assert found.reasons == ("quotation: S is never to be quoted: a lead",)
    assert "77" not in found.statement
    assert parity(recorded, replace(benchmark, withheld="a lead")).verdict == "refused"
    guessed = parity(recorded, replace(benchmark, guessed=("ages", "base")))
    assert (guessed.verdict, guessed.reasons) == ("refused", ("guess: no more than a guess, ages, base of B",))


# What was worked out is told, with a refusal too.


def test_what_was_worked_out_and_not_printed_is_told() -> None:
    one, other = figure("A", inferred=("coverage",)), figure("B", 4450, inferred=("unit", "ages", "sex"), **NEXT_YEAR)
    assert text(one, other, "inferred") == (
        "worked out and not printed: the coverage of A; the unit, ages and sex of B"
    )
    both = replace(other, inferred=("coverage",))
    assert text(one, both, "inferred") == "worked out and not printed: the coverage of A and B"
    assert text(figure("A"), both, "inferred") == "worked out and not printed: the coverage of B"
    day = replace(other, inferred=("period_end",))
    assert text(figure("A"), day, "inferred") == "worked out and not printed: the last day of B"
    refused = compare(one, replace(both, unit="victims"))
    assert refused.verdict == "refused"
    assert "not known; worked out and not printed: the coverage of A and B." in refused.statement


def test_a_refusal_tells_what_is_minded_of_the_figures_and_not_of_a_change_that_is_not_made() -> None:
    first = figure("A", tier="C", start_up="yes", dataset=rule(selection="case_series"))
    second = figure("B", 900, tier="A", unit="victims", dataset=rule(selection="case_series"), **IN_2025)
    said = compare(first, second).statement
    assert "A is second-hand" in said
    assert "speak for no others" in said
    assert "44 forces on both sides" in said
    assert "a first year" not in said
    assert "lies between" not in said


# Free text that says nothing.


@pytest.mark.parametrize("unit", ["days_unstated", "months_unstated"])
def test_an_average_of_which_the_kind_is_not_said_differs_from_another(unit: str) -> None:
    first = figure("A", 273, unit=unit, rounded_to=1)
    second = replace(first, id="B", low=423.0, high=423.0, **NEXT_YEAR)
    assert compare(first, second).reasons[0] == "unit: mean or median is not said on either side"
    assert compare(first, replace(first, id="B", relays="A")).verdict == "comparable"
    known = replace(first, unit="days_median"), replace(second, unit="days_median")
    assert compare(*known).verdict == "comparable"


def test_an_unknown_rule_base_or_class_differs_from_another() -> None:
    nobody = {"definition": "unknown"}
    assert "by which rule is counted" in text(figure("A", **nobody), figure("B", **nobody, **NEXT_YEAR), "definition")
    base = share("A", 7, base="unknown"), share("B", 9, base="unknown", **NEXT_YEAR)
    assert "of what it is a share" in text(*base, "unit")
    for name in ("unknown", "suspects/unknown", "suspects/kind_not_stated", "unstated"):
        pair = figure("A", category=name), figure("B", category=name, **NEXT_YEAR)
        assert text(*pair, "category") == "which part is counted is not said on either side"
    kept = figure("A", category="suspects/ethnicity_unknown"), figure("B", category="suspects/ethnicity_unknown")
    assert "category" not in levels(kept[0], replace(kept[1], **NEXT_YEAR))


def test_a_rule_of_which_nobody_says_whether_a_flag_decides_is_refused() -> None:
    unsaid, said = rule(flagged="unknown"), rule(flagged="yes")
    assert levels(figure("A", dataset=unsaid), figure("B", 9, dataset=unsaid, **NEXT_YEAR))["definition"] == "refused"
    assert "definition" not in levels(figure("A", dataset=said), figure("B", 9, dataset=said, **NEXT_YEAR))


SAME_UNKNOWN = ("ages", "sex", "geography", "coverage", "time_basis", "counter", "stage")


@pytest.mark.parametrize("field", SAME_UNKNOWN)
def test_two_shares_of_one_table_have_the_same_unknown(field: str) -> None:
    words = {field: "unknown", "table": "chart_1"}
    one, other = share("A", 60, category="suspects/one", **words), share("B", 20, category="suspects/two", **words)
    comparison = compare(one, other)
    assert (comparison.verdict, comparison.allowed) == ("bridged", ("share of a whole",))
    assert f"unknown, but the same for both, from one table: {field.replace('_', ' ')}" in comparison.statement
    assert compare(one, replace(other, table="chart_2")).verdict == "refused"
    assert compare(replace(one, table=""), replace(other, table="")).verdict == "refused"
    assert compare(one, replace(other, **{field: getattr(SOUND, field)})).verdict == "refused"
    # Of two periods the unknown need not be the same.
    assert compare(one, replace(other, category="suspects/one", **NEXT_YEAR)).verdict == "refused"


def test_two_shares_of_one_table_have_the_same_unknown_period() -> None:
    words = NO_PERIOD | {"table": "chart_1"}
    one, other = share("A", 60, category="suspects/one", **words), share("B", 20, category="suspects/two", **words)
    assert compare(one, other).verdict == "bridged"
    assert "from one table: period" in compare(one, other).statement
    assert text(one, replace(other, table=""), "period") == "not known on at least one side"
    assert compare(one, replace(other, **YEAR)).verdict == "refused"


def test_the_same_unknown_rule_of_one_table_is_told() -> None:
    words = {"table": "chart_1", "dataset": rule(flagged="unknown")}
    one, other = figure("A", 60, category="all/one", **words), figure("B", 20, category="all/two", **words)
    assert compare(one, other).verdict == "bridged"
    assert "not said, but the same for both, from one table: whether a record counts" in compare(one, other).statement


# Breaks.


def test_a_break_stands_between_two_periods_or_it_is_none() -> None:
    day = date(2024, 1, 1)
    before, after = figure("A", breaks=(day,)), figure("B", 4450, **NEXT_YEAR)
    for pair in ((before, after), (replace(before, breaks=()), replace(after, breaks=(day,)))):
        assert levels(*pair)["break"] == "refused"
        assert "broken at 1 January 2024" in text(*pair, "break")
    later = replace(after, breaks=(date(2025, 1, 1),))
    assert "break" not in levels(replace(before, breaks=()), later)
    assert "break" not in levels(replace(before, breaks=(date(2022, 1, 1),)), after)
    # The later of two breaks is named.
    two = figure("A", breaks=(date(2023, 6, 1), day))
    assert "1 January 2024" in text(two, after, "break")


def test_one_period_stands_on_one_side_of_a_break() -> None:
    one = figure("A", 100, category="all/one", breaks=(date(2023, 1, 1),))
    other = figure("B", 200, category="all/two")
    assert compare(one, other).verdict == "bridged"
    # Also where the break lies within it: both count the same months.
    assert compare(replace(one, breaks=(date(2023, 6, 1),)), other).verdict == "bridged"


def test_a_period_across_a_break_is_on_neither_side() -> None:
    across = figure("A", breaks=(date(2023, 6, 1),))
    assert levels(across, figure("B", 4450, **NEXT_YEAR))["break"] == "refused"


@pytest.mark.parametrize("counter", ["stock", "cumulative"])
def test_a_counter_stands_where_its_day_does(counter: str) -> None:
    begun = {"counter": counter, "period_start": date(2014, 1, 1), "period_type": "custom", "coverage": "whole"}
    first = figure("A", 100, period_end=date(2017, 1, 1), breaks=(date(2016, 1, 1),), **begun)
    second = figure("B", 150, period_end=date(2018, 1, 1), **begun)
    assert "break" not in levels(first, second)
    assert levels(replace(first, breaks=(date(2017, 6, 1),)), second)["break"] == "refused"


NEW_OFFENCE = Shift("a new offence (January 2024)", date(2024, 1, 1), date(2024, 1, 31), (), ("88A",), refuses=True)
INQUIRY = Shift("an inquiry (2024)", date(2024, 1, 1), date(2024, 12, 31))


def attached(shift: Shift, **changes: Any) -> Figure:
    return with_shifts({"P2": figure(**changes)}, [shift])["P2"]


def test_a_new_offence_in_a_code_refuses_across_its_day_and_not_beside_it() -> None:
    grooming = rule(codes=("71", "88A"))  # type: ignore[arg-type]
    first = replace(attached(NEW_OFFENCE, dataset=grooming), id="A")
    second = replace(attached(NEW_OFFENCE, dataset=grooming, **NEXT_YEAR), id="B", low=9000.0, high=9000.0)
    comparison = compare(first, second)
    assert (comparison.verdict, comparison.change) == ("refused", None)
    assert "what is counted changed between the two: a new offence (January 2024)" in comparison.statement
    third = replace(second, id="C", **IN_2025)
    assert compare(second, third).verdict == "comparable"


def test_other_changes_of_recording_forbid_to_speak_of_a_clear_change() -> None:
    first = replace(attached(INQUIRY, coverage="whole"), id="A", low=1000.0, high=1000.0)
    second = replace(attached(INQUIRY, coverage="whole", **IN_2025), id="B", low=9000.0, high=9000.0)
    comparison = compare(first, second)
    assert comparison.verdict == "comparable"
    assert comparison.change is not None
    assert comparison.change.ratio == (9, 9)
    assert comparison.change.hidden_at is None
    assert comparison.change.clustered is not None
    assert "A clear change" not in comparison.statement
    assert "no clear change is claimed across what moves recording: an inquiry (2024)" in comparison.statement
    bare = replace(first, shifts=()), replace(second, shifts=())
    assert "A clear change in what was counted" in compare(*bare).statement


def test_only_known_of_the_year_an_event_lies_within_it() -> None:
    first, second, third = (
        replace(attached(INQUIRY, coverage="whole"), id=name, low=1000.0, high=1000.0, **period)
        for name, period in (("A", YEAR), ("B", NEXT_YEAR), ("C", IN_2025))
    )
    assert levels(first, second)["break"] == "minded"
    assert levels(second, third)["break"] == "minded"
    month = replace(INQUIRY, last=date(2024, 1, 31))
    second, third = replace(second, shifts=(month,)), replace(third, shifts=(month,))
    assert "break" not in levels(second, third)


def test_five_events_are_named_and_only_the_rest_are_counted() -> None:
    """One of them may be the very one on which a note rests."""
    shifts = tuple(replace(INQUIRY, what=f"event {number}", first=date(2024, 1, number)) for number in range(1, 8))
    said = text(figure("A", shifts=shifts), figure("B", 9, **NEXT_YEAR), "break")
    assert said.endswith("what moves recording: event 1; event 2; event 3; event 4; event 5; and 2 more")
    five = text(figure("A", shifts=shifts[:5]), figure("B", 9, **NEXT_YEAR), "break")
    assert five.endswith("event 4; event 5")


def test_a_change_reaches_the_counts_that_its_area_codes_and_flags_name() -> None:
    grooming = rule(codes=("88A",))  # type: ignore[arg-type]
    assert attached(NEW_OFFENCE).shifts == ()
    assert attached(NEW_OFFENCE, dataset=rule()).shifts == ()
    assert attached(NEW_OFFENCE, dataset=grooming).shifts == (NEW_OFFENCE,)
    assert attached(NEW_OFFENCE, category="child_only/code_88A").shifts == (NEW_OFFENCE,)
    assert attached(NEW_OFFENCE, category="child_only/code_71", dataset=grooming).shifts == ()
    assert attached(INQUIRY).shifts == (INQUIRY,)
    for other in ({"unit": "victims"}, {"time_basis": "offence"}, {"counter": "stock"}):
        assert attached(INQUIRY, **other).shifts == ()
    local = replace(INQUIRY, area=("Kent", "Wales"))
    assert attached(local).shifts == ()
    assert attached(local, geography="Wales").shifts == (local,)
    flag = replace(INQUIRY, codes=("none",))
    assert attached(flag).shifts == attached(flag, dataset=rule(flagged="no")).shifts == ()
    assert attached(flag, dataset=rule(flagged="yes")).shifts == (flag,)


def test_a_change_says_what_changed_and_when() -> None:
    with pytest.raises(ValueError, match="what: is empty"):
        replace(INQUIRY, what=" ")
    with pytest.raises(ValueError, match="swap them"):
        replace(INQUIRY, last=date(2023, 1, 1))


def test_from_a_first_year_no_clear_change_is_claimed() -> None:
    first, second = figure("A", 1000, start_up="yes"), figure("B", 9000, **NEXT_YEAR)
    comparison = compare(first, second)
    assert comparison.verdict == "comparable"
    assert comparison.change is not None
    assert comparison.change.hidden_at is None
    assert "A: a first year and partly a start, so no clear change is claimed" in comparison.statement
    assert "A clear change" not in comparison.statement
    # In one period nothing is claimed that a start could mislead about.
    assert "start-up" not in levels(replace(first, category="all/one"), figure("B", 2, category="all/two"))


def test_whole_years_between_two_counts_are_told() -> None:
    first = figure("A")
    assert "gap" not in levels(first, figure("B", 9, **NEXT_YEAR))
    assert text(first, figure("B", 9, **IN_2025), "gap") == "1 year lies between the two, of which nothing is said here"
    one_day_less = IN_2025 | {"period_start": date(2024, 12, 31), "period_type": "custom"}
    assert "gap" not in levels(first, figure("B", 9, **one_day_less))
    later = {"period_start": date(2027, 4, 1), "period_end": date(2028, 3, 31), "period_type": "financial_year"}
    assert text(first, figure("B", 9, **later), "gap").startswith("3 years lie between")
    assert "gap" not in levels(first, figure("B", 9, **NO_PERIOD))
    assert "gap" not in levels(replace(first, unit="victims"), figure("B", 9, **IN_2025))
    assert "gap" not in levels(first, figure("B", 9, counter="stock", **IN_2025))
    stocks = figure("A", counter="stock"), figure("B", 9, counter="stock", **IN_2025)
    assert "gap" not in levels(*stocks)


def test_differences_do_not_hang_on_the_order_of_the_two() -> None:
    first, second = figure("A"), figure("B", 9, **IN_2025)
    assert {item.dimension for item in differences(first, second)} == {
        item.dimension for item in differences(second, first)
    }


# Parts.


def parts(**changes: Any) -> tuple[Figure, Figure]:
    return figure("A", 100, category="all/one"), figure("B", 200, **({"category": "all/two"} | changes))


@pytest.mark.parametrize(
    "changes",
    [{"ages": "under 16"}, {"ages": "any"}, {"sex": "female"}, {"sex": "male"}, {"counter": "stock"}],
)
def test_two_parts_of_one_whole_stand_side_by_side_however_it_is_cut(changes: dict[str, str]) -> None:
    one, other = parts(**changes)
    if "counter" in changes:
        one = replace(one, counter="cumulative")
    comparison = compare(one, other)
    assert (comparison.verdict, comparison.allowed) == ("bridged", ("share of a whole",))
    assert (comparison.change, comparison.share) == (None, None)
    (name,) = changes
    assert levels(one, other)[name] == "bridged"
    assert "as the whole is cut" in text(one, other, name)
    # But neither the same difference within one class, nor over time, nor of a count by another rule.
    assert compare(one, replace(other, category="all/one")).verdict == "refused"
    assert compare(one, replace(other, **NEXT_YEAR)).verdict == "refused"
    assert levels(one, replace(other, definition="else"))[name] == "refused"
    assert levels(one, replace(other, unit="victims"))[name] == "refused"
    assert levels(one, replace(other, category="else/two"))[name] == "refused"


def test_the_whole_itself_and_a_class_without_a_whole_are_no_parts() -> None:
    assert compare(figure("A", category="one"), figure("B", category="two")).verdict == "refused"
    assert compare(figure("A", category="all"), figure("B", category="all/one")).verdict == "refused"
    one, other = parts(category="all/not_stated")
    assert compare(one, other).verdict == "refused"
    assert (
        compare(replace(one, category="all/kind_not_stated"), replace(other, category="all/two")).verdict == "refused"
    )


def test_parts_of_unknown_ages_or_sex_or_of_none_do_not_stand_side_by_side() -> None:
    for name in ("ages", "sex"):
        for word in ("not applicable", "unknown"):
            one, other = parts(**{name: word})
            assert levels(one, other)[name] == "refused"
    assert levels(replace(one, sex="unknown"), replace(other, sex="unknown"))["sex"] == "refused"


def test_a_flow_and_a_stock_are_no_parts_of_one_whole() -> None:
    one, other = parts(counter="stock")
    assert compare(one, other).verdict == "refused"
    assert compare(one, replace(other, counter="cumulative")).verdict == "refused"


def test_other_ages_and_both_sexes_against_one_have_too_little_in_common() -> None:
    for sex in ("female", "male"):
        one, other = parts(ages="under 13", sex=sex)
        assert compare(one, other).verdict == "refused"
        assert compare(replace(one, sex={"female": "male", "male": "female"}[sex]), other).verdict == "bridged"


def test_two_ranges_of_ages_that_do_not_meet_are_two_groups_of_one_count() -> None:
    young, old = figure("A", 100, ages="under 13"), figure("B", 200, ages="13 to 15")
    comparison = compare(young, old)
    assert (comparison.verdict, comparison.allowed) == ("bridged", ("difference", "ratio"))
    assert "The ratio (B over A) is 2" in comparison.statement
    assert "The difference stops being clear" in comparison.statement
    for changes in (
        {"ages": "12 to 15"},
        {"ages": "any"},
        {"ages": "unknown"},
        {"ages": "not applicable"},
        NEXT_YEAR,
        {"sex": "female"},
        {"definition": "else"},
        {"unit": "victims"},
        {"category": "else"},
    ):
        assert levels(young, replace(old, **changes))["ages"] == "refused"
    assert levels(young, replace(old, ages="13 and over"))["ages"] == "bridged"
    assert levels(replace(young, ages="18 and over"), replace(old, ages="under 18"))["ages"] == "bridged"


def test_two_groups_of_counts_have_no_base_of_their_own_and_shares_do() -> None:
    counts = figure("A", 100, sex="female"), figure("B", 200, sex="male")
    assert text(*counts, "sex") == "two groups of one count in the same period"
    assert text(share("A", 14, sex="female"), share("B", 4, sex="male"), "sex").endswith(", each on its own base")


def test_fewer_people_of_one_class_are_part_of_all_of_them() -> None:
    girls, young = figure("A", 1057, sex="female"), figure("B", 2114, ages="under 13")
    assert compare(SOUND, girls).share == pytest.approx((0.25, 0.25))
    assert compare(SOUND, young).share == pytest.approx((0.5, 0.5))
    assert compare(girls, young).share is None
    open_girls = replace(girls, counter="stock"), figure("D", 5000, counter="cumulative")
    assert compare(*open_girls).share is None
    open_cases = figure("C", 10, counter="stock"), figure("D", 20, counter="cumulative")
    assert compare(*open_cases).share is None
    assert "A is 25% of P1" in compare(SOUND, girls).statement


AREA = Bridge(
    "kent", "place", "Kent", "England and Wales", "national", Interval(1, 1, "bound"), "one of its forces", "us"
)


def test_an_area_that_is_registered_as_one_of_several_gives_its_share() -> None:
    whole = replace(SOUND, bridges=(AREA,))
    part = figure("A", 1057, geography="Kent", coverage="whole", bridges=(AREA,))
    comparison = compare(whole, part)
    assert (comparison.verdict, comparison.allowed) == ("refused", ("share of a whole",))
    assert "the share: A is 25% of P1 (one of its forces)." in comparison.statement
    assert compare(whole, replace(part, category="group/familial")).share == pytest.approx((0.25, 0.25))
    for changes in (
        {"coverage": "unknown"},
        {"geography": "Wales"},
        {"category": "else"},
        {"unit": "victims"},
        {"ages": "any"},
        {"stage": "report"},
        {"bridges": ()},
        {"definition": "else"},
        NEXT_YEAR,
    ):
        assert compare(whole, replace(part, **changes)).share is None
    assert compare(replace(whole, coverage="unknown"), part).share is None
    assert compare(replace(SOUND, geography="Kent"), replace(part, geography="England and Wales")).share is None


def test_a_place_is_part_of_its_area_only_where_every_force_of_it_is_counted() -> None:
    whole, part = (
        replace(SOUND, bridges=(AREA,)),
        figure("A", 1057, geography="Kent", coverage="whole", bridges=(AREA,)),
    )
    for coverage in ("43 forces", "44 forces", "whole", "43 forces and British Transport Police"):
        assert compare(replace(whole, coverage=coverage), part).share == pytest.approx((0.25, 0.25))
    for coverage in ("42 forces", "33 of 41 forces", "43 of 44 forces", "about half of 43 forces", "indicative"):
        comparison = compare(replace(whole, coverage=coverage), part)
        assert (comparison.part, comparison.share, comparison.rest) == (None, None, None)
        assert "coverage" in {item.dimension for item in comparison.differences if item.level == "refused"}
    assert compare(whole, replace(part, coverage="named cases")).share is None
    nine_months = replace(part, period_end=date(2023, 9, 30), period_type="custom")
    assert compare(whole, nine_months).share is None


def test_how_many_forces_make_an_area_whole_is_known_of_each_area() -> None:
    for area, fewest in {"England and Wales": 43, "England": 39, "Great Britain": 44, "United Kingdom": 45}.items():
        way = (replace(AREA, second=area),)
        part = figure("A", 1057, geography="Kent", coverage="whole", bridges=way)
        for forces, part_of_it in ((fewest, (0.25, 0.25)), (fewest - 1, None)):
            whole = replace(SOUND, geography=area, coverage=f"{forces} forces", bridges=way)
            assert compare(whole, part).share == (None if part_of_it is None else pytest.approx(part_of_it)), area


def test_the_rest_of_an_area_is_what_the_place_leaves_of_one_class() -> None:
    whole, part = (
        replace(SOUND, bridges=(AREA,)),
        figure("A", 1057, geography="Kent", coverage="whole", bridges=(AREA,)),
    )
    assert compare(whole, part).rest == compare(part, whole).rest == (3171.0, 3171.0)
    assert "The rest of England and Wales comes to 3,171 offences." in compare(whole, part).statement
    rounded = replace(part, published="1,060", low=1060.0, high=1060.0, rounded_to=10.0)
    assert compare(whole, rounded).rest == (3163.0, 3173.0)
    # Of a class within the class, the rest is of other classes too; of a class of one place there is no area.
    assert compare(whole, replace(part, category="group/familial")).rest is None
    assert compare(SOUND, figure("A", 717, category="group/exploitation")).rest is None
    above = compare(whole, replace(part, published="5,000", low=5000.0, high=5000.0))
    assert (above.share, above.rest) == (None, None)
    assert "A is part of P1 and yet exceeds it, so one of the two is wrong." in above.statement


def test_a_place_bridge_names_a_definition_and_has_no_factor() -> None:
    with pytest.raises(ValueError, match="within"):
        replace(AREA, within="")
    with pytest.raises(ValueError, match="no factor but 1"):
        replace(AREA, factor=Interval(1, 2, "bound"))


def test_a_share_is_said_with_what_contradicts_it() -> None:
    part = figure("A", 717, category="group/exploitation", conflicts_with=("C1", "C2", "C3"))
    said = compare(SOUND, part).statement
    assert "A is 17% of P1. Contradicted: A by C1, C2 and C3, so quote that too." in said
    assert (
        "Contradicted: A by C2; P1 by C1, so"
        in compare(replace(SOUND, conflicts_with=("C1",)), replace(part, conflicts_with=("C2",))).statement
    )
    assert "Contradicted" not in compare(SOUND, replace(part, conflicts_with=())).statement


# Printing.


@pytest.mark.parametrize(
    ("one", "other", "ways"),
    [
        ({}, {"qualifier": "around", "rounded_to": 100}, "exactly and rounded"),
        (
            {"qualifier": "around", "rounded_to": 10},
            {"qualifier": "around", "rounded_to": 100, "low": 4200, "high": 4200},
            "in two ways",
        ),
        ({"qualifier": "more_than", "high": None}, {"qualifier": "around", "rounded_to": 100}, "in two ways"),
        ({"rounded_to": 1, "unit": "days_mean"}, {"qualifier": "around", "rounded_to": 100}, "in two ways"),
    ],
)
def test_how_a_number_was_printed_twice_is_told_as_it_is(one: dict[str, Any], other: dict[str, Any], ways: str) -> None:
    pair = replace(SOUND, **one), figure(relays="P1", **other)
    assert text(*pair, "lineage") == f"one number, printed {ways}; the two show no change"


def test_an_open_end_is_told_where_something_follows_that_it_leaves_open() -> None:
    over = {"published": "over 800", "qualifier": "more_than", "low": 800, "high": None}
    under = {"published": "nearly 900", "qualifier": "nearly", "low": None, "high": 900}
    assert levels(SOUND, figure(**over, **NEXT_YEAR))["rounding"] == "minded"
    assert levels(SOUND, figure(**under, **NEXT_YEAR))["rounding"] == "minded"
    assert levels(figure("A", **over), figure("B", **under, **NEXT_YEAR))["rounding"] == "minded"
    # Nothing follows for parts side by side, and one number has no open end that matters.
    assert "rounding" not in levels(figure("A", 5, category="all/one"), figure("B", **over, category="all/two"))
    assert "rounding" not in levels(SOUND, figure(**over))
    assert "rounding" not in levels(SOUND, figure(relays="P1", **over))
    # What it repeats closes the end.
    closed = figure(**over, meant=(822.0, 822.0), **NEXT_YEAR)
    assert "rounding" not in levels(SOUND, closed)
    # A share ends at a hundred by itself.
    shares = share("A", 40), replace(share("B", 50, **NEXT_YEAR), qualifier="more_than", high=None, rounded_to=None)
    assert "rounding" not in levels(*shares)


def test_a_rounded_repetition_is_told_to_be_as_exact_as_its_original() -> None:
    over = {"published": "over 800", "qualifier": "more_than", "low": 800, "high": None}
    repeated = figure("B", **over, relays="A", meant=(822.0, 822.0))
    later = figure("C", 900, **NEXT_YEAR)
    assert text(repeated, later, "repetition") == "B repeats A and is taken as exactly as that allows"
    assert "repetition" not in levels(replace(repeated, meant=None), later)
    assert "repetition" not in levels(figure("B", 822, relays="A", meant=(822.0, 822.0)), later)
    assert "repetition" not in levels(figure("A", 822), repeated)


# What else moves a count.


COURT = {"unit": "defendants", "time_basis": "disposed", "stage": "disposal", "coverage": "whole"}


def year(first: int) -> dict[str, Any]:
    return {
        "period_start": date(first, 4, 1),
        "period_end": date(first + 1, 3, 31),
        "period_type": "financial_year",
    }


@pytest.mark.parametrize(
    ("one", "other", "closed"),
    [(2010, 2011, False), (2017, 2018, False), (2018, 2019, True), (2016, 2020, True), (2020, 2021, True),
     (2021, 2022, False), (2016, 2023, False)],
)  # fmt: skip
def test_closed_courts_are_told_where_a_period_meets_them(one: int, other: int, closed: bool) -> None:
    said = compare(figure("A", 900, **COURT, **year(one)), figure("B", 950, **COURT, **year(other))).statement
    assert "Completed cases also move with charging practice" in said
    assert ("and, from March 2020, with closed courts." in said) is closed


def test_flags_are_told_of_flagged_counts_only() -> None:
    for flagged, told in (("yes", True), ("no", False), ("", False)):
        pair = [
            figure(name, 900, dataset=rule(flagged=flagged), **COURT, **year(first))
            for name, first in (("A", 2010), ("B", 2011))
        ]
        assert ("how flags are set" in compare(*pair).statement) is told
    assert "reporting and recording." in compare(SOUND, figure(count=4450, **NEXT_YEAR)).statement


@pytest.mark.parametrize(
    ("unit", "counter", "told"),
    [
        ("offences", "flow", "Recorded offences also move with reporting and recording."),
        ("arrests", "flow", "Arrests also move with police activity and recording."),
        ("people_arrested", "flow", "Arrests also move with police activity"),
        ("decisions", "flow", "Decisions to charge also move with charging guidance, backlogs and practice."),
        ("convictions", "flow", "Completed cases also move with charging practice and backlogs."),
        ("cases", "flow", "Completed cases also move with charging practice and backlogs."),
        ("cases", "stock", "Open cases also move with how many come in and how fast they are closed."),
        ("suspects", "stock", "Such counts also move with police activity and recording."),
        ("assessments", "flow", "Such counts also move with practice and the threshold for one."),
        ("children", "flow", "Such counts also move with practice and the threshold for protection."),
    ],
)
def test_what_else_moves_a_count_stands_beside_every_ratio(unit: str, counter: str, told: str) -> None:
    words = {"unit": unit, "counter": counter, "coverage": "whole"}
    assert told in compare(figure("A", 900, **words), figure("B", 950, **words, **NEXT_YEAR)).statement
    chosen = rule(selection="self_selected")
    pair = figure("A", 900, dataset=chosen, **words), figure("B", 950, dataset=chosen, **words, **NEXT_YEAR)
    assert told in compare(*pair).statement


def test_lives_looked_back_on_and_running_totals_are_moved_by_no_such_thing() -> None:
    words = {"unit": "adults", "counter": "survey", "coverage": "whole"}
    assert "also move" not in compare(figure("A", 900, **words), figure("B", 950, **words, **NEXT_YEAR)).statement


def test_every_ratio_and_difference_says_which_is_over_which() -> None:
    first, second = figure("A", 1000), figure("B", 1200, **NEXT_YEAR)
    assert "The ratio (B over A) is 1.2;" in compare(second, first).statement
    shares = compare(share("A", 68), share("B", 70, **NEXT_YEAR)).statement
    assert "The difference (B less A) is between 1 and 3 percentage points" in shares


def test_the_forces_of_a_coverage_have_a_name_and_other_coverages_are_not_counted() -> None:
    for coverage, told in (
        ("44 forces", True),
        ("33 of 41 forces", False),  # it is told that they may be other ones
        ("5 areas", True),
        ("whole", False),
        ("named cases", False),
        ("indicative", False),
        ("not applicable", False),
    ):
        said = compare(figure("A", coverage=coverage), figure("B", 9, coverage=coverage, **NEXT_YEAR)).statement
        assert ("that they are the same ones is not known" in said) is told
    assert levels(figure("A", coverage="indicative"), figure("B", 9, coverage="indicative", **NEXT_YEAR)) == {
        "coverage": "minded"
    }
    assert change_between(SOUND, figure(count=4450, **NEXT_YEAR)).difference == (222, 222)
    assert compare(SOUND, figure("B", 9, **FINANCIAL_YEAR)).verdict == "refused"


def test_a_change_that_printing_alone_can_hide_is_hidden_from_the_start() -> None:
    change = change_between(figure("A", 1000, qualifier="around", rounded_to=100), figure("B", 1010, **NEXT_YEAR))
    assert change.hidden_at == 0
    # Also where the two roundings only touch, here at 102.5.
    for count, later in ((100, 105), (105, 100)):
        first, second = (
            figure(name, number, qualifier="around", rounded_to=5, **year)
            for name, number, year in (("A", count, YEAR), ("B", later, NEXT_YEAR))
        )
        assert change_between(first, second).hidden_at == 0


def test_a_way_from_one_class_to_another_makes_it_no_part_of_it() -> None:
    way = Bridge("w", "category", "group/one", "group/two", "national", Interval(1, 2, "bound"), "one of other", "us")
    one, two = figure("A", 100, category="group/one"), figure("B", 300, category="group/two")
    assert compare(replace(one, bridges=(way,)), replace(two, bridges=(way,))).share is None
    part = replace(way, dimension="part", factor=Interval(1, 1, "bound"))
    assert compare(replace(one, bridges=(part,)), replace(two, bridges=(part,))).share == pytest.approx((1 / 3, 1 / 3))
    for other in (
        replace(part, first="group/three"),
        replace(part, second="group/three"),
        replace(part, first="group/two", second="group/four"),
        replace(part, within="", first="national", second="else"),
        replace(part, within="else"),
    ):
        assert compare(replace(one, bridges=(other,)), replace(two, bridges=(other,))).share is None


def test_of_two_ways_the_one_that_fits_is_taken() -> None:
    wrong = Bridge("x", "part", "three", "two", "national", Interval(1, 1, "bound"), "not this", "us")
    right = replace(wrong, first="one", reason="this one")
    ways = {"bridges": (wrong, AREA, right)}
    one, two = figure("A", 100, category="one", **ways), figure("B", 300, category="two", **ways)
    assert "A is 33.3% of B (this one)" in compare(one, two).statement
    areas = {"bridges": (replace(AREA, first="Wales"), right, AREA)}
    kent = figure("A", 1057, geography="Kent", coverage="whole", **areas)
    assert "(one of its forces)" in compare(replace(SOUND, **areas), kent).statement


def test_a_share_is_formed_of_counts_and_of_sums_of_money_only() -> None:
    money = {"unit": "pounds", "rounded_to": 1}
    assert compare(figure("A", 100, **money), figure("B", 25, category="group/one", **money)).share is not None
    days = {"unit": "days_mean", "rounded_to": 1}
    assert compare(figure("A", 100, **days), figure("B", 25, category="group/one", **days)).share is None


def test_a_part_of_nothing_or_above_its_whole_has_no_share() -> None:
    def share_of(part: int, whole: int) -> tuple[float, float] | None:
        return compare(figure("A", whole), figure("B", part, category="group/one")).share

    assert share_of(5, 4) is None
    assert share_of(4, 4) == (1, 1)
    assert share_of(0, 4) == (0, 0)
    assert share_of(0, 0) is None  # nothing is no whole


def test_a_range_of_sums_and_its_open_end_bound_the_share() -> None:
    part = figure("B", 30, category="group/one")
    over = figure("A", published="over 100", qualifier="more_than", low=100, high=None)
    assert compare(over, part).share == pytest.approx((0, 30 / 101))
    between = figure("A", published="50 to 100", qualifier="range", low=50, high=100)
    assert compare(between, part).share == pytest.approx((0.3, 0.6))
    below = figure("A", published="under 100", qualifier="less_than", low=None, high=100)
    assert compare(below, part).share == pytest.approx((30 / 99, 1))


@pytest.mark.parametrize("above", ["more_than", "at_least"])
@pytest.mark.parametrize("below", ["less_than", "at_most", "nearly"])
def test_every_word_for_an_open_end_leaves_it_open(above: str, below: str) -> None:
    over = {"qualifier": above, "low": 800, "high": None}
    under = {"qualifier": below, "low": None, "high": 900}
    for words in (over, under):
        pair = figure("A", **words), figure("B", **words, **NEXT_YEAR)
        assert text(*pair, "rounding") == "an end is open on both sides, so nothing bounds their difference"
        assert levels(SOUND, pair[1])["rounding"] == "minded"
    assert levels(figure("A", **over), figure("B", **under, **NEXT_YEAR))["rounding"] == "minded"
    assert "rounding" not in levels(figure("A", 5), figure("B", 9, **NEXT_YEAR))


def test_days_that_two_periods_share_are_named() -> None:
    march = figure("A", 5, period_start=date(2023, 3, 1), period_end=date(2023, 3, 31), period_type="custom")
    week = replace(march, id="B", period_start=date(2023, 3, 31), period_end=date(2023, 4, 6))
    said = "the periods share one day, 31 March 2023, so neither comes after the other"
    assert text(march, week, "period") == text(week, march, "period") == said
    longer = replace(week, period_start=date(2023, 3, 25))
    assert text(march, longer, "period").startswith("the periods share 7 days, from 25 March 2023 to 31 March 2023, so")


def test_rates_a_month_hold_the_seasons_of_their_periods_unless_both_are_whole_years() -> None:
    year = figure("A", 1200, bridges=(MONTHLY,))
    said = "rates a month over {} and over {} months hold other seasons of the year, so no clear change is claimed"
    for days, words in (
        (NINE_MONTHS, ("12", "9")),
        (months(1, 3, 2024), ("12", "3")),
        (months(1, 1, 2024), ("12", "1")),
        (TWO_YEARS, None),
    ):
        later = figure("B", 900, bridges=(MONTHLY,), **days)
        assert compare(year, later).verdict == compare(later, year).verdict == "bridged"
        found = levels(year, later).get("seasons")
        assert found == ("minded" if words else None)
        if words:
            assert text(year, later, "seasons") == said.format(*words)
            assert change_between(year, later).hidden_at is None
        else:
            assert change_between(year, later).hidden_at is not None
    # Where the lengths refuse, nothing is left of which seasons could be said.
    assert levels(replace(year, bridges=()), figure("B", 900, **NINE_MONTHS)).keys() & {"seasons"} == set()


def test_twelve_months_and_nine_give_the_exact_ratio_of_monthly_rates() -> None:
    first, second = figure("A", 1200, bridges=(MONTHLY,)), figure("B", 600, bridges=(MONTHLY,), **NINE_MONTHS)
    change = change_between(first, second)
    assert change.ratio == pytest.approx((2 / 3, 2 / 3), rel=1e-12)
    assert change.difference is None
    rounded = change_between(replace(first, qualifier="around", rounded_to=200), second)
    assert rounded.ratio == pytest.approx((600 / 9 / (1300 / 12), 600 / 9 / (1100 / 12)), rel=1e-12)
    assert rounded.independent is not None
    assert rounded.clustered is not None
    assert rounded.clustered.low < rounded.independent.low < 600 / 9 / (1300 / 12)
    assert 600 / 9 / (1100 / 12) < rounded.independent.high < rounded.clustered.high
    assert (rounded.independent.level, rounded.independent.kind) == (0.95, "confidence")
    # Nine months hold other seasons than twelve, so no clear change may be claimed; two years hold the same as one.
    assert (change.hidden_at, rounded.hidden_at) == (None, None)
    years = replace(second, **TWO_YEARS)
    assert change_between(replace(first, qualifier="around", rounded_to=200), years).hidden_at == pytest.approx(
        change_between(replace(first, low=1100.0, high=1100.0), years).hidden_at, rel=1e-12
    )


def test_periods_that_pass_for_equally_long_give_the_ratio_of_their_counts() -> None:
    """A leap day, and days that nobody printed, change nothing of a ratio that is not a monthly one."""
    days = ({"period_start": date(year, 1, 10), "period_end": date(year, 4, 19)} for year in (2023, 2024))
    first, second = (
        figure(name, count, period_type="custom", **words)
        for name, count, words in zip("AB", (100, 200), days, strict=True)
    )
    assert change_between(first, second).ratio == (2, 2)
    women = figure("A", 100, sex="female", table="t", **NO_PERIOD)
    assert change_between(women, replace(women, id="B", sex="male", low=200, high=200)).ratio == (2, 2)


def test_where_one_of_two_was_chosen_chance_does_not_tell_them_apart() -> None:
    way = Bridge("w", "definition", "national", "else", "", Interval(1, 2, "bound"), "they overlap", "us")
    whole, some = rule(), rule(id="else", selection="self_selected")
    first = figure("A", 100, dataset=whole, bridges=(way,))
    second = figure("B", 900, definition="else", dataset=some, bridges=(way,), **NEXT_YEAR)
    assert levels(first, second)["selection"] == "minded"
    change = change_between(first, second)
    assert (change.ratio, change.independent, change.hidden_at) == ((4.5, 9), None, None)
    both = change_between(first, replace(second, dataset=replace(some, selection="local_records")))
    assert both.independent is not None


def test_chance_is_worked_out_from_one_event_on_and_from_none_not() -> None:
    assert change_between(figure("A", 1), figure("B", 1, **NEXT_YEAR)).independent is not None
    assert change_between(figure("A", 0), figure("B", 1, **NEXT_YEAR)).independent is None
    assert change_between(figure("A", 1), figure("B", 0, **NEXT_YEAR)).independent is None


def test_clusters_widen_a_variance_ten_times_unless_the_caller_knows_better() -> None:
    assert Interval(1, 10, "bound") == CLUSTERING
    assert compare(SOUND, figure(count=4450, **NEXT_YEAR)).inflation == CLUSTERING


def test_both_days_of_a_period_are_the_period_and_one_of_them_is_a_day() -> None:
    later = figure("B", 9, **NEXT_YEAR)
    for names, said in (
        (("period_start", "period_end"), "period"),
        (("period_start", "unit", "period_end"), "unit and period"),
        (("period_start",), "first day"),
        (("period_end",), "last day"),
        (("unit", "period_end"), "unit and last day"),
        (("known_share",), "known share"),
    ):
        assert text(SOUND, replace(later, inferred=names), "inferred").endswith(f"printed: the {said} of B")


def test_a_factor_between_two_coverages_goes_the_way_of_the_counts() -> None:
    first = figure("A", 1000, coverage="42 forces", bridges=(COVERED,))
    change = change_between(first, figure("B", 2200, bridges=(COVERED,), **NEXT_YEAR))
    assert change.ratio == pytest.approx((2200 / 1100, 2200 / 1020), rel=1e-12)
    assert change.independent is not None
    bare = change_between(figure("A", 1100), figure("B", 2200, **NEXT_YEAR))
    wide = change_between(figure("A", 1020), figure("B", 2200, **NEXT_YEAR))
    assert bare.independent is not None
    assert wide.independent is not None
    assert change.independent.low == pytest.approx(bare.independent.low, rel=0.01)
    assert change.independent.high == pytest.approx(wide.independent.high, rel=0.01)
    assert change.hidden_at is not None
    assert bare.hidden_at is not None
    assert change.hidden_at == pytest.approx(bare.hidden_at, rel=0.1)


def test_a_change_of_recording_is_told_within_one_rule_or_across_a_bridge() -> None:
    refusing = Shift("a new offence (2024)", date(2024, 1, 1), date(2024, 1, 31), refuses=True)
    first = figure("A", shifts=(refusing,))
    assert levels(first, figure("B", 9, **NEXT_YEAR))["break"] == "refused"
    assert levels(figure("A"), figure("B", 9, shifts=(refusing,), **NEXT_YEAR))["break"] == "refused"
    assert "break" not in levels(first, figure("B", 9, definition="else", **NEXT_YEAR))
    broken = figure("B", 9, definition="else", breaks=(date(2020, 1, 1),), **NEXT_YEAR)
    assert "break" not in levels(first, broken)
    way = Bridge("w", "definition", "national", "else", "", Interval(1, 2, "bound"), "they overlap", "us")
    other = figure("B", 9, definition="else", bridges=(way,), **NEXT_YEAR)
    assert levels(replace(first, bridges=(way,)), other)["break"] == "refused"
    assert "break" not in levels(first, figure("B", 9, **NO_PERIOD))


@pytest.mark.parametrize(
    ("ages", "other", "apart"),
    [("13 to 15", "15 to 17", False), ("15 to 17", "13 to 15", False), ("13 to 15", "16 to 17", True),
     ("16 and over", "13 to 15", True), ("15 and over", "13 to 15", False), ("under 13", "12 to 15", False),
     ("under 13", "13 to 15", True), ("0 to 5", "under 13", False), ("any", "13 to 15", False)],
)  # fmt: skip
def test_two_ranges_of_ages_are_apart_where_no_year_is_in_both(ages: str, other: str, apart: bool) -> None:
    for one, two in ((ages, other), (other, ages)):
        level = levels(figure("A", ages=one), figure("B", 9, ages=two))["ages"]
        assert level == ("bridged" if apart else "refused")


@pytest.mark.parametrize(
    ("part", "whole", "inside"),
    [("under 1", "under 13", True), ("0 to 5", "under 13", True), ("under 13", "0 to 12", True),
     ("under 13", "1 to 12", False),
     ("13 to 15", "13 to 17", True), ("10 to 17", "under 18", True), ("10 to 18", "under 18", False),
     ("18 and over", "16 and over", True), ("16 and over", "18 and over", False), ("under 18", "any", True),
     ("any", "under 18", False), ("not applicable", "any", False),
     ("not applicable", "under 18", False), ("under 18", "not applicable", False)],
)  # fmt: skip
def test_a_part_is_of_no_more_years_of_life_than_its_whole(part: str, whole: str, inside: bool) -> None:
    pair = figure("A", 10, ages=part, category="group/one"), figure("B", 90, ages=whole)
    assert (compare(*pair).share is not None) is inside


def test_shares_that_touch_can_be_equal() -> None:
    low = share("A", 10, unrecorded=Interval(0.5, 0.5, "bound"))  # 9.5% to 11%
    high = share("B", 11.5, unrecorded=Interval(1, 1, "bound"), **NEXT_YEAR)  # 11% to 13%
    assert levels(low, high)["known share"] == "refused"
    turned = replace(low, id="B", **NEXT_YEAR), replace(high, id="A", **YEAR)
    assert levels(*turned)["known share"] == "refused"
    assert levels(low, replace(high, low=11.6, high=11.6))["known share"] == "bridged"
    assert levels(turned[0], replace(turned[1], low=11.6, high=11.6))["known share"] == "bridged"


def test_answers_cannot_be_changed() -> None:
    comparison = compare(SOUND, figure(count=4450, **NEXT_YEAR))
    for answer, name in ((comparison, "verdict"), (comparison.change, "ratio"), (comparison.differences[0], "level")):
        with pytest.raises((FrozenInstanceError, AttributeError)):
            setattr(answer, name, "comparable")
        assert not hasattr(answer, "__dict__")


def test_the_worst_case_of_a_share_ends_at_nought_and_at_a_hundred() -> None:
    most = share("A", 90, unrecorded=Interval(19, 21, "bound"))
    assert worst_case(most) == (90, 100)
    assert among_all(most) == (89.5, 100)
    assert worst_case(share("A", 40, unrecorded=Interval(19, 21, "bound"))) == (40, 60)
    assert among_all(share("A", 40, unrecorded=Interval(19, 21, "bound"))) == (39.5, 61.5)
    above = replace(share("A", 50), qualifier="more_than", high=None, rounded_to=None)
    assert worst_case(above) == (50, 100)
    below = replace(share("A", 50), qualifier="less_than", low=None, rounded_to=None)
    assert worst_case(below) == (0, 50)
    assert worst_case(replace(below, known=Interval(40, 40, "bound"), known_share="K")) == (0, 80)
    assert worst_case(replace(most, known_share="unknown")) == (0, 100)
    # Where every record says, none are none and all are all.
    assert (worst_case(share("A", 0)), worst_case(share("A", 100))) == ((0, 0), (100, 100))
    assert among_all(share("A", 50, Interval(20, 80, "bound"))) == pytest.approx((0.2 * 49.5, 0.2 * 50.5 + 80))
    # Rounding has a middle, and a range of more than ten points has none.
    assert worst_case(share("A", 50, Interval(30, 40, "bound"))) == (17, 83)
    assert worst_case(share("A", 50, Interval(30, 40.5, "bound"))) == (15, 85)


def test_a_base_on_one_side_is_told_against_none() -> None:
    assert text(SOUND, figure(base="victims"), "unit") == "shares of different wholes (none; victims)"
    assert text(figure("A", base="victims"), figure(), "unit") == "shares of different wholes (victims; none)"


def test_the_earlier_one_stands_first_and_one_without_dates_before_all() -> None:
    undated, year = figure("Z", **NO_PERIOD), figure("A")
    assert compare(year, undated).first is undated
    shorter = figure("Z", period_end=date(2023, 6, 30), period_type="custom")
    assert compare(year, shorter).first is shorter
    assert compare(figure("B"), year).first is year
    half = figure("A", period_start=date(2023, 7, 1), period_type="custom")
    assert compare(half, figure("Z")).first.id == "Z"  # of two that end together the one that began earlier
    assert compare(figure("A", **NEXT_YEAR), figure("B")).first.id == "B"
    assert compare_all([figure("A", **NEXT_YEAR), figure("C", **NO_PERIOD), figure("B")])["first"].tolist() == [
        *("C", "C", "B"),
    ]


def test_a_running_total_of_a_day_and_one_with_a_start_do_not_run_from_one_day() -> None:
    total = {"counter": "cumulative", "period_type": "custom"}
    begun = figure("A", 10, period_start=date(2014, 1, 1), period_end=date(2017, 1, 1), **total)
    dated = figure("B", 20, period_start=date(2018, 1, 1), period_end=date(2018, 1, 1), **total)
    assert levels(begun, dated)["period"] == "refused"
    assert (
        levels(dated, replace(begun, period_start=date(2016, 1, 1), period_end=date(2019, 1, 1)))["period"] == "refused"
    )
    earlier = replace(dated, id="C", period_start=date(2016, 1, 1), period_end=date(2016, 1, 1))
    assert levels(earlier, dated)["period"] == "minded"
    # Survey answers and flows have no day from which they run.
    assert levels(replace(begun, counter="survey"), replace(dated, counter="survey"))["period"] == "refused"


def test_across_a_bridge_with_a_factor_only_a_ratio_is_formed() -> None:
    way = Bridge("w", "definition", "national", "else", "", Interval(2, 4, "bound"), "they overlap", "us")
    first = figure("A", 100, bridges=(way,))
    comparison = compare(first, figure("B", 900, definition="else", bridges=(way,), **NEXT_YEAR))
    assert comparison.allowed == ("ratio",)
    assert comparison.change is not None
    assert comparison.change.ratio == (2.25, 4.5)
    assert comparison.change.difference is None


def test_a_registered_part_may_differ_in_all_that_makes_it_a_part() -> None:
    way = Bridge("w", "part", "else", "national", "", Interval(1, 1, "bound"), "drawn from it", "us")
    whole = figure("A", 100, ages="any", counter="cumulative", bridges=(way,))
    part = figure(
        *("B", 25),
        unit="victims",
        definition="else",
        category="x",
        ages="under 13",
        sex="female",
        counter="stock",
        stage="report",
        bridges=(way,),
    )
    comparison = compare(whole, part)
    refusing = {item.dimension for item in comparison.differences if item.level == "refused"}
    assert refusing == {"unit", "definition", "category", "ages", "sex", "counter", "stage"}
    assert comparison.share == (0.25, 0.25)
    # Of two that cannot both hold, or that are shares of two bases, none is a share of the other.
    contradicted = replace(whole, conflicts_with=("B",)), replace(part, conflicts_with=("A",))
    assert compare(*contradicted).share is None
    assert compare(whole, replace(part, base="suspects")).share is None


def test_a_way_holds_within_its_own_rule_only() -> None:
    for way, one, other in (
        (MONTHLY, {}, NINE_MONTHS),
        (COVERED, {"coverage": "42 forces"}, {"coverage": "44 forces", **NEXT_YEAR}),
    ):
        pair = figure("A", bridges=(way,), **one), figure("B", 9, bridges=(way,), **other)
        assert compare(*pair).verdict == "bridged"
        assert compare(*(replace(it, definition="else") for it in pair)).verdict == "refused"
    area = figure("A", 100, bridges=(AREA,)), figure("B", 25, geography="Kent", bridges=(AREA,))
    assert compare(*area).share == (0.25, 0.25)
    assert compare(*(replace(it, definition="else") for it in area)).share is None


def test_shares_of_all_records_and_of_those_that_say_are_compared_among_all() -> None:
    first = share("A", 60, unrecorded=Interval(5, 5, "bound"))
    second = share("B", 10, unrecorded=Interval(4, 4, "bound"), **NEXT_YEAR)
    assert change_between(first, second).difference == pytest.approx((9.5 - 65.5, 14.5 - 59.5))
    # Of one base the two cannot be shares of all records and of those that say.
    said = compare(first, share("B", 10, Interval(30, 30, "bound"), **NEXT_YEAR))
    assert said.verdict == "refused"
    assert "one is a share of all records, the other of those that say" in said.statement
    say = share("A", 90, Interval(95, 95, "bound")), share("B", 10, Interval(95, 95, "bound"), **NEXT_YEAR)
    assert change_between(*say).difference == pytest.approx((9.025 - 90.975, 14.975 - 85.025))


@pytest.mark.parametrize(
    "words", [("more_than", "at_least"), ("less_than", "at_most"), ("at_most", "nearly"), ("nearly", "less_than")]
)
def test_two_words_for_one_open_end_bound_nothing_either(words: tuple[str, str]) -> None:
    first, second = (
        {"qualifier": word} | ({"high": None} if word in ("more_than", "at_least") else {"low": None}) for word in words
    )
    assert levels(figure("A", 800, **first), figure("B", 900, **second, **NEXT_YEAR))["rounding"] == "refused"


def test_a_part_of_an_area_may_also_be_of_a_class_of_fewer_people_and_of_open_cases() -> None:
    whole = figure("A", 100, ages="any", counter="cumulative", bridges=(AREA,))
    part = figure(
        "B",
        25,
        geography="Kent",
        coverage="whole",
        category="group/one",
        ages="under 13",
        sex="female",
        counter="stock",
        bridges=(AREA,),
    )
    assert compare(whole, part).share == (0.25, 0.25)


# What the sentence must say beside the numbers.


def months(first: int, last: int, year: int) -> dict[str, Any]:
    """Days of whole months of a year, none of which ends in February."""
    end = date(year + last // 12, last % 12 + 1, 1).toordinal() - 1
    return {"period_start": date(year, first, 1), "period_end": date.fromordinal(end), "period_type": "custom"}


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (months(1, 6, 2023), months(7, 12, 2023), True),
        (months(1, 3, 2023), months(4, 6, 2024), True),
        (months(1, 1, 2023), months(7, 7, 2023), True),
        (months(1, 3, 2023), months(1, 3, 2024), False),  # one season of two years
        (months(4, 6, 2023), months(4, 6, 2024), False),  # in a leap year the same day is one day later
        (YEAR, NEXT_YEAR, False),
        (YEAR, months(4, 12, 2024) | {"period_end": date(2025, 3, 31), "period_type": "financial_year"}, False),
    ],
)
def test_of_two_seasons_no_clear_change_is_claimed(one: dict[str, Any], other: dict[str, Any], told: bool) -> None:
    a, b = figure("A", 1000, coverage="whole", **one), figure("B", 4000, coverage="whole", **other)
    comparison = compare(a, b)
    assert comparison.verdict == "comparable"
    assert ("other seasons of the year, so no clear change is claimed" in comparison.statement) is told
    assert ("A clear change" in comparison.statement) is not told
    assert (change_between(a, b).hidden_at is None) is told


def test_what_is_no_flow_has_no_seasons() -> None:
    for counter in ("stock", "cumulative", "survey"):
        halves = figure("A", counter=counter, **months(1, 6, 2023)), figure("B", counter=counter, **months(7, 12, 2023))
        assert "seasons" not in levels(*halves)
    days = (
        {"period_start": day, "period_end": day, "period_type": "custom"}
        for day in (date(2023, 1, 1), date(2023, 7, 1))
    )
    assert "seasons" not in levels(*(figure(name, **day) for name, day in zip("AB", days, strict=True)))
    assert "seasons" not in levels(figure("A", **months(1, 6, 2023)), figure("B", **NO_PERIOD))
    assert "seasons" not in levels(figure("A", **months(1, 6, 2023)), figure("B", **months(7, 9, 2023)))


@pytest.mark.parametrize(
    ("coverage", "told"),
    [("about half of 43 forces", True), ("33 of 41 forces", True), ("3 of 5 areas", True), ("44 forces", False)],
)
def test_of_some_forces_among_several_no_clear_change_is_claimed(coverage: str, told: bool) -> None:
    """They may be other ones each time."""
    a, b = figure("A", 1000, coverage=coverage), figure("B", 4000, coverage=coverage, **NEXT_YEAR)
    comparison = compare(a, b)
    assert comparison.verdict == "comparable"
    assert (f"{coverage} on both sides, which may be other ones, so no clear change" in comparison.statement) is told
    assert ("A clear change" in comparison.statement) is not told
    parts = figure("A", coverage=coverage, sex="male"), figure("B", coverage=coverage, sex="female")
    assert "coverage" not in levels(*parts)  # in one period they are the same ones


def test_two_numbers_for_one_thing_that_cannot_both_be_true_contradict_each_other() -> None:
    for printed, told in (({}, True), ({"qualifier": "around", "rounded_to": 200}, False)):
        said = compare(figure("A", 1000), figure("B", 1100, **printed)).statement
        assert ("which contradict each other; quote both, or neither" in said) is told
        assert (": two numbers for one thing in one period; the two show no change" in said) is not told
    higher = {"qualifier": "more_than", "high": None, "published": "over 1,100"}
    assert "contradict each other" in compare(figure("A", 1000), figure("B", 1100, **higher)).statement
    assert "contradict each other" not in compare(figure("A", 1101), figure("B", 1100, **higher)).statement
    # The highest that one was rounded from is the other.
    lower = figure("B", 900, qualifier="around", rounded_to=200)
    assert "contradict each other" not in compare(figure("A", 1000), lower).statement


def test_a_figure_that_was_replaced_says_so_and_its_successor_does_not() -> None:
    old, later = figure("A", replaced_by=("C", "D")), figure("B", 9, **NEXT_YEAR)
    assert "A was replaced by C and D, so quote that instead" in compare(old, later).statement
    assert "A was replaced by C and D" in compare(old, replace(later, unit="suspects")).statement
    assert "replaced" not in compare(replace(old, replaced_by=()), later).statement
    both = compare(old, replace(later, replaced_by=("E",))).statement
    assert "A was replaced by C and D; B was replaced by E, so quote that instead" in both


def test_a_contradicted_figure_says_so_wherever_it_is_accepted() -> None:
    """Over two years, and beside another print of its number."""
    a, b = figure("A", 4228, conflicts_with=("C1",)), figure("B", 4400, **NEXT_YEAR)
    told = "Contradicted: A by C1, so quote that too."
    assert told in compare(a, b).statement
    assert told in compare(a, figure("B", 4228, relays="A")).statement
    # Two prints of one number that contradict each other do so in something else: neither number is against the other.
    twin = compare(
        replace(a, conflicts_with=("B",)), figure("B", 4228, relays="A", conflicts_with=("A", "C1"))
    ).statement
    assert "Contradicted: B by C1, so quote that too." in twin
    assert "one number, of which the two publications say different things" in twin
    assert "Contradicted" not in compare(replace(a, conflicts_with=()), b).statement


@pytest.mark.parametrize(
    ("unit", "counter", "stage", "years", "closed"),
    [
        ("cases", "stock", "court", (2017, 2020), True),
        ("cases", "stock", "court", (2019, 2022), True),  # they lay between the two
        ("cases", "stock", "court", (2017, 2019), False),
        ("cases", "stock", "court", (2022, 2023), False),
        ("cases", "stock", "review", (2019, 2022), False),  # at no court
        ("days_median", "stock", "court", (2019, 2022), True),
        ("days_mean", "flow", "disposal", (2019, 2020), True),
        ("days_median", "flow", "charge", (2019, 2020), False),
        ("suspects", "stock", "court", (2019, 2022), False),
    ],
)
def test_what_waits_at_a_court_tells_of_the_courts_that_were_closed(
    unit: str, counter: str, stage: str, years: tuple[int, int], closed: bool
) -> None:
    words: dict[str, Any] = {"unit": unit, "counter": counter, "stage": stage, "rounded_to": 1}
    if unit not in ("days_median", "days_mean"):
        words["rounded_to"] = None
    days = (
        {"period_start": date(year, 1, 1), "period_end": date(year, 12, 31), "period_type": "calendar_year"}
        for year in years
    )
    a, b = (figure(name, count, **words, **day) for name, count, day in zip("AB", (100, 200), days, strict=True))
    assert (" and, from March 2020, with closed courts." in compare(a, b).statement) is closed


@pytest.mark.parametrize(("unit", "told"), [("days_median", True), ("days_mean", True), ("offences", False)])
def test_waits_also_move_with_which_cases_are_finished(unit: str, told: bool) -> None:
    width = 1 if told else None
    a, b = (figure(name, 9, unit=unit, rounded_to=width, **year) for name, year in (("A", YEAR), ("B", NEXT_YEAR)))
    assert ("Waits also move with which cases are finished or left." in compare(a, b).statement) is told


@pytest.mark.parametrize(("unit", "told"), [("assessments", True), ("referrals", False), ("children", False)])
def test_an_assessment_is_not_a_child(unit: str, told: bool) -> None:
    said = compare(figure("A", 900, unit=unit), figure("B", 950, unit=unit, **NEXT_YEAR)).statement
    assert ("A child may have several assessments." in said) is told


def test_the_base_of_a_per_cent_is_said_where_what_is_counted_does_not_say_it() -> None:
    a, b = share("A", 40, base="suspects of two towns"), share("B", 45, base="suspects of two towns", **NEXT_YEAR)
    assert " Both are per cents of suspects of two towns." in compare(a, b).statement
    named = (replace(it, statement="Women among Suspects of two towns") for it in (a, b))
    assert "Both are per cents of" not in compare(*named).statement
    one = replace(a, statement="Women among suspects of two towns")
    assert "Both are per cents of" in compare(one, b).statement
    assert "Both are per cents of" not in compare(SOUND, figure("B", 9, **NEXT_YEAR)).statement


def test_two_parts_are_named_below_the_whole_that_they_share() -> None:
    base = {"base": "victims"}
    a, b = share("A", 40, category="all/told/no_one", **base), share("B", 7, category="all/told/police/then", **base)
    assert "two parts of one whole, no one and police: then, side by side" in text(a, b, "category")
    counts = figure("A", category="all/told/no_one"), figure("B", category="all/told/police")
    assert "two parts of all: told, no one and police, side by side" in text(*counts, "category")
    whole = tuple(replace(it, whole="W1: 9,000") for it in counts)
    assert "two parts of all: told (W1: 9,000), no one and police, side by side" in text(*whole, "category")
    assert "W1" not in text(whole[0], counts[1], "category")
    assert "W1" not in text(*(replace(it, whole="W1: 90%") for it in (a, b)), "category")


def test_parts_that_may_overlap_must_never_be_added_and_others_have_their_own_words() -> None:
    overlap, unrecorded = "they may overlap: never add them", "those whose sex was not recorded are in neither"

    def told(one: dict[str, Any], other: dict[str, Any]) -> tuple[bool, bool]:
        said = text(figure("A", **one), figure("B", **other), "category")
        return overlap in said, unrecorded in said

    assert told({"category": "group/online"}, {"category": "group/not_recent"}) == (True, False)
    assert told({"category": "group/men"}, {"category": "group/women"}) == (False, True)
    assert told({"category": "group/women"}, {"category": "group/others"}) == (True, False)
    assert told({"category": "group/rape/men"}, {"category": "group/rape/women"}) == (False, True)
    assert told({"category": "group/male"}, {"category": "group/female"}) == (False, True)
    assert told({"category": "group/girls"}, {"category": "group/boys"}) == (False, True)
    girls, boys = {"category": "group/girl", "sex": "female"}, {"category": "group/boy", "sex": "male"}
    assert told(girls, boys) == (False, False)
    young, older = {"category": "group/a", "ages": "under 13"}, {"category": "group/b", "ages": "13 to 15"}
    assert told(young, older) == (False, False)
    assert told(young, older | {"ages": "under 16"}) == (True, False)


def test_a_class_that_is_registered_as_part_of_another_is_no_part_beside_it() -> None:
    way = Bridge("w", "part", "group/dead", "group/closed", "national", Interval(1, 1, "bound"), "among them", "us")
    closed = figure("A", 200, category="group/closed", bridges=(way,))
    dead = figure("B", 50, category="group/dead", bridges=(way,))
    said = compare(closed, dead)
    assert (said.verdict, said.allowed, said.share) == ("refused", ("share of a whole",), (0.25, 0.25))
    assert "a whole against one part of it, closed and dead" in said.statement
    assert "B is 25% of A (among them)" in said.statement
    for other in (replace(way, first="group/live"), replace(way, within="else"), replace(way, dimension="place")):
        beside = compare(replace(closed, bridges=(other,)), replace(dead, bridges=(other,)))
        assert (beside.verdict, beside.share) == ("bridged", None)


def test_a_running_total_that_falls_says_which_is_over_which() -> None:
    total = {"counter": "cumulative", "period_type": "point_in_time"}
    first = {"period_start": date(2023, 1, 1), "period_end": date(2023, 1, 1)}
    last = {"period_start": date(2024, 1, 1), "period_end": date(2024, 1, 1)}
    fallen = compare(figure("A", 200, **total, **first), figure("B", 100, **total, **last)).statement
    assert "A running total cannot fall, from A to B: one of the two was counted anew" in fallen
    risen = compare(figure("A", 100, **total, **first), figure("B", 200, **total, **last)).statement
    assert "The net change from A to B is 100: what was taken out" in risen
    # Two groups of one day show no change over time.
    men, women = figure("A", 200, sex="male", **total, **first), figure("B", 100, sex="female", **total, **first)
    assert "The difference (B less A) is −100; a running total gives no ratio." in compare(men, women).statement


def test_nothing_is_less_than_none_and_no_share_is_more_than_all() -> None:
    below = {"qualifier": "less_than", "low": None, "high": 0, "published": "under 0"}
    above = {"qualifier": "more_than", "low": 100, "high": None, "published": "over 100%", "rounded_to": None}
    with pytest.raises(ValueError, match="less than 0 offences; nothing is"):
        figure("A", **below)
    with pytest.raises(ValueError, match="more than 100 per cent; nothing is"):
        share("A", 100, **above)
    figure("A", **(below | {"high": 1}))
    figure("A", unit="per_cent_change", **below)
    share("A", 99, **(above | {"low": 99}))
    figure("A", 100, qualifier="more_than", high=None)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (months(1, 1, 2023), "January 2023 (A"),
        (months(1, 3, 2023), "January 2023 to March 2023 (A"),
        ({"period_start": date(2023, 1, 2), "period_end": date(2023, 1, 31)}, "2 January 2023 to 31 January 2023 (A"),
    ],
)
def test_a_period_is_named_by_its_months_where_it_is_whole_ones(days: dict[str, Any], words: str) -> None:
    said = compare(figure("A", **({"period_type": "custom"} | days)), figure("B", 9, **NEXT_YEAR)).statement
    assert words in said


def test_a_year_of_other_days_has_a_name() -> None:
    july = {"period_start": date(2024, 7, 1), "period_end": date(2025, 6, 30), "period_type": "custom"}
    assert text(SOUND, figure("B", 9, **july), "period") == "a calendar year and a period of other days"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"qualifier": "less_than", "low": None}, True),
        ({"qualifier": "more_than", "high": None}, True),
        ({"qualifier": "less_than", "low": None, "unit": "per_cent_change"}, True),  # it may have fallen by any amount
        # The number that is repeated closes the end that the words leave open.
        ({"qualifier": "less_than", "low": None, "meant": (4228, 4228), "relays": "Z"}, False),
        ({"qualifier": "more_than", "high": None, "meant": (4228, 4228), "relays": "Z"}, False),
    ],
)
def test_an_end_is_open_until_what_is_repeated_closes_it(words: dict[str, Any], told: bool) -> None:
    width = {"rounded_to": 1, "base": "offences"} if words.get("unit") else {}
    open_end = figure(
        "A", 4300 if words["qualifier"] == "less_than" else 4200, **words | ({"base": "offences"} if width else {})
    )
    later = figure("B", 0, unit=open_end.unit, **width, **NEXT_YEAR)
    assert ("an end is open" in compare(open_end, later).statement) is told


def test_days_that_only_one_of_two_knows_refuse_even_a_repetition() -> None:
    """One number has one period; where only one print says which, nobody has held the two together."""
    assert levels(figure("A", **NO_PERIOD), figure("B", relays="A"))["period"] == "refused"
    assert "period" not in levels(figure("A", **NO_PERIOD), figure("B", relays="A", **NO_PERIOD))
    assert levels(figure("A", table="t", **NO_PERIOD), figure("B", table="t"))["period"] == "refused"


def test_a_part_may_differ_in_class_ages_sex_and_counter_at_once() -> None:
    whole = figure("A", 100, counter="cumulative")
    part = figure("B", 25, category="group/by_kin", ages="under 13", sex="female", counter="stock")
    comparison = compare(whole, part)
    refusing = {item.dimension for item in comparison.differences if item.level == "refused"}
    assert refusing == {"category", "ages", "sex", "counter"}
    assert comparison.share == (0.25, 0.25)


def test_of_people_whose_ages_are_not_known_none_are_known_to_be_part_of_others() -> None:
    """One table says that the ages are the same, and not that a part and its whole are of the same."""
    a, b = figure("A", 100, ages="unknown", table="t"), figure("B", 50, ages="unknown", sex="female", table="t")
    assert compare(a, b).share is None
    aged = replace(a, ages="under 18"), replace(b, ages="under 18")
    assert compare(*aged).share == (0.5, 0.5)


def test_a_class_that_nobody_named_is_no_part_and_no_whole() -> None:
    """What nobody named in one figure need not be what nobody named in another, not even in one table."""
    a, b = figure("A", 100, category="all/not_stated", table="t"), figure("B", 50, category="all/not_stated", table="t")
    assert compare(a, replace(b, sex="female")).share is None
    assert compare(a, replace(b, category="all/not_stated/one")).share is None
    assert compare(replace(a, category="all/one"), replace(b, category="all/one", sex="female")).share == (0.5, 0.5)


@pytest.mark.parametrize(("flagged", "share"), [("yes", (0.25, 0.25)), ("", (0.25, 0.25)), ("unknown", None)])
def test_what_counts_by_nobody_knows_what_is_no_part(flagged: str, share: tuple[float, float] | None) -> None:
    way = Bridge("w", "part", "else", "national", "", Interval(1, 1, "bound"), "drawn from it", "us")
    whole = figure("A", 100, bridges=(way,), dataset=rule())
    part = figure("B", 25, definition="else", bridges=(way,), dataset=rule(id="else", flagged=flagged))
    assert compare(whole, part).share == share


@pytest.mark.parametrize(
    ("ages", "verdict"), [("10 to 17", "refused"), ("under 13", "bridged"), ("16 to 17", "bridged")]
)
def test_parts_of_ages_that_cross_are_no_parts_of_one_whole(ages: str, verdict: str) -> None:
    a, b = figure("A", category="group/a", ages="under 16"), figure("B", 9, category="group/b", ages=ages)
    assert compare(a, b).verdict == verdict


def test_quarters_of_other_seasons_are_told_from_those_of_the_same_one():
    spring, summer = (date(2023, 4, 1), date(2023, 6, 30)), (date(2023, 7, 1), date(2023, 9, 30))
    assert other_seasons(*spring, *summer)
    assert not other_seasons(*spring, date(2024, 4, 1), date(2024, 6, 30))
