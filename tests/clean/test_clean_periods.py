from __future__ import annotations

import calendar
import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cseanalysis.clean import UnmappedLabelError, harmonise_offences, harmonise_periods
from cseanalysis.clean.written_periods import read_written

FINANCIAL = ("2017-04-01", "2018-03-31", "financial_year")


def clean(periods: list[object], quarters: list[object] | None = None, **options: str) -> pd.DataFrame:
    frame = pd.DataFrame({"Financial Year": periods})
    if quarters is None:
        return harmonise_periods(frame, **options)
    return harmonise_periods(frame.assign(Quarter=quarters), quarter="Quarter", **options)


def read(period: object, quarter: object = None) -> tuple[str, str, str]:
    row = clean([period], None if quarter is None else [quarter]).iloc[0]
    return f"{row['period_start']:%Y-%m-%d}", f"{row['period_end']:%Y-%m-%d}", row["period_type"]


@pytest.mark.parametrize(
    "label",
    [
        *["2017/18", "2017-18", "2017_18", " 2017/18 ", "2017/2018", "2017\N{EN DASH}18", "2017/18 [note 2]"],
        *["Year ending March 2018", "YE Mar 2018", "year ending 31 March 2018", "12 months ending 31/03/2018"],
    ],
)
def test_a_financial_year_runs_from_april_to_march_however_it_is_written(label: str) -> None:
    assert read(label) == FINANCIAL


@pytest.mark.parametrize(
    ("quarter", "start", "end"),
    [
        (1, "2019-04-01", "2019-06-30"),
        ("2", "2019-07-01", "2019-09-30"),
        ("Q3", "2019-10-01", "2019-12-31"),
        (4.0, "2020-01-01", "2020-03-31"),
    ],
)
def test_quarters_of_the_financial_year_begin_in_april(quarter: object, start: str, end: str) -> None:
    assert read("2019/20", quarter) == (start, end, "financial_quarter")


def test_the_turn_of_the_century_is_read() -> None:
    assert read("1999/00") == ("1999-04-01", "2000-03-31", "financial_year")


@pytest.mark.parametrize("label", ["2023", 2023, "YE December 2023"])
def test_a_calendar_year_is_told_from_a_financial_year(label: object) -> None:
    result = harmonise_periods(pd.DataFrame({"Year": [label]}), period="Year")
    dates = [result[name].dt.strftime("%Y-%m-%d").item() for name in ("period_start", "period_end")]
    assert (*dates, result["period_type"].item()) == ("2023-01-01", "2023-12-31", "calendar_year")


def test_a_year_to_another_month_is_rolling_and_knows_leap_years() -> None:
    assert read("year ending February 2024") == ("2023-03-01", "2024-02-29", "rolling_year")


@pytest.mark.parametrize(
    "label",
    [
        *[
            "2017/19",
            "2017/17",
            "2017-12",
            "Jan-24",
            "18/17",
            "year ending 30 March 2018",
            "12 months ending 31/13/2018",
        ],
        *["9999/00", "0000", "FY", "", "2017/18/19", 2017.5, "٢٠١٧/١٨"],
    ],
)
def test_what_is_not_a_period_is_refused(label: object) -> None:
    with pytest.raises(UnmappedLabelError, match="not a period that can be read") as caught:
        clean([label, "2017/18"])
    assert caught.value.labels == (label,)


@pytest.mark.parametrize("quarter", [0, 5, "Q5", 1.5, "Total", True])
def test_what_is_not_a_quarter_is_refused(quarter: object) -> None:
    with pytest.raises(UnmappedLabelError, match="a quarter must be 1, 2, 3 or 4"):
        clean(["2017/18"], [quarter])


def test_a_calendar_year_has_no_financial_quarters() -> None:
    with pytest.raises(UnmappedLabelError, match=r"'2023 quarter 1' \(only a financial year"):
        clean(["2023"], [1])
    with pytest.raises(UnmappedLabelError, match=r"only a financial year has these quarters; a bare year needs conv"):
        harmonise_periods(pd.DataFrame({"Year": ["2023"], "q": [1]}), period="Year", quarter="q")


def test_keep_gives_missing_dates() -> None:
    result = clean(["2017/18", None, "never"], on_unmapped="keep")
    assert result[["period_start", "period_end", "period_type"]].isna().all(axis=1).tolist() == [False, True, True]


def test_dates_are_of_the_kind_that_the_engine_uses() -> None:
    data = {"Financial Year": ["2017/18"]}
    assert str(harmonise_periods(pd.DataFrame(data))["period_start"].dtype) == "datetime64[us]"
    assert harmonise_periods(pl.DataFrame(data))["period_end"].to_list() == [dt.date(2018, 3, 31)]
    assert harmonise_periods(pa.table(data)).schema.field("period_end").type == pa.date32()


HEADINGS = st.sampled_from(["Financial Year", "FY", "Year", "Period", "Month", "Calendar Year", "Year ending June"])
LABELS = ["2020", "2011-12", "2019/20", "2015-16", "year ending June 2016", "YE December 2018", "never"]


@settings(max_examples=150, deadline=None)
@given(HEADINGS, st.lists(st.sampled_from(LABELS), min_size=1, max_size=4))
def test_a_label_is_read_only_where_no_other_reading_is_left(heading: str, labels: list[str]) -> None:
    frame = pd.DataFrame({heading: labels, "n": range(len(labels))})
    result = harmonise_periods(frame, period=heading, on_unmapped="keep")
    pd.testing.assert_frame_equal(result[[heading, "n"]], frame)
    read_now = dict(zip(labels, result["period_end"].dt.strftime("%Y-%m-%d"), strict=True))
    years = {"2019/20", "2015-16"} & set(labels)
    ends = "year ending June 2016" in labels
    june = heading == "Year ending June"
    expected = {
        "never": False,
        "year ending June 2016": True,
        "YE December 2018": True,
        "2019/20": not june,
        "2015-16": not june,
        "2020": heading == "Calendar Year" or (heading in ("Year", "Period", "Month") and not years and not ends),
        "2011-12": heading in ("Financial Year", "FY", "Year", "Calendar Year")
        or (heading == "Period" and bool(years or ends or "YE December 2018" in labels))
        or (heading == "Month" and not (years or ends or "YE December 2018" in labels)),
    }
    for label, end in read_now.items():
        assert pd.notna(end) == expected[label], label
    if heading in ("Calendar Year", "Year", "Period", "Month") and pd.notna(read_now.get("2020", float("nan"))):
        assert read_now["2020"] == "2020-12-31"
    if heading == "Month" and pd.notna(read_now.get("2011-12", float("nan"))):
        assert result.loc[result[heading] == "2011-12", "period_type"].unique().tolist() == ["month"]


@pytest.mark.parametrize(
    ("convention", "start", "end"),
    [
        ("starts", "2020-04-01", "2021-03-31"),
        ("ends", "2019-04-01", "2020-03-31"),
        ("calendar", "2020-01-01", "2020-12-31"),
    ],
)
def test_a_convention_says_what_a_bare_year_names_and_leaves_other_labels_alone(
    convention: str, start: str, end: str
) -> None:
    result = clean(["2020", 2020, "2017/18", "YE December 2018"], convention=convention)
    dates = result[["period_start", "period_end"]].apply(lambda column: column.dt.strftime("%Y-%m-%d")).values.tolist()
    assert dates == [[start, end]] * 2 + [["2017-04-01", "2018-03-31"], ["2018-01-01", "2018-12-31"]]


def read_column(heading: str, *cells: object, **options: Any) -> list[tuple[str, str, str] | None]:
    frame = pd.DataFrame({heading: pd.Series(list(cells), dtype=object)})
    result = harmonise_periods(frame, period=heading, on_unmapped="keep", **options)
    rows = zip(result["period_start"], result["period_end"], result["period_type"], strict=True)
    return [None if pd.isna(start) else (f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}", kind) for start, end, kind in rows]


def reason(heading: str, *cells: object, **options: Any) -> str:
    frame = pd.DataFrame({heading: pd.Series(list(cells), dtype=object)})
    with pytest.raises(UnmappedLabelError) as caught:
        harmonise_periods(frame, period=heading, **options)
    return str(caught.value)


YEAR = ("2019-04-01", "2020-03-31", "financial_year")
APRIL_TO_JUNE = ("2019-04-01", "2019-06-30", "financial_quarter")
JANUARY_TO_MARCH = ("2020-01-01", "2020-03-31", "financial_quarter")
MARCH = ("2020-03-01", "2020-03-31", "month")
LAST_DAY = ("2020-03-31", "2020-03-31", "day")


@pytest.mark.parametrize(
    ("expected", "labels"),
    [
        (
            YEAR,
            [
                *["2019/20", "2019-20", "2019_20", "2019/2020", "2019 - 2020", "2019 to 2020", "201920", "19/20"],
                *["FY2019/20", "FY19/20", "FY 2019-20", "Financial year 2019/20", "fiscal year 2019/20", "2019/20 FY"],
                *["2019/20 (p)", "2019-20 [r]", "2019/20 provisional", "2019/20p", "2019/20 (revised) [note 3]"],
                *["YE Mar-20", "YE Mar 20", "Y/E March 2020", "year ended 31st March 2020", "Year to 31 March 2020"],
                *["12 months ending 31-03-2020", "12 months to end of March 2020", "twelve months to March 2020"],
                *["12-month period ending March 2020", "rolling year to March 2020", "year beginning April 2019"],
                *["April 2019 to March 2020", "Apr '19 to Mar '20", "April 2019 - March 2020", "2019-04 to 2020-03"],
                *["1 April 2019 to 31 March 2020", "01/04/2019 - 31/03/2020", "2019-04-01/2020-03-31"],
            ],
        ),
        (
            APRIL_TO_JUNE,
            [
                *["2019/20 Q1", "Q1 2019/20", "2019-20 quarter 1", "1st quarter 2019/20", "FY19/20 Q1", "2019/20-Q1"],
                *["Apr-Jun 2019", "April to June 2019", "quarter ending June 2019", "3 months to June 2019"],
                *["1 April to 30 June 2019", "CY2019 Q2", "Calendar year 2019 Q2"],
            ],
        ),
        (JANUARY_TO_MARCH, ["Jan-Mar 2020", "January to March 2020", "Q4 2019/20", "2019/20 Q4 (p)"]),
        (MARCH, ["2020-03", "Mar-20", "March 2020", "03/2020", "202003", 202003, "2020M03", "2020 MAR", "Mar. 2020"]),
        (
            LAST_DAY,
            [
                *["2020-03-31", "2020-03-31 00:00:00", "31/03/2020", "31.03.2020", "31/3/2020", "31-Mar-20"],
                *["31 March 2020", "31st March 2020", "March 31, 2020", "20200331"],
                *[dt.date(2020, 3, 31), dt.datetime(2020, 3, 31), pd.Timestamp("2020-03-31")],
            ],
        ),
        (("2019-07-01", "2020-06-30", "rolling_year"), ["year ending June 2020", "Jul 2019 to Jun 2020"]),
        (("2019-01-01", "2019-12-31", "calendar_year"), ["Jan 2019-Dec 2019", "CY2019", "YE Dec-19", "2019"]),
        (("2020-04-01", "2020-12-31", "span"), ["Apr-Dec 2020", "9 months to December 2020"]),
        (("2019-04-01", "2019-09-30", "span"), ["2019/20 H1", "first half 2019/20", "April to September 2019"]),
        (("2017-04-01", "2020-03-31", "span"), ["2017/18 to 2019/20", "April 2017 to March 2020"]),
    ],
)
def test_one_period_is_read_alike_in_every_notation(expected: tuple[str, str, str], labels: list[object]) -> None:
    assert [(label, read_column("period", label)[0]) for label in labels] == [(label, expected) for label in labels]


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("2020 Q1", 'convention="starts", "ends" or "calendar"'),
        ("2020-S1", 'convention="starts", "ends" or "calendar"'),
        ("FY2020", 'convention="starts" or "ends"'),
        ("FY20", 'convention="starts" or "ends"'),
        ("01/04/2020", 'convention="day_first" or "month_first"'),
        ("01/04/2019 to 01/05/2019", 'convention="day_first" or "month_first"'),
        ("31/03/20", 'convention="day_first" or "month_first"'),
        ("03/31/2020", 'if all dates have the month first, say convention="month_first"'),
        ("2011-12", "a year or a month"),
        ("201112", "a year or a month"),
        ("10/11", "a year or a month"),
        ("2010-11 to 2011-12", "a year or a month"),
    ],
)
def test_a_label_with_two_readings_is_refused_with_the_words_that_decide(label: str, words: str) -> None:
    assert words in reason("period", label)


@pytest.mark.parametrize(
    "label",
    [
        *["2012 to 2015", "2019 20", "Mar", "20-Mar", "05/20", "Mar-55", "2019/20 Q5", "Q0 2020", "31/04/2020"],
        *["Dec-Feb 2020", "Mar 2020 to Apr 2019", "tax year 2019/20", "academic year 2019/20", "year to date 2019/20"],
        *["2019/20*", "2019/20 (part)", "2019/20 to date", "YE 2020", "YE 2011-12", "year ending 30 March 2020"],
        *["2/3", "Total", "1 2 3", "-2020", "2020-", "2020-13", "2019/20/21", "31-Mar", "week 12 2020"],
        *["2019-20" + " " * 99 + "0", dt.datetime(2020, 3, 31, 9, 30)],
    ],
)
def test_what_says_no_whole_period_is_refused(label: object) -> None:
    assert read_column("period", label) == [None]


def test_the_name_of_a_column_says_what_a_month_or_day_in_it_stands_for() -> None:
    cells = ["2020-03-31", dt.date(2021, 3, 31), "Mar-22", "31/03/23"]
    years = [(f"{year - 1}-04-01", f"{year}-03-31", "financial_year") for year in range(2020, 2024)]
    for name in ("12 months ending", "Year ending", "12_months_to", "YE March", "year_ending_march"):
        assert read_column(name, *cells) == years, name
    assert read_column("Quarter ending", "2020-03-31") == [JANUARY_TO_MARCH]
    assert read_column("Month", "2020-03-01", "2020-03-31", "2020-03") == [MARCH] * 3
    assert read_column("12 months ending", "30/06/2020") == [("2019-07-01", "2020-06-30", "rolling_year")]


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        *[("12 months ending", "30/03/2020"), ("12 months ending", "01/04/2020"), ("12 months ending", "2011-12")],
        *[("Year ending March", "30/06/2020"), ("Year to date", "31/03/2020"), ("Financial Year", "31/03/2020")],
        *[("Financial Year", "March 2020"), ("Year", "2020-03"), ("Week ending", "31/03/2020"), ("Quarter", "Mar-20")],
        *[("Period ending", "2020-03-31"), ("Period ending", "2011-12"), ("Week", "2020-03-31")],
    ],
)
def test_a_month_or_day_that_the_name_of_its_column_contradicts_is_refused(heading: str, cell: str) -> None:
    assert read_column(heading, cell) == [None]


def test_dates_that_all_begin_or_all_end_a_month_may_stand_for_more_than_a_day() -> None:
    for cells in (["2020-04-01", "2020-05-01"], ["31/03/2020", "30/06/2020"]):
        assert "name the column Day, Month or 12 months ending" in reason("period", *cells)
        assert [each and each[2] for each in read_column("Day", *cells)] == ["day", "day"]
    assert [each and each[2] for each in read_column("period", "2020-04-01", "2020-04-02")] == ["day", "day"]


def test_the_other_cells_of_a_column_decide_what_stands_first_in_a_date() -> None:
    april = ("2020-04-01", "2020-04-01", "day")
    assert read_column("Date", "01/04/2020", "13/04/2020")[0] == april
    assert read_column("Date", "01/04/2020", "04/13/2020") == [None, None]
    assert read_column("Date", "01/04/2020", "13/04/2020", "04/13/2020")[0] is None
    assert read_column("Date", "01/04/2020", convention="day_first") == [april]
    assert read_column("Date", "01/04/2020", "13/04/2020", convention="month_first") == [
        ("2020-01-04", "2020-01-04", "day"),
        None,
    ]


def test_the_other_cells_of_a_column_decide_between_year_and_month() -> None:
    december = ("2011-12-01", "2011-12-31", "month")
    assert read_column("period", "2011-12", "2010-11") == [None, None]
    assert read_column("period", "2011-12", "2011-09")[0] == december
    assert read_column("period", "2011-12", "2012-13")[0] == ("2011-04-01", "2012-03-31", "financial_year")
    assert read_column("period", "2011-12", "2012-13", "2011-09")[0] is None
    assert read_column("Month", "2011-12") == [december]


def test_a_convention_says_whose_a_quarter_is() -> None:
    assert read_column("period", "2020 Q1", convention="calendar") == [JANUARY_TO_MARCH]
    assert read_column("Calendar quarter", "2020 Q1") == [JANUARY_TO_MARCH]
    assert read_column("period", "2019 Q1", "FY2019", convention="starts") == [APRIL_TO_JUNE, YEAR]
    assert read_column("period", "2020 Q1", "FY20", convention="ends") == [APRIL_TO_JUNE, YEAR]
    assert read_column("period", "FY2020", convention="calendar") == [None]


def test_a_bare_year_beside_a_label_of_financial_years_is_refused() -> None:
    for beside in ("FY2021", "2021 Q1", "2021/22 Q1", "2021/22"):
        assert read_column("period", "2020", beside)[0] is None, beside


def test_marks_behind_a_label_stand_in_the_note() -> None:
    labels = ["2019/20 (p)", "2019/20 [r] [note 2]", "2019/20", "Sep 2019", "Mar-20 Provisional"]
    result = harmonise_periods(pd.DataFrame({"p": labels}), period="p")
    assert result["period_note"].astype(object).where(result["period_note"].notna(), None).tolist() == [
        *["(p)", "[r] [note 2]", None, None, "Provisional"]
    ]


def test_offences_take_every_notation_of_a_period() -> None:
    frame = pd.DataFrame({"code": ["88A", "88A"], "p": ["Apr 2016 to Mar 2017", "FY17/18 Q1"]})
    rules = harmonise_offences(frame, code="code", period="p")["offence_rule"].tolist()
    assert rules == ["offence:88A", "offence:88A:2017"]


def test_periods_of_ones_own_come_before_the_grammar(tmp_path: Path) -> None:
    own = {"Last year": "2019/20", "2020 Q1": "Apr-Jun 2019", "2011-12": "December 2011"}
    cells = ["LAST  YEAR", "2020 Q1", "2020/21"]
    expected = [YEAR, APRIL_TO_JUNE, ("2020-04-01", "2021-03-31", "financial_year")]
    assert read_column("period", *cells, crosswalk=own) == expected
    ends = [dt.date(2020, 3, 31), "30/06/2019"]
    table = pd.DataFrame({"label": ["last year", "2020 Q1"], "period_start": ["2019-04-01"] * 2, "period_end": ends})
    assert read_column("period", *cells, crosswalk=table) == expected
    table.to_csv(tmp_path / "own.csv", index=False)
    assert read_column("period", *cells, crosswalk=tmp_path / "own.csv") == expected
    frame = pd.DataFrame({"p": ["last year"], "q": [1]})
    start = harmonise_periods(frame, period="p", quarter="q", crosswalk=own)["period_end"]
    assert f"{start.item():%Y-%m-%d}" == "2019-06-30"


@pytest.mark.parametrize(
    ("crosswalk", "words"),
    [
        ({"FY20": "2020"}, ["'FY20'", "'2020' can be read in two ways", "write it as 2019/20"]),
        ({"FY20": "last"}, ["'FY20'", "'last' is not a period that can be read"]),
        ({"a": "2019/20", "A": "2020/21"}, ["'A'", "another period for a label that is there already"]),
        ({"": "2019/20"}, ["an empty label"]),
        ({"a": "03/31/2020"}, ["'03/31/2020'"]),
        (
            pd.DataFrame({"label": ["a"], "period_start": ["2020-04-01"], "period_end": ["2020-03-31"]}),
            ["row 1", "period_end 2020-03-31 lies before period_start 2020-04-01"],
        ),
        (
            pd.DataFrame({"label": ["a"], "period_start": ["2019/20"], "period_end": ["2020-03-31"]}),
            ["row 1", "'2019/20' and '2020-03-31' are not two dates such as 2019-04-01"],
        ),
        (pd.DataFrame({"label": ["a"], "start": ["2020-04-01"]}), ["no column 'period_start'", "label, period_start"]),
    ],
)
def test_periods_of_ones_own_are_checked(crosswalk: Any, words: list[str]) -> None:
    with pytest.raises(ValueError, match="crosswalk") as caught:
        read_column("period", "2019/20", crosswalk=crosswalk)
    assert [word for word in words if word not in str(caught.value)] == []


NOTATIONS = {
    "financial_year": [
        *[
            "{y}/{n2}",
            "{y}-{n2}",
            "{y}_{n2}",
            "{y} to {n}",
            "FY{y}/{n2}",
            "Financial year {y}-{n}",
            "year ending March {n}",
        ],
        *["12 months to 31/03/{n}", "April {y} to March {n}", "YE Mar-{n2}", "{y}/{n2} (p)", "1 Apr {y} - 31 Mar {n}"],
    ],
    "quarter": ["{y}/{n2} Q{q}", "Q{q} {y}-{n2}", "{a}-{b} {c}", "{a} to {b} {c}", "quarter ending {b} {c}"],
    "month": ["{c}M{m:02}", "{c}-{m:02}", "{a} {c}", "{m:02}/{c}", "{a}-{c2}", "month ending {a} {c}"],
}


@settings(max_examples=100, deadline=None)
@given(st.integers(1990, 2040), st.integers(1, 12), st.sampled_from([0, 1]))
def test_what_is_printed_in_any_notation_is_read_back(year: int, month: int, long: int) -> None:
    names = (calendar.month_abbr, calendar.month_name)[long]

    def printed(kind: str, start: int, end: int, when: int) -> list[str]:
        cells = {"y": year, "n": year + 1, "n2": f"{year + 1}"[-2:], "q": (start - 4) // 3 % 4 + 1, "m": start}
        return [
            each.format(**cells, a=names[start], b=names[end], c=when, c2=f"{when}"[-2:]) for each in NOTATIONS[kind]
        ]

    whole = (f"{year}-04-01", f"{year + 1}-03-31", "financial_year")
    # "Year" beside them, so that 2011-12 is the year, and "Month", so that it is the month
    assert {read_column("Year", each)[0] for each in printed("financial_year", 4, 3, year)} == {whole}
    first = 3 * ((month - 1) // 3) + 1
    when = year + (first < 4)
    last = calendar.monthrange(when, first + 2)[1]
    quarter = (f"{when}-{first:02}-01", f"{when}-{first + 2:02}-{last}", "financial_quarter")
    assert {read_column("period", each)[0] for each in printed("quarter", first, first + 2, when)} == {quarter}
    last = calendar.monthrange(year, month)[1]
    alone = (f"{year}-{month:02}-01", f"{year}-{month:02}-{last}", "month")
    assert {read_column("Month", each)[0] for each in printed("month", month, month, year)} == {alone}


WRITTEN = ["2019/20", "2019 - 2020", "FY2019/20", "Apr-Dec 2020", "YE Mar-20", "12 months ending 31-03-2020", "2020-03"]
WRITTEN += ["Q1 2019/20", "Apr '19 to Mar '20", "31/03/2020", "1 April 2019 to 31 March 2020", "2020 Q1", "2011-12"]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(WRITTEN), st.data())
def test_letter_case_dashes_and_spaces_change_nothing(label: str, data: st.DataObject) -> None:
    dash = data.draw(st.sampled_from("-\N{EN DASH}\N{EM DASH}\N{NON-BREAKING HYPHEN}\N{MINUS SIGN}"))
    space = data.draw(st.sampled_from([" ", "  ", "\N{NO-BREAK SPACE}", "\t"]))
    change = data.draw(st.sampled_from([str.upper, str.lower, str.title, str]))
    around = data.draw(st.sampled_from(["", space]))
    other = f"{around}{change(label).replace('-', f'{around}{dash}{around}').replace(' ', space)}{around}"
    assert read_column("period", other) == read_column("period", label)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=12))
def test_random_text_is_no_period(text: str) -> None:
    found = read_column("period", text)[0]
    # What is read by chance has at least a year in it.
    assert found is None or sum(letter in "0123456789" for letter in text) >= 2


@settings(max_examples=200, deadline=None)
@given(st.text("0123456789/-_. qQaprm", min_size=1, max_size=10), st.sampled_from(["period", "Month", "Year"]))
def test_a_label_that_the_grammar_reads_in_two_ways_is_never_read_in_a_plain_column_by_one(
    text: str, heading: str
) -> None:
    ways = {(each.start, each.end) for each in read_written(text) if each.way != "calendar"}
    if heading == "period" and len(ways) > 1 and not text.strip().isdecimal():
        assert read_column(heading, text) == [None]
    if not ways:
        assert read_column(heading, text) == [None]


@pytest.mark.parametrize(
    ("publisher", "label", "expected"),
    [
        ("Office of Rail and Road", "Apr 2019 to Mar 2020 [b] [p] [r]", YEAR),
        ("Office for National Statistics, house prices", "Year ending Mar 2020", YEAR),
        ("Office for National Statistics, time series", "2020 MAR", MARCH),
        ("reference.data.gov.uk", "government-year/2019-2020", YEAR),
        ("data.police.uk", "2020-03", MARCH),
        ("Public Health England, Fingertips", "2019/20 Q1", APRIL_TO_JUNE),
        ("Eurostat, months", "2020M03", MARCH),
        ("SDMX, months", "2020-M03", MARCH),
        ("Department for Education, time_period", "201920", YEAR),
        ("Ministry of Housing, homelessness", "Apr-Jun 2019", APRIL_TO_JUNE),
        ("ISO 8601, interval", "2019-04-01/2020-03-31", YEAR),
        ("Nomis", "Apr 2019-Mar 2020", YEAR),
        # Which quarter it is depends on the publisher.
        ("Eurostat, quarters", "2020-Q1", None),
        ("Statistics Denmark", "2020K1", None),
        ("Ministry of Justice", "2020 Q1", None),
        # Two statements in one label
        ("Ofgem", "Q1 (Apr-Jun 2019)", None),
        ("gregorian interval of a week", "2020-04-27T00:00:00/P7D", None),
    ],
)
def test_a_notation_of_a_publisher_is_read_or_refused(
    publisher: str, label: str, expected: tuple[str, str, str] | None
) -> None:
    assert read_column("period", label) == [expected], publisher
    if expected is None and "Q1" in label.replace("K1", "Q1") and "(" not in label:
        assert read_column("period", label, convention="calendar") == [JANUARY_TO_MARCH], publisher
