"""Records of offences on every engine: the lines of docs/scaling.md give what pandas gives on all rows."""

from __future__ import annotations

import doctest
import re
import shutil
import sys
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from cseanalysis.models import Triangle, chain_ladder, cohort_incidence, cohort_tables, cumulative_incidence

pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "scaling.md").read_text(encoding="utf-8")
QUARTERS = pd.period_range("2022Q1", "2024Q4", freq="Q")
UNTIL = QUARTERS[-1]
CASES = 200  # of each quarter that belong to the question, and as many that do not
# Planted: of 200 cases so many are closed so many quarters after the one in which they were recorded.
CHARGED, NO_SUSPECT = {0: 20, 1: 14, 2: 10, 5: 6}, {0: 60, 1: 30, 3: 20}
LABELS = {
    "charged_or_summonsed": ["1", "Charged/Summonsed", "Charge/Summons"],
    "no_suspect_identified": ["18", "Investigation complete - no suspect identified"],
    None: ["Under investigation", "0"],
}
COUNTED = {
    "Kent": "Kent",
    "London, City of": "London",
    "Heddlu Gwent": "Gwent",
    "WEST MIDLANDS POLICE": "West Midlands",
}
ENGINES = ["pandas", "Polars", "DuckDB", "Dask", "Spark"]
DATES = ["Date Recorded", "Date Closed"]


def planted() -> pd.DataFrame:
    """Give one row an offence: what a force would hold and, in the columns ``true_*``, what is planted in it."""
    rng = np.random.default_rng(0)
    plan = [("charged_or_summonsed", age, cases) for age, cases in CHARGED.items()]
    plan += [("no_suspect_identified", age, cases) for age, cases in NO_SUSPECT.items()]
    plan += [(None, len(QUARTERS), CASES - sum(CHARGED.values()) - sum(NO_SUSPECT.values()))]
    rows: list[dict[str, Any]] = []
    for place, quarter in enumerate(QUARTERS):
        year = quarter.year - (quarter.quarter == 1)
        for outcome, age, cases in plan:
            shut = quarter + age if quarter + age <= UNTIL else None
            label = outcome if shut is not None else None
            for number in range(2 * cases):
                counted = number < cases
                force, code = str(rng.choice(list(COUNTED))), str(rng.choice(["88A", "17B", " 88a", "20B [note 3]"]))
                if not counted:
                    force, code = ("British Transport Police", code) if number % 2 else (force, "3A")
                rows.append(
                    {
                        "Force Name": force,
                        "Offence Code": code,
                        "Financial Year": str(rng.choice([f"{year}/{(year + 1) % 100:02}", f"{year}-{year + 1}"])),
                        "Financial Quarter": (quarter.quarter - 2) % 4 + 1,
                        "Date Recorded": quarter.start_time + pd.Timedelta(days=int(rng.integers(90))),
                        "Date Closed": shut and shut.end_time.normalize() - pd.Timedelta(days=int(rng.integers(3))),
                        "Outcome Type": str(rng.choice(LABELS[label])),
                        "true_counted": counted,
                        "true_time": age if shut is not None else UNTIL.ordinal - quarter.ordinal,
                        "true_event": label or 0,
                        "true_cohort": place,
                    }
                )
    frame = pd.DataFrame(rows)
    # pandas 2 gives nanoseconds, which Spark does not read from Parquet
    frame[DATES] = frame[DATES].astype("datetime64[us]")
    frame = frame.sample(frac=1, random_state=0, ignore_index=True)
    frame.insert(0, "Reference", [f"R{number:06}" for number in range(len(frame))])
    return frame


TRUTH = planted()
RECORDS = TRUTH.loc[:, ~TRUTH.columns.str.startswith("true_")]


def section(title: str) -> str:
    """Give the code that the page prints under a heading, without prompts and answers."""
    text = PAGE.split(f"\n### {title}\n")[1].split("\n#")[0]
    blocks = re.findall(r"^```(python|pycon)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    parser = doctest.DocTestParser()
    return "\n".join(
        code if kind == "python" else "".join(each.source for each in parser.get_examples(code))
        for kind, code in blocks
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("extract")
    (where / "records").mkdir()
    for part in range(4):
        RECORDS.iloc[part::4].to_parquet(where / "records" / f"{part}.parquet", index=False)
    return where


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    distributed = pytest.importorskip("distributed", reason="Dask with its workers is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the cluster itself, which is not ours to silence anywhere else
        cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    yield cluster.scheduler_address
    cluster.close()


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="PySpark is not installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, and there is none on this machine")
    builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "2").config("spark.driver.host", "127.0.0.1")
    # compiling well costs more than it saves on a few thousand rows
    builder = builder.config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    builder = builder.config("spark.sql.codegen.wholeStage", "false").config("spark.sql.adaptive.enabled", "false")
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def helpers() -> Iterator[dict[str, Any]]:
    """Run what the page defines for all engines, in a module that workers can be sent functions of."""
    module = types.ModuleType("page")
    sys.modules["page"] = module
    exec(section("The same cleaning everywhere"), module.__dict__)
    yield module.__dict__
    del sys.modules["page"]


class Guard:
    """Counts the rows that reach this process, and looks for a record among them."""

    def __init__(self) -> None:
        self.rows = 0
        self.records: set[str] = set()

    def look(self, thing: Any) -> None:
        if isinstance(thing, pd.DataFrame | pd.Series):
            thing = list(thing.reset_index().astype(object).itertuples(index=False, name=None))
        if isinstance(thing, dict):
            thing = list(thing.values())
        if isinstance(thing, list):
            for each in thing:
                self.rows += not isinstance(each, pd.DataFrame | pd.Series | list | dict)
                self.look(each)
        elif isinstance(thing, tuple):
            for each in thing:
                self.look(each)
        elif isinstance(thing, str) and re.fullmatch(r"R\d{6}", thing):
            self.records.add(thing)


def guarded(owner: Any, name: str, guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    original = getattr(owner, name)

    def watched(*given: Any, **options: Any) -> Any:
        result = original(*given, **options)
        guard.look(result)
        return result

    monkeypatch.setattr(owner, name, watched)


@pytest.fixture(scope="module", params=ENGINES)
def answer(
    request: pytest.FixtureRequest, folder: Path, helpers: dict[str, Any]
) -> Iterator[tuple[str, pd.DataFrame, Guard]]:
    """Run what the page prints for an engine, with a guard where rows live in other processes."""
    engine, guard = request.param, Guard()
    code, names = section(engine), {**helpers, "records": RECORDS, "pd": pd}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        if engine == "Dask":
            code, replaced = re.subn(r"tcp://[\d.:]+", request.getfixturevalue("scheduler"), code)
            assert replaced == 1
            import distributed

            guarded(distributed.Client, "gather", guard, patch)
        if engine == "Spark":
            names["spark"] = request.getfixturevalue("spark")
            # Java keeps the folder in which it was started, perhaps by another test
            code, replaced = re.subn(r'parquet\("records"\)', f"parquet({str(folder / 'records')!r})", code)
            assert replaced == 1
            guarded(type(names["spark"].range(1)), "collect", guard, patch)
        exec(compile(code, engine, "exec"), names)
        yield engine, names["cells"], guard


def expected_tables() -> tuple[pd.Series, dict[str, pd.DataFrame]]:
    """Write the planted tables down without the library."""
    ages = range(len(QUARTERS))
    index = QUARTERS.rename("cohort")
    tables = {
        label: pd.DataFrame(
            [[float(plan.get(age, 0)) if row + age < len(QUARTERS) else np.nan for age in ages] for row in ages],
            index=index,
            columns=pd.RangeIndex(len(QUARTERS), name="age"),
        )
        for label, plan in (("charged_or_summonsed", CHARGED), ("no_suspect_identified", NO_SUSPECT))
    }
    return pd.Series(CASES, index=index, name="entered"), tables


def test_every_engine_gives_the_planted_counts_and_the_models_of_all_rows_in_pandas(
    answer: tuple[str, pd.DataFrame, Guard],
) -> None:
    _, cells, _ = answer
    assert len(cells) < 100
    entered, outcomes = cohort_tables(cells, until=UNTIL)
    planted_entered, planted_outcomes = expected_tables()
    assert_series_equal(entered, planted_entered)
    assert list(outcomes) == list(planted_outcomes)
    for label, table in outcomes.items():
        assert_frame_equal(table, planted_outcomes[label])
    # The same from every row by itself, none of it grouped or cleaned.
    rows = TRUTH[TRUTH["true_counted"]]
    alone = cumulative_incidence(rows["true_time"], rows["true_event"].to_numpy())
    together = cohort_incidence(entered, outcomes)
    assert_frame_equal(together, alone, check_exact=True)
    final = together[together["time"] == together["time"].max()].set_index("event")["incidence"]
    assert final["charged_or_summonsed"] == pytest.approx(sum(CHARGED.values()) / CASES, abs=1e-12)
    assert final["no_suspect_identified"] == pytest.approx(sum(NO_SUSPECT.values()) / CASES, abs=1e-12)
    triangle = Triangle(outcomes["charged_or_summonsed"].cumsum(axis=1), "quarter")
    assert chain_ladder(triangle).ultimate.to_numpy() == pytest.approx(sum(CHARGED.values()), abs=1e-9)


def test_no_record_leaves_the_workers_only_labels_and_counts_do(
    answer: tuple[str, pd.DataFrame, Guard], folder: Path, request: pytest.FixtureRequest
) -> None:
    engine, _, guard = answer
    if engine not in ("Dask", "Spark"):
        assert guard.rows == 0  # one process: there is nowhere to leave to
        return
    # Each of four partitions gives its distinct labels (at most 96 codes by period), then the cells come.
    assert 0 < guard.rows < 4 * (96 + 5 + 24 + 7) + 100
    assert guard.rows < len(RECORDS) / 4
    assert guard.records == set()
    # The guard sees a record that does leave.
    if engine == "Dask":
        import dask.dataframe as dd
        import distributed

        with distributed.Client(request.getfixturevalue("scheduler")):
            dd.read_parquet("records/*.parquet").head(1)
    else:
        request.getfixturevalue("spark").read.parquet(str(folder / "records")).limit(1).collect()
    assert len(guard.records) == 1
