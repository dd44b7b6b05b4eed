"""Adding columns to a frame by way of its distinct keys: where every cleaning function meets a frame.

The distinct keys of the key columns are resolved in plain Python. On pandas, Polars and PyArrow the answers come
back through integer positions (``eager``), so rows, their order and the index stay as they were; on engines
that hold a query rather than rows they become one more step of the query (``lazy``).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, cast

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrameT

from cseanalysis.clean.engine.eager import build_column, encode
from cseanalysis.clean.engine.lazy import extend
from cseanalysis.clean.engine.lookup import EAGER, Answer, Column, Counted, Kind, Resolve, check_columns, look_at
from cseanalysis.clean.labels import Unmapped, unmapped_error


def add_columns(
    frame: IntoFrameT,
    *,
    keys: Mapping[str, str],
    added: Mapping[str, Kind],
    resolver: Callable[[Counted], Resolve],
    on_unmapped: str,
    remedy: str,
    prefix: str = "",
) -> IntoFrameT:
    """Append a column for each of ``added``, named with ``prefix``, its values given by ``resolver`` for each key."""
    # ``resolver`` sees all distinct keys with their numbers of rows, as what a label means can hang on the rest of its
    # column; it gives a function from one key to its values, or to the reason why there are none. An empty cell of a
    # key is None.
    if on_unmapped not in ("raise", "keep"):
        raise ValueError(f'on_unmapped={on_unmapped!r}: must be "raise" or "keep"')
    if not isinstance(prefix, str):
        raise ValueError(f"prefix={prefix!r}: must be text, such as 'offences_'")
    added = {f"{prefix}{name}": kind for name, kind in added.items()}
    engine, there = look_at(frame)
    check_columns(engine, there, keys, added)

    columns = list(keys.values())

    def answer(counted: Counted) -> list[Column]:
        _check_cells(counted, columns)
        resolve = resolver(counted)
        answers: list[Answer] = []
        problems: list[Unmapped] = []
        rows = 0
        for key, count in counted:
            given = resolve(key)
            if isinstance(given, Unmapped):
                problems.append(given)
                rows += count
                given = (None,) * len(added)
            answers.append(given)
        if problems and on_unmapped == "raise":
            raise unmapped_error(problems, rows=rows, columns=columns, remedy=remedy)
        return [
            Column(name, kind, [given[place] for given in answers]) for place, (name, kind) in enumerate(added.items())
        ]

    if engine not in EAGER:
        result: IntoFrameT = extend(frame, engine, columns, answer)
        return result

    table: nw.DataFrame[Any] = nw.from_native(cast("Any", frame), eager_only=True)
    counted, positions = encode(table, columns)
    extended: IntoFrameT = table.with_columns(
        *(build_column(table, column, positions) for column in answer(counted))
    ).to_native()
    return extended


def _check_cells(counted: Counted, columns: Sequence[str]) -> None:
    for key, _ in counted:
        for name, cell in zip(columns, key, strict=True):
            if not isinstance(cell, Hashable):
                raise ValueError(
                    f"column {name!r} holds {type(cell).__name__} cells; a cell must be one text or one number"
                )
