"""Adding columns to a frame by way of its distinct keys: where every cleaning function meets a frame.

The distinct keys of the key columns are resolved in plain Python. On pandas, Polars and PyArrow the answers come
back through integer positions (``positions``), so rows, their order and the index stay as they were; on engines
that hold a query rather than rows they become one more step of the query (``queries``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrameT

from cseanalysis.clean.labels import Unmapped, unmapped_error

Kind = Literal["text", "number", "date", "flag"]
Key = tuple[Any, ...]
Answer = tuple[str | float | bool | dt.date | None, ...]
Counted = Sequence[tuple[Key, int]]

_EAGER = ("pandas", "polars", "pyarrow")
_CASELESS = ("duckdb", "pyspark", "pyspark[connect]")
_QUERIES = ("polars lazy", *_CASELESS)


@dataclass(frozen=True, slots=True)
class Column:
    """One new column: its name, what it holds, and its value for each distinct key."""

    name: str
    kind: Kind
    values: list[Any]

    @property
    def words(self) -> list[str]:
        """The distinct texts, in alphabetical order."""
        return sorted({value for value in self.values if value is not None})


def add_columns(
    frame: IntoFrameT,
    *,
    keys: Sequence[str],
    added: Mapping[str, Kind],
    resolve: Callable[[Key], Answer | Unmapped],
    on_unmapped: str,
    remedy: str,
) -> IntoFrameT:
    """Append one column per name in ``added``, its values given by ``resolve`` for each distinct key.

    Parameters
    ----------
    frame
        A pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask or PySpark frame.
    keys
        The columns that make up a key; empty cells reach ``resolve`` as None.
    added
        Names of the new columns and what they hold.
    resolve
        From a key to the values of the new columns, or to the reason why there are none.
    on_unmapped
        ``"raise"`` or ``"keep"``, which gives nulls.
    remedy
        Last sentence of the error: what the reader can do.

    Raises
    ------
    TypeError
        When the frame is of no supported kind.
    ValueError
        When a column is missing or would be overwritten, or ``on_unmapped`` is neither word.
    UnmappedLabelError
        When a key has no answer and ``on_unmapped`` is ``"raise"``.
    """
    if on_unmapped not in ("raise", "keep"):
        raise ValueError(f'on_unmapped={on_unmapped!r}: must be "raise" or "keep"')
    engine, there = look_at(frame)
    check_columns(engine, there, keys, added)

    def answer(counted: Counted) -> list[Column]:
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
            raise unmapped_error(problems, rows=rows, columns=keys, remedy=remedy)
        return [
            Column(name, kind, [given[place] for given in answers]) for place, (name, kind) in enumerate(added.items())
        ]

    if engine not in _EAGER:
        from cseanalysis.clean.queries import extend

        result: IntoFrameT = extend(frame, engine, list(keys), answer)
        return result

    from cseanalysis.clean.positions import build_column, encode

    table: nw.DataFrame[Any] = nw.from_native(cast("Any", frame), eager_only=True)
    counted, positions = encode(table, keys)
    extended: IntoFrameT = table.with_columns(
        *(build_column(table, column, positions) for column in answer(counted))
    ).to_native()
    return extended


def look_at(frame: Any) -> tuple[str, list[str]]:
    """Tell which supported engine a frame belongs to, and its columns, without running anything."""
    if type(frame).__module__.startswith("dask.") and hasattr(frame, "map_partitions"):
        # narwhals warns about every Dask frame that its support is moving out; the native path does not need it
        return "dask", list(frame.columns)
    try:
        table = nw.from_native(frame, pass_through=True)
    except nw.exceptions.DuplicateError as error:
        raise ValueError("two columns of the frame have one name; rename one of them first") from error
    if isinstance(table, (nw.DataFrame, nw.LazyFrame)):
        engine = table.implementation.value
        if engine == "polars" and isinstance(table, nw.LazyFrame):
            engine = "polars lazy"
        if engine in (*_EAGER, *_QUERIES):
            return engine, list(table.collect_schema().names())
    raise TypeError(
        f"a frame of type {type(frame).__name__}: must be a pandas, Polars, PyArrow, DuckDB, Dask or PySpark frame; "
        "convert it first, for example with .to_pandas()"
    )


def check_columns(engine: str, there: Sequence[str], keys: Iterable[str], added: Iterable[str]) -> None:
    """Refuse a frame without the columns to read, or with one that would be overwritten."""
    if missing := [name for name in keys if name not in there]:
        raise ValueError(
            f"no column {', '.join(map(repr, missing))}; the frame has {', '.join(map(repr, there)) or 'no columns'}. "
            "Name the column to read"
        )
    # DuckDB and Spark take "Force" and "force" for one column, so there letter case makes no new name.
    folded = {name.lower() for name in there} if engine in _CASELESS else set(there)
    if taken := [name for name in added if (name.lower() if engine in _CASELESS else name) in folded]:
        raise ValueError(
            f"column {', '.join(map(repr, taken))} exists already and cleaning never overwrites; "
            "rename or drop it first"
        )
