"""Work on files from elsewhere in a process of its own, with a cap on memory and time; small work shares a warm one."""

from __future__ import annotations

import atexit
import builtins
import contextlib
import functools
import importlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

from cseanalysis.read.safety.limits import DEFAULT_LIMITS, Limits, UnsafeFileError, limit_remedy, printable
from cseanalysis.read.safety.private import private_copy
from cseanalysis.read.safety.travel import decode, encode
from cseanalysis.scratch import scratch_folder

Problem = TypeVar("Problem", bound=Exception)
Reader = TypeVar("Reader", bound=Callable[..., Any])

_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from cseanalysis.read.safety.child import serve; serve()"
)
# Allocators and thread pools that reserve address space would spend the cap before any work is done.
_FRUGAL = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
}
# A busy machine may take so many times the processor time by the clock.
_WALL = 6.0
# A process is used again only while it holds less, so that no file pays for the one before it.
_WARM_BYTES = 256 << 20
_IDLE_SECONDS = 300.0
# So often the parent looks at the memory of a child: what it reserves is capped by the system, what it fills is not.
_LOOK_SECONDS = 0.02
_RESERVED = 1.6
_LEAVE_ALONE = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)

# True in a child, where a reader does its work itself.
inside = False


def run_capped(
    function: Callable[..., Any],
    *args: Any,
    named: dict[str, Any] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    wall: float | None = None,
    fresh: bool = False,
) -> Any:
    """Call a function in a child process that cannot outgrow its memory and time, and return what it returns."""
    # Where the system does not say how much memory a child fills (Windows, macOS), only its time is capped. Tables
    # travel as Arrow files and the rest as JSON; nothing is unpickled. An error of Python or of this package comes back
    # as itself.
    module, name = function.__module__, function.__qualname__
    if module == "__main__" or not name.isidentifier():
        raise ValueError(f"{module}.{name} cannot be found by another process; give a function of an importable module")
    what = f"{name}({', '.join(Path(arg).name if isinstance(arg, (str, Path)) else repr(arg)[:40] for arg in args)})"
    with scratch_folder() as folder:
        task = {
            "module": module,
            "name": name,
            "args": [encode(arg, folder, []) for arg in args],
            "named": {key: encode(arg, folder, []) for key, arg in (named or {}).items()},
            "memory_bytes": int(_RESERVED * limits.memory_bytes),
            "seconds": limits.seconds,
        }
        (folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
        worker = Worker.start() if fresh else _take()
        try:
            ends = _WALL * limits.seconds if wall is None else wall
            said = worker.do(folder, seconds=ends, memory_bytes=limits.memory_bytes)
        except BaseException:
            worker.end()
            raise
        last_words = ""
        if said == "warm" and not fresh:
            _give_back(worker)
        else:
            last_words = worker.end()
        if said == "late":
            raise UnsafeFileError(_over(what, f"took more than {_seconds(limits, wall)}", "seconds", limits))
        if said == "over":
            raise UnsafeFileError(_too_large(what, limits))
        answer_file = folder / "answer.json"
        if said == "ended" or not answer_file.exists():
            raise UnsafeFileError(_crash(what, worker.process.returncode, last_words, limits))
        reply = json.loads(answer_file.read_text(encoding="utf-8"))
        for given in reply["warnings"]:
            warnings.warn(given["text"], _class_of(given, Warning) or UserWarning, stacklevel=4)
        if reply["kind"] == "error":
            raise _error(reply, what, limits, folder)
        return decode(reply["value"], folder)


def parse_in_child(function: Callable[..., Any], path: str | Path, *args: Any, limits: Limits = DEFAULT_LIMITS) -> Any:
    """Call ``function(copy, *args, limits=limits)`` on a private copy of a file, in a child under the limits."""
    with private_copy(path, limits=limits) as copy:
        try:
            return run_capped(function, copy.path, *args, named={"limits": limits}, limits=limits)
        except (ValueError, OSError, ImportError, Warning) as error:
            error.args = tuple(Path(path) if arg == copy.path else arg for arg in error.args)
            if getattr(error, "path", None) == copy.path:
                error.path = Path(path)  # type: ignore[union-attr]
            raise
        except Exception as error:
            seen = printable(f"{type(error).__name__}: {error}")[:200]
            raise UnsafeFileError(f"{printable(copy.path.name)}: its reader failed ({seen}); {_FAILED}") from error


_FAILED = "open the file in an office program and save it again, or take a fresh copy from the publisher"


def apart(read: Reader) -> Reader:
    """Have a public reader ``read(path, *, limits=None)`` work on a private copy, in a child process."""

    @functools.wraps(read)
    def reader(path: str | Path, *, limits: Limits | None = None) -> Any:
        if inside:
            return read(path, limits=limits)
        return parse_in_child(reader, path, limits=DEFAULT_LIMITS if limits is None else limits)

    return reader  # type: ignore[return-value]


@dataclass(slots=True)
class Worker:
    """A child process, what it says line by line, and since when it has nothing to do."""

    process: subprocess.Popen[bytes]
    said: queue.SimpleQueue[bytes]
    errors: IO[bytes]
    key: str
    idle_since: float = 0.0

    @classmethod
    def start(cls) -> Worker:
        """Start a process that waits for work."""
        key = _key()
        errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed when the process ends)
        process = subprocess.Popen(  # noqa: S603  (our own interpreter, no shell)
            [sys.executable, "-c", _START, key],
            env=os.environ | _FRUGAL,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        said: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(process.stdout, said), daemon=True).start()
        return cls(process, said, errors, key)

    def do(self, folder: Path, *, seconds: float, memory_bytes: int) -> str:
        """Have the task in a folder done; say whether the process is "warm", "full", "ended", "late" or "over"."""
        assert self.process.stdin is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(str(folder)).encode() + b"\n")
            self.process.stdin.flush()
        ends = time.monotonic() + seconds
        while True:
            try:
                return self.said.get(timeout=_LOOK_SECONDS).decode().strip() or "ended"
            except queue.Empty:
                if time.monotonic() > ends:
                    return "late"
                if _held(self.process.pid) > memory_bytes:
                    return "over"

    def end(self) -> str:
        """End the process, whatever it does; give the last line that it wrote about its end."""
        self.process.kill()
        self.process.wait()
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        with self.errors as stream:
            stream.seek(max(stream.seek(0, os.SEEK_END) - 2000, 0))
            lines = stream.read().decode("utf-8", errors="replace").strip().splitlines()
        return printable(lines[-1][:200]) if lines else ""


def _listen(stream: IO[bytes], said: queue.SimpleQueue[bytes]) -> None:
    with stream:
        for line in stream:
            said.put(line)
    said.put(b"")


def _key() -> str:
    return json.dumps([str(Path(place).resolve()) for place in sys.path])


# At most one process waits for work.
_waiting: list[Worker] = []


def _take() -> Worker:
    with contextlib.suppress(IndexError):
        worker = _waiting.pop()
        # It ends itself a little later, so that none is ended while it gets its work.
        young = time.monotonic() - worker.idle_since < _IDLE_SECONDS / 2
        if young and worker.key == _key() and worker.process.poll() is None:
            return worker
        worker.end()
    return Worker.start()


def _give_back(worker: Worker) -> None:
    worker.idle_since = time.monotonic()
    _waiting.append(worker)
    while len(_waiting) > 1:
        with contextlib.suppress(IndexError):
            _waiting.pop(0).end()


@atexit.register
def _end_all() -> None:
    while _waiting:
        _waiting.pop().end()


def _forget() -> None:
    """In a fork, leave the processes of the parent to the parent."""
    for worker in _waiting:
        if worker.process.stdin is not None:
            worker.process.stdin.close()
        worker.errors.close()
        worker.process.returncode = 0
    _waiting.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def serve() -> None:
    """Do the tasks in the folders that the parent process names, one a line, until it is gone."""
    global inside  # noqa: PLW0603
    inside = True
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What libraries print must not be taken for an answer.
    answers = os.dup(1)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_wait_for_lines, args=(lines,), daemon=True).start()
    while True:
        try:
            folder = Path(json.loads(lines.get(timeout=_IDLE_SECONDS)))
        except queue.Empty:
            os._exit(0)
        _answer(folder)
        os.write(answers, b"warm\n" if 0 < _held() < _WARM_BYTES else b"full\n")


def _wait_for_lines(lines: queue.SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        lines.put(line)
    # The parent is gone, perhaps killed: whatever is being done is for nobody.
    os._exit(0)


def _answer(folder: Path) -> None:
    task = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    reply: dict[str, Any]
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        _cap(task["memory_bytes"], task["seconds"])
        try:
            function = getattr(importlib.import_module(task["module"]), task["name"])
            args = [decode(arg, folder) for arg in task["args"]]
            named = {key: decode(arg, folder) for key, arg in task["named"].items()}
            reply = {"kind": "value", "value": encode(function(*args, **named), folder, [])}
        except BaseException as error:  # noqa: BLE001  (every error goes back to the parent, which raises it)
            reply = {"kind": "error", **_named(error, str(error))}
            with contextlib.suppress(TypeError):
                reply["args"] = encode(error.args, folder, [])
        _cap(None, 0)
    reply["warnings"] = [
        _named(each.message, str(each.message)) for each in noted if not issubclass(each.category, _LEAVE_ALONE)
    ]
    (folder / "answer.json").write_text(json.dumps(reply), encoding="utf-8")
    sys.stderr.flush()


def _named(thing: object, text: str) -> dict[str, Any]:
    return {"module": type(thing).__module__, "name": type(thing).__qualname__, "text": text}


def _cap(memory_bytes: int | None, seconds: float) -> None:
    """Cap the memory that this process can write to, and its processor time from now on; 0 seconds is no cap."""
    if hasattr(signal, "setitimer"):
        # Without a handler the signal ends the process, also inside a library that never comes back.
        signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        import resource
    except ImportError:
        return
    for which in (resource.RLIMIT_DATA, resource.RLIMIT_CORE):
        _, hard = resource.getrlimit(which)
        value = 0 if which == resource.RLIMIT_CORE else memory_bytes
        limit = hard if value is None else value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(which, (limit, hard))
        except (ValueError, OSError):
            # macOS refuses some caps; the time by the clock still holds.
            continue


def _held(process: int | str = "self") -> int:
    """Give the memory that a process fills, in bytes; 0 where the system does not say."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _seconds(limits: Limits, wall: float | None) -> str:
    if wall is not None:
        return f"{wall:g} seconds"
    return f"{_WALL * limits.seconds:g} seconds by the clock, {_WALL:g} times the {limits.seconds:g} of processor time"


def _over(what: str, seen: str, limit: str, limits: Limits) -> str:
    return f"{printable(what)} {seen}; {limit_remedy(limit, limits)}"


def _too_large(what: str, limits: Limits) -> str:
    return _over(what, f"needs more than {limits.memory_bytes:,} bytes of memory", "memory_bytes", limits)


def _crash(what: str, code: int, last_words: str, limits: Limits) -> str:
    try:
        how = f"was stopped by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
    except ValueError:
        how = f"ended with code {code}"
    if how.endswith("SIGPROF"):
        return _over(what, f"took more than {limits.seconds:g} seconds of processor time", "seconds", limits)
    said = f" ({last_words})" if last_words else ""
    return _over(what, f"{how}{said} under a cap of {limits.memory_bytes:,} bytes", "memory_bytes", limits)


def _error(reply: dict[str, Any], what: str, limits: Limits, folder: Path) -> Exception:
    if reply["name"] == "MemoryError" or "realloc of size" in reply["text"] or "malloc of size" in reply["text"]:
        return UnsafeFileError(_too_large(what, limits))
    if reply["name"] == "PanicException":
        seen = f"made its reader fail ({printable(reply['text'][:200])})"
        return UnsafeFileError(f"{printable(what)} {seen}; {_FAILED}")
    if (kind := _class_of(reply, Exception)) is not None:
        with contextlib.suppress(TypeError):
            return kind(*decode(reply["args"], folder)) if "args" in reply else kind(reply["text"])
    return RuntimeError(f"{what}: {reply['module']}.{reply['name']}: {reply['text']}")


def _class_of(given: dict[str, Any], base: type[Problem]) -> type[Problem] | None:
    """Find an error or warning of Python or of this package by its name."""
    if given["module"] != "builtins" and not given["module"].startswith("cseanalysis."):
        return None
    home = builtins if given["module"] == "builtins" else importlib.import_module(given["module"])
    kind = getattr(home, given["name"], None)
    return kind if isinstance(kind, type) and issubclass(kind, base) else None
