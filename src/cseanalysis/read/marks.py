"""What the markup of a workbook says that the fast reader leaves out: merged cells, long decimals, cells in error."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import groupby, zip_longest
from operator import itemgetter
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

# A first and a last cell, as rows and columns counted from 0.
Range = tuple[int, int, int, int]

_BLOCK = 1 << 20
_LONG_XLSX = re.compile(rb"\.[0-9]{10}")
_TINY_XLSX = re.compile(rb"v>\s*[-+0-9.]+[eE]-")
_LONG_ODS = re.compile(rb"office:value=.[-+0-9.]*?(?:\.[0-9]{10}|[0-9][eE]-)")
_FAULT = b'calcext:value-type="error"'
_MERGED_XLSX = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)[\"']")
_ATTRIBUTES = rb"((?:\s+[^\s=>/]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)"
_SHEET = re.compile(rb"<table:table\s")
_NAME = re.compile(rb"<table:table\s[^>]*?table:name\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_TAG = re.compile(rb"<table:(table-row|table-cell|covered-table-cell)" + _ATTRIBUTES + rb"\s*/?>")
_COUNT = {
    name: re.compile(rb"table:number-" + name + rb"\s*=\s*[\"']([0-9]{1,9})[\"']")
    for name in (b"rows-repeated", b"columns-repeated", b"rows-spanned", b"columns-spanned")
}


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of one sheet."""

    long: bool
    """Whether a number may have more than nine decimals."""
    faults: bool
    """Whether an ODS cell is in error: LibreOffice stores its text as empty, so that a reader cannot tell."""
    merges: tuple[Range, ...]


def read_marks(path: Path) -> dict[str, Marks]:
    """Read the marks of every sheet of a workbook that has passed the check."""
    with zipfile.ZipFile(path) as archive:
        members = {name.lower(): name for name in archive.namelist()}
        if "content.xml" in members:
            return _ods_marks(archive, members["content.xml"])
        found = {}
        for sheet, part in _parts(archive, members).items():
            if part in members:
                with archive.open(members[part]) as stream:
                    found[sheet] = _xlsx_marks(stream)
        return found


def _parts(archive: zipfile.ZipFile, members: dict[str, str]) -> dict[str, str]:
    """Give the member, in small letters, that holds each sheet of an XLSX workbook."""
    home = "xl/workbook.xml"
    if "_rels/.rels" in members:
        package = ElementTree.fromstring(archive.read(members["_rels/.rels"]))  # noqa: S314
        named = (link.get("Target", "") for link in package if link.get("Type", "").endswith("/officeDocument"))
        home = next(named, home).lstrip("/").lower()
    folder, name = posixpath.split(home)
    links = posixpath.join(folder, "_rels", f"{name}.rels")
    if home not in members or links not in members:
        return {}
    # The check refuses every DOCTYPE, and with it entities that grow.
    relations = ElementTree.fromstring(archive.read(members[links]))  # noqa: S314
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    parts = {}
    for element in ElementTree.fromstring(archive.read(members[home])).iter():  # noqa: S314
        if element.tag.rpartition("}")[2] == "sheet":
            link = next((value for key, value in element.attrib.items() if key.endswith("}id")), None)
            part = posixpath.normpath(posixpath.join(f"/{folder}", targets.get(link, "")))
            parts[element.get("name", "")] = part.lstrip("/").lower()
    return parts


def _xlsx_marks(stream: IO[bytes]) -> Marks:
    long, merges = False, list[Range]()
    for piece in _pieces(stream):
        # The plain looks are quick, and most sheets hold whole numbers.
        long = long or (b"." in piece and _LONG_XLSX.search(piece) is not None)
        long = long or ((b"e-" in piece or b"E-" in piece) and _TINY_XLSX.search(piece) is not None)
        if b"mergeCell" in piece:
            merges += [_range(*found.groups()) for found in _MERGED_XLSX.finditer(piece)]
    return Marks(long, faults=False, merges=tuple(merges))


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield markup in pieces that end before a tag, so that none is torn; the whole may not fit into memory."""
    held = b""
    while block := stream.read(_BLOCK):
        held += block
        end = held.rfind(b"<")
        yield held[:end]
        held = held[end:]
    yield held


def _range(left: bytes, top: bytes, right: bytes, bottom: bytes) -> Range:
    return int(top) - 1, _column(left), int(bottom) - 1, _column(right)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _ods_marks(archive: zipfile.ZipFile, member: str) -> dict[str, Marks]:
    names, long, faults, spanned = [], set[int](), set[int](), set[int]()
    with archive.open(member) as stream:
        for sheet, piece in _by_sheet(stream):
            if found := _NAME.match(piece):
                names.append(unescape((found[1] or found[2] or b"").decode()))
            long |= {sheet} if _LONG_ODS.search(piece) else set()
            faults |= {sheet} if _FAULT in piece else set()
            spanned |= {sheet} if b"-spanned" in piece else set()
    merges: dict[int, list[Range]] = {}
    if spanned:
        with archive.open(member) as stream:
            for sheet, pieces in groupby(_by_sheet(stream), key=itemgetter(0)):
                if sheet in spanned:
                    merges[sheet] = list(_spans(piece for _, piece in pieces))
    return {
        name: Marks(sheet in long, sheet in faults, tuple(merges.get(sheet, ())))
        for sheet, name in enumerate(names, start=1)
    }


def _by_sheet(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the pieces of each ODS sheet with its number; what stands before the first has number 0."""
    sheet = 0
    for piece in _pieces(stream):
        starts = [found.start() for found in _SHEET.finditer(piece)]
        yield sheet, piece[: starts[0] if starts else None]
        for start, end in zip_longest(starts, starts[1:]):
            sheet += 1
            yield sheet, piece[start:end]


def _spans(pieces: Iterable[bytes]) -> Iterator[Range]:
    row = column = repeated = 0
    for found in (found for piece in pieces for found in _TAG.finditer(piece)):
        kind, given = found.groups()
        if kind == b"table-row":
            row, column, repeated = row + repeated, 0, _count(given, b"rows-repeated")
            continue
        tall, wide = _count(given, b"rows-spanned"), _count(given, b"columns-spanned")
        if tall > 1 or wide > 1:
            yield row, column, row + tall - 1, column + wide - 1
        column += _count(given, b"columns-repeated")


def _count(given: bytes, name: bytes) -> int:
    found = _COUNT[name].search(given)
    return max(int(found[1]), 1) if found else 1
