"""Temporary folders that a killed run leaves behind and the next one sweeps."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
_NAME = re.compile(r"cse(?:analysis)?-(\d+)-\w+")


@contextmanager
def scratch_folder(prefix: str = "cseanalysis", *, within: str | None = None) -> Iterator[Path]:
    """Yield an empty temporary folder that is gone afterwards; what killed runs left is swept first."""
    home = Path(within or tempfile.gettempdir())
    sweep(home)
    with naming(home):
        folder = Path(tempfile.mkdtemp(prefix=f"{prefix}-{os.getpid()}-", dir=within))
    lock = _locked(folder)
    try:
        with naming(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def sweep(home: Path) -> None:
    """Delete the temporary folders of this user in ``home`` whose process is gone."""
    for folder in home.glob("cse*-*-*"):
        made_by = _NAME.fullmatch(folder.name)
        if made_by is None or folder.is_symlink() or not gone(int(made_by[1])):
            continue
        # A process in another container has another number here; the lock is held wherever it runs.
        lock = _locked(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


@contextmanager
def naming(place: Path) -> Iterator[None]:
    """Name the place in an error about a full or read-only disk; the system does not where a write fails."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL or error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, str(place)) from error


def gone(process: int) -> bool:
    """Say whether a process has surely ended."""
    if sys.platform == "win32":
        return False  # asking would end the process
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _locked(folder: Path) -> int | None:
    """Lock a folder of this user for as long as the process lives; None where that cannot be done."""
    if sys.platform == "win32":
        return None
    descriptor = None
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        if os.fstat(descriptor).st_uid == os.getuid():
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
    except OSError:
        pass
    if descriptor is not None:
        os.close(descriptor)
    return None
