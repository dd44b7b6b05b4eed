"""A private copy of a file from elsewhere: read once, so that what is hashed, checked and parsed is the same bytes."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cseanalysis.read.safety.limits import DEFAULT_LIMITS, Limits, Watch, check_there
from cseanalysis.scratch import scratch_folder
from cseanalysis.values import shown

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy under the file's own name, which nobody else can change; size in bytes and sha256 are its own."""

    path: Path
    size: int
    sha256: str


@contextmanager
def private_copy(path: str | Path, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[Copy]:
    """Read a file once into a folder of its own, and yield the copy."""
    if not isinstance(path, (str, os.PathLike)):
        raise ValueError(f"a file is named by its path, not by a {type(path).__name__}; give a str or a Path")
    if not isinstance(limits, Limits):
        raise ValueError(f"limits is {shown(limits)}: must be Limits, as in Limits(file_bytes=200_000_000)")
    if "://" in str(path):
        raise ValueError(f"{str(path)!r} is an address: download the file first, and name it by its path")
    source = Path(path)
    watch = Watch.of(source, limits)
    if source.is_dir():
        watch.refuse("this is a folder, where one file is needed", remedy="name a file in it")
    check_there(source)
    # Without O_NONBLOCK a pipe that nobody writes to would be waited for.
    number = os.open(source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        before = os.fstat(number)
        if not stat.S_ISREG(before.st_mode):
            watch.refuse("this is a pipe or a device", remedy="name one ordinary file")
        watch.cap("file_bytes", before.st_size, "bytes")
        with scratch_folder() as folder:
            target = folder / source.name
            digest, size = hashlib.sha256(), 0
            with target.open("xb") as sink:
                while block := os.read(number, _BLOCK):
                    size += len(block)
                    watch.cap("file_bytes", size, "bytes")
                    digest.update(block)
                    sink.write(block)
            after = os.fstat(number)
            if (before.st_size, before.st_mtime_ns) != (size, after.st_mtime_ns):
                watch.refuse("the file changed while it was read", remedy="wait until it is written, and read it again")
            yield Copy(target, size, digest.hexdigest())
    finally:
        os.close(number)
