"""Every write of the study goes through here: whole files and whole folders, or nothing."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cseanalysis.export.writing import write_whole
from cseanalysis.scratch import gone, naming

ROOM = 30_000_000  # bytes that a build may take, several times over
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def write_atomic(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` so that a reader sees the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole({path: content})


def check_writable(target: Path) -> None:
    """Refuse a folder that could not be written, before any work is done for it."""
    home = next(folder for folder in target.absolute().parents if folder.exists())
    Path(tempfile.mkdtemp(dir=home, prefix=f".{target.name}.staging-{os.getpid()}-")).rmdir()
    if shutil.disk_usage(home).free < ROOM:
        raise OSError(errno.ENOSPC, f"less than {ROOM // 1_000_000} MB are free", str(home))


@contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the place of ``target`` in one step when the block succeeds."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for left_over in target.parent.glob(f".{target.name}.staging-*"):
        if not _in_use(left_over):
            shutil.rmtree(left_over, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.staging-{os.getpid()}-"))
    try:
        with naming(target):
            yield staging
            staging.chmod(0o755)
            for path in [*staging.rglob("*"), staging]:
                _flush(path)
            _swap(staging, target)
            _flush(target.parent)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _flush(path: Path) -> None:
    """Have the disk take what was written, so that a power cut after the swap cannot leave empty files."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _in_use(staging: Path) -> bool:
    """Say whether the process that made a staging folder may still run; a folder that is not ours counts as in use."""
    made_by = re.search(r"\.staging-(\d+)-\w+$", staging.name)
    return made_by is None or not gone(int(made_by[1]))


def _swap(new: Path, target: Path) -> None:
    if not target.exists():
        new.rename(target)
    elif not _exchange(new, target):
        # Elsewhere than on Linux the exchange takes two renames; the old folder is never deleted before the new stands.
        old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.staging-{os.getpid()}-")) / "old"
        target.rename(old)
        new.rename(target)
        shutil.rmtree(old.parent, ignore_errors=True)


def _exchange(new: Path, target: Path) -> bool:
    """Swap two folders in one system call, where the system has it."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return (
        rename is not None
        and rename(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(target), _RENAME_EXCHANGE) == 0
    )
