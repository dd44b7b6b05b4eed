"""The verdicts that an honest comparison of published figures must reach, pair by pair, with the reason beside each."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.register import compare, compare_all
from cseanalysis.study import load_figures

_TABLE = (Path(__file__).parent / "comparability.csv").read_text(encoding="utf-8")
PAIRS = list(csv.DictReader(_TABLE.splitlines()))
FIGURES = load_figures(Path(__file__).parents[2])


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{pair['a']} and {pair['b']}" for pair in PAIRS])
def test_the_gate_reaches_the_verdict_that_a_careful_reader_would(pair: dict[str, str]) -> None:
    comparison = compare(FIGURES[pair["a"]], FIGURES[pair["b"]])
    assert comparison.verdict == pair["verdict"], f"{pair['reason']} / {comparison.reasons}"


def test_the_table_of_verdicts_holds_every_kind_of_refusal() -> None:
    told = " ".join(pair["reason"] for pair in PAIRS if pair["verdict"] == "refused")
    for dimension in (
        "unit",
        "definition",
        "category",
        "geography",
        "coverage",
        "period",
        "stage",
        "break",
        "conflict",
    ):
        assert dimension in told


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return compare_all(FIGURES.values())


def test_what_may_be_compared_is_a_small_part_of_all_pairs_and_every_refusal_has_a_sentence(
    table: pd.DataFrame,
) -> None:
    assert len(table) == 566 * 565 // 2
    assert (table["verdict"] != "refused").mean() < 0.01
    for row in table.sample(300, random_state=1).itertuples():
        first, second = FIGURES[str(row.first)], FIGURES[str(row.second)]
        statement = compare(first, second).statement
        assert statement.endswith(".")
        assert all(figure.id in statement for figure in (first, second))


def test_every_sentence_that_allows_something_can_be_written(table: pd.DataFrame) -> None:
    for row in table[table["verdict"] != "refused"].itertuples():
        comparison = compare(FIGURES[str(row.first)], FIGURES[str(row.second)])
        assert "nan" not in comparison.statement.lower().split()
        assert "inf" not in comparison.statement.lower().split()
