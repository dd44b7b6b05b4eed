"""Eager frames: each row's place among the distinct keys as an integer, and columns looked up by that place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from cseanalysis.clean.engine.lookup import Column, Counted, Key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Codes = NDArray[np.signedinteger[Any] | np.unsignedinteger[Any]]

# Rows handled at a time, so that no pass over a column makes a second column beside it.
_BLOCK = 2**18
# Up to this many combinations of key values have a counter each.
_DENSE = 2**22
_SAMPLE = 2**14


def encode(table: nw.DataFrame[Any], keys: Sequence[str]) -> tuple[Counted, Codes]:
    """Give the distinct keys with their numbers of rows and, for each row, the place of its key among them."""
    import numpy as np

    coded = [_code(table.get_column(name)) for name in keys]
    rows = len(table)
    size = 1
    for values, _ in coded:
        size *= len(values)
    if size > _DENSE:
        wide: NDArray[np.int64] = np.empty(rows, np.int64)
        for start in range(0, rows, _BLOCK):
            wide[start : start + _BLOCK] = _combine(coded, slice(start, start + _BLOCK))
        numbers, positions, counts = np.unique(wide, return_inverse=True, return_counts=True)
        return _counted(coded, numbers, counts), positions.astype(np.int32).reshape(rows)
    counters = np.zeros(size, np.int64)
    positions = np.empty(rows, np.int32)
    for start in range(0, rows, _BLOCK):
        block = _combine(coded, slice(start, start + _BLOCK))
        positions[start : start + _BLOCK] = block
        counters += np.bincount(block, minlength=size)
    numbers = np.flatnonzero(counters)
    if size != len(numbers):
        places = np.zeros(size, np.int32)
        places[numbers] = np.arange(len(numbers))
        positions = take(places, positions)
    return _counted(coded, numbers, counters[numbers]), positions


def take(values: NDArray[Any], positions: NDArray[Any]) -> NDArray[Any]:
    """Look up each position; in blocks, because numpy first widens what it takes by."""
    import numpy as np

    found = np.empty(len(positions), values.dtype)
    if len(values):
        for start in range(0, len(positions), _BLOCK):
            block = slice(start, start + _BLOCK)
            np.take(values, positions[block], out=found[block], mode="clip")
    return found


def _combine(coded: list[tuple[list[Any], Codes]], block: slice) -> NDArray[np.int64]:
    import numpy as np

    total: NDArray[np.int64] | None = None
    for values, codes in coded:
        part = codes[block].astype(np.int64)
        # An empty cell is coded as -1; the last value is None.
        if part.min(initial=0) < 0:
            part[part < 0] = len(values) - 1
        total = part if total is None else total * len(values) + part
    assert total is not None  # noqa: S101 - there is at least one key
    return total


def _counted(coded: list[tuple[list[Any], Codes]], numbers: NDArray[Any], counts: NDArray[Any]) -> Counted:
    counted: list[tuple[Key, int]] = []
    for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
        key: list[Any] = []
        rest = number
        for values, _ in reversed(coded):
            rest, place = divmod(rest, len(values))
            key.append(values[place])
        counted.append((tuple(reversed(key)), count))
    return counted


def _code(series: nw.Series[Any]) -> tuple[list[Any], Codes]:
    """Give the values of a column, None at the end, and for each row the place of its value or -1."""
    native: Any = series.to_native()
    engine = series.implementation
    coder = _code_pandas if engine.is_pandas() else _code_polars if engine.is_polars() else _code_pyarrow
    try:
        found = coder(native)
        values, codes = _code_objects(series) if found is None else found
    except ArithmeticError as error:
        raise ValueError(
            f"column {series.name!r} holds a Decimal sNaN, which no rule reads; leave its cell empty"
        ) from error
    # A float that is not equal to itself is not a number: an empty cell like any other.
    return [None if value != value else value for value in values] + [None], codes  # noqa: PLR0124


def _code_pandas(series: Any) -> tuple[list[Any], Codes] | None:
    import numpy as np
    import pandas as pd

    if isinstance(series.dtype, pd.CategoricalDtype):
        return series.cat.categories.tolist(), series.cat.codes.to_numpy()
    numeric = pd.api.types.is_numeric_dtype(series.dtype) and not pd.api.types.is_bool_dtype(series.dtype)
    text = isinstance(series.dtype, pd.StringDtype) or str(series.dtype) in ("string[pyarrow]", "large_string[pyarrow]")
    if series.dtype == object:
        # pandas calls a column text after a look at its first rows only; this looks at every cell
        text = pd.api.types.infer_dtype(series, skipna=True) in ("string", "empty")
    if not (numeric or text):
        return None
    codes, values = pd.factorize(series)
    return values.tolist(), codes.astype(np.int32)


def _code_polars(series: Any) -> tuple[list[Any], Codes] | None:
    import numpy as np
    import polars as pl

    if series.dtype == pl.String:
        return _code_polars_text(series)
    if series.dtype in (pl.Categorical, pl.Enum):
        distinct = series.unique().drop_nulls()
        values, numbers, found = distinct.to_list(), distinct.to_physical(), series.to_physical()
    elif series.dtype.is_integer():
        distinct = numbers = series.unique().drop_nulls().sort()
        values, found = distinct.to_list(), series
    else:
        return None
    if not values:
        return [], np.full(len(series), -1, np.int32)
    lowest, highest = int(numbers.min()), int(numbers.max())
    if lowest < 0 or highest >= _DENSE:
        return None
    places = np.full(highest + 2, -1, np.int32)
    places[numbers.to_numpy()] = np.arange(len(values))
    if found.null_count():
        found = found.cast(pl.Int32).fill_null(highest + 1)
    return values, take(places, found.to_numpy())


def _code_polars_text(series: Any) -> tuple[list[Any], Codes]:
    """Number texts by the values of a sample first: published tables repeat theirs, so one pass is mostly enough."""
    import numpy as np
    import polars as pl

    values = series.gather_every(max(1, len(series) // _SAMPLE)).unique().drop_nulls().sort()
    codes = pl.Series(np.full(len(series), -1, np.int32))
    for _ in range(2):
        if len(values):
            places = pl.int_range(len(values), dtype=pl.Int32, eager=True)
            codes = series.replace_strict(values, places, default=-1, return_dtype=pl.Int32)
        unseen = codes == -1
        if unseen.sum() == series.null_count():
            break
        values = values.append(series.filter(unseen).unique().drop_nulls().sort())
    return values.to_list(), codes.to_numpy()


def _code_pyarrow(column: Any) -> tuple[list[Any], Codes] | None:
    import numpy as np
    import pyarrow as pa

    kind = column.type
    if not pa.types.is_dictionary(kind):
        if pa.types.is_string_view(kind):
            column = column.cast(pa.string())
        elif not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind)):
            return None
        column = column.dictionary_encode()
    column = column.unify_dictionaries()
    if column.num_chunks == 0:
        return [], np.empty(0, np.int32)
    values = column.chunk(0).dictionary.to_pylist()
    codes = np.empty(len(column), np.int32)
    start = 0
    for chunk in column.chunks:
        codes[start : start + len(chunk)] = chunk.indices.cast(pa.int32()).fill_null(-1).to_numpy(zero_copy_only=False)
        start += len(chunk)
    return values, codes


def _code_objects(series: nw.Series[Any]) -> tuple[list[Any], Codes]:
    """Encode cells of any type, telling 1 from 1.0 and from True."""
    import numpy as np

    places: dict[tuple[type, Any], int] = {}
    codes: list[int] = []
    values: list[Any] = []
    for cell, empty in zip(series.to_list(), series.is_null().to_list(), strict=True):
        if empty or cell is None or (isinstance(cell, float) and cell != cell):  # noqa: PLR0124
            codes.append(-1)
            continue
        try:
            place = places.setdefault((type(cell), cell), len(places))
        except TypeError:
            raise ValueError(
                f"column {series.name!r} holds {type(cell).__name__} cells; a cell must be one text or one number"
            ) from None
        if place == len(values):
            values.append(cell)
        codes.append(place)
    return values, np.array(codes, np.int32)


def build_column(table: nw.DataFrame[Any], column: Column, positions: Codes) -> nw.Series[Any]:
    """Look up one new column by position, in the types of the table's engine."""
    engine = table.implementation
    if engine.is_pandas():
        native: Any = pandas_column(column, positions, table.to_native().index)
    elif engine.is_polars():
        native = _polars_column(column, positions)
    else:
        native = _pyarrow_column(column, positions)
    series: nw.Series[Any] = nw.from_native(native, series_only=True).alias(column.name)
    return series


def pandas_column(column: Column, positions: Codes, index: Any) -> Any:
    """Look up one new column as a pandas series."""
    import numpy as np
    import pandas as pd

    values: Any
    if column.kind == "text":
        words = column.categories
        place = {word: number for number, word in enumerate(words)}
        kind = np.int8 if len(words) < 2**7 else np.int16 if len(words) < 2**15 else np.int32
        codes = np.array([place.get(value, -1) for value in column.values], kind)
        values = pd.Categorical.from_codes(
            take(codes, positions), dtype=pd.CategoricalDtype(pd.Index(words, dtype="str")), validate=False
        )
    elif column.kind == "number":
        values = take(np.array([np.nan if v is None else v for v in column.values], np.float64), positions)
    elif column.kind == "date":
        # pandas has no dates of its own; midnight in datetime64 is what its users expect
        values = take(np.array(column.values, "datetime64[us]"), positions)
    else:
        known = take(np.array([bool(value) for value in column.values], bool), positions)
        values = pd.arrays.BooleanArray(known, take(np.array([v is None for v in column.values], bool), positions))
    return pd.Series(values, index=index, name=column.name, copy=False)


def _polars_column(column: Column, positions: Codes) -> Any:
    import numpy as np
    import polars as pl

    # Polars counts rows without sign; a view spares it a second copy of the positions for every column.
    return polars_values(column).gather(pl.Series(positions.view(np.uint32)))


def polars_values(column: Column) -> Any:
    """Give a new column's value for each distinct key as a Polars series."""
    import polars as pl

    kinds = {"text": pl.Categorical, "number": pl.Float64, "date": pl.Date, "flag": pl.Boolean}
    return pl.Series(column.name, column.values, dtype=kinds[column.kind])


def _pyarrow_column(column: Column, positions: Codes) -> Any:
    import pyarrow as pa

    if column.kind == "text":
        words = column.words
        place = {word: number for number, word in enumerate(words)}
        codes = pa.array([place.get(value) for value in column.values], pa.int32()).take(pa.array(positions))
        return pa.chunked_array([pa.DictionaryArray.from_arrays(codes, pa.array(words, pa.string()))])
    kinds = {"number": pa.float64(), "date": pa.date32(), "flag": pa.bool_()}
    values = pa.array(column.values, kinds[column.kind])
    return pa.chunked_array([values.take(pa.array(positions))])
