"""What a year's recorded count holds: offences of that year, offences of earlier years, and what is later cancelled."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cseanalysis.models.checks import check_interval, number
from cseanalysis.values import Interval


@dataclass(frozen=True, slots=True)
class RecordedSplit:
    """Offences recorded in a year, by when they happened.

    Parameters
    ----------
    this_year
        Recorded in the year and committed in it.
    earlier
        Recorded in the year and committed before it: non-recent.
    """

    this_year: Interval
    earlier: Interval


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
