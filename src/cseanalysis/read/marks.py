"""What the markup of a workbook says that the fast reader leaves out: merged cells, long decimals, cells in error."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

# A first and a last cell, as rows and columns counted from 0.
Range = tuple[int, int, int, int]

_BLOCK = 1 << 20
# Longer than any mark that is looked for, so that none is lost between two blocks.
_OVERLAP = 512
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
            with archive.open(members["content.xml"]) as stream:
                return dict(_ods_marks(stream))
        found = {}
        for sheet, part in _parts(archive, members).items():
            if part in members:
                with archive.open(members[part]) as stream:
                    found[sheet] = _xlsx_marks(stream)
        return found


def _parts(archive: zipfile.ZipFile, members: dict[str, str]) -> dict[str, str]:
    """Give the member, in small letters, that holds each sheet of an XLSX workbook."""
    home, links = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if home not in members or links not in members:
        return {}
    # The check refuses every DOCTYPE, and with it entities that grow.
    relations = ElementTree.fromstring(archive.read(members[links]))  # noqa: S314
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    parts = {}
    for element in ElementTree.fromstring(archive.read(members[home])).iter():  # noqa: S314
        if element.tag.rpartition("}")[2] == "sheet":
            link = next((value for key, value in element.attrib.items() if key.endswith("}id")), None)
            part = posixpath.normpath(posixpath.join("/xl", targets.get(link, "")))
            parts[element.get("name", "")] = part.lstrip("/").lower()
    return parts


def _xlsx_marks(stream: IO[bytes]) -> Marks:
    long, merges, end = False, dict[Range, None](), b""
    while block := stream.read(_BLOCK):
        block, end = end + block, block[-_OVERLAP:]
        long = long or bool(_LONG_XLSX.search(block) or _TINY_XLSX.search(block))
        if b"mergeCell" in block:
            merges |= dict.fromkeys(_range(*found.groups()) for found in _MERGED_XLSX.finditer(block))
    return Marks(long, faults=False, merges=tuple(merges))


def _range(left: bytes, top: bytes, right: bytes, bottom: bytes) -> Range:
    return int(top) - 1, _column(left), int(bottom) - 1, _column(right)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _ods_marks(stream: IO[bytes]) -> Iterator[tuple[str, Marks]]:
    held, fresh = bytearray(), 1
    while block := stream.read(_BLOCK):
        held += block
        while found := _SHEET.search(held, fresh):
            yield from _marks(held[: found.start()])
            del held[: found.start()]
            fresh = 1
        fresh = max(len(held) - _OVERLAP, 1)
    yield from _marks(held)


def _marks(markup: bytearray) -> Iterator[tuple[str, Marks]]:
    if named := _NAME.match(markup):
        long = _LONG_ODS.search(markup) is not None
        merges = tuple(_spans(markup)) if b"-spanned" in markup else ()
        name = unescape((named[1] or named[2] or b"").decode())
        yield name, Marks(long, faults=_FAULT in markup, merges=merges)


def _spans(markup: bytearray) -> Iterator[Range]:
    row = column = 0
    repeated = 0
    for found in _TAG.finditer(markup):
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
