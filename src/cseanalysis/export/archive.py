"""Zip archives whose bytes depend on their content alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip entry can carry


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
