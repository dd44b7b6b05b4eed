"""What counts as a number where one is asked for."""

from __future__ import annotations

from numbers import Real

import numpy as np


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
