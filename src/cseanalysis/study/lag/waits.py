"""Published delays, naive and corrected side by side, and how long until what is still to come is visible."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache, partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.export.wording import say_month
from cseanalysis.models import (
    Delay,
    delay_from_mean,
    delay_from_quantiles,
    forward_mean,
    periods_until_visible,
    seen_in_window,
)
from cseanalysis.register import Figure
from cseanalysis.sensitivity.known import element, known_ends
from cseanalysis.study.data.codes import CHILD_CODES
from cseanalysis.study.data.reported import Narrowed
from cseanalysis.study.data.tables import data_end
from cseanalysis.study.lag.judged import Average, PublishedDelay, read_until
from cseanalysis.study.lag.numbers import (
    DAYS_A_YEAR,
    QUARTER,
    chained_mass,
    charge_delay,
    quarterly_intake,
    trial_delay,
)
from cseanalysis.study.ranges import TURNING, bounded, narrowed_by, needed_assumptions, resting_on
from cseanalysis.values import Assumption, Estimate, Interval

FOLLOWED = 800  # quarters for which a delay's mass is followed, so that its tail is in it
MONTHS_A_QUARTER = 3
WINDOWS = {"year": DAYS_A_YEAR, "three_years": 3 * DAYS_A_YEAR}
SHARES = {"half": ("half", 0.5), "ninety_per_cent": ("nine tenths", 0.9)}
_STRETCH = {"charges": "from recording to charge", "trials": "from charge to trial"}


def months_until_charges(
    *, share: float, intake: NDArray[np.float64], days_to_charge: float, delay_shape: float, intake_growth: float
) -> float:
    """Months, in whole quarters, until a share of the charges still to come is visible, if nobody records any more."""
    mass = _charge_mass(days_to_charge, delay_shape, intake_growth)
    return MONTHS_A_QUARTER * periods_until_visible(intake, mass, share)


def months_until_trials(
    *,
    share: float,
    intake: NDArray[np.float64],
    days_to_charge: float,
    charge_to_trial_days: float,
    delay_shape: float,
    intake_growth: float,
    charge_growth: float,
) -> float:
    """Months, in whole quarters, until a share of the trials still to begin has begun, if nobody records any more."""
    delays = (days_to_charge, charge_to_trial_days, delay_shape, intake_growth, charge_growth)
    return MONTHS_A_QUARTER * periods_until_visible(intake, _trial_mass(*delays), share)


def cohort_average(published: float, average: Average, *, shape: float, growth: float) -> float:
    """Return the average of a cohort from the one published among what was completed in a year."""
    # Days. For a mean ``m``, shape ``k`` and continuous growth ``r``: ``k / (k / m - r)``.
    rate = math.log1p(growth) / DAYS_A_YEAR
    if average == "mean":
        return forward_mean(published, rate, "gamma", shape)
    return float(_cohort(published, average, shape=shape, growth=growth).quantile(0.5))


def seen_of_cohort(published: float, average: Average, *, shape: float, growth: float) -> NDArray[np.float64]:
    """Return the cohort's average and, for each window, the average seen in it and the share completed."""
    # Days, then days and share for a year and for three.
    delay = _cohort(published, average, shape=shape, growth=growth)
    values = [cohort_average(published, average, shape=shape, growth=growth)]
    for days in WINDOWS.values():
        seen = seen_in_window(delay, days, growth=math.log1p(growth) / DAYS_A_YEAR)
        values += [seen.mean if average == "mean" else seen.median, seen.resolved]
    return np.array(values)


def delays_corrected(
    delays: Iterable[PublishedDelay], figures: Mapping[str, Figure], assumptions: Mapping[str, Assumption]
) -> tuple[pd.DataFrame, dict[str, tuple[Narrowed, ...]]]:
    """Set each published average beside the cohort's, and beside what a short window would show of that cohort."""
    # A row a figure and reading: ``figure``, ``stage``, ``average``, ``published``; the ends of the cohort's average
    # (``cohort_``) and, for windows of a year and of three, of the average seen among cohorts that entered and were
    # completed in the window (``year_seen_``, ``three_years_seen_``) and of the share completed (``.._resolved_``).
    # Bounds over the assumed shapes and growths. With it, by how much knowing each assumption would narrow the cohort's
    # average, by result id.
    rows, narrowed = [], {}
    for name, (stage, average) in ((one.figure, one.reading) for one in delays if one.reading):
        published = float(figures[name].value)
        model = partial(_seen_of_charges if stage == "charges" else _seen_of_trials, published, average)
        needed = needed_assumptions(model, assumptions)
        with resting_on(f"delay {name}", needed):
            ends = known_ends(model, needed, turning=TURNING)
        narrowed[cohort_id(average, name)] = narrowed_by(element(ends, 0))
        row: dict[str, object] = {"figure": name, "stage": stage, "average": average, "published": published}
        columns = ["cohort", *(f"{window}_{what}" for window in WINDOWS for what in ("seen", "resolved"))]
        for column, low, high in zip(columns, ends.low, ends.high, strict=True):
            row |= {f"{column}_low": float(low), f"{column}_high": float(high)}
        rows.append(row)
    return pd.DataFrame(rows), narrowed


def cohort_id(average: str, figure: str) -> str:
    """Return the id of the result that corrects a published average."""
    return f"cohort_{average}_{figure.lower()}"


def wait_results(
    recorded: pd.DataFrame,
    corrected: pd.DataFrame,
    delays: Collection[PublishedDelay],
    figures: Mapping[str, Figure],
    assumptions: Mapping[str, Assumption],
) -> list[Estimate]:
    """Return how long until what is still to come is visible, and what the published averages say of a cohort."""
    # All bounds. What is still to come is of offences in the data, under the child-only codes.
    intake = quarterly_intake(recorded, CHILD_CODES).to_numpy()
    end = say_month(data_end(recorded))
    models: dict[str, tuple[Callable[..., float], tuple[str, ...]]] = {
        "charges": (months_until_charges, read_until(delays, "charges")),
        "trials": (months_until_trials, read_until(delays, "trials")),
    }
    results: list[Estimate] = [
        bounded(
            f"months_to_{word}_of_remaining_{stage}",
            f"months after {end}, in whole quarters, until {words} of the {stage} still to come are visible",
            partial(model, share=share, intake=intake),
            assumptions,
            ("recorded_offences", *published),
        )
        for word, (words, share) in SHARES.items()
        for stage, (model, published) in models.items()
    ]
    results += [
        bounded(
            f"cohort_mean_{name.lower()}_if_median",
            f"days from charge to trial, mean of a cohort, were {name} a median",
            partial(_mean_if_median, float(figures[name].value)),
            assumptions,
            (name,),
            procedure=f"mean of the gamma delay of a cohort, shape delay_shape, growth charge_growth, if {name} is the "
            "median of what is completed in a year: delay_from_quantiles",
        )
        # For trials it is not said which average is published.
        for name in (one.figure for one in delays if one.reading == ("trials", "mean"))
    ]
    for row in corrected.itertuples():
        growth = "intake_growth" if row.stage == "charges" else "charge_growth"
        results.append(
            Estimate(
                cohort_id(row.average, row.figure),
                f"days {_STRETCH[row.stage]}, {row.average} of a cohort, from {row.figure}",
                interval=Interval(row.cohort_low, row.cohort_high, "bound"),
                basis=(row.figure, "delay_shape", growth),
                procedure=f"cohort_average({row.figure}, {row.average}, shape=delay_shape, growth={growth}): "
                "the average of a cohort from the one published among what was completed in a year",
            )
        )
    return results


def _seen_of_charges(
    published: float, average: Average, *, delay_shape: float, intake_growth: float
) -> NDArray[np.float64]:
    return seen_of_cohort(published, average, shape=delay_shape, growth=intake_growth)


def _seen_of_trials(
    published: float, average: Average, *, delay_shape: float, charge_growth: float
) -> NDArray[np.float64]:
    return seen_of_cohort(published, average, shape=delay_shape, growth=charge_growth)


def _mean_if_median(published: float, *, delay_shape: float, charge_growth: float) -> float:
    return _cohort(published, "median", shape=delay_shape, growth=charge_growth).mean()


def _cohort(published: float, average: Average, *, shape: float, growth: float) -> Delay:
    one, rate = Interval(shape, shape, "bound"), math.log1p(growth) / DAYS_A_YEAR
    if average == "mean":
        return delay_from_mean(published, shape=one, growth=rate)[0]
    return delay_from_quantiles({0.5: published}, family="gamma", shape=one, growth=rate)[0]


@lru_cache(maxsize=4096)
def _charge_mass(days_to_charge: float, delay_shape: float, intake_growth: float) -> NDArray[np.float64]:
    """Mass by quarter; kept, because two shares ask for the same delays."""
    return charge_delay(days_to_charge, delay_shape, intake_growth).mass(FOLLOWED, period_days=QUARTER)


@lru_cache(maxsize=4096)
def _trial_mass(
    days_to_charge: float, charge_to_trial_days: float, delay_shape: float, intake_growth: float, charge_growth: float
) -> NDArray[np.float64]:
    charged = charge_delay(days_to_charge, delay_shape, intake_growth)
    tried = trial_delay(charge_to_trial_days, delay_shape, charge_growth)
    return chained_mass(charged, tried, FOLLOWED, QUARTER)
