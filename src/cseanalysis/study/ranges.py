"""Run a study model over the assumptions its arguments name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from inspect import Parameter, signature

from cseanalysis.models import joint_reporting_probability
from cseanalysis.sensitivity.known import KnownEnds, known_ends
from cseanalysis.study.leading import note
from cseanalysis.values import Assumption, Estimate, Interval, NotEstimableError

TURNING = ("delay_shape",)  # a shape between the ends can be the extreme one


def needed_assumptions(model: Callable[..., object], assumptions: Mapping[str, Assumption]) -> list[Assumption]:
    """Return the assumptions a study model asks for: its keyword-only arguments that have no value yet.

    Parameters
    ----------
    model
        Its data are fixed (with ``functools.partial``); each remaining argument is the id of an assumption.
    assumptions
        All of the study's assumptions by id.

    Returns
    -------
    list of Assumption

    Raises
    ------
    ValueError
        When an assumption is not there, or two of them contain the same loss.
    """
    needed = [
        name
        for name, parameter in signature(model).parameters.items()
        if parameter.kind is Parameter.KEYWORD_ONLY and parameter.default is Parameter.empty
    ]
    if missing := [name for name in needed if name not in assumptions]:
        raise ValueError(f"assumptions.toml lacks {', '.join(missing)}, which the study needs; add it")
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
) -> Estimate:
    """Bound a study model over its assumptions and say what the result rests on.

    Parameters
    ----------
    name, unit
        Id and unit of the estimate.
    model, assumptions
        See `needed_assumptions`.
    figures
        Ids of the published figures and tables the model's data come from.
    turning
        Assumptions in which the model may turn; see `cseanalysis.sensitivity.bound`.

    Returns
    -------
    Estimate
        Without a point: a bound has no middle.
    """
    chosen = needed_assumptions(model, assumptions)
    basis = (*figures, *(assumption.id for assumption in chosen))
    with resting_on(name, chosen):
        ends = known_ends(model, chosen, turning=among(turning, chosen))
    return ranging(name, unit, ends, basis)


def ranging(name: str, unit: str, ends: KnownEnds, basis: Iterable[str]) -> Estimate:
    """Return the bound between two ends as an estimate, and note which assumption it hangs on most."""
    note(name, ends)
    return Estimate(name, unit, interval=Interval(float(ends.low[0]), float(ends.high[0]), "bound"), basis=tuple(basis))


@contextmanager
def resting_on(name: str, chosen: Iterable[Assumption]) -> Iterator[None]:
    """Let an error of a model name the result and the assumptions it rests on, which is where a reader can mend it."""
    try:
        yield
    except (ValueError, ArithmeticError) as error:
        ranges = ", ".join(f"{assumption.id} {assumption.low:g} to {assumption.high:g}" for assumption in chosen)
        kind = NotEstimableError if isinstance(error, NotEstimableError) else ValueError
        raise kind(f"result {name}: {error}; it rests on {ranges}: mend one of these ranges") from error


def clustering(assumptions: Mapping[str, Assumption]) -> Interval:
    """Return how many times clusters of offences may inflate the variance of a count."""
    if "clustering_inflation" not in assumptions:
        raise ValueError("assumptions.toml lacks clustering_inflation, which changes are judged by; add it")
    return assumptions["clustering_inflation"].interval


def among(names: Iterable[str], chosen: Iterable[Assumption]) -> set[str]:
    """Return those of the names that are among the assumptions chosen."""
    return set(names) & {assumption.id for assumption in chosen}
