"""What a share can be when part of the records does not say."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import optimize, special

from cseanalysis.models.number import check_number
from cseanalysis.values import Interval, NotEstimableError


def share_bounds(with_attribute: float, known: float, unknown: float) -> Interval:
    """Bound a share without assuming anything about the records that do not say.

    Parameters
    ----------
    with_attribute
        Records known to have the attribute.
    known
        Records whose attribute is known, with or without it.
    unknown
        Records whose attribute is not known. All three are counts, or shares of one whole.

    Returns
    -------
    Interval
        Bound for the share among all records: none of the unknown have the attribute, or all of them have.
        Its width is the share of unknown records.

    Raises
    ------
    ValueError
        When a count is negative or not finite, more have the attribute than are known, or there are no records.

    Notes
    -----
    Manski (1995), *Identification Problems in the Social Sciences*: the worst-case bound
    ``[k / (m + u), (k + u) / (m + u)]``. It is sharp: each end is reached by one completion of the data.

    Examples
    --------
    >>> share_bounds(30, 100, 50)
    Interval(low=0.2, high=0.5333333333333333, kind='bound', level=None)
    """
    for name, count in (("with_attribute", with_attribute), ("known", known), ("unknown", unknown)):
        check_number(name, count)
        if not math.isfinite(count) or count < 0:
            raise ValueError(f"{name} is {count}: must be finite and not negative")
    if with_attribute > known:
        raise ValueError(f"with_attribute {with_attribute} exceeds known {known}: the part must not exceed the whole")
    total = known + unknown
    if total == 0:
        raise ValueError("known and unknown are both 0: no records, no share")
    return Interval(with_attribute / total, (with_attribute + unknown) / total, "bound")


def share_confidence(with_attribute: float, known: float, unknown: float, level: float = 0.95) -> Interval:
    """Widen the worst-case bound by what the sample leaves open, so that it covers the share itself.

    Parameters
    ----------
    with_attribute, known, unknown
        Whole counts of records; see `share_bounds`.
    level
        Share of samples whose interval covers the true share, wherever in the bound that lies.

    Returns
    -------
    Interval
        Confidence interval within [0, 1]. Only for records that are a sample, or that are read as one outcome of
        a process that could have gone otherwise; a complete count has bounds and no sampling error.

    Raises
    ------
    ValueError
        When a count is not whole, or as for `share_bounds`.
    NotEstimableError
        When no record, or every record, may have the attribute: the normal approximation then has no width.

    Notes
    -----
    Imbens and Manski (2004, *Econometrica* 72, equations 6 and 7): the ends move out by ``c`` standard errors,
    where ``Phi(c + width / se) - Phi(-c) = level`` with the larger of the two standard errors. ``c`` falls from
    1.96 where the bound is a point to 1.645 where it is wide. With few records the normal approximation of the
    binomial covers less than ``level``.

    Examples
    --------
    >>> interval = share_confidence(21, 64, 42)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.1344, 0.6728)
    """
    bounds = share_bounds(with_attribute, known, unknown)
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: must lie between 0 and 1")
    for name, count in (("with_attribute", with_attribute), ("known", known), ("unknown", unknown)):
        if count != int(count):
            raise ValueError(f"{name} is {count}: must be a whole count of records; shares carry no sample size")
    if bounds.high == 0 or bounds.low == 1:
        raise NotEstimableError(
            f"{'no' if bounds.high == 0 else 'every'} record has the attribute and none is unknown: the normal "
            "approximation has no width there; use an exact binomial interval"
        )
    records = known + unknown
    errors = [math.sqrt(end * (1 - end) / records) for end in (bounds.low, bounds.high)]
    gap = (bounds.high - bounds.low) / max(errors) if max(errors) > 0 else math.inf

    def shortfall(multiple: float) -> float:
        return float(special.ndtr(multiple + gap) - special.ndtr(-multiple) - level)

    widest = float(special.ndtri((1 + level) / 2))
    multiple = widest if gap == 0 else float(optimize.brentq(shortfall, 0, widest, xtol=1e-14, rtol=1e-14))
    low, high = bounds.low - multiple * errors[0], bounds.high + multiple * errors[1]
    return Interval(max(low, 0.0), min(high, 1.0), "confidence", level)


@dataclass(frozen=True, slots=True)
class CoverageNeeded:
    """How much of a field must be filled before a share can be said to lie above, or below, a line.

    ``now`` is the coverage today. ``above`` and ``below`` are the coverages at which the worst-case bound leaves the
    line on that side if the share among the known stays as it is; ``above_at_earliest`` and ``below_at_earliest``
    if every record that is filled next favours that side. None where no coverage gets there.
    """

    now: float
    above: float | None
    below: float | None
    above_at_earliest: float | None
    below_at_earliest: float | None


def coverage_needed(with_attribute: float, known: float, unknown: float, line: float) -> CoverageNeeded:
    """Return the coverage needed before "above the line" or "below the line" could be concluded.

    Parameters
    ----------
    with_attribute, known, unknown
        See `share_bounds`.
    line
        The parity line: the share in the population that is compared with, or another threshold, in (0, 1).

    Returns
    -------
    CoverageNeeded
        Coverages as shares of all records; beyond each the worst-case bound no longer holds the line.

    Raises
    ------
    ValueError
        When the line is not between 0 and 1, or as for `share_bounds`.

    Notes
    -----
    With share ``s`` among the known and line ``t``, the bound is ``[c s, c s + 1 - c]`` at coverage ``c``: it lies
    above the line when ``c > t / s``, below it when ``c > (1 - t) / (1 - s)``. Both directions are always
    given, because data that cannot show that a share is above a line cannot show that it is below it either.

    Examples
    --------
    >>> needed = coverage_needed(170, 340, 660, 0.4)
    >>> needed.now, needed.above, needed.below
    (0.34, 0.8, None)
    """
    share_bounds(with_attribute, known, unknown)
    if not 0 < line < 1:
        raise ValueError(f"line is {line}: must lie between 0 and 1, such as a population share")
    records = known + unknown
    share = with_attribute / known if known else None
    needs_above, needs_below = (line * records - with_attribute, with_attribute + unknown - line * records)

    def earliest(more: float) -> float | None:
        return None if more >= unknown else (known + max(more, 0.0)) / records

    return CoverageNeeded(
        now=known / records,
        above=line / share if share is not None and share > line else None,
        below=(1 - line) / (1 - share) if share is not None and share < line else None,
        above_at_earliest=earliest(needs_above),
        below_at_earliest=earliest(needs_below),
    )
