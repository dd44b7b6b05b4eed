"""What a chapter takes from the study, noted while it is executed; nothing is noted anywhere else.

Why this leaves nothing out: a chapter is executed with a fixed environment, and a key of its own covers notebook, data,
code and versions. All else it can see is in files of the study, and Python tells a hook of every file it opens: each
counts whole. (No library of the report opens one behind Python's back.) Two are handed out in parts, by functions that
note the parts: results and assumptions. Going through a mapping, counting or printing it takes all of it. So does the
start of another process, which no hook follows. What is taken first hangs on nothing else, and whatever is taken next
on what was taken before: where all of it is what it was, the chapter would take the same and show the same.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import source_from_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

ALL = "*"
CODE = Path(__file__).resolve().parent / "report"  # of which the key of all chapters leaves some out
_IN_PARTS = ("assumptions.toml", "reports/results.json")
_ABOUT_PROCESSOR = "lscpu"  # older numpy asks it when its tests are imported; it sees nothing of a study
_PROCESSES = ("subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile")

Value = TypeVar("Value")


class _Noted(Mapping[str, Value]):
    """A mapping that notes what is taken from it."""

    def __init__(self, home: str, values: Mapping[str, Value]) -> None:
        self._home, self._values = home, values

    def __getitem__(self, name: str) -> Value:
        _note(self._home, name if isinstance(name, str) else ALL)
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        _note(self._home, name if isinstance(name, str) else ALL)
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        _note(self._home, ALL)
        return iter(self._values)

    def __len__(self) -> int:
        _note(self._home, ALL)
        return len(self._values)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __or__(self, other: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self) | dict(other)

    def __ror__(self, other: Mapping[str, Any]) -> dict[str, Any]:
        return dict(other) | dict(self)

    def copy(self) -> dict[str, Value]:
        """Return all of it."""
        return dict(self)


def noted(home: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return a mapping that cannot be changed and, in a chapter that is executed, notes what is taken from it."""
    return MappingProxyType(_Noted(home, values) if _notes is not None else values)


@contextmanager
def in_parts() -> Iterator[None]:
    """Open a file whose parts are noted as they are taken, so that it does not count whole."""
    _opening.in_parts = True
    try:
        yield
    finally:
        _opening.in_parts = False


def begin(notes: str, root: str) -> None:
    """Note in a file, from now on and as long as this process runs, what is taken from the study in ``root``."""
    global _notes  # noqa: PLW0603 - a hook stays for as long as its process
    _notes = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    study = Path(os.path.realpath(root))

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            path = Path(os.path.realpath(os.fsdecode(arguments[0])))
            if path.is_relative_to(study):
                name = path.relative_to(study).as_posix()
                if not (name in _IN_PARTS and getattr(_opening, "in_parts", False)):
                    _note("file", name)
            elif path.is_relative_to(CODE) and (source := _source(path)):
                _note("code", source.relative_to(CODE).as_posix())
        elif event == "subprocess.Popen" and arguments[0] == _ABOUT_PROCESSOR:
            pass
        elif event.startswith(_PROCESSES) or (event == "import" and ".popen_" in arguments[0]):
            for name in _IN_PARTS:
                _note("file", name)

    sys.addaudithook(hook)
    _write("begun")


def _source(path: Path) -> Path | None:
    """Return the module of a file of code; none of a compiled one that is being written, under a name of the moment."""
    if path.parent.name != "__pycache__":
        return path
    return Path(source_from_cache(str(path))) if path.suffix == ".pyc" else None


def taken(notes: Path) -> tuple[str, ...]:
    """Return what was noted, sorted."""
    begun, *rest = (json.loads(line) for line in notes.read_text("utf-8").splitlines())
    if begun != "begun":
        raise ValueError(f"{notes.name} does not begin as notes do")
    whole = {line.partition(":")[0] for line in rest if line.endswith(f":{ALL}")}
    return tuple(sorted({line for line in rest if line.endswith(f":{ALL}") or line.partition(":")[0] not in whole}))


_notes: int | None = None
_seen: set[str] = set()
_opening = threading.local()


def _note(home: str, name: str) -> None:
    if (line := f"{home}:{name}") not in _seen:
        _seen.add(line)
        _write(line)


def _write(line: str) -> None:
    if _notes is not None:
        os.write(_notes, json.dumps(line).encode() + b"\n")
