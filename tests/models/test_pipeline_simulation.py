import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from cseanalysis.distributions import beta, fixed, uniform
from cseanalysis.models.delays.delay import Delay
from cseanalysis.models.pipeline.projection import completeness, periods_until_visible, project_cohorts
from cseanalysis.models.pipeline.simulation import Stage, UncertainDelay, simulate_pipeline
from cseanalysis.values import NotEstimableError

QUARTER = 91.3125
CHARGED = Stage("charged", uniform(0.1, 0.3), UncertainDelay("gamma", uniform(0.5, 2.0), uniform(200, 300)))
TRIED = Stage("tried", beta(80, 20), UncertainDelay("weibull", uniform(1.0, 1.5), uniform(250, 400)))


def run(intake=(1000.0,) * 8, stages=(CHARGED, TRIED), **options):
    return simulate_pipeline(intake, stages, **({"period_days": QUARTER, "draws": 4000, "seed": 0} | options))


def test_two_known_stages_give_the_convolution():
    stages = [Stage("charged", fixed(0.4), [0.25, 0.75]), Stage("tried", fixed(0.5), [0.0, 1.0])]
    table = run([100, 200], stages, periods=4, inflation=0, draws=3).events
    assert table["expected"].tolist() == pytest.approx([10, 50, 60, 0, 0, 5, 25, 30])
    np.testing.assert_allclose(table["low"], table["high"])
    assert table.loc[:1, "expected"].tolist() == pytest.approx(project_cohorts([100, 200], [0.25, 0.75], 0.4).tolist())


def test_a_known_delay_has_the_completeness_of_its_mass():
    delay = Delay("gamma", 1.5, 200.0)
    ages = run(stages=[Stage("charged", fixed(0.2), delay)]).completeness
    expected = completeness(delay.mass(8, period_days=QUARTER), 8)[::-1]
    for column in ("median", "low", "high"):
        np.testing.assert_allclose(ages[column], expected)


def test_draws_repeat_for_a_seed_of_nought_and_change_with_it():
    pd.testing.assert_frame_equal(run().events, run().events)
    assert not run().events.equals(run(seed=1).events)


def test_noise_widens_the_interval_and_clusters_widen_it_more():
    widths = [(t := run(inflation=inflation).events.query("stage == 'tried'"))["high"].sum() - t["low"].sum()
              for inflation in (0, 1, 20)]  # fmt: skip
    assert widths[0] < widths[1] < widths[2]


def test_the_interval_of_a_small_count_is_that_of_a_poisson_count():
    table = run([50] * 4, [Stage("charged", fixed(0.1), [1.0])], draws=100_000).events
    assert table["median"].tolist() == [5] * 4
    assert table["low"].tolist() == [1] * 4
    assert table["high"].tolist() == [10] * 4


@pytest.mark.parametrize("expected", [5, 100, 5000])
def test_counts_have_the_quantiles_of_a_poisson_count(expected):
    row = run([10 * expected], [Stage("charged", fixed(0.1), [1.0])], draws=2**17, level=0.9).events.iloc[0]
    exact = poisson.ppf([0.5, 0.05, 0.95], expected)
    np.testing.assert_allclose(
        row[["median", "low", "high"]].to_numpy(dtype=float), exact, atol=max(0.5, expected / 2500)
    )


def test_no_draw_has_more_events_than_cases_entered():
    table = run([100, 50], [Stage("charged", fixed(1.0), [1.0])], inflation=4, periods=3).events
    assert table["high"].tolist() == pytest.approx([100, 100, 0], abs=50)
    assert (table["high"] <= [100, 150, 150]).all()
    assert table["high"].iloc[0] == 100


def test_inflation_multiplies_the_variance_of_the_counts_and_keeps_their_mean():
    stage = Stage("charged", fixed(0.1), [1.0])
    widths = []
    for inflation in (1, 9):
        row = run([4000], [stage], draws=100_000, inflation=inflation).events.iloc[0]
        widths.append(row["high"] - row["low"])
        assert row["median"] == pytest.approx(400, abs=5)
    assert widths[1] == pytest.approx(3 * widths[0], rel=0.05)


def test_more_draws_than_a_block_use_every_block():
    stage = Stage("charged", uniform(0.2, 0.4), [1.0])
    table = run([1000], [stage], draws=2**17 + 5000, inflation=0).events
    assert table["expected"].item() == pytest.approx(300, rel=0.002)
    assert table["low"].item() == pytest.approx(205, rel=0.005)


@settings(deadline=None)
@given(st.floats(0.5, 3.0), st.floats(50, 500), st.integers(1, 12))
def test_no_stage_has_more_events_than_the_one_before(shape, scale, cohorts):
    delay = Delay("gamma", shape, scale)
    stages = [Stage("one", fixed(0.5), delay), Stage("two", fixed(1.0), delay)]
    table = run([100] * cohorts, stages, inflation=0, draws=2, periods=20).events
    one, two = (table.loc[table["stage"] == name, "expected"].to_numpy() for name in ("one", "two"))
    assert (np.cumsum(two) <= np.cumsum(one) + 1e-9).all()
    assert one.sum() <= 50 * cohorts + 1e-9


def test_when_the_rest_becomes_visible_is_counted_from_the_last_intake():
    # Of 100 + 100 cases, 50 + 80 are visible; 70 to come: 50 after one more period, 70 after two; nine tenths are 63.
    assert periods_until_visible([100, 100], [0.5, 0.3, 0.2], 0.9) == 2
    assert periods_until_visible([100, 100], [0.5, 0.3, 0.2], 0.5) == 1
    assert periods_until_visible([100, 100], [1.0], 0.9) == 0
    result = run([100, 100], [Stage("charged", fixed(0.3), [0.5, 0.3, 0.2])], periods=6)
    assert (result.until_visible("charged", 0.9).low, result.until_visible("charged", 0.9).high) == (2, 2)
    later = run(periods=60)
    assert later.until_visible("charged", 0.5).high <= later.until_visible("tried", 0.5).high
    assert later.until_visible("tried", 0.9).kind == "simulation"


def test_a_share_that_is_not_reached_is_refused():
    with pytest.raises(NotEstimableError, match="simulate more periods"):
        run(periods=9).until_visible("tried", 0.99)
    with pytest.raises(NotEstimableError, match="for more periods"):
        periods_until_visible([100, 100], [0.2, 0.1], 0.9)
    with pytest.raises(ValueError, match="must be one of charged, tried"):
        run().until_visible("convicted", 0.5)
    with pytest.raises(ValueError, match="share is 1"):
        run().until_visible("tried", 1)
    with pytest.raises(ValueError, match="share is 0"):
        periods_until_visible([1], [1.0], 0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"intake": []}, "one finite count per period"),
        ({"intake": [1, np.nan]}, "missing is not zero"),
        ({"intake": [1, -2]}, "none negative"),
        ({"stages": []}, "at least one"),
        ({"stages": CHARGED}, "a list of Stage"),
        ({"intake": ["1", "2"]}, "dates or text"),
        ({"level": "0.95"}, "must be a number"),
        ({"stages": [CHARGED, CHARGED]}, "a name of its own"),
        ({"periods": 3}, "simulate at least as many"),
        ({"draws": 0}, "draws is 0"),
        ({"draws": 10.5}, "draws is 10.5"),
        ({"seed": None}, "seed None"),
        ({"seed": -1}, "seed -1"),
        ({"inflation": 0.5}, "inflation 0.5"),
        ({"inflation": np.inf}, "inflation inf"),
        ({"level": 1.0}, "level 1.0"),
        ({"period_days": 0.0}, "period_days is 0.0"),
    ],
)
def test_bad_simulations_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        run(**options)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Stage("", fixed(0.5), [1.0]), "no name"),
        (lambda: Stage("a", fixed(1.5), [1.0]), "within 0 and 1"),
        (lambda: Stage("a", 0.5, [1.0]), "within 0 and 1"),
        (lambda: Stage("a", fixed(0.5), [0.5, 0.4]), "sums to 1"),
        (lambda: Stage("a", fixed(0.5), [1.5, -0.5]), "sums to 1"),
        (lambda: UncertainDelay("gamma", fixed(1), uniform(0, 10)), "stay above 0"),
        (lambda: Stage("a", fixed(0.5), ["0.5", "0.5"]), "dates or text"),
        (lambda: UncertainDelay("gamma", fixed(1e-4), fixed(10)), "nearly all events are at once"),
        (lambda: UncertainDelay("gamma", 1.0, fixed(10)), "must be a distribution"),
        (lambda: UncertainDelay("normal", fixed(1), fixed(10)), "gamma, lognormal, weibull"),
    ],
)
def test_bad_stages_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
