"""Adding columns to a frame by way of its distinct keys: where every cleaning function meets a frame.

The distinct keys of the key columns are resolved in plain Python. On pandas, Polars and PyArrow the answers come
back through integer positions (``positions``), so rows, their order and the index stay as they were; on engines
that hold a query rather than rows they become one more step of the query (``queries``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrameT

from cseanalysis.clean.labels import Unmapped, closest, unmapped_error

Kind = Literal["text", "number", "date", "flag"]
Key = tuple[Any, ...]
Answer = tuple[str | float | bool | dt.date | None, ...]
Counted = Sequence[tuple[Key, int]]
Resolve = Callable[[Key], "Answer | Unmapped"]

_EAGER = ("pandas", "polars", "pyarrow")
_CASELESS = ("duckdb", "pyspark", "pyspark[connect]")
_QUERIES = ("polars lazy", *_CASELESS)
_SHOWN = 20


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
    keys: Mapping[str, str],
    added: Mapping[str, Kind],
    resolver: Callable[[Counted], Resolve],
    on_unmapped: str,
    remedy: str,
) -> IntoFrameT:
    """Append one column per name in ``added``, its values given by ``resolver`` for each distinct key.

    Parameters
    ----------
    frame
        A pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask or PySpark frame.
    keys
        The columns that make up a key, by the arguments that name them; empty cells of a key are None.
    added
        Names of the new columns and what they hold.
    resolver
        From all distinct keys, with their numbers of rows, to a function from one key to the values of the new
        columns, or to the reason why there are none: what a label means can hang on the rest of its column.
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

    if engine not in _EAGER:
        from cseanalysis.clean.queries import extend

        result: IntoFrameT = extend(frame, engine, columns, answer)
        return result

    from cseanalysis.clean.positions import build_column, encode

    table: nw.DataFrame[Any] = nw.from_native(cast("Any", frame), eager_only=True)
    counted, positions = encode(table, columns)
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
        names = [str(name) for name in getattr(frame, "column_names", None) or getattr(frame, "columns", [])]
        twice = list(dict.fromkeys(repr(name) for name in names if names.count(name) > 1))
        named = f": {', '.join(twice[:_SHOWN])}" if twice else ""
        raise ValueError(f"two columns of the frame have one name{named}; rename one of them first") from error
    if isinstance(table, (nw.DataFrame, nw.LazyFrame)):
        engine = table.implementation.value
        if engine == "polars" and isinstance(table, nw.LazyFrame):
            engine = "polars lazy"
        if engine in (*_EAGER, *_QUERIES):
            return engine, list(table.collect_schema().names())
    raise TypeError(
        f"a frame of type {type(frame).__name__}: must be a pandas, Polars, PyArrow, DuckDB, Dask or PySpark frame; "
        "make one first, for example with pandas.DataFrame(...)"
    )


def _check_cells(counted: Counted, columns: Sequence[str]) -> None:
    for key, _ in counted:
        for name, cell in zip(columns, key, strict=True):
            if not isinstance(cell, Hashable):
                raise ValueError(
                    f"column {name!r} holds {type(cell).__name__} cells; a cell must be one text or one number"
                )


def check_columns(engine: str, there: Sequence[str], keys: Mapping[str, str], added: Iterable[str]) -> None:
    """Refuse a frame without the columns to read, or with one that would be overwritten."""
    for argument, name in keys.items():
        if not isinstance(name, str) and not (isinstance(name, int) and name in there):
            raise ValueError(f"{argument}={name!r}: must be the name of one column, as text")
        if name not in there:
            shown = ", ".join(map(repr, there[:_SHOWN])) or "no columns"
            more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
            near = closest(name, [each for each in there if isinstance(each, str) and each not in keys.values()])
            near = f" ({near.replace('known label', 'name')})" if near.startswith("closest") else ""
            alone = ", or force=None where the codes stand alone" if argument == "force" and "code" in keys else ""
            raise ValueError(
                f"no column {name!r}; the frame has {shown}{more}{near}. Name the column to read as {argument}={alone}"
            )
    # DuckDB and Spark take "Force" and "force" for one column, so there letter case makes no new name.
    folded = {name.lower() for name in there} if engine in _CASELESS else set(there)
    if taken := [name for name in added if (name.lower() if engine in _CASELESS else name) in folded]:
        raise ValueError(
            f"column {', '.join(map(repr, taken))} exists already and cleaning never overwrites; "
            "rename or drop it first"
        )
