"""What must follow when a sentence is changed: the number, the year, the group, the place, or only the wording."""

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from made_claims import pool, sentence, when, where

from cseanalysis.register import claims
from cseanalysis.register.claims.index import indexed

with Path(__file__).with_name("paraphrases.csv").open(encoding="utf-8", newline="") as lines:
    PARAPHRASES = list(csv.DictReader(lines))
# How firmly a word stands behind a sentence.
FIRM = {"supported": 2, "supported with correction": 1}


@pytest.fixture(scope="module")
def borne_out(tables):
    """Figures whose sentence is supported."""
    figures = [one for one in pool(tables)[::5] if one.low and one.low >= 20]
    verdicts = claims.check_all([sentence(one, 1) for one in figures], tables)
    found = [one for one, verdict in zip(figures, verdicts, strict=True) if verdict.word == "supported"]
    assert len(found) > 60
    return found


def test_another_number_is_never_supported(borne_out, tables):
    changed = [one for one in borne_out if one.qualifier == "exact"]
    sentences = [sentence(one, 1, number=f"{round(one.low * 1.2):,}" + "%" * (one.base != "")) for one in changed]
    words = Counter(verdict.word for verdict in claims.check_all(sentences, tables))
    assert not words["supported"]
    assert not words["supported with correction"]


def test_likeness_does_not_rest_on_the_order_of_a_set(tables):
    # Words come out of a set in an order that changes from run to run; a last digit once moved a figure in an answer.
    index = indexed(tables)
    known = max(index.known.values(), key=lambda one: len(one.allowed))
    heavy, light, *rest = sorted(known.allowed)
    assert len(rest) > 10
    weighed = replace(index, weights={heavy: 1e16, light: -1e16} | dict.fromkeys(rest, 1.0))
    assert weighed.likeness(known.allowed, known) == len(rest)


def test_leaving_out_the_year_never_makes_a_verdict_firmer(borne_out, tables):
    figures = [one for one in pool(tables)[::5] if one.low and one.low >= 20]
    full = claims.check_all([sentence(one, 1) for one in figures], tables)
    short = claims.check_all([sentence(one, 1, period="") for one in figures], tables)
    firmer = [
        after.sentence
        for before, after in zip(full, short, strict=True)
        if FIRM.get(after.word, 0) > FIRM.get(before.word, 0)
    ]
    assert firmer == []


def test_a_sentence_without_its_year_is_told_which_year_to_say(check):
    verdict = check("Police recorded 4,228 group-based offences.")
    assert verdict.word == "supported with correction"
    assert "period: say when, 2023 (F022)" in verdict.reasons


def test_leaving_out_the_place_of_a_local_figure_takes_its_support(borne_out, tables):
    local = [one for one in borne_out if where(one) and one.geography not in ("England and Wales", "United Kingdom")]
    local = [one for one in local if one.geography != "England" and "Operation" not in one.statement]
    local = [one for one in local if "Welsh" not in one.statement]
    verdicts = claims.check_all([sentence(one, 1, place="") for one in local], tables)
    assert not [verdict.sentence for verdict in verdicts if verdict.word == "supported"]
    assert all(when(one) for one in local)


@pytest.mark.parametrize(
    "form",
    [
        "Most people in grooming gangs are {}.",
        "The majority of grooming gang offenders are {}.",
        "{} men make up 91% of grooming gang offenders.",
        "No grooming gang offender is {}.",
        "{} men are more likely to abuse children.",
        "Grooming gangs exist because of {} culture.",
    ],
)
def test_every_group_is_treated_alike(form, check):
    words = {check(form.format(group)).word for group in ("White", "Asian", "Pakistani", "Black")}
    assert len(words) == 1, words


@pytest.mark.parametrize("religions", [("Muslim", "Christian", "Hindu")])
def test_every_religion_is_treated_alike_and_none_is_read_from_a_name_or_an_ethnicity(religions, check):
    verdicts = [check(f"84% of grooming gang offenders are {religion}.") for religion in religions]
    assert {verdict.word for verdict in verdicts} == {"not supported"}
    assert {check(f"{religion} men are more likely to abuse children.").word for religion in religions} == {"refused"}


@pytest.mark.parametrize(
    ("up", "down"),
    [
        ("Grooming gang offending rose in 2024.", "Grooming gang offending fell in 2024."),
        (
            "Recorded child sexual abuse rose by 8% between 2022 and 2023.",
            "Recorded child sexual abuse fell by 8% between 2022 and 2023.",
        ),
    ],
)
def test_up_and_down_are_held_to_one_standard(up, down, check):
    assert not {check(up).word, check(down).word} & {"supported", "supported with correction"}


@pytest.mark.parametrize("claim", sorted({row["claim"] for row in PARAPHRASES}))
def test_ten_wordings_of_one_claim_get_one_verdict(claim, check):
    said = [row["sentence"] for row in PARAPHRASES if row["claim"] == claim]
    assert len(said) == 10
    words = Counter(check(sentence).word for sentence in said)
    assert len(words) == 1, {sentence: check(sentence).word for sentence in said}
