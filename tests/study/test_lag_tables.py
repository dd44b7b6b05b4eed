"""What the chapter on the lag prints: each column from its own numbers, and words that turn with a number or a sign."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.register import compare
from cseanalysis.study import find_project, load_assumptions, load_figures, read_table
from cseanalysis.study.lag import tables
from cseanalysis.study.lag.backtest import back_tests
from cseanalysis.study.lag.judged import (
    BackTest,
    CourtPair,
    Link,
    PublishedDelay,
    RunningCounts,
    links,
    published_delays,
    read_until,
)
from cseanalysis.study.lag.judged import back_tests as judged_back_tests
from cseanalysis.study.lag.snapshots import triangle_answers
from cseanalysis.study.tables import in_words
from cseanalysis.values import Assumption, Estimate, Interval

ROOT = Path(__file__).resolve().parents[2]
FIGURES = load_figures(ROOT)


def rows(table):
    return table.to_dict("records")


def a_delay(value, name="F999"):
    return replace(FIGURES["F193"], id=name, published=str(value), low=float(value), high=float(value))


def an_assumption(low, high, locator="F998 and F999"):
    return Assumption("days", float(low), float(high), "days", "Because.", "none found", locator)


@pytest.mark.parametrize(
    ("value", "read_as", "locator", "said"),
    [
        (200, "median to charge", "F998 and F999", "yes, as the low end"),
        (400, "median to charge", "F998 and F999", "yes, as the high end"),
        (300, "median to charge", "F998 and F999", "yes, inside the range"),
        (199, "median to charge", "F998 and F999", "named, but outside the range"),
        (401, "median to charge", "F998 and F999", "named, but outside the range"),
        (300, None, "F998 and F999", "yes, inside the range"),
        (300, None, "F99 and F9990", "no: drift"),
        (300, "median to charge", "F998", "no: these assumptions do not rest on it"),
    ],
)
def test_what_is_said_of_the_use_of_a_delay_follows_from_the_assumptions(value, read_as, locator, said):
    delay = PublishedDelay("F999", "recording to charge", read_as, "drift")
    assert tables.use_of(delay, a_delay(value), {"days": an_assumption(200, 400, locator)}) == said


def test_the_delays_that_chapters_rest_on_are_said_to_be_used_and_no_others():
    delays = published_delays(ROOT)
    said = {one.figure: tables.use_of(one, FIGURES[one.figure], load_assumptions(ROOT)) for one in delays}
    used = {name for name, words in said.items() if words.startswith("yes")}
    assert used == set(read_until(delays, "trials")) == {one.figure for one in delays if one.read_as}
    assert FIGURES["F186"].statement == FIGURES["F189"].statement  # one thing in two years: drift
    assert FIGURES["F186"].period_start != FIGURES["F189"].period_start
    assert said["F149"] == "no: it is F193 under another name"
    assert FIGURES["F149"].value == FIGURES["F193"].value
    for one in delays:
        statement = FIGURES[one.figure].statement
        if one.reason == "another end point":
            assert "completion" in statement
        if one.reason == "starts at the offence":
            assert "from offence" in statement
        assert f"from {one.stretch.split(' to ')[0]} " in statement, one.figure
        for end in ("start of", "completion", "rape", "Crown Court"):
            assert (end.removesuffix(" of") in one.stretch) == (end.removesuffix(" of") in statement), one.figure
        if one.reading == ("charges", "median"):
            assert statement.startswith("Median")


def test_a_published_delay_is_printed_with_its_kind_and_its_year():
    delays = (
        PublishedDelay("F193", "recording to charge", "median to charge", "Because."),
        PublishedDelay("F149", "recording to charge, quoted", None, "another name"),
    )
    undated = {**FIGURES, "F149": FIGURES["F452"]}
    assumed = {"days": an_assumption(200, 261, "F193")}
    assert rows(tables.delays_in_words(delays, undated, assumed)) == [
        {
            "From and to": "recording to charge",
            "Published": "261 days, median",
            "Period": "2021/22",
            "Used": "yes, as the high end (F193)",
        },
        {
            "From and to": "recording to charge, quoted",
            "Published": "5,513 days, printed as an average",
            "Period": "not stated",
            "Used": "no: another name (F452)",
        },
    ]


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
    assert tables.hit_or_miss(10 <= published <= 20, published, 10, 20) == said


def test_a_back_test_prints_what_was_published_beside_what_was_expected():
    test = {
        "statement": "Charges", "period": "April 2023 to March 2024", "figure": "F340", "published": 13098.0,
        "expected_low": 6200.0, "expected_high": 40000.0, "within": True, "fold": 6.4516, "differs": "read in a copy",
    }  # fmt: skip
    assert rows(in_words([test], tables.BACK_TESTS)) == [
        {
            "Published count": "Charges, April 2023 to March 2024 (F340)",
            "Published": 13098,
            "Expected": "at least 6,200 and at most 40,000",
            "Verdict": "within",
            "What differs": "read in a copy; the range is 6 times as high as it is low",
        }
    ]


def test_a_verdict_says_what_refuses_and_nothing_else_refuses():
    refused = tables.verdict_in_words(compare(FIGURES["F031"], FIGURES["F032"]))
    assert refused.startswith("refused: unit, definition")
    assert "share" not in refused
    assert tables.verdict_in_words(compare(FIGURES["F031"], FIGURES["F035"])) == "bridged"
    whole = tables.verdict_in_words(compare(FIGURES["F008"], FIGURES["F022"]))
    assert whole == f"refused: definition, category, stage. What can be said is the share, {4228 / 115489:.1%}"


def test_pairs_are_printed_with_what_was_published_of_each_and_a_pair_that_is_lacking_is_not_asked():
    asked = [CourtPair("F454", "F453", "cases through the courts", "Because.")]
    assert rows(tables.pairs_in_words(asked, FIGURES, tables.COURT_PAIRS)) == [
        {"Figures": "cases through the courts (F454: 6,705, F453: 7,621)", "The gate": "comparable"}
    ]
    chain = [Link("Charge to trial", None, None, "all", "Because."), Link("Years", "F451", "F452", "a day", "Because.")]
    undated = "5,513 cases (F452)"
    lacking, dated = rows(tables.pairs_in_words(chain, FIGURES, tables.LINKS))
    assert lacking == {"Link": "Charge to trial", "Published": "nothing", "The gate": "not asked", "Missing": "all"}
    assert (dated["Link"], dated["Missing"]) == ("Years", "a day")
    assert dated["Published"] == f"6,399 cases, England and Wales, to 2024 (F451); {undated}"
    assert dated["The gate"].startswith("refused: ")
    for one in (Link("Half", "F451", None, "b", "r"), Link("Half", None, "F451", "b", "r")):
        (half,) = rows(tables.pairs_in_words([one], FIGURES, tables.LINKS))
        assert half["The gate"] == "not asked"
        assert half["Published"] == "6,399 cases, England and Wales, to 2024 (F451)"


def test_years_in_words_put_each_stage_and_each_end_in_its_place():
    by_year = pd.DataFrame(
        {
            "financial_year": ["2021/22", "2022/23", "2023/24"],
            "quarters": [4, 1, 3],
            "recorded": [7, 8, 9],
            "charges_visible_low": [0.6, 0.2, 0.2],
            "charges_visible_high": [0.8, 0.4, 0.4],
            "trials_visible_low": [0.3, 0.01, 0.01],
            "trials_visible_high": [0.5, 0.1, 0.1],
        }
    )
    table = in_words(by_year, tables.YEARS)
    assert rows(table)[:2] == [
        {
            "Recorded in": "2021/22",
            "Offences": 7,
            "Eventual charges visible": "at least 60% and at most 80%",
            "Eventual trials visible": "at least 30% and at most 50%",
        },
        {
            "Recorded in": "2022/23 (1 quarter)",
            "Offences": 8,
            "Eventual charges visible": "at least 20% and at most 40%",
            "Eventual trials visible": "at least 1% and at most 10%",
        },
    ]
    assert table["Recorded in"][2] == "2023/24 (3 quarters)"


def test_what_remains_is_worded_by_stage_and_share_bound_beside_simulation():
    def wait(low, high, kind):
        return Estimate("x", "months", None, Interval(low, high, kind, None if kind == "bound" else 0.95), ())

    results = {}
    for size, name in enumerate(("half_of_remaining_charges", "ninety_per_cent_of_remaining_charges",
                                 "half_of_remaining_trials", "ninety_per_cent_of_remaining_trials")):  # fmt: skip
        results[f"months_to_{name}"] = wait(3 + 10 * size, 6 + 10 * size, "bound")
        results[f"months_to_{name}_simulated"] = wait(4 + 10 * size, 5 + 10 * size, "simulation")
    table = tables.remaining(results)
    assert rows(table)[0] == {
        "Of what is still to come": "half of the charges",
        "Visible after, over all assumptions": "at least 3 months and at most 6 months",
        "Visible after, simulated": "4 to 5 months (95% simulation interval)",
    }
    assert table["Of what is still to come"].tolist()[1:] == [
        "nine tenths of the charges", "half of the trials", "nine tenths of the trials",
    ]  # fmt: skip
    assert [text[9:11] for text in table["Visible after, over all assumptions"]] == ["3 ", "13", "23", "33"]


def test_a_corrected_delay_says_what_a_window_shows_and_of_how_many():
    row = {
        "figure": "F193", "stage": "charges", "average": "median", "published": 261.0,
        "cohort_low": 250.2, "cohort_high": 270.9,
        "year_seen_low": 90.0, "year_seen_high": 110.0, "year_resolved_low": 0.2, "year_resolved_high": 0.4,
        "three_years_seen_low": 190.0, "three_years_seen_high": 190.0,
        "three_years_resolved_low": 0.6, "three_years_resolved_high": 0.7,
    }  # fmt: skip
    assert rows(in_words([row], tables.CORRECTED)) == [
        {
            "Delay": "recording to charge (F193)",
            "Published, days": "median 261",
            "Of a cohort, days": "250 to 271",
            "Seen within one year": "90 to 110 days, of 20% to 40%",
            "Seen within three years": "190 days, of 60% to 70%",
        }
    ]
    assert in_words([row | {"stage": "trials"}], tables.CORRECTED)["Delay"][0] == "charge to start of trial (F193)"


def test_the_queue_the_editions_and_the_answers_are_printed_under_their_headings():
    queue = {"year": 1, "open_low": 5000.0, "open_high": 8000.0, "wait_low": 300.4, "wait_high": 400.2}
    assert rows(in_words([queue], tables.COURT_QUEUE)) == [
        {
            "Years from 31 March 2025": 1,
            "Open cases": "5,000 to 8,000",
            "Days that the newest case waits": "300 to 401",
        }
    ]
    edition = {"day": "1 May 2020", "known": 10, "deceased": 2, "share": "20%", "figures": "F1, F2"}
    assert rows(in_words([edition], tables.DECEASED)) == [
        {"As at": "1 May 2020", "Suspects known": 10, "Of these, had died": 2, "Share": "20%", "Figures": "F1, F2"}
    ]
    said = "receipts holds [nan]: must be finite and not negative, find out; use serve_queue with stated capacities"
    assert rows(in_words([{"asked": "Who?", "answered": said}], tables.REFUSED)) == [
        {"Asked": "Who?", "Answered": "Receipts holds a missing number"}
    ]
    handed = {"counts": "counts", "answered": "1 origins and 12 lags, 1 lags, 6399 open, 2 origins", "needed": "more"}
    assert rows(in_words([handed], tables.HANDED_OVER)) == [
        {
            "Handed over": "counts",
            "Answered": "1 origin and 12 lags, 1 lag, 6,399 open, 2 origins",
            "What would do": "more",
        }
    ]


# An edited table changes what the chapter says ---------------------------------------------------------------------


def test_a_delay_that_somebody_no_longer_reads_is_printed_with_the_reason_and_leaves_the_basis(empty_study):
    text = (ROOT / "data" / "judgement" / "published_delays.csv").read_text(encoding="utf-8")
    (empty_study / "data" / "judgement" / "published_delays.csv").write_text(
        text.replace('F458,"charge to start of trial, child sexual abuse",mean to trial,', 'F458,"x to y",,')
    )
    delays = published_delays(empty_study)
    assert read_until(published_delays(ROOT), "trials") == ("F189", "F193", "F457", "F458", "F569")
    assert read_until(delays, "trials") == ("F189", "F193", "F457", "F569")
    printed = tables.delays_in_words(delays, FIGURES, {})["Used"]
    assert "no: The later of the two years; the print does not say which average it is. (F458)" in printed.tolist()
    assert printed[0] == "no: these assumptions do not rest on it (F193)"


def test_a_delay_that_is_read_as_nothing_there_is_is_refused(empty_study):
    (empty_study / "data" / "judgement" / "published_delays.csv").write_text(
        "figure,stretch,read_as,reason\nF193,recording to charge,mode to charge,r\n"
    )
    with pytest.raises(ValueError, match="line 2, read_as: is 'mode to charge'; write median to charge or mean to"):
        published_delays(empty_study)


def test_a_link_that_somebody_swaps_is_what_the_chapter_asks(empty_study):
    (empty_study / "data" / "judgement" / "arrests_to_convictions.csv").write_text(
        "link,first,second,missing,reason\nArrests in two periods,F031,F035,nothing,r\n"
    )
    assert tables.pairs_in_words(links(empty_study), FIGURES, tables.LINKS)["The gate"].tolist() == ["bridged"]


def test_a_count_that_somebody_adds_is_held_against_the_scenario_of_its_own_year():
    # Recorded are 100 a quarter from the second year on, charged soon, half of them; two offences a defendant.
    starts = pd.date_range("2012-04-01", periods=40, freq="QS")
    recorded = pd.DataFrame({"period_start": starts, "force_type": "territorial", "offence_code": "71"})
    recorded["offences"] = [0] * 4 + [100] * 36
    values = {"charge_probability": 0.5, "offences_per_defendant": 2.0, "days_to_charge": 1.0}
    known = {name: values.get(name, one.low) for name, one in load_assumptions(ROOT).items()}
    assumed = {name: Assumption(name, value, value, "as named", "r", "s", "l") for name, value in known.items()}
    asked = [BackTest("F340", "Charges", "charges", either, ("71",), "nothing", "r") for either in (False, True)]
    for begins, expected in ((date(2012, 10, 1), 100), (date(2013, 4, 1), 200)):
        moved = replace(FIGURES["F340"], period_start=begins, period_type="custom")
        table, _ = back_tests(asked, recorded, {"F340": moved}, assumed)
        assert table["expected_low"].tolist() == pytest.approx([expected, expected / 2], rel=0.05)
    with pytest.raises(ValueError, match="F452 has no stated period"):
        back_tests([replace(asked[0], figure="F452")], recorded, FIGURES, assumed)


def test_running_counts_of_one_set_are_a_row_of_a_triangle_and_others_a_row_each():
    counts = RunningCounts("Arrests", ("F031", "F035"), one_set=True, needed="more", reason="r")
    one, each = (
        triangle_answers(find_project(ROOT), FIGURES, read_table("revision_2017_18", ROOT), [asked])[-1]
        for asked in (counts, replace(counts, one_set=False))
    )
    assert one["answered"].startswith("1 origins: ")
    assert each["answered"].startswith("2 origins: ")
    assert one["answered"].endswith("The gate, between the counts: bridged (period)")
    assert (one["counts"], one["needed"]) == ("Arrests", "more")


def test_the_rows_of_one_code_are_those_that_the_caption_of_the_back_tests_names():
    caption = "except for the last two rows: code 71"
    assert caption in (ROOT / "notebooks" / "04-lag.ipynb").read_text(encoding="utf-8")
    assert [one.codes for one in judged_back_tests(ROOT)] == [(), (), (), (), ("71",), ("71",)]
