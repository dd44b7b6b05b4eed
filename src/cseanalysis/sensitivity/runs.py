"""One function over many tasks: here, on threads, or on the Dask cluster that an institution already has."""

from __future__ import annotations

import hashlib
import json
import math
import pickle
import socket
import time
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from cseanalysis.export.writing import write_whole
from cseanalysis.lazy import install_advice
from cseanalysis.models.checks import check_whole
from cseanalysis.values import shown

Task = TypeVar("Task")
Result = TypeVar("Result")

_MOST_THREADS = 1024
PATIENCE = 4  # seconds for each step of reaching a scheduler; the steps together stay below ten
_ASK_AGAIN = 5  # seconds after which a cluster may have other workers than before


def spread_tasks(
    function: Callable[[Task], Result], tasks: Iterable[Task], *, workers: int = 1, scheduler: str | None = None
) -> list[Result]:
    """Run a function over tasks and return what it gives in the order of the tasks, however they were spread.

    Parameters
    ----------
    function, tasks, workers, scheduler
        See `as_finished`.

    Returns
    -------
    list
        In the order of ``tasks``.

    Notes
    -----
    Any model of this package is such a function. A simulation is spread by its seed, because every seed has a stream of
    its own that no other touches: parts drawn by different workers, put together in the order of the seeds, are the
    same draws wherever they were made.

    Examples
    --------
    >>> spread_tasks(abs, [-2, -1, 3])
    [2, 1, 3]

    Eight thousand draws in four parts; with ``workers=2`` or ``scheduler="tcp://..."`` they are the same, bit by bit:

    >>> import numpy as np
    >>> from cseanalysis.distributions import beta
    >>> from cseanalysis.models import simulate_total
    >>> from cseanalysis.models.draws.simulation import Simulation
    >>> def part(seed):
    ...     links = {"told": beta(4, 36), "recorded": beta(18, 2)}
    ...     return simulate_total(1000, links, draws=2000, seed=seed).draws
    >>> pooled = Simulation(np.concatenate(spread_tasks(part, range(4))))
    >>> bool(abs(pooled.median / 12_000 - 1) < 0.05)
    True
    """
    results = dict(as_finished(function, tasks, workers=workers, scheduler=scheduler))
    return [results[position] for position in sorted(results)]


def as_finished(
    function: Callable[[Task], Result], tasks: Iterable[Task], *, workers: int = 1, scheduler: str | None = None
) -> Iterator[tuple[int, Result]]:
    """Run a function over tasks and yield position and result of each as it ends, so that none need be kept.

    Parameters
    ----------
    function
        Takes one task. Its result must depend on the task alone: then one, two or many workers give the same bits.
        For a cluster it is sent along, with the data it holds, so it should hold no more than it needs.
    tasks
        Taken one by one as workers become free.
    workers
        Threads of this process; one runs the tasks in a plain loop and needs no package. Not used with a scheduler,
        whose cluster has the workers it has.
    scheduler
        Address of a running Dask scheduler, such as ``"tcp://10.0.0.5:8786"``. Its workers need this package in the
        same version.

    Yields
    ------
    tuple of int and result
        In no certain order.

    Raises
    ------
    ValueError
        When ``workers`` is no positive whole number, or the address is none.
    ConnectionError
        Within ten seconds, when no scheduler answers at the address or it has no workers; or when workers die of the
        same task again and again.
    ModuleNotFoundError
        When joblib, or for a cluster Dask, is not installed; or the cluster lacks what the function needs.

    Notes
    -----
    Threads are joblib's, a cluster is asked through Dask's own client. A task whose worker is lost is run again on
    another by the scheduler (three times, unless its ``allowed-failures`` says otherwise).
    """
    workers = check_whole("workers", workers, most=_MOST_THREADS)
    if not callable(function):
        raise ValueError(f"function is {shown(function)}; must be a function of one task")
    if isinstance(tasks, str | bytes) or not isinstance(tasks, Iterable) or getattr(tasks, "ndim", 1) == 0:
        raise ValueError(f"tasks is {shown(tasks)}; must be several tasks, such as a list")
    if scheduler is not None:
        yield from _on_cluster(function, tasks, scheduler)
    elif workers > 1:
        yield from _on_threads(function, tasks, workers)
    else:
        for position, task in enumerate(tasks):
            yield position, function(task)


def _on_threads(
    function: Callable[[Task], Result], tasks: Iterable[Task], workers: int
) -> Iterator[tuple[int, Result]]:
    joblib = _installed("joblib")

    def numbered(task: tuple[int, Task]) -> tuple[int, Result]:
        return task[0], function(task[1])

    # One task at a time is handed over: guessing batch sizes would delay the last results of long tasks.
    parallel = joblib.Parallel(
        n_jobs=workers, backend="threading", return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs"
    )
    finished = parallel(joblib.delayed(numbered)(task) for task in enumerate(tasks))
    try:
        for each in finished:  # noqa: UP028 - `yield from` would close it before its warning is silenced
            yield each
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that tasks were left: whoever stopped has said why
            finished.close()


def _on_cluster(
    function: Callable[[Task], Result], tasks: Iterable[Task], scheduler: str
) -> Iterator[tuple[int, Result]]:
    # Through Dask's own client: joblib's backend for it (1.6) waits without end when the scheduler gives a task up.
    with _cluster(scheduler) as client:
        from distributed import KilledWorker, as_completed

        cloudpickle = _installed("cloudpickle")  # comes with Dask

        finished = as_completed(loop=client.loop, with_results=True)
        positions: dict[Any, int] = {}
        numbered = enumerate(tasks)

        asked, threads = -math.inf, 1

        def fill() -> None:
            """Keep two tasks a thread under way, however many threads the cluster has by now."""
            nonlocal asked, threads
            if time.monotonic() - asked > _ASK_AGAIN:
                with suppress(OSError):  # a scheduler that went away cancels its tasks, which is said below
                    threads = max(sum(client.ncores().values()), 1)
                asked = time.monotonic()
            for position, task in islice(numbered, max(2 * threads - len(positions), 0)):
                # Read, and so run, within the task: what a worker lacks is then the task's error and no endless wait.
                # Packed, because the function takes its tables along.
                packed = zlib.compress(cloudpickle.dumps(_Call(function, task)), level=1)
                unpacking = _Call(pickle.loads, _Call(zlib.decompress, packed))
                future = client.submit(pickle.loads, cloudpickle.dumps(unpacking), pure=False)
                positions[future.key] = position
                finished.add(future)

        fill()
        try:
            for future, result in finished:
                if future.status not in ("finished", "error"):
                    raise ConnectionError(f"the Dask scheduler at {scheduler} went away: start it again")
                yield positions.pop(future.key), result
                del future, result
                fill()
        except KilledWorker as error:
            raise ConnectionError(
                f"workers of {scheduler} died of the same task again and again ({error}): give them more memory, or "
                "look for what ends them in their logs"
            ) from error
        except (AttributeError, ModuleNotFoundError) as error:
            if isinstance(error, AttributeError) and "Can't get attribute" not in str(error):
                raise
            raise ModuleNotFoundError(
                f"workers of {scheduler} lack a package that is here, or have it in another version ({error}): install "
                "the same there as here"
            ) from error


class _Call:
    """A function and a task that give, where they are read from bytes, the function's value for the task."""

    def __init__(self, function: Callable[[Any], Any], task: Any) -> None:
        self.parts = function, task

    def __reduce__(self) -> tuple[Callable[[Any], Any], tuple[Any]]:
        function, task = self.parts
        return function, (task,)


@contextmanager
def _cluster(address: str) -> Iterator[Any]:
    """Yield a client of the scheduler, or say within ten seconds why there is none."""
    distributed = _installed("distributed")
    parts = _parts(address)
    start = "start one with `dask scheduler` and workers with `dask worker ADDRESS`, or check address and firewall"
    try:
        _greeted(*parts, encrypted=address.startswith("tls"))
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TypeError, ValueError) as error:  # a type error: an encrypted address without certificates
        raise ConnectionError(f"no Dask scheduler answers at {address} ({error}): {start}") from error
    try:
        try:
            client.wait_for_workers(1, timeout=PATIENCE / 2)
        except TimeoutError as error:
            raise ConnectionError(f"the Dask scheduler at {address} has no workers: {start}") from error
        yield client
    finally:
        client.close()


def _greeted(host: str, port: int, *, encrypted: bool) -> None:
    """Wait for the greeting with which Dask opens every connection; its own client would wait for it without end."""
    with socket.create_connection((host, port), timeout=PATIENCE / 2) as connection:
        if encrypted:  # there the client speaks first
            return
        until = time.monotonic() + PATIENCE / 2
        # It begins with its own length; another protocol's words make a length beyond every greeting, or none.
        length = int.from_bytes(_received(connection, 8, until), "little")
        greeting = _received(connection, length, until) if length < 2**16 else b""
    if b"pickle-protocol" not in greeting:
        raise OSError("what listens there is no Dask scheduler")


def _received(connection: socket.socket, count: int, until: float) -> bytes:
    """Return so many bytes, or those that came before the other side closed."""
    found = b""
    while len(found) < count:
        if (left := until - time.monotonic()) <= 0:
            raise TimeoutError("timed out")
        connection.settimeout(left)
        if not (part := connection.recv(count - len(found))):
            break
        found += part
    return found


def _parts(address: str) -> tuple[str, int]:
    problem = f"scheduler {address!r} is no address: write it as tcp://host:port, e.g. tcp://127.0.0.1:8786"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except (ValueError, AttributeError) as error:
        raise ValueError(problem) from error
    if parts.scheme not in ("tcp", "tls") or not host or not port:
        raise ValueError(problem)
    return host, port


def _installed(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        said = f"more than one worker needs {name}, which is not installed: {install_advice(name)}"
        raise ModuleNotFoundError(said, name=name) from error


def key_of_run(parts: Iterable[str]) -> str:
    """Return a short key that changes when any of the parts does."""
    text = json.dumps(list(parts), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def keep_rows(path: Path, key: str, rows: list[dict[str, Any]]) -> None:
    """Write the rows of a finished chunk, whole or not at all, with the key of its run and a hash of itself."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"key": key, "sha256": _hash(rows), "rows": rows}
    write_whole({path: (json.dumps(content, allow_nan=False) + "\n").encode()})


def kept_rows(path: Path, key: str, count: int) -> list[dict[str, Any]] | None:
    """Return the rows of a finished chunk, or None when the file is absent, cut off, altered or of another run."""
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
