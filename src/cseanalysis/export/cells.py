"""What may stand in a cell of a published table: text, a number or a described link, never nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cseanalysis.values import shown

# Shorthand of the Government Analysis Function, as far as it is used here.
SHORTHAND = {"[c]": "confidential, held back to protect people", "[x]": "not available", "[z]": "not applicable"}
# What Excel can hold, in the units of UTF-16 in which it counts.
_LONGEST, _LONGEST_HEADER, _LONGEST_ADDRESS = 32_767, 255, 2_079
_LARGEST = 2**53  # above, a spreadsheet keeps other whole numbers than those written
_SHOWN = 5
_EMPTY = "is empty; write [x] for not available, [z] for not applicable or [c] for confidential"
# Characters that XML 1.0 cannot carry; lone surrogates cannot be encoded at all.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Link:
    """Words that say where they lead, and the address.

    Parameters
    ----------
    text
        What the reader sees and hears; never the bare address.
    address
        An ``https`` or ``http`` address.

    Raises
    ------
    ValueError
        When the text says nothing, the address is of another kind, or either is longer than a cell or link holds.

    Examples
    --------
    >>> Link("Crime in England and Wales", "https://www.ons.gov.uk").address
    'https://www.ons.gov.uk'
    """

    text: str
    address: str

    def __post_init__(self) -> None:
        for what, given in (("text", self.text), ("address", self.address)):
            if not isinstance(given, str):
                raise ValueError(f"link {what} is {shown(given)}: must be text")
        if says_nothing(self.text) or re.match(r"\s*(https?:|www\.)", self.text):
            raise ValueError(f"link text {self.text!r} does not describe its target; write the title of the page")
        if not re.fullmatch(r"https?://[!-~]+", self.address, re.ASCII):
            raise ValueError(f"link address {self.address!r} is not a plain http address; give one without spaces")
        for what, text, longest in (("text", self.text, _LONGEST), ("address", self.address, _LONGEST_ADDRESS)):
            if problem := length_problem(text, longest):
                raise ValueError(f"link {what} {text[:30]!r}… {problem}")


Cell = str | int | float | Link


def clean_text(text: str) -> str:
    r"""Make line ends one kind and show characters that no workbook can hold as ``\ufffd``."""
    return _UNREADABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def says_nothing(text: str) -> bool:
    """Say whether a text holds no letter and no digit of any script: a screen reader may pass over it."""
    return not any(map(str.isalnum, text))


def length_problem(text: str, longest: int = _LONGEST) -> str:
    """Return what is wrong with the length of a text, in the units of UTF-16 in which Excel counts, or nothing."""
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return f"has {length:,} characters (as Excel counts them), of at most {longest:,}" if length > longest else ""


def table_cells(table: pd.DataFrame) -> list[list[Cell]]:
    """Return the rows of a table as plain cells; ValueError names up to five that a reader could not read."""
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"the table is {shown(table)}: must be a pandas DataFrame")
    if any(name is not None for name in table.index.names) or not pd.api.types.is_integer_dtype(table.index.dtype):
        raise ValueError(
            f"the table's rows have labels, such as {shown(table.index[0]) if len(table) else 'names'}, which no "
            "column holds and no file would: give table.reset_index(), or reset_index(drop=True) to leave them out"
        )
    _check_headers(list(table.columns))
    if table.empty:
        raise ValueError("the table has no rows or no columns; leave its sheet out")
    rows: list[list[Cell]] = []
    wrong: list[str] = []
    for number, values in enumerate(table.itertuples(index=False, name=None), start=1):
        row = [value.item() if hasattr(value, "item") else value for value in values]
        for column, value in zip(table.columns, row, strict=True):
            if problem := _problem(value):
                wrong.append(f"row {number}, {column}: {problem}")
        rows.append(row)
    if wrong:
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise ValueError("; ".join(wrong[:_SHOWN]) + more)
    return rows


def _check_headers(headers: Sequence[Any]) -> None:
    unusable = [header for header in headers if not isinstance(header, str) or says_nothing(header)]
    if unusable:
        raise ValueError(f"headers {unusable[:_SHOWN]} say nothing; every column needs a name in words")
    # A tab or line end in the name of a table column makes Excel "repair" the file; gptables reads $$ as a note.
    if marked := [header for header in headers if re.search(r"[\x00-\x1f]|\$\$", header)]:
        raise ValueError(f"headers {marked[:_SHOWN]} hold tabs, line ends or $$; write them in plain words")
    if long := [
        f"{header[:30]!r}… {problem}" for header in headers if (problem := length_problem(header, _LONGEST_HEADER))
    ]:
        raise ValueError(f"header {'; header '.join(long[:_SHOWN])}; shorten it")
    folded = [header.casefold().strip() for header in headers]
    if twice := sorted({header for header in headers if folded.count(header.casefold().strip()) > 1}):
        raise ValueError(f"headers {twice[:_SHOWN]} come twice (letter case aside); every column needs its own name")


def _problem(value: object) -> str:
    if isinstance(value, Link):
        return ""
    if isinstance(value, str):
        return text_problem(value)
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return _EMPTY
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"holds a {type(value).__name__}; write it as text or as a number"
    if isinstance(value, int):
        beyond = f"is a whole number beyond {_LARGEST:,}, which a spreadsheet would change; write it as text"
        return beyond if abs(value) > _LARGEST else ""
    return "" if math.isfinite(value) else f"is {value}; a reader cannot use it: write [x], or say it in words"


def text_problem(text: str) -> str:
    """Return why a text could not be read by everybody in a cell, or nothing."""
    if not text.strip():
        return _EMPTY
    if says_nothing(text):
        return f"holds only signs ({text[:20]!r}), which a screen reader may pass over; write words"
    if not re.search(r"[A-Za-z0-9]", text):
        return f"holds no Latin letter and no digit ({text[:20]!r}), and gptables writes no such cell; add one"
    if re.fullmatch(r"\[[a-z]{1,4}\]", text) and text not in SHORTHAND:
        return f"uses shorthand {text}, which is not explained; use {', '.join(SHORTHAND)}"
    return length_problem(text)
