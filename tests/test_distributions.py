import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from cseanalysis.distributions import beta, fixed, pert, read_distribution, trapezoid, uniform
from cseanalysis.values import NotEstimableError

# The same distributions by another route: scipy's, whose quantiles and densities are written differently.
REFERENCE = [
    (beta(2, 14), stats.beta(2, 14)),
    (beta(0.5, 3), stats.beta(0.5, 3)),
    (beta(5, 45), stats.beta(5, 45)),
    (pert(0.05, 0.1, 0.15), stats.beta(3, 3, 0.05, 0.1)),
    (pert(0.0, 0.3, 0.9), stats.beta(1 + 4 / 3, 1 + 8 / 3, 0, 0.9)),
    (pert(0.2, 0.2, 0.6), stats.beta(1, 5, 0.2, 0.4)),
    (uniform(0.25, 0.75), stats.uniform(0.25, 0.5)),
    (trapezoid(0.1, 0.2, 0.6, 0.9), stats.trapezoid(1 / 8, 5 / 8, 0.1, 0.8)),
    (trapezoid(0.0, 0.5, 0.5, 1.0), stats.trapezoid(0.5, 0.5, 0, 1)),
    (trapezoid(0.2, 0.2, 0.3, 0.8), stats.trapezoid(0, 1 / 6, 0.2, 0.6)),
]
NAMES = [str(ours) for ours, _ in REFERENCE]


@pytest.mark.parametrize(("ours", "theirs"), REFERENCE, ids=NAMES)
def test_quantiles_are_exact_also_far_out(ours, theirs):
    low, high = np.array([1e-9, 0.001, 0.025, 0.3, 0.5]), np.array([0.5, 0.8, 0.975, 0.999, 1 - 1e-9])
    np.testing.assert_allclose(theirs.cdf(ours.quantile(low)), low, rtol=1e-6)
    np.testing.assert_allclose(theirs.sf(ours.quantile(high)), 1 - high, rtol=1e-6)
    assert float(ours.quantile(0.0)) == pytest.approx(ours.low)
    assert float(ours.quantile(1.0)) == pytest.approx(ours.high)


@pytest.mark.parametrize(("ours", "theirs"), REFERENCE, ids=NAMES)
def test_moments_and_moments_of_the_inverse_are_those_of_numerical_integration(ours, theirs):
    for order in (1, 2):
        assert ours.moment(order) == pytest.approx(theirs.expect(lambda x, r=order: x**r), rel=1e-7)
        exists = ours.mean_of_inverse_exists if order == 1 else ours.variance_of_inverse_exists
        if not exists:
            with pytest.raises(NotEstimableError, match="does not exist"):
                ours.inverse_moment(order)
            continue
        kinks = [ours.low, *(getattr(ours, name) for name in "bc" if hasattr(ours, "d")), ours.high]
        pieces = [
            integrate.quad(lambda x, r=order: theirs.pdf(x) / x**r, left, right, epsabs=0, epsrel=1e-10)[0]
            for left, right in pairwise(kinks)
            if right > left
        ]
        assert ours.inverse_moment(order) == pytest.approx(sum(pieces), rel=1e-7)


@pytest.mark.parametrize(("ours", "theirs"), REFERENCE, ids=NAMES)
def test_draws_follow_the_distribution_and_repeat_with_the_generator(ours, theirs):
    first, second = (ours.draw(np.random.default_rng(5), 20_000) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert first.dtype == np.float64
    assert stats.kstest(first, theirs.cdf).pvalue > 1e-4


@pytest.mark.parametrize(
    ("distribution", "mean", "variance"),
    [
        (beta(1, 9), False, False),
        (beta(1.0001, 9), True, False),
        (beta(2, 14), True, False),
        (beta(2.0001, 14), True, True),
        (uniform(0, 0.5), False, False),
        (uniform(0.001, 0.5), True, True),
        (trapezoid(0, 0, 0.2, 0.4), False, False),
        (trapezoid(0, 0.1, 0.2, 0.4), True, False),
        (trapezoid(0.01, 0.1, 0.2, 0.4), True, True),
        (pert(0, 0, 0.4), False, False),
        (pert(0, 0.1, 0.4), True, False),
        (pert(0, 0.2, 0.4), True, True),
        (fixed(0.0), False, False),
        (fixed(0.1), True, True),
        (uniform(-0.5, 0.5), False, False),
        (pert(-0.5, 0.1, 0.5), False, False),
    ],
    ids=str,
)
def test_whether_the_mean_of_the_inverse_exists_is_decided_by_how_likely_values_near_0_are(
    distribution, mean, variance
):
    assert (distribution.mean_of_inverse_exists, distribution.variance_of_inverse_exists) == (mean, variance)
    for order, exists in ((1, mean), (2, variance)):
        if exists:
            assert math.isfinite(distribution.inverse_moment(order))
        else:
            with pytest.raises(NotEstimableError, match="stays away from 0"):
                distribution.inverse_moment(order)


def test_the_mean_of_the_inverse_of_a_narrow_range_keeps_its_digits():
    # A trapezoid of width 1e-6 around 0.3: 1/p is 1/0.3 to six digits and more, nothing cancels.
    narrow = trapezoid(0.3, 0.3 + 2e-7, 0.3 + 8e-7, 0.3 + 1e-6)
    assert narrow.inverse_moment(1) == pytest.approx(1 / (0.3 + 5e-7), rel=1e-9)
    assert narrow.inverse_moment(2) == pytest.approx(1 / (0.3 + 5e-7) ** 2, rel=1e-8)


@pytest.mark.filterwarnings("ignore:beta")  # shapes below 1 can be a mean and a standard deviation
@given(st.floats(0.05, 50), st.floats(0.05, 50), st.floats(1e-6, 1 - 1e-6), st.floats(1e-6, 1 - 1e-6))
def test_a_larger_share_never_has_a_smaller_quantile(a, b, one, other):
    low, high = sorted((one, other))
    p = beta(a, b)
    assert 0 <= p.quantile(low) <= p.quantile(high) * (1 + 1e-12) <= 1 + 1e-12


def test_a_value_taken_as_known_is_every_draw_and_every_quantile():
    known = fixed(0.4)
    assert known.quantile([0.0, 0.5, 1.0]).tolist() == known.draw(np.random.default_rng(0), 3).tolist() == [0.4] * 3
    assert (known.low, known.high, known.inverse_moment(2)) == (0.4, 0.4, pytest.approx(6.25))


@pytest.mark.parametrize(
    ("make", "parameters", "message"),
    [
        (beta, (0, 1), "above 0"),
        (beta, (1, -2), "above 0"),
        (beta, (float("nan"), 1), "finite"),
        (beta, (True, 1), "numbers"),
        (beta, ("1", 1), "numbers"),
        (pert, (0.2, 0.1, 0.3), "low <= mode <= high"),
        (pert, (0.2, 0.2, 0.2), "else use fixed"),
        (uniform, (0.5, 0.5), "use fixed"),
        (uniform, (0.6, 0.5), "low must be below high"),
        (trapezoid, (0.1, 0.3, 0.2, 0.4), "a <= b <= c <= d"),
        (trapezoid, (0.1, 0.1, 0.1, 0.1), "use fixed"),
        (fixed, (float("inf"),), "finite"),
        (fixed, (None,), "numbers"),
    ],
)
def test_impossible_parameters_are_refused(make, parameters, message):
    with pytest.raises(ValueError, match=message):
        make(*parameters)


@pytest.mark.parametrize("q", [-0.1, 1.1, float("nan"), [0.5, 2.0]])
def test_a_quantile_outside_0_to_1_is_refused(q):
    for distribution in (beta(2, 3), uniform(0, 1), fixed(0.5)):
        with pytest.raises(ValueError, match="between 0 and 1"):
            distribution.quantile(q)


@pytest.mark.parametrize("order", [0, 3, -1])
def test_only_the_first_two_moments_are_given(order):
    with pytest.raises(ValueError, match="must be 1"):
        beta(9, 9).inverse_moment(order)


@pytest.mark.parametrize(("ours", "_"), REFERENCE, ids=NAMES)
def test_a_distribution_can_be_written_down_and_read_again(ours, _):
    assert read_distribution(str(ours)) == ours


def test_blanks_and_whole_numbers_are_read():
    assert read_distribution(" beta( 2,14 ) ") == beta(2, 14)
    assert read_distribution("fixed(1)") == fixed(1.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("normal(0, 1)", "one of beta"),
        ("beta(2, 14", "one of beta"),
        ("beta(2)", "1 parameters"),
        ("uniform(0.1, 0.2, 0.3)", "3 parameters"),
        ("beta(two, 14)", "must be numbers"),
        ("beta()", "must be numbers"),
        ("uniform(0.5, 0.1)", "low must be below high"),
        ("__import__('os')", "one of beta"),
        (0.5, "one of beta"),
    ],
)
def test_text_that_is_no_distribution_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        read_distribution(text)


def test_a_mean_and_a_standard_deviation_given_to_beta_are_warned_of_and_the_shapes_advised_have_them():
    with pytest.warns(UserWarning, match=r"near 0 and 1; if these are a mean and .* write beta\(24\.9, 58\.1\)"):
        beta(0.3, 0.05)
    with pytest.warns(UserWarning, match="mean and a standard deviation"):
        read_distribution("beta(0.3, 0.05)")
    advised = beta(24.9, 58.1)
    assert (advised.moment(1), advised.moment(2) - advised.moment(1) ** 2) == pytest.approx((0.3, 0.05**2))


@pytest.mark.parametrize("shapes", [(0.5, 0.5), (0.02, 0.5), (0.3, 2), (1, 0.2), (2, 0.05)])
def test_shapes_that_can_be_no_mean_and_standard_deviation_have_one_reading(shapes):
    beta(*shapes)  # shares of mean m have a variance of at most m (1 - m); a warning would fail this test
