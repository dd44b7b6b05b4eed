from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cseanalysis.distributions import read_distribution
from cseanalysis.study import load_assumptions
from cseanalysis.study.lag.charts import simulation_and_bounds
from cseanalysis.study.lag.judged import published_delays
from cseanalysis.study.lag.simulation import (
    AFTER,
    SHOWN_AFTER,
    SHOWN_FROM,
    charges_by_quarter,
    simulated_charges,
    simulation_results,
    simulation_runs,
    stages,
    visible_by_age,
)

ROOT = Path(__file__).resolve().parents[2]
QUARTERS = 20


@pytest.fixture(scope="module")
def assumptions():
    return load_assumptions(ROOT)


@pytest.fixture(scope="module")
def recorded():
    starts = pd.date_range("2015-04-01", periods=QUARTERS, freq="QS")
    return pd.DataFrame({"period_start": starts, "force_type": "territorial", "offence_code": "71", "offences": 10_000})


@pytest.fixture(scope="module")
def runs(recorded, assumptions):
    return simulation_runs(recorded, assumptions, draws=1000)


@pytest.fixture(scope="module")
def charges(recorded, runs, assumptions):
    return simulated_charges(recorded, runs, assumptions)[0]


def test_charges_expected_are_the_intake_while_it_is_steady_and_end_when_it_ends():
    delay = {"days_to_charge": 60.0, "delay_shape": 1.0, "intake_growth": 0.0}
    charges = charges_by_quarter(intake=np.full(8, 100.0), earlier_intake_ratio=1.0, **delay)
    assert len(charges) == 8 + AFTER
    assert charges[:8] == pytest.approx(100)
    assert charges.sum() == pytest.approx(900, rel=0.1)  # eight quarters and what earlier ones still brought
    assert charges[-1] < 1e-3


def test_every_stated_distribution_fills_the_range_that_is_defended(assumptions):
    for name in ("charge_probability", "days_to_charge", "delay_shape", "charge_to_trial_days"):
        drawn = read_distribution(assumptions[name].distribution)
        assert (drawn.low, drawn.high) == (assumptions[name].low, assumptions[name].high)


def test_the_simulation_stops_at_the_trial_and_invents_no_share_of_charges_that_come_to_it(assumptions):
    charged, trial = stages(assumptions)
    assert (charged.name, trial.name) == ("charged", "trial")
    assert str(trial.probability) == "fixed(1.0)"


def test_the_mean_to_trial_that_is_drawn_is_the_one_that_is_assumed(assumptions):
    # At shape 1 the mean is the median over ln 2.
    median = stages(assumptions)[1].delay.median
    assert (median.low / np.log(2), median.high / np.log(2)) == pytest.approx((273, 423))


def test_an_assumption_without_a_distribution_is_not_drawn_from(assumptions):
    bare = {**assumptions, "delay_shape": replace(assumptions["delay_shape"], distribution=None)}
    with pytest.raises(ValueError, match="delay_shape: states no distribution"):
        stages(bare)


def test_simulated_shares_lie_inside_the_bound_because_its_draws_do(runs, assumptions):
    ages = visible_by_age(runs["clustered"], assumptions)
    assert (ages["low"] >= ages["bound_low"] - 1e-9).all()
    assert (ages["high"] <= ages["bound_high"] + 1e-9).all()
    assert (ages["high"] - ages["low"] < ages["bound_high"] - ages["bound_low"]).all()


def test_clusters_widen_the_counts_and_the_rows_reach_past_the_data(charges):
    assert len(charges) == QUARTERS - SHOWN_FROM + SHOWN_AFTER
    assert charges["in_data"].sum() == QUARTERS - SHOWN_FROM
    width = {name: (charges[f"{name}_high"] - charges[f"{name}_low"]).mean() for name in ("independent", "clustered")}
    assert width["clustered"] > width["independent"]
    assert charges["bound_high"].iloc[-1] < charges["bound_high"].iloc[0]


def test_simulated_results_name_their_kind_and_no_middle(charges, runs, recorded):
    results = {one.id: one for one in simulation_results(recorded, charges, runs["clustered"], published_delays(ROOT))}
    assert all(one.point is None for one in results.values())
    kinds = {name: one.interval.kind for name, one in results.items()}
    assert kinds.pop("charges_bound_last_quarter") == "bound"
    assert set(kinds.values()) == {"simulation"}
    assert "clustering_inflation" in results["charges_simulated_last_quarter"].basis


def test_the_chart_draws_both_kinds_apart_and_says_so(charges, runs, assumptions):
    figure, words, _ = simulation_and_bounds(charges, visible_by_age(runs["clustered"], assumptions))
    assert [len(axes.collections) for axes in figure.axes] == [2, 2, 2]
    assert "the simulated one inside the bound" in words
