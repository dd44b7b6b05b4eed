"""Cells of published tables to numbers: what is printed, how exactly, and why a number is missing."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from numbers import Real

from narwhals.stable.v2.typing import IntoDataFrameT

from cseanalysis.clean.labels import Unmapped, split_notes
from cseanalysis.clean.lookup import Answer, Key, Kind, add_columns

_MARKERS = frozenset({"..", "*", "-", ":", "n/a"})
_BRACKETED = re.compile(r"\[\s?(x|z|u1?|c|low)\s?\]", re.IGNORECASE)
_REVISED = re.compile(r"\[\s?[rpe]\s?\]$", re.IGNORECASE)
_PER_CENT = re.compile(r"(?:%|\bper cent|\bpercent)$")
_DASH = re.compile(r"[\u2010-\u2015\u2212]")
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_SCALED = rf"({_NUMBER})(?:\s?(k|m|thousand|million)\b)?"
_SCALES = {None: 1, "k": 1_000, "thousand": 1_000, "m": 1_000_000, "million": 1_000_000}
_PLAIN = re.compile(rf"-?{_NUMBER}")
_ONE = re.compile(rf"{_SCALED}(\+?)")
_TWO = re.compile(rf"(?:between )?{_SCALED}\s?(?:-|to|and)\s?{_SCALED}")
_WORDS = {
    "more_than": ("more than", "just over", "over", "above", ">"),
    "at_least": ("at least", "no fewer than", "no less than", "not less than", ">=", "≥"),
    "less_than": ("less than", "fewer than", "under", "below", "<"),
    "at_most": ("at most", "up to", "no more than", "not more than", "<=", "≤"),
    "nearly": ("nearly", "almost", "just under"),
    "around": ("around", "about", "approximately", "approx.", "approx", "circa", "c.", "c", "some", "roughly", "~"),
}
_WORD_OF = {word: qualifier for qualifier, words in _WORDS.items() for word in words}
_QUALIFIED = re.compile(
    rf"({'|'.join(re.escape(word) for word in sorted(_WORD_OF, key=len, reverse=True))})\s?{_SCALED}"
)
# Beyond this a float no longer holds every whole number.
_LARGEST = 2**53


def parse_counts(frame: IntoDataFrameT, *, column: str, prefix: str = "") -> IntoDataFrameT:
    """Add the number that each cell of a published table states, and how it is stated.

    Parameters
    ----------
    frame
        A pandas, Polars (eager) or PyArrow frame; it is not changed.
    column
        Column of cells, as text or as numbers.
    prefix
        Put before the names of the new columns.

    Returns
    -------
    same kind of frame
        The same rows in the same order, with these columns (numbers are floats, whatever is missing is null):

        ``value``
            The number, only where it is printed as exact. A missing value is never 0.
        ``qualifier``
            ``"exact"``; ``"more_than"`` (also over, just over, above); ``"at_least"`` (also ``1,400+``);
            ``"less_than"``; ``"at_most"`` (up to); ``"nearly"`` (almost, just under); ``"around"`` (about,
            approximately, ``c.``, some; also a bare ``4k``, which is rounded); ``"range"``; null without a number.
        ``low``, ``high``
            The ends as printed: ``more than 4,000`` has low 4000 and no high, ``nearly 950`` has high 950 and no low.
            For ``exact`` and ``around`` both repeat the number: how wide ``around`` is, is for the reader to assume.
        ``flag``
            Marks that came with the number (``[note 3]``, ``[r]``, ``%``), or why there is none: the marker
            (``..``, ``*``, ``-``, ``:``, ``[x]``, ``[z]``, ``[u]``, ``[u1]``, ``[c]``, ``[low]``, ``n/a``; in
            small letters and without inner spaces) or ``"empty"``. A percentage keeps its number: ``68%`` is 68.

    Raises
    ------
    UnmappedLabelError
        When a cell is none of these: fractions and number words are not read.
    ValueError
        When the column is missing or a new column exists already.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"n": ["1,099", " -00 ", "more than 4,000", "717 [note 3]", "[ z ]"]})
    >>> print(parse_counts(cells, column="n").to_string(index=False))
                  n  value qualifier    low   high     flag
              1,099 1099.0     exact 1099.0 1099.0      NaN
               -00     0.0     exact    0.0    0.0      NaN
    more than 4,000    NaN more_than 4000.0    NaN      NaN
       717 [note 3]  717.0     exact  717.0  717.0 [note 3]
              [ z ]    NaN       NaN    NaN    NaN      [z]
    """
    added: dict[str, Kind] = {
        f"{prefix}value": "number",
        f"{prefix}qualifier": "text",
        f"{prefix}low": "number",
        f"{prefix}high": "number",
        f"{prefix}flag": "text",
    }
    return add_columns(
        frame,
        keys=[column],
        added=added,
        resolve=_read_cell,
        on_unmapped="raise",
        remedy="A cell must be a number, a qualified number, a range or a known marker; correct the cell first",
    )


def _read_cell(key: Key) -> Answer | Unmapped:
    cell = key[0]
    if cell is None:
        return (None, None, None, None, "empty")
    if isinstance(cell, (Real, Decimal)) and not isinstance(cell, bool):
        number = float(cell)
        if math.isfinite(number) and abs(number) <= _LARGEST:
            return (number, "exact", number, number, None)
        return Unmapped(cell, "not a number that can be held exactly")
    if not isinstance(cell, str):
        return Unmapped(cell, f"a {type(cell).__name__}, not text or a number")
    return _read_text(cell)


def _read_text(cell: str) -> Answer | Unmapped:
    text = " ".join(_DASH.sub("-", cell).lower().split())
    if not text:
        return (None, None, None, None, "empty")
    text, flag = _split_marks(text)
    if marker := _marker(text):
        return (None, None, None, None, f"{marker} {flag}" if flag else marker)
    read = _read_number(text)
    if read is None or any(end is not None and abs(end) > _LARGEST for end in read[1:]):
        return Unmapped(cell)
    qualifier, low, high = read
    return (low if qualifier == "exact" else None, qualifier, low, high, flag)


def _marker(text: str) -> str | None:
    found = _BRACKETED.fullmatch(text)
    if found:
        return f"[{found.group(1)}]"
    return text if text in _MARKERS else None


def _split_marks(text: str) -> tuple[str, str | None]:
    """Separate a number from its footnote, its mark of revision and its percent sign, in whatever order."""
    marks: list[str] = []
    while True:
        text, note = split_notes(text)
        found = _REVISED.search(text) or _PER_CENT.search(text)
        if note:
            marks.insert(0, note)
        if not found:
            return text, " ".join(marks) or None
        marks.insert(0, found.group().replace(" ", "") if found.group().startswith("[") else "%")
        text = text[: found.start()].rstrip()


def _read_number(text: str) -> tuple[str, float | None, float | None] | None:
    """Give the qualifier and the printed ends, or None when the text is not a number."""
    if _PLAIN.fullmatch(text):
        number = float(text.replace(",", "")) + 0.0  # -0.0 + 0.0 is 0.0
        return "exact", number, number
    if found := _ONE.fullmatch(text):
        number = _scaled(found.group(1), found.group(2))
        return ("at_least", number, None) if found.group(3) else ("around", number, number)
    if found := _TWO.fullmatch(text):
        low, high = _scaled(found.group(1), found.group(2)), _scaled(found.group(3), found.group(4))
        # "400-450k" would be read as from 400: a scale must stand at the first number or at neither
        clear = found.group(2) is not None or found.group(4) is None
        return ("range", low, high) if clear and low <= high else None
    if found := _QUALIFIED.fullmatch(text):
        qualifier = _WORD_OF[found.group(1)]
        number = _scaled(found.group(2), found.group(3))
        low_end = None if qualifier in ("less_than", "at_most", "nearly") else number
        high_end = None if qualifier in ("more_than", "at_least") else number
        return qualifier, low_end, high_end
    return None


def _scaled(number: str, scale: str | None) -> float:
    # Decimal, so that 1.1k is 1100 and not a neighbour of it
    return float(Decimal(number.replace(",", "")) * _SCALES[scale])
