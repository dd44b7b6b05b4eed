"""A simulated pipeline beside the bounds: recorded, charged, tried, under distributions that are stated, not known."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import lru_cache, partial
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.distributions import Distribution, fixed, read_distribution, uniform
from cseanalysis.export.wording import say_month
from cseanalysis.models import (
    Delay,
    PipelineSimulation,
    Stage,
    UncertainDelay,
    project_cohorts,
    simulate_pipeline,
)
from cseanalysis.sensitivity import envelope
from cseanalysis.sensitivity.known import element, known_ends, scaled
from cseanalysis.study.data.assumptions import clustering
from cseanalysis.study.data.codes import CHILD_CODES
from cseanalysis.study.data.named import CHARGED_SHARE
from cseanalysis.study.data.reported import Narrowed
from cseanalysis.study.data.tables import data_end
from cseanalysis.study.lag.backtest import EARLIER, TURNING
from cseanalysis.study.lag.judged import PublishedDelay, read_until
from cseanalysis.study.lag.numbers import (
    QUARTER,
    charge_delay,
    mass_of,
    quarterly_intake,
    visible_charges,
    visible_trials,
)
from cseanalysis.study.lag.waits import MONTHS_A_QUARTER, SHARES
from cseanalysis.study.ranges import TURNING as TURNING_SHAPE
from cseanalysis.study.ranges import among, narrowed_by, needed_assumptions, resting_on
from cseanalysis.values import Assumption, Estimate, Interval

DRAWS = 2**13
SEED = 2026
AFTER = 48  # quarters after the data that are followed, with nobody recorded in them
SHOWN_FROM = 16  # quarters of the data left out, in which earlier offences weigh
SHOWN_AFTER = 20  # quarters after the data that are reported
AGES = 24  # quarters of age for which the visible share is shown
TRIAL_SHAPE = 1.0
_DRAWN = ("charge_probability", "days_to_charge", "delay_shape", "charge_to_trial_days", "earlier_intake_ratio")


def charges_by_quarter(
    *,
    intake: NDArray[np.float64],
    days_to_charge: float,
    delay_shape: float,
    intake_growth: float,
    earlier_intake_ratio: float,
) -> NDArray[np.float64]:
    """Charges in each quarter of the data and after, were all recorded offences charged and none recorded later."""
    cases = extended(intake, earlier_intake_ratio)
    mass = mass_of(charge_delay(days_to_charge, delay_shape, intake_growth), len(cases), QUARTER)
    return project_cohorts(cases, mass, 1.0)[EARLIER:]


def extended(intake: NDArray[np.float64], earlier_intake_ratio: float) -> NDArray[np.float64]:
    """Put ten years in front at a ratio to the first four quarters, and quarters without a record behind."""
    return np.concatenate([np.full(EARLIER, earlier_intake_ratio * intake[:4].mean()), intake, np.zeros(AFTER)])


def stages(assumptions: Mapping[str, Assumption]) -> tuple[Stage, Stage]:
    """Return the two stages with the distributions that the assumptions state."""
    # ``"charged"``, and ``"trial"`` with probability 1: no share of charges that come to trial is published, so only
    # the shares of eventual trials may be read from it, never a number of trials. Published averages are taken as the
    # cohort's, as if what is charged neither grew nor shrank. The mean from charge to trial becomes a median through
    # shape 1, at which a gamma delay is exponential.
    days = _distribution(assumptions, "charge_to_trial_days")
    median = float(Delay("gamma", TRIAL_SHAPE, 1 / TRIAL_SHAPE).quantile(0.5))  # of a delay with mean 1
    charged = UncertainDelay(
        "gamma", _distribution(assumptions, "delay_shape"), _distribution(assumptions, "days_to_charge")
    )
    tried = UncertainDelay("gamma", fixed(TRIAL_SHAPE), uniform(median * days.low, median * days.high))
    return (
        Stage("charged", _distribution(assumptions, "charge_probability"), charged),
        Stage("trial", fixed(1.0), tried),
    )


def simulation_runs(
    recorded: pd.DataFrame, assumptions: Mapping[str, Assumption], *, draws: int = DRAWS
) -> dict[str, PipelineSimulation]:
    """Simulate the charges that follow from the offences in the data, and how soon trials follow."""
    # ``"independent"``, charges only, and ``"clustered"``: at the ends of the range of the inflation of a count's
    # variance. Period 0 is ten years before the data.
    ratio = float(_distribution(assumptions, "earlier_intake_ratio").quantile(0.5))
    cases = extended(quarterly_intake(recorded, CHILD_CODES).to_numpy(), ratio)
    both, inflation = stages(assumptions), clustering(assumptions)
    entered = tuple(cases[:-AFTER].tolist())
    return {
        "independent": _simulated(entered, both[:1], inflation.low, draws),
        "clustered": _simulated(entered, both, inflation.high, draws),
    }


def simulated_charges(
    recorded: pd.DataFrame, runs: Mapping[str, PipelineSimulation], assumptions: Mapping[str, Assumption]
) -> tuple[pd.DataFrame, dict[str, tuple[Narrowed, ...]]]:
    """Set the bound on the charges expected in each quarter beside what the simulation draws."""
    # A row a quarter: ``period_start``, ``in_data``; ``bound_low`` and ``bound_high`` of the expected charges; and the
    # ends of the 95% simulation intervals of both runs. No middle: equal weights favour none. With it, by how much
    # knowing each assumption would narrow the bound on the last quarter of the data.
    intake = quarterly_intake(recorded, CHILD_CODES)
    model = partial(charges_by_quarter, intake=intake.to_numpy())
    needed = needed_assumptions(model, assumptions)
    with resting_on("charges by quarter", needed):
        charged = known_ends(model, needed, turning=among(TURNING, needed))
    # The probability of a charge scales every corner alike, so it needs no corners of its own.
    ends = scaled(charged, assumptions["charge_probability"])
    narrowed = {"charges_bound_last_quarter": narrowed_by(element(ends, len(intake) - 1))}
    starts = pd.date_range(intake.index[0], periods=len(ends.low), freq="QS-APR")
    table = pd.DataFrame({"period_start": starts, "in_data": starts <= intake.index[-1]})
    table["bound_low"], table["bound_high"] = ends.low, ends.high
    for name, run in runs.items():
        drawn = run.events[run.events["stage"] == "charged"].iloc[EARLIER:].reset_index(drop=True)
        table[f"{name}_low"], table[f"{name}_high"] = drawn["low"], drawn["high"]
    return table.iloc[SHOWN_FROM : len(intake) + SHOWN_AFTER].reset_index(drop=True), narrowed


def visible_by_age(run: PipelineSimulation, assumptions: Mapping[str, Assumption]) -> pd.DataFrame:
    """Set the bound on the share of a cohort's charges and trials visible at each age beside the simulation."""
    # A row a stage and age in quarters, 0 being the quarter of recording: ``stage``, ``age``, ``bound_low``,
    # ``bound_high``, ``low``, ``high``.
    parts = []
    for stage, model in (("charged", visible_charges), ("trial", visible_trials)):
        fixed_model = partial(model, quarters=AGES)
        needed = needed_assumptions(fixed_model, assumptions)
        with resting_on(f"{stage} by age", needed):
            ends = envelope(fixed_model, needed, turning=among(TURNING_SHAPE, needed))
        ages = (
            run.completeness[run.completeness["stage"] == stage]
            .iloc[:AGES]
            .drop(columns="median")
            .reset_index(drop=True)
        )
        ages.insert(2, "bound_low", ends["low"].to_numpy()[::-1])  # the model gives the oldest cohort first
        ages.insert(3, "bound_high", ends["high"].to_numpy()[::-1])
        parts.append(ages)
    return pd.concat(parts, ignore_index=True)


def simulation_results(
    recorded: pd.DataFrame, charges: pd.DataFrame, run: PipelineSimulation, delays: Collection[PublishedDelay]
) -> list[Estimate]:
    """Return the charges of the last quarter in the data and the waits for what is to come, simulated and bounded."""
    # Simulation intervals are conditional on the stated distributions.
    last = charges[charges["in_data"]].iloc[-1]
    quarter = f"charges in the quarter from {say_month(last['period_start'])}, child-only codes"
    basis = ("recorded_offences", *read_until(delays, "charges"), CHARGED_SHARE)
    to_trial = [name for name in read_until(delays, "trials") if name not in basis]
    drawn = (*basis, *(name for name in _DRAWN if name != "charge_to_trial_days"), "clustering_inflation")
    bounding = ("charge_probability", "days_to_charge", "delay_shape", "intake_growth", "earlier_intake_ratio")
    end = say_month(data_end(recorded))

    def simulated(name: str, run_name: str, words: str) -> Estimate:
        # Draws carry no more digits than tens.
        low, high = math.floor(last[f"{run_name}_low"] / 10) * 10, math.ceil(last[f"{run_name}_high"] / 10) * 10
        interval = Interval(low, high, "simulation", run.level)
        how = f"central {run.level:.0%} of draws of simulated_charges(recorded_offences), {run_name}, outward to tens"
        return Estimate(name, f"{quarter}, {words}", interval=interval, basis=drawn, procedure=how)

    results = [
        Estimate(
            "charges_bound_last_quarter",
            f"{quarter}, expected",
            interval=Interval(float(last["bound_low"]), float(last["bound_high"]), "bound"),
            basis=(*basis, *bounding),
            procedure="charge_probability times what is expected of the offences in recorded_offences for the quarter: "
            f"simulated_charges, bounded over {', '.join(bounding)}",
        ),
        simulated("charges_simulated_last_quarter", "clustered", "simulated"),
        simulated("charges_simulated_last_quarter_independent", "independent", "simulated, offences independent"),
    ]
    for (stage, word), (part, (words, share)) in product((("charged", "charges"), ("trial", "trials")), SHARES.items()):
        wait = run.until_visible(stage, share)
        low, high = MONTHS_A_QUARTER * wait.low, MONTHS_A_QUARTER * wait.high
        results.append(
            Estimate(
                f"months_to_{part}_of_remaining_{word}_simulated",
                f"months after {end}, in whole quarters, until {words} of the {word} still to come are visible",
                interval=Interval(low, high, "simulation", run.level),
                basis=(
                    *basis,
                    *(name for name in _DRAWN if stage == "trial" or name != "charge_to_trial_days"),
                    *(to_trial if stage == "trial" else ()),
                ),
                procedure=f"central {run.level:.0%} of draws of until_visible({stage}, {share}) of the offences in "
                "recorded_offences, in months",
            )
        )
    return results


@lru_cache(maxsize=4)
def _simulated(cases: tuple[float, ...], chain: tuple[Stage, ...], inflation: float, draws: int) -> PipelineSimulation:
    """Kept, because a check that rebuilds the study asks for the same draws again."""
    return simulate_pipeline(
        cases,
        chain,
        period_days=QUARTER,
        periods=len(cases) + AFTER,
        inflation=inflation,
        draws=draws,
        seed=SEED,
    )


def _distribution(assumptions: Mapping[str, Assumption], name: str) -> Distribution:
    text = assumptions[name].distribution
    if text is None:
        raise ValueError(f"assumption {name}: states no distribution, and a range alone cannot be drawn from; add one")
    return read_distribution(text)
