"""Shares of suspects by group are printed by one rule: a base that is known, and ten people or more."""

from dataclasses import replace
from pathlib import Path

import pytest

from cseanalysis.study import load_figures
from cseanalysis.study.data.project import find_project, load_sources
from cseanalysis.study.labels import conditions
from cseanalysis.study.lookup import compare_figures, describe_figure, figure_line, not_printed
from cseanalysis.study.recorded.forces import force_figures, places
from cseanalysis.study.recorded.shares import NO_BASE, TOO_FEW, ShareBase, share_bases, unprinted
from cseanalysis.values import Interval

ROOT = Path(__file__).resolve().parents[2]
FIGURES, BASES = load_figures(ROOT), share_bases(ROOT)
# One share of a group, and a count of suspects that it is a share of.
SHARE = replace(FIGURES["F106"], id="S1", published="2%", low=2.0, high=2.0, known_share="", known=None, rounded_to=1.0)
BASE = replace(
    FIGURES["F068"],
    id="B1",
    definition=SHARE.definition,
    geography=SHARE.geography,
    published="500",
    low=500.0,
    high=500.0,
)


def reason(share=SHARE, base=BASE, named="B1"):
    return unprinted({"S1": share, "B1": base}, [ShareBase(("S1",), named, "r")]).get("S1", "")


@pytest.mark.parametrize(
    ("people", "why"),
    # 2% is 2.5% at its upper end: of 400 that is ten, of 399 fewer.
    [(500.0, ""), (400.0, ""), (399.0, TOO_FEW), (40.0, TOO_FEW)],
)
def test_the_upper_end_of_a_share_must_stand_for_ten_people(people, why):
    assert reason(base=replace(BASE, low=people, high=people)) == why


def test_a_share_whose_base_is_not_counted_or_not_said_is_not_printed():
    assert reason(named=None) == NO_BASE
    assert reason(share=replace(SHARE, base="unknown")) == NO_BASE


def test_of_a_share_among_those_that_say_only_they_are_the_base():
    # 2.5% of 30% of 1,500 are 11 people, of 30% of 1,200 nine.
    known = replace(SHARE, known_share="F102", known=Interval(30, 31, "bound"))
    assert reason(known, replace(BASE, low=1500.0, high=1500.0)) == ""
    assert reason(known, replace(BASE, low=1200.0, high=1200.0)) == TOO_FEW


def test_a_base_with_an_open_end_is_taken_at_the_least_it_can_be():
    at_most = replace(BASE, published="up to 5,000", qualifier="at_most", low=None, high=5000.0)
    at_least = replace(BASE, published="at least 5,000", qualifier="at_least", low=5000.0, high=None)
    assert (reason(base=at_most), reason(base=at_least)) == (TOO_FEW, "")


@pytest.mark.parametrize("group", ["white", "asian", "black", "pakistani", "british_or_white_british", "slovak"])
def test_the_rule_knows_no_group(group):
    share = replace(SHARE, category=f"suspects/{group}")
    few = replace(BASE, low=399.0, high=399.0)
    assert (reason(share), reason(share, few), reason(share, named=None)) == ("", TOO_FEW, NO_BASE)


def test_a_share_of_a_group_that_no_row_or_two_rows_name_is_refused():
    other = replace(SHARE, id="S2")
    figures = {"S1": SHARE, "S2": other, "B1": BASE}
    with pytest.raises(ValueError, match="S2 in no row"):
        unprinted(figures, [ShareBase(("S1",), "B1", "r")])
    with pytest.raises(ValueError, match="S1 in two rows"):
        unprinted(figures, [ShareBase(("S1", "S2"), "B1", "r"), ShareBase(("S1",), None, "r")])


@pytest.mark.parametrize("group", ["chinese", "british", "ethnicity_recorded/other", "irish_traveller", "foreign"])
def test_a_group_that_nobody_has_thought_of_needs_a_row_too(group):
    share = replace(SHARE, id="S2", category=f"suspects/{group}")
    with pytest.raises(ValueError, match="S2 in no row"):
        unprinted({"S1": SHARE, "S2": share, "B1": BASE}, [ShareBase(("S1",), "B1", "r")])


@pytest.mark.parametrize(
    ("shares", "base", "words"),
    [
        (("F099", "F022"), "F022", "F022 is no share of suspects by group"),
        (("F099",), "F030", "base F030 is in per_cent; a base counts people"),
        (("F099",), "F749", "F099 and its base F749 differ in definition or place"),
    ],
)
def test_a_row_whose_base_cannot_be_what_its_shares_are_of_is_refused(shares, base, words):
    figures = {name: FIGURES[name] for name in {*shares, base}}
    with pytest.raises(ValueError, match=words):
        unprinted(figures, [ShareBase(shares, base, "r")])


def test_a_result_has_its_conditions_in_one_row(empty_study):
    head = "result,condition,reason\n"
    (empty_study / "data/judgement/conditions.csv").write_text(f"{head}one,this,r\none,that,r\n")
    with pytest.raises(ValueError, match="one stands in two rows; say both conditions in one"):
        conditions(empty_study)


def test_where_nobody_says_how_many_have_an_ethnicity_the_base_is_not_stated():
    # 80% of 110 people are more than ten: it is the number of those that have one which is not known.
    assert unprinted(FIGURES, BASES)["F767"] == NO_BASE


def test_whoever_asks_for_a_figure_is_shown_no_share_that_the_report_does_not_print():
    hidden = not_printed(ROOT)
    publications = load_sources(find_project(ROOT))["publications"]
    for name in hidden:
        figure = FIGURES[name]
        said = [
            figure_line(figure, FIGURES, hidden),
            *describe_figure(figure, FIGURES, publications, hidden).splitlines(),
        ]
        assert not any(figure.published in line for line in said if "address: " not in line)
        assert not any(line.startswith(("low: ", "high: ", "note: ")) for line in said)
        if name in unprinted(FIGURES, BASES):
            with pytest.raises(
                ValueError, match=f"{name} is not printed, {hidden[name]}, so it is compared with nothing"
            ):
                compare_figures(ROOT, "F099", name)
    assert figure_line(FIGURES["F099"], FIGURES, hidden).startswith("F099  83%: ")


def test_in_the_register_shares_of_one_base_are_printed_together_or_not_at_all_for_want_of_one():
    hidden = unprinted(FIGURES, BASES)
    assert hidden.keys().isdisjoint({"F099", "F100", "F101"})
    for one in BASES:
        if one.base_of is None:
            assert {hidden[name] for name in one.shares} == {NO_BASE}


def test_the_book_of_forces_prints_no_share_that_the_report_does_not():
    hidden = unprinted(FIGURES, BASES)
    rows = force_figures(FIGURES, places(ROOT), hidden).set_index("figure")["published"]
    assert rows["F106"] == rows["F107"] == rows["F478"] == rows["F483"] == f"not printed: {NO_BASE}"
    assert rows["F110"] == "32%"  # of those not known: no group


def test_nothing_in_the_book_of_forces_gives_a_share_away_that_it_does_not_print():
    # The reasons of a comparison held both shares, and notes those beside them.
    hidden = unprinted(FIGURES, BASES)
    rows = force_figures(FIGURES, places(ROOT), hidden).set_index("figure")
    there = [name for name in rows.index if name in hidden]
    assert {"F108", "F478", "F767"} <= set(there)
    for name in there:
        assert not [cell for column, cell in rows.loc[name].items() if "%" in cell]


def test_a_figure_that_is_never_to_be_quoted_is_not_printed_in_the_book_of_forces_nor_on_the_command_line():
    rows = force_figures(FIGURES, places(ROOT), unprinted(FIGURES, BASES)).set_index("figure")["published"]
    assert rows["F111"] == rows["F112"] == "not printed: never to be quoted"
    assert figure_line(FIGURES["F111"], FIGURES, not_printed(ROOT)).startswith(
        "F111  not printed, never to be quoted: "
    )
