"""Shares that leave by one exit in the end: bounds from one day, and the course between two."""

import numpy as np
import pandas as pd
import pytest

from cseanalysis.models import incidence_by_age, ultimate_share_bounds
from cseanalysis.values import NotEstimableError


def test_no_undecided_case_leaves_or_all_do_and_a_part_of_the_closed_comes_back():
    # By hand: 30 of 400 charged, 60 undecided, 310 closed.
    bounds = ultimate_share_bounds(entered=400, left=30, undecided=60)
    assert (bounds.low, bounds.high, bounds.kind) == (30 / 400, 90 / 400, "bound")
    assert ultimate_share_bounds(entered=400, left=30, undecided=60, reopened=0.1).high == pytest.approx(
        (90 + 31) / 400
    )
    assert ultimate_share_bounds(entered=400, left=30, undecided=60, reopened=1).high == 1


def test_when_nothing_is_undecided_the_bound_is_a_point_and_when_all_is_it_says_nothing():
    assert (
        ultimate_share_bounds(entered=8, left=2, undecided=0).low
        == ultimate_share_bounds(entered=8, left=2, undecided=0).high
    )
    assert (
        ultimate_share_bounds(entered=8, left=0, undecided=8).low,
        ultimate_share_bounds(entered=8, left=0, undecided=8).high,
    ) == (0, 1)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"entered": 10, "left": 8, "undecided": 3}, "more than the 10 that entered"),
        ({"entered": 10, "left": 1, "undecided": -1}, "netted off"),
        ({"entered": float("nan"), "left": 1, "undecided": 1}, "entered"),
        ({"entered": 10, "left": 1, "undecided": 1, "reopened": 1.5}, "between 0 and 1"),
    ],
)
def test_counts_that_cannot_be_are_refused(counts, words):
    with pytest.raises(ValueError, match=words):
        ultimate_share_bounds(**counts)


def test_shares_in_place_of_counts_are_not_refused_for_their_rounding_and_no_end_is_below_nought():
    bounds = ultimate_share_bounds(entered=0.3, left=0.1, undecided=0.2)  # 0.1 + 0.2 is a little more than 0.3
    assert bounds.high == 1
    assert str(ultimate_share_bounds(entered=1, left=-0.0, undecided=0).low) == "0.0"


def test_a_cohort_without_cases_has_no_share():
    with pytest.raises(NotEstimableError, match="nobody entered"):
        ultimate_share_bounds(entered=0, left=0, undecided=0)


def _world(rng: np.random.Generator) -> tuple[float, float, bool]:
    """One world: forces and quarters, delays and chances of its own; how much is charged in the end, and the bound."""
    quarters, forces = 4, int(rng.integers(1, 12))
    size = rng.integers(20, 400, size=(forces, quarters))
    chance = np.clip(rng.uniform(0.02, 0.3) * rng.uniform(0.5, 1.5, size=(forces, 1)), 0, 1)
    chance = np.clip(chance * (1 + rng.uniform(-0.4, 0.4) * np.arange(quarters) / quarters), 0, 1)  # drifts with time
    slow, fast = rng.uniform(200, 900), rng.uniform(30, 300)  # days to a charge and to another end
    looked = int(rng.integers(380, 800))
    reopening = float(rng.choice([0.0, 0.05, 0.2]))
    silent = rng.random(forces) < 0.15  # forces that return no outcome
    entered = left = undecided = final = 0
    for force in range(forces):
        for quarter in range(quarters):
            cases = int(size[force, quarter])
            age = looked - 91 * quarter
            charged = rng.random(cases) < chance[force, quarter]
            over = np.where(charged, rng.gamma(0.7, slow / 0.7, cases), rng.gamma(1.5, fast / 1.5, cases)) <= age
            # Of the cases closed by then no more than the share come back and are charged.
            closed = int((over & ~charged).sum())
            back = int(rng.binomial(closed, reopening) if reopening else 0)
            back = min(back, int(reopening * closed))
            entered += cases
            final += int(charged.sum()) + back
            left += 0 if silent[force] else int((over & charged).sum())
            undecided += cases if silent[force] else int((~over).sum())
    bounds = ultimate_share_bounds(entered=entered, left=left, undecided=undecided, reopened=reopening)
    return final / entered, reopening, bounds.low <= final / entered <= bounds.high


def test_in_a_thousand_worlds_the_bound_holds_what_is_charged_in_the_end():
    # Closed cases reopen, chances drift, delays differ by force and forces return nothing: a bound is not a coverage
    # of 95%, so every world must lie within.
    rng = np.random.default_rng(20261128)
    worlds = [_world(rng) for _ in range(1_000)]
    assert all(inside for _, _, inside in worlds)
    assert {reopening for _, reopening, _ in worlds} == {0.0, 0.05, 0.2}


def test_the_bound_fails_where_more_comes_back_than_is_said():
    # The condition is one: 20 of 60 closed cases are charged after all, and no share of them was named.
    bounds = ultimate_share_bounds(entered=100, left=10, undecided=30)
    assert not bounds.low <= (10 + 30 + 20) / 100 <= bounds.high


def _looks(
    share: float, mean_age: float, cohorts: int, apart: int, size: int = 10**9
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cohorts of one planted share and delay, in expected counts, on two days a number of quarters apart."""

    def look(after: int) -> pd.DataFrame:
        age = np.arange(cohorts, 0, -1) + after
        charged = share * (1 - np.exp(-age / mean_age))
        closed = (1 - share) * (1 - np.exp(-age / 1.5))
        return pd.DataFrame(
            {"age": age, "entered": size, "left": size * charged, "undecided": size * (1 - charged - closed)}
        )

    return look(0), look(apart)


def test_two_looks_give_the_planted_delay_and_share_back():
    # A charge for 12% of cases, after five quarters on average: the course by age is the planted one, and what is
    # undecided at the last age bounds the share in the end to it.
    share, mean_age = 0.12, 5.0
    earlier, later = _looks(share, mean_age, cohorts=24, apart=4)
    course = incidence_by_age(earlier, later).set_index("age")
    ages = course.index.to_numpy()
    np.testing.assert_allclose(course["left"], share * (1 - np.exp(-ages / mean_age)), rtol=1e-9)
    last = course.iloc[-1]
    bounds = ultimate_share_bounds(entered=1, left=last["left"], undecided=last["undecided"])
    assert bounds.low <= share <= bounds.high
    assert bounds.high - bounds.low < 0.001
    # Half of the charges have been made where the planted delay says, 5 ln 2 = 3.5 quarters.
    half = np.interp(share / 2, course["left"], ages)
    assert half == pytest.approx(mean_age * np.log(2), abs=0.1)


def test_one_age_by_hand():
    first = pd.DataFrame({"age": [2, 1], "entered": [100, 100], "left": [10, 5], "undecided": [50, 80]})
    second = pd.DataFrame({"age": [3, 2], "entered": [100, 100], "left": [12, 11], "undecided": [40, 52]})
    course = incidence_by_age(first, second)
    # Of 80 undecided at age 1, 6 were charged and 52 remain; of 50 at age 2, 2 were charged and 40 remain.
    assert course["left"].tolist() == pytest.approx([0.05, 0.05 + 0.8 * 6 / 80, 0.11 + 0.52 * 2 / 50])
    assert course["undecided"].tolist() == pytest.approx([0.8, 0.52, 0.52 * 40 / 50])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda later: later.assign(age=later["age"] + [0, 1]), "ages differ"),
        (lambda later: later.iloc[1:], "same cohorts"),
        (lambda later: later.assign(undecided=[60, 52]), "came back"),
        (lambda later: later.assign(left=[np.nan, 11]), "missing is not zero"),
        (lambda later: later.assign(left=[9, 4]), "came back"),
        (lambda later: later.assign(entered=200, left=[60, 81], undecided=[50, 80]), "were added"),
        (lambda later: later.assign(entered=10), "more that left or are undecided than entered"),
        (lambda later: later.assign(entered=0, left=0, undecided=0), "nobody entered"),
        (lambda later: later.assign(undecided=[-5, 52]), "below zero"),
        (lambda later: later.assign(entered=np.inf), "infinite"),
        (lambda later: later.assign(age=[3.5, 2.5]), "no whole numbers of periods"),
        (lambda later: later.assign(left=[True, False]), "truth values"),
        (lambda later: later.astype("str"), "dates or text"),
        (lambda later: later.to_dict("list"), "give a DataFrame"),
        (lambda later: pd.concat([later, later[["left"]]], axis=1), "2 columns left"),
        (lambda later: later.drop(columns="left"), "no column left"),
    ],
)
def test_two_looks_that_do_not_fit_are_refused(change, words):
    first = pd.DataFrame({"age": [2, 1], "entered": [100, 100], "left": [10, 5], "undecided": [50, 80]})
    second = pd.DataFrame({"age": [3, 2], "entered": [100, 100], "left": [12, 11], "undecided": [40, 52]})
    with pytest.raises(ValueError, match=words):
        incidence_by_age(first, change(second))


def test_order_index_and_kind_of_number_change_nothing():
    first = pd.DataFrame({"age": [2, 1], "entered": [100, 100], "left": [10, 5], "undecided": [50, 80]})
    second = pd.DataFrame({"age": [3, 2], "entered": [100, 100], "left": [12, 11], "undecided": [40, 52]})
    course = incidence_by_age(first, second)
    for change in (
        lambda look: look.iloc[::-1],
        lambda look: look.set_index(pd.Index([7, 7])),  # two cohorts under one label
        lambda look: look.set_index(pd.Index([1, 2], name="age")),
        lambda look: look.astype("uint8"),  # in which 0 - 1 is 255
        lambda look: look.astype("Int64"),
        lambda look: look.astype({"age": "category"}),
        lambda look: look.astype("object"),
    ):
        pd.testing.assert_frame_equal(incidence_by_age(change(first), change(second)), course)


def test_an_age_to_which_no_step_leads_starts_from_its_own_cohorts():
    first = pd.DataFrame({"age": [7, 1], "entered": [100, 100], "left": [10, 5], "undecided": [50, 80]})
    second = pd.DataFrame({"age": [8, 2], "entered": [100, 100], "left": [12, 11], "undecided": [40, 52]})
    expected = [[1, 0.05, 0.8], [2, 0.11, 0.52], [7, 0.1, 0.5], [8, 0.12, 0.4]]
    np.testing.assert_allclose(incidence_by_age(first, second), expected)
