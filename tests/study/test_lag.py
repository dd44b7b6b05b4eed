from functools import partial

import numpy as np
import pandas as pd
import pytest

from cseanalysis.study.lag import (
    QUARTER,
    charge_delay,
    charges_expected,
    lag_scenario,
    months_to_charge,
    months_to_trial,
    prosecutions_expected,
    quarterly_intake,
    visible_charges,
    visible_trials,
    year_charges_visible,
)
from cseanalysis.values import Assumption

DELAYS = {"days_to_charge": 300.0, "delay_shape": 1.0, "intake_growth": 0.0}
TRIAL = {**DELAYS, "charge_to_trial_days": 300.0}


def test_half_of_the_charges_take_the_published_median_when_intake_does_not_grow():
    assert months_to_charge(share=0.5, **DELAYS) == pytest.approx(300 / (365.25 / 12))


def test_a_growing_intake_makes_the_cohort_slower_than_the_published_median():
    grown = charge_delay(300.0, 1.0, 0.05)
    assert grown.quantile(0.5) > 300


def test_trials_are_seen_later_than_charges_at_every_age():
    charges, trials = visible_charges(quarters=20, **DELAYS), visible_trials(quarters=20, **TRIAL)
    assert (trials <= charges + 1e-12).all()
    assert months_to_trial(share=0.5, **TRIAL) > months_to_charge(share=0.5, **DELAYS)


def test_a_delay_so_long_that_it_is_not_followed_to_the_end_is_refused():
    with pytest.raises(ValueError, match="follow longer"):
        months_to_trial(share=0.99999, **{**TRIAL, "days_to_charge": 50_000.0})


def test_the_visible_share_of_a_year_weighs_its_quarters_by_what_was_recorded():
    intake = np.array([1.0, 1.0, 1.0, 1.0, 100.0, 0.0, 0.0, 0.0])
    share = year_charges_visible(intake=intake, first_quarter=4, **DELAYS)
    assert share == pytest.approx(visible_charges(quarters=8, **DELAYS)[4])


def test_expected_charges_are_recovered_from_simulated_cases():
    rng = np.random.Generator(np.random.Philox(key=3))
    intake = np.array([40_000.0, 60_000.0, 50_000.0, 70_000.0, 30_000.0, 80_000.0])
    entry = np.concatenate([QUARTER * (q + rng.random(int(n))) for q, n in enumerate(intake)])
    charged = entry[rng.random(entry.size) < 0.2]
    when = charged + rng.exponential(charge_delay(**DELAYS).scale, charged.size)
    seen = ((when >= 2 * QUARTER) & (when < 6 * QUARTER)).sum()
    expected = charges_expected(
        intake=intake, first_quarter=2, charge_probability=0.2, later_intake_ratio=1.0, **DELAYS
    )
    assert seen == pytest.approx(expected, rel=0.02)


def test_quarters_past_the_data_are_like_the_last_four_times_the_assumed_ratio():
    intake = np.full(8, 100.0)
    flat = charges_expected(intake=intake, first_quarter=8, charge_probability=1, later_intake_ratio=1.0, **DELAYS)
    longer = charges_expected(
        intake=np.full(12, 100.0), first_quarter=8, charge_probability=1, later_intake_ratio=9.0, **DELAYS
    )
    assert flat == pytest.approx(longer)


def test_more_offences_per_defendant_mean_fewer_defendants():
    fixed = partial(prosecutions_expected, intake=np.full(20, 100.0), first_quarter=16, charge_probability=0.5, **TRIAL)
    assert fixed(offences_per_defendant=2.0) == pytest.approx(fixed(offences_per_defendant=1.0) / 2)


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
        name: Assumption(name, low, high, "days", "r", "s", "l")
        for name, low, high in (
            ("days_to_charge", 250.0, 450.0),
            ("charge_to_trial_days", 270.0, 420.0),
            ("delay_shape", 0.5, 2.0),
            ("intake_growth", 0.0, 0.05),
        )
    }
    scenario = lag_scenario(table, assumed)
    assert scenario["recorded"].tolist() == list(range(100, 112))
    for stage in ("charges", "trials"):
        low, high = scenario[f"{stage}_visible_low"], scenario[f"{stage}_visible_high"]
        assert (low <= high).all()
        assert (np.diff(low) < 0).all()  # the younger the cohort, the less of it is visible
        assert high.iloc[-1] < 1
