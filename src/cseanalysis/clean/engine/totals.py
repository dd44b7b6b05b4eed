"""What a whole frame adds up to: its rows and the sums of its numbers, in one query."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from cseanalysis.clean.engine.lookup import look_at

# A name inside the query that no published column has.
_ROWS = "cseanalysis_rows"


def frame_totals(frame: Any) -> tuple[int, dict[str, float]]:
    """Count the rows and add up every column of numbers, leaving out what is no number."""
    engine, _ = look_at(frame)
    if engine == "dask":
        parts = frame.map_partitions(lambda part: _as_rows(*frame_totals(part)), meta=_as_rows(0, {})).compute()
        sums: dict[str, float] = {}
        for name, value in zip(parts["name"], parts["value"], strict=True):
            sums[name] = sums.get(name, 0.0) + float(value)
        return int(sums.pop(_ROWS, 0)), sums
    table: Any = nw.from_native(frame)
    numbers = [name for name, kind in table.collect_schema().items() if kind.is_numeric()]
    # As floats: whole numbers wrap round, and one NaN would take the whole sum with it.
    finite = {name: nw.col(name).cast(nw.Float64) for name in numbers}
    small = table.select(
        nw.len().cast(nw.Float64).alias(_ROWS),
        *(
            nw.when(~number.is_nan() & (number.abs() < float("inf"))).then(number).sum().alias(str(name))
            for name, number in finite.items()
        ),
    )
    if isinstance(small, nw.LazyFrame):
        small = small.collect()
    found = {name: float(small.get_column(name).to_list()[0] or 0.0) for name in small.columns}
    return int(found.pop(_ROWS)), found


def text_columns(frame: Any) -> list[str]:
    """Name the columns that can hold text."""
    engine, _ = look_at(frame)
    table: Any = nw.from_native(frame._meta if engine == "dask" else frame)
    kinds = (nw.String, nw.Categorical, nw.Enum, nw.Object)
    return [name for name, kind in table.collect_schema().items() if isinstance(name, str) and isinstance(kind, kinds)]


def _as_rows(rows: int, sums: dict[str, float]) -> Any:
    import pandas as pd

    named = {_ROWS: float(rows), **sums}
    return pd.DataFrame(
        {"name": pd.Series(list(named), dtype=object), "value": pd.Series(list(named.values()), dtype=float)}
    )
