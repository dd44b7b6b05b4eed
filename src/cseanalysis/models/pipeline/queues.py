"""Stocks and flows: open cases, what a capacity does to them, how long they wait, and whether the books agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cseanalysis.models.change.series import check_order
from cseanalysis.models.checks import aligned, number, numbers
from cseanalysis.values import NotEstimableError

Array = NDArray[np.float64]


def backlog(open_at_start: float, receipts: ArrayLike, disposals: ArrayLike) -> Array:
    """Return the cases open at the end of each period: what was open, plus receipts, minus disposals.

    Parameters
    ----------
    open_at_start
        Cases open when the first period begins; not negative.
    receipts, disposals
        Cases received and completed in each period, in the same unit, shape (periods,); series are matched by label.

    Returns
    -------
    ndarray of shape (periods,)

    Raises
    ------
    ValueError
        When the lengths differ, something is missing or negative, or more is completed than there was.

    Examples
    --------
    >>> backlog(100, [30, 30], [20, 40]).tolist()
    [110.0, 100.0]
    """
    start, received, completed = _checked(open_at_start, receipts=receipts, disposals=disposals)
    stock = start + np.cumsum(received - completed)
    if (stock < 0).any():
        period = int(np.argmax(stock < 0))
        raise ValueError(
            f"period {period}: {stock[period]:g} cases open; more cannot be completed than are open. Are receipts, "
            "disposals and the stock the same kind of case, and is reopening counted as receipt?"
        )
    return np.asarray(stock, dtype=np.float64)


def serve_queue(open_at_start: float, receipts: ArrayLike, capacity: ArrayLike) -> pd.DataFrame:
    """Complete in each period as many cases as capacity allows or the queue holds, whichever is less.

    Parameters
    ----------
    open_at_start, receipts
        As in `backlog`.
    capacity
        Cases that can be completed in a period: one number, or one for each period.

    Returns
    -------
    DataFrame
        A row for each period: ``receipts``, ``capacity``, ``disposals``, ``open`` at its end, and ``periods_to_clear``:
        how long the newest case waits if cases are taken in order and capacity stays at its value (missing when it
        is 0).

    Raises
    ------
    ValueError
        When the lengths differ or something is missing or negative.

    Notes
    -----
    A delay with a fixed distribution does not know of a queue and understates growth; here the wait follows from it.

    Examples
    --------
    >>> serve_queue(10, [5, 0, 0], 8)["disposals"].tolist()
    [8.0, 7.0, 0.0]
    """
    size = numbers("receipts", receipts).size
    capacity = np.full(size, capacity) if np.isscalar(capacity) or capacity is None else capacity
    start, received, able = _checked(open_at_start, receipts=receipts, capacity=capacity)
    disposals, stock = np.empty(size), np.empty(size)
    left = start
    for period in range(size):
        queue = left + received[period]
        disposals[period] = min(able[period], queue)
        left = stock[period] = queue - disposals[period]
    clear = np.divide(stock, able, out=np.full(size, np.nan), where=able > 0)
    columns = {"receipts": received, "capacity": able, "disposals": disposals, "open": stock, "periods_to_clear": clear}
    return pd.DataFrame(columns)


def waiting_time(
    open_cases: float | ArrayLike, completed_per_day: float, *, received_per_day: float | None = None
) -> float:
    """Return the mean days that a case stays open, by Little's law, if the stock is steady.

    Parameters
    ----------
    open_cases
        Mean number open; or the stocks at successive dates, whose mean is taken unless they grow.
    completed_per_day
        Cases completed per day over the same time.
    received_per_day
        Cases received per day, where published; checked against the completions.

    Returns
    -------
    float
        Days. One stock alone cannot show whether it is steady: that is then an assumption of the caller. Nor can two
        numbers show that they were exchanged: 20 open cases and 6000 completed a day are a wait of minutes. On a stock
        that falls it lies between two waits: shorter than that of the cases completed meanwhile, who joined a longer
        queue before the first stock, and longer than that of those now joining, if completions go on.

    Raises
    ------
    ValueError
        When a number is missing, negative, or nothing is completed.
    NotEstimableError
        When the stock grows, or more cases come in than are completed.

    Notes
    -----
    Little (1961): ``L = lambda W`` holds for long-run means of a stationary queue. When a stock grows, completions
    are fewer than arrivals and the wait of those now joining depends on capacity to come: see `serve_queue`.

    Examples
    --------
    >>> waiting_time(6000, 20)
    300.0
    """
    stocks = np.atleast_1d(numbers("open_cases", open_cases))
    check_order("open_cases", open_cases)
    completed_per_day = number("completed_per_day", completed_per_day)
    if received_per_day is not None:
        received_per_day = number("received_per_day", received_per_day)
    rates = [completed_per_day] if received_per_day is None else [completed_per_day, received_per_day]
    if stocks.ndim != 1 or stocks.size == 0 or not np.isfinite([*stocks, *rates]).all() or min(*stocks, *rates, 0) < 0:
        raise ValueError(
            f"open cases {stocks.ravel()[:5].tolist()}, flows per day {rates}: must be finite and not negative"
        )
    if completed_per_day == 0:
        raise ValueError("nothing is completed: a case then stays open for ever; is the count of completions missing?")
    if stocks[-1] > stocks[0]:
        raise NotEstimableError(
            f"open cases grow from {stocks[0]:g} to {stocks[-1]:g}: Little's law needs a steady stock, and on a "
            "growing one open cases over completions is nobody's wait; use serve_queue with stated capacities"
        )
    if received_per_day is not None and received_per_day > completed_per_day:
        raise NotEstimableError(
            f"{received_per_day:g} cases a day come in and {completed_per_day:g} are completed: the stock grows, so "
            "Little's law, which needs a steady one, gives no wait; use serve_queue with stated capacities"
        )
    return float(stocks.mean() / completed_per_day)


def stock_residual(open_cases: ArrayLike, receipts: ArrayLike, disposals: ArrayLike) -> pd.DataFrame:
    """Compare published stocks with the flows published between them.

    Parameters
    ----------
    open_cases
        Stock at the start of the first period, then at the end of each, shape (periods + 1,); missing where none was
        published, which neither the first nor the last may be.
    receipts, disposals
        Flows of each period, shape (periods,), none missing.

    Returns
    -------
    DataFrame
        A row for each published stock after the first: ``period`` (at whose end it stands), ``published``,
        ``accumulated`` (the published stock before it plus receipts minus disposals since), ``residual``, and
        ``residual_since_start``.

    Raises
    ------
    ValueError
        When the lengths do not match, something is negative, a flow is missing, or the first or last stock is.

    Notes
    -----
    A residual is what transfers, reopened cases, cancelled records, redefinitions and errors leave; it is shown, not
    spread over the flows.

    Examples
    --------
    >>> stock_residual([100, None, 130], [30, 40], [20, 30])[["published", "accumulated", "residual"]]
       published  accumulated  residual
    0      130.0        120.0      10.0
    """
    stocks = numbers("open_cases", open_cases)
    check_order("open_cases", open_cases)
    _, received, completed = _checked(0.0, receipts=receipts, disposals=disposals)
    if stocks.shape != (received.size + 1,) or (stocks < 0).any() or np.isinf(stocks).any():
        raise ValueError(
            f"open_cases of shape {stocks.shape} for {received.size} periods: must be the stock at the start and at "
            "the end of each, none negative"
        )
    if np.isnan(stocks[[0, -1]]).any():
        raise ValueError("the first or last stock is missing: residuals need one at both ends; shorten the series")
    known = np.flatnonzero(~np.isnan(stocks))
    flow = np.concatenate([[0.0], np.cumsum(received - completed)])
    accumulated = stocks[known[:-1]] + np.diff(flow[known])
    residual = stocks[known[1:]] - accumulated
    return pd.DataFrame(
        {
            "period": known[1:] - 1,
            "published": stocks[known[1:]],
            "accumulated": accumulated,
            "residual": residual,
            "residual_since_start": np.cumsum(residual),
        }
    )


def _checked(open_at_start: float, **flows: ArrayLike) -> tuple[float, Array, Array]:
    open_at_start = number("open_at_start", open_at_start)
    if not (np.isfinite(open_at_start) and open_at_start >= 0):
        raise ValueError(f"open_at_start is {open_at_start}: must be finite and not negative")
    for name, flow in flows.items():
        check_order(name, flow)
    matched = zip(flows, aligned(**flows), strict=True)
    (one_name, one), (two_name, two) = ((name, numbers(name, flow)) for name, flow in matched)
    if one.ndim != 1 or one.size == 0 or one.shape != two.shape:
        raise ValueError(f"{one_name} and {two_name} have shapes {one.shape} and {two.shape}: must be one per period")
    for name, flow in ((one_name, one), (two_name, two)):
        if not (np.isfinite(flow) & (flow >= 0)).all():
            wrong = flow[~(np.isfinite(flow) & (flow >= 0))][:5].tolist()
            raise ValueError(f"{name} holds {wrong}: must be finite and not negative; missing is not zero")
    return float(open_at_start), one, two
