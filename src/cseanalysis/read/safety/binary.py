"""Old workbooks (.xls): the streams of an OLE file, the records of its workbook, and what may harm a reader."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cseanalysis.read.safety.limits import Watch
from cseanalysis.read.safety.markup import Found

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BEGIN, END, SHEET, PASSWORD, OTHER_BOOK, SHARED = 0x809, 0x0A, 0x85, 0x2F, 0x1AE, 0xFC
# Records of one cell, and of several side by side.
CELLS = {0x06, 0x201, 0x203, 0x204, 0x205, 0x27E, 0xD6, 0xFD}
SEVERAL = {0xBD, 0xBE}
_LAST_SECTOR = 0xFFFFFFFA
_SAVE = "save it as XLSX in an office program"
_EXCEL_97, _CELLS_FOLLOW = 0x600, 0x10


class DamagedError(ValueError):
    """An OLE file whose parts do not fit together."""


@dataclass(frozen=True, slots=True)
class Streams:
    """Names of all that an OLE file holds, and the contents of its workbook; empty when it holds none."""

    names: tuple[str, ...]
    workbook: bytes


def read_streams(data: bytes) -> Streams:
    """List what an OLE file holds and take out its workbook."""
    try:
        return _streams(data)
    except (struct.error, IndexError, ValueError) as error:
        raise DamagedError(f"the OLE file is damaged ({error})") from error


def _streams(data: bytes) -> Streams:
    shift, _ = struct.unpack_from("<2H", data, 30)
    if not data.startswith(OLE) or shift not in (9, 12):
        raise ValueError("its beginning")
    size = 1 << shift
    tables, directory = struct.unpack_from("<2I", data, 44)
    listed = [sector for sector in struct.unpack_from("<109I", data, 76) if sector < _LAST_SECTOR]
    further, count = struct.unpack_from("<2I", data, 68)
    for _ in range(count):
        if further >= _LAST_SECTOR:
            break
        *more, further = struct.unpack_from(f"<{size // 4}I", data, (further + 1) * size)
        listed += [sector for sector in more if sector < _LAST_SECTOR]
    chains = np.concatenate([np.frombuffer(data, "<u4", size // 4, (sector + 1) * size) for sector in listed[:tables]])

    def stream(start: int, length: int | None) -> bytes:
        pieces = list[bytes]()
        sector = start
        while sector < _LAST_SECTOR and (length is None or len(pieces) * size < length):
            if len(pieces) > len(chains):
                raise ValueError("a chain without end")
            pieces.append(data[(sector + 1) * size : (sector + 2) * size])
            sector = int(chains[sector])
        whole = b"".join(pieces)
        if length is not None and len(whole) < length:
            raise ValueError("it is cut off")
        return whole if length is None else whole[:length]

    entries = stream(directory, None)
    names, workbook = [], b""
    for place in range(0, len(entries) - 127, 128):
        length, kind = struct.unpack_from("<HB", entries, place + 64)
        start, long = struct.unpack_from("<2I", entries, place + 116)
        name = entries[place : place + max(min(length, 64) - 2, 0)].decode("utf-16-le", errors="replace")
        if kind in (1, 2):
            names.append(name)
        if kind == 2 and name.lower() in ("workbook", "book") and not workbook:
            # What is shorter stands elsewhere, and no workbook of a program is.
            workbook = stream(start, long) if long >= 4096 else b""
    return Streams(tuple(names), workbook)


def records(workbook: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and length of the contents of each record."""
    place = 0
    while place + 4 <= len(workbook):
        kind, length = struct.unpack_from("<2H", workbook, place)
        if kind == 0 and length == 0:
            break
        if place + 4 + length > len(workbook):
            raise DamagedError("the workbook is cut off inside a record")
        yield kind, place + 4, length
        place += 4 + length


def check_binary(data: bytes, watch: Watch) -> None:
    """Refuse an old workbook that is encrypted, holds macros, objects or links, or is larger than its limits."""
    try:
        streams = read_streams(data)
        _check_names(streams, watch)
        _check_records(streams.workbook, watch)
    except DamagedError as error:
        watch.refuse(str(error))


def _check_names(streams: Streams, watch: Watch) -> None:
    names = {name.lower() for name in streams.names}
    if names & {"encryptedpackage", "encryptioninfo"}:
        watch.refuse("the workbook is encrypted", remedy="save the file without a password")
    if names & {"_vba_project_cur", "_vba_project", "vba"} and not watch.limits.macros:
        watch.refuse("found macros", limit="macros")
    objects = [name for name in streams.names if name.startswith(("MBD", "\x01Ole10", "LNK")) or name == "ObjectPool"]
    if objects and not watch.limits.embedded:
        watch.refuse(f"found an object ({objects[0]!r})", limit="embedded")
    if not streams.workbook:
        watch.refuse("the name says XLS, but no workbook is in it", remedy=_SAVE)


def _check_records(workbook: bytes, watch: Watch) -> None:
    found, listed, inside, began = Found(), 0, False, False
    for number, (kind, place, length) in enumerate(records(workbook)):
        if not number % 4096:
            watch.tick()
        if kind == BEGIN and length >= 4:
            version, what = struct.unpack_from("<2H", workbook, place)
            began, inside = version == _EXCEL_97, what == _CELLS_FOLLOW
            if inside:
                found.begin_sheet(watch)
        if not began:
            watch.refuse("it is older than Excel 97", remedy=_SAVE)
        if kind == SHEET and length >= 6:
            listed += 1
            watch.cap("sheets", listed, "sheets")
        if inside and length >= 4:
            _reach(workbook, (kind, place, length), found, watch)
        else:
            _check_harm(workbook, kind, place, length, watch)
    if not found.sheets:
        watch.refuse("there is no sheet in it")


def _reach(workbook: bytes, record: tuple[int, int, int], found: Found, watch: Watch) -> None:
    kind, place, length = record
    row, column = struct.unpack_from("<2H", workbook, place)
    if kind in CELLS:
        found.reach(row + 1, column + 1, watch)
    elif kind in SEVERAL:
        found.reach(row + 1, struct.unpack_from("<H", workbook, place + length - 2)[0] + 1, watch)


def _check_harm(workbook: bytes, kind: int, place: int, length: int, watch: Watch) -> None:
    if kind == PASSWORD:
        watch.refuse("the workbook is encrypted", remedy="save the file without a password")
    if kind == SHEET and length >= 6 and workbook[place + 5] in (1, 6) and not watch.limits.macros:
        watch.refuse("found a sheet of macros", limit="macros")
    # A link of the workbook to itself takes four bytes.
    if kind == OTHER_BOOK and length > 4 and not watch.limits.external_links:
        watch.refuse("found a link to another file", limit="external_links")
    if kind == SHARED and length >= 8:
        texts = struct.unpack_from("<I", workbook, place + 4)[0]
        if texts * 3 > len(workbook):
            watch.refuse(f"it says that it holds {texts:,} shared texts, more than its bytes can", remedy=_SAVE)
