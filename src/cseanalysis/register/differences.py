"""The ways in which two published figures may differ, one rule each: the same, to be minded, bridged, or refused.

Each rule may only lower the verdict, so a further difference in what is counted never makes two figures more
comparable. (How a number was printed, and whom it repeats, is no difference in what is counted.) What is unknown
differs from everything, itself included, but for a repetition, which shares it with its original, and for two figures
of one table and one period, to which the same thing is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Literal

from cseanalysis.export.wording import say_date, say_number
from cseanalysis.register.definitions import CHOSEN, Bridge, unsaid, within, worded
from cseanalysis.register.figures import COUNTS, UNKNOWN, UNSTATED, Figure
from cseanalysis.register.known import among_all, worst_case
from cseanalysis.register.spans import (
    crossing,
    disjoint,
    months_in,
    other_seasons,
    overlap,
    same_length,
    side,
    whole_years,
)

Level = Literal["minded", "bridged", "refused"]
LEVELS: tuple[Level, ...] = ("minded", "bridged", "refused")
Shared = Literal["", "table", "number"]  # why what is unknown to both is the same: one table, or one number
# Two figures of one period that agree in all of these are of one thing, whoever printed them.
_thing = attrgetter(
    *("unit", "base", "definition", "category", "ages", "sex", "geography", "coverage"),
    *("time_basis", "counter", "stage"),
)
# What words come to is worked out once, for as many pairs of them as a register of 1,000 figures may hold.
_once = lru_cache(maxsize=131072)
_YEAR = 12  # months
_KINDS = {"custom": "period of other days", "point_in_time": "day"}
_NAMED = 5  # events that a sentence names; the others are counted
# Which end a word leaves open: above it, or below it.
_OPEN_ENDS = {"more_than": 1, "at_least": 1, "less_than": -1, "at_most": -1, "nearly": -1}
_SEXES = ({"men", "women"}, {"male", "female"}, {"boys", "girls"})  # classes that do not overlap
NONE = "not applicable"  # no group of people: it is no part and has none
_FIELDS = {
    "relays": "record it repeats",
    "rounded_to": "width of the rounding",
    "period_start": "first day",
    "period_end": "last day",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which two figures differ, and whether that can be crossed."""

    dimension: str
    level: Level
    text: str

    def __str__(self) -> str:
        return f"{self.dimension}: {self.text}"


_NO_DAYS = Difference("period", "refused", "not known on at least one side")
_CHOSEN = Difference("selection", "minded", "records that were chosen, or chose themselves, and speak for no others")


def differences(first: Figure, second: Figure) -> tuple[Difference, ...]:
    """Return every difference between two figures, the gravest included, in a fixed order of dimensions."""
    found = grave(first, second)
    if found and found[0].dimension == "quotation":
        return found
    rules = (_seasons, _gap, _start_up, _replaced, _repetition, _inferred, _copy)
    return (*found, *(difference for rule in rules if (difference := rule(first, second)) is not None))


def grave(first: Figure, second: Figure) -> tuple[Difference, ...]:
    """Return the differences that decide a verdict, and what must be minded with them."""
    # Of a figure that must never be quoted nothing else is said: a further reason could print its number.
    if first.withheld or second.withheld:
        return (_withheld(first, second),)
    # A repetition has what its original has, known or not, and one table leaves the same thing unknown to both.
    repeated, parts = _one_number(first, second), _parts(first, second)
    shared: Shared = "number" if repeated else "table" if _one_table(first, second) else ""
    rules = (
        _guessed(first, second),
        _unit(first.unit, first.base, second.unit, second.base, shared),
        _definition(first, second, shared),
        _category(first, second, shared, parts),
        _ages(first, second, shared, parts),
        _sex(first, second, shared, parts),
        _plain("geography", first.geography, second.geography, shared),
        _coverage(first, second, shared),
        _period(first, second, shared),
        _plain("time basis", first.time_basis, second.time_basis, shared),
        _counter(first, second, shared, parts),
        _plain("stage", first.stage, second.stage, shared),
        _break(first, second),
        _known(first, second),
        _conflict(first, second),
        _lineage(first, second),
        _open(first, second, parts),
        _selection(first, second),
    )
    return tuple(filter(None, rules))


def _withheld(first: Figure, second: Figure) -> Difference:
    why = "; ".join(f"{figure.id}: {figure.withheld}" for figure in (first, second) if figure.withheld)
    return Difference("quotation", "refused", f"never to be quoted ({why})")


def _guessed(first: Figure, second: Figure) -> Difference | None:
    if not first.guessed and not second.guessed:
        return None
    said = [f"{_names(figure.guessed)} of {figure.id}" for figure in (first, second) if figure.guessed]
    return Difference("guess", "refused", f"no more than a guess: {'; '.join(said)}")


@_once
def _unit(unit: str, base: str, other: str, other_base: str, shared: Shared) -> Difference | None:
    if unit == "none" or other == "none":
        return Difference("unit", "refused", "words without a number on at least one side")
    if unit != other:
        if "per_cent" in (unit, other) and unit.startswith("per_cent") != other.startswith("per_cent"):
            return Difference("unit", "refused", f"a count against a percentage ({worded(unit)}, {worded(other)})")
        return Difference("unit", "refused", f"{worded(unit)} against {worded(other)}")
    if base != other_base:
        return Difference("unit", "refused", f"shares of different wholes ({base or 'none'}; {other_base or 'none'})")
    if unit in UNSTATED:
        return _not_said("unit", "mean or median", shared)
    return _not_said("unit", "of what it is a share", shared) if base == UNKNOWN else None


def _not_said(dimension: str, what: str, shared: Shared) -> Difference | None:
    """Word what is unknown on both sides: two unknowns, or one and the same in one table, or in one number."""
    if shared == "number":
        return None
    if shared == "table":
        return Difference(dimension, "minded", f"not said, but the same for both, from one table: {what}")
    return Difference(dimension, "refused", f"{what} is not said on either side")


def _definition(first: Figure, second: Figure, shared: Shared) -> Difference | None:
    if first.definition == second.definition:
        if first.definition == UNKNOWN:
            return _not_said("definition", "by which rule is counted", shared)
        if first.dataset is not None and first.dataset.flagged == UNKNOWN:
            return _not_said("definition", "whether a record counts by its code or by a flag", shared)
        return None
    if (bridge := bridge_for(first, second, "definition")) is not None:
        return Difference("definition", "bridged", bridge.reason)
    one, other = first.dataset, second.dataset
    return _rules(one.title if one else first.definition, other.title if other else second.definition)


def _category(first: Figure, second: Figure, shared: Shared, parts: bool) -> Difference | None:
    one, other = first.category, second.category
    if one == other:
        return _not_said("category", "which part is counted", shared) if unsaid(one) else None
    if within(one, other) or within(other, one) or _part_is_registered(first, second):
        return _classes("a whole against one part of it", one, other)
    if (bridge := bridge_for(first, second, "category")) is not None:
        return Difference("category", "bridged", bridge.reason)
    if parts:
        return Difference("category", "bridged", _side_by_side(first, second))
    return _classes("different parts or different things", one, other)


def _side_by_side(first: Figure, second: Figure) -> str:
    """Name two parts by their paths below the whole that they share, and say whether they may be added."""
    one, other = first.category.split("/"), second.category.split("/")
    common = next(depth for depth, (name, its) in enumerate(zip(one, other, strict=False)) if name != its)
    shares = first.unit == "per_cent"  # the whole of shares is their base, which is said by itself
    whole = "one whole" if shares or not common else _path(one[:common])
    if not shares and first.whole and first.whole == second.whole:
        whole += f" ({first.whole})"
    text = f"two parts of {whole}, {_path(one[common:])} and {_path(other[common:])}, side by side as shares"
    if {one[-1], other[-1]} in _SEXES:
        return f"{text}; those whose sex was not recorded are in neither"
    apart = {first.sex, second.sex} == {"female", "male"} or disjoint(first.ages, second.ages)
    return text if apart else f"{text}; they may overlap: never add them"


def _path(names: Sequence[str]) -> str:
    return worded(": ".join(names))


def _parts(first: Figure, second: Figure) -> bool:
    """Whether both are parts of one whole in one period: by class, age, sex or state of the case."""
    # Shares of one base are parts of it wherever their paths branch; counts are where they share all but the last part.
    # Of ages that cross, or of other ages and of both sexes against one, two parts have too little in common to stand
    # side by side.
    one, other = first.category, second.category
    if first.definition != second.definition or first.unit != second.unit or not _same_period(first, second):
        return False
    if one == other or within(one, other) or within(other, one) or unsaid(one) or unsaid(other):
        return False
    if crossing(first.ages, second.ages) or _part_is_registered(first, second):
        return False
    if first.ages != second.ages and first.sex != second.sex and {first.sex, second.sex} != {"female", "male"}:
        return False
    if first.unit == "per_cent" and first.base == second.base:
        return True
    parent = one.rpartition("/")[0]
    siblings = parent != "" and parent == other.rpartition("/")[0]
    return siblings and bridge_for(first, second, "category") is None


def _part_is_registered(first: Figure, second: Figure) -> bool:
    """Whether one class is registered as part of the other, within the rule of both."""
    return first.definition == second.definition and any(
        way.dimension == "part"
        and way.within == first.definition
        and {way.first, way.second} == {first.category, second.category}
        for way in first.bridges
    )


@_once
def _plain(dimension: str, one: str, other: str, shared: Shared) -> Difference | None:
    if one == other and (shared == "number" or one != UNKNOWN):
        return None
    if one == other and shared == "table":
        return Difference(dimension, "minded", f"unknown, but the same for both, from one table: {dimension}")
    if UNKNOWN in (one, other):
        sides = "both sides" if one == other else "one side"
        return Difference(dimension, "refused", f"unknown on {sides}")
    return Difference(dimension, "refused", f"{worded(one)} against {worded(other)}")


@_once
def _classes(what: str, path: str, other: str) -> Difference:
    """Name two category paths by their last parts, or by all of them where the last parts are alike."""
    ends = [name.rpartition("/")[2] for name in (path, other)]
    one, two = ends if ends[0] != ends[1] else (path.replace("/", ": "), other.replace("/", ": "))
    return Difference("category", "refused", f"{what}, {worded(one)} and {worded(two)}")


@_once
def _rules(title: str, other: str) -> Difference:
    return Difference("definition", "refused", f"counted by different rules, {title} and {other}")


def _ages(first: Figure, second: Figure, shared: Shared, parts: bool) -> Difference | None:
    one, other = first.ages, second.ages
    if parts and one != other and not {UNKNOWN, NONE} & {one, other}:
        return _as_cut("ages", one, other)
    if one != other and disjoint(one, other) and _one_count(first, second):
        return _two_groups("ages", first.unit)
    return _plain("ages", one, other, shared)


def _sex(first: Figure, second: Figure, shared: Shared, parts: bool) -> Difference | None:
    one, other = first.sex, second.sex
    # Two groups of one survey or one count are what a comparison of the sexes is.
    if one != other and {one, other} == {"female", "male"} and _same_period(first, second):
        return _two_groups("sex", first.unit)
    if parts and one != other and not {UNKNOWN, NONE} & {one, other}:
        return _as_cut("sex", one, other)
    return _plain("sex", one, other, shared)


def _counter(first: Figure, second: Figure, shared: Shared, parts: bool) -> Difference | None:
    if parts and {first.counter, second.counter} == {"stock", "cumulative"}:
        return _as_cut("counter", first.counter, second.counter)
    return _plain("counter", first.counter, second.counter, shared)


@_once
def _as_cut(dimension: str, one: str, other: str) -> Difference:
    said = " against ".join("both" if (dimension, word) == ("sex", "any") else worded(word) for word in (one, other))
    return Difference(dimension, "bridged", f"{said}, as the whole is cut")


@_once
def _two_groups(dimension: str, unit: str) -> Difference:
    base = ", each on its own base" if unit.startswith("per_cent") else ""
    return Difference(dimension, "bridged", f"two groups of one count in the same period{base}")


def _one_count(first: Figure, second: Figure) -> bool:
    same = first.category == second.category and first.definition == second.definition and first.sex == second.sex
    return same and first.unit == second.unit and _same_period(first, second)


def _coverage(first: Figure, second: Figure, shared: Shared) -> Difference | None:
    one, other = first.coverage, second.coverage
    if one != other:
        if (bridge := bridge_for(first, second, "coverage")) is not None:
            return Difference("coverage", "bridged", bridge.reason)
    elif other_forces(first, second):
        text = f"{one} on both sides, which may be other ones, so no clear change is claimed"
        return Difference("coverage", "minded", text)
    elif ("forces" in one or "areas" in one) and not _same_period(first, second):
        return Difference("coverage", "minded", f"{one} on both sides; that they are the same ones is not known")
    elif one == "indicative":
        return Difference("coverage", "minded", "the publisher calls its coverage indicative")
    return _plain("coverage", one, other, shared)


def other_forces(first: Figure, second: Figure) -> bool:
    """Say whether two counts of some forces among several may be of other ones each time."""
    return first.coverage == second.coverage and " of " in first.coverage and not _same_period(first, second)


def _same_period(first: Figure, second: Figure) -> bool:
    return first.period_start == second.period_start and first.period_end == second.period_end


def _period(first: Figure, second: Figure, shared: Shared) -> Difference | None:
    start, end, other_start, other_end = first.period_start, first.period_end, second.period_start, second.period_end
    if not (start and end and other_start and other_end):
        return _undated(shared) if _same_period(first, second) else _NO_DAYS
    if _same_period(first, second):
        return None
    if first.counter == second.counter and first.counter in ("stock", "cumulative"):
        return _counters(first.counter, (start, end), (other_start, other_end))
    days = start, end, other_start, other_end
    return _meeting(*days) or _lengths(first, second, _uneven(*days))


def _counters(counter: str, one: tuple[date, date], other: tuple[date, date]) -> Difference:
    """Compare the periods of two stocks, each that of its last day, or of two running totals."""
    if counter == "stock" and one[1] == other[1]:
        return Difference("period", "refused", f"two stocks as at {say_date(one[1])}, given for other days")
    dated = one[0] == one[1] and other[0] == other[1]
    if counter == "stock" or one[0] == other[0] or dated:
        return Difference("period", "minded", f"a counter as at {say_date(one[1])} and as at {say_date(other[1])}")
    begun = f"{say_date(one[0])}; {say_date(other[0])}"
    return Difference("period", "refused", f"counters that do not run from one day ({begun})")


def _undated(shared: Shared) -> Difference | None:
    if shared == "number":
        return None
    if shared == "table":
        return Difference("period", "minded", "unknown, but the same for both, from one table: period")
    return _NO_DAYS


@_once
def _meeting(start: date, end: date, other_start: date, other_end: date) -> Difference | None:
    if days := overlap(start, end, other_start, other_end):
        which = f"from {say_date(max(start, other_start))} to {say_date(min(end, other_end))}"
        shared = f"{days} days, {which}" if days > 1 else f"one day, {say_date(max(start, other_start))}"
        return Difference("period", "refused", f"the periods share {shared}, so neither comes after the other")
    if (start == end) != (other_start == other_end):
        return Difference("period", "refused", "a day against a period")
    return None


@_once
def _uneven(start: date, end: date, other_start: date, other_end: date) -> Difference | None:
    months, other = months_in(start, end), months_in(other_start, other_end)
    if same_length(months, other):
        return None
    return Difference("period", "refused", f"{say_number(months)} months against {say_number(other)} months")


@_once
def _kinds(one: str, other: str) -> Difference:
    return Difference("period", "minded", f"a {_KINDS.get(one, worded(one))} and a {_KINDS.get(other, worded(other))}")


def _lengths(first: Figure, second: Figure, uneven: Difference | None) -> Difference | None:
    if uneven is None:
        if first.period_type == second.period_type:
            return None
        return _kinds(first.period_type, second.period_type)
    for bridge in first.bridges:
        holds = bridge.dimension == "period" and bridge.within == first.definition == second.definition
        if holds and first.counter == second.counter == "flow" and first.unit in COUNTS:
            return Difference("period", "bridged", f"{uneven.text}; compare per month only: {bridge.reason}")
    return uneven


def _break(first: Figure, second: Figure) -> Difference | None:
    joined = first.definition == second.definition or any(not way.within for way in first.bridges)
    shifted = (first.shifts or second.shifts) and joined
    if not (first.breaks or second.breaks or shifted):
        return None
    for day in sorted({*first.breaks, *second.breaks}, reverse=True):
        if _apart(first, second, day, day):
            text = f"the series was broken at {say_date(day)}; the two stand on different sides"
            return Difference("break", "refused", text)
    if not shifted:
        return None
    shifts = {shift for shift in (*first.shifts, *second.shifts) if _apart(first, second, shift.first, shift.last)}
    between = sorted(shifts, key=lambda shift: (shift.first, shift.what))
    if refusing := [shift.what for shift in between if shift.refuses]:
        return Difference("break", "refused", f"what is counted changed between the two: {_listed(refusing)}")
    if not between:
        return None
    said = _listed([shift.what for shift in between])
    return Difference("break", "minded", f"no clear change is claimed across what moves recording: {said}")


def _apart(first: Figure, second: Figure, event: date, last: date) -> bool:
    """Whether two figures stand on different sides of an event."""
    one = side(first.period_start, first.period_end, event, last)
    other = side(second.period_start, second.period_end, event, last)
    return one != other and "unknown" not in (one, other)


def _listed(events: Sequence[str]) -> str:
    more = f"; and {len(events) - _NAMED} more" if len(events) > _NAMED else ""
    return "; ".join(events[:_NAMED]) + more


def _seasons(first: Figure, second: Figure) -> Difference | None:
    """Halves, quarters or months of other seasons differ by those too, and so do their rates a month from a year's."""
    start, end, other_start, other_end = first.period_start, first.period_end, second.period_start, second.period_end
    if not (first.counter == second.counter == "flow" and start and end and other_start and other_end):
        return None
    if other_seasons(start, end, other_start, other_end):
        return Difference("seasons", "minded", "other seasons of the year, so no clear change is claimed")
    lengths = months_in(start, end), months_in(other_start, other_end)
    period = None if all(map(whole_years, lengths)) else _period(first, second, "")
    if period is None or period.level != "bridged":
        return None
    rates = f"rates a month over {say_number(lengths[0])} and over {say_number(lengths[1])} months"
    return Difference("seasons", "minded", f"{rates} hold other seasons of the year, so no clear change is claimed")


def _gap(first: Figure, second: Figure) -> Difference | None:
    if not (first.counter == second.counter == "flow" and first.unit == second.unit):
        return None
    if not (first.period_start and first.period_end and second.period_start and second.period_end):
        return None
    earlier, later = sorted((first, second), key=lambda figure: figure.period_start or date.min)
    between = (earlier.period_end or date.min) + timedelta(days=1), (later.period_start or date.min) - timedelta(days=1)
    years = int(months_in(*between) / _YEAR)
    if years < 1:  # as where the two meet or overlap
        return None
    lie = "1 year lies" if years == 1 else f"{years} years lie"
    return Difference("gap", "minded", f"{lie} between the two, of which nothing is said here")


def _start_up(first: Figure, second: Figure) -> Difference | None:
    starting = [figure.id for figure in (first, second) if figure.start_up]
    if not starting or _same_period(first, second):
        return None
    text = f"{' and '.join(starting)}: a first year and partly a start, so no clear change is claimed"
    return Difference("start-up", "minded", text)


def _replaced(first: Figure, second: Figure) -> Difference | None:
    said = [f"{it.id} was replaced by {listed(it.replaced_by)}" for it in (first, second) if it.replaced_by]
    return Difference("replaced", "minded", f"{'; '.join(said)}, so quote that instead") if said else None


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _repetition(first: Figure, second: Figure) -> Difference | None:
    """A rounded repetition is as exact as its original allows, which its own print does not show."""
    if _one_number(first, second):
        return None
    said = [
        f"{it.id} repeats {it.relays} and is taken as exactly as that allows" for it in (first, second) if _narrowed(it)
    ]
    return Difference("repetition", "minded", "; ".join(said)) if said else None


def _narrowed(figure: Figure) -> bool:
    return figure.meant is not None and figure.ends != replace(figure, meant=None).ends


def _inferred(first: Figure, second: Figure) -> Difference | None:
    if not first.inferred and not second.inferred:
        return None
    if first.inferred == second.inferred:
        said = [f"the {_names(first.inferred)} of {first.id} and {second.id}"]
    else:
        said = [f"the {_names(figure.inferred)} of {figure.id}" for figure in (first, second) if figure.inferred]
    return Difference("inferred", "minded", f"worked out and not printed: {'; '.join(said)}")


@_once
def _names(names: tuple[str, ...]) -> str:
    """Word the names of fields: both days of a period are the period."""
    days = ("period_start", "period_end")
    said = [_FIELDS.get(name, worded(name)) for name in names if not {*days} <= {*names} or name not in days]
    said += ["period"] if {*days} <= {*names} else []
    return listed(said)


def _known(first: Figure, second: Figure) -> Difference | None:
    one, other = first.known or first.unrecorded, second.known or second.unrecorded
    if one is other is None or _one_number(first, second):
        return None
    if one is None or other is None or UNKNOWN in (first.known_share, second.known_share):
        text = "not all records say, and how many do is not known on both sides"
        return Difference("known share", "refused", text)
    if (first.known is None) != (second.known is None):
        text = "one is a share of all records, the other of those that say"
        return Difference("known share", "refused", text)
    shown = "; ".join(f"{low:.0f}% to {high:.0f}%" for low, high in map(worst_case, (first, second)))
    (low, high), (least, most) = among_all(first), among_all(second)
    if low <= most and least <= high:
        return Difference("known share", "refused", f"among all records the two can be equal (at worst {shown})")
    return Difference("known share", "bridged", f"among all records they differ whatever the rest are ({shown})")


def _conflict(first: Figure, second: Figure) -> Difference | None:
    if second.id in first.conflicts_with or first.id in second.conflicts_with:
        if _one_number(first, second):
            return Difference("conflict", "minded", "one number, of which the two publications say different things")
        return Difference(
            "conflict",
            "refused",
            "quoted for one thing without being shown to count it alike; quote both, each with what it counts",
        )
    return None


def _lineage(first: Figure, second: Figure) -> Difference | None:
    """Two prints of one number, or two numbers for one thing in one period, show no change."""
    if not _one_number(first, second) and not (_same_period(first, second) and _thing(first) == _thing(second)):
        return None
    if (first.low, first.high, first.qualifier) == (second.low, second.high, second.qualifier):
        return Difference("lineage", "minded", "one number, published twice")
    if _one_number(first, second):
        exact = sum(figure.qualifier == "exact" and figure.rounded_to is None for figure in (first, second))
        ways = "exactly and rounded" if exact == 1 else "in two ways"
        return Difference("lineage", "bridged", f"one number, printed {ways}; the two show no change")
    if _contradict(first, second):
        text = "two numbers for one thing in one period, which contradict each other; quote both, or neither"
        return Difference("lineage", "bridged", text)
    return Difference("lineage", "bridged", "two numbers for one thing in one period; the two show no change")


def _contradict(first: Figure, second: Figure) -> bool:
    """Whether the printed ends of two numbers for one thing do not meet."""
    (low, high), (other_low, other_high) = first.ends, second.ends
    return high < other_low or other_high < low


def _one_number(first: Figure, second: Figure) -> bool:
    return (first.relays or first.id) == (second.relays or second.id)


def _one_table(first: Figure, second: Figure) -> bool:
    return first.table != "" and first.table == second.table and _same_period(first, second)


def _open(first: Figure, second: Figure, parts: bool) -> Difference | None:
    one, other = _OPEN_ENDS.get(first.qualifier, 0), _OPEN_ENDS.get(second.qualifier, 0)
    if one == other == 0 or first.unit != second.unit or _one_number(first, second):
        return None
    if one == other:
        return Difference("rounding", "refused", "an end is open on both sides, so nothing bounds their difference")
    # Parts side by side have no difference, and an end that words leave open may be closed otherwise.
    if parts or not (_is_open(first) or _is_open(second)) or _lineage(first, second) is not None:
        return None
    return Difference("rounding", "minded", "an end is open, so what follows is bounded from one side at most")


def _is_open(figure: Figure) -> bool:
    low, high = figure.ends
    return math.isinf(high) or (low in (-math.inf, 0) and _OPEN_ENDS.get(figure.qualifier) == -1)


def _selection(first: Figure, second: Figure) -> Difference | None:
    if "self-selected" in (first.coverage, second.coverage) and not _same_period(first, second):
        return Difference("selection", "refused", "other people chose to take part each time")
    return _CHOSEN if chosen(first) or chosen(second) else None


def chosen(figure: Figure) -> bool:
    """Say whether somebody chose the records of a figure, or they chose themselves."""
    return figure.dataset is not None and figure.dataset.selection in CHOSEN


def _copy(first: Figure, second: Figure) -> Difference | None:
    copies = [figure.id for figure in (first, second) if figure.tier in ("C", "D")]
    if not copies:
        return None
    verb = "are" if len(copies) > 1 else "is"
    return Difference("source", "minded", f"{' and '.join(copies)} {verb} second-hand, read in a copy of the source")


def bridge_for(first: Figure, second: Figure, dimension: str) -> Bridge | None:
    """Return the bridge that crosses a dimension between two counts of events; a factor applies to nothing else."""
    if not first.bridges or first.counter != "flow" or first.unit not in COUNTS:
        return None
    words = {getattr(first, dimension), getattr(second, dimension)}
    ways = [way for way in first.bridges if way.dimension == dimension and {way.first, way.second} == words]
    # A way holds within the one rule of both, or between two.
    return next((way for way in ways if not way.within or way.within == first.definition == second.definition), None)
