"""Calls of a user's model that say at which values, or in which row, it went wrong."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cseanalysis.models.checks import numbers
from cseanalysis.values import Assumption, Estimate, Interval, NotEstimableError, items_of, shown

Array = NDArray[np.float64]
Model = Callable[..., ArrayLike]

_FLAT = 1e-12  # values that differ by less than this share of their size differ by rounding only


def check_arguments(model: Model, names: Sequence[str]) -> None:
    """Refuse assumptions that no argument of the model takes, and arguments that no assumption gives."""
    if not callable(model):
        raise ValueError(
            f"model is {shown(model)}: must be a function of the assumptions, called as model(**{{id: value}})"
        )
    if not names:
        raise ValueError("no assumptions given: a range needs at least one")
    if repeated := sorted({name for name in names if list(names).count(name) > 1}):
        raise ValueError(f"{repeated[:5]} given more than once; each assumption has one range")
    try:
        arguments = inspect.signature(model).parameters.values()
    except (TypeError, ValueError):  # some compiled functions do not say what they take
        return
    taken = {each.name for each in arguments if each.kind in {each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY}}
    open_ended = any(each.kind is each.VAR_KEYWORD for each in arguments)
    if not open_ended and (unused := [name for name in names if name not in taken]):
        raise ValueError(
            f"the model has no argument {unused[:5]}: an assumption that nothing uses cannot be ranked; it takes "
            f"{sorted(taken)[:5]}"
        )
    needed = [
        each.name
        for each in arguments
        if each.default is each.empty and each.kind not in {each.VAR_KEYWORD, each.VAR_POSITIONAL}
    ]
    if missing := [name for name in needed if name not in names]:
        raise ValueError(f"the model needs {missing[:5]}, which no assumption gives; add it, or fix it with partial")


def read_assumptions(assumptions: Iterable[Assumption]) -> list[Assumption]:
    """Return the assumptions as a list, or say what was given in their place."""
    given = None if isinstance(assumptions, Mapping) else items_of(assumptions)
    if given is None:
        cure = ", as in list(assumptions.values())" if isinstance(assumptions, Mapping) else ", also of one"
        raise ValueError(f"assumptions is {shown(assumptions)}: must be a list of Assumption{cure}")
    if wrong := [one for one in given if not isinstance(one, Assumption)]:
        raise ValueError(
            f"assumptions hold {', '.join(map(shown, wrong[:5]))}: each must be an Assumption, which says whose range "
            "it is and why"
        )
    return [one for one in given if isinstance(one, Assumption)]


def read_ids(what: str, ids: Collection[str]) -> set[str]:
    """Return ids of assumptions as a set; one bare text would be read letter by letter."""
    given = items_of(ids)
    if given is None or not all(isinstance(one, str) for one in given):
        cure = f"({ids!r},)" if isinstance(ids, str) else "('told',)"
        raise ValueError(f"{what} is {shown(ids)}: must be ids of assumptions, as in {what}={cure}")
    return {str(one) for one in given}


def value_at(model: Model, values: Mapping[str, float]) -> Array:
    """Call the model at one point and return its finite value, shape (n,); a number has shape (1,)."""
    value = _called(model, values)
    if isinstance(value, float):
        return np.array([value])
    return value.reshape(1) if value.ndim == 0 else value


def _called(model: Model, values: Mapping[str, float]) -> float | Array:
    """Return what the model gives; a float as it is, because a model is called many thousand times."""
    try:
        value = model(**values)
        number = value if type(value) is float else _numbers(value)
    except Exception as error:
        raise _kind(error)(
            f"{_said(error)} - so the model said at {dict(values)}; narrow the assumption that causes it"
        ) from error
    if not (math.isfinite(number) if isinstance(number, float) else np.isfinite(number).all()):
        raise ValueError(f"the model is not finite at {dict(values)}; narrow the assumption that causes it")
    return number


def _numbers(value: object) -> Array:
    if isinstance(value, Interval):
        raise ValueError("the model returned an Interval, which has no one value: return its .low or its .high")
    if value is None or isinstance(value, Estimate):
        cure = "return its .point" if isinstance(value, Estimate) else "does it say return?"
        raise ValueError(f"the model returned {shown(value)}, which is no number: {cure}")
    return numbers("the model's value", value)  # type: ignore[arg-type]


def number_at(model: Model, values: Mapping[str, float]) -> float:
    """Call the model at one point, as `value_at` does, and return the one number that it gives."""
    value = _called(model, values)
    return value if isinstance(value, float) else one_number(value)


def one_number(value: Array) -> float:
    """Return the only element of a model's value."""
    if value.size != 1:
        raise ValueError(f"the model returned {value.size} values: must be one number; envelope takes several")
    return float(value.item())


def values_of_rows(model: Model, columns: Mapping[str, Array]) -> Array:
    """Call the model once with a column of values per input and return its values, shape (n,)."""
    for column in columns.values():
        column.flags.writeable = False
    rows = len(next(iter(columns.values())))
    try:
        values = _numbers(model(**columns))
    except Exception as error:
        row = _first_that_raises(model, columns, rows)
        where = f"at {_row(columns, row)}" if row is not None else f"for arrays of {rows} values, not for single rows"
        raise _kind(error)(
            f"{_said(error)} - so the model said {where}; it must take arrays of shape (n,) and return one"
        ) from error
    if values.shape != (rows,):
        raise ValueError(
            f"the model returned shape {values.shape} for {rows} rows: must be ({rows},), one value a row; "
            "write it with numpy so that it works on arrays"
        )
    if not (finite := np.isfinite(values)).all():
        wrong = np.flatnonzero(~finite)
        raise ValueError(
            f"the model is not finite in {wrong.size} of {rows} rows, first {values[wrong[0]]} at "
            f"{_row(columns, int(wrong[0]))}; narrow the distribution that causes it"
        )
    return values


def centre_and_scale(values: Array) -> tuple[Array, float]:
    """Return values about their mean, the largest being 1 in size, and the factor that was taken out."""
    size = float(np.abs(values).max())
    unit = values / size if size > 0 else values  # neither sums nor squares of huge values overflow
    if np.ptp(unit) <= _FLAT:
        raise NotEstimableError(
            f"the model's value is {values.flat[0]:g} whatever its inputs are: there is no variance to share out"
        )
    centred = unit - unit.mean()
    scale = float(np.abs(centred).max())
    return centred / scale, scale * size


def _first_that_raises(model: Model, columns: Mapping[str, Array], rows: int) -> int | None:
    """Halve the rows until one is left that the model raises for; None when no half raises."""
    low, high = 0, rows
    while True:
        middle = (low + high) // 2
        for start, stop in ((low, middle), (middle, high)) if high - low > 1 else ((low, high),):
            try:
                model(**{name: column[start:stop] for name, column in columns.items()})
            except Exception:  # noqa: BLE001 - whatever it raised for all rows is looked for
                found = start, stop
                break
        else:
            return None
        if high - low == 1:
            return low
        low, high = found


def _row(columns: Mapping[str, Array], row: int) -> dict[str, float]:
    return {name: float(column[row]) for name, column in columns.items()}


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"


def _kind(error: Exception) -> type[ValueError]:
    return NotEstimableError if isinstance(error, NotEstimableError) else ValueError
