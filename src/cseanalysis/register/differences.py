"""The ways in which two published figures may differ, one rule each: the same, to be minded, bridged, or refused.

Each rule may only lower the verdict, so a further difference in what is counted never makes two figures more
comparable. (How a number was printed, and whom it repeats, is no difference in what is counted.) What is unknown
differs from everything, itself included, but for a repetition, which shares it with its original.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cseanalysis.export.wording import say_date, say_number
from cseanalysis.register.definitions import CHOSEN, Bridge
from cseanalysis.register.figures import COUNTS, UNKNOWN, Figure
from cseanalysis.register.spans import months_in, overlap

Level = Literal["minded", "bridged", "refused"]
LEVELS: tuple[Level, ...] = ("minded", "bridged", "refused")
# Two figures that agree in all of these are of one thing in one period, whoever printed them.
_ONE_THING = (
    *("unit", "base", "definition", "category", "ages", "sex", "geography", "coverage", "period_start", "period_end"),
    *("time_basis", "counter", "stage"),
)
_WIDEST_ROUNDING = 10.0  # percentage points
_SAME_LENGTH = 0.02  # of the longer: years of 365 and 366 days are equally long, and so are quarters


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which two figures differ, and whether that can be crossed."""

    dimension: str
    level: Level
    text: str

    def __str__(self) -> str:
        return f"{self.dimension}: {self.text}"


def differences(first: Figure, second: Figure) -> tuple[Difference, ...]:
    """Return every difference between two figures, the gravest included, in a fixed order of dimensions."""
    # A repetition has what its original has, known or not.
    repeated = _one_number(first, second)
    rules = (
        _unit(first.unit, first.base, second.unit, second.base),
        _definition(first, second),
        _category(first, second),
        _plain("ages", first.ages, second.ages, repeated),
        _sex(first, second),
        _plain("geography", first.geography, second.geography, repeated),
        _coverage(first, second),
        _period(first, second),
        _plain("time basis", first.time_basis, second.time_basis, repeated),
        _plain("counter", first.counter, second.counter, repeated),
        _plain("stage", first.stage, second.stage, repeated),
        _break(first, second),
        _known(first, second),
        _conflict(first, second),
        _lineage(first, second),
        _open(first, second),
        _selection(first, second),
        _copy(first, second),
    )
    return tuple(rule for rule in rules if rule is not None)


@lru_cache(maxsize=4096)
def _unit(unit: str, base: str, other: str, other_base: str) -> Difference | None:
    if unit == "none" or other == "none":
        return Difference("unit", "refused", "words without a number on at least one side")
    if unit != other:
        if "per_cent" in (unit, other) and unit.startswith("per_cent") != other.startswith("per_cent"):
            return Difference("unit", "refused", f"a count against a percentage ({worded(unit)}, {worded(other)})")
        return Difference("unit", "refused", f"{worded(unit)} against {worded(other)}")
    if base != other_base:
        return Difference("unit", "refused", f"shares of different wholes ({base or 'none'}; {other_base or 'none'})")
    return None


def _definition(first: Figure, second: Figure) -> Difference | None:
    if first.definition == second.definition:
        return None
    if (bridge := bridge_for(first, second, "definition")) is not None:
        return Difference("definition", "bridged", bridge.reason)
    titles = [figure.dataset.title if figure.dataset else figure.definition for figure in (first, second)]
    return _rules(titles[0], titles[1])


def _category(first: Figure, second: Figure) -> Difference | None:
    one, other = first.category, second.category
    if one == other:
        return None
    if within(one, other) or within(other, one):
        return Difference("category", "refused", f"a whole against one part of it, {_both(one, other)}")
    if (bridge := bridge_for(first, second, "category")) is not None:
        return Difference("category", "bridged", bridge.reason)
    if _same_period(first, second) and first.unit == second.unit:
        parents = one.rpartition("/")[0], other.rpartition("/")[0]
        # Shares of one base are parts of it wherever their paths branch.
        if (parents[0] and parents[0] == parents[1]) or (first.unit == "per_cent" and first.base == second.base):
            parts = f"two parts of one whole, {_both(one, other)}"
            return Difference(
                "category", "bridged", f"{parts}, side by side as shares; they may cut it in different ways"
            )
    return Difference("category", "refused", f"different parts or different things, {_both(one, other)}")


@lru_cache(maxsize=65536)
def _plain(dimension: str, one: str, other: str, repeated: bool) -> Difference | None:
    if one == other and (repeated or one != UNKNOWN):
        return None
    if UNKNOWN in (one, other):
        sides = "both sides" if one == other else "one side"
        return Difference(dimension, "refused", f"unknown on {sides}")
    return Difference(dimension, "refused", f"{worded(one)} against {worded(other)}")


@lru_cache(maxsize=65536)
def _both(path: str, other: str) -> str:
    """Word two category paths by their last parts, or by all of them where the last parts are alike."""
    ends = [name.rpartition("/")[2] for name in (path, other)]
    one, two = ends if ends[0] != ends[1] else (path.replace("/", ": "), other.replace("/", ": "))
    return f"{worded(one)} and {worded(two)}"


@lru_cache(maxsize=65536)
def _rules(title: str, other: str) -> Difference:
    return Difference("definition", "refused", f"counted by different rules, {title} and {other}")


def _sex(first: Figure, second: Figure) -> Difference | None:
    # Two groups of one survey or one count, each on its own base, are what a comparison of the sexes is.
    if {first.sex, second.sex} == {"female", "male"} and _same_period(first, second):
        return Difference("sex", "bridged", "two groups of one count in the same period, each on its own base")
    return _plain("sex", first.sex, second.sex, _one_number(first, second))


def _coverage(first: Figure, second: Figure) -> Difference | None:
    one, other = first.coverage, second.coverage
    if one != other:
        if (bridge := bridge_for(first, second, "coverage")) is not None:
            return Difference("coverage", "bridged", bridge.reason)
    elif one not in ("whole", "named cases", UNKNOWN) and not _same_period(first, second):
        return Difference("coverage", "minded", f"{one} on both sides; that they are the same ones is not published")
    return _plain("coverage", one, other, _one_number(first, second))


def _same_period(first: Figure, second: Figure) -> bool:
    return (first.period_start, first.period_end) == (second.period_start, second.period_end)


def _period(first: Figure, second: Figure) -> Difference | None:
    start, end, other_start, other_end = first.period_start, first.period_end, second.period_start, second.period_end
    if _same_period(first, second) and (start or _one_number(first, second)):
        return None
    if not (start and end and other_start and other_end):
        return Difference("period", "refused", "not known on at least one side")
    if first.counter == second.counter and first.counter in ("stock", "cumulative"):
        dated = start == end and other_start == other_end
        if first.counter == "stock" or start == other_start or dated:
            return Difference("period", "minded", f"a counter as at {say_date(end)} and as at {say_date(other_end)}")
        begun = f"{say_date(start)}; {say_date(other_start)}"
        return Difference("period", "refused", f"counters that do not run from one day ({begun})")
    if shared := overlap(start, end, other_start, other_end):
        return Difference("period", "refused", f"the periods share {shared} days, so neither comes after the other")
    return _lengths(first, second, months_in(start, end), months_in(other_start, other_end))


def _lengths(first: Figure, second: Figure, months: float, other_months: float) -> Difference | None:
    if abs(months - other_months) <= _SAME_LENGTH * max(months, other_months):
        if first.period_type == second.period_type:
            return None
        return Difference("period", "minded", f"a {worded(first.period_type)} and a {worded(second.period_type)}")
    if (first.period_start == first.period_end) != (second.period_start == second.period_end):
        return Difference("period", "refused", "a day against a period")
    uneven = _uneven(months, other_months)
    for bridge in first.bridges:
        if bridge.dimension == "period" and first.counter == second.counter == "flow" and first.unit in COUNTS:
            return Difference("period", "bridged", f"{uneven.text}; compare per month only: {bridge.reason}")
    return uneven


@lru_cache(maxsize=4096)
def _uneven(months: float, other_months: float) -> Difference:
    return Difference("period", "refused", f"{say_number(months)} months against {say_number(other_months)} months")


def _break(first: Figure, second: Figure) -> Difference | None:
    if first.break_before == second.break_before:
        return None
    day = max(figure.break_before for figure in (first, second) if figure.break_before)
    return Difference("break", "refused", f"the series was broken at {say_date(day)}; the two stand on different sides")


def _known(first: Figure, second: Figure) -> Difference | None:
    partly = [figure.known is not None or figure.unrecorded is not None for figure in (first, second)]
    if not any(partly) or _one_number(first, second):
        return None
    if not all(partly) or UNKNOWN in (first.known_share, second.known_share):
        text = "not all records say, and how many do is not known on both sides"
        return Difference("known share", "refused", text)
    shown = "; ".join(f"{low:.0f}% to {high:.0f}%" for low, high in map(worst_case, (first, second)))
    one, other = among_all(first), among_all(second)
    if one[0] <= other[1] and other[0] <= one[1]:
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
    one, other = (first.low, first.high, first.qualifier), (second.low, second.high, second.qualifier)
    if not _one_number(first, second) and any(getattr(first, name) != getattr(second, name) for name in _ONE_THING):
        return None
    if one == other:
        return Difference("lineage", "minded", "one number, published twice")
    if _one_number(first, second):
        return Difference("lineage", "bridged", "one number, printed exactly and rounded; the two show no change")
    return Difference("lineage", "bridged", "two numbers for one thing in one period; the two show no change")


def _one_number(first: Figure, second: Figure) -> bool:
    return (first.relays or first.id) == (second.relays or second.id)


def _open(first: Figure, second: Figure) -> Difference | None:
    open_ends = {"more_than": 1, "at_least": 1, "less_than": -1, "at_most": -1, "nearly": -1}
    sides = {open_ends.get(first.qualifier, 0), open_ends.get(second.qualifier, 0)}
    if sides == {0} or first.unit != second.unit or _one_number(first, second):
        return None
    if len(sides) == 1:
        return Difference("rounding", "refused", "an end is open on both sides, so nothing bounds their difference")
    return Difference("rounding", "minded", "an end is open, so what follows is bounded from one side at most")


def _selection(first: Figure, second: Figure) -> Difference | None:
    chosen = any(figure.dataset is not None and figure.dataset.selection in CHOSEN for figure in (first, second))
    if "self-selected" in (first.coverage, second.coverage) and not _same_period(first, second):
        return Difference("selection", "refused", "other people chose to take part each time")
    if chosen:
        return Difference(
            "selection", "minded", "records that were chosen, or chose themselves, and speak for no others"
        )
    return None


def _copy(first: Figure, second: Figure) -> Difference | None:
    copies = [figure.id for figure in (first, second) if figure.tier in ("C", "D")]
    if not copies:
        return None
    verb = "are" if len(copies) > 1 else "is"
    return Difference("source", "minded", f"{' and '.join(copies)} {verb} second-hand, read in a copy of the source")


def bridge_for(first: Figure, second: Figure, dimension: str) -> Bridge | None:
    """Return the bridge that crosses a dimension between two counts of events; a factor applies to nothing else."""
    if not first.bridges or first.unit not in COUNTS or first.counter != "flow":
        return None
    words = {getattr(first, dimension), getattr(second, dimension)}
    matching = (way for way in first.bridges if way.dimension == dimension and {way.first, way.second} == words)
    return next(matching, None)


def within(part: str, whole: str) -> bool:
    """Say whether a category path is a proper part of another."""
    return part.startswith(whole + "/")


def worst_case(figure: Figure) -> tuple[float, float]:
    """Return the whole per cents among all records, rounded outward, whatever the records that do not say would say.

    Both percentages are taken as they were printed: 83% of the 34% who are known is 28% to 95% of all.
    """
    if figure.known_share == UNKNOWN:
        return 0.0, 100.0
    low, high = figure.low or 0.0, 100.0 if figure.high is None else figure.high
    if figure.unrecorded is not None:
        high = min(high + (figure.unrecorded.low + figure.unrecorded.high) / 2, 100.0)
    known = 100.0
    if figure.known is not None:
        # A range that is more than rounding has no middle.
        printed = figure.known.high - figure.known.low <= _WIDEST_ROUNDING
        known = (figure.known.low + figure.known.high) / 2 if printed else figure.known.low
    low, high = known * low / 100, known * high / 100 + 100 - known
    low, high = round(low, 9), round(high, 9)  # without the noise of binary arithmetic
    return float(low // 1), float(-(-high // 1))


def among_all(figure: Figure) -> tuple[float, float]:
    """Return the per cent among all records with the rounding of both percentages let in, to decide by."""
    low, high = figure.ends
    if figure.unrecorded is not None:
        return low, min(high + figure.unrecorded.high, 100.0)
    # The fewer records say, the wider: both ends are reached at the lower end of the known share.
    known = 1.0 if figure.known is None else figure.known.low / 100
    return known * low, known * high + 100 * (1 - known)


def worded(name: str) -> str:
    """Turn a word of the register into a word of a sentence."""
    return name.replace("per_cent_change", "per cent change").replace("_", " ")


def lines(found: tuple[Difference, ...]) -> Iterator[str]:
    """Yield the differences as text, the gravest first."""
    for level in reversed(LEVELS):
        yield from (str(item) for item in found if item.level == level)
