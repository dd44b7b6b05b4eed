"""Every reason of the gate word for word, so that no text and no field it rests on changes unseen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from published import COVERED, FINANCIAL_YEAR, MONTHLY, NEXT_YEAR, NINE_MONTHS, figure, share

from cseanalysis.register import Bridge, Definition, Figure, Shift, compare
from cseanalysis.values import Interval

WORDS: dict[str, Any] = {"qualifier": "text", "low": None, "high": None, "unit": "none", "published": "not met"}
OVER: dict[str, Any] = {"published": "over 800", "qualifier": "more_than", "low": 800, "high": None}
NO_PERIOD: dict[str, Any] = {"period_start": None, "period_end": None, "period_type": "custom"}
TABLE: dict[str, Any] = {"table": "t1"}
JANUARY = date(2024, 1, 1), date(2024, 1, 31)
RULE_WAY = Bridge("w", "definition", "national", "else", "", Interval(1, 2, "bound"), "they overlap", "us")
CATEGORY_WAY = Bridge(
    "w", "category", "group/one", "group/two", "national", Interval(1, 2, "bound"), "one of other", "us"
)


def rule(
    name: str = "national", title: str = "A dataset", how: str = "census_of_recorded", flagged: str = ""
) -> Definition:
    return Definition(name, title, "P", "r", "p", how, "", (), flagged)


def one_day(year: int) -> dict[str, Any]:
    return {"period_start": date(year, 6, 1), "period_end": date(year, 6, 1), "period_type": "point_in_time"}


def running(start: int, end: int) -> dict[str, Any]:
    days = {"period_start": date(start, 1, 1), "period_end": date(end, 1, 1), "period_type": "custom"}
    return {"counter": "cumulative"} | days


def known(per_cent: float) -> Interval:
    return Interval(per_cent, per_cent, "bound")


def made(name: str, words: dict[str, Any]) -> Figure:
    words = {"coverage": "whole"} | words
    if "per_cent" in words:
        return share(name, words.pop("per_cent"), **words)
    return figure(name, words.pop("count", None), **words)


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "words": (
        {**WORDS},
        {**WORDS},
        ("unit: words without a number on at least one side", "lineage: one number, published twice"),
    ),
    "words_first": ({**WORDS}, {}, ("unit: words without a number on at least one side",)),
    "words_one": ({}, {**WORDS}, ("unit: words without a number on at least one side",)),
    "count_pct": (
        {},
        {
            "per_cent": 68,
        },
        ("unit: a count against a percentage (offences, per cent)",),
    ),
    "pct_change": (
        {
            "per_cent": 5,
        },
        {"per_cent": 5, "unit": "per_cent_change"},
        ("unit: per cent against per cent change",),
    ),
    "units": ({"unit": "people_arrested"}, {"unit": "arrests"}, ("unit: people arrested against arrests",)),
    "bases": (
        {
            "per_cent": 5,
        },
        {"per_cent": 6, "base": "victims"},
        ("unit: shares of different wholes (suspects; victims)",),
    ),
    "bases_none": ({"base": "x"}, {"count": 9}, ("unit: shares of different wholes (x; none)",)),
    "unstated": (
        {"unit": "days_unstated", "rounded_to": 1},
        {"unit": "days_unstated", "rounded_to": 1, **NEXT_YEAR},
        ("unit: mean or median is not said on either side",),
    ),
    "months_unstated": (
        {"unit": "months_unstated", "rounded_to": 1, **TABLE},
        {"unit": "months_unstated", "rounded_to": 1, "count": 9, "category": "group", **TABLE},
        (
            "lineage: two numbers for one thing in one period, which contradict each other; quote both, or neither",
            "unit: not said, but the same for both, from one table: mean or median",
        ),
    ),
    "base_unknown": (
        {"per_cent": 5, "base": "unknown"},
        {"per_cent": 6, "base": "unknown", **NEXT_YEAR},
        ("unit: of what it is a share is not said on either side",),
    ),
    "def_unknown": (
        {"definition": "unknown"},
        {"definition": "unknown", **NEXT_YEAR},
        ("definition: by which rule is counted is not said on either side",),
    ),
    "flag_unknown": (
        {"dataset": rule(flagged="unknown")},
        {"dataset": rule(flagged="unknown"), **NEXT_YEAR},
        ("definition: whether a record counts by its code or by a flag is not said on either side",),
    ),
    "rules": (
        {"dataset": rule()},
        {"definition": "else", "dataset": rule("else", "Another dataset")},
        ("definition: counted by different rules, A dataset and Another dataset",),
    ),
    "rules_bare": ({}, {"definition": "else"}, ("definition: counted by different rules, national and else",)),
    "rule_bridged": (
        {"bridges": (RULE_WAY,)},
        {"definition": "else", "bridges": (RULE_WAY,), **NEXT_YEAR},
        ("definition: they overlap",),
    ),
    "cat_bridged": (
        {"category": "group/one", "bridges": (CATEGORY_WAY,)},
        {"category": "group/two", "bridges": (CATEGORY_WAY,)},
        ("category: one of other",),
    ),
    "whole_part": ({}, {"category": "group/by_kin"}, ("category: a whole against one part of it, group and by kin",)),
    "same_last": (
        {"category": "a_b/one"},
        {"category": "c/one"},
        ("category: different parts or different things, a b: one and c: one",),
    ),
    "siblings": (
        {"category": "all/one_x"},
        {"category": "all/two"},
        ("category: two parts of all, one x and two, side by side as shares; they may overlap: never add them",),
    ),
    "not_siblings": (
        {"category": "all/one"},
        {"category": "else/two"},
        ("category: different parts or different things, one and two",),
    ),
    "class_unsaid": (
        {"category": "all/not_stated"},
        {"category": "all/not_stated", **NEXT_YEAR},
        ("category: which part is counted is not said on either side",),
    ),
    "ages": ({"ages": "under 13"}, {"ages": "under 16"}, ("ages: under 13 against under 16",)),
    "ages_unknown": ({"ages": "unknown"}, {}, ("ages: unknown on one side",)),
    "ages_both": ({"ages": "unknown"}, {"ages": "unknown", **NEXT_YEAR}, ("ages: unknown on both sides",)),
    "ages_groups": ({"ages": "under 13"}, {"ages": "13 to 15"}, ("ages: two groups of one count in the same period",)),
    "ages_cut": (
        {"ages": "under 13", "category": "all/one"},
        {"ages": "under 16", "category": "all/two"},
        (
            "category: two parts of all, one and two, side by side as shares; they may overlap: never add them",
            "ages: under 13 against under 16, as the whole is cut",
        ),
    ),
    "sex_cut": (
        {"sex": "female", "category": "all/one"},
        {"category": "all/two"},
        (
            "category: two parts of all, one and two, side by side as shares; they may overlap: never add them",
            "sex: female against both, as the whole is cut",
        ),
    ),
    "sexes": ({"sex": "female"}, {"sex": "male"}, ("sex: two groups of one count in the same period",)),
    "sexes_share": (
        {"per_cent": 5, "sex": "female"},
        {"per_cent": 6, "sex": "male"},
        ("sex: two groups of one count in the same period, each on its own base",),
    ),
    "sexes_later": ({"sex": "female"}, {"sex": "male", **NEXT_YEAR}, ("sex: female against male",)),
    "counter_cut": (
        {"counter": "stock", "category": "all/one"},
        {"counter": "cumulative", "category": "all/two"},
        (
            "category: two parts of all, one and two, side by side as shares; they may overlap: never add them",
            "counter: stock against cumulative, as the whole is cut",
        ),
    ),
    "geography": ({}, {"geography": "Wales"}, ("geography: England and Wales against Wales",)),
    "coverage": ({}, {"coverage": "42 forces"}, ("coverage: whole against 42 forces",)),
    "coverage_bridged": (
        {"coverage": "42 forces", "bridges": (COVERED,)},
        {"bridges": (COVERED,), **NEXT_YEAR},
        ("coverage: 42 forces against whole",),
    ),
    "coverage_same": ({}, NEXT_YEAR, ()),
    "coverage_areas": (
        {"coverage": "5 areas"},
        {"coverage": "5 areas", **NEXT_YEAR},
        ("coverage: 5 areas on both sides; that they are the same ones is not known",),
    ),
    "coverage_some": (
        {"coverage": "33 of 41 forces"},
        {"coverage": "33 of 41 forces", **NEXT_YEAR},
        ("coverage: 33 of 41 forces on both sides, which may be other ones, so no clear change is claimed",),
    ),
    "indicative": (
        {"coverage": "indicative"},
        {"coverage": "indicative", **NEXT_YEAR},
        ("coverage: the publisher calls its coverage indicative",),
    ),
    "table_coverage": (
        {"coverage": "unknown", "category": "all/one", **TABLE},
        {"coverage": "unknown", "category": "all/two", **TABLE},
        (
            "category: two parts of all, one and two, side by side as shares; they may overlap: never add them",
            "coverage: unknown, but the same for both, from one table: coverage",
        ),
    ),
    "table_period": (
        {**NO_PERIOD, "category": "all/one", **TABLE},
        {**NO_PERIOD, "category": "all/two", **TABLE},
        (
            "category: two parts of all, one and two, side by side as shares; they may overlap: never add them",
            "period: unknown, but the same for both, from one table: period",
        ),
    ),
    "table_flag": (
        {"dataset": rule(flagged="unknown"), "category": "all/one", **TABLE},
        {"dataset": rule(flagged="unknown"), "category": "all/two", **TABLE},
        (
            "category: two parts of all, one and two, side by side as shares; they may overlap: never add them",
            "definition: not said, but the same for both, from one table: whether a record counts by its code or by "
            "a flag",
        ),
    ),
    "no_period": (
        NO_PERIOD,
        NO_PERIOD,
        ("period: not known on at least one side", "lineage: one number, published twice"),
    ),
    "stocks": (
        {"counter": "stock", **one_day(2023)},
        {"counter": "stock", **one_day(2024)},
        ("period: a counter as at 1 June 2023 and as at 1 June 2024",),
    ),
    "stocks_one_day": (
        {"counter": "stock"},
        {"counter": "stock", "period_start": date(2023, 7, 1), "period_type": "custom"},
        ("period: two stocks as at 31 December 2023, given for other days",),
    ),
    "totals": (
        running(2014, 2017),
        running(2014, 2018),
        ("period: a counter as at 1 January 2017 and as at 1 January 2018",),
    ),
    "totals_days": (
        {"counter": "cumulative", **one_day(2017)},
        {"counter": "cumulative", **one_day(2018)},
        ("period: a counter as at 1 June 2017 and as at 1 June 2018",),
    ),
    "totals_begun": (
        running(2014, 2017),
        running(2015, 2018),
        ("period: counters that do not run from one day (1 January 2014; 1 January 2015)",),
    ),
    "overlap": (
        {},
        FINANCIAL_YEAR,
        (
            "period: the periods share 275 days, from 1 April 2023 to 31 December 2023, so neither comes after the "
            "other",
        ),
    ),
    "lengths": (
        {},
        {
            **NINE_MONTHS,
        },
        ("period: 12 months against 9 months",),
    ),
    "monthly": (
        {"bridges": (MONTHLY,)},
        {**NINE_MONTHS, "bridges": (MONTHLY,)},
        (
            "period: 12 months against 9 months; compare per month only: events come all year",
            "seasons: rates a month over 12 and over 9 months hold other seasons of the year, so no clear change is "
            "claimed",
        ),
    ),
    "day_period": ({}, {**one_day(2024)}, ("period: a day against a period",)),
    "kinds": (
        {},
        {"period_start": date(2024, 4, 1), "period_end": date(2025, 3, 31), "period_type": "financial_year"},
        ("period: a calendar year and a financial year",),
    ),
    "kinds_day": (
        {**one_day(2023), "period_type": "custom"},
        one_day(2024),
        ("period: a period of other days and a day",),
    ),
    "basis": ({}, {"time_basis": "survey_recall"}, ("time basis: recorded against survey recall",)),
    "counter": ({}, {"counter": "survey"}, ("counter: flow against survey",)),
    "stage": ({}, {"stage": "report"}, ("stage: early against report",)),
    "break": (
        {},
        {"breaks": (date(2024, 1, 1),), **NEXT_YEAR},
        ("break: the series was broken at 1 January 2024; the two stand on different sides",),
    ),
    "new_offence": (
        {"shifts": (Shift("one (2024)", *JANUARY, refuses=True), Shift("two", *JANUARY))},
        NEXT_YEAR,
        ("break: what is counted changed between the two: one (2024)",),
    ),
    "shock": (
        {},
        {"shifts": (Shift("two (2024)", *JANUARY),), **NEXT_YEAR},
        ("break: no clear change is claimed across what moves recording: two (2024)",),
    ),
    "known_one": (
        {"per_cent": 83, "known": known(34)},
        {"per_cent": 85, **NEXT_YEAR},
        ("known share: not all records say, and how many do is not known on both sides",),
    ),
    "known_overlap": (
        {"per_cent": 83, "known": known(34)},
        {"per_cent": 85, "known": known(30), **NEXT_YEAR},
        ("known share: among all records the two can be equal (at worst 28% to 95%; 25% to 96%)",),
    ),
    "known_apart": (
        {"per_cent": 90, "known": known(95)},
        {"per_cent": 10, "known": known(95), **NEXT_YEAR},
        ("known share: among all records they differ whatever the rest are (85% to 91%; 9% to 15%)",),
    ),
    "known_unknown": (
        {"per_cent": 90, "known": known(95), "known_share": "unknown"},
        {"per_cent": 10, "known": known(95), **NEXT_YEAR},
        ("known share: not all records say, and how many do is not known on both sides",),
    ),
    "unrecorded": (
        {"per_cent": 60, "unrecorded": known(5)},
        {"per_cent": 10, "unrecorded": known(4), **NEXT_YEAR},
        ("known share: among all records they differ whatever the rest are (60% to 65%; 10% to 14%)",),
    ),
    "known_kinds": (
        {"per_cent": 60, "unrecorded": known(5)},
        {"per_cent": 10, "known": known(30), **NEXT_YEAR},
        ("known share: one is a share of all records, the other of those that say",),
    ),
    "conflict": (
        {"conflicts_with": ("B",)},
        NEXT_YEAR,
        ("conflict: quoted for one thing without being shown to count it alike; quote both, each with what it counts",),
    ),
    "conflict_one": (
        {"conflicts_with": ("B",)},
        {"relays": "A"},
        (
            "conflict: one number, of which the two publications say different things",
            "lineage: one number, published twice",
        ),
    ),
    "twice": ({}, {"relays": "A"}, ("lineage: one number, published twice",)),
    "rounded": (
        {},
        {"relays": "A", "qualifier": "around", "rounded_to": 100},
        ("lineage: one number, printed exactly and rounded; the two show no change",),
    ),
    "two_ways": (
        OVER,
        {"relays": "A", "qualifier": "around", "rounded_to": 100},
        ("lineage: one number, printed in two ways; the two show no change",),
    ),
    "two_numbers": (
        {},
        {"count": 9},
        ("lineage: two numbers for one thing in one period, which contradict each other; quote both, or neither",),
    ),
    "both_open": (
        OVER,
        {**OVER, **NEXT_YEAR},
        ("rounding: an end is open on both sides, so nothing bounds their difference",),
    ),
    "one_open": (OVER, NEXT_YEAR, ("rounding: an end is open, so what follows is bounded from one side at most",)),
    "self_selected": (
        {"coverage": "self-selected"},
        {"coverage": "self-selected", **NEXT_YEAR},
        ("selection: other people chose to take part each time",),
    ),
    "chosen": (
        {"dataset": rule(how="self_selected")},
        {"dataset": rule(how="self_selected"), **NEXT_YEAR},
        ("selection: records that were chosen, or chose themselves, and speak for no others",),
    ),
    "copies": (
        {"tier": "C"},
        {"tier": "D", **NEXT_YEAR},
        ("source: A and B are second-hand, read in a copy of the source",),
    ),
    "copy": ({}, {"tier": "C", **NEXT_YEAR}, ("source: B is second-hand, read in a copy of the source",)),
    "tier_b": ({}, {"tier": "B", **NEXT_YEAR}, ()),
    "gap": (
        {},
        {"period_start": date(2026, 1, 1), "period_end": date(2026, 12, 31)},
        ("gap: 2 years lie between the two, of which nothing is said here",),
    ),
    "seasons": (
        {"period_start": date(2023, 1, 1), "period_end": date(2023, 6, 30), "period_type": "custom"},
        {"period_start": date(2023, 7, 1), "period_end": date(2023, 12, 31), "period_type": "custom"},
        ("seasons: other seasons of the year, so no clear change is claimed",),
    ),
    "start": (
        {"start_up": "yes"},
        {"start_up": "yes", **NEXT_YEAR},
        ("start-up: A and B: a first year and partly a start, so no clear change is claimed",),
    ),
    "inferred": (
        {"inferred": ("relays", "rounded_to", "period_start")},
        {"inferred": ("time_basis",), **NEXT_YEAR},
        (
            "inferred: worked out and not printed: the record it repeats, width of the rounding and first day of A; "
            "the time basis of B",
        ),
    ),
    "guess": (
        {"guessed": ("unit",)},
        {"guessed": ("period_start", "period_end", "period_type")},
        ("guess: no more than a guess: unit of A; period type and period of B", "lineage: one number, published twice"),
    ),
    "withheld": (
        {"withheld": "a lead"},
        {"withheld": "a slip"},
        ("quotation: never to be quoted (A: a lead; B: a slip)",),
    ),
    "repetition": (
        {**OVER, "relays": "C", "meant": (822.0, 822.0)},
        NEXT_YEAR,
        ("repetition: A repeats C and is taken as exactly as that allows",),
    ),
    "repetitions": (
        {"qualifier": "around", "rounded_to": 100, "relays": "C", "meant": (4228.0, 4228.0)},
        {"qualifier": "around", "rounded_to": 100, "relays": "D", "meant": (4250.0, 4250.0), **NEXT_YEAR},
        (
            "repetition: A repeats C and is taken as exactly as that allows; B repeats D and is taken as exactly as "
            "that allows",
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_reason_is_worded_as_it_is(case: str) -> None:
    one, other, reasons = CASES[case]
    assert compare(made("A", one), made("B", other)).reasons == reasons


# What an answer prints ---------------------------------------------------------------------------------------------


def test_a_change_prints_its_ratio_how_much_clustering_hides_it_and_a_row_a_quantity():
    found = compare(figure("A", 1000), figure("B", 1200, **NEXT_YEAR)).change
    head, hidden, columns, *rows = str(found).splitlines()
    assert (head, columns.split()) == ("ratio: exactly 1.2 (bound)", ["quantity", "low", "high", "kind"])
    assert hidden == f"hidden from a variance inflation of {found.hidden_at:.3g} on"
    assert [row.split("  ")[1].strip() for row in rows] == [
        "difference", "ratio", "ratio, independent", "ratio, clustered",
    ]  # fmt: skip
    table = found.to_frame()
    assert table.columns.tolist() == ["quantity", "low", "high", "kind", "level"]
    assert table["kind"].tolist() == ["bound", "bound", "confidence", "confidence"]
    assert table["level"].tolist()[2:] == [0.95, 0.95]
    assert table["level"].isna().tolist() == [True, True, False, False]
    assert table["low"].tolist() == [200, 1.2, found.independent.low, found.clustered.low]


def test_a_change_that_chance_may_bring_is_told_as_such_and_what_is_not_allowed_is_missing():
    months = {"bridges": (MONTHLY,)}
    found = compare(figure("A", 1000, **months, **FINANCIAL_YEAR), figure("B", 900, **months, **NINE_MONTHS)).change
    assert str(found).splitlines()[0].startswith("ratio: ")
    assert str(found).splitlines()[-1] == "Refused: that the change is clear"
    assert found.to_frame()["low"].isna().tolist() == [True, False, False, False]
    assert found.to_frame()["kind"].isna().tolist() == [True, False, False, False]


def test_a_comparison_prints_its_verdict_with_the_one_number_that_is_allowed():
    of_one = compare(figure("A", 1000), figure("B", 1200, **NEXT_YEAR))
    assert str(of_one).splitlines()[0] == "comparable; ratio: exactly 1.2 (bound)"
    assert str(of_one).splitlines()[-1] == "Rests on: variance inflation: 1 to 10 (bound)"
    part = compare(figure("A", 1000, category="group"), figure("B", 250, category="group/familial"))
    assert str(part).splitlines()[0] == "refused, but as a share; share: exactly 25% (bound)"
    apart = compare(figure("A", 1000), figure("B", 250, unit="suspects"))
    assert str(apart).splitlines()[0] == "refused: no number may be formed of the two"
    assert apart.to_frame().columns.tolist() == ["dimension", "level", "text"]
    assert apart.to_frame().iloc[0].tolist() == ["unit", "refused", "offences against suspects"]
