"""The values every part of the library hands to the next: intervals, estimates, assumptions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from cseanalysis.lazy import door

Kind = Literal["bound", "confidence", "simulation"]
Loss = Literal["disclosed", "reported", "recorded"]

KINDS: tuple[str, ...] = get_args(Kind)
LOSSES: tuple[str, ...] = get_args(Loss)


class NotEstimableError(ValueError):
    """The quantity asked for does not exist or is not identified by what was given."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Two ends, and what kind of interval they are.

    Parameters
    ----------
    low, high
        The ends, in the unit of whatever is described; finite, ``low <= high``.
    kind
        ``"bound"``: the quantity lies between the ends if the assumptions hold, and no value in between
        is favoured. ``"confidence"``: the ends vary with the sample. ``"simulation"``: the ends are
        quantiles of draws.
    level
        Share of samples or draws that the ends cover; required for the last two kinds, refused for a bound.

    Raises
    ------
    ValueError
        When an end is not finite, ``low > high``, or ``level`` does not fit ``kind``.

    Notes
    -----
    There is deliberately no arithmetic: for intervals ``x - x`` is not 0, so every model derives its own ends.

    Examples
    --------
    >>> Interval(0.05, 0.15, "bound")
    Interval(low=0.05, high=0.15, kind='bound', level=None)
    """

    low: float
    high: float
    kind: Kind
    level: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise ValueError(
                f"interval from {self.low} to {self.high}: both ends must be finite; "
                "say what bounds the quantity or leave the interval out"
            )
        if self.low > self.high:
            raise ValueError(f"interval from {self.low} to {self.high}: low must not exceed high; swap the ends")
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r}: must be one of {', '.join(KINDS)}")
        if self.kind == "bound" and self.level is not None:
            raise ValueError(f"level {self.level} on a bound: a bound has no level; leave it out")
        if self.kind != "bound" and (self.level is None or not 0 < self.level < 1):
            raise ValueError(f"level {self.level} on a {self.kind} interval: state a level between 0 and 1")


@dataclass(frozen=True, slots=True)
class Estimate:
    """One reported number: an observed count, or an interval, never a bound with a middle.

    Parameters
    ----------
    id
        Identifier under which ``results.json`` and the prose know the number.
    unit
        What is counted, with its time basis, e.g. ``"offences recorded in 2023"``.
    point
        The value; absent when the interval is a bound, because a bound has no middle.
    interval
        Absent for an observed count.
    basis
        Ids of the published figures, tables and assumptions the number rests on.

    Raises
    ------
    ValueError
        When there is neither point nor interval, or a bound comes with a point.

    Examples
    --------
    >>> Estimate("recorded", "offences recorded in 2023", point=115_489, basis=("F008",)).point
    115489
    """

    id: str
    unit: str
    point: float | None = None
    interval: Interval | None = None
    basis: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.id.isidentifier():
            raise ValueError(f"estimate id {self.id!r}: must be an identifier (letters, digits, underscores)")
        if not self.unit.strip():
            raise ValueError(f"estimate {self.id}: the unit is empty; say what is counted")
        if self.point is None and self.interval is None:
            raise ValueError(f"estimate {self.id}: has neither point nor interval; give one")
        if self.point is not None and not math.isfinite(self.point):
            raise ValueError(f"estimate {self.id}: point {self.point} is not finite")
        if self.point is not None and self.interval is not None and self.interval.kind == "bound":
            raise ValueError(f"estimate {self.id}: a bound has no middle; leave the point {self.point} out")


@dataclass(frozen=True, slots=True)
class Assumption:
    """An arguable number: its range, and who says so.

    Parameters
    ----------
    id
        Identifier; a model is called as ``model(**{id: value})``.
    low, high
        The range that is defended, in ``unit``; finite, ``low <= high``.
    unit
        What the number measures. ``"probability"`` must lie in (0, 1].
    reason, source, locator
        Why this range, who published what it rests on, and where in that source. Never empty.
    loss
        For a reporting probability: which losses it contains (``"disclosed"``, ``"reported"``,
        ``"recorded"``), so that none is counted twice.
    distribution
        How the range is filled when somebody defends that, such as ``"pert(0.05, 0.1, 0.15)"``; see
        `cseanalysis.distributions`. Without one the range is only a bound.

    Raises
    ------
    ValueError
        When the range is inverted, a probability leaves (0, 1], or a text field is empty.

    Examples
    --------
    >>> a = Assumption("p", 0.05, 0.15, "probability", "printed as one in ten", "VKPP", "page 24", ("reported",))
    >>> a.interval
    Interval(low=0.05, high=0.15, kind='bound', level=None)
    """

    id: str
    low: float
    high: float
    unit: str
    reason: str
    source: str
    locator: str
    loss: tuple[Loss, ...] = ()
    distribution: str | None = None

    def __post_init__(self) -> None:
        if not self.id.isidentifier():
            raise ValueError(f"assumption id {self.id!r}: must be an identifier (letters, digits, underscores)")
        for name in ("unit", "reason", "source", "locator", "distribution"):
            if getattr(self, name) is not None and not getattr(self, name).strip():
                raise ValueError(f"assumption {self.id}: {name} is empty; an arguable number must say it")
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise ValueError(f"assumption {self.id}: from {self.low} to {self.high}; both ends must be finite")
        if self.low > self.high:
            raise ValueError(f"assumption {self.id}: low {self.low} exceeds high {self.high}; low must not exceed high")
        if self.unit == "probability" and not (self.low > 0 and self.high <= 1):
            raise ValueError(
                f"assumption {self.id}: from {self.low} to {self.high}; a probability must be above 0 "
                "(0 would make the total infinite) and at most 1"
            )
        if self.unit.startswith("share") and not 0 <= self.low <= self.high <= 1:
            raise ValueError(f"assumption {self.id}: from {self.low} to {self.high}; a share lies between 0 and 1")
        if self.unit.startswith(("days", "gamma shape")) and self.low <= 0:
            raise ValueError(f"assumption {self.id}: low is {self.low}; {self.unit.split(',')[0]} must be above 0")
        if " per " in self.unit and self.low <= 0:
            raise ValueError(f"assumption {self.id}: low is {self.low}; a count per unit must be above 0")
        if self.unit.startswith("growth") and self.low <= -1:
            raise ValueError(f"assumption {self.id}: low is {self.low}; growth must be above -1 (all would be gone)")
        if "ratio" in self.unit and self.low < 0:
            raise ValueError(f"assumption {self.id}: low is {self.low}; a ratio of counts is not negative")
        if unknown := [loss for loss in self.loss if loss not in LOSSES]:
            raise ValueError(f"assumption {self.id}: loss {unknown} is not one of {', '.join(LOSSES)}")

    @property
    def interval(self) -> Interval:
        """The range as a bound."""
        return Interval(self.low, self.high, "bound")


# The distributions need numpy, which a user of intervals alone never loads.
__getattr__ = door("cseanalysis", dict.fromkeys(("beta", "fixed", "pert", "trapezoid", "uniform"), "distributions"))
