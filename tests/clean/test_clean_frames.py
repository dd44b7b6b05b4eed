"""What holds for every cleaning function on every engine of one machine: the same rows, nothing else touched."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import count
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_index_equal

from cseanalysis.clean import (
    UnmappedLabelError,
    harmonise_forces,
    harmonise_offences,
    harmonise_outcomes,
    harmonise_periods,
    parse_counts,
)

CODES = ["17B", "19D", "21", "71", "88A", "86", "23", "19J", "4.10", "not a code", None]
YEARS = ["2012/13", "2017-18", "2022_23", "2016", "never", None]
FORCES = ["West Midlands Police", "West Midlands", "London, City of", "Essex(5)", "ENGLAND ", "BTP", "Nowhere", None]
CELLS = ["1,099", "-1", "more than 4,000", "[x]", "", "68%", None]
QUARTERS = [1, 2, 3, 4]
OUTCOMES = ["1", "1a", "0", "23", "OC18 - No Sus / No Line Enq / Filed", "Caution, youths", "99", None]

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "offences": lambda frame: harmonise_offences(frame, quarter="Financial Quarter", on_unmapped="keep"),
    "offences by year": lambda frame: harmonise_offences(frame, on_unmapped="keep"),
    "forces": lambda frame: harmonise_forces(frame, on_unmapped="keep"),
    "periods": lambda frame: harmonise_periods(frame, quarter="Financial Quarter", on_unmapped="keep"),
    "outcomes": lambda frame: harmonise_outcomes(frame, on_unmapped="keep"),
    "counts": lambda frame: parse_counts(frame, column="Number of Offences"),
}
every_function = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)

rows = st.lists(
    st.tuples(*(st.sampled_from(choice) for choice in (CODES, YEARS, FORCES, CELLS, OUTCOMES, QUARTERS))), max_size=25
)


def columns(data: list[tuple[object, ...]]) -> dict[str, list[object]]:
    names = ["Offence Code", "Financial Year", "Force Name", "Number of Offences", "Outcome Type", "Financial Quarter"]
    return {name: [row[place] for row in data] for place, name in enumerate(names)}


def pandas_frame(data: list[tuple[object, ...]]) -> pd.DataFrame:
    text = {name: pd.Series(cells, dtype=object) for name, cells in columns(data).items()}
    return pd.DataFrame(text).astype({"Financial Quarter": "int64"})


def polars_frame(data: list[tuple[object, ...]]) -> pl.DataFrame:
    schema = dict.fromkeys(columns([]), pl.String) | {"Financial Quarter": pl.Int64}
    return pl.DataFrame(columns(data), schema=schema)


EXAMPLE = [
    ("88A", "2017/18", "Essex(5)", "1,099", "1", 1),
    ("4.10", "2012/13", "ENGLAND ", "[x]", "1a", 4),
    ("88A", "2016/17", "Essex(5)", "around 5", "23", 2),
    (None, "2016/17", None, None, None, 3),
]


def values(frame: Any) -> list[list[object]]:
    """Give the cells of any frame as plain Python, with None for whatever is missing."""
    lists = frame.to_pydict().values() if isinstance(frame, pa.Table) else [frame[c].to_list() for c in frame.columns]
    return [[plain(cell) for cell in cells] for cells in lists]


def plain(cell: Any) -> object:
    # What is not a number, and not a time, differs from itself; asking so is quicker than `pandas.isna`.
    if cell is None or cell is pd.NA or cell != cell:  # noqa: PLR0124
        return None
    return cell.date() if isinstance(cell, pd.Timestamp) else cell


@every_function
@settings(max_examples=25, deadline=None)
@given(data=rows)
def test_rows_order_and_source_columns_stay(function: Callable[[Any], Any], data: list[tuple[object, ...]]) -> None:
    frame = pandas_frame(data)
    before = frame.copy(deep=True)
    result = function(frame)
    assert_frame_equal(frame, before)
    assert_frame_equal(result[frame.columns.tolist()], before)
    assert result.columns.tolist()[: frame.shape[1]] == frame.columns.tolist()


@every_function
@settings(max_examples=25, deadline=None)
@given(data=rows, random=st.randoms(use_true_random=False))
def test_a_row_means_the_same_wherever_it_stands(
    function: Callable[[Any], Any], data: list[tuple[object, ...]], random: Any
) -> None:
    order = list(range(len(data)))
    random.shuffle(order)
    straight = values(function(pandas_frame(data)))
    shuffled = values(function(pandas_frame([data[place] for place in order])))
    assert shuffled == [[cells[place] for place in order] for cells in straight]


@every_function
@settings(max_examples=25, deadline=None)
@given(data=rows)
def test_pandas_polars_and_pyarrow_agree(function: Callable[[Any], Any], data: list[tuple[object, ...]]) -> None:
    polars = polars_frame(data)
    expected = values(function(pandas_frame(data)))
    assert values(function(polars)) == expected
    assert values(function(polars.to_arrow().cast(pa_text(polars)))) == expected


def pa_text(frame: pl.DataFrame) -> pa.Schema:
    """Give the plain types that a reader of CSV files gives, not the large ones of Polars."""
    return pa.schema([(name, pa.int64() if kind == pl.Int64 else pa.string()) for name, kind in frame.schema.items()])


@every_function
def test_the_same_kind_of_frame_comes_back(function: Callable[[Any], Any]) -> None:
    frames = (pandas_frame(EXAMPLE), polars_frame(EXAMPLE), polars_frame(EXAMPLE).to_arrow())
    assert [type(function(frame)) for frame in frames] == [type(frame) for frame in frames]


@every_function
@pytest.mark.parametrize(
    "index",
    [
        pd.Index([7, 7, -1, 7]),
        pd.Index(["b", None, "a", "b"], name="key"),
        pd.MultiIndex.from_tuples([(1, "x"), (1, "x"), (2, "y"), (0, "z")], names=["n", "letter"]),
        pd.DatetimeIndex(["2020-01-02", "2020-01-01", "2020-01-02", "2020-01-03"]),
    ],
    ids=["duplicates", "text", "two levels", "days"],
)
@pytest.mark.parametrize("quarters", [[1, 4, 2, 3], [1.0, 4.0, 2.0, None], ["Q1", "4", "2", None]])
def test_any_pandas_index_stays(function: Callable[[Any], Any], index: pd.Index, quarters: list[object]) -> None:
    frame = pandas_frame(EXAMPLE).assign(**{"Financial Quarter": quarters})
    expected = values(function(frame))
    result = function(frame.set_axis(index))
    assert_index_equal(result.index, index)
    assert values(result) == expected


@every_function
@pytest.mark.parametrize("dtype", ["category", "string", "string[pyarrow]", pd.ArrowDtype(pa.string()), object])
def test_any_way_of_holding_text_gives_the_same_answers_and_stays(function: Callable[[Any], Any], dtype: Any) -> None:
    frame = pandas_frame(EXAMPLE).astype(dict.fromkeys(["Offence Code", "Financial Year", "Force Name"], dtype))
    result = function(frame)
    assert_frame_equal(result[frame.columns.tolist()], frame)
    assert values(result) == values(function(pandas_frame(EXAMPLE)))


@every_function
def test_polars_categories_give_the_same_answers(function: Callable[[Any], Any]) -> None:
    frame = polars_frame(EXAMPLE).with_columns(pl.col("Offence Code", "Force Name").cast(pl.Categorical))
    assert values(function(frame)) == values(function(polars_frame(EXAMPLE)))


@every_function
def test_an_empty_frame_gets_the_same_columns(function: Callable[[Any], Any]) -> None:
    full = function(pandas_frame(EXAMPLE))
    for frame in (pandas_frame(EXAMPLE).iloc[:0], pd.DataFrame(columns(())), polars_frame([])):
        empty = function(frame)
        assert len(empty) == 0
        assert list(empty.columns) == full.columns.tolist()
    assert_frame_equal(
        function(pandas_frame(EXAMPLE).iloc[:0]).select_dtypes("number"), full.iloc[:0].select_dtypes("number")
    )


@every_function
def test_text_results_are_dictionary_encoded(function: Callable[[Any], Any]) -> None:
    expected = {"category", "float64", "datetime64[us]", "boolean"}
    result = function(pandas_frame(EXAMPLE)).iloc[:, 6:]
    assert {str(dtype) for dtype in result.dtypes} <= expected
    assert "category" in {str(dtype) for dtype in result.dtypes}
    assert pl.Categorical in function(polars_frame(EXAMPLE))[:, 6:].dtypes


@every_function
def test_a_column_that_exists_already_is_never_overwritten(function: Callable[[Any], Any]) -> None:
    once = function(pandas_frame(EXAMPLE))
    first = once.columns[6]
    with pytest.raises(ValueError, match=f"column '{first}'.* exists already .* rename or drop it first"):
        function(once)
    again = function(once.drop(columns=once.columns[6:]))
    assert_frame_equal(again, once)


@every_function
def test_a_missing_column_is_named_with_those_that_are_there(function: Callable[[Any], Any]) -> None:
    with pytest.raises(ValueError, match=r"no column '.*'; the frame has 'a', 'b'"):
        function(pd.DataFrame({"a": [1], "b": [2]}))


@every_function
@pytest.mark.parametrize("frame", [columns(EXAMPLE), pd.Series(["21"]), duckdb], ids=["dictionary", "series", "module"])
def test_what_is_not_a_frame_is_refused(function: Callable[[Any], Any], frame: object) -> None:
    with pytest.raises(TypeError, match="must be a pandas, Polars, PyArrow, DuckDB, Dask or PySpark frame"):
        function(frame)


OPEN: list[Any] = []  # before version 1.5 a relation does not keep its connection alive


def opened() -> Any:
    OPEN.append(duckdb.connect())
    return OPEN[-1]


NUMBERS = count()


def relation(data: list[tuple[object, ...]]) -> Any:
    """Give a DuckDB relation, by default on a connection of these tests: never on the one that DuckDB shares."""
    connection = OPEN[0] if OPEN else opened()
    name = f"source_{next(NUMBERS)}"  # a relation keeps its own table when the next one is made
    connection.register(name, polars_frame(data).to_arrow().cast(pa_text(polars_frame(data))))
    return connection.sql(f"select * from {name}")


def sorted_rows(rows: Any) -> list[tuple[object, ...]]:
    return sorted((tuple(row) for row in rows), key=repr)


@every_function
@settings(max_examples=15, deadline=None)
@given(data=rows)
def test_lazy_polars_adds_the_same_values_and_stays_lazy(
    function: Callable[[Any], Any], data: list[tuple[object, ...]]
) -> None:
    expected = values(function(pandas_frame(data)))
    result = function(polars_frame(data).lazy())
    assert isinstance(result, pl.LazyFrame)
    assert values(result.collect()) == expected


@every_function
@settings(max_examples=10, deadline=None)
@given(data=rows)
def test_duckdb_adds_the_same_values_and_stays_a_relation(
    function: Callable[[Any], Any], data: list[tuple[object, ...]]
) -> None:
    expected = sorted_rows(zip(*values(function(pandas_frame(data))), strict=True))
    result = function(relation(data))
    assert isinstance(result, duckdb.DuckDBPyRelation)
    assert result.columns == function(pandas_frame(data)).columns.tolist()
    assert sorted_rows(result.fetchall()) == expected


@every_function
def test_lazy_text_results_are_dictionary_encoded_where_the_engine_can(function: Callable[[Any], Any]) -> None:
    known = EXAMPLE[:3]
    assert pl.Categorical in function(polars_frame(known).lazy()).collect_schema().dtypes()
    assert any(str(kind).startswith("ENUM") for kind in function(relation(known)).types)


def test_a_lazy_frame_of_a_polars_that_loses_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pl, "__version__", "1.31.0")
    assert len(harmonise_forces(pl.DataFrame({"Force Name": ["Kent"]}))) == 1
    with pytest.raises(
        RuntimeError, match=r"Polars 1\.31\.0: before 1\.32 .* loses rows at random; upgrade Polars, or collect"
    ):
        harmonise_forces(pl.LazyFrame({"Force Name": ["Kent"]}))


def test_lazy_engines_run_one_query_for_the_distinct_labels_and_no_other() -> None:
    connection, seen = duckdb.connect(), []

    def note(code: str) -> str:
        seen.append(code)
        return code

    connection.create_function("note", note, [str], str)
    counted = connection.sql(
        "select note('k' || range) as row, '21' as \"Offence Code\", '2022/23' as \"Financial Year\" from range(5)"
    )
    result = harmonise_offences(counted)
    assert seen == [], "the query for the distinct codes needs no other column"
    assert len(result.fetchall()) == len(seen) == 5

    read: list[int] = []
    scanned = polars_frame(EXAMPLE[:3]).lazy().map_batches(lambda frame: read.append(1) or frame)
    steps = harmonise_forces(scanned)
    assert len(read) == 1
    steps.collect()
    assert len(read) == 2


def test_an_unmapped_label_is_the_same_error_on_every_engine() -> None:
    data = [*EXAMPLE, ("19Z", "2022/23", "Kent", "1", "1", 1)]
    messages = set()
    for frame in (pandas_frame(data), polars_frame(data), polars_frame(data).lazy(), relation(data)):
        with pytest.raises(UnmappedLabelError) as caught:
            harmonise_offences(frame)
        messages.add((str(caught.value), caught.value.labels))
    assert len(messages) == 1
    assert "2 labels in 2 rows" in messages.pop()[0]


def test_duckdb_takes_letter_case_in_column_names_as_one_name() -> None:
    frame = relation(EXAMPLE[:3]).select(duckdb.StarExpression(), duckdb.ConstantExpression(1).alias("FORCE"))
    with pytest.raises(ValueError, match="column 'force' exists already"):
        harmonise_forces(frame)


def test_names_and_labels_with_quotation_marks_are_text_and_not_part_of_a_query() -> None:
    label = "x'); drop table source; --"
    frame = pl.DataFrame({'the "force"': [label, "Kent"], "it's": [1, 2]})
    connection = duckdb.connect()
    connection.register("source", frame.to_arrow())
    result = harmonise_forces(connection.sql("select * from source"), force='the "force"', on_unmapped="keep")
    assert [row[2] for row in result.fetchall()] == [None, "Kent"]


MANY = 25_000


@pytest.mark.parametrize("engine", ["pandas", "polars", "pyarrow", "polars lazy", "duckdb"])
def test_twenty_five_thousand_rows_keep_their_order(engine: str) -> None:
    random = np.random.default_rng(3)
    data = [
        (*(choice[place] for choice, place in zip((CODES, YEARS, FORCES, CELLS, OUTCOMES), places, strict=True)), 1)
        for places in random.integers(0, 6, (MANY, 5))
    ]
    frame: Any = polars_frame(data).with_columns(row=pl.int_range(pl.len()))
    if engine == "pandas":
        frame = frame.to_pandas()
    elif engine == "polars lazy":
        frame = frame.lazy()
    elif engine != "polars":
        frame = frame.to_arrow() if engine == "pyarrow" else opened().from_arrow(frame.to_arrow())
    for name, function in FUNCTIONS.items():
        if name != "offences by year":
            frame = function(frame)
    done = frame.collect() if engine == "polars lazy" else frame.pl() if engine == "duckdb" else frame
    cells = dict(zip(done.column_names if engine == "pyarrow" else done.columns, values(done), strict=True))
    assert cells["row"] == list(range(MANY))
    expected = {
        "West Midlands Police": "force:E23000014",
        "London, City of": "force:E23000034",
        "Essex(5)": "force:E23000028",
        "ENGLAND ": "force:E92000001",
        "BTP": "force:british_transport_police",
    }
    assert cells["force_rule"] == [expected.get(str(row[2])) for row in data]


@every_function
def test_no_warning_reaches_the_caller(function: Callable[[Any], Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for frame in (pandas_frame(EXAMPLE), polars_frame(EXAMPLE), polars_frame(EXAMPLE).to_arrow()):
            function(frame)
        function(polars_frame(EXAMPLE).lazy()).collect()
        function(relation(EXAMPLE)).fetchall()


def test_more_combinations_than_counters_give_the_same_answers() -> None:
    labels = [f"unknown {number}" for number in range(2_100)]
    frame = pd.DataFrame({"Offence Code": [*labels, "21"], "Financial Year": [*labels, "2022/23"]})
    result = harmonise_offences(frame, on_unmapped="keep")
    assert result["offence_rule"].notna().tolist() == [False] * 2_100 + [True]


def test_rare_labels_far_from_any_sample_are_found_in_polars() -> None:
    codes = ["21"] * 40_001 + ["73", None, "88A"]
    frame = pl.DataFrame({"Offence Code": codes, "Financial Year": ["2022/23"] * len(codes)})
    result = harmonise_offences(frame, on_unmapped="keep")
    assert result["offence_rule"].to_list()[-4:] == ["offence:21", "offence:73", None, "offence:88A:2017"]


def test_on_unmapped_takes_two_words_only() -> None:
    for function in (harmonise_forces, harmonise_offences, harmonise_outcomes, harmonise_periods):
        with pytest.raises(ValueError, match='on_unmapped=\'ignore\': must be "raise" or "keep"'):
            function(pandas_frame(EXAMPLE), on_unmapped="ignore")


def test_all_functions_can_be_chained_and_joined_by_rule_without_losing_a_row() -> None:
    frame = pandas_frame(EXAMPLE)
    for function in (FUNCTIONS["offences"], FUNCTIONS["forces"], FUNCTIONS["periods"], FUNCTIONS["counts"]):
        frame = function(frame)
    assert frame.shape[0] == 4
    assert frame.shape[1] >= 6 + 4 + 7 + 3 + 5
    np.testing.assert_array_equal(frame["value"], [1099, np.nan, np.nan, np.nan])


@pytest.mark.parametrize(
    ("clean", "added"),
    [
        (lambda frame: harmonise_forces(frame, prefix="our_"), "our_force"),
        (lambda frame: harmonise_offences(frame, prefix="our_"), "our_offence_category"),
        (lambda frame: harmonise_outcomes(frame, prefix="our_"), "our_outcome"),
        (lambda frame: harmonise_periods(frame, prefix="our_"), "our_period_start"),
    ],
)
def test_a_prefix_makes_room_for_columns_that_the_source_has_already(clean, added):
    frame = pd.DataFrame(
        {"Force Name": ["Kent"], "Offence Code": ["88A"], "Financial Year": ["2019/20"], "Outcome Type": ["1"]}
    ).assign(force="x", offence_category="x", outcome="x", period_start="x")
    assert clean(frame)[added].notna().all()
