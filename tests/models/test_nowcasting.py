"""A nowcast corrects for what has not been reported yet, and its intervals hold the final count."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_triangles import O104

from cseanalysis.models.triangles.chain_ladder import chain_ladder
from cseanalysis.models.triangles.nowcasting import nowcast
from cseanalysis.models.triangles.triangle import Triangle
from cseanalysis.values import Interval, NotEstimableError

# That counts fall or are not whole is warned of; where that is not the point, it must not stop a test.
pytestmark = pytest.mark.filterwarnings("ignore:counts (fall|are not whole):UserWarning")

SHARES = np.array([0.3, 0.3, 0.25, 0.15])


def hidden(cumulative):
    origins, lags = cumulative.shape
    seen = np.add.outer(np.arange(origins), np.arange(lags)) < origins
    return Triangle(pd.DataFrame(np.where(seen, cumulative, np.nan)), "quarter")


def world(rng, size, origins=14):
    return rng.poisson(np.outer(np.full(origins, size), SHARES)).cumsum(axis=1)


def test_reverse_hazards_are_what_a_reader_works_out():
    # Lag 2 adds 2 + 0 to 8 + 6, lag 1 adds 4 + 2 + 3 to 4 + 4 + 5: completeness 14/16 and 13/22 of that.
    rows = [[4, 8, 10], [4, 6, 6], [5, 8, np.nan], [7, np.nan, np.nan]]
    result = nowcast(Triangle(pd.DataFrame(rows), "year"), draws=10, seed=0)
    np.testing.assert_allclose(result.completeness, [14 / 16 * 13 / 22, 14 / 16, 1])
    np.testing.assert_allclose(result.table["estimate"], [10, 6, 8 * 16 / 14, 7 * 16 / 14 * 22 / 13])


def test_origins_that_are_complete_are_certain_and_recent_ones_are_not():
    table = nowcast(hidden(world(np.random.default_rng(0), 100)), seed=0).table
    complete = table["completeness"] == 1
    assert complete.sum() == 11
    assert (table.loc[complete, ["estimate", "low", "high"]].nunique(axis=1) == 1).all()
    assert (table.loc[~complete, "low"] < table.loc[~complete, "high"]).all()
    assert (table["low"] >= table["visible"]).all()


def test_the_estimate_is_the_chain_ladder_where_that_exists():
    made = hidden(world(np.random.default_rng(1), 100))
    np.testing.assert_allclose(nowcast(made, draws=10, seed=0).table["estimate"], chain_ladder(made).ultimate)


def test_nought_visible_is_not_nought_to_come():
    truth = world(np.random.default_rng(2), 20)
    truth[-1] = [0, 3, 6, 8]
    result = nowcast(hidden(truth), seed=0)
    row = result.table.iloc[-1]
    assert row["visible"] == row["low"] == 0
    assert 0 < row["estimate"] < row["high"]
    assert result.warnings == (
        "nothing is visible yet of origins 13: their numbers rest on the size of the other origins alone, not on "
        "reports",
    )
    assert "nothing is visible yet" in repr(result)


def test_where_nothing_is_visible_the_estimate_is_the_mean_that_the_largest_origin_lets_expect():
    # Nought visible of a share q, a gamma of shape 1/2 whose mean is that of the largest origin: (1 - q) / 2 over
    # q + 1 / 2 / largest, at the dispersion of 1 that these counts have; the largest is 30 + 1/2.
    rows = [[9, 19, 30], [6, 14, 20], [8, 15, None], [0, None, None]]
    result = nowcast(Triangle(pd.DataFrame(rows), "year"), draws=10, seed=0)
    share = result.completeness[0]
    assert result.dispersion == 1
    assert result.table["estimate"].iloc[-1] == pytest.approx((1 - share) / 2 / (share + 0.5 / 30.5))


def test_an_outbreak_hidden_by_slow_reports_is_not_nought_and_not_thousands():
    # German hospital admissions with EHEC O104 as known on 2 June 2011; the newest days by bayes.trunc of R's
    # surveillance 1.20.3 with a gamma prior of mean 50 and variance 3000: 27, 12 and 26.
    result = nowcast(O104, seed=0)
    assert result.table["visible"].iloc[-2:].tolist() == [0, 0]
    np.testing.assert_allclose(result.table["median"].iloc[-3:], [27, 12, 26], rtol=0.1)


def test_with_an_exposure_nothing_visible_is_the_rate_of_the_others_times_the_exposure():
    # Planted: ten cases for each unit of exposure, the newest quarter of twice the exposure and nothing visible.
    rng = np.random.default_rng(5)
    exposure = pd.Series([4.0] * 13 + [8.0])
    truth = rng.poisson(10 * np.outer(exposure, SHARES)).cumsum(axis=1)
    truth[-1, 0] = 0
    result = nowcast(hidden(truth), exposure=exposure, seed=0)
    row = result.table.iloc[-1]
    assert 40 < row["estimate"] < 60  # 0 of the 24 expected by now pull it below 56, what the exposure says is to come
    assert row["low"] > 0
    assert "rest on the exposure and the rate of the other origins" in result.warnings[0]
    doubled = nowcast(hidden(truth), exposure=exposure * 1000, seed=0)
    np.testing.assert_allclose(doubled.table, result.table)  # the unit of an exposure does not matter


def test_an_exposure_pulls_towards_the_rate_as_far_as_origins_keep_to_it():
    rng = np.random.default_rng(6)
    keeps = rng.poisson(np.outer(np.full(14, 40), SHARES))
    strays = rng.poisson(np.outer(rng.choice([5, 120], 14), SHARES))
    pulls = []
    for counts in (keeps, strays):
        made = counts.cumsum(axis=1)
        made[-1, 0] = 30  # 100 in the end by the reports alone
        alone, known = (
            nowcast(hidden(made), exposure=exposure, draws=500, seed=0).table.iloc[-1]
            for exposure in (None, pd.Series(1.0, index=range(14)))
        )
        pulls.append(known["estimate"] / alone["estimate"])
    assert pulls[0] < 0.75
    assert 0.9 < pulls[1] < 1.1


def test_an_exposure_leaves_complete_origins_as_they_are_and_narrows_the_newest():
    made = hidden(world(np.random.default_rng(7), 15))
    alone, known = (
        nowcast(made, exposure=exposure, seed=0).table for exposure in (None, pd.Series(1, index=range(14)))
    )
    pd.testing.assert_frame_equal(alone.iloc[:11], known.iloc[:11])
    assert (known["high"] - known["low"]).iloc[-1] < 0.7 * (alone["high"] - alone["low"]).iloc[-1]


@pytest.mark.parametrize(
    ("exposure", "message"),
    [
        (3.0, "exposure is 3.0: give a Series"),
        (pd.Series(1.0, index=range(13)), r"different labels, 13 in one .* index=triangle\.origins"),
        (pd.Series(1.0, index=[*range(13), 12]), "labels of exposure stand twice: 12; give one row an origin"),
        (pd.Series([1.0] * 13 + [0.0]), "exposure of 13 is 0.0: must be above 0"),
        (pd.Series([1.0] * 13 + [np.nan]), "exposure of 13 is nan"),
    ],
)
def test_an_exposure_that_says_nothing_is_refused(exposure, message):
    with pytest.raises(ValueError, match=message):
        nowcast(hidden(world(np.random.default_rng(0), 50)), exposure=exposure, seed=0)


def test_the_last_origins_of_each_lag_make_the_hazards():
    # The last two that reached lag 1 hold 6 + 8 of which 2 + 3 are new, those that reached lag 2 hold 10 + 6 and 2 + 0.
    rows = [[1, 8, 20], [4, 8, 10], [4, 6, 6], [5, 8, np.nan], [7, np.nan, np.nan]]
    result = nowcast(Triangle(pd.DataFrame(rows), "year"), last=2, draws=10, seed=0)
    np.testing.assert_allclose(result.completeness, [14 / 16 * 9 / 14, 14 / 16, 1])
    every = Triangle(pd.DataFrame(rows), "year")
    plain, wide = (nowcast(every, last=last, draws=10, seed=0).completeness for last in (None, 5))
    np.testing.assert_allclose(plain, wide)


def test_the_last_origins_follow_a_change_of_reporting_that_all_of_them_hide():
    rng = np.random.default_rng(8)
    shares = np.where(np.arange(24)[:, None] < 14, SHARES, [0.1, 0.3, 0.3, 0.3])
    truth = rng.poisson(2000 * shares).cumsum(axis=1)
    every, recent = (nowcast(hidden(truth), last=last, seed=0).table.iloc[-1] for last in (None, 5))
    assert every["high"] < truth[-1, -1]
    assert recent["low"] < truth[-1, -1] < recent["high"]


def test_a_bounded_tail_widens_to_the_count_when_everything_has_come():
    made = hidden(world(np.random.default_rng(9), 100))
    plain = nowcast(made, seed=0).table
    table = nowcast(made, tail=Interval(0.0, 0.2, "bound"), seed=0).table
    pd.testing.assert_frame_equal(table[plain.columns], plain)  # all other columns end at the last lag
    np.testing.assert_allclose(table["final_low"], plain["low"])
    oldest = table.iloc[0]
    assert oldest["low"] == oldest["high"] == oldest["visible"]  # certain by the last lag, and not beyond it
    assert oldest["final_low"] == oldest["visible"]
    assert oldest["final_high"] > 1.25 * oldest["visible"]
    assert (nowcast(made, tail=Interval(0.1, 0.2, "bound"), seed=0).table["final_low"] > plain["low"]).all()


def test_a_bounded_tail_holds_the_final_count_at_both_ends_of_its_bound():
    rng, held = np.random.default_rng(10), []
    shares = np.array([0.3, 0.3, 0.25, 0.15])
    for seed in range(80):
        later = (0.05, 0.15)[seed % 2]
        truth = rng.poisson(np.outer(np.full(14, 60), [*((1 - later) * shares), later])).cumsum(axis=1)
        table = nowcast(hidden(truth[:, :4]), tail=Interval(0.05, 0.15, "bound"), draws=1000, seed=seed).table
        held += ((table["final_low"] <= truth[:, -1]) & (truth[:, -1] <= table["final_high"])).tolist()
    assert np.mean(held) > 0.94


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tail": 0.05}, r"tail is 0.05: must be an Interval"),
        ({"tail": Interval(0.1, 1.0, "bound")}, "must be shares of the final count, from 0, below 1"),
        ({"tail": Interval(0.0, 0.1, "confidence", 0.95)}, "an assumed range is a bound"),
        ({"last": 0}, "last is 0"),
        ({"last": 1}, "no degrees of freedom"),
        ({"last": 3, "hazards": pd.DataFrame()}, "give it to pooled_hazards"),
    ],
)
def test_windows_and_tails_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        nowcast(hidden(world(np.random.default_rng(0), 50)), draws=10, seed=0, **options)


def test_counts_that_are_not_whole_have_no_chance_to_draw():
    with (
        pytest.warns(UserWarning, match="not whole"),
        pytest.raises(ValueError, match=r"triangle holds 2.5 \(1 of 9\): must be whole counts"),
    ):
        nowcast(Triangle(pd.DataFrame([[2.5, 4, 5], [3, 5, None], [4, None, None]]), "year"), seed=0)


def test_a_planted_delay_is_recovered_and_the_naive_count_is_not_it():
    truth = world(np.random.default_rng(3), 20_000)
    result = nowcast(hidden(truth), seed=0)
    np.testing.assert_allclose(result.completeness, SHARES.cumsum(), rtol=0.02)
    assert result.table["estimate"].iloc[-1] == pytest.approx(truth[-1, -1], rel=0.05)
    assert result.table["visible"].iloc[-1] < 0.35 * truth[-1, -1]


def test_intervals_hold_the_final_count_about_as_often_as_they_say():
    # 120 worlds; the slow script measures 1,000 of each kind. Below 88% would be 3.5 standard errors off.
    rng, covered, totals = np.random.default_rng(4), [], []
    for seed in range(120):
        truth = world(rng, 40)
        result = nowcast(hidden(truth), draws=1000, seed=seed)
        recent = result.table.iloc[-3:]
        covered += ((recent["low"] <= truth[-3:, -1]) & (truth[-3:, -1] <= recent["high"])).tolist()
        ends = result.outstanding.interval(0.95)
        totals.append(ends.low <= truth[:, -1].sum() - result.table["visible"].sum() <= ends.high)
    assert 0.90 < np.mean(covered) < 1
    assert 0.88 < np.mean(totals) < 1


def test_more_spread_than_chance_widens_the_intervals():
    rng = np.random.default_rng(6)
    calm = rng.poisson(np.outer(np.full(14, 300), SHARES))
    wild = rng.poisson(9 * rng.standard_gamma(np.outer(np.full(14, 300), SHARES) / 9))
    narrow, wide = (nowcast(hidden(counts.cumsum(axis=1)), seed=0) for counts in (calm, wild))
    assert wide.dispersion > 4 > narrow.dispersion >= 1
    widths = [(result.table["high"] - result.table["low"]).iloc[-1] for result in (narrow, wide)]
    assert widths[1] > 1.7 * widths[0]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.integers(0, 60), min_size=4, max_size=4), min_size=6, max_size=9), st.integers(0, 9))
def test_intervals_are_whole_ordered_and_never_below_what_is_visible(increments, seed):
    counts = np.array(increments)
    counts[:3] += 1  # three origins hold something at every lag, so that a spread can be seen
    table = nowcast(hidden(counts.cumsum(axis=1)), draws=200, seed=seed).table
    assert (table["visible"] <= table["low"]).all()
    assert (table["low"] <= table["median"]).all()
    assert (table["median"] <= table["high"]).all()
    assert np.isfinite(table.to_numpy()).all()


def test_the_draws_repeat_and_more_draws_only_add():
    made = hidden(world(np.random.default_rng(0), 50))
    few, many = (nowcast(made, draws=draws, seed=0).outstanding.draws for draws in (20, 1500))
    np.testing.assert_array_equal(few, many[:20])
    assert (nowcast(made, draws=20, seed=1).outstanding.draws != few).any()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[3, 5, 4], [2, 4, None], [1, None, None]], "lags 2 take back more than they add"),
        ([[0, 0, 4], [0, 0, None], [1, None, None]], "lags 1 has any counts"),
        ([[0, 5, 7], [0, 4, None], [0, None, None]], "origins 2: nothing has ever been visible"),
        ([[3, 5], [2, None], [1, None]], "0 degrees of freedom"),
    ],
)
def test_reporting_that_cannot_be_estimated_is_refused(rows, message):
    with pytest.raises(NotEstimableError, match=message):
        nowcast(Triangle(pd.DataFrame(rows), "year"), seed=0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 0}, "draws is 0: must be"),
        ({"seed": 1.5}, "seed 1.5"),
        ({"level": 1}, "level 1"),
        ({"level": ""}, "level is ''"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, message):
    made = hidden(world(np.random.default_rng(0), 50))
    with pytest.raises(ValueError, match=message):
        nowcast(made, **({"draws": 10, "seed": 0} | options))


def test_a_frame_is_no_triangle_before_it_was_checked():
    with pytest.raises(ValueError, match="triangle is a DataFrame: make a Triangle"):
        nowcast(pd.DataFrame([[1, 2, 3]] * 3), seed=0)


def test_next_to_nothing_visible_gives_an_endless_interval_and_no_warning():
    # Warnings are errors here: 1 of 3,000 million is ever visible at lag 0, so that drawn shares come near to 0.
    rows = [[1, 1e9, 1e9], [0, 1e9, 1e9], [0, 1e9, 1e9], [0, 1e9, None], [0, None, None]]
    row = nowcast(Triangle(pd.DataFrame(rows), "year"), draws=20_000, seed=0).table.iloc[-1]
    assert np.isfinite(row).all()
    assert row["high"] > 1e9
