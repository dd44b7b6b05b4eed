"""The gate against a second opinion that was written from the register's columns alone: see ``oracle.py``."""

from __future__ import annotations

import itertools
import math
import random
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import COVERED, FINANCIAL_YEAR, MONTHLY, NEXT_YEAR, NINE_MONTHS, YEAR, figure

from cseanalysis.register import Bridge, Comparison, Definition, Figure, Shift, compare, compare_all
from cseanalysis.study import load_figures
from cseanalysis.values import Interval

Pair = tuple[Figure, Figure]
_REFUSED_PAIRS = 2_500


@pytest.fixture(scope="module")
def register() -> Mapping[str, Figure]:
    return load_figures()


@pytest.fixture(scope="module")
def verdicts(register: Mapping[str, Figure]) -> dict[frozenset[str], str]:
    """What the gate says of every pair of the register."""
    table = compare_all(register.values())
    return {
        frozenset(pair): verdict
        for *pair, verdict in zip(table["first"], table["second"], table["verdict"], strict=True)
    }


@pytest.fixture(scope="module")
def opinions(register: Mapping[str, Figure]) -> dict[tuple[str, str], oracle.Opinion]:
    """What the oracle says of every pair of the register."""
    return {(a.id, b.id): oracle.opinion(a, b) for a, b in itertools.combinations(register.values(), 2)}


# --- the oracle itself, by hand ----------------------------------------------------------------------------------


def test_months_are_whole_by_the_calendar_and_days_else() -> None:
    assert oracle.months(date(2023, 4, 1), date(2024, 3, 31)) == 12
    assert oracle.months(date(2024, 2, 1), date(2024, 2, 29)) == 1
    # 55 days, of which a year of 365.25 days holds twelve parts of 30.4375
    assert oracle.months(date(2023, 1, 10), date(2023, 3, 5)) == Fraction(55 * 10_000, 304_375)


def test_ages_lie_to_each_other_as_the_years_of_age_that_they_hold() -> None:
    """Every pair of words against sets of years, counted out."""
    words = ["any", "under 13", "under 16", "under 18", "18 and over", "10 and over", "10 to 17", "13 to 15", "0 to 12"]

    def years(word: str) -> set[int]:
        numbers = [int(it) for it in re.findall(r"\d+", word)]
        return {
            age
            for age in range(120)
            if word == "any"
            or (word.startswith("under") and age < numbers[0])
            or (word.endswith("over") and age >= numbers[0])
            or (" to " in word and numbers[0] <= age <= numbers[1])
        }

    for one, two in itertools.product(words, repeat=2):
        first, second = years(one), years(two)
        expected = (
            oracle.SAME if first == second
            else oracle.PART if first < second
            else oracle.WHOLE if first > second
            else oracle.OTHER if first & second
            else oracle.BESIDE
        )  # fmt: skip
        assert oracle.age_relation(one, two) == expected, (one, two)
    assert oracle.age_relation("unknown", "unknown") == oracle.UNKNOWN
    assert oracle.age_relation("not applicable", "any") == oracle.OTHER


def test_ends_are_those_that_the_print_allows() -> None:
    assert oracle.ends(figure("A", 550, qualifier="more_than", high=None)) == (551, math.inf)
    assert oracle.ends(figure("A", 1100, qualifier="around", rounded_to=100)) == (1050, 1150)
    per_cent = {"unit": "per_cent", "base": "offences", "rounded_to": 0.1}
    assert oracle.ends(figure("A", 3.6, **per_cent)) == (Fraction("3.55"), Fraction("3.65"))
    assert oracle.ends(figure("A", 100, **per_cent)) == (Fraction("99.95"), 100)


# --- every pair of the register ----------------------------------------------------------------------------------


def test_gate_and_oracle_give_every_pair_of_the_register_one_verdict(
    verdicts: Mapping[frozenset[str], str], opinions: Mapping[tuple[str, str], oracle.Opinion]
) -> None:
    assert len(verdicts) == len(opinions)
    apart = {
        pair: f"{verdicts[frozenset(pair)]}, but {said.verdict} by the columns: {said.why}"
        for pair, said in opinions.items()
        if verdicts[frozenset(pair)] != said.verdict
    }
    assert not apart


def test_what_may_be_done_with_a_pair_of_the_register_is_told_alike_and_exactly(
    register: Mapping[str, Figure], opinions: Mapping[tuple[str, str], oracle.Opinion]
) -> None:
    """All pairs with a verdict or a share, and refused ones drawn at random."""
    told = [pair for pair, said in opinions.items() if said.verdict != "refused" or said.share]
    refused = sorted(opinions.keys() - set(told))
    assert len(told) > 600
    for one, two in [*told, *random.Random(20).sample(refused, _REFUSED_PAIRS)]:
        agree(register[one], register[two])


def agree(a: Figure, b: Figure) -> None:
    """Hold one answer of the gate against the oracle, numbers and sentence with it."""
    said, right = compare(a, b), oracle.opinion(a, b)
    where = f"{a.id}, {b.id}: {right.why}; {said.reasons}"
    assert said.verdict == right.verdict, where
    if right.share is not None or said.verdict != "refused":
        assert said.allowed == right.allowed, where
    assert (said.share is None) == (right.share is None), where
    if said.share is not None and right.share is not None:
        close(said.share, right.share, where)
        whole = b.id if right.part == a.id else a.id
        assert re.search(rf"the share: {right.part} is .* of {whole}\b", said.statement), said.statement
    if {"ratio", "difference"} & {*said.allowed}:
        check_change(said, a, b, where)
    else:
        assert said.change is None, where


def check_change(said: Comparison, a: Figure, b: Figure, where: str) -> None:
    """Read from the sentence which figure is over which, and hold the ends against that direction."""
    assert said.change is not None, where
    below, above = (a, b) if (said.first.id, said.second.id) == (a.id, b.id) else (b, a)
    if a.period_end != b.period_end:
        assert above.period_end > below.period_end, where  # type: ignore[operator]
    if "ratio" in said.allowed and (ratio := oracle.ratio(below, above)) is not None:
        close(said.change.ratio, ratio, where)
        assert f"({above.id} over {below.id})" in said.statement, said.statement
    if "difference" in said.allowed:
        close(said.change.difference, oracle.difference(below, above), where)
        if "ratio" not in said.allowed:
            assert re.search(rf"{above.id} less {below.id}|from {below.id} to {above.id}", said.statement), (
                said.statement
            )


def close(said: tuple[float, float] | None, right: oracle.Range, where: str) -> None:
    assert said is not None, where
    for one, two in zip(said, right, strict=True):
        assert one == float(two) or math.isclose(one, two, rel_tol=1e-12, abs_tol=1e-12), (where, one, two)


# --- invented figures --------------------------------------------------------------------------------------------


def _days(first: str, last: str, kind: str = "custom") -> dict[str, Any]:
    return {"period_start": date.fromisoformat(first), "period_end": date.fromisoformat(last), "period_type": kind}


_NO_DAYS = {"period_start": None, "period_end": None, "period_type": "custom"}
_PERIODS: list[dict[str, Any]] = [
    *(YEAR, NEXT_YEAR, FINANCIAL_YEAR, NINE_MONTHS, _NO_DAYS),
    *(_days("2024-01-10", "2024-03-05"), _days("2025-04-01", "2026-03-31", "financial_year")),
    *(_days("2023-06-30", "2023-06-30", "point_in_time"), _days("2024-06-30", "2024-06-30", "point_in_time")),
    *(_days("2023-01-01", "2024-06-30"), _days("2022-05-03", "2022-06-30")),
]
_PARTS = (
    Bridge("rules", "part", "subset", "national", "", Interval(1, 1, "bound"), "drawn from it", "ours"),
    Bridge("stages", "part", "convicted", "prosecuted", "national", Interval(1, 1, "bound"), "of those", "ours"),
    Bridge("place", "place", "Wales", "England and Wales", "national", Interval(1, 1, "bound"), "one of two", "ours"),
)
_NEW_OFFENCE = Shift("a new offence", date(2024, 1, 1), date(2024, 1, 31), refuses=True)
_INQUIRY = Shift("an inquiry", date(2023, 1, 1), date(2023, 12, 31))


def _rule(name: str, flagged: str) -> Definition:
    return Definition(name, name, "us", "what we count", "people", "census_of_recorded", "", (), flagged)


# The first word of each is the usual one.
_FIELDS: dict[str, list[Any]] = {
    "unit": ["offences", "suspects", "per_cent", "days_unstated", "days_median", "per_cent_change"],
    "base": ["", "offences", "suspects", "unknown"],
    "definition": ["national", "subset", "unknown"],
    "category": ["group", "group/a", "group/b", "group/a/x", "other", "group/not_stated", "convicted", "prosecuted"],
    "ages": ["under 18", "under 16", "under 13", "10 to 17", "18 and over", "any", "unknown", "not applicable"],
    "sex": ["any", "female", "male", "unknown", "not applicable"],
    "geography": ["England and Wales", "Wales", "unknown"],
    "coverage": ["44 forces", "42 forces", "whole", "unknown", "not applicable"],
    "period": _PERIODS,
    "time_basis": ["recorded", "offence", "unknown"],
    "counter": ["flow", "stock", "cumulative", "unknown"],
    "stage": ["early", "court", "unknown"],
    "breaks": [(), (date(2024, 1, 1),), (date(2023, 6, 1),)],
    "shifts": [(), (_NEW_OFFENCE,), (_INQUIRY,)],
    "table": ["", "t1", "t2"],
    "start_up": ["", "yes"],
    "guessed": [(), (), ("ages",)],
    "withheld": ["", "", "never"],
    "conflicts_with": [(), ("A1",), ("B1",)],
    "relays": ["", "", "A1", "Z9"],
    "bridges": [(), (MONTHLY,), (COVERED,), _PARTS],
    "flagged": ["", "yes", "unknown"],
    "known": ["", "known", "known unknown", "not known"],
    "status": ["official", "press"],
}
# A flag and the bridges belong to the rule, and loading gives them to both figures.
_CHANGEABLE = sorted(_FIELDS.keys() - {"flagged", "bridges"})
_QUALIFIERS = ["exact", "exact", "around", "more_than", "at_least", "less_than", "nearly", "range"]


# Made once: to make a strategy takes longer than to draw from it. Of each field the usual word mostly, or any.
_USUALLY = {name: st.sampled_from([*words[:1] * (6 * len(words)), *words]) for name, words in _FIELDS.items()}
_ANY = {name: st.sampled_from(words) for name, words in _FIELDS.items()}
_CHANGED = st.lists(st.sampled_from(_CHANGEABLE), max_size=3, unique=True)
_QUALIFIED, _ROUNDED, _FURTHER = st.sampled_from(_QUALIFIERS), st.sampled_from([1.0, 5.0, 0.1]), st.integers(0, 40)
_UP_TO = {top: st.integers(0, top) for top in (100, 3000)}


@st.composite
def _printed(draw: st.DrawFn, unit: str) -> dict[str, Any]:
    """Draw how a number was printed."""
    top = 100 if unit == "per_cent" else 3000
    number, qualifier = float(draw(_UP_TO[top])), draw(_QUALIFIED)
    # Nothing is less than none, and no share is more than all.
    number = max(number, 1.0) if qualifier == "less_than" else number
    number = min(number, 99.0) if (qualifier, unit) == ("more_than", "per_cent") else number
    words: dict[str, Any] = {"qualifier": qualifier, "low": number, "high": number, "published": f"{number:g}"}
    if qualifier == "around" or (qualifier == "exact" and unit not in ("offences", "suspects")):
        words["rounded_to"] = draw(_ROUNDED)
    if qualifier in ("more_than", "at_least"):
        words["high"] = None
    if qualifier in ("less_than", "nearly"):
        words["low"] = None
    if qualifier == "range":
        words["high"] = min(number + draw(_FURTHER), float(top))
    return words


def _made(name: str, words: dict[str, Any], printed: dict[str, Any]) -> Figure:
    rest = {key: word for key, word in words.items() if key not in ("period", "flagged", "known")}
    rest["conflicts_with"] = tuple(it for it in rest["conflicts_with"] if it != name)
    rest["relays"] = "" if rest["relays"] == name else rest["relays"]
    if rest["unit"] in ("per_cent", "per_cent_change"):
        rest["base"] = rest["base"] or "offences"
    rest["dataset"] = _rule(rest["definition"], words["flagged"]) if words["flagged"] else None
    if rest["unit"] == "per_cent" and words["known"]:
        rest |= {
            "known": {"known_share": "K1", "known": Interval(29.5, 30.5, "bound")},
            "known unknown": {"known_share": "unknown", "known": Interval(0, 100, "bound")},
            "not known": {"unknown_share": "U1", "unrecorded": Interval(4.5, 5.5, "bound")},
        }[words["known"]]
    return figure(name, **(rest | words["period"] | printed))


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """Draw a figure and a second that differs from it in up to three fields."""
    first = {name: draw(usual) for name, usual in _USUALLY.items()}
    changed = draw(_CHANGED)
    second = first | {name: draw(_ANY[name]) for name in changed}
    a, b = _made("A1", first, draw(_printed(first["unit"]))), _made("B1", second, draw(_printed(second["unit"])))
    if a.relays == "B1" or b.relays == "A1" or (a.relays and a.relays == b.relays):
        # A number that is repeated is the same in every field, as loading enforces.
        b = replace(a, id="B1", relays=b.relays, conflicts_with=tuple(it for it in a.conflicts_with if it != "B1"))
    return a, b


@settings(max_examples=1500, deadline=None)
@given(pairs())
def test_gate_and_oracle_agree_on_invented_figures(pair: Pair) -> None:
    agree(*pair)


# --- properties --------------------------------------------------------------------------------------------------


def told(said: Comparison) -> tuple[object, ...]:
    """What must not hang on names or order."""
    return said.verdict, said.allowed, said.share, said.change


@settings(max_examples=300, deadline=None)
@given(pairs())
def test_neither_gate_nor_oracle_hears_which_figure_is_named_first(pair: Pair) -> None:
    a, b = pair
    one, two = compare(a, b), compare(b, a)
    assert (told(one), one.reasons, one.statement) == (told(two), two.reasons, two.statement)
    first, second = oracle.opinion(a, b), oracle.opinion(b, a)
    assert (first.verdict, first.allowed, first.share, first.part) == (
        second.verdict, second.allowed, second.share, second.part,
    )  # fmt: skip


_FORGOTTEN: list[dict[str, Any]] = [
    {"ages": "unknown"}, {"sex": "unknown"}, {"geography": "unknown"}, {"coverage": "unknown"},
    {"time_basis": "unknown"}, {"counter": "unknown"}, {"stage": "unknown"}, {"base": "unknown"},
    {"definition": "unknown"}, {"period_start": None, "period_end": None, "period_type": "custom"},
    {"category": "group/not_stated"}, {"unit": "days_unstated"},
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(pairs(), st.sampled_from(_FORGOTTEN))
def test_knowing_less_of_a_figure_never_opens_the_gate(pair: Pair, forgotten: dict[str, Any]) -> None:
    """Not even for a share; figures of one table apart, which are registered as sharing what is unknown."""
    a, b = (replace(it, table="") for it in pair)
    if forgotten.get("unit") and (a.unit != "days_median" or b.unit != "days_median"):
        return
    said, knowing_less = compare(a, b), compare(replace(a, **forgotten), b)
    if said.verdict == "refused":
        assert knowing_less.verdict == "refused", knowing_less.reasons
    if said.verdict == "refused" and said.share is None:
        assert knowing_less.share is None, knowing_less.reasons


_SEXES = {"female": "male", "girl": "boy", "girls": "boys", "women": "men", "woman": "man"}
_MIRRORS = {
    "the sexes": _SEXES,
    "two ethnic groups": {"white": "asian"},
    "two other ethnic groups": {"pakistani": "british_or_white_british"},
    "two forces": {"Hertfordshire": "Bedfordshire"},
    "a force of the south and one of the north": {"Thames Valley": "Greater Manchester"},
    "two forces that are known for their cases": {"South Yorkshire": "West Yorkshire"},
}


@pytest.mark.parametrize("mirror", _MIRRORS)
def test_mirrored_pairs_are_treated_alike(
    register: Mapping[str, Figure], opinions: Mapping[tuple[str, str], oracle.Opinion], mirror: str
) -> None:
    """The same facts of the other sex, of another ethnic group or of another force reach the same verdict."""
    words = _MIRRORS[mirror] | {two: one for one, two in _MIRRORS[mirror].items()}
    touched = {name for name, it in register.items() if _seen(mirrored(it, words)) != _seen(it)}
    pairs_told = [
        pair for pair, said in opinions.items() if touched & {*pair} and (said.verdict != "refused" or said.share)
    ]
    refused = [pair for pair, said in opinions.items() if {*pair} <= touched and said.verdict == "refused"]
    assert touched
    for one, two in [*pairs_told, *random.Random(3).sample(sorted(refused), min(150, len(refused)))]:
        a, b = register[one], register[two]
        assert told(compare(mirrored(a, words), mirrored(b, words))) == told(compare(a, b)), (one, two)


def mirrored(figure: Figure, words: Mapping[str, str]) -> Figure:
    """Return the figure with the words exchanged wherever the gate can see them."""

    def turned(text: str) -> str:
        return "/".join(words.get(part, part) for part in text.split("/"))

    bridges = tuple(replace(it, first=turned(it.first), second=turned(it.second)) for it in figure.bridges)
    category, sex, geography = (turned(word) for word in _seen(figure))
    return replace(figure, category=category, sex=sex, geography=geography, bridges=bridges)


def _seen(figure: Figure) -> tuple[str, str, str]:
    return figure.category, figure.sex, figure.geography


# --- no part and no share --------------------------------------------------------------------------------------


def test_a_figure_of_no_ages_or_no_sex_stands_beside_none_that_has_them() -> None:
    """That a field does not apply is no group of people: suspects unnamed, days, money."""
    for field, word in (("ages", "under 16"), ("sex", "female")):
        for other in (word, "any"):
            a = figure("A1", 100, category="group/a", **{field: "not applicable"})
            b = figure("B1", 200, category="group/b", **{field: other})
            assert compare(a, b).verdict == "refused", (field, other)


def test_what_has_no_sex_is_no_part_of_both_sexes() -> None:
    a = figure("A1", 100, sex="not applicable")
    assert compare(a, figure("B1", 200)).share is None
    assert compare(replace(a, category="group/a"), figure("B1", 200)).share is None


def test_no_share_is_given_of_a_class_that_is_not_said() -> None:
    """Two classes that are not said may be two different ones."""
    a, b = (figure(name, number, category="group/not_stated") for name, number in (("A1", 100), ("B1", 200)))
    assert compare(replace(a, sex="female"), b).share is None
    assert compare(replace(a, ages="under 13"), b).share is None


def test_a_part_that_is_more_than_its_whole_is_offered_no_share() -> None:
    said = compare(figure("A1", 300, category="group/a"), figure("B1", 200))
    assert said.share is None
    assert said.allowed == ()


def test_no_share_is_given_of_none() -> None:
    """As no ratio is formed from none."""
    none, part = figure("A1", 0), figure("B1", 0, category="group/a")
    assert compare(none, part).share is None


def test_the_later_of_two_stocks_is_over_the_earlier_by_their_last_days() -> None:
    """A stock given for a year is that of the year's last day, however early the year began."""
    december = figure("A1", 300, counter="stock")
    june = figure("B1", 200, counter="stock", **_days("2023-06-30", "2023-06-30", "point_in_time"))
    said = compare(december, june)
    assert (said.first.id, said.second.id) == ("B1", "A1")
    assert said.change is not None
    assert said.change.ratio == (1.5, 1.5)


def test_one_table_of_a_place_that_is_not_named_has_parts_and_a_whole() -> None:
    """Which place it is stays unknown, but its table says that it is one; without a table nothing says so."""
    whole = figure("A1", 100, geography="unknown", table="t1")
    part = figure("B1", 40, geography="unknown", table="t1", ages="under 16")
    agree(whole, part)
    assert compare(whole, part).share == (0.4, 0.4)
    agree(replace(whole, table=""), part)
    assert compare(replace(whole, table=""), part).share is None


# --- by hand, where gate and second opinion once differed -------------------------------------------------------


def test_an_area_whose_coverage_is_not_known_has_no_share_even_in_one_table() -> None:
    way = Bridge("place", "place", "Wales", "England and Wales", "national", Interval(1, 1, "bound"), "of two", "ours")
    whole = figure("A1", 100, bridges=(way,), table="t1")
    part = figure("B1", 25, geography="Wales", bridges=(way,), table="t1")
    agree(whole, part)
    assert compare(whole, part).share == (0.25, 0.25)
    unsaid = replace(part, coverage="unknown")
    agree(whole, unsaid)
    assert compare(whole, unsaid).share is None
    neither = replace(whole, coverage="unknown")
    agree(neither, unsaid)
    assert compare(neither, unsaid).share is None


def test_figures_that_contradict_each_other_or_are_of_two_bases_have_no_share() -> None:
    rules = Bridge("rules", "part", "subset", "national", "", Interval(1, 1, "bound"), "drawn from it", "ours")
    whole, part = figure("A1", 100, bridges=(rules,)), figure("B1", 25, definition="subset", bridges=(rules,))
    agree(whole, part)
    assert compare(whole, part).share == (0.25, 0.25)
    for other in (replace(part, conflicts_with=("A1",)), replace(part, base="suspects")):
        agree(whole, other)
        assert compare(whole, other).share is None


def test_two_groups_of_one_running_total_have_a_difference_and_no_change() -> None:
    total = {"counter": "cumulative", "table": "t1", "sex": "male"}
    agree(figure("A1", 3000, **total), figure("B1", 839, **total | {"sex": "female"}))


def test_shares_of_all_records_and_of_those_that_say_are_of_two_wholes() -> None:
    per_cent = {"unit": "per_cent", "base": "offences", "rounded_to": 1}
    of_all = figure("A1", 0, unknown_share="U1", unrecorded=Interval(4.5, 5.5, "bound"), **per_cent)
    of_known = figure("B1", 98, known_share="K1", known=Interval(29.5, 30.5, "bound"), **per_cent)
    agree(of_all, of_known)
    assert compare(of_all, of_known).verdict == "refused"


def test_two_shares_of_all_records_differ_by_what_the_rest_may_say() -> None:
    per_cent = {"unit": "per_cent", "base": "suspects", "unknown_share": "U1", "rounded_to": 1}
    unrecorded = Interval(4.5, 5.5, "bound")
    young = figure("A1", 1, unrecorded=unrecorded, ages="10 to 17", **per_cent)
    older = figure("B1", 90, unrecorded=unrecorded, ages="18 and over", **per_cent)
    agree(young, older)
    said = compare(young, older).change
    assert said is not None
    assert said.difference == (89.5 - 7, 96 - 0.5)


def test_parts_of_ages_that_cross_do_not_stand_side_by_side() -> None:
    """Of under 16 and 10 to 17 neither holds the other, and neither lies beside it."""
    whole = {"category": "group/b"}
    for ages, verdict in (
        ("10 to 17", "refused"),
        ("under 13", "bridged"),
        ("18 and over", "bridged"),
        ("any", "bridged"),
    ):
        a, b = figure("A1", 100, category="group/a", ages="under 16"), figure("B1", 90, ages=ages, **whole)
        agree(a, b)
        assert compare(a, b).verdict == verdict, ages


def test_a_rule_of_which_it_is_not_known_how_a_record_counts_is_no_part_of_another() -> None:
    rules = Bridge("rules", "part", "subset", "national", "", Interval(1, 1, "bound"), "drawn from it", "ours")
    for flagged, share in (("yes", (0.25, 0.25)), ("unknown", None)):
        whole = figure("A1", 100, bridges=(rules,), dataset=_rule("national", ""))
        part = figure("B1", 25, definition="subset", bridges=(rules,), dataset=_rule("subset", flagged), stage="court")
        agree(whole, part)
        assert compare(whole, part).share == share


def test_two_stocks_of_one_day_show_no_change() -> None:
    a, b = (
        figure(name, number, counter="stock", **_days(first, "2024-12-31"))
        for name, number, first in (("A1", 100, "2024-01-01"), ("B1", 150, "2024-04-01"))
    )
    agree(a, b)
    assert compare(a, b).reasons[0] == "period: two stocks as at 31 December 2024, given for other days"
    agree(a, replace(b, **_days("2024-04-01", "2025-03-31")))
    assert compare(a, replace(b, **_days("2024-04-01", "2025-03-31"))).verdict == "comparable"


def test_a_difference_among_all_records_is_said_with_its_direction() -> None:
    per_cent = {"unit": "per_cent", "base": "offences", "rounded_to": 1, "unknown_share": "U1"}
    a, b = (
        figure(name, number, unrecorded=Interval(4.5, 5.5, "bound"), **per_cent, **year)
        for name, number, year in (("A1", 5, YEAR), ("B1", 50, NEXT_YEAR))
    )
    agree(a, b)
    said = compare(a, b).statement
    assert (
        "The difference (B1 less A1) is between 38.5 and 51.5 percentage points, whatever the records that do" in said
    )
    assert "no clear change is claimed" in said
