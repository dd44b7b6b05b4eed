"""The lag scenario: how much of what will come of recorded offences has become visible, and how it fares in checks.

Each keyword argument that is not data is the id of an assumption, so that ranges and sensitivity need no glue.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.models import Delay, completeness, delay_from_mean, delay_from_quantiles, project_cohorts
from cseanalysis.register import Figure
from cseanalysis.sensitivity import bound, envelope
from cseanalysis.study.ranges import bounded, needed_assumptions, turning_in
from cseanalysis.values import Assumption, Estimate, Interval

DAYS_A_YEAR = 365.25
QUARTER = DAYS_A_YEAR / 4
MONTH = DAYS_A_YEAR / 12
MONTHS_FOLLOWED = 600
_ALL_CODES = ("17B", "19D", "19E", "19G", "19H", "20B", "21", "22B", "23", "71", "73", "86", "88A")


def charge_delay(days_to_charge: float, delay_shape: float, intake_growth: float) -> Delay:
    """Delay from recording to charge of a cohort, from the median among one year's charges."""
    shape = Interval(delay_shape, delay_shape, "bound")
    growth = math.log1p(intake_growth) / DAYS_A_YEAR
    return delay_from_quantiles({0.5: days_to_charge}, family="gamma", shape=shape, growth=growth)[0]


def trial_delay(charge_to_trial_days: float, delay_shape: float, intake_growth: float) -> Delay:
    """Delay from charge to the start of the trial of a cohort, from the mean among one year's trials."""
    shape = Interval(delay_shape, delay_shape, "bound")
    growth = math.log1p(intake_growth) / DAYS_A_YEAR
    return delay_from_mean(charge_to_trial_days, shape=shape, growth=growth)[0]


def visible_charges(
    *, quarters: int, days_to_charge: float, delay_shape: float, intake_growth: float
) -> NDArray[np.float64]:
    """Share of each quarter's eventual charges made by the end of the last quarter, oldest quarter first."""
    delay = charge_delay(days_to_charge, delay_shape, intake_growth)
    return completeness(delay.mass(quarters, period_days=QUARTER), quarters)


def visible_trials(
    *, quarters: int, days_to_charge: float, charge_to_trial_days: float, delay_shape: float, intake_growth: float
) -> NDArray[np.float64]:
    """Share of each quarter's eventual trials begun by the end of the last quarter, oldest quarter first."""
    charged = charge_delay(days_to_charge, delay_shape, intake_growth)
    tried = trial_delay(charge_to_trial_days, delay_shape, intake_growth)
    return completeness(_chained(charged, tried, quarters, QUARTER), quarters)


def year_charges_visible(
    *,
    intake: NDArray[np.float64],
    first_quarter: int,
    days_to_charge: float,
    delay_shape: float,
    intake_growth: float,
) -> float:
    """Share of the eventual charges of one year's recorded offences made by the end of the last quarter."""
    visible = visible_charges(
        quarters=len(intake), days_to_charge=days_to_charge, delay_shape=delay_shape, intake_growth=intake_growth
    )
    return _year_share(visible, intake, first_quarter)


def year_trials_visible(
    *,
    intake: NDArray[np.float64],
    first_quarter: int,
    days_to_charge: float,
    charge_to_trial_days: float,
    delay_shape: float,
    intake_growth: float,
) -> float:
    """Share of the eventual trials of one year's recorded offences begun by the end of the last quarter."""
    visible = visible_trials(
        quarters=len(intake),
        days_to_charge=days_to_charge,
        charge_to_trial_days=charge_to_trial_days,
        delay_shape=delay_shape,
        intake_growth=intake_growth,
    )
    return _year_share(visible, intake, first_quarter)


def months_to_charge(*, share: float, days_to_charge: float, delay_shape: float, intake_growth: float) -> float:
    """Months from recording until a share of a cohort's eventual charges has been made."""
    return charge_delay(days_to_charge, delay_shape, intake_growth).quantile(share) / MONTH


def months_to_trial(
    *, share: float, days_to_charge: float, charge_to_trial_days: float, delay_shape: float, intake_growth: float
) -> float:
    """Months from recording until a share of a cohort's eventual trials has begun, to the nearest month above."""
    charged = charge_delay(days_to_charge, delay_shape, intake_growth)
    tried = trial_delay(charge_to_trial_days, delay_shape, intake_growth)
    begun = np.cumsum(_chained(charged, tried, MONTHS_FOLLOWED, MONTH))
    if begun[-1] < share:
        raise ValueError(f"after {MONTHS_FOLLOWED} months only {begun[-1]:.3f} of the trials have begun; follow longer")
    return float(np.searchsorted(begun, share) + 1)


def charges_expected(
    *,
    intake: NDArray[np.float64],
    first_quarter: int,
    charge_probability: float,
    days_to_charge: float,
    delay_shape: float,
    intake_growth: float,
    later_intake_ratio: float,
) -> float:
    """Charges expected in four quarters from the offences recorded so far and, past the data, from like ones."""
    cases = _extended(intake, first_quarter + 4, later_intake_ratio)
    delay = charge_delay(days_to_charge, delay_shape, intake_growth).mass(len(cases), period_days=QUARTER)
    return float(project_cohorts(cases, delay, charge_probability)[first_quarter : first_quarter + 4].sum())


def defendants_expected(
    *,
    intake: NDArray[np.float64],
    first_quarter: int,
    charge_probability: float,
    days_to_charge: float,
    delay_shape: float,
    intake_growth: float,
    later_intake_ratio: float,
    offences_per_defendant: float,
) -> float:
    """Defendants expected to be charged in four quarters."""
    charges = charges_expected(
        intake=intake,
        first_quarter=first_quarter,
        charge_probability=charge_probability,
        days_to_charge=days_to_charge,
        delay_shape=delay_shape,
        intake_growth=intake_growth,
        later_intake_ratio=later_intake_ratio,
    )
    return charges / offences_per_defendant


def prosecutions_expected(
    *,
    intake: NDArray[np.float64],
    first_quarter: int,
    charge_probability: float,
    days_to_charge: float,
    charge_to_trial_days: float,
    delay_shape: float,
    intake_growth: float,
    offences_per_defendant: float,
) -> float:
    """Defendants whose case is expected to come to trial in four quarters."""
    cases = intake[: first_quarter + 4]
    charged = charge_delay(days_to_charge, delay_shape, intake_growth)
    tried = trial_delay(charge_to_trial_days, delay_shape, intake_growth)
    mass = _chained(charged, tried, len(cases), QUARTER)
    return float(project_cohorts(cases, mass, charge_probability)[first_quarter:].sum()) / offences_per_defendant


def charge_probability_needed(
    *,
    published: float,
    intake: NDArray[np.float64],
    first_quarter: int,
    days_to_charge: float,
    delay_shape: float,
    intake_growth: float,
    later_intake_ratio: float,
) -> float:
    """Share of recorded offences that must in the end be charged for a published year of charges to come about."""
    return published / charges_expected(
        intake=intake,
        first_quarter=first_quarter,
        charge_probability=1.0,
        days_to_charge=days_to_charge,
        delay_shape=delay_shape,
        intake_growth=intake_growth,
        later_intake_ratio=later_intake_ratio,
    )


@dataclass(frozen=True, slots=True)
class BackTest:
    """A published count of one year that the scenario is held against."""

    figure: str
    model: Callable[..., float]
    codes: tuple[str, ...]
    first_quarter: int
    differs: str


# Quarters are numbered from 0, April to June 2012.
BACK_TESTS = (
    BackTest("F340", charges_expected, _ALL_CODES, 44, "charges as police outcomes; source is a press report"),
    BackTest("F341", defendants_expected, _ALL_CODES, 43, "defendants, counted by principal offence; source is a copy"),
    BackTest("F302", prosecutions_expected, _ALL_CODES, 16, "defendants in completed cases, flagged by prosecutors"),
    BackTest(
        "F304",
        prosecutions_expected,
        _ALL_CODES,
        32,
        "defendants in completed cases; jury trials were suspended in 2020",
    ),
    BackTest("F298", charges_expected, ("71",), 24, "charges that reach a court, several to one recorded offence"),
    BackTest("F299", charges_expected, ("71",), 28, "charges that reach a court, several to one recorded offence"),
)


def quarterly_intake(recorded: pd.DataFrame, codes: Sequence[str]) -> pd.Series:
    """Offences of some codes recorded by the territorial forces, summed by quarter, oldest first."""
    chosen = recorded[recorded["offence_code"].isin(codes) & (recorded["force_type"] == "territorial")]
    return chosen.groupby("period_start")["offences"].sum().astype("float64")


def lag_scenario(recorded: pd.DataFrame, assumptions: Mapping[str, Assumption]) -> pd.DataFrame:
    """Say for each quarter how much of what will come of its recorded offences had become visible at the data's end.

    Parameters
    ----------
    recorded
        The table ``recorded_offences``.
    assumptions
        The study's, by id.

    Returns
    -------
    DataFrame
        A row a quarter: ``period_start``, ``recorded`` (all thirteen codes, territorial forces), and the ends of
        the shares of eventual charges and of eventual trials that are visible, each a bound.
    """
    intake = quarterly_intake(recorded, _ALL_CODES)
    table = pd.DataFrame({"period_start": intake.index, "recorded": intake.to_numpy(dtype="int64")})
    for stage, model in (("charges", visible_charges), ("trials", visible_trials)):
        fixed = partial(model, quarters=len(intake))
        needed = needed_assumptions(fixed, assumptions)
        ends = envelope(fixed, needed, turning=turning_in(needed))
        table[f"{stage}_visible_low"] = ends["low"]
        table[f"{stage}_visible_high"] = ends["high"]
    return table


def back_tests(
    recorded: pd.DataFrame, figures: Mapping[str, Figure], assumptions: Mapping[str, Assumption]
) -> pd.DataFrame:
    """Hold the scenario against published years of charges and defendants, misses included.

    Parameters
    ----------
    recorded, figures, assumptions
        The table ``recorded_offences`` and the study's figures and assumptions.

    Returns
    -------
    DataFrame
        A row a test: ``figure``, ``statement``, ``period``, ``published``, ``expected_low`` and ``expected_high`` (a
        bound), ``within``, ``fold`` (high over low: a wide range is hard to miss) ``differs`` (why the counts may
        not be of the same kind) and ``basis`` (the assumptions).
    """
    rows = []
    for test in BACK_TESTS:
        figure = figures[test.figure]
        intake = quarterly_intake(recorded, test.codes).to_numpy()
        fixed = partial(test.model, intake=intake, first_quarter=test.first_quarter)
        needed = needed_assumptions(fixed, assumptions)
        expected = bound(fixed, needed, turning=turning_in(needed))
        rows.append(
            {
                "figure": test.figure,
                "statement": figure.statement,
                "period": f"{figure.period_start:%B %Y} to {figure.period_end:%B %Y}",
                "published": figure.value,
                "expected_low": expected.low,
                "expected_high": expected.high,
                "within": expected.low <= figure.value <= expected.high,
                "fold": expected.high / expected.low,
                "differs": test.differs,
                "basis": ", ".join(assumption.id for assumption in needed),
            }
        )
    return pd.DataFrame(rows)


def back_test_results(tests: pd.DataFrame) -> list[Estimate]:
    """Return what the scenario expects for each published count, so that every reported number has an id.

    Parameters
    ----------
    tests
        The table of `back_tests`.

    Returns
    -------
    list of Estimate
    """
    return [
        Estimate(
            f"expected_{test.figure.lower()}",
            f"{test.statement}, {test.period}: expected",
            interval=Interval(test.expected_low, test.expected_high, "bound"),
            basis=("recorded_offences", test.figure, *test.basis.split(", ")),
        )
        for test in tests.itertuples()
    ]


def lag_models(recorded: pd.DataFrame) -> dict[str, Callable[..., float]]:
    """Return the models behind the headline numbers of the lag, by result id, their data fixed."""
    intake = quarterly_intake(recorded, _ALL_CODES).to_numpy()
    return {
        "charges_visible_2022_23": partial(year_charges_visible, intake=intake, first_quarter=40),
        "months_to_half_of_charges": partial(months_to_charge, share=0.5),
    }


def lag_results(
    recorded: pd.DataFrame, figures: Mapping[str, Figure], assumptions: Mapping[str, Assumption]
) -> list[Estimate]:
    """Return the headline numbers of the lag scenario, all as bounds.

    Parameters
    ----------
    recorded, figures, assumptions
        The table ``recorded_offences`` and the study's figures and assumptions.

    Returns
    -------
    list of Estimate
    """
    delays = ("F189", "F193")
    both = (*delays, "F457", "F458")
    results = [
        bounded(
            f"months_to_{word}_of_{stage}",
            f"months from recording until {words} of a cohort's eventual {stage}",
            partial(model, share=share),
            assumptions,
            figures_used,
        )
        for word, words, share in (("half", "half", 0.5), ("ninety_per_cent", "nine tenths", 0.9))
        for stage, model, figures_used in (("charges", months_to_charge, delays), ("trials", months_to_trial, both))
    ]
    intake = quarterly_intake(recorded, _ALL_CODES).to_numpy()
    results += [
        bounded(
            f"{stage}_visible_{year}",
            f"share of eventual {stage} visible by June 2023, offences recorded in {year.replace('_', '/')}",
            partial(model, intake=intake, first_quarter=first_quarter),
            assumptions,
            ("recorded_offences", *figures_used),
        )
        for year, first_quarter in (("2018_19", 24), ("2022_23", 40))
        for stage, model, figures_used in (
            ("charges", year_charges_visible, delays),
            ("trials", year_trials_visible, both),
        )
    ]
    needed = partial(charge_probability_needed, published=float(figures["F340"].value), intake=intake, first_quarter=44)
    results.append(
        bounded(
            "charge_probability_needed",
            "share of recorded offences charged in the end, if the charges published for 2023/24 are of these offences",
            needed,
            assumptions,
            ("recorded_offences", "F340", *delays),
        )
    )
    return results


def _chained(first: Delay, second: Delay, periods: int, period_days: float) -> NDArray[np.float64]:
    """Probability mass of two independent delays in a row, counted in whole periods from the start of the first."""
    mass = np.convolve(first.mass(periods, period_days=period_days), second.mass(periods, period_days=period_days))
    return np.asarray(mass[:periods], dtype=np.float64)


def _year_share(visible: NDArray[np.float64], intake: NDArray[np.float64], first_quarter: int) -> float:
    year = slice(first_quarter, first_quarter + 4)
    return float(np.average(visible[year], weights=intake[year]))


def _extended(intake: NDArray[np.float64], quarters: int, later_intake_ratio: float) -> NDArray[np.float64]:
    """Cut the intake to so many quarters, or go on at a ratio to the mean of its last four."""
    missing = max(0, quarters - len(intake))
    return np.concatenate([intake[:quarters], np.full(missing, later_intake_ratio * intake[-4:].mean())])
