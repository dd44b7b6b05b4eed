"""The verdicts that an honest comparison of published figures must reach, pair by pair, with the reason beside each."""

from __future__ import annotations

import ast
import csv
import inspect
import math
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.register import compare, compare_all, differences, parity
from cseanalysis.register.known import worst_case
from cseanalysis.study import load_figures

_TABLE = (Path(__file__).parent / "comparability.csv").read_text(encoding="utf-8")
PAIRS = list(csv.DictReader(_TABLE.splitlines()))
NO_NUMBER = re.compile(r"\b(?i:nan|inf|infinity)\b|\bNone\b")
FIGURES = load_figures(Path(__file__).parents[2])


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{pair['a']} and {pair['b']}" for pair in PAIRS])
def test_the_gate_reaches_the_verdict_that_a_careful_reader_would(pair: dict[str, str]) -> None:
    comparison = compare(FIGURES[pair["a"]], FIGURES[pair["b"]])
    assert comparison.verdict == pair["verdict"], f"{pair['reason']} / {comparison.reasons}"


def test_the_pairs_meet_every_way_in_which_figures_may_differ() -> None:
    # The names of the dimensions are read from the rules, so that a new rule needs a published pair of its own.
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(differences))) if isinstance(node, ast.Call)]
    made = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id in ("Difference", "_plain")]
    rules = {str(node.args[0].value) for node in made if isinstance(node.args[0], ast.Constant)}
    assert {"unit", "time basis", "known share", "conflict"} <= rules
    told = {
        item.partition(":")[0] for pair in PAIRS for item in compare(FIGURES[pair["a"]], FIGURES[pair["b"]]).reasons
    }
    assert told == rules


def test_a_share_whose_known_share_is_not_published_has_no_bounds_and_both_groups_are_refused_alike() -> None:
    # Without family and institutions: how many say is published of all classes only, which bounds no part of them.
    for name in ("F737", "F738", "F739", "F756", "F757"):
        share = FIGURES[name]
        group = share.category.rpartition("/")[2]
        people = replace(FIGURES["F111"], withheld="", category=f"population/{group}", geography=share.geography)
        found = parity(share, people)
        assert (found.verdict, found.low, found.high) == ("refused", 0, 100)
        assert "known share: how many records say is not known" in found.reasons
    bounds = {name: worst_case(FIGURES[name]) for name in ("F735", "F736", "F747")}
    assert bounds == {"F735": (25, 96), "F736": (1, 72), "F747": (1, 68)}


def test_no_share_of_a_population_may_be_quoted_as_a_comparator() -> None:
    # Comparators are held for every group by age and sex, or for none.
    assert [one.id for one in FIGURES.values() if one.category.startswith("population/") and not one.withheld] == []


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return compare_all(FIGURES.values())


def test_what_may_be_compared_is_a_small_part_of_all_pairs_and_every_refusal_has_a_sentence(
    table: pd.DataFrame,
) -> None:
    assert len(table) == math.comb(len(FIGURES), 2)
    assert (table["verdict"] != "refused").mean() < 0.01
    for row in table.sample(300, random_state=1).itertuples():
        first, second = FIGURES[str(row.first)], FIGURES[str(row.second)]
        statement = compare(first, second).statement
        assert statement.endswith(".")
        assert all(figure.id in statement for figure in (first, second))


def test_every_sentence_that_allows_something_can_be_written(table: pd.DataFrame) -> None:
    for row in table[table["verdict"] != "refused"].itertuples():
        comparison = compare(FIGURES[str(row.first)], FIGURES[str(row.second)])
        assert not NO_NUMBER.search(comparison.statement), comparison.statement


@pytest.mark.parametrize("words", ["nan% of F1", "from (nan", "3 to inf.", "-inf", "NaN", "None, 3", "1 to infinity"])
def test_the_search_for_what_is_no_number_finds_it_beside_signs_and_stops(words: str) -> None:
    assert NO_NUMBER.search(words)
    assert not NO_NUMBER.search("infants, finance and information: none are named; from none")
