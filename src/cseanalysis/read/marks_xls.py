"""What the records of an old workbook (.xls) say that the fast reader leaves out: merged cells and per cents."""

from __future__ import annotations

import struct
from pathlib import Path

from cseanalysis.read.marks import Marks, PerCents, Range, scale_of
from cseanalysis.read.safety.binary import BEGIN, END, SHEET, read_streams, records

_MERGED, _FORMAT, _STYLE = 0xE5, 0x41E, 0xE0
_NUMBERS = {0x06, 0x203, 0x27E}
_SEVERAL_NUMBERS = 0xBD


def read_xls_marks(path: Path) -> dict[str, Marks]:
    """Read the marks of every sheet of an old workbook that has passed the check."""
    book = read_streams(path.read_bytes()).workbook
    names: dict[int, str] = {}
    codes: dict[str, str] = {}
    scales: dict[bytes, int] = {}
    found: dict[str, Marks] = {}
    styles = 0
    name, merges, per_cents = None, list[Range](), PerCents(scales)
    for kind, place, length in records(book):
        if kind == SHEET:
            names[struct.unpack_from("<I", book, place)[0]] = _text(book, book[place + 6], place + 7)
        elif kind == _FORMAT:
            number, letters = struct.unpack_from("<2H", book, place)
            codes[str(number)] = _text(book, letters, place + 4)
        elif kind == _STYLE:
            if scale := scale_of(str(struct.unpack_from("<H", book, place + 2)[0]), codes):
                scales[b"%d" % styles] = scale
            styles += 1
        elif kind == BEGIN:
            name, merges, per_cents = names.get(place - 4), [], PerCents(scales)
        elif kind == _MERGED:
            for top, bottom, left, right in struct.iter_unpack("<4H", book[place + 2 : place + length]):
                merges.append((top, left, bottom, right))
        elif kind in _NUMBERS:
            row, column, style = struct.unpack_from("<3H", book, place)
            per_cents.add(row, column, b"%d" % style)
        elif kind == _SEVERAL_NUMBERS:
            row, column = struct.unpack_from("<2H", book, place)
            for number in range((length - 6) // 6):
                style = struct.unpack_from("<H", book, place + 4 + 6 * number)[0]
                per_cents.add(row, column + number, b"%d" % style)
        elif kind == END and name is not None:
            # Any number may have more than nine decimals.
            found[name] = Marks(long=True, merges=tuple(merges), per_cents=per_cents.found())
            name = None
    return found


def _text(book: bytes, letters: int, place: int) -> str:
    """Read a text: its letters take one byte each, or two where its first byte says so."""
    wide = book[place] & 1
    raw = book[place + 1 : place + 1 + letters * (1 + wide)]
    return raw.decode("utf-16-le" if wide else "latin-1", errors="replace")
