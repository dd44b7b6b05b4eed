"""What counts as a number where one is asked for."""

from __future__ import annotations

from numbers import Real

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray


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
    ValueError: recorded is '5': must be a number, not str
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise ValueError(f"{name} is {value!r}: must be a number, not {type(value).__name__}")


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
    except (TypeError, ValueError):
        raise ValueError(f"{name}: some are no plain numbers, or the rows differ in length; give numbers") from None
    raise ValueError(f"{name} holds dates or text ({given.dtype}): give plain numbers, such as counts or months")
