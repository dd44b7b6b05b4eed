"""Answers that others published for triangles, by other code than ours."""

import numpy as np
import pytest
from published_triangles import GENINS, MERZ_WUTHRICH, MORTGAGE, RAA, UK_MOTOR

from cseanalysis.models.triangles.bootstrap import bootstrap_chain_ladder
from cseanalysis.models.triangles.chain_ladder import chain_ladder
from cseanalysis.models.triangles.regression import over_dispersed_poisson

# R ChainLadder 0.2.21 and chainladder-python 0.10.1: total outstanding, Mack's error by either rule for the last sigma.
TOTALS = {
    "RAA": (RAA, 52135.23, 26909.01, 26880.74),
    "GenIns": (GENINS, 18680856, 2447095, 2441364),
    "Mortgage": (MORTGAGE, 14546730, 3728870, 3753169),
    "UKMotor": (UK_MOTOR, 28655.77, 1417.267, None),  # R falls back to Mack's rule here: the line fits too badly
}


@pytest.mark.parametrize("name", TOTALS)
def test_reproduces_the_published_total_and_mack_standard_error(name):
    triangle, outstanding, error, log_linear = TOTALS[name]
    result = chain_ladder(triangle)
    assert result.total_outstanding == pytest.approx(outstanding, rel=1e-6)
    assert result.total_standard_error == pytest.approx(error, rel=1e-6)
    if log_linear is not None:
        other = chain_ladder(triangle, sigma_tail="log-linear")
        assert other.total_outstanding == pytest.approx(outstanding, rel=1e-6)
        assert other.total_standard_error == pytest.approx(log_linear, rel=1e-6)


def test_reproduces_the_published_log_linear_error_where_r_falls_back_to_the_other_rule():
    # chainladder-python 0.10.1 keeps the line: 1,424.5.
    result = chain_ladder(UK_MOTOR, sigma_tail="log-linear")
    assert result.total_standard_error == pytest.approx(1424.53, abs=0.01)
    assert result.sigma_tail == "log-linear"


def test_reproduces_the_published_errors_of_every_origin():
    # Mack 1993, tables 1 and 2 (GenIns); Mack 1994 (RAA). Printed to whole numbers.
    genins, raa = chain_ladder(GENINS), chain_ladder(RAA)
    np.testing.assert_allclose(
        genins.outstanding[1:], [94634, 469511, 709638, 984889, 1419459, 2177641, 3920301, 4278972, 4625811], atol=0.51
    )
    np.testing.assert_allclose(
        genins.standard_error[1:],
        [75535, 121699, 133549, 261406, 411010, 558317, 875328, 971258, 1363155],
        atol=0.51,
    )
    np.testing.assert_allclose(raa.outstanding[1:], [154, 617, 1636, 2747, 3649, 5435, 10907, 10650, 16339], atol=0.51)
    np.testing.assert_allclose(raa.standard_error[1:], [206, 623, 747, 1469, 2002, 2209, 5358, 6333, 24566], atol=0.51)


def test_reproduces_the_published_errors_of_a_triangle_that_no_program_ships_with():
    # Merz and Wüthrich 2008, table 4: reserves, and the root of Mack's mean squared error of prediction.
    result = chain_ladder(MERZ_WUTHRICH)
    np.testing.assert_allclose(
        result.outstanding[1:], [4378, 9347, 28392, 51444, 111811, 187084, 411864, 1433505], atol=0.51
    )
    np.testing.assert_allclose(
        result.standard_error[1:], [566, 1564, 4157, 10536, 30319, 35967, 45090, 69552], atol=0.51
    )
    assert result.total_outstanding == pytest.approx(2_237_826, abs=0.51)
    assert result.total_standard_error == pytest.approx(108_401, abs=0.51)


def test_reproduces_the_published_sigmas():
    # Mack 1993, the example of Taylor and Ashe: sigma squared by lag, the last by his rule.
    np.testing.assert_allclose(
        chain_ladder(GENINS).sigma ** 2,
        [160280, 37736.9, 41965.2, 15182.9, 13731.3, 8185.77, 446.617, 1147.37, 446.617],
        rtol=5e-6,
    )


def stopped_early(triangle):
    """Fit as R does: stop when the deviance moves by less than 1e-8 of itself, keep the weights of the step before."""
    seen = triangle.increments
    known = np.isfinite(seen)
    origins, lags = seen.shape

    def design(cells):
        return np.column_stack([cells[:, :1] == np.arange(origins), cells[:, 1:] == np.arange(1, lags)]).astype(float)

    counts, past, future = seen[known], design(np.argwhere(known)), design(np.argwhere(~known))
    mean, before = counts + 0.1, np.inf
    linear = np.log(mean)
    while True:
        weights = mean
        information = past.T @ (past * weights[:, None])
        found = np.linalg.solve(information, past.T @ (weights * (linear + (counts - mean) / mean)))
        linear = past @ found
        mean = np.exp(linear)
        deviance = 2 * (counts * np.log(counts / mean) - (counts - mean)).sum()
        if abs(deviance - before) / (abs(deviance) + 0.1) < 1e-8:
            break
        before = deviance
    dispersion = (weights * ((counts - mean) / mean) ** 2).sum() / (len(counts) - past.shape[1])
    expected = np.exp(future @ found)
    gradient = expected @ future
    return np.sqrt(dispersion * (expected.sum() + gradient @ np.linalg.solve(information, gradient)))


def test_reproduces_the_published_analytic_error_of_the_over_dispersed_poisson_model():
    # England and Verrall 1999, 2002; R glmReserve: error 2,945,660.9, dispersion 52,601.36151147. The error was printed
    # by a fit that R stops one step before it has converged; the same stop gives it, and ours is its limit.
    assert stopped_early(GENINS) == pytest.approx(2945660.9, rel=1e-6)
    result = over_dispersed_poisson(GENINS)
    assert result.dispersion == pytest.approx(52601.36151147, rel=1e-10)
    assert result.total_standard_error == pytest.approx(2945660.9, rel=6e-6)
    assert result.total_standard_error == pytest.approx(2945646.231041, rel=1e-9)
    np.testing.assert_allclose(
        result.standard_error[1:],
        [110100, 216043, 260872, 303550, 375014, 495378, 789961, 1046513, 1980101],
        rtol=1e-5,
    )


def test_reproduces_the_published_bootstrap_with_process_variance():
    # R BootChainLadder, 10,000 draws, gamma process, seed 1; tolerance 3% for two random generators.
    total = bootstrap_chain_ladder(GENINS, draws=10_000, seed=1)
    assert total.mean == pytest.approx(18898297, rel=0.03)
    assert total.variance**0.5 == pytest.approx(3035675, rel=0.03)
    assert total.quantile([0.75, 0.95]) == pytest.approx([20776083, 24239430], rel=0.03)


def test_reproduces_the_published_spread_of_a_bootstrap_without_and_with_process_variance():
    # chainladder-python's bootstrap has no process variance (2.78 million); R's has (RAA about 19,000).
    without = bootstrap_chain_ladder(GENINS, seed=0, process=None)
    assert without.variance**0.5 == pytest.approx(2.78e6, rel=0.03)
    assert bootstrap_chain_ladder(RAA, seed=0).variance ** 0.5 == pytest.approx(19_000, rel=0.03)
