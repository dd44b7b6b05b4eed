"""What was asked for, what survivors want and what was paid, in words: every row, no blank, money apart."""

from pathlib import Path

import pytest

from cseanalysis.study.comparisons.requested import outcomes_in_words, requested_in_words, spending_in_words
from cseanalysis.study.data.figures import load_figures

ROOT = Path(__file__).resolve().parents[2]
FIGURES = load_figures(ROOT)


@pytest.fixture(autouse=True)
def in_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_every_requested_field_says_whether_it_is_published_and_names_figures_of_the_register() -> None:
    table = requested_in_words(FIGURES)
    assert table["Published"].str.startswith(("filled", "partly", "not published")).all()
    named = table["Published"].str.findall(r"F\d{3}").explode().dropna()
    assert set(named) <= FIGURES.keys()
    assert table["Published"].eq("not published").sum() == 7


def test_every_outcome_names_who_was_heard_and_a_source() -> None:
    table = outcomes_in_words()
    assert (table["Who was heard"].str.len() > 0).all()
    assert table["Source"].str.fullmatch(r"\[@\w+\]").all()
    assert table["Share printed"].tolist().count("none") == len(table) - 1


def test_money_is_printed_as_it_was_published() -> None:
    table = spending_in_words(FIGURES)
    assert len(table) == 8
    assert table["Printed"].str.contains("£").all()
