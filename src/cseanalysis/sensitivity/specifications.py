"""A multiverse: one model, run under every combination of the choices that could be defended."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cseanalysis.sensitivity.kept import keep_rows, kept_rows, key_of_run
from cseanalysis.sensitivity.spread import as_finished
from cseanalysis.values import Interval, NotEstimableError, items_of, shown

OUTCOME, REASON = "outcome", "reason"
ESTIMATED, REFUSED = "estimated", "refused"
LIMIT = 1_000_000  # specifications: beyond, a table of all of them no longer fits in a working memory
_RESERVED = {"value", "low", "high", "kind", OUTCOME, REASON, "rank", "own", "decision", "option"}
_CHUNKS = 64  # files of a run that is kept, so that a kill loses at most a sixty-fourth of it for each worker

Choices = Mapping[str, Mapping[str, Any] | Sequence[Any]]
Specification = tuple[str, ...]  # one label a decision, in the order of the decisions
Found = dict[str, Any]


def multiverse(
    model: Callable[..., float | Interval | Mapping[str, float]],
    choices: Choices,
    *,
    refusals: tuple[type[Exception], ...] = (NotEstimableError,),
    workers: int = 1,
    scheduler: str | None = None,
    folder: Path | str | None = None,
    inputs: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Run a model under every combination of choices; what it refuses stays in the table, with the reason.

    Parameters
    ----------
    model
        Called with one option for each decision, ``model(**{decision: option})``. Returns a number, an `Interval`, or
        a mapping of name to number; the same of them for every specification. It must depend on its arguments alone.
    choices
        Decision to its options: label to option, or a sequence of options that are their own labels (text, numbers,
        truth values). Decisions are identifiers; combinations run in the order given, the last decision fastest.
    refusals
        Errors by which the model says that a combination estimates nothing.
    workers, scheduler
        Where to run; see `as_finished` in ``sensitivity.spread``. The table is the same for any of them, bit by bit.
    folder
        Where finished parts are kept, so that a run that was ended goes on where it stood. A part is used again only
        for the same model name (and texts and numbers fixed in it by ``partial``), labels, options, ``refusals`` and
        ``inputs``; one that is cut off or altered is run again.
    inputs
        With ``folder``: text that changes whenever the data behind the model or its code do, such as a hash.
    progress
        Told of the specifications done and of all of them, after each part.

    Returns
    -------
    DataFrame
        A row a specification: a column of labels for each decision; ``value``, or ``low``, ``high`` and ``kind`` for
        an interval, or a column for each name, missing where refused; ``outcome`` (``"estimated"`` or ``"refused"``)
        and ``reason`` (empty where estimated).

    Raises
    ------
    ValueError
        Naming the specification, when the model raises another error, is not finite, or returns another kind of thing
        than before; or when the choices are malformed.

    Notes
    -----
    Steegen et al. (2016), "Increasing transparency through a multiverse analysis"; Simonsohn, Simmons and Nelson
    (2020), "Specification curve analysis". No specification is more likely than another: the table shows how far
    choices move a number and is no sampling distribution. Put only choices that estimate the same thing together.

    Examples
    --------
    >>> def mean_a_year(start, robust):
    ...     if robust and start == 2020:
    ...         raise NotEstimableError("one year has no median of years")
    ...     return 100.0 + start - 2020 + 10 * robust
    >>> table = multiverse(mean_a_year, {"start": [2019, 2020], "robust": {"mean": False, "median": True}})
    >>> table[["start", "robust", "value", "outcome"]]
      start  robust  value    outcome
    0  2019    mean   99.0  estimated
    1  2019  median  109.0  estimated
    2  2020    mean  100.0  estimated
    3  2020  median    NaN    refused
    """
    if not callable(model):
        raise ValueError(f"model is {shown(model)}: must be a function, called as model(**{{decision: option}})")
    errors = items_of(refusals)
    if errors is None or not all(isinstance(each, type) and issubclass(each, Exception) for each in errors):
        raise ValueError(f"refusals is {shown(refusals)}: must be a tuple of errors, as in (NotEstimableError,)")
    refusals = tuple(each for each in errors if isinstance(each, type))
    options = labelled(choices)
    count = math.prod(len(labels) for labels in options.values())
    if count > LIMIT:
        raise ValueError(f"{count:,} specifications; at most {LIMIT:,}: leave out options, or split the choices")
    if folder is not None and not inputs:
        raise ValueError("results kept in a folder need inputs=: text that changes whenever data or code do")
    size = -(-count // _CHUNKS)
    starts = range(0, count, size)
    key = key_of_run(
        [
            _name(model),
            repr({name: _said(each) for name, each in options.items()}),
            inputs or "",
            str(count),
            *(f"{error.__module__}.{error.__qualname__}" for error in refusals),
        ]
    )
    files = {start: Path(folder) / key / f"part-{start:07d}.json" for start in starts} if folder is not None else {}
    finished: dict[int, list[Found]] = {}
    for start, path in files.items():
        if (rows := kept_rows(path, key, min(size, count - start))) is not None:
            finished[start] = rows
    left = [start for start in starts if start not in finished]
    run = partial(_run_part, model, options, size, refusals)
    for position, rows in as_finished(run, left, workers=workers, scheduler=scheduler):
        finished[left[position]] = rows
        if files:
            keep_rows(files[left[position]], key, rows)
        if progress is not None:
            progress(sum(len(part) for part in finished.values()), count)
    return _table(options, [row for start in starts for row in finished[start]])


def labelled(choices: Choices) -> dict[str, dict[str, Any]]:
    """Return the choices as decision to label to option, checked; see `multiverse`."""
    if not isinstance(choices, Mapping):
        raise ValueError(
            f"choices is {shown(choices)}: must give the options by decision, as in {{'year': [2022, 2023]}}"
        )
    if not choices:
        raise ValueError("no choices given: a multiverse needs at least one decision")
    found: dict[str, dict[str, Any]] = {}
    for decision, options in choices.items():
        if not str(decision).isidentifier() or decision in _RESERVED:
            raise ValueError(f"decision {decision!r}: must be an identifier that is no column of the results")
        if isinstance(options, str) or not isinstance(options, Mapping | Sequence):
            raise ValueError(f"decision {decision}: options are {options!r}; give a list, or label to option")
        named = dict(options) if isinstance(options, Mapping) else _own_labels(decision, options)
        if not named:
            raise ValueError(f"decision {decision}: has no options; give at least one")
        if odd := [label for label in named if not isinstance(label, str) or not label.strip()]:
            raise ValueError(f"decision {decision}: labels {odd[:5]} are no text; write each option in words")
        found[decision] = named
    return found


def describe(specification: Mapping[str, str]) -> str:
    """Say a specification in words.

    Examples
    --------
    >>> describe({"offence_scope": "child-only codes", "year": "2023"})
    'offence scope: child-only codes; year: 2023'
    """
    return "; ".join(f"{decision.replace('_', ' ')}: {label}" for decision, label in specification.items())


def _run_part(
    model: Callable[..., Any],
    options: dict[str, dict[str, Any]],
    size: int,
    refusals: tuple[type[Exception], ...],
    start: int,
) -> list[Found]:
    """Run the specifications from ``start`` on, in the order of the product of all labels."""
    lengths = tuple(len(labels) for labels in options.values())
    rows = []
    for number in range(start, min(start + size, math.prod(lengths))):
        places = np.unravel_index(number, lengths)
        labels = [list(each)[place] for each, place in zip(options.values(), places, strict=True)]
        specification = dict(zip(options, labels, strict=True))
        chosen = {decision: options[decision][label] for decision, label in specification.items()}
        try:
            rows.append({**_columns(model(**chosen)), OUTCOME: ESTIMATED, REASON: ""})
        except refusals as refusal:
            rows.append({OUTCOME: REFUSED, REASON: str(refusal) or type(refusal).__name__})
        except Exception as error:
            said = str(error) if type(error) is ValueError else f"{type(error).__name__}: {error}"
            raise ValueError(f"specification {describe(specification)}: {said}") from error
    return rows


def _columns(value: Any) -> Found:
    if isinstance(value, Interval):
        return {"low": float(value.low), "high": float(value.high), "kind": value.kind}
    columns = {str(name): float(one) for name, one in value.items()} if isinstance(value, Mapping) else {}
    columns = columns if isinstance(value, Mapping) else {"value": float(value)}
    if not columns:
        raise ValueError("the model returned nothing; return a number, an Interval or a mapping of name to number")
    if reserved := columns.keys() & {OUTCOME, REASON}:
        raise ValueError(f"the model returned {sorted(reserved)}, which are columns of the results; rename them")
    if wrong := {name: one for name, one in columns.items() if not math.isfinite(one)}:
        raise ValueError(f"the model returned {wrong}, which is not finite; raise NotEstimableError to refuse")
    return columns


def _table(options: dict[str, dict[str, Any]], rows: list[Found]) -> pd.DataFrame:
    shapes = {tuple(row): number for number, row in reversed(list(enumerate(rows))) if row[OUTCOME] == ESTIMATED}
    specifications = list(product(*options.values()))
    if len(shapes) > 1:
        (one, first), (other, second) = sorted(shapes.items(), key=lambda each: each[1])[:2]
        names = [describe(dict(zip(options, specifications[number], strict=True))) for number in (first, second)]
        raise ValueError(
            f"specification {names[1]}: the model returned {list(other[:-2])}, but {list(one[:-2])} for {names[0]}; "
            "it must return the same columns for all"
        )
    labels = pd.DataFrame(specifications, columns=list(options), dtype="str")
    columns = next(iter(shapes), ("value", OUTCOME, REASON))
    if clash := set(columns) & set(options):
        raise ValueError(f"the model returns columns {sorted(clash)}, which are decisions too; rename one of the two")
    return labels.join(pd.DataFrame(rows, columns=list(columns)))


def _own_labels(decision: str, options: Sequence[Any]) -> dict[str, Any]:
    if odd := [option for option in options if not isinstance(option, str | int | float)]:
        raise ValueError(f"decision {decision}: {odd[:5]} are no labels; give them as label to option")
    names = [str(option) for option in options]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"decision {decision}: options {twice[:5]} stand twice; each is a choice of its own")
    return dict(zip(names, options, strict=True))


def _name(model: Callable[..., Any]) -> str:
    inner = model.func if isinstance(model, partial) else model
    name = f"{getattr(inner, '__module__', '')}.{getattr(inner, '__qualname__', type(inner).__qualname__)}"
    if not isinstance(model, partial):
        return name
    # Two models may differ in nothing else; data that are fixed are for ``inputs`` to stand for.
    fixed = [*enumerate(model.args), *model.keywords.items()]
    return f"{name}{[(at, value) for at, value in fixed if isinstance(value, str | int | float | None)]}"


def _said(options: Mapping[str, Any]) -> dict[str, str]:
    """Options as text that is the same in every process; of an object without such a text only its label counts."""
    said = {label: repr(option) for label, option in options.items()}
    return {label: "" if " at 0x" in text else text for label, text in said.items()}
