"""Mistakes that users make with the models of time: none gives a number without a word, and every cure works.

Each row is a call, what its refusal or warning must say (the argument, what was seen in it, the cure), and the cure
itself as code, with the answer that a right call gives.
"""

import re
import warnings
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from cseanalysis import models as m
from cseanalysis.distributions import fixed, uniform
from cseanalysis.values import Interval

NAN = np.nan
ROWS = [[400, 700, 900, 1000], [440, 770, 990, None], [360, 630, None, None], [480, None, None, None]]
YEARS = [2020, 2021, 2022, 2023]
COUNTS = pd.DataFrame(ROWS, index=YEARS)
INCREMENTS = pd.DataFrame(
    [[400, 300, 200, 100], [440, 330, 220, None], [360, 270, None, None], [480, None, None, None]], index=YEARS
)
ULTIMATE = {2020: 1000.0, 2021: 1100.0, 2022: 900.0, 2023: 1200.0}
QUARTERS = [100, 96, 103, 101, 99, 104, 98, 102, 203, 195, 207, 201, 198, 206, 197, 202]
INDEX = pd.period_range("2020Q1", periods=16, freq="Q")
SERIES = pd.Series(QUARTERS, index=INDEX)
SEASONAL = pd.Series([100, 140, 103, 60, 99, 144, 98, 62, 203, 285, 207, 121, 198, 286, 197, 122], index=INDEX)
CASES = [1, 1, 2, 3]
SHARE = Interval(0.25, 0.5, "bound")
SHAPES = Interval(1.0, 2.0, "bound")
STAGE = m.Stage("charged", uniform(0.1, 0.2), m.Delay("gamma", 1.0, 365.0))


def ultimate(counts, unit="year"):
    return m.chain_ladder(m.Triangle(counts, unit)).ultimate.round(6).to_dict()


def shares(events, **options):
    frame = m.cumulative_incidence(CASES, events, at=[3], **options)
    return dict(zip(frame["event"].tolist(), frame["incidence"].round(6).tolist(), strict=True))


PLANTED = {0: 0.0, "charged": 0.75, "closed": 0.25}


def ratio(counts, at="2022Q1", **options):
    return round(m.interrupted_series(counts, at=at, **options).level_ratio.point, 3)


SEASON_RATIO = ratio(SEASONAL, harmonics=1, period=4)


@dataclass(frozen=True)
class Move:
    """A mistake, what must be said of it, the cure and the right answer."""

    name: str
    call: object
    words: tuple[str, ...]
    cure: object = None
    right: object = None


def cells(**changed):
    table = {
        "period_start": pd.to_datetime(["2023-01-01", "2023-04-01"]),
        "closed": pd.to_datetime(["2023-02-14", None]),
        "outcome_group": ["charged", "open"],
        "cases": [2, 3],
    }
    return pd.DataFrame(table | changed)


def entered(cases=(10, 20), cohorts=("2022", "2023")):
    return pd.Series(cases, index=list(cohorts))


def ages(rows=((2, 4), (6, NAN)), cohorts=("2022", "2023")):
    return pd.DataFrame(list(rows), index=list(cohorts), columns=range(len(rows[0])))


def charged_by_3(events):
    return m.cumulative_incidence(CASES, events, at=[3])


TRIANGLES = [
    Move(
        "a list of rows",
        lambda: m.Triangle(ROWS, "year"),
        ("counts is a list", "DataFrame"),
        lambda: ultimate(pd.DataFrame(ROWS, index=YEARS)),
        ULTIMATE,
    ),
    Move(
        "an array",
        lambda: m.Triangle(np.array(ROWS, float), "year"),
        ("counts is a ndarray", "DataFrame"),
        lambda: ultimate(pd.DataFrame(np.array(ROWS, float), index=YEARS)),
        ULTIMATE,
    ),
    Move(
        "increments",
        lambda: m.Triangle(INCREMENTS, "year"),
        ("counts", r"every observed step falls \(6 of 6\)", r"increments\?", r"counts.cumsum\(axis=1\)"),
        lambda: ultimate(INCREMENTS.cumsum(axis=1)),
        ULTIMATE,
    ),
    Move(
        "increments of which the late ones are nought",
        lambda: m.Triangle(pd.DataFrame([[5, 0, 0], [4, 0, None], [3, None, None]]), "year"),
        ("every observed step falls", "2 of 3, the others from 0 to 0", "cumsum"),
        lambda: ultimate(pd.DataFrame([[5, 0, 0], [4, 0, None], [3, None, None]]).cumsum(axis=1)),
        {0: 5.0, 1: 4.0, 2: 3.0},
    ),
    Move(
        "increments that rise here and there",
        lambda: m.Triangle(
            pd.DataFrame([[40, 9, 3, 4], [35, 8, 2, None], [38, 7, None, None], [41, None, None, None]]), "year"
        ),
        ("counts", "fall at 5 of 6 steps", "total at 2 of 3 lags", "if they are increments", "cumsum"),
    ),
    Move(
        "increments that rise once but fall in total at every lag",
        lambda: m.Triangle(
            pd.DataFrame([[40, 9, 3, 1], [5, 8, 2, None], [38, 7, None, None], [41, None, None, None]]), "year"
        ),
        ("counts", "the total falls at every lag, until 3% is left", "cumsum"),
    ),
    Move(
        "lags from 1, as R has them",
        lambda: m.Triangle(COUNTS.set_axis([1, 2, 3, 4], axis=1), "year"),
        ("columns 1, 2, 3, 4", r"counts.set_axis\(range\(4\), axis=1\)"),
        lambda: ultimate(COUNTS.set_axis([1, 2, 3, 4], axis=1).set_axis(range(4), axis=1)),
        ULTIMATE,
    ),
    Move(
        "lags of 12, 24, 36, 48 months",
        lambda: m.Triangle(COUNTS.set_axis([12, 24, 36, 48], axis=1), "year"),
        ("columns 12, 24, 36, 48", "set_axis"),
    ),
    Move(
        "lags in text",
        lambda: m.Triangle(COUNTS.set_axis(list("0123"), axis=1), "year"),
        ("columns '0', '1', '2', '3' are text", r"counts\.rename\(columns=int\)"),
        lambda: ultimate(COUNTS.set_axis(list("0123"), axis=1).rename(columns=int)),
        ULTIMATE,
    ),
    Move(
        "newest first",
        lambda: m.Triangle(COUNTS.iloc[::-1], "year"),
        ("origins 2023, 2022", "oldest first", "sort_index"),
        lambda: ultimate(COUNTS.iloc[::-1].sort_index()),
        ULTIMATE,
    ),
    Move(
        "newest first, in financial years",
        lambda: m.Triangle(pd.DataFrame([[1, 2], [3, 4], [5, 6]], index=["2022/23", "2021/22", "2020/21"]), "year"),
        ("origins 2022/23", "oldest first", "sort_index"),
    ),
    Move(
        "noughts in place of missing",
        lambda: m.Triangle(COUNTS.fillna(0), "year"),
        ("counts", "corner.*noughts", "missing", "counts.where"),
        lambda: ultimate(COUNTS.fillna(0).where(np.add.outer(np.arange(4), np.arange(4)) < 4)),
        ULTIMATE,
    ),
    Move(
        "the latest count filled forward",
        lambda: m.Triangle(COUNTS.astype(float).ffill(axis=1), "year"),
        ("counts", "repeats the latest counts", "counts.where"),
        lambda: ultimate(COUNTS.astype(float).ffill(axis=1).where(np.add.outer(np.arange(4), np.arange(4)) < 4)),
        ULTIMATE,
    ),
    Move("text", lambda: m.Triangle(COUNTS.astype(str), "year"), ("lag 0 holds dates or text", "parse_counts")),
    Move("a long table", lambda: m.Triangle(COUNTS.stack().reset_index(), "year"), ("columns level_0", "lags 0, 1, 2")),
    Move(
        "an origin twice",
        lambda: m.Triangle(COUNTS.set_axis([2020, 2021, 2021, 2023], axis=0), "year"),
        ("origins 2021", "more than once", "one row each"),
    ),
    Move(
        "a year left out",
        lambda: m.Triangle(COUNTS.set_axis([2019, 2021, 2022, 2023], axis=0), "year"),
        ("origins 2019, 2021", "put every origin in"),
    ),
    Move(
        "a financial year left out",
        lambda: m.Triangle(COUNTS.set_axis(["2018/19", "2020/21", "2021/22", "2022/23"], axis=0), "year"),
        ("origins 2018/19, 2020/21", "put every origin in"),
    ),
    Move(
        "a quarter in text left out",
        lambda: m.Triangle(COUNTS.set_axis(["2020Q1", "2020Q3", "2020Q4", "2021Q1"], axis=0), "quarter"),
        ("origins 2020Q1, 2020Q3", "put every origin in"),
    ),
    Move(
        "a hole",
        lambda: m.Triangle(COUNTS.where(~((COUNTS.index == 2020)[:, None] & (np.arange(4) == 1))), "year"),
        ("origin 2020 at lag 1", "fill the hole"),
    ),
    Move(
        "a frame where a triangle is wanted",
        lambda: m.chain_ladder(COUNTS),
        ("triangle is a DataFrame", r"Triangle\(counts, lag_unit\)"),
        lambda: m.chain_ladder(m.Triangle(COUNTS, "year")).ultimate.round(6).to_dict(),
        ULTIMATE,
    ),
    Move("no unit", lambda: m.Triangle(COUNTS, ""), ("lag_unit is ''", "quarter")),
    Move(
        "a unit that the origins contradict",
        lambda: m.Triangle(COUNTS.set_axis(pd.period_range("2020", periods=4, freq="Y"), axis=0), "quarter"),
        ("lag_unit is 'quarter'", "a lag is 12 months"),
        lambda: list(ultimate(COUNTS.set_axis(pd.period_range("2020", periods=4, freq="Y"), axis=0), "year").values()),
        list(ULTIMATE.values()),
    ),
    Move(
        "shares of the last lag",
        lambda: m.Triangle(COUNTS / 1000, "year"),
        ("counts 0.4", "shares", "give the counts"),
        lambda: ultimate(COUNTS / 1000 * 1000),
        ULTIMATE,
    ),
    Move(
        "per cents of each origin",
        lambda: m.Triangle(pd.DataFrame([[40, 70, 100], [38, 71, 100], [41, 69, None], [39, None, None]]), "year"),
        ("counts|complete origins", "exactly 100", "per cents, give the counts"),
    ),
    Move(
        "per cents with decimals",
        lambda: m.Triangle(pd.DataFrame([[40.5, 70.1, 99.0], [38.2, 71.3, None], [41.1, None, None]]), "year"),
        ("counts are not whole", "40.5", "per cents"),
    ),
    Move(
        "infinity", lambda: m.Triangle(COUNTS.replace(1000, np.inf), "year"), ("counts inf", "2020, lag 3", "between")
    ),
    Move(
        "a negative count", lambda: m.Triangle(COUNTS.replace(700, -7), "year"), ("counts -7", "2020, lag 1", "cumsum")
    ),
    Move("a count too large", lambda: m.Triangle(COUNTS.replace(1000, 1e16), "year"), ("counts 1e.16", "2020, lag 3")),
    Move("an empty frame", lambda: m.Triangle(pd.DataFrame(), "year"), ("0 origins", "at least three")),
    Move(
        "two releases of one year",
        lambda: m.Triangle(pd.DataFrame([[58786, 59000]], index=["2017/18"]), "release"),
        ("1 origins", "revision factor"),
    ),
    Move(
        "a rule of another program",
        lambda: m.chain_ladder(m.Triangle(COUNTS, "year"), sigma_tail="Mack"),
        ("sigma_tail is 'Mack'", "mack, log-linear"),
    ),
    Move(
        "a level of 95",
        lambda: m.nowcast(m.Triangle(COUNTS, "year"), seed=0, level=95),
        ("level 95", "95% is written 0.95"),
        lambda: m.nowcast(m.Triangle(COUNTS, "year"), seed=0, draws=10, level=0.95).level,
        0.95,
    ),
    Move(
        "draws in scientific notation",
        lambda: m.nowcast(m.Triangle(COUNTS, "year"), seed=0, draws=1e4),
        ("draws is 10000.0", "write 10000", "whole number"),
    ),
    Move(
        "draws without end",
        lambda: m.nowcast(m.Triangle(COUNTS, "year"), seed=0, draws=10**12),
        ("draws is 1000000000000", "to 10,000,000; ask for fewer"),
    ),
    Move(
        "a share in per cent",
        lambda: m.lag_quantiles(m.Triangle(COUNTS, "year"), [50], seed=0, draws=10),
        (r"shares \[50\]", "between 0 and 1"),
    ),
    Move(
        "a shock that is no origin",
        lambda: m.over_dispersed_poisson(m.Triangle(COUNTS, "year"), shocks=["2020"]),
        ("shocks 2020", "2020 to 2023"),
    ),
    Move(
        "an exit of cases still open",
        lambda: m.competing_exits(pd.Series(2000, index=YEARS), {"still open": m.Triangle(COUNTS, "year")}, seed=0),
        ("exits 'still open'", "leave that triangle out"),
    ),
    Move(
        "a cohort in a list",
        lambda: m.competing_exits([2000] * 4, {"charged": m.Triangle(COUNTS, "year")}, seed=0),
        ("cohort is a list", "Series", "index=triangle.origins"),
        lambda: (
            m.competing_exits(
                pd.Series([2000] * 4, index=YEARS), {"charged": m.Triangle(COUNTS, "year")}, seed=0, draws=10
            ).level
        ),
        0.95,
    ),
    Move(
        "a cohort of other years",
        lambda: m.competing_exits(pd.Series(2000, index=[1, 2, 3, 4]), {"charged": m.Triangle(COUNTS, "year")}, seed=0),
        ("cohort and exits", "labels 2020", "same labels"),
    ),
]
OUTCOMES = [
    *(
        Move(
            f"{label!r} for a case still open",
            lambda label=label: charged_by_3(["charged", "closed", label, "charged"]),
            ("events", repr(label).replace("(", r"\("), "open="),
            lambda label=label: shares(["charged", "closed", label, "charged"], open=label),
            PLANTED,
        )
        for label in (
            "censored",
            "open",
            "Still open",
            "0",
            "NA",
            "n/a",
            "pending",
            "Under investigation",
            "",
            "none",
            "not yet assigned an outcome",
            "right-censored",
            "alive",
            "nan",
        )
    ),
    Move(
        "False for a case still open",
        lambda: charged_by_3(["charged", "closed", False, "charged"]),
        ("events hold truth values", "open=False"),
        lambda: shares(["charged", "closed", False, "charged"], open=False),
        PLANTED,
    ),
    *(
        Move(
            f"{label!r} for a case still open",
            lambda label=label: charged_by_3(["charged", "closed", label, "charged"]),
            ("events: 1 of 4 are missing", "open=None"),
            lambda label=label: shares(["charged", "closed", label, "charged"], open=None),
            PLANTED,
        )
        for label in (None, NAN, pd.NA)
    ),
    Move(
        "two words for open, one declared",
        lambda: shares(["charged", "censored", "pending", "charged"], open="censored"),
        ("events hold 'pending'", r"open=\['censored', 'pending'\]"),
        lambda: shares(["charged", "censored", "pending", "charged"], open=["censored", "pending"]),
        {0: 0.0, "charged": 1.0},
    ),
    Move(
        "R's 1 for censored and 2 for the event",
        lambda: charged_by_3([2, 2, 1, 2]),
        ("events hold 1 and 2", "open=1", r"outcomes=\[1, 2\]"),
        lambda: shares([2, 2, 1, 2], open=1),
        {0: 0.0, 2: 1.0},
    ),
    Move(
        "R's coding in decimals",
        lambda: charged_by_3(np.array([2.0, 2.0, 1.0, 2.0])),
        ("events hold 1 and 2", "open=1"),
        lambda: shares([2, 2, 1, 2], outcomes=[1, 2]),
        {0: 0.0, 1: 0.25, 2: 0.75},
    ),
    Move(
        "True and False",
        lambda: charged_by_3([True, True, False, True]),
        ("events hold truth values", "open=False"),
        lambda: shares([True, True, False, True], open=False),
        {0: 0.0, 1: 1.0},
    ),
    Move("truth values and numbers", lambda: charged_by_3([True, 2, 0, 1]), ("events hold truth values and numbers",)),
    Move(
        "0 beside another word for open",
        lambda: shares(["charged", 0, "censored", "charged"], open="censored"),
        ("events hold 0", r"open=\['censored', 0\]"),
        lambda: shares(["charged", 0, "censored", "charged"], open=["censored", 0]),
        {0: 0.0, "charged": 1.0},
    ),
    Move(
        "capitals that differ",
        lambda: charged_by_3(["charged", "Charged", 0, "charged"]),
        ("events 'charged' and 'Charged'", "write them alike"),
        lambda: shares(["charged", "Charged", 0, "charged"], outcomes=["charged", "Charged"]),
        {0: 0.0, "Charged": 0.25, "charged": 0.75},
    ),
    Move(
        "an outcome that was not named",
        lambda: shares(["charged", "closed", 0, "charged"], outcomes=["charged"]),
        ("events 'closed'", "outcomes", "open='closed'"),
    ),
    Move(
        "outcomes in one word",
        lambda: shares(["charged", "closed", 0, "charged"], outcomes="charged"),
        ("outcomes is 'charged'", r"\['charged'\]"),
    ),
    Move(
        "an outcome named twice", lambda: shares(["a", "b", 0, "a"], outcomes=["a", "b", "a"]), ("outcomes 'a'", "once")
    ),
    Move("0 as an outcome", lambda: shares(["a", "b", 0, "a"], outcomes=["a", "b", 0]), ("outcomes 0", "recode")),
    Move("no outcomes at all", lambda: shares(["a", "b", 0, "a"], outcomes=[]), ("outcomes is empty", "leave it out")),
    Move(
        "text for noughts in a category",
        lambda: charged_by_3(pd.Categorical(["charged", "closed", "0", "charged"])),
        ("events hold '0' as text", "open='0'"),
        lambda: shares(pd.Categorical(["charged", "closed", "0", "charged"]), open="0"),
        PLANTED,
    ),
    Move(
        "a negative time",
        lambda: m.cumulative_incidence([-1, 1, 2, 3], ["c", "c", 0, "c"]),
        (r"times \[-1.0\]", "end date before its start"),
    ),
    Move(
        "a missing time",
        lambda: m.cumulative_incidence([NAN, 1, 2, 3], ["c", "c", 0, "c"]),
        ("times: 1 of 4 are missing", "find out"),
    ),
    Move(
        "time differences",
        lambda: m.cumulative_incidence(pd.to_timedelta([1, 1, 2, 3], unit="D"), ["c", "c", 0, "c"]),
        ("times", "timedelta", "plain numbers"),
        lambda: float(
            m.cumulative_incidence(pd.to_timedelta([1, 1, 2, 3], unit="D").days, ["c", "c", 0, "c"], at=[1])[
                "incidence"
            ][1]
        ),
        0.5,
    ),
    Move(
        "dates for times",
        lambda: m.cumulative_incidence(pd.date_range("2020", periods=4), ["c", "c", 0, "c"]),
        ("times", "dates", "plain numbers"),
    ),
    Move(
        "lengths that differ",
        lambda: m.cumulative_incidence([1, 1, 2], ["charged", "closed", 0, "charged"]),
        (r"events has shape \(4,\)", "each of 3 cases"),
    ),
    Move(
        "series of other labels",
        lambda: m.cumulative_incidence(pd.Series(CASES), pd.Series(["charged", "closed", 0, "charged"], list("abcd"))),
        ("events and times", "labels 0, 1, 2, 3, a and 3 more", "same labels"),
        lambda: float(
            m.cumulative_incidence(
                pd.Series(CASES), pd.Series(["charged", "closed", 0, "charged"], list("abcd")).to_numpy(), at=[3]
            )["incidence"][1]
        ),
        0.75,
    ),
    Move(
        "truth values for times",
        lambda: m.cumulative_incidence([True, True, False, True], ["c", "c", 0, "c"]),
        ("times holds truth values", "give numbers"),
    ),
    Move(
        "a time not watched",
        lambda: m.cumulative_incidence([1, 2], ["c", 0], at=[90]),
        ("at", "90", "watched until 2", "earlier times"),
    ),
    Move(
        "a level of 95",
        lambda: m.cumulative_incidence(CASES, ["c", "c", 0, "c"], level=95),
        ("level 95", "95% is written 0.95"),
    ),
    Move(
        "nothing happened",
        lambda: m.cumulative_incidence([1, 2], [0, 0]),
        ("nothing happened", "outcomes=", "at="),
        lambda: m.cumulative_incidence([1, 2], [0, 0], outcomes=["charged"], at=[1])["high"].round(3).tolist(),
        [1.0, 0.842],
    ),
    Move(
        "entered in a list", lambda: m.cohort_incidence([10, 20], {"charged": ages()}), ("entered is a list", "Series")
    ),
    Move(
        "a table without a name", lambda: m.cohort_incidence(entered(), ages()), ("outcomes is a DataFrame", "charged")
    ),
    Move(
        "a list for a table",
        lambda: m.cohort_incidence(entered(), {"charged": [[2, 4]]}),
        ("outcome 'charged' is a list", "DataFrame"),
    ),
    Move(
        "other cohorts",
        lambda: m.cohort_incidence(entered(), {"charged": ages(cohorts=("2022", "2024"))}),
        (
            "outcome 'charged'",
            "cohorts 2024, 2023 are not in both|cohorts 2023, 2024 are not in both",
            "give all the same",
        ),
    ),
    Move(
        "open cases as an outcome",
        lambda: m.cohort_incidence(entered(), {"charged": ages(), "open": ages()}),
        ("outcomes 'open'", "leave that table out"),
        lambda: m.cohort_incidence(entered(), {"charged": ages()}, at=[0])["incidence"].round(4).tolist(),
        [0.7333, 0.2667],
    ),
    Move(
        "totals up to each age",
        lambda: m.cohort_incidence(entered((20, 20)), {"charged": ages(((2, 4, 6), (1, 3, NAN)))}),
        ("outcome 'charged'", "never falls from age to age", r"table.diff\(axis=1\)"),
        lambda: (
            m.cohort_incidence(
                entered((20, 20)),
                {
                    "charged": ages(((2, 4, 6), (1, 3, NAN)))
                    .diff(axis=1)
                    .fillna({0: pd.Series([2, 1], ["2022", "2023"])})
                },
                at=[0],
            )["incidence"]
            .round(4)
            .tolist()
        ),
        [0.925, 0.075],
    ),
    Move(
        "shares for counts",
        lambda: m.cohort_incidence(entered(), {"charged": ages(((0.2, 0.4), (0.6, NAN)))}),
        ("outcome 'charged' holds 0.2", "whole counts", "shares: give the counts"),
    ),
    Move(
        "more outcomes than cases",
        lambda: m.cohort_incidence(entered((5, 20)), {"charged": ages()}),
        ("cohorts 2022", "more outcomes than cases"),
    ),
    Move(
        "cells of another library",
        lambda: m.cohort_tables([1], until=pd.Period("2023Q2")),
        ("cells is a list", "to_pandas"),
    ),
    Move(
        "a last period in text",
        lambda: m.cohort_tables(cells(), until="2023Q2"),
        ("until is '2023Q2'", "pd.Period"),
        lambda: int(m.cohort_tables(cells(), until=pd.Period("2023Q2"))[0].sum()),
        5,
    ),
    Move(
        "a column that is not there",
        lambda: m.cohort_tables(cells(), until=pd.Period("2023Q2"), cases="n"),
        ("no column 'n'", "name those"),
        lambda: int(
            m.cohort_tables(cells().rename(columns={"cases": "n"}), until=pd.Period("2023Q2"), cases="n")[0].sum()
        ),
        5,
    ),
    Move(
        "a list for a column",
        lambda: m.cohort_tables(cells(), until=pd.Period("2023Q2"), cases=["cases"]),
        (r"no column \['cases'\]", "name those"),
    ),
    Move(
        "counts in text",
        lambda: m.cohort_tables(cells(cases=["2", "3"]), until=pd.Period("2023Q2")),
        (r"'cases' holds \['2', '3'\]", "parse_counts"),
    ),
    Move(
        "closed, and still open",
        lambda: m.cohort_tables(cells(closed=pd.to_datetime(["2023-02-14", "2023-06-01"])), until=pd.Period("2023Q2")),
        ("'open'", "closed with an outcome that means still open", "no date of closing"),
    ),
    Move(
        "charged, without a date",
        lambda: m.cohort_tables(cells(outcome_group=["charged", "charged"]), until=pd.Period("2023Q2")),
        ("3 cases in 1 cells", "'charged'", "taken as still open", "give the date"),
    ),
    Move(
        "dates in text",
        lambda: m.cohort_tables(cells(closed=["01/02/2023", None]), until=pd.Period("2023Q2")),
        ("'closed' holds '01/02/2023'", "give dates"),
    ),
]
SERIES_OF_COUNTS = [
    Move(
        "an American date",
        lambda: ratio(SERIES, at="01/15/2022"),
        ("at='01/15/2022'", "2020Q1 to 2023Q4", "2017-04-01"),
    ),
    Move(
        "a date in a period",
        lambda: ratio(SERIES, at="2022-02-15"),
        ("at='2022-02-15'", "first day", "whole period"),
        lambda: ratio(SERIES, at="2022-01-01"),
        1.99,
    ),
    Move("a date that is not there", lambda: ratio(SERIES, at="2030Q1"), ("at='2030Q1'", "2020Q1 to 2023Q4")),
    Move("no date", lambda: ratio(SERIES, at=None), ("at=None", "2020Q1 to 2023Q4")),
    Move(
        "another frequency", lambda: ratio(SERIES, at=pd.Period("2022-01", freq="M")), ("at=Period", "2020Q1 to 2023Q4")
    ),
    Move("a list for a date", lambda: ratio(SERIES, at=["2022Q1"]), (r"at=\['2022Q1'\]", "name the first")),
    Move(
        "not in order",
        lambda: ratio(SERIES.iloc[::-1]),
        ("counts", "2023Q4, 2023Q3", "sort_index"),
        lambda: ratio(SERIES.iloc[::-1].sort_index()),
        1.99,
    ),
    Move(
        "text quarters not in order",
        lambda: ratio(SERIES.set_axis(INDEX.astype(str)).sample(frac=1, random_state=1)),
        ("counts", "not in order", "sort_index"),
        lambda: ratio(SERIES.set_axis(INDEX.astype(str)).sample(frac=1, random_state=1).sort_index()),
        1.99,
    ),
    Move("a quarter left out", lambda: ratio(SERIES.drop(INDEX[4])), ("counts", "2020Q4 to 2021Q2", "fill the gap")),
    Move(
        "a quarter in text left out",
        lambda: ratio(SERIES.set_axis(INDEX.astype(str)).drop("2021Q1")),
        ("counts", "2020Q4 to 2021Q2", "fill the gap"),
    ),
    Move(
        "12 periods a year on quarters",
        lambda: ratio(SEASONAL, harmonics=1, period=12),
        ("period is 12", "4 periods a year", "period=4"),
        lambda: ratio(SEASONAL, harmonics=1),
        SEASON_RATIO,
    ),
    Move(
        "4 periods a year on months",
        lambda: ratio(
            pd.Series(QUARTERS, pd.period_range("2020-01", periods=16, freq="M")), at="2020-09", harmonics=1, period=4
        ),
        ("period is 4", "12 periods a year", "period=12"),
    ),
    Move(
        "a season of an index that does not tell it",
        lambda: ratio(SEASONAL.to_numpy(), at=8, harmonics=1),
        ("period is not stated", "season of 12 periods was assumed", "period=4"),
        lambda: ratio(SEASONAL.to_numpy(), at=8, harmonics=1, period=4),
        SEASON_RATIO,
    ),
    Move(
        "a season of years",
        lambda: ratio(pd.Series(QUARTERS, pd.period_range("2000", periods=16, freq="Y")), at="2008", harmonics=1),
        ("period is 1", "harmonics=0"),
    ),
    Move("too many harmonics", lambda: ratio(SEASONAL, harmonics=3), ("harmonics is 3", "period of 4", "harmonics=2")),
    Move(
        "a missing count",
        lambda: ratio(SERIES.astype(float).mask(INDEX[3] == INDEX)),
        ("1 of 16 counts", "2020Q4", "not a nought"),
    ),
    Move(
        "a frame of one column",
        lambda: ratio(SERIES.to_frame("n")),
        (r"counts have shape \(16, 1\)", "one row"),
        lambda: ratio(SERIES.to_frame("n")["n"]),
        1.99,
    ),
    Move(
        "rates for counts",
        lambda: ratio(SERIES / 1000),
        ("counts holds 0.1", "whole counts", "shares: give the counts"),
        lambda: ratio(SERIES, exposure=[1000] * 16),
        1.99,
    ),
    Move(
        "per cents for counts",
        lambda: ratio(SERIES / 7),
        ("counts holds 14.2857", "whole counts", "per cents are made of"),
    ),
    Move("text for counts", lambda: ratio(SERIES.astype(str)), ("counts holds dates or text", "parse_counts")),
    Move(
        "an exposure too short", lambda: ratio(SERIES, exposure=[1, 2]), ("exposure has 2 values for 16", "each period")
    ),
    Move(
        "an exposure of other labels",
        lambda: ratio(SERIES, exposure=pd.Series(1.0, index=range(16))),
        ("exposure and counts", "labels", "to_numpy"),
    ),
    Move("a word of R for the family", lambda: ratio(SERIES, family="nb"), ("family is 'nb'", "negative-binomial")),
    Move("a level of 95", lambda: ratio(SERIES, level=95), ("level 95", "95% is written 0.95")),
    Move(
        "labels that repeat",
        lambda: ratio(SERIES.set_axis([0] * 16), at=0),
        ("counts", "0", "occur twice", "add the counts up"),
    ),
    Move(
        "no scatter of truth values",
        lambda: ratio(SERIES, slope_change="yes"),
        ("slope_change is 'yes'", "True or False"),
    ),
    Move(
        "one date in many",
        lambda: m.many_changes(SERIES.to_frame("n"), dates="2022Q1"),
        ("dates is '2022Q1'", r"\['2022Q1'\]"),
    ),
    Move(
        "one series in many",
        lambda: m.many_changes(SERIES, dates=["2022Q1"]),
        ("counts is a Series", "DataFrame"),
        lambda: m.many_changes(SERIES.to_frame("n"), dates=["2022Q1"]).tried,
        1,
    ),
    Move(
        "a word for independence",
        lambda: m.many_changes(SERIES.to_frame("n"), dates=["2022Q1"], dependence="no"),
        ("dependence is 'no'", "True or False"),
    ),
    Move(
        "dates of the placebo that hold the date",
        lambda: m.placebo_dates(pd.Series([*QUARTERS, *QUARTERS]), at=16, dates=[16]),
        ("placebo dates", "the date itself"),
    ),
    Move(
        "a break without a seed that is one",
        lambda: m.break_search(SERIES, seed=None, draws=9),
        ("seed None", "whole number"),
    ),
    Move(
        "periods after in decimals",
        lambda: m.minimum_detectable(QUARTERS[:8], after=4.0),
        ("after is 4.0", "whole number"),
    ),
    Move("a power in per cent", lambda: m.minimum_detectable(QUARTERS[:8], after=4, power=80), ("power is 80", "0.8")),
    Move(
        "a share in per cent",
        lambda: m.detectable_from(QUARTERS[:8], delay=[1], ratio=2, share=50),
        ("share is 50", "50% is written 0.5"),
        lambda: m.detectable_from(QUARTERS[:8], delay=[1], ratio=2, share=0.5).never,
        False,
    ),
    Move(
        "a mass by lags in another order",
        lambda: m.detectable_from(QUARTERS[:8], delay=pd.Series([0.4, 0.6], index=[1, 0]), ratio=2),
        ("delay has the labels 1, 0", "0, 1, 2"),
        lambda: m.detectable_from(QUARTERS[:8], delay=pd.Series([0.4, 0.6], index=[1, 0]).sort_index(), ratio=2).never,
        False,
    ),
    Move(
        "a mass in per cent",
        lambda: m.detectable_from(QUARTERS[:8], delay=[40, 60], ratio=2),
        ("delay sums to 100", "divide counts or per cents by their sum"),
    ),
    Move(
        "shares in a ratio of counts",
        lambda: m.ratio_of_counts(0.3, 0.4),
        ("before is 0.3", "shares: give the counts"),
    ),
    Move(
        "per cents in a ratio of counts",
        lambda: m.ratio_of_counts(14.2, 15.1),
        ("before is 14.2", "whole count", "per cents are made of"),
    ),
    Move("a count in text", lambda: m.ratio_of_counts("717", 761), ("before is '717'", "must be a number")),
    Move(
        "a negative count", lambda: m.ratio_of_counts(717, -3), ("after is -3", "not negative", "give what was counted")
    ),
    Move("no clusters", lambda: m.variance_inflation([0, 3]), (r"sizes \[0.0, 3.0\]", "above nought")),
    Move("mean sizes of clusters", lambda: m.variance_inflation([2.5, 3]), ("sizes holds 2.5", "whole")),
    Move("one size", lambda: m.variance_inflation(3), ("sizes is 3", "as a list")),
]
DELAYS = [
    *(
        Move(
            f"{bad!r} for a range of shares",
            lambda bad=bad: m.split_by_year(900, bad),
            (
                "earlier_share is",
                "must be an Interval",
                r"write Interval\((0.3, 0.5|0.4, 0.4|low, high), \"bound\"\)",
            ),
            lambda: m.split_by_year(900, Interval(0.3, 0.5, "bound")).this_year.low,
            450.0,
        )
        for bad in ((0.3, 0.5), [0.3, 0.5], (0.5, 0.3), 0.4, "30%-50%", None, uniform(0.3, 0.5))
    ),
    Move(
        "per cents",
        lambda: m.without_cancelled(900, Interval(30, 50, "bound")),
        ("cancelled_share from 30 to 50", "between 0 and 1", "Interval\\(0.3, 0.5"),
        lambda: m.without_cancelled(900, Interval(0.3, 0.5, "bound")).high,
        630.0,
    ),
    Move("a share of records", lambda: m.split_by_year(0.4, SHARE), ("recorded is 0.4", "not a share")),
    Move("a count in words", lambda: m.split_by_year("1,400", SHARE), ("recorded is '1,400'", "must be a number")),
    Move(
        "a pair for shapes",
        lambda: m.delay_from_quantiles({0.5: 10}, family="gamma", shape=(1, 2)),
        (r"shape is \(1, 2\)", r"Interval\(1, 2, \"bound\"\)"),
        lambda: float(
            m.delay_from_quantiles({0.5: 10}, family="gamma", shape=Interval(1, 2, "bound"))[0].quantile(0.5).round(6)
        ),
        10.0,
    ),
    Move(
        "one number for shapes",
        lambda: m.delay_from_mean(300.0, shape=1.5),
        ("shape is 1.5", r"Interval\(1.5, 1.5"),
        lambda: round(m.delay_from_mean(300.0, shape=Interval(1.5, 1.5, "bound"))[0].mean(), 6),
        300.0,
    ),
    Move(
        "a shape of nought",
        lambda: m.delay_from_mean(300.0, shape=Interval(0, 1, "bound")),
        ("shape from 0 to 1", "above 0"),
    ),
    Move(
        "a median in per cent",
        lambda: m.delay_from_quantiles({50: 10}, family="gamma", shape=SHAPES),
        ("quantiles, level 50", "between 0 and 1", "0.5: 261"),
        lambda: len(m.delay_from_quantiles({0.5: 10}, family="gamma", shape=SHAPES)),
        2,
    ),
    Move(
        "a median alone",
        lambda: m.delay_from_quantiles(261, family="gamma", shape=SHAPES),
        ("quantiles is 261", "0.5: 261"),
    ),
    Move(
        "two quantiles for one",
        lambda: m.delay_from_quantiles({0.5: 10, 0.9: 5}, family="gamma", shape=SHAPES),
        ("2 quantiles", "shapes_from_quantiles"),
    ),
    Move(
        "days in text",
        lambda: m.delay_from_quantiles({0.5: "261"}, family="gamma", shape=SHAPES),
        ("quantiles, level 0.5, days is '261'",),
    ),
    Move("a family misspelt", lambda: m.Delay("weibul", shape=1.0, scale=2.0), ("family is 'weibul'", "weibull")),
    Move(
        "a share in per cent",
        lambda: m.Delay("gamma", 1.0, 2.0).quantile(50),
        (r"share \[50.0\]", "0.5 is the median"),
        lambda: round(float(m.Delay("gamma", 1.0, 2.0).quantile(0.5)), 4),
        1.3863,
    ),
    Move("days in text", lambda: m.Delay("gamma", 1.0, 2.0).completeness("3"), ("days", "text", "plain numbers")),
    Move(
        "days missing",
        lambda: m.Delay("gamma", 1.0, 2.0).completeness([1, NAN]),
        ("days: 1 of 2 are missing", "leave them out"),
    ),
    Move(
        "quantiles that fall",
        lambda: m.shapes_from_quantiles({0.5: 10, 0.9: 5}, family="gamma"),
        ("quantiles, level 0.9: 5", "not above that of level 0.5"),
    ),
    Move(
        "ends in a list",
        lambda: m.shapes_from_quantiles({0.5: [1, 2], 0.9: 5}, family="gamma"),
        (r"quantiles, level 0.5, days is \[1, 2\]",),
    ),
    Move(
        "a number for a delay",
        lambda: m.seen_in_window(12.0, 36.0),
        ("delay is 12.0", r"Delay\('gamma', 1.0, 12.0\)"),
        lambda: round(m.seen_in_window(m.Delay("gamma", 1.0, 12.0), 36.0).mean, 4),
        7.3116,
    ),
    Move(
        "a window in another unit",
        lambda: m.seen_in_window(m.Delay("gamma", 1.0, 12.0), 1e12),
        ("window is 1e", "are both in one unit"),
    ),
    Move(
        "no times to report",
        lambda: m.cumulative_incidence(CASES, ["charged", "closed", 0, "charged"], at=[]),
        ("at is empty", "leave it out"),
    ),
    Move(
        "a mean beyond the window",
        lambda: m.delay_from_window_mean(40, 36, family="gamma", shape=SHAPES),
        ("mean 40", "window of 36", "below the window"),
    ),
    Move("growth in text", lambda: m.forward_mean(7.5, "5%"), ("growth is '5%'", "must be a number")),
    Move("growth in per cent", lambda: m.forward_mean(7.5, 5), ("intake grows at 5", "smaller growth")),
    Move(
        "second events first",
        lambda: m.fit_seen_delays([3, 4], [1, 2], observed_until=6, family="gamma"),
        ("second events before the first", "exchanged"),
    ),
    Move(
        "an unfinished period",
        lambda: m.fit_seen_delays([1, 2], [3, 6], observed_until=6, family="gamma"),
        ("second", "observed_until=6", "leave the unfinished period out"),
    ),
    Move(
        "dates for times",
        lambda: m.fit_seen_delays(pd.date_range("2020", periods=2), [3, 6], observed_until=9, family="gamma"),
        ("first holds dates", "plain numbers"),
    ),
    Move(
        "shares for weights",
        lambda: m.fit_seen_delays([1, 2, 3], [3, 4, 4], observed_until=9, family="gamma", weights=[0.2, 0.3, 0.5]),
        ("weights holds 0.2", "shares: give the counts"),
    ),
    Move(
        "labels that differ",
        lambda: m.fit_seen_delays(
            pd.Series([1, 2], list("ab")), pd.Series([3, 4], list("bc")), observed_until=9, family="gamma"
        ),
        ("second and first", "labels a, c", "same labels"),
    ),
    Move("a stock in text", lambda: m.backlog("100", [30], [20]), ("open_at_start is '100'", "must be a number")),
    Move(
        "flows of other years",
        lambda: m.backlog(100, pd.Series([30, 30], [2020, 2021]), pd.Series([20, 40], [2021, 2022])),
        ("disposals and receipts", "labels 2020, 2022", "same labels"),
    ),
    Move(
        "flows that leave a year out",
        lambda: m.backlog(100, pd.Series([30, 30, 1, 1], [2020, 2021, 2022, 2024]), [20, 40, 1, 1]),
        ("receipts", "2022 to 2024", "fill the gap"),
    ),
    Move(
        "more completed than there was", lambda: m.backlog(100, [30], [200]), ("period 0", "-70", "same kind of case")
    ),
    Move(
        "truth values for flows",
        lambda: m.backlog(100, [True, False], [0, 0]),
        ("receipts holds truth values", "give numbers"),
    ),
    Move("a capacity missing", lambda: m.serve_queue(10, [5, 5], None), ("capacity", "nan", "missing is not zero")),
    Move(
        "a stock that grows", lambda: m.waiting_time([100, 140], 40), ("open cases grow from 100 to 140", "serve_queue")
    ),
    Move(
        "a stock too short",
        lambda: m.stock_residual([100, 130], [30, 40], [20, 30]),
        (r"open_cases of shape \(2,\)", "at the start"),
    ),
    Move(
        "a probability in per cent",
        lambda: m.project_cohorts([100, 200], [0.25, 0.75], 40),
        ("probability is 40", "40% is written 0.4"),
        lambda: m.project_cohorts([100, 200], [0.25, 0.75], 0.4).tolist(),
        [10.0, 50.0],
    ),
    Move(
        "a range for a probability",
        lambda: m.project_cohorts([100, 200], [0.25, 0.75], Interval(0.3, 0.5, "bound")),
        ("probability is Interval", "must be a number"),
    ),
    Move(
        "arguments exchanged",
        lambda: m.project_cohorts([0.25, 0.75], [100, 200], 0.4),
        ("delay sums to 300", "probability mass"),
    ),
    Move(
        "a delay for its mass",
        lambda: m.project_cohorts([100, 200], m.Delay("gamma", 1.0, 90.0), 0.4),
        ("delay is a Delay", "delay.mass"),
        lambda: len(m.project_cohorts([100, 200], m.Delay("gamma", 1.0, 90.0).mass(2, period_days=91.3125), 0.4)),
        2,
    ),
    Move("half a cohort", lambda: m.completeness([0.5, 0.5], 2.5), ("periods is 2.5", "whole number")),
    Move("a share of nothing", lambda: m.periods_until_visible([100, 100], [0.5, 0.5], 0), ("share is 0", "above 0")),
    Move(
        "a number for a probability",
        lambda: m.Stage("charged", 0.15, [0.5, 0.5]),
        ("probability 0.15", r"fixed\(0.15\)"),
        lambda: m.Stage("charged", fixed(0.15), [0.5, 0.5]).name,
        "charged",
    ),
    Move(
        "a range for a probability",
        lambda: m.Stage("charged", Interval(0.1, 0.2, "bound"), [0.5, 0.5]),
        ("probability Interval", r"uniform\(0.1, 0.2\)"),
        lambda: m.Stage("charged", uniform(0.1, 0.2), [0.5, 0.5]).name,
        "charged",
    ),
    Move(
        "one stage",
        lambda: m.simulate_pipeline([10], STAGE, period_days=91, seed=0, draws=10),
        ("stages is", "a list of Stage"),
        lambda: list(m.simulate_pipeline([10], [STAGE], period_days=91, seed=0, draws=10).waits),
        ["charged"],
    ),
    Move(
        "a level in per cent",
        lambda: m.simulate_pipeline([10], [STAGE], period_days=91, seed=0, draws=10, level=95),
        ("level 95", "95% is written 0.95"),
    ),
    Move(
        "a count in decimals of another kind",
        lambda: m.forward_mean(Decimal("7.5"), 0.05),
        ("observed_mean is Decimal", "must be a number"),
    ),
]
ALL = [*TRIANGLES, *OUTCOMES, *SERIES_OF_COUNTS, *DELAYS]


def said(call):
    """What a call says: the text of its refusal, or of its warnings."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            call()
        except ValueError as error:
            return str(error)
    return "; ".join(str(one.message) for one in heard)


@pytest.mark.parametrize("move", ALL, ids=lambda move: move.name)
def test_a_wrong_move_is_refused_or_warned_of_with_argument_value_and_cure(move):
    text = said(move.call)
    assert text, "it gave an answer without a word"
    for word in move.words:
        assert re.search(word, text), f"{word!r} is not in: {text}"


@pytest.mark.parametrize("move", [move for move in ALL if move.cure is not None], ids=lambda move: move.name)
def test_the_cure_of_a_wrong_move_works(move):
    assert move.cure() == move.right


@pytest.mark.parametrize("dtype", ["Int64", "float64", "double[pyarrow]", object])
def test_counts_of_every_type_give_the_answer_of_plain_ones(dtype):
    assert ultimate(COUNTS.astype(dtype)) == ULTIMATE


@pytest.mark.parametrize(
    "index", [["2019/20", "2020/21", "2021/22", "2022/23"], pd.period_range("2020", periods=4, freq="Y"), range(4)]
)
def test_origins_by_any_name_give_the_answer_of_plain_years(index):
    assert list(ultimate(COUNTS.set_axis(index, axis=0)).values()) == list(ULTIMATE.values())


@pytest.mark.parametrize("at", ["2022Q1", "2022-01-01", pd.Timestamp("2022-01-01"), pd.Period("2022Q1"), 8], ids=str)
def test_a_date_is_named_by_label_or_first_day(at):
    assert (
        ratio(SERIES, at=at) == ratio(SERIES.to_timestamp(), at=8) == ratio(SERIES.astype("Int64"), at="2022Q1") == 1.99
    )


def test_series_are_matched_by_label_and_never_by_position():
    exposure = pd.Series(np.arange(1, 17), index=INDEX)
    assert ratio(SERIES, exposure=exposure.iloc[::-1]) == ratio(SERIES, exposure=exposure.to_numpy())
    receipts, disposals = pd.Series([30, 31], [2020, 2021]), pd.Series([41, 20], [2021, 2020])
    with pytest.raises(ValueError, match="disposals: the periods 2021, 2020 are not in order"):
        m.backlog(100, receipts, disposals)
    events = pd.Series(["charged", "closed", 0, "charged"], list("abcd"))
    times = pd.Series(CASES, list("abcd"))
    pd.testing.assert_frame_equal(
        m.cumulative_incidence(times, events.iloc[::-1], at=[3]), m.cumulative_incidence(CASES, events.tolist(), at=[3])
    )
    swapped = ages().iloc[::-1]
    pd.testing.assert_frame_equal(
        m.cohort_incidence(entered(), {"charged": swapped}), m.cohort_incidence(entered(), {"charged": ages()})
    )
    cohort = pd.Series([2000, 2100, 1900, 1800], YEARS)
    exits = {"charged": m.Triangle(COUNTS, "year")}
    plain, reversed_ = (m.competing_exits(one, exits, seed=0, draws=10).ultimate for one in (cohort, cohort.iloc[::-1]))
    pd.testing.assert_frame_equal(plain, reversed_)


def test_the_season_of_an_index_is_its_own():
    for labels, turn in (
        (INDEX, 4),
        (INDEX.astype(str), 4),
        (INDEX.to_timestamp(), 4),
        (pd.period_range("2020-01", periods=16, freq="M"), 12),
        (pd.date_range("2020-01-31", periods=16, freq="ME"), 12),
        (pd.period_range("2020-04", periods=16, freq="Q-MAR"), 4),
        (pd.date_range("2020-01-05", periods=64, freq="7D"), 365.25 / 7),
    ):
        # Of 16 weeks none could be told: a season is fitted from one whole one on.
        counts = np.tile(SEASONAL, len(labels) // 16)
        own = ratio(pd.Series(counts, labels), at=8, harmonics=1)
        assert own == ratio(counts, at=8, harmonics=1, period=turn), labels


def test_an_assumed_season_is_in_the_note_of_the_result():
    with pytest.warns(UserWarning, match="a season of 12 periods was assumed"):
        result = m.interrupted_series(SEASONAL.to_numpy(), at=8, harmonics=1)
    assert "a season of 12 periods was assumed" in result.diagnostics.note


def test_a_warning_about_falling_counts_reaches_every_result():
    rows = [[50, 80, 90, 95], [40, 70, 69, 84], [60, 90, 104, None], [55, 85, None, None], [20, None, None, None]]
    with pytest.warns(UserWarning, match=r"counts fall at 1 of 9 steps \(2020 at lag 2\)"):
        triangle = m.Triangle(pd.DataFrame(rows, index=range(2019, 2024)), "year")
    cohort = pd.Series(200, index=triangle.origins)
    for result in (
        m.chain_ladder(triangle),
        m.over_dispersed_poisson(triangle),
        m.nowcast(triangle, seed=0, draws=10),
        m.competing_exits(cohort, {"charged": triangle}, seed=0, draws=10),
    ):
        assert "counts fall at 1 of 9 steps" in result.warnings[0]
        assert "counts fall at 1 of 9 steps" in repr(result)
    assert "counts fall at 1 of" in m.lag_quantiles(triangle, seed=0, draws=10).attrs["warnings"][0]


def test_published_triangles_that_fall_are_kept():
    from published_triangles import RAA

    assert "counts fall at 1 of 45 steps (1982 at lag 6)" in m.chain_ladder(RAA).warnings[0]


def test_an_outcome_that_was_named_and_never_happened_has_rows_with_an_exact_limit():
    frame = m.cumulative_incidence([1] * 30, ["closed"] * 30, outcomes=["charged", "closed"], at=[1])
    row = frame[frame["event"] == "charged"].iloc[0]
    assert (row["incidence"], row["low"]) == (0, 0)
    assert row["high"] == pytest.approx(1 - 0.025 ** (1 / 30))  # Clopper and Pearson's for none of 30
    table = ages(((0, 0), (0, NAN)))
    other = m.cohort_incidence(entered(), {"charged": table, "closed": ages()}, at=[0])
    assert other.set_index("event")["incidence"].round(4).to_dict() == {0: 0.7333, "charged": 0.0, "closed": 0.2667}
    alone = m.cohort_incidence(entered(), {"charged": table}, at=[0]).set_index("event")
    assert alone.loc["charged", "high"] == pytest.approx(1 - 0.025 ** (1 / 30))
    assert alone.loc[0, "incidence"] == 1


def test_no_number_in_a_result_is_written_in_the_way_of_numpy():
    results = (
        m.interrupted_series(SERIES, at="2022Q1").level_ratio,
        m.interrupted_series(SERIES, at="2022Q1").diagnostics,
        m.minimum_detectable(QUARTERS[:8], after=4),
        m.break_search(QUARTERS, seed=0, draws=9),
        m.chain_ladder(m.Triangle(COUNTS, "year")),
        m.over_dispersed_poisson(m.Triangle(COUNTS, "year")),
        m.nowcast(m.Triangle(COUNTS, "year"), seed=0, draws=10),
        m.ratio_of_counts(np.int64(717), np.int64(761)),
        m.split_by_year(np.float64(900), SHARE),
        m.Delay("gamma", np.float64(1), np.int64(3)),
        m.seen_in_window(m.Delay("gamma", 1.0, 12.0), 36.0),
        m.placebo_dates(pd.Series([*QUARTERS, *QUARTERS]), at=16).rank,
    )
    for result in results:
        assert "np." not in repr(result)
