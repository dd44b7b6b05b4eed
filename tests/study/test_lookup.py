"""Finding a published figure by words, showing it with what is known of it, and comparing two."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cseanalysis import cli
from cseanalysis.register import Definition, Figure
from cseanalysis.study import load_figures
from cseanalysis.study.lookup import compare_figures, describe_figure, figure_line, find_figures

ROOT = Path(__file__).resolve().parents[2]
PUBLICATIONS = {
    "vkpp23": {"publisher": "VKPP", "title": "National analysis", "published": "2025-01-02", "address": "https://a.b"},
    "press": {"publisher": "A paper", "title": "On offences", "published": "", "address": ""},
}
OFFENCES = Figure(
    id="F1",
    statement="Offences recorded by police",
    published="1,234,567",
    qualifier="exact",
    low=1_234_567,
    high=1_234_567,
    rounded_to=None,
    unit="offences",
    base="",
    definition="analysis",
    category="csae",
    ages="under 18",
    sex="any",
    geography="England and Wales",
    coverage="44 forces",
    period_start=date(2023, 1, 1),
    period_end=date(2023, 12, 31),
    period_type="calendar_year",
    time_basis="recorded",
    counter="flow",
    stage="report",
    status="management_information",
    tier="A",
    source="vkpp23",
    locator="page 3",
    known_share="",
    unknown_share="",
    breaks=(),
    supersedes=(),
    conflicts_with=("F8", "F9"),
    relays="",
    note="Forces are not listed.",
)
SHARE = replace(OFFENCES, id="F2", published="26%", unit="per_cent", low=26, high=26, rounded_to=1, base="offences",
                statement="Share in the family", conflicts_with=(), note="")  # fmt: skip
REPEAT = replace(OFFENCES, id="F3", published="over 1.2 million", qualifier="more_than", low=1_200_000, high=None,
                 relays="F1", source="press", tier="D", geography="Wales", conflicts_with=())  # fmt: skip
FIGURES = {figure.id: figure for figure in (OFFENCES, SHARE, REPEAT)}


def test_a_figure_in_one_line_says_its_unit_once():
    assert figure_line(OFFENCES, {}) == "F1    1,234,567 offences: Offences recorded by police; England and Wales, 2023"
    assert figure_line(SHARE, {}) == "F2    26%: Share in the family; England and Wales, 2023"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], ["F1", "F2", "F3"]),
        (["offences", "WALES"], ["F1", "F2", "F3"]),
        (["family"], ["F2"]),
        (["  family\t"], ["F2"]),
        (["million", "wales"], ["F3"]),
        (["family", "million"], []),
    ],
)
def test_every_word_must_occur_whatever_its_case_and_the_spaces_round_it(words, found):
    assert [figure.id for figure in find_figures(FIGURES, words)] == found


def test_a_figure_is_described_with_every_digit_and_its_lineage():
    described = describe_figure(OFFENCES, FIGURES, PUBLICATIONS, {}).splitlines()
    for line in (
        "low: 1,234,567",
        "high: 1,234,567",
        "conflicts with: F8, F9",
        "source: VKPP, National analysis, 2025-01-02, tier A",
        "address: https://a.b",
        "note: Forces are not listed.",
        "the same number elsewhere:",
        "  F3 over 1.2 million: A paper, undated, tier D",
    ):
        assert line in described
    assert not [line for line in described if line.startswith(("rounded to", "base", "high: None"))]


def test_a_repetition_names_the_record_that_it_repeats_and_a_figure_alone_nobody():
    described = describe_figure(REPEAT, FIGURES, PUBLICATIONS, {}).splitlines()
    assert "  F1 1,234,567: VKPP, 2025-01-02, tier A" in described
    assert "source: A paper, On offences, undated, tier D" in described
    assert not [line for line in described if line.startswith("address")]
    assert "the same number elsewhere:" not in describe_figure(SHARE, FIGURES, PUBLICATIONS, {})


def test_fractions_keep_their_digits_and_show_no_noise():
    described = describe_figure(
        replace(SHARE, low=0.1 + 0.2, high=0.1 + 0.2, rounded_to=0.1), FIGURES, PUBLICATIONS, {}
    )
    assert "low: 0.3" in described.splitlines()


def test_the_definition_is_told_where_one_is_known():
    (figure,) = [each for each in load_figures(ROOT).values() if each.id == "F031"]
    assert isinstance(figure.dataset, Definition)
    publications = {figure.source: PUBLICATIONS["press"]}
    described = describe_figure(figure, {figure.id: figure}, publications, {}).splitlines()
    assert described[2].startswith(f"definition: {figure.dataset.title} (")
    assert f"people: {figure.dataset.people}" in described


def test_two_figures_are_compared_and_one_with_itself_or_none_is_refused():
    comparison = compare_figures(ROOT, "F031", "F035")
    assert comparison.verdict == "bridged"
    assert "F031" in comparison.statement
    with pytest.raises(ValueError, match="F031 and F031 are one and the same figure"):
        compare_figures(ROOT, "F031", "F031")
    with pytest.raises(ValueError, match="no figure F9998, F9999; search"):
        compare_figures(ROOT, "F9998", "F9999")


def run(monkeypatch, *words):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.argv", ["cseanalysis", *words])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return str(end.value.code)


def test_the_command_line_takes_ids_with_spaces_and_small_letters(monkeypatch, capsys):
    assert run(monkeypatch, "figures", " f031 ") == "0"
    assert capsys.readouterr().out.startswith("F031 ")
    assert run(monkeypatch, "compare", " f031", "F035 ") == "0"
    assert capsys.readouterr().out.startswith("bridged\n")


def test_the_command_line_compares_no_figure_with_itself(monkeypatch):
    assert run(monkeypatch, "compare", "F031", " f031 ") == (
        "error: F031 and F031 are one and the same figure; name two"
    )


def test_a_figure_of_a_broken_series_shows_the_days_of_its_breaks():
    figure = load_figures(ROOT)["F245"]
    described = describe_figure(figure, {figure.id: figure}, {figure.source: PUBLICATIONS["press"]}, {})
    assert "breaks: 2005-01-01, 2006-01-01" in described.splitlines()
