"""What the gate lets one work out of figures of one rule: sums, what is left of a whole, rates, and agreement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cseanalysis.register.differences import other_forces
from cseanalysis.register.figures import COUNTS, Figure, check_figures
from cseanalysis.register.gate import IncomparableError, compare
from cseanalysis.register.known import among_all
from cseanalysis.register.spans import disjoint

_SEXES = ({"men", "women"}, {"male", "female"}, {"boys", "girls"})
# In what two figures may differ and still be added: one dimension, and what it brings with it.
_PERIODS = {"period", "rounding"}
_PARTS = {"category", "ages", "sex", "rounding"}


@dataclass(frozen=True, slots=True)
class Addition:
    """A sum of figures: which, from the lowest to the highest that their print allows, and over which days."""

    figures: tuple[Figure, ...]
    low: float
    high: float
    start: date | None
    end: date | None


def add(figures: Sequence[Figure]) -> Addition:
    """Add counts of adjoining periods, or of parts that do not overlap, under one rule and one coverage.

    Parameters
    ----------
    figures
        Two or more counts of events: of one thing in periods that follow on without gap or overlap, or, in one period,
        of two sexes or of ages that have no year in common.

    Returns
    -------
    Addition
        The lowest sum takes every open end as it was printed: "over 550" and 597 are 1,147 at least.

    Raises
    ------
    IncomparableError
        With every reason for which they must not be added.

    Examples
    --------
    >>> from dataclasses import replace
    >>> year = Figure(
    ...     id="A", statement="Arrests", published="over 550", qualifier="more_than", low=550, high=None,
    ...     rounded_to=None, unit="arrests", base="", definition="rule", category="arrests", ages="any", sex="any",
    ...     geography="Wales", coverage="4 forces", period_start=date(2023, 4, 1), period_end=date(2024, 3, 31),
    ...     period_type="financial_year", time_basis="arrested", counter="flow", stage="early", status="official",
    ...     tier="A", source="s", locator="unknown", known_share="", unknown_share="", breaks=(), supersedes=(),
    ...     conflicts_with=(), relays="", note="",
    ... )
    >>> later = replace(
    ...     year, id="B", published="597", qualifier="exact", low=597, high=597, period_type="custom",
    ...     period_start=date(2024, 4, 1), period_end=date(2024, 12, 31),
    ... )
    >>> add([year, later]).low
    1147.0
    """
    check_figures(*figures)
    ordered = sorted(figures, key=lambda one: (one.period_start or date.min, one.id))
    reasons = tuple(dict.fromkeys(_reasons(ordered)))
    if reasons:
        named = ", ".join(one.id for one in ordered)
        raise IncomparableError(f"{named} must not be added: {'; '.join(reasons)}", reasons)
    low = sum(one.low if one.low is not None else one.ends[0] for one in ordered)
    high = sum(one.ends[1] for one in ordered)
    return Addition(tuple(ordered), float(low), high, ordered[0].period_start, ordered[-1].period_end)


def _reasons(ordered: Sequence[Figure]) -> Iterable[str]:
    if len(ordered) < 2:
        yield "sum: one figure is no sum; name two"
    for one in ordered:
        if one.unit not in COUNTS or one.counter != "flow":
            yield f"counter: {one.id} is no count of events in a period ({one.unit}, {one.counter})"
    for at, first in enumerate(ordered):
        for second in ordered[at + 1 :]:
            yield from _pair(first, second, adjoining=second is ordered[at + 1] if at + 1 < len(ordered) else False)


def _pair(first: Figure, second: Figure, *, adjoining: bool) -> Iterable[str]:
    found = compare(first, second)
    if found.one_thing:
        yield f"lineage: {first.id} and {second.id} are two prints of one number"
        return
    same_days = (first.period_start, first.period_end) == (second.period_start, second.period_end)
    free = _PARTS if same_days else _PERIODS
    for item in found.differences:
        if item.level == "refused" and item.dimension not in free:
            yield str(item)
        if item.level == "bridged" and item.dimension in ("definition", "coverage", "category") and not same_days:
            yield str(item)
    if same_days:
        if not _apart(first, second):
            yield f"category: {first.id} and {second.id} may overlap, or one is part of the other"
    elif other_forces(first, second):
        yield f"coverage: {first.coverage} on both sides, which may be other ones"
    elif adjoining and (
        first.period_end is None
        or second.period_start is None
        or second.period_start != first.period_end + timedelta(days=1)
    ):
        yield f"period: {second.id} does not follow on {first.id} without gap or overlap"


def _apart(first: Figure, second: Figure) -> bool:
    """Whether nobody can be in both of two counts of one period."""
    if first.category == second.category:
        return (first.ages != second.ages and disjoint(first.ages, second.ages)) or (
            {first.sex, second.sex} == {"male", "female"}
        )
    (whole, _, one), (other_whole, _, other) = first.category.rpartition("/"), second.category.rpartition("/")
    return whole == other_whole and whole != "" and {one, other} in _SEXES


def rest_of_whole(share: Figure) -> tuple[float, float]:
    """Return the lowest and the highest per cent that a share leaves of all records.

    Raises
    ------
    ValueError
        When the figure is no share.
    """
    if share.unit != "per_cent":
        raise ValueError(f"figure {share.id} counts {share.unit}; only a share leaves a rest of its whole")
    low, high = among_all(share)
    return 100 - high, 100 - low


def per_day(figure: Figure) -> tuple[float, float]:
    """Return the lowest and the highest number of events a day in the period of a count.

    Raises
    ------
    ValueError
        When it is no count of events, or its days are not known.
    """
    if figure.counter != "flow" or figure.unit not in COUNTS or not (figure.period_start and figure.period_end):
        raise ValueError(f"figure {figure.id} is no count of events in known days ({figure.unit}, {figure.counter})")
    days = (figure.period_end - figure.period_start).days + 1
    low, high = figure.ends
    return low / days, high / days


def witnesses(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """Return one figure for every number that was made: copies and retellings of one are no further witnesses."""
    found: dict[str, Figure] = {}
    for figure in figures:
        first = figure.relays or figure.id
        if first not in found or figure.id == first:
            found[first] = figure
    return tuple(found.values())
