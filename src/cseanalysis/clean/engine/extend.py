"""Adding columns to a frame by way of its distinct keys: where every cleaning function meets a frame.

The distinct keys of the key columns are resolved in plain Python. On pandas, Polars and PyArrow the answers come
back through integer positions (``eager``), so rows, their order and the index stay as they were; on engines
that hold a query rather than rows they become one more step of the query (``lazy``).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrameT

from cseanalysis.clean.engine.eager import build_column, encode
from cseanalysis.clean.engine.lazy import extend
from cseanalysis.clean.engine.lookup import EAGER, Answer, Column, Counted, Key, Kind, Resolve, check_columns, look_at
from cseanalysis.clean.labels import Unmapped, unmapped_error


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be added: from which columns, which new ones, and how their values are found."""

    # ``resolver`` sees all distinct keys with their numbers of rows, as what a label means can hang on the rest of its
    # column; it gives a function from one key to its values, or to the reason why there are none. An empty cell of a
    # key is None. ``vocabulary`` gives the texts that a new column may hold, where they are known beforehand.
    keys: Mapping[str, str]
    added: Mapping[str, Kind]
    resolver: Callable[[Counted], Resolve]
    remedy: str
    vocabulary: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unread: Answer | None = None  # what stands where no rule applies; nulls without it


@dataclass(frozen=True, slots=True)
class Answered:
    """One distinct key, in how many rows it stands, and what it was found to mean."""

    key: Key
    rows: int
    answer: Answer | Unmapped


def add_columns(frame: IntoFrameT, task: Task, *, on_unmapped: str, prefix: str) -> IntoFrameT:
    """Append the columns of a task, named with ``prefix``, their values given for each distinct key."""
    return add_and_tell(frame, task, on_unmapped=on_unmapped, prefix=prefix)[0]


def add_and_tell(
    frame: IntoFrameT, task: Task, *, on_unmapped: str, prefix: str
) -> tuple[IntoFrameT, tuple[Answered, ...]]:
    """Append the columns of a task, and tell what each distinct key was found to mean."""
    if on_unmapped not in ("raise", "keep"):
        raise ValueError(f'on_unmapped={on_unmapped!r}: must be "raise" or "keep"')
    if not isinstance(prefix, str):
        raise ValueError(f"prefix={prefix!r}: must be text, such as 'offences_'")
    engine, there = look_at(frame)
    check_columns(engine, there, task.keys, [f"{prefix}{name}" for name in task.added])
    columns = list(task.keys.values())
    told: list[Answered] = []

    def answer(counted: Counted) -> list[Column]:
        _check_cells(counted, columns)
        resolve = task.resolver(counted)
        told[:] = [Answered(key, rows, resolve(key)) for key, rows in counted]
        problems = [each.answer for each in told if isinstance(each.answer, Unmapped)]
        if problems and on_unmapped == "raise":
            rows = sum(each.rows for each in told if isinstance(each.answer, Unmapped))
            raise unmapped_error(problems, rows=rows, columns=columns, remedy=task.remedy)
        nothing = task.unread or (None,) * len(task.added)
        answers = [nothing if isinstance(each.answer, Unmapped) else each.answer for each in told]
        return [
            Column(f"{prefix}{name}", kind, [given[place] for given in answers], task.vocabulary.get(name, frozenset()))
            for place, (name, kind) in enumerate(task.added.items())
        ]

    if engine not in EAGER:
        result: IntoFrameT = extend(frame, engine, columns, answer)
        return result, tuple(told)

    table: nw.DataFrame[Any] = nw.from_native(cast("Any", frame), eager_only=True)
    counted, positions = encode(table, columns)
    extended: IntoFrameT = table.with_columns(
        *(build_column(table, column, positions) for column in answer(counted))
    ).to_native()
    return extended, tuple(told)


def count_keys(frame: Any, columns: Sequence[str]) -> Counted:
    """Give the distinct keys of some columns with their numbers of rows, and add nothing."""
    engine, there = look_at(frame)
    check_columns(engine, there, {name: name for name in columns}, ())
    if engine in EAGER:
        return encode(nw.from_native(frame, eager_only=True), columns)[0]
    seen: list[tuple[Key, int]] = []

    def note(counted: Counted) -> list[Column]:
        seen.extend(counted)
        return []

    extend(frame, engine, list(columns), note)
    return seen


def _check_cells(counted: Counted, columns: Sequence[str]) -> None:
    for key, _ in counted:
        for name, cell in zip(columns, key, strict=True):
            if not isinstance(cell, Hashable):
                raise ValueError(
                    f"column {name!r} holds {type(cell).__name__} cells; a cell must be one text or one number"
                )
