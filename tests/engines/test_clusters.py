"""The cleaning functions on engines that spread rows over workers: Dask with two processes, Spark with two threads."""

from __future__ import annotations

import datetime as dt
import shutil
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from cseanalysis.clean import (
    UnmappedLabelError,
    harmonise,
    harmonise_forces,
    harmonise_offences,
    harmonise_outcomes,
    harmonise_periods,
    parse_counts,
    read_crosswalk,
    share_by_relation,
)

CODES = ["17B", "88A", "71", "86", "4.10", "not a code", None]
YEARS = ["2012/13", "2017-18", "2016", "never", None]
FORCES = ["West Midlands", "Heddlu Gwent", "Essex(5)", "ENGLAND ", "BTP", "Nowhere", None]
OUTCOMES = ["1", "1a", "0", "23", "Caution, youths", "99", None]
CELLS = ["1,099", "-1", "more than 4,000", "[x]", "", "68%", None]
ROWS = 300
DATA = {
    "Offence Code": [CODES[n % 7] for n in range(ROWS)],
    "Financial Year": [YEARS[n // 7 % 5] for n in range(ROWS)],
    "Force Name": [FORCES[n // 3 % 7] for n in range(ROWS)],
    "Outcome Type": [OUTCOMES[n // 5 % 7] for n in range(ROWS)],
    "Number of Offences": [CELLS[n // 2 % 7] for n in range(ROWS)],
    "Financial Quarter": [1 + n % 4 for n in range(ROWS)],
    "row": list(range(ROWS)),
    "Area Code": [["E23000014", None, "E12000005", "E23000028"][n // 3 % 4] for n in range(ROWS)],
}
WHOLE = read_crosswalk("forces").query("force_type == 'territorial'")["force"].unique().tolist()
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "offences": lambda frame: harmonise_offences(frame, on_unmapped="keep"),
    "offences by quarter": lambda frame: harmonise_offences(frame, quarter="Financial Quarter", on_unmapped="keep"),
    "forces": lambda frame: harmonise_forces(frame, on_unmapped="keep"),
    "forces by code": lambda frame: harmonise_forces(frame, code="Area Code", on_unmapped="keep"),
    "periods": lambda frame: harmonise_periods(frame, quarter="Financial Quarter", on_unmapped="keep"),
    "outcomes": lambda frame: harmonise_outcomes(frame, on_unmapped="keep"),
    "counts": lambda frame: parse_counts(frame, column="Number of Offences"),
}
ENGINES = ["dask", "pyspark"]
every_engine = pytest.mark.parametrize("engine", ENGINES)
every_function = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)


def pandas_frame(data: dict[str, list[Any]] = DATA) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in data.items()}).astype(
        {"Financial Quarter": "int64", "row": "int64"}
    )


@pytest.fixture(scope="module")
def dask_workers() -> Iterator[None]:
    distributed = pytest.importorskip("distributed", reason="Dask with its workers is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the cluster itself, which is not ours to silence anywhere else
        cluster = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit="1GiB"
        )
        client = distributed.Client(cluster)
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client.close()
        cluster.close()


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="PySpark is not installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, and there is none on this machine")
    builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "2").config("spark.driver.host", "127.0.0.1").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def spread(engine: str, request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Give a function from columns to a frame of the engine, in several partitions."""
    if engine == "dask":
        request.getfixturevalue("dask_workers")
        import dask.dataframe as dd

        return lambda data=DATA: dd.from_pandas(pandas_frame(data), npartitions=5)
    session = request.getfixturevalue("spark")
    schema = ", ".join(
        f"`{name}` {'int' if name in ('row', 'Financial Quarter') else 'string'}" for name in DATA
    )  # fmt: skip

    def make(data: dict[str, list[Any]] = DATA) -> Any:
        return session.createDataFrame(list(zip(*data.values(), strict=True)), schema=schema).repartition(4)

    return make


def plain(cell: Any) -> Any:
    if pd.isna(cell):
        return None
    return cell.date() if isinstance(cell, dt.datetime) else cell


def rows(frame: Any) -> list[tuple[Any, ...]]:
    """Give the rows of any frame, in the order of the column ``row``, which every frame here has."""
    if hasattr(frame, "compute"):
        frame = frame.compute()
    cells = frame.astype(object).itertuples(index=False, name=None) if hasattr(frame, "iloc") else frame.collect()
    return sorted((tuple(plain(cell) for cell in row) for row in cells), key=lambda row: row[6])


@every_engine
@every_function
def test_every_row_comes_back_once_with_the_values_that_pandas_gives(
    spread: Callable[..., Any], function: Callable[[Any], Any]
) -> None:
    frame = spread()
    result = function(frame)
    assert type(result) is type(frame)
    expected = function(pandas_frame())
    assert list(result.columns) == list(expected.columns)
    assert rows(result) == rows(expected)


@every_engine
def test_functions_can_be_chained_and_shares_taken(spread: Callable[..., Any]) -> None:
    frame, expected = spread(), pandas_frame()
    for function in (FUNCTIONS["offences"], FUNCTIONS["forces"], FUNCTIONS["periods"], FUNCTIONS["outcomes"]):
        frame, expected = function(frame), function(expected)
    assert rows(frame) == rows(expected)
    pd.testing.assert_frame_equal(share_by_relation(frame, count="row"), share_by_relation(expected, count="row"))


@every_engine
def test_an_unmapped_label_is_the_same_error_as_on_pandas(spread: Callable[..., Any]) -> None:
    with pytest.raises(UnmappedLabelError) as expected:
        harmonise_forces(pandas_frame())
    with pytest.raises(UnmappedLabelError) as caught:
        harmonise_forces(spread())
    assert str(caught.value) == str(expected.value)
    assert caught.value.labels == expected.value.labels


@every_engine
def test_a_name_with_two_readings_is_decided_over_all_partitions_at_once(spread: Callable[..., Any]) -> None:
    # A force a row: no partition holds them all.
    data = {name: cells[: len(WHOLE)] for name, cells in DATA.items()} | {"Force Name": WHOLE}
    result = rows(harmonise_forces(spread(data)))
    assert result == rows(harmonise_forces(pandas_frame(data)))
    assert {row[9] for row in result if row[2] == "West Midlands"} == {"E23000014"}


@every_engine
def test_a_column_that_is_missing_or_there_already_is_an_error_before_anything_runs(spread: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="no column 'Force'; the frame has 'Offence Code'"):
        harmonise_forces(spread(), force="Force")
    once = FUNCTIONS["forces"](spread())
    with pytest.raises(ValueError, match=r"column 'force', .* exists already"):
        FUNCTIONS["forces"](once)


@every_engine
def test_no_warning_reaches_the_caller(spread: Callable[..., Any]) -> None:
    frame = spread()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for function in FUNCTIONS.values():
            function(frame)


@pytest.mark.parametrize("engine", ["dask"])
def test_dask_keeps_partitions_index_and_order(spread: Callable[..., Any]) -> None:
    frame = spread()
    result = FUNCTIONS["offences"](frame)
    assert result.npartitions == frame.npartitions
    done = result.compute()
    assert done["row"].tolist() == list(range(ROWS))
    assert done.index.equals(pandas_frame().index)
    assert done.dtypes.equals(result.dtypes)


@pytest.mark.parametrize("engine", ["pyspark"])
def test_spark_joins_without_moving_a_row(spread: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    FUNCTIONS["offences"](spread()).explain()
    plan = capsys.readouterr().out
    assert "BroadcastHashJoin" in plan
    assert "SortMergeJoin" not in plan


@every_engine
def test_a_whole_frame_in_one_call_is_reported_as_in_pandas(spread: Callable[..., Any]) -> None:
    table, report = harmonise(pandas_frame())
    frame, told = harmonise(spread())
    assert rows(frame) == rows(table)
    ours, theirs = report.as_dict(), told.as_dict()
    for each in (ours, theirs):
        each["labels"].sort(key=str)
        each["rules"] = dict(sorted(each["rules"].items()))
    assert theirs == ours
