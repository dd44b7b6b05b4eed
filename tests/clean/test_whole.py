"""A whole frame in one call: columns found, labels read, rows and sums kept, and a report that hides nothing."""

from __future__ import annotations

import datetime as dt
import json

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cseanalysis.clean import UnmappedLabelError, explain, harmonise, harmonise_forces, harmonise_offences
from cseanalysis.clean.crosswalks import read_crosswalk

RAW = pd.DataFrame(
    {
        "Financial Year": ["2022/23", "2022/23", "2022/23"],
        "Financial Quarter": ["1", "2", "2"],
        "Force Name": ["Kent", "Heddlu Gwent", "Mordor"],
        "Offence Code": ["88A", "71", "4.10"],
        "Outcome Type": ["1", "2a", "77"],
        "Number": [5, 7, -1],
        "Answer": ["1,099", "[c]", "<5"],
        "Remark": ["a", "b", "a"],
    }
)


def report_of(frame, **given):
    return harmonise(frame, **given)[1]


def test_it_adds_what_the_functions_add_and_nothing_else():
    table, _ = harmonise(RAW)
    alone = harmonise_forces(
        harmonise_offences(RAW, quarter="Financial Quarter", on_unmapped="keep"), on_unmapped="keep"
    )
    added = [name for name in alone.columns if name not in RAW.columns]
    assert_frame_equal(table[added], alone[added])
    assert_frame_equal(table[RAW.columns.tolist()], RAW)
    assert table["Answer_high"].tolist()[2] == 5
    assert table["period_type"].tolist() == ["financial_quarter"] * 3


def test_the_report_names_columns_sums_rules_and_every_label_without_a_rule():
    report = report_of(RAW)
    assert {each.role: each.column for each in report.columns} == {
        "period": "Financial Year",
        "quarter": "Financial Quarter",
        "force": "Force Name",
        "offence": "Offence Code",
        "outcome": "Outcome Type",
        "count": "Answer",
    }
    assert [(each.column, each.before, each.after) for each in report.sums] == [
        ("Number", 11, 11),
        ("Answer", 1099, 1099),
    ]
    assert [(each.role, each.label, each.rows) for each in report.unmapped] == [
        ("force", "Mordor", 1),
        ("outcome", "77", 1),
    ]
    assert report.rules["force:E23000032"] == 1
    assert report.to_fill_in() == {"force": {"Mordor": None}, "outcome": {"77": None}}
    assert "no rule: force 'Mordor' in 1 row" in str(report)
    assert json.loads(json.dumps(report.as_dict()))["rows"] == {"in": 3, "out": 3}
    assert len(report.to_frame()) == len(report.labels)


ENGINES = {
    "polars": pl.from_pandas,
    "polars lazy": lambda frame: pl.from_pandas(frame).lazy(),
    "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    "duckdb": lambda frame: duckdb.sql("from frame"),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_finds_the_same_and_reports_the_same(engine):
    ours = report_of(RAW).as_dict()
    theirs = report_of(ENGINES[engine](RAW)).as_dict()
    for each in (ours, theirs):
        each["labels"].sort(key=str)
        each["rules"] = dict(sorted(each["rules"].items()))
    assert theirs == ours


def test_two_columns_that_can_be_the_force_are_left_out_and_said_so():
    frame = RAW.assign(**{"Police Force": RAW["Force Name"]})
    table, report = harmonise(frame)
    assert "force" not in table
    assert any("'Force Name' and 'Police Force'" in each for each in report.left_out)
    assert "force" in harmonise(frame, columns={"force": "Police Force"})[0]


def test_offences_without_a_column_of_periods_are_left_out_and_said_so():
    report = report_of(RAW[["Offence Code", "Number"]])
    assert any("no column of periods" in each for each in report.left_out)


def test_a_column_is_found_by_its_labels_where_all_of_them_have_a_rule():
    assert [each.role for each in report_of(pd.DataFrame({"who": ["Kent", "Surrey"]})).columns] == ["force"]
    with pytest.raises(ValueError, match="no column of forces"):
        harmonise(pd.DataFrame({"who": ["Kent", "Gandalf"]}))


def test_numbers_under_an_unknown_heading_are_no_outcomes_and_no_years():
    with pytest.raises(ValueError, match="no column of forces"):
        harmonise(pd.DataFrame({"x": [1, 2], "y": [2020, 2021]}))
    assert [each.role for each in report_of(pd.DataFrame({"x": ["1", "2"], "y": ["2020", "2021"]})).columns] == [
        "count"
    ] * 2


def test_codes_with_a_nought_in_front_are_no_counts():
    with pytest.raises(ValueError, match="no column of forces"):
        harmonise(pd.DataFrame({"ward": ["071", "088"]}))


def test_what_the_user_fills_in_is_handed_back():
    report = report_of(RAW)
    own = report.to_fill_in()
    own["force"]["Mordor"] = "Kent"
    table, again = harmonise(RAW, crosswalk=own)
    assert table["force"].tolist() == ["Kent", "Gwent", "Kent"]
    assert [each.role for each in again.unmapped] == ["outcome"]


def test_asked_to_raise_it_raises_as_the_functions_do():
    with pytest.raises(UnmappedLabelError, match="Mordor"):
        harmonise(RAW, on_unmapped="raise")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"columns": {"forces": "Force Name"}}, "no such role"),
        ({"columns": {"force": "Force"}}, "no column 'Force'"),
        ({"columns": {"force": ["Force Name", "Remark"]}}, "must be one column"),
        ({"crosswalk": {"forces": {}}}, "must give rules for"),
        ({"crosswalk": "own.csv"}, "must give rules for"),
    ],
)
def test_what_is_asked_wrongly_is_refused_with_the_cure(given, words):
    with pytest.raises(ValueError, match=words):
        harmonise(RAW, **given)


def test_a_column_that_is_told_away_is_left_alone():
    assert "outcome" not in harmonise(RAW, columns={"outcome": None})[0]


def test_columns_of_two_frames_compare_whatever_labels_each_holds():
    one = harmonise_forces(pd.DataFrame({"Force Name": ["Kent", "Surrey"]}))
    other = harmonise_forces(pd.DataFrame({"Force Name": ["Kent", "Gwent"]}))
    for name in ("force", "force_code", "region", "force_type", "force_relation", "force_rule"):
        assert (one[name] == other[name]).tolist()[0]
    assert (one["force"] == other["force"]).tolist() == [True, False]


FORCES = read_crosswalk("forces")["label"].str.split("; ").explode().tolist()
cells = st.one_of(st.sampled_from(FORCES), st.text(max_size=8), st.none())


@given(st.lists(st.tuples(cells, cells, st.integers(-9, 9)), min_size=1, max_size=12))
def test_whatever_the_frame_rows_and_sums_are_kept(rows):
    frame = pd.DataFrame(rows, columns=["Force Name", "Outcome", "n"])
    table, report = harmonise(frame, columns={"force": "Force Name", "count": None})
    assert len(table) == report.rows_in == report.rows_out == len(frame)
    assert_frame_equal(table[frame.columns.tolist()], frame)
    assert sum(label.rows for label in report.labels if label.role == "force") == len(frame)


def test_a_year_beside_months_or_weeks_is_not_taken_for_the_period_of_its_rows():
    # A row of March would otherwise count for the whole year.
    for months in (["3", "4"], ["Mar", "Apr"], [3, 4]):
        raw = pd.DataFrame({"Force": ["Kent"] * 2, "Year": ["2020", "2020"], "Month": months})
        table, report = harmonise(raw)
        assert "period_start" not in table
        assert "'Month' beside 'Year' says which part of it a row is" in str(report)
        assert harmonise(raw, columns={"period": "Year"})[0]["period_type"].tolist() == ["calendar_year"] * 2


def test_a_quarter_beside_a_financial_year_is_a_quarter_of_it_and_beside_a_bare_year_nothing():
    raw = pd.DataFrame({"Force": ["Kent"] * 3, "Year": ["2021/22"] * 2 + ["2022"], "Quarter": ["1", "Q4", "1"]})
    table, report = harmonise(raw)
    assert table["period_end"].astype("str").tolist()[:2] == ["2021-06-30", "2022-03-31"]
    assert table["period_end"].isna().tolist() == [False, False, True]
    assert [label.ambiguous for label in [report.unmapped[0].problem]] == [True]
    whole = pd.DataFrame({"Force": ["Kent"], "Quarter": ["Apr-Jun 2020"]})
    assert harmonise(whole)[0]["period_type"].tolist() == ["financial_quarter"]


@pytest.mark.parametrize(
    ("role", "column", "label"),
    [
        ("force", "Force", "WMP"),
        ("outcome", "Outcome", "Charged"),
        ("period", "Financial Year", "2020"),
        ("period", "Quarter", "2020 Q1"),
        ("count", "n", "1.099"),
        ("count", "n", "None"),
    ],
)
def test_a_label_with_two_readings_is_reported_as_such(role, column, label):
    raw = pd.DataFrame({"Force": ["Kent"] * 2, "n": ["5", "6"]}).assign(**{column: label})
    raw.loc[1, column] = {"Force": "Kent", "n": "5"}.get(column, label)
    report = report_of(raw)
    assert [(each.role, each.label) for each in report.ambiguous] == [(role, label)]
    assert json.loads(json.dumps(report.as_dict()))["labels"][-1]["label"] is not None


def test_a_column_whose_heading_is_known_and_whose_labels_are_not_is_named():
    report = report_of(pd.DataFrame({"Force": ["Kent"], "Outcome": ["NFA"]}))
    assert "outcome: by its heading 'Outcome' can be it, but none of its labels is read" in str(report)


def test_an_offence_is_read_in_the_period_that_the_user_told():
    raw = pd.DataFrame({"Financial Year": ["2013", "last year"], "Offence Code": ["71", "71"]})
    assert report_of(raw).to_fill_in() == {"offence": {"71": None}, "period": {"2013": None, "last year": None}}
    told, report = harmonise(raw, convention="ends", crosswalk={"period": {"last year": "2013/14"}})
    assert told["offence_rule"].tolist() == ["offence:71", "offence:71:2013"]
    assert not report.unmapped


def test_an_offence_that_is_unread_for_its_period_is_not_to_fill_in():
    report = report_of(pd.DataFrame({"Year": ["last year", "2021/22"], "Offence Code": ["88A"] * 2}))
    assert report.to_fill_in() == {"period": {"last year": None}}
    assert "offence '88A' in 1 row ('last year' beside it: " in str(report)


@pytest.mark.parametrize("cell", [2020.0, 2020, dt.date(2020, 3, 31), pd.Timestamp(2020, 3, 31)])
def test_what_is_to_fill_in_fits_cells_that_are_numbers_or_dates(cell):
    raw = pd.DataFrame({"Force": ["Kent", "-"], "Financial Year": [cell, cell]})
    own = json.loads(json.dumps(report_of(raw).to_fill_in()))
    assert list(own) == ["period"]  # a mark is no label that could mean something
    own["period"] = dict.fromkeys(own["period"], "2019/20")
    assert harmonise(raw, crosswalk=own)[0]["period_type"].tolist() == ["financial_year"] * 2


def test_a_column_of_small_numbers_withheld_is_one_of_counts():
    table, _ = harmonise(pd.DataFrame({"Force": ["Kent", "Surrey"], "Recorded": ["<5", "*"]}))
    assert table["Recorded_high"].tolist()[0] == 5
    assert table["Recorded_value"].isna().all()


def test_explain_asks_for_the_crosswalk_of_a_rule_of_ones_own():
    with pytest.raises(ValueError, match="hand that in too, as crosswalk="):
        explain("own:force:HQ")
    assert "Kent" in explain("own:force:HQ", crosswalk={"HQ": "Kent"})
    assert "Kent" in explain("own:force:HQ", crosswalk={"force": {"HQ": "Kent"}, "period": {"x": "2019/20"}})


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Longitude", ["-0.12", "1"]),
        ("where", ["51.5", "52.25"]),
        ("Victim age", ["13", "14"]),
        ("OfficerID", ["1", "2"]),
        ("Rate per 1,000", ["19", "20"]),
        ("charged", ["12%", "5%"]),
    ],
)
def test_places_ages_rates_and_numbers_of_rows_are_no_counts(heading, cells):
    frame = pd.DataFrame({"Force": ["Kent", "Surrey"], heading: cells})
    assert [each.role for each in report_of(frame).columns] == ["force"]


def test_totals_beside_their_parts_are_told_as_counted_twice():
    frame = pd.DataFrame({"Force": ["Kent", "Total"], "n": ["5", "5"]})
    assert "counts twice; force_type tells them apart" in report_of(frame).doubts[0]
    assert report_of(frame[:1]).doubts == report_of(frame[1:]).doubts == ()
    outcomes = pd.DataFrame({"Outcome Type": ["1", "1a"], "n": ["5", "5"]})
    assert "outcome_group tells them apart" in str(report_of(outcomes))


def test_what_a_text_among_counts_means_is_told_with_the_other_rules():
    frame = pd.DataFrame({"Force": ["Kent", "Surrey"], "n": ["5", "None"]})
    table, report = harmonise(frame, crosswalk={"count": {"None": 0}})
    assert table["n_value"].tolist() == [5, 0]
    assert report.unmapped == ()


def test_a_rule_is_a_target_by_its_id_and_no_suggestion_crosses_into_police_uk():
    frame = pd.DataFrame({"Outcome Type": ["1", "No further action"]})
    (label,) = report_of(frame).unmapped
    assert "no-further-action" not in label.reason
    own = {"outcome": {"No further action": "outcome:18"}}
    assert (
        harmonise(frame, crosswalk=own)[0]["outcome"].tolist()[1]
        == harmonise(pd.DataFrame({"Outcome Type": ["18"]}))[0]["outcome"].tolist()[0]
    )


def test_a_file_without_headings_is_told_that_its_first_row_was_taken_for_them():
    assert "'Kent' is the name of a force" in str(report_of(pd.DataFrame({"Kent": ["Surrey"], "5": ["7"]})))
    assert report_of(pd.DataFrame({"Force": ["Kent"], "Total": ["7"]})).doubts == ()
