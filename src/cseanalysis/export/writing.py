"""Files that appear whole or not at all, also when there are several; archives whose bytes are their content's."""

from __future__ import annotations

import errno
import io
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from cseanalysis.scratch import gone
from cseanalysis.values import shown

_ENDINGS = (".csv", ".ods", ".xls", ".xlsx")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip entry can carry


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
            start = f".{target.name[:40]}."
            _sweep(target.parent, start)
            descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f"{start}{os.getpid()}-")
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


def _sweep(folder: Path, start: str) -> None:
    """Delete what killed runs left beside a target."""
    for path in folder.iterdir():
        made_by = re.fullmatch(r"(\d+)-\w{8}", path.name.removeprefix(start)) if path.name.startswith(start) else None
        if made_by is not None and path.is_file() and not path.is_symlink() and gone(int(made_by[1])):
            path.unlink(missing_ok=True)


def _check_kind(target: Path) -> None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder; name a file", str(target))
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "is no ordinary file; name another", str(target))


def zip_bytes(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """Pack files in the order given, without times, owners or the name of the system."""
    # One called ``mimetype`` is stored uncompressed, as OpenDocument asks. Builds of zlib differ in how they compress.
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=9)
    return stream.getvalue()


def unzip(content: bytes) -> list[tuple[str, bytes]]:
    """Return name and content of each file of an archive, in its order."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]
