"""Cells of published tables to numbers: what is printed, how exactly, and why a number is missing."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import partial
from numbers import Real

from narwhals.stable.v2.typing import IntoDataFrameT

from cseanalysis.clean.engine.extend import Task, add_columns
from cseanalysis.clean.engine.lookup import Answer, Counted, Key, Kind, Resolve
from cseanalysis.clean.labels import Unmapped, split_notes
from cseanalysis.clean.phrases import read_statement

_MARKERS = frozenset({"..", "...", "*", "-", ":", "n/a", "na", "n.a."})
_REASONED = re.compile(r"n/a - [a-z ]+")  # as in the published outcomes: "N/A - offence code expired"
_BRACKETED = re.compile(r"\[\s?(x|z|u1?|c|low|w|er)\s?\]", re.IGNORECASE)
# Marks that stand beside a number: revised, provisional, estimated, forecast, break, reliability, significance
_BESIDE = re.compile(r"(?:\[\s?(r|p|e|f|b|u|ns|s)\s?\]|\((r|p|e)\))$")
_DASH = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63]")
# Full-width forms of the ASCII signs, and what has no width at all. Not every compatibility form: a raised 2 is a
# footnote, and reading "717²" as 7172 would be a silent change.
_FORMS = {0xFF01 + place: 0x21 + place for place in range(94)} | {0xFFE1: "£", 0x2026: "..."}
_FORMS |= dict.fromkeys((0xFEFF, 0x200B, 0x200E, 0x200F, 0x2060), "")
# "1.234" is a number with three decimals, or one thousand with the point that other countries print.
_POINT = re.compile(
    r"(?<![0-9.,])[1-9][0-9]{0,2}\.[0-9]{3}(?![0-9]|\s?(?:%|per\s?cent|k\b|m\b|bn\b|[tmb]\w*ion|thousand))"
)
# Decimals that cannot be thousands: one, two or more than three of them, behind a nought, or behind English thousands.
_DECIMALS = re.compile(r"[0-9]\.(?:[0-9]{1,2}|[0-9]{4,})(?![0-9.,])|(?<![0-9.,])0\.[0-9]|[0-9],[0-9]{3}\.[0-9]")
# No statement of one number is longer, and patterns are slow on endless text.
_LONGEST = 500
# Beyond this a float no longer holds every whole number.
_LARGEST = 2**53


def parse_counts(frame: IntoDataFrameT, *, column: str, prefix: str = "", around_width: float = 0.5) -> IntoDataFrameT:
    """Add the number that each cell of a published table states, and how it is stated.

    Parameters
    ----------
    frame
        A pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask or PySpark frame; it is not changed.
    column
        Column of cells, as text or as numbers.
    prefix
        Put before the names of the new columns.
    around_width
        How far an around figure, a printed percentage or a share such as ``one in 10`` reaches to either side, in
        units of its last significant digit; above zero. The last significant digit of a round number is the last one
        that is not a nought (``around 1,100`` is 1,050 to 1,150), that of a percentage the last one printed
        (``70%`` is 69.5 to 70.5), that of a share lies in its whole (``one in 10`` is one in 5 to one in 15). It is no
        per cent of the number: 10 would make ``around 100`` reach from -900 to 1,100, and that is refused.

    Returns
    -------
    same kind of frame
        The same rows in the same order, with these columns (numbers are floats, whatever is missing is null):

        ``value``
            The number, only where it is printed as exact. A missing or suppressed value is never 0.
        ``qualifier``
            Says whether the ends belong to the statement. Excluded: ``"more_than"`` (over, just over, above, in
            excess of), ``"less_than"`` (fewer than, under), ``"nearly"`` (almost, just under): more than 4,000 whole
            offences are 4,001 or more. Included: ``"at_least"`` (``550+``, 550 or more), ``"at_most"`` (up to),
            ``"range"`` (400,000 to 450,000), ``"exact"``. ``"around"`` (about, approximately, ``c.``, some, an
            estimated; also a bare ``4k``, ``2.5 million`` or ``one in 10``) is as wide as ``around_width`` makes it.
            Null without a number.
        ``low``, ``high``
            The ends: of ``more than 4,000`` low is 4000 and high is null, of ``nearly 950`` high is 950 and low is
            null. An exact count has both equal to its value; an exact percentage has the ends of its rounding.
        ``flag``
            Marks that came with the number (``[note 3]``, ``[r]``), its unit (``%``, ``£``), or why there is none:
            the marker (``..``, ``*``, ``-``, ``:``, ``[x]``, ``[z]``, ``[u]``, ``[u1]``, ``[c]``, ``[low]``, ``n/a``,
            also with its reason, and a few more; in small letters and without inner spaces) or ``"empty"``. A number
            with ``%`` is in per cent: ``68%`` is 68, and so is a share: ``one in 10`` lies around 10.

    Raises
    ------
    UnmappedLabelError
        When a cell is none of these: dates, sums, bare number words, ``1/2``, ``(5)`` and raised footnotes are
        refused, because each can be read in more than one way; as is a number that ``around_width`` would stretch by
        more than its own size. So is ``1.234`` as text where no other cell of the
        column shows that its points stand before decimals; as a number it is one.
    ValueError
        When the column is missing, a new column exists already, or ``around_width`` is no number above zero.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = ["1,099", " -00 ", "more than 4,000", "around 1,100", "7.5%", "717 [note 3]", "[c]"]
    >>> print(parse_counts(pd.DataFrame({"n": cells}), column="n").to_string(index=False))
                  n  value qualifier     low    high     flag
              1,099 1099.0     exact 1099.00 1099.00      NaN
               -00     0.0     exact    0.00    0.00      NaN
    more than 4,000    NaN more_than 4000.00     NaN      NaN
       around 1,100    NaN    around 1050.00 1150.00      NaN
               7.5%    7.5     exact    7.45    7.55        %
       717 [note 3]  717.0     exact  717.00  717.00 [note 3]
                [c]    NaN       NaN     NaN     NaN      [c]
    """
    task = count_task(column=column, around_width=around_width)
    return add_columns(frame, task, on_unmapped="raise", prefix=prefix)


def count_task(*, column: str, around_width: float) -> Task:
    """Say how the counts in a column are read, and what is added for them."""
    if not _is_width(around_width):
        raise ValueError(f"around_width={around_width!r}: must be above zero, because around is never exact; try 0.5")
    width = Decimal(str(around_width))

    def resolver(counted: Counted) -> Resolve:
        texts = (key[0][:_LONGEST].translate(_FORMS) for key, _ in counted if isinstance(key[0], str))
        return partial(_read_cell, around_width=width, decimals=any(map(_DECIMALS.search, texts)))

    added: dict[str, Kind] = {
        "value": "number",
        "qualifier": "text",
        "low": "number",
        "high": "number",
        "flag": "text",
    }
    return Task(
        keys={"column": column},
        added=added,
        resolver=resolver,
        remedy="A cell must be a number, a qualified number, a range or a known marker; correct the cell first",
    )


def _is_width(width: object) -> bool:
    try:
        number = isinstance(width, (Real, Decimal)) and not isinstance(width, bool)
        return number and 0 < float(width) < math.inf  # type: ignore[arg-type]
    except (ArithmeticError, ValueError):
        return False


def _read_cell(key: Key, around_width: Decimal, *, decimals: bool) -> Answer | Unmapped:
    cell = key[0]
    if cell is None:
        return (None, None, None, None, "empty")
    if isinstance(cell, (Real, Decimal)) and not isinstance(cell, bool):
        try:
            number = float(cell) + 0.0  # nought has no sign
        except (ArithmeticError, ValueError):
            return Unmapped(cell, "not a number that can be held exactly")
        if abs(number) < _LARGEST:  # which infinity is not, nor what is not a number
            return (number, "exact", number, number, None)
        return Unmapped(cell, "not a number that can be held exactly")
    if not isinstance(cell, str):
        return Unmapped(cell, f"a {type(cell).__name__}, not text or a number")
    return _read_text(cell, around_width, decimals=decimals)


def _read_text(cell: str, around_width: Decimal, *, decimals: bool) -> Answer | Unmapped:
    if len(cell) > _LONGEST:
        return Unmapped(cell, f"{len(cell):,} characters, too long for one number")
    text = " ".join(_DASH.sub("-", cell.translate(_FORMS)).lower().split())
    if not text:
        return (None, None, None, None, "empty")
    # A marker first: alone, "[u]" says that there is no number; beside one, that the number is doubtful.
    bare, note = split_notes(text)
    if marker := _marker(bare):
        return (None, None, None, None, f"{marker} {note}" if note else marker)
    text, marks = _split_marks(text)
    why = ""
    try:
        read = read_statement(text, around_width=around_width)
    except ValueError as error:
        read, why = None, str(error)
    if read is None or any(end is not None and abs(end) >= _LARGEST for end in (read.low, read.high)):
        return Unmapped(cell, why)
    if not decimals and _POINT.search(text):
        return Unmapped(cell, "its point can be that of decimals or of thousands; pandas.to_numeric if of decimals")
    flag = " ".join([*([read.unit] if read.unit else []), *marks]) or None
    return (read.value, read.qualifier, read.low, read.high, flag)


def _marker(text: str) -> str:
    """Give the marker in its one spelling; empty when the text is none."""
    if found := _BRACKETED.fullmatch(text):
        return f"[{found[1]}]"
    return text if text in _MARKERS or _REASONED.fullmatch(text) else ""


def _split_marks(text: str) -> tuple[str, list[str]]:
    """Separate a number from its footnotes and marks, in whatever order they stand."""
    marks: list[str] = []
    while True:
        text, note = split_notes(text)
        if note:
            marks.insert(0, note)
        found = _BESIDE.search(text)
        if not found:
            return text, marks
        marks.insert(0, f"[{found[1] or found[2]}]")
        text = text[: found.start()].rstrip()
