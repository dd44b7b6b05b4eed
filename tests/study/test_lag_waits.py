import math
import re
from pathlib import Path

import numpy as np
import pytest

from cseanalysis.study import load_assumptions
from cseanalysis.study.data.reported import load_results_table
from cseanalysis.study.lag.judged import published_delays
from cseanalysis.study.lag.waits import (
    cohort_average,
    months_until_charges,
    months_until_trials,
    seen_of_cohort,
)

ROOT = Path(__file__).resolve().parents[2]
DELAY = {"days_to_charge": 365.25 * math.log(2) / 4, "delay_shape": 1.0, "intake_growth": 0.0}


def test_half_of_what_one_past_cohort_still_brings_takes_one_more_half_life():
    # An exponential delay with a median of 63 days: what is left halves every 63 days, so within the next quarter.
    assert months_until_charges(share=0.5, intake=np.array([100.0]), **DELAY) == 3
    # Nine tenths take 3.3 half-lives, 210 days, within the third quarter.
    assert months_until_charges(share=0.9, intake=np.array([100.0]), **DELAY) == 9


def test_trials_still_to_begin_take_longer_than_charges_still_to_come():
    trial = {**DELAY, "charge_to_trial_days": 300.0, "charge_growth": 0.0}
    charges, trials = (
        model(share=0.9, intake=np.full(8, 100.0), **delay)
        for model, delay in ((months_until_charges, DELAY), (months_until_trials, trial))
    )
    assert trials > charges


def test_a_mean_is_corrected_by_the_closed_form_and_a_median_by_the_same_tilt():
    rate = math.log1p(0.1) / 365.25
    assert cohort_average(423.0, "mean", shape=2.0, growth=0.1) == pytest.approx(2 / (2 / 423 - rate))
    # Exponential: a median of ln 2 over the seen hazard; the cohort's hazard is lower by the growth.
    seen = math.log(2) / 300
    assert cohort_average(300.0, "median", shape=1.0, growth=0.1) == pytest.approx(math.log(2) / (seen - rate))
    assert cohort_average(300.0, "median", shape=1.0, growth=0.0) == pytest.approx(300)


def test_the_cohort_behind_a_growing_intake_is_recovered_from_simulated_cases():
    # Planted: mean 500 days, entries growing by a tenth a year; completed cases of one late year look shorter.
    rng = np.random.Generator(np.random.Philox(key=9))
    rate, years = math.log1p(0.1) / 365.25, 30
    entered = np.log1p(rng.random(2_000_000) * math.expm1(rate * years * 365.25)) / rate
    delay = rng.exponential(500, entered.size)
    when = entered + delay
    completed = delay[(when > (years - 1) * 365.25) & (when <= years * 365.25)]
    assert completed.mean() < 460
    assert cohort_average(completed.mean(), "mean", shape=1.0, growth=0.1) == pytest.approx(500, rel=0.02)


def test_a_window_of_three_years_shows_the_published_answer_for_an_exponential_of_twelve_months():
    # Mean 12 months, even intake for 36: those completed show 7.31 months, and 68.3% are completed.
    cohort, _, _, seen, resolved = seen_of_cohort(365.25, "mean", shape=1.0, growth=0.0)
    assert cohort == 365.25
    assert seen / (365.25 / 12) == pytest.approx(7.3116, abs=1e-3)
    assert resolved == pytest.approx(0.6833, abs=1e-4)


@pytest.fixture(scope="module")
def corrected():
    return load_results_table("delays_corrected", ROOT)


def test_every_average_that_is_used_is_corrected_as_what_it_is(corrected):
    read = [(one.figure, *one.reading) for one in published_delays(ROOT) if one.reading]
    assert [tuple(row) for row in corrected[["figure", "stage", "average"]].to_numpy()] == read
    used = {name for one in ("days_to_charge", "charge_to_trial_days") for name in _figures(one)}
    assert set(corrected["figure"]) == used


def test_the_published_average_lies_within_the_corrected_range_and_a_window_shows_less(corrected):
    assert (corrected["cohort_low"] < corrected["published"]).all()
    assert (corrected["published"] < corrected["cohort_high"]).all()
    for end in ("low", "high"):
        assert (corrected[f"year_seen_{end}"] < corrected[f"three_years_seen_{end}"]).all()
        assert (corrected[f"three_years_seen_{end}"] < corrected[f"cohort_{end}"]).all()
        assert (corrected[f"year_resolved_{end}"] < corrected[f"three_years_resolved_{end}"]).all()


def _figures(assumption):
    return re.findall(r"F\d{3}", load_assumptions(ROOT)[assumption].locator)
