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


def test_a_width_that_is_more_than_the_number_is_refused_with_both_in_its_words() -> None:
    with pytest.raises(
        UnmappedLabelError,
        match=r"'around 100' \(around_width makes it 100 give or take 1000, more than itself: it is in units of the "
        r"last significant digit and no per cent; take less\)",
    ):
        parse_counts(pd.DataFrame({"n": ["around 100"]}), column="n", around_width=10)


@pytest.mark.parametrize(("cell", "low"), [("around 0", 0), ("around 0%", -10), ("around £0", -10), ("0%", -10)])
def test_around_nought_a_count_ends_at_nought_and_a_change_or_a_sum_of_money_does_not(cell: str, low: float) -> None:
    row = parse_counts(pd.DataFrame({"n": [cell]}), column="n", around_width=10).iloc[0]
    assert (row["low"], row["high"]) == (low, 10)
    assert math.copysign(1, row["low"] + 0.5 * (low == 0)) == (1 if low == 0 else -1)


@given(st.integers(1, 10**9), st.floats(0.01, 0.5))
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


@pytest.mark.parametrize("mark", ["r", "p", "e", "f", "b", "u", "ns", "s"])
def test_a_mark_beside_a_number_is_kept_as_its_flag_however_it_is_spaced(mark: str) -> None:
    for cell in (f"717 [{mark}]", f"717[ {mark.upper()} ]"):
        assert read(cell) == (717, "exact", 717, 717, f"[{mark}]")


@pytest.mark.parametrize("mark", ["r", "p", "e"])
def test_three_marks_may_stand_in_round_brackets_and_no_other(mark: str) -> None:
    assert read(f"717 ({mark})") == (717, "exact", 717, 717, f"[{mark}]")
    with pytest.raises(UnmappedLabelError):
        read("717 (f)")


def test_marks_and_notes_are_kept_in_the_order_in_which_they_stand() -> None:
    assert read("717 [r] [note 2] [p]")[4] == "[r] [note 2] [p]"
    assert read("717 [note 2] [r] (5)")[4] == "[note 2] [r] (5)"
    assert read("85.3% [r]")[4] == "% [r]"


@pytest.mark.parametrize("cell", ["[r]", "(r)", "[f]", "[q]", "[u2]", "[ x", "x"])
def test_a_mark_that_says_nothing_about_a_missing_number_is_no_marker(cell: str) -> None:
    with pytest.raises(UnmappedLabelError):
        read(cell)


def test_a_marker_with_a_note_keeps_both() -> None:
    assert read("[u] [note 3]") == (None, None, None, None, "[u] [note 3]")
    assert read("* (5)") == (None, None, None, None, "* (5)")
    assert read("[LOW]")[4] == "[low]"


@pytest.mark.parametrize("dash", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d")
def test_every_dash_is_the_same_dash(dash: str) -> None:
    assert read(f"{dash}5")[0] == -5
    assert read(f"4{dash}5")[1:4] == ("range", 4, 5)
    assert read(dash)[4] == "-"


@pytest.mark.parametrize("neighbour", ["\u200c", "\u2016", "\ufe64", "\ufe59", "\u2211"])
def test_a_sign_beside_the_dashes_is_no_dash(neighbour: str) -> None:
    with pytest.raises(UnmappedLabelError):
        read(f"4{neighbour}5")


def test_full_width_forms_are_those_of_all_ascii_signs() -> None:
    wide = {chr(code): chr(code - 0xFF01 + 0x21) for code in range(0xFF01, 0xFF5F)}
    assert read("\uff5e100") == read("~100")
    assert read("\uffe1400") == read("\N{POUND SIGN}400")
    for sign, plain in wide.items():
        if plain.isdigit():
            assert read(f"1{sign}")[0] == int(f"1{plain}")
    for cell in ("\uff1c5", "5\uff05", "5\uff0b", "\uff0a", "1\uff0e5", "\uff3bc\uff3d"):
        assert read(cell) == read("".join(wide.get(sign, sign) for sign in cell))


@pytest.mark.parametrize("sign", ["\uff5f", "\uff00", "\uffe0", "\uffe2"])
def test_a_sign_beside_the_full_width_forms_is_refused(sign: str) -> None:
    with pytest.raises(UnmappedLabelError):
        read(f"{sign}100")


@pytest.mark.parametrize("sign", ["\ufeff", "\u200b", "\u200e", "\u200f", "\u2060"])
def test_what_has_no_width_does_not_matter(sign: str) -> None:
    assert read(f"7{sign}17{sign}") == (717, "exact", 717, 717, None)
    assert read(sign)[4] == "empty"


def test_a_cell_of_500_signs_is_read_and_one_of_501_is_too_long() -> None:
    assert read("5".rjust(500))[0] == 5
    with pytest.raises(UnmappedLabelError, match=r"\(501 characters, too long for one number\)"):
        read("5".rjust(501))


@pytest.mark.parametrize("number", [2**53 - 1, -(2**53) + 1])
def test_the_largest_number_that_is_held_exactly_is_read_as_number_and_as_text(number: int) -> None:
    for cell in (number, str(number), f"{number:,}"):
        assert read(cell) == (number, "exact", number, number, None)


@pytest.mark.parametrize("number", [2**53, -(2**53), 2**53 + 1])
def test_beyond_it_nothing_is_read(number: int) -> None:
    for cell in (number, float(number), Decimal(number)):
        with pytest.raises(UnmappedLabelError, match=r"\(not a number that can be held exactly\)"):
            read(cell)
    with pytest.raises(UnmappedLabelError):
        read(f"{number:,}")


def test_an_end_beyond_it_is_refused_too_on_either_side() -> None:
    for cell in (f"1 to {2**53}", f"-{2**53} to 1", f"more than {2**53}", f"up to {2**53}"):
        with pytest.raises(UnmappedLabelError):
            read(cell)
    assert read(f"1 to {2**53 - 1}")[3] == 2**53 - 1


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (True, "a bool, not text or a number"),
        (b"5", "a bytes, not text or a number"),
        (10**400, "not a number that can be held exactly"),
        (Decimal("1e400"), "not a number that can be held exactly"),
        (float("-inf"), "not a number that can be held exactly"),
        ("1.234", "its point can be that of decimals or of thousands; pandas.to_numeric if of decimals"),
        ("None", "can be nought, or say that nothing is on record or in the cell; say which with markers="),
        ("717\u00b2", "a raised figure is a footnote mark or a power; take it out"),
    ],
)
def test_why_a_cell_is_refused_is_said_beside_it(cell: object, words: str) -> None:
    with pytest.raises(UnmappedLabelError) as caught:
        read(cell)
    message = str(caught.value)
    assert message.startswith("1 label in 1 row of 'n' without a rule: ")
    assert message.endswith(
        f" ({words}). A cell must be a number, a qualified number, a range or a known marker; correct the cell first, "
        'say what its text means with markers={"text": 0} or markers={"text": None}, or pass on_unmapped="keep" to get '
        "nulls"
    )


@pytest.mark.parametrize(
    "cell", ["1.234", "-1.234", "12.345", "999.000", "around 1.234", "more than 1.234", "5 to 6.789"]
)
def test_a_point_before_three_digits_is_refused_alone_and_beside_others_of_its_kind(cell: str) -> None:
    for others in ([], ["2.345"], ["1,234"], ["5", ".."], ["4.321 [note 1]"], [1.5]):
        with pytest.raises(UnmappedLabelError, match="its point can be that of decimals or of thousands"):
            parse_counts(pd.DataFrame({"n": pd.Series([cell, *others], dtype=object)}), column="n")


@pytest.mark.parametrize(
    "other", ["1.5", "1.25", "1.2345", "0.123", "0.5", "1,234.5", "1,234.567", "0.5%", "\uff11\uff0e\uff15"]
)
def test_a_point_before_three_digits_is_read_where_another_cell_shows_what_points_are(other: str) -> None:
    result = parse_counts(pd.DataFrame({"n": ["1.234", other]}), column="n")
    assert result["value"].tolist()[0] == 1.234
    assert result["flag"].isna().tolist()[0]


@pytest.mark.parametrize(
    "cell",
    ["1.234%", "1.234 per cent", "1.234 million", "1.234m", "1.234k", "1.234bn", "1.234 thousand", "1.234 billion"],
)
def test_a_unit_or_a_scale_behind_it_leaves_a_point_one_meaning(cell: str) -> None:
    low, high = read(cell)[2:4]
    assert isinstance(low, float)
    assert isinstance(high, float)
    scale = {"m": 1e6, "k": 1e3, "b": 1e9, "t": 1e3}.get(cell[5:].strip()[0], 1)
    assert low < 1.234 * scale < high


@pytest.mark.parametrize("cell", ["0.123", "1234.567", "1.2345", "01.234"])
def test_what_cannot_be_thousands_is_read_without_company(cell: str) -> None:
    assert read(cell)[0] == float(cell)


def test_the_beginning_of_a_long_cell_only_is_looked_at_for_points() -> None:
    frame = pd.DataFrame({"n": ["1.234", "x" * 500 + " 1.5"]})
    with pytest.raises(UnmappedLabelError, match="its point"):
        parse_counts(frame, column="n")


@pytest.mark.parametrize("width", ["0.5", None, True, 10**400, Decimal("NaN"), Decimal("sNaN"), [0.5], 1j])
def test_a_width_is_a_number(width: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^around_width=.*: must be above zero, because around is never exact; try 0\.5$"
    ):
        parse_counts(pd.DataFrame({"n": ["1"]}), column="n", around_width=width)


def test_a_width_may_be_a_decimal_and_is_half_a_unit_when_none_is_given() -> None:
    frame = pd.DataFrame({"n": ["around 100"]})
    exact = parse_counts(frame, column="n", around_width=Decimal("0.5"))  # type: ignore[arg-type]
    assert_frame_equal(exact, parse_counts(frame, column="n"))
    assert exact[["low", "high"]].values.tolist() == [[50, 150]]


def test_a_prefix_is_text_and_stands_before_every_new_column() -> None:
    for prefix in (None, 5, ["a"]):
        with pytest.raises(ValueError, match=r"^prefix=.*: must be text, such as 'offences_'$"):
            parse_counts(pd.DataFrame({"n": ["1"]}), column="n", prefix=prefix)  # type: ignore[arg-type]
    result = parse_counts(pd.DataFrame({"n": ["1"]}), column="n", prefix="a_")
    assert result.columns.tolist() == ["n", "a_value", "a_qualifier", "a_low", "a_high", "a_flag"]
    assert parse_counts(pd.DataFrame({"n": ["1"]}), column="n").columns.tolist() == ["n", *COLUMNS]


def test_numbers_are_floats_and_words_are_text_on_polars() -> None:
    result = parse_counts(pl.DataFrame({"n": ["1", "[c]"]}), column="n")
    kinds = dict.fromkeys(("value", "low", "high"), pl.Float64) | dict.fromkeys(("qualifier", "flag"), pl.Categorical)
    assert {name: result.schema[name] for name in COLUMNS} == kinds


def test_nought_has_no_sign_as_a_number_either() -> None:
    value, _, low, high, _ = read(-0.0)
    assert [math.copysign(1, end) for end in (value, low, high) if isinstance(end, float)] == [1, 1, 1]


@given(st.lists(st.text("0123456789,.-%", max_size=7), min_size=2, max_size=4))
def test_company_decides_whether_any_text_is_read_and_never_what_it_says(cells: list[str]) -> None:
    try:
        together = parse_counts(pd.DataFrame({"n": cells}), column="n")[COLUMNS].astype(object)
    except UnmappedLabelError:
        return
    for place, cell in enumerate(cells):
        try:
            alone = read(cell)
        except UnmappedLabelError as error:
            assert "its point" in str(error)  # noqa: PT017 - the only reason that company can remove
            continue
        assert tuple(None if pd.isna(each) else each for each in together.iloc[place]) == alone


def test_a_column_that_is_not_there_is_asked_for_by_its_argument() -> None:
    with pytest.raises(ValueError, match=r"no column 'm'; the frame has 'n'\. Name the column to read as column="):
        parse_counts(pd.DataFrame({"n": ["1"]}), column="m")


def counts(*cells: object, **options: Any) -> list[Row]:
    result = parse_counts(pd.DataFrame({"n": pd.Series(cells, dtype=object)}), column="n", **options)
    rows = result[COLUMNS].astype(object)
    return list(rows.where(rows.notna(), None).itertuples(index=False, name=None))


def test_answers_to_a_request_are_numbers_noughts_and_reasons() -> None:
    cells = ["12", "Nil", "No information held", "<5", "Refused (s.12)", "1 099", "12*"]
    assert counts(*cells) == [
        (12, "exact", 12, 12, None),
        (0, "exact", 0, 0, None),
        (None, None, None, None, "no information held"),
        (None, "less_than", None, 5, None),
        (None, None, None, None, "refused (s.12)"),
        (1099, "exact", 1099, 1099, None),
        (12, "exact", 12, 12, "*"),
    ]


def test_a_text_of_ones_own_is_a_number_or_a_missing_one_whatever_its_letters_and_spaces() -> None:
    own = {"None": 0, "Pending review": None, "\N{EN DASH}": 0, "few": 2.5}
    assert counts("none", "NONE [note 1]", "pending  REVIEW", "-", "Few", "5", "Nil", markers=own) == [
        (0, "exact", 0, 0, None),
        (0, "exact", 0, 0, "[note 1]"),
        (None, None, None, None, "pending review"),
        (0, "exact", 0, 0, None),
        (2.5, "exact", 2.5, 2.5, None),
        (5, "exact", 5, 5, None),
        (0, "exact", 0, 0, None),
    ]
    assert counts("None", markers={"None": None}) == [(None, None, None, None, "none")]


def test_what_a_text_of_ones_own_means_comes_before_what_we_would_read() -> None:
    assert counts("Nil", "0", 0, -99, "[c]", markers={"nil": None, "0": None, "-99": None, "[c]": 2}) == [
        (None, None, None, None, "nil"),
        (None, None, None, None, "0"),
        (None, None, None, None, "0"),
        (None, None, None, None, "-99"),
        (2, "exact", 2, 2, None),
    ]


@pytest.mark.parametrize(
    ("markers", "words"),
    [
        ({"a": "b"}, "'a' means 'b'; must be a number, or None"),
        ({"a": float("nan")}, "'a' means nan"),
        ({"a": True}, "'a' means True"),
        ({"a": 10**30}, "'a' means 10"),
        ({1: 2}, "1 is no text of a cell"),
        ({" ": 1}, "' ' is no text of a cell"),
        ({"a b": 1, "AB": 2}, "'AB' stands there twice with two meanings"),
        (["Nil"], "must map texts to numbers or None"),
    ],
)
def test_markers_map_texts_to_numbers_or_to_none(markers: Any, words: str) -> None:
    with pytest.raises(ValueError, match="^markers.*" + re.escape(words)):
        counts("1", markers=markers)


def test_a_cell_that_cannot_be_read_is_kept_as_null_with_a_flag_that_says_so() -> None:
    cells = ["5", "1 2", "717\u00b2", None, True]
    assert counts(*cells, on_unmapped="keep") == [
        (5, "exact", 5, 5, None),
        *[(None, None, None, None, "unread")] * 2,
        (None, None, None, None, "empty"),
        (None, None, None, None, "unread"),
    ]
    with pytest.raises(ValueError, match="on_unmapped='ignore'"):
        counts("5", on_unmapped="ignore")


@given(st.integers(1000, 10**12), st.sampled_from([" ", "\u00a0", "\u202f", "\u2009"]))
def test_thousands_by_any_space_are_the_same_number(number: int, space: str) -> None:
    assert read(f"{number:,}".replace(",", space)) == (number, "exact", number, number, None)


@given(st.integers(0, 999), st.integers(0, 10**6))
def test_two_numbers_beside_each_other_are_never_one_unless_the_second_has_three_figures(one: int, two: int) -> None:
    if one > 0 and len(str(two)) == 3:
        assert read(f"{one} {two}")[0] == 1000 * one + two
    else:
        with pytest.raises(UnmappedLabelError):
            read(f"{one} {two}")


def test_no_known_text_is_a_number_but_those_that_say_nought() -> None:
    with (
        Path(__file__)
        .parents[2]
        .joinpath("src/cseanalysis/clean/crosswalks/markers.csv")
        .open(encoding="utf-8", newline="") as stream
    ):
        known = list(csv.DictReader(stream))
    assert len({"".join(row["text"].split()) for row in known}) == len(known) > 100
    for row in known:
        if row["value"] == "?":
            with pytest.raises(UnmappedLabelError, match="say which with markers="):
                read(row["text"])
        else:
            value, *_, flag = read(row["text"].title())
            assert (value, flag is None) == ((0, True) if row["value"] else (None, False))
