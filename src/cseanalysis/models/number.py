"""What counts as a number where one is asked for."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cseanalysis.values import Assumption, Interval, plain_number, share_hint, shown


def check_number(name: str, value: object) -> None:
    """Refuse what is no real number: text, missing values, truth values, arrays; nan and infinity pass.

    Parameters
    ----------
    name
        What the number is called in the message.
    value
        What was given.

    Raises
    ------
    ValueError
        When it is no number.

    Examples
    --------
    >>> check_number("recorded", np.int64(5))
    >>> check_number("recorded", "5")
    Traceback (most recent call last):
        ...
    ValueError: recorded is '5': must be a number, not str; without quotes and signs it is 5
    """
    plain_number(name, value)


def plain_numbers(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return values as numbers, missing ones as nan; text and dates, which numpy would turn into numbers, are refused.

    Parameters
    ----------
    name
        What the values are called in the message.
    values
        Numbers of any shape; not modified.

    Returns
    -------
    ndarray of the same shape

    Raises
    ------
    ValueError
        When they hold something else, or rows of unequal length.

    Examples
    --------
    >>> plain_numbers("intake", [1, None]).tolist()
    [1.0, nan]
    """
    try:
        given = np.asarray(values)
        if isinstance(values, np.ma.MaskedArray):
            given = np.where(np.ma.getmaskarray(values), np.nan, given.astype(np.float64))
        if given.dtype.kind == "O" and not any(isinstance(value, str | bytes) for value in given.ravel()):
            return np.where(pd.isna(given), np.nan, given).astype(np.float64)
        if given.dtype.kind in "biuf":
            return given.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name}: some are no plain numbers, or the rows differ in length; give numbers") from None
    raise ValueError(f"{name} holds dates or text ({given.dtype}): give plain numbers, such as counts or months")


def check_interval(name: str, value: object, *, bound: bool = False) -> Interval:
    """Return what was given if it is an Interval, or say how it is written as one.

    Parameters
    ----------
    name
        What the range is called in the message.
    value
        What was given.
    bound
        Whether it must be of kind ``"bound"``: an assumed range has no level.

    Raises
    ------
    ValueError
        When it is something else, such as a pair of numbers or one number, or of another kind.

    Examples
    --------
    >>> check_interval("reporting_probability", (0.3, 0.5))
    Traceback (most recent call last):
        ...
    ValueError: reporting_probability is (0.3, 0.5): must be an Interval; write Interval(0.3, 0.5, "bound")
    """
    if not isinstance(value, Interval):
        cure = 'write Interval(low, high, "bound")'
        if isinstance(value, Assumption):
            cure = f"give the range of the assumption, {value.id}.interval"
        elif hasattr(value, "quantile"):
            cure = "give the range that is defended; distributions are for simulate_total and others that draw"
        else:
            ends = list(value) if isinstance(value, tuple | list) and len(value) == 2 else [value, value]
            with suppress(ValueError):
                low, high = sorted(float(plain_number(name, end)) for end in ends)
                cure = f'write Interval({low:g}, {high:g}, "bound")' if np.isfinite([low, high]).all() else cure
        raise ValueError(f"{name} is {shown(value)}: must be an Interval; {cure}")
    if bound and value.kind != "bound":
        raise ValueError(
            f"{name} from {value.low} to {value.high} is a {value.kind} interval: an assumed range is a bound, as in "
            f'Interval({value.low:g}, {value.high:g}, "bound")'
        )
    return value


def check_level(level: object) -> float:
    """Return a level if it lies strictly between 0 and 1.

    Examples
    --------
    >>> check_level(95)
    Traceback (most recent call last):
        ...
    ValueError: level 95: must lie strictly between 0 and 1, e.g. 0.95; 95% is written 0.95
    """
    number = plain_number("level", level)
    if not 0 < number < 1:
        raise ValueError(f"level {level}: must lie strictly between 0 and 1, e.g. 0.95{share_hint(number)}")
    return float(number)


def check_share(name: str, value: object, *, above: float | None = None) -> float:
    """Return a probability or share if it lies between 0 and 1 (strictly above ``above`` where that is given).

    Examples
    --------
    >>> check_share("sensitivity", 80)
    Traceback (most recent call last):
        ...
    ValueError: sensitivity is 80: must be a probability between 0 and 1; 80% is written 0.8
    """
    number = plain_number(name, value)
    if not 0 <= number <= 1 or (above is not None and not number > above):
        over = "" if above is None else f", above {above:g}"
        raise ValueError(f"{name} is {value}: must be a probability between 0 and 1{over}{share_hint(number)}")
    return float(number)


def check_count(name: str, value: object, *, least: int = 0) -> int:
    """Return a whole number of records, from ``least`` up, as Python's own; a float that is whole counts as one.

    Examples
    --------
    >>> check_count("known", 400.0)
    400
    >>> check_count("known", 0.34)
    Traceback (most recent call last):
        ...
    ValueError: known is 0.34: must be a whole number, not negative; shares and per cents are no counts: give the \
records they were made from
    """
    number = plain_number(name, value)
    if not np.isfinite(float(number)) or number < least or number != int(number):
        part = (
            "; shares and per cents are no counts: give the records they were made from"
            if number > 0 and np.isfinite(float(number))
            else ""
        )
        part = "; missing is not nought" if np.isnan(float(number)) else part
        rule = f"from {least}" if least else "not negative"
        raise ValueError(f"{name} is {value}: must be a whole number, {rule}{part}")
    return int(number)


def aligned_columns(columns: dict[str, ArrayLike]) -> list[NDArray[np.float64]]:
    """Return columns of numbers as arrays; those with labels in the order of the labels of the first.

    Parameters
    ----------
    columns
        What each is called in messages, and its values: all pandas Series with the same labels, or none.

    Raises
    ------
    ValueError
        When some have labels and others have not, labels differ or stand twice, or something is no number.

    Examples
    --------
    >>> yes, known = pd.Series({"north": 3, "south": 1}), pd.Series({"south": 10, "north": 20})
    >>> [column.tolist() for column in aligned_columns({"yes": yes, "known": known})]
    [[3.0, 1.0], [20.0, 10.0]]
    """
    labelled = {name: column for name, column in columns.items() if isinstance(column, pd.Series)}
    if labelled:
        if len(labelled) < len(columns):
            bare = next(name for name in columns if name not in labelled)
            raise ValueError(
                f"{next(iter(labelled))} has labels and {bare} has none: give all as Series with the same labels, or "
                "none, with .to_numpy()"
            )
        first, order = next(iter(labelled.items()))
        for name, column in labelled.items():
            check_same_labels(name, column.index, first, order.index)
        columns = {name: column.loc[order.index] for name, column in labelled.items()}
    return [plain_numbers(name, column) for name, column in columns.items()]


def check_same_labels(name: str, labels: pd.Index, other: str, wanted: pd.Index) -> None:
    """Refuse labels that stand twice, or that are not those of something else, in whatever order.

    Examples
    --------
    >>> check_same_labels("matrix", pd.Index(["b", "a"]), "observed", pd.Index(["a", "b"]))
    >>> check_same_labels("matrix", pd.Index(["a", "c"]), "observed", pd.Index(["a", "b"]))
    Traceback (most recent call last):
        ...
    ValueError: matrix is labelled 'a', 'c' and observed 'a', 'b': give both the same labels, in any order, or none
    """
    for what, index in ((name, labels), (other, wanted)):
        if not index.is_unique:
            twice = index[index.duplicated()].unique().tolist()
            raise ValueError(f"labels of {what} that stand twice: {', '.join(map(repr, twice[:5]))}; give one row each")
    if len(labels) != len(wanted) or not labels.isin(wanted).all():
        given, asked = (", ".join(map(repr, index.tolist()[:5])) for index in (labels, wanted))
        raise ValueError(
            f"{name} is labelled {given} and {other} {asked}: give both the same labels, in any order, or none"
        )


def check_whole(name: str, value: object, *, least: int = 1, most: int = 10**9) -> int:
    """Return how many of something to make, such as draws or threads, if it is a whole number within reason.

    Examples
    --------
    >>> check_whole("draws", 1e5)
    Traceback (most recent call last):
        ...
    ValueError: draws is 100000.0: must be a whole number from 1; write 100000
    """
    number = int(value) if isinstance(value, int | np.integer) and not isinstance(value, bool) else None
    if number is None or number < least:
        cure = f"; write {int(value)}" if isinstance(value, float) and value.is_integer() and value >= least else ""
        raise ValueError(f"{name} is {shown(value)}: must be a whole number from {least}{cure}")
    if number > most:
        raise ValueError(f"{name} is {shown(value)}: at most {most:,} are within reach; ask for fewer")
    return number
