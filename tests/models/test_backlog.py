import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cseanalysis.models.pipeline.queues import backlog, serve_queue, stock_residual, waiting_time
from cseanalysis.values import NotEstimableError

FLOWS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=20)


def test_open_cases_are_what_was_open_plus_receipts_minus_disposals():
    np.testing.assert_array_equal(backlog(10, [5, 0, 2], [1, 14, 2]), [14, 0, 0])


@given(st.integers(0, 100), FLOWS)
def test_a_queue_never_completes_more_than_capacity_or_than_it_holds(start, rows):
    receipts, capacity = zip(*rows, strict=True)
    table = serve_queue(start, receipts, capacity)
    assert (table["disposals"] <= table["capacity"]).all()
    assert (table["open"] >= 0).all()
    np.testing.assert_allclose(backlog(start, receipts, table["disposals"]), table["open"])
    assert (table.loc[table["open"] > 0, "disposals"] == table.loc[table["open"] > 0, "capacity"]).all()


def test_above_capacity_the_wait_grows_without_end_where_a_fixed_delay_would_stay():
    table = serve_queue(1000, [110] * 24, 100)
    assert table["open"].tolist() == [1010 + 10 * period for period in range(24)]
    assert table["periods_to_clear"].iloc[-1] == pytest.approx(12.4)
    assert np.isnan(serve_queue(10, [1], 0)["periods_to_clear"].iloc[0])


def test_a_steady_queue_follows_littles_law():
    # Plant a wait of 40 days at 5 cases a day: 200 cases are open on average, and the law leads back to 40.
    rng = np.random.Generator(np.random.Philox(key=4))
    entered = np.sort(4000 * rng.random(20_000))
    left = entered + rng.gamma(2.0, 20.0, entered.size)
    days = np.arange(1000, 3000)
    mean_open = np.mean(np.searchsorted(entered, days) - np.searchsorted(np.sort(left), days))
    assert waiting_time(mean_open, 5.0) == pytest.approx(40, rel=0.03)


def test_littles_law_is_refused_on_a_stock_that_grows():
    with pytest.raises(NotEstimableError, match="steady stock"):
        waiting_time([6399, 6989], 15.0)
    with pytest.raises(NotEstimableError, match="the stock grows"):
        waiting_time(6399, 15.0, received_per_day=17.0)
    assert waiting_time([6989, 6399], 10.0) == pytest.approx(669.4)
    assert waiting_time(600, 2.0, received_per_day=2.0) == 300


def test_on_a_falling_stock_the_law_lies_between_past_and_new_waits():
    # 1,000 open, 5 in and 10 out a day, in order: whoever is completed joined a longer queue, whoever joins a shorter.
    open_cases = 1000 - 5 * np.arange(101)
    law = waiting_time(open_cases, 10.0)
    assert open_cases[-1] / 10 < law < 1000 / 10


def test_the_residual_between_stocks_and_flows_is_shown_where_it_arises():
    table = stock_residual([100, np.nan, 130, 120], [30, 40, 10], [20, 30, 20])
    assert table["period"].tolist() == [1, 2]
    assert table["accumulated"].tolist() == [120, 120]
    assert table["residual"].tolist() == [10, 0]
    assert table["residual_since_start"].tolist() == [10, 10]


@given(st.integers(0, 2000), FLOWS)
def test_flows_that_made_the_stocks_leave_no_residual(start, rows):
    receipts, disposals = zip(*rows, strict=True)
    stocks = start + 2000 + np.cumsum(np.subtract(receipts, disposals))
    table = stock_residual([start + 2000, *stocks], receipts, disposals)
    assert not table["residual"].any()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: backlog(10, [1, 2], [1]), "one per period"),
        (lambda: backlog(10, [], []), "one per period"),
        (lambda: backlog(-1, [1], [1]), "open_at_start is -1"),
        (lambda: backlog(10, [1, np.nan], [1, 1]), "receipts holds"),
        (lambda: backlog(10, [1], [-1]), "disposals holds"),
        (lambda: backlog(10, [1, 1], [1, 20]), "period 1: -9 cases"),
        (lambda: serve_queue(10, [1], [-1]), "capacity holds"),
        (lambda: backlog(10, ["1"], ["2"]), "dates or text"),
        (lambda: backlog("10", [1], [2]), "must be a number"),
        (lambda: waiting_time("6000", 20), "dates or text"),
        (lambda: waiting_time(6000, "20"), "must be a number"),
        (lambda: serve_queue(10, [1, 2], [1]), "one per period"),
        (lambda: waiting_time(-5, 1), "not be negative|not negative"),
        (lambda: waiting_time([], 1), "finite and not negative"),
        (lambda: waiting_time(5, 0), "nothing is completed"),
        (lambda: waiting_time(5, np.inf), "finite"),
        (lambda: stock_residual([1, 2], [1, 2], [1, 2]), "start and at the end"),
        (lambda: stock_residual([1, np.nan], [1], [1]), "first or last stock is missing"),
        (lambda: stock_residual([1, -2], [1], [1]), "none negative"),
    ],
)
def test_bad_books_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
