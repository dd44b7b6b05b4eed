"""Sentences that hang on a number, a sign or an order say the right thing on both sides of it."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.clean import crosswalks
from cseanalysis.register import compare
from cseanalysis.register.spans import months_in
from cseanalysis.report.prose import fill
from cseanalysis.study import labels as words
from cseanalysis.study.comparisons import numbers as comparisons
from cseanalysis.study.comparisons import tables as comparison_tables
from cseanalysis.study.data.assumptions import load_assumptions
from cseanalysis.study.data.codes import (
    ALL_CODES,
    ALL_WORDS,
    CHILD_CODES,
    CODES,
    CODES_COUNTED,
    CODES_LISTED,
    CONTACT_CODES,
    SCOPES,
    check_codes,
    group_codes,
)
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.reported import load_results, load_results_table
from cseanalysis.study.data.tables import read_table
from cseanalysis.study.missing import tables as missing_tables
from cseanalysis.study.missing.judged import agency_counts
from cseanalysis.study.recorded.numbers import quoted_counts
from cseanalysis.study.tables import in_words
from cseanalysis.study.totals.tables import REFUSALS
from cseanalysis.values import Assumption, Interval

ROOT = Path(__file__).resolve().parents[2]
FIGURES = load_figures(ROOT)
NUMBERS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
NUMBERS += ["thirteen", "fourteen", "fifteen"]


# One meaning, one home: the codes of a group ---------------------------------------------------------------------


@pytest.fixture
def recorded():
    return read_table("recorded_offences", ROOT)


def edited(change):
    """Return the rules of the crosswalk after somebody gave some codes another group."""
    return tuple(
        replace(rule, category={**rule.category, "offence_scope": change.get(rule.labels[0], now)})
        for rule in crosswalks.load_rules("offences")
        if (now := rule.category["offence_scope"])
    )


def under(recorded, change):
    """Return the table as `make data` writes it after that edit."""
    return recorded.assign(offence_scope=recorded["offence_code"].map(change).fillna(recorded["offence_scope"]))


def test_the_groups_are_those_of_the_table_and_codes_that_ended_before_it_are_in_none(recorded):
    check_codes(recorded)
    for group, codes in CODES.items():
        assert set(recorded.loc[recorded["offence_scope"] == group, "offence_code"]) == set(codes)
    assert {"21", "22B"} <= set(CONTACT_CODES) < set(CHILD_CODES)
    assert not {"22", "74"} & set(ALL_CODES)  # child-only codes of before 2005
    assert "71" not in CONTACT_CODES


@pytest.mark.parametrize("change", [{"71": "age_mixed"}, {"73": "out_of_scope"}, {"20B": "familial"}])
def test_an_edit_of_the_crosswalk_moves_every_count_of_the_group(recorded, change):
    groups, table = group_codes(edited(change)), under(recorded, change)
    check_codes(table, groups)
    by_code = table.loc[table["offence_code"].isin(groups["child_only"]), "offences"].sum()
    assert by_code == table.loc[table["offence_scope"] == "child_only", "offences"].sum()
    assert by_code < recorded.loc[recorded["offence_scope"] == "child_only", "offences"].sum()
    assert not set(change) & {*groups["child_only"], *groups["contact"]}


def test_a_table_of_before_the_edit_stops_the_build(recorded):
    for change, message in [
        ({"71": "age_mixed"}, "71 is child_only of the table, in none of the crosswalk"),
        ({"20A": "image"}, "20A is in no row of the table, image of the crosswalk"),
        ({"23": "child_only"}, "the group familial has no code; 23 is familial of the table, child_only of the"),
    ]:
        with pytest.raises(ValueError, match=rf"{message}.* run `make data`"):
            check_codes(recorded, group_codes(edited(change)))


def test_a_code_that_is_gone_new_or_of_two_groups_stops_the_build(recorded):
    early = (recorded["offence_code"] == "71") & (recorded["period_start"] < "2013-04-01")
    with pytest.raises(ValueError, match="71 is age_mixed and child_only of the table"):
        check_codes(recorded.assign(offence_scope=recorded["offence_scope"].where(~early, "age_mixed")))
    with pytest.raises(ValueError, match="88A is in no row of the table"):
        check_codes(recorded[recorded["offence_code"] != "88A"])
    with pytest.raises(ValueError, match="74 is child_only of the table, in none"):
        check_codes(pd.concat([recorded, recorded.head(1).assign(offence_code="74")]))


def test_how_many_codes_a_group_has_is_typed_nowhere_that_the_crosswalk_does_not_reach():
    homes = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "src" / "cseanalysis" / "study").rglob("*.py")]
    homes += [ROOT / "assumptions.toml", *(ROOT / "data" / "judgement").glob("*.csv")]
    for path in homes:
        text = " ".join(re.sub(r'["\\,]|\\n', " ", path.read_text(encoding="utf-8")).split())
        typed = re.findall(r"(?i)\b(\w+) (?:child-only |contact |offence )?codes\b", text)
        assert not {number.lower() for number in typed} & set(NUMBERS[3:]), path.name
    assert (CODES_COUNTED["child_only"], CODES_COUNTED["all"]) == ("eleven", "thirteen")
    assert CODES_LISTED["contact"] == "17B, 19D, 19E, 19G, 19H, 20B, 21 and 22B"
    assert fill("{count:contact} codes: {codes:image}", ROOT) == "Eight codes: 86"
    assert SCOPES[ALL_WORDS] == ALL_CODES
    assert [name for name in SCOPES if " without " in name or " and " in name] == [
        *("child-only codes without 71", "child-only codes without 88A"),  # relabelled in 2013, broadened in 2017
        *("child-only codes and 23", "child-only codes and 86"),
    ]


def test_the_codes_that_a_scope_names_are_those_it_counts():
    for name, codes in SCOPES.items():
        if without := re.fullmatch(r"child-only codes without (\w+)", name):
            assert set(codes) == set(CHILD_CODES) - {without[1]}
            assert without[1] in CHILD_CODES
        if also := re.fullmatch(r"child-only codes and (\w+)", name):
            assert set(codes) == {*CHILD_CODES, also[1]}
            assert also[1] not in CHILD_CODES


# Words beside figures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", comparisons.quoted_pairs(ROOT), ids=lambda pair: f"{pair.first} {pair.second}")
def test_years_and_months_in_a_question_are_those_of_its_figures(pair):
    first, second = FIGURES[pair.first], FIGURES[pair.second]
    question, wheres = pair.question, (first, second)
    if years := re.findall(r"\b\d{4}\b", question):
        assert [int(year) for year in years] == [figure.period_start.year for figure in wheres]
        assert all(figure.period_start.year == figure.period_end.year for figure in wheres)
    if "twelve months and nine" in question or "a year and nine months" in question:
        assert [months_in(figure.period_start, figure.period_end) for figure in wheres] == [12, 9]
    if "two years" in question:
        assert first.period_start.year != second.period_start.year
    if "two dates" in question:
        assert first.period_end != second.period_end
    if "women and men" in question:
        assert [figure.sex for figure in wheres] == ["female", "male"]
    if "two forces" in question:
        assert first.geography != second.geography
        assert first.period_start == second.period_start
    for noun in ("arrests", "offences", "victims", "convictions", "prosecutions", "defendants"):
        if noun in question.split(" and ")[0]:
            assert noun.removesuffix("s") in first.statement.lower().replace("children identified as", "")
    for place, word in enumerate(("exact", "as quoted")):
        if word in question:
            assert (wheres[place].qualifier == "exact") is (word == "exact")


def test_every_question_that_types_a_number_is_held_against_its_figures():
    typed = [p.question for p in comparisons.quoted_pairs(ROOT) if re.search(r"\d|month|year", p.question)]
    known = re.compile(
        r"\b\d{4} and \d{4}\b|twelve months and nine|a year and nine months|two years|recorded in a year"
    )
    assert [question for question in typed if not known.search(question)] == []


def an_assumption(low, high, locator="F998 and F999"):
    return Assumption("days", float(low), float(high), "days", "Because.", "none found", locator)


def test_what_is_counted_lies_where_what_is_quoted_says():
    for row in quoted_counts(ROOT):
        label, quoted, exact = row.words, row.quoted, row.counted
        if exact is None:
            continue
        said, count = FIGURES[quoted], FIGURES[exact].value
        assert said.low is None or said.low <= count or said.qualifier == "around", label
        assert said.high is None or count <= said.high or said.qualifier == "around", label
        assert said.qualifier != "around" or abs(said.low - count) <= 0.025 * count, label
        assert said.statement == FIGURES[exact].statement


# Words that hang on a sign ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hidden_at", "said"),
    [
        (None, "no claim"),
        (0.9, "no clear change, even if every offence were independent"),
        (1, "no clear change, even if every offence were independent"),
        (3.14, "no longer from an inflation of about 3.1"),
        (10, "yes, up to an inflation of about 10"),
        (12, "yes, up to an inflation of about 12"),
    ],
)
def test_a_change_is_clear_up_to_the_inflation_that_hides_it(hidden_at, said):
    assert comparison_tables._clear(hidden_at, 10) == said


def test_an_interval_near_one_is_rounded_away_from_its_middle():
    assert comparison_tables._chance(Interval(1.00049, 1.00051, "confidence", 0.95)) == "1.000 to 1.001"
    assert comparison_tables._chance(None) == "none: an end is open"


def test_every_assumption_has_a_label_and_every_label_is_of_something_that_is_there():
    names = load_assumptions(ROOT).keys()
    words.check_labels("assumption", names, ROOT, every=True)
    words.check_labels("result", load_results(ROOT), ROOT)
    with pytest.raises(ValueError, match=r"labels\.csv: assumption new_share has no label; add a row"):
        words.check_labels("assumption", [*names, "new_share"], ROOT, every=True)
    with pytest.raises(ValueError, match=r"labels\.csv: no assumption is named 'contact_share'; correct the name"):
        words.check_labels("assumption", names - {"contact_share"}, ROOT)


def test_whoever_edits_a_label_edits_what_the_chapter_says(empty_study):
    text = (ROOT / "data/judgement/labels.csv").read_text(encoding="utf-8")
    (empty_study / "data/judgement").mkdir(parents=True, exist_ok=True)
    path = empty_study / "data/judgement/labels.csv"
    path.write_text(text.replace("contact share, rounding", "share of contact offences"), encoding="utf-8")
    assert words.labels("assumption", empty_study)["contact_share"] == "share of contact offences"
    assert words.labels("result", empty_study) == words.labels("result", ROOT)
    path.write_text(f"{text}result,contact_total,Twice,why\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"labels\.csv: result contact_total has two labels; keep one"):
        words.labels("result", empty_study)


# The text and the gate ---------------------------------------------------------------------------------------------


def test_two_counts_that_the_gate_refuses_are_nowhere_told_as_one_part_of_the_other():
    found = compare(FIGURES["F008"], FIGURES["F022"])
    assert (found.verdict, found.allowed) == ("refused", ("share of a whole",))
    assert "counted by different rules" in found.reasons[0]  # as the chapters say: another dataset, other rules
    texts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "notebooks").glob("0*.ipynb")}
    joined = {name: re.sub(r'\\n",\s*"', " ", text) for name, text in texts.items()}
    told = r"\{figure:F008\}[^.]{0,60}of which\s+\{figure:F022\}|[Oo]f \{figure:F008\}[^.]{0,40}\{figure:F022\}"
    assert [name for name, text in joined.items() if re.search(told, text)] == []
    assert re.search(told, "the police dataset has {figure:F008}, of which {figure:F022} are group-based")
    assert re.search(told, "Of {figure:F008} offences recorded in 2023, {figure:F022} carry the flag")
    assert not any(label.startswith("of these") for label in (row.words for row in quoted_counts(ROOT)))


# Names of the software ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("no factor for age_window from", "no factor for age window from"),
        ("with_attribute 83 exceeds known 34", "with attribute 83 exceeds known 34"),
        ("row 2, conflicts_with: F304", "row 2, conflicts with: F304"),
        ("in recorded_offences.csv", "in recorded_offences.csv"),  # a file is called what it is called
        ("https://example.org/a_b/c_d", "https://example.org/a_b/c_d"),
    ],
)
def test_names_of_fields_are_printed_as_words_and_files_and_addresses_as_they_are(said, printed):
    assert words.plain_words(said) == printed


def test_the_tables_of_refusals_print_no_name_of_the_software():
    refused = in_words(load_results_table("survey_comparison", ROOT), REFUSALS)
    reasons = load_results_table("curve_refusals", ROOT)[["reason"]].map(words.plain_words)
    shown = (
        refused,
        reasons,
        in_words(missing_tables.refusals(load_results(ROOT), agency_counts(ROOT)), missing_tables.REFUSALS),
    )
    for table in shown:
        assert not table.astype(str).apply(lambda column: column.str.contains(r"[a-z]_[a-z]")).any(axis=None)
