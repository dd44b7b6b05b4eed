"""Adding columns to a frame by way of its distinct keys, on any eager engine that narwhals knows.

Only this module touches an engine. The distinct keys of the key columns are resolved in plain Python;
the answers come back through integer positions, so rows, their order and the index stay as they were.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoDataFrameT

from cseanalysis.clean.labels import Unmapped, unmapped_error

Kind = Literal["text", "number", "date"]
Key = tuple[Any, ...]
Answer = tuple[str | float | dt.date | None, ...]

# Stands for an empty cell while text is looked up: a private-use character that no published label holds.
_EMPTY = "\uf8ffempty"


def add_columns(
    frame: IntoDataFrameT,
    *,
    keys: Sequence[str],
    added: Mapping[str, Kind],
    resolve: Callable[[Key], Answer | Unmapped],
    on_unmapped: str,
    remedy: str,
) -> IntoDataFrameT:
    """Append one column per name in ``added``, its values given by ``resolve`` for each distinct key.

    Parameters
    ----------
    frame
        A pandas, Polars (eager) or PyArrow frame.
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
    table = _open(frame, keys, added)
    distinct, positions = _encode(table, keys)
    answers: list[Answer] = []
    problems: dict[int, Unmapped] = {}
    for number, key in enumerate(distinct):
        answer = resolve(key)
        if isinstance(answer, Unmapped):
            problems[number] = answer
            answer = (None,) * len(added)
        answers.append(answer)
    if problems and on_unmapped == "raise":
        rows = int(positions.is_in(list(problems)).sum())
        raise unmapped_error(list(problems.values()), rows=rows, columns=keys, remedy=remedy)
    columns = [
        _column(name, kind, [answer[place] for answer in answers], positions)
        for place, (name, kind) in enumerate(added.items())
    ]
    return table.with_columns(*columns).to_native()


def _open(frame: IntoDataFrameT, keys: Sequence[str], added: Mapping[str, Kind]) -> nw.DataFrame[IntoDataFrameT]:
    try:
        table = nw.from_native(frame, eager_only=True)
    except TypeError as error:
        raise TypeError(
            f"a frame of type {type(frame).__name__}: must be a pandas, Polars (not lazy) or PyArrow table; "
            "convert it first, for example with .collect() or .to_pandas()"
        ) from error
    there = list(table.columns)
    if missing := [name for name in keys if name not in there]:
        raise ValueError(
            f"no column {', '.join(map(repr, missing))}; the frame has {', '.join(map(repr, there)) or 'no columns'}. "
            "Name the column to read"
        )
    if taken := [name for name in added if name in there]:
        raise ValueError(
            f"column {', '.join(map(repr, taken))} exists already and cleaning never overwrites; "
            "rename or drop it first"
        )
    return table


def _encode(table: nw.DataFrame[Any], keys: Sequence[str]) -> tuple[list[Key], nw.Series[Any]]:
    """Give the distinct keys and, for each row, the position of its key among them."""
    coded = [_encode_column(table.get_column(name)) for name in keys]
    values, combined = coded[0]
    if len(coded) == 1:
        return [(value,) for value in values], combined
    for more, positions in coded[1:]:
        combined = combined * max(len(more), 1) + positions
    numbers = sorted(combined.unique().to_list())
    distinct = []
    for number in numbers:
        key: list[Any] = []
        rest = number
        for values, _ in reversed(coded):
            rest, place = divmod(rest, len(values))
            key.insert(0, values[place])
        distinct.append(tuple(key))
    return distinct, _replace(combined, numbers)


def _encode_column(series: nw.Series[Any]) -> tuple[list[Any], nw.Series[Any]]:
    if series.dtype in (nw.Categorical, nw.Enum):
        if series.implementation.is_pandas_like():
            # pandas turns an empty cell into the text "nan" when it casts a category to text
            native: Any = series.to_native()
            positions = nw.from_native(native.cat.codes, series_only=True).cast(nw.Int64).alias("position")
            values = [*native.cat.categories.tolist(), None]
            seen = sorted(positions.unique().to_list(), key=lambda code: (code < 0, code))
            return [values[code] for code in seen], _replace(positions, seen)
        series = series.cast(nw.String)
    if series.dtype == nw.String:
        filled = series.fill_null(_EMPTY) if series.null_count() else series
        found = filled.unique().to_list()
        # pandas calls a column of objects text after a look at its first rows only
        if all(isinstance(value, str) for value in found):
            found.sort()
            return [None if value == _EMPTY else value for value in found], _replace(filled, found)
    elif series.dtype.is_integer() and not series.null_count():
        found = sorted(series.unique().to_list())
        return found, _replace(series, found)
    return _encode_objects(series)


def _encode_objects(series: nw.Series[Any]) -> tuple[list[Any], nw.Series[Any]]:
    """Encode cells of any type, telling 1 from 1.0 and from True."""
    places: dict[tuple[type, Any], int] = {}
    positions: list[int] = []
    values: list[Any] = []
    for cell, empty in zip(series.to_list(), series.is_null().to_list(), strict=True):
        value = None if empty or cell is None or (isinstance(cell, float) and cell != cell) else cell  # noqa: PLR0124
        place = places.setdefault((type(value), value), len(places))
        if place == len(values):
            values.append(value)
        positions.append(place)
    return values, nw.new_series("position", positions, nw.Int64, backend=series.implementation)


def _replace(series: nw.Series[Any], found: list[Any]) -> nw.Series[Any]:
    if not found:
        return nw.new_series("position", [], nw.Int64, backend=series.implementation)
    return series.replace_strict(found, list(range(len(found))), return_dtype=nw.Int64)


def _column(name: str, kind: Kind, values: list[Any], positions: nw.Series[Any]) -> nw.Series[Any]:
    engine = positions.implementation
    if kind == "number":
        return nw.new_series(name, values, nw.Float64, backend=engine)[positions]
    if kind == "date":
        # pandas has no dates of its own; midnight in datetime64 is what its users expect
        dtype = nw.Datetime("us") if engine.is_pandas_like() else nw.Date()
        return nw.new_series(name, values, dtype, backend=engine)[positions]
    if engine.is_pyarrow():
        return nw.new_series(name, values, nw.String, backend=engine)[positions].cast(nw.Categorical)
    return nw.new_series(name, values, nw.Categorical, backend=engine)[positions]
