"""Two lists, or totals alone: what can be said when model and dependence cannot be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cseanalysis.export.wording import say_cell
from cseanalysis.models.checks import check_count, check_interval, check_level, numbers, one_of
from cseanalysis.models.hidden.two_list_limits import LIMITS, Limits, chapman_estimate
from cseanalysis.said import Words, of_interval, one_number, speaks
from cseanalysis.values import Interval, NotEstimableError, items_of, shown


@speaks
@dataclass(frozen=True, slots=True)
class TwoListEstimate:
    """Two overlapping lists, and the totals that different dependence between them would mean.

    Parameters
    ----------
    first, second, both
        Cases on the first list, on the second, and on both (these are also in the first two).
    lincoln_petersen
        Total if the lists are independent.
    chapman
        The same with less bias in small samples.
    variance
        Of ``chapman``, after Seber (1982).
    interval
        Confidence interval of the total, never below the observed cases. It covers chance alone, not dependence. None
        with ``limits="normal"`` when one list lies inside the other (that variance is then 0, which is not certainty),
        and with ``"transformed-logit"`` when its upper end cannot be written.

    Notes
    -----
    ``print`` gives Chapman's total with the interval, and a row for each of four assumed dependences; that of odds
    ratio 1, independence, is Lincoln-Petersen's.
    """

    first: int
    second: int
    both: int
    lincoln_petersen: float
    chapman: float
    variance: float
    interval: Interval | None

    @property
    def observed(self) -> int:
        """Cases on at least one list."""
        return self.first + self.second - self.both

    @property
    def known(self) -> Interval:
        """Frechet bounds on the cases on at least one list, had the overlap not been published."""
        return known_to_any([self.first, self.second])

    def at_odds_ratio(self, odds_ratio: ArrayLike) -> NDArray[np.float64]:
        """Return the total at assumed odds ratios between the lists, same shape as ``odds_ratio``.

        Notes
        -----
        Cases on no list are ``odds_ratio * only_first * only_second / both``: 1 is independence, above 1 says that
        being on one list makes the other likelier, so that more are on neither. The data cannot tell which holds.
        """
        ratio = numbers("odds_ratio", odds_ratio)
        if not (np.isfinite(ratio) & (ratio > 0)).all():
            raise ValueError(f"odds_ratio {shown(odds_ratio)}: must be above 0 and finite; 1 is independence")
        return self.observed + ratio * (self.first - self.both) * (self.second - self.both) / self.both

    def to_frame(self) -> pd.DataFrame:
        """Return a row an assumed dependence: ``odds_ratio`` between the lists, ``total`` it would mean."""
        ratios = [0.5, 1.0, 2.0, 4.0]
        return pd.DataFrame({"odds_ratio": ratios, "total": self.at_odds_ratio(ratios)})

    def _says(self) -> Words:
        rests = ("the lists are independent, which they cannot show: the table has what dependence would mean",)
        more = (
            f"at odds ratio 1 the table has the total of Lincoln-Petersen, {say_cell(self.lincoln_petersen)}; "
            "Chapman's is corrected for small counts",
        )
        if self.interval is None:
            inside = self.both == min(self.first, self.second)
            refused = (
                "an interval: " + ("one list lies inside the other" if inside else "its ends are beyond numbers"),
            )
            return Words(one_number("total by Chapman", self.chapman), more, rests_on=rests, refused=refused)
        return Words(of_interval("total by Chapman", self.interval, point=self.chapman), more, rests_on=rests)


def two_list_estimate(
    first: int, second: int, both: int, *, limits: Limits = "hypergeometric", level: float = 0.95
) -> TwoListEstimate:
    """Estimate a total from two lists and their overlap, under independence and away from it.

    Parameters
    ----------
    first, second
        Cases on each list, those on both included.
    both
        Cases on both lists.
    limits
        How the interval is made: ``"hypergeometric"``, all totals under which neither so few nor so many on both lists
        would be rare; ``"transformed-logit"`` after Sadinle (2009); ``"normal"``, Chapman's estimate and its standard
        error.
    level
        Level of the interval.

    Returns
    -------
    TwoListEstimate

    Raises
    ------
    ValueError
        When a count is negative or not whole, more cases are on both lists than on one of them, or ``limits`` is none
        of the three.
    NotEstimableError
        When nobody is on both lists: then any total is possible and Lincoln-Petersen does not exist. Chapman's formula
        would still give a number, which is refused for that reason.

    Notes
    -----
    Lincoln-Petersen ``n1 n2 / m``; Chapman (1951) ``(n1 + 1)(n2 + 1)/(m + 1) - 1`` with variance
    ``(n1 + 1)(n2 + 1)(n1 - m)(n2 - m) / ((m + 1)^2 (m + 2))``. Two lists cannot show whether they depend on each
    other; a published number without `TwoListEstimate.at_odds_ratio` beside it hides that assumption.

    Given the lengths of independent lists, the cases on both are hypergeometric. The limits of that name are the
    totals at which a tail of that distribution, half of the observed overlap's own chance included (mid-p; Lancaster
    1961, *Journal of the American Statistical Association* 56), is ``(1 - level) / 2``. Of nominal 95% limits, in 122
    simulated worlds of 20 to 2,000 cases with a chance of 0.05 to 0.95 to be on each list, these covered at least 94.5%
    where half a case or more is to be expected on both lists, 92% where fewer are. Those of Sadinle (2009,
    *Communications in Statistics - Simulation and Computation* 38) covered at least 93% where 2.5 or more are expected
    and down to 71% below that; where nearly all are on both, their upper end means nothing (13,000, when 100 of 101 on
    each list are). The normal limits are symmetric around an estimator that is skewed to the right and covered 0% to
    95%; they are kept to show what earlier editions gave (``benchmarks/classification_coverage.py``).

    Examples
    --------
    >>> estimate = two_list_estimate(200, 300, 60)
    >>> estimate.lincoln_petersen, round(estimate.chapman, 2)
    (1000.0, 990.82)
    >>> estimate.interval
    Interval(low=839.0, high=1226.0, kind='confidence', level=0.95)
    >>> estimate.at_odds_ratio([0.5, 1, 2, 4]).tolist()
    [720.0, 1000.0, 1560.0, 2680.0]
    >>> print(estimate)
    total by Chapman: 990.8, within 839 to 1,226 (95% confidence interval)
    at odds ratio 1 the table has the total of Lincoln-Petersen, 1,000; Chapman's is corrected for small counts
      odds_ratio  total
      0.5           720
      1           1,000
      2           1,560
      4           2,680
    Rests on: the lists are independent, which they cannot show: the table has what dependence would mean
    """
    first, second, both = check_count("first", first), check_count("second", second), check_count("both", both)
    if both > min(first, second):
        raise ValueError(f"{both} on both lists of {first} and {second}: the overlap is part of either list")
    if both == 0:
        raise NotEstimableError(
            f"nobody on both lists of {first} and {second}: any total from {first + second} up fits; give an assumed "
            "overlap to two_list_bounds"
        )
    level = check_level(level)
    one_of("limits", limits, get_args(Limits))
    chapman, variance = chapman_estimate(first, second, both)
    ends = LIMITS[limits](first, second, both, level)
    interval = None if ends is None else Interval(*ends, "confidence", level)
    return TwoListEstimate(first, second, both, first * second / both, chapman, variance, interval)


def known_to_any(totals: Mapping[str, int] | Sequence[int], *, population: int | None = None) -> Interval:
    """Bound how many cases lists hold together when only their totals are published.

    Parameters
    ----------
    totals
        Cases on each list, counting the same unit in the same period and area; by name or in order.
    population
        How many there can be at most, if that is known.

    Returns
    -------
    Interval
        Bound on the cases on at least one list. It limits what the lists know together, never the dark figure.

    Raises
    ------
    ValueError
        When a total is negative or not whole, there are none, or one exceeds the population.

    Notes
    -----
    Frechet bounds: at least the longest list (all others lie within it), at most the sum (no overlap).

    Examples
    --------
    >>> known_to_any({"police": 500, "children's services": 300})
    Interval(low=500.0, high=800.0, kind='bound', level=None)
    """
    counts = _totals(totals)
    if population is not None:
        population = check_count("population", population)
        if max(counts) > population:
            raise ValueError(f"a list of {max(counts)} in a population of {population}: a list is part of it")
    high = sum(counts) if population is None else min(sum(counts), population)
    return Interval(float(max(counts)), float(high), "bound")


def known_to_all(totals: Mapping[str, int] | Sequence[int], *, population: int | None = None) -> Interval:
    """Bound how many cases are on every list when only the totals are published.

    Parameters
    ----------
    totals, population
        As for `known_to_any`.

    Returns
    -------
    Interval
        Bound on the cases on all lists.

    Raises
    ------
    ValueError
        As for `known_to_any`.

    Notes
    -----
    Frechet bounds: at most the shortest list; at least 0, or what cannot be placed elsewhere in the population.

    Examples
    --------
    >>> known_to_all([500, 300], population=700)
    Interval(low=100.0, high=300.0, kind='bound', level=None)
    """
    counts = _totals(totals)
    known_to_any(counts, population=population)
    low = 0 if population is None else max(0, sum(counts) - (len(counts) - 1) * int(population))
    return Interval(float(low), float(min(counts)), "bound")


def two_list_bounds(first: int, second: int, *, both: Interval, odds_ratio: Interval) -> Interval:
    """Bound the total from two list totals, an assumed overlap and an assumed dependence.

    Parameters
    ----------
    first, second
        Cases on each list.
    both
        Assumed range of the cases on both; above 0 and at most the shorter list (`known_to_all` gives the ends that
        the totals alone allow, and the lower one, 0, bounds nothing).
    odds_ratio
        Assumed range of the odds ratio between the lists; above 0.

    Returns
    -------
    Interval
        Bound on the total, cases on neither list included.

    Raises
    ------
    ValueError
        When a count is negative or not whole, a range is not a bound, or the overlap exceeds a list.
    NotEstimableError
        When the assumed overlap begins at 0: then no total is too large.

    Notes
    -----
    The total falls with the overlap and rises with the odds ratio, so the ends come from opposite ends.

    Examples
    --------
    >>> two_list_bounds(200, 300, both=Interval(60, 60, "bound"), odds_ratio=Interval(0.5, 2, "bound"))
    Interval(low=720.0, high=1560.0, kind='bound', level=None)
    """
    first, second = check_count("first", first), check_count("second", second)
    for name, given in (("both", both), ("odds_ratio", odds_ratio)):
        check_interval(name, given, bound=True)
    if both.low < 0 or both.high > min(first, second):
        raise ValueError(f"both from {both.low} to {both.high}: must lie between 0 and {min(first, second)}")
    if odds_ratio.low <= 0:
        raise ValueError(f"odds_ratio from {odds_ratio.low}: must be above 0; 1 is independence")
    if both.low == 0:
        raise NotEstimableError(
            "an overlap that may be 0 bounds nothing: with nobody on both lists any total fits; assume a smallest one"
        )

    def total(overlap: float, ratio: float) -> float:
        return first + second - overlap + ratio * (first - overlap) * (second - overlap) / overlap

    return Interval(total(both.high, odds_ratio.low), total(both.low, odds_ratio.high), "bound")


def _totals(totals: Mapping[str, int] | Sequence[int]) -> list[int]:
    counts = items_of(totals.values()) if isinstance(totals, Mapping) else items_of(totals)
    if counts is None or isinstance(totals, Set):  # two lists of one length would be one in a set
        raise ValueError(f"totals is {shown(totals)}: must give one number for each list, as in [500, 300]")
    if not counts:
        raise ValueError("no totals given: give one for each list")
    return [check_count("total", value) for value in counts]
