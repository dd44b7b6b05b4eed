import dataclasses
import json
import re
from datetime import date
from itertools import pairwise

import pandas as pd
import pytest

from cseanalysis.models import bound_counts, two_list_bounds
from cseanalysis.register import Definition, Figure
from cseanalysis.study.missing import charts
from cseanalysis.study.missing import words as missing_tables
from cseanalysis.study.missing.lists import (
    children_with_police,
    english_offences,
    known,
    list_results,
    refusal_on_no_overlap,
    refusal_on_totals,
    shared,
    totals_over_overlap,
)
from cseanalysis.study.missing.numbers import (
    class_results,
    composition_results,
    coverage_line,
    field_coverage,
    flag_results,
    suspect_groups,
    suspect_ladder,
)
from cseanalysis.study.missing.words import benchmark, local_bounds, parity_lines
from cseanalysis.values import Assumption, Interval

ODDS = {"unrecorded_odds_ratio": Assumption("unrecorded_odds_ratio", 0.5, 2.0, "odds ratio", "r", "s", "l")}
CENSUS = Definition("d", "Suspects", "police", "all recorded", "suspects", "census_of_recorded", "")


def figure(name, low, *, qualifier="exact", unit="offences", category="c", known_share="", unknown_share="", **other):
    fields = {
        "id": name,
        "statement": "counted",
        "published": str(low),
        "qualifier": qualifier,
        "low": low,
        "high": None if qualifier == "more_than" else low,
        "rounded_to": 1 if unit == "per_cent" else None,
        "unit": unit,
        "base": "people" if unit == "per_cent" else "",
        "definition": "d",
        "category": category,
        "ages": "any",
        "sex": "any",
        "geography": "England and Wales",
        "coverage": "whole",
        "period_start": date(2023, 1, 1),
        "period_end": date(2023, 12, 31),
        "period_type": "calendar_year",
        "time_basis": "recorded",
        "counter": "flow",
        "stage": "report",
        "status": "official",
        "tier": "A",
        "source": "s",
        "locator": "unknown",
        "known_share": known_share,
        "unknown_share": "",
        "breaks": (),
        "supersedes": (),
        "conflicts_with": (),
        "relays": "",
        "note": "",
        "dataset": CENSUS,
    }
    return Figure(**{**fields, **other})


def suspects(shares, coverage=40.0):
    """A register with the coverage and one share a group, in the order given."""
    printed = {
        f"G{number}": figure(
            f"G{number}",
            share,
            unit="per_cent",
            category=f"suspects/ethnicity_recorded/{name}",
            known_share="F102",
            known=Interval(coverage - 0.5, coverage + 0.5, "bound"),
        )
        for number, (name, share) in enumerate(shares.items())
    }
    return {**printed, "F102": figure("F102", coverage, unit="per_cent", category="suspects/ethnicity_recorded")}


FLAGGED = {
    "F008": figure("F008", 10_000.0),
    "F022": figure("F022", 400.0),
    "F023": figure("F023", 100.0),
    "F024": figure("F024", 50.0),
    "F548": figure("F548", 30.0, qualifier="more_than"),
    "F300": figure("F300", 90.0, unit="per_cent", rounded_to=10),
    "F301": figure("F301", 50.0, unit="per_cent", rounded_to=10),
}


def ends(interval):
    return interval.low, interval.high


def test_the_flag_by_hand():
    results = {estimate.id: estimate for estimate in flag_results(FLAGGED)}
    assert results["flag_unflagged"].point == 9600
    assert ends(results["flag_worst_case"].interval) == (0.04, 1.0)
    assert results["flag_hundredth"].point == 96
    assert results["flag_doubled_by"].point == pytest.approx(400 / 9600)
    # 400 mistaken flags among 10,000 offences need no offence that is group-based.
    assert results["flag_emptied_by"].point == pytest.approx(0.04)
    # Half missed, between 45 and 55 in a hundred: 400 / 0.55 to 400 / 0.45.
    assert ends(results["flag_if_missed_like_hertfordshire"].interval) == pytest.approx((400 / 0.55, 400 / 0.45))
    assert ends(results["flag_if_mistaken_like_dyfed_powys"].interval) == pytest.approx((20, 60))


def test_offences_the_flag_misses_are_what_the_general_bound_for_misclassified_counts_says():
    missed = {estimate.id: estimate for estimate in flag_results(FLAGGED)}["flag_if_missed_like_hertfordshire"].interval
    general = bound_counts([400, 9600], [[0.45, 0.45], [0, 1]], [[0.55, 0.55], [0, 1]])[0]
    assert ends(missed) == pytest.approx(ends(general))


def test_a_quoted_class_is_bounded_by_every_offence_that_nobody_quotes():
    results = {estimate.id: estimate.interval for estimate in class_results(FLAGGED)}
    # "More than 30" is 31, so that 400 - 100 - 31 - 50 = 219 may be of any class.
    assert ends(results["class_family"]) == pytest.approx((100 / 400, 319 / 400))
    assert ends(results["class_institutional"]) == pytest.approx((31 / 400, 250 / 400))
    assert ends(results["class_exploitation"]) == pytest.approx((50 / 400, 269 / 400))


def test_the_composition_of_suspects_is_bounded_by_the_same_formula_for_every_group_as_printed():
    found = {e.id: e.interval for e in composition_results(suspects({"x": 50.0, "y": 30.0}, 34.0), ODDS)}
    assert ends(found["suspects_x"]) == pytest.approx((0.34 * 0.5, 1 - 0.34 * (1 - 0.5)))
    assert ends(found["suspects_y"]) == pytest.approx((0.34 * 0.3, 1 - 0.34 * (1 - 0.3)))
    assert ends(found["suspects_not_printed"]) == pytest.approx((0.34 * 0.2, 1 - 0.34 * (1 - 0.2)))
    assert ends(found["suspects_times_needed"]) == pytest.approx((1 / 0.345, 1 / 0.335))


def test_the_odds_ratio_rung_by_hand():
    found = {e.id: e.interval for e in composition_results(suspects({"x": 50.0}, 40.0), ODDS)}
    # Among the known a half; the unknown at half those odds.
    unknown = 0.5 * 0.5 / (0.5 + 0.5 * 0.5)
    assert found["suspects_x_within_odds"].low == pytest.approx(0.4 * 0.5 + 0.6 * unknown)


def test_renaming_the_groups_changes_nothing_but_the_names():
    shares = {"white": 60.0, "asian": 20.0, "black": 10.0}
    renamed = dict(zip(("asian", "black", "white"), shares.values(), strict=True))
    found, other = (composition_results(suspects(each), ODDS) for each in (shares, renamed))
    assert [(e.unit, e.interval, e.basis) for e in found] == [(e.unit, e.interval, e.basis) for e in other]
    assert [e.id for e in other[:3]] == ["suspects_asian", "suspects_black", "suspects_white"]


def test_reordering_the_groups_reorders_the_results_and_nothing_else():
    shares = {"white": 60.0, "asian": 20.0, "black": 10.0}
    found, other = (
        {e.id: e.interval for e in composition_results(suspects(each), ODDS)}
        for each in (shares, dict(reversed(shares.items())))
    )
    assert next(iter(found)) == "suspects_white"
    assert next(iter(other)) == "suspects_black"
    assert found.keys() == other.keys()
    for name, interval in found.items():
        assert ends(interval) == pytest.approx(ends(other[name]))


def test_every_rung_lies_within_the_one_before():
    for group in suspect_groups(suspects({"x": 83.0, "y": 7.0}, 34.0)):
        ladder = suspect_ladder(group, (0.335, 0.345), 2.0)
        assert [rung.assumption for rung in ladder] == [
            "nothing assumed",
            "odds ratio between 1/4 and 4",
            "odds ratio between 1/2 and 2",
            "missing completely at random",
        ]
        for wide, narrow in pairwise(ladder):
            assert wide.interval.low <= narrow.interval.low <= narrow.interval.high <= wide.interval.high


def test_an_odds_ratio_that_favours_one_direction_is_refused():
    lopsided = {"unrecorded_odds_ratio": dataclasses.replace(ODDS["unrecorded_odds_ratio"], low=1.0)}
    with pytest.raises(ValueError, match="must run from 1/r to r"):
        composition_results(suspects({"x": 50.0}), lopsided)


def test_above_and_below_need_the_coverage_at_which_the_worst_case_leaves_the_line():
    (group, _) = suspect_groups(suspects({"x": 50.0}))
    above, below = coverage_line(group, 0.4, 0.2)
    assert (above, below) == (pytest.approx(0.2 / 0.5), None)
    above, below = coverage_line(group, 0.4, 0.8)
    assert (above, below) == (None, pytest.approx(0.2 / 0.5))
    # A population share that the printed share may equal decides nothing at any coverage.
    assert coverage_line(group, 0.4, 0.5) == (None, None)


def test_a_line_of_the_population_is_drawn_only_for_the_same_ages_sex_area_and_group():
    register = suspects({"x": 50.0, "y": 20.0})
    people = Definition("census", "Census", "Office", "all", "residents", "population", "")
    same = figure("P1", 30.0, unit="per_cent", category="population/x", dataset=people)
    assert parity_lines(register) == {}
    assert parity_lines({**register, "P1": same}) == {"x": (0.295, 0.305)}
    for field, value in (("ages", "18 and over"), ("ages", "unknown"), ("sex", "male"), ("geography", "Wales")):
        assert parity_lines({**register, "P1": dataclasses.replace(same, **{field: value})}) == {}
    assert parity_lines({**register, "P1": dataclasses.replace(same, category="population/z")}) == {}


def test_a_population_share_of_another_place_is_not_offered():
    local = figure("L1", 52.0, unit="per_cent", category="suspects/x", geography="Somewhere")
    there = figure("P1", 21.0, unit="per_cent", category="population/x", geography="Somewhere")
    here = dataclasses.replace(there, id="P2", geography="England and Wales")
    assert benchmark(local, [here, there]) is there
    assert benchmark(local, [here]) is None


def test_a_local_share_is_bounded_by_those_whose_field_is_empty():
    share, silent = (figure(name, low, unit="per_cent") for name, low in (("L1", 16.0), ("L2", 32.0)))
    assert ends(local_bounds(share, silent)) == pytest.approx((0.16, 0.16 + 0.32))
    nearly = figure("L3", 80.0, unit="per_cent")
    assert local_bounds(nearly, silent).high == pytest.approx(1.0)


def test_the_chart_of_suspects_draws_every_group_alike_and_says_so_in_words():
    register = suspects({"x": 60.0, "y": 20.0})
    coverage = field_coverage(register)
    ladders = {group: suspect_ladder(group, coverage, 2.0) for group in suspect_groups(register)}
    chart, alt = charts.suspects_panels(ladders, coverage, {})
    panels = chart.axes[1:]
    assert [len(axes.patches) for axes in panels] == [4, 4, 4]
    assert len({tuple(patch.get_facecolor() for patch in axes.patches) for axes in panels}) == 1
    assert "No line of a population is drawn" in alt
    assert all(group.label in alt for group in ladders)
    assert [axes.get_yticklabels()[-1].get_text() for axes in panels] == ["others as those recorded"] * 3
    assert alt.count("others as those recorded") == 3
    chart, alt = charts.suspects_panels(ladders, coverage, {"x": (0.295, 0.305)})
    assert [len(axes.patches) for axes in chart.axes[1:]] == [5, 4, 4]
    assert "population share at least 29.5% and at most 30.5%" in alt


@pytest.mark.parametrize("name", ["flag", "coverage"])
def test_a_chart_of_this_chapter_tells_both_directions_in_its_text(name):
    register = suspects({"x": 60.0, "y": 20.0})
    if name == "flag":
        _, alt = charts.flag_paths(10_000, 400, 2.0)
        assert "up to" in alt
        assert "falls to" in alt
    else:
        _, alt = charts.coverage_curves(suspect_groups(register), field_coverage(register))
        assert alt.count("above could be said only") == alt.count("below only of one") == 3


ASSUMED = {
    a.id: a
    for a in (
        Assumption("adult_when_recorded_share", 0.0, 0.5, "share", "r", "s", "l"),
        Assumption("child_only_offences_per_child", 1.0, 2.0, "offences per child", "r", "s", "l"),
        Assumption("assessments_per_child", 1.0, 1.25, "assessments per child", "r", "s", "l"),
    )
}
RECORDED = pd.DataFrame(
    [
        ("2021/22", "Kent", "child_only", 300),
        ("2021/22", "Kent", "image", 900),
        ("2021/22", "Essex", "child_only", 100),
        ("2021/22", "Gwent", "child_only", 50),
        ("2021/22", "British Transport Police", "child_only", 7),
        ("2020/21", "Kent", "child_only", 1000),
    ],
    columns=["financial_year", "force", "offence_scope", "offences"],
)
FORCES = pd.DataFrame({"force": ["Kent", "Essex", "Gwent"], "region": ["South East", "East", "Wales"]})


def test_only_child_only_offences_of_english_territorial_forces_are_counted():
    assert english_offences(RECORDED, FORCES, "2021/22") == 400


def test_lists_become_children_by_hand():
    figures = {
        "F153": figure("F153", 250.0, unit="assessments", rounded_to=10),
        "F152": figure("F152", 80.0, unit="children"),
    }
    results = {e.id: e for e in list_results(RECORDED, FORCES, figures, ASSUMED)}
    assert children_with_police(offences=400, adult_when_recorded_share=0.5, child_only_offences_per_child=2) == 100
    assert ends(results["list_police"].interval) == pytest.approx((100, 400))
    assert ends(results["list_services"].interval) == pytest.approx((245 / 1.25, 255))
    assert ends(results["known_to_any"].interval) == (196, 400 + 255 + 80)
    assert ends(results["known_to_both"].interval) == (0, 255)
    assert set(ASSUMED) <= set(results["known_to_any"].basis)


def test_lists_together_hold_any_completion_of_lists_that_are_ranges():
    spans = {"a": Interval(2, 4, "bound"), "b": Interval(1, 3, "bound")}
    together, both = known(spans), shared(list(spans.values()))
    for one in range(2, 5):
        for other in range(1, 4):
            for overlap in range(min(one, other) + 1):
                assert together.low <= one + other - overlap <= together.high
                assert both.low <= overlap <= both.high


@pytest.mark.parametrize("odds_ratio", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("second", [Interval(30, 50, "bound"), Interval(90, 120, "bound"), Interval(10, 20, "bound")])
def test_the_total_over_an_assumed_overlap_holds_every_pair_of_lengths(odds_ratio, second):
    first = Interval(20, 100, "bound")
    (found,) = totals_over_overlap(first, second, (0.5,), odds_ratio)
    odds = Interval(odds_ratio, odds_ratio, "bound")
    seen = []
    for one in range(20, 101, 2):
        for other in range(int(second.low), int(second.high) + 1, 2):
            both = 0.5 * min(one, other)
            seen.append(two_list_bounds(one, other, both=Interval(both, both, "bound"), odds_ratio=odds).low)
    assert ends(found) == pytest.approx((min(seen), max(seen)))


def test_totals_without_overlaps_are_refused_in_the_models_own_words():
    assert "as in a table of marginal totals" in refusal_on_totals({"a": 50, "b": 30, "c": 20})
    assert "any total fits" in refusal_on_no_overlap(50, 30)


def test_the_chart_of_lists_says_what_each_and_all_of_them_hold():
    figures = {"F153": figure("F153", 250.0, unit="assessments"), "F152": figure("F152", 80.0, unit="children")}
    results = {e.id: e for e in list_results(RECORDED, FORCES, figures, ASSUMED)}
    _, alt = charts.lists_and_overlap(results, {"Police": "list_police", "Services": "list_services"}, "known_to_any")
    assert "Police, at least 100 and at most 400" in alt
    assert "without end as the overlap goes to nought" in alt


def test_the_chapter_ranks_no_group_and_names_none_in_its_code(pytestconfig):
    chapter = json.loads((pytestconfig.rootpath / "notebooks" / "03-missing.ipynb").read_text(encoding="utf-8"))
    code = "\n".join("".join(cell["source"]) for cell in chapter["cells"] if cell["cell_type"] == "code")
    for path in sorted((pytestconfig.rootpath / "src" / "cseanalysis" / "study" / "missing").glob("*.py")):
        code += re.sub(r">>> .*\n.*", "", path.read_text(encoding="utf-8"))  # examples in docstrings may
    assert re.findall(r"\b(?:white|asian|black|mixed|pakistani)\b", code.replace("white line", ""), re.IGNORECASE) == []


@pytest.fixture
def in_checkout(monkeypatch, pytestconfig):
    monkeypatch.chdir(pytestconfig.rootpath)


@pytest.mark.usefixtures("in_checkout")
def test_what_a_larger_share_would_take_by_hand():
    first = missing_tables.flag_needs().iloc[0]
    # A twentieth of 115,489 is 5,774; 1,546 of 111,261 without the flag; 4,228 of 5,774 flagged.
    assert first.tolist() == ["5%", "5,774", "1.4%", "73.2%"]


@pytest.mark.usefixtures("in_checkout")
def test_no_recorded_share_is_compared_with_a_population_and_each_refusal_says_why():
    table = missing_tables.benchmarks_in_words()
    assert {"F099", "F100", "F101", "F108"} <= set(table["Recorded share"].str.extract(r"\((F\d+)\)")[0])
    assert table["Compared?"].str.match(r"no: .{10}").all()


@pytest.mark.usefixtures("in_checkout")
def test_a_local_share_without_its_coverage_has_no_bound_and_one_with_it_has():
    table = missing_tables.local_in_words().set_index("Printed")
    assert table.loc["52% (F106)", "Allowed, of that base"] == "bounds not published"
    assert table.loc["16% (F108)", "Allowed, of that base"] == "16% to 48%"


@pytest.mark.usefixtures("in_checkout")
def test_local_groups_stand_in_the_order_of_the_national_table_and_an_unclear_base_says_that_it_is():
    table, groups = missing_tables.local_in_words(), missing_tables.ladder_in_words()["Recorded ethnicity"].tolist()
    assert table["Group"].tolist()[:4] == groups[:2] * 2
    assert table.loc[table["Whose records"].str.contains("not said which"), "Printed"].tolist() == ["64% (F478)"]


@pytest.mark.usefixtures("in_checkout")
def test_the_gate_refuses_every_pair_of_agencies_counts_that_become_lists_only_by_assumption():
    table = missing_tables.gate_in_words()
    assert len(table) == 6
    assert set(table["Verdict"]) == {"refused"}


@pytest.mark.usefixtures("in_checkout")
def test_a_lists_row_names_the_count_it_comes_from_and_the_questions_are_refused():
    lists = missing_tables.lists_in_words()
    assert lists["What is published"].str.contains("63,654|33,990|8,213").all()
    # The centres' count is of contacts and of England and Wales: it is children of England only on two conditions.
    assert lists["Children it may hold"].tolist()[-1] == "8,213, if each had one first contact and all were in England"
    assert len(missing_tables.refusals_in_words()) == 2


@pytest.mark.usefixtures("in_checkout")
def test_the_ladder_in_words_prints_nothing_known_without_what_nothing_assumed_allows():
    table = missing_tables.ladder_in_words()
    assert table["Printed, of those recorded"].tolist() == ["83%", "7%", "5%", "not printed"]
    assert table["All suspects, nothing assumed"].tolist() == [
        "28% to 95%",
        "2.3% to 69%",
        "1.7% to 68%",
        "1.7% to 68%",
    ]
