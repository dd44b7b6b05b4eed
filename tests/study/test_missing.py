import dataclasses
import json
import re
from datetime import date
from itertools import pairwise

import pandas as pd
import pytest

from cseanalysis.models import bound_counts, two_list_bounds
from cseanalysis.register import Definition, Figure
from cseanalysis.study import load_assumptions, load_figures, load_results
from cseanalysis.study.missing import charts, tables
from cseanalysis.study.missing.judged import (
    AgencyCount,
    LocalRecords,
    agency_counts,
    local_records,
)
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
    group_label,
    suspect_groups,
    suspect_ladder,
)
from cseanalysis.study.missing.tables import benchmark, local_bounds, parity_lines
from cseanalysis.study.recorded.numbers import QuotedClass, quoted_classes
from cseanalysis.study.recorded.shares import TOO_FEW, share_bases, unprinted
from cseanalysis.study.tables import in_words
from cseanalysis.values import Assumption, Interval

CLASSES = [
    QuotedClass(name, name, name, figure, "r")
    for name, figure in (("family", "F023"), ("institutional", "F548"), ("exploitation", "F024"))
]
COUNT = AgencyCount("F153", "An agency", "cases", None, None, "r")
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
    results = {estimate.id: estimate.interval for estimate in class_results(FLAGGED, CLASSES)}
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


def test_a_group_is_named_in_the_words_of_the_register_and_what_is_not_printed_as_a_remainder():
    assert group_label("british_or_white_british") == "British or White British"
    assert group_label("not_printed") == "Not printed, by subtraction"


def test_the_chart_of_suspects_draws_every_group_alike_and_says_so_in_words():
    register = suspects({"x": 60.0, "y": 20.0})
    coverage = field_coverage(register)
    ladders = {group: suspect_ladder(group, coverage, 2.0) for group in suspect_groups(register)}
    chart, alt, data = charts.suspects_panels(ladders, coverage, {})
    panels = chart.axes[1:]
    assert [len(axes.patches) for axes in panels] == [4, 4, 3]
    assert len({tuple(patch.get_facecolor() for patch in axes.patches)[:3] for axes in panels}) == 1
    assert "No line of a population is drawn" in alt
    assert all(group.label in alt for group in ladders)
    last = [axes.get_yticklabels()[-1].get_text() for axes in panels]
    assert last == ["others as those recorded"] * 2 + ["odds ratio between 1/2 and 2"]
    # What is found by subtraction has no printed share: neither picture, words nor data give one.
    assert (
        alt.count("others as those recorded")
        == list(data["assumed of the others"]).count("others as those recorded")
        == 2
    )
    chart, alt, _ = charts.suspects_panels(ladders, coverage, {"x": (0.295, 0.305)})
    assert [len(axes.patches) for axes in chart.axes[1:]] == [5, 4, 3]
    assert "population share at least 29.5% and at most 30.5%" in alt


@pytest.mark.parametrize("name", ["flag", "coverage"])
def test_a_chart_of_this_chapter_tells_both_directions_in_its_text(name):
    register = suspects({"x": 60.0, "y": 20.0})
    if name == "flag":
        _, alt, _ = charts.flag_paths(10_000, 400, 2.0)
        assert "up to" in alt
        assert "falls to" in alt
    else:
        _, alt, _ = charts.coverage_curves(suspect_groups(register), field_coverage(register))
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
    _, alt, _ = charts.lists_and_overlap(
        results, {"Police": "list_police", "Services": "list_services"}, "known_to_any"
    )
    assert "Police, at least 100 and at most 400" in alt
    assert "without end as the overlap goes to nought" in alt


def test_the_chapter_ranks_no_group_and_names_none_in_its_code(pytestconfig):
    chapter = json.loads((pytestconfig.rootpath / "notebooks" / "03-missing.ipynb").read_text(encoding="utf-8"))
    code = "\n".join("".join(cell["source"]) for cell in chapter["cells"] if cell["cell_type"] == "code")
    for path in sorted((pytestconfig.rootpath / "src" / "cseanalysis" / "study" / "missing").glob("*.py")):
        code += re.sub(r">>> .*\n.*", "", path.read_text(encoding="utf-8"))  # examples in docstrings may
    assert re.findall(r"\b(?:white|asian|black|mixed|pakistani)\b", code.replace("white line", ""), re.IGNORECASE) == []


@pytest.fixture(scope="module")
def study(pytestconfig):
    """The root of the checkout, and its figures."""
    return pytestconfig.rootpath, load_figures(pytestconfig.rootpath)


def test_what_a_larger_share_would_take_by_hand(study):
    table = in_words(tables.flag_needs(study[1]), tables.FLAG)
    # A twentieth of 115,489 is 5,774; 1,546 of 111,261 without the flag; 4,228 of 5,774 flagged.
    assert table.iloc[0].to_dict() == {
        "If group-based were": "5%",
        "Offences": "5,774",
        "Of those without the flag, group-based would be": "1.4%",
        "Of those group-based, flagged would be": "73.2%",
    }
    assert table["If group-based were"].tolist() == ["5%", "10%", "25%", "50%"]


def test_no_recorded_share_is_compared_with_a_population_and_each_refusal_says_why(study):
    root, figures = study
    table = in_words(tables.benchmarks(figures, local_records(root)), tables.BENCHMARKS).set_index("Recorded share")
    assert table.index[1] == "Asian, England and Wales (F100)"
    assert {"F099", "F100", "F101", "F106", "F108"} <= set(table.index.str.extract(r"\((F\d+)\)")[0])
    assert not table.index.str.contains("F110|F478").any()  # those not known, and a case series
    assert table.loc["Asian, England and Wales (F100)"].tolist() == [
        "not in the register",
        "no: no population share for England and Wales is registered",
    ]
    local = table.filter(like="(F106)", axis=0).iloc[0]
    assert local["Population share"] == "never to be quoted (F112)"
    assert local["Compared?"].startswith("no: quotation: F112 is never to be quoted: very probably of the City of ")


def test_a_population_of_the_same_people_is_answered_with_what_the_bounds_say():
    register = suspects({"x": 50.0}, 90.0)
    people = Definition("census", "Census", "Office", "all", "residents", "population", "")
    population = figure("P1", 10.0, unit="per_cent", category="population/x", dataset=people)
    answers = [row["answer"] for row in tables.benchmarks({**register, "P1": population}, [])]
    assert answers == ["over-represented"]


def test_local_shares_say_what_is_printed_what_is_not_known_and_what_that_allows(study):
    root, figures = study
    table = in_words(tables.local_shares(figures, local_records(root)), tables.LOCAL)
    found = table.set_index("Share")
    assert found.loc["52% (F106)", ["Ethnicity not known", "Allowed, of that base"]].tolist() == [
        "not stated",
        "no bounds",
    ]
    assert found.loc["16% (F108)", ["Ethnicity not known", "Allowed, of that base"]].tolist() == ["32%", "16% to 48%"]
    assert table["Whose records"].tolist()[:2] == [
        "Suspects of any child sexual abuse in Greater Manchester",
        "as above",
    ]
    assert not table["Share"].str.contains("F110").any()
    # The groups stand in the order of the national table, and an unclear base says that it is.
    groups = tables.ladder_in_words(figures, 2.0)["Recorded ethnicity"].tolist()
    assert table["Group"].tolist()[:4] == groups[:2] * 2
    assert table.loc[table["Whose records"].str.contains("not said which"), "Share"].tolist() == ["64% (F478)"]


def test_a_local_share_without_a_published_base_is_not_printed_whatever_the_group_and_neither_are_its_bounds(study):
    root, figures = study
    hidden = unprinted(figures, share_bases(root))
    table = in_words(tables.local_shares(figures, local_records(root), hidden), tables.LOCAL)
    assert set(table["Share"].str.partition(" (")[0]) == {"base not stated"}
    assert set(table["Allowed, of that base"]) == {"not printed"}
    assert not table["Share"].str.contains("%").any()
    # The national shares have one: every group of it is printed, as without the rule.
    assert tables.ladder_in_words(figures, 2.0, hidden).equals(tables.ladder_in_words(figures, 2.0))


def test_a_group_whose_share_is_not_printed_has_no_bounds_in_the_national_table_either(study):
    figures = study[1]
    table = tables.ladder_in_words(figures, 2.0, {"F100": TOO_FEW}).set_index("Recorded ethnicity")
    assert table.loc["Asian"].tolist() == [TOO_FEW, *[""] * (table.shape[1] - 1)]
    assert table.loc["White"].str.contains("%").all()


def test_local_records_without_a_share_of_suspects_are_refused(study):
    with pytest.raises(ValueError, match="no figure is a share of suspects as 'nobody' counts them"):
        tables.local_shares(study[1], [LocalRecords("nobody", None, "r")])


def test_the_gate_refuses_every_pair_of_agencies_counts_that_become_lists_only_by_assumption(study):
    root, figures = study
    table = in_words(tables.agencies_compared(figures, agency_counts(root)), tables.GATE)
    assert len(table) == 6
    assert set(table["Verdict"]) == {"refused"}
    assert table["Counts"][0] == "offences (F143) and assessments (F153)"
    assert table["Differ in"][1] == "unit, definition, category, coverage, stage"


def test_counts_that_may_be_compared_differ_in_nothing_that_refuses():
    one, other = figure("A1", 10.0), figure("A2", 12.0, period_start=date(2024, 1, 1), period_end=date(2024, 12, 31))
    counts = [dataclasses.replace(COUNT, figure=name) for name in ("A1", "A2")]
    (row,) = in_words(tables.agencies_compared({"A1": one, "A2": other}, counts), tables.GATE).to_dict("records")
    assert row == {
        "Counts": "offences (A1) and offences (A2)",
        "Verdict": "comparable",
        "Differ in": "nothing that refuses",
    }


def test_a_lists_row_names_the_count_it_comes_from_and_what_it_takes_for_granted(study):
    root, figures = study
    rows = tables.agency_lists(figures, load_results(root), agency_counts(root))
    lists = in_words(rows, tables.LISTS).set_index("List")
    assert lists["What is published"].tolist() == [
        "63,654 offences under the child-only codes, English forces",
        "33,990 assessments naming sexual abuse, England",
        "8,213 children with a first contact",
    ]
    # The centres' count is of contacts and of England and Wales: it is children of England only on two conditions.
    assert lists["Children it may hold"].iloc[-1] == "8,213, if each had one first contact and all were in England"
    assert not lists["Children it may hold"].iloc[:-1].str.contains("if").any()


def test_the_questions_that_need_an_overlap_are_refused_as_the_models_refuse_them(study):
    root = study[0]
    table = in_words(tables.refusals(load_results(root), agency_counts(root)), tables.REFUSALS)
    assert table["Asked"].tolist() == [
        "How many children in all, from the lengths of three lists (multiple systems estimation)?",
        "How many in all, from police and children's services, whatever their overlap?",
    ]
    assert table["Answered"][0].startswith("Nobody is on two lists")
    assert "any total fits" in table["Answered"][1]


def test_the_ladder_in_words_prints_nothing_known_without_what_nothing_assumed_allows(study):
    root, figures = study
    table = tables.ladder_in_words(figures, load_assumptions(root)["unrecorded_odds_ratio"].high)
    assert list(table)[:3] == ["Recorded ethnicity", "Printed, of those recorded", "All suspects, nothing assumed"]
    assert table["Printed, of those recorded"].tolist() == ["83%", "7%", "5%", "3%", "not printed"]
    assert table["All suspects, nothing assumed"].tolist() == [
        "28% to 95%",
        "2.3% to 69%",
        "1.7% to 68%",
        "1% to 68%",
        "0.68% to 67%",
    ]


def test_what_the_table_of_judgements_calls_a_count_is_what_the_chapter_calls_it(study, empty_study):
    root, figures = study
    (empty_study / "data" / "judgement" / "agency_counts.csv").write_text(
        "figure,agency,counted,list,condition,reason\nF153,Councils,assessments,list_services,all differ,Because.\n"
    )
    rows = tables.agency_lists(figures, load_results(root), agency_counts(empty_study))
    (row,) = in_words(rows, tables.LISTS).to_dict("records")
    assert (row["List"], row["What is published"]) == ("Councils", "33,990 assessments")
    assert row["Children it may hold"].endswith(", if all differ")


def test_a_quoted_class_takes_its_count_from_the_table_of_judgements(study):
    root, figures = study
    found = {one.id: one.basis for one in class_results(figures, quoted_classes(root))}
    assert set(found) == {"class_family", "class_institutional", "class_exploitation"}
    (other,) = class_results(figures, [QuotedClass("family", "Family", "family", "F024", "r")])
    assert ends(other.interval) == pytest.approx((717 / 4228, 1.0))
