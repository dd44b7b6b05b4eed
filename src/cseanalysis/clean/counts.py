"""Cells of published tables to numbers: what is printed, how exactly, and why a number is missing."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache, partial
from importlib.resources import files
from numbers import Real

from narwhals.stable.v2.typing import IntoDataFrameT

from cseanalysis.clean.engine.extend import Task, add_columns
from cseanalysis.clean.engine.lookup import Answer, Counted, Key, Kind, Resolve
from cseanalysis.clean.labels import Unmapped, split_notes
from cseanalysis.clean.phrases import QUALIFIERS, read_statement

_REASONED = re.compile(r"n/a - [a-z ]+")  # as in the published outcomes: "N/A - offence code expired"
_BRACKETED = re.compile(r"\[\s?(x|z|u1?|c|low|w|er)\s?\]", re.IGNORECASE)
# The section of an Act by which a number was refused, as in "s.40(2)" or "section 12 FOIA"
_SECTION = r"(?:ss?\.?|sect?\.?|sections?|reg\.?|regulation)\s?[0-9]{1,2}[a-z]?(?:\s?\([0-9a-z]{1,3}\))*"
_EXEMPTION = re.compile(
    rf"\b{_SECTION}(?:\s?(?:,|and|&|/|or)\s?(?:{_SECTION}|[0-9]{{1,2}}(?:\([0-9a-z]{{1,3}}\))*))*"
    r"(?:\s(?:of )?(?:the )?(?:foia?|foi act|freedom of information act|act|eir)(?: 2000)?)?"
    r"(?:\s(?:exemption|exemptions|refusal|applies|applied))?(?![0-9a-z])"
)
_BETWEEN = re.compile(r"[()\[\]:;,/]|\s-\s|\b(?:under|due to|because|as|by)\b")
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
# "1 099" is one number; "1 2" and "12 34" are not.
_SPACED = re.compile(r"(?<![0-9.,])[1-9][0-9]{0,2}(?: [0-9]{3})+(?![0-9,])")
_RAISED = re.compile("[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]")
# What a text without figures means: a number, None for a missing one, or why it is neither.
Markers = Mapping[str, float | str | None]
# No statement of one number is longer, and patterns are slow on endless text.
_LONGEST = 500
# Beyond this a float no longer holds every whole number.
_LARGEST = 2**53


def parse_counts(
    frame: IntoDataFrameT,
    *,
    column: str,
    prefix: str = "",
    around_width: float = 0.5,
    markers: Mapping[str, float | None] | None = None,
    on_unmapped: str = "raise",
) -> IntoDataFrameT:
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
    markers
        What texts of your own mean, compared without letter case and spaces and before all else: a number, or None
        for a missing one, whose reason the text is: ``{"None": 0, "Pending review": None}``.
    on_unmapped
        ``"raise"``, or ``"keep"`` to get nulls, with the flag ``"unread"``, for cells that cannot be read.

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
            Marks that came with the number (``[note 3]``, ``(note 3)``, ``[r]``, a ``*`` behind it), its unit (``%``,
            ``£``), or why there is none: the marker (``..``, ``*``, ``-``, ``:``, ``[x]``, ``[z]``, ``[u]``,
            ``[u1]``, ``[c]``, ``[low]``, ``n/a``, ``not held``, ``refused (s.12)``, and others like them, in small
            letters; a spreadsheet's error, such as ``#DIV/0!``), ``"empty"`` or ``"unread"``. A number with ``%`` is
            in per cent: ``68%`` is 68, and so is a share: ``one in 10`` lies around 10. ``Nil`` is nought, as an
            answer of none; ``None`` is refused, as it is also what empty cells turn into.

    Raises
    ------
    UnmappedLabelError
        When a cell is none of these: dates, sums, bare number words, ``1/2``, ``(5)`` and raised footnotes are
        refused, because each can be read in more than one way; as is a number that ``around_width`` would stretch by
        more than its own size. So is ``1.234`` as text where no other cell of the
        column shows that its points stand before decimals; as a number it is one.
    ValueError
        When the column is missing, a new column exists already, ``around_width`` is no number above zero, or
        ``markers`` does not map texts to numbers or None.

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
    task = count_task(column=column, around_width=around_width, markers=markers)
    return add_columns(frame, task, on_unmapped=on_unmapped, prefix=prefix)


def count_task(*, column: str, around_width: float = 0.5, markers: Mapping[str, float | None] | None = None) -> Task:
    """Say how the counts in a column are read, and what is added for them."""
    if not _is_width(around_width):
        raise ValueError(f"around_width={around_width!r}: must be above zero, because around is never exact; try 0.5")
    width = Decimal(str(around_width))
    own = _own_markers({} if markers is None else markers)

    def resolver(counted: Counted) -> Resolve:
        texts = (key[0][:_LONGEST].translate(_FORMS) for key, _ in counted if isinstance(key[0], str))
        return partial(_read_cell, around_width=width, decimals=any(map(_DECIMALS.search, texts)), own=own)

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
        remedy=(
            "A cell must be a number, a qualified number, a range or a known marker; correct the cell first, say what "
            'its text means with markers={"text": 0} or markers={"text": None}, or pass on_unmapped="keep" to get nulls'
        ),
        vocabulary={"qualifier": QUALIFIERS},
        unread=(None, None, None, None, "unread"),
    )


def _is_width(width: object) -> bool:
    try:
        number = isinstance(width, (Real, Decimal)) and not isinstance(width, bool)
        return number and 0 < float(width) < math.inf  # type: ignore[arg-type]
    except (ArithmeticError, ValueError):
        return False


@cache
def _known_markers() -> Markers:
    text = (files("cseanalysis.clean") / "crosswalks" / "markers.csv").read_text(encoding="utf-8")
    return {_marker_key(row["text"]): _meaning(row["value"], row["note"]) for row in csv.DictReader(text.splitlines())}


def _meaning(value: str, note: str) -> float | str | None:
    return note if value == "?" else float(value) if value else None


def _own_markers(markers: object) -> Markers:
    if not isinstance(markers, Mapping):
        raise ValueError(
            f"markers={markers!r}: must map texts to numbers or None, such as {{'None': 0, 'Pending': None}}"
        )
    own: dict[str, float | str | None] = {}
    for text, value in markers.items():
        if not isinstance(text, str) or not (key := _marker_key(_plain(text))):
            raise ValueError(f"markers: {text!r} is no text of a cell; write what stands in the cell, such as 'None'")
        number = _as_number(value)
        if value is not None and number is None:
            raise ValueError(f"markers: {text!r} means {value!r}; must be a number, or None for a missing one")
        if own.setdefault(key, number) != number:
            raise ValueError(f"markers: {text!r} stands there twice with two meanings; take one of them out")
    return own


def _as_number(value: object) -> float | None:
    """Give a number that is held exactly, with nought without its sign; None for anything else."""
    if not isinstance(value, (Real, Decimal)) or isinstance(value, bool):
        return None
    try:
        number = float(value) + 0.0
    except (ArithmeticError, ValueError):
        return None
    return number if abs(number) < _LARGEST else None  # which infinity is not, nor what is not a number


def _read_cell(key: Key, around_width: Decimal, *, decimals: bool, own: Markers) -> Answer | Unmapped:
    cell = key[0]
    if cell is None:
        return (None, None, None, None, "empty")
    if isinstance(cell, (Real, Decimal)) and not isinstance(cell, bool):
        number = _as_number(cell)
        if number is None:
            return Unmapped(cell, "not a number that can be held exactly")
        printed = f"{number:.0f}" if number.is_integer() else str(cell)
        return (own and _by_marker(printed, own)) or (number, "exact", number, number, None)
    if not isinstance(cell, str):
        return Unmapped(cell, f"a {type(cell).__name__}, not text or a number")
    return _read_text(cell, around_width, decimals=decimals, own=own)


def _read_text(cell: str, around_width: Decimal, *, decimals: bool, own: Markers) -> Answer | Unmapped:
    if len(cell) > _LONGEST:
        return Unmapped(cell, f"{len(cell):,} characters, too long for one number")
    text = _plain(cell)
    if not text:
        return (None, None, None, None, "empty")
    if _RAISED.search(text):
        return Unmapped(cell, "a raised figure is a footnote mark or a power; take it out", ambiguous=True)
    # A marker first: alone, "[u]" says that there is no number; beside one, that the number is doubtful.
    marked = _by_marker(text, own) if own else None
    if marked is None and not text[0].isdigit():
        marked = _by_marker(text, _known_markers())
    if marked is not None:
        return replace(marked, label=cell) if isinstance(marked, Unmapped) else marked
    return _read_number(cell, text, around_width, decimals=decimals)


def _read_number(cell: str, text: str, around_width: Decimal, *, decimals: bool) -> Answer | Unmapped:
    text, marks = _split_marks(text)
    text = _SPACED.sub(lambda found: found[0].replace(" ", ","), text)
    why = ""
    try:
        read = read_statement(text, around_width=around_width)
    except ValueError as error:
        read, why = None, str(error)
    if read is None or any(end is not None and abs(end) >= _LARGEST for end in (read.low, read.high)):
        return Unmapped(cell, why)
    if not decimals and _POINT.search(text):
        why = "its point can be that of decimals or of thousands; pandas.to_numeric if of decimals"
        return Unmapped(cell, why, ambiguous=True)
    flag = " ".join([*([read.unit] if read.unit else []), *marks]) or None
    return (read.value, read.qualifier, read.low, read.high, flag)


def _plain(text: str) -> str:
    """Give a text in small letters, with single spaces and one kind of dash."""
    return " ".join(_DASH.sub("-", text.translate(_FORMS)).lower().split())


def _by_marker(text: str, markers: Markers) -> Answer | Unmapped | None:
    """Read a text that says in words that there is no number, or which one; None when it does not."""
    marker, note = _marker(text, markers), None
    if not marker:
        bare, note = split_notes(text)
        marker = _marker(bare, markers)
    if not marker:
        return None
    meant = markers.get(_marker_key(marker))
    if isinstance(meant, str):
        return Unmapped(text, f"{meant}; say which with markers=", ambiguous=True)
    if meant is not None:
        return (meant, "exact", meant, meant, note)
    flag = marker.upper() if marker.startswith("#") else marker
    return (None, None, None, None, f"{flag} {note}" if note else flag)


def _marker(text: str, markers: Markers) -> str:
    """Give the marker in its one spelling; empty when the text is none."""
    if found := _BRACKETED.fullmatch(text):
        return f"[{found[1]}]"
    for spelling in (text, text.rstrip(". ")):
        if _marker_key(spelling) in markers:
            return spelling
    return text if _REASONED.fullmatch(text) or _is_reason(text, markers) else ""


def _is_reason(text: str, markers: Markers) -> bool:
    """Whether a text consists of reasons for a missing number, such as ``refused (s.12)``."""
    without = _EXEMPTION.sub("", text)
    parts = [part.strip(" -") for part in _BETWEEN.split(without)]
    reasons = [markers.get(_marker_key(part), "") is None for part in parts if part]
    # "s.40(2)" alone is the section of an Act, "s40" can be the name of something.
    return all(reasons) and (bool(reasons) or (without != text and text.lstrip("([ ").startswith(("s.", "section"))))


def _marker_key(text: str) -> str:
    return "".join(text.casefold().split())


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
