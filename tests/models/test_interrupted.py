import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from cseanalysis.models.change.fits import automatic_lags, drifting_sum, estimate_drift, fit_means
from cseanalysis.models.change.interrupted import interrupted_series
from cseanalysis.models.change.series import design
from cseanalysis.values import NotEstimableError

FAMILIES = ("quasipoisson", "poisson", "negative-binomial")


def planted(seed=3, periods=60, at=30, size=5.0):
    rng = np.random.Generator(np.random.Philox(key=seed))
    time = np.arange(periods)
    exposure = np.exp(0.1 * rng.standard_normal(periods))
    mean = exposure * np.exp(4 + 0.01 * time + 0.3 * (time >= at) + 0.1 * np.sin(2 * np.pi * time / 12))
    return rng.negative_binomial(size, size / (size + mean)), exposure


def peer_design(periods, at, harmonics, period):
    time = np.arange(periods)
    columns = [np.ones(periods), time, time >= at, np.maximum(time - at, 0)]
    for turns in range(1, harmonics + 1):
        columns += [np.sin(2 * np.pi * turns * time / period), np.cos(2 * np.pi * turns * time / period)]
    return np.column_stack(columns).astype(float)


def test_a_series_that_doubles_and_is_flat_otherwise_has_a_level_ratio_of_two():
    result = interrupted_series([50] * 10 + [100] * 10, at=10)
    assert result.level_ratio.point == pytest.approx(2)
    assert result.level_ratio.interval.kind == "confidence"
    assert result.table.loc["trend", "ratio"] == pytest.approx(1)
    np.testing.assert_allclose(result.fitted["continued"], 50)
    np.testing.assert_allclose(result.fitted["fitted"], [50] * 10 + [100] * 10)


def test_the_slope_change_is_per_period_and_the_level_ratio_that_of_the_first_period():
    mean = np.round(1e9 * np.concatenate([np.full(10, 1.0), 1.5 * 1.1 ** np.arange(10)]))
    result = interrupted_series(mean, at=10, slope_change=True)
    assert result.level_ratio.point == pytest.approx(1.5)
    assert result.table.loc["slope_change", "ratio"] == pytest.approx(1.1)


def test_a_rate_takes_the_exposure_into_account():
    exposure = np.array([1.0] * 10 + [2.0] * 10)
    result = interrupted_series([50] * 10 + [100] * 10, at=10, exposure=exposure)
    assert result.level_ratio.point == pytest.approx(1)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("hac_lags", [0, 1, 6, 12])
def test_coefficients_and_both_errors_agree_with_statsmodels(family, hac_lags):
    counts, exposure = planted()
    result = interrupted_series(
        counts, at=30, family=family, exposure=exposure, harmonics=2, period=12, slope_change=True, hac_lags=hac_lags
    )
    alpha = result.diagnostics.alpha
    peer = sm.families.Poisson() if alpha is None else sm.families.NegativeBinomial(alpha=alpha)
    model = sm.GLM(counts, peer_design(60, 30, 2, 12), family=peer, offset=np.log(exposure))
    fit = model.fit(tol=1e-14, scale="X2" if family == "quasipoisson" else None)
    robust = model.fit(tol=1e-14, cov_type="HAC", cov_kwds={"maxlags": hac_lags})
    np.testing.assert_allclose(result.table["coefficient"], fit.params, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(result.table["scale_error"], fit.bse, rtol=1e-8)
    np.testing.assert_allclose(result.table["hac_error"], robust.bse, rtol=1e-8)
    np.testing.assert_allclose(result.fitted["fitted"], fit.fittedvalues, rtol=1e-8)
    assert result.diagnostics.deviance == pytest.approx(fit.deviance, rel=1e-8)
    assert result.diagnostics.dispersion == pytest.approx(fit.pearson_chi2 / fit.df_resid, rel=1e-8)
    np.testing.assert_allclose(result.table["error"], np.maximum(fit.bse, robust.bse), rtol=1e-8)


def test_alpha_is_the_one_of_greatest_likelihood_and_not_the_default_of_one():
    counts, exposure = planted()
    result = interrupted_series(counts, at=30, family="negative-binomial", exposure=exposure, slope_change=True)
    alpha, mean = result.diagnostics.alpha, result.fitted["fitted"].to_numpy()

    def likelihood(tried):
        return stats.nbinom(1 / tried, 1 / (1 + tried * mean)).logpmf(counts).sum()

    assert likelihood(alpha) > max(likelihood(alpha * 0.999), likelihood(alpha * 1.001), likelihood(1.0))
    best = optimize.minimize_scalar(
        lambda logged: -likelihood(np.exp(logged)), bracket=(-4, 0), options={"xtol": 1e-10}
    )
    assert alpha == pytest.approx(np.exp(best.x), rel=1e-5)
    assert result.diagnostics.alpha == pytest.approx(0.2, rel=0.5)  # planted


def test_counts_that_scatter_less_than_poisson_are_fitted_as_poisson_and_the_result_says_so():
    counts = np.array([100, 101, 99, 100, 100, 101, 99, 100, 100, 100] * 3)
    result = interrupted_series(counts, at=15, family="negative-binomial")
    assert result.diagnostics.family == "poisson"
    assert "fitted as Poisson" in result.diagnostics.note
    assert result.diagnostics.alpha is None
    poisson = interrupted_series(counts, at=15, family="poisson")
    np.testing.assert_allclose(result.table["scale_error"], poisson.table["scale_error"], rtol=1e-10)


def test_a_short_series_uses_the_larger_error_and_a_long_one_the_one_that_allows_for_autocorrelation():
    counts, exposure = planted()
    short = interrupted_series(counts, at=30, exposure=exposure)
    larger = short.table[["scale_error", "hac_error"]].max(axis=1)
    pd.testing.assert_series_equal(short.table["error"], larger, check_names=False)
    assert short.diagnostics.short
    counts, exposure = planted(periods=150, at=70)
    long = interrupted_series(counts, at=70, exposure=exposure)
    pd.testing.assert_series_equal(long.table["error"], long.table["hac_error"], check_names=False)
    assert not long.diagnostics.short


def test_poisson_errors_give_way_only_when_lags_are_stated():
    counts, exposure = planted()
    asked = interrupted_series(counts, at=30, family="poisson", exposure=exposure)
    assert asked.diagnostics.error == "scale"
    stated = interrupted_series(counts, at=30, family="poisson", exposure=exposure, hac_lags=3)
    assert stated.diagnostics.error == "hac"
    assert asked.table["hac_error"].tolist() == stated.table["hac_error"].tolist()


def test_poisson_errors_of_scattered_counts_come_with_a_warning_in_the_diagnostics():
    counts, exposure = planted()
    assert (
        "errors are too small"
        in interrupted_series(counts, at=30, family="poisson", exposure=exposure).diagnostics.note
    )
    assert interrupted_series(counts, at=30, exposure=exposure).diagnostics.note == ""


def drifting(correlation, worlds, periods=45, spread=0.07, seed=8):
    rng = np.random.Generator(np.random.Philox(key=seed))
    logged = rng.standard_normal((worlds, periods))
    for place in range(1, periods):
        logged[:, place] = correlation * logged[:, place - 1] + np.sqrt(1 - correlation**2) * logged[:, place]
    return np.round(1e6 * np.exp(spread * logged))


def test_the_error_under_drift_is_that_of_the_full_matrices():
    counts = drifting(0.7, 1)[0]
    columns = design(45, [20], harmonics=1, period=4)[0]
    fit = fit_means(columns[None], counts, np.zeros(45))
    found = estimate_drift(columns[None], fit)
    root = columns * np.sqrt(fit.weights[0])[:, None]
    left = np.eye(45) - root @ np.linalg.solve(root.T @ root, root.T)
    beside = (np.eye(45, k=1) + np.eye(45, k=-1)) / 2
    residuals = fit.residuals[0] / np.sqrt(fit.weights[0])

    def correlations(value):
        return value ** np.abs(np.subtract.outer(np.arange(45), np.arange(45))).astype(float)

    def too_large(value):
        seen = residuals @ beside @ residuals / (residuals @ residuals)
        full = correlations(value)
        return np.trace(left @ beside @ left @ full) / np.trace(left @ full) - seen

    value = optimize.brentq(too_large, 0.0, 0.97)
    assert found.correlation[0] == pytest.approx(value, abs=1e-4)
    weights = np.linalg.solve(root.T @ root, root.T)
    scatter = residuals @ residuals / np.trace(left @ correlations(value))
    errors = np.sqrt(scatter * np.diagonal(weights @ correlations(value) @ weights.T))
    table = interrupted_series(counts, at=20, harmonics=1, period=4).table
    np.testing.assert_allclose(table["drift_error"], errors, rtol=1e-3)
    np.testing.assert_allclose(table["error"], table[["scale_error", "hac_error", "drift_error"]].max(axis=1))
    assert drifting_sum(weights[2], value) == pytest.approx(weights[2] @ correlations(value) @ weights[2])


def test_a_drift_is_estimated_without_the_bias_of_the_trend_and_intervals_allow_for_it():
    counts = drifting(0.6, 600)
    columns = np.broadcast_to(design(45, [20], harmonics=1, period=4)[0], (600, 45, 5))
    fits = fit_means(columns, counts, np.zeros(45))
    drift = estimate_drift(columns, fits)
    assert np.median(drift.correlation) == pytest.approx(0.6, abs=0.05)
    error = np.sqrt(fits.dispersion * fits.inverse[:, 2, 2])
    plain = np.abs(fits.coefficients[:, 2]) <= 1.96 * error
    allowed = np.abs(fits.coefficients[:, 2]) <= stats.t.ppf(0.975, drift.degrees) * error * drift.factor[:, 2]
    assert plain.mean() < 0.8
    assert allowed.mean() > 0.9


def test_intervals_are_those_of_the_t_distribution_unless_the_scatter_is_said_to_be_known():
    counts = [100, 104, 97, 101, 95, 103, 99, 96, 105, 98, 151, 145, 153, 148, 155, 144, 150, 156, 147, 149]
    result = interrupted_series(counts, at=10)
    row = result.table.loc["level_change"]
    assert (result.diagnostics.correlation, result.diagnostics.t_degrees) == (0, 17)
    assert np.log(row["high"] / row["ratio"]) == pytest.approx(stats.t.ppf(0.975, 17) * row["error"])
    poisson = interrupted_series(counts, at=10, family="poisson")
    row = poisson.table.loc["level_change"]
    assert np.log(row["high"] / row["ratio"]) == pytest.approx(stats.norm.ppf(0.975) * row["error"])
    assert poisson.diagnostics.t_degrees == np.inf


def test_a_series_that_drifts_says_so_and_stated_lags_leave_the_drift_out():
    counts = drifting(0.9, 1)[0].round()
    result = interrupted_series(counts, at=20)
    assert result.diagnostics.error == "drift"
    assert "the series drifts" in result.diagnostics.note
    assert "cover less" in result.diagnostics.note
    stated = interrupted_series(counts, at=20, hac_lags=3)
    np.testing.assert_allclose(stated.table["error"], stated.table[["scale_error", "hac_error"]].max(axis=1))
    assert stated.diagnostics.t_degrees == 42
    assert "too small" in stated.diagnostics.note


def test_counts_without_scatter_have_an_interval_that_is_said_to_mean_nothing():
    assert "no meaning" in interrupted_series([50] * 10 + [100] * 10, at=10).diagnostics.note


def test_a_fit_whose_means_run_away_is_never_taken_for_settled_by_accident_of_rounding():
    counts = np.array([0] * 10 + [3] * 10 + [5, 4, 3, 6] * 5, dtype=float)  # no maximum: nought before the first date
    assert not fit_means(design(40, [8, 20])[0][None], counts, np.zeros(40)).settled[0]


def test_the_usual_number_of_lags_is_that_of_newey_and_west():
    assert [automatic_lags(periods) for periods in (16, 45, 59, 100, 200)] == [2, 3, 3, 4, 4]


@pytest.mark.parametrize("slope_change", [True, False])
def test_a_planted_change_is_recovered_when_counts_are_large(slope_change):
    rng = np.random.Generator(np.random.Philox(key=0))
    time = np.arange(45)
    mean = np.exp(12 + 0.01 * time + np.log(1.25) * (time >= 20) + 0.05 * np.cos(2 * np.pi * time / 4))
    result = interrupted_series(rng.poisson(mean), at=20, harmonics=2, period=4, slope_change=slope_change)
    assert result.level_ratio.point == pytest.approx(1.25, abs=0.005)


def test_dates_periods_and_positions_name_the_same_change():
    counts = pd.Series(planted()[0])
    by_position = interrupted_series(counts.to_numpy(), at=30).level_ratio.point
    starts = pd.date_range("2012-04-01", periods=60, freq="QS")
    for index, at in (
        (starts, "2019-10-01"),
        (starts, pd.Timestamp("2019-10-01")),
        (starts, 30),
        (starts + pd.offsets.QuarterEnd(0), "2019-12-31"),
        (starts.tz_localize("Europe/London"), pd.Timestamp("2019-10-01", tz="Europe/London")),
        (starts.to_period("Q"), "2019Q4"),
        (pd.date_range("2012-04-01", periods=60, freq="7D"), "2012-10-28"),
        (pd.RangeIndex(1, 61), 31),
        (pd.Index(range(1, 61), dtype=object), 31),
        (starts.date, "2019-10-01"),
        ([f"quarter {place}" for place in range(60)], "quarter 30"),
    ):
        result = interrupted_series(counts.set_axis(index), at=at)
        assert result.level_ratio.point == by_position
        assert result.fitted.index.equals(pd.Index(index))
    assert "from 2019-10-01 on" in interrupted_series(counts.set_axis(starts), at="2019-10-01").level_ratio.unit


GOOD = [100, 96, 103, 101, 99, 104, 98, 102, 98, 100, 95, 104, 101, 97, 102, 99]


def dated(freq="QS", counts=GOOD):
    return pd.Series(counts, index=pd.date_range("2020-01-01", periods=len(counts), freq=freq))


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        ([*GOOD[:-1], np.nan], {"at": 8}, "missing, infinite or negative"),
        ([*GOOD[:-1], -1], {"at": 8}, "missing, infinite or negative"),
        ([*GOOD[:-1], np.inf], {"at": 8}, "missing, infinite or negative"),
        ([*GOOD[:-1], 0.5], {"at": 8, "family": "poisson"}, "whole counts"),
        ([*GOOD[:-1], "few"], {"at": 8}, "dates or text"),
        ([GOOD, GOOD], {"at": 8}, "one row"),
        ([], {"at": 8}, "one row"),
        ([str(count) for count in GOOD], {"at": 8}, "dates or text"),
        (pd.Series([str(count) for count in GOOD]), {"at": 8}, "dates or text"),
        ([True, False] * 8, {"at": 8}, "truth values"),
        (np.array(GOOD) + 0j, {"at": 8}, "dates or text"),
        (dated().index.to_numpy(), {"at": 8}, "dates or text"),
        (np.ma.masked_array(GOOD, mask=[True] + [False] * 15), {"at": 8}, "missing"),
        (GOOD, {"at": [8]}, "outside the series"),
        (GOOD, {"at": slice(8)}, "outside the series"),
        (dated("QS").to_period("Q"), {"at": "01/04/2022"}, "dates as 2017-04-01"),
        (pd.Series(GOOD, index=dated("D").index.date[::-1]), {"at": 8}, "not in order"),
        (pd.Series(GOOD, index=pd.Index(range(16, 0, -1), dtype=object)), {"at": 8}, "not in order"),
        (pd.Series(GOOD, index=dated().index.to_period("Q").astype(str)[::-1]), {"at": 8}, "not in order"),
        (pd.Series(GOOD, index=pd.to_timedelta(range(16), unit="D")[::-1]), {"at": 8}, "not in order"),
        (GOOD, {"at": 8, "level": "0.95"}, "level is '0.95'"),
        (GOOD, {"at": 8, "harmonics": 1, "period": "4"}, "period is '4'"),
        (GOOD, {"at": 16}, "outside the series"),
        (GOOD, {"at": -8}, "outside the series"),
        (GOOD, {"at": "2020-01-01"}, "outside the series"),
        (GOOD, {"at": True}, "outside the series"),
        (dated(), {"at": "2022-02-01"}, "outside the series"),
        (dated(), {"at": "soon"}, "outside the series"),
        (dated().drop(pd.Timestamp("2021-01-01")), {"at": "2022-01-01"}, "unequal"),
        (dated("D").iloc[::-1], {"at": "2020-01-09"}, "not in order"),
        (pd.Series(GOOD, index=pd.period_range("2010Q1", periods=32, freq="Q")[::2]), {"at": "2014Q1"}, "unequal"),
        (pd.Series([*GOOD[:-1], None], dtype="Int64"), {"at": 8}, "missing, infinite or negative"),
        (pd.Series(GOOD, index=[*range(15), 14]), {"at": 8}, "occur twice"),
        (pd.Series(GOOD, index=[*range(15), 16]), {"at": 8}, "unequal"),
        (pd.Series(GOOD, index=[*range(15), np.nan]), {"at": 8}, "no label"),
        (pd.Series(GOOD, index=pd.MultiIndex.from_product([range(4), range(4)])), {"at": 8}, "several levels"),
        (GOOD, {"at": 8, "family": "normal"}, "must be one of"),
        (GOOD, {"at": 8, "exposure": [1.0] * 15}, "15 values for 16"),
        (GOOD, {"at": 8, "exposure": [0.0] * 16}, "above nought"),
        (dated(), {"at": "2022-01-01", "exposure": pd.Series([1.0] * 16)}, "different labels"),
        (GOOD, {"at": 8, "harmonics": -1}, "whole number"),
        (GOOD, {"at": 8, "harmonics": 1.0}, "whole number"),
        (GOOD, {"at": 8, "harmonics": 3, "period": 4}, "at most half"),
        (GOOD, {"at": 8, "harmonics": 1, "period": 1}, "at least 2"),
        (GOOD, {"at": 8, "hac_lags": -1}, "hac_lags"),
        (GOOD, {"at": 8, "hac_lags": 1.5}, "hac_lags"),
        (GOOD, {"at": 8, "hac_lags": 16}, "fewer than the periods"),
        (GOOD, {"at": 8, "level": 1.0}, "level"),
    ],
)
def test_bad_input_is_refused_with_one_clear_sentence(counts, options, message):
    with pytest.raises(ValueError, match=message) as caught:
        interrupted_series(counts, **options)
    assert not isinstance(caught.value, NotEstimableError)


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        (GOOD, {"at": 15}, "only 1 from 15 on, where 8 are needed"),
        (GOOD, {"at": 7}, "only 7 before 7"),
        ([0] * 8 + GOOD[:8], {"at": 8}, "every count before"),
        (GOOD[:8] + [0] * 8, {"at": 8}, "every count after"),
        (GOOD, {"at": 8, "harmonics": 7, "period": 14, "slope_change": True}, "nothing to judge the scatter"),
        ([0] * 10 + [1] + [0] * 10, {"at": 11, "slope_change": True}, "every count after"),
        ([0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 7], {"at": 8, "slope_change": True}, "every count before"),
        ([7] + [0] * 7 + [5, 3, 4, 6, 4, 3, 5, 4], {"at": 8, "slope_change": True}, "no maximum"),
        (dated().iloc[:9], {"at": "2022-01-01"}, "only 1 from"),
    ],
)
def test_what_the_series_cannot_tell_is_refused_as_not_estimable(counts, options, message):
    with pytest.raises(NotEstimableError, match=message):
        interrupted_series(counts, **options)


def test_at_two_periods_a_turn_the_sine_is_left_out_because_it_is_nought():
    columns, names = design(45, [20], harmonics=2, period=4)
    assert names == ("baseline", "trend", "level_change", "sine_1", "cosine_1", "cosine_2")
    assert np.linalg.matrix_rank(columns) == 6


def test_columns_that_cannot_be_told_apart_are_marked_as_not_settled():
    columns = np.column_stack([np.ones(16), np.arange(16.0), np.arange(16.0) * 2])
    assert not fit_means(columns[None], np.array(GOOD, dtype=float), np.zeros(16)).settled[0]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(5, 500), min_size=18, max_size=30), st.sampled_from([2, 3, 7]))
def test_proportional_counts_have_the_same_ratio_and_dispersion_grows_with_the_factor(counts, factor):
    once = interrupted_series(counts, at=9)
    more = interrupted_series([factor * count for count in counts], at=9)
    assert more.level_ratio.point == pytest.approx(once.level_ratio.point, rel=1e-6)
    assert more.diagnostics.dispersion == pytest.approx(factor * once.diagnostics.dispersion, rel=1e-6, abs=1e-9)
    assert more.table["error"].to_numpy() == pytest.approx(once.table["error"].to_numpy(), rel=1e-5, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(5, 500), min_size=18, max_size=30))
def test_a_series_read_backwards_has_the_inverse_ratio(counts):
    forwards = interrupted_series(counts, at=9).level_ratio.point
    backwards = interrupted_series(counts[::-1], at=len(counts) - 9).level_ratio.point
    assert backwards == pytest.approx(1 / forwards, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=16, max_size=24),
    st.sampled_from(FAMILIES),
    st.booleans(),
    st.integers(0, 2),
)
def test_sparse_counts_give_finite_numbers_or_a_stated_refusal(counts, family, slope_change, harmonics):
    options = {"family": family, "slope_change": slope_change, "harmonics": harmonics, "period": 4}
    try:
        result = interrupted_series(counts, at=8, **options)
    except NotEstimableError:
        return
    assert np.isfinite(result.table[["coefficient", "error"]].to_numpy()).all()
    interval = result.level_ratio.interval
    assert interval.low <= result.level_ratio.point <= interval.high
