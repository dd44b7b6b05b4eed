"""Comparing shares when part of the records does not say: between groups, against a whole, against a population.

A group is a triple of whole counts as for `share_bounds`: records with the attribute, records known and records unknown
in this order, or by the labels ``with_attribute``, ``known`` and ``unknown`` in any. Every bound here is joint: each
end is reached by one completion of all the records together. No group is special, and the order is the caller's.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from cseanalysis.models.checks import check_count, check_interval, check_positive, check_share
from cseanalysis.models.missing.ladder import share_at_odds_ratio
from cseanalysis.models.missing.shares import NAMES, parts_of_records, share_bounds, warn_of_per_cents
from cseanalysis.said import Words, ends_of, of_interval, speaks
from cseanalysis.values import Interval, NotEstimableError, shown

Group = tuple[float, float, float]
GRID = 513  # odds ratios tried across the range before the best is refined
_TOTAL = re.compile(r"(grand |sub-?)?totals?|all|overall|sum")
_NOT_KNOWN = re.compile(
    r"unknown|missing|undisclosed|unspecified|n/?a|nan|none|<na>|not (known|stated|recorded|given|available|specified)"
)


def share_difference_bounds(first: Group, second: Group, *, odds_ratios: Interval | None = None) -> Interval:
    """Bound the share in one group of records minus the share in another, separate one.

    Parameters
    ----------
    first, second
        Records with the attribute, records known and records unknown, in each group.
    odds_ratios
        Range of the odds ratio between unknown and known records, the same in both groups (the field goes missing
        in one way); see `share_at_odds_ratio`. None: nothing is assumed.

    Returns
    -------
    Interval
        Bound for the difference. With a common odds ratio it is narrower than the difference of the two bounds, because
        both shares then rise together.

    Raises
    ------
    ValueError
        When a count or the range is impossible.
    NotEstimableError
        With a range: when nothing is known in a group.

    Notes
    -----
    Without an assumption the completions of separate groups are free of each other, so the ends may be combined
    (Manski 1995). With a common odds ratio only one number is free, and the difference is searched over it.

    Examples
    --------
    >>> bounds = share_difference_bounds((30, 100, 50), (20, 100, 50))
    >>> round(bounds.low, 3), round(bounds.high, 3)
    (-0.267, 0.4)
    >>> bounds = share_difference_bounds((30, 100, 50), (20, 100, 50), odds_ratios=Interval(0.5, 2, "bound"))
    >>> round(bounds.low, 3), round(bounds.high, 3)
    (0.088, 0.109)
    """
    first, second = checked_group("first", first), checked_group("second", second)
    if odds_ratios is not None:
        return _over_common(odds_ratios, first, second, lambda a, b: a - b)
    one, other = share_bounds(*first), share_bounds(*second)
    return Interval(one.low - other.high, one.high - other.low, "bound")


def share_ratio_bounds(first: Group, second: Group, *, odds_ratios: Interval | None = None) -> Interval:
    """Bound the share in one group of records over the share in another, separate one.

    Parameters
    ----------
    first, second, odds_ratios
        As for `share_difference_bounds`.

    Returns
    -------
    Interval
        Bound for the ratio.

    Raises
    ------
    ValueError
        When a count or the range is impossible.
    NotEstimableError
        When the share in the second group may be 0: the ratio then has no upper end. With a range: when nothing is
        known in a group.

    Examples
    --------
    >>> share_ratio_bounds((30, 100, 0), (20, 100, 60))
    Interval(low=0.6, high=2.4, kind='bound', level=None)
    """
    first, second = checked_group("first", first), checked_group("second", second)
    one, other = share_bounds(*first), share_bounds(*second)
    if other.low == 0:
        raise NotEstimableError(
            f"no known record of the second group ({second}) has the attribute: its share may be 0 and the ratio has "
            "no upper end; use the difference, or turn the ratio round"
        )
    if odds_ratios is not None:
        return _over_common(odds_ratios, first, second, lambda a, b: a / b)
    return Interval(one.low / other.high, one.high / other.low, "bound")


def part_difference_bounds(part: Group, rest: Group) -> Interval:
    """Bound the share in a part minus the share in the whole that contains it.

    Parameters
    ----------
    part, rest
        The part, and the whole without it; see `share_difference_bounds`.

    Returns
    -------
    Interval
        Bound for the difference. Subtracting the bounds of part and whole would be too wide: the unknown records of
        the part are in both.

    Raises
    ------
    ValueError
        When a count is impossible.

    Notes
    -----
    With ``w`` the rest's part of all records: share in the part minus share in the whole is ``w`` times share in the
    part minus share in the rest.

    Examples
    --------
    >>> part_difference_bounds((10, 20, 20), (10, 40, 0))
    Interval(low=0.0, high=0.25, kind='bound', level=None)
    """
    part, rest = checked_group("part", part), checked_group("rest", rest)
    apart = share_difference_bounds(part, rest)
    weight = (rest[1] + rest[2]) / (part[1] + part[2] + rest[1] + rest[2])
    return Interval(weight * apart.low, weight * apart.high, "bound")


@speaks
@dataclass(frozen=True, slots=True)
class Representation:
    """A share against the share of the same group in a population; what may be concluded, in both directions.

    Parameters
    ----------
    coverage
        Share of the records that say.
    share
        Bound for the group's share among all records.
    difference, ratio
        Bounds for that share minus, and over, the population share.
    relative_rate
        Bound for the group's rate per head over the rate of everybody else; None where it has no upper end.
    conclusion
        ``"above"``, ``"below"`` or ``"neither"``: whether every completion of the records, and every population
        share in its range, lies on one side of parity. ``"neither"`` refuses "over-represented" and "not
        over-represented" alike.

    Notes
    -----
    ``print`` gives the share with its bound, what may be concluded or is refused, and a row a quantity.
    """

    coverage: float
    share: Interval
    difference: Interval
    ratio: Interval
    relative_rate: Interval | None
    conclusion: str

    def to_frame(self) -> pd.DataFrame:
        """Return a row a quantity.

        Columns: ``quantity``, ``low``, ``high``, ``kind``, ``level``; ends are missing without an upper one.
        """
        named = {name: getattr(self, name) for name in ("share", "difference", "ratio", "relative_rate")}
        return pd.DataFrame([{"quantity": name, **ends_of(bound)} for name, bound in named.items()])

    def _says(self) -> Words:
        neither = self.conclusion == "neither"
        refused = ("over-represented and not over-represented alike: the bounds hold parity",) if neither else ()
        if self.relative_rate is None:
            refused = (*refused, "a range of the rate per head over that of everybody else: it has no upper end")
        more = () if neither else (f"the share lies {self.conclusion} that of the population, whatever the others are",)
        rests = (f"{self.coverage:.1%} of the records say; of the others nothing is assumed",)
        shown = self.to_frame()[["quantity", "low", "high"]].dropna()
        return Words(of_interval("share", self.share, "share"), more, shown, rests, refused=refused)


def against_population(group: Group, population_share: float | Interval) -> Representation:
    """Compare a share, part of it unknown, with a population share.

    Parameters
    ----------
    group
        Records with the attribute, records known, records unknown.
    population_share
        The share in the population (of the same ages and area), in (0, 1), or a bound for it.

    Returns
    -------
    Representation
        Coverage, bounds and conclusion.

    Raises
    ------
    ValueError
        When a count or the population share is impossible.

    Notes
    -----
    The relative rate is ``s / (1 - s)`` over ``q / (1 - q)`` for share ``s`` and population share ``q``: the records of
    everybody else are those left over, so numerator and denominator move together and each end is one completion. It
    compares records, not offenders: who comes to be recorded is part of it, and it says nothing about any person.

    Examples
    --------
    >>> found = against_population((102, 340, 660), 0.2)
    >>> found.conclusion, round(found.ratio.low, 2), round(found.ratio.high, 2)
    ('neither', 0.51, 3.81)
    """
    if isinstance(population_share, Interval):
        population = check_interval("population_share", population_share, bound=True)
    else:
        exact = check_share("population_share", population_share)
        population = Interval(exact, exact, "bound")
    group = checked_group("group", group)
    if not 0 < population.low <= population.high < 1:
        raise ValueError(
            f"population_share is {population_share}: must be a share, or a bound, strictly between 0 and 1"
        )
    share = share_bounds(*group)
    relative = None
    if share.high < 1:
        low, high = (
            end / (1 - end) * (1 - against) / against
            for end, against in ((share.low, population.high), (share.high, population.low))
        )
        relative = Interval(low, high, "bound")
    return Representation(
        coverage=group[1] / (group[1] + group[2]),
        share=share,
        difference=Interval(share.low - population.high, share.high - population.low, "bound"),
        ratio=Interval(share.low / population.high, share.high / population.low, "bound"),
        relative_rate=relative,
        conclusion="above" if share.low > population.high else "below" if share.high < population.low else "neither",
    )


def class_share_bounds(counts: Mapping[str, float], unknown: float) -> dict[str, Interval]:
    """Bound the share of every class among all records, in the order given.

    Parameters
    ----------
    counts
        Records known to be of each class.
    unknown
        Records whose class is not known.

    Returns
    -------
    dict of Interval
        Bound by class. They hold together: an unknown record can be of one class only, so at most one class is at its
        high end, and for sums of classes use `share_bounds` with the sum.

    Raises
    ------
    ValueError
        When a count is impossible.

    Examples
    --------
    >>> class_share_bounds({"x": 3, "y": 1}, 4)["y"]
    Interval(low=0.125, high=0.625, kind='bound', level=None)
    """
    by_class = {name: check_count(f"counts of {name!r}", count) for name, count in _by_class("counts", counts).items()}
    _check_classes(by_class)
    known, silent = sum(by_class.values()), check_count("unknown", unknown)
    if known + silent == 100 and silent:
        warn_of_per_cents("counts and unknown")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # said once, not for every class
        return {name: share_bounds(count, known, silent) for name, count in by_class.items()}


def class_rate_ratio_bounds(
    counts: Mapping[str, float], unknown: float, populations: Mapping[str, float], *, first: str, second: str
) -> Interval:
    """Bound the rate per head of one class over that of another, from the same records.

    Parameters
    ----------
    counts, unknown
        As for `class_share_bounds`; all classes, not only the two.
    populations
        People in each of the two classes, of the same ages and area; other classes may be left out.
    first, second
        The two classes.

    Returns
    -------
    Interval
        Bound for the ratio. Joint: an unknown record counts for one of the two classes or for neither, never for both.

    Raises
    ------
    ValueError
        When a class is not given or a number is impossible.
    NotEstimableError
        When no record is known to be of the second class: the ratio then has no upper end.

    Examples
    --------
    >>> bounds = class_rate_ratio_bounds({"x": 30, "y": 60}, 30, {"x": 100, "y": 300}, first="x", second="y")
    >>> bounds.low, bounds.high
    (1.0, 3.0)
    """
    counts, populations = _by_class("counts", counts), _by_class("populations", populations)
    for name in (first, second):
        if not isinstance(name, Hashable) or name not in counts or name not in populations:
            raise ValueError(
                f"class {name!r}: must be among the counts and the populations; known are {list(counts)[:5]}"
            )
        check_positive(f"population of {name!r}", populations[name])
    if first == second:
        raise ValueError(f"first and second are both {first!r}: must be two classes")
    class_share_bounds(counts, unknown)
    if counts[second] == 0:
        raise NotEstimableError(f"no record is known to be of {second!r}: the ratio has no upper end; turn it round")
    heads = float(populations[second]) / float(populations[first])
    return Interval(
        counts[first] / (counts[second] + unknown) * heads, (counts[first] + unknown) / counts[second] * heads, "bound"
    )


def checked_group(name: str, group: Group) -> Group:
    """Return the three counts of a group in their order, or say what is wrong with them."""
    if isinstance(group, pd.Series | Mapping):
        labels = [str(label) for label in group.keys()]  # noqa: SIM118 (a Series iterates over its values)
        if sorted(labels) != sorted(NAMES):
            raise ValueError(f"{name} is labelled {labels[:5]}: must be {', '.join(NAMES)}, in any order, or a tuple")
        group = tuple(group[label] for label in NAMES)
    elif isinstance(group, np.ndarray) and group.ndim == 1:
        group = tuple(group.tolist())
    if not isinstance(group, tuple | list) or len(group) != 3:
        raise ValueError(f"{name} is {shown(group)}: must be three counts, {', '.join(NAMES)}")
    parts = tuple(check_count(f"{part} of {name}", count) for part, count in zip(NAMES, group, strict=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # said where the bound is taken
        parts_of_records(*parts)
    return parts[0], parts[1], parts[2]


def _by_class(name: str, given: Mapping[str, float]) -> dict[str, float]:
    if isinstance(given, pd.Series) and not given.index.is_unique:
        twice = given.index[given.index.duplicated()].unique().tolist()
        raise ValueError(f"{name}: classes that stand twice: {', '.join(map(repr, twice[:5]))}; add them up first")
    if not isinstance(given, Mapping | pd.Series) or not len(given):
        raise ValueError(f"{name} is {shown(given)}: must give a number by class, as in {{'a': 3, 'b': 1}}")
    return dict(given)


def _check_classes(counts: Mapping[str, int]) -> None:
    """Refuse labels of a published table that are no classes: a total, and the records whose class is not known."""
    for label, count in counts.items():
        word = " ".join(label.casefold().split()) if isinstance(label, str) else ""
        if _TOTAL.fullmatch(word) and len(counts) > 1:
            raise ValueError(
                f"counts hold {label!r} of {count}: a total is no class beside its parts; leave it out, or call the "
                "class otherwise"
            )
        if _NOT_KNOWN.fullmatch(word):
            raise ValueError(
                f"counts hold {label!r}: records whose class is not known are no class; add them to unknown, or call "
                "the class otherwise"
            )


def _over_common(
    odds_ratios: Interval, first: Group, second: Group, compare: Callable[[float, float], float]
) -> Interval:
    """Search one odds ratio, the same in both groups, for the smallest and largest comparison of their shares."""
    if check_interval("odds_ratios", odds_ratios, bound=True).low <= 0:
        raise ValueError(f"odds_ratios from {odds_ratios.low}: must be a bound above 0; 1 is missing at random")

    def at(logarithm: float) -> float:
        ratio = math.exp(logarithm)
        return compare(share_at_odds_ratio(*first, ratio), share_at_odds_ratio(*second, ratio))

    ends = math.log(odds_ratios.low), math.log(odds_ratios.high)
    tried = np.linspace(*ends, GRID)
    values = np.array([at(float(each)) for each in tried])
    found = []
    for sign, place in ((1, int(values.argmin())), (-1, int(values.argmax()))):
        low, high = float(tried[max(place - 1, 0)]), float(tried[min(place + 1, GRID - 1)])
        best = sign * values[place]
        if high > low:
            refined = optimize.minimize_scalar(lambda x, s=sign: s * at(x), bounds=(low, high), method="bounded")
            best = min(best, float(refined.fun))
        found.append(sign * best)
    return Interval(float(found[0]), float(found[1]), "bound")
