"""From a recorded count and a reporting probability to the total it implies; and what a year's count holds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from cseanalysis.models.checks import check_interval, number
from cseanalysis.said import Words, ends_of, of_interval, speaks
from cseanalysis.values import Assumption, Interval, NotEstimableError, items_of, plain_number, share_hint, shown


def implied_total(recorded: float, reporting_probability: Interval) -> Interval:
    """Divide a recorded count by a reporting probability, end by end.

    Parameters
    ----------
    recorded
        Count of events recorded; finite, above 0.
    reporting_probability
        Share of the total that is recorded, in (0, 1]. It must be about the same events, unit, period and
        area as ``recorded``: the division cannot check that, the caller must.

    Returns
    -------
    Interval
        The total, of the same kind (and level) as the probability, because the division is monotone.

    Raises
    ------
    ValueError
        When the count is no number, negative or not finite, or the probability is no Interval or leaves (0, 1].
    NotEstimableError
        When nothing was recorded: 0 divided by any probability is 0, which says nothing about the total.

    Notes
    -----
    With ``T`` the total, ``R`` the recorded count and ``p = R / T``: ``T`` lies in ``[R / p_high, R / p_low]``.
    The total minus ``R`` is the dark figure. No value inside a bound is favoured; in particular the mean of
    ``R / p`` is not ``R`` over the mean of ``p``.

    Examples
    --------
    >>> implied_total(500, Interval(0.4, 0.5, "bound"))
    Interval(low=1000.0, high=1250.0, kind='bound', level=None)
    """
    count = _checked_count("recorded", recorded)
    if 0 < count < 1:
        raise ValueError(f"recorded is {count:g}: must be a count, not a share; give what it is a share of")
    probability = check_interval("reporting_probability", reporting_probability)
    low, high = probability.low, probability.high
    if not (low > 0 and high <= 1):
        raise ValueError(
            f"reporting_probability from {low} to {high}: must be above 0 (0 implies an infinite total) and at most 1"
            f"{share_hint(high)}"
        )
    if count == 0:
        raise NotEstimableError(
            "recorded is 0: divided by any probability it stays 0, which says nothing about the total; use a larger "
            "area or a longer period"
        )
    return Interval(count / high, count / low, probability.kind, probability.level)


def breakdown_probability(recorded: float, claimed_total: float) -> float:
    """Return the reporting probability at which a claimed total is exactly met.

    Parameters
    ----------
    recorded
        Count of events recorded; finite, not negative.
    claimed_total
        Total that somebody states, in the same unit, period and area; at least ``recorded``.

    Returns
    -------
    float
        ``recorded / claimed_total``: the claim "at least this many" fails when the true reporting
        probability is larger, the claim "at most this many" when it is smaller.

    Raises
    ------
    ValueError
        When the claimed total is smaller than the recorded count, or a count is no number, negative or not finite.

    Examples
    --------
    >>> breakdown_probability(500, 1250)
    0.4
    """
    count, total = _checked_count("recorded", recorded), _checked_count("claimed_total", claimed_total)
    if total < count or total == 0:
        raise ValueError(
            f"claimed_total {total} against {count} recorded: a total is above 0 and holds what was recorded; check "
            "that both count the same unit, and that recorded comes first"
        )
    return count / total


def joint_reporting_probability(assumptions: Iterable[Assumption]) -> Interval:
    """Multiply reporting probabilities that contain different losses.

    Parameters
    ----------
    assumptions
        Probabilities, each naming the losses it contains: not disclosed, not reported, not recorded. They are
        chained, each conditional on the one before.

    Returns
    -------
    Interval
        Bound for the product.

    Raises
    ------
    ValueError
        When one is no `Assumption` or not a probability, names no loss, or a loss is contained twice: dividing by
        both would count the same loss two times.

    Examples
    --------
    >>> told = Assumption("told", 0.1, 0.2, "probability", "survey", "ONS", "table 1", ("disclosed", "reported"))
    >>> kept = Assumption("kept", 0.8, 1.0, "probability", "audit", "HMIC", "page 1", ("recorded",))
    >>> joint_reporting_probability([told, kept]).high
    0.2
    """
    given = None if isinstance(assumptions, Mapping) else items_of(assumptions)
    if given is None:
        cure = ", as in [assumptions['told']]" if isinstance(assumptions, Mapping) else ", also of one"
        raise ValueError(f"assumptions is {shown(assumptions)}: must be a list of Assumption{cure}")
    chain = [link for link in given if isinstance(link, Assumption)]
    if wrong := [link for link in given if not isinstance(link, Assumption)]:
        raise ValueError(
            f"assumptions hold {', '.join(map(shown, wrong[:5]))}: each must be an Assumption, whose losses say what "
            "it covers; a bare range is for implied_total"
        )
    seen: dict[str, str] = {}
    for assumption in chain:
        if assumption.unit != "probability" or not assumption.loss:
            raise ValueError(
                f"assumption {assumption.id}: unit {assumption.unit!r}, losses {assumption.loss}; a link of the chain "
                "must be a probability that names the losses it contains"
            )
        for loss in assumption.loss:
            if loss in seen:
                raise ValueError(
                    f"the loss 'not {loss}' is contained in both {seen[loss]} and {assumption.id}; "
                    "chaining them would count it twice: use one of the two"
                )
            seen[loss] = assumption.id
    if not chain:
        raise ValueError("no probabilities given; a chain has at least one link")
    return Interval(math.prod(a.low for a in chain), math.prod(a.high for a in chain), "bound")


def _checked_count(name: str, given: object) -> float:
    count = plain_number(name, given)  # not only whole: ends of derived counts are divided too
    if not math.isfinite(count) or count < 0:
        raise ValueError(
            f"{name} is {count}: must be a finite count, not negative; net negative cells belong to small areas, "
            "sum them first"
        )
    return count


@speaks
@dataclass(frozen=True, slots=True)
class RecordedSplit:
    """Offences recorded in a year, by when they happened.

    Parameters
    ----------
    this_year
        Recorded in the year and committed in it.
    earlier
        Recorded in the year and committed before it: non-recent.

    Notes
    -----
    ``print`` gives what was committed in the year, and a row a part.
    """

    this_year: Interval
    earlier: Interval

    def to_frame(self) -> pd.DataFrame:
        """Return a row a part: ``part``, ``low``, ``high``, ``kind``, ``level``."""
        return pd.DataFrame([{"part": name, **ends_of(getattr(self, name))} for name in ("this_year", "earlier")])

    def _says(self) -> Words:
        shown = self.to_frame().drop(columns="level")
        return Words(of_interval("recorded in the year and committed in it", self.this_year), rows=shown)


def split_by_year(recorded: float, earlier_share: Interval) -> RecordedSplit:
    """Split the offences recorded in a year into those of that year and those of earlier years.

    Parameters
    ----------
    recorded
        Count recorded in the year; finite, not negative.
    earlier_share
        Share of ``recorded`` that happened before the year, in [0, 1]; published shares are around a third.

    Returns
    -------
    RecordedSplit
        Both parts, of the kind of the share. Their sum is always the count, so the ends belong together crosswise.

    Raises
    ------
    ValueError
        When the count is negative or not finite, or the share leaves [0, 1].

    Notes
    -----
    A reporting probability for the offences of a year belongs to the first part only. Offences of the year that are
    recorded in later years are in neither part. "Non-recent" in sources often means a year or more before the report,
    which is fewer than all offences before 1 April: see where the share comes from.

    Examples
    --------
    >>> split_by_year(900, Interval(0.25, 0.5, "bound")).this_year
    Interval(low=450.0, high=675.0, kind='bound', level=None)
    """
    recorded, earlier_share = _checked(recorded, "earlier_share", earlier_share)
    kind, level = earlier_share.kind, earlier_share.level
    return RecordedSplit(
        this_year=Interval(recorded * (1 - earlier_share.high), recorded * (1 - earlier_share.low), kind, level),
        earlier=Interval(recorded * earlier_share.low, recorded * earlier_share.high, kind, level),
    )


def without_cancelled(recorded: float, cancelled_share: Interval) -> Interval:
    """Take from a recorded count what is later cancelled as no crime, or is no such offence for another reason.

    Parameters
    ----------
    recorded
        Count recorded, *before* cancellations. Counts that are published net of them (negative cells are the sign) have
        them taken off already: using this function on those counts them twice.
    cancelled_share
        Share of ``recorded`` that is cancelled later or is a false positive of the definition, in [0, 1].

    Returns
    -------
    Interval
        What stands, of the kind of the share.

    Raises
    ------
    ValueError
        When the count is negative or not finite, or the share leaves [0, 1].

    Examples
    --------
    >>> without_cancelled(1000, Interval(0.0, 0.25, "bound"))
    Interval(low=750.0, high=1000.0, kind='bound', level=None)
    """
    recorded, cancelled_share = _checked(recorded, "cancelled_share", cancelled_share)
    low, high = recorded * (1 - cancelled_share.high), recorded * (1 - cancelled_share.low)
    return Interval(low, high, cancelled_share.kind, cancelled_share.level)


def _checked(recorded: float, name: str, share: object) -> tuple[float, Interval]:
    recorded = number("recorded", recorded)
    if not math.isfinite(recorded) or recorded < 0:
        raise ValueError(f"recorded is {recorded}: must be a finite count, not negative; give what was counted")
    if 0 < recorded < 1:
        raise ValueError(f"recorded is {recorded}: must be a count, not a share; give what it is a share of")
    interval = check_interval(name, share)
    if not 0 <= interval.low <= interval.high <= 1:
        cure = f"Interval({interval.low / 100:g}, {interval.high / 100:g}, ...)" if interval.low >= 0 else "0 and above"
        raise ValueError(
            f"{name} from {interval.low} to {interval.high}: a share lies between 0 and 1; per cents are "
            f"written as {cure}"
        )
    return recorded, interval
