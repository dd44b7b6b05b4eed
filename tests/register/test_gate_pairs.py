"""Pairs of published figures that were read one by one: the verdict, and what the sentence must and must not say."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cseanalysis.register import compare
from cseanalysis.study import load_figures

_TABLE = (Path(__file__).parent / "gate_pairs.csv").read_text(encoding="utf-8")
PAIRS = list(csv.DictReader(_TABLE.splitlines()))
FIGURES = load_figures(Path(__file__).parents[2])


def words(cell: str) -> list[str]:
    return [word for word in cell.split(" | ") if word]


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{pair['first']} and {pair['second']}" for pair in PAIRS])
def test_a_pair_gets_the_verdict_of_its_reader_and_no_caveat_that_does_not_apply(pair: dict[str, str]) -> None:
    comparison = compare(FIGURES[pair["first"]], FIGURES[pair["second"]])
    assert comparison.verdict == pair["verdict"], f"{pair['reason']} / {comparison.reasons}"
    statement = comparison.statement
    assert [word for word in words(pair["says"]) if word not in statement] == [], f"{pair['reason']} / {statement}"
    assert [word for word in words(pair["never"]) if word in statement] == [], f"{pair['reason']} / {statement}"
