"""What every model of time asks of its arguments: labels that agree, plain counts, ranges with a kind, known levels."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cseanalysis.models.number import check_number, plain_numbers
from cseanalysis.values import Interval

Array = NDArray[np.float64]

_PERCENT = 100.0
_LEAST_LEVEL = 1e-6
_LONGEST = 80
_HUGE = 1e308
# Words that stand for a case whose outcome is not known yet, wherever they come from: R, SAS, police systems.
_OPEN_WORDS = re.compile(
    r"censor|\bopen\b|\bpending\b|\bongoing\b|\bin progress\b|\bunresolved\b|\balive\b|\bevent[ -]?free\b|"
    r"\bnot yet\b|\bunder investigation\b|\bawaiting\b|\blost to follow|\bstill\b"
)
_OPEN_WHOLE = {"", "-", "0", "na", "n/a", "nan", "nat", "none", "null", "false", "no", "no event", "no outcome", "<na>"}
_FINANCIAL = re.compile(r"(\d{4})\s*[-/]\s*(\d{2}|\d{4})")
_QUARTER = re.compile(r"(\d{4})\s*[-/]?\s*[Qq]([1-4])")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def named(labels: Iterable[object]) -> str:
    """Write at most five labels for an error message."""
    every = [str(label) for label in labels]
    return ", ".join(every[:5]) + (f" and {len(every) - 5} more" if len(every) > 5 else "")


def aligned(**given: Any) -> list[Any]:
    """Return the arguments with every pandas series in the order of the first one's labels; others as they are.

    Parameters
    ----------
    given
        Arguments that belong together value by value, by their names; ``None`` where one is left out.

    Raises
    ------
    ValueError
        When two series have different labels, or the same ones, some of them twice, in another order.

    Examples
    --------
    >>> one, two = aligned(first=pd.Series([1, 2], ["a", "b"]), second=pd.Series([20, 10], ["b", "a"]))
    >>> two.tolist()
    [10, 20]
    """
    lead = next((name for name, value in given.items() if isinstance(value, pd.Series)), None)
    if lead is None:
        return list(given.values())
    labels = given[lead].index
    result = []
    for name, value in given.items():
        if not isinstance(value, pd.Series) or value.index.equals(labels):
            result.append(value)
            continue
        other = value.index
        if len(other) == len(labels) and labels.is_unique and other.is_unique and labels.isin(other).all():
            result.append(value.reindex(labels))
            continue
        apart = [*labels.difference(other, sort=False), *other.difference(labels, sort=False)]
        seen = f"labels {named(apart)} are in one of them only" if apart else "some labels stand twice in another order"
        raise ValueError(
            f"{name} and {lead} have different labels: {seen}; values are matched by label, so give both the same "
            f"index, or {name}.to_numpy() where they are in the same order"
        )
    return result


def numbers(name: str, values: ArrayLike | pd.Series) -> Array:
    """Return values as numbers, missing ones as nan; ValueError for text, dates and truth values."""
    try:
        given = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name}: the rows differ in length; give plain numbers in one row") from None
    true = given.dtype.kind == "b" or (
        given.dtype.kind == "O" and any(isinstance(value, bool | np.bool_) for value in given.ravel())
    )
    if true:
        raise ValueError(f"{name} holds truth values such as True: give numbers; counts are the sum of a mask")
    try:
        return plain_numbers(name, values)
    except OverflowError:
        raise ValueError(f"{name} holds a whole number too large to calculate with: must be below 1e308") from None


def uneven(values: Array) -> NDArray[np.bool_]:
    """Return which values are no whole numbers; what rounding leaves behind, as in 0.7 * 90, counts as whole."""
    return np.asarray(np.abs(values - np.rint(values)) > 1e-9 * np.maximum(np.abs(values), 1.0))


def check_whole(name: str, counts: Array, what: str = "counts") -> None:
    """Refuse what are no counts: negative, infinite or not whole; missing values are not looked at.

    Examples
    --------
    >>> check_whole("counts", np.array([0.31, 0.4]))
    Traceback (most recent call last):
        ...
    ValueError: counts holds 0.31, 0.4 (2 of 2): must be whole counts, none negative; shares: give the counts
    """
    known = counts[~np.isnan(counts)]
    wrong = known[~(known >= 0) | np.isinf(known) | uneven(np.where(np.isinf(known), 0.0, known))]
    if not wrong.size:
        return
    cure = "round estimates to whole cases first, or give the counts that rates and per cents are made of"
    if (known >= 0).all() and known.max() <= 1:
        cure = "shares: give the counts"
    elif (wrong < 0).any():
        cure = "net of corrections? give what was counted, and corrections apart"
    raise ValueError(
        f"{name} holds {named(f'{value:g}' for value in wrong)} ({wrong.size} of {counts.size}): must be whole {what}, "
        f"none negative; {cure}"
    )


def number(name: str, value: object) -> float:
    """Return a number, infinity and nan among them; ValueError for anything else.

    Examples
    --------
    >>> number("growth", "5%")
    Traceback (most recent call last):
        ...
    ValueError: growth is '5%': must be a number, not str
    """
    check_number(name, value)
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        raise ValueError(f"{name} is a whole number too large to calculate with: must be below 1e308") from None


def check_share(name: str, value: object) -> float:
    """Return a share between 0 and 1; ValueError otherwise, for per cents among others."""
    share = number(name, value)
    if not 0 <= share <= 1:
        raise ValueError(f"{name} is {value}: must lie between 0 and 1{_from_percent(share)}")
    return share


def check_level(level: object) -> float:
    """Return a level between 0 and 1; one below a millionth is an interval of no width."""
    share = number("level", level)
    if not _LEAST_LEVEL <= share < 1:
        raise ValueError(f"level {level}: must lie strictly between 0 and 1, e.g. 0.95{_from_percent(share)}")
    return share


def one_of(name: str, value: object, options: Iterable[str]) -> None:
    """Refuse what is none of some words.

    Examples
    --------
    >>> one_of("family", "nb", ["poisson", "gamma"])
    Traceback (most recent call last):
        ...
    ValueError: family 'nb': must be one of poisson, gamma
    """
    words = list(options)
    if not isinstance(value, str) or value not in words:
        raise ValueError(f"{name} {short(value)}: must be one of {', '.join(words)}")


def check_truth(name: str, value: object) -> None:
    """Refuse what is neither True nor False."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} is {short(value)}: must be True or False")


def short(value: object) -> str:
    """Write a value for an error message, or its type where that is long."""
    written = repr(value)
    return written if len(written) < _LONGEST and "\n" not in written else f"a {type(value).__name__}"


def _from_percent(value: Any) -> str:
    return f"; {value:g}% is {value / _PERCENT:g}" if 1 < value <= _PERCENT else ""


def interval_given(name: str, value: object, *, unit: str) -> Interval:
    """Return a range if it is an `Interval`; ValueError says how to write one.

    Examples
    --------
    >>> interval_given("shape", (0.5, 2), unit="shapes")
    Traceback (most recent call last):
        ...
    ValueError: shape is (0.5, 2): must be an Interval of shapes; write Interval(0.5, 2, "bound")
    """
    if isinstance(value, Interval):
        return value
    ends: list[Any] = list(value) if isinstance(value, list | tuple) and len(value) == 2 else [value, value]
    plain = all(isinstance(end, int | float) and not isinstance(end, bool) and abs(end) < _HUGE for end in ends)
    low, high = (f"{end:g}" for end in sorted(map(float, ends))) if plain else ("low", "high")
    raise ValueError(f'{name} is {short(value)}: must be an Interval of {unit}; write Interval({low}, {high}, "bound")')


def means_open(label: object) -> bool:
    """Say whether a label reads as a case without outcome yet, such as ``"censored"``, ``"NA"`` or ``"pending"``.

    Examples
    --------
    >>> means_open("Still open"), means_open("reopened and charged"), means_open("no further action")
    (True, False, False)
    """
    if not isinstance(label, str):
        return False
    plain = " ".join(label.casefold().replace("_", " ").split())
    return plain in _OPEN_WHOLE or _OPEN_WORDS.search(plain) is not None


def text_calendar(labels: Iterable[Hashable]) -> tuple[list[int], int] | None:
    """Return the places in time of labels such as ``2019/20``, ``2021Q3`` or ``2021-07``, and how many a year has.

    Examples
    --------
    >>> text_calendar(["2019/20", "2020/21"]), text_calendar(["2021Q4", "2022Q1"]), text_calendar(["a", "b"])
    (([2019, 2020], 1), ([8087, 8088], 4), None)
    """
    every = [label.strip() if isinstance(label, str) else "" for label in labels]
    years = [_FINANCIAL.fullmatch(label) for label in every]
    found = [(int(one[1]), int(one[2][-2:])) for one in years if one]
    if len(found) == len(every) and all((first + 1) % 100 == second for first, second in found):
        return [first for first, _ in found], 1
    for pattern, size in ((_QUARTER, 4), (_MONTH, 12)):
        parts = [pattern.fullmatch(label) for label in every]
        if all(parts):
            return [int(one[1]) * size + int(one[2]) - 1 for one in parts if one], size
    return None
