"""Sentences of public debate, coded by readers who had no part in the checker, and their kinds turned round."""

import csv
from collections import Counter
from pathlib import Path

import pytest

with (Path(__file__).parent / "debate.csv").open(encoding="utf-8", newline="") as lines:
    DEBATE = list(csv.DictReader(lines))
# Six of ten of each verdict, the floor below which the checker is of no use in a debate; of fourteen supported ones
# two rest on shares that no report prints, and one on an estimate of which nobody knows the maker.
FLOOR = 0.6
AGREED = 54


@pytest.fixture(scope="module")
def answers(check):
    return [(row, check(row["sentence"])) for row in DEBATE]


def test_each_verdict_is_found_for_six_of_ten_sentences_that_have_it(answers):
    asked = Counter(row["verdict"] for row, _ in answers)
    right = Counter(row["verdict"] for row, verdict in answers if verdict.word == row["verdict"])
    assert {word: (right[word], count) for word, count in asked.items() if right[word] < FLOOR * count} == {}
    assert sum(right.values()) >= AGREED


def test_no_sentence_of_the_debate_is_wrongly_supported(answers):
    support = ("supported", "supported with correction")
    assert [row["id"] for row, one in answers if one.word == "supported" and row["verdict"] != "supported"] == []
    assert [row["id"] for row, one in answers if one.word in support and row["verdict"] not in support] == []


def test_the_figures_that_a_supported_sentence_needs_stand_in_its_answer(answers):
    short = [
        row["id"]
        for row, one in answers
        if one.word == row["verdict"] == "supported" and not {*row["figures"].split()} & {*one.figures}
    ]
    assert len(short) <= 1, short  # the change that is printed as such is worked out from its two counts


def test_an_opinion_is_put_aside_and_said_to_be(check):
    verdict = check("4,450 group-based offences were recorded in 2024. And still people look the other way.")
    assert verdict.word == "supported"
    assert any("put aside: And still people look the other way" in reason for reason in verdict.reasons)


@pytest.mark.parametrize(
    "sentence",
    [
        # what follows the number says what is counted, and is no opinion
        "4,450 group-based offences were recorded in 2024. All of them were rapes.",
        "4,450 group-based offences were recorded in 2024. Every victim was a girl.",
        "4,450 group-based offences were recorded in 2024; most of the suspects were foreign.",
        "4,450 group-based offences were recorded in 2024. In Scotland.",
        "4,450 group-based offences were recorded in 2024, so 4,450 children were harmed.",
        "4,450 group-based offences were recorded in 2024. By taxi drivers.",
        "4,450 group-based offences were recorded in 2024. Nobody was charged.",
        "5,450 group-based offences on the books in 2024. One year! And still people look the other way.",
        "4,450 group-based offences on the books in 2023. One year! And still people look the other way.",
        "4,228 gangs were recorded in 2023. Let that sink in.",
        "4,228 group-based offences were recorded in 2023, but half were false.",
        "4,228 group-based offences were recorded in 2023, though none led to charges.",
        "4,228 group-based offences were recorded in 2023 - by Labour councils.",
        "4,228 group-based offences were recorded in 2023 - in schools.",
        "4,228 group-based offences were recorded in 2023. Schools alone.",
        "4,228 group-based offences were recorded in 2023: mosques.",
        "4,228 group-based offences were recorded in 2023 against boys.",
        "4,228 group-based offences were recorded in 2023, and that is only the rapes.",
        "After the 2020 reform, 4,228 group-based offences were recorded in 2023.",
        "79% of girls were victims of child sexual abuse in 2023.",
        "82% of men were perpetrators of recorded child sexual abuse in 2023.",
        "Most men were perpetrators of recorded child sexual abuse in 2023.",
        "Most girls were victims of recorded child sexual abuse in 2023.",
        "Of the girls, 79% were victims of recorded child sexual abuse in 2023.",
        "48% of children were suspects in group-based offences in 2023 whose age was known.",
        "597 suspects were arrested with the taskforce's support between April and December 2024, including 550 "
        "convicted.",
        "Six. That's how many gangs were confirmed in Telford and Wrekin in 2023/24.",
        "115,489 child sexual abuse offences were reported to councils in 2023.",
        "115,489 child sexual abuse offences were saved in 2023.",
        "Nearly every suspect in group-based offences in 2023 was Asian.",
        "Almost none of the suspects in group-based offences in 2023 were Asian.",
        "Most suspects in group-based offences in 2023 were White.",
        "4,450 group-based offences in 2024, 761 of them victims of exploitation.",
        "Not 4,228 but 9,000 group-based offences were recorded in 2023.",
        "Nobody believes that 4,228 group-based offences were recorded in 2023.",
        "4,228 group-based offences were recorded in 2023. They were committed by teachers.",
        "4,228 group-based offences were recorded in 2023. These were schools.",
        "Nearly 7,000 child sexual abuse cases were open at the Crown Court in March 2025, up 50% on the year before.",
        "It is a myth that 4,228 group-based offences were recorded in 2023.",
        "4,228 group-based offences against children in care were recorded in 2023.",
        "The taskforce made 597 arrests between April and December 2024, all released.",
        "597 arrested by the taskforce between April and December 2024 were released.",
        "4,228 group-based offences were recorded in 2023. It was in churches.",
        "4,228 group-based offences were recorded in 2023 - linked to drugs.",
        "4,228 group-based offences were recorded in 2023, by police officers.",
        "4,228 group-based offences among mates were recorded in 2023.",
        # numbers joined
        "Recorded child sexual abuse offences rose by 40%, from 115,489 in 2023 to 122,768 in 2024.",
        "Recorded child sexual abuse doubled from 115,489 in 2023 to 122,768 in 2024.",
        "Recorded child sexual abuse offences fell from 115,489 in 2023 to 122,768 in 2024.",
        "107,000 child sexual abuse offences were recorded in 2022, then 122,768 in 2024.",
        "Nearly 7,000 child sexual abuse cases were open at the Crown Court at the end of March 2025, against about "
        "3,400 the year before.",
        "Nearly 7,000 child sexual abuse cases were open at the Crown Court at the end of March 2024, against about "
        "6,400 the year before.",
        "9,999 child sexual abuse offences were recorded in 2024, a rise of 6% on 2023.",
        "9,999 group-based offences were recorded in 2024, 5% more than in 2023.",
        "Recorded child sexual abuse offences rose by 6% to 155,000 in 2024.",
        "In 2021, police recorded 122,768 child sexual abuse offences, up from 115,489 the year before.",
        "Group-based offences fell from 4,228 in 2023 to 4,450 in 2024, which is a 5% rise.",
        "3.7% of recorded victims of child sexual abuse in 2023 were group-based.",
        "Roughly one in six victims of group-based abuse in 2023 was classed as child sexual exploitation.",
        "Half the victims in child sexual abuse are children themselves.",
        "Six. That's how many children were confirmed as suspects of exploitation in Telford and Wrekin in 2023/24.",
        # units in one sentence
        "In July 2025 Greater Manchester Police had 59 live exploitation investigations, with 1,099 victims and 714 "
        "suspects.",
        "In July 2025 West Yorkshire Police had 59 live exploitation investigations, with 714 victims and 1,099 "
        "suspects.",
        # bases in front, ages and shares in words
        "Of the victims in group-based offences in 2023 whose ethnicity was recorded, 83 per cent were White.",
        "Of the suspects in group-based offences in 2023, 83 per cent were White.",
        "Among suspects in group-based offences in 2023 whose age was known, 48% were between 18 and 25.",
        "Most of the victims in the child sexual abuse that police recorded in 2023 were boys.",
        "Nearly every victim of the child sexual abuse that police recorded in 2023 was a girl.",
        "Women account for over half of those recorded as perpetrators of child sexual abuse in 2023.",
        "Only a tenth of recorded child sexual abuse offences in 2024 were online.",
        "9% of women were sexually abused before 18.",
        "About one woman in 25 in England and Wales was sexually abused before she turned 18.",
        "Two in three victims of recorded child sexual abuse in 2023 were girls.",
        # parts of a number, and of what nobody counts
        "Most of the 597 arrested have since walked free.",
        "Half of the 597 arrested were deported.",
        "Fewer children are sexually abused today than twenty years ago.",
        "Six. That's how many children were confirmed as victims of exploitation in Rochdale in 2023/24.",
        "Sixty. That's how many children were confirmed as victims of exploitation in Telford and Wrekin in 2023/24.",
        "Nine tenths of all child sexual abuse is committed by groups.",
        # a whole beside its part: it is to be the whole that is printed, of what the words behind it say
        "Of 115,489 group-based offences in 2023, 717 were child sexual exploitation.",
        "Of more than 115,000 victims of child sexual abuse in 2023, 717 were group-based child sexual exploitation.",
        "Of more than 150,000 child sexual abuse offences in 2024, 761 were group-based child sexual exploitation.",
        # how many forces gave records
        "In 2023 12 forces recorded 4,228 group-based offences.",
        "44 forces recorded 717 group-based child sexual exploitation offences each in 2023.",
        "Greater Manchester Police had 59 live exploitation investigations in July 2025, in 43 forces.",
        # a field that is filled, or not, or of others
        "Police did not know the ethnicity of 34% of suspects in group-based offences in 2023.",
        "Police knew the ethnicity of 34% of victims in group-based offences in 2023.",
        "48% of suspects in group-based offences in 2023 whose ethnicity the police knew were aged 10 to 17.",
        "83% of the suspects in group-based offences in 2023 whose age the police knew were White.",
        # settings that are denied, and more than a setting
        "26% of group-based offences in 2023 took place in the family, not in 2024.",
        "26% of group-based offences in 2023 took place in the family, not on weekdays but at weekends.",
        "4,228 group-based offences were recorded in 2023, not in mosques.",
        # so many a day beside so many in a year
        "4,450 group-based offences were recorded in 2024, 40 a day.",
        "4,450 group-based offences were recorded in 2024, 12 a week.",
        "An estimated 115,489 child sexual abuse offences were recorded in 2023.",
    ],
)
def test_what_is_said_beside_a_number_does_not_make_it_supported(sentence, check):
    assert not check(sentence).word.startswith("supported")


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("The taskforce rescued over 4,000 victims in its first year.", "supported with correction"),
        ("Operation Beaconport has reopened 1,273 closed cases.", "supported with correction"),
        ("The taskforce arrested 597 people between April and December 2024.", "supported with correction"),
        ("115,489 child sexual abuse offences were reported to police in 2023.", "supported with correction"),
        ("In 2023, police recorded around 116,000 child sexual abuse offences.", "supported with correction"),
        ("There were 550 arrests in the taskforce's first year.", "supported with correction"),
        ("The vast majority of child sexual abuse is committed by men.", "supported with correction"),
        ("One girl in six is sexually abused before she is 16.", "supported with correction"),
        ("Police recorded 4,450 group-based offences in 2024, 5% more than in 2023.", "supported with correction"),
        ("More than a quarter of group-based offences in 2023 took place within the family.", "supported"),
        ("Hardly any child sexual abuse is group-based: just 3.7% of recorded offences in 2023.", "supported"),
        ("Let's keep this in proportion: group-based offences were 3.7% of recorded offences in 2023.", "supported"),
        ("717 of those 4,228 group-based offences in 2023 were classed as child sexual exploitation.", "supported"),
        ("Crimes against children have rocketed: 107,000 in 2022, 115,489 in 2023.", "comparison not valid"),
        ("Most of the 1,273 closed cases will never get to court.", "cannot be told"),
        ("More children are sexually abused now than ten years ago.", "cannot be told"),
        ("Over half of grooming gang suspects are Asian.", "cannot be told"),
        ("Over half of grooming gang suspects are White.", "cannot be told"),
        ("Most of those recorded as perpetrators in 2023 were women.", "contradicted"),
        ("Most victims of the child sexual abuse recorded in 2023 were boys.", "contradicted"),
        ("Virtually no child sexual abuse is online, under one offence in a hundred in 2024.", "contradicted"),
        # how a thing is put
        (
            "Of more than 115,000 child sexual abuse offences in 2023, 717 were group-based child sexual exploitation.",
            "supported",
        ),
        ("In 2023 44 forces recorded 4,228 group-based offences.", "supported"),
        ("Police knew the ethnicity of 34% of the suspects in group-based offences in 2023.", "supported"),
        ("Police know the ethnicity of most of the suspects in group-based offences in 2023.", "contradicted"),
        ("26% of group-based offences in 2023 took place in the family, not on the street.", "supported"),
        ("In England 30,970 assessments named sexual abuse as a factor in 2023/24.", "supported"),
        (
            "Assessments that name sexual abuse fell from 33,760 in 2022/23 to 30,970 in 2023/24 in England.",
            "supported",
        ),
        ("4,450 group-based offences were recorded in 2024, twelve a day.", "supported with correction"),
        # cases are not suspects, and one source does not say which of both it counts
        (
            "In two thirds of group-based cases the ethnicity of suspects is not recorded.",
            "supported with correction",
        ),
        (
            "In rape cases it took an average of 174 days from recording to charge in early 2016.",
            "supported with correction",
        ),
        (
            "In rape cases it took an average of 174 days from recording to charge in late 2016.",
            "right number, wrong thing",
        ),
        ("There were 4,228 grooming gang crimes in 2023, over eleven a day.", "right number, wrong thing"),
        ("31,238 children fell victim to sex crimes in 2013/14.", "right number, wrong thing"),
        # what was worked out of two counts that are none of one another
        ("4,000 victims and 550 arrests, so seven abusers in eight got away.", "comparison not valid"),
        ("4,000 victims and 550 arrests, so seven cases in eight were nothing.", "comparison not valid"),
        ("4,000 victims and 550 arrests, so seven victims in eight made it up.", "refused"),
        ("Most of the rise in recorded child sexual abuse is better recording.", "cannot be told"),
        ("Most of the rise in recorded child sexual abuse is more abuse.", "cannot be told"),
        ("Child sexual abuse is becoming more common.", "cannot be told"),
        ("Child sexual abuse is becoming rarer.", "cannot be told"),
        ("The police did not record a single group-based offence in 2023 or 2024.", "contradicted"),
        # limits that what an operation did itself excludes, and majorities that a field filled in part leaves open
        ("The taskforce supported no more than 300 arrests between April and December 2024.", "contradicted"),
        ("Less than a tenth of contact abuse of children recorded in 2022 took place in the family.", "contradicted"),
        ("The majority of suspects in group-based child sexual abuse in 2023 were under 18.", "cannot be told"),
        (
            "Child sexual abuse is rising; more children fall victim to it with every year that passes.",
            "cannot be told",
        ),
        ("Group-based offences fell from 4,228 in 2023 to 3,900 in 2024.", "contradicted"),
        (
            "So much for a soft touch: 23% of the child rapes recorded in 2014/15 ended in a conviction.",
            "right number, wrong thing",
        ),
        ("Girls who post such pictures bring it all upon themselves.", "refused"),
        ("Do migrants commit child sex offences at twice the rate of everybody else?", "refused"),
        ("Nine out of ten youth workers who saw grooming said nothing.", "not supported"),
        ("Fewer than one in five victims of rape in childhood ever told the police.", "supported with correction"),
    ],
)
def test_a_kind_of_sentence_gets_its_verdict(sentence, word, check):
    assert check(sentence).word == word


@pytest.mark.parametrize("group", ["White", "Asian"])
def test_a_share_that_is_not_printed_is_told_to_be_held_back_and_confirms_no_number(group, check, tables):
    for number in (38, 52, 11):
        verdict = check(f"{number}% of the suspects in Greater Manchester Police's multi-offender cases were {group}.")
        assert verdict.word == "not supported"
        assert any(reason.startswith("print: ") and "base not stated" in reason for reason in verdict.reasons)
        assert not set(verdict.figures) & tables.hidden.keys()


@pytest.mark.parametrize("faith", ["Islam", "Catholicism", "Judaism", "Hinduism", "Protestantism", "Atheism"])
def test_no_faith_is_told_to_make_abusers(faith, check):
    assert check(f"It's {faith} that turns men into abusers.").word == "refused"


@pytest.mark.parametrize("group", ["Pakistani", "White", "Black", "Romanian", "British", "Asian"])
def test_no_group_is_ranked_by_danger_nor_told_to_be_the_cause(group, check):
    assert check(f"{group} men are the biggest danger to girls per head.").word == "refused"
    assert check(f"Without {group} men 80% of the abuse would vanish.").word == "refused"


@pytest.mark.parametrize(
    "sentence",
    [
        "If the girls hadn't been out drinking there would be no 4,228 offences.",
        "Half of the victims were out late and looking for it.",
        "Which ethnic group is the biggest danger per head?",
        "Stop immigration from Romania and 80% of it would vanish.",
    ],
)
def test_blame_and_cause_are_refused_with_and_without_a_number(sentence, check):
    assert check(sentence).word == "refused"


@pytest.mark.parametrize("where", ["in one town", "in a single borough", "in some cities", "in one community"])
def test_a_number_of_the_whole_is_not_borne_out_for_a_place_that_is_not_named(where, check):
    assert check("In 2023 police in England and Wales recorded 4,228 group-based offences.").word == "supported"
    assert not check(f"In 2023 police recorded 4,228 group-based offences {where}.").word.startswith("supported")


@pytest.mark.parametrize("force", ["West Yorkshire", "Kent", "Dyfed-Powys", "The Metropolitan Police"])
def test_no_place_is_held_against_the_others(force, check):
    for sentence in (
        f"{force} recorded more child sexual exploitation than any other force.",
        f"{force} has the highest rate of child sexual exploitation.",
        f"{force} recorded the most child sexual abuse offences in 2023.",
        "Forces in the north record more child abuse than those in the south.",
        "Rotherham had the most victims of any town.",
    ):
        assert check(sentence).word == "refused", sentence
    assert check("In 2018 there were 1,523 victims identified in Rotherham, the most on record.").word != "refused"
