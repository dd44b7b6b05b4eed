"""One list tests gate and checker: what a bad analysis sets beside each other is no claim that is borne out."""

import csv
import re
from pathlib import Path

import pytest
from made_claims import pool
from made_claims import sentence as made

from cseanalysis.register.claims import check as checked
from cseanalysis.register.gate import compare
from cseanalysis.register.sentences import period_words
from cseanalysis.study import load_claim_tables, load_figures

ROOT = Path(__file__).resolve().parents[3]
TABLES, FIGURES = load_claim_tables(ROOT), load_figures(ROOT)
with (ROOT / "data" / "judgement" / "bad_analyses.csv").open(encoding="utf-8", newline="") as stream:
    LIST = list(csv.DictReader(stream))
ROWS = [row for row in LIST if len(row["figures"].split()) == 2 and row["tried"] == "change"]
SAID = {
    "from and to": "{first_statement} went from {first} in {first_period} to {second} in {second_period}.",
    "now and then": "{second} {second_unit} in {second_period}, against {first} {first_unit} in {first_period}.",
    "two things": "In {first_period} there were {first} {first_unit}, but only {second} {second_unit}.",
}


@pytest.mark.parametrize("row", LIST, ids=[row["name"] for row in LIST])
def test_a_bad_analysis_as_a_sentence_gets_the_verdict_that_stands_beside_it(row):
    answer = checked(row["claim"], TABLES)
    assert answer.word == row["verdict"] != "supported", answer.reasons


def test_a_reason_names_words_of_the_sentence_or_of_the_figure_and_no_code():
    with (Path(__file__).parent / "debate.csv").open(encoding="utf-8", newline="") as lines:
        sentences = [row["claim"] for row in LIST] + [row["sentence"] for row in csv.DictReader(lines)]
    met = 0
    for said in sentences:
        for reason in checked(said, TABLES).reasons:
            kind, _, rest = reason.partition(": ")
            if kind not in ("class", "words") or not rest.startswith("F"):
                continue
            told, _, statement = rest.partition(": ")
            theirs = "only of" in told or "leaves out" in told
            for words in re.findall('"([^"]+)"', told):
                met += 1
                assert words.casefold() in (statement if theirs else said).casefold(), reason
    assert met > 40


def test_most_of_the_list_is_told_apart_and_not_only_left_unsupported():
    vague = [row for row in LIST if row["verdict"] in ("not supported", "not understood", "supported with correction")]
    assert len(vague) <= len(LIST) / 4
    assert sum(row["verdict"] == "comparison not valid" for row in LIST) >= len(LIST) / 3


@pytest.mark.parametrize(
    ("numbers", "conclusion"),
    [
        ("In 2023 police recorded 4,228 group-based offences", "so more children are abused by groups"),
        ("In 2023 police recorded 4,228 group-based offences", "which means that group-based abuse is rising"),
        ("In 2023 police recorded 4,228 group-based offences", "therefore most are never recorded"),
        ("In 2023 police recorded 4,228 group-based offences", "and as a result more children are abused"),
        ("In 2023 police recorded 4,228 group-based offences", "because more children are abused by gangs"),
        ("In 2023 police recorded 4,228 group-based offences", "showing that more children are abused"),
        ("In 2023 police recorded 4,228 group-based offences", "and more children are abused"),
        ("In 2023 police recorded 4,228 group-based offences", "so abuse by groups is getting worse"),
        (
            "2,290 children began a protection plan for sexual abuse in 2022/23 but only 2,160 in 2023/24",
            "so fewer are abused",
        ),
    ],
)
def test_what_is_concluded_from_sound_numbers_is_not_borne_out_with_them(numbers, conclusion):
    assert checked(f"{numbers}.", TABLES).word == "supported"
    assert not checked(f"{numbers}, {conclusion}.", TABLES).word.startswith("supported")


def test_two_facts_that_are_only_told_together_are_kept_and_one_set_against_the_other_is_not():
    said = (
        "In cases flagged as child abuse there were 12,691 pre-charge decisions in 2009/10, {} 8,079 defendants were "
        "prosecuted."
    )
    assert checked(said.format("and"), TABLES).word != "comparison not valid"
    verdict = checked(said.format("but only"), TABLES)
    assert verdict.word == "comparison not valid"
    assert verdict.arithmetic == ("8,079 (F162) over 12,691 (F161) is no ratio",)
    assert "unit: decisions against defendants" in verdict.reasons


def sentence(form, first, second):
    words = {}
    for name, figure in (("first", first), ("second", second)):
        words |= {name: figure.published, f"{name}_unit": figure.unit.replace("_", " ")}
        words |= {f"{name}_period": period_words(figure), f"{name}_statement": figure.statement}
    return SAID[form].format(**words)


@pytest.mark.parametrize("form", SAID)
@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_what_the_gate_keeps_apart_is_not_supported_as_a_sentence_either(row, form):
    for pair in (row["figures"].split(), row["figures"].split()[::-1]):
        first, second = (FIGURES[name] for name in pair)
        answer = checked(sentence(form, first, second), TABLES)
        if compare(first, second).verdict != "refused" or first.published == second.published:
            continue  # one number that two figures print is borne out by either
        assert answer.word != "supported", (sentence(form, first, second), answer.figures)


def test_the_list_is_the_one_of_the_report_and_most_of_it_is_refused_by_the_gate():
    refused = [row for row in ROWS if compare(*(FIGURES[name] for name in row["figures"].split())).verdict == "refused"]
    assert len(refused) >= 39


# What a share is one of, and what else is said in its place: offences are not children, and suspects not victims.
SWAPS = {
    **dict.fromkeys(("victims", "children"), ("offences", "suspects")),
    **dict.fromkeys(("suspects", "perpetrators", "defendants"), ("offences", "victims")),
    **dict.fromkeys(("offences", "cases"), ("victims", "suspects", "children")),
}
BASE = re.compile(rf"Share of (?:[\w-]+ ){{0,3}}?({'|'.join(SWAPS)})\b")
SHARES = [one for one in pool(TABLES) if one.unit == "per_cent" and BASE.match(one.statement)]


@pytest.mark.parametrize("figure", SHARES, ids=[one.id for one in SHARES])
def test_the_right_percentage_of_something_else_is_not_supported(figure):
    found = BASE.match(figure.statement)
    for other in SWAPS[found[1]]:
        swapped = f"{figure.statement[: found.start(1)]}{other}{figure.statement[found.end(1) :]}"
        for form in range(3):
            answer = checked(made(figure, form, statement=swapped), TABLES)
            assert not answer.word.startswith("supported"), answer.sentence


def test_there_are_shares_to_swap_in():
    assert len(SHARES) > 20, len(SHARES)
