"""What is quoted and is no figure: contested claims and what was left out, each with its reason."""

import csv
import shutil
from pathlib import Path

import pytest

from cseanalysis.study import load_assumptions, load_figures
from cseanalysis.study.data.judgement import check_judgement, contested_claims, left_out
from cseanalysis.study.data.project import Project

ROOT = Path(__file__).resolve().parents[2]
FIGURES = load_figures(ROOT)


@pytest.fixture
def checkout(empty_study):
    for name in ("contested_claims.csv", "left_out.csv"):
        shutil.copy(ROOT / "data" / "judgement" / name, empty_study / "data" / "judgement" / name)
    shutil.copy(ROOT / "data" / "raw" / "sources.toml", empty_study / "data" / "raw" / "sources.toml")
    return empty_study


def rewritten(checkout, name, line, column, cell):
    path = checkout / "data" / "judgement" / name
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    rows[line][rows[0].index(column)] = cell
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return checkout


def test_every_claim_says_by_which_rule_it_was_made_and_what_a_usable_figure_would_need():
    claims = contested_claims(ROOT)
    assert len({one.id for one in claims}) == len(claims)
    assert all(one.rule and one.would_need and one.said_by for one in claims)
    assert all(one.statement and one.published for one in left_out(ROOT))


def test_no_contested_claim_is_a_figure_of_the_register():
    sources = {one.source for one in contested_claims(ROOT)}
    assert not [figure.id for figure in FIGURES.values() if figure.source in sources]
    assert not [figure.id for figure in FIGURES.values() if "religion" in figure.category]


@pytest.mark.parametrize(
    ("name", "column", "cell", "said"),
    [
        ("contested_claims.csv", "id", "X1", "line 2: id: 'X1'; write C and three digits"),
        ("contested_claims.csv", "id", "C002", "C002 stands in two rows"),
        ("contested_claims.csv", "source", "nobody", "C001: source 'nobody' is not in data/raw/sources.toml"),
        ("contested_claims.csv", "would_need", "", "line 2, would_need: is empty; say it"),
        ("left_out.csv", "address", "a page", "line 2: address: 'a page'; write the address that was read"),
        ("left_out.csv", "reason", "", "line 2: has no reason|line 2, reason: is empty"),
        ("left_out.csv", "reason", "It is F99999.", "F99999 is not in data/raw/figures.csv"),
    ],
)
def test_a_row_that_is_wrong_stops_the_results_and_names_the_table(checkout, name, column, cell, said):
    with pytest.raises(ValueError, match=f"data/judgement/{name}, .*({said})"):
        check_judgement(Project(rewritten(checkout, name, 1, column, cell)), FIGURES, load_assumptions(ROOT))


def test_the_tables_as_they_are_stop_nothing(checkout):
    check_judgement(Project(checkout), FIGURES, load_assumptions(ROOT))
