"""How much of a cleaned table rests on mappings that are not exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from cseanalysis.clean.crosswalks import RELATIONS
from cseanalysis.clean.engine.lookup import check_columns, look_at

if TYPE_CHECKING:
    import pandas as pd

_ORDER = (*RELATIONS, "unmapped")


def share_by_relation(frame: Any, *, relation: str = "offence_relation", count: str | None = None) -> pd.DataFrame:
    """Report what share of a cleaned table's rows, and of what they count, has which relation to its category.

    Parameters
    ----------
    frame
        A frame that came out of :func:`harmonise_offences`, :func:`harmonise_forces` or :func:`harmonise_outcomes`, of
        any engine; engines that hold a query run one.
    relation
        Column of relations.
    count
        Column of numbers that each row stands for, such as offences, if there is one.

    Returns
    -------
    pandas.DataFrame
        One row for each relation, with ``"unmapped"`` for rows that have none, and one called ``"not exact"`` for
        all but the first; ``rows`` and ``share_of_rows``; with ``count`` also ``count``, ``share_of_count`` and
        ``rows_without_count`` (cells that are empty: they are in no share of the count). Single counts may be negative,
        as revisions are; the sum of a relation may not. A share of nothing is missing.

    Raises
    ------
    ValueError
        When a column is missing, or holds something else than relations or numbers; when the counts of a relation, or
        all of them, sum to less than nought: their shares would be below 0 and those of others above 1.

    Examples
    --------
    >>> import pandas as pd
    >>> relations = pd.DataFrame({"offence_relation": ["exact", "exact", "broader", None], "n": [60, 20, 20, 0]})
    >>> print(share_by_relation(relations, count="n")[["rows", "share_of_rows", "share_of_count"]])
               rows  share_of_rows  share_of_count
    exact         2           0.50             0.8
    broader       1           0.25             0.2
    narrower      0           0.00             0.0
    partial       0           0.00             0.0
    unmapped      1           0.25             0.0
    not exact     2           0.50             0.2
    """
    import pandas as pd

    engine, there = look_at(frame)
    check_columns(engine, there, {"relation": relation} | ({} if count is None else {"count": count}), [])
    table = pd.DataFrame(0.0, index=pd.Index(_ORDER), columns=["rows", "count", "rows_without_count"])
    for label, rows, total, counted, infinite in _grouped(engine, frame, relation, count):
        # pandas and Dask give NaN for an empty cell
        word = "unmapped" if pd.isna(label) else str(label)
        if word not in _ORDER:
            raise ValueError(f"column {relation!r} holds {word!r}: relations are {', '.join(RELATIONS)} or empty")
        if infinite:
            raise ValueError(f"column {count!r} holds an infinite number: a count is finite; leave its cell empty")
        table.loc[word] += [rows, 0.0 if pd.isna(total) else float(total), rows - counted]
    if (total := table["count"].sum()) < 0:
        raise ValueError(
            f"column {count!r} sums to {total:g}: a net negative total has no shares; take more areas or years"
        )
    if (below := table["count"][table["count"] < 0]).size:
        raise ValueError(
            f"column {count!r} sums to {below.iloc[0]:g} where the relation is {below.index[0]!r}: a net negative part "
            "has no share of the total; take more areas or years, or the counts before corrections"
        )
    table.loc["not exact"] = table.drop(index="exact").sum()
    for name in ("rows", "count"):
        whole = table.loc[list(_ORDER), name].sum()
        table[f"share_of_{name}"] = table[name] / whole if whole else float("nan")
    table = table.astype({"rows": "int64", "rows_without_count": "int64"})
    shown = ["rows", "share_of_rows"]
    return table[shown if count is None else [*shown, "count", "share_of_count", "rows_without_count"]]


def _grouped(engine: str, frame: Any, relation: str, count: str | None) -> list[tuple[Any, int, Any, int, int]]:
    """Give relation, rows, sum of the counts, rows with one, infinite ones: one query where the frame is one."""
    if engine == "dask":
        parts = frame.map_partitions(
            _group_partition, relation, count, meta=_group_partition(frame._meta, relation, count)
        )
        return list(parts.compute().itertuples(index=False, name=None))
    table: Any = nw.from_native(frame)
    kind = table.collect_schema()
    if count is not None and not kind[count].is_numeric():
        raise ValueError(f"column {count!r} holds {kind[count]}, not numbers; parse_counts reads published cells")
    # As floats: whole numbers wrap round, and one NaN would take the sum of its group with it.
    number = nw.lit(0.0) if count is None else nw.col(count).cast(nw.Float64)
    none = nw.col(relation).is_null().cast(nw.Int64) * 0
    endless = number.abs() == float("inf")
    small = table.select(
        label=nw.col(relation).cast(nw.String) if engine not in ("pandas",) else nw.col(relation),
        # a zero a row; a literal would give an empty frame one row with the lowest narwhals
        total=none if count is None else nw.when(~number.is_nan() & ~endless).then(number),
        infinite=none if count is None else endless.cast(nw.Int64),
    )
    small = small.group_by("label", drop_null_keys=False).agg(
        rows=nw.len(), sum=nw.col("total").sum(), counted=nw.col("total").count(), infinite=nw.col("infinite").sum()
    )
    if isinstance(small, nw.LazyFrame):
        small = small.collect()
    names = ("label", "rows", "sum", "counted", "infinite")
    return [tuple(row[name] for name in names) for row in small.iter_rows(named=True)]


def _group_partition(part: Any, relation: str, count: str | None) -> Any:
    import pandas as pd

    rows = _grouped("pandas", part, relation, count)
    return pd.DataFrame(rows, columns=["label", "rows", "sum", "counted", "infinite"]).astype({"label": object})
