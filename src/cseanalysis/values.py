"""The values every part of the library hands to the next: intervals, estimates, assumptions."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, get_args

from cseanalysis.said import Words, ends_of, of_interval, one_number, speaks

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["bound", "confidence", "simulation"]
Loss = Literal["disclosed", "reported", "recorded"]

KINDS: tuple[str, ...] = get_args(Kind)
LOSSES: tuple[str, ...] = get_args(Loss)

_LONGEST = 60  # characters of a value in a message
_BEGINNING = 20  # characters of a text that is longer


class NotEstimableError(ValueError):
    """The quantity asked for does not exist or is not identified by what was given."""


def shown(value: object) -> str:
    """Return what was given as one short line, for a message."""
    if isinstance(value, int) and abs(value) >= 10**20:
        return f"a whole number of {math.floor(math.log10(abs(value))) + 1} digits"
    text = repr(value)
    if len(text) <= _LONGEST and "\n" not in text:
        return text
    if isinstance(value, str):
        return f"a text of {len(value):,} characters that begins {value[:_BEGINNING]!r}"
    name, items = type(value).__name__, items_of(value)
    size = "" if items is None else f" of {len(items)}"
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}{size}"


def items_of(value: object) -> list[Any] | None:
    """Return the items of several values, or None for one: a text, a number, an array without dimensions."""
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        return None
    try:
        return list(value)
    except TypeError:
        return None


def plain_number(name: str, value: object) -> int | float:
    """Return a number as Python's own, or say why it is none and what to write; nan and infinity pass."""
    if type(value) is float:
        return value  # the same, without looking
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(f"{name} is {shown(value)}: must be a number, not {type(value).__name__}; {_cure(value)}")
    try:
        as_float = float(value)
    except OverflowError:
        raise ValueError(f"{name} is {shown(value)}: is too large for a number here; check its unit") from None
    return int(value) if isinstance(value, Integral) else as_float


def _cure(value: object) -> str:
    """Say what to write in place of something that is no number."""
    if isinstance(value, str):
        bare = value.strip().replace(",", "")
        scale = 100 if bare.endswith("%") else 1
        try:
            number = float(bare.removesuffix("%")) / scale
        except ValueError:
            return "give a number; parse_counts reads text"
        return f"without quotes and signs it is {number:.12g}"
    several = isinstance(value, Iterable)
    cures: tuple[tuple[bool, str], ...] = (
        (
            isinstance(value, Interval | Assumption),
            "a range stands where one number is asked for: are the arguments in order?",
        ),
        (isinstance(value, bool) or type(value).__name__ in {"bool", "bool_"}, "count the records instead"),
        (several, "give one number, and call once for each of several"),
        (isinstance(value, Estimate), "give the number that is meant, such as its point"),
        (
            hasattr(value, "total_seconds") and type(value).__name__ != "NaTType",
            "give a length of time as a number, such as its days",
        ),
        (
            value is None or type(value).__name__ in {"NAType", "NaTType"},
            "missing is not nought: find it out, or leave the call out",
        ),
    )
    return next((cure for fits, cure in cures if fits), "write it as a plain number, as float() does where it can")


def share_hint(value: float) -> str:
    """Return how a per cent is written as a share, where a number may have been meant as one."""
    return f"; {value:.6g}% is written {value / 100:.6g}" if 1 < value <= 100 else ""


@speaks
@dataclass(frozen=True, slots=True)
class Interval:
    """Two ends, and what kind of interval they are.

    Parameters
    ----------
    low, high
        The ends, in the unit of whatever is described; ``low <= high``. Finite, but for the ``high`` of a confidence
        interval of which a nought leaves no upper end: infinity.
    kind
        ``"bound"``: the quantity lies between the ends if the assumptions hold, and no value in between
        is favoured. ``"confidence"``: the ends vary with the sample. ``"simulation"``: the ends are
        quantiles of draws.
    level
        Share of samples or draws that the ends cover; required for the last two kinds, refused for a bound.

    Raises
    ------
    ValueError
        When an end is no number or not finite, ``low > high``, or ``level`` does not fit ``kind``.

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
        for name in ("low", "high", "level"):
            if name != "level" or self.level is not None:
                object.__setattr__(self, name, plain_number(f"{name} of an interval", getattr(self, name)))
        endless = isinstance(self.kind, str) and self.kind == "confidence" and self.high == math.inf
        if not (math.isfinite(self.low) and (math.isfinite(self.high) or endless)):
            raise ValueError(
                f"interval from {self.low} to {self.high}: both ends must be finite; "
                "say what bounds the quantity or leave the interval out"
            )
        if self.low > self.high:
            raise ValueError(f"interval from {self.low} to {self.high}: low must not exceed high; swap the ends")
        if not isinstance(self.kind, str) or self.kind not in KINDS:
            raise ValueError(f"kind is {shown(self.kind)}: must be one of {', '.join(KINDS)}")
        if self.kind == "bound" and self.level is not None:
            raise ValueError(f"level {self.level} on a bound: a bound has no level; leave it out")
        if self.kind != "bound" and (self.level is None or not 0 < self.level < 1):
            hint = "" if self.level is None else share_hint(self.level)
            raise ValueError(f"level {self.level} on a {self.kind} interval: state a level between 0 and 1{hint}")

    def to_frame(self) -> pd.DataFrame:
        """Return one row: ``low``, ``high``, ``kind``, ``level``."""
        import pandas as pd

        return pd.DataFrame([ends_of(self)])

    def _says(self) -> Words:
        return Words(of_interval("", self).removeprefix(": "), rows=self.to_frame().head(0))


@speaks
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
    formula
        How it is computed, as an expression over ids in Python's syntax, where it is one; see `cseanalysis.trace`.
    procedure
        Otherwise, in words: which function of which table.

    Raises
    ------
    ValueError
        When there is neither point nor interval, a bound comes with a point, or a field is of another kind.

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
    # These two say how a number came about, not what it is.
    formula: str = field(default="", repr=False, compare=False, kw_only=True)
    procedure: str = field(default="", repr=False, compare=False, kw_only=True)

    def __post_init__(self) -> None:
        _check_id("estimate", self.id)
        if not isinstance(self.unit, str) or not self.unit.strip():
            seen = "empty" if isinstance(self.unit, str) else f"{shown(self.unit)}, which is no text"
            raise ValueError(f"estimate {self.id}: the unit is {seen}; say what is counted")
        if self.interval is not None and not isinstance(self.interval, Interval):
            raise ValueError(
                f"estimate {self.id}: interval is {shown(self.interval)}; must be an Interval, as in "
                'Interval(0.3, 0.5, "bound")'
            )
        if self.point is not None:
            object.__setattr__(self, "point", plain_number(f"point of estimate {self.id}", self.point))
        object.__setattr__(self, "basis", texts_of(f"estimate {self.id}: basis", self.basis, "F008"))
        if self.point is None and self.interval is None:
            raise ValueError(f"estimate {self.id}: has neither point nor interval; give one")
        if self.point is not None and not math.isfinite(self.point):
            raise ValueError(f"estimate {self.id}: point {self.point} is not finite")
        if self.point is not None and self.interval is not None and self.interval.kind == "bound":
            raise ValueError(f"estimate {self.id}: a bound has no middle; leave the point {self.point} out")
        if self.point is not None and self.interval is not None:
            low, high = self.interval.low, self.interval.high
            slack = 1e-9 * max(abs(low), abs(high))
            if not low - slack <= self.point <= high + slack:
                raise ValueError(
                    f"estimate {self.id}: point {self.point} lies outside its interval from {low} to {high}; are both "
                    "in one unit?"
                )

    def to_frame(self) -> pd.DataFrame:
        """Return one row.

        Columns: ``id``, ``unit``, ``point``, ``low``, ``high``, ``kind``, ``level``, ``basis`` (ids, after
        commas).
        """
        import pandas as pd

        named = {"id": self.id, "unit": self.unit, "point": self.point}
        return pd.DataFrame([{**named, **ends_of(self.interval), "basis": ", ".join(self.basis)}])

    def _says(self) -> Words:
        if self.interval is None:
            head = one_number(self.id, self.point, self.unit)
        else:
            head = of_interval(self.id, self.interval, self.unit, point=self.point)
        basis = (", ".join(self.basis),) if self.basis else ()
        return Words(head, (f"unit: {self.unit}",), self.to_frame().head(0), basis)


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
        _check_id("assumption", self.id)
        for name in ("unit", "reason", "source", "locator", "distribution"):
            text = getattr(self, name)
            if not isinstance(text, str) and not (name == "distribution" and text is None):
                raise ValueError(
                    f"assumption {self.id}: {name} is {shown(text)}, which is no text; write it in words"
                    + (", as in 'pert(0.05, 0.1, 0.15)'" if name == "distribution" else "")
                )
            if text is not None and not text.strip():
                raise ValueError(f"assumption {self.id}: {name} is empty; an arguable number must say it")
        for name in ("low", "high"):
            object.__setattr__(self, name, plain_number(f"{name} of assumption {self.id}", getattr(self, name)))
        object.__setattr__(self, "loss", texts_of(f"assumption {self.id}: loss", self.loss, "reported"))
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise ValueError(f"assumption {self.id}: from {self.low} to {self.high}; both ends must be finite")
        if self.low > self.high:
            raise ValueError(
                f"assumption {self.id}: low {self.low} exceeds high {self.high}; low must not exceed high: swap them"
            )
        if unknown := [loss for loss in self.loss if loss not in LOSSES]:
            raise ValueError(f"assumption {self.id}: loss {unknown} is not one of {', '.join(LOSSES)}")
        self._check_unit()

    def _check_unit(self) -> None:
        if self.unit == "probability" and not (self.low > 0 and self.high <= 1):
            raise ValueError(
                f"assumption {self.id}: from {self.low} to {self.high}; a probability must be above 0 "
                f"(0 would make the total infinite) and at most 1{share_hint(self.high)}"
            )
        if self.unit.startswith("share") and not 0 <= self.low <= self.high <= 1:
            raise ValueError(
                f"assumption {self.id}: from {self.low} to {self.high}; a share lies between 0 and 1"
                f"{share_hint(self.high)}"
            )
        if self.unit.startswith(("days", "gamma shape")) and self.low <= 0:
            raise ValueError(f"assumption {self.id}: low is {self.low}; {self.unit.split(',')[0]} must be above 0")
        if " per " in self.unit and self.low <= 0:
            raise ValueError(f"assumption {self.id}: low is {self.low}; a count per unit must be above 0")
        if self.unit.startswith("growth") and self.low <= -1:
            raise ValueError(f"assumption {self.id}: low is {self.low}; growth must be above -1 (all would be gone)")
        if "ratio" in self.unit and self.low < 0:
            raise ValueError(f"assumption {self.id}: low is {self.low}; a ratio of counts is not negative")

    @property
    def interval(self) -> Interval:
        """The range as a bound."""
        return Interval(self.low, self.high, "bound")


def _check_id(what: str, name: object) -> None:
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"{what} id {shown(name)}: must be an identifier (letters, digits, underscores)")


def texts_of(where: str, given: object, example: str) -> tuple[str, ...]:
    """Return several texts as a tuple; one bare text would be read letter by letter."""
    items = items_of(given)
    if items is None:
        example = given if isinstance(given, str) else example
        raise ValueError(f"{where} is {shown(given)}; give a tuple of texts, as in ({example!r},)")
    if wrong := [text for text in items if not isinstance(text, str) or not text.strip()]:
        raise ValueError(f"{where} holds {', '.join(map(shown, wrong[:5]))}; each must be a text, none empty")
    return tuple(map(str, items))


def __getattr__(name: str) -> Any:
    """Give the distributions, which need numpy, when they are asked for; a user of intervals alone never loads it."""
    if name not in ("beta", "fixed", "pert", "trapezoid", "uniform"):
        raise AttributeError(f"module 'cseanalysis.values' has no attribute {name!r}")
    return getattr(import_module("cseanalysis.distributions"), name)
