"""A second process that computes parts of the numbers beside this one, where there is a second processor."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection

from cseanalysis.study.kept import Computed
from cseanalysis.study.parts import PARTS, Given, Part


class Helper:
    """A process that computes one part at a time, and ends with this one."""

    def __init__(self, compute: Callable[[Part, Given], Computed]) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, compute), daemon=True)
        self._process.start()
        there.close()

    @classmethod
    def useful(cls) -> bool:
        """Say whether there is a processor for it."""
        allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        return (allowed or 1) > 1

    def ask(self, part: Part, given: Given) -> None:
        """Have a part computed."""
        with suppress(OSError):  # it died, as its answer will say
            self._here.send((part.name, given))

    def has_answered(self) -> bool:
        """Say whether what was asked is there."""
        return self._here.poll()

    def answer(self) -> Computed | None:
        """Wait for what was asked; None when it failed or the process died, so that it fails, or not, in this one."""
        try:
            found: Computed | None = self._here.recv()
        except (EOFError, OSError):
            return None
        return found

    def end(self) -> None:
        """Let the process go."""
        self._here.close()
        self._process.terminate()
        self._process.join()


@contextmanager
def helping(compute: Callable[[Part, Given], Computed]) -> Iterator[Callable[[], Helper | None]]:
    """Yield what starts a second process when it is first asked, where one more is of use and may be started."""
    started: list[Helper | None] = []

    def helper() -> Helper | None:
        if not started:
            try:
                started.append(Helper(compute) if Helper.useful() else None)
            except OSError:
                started.append(None)
        return started[0]

    try:
        yield helper
    finally:
        for one in started:
            if one:
                one.end()


def _serve(there: Connection, compute: Callable[[Part, Given], Computed]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks, and ends this one
    parts = {part.name: part for part in PARTS}
    while True:
        try:
            name, given = there.recv()
        except (EOFError, OSError):
            return
        try:
            answer = compute(parts[name], given)
        except Exception:  # noqa: BLE001 - told by the process that asks, which tries it again
            answer = None
        try:
            there.send(answer)
        except OSError:  # nobody asks any more
            return
