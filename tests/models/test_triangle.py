"""Triangles are refused when they are none; the chain ladder does what can be worked out by hand."""

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_triangles import GENINS, RAA, published

from cseanalysis.models.triangles.chain_ladder import chain_ladder
from cseanalysis.models.triangles.regression import over_dispersed_poisson
from cseanalysis.models.triangles.triangle import Triangle
from cseanalysis.values import NotEstimableError

# That counts fall or are not whole is warned of; where that is not the point, it must not stop a test.
pytestmark = pytest.mark.filterwarnings("ignore:counts (fall|are not whole):UserWarning")

GAP = None
SMALL = [[10, 16, 20], [12, 18, GAP], [8, GAP, GAP]]
SHARES = np.array([0.4, 0.3, 0.2, 0.1])


def triangle(rows, index=None):
    # Only as objects does an old pandas hold a whole number beyond floating point.
    huge = any(isinstance(value, int) and value > 10**300 for row in rows for value in row)
    return Triangle(pd.DataFrame(rows, index=index, dtype=object if huge else None), "year")


def hidden(cumulative, index=None):
    """Hide what is not observable yet."""
    origins, lags = cumulative.shape
    seen = np.add.outer(np.arange(origins), np.arange(lags)) < origins
    return Triangle(pd.DataFrame(np.where(seen, cumulative, np.nan), index=index), "quarter")


def test_the_chain_ladder_of_three_origins_is_what_a_reader_works_out():
    # Ratios (16 + 18) / (10 + 12) and 20 / 16; sigma squared 10 (1.6 - f)^2 + 12 (1.5 - f)^2, the second the same.
    result = chain_ladder(triangle(SMALL))
    first, second = 34 / 22, 20 / 16
    np.testing.assert_allclose(result.link_ratios, [first, second])
    np.testing.assert_allclose(result.ultimate, [20, 22.5, 8 * first * second])
    np.testing.assert_allclose(result.completeness, [1 / first / second, 1 / second, 1])
    spread = 10 * (1.6 - first) ** 2 + 12 * (1.5 - first) ** 2
    np.testing.assert_allclose(result.sigma**2, [spread, spread])
    one = 18 * spread + 18**2 * spread / 16
    two = 8 * spread * second**2 + 8 * first * spread + 8**2 * spread / 22 * second**2 + (8 * first) ** 2 * spread / 16
    np.testing.assert_allclose(result.standard_error**2, [0, one, two])
    shared = 2 * 18 * 8 * first * spread / 16
    assert result.total_standard_error**2 == pytest.approx(one + two + shared)
    np.testing.assert_allclose(result.process_error**2 + result.parameter_error**2, result.standard_error**2)
    assert result.total_outstanding == pytest.approx(result.outstanding.sum())


def test_sigma_of_the_last_lag_follows_the_rule_that_is_named():
    mack, line = chain_ladder(GENINS), chain_ladder(GENINS, sigma_tail="log-linear")
    before, last = mack.sigma.iloc[-3:-1] ** 2, mack.sigma.iloc[-1] ** 2
    assert last == pytest.approx(min(*before, before.iloc[1] ** 2 / before.iloc[0]))
    slope, level = np.polyfit(np.arange(8), np.log(mack.sigma.iloc[:8]), 1)
    assert line.sigma.iloc[-1] == pytest.approx(np.exp(level + 8 * slope))
    pd.testing.assert_series_equal(mack.ultimate, line.ultimate)


def test_a_pattern_without_noise_comes_back_exactly():
    truth = np.outer([100, 150, 120, 180, 90], SHARES.cumsum())
    result = chain_ladder(hidden(truth))
    np.testing.assert_allclose(result.ultimate, truth[:, -1])
    np.testing.assert_allclose(result.completeness, SHARES.cumsum())
    np.testing.assert_allclose(result.standard_error, 0, atol=1e-5)


def test_a_planted_delay_is_recovered_where_the_corner_is_hidden():
    rng = np.random.default_rng(5)
    truth = rng.poisson(np.outer(np.full(12, 50_000), SHARES)).cumsum(axis=1)
    result = chain_ladder(hidden(truth))
    np.testing.assert_allclose(result.completeness, SHARES.cumsum(), rtol=0.01)
    assert (abs(result.ultimate - truth[:, -1]) <= 4 * result.standard_error + 1e-9).all()


def test_rows_that_are_complete_and_steps_longer_than_one_are_no_holes():
    rows = [[4, 6, 8, 9, 10], [5, 7, 9, 10, 11], [4, 6, 8, GAP, GAP], [5, GAP, GAP, GAP, GAP]]
    result = chain_ladder(triangle(rows, index=[2020, 2021, 2022, 2023]))
    assert result.outstanding.iloc[:2].tolist() == [0, 0]
    assert (result.outstanding.iloc[2:] > 0).all()
    complete = chain_ladder(triangle([[4, 6], [5, 7], [4, 8]]))
    assert complete.total_outstanding == complete.total_standard_error == 0


def test_a_count_that_falls_is_kept_and_named():
    assert RAA.decreases.to_dict("records") == [{"origin": 1982, "lag": 6, "change": -103.0}]
    pd.testing.assert_frame_equal(chain_ladder(RAA).decreases, RAA.decreases)
    assert GENINS.decreases.empty


def test_link_ratios_of_single_origins_stand_beside_the_pooled_ones():
    ratios = triangle(SMALL).link_ratios
    np.testing.assert_allclose(ratios, [[1.6, 1.25], [1.5, np.nan], [np.nan, np.nan]])
    assert np.isnan(triangle([[0, 0, 2], [2, 4, GAP], [2, GAP, GAP]]).link_ratios.iloc[0]).all()


def test_a_triangle_does_not_change_with_the_frame_it_was_made_of():
    frame = pd.DataFrame(SMALL, dtype=float)
    made = Triangle(frame, "year")
    frame.iloc[0, 0] = 99
    assert made.counts.iloc[0, 0] == made.cumulative[0, 0] == 10
    with pytest.raises(ValueError, match="read-only"):
        made.cumulative[0, 0] = 1


@pytest.mark.parametrize(
    "index",
    [
        pd.period_range("2021Q1", periods=3, freq="Q"),
        pd.date_range("2021-01-01", periods=3, freq="QS"),
        pd.interval_range(pd.Timestamp("2021-01-01"), periods=3, freq="QS"),
        ["2020-21", "2021-22", "2022-23"],
    ],
    ids=["periods", "dates", "intervals", "text"],
)
@pytest.mark.parametrize("dtype", ["float64", "Int64", "object"])
def test_origins_of_every_kind_and_every_form_of_missing_give_the_same_answer(index, dtype):
    made = Triangle(pd.DataFrame(SMALL, index=index).astype(dtype), "quarter")
    np.testing.assert_allclose(chain_ladder(made).ultimate, chain_ladder(triangle(SMALL)).ultimate)


BAD = {
    "two origins": ([[1, 2], [1, GAP]], None, NotEstimableError, "2 origins.*revision factor"),
    "one lag": ([[1], [2], [3]], None, NotEstimableError, "1 lags"),
    "a hole": ([[1, GAP, 3], [1, 2, GAP], [1, GAP, GAP]], None, ValueError, "outside the recent.*origin 0 at lag 1"),
    "an older origin known less long": ([[1, 2, GAP], [1, 2, 3], [1, GAP, GAP]], None, ValueError, "origin 0 at lag 2"),
    "youngest first": ([[1, GAP, GAP], [1, 2, GAP], [1, 2, 3]], None, ValueError, "outside the recent corner"),
    "an empty origin": ([[1, 2], [1, GAP], [GAP, GAP]], None, ValueError, "origins 2 have no count"),
    "an empty lag": ([[1, GAP], [1, GAP], [1, GAP]], None, ValueError, "lag 1 is missing for every origin"),
    "a negative count": ([[1, 2], [-3, 2], [1, GAP]], None, ValueError, "-3 at origin 1, lag 0"),
    "infinity": ([[1, np.inf], [3, 2], [1, GAP]], None, ValueError, "inf at origin 0, lag 1"),
    "text": ([["1", 2], ["3", 2], ["1", GAP]], None, ValueError, "lag 0 holds dates or text.*give plain numbers"),
    "mixed text": ([[1, 2], ["3", 2], [1, GAP]], None, ValueError, "lag 0 holds dates or text"),
    "truth values": ([[True, 2], [True, 2], [False, GAP]], None, ValueError, "lag 0 holds truth values"),
    "an origin twice": (SMALL, [2021, 2021, 2022], ValueError, "2021 stand more than once"),
    "a year left out": (SMALL, [2020, 2022, 2023], ValueError, "consecutive periods of one length"),
    "years backwards": (SMALL, [2022, 2021, 2020], ValueError, "oldest first"),
    "quarters with a gap": (SMALL, pd.PeriodIndex(["2021Q1", "2021Q2", "2021Q4"], freq="Q"), ValueError, "consecutive"),
    "dates of unequal periods": (
        SMALL, pd.to_datetime(["2021-01-01", "2021-04-01", "2022-04-01"]), ValueError, "consecutive",
    ),
    "overlapping intervals": (
        SMALL, pd.IntervalIndex.from_tuples([(0, 2), (1, 3), (3, 5)]), ValueError, "overlap",
    ),
    "unequal intervals": (SMALL, pd.IntervalIndex.from_tuples([(0, 1), (1, 2), (2, 5)]), ValueError, "differ in"),
    "an origin without label": (SMALL, [2021, None, 2023], ValueError, "no label"),
    "years backwards, unsigned": (SMALL, pd.Index([2022, 2021, 2020], dtype="uint16"), ValueError, "oldest first"),
    "a year left out, as objects": (SMALL, pd.Index([2020, 2022, 2023], dtype=object), ValueError, "consecutive"),
    "a year left out, as categories": (SMALL, pd.CategoricalIndex([2020, 2022, 2023]), ValueError, "consecutive"),
    "a quarter left out, as objects": (
        SMALL, pd.Index([pd.Period(text) for text in ("2021Q1", "2021Q2", "2021Q4")], dtype=object),
        ValueError, "consecutive",
    ),
    "plain dates of unequal periods": (
        SMALL, [datetime.date(2021, 1, 1), datetime.date(2022, 1, 1), datetime.date(2025, 1, 1)],
        ValueError, "consecutive",
    ),
    "unequal spans": (SMALL, pd.to_timedelta([1, 2, 9], unit="D"), ValueError, "consecutive"),
    "origins of two levels": (
        SMALL, pd.MultiIndex.from_tuples([(1, 2), (1, 3), (2, 1)]), ValueError, "one label a row",
    ),
    "imaginary origins": (SMALL, pd.Index([1j, 2j, 3j]), ValueError, "type complex128"),
    "an integer beyond floating point": ([[10**400, 2], [3, 2], [1, GAP]], None, ValueError, "number too large for"),
    "a count whose square overflows": ([[1e200, 2e200], [3, 4], [1, GAP]], None, ValueError, "1e\\+200 at origin 0"),
    "numpy truth values": ([[np.True_, 2], [3, 2], [1, GAP]], None, ValueError, "lag 0 holds truth values"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_triangle_is_refused_with_the_place(case):
    rows, index, error, message = BAD[case]
    with pytest.raises(ValueError, match=message) as raised:
        triangle(rows, index)
    assert raised.type is error


def test_lags_must_be_counted_from_nought_and_the_unit_named():
    for columns in ([1, 2, 3], [0, 1, 3], [0, 2, 1], pd.Index([0, 1, None], dtype="Int64")):
        with pytest.raises(ValueError, match="must be the lags 0, 1, 2"):
            Triangle(pd.DataFrame(SMALL, columns=columns), "year")
    with pytest.raises(ValueError, match="give a DataFrame"):
        Triangle(SMALL, "year")


@pytest.mark.parametrize("unit", ["day", "week", "month", "quarter", "year"])
def test_lags_are_counted_in_a_unit_of_time(unit):
    assert Triangle(pd.DataFrame(SMALL), unit).lag_unit == unit


@pytest.mark.parametrize(
    ("unit", "cure"),
    [
        ("years", "write 'year'"),
        (" Quarter", "write 'quarter'"),
        (" ", "say what one lag is"),
        ("fortnight", "count by one of these"),
        (3, "count by one of these"),
    ],
)
def test_a_lag_that_is_no_unit_of_time_is_refused_with_the_word_that_is(unit, cure):
    with pytest.raises(ValueError, match=rf"lag_unit is .*: must be one of day, week, month, quarter, year; .*{cure}"):
        Triangle(pd.DataFrame(SMALL), unit)


def test_lags_that_are_text_are_said_to_be_and_the_cure_makes_numbers_of_them():
    written = pd.DataFrame(SMALL).rename(columns=str)
    with pytest.raises(ValueError, match=r"columns '0', '1', '2' are text: .*counts\.rename\(columns=int\)"):
        Triangle(written, "year")
    assert Triangle(written.rename(columns=int), "year").latest_lag.tolist() == [2, 1, 0]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[0, 5, 6], [0, 4, GAP], [0, GAP, GAP]], "lags 0 hold no counts"),
        ([[3, 5, 0], [2, 4, GAP], [1, GAP, GAP]], "lags 2 hold no counts after counts before"),
        ([[3, 5, 6], [2, 4, GAP], [0, GAP, GAP]], "origins 2 stand at 0"),
        ([[0, 5, 6], [2, 4, GAP], [1, GAP, GAP]], "origins 0 stand at 0 or grow from 0"),
    ],
)
def test_link_ratios_that_do_not_exist_are_refused(rows, message):
    with pytest.raises(NotEstimableError, match=message):
        chain_ladder(triangle(rows))


def test_a_sigma_that_cannot_be_known_or_a_rule_that_does_not_exist_is_refused():
    with pytest.raises(NotEstimableError, match="one origin is observed beyond lag 0"):
        chain_ladder(triangle([[3, 5], [2, GAP], [1, GAP]]))
    with pytest.raises(NotEstimableError, match="1 sigmas are above 0"):
        chain_ladder(triangle(SMALL), sigma_tail="log-linear")
    with pytest.raises(ValueError, match="must be one of mack, log-linear"):
        chain_ladder(triangle(SMALL), sigma_tail="loglinear")


counts = st.lists(st.lists(st.integers(1, 500), min_size=4, max_size=4), min_size=6, max_size=8)


@settings(max_examples=30, deadline=None)
@given(counts)
def test_the_poisson_model_and_the_chain_ladder_agree_and_scale(increments):
    made = hidden(np.cumsum(increments, axis=1))
    ladder, poisson = chain_ladder(made), over_dispersed_poisson(made)
    np.testing.assert_allclose(poisson.outstanding, ladder.outstanding, rtol=1e-8)
    tenfold = chain_ladder(Triangle(made.counts * 10, "quarter"))
    assert tenfold.total_outstanding == pytest.approx(10 * ladder.total_outstanding)
    assert tenfold.total_standard_error == pytest.approx(10 * ladder.total_standard_error)


def test_the_poisson_model_agrees_with_statsmodels_written_out():
    import statsmodels.formula.api as smf

    long = pd.DataFrame(GENINS.increments).stack().dropna().rename_axis(["origin", "lag"]).rename("new").reset_index()
    import statsmodels.api as sm

    theirs = smf.glm("new ~ C(origin) + C(lag)", long, family=sm.families.Poisson()).fit(scale="X2", tol=1e-12)
    ours = over_dispersed_poisson(GENINS)
    assert ours.dispersion == pytest.approx(theirs.scale, rel=1e-8)
    cells = pd.DataFrame([(i, j) for i in range(10) for j in range(10 - i, 10)], columns=["origin", "lag"])
    expected = theirs.predict(cells).groupby(cells["origin"]).sum()
    np.testing.assert_allclose(ours.outstanding[1:], expected, rtol=1e-8)


def test_the_poisson_model_keeps_single_negative_increments():
    result = over_dispersed_poisson(RAA)
    np.testing.assert_allclose(result.outstanding, chain_ladder(RAA).outstanding, rtol=1e-8, atol=1e-9)
    assert result.total_standard_error == pytest.approx(17_613, abs=1)


def test_a_lag_at_which_nothing_ever_came_is_expected_to_stay_at_nought():
    rows = [[10, 16, 16, 18], [12, 18, 18, GAP], [8, 14, GAP, GAP], [9, GAP, GAP, GAP]]
    result = over_dispersed_poisson(triangle(rows))
    np.testing.assert_allclose(result.outstanding, chain_ladder(triangle(rows)).outstanding, rtol=1e-8)


def test_a_planted_calendar_shock_is_found_and_taken_out_of_the_future():
    periods = pd.period_range("2018Q1", periods=10, freq="Q")
    means = np.outer(np.linspace(900, 1400, 10), SHARES)
    diagonal = np.add.outer(np.arange(10), np.arange(4))
    shocked = np.where(diagonal == 8, 0.5, 1.0) * means
    made = hidden(shocked.cumsum(axis=1), periods)
    result = over_dispersed_poisson(made, shocks=[periods[8]])
    assert result.shocks.loc[periods[8], "factor"] == pytest.approx(0.5, rel=1e-6)
    future = np.where(diagonal > 9, means, 0).sum()
    assert result.total_outstanding == pytest.approx(future, rel=1e-6)
    assert abs(over_dispersed_poisson(made).total_outstanding / future - 1) > 0.02


def test_noise_around_a_calendar_shock_leaves_it_inside_its_interval():
    rng = np.random.default_rng(1)
    diagonal = np.add.outer(np.arange(16), np.arange(4))
    counts = rng.poisson(np.where(diagonal == 12, 0.7, 1.0) * np.outer(np.full(16, 800), SHARES)).cumsum(axis=1)
    row = over_dispersed_poisson(hidden(counts), shocks=[12]).shocks.loc[12]
    assert row["low"] < 0.7 < row["high"] < 1


@pytest.mark.parametrize(
    ("rows", "shocks", "error", "message"),
    [
        (SMALL, [7], ValueError, "shocks 7: name calendar periods"),
        ([[4, 6, 8], [5, 7, 9], [4, GAP, GAP]], [1], ValueError, "not as long as lags"),
        (SMALL, [0, 1, 2], NotEstimableError, "none is left"),
        ([[3, 5, 4], [2, 4, GAP], [1, GAP, GAP]], [], NotEstimableError, "lags 2 take back more"),
        ([[3, 5, 6], [2, 4, GAP], [0, GAP, GAP]], [], NotEstimableError, "origins 2 have no counts"),
    ],
)
def test_a_regression_that_has_no_answer_is_refused(rows, shocks, error, message):
    with pytest.raises(ValueError, match=message) as raised:
        over_dispersed_poisson(triangle(rows), shocks=shocks)
    assert raised.type is error


def test_a_factor_for_every_calendar_period_is_refused():
    with pytest.raises(NotEstimableError, match="cannot be told from origins and lags"):
        over_dispersed_poisson(GENINS, shocks=range(1, 11))
    with pytest.raises(ValueError, match="level 95"):
        over_dispersed_poisson(GENINS, level=95)


def test_a_published_triangle_is_square_and_its_corner_hidden():
    assert GENINS.latest.tolist()[-1] == 344014
    assert published(1, [[1, 2], [3, 4], [5]]).latest_lag.tolist() == [1, 1, 0]


@pytest.mark.parametrize("model", [chain_ladder, over_dispersed_poisson])
def test_a_frame_is_no_triangle_before_it_was_checked(model):
    with pytest.raises(ValueError, match="triangle is a DataFrame: make a Triangle"):
        model(pd.DataFrame(SMALL))


def test_levels_and_shocks_that_are_no_such_thing_are_refused_by_what_they_are():
    for level in ("0.95", None, np.array([0.9, 0.95]), pd.NA):
        with pytest.raises(ValueError, match=r"level is .*must be a number"):
            over_dispersed_poisson(GENINS, level=level)
    for shocks in (99, None, [pd.NA], [[1]]):
        with pytest.raises(ValueError, match="name calendar periods by their origin, 1 to 10"):
            over_dispersed_poisson(GENINS, shocks=shocks)
    one, listed = (over_dispersed_poisson(GENINS, shocks=shocks) for shocks in (9, [9]))
    pd.testing.assert_frame_equal(one.shocks, listed.shocks)


def test_mack_error_by_recursion_is_his_closed_form():
    # Mack 1993, theorem 3 and its corollary, written out origin by origin.
    seen = RAA.cumulative
    full, number, result = seen.copy(), len(seen), chain_ladder(RAA)
    ratios, spread = result.link_ratios.to_numpy(), result.sigma.to_numpy() ** 2
    below = [seen[: number - lag - 1, lag].sum() for lag in range(number - 1)]
    for lag in range(number - 1):
        full[number - lag - 1 :, lag + 1] = full[number - lag - 1 :, lag] * ratios[lag]
    squared, total = np.zeros(number), 0.0
    for row in range(1, number):
        steps = range(number - 1 - row, number - 1)
        each = [spread[lag] / ratios[lag] ** 2 for lag in steps]
        squared[row] = full[row, -1] ** 2 * sum(
            part * (1 / full[row, lag] + 1 / below[lag]) for part, lag in zip(each, steps, strict=True)
        )
        shared = sum(2 * part / below[lag] for part, lag in zip(each, steps, strict=True))
        total += squared[row] + full[row, -1] * full[row + 1 :, -1].sum() * shared
    np.testing.assert_allclose(result.standard_error**2, squared, rtol=1e-12)
    assert result.total_standard_error**2 == pytest.approx(total, rel=1e-12)
