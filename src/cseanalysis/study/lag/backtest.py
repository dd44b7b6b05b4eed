"""The lag scenario held against published years of charges and defendants, whatever comes of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.export.wording import say_month
from cseanalysis.models import project_cohorts
from cseanalysis.register import Figure
from cseanalysis.sensitivity.known import known_ends, scaled
from cseanalysis.study.data.codes import ALL_CODES
from cseanalysis.study.data.named import CHARGES
from cseanalysis.study.data.reported import Narrowed
from cseanalysis.study.lag.judged import BackTest, PublishedDelay, read_until
from cseanalysis.study.lag.numbers import QUARTER, chained_mass, charge_delay, quarterly_intake, trial_delay
from cseanalysis.study.ranges import among, bounded, narrowed_by, needed_assumptions, resting_on
from cseanalysis.values import Assumption, Estimate, Interval

TURNING = (
    "delay_shape",
    "intake_growth",
    "days_to_charge",
)  # a window of a year is widest open for some delay between the ends
QUARTERS = 100  # how far the cohorts behind a test are followed
_ONE_YEAR = np.repeat((1.0, 0.0), (4, QUARTERS - 4))
EARLIER = 40  # quarters before the data, so that old offences that are charged late are not left out


def charges_expected(
    *,
    intake: NDArray[np.float64],
    first_quarter: int,
    days_to_charge: float,
    delay_shape: float,
    intake_growth: float,
    earlier_intake_ratio: float,
    later_intake_ratio: float,
) -> float:
    """Charges in four quarters from recorded offences, and like ones before and after, were all charged in the end."""
    cases = _extended(intake, first_quarter + 4, earlier_intake_ratio, later_intake_ratio)
    return float(cases[::-1] @ _year_of_charges(days_to_charge, delay_shape, intake_growth)[: len(cases)])


def prosecutions_expected(
    *,
    intake: NDArray[np.float64],
    first_quarter: int,
    days_to_charge: float,
    charge_to_trial_days: float,
    delay_shape: float,
    intake_growth: float,
    charge_growth: float,
    earlier_intake_ratio: float,
) -> float:
    """Offences coming to trial in four quarters, were all recorded ones charged in the end."""
    cases = _extended(intake, first_quarter + 4, earlier_intake_ratio, 1.0)
    delays = (days_to_charge, charge_to_trial_days, delay_shape, intake_growth, charge_growth)
    return float(cases[::-1] @ _year_of_trials(*delays)[: len(cases)])


def charge_probability_needed(
    *,
    published: float,
    intake: NDArray[np.float64],
    first_quarter: int,
    days_to_charge: float,
    delay_shape: float,
    intake_growth: float,
    earlier_intake_ratio: float,
    later_intake_ratio: float,
) -> float:
    """Share of recorded offences that must in the end be charged for a published year of charges to come about."""
    return published / charges_expected(
        intake=intake,
        first_quarter=first_quarter,
        days_to_charge=days_to_charge,
        delay_shape=delay_shape,
        intake_growth=intake_growth,
        earlier_intake_ratio=earlier_intake_ratio,
        later_intake_ratio=later_intake_ratio,
    )


def back_tests(
    asked: Iterable[BackTest],
    recorded: pd.DataFrame,
    figures: Mapping[str, Figure],
    assumptions: Mapping[str, Assumption],
) -> tuple[pd.DataFrame, dict[str, tuple[Narrowed, ...]]]:
    """Hold the scenario against published years of charges and defendants, whatever comes of it."""
    # A row a test: ``figure``, ``statement``, ``period``, ``published``, ``expected_low`` and ``expected_high`` (a
    # bound), ``within``, ``fold`` (high over low: to lie within a wide range says little), ``differs`` (why the counts
    # may not be of the same kind) and ``basis`` (the assumptions). With it, by how much knowing each assumption would
    # narrow what is expected, by result id.
    rows, narrowed = [], {}
    for test in asked:
        figure = figures[test.figure]
        model = charges_expected if test.expects == "charges" else prosecutions_expected
        fixed = partial(model, **_quarters(recorded, test.codes or ALL_CODES, figure))
        needed = needed_assumptions(fixed, assumptions)
        with resting_on(f"back-test {test.figure}", needed):
            charged = known_ends(fixed, needed, turning=among(TURNING, needed))
        # These two scale every corner alike, so they need no corners of their own.
        factors = [assumptions["charge_probability"]]
        ends = scaled(charged, factors[0])
        if test.defendants:
            factors.append(assumptions["offences_per_defendant"])
            ends = scaled(ends, factors[1], divide=True)
        narrowed[expected_id(test.figure)] = narrowed_by(ends)
        low, high = float(ends.low[0]), float(ends.high[0])
        basis = [assumption.id for assumption in (*needed, *factors)]
        rows.append(
            {
                "figure": test.figure,
                "statement": figure.statement,
                "period": " to ".join(say_month(day) for day in (figure.period_start, figure.period_end) if day),
                "published": figure.value,
                "expected_low": low,
                "expected_high": high,
                "within": low <= figure.value <= high,
                "fold": high / low,
                "differs": test.differs,
                "basis": ", ".join(basis),
            }
        )
    return pd.DataFrame(rows), narrowed


def expected_id(figure: str) -> str:
    """Return the id of the result that a published figure is held against."""
    return f"expected_{figure.lower()}"


def back_test_results(
    tests: pd.DataFrame,
    delays: Collection[PublishedDelay],
    recorded: pd.DataFrame,
    figures: Mapping[str, Figure],
    assumptions: Mapping[str, Assumption],
) -> list[Estimate]:
    """Return what the scenario expects for each published count, and the probability the newest one needs."""
    newest = figures[CHARGES]
    return [
        *(
            Estimate(
                expected_id(test.figure),
                f"{test.statement}, {test.period}: expected",
                interval=Interval(test.expected_low, test.expected_high, "bound"),
                basis=("recorded_offences", test.figure, *test.basis.split(", ")),
                procedure=f"charge_probability times what is expected of the offences in recorded_offences for the "
                f"period of {test.figure}, by back_tests, over {test.basis.replace('charge_probability, ', '')}",
            )
            for test in tests.itertuples()
        ),
        bounded(
            "charge_probability_needed",
            "share of recorded offences charged in the end, if the charges published for 2023/24 are of these offences",
            partial(charge_probability_needed, published=newest.value, **_quarters(recorded, ALL_CODES, newest)),
            assumptions,
            ("recorded_offences", CHARGES, *read_until(delays, "charges")),
            turning=TURNING,
        ),
    ]


def _quarters(recorded: pd.DataFrame, codes: Sequence[str], figure: Figure) -> dict[str, Any]:
    """Return what was recorded by quarter, and in which quarter of it the year of a figure begins."""
    intake, begins = quarterly_intake(recorded, codes), figure.period_start
    if begins is None:
        raise ValueError(f"{figure.id} has no stated period; a count without one cannot be held against the scenario")
    first = intake.index[0]
    return {
        "intake": intake.to_numpy(),
        "first_quarter": 4 * (begins.year - first.year) + (begins.month - first.month) // 3,
    }


# Kept, because the corners of six tests ask for the same delays again and again.
@lru_cache(maxsize=8192)
def _year_of_charges(days_to_charge: float, delay_shape: float, intake_growth: float) -> NDArray[np.float64]:
    """Share of a quarter's charges that falls into a year, by the quarters from recording to the end of the year."""
    delay = charge_delay(days_to_charge, delay_shape, intake_growth)
    return project_cohorts(_ONE_YEAR, delay.mass(QUARTERS, period_days=QUARTER), 1.0)


@lru_cache(maxsize=8192)
def _year_of_trials(
    days_to_charge: float,
    charge_to_trial_days: float,
    delay_shape: float,
    intake_growth: float,
    charge_growth: float,
) -> NDArray[np.float64]:
    charged = charge_delay(days_to_charge, delay_shape, intake_growth)
    tried = trial_delay(charge_to_trial_days, delay_shape, charge_growth)
    return project_cohorts(_ONE_YEAR, chained_mass(charged, tried, QUARTERS, QUARTER), 1.0)


def _extended(
    intake: NDArray[np.float64], quarters: int, earlier_intake_ratio: float, later_intake_ratio: float
) -> NDArray[np.float64]:
    """Put ten years in front at a ratio to the first four quarters; cut, or go on at a ratio to the last four."""
    cases = np.empty(EARLIER + quarters)
    cases[:EARLIER] = earlier_intake_ratio * sum(intake[:4].tolist()) / 4
    cases[EARLIER : EARLIER + len(intake)] = intake[:quarters]
    cases[EARLIER + len(intake) :] = later_intake_ratio * sum(intake[-4:].tolist()) / 4
    return cases
