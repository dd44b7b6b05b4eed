"""The lag scenario: how much of what will come of recorded offences has become visible, and how it fares in checks.

Each keyword argument that is not data is the id of an assumption, so that ranges and sensitivity need no glue.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache, partial
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

from cseanalysis.export.wording import say_month
from cseanalysis.models import Delay, completeness, delay_from_mean, delay_from_quantiles
from cseanalysis.models.delays.delay import Family
from cseanalysis.sensitivity.known import element, known_ends
from cseanalysis.study.data.codes import OWN_SCOPE, SCOPES
from cseanalysis.study.data.reported import Narrowed
from cseanalysis.study.data.tables import data_end
from cseanalysis.study.formulas import called
from cseanalysis.study.lag.judged import PublishedDelay, Stage, read_until
from cseanalysis.study.ranges import TURNING, among, bounded, narrowed_by, needed_assumptions, resting_on
from cseanalysis.values import Assumption, Estimate, Interval

DAYS_A_YEAR = 365.25
QUARTER = DAYS_A_YEAR / 4
MONTH = DAYS_A_YEAR / 12
QUANTILES = 500  # steps of the numerical sum of two delays


@lru_cache(maxsize=8192)  # the corners of one model after another ask for the same delays
def charge_delay(days_to_charge: float, delay_shape: float, intake_growth: float, family: Family = "gamma") -> Delay:
    """Delay from recording to charge of a cohort, from the median among one year's charges."""
    shape = Interval(delay_shape, delay_shape, "bound")
    growth = math.log1p(intake_growth) / DAYS_A_YEAR
    return delay_from_quantiles({0.5: days_to_charge}, family=family, shape=shape, growth=growth)[0]


@lru_cache(maxsize=8192)
def trial_delay(charge_to_trial_days: float, delay_shape: float, charge_growth: float) -> Delay:
    """Delay from charge to the start of the trial of a cohort, from the mean among one year's trials."""
    shape = Interval(delay_shape, delay_shape, "bound")
    growth = math.log1p(charge_growth) / DAYS_A_YEAR
    return delay_from_mean(charge_to_trial_days, shape=shape, growth=growth)[0]


def visible_charges(
    *, quarters: int, days_to_charge: float, delay_shape: float, intake_growth: float, family: Family = "gamma"
) -> NDArray[np.float64]:
    """Share of each quarter's eventual charges made by the end of the last quarter, oldest quarter first."""
    delay = charge_delay(days_to_charge, delay_shape, intake_growth, family)
    return completeness(mass_of(delay, quarters, QUARTER), quarters)


def visible_trials(
    *,
    quarters: int,
    days_to_charge: float,
    charge_to_trial_days: float,
    delay_shape: float,
    intake_growth: float,
    charge_growth: float,
) -> NDArray[np.float64]:
    """Share of each quarter's eventual trials begun by the end of the last quarter, oldest quarter first."""
    charged = charge_delay(days_to_charge, delay_shape, intake_growth)
    tried = trial_delay(charge_to_trial_days, delay_shape, charge_growth)
    return completeness(chained_mass(charged, tried, quarters, QUARTER), quarters)


def yearly_charges(
    *,
    intake: NDArray[np.float64],
    days_to_charge: float,
    delay_shape: float,
    intake_growth: float,
    family: Family = "gamma",
) -> NDArray[np.float64]:
    """Share of the eventual charges of each financial year's recorded offences made by the end of the last quarter."""
    visible = visible_charges(
        quarters=len(intake),
        days_to_charge=days_to_charge,
        delay_shape=delay_shape,
        intake_growth=intake_growth,
        family=family,
    )
    return average_years(visible, intake)


def yearly_trials(
    *,
    intake: NDArray[np.float64],
    days_to_charge: float,
    charge_to_trial_days: float,
    delay_shape: float,
    intake_growth: float,
    charge_growth: float,
) -> NDArray[np.float64]:
    """Share of the eventual trials of each financial year's recorded offences begun by the end of the last quarter."""
    visible = visible_trials(
        quarters=len(intake),
        days_to_charge=days_to_charge,
        charge_to_trial_days=charge_to_trial_days,
        delay_shape=delay_shape,
        intake_growth=intake_growth,
        charge_growth=charge_growth,
    )
    return average_years(visible, intake)


def months_to_charge(
    *, share: float, days_to_charge: float, delay_shape: float, intake_growth: float, family: Family = "gamma"
) -> float:
    """Months from recording until a share of a cohort's eventual charges has been made."""
    return float(charge_delay(days_to_charge, delay_shape, intake_growth, family).quantile(share)) / MONTH


def months_to_trial(
    *,
    share: float,
    days_to_charge: float,
    charge_to_trial_days: float,
    delay_shape: float,
    intake_growth: float,
    charge_growth: float,
) -> float:
    """Months from recording until a share of a cohort's eventual trials has begun."""
    charged = charge_delay(days_to_charge, delay_shape, intake_growth)
    tried = trial_delay(charge_to_trial_days, delay_shape, charge_growth)
    # The distribution of the sum of two delays: the second one's, averaged over the quantiles of the first.
    waits = charged.quantile((np.arange(QUANTILES) + 0.5) / QUANTILES)

    def missing(days: float) -> float:
        return share - float(tried.completeness(days - waits).mean())

    late = 1 - (1 - share) / 4
    longest = float(charged.quantile(late) + tried.quantile(late))
    return float(brentq(missing, 0.0, longest)) / MONTH


def quarterly_intake(
    recorded: pd.DataFrame, codes: Sequence[str], force_types: Sequence[str] = ("territorial",)
) -> pd.Series:
    """Offences of some codes recorded by the territorial forces, summed by quarter, oldest first."""
    chosen = recorded[recorded["offence_code"].isin(codes) & recorded["force_type"].isin(force_types)]
    return chosen.groupby("period_start")["offences"].sum().astype("float64")


def lag_scenario(
    recorded: pd.DataFrame, assumptions: Mapping[str, Assumption], *, scope: str = OWN_SCOPE
) -> pd.DataFrame:
    """Say for each quarter how much of what will come of its recorded offences had become visible at the data's end."""
    # A row a quarter: ``period_start``, ``recorded`` (codes of the scope, territorial forces), and the ends of the
    # shares of eventual charges and of eventual trials that are visible, each a bound.
    intake = quarterly_intake(recorded, SCOPES[scope])
    table = pd.DataFrame({"period_start": intake.index, "recorded": intake.to_numpy(dtype="int64")})
    charges, trials = partial(visible_charges, quarters=len(intake)), partial(visible_trials, quarters=len(intake))
    return table.join(_visible_ends(charges, trials, assumptions)[0])


def lag_by_year(
    recorded: pd.DataFrame, assumptions: Mapping[str, Assumption], *, scope: str = OWN_SCOPE
) -> tuple[pd.DataFrame, dict[str, tuple[Narrowed, ...]]]:
    """Say the same for each financial year, its quarters weighted by what was recorded in them."""
    # A row a year: ``financial_year``, ``quarters``, ``recorded`` and the ends of the visible shares. With it, by how
    # much knowing each assumption would narrow those that `lag_results` reports.
    intake = quarterly_intake(recorded, SCOPES[scope])
    starts = pd.DatetimeIndex(intake.index)
    years = pd.Series(intake.to_numpy()).groupby(starts.year - (starts.month < 4))
    table = pd.DataFrame({"quarters": years.size(), "recorded": years.sum().astype("int64")})
    table.insert(0, "financial_year", [f"{year}/{(year + 1) % 100:02d}" for year in table.index])
    counts = intake.to_numpy()
    charges, trials = partial(yearly_charges, intake=counts), partial(yearly_trials, intake=counts)
    complete = np.flatnonzero(table["quarters"] == 4).tolist()
    reported = {"earlier": complete[-5], "newest": complete[-1]} if len(complete) >= 5 else {}
    ends, narrowed = _visible_ends(charges, trials, assumptions, reported)
    return table.reset_index(drop=True).join(ends), narrowed


def lag_models(recorded: pd.DataFrame, *, scope: str = OWN_SCOPE) -> dict[str, Callable[..., float]]:
    """Return the models behind two headline numbers of the lag, by result id, their data fixed."""
    intake = quarterly_intake(recorded, SCOPES[scope]).to_numpy()

    newest = len(intake) // 4 - 1  # the newest year with four quarters

    def visible(*, days_to_charge: float, delay_shape: float, intake_growth: float) -> float:
        shares = yearly_charges(
            intake=intake, days_to_charge=days_to_charge, delay_shape=delay_shape, intake_growth=intake_growth
        )
        return float(shares[newest])

    return {
        "charges_visible_newest": visible,
        "months_to_half_of_charges": partial(months_to_charge, share=0.5),
    }


def lag_results(
    recorded: pd.DataFrame,
    by_year: pd.DataFrame,
    delays: Collection[PublishedDelay],
    assumptions: Mapping[str, Assumption],
    *,
    scope: str = OWN_SCOPE,
) -> list[Estimate]:
    """Return the headline numbers of the lag scenario, all as bounds."""
    # Visible shares are of the newest year with four quarters and of the year four years before.
    stages: tuple[tuple[Stage, Callable[..., float], tuple[str, ...]], ...] = (
        ("charges", months_to_charge, read_until(delays, "charges")),
        ("trials", months_to_trial, read_until(delays, "trials")),
    )
    results: list[Estimate] = [
        bounded(
            f"months_to_{word}_of_{stage}",
            f"months from recording until {words} of a cohort's eventual {stage}",
            partial(model, share=share),
            assumptions,
            figures,
        )
        for word, words, share in (("half", "half", 0.5), ("ninety_per_cent", "nine tenths", 0.9))
        for stage, model, figures in stages
    ]
    rows = by_year.set_index("financial_year")
    end = say_month(data_end(recorded))
    complete = by_year.loc[by_year["quarters"] == 4, "financial_year"].tolist()
    for name, year in (("earlier", complete[-5]), ("newest", complete[-1])):
        for stage, model, figures in stages:
            low, high = (float(rows.at[year, f"{stage}_visible_{end}"]) for end in ("low", "high"))
            needed = (assumption.id for assumption in needed_assumptions(partial(model, share=0.5), assumptions))
            results.append(
                Estimate(
                    f"{stage}_visible_{name}",
                    f"share of eventual {stage} visible by {end}, offences recorded in {year}, {scope}",
                    interval=Interval(low, high, "bound"),
                    basis=("recorded_offences", *figures, *needed),
                    procedure=f"{called(yearly_charges if stage == 'charges' else yearly_trials)} Of {year}; intake is "
                    "the sum by quarter of offences in recorded_offences where force_type is territorial",
                )
            )
    return results


def chained_mass(first: Delay, second: Delay, periods: int, period_days: float) -> NDArray[np.float64]:
    """Probability mass of two independent delays in a row, counted in whole periods from the start of the first."""
    mass = np.convolve(mass_of(first, periods, period_days), mass_of(second, periods, period_days))
    return np.asarray(mass[:periods], dtype=np.float64)


@lru_cache(maxsize=8192)
def mass_of(delay: Delay, periods: int, period_days: float) -> NDArray[np.float64]:
    """Return `Delay.mass`, kept for the next corner that asks for it."""
    return delay.mass(periods, period_days=period_days)


def _visible_ends(
    charges: Callable[..., NDArray[np.float64]],
    trials: Callable[..., NDArray[np.float64]],
    assumptions: Mapping[str, Assumption],
    reported: Mapping[str, int] = MappingProxyType({}),
) -> tuple[pd.DataFrame, dict[str, tuple[Narrowed, ...]]]:
    """Bound each row, and say what narrows those that ``reported`` names, which are results of their own."""
    parts, narrowed = [], {}
    for stage, model in (("charges", charges), ("trials", trials)):
        needed = needed_assumptions(model, assumptions)
        with resting_on(f"{stage} visible", needed):
            ends = known_ends(model, needed, turning=among(TURNING, needed))
        for name, row in reported.items():
            narrowed[f"{stage}_visible_{name}"] = narrowed_by(element(ends, row))
        parts.append(pd.DataFrame({f"{stage}_visible_low": ends.low, f"{stage}_visible_high": ends.high}))
    return pd.concat(parts, axis=1), narrowed


def average_years(visible: NDArray[np.float64], intake: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average quarters into financial years; the data begin with the first quarter of one."""
    starts = np.arange(0, len(intake), 4)
    return np.asarray(np.add.reduceat(visible * intake, starts) / np.add.reduceat(intake, starts), dtype=np.float64)
