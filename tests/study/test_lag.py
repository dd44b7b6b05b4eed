from functools import partial

import numpy as np
import pandas as pd
import pytest

from cseanalysis.study.lag.backtest import EARLIER, charges_expected, prosecutions_expected
from cseanalysis.study.lag.numbers import (
    QUARTER,
    charge_delay,
    lag_by_year,
    lag_scenario,
    months_to_charge,
    months_to_trial,
    quarterly_intake,
    trial_delay,
    visible_charges,
    visible_trials,
    yearly_charges,
)
from cseanalysis.values import Assumption

DELAYS = {"days_to_charge": 300.0, "delay_shape": 1.0, "intake_growth": 0.0}
TRIAL = {**DELAYS, "charge_to_trial_days": 300.0, "charge_growth": 0.0}


def test_half_of_the_charges_take_the_published_median_when_intake_does_not_grow():
    assert months_to_charge(share=0.5, **DELAYS) == pytest.approx(300 / (365.25 / 12))


def test_a_growing_intake_makes_the_cohort_slower_than_the_published_median():
    grown = charge_delay(300.0, 1.0, 0.05)
    assert grown.quantile(0.5) > 300


def test_trials_are_seen_later_than_charges_at_every_age():
    charges, trials = visible_charges(quarters=20, **DELAYS), visible_trials(quarters=20, **TRIAL)
    assert (trials <= charges + 1e-12).all()
    assert months_to_trial(share=0.5, **TRIAL) > months_to_charge(share=0.5, **DELAYS)


def test_the_months_to_trial_are_the_quantiles_of_the_sum_of_two_simulated_delays():
    rng = np.random.Generator(np.random.Philox(key=4))
    charged, tried = charge_delay(300.0, 1.0, 0.0), trial_delay(300.0, 1.0, 0.0)
    days = rng.exponential(charged.scale, 400_000) + rng.exponential(tried.scale, 400_000)
    for share in (0.5, 0.9):
        simulated = np.quantile(days, share) / (365.25 / 12)
        assert months_to_trial(share=share, **TRIAL) == pytest.approx(simulated, rel=0.01)


def test_the_visible_share_of_a_year_weighs_its_quarters_by_what_was_recorded():
    intake = np.array([1.0, 1.0, 1.0, 1.0, 100.0, 0.0, 0.0, 0.0])
    shares = yearly_charges(intake=intake, **DELAYS)
    assert shares[1] == pytest.approx(visible_charges(quarters=8, **DELAYS)[4])
    assert len(shares) == 2


def test_expected_charges_are_recovered_from_simulated_cases():
    rng = np.random.Generator(np.random.Philox(key=3))
    intake = np.array([40_000.0, 60_000.0, 50_000.0, 70_000.0, 30_000.0, 80_000.0])
    entry = np.concatenate([QUARTER * (q + rng.random(int(n))) for q, n in enumerate(intake)])
    when = entry + rng.exponential(charge_delay(**DELAYS).scale, entry.size)
    seen = ((when >= 2 * QUARTER) & (when < 6 * QUARTER)).sum()
    expected = charges_expected(
        intake=intake, first_quarter=2, earlier_intake_ratio=0.0, later_intake_ratio=1.0, **DELAYS
    )
    assert seen == pytest.approx(expected, rel=0.01)


def test_quarters_before_and_after_the_data_are_like_its_ends_times_the_assumed_ratios():
    fixed = partial(charges_expected, first_quarter=8, **DELAYS)
    short = fixed(intake=np.full(8, 100.0), earlier_intake_ratio=1.0, later_intake_ratio=1.0)
    longer = fixed(intake=np.full(12, 100.0), earlier_intake_ratio=1.0, later_intake_ratio=9.0)
    assert short == pytest.approx(longer)
    # Ten years before the data and two in it at 100 a quarter: nearly all of a year's intake is charged in a year.
    assert EARLIER == 40
    assert short == pytest.approx(400, rel=0.01)


def test_what_was_recorded_before_the_data_comes_to_trial_too():
    fixed = partial(prosecutions_expected, intake=np.full(20, 100.0), first_quarter=0, **TRIAL)
    assert fixed(earlier_intake_ratio=1.0) > 5 * fixed(earlier_intake_ratio=0.0)


def test_intake_counts_territorial_forces_only():
    rows = [("2020-04-01", "territorial", "71", 5), ("2020-04-01", "non_territorial", "71", 9)]
    rows += [("2020-07-01", "territorial", "71", -2), ("2020-04-01", "territorial", "86", 100)]
    table = pd.DataFrame(rows, columns=["period_start", "force_type", "offence_code", "offences"])
    assert quarterly_intake(table, ["71"]).tolist() == [5.0, -2.0]


def test_the_scenario_never_says_that_recent_is_low():
    starts = pd.date_range("2012-04-01", periods=12, freq="QS")
    table = pd.DataFrame(
        {"period_start": starts, "force_type": "territorial", "offence_code": "71", "offences": range(100, 112)}
    )
    assumed = {
        name: Assumption(name, low, high, "as named", "r", "s", "l")
        for name, low, high in (
            ("days_to_charge", 250.0, 450.0),
            ("charge_to_trial_days", 270.0, 420.0),
            ("delay_shape", 0.5, 2.0),
            ("intake_growth", -0.05, 0.05),
            ("charge_growth", -0.05, 0.05),
        )
    }
    scenario, years = lag_scenario(table, assumed), lag_by_year(table, assumed)[0]
    assert years["financial_year"].tolist() == ["2012/13", "2013/14", "2014/15"]
    assert years["recorded"].sum() == scenario["recorded"].sum()
    assert scenario["recorded"].tolist() == list(range(100, 112))
    for stage in ("charges", "trials"):
        low, high = scenario[f"{stage}_visible_low"], scenario[f"{stage}_visible_high"]
        assert (low <= high).all()
        assert (np.diff(low) < 0).all()  # the younger the cohort, the less of it is visible
        assert high.iloc[-1] < 1
