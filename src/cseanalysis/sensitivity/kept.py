"""What a long run has finished, kept in a folder as small files that are whole or are not believed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cseanalysis.export.writing import write_whole


def key_of_run(parts: Iterable[str]) -> str:
    """Return a short key that changes when any of the parts does.

    Examples
    --------
    >>> key_of_run(["model", "inputs"]) == key_of_run(["modelinputs", ""])
    False
    """
    text = json.dumps(list(parts), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def keep_rows(path: Path, key: str, rows: list[dict[str, Any]]) -> None:
    """Write the rows of a finished chunk, whole or not at all, with the key of its run and a hash of itself."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"key": key, "sha256": _hash(rows), "rows": rows}
    write_whole({path: (json.dumps(content, allow_nan=False) + "\n").encode()})


def kept_rows(path: Path, key: str, count: int) -> list[dict[str, Any]] | None:
    """Return the rows of a finished chunk, or None when the file is absent, cut off, altered or of another run.

    Parameters
    ----------
    path, key
        As given to `keep_rows`.
    count
        Rows that the chunk must hold.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    rows = content.get("rows") if isinstance(content, Mapping) else None
    if not isinstance(rows, list) or len(rows) != count or content.get("key") != key:
        return None
    return rows if content.get("sha256") == _hash(rows) else None


def _hash(rows: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
