"""The Crown Court's open cases: what the published stocks and flows allow, what they refuse, and a queue drawn out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.models import backlog, serve_queue, stock_residual, waiting_time
from cseanalysis.register import Figure
from cseanalysis.sensitivity.known import element, known_ends
from cseanalysis.study.data.named import CASES_THROUGH, HYDRANT_CLOSED, HYDRANT_KNOWN, HYDRANT_LIVE, OPEN_CASES
from cseanalysis.study.data.reported import Narrowed
from cseanalysis.study.lag.numbers import DAYS_A_YEAR
from cseanalysis.study.ranges import narrowed_by, needed_assumptions, resting_on
from cseanalysis.values import Assumption, Estimate, Interval

YEARS = 5  # of the illustration


def receipts_needed(figures: Mapping[str, Figure]) -> float:
    """Return the cases that must have come in for the published stocks and flow to agree, were they of one kind."""
    # The change in open cases plus the cases that went through; `backlog` then ends at the published stock.
    before, after, through = (float(figures[name].value) for name in (*OPEN_CASES, CASES_THROUGH))
    needed = after - before + through
    (end,) = backlog(before, [needed], [through]).tolist()
    if end != after:
        raise ValueError(f"{before:g} open, {needed:g} in and {through:g} out end at {end:g}, not at {after:g}")
    return needed


def queue_ahead(
    *,
    open_cases: float,
    completed: float,
    received: float,
    court_capacity_ratio: float,
    court_receipts_ratio: float,
) -> NDArray[np.float64]:
    """Open cases at the end of each of the years ahead, then the days that the newest case waits, from today on."""
    # Cases taken in order, as many as capacity allows or the queue holds.
    capacity = completed * court_capacity_ratio
    run = serve_queue(open_cases, np.full(YEARS, received * court_receipts_ratio), capacity)
    stock = np.concatenate([[open_cases], run["open"]])
    return np.concatenate([stock, DAYS_A_YEAR * np.concatenate([[open_cases / capacity], run["periods_to_clear"]])])


def court_queue(
    figures: Mapping[str, Figure], assumptions: Mapping[str, Assumption]
) -> tuple[pd.DataFrame, dict[str, tuple[Narrowed, ...]]]:
    """Draw the queue out over the years ahead: an illustration of capacity, not a forecast."""
    # A row a year from the newest stock: ``year`` (0 is its day), and the ends of ``open`` and of ``wait`` in days of
    # the case that comes last, bounds over the assumed ratios. With it, by how much knowing each assumption would
    # narrow what `court_results` reports of it.
    model = partial(
        queue_ahead,
        open_cases=float(figures[OPEN_CASES[-1]].value),
        completed=float(figures[CASES_THROUGH].value),
        received=receipts_needed(figures),
    )
    needed = needed_assumptions(model, assumptions)
    with resting_on("court queue", needed):
        found = known_ends(model, needed)
    reported = {"open_ahead": YEARS, "wait_now": YEARS + 1, "wait_ahead": 2 * YEARS + 1}
    narrowed = {f"court_{name}": narrowed_by(element(found, row)) for name, row in reported.items()}
    ends = np.stack([found.low, found.high], axis=1).reshape(2, YEARS + 1, 2)
    columns = {"open_low": ends[0, :, 0], "open_high": ends[0, :, 1]}
    columns |= {"wait_low": ends[1, :, 0], "wait_high": ends[1, :, 1]}
    return pd.DataFrame({"year": range(YEARS + 1), **columns}), narrowed


def court_results(figures: Mapping[str, Figure], queue: pd.DataFrame) -> list[Estimate]:
    """Return the numbers of the court queue that the chapter quotes."""
    # Receipts are conditional on stock and flow being of one kind, which nothing published says.
    before, after = (float(figures[name].value) for name in OPEN_CASES)
    ahead = (*OPEN_CASES, CASES_THROUGH, "court_capacity_ratio", "court_receipts_ratio")
    first, last = queue.iloc[0], queue.iloc[-1]
    needed = receipts_needed(figures)
    steady = serve_queue(after, [needed, needed], float(figures[CASES_THROUGH].value))
    day = "Crown Court child sexual abuse cases"
    grown, capacity = f"{OPEN_CASES[1]} - {OPEN_CASES[0]}", f"{CASES_THROUGH} * court_capacity_ratio"
    yearly = f"court_receipts_needed * court_receipts_ratio - {capacity}"
    stock_ahead = f"max(0, {OPEN_CASES[-1]} + {YEARS} * ({yearly}))"
    return [
        Estimate(
            "court_open_growth",
            f"open {day}, 31 March 2025 less 31 March 2024, if both are of the day",
            after - before,
            basis=OPEN_CASES,
            formula=grown,
        ),
        Estimate(
            "court_receipts_needed",
            "cases received in 2024/25 for stock and flow to agree, if the flow is of the same court and cases",
            needed,
            basis=(*OPEN_CASES, CASES_THROUGH),
            formula=f"{CASES_THROUGH} + {grown}",
        ),
        *(
            Estimate(
                f"court_wait_{word}",
                f"days that the newest case waits, {words}, if taken in order",
                interval=Interval(float(row["wait_low"]), float(row["wait_high"]), "bound"),
                basis=ahead,
                formula=f"{DAYS_A_YEAR} * {stock} / ({capacity})",
            )
            for word, words, row, stock in (
                ("now", "at the newest stock", first, OPEN_CASES[-1]),
                ("ahead", f"{YEARS} years on", last, f"({stock_ahead})"),
            )
        ),
        Estimate(
            "court_wait_growth",
            "days by which the wait grows in a year, if capacity stays and as many cases come in as in 2024/25",
            DAYS_A_YEAR * float(steady["periods_to_clear"].diff().iloc[1]),
            basis=(*OPEN_CASES, CASES_THROUGH),
            formula=f"{DAYS_A_YEAR} * ({grown}) / {CASES_THROUGH}",
        ),
        Estimate(
            "court_open_ahead",
            f"open {day}, {YEARS} years after the newest stock",
            interval=Interval(float(last["open_low"]), float(last["open_high"]), "bound"),
            basis=ahead,
            formula=stock_ahead,
        ),
        Estimate(
            "hydrant_residual",
            "suspects under live investigation in Operation Hydrant on 28 June 2018, published less accumulated",
            float(hydrant_books(figures)["residual"].iloc[0]),
            basis=(*HYDRANT_KNOWN, *HYDRANT_CLOSED, *HYDRANT_LIVE),
            formula="{3} - {2} - ({1} - {0}) + ({5} - {4})".format(*HYDRANT_KNOWN, *HYDRANT_LIVE, *HYDRANT_CLOSED),
        ),
    ]


def hydrant_books(figures: Mapping[str, Figure]) -> pd.DataFrame:
    """Check the only stock that is published with both of its flows: suspects under live investigation."""
    # See `cseanalysis.models.stock_residual`. Newly known suspects come in, closed ones go out.
    (known, later_known), (closed, later_closed), live = (
        [float(figures[name].value) for name in names] for names in (HYDRANT_KNOWN, HYDRANT_CLOSED, HYDRANT_LIVE)
    )
    return stock_residual(live, [later_known - known], [later_closed - closed])


def court_refusals(figures: Mapping[str, Figure]) -> list[dict[str, str]]:
    """Put to the models what the published numbers cannot answer, and return their words."""
    # ``asked`` and ``answered``, which is the error.
    open_cases = [float(figures[name].value) for name in OPEN_CASES]
    through = float(figures[CASES_THROUGH].value)
    asked: dict[str, Callable[[], object]] = {
        "How long does a case wait, from open cases over completed ones (Little's law)?": partial(
            waiting_time, open_cases, through / DAYS_A_YEAR
        ),
        "The same from the newest stock alone, with the receipts that would be needed?": partial(
            waiting_time,
            open_cases[1],
            round(through / DAYS_A_YEAR, 1),
            received_per_day=round(receipts_needed(figures) / DAYS_A_YEAR, 1),
        ),
        "Do the two stocks and the flow between them agree (residual)?": partial(
            stock_residual, open_cases, [np.nan], [through]
        ),
    }
    return [{"asked": question, "answered": answer_of(ask)} for question, ask in asked.items()]


def answer_of(ask: Callable[[], object]) -> str:
    """Return the words in which a model refuses, or that it did not."""
    try:
        ask()
    except ValueError as refusal:  # NotEstimableError is one
        return str(refusal)
    return "not refused"
