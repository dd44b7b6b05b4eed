"""One function over many tasks: here, on threads, or on the Dask cluster that an institution already has."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlsplit

Task = TypeVar("Task")
Result = TypeVar("Result")

PATIENCE = 4  # seconds for each step of reaching a scheduler; the steps together stay below ten
_ASK_AGAIN = 5  # seconds after which a cluster may have other workers than before
_INSTALL = "pip install 'cseanalysis[scale]'"


def spread_tasks(
    function: Callable[[Task], Result],
    tasks: Iterable[Task],
    *,
    workers: int = 1,
    scheduler: str | None = None,
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

    Examples
    --------
    >>> spread_tasks(abs, [-2, -1, 3])
    [2, 1, 3]
    """
    results = dict(as_finished(function, tasks, workers=workers, scheduler=scheduler))
    return [results[position] for position in sorted(results)]


def as_finished(
    function: Callable[[Task], Result],
    tasks: Iterable[Task],
    *,
    workers: int = 1,
    scheduler: str | None = None,
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
        When joblib, or for a cluster Dask, is not installed.

    Notes
    -----
    Threads are joblib's, a cluster is asked through Dask's own client. A task whose worker is lost is run again on
    another by the scheduler (three times, unless its ``allowed-failures`` says otherwise).
    """
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise ValueError(f"workers is {workers!r}; must be a whole number of at least 1")
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
    with joblib.parallel_config(backend="threading", n_jobs=workers):
        parallel = joblib.Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs")
        yield from parallel(joblib.delayed(numbered)(task) for task in enumerate(tasks))


def _on_cluster(
    function: Callable[[Task], Result], tasks: Iterable[Task], scheduler: str
) -> Iterator[tuple[int, Result]]:
    # Through Dask's own client: joblib's backend for it (1.6) waits without end when the scheduler gives a task up.
    with _cluster(scheduler) as client:
        from distributed import KilledWorker, as_completed

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
                future = client.submit(function, task, pure=False)
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


@contextmanager
def _cluster(address: str) -> Iterator[Any]:
    """Yield a client of the scheduler, or say within ten seconds why there is none."""
    distributed = _installed("distributed")
    parts = _parts(address)
    start = "start one with `dask scheduler` and workers with `dask worker ADDRESS`, or check address and firewall"
    try:
        _greeted(*parts, encrypted=address.startswith("tls"))
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
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
        connection.settimeout(PATIENCE / 2)
        greeting = b"" if encrypted else connection.recv(8)
    # It begins with its own length; another protocol's words make a length beyond every greeting, or none.
    if not encrypted and not 0 < int.from_bytes(greeting, "little") < 2**20:
        raise OSError("what listens there is no Dask scheduler")


def _parts(address: str) -> tuple[str, int]:
    problem = f"scheduler {address!r} is no address: write it as tcp://host:port, e.g. tcp://127.0.0.1:8786"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
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
        raise ModuleNotFoundError(f"more than one worker needs {name}, which is not installed: {_INSTALL}") from error
