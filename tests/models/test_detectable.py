import math
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from cseanalysis.models.change.detectable import detectable_from, minimum_detectable
from cseanalysis.models.change.interrupted import interrupted_series
from cseanalysis.values import NotEstimableError

CALM = [100, 96, 103, 101, 99, 104, 98, 102, 103, 95, 107, 101, 98, 106, 97, 102]
NEEDED = NormalDist().inv_cdf(0.975) + NormalDist().inv_cdf(0.8)


def test_a_rise_of_the_detectable_size_is_as_many_errors_from_one_as_level_and_power_ask_for():
    # Means that are exact make the error of the segmented fit the expected one; no dispersion is estimated.
    least = minimum_detectable([400] * 16, after=8, family="poisson")
    for ratio in (least.rise, least.fall):
        error = interrupted_series([4000] * 16 + [4000] * 8, at=16, family="poisson").table.loc["level_change", "error"]
        assert abs(math.log(ratio)) / (error * math.sqrt(10)) == pytest.approx(NEEDED, rel=0.03)
    exact = interrupted_series([400] * 16 + [400] * 8, at=16, family="poisson").table.loc["level_change", "error"]
    assert least.error == pytest.approx(exact, rel=1e-8)


def test_a_change_of_the_detectable_size_is_found_in_four_simulated_series_of_five():
    rng = np.random.Generator(np.random.Philox(key=5))
    least = minimum_detectable([400] * 20, after=12, family="poisson")
    for ratio in (least.rise, least.fall):
        mean = np.array([400.0] * 20 + [400.0 * ratio] * 12)
        found = 0
        for counts in rng.poisson(mean, (400, 32)):
            interval = interrupted_series(counts, at=20, family="poisson").level_ratio.interval
            found += not interval.low <= 1 <= interval.high
        assert found / 400 == pytest.approx(0.8, abs=0.06)


def test_more_periods_more_counts_and_less_power_make_smaller_changes_detectable():
    base = minimum_detectable(CALM, after=8)
    assert minimum_detectable(CALM, after=16).rise < base.rise
    assert minimum_detectable(CALM, after=8, power=0.5).rise < base.rise
    assert minimum_detectable(CALM, after=1).rise > base.rise
    assert minimum_detectable(CALM, after=8, slope_change=True).rise > base.rise
    assert base.fall < 1 < base.rise


def test_in_a_series_of_few_events_even_the_end_of_all_events_would_be_missed():
    assert minimum_detectable([1, 0, 0, 1, 0, 0, 0, 1, 0, 1], after=3, family="poisson").fall is None


@pytest.mark.parametrize("family", ["quasipoisson", "negative-binomial"])
def test_over_dispersed_counts_hide_larger_changes_than_poisson_counts(family):
    wild = [100, 40, 180, 90, 130, 60, 150, 110, 70, 160, 50, 120, 95, 140, 80, 105]
    assert (
        minimum_detectable(wild, after=8, family=family).rise > minimum_detectable(wild, after=8, family="poisson").rise
    )


def test_an_effect_that_is_there_at_once_is_seen_sooner_than_one_that_arrives_with_a_delay():
    at_once = detectable_from(CALM, delay=[1], ratio=1.3)
    delayed = detectable_from(CALM, delay=[0, 0, 0, 0.2, 0.3, 0.3, 0.2], ratio=1.3)
    assert at_once.first < delayed.first
    assert delayed.first > 3  # nothing is visible in the first three periods
    assert delayed.table["power"].iloc[:3].tolist() == pytest.approx([0.05] * 3)
    assert (np.diff(delayed.table["power"]) > -1e-9).all()
    np.testing.assert_allclose(delayed.table["completeness"].iloc[:7], [0, 0, 0, 0.2, 0.5, 0.8, 1])
    assert "from period" in delayed.reason


def test_doubling_one_hundredth_of_a_series_that_moves_by_seven_per_cent_is_never_seen_at_any_lag():
    rng = np.random.Generator(np.random.Philox(key=0))
    quarters = np.round(19_000 * np.exp(0.07 * rng.standard_normal(44)))
    for delay in ([1.0], [0.1] * 10):
        answer = detectable_from(quarters, delay=delay, ratio=2, share=0.01, horizon=400)
        assert answer.never
        assert answer.first is None
        assert answer.table["power"].max() < 0.8
        assert answer.reason.startswith("never")


def test_never_is_the_limit_of_the_power_as_periods_go_on():
    quarters = 1000 + np.array([30, -20, 10, -40, 50, -30, 0, 20, -10, 40, -30, -20] * 2)
    answer = detectable_from(quarters, delay=[1], ratio=1.02, horizon=1000)
    fit = sm.GLM(quarters, np.column_stack([np.ones(24), np.arange(24)]), family=sm.families.Poisson()).fit()
    scatter = fit.pearson_chi2 / 22
    # Of a straight line through n periods, the level at its start has four times the variance of the mean.
    best = math.log(1.02) / math.sqrt(scatter * (1 / quarters.sum() + 4 / (1000 * 1000)))
    assert answer.table["power"].iloc[-1] == pytest.approx(NormalDist().cdf(best - 1.959964), abs=0.005)


def test_a_slow_effect_may_lie_beyond_the_horizon_without_being_never_seen():
    answer = detectable_from(CALM, delay=[0.01] * 100, ratio=1.5, horizon=6)
    assert answer.first is None
    assert not answer.never
    assert "not within 6 periods" in answer.reason


def test_mass_that_never_arrives_makes_the_final_effect_smaller():
    answer = detectable_from(CALM, delay=[0.25, 0.25], ratio=2)
    assert answer.table["ratio"].iloc[-1] == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"after": 0}, "after is 0"),
        ({"after": 2.0}, "after is 2.0"),
        ({"after": 8, "power": 1}, "power"),
        ({"after": 8, "power": 0.3}, "power"),
        ({"after": 8, "power": "0.8"}, "power is '0.8'"),
        ({"after": 8, "level": 0}, "level"),
        ({"after": 8, "family": "gamma"}, "family"),
        ({"after": 8, "exposure": [1.0]}, "exposure"),
    ],
)
def test_bad_options_of_the_detectable_change_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        minimum_detectable(CALM, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"delay": []}, "delay"),
        ({"delay": [0.7, 0.7]}, "delay sums to 1.4"),
        ({"delay": [0.0, 0.0]}, "delay sums to 0"),
        ({"delay": [1.1, -0.1]}, "delay"),
        ({"delay": [np.nan]}, "delay"),
        ({"delay": [1], "ratio": 0}, "ratio"),
        ({"delay": [1], "ratio": math.inf}, "ratio"),
        ({"delay": [1], "ratio": 1e-20}, "ratio is 1e-20"),
        ({"delay": [1], "ratio": "2"}, "ratio is '2'"),
        ({"delay": ["all"]}, "delay holds"),
        ({"delay": [1], "share": None}, "share is None"),
        ({"delay": [1], "share": 0}, "share"),
        ({"delay": [1], "share": 1.5}, "share"),
        ({"delay": [1], "horizon": 0}, "horizon"),
        ({"delay": [1], "ratio": 1}, "no change"),
    ],
)
def test_bad_options_of_the_design_question_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        detectable_from(CALM, **{"ratio": 2, **options})


@pytest.mark.parametrize(
    ("counts", "message"),
    [(CALM[:7], "7 periods before"), ([0] * 10, "every count is nought"), (CALM[:12], "nothing to judge")],
)
def test_too_little_before_the_date_is_not_estimable(counts, message):
    harmonics = 6 if message.startswith("nothing") else 0
    with pytest.raises(NotEstimableError, match=message):
        minimum_detectable(counts, after=8, harmonics=harmonics, period=12)


def test_a_series_that_drifts_hides_more_than_one_that_scatters_as_much_without_order():
    rng = np.random.Generator(np.random.Philox(key=2))
    logged = rng.standard_normal(33)
    for place in range(1, 33):
        logged[place] = 0.8 * logged[place - 1] + 0.6 * logged[place]
    residual = logged - np.polyval(np.polyfit(np.arange(33), logged, 1), np.arange(33))
    calm = minimum_detectable(np.round(1e6 * np.exp(0.07 * residual[rng.permutation(33)])), after=12)
    drifting = minimum_detectable(np.round(1e6 * np.exp(0.07 * residual)), after=12)
    assert drifting.correlation > 0.5 > calm.correlation
    assert math.log(drifting.rise) > 1.5 * math.log(calm.rise)
    assert minimum_detectable(np.round(1e6 * np.exp(0.07 * residual)), after=12, hac_lags=3).rise < drifting.rise


def test_counts_without_scatter_do_not_make_every_change_detectable():
    with pytest.raises(NotEstimableError, match="exactly on a line"):
        minimum_detectable([100] * 16, after=8)
    with pytest.raises(NotEstimableError, match="exactly on a line"):
        detectable_from([100] * 16, delay=[1], ratio=2)


def test_a_trend_carried_on_for_ages_leaves_the_uncertainty_of_the_level_before():
    growing = [int(10 * 1.2**place) for place in range(30)]
    least = minimum_detectable(growing, after=1000, family="poisson")
    assert least.error >= 1 / math.sqrt(sum(growing)) * 0.99


def test_a_delay_with_labels_other_than_its_periods_is_refused_because_they_would_be_ignored():
    with pytest.raises(ValueError, match="labelled 0, 1, 2"):
        detectable_from(CALM, delay=pd.Series([0.5, 0.5], index=[2, 3]), ratio=2)
    labelled = detectable_from(CALM, delay=pd.Series([0.5, 0.5]), ratio=2)
    assert labelled.table["completeness"].iloc[0] == pytest.approx(0.5)


def test_level_and_slope_cannot_be_told_apart_in_one_period():
    with pytest.raises(NotEstimableError, match="one period"):
        minimum_detectable(CALM, after=1, slope_change=True)
