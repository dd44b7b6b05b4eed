"""How values pass between two processes: plain values as JSON, tables as Arrow files; nothing is unpickled."""

from __future__ import annotations

import dataclasses
import importlib
from pathlib import Path
from typing import Any


def encode(value: Any, folder: Path, tables: list[Path]) -> dict[str, Any]:
    """Write a value as plain JSON, and its tables into the folder; ``tables`` lists those that are there."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return {"kind": "plain", "value": value}
    if isinstance(value, Path):
        return {"kind": "path", "value": str(value)}
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        return {"kind": kind, "value": [encode(item, folder, tables) for item in value]}
    if isinstance(value, dict):
        pairs = [[encode(key, folder, tables), encode(item, folder, tables)] for key, item in value.items()]
        return {"kind": "dict", "value": pairs}
    if dataclasses.is_dataclass(value) and type(value).__module__.startswith("cseanalysis."):
        given = {field.name: encode(getattr(value, field.name), folder, tables) for field in dataclasses.fields(value)}
        return {"kind": "record", "module": type(value).__module__, "name": type(value).__qualname__, "value": given}
    import pyarrow as pa

    kind = "arrow"
    if not isinstance(value, pa.Table):
        if type(value).__module__.split(".")[0] != "pandas" or type(value).__name__ != "DataFrame":
            raise TypeError(f"a {type(value).__name__} cannot travel between processes; return tables and plain values")
        kind, value = "pandas", pa.Table.from_pandas(value)
    # A file can hold one dictionary per column only.
    value = value.unify_dictionaries()
    place = folder / f"table_{len(tables)}.arrow"
    tables.append(place)
    with pa.OSFile(str(place), "wb") as sink, pa.ipc.new_file(sink, value.schema) as writer:
        writer.write_table(value)
    return {"kind": kind, "value": place.name}


def decode(coded: dict[str, Any], folder: Path) -> Any:
    """Read back what ``encode`` wrote."""
    kind, value = coded["kind"], coded["value"]
    if kind == "plain":
        return value
    if kind == "path":
        return Path(value)
    if kind in {"list", "tuple"}:
        items = [decode(item, folder) for item in value]
        return items if kind == "list" else tuple(items)
    if kind == "dict":
        return {decode(key, folder): decode(item, folder) for key, item in value}
    if kind == "record":
        given = {name: decode(item, folder) for name, item in value.items()}
        return getattr(importlib.import_module(coded["module"]), coded["name"])(**given)
    import pyarrow as pa

    with pa.OSFile(str(folder / value), "rb") as source:
        table = pa.ipc.open_file(source).read_all()
    return table.to_pandas() if kind == "pandas" else table
