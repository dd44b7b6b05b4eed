"""Totals implied by recorded offences, one function a route; routes that estimate different things stay apart.

Each argument other than ``recorded`` is the id of an assumption, so that ranges and sensitivity need no glue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from inspect import signature
from pathlib import Path

from cseanalysis.models import split_by_year
from cseanalysis.register import Figure
from cseanalysis.sensitivity.known import known_ends
from cseanalysis.study.data.judgement import read_judgement
from cseanalysis.study.data.named import RECORDED_2023
from cseanalysis.study.formulas import written
from cseanalysis.study.ranges import bounded, needed_assumptions, ranging, resting_on
from cseanalysis.values import Assumption, Estimate, Interval


@dataclass(frozen=True, slots=True)
class Route:
    """One way from the recorded count to a total: what it estimates, and from which recorded part."""

    # ``settled`` is the assumption that the narrower range takes at one value: complete recording, its high end, or the
    # share as it is printed (``printed``).

    id: str
    unit: str
    model: Callable[..., float]
    base: Callable[..., float]
    settled: str
    printed: float | None = None

    @property
    def narrower(self) -> str:
        """Id of the total with one assumption more: the settled one has one value."""
        return f"{self.id}_narrower"

    @property
    def dark_figure(self) -> str:
        """Id of the total less what was recorded."""
        return f"{self.id}_dark_figure"


def contact_total(
    *, recorded: float, contact_share: float, known_offence_probability: float, recording_probability: float
) -> float:
    """Contact offences implied by those recorded, if one in so many is known to the authorities."""
    return recorded * contact_share / (known_offence_probability * recording_probability)


def children_total(
    *,
    recorded: float,
    contact_share: float,
    offences_per_child: float,
    known_child_probability: float,
) -> float:
    """Child victims implied by recorded contact offences, if one child in so many is in police or council records."""
    return recorded * contact_share / (offences_per_child * known_child_probability)


def rape_victims_ever(
    *,
    recorded: float,
    rape_share: float,
    offences_per_child: float,
    told_police_ever_probability: float,
    rape_recording_probability: float,
) -> float:
    """Victims of rape in childhood, if so many tell the police at some point in life."""
    victims = recorded * rape_share / offences_per_child
    return victims / (told_police_ever_probability * rape_recording_probability)


def rape_victims_at_the_time(
    *,
    recorded: float,
    rape_share: float,
    non_recent_share: float,
    offences_per_child: float,
    told_police_at_the_time_probability: float,
    rape_recording_probability: float,
) -> float:
    """Victims of recent rape in childhood, if so many tell the police at the time."""
    victims = recorded * rape_share * (1 - non_recent_share) / offences_per_child
    return victims / (told_police_at_the_time_probability * rape_recording_probability)


def contact_recorded(*, recorded: float, contact_share: float) -> float:
    """Recorded contact offences."""
    return recorded * contact_share


def contact_recorded_share(*, known_offence_probability: float, recording_probability: float) -> float:
    """Share of contact offences that is recorded."""
    return known_offence_probability * recording_probability


def children_recorded(*, recorded: float, contact_share: float, offences_per_child: float) -> float:
    """Children with a recorded contact offence."""
    return recorded * contact_share / offences_per_child


def images_recorded(*, recorded: float, image_share: float) -> float:
    """Recorded offences of indecent images; most are detected by police or industry, so none is grossed up."""
    return recorded * image_share


def neither_recorded(*, recorded: float, contact_share: float, image_share: float) -> float:
    """Recorded offences that are in neither of the two published shares."""
    if contact_share + image_share > 1:
        raise ValueError(
            f"contact_share {contact_share:g} and image_share {image_share:g} are more than all recorded offences; an "
            "offence is in one of the two"
        )
    return recorded * (1 - contact_share - image_share)


def rape_victims_recorded(*, recorded: float, rape_share: float, offences_per_child: float) -> float:
    """Victims of the recorded offences of rape of a child."""
    return recorded * rape_share / offences_per_child


def rape_victims_recent_recorded(
    *, recorded: float, rape_share: float, non_recent_share: float, offences_per_child: float
) -> float:
    """Victims of the recorded offences of rape of a child that happened not long before."""
    return recorded * rape_share * (1 - non_recent_share) / offences_per_child


def contact_of_the_year(*, recorded: float, contact_share: float, non_recent_share: float) -> float:
    """Recorded contact offences that happened not long before."""
    share = Interval(non_recent_share, non_recent_share, "bound")
    return split_by_year(recorded * contact_share, share).this_year.low


def contact_earlier(*, recorded: float, contact_share: float, non_recent_share: float) -> float:
    """Recorded contact offences that happened a year or more before: non-recent."""
    share = Interval(non_recent_share, non_recent_share, "bound")
    return split_by_year(recorded * contact_share, share).earlier.low


def children_of_the_year(
    *, recorded: float, contact_share: float, non_recent_share: float, offences_per_child: float
) -> float:
    """Children with a recorded contact offence that happened not long before."""
    recent = contact_of_the_year(recorded=recorded, contact_share=contact_share, non_recent_share=non_recent_share)
    return recent / offences_per_child


ROUTES = (
    Route(
        "contact_total",
        "contact offences of any date, at the pace recorded in 2023",
        contact_total,
        contact_recorded,
        "recording_probability",
    ),
    Route(
        "children_total",
        "child victims of contact offences of any date, at the pace recorded in 2023",
        children_total,
        children_recorded,
        "known_child_probability",
        printed=1 / 8,
    ),
    Route(
        "rape_victims_ever",
        "victims of rape in childhood, of any date, at the pace recorded in 2023",
        rape_victims_ever,
        rape_victims_recorded,
        "rape_recording_probability",
    ),
    Route(
        "rape_victims_at_the_time",
        "victims of rape in childhood that happened at about the time it was recorded, 2023",
        rape_victims_at_the_time,
        rape_victims_recent_recorded,
        "rape_recording_probability",
    ),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The published figures that an assumption is read from."""

    assumption: str
    figures: tuple[str, ...]
    reason: str


def evidence(root: Path | str | None = None) -> dict[str, tuple[str, ...]]:
    """Return by assumption the figures of ``data/judgement/evidence.csv``."""
    return {row.assumption: row.figures for row in read_judgement("evidence", Evidence, root)}


def figures_of(model: Callable[..., float], read_from: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the figures that the arguments of a study model stand for or are read from."""
    known = {"recorded": (RECORDED_2023,), **read_from}
    return tuple(sorted({figure for name in signature(model).parameters for figure in known.get(name, ())}))


_SPLIT = {
    "contact_of_the_year": f"{RECORDED_2023} * contact_share * (1 - non_recent_share)",
    "contact_earlier": f"{RECORDED_2023} * contact_share * non_recent_share",
    "children_of_the_year": f"{RECORDED_2023} * contact_share * (1 - non_recent_share) / offences_per_child",
}

# Recorded parts beside those of the routes, each with what it counts.
_COUNTED = (
    ("contact offences recorded in 2023", contact_recorded),
    ("offences of indecent images recorded in 2023", images_recorded),
    ("offences recorded in 2023 that are neither contact nor images, by the two published shares", neither_recorded),
    ("child victims of contact offences recorded in 2023", children_recorded),
    ("victims of the offences of rape of a child recorded in 2023", rape_victims_recorded),
    (
        "victims of the offences of rape of a child recorded in 2023 that happened not long before",
        rape_victims_recent_recorded,
    ),
    ("contact offences recorded in 2023 that happened not long before", contact_of_the_year),
    ("contact offences recorded in 2023 that happened a year or more before", contact_earlier),
    ("children with a contact offence recorded in 2023 that happened not long before", children_of_the_year),
)


def total_results(
    figures: Mapping[str, Figure], read_from: Mapping[str, tuple[str, ...]], assumptions: Mapping[str, Assumption]
) -> list[Estimate]:
    """Return what the recorded offences of 2023 imply, route by route, all as bounds."""
    count = figures[RECORDED_2023].value
    recorded = float(count)

    def part(unit: str, model: Callable[..., float]) -> Estimate:
        known = partial(model, recorded=recorded) if "recorded" in signature(model).parameters else model
        # Where a year is split by the library, the shares are of what is written beside it.
        formula = _SPLIT.get(model.__name__) or written(model, recorded=RECORDED_2023)
        return bounded(model.__name__, unit, known, assumptions, figures_of(model, read_from), formula=formula)

    return [
        Estimate(
            "offences_recorded", "offences recorded in 2023", point=count, basis=(RECORDED_2023,), formula=RECORDED_2023
        ),
        *(estimate for route in ROUTES for estimate in route_results(route, recorded, read_from, assumptions)),
        *(narrowed(route, recorded, read_from, assumptions) for route in ROUTES),
        *(part(unit, model) for unit, model in _COUNTED),
        part("share of contact offences that is recorded", contact_recorded_share),
    ]


def route_results(
    route: Route, recorded: float, read_from: Mapping[str, tuple[str, ...]], assumptions: Mapping[str, Assumption]
) -> list[Estimate]:
    """Return a route's implied total and its dark figure, both as bounds."""
    # The dark figure is the total less what was recorded, at the same corner of the assumptions: the ends of two bounds
    # are never subtracted.
    rests_on = figures_of(route.model, read_from)
    whole, base = (written(model, recorded=RECORDED_2023) for model in (route.model, route.base))
    total = bounded(route.id, route.unit, partial(route.model, recorded=recorded), assumptions, rests_on, formula=whole)
    chosen = needed_assumptions(partial(route.model, recorded=recorded), assumptions)
    part = {assumption.id for assumption in needed_assumptions(partial(route.base, recorded=recorded), assumptions)}

    def dark(**values: float) -> float:
        base = route.base(recorded=recorded, **{name: values[name] for name in part})
        return route.model(recorded=recorded, **values) - base

    with resting_on(route.dark_figure, chosen):
        ends = known_ends(dark, chosen)
    unit = f"not recorded: {route.unit}"
    return [total, ranging(route.dark_figure, unit, ends, total.basis, formula=f"{whole} - {base}")]


def narrowed(
    route: Route, recorded: float, read_from: Mapping[str, tuple[str, ...]], assumptions: Mapping[str, Assumption]
) -> Estimate:
    """Return a route's implied total if, on top, its settled assumption has one value."""
    value = assumptions[route.settled].high if route.printed is None else route.printed
    known = {route.settled: value}
    model = partial(route.model, recorded=recorded, **known)
    one = f"{route.settled}.high" if route.printed is None else f"{value:.12g}"
    formula = written(route.model, recorded=RECORDED_2023, **{route.settled: one})
    return bounded(route.narrower, route.unit, model, assumptions, figures_of(route.model, read_from), formula=formula)
