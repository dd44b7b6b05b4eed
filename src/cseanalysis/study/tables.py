"""A table in words is a list of columns (heading, fields, format), rendered in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from cseanalysis.export.wording import say_ends, say_interval, say_number
from cseanalysis.values import Interval


def as_it_is(value: object) -> object:
    """Leave a value to the table that prints it."""
    return value


class Column(NamedTuple):
    """A column: its heading, the field or fields of a row that it prints, and how it words their values."""

    heading: str
    fields: str | tuple[str, ...]
    format: Callable[..., object] = as_it_is


def in_words(rows: pd.DataFrame | Iterable[Mapping[str, Any]], columns: Sequence[Column]) -> pd.DataFrame:
    """Word a table."""
    listed = rows.to_dict("records") if isinstance(rows, pd.DataFrame) else list(rows)
    return pd.DataFrame(
        {
            column.heading: [
                column.format(
                    *(row[name] for name in ([column.fields] if isinstance(column.fields, str) else column.fields))
                )
                for row in listed
            ]
            for column in columns
        }
    )


def number(unit: str = "") -> Callable[[float], str]:
    """Word one number of a unit."""
    return lambda value: say_number(value, unit)


def span(unit: str = "") -> Callable[[float, float], str]:
    """Word the two ends of a bound, rounded outward, where the heading or the caption says what they are."""

    def worded(low: float, high: float) -> str:
        # The word of the unit stands in the heading.
        ends = [end.removesuffix(f" {unit}") for end in say_ends(Interval(low, high, "bound"), unit)]
        return " to ".join(dict.fromkeys(ends))

    return worded


def bound(unit: str = "") -> Callable[[float, float], str]:
    """Word a bound by its two ends, and that it is one."""
    return lambda low, high: say_interval(Interval(low, high, "bound"), unit)
