from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cseanalysis.clean import UnmappedLabelError, parse_counts

COLUMNS = ["value", "qualifier", "low", "high", "flag"]
Row = tuple[object, object, object, object, object]


def read(cell: object) -> Row:
    row = parse_counts(pd.DataFrame({"n": pd.Series([cell], dtype=object)}), column="n").iloc[0]
    return tuple(None if pd.isna(row[name]) else row[name] for name in COLUMNS)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1,099", 1099),
        (" -00 ", 0),
        ("0", 0),
        ("-1", -1),
        ("\N{MINUS SIGN}22", -22),
        ("4.0", 4),
        ("64,751", 64751),
        ("12.75", 12.75),
        ("1,234,567.5", 1234567.5),
        (7, 7),
        (-3.0, -3),
        (np.int64(5), 5),
    ],
)
def test_a_plain_number_is_exact(cell: object, number: float) -> None:
    assert read(cell) == (number, "exact", number, number, None)


def test_minus_nought_is_nought() -> None:
    value = read(" -00 ")[0]
    assert isinstance(value, float)
    assert math.copysign(1, value) == 1


@pytest.mark.parametrize(
    ("cell", "qualifier", "low", "high"),
    [
        ("more than 4,000", "more_than", 4000, None),
        ("over 550", "more_than", 550, None),
        ("just over 6,000", "more_than", 6000, None),
        ("More than 4k", "more_than", 4000, None),
        ("at least 1,400", "at_least", 1400, None),
        ("1,400+", "at_least", 1400, None),
        ("around 1,100", "around", 1100, 1100),
        ("about 1,100", "around", 1100, 1100),
        ("approximately 107,000", "around", 107000, 107000),
        ("c. 550", "around", 550, 550),
        ("c.550", "around", 550, 550),
        ("some 300", "around", 300, 300),
        ("~300", "around", 300, 300),
        ("4k", "around", 4000, 4000),
        ("1.1k", "around", 1100, 1100),
        ("1.5 million", "around", 1500000, 1500000),
        ("nearly 950", "nearly", None, 950),
        ("almost 950", "nearly", None, 950),
        ("fewer than 10", "less_than", None, 10),
        ("<10", "less_than", None, 10),
        ("up to 30", "at_most", None, 30),
        ("400,000 to 450,000", "range", 400000, 450000),
        ("400,000-450,000", "range", 400000, 450000),
        ("400,000 \N{EN DASH} 450,000", "range", 400000, 450000),
        ("between 5 and 7", "range", 5, 7),
    ],
)
def test_a_number_that_is_not_exact_has_ends_but_no_value(
    cell: str, qualifier: str, low: float | None, high: float | None
) -> None:
    assert read(cell) == (None, qualifier, low, high, None)


@pytest.mark.parametrize(
    ("cell", "number", "flag"),
    [
        ("717 [note 3]", 717, "[note 3]"),
        ("717[Note 3]", 717, "[note 3]"),
        ("717 (5)", 717, "(5)"),
        ("1,099 [r]", 1099, "[r]"),
        ("68%", 68, "%"),
        ("85.3% [note 2]", 85.3, "% [note 2]"),
        ("68 per cent", 68, "%"),
    ],
)
def test_marks_beside_a_number_are_kept_in_the_flag(cell: str, number: float, flag: str) -> None:
    assert read(cell) == (number, "exact", number, number, flag)


@pytest.mark.parametrize(
    ("cell", "flag"),
    [(marker, marker) for marker in ["..", "*", "-", ":", "[x]", "[z]", "[u]", "[u1]", "[c]", "[low]"]]
    + [
        ("[ z ]", "[z]"),
        (" - ", "-"),
        ("\N{EN DASH}", "-"),
        ("N/A", "n/a"),
        ("[C]", "[c]"),
        ("[x] [note 4]", "[x] [note 4]"),
    ]
    + [("", "empty"), ("  ", "empty"), (None, "empty"), (float("nan"), "empty"), (pd.NA, "empty")],
)
def test_a_marker_is_missing_and_never_nought(cell: object, flag: str) -> None:
    assert read(cell) == (None, None, None, None, flag)


@pytest.mark.parametrize(
    "cell",
    [
        "two-thirds",
        "one in 10",
        "1/2",
        "three",
        "1,09",
        "1,0999",
        "4,5",
        "1.099,5",
        "1 099",
        "1e400",
        "nan",
        "inf",
        "£4,000",
        "(5)",
        "[note 3]",
        "--1",
        "1-",
        "24-Jan",
        "Jan-24",
        "2017-18",
        "5 to 3",
        "400-450k",
        "more than",
        "around -3",
        "4km",
        "[zz]",
        "1,099 (68%)",
        "#N/A",
        "٣",
        "\N{FULLWIDTH DIGIT FIVE}",
        "9" * 17,
        "over over 5",
        "12%%x",
        float("inf"),
        True,
    ],
)
def test_what_is_none_of_these_is_refused(cell: object) -> None:
    with pytest.raises(UnmappedLabelError) as caught:
        read(cell)
    assert caught.value.labels == (cell,)


def test_the_error_names_five_cells_and_counts_the_rows() -> None:
    frame = pd.DataFrame({"n": ["a", "b", "c", "d", "e", "f", "f", "1"]})
    with pytest.raises(
        UnmappedLabelError, match=r"6 labels in 7 rows of 'n' .*'e'; and 1 more\. A cell must be"
    ) as caught:
        parse_counts(frame, column="n")
    assert caught.value.labels == ("a", "b", "c", "d", "e", "f")


def test_numbers_pass_through_and_missing_numbers_stay_missing() -> None:
    frame = pd.DataFrame({"n": pd.array([3, None, -1], dtype="Int64")})
    expected = pd.DataFrame({"value": [3.0, np.nan, -1.0], "low": [3.0, np.nan, -1.0], "high": [3.0, np.nan, -1.0]})
    result = parse_counts(frame, column="n")
    assert_frame_equal(result[["value", "low", "high"]], expected)
    assert result["flag"].astype(object).tolist()[1] == "empty"
    assert result["n"].dtype == "Int64"


def test_a_prefix_keeps_two_parsed_columns_apart() -> None:
    frame = pd.DataFrame({"a": ["1"], "b": ["[c]"]})
    result = parse_counts(parse_counts(frame, column="a", prefix="a_"), column="b", prefix="b_")
    assert result.columns.tolist() == ["a", "b", *(f"a_{c}" for c in COLUMNS), *(f"b_{c}" for c in COLUMNS)]


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_a_printed_whole_number_is_read_back(number: int) -> None:
    assert read(f"{number:,}") == (number, "exact", number, number, None)


@given(st.text("0123456789,.-+%[]() notecrkmv<~", max_size=9) | st.text(max_size=5))
def test_any_text_is_read_or_refused_and_nothing_else(cell: str) -> None:
    try:
        value, qualifier, low, high, flag = read(cell)
    except UnmappedLabelError:
        return
    assert (value is None) == (qualifier != "exact")
    if qualifier is None:
        assert low is None
        assert high is None
        assert flag is not None
