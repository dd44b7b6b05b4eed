"""What a frame is and has, and what a new column holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import narwhals.stable.v2 as nw

from cseanalysis.clean.labels import Unmapped, closest

Kind = Literal["text", "number", "date", "flag"]
Key = tuple[Any, ...]
Answer = tuple[str | float | bool | dt.date | None, ...]
Counted = Sequence[tuple[Key, int]]
Resolve = Callable[[Key], "Answer | Unmapped"]

EAGER = ("pandas", "polars", "pyarrow")
_CASELESS = ("duckdb", "pyspark", "pyspark[connect]")
_QUERIES = ("polars lazy", *_CASELESS)
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Column:
    """One new column: its name, what it holds, its value for each distinct key, and the texts that it may hold."""

    name: str
    kind: Kind
    values: list[Any]
    vocabulary: frozenset[str] = frozenset()

    @property
    def words(self) -> list[str]:
        """The distinct texts, in alphabetical order."""
        return sorted({value for value in self.values if value is not None})

    @property
    def categories(self) -> list[str]:
        """All texts that it may hold: pandas compares columns of categories only where these are the same."""
        return sorted({*self.words, *self.vocabulary})


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
        if engine in (*EAGER, *_QUERIES):
            return engine, list(table.collect_schema().names())
    raise TypeError(
        f"a frame of type {type(frame).__name__}: must be a pandas, Polars, PyArrow, DuckDB, Dask or PySpark frame; "
        "make one first, for example with pandas.DataFrame(...)"
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
            "rename or drop it first, or give the new columns a prefix= (--prefix)"
        )
