"""From what adults tell a survey of their childhood to children a year, and why not from there to the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import pandas as pd

from cseanalysis.models import Basis, BridgeFactor, Measure, annual_victims, recorded_to_survey
from cseanalysis.register import Figure
from cseanalysis.sensitivity.known import element, known_ends
from cseanalysis.study.data.judgement import read_judgement
from cseanalysis.study.ranges import bounded, needed_assumptions, ranging, resting_on
from cseanalysis.values import Assumption, Estimate, Interval, NotEstimableError


@dataclass(frozen=True, slots=True)
class Window:
    """A survey question: which years of childhood, asked how, and what carries its answer to children a year."""

    id: str
    ages: int
    definition: str
    model: Callable[..., float]

    @property
    def words(self) -> str:
        """The age window in words."""
        return f"before {self.ages}"

    @property
    def share(self) -> str:
        """Id of the assumption on the share of adults; it is read from that share and from the same in adults."""
        return f"abused_{self.id}_share"


@dataclass(frozen=True, slots=True)
class Plank:
    """A row of ``data/judgement/bridge.csv``, from the survey to the record; without an assumption it is missing."""

    dimension: str
    start: str
    end: str
    assumption: str | None
    windows: tuple[str, ...]
    reason: str


def bridge(root: Path | str | None = None) -> tuple[Plank, ...]:
    """Return the planks in the order in which the chapter lists them."""
    return read_judgement("bridge", Plank, root)


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
    Window("before_16", 16, "sexual abuse as the survey of 2019 asked", yearly_before_16),
    Window("before_18", 18, "sexual abuse as the survey of 2024 asked", yearly_before_18),
)

# The producer rules out comparison between the two sets of questions.
BREAKS = ((WINDOWS[0].definition, WINDOWS[1].definition),)

RECORDED_DEFINITION = "contact offences as police record them"


def survey_results(
    figures: Mapping[str, Figure], read_from: Mapping[str, tuple[str, ...]], assumptions: Mapping[str, Assumption]
) -> list[Estimate]:
    """Return what each survey says and what it implies, from the fewest assumptions to the most, all as bounds."""
    # For each window: adults ever abused, as published; children first abused in a year, and the same if prevalence has
    # not changed; children abused in a year for any possible number of years, for the number assumed, and that if
    # prevalence has not changed.
    found = []
    for window in WINDOWS:
        found.append(adults_abused(window, [figures[name] for name in read_from[window.share]]))
        found.extend(window_results(window, read_from[window.share], assumptions))
    return found


def adults_abused(window: Window, published: Iterable[Figure]) -> Estimate:
    """Return the adults that a survey counts, within what the rounding of the published number leaves open."""
    found = [figure for figure in published if figure.unit == "adults"]
    if len(found) != 1 or (figure := found[0]).low is None or figure.high is None or figure.rounded_to is None:
        raise ValueError(
            f"{window.share} is read from {len(found)} figures in adults; data/judgement/evidence.csv must name one, "
            "with two ends and how it is rounded"
        )
    interval = Interval(figure.low - figure.rounded_to / 2, figure.high + figure.rounded_to / 2, "bound")
    unit = f"adults who say that they were sexually abused {window.words}"
    formula = f"({figure.id}.least, {figure.id}.most)"
    return Estimate(f"adults_{window.id}", unit, interval=interval, basis=(figure.id,), formula=formula)


def window_results(window: Window, figures: tuple[str, ...], assumptions: Mapping[str, Assumption]) -> list[Estimate]:
    """Return the estimates of one survey; see `survey_results`."""
    first = f"children first abused in a year {window.words}, by the survey's questions"
    abused = f"children abused in a year {window.words}, by the survey's questions"
    steps: dict[str, tuple[str, dict[str, float]]] = {
        "first": (first, {"years_abused": 1.0}),
        "first_steady": (first, {"years_abused": 1.0, "prevalence_change": 1.0}),
        "yearly": (abused, {}),
        "yearly_steady": (abused, {"prevalence_change": 1.0}),
    }
    # What `annual_victims` multiplies.
    factors = (window.share, "not_asked_inflation", "prevalence_change", "children_per_age", "years_abused")
    found = {
        step: bounded(
            f"{step}_{window.id}",
            unit,
            partial(window.model, **known),
            assumptions,
            figures,
            formula=" * ".join(name for name in factors if name not in known),
        )
        for step, (unit, known) in steps.items()
    }
    # Whoever is abused is abused in at least one year and at most in all of the window: no judgement is needed.
    needed = needed_assumptions(partial(window.model, years_abused=1.0), assumptions)

    def any_number(**values: float) -> list[float]:
        return [window.model(years_abused=years, **values) for years in (1.0, float(window.ages))]

    with resting_on(f"yearly_any_{window.id}", needed):
        widest = element(known_ends(any_number, needed), 0, 1)
    formula = f"({found['first'].formula}, {found['first'].formula} * {window.ages})"
    any_years = ranging(f"yearly_any_{window.id}", abused, widest, found["first"].basis, formula=formula)
    return [found["first"], found["first_steady"], any_years, found["yearly"], found["yearly_steady"]]


def hold_against_record(
    window: Window, children: Interval, recorded: Interval, factors: Iterable[BridgeFactor] = ()
) -> Interval:
    """Divide the children recorded by the children a survey implies, if every difference between them is bridged."""
    # A plank that is missing is named in the refusal; one that crosses from one survey's questions to the other's is
    # refused, because the producer declares a break.
    place = "England and Wales"
    asked = Basis("children abused in a year", window.words, "a year about 2023", window.definition, place)
    police = Basis("children abused in a year", "before 18", "a year about 2023", RECORDED_DEFINITION, place)
    return recorded_to_survey(Measure(recorded, police), Measure(children, asked), factors, breaks=BREAKS)


def survey_comparison(estimates: Mapping[str, Estimate]) -> pd.DataFrame:
    """Try the last step, from the survey to the record, for each survey, and keep the refusal."""
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
