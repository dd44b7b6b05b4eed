"""What was asked for, what survivors want and what was paid, in words: every row, no blank, money apart."""

from pathlib import Path

import pytest

from cseanalysis.study.comparisons.requested import outcomes_wanted, requested_fields, spending
from cseanalysis.study.comparisons.tables import OUTCOMES, REQUESTED, SPENDING
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.tables import in_words

ROOT = Path(__file__).resolve().parents[2]
FIGURES = load_figures(ROOT)


@pytest.fixture(autouse=True)
def in_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_every_requested_field_says_whether_it_is_published_and_names_figures_of_the_register() -> None:
    table = in_words(requested_fields(FIGURES), REQUESTED)
    assert table["Published"].str.startswith(("filled", "partly", "not in the register")).all()
    named = table["Published"].str.findall(r"F\d{3}").explode().dropna()
    assert set(named) <= FIGURES.keys()
    assert table["Published"].eq("not in the register").sum() == 7


def test_every_outcome_names_who_was_heard_and_a_source() -> None:
    table = in_words(outcomes_wanted(), OUTCOMES)
    assert (table["Who was heard"].str.len() > 0).all()
    assert table["Source"].str.fullmatch(r"\[@\w+\]").all()
    assert table["Share printed"].tolist().count("none") == len(table) - 1


def test_money_is_printed_as_it_was_published() -> None:
    table = in_words(spending(FIGURES), SPENDING)
    assert len(table) == sum(figure.unit == "pounds" for figure in FIGURES.values())
    assert table["Printed"].str.contains("£").all()


@pytest.mark.parametrize(
    ("filled", "figures", "said"),
    [
        ("yes", "F001; F002", "filled: F001; F002"),
        ("partly", "F001", "partly: F001"),
        ("no", "", "not in the register"),
    ],
)
def test_a_requested_field_is_printed_with_who_asked_and_what_fills_it(filled: str, figures: str, said: str) -> None:
    row = {"field": "age of the victim", "asked_by": "An inquiry", "filled": filled, "filled_by": figures, "note": "N"}
    assert in_words([row], REQUESTED).to_dict("records") == [
        {"Asked for": "Age of the victim", "By": "An inquiry", "Published": said, "Remark": "N"}
    ]


@pytest.mark.parametrize(("share", "said"), [("", "none"), ("3 in 4", "3 in 4")])
def test_an_outcome_is_printed_with_its_source_and_none_where_no_share_is_printed(share: str, said: str) -> None:
    row = {"outcome": "To be believed", "whose_view": "Ten women", "source": "iicsa22", "published_share": share}
    assert in_words([row], OUTCOMES).to_dict("records") == [
        {
            "A good outcome": "To be believed",
            "Who was heard": "Ten women",
            "Source": "[@iicsa22]",
            "Share printed": said,
        }
    ]


def test_money_is_printed_with_the_id_of_its_figure() -> None:
    row = {"statement": "A unit", "published": "£1m", "id": "F001", "note": "N"}
    assert in_words([row], SPENDING).to_dict("records") == [{"For": "A unit", "Printed": "£1m (F001)", "Remark": "N"}]
