"""The page on which two figures are chosen: what it holds gives back what the gate says, word for word."""

import json
import random
from itertools import combinations
from pathlib import Path

import pytest

from cseanalysis.lineage import cards
from cseanalysis.register import compare
from cseanalysis.report.html.pairs import DIGITS, FIRST, SECOND, pairs_page, pairs_table
from cseanalysis.study import load_figures
from cseanalysis.study.data.assumptions import load_clustering
from cseanalysis.study.kept import Kept
from cseanalysis.study.lookup import not_printed

ROOT = Path(__file__).resolve().parents[2]
LEVELS = ("refused", "bridged", "minded")


def chosen(figures, seed):
    """Return a third of the figures, with all of those that some rule singles out."""
    rare = [one for one in figures if one.withheld or one.guessed or one.replaced_by or one.conflicts_with]
    return list(dict.fromkeys([*rare, *random.Random(seed).sample(list(figures), len(figures) // 3)]))


def read(runs):
    """Yield the numbers of a row and for how many figures each holds."""
    numbers, value = [], 0
    for digit in map(DIGITS.index, runs):
        value = value * 32 + digit % 32
        if digit < 32:
            numbers.append(value)
            value = 0
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def reasons(table, first, second):
    """Read the reasons of two figures out of a table, the gravest first."""
    found = []
    for dimension in table["dimensions"]:
        rows = dimension["rows"].split(",")
        start = max(place for place in range(first + 1) if rows[place])
        row = [number for number, count in read(rows[start]) for _ in range(count)]
        if number := row[second - start - 1]:
            level, text = dimension["reasons"][number - 1]
            for place, signs in ((first, FIRST), (second, SECOND)):
                for kind, words in enumerate(table["words"]):
                    text = text.replace(chr(signs + kind), words["words"][words["of"][place]])
            found.append((level, f"{dimension['name']}: {text}"))
    return tuple(text for level in LEVELS for own, text in found if own == level)


@pytest.fixture(scope="module")
def figures():
    return load_figures(ROOT)


@pytest.fixture(scope="module")
def table(figures):
    return json.loads(json.dumps(pairs_table(chosen(figures.values(), 20261130), load_clustering(ROOT))))


def test_of_thousands_of_pairs_the_table_gives_back_verdict_reasons_and_sentence_word_for_word(figures, table):
    ids, said = table["ids"], {(first, second): rest for first, second, *rest in table["said"]}
    pairs = random.Random(7).sample(list(combinations(range(len(ids)), 2)), 4000)
    allowed = [pair for pair in said if pair not in set(pairs)]
    inflation = load_clustering(ROOT)
    for first, second in [*pairs, *allowed]:
        comparison = compare(figures[ids[second]], figures[ids[first]], inflation=inflation)
        assert (comparison.first.id, comparison.second.id) == (ids[first], ids[second])
        assert reasons(table, first, second) == comparison.reasons
        told = said.get((first, second))
        assert bool(told) == bool(comparison.allowed), (ids[first], ids[second])
        if told:
            assert told == [comparison.verdict, ", ".join(comparison.allowed), comparison.statement]


def test_the_verdicts_of_all_pairs_are_counted(table):
    count = len(table["ids"])
    assert sum(table["verdicts"].values()) == count * (count - 1) // 2
    assert set(table["verdicts"]) == {"comparable", "bridged", "refused"}


def test_all_pairs_take_less_room_than_four_bytes_each(table):
    count = len(table["ids"])
    assert sum(len(one["rows"]) for one in table["dimensions"]) < 4 * count * (count - 1) / 2


def test_a_figure_that_is_not_printed_is_compared_with_nothing(figures, tmp_path):
    hidden = not_printed(ROOT, figures)
    silent = sorted(name for name in hidden if not figures[name].withheld)
    few = {name: figures[name] for name in (*silent[:2], "F022", "F024", "F027")}
    page = pairs_page(few, cards(ROOT), hidden, Kept(tmp_path), load_clustering(ROOT))
    content = json.loads(page.files["pairs.js"].decode().removeprefix("var PAIRS = ").removesuffix(";\n"))
    assert sorted(content["ids"]) == ["F022", "F024", "F027"]
    assert content["silent"] == {name: hidden[name] for name in silent[:2]}
    assert '<a href="figures-0.html#F024">F024</a>' in page.inside
    assert "share of a whole" in page.inside


def test_verdicts_are_computed_once_as_long_as_nothing_changes(figures, tmp_path, monkeypatch):
    few = {name: figures[name] for name in ("F022", "F024")}
    known, kept, inflation = cards(ROOT), Kept(tmp_path), load_clustering(ROOT)
    first = pairs_page(few, known, {}, kept, inflation)
    monkeypatch.setattr("cseanalysis.report.html.pairs.pairs_table", None)
    assert pairs_page(few, known, {}, kept, inflation) == first
