"""Competing exits: an ultimate never exceeds its cohort."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from cseanalysis.models.triangles.chain_ladder import chain_ladder
from cseanalysis.models.triangles.exits import competing_exits
from cseanalysis.models.triangles.triangle import Triangle
from cseanalysis.values import NotEstimableError

YEARS = [2021, 2022, 2023]
CHARGED = [[10, 20, 25], [12, 22, None], [11, None, None]]
CLOSED = [[40, 60, 70], [38, 58, None], [39, None, None]]
COHORT = pd.Series(100, index=YEARS)


def table(rows, index=YEARS, unit="year"):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a count falls is for the tests of triangles
        return Triangle(pd.DataFrame(rows, index=index), unit)


def example(**options):
    exits = {"charged": table(CHARGED), "closed": table(CLOSED)}
    return competing_exits(COHORT, exits, **({"draws": 2000, "seed": 0} | options))


def hidden(cumulative):
    origins, lags = cumulative.shape
    seen = np.add.outer(np.arange(origins), np.arange(lags)) < origins
    return Triangle(pd.DataFrame(np.where(seen, cumulative, np.nan)), "quarter")


def test_hazards_and_projection_are_what_a_reader_works_out():
    # Lag 0: 33 and 117 of 300 leave. Lag 1: 20 and 40 of the 99 open in two cohorts. Lag 2: 5 and 10 of 20.
    result = example()
    np.testing.assert_allclose(result.hazards, [[0.11, 0.39], [20 / 100, 40 / 100], [5 / 20, 10 / 20]])
    np.testing.assert_allclose(result.incidence.iloc[-1], [0.11 + 0.5 * 0.2 + 0.2 * 0.25, 0.39 + 0.5 * 0.4 + 0.2 * 0.5])
    np.testing.assert_allclose(result.ultimate.loc[2023, "expected"], [11 + 10 + 5, 39 + 20 + 10, 5])
    np.testing.assert_allclose(result.ultimate.loc[2021, ["low", "high"]].T, [[25, 70, 5]] * 2)


def test_the_chain_ladder_of_each_exit_can_exceed_the_cohort_and_this_cannot():
    rows = [[10, 30, 90], [20, 60, None], [45, None, None]]
    cohort = pd.Series(100, index=YEARS)
    assert chain_ladder(table(rows)).ultimate.loc[2023] > 400
    result = competing_exits(cohort, {"charged": table(rows)}, draws=2000, seed=0)
    assert result.ultimate["high"].max() <= 100


def test_the_lag_of_an_exit_is_among_those_who_leave_by_it():
    # 0.11 of 0.26 charged are so at lag 0 and 0.21 at lag 1: half (0.13) at lag 0.2.
    result = example(shares=[0.5, 0.9])
    assert result.lags.loc[("charged", 0.5), "lag"] == pytest.approx(0.2)
    assert (result.lags["low"] <= result.lags["lag"]).all()
    assert (result.lags["lag"] <= result.lags["high"]).all()


def test_an_exit_that_nobody_takes_has_no_lag():
    never = [[0, 0, 0], [0, 0, None], [0, None, None]]
    result = competing_exits(COHORT, {"charged": table(CHARGED), "died": table(never)}, draws=100, seed=0)
    assert result.lags.loc["died"].isna().all(axis=None)
    assert (result.ultimate.xs("died", level="exit")["expected"] == 0).all()


chances = st.lists(st.tuples(st.floats(0.01, 0.35), st.floats(0.01, 0.35)), min_size=4, max_size=4)


@settings(max_examples=20, deadline=None)
@given(chances, st.integers(30, 300), st.integers(0, 99))
def test_exits_and_open_cases_add_up_to_the_cohort_in_expectation_and_in_every_interval(hazards, size, seed):
    rng = np.random.default_rng(seed)
    left = np.zeros((6, 4, 2))
    for origin in range(6):
        still = size
        for lag, (one, two) in enumerate(hazards):
            moved = rng.multinomial(still, [one, two, 1 - one - two])
            left[origin, lag], still = moved[:2], moved[2]
    final = left.cumsum(axis=1)
    exits = {"a": hidden(final[:, :, 0]), "b": hidden(final[:, :, 1])}
    try:
        result = competing_exits(pd.Series(size, index=range(6)), exits, draws=300, seed=seed)
    except NotEstimableError:  # cohorts that are used up leave nobody for the last lags
        reject()
    table = result.ultimate
    np.testing.assert_allclose(table["expected"].groupby("origin").sum(), size)
    exits_only = table.drop(index="open", level="exit")
    assert (exits_only["low"] >= exits_only["visible"]).all()
    assert (table["high"] <= size).all()
    assert (table["low"] <= table["high"]).all()
    assert result.dispersion >= 1


def test_cohorts_that_differ_beyond_chance_widen_the_intervals():
    rng = np.random.default_rng(3)
    hazards = np.array([0.2, 0.3, 0.5])

    def cohorts(concentration):
        left = np.zeros((8, 4, 2))
        for origin in range(8):
            still = 1000
            for lag in range(4):
                chance = rng.dirichlet(hazards * concentration) if concentration else hazards
                moved = rng.multinomial(still, chance)
                left[origin, lag], still = moved[:2], moved[2]
        final = left.cumsum(axis=1)
        exits = {"a": hidden(final[:, :, 0]), "b": hidden(final[:, :, 1])}
        return competing_exits(pd.Series(1000, index=range(8)), exits, draws=1000, seed=0)

    calm, wild = cohorts(0), cohorts(50)
    assert wild.dispersion > 3 > calm.dispersion
    row = (7, "a")
    widths = [result.ultimate.loc[row, "high"] - result.ultimate.loc[row, "low"] for result in (calm, wild)]
    assert widths[1] > 1.4 * widths[0]


def scattered(sizes, seed, concentration=100):
    """Cohorts of these sizes, each with hazards of its own around 10% and 20%."""
    rng, left = np.random.default_rng(seed), np.zeros((len(sizes), 4, 2))
    for origin, size in enumerate(sizes):
        still = size
        for lag in range(4):
            moved = rng.multinomial(still, rng.dirichlet(np.array([0.1, 0.2, 0.7]) * concentration))
            left[origin, lag], still = moved[:2], moved[2]
    final = left.cumsum(axis=1)
    return pd.Series(sizes), {"a": hidden(final[:, :, 0]), "b": hidden(final[:, :, 1])}


@pytest.mark.parametrize("dtype", ["int32", "uint8", "Int64", "Float64", "object"])
def test_cohorts_of_every_number_type_give_the_same_answer(dtype):
    exits = {"charged": table(CHARGED), "closed": table(CLOSED)}
    result = competing_exits(COHORT.astype(dtype), exits, draws=2000, seed=0)
    pd.testing.assert_frame_equal(result.ultimate, example().ultimate)


def test_one_dominant_cohort_does_not_pass_its_own_luck_off_as_everybodys():
    # Hazards differ between cohorts, so the pooled ones are little more than those of the cohort of 20,000: with a
    # dispersion that is the same for all sizes, intervals held the truth in OLD of these 40 worlds. Hazards of 0.1 and
    # 0.2 at every lag: 0.1, 0.17, 0.219, 0.2533 have left by exit a.
    truth, held = (0.2533 / 2 - 0.1) / 0.07, 0
    for seed in range(40):
        result = competing_exits(*scattered([20_000] + [100] * 7, seed), draws=1000, seed=seed)
        row = result.lags.loc[("a", 0.5)]
        held += int(row["low"] <= truth <= row["high"])
    assert held >= 34  # of 40; fewer would be 2.9 standard errors below 95%


def test_correlation_within_cohorts_is_found_and_absent_where_cohorts_differ_by_chance():
    # Dirichlet hazards of concentration 100 give two cases of a cohort a correlation of 1 / 101 at every lag.
    found = [competing_exits(*scattered([2000] * 8, seed), draws=1, seed=0).correlation for seed in range(25)]
    assert np.mean(found) == pytest.approx(1 / 101, rel=0.2)
    assert example().correlation == 0


def test_cohorts_that_could_not_differ_more_leave_no_missing_values():
    # Nearly everybody leaves at once or nobody does, and one case is left to say what comes later.
    rows = np.array([[1e6, 1e6 + 5, 1e6 + 9], [10, 1e6, 1e6 + 9], [9e5, 1e6, 1e6 + 9], [50, 60, 70]])
    cohort = pd.Series(10**6 + 10, index=range(4))
    result = competing_exits(cohort, {"a": hidden(rows)}, draws=2000, seed=0)
    assert np.isfinite(result.ultimate.to_numpy()).all()
    assert np.isfinite(result.lags.to_numpy()).all()


def test_the_draws_repeat_and_nought_is_a_seed():
    pd.testing.assert_frame_equal(example().ultimate, example().ultimate)
    assert not example(seed=1).lags.equals(example().lags)


REFUSED = {
    "no exits": (COHORT, {}, ValueError, "no exits given"),
    "an exit called open": (COHORT, {"open": table(CHARGED)}, ValueError, "exits 'open'.*without exit"),
    "other origins": (
        COHORT, {"a": table(CHARGED), "b": table(CLOSED, [2020, 2021, 2022])}, ValueError, "exit 'b'",
    ),
    "another unit": (COHORT, {"a": table(CHARGED), "b": table(CLOSED, unit="quarter")}, ValueError, "exit 'b'"),
    "cohorts of other years": (pd.Series(100, index=[1, 2, 3]), {"a": table(CHARGED)}, ValueError, "cohort"),
    "a list of cohorts": ([100, 100, 100], {"a": table(CHARGED)}, ValueError, "cohort"),
    "half a case": (COHORT + 0.5, {"a": table(CHARGED)}, ValueError, "whole numbers"),
    "a missing cohort": (COHORT.where(COHORT.index > 2021), {"a": table(CHARGED)}, ValueError, "missing"),
    "more exits than cases": (COHORT // 2, {"a": table(CHARGED), "b": table(CLOSED)}, ValueError, "exceed their"),
    "nobody left": (
        pd.Series(20, index=YEARS), {"a": table([[10, 20, 20], [12, 20, None], [11, None, None]])},
        NotEstimableError, "nobody is open before lags 2",
    ),
    "a number for a name": (COHORT, {1: table(CHARGED)}, ValueError, "called 1"),
    "a list of exits": (COHORT, [table(CHARGED)], ValueError, "no exits given"),
    "a frame for a triangle": (COHORT, {"a": pd.DataFrame(CHARGED)}, ValueError, "exit 'a' is a DataFrame"),
    "cohorts as text": (COHORT.astype(str), {"a": table(CHARGED)}, ValueError, "parse_counts"),
    "truth values as cohorts": (COHORT > 0, {"a": table(CHARGED)}, ValueError, "type bool"),
    "taken back": (
        COHORT, {"a": table([[10, 20, 15], [12, 22, None], [11, None, None]])}, NotEstimableError, "a at lag 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_cohorts_and_exits_that_do_not_fit_are_refused(case):
    cohort, exits, error, message = REFUSED[case]
    with pytest.raises(ValueError, match=message) as raised:
        competing_exits(cohort, exits, draws=10, seed=0)
    assert raised.type is error


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 0}, "draws is 0: must be"),
        ({"seed": -1}, "seed -1"),
        ({"level": 0}, "level 0"),
        ({"shares": [1]}, "shares"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        example(**options)
