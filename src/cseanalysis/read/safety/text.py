"""Text tables from elsewhere: bytes that no table of counts needs, and lines that no reader can hold."""

from __future__ import annotations

import codecs
import csv
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

import numpy as np

from cseanalysis.read.safety.limits import Watch, nature_of

_BLOCK = 1 << 20
_DELIMITERS = b",;\t|"
# Not to be told from UTF-16 by their first two bytes.
_UTF32_MARKS = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
_UTF16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_SAMPLE = 4096
_FIRST_LINE_END = re.compile(rb'(?:[^"\r\n]++|"[^"]*+")*+(\r\n?|\n)')
_SWAP = bytes.maketrans(b"\r\n", b"\n\r")
# Text in another encoding that happens to look like this is read "Ã©" by everyone, so it is doubtful too.
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_REMEDY = "save the table as CSV in UTF-8 and check the line"


def check_text(stream: BinaryIO, size: int, *, packed: bool, watch: Watch) -> None:
    """Refuse a text table that is damaged, not text, or larger than its limits."""

    def blocks() -> Iterator[bytes]:
        stream.seek(0)
        plain = _unpack(stream, size, watch) if packed else iter(lambda: stream.read(_BLOCK), b"")
        return _old_line_ends(_utf8(plain, watch))

    delimiter, doubtful = _check_lines(blocks(), watch)
    if doubtful:
        _check_quotes(blocks, delimiter, watch)


def _unpack(stream: BinaryIO, size: int, watch: Watch) -> Iterator[bytes]:
    """Yield the contents of gzip data, which may come in several parts."""
    inflate = zlib.decompressobj(31)
    total, pending = 0, b""
    while True:
        watch.tick()
        pending = pending or stream.read(1 << 18)
        if not pending:
            break
        if inflate.eof:
            inflate = zlib.decompressobj(31)
        try:
            block = inflate.decompress(pending, _BLOCK)
        except zlib.error as error:
            watch.refuse(f"the gzip data are damaged after {total:,} bytes unpacked ({error})")
        pending = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
        total += len(block)
        watch.cap("member_bytes", total, "bytes unpacked")
        if total > watch.limits.ratio_from_bytes:
            watch.cap("ratio", round(total / size, 1), "times its packed size")
        yield block
    if not inflate.eof:
        watch.refuse(f"the gzip data are cut off after {total:,} bytes unpacked")


def utf16_of(start: bytes) -> str | None:
    """Name the byte order of UTF-16 that begins so, also without its mark; None where that is not sure."""
    if start.startswith(_UTF32_MARKS):
        return None
    if marked := _UTF16_MARKS.get(start[:2]):
        return marked
    # Latin letters leave every other byte empty, which no other text does.
    sample = start[:_SAMPLE]
    halves = sample[0::2], sample[1::2]
    for empty, full, order in ((halves[0], halves[1], "utf-16-be"), (halves[1], halves[0], "utf-16-le")):
        if len(full) > 1 and not full.count(0) and empty.count(0) * 2 > len(empty):
            return order
    return None


def ends_with_returns(start: bytes) -> bool:
    """Say whether the first line ends with a carriage return alone, as old programs of Apple write it."""
    found = _FIRST_LINE_END.match(start)
    return found is not None and found[1] == b"\r"


def _utf8(blocks: Iterator[bytes], watch: Watch) -> Iterator[bytes]:
    """Yield UTF-16 as UTF-8, everything else as it is."""
    start = next(blocks, b"")
    if (order := utf16_of(start)) is None:
        yield from chain([start], blocks)
        return
    decoder = codecs.getincrementaldecoder(order)()
    try:
        for number, block in enumerate(chain([start], blocks)):
            text = decoder.decode(block)
            yield (text.removeprefix("\ufeff") if number == 0 else text).encode()
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        watch.refuse(f"the text is broken UTF-16 ({error})", remedy=_REMEDY)


def _old_line_ends(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Exchange the two characters of line ends where lines end with a carriage return; the other is then text."""
    start = next(blocks, b"")
    swap = ends_with_returns(start)
    for block in chain([start], blocks):
        yield block.translate(_SWAP) if swap else block


@dataclass(slots=True)
class _Encodings:
    """The first line with letters in UTF-8, and the first with letters that are not."""

    utf8: int = 0
    other: int = 0

    def look(self, data: bytes, before: int, watch: Watch) -> None:
        """Take whole lines into account; refuse the file once it shows both."""
        if data.isascii() or (self.utf8 and _is_utf8(data)):
            return
        rest = _UTF8.sub(lambda match: b" " * len(match[0]), data)
        for found, place in ((_UTF8.search(data), "utf8"), (_HIGH.search(rest), "other")):
            if found and not getattr(self, place):
                setattr(self, place, before + data[: found.start()].count(b"\n") + 1)
        if self.utf8 and self.other:
            watch.refuse(
                f"line {self.utf8} is written in UTF-8, line {self.other} in another encoding; read in one of them, "
                "letters of the other would be wrong",
                remedy="save the whole table in UTF-8",
            )


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _nature(start: bytes) -> str | None:
    page = start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
    return "a web page or XML" if page else nature_of(start)


def _check_lines(blocks: Iterator[bytes], watch: Watch) -> tuple[str, bool]:
    """Check every line; return the delimiter and whether quotes or long lines need the exact reading."""
    held, delimiter, doubtful = b"", 0, False
    lines = widest = 0
    encodings = _Encodings()
    for place, block in enumerate(blocks):
        watch.tick()
        if place == 0 and (nature := "UTF-32" if block.startswith(_UTF32_MARKS) else _nature(block)):
            watch.refuse(f"this is {nature}, not a table in UTF-8 or UTF-16", remedy=_REMEDY)
        if b"\0" in block:
            line = lines + (held + block).split(b"\0", 1)[0].count(b"\n") + 1
            watch.at(f"line {line}").refuse("found a NUL byte", remedy=_REMEDY)
        data = held + block
        delimiter = delimiter or _delimiter(data)
        cut = max(data.rfind(b"\n"), data.rfind(b"\r", 0, -1)) + 1
        held = data[cut:]
        if len(held) > watch.limits.line_bytes:
            line = lines + data[:cut].count(b"\n") + 1
            watch.at(f"line {line}").cap("line_bytes", len(held), "bytes in one line")
        if cut:
            encodings.look(data[:cut], lines, watch)
            found = _measure(data[:cut], delimiter, lines, watch)
            lines, widest, doubtful = lines + found[0], max(widest, found[1]), doubtful or found[2]
            watch.cap("cells", lines * widest, "cells")
    if held:
        encodings.look(held, lines, watch)
        found = _measure(held + b"\n", delimiter, lines, watch)
        lines, widest, doubtful = lines + found[0], max(widest, found[1]), doubtful or found[2]
    watch.cap("cells", lines * widest, "cells")
    if not lines:
        watch.refuse("the table is empty")
    return chr(delimiter), doubtful


def _delimiter(data: bytes) -> int:
    line = data[:65536].lstrip(b"\r\n").split(b"\n", 1)[0]
    return max(_DELIMITERS, key=line.count)


def _measure(data: bytes, delimiter: int, before: int, watch: Watch) -> tuple[int, int, bool]:
    """Return the lines of whole lines of text, the most columns, and whether any line is doubtful."""
    array = np.frombuffer(data, dtype=np.uint8)
    breaks = np.flatnonzero((array == 10) | (array == 13))
    lengths = np.diff(breaks, prepend=-1) - 1
    if lengths.max() > watch.limits.line_bytes:
        at = int(lengths.argmax())
        line = before + data[: int(breaks[at])].count(b"\n") + 1
        watch.at(f"line {line}").cap("line_bytes", int(lengths[at]), "bytes in one line")
    columns = np.diff(np.searchsorted(np.flatnonzero(array == delimiter), breaks), prepend=0) + 1
    if columns.max() > watch.limits.columns:
        line = before + data[: int(breaks[int(columns.argmax())])].count(b"\n") + 1
        watch.at(f"line {line}").cap("columns", int(columns.max()), "columns")
    quotes = np.diff(np.searchsorted(np.flatnonzero(array == ord('"')), breaks), prepend=0)
    doubtful = bool((quotes % 2).any()) or int(lengths.max()) > watch.limits.cell_text
    # A carriage return alone among other line ends ends a line for some readers and is text for others.
    doubtful = doubtful or data.count(b"\r") != data.count(b"\r\n")
    return data.count(b"\n") or len(breaks), int(columns.max()), doubtful


def _check_quotes(blocks: Callable[[], Iterator[bytes]], delimiter: str, watch: Watch) -> None:
    """Read every field exactly: a quote that is never closed swallows the rows after it."""
    rows = csv.reader(_lines(blocks()), delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in rows:
            watch.tick()
            for column, cell in enumerate(row, start=1):
                if len(cell) > watch.limits.cell_text:
                    watch.at(f"line {line}, column {column}").cap("cell_text", len(cell), "characters in one cell")
            line = rows.line_num + 1
    except csv.Error as error:
        watch.at(f"line {line}").refuse(
            f"the quotes or line ends do not match in the row that begins here ({error})", remedy=_REMEDY
        )


def _lines(blocks: Iterator[bytes]) -> Iterator[str]:
    """Yield lines with their ends; the bytes stand for themselves, whatever the encoding."""
    held = b""
    for block in blocks:
        *whole, held = (held + block).split(b"\n")
        for line in whole:
            yield line.decode("latin-1") + "\n"
    if held:
        yield held.decode("latin-1")
