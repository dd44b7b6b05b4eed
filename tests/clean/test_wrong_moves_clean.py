# ruff: noqa: E501 - a row a mistake
"""Mistakes that users make: each ends in the right answer or in words that name the place, the value and a cure."""

from __future__ import annotations

import datetime as dt
import traceback
import warnings
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from cseanalysis.clean import (
    UnmappedLabelError,
    explain,
    harmonise_forces,
    harmonise_offences,
    harmonise_outcomes,
    harmonise_periods,
    parse_counts,
    read_crosswalk,
    share_by_relation,
)

FRAME = pd.DataFrame(
    {
        "Financial Year": ["2017/18", "2017/18"],
        "Force Name": ["Heddlu Gwent", "Avon & Somerset Constabulary"],
        "Offence Code": ["88A", "71"],
        "Number of Offences": [31, 4],
    }
)
Call = Callable[[], Any]


def column(name: str, *cells: object) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(list(cells), dtype=object)})


def force(*cells: object, **options: Any) -> Any:
    return harmonise_forces(column("Force Name", *cells), **options)


def offence(code: object, year: object = "2017/18", **options: Any) -> Any:
    return harmonise_offences(column("Offence Code", code).assign(**{"Financial Year": [year]}), **options)


def period(*cells: object, name: str = "Financial Year", **options: Any) -> Any:
    return harmonise_periods(column(name, *cells), period=name, **options)


def quarter(cell: object, year: object = "2017/18", name: str = "q", **options: Any) -> Any:
    return harmonise_periods(column("Financial Year", year).assign(**{name: [cell]}), quarter=name, **options)


def outcome(*cells: object, **options: Any) -> Any:
    return harmonise_outcomes(column("Outcome Type", *cells), **options)


def counts(*cells: object, **options: Any) -> Any:
    return parse_counts(column("n", *cells), column="n", **options)


def shares(relations: list[Any], numbers: Any = None, **options: Any) -> Any:
    frame = pd.DataFrame({"offence_relation": pd.Series(relations, dtype=object)})
    return share_by_relation(frame if numbers is None else frame.assign(n=numbers), **options)


TWICE = pd.concat([FRAME, FRAME], axis=1)
KEEP = 'on_unmapped="keep"'
CELL = "A cell must be a number, a qualified number, a range or a known marker"
FRAMES = "must be a pandas, Polars, PyArrow, DuckDB, Dask or PySpark frame; make one first"
TEXT = "as numbers 4.10 and 4.1 are the same; read the file with dtype=str"
WIDTH = ("around_width=", "must be above zero", "try 0.5")
BOTH = 'say which as convention="starts", "ends" or "calendar"'
QUARTERS = ("a quarter must be 1, 2, 3 or 4", KEEP)
POINT = ("its point can be that of decimals or of thousands", "pandas.to_numeric if of decimals")
NO_PERIOD = ("not a period that can be read", "Write periods as 2017/18 or year ending March 2023")

REFUSED: list[tuple[Call, tuple[str, ...]]] = [
    # Names of forces and what holds them
    (lambda: force("Gwnet", "Avon and Somerset"), ("'Gwnet'", "1 row of 'Force Name'", "closest known label: 'Gwent'")),
    (lambda: force(np.nan, "Gwent"), ("1 row of 'Force Name'", "an empty cell", KEEP)),
    (lambda: force(""), ("'Force Name'", "''", KEEP)),
    (lambda: force("\N{GREEK CAPITAL LETTER KAPPA}ent"), ("'\u039aent'", "closest known label: 'Kent'")),
    (lambda: force("K\u0435nt"), ("closest known label: 'Kent'", "crosswalk=")),
    (lambda: force("Kent, Essex"), ("'Kent, Essex'", "closest known label", KEEP)),
    (lambda: force("West Midlands"), ("'West Midlands'", "the force", "the region", "code=", "crosswalk=")),
    (lambda: force("Greater London"), ("'Metropolitan Police Service' or 'London Region'", "code=")),
    (lambda: force("E23000099"), ("'E23000099'", KEEP)),
    (lambda: force(b"Kent"), ("'Force Name'", "bytes", "b'Kent'", "force names are text")),
    (lambda: force(True), ("'Force Name'", "bool", "force names are text")),
    (lambda: force("Kent", 5), ("'Force Name'", "int", "for example 5")),
    (lambda: force(pd.Timestamp("2020-01-01")), ("'Force Name'", "Timestamp", "force names are text")),
    (lambda: force(["Kent"]), ("'Force Name'", "list cells", "one text or one number")),
    (lambda: force("Kent", force=["Force Name"]), ("force=['Force Name']", "the name of one column")),
    (lambda: force("Kent", force=0), ("force=0", "the name of one column")),
    (lambda: force("Kent", code="code"), ("no column 'code'", "code=")),
    (lambda: force("Kent", force=None), ("force=None", "code=")),
    (lambda: force("Kent", code="Force Name"), ("'Kent'", "no code of a force, region or country")),
    (lambda: harmonise_forces(FRAME.rename(columns={"Force Name": "force"})), ("no column 'Force Name'", "'force'", "force=")),
    (lambda: harmonise_forces(FRAME.rename(columns={"Force Name": "PFA"})), ("no column 'Force Name'", "'PFA'", "force=")),
    (lambda: harmonise_forces(harmonise_forces(FRAME)), ("column 'force'", "exists already", "rename or drop it first")),
    (lambda: harmonise_forces(TWICE), ("two columns", "'Force Name'", "rename one of them")),
    (lambda: harmonise_forces(pa.table([["Kent"], [1], [2]], names=["Force Name", "x", "x"])), ("'x'", "rename one")),
    (lambda: harmonise_forces(pd.DataFrame()), ("no column 'Force Name'", "no columns", "force=")),
    (
        lambda: harmonise_forces(pd.DataFrame([["Kent"]], columns=pd.MultiIndex.from_tuples([("a", "Force Name")]))),
        ("no column 'Force Name'", "('a', 'Force Name')"),
    ),
    (lambda: harmonise_forces(pd.DataFrame(columns=[f"c{n}" for n in range(99)])), ("'c0'", "and 79 more", "force=")),
    (lambda: force("Kent", on_unmapped="ignore"), ("on_unmapped='ignore'", '"raise" or "keep"')),
    (lambda: force("Kent", on_unmapped=None), ("on_unmapped=None", '"raise" or "keep"')),
    (lambda: force("Kent", on_unmapped=["keep"]), ("on_unmapped=['keep']", '"raise" or "keep"')),
    # Crosswalks of one's own, and rules
    (lambda: force("Kent", crosswalk="no such file.csv"), ("crosswalk='no such file.csv'", "give the path of a CSV file")),
    (lambda: force("Kent", crosswalk=Path(__file__).parent), ("crosswalk=", "directory", "give the path")),
    (lambda: force("Kent", crosswalk="a\0b"), ("crosswalk=", "null byte", "give the path")),
    (lambda: force("Kent", crosswalk=pd.DataFrame()), ("crosswalk table", "no column 'rule_id'", "must be rule_id, label")),
    (lambda: force("Kent", crosswalk=read_crosswalk("offences")), ("no column 'force'", "must be rule_id, label")),
    (
        lambda: force("Kent", crosswalk=pd.concat([read_crosswalk("forces")] * 2, axis=1)),
        ("crosswalk table", "two columns have one name"),
    ),
    (lambda: read_crosswalk("Forces"), ("'Forces'", "forces, offences, outcomes")),
    (lambda: read_crosswalk(["forces"]), ("['forces']", "forces, offences, outcomes")),  # type: ignore[arg-type]
    (lambda: explain("offence:88A:2071"), ("'offence:88A:2071'", "'offence:88A:2017'", "take an id from offence_rule")),
    (lambda: explain("88A"), ("'88A'", "take an id from offence_rule")),
    (lambda: explain(None), ("rule_id of type NoneType", "such as 'offence:88A:2017'")),  # type: ignore[arg-type]
    (lambda: explain(["offence:71"]), ("rule_id of type list", "one rule")),  # type: ignore[arg-type]
    (lambda: explain(pd.Series(["offence:71"])), ("rule_id of type Series", "one rule")),  # type: ignore[arg-type]
    (lambda: explain("offence:71", crosswalk="no.csv"), ("crosswalk='no.csv'", "give the path")),
    (lambda: explain("offence:71", crosswalk=pd.DataFrame({"a": [1]})), ("the columns a", "forces, offences, outcomes")),
    # Offences
    (lambda: harmonise_offences(FRAME.assign(**{"Offence Code": [88, 71]})), ("'Offence Code'", "88", TEXT)),
    (lambda: harmonise_offences(FRAME.assign(**{"Offence Code": [71.0, 71.0]})), ("'Offence Code'", "71.0", TEXT)),
    (lambda: offence("88 A"), ("'88 A'", "closest known label: '88A'", KEEP)),
    (lambda: offence("88-A"), ("'88-A'", "closest known label: '88A'")),
    (lambda: offence("0088A"), ("'0088A'", "closest known label: '88A'")),
    (lambda: harmonise_offences(FRAME.assign(**{"Offence Code": ["71.0", "4.4"]})), ("'71.0'", "a code read as a number? Beside '4.4' it cannot be told", KEEP)),
    (lambda: offence("7l"), ("'7l'", KEEP)),
    (lambda: offence("1E5"), ("'1E5'", KEEP)),
    (lambda: offence("19c\u200b"), ("closest known label: '19C'", KEEP)),
    (lambda: offence("71, 21"), ("'71, 21'", KEEP)),
    (lambda: offence("999Z"), ("'999Z'", "'Offence Code'", "crosswalk=")),
    (lambda: offence("A" * 700), ("AAAA", "(702 characters)", KEEP)),
    (lambda: offence("grooming gang"), ("five definitions are in use",)),
    (lambda: offence("88A", 2017), ("'88A'", "offence:88A holds to 2017-03-31", "the readings of its period")),
    (lambda: offence("88A", "2017"), ("2017-04-01 to 2018-03-31 or 2016-04-01 to 2017-03-31", "readings of its period")),
    (lambda: offence("20", "2010/11"), ("'20'", "offence:20 holds to 2005-03-31")),
    (lambda: offence("71", "FY1"), ("'FY1'", "not a period that can be read", "Correct the code or its period")),
    (lambda: offence("71", "2017/19"), ("'2017/19'", "not a period that can be read")),
    (lambda: offence("71", "01/04/2017"), ("'01/04/2017'", "not a period that can be read")),
    (lambda: offence("71", dt.date(2017, 4, 1)), ("'2017-04-01'", "a date, not text or a year")),
    (lambda: offence("71", None), ("'Financial Year'", "an empty cell")),
    (lambda: harmonise_offences(FRAME, quarter="Calendar Quarter"), ("quarter='Calendar Quarter'", "April to June")),
    # Periods and quarters
    (lambda: period("2020"), ("'2020'", "'Financial Year'", BOTH, "2019-04-01 to 2020-03-31")),
    (lambda: period(2020), ("2020", BOTH)),
    (lambda: period("2020 [note 1]"), ("'2020 [note 1]'", BOTH)),
    (lambda: period("2020\N{NO-BREAK SPACE}"), ("2020", BOTH)),
    (lambda: period("2020", "2015/16", name="Year"), ("'2020'", BOTH)),
    (lambda: period("2020", "YE June 2019", name="Year"), ("'2020'", BOTH)),
    (lambda: period("2020", name="FY"), ("'2020'", BOTH)),
    (lambda: period("2020", name="Fiscal year"), ("'2020'", BOTH)),
    (lambda: period("2020", name="Year ending March"), ("'2020'", BOTH)),
    (lambda: period("2020", name="12 months to March"), ("'2020'", BOTH)),
    (lambda: period("2011-12", name="Period"), ("a year or a month", "2011-12-01 to 2011-12-31", "such as 2011/12")),
    (lambda: period("2011-12", "2012/13", name="Month"), ("'2011-12'", "a year or a month", "name the column Month")),
    (lambda: period("2003\N{EN DASH}04", "2004-05", name="Period"), ("a year or a month", "such as 2011/12")),
    (lambda: period("2015/16", name="Academic year"), ("'2015/16'", "another year than April to March")),
    (lambda: period("2015-16", name="Year ending June"), ("'2015-16'", "another year than April to March")),
    (lambda: period("2016", name="YE September", convention="ends"), ("'2016'", "write its last month")),
    (lambda: period("04/01/2017"), ("'04/01/2017'", *NO_PERIOD)),
    (lambda: period("01/04/2017"), ("'01/04/2017'", *NO_PERIOD)),
    (lambda: period("12 months ending 04/03/2020"), NO_PERIOD),
    (lambda: period("year ending 03/31/2020"), NO_PERIOD),
    (lambda: period("Apr-20"), ("'Apr-20'", *NO_PERIOD)),
    (lambda: period("21/20"), ("'21/20'", *NO_PERIOD)),
    (lambda: period("YE 2020"), NO_PERIOD),
    (lambda: period(43922), ("43922", *NO_PERIOD)),
    (lambda: period("0217/18"), ("'0217/18'", *NO_PERIOD)),
    (lambda: period("1066", name="Year"), ("'1066'", *NO_PERIOD)),
    (lambda: period(9999, name="Year"), ("9999", *NO_PERIOD)),
    (lambda: period("2020.0"), NO_PERIOD),
    (lambda: period(10**400), NO_PERIOD),
    (lambda: period(float("inf")), ("inf", *NO_PERIOD)),
    (lambda: period(True), ("True", *NO_PERIOD)),
    (lambda: period("\uff12\uff10\uff12\uff10"), NO_PERIOD),
    (lambda: period(b"2020"), ("a bytes, not text or a year",)),
    (lambda: period(pd.Timestamp("2020-04-01")), ("a Timestamp, not text or a year; write it as published",)),
    (lambda: period("2017/18", convention="start"), ("convention='start'", '"starts", "ends" or "calendar"')),
    (lambda: period("2017/18", convention=True), ("convention=True", '"starts", "ends" or "calendar"')),
    (lambda: quarter(5), ("'2017/18 quarter 5'", *QUARTERS)),
    (lambda: quarter("Apr-Jun"), ("quarter Apr-Jun", *QUARTERS)),
    (lambda: quarter(True), QUARTERS),
    (lambda: quarter(None), QUARTERS),
    (lambda: quarter(1.5), QUARTERS),
    (lambda: quarter("Q1 2017"), QUARTERS),
    (lambda: quarter(1, "2017"), ("'2017 quarter 1'", 'convention="starts" or "ends"')),
    (lambda: quarter(1, "2017", convention="calendar"), ("'2017 quarter 1'", "only a financial year has these quarters")),
    (lambda: quarter(1, "YE June 2017"), ("only a financial year has these quarters",)),
    (lambda: quarter(1, name="Calendar Quarter"), ("quarter='Calendar Quarter'", "1 is April to June")),
    (lambda: harmonise_periods(FRAME, quarter="Financial Quarter"), ("no column 'Financial Quarter'", "quarter=")),
    # Outcomes
    (lambda: outcome("Charged/Sumonsed"), ("'Charged/Sumonsed'", "closest known label: 'Charged/Summonsed'")),
    (lambda: outcome("OC02 - Charge/Summons"), ("that of youth_caution, its words of charged_or_summonsed", KEEP)),
    (lambda: outcome("OC1 8"), ("'OC1 8'", "two numbers of a type")),
    (lambda: outcome("10-11"), ("'10-11'", KEEP)),
    (lambda: outcome(1.5), ("1.5", KEEP)),
    (lambda: outcome(True), ("True", KEEP)),
    (lambda: outcome(99), ("99", KEEP)),
    (lambda: outcome(10**400), ("1000", "401 characters", KEEP)),
    (lambda: outcome(dt.date(2020, 1, 1)), ("datetime.date(2020, 1, 1)", KEEP)),
    # Counts
    *[
        (lambda cell=cell: counts(cell), (repr(cell), "1 row of 'n'", CELL))
        for cell in (
            "12,34", "1 23", "(5)", "c", "1,2345", "NULL", "1e3", "\N{VULGAR FRACTION ONE HALF}", "1.234,5", "1.234.567",
            "1'234", "1_234", "01,234", "1,00,000", "0x10", "+5", "*5", "--", "nill", "None", "#REF", "TBD", "<5>", "5(a)",
            "12-2011", "3-2020", "03-04", "01-02", "1-2-3", "May-5", "5 per 1,000", "1:5", "5\n6", "\u0663", "9" * 30, True,
            np.True_, 1 + 2j, dt.date(2020, 1, 1), b"5", float("inf"), 1e300, 10**30, pd.Period("2020"),
        )
    ],
    (lambda: counts("1.234"), ("'1.234'", *POINT)),
    (lambda: counts("-9.999"), ("'-9.999'", *POINT)),
    (lambda: counts("1.234", "1,234", "5", ".."), ("1 label", "'1.234'", *POINT)),
    (lambda: counts("\N{POUND SIGN}1.234"), POINT),
    (lambda: counts("around 12.500 [note 2]"), POINT),
    (lambda: counts("1.234-2.345"), POINT),
    (lambda: counts(["5"]), ("'n'", "list cells", "one text or one number")),
    (lambda: counts({"n": 5}), ("'n'", "dict cells")),
    (lambda: counts(Decimal("sNaN")), ("'n'", "sNaN", "leave its cell empty")),
    (lambda: parse_counts(pl.LazyFrame({"n": [[1]]}), column="n"), ("'n'", "list cells")),
    (lambda: parse_counts(duckdb.sql("select [1] as n"), column="n"), ("'n'", "list cells")),
    (lambda: parse_counts(duckdb.sql("select {'a': 1} as n"), column="n"), ("'n'", "dict cells")),
    (lambda: parse_counts(duckdb.sql("select true as n"), column="n"), ("True", CELL)),
    (lambda: parse_counts(pl.LazyFrame({"n": [True]}), column="n"), ("True", CELL)),
    (lambda: parse_counts(pa.table({"n": [{"a": 1}]}), column="n"), ("'n'", "dict cells")),
    *[
        (lambda width=width: counts("around 100", around_width=width), WIDTH)
        for width in ("0.5", None, True, 0, -1, float("nan"), float("inf"), 10**400, Decimal("NaN"), [0.5])
    ],
    *[  # 10 was meant as 10 per cent, and would reach below nought
        (lambda cell=cell: counts(cell, around_width=10), (f"{cell!r}", said, "no per cent; take less"))
        for cell, said in (
            ("around 100", "100 give or take 1000"), ("4k", "4000 give or take 10000"), ("5%", "5 give or take 10"),
            ("-5%", "5 give or take 10"), ("around 70%", "70 give or take 100"), ("one in 8", "8 give or take 10"),
            ("one in 10", "10 give or take 100"), ("about a third", "3 give or take 10"),
        )
    ],
    (lambda: counts("1", prefix=None), ("prefix=None", "must be text")),
    (lambda: counts("1", prefix=5), ("prefix=5", "must be text")),
    (lambda: parse_counts(FRAME, column="Number"), ("no column 'Number'", "'Number of Offences'", "column=")),
    (lambda: parse_counts(FRAME, column=None), ("column=None", "the name of one column")),  # type: ignore[arg-type]
    (lambda: parse_counts(counts("1"), column="n"), ("column 'value'", "exists already", "rename or drop")),
    # Shares
    (lambda: share_by_relation(pd.DataFrame({"a": [1]})), ("no column 'offence_relation'", "'a'", "relation=")),
    (lambda: shares(["exact"], [5], count="m"), ("no column 'm'", "'n'", "count=")),
    (lambda: shares(["exact", "broader"], [-5, 15], count="n"), ("'n' sums to -5", "'exact'", "take more areas or years")),
    (lambda: shares(["exact", None], [15, -5], count="n"), ("'n' sums to -5", "'unmapped'", "no share of the total")),
    (lambda: shares(["exact", "broader"], [-5, 5], count="n"), ("'n' sums to -5", "net negative part")),
    (lambda: shares(["Exact"]), ("'Exact'", "relations are exact, broader")),
    (lambda: shares([1]), ("'1'", "relations are exact")),
    (lambda: shares(["exact"], ["5"], count="n"), ("'n'", "not numbers", "parse_counts")),
    (lambda: shares(["exact"], [True], count="n"), ("'n'", "not numbers")),
    (lambda: shares(["exact", "broader"], [np.inf, 1], count="n"), ("'n'", "an infinite number")),
    (lambda: shares(["exact", "exact"], [np.inf, -np.inf], count="n"), ("'n'", "an infinite number")),
    (lambda: shares(["exact"], relation=None), ("relation=None", "the name of one column")),
]  # fmt: skip

NO_FRAMES: list[Call] = [
    partial(function, frame)
    for function in (harmonise_forces, harmonise_offences, harmonise_outcomes, harmonise_periods, share_by_relation)
    for frame in (
        *(["Gwent"], FRAME["Force Name"], {"Force Name": ["Gwent"]}, None, "file.csv", np.array([["Kent"]])),
        *(FRAME.groupby("Force Name"), pl.Series(["Kent"]), 5),
    )
]

Answers = dict[str, list[Any]]
READ: list[tuple[Call, Answers]] = [
    (
        lambda: harmonise_forces(harmonise_offences(FRAME)),
        {
            "force": ["Gwent", "Avon and Somerset"],
            "force_code": ["W15000002", "E23000036"],
            "offence_category": ["sexual_grooming", "abuse_of_children_through_sexual_exploitation"],
            "offence_rule": ["offence:88A:2017", "offence:71:2013"],
        },
    ),
    (lambda: harmonise_offences(harmonise_forces(FRAME)), {"offence_rule": ["offence:88A:2017", "offence:71:2013"]}),
    (lambda: force("gwent", "avon and somerset"), {"force": ["Gwent", "Avon and Somerset"]}),
    (lambda: force("Gwent ", "Avon\N{NO-BREAK SPACE}and Somerset"), {"force": ["Gwent", "Avon and Somerset"]}),
    (lambda: force("The Met", "MPS"), {"force": ["Metropolitan Police"] * 2}),
    (lambda: force("W15000002", "E23000036"), {"force": ["Gwent", "Avon and Somerset"]}),
    (
        lambda: harmonise_forces(pd.DataFrame({"Force Name": pd.Categorical(["Kent"], ["Kent", "Nowhere"])})),
        {"force": ["Kent"]},
    ),
    (lambda: harmonise_forces(FRAME.astype({"Force Name": "string[pyarrow]"})), {"force": ["Gwent", "Avon and Somerset"]}),
    (lambda: harmonise_forces(FRAME.set_index(pd.Index(["x", "x"]))), {"force": ["Gwent", "Avon and Somerset"]}),
    (lambda: harmonise_forces(harmonise_offences(FRAME.iloc[:0])), {"force": [], "offence_rule": []}),
    (lambda: force("Kent", np.nan, on_unmapped="keep"), {"force": ["Kent", None]}),
    (lambda: offence("88a"), {"offence_category": ["sexual_grooming"]}),
    (lambda: offence("88A", "2017-18"), {"offence_rule": ["offence:88A:2017"]}),
    (lambda: offence("71", "2017/2018"), {"offence_rule": ["offence:71:2013"]}),
    (lambda: offence("4.1"), {"offence_rule": ["offence:4.1"]}),
    (lambda: offence("4.10"), {"offence_rule": ["offence:4.10"]}),
    # Every reading of the year leads to one rule
    (lambda: offence("21", 2017), {"offence_rule": ["offence:21"]}),
    (lambda: offence("88A", "2012-13"), {"offence_rule": ["offence:88A"]}),
    (lambda: period("2020", name="Year"), {"period_start": ["2020-01-01"], "period_type": ["calendar_year"]}),
    (lambda: period("2020", "2021", name="Calendar year"), {"period_end": ["2020-12-31", "2021-12-31"]}),
    (lambda: period("2011-12"), {"period_end": ["2012-03-31"], "period_type": ["financial_year"]}),
    (lambda: period("2011-12", "2012-13", name="Period"), {"period_end": ["2012-03-31", "2013-03-31"]}),
    (lambda: period("2003-04", name="Year"), {"period_end": ["2004-03-31"]}),
    (lambda: period("year ending June 2016", name="Year ending June"), {"period_end": ["2016-06-30"]}),
    (lambda: quarter("Q1"), {"period_start": ["2017-04-01"]}),
    (lambda: quarter(4.0), {"period_start": ["2018-01-01"]}),
    (lambda: outcome(1), {"outcome": ["charged_or_summonsed"]}),
    (lambda: outcome("OC01 - Charge/Summons"), {"outcome": ["charged_or_summonsed"]}),
    (lambda: outcome("OC16 - a name of one's own"), {"outcome_rule": ["outcome:16"]}),
    (lambda: counts("1,234", "-5", "0"), {"value": [1234, -5, 0]}),
    (lambda: counts("1.234", "0.68"), {"value": [1.234, 0.68]}),
    (lambda: counts("1.234", "12.5"), {"value": [1.234, 12.5]}),
    (lambda: counts("1.234", "9.1234"), {"value": [1.234, 9.1234]}),
    (lambda: counts("1.234", "1,234.5"), {"value": [1.234, 1234.5]}),
    (lambda: counts(1.234), {"value": [1.234]}),
    (lambda: counts("0.123"), {"value": [0.123]}),
    (lambda: counts("1234.567"), {"value": [1234.567]}),
    (lambda: counts("1.234%"), {"value": [1.234], "flag": ["%"]}),
    (lambda: counts("1.234 million"), {"low": [1_233_500], "high": [1_234_500]}),
    (lambda: counts("-", "..", ":", "[c]", "n/a", "", None), {"value": [None] * 7, "flag": ["-", "..", ":", "[c]", "n/a", *["empty"] * 2]}),
    (lambda: counts("<5", "fewer than 5"), {"value": [None] * 2, "high": [5, 5], "qualifier": ["less_than"] * 2}),
    (lambda: counts("~100"), {"value": [None], "low": [50], "high": [150]}),
    (lambda: counts("68%"), {"value": [68], "low": [67.5], "high": [68.5], "flag": ["%"]}),
    (lambda: counts("1\N{EN DASH}5", "5-9", "5-12"), {"low": [1, 5, 5], "high": [5, 9, 12]}),
    (lambda: counts(1.0, np.nan), {"value": [1, None], "flag": [None, "empty"]}),
    (lambda: counts(-0.0, Fraction(1, 2), Decimal("2.5"), np.int8(5)), {"value": [0, 0.5, 2.5, 5]}),
    (lambda: counts(pd.NaT, pd.NA, Decimal("NaN")), {"flag": ["empty"] * 3}),
    (lambda: parse_counts(pd.DataFrame({0: ["5"]}), column=0), {"value": [5]}),  # type: ignore[arg-type]
    (lambda: parse_counts(pd.DataFrame({"n": pd.Categorical([1, 2], [1, 2, 3])}), column="n"), {"value": [1, 2]}),
    (
        lambda: shares(["exact", "broader", "broader"], [5, 20, -5], count="n"),
        {"share_of_count": [0.25, 0.75, 0, 0, 0, 0.75]},
    ),
    (lambda: counts("around 0", around_width=10), {"low": [0], "high": [10]}),
    (lambda: counts("around 100", "one in 10", around_width=1), {"low": [0, 5], "high": [200, 100]}),
]  # fmt: skip


def run(call: Call) -> Any:
    """Run a call in which no warning may be raised either."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return call()


def own(error: BaseException) -> bool:
    """Tell whether the package itself raised it, not a library below."""
    last = traceback.extract_tb(error.__traceback__)[-1].filename
    return Path(last).parent.name in ("clean", "engine")


@pytest.mark.parametrize(("call", "words"), REFUSED, ids=range(len(REFUSED)))
def test_a_wrong_move_is_refused_in_words_that_name_the_place_the_value_and_a_cure(
    call: Call, words: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the words are those of the table
        run(call)
    message = str(caught.value)
    assert [word for word in words if word not in message] == [], message
    assert own(caught.value)
    assert len(message) < 1_200


@pytest.mark.parametrize("call", NO_FRAMES, ids=range(len(NO_FRAMES)))
def test_what_is_no_frame_is_refused_with_the_frames_that_there_are(call: Call) -> None:
    with pytest.raises(TypeError, match=f"a frame of type .*: {FRAMES}") as caught:
        run(call)
    assert own(caught.value)


@pytest.mark.parametrize(("call", "answers"), READ, ids=range(len(READ)))
def test_what_has_one_reading_is_read(call: Call, answers: Answers) -> None:
    result = run(call)
    for name, expected in answers.items():
        cells = [None if pd.isna(cell) else cell for cell in result[name].astype(object)]
        assert [f"{cell:%Y-%m-%d}" if isinstance(cell, dt.datetime) else cell for cell in cells] == expected


def dates(frame: pd.DataFrame) -> list[str]:
    return [f"{cell:%Y-%m-%d}" for cell in (*frame["period_start"], *frame["period_end"])]


def test_the_cures_that_messages_name_work() -> None:
    assert force("Gwent")["force"].tolist() == ["Gwent"]
    assert pd.isna(force("Gwnet", on_unmapped="keep")["force"].item())
    own_rule = read_crosswalk("forces").query("rule_id == 'force:W15000002'").assign(label="Gwnet", rule_id="mine:1")
    assert force("Gwnet", crosswalk=own_rule)["force"].tolist() == ["Gwent"]
    again = harmonise_forces(FRAME).drop(columns=list(harmonise_forces(FRAME).columns[4:]))
    assert harmonise_forces(again)["force"].tolist() == ["Gwent", "Avon and Somerset"]
    assert (
        harmonise_forces(TWICE.set_axis(range(8), axis=1).rename(columns={1: "Force Name"}).rename(columns=str))[
            "force"
        ].size
        == 2
    )
    assert harmonise_forces(FRAME.rename(columns={"Force Name": "PFA"}), force="PFA")["force"].size == 2
    assert harmonise_forces(pd.DataFrame({"Force Name": ["Gwent"]}))["force"].tolist() == ["Gwent"]
    assert offence(str(71))["offence_rule"].tolist() == ["offence:71:2013"]
    assert offence("88A", "2017/18")["offence_rule"].tolist() == ["offence:88A:2017"]
    assert dates(period("2020", convention="starts")) == ["2020-04-01", "2021-03-31"]
    assert dates(period("2020", convention="ends")) == ["2019-04-01", "2020-03-31"]
    assert dates(period(2020, convention="calendar")) == ["2020-01-01", "2020-12-31"]
    assert dates(period("2011/12", name="Month")) == ["2011-04-01", "2012-03-31"]
    assert dates(period("year ending August 2016", name="Academic year")) == ["2015-09-01", "2016-08-31"]
    assert dates(quarter(4, "2017", convention="starts")) == ["2018-01-01", "2018-03-31"]
    assert dates(quarter(4, "2017", convention="ends")) == ["2017-01-01", "2017-03-31"]
    assert parse_counts(pd.DataFrame({"n": pd.to_numeric(pd.Series(["1.234"]))}), column="n")["value"].tolist() == [
        1.234
    ]
    assert counts("around 100", around_width=0.5)["low"].tolist() == [50]
    assert parse_counts(counts("1"), column="n", prefix="second_")["second_value"].tolist() == [1]


def test_there_are_as_many_wrong_moves_as_promised() -> None:
    assert len(REFUSED) + len(READ) + len(NO_FRAMES) >= 200


def test_a_financial_year_and_a_bare_year_of_one_column_agree_on_every_engine() -> None:
    data = {"Financial Year": ["2020", "2019/20"]}
    frames: list[Any] = [pd.DataFrame(data), pl.DataFrame(data), pl.LazyFrame(data), pa.table(data)]
    frames.append(duckdb.from_arrow(pa.table(data)))
    messages = set()
    for frame in frames:
        with pytest.raises(UnmappedLabelError) as caught:
            harmonise_periods(frame)
        messages.add(str(caught.value))
        result = harmonise_periods(frame, convention="ends")
        result = result.collect() if isinstance(frame, pl.LazyFrame) else result
        result = result.pl() if hasattr(result, "pl") else result
        start, other = (
            result["period_start"].to_list() if not isinstance(result, pa.Table) else result["period_start"].to_pylist()
        )
        assert start == other
    assert len(messages) == 1
