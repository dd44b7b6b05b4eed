"""A second opinion on two published figures, written from the columns of the register and not from the gate.

Of each field it is first said in which relation the two figures stand (``_RELATIONS``); a table then turns the
relations of all fields into a verdict (``_TABLE``, the first row that fits). All numbers are exact fractions. It is
slow and plain and shares nothing with ``cseanalysis.register.gate`` but the columns of a figure.
"""

# A table of short answers reads best with one return for each.
# ruff: noqa: PLR0911

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from cseanalysis.register import Figure
from cseanalysis.register.figures import COUNTS

SAME, PART, WHOLE, BESIDE, BRIDGED, OTHER, UNKNOWN = ("same", "part", "whole", "beside", "bridged", "other", "unknown")
LATER = "later"  # of periods alone: both known, one begins after the other has ended, and of one kind
INFINITE = math.inf
_AVERAGES_OF_NO_KIND = ("days_unstated", "months_unstated")
_MONTH = Fraction(36525, 1200)  # days: a year of 365.25 days in twelve parts

Number = Fraction | float
Range = tuple[Number, Number]


@dataclass(frozen=True)
class Opinion:
    """What may be said of two figures, whichever comes first."""

    verdict: str
    why: str
    allowed: tuple[str, ...] = ()
    ratio: Range | None = None  # of the second over the first, per month where their lengths differ
    difference: Range | None = None  # of the second less the first
    share: Range | None = None  # of the part in the whole
    part: str = ""  # id of the part


# --- numbers -----------------------------------------------------------------------------------------------------


def exact(number: float) -> Fraction:
    """Return the number that was printed, not the nearest binary one."""
    return Fraction(repr(float(number)))


def ends(figure: Figure) -> Range | None:
    """Return between which ends the number lies, as its print says; none for words."""
    if figure.qualifier == "text":
        return None
    floor: Number = -INFINITE if figure.unit == "per_cent_change" else Fraction(0)
    ceiling: Number = Fraction(100) if figure.unit == "per_cent" else INFINITE
    half = exact(figure.rounded_to) / 2 if figure.rounded_to else Fraction(0)
    low: Number = floor if figure.low is None else exact(figure.low) - half
    high: Number = ceiling if figure.high is None else exact(figure.high) + half
    if figure.unit in COUNTS and figure.qualifier == "more_than":
        low += 1
    if figure.unit in COUNTS and figure.qualifier == "less_than":
        high -= 1
    low, high = max(low, floor), min(high, ceiling)
    if figure.meant is not None:
        first, last = (end if math.isinf(end) else exact(end) for end in figure.meant)
        if first <= high and low <= last:
            low, high = max(low, first), min(high, last)
    return low, high


def months(first: date, last: date) -> Fraction:
    """Return the months of a period: whole ones by the calendar, others by days."""
    following = last + timedelta(days=1)
    if first.day == following.day == 1:
        return Fraction(12 * (following.year - first.year) + following.month - first.month)
    return (following - first).days / _MONTH


def divided(above: Range, below: Range) -> Range | None:
    """Return the lowest and highest quotient of two numbers within their ends; none when nothing bounds it."""
    if above[0] < 0 or below[0] < 0 or below[1] == 0:
        return None
    lowest = Fraction(0) if math.isinf(below[1]) else above[0] / below[1]
    highest = INFINITE if below[0] == 0 or math.isinf(above[1]) else above[1] / below[0]
    return lowest, highest


# --- ages --------------------------------------------------------------------------------------------------------


def ages(words: str) -> tuple[int, float] | None:
    """Return the first and last whole year of age that the words hold; none where they name no ages."""
    if words == "any":
        return 0, INFINITE
    if found := re.fullmatch(r"under (\d+)", words):
        return 0, int(found[1]) - 1
    if found := re.fullmatch(r"(\d+) and over", words):
        return int(found[1]), INFINITE
    if found := re.fullmatch(r"(\d+) to (\d+)", words):
        return int(found[1]), int(found[2])
    return None


def age_relation(first: str, second: str) -> str:
    """Say how the ages of one figure lie to those of another."""
    if "unknown" in (first, second):
        return UNKNOWN
    one, two = ages(first), ages(second)
    if one == two and (one is not None or first == second):
        return SAME
    if one is None or two is None:
        return OTHER
    if two[0] <= one[0] and one[1] <= two[1]:
        return PART
    if one[0] <= two[0] and two[1] <= one[1]:
        return WHOLE
    return BESIDE if one[1] < two[0] or two[1] < one[0] else OTHER


# --- the other fields --------------------------------------------------------------------------------------------


def _words(first: str, second: str) -> str:
    if "unknown" in (first, second):
        return UNKNOWN
    return SAME if first == second else OTHER


def _unit(a: Figure, b: Figure) -> str:
    if a.unit == b.unit and a.unit in _AVERAGES_OF_NO_KIND:
        return UNKNOWN
    return OTHER if "none" in (a.unit, b.unit) else _words(a.unit, b.unit)


def _ways(a: Figure, b: Figure, dimension: str) -> list[tuple[str, str]]:
    """Return the registered ways of a dimension that hold between rules of the two, as first and second."""
    found = {*a.bridges, *b.bridges}
    return [
        (way.first, way.second)
        for way in found
        if way.dimension == dimension and (not way.within or way.within == a.definition == b.definition)
    ]


def _led(a: Figure, b: Figure, dimension: str, one: str, two: str) -> str | None:
    ways = _ways(a, b, dimension)
    return PART if (one, two) in ways else WHOLE if (two, one) in ways else None


def _definition(a: Figure, b: Figure) -> str:
    flags = {figure.dataset.flagged for figure in (a, b) if figure.dataset is not None}
    if "unknown" in flags or "unknown" in (a.definition, b.definition):
        return UNKNOWN
    if a.definition == b.definition:
        return SAME
    if led := _led(a, b, "part", a.definition, b.definition):
        return led
    return BRIDGED if _events(a, b) and _led(a, b, "definition", a.definition, b.definition) else OTHER


def _category(a: Figure, b: Figure) -> str:
    one, two = a.category.split("/"), b.category.split("/")
    if "not_stated" in (*one, *two) or "unknown" in (*one, *two):
        return UNKNOWN
    if one == two:
        return SAME
    if one[: len(two)] == two:
        return PART
    if two[: len(one)] == one:
        return WHOLE
    if led := _led(a, b, "part", a.category, b.category):
        return led
    if _events(a, b) and _led(a, b, "category", a.category, b.category):
        return BRIDGED
    if a.unit == b.unit == "per_cent" and a.base == b.base:
        return BESIDE  # the whole is the one base, however deep the parts lie
    return BESIDE if len(one) > 1 and one[:-1] == two[:-1] else OTHER


def _sex(a: Figure, b: Figure) -> str:
    said = {a.sex, b.sex}
    if "unknown" in said or len(said) == 1:
        return _words(a.sex, b.sex)
    if said == {"female", "male"}:
        return BESIDE
    if "not applicable" in said:
        return OTHER
    return PART if b.sex == "any" else WHOLE


def _geography(a: Figure, b: Figure) -> str:
    return _led(a, b, "place", a.geography, b.geography) or _words(a.geography, b.geography)


def _coverage(a: Figure, b: Figure) -> str:
    if _events(a, b) and _led(a, b, "coverage", a.coverage, b.coverage):
        return BRIDGED
    return _words(a.coverage, b.coverage)


def _counter(a: Figure, b: Figure) -> str:
    if (a.counter, b.counter) == ("stock", "cumulative"):
        return PART
    if (a.counter, b.counter) == ("cumulative", "stock"):
        return WHOLE
    return _words(a.counter, b.counter)


def _period(a: Figure, b: Figure) -> str:
    if a.period_start is None or b.period_start is None or a.period_end is None or b.period_end is None:
        return UNKNOWN
    one, two = (a.period_start, a.period_end), (b.period_start, b.period_end)
    if one == two:
        return SAME  # the days decide, whatever they are called
    if a.counter == b.counter == "stock":
        return OTHER if one[1] == two[1] else LATER  # a stock is that of the last day
    if a.counter == b.counter == "cumulative":
        # A running total begins on its first day; of one that is dated by a single day, nobody says when.
        dated = one[0] == one[1] and two[0] == two[1]
        return LATER if one[1] != two[1] and (dated or one[0] == two[0]) else OTHER
    if one[0] <= two[1] and two[0] <= one[1]:
        return OTHER
    if months(*one) == months(*two):
        return LATER
    # Only events spread over the days of a period have a rate per month.
    spread = _events(a, b) and one[0] < one[1] and two[0] < two[1]
    return BRIDGED if spread and _ways(a, b, "period") else OTHER


def _events(a: Figure, b: Figure) -> bool:
    return a.counter == b.counter == "flow" and a.unit in COUNTS


def _breaks(a: Figure, b: Figure) -> str:
    if None in (a.period_start, b.period_start):
        return SAME
    days = {*a.breaks, *b.breaks}
    if any(_side(a, day, day) != _side(b, day, day) for day in days):
        return OTHER
    changes = {shift for shift in (*a.shifts, *b.shifts) if shift.refuses}
    return OTHER if any(_side(a, it.first, it.last) != _side(b, it.first, it.last) for it in changes) else SAME


def _side(figure: Figure, first: date, last: date) -> str:
    assert figure.period_start is not None
    assert figure.period_end is not None
    if figure.period_end < first:
        return "before"
    # What begins in a month counts from its first day on.
    begun = first if (last - first).days < 31 else last + timedelta(days=1)
    return "after" if figure.period_start >= begun else "across"


def _known(a: Figure, b: Figure) -> str:
    """Say whether the shares differ whatever the records that do not say would say."""
    if not any((a.known_share, b.known_share, a.unknown_share, b.unknown_share)):
        return SAME
    both = (a.known_share and b.known_share) or (a.unknown_share and b.unknown_share)
    if not both:
        return OTHER
    if "unknown" in (a.known_share, b.known_share, a.unknown_share, b.unknown_share):
        return UNKNOWN
    one, two = among_all(a), among_all(b)
    return BRIDGED if one[1] < two[0] or two[1] < one[0] else OTHER


def among_all(figure: Figure) -> Range:
    """Return what a share can be among all records, in per cent."""
    said = ends(figure)
    assert said is not None
    low, high = said
    if figure.known is not None:
        k0, k1 = exact(figure.known.low), exact(figure.known.high)
        return low * k0 / 100, max(100 - k * (100 - high) / 100 for k in (k0, k1))
    if figure.unrecorded is not None:
        return low, min(high + exact(figure.unrecorded.high), Fraction(100))
    return said


def _open(a: Figure, b: Figure) -> str:
    """Say whether the ends that were printed bound the difference of the two from one side at least."""
    if "text" in (a.qualifier, b.qualifier):
        return OTHER
    above = b.high is not None and a.low is not None
    below = b.low is not None and a.high is not None
    return SAME if above or below else OTHER


_RELATIONS: dict[str, Callable[[Figure, Figure], str]] = {
    "unit": _unit,
    "base": lambda a, b: _words(a.base, b.base),
    "definition": _definition,
    "category": _category,
    "ages": lambda a, b: age_relation(a.ages, b.ages),
    "sex": _sex,
    "geography": _geography,
    "coverage": _coverage,
    "period": _period,
    "breaks": _breaks,
    "time_basis": lambda a, b: _words(a.time_basis, b.time_basis),
    "counter": _counter,
    "stage": lambda a, b: _words(a.stage, b.stage),
    "known": _known,
    "open": _open,
}
# What two figures of one table may share without its being known.
_SHARED_UNKNOWN = (
    *("definition", "unit", "base", "category", "ages", "sex", "geography", "coverage"),
    *("period", "time_basis", "counter", "stage"),
)
_FIELDS_BEHIND = {"period": ("period_start", "period_end")}


def _one_table(a: Figure, b: Figure) -> bool:
    days = (a.period_start, a.period_end) == (b.period_start, b.period_end)
    return a.table != "" and a.table == b.table and days


def relations(a: Figure, b: Figure) -> dict[str, str]:
    """Say of every field how the first figure lies to the second."""
    found = {name: rule(a, b) for name, rule in _RELATIONS.items()}
    if _one_table(a, b):
        for name in _SHARED_UNKNOWN:
            fields = _FIELDS_BEHIND.get(name, (name,))
            if found[name] == UNKNOWN and all(getattr(a, it) == getattr(b, it) for it in fields):
                found[name] = SAME
    return found


# --- the table ---------------------------------------------------------------------------------------------------

# Fields by which a whole is cut into parts.
_CUT = ("category", "ages", "sex", "counter", "geography", "definition")


def opinion(a: Figure, b: Figure) -> Opinion:
    """Say whether two figures may be compared, from the relations of their fields."""
    if a.withheld or b.withheld:
        return Opinion("refused", "one of them is never to be quoted")
    if a.guessed or b.guessed:
        return Opinion("refused", "one of them rests on a guess")
    if {a.relays or a.id} & {b.relays or b.id}:
        return Opinion("comparable" if _printed(a) == _printed(b) else "bridged", "one number twice")
    if (rule := _definition(a, b)) == OTHER or (rule == UNKNOWN and not _one_table(a, b)):
        return Opinion("refused", f"definition {rule}")
    found = relations(a, b)
    verdict, why = _row(a, b, found)
    if verdict == "refused":
        part = _part(a, b, found)
        share = _share(part, b if part is a else a) if part is not None else None
        if part is None or share is None:
            return Opinion(verdict, why)
        return Opinion(verdict, why, ("share of a whole",), share=share, part=part.id)
    allowed = _allowed(a, found)
    ends_of_ratio = ratio(a, b) if "ratio" in allowed else None
    return Opinion(verdict, why, allowed, ends_of_ratio, difference(a, b) if "difference" in allowed else None)


def _printed(figure: Figure) -> tuple[object, ...]:
    return figure.qualifier, figure.low, figure.high


def _allowed(a: Figure, found: dict[str, str]) -> tuple[str, ...]:
    """Return the arithmetic that may be done with two figures that are not refused."""
    crossed = BRIDGED in (found["coverage"], found["category"], found["definition"])
    groups = {name: found[name] for name in _CUT if found[name] not in (SAME, BRIDGED)}
    if groups and (len(groups) > 1 or not {"ages", "sex"} & set(groups)):
        return ("share of a whole",)
    if found["period"] == BRIDGED:
        return "rate per month", "ratio"
    if found["period"] == SAME and not groups:
        return ("ratio",) if crossed else ()
    if a.unit in ("per_cent", "per_cent_change") or a.counter == "cumulative":
        return ("difference",)
    return ("ratio",) if crossed else ("difference", "ratio")


@dataclass(frozen=True)
class _Case:
    found: dict[str, str]  # the relation of every field
    cuts: dict[str, str]  # of those that may cut a whole into parts, where it is not the same
    rest: dict[str, str]  # of all others, where it is not the same
    conflict: bool
    equal: bool  # whether the two were printed alike

    @property
    def crossed(self) -> bool:
        return BRIDGED in self.rest.values()

    @property
    def one_period(self) -> bool:
        return self.found["period"] == SAME


# The first row that fits decides; the last fits always.
_TABLE: tuple[tuple[str, str, Callable[[_Case], bool]], ...] = (
    ("refused", "a field is not known", lambda it: UNKNOWN in it.found.values()),
    ("refused", "a field differs that cuts no whole", lambda it: OTHER in it.rest.values()),
    ("refused", "in conflict", lambda it: it.conflict),
    ("comparable", "one number twice", lambda it: not it.cuts and it.one_period and it.equal and not it.crossed),
    ("bridged", "two numbers for one thing", lambda it: not it.cuts and it.one_period),
    ("bridged", "one difference, which is crossed", lambda it: not it.cuts and it.crossed),
    ("comparable", "the same in every field", lambda it: not it.cuts),
    ("bridged", "one difference, which is crossed", lambda it: set(it.cuts.values()) == {BRIDGED}),
    ("refused", "other parts, other periods", lambda it: not it.one_period),
    ("bridged", "two parts of one whole", lambda it: _beside(it.cuts)),
    ("refused", "apart", lambda _: True),
)


def _row(a: Figure, b: Figure, found: dict[str, str]) -> tuple[str, str]:
    apart = {name: word for name, word in found.items() if word != SAME}
    case = _Case(
        found,
        cuts={name: word for name, word in apart.items() if name in _CUT},
        rest={name: word for name, word in apart.items() if name not in _CUT},
        conflict=b.id in a.conflicts_with or a.id in b.conflicts_with,
        equal=_printed(a) == _printed(b),
    )
    verdict, why = next((verdict, why) for verdict, why, fits in _TABLE if fits(case))
    return verdict, f"{why} ({', '.join(f'{name} {word}' for name, word in apart.items())})"


def _beside(cuts: dict[str, str]) -> bool:
    """Say whether two figures of one period are two parts of one whole, standing side by side."""
    if OTHER in cuts.values() or not set(cuts) <= {"category", "ages", "sex", "counter"}:
        return False
    if "category" in cuts:
        # Other ages, and one sex against both: too little in common.
        return cuts["category"] == BESIDE and not ("ages" in cuts and cuts.get("sex") in (PART, WHOLE))
    return list(cuts.values()) == [BESIDE]


def _part(a: Figure, b: Figure, found: dict[str, str]) -> Figure | None:
    """Return which of the two is part of the other, if one is known to be."""
    conflict = b.id in a.conflicts_with or a.id in b.conflicts_with
    if conflict or any(_RELATIONS[name](a, b) == UNKNOWN for name in ("category", "ages", "sex", "counter")):
        return None  # nothing is known to be part of what is not known, and one table does not change that
    if found["counter"] != SAME and found["category"] == SAME:
        return None
    free: set[str] = set()  # fields of which a registered part or place says that they may differ
    if found["definition"] in (PART, WHOLE):
        free |= {"category", "stage", "unit"}
    elif _led(a, b, "part", a.category, b.category):
        free |= {"stage", "unit"}
    if found["geography"] in (PART, WHOLE):
        if not (_complete(a) and _complete(b)):
            return None  # which forces are missing, or whether any are, nobody says
        free |= {"coverage"}
    cuts = {found[name] for name in _CUT if name not in free} - {SAME}
    if cuts not in ({PART}, {WHOLE}) or not {a.unit, b.unit} <= {*COUNTS, "pounds"}:
        return None
    if any(found[name] != SAME for name in found if name not in _CUT and name not in free):
        return None
    return a if cuts == {PART} else b


def _complete(figure: Figure) -> bool:
    """Say whether all forces of an area are counted, as far as its coverage says."""
    first, _, rest = figure.coverage.partition(" force")
    least = {"England and Wales": 43, "England": 39, "Wales": 4, "Great Britain": 44, "United Kingdom": 45}
    counted = first.isdigit() and rest != figure.coverage and " force" in figure.coverage
    return figure.coverage == "whole" or (counted and int(first) >= least.get(figure.geography, 0))


def _share(part: Figure, whole: Figure) -> Range | None:
    """Return the ends of the part over the whole; none where the part is more than the whole can be."""
    above, below = ends(part), ends(whole)
    assert above is not None
    assert below is not None
    quotient = divided(above, below)
    if quotient is None or quotient[0] > 1:
        return None
    return quotient[0], min(quotient[1], Fraction(1))


def ratio(a: Figure, b: Figure) -> Range | None:
    """Return the ends of the second over the first: per month where their lengths differ, and across a bridge."""
    below, above = ends(a), ends(b)
    assert above is not None
    assert below is not None
    if _period(a, b) == BRIDGED:
        below, above = _monthly(a, below), _monthly(b, above)
    for dimension in ("coverage", "category", "definition"):
        for way in {*a.bridges, *b.bridges}:
            if way.dimension != dimension:
                continue
            factor = exact(way.factor.low), exact(way.factor.high)
            words = getattr(a, dimension), getattr(b, dimension)
            if words == (way.first, way.second):
                below = below[0] * factor[0], below[1] * factor[1]
            elif words == (way.second, way.first):
                above = above[0] * factor[0], above[1] * factor[1]
    return divided(above, below)


def difference(a: Figure, b: Figure) -> Range:
    """Return the ends of the second less the first."""
    below, above = among_all(a), among_all(b)  # a share among the records that say is compared among all
    return above[0] - below[1], above[1] - below[0]


def _monthly(figure: Figure, said: Range) -> Range:
    assert figure.period_start is not None
    assert figure.period_end is not None
    length = months(figure.period_start, figure.period_end)
    return said[0] / length, said[1] / length
