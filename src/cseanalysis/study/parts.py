"""The study's numbers in parts: what each part rests on, and what it computes from that alone.

A part is handed the tables and the assumptions that it declares and nothing else, so what is not declared cannot move
it, and only the parts that rest on a changed assumption need to be computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from cseanalysis.register import Figure
from cseanalysis.study.change.chapter import change_numbers, force_numbers
from cseanalysis.study.change.events import RecordingChange
from cseanalysis.study.change.interventions import Intervention
from cseanalysis.study.change.judged import SeriesPart
from cseanalysis.study.comparisons.bad_analyses import BadAnalysis, redteam_results
from cseanalysis.study.comparisons.funnel import funnel_results
from cseanalysis.study.comparisons.numbers import all_verdicts, comparison_results, verdict_results
from cseanalysis.study.data.assumptions import clustering
from cseanalysis.study.data.reported import Narrowed
from cseanalysis.study.lag.backtest import back_test_results, back_tests
from cseanalysis.study.lag.courts import court_queue, court_results
from cseanalysis.study.lag.evidence import delay_evidence, evidence_results
from cseanalysis.study.lag.judged import BackTest, PublishedDelay
from cseanalysis.study.lag.numbers import lag_by_year, lag_results, lag_scenario
from cseanalysis.study.lag.outcomes import (
    newest_outcomes,
    outcome_development,
    outcome_results,
    states_by_quarter,
    states_by_year,
)
from cseanalysis.study.lag.simulation import simulated_charges, simulation_results, simulation_runs, visible_by_age
from cseanalysis.study.lag.snapshots import snapshot_results
from cseanalysis.study.lag.waits import delays_corrected, wait_results
from cseanalysis.study.missing.numbers import missing_results
from cseanalysis.study.ranges import require
from cseanalysis.study.recorded.numbers import QuotedClass, recorded_results
from cseanalysis.study.sensitivity.chapter import curve_numbers
from cseanalysis.study.sensitivity.flips import breakdown_table
from cseanalysis.study.sensitivity.judged import CurveOption, Statement
from cseanalysis.study.sensitivity.narrowing import narrowing_table
from cseanalysis.study.sensitivity.shares_of_variance import variance_shares
from cseanalysis.study.totals.chains import dependence_results, dependence_table
from cseanalysis.study.totals.numbers import total_results
from cseanalysis.study.totals.survey import survey_comparison, survey_results
from cseanalysis.values import Assumption, Estimate


@dataclass(frozen=True, slots=True)
class StudyInputs:
    """What every reported number is computed from, read once: assumptions may change, these do not."""

    figures: Mapping[str, Figure]
    recorded: pd.DataFrame
    revision: pd.DataFrame
    forces: pd.DataFrame
    outcomes: pd.DataFrame
    delays: tuple[PublishedDelay, ...]
    back_tests: tuple[BackTest, ...]
    recording: tuple[RecordingChange, ...]
    interventions: tuple[Intervention, ...]
    evidence: Mapping[str, tuple[str, ...]]
    classes: tuple[QuotedClass, ...]
    series_parts: tuple[SeriesPart, ...]
    statements: tuple[Statement, ...]
    curve_options: tuple[CurveOption, ...]
    bad_analyses: tuple[BadAnalysis, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """What a part is handed: the tables and assumptions that it declares, and the results of the parts before it."""

    tables: Any  # a StudyInputs with None in place of each table that is not declared
    assumptions: Mapping[str, Assumption]
    scope: str
    results: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a part computes: results in the order in which they are reported, and tables by name."""

    # ``narrowed`` says of results that are read off a table what knowing each assumption would leave of their range; of
    # those that a function bounds, the result itself does.

    results: list[Estimate] = field(default_factory=list)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    narrowed: Mapping[str, tuple[Narrowed, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """Numbers that are computed together."""

    name: str  # of the part; its first word is the room of the study that computes it
    tables: tuple[str, ...]  # fields of `StudyInputs` that it reads
    compute: Callable[[Given], Numbers]  # from what it is given to its numbers
    assumptions: tuple[str, ...] = ()  # ids of the assumptions that it takes
    scoped: bool = False  # whether it follows the offences of a scenario's scope
    after: tuple[str, ...] = ()  # parts whose results it takes

    def given(
        self, inputs: StudyInputs, assumptions: Mapping[str, Assumption], scope: str, results: Mapping[str, Estimate]
    ) -> Given:
        """Return what the part declares and nothing else."""
        require(self.assumptions, assumptions)
        withheld: dict[str, Any] = {name: None for name in StudyInputs.__slots__ if name not in self.tables}
        own = {name: one for name, one in assumptions.items() if name in self.assumptions}
        return Given(replace(inputs, **withheld), own, scope if self.scoped else "", results)


_DELAY = ("days_to_charge", "delay_shape", "intake_growth")
_LAG = (*_DELAY, "charge_growth", "charge_to_trial_days")
_CHAIN = (
    *("link_correlation", "recorded_if_told_police", "told_police_if_told_someone", "told_police_then"),
    "told_someone_then",
)
_ROUTES = (
    *("contact_share", "image_share", "known_child_probability", "known_offence_probability", "non_recent_share"),
    *("offences_per_child", "rape_share", "recording_probability", "rape_recording_probability"),
    *("told_police_at_the_time_probability", "told_police_ever_probability"),
)
_SURVEY = (
    *("abused_before_16_share", "abused_before_18_share", "children_per_age", "not_asked_inflation"),
    *("prevalence_change", "years_abused"),
)


def _recorded(given: Given) -> Numbers:
    tables = given.tables
    return Numbers(recorded_results(tables.recorded, tables.revision, tables.forces, tables.figures, tables.classes))


def _missing(given: Given) -> Numbers:
    tables = given.tables
    return Numbers(missing_results(tables.recorded, tables.forces, tables.figures, tables.classes, given.assumptions))


def _survey(given: Given) -> Numbers:
    found = survey_results(given.tables.figures, given.tables.evidence, given.assumptions)
    return Numbers(found, {"survey_comparison": survey_comparison({**given.results, **_by_id(found)})})


def _dependence(given: Given) -> Numbers:
    table = dependence_table(given.assumptions)
    return Numbers(dependence_results(table, given.tables.evidence), {"dependence": table})


def _lag(given: Given) -> Numbers:
    recorded, assumed = given.tables.recorded, given.assumptions
    by_year, narrowed = lag_by_year(recorded, assumed, scope=given.scope)
    scenario = lag_scenario(recorded, assumed, scope=given.scope)
    results = lag_results(recorded, by_year, given.tables.delays, assumed, scope=given.scope)
    return Numbers(results, {"lag_scenario": scenario, "lag_by_year": by_year}, narrowed)


def _back_tests(given: Given) -> Numbers:
    tables, assumed = given.tables, given.assumptions
    tested, narrowed = back_tests(tables.back_tests, tables.recorded, tables.figures, assumed)
    results = back_test_results(tested, tables.delays, tables.recorded, tables.figures, assumed)
    return Numbers(results, {"back_tests": tested}, narrowed)


def _waits(given: Given) -> Numbers:
    tables, assumed = given.tables, given.assumptions
    corrected, narrowed = delays_corrected(tables.delays, tables.figures, assumed)
    results = wait_results(tables.recorded, corrected, tables.delays, tables.figures, assumed)
    return Numbers(results, {"delays_corrected": corrected}, narrowed)


def _outcomes(given: Given) -> Numbers:
    outcomes = given.tables.outcomes
    newest = newest_outcomes(outcomes)
    tables = {
        "outcomes_by_quarter": states_by_quarter(newest),
        "outcomes_by_year": states_by_year(newest),
        "outcome_development": outcome_development(outcomes),
    }
    return Numbers(outcome_results(outcomes, given.tables.recorded, given.assumptions), tables)


def _evidence(given: Given) -> Numbers:
    figures = given.tables.figures
    tables = {"delay_evidence": delay_evidence(figures, given.tables.delays, given.assumptions["delay_shape"].low)}
    return Numbers(evidence_results(figures, given.assumptions), tables)


def _simulation(given: Given) -> Numbers:
    recorded, assumed = given.tables.recorded, given.assumptions
    runs = simulation_runs(recorded, assumed)
    charges, narrowed = simulated_charges(recorded, runs, assumed)
    results = simulation_results(recorded, charges, runs["clustered"], given.tables.delays)
    tables = {"charges_by_quarter": charges, "visible_by_age": visible_by_age(runs["clustered"], assumed)}
    return Numbers(results, tables, narrowed)


def _courts(given: Given) -> Numbers:
    queue, narrowed = court_queue(given.tables.figures, given.assumptions)
    return Numbers(court_results(given.tables.figures, queue), {"court_queue": queue}, narrowed)


def _comparisons(given: Given) -> Numbers:
    return Numbers(comparison_results(given.tables.figures, inflation=clustering(given.assumptions)))


def _verdicts(given: Given) -> Numbers:
    table = all_verdicts(given.tables.figures)
    return Numbers(verdict_results(given.tables.figures, table), {"verdicts": table})


def _forces(given: Given) -> Numbers:
    return Numbers(*force_numbers(given.tables.recorded, given.tables.recording, given.tables.interventions))


def _change(given: Given) -> Numbers:
    tables, assumed = given.tables, given.assumptions
    events = {"recording": tables.recording, "interventions": tables.interventions}
    return Numbers(*change_numbers(tables.recorded, tables.figures, assumed, parts=tables.series_parts, **events))


def _narrowing(given: Given) -> Numbers:
    table = narrowing_table(given.tables.recorded, given.tables.figures, given.assumptions, scope=given.scope)
    return Numbers(tables={"narrowing": table})


def _breakdowns(given: Given) -> Numbers:
    tables, assumed = given.tables, given.assumptions
    found = breakdown_table(
        tables.statements, given.results, tables.recorded, tables.figures, assumed, scope=given.scope
    )
    return Numbers(tables={"breakdowns": found})


def _curves(given: Given) -> Numbers:
    tables = given.tables
    judged = {"options": tables.curve_options, "statements": tables.statements}
    return Numbers(tables=curve_numbers(tables.recorded, tables.revision, tables.figures, given.assumptions, **judged))


def _variance(given: Given) -> Numbers:
    return Numbers(tables={"variance_shares": variance_shares(given.tables.recorded, given.assumptions)})


def _by_id(results: list[Estimate]) -> dict[str, Estimate]:
    return {estimate.id: estimate for estimate in results}


# In the order in which their numbers are reported.
PARTS: tuple[Part, ...] = (
    Part(
        "recorded",
        ("figures", "recorded", "revision", "forces", "classes"),
        _recorded,
    ),
    Part(
        "missing",
        ("figures", "recorded", "forces", "classes"),
        _missing,
        (
            "adult_when_recorded_share",
            "assessments_per_child",
            "child_only_offences_per_child",
            "unrecorded_odds_ratio",
        ),
    ),
    Part(
        "totals: routes",
        ("figures", "evidence"),
        lambda given: Numbers(total_results(given.tables.figures, given.tables.evidence, given.assumptions)),
        _ROUTES,
    ),
    Part("totals: survey", ("figures", "evidence"), _survey, _SURVEY, after=("totals: routes",)),
    Part("totals: dependence", ("evidence",), _dependence, (*_CHAIN, "known_if_only_the_mean")),
    Part("lag", ("recorded", "delays"), _lag, _LAG, scoped=True),
    Part(
        "lag: back-tests",
        ("recorded", "figures", "delays", "back_tests"),
        _back_tests,
        (*_LAG, "charge_probability", "earlier_intake_ratio", "later_intake_ratio", "offences_per_defendant"),
    ),
    Part("lag: waits", ("recorded", "figures", "delays"), _waits, _LAG),
    Part(
        "lag: simulation",
        ("recorded", "delays"),
        _simulation,
        (*_LAG, "charge_probability", "clustering_inflation", "earlier_intake_ratio"),
    ),
    Part(
        "lag: outcomes",
        ("outcomes", "recorded"),
        _outcomes,
        ("no_outcome_limit", "reopened_share"),
    ),
    Part("lag: evidence", ("figures", "delays"), _evidence, ("days_to_charge", "delay_shape")),
    Part("lag: courts", ("figures",), _courts, ("court_capacity_ratio", "court_receipts_ratio")),
    Part("lag: snapshots", ("figures",), lambda given: Numbers(snapshot_results(given.tables.figures))),
    Part("comparisons: verdicts", ("figures",), _verdicts),
    Part("comparisons: changes", ("figures",), _comparisons, ("clustering_inflation",)),
    Part(
        "comparisons: bad analyses",
        ("figures", "bad_analyses"),
        lambda given: Numbers(redteam_results(given.tables.figures, given.tables.bad_analyses)),
    ),
    Part("comparisons: funnel", ("recorded",), lambda given: Numbers(funnel_results(given.tables.recorded))),
    Part(
        "change",
        ("recorded", "figures", "recording", "interventions", "series_parts"),
        _change,
        (*_DELAY, "effect_ratio"),
    ),
    Part("change: forces", ("recorded", "recording", "interventions"), _forces),
    Part("sensitivity: narrowing", ("recorded", "figures"), _narrowing, (*_ROUTES, *_DELAY), scoped=True),
    Part(
        "sensitivity: breakdowns",
        ("recorded", "figures", "statements"),
        _breakdowns,
        (*_ROUTES, *_DELAY, *_SURVEY),
        scoped=True,
        after=("recorded", "totals: routes", "totals: survey", "lag"),
    ),
    Part(
        "sensitivity: curves",
        ("recorded", "revision", "figures", "curve_options", "statements"),
        _curves,
        (*_ROUTES, *_DELAY, *_SURVEY),
    ),
    Part(
        "sensitivity: variance",
        ("recorded",),
        _variance,
        (*_DELAY, *_CHAIN, "charge_probability", "earlier_intake_ratio"),
    ),
)
