"""What must hold of any two figures: symmetry, not knowing never helps, mirrors are treated alike, exact ratios."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import MONTHLY, SOUND, figure

from cseanalysis.register import Bridge, Definition, Figure, compare
from cseanalysis.study import load_figures
from cseanalysis.values import Interval

PART = Bridge("part", "part", "group/one", "group/two", "national", Interval(1, 1, "bound"), "a part", "ours")
PLACE = Bridge("place", "place", "Wales", "England and Wales", "national", Interval(1, 1, "bound"), "an area", "ours")
FLAGGED = Definition("national", "A dataset", "Police", "all", "children", "census_of_recorded", "", (), "unknown")
PERIODS: tuple[dict[str, Any], ...] = (
    {"period_start": date(2023, 1, 1), "period_end": date(2023, 12, 31), "period_type": "calendar_year"},
    {"period_start": date(2024, 1, 1), "period_end": date(2024, 12, 31), "period_type": "calendar_year"},
    {"period_start": date(2025, 1, 1), "period_end": date(2025, 9, 30), "period_type": "custom"},
    {"period_start": date(2023, 4, 1), "period_end": date(2024, 3, 31), "period_type": "financial_year"},
    {"period_start": date(2025, 1, 1), "period_end": date(2025, 1, 1), "period_type": "point_in_time"},
    {"period_start": None, "period_end": None, "period_type": "custom"},
)
CHOICES: dict[str, tuple[Any, ...]] = {
    "unit": ("offences", "victims", "days_unstated"),
    "definition": ("national", "else", "unknown"),
    "category": ("group", "group/one", "group/two", "group/one/three", "unknown"),
    "ages": ("any", "under 13", "under 16", "13 to 15", "unknown", "not applicable"),
    "sex": ("any", "female", "male", "unknown"),
    "geography": ("England and Wales", "Wales", "unknown"),
    "coverage": ("44 forces", "whole", "self-selected", "unknown"),
    "time_basis": ("recorded", "as_at", "unknown"),
    "counter": ("flow", "stock", "cumulative", "unknown"),
    "stage": ("early", "report", "unknown"),
    "breaks": ((), (date(2024, 1, 1),)),
    "tier": ("A", "C"),
    "start_up": ("", "yes"),
    "withheld": ("", "a lead"),
    "guessed": ((), ("ages",)),
    "inferred": ((), ("unit", "coverage")),
    "conflicts_with": ((), ("A",), ("C",)),
    "relays": ("", "A"),
    "bridges": ((), (MONTHLY, PART, PLACE)),
    "dataset": (None, FLAGGED),
}
UNKNOWABLE = ("definition", "category", "ages", "sex", "geography", "coverage", "time_basis", "counter", "stage")
ROOT = Path(__file__).parents[2]


@st.composite
def figures(draw: st.DrawFn, name: str) -> Figure:
    """Draw a figure that differs from the sound one in a few fields."""
    chosen = draw(st.sets(st.sampled_from(sorted(CHOICES)), max_size=3))
    changes = {field: draw(st.sampled_from(CHOICES[field])) for field in chosen}
    changes = {key: () if key == "conflicts_with" and name in value else value for key, value in changes.items()}
    changes = {key: "" if (key, name) == ("relays", "A") else value for key, value in changes.items()}
    count = draw(st.integers(0, 9999))
    return figure(name, count, **({"rounded_to": 1} | changes | draw(st.sampled_from(PERIODS))))


PAIRS = st.tuples(figures("A"), figures("B"))


@given(PAIRS)
def test_the_answer_is_the_same_from_either_side(pair: tuple[Figure, Figure]) -> None:
    first, second = pair
    there, back = compare(first, second), compare(second, first)
    assert there == back
    assert there.statement == back.statement
    assert (there.allowed, there.share, there.change) == (back.allowed, back.share, back.change)


ACCEPTED = {"comparable", "bridged"}


@settings(max_examples=300)
@given(PAIRS, st.sampled_from([*UNKNOWABLE, "period"]))
def test_knowing_less_of_one_figure_never_turns_a_refusal_into_an_answer(
    pair: tuple[Figure, Figure], field: str
) -> None:
    first, second = (replace(item, relays="") for item in pair)
    less = (
        {"period_start": None, "period_end": None, "period_type": "custom"} if field == "period" else {field: "unknown"}
    )
    blurred = replace(second, **less)  # type: ignore[arg-type]
    assert compare(first, blurred).verdict == "refused"
    assert compare(first, blurred).change is None
    if field != "category":
        assert compare(first, blurred).share is None


@given(PAIRS, st.sampled_from(["withheld", "guessed"]))
def test_a_lead_or_a_guess_never_gets_an_answer(pair: tuple[Figure, Figure], field: str) -> None:
    first, second = pair
    comparison = compare(first, replace(second, **{field: "a lead" if field == "withheld" else ("unit",)}))
    assert (comparison.verdict, comparison.change, comparison.share) == ("refused", None, None)


def mirrored(item: Figure) -> Figure:
    """Swap the sexes of a figure."""
    return replace(item, sex={"female": "male", "male": "female"}.get(item.sex, item.sex))


@given(PAIRS)
def test_the_sexes_are_treated_alike(pair: tuple[Figure, Figure]) -> None:
    first, second = pair
    there, mirror = compare(first, second), compare(*map(mirrored, pair))
    assert (there.verdict, there.allowed, there.share, there.change) == (
        *(mirror.verdict, mirror.allowed, mirror.share, mirror.change),
    )
    assert there.statement.replace("female", "male") == mirror.statement.replace("female", "male")


@given(
    st.permutations(["white", "asian", "black", "other"]),
    st.lists(st.integers(0, 100), min_size=2, max_size=2),
    st.one_of(st.none(), st.integers(30, 100)),
    st.booleans(),
)
def test_groups_are_treated_alike_whatever_their_name(
    names: list[str], shares: list[int], known: int | None, in_one_period: bool
) -> None:
    def pair(one: str, other: str) -> tuple[Figure, Figure]:
        known_share = None if known is None else Interval(known, known, "bound")
        words = {"unit": "per_cent", "rounded_to": 1, "base": "suspects", "known": known_share}
        words |= {"known_share": "" if known is None else "K"}
        later = {} if in_one_period else PERIODS[1]
        return (
            figure("A", shares[0], category=f"suspects/{one}", **words),
            figure("B", shares[1], category=f"suspects/{other if in_one_period else one}", **words, **later),
        )

    there, again = compare(*pair(names[0], names[1])), compare(*pair(names[2], names[3]))
    assert (there.verdict, there.allowed, there.change) == (again.verdict, again.allowed, again.change)
    assert [item.dimension for item in there.differences] == [item.dimension for item in again.differences]


def test_the_groups_of_one_published_table_are_treated_alike() -> None:
    register = load_figures(ROOT)
    for names in (("F478", "F479", "F480"), ("F099", "F100", "F101"), ("F106", "F107"), ("F108", "F109")):
        verdicts = {
            tuple((item.dimension, item.level) for item in compare(register[one], register[other]).differences)
            for one in names
            for other in names
            if one < other
        }
        assert len(verdicts) == 1, names


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_ratio_is_the_exact_quotient(one: int, other: int) -> None:
    change = compare(figure("A", one), figure("B", other, **PERIODS[1])).change
    assert change is not None
    assert change.ratio is not None
    assert change.ratio == pytest.approx((float(Fraction(other, one)),) * 2, rel=1e-14)
    assert change.difference == (other - one, other - one)


@given(
    *(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 11), st.integers(1, 11)),
    st.sampled_from(["exact", "around", "more_than"]),
)
def test_a_ratio_of_monthly_rates_is_exact_for_any_lengths(
    one: int, other: int, months: int, other_months: int, qualifier: str
) -> None:
    def lasting(year: int, length: int) -> dict[str, Any]:
        end = date(year, length + 1, 1).toordinal() - 1
        days = {"period_start": date(year, 1, 1), "period_end": date.fromordinal(end), "period_type": "custom"}
        return days | {"coverage": "whole", "bridges": (MONTHLY,)}

    printed = {"exact": {}, "around": {"rounded_to": 2}, "more_than": {"high": None}}[qualifier]
    first = figure("A", one, **(lasting(2021, months) | {"qualifier": qualifier} | printed))
    comparison = compare(first, figure("B", other, **lasting(2022, other_months)))
    change = comparison.change
    assert change is not None
    assert change.ratio is not None
    least, most = {"exact": (one, one), "around": (one - 1, one + 1), "more_than": (one + 1, None)}[qualifier]
    length = Fraction(months, other_months)
    low = 0.0 if most is None else float(Fraction(other, most) * length)
    high = float(Fraction(other, least) * length) if least else math.inf
    assert change.ratio == pytest.approx((low, high), rel=1e-12)
    assert comparison.allowed == (("difference", "ratio") if months == other_months else ("rate per month", "ratio"))


@given(st.integers(0, 30), st.integers(1, 30), st.integers(0, 30), st.integers(1, 30))
def test_a_range_of_ages_is_part_of_another_where_every_year_of_it_is(
    low: int, width: int, least: int, wider: int
) -> None:
    part = figure("A", 10, ages=f"{low} to {low + width}", category="group/one")
    whole = figure("B", 100, ages=f"{least} to {least + wider}")
    inside = set(range(low, low + width + 1)) <= set(range(least, least + wider + 1))
    assert (compare(part, whole).share is not None) is inside


def test_no_published_figure_becomes_comparable_by_knowing_less_of_it() -> None:
    register = load_figures(ROOT)
    pairs = csv.DictReader((Path(__file__).parent / "gate_pairs.csv").read_text(encoding="utf-8").splitlines())
    for pair in list(pairs)[::9]:
        first, second = register[pair["first"]], register[pair["second"]]
        if first.relays or second.relays or first.table:
            continue
        for field in ("ages", "sex", "geography", "coverage", "time_basis", "counter", "stage"):
            assert compare(first, replace(second, **{field: "unknown"})).verdict == "refused"


def test_the_sound_figure_is_sound() -> None:
    assert compare(SOUND, figure(count=4450, **PERIODS[1])).verdict in ACCEPTED
