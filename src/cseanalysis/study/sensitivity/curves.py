"""Structural choices behind the headline numbers: one curve an estimand, each a model of one option a decision.

A choice that would estimate something else is refused by the functions that the study uses; its reason is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

import pandas as pd

from cseanalysis.register import Figure, IncomparableError
from cseanalysis.sensitivity import multiverse
from cseanalysis.sensitivity.multiverse_runs import (
    ESTIMATED,
    OUTCOME,
    decision_shares,
    ends_of,
    extreme_specifications,
    specification_curve,
)
from cseanalysis.study.data.codes import ALL_WORDS, OWN_SCOPE, SCOPES
from cseanalysis.study.sensitivity.curve_models import (
    COVERAGES,
    ESTIMATORS,
    Assumptions,
    charges_visible,
    implied_total,
    intakes_of,
    median_days,
    months_to_half,
    recorded_growth,
    with_early_release,
    yearly_by_survey,
    years_of,
)
from cseanalysis.study.sensitivity.judged import COUNT, MEDIAN, SHAPES, CurveOption
from cseanalysis.study.totals.survey import WINDOWS
from cseanalysis.values import Interval, NotEstimableError

REFUSALS = (NotEstimableError, IncomparableError)


@dataclass(frozen=True, slots=True)
class Curve:
    """One estimand with the choices that could be defended for it."""

    # id and estimand: name of the curve, and in words what every specification on it estimates.
    id: str
    estimand: str
    result: str  # id of the reported number, which one specification must give
    model: Callable[..., float | Interval]  # takes one option for each decision
    choices: Mapping[str, Mapping[str, Any]]  # decision to label to option; the study's own option stands first
    own: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        own = {decision: next(iter(options)) for decision, options in self.choices.items()}
        object.__setattr__(self, "own", MappingProxyType(own))


def study_curves(
    recorded: pd.DataFrame,
    revision: pd.DataFrame,
    figures: Mapping[str, Figure],
    assumptions: Assumptions,
    options: Iterable[CurveOption],
) -> list[Curve]:
    """Return the curves of the study, their data fixed."""
    # Growth of recorded offences; months to half of charges; charges visible; contact offences and their victims;
    # children abused in a year by a survey.
    intakes = intakes_of(recorded)
    kept = dict(assumptions)  # a plain copy can be sent to another process
    years = list(years_of(next(iter(intakes.values())), complete=True))
    first, newest = years[0], years[-1]
    first_words, newest_words = (f"{year}/{(year + 1) % 100:02d}" for year in (first, newest))

    def of(decision: str, curve: str) -> list[CurveOption]:
        return [each for each in options if each.decision == decision and curve in each.curves]

    def delays(curve: str) -> dict[str, Mapping[str, Any]]:
        medians = {each.option: each.figure and median_days(figures[each.figure]) for each in of(MEDIAN, curve)}
        shapes = {each.option: (each.low, each.high) if each.low is not None else None for each in of(SHAPES, curve)}
        return {
            "median": medians,
            "delay_family": {"gamma": "gamma", "Weibull": "weibull", "lognormal": "lognormal"},
            "growth_of_intake": {"corrected for": True, "not corrected for": False},
            "delay_shapes": shapes,
        }

    def counts(curve: str) -> dict[str, CurveOption]:
        return {each.option: each for each in of(COUNT, curve)}

    scopes = {label: label for label in SCOPES}
    coverages = {label: label for label in COVERAGES}
    few_scopes = {name: name for name in (OWN_SCOPE, "contact codes", ALL_WORDS)}
    routes = {
        "offences known, one in ten": "known_offence_probability",
        "children known, one in eight": "known_child_probability",
        "survey of 2019": WINDOWS[0].id,
        "survey of 2024": WINDOWS[1].id,
    }
    readings = {"what the words leave open": False, "as printed": True}
    recording = {"audit to complete": False, "complete": True}
    implied = partial(implied_total, figures=figures, kept=kept)
    children_first = dict(sorted(routes.items(), key=lambda each: each[1] != "known_child_probability"))
    return [
        Curve(
            "recorded_growth",
            f"times the offences recorded in {first_words} that were recorded in {newest_words}",
            "child_only_growth",
            partial(
                recorded_growth,
                intakes=intakes,
                early=intakes_of(with_early_release(recorded, revision)),
                first=first,
                newest=newest,
            ),
            {
                "offence_scope": scopes,
                "coverage": coverages,
                "estimator": {name: name for name in ESTIMATORS},
                "release": {"late release of 2017/18": False, "early release of 2017/18": True},
            },
        ),
        Curve(
            "months_to_half_of_charges",
            "months from recording until half of a cohort's eventual charges",
            "months_to_half_of_charges",
            partial(months_to_half, kept=kept),
            delays("months_to_half_of_charges"),
        ),
        Curve(
            "charges_visible_newest",
            f"share of eventual charges visible at the end of the data, offences recorded in {newest_words}",
            "charges_visible_newest",
            partial(charges_visible, intakes=intakes, newest=newest, kept=kept),
            {
                "offence_scope": few_scopes,
                "coverage": {label: label for label in list(COVERAGES)[:2]},
                **delays("charges_visible_newest"),
            },
        ),
        Curve(
            "contact_total",
            "contact offences of any date implied by what one recent year recorded",
            "contact_total",
            partial(implied, per="offences"),
            {"route": routes, "recorded_count": counts("contact_total"), "reading": readings, "recording": recording},
        ),
        Curve(
            "children_total",
            "child victims of contact offences of any date implied by what one recent year recorded",
            "children_total",
            partial(implied, per="children"),
            {
                "route": children_first,
                "recorded_count": counts("children_total"),
                "reading": readings,
                "recording": recording,
            },
        ),
        Curve(
            "yearly_before_16",
            "children abused in a year before 16, by the questions of the survey of 2019",
            "yearly_before_16",
            partial(yearly_by_survey, kept=kept),
            {
                "survey": {"survey of 2019": WINDOWS[0].id, "survey of 2024": WINDOWS[1].id},
                "years_abused": {"as assumed": False, "any that the window allows": True},
                "prevalence": {"may have changed": False, "has not changed": True},
                "people_not_asked": {"may have been abused more often": False, "were abused as often": True},
            },
        ),
    ]


def curve_tables(
    recorded: pd.DataFrame,
    revision: pd.DataFrame,
    figures: Mapping[str, Figure],
    assumptions: Assumptions,
    options: Iterable[CurveOption],
) -> dict[str, pd.DataFrame]:
    """Say how far the structural choices alone move each headline number, and which of them."""
    # ``curves``: a row a curve, with the specifications, how many were estimated, the study's own ends, and the lowest
    # and highest with their words. ``curve_points``: a row a specification and curve, in the order of the curve: rank,
    # ends, own, specification in words, reason. ``curve_shares``: a row a curve, end and decision.
    tables: dict[str, list[pd.DataFrame]] = {"curves": [], "curve_points": [], "curve_shares": []}
    for curve in study_curves(recorded, revision, figures, assumptions, tuple(options)):
        table = multiverse(curve.model, curve.choices, refusals=REFUSALS)
        for name, rows in tables_of(curve, table).items():
            rows.insert(0, "curve", curve.id)
            tables[name].append(rows)
    return {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}


def tables_of(curve: Curve, table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the parts of `curve_tables` that one curve makes."""
    ends = ends_of(table)
    ordered = specification_curve(table, own=curve.own)
    decisions = list(curve.choices)
    words = ordered[decisions].agg(" · ".join, axis=1)
    points = pd.DataFrame({"rank": ordered["rank"], "low": ordered[ends[0]], "high": ordered[ends[-1]]})
    points = points.assign(own=ordered["own"], specification=words, reason=ordered["reason"])
    shares = []
    for end in ends:
        try:
            part = decision_shares(table, end)
        except NotEstimableError:  # all specifications agree in this end
            continue
        part.insert(0, "end", end)
        shares.append(part)
    lowest, highest = extreme_specifications(table).to_dict("records")
    own = ordered[ordered["own"]].iloc[0]
    summary = {
        "estimand": curve.estimand,
        "result": curve.result,
        "specifications": len(table),
        "estimated": int((table[OUTCOME] == ESTIMATED).sum()),
        "own_low": own[ends[0]],
        "own_high": own[ends[-1]],
        "lowest": lowest["value"],
        "lowest_words": lowest["words"],
        "highest": highest["value"],
        "highest_words": highest["words"],
    }
    share_table = pd.concat(shares, ignore_index=True) if shares else pd.DataFrame()
    return {"curves": pd.DataFrame([summary]), "curve_points": points, "curve_shares": share_table}
