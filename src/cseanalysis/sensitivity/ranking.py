"""Numbers rounded to what every processor agrees on, and rankings that never hang on the digits beyond."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# Kernels of linear algebra and vectorised functions were seen to disagree by 7e-12 of a value, and by 4e-17 where
# a value is a difference of larger ones.
DIGITS = 9
DECIMALS = 12
# A value on the edge of two roundings may fall to either side: a unit in the last digit that is kept, and a half.
RELATIVE = 1.5e-8
ABSOLUTE = 1.5e-12


def settled(value: float) -> float:
    """Round to nine significant digits and at most twelve decimals, which are the same on every processor."""
    # A value that is a tie in decimals falls to the same side whatever binary noise it carries.
    nearest = float(f"{Decimal(f'{value:.12g}'):.{DIGITS}g}")
    return round(nearest, DECIMALS) + 0.0  # no minus zero


def agree(one: Any, other: Any) -> bool:
    """Say whether two results, or tables of them, are the same but for their last digit."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(agree(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(agree, one, other))
    if isinstance(one, float) or isinstance(other, float):
        try:
            return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
        except TypeError:  # a number and a word, or nothing
            return False
    return bool(one == other)


def largest_first(table: pd.DataFrame, columns: Sequence[str], name: str) -> pd.DataFrame:
    """Order rows by some columns, largest first; rows that are equal but for rounding by their name."""
    keys = [(*(-settled(value) for value in row), str(who)) for *row, who in _rows(table, [*columns, name])]
    return table.iloc[sorted(range(len(keys)), key=keys.__getitem__)].reset_index(drop=True)


def _rows(table: pd.DataFrame, columns: list[str]) -> list[tuple[Any, ...]]:
    return list(table[columns].itertuples(index=False, name=None))
