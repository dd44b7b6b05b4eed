"""Execute chapters: the same notebook and data give the same bytes, whoever runs it and wherever."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any

from cseanalysis.noted import ALL, CODE, taken
from cseanalysis.scratch import scratch_folder
from cseanalysis.study.data import assumptions, reported
from cseanalysis.study.data.project import Project, sha256

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbformat import NotebookNode

SECONDS_PER_CELL = 900

# All that a kernel inherits. Anything else (locale, time zone, display and library options) could change a chapter.
_INHERITED = (
    *("PATH", "HOME", "TMPDIR", "TEMP", "TMP", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH"),
    *("SYSTEMROOT", "WINDIR", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CACHE_HOME"),
    *("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES"),  # stand for another processor, which must change no chapter
)
_SOCKET_PATH = 80  # a socket's path must stay below about 100 bytes
_SOCKET_NAME = len("/cse-1234567-abcdefgh")

# Run in the kernel before the first cell: a warning becomes one line without paths, and only those that
# doubt a result (not those about software) are written at all.
_WARNINGS = (
    "import warnings as _w\n"
    "_w.formatwarning = lambda message, category, *rest, **more: '' if issubclass(category, "
    "(DeprecationWarning, PendingDeprecationWarning, FutureWarning, ImportWarning, ResourceWarning)) "
    "else category.__name__ + ': ' + ' '.join(str(message).split()) + '\\n'\n"
    "del _w\n"
)
_BEGIN = "from cseanalysis import noted as _n\n_n.begin({notes!r}, {root!r})\ndel _n\n"
_WARNING_LINE = re.compile(r"^(\w*Warning): (.+)$", re.MULTILINE)
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Chapter:
    """An executed chapter: its bytes, what it took from the study, and the key of all that it was made from."""

    name: str
    content: bytes
    taken: tuple[str, ...]
    key: str
    reused: bool = False

    @property
    def node(self) -> NotebookNode:
        """The notebook."""
        return parse(self.content)


def parse(content: bytes) -> NotebookNode:
    """Return the notebook in ``content``."""
    import nbformat

    node: NotebookNode = nbformat.reads(content.decode("utf-8"), as_version=4)
    return node


def execute(notebook: Path, workdir: Path) -> NotebookNode:
    """Execute a chapter in a fresh kernel of this very Python."""
    return execute_all([notebook], workdir, 1)[notebook.stem].node


def execute_all(
    notebooks: Sequence[Path],
    workdir: Path,
    workers: int = 2,
    *,
    shared_key: str = "",
    value_of: Callable[[str], str] = str,
    previous: Mapping[str, Mapping[str, Any]] | None = None,
    folder: Path | None = None,
    log: Callable[[str], None] = lambda line: None,
) -> dict[str, Chapter]:
    """Execute chapters side by side, and skip those that would take what they took the last time."""
    # ``value_of`` gives the hash of what a chapter can take, as it now is.
    live: dict[str, AsyncKernelManager] = {}

    def key_of(notebook: Path, taken: Sequence[str]) -> str:
        return sha256("\n".join([shared_key, sha256(notebook.read_bytes()), *taken, *map(value_of, taken)]).encode())

    def run(notebook: Path) -> Chapter:
        name = notebook.stem
        if (before := _before(name, previous or {}, folder)) and before.key == key_of(notebook, before.taken):
            log(f"chapter {name}: unchanged")
            return before
        start = time.perf_counter()
        node, took = _execute(notebook, workdir, live)
        log(f"chapter {name}: {time.perf_counter() - start:.1f} s")
        return Chapter(name, render(node), took, key_of(notebook, took))

    def size(notebook: Path) -> int:
        path = (folder or workdir) / notebook.name
        return path.stat().st_size if path.is_file() else 0

    pool = ThreadPoolExecutor(max_workers=max(1, workers), thread_name_prefix="chapter")
    try:
        # Those that showed most the last time take longest, so first.
        found = {chapter.name: chapter for chapter in pool.map(run, sorted(notebooks, key=size, reverse=True))}
        return {notebook.stem: found[notebook.stem] for notebook in notebooks}
    finally:
        # After a failure or Ctrl-C nothing may go on: waiting chapters are dropped, running kernels are ended.
        pool.shutdown(wait=False, cancel_futures=True)
        for manager in list(live.values()):
            _end(manager)
        pool.shutdown()


def values_of(project: Project) -> Callable[[str], str]:
    """Return what gives the hash of anything that can be noted, as it now is in a study."""
    homes: dict[str, Callable[[], Mapping[str, Any]]] = {
        "assumption": lambda: assumptions.load_assumptions(project.root),
        "result": lambda: reported.load_results(project.root),
        "leading": lambda: reported.load_leading(project.root),
        "period": lambda: reported.load_period(project.root),
        "evidence": lambda: reported.load_evidence(project.root),
        "table": lambda: reported.load_tables(project.root),
    }
    home_of = cache(lambda home: homes[home]())

    def value_of(note: str) -> str:
        home, _, name = note.partition(":")
        if home in {"file", "code"}:
            path = (project.root if home == "file" else CODE) / name
            return sha256(path.read_bytes()) if path.is_file() else ""
        found = home_of(home) if home in homes else {}
        return sha256(repr([*found.items()] if name == ALL else found.get(name)).encode())

    return value_of


def render(node: NotebookNode) -> bytes:
    """Return the bytes of a notebook file: sorted keys, one newline at the end."""
    import nbformat

    text: str = nbformat.writes(node)
    return (text.rstrip("\n") + "\n").encode("utf-8")


def _before(name: str, previous: Mapping[str, Mapping[str, Any]], folder: Path | None) -> Chapter | None:
    """Return a chapter as it was built before, or None without its bytes or what it took."""
    about, path = previous.get(name, {}), None if folder is None else folder / f"{name}.ipynb"
    taken = about.get("taken")
    if path is None or not path.is_file() or not isinstance(taken, list):
        return None
    content = path.read_bytes()
    if sha256(content) != about.get("sha256"):
        return None
    return Chapter(name, content, tuple(map(str, taken)), str(about.get("key")), reused=True)


def _execute(
    notebook: Path, workdir: Path, live: dict[str, AsyncKernelManager]
) -> tuple[NotebookNode, tuple[str, ...]]:
    """Return the executed notebook, and what it took from the study that its folder is in."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellControlSignal, CellExecutionError, CellTimeoutError, DeadKernelError

    name = notebook.stem
    content = notebook.read_bytes()
    _check_ids(name, content)
    node = parse(content)
    with _private_folder() as private:
        notes = private / "notes"
        manager = _manager(private, _BEGIN.format(notes=str(notes), root=str(workdir.parent)))
        live[name] = manager
        client = NotebookClient(
            node,
            km=manager,
            timeout=SECONDS_PER_CELL,
            startup_timeout=120,
            iopub_timeout=60,
            raise_on_iopub_timeout=True,  # an output that got lost is an error, not a shorter chapter
            shutdown_kernel="immediate",
            record_timing=False,
            resources={"metadata": {"path": str(workdir)}},
        )
        client.on_notebook_start = partial(_listening, client)
        errors = private / "stderr"
        try:
            with errors.open("wb") as stream:
                options = {"env": _environment(private), "stdout": stream, "stderr": stream, "cleanup_kc": True}
                asyncio.run(client.async_execute(**options))
        except CellExecutionError as error:
            number = next((i for i, cell in enumerate(node.cells, 1) if _failed(cell)), 0)
            message = _ANSI.sub("", f"{error.ename}: {error.evalue}").strip()
            raise ValueError(f"chapter {name}, cell {number}: {message}") from None
        except CellTimeoutError:
            raise ValueError(f"chapter {name}: a cell ran longer than {SECONDS_PER_CELL} s and was ended") from None
        except (CellControlSignal, DeadKernelError, RuntimeError, TimeoutError) as error:
            said = errors.read_text("utf-8", "replace").strip().splitlines()
            last = f"; its last words: {_ANSI.sub('', said[-1])}" if said else ""
            raise ValueError(f"chapter {name}: the kernel ended or did not start ({error}){last}") from None
        finally:
            atexit.unregister(
                client._cleanup_kernel
            )  # after an interrupt it would end in a traceback; _end does its work
            live.pop(name, None)
            _end(manager)
        return _settled(node), taken(notes)


def _check_ids(name: str, content: bytes) -> None:
    """Refuse cells without an id of their own: nbformat would invent one, another one every time."""
    try:
        ids = [cell.get("id") for cell in json.loads(content)["cells"]]
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ValueError(f"chapter {name} is not a notebook ({error!r}); restore it with git checkout") from None
    if wrong := [str(number) for number, one in enumerate(ids, 1) if not one or ids.count(one) > 1]:
        raise ValueError(
            f"chapter {name}: cells {', '.join(wrong[:5])} have no id of their own; save it as notebook format 4.5"
        )


async def _listening(client: NotebookClient, notebook: NotebookNode) -> None:
    """Wait until the kernel's outputs arrive here: those sent before would be lost without a word."""
    for _ in range(60):
        client.kc.kernel_info()
        try:
            await client.kc.get_iopub_msg(timeout=1)
        except Empty:
            continue
        return
    raise TimeoutError("its output channel does not open")


def _failed(cell: Mapping[str, Any]) -> bool:
    return any(output["output_type"] == "error" for output in cell.get("outputs", ()))


def _settled(node: NotebookNode) -> NotebookNode:
    """Take out what differs between two runs or two machines."""
    from nbformat import from_dict
    from nbformat.v4 import new_output

    for cell in node.cells:
        if cell.cell_type != "code":
            continue
        cell.metadata.pop("execution", None)
        streams = {"stdout": "", "stderr": ""}
        for output in cell.outputs:
            if output.output_type == "stream":
                streams[output.name] += output.text
        shown = [output for output in cell.outputs if output.output_type != "stream"]
        doubts = "".join(f"{kind}: {text}\n" for kind, text in dict.fromkeys(_WARNING_LINE.findall(streams["stderr"])))
        texts = (("stdout", _ANSI.sub("", streams["stdout"])), ("stderr", doubts))
        cell.outputs = [*(new_output("stream", name=name, text=text) for name, text in texts if text), *shown]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    node.metadata = from_dict({"kernelspec": kernel})
    return node


@contextmanager
def _private_folder() -> Iterator[Path]:
    """Yield a folder for one kernel's sockets and settings; its path is short enough for a socket."""
    deep = len(os.fsencode(tempfile.gettempdir())) + _SOCKET_NAME > _SOCKET_PATH
    with scratch_folder("cse", within="/tmp" if deep and Path("/tmp").is_dir() else None) as folder:  # noqa: S108
        yield folder


def _manager(private: Path, begin: str) -> AsyncKernelManager:
    """Return a manager whose kernel is this Python, whatever kernels the user has registered, and begins as told."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    argv += ["--HistoryManager.enabled=False", f"--IPKernelApp.exec_lines={_WARNINGS}{begin}"]
    manager = AsyncKernelManager(connection_file=str(private / "kernel.json"))
    # Sockets in a private folder: no open port, no warning about one. Windows has none and uses local ports.
    if sys.platform != "win32":
        manager.transport = "ipc"
        manager.ip = str(private / "s")
    manager._kernel_spec = KernelSpec(argv=argv, display_name="Python 3", language="python")
    return manager


def _environment(private: Path) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    fixed = {
        "IPYTHONDIR": str(private),
        "JUPYTER_CONFIG_DIR": str(private),
        "JUPYTER_DATA_DIR": str(private),
        "JUPYTER_RUNTIME_DIR": str(private),
        "JUPYTER_NO_CONFIG": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "MPLBACKEND": "agg",
        "NO_COLOR": "1",
        # Sums in one order: linear algebra on several threads may round differently from machine to machine.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
    if (package := find_spec("matplotlib")) and package.origin:
        fixed["MATPLOTLIBRC"] = str(Path(package.origin).parent / "mpl-data" / "matplotlibrc")
    return inherited | fixed


def _end(manager: AsyncKernelManager) -> None:
    process = getattr(manager.provisioner, "process", None)
    if process is not None and process.poll() is None:
        process.kill()
