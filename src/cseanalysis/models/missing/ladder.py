"""What a share can be when the records that do not say may differ from the others by a bounded odds ratio."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cseanalysis.models.checks import aligned, check_interval, check_same_labels, check_share, numbers
from cseanalysis.models.missing.shares import NAMES, Whole, parts_of_records, warn_of_per_cents
from cseanalysis.said import Words, ends_of, of_interval, speaks
from cseanalysis.values import Interval, NotEstimableError, items_of, plain_number, shown


def share_at_odds_ratio(
    with_attribute: float, known: float, unknown: float, odds_ratio: float, *, of: Whole = None
) -> float:
    """Return the share if the unknown records had ``odds_ratio`` times the odds of the known ones.

    Parameters
    ----------
    with_attribute, known, unknown, of
        See `share_bounds`.
    odds_ratio
        Odds of the attribute among unknown records over the odds among known ones; 1 is missing at random,
        0 and infinity are the two ends of the worst-case bound.

    Returns
    -------
    float
        The share among all records.

    Raises
    ------
    ValueError
        When the odds ratio is negative, or as for `share_bounds`.
    NotEstimableError
        When nothing is known, or when every known record answers alike and the odds ratio would have to multiply
        0 by infinity.

    Notes
    -----
    A pattern mixture: with ``p`` the share among the known, the unknown have ``r p / (1 - p + r p)``. Where all
    known records answer alike (``p`` is 0 or 1) any finite odds ratio gives the unknown the same share: such a
    ladder is then silent, and only the worst-case bound remains.

    Examples
    --------
    >>> [round(share_at_odds_ratio(300, 1000, 500, ratio), 4) for ratio in (0.5, 1, 2)]
    [0.2588, 0.3, 0.3538]
    """
    parts = parts_of_records(with_attribute, known, unknown, of=of)
    ratio = plain_number("odds_ratio", odds_ratio)
    if not ratio >= 0:
        raise ValueError(f"odds_ratio is {odds_ratio}: must not be negative; 1 is missing at random")
    return _share_at(*parts, ratio)


def _share_at(with_attribute: float, known: float, unknown: float, odds_ratio: float) -> float:
    """Share among all records, from parts that are known to be possible."""
    if unknown == 0:
        return with_attribute / known
    if known == 0:
        raise NotEstimableError("no record is known: an odds ratio has no odds to multiply; use share_bounds")
    among_known = with_attribute / known
    if (odds_ratio == math.inf and among_known == 0) or (odds_ratio == 0 and among_known == 1):
        raise NotEstimableError(
            f"odds_ratio {odds_ratio} with a share of {among_known:.0f} among the known: 0 times infinity has no "
            "value; use share_bounds"
        )
    if odds_ratio == math.inf:
        return (with_attribute + unknown) / (known + unknown)
    among_unknown = odds_ratio * among_known / (1 - among_known + odds_ratio * among_known)
    return (with_attribute + unknown * among_unknown) / (known + unknown)


def share_over_odds_ratios(
    with_attribute: float, known: float, unknown: float, odds_ratios: Interval, *, of: Whole = None
) -> Interval:
    """Bound the share if the odds ratio between unknown and known lies in a range.

    Parameters
    ----------
    with_attribute, known, unknown, of
        See `share_bounds`.
    odds_ratios
        Range of the odds ratio, of kind ``"bound"``; see `share_at_odds_ratio`.

    Returns
    -------
    Interval
        Bound; it lies within the worst-case bound, and is sharp because the share rises with the odds ratio.

    Raises
    ------
    ValueError
        When the range is no `Interval`, not a bound or reaches below 0, or as for `share_bounds`.
    NotEstimableError
        As for `share_at_odds_ratio`.

    Examples
    --------
    >>> share_over_odds_ratios(300, 1000, 500, Interval(0.5, 2, "bound"))
    Interval(low=0.25882352941176473, high=0.3538461538461538, kind='bound', level=None)
    """
    ratios = check_interval("odds_ratios", odds_ratios, bound=True)
    if ratios.low < 0:
        raise ValueError(f"odds_ratios from {ratios.low}: must not be negative; 1 is missing at random")
    parts = parts_of_records(with_attribute, known, unknown, of=of)
    return Interval(_share_at(*parts, ratios.low), _share_at(*parts, ratios.high), "bound")


def odds_ratio_needed(with_attribute: float, known: float, unknown: float, share: float, *, of: Whole = None) -> float:
    """Return the odds ratio between unknown and known records at which the share among all is ``share``.

    Parameters
    ----------
    with_attribute, known, unknown, of
        See `share_bounds`.
    share
        The claimed share, or the parity line, in [0, 1].

    Returns
    -------
    float
        A claim of "above ``share``" fails at and below this odds ratio, a claim of "below" at and above it.

    Raises
    ------
    ValueError
        When the share is not between 0 and 1, or as for `share_bounds`.
    NotEstimableError
        When no odds ratio gives that share: nothing is unknown, the known all answer alike, or the share lies on
        or outside the worst-case bound, where the claim does not depend on what is missing.

    Examples
    --------
    >>> round(odds_ratio_needed(300, 1000, 500, 0.25), 4)
    0.4118
    """
    with_attribute, known, unknown = parts_of_records(with_attribute, known, unknown, of=of)
    share = check_share("share", share)
    low, high = (end / (known + unknown) for end in (with_attribute, with_attribute + unknown))
    if not low < share < high:
        raise NotEstimableError(
            f"share {share} is not inside the worst-case bound from {low:.4g} to {high:.4g}: no odds ratio decides it"
        )
    if not 0 < with_attribute < known:
        raise NotEstimableError(
            f"{with_attribute} of {known} known records have the attribute: when all answer alike, no odds ratio "
            "moves the unknown"
        )
    among_unknown = (share * (known + unknown) - with_attribute) / unknown
    return among_unknown / (1 - among_unknown) * (known - with_attribute) / with_attribute


@speaks
@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the ladder: what is assumed about the unknown records, and the bound it buys.

    Notes
    -----
    ``print`` gives the bound and the assumption that buys it.
    """

    assumption: str
    interval: Interval

    def to_frame(self) -> pd.DataFrame:
        """Return one row: ``assumption``, ``low``, ``high``, ``kind``, ``level``."""
        return pd.DataFrame([{"assumption": self.assumption, **ends_of(self.interval)}])

    def _says(self) -> Words:
        shown = self.to_frame().drop(columns="level")
        return Words(of_interval("share", self.interval, "share"), rows=shown, rests_on=(self.assumption,))


def assumption_ladder(
    with_attribute: ArrayLike,
    known: ArrayLike,
    unknown: ArrayLike,
    *,
    odds_ratios: Iterable[float] = (4, 2, 1.5),
    of: Whole = None,
) -> tuple[Rung, ...]:
    """Give the share under stronger and stronger assumptions about the records that do not say.

    Parameters
    ----------
    with_attribute, known, unknown
        As for `share_bounds`; or one count per stratum (force, year, ...), all three of the same length. If they are
        pandas Series they are put in the order of the labels of the first, which all three must have.
    odds_ratios
        Largest odds ratios r above 1: the unknown have between 1/r and r times the odds of the known, separately
        in each stratum.
    of
        As for `share_bounds`, where there are no strata: shares and per cents do not say how large a stratum is.

    Returns
    -------
    tuple of Rung
        From no assumption, through the odds ratios from the widest down, and missing at random within strata (if
        there are several), to missing completely at random. To be shown together: the last rung alone is the
        "percentage of known" that hides the missing part.

    Raises
    ------
    ValueError
        When the strata differ in number or labels, an odds ratio is not above 1, or as for `share_bounds`.
    NotEstimableError
        When nothing is known in some stratum: no odds ratio is possible there; use `share_bounds`.

    Notes
    -----
    The rungs with odds ratios are nested. Missing at random within strata need not contain missing completely at
    random: two different assumptions, both points, and the distance between them says what the strata explain.

    Examples
    --------
    >>> for rung in assumption_ladder(300, 1000, 500, odds_ratios=(2,)):
    ...     print(f"{rung.assumption}: {rung.interval.low:.3f} to {rung.interval.high:.3f}")
    nothing assumed: 0.200 to 0.533
    odds ratio between 1/2 and 2: 0.259 to 0.354
    missing completely at random: 0.300 to 0.300
    """
    strata = _strata(with_attribute, known, unknown, of=of)
    attribute, named, silent = (math.fsum(part) for part in zip(*strata, strict=True))
    whole = (attribute, named, silent)
    given = items_of(odds_ratios)
    if given is None:
        raise ValueError(f"odds_ratios is {shown(odds_ratios)}: must be several numbers above 1, as in (4, 2)")
    ratios = sorted({plain_number("odds_ratios", ratio) for ratio in given}, reverse=True)
    if wrong := [ratio for ratio in ratios if not (math.isfinite(ratio) and ratio > 1)]:
        raise ValueError(f"odds_ratios contains {wrong[:5]}: must be finite and above 1; r stands for 1/r to r")
    records = named + silent
    rungs = [Rung("nothing assumed", Interval(attribute / records, (attribute + silent) / records, "bound"))]
    sizes = [(known + unknown) / (whole[1] + whole[2]) for _, known, unknown in strata]

    def pooled(ratio: float) -> float:
        return math.fsum(size * _share_at(*stratum, ratio) for size, stratum in zip(sizes, strata, strict=True) if size)

    rungs += [
        Rung(f"odds ratio between 1/{ratio:g} and {ratio:g}", Interval(pooled(1 / ratio), pooled(ratio), "bound"))
        for ratio in ratios
    ]
    if len(strata) > 1:
        rungs.append(Rung("missing at random within strata", _point(pooled(1.0))))
    rungs.append(Rung("missing completely at random", _point(_share_at(*whole, 1.0))))
    return tuple(rungs)


def _point(share: float) -> Interval:
    return Interval(share, share, "bound")


def _strata(*columns: ArrayLike, of: Whole) -> list[tuple[float, float, float]]:
    """One triple per stratum; a single number is one stratum."""
    named: dict[str, Any] = dict(zip(NAMES, columns, strict=True))
    labelled = [name for name, column in named.items() if isinstance(column, pd.Series)]
    if labelled and (bare := [name for name in NAMES if name not in labelled]):
        raise ValueError(
            f"{labelled[0]} has labels and {bare[0]} has none: give all as Series with the same labels, or none, with "
            ".to_numpy()"
        )
    for name in labelled:
        check_same_labels(name, named[name].index, labelled[0], named[labelled[0]].index)
    listed = [np.atleast_1d(numbers(*each)) for each in zip(NAMES, aligned(**named), strict=True)]
    if len({column.shape for column in listed}) != 1 or listed[0].ndim != 1 or not listed[0].size:
        raise ValueError(
            f"with_attribute, known and unknown have shapes {[column.shape for column in listed]}: must be the same, "
            "one number per stratum and at least one stratum"
        )
    given = list(zip(*(column.tolist() for column in listed), strict=True))
    if of is not None and len(given) > 1:
        raise ValueError(f"of={of} with {len(given)} strata: shares do not say how large a stratum is; give counts")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # one stratum of 100 records is no sign of per cents, all are
        # An empty stratum weighs nothing.
        strata = [parts_of_records(*each, of=of) if any(each) else each for each in given]
    if not any(known + unknown for _, known, unknown in strata):
        raise ValueError("known and unknown are 0 in every stratum: no records, no share")
    if of is None and all(known + unknown == 100 for _, known, unknown in strata) and any(u for *_, u in strata):
        warn_of_per_cents("known and unknown of every stratum")
    return strata
