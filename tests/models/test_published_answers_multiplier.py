"""Answers that others published or that follow from a formula, by other code than ours."""

import numpy as np
import pytest

from cseanalysis.distributions import beta, uniform
from cseanalysis.models.totals.multiplier import simulate_total
from cseanalysis.values import NotEstimableError

# Mean n (a + b - 1) / (a - 1), quantiles n / beta quantile; 100,000 recorded. Closed form.
BETA_LINKS = {
    (20, 80): (521052.63157894736, 352898.46012507926, 505063.74754915835, 781343.195873989),
    (5, 45): (1225000.0, 510167.163544926, 1056246.2462555233, 2943626.1749955807),
}


@pytest.mark.parametrize("parameters", BETA_LINKS)
def test_reproduces_the_published_total_for_one_beta_link(parameters):
    mean, low, median, high = BETA_LINKS[parameters]
    total = simulate_total(100_000, {"reported": beta(*parameters)}, seed=0)
    assert total.mean == pytest.approx(mean, rel=1e-6)
    assert total.median == pytest.approx(median, rel=1e-6)
    assert total.quantile([0.025, 0.975]) == pytest.approx([low, high], rel=1e-6)
    assert total.interval(0.95).low == pytest.approx(low, rel=1e-6)
    assert total.variance > 0


def test_reproduces_the_published_total_whose_variance_does_not_exist():
    # Beta(2, 14): mean 1.50 million against 0.80 million for the count over the mean probability; variance infinite.
    total = simulate_total(100_000, {"reported": beta(2, 14)}, seed=0)
    assert total.mean == pytest.approx(1_500_000, rel=1e-9)
    assert 100_000 / beta(2, 14).moment(1) == pytest.approx(800_000, rel=1e-9)
    with pytest.raises(NotEstimableError, match="variance of the total does not exist"):
        _ = total.variance


def test_reproduces_the_published_law_of_a_product_of_uniform_links():
    # -log of a product of k uniforms is gamma with shape k: P(n / (p1 p2) > n y) = (1 + log y) / y.
    total = simulate_total(1000, {"a": uniform(0, 1), "b": uniform(0, 1)}, draws=2_000_000, seed=3)
    for multiple in (2.0, 5.0, 20.0):
        above = (1 + np.log(multiple)) / multiple
        assert total.quantile(1 - above) == pytest.approx(1000 * multiple, rel=0.01)
    with pytest.raises(NotEstimableError, match="mean of the total does not exist"):
        _ = total.mean
