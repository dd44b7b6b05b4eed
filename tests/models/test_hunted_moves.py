"""Mistakes found by trying moves on every public function: answers were wrong without a word, or there was none."""

import datetime
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
from cseanalysis.read import Limits, read_spreadsheet
from cseanalysis.values import Assumption, Estimate, Interval

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
    codes = m.cumulative_incidence([30, 41, 12, 7, 3], [1, 2, 3, 4, 5], outcomes=[1, 2, 3, 4, 5])
    assert codes["incidence"].between(0, 1).all()
    link = {"x": RANGE.interval, "y": uniform(0.5, 0.6)}
    assert m.simulate_total_between(9, link, seed=0, draws=9)[0].median > 9
