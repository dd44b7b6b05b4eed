from __future__ import annotations

import datetime as dt

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cseanalysis.clean import UnmappedLabelError, harmonise_periods

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
            "17/18",
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
        or (heading == "Period" and bool(years or ends or "YE December 2018" in labels)),
    }
    for label, end in read_now.items():
        assert pd.notna(end) == expected[label], label
    if heading in ("Calendar Year", "Year", "Period", "Month") and pd.notna(read_now.get("2020", float("nan"))):
        assert read_now["2020"] == "2020-12-31"


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
