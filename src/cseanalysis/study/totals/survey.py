"""From what adults tell a survey of their childhood to children a year, and why not from there to the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

import pandas as pd

from cseanalysis.models import Basis, BridgeFactor, Measure, annual_victims, recorded_to_survey
from cseanalysis.register import Figure
from cseanalysis.sensitivity.known import element, known_ends
from cseanalysis.study.ranges import bounded, needed_assumptions, ranging, resting_on
from cseanalysis.values import Assumption, Estimate, Interval, NotEstimableError


@dataclass(frozen=True, slots=True)
class Window:
    """A survey question: which years of childhood, asked how, and what carries its answer to children a year."""

    id: str
    ages: int
    definition: str
    figures: tuple[str, str]  # share of adults, and adults
    model: Callable[..., float]

    @property
    def words(self) -> str:
        """The age window in words."""
        return f"before {self.ages}"


@dataclass(frozen=True, slots=True)
class Plank:
    """A row of the bridge from the survey to the record; without an assumption it is missing."""

    dimension: str
    start: str
    end: str
    assumption: str | None
    windows: tuple[str, ...] = ("before_16", "before_18")


def yearly_before_16(
    *,
    abused_before_16_share: float,
    not_asked_inflation: float,
    prevalence_change: float,
    children_per_age: float,
    years_abused: float,
) -> float:
    """Children abused in a year before 16, as they would say as adults to the survey of 2019."""
    change = not_asked_inflation * prevalence_change
    return _in_year(16, abused_before_16_share, change, children_per_age, years_abused)


def yearly_before_18(
    *,
    abused_before_18_share: float,
    not_asked_inflation: float,
    prevalence_change: float,
    children_per_age: float,
    years_abused: float,
) -> float:
    """Children abused in a year before 18, as they would say as adults to the survey of 2024."""
    change = not_asked_inflation * prevalence_change
    return _in_year(18, abused_before_18_share, change, children_per_age, years_abused)


WINDOWS = (
    Window("before_16", 16, "sexual abuse as the survey of 2019 asked", ("F113", "F114"), yearly_before_16),
    Window("before_18", 18, "sexual abuse as the survey of 2024 asked", ("F128", "F129"), yearly_before_18),
)

# The producer rules out comparison between the two sets of questions.
BREAKS = ((WINDOWS[0].definition, WINDOWS[1].definition),)

RECORDED_DEFINITION = "contact offences as police record them"

BRIDGE = (
    Plank("unit", "adults ever abused", "children first abused in a year", "children_per_age"),
    Plank("unit", "adults who are asked", "all who were children then", "not_asked_inflation"),
    Plank("period", "childhoods of the adults asked", "childhoods of today", "prevalence_change"),
    Plank("unit", "children first abused in a year", "children abused in a year", "years_abused"),
    Plank("age_window", WINDOWS[0].words, WINDOWS[1].words, None, ("before_16",)),
    Plank("definition", "any sexual abuse that the survey asks about", RECORDED_DEFINITION, None),
    Plank("unit", "recorded contact offences", "children with one", "offences_per_child"),
    Plank("period", "offences recorded in 2023", "offences that also happened then", "non_recent_share"),
)


def survey_results(figures: Mapping[str, Figure], assumptions: Mapping[str, Assumption]) -> list[Estimate]:
    """Return what each survey says and what it implies, from the fewest assumptions to the most, all as bounds.

    Parameters
    ----------
    figures, assumptions
        The study's, by id.

    Returns
    -------
    list of Estimate
        For each window: adults ever abused, as published; children first abused in a year, and the same if prevalence
        has not changed; children abused in a year for any possible number of years, for the number assumed, and that
        if prevalence has not changed.
    """
    found = []
    for window in WINDOWS:
        found.append(adults_abused(window, figures))
        found.extend(window_results(window, assumptions))
    return found


def adults_abused(window: Window, figures: Mapping[str, Figure]) -> Estimate:
    """Return the adults that a survey counts, within what the rounding of the published number leaves open."""
    name = window.figures[1]
    low, high, rounded_to = figures[name].low, figures[name].high, figures[name].rounded_to
    if low is None or high is None or rounded_to is None:
        raise ValueError(f"{name} has low {low}, high {high} and rounded_to {rounded_to}; all three are needed")
    interval = Interval(low - rounded_to / 2, high + rounded_to / 2, "bound")
    unit = f"adults who say that they were sexually abused {window.words}"
    return Estimate(f"adults_{window.id}", unit, interval=interval, basis=(name,))


def window_results(window: Window, assumptions: Mapping[str, Assumption]) -> list[Estimate]:
    """Return the estimates of one survey; see `survey_results`."""
    first = f"children first abused in a year {window.words}, by the survey's questions"
    abused = f"children abused in a year {window.words}, by the survey's questions"
    steps: dict[str, tuple[str, dict[str, float]]] = {
        "first": (first, {"years_abused": 1.0}),
        "first_steady": (first, {"years_abused": 1.0, "prevalence_change": 1.0}),
        "yearly": (abused, {}),
        "yearly_steady": (abused, {"prevalence_change": 1.0}),
    }
    found = {
        step: bounded(f"{step}_{window.id}", unit, partial(window.model, **known), assumptions, window.figures)
        for step, (unit, known) in steps.items()
    }
    # Whoever is abused is abused in at least one year and at most in all of the window: no judgement is needed.
    needed = needed_assumptions(partial(window.model, years_abused=1.0), assumptions)

    def any_number(**values: float) -> list[float]:
        return [window.model(years_abused=years, **values) for years in (1.0, float(window.ages))]

    with resting_on(f"yearly_any_{window.id}", needed):
        widest = element(known_ends(any_number, needed), 0, 1)
    any_years = ranging(f"yearly_any_{window.id}", abused, widest, found["first"].basis)
    return [found["first"], found["first_steady"], any_years, found["yearly"], found["yearly_steady"]]


def hold_against_record(
    window: Window, children: Interval, recorded: Interval, factors: Iterable[BridgeFactor] = ()
) -> Interval:
    """Divide the children recorded by the children a survey implies, if every difference between them is bridged.

    Parameters
    ----------
    window
        The survey's question.
    children
        Children abused in a year by that question.
    recorded
        Children with a contact offence recorded that happened not long before.
    factors
        Planks for age window and definition.

    Returns
    -------
    Interval

    Raises
    ------
    NotEstimableError
        Naming each plank that is missing.
    ValueError
        When a plank crosses from one survey's questions to the other's: the producer declares a break.
    """
    place = "England and Wales"
    asked = Basis("children abused in a year", window.words, "a year about 2023", window.definition, place)
    police = Basis("children abused in a year", "before 18", "a year about 2023", RECORDED_DEFINITION, place)
    return recorded_to_survey(Measure(recorded, police), Measure(children, asked), factors, breaks=BREAKS)


def survey_comparison(estimates: Mapping[str, Estimate]) -> pd.DataFrame:
    """Try the last step, from the survey to the record, for each survey, and keep the refusal.

    Parameters
    ----------
    estimates
        The study's, by id.

    Returns
    -------
    DataFrame
        ``survey``, ``outcome`` (``"refused"``) and ``reason``: the planks that are missing.
    """
    recorded = _interval(estimates["children_of_the_year"])
    rows = []
    for window in WINDOWS:
        try:
            hold_against_record(window, _interval(estimates[f"yearly_{window.id}"]), recorded)
        except NotEstimableError as refusal:
            rows.append({"survey": window.id, "outcome": "refused", "reason": str(refusal)})
        else:
            raise ValueError(f"{window.id}: the comparison was not refused, yet no plank is registered for it")
    return pd.DataFrame(rows)


@lru_cache(maxsize=2**14)
def _in_year(ages: int, share: float, change: float, children: float, years: float) -> float:
    values = (Interval(value, value, "bound") for value in (share, children, years, change))
    prevalence, children_per_age, years_abused, changed = values
    return annual_victims(
        prevalence, children_per_age=children_per_age, ages=ages, years_abused=years_abused, change=changed
    ).in_year.low


def _interval(estimate: Estimate) -> Interval:
    if estimate.interval is None:
        raise ValueError(f"{estimate.id} is no range; the survey's steps are bounds")
    return estimate.interval
