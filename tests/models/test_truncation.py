import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma

from cseanalysis.models.delays.delay import Delay, delay_from_quantiles, shapes_from_quantiles
from cseanalysis.models.delays.truncation import _log_chance, fit_seen_delays
from cseanalysis.models.delays.window import delay_from_window_mean, seen_in_window
from cseanalysis.values import Interval, NotEstimableError

FAMILIES = ("gamma", "lognormal", "weibull")


def simulated(family, shape, scale, *, months, cases, growth=0.0, seed=0):
    """Months of both events, of the cases completed by the end."""
    rng = np.random.Generator(np.random.Philox(key=seed))
    entered = months * rng.random(cases) if not growth else months + np.log(rng.random(cases)) / growth
    delay = Delay(family, shape, scale).quantile(rng.random(cases))
    seen = (entered >= 0) & (entered + delay < months)
    return np.floor(entered[seen]), np.floor(entered[seen] + delay[seen])


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("growth", [0.0, 0.1])
def test_a_planted_delay_is_recovered_where_the_naive_reading_is_too_short(family, growth):
    truth = Delay(family, 0.9, 8.0)
    first, second = simulated(family, 0.9, 8.0, months=24, cases=40_000, growth=growth)
    fit = fit_seen_delays(first, second, observed_until=24, family=family)
    naive, windows, corrected = (fit.table.loc[row] for row in fit.table.index)
    assert naive["median"] < 0.8 * truth.quantile(0.5)
    assert windows["mean"] < 0.8 * truth.mean()
    assert corrected["median"] == pytest.approx(truth.quantile(0.5), rel=0.06)
    assert corrected["median_low"] < truth.quantile(0.5) < corrected["median_high"]
    assert fit.corrected.shape == pytest.approx(0.9, rel=0.06)
    if not growth:
        assert corrected["resolved"] == pytest.approx(seen_in_window(truth, 24).resolved, rel=0.03)


def test_rows_that_stand_for_several_cases_fit_as_the_cases_do():
    first, second = simulated("gamma", 1.0, 5.0, months=12, cases=500)
    pairs, counts = np.unique(np.stack([first, second]), axis=1, return_counts=True)
    one = fit_seen_delays(first, second, observed_until=12, family="gamma")
    two = fit_seen_delays(*pairs, observed_until=12, family="gamma", weights=counts)
    assert one.corrected.mean() == pytest.approx(two.corrected.mean(), rel=1e-5)
    assert one.table.loc["as seen", "median"] == two.table.loc["as seen", "median"]


@pytest.mark.parametrize("family", ["gamma", "weibull"])
def test_one_very_slow_case_does_not_decide_the_fit(family):
    # A lag of 299 with a mean of 5 once fell below rounding: one case in 1,000 made the mean 7.903, give or take 0.001.
    first, second = simulated("gamma", 1.0, 5.0, months=300, cases=1000)
    without = fit_seen_delays(first, second, observed_until=300, family=family).table.iloc[2]
    slow = fit_seen_delays([*first, 0], [*second, 299], observed_until=300, family=family).table.iloc[2]
    assert slow["mean"] == pytest.approx(without["mean"], rel=0.1)
    assert slow["mean_high"] / slow["mean_low"] == pytest.approx(without["mean_high"] / without["mean_low"], rel=0.1)


def test_intervals_are_those_of_the_likelihood_ratio_and_lean_to_the_long_side():
    # At both ends the likelihood of the best shape, found by a grid, is half of 1.96 squared below its top.
    first, second = simulated("gamma", 1.0, 8.0, months=12, cases=150, seed=1)
    row = fit_seen_delays(first, second, observed_until=12, family="gamma").table.iloc[2]
    lag, age = second - first, 12 - first

    def best(median):
        shapes = np.exp(np.linspace(-1.5, 1.5, 400))
        delays = [Delay("gamma", k, median / Delay("gamma", k, 1.0).quantile(0.5)) for k in shapes]
        return max(
            _log_chance(d, lag, 1.0).sum() - np.log(np.diff(d.integrated_completeness([age - 1, age]), axis=0)).sum()
            for d in delays
        )

    top = best(row["median"])
    for end in ("median_low", "median_high"):
        assert top - best(row[end]) == pytest.approx(1.92, abs=0.02)
    assert row["median_high"] / row["median"] > row["median"] / row["median_low"]


def test_where_the_cases_set_no_upper_limit_the_interval_has_none():
    lag = np.repeat(np.arange(6), [14, 12, 10, 8, 6, 5])  # falls, but not to nought: are the slow ones still to come?
    row = fit_seen_delays(np.zeros(55), lag, observed_until=6, family="gamma").table.iloc[2]
    assert np.isinf(row["mean_high"])
    assert 0 < row["mean_low"] < row["mean"] < np.inf


@pytest.mark.parametrize(("shape", "scale"), [(1.0, 30.0), (20.0, 1.5), (0.3, 500.0)])
def test_the_chance_of_a_difference_is_the_integral_of_the_density_far_out_too(shape, scale):
    delay, lag = Delay("gamma", shape, scale), np.array([1.0, 10.0, 40.0, 200.0, 400.0])
    chance = []
    for middle in lag:
        parts = [
            quad(lambda t, m=middle: (1 - abs(t - m)) * gamma.pdf(t, shape, scale=scale), *ends, epsabs=0)[0]
            for ends in ((middle - 1, middle), (middle, middle + 1))
        ]
        chance.append(sum(parts))
    np.testing.assert_allclose(_log_chance(delay, lag, 1.0), np.log(chance), rtol=1e-7)


def test_the_unit_of_time_does_not_matter():
    first, second = simulated("weibull", 1.2, 5.0, months=18, cases=500)
    months = fit_seen_delays(first, second, observed_until=18, family="weibull").table
    days = fit_seen_delays(first * 30.4, second * 30.4, observed_until=18 * 30.4, width=30.4, family="weibull").table
    np.testing.assert_allclose(days["mean"] / 30.4, months["mean"], rtol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("growth", [-0.03, 0.0, 0.05])
def test_what_is_seen_in_a_window_agrees_with_integrating_over_the_delays(family, growth):
    delay, window = Delay(family, 1.5, 10.0), 30.0

    def density(days):
        return float(delay.completeness(days + 1e-5) - delay.completeness(days - 1e-5)) / 2e-5

    def room(days):
        left = window - days
        return left / window if not growth else np.expm1(growth * left) / np.expm1(growth * window)

    resolved = quad(lambda t: density(t) * room(t), 1e-4, window)[0]
    mean = quad(lambda t: t * density(t) * room(t), 1e-4, window)[0] / resolved
    seen = seen_in_window(delay, window, growth=growth)
    assert seen.resolved == pytest.approx(resolved, rel=1e-4)
    assert seen.mean == pytest.approx(mean, rel=1e-4)
    half = quad(lambda t: density(t) * room(t), 1e-4, seen.median)[0] / resolved
    assert half == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_mean_seen_in_a_window_leads_back_to_the_delay(family):
    for shape in (0.8, 1.6):
        truth = Delay(family, shape, 9.0)
        seen = seen_in_window(truth, 40.0, growth=0.02).mean
        low, high = delay_from_window_mean(
            seen, 40.0, family=family, shape=Interval(shape, shape, "bound"), growth=0.02
        )
        assert low.mean() == pytest.approx(truth.mean(), rel=1e-6)
        assert low == high


@given(st.sampled_from(FAMILIES), st.floats(0.3, 3.0), st.floats(1.0, 1000.0))
def test_two_quantiles_give_back_the_shape_they_came_from(family, shape, scale):
    half, nine = Delay(family, shape, scale).quantile([0.5, 0.9]).tolist()
    found = shapes_from_quantiles({0.5: half, 0.9: nine}, family=family)
    assert (found.low, found.high) == pytest.approx((shape, shape), rel=1e-6)
    assert delay_from_quantiles({0.5: half}, family=family, shape=found)[0].scale == pytest.approx(scale, rel=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
def test_rounded_quantiles_give_a_range_of_shapes_that_holds_the_true_one(family):
    quantiles = {0.25: (3.5, 4.5), 0.5: (9.5, 10.5), 0.75: (20.5, 21.5)}
    found = shapes_from_quantiles(quantiles, family=family)
    assert found.low < found.high
    shape = (found.low + found.high) / 2
    two = {level: quantiles[level] for level in (0.5, 0.75)}
    wider = shapes_from_quantiles(two, family=family)
    assert wider.low <= found.low < shape < found.high <= wider.high


def test_quantiles_that_no_delay_has_are_refused():
    with pytest.raises(NotEstimableError, match="exclude each other"):
        shapes_from_quantiles({0.25: 9.9, 0.5: 10.0, 0.75: 100.0}, family="gamma")
    with pytest.raises(ValueError, match="two or more are needed"):
        shapes_from_quantiles({0.5: 10.0}, family="gamma")
    with pytest.raises(ValueError, match="not above that of level"):
        shapes_from_quantiles({0.5: 10.0, 0.9: 9.0}, family="gamma")
    with pytest.raises(ValueError, match="between 0 and 1"):
        shapes_from_quantiles({0.5: 10.0, 90: 30.0}, family="gamma")


@pytest.mark.parametrize(
    ("first", "second", "options", "words"),
    [
        ([0, 1], [1], {}, "one number for each case"),
        ([], [], {}, "at least one"),
        ([0, np.nan], [1, 2], {}, "missing or infinite"),
        ([2, 1], [1, 2], {}, "exchanged"),
        ([0, 1], [1, 10], {}, "leave the unfinished period out"),
        ([0, 1], [1, 2], {"weights": [1, -1]}, "not be negative"),
        ([0, 1], [1, 2], {"width": 0}, "width 0"),
        ([0, 1], [1, 2], {"level": 1}, "level 1"),
        (["0", "1"], ["1", "2"], {}, "dates or text"),
        (np.array(["2020", "2021"], dtype="M8[D]"), [1, 2], {}, "dates or text"),
        ([0, 1], [1, 2], {"observed_until": "10"}, "must be a number"),
    ],
)
def test_bad_cases_are_refused(first, second, options, words):
    with pytest.raises(ValueError, match=words):
        fit_seen_delays(first, second, **({"observed_until": 10, "family": "gamma"} | options))


def test_cohorts_watched_for_too_short_a_time_are_not_estimable():
    with pytest.raises(NotEstimableError, match="distinct differences"):
        fit_seen_delays([0, 0, 1], [0, 1, 1], observed_until=3, family="gamma")
    lag = np.repeat([0, 1, 2, 3, 4], [4, 5, 6, 7, 9])  # ever more at ever longer lags: no end in sight
    with pytest.raises(NotEstimableError, match="too short a time"):
        fit_seen_delays(np.zeros(lag.size), lag, observed_until=5, family="gamma")
    with pytest.raises(NotEstimableError, match="watched for too short a time"):
        delay_from_window_mean(20.0, 36.0, family="gamma", shape=Interval(1.0, 1.0, "bound"))
    with pytest.raises(ValueError, match="below the window"):
        delay_from_window_mean(36.0, 36.0, family="gamma", shape=Interval(1.0, 1.0, "bound"))
    with pytest.raises(ValueError, match="must be positive"):
        seen_in_window(Delay("gamma", 1.0, 1.0), 0.0)
    with pytest.raises(NotEstimableError, match="next to no case"):
        seen_in_window(Delay("gamma", 40.0, 1e9), 1.0)


def test_the_reason_why_a_delay_is_not_told_is_the_right_one():
    with pytest.raises(NotEstimableError, match="give finer periods"):
        fit_seen_delays([0, 0, 0], [0, 1, 2], observed_until=12, weights=[10**6, 1, 1], family="gamma")
    with pytest.raises(NotEstimableError, match="vary less than any gamma delay"):
        fit_seen_delays(np.zeros(3), [99, 100, 101], observed_until=400, weights=[1, 100, 1], family="gamma")


def test_a_narrow_delay_is_found_from_the_mean_seen_in_a_long_window():
    # The search once began where no case is ever completed, and refused with "next to no case".
    low, high = delay_from_window_mean(7.0, 36.0, family="lognormal", shape=Interval(0.02, 0.1, "bound"))
    for delay in (low, high):
        assert seen_in_window(delay, 36.0).mean == pytest.approx(7.0, rel=1e-9)


def test_an_intake_that_all_but_ended_leaves_the_delay_within_the_window():
    # Everyone entered at the start: seen delays are the delay itself, cut at the window.
    delay = Delay("gamma", 1.0, 12.0)
    seen = seen_in_window(delay, 36.0, growth=-100.0)
    assert seen.resolved == pytest.approx(delay.completeness(36.0), rel=1e-3)


def test_a_mean_beyond_every_number_is_refused_not_infinite():
    with pytest.raises(NotEstimableError, match="beyond every number"):
        Delay("lognormal", 60.0, 1.0).mean()
    with pytest.raises(NotEstimableError, match="beyond every number"):
        Delay("weibull", 0.001, 1.0).mean()
    assert Delay("lognormal", 60.0, 1.0).mass(3, period_days=1.0).sum() == pytest.approx(0.5, abs=0.02)
