"""The limits on a file from elsewhere, and one check under way."""

from __future__ import annotations

import errno
import os
import time
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NoReturn

from cseanalysis.values import plain_number, shown

_STARTS = {
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "an empty zip archive",
    b"PK\x07\x08": "a zip archive in parts",
    b"\x1f\x8b": "gzip data",
    b"\xd0\xcf\x11\xe0": "an OLE file (an old .xls, or a workbook with a password)",
    b"%PDF": "a PDF",
    b"{\\rtf": "an RTF document",
    b"BZh": "bzip2 data",
    b"\xfd7zXZ": "xz data",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "zstandard data",
    b"MZ\x90": "a program",
    b"\x7fELF": "a program",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
}


class UnsafeFileError(ValueError):
    """A file is refused before it is read: the message names the file, what was found and the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits on a file from elsewhere; the defaults admit the published tables, which reach 359 MB of XML.

    Parameters
    ----------
    file_bytes, members, member_bytes, total_bytes
        Size on disk; members of an archive; unpacked size of one member and of all.
    ratio, ratio_from_bytes
        How many times larger than packed a member may be, once it unpacks to more than ``ratio_from_bytes``.
    cells, sheets, columns
        Cells that a reader would lay out (rows times columns up to the last filled cell, repeats multiplied),
        over all sheets; sheets; columns of one sheet.
    cell_text, text, line_bytes, xml_depth
        Characters of one cell, and of all cells of a spreadsheet once repeats and shared texts are written out;
        bytes of one line of a text table; nesting of XML.
    seconds, memory_bytes
        Processor time for checking and reading, and memory that the reading process may fill (see
        ``run_capped``); by the clock a file may take six times as long, as it does on a busy machine.
    macros, external_links, embedded
        Whether macros, links to other files and embedded objects are let through. No reader here runs or follows
        them.
    """

    file_bytes: int = 200_000_000
    members: int = 2_000
    member_bytes: int = 1_000_000_000
    total_bytes: int = 2_000_000_000
    ratio: float = 200.0
    ratio_from_bytes: int = 10_000_000
    cells: int = 10_000_000
    sheets: int = 200
    columns: int = 5_000
    cell_text: int = 32_767
    text: int = 500_000_000
    line_bytes: int = 1_000_000
    xml_depth: int = 100
    seconds: float = 30.0
    memory_bytes: int = 1536 * 2**20
    macros: bool = False
    external_links: bool = False
    embedded: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no limit: a text would let everything through, or nothing."""
        for each in fields(self):
            value, switch = getattr(self, each.name), isinstance(each.default, bool)
            if switch and not isinstance(value, bool):
                raise ValueError(f"{each.name} is {shown(value)}: must be True or False")
            if not switch and not plain_number(each.name, value) >= 0:
                raise ValueError(f"{each.name} is {shown(value)}: must not be negative, such as {each.default}")


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Watch:
    """One check under way: its limits, when it must end, and where in the file it stands."""

    limits: Limits
    ends: float
    place: str

    @classmethod
    def of(cls, path: Path, limits: Limits) -> Watch:
        """Begin the check of a file; time is the processor's, so that a busy machine refuses nothing more."""
        return cls(limits, time.process_time() + limits.seconds, path.name or str(path))  # "." has no name

    def at(self, place: str) -> Watch:
        """Stand at a member or a sheet of the same file."""
        return Watch(self.limits, self.ends, f"{self.place}, {place}")

    def tick(self) -> None:
        """Refuse the file once the time is over."""
        if time.process_time() > self.ends:
            self.refuse(f"the check took more than {self.limits.seconds:g} seconds of processor time", limit="seconds")

    def cap(self, limit: str, found: float, what: str) -> None:
        """Refuse the file when ``found`` is over the limit of that name."""
        allowed = getattr(self.limits, limit)
        if found > allowed:
            self.refuse(f"found {found:,.15g} {what}, more than {allowed:,.15g}", limit=limit)

    def refuse(self, seen: str, *, limit: str | None = None, remedy: str | None = None) -> NoReturn:
        """Refuse the file, saying what was seen and what to do."""
        if limit is not None:
            remedy = limit_remedy(limit, self.limits)
        raise UnsafeFileError(printable(f"{self.place}: {seen}; {remedy or 'take a fresh copy from the publisher'}"))


def limit_remedy(limit: str, limits: Limits) -> str:
    """Say how a reader is given another limit, for the end of a refusal."""
    new = {"macros": True, "external_links": True, "embedded": True}.get(limit, "...")
    return (
        f"limit `{limit}` (now {getattr(limits, limit)!r}); only for a file that you trust, give the reader "
        f"limits=cseanalysis.read.Limits({limit}={new})"
    )


def printable(text: str) -> str:
    r"""Write out what could steer a terminal: control characters, marks of direction, broken letters."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def check_there(path: Path) -> None:
    """Raise FileNotFoundError with the path and a cure when there is no such file."""
    if not os.path.lexists(path):  # a link that leads nowhere is there, and says so when it is opened
        where = "the folder is there, the file is not: check its name" if path.parent.is_dir() else "nor such a folder"
        whole = "" if path.is_absolute() else f"; it was looked for in {Path.cwd()}, so give the whole path"
        raise FileNotFoundError(errno.ENOENT, f"no such file ({where}{whole})", str(path))


def nature_of(start: bytes) -> str | None:
    """Say which known binary format begins with these bytes."""
    return next((name for magic, name in _STARTS.items() if start.startswith(magic)), None)
