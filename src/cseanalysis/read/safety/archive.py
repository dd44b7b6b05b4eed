"""Archives from elsewhere: what a zip file lists, what it holds, and whether the two agree."""

from __future__ import annotations

import posixpath
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from cseanalysis.read.safety.limits import Watch, nature_of
from cseanalysis.read.safety.markup import (
    Found,
    UncertainMarkupError,
    parse,
    refuse_doctype,
    relations,
    workbook_part,
)

Blocks = Callable[[], Iterator[bytes]]
_FAST_FROM_BYTES = 1_000_000
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")

# Larger blocks leave the cache of a processor between one look and the next.
_BLOCK = 1 << 19
_NAME_BYTES = 1_000
_ENTRY_BYTES = 46 + _NAME_BYTES
_DESCRIPTOR_BYTES = 24
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_XML_NAMES = (".xml", ".rels", ".vml", ".rdf")
# The reader never touches these, and office programs write them in UTF-16 at times.
_UNREAD = ("customxml/", "docprops/", "docmetadata/")
_ODS_READ = {"content.xml", "styles.xml", "meta-inf/manifest.xml"}
_MACROS = re.compile(r"vbaproject|vbadata|(?:^|/)(?:macrosheets|dialogsheets)/|^(?:basic|scripts|dialogs)/")
_LINKS = re.compile(r"(?:^|/)(?:externallinks/|connections\.xml|querytables/)")
_EMBEDDED = re.compile(r"(?:^|/)(?:embeddings|activex)/")


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive, as the directory lists it and the bytes confirm."""

    name: str
    size: int
    packed: int
    crc: int
    method: int
    start: int


def check_archive(stream: BinaryIO, size: int, *, ods: bool, watch: Watch) -> None:
    """Refuse a spreadsheet whose archive, members or tables could hurt a reader."""
    members = read_directory(stream, size, watch)
    by_name = {member.name.lower(): member for member in members}
    if ods:
        _require_ods(stream, by_name, watch)
    workbook = "" if ods else _workbook(stream, by_name, watch)
    _check_names(by_name, watch)
    found = Found()
    # Shared texts come first: what a sheet holds depends on them.
    shared = posixpath.join(posixpath.dirname(workbook), "sharedstrings.xml")
    for member in sorted(members, key=lambda member: member.name.lower() != shared):
        watch.tick()
        place = watch.at(f"member {member.name}")
        if member.name.lower().endswith(_XML_NAMES):
            # The list of sheets is counted, which only the exact reading does.
            _check_xml(
                stream, member, found, ods=ods, exact=member.name.lower() in {workbook, "xl/workbook.xml"}, watch=place
            )
        else:
            _check_other(stream, member, place)
    if not found.sheets:
        watch.refuse("there is no sheet in it")


def read_directory(stream: BinaryIO, size: int, watch: Watch) -> list[Member]:
    """List the members in the order of their bytes, after comparing the directory with what stands in the file."""
    _check_end(stream, size, watch)
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, struct.error, UnicodeDecodeError, OSError, OverflowError, NotImplementedError) as error:
        watch.refuse(f"the archive is damaged ({error})")
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    watch.cap("members", len(entries), "members")
    watch.cap("total_bytes", sum(entry.file_size for entry in entries), "bytes unpacked in all")
    seen: set[str] = set()
    members: list[Member] = []
    previous = 0
    for entry in entries:
        _check_name(entry, seen, watch)
        place = watch.at(f"member {entry.filename[:100]!r}")
        place.cap("member_bytes", entry.file_size, "bytes unpacked")
        ratio = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > watch.limits.ratio_from_bytes:
            place.cap("ratio", round(ratio, 1), "times its packed size")
        if entry.flag_bits & 0x41:
            place.refuse("it is encrypted", remedy="save the file without a password")
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            place.refuse(f"it is packed by method {entry.compress_type}", remedy="save the file again as XLSX or ODS")
        member = _locate(stream, entry, place)
        if not 0 <= entry.header_offset - previous <= _DESCRIPTOR_BYTES * bool(members):
            place.refuse("its bytes overlap another member, or unlisted bytes stand before it")
        previous = member.start + member.packed
        members.append(member)
    if members and not 0 <= archive.start_dir - previous <= _DESCRIPTOR_BYTES:
        watch.refuse("unlisted bytes stand before the directory of the archive, or a member overlaps it")
    return members


def _check_end(stream: BinaryIO, size: int, watch: Watch) -> None:
    """Refuse what stands after the archive, and directories too large to load, before loading any."""
    stream.seek(max(size - 22, 0))
    end = stream.read(22)
    if len(end) < 22 or not end.startswith(b"PK\x05\x06") or end[20:] != b"\0\0":
        watch.refuse("the archive is cut off, or something is appended to it")
    _, disk, first, here, count, length, offset, _ = struct.unpack("<4s4H2LH", end)
    if disk or first or here != count:
        watch.refuse("the archive is one of several parts")
    watch.cap("members", count, "members")
    if length > watch.limits.members * _ENTRY_BYTES:
        watch.refuse(f"the directory of the archive takes {length:,} bytes", limit="members")
    stream.seek(max(size - 42, 0))
    extended = stream.read(4) == b"PK\x06\x07"
    if offset + length != size - 22 - (76 if extended else 0):
        watch.refuse("the directory of the archive is not where it should be: cut off, or joined to another file")


def _check_name(entry: zipfile.ZipInfo, seen: set[str], watch: Watch) -> None:
    name = entry.orig_filename
    shown = f"member name {name[:100]!r}"
    parts = name.split("/")
    if (
        not name
        or len(name) > 255
        or name.startswith(("/", "~"))
        or "\\" in name
        or re.match(r"[A-Za-z]:", name)
        or ".." in parts
        or "." in parts
        or "" in parts[:-1]
        or any(ord(letter) < 32 or ord(letter) == 127 for letter in name)
    ):
        watch.refuse(f"{shown} leads out of the archive or is not a plain path")
    key = unicodedata.normalize("NFKC", name).casefold().rstrip("/. ")
    if key in seen:
        watch.refuse(f"{shown} stands in the archive twice")
    seen.add(key)
    kind = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == 3 else 0
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        watch.refuse(f"{shown} is a link or a device")
    if name.endswith("/") and entry.file_size:
        watch.refuse(f"{shown} is a folder with contents of its own")


def _locate(stream: BinaryIO, entry: zipfile.ZipInfo, watch: Watch) -> Member:
    stream.seek(entry.header_offset)
    header = stream.read(30)
    if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
        watch.refuse("the archive is damaged: the member is not where the directory says")
    _, _, flags, method, _, _, crc, packed, size, name, extra = struct.unpack("<4s5H3L2H", header)
    raw = stream.read(name)
    text = raw.decode("utf-8" if flags & 0x800 else "cp437", errors="replace")
    told = not flags & 8 and 0xFFFFFFFF not in (packed, size)
    if (
        text != entry.orig_filename
        or method != entry.compress_type
        or (told and (crc, packed, size) != (entry.CRC, entry.compress_size, entry.file_size))
    ):
        watch.refuse("the directory of the archive and the member's own header disagree")
    start = entry.header_offset + 30 + name + extra
    return Member(entry.filename, entry.file_size, entry.compress_size, entry.CRC, method, start)


def unpack(stream: BinaryIO, member: Member, watch: Watch) -> Iterator[bytes]:
    """Yield the contents in blocks; the stated size and checksum are upheld by the end."""
    stream.seek(member.start)
    inflate = zlib.decompressobj(-15) if member.method == zipfile.ZIP_DEFLATED else None
    left, size, crc = member.packed, 0, 0
    pending = b""
    while True:
        watch.tick()
        if not pending and left:
            pending = stream.read(min(left, 1 << 18))
            left -= len(pending)
            if not pending:
                watch.refuse("the member is cut off")
        try:
            block = inflate.decompress(pending, _BLOCK) if inflate else pending
        except zlib.error as error:
            watch.refuse(f"the member is damaged ({error})")
        pending = inflate.unconsumed_tail if inflate else b""
        size += len(block)
        crc = zlib.crc32(block, crc)
        if size > member.size:
            watch.refuse(f"the member unpacks to more than the {member.size:,} bytes that the archive states")
        if block:
            yield block
        if not pending and not left and (not block or not inflate or inflate.eof):
            break
    if size != member.size or crc != member.crc or (inflate and (not inflate.eof or inflate.unused_data)):
        watch.refuse("the member is damaged: its size or checksum is not the one that the archive states")


def _read_small(stream: BinaryIO, member: Member, watch: Watch) -> bytes:
    if member.size > 32 * _BLOCK:
        watch.refuse(f"found {member.size:,} bytes in a member that should be small")
    return b"".join(unpack(stream, member, watch))


def _workbook(stream: BinaryIO, by_name: dict[str, Member], watch: Watch) -> str:
    """Name the part that holds the workbook: mostly in a folder of its own, but the relations of the package say."""
    links = by_name.get("_rels/.rels")
    told = b"" if links is None else _read_small(stream, links, watch)
    if b"<!DOCTYPE" in told or b"<!ENTITY" in told:
        refuse_doctype(watch)  # before it is taken for another kind of file
    named = "xl/workbook.xml" if links is None else workbook_part(told, watch)
    if named.endswith(".bin") and named in by_name:
        watch.refuse("this is a binary workbook (XLSB)", remedy="save it as XLSX in an office program")
    if "[content_types].xml" not in by_name or named not in by_name or not named.endswith(_XML_NAMES):
        kind = "an ODS spreadsheet" if "content.xml" in by_name else "another kind of archive"
        watch.refuse(f"the name says XLSX, but this is {kind}", remedy="give the file its true ending")
    return named


def _require_ods(stream: BinaryIO, by_name: dict[str, Member], watch: Watch) -> None:
    mimetype = by_name.get("mimetype")
    if mimetype is None or mimetype.size > 100 or "content.xml" not in by_name:
        kind = "an XLSX workbook" if "xl/workbook.xml" in by_name else "another kind of archive"
        watch.refuse(f"the name says ODS, but this is {kind}", remedy="give the file its true ending")
    if (stated := _read_small(stream, mimetype, watch).strip()) != _ODS_TYPE:
        watch.refuse(f"the name says ODS, but this is {stated.decode(errors='replace')!r}")


def _check_names(by_name: dict[str, Member], watch: Watch) -> None:
    kinds = (("macros", _MACROS, "macros"), ("external_links", _LINKS, "links"), ("embedded", _EMBEDDED, "objects"))
    for limit, pattern, what in kinds:
        names = sorted(name for name in by_name if pattern.search(name))
        if names and not getattr(watch.limits, limit):
            watch.refuse(f"found {what} in member {names[0]!r} ({len(names)} such)", limit=limit)


def _check_xml(stream: BinaryIO, member: Member, found: Found, *, ods: bool, exact: bool, watch: Watch) -> None:
    name = member.name.lower()
    # Office programs write settings that they leave empty.
    if name.startswith(_UNREAD) or (ods and not member.size and name not in _ODS_READ):
        _check_other(stream, member, watch)
        return
    check_markup(lambda: unpack(stream, member, watch), member.size, found, ods=ods, watch=watch, exact=exact)
    if name == "meta-inf/manifest.xml" and b"encryption-data" in _read_small(stream, member, watch):
        watch.refuse("the spreadsheet is encrypted", remedy="save the file without a password")
    types = _read_small(stream, member, watch).lower() if name == "[content_types].xml" else b""
    if b"macroenabled" in types and not watch.limits.macros:
        watch.refuse("the workbook says that it holds macros", limit="macros")
    if name.endswith(".rels") and not ods:
        _check_relations(_read_small(stream, member, watch), watch)


def _check_relations(text: bytes, watch: Watch) -> None:
    """Refuse relations that lead to other files, or to a sheet outside the checked XML; links to click may stay."""
    for given in relations(text, watch):
        kind = given.get("type", "").rsplit("/", 1)[-1]
        target = given.get("target", "")
        outside = given.get("targetmode", "internal").lower() != "internal"
        if outside and kind != "hyperlink" and not watch.limits.external_links:
            watch.refuse(f"a relation ({kind}) leads to {target[:100]!r} outside the file", limit="external_links")
        if kind in {"worksheet", "sharedStrings", "styles"}:
            plain = target.lower().lstrip("/")
            if not plain.endswith(".xml") or any(part in plain for part in ("..", "%", *_UNREAD)):
                watch.refuse(f"the relation to a {kind} leads to {target[:100]!r}, not to a plain XML member")


def _check_other(stream: BinaryIO, member: Member, watch: Watch) -> None:
    start = b""
    for block in unpack(stream, member, watch):
        start = start or block[:16]
    nature = nature_of(start)
    if nature is None:
        return
    if nature.startswith("an OLE"):
        if not watch.limits.embedded:
            watch.refuse("an object (OLE) is embedded", limit="embedded")
        return
    watch.refuse(f"the member is {nature}, a file inside the file", remedy="take that file out and give it alone")


def check_markup(blocks: Blocks, size: int, found: Found, *, ods: bool, watch: Watch, exact: bool = False) -> None:
    """Refuse one XML member that is malformed, over a limit or more than plain markup; add its cells to ``found``."""
    # Large members go through a scan of arrays; whatever that scan cannot judge goes through the exact one.
    start = next(iter(blocks()), b"")[:4096]
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    encoding = _ENCODING.match(text)
    if not text.startswith(b"<") or (encoding and encoding[1].lower() not in {b"utf-8", b"us-ascii", b"ascii"}):
        watch.refuse("the member is not XML in UTF-8", remedy="open the file in an office program and save it again")
    result = None
    if size >= _FAST_FROM_BYTES and not exact:
        from cseanalysis.read.safety.scan import scan

        try:
            result = scan(blocks(), replace(found, lengths=found.lengths.copy()), size, ods=ods, watch=watch)
        except UncertainMarkupError:
            result = None
    if result is None:
        result = parse(blocks(), replace(found, lengths=found.lengths.copy()), size, ods=ods, watch=watch)
    found.sheets, found.cells, found.rows, found.columns = result.sheets, result.cells, result.rows, result.columns
    found.text, found.lengths = result.text, result.lengths
