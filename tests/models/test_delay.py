import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from cseanalysis.models import Delay, delay_from_mean, delay_from_quantiles, forward_mean
from cseanalysis.values import Interval, NotEstimableError

SHAPES = Interval(0.5, 2.0, "bound")
FAMILIES = ("gamma", "lognormal", "weibull")


@pytest.mark.parametrize("family", FAMILIES)
def test_the_published_median_is_kept_at_both_ends_of_the_shapes(family):
    for delay in delay_from_quantiles({0.5: 261.0}, family=family, shape=SHAPES):
        assert delay.quantile(0.5) == pytest.approx(261.0)
        assert delay.completeness(261.0) == pytest.approx(0.5)


def test_the_published_mean_is_kept_at_both_ends_of_the_shapes():
    assert [delay.mean() for delay in delay_from_mean(423.0, shape=SHAPES)] == pytest.approx([423.0, 423.0])


def test_an_exponential_delay_of_one_period_has_the_mass_worked_out_by_hand():
    # Recorded evenly over one period, exponential delay with a mean of one period: 1 - (1 - 1/e) = 1/e in the same one.
    mass = Delay("gamma", 1.0, 1.0).mass(3, period_days=1.0)
    first = 1 / np.e
    later = [(1 - np.exp(-1)) ** 2 * np.exp(1 - k) for k in (1, 2)]
    np.testing.assert_allclose(mass, [first, *later], rtol=1e-12)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("shape", [0.5, 1.0, 2.0])
def test_the_mass_by_quarter_agrees_with_numerical_integration(family, shape):
    delay = Delay(family, shape, 300.0)
    mass = delay.mass(6, period_days=91.3125)
    for quarter in (0, 5):
        seen = quad(lambda day: float(delay.completeness(day)), 91.3125 * quarter, 91.3125 * (quarter + 1), limit=300)[
            0
        ]
        assert mass[: quarter + 1].sum() == pytest.approx(seen / 91.3125, rel=1e-7)


@given(st.sampled_from(FAMILIES), st.floats(0.3, 3.0), st.floats(1.0, 2000.0))
def test_mass_is_never_negative_and_grows_towards_one(family, shape, scale):
    mass = Delay(family, shape, scale).mass(60, period_days=91.3125)
    assert (mass > -1e-12).all()
    assert mass.sum() <= 1 + 1e-9


def test_a_growing_intake_shortens_the_delays_seen_so_the_cohort_is_slower():
    # Published answer: exponential mean 12 months, growth 5% a month, seen as 7.5 months.
    assert forward_mean(7.5, 0.05) == pytest.approx(12.0)
    assert forward_mean(7.5, 0.05, family="gamma", shape=1) == pytest.approx(12.0)
    assert forward_mean(7.5, 0.0) == 7.5
    assert forward_mean(7.5, -0.05) < 7.5


def test_a_planted_cohort_delay_is_recovered_from_the_delays_of_completed_cases():
    # Plant a gamma delay, let intake grow 20% a year, look only at the cases completed in one late year.
    rng = np.random.Generator(np.random.Philox(key=0))
    growth = np.log(1.2) / 365.25
    truth = Delay("gamma", 1.5, 250.0)
    entry = 20_000 + np.log(rng.random(2_000_000)) / growth
    delay = rng.gamma(1.5, 250.0, entry.size)
    completed = (entry + delay > 19_600) & (entry + delay <= 19_965)
    seen = float(np.median(delay[completed]))
    assert seen < 0.95 * truth.quantile(0.5)  # the naive reading is too short
    corrected = delay_from_quantiles({0.5: seen}, family="gamma", shape=Interval(1.5, 1.5, "bound"), growth=growth)[0]
    assert corrected.quantile(0.5) == pytest.approx(truth.quantile(0.5), rel=0.01)


def test_growth_faster_than_the_tail_is_refused_not_turned_into_a_negative_delay():
    with pytest.raises(NotEstimableError, match="say nothing about the long delays"):
        forward_mean(30.0, 0.05)


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_is_complete_before_the_start_and_no_day_is_the_last(family):
    delay = Delay(family, 1.5, 100.0)
    assert delay.completeness([-5.0, 0.0]).tolist() == [0, 0]
    for share in (-0.1, 1.0, np.nan):
        with pytest.raises(ValueError, match="at least 0 and below 1"):
            delay.quantile(share)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("shape", [0.5, 1.0, 2.0])
def test_what_remains_is_the_mean_less_what_was_seen(family, shape):
    delay, days = Delay(family, shape, 30.0), np.array([0.0, 1.0, 30.0, 90.0])
    remainder = delay.integrated_remainder(days)
    np.testing.assert_allclose(remainder, delay.mean() - days + delay.integrated_completeness(days), rtol=1e-9)
    far = quad(lambda day: 1 - float(delay.completeness(day)), 200, 210)[0]
    assert -np.diff(delay.integrated_remainder([200.0, 210.0])).item() == pytest.approx(far, rel=1e-4)


def test_with_growth_shapes_in_between_can_leave_the_range_of_the_ends():
    # Why the docstring says so: after 200 days the shape 1.1 is behind both ends of 0.5 to 2.
    growth = np.log(1.2) / 365.25
    ends = delay_from_quantiles({0.5: 261.0}, family="gamma", shape=SHAPES, growth=growth)
    middle = delay_from_quantiles({0.5: 261.0}, family="gamma", shape=Interval(1.0, 1.0, "bound"), growth=growth)[0]
    days = np.arange(1.0, 2000.0)
    outside = [*(middle.completeness(days) - np.max([end.completeness(days) for end in ends], axis=0))]
    assert 0.01 < max(outside) < 0.05


@pytest.mark.parametrize(
    ("quantiles", "growth", "family", "words"),
    [
        ({}, 0.0, "gamma", "0 quantiles given"),
        ({0.5: 1.0, 0.9: 2.0}, 0.0, "gamma", "2 quantiles given"),
        ({1.0: 10.0}, 0.0, "gamma", "between 0 and 1"),
        ({0.5: -10.0}, 0.0, "gamma", "be above 0"),
        ({0.5: 10.0}, 0.01, "weibull", "exact for 'gamma' only"),
    ],
)
def test_what_one_median_cannot_give_is_refused(quantiles, growth, family, words):
    with pytest.raises(ValueError, match=words):
        delay_from_quantiles(quantiles, family=family, shape=SHAPES, growth=growth)


def test_impossible_delays_are_refused():
    with pytest.raises(ValueError, match="must be one of gamma, lognormal, weibull"):
        Delay("normal", 1.0, 1.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="scale is 0"):
        Delay("gamma", 1.0, 0.0)
    with pytest.raises(ValueError, match="periods is 0: must be a whole number from 1"):
        Delay("gamma", 1.0, 1.0).mass(0, period_days=1.0)
    with pytest.raises(ValueError, match="above 0 and finite"):
        delay_from_mean(0.0, shape=SHAPES)
    with pytest.raises(ValueError, match="'exponential' with shape 1"):
        forward_mean(1.0, 0.0, shape=2)
    with pytest.raises(ValueError, match="above 0 and finite"):
        forward_mean(0.0, 0.0)
    with pytest.raises(ValueError, match="shape is 0"):
        forward_mean(7.5, 0.05, family="gamma", shape=0)
    with pytest.raises(ValueError, match="growth is nan"):
        forward_mean(7.5, np.nan)
    with pytest.raises(ValueError, match="must be a number"):
        Delay("gamma", "1", 1.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="whole number"):
        Delay("gamma", 1.0, 1.0).mass(2.5, period_days=1.0)  # type: ignore[arg-type]
    with pytest.raises(NotEstimableError, match="nearly all events are at once"):
        delay_from_quantiles({0.5: 100.0}, family="gamma", shape=Interval(1e-4, 1.0, "bound"))
