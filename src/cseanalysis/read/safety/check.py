"""What a file from elsewhere must pass before any reader opens it."""

from __future__ import annotations

from pathlib import Path

from cseanalysis.read.safety.archive import check_archive
from cseanalysis.read.safety.binary import OLE, check_binary
from cseanalysis.read.safety.limits import DEFAULT_LIMITS, Limits, Watch, check_there, nature_of
from cseanalysis.read.safety.text import check_text

_SPREADSHEETS = (".xlsx", ".ods")
_OLD = ".xls"


_TEXTS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_REMEDY = f"give a file with its true ending, one of {', '.join((*_SPREADSHEETS, _OLD, *_TEXTS))}"


def check_file(path: str | Path, *, limits: Limits = DEFAULT_LIMITS) -> None:
    """Refuse a file that could hurt its reader, or that is not what its name says; otherwise return nothing."""
    # The file is read in blocks and never unpacked to disk, laid out or executed. A spreadsheet passes only when each
    # member unpacks to its stated size and checksum, its XML is well formed UTF-8 without a DOCTYPE, every formula
    # carries its value, and the table that its addresses and repeats spell out is within the limits; empty cells and
    # rows repeated to the end of a sheet, which are normal, do not count. A text table passes only without NUL bytes,
    # unclosed quotes and over-long lines.
    path = Path(path)
    watch = Watch.of(path, limits)
    check_there(path)
    if not path.is_file():
        watch.refuse("this is a folder or a device, where one file is needed", remedy="name the file")
    size = path.stat().st_size
    watch.cap("file_bytes", size, "bytes")
    name = path.name.lower()
    with path.open("rb") as stream:
        start = stream.read(512)
        stream.seek(0)
        if name.endswith(_SPREADSHEETS):
            if not start.startswith(b"PK\x03\x04"):
                watch.refuse(f"the name says spreadsheet, but this is {_nature(start)}", remedy=_REMEDY)
            check_archive(stream, size, ods=name.endswith(".ods"), watch=watch)
        elif name.endswith(_OLD):
            if not start.startswith(OLE):
                watch.refuse(f"the name says an old workbook, but this is {_nature(start)}", remedy=_REMEDY)
            check_binary(stream.read(), watch)
        elif name.endswith(_TEXTS):
            packed = name.endswith(".gz")
            if packed != start.startswith(b"\x1f\x8b") or (not packed and not _is_text(start)):
                expected = "gzip data" if packed else "a text table"
                watch.refuse(f"the name says {expected}, but this is {_nature(start)}", remedy=_REMEDY)
            check_text(stream, size, packed=packed, watch=watch)
        else:
            watch.refuse("the ending of the name is not known", remedy=_REMEDY)


def _nature(start: bytes) -> str:
    if not start:
        return "an empty file"
    if nature := nature_of(start):
        return nature
    return "a web page or XML" if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else "something else"


def _is_text(start: bytes) -> bool:
    return bool(start) and nature_of(start) is None and not start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")
