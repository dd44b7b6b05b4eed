from __future__ import annotations

import csv
import math
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
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


with (Path(__file__).parent / "counts_corpus.csv").open(encoding="utf-8", newline="") as stream:
    CORPUS = [
        {name: re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text) for name, text in row.items()}
        for row in csv.DictReader(stream)
    ]
READ = [row for row in CORPUS if row["qualifier"] != "refused"]
REFUSED = [row["cell"] for row in CORPUS if row["qualifier"] == "refused"]


def number(text: str) -> float | None:
    """Read a number of the corpus; ``100/8.5`` is a quotient."""
    whole, _, part = text.partition("/")
    return float(Decimal(whole) / Decimal(part or 1)) if text else None


@pytest.mark.parametrize("row", READ, ids=lambda row: ascii(row["cell"]))
def test_a_cell_of_the_corpus_is_read_as_the_table_says(row: dict[str, str]) -> None:
    value, low, high = (number(row[name]) for name in ("value", "low", "high"))
    assert read(row["cell"]) == (value, row["qualifier"] or None, low, high, row["flag"] or None)


@pytest.mark.parametrize("cell", REFUSED, ids=ascii)
def test_a_cell_that_can_be_read_in_two_ways_is_refused(cell: str) -> None:
    with pytest.raises(UnmappedLabelError) as caught:
        read(cell)
    assert caught.value.labels == (cell,)


def test_the_corpus_is_large_and_without_doubles() -> None:
    cells = [row["cell"] for row in CORPUS]
    assert len(cells) == len(set(cells)) >= 150


def test_the_whole_corpus_in_one_frame_gives_the_same_as_cell_by_cell() -> None:
    result = parse_counts(pd.DataFrame({"n": [row["cell"] for row in READ]}), column="n")
    assert len(result) == len(READ)
    names = ["value", "low", "high"]
    numbers = pd.DataFrame({name: [number(row[name]) for row in READ] for name in names}, dtype="float64")
    assert_frame_equal(result[names], numbers, check_exact=True)


def cells_of(frame: Any) -> list[list[object]]:
    """Give the rows of any engine's frame as plain Python, in the order of their place."""
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    elif isinstance(frame, duckdb.DuckDBPyRelation):
        frame = pl.from_arrow(frame.to_arrow_table())
    elif isinstance(frame, pa.Table):
        frame = pl.from_arrow(frame)
    return sorted([list(row) for row in frame.select("place", *COLUMNS).rows()], key=lambda row: row[0])


@pytest.mark.parametrize("engine", ["polars", "polars lazy", "pyarrow", "duckdb"])
def test_every_engine_reads_the_whole_corpus_as_pandas_does(engine: str) -> None:
    cells = [row["cell"] for row in READ] + [None]
    expected = parse_counts(pd.DataFrame({"place": range(len(cells)), "n": cells}), column="n")[["place", *COLUMNS]]
    wanted = [[None if pd.isna(cell) else cell for cell in row] for row in expected.astype(object).values.tolist()]
    frame = pl.DataFrame({"place": range(len(cells)), "n": cells})
    table = frame.to_arrow()
    frames = {
        "polars": frame,
        "polars lazy": frame.lazy(),
        "pyarrow": table,
        "duckdb": duckdb.from_arrow(table),
    }
    result = parse_counts(frames[engine], column="n")
    assert type(result) is type(frames[engine])
    assert cells_of(result) == wanted


def test_suppressed_or_missing_is_never_nought() -> None:
    result = parse_counts(pd.DataFrame({"n": [row["cell"] for row in READ if not row["qualifier"]]}), column="n")
    assert len(result) > 20
    assert result[["value", "low", "high"]].isna().all(axis=None)
    assert result["flag"].notna().all()


@pytest.mark.parametrize(("cell", "expected"), [(7, 7), (-5, -5), (-3.0, -3), (np.int64(5), 5), (Decimal("2.5"), 2.5)])
def test_a_number_is_exact_and_keeps_its_sign(cell: object, expected: float) -> None:
    assert read(cell) == (expected, "exact", expected, expected, None)


def test_minus_nought_is_nought() -> None:
    value = read(" -00 ")[0]
    assert isinstance(value, float)
    assert math.copysign(1, value) == 1


@pytest.mark.parametrize("cell", [None, float("nan"), pd.NA])
def test_an_empty_cell_is_missing(cell: object) -> None:
    assert read(cell) == (None, None, None, None, "empty")


@pytest.mark.parametrize("cell", [float("inf"), True, 2.0**60, (1, 2)])
def test_what_is_neither_text_nor_a_countable_number_is_refused(cell: object) -> None:
    with pytest.raises(UnmappedLabelError) as caught:
        read(cell)
    assert caught.value.labels == (cell,)


@pytest.mark.parametrize(
    ("cell", "width", "low", "high"),
    [
        ("around 1,100", 1, 1000, 1200),
        ("around 1,100", 0.25, 1075, 1125),
        ("7.5%", 1, 7.4, 7.6),
        ("2.5 million", 2, 2_300_000, 2_700_000),
        ("one in 4", 1, 20, 100 / 3),
        ("one in 4", 3.5, 100 / 7.5, 100),
        ("1,100", 5, 1100, 1100),
        ("400 to 500", 5, 400, 500),
    ],
)
def test_the_width_of_around_and_of_rounding_is_a_parameter(cell: str, width: float, low: float, high: float) -> None:
    row = parse_counts(pd.DataFrame({"n": [cell]}), column="n", around_width=width).iloc[0]
    assert (row["low"], row["high"]) == (low, high)


@pytest.mark.parametrize("width", [0, -0.5, float("nan"), float("inf")])
def test_around_is_never_exact(width: float) -> None:
    with pytest.raises(ValueError, match=r"around_width=.*must be above zero"):
        parse_counts(pd.DataFrame({"n": ["1"]}), column="n", around_width=width)


@given(st.integers(1, 10**9), st.floats(0.01, 3))
def test_around_holds_its_number_and_more_width_never_narrows(number: int, width: float) -> None:
    frame = pd.DataFrame({"n": [f"around {number:,}"]})
    narrow = parse_counts(frame, column="n", around_width=width).iloc[0]
    wide = parse_counts(frame, column="n", around_width=2 * width).iloc[0]
    assert wide["low"] < narrow["low"] < number < narrow["high"] < wide["high"]


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
    if low is not None and high is not None:
        assert low <= high
