"""Multiverses and scenarios on a Dask cluster of two processes: the same bits, also when a worker is killed."""

from __future__ import annotations

import math
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from cseanalysis.distributions import beta
from cseanalysis.models import simulate_total
from cseanalysis.sensitivity import multiverse
from cseanalysis.sensitivity.runs import spread_tasks
from cseanalysis.study import find_project
from cseanalysis.study.scenarios import run_scenarios
from cseanalysis.values import NotEstimableError

pytest.importorskip("joblib", reason="joblib is not installed")
distributed = pytest.importorskip("distributed", reason="Dask with its workers is not installed")

ROOT = Path(__file__).resolve().parents[2]
CHOICES = {"a": list(range(30)), "b": list(range(10))}


def local_cluster(**options: Any) -> Any:
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "memory_limit": "1GiB"} | options
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the cluster itself, which is not ours to silence anywhere else
        return distributed.LocalCluster(dashboard_address=None, **options)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    made = local_cluster()
    yield made
    made.close()


def uneven(a: int, b: int) -> float:
    """Give a number whose last bits would show another order of work; refuse some."""
    if a == 7 and b > 5:
        raise NotEstimableError("not at seven")
    draws = random.Random(1000 * a + b)
    return math.fsum(math.sin(draws.random()) for _ in range(200)) / (1 + b)


def slow(task: int) -> float:
    time.sleep(0.4)
    return math.sqrt(task)


def deadly(task: int) -> int:
    if task == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def test_one_two_and_many_workers_and_a_cluster_give_the_same_bits(cluster: Any) -> None:
    alone = multiverse(uneven, CHOICES)
    for where in ({"workers": 2}, {"workers": 5}, {"scheduler": cluster.scheduler_address}):
        assert_frame_equal(multiverse(uneven, CHOICES, **where), alone, check_exact=True)


def test_a_worker_killed_half_way_changes_nothing(cluster: Any) -> None:
    victim = next(iter(cluster.workers.values())).pid
    timer = threading.Timer(1.2, os.kill, (victim, signal.SIGKILL))
    timer.start()
    start = time.monotonic()
    assert spread_tasks(slow, range(12), scheduler=cluster.scheduler_address) == [math.sqrt(n) for n in range(12)]
    assert time.monotonic() - start > 1.2  # the worker died while there was work
    timer.join()
    assert victim not in {worker.pid for worker in cluster.workers.values()}


def test_a_task_that_kills_every_worker_is_named_as_the_cause() -> None:
    import dask

    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        own = local_cluster()
    with pytest.raises(ConnectionError, match="died of the same task again and again"):
        spread_tasks(deadly, range(6), scheduler=own.scheduler_address)
    own.close()


def test_a_scheduler_that_goes_away_is_said() -> None:
    own = local_cluster(n_workers=1)
    timer = threading.Timer(1.0, own.close)
    timer.start()
    with pytest.raises(ConnectionError, match="went away"):
        spread_tasks(slow, range(40), scheduler=own.scheduler_address)
    timer.join()


def test_an_error_on_a_worker_names_its_specification(cluster: Any) -> None:
    with pytest.raises(ValueError, match=r"specification a: \d; b: zero: ZeroDivisionError"):
        multiverse(one_over, {"a": [0, 1], "b": {"zero": 0}}, scheduler=cluster.scheduler_address)


def one_over(a: int, b: int) -> float:
    return a / b


def test_a_cluster_without_a_package_that_is_here_is_said(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only_here.py").write_text("def double(task):\n    return 2 * task\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import only_here

    with pytest.raises(ModuleNotFoundError, match=r"lack a package that is here.*only_here.*install the same"):
        spread_tasks(only_here.double, [1], scheduler=cluster.scheduler_address)


def test_an_unreachable_scheduler_is_said_within_ten_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent_port = silent.getsockname()[1]
        with socket.create_server(("127.0.0.1", 0)) as closed:
            free_port = closed.getsockname()[1]
        for port in (free_port, silent_port):
            start = time.monotonic()
            with pytest.raises(ConnectionError, match=rf"no Dask scheduler answers at tcp://127.0.0.1:{port}"):
                spread_tasks(abs, [1], scheduler=f"tcp://127.0.0.1:{port}")
            assert time.monotonic() - start < 10
    for address in ("localhost", "http://127.0.0.1:80", "tcp://127.0.0.1", "tcp://host:port"):
        with pytest.raises(ValueError, match="is no address"):
            spread_tasks(abs, [1], scheduler=address)


@pytest.mark.parametrize("greeting", [b"\x01", (100).to_bytes(8, "little"), (4).to_bytes(8, "little") + b"text"])
def test_a_greeting_that_stops_half_way_or_is_none_is_said_within_ten_seconds(greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        held: list[socket.socket] = []

        def greet() -> None:
            held.append(other.accept()[0])
            held[0].sendall(greeting)

        thread = threading.Thread(target=greet)
        thread.start()
        start = time.monotonic()
        with pytest.raises(ConnectionError, match="no Dask scheduler answers"):
            spread_tasks(abs, [1], scheduler=f"tcp://127.0.0.1:{other.getsockname()[1]}")
        assert time.monotonic() - start < 10
        thread.join()
        held[0].close()


def test_a_server_of_another_kind_and_a_cluster_without_workers_are_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:

        def greet() -> None:
            connection = other.accept()[0]
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(ConnectionError, match="is no Dask scheduler"):
            spread_tasks(abs, [1], scheduler=f"tcp://127.0.0.1:{other.getsockname()[1]}")
        thread.join()
    with local_cluster(n_workers=0) as empty:
        start = time.monotonic()
        with pytest.raises(ConnectionError, match="has no workers"):
            spread_tasks(abs, [1], scheduler=empty.scheduler_address)
        assert time.monotonic() - start < 10


def test_scenarios_of_the_study_are_the_same_bytes_on_a_cluster_as_here(cluster: Any, tmp_path: Path) -> None:
    project = find_project(ROOT)
    paths = [ROOT / "scenarios" / f"{name}.toml" for name in ("long_delay", "narrow_definition")]
    run_scenarios(project, paths, out=tmp_path / "here")
    run_scenarios(project, paths, out=tmp_path / "there", scheduler=cluster.scheduler_address)
    written = [path for path in (tmp_path / "here").rglob("*.*") if path.is_file()]
    assert len(written) == 8
    for path in written:
        assert (tmp_path / "there" / path.relative_to(tmp_path / "here")).read_bytes() == path.read_bytes()


def drawn_part(seed: int) -> Any:
    links = {"told": beta(4, 36), "recorded": beta(18, 2)}
    return simulate_total(1000, links, correlation=0.3, draws=2000, seed=seed).draws


def test_a_simulation_spread_by_seeds_has_the_same_bits_on_a_cluster(cluster: Any) -> None:
    alone = np.concatenate([drawn_part(seed) for seed in range(6)])
    parts = spread_tasks(drawn_part, range(6), scheduler=cluster.scheduler_address)
    np.testing.assert_array_equal(np.concatenate(parts), alone)


KILLED = """
import sys, time
from pathlib import Path
from cseanalysis.sensitivity import multiverse
def slow(a, b):
    time.sleep(0.01)
    return a + b / 7
print("begun", flush=True)
table = multiverse(slow, {"a": list(range(30)), "b": list(range(10))}, folder=sys.argv[1], inputs="1")
print(len(list(Path(sys.argv[1]).rglob("part-*"))), float(table["value"].sum()), flush=True)
"""


def test_after_a_kill_the_finished_parts_stand_and_are_not_run_again(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED]
    with subprocess.Popen([*command, str(tmp_path)], stdout=subprocess.DEVNULL) as process:
        until = time.monotonic() + 60
        while len(list(tmp_path.rglob("part-*"))) < 10 and time.monotonic() < until:
            time.sleep(0.02)
        process.kill()
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("part-*")}
    assert 10 <= len(kept) < 60
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=True)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert done.stdout.split()[1:] == ["60", "4542.857142857143"]
