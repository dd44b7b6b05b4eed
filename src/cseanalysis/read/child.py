"""Work on files from elsewhere in a process of its own, with a cap on memory and time."""

from __future__ import annotations

import builtins
import contextlib
import dataclasses
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cseanalysis.read.safety import DEFAULT_LIMITS, Limits, UnsafeFileError, check_file

_START = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from cseanalysis.read.child import answer; answer()"
# Allocators and thread pools that reserve address space would spend the cap before any work is done.
_FRUGAL = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
}


def run_capped(function: Callable[..., Any], *args: Any, limits: Limits = DEFAULT_LIMITS) -> Any:
    """Call a function in a child process that cannot outgrow its memory and time, and return what it returns.

    Parameters
    ----------
    function
        A function at the top level of an importable module.
    args
        Paths, texts, numbers, true or false, ``None``, lists and dictionaries of them with text keys.
    limits
        ``seconds`` (wall time, and processor time per core) and ``memory_bytes`` (address space) are upheld.
        Where the system knows no such caps (Windows), or does not enforce them (macOS), only the wall time is.

    Returns
    -------
    object
        What the function returned: pandas frames and Arrow tables, values as in ``args``, dataclasses of this
        package, and lists, tuples and dictionaries of them. Tables travel as Arrow files and the rest as JSON;
        nothing is unpickled.

    Raises
    ------
    UnsafeFileError
        When the child ran out of memory or time, or its reader crashed.
    Exception
        The function's own error, when it is one of Python or of this package; otherwise a ``RuntimeError``.

    Examples
    --------
    >>> from cseanalysis.clean.labels import split_notes
    >>> run_capped(split_notes, "Kent [note 3]")[0]
    'Kent'
    """
    module, name = function.__module__, function.__qualname__
    if module == "__main__" or not name.isidentifier():
        raise ValueError(f"{module}.{name} cannot be found by another process; give a function of an importable module")
    what = f"{name}({', '.join(Path(arg).name if isinstance(arg, (str, Path)) else repr(arg)[:40] for arg in args)})"
    with tempfile.TemporaryDirectory(prefix="cseanalysis-") as folder:
        task: dict[str, Any] = {
            "module": module,
            "name": name,
            "args": [os.fspath(a) if isinstance(a, Path) else a for a in args],
        }
        task |= {"memory_bytes": limits.memory_bytes, "seconds": limits.seconds}
        Path(folder, "task.json").write_text(json.dumps(task), encoding="utf-8")
        command = [sys.executable, "-c", _START, json.dumps([str(Path(p).resolve()) for p in sys.path]), folder]
        try:
            done = subprocess.run(  # noqa: S603  (our own interpreter, no shell)
                command,
                env=os.environ | _FRUGAL,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=limits.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UnsafeFileError(_over(what, f"took more than {limits.seconds:g} seconds", "seconds")) from None
        answer_file = Path(folder, "answer.json")
        if done.returncode or not answer_file.exists():
            raise UnsafeFileError(_crash(what, done.returncode, done.stderr, limits))
        reply = json.loads(answer_file.read_text(encoding="utf-8"))
        if reply["kind"] == "error":
            raise _error(reply, what, limits, Path(folder))
        return _decode(reply["value"], Path(folder))


def parse_in_child(function: Callable[..., Any], path: str | Path, *args: Any, limits: Limits = DEFAULT_LIMITS) -> Any:
    """Check a file, then read it with ``function(path, *args)`` in a child process under the limits.

    Parameters
    ----------
    function, args, limits
        As in ``run_capped``.
    path
        The file; see ``check_file``.

    Returns
    -------
    object
        What the function returned.

    Raises
    ------
    UnsafeFileError
        When the check refuses the file, or reading it ran out of memory or time.
    """
    check_file(path, limits=limits)
    return run_capped(function, Path(path), *args, limits=limits)


def answer() -> None:
    """Do the task that the parent process left in the folder named on the command line."""
    folder = Path(sys.argv[2])
    task = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    _cap(task["memory_bytes"], task["seconds"])
    reply: dict[str, Any]
    try:
        function = getattr(importlib.import_module(task["module"]), task["name"])
        reply = {"kind": "value", "value": _encode(function(*task["args"]), folder, [])}
    except Exception as error:  # noqa: BLE001  (every error goes back to the parent, which raises it)
        kind = type(error)
        reply = {"kind": "error", "module": kind.__module__, "name": kind.__qualname__, "text": str(error)}
        with contextlib.suppress(TypeError):
            reply["args"] = _encode(error.args, folder, [])
    (folder / "answer.json").write_text(json.dumps(reply), encoding="utf-8")
    sys.stderr.flush()
    # Thread pools of readers may wait for each other at a normal exit once memory has run out.
    os._exit(0)


def _cap(memory_bytes: int, seconds: float) -> None:
    try:
        import resource
    except ImportError:
        return
    cores = os.cpu_count() or 1
    processor = int(seconds * cores) + 1
    wanted = ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CPU, processor), (resource.RLIMIT_CORE, 0))
    for which, value in wanted:
        _, hard = resource.getrlimit(which)
        limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(which, (limit, limit))
        except (ValueError, OSError):
            # macOS refuses some caps; the wall time still holds.
            continue


def _over(what: str, seen: str, limit: str) -> str:
    return f"{what} {seen}; limit `{limit}`; change it only for a file that you trust"


def _crash(what: str, code: int, stderr: bytes, limits: Limits) -> str:
    try:
        how = f"was stopped by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
    except ValueError:
        how = f"ended with code {code}"
    last = stderr.decode("utf-8", errors="replace").strip().splitlines()[-1:]
    said = f" ({last[0][:200]})" if last else ""
    return _over(what, f"{how}{said} under a cap of {limits.memory_bytes:,} bytes", "memory_bytes")


def _error(reply: dict[str, Any], what: str, limits: Limits, folder: Path) -> Exception:
    if reply["name"] == "MemoryError" or "realloc of size" in reply["text"] or "malloc of size" in reply["text"]:
        return UnsafeFileError(_over(what, f"needs more than {limits.memory_bytes:,} bytes of memory", "memory_bytes"))
    if reply["name"] == "PanicException":
        return UnsafeFileError(_over(what, f"made its reader fail ({reply['text'][:200]})", "memory_bytes"))
    if reply["module"] == "builtins" or reply["module"].startswith("cseanalysis."):
        home = builtins if reply["module"] == "builtins" else importlib.import_module(reply["module"])
        kind = getattr(home, reply["name"], None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            with contextlib.suppress(TypeError):
                return kind(*_decode(reply["args"], folder)) if "args" in reply else kind(reply["text"])
    return RuntimeError(f"{what}: {reply['module']}.{reply['name']}: {reply['text']}")


def _encode(value: Any, folder: Path, tables: list[Path]) -> dict[str, Any]:
    if value is None or isinstance(value, (str, int, float, bool)):
        return {"kind": "plain", "value": value}
    if isinstance(value, Path):
        return {"kind": "path", "value": str(value)}
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        return {"kind": kind, "value": [_encode(item, folder, tables) for item in value]}
    if isinstance(value, dict):
        pairs = [[_encode(key, folder, tables), _encode(item, folder, tables)] for key, item in value.items()]
        return {"kind": "dict", "value": pairs}
    if dataclasses.is_dataclass(value) and type(value).__module__.startswith("cseanalysis."):
        given = {field.name: _encode(getattr(value, field.name), folder, tables) for field in dataclasses.fields(value)}
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


def _decode(coded: dict[str, Any], folder: Path) -> Any:
    kind, value = coded["kind"], coded["value"]
    if kind == "plain":
        return value
    if kind == "path":
        return Path(value)
    if kind in {"list", "tuple"}:
        items = [_decode(item, folder) for item in value]
        return items if kind == "list" else tuple(items)
    if kind == "dict":
        return {_decode(key, folder): _decode(item, folder) for key, item in value}
    if kind == "record":
        given = {name: _decode(item, folder) for name, item in value.items()}
        return getattr(importlib.import_module(coded["module"]), coded["name"])(**given)
    import pyarrow as pa

    with pa.OSFile(str(folder / value), "rb") as source:
        table = pa.ipc.open_file(source).read_all()
    return table.to_pandas() if kind == "pandas" else table
