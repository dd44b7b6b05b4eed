"""What a share can be when part of the records does not say."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd
from scipy import optimize, special

from cseanalysis.models.checks import check_count, check_level, check_share, one_of
from cseanalysis.said import Words, one_number, speaks, without_gaps
from cseanalysis.values import Interval, plain_number, shown

Whole = Literal[1, 100] | None
ShareLimits = Literal["binomial", "normal"]
FEWEST = 20  # records on either side of an end from which on a binomial is taken as normal
NAMES = ("with_attribute", "known", "unknown")


def share_bounds(with_attribute: float, known: float, unknown: float, *, of: Whole = None) -> Interval:
    """Bound a share without assuming anything about the records that do not say.

    Parameters
    ----------
    with_attribute
        Records known to have the attribute.
    known
        Records whose attribute is known, with or without it.
    unknown
        Records whose attribute is not known.
    of
        What the three numbers are parts of. None: they are whole counts of records. 1: shares of all records, 100: per
        cents of all records; ``known`` and ``unknown`` then make up 1 or 100. A per cent of the known records is first
        multiplied by the share that is known: 83% of the 34% known are 28.22% of all.

    Returns
    -------
    Interval
        Bound for the share among all records: none of the unknown have the attribute, or all of them have.
        Its width is the share of unknown records.

    Raises
    ------
    ValueError
        When a count is not whole or negative, more have the attribute than are known, or there are no records; with
        ``of``, when the parts do not make up the whole.

    Warns
    -----
    UserWarning
        When counts make up exactly 100 records, which may as well be per cents.

    Notes
    -----
    Manski (1995), *Identification Problems in the Social Sciences*: the worst-case bound
    ``[k / (m + u), (k + u) / (m + u)]``. It is sharp: each end is reached by one completion of the data.

    Examples
    --------
    >>> share_bounds(30, 100, 50)
    Interval(low=0.2, high=0.5333333333333333, kind='bound', level=None)
    >>> print(share_bounds(30, 100, 50))
    0.2 to 0.5334 (bound)
    >>> bounds = share_bounds(28.22, 34, 66, of=100)
    >>> round(bounds.low, 4), round(bounds.high, 4)
    (0.2822, 0.9422)
    """
    attribute, named, silent = parts_of_records(with_attribute, known, unknown, of=of)
    total = named + silent
    return Interval(attribute / total, (attribute + silent) / total, "bound")


def parts_of_records(
    with_attribute: float, known: float, unknown: float, *, of: Whole = None
) -> tuple[float, float, float]:
    """Return the three parts as plain numbers, or say what is wrong with them; see `share_bounds`."""
    attribute, named, silent = (
        plain_number(name, value) for name, value in zip(NAMES, (with_attribute, known, unknown), strict=True)
    )
    if of is not None and (isinstance(of, bool) or not isinstance(of, int | float) or of not in (1, 100)):
        raise ValueError(f"of is {shown(of)}: must be None for counts, 1 for shares or 100 for per cents")
    for name, part in zip(NAMES, (attribute, named, silent), strict=True):
        if not math.isfinite(part) or part < 0:
            raise ValueError(f"{name} is {part}: must be finite and not negative; missing is not nought")
        if of is None and part != int(part):
            raise ValueError(
                f"{name} is {part}: must be a whole count of records; for shares of all records say of=1, for per "
                "cents of all records of=100"
            )
    if attribute > named:
        raise ValueError(
            f"with_attribute {attribute} exceeds known {named}: the part must not exceed the whole; a share of the "
            "known records is first multiplied by known"
        )
    total = named + silent
    if total == 0:
        raise ValueError("known and unknown are both 0: no records, no share")
    if of is not None and abs(total / of - 1) > _ROUNDING:
        raise ValueError(
            f"known {named} and unknown {silent} make {total:.6g} of={of}: must make up {of}; leave of out for counts"
        )
    if of is None and total == 100 and silent:
        warn_of_per_cents(f"known {named} and unknown {silent}")
    return attribute, named, silent


def warn_of_per_cents(seen: str) -> None:
    """Say that numbers which add up to 100 are read as counts."""
    warnings.warn(
        f"{seen} are taken as counts of 100 records; if they are per cents, with_attribute must be one of all records, "
        "not of the known, and of=100 says so",
        stacklevel=4,
    )


_ROUNDING = 1e-9  # of floating-point sums: 0.34 and 1 - 0.34


def share_confidence(
    with_attribute: float, known: float, unknown: float, level: float = 0.95, *, limits: ShareLimits | None = None
) -> Interval:
    """Widen the worst-case bound by what the sample leaves open, so that it covers the share itself.

    Parameters
    ----------
    with_attribute, known, unknown
        Whole counts of records; see `share_bounds`. Shares and per cents carry no sample size.
    level
        Share of samples whose interval covers the true share, wherever in the bound that lies.
    limits
        How each end moves out: ``"normal"``, by standard errors, as published; ``"binomial"``, by the chance of so few
        or so many records. ``None``: binomial where fewer than 20 records lie on either side of an end, else normal.

    Returns
    -------
    Interval
        Confidence interval within [0, 1]. Only for records that are a sample, or that are read as one outcome of
        a process that could have gone otherwise; a complete count has bounds and no sampling error.

    Raises
    ------
    ValueError
        When a count is not whole, ``limits`` is neither of the two, or as for `share_bounds`.

    Warns
    -----
    UserWarning
        When there are exactly 100 records, which may as well be per cents.

    Notes
    -----
    Imbens and Manski (2004, *Econometrica* 72, equations 6 and 7): the ends move out by ``c`` standard errors,
    where ``Phi(c + width / se) - Phi(-c) = level`` with the larger of the two standard errors. ``c`` falls from
    1.96 where the bound is a point to 1.645 where it is wide. With few records a binomial is not normal: nominal 95%
    ``"normal"`` limits of 5 to 20 records of which all say cover 94% to 97% of shares from 2% to 98% in the mean, but
    86% at the worst of them. The ``"binomial"`` limits put the chance ``Phi(-c)`` beyond each end of the bound, half of
    the observed count's own chance included (mid-p; Lancaster 1961, *Journal of the American Statistical Association*
    56). They cover 96% to 98% in the mean and 93% at the worst; where 5% to 66% do not say, 95% to 99% and 92% at
    either end of the bound (``benchmarks/classification_coverage.py``). Where no record, or every record, has the
    attribute and none is unknown, the exact interval of Clopper and Pearson (1934, *Biometrika* 26) is given, from 0 to
    ``1 - ((1 - level) / 2)^(1 / n)`` of ``n`` records, and turned round.

    Examples
    --------
    >>> interval = share_confidence(21, 64, 42)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.1344, 0.6728)
    >>> interval = share_confidence(2, 6, 4)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0506, 0.825)
    >>> round(share_confidence(0, 50, 0).high, 4)
    0.0711
    """
    level = check_level(level)
    if limits is not None:
        one_of("limits", limits, get_args(ShareLimits))
    for name, count in zip(NAMES, (with_attribute, known, unknown), strict=True):
        check_count(name, count)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the size of the sample is what is doubtful here
        bounds = share_bounds(with_attribute, known, unknown)
    records = known + unknown
    if records == 100:
        warnings.warn(
            f"known {known} and unknown {unknown} are taken as a sample of 100 records; per cents carry no sample "
            "size: give the counts they were made from",
            stacklevel=2,
        )
    if bounds.high == 0 or bounds.low == 1:
        farthest = ((1 - level) / 2) ** (1 / records)
        low, high = (0.0, 1 - farthest) if bounds.high == 0 else (farthest, 1.0)
        return Interval(low, high, "confidence", level)
    errors = [math.sqrt(end * (1 - end) / records) for end in (bounds.low, bounds.high)]
    multiple = _errors_beyond(bounds.high - bounds.low, max(errors), level)
    if multiple == 0:
        return Interval(bounds.low, bounds.high, "confidence", level)
    fewest = min(with_attribute, known - with_attribute)
    if limits == "normal" or (limits is None and fewest >= FEWEST):
        low, high = bounds.low - multiple * errors[0], bounds.high + multiple * errors[1]
        return Interval(max(low, 0.0), min(high, 1.0), "confidence", level)
    rare = float(special.ndtr(-multiple))
    low = least_share(with_attribute, records, rare)
    high = 1 - least_share(known - with_attribute, records, rare)
    return Interval(min(low, bounds.low), max(high, bounds.high), "confidence", level)


def _errors_beyond(width: float, error: float, level: float) -> float:
    """Return how many errors the ends of a bound move out, so that each share in it is covered at the level."""
    gap = width / error if error > 0 else math.inf

    def shortfall(multiple: float) -> float:
        return float(special.ndtr(multiple + gap) - special.ndtr(-multiple) - level)

    if shortfall(0.0) >= 0:  # at low levels a wide bound covers enough by itself
        return 0.0
    widest = float(special.ndtri((1 + level) / 2))
    return widest if gap == 0 else float(optimize.brentq(shortfall, 0, widest, xtol=1e-14, rtol=1e-14))


def least_share(seen: float, records: float, rare: float) -> float:
    """Return the share under which so many records or more, half the chance of just as many counted, are rare."""
    if seen == 0:
        return 0.0

    def above(share: float) -> float:
        more = special.betainc(seen + 1, records - seen, share)  # asked where fewer are seen than there are
        return float(special.betainc(seen, records - seen + 1, share) + more) / 2 - rare

    return float(optimize.brentq(above, 0.0, 1.0, xtol=1e-15, rtol=1e-13))


@speaks
@dataclass(frozen=True, slots=True)
class CoverageNeeded:
    """How much of a field must be filled before a share can be said to lie above, or below, a line.

    ``now`` is the coverage today. ``above`` and ``below`` are the coverages at which the worst-case bound leaves the
    line on that side if the share among the known stays as it is; ``above_at_earliest`` and ``below_at_earliest``
    if every record that is filled next favours that side. None where no coverage gets there.

    Notes
    -----
    ``print`` gives the coverage now, and a row a side of the line.
    """

    now: float
    above: float | None
    below: float | None
    above_at_earliest: float | None
    below_at_earliest: float | None

    def to_frame(self) -> pd.DataFrame:
        """Return a row a side of the line.

        Columns: ``side``, ``needed``, ``at_earliest``; missing where no coverage gets there.
        """
        sides = {"above": (self.above, self.above_at_earliest), "below": (self.below, self.below_at_earliest)}
        rows = [(side, *ends) for side, ends in sides.items()]
        columns = ["side", "needed", "at_earliest"]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], float))

    def _says(self) -> Words:
        shown = without_gaps(self.to_frame(), "no coverage gets there")
        rests = ("needed: the share among the known stays; at_earliest: what is filled next favours that side",)
        return Words(one_number("coverage now", self.now, "share"), (), shown, rests)


def coverage_needed(
    with_attribute: float, known: float, unknown: float, line: float, *, of: Whole = None
) -> CoverageNeeded:
    """Return the coverage needed before "above the line" or "below the line" could be concluded.

    Parameters
    ----------
    with_attribute, known, unknown, of
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
    with_attribute, known, unknown = parts_of_records(with_attribute, known, unknown, of=of)
    if not 0 < (line := check_share("line", line)) < 1:
        raise ValueError(f"line is {line}: must lie strictly between 0 and 1, such as a population share")
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
