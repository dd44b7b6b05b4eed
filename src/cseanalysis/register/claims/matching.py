"""How a sentence and a figure differ: in unit, meaning, base, place and period, one rule each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from cseanalysis.register.claims.grammar.numbers import Number
from cseanalysis.register.claims.grammar.periods import Period
from cseanalysis.register.claims.grammar.reading import Reading, before_share, closure, nouns_of_base, share_of
from cseanalysis.register.claims.grammar.tables import idle, minor, operations, overstated, silent, units
from cseanalysis.register.claims.index import Known
from cseanalysis.register.figures import NATIONAL, UNKNOWN, Figure
from cseanalysis.register.spans import months_in, same_length

_YEAR = 12  # months
Nearness = Literal["same", "near", "unsaid", "other"]
PEOPLE = frozenset(("suspects", "victims", "children", "adults", "defendants"))
_ANYBODY = PEOPLE | {"people"}
_HARMED = frozenset(("victims", "children"))
_DOERS = frozenset(("suspects",))
_TRIED = frozenset(("suspects", "defendants"))
_DONE = ("committed", "perpetrated", "carried", "done")
_TOLD = frozenset(("reported",))
_BODIES = frozenset(("local_authorities", "officers", "staff"))
_STEPS = frozenset(("decisions", "outcomes", "assessments", "investigations", "charges", "prosecutions", "defendants"))
_COUNCILS = frozenset(("local_authorities",))
_OF_COUNCILS = frozenset(("in_need", "plan", "to_authorities"))  # what councils themselves return
_ACTS = frozenset(("sexual", "child", "contact", "child_abuse"))  # what is done to somebody, or of whom it is
_SAVED = frozenset(("rescued",))
_ELSEWHERE = re.compile(r"\breport\w* to (?!(?:the |their )?(?:police|forces?|officers)\b)", re.IGNORECASE)
SEXED = frozenset(("man", "woman", "girl", "boy", "male", "female"))
_FIELDS = frozenset(("ethnicity",))  # a field of a record, which makes no other base
_CLOSED = ("calendar_year", "financial_year", "financial_quarter")
_DECADE = re.compile(r"\d0s$")
_BY_THEN = re.compile(r"\b(?:by|until|till|up to|before|after|prior to) (?:the end of )?$", re.IGNORECASE)
_ON = re.compile(r" on(?:wards?)?\b(?! the\b| \w+ books)", re.IGNORECASE)
_NO_PLACE = (UNKNOWN, "not applicable")


@dataclass(frozen=True, slots=True)
class Match:
    """A figure beside a sentence, and every way in which the two differ."""

    reading: Reading
    known: Known
    missing: frozenset[str]
    lesser: frozenset[str]
    extra: frozenset[str]
    unit: Nearness
    base: Nearness
    place: Nearness
    period: Nearness

    @property
    def figure(self) -> Figure:
        """Return the figure."""
        return self.known.figure

    @property
    def one_class(self) -> bool:
        """Return whether both are of one class, wherever and whenever, in whatever unit."""
        return not (self.missing or self.extra)

    @property
    def one_thing(self) -> bool:
        """Return whether both count one thing in one place, whenever."""
        here = self.place == "same" and self.base in ("same", "unsaid")
        return self.one_class and here and self.unit in ("same", "near", "unsaid")

    @property
    def same(self) -> bool:
        """Return whether the figure is one for what the sentence speaks of, its period included or left out."""
        return self.one_thing and self.period in ("same", "near", "unsaid")

    @property
    def same_but_known(self) -> bool:
        """Return whether the figure is for what the sentence speaks of, but among the records that say."""
        here = self.place == "same" and self.base != "other" and self.period != "other"
        return not (self.missing - {"ethnicity_known"}) and not self.extra and here


def match(
    reading: Reading,
    known: Known,
    number: Number | None,
    *,
    meanings: frozenset[str] | None = None,
    numbers: bool = True,
) -> Match:
    """Compare what a sentence says of a number with what a figure counts; its other numbers count as words."""
    asked = _asked(reading, number, meanings, numbers)
    absent, told = _left_out(asked, known)
    extra = _said_beside(asked, known)
    over = extra & overstated() if "not" not in asked.said else frozenset()
    if known.figure.unit not in ("victims", "children"):
        over -= _SAVED
    if known.figure.unit != "offences" or _ELSEWHERE.search(reading.sentence):
        over -= _TOLD  # of offences alone is reported another word for recorded
    if known.minors & told:
        extra -= {"under 18", "child"}
    return Match(
        reading,
        known,
        absent - minor() if absent else absent,
        (absent & minor() - silent()) | told | over,
        extra - over,
        _unit(asked, known),
        _base(asked, known),
        _place(asked, known),
        period_of(reading, known),
    )


def _said_beside(asked: _Asked, known: Known) -> frozenset[str]:
    """Return what a sentence says beside what a figure counts: meanings, other numbers, and who else is spoken of."""
    extra = asked.said - known.allowed - idle()
    if "not" in asked.said and "not" not in known.meanings:
        extra |= {"not"}
    if asked.others and asked.others - known.numbers:
        extra |= {f"{value:,.10g}" for value in asked.others - known.numbers}
    if asked.forces and asked.forces - known.forces:
        extra |= {f"{value:g} forces" for value in asked.forces - known.forces}
    if known.figure.unit == "pounds" and "group" in known.meanings and _only_of_groups(asked.reading):
        extra -= {"cse"}  # money against groups is of no class of offences
    if bodies := asked.bodies - (_COUNCILS if known.meanings & _OF_COUNCILS else frozenset()):
        extra |= bodies - known.nouns - {known.figure.unit}  # what officers did is not what the police record
    if asked.people and asked.people <= _HARMED and known.nouns & _TRIED and not known.nouns & _HARMED:
        extra |= asked.people  # decisions on suspects are none on victims
    if known.figure.counter == "survey" and not known.meanings & _TOLD:
        extra -= _TOLD  # what adults report in a survey is what they say there
    return extra


def _left_out(asked: _Asked, known: Known) -> tuple[frozenset[str], frozenset[str]]:
    """Return what a figure says and a sentence does not, and what of it makes no other thing and must be told."""
    absent = known.meanings - asked.reach
    told: frozenset[str] = frozenset()
    if asked.number is not None and asked.number.qualifier == "around":
        absent -= {"estimated"}  # around 1,400 says that it is an estimate
    if known.figure.unit == "per_cent" and "penetration" in known.base and "rape" in asked.said:
        told |= absent & {"penetration"}  # a share of those raped or penetrated, told of those who were raped
    if known.figure.unit == "offences" and not {"not", "unrecorded"} & (known.meanings | asked.said):
        told |= absent & _TOLD  # recorded is said of offences that a figure calls reported
    told |= {one for one in absent if one.startswith("code ")}  # what is recorded under it is said in words
    if known.minors and asked.said & {"child", "under 18"} and "child" not in (asked.base or ()):
        told |= absent & known.minors
    return absent - told, told


def beyond(reading: Reading, known: Known, number: Number | None, meanings: frozenset[str] | None = None) -> bool:
    """Say at once whether a figure is only of what the sentence does not say."""
    return bool(known.core - _asked(reading, number, meanings, True).reach)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a sentence says of a number, worked out once for all figures."""

    reading: Reading
    number: Number | None
    said: frozenset[str]
    reach: frozenset[str]
    others: frozenset[float]
    units: frozenset[str]
    people: frozenset[str]
    base: frozenset[str] | None
    places: frozenset[str]
    way: str | None  # of a change: rise, fall, or none said
    bodies: frozenset[str]
    forces: frozenset[float]
    shared: frozenset[str]
    in_front: bool  # whether that of which a share is one stands before it


@lru_cache(maxsize=64)
def _asked(reading: Reading, number: Number | None, meanings: frozenset[str] | None, numbers: bool) -> _Asked:
    """Work out once what all figures are compared with."""
    said = reading.meanings if meanings is None else meanings
    forces = frozenset(one.value for one in reading.numbers if one is not number and _of_forces(reading, one))
    return _Asked(
        reading,
        number,
        said,
        closure(said),
        frozenset(one.value for one in reading.numbers if one is not number and one.value > 1 and numbers) - forces,
        frozenset() if number is None else reading.units_of(number),
        _people(reading),
        None if number is None else share_of(reading, number),
        frozenset(reading.places),
        _way(reading),
        frozenset(name for _, name in reading.nouns) & _BODIES,
        forces if numbers else frozenset(),
        frozenset() if number is None else nouns_of_base(reading, number),
        number is not None and before_share(reading, number) is not None,
    )


def _of_forces(reading: Reading, number: Number) -> bool:
    """Whether a number says how many forces gave records: 127 investigations in 29 police forces."""
    words = [token.lower for token in reading.tokens[number.last : number.last + 2]]
    apart = any(token.lower in ("each", "apiece", "every") for token in reading.tokens)
    return number.unit == "" and not apart and (words[:1] == ["forces"] or words == ["police", "forces"])


def _way(reading: Reading) -> str | None:
    """Return which way a change goes that a sentence tells; none where it tells of no change."""
    words = [token.lower for token in reading.tokens]
    shares = {number.last for number in reading.numbers if number.unit == "per_cent"}
    ways = [span.value for span in reading.spans if span.kind == "more" and span.first in shares]  # 15% more
    ways += [one if one in ("rise", "fall") else "" for one in reading.named("change")]
    if not ways:
        return "" if "change" in words else None
    return ways[0] if len({*ways}) == 1 else ""


def _only_of_groups(reading: Reading) -> bool:
    """Whether exploitation is spoken of only in the name of the groups that are meant."""
    named = [span.value.split() for span in reading.spans if span.kind == "concept"]
    return all("group" in values for values in named if "cse" in values)


def _people(reading: Reading) -> frozenset[str]:
    """Return the words for people of a sentence that are counted, or of whom a share is one."""
    named = frozenset(name for at, name in reading.nouns if not _done_to(reading, at))
    return named & PEOPLE | (_DOERS if _by_somebody(reading) else frozenset())


def _done_to(reading: Reading, at: int) -> bool:
    """Whether a noun only says to whom it was done: in "a tenth of the abuse of children" no children are counted."""
    if at < 2 or reading.tokens[at - 1].lower not in ("of", "against", "on"):
        return False
    acts = (one.value for one in reading.spans if one.last == at - 1 and one.kind == "concept")
    return any(closure(frozenset(value.split())) & _ACTS for value in acts)


def _by_somebody(reading: Reading) -> bool:
    """Whether a sentence speaks of those by whom it was done."""
    words = [token.lower for token in reading.tokens]
    return any(one in _DONE and "by" in words[at + 1 : at + 3] for at, one in enumerate(words))


def _unit(asked: _Asked, known: Known) -> Nearness:
    figure, said = known.figure, asked.units
    if asked.number is None or not said:
        return "unsaid"
    named, near = units().get(figure.unit, (frozenset(), frozenset()))
    if figure.unit == "victims" and figure.ages.startswith("under") and "suspects" not in asked.people:
        named |= {"children"}
    if (
        figure.unit in PEOPLE and figure.unit != "suspects" and asked.people <= known.nouns
    ):  # children confirmed as victims are called children
        named |= known.nouns & {"children", "victims"}
    if figure.unit == "per_cent_change" and asked.way is not None:
        against = asked.way in ("rise", "fall") and (asked.way == "fall") != (figure.ends[1] < 0)
        named |= frozenset() if against else {"per_cent"}
    named |= known.noun  # offences with a charge are offences, in whatever unit they are held
    return "same" if said & named else "near" if said & near else "other"


def _base(asked: _Asked, known: Known) -> Nearness:
    """Compare of what a share is one: what follows "of" in the sentence, and the base of the figure."""
    if known.figure.unit != "per_cent" or asked.number is None or asked.number.unit != "per_cent":
        return "same"
    theirs = known.nouns & PEOPLE
    others = not asked.people & theirs if theirs else bool(known.nouns & {"offences", "cases"})
    absent = known.base - minor() - asked.reach
    absent -= {"under 18"} if "child" in asked.reach else set()
    absent -= {"adult"} if {"man", "woman"} & asked.said else set()  # men and women are adults
    # Of whom a share by sex is one must be said: one woman in 25 is no share of those who abuse.
    by_sex = known.figure.category.endswith(("/male", "/female")) and bool(theirs) and not asked.people & theirs
    # Nor is a share of girls one of victims.
    of_sex = asked.base is not None and bool(asked.base & SEXED - known.bases)
    # Nor is one of offences a share of people, or one of suspects a share of those against whom it was done.
    heads = asked.shared, known.base_noun
    of_else = (
        all(heads)
        and not heads[0] & heads[1]
        and not any(_one_noun(one, other) for one, other in (heads, heads[::-1]))
        and (
            bool(heads[0] & _ANYBODY) != bool(heads[1] & _ANYBODY)
            or any("suspects" in one and other & _HARMED for one, other in (heads, heads[::-1]))
            or any(_of_stage(one, other) for one, other in (heads, heads[::-1]))
        )
    )
    # "Of all victims, 67%" is no share of those who came to one project, whoever found it.
    project = known.base & operations()
    of_all = asked.in_front and asked.base is not None and bool(project) and not project <= asked.base
    if (asked.people and others) or by_sex or of_sex or of_else or of_all:
        return "other"
    if asked.base is None:
        return "unsaid"
    if "group" in absent or (known.base and asked.base - known.bases - _FIELDS):
        return "other"
    return "unsaid" if absent else "same"


def _one_noun(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two nouns are words for one thing: prosecutions and defendants."""
    return any(other & units()[name][0] for name in one & units().keys())


def _of_stage(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one is a step in a case, such as a decision, and the other no word for it."""
    named = {name for step in one & _STEPS for several in units()[step] for name in several}
    return bool(named) and not other & {*named, "cases"}


def _place(asked: _Asked, known: Known) -> Nearness:
    said = asked.places
    if not said:
        local = known.place not in (*NATIONAL, *_NO_PLACE)
        return "other" if local and not known.meanings & operations() & asked.said else "same"
    if known.place in _NO_PLACE:
        return "other" if said - known.places else "same"
    if known.place in said and said - {known.place} <= known.places:
        return "same"
    if said <= known.places and known.meanings & operations():
        return "same"
    return "other"


def period_of(reading: Reading, known: Known) -> Nearness:
    """Compare the periods that a sentence names with that of a figure."""
    figure = known.figure
    statement = figure.statement.lower()
    named = [one for one in reading.periods if one.text.lower() not in statement]
    if figure.period_start is None or figure.period_end is None:
        return "other" if named else "same"
    if "yearly" in reading.kinds and not same_length(_YEAR, months_in(figure.period_start, figure.period_end)):
        return "other"
    if not named:
        return "same" if "first" in reading.kinds and known.first else "unsaid"
    if figure.counter == "flow" and figure.period_type in _CLOSED and any(_open_ended(reading, one) for one in named):
        return "other"
    found = {meets(period, figure) for period in named}
    return "same" if found == {"same"} else "near" if found <= {"same", "near"} else "other"


def _open_ended(reading: Reading, period: Period) -> bool:
    """Whether only one end of some years is named: by 2024, from 2024 on."""
    first, last = period.span
    dated = period.kind in ("year", "month", "day")
    return dated and bool(_BY_THEN.search(reading.sentence[:first]) or _ON.match(reading.sentence, last))


def meets(period: Period, figure: Figure) -> Nearness:
    """Say whether a period that is named in words is that of a figure, as exactly as the words are."""
    start, end = figure.period_start, figure.period_end
    if start is None or end is None:
        return "other"
    if period.start is None:
        return "other" if _DECADE.search(period.text) else "near"
    if period.end is None:  # since a day: a count of one year does not go on
        closed = figure.counter == "flow" and figure.period_type in _CLOSED
        return "same" if _same_month(period.start, start) and start != end and not closed else "other"
    if (period.start, period.end) == (start, end):
        return "same"
    dated = start == end or figure.counter in ("stock", "cumulative")
    compare = _on_a_day if dated else _spans
    return compare(period, (period.start, period.end), figure, (start, end))


def _on_a_day(period: Period, said: tuple[date, date], figure: Figure, days: tuple[date, date]) -> Nearness:
    """Compare days that are named with the day of a count of what there was on it, or had been by then."""
    (first, last), (start, end) = said, days
    closing = "end of" in period.text.lower() and first == last and _same_month(last, end)
    if closing and end < last and figure.counter in ("stock", "cumulative"):
        return "near"  # by the end of a month, as at some days before
    if first <= end <= last and (start == end or period.kind in ("year", "month", "day")):
        return "near" if period.kind == "year" else "same"
    return "other" if start == end else _spans(period, said, figure, days)


def _spans(period: Period, said: tuple[date, date], figure: Figure, days: tuple[date, date]) -> Nearness:
    """Compare two spans of days whose ends differ, by what the words of the one leave open."""
    (first, last), (start, end) = said, days
    if period.kind == "part":  # early in a year: the days lie within it
        return "near" if first <= start and end <= last else "other"
    months = _same_month(first, start) and _same_month(last, end)
    if period.kind == "years" and (first.year, last.year) == (start.year, end.year):
        return "same" if end.year > start.year + 1 or figure.period_type == "custom" else "near"
    if months and period.kind in ("range", "financial", "month"):
        return "same"
    survey = figure.counter == "survey" and figure.period_type == "financial_year"
    return "near" if survey and period.kind == "year" and last.year == end.year else "other"


def _same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)
