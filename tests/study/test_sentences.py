"""Sentences that hang on a number, a sign or an order say the right thing on both sides of it."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.clean import crosswalks, harmonise_offences
from cseanalysis.register import compare
from cseanalysis.register.spans import months_in
from cseanalysis.study import labels as words
from cseanalysis.study.change.cards import FEWEST_QUARTERS
from cseanalysis.study.comparisons import numbers as comparisons
from cseanalysis.study.data.assumptions import load_assumptions
from cseanalysis.study.data.codes import ALL_CODES, CHILD_CODES, CODES, CONTACT_CODES, SCOPES, check_codes
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.project import find_project
from cseanalysis.study.data.reported import load_results_table
from cseanalysis.study.data.tables import build_tables, read_table
from cseanalysis.study.lag import words as lag_words
from cseanalysis.study.totals import words as route_words
from cseanalysis.values import Assumption, Estimate, Interval

ROOT = Path(__file__).resolve().parents[2]
FIGURES = load_figures(ROOT)
NUMBERS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
NUMBERS += ["thirteen", "fourteen", "fifteen"]


# One meaning, one home: the codes of a group ---------------------------------------------------------------------


@pytest.fixture
def recorded():
    return read_table("recorded_offences", ROOT)


def test_chapters_and_crosswalk_agree_on_the_codes_of_each_group(recorded):
    check_codes(recorded)
    for scope, codes in CODES.items():
        assert set(recorded.loc[recorded["offence_scope"] == scope, "offence_code"]) == set(codes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"71": "age_mixed"}, "71 is age_mixed and not child_only"),
        ({"23": "child_only"}, "23 is child_only and not familial"),
        ({"86": "out_of_scope"}, "86 is out_of_scope and not image"),
    ],
)
def test_a_code_that_changes_its_group_in_one_home_only_stops_the_build(recorded, change, message):
    moved = recorded.assign(offence_scope=recorded["offence_code"].map(change).fillna(recorded["offence_scope"]))
    with pytest.raises(ValueError, match=rf"{message}.* Change src/cseanalysis/study/data/codes.py too"):
        check_codes(moved)


def test_a_code_that_changes_its_group_for_some_years_stops_the_build_too(recorded):
    early = (recorded["offence_code"] == "71") & (recorded["period_start"] < "2013-04-01")
    with pytest.raises(ValueError, match="71 is age_mixed and child_only and not child_only"):
        check_codes(recorded.assign(offence_scope=recorded["offence_scope"].where(~early, "age_mixed")))


def test_a_code_that_is_gone_new_or_of_another_category_stops_the_build(recorded):
    with pytest.raises(ValueError, match="88A is in no row and not child_only"):
        check_codes(recorded[recorded["offence_code"] != "88A"])
    with pytest.raises(ValueError, match="74 is child_only and not a code of the study"):
        check_codes(pd.concat([recorded, recorded.head(1).assign(offence_code="74")]))
    other = recorded["offence_category"].where(recorded["offence_code"] != "21", "sexual_grooming")
    with pytest.raises(ValueError, match="21 is not of a contact category"):
        check_codes(recorded.assign(offence_category=other))
    other = recorded["offence_category"].where(recorded["offence_code"] != "71", "rape_of_a_child")
    with pytest.raises(ValueError, match="71 is of a contact category"):
        check_codes(recorded.assign(offence_category=other))


def test_the_edit_of_the_crosswalk_that_contributors_are_told_of_stops_make_data(tmp_path, monkeypatch):
    real = crosswalks.load_rules

    def edited(scheme):
        return tuple(
            replace(rule, category={**rule.category, "offence_scope": "age_mixed"})
            if rule.rule_id.startswith("offence:71")
            else rule
            for rule in real(scheme)
        )

    from cseanalysis.clean import offences

    monkeypatch.setattr(offences, "load_rules", edited)
    offences._rules_by_code.cache_clear()
    try:
        with pytest.raises(ValueError, match="71 is age_mixed and not child_only"):
            build_tables(find_project(ROOT), tmp_path)
    finally:
        monkeypatch.undo()
        offences._rules_by_code.cache_clear()
    frame = pd.DataFrame({"Offence Code": ["71"], "Financial Year": ["2022/23"]})
    assert harmonise_offences(frame)["offence_scope"].tolist() == ["child_only"]


def test_what_chapters_call_the_number_of_codes_is_their_number():
    counted = {"child-only": len(CHILD_CODES), "all": len(ALL_CODES), "contact": len(CONTACT_CODES)}
    homes = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "src" / "cseanalysis" / "study").rglob("*.py")]
    homes += [*(ROOT / "scenarios").glob("*.toml"), ROOT / "assumptions.toml", ROOT / "data" / "raw" / "sources.toml"]
    found = []
    for path in homes:
        text = " ".join(re.sub(r'["\\,]|\\n', " ", path.read_text(encoding="utf-8")).split())
        for number, kind in re.findall(r"(?i)\b(\w+) (child-only |contact |offence )?codes\b", text):
            if number.lower() in NUMBERS[3:]:
                found.append((path.name, NUMBERS.index(number.lower()), kind.strip()))
    assert len(found) >= 8
    for name, number, kind in found:
        expected = {counted[kind]} if kind in counted else {counted["child-only"], counted["all"]}
        assert number in expected, name
    assert SCOPES["all thirteen codes"] == ALL_CODES
    assert NUMBERS[len(ALL_CODES)] == "thirteen"


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


def a_delay(value, name="F999"):
    return replace(FIGURES["F193"], id=name, published=str(value), low=float(value), high=float(value))


def an_assumption(low, high, locator="F998 and F999"):
    return Assumption("days", float(low), float(high), "days", "Because.", "none published", locator)


@pytest.mark.parametrize(
    ("value", "why_not", "locator", "said"),
    [
        (200, None, "F998 and F999", "yes, as the low end"),
        (400, None, "F998 and F999", "yes, as the high end"),
        (300, None, "F998 and F999", "yes, inside the range"),
        (199, None, "F998 and F999", "named, but outside the range"),
        (401, None, "F998 and F999", "named, but outside the range"),
        (300, "drift", "F998 and F999", "yes, inside the range"),
        (300, "drift", "F99 and F9990", "no: drift"),
        (300, None, "F998", "no: these assumptions do not rest on it"),
    ],
)
def test_what_is_said_of_the_use_of_a_delay_follows_from_the_assumptions(value, why_not, locator, said):
    assert words._used(a_delay(value), why_not, {"days": an_assumption(200, 400, locator)}) == said


def test_the_delays_that_chapters_rest_on_are_said_to_be_used_and_no_others():
    from cseanalysis.study.lag.numbers import _BOTH_DELAYS

    table = words.published_delays()
    used = {re.search(r"\((F\d+)\)", text)[1] for text in table["Used"] if text.startswith("yes")}
    assert used == set(_BOTH_DELAYS) == {name for name, _, why in words._DELAYS if why is None}
    said = {name: why for name, _, why in words._DELAYS if why is not None}
    assert FIGURES["F186"].statement == FIGURES["F189"].statement  # one thing in two years: drift
    assert FIGURES["F186"].period_start != FIGURES["F189"].period_start
    assert said["F149"] == "it is F193 under another name"
    assert FIGURES["F149"].value == FIGURES["F193"].value
    for name, why in said.items():
        if why == "another end point":
            assert "completion" in FIGURES[name].statement
        if why == "starts at the offence":
            assert "from offence" in FIGURES[name].statement
    for name, text, _ in words._DELAYS:
        start = text.split(" to ")[0].removesuffix(" ")
        assert f"from {start} " in FIGURES[name].statement, name
        for end in ("start of", "completion", "rape", "Crown Court"):
            assert (end.removesuffix(" of") in text) == (end.removesuffix(" of") in FIGURES[name].statement), name


def test_what_is_counted_lies_where_what_is_quoted_says():
    for label, quoted, exact in words._QUOTED:
        if exact is None:
            continue
        said, count = FIGURES[quoted], FIGURES[exact].value
        assert said.low is None or said.low <= count or said.qualifier == "around", label
        assert said.high is None or count <= said.high or said.qualifier == "around", label
        assert said.qualifier != "around" or abs(said.low - count) <= 0.025 * count, label
        assert said.statement == FIGURES[exact].statement


# Words that hang on a sign ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "said"),
    [
        (5, "outside, 0.5 times the lowest"),
        (9.9, "outside, 0.99 times the lowest"),
        (10, "within"),
        (20, "within"),
        (25, "outside, 1.25 times the highest"),
        (60, "outside, 3 times the highest"),
    ],
)
def test_a_miss_is_measured_from_the_end_that_it_missed(published, said):
    test = {"published": published, "expected_low": 10, "expected_high": 20, "within": 10 <= published <= 20}
    assert words._hit_or_miss(test) == said


def an_estimate(low, high):
    return Estimate("x", "offences", None, Interval(low, high, "bound"), ("a",))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ((10, 50), (10, 40), "upper end 50 to 40"),
        ((10, 50), (20, 50), "lower end 10 to 20"),
        ((10, 50), (20, 40), "upper end 50 to 40; lower end 10 to 20"),
        ((10, 50), (5, 60), "upper end 50 to 60; lower end 10 to 5"),
        ((10, 50), (10, 50), "nothing"),
    ],
)
def test_what_a_step_buys_names_the_end_that_moves(before, after, said):
    assert route_words._bought(an_estimate(*before), an_estimate(*after)) == said


def test_a_first_step_and_a_step_from_a_floor_are_said_to_be_that():
    floor = replace(an_estimate(1, 2), interval=None, point=0.0)
    assert route_words._bought(None, an_estimate(10, 50)) == "the first range"
    assert route_words._bought(floor, an_estimate(10, 50)) == "an upper end"
    assert route_words._bought(an_estimate(1, 2), floor) == "the first range"


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
    assert comparisons._clear(hidden_at, 10) == said


def test_an_interval_near_one_is_rounded_away_from_its_middle():
    assert comparisons._chance(Interval(1.00049, 1.00051, "confidence", 0.95)) == "1.000 to 1.001"
    assert comparisons._chance(None) == "none: an end is open"


def test_a_verdict_says_what_refuses_and_nothing_else_refuses():
    refused = lag_words.verdict_in_words(compare(FIGURES["F031"], FIGURES["F032"]))
    assert refused.startswith("refused: unit, definition")
    assert lag_words.verdict_in_words(compare(FIGURES["F031"], FIGURES["F035"])) == "bridged"
    whole = lag_words.verdict_in_words(compare(FIGURES["F008"], FIGURES["F022"]))
    assert whole.endswith(f"What can be said is the share, {4228 / 115489:.1%}")


def test_years_in_words_put_each_stage_and_each_end_in_its_place():
    by_year = pd.DataFrame(
        {
            "financial_year": ["2021/22", "2022/23"],
            "quarters": [4, 1],
            "recorded": [7, 8],
            "charges_visible_low": [0.6, 0.2],
            "charges_visible_high": [0.8, 0.4],
            "trials_visible_low": [0.3, 0.01],
            "trials_visible_high": [0.5, 0.1],
        }
    )
    table = words.years_in_words(by_year)
    assert table["Recorded in"].tolist() == ["2021/22", "2022/23 (1 quarter)"]
    assert table["Eventual charges visible"].tolist() == [
        "at least 60% and at most 80%",
        "at least 20% and at most 40%",
    ]
    assert table["Eventual trials visible"].tolist() == ["at least 30% and at most 50%", "at least 1% and at most 10%"]


def test_a_window_says_how_long_was_seen_and_of_how_many():
    row = {"year_seen_low": 90.0, "year_seen_high": 110.0, "year_resolved_low": 0.2, "year_resolved_high": 0.4}
    assert lag_words._seen(row, "year") == "90 to 110 days, of 20% to 40%"


def test_every_assumption_that_words_are_for_is_one():
    names = load_assumptions(ROOT).keys()
    assert words.ASSUMPTION_WORDS.keys() <= names
    assert FEWEST_QUARTERS > 0


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
    assert not any(label.startswith("of these") for label, *_ in words._QUOTED)


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
    from cseanalysis.study.missing import words as missing_tables

    reasons = load_results_table("curve_refusals", ROOT)[["reason"]].map(words.plain_words)
    shown = (route_words.refusals_in_words(), reasons, missing_tables.refusals_in_words())
    for table in shown:
        assert not table.astype(str).apply(lambda column: column.str.contains(r"[a-z]_[a-z]")).any(axis=None)
