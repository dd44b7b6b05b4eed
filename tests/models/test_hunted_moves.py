"""Mistakes found by trying moves on every public function: answers were wrong without a word, or there was none."""

import datetime
import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from cseanalysis import load_results, register, sensitivity
from cseanalysis import models as m
from cseanalysis.clean import harmonise_forces, share_by_relation
from cseanalysis.distributions import uniform
from cseanalysis.export import write_csv, write_ods, write_xlsx
from cseanalysis.models.written_dates import read_calendar
from cseanalysis.read import (
    Limits,
    read_notes,
    read_outcomes,
    read_pfa_tables,
    read_recorded_crime,
    read_spreadsheet,
)
from cseanalysis.read.safety import check_file
from cseanalysis.values import Assumption, Estimate, Interval

READERS = (read_notes, read_outcomes, read_pfa_tables, read_recorded_crime, read_spreadsheet, check_file)
COUNTS = [50, 52, 47, 55, 49, 51, 53, 48, 60, 58, 63, 57, 61, 59, 62, 60, 64, 58]
PERIODS = pd.period_range("2019-01", periods=18, freq="M")
SERIES = pd.Series(COUNTS, index=PERIODS)
ROWS = [[10, 20, 30], [11, 21, np.nan], [12, np.nan, np.nan]]
TRIANGLE = pd.DataFrame(ROWS, index=[2019, 2020, 2021])
RANGE = Assumption("x", 0.1, 0.2, "cases", "r", "s", "l")
CLOSED = pd.PeriodIndex(["2020Q1", "2020Q2", None], freq="Q")
CELLS = pd.DataFrame(
    {
        "period_start": pd.PeriodIndex(["2020Q1", "2020Q1", "2020Q2"], freq="Q"),
        "closed": CLOSED,
        "outcome_group": ["charged", "closed", None],
        "cases": [5, 6, 7],
    }
)


LISTS = pd.DataFrame(
    [(1, 1, 1, 9), (1, 1, 0, 8), (1, 0, 1, 7), (1, 0, 0, 20), (0, 1, 1, 6), (0, 1, 0, 25), (0, 0, 1, 30)],
    columns=["a", "b", "c", "count"],
)


def seasonal(periods, frequency, **options):
    counts = pd.Series(
        50 + np.arange(periods) % 7, index=pd.period_range("2019-01-01", periods=periods, freq=frequency)
    )
    return m.interrupted_series(counts, **{"harmonics": 1, **options})


def change(series, at="2019-09"):
    return m.interrupted_series(series, at=at).level_ratio.point


MOVES = [
    (
        "a share for a count",
        lambda: m.implied_total(0.5, Interval(0.3, 0.5, "bound")),
        "recorded is 0.5: must be a cou",
    ),
    ("unknown as a class", lambda: m.class_share_bounds({"White": 10, "Not known": 20}, 5), "'Not known'.* no class"),
    (
        "a total as a class",
        lambda: m.class_share_bounds({"a": 10, "b": 5, "Total": 15}, 5),
        "'Total' of 15: a total is",
    ),
    ("sizes with their numbers", lambda: m.variance_inflation({1: 100, 5: 3}), "for _ in range"),
    (
        "a share of children",
        lambda: m.annual_victims(
            Interval(0.05, 0.1, "bound"),
            children_per_age=Interval(0.6, 0.7, "bound"),
            ages=16,
            years_abused=Interval(1, 3, "bound"),
            change=Interval(0.8, 1.2, "bound"),
        ),
        "children_per_age from 0.6 to 0.7: must be a number",
    ),
    ("times and events exchanged", lambda: m.cumulative_incidence([1, 0, 1, 1, 0], [30, 41, 12, 7, 3]), "exchanged"),
    (
        "quarters watched by month",
        lambda: m.cohort_tables(CELLS, until=pd.Period("2020-09")),
        "holds quarters and until",
    ),
    (
        "first days of quarters watched by month",
        lambda: m.cohort_tables(
            CELLS.assign(period_start=CELLS["period_start"].dt.start_time), until=pd.Period("2020-09")
        ),
        "holds quarters and until",
    ),
    ("months sorted by letter", lambda: change(SERIES.set_axis(PERIODS.strftime("%b %Y")).sort_index()), "by letter"),
    (
        "origins sorted by letter, whole years",
        lambda: m.Triangle(TRIANGLE.set_axis(["Apr 2020", "Feb 2020", "Mar 2020"]), "month"),
        "make them periods first",
    ),
    (
        "receipts of months sorted by letter",
        lambda: m.backlog(9, pd.Series([5, 6], ["Apr-20", "Mar-20"]), pd.Series([5, 6], ["Apr-20", "Mar-20"])),
        "not in order",
    ),
    ("a turned triangle", lambda: m.Triangle(TRIANGLE.T, "year"), "turn the table round, counts.T"),
    (
        "calendar years as lags",
        lambda: m.Triangle(TRIANGLE.set_axis(TRIANGLE.index, axis=1), "year"),
        "by calendar per",
    ),
    ("origins in a column", lambda: m.Triangle(TRIANGLE.reset_index(names="year"), "year"), "counts.set_index"),
    (
        "a year among the lists",
        lambda: m.estimate_population(
            pd.DataFrame({"a": [1, 1, 0, 1], "b": [1, 0, 1, 1], "year": 1, "count": [9, 9, 9, 9]}).drop_duplicates(
                ["a", "b"]
            )
        ),
        "list year: 1 in all 3 rows",
    ),
    ("one exit", lambda: m.competing_exits(SERIES, m.Triangle(TRIANGLE, "year"), seed=0), "{'charged': triangle}"),
    ("an assumption as a link", lambda: m.simulate_total_between(9, {"x": RANGE}, seed=0), r"x.interval, or its dist"),
    ("assumptions by name", lambda: m.joint_reporting_probability({"x": RANGE}), "list of Assumption"),
    (
        "a point outside",
        lambda: Estimate("a", "u", 10, Interval(1, 2, "confidence", 0.95)),
        "outside its interval from",
    ),
    ("a decimal number", lambda: m.e_value(Decimal("2.5")), "as float"),
    ("a length of time", lambda: m.waiting_time(100, datetime.timedelta(days=1)), "such as its days"),
    ("an estimate as a number", lambda: m.e_value(Estimate("rr", "ratio", 2.0)), "such as its point"),
    (
        "a distribution beside its range",
        lambda: sensitivity.sobol(
            lambda x: x, [Assumption("x", 0.1, 0.2, "u", "r", "s", "l", (), "uniform(0.5, 0.6)")], samples=64, seed=0
        ),
        "reaches from 0.5 to 0.6, outside",
    ),
    (
        "forty assumptions",
        lambda: sensitivity.bound(
            lambda **x: sum(x.values()), [Assumption(f"x{i}", 0, 1, "u", "r", "s", "l") for i in range(40)]
        ),
        "40 assumptions have 1.1e",
    ),
    (
        "answers of unequal length",
        lambda: sensitivity.envelope(lambda x: [x] * (2 + (x > 0.15)), [RANGE]),
        "as many ever",
    ),
    ("a model without return", lambda: sensitivity.bound(lambda x: None, [RANGE]), "does it say return"),
    ("ids as figures", lambda: register.compare("F008", "F009"), r"load_figures\(\)\['F008'\]"),
    ("ids in a list", lambda: register.compare_all(["F008", "F009"]), "where a Figure is asked for"),
    ("ids of a change", lambda: register.change_between("F008", "F009"), "where a Figure is asked for"),
    ("numbers at parity", lambda: register.parity(5, 6), "where a Figure is asked for"),
    (
        "limits as a dict",
        lambda: read_spreadsheet("a.csv", limits={"cells": 5}),
        "limits is {'cells': 5}: must be Limits",
    ),
    ("an address as a file", lambda: read_spreadsheet("https://example.org/a.xlsx"), "download the file first"),
    ("a limit in words", lambda: Limits(file_bytes="100MB"), "file_bytes is '100MB'"),
    ("a limit below nought", lambda: Limits(cells=-1), "cells is -1"),
    ("a word for a switch", lambda: Limits(macros="no"), "macros is 'no': must be True or False"),
    ("a number for a folder", lambda: load_results(5), "root is 5"),
    (
        "a distribution that reaches beyond its range",
        lambda: sensitivity.shapley(
            lambda x: x, [Assumption("x", 0.1, 0.2, "u", "r", "s", "l", (), "beta(2, 14)")], samples=64, seed=0
        ),
        "reaches from 0 to 1, outside the range from 0.1 to 0.2 that is defended; keep it within",
    ),
    (
        "a distribution that reaches below its range",
        lambda: sensitivity.pawn(
            lambda x: x, [Assumption("x", 0.1, 0.2, "u", "r", "s", "l", (), "uniform(0.05, 0.2)")], samples=64, seed=0
        ),
        "reaches from 0.05 to 0.2, outside",
    ),
    ("a year's season in 16 weeks", lambda: seasonal(16, "W-SUN", at=8), "52.18 periods in a series of 16: less than"),
    ("a year's season in 36 days", lambda: seasonal(36, "D", at=18), "365.2 periods in a series of 36.*harmonics=0"),
    ("a season of half a year", lambda: seasonal(17, "D", at=8, period=18.0), "period is 18.0"),
    (
        "a season that is stated and too long",
        lambda: m.minimum_detectable(COUNTS, after=9, harmonics=1, period=52),
        "52 periods in a series of 18",
    ),
    (
        "a season of too few weeks at other dates",
        lambda: m.placebo_dates(COUNTS, at=9, dates=[8, 10], harmonics=1, period=52),
        "52 periods in a series of 18",
    ),
    ("a number that is not rounded", lambda: register.count("a", 103, rounded_to=10), r"103 is no multiple of 10"),
    ("counts by name", lambda: m.correct_counts({"a": 5, "b": 6}, np.eye(2)), "give its values as a Series"),
    ("lists in the index", lambda: m.estimate_population(LISTS.set_index(["a", "b", "c"])), "index holds a, b, c as"),
    ("a list in the index", lambda: m.estimate_population(LISTS.set_index("a")), "histories.reset_index()"),
    ("histories without counts", lambda: m.estimate_population(LISTS[["a", "b", "c"]]), "name the one that holds them"),
    (
        "another process",
        lambda: m.bootstrap_chain_ladder(m.Triangle(TRIANGLE, "year"), seed=0, process="normal"),
        "process is 'normal': must be 'gamma', or None",
    ),
    (
        "one probability for four cells",
        lambda: m.correct_selection((136, 107, 297, 165), selected=0.5),
        r"selected is 0.5.*one for each cell, as in \(0.94, 0.85",
    ),
    (
        "a per cent among four",
        lambda: m.correct_selection((136, 107, 297, 165), selected=(94, 0.85, 0.64, 0.25)),
        "94% is written 0.94",
    ),
    (
        "a probability of nought",
        lambda: m.correct_selection((136, 107, 297, 165), selected=(0.9, 0.85, 0, 0.25)),
        "a probability of 0 counts nobody",
    ),
    ("an interval of one draw", lambda: m.Simulation([5.0]).interval(), "one draw has no interval: draw more"),
    (
        "sizes that were counted",
        lambda: m.variance_inflation(pd.Series([1, 1, 1, 9]).value_counts()),
        r"sizes.tolist\(\); if they are sizes",
    ),
    (
        "net negative counts",
        lambda: share_by_relation(pd.DataFrame({"offence_relation": ["exact"] * 2, "n": [1, -2]}), count="n"),
        "sums to -1",
    ),
    (
        "codes without names",
        lambda: harmonise_forces(pd.DataFrame({"code": ["E23000032"]}), code="code"),
        "force=None",
    ),
]


@pytest.mark.parametrize(("move", "words"), [pytest.param(move, words, id=name) for name, move, words in MOVES])
def test_a_wrong_move_is_refused_in_our_words(move, words):
    with pytest.raises(ValueError, match=words):
        move()


def test_a_table_whose_row_labels_would_be_lost_is_not_written(tmp_path):
    table = pd.DataFrame({"force": ["Kent", "Essex"], "offences": [2, 1]})
    for labelled in (table.groupby("force").sum(), table.set_index("force")):
        with pytest.raises(ValueError, match=r"rows have labels, such as '.*give table.reset_index"):
            write_csv(labelled, tmp_path / "a.csv")
        write_csv(labelled.reset_index(), tmp_path / "a.csv")
        assert (tmp_path / "a.csv").read_text().splitlines()[0] == '"force","offences"'
    write_csv(table[table["offences"] > 1], tmp_path / "a.csv")
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 2


def test_a_workbook_is_not_written_under_the_name_of_another_format(tmp_path):
    for write, name in ((write_ods, "a.xlsx"), (write_xlsx, "a.csv")):
        with pytest.raises(ValueError, match="what is written is"):
            write(None, tmp_path / name)


def test_noughts_in_the_corner_not_yet_watched_are_warned_of():
    entered = pd.Series([100, 110, 120], index=[2019, 2020, 2021])
    seen = pd.DataFrame([[10, 5, 4], [12, 6, np.nan], [11, np.nan, np.nan]], index=entered.index)
    with pytest.warns(UserWarning, match="noughts alone"):
        m.cohort_incidence(entered, {"charged": seen.fillna(0)})
    m.cohort_incidence(entered, {"charged": seen})


def test_written_months_in_order_give_the_answer_of_their_periods():
    for form in ("%b %Y", "%B %Y", "%b-%y", "%Y %b", "01/%m/%Y", "%Y-%m-01"):
        labels = PERIODS.strftime(form)
        assert change(SERIES.set_axis(labels), at=labels[8]) == change(SERIES), form
    assert read_calendar(["Q3 2020", "Q4 2020", "Q1 2021"]) == ([8082, 8083, 8084], 4)
    assert read_calendar(["Mar 20", "Mar 21"]) is None, "days or years"
    assert read_calendar(["02/03/2020", "03/03/2020"]) is None, "no first days of months"


def test_a_date_without_a_zone_is_found_among_dates_with_one():
    zoned = SERIES.set_axis(pd.date_range("2019-01-01", periods=18, freq="MS", tz="Europe/London"))
    assert change(zoned, at="2019-09-01") == change(SERIES)


def test_the_cures_that_are_advised_work():
    assert m.variance_inflation([size for size, times in {1: 100, 5: 3}.items() for _ in range(times)]) == 175 / 115
    assert m.cohort_tables(CELLS, until=pd.Period("2020-09-01", "Q-DEC"))[0].tolist() == [11, 7]
    sizes = pd.Series([1, 1, 1, 9])
    known = sizes.value_counts()
    assert m.variance_inflation([size for size, clusters in known.items() for _ in range(clusters)]) == 7
    suspects = pd.Series([11, 12, 13, *[14] * 9])
    assert m.variance_inflation(suspects.value_counts().tolist()) == m.variance_inflation(sizes) == 7
    assert m.variance_inflation(suspects.map("case {}".format).value_counts()) == 7
    whole = m.estimate_population(LISTS, method="bic")
    for moved in (LISTS.set_index(["a", "b", "c"]), LISTS.set_index("a")):
        assert m.estimate_population(moved.reset_index(), method="bic").total == whole.total
    cases = LISTS.loc[LISTS.index.repeat(LISTS["count"]), ["a", "b", "c"]]
    counted = cases.value_counts().reset_index(name="count")
    assert m.estimate_population(counted, method="bic").total == whole.total
    assert m.correct_counts(pd.Series({"a": 5, "b": 6}), np.diag([1.0, 1.0])).to_dict() == {"a": 5, "b": 6}
    codes = m.cumulative_incidence([30, 41, 12, 7, 3], [1, 2, 3, 4, 5], outcomes=[1, 2, 3, 4, 5])
    assert codes["incidence"].between(0, 1).all()
    link = {"x": RANGE.interval, "y": uniform(0.5, 0.6)}
    assert m.simulate_total_between(9, link, seed=0, draws=9)[0].median > 9


def test_a_season_is_fitted_from_one_whole_one_on_and_a_week_within_a_month_is_one():
    weeks = seasonal(53, "W-SUN", at=26)
    assert "sine_1" in weeks.table.index
    assert "sine_1" in seasonal(36, "D", at=18, period=7).table.index
    assert seasonal(16, "W-SUN", at=8, harmonics=0).table.index.tolist() == ["baseline", "trend", "level_change"]


def test_moves_that_cannot_be_told_from_right_ones_give_what_was_asked_for():
    # 20 open cases of which 6,000 a day are completed are a wait of minutes: rare, and no contradiction
    assert m.waiting_time(20, 6000) == 20 / 6000
    # a share of half a per cent is as printable as one of a half: the statement says which it is
    assert register.share("a", of="b", at_least=0.5).says == "a is at least 0.5% of b"
    # twenty times as many is what a new duty to record can do: the answer says that it is no 20%
    assert "+1900.0%" in m.detectable_from(COUNTS, delay=[1.0], ratio=20).reason
    assert "+20.0%" in m.detectable_from(COUNTS, delay=[1.0], ratio=1.2).reason


def test_a_missing_file_is_named_with_what_to_do_about_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    absent = tmp_path / "none.csv"
    for path, words in (
        (absent, "the folder is there, the file is not: check its name"),
        (tmp_path / "no" / "none.csv", "nor such a folder"),
        ("none.csv", f"it was looked for in {tmp_path}, so give the whole path"),
    ):
        for read in READERS:
            with pytest.raises(FileNotFoundError, match=re.escape(words)) as error:
                read(path)
            assert error.value.filename == str(path)
    for load in (register.load_figures, register.load_definitions, register.load_bridges):
        with pytest.raises(FileNotFoundError, match=r"give the path of a register.*none\.csv"):
            load(absent)


def test_a_table_of_cases_that_was_stacked_on_itself_is_warned_of_and_records_are_not():
    days = pd.to_datetime(["2023-01-01", "2023-01-01", "2023-04-01", "2023-04-01"])
    ends = pd.to_datetime(["2023-02-14", None, "2023-06-30", None])
    labels = ["charged", "open", "charged", "open"]
    cells = pd.DataFrame({"period_start": days, "closed": ends, "outcome_group": labels, "cases": [2, 5, 4, 6]})
    with pytest.warns(UserWarning, match=r"4 rows stands 2 times, and all are counted: .* cells.drop_duplicates\(\)"):
        entered, _ = m.cohort_tables(pd.concat([cells, cells]), until=pd.Period("2023Q2"))
    assert entered.tolist() == [14, 20]
    once, _ = m.cohort_tables(pd.concat([cells, cells]).drop_duplicates(), until=pd.Period("2023Q2"))
    assert once.tolist() == [7, 10]
    # a row for each case: as many equal rows as there are cases, which differ from cell to cell
    records = cells.loc[cells.index.repeat(cells["cases"])].assign(cases=1)
    assert m.cohort_tables(records, until=pd.Period("2023Q2"))[0].tolist() == [7, 10]
