import numpy as np
import pandas as pd
import pytest

from cseanalysis.models.change.interrupted import interrupted_series
from cseanalysis.models.change.many_series import many_changes
from cseanalysis.models.change.placebo import placebo_dates
from cseanalysis.models.change.unknown_break import break_search
from cseanalysis.values import NotEstimableError


def series(seed=0, periods=45, at=20, ratio=1.5, mean=400.0):
    rng = np.random.Generator(np.random.Philox(key=seed))
    time = np.arange(periods)
    return rng.poisson(mean * np.exp(0.01 * time) * np.where(time >= at, ratio, 1.0))


def test_a_planted_change_ranks_first_and_its_row_is_that_of_the_interrupted_series():
    counts = series()
    result = placebo_dates(counts, at=20)
    assert result.rank == 1
    assert result.share_as_large == pytest.approx(1 / len(result.table))
    row, single = result.table.loc[20], interrupted_series(counts, at=20).level_ratio
    assert (row["ratio"], row["low"], row["high"]) == pytest.approx(
        (single.point, single.interval.low, single.interval.high), rel=1e-9
    )
    assert result.table.index.tolist() == [*range(8, 17), 20, *range(24, 38)]
    assert result.expected_by_chance == pytest.approx(0.05 * 23)
    assert result.table["placebo"].sum() == 23


def test_a_true_change_does_not_make_its_neighbours_look_like_changes():
    loud = series(ratio=4.0)
    beside = [place for place in range(12, 29) if abs(place - 20) >= 4]
    assert placebo_dates(loud, at=20, dates=beside).found <= 2
    alone = [interrupted_series(loud, at=place, hac_lags=3).level_ratio.interval for place in (15, 16)]
    assert all(interval.low > 1 for interval in alone)  # because the true change is not in the model


def test_a_date_at_which_nothing_happened_does_not_stand_out():
    assert placebo_dates(series(seed=4, ratio=1.0), at=20).rank > 1


def test_counts_exactly_on_a_line_are_no_trouble():
    result = placebo_dates([50] * 20 + [100] * 25, at=20)
    assert result.table.loc[20, "ratio"] == pytest.approx(2)
    assert result.table.loc[result.table["placebo"], "ratio"].to_numpy() == pytest.approx(1)


def test_a_placebo_date_without_a_fit_is_missing_and_not_counted():
    counts = [0] * 10 + [3] * 10 + [5, 4, 3, 6] * 5
    result = placebo_dates(counts, at=20)
    assert result.table.loc[8].drop("placebo").isna().all()
    tried = result.table.loc[result.table["placebo"], "ratio"].notna().sum()
    assert result.expected_by_chance == pytest.approx(0.05 * tried)


@pytest.mark.parametrize("family", ["poisson", "negative-binomial"])
def test_other_families_slopes_and_seasons_are_tried_alike(family):
    result = placebo_dates(series(), at=20, dates=[10, 30], family=family, harmonics=1, period=4, slope_change=True)
    single = interrupted_series(series(), at=20, family=family, harmonics=1, period=4, slope_change=True).level_ratio
    assert result.table.loc[20, "ratio"] == pytest.approx(single.point, rel=1e-8)
    assert len(result.table) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dates": [20]}, "the date itself"),
        ({"dates": [10, 10]}, "twice"),
        ({"dates": [99]}, "outside the series"),
        ({"dates": [3]}, "only 3 before"),
        ({"dates": []}, "no placebo date"),
        ({"dates": 10}, "list of labels"),
        ({"dates": "10"}, "list of labels"),
        ({"family": "normal"}, "family"),
    ],
)
def test_bad_placebo_dates_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        placebo_dates(series(), at=20, **options)


def test_a_series_too_short_for_placebo_dates_is_not_estimable():
    with pytest.raises(NotEstimableError, match="no placebo date in 16 periods"):
        placebo_dates(series(periods=16, at=8), at=8)


def test_a_search_finds_a_planted_break_and_its_surroundings():
    result = break_search(series(ratio=1.4), draws=199, seed=0)
    assert result.at == 20
    assert result.earliest <= 20 <= result.latest
    assert result.p_value == pytest.approx(1 / 200)
    assert result.level_ratio.point == pytest.approx(1.4, rel=0.1)
    assert result.table["statistic"].idxmax() == 20
    assert result.table.index.tolist() == list(range(8, 38))


def drifting(correlation, worlds, periods=45, spread=0.25):
    rng = np.random.Generator(np.random.Philox(key=6))
    logged = rng.standard_normal((worlds, periods))
    for place in range(1, periods):
        logged[:, place] = correlation * logged[:, place - 1] + np.sqrt(1 - correlation**2) * logged[:, place]
    return rng.poisson(200 * np.exp(spread * logged))


def test_series_that_drift_do_not_make_many_false_discoveries():
    counts = pd.DataFrame(drifting(0.6, 150).T)
    allowed = many_changes(counts, dates=[20], dependence=False)
    ignored = many_changes(counts, dates=[20], dependence=False, hac_lags=3)
    assert allowed.discoveries <= 1 < ignored.discoveries
    assert allowed.clear <= 1.8 * allowed.expected_by_chance


def test_a_search_simulates_the_drift_that_it_finds():
    result = break_search(drifting(0.8, 8, spread=0.1)[3], draws=199, seed=0)
    assert result.correlation > 0.3
    assert result.p_value > 0.2  # it is 0.04 if the simulated series do not drift


def test_a_search_in_counts_without_a_break_is_calibrated():
    p_values = np.array([break_search(series(seed=k, ratio=1.0), draws=99, seed=k).p_value for k in range(60)])
    assert 0.3 < p_values.mean() < 0.7
    assert (p_values <= 0.05).sum() <= 9


def test_the_same_seed_gives_the_same_search_nought_included():
    counts = series(ratio=1.1)
    first, again = (break_search(counts, draws=300, seed=0) for _ in range(2))
    assert (first.p_value, first.earliest, first.latest) == (again.p_value, again.earliest, again.latest)
    other = break_search(counts, draws=300, seed=1)
    assert first.table.equals(other.table)  # the statistics are not random
    assert (first.p_value, first.earliest, first.latest) != (other.p_value, other.earliest, other.latest)


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        (series(periods=15), {}, "at least 16"),
        (series(), {"draws": 0}, "draws"),
        (series(), {"seed": None}, "seed"),
        (series(), {"seed": -1}, "seed"),
        ([0] * 20, {}, "no fit"),
        ([50] * 20, {}, "no scatter"),
        (np.array(series()) / 10, {}, "whole counts"),
        (np.array(series()) * 1e19, {}, "at most 1e"),
        (series(periods=16), {"harmonics": 7, "period": 14.5}, "nothing to judge"),
    ],
)
def test_bad_searches_are_refused(counts, options, message):
    with pytest.raises(ValueError, match=message):
        break_search(counts, **{"seed": 0, "draws": 9, **options})


def table():
    columns = {f"series {k}": series(seed=k, ratio=1.6 if k < 5 else 1.0) for k in range(40)}
    return pd.DataFrame(columns, index=pd.date_range("2012-04-01", periods=45, freq="QS"))


def test_few_false_discoveries_remain_among_many_series_and_the_planted_ones_are_all_found():
    result = many_changes(table(), dates=["2017-04-01"])
    assert result.tried == 40
    assert result.expected_by_chance == pytest.approx(2)
    found = set(result.table.loc[result.table["q_value"] <= 0.05, "series"])
    assert found >= {f"series {k}" for k in range(5)}
    assert len(found) <= 7
    assert result.discoveries == len(found) <= result.clear
    looser = many_changes(table(), dates=["2017-04-01"], dependence=False)
    assert (looser.table["q_value"] <= result.table["q_value"] + 1e-12).all()


def test_each_row_is_the_interrupted_series_of_its_own():
    counts = table()
    result = many_changes(counts, dates=["2016-04-01", "2019-04-01"], harmonics=1, period=4).table
    assert len(result) == 80
    row = result[(result["series"] == "series 7") & (result["date"] == "2019-04-01")].iloc[0]
    single = interrupted_series(counts["series 7"], at="2019-04-01", harmonics=1, period=4).level_ratio
    assert row["ratio"] == pytest.approx(single.point, rel=1e-9)
    assert row["high"] == pytest.approx(single.interval.high, rel=1e-9)


def test_series_without_an_estimate_are_kept_with_the_reason():
    counts = table()[["series 0", "series 9"]].assign(none=0, late=[0] * 20 + [3] * 25)
    result = many_changes(counts, dates=["2017-04-01"]).table.set_index("series")
    assert result["reason"].tolist()[:2] == ["", ""]
    assert result.loc[["none", "late"], "reason"].str.contains("nought").all()
    assert result.loc[["none", "late"], "q_value"].isna().all()
    with pytest.raises(NotEstimableError, match="no series"):
        many_changes(counts[["none"]], dates=["2017-04-01"])


@pytest.mark.parametrize(
    ("counts", "dates", "message"),
    [
        (table(), [], "at least one date"),
        (table(), ["2017-04-01", "2017-04-01"], "only once"),
        (table(), ["2030-04-01"], "outside the series"),
        (table(), ["2013-04-01"], "only 4 before"),
        (table().iloc[:, [0, 0]], ["2017-04-01"], "occur twice"),
        (table().iloc[:, :0], ["2017-04-01"], "DataFrame"),
        ([1, 2], [1], "DataFrame"),
        (table().astype(float).replace(table().iloc[3, 2], np.nan), ["2017-04-01"], "series 'series "),
        (table(), "2017-04-01", "list of labels"),
        (table(), 20, "list of labels"),
    ],
)
def test_bad_tables_of_series_are_refused(counts, dates, message):
    with pytest.raises(ValueError, match=message):
        many_changes(counts, dates=dates)


def test_without_a_trend_the_ratio_is_that_of_two_levels_and_an_even_rise_looks_like_a_break():
    rising = np.round(100 * 1.02 ** np.arange(40) + np.tile([3, -3, 1, -1], 10))
    taken = break_search(rising, trend=False, draws=99, seed=0)
    assert 18 <= taken.at <= 24
    assert taken.level_ratio.point > 1.4
    assert abs(break_search(rising, draws=99, seed=0).level_ratio.point - 1) < 0.05
    steps = [100, 104, 96, 102] * 4 + [150, 154, 146, 152] * 4
    result = interrupted_series(steps, at=16, trend=False)
    assert result.level_ratio.point == pytest.approx(np.mean(steps[16:]) / np.mean(steps[:16]))
    assert result.level_ratio.unit == "ratio of the level from 16 on to that before"
    assert list(result.table.index) == ["baseline", "level_change"]


def test_a_slope_that_may_change_is_a_trend():
    with pytest.raises(ValueError, match="a slope that may change is a trend; leave trend=False out"):
        interrupted_series(range(1, 41), at=20, trend=False, slope_change=True)
    with pytest.raises(ValueError, match="trend is 'no': must be True or False"):
        break_search(range(1, 41), trend="no", draws=9, seed=0)
