"""A multiverse: one model, run under every combination of the choices that could be defended."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import combinations, product
from math import factorial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.sensitivity.ranking import largest_first, settled
from cseanalysis.sensitivity.runs import as_finished, keep_rows, kept_rows, key_of_run
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
        Where to run; see `as_finished` in ``sensitivity.runs``. The table is the same for any of them, bit by bit.
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
    """Say a specification in words."""
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


ROUNDING = 1e-12  # a share smaller than that is the rounding of floating point numbers
MANY = 16  # decisions: their subsets, two to that power, are all looked at


def specification_curve(table: pd.DataFrame, *, own: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Order the specifications of a multiverse by what they give, the refused ones at the end."""
    # Rank 1 is the lowest value (the lowest low end, then high end), equal ones in the order of the table.
    names = ends_of(table)
    marked = is_own(table, own) if own is not None else pd.Series(data=False, index=table.index)
    curve = table.assign(own=marked).sort_values(
        list(names),
        key=lambda column: column.map(settled),  # what is equal but for rounding keeps its order
        kind="stable",
        na_position="last",
        ignore_index=True,
    )
    rank = pd.Series(np.arange(1, len(curve) + 1), dtype="Int64").where(curve[OUTCOME] == ESTIMATED)
    curve.insert(0, "rank", rank)
    return curve


def decision_shares(table: pd.DataFrame, column: str = "value") -> pd.DataFrame:
    """Share the variance of a multiverse out among its decisions."""
    # ``c(S)`` is the variance of the means over the specifications that agree in ``S``; a decision's ``share`` is the
    # mean of what it adds to ``c`` over all orders of decisions (Owen 2014), ``alone`` what it adds first, ``last``
    # what it adds last. Without refusals the table is a full factorial and ``alone <= share <= last``; with them the
    # shares still sum to 1.
    decisions = decisions_of(table)
    if not isinstance(column, str) or column not in table.columns or column in (*decisions, "kind", OUTCOME, REASON):
        raise ValueError(f"no column {shown(column)} of values; the table has {', '.join(map(str, table.columns))}")
    if len(decisions) > MANY:
        raise ValueError(f"{len(decisions)} decisions; at most {MANY}: leave out those with one option")
    chosen = table[table[OUTCOME] == ESTIMATED]
    values = chosen[column].to_numpy(dtype=np.float64)
    variance = float(values.var()) if len(values) else 0.0
    if len(values) == 0 or np.ptp(values) <= 1e-12 * np.abs(values).max():
        raise NotEstimableError(
            f"{len(values)} specifications were estimated and all give the same {column}: there is nothing to share out"
        )
    codes = {name: pd.factorize(chosen[name])[0] for name in decisions}
    explained = _explained(values, [codes[name] for name in decisions])
    count, full = len(decisions), (1 << len(decisions)) - 1
    weights = [factorial(size) * factorial(count - size - 1) / factorial(count) for size in range(count)]
    rows = []
    for place, name in enumerate(decisions):
        bit = 1 << place
        added = [
            weights[subset.bit_count()] * (explained[subset | bit] - explained[subset])
            for subset in range(full + 1)
            if not subset & bit
        ]
        rows.append(
            {
                "decision": name,
                "options": int(codes[name].max()) + 1,
                "alone": explained[bit] / variance,
                "last": (explained[full] - explained[full ^ bit]) / variance,
                "share": float(np.sum(added)) / variance,
            }
        )
    found = pd.DataFrame(rows)
    parts = ["alone", "last", "share"]
    found[parts] = found[parts].where(found[parts].abs() > ROUNDING, 0.0)
    return largest_first(found, ["share"], "decision")


def extreme_specifications(table: pd.DataFrame) -> pd.DataFrame:
    """Name in words the specifications that give the lowest and the highest value."""
    # ``words`` are the choices that every specification with that value makes; others say "any" or which.
    names = ends_of(table)
    chosen = table[table[OUTCOME] == ESTIMATED]
    if chosen.empty:
        raise NotEstimableError(f"all {len(table)} specifications were refused: there is no extreme one")
    rows = []
    for end, name, value in (
        ("lowest", names[0], chosen[names[0]].min()),
        ("highest", names[-1], chosen[names[-1]].max()),
    ):
        there = chosen[chosen[name] == value]
        words = {}
        for decision in decisions_of(table):
            labels, all_labels = list(there[decision].unique()), set(table[decision])
            words[decision] = "any" if set(labels) == all_labels and len(all_labels) > 1 else " or ".join(labels)
        rows.append({"end": end, "value": float(value), "words": describe(words), "specifications": len(there)})
    return pd.DataFrame(rows)


def decisions_of(table: pd.DataFrame) -> list[str]:
    """Return the names of the decisions: the columns of labels in front of the values."""
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"table is {shown(table)}: give the table that multiverse returns")
    if not {OUTCOME, REASON} <= set(table.columns):
        raise ValueError(f"the table has no {OUTCOME} and {REASON}: give the table that multiverse returns")
    values = table.columns.get_loc(OUTCOME)
    texts = list(table.columns[:values])
    return [name for name in texts if name != "kind" and not pd.api.types.is_numeric_dtype(table[name])]


def ends_of(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns that order a table: its value, or its low and high end."""
    decisions_of(table)
    if "value" in table:
        return ("value",)
    if {"low", "high"} <= set(table.columns):
        return ("low", "high")
    raise ValueError("the model returned several values; choose one column of them and rename it to value")


def is_own(table: pd.DataFrame, own: Mapping[str, str]) -> pd.Series:
    """Say for each row whether it is the specification reported."""
    decisions = decisions_of(table)
    if not isinstance(own, Mapping):
        raise ValueError(f"own is {shown(own)}: must give a label for each decision, as in {{'year': '2023'}}")
    marked = (table[decisions] == pd.Series(own, dtype="object").reindex(decisions)).all(axis=1)
    if set(own) != set(decisions) or int(marked.sum()) != 1:
        raise ValueError(
            f"own = {dict(own)} names {int(marked.sum())} specifications; it must give one label of the table for each "
            f"of {', '.join(decisions)}"
        )
    return marked


def _explained(values: NDArray[np.float64], codes: list[NDArray[np.intp]]) -> NDArray[np.float64]:
    """Return the variance of the means of groups, for every subset of decisions, as bits."""
    centred = values - values.mean()
    explained = np.zeros(1 << len(codes))
    for size in range(1, len(codes) + 1):
        for subset in combinations(range(len(codes)), size):
            groups = np.zeros(len(values), dtype=np.intp)
            for place in subset:
                groups = groups * (int(codes[place].max()) + 1) + codes[place]
                groups = np.unique(groups, return_inverse=True)[1].reshape(-1)
            sums, counts = np.bincount(groups, weights=centred), np.bincount(groups)
            explained[sum(1 << place for place in subset)] = float(np.sum(sums**2 / counts)) / len(values)
    return explained
