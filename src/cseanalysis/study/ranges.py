"""Run a study model over the assumptions its arguments name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import TYPE_CHECKING

from cseanalysis.models import joint_reporting_probability
from cseanalysis.sensitivity.known import KnownEnds, known_ends, narrowings
from cseanalysis.sensitivity.ranking import settled
from cseanalysis.study.data.reported import Leading, Narrowed
from cseanalysis.study.formulas import called
from cseanalysis.values import Assumption, Estimate, Interval, NotEstimableError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Led(Estimate):
    """An estimate with what knowing each assumption would leave of its range, which says what it hangs on most."""

    narrowed: tuple[Narrowed, ...] = ()


TURNING = ("delay_shape",)  # a shape between the ends can be the extreme one


def require(names: Iterable[str], assumptions: Collection[str]) -> None:
    """Refuse assumptions among which one is missing."""
    if missing := [name for name in dict.fromkeys(names) if name not in assumptions]:
        named = ", ".join(missing)
        raise ValueError(
            f"assumptions.toml lacks {named}, or a part in study/parts.py takes it undeclared; add it there"
        )


def needed_assumptions(model: Callable[..., object], assumptions: Mapping[str, Assumption]) -> list[Assumption]:
    """Return the assumptions a study model asks for: its keyword-only arguments that have no value yet."""
    needed = [
        name
        for name, parameter in signature(model).parameters.items()
        if parameter.kind is Parameter.KEYWORD_ONLY and parameter.default is Parameter.empty
    ]
    require(needed, assumptions)
    chosen = [assumptions[name] for name in needed]
    if links := [assumption for assumption in chosen if assumption.loss]:
        joint_reporting_probability(links)
    return chosen


def bounded(
    name: str,
    unit: str,
    model: Callable[..., float],
    assumptions: Mapping[str, Assumption],
    figures: Iterable[str],
    *,
    turning: Collection[str] = TURNING,
    formula: str = "",
    procedure: str = "",
) -> Led:
    """Bound a study model over its assumptions and say what the result rests on, and by which formula or procedure."""
    # Without a point: a bound has no middle. A model without a formula says itself what it does.
    chosen = needed_assumptions(model, assumptions)
    basis = (*figures, *(assumption.id for assumption in chosen))
    with resting_on(name, chosen):
        ends = known_ends(model, chosen, turning=among(turning, chosen))
    told = procedure or ("" if formula else called(model))
    return ranging(name, unit, ends, basis, formula=formula, procedure=told)


def ranging(
    name: str, unit: str, ends: KnownEnds, basis: Iterable[str], *, formula: str = "", procedure: str = ""
) -> Led:
    """Return the bound between two ends as an estimate, with what knowing each assumption would leave of it."""
    interval = Interval(float(ends.low[0]), float(ends.high[0]), "bound")
    narrowed = narrowed_by(ends)
    return Led(name, unit, None, interval, tuple(basis), narrowed, formula=formula, procedure=procedure)


def narrowed_by(ends: KnownEnds) -> tuple[Narrowed, ...]:
    """Say by how much knowing each assumption would narrow the range between two ends."""
    return tuple(Narrowed(one, least, most) for one, (least, most) in narrowings(ends).items())


@contextmanager
def resting_on(name: str, chosen: Iterable[Assumption]) -> Iterator[None]:
    """Let an error of a model name the result and the assumptions it rests on, which is where a reader can mend it."""
    try:
        yield
    except (ValueError, ArithmeticError) as error:
        ranges = ", ".join(f"{assumption.id} {assumption.low:g} to {assumption.high:g}" for assumption in chosen)
        kind = NotEstimableError if isinstance(error, NotEstimableError) else ValueError
        raise kind(f"result {name}: {error}; it rests on {ranges}: mend one of these ranges") from error


def among(names: Iterable[str], chosen: Iterable[Assumption]) -> set[str]:
    """Return those of the names that are among the assumptions chosen."""
    return set(names) & {assumption.id for assumption in chosen}


_ROUNDING = 1e-9  # shares closer than that are equal


def narrowed_rows(table: pd.DataFrame) -> dict[str, tuple[Narrowed, ...]]:
    """Return the rows of a table of `cseanalysis.sensitivity.narrowing` by their ``result``."""
    return {
        str(name): tuple(Narrowed(row.assumption, row.narrowing_least, row.narrowing_most) for row in part.itertuples())
        for name, part in table.groupby("result", sort=False)
    }


def leads(candidates: Iterable[Narrowed]) -> tuple[Narrowed, ...]:
    """Return the assumption whose knowledge would remove most of a range."""
    # Several, where the most that knowing another would remove is no less than the least that knowing the first would;
    # none, where knowing any one alone removes nothing.
    ordered = sorted(candidates, key=lambda one: (-settled(one.least), -settled(one.most), one.assumption))
    useful = [one for one in ordered if one.most > _ROUNDING]
    return tuple(one for one in useful if one.most >= useful[0].least - _ROUNDING)


def leading_of(
    estimate: Estimate, narrowed: Mapping[str, tuple[Narrowed, ...]], assumptions: Collection[str]
) -> Leading:
    """Say which assumption a reported number hangs on most, or why there is none."""
    own = narrowed.get(estimate.id, estimate.narrowed if isinstance(estimate, Led) else None)
    if own is not None:
        found = leads(own)
        return Leading("none" if not found else "one" if len(found) == 1 else "several", found)
    resting = [name for name in estimate.basis if name in assumptions]
    interval = estimate.interval
    if interval is not None and interval.kind == "simulation":
        return Leading("simulation", ())
    if resting:
        raise ValueError(
            f"result {estimate.id} rests on {', '.join(resting[:5])}, and what knowing them would leave of its range "
            "is not said; compute it with ranges.bounded, or return a Led"
        )
    if interval is None:
        return Leading("counted", ())
    return Leading("confidence" if interval.kind == "confidence" else "data", ())
