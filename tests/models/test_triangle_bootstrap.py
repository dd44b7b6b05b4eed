"""The bootstrap draws the total outstanding; lag quantiles carry intervals."""

import numpy as np
import pandas as pd
import pytest
from published_triangles import GENINS, MORTGAGE, RAA

from cseanalysis.models.triangles.bootstrap import BLOCK, bootstrap_chain_ladder, lag_quantiles
from cseanalysis.models.triangles.chain_ladder import chain_ladder
from cseanalysis.models.triangles.regression import over_dispersed_poisson
from cseanalysis.models.triangles.triangle import Triangle
from cseanalysis.values import NotEstimableError

# That counts fall or are not whole is warned of; where that is not the point, it must not stop a test.
pytestmark = pytest.mark.filterwarnings("ignore:counts (fall|are not whole):UserWarning")

SHARES = np.array([0.2, 0.4, 0.3, 0.1])


def hidden(cumulative):
    origins, lags = cumulative.shape
    seen = np.add.outer(np.arange(origins), np.arange(lags)) < origins
    return Triangle(pd.DataFrame(np.where(seen, cumulative, np.nan)), "quarter")


@pytest.mark.parametrize("seed", [0, 7, 2**64 + 3])
def test_the_draws_repeat_and_more_draws_only_add(seed):
    few, many = (bootstrap_chain_ladder(GENINS, draws=draws, seed=seed).draws for draws in (100, 2 * BLOCK + 5))
    assert len(many) == 2 * BLOCK + 5
    np.testing.assert_array_equal(few, many[:100])
    assert len(np.unique(many)) == len(many)


def test_another_seed_gives_other_draws():
    first, second = (bootstrap_chain_ladder(GENINS, draws=10, seed=seed).draws for seed in (0, 1))
    assert (first != second).all()


def test_process_variance_adds_what_the_model_says():
    # Var(total) = Var(mean) + dispersion * E(mean), because the gamma has variance dispersion times mean.
    mean, total = (bootstrap_chain_ladder(GENINS, draws=100_000, seed=2, process=p) for p in (None, "gamma"))
    dispersion = over_dispersed_poisson(GENINS).dispersion
    assert total.variance == pytest.approx(mean.variance + dispersion * mean.mean, rel=0.02)
    assert total.mean == pytest.approx(mean.mean, rel=0.005)


def test_the_total_is_what_cell_by_cell_gammas_would_give_also_with_falling_counts():
    # A last ratio below 1 makes negative cells, which are drawn as minus a gamma, as R does.
    rows = np.outer([400, 500, 450, 520, 480], np.array([0.3, 0.7, 1.0, 0.97]))
    noise = np.random.default_rng(3).normal(0, 6, rows.shape)
    made = hidden(rows + noise)
    total = bootstrap_chain_ladder(made, draws=20_000, seed=0)
    assert total.mean == pytest.approx(chain_ladder(made).total_outstanding, rel=0.03)


def test_rows_that_are_complete_steps_and_lags_without_news_are_drawn_like_any_other():
    # The mean of the draws is near the chain ladder's; wrong sums over the corner would move it by tens of per cent.
    rng = np.random.default_rng(4)
    counts = rng.poisson(np.outer(np.full(9, 900), [0.3, 0.2, 0.2, 0.15, 0, 0.15])).cumsum(axis=1).astype(float)
    for row, lags in enumerate([6, 6, 6, 6, 6, 5, 3, 3, 1]):
        counts[row, lags:] = np.nan
    made = Triangle(pd.DataFrame(counts), "month")
    total = bootstrap_chain_ladder(made, draws=5000, seed=0)
    assert total.mean == pytest.approx(chain_ladder(made).total_outstanding, rel=0.01)
    assert total.variance**0.5 == pytest.approx(over_dispersed_poisson(made).total_standard_error, rel=0.1)


def test_a_pattern_without_noise_has_nothing_to_draw():
    made = hidden(np.outer([100, 150, 120, 180, 90], SHARES.cumsum()))
    drawn = bootstrap_chain_ladder(made, draws=50, seed=0).draws
    np.testing.assert_allclose(drawn, chain_ladder(made).total_outstanding)
    lags = lag_quantiles(made, [0.5, 0.1], draws=50, seed=0)
    np.testing.assert_allclose(lags, [[0.75] * 3, [0.0] * 3], atol=1e-9)  # 0.2 + 0.75 x 0.4 = 0.5


def test_a_planted_delay_lies_within_the_intervals_of_its_quantiles():
    rng = np.random.default_rng(8)
    made = hidden(rng.poisson(np.outer(np.full(12, 3000), SHARES)).cumsum(axis=1))
    result = lag_quantiles(made, [0.5, 0.75, 0.9], draws=3000, seed=0, level=0.99)
    truth = np.interp([0.5, 0.75, 0.9], SHARES.cumsum(), np.arange(4))
    assert ((result["low"] <= truth) & (truth <= result["high"])).all()
    assert ((result["low"] < result["lag"]) & (result["lag"] < result["high"])).all()
    narrower = lag_quantiles(made, [0.5], draws=3000, seed=0, level=0.8)
    assert result["low"].iloc[0] < narrower["low"].iloc[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 0}, "draws is 0: must be a whole number from 1"),
        ({"draws": 2.5}, "draws is 2.5"),
        ({"draws": True}, "draws is True"),
        ({"seed": -1}, "seed -1"),
        ({"seed": None}, "seed None"),
        ({"process": "poisson"}, "process is 'poisson'"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        bootstrap_chain_ladder(RAA, **({"draws": 10, "seed": 0} | options))


def test_shares_and_levels_that_make_no_sense_are_refused():
    for shares in ([], [0.0], [1.0], [0.5, 1.2], 0.5, [float("nan")]):
        with pytest.raises(ValueError, match="between 0 and 1"):
            lag_quantiles(RAA, shares, seed=0)
    with pytest.raises(ValueError, match="level 95"):
        lag_quantiles(RAA, seed=0, level=95)


def test_residuals_too_wild_to_be_resampled_are_refused_with_the_share_that_failed():
    with pytest.raises(NotEstimableError, match="of 1024 resampled triangles have no counts left at lags 0"):
        bootstrap_chain_ladder(MORTGAGE, seed=0)
    two_lags = Triangle(pd.DataFrame([[3, 5], [2, np.nan], [1, np.nan]]), "year")
    with pytest.raises(NotEstimableError, match="0 degrees of freedom"):
        bootstrap_chain_ladder(two_lags, seed=0)


def test_lags_know_that_few_origins_say_little_about_their_own_spread():
    # Four origins leave three degrees of freedom: with the dispersion taken as known, 95% intervals held the true
    # median in 85% of 1,000 worlds; drawn from its own distribution, in about 95%.
    rng, shares, held = np.random.default_rng(12), SHARES.cumsum(), []
    truth = np.interp(0.5, shares, np.arange(4))
    for seed in range(120):
        made = hidden(rng.poisson(np.outer(np.full(4, 500), SHARES)).cumsum(axis=1))
        row = lag_quantiles(made, [0.5], draws=1000, seed=seed).iloc[0]
        held.append(row["low"] <= truth <= row["high"])
    assert 0.93 < np.mean(held) < 1  # 0.91 in these worlds with the dispersion taken as known


def test_lags_leave_out_resampled_triangles_without_ratios_if_they_are_few_and_say_so_if_not():
    # One degree of freedom: a few dispersions are so large that nothing is left at a lag.
    made = Triangle(pd.DataFrame([[10, 16, 20], [12, 18, np.nan], [8, np.nan, np.nan]]), "year")
    assert np.isfinite(lag_quantiles(made, [0.5, 0.9], draws=3000, seed=0).to_numpy()).all()
    with pytest.raises(NotEstimableError, match=r"of 3000 resampled triangles have no counts left.*add origins"):
        lag_quantiles(made, draws=3000, seed=0, level=0.999)


@pytest.mark.parametrize("draw", [bootstrap_chain_ladder, lag_quantiles])
def test_a_frame_is_no_triangle_before_it_was_checked(draw):
    with pytest.raises(ValueError, match="triangle is a DataFrame: make a Triangle"):
        draw(pd.DataFrame([[1, 2, 3]] * 3), seed=0)


def test_shares_and_levels_are_refused_by_what_they_are():
    for shares in ("0.5", ["0.5"], [None], [[0.5]], None):
        with pytest.raises(ValueError, match="share"):
            lag_quantiles(RAA, shares, seed=0)
    with pytest.raises(ValueError, match=r"level is '0.95': must be a number"):
        lag_quantiles(RAA, seed=0, level="0.95")
    pd.testing.assert_frame_equal(
        lag_quantiles(GENINS, pd.Series([0.5, 0.9], index=["a", "b"]), draws=500, seed=0),
        lag_quantiles(GENINS, (0.5, 0.9), draws=500, seed=0),
    )
