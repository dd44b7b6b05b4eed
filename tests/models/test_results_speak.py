"""Every result is read in one way: print, a notebook's table, a data frame, and a picture where people look at one."""

import html
import importlib
import re
import subprocess
import sys
import warnings
from dataclasses import is_dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes

import cseanalysis
from cseanalysis import models, register, sensitivity
from cseanalysis.distributions import fixed, uniform
from cseanalysis.models import (
    Basis,
    BridgeFactor,
    Delay,
    Measure,
    Simulation,
    Stage,
    Triangle,
    annual_victims,
    break_search,
    bridge_survey,
    chain_ladder,
    competing_exits,
    correct_two_by_two,
    coverage_needed,
    detectable_from,
    estimate_population,
    fit_seen_delays,
    interrupted_series,
    many_changes,
    minimum_detectable,
    nowcast,
    over_dispersed_poisson,
    placebo_dates,
    probabilistic_bias,
    seen_in_window,
    share_bounds,
    simulate_counts,
    simulate_pipeline,
    split_by_year,
    two_list_estimate,
    unit_share_bounds,
)
from cseanalysis.models.missing.group_shares import against_population
from cseanalysis.models.missing.ladder import assumption_ladder
from cseanalysis.register import Figure, compare, parity, reconcile
from cseanalysis.register import count as counts_cell
from cseanalysis.sensitivity import tornado
from cseanalysis.values import Assumption, Estimate, Interval

# What a person states and a function is given: nothing was found that could be printed.
GIVEN = {"Basis", "Stage", "UncertainDelay", "Bridge", "Definition", "Figure", "Shift", "Statement"}

CALM = [100, 96, 103, 101, 99, 104, 98, 102, 98, 100, 95, 104, 101, 97, 102, 99]
RISEN = [*CALM, *(203, 195, 207, 201, 198, 206, 197, 202, 199, 204, 196, 203, 200, 205, 198, 201)]
ROWS = [[50, 80, 90, 95], [40, 70, 80, 84], [60, 90, 104, None], [55, 85, None, None], [20, None, None, None]]
HISTORIES = pd.DataFrame(
    [(1, 0, 0, 40), (0, 1, 0, 30), (0, 0, 1, 25), (1, 1, 0, 10), (1, 0, 1, 8), (0, 1, 1, 6), (1, 1, 1, 4)],
    columns=["police", "council", "charity", "count"],
)
EVER = Basis("adults ever abused", "before 16", "childhood", "survey questions", "England and Wales")
OFFENCES = Basis("offences", "before 16", "childhood", "survey questions", "England and Wales")
PLANK = BridgeFactor("each", "unit", "adults ever abused", "offences", Interval(1, 3, "bound"), "judgement")
ONE = Interval(1, 1, "bound")


def triangle(names=range(2019, 2024)):
    return Triangle(pd.DataFrame(ROWS, index=list(names)), "year")


def exits():
    def table(rows):
        return Triangle(pd.DataFrame(rows, index=[2021, 2022, 2023]), "year")

    tables = {
        "charged": table([[10, 20, 25], [12, 22, None], [11, None, None]]),
        "closed": table([[40, 60, 70], [38, 58, None], [39, None, None]]),
    }
    return competing_exits(pd.Series(100, index=[2021, 2022, 2023]), tables, draws=200, seed=0)


def seen_delays():
    entered = np.repeat(np.arange(6), [6, 5, 4, 3, 2, 1])
    lag = np.concatenate([np.arange(length) for length in (6, 5, 4, 3, 2, 1)])
    weights = np.round(400 * 0.6**lag)
    return fit_seen_delays(entered, entered + lag, observed_until=6, family="weibull", weights=weights)


def pipeline():
    charged = Stage("charged", uniform(0.1, 0.2), Delay("gamma", 1.0, 365.0))
    tried = Stage("tried", fixed(0.7), Delay("gamma", 1.0, 300.0))
    return simulate_pipeline([1000] * 4, [charged, tried], period_days=91.3125, draws=200, seed=0)


def figure(name, value, **other):
    given = {
        "id": name, "published": f"{value:,}", "value": value, "unit": "offences", "definition": "flag",
        "category": "all", "geography": "England and Wales", "period_start": date(2023, 1, 1),
        "period_end": date(2023, 12, 31),
    }  # fmt: skip
    return Figure(**{**given, **other})


TOLD = Assumption("told", 0.25, 0.5, "probability", "survey", "ONS", "table 1")
KEPT = Assumption("kept", 0.5, 1.0, "probability", "audit", "HMIC", "page 2")

BUILT = {
    "AnnualVictims": lambda: annual_victims(
        Interval(0.075, 0.075, "bound"),
        children_per_age=Interval(1000, 1000, "bound"),
        ages=16,
        years_abused=Interval(1, 4, "bound"),
        change=ONE,
    ),
    "BiasAnalysis": lambda: probabilistic_bias(
        (215, 1449, 668, 4296), sensitivity=uniform(0.7, 0.95), specificity=uniform(0.9, 0.99), seed=1, draws=500
    ),
    "BreakSearch": lambda: break_search(RISEN, draws=99, seed=0),
    "Bridged": lambda: bridge_survey(Measure(Interval(10, 20, "bound"), EVER), OFFENCES, [PLANK]),
    "BridgeFactor": lambda: PLANK,
    "ChainLadder": lambda: chain_ladder(triangle()),
    "CompetingExits": exits,
    "CorrectedCounts": lambda: simulate_counts([600, 390], [[80, 10], [10, 80]], seed=1, draws=500),
    "CorrectedTable": lambda: correct_two_by_two((215, 1449, 668, 4296), sensitivity=0.78, specificity=0.99),
    "CoverageNeeded": lambda: coverage_needed(170, 340, 660, 0.4),
    "Delay": lambda: Delay("gamma", 1.0, 100.0),
    "DelayFit": seen_delays,
    "DetectableFrom": lambda: detectable_from(CALM, delay=[0.1, 0.2, 0.3, 0.4], ratio=2),
    "InterruptedSeries": lambda: interrupted_series(RISEN, at=16),
    "ManyChanges": lambda: many_changes(pd.DataFrame({"calm": [*CALM, *CALM], "risen": RISEN}), dates=[16]),
    "Measure": lambda: Measure(Interval(10, 20, "bound"), EVER),
    "MinimumDetectable": lambda: minimum_detectable(CALM, after=8),
    "Nowcast": lambda: nowcast(triangle(), seed=0, draws=200),
    "OverDispersedPoisson": lambda: over_dispersed_poisson(triangle()),
    "PipelineSimulation": pipeline,
    "PlaceboDates": lambda: placebo_dates(RISEN, at=16),
    "PopulationEstimate": lambda: estimate_population(HISTORIES),
    "RecordedSplit": lambda: split_by_year(900, Interval(0.25, 0.5, "bound")),
    "Representation": lambda: against_population((102, 340, 660), 0.2),
    "Rung": lambda: assumption_ladder(300, 1000, 500, odds_ratios=(2,))[1],
    "SeenDelay": lambda: seen_in_window(Delay("gamma", 1.0, 12.0), 36.0),
    "SeriesDiagnostics": lambda: interrupted_series(RISEN, at=16).diagnostics,
    "Simulation": lambda: Simulation(np.arange(100.0)),
    "Triangle": triangle,
    "TwoListEstimate": lambda: two_list_estimate(200, 300, 60),
    "UnitBounds": lambda: unit_share_bounds({"north": (6, 10, 10), "south": (3, 20, 0)}),
    "Change": lambda: compare(figure("F1", 4000), figure("F2", 4500, **LATER)).change,
    "Comparison": lambda: compare(figure("F1", 4000), figure("F2", 4500, **LATER)),
    "Parity": lambda: parity(*PARITY),
    "Reconciliation": lambda: reconcile([counts_cell("all", 10), counts_cell("some", 4)]),
    "Interval": lambda: Interval(0.05, 0.15, "confidence", 0.95),
    "Estimate": lambda: Estimate("recorded", "offences", 100.0, Interval(90, 120, "confidence", 0.95), ("F008",)),
}
