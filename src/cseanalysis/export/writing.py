"""Files that appear whole or not at all, also when there are several."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from cseanalysis.values import shown

_ENDINGS = (".csv", ".ods", ".xls", ".xlsx")


def target_path(path: Path | str, suffix: str | None = None) -> Path:
    """Return where to write, or say that no file is named, or one of another kind than ``suffix``."""
    if not isinstance(path, str | os.PathLike) or not str(path).strip() or "\0" in str(path):
        raise ValueError(f"path is {shown(path)}: must name a file, as in 'book.ods'")
    named = Path(path).suffix.lower()
    if suffix is not None and named != suffix and named in _ENDINGS:
        raise ValueError(f"path is {shown(str(path))}: what is written is {suffix}, not {named}; name it so")
    return Path(path)


def check_targets(targets: Iterable[Path]) -> None:
    """Refuse files that could not be written, before any work is done for them; the OSError names the file."""
    for target in targets:
        _check_kind(target)
        if not target.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, "its folder does not exist; make it first", str(target))
        if not os.access(target.parent, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
        if target.exists():
            target.open("r+b").close()  # also finds files that another program holds on Windows


def write_whole(contents: Mapping[Path, bytes]) -> None:
    """Write files so that a reader sees the old ones or the new ones, never a part of one."""
    # Only a failure between two renames, after all is written, leaves the first of several files new.
    for target in contents:
        _check_kind(target)
    temporaries: dict[Path, Path] = {}
    target = Path()
    try:
        for target, content in contents.items():
            descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
            temporaries[target] = Path(name)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            temporaries[target].chmod(0o644)
        for target, temporary in temporaries.items():
            temporary.replace(target)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(target)) from error
    finally:
        for temporary in temporaries.values():
            temporary.unlink(missing_ok=True)


def _check_kind(target: Path) -> None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder; name a file", str(target))
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "is no ordinary file; name another", str(target))
