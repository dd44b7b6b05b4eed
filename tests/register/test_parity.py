"""A recorded share against a share of the population: both claims are said, or neither."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from published import SOUND, share

from cseanalysis.register import Definition, Figure, parity
from cseanalysis.values import Interval

PEOPLE = Definition("census", "A census", "Office", "everybody", "residents", "population", "")
CENSUS = Definition("national", "A dataset", "Police", "all recorded", "suspects", "census_of_recorded", "")


def recorded(per_cent: float, known: float | None = None, **changes: Any) -> Figure:
    words = {"ages": "18 and over", "category": "suspects/group_a", "dataset": CENSUS} | changes
    return share("S", per_cent, None if known is None else Interval(known, known, "bound"), **words)


def population(per_cent: float, **changes: Any) -> Figure:
    words = {"ages": "18 and over", "category": "population/group_a", "base": "population"}
    words |= {"dataset": PEOPLE} | changes
    return share("B", per_cent, **words)


def test_bounds_that_contain_parity_refuse_both_claims() -> None:
    answer = parity(recorded(83, 34), population(80))
    assert (answer.verdict, answer.low, answer.high) == ("cannot be said", 28, 95)
    assert "neither over-represented nor not over-represented" in answer.statement


@pytest.mark.parametrize(("benchmark", "verdict"), [(20, "over-represented"), (97, "under-represented")])
def test_bounds_that_exclude_parity_say_so_firmly_in_either_direction(benchmark: float, verdict: str) -> None:
    answer = parity(recorded(83, 34), population(benchmark))
    assert answer.verdict == verdict
    assert verdict in answer.statement
    assert "not about anybody's risk" in answer.statement


@pytest.mark.parametrize(
    ("per_cent", "known", "low", "high"), [(83, 34, 28, 95), (7, 34, 2, 69), (3.9, 30, 1, 72), (52, 100, 52, 52)]
)
def test_the_worst_case_bounds_are_the_published_ones_rounded_outward(
    per_cent: float, known: float, low: float, high: float
) -> None:
    answer = parity(recorded(per_cent, known), population(50))
    assert (answer.low, answer.high) == (low, high)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ages": "under 18"}, "ages: 18 and over against under 18"),
        ({"sex": "male"}, "sex: any against male"),
        ({"geography": "Wales"}, "geography: England and Wales against Wales"),
        ({"ages": "unknown"}, "ages: not known for B"),
        ({"category": "population/group_b"}, "category: the groups"),
    ],
)
def test_a_benchmark_of_other_people_is_refused(changes: dict[str, Any], reason: str) -> None:
    answer = parity(recorded(52), population(21, **changes))
    assert answer.verdict == "refused"
    assert any(item.startswith(reason) for item in answer.reasons)


def test_chosen_cases_speak_for_no_population() -> None:
    chosen = Definition("national", "Trials", "Press", "named cases", "suspects", "case_series", "")
    assert parity(recorded(64, dataset=chosen), population(5)).reasons == (
        "selection: the records are a case series, which speaks for no population",
    )
    assert parity(recorded(64, dataset=None), population(5)).verdict == "refused"


def test_a_well_covered_local_share_is_said_and_labelled_local() -> None:
    place = {"geography": "Greater Manchester"}
    answer = parity(recorded(52, **place), population(21, **place))
    assert answer.verdict == "over-represented"
    assert "local result" in answer.statement


def test_a_share_of_all_records_is_bounded_by_those_that_do_not_say() -> None:
    # 16% of all, 32% of all not recorded: the group is 16% to 48%, so a fifth of the population is within.
    share_of_all = recorded(16, unknown_share="U1", unrecorded=Interval(31.5, 32.5, "bound"))
    answer = parity(share_of_all, population(21))
    assert (answer.verdict, answer.low, answer.high) == ("cannot be said", 16, 48)


def test_a_share_of_which_nobody_published_how_many_say_is_nothing_to_everything() -> None:
    silent = replace(recorded(52), known_share="unknown", known=Interval(0, 100, "bound"))
    answer = parity(silent, population(21))
    assert (answer.verdict, answer.low, answer.high) == ("refused", 0, 100)


def test_dates_and_coverage_must_be_known() -> None:
    undated = {"period_start": None, "period_end": None, "period_type": "custom"}
    assert parity(recorded(52, **undated), population(21)).verdict == "refused"
    assert parity(recorded(52, coverage="unknown"), population(21)).verdict == "refused"


def test_rounding_alone_cannot_decide() -> None:
    assert parity(recorded(52), population(52)).verdict == "cannot be said"
    assert parity(recorded(53), population(52)).verdict == "cannot be said"  # 52.5 to 53.5 against 51.5 to 52.5
    assert parity(recorded(54), population(52)).verdict == "over-represented"


def test_names_of_groups_do_not_matter() -> None:
    answers = [
        parity(recorded(83, 34, category=f"suspects/{name}"), population(80, category=f"population/{name}")).verdict
        for name in ("group_a", "group_b", "white", "asian")
    ]
    assert set(answers) == {"cannot be said"}


def test_counts_are_no_shares() -> None:
    with pytest.raises(ValueError, match="counts offences"):
        parity(SOUND, population(5))
