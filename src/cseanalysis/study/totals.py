"""Totals implied by recorded offences, one function a route; routes that estimate different things stay apart.

Each argument other than ``recorded`` is the id of an assumption, so that ranges and sensitivity need no glue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from cseanalysis.models import breakdown_probability
from cseanalysis.register import Figure
from cseanalysis.study.ranges import bounded
from cseanalysis.values import Assumption, Estimate


@dataclass(frozen=True, slots=True)
class Route:
    """One way from the recorded count to a total: what it estimates and what it rests on."""

    id: str
    unit: str
    model: Callable[..., float]
    figures: tuple[str, ...]


def contact_total(
    *, recorded: float, contact_share: float, known_offence_probability: float, recording_probability: float
) -> float:
    """Contact offences implied by those recorded, if one in so many is known to the authorities."""
    return recorded * contact_share / (known_offence_probability * recording_probability)


def contact_dark_figure(
    *, recorded: float, contact_share: float, known_offence_probability: float, recording_probability: float
) -> float:
    """Implied contact offences less those recorded."""
    return recorded * contact_share * (1 / (known_offence_probability * recording_probability) - 1)


def children_total(
    *,
    recorded: float,
    contact_share: float,
    offences_per_child: float,
    known_child_probability: float,
    recording_probability: float,
) -> float:
    """Child victims implied by recorded contact offences, if one child in so many is known to police or councils."""
    return recorded * contact_share / (offences_per_child * known_child_probability * recording_probability)


def rape_total_ever(
    *, recorded: float, rape_share: float, told_police_ever_probability: float, recording_probability: float
) -> float:
    """Offences of rape of a child, of any date, if so many are told to the police at some point in life."""
    return recorded * rape_share / (told_police_ever_probability * recording_probability)


def rape_total_at_the_time(
    *,
    recorded: float,
    rape_share: float,
    non_recent_share: float,
    told_police_at_the_time_probability: float,
    recording_probability: float,
) -> float:
    """Recent offences of rape of a child, if so many are told to the police at the time."""
    recent = recorded * rape_share * (1 - non_recent_share)
    return recent / (told_police_at_the_time_probability * recording_probability)


ROUTES = (
    Route(
        "contact_total",
        "contact offences of any date, at the pace recorded in 2023",
        contact_total,
        ("F008", "F012", "F021", "F310"),
    ),
    Route(
        "children_total",
        "child victims of contact offences of any date, at the pace recorded in 2023",
        children_total,
        ("F008", "F012", "F139", "F140", "F141", "F142", "F310"),
    ),
    Route(
        "rape_total_ever",
        "offences of rape of a child of any date, at the pace recorded in 2023",
        rape_total_ever,
        ("F008", "F011", "F281", "F310"),
    ),
    Route(
        "rape_total_at_the_time",
        "offences of rape of a child that happened at about the time they were recorded, 2023",
        rape_total_at_the_time,
        ("F008", "F011", "F280", "F310", "F491", "F492"),
    ),
)


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


def rape_recorded(*, recorded: float, rape_share: float) -> float:
    """Recorded offences of rape of a child."""
    return recorded * rape_share


def rape_recent_recorded(*, recorded: float, rape_share: float, non_recent_share: float) -> float:
    """Recorded offences of rape of a child that happened not long before."""
    return recorded * rape_share * (1 - non_recent_share)


def claim_needs(*, recorded: float, claimed: float, contact_share: float, offences_per_child: float) -> float:
    """Share of a claimed number of children who would have a recorded contact offence."""
    return breakdown_probability(recorded * contact_share / offences_per_child, claimed)


def total_results(figures: Mapping[str, Figure], assumptions: Mapping[str, Assumption]) -> list[Estimate]:
    """Return what the recorded offences of 2023 imply, route by route, all as bounds.

    Parameters
    ----------
    figures, assumptions
        The study's, by id.

    Returns
    -------
    list of Estimate
    """
    recorded = float(figures["F008"].value)
    claimed = figures["F159"].low
    if claimed is None:
        raise ValueError("F159 has no lower end; the claim of children a year needs a number")
    fixed = [
        *ROUTES,
        Route(
            "contact_dark_figure",
            "contact offences of any date not recorded, at the pace of 2023",
            contact_dark_figure,
            ROUTES[0].figures,
        ),
        Route("contact_recorded", "contact offences recorded in 2023", contact_recorded, ("F008", "F012")),
        Route("images_recorded", "offences of indecent images recorded in 2023", images_recorded, ("F008", "F010")),
        Route("rape_recorded", "offences of rape of a child recorded in 2023", rape_recorded, ("F008", "F011")),
        Route(
            "children_recorded",
            "child victims of contact offences recorded in 2023",
            children_recorded,
            ("F008", "F012"),
        ),
        Route(
            "rape_recent_recorded",
            "offences of rape of a child recorded in 2023 that happened not long before",
            rape_recent_recorded,
            ("F008", "F011", "F491", "F492"),
        ),
        Route(
            "claim_needs",
            "share of the children affected in a year who have a contact offence recorded in it, if the claim holds",
            partial(claim_needs, claimed=claimed),
            ("F008", "F012", "F159"),
        ),
    ]
    share = "share of contact offences that is recorded"
    return [
        *(
            bounded(route.id, route.unit, partial(route.model, recorded=recorded), assumptions, route.figures)
            for route in fixed
        ),
        bounded("contact_recorded_share", share, contact_recorded_share, assumptions, ("F021", "F310")),
    ]
