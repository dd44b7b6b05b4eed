"""Results grouped by what they estimate: within a group, each step assumes more than the one before."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A result of a group, in the words of what it assumes on top of the step before.

    Parameters
    ----------
    result
        Id of the result.
    adds
        What is assumed on top.
    floor
        Whether the result is only what was recorded: the total is no less, and has no upper end.
    assumes
        What is assumed without a registered range; empty where the result's assumptions say it all.
    """

    result: str
    adds: str
    floor: bool = False
    assumes: str = ""


@dataclass(frozen=True, slots=True)
class Estimand:
    """What a group of results estimates; two groups never share an axis.

    Parameters
    ----------
    id
        Identifier.
    title
        What is counted.
    period, area
        When and where the result is about; where a probability was published for another place, that too.
    steps
        From what the data alone say to what each further assumption buys. A later range lies within an earlier one,
        floors excepted.
    """

    id: str
    title: str
    period: str
    area: str
    steps: tuple[Step, ...]


_PACE = "any date, at the pace recorded in 2023"
_BOTH = "England and Wales"

PARTS = Estimand(
    "recorded_parts",
    "Offences known to police: recorded in 2023",
    "calendar year 2023, by date of recording",
    _BOTH,
    (
        Step("offences_recorded", "all recorded offences"),
        Step("contact_recorded", "contact, by the published share"),
        Step("contact_of_the_year", "contact, happened not long before"),
        Step("contact_earlier", "contact, happened a year or more before"),
        Step("images_recorded", "indecent images"),
        Step("neither_recorded", "neither contact nor images"),
    ),
)

TOTALS = (
    Estimand(
        "contact_offences",
        "Contact offences of a kind that is recorded",
        _PACE,
        _BOTH,
        (
            Step("contact_recorded", "recorded", floor=True),
            Step("contact_total", "known, by the published share"),
            Step("contact_total_narrower", "and all known are recorded"),
        ),
    ),
    Estimand(
        "children_recorded_kind",
        "Child victims of such contact offences",
        _PACE,
        "England and Wales, with a probability for England",
        (
            Step("children_recorded", "recorded, by offences per child", floor=True),
            Step("children_total", "known, in the range of the inputs"),
            Step("children_total_narrower", "and known as printed"),
        ),
    ),
    Estimand(
        "rape_victims",
        "Victims of rape in childhood",
        _PACE,
        _BOTH,
        (
            Step("rape_victims_recorded", "recorded, by offences per child", floor=True),
            Step("rape_victims_ever", "told police at some point"),
            Step("rape_victims_ever_narrower", "and all told are recorded"),
        ),
    ),
    Estimand(
        "recent_rape_victims",
        "Victims of recent rape in childhood",
        "about the time of recording, 2023",
        _BOTH,
        (
            Step("rape_victims_recent_recorded", "recorded, by non-recent share", floor=True),
            Step("rape_victims_at_the_time", "told police at the time"),
            Step("rape_victims_at_the_time_narrower", "and all told are recorded"),
        ),
    ),
)


def _survey(window: str, words: str, adults: str) -> tuple[Estimand, Estimand, Estimand]:
    return (
        Estimand(
            f"adults_{window}",
            f"Adults who say so, abused {words}",
            f"childhoods of {adults}",
            _BOTH,
            (
                Step(
                    f"adults_{window}",
                    "as published; rounding, not sampling",
                    assumes="that sampling moved nothing; that those asked say so",
                ),
            ),
        ),
        Estimand(
            f"first_{window}",
            f"Children first abused in a year, {words}",
            "a year of today's childhoods",
            _BOTH,
            (
                Step(f"first_{window}", "children and change since, assumed"),
                Step(f"first_steady_{window}", "and no change since"),
            ),
        ),
        Estimand(
            f"yearly_{window}",
            f"Children abused in a year, {words}",
            "a year of today's childhoods",
            _BOTH,
            (
                Step(f"yearly_any_{window}", "for any number of years"),
                Step(f"yearly_{window}", "and years of abuse, assumed"),
                Step(f"yearly_steady_{window}", "and no change since"),
            ),
        ),
    )


SURVEYS = (
    *_survey("before_16", "before 16, as asked in 2019", "adults aged 18 to 74"),
    *_survey("before_18", "before 18, as asked in 2024", "adults aged 18 and over"),
)
