"""The chapter on change in words: each table by hand, from both sides of what it hangs on."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.report import prose
from cseanalysis.study.change.breaks import BESIDE, NOTHING
from cseanalysis.study.change.events import DatedEvent
from cseanalysis.study.change.judged import SeriesPart, ToldBreak, read_series_parts, read_told_breaks
from cseanalysis.study.change.tables import (
    DIAGNOSTICS,
    VERDICTS,
    breaks_columns,
    breaks_said,
    cards_in_words,
    control_said,
    dates_columns,
    left_out_in_words,
    many_columns,
    specifications_in_words,
    visible_columns,
)
from cseanalysis.study.data.reported import load_results_table
from cseanalysis.study.tables import in_words

ROOT = Path(__file__).resolve().parents[2]


def event(name, year, what):
    return DatedEvent(name, what, date(year, 4, 1), date(year, 4, 30), f"April {year}", ("Kent",), (), "recording")


EVENTS = (event("rape_undefined_offenders", 2019, "New codes."), event("inquiry", 2014, "An inquiry"))
DATES = pd.DataFrame(
    [
        {
            "id": "one", "name": "A law", "series": "88A", "at": "April 2017", "before": 20, "after": 25,
            "near": "", "refusal": "", "ratio": 3.579, "low": 2.6169, "high": 4.8948, "scale_error": 0.0958,
            "hac_error": 0.1, "drift_error": 0.1472, "error_used": "drift", "family": "quasipoisson",
            "dispersion": 9.16, "autocorrelation": 0.4497, "rank": 1.0, "rank_alone": 2.0, "dates": 23.0,
            "share_as_large": 1 / 23, "placebo_clear": 2.0, "placebo_expected": 1.15,
        },
        {
            "id": "exploitation_flag", "name": "A flag", "series": "child_only", "at": "April 2016", "before": 2,
            "after": 43, "near": "inquiry;rape_undefined_offenders;inquiry", "refusal": "only 2 before",
            "family": None,
        },
    ]
)  # fmt: skip


def only(rows, columns):
    (found,) = in_words([rows], columns).to_dict("records")
    return found


def test_a_date_says_its_ratio_with_the_kind_of_interval_or_the_models_refusal_and_what_is_near():
    estimated, refused = in_words(DATES, dates_columns(EVENTS)).to_dict("records")
    assert estimated == {
        "Date": "A law; first quarter from April 2017",
        "Series": "code 88A",
        "Quarters": "20 before, 25 after",
        "Level over the continued trend": "3.58 times: 2.61 to 4.9 (95% confidence interval)",
        "Not to be told apart from": "none registered",
    }
    assert refused["Series"] == "child-only codes"
    assert refused["Level over the continued trend"] == "cannot be estimated: only 2 before"
    assert refused["Not to be told apart from"] == "An inquiry; New codes"


@pytest.mark.parametrize(("error", "place"), [("scale", "first"), ("hac", "second"), ("drift", "third")])
def test_a_fit_says_what_it_rests_on_and_which_of_its_errors_is_used(error, place):
    assert only({**DATES.iloc[0], "error_used": error}, DIAGNOSTICS) == {
        "From": "April 2017, code 88A",
        "Family": "quasi-Poisson",
        "Error by scatter; by autocorrelation; by drift": f"0.096; 0.1; 0.147; the {place} is used, the largest",
        "Scatter over Poisson": "9.2",
        "Autocorrelation": "0.45",
        "Place among dates": "1 of 23, 4.3% as large; 2 if each is alone",
        "Other dates that look clear": "2; 1.15 expected by chance",
    }
    families = [
        only({**DATES.iloc[0], "family": name}, DIAGNOSTICS)["Family"] for name in ("poisson", "negative-binomial")
    ]
    assert families == ["Poisson", "negative binomial"]


def test_a_break_names_the_events_in_its_range_and_apart_from_these_the_others_within_a_year():
    row = {
        "series": "19D", "at": "July 2019", "earliest": "April 2015", "latest": "January 2020", "ratio": 0.8,
        "low": 0.7, "high": 0.9, "p_value": 0.015, "within": "rape_undefined_offenders",
        "near": "rape_undefined_offenders;inquiry",
    }  # fmt: skip
    found = only(row, breaks_columns(EVENTS))
    assert found == {
        "Series": "code 19D",
        "Most likely first quarter": "July 2019 (April 2015 to January 2020)",
        "Level over the trend": "0.80 (0.7 to 0.9)",
        "P-value": "0.015",
        "Registered events in that range": "April 2019",
        "Others within a year": "April 2014",
    }
    assert only({**row, "within": ""}, breaks_columns(EVENTS))["Others within a year"] == "April 2019; April 2014"


def test_groups_of_dates_are_named_and_the_last_row_is_all():
    rows = [
        {"dates": name, "tried": 362, "clear": 27, "expected_by_chance": 18.1, "discoveries": 3}
        for name in ("inquiry", BESIDE, NOTHING, "all")
    ]
    table = in_words(rows, many_columns(EVENTS))
    assert table["Dates"].tolist() == [
        "An inquiry",
        "Other dates within a year of an event",
        "Dates without an event within a year",
        "All",
    ]
    assert table.iloc[0, 1:].to_dict() == {
        "Changes tried": 362,
        "Clear by their own interval": 27,
        "Expected by chance": "18.1",
        "Left after control of false discoveries": 3,
    }


def test_a_part_of_the_series_is_at_most_and_the_whole_is_not():
    row = {
        "part": "p", "share": 0.01175, "ratio": 2.0, "effect": 0.01175, "recorded_words": "never",
        "charges_earliest_words": "from quarter 5 on", "charges_latest_words": "from quarter 9 on",
    }  # fmt: skip
    columns = visible_columns([SeriesPart("p", "some offences", ("F008",), "Planted.")])
    assert only(row, columns) == {
        "What is multiplied": "some offences (at most 1.2% of the series), by 2",
        "Series rises by": "at most 1.2%",
        "Seen in records": "never",
        "Seen in charges": "from quarter 5 on at best; from quarter 9 on at worst",
    }
    whole = only({**row, "part": "all", "share": 1, "effect": 1, "charges_latest_words": "from quarter 5 on"}, columns)
    assert whole["What is multiplied"] == "all child-only offences, by 2"
    assert (whole["Series rises by"], whole["Seen in charges"]) == ("100%", "from quarter 5 on")


def test_specifications_stand_beside_each_other_and_one_that_changes_nothing_says_so():
    rows = [
        {"id": "one", "specification": "main", "ratio": 3.579, "low": 2.6169, "high": 4.8948, "refusal": ""},
        {"id": "exploitation_flag", "specification": "main", "refusal": "only 2 before"},
        {"id": "exploitation_flag", "specification": "later", "ratio": 1.0, "low": 0.9, "high": 1.1, "refusal": ""},
    ]
    table = specifications_in_words(pd.DataFrame(rows), DATES)
    assert table.to_dict("list") == {
        "Specification": ["main", "later"],
        "From April 2017": ["3.58 (2.61 to 4.9)", "the same: a quarter begins on the day"],
        "From April 2016": ["only 2 before", "1.00 (0.9 to 1.1)"],
    }


def test_what_is_left_out_is_counted_by_rule_and_a_force_without_any_code_is_named():
    rows = [
        ("Kent", "71", "few"),
        ("Kent", "child_only", "few"),
        ("Essex", "71", "few"),
        ("Essex", "child_only", "bad"),
    ]
    table = left_out_in_words(pd.DataFrame(rows, columns=["force", "code", "rule"]))
    assert table.to_dict("records") == [
        {
            "Left out because": "few",
            "Series": 3,
            "Forces with such a series": 2,
            "Codes": "child-only codes, code 71",
            "Forces left out wholly": "Essex, Kent",
        },
        {
            "Left out because": "bad",
            "Series": 1,
            "Forces with such a series": 1,
            "Codes": "child-only codes",
            "Forces left out wholly": "Essex",
        },
    ]
    one = left_out_in_words(pd.DataFrame([*rows[:2], ("Essex", "71", "bad")], columns=["force", "code", "rule"]))
    assert one["Forces left out wholly"].tolist() == ["Kent", "none"]


CARD = {
    "name": "A law", "when": "from April 2017", "area": "Kent", "claimed": "More is seen.", "quarters": "2 before",
    "near": "none", "least": "a rise", "seen": "never", "verdict": "too early", "because": "Because.",
    "note": "A trap.", "figures": "compared", "would_need": "Counts.",
}  # fmt: skip


def test_a_card_says_line_by_line_what_is_and_what_is_not_known():
    text = cards_in_words(pd.DataFrame([CARD, {**CARD, "figures": "cannot be estimated"}]))
    first, second = text.split("\n\n### ")
    assert first.splitlines() == [
        "### A law",
        "",
        "**Too early.**",
        "",
        "- *When:* from April 2017, Kent.",
        "- *Claimed:* More is seen.",
        "- *Quarters of the table:* 2 before.",
        "- *Not to be told apart from:* none.",
        "- *Smallest change that could be seen:* a rise.",
        "- *First quarter in which an effect could be seen:* never.",
        "- *Published figures before and after:* the gate allows some comparisons, which are no effects either; "
        "see @tbl:cards.",
        "- *Why:* Because. A trap.",
        "- *What would have to be published:* Counts.",
    ]
    assert "before and after:* no comparison is allowed; see @tbl:cards." in second
    assert only(CARD, VERDICTS) == {
        "Intervention": "A law",
        "When": "from April 2017",
        "Quarters of the table": "2 before",
        "Verdict": "too early",
    }


def test_marks_in_a_card_are_printed_and_not_obeyed():
    said = str(prose(cards_in_words(pd.DataFrame([{**CARD, "claimed": "*More* {figure:F001} [x]_y_"}]))))
    assert "\\*More\\* \\{figure:F001\\} \\[x\\]\\_y\\_" in said


BREAKS = pd.DataFrame(
    [
        ("19D", "July 2019", "April 2015", "January 2020", 0.015, "rape_undefined_offenders", 0.8),
        ("88A", "April 2017", "April 2017", "April 2017", 0.05, "sexual_communication", 3.5),
        ("73", "October 2014", "April 2016", "October 2016", 0.2, "inquiry", 1.2),
        ("71", "October 2014", "July 2014", "April 2016", 0.2, "a;recording_inspection_2014", 1.2),
    ],
    columns=["series", "at", "earliest", "latest", "p_value", "near", "ratio"],
)


def test_breaks_are_told_with_their_ranges_so_that_no_date_is_read_into_them():
    said = breaks_said(BREAKS, DATES, EVENTS, read_told_breaks(ROOT))
    assert said == (
        "In 2 of 4 series the p-value is at most one in twenty. The most likely quarter lies within a year of the "
        "inspection of 2014 in 1 of the series, but that dates few of them: in 1 the range is longer than two years, "
        "and 3 ranges hold the date of the exploitation flag, which moves no code. Code 88A breaks in April 2017 "
        "(range: April 2017 to April 2017). Code 19D, rape of a girl under 16, steps down in July 2019 if anywhere "
        "(range: April 2015 to January 2020); the codes 19J and 19K, which may take cases from it, came in April 2019, "
        "within a year of that."
    )
    turned = BREAKS.assign(ratio=1 / BREAKS["ratio"], near="")
    said = breaks_said(turned, DATES, EVENTS, read_told_breaks(ROOT))
    assert "steps up in July 2019" in said
    assert said.endswith("came in April 2019, not within a year of that.")


def test_whoever_edits_the_table_of_told_breaks_edits_what_the_chapter_tells():
    told = (ToldBreak("73", "inquiry", "Code {code} {steps} in {at}, {beside} a year of {when}.", "Another code."),)
    assert breaks_said(BREAKS.assign(near="inquiry"), DATES, EVENTS, told).endswith(
        "Code 73 steps up in October 2014, within a year of April 2014."
    )
    with pytest.raises(ValueError, match=r"told_breaks\.csv, 73: 'where' cannot be filled in; write one of code, "):
        breaks_said(BREAKS, DATES, EVENTS, (replace(told[0], words="{where}"),))
    with pytest.raises(ValueError, match=r"'beside' .*, and for when and beside the id of a registered event"):
        breaks_said(BREAKS, DATES, EVENTS, (replace(told[0], event="no_such"),))
    with pytest.raises(ValueError, match=r"told_breaks\.csv, code: \['99'\] has no series that breaks; write one of"):
        breaks_said(BREAKS, DATES, EVENTS, (replace(told[0], code="99"),))


def test_the_control_is_told_with_the_quarters_it_does_not_fit_and_the_trend_it_falls_back_to():
    quarters = ["January 2017", "April 2017", "July 2017", "October 2017", "January 2018"]
    control = pd.DataFrame(
        {
            "quarter": quarters,
            "count": [10, 30, 36, 40, 60],
            "fitted": [10, 40, 40, 40, 80],
            "continued": [10, 10, 20, 80, 80.5],
        }
    )
    assert control_said(control) == (
        "The first 2 quarters lie below the fitted line, the first of all at 75% of it, as they would if use of a new "
        "offence grew in over months, which one change of level cannot show. The ratio is of the first quarter alone: "
        "the earlier trend, continued as a straight line on this scale, rises on, and in January 2018 the count is 75% "
        "of it. That is what a long continuation of steep growth does, and no sign that the offence went away."
    )


def test_the_results_fill_every_table_without_an_empty_cell():
    from cseanalysis.study import load_figures
    from cseanalysis.study.change.events import load_events

    events, dates = load_events(load_figures(ROOT), ROOT), load_results_table("change_dates", ROOT)
    cards = load_results_table("too_early", ROOT)
    for table in (
        in_words(dates, dates_columns(events)),
        in_words(dates[dates["refusal"] == ""], DIAGNOSTICS),
        specifications_in_words(load_results_table("change_specifications", ROOT), dates),
        in_words(load_results_table("change_breaks", ROOT), breaks_columns(events)),
        in_words(load_results_table("many_changes", ROOT), many_columns(events)),
        left_out_in_words(load_results_table("series_left_out", ROOT)),
        in_words(load_results_table("visible_from", ROOT), visible_columns(read_series_parts(ROOT))),
        in_words(cards, VERDICTS),
    ):
        assert len(table)
        assert not table.isna().any(axis=None)
        assert table.astype(str).map(lambda cell: cell.strip() not in {"", "nan", "None"}).all(axis=None)
    assert cards_in_words(cards).count("### ") == len(cards) == 15
