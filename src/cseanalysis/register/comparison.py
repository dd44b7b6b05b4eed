"""What the gate says of two figures, and the arithmetic that follows from it: changes, and shares of a whole."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from cseanalysis.register.definitions import Bridge, unsaid, within
from cseanalysis.register.differences import LEVELS, NONE, Difference, bridge_for, chosen, other_forces
from cseanalysis.register.figures import COUNTS, UNKNOWN, Figure
from cseanalysis.register.known import among_all
from cseanalysis.register.spans import months_in, years_of_age
from cseanalysis.said import Words, ends_of, of_interval, ranged, speaks
from cseanalysis.values import Interval

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["comparable", "bridged", "refused"]
# In what a part may differ from its whole and still be divided by it.
_OF_A_PART = {"category", "ages", "sex", "counter"}
# The same where the area of the one is registered as one of those that make up the area of the other.
_OF_AN_AREA = {*_OF_A_PART, "geography", "coverage"}
# The same where it is registered that one is part of the other, though counted under another name.
_OF_A_REGISTERED_PART = {*_OF_A_PART, "unit", "definition", "stage"}
# How many police forces have areas in these; others that count, such as the British Transport Police, come on top.
_TERRITORIAL = {"England and Wales": 43, "England": 39, "Wales": 4, "Great Britain": 44, "United Kingdom": 45}
_SO_MANY = re.compile(r"(\d+) forces?\b", re.ASCII)
# What is minded of two figures that forbids to call their change clear, whatever chance allows.
_UNCLEAR = {"break", "seasons", "start-up"}


@speaks
@dataclass(frozen=True, slots=True)
class Change:
    """From one figure to another, as far as their printing and chance allow.

    Parameters
    ----------
    difference, ratio
        Lowest and highest value that the printed numbers allow: second minus first, second over first; each absent
        where it is not allowed. Infinite where an end is open. A ratio is of monthly rates where the periods differ
        in length.
    independent, clustered
        Confidence intervals of the ratio at the lowest and at the highest variance inflation (1: events independent);
        absent where chance cannot be worked out from the figures.
    hidden_at
        Variance inflation from which on the change is no longer clear; below 1: not even if events are independent.
        Absent where no clear change may be claimed, whatever chance allows: across a change of recording, from the
        first year of an offence, between other seasons, or of what may be other forces.

    Notes
    -----
    ``print`` gives the ratio that the printed numbers allow, and a row a quantity that is allowed.
    """

    difference: tuple[float, float] | None
    ratio: tuple[float, float] | None
    independent: Interval | None
    clustered: Interval | None
    hidden_at: float | None

    def to_frame(self) -> pd.DataFrame:
        """Return a row a quantity: ``quantity``, ``low``, ``high``, ``kind``, ``level``; missing where not allowed."""
        import pandas as pd

        printed = {name: getattr(self, name) for name in ("difference", "ratio")}
        rows = [(name, *(ends or (None, None)), "bound" if ends else None, None) for name, ends in printed.items()]
        by_chance = ("independent", "clustered")
        rows += [(f"ratio, {name}", *ends_of(getattr(self, name)).values()) for name in by_chance]
        columns = ["quantity", "low", "high", "kind", "level"]
        return pd.DataFrame(rows, columns=columns).astype({"low": float, "high": float})

    def _says(self) -> Words:
        ends, name = (self.ratio, "ratio") if self.ratio else (self.difference, "difference")
        head = (
            ranged(name, *ends, "bound") if ends else "change: not estimable (neither difference nor ratio is allowed)"
        )
        hidden = self.hidden_at
        said = ("that the change is clear",) if hidden is None else ()
        more = () if hidden is None else (f"hidden from a variance inflation of {hidden:.3g} on",)
        shown = self.to_frame().drop(columns="level").dropna()
        return Words(head, more, shown, refused=said)


@speaks
@dataclass(frozen=True, slots=True)
class Comparison:
    """What the gate says of two figures.

    Parameters
    ----------
    first, second
        The figures, the earlier one first, whichever way round they were given.
    verdict
        ``"comparable"``, ``"bridged"`` (only across what is registered, in the arithmetic that is allowed) or
        ``"refused"``.
    differences
        Every way in which they differ or that must be minded.
    inflation
        Range of the variance inflation that the intervals allow for.
    word
        Puts it into a sentence, when that is asked for.

    Notes
    -----
    ``print`` gives the verdict with the change or share that is allowed, the statement, and a row a difference.
    """

    first: Figure
    second: Figure
    verdict: Verdict
    differences: tuple[Difference, ...]
    inflation: Interval
    word: Callable[[Comparison], str] = field(repr=False)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every difference as ``"dimension: what differs"``, the gravest first."""
        return tuple(lines(self.differences))

    @property
    def allowed(self) -> tuple[str, ...]:
        """Arithmetic that may be done: difference, ratio, rate per month, share of a whole; empty for none."""
        if self.verdict == "refused":
            return ("share of a whole",) if self.share is not None else ()
        if self.one_thing:
            return ()
        bridged = {item.dimension for item in self.differences if item.level == "bridged"}
        if "category" in bridged and bridge_for(self.first, self.second, "category") is None:
            return ("share of a whole",)  # of their common whole, each by itself: parts may overlap
        if self.first.counter == "cumulative" or self.first.unit.startswith("per_cent"):
            return ("difference",)
        if "period" in bridged:
            return ("rate per month", "ratio")
        return ("ratio",) if bridged & {"coverage", "definition", "category"} else ("difference", "ratio")

    @property
    def change(self) -> Change | None:
        """The change from first to second; absent when none may be formed."""
        return _change(self) if {"difference", "ratio"} & set(self.allowed) else None

    @property
    def share(self) -> tuple[float, float] | None:
        """Lowest and highest share, 0 to 1, that one is of the other.

        Absent unless one is part of the other, where the part exceeds its whole, and where the whole is none.
        """
        if (part := self.part) is None:
            return None
        whole = self.second if part is self.first else self.first
        (low, high), (least, most) = part.ends, whole.ends
        if low > most or most == 0:
            return None
        return (0.0 if math.isinf(most) else low / most), (min(1.0, high / least) if least else 1.0)

    @property
    def rest(self) -> tuple[float, float] | None:
        """Lowest and highest count of the rest of an area, where one is the count of a place within it.

        Absent where the two are not of one class and of the same people: then the rest is of several things.
        """
        if self.share is None or (part := self.part) is None:
            return None
        whole = self.second if part is self.first else self.first
        alike = (part.category, part.ages, part.sex, part.counter) == (
            *(whole.category, whole.ages, whole.sex, whole.counter),
        )
        if not alike or _one_of_the_areas(part, whole) is None:
            return None
        (low, high), (least, most) = part.ends, whole.ends
        return max(0.0, least - high), most - low

    @property
    def part(self) -> Figure | None:
        """The one that is part of the other, when that is all that forbids the comparison.

        In one period a part may be of one class, of fewer ages, of one sex, of one area, or still open, and be divided
        by its whole.
        """
        one, other = self.first, self.second
        refusing = {item.dimension for item in self.differences if item.level != "minded"}
        same_period = (one.period_start, one.period_end) == (other.period_start, other.period_end)
        if not refusing or not same_period or not {one.unit, other.unit} <= {*COUNTS, "pounds"}:
            return None
        for part, whole in ((one, other), (other, one)):
            if _not_wider(part, whole) and (
                (one.unit == other.unit and refusing <= _OF_A_PART and _inside(part, whole))
                or (one.unit == other.unit and refusing <= _OF_AN_AREA and _one_of_the_areas(part, whole) is not None)
                or (
                    one.base == other.base
                    and refusing <= _OF_A_REGISTERED_PART
                    and not ("definition" in refusing and _unsaid_rule(part, whole))
                    and _registered(part, whole) is not None
                )
            ):
                return part
        return None

    @property
    def statement(self) -> str:
        """One sentence or two that may be quoted as they stand."""
        return self.word(self)

    @property
    def one_thing(self) -> bool:
        """Whether both are numbers for one thing in one period, which show no change."""
        return self.first.id == self.second.id or any(item.dimension == "lineage" for item in self.differences)

    def to_frame(self) -> pd.DataFrame:
        """Return a row a difference, the gravest first: ``dimension``, ``level``, ``text``."""
        import pandas as pd

        rows = [(one.dimension, one.level, one.text) for one in self.differences]
        return pd.DataFrame(rows, columns=["dimension", "level", "text"])

    def _says(self) -> Words:
        change, share = self.change, self.share
        if change is not None:
            head = f"{self.verdict}; {change._says().head}"
        elif share is not None:
            head = f"{self.verdict}, but as a share; {ranged('share', *share, 'bound', unit='share')}"
        else:
            head = f"{self.verdict}: no number may be formed of the two"
        return Words(head, (self.statement,), rests_on=(of_interval("variance inflation", self.inflation),))


def lines(found: tuple[Difference, ...]) -> Iterator[str]:
    """Yield differences as text, the gravest first."""
    for level in reversed(LEVELS):
        yield from (str(item) for item in found if item.level == level)


def part_bridge(part: Figure, whole: Figure) -> Bridge | None:
    """Return the bridge that says that the one is part of the other, if their share rests on one."""
    return _one_of_the_areas(part, whole) or _registered(part, whole)


def _registered(part: Figure, whole: Figure) -> Bridge | None:
    """Return the bridge that makes the one part of the other: by definition, or by category within one."""
    for bridge in part.bridges:
        if bridge.dimension == "part":
            ends = (bridge.first, bridge.second)
            if bridge.within == part.definition == whole.definition and ends == (part.category, whole.category):
                return bridge
            if not bridge.within and ends == (part.definition, whole.definition):
                return bridge
    return None


def _unsaid_rule(*figures: Figure) -> bool:
    """Whether it is not known of one of them by which rule, or by what of a record, it counts."""
    rules = {figure.definition for figure in figures}
    return UNKNOWN in rules | {figure.dataset.flagged for figure in figures if figure.dataset is not None}


def _inside(part: Figure, whole: Figure) -> bool:
    """Whether the one is of a class within the other's, or of the same class and of fewer people."""
    fewer = part.counter == whole.counter and (part.ages, part.sex) != (whole.ages, whole.sex)
    return within(part.category, whole.category) or (part.category == whole.category and fewer)


def _one_of_the_areas(part: Figure, whole: Figure) -> Bridge | None:
    """Return the bridge that makes the one's area part of the other's, for one class or a class within it."""
    if not (_all_of_it(part) and _all_of_it(whole)) or part.definition != whole.definition:
        return None
    if part.category != whole.category and not within(part.category, whole.category):
        return None
    areas = ("place", part.geography, whole.geography)
    ways = (way for way in part.bridges if way.within == part.definition)
    return next((way for way in ways if (way.dimension, way.first, way.second) == areas), None)


def _all_of_it(figure: Figure) -> bool:
    """Whether every force of an area is counted: where some are not, it is not known which."""
    forces = _SO_MANY.match(figure.coverage)
    return figure.coverage == "whole" or (
        forces is not None and int(forces[1]) >= _TERRITORIAL.get(figure.geography, 0)
    )


def _not_wider(part: Figure, whole: Figure) -> bool:
    """A part is of the same people or fewer, and of the same kind of counter or open cases of a running total."""
    if UNKNOWN in (part.ages, whole.ages, part.sex, whole.sex, part.counter, whole.counter):
        return False
    if unsaid(part.category) or unsaid(whole.category):  # two classes that are not said may be two
        return False
    # What has no ages or no sex is no part of those who have.
    ages = part.ages == whole.ages or (whole.ages == "any" and part.ages != NONE) or _span(part.ages, whole.ages)
    sex = part.sex == whole.sex or (whole.sex == "any" and part.sex != NONE)
    return ages and sex and (part.counter == whole.counter or (part.counter, whole.counter) == ("stock", "cumulative"))


def _span(ages: str, wider: str) -> bool:
    """Whether one range of ages, such as under 13, lies within another, such as under 16."""
    (low, high), (least, most) = years_of_age(ages), years_of_age(wider)
    return least <= low <= high <= most


def _change(comparison: Comparison) -> Change:
    from cseanalysis.models import hiding_inflation, ratio_of_counts  # needs numpy, which a refusal does not

    first, second = comparison.first, comparison.second
    # A share among the records that say is compared among all records.
    (low, high), (later_low, later_high) = among_all(first), among_all(second)
    difference = (later_low - high, later_high - low) if "difference" in comparison.allowed else None
    if "ratio" not in comparison.allowed:
        return Change(difference, None, None, None, None)
    exposure = _exposure(comparison)
    least, most = _factor(comparison)
    ratio = (
        _divided(later_low, high * exposure * most, at_infinity=0.0),
        _divided(later_high, low * exposure * least, at_infinity=math.inf),
    )
    # Chance is worked out for events only: a stock holds the same cases twice.
    ends = (low, high, later_low, later_high)
    events = first.unit in COUNTS and first.counter == "flow" and all(0 < end < math.inf for end in ends)
    if not events or chosen(first) or chosen(second):
        return Change(difference, ratio, None, None, None)
    # What was rounded is a whole count somewhere within its ends.
    fewest = math.floor(high), math.ceil(later_low), exposure * most
    highest = math.ceil(low), math.floor(later_high), exposure * least

    def widest(inflation: float) -> Interval:
        down = ratio_of_counts(fewest[0], fewest[1], exposure=fewest[2], inflation=inflation)
        up = ratio_of_counts(highest[0], highest[1], exposure=highest[2], inflation=inflation)
        return Interval(down.low, up.high, "confidence", down.level)

    unclear = any(item.level == "minded" and item.dimension in _UNCLEAR for item in comparison.differences)
    unclear = unclear or other_forces(first, second)
    hidden: float | None = None if unclear else 0.0
    if not unclear and not ratio[0] <= 1 <= ratio[1]:
        hidden = min(hiding_inflation(one, other, exposure=length) for one, other, length in (fewest, highest))
    return Change(difference, ratio, widest(comparison.inflation.low), widest(comparison.inflation.high), hidden)


def _exposure(comparison: Comparison) -> float:
    """Length of the second period as a multiple of the first's, where rates per month are compared."""
    first, second = comparison.first, comparison.second
    days = (first.period_start, first.period_end, second.period_start, second.period_end)
    start, end, other_start, other_end = days
    if "rate per month" in comparison.allowed and start and end and other_start and other_end:
        return months_in(other_start, other_end) / months_in(start, end)
    return 1.0


def _factor(comparison: Comparison) -> tuple[float, float]:
    """Range of the factor that brings the first figure to the second's definition, category and coverage."""
    first, second = comparison.first, comparison.second
    least = most = 1.0
    for dimension in ("definition", "category", "coverage"):
        one, other = getattr(first, dimension), getattr(second, dimension)
        if one != other and (bridge := bridge_for(first, second, dimension)) is not None:
            factor = bridge.factor_from(one)
            least, most = least * factor.low, most * factor.high
    return least, most


def _divided(top: float, bottom: float, *, at_infinity: float) -> float:
    if math.isinf(top) or math.isinf(bottom) or bottom == 0:
        return at_infinity
    return top / bottom
