"""Sentences of public debate get the verdict that a good expert would give, with the figures that it needs."""

import csv
import json
from pathlib import Path

import pytest

from cseanalysis.register import claims

HERE = Path(__file__).parent
with (HERE / "handed.csv").open(encoding="utf-8", newline="") as lines:
    HANDED = list(csv.DictReader(lines))


@pytest.mark.parametrize("row", HANDED, ids=lambda row: row["sentence"][:40])
def test_a_handed_claim_gets_the_verdict_of_an_expert(row, check):
    assert check(row["sentence"]).word == row["verdict"]


def test_the_figures_that_a_handed_claim_needs_stand_in_its_answer(check):
    short = [row["sentence"] for row in HANDED if not {*row["figures"].split()} <= {*check(row["sentence"]).figures}]
    assert len(short) <= 1, short


def test_no_answer_prints_a_number_that_the_report_does_not_print(check, tables):
    assert tables.hidden
    for row in HANDED:
        verdict = check(row["sentence"])
        assert not set(verdict.figures) & tables.hidden.keys()
        assert not [name for name in tables.hidden if any(name in reason for reason in verdict.reasons)]


def test_two_adjoining_periods_of_one_rule_are_added(check):
    verdict = check("The taskforce has helped to make more than 1,000 arrests.")
    assert verdict.word == "supported with correction"
    assert verdict.arithmetic == ("over 550 (F031) + 597 (F035) = at least 1,147 arrests",)
    assert any(reason.startswith("lineage: 3 prints of 2 numbers") for reason in verdict.reasons)


def test_not_supported_is_said_with_the_words_that_this_makes_nothing_false_or_rare(check):
    for sentence in (
        "84% of grooming gang offenders are Asian.",
        "A quarter of a million girls have been raped by grooming gangs in Britain.",
        "Three million girls were raped by grooming gangs.",
    ):
        verdict = check(sentence)
        assert verdict.word == "not supported"
        assert "does not make it false, and does not make it rare" in verdict.statement


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("Islam causes grooming gangs.", "cause or risk by group"),
        ("White men are more likely to abuse children than Asian men.", "cause or risk by group"),
        ("Pakistani men are 17 times more likely to groom children.", "cause or risk by group"),
        ("Rotherham is the worst town for grooming gangs.", "ranking of places"),
        ("Oldham has more grooming gang victims than Rochdale.", "ranking of places"),
        ("The girls made a lifestyle choice.", "blame of victims"),
        ("Half of the victims were lying.", "blame of victims"),
        ("Jonathan Brixham covered up 1,400 cases.", "named person"),
        ("Mr Brixham covered up 1,400 cases.", "named person"),
    ],
)
def test_what_no_figure_can_bear_out_is_refused_with_its_reason(sentence, why, check):
    verdict = check(sentence)
    assert (verdict.word, verdict.figures, verdict.arithmetic) == ("refused", (), ())
    assert verdict.reasons[0].startswith(why)


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("In 2023 police recorded 4,228 group-based offences.", "supported"),
        ("In 2023 police recorded about 4,200 group-based offences.", "supported"),
        ("In 2023 police recorded 5,228 group-based offences.", "contradicted"),
        ("In 2023 police recorded 4,228 group-based victims.", "right number, wrong thing"),
        ("In 2022 police recorded 4,228 group-based offences.", "right number, wrong thing"),
        ("In 2023 police in Scotland recorded 4,228 group-based offences.", "right number, wrong thing"),
        ("In 2023 police recorded 4,228 rapes by groups.", "right number, wrong thing"),
        ("Grooming gangs are a myth.", "contradicted"),
        ("Police record more than 300 child sexual abuse offences every day.", "supported with correction"),
        ("In 2023, 3.7% of child sexual abuse offences were group-based.", "supported"),
        ("Recorded child sexual abuse rose by 6% between 2023 and 2024.", "supported"),
        ("Recorded child sexual abuse doubled between 2023 and 2024.", "contradicted"),
        ("Recorded child sexual abuse fell between 2023 and 2024.", "contradicted"),
        (
            "Of the 4,228 group-based offences recorded in 2023, 717 were classed as child sexual exploitation.",
            "supported",
        ),
        ("Of the 5,228 group-based offences recorded in 2023, 717 were exploitation.", "right number, wrong thing"),
        ("26% of group-based offences in 2023 took place in the family.", "supported"),
        ("29% of sexual assaults on a child in 2023 were child sexual abuse.", "right number, wrong thing"),
        ("There were 115,489 victims of child sexual abuse in 2023.", "right number, wrong thing"),
        ("In 2023, 79% of victims of recorded child sexual abuse were female.", "supported with correction"),
        ("Arrests supported by the taskforce rose from 550 to 597.", "comparison not valid"),
        ("Child sexual abuse is falling.", "cannot be told"),
        ("Child sexual abuse has doubled.", "cannot be told"),
        ("Recorded child sexual abuse has quadrupled in ten years.", "not supported"),
        ("Police recorded a record number of child sexual abuse offences in 2024.", "cannot be told"),
        ("Pakistani men are over-represented among grooming gang suspects.", "cannot be told"),
        ("White men are under-represented among grooming gang suspects.", "cannot be told"),
        ("More than a million children were victims of grooming gangs.", "not supported"),
        ("500,000 children are sexually abused every year.", "supported with correction"),
        ("Four million children are sexually abused every year.", "not supported"),
        ("Nine in ten cases of child sexual abuse are never reported.", "right number, wrong thing"),
        ("The moon is made of 100 cheeses.", "not understood"),
    ],
)
def test_a_change_of_number_unit_place_period_or_class_changes_the_verdict(sentence, word, check):
    assert check(sentence).word == word


def test_a_share_of_those_that_say_is_told_with_what_it_can_be_among_all(check):
    verdict = check("83% of grooming gang suspects are White.")
    assert verdict.word == "right number, wrong thing"
    assert "among all records 28% to 95%" in verdict.statement


def test_copies_of_one_statement_are_told_to_be_one_witness(check):
    verdict = check("In 2025, 1,273 closed cases were referred to Operation Beaconport.")
    assert verdict.word.startswith("supported")
    assert any("copies of one statement are not several witnesses" in reason for reason in verdict.reasons)


def test_a_verdict_is_read_like_every_result_and_goes_into_json(check):
    verdict = check("In 2023 police recorded 4,228 group-based offences.")
    assert str(verdict).startswith("supported\n")
    assert json.loads(json.dumps(verdict.as_dict()))["figures"] == list(verdict.figures)
    assert list(verdict.to_frame().columns) == ["words", "read_as"]
    assert ("4,228", "a number") in verdict.understood


def test_many_sentences_are_answered_as_each_alone(check, tables):
    sentences = [row["sentence"] for row in HANDED[:6]]
    assert claims.check_all(sentences, tables) == tuple(map(check, sentences))


def test_the_tables_of_the_checkout_are_taken_when_none_are_given(monkeypatch, check):
    monkeypatch.chdir(HERE)
    assert claims.check(HANDED[0]["sentence"]) == check(HANDED[0]["sentence"])


def test_what_is_no_text_is_refused(tables):
    with pytest.raises(ValueError, match="must be text"):
        claims.check(4228, tables)


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        (
            "Of the 31,238 sexual offences against children recorded in England and Wales in 2013/14, 952 were in "
            "South Yorkshire.",
            "952 (F387) of 31,238 (F265) is 3.0%",
        ),
        (
            "1,537 of the 31,238 child sexual offences of 2013/14 in England and Wales were in West Yorkshire.",
            "1,537 (F732) of 31,238 (F265) is 4.9%",
        ),
        (
            "About 5% of the child sexual offences recorded in England and Wales in 2013/14 were in West Yorkshire.",
            "1,537 (F732) of 31,238 (F265) is 4.9%",
        ),
        (
            "South Yorkshire accounted for 3% of the child sexual offences in England and Wales in 2013/14.",
            "952 (F387) of 31,238 (F265) is 3.0%",
        ),
        (
            "South Yorkshire recorded 952 child sexual offences in 2013/14, and the rest of England and Wales 30,286.",
            "31,238 (F265) less 952 (F387)",
        ),
        (
            "Of the 276 child sexual exploitation crimes in South Yorkshire in 2014/15, 72 were in Rotherham.",
            "72 (F707) of 276 (F698) is 26.1%",
        ),
    ],
)
def test_a_place_is_held_against_the_area_in_which_it_lies(sentence, line, check):
    verdict = check(sentence)
    assert (verdict.word, verdict.arithmetic) == ("supported", (line,))


def test_less_than_a_tenth_is_true_of_three_per_cent_and_said_with_it(check):
    verdict = check(
        "Less than a tenth of the sexual offences against children recorded in England and Wales in 2013/14 were in "
        "South Yorkshire."
    )
    assert (verdict.word, verdict.reasons[0]) == ("supported with correction", "number: it is 3.0%")


@pytest.mark.parametrize(
    "sentence",
    [
        # another place, another number, another year, another area, another unit
        "Of the 31,238 child sexual offences recorded in England and Wales in 2013/14, 952 were in Kent.",
        "Of the 30,000 child sexual offences recorded in England and Wales in 2013/14, 952 were in South Yorkshire.",
        "Of the 31,238 child sexual offences recorded in England and Wales in 2014/15, 952 were in South Yorkshire.",
        "Of the 31,238 child sexual offences recorded in the United Kingdom in 2013/14, 952 were in South Yorkshire.",
        "Of the 31,238 children abused in England and Wales in 2013/14, 952 were in South Yorkshire.",
        "Rotherham had 72 of the 276 child sexual exploitation crimes in England and Wales in 2014/15.",
        # of 41 forces, and of 43 of more: which are missing, nobody says
        "Of the 22,654 child sexual offences recorded in England and Wales in 2012/13, 952 were in South Yorkshire.",
        "Of the 86,962 child sexual offences recorded in the United Kingdom in 2022/23, 840 were in Bedfordshire.",
        "1% of the child sexual offences recorded in the United Kingdom in 2022/23 were in Bedfordshire.",
        # of offences, and not of those against whom they were, or who are suspected of them
        "3% of the victims of child sexual offences in England and Wales in 2013/14 were in South Yorkshire.",
        "South Yorkshire has 3% of the children and 952 of the 31,238 child sexual offences in England and Wales in "
        "2013/14.",
        "Less than a tenth of suspects in group-based offences in 2023 were exploitation suspects.",
        "Of the 31,238 child sexual offences in England and Wales in 2013/14, 952 were not in South Yorkshire.",
        # the area is no part of the place
        "Of the 952 child sexual offences in South Yorkshire in 2013/14, 31,238 were in England and Wales.",
        "In 2013/14 South Yorkshire recorded 31,238 child sexual offences and England and Wales 952.",
        "South Yorkshire recorded 31,238 child sexual offences in 2013/14, 952 of them in England and Wales.",
        "3% of the child sexual offences recorded in South Yorkshire in 2013/14 were recorded in England and Wales.",
        "Of the 276 child sexual exploitation crimes in Rotherham in 2014/15, 72 were in South Yorkshire.",
        "26% of the child sexual exploitation crimes in Rotherham in 2014/15 were in South Yorkshire.",
        "More than a tenth of the child sexual offences of 2013/14 in England and Wales were in West Yorkshire.",
        # the rest is what the place leaves, by one count
        "The rest of England and Wales recorded 31,238 sexual offences against children in 2013/14.",
        "South Yorkshire recorded 952 child sexual offences in 2013/14, and the rest of England and Wales 31,238.",
        "South Yorkshire recorded 952 child sexual offences in 2012/13, and the rest of England and Wales 21,702.",
        "In 2013/14 police recorded 30,286 child sexual offences in South Yorkshire and 952 in the rest of England and "
        "Wales.",
    ],
)
def test_a_place_is_not_held_against_what_is_no_area_of_it(sentence, check):
    assert not check(sentence).word.startswith("supported")


def test_a_rate_over_part_of_a_year_is_told_with_its_season_and_a_change_of_such_rates_is_left_open(check):
    part = check("2.1 group-based exploitation offences a day were recorded from January to September 2024.")
    assert part.word == "supported with correction"
    assert "seasons: F103 is of 9 months, and other months may have more or fewer" in part.reasons
    year = check("Over eleven group-based offences a day were recorded in 2023.")
    assert year.word == "supported with correction"
    assert not any(reason.startswith("seasons") for reason in year.reasons)
    assert year.arithmetic == ("4,228 offences (F022), 2023, is 11.58 a day",)
    change = check("Group-based exploitation offences per month rose between 2023 and January to September 2024.")
    assert change.word == "cannot be told"
    assert "hold other seasons of the year" in " ".join(change.reasons)
    printed = check(
        "Group-based exploitation offences per month rose from 717 in 2023 to 572 in January to September 2024."
    )
    assert (printed.word, printed.reasons[0][:8]) == ("cannot be told", "seasons:")
    counts = check("Group-based exploitation offences fell from 717 in 2023 to 572 in January to September 2024.")
    assert counts.word == "comparison not valid"


@pytest.mark.parametrize(
    ("sentence", "contested"),
    [
        ("People accused in cases found in the press: 498.", "People accused in cases found in the press, 498"),
        ("498 people were accused in cases found in the press.", "People accused in cases found in the press, 498"),
        ("Areas said to have cases: 85 areas.", "Areas said to have cases, 85 areas"),
        ("There are 85 areas said to have cases.", "Areas said to have cases, 85 areas"),
    ],
)
def test_a_contested_number_is_known_by_its_words_though_it_names_no_topic(sentence, contested, check):
    verdict = check(sentence)
    assert verdict.word == "not supported"
    assert verdict.reasons[0].startswith(f"contested: {contested}: ")
    assert verdict.would_need


def test_another_number_or_other_words_are_no_contested_number(check):
    for sentence in ("86 areas are said to have cases.", "85 people came.", "498.", "Areas said to have cases."):
        assert check(sentence).word == "not understood"
    # Where a claim points at another one, its reader is told what stands there.
    share = check("Share of people convicted in cases found in the press who were Black: 8% of 264.")
    assert "so no sample of anything" in share.reasons[0]
    assert "As of" not in f"{share.reasons} {share.would_need}"


def test_every_contested_claim_is_not_supported_or_refused(check, tables):
    assert len(tables.contested) >= 8
    for one in tables.contested:
        assert check(f"{one.claim}: {one.published}.").word in ("not supported", "refused"), one.id
