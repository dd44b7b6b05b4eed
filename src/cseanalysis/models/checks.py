"""What every model asks of its arguments: plain numbers, whole counts, shares, ranges with a kind, equal labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cseanalysis.values import Assumption, Interval, plain_number, share_hint, shown

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

_LEAST_LEVEL = 1e-6  # below it an interval has no width
_EXACT = 2**53  # the largest whole number from which floating point counts on by one


def named(labels: Iterable[object]) -> str:
    """Write at most five labels for a message, and how many more there are."""
    every = [str(label) for label in labels]
    return ", ".join(every[:5]) + (f" and {len(every) - 5} more" if len(every) > 5 else "")


def number(name: str, value: object) -> float:
    """Return a number, infinity and nan among them; ValueError for anything else."""
    return float(plain_number(name, value))


def numbers(name: str, values: ArrayLike) -> Array:
    """Return values as numbers of the same shape, missing ones as nan; ValueError for text, dates and truth values."""
    if isinstance(values, Mapping):
        raise ValueError(
            f"{name} is {shown(values)}: give its values as a Series, which keeps the labels, pd.Series(...)"
        )
    try:
        given = np.asarray(values)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: the rows differ in length; give plain numbers in one row") from None
    if given.dtype.kind in "iuf" and not isinstance(values, np.ma.MaskedArray):
        return given.astype(np.float64)  # the same, without looking
    kinds = {type(value) for value in given.ravel()} if given.dtype.kind == "O" else {given.dtype.type}
    if any(issubclass(kind, bool | np.bool_) for kind in kinds):
        raise ValueError(f"{name} holds truth values such as True: give numbers; counts are the sum of a mask")
    if given.dtype.kind not in "iufO" or any(issubclass(kind, str | bytes) for kind in kinds):
        raise ValueError(
            f"{name} holds dates or text ({given.dtype}): give plain numbers, such as counts or months; parse_counts "
            "reads text"
        )
    import pandas as pd

    try:
        masked = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else False
        return np.where(pd.isna(given) | masked, np.nan, given).astype(np.float64)
    except OverflowError:
        raise ValueError(f"{name} holds a whole number too large for a number here; check its unit") from None
    except (TypeError, ValueError):
        raise ValueError(f"{name}: some are no plain numbers, or the rows differ in length; give numbers") from None


def check_share(name: str, value: object) -> float:
    """Return a share or probability from 0 to 1."""
    share = number(name, value)
    if not 0 <= share <= 1:
        raise ValueError(f"{name} is {value}: must be a share or probability between 0 and 1{share_hint(share)}")
    return share


def check_positive(name: str, value: object) -> float:
    """Return a finite number above 0."""
    positive = number(name, value)
    if not 0 < positive < np.inf:
        raise ValueError(f"{name} is {value}: must be above 0 and finite")
    return positive


def check_level(level: object) -> float:
    """Return the level of an interval, strictly between 0 and 1."""
    share = number("level", level)
    if not _LEAST_LEVEL <= share < 1:
        raise ValueError(f"level {level}: must lie strictly between 0 and 1, e.g. 0.95{share_hint(share)}")
    return share


def check_interval(name: str, value: object, *, bound: bool = False) -> Interval:
    """Return a range if it is an `Interval`, and if asked a bound; ValueError says how to write one."""
    if not isinstance(value, Interval):
        cure = 'write Interval(low, high, "bound")'
        if isinstance(value, Assumption):
            cure = f"give the range of the assumption, {value.id}.interval"
        elif hasattr(value, "quantile"):
            cure += ", the range that is defended; distributions are for simulate_total and others that draw"
        else:
            ends = list(value) if isinstance(value, tuple | list) and len(value) == 2 else [value, value]
            with suppress(ValueError):
                low, high = sorted(number(name, end) for end in ends)
                cure = f'write Interval({low:g}, {high:g}, "bound")' if np.isfinite([low, high]).all() else cure
        raise ValueError(f"{name} is {shown(value)}: must be an Interval; {cure}")
    if bound and value.kind != "bound":
        raise ValueError(
            f"{name} from {value.low} to {value.high} is a {value.kind} interval: an assumed range is a bound, as in "
            f'Interval({value.low:g}, {value.high:g}, "bound")'
        )
    return value


def uneven(values: Array) -> NDArray[np.bool_]:
    """Return which values are no whole numbers; what rounding leaves behind, as in 0.7 * 90, counts as whole."""
    return np.asarray(np.abs(values - np.rint(values)) > 1e-9 * np.maximum(np.abs(values), 1.0))


def check_count(name: str, value: object) -> int:
    """Return one count of records or cases as Python's own whole number; a float that is whole counts as one."""
    count = plain_number(name, value)
    if not 0 <= count < np.inf or uneven(np.array(count, dtype=np.float64)):
        cure = _count_cure(np.array([count], dtype=np.float64))
        raise ValueError(f"{name} is {value}: must be a whole count, not negative; {cure}")
    if count > _EXACT:
        raise ValueError(
            f"{name} is {shown(value)}: counts above 2**53 are not exact in floating point; check the unit"
        )
    return round(count)


def check_counts(name: str, counts: Array, what: str = "counts") -> None:
    """Refuse what are no counts: negative, infinite or not whole; missing values are not looked at."""
    known = counts[~np.isnan(counts)]
    wrong = known[~(known >= 0) | np.isinf(known) | uneven(np.where(np.isinf(known), 0.0, known))]
    if wrong.size:
        raise ValueError(
            f"{name} holds {named(f'{value:g}' for value in wrong)} ({wrong.size} of {counts.size}): must be whole "
            f"{what}, none negative; {_count_cure(known)}"
        )


def _count_cure(counts: Array) -> str:
    if np.isnan(counts).any():
        return "missing is not nought"
    if (counts < 0).any():
        return "net of corrections? give what was counted, and corrections apart"
    if counts.max() <= 1:
        return "shares: give the counts they were made of"
    return "round estimates to whole cases first, or give the counts that rates and per cents are made of"


def check_whole(name: str, value: object, *, least: int = 1, most: int = 10**9) -> int:
    """Return how many of something to make, such as draws or threads, if it is a whole number within reason."""
    whole = int(value) if isinstance(value, int | np.integer) and not isinstance(value, bool) else None
    if whole is None or whole < least:
        cure = f"; write {int(value)}" if isinstance(value, float) and value.is_integer() and value >= least else ""
        raise ValueError(f"{name} is {shown(value)}: must be a whole number from {least}{cure}")
    if whole > most:
        raise ValueError(f"{name} is {shown(value)}: must be a whole number from {least} to {most:,}; ask for fewer")
    return whole


def one_of(name: str, value: object, options: Iterable[str]) -> None:
    """Refuse what is none of some words."""
    words = list(options)
    if not isinstance(value, str) or value not in words:
        raise ValueError(f"{name} is {shown(value)}: must be one of {', '.join(words)}")


def check_truth(name: str, value: object) -> None:
    """Refuse what is neither True nor False."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} is {shown(value)}: must be True or False")


def check_same_labels(name: str, labels: pd.Index, other: str, wanted: pd.Index) -> None:
    """Refuse labels that stand twice, or that are not those of something else, in whatever order."""
    for what, index in ((name, labels), (other, wanted)):
        if not index.is_unique:
            twice = named(map(repr, index[index.duplicated()].unique()))
            raise ValueError(f"labels of {what} that stand twice: {twice}; give one row each, or .to_numpy() of both")
    if apart := [*wanted[~wanted.isin(labels)], *labels[~labels.isin(wanted)]]:
        raise ValueError(
            f"{name} and {other} have different labels: labels {named(apart)} are in one of them only; values are "
            "matched by label: give both the same labels, in any order, or none, with .to_numpy()"
        )


def aligned(**given: Any) -> list[Any]:
    """Return arguments that belong together value by value, series in the order of the first one's labels."""
    import pandas as pd

    lead = next((name for name, value in given.items() if isinstance(value, pd.Series)), None)
    if lead is None:
        return list(given.values())
    labels = given[lead].index
    for name, value in given.items():
        if isinstance(value, pd.Series) and not value.index.equals(labels):
            check_same_labels(name, value.index, lead, labels)
            given[name] = value.reindex(labels)
    return list(given.values())
