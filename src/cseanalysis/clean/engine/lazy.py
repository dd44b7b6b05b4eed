"""Frames that hold a query rather than rows: one query counts the distinct keys, one more step adds the columns.

Nothing else is run: the rows stay where they are until the caller asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from cseanalysis.clean.engine.lookup import Column, Counted

# Names inside a query that no published column has.
_ROWS = "cseanalysis_rows"
_KEY = "cseanalysis_key"

_POLARS = (1, 32)  # from here on categories of two sources compare without a shared cache
_DUCKDB = {"number": "DOUBLE", "date": "DATE", "flag": "BOOLEAN"}

Answering = Callable[[Counted], list[Column]]


def extend(frame: Any, engine: str, keys: list[str], answer: Answering) -> Any:
    """Add the columns that ``answer`` gives for the distinct keys, as a step of the frame's own query."""
    if engine == "polars lazy":
        return _extend_polars(frame, keys, answer)
    if engine == "duckdb":
        return _extend_duckdb(frame, keys, answer)
    if engine == "dask":
        return _extend_dask(frame, keys, answer)
    return _extend_spark(frame, keys, answer)


def _plain(cell: Any) -> Any:
    """Take what is not a number as the empty cell that it stands for."""
    return None if isinstance(cell, float) and cell != cell else cell  # noqa: PLR0124


def _extend_polars(frame: Any, keys: list[str], answer: Answering) -> Any:
    import polars as pl

    from cseanalysis.clean.engine.eager import polars_values

    if tuple(int(part) for part in pl.__version__.split(".")[:2]) < _POLARS:
        raise RuntimeError(
            f"a lazy frame of Polars {pl.__version__}: before {'.'.join(map(str, _POLARS))} a streamed query over "
            "columns of categories loses rows at random; upgrade Polars, or collect() the frame first"
        )
    found = frame.group_by(keys).agg(pl.len().alias(_ROWS)).collect(engine="streaming")
    counted = [(tuple(_plain(cell) for cell in row[:-1]), row[-1]) for row in found.iter_rows()]
    small = found.select(keys).with_columns(*(polars_values(column) for column in answer(counted)))
    return frame.join(small.lazy(), on=keys, how="left", nulls_equal=True, maintain_order="left")


def _extend_duckdb(relation: Any, keys: list[str], answer: Answering) -> Any:
    """Number the key columns through ENUM types and look the answers up in constant lists."""
    # A projection, not a join: it needs no second relation (whose connection could not be known) and keeps rows in
    # order.
    import duckdb

    names = [_identifier(key) for key in keys]
    # Under a collation such as NOCASE "Kent" and "KENT" would be one group, and the second have no place.
    texts = [f'CAST({name} AS VARCHAR) COLLATE "binary"' for name in names]
    found = relation.aggregate(", ".join([*names, *texts, "count(*)"]), ", ".join([*names, *texts])).fetchall()
    width = len(keys)
    columns = answer([(tuple(_plain(cell) for cell in row[:width]), row[-1]) for row in found])
    # Only keys with an answer are written into the query, so labels without a rule cannot make it long.
    mapped = [place for place in range(len(found)) if any(column.values[place] is not None for column in columns)]
    values = [sorted({found[place][width + key] for place in mapped} - {None}) for key in range(width)]
    places = [{text: place for place, text in enumerate(each)} | {None: len(each)} for each in values]
    # One more place than values: that of empty cells. Texts without an answer have no place at all.
    sizes = [len(each) + 1 for each in values]
    position = "0"
    for name, text, each, size in zip(names, texts, values, sizes, strict=True):
        number = f"CAST(enum_code(TRY_CAST({text} AS {_enum(each)})) AS INTEGER)" if each else "CAST(NULL AS INTEGER)"
        position = f"({position}) * {size} + (CASE WHEN {name} IS NULL THEN {len(each)} ELSE {number} END)"
    slots: dict[int, int] = {}
    for place in mapped:
        slot = 0
        for key in range(width):
            slot = slot * sizes[key] + places[key][found[place][width + key]]
        slots[slot] = place
    total = 1
    for size in sizes:
        total *= size
    added = []
    for column in columns:
        cells = [column.values[slots[slot]] if slot in slots else None for slot in range(total)]
        kind = _enum(column.words) if column.kind == "text" else _DUCKDB[column.kind]
        looked_up = f"list_extract({_list(cells, kind)}, {_KEY} + 1)"
        if column.kind == "text" and not column.words:
            looked_up = "CAST(NULL AS VARCHAR)"
        added.append(duckdb.SQLExpression(looked_up).alias(column.name))
    # In two steps, so that the position, which many labels make long, is written once and not for every column.
    placed = relation.select(duckdb.StarExpression(), duckdb.SQLExpression(position).alias(_KEY))
    return placed.select(duckdb.StarExpression(exclude=[_KEY]), *added)


def _list(cells: list[Any], kind: str) -> str:
    """Write a constant list as one text that DuckDB splits: it reads thousands of separate constants slowly."""
    texts = [None if cell is None else str(cell) for cell in cells]
    used = set("".join(text for text in texts if text is not None))
    free = (chr(number) for number in range(0xE000, 0xF8FF) if chr(number) not in used)
    separator, empty = next(free), next(free)
    joined = separator.join(empty if text is None else text for text in texts)
    # What cannot be cast becomes null: that is the mark of an empty cell, and nothing else.
    items = f"string_split({_literal(joined)}, {_literal(separator)})"
    return f"TRY_CAST({items} AS {kind}[])"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _enum(texts: Sequence[str]) -> str:
    return f"ENUM({', '.join(_literal(text) for text in texts)})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _extend_dask(frame: Any, keys: list[str], answer: Answering) -> Any:
    """Number the rows of each partition by itself: partitions, their index and their order stay."""
    meta = _count_partition(frame[keys]._meta, keys)
    counts = frame[keys].map_partitions(_count_partition, keys, meta=meta).compute()
    totals: dict[tuple[tuple[type, Any], ...], int] = {}
    for key, rows in counts[_ROWS]:
        totals[key] = totals.get(key, 0) + rows
    order = sorted(totals, key=lambda key: [(str(kind), str(value)) for kind, value in key])
    columns = answer([(tuple(value for _, value in key), totals[key]) for key in order])
    places = {key: place for place, key in enumerate(order)}
    meta = _extend_partition(frame._meta, keys, places, columns)
    return frame.map_partitions(_extend_partition, keys, places, columns, meta=meta)


def _typed(key: tuple[Any, ...]) -> tuple[tuple[type, Any], ...]:
    return tuple((type(value), value) for value in key)


def _count_partition(part: Any, keys: list[str]) -> Any:
    import pandas as pd

    from cseanalysis.clean.engine.eager import encode

    counted, _ = encode(nw.from_native(part, eager_only=True), keys)
    # A column of pairs: the cells of a key may be of any type.
    return pd.DataFrame({_ROWS: pd.Series([(_typed(key), rows) for key, rows in counted], dtype=object)})


def _extend_partition(part: Any, keys: list[str], places: dict[Any, int], columns: list[Column]) -> Any:
    import numpy as np

    from cseanalysis.clean.engine.eager import build_column, encode, take

    table = nw.from_native(part, eager_only=True)
    counted, positions = encode(table, keys)
    positions = take(np.array([places[_typed(key)] for key, _ in counted], np.int32), positions)
    return table.with_columns(*(build_column(table, column, positions) for column in columns)).to_native()


def _extend_spark(frame: Any, keys: list[str], answer: Answering) -> Any:
    """Join a small table that Spark sends to every worker, so no row moves."""
    from pyspark.sql import functions, types

    names = [functions.col("`" + key.replace("`", "``") + "`") for key in keys]
    found = [tuple(row) for row in frame.groupBy(*names).agg(functions.count(functions.lit(1)).alias(_ROWS)).collect()]
    columns = answer([(tuple(_plain(cell) for cell in row[:-1]), row[-1]) for row in found])
    kinds = {
        "text": types.StringType(), "number": types.DoubleType(), "date": types.DateType(), "flag": types.BooleanType(),
    }  # fmt: skip
    source = {field.name: field.dataType for field in frame.schema.fields}
    own = [f"{_KEY}_{place}" for place in range(len(keys))]
    schema = types.StructType(
        [types.StructField(name, source[key], True) for name, key in zip(own, keys, strict=True)]
        + [types.StructField(column.name, kinds[column.kind], True) for column in columns]
    )
    rows = [
        (*row[:-1], *(column.values[place] for column in columns))
        for place, row in enumerate(found)
        if any(column.values[place] is not None for column in columns)
    ]
    small = functions.broadcast(frame.sparkSession.createDataFrame(rows, schema))
    same = None
    for name, key in zip(names, own, strict=True):
        equal = name.eqNullSafe(functions.col(key))
        same = equal if same is None else same & equal
    return frame.join(small, same, "left").drop(*own)
