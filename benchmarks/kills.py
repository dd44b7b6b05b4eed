"""Kill the commands that write, at random moments: every output must be the old one or the new one, whole.

    python benchmarks/kills.py [--kills 30] [--seed 1] [--report]

Each command is run once to its end, for its time and its outputs. Then old outputs are put in place, the command is
killed (SIGKILL) at a moment drawn from its time, half of them from the last third, where it writes; and each file, and
each folder as a whole, must be the old or the new. After its kills the command runs once more to the end: nothing
may be left over, beside its outputs or in the temporary folder. ``--report`` kills the report too, which takes minutes.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TAKEN = ("data", "notebooks", "src", "scenarios", "assumptions.toml", "CHANGELOG.md", "pyproject.toml")
FILE = "Force Name,Financial Year,Offence Code,Offence Count\nKent,2019/20,88A,12\nDevon and Cornwall,2019/20,71,3\n"


@dataclass(frozen=True)
class Command:
    """A command and what it writes; a folder is one output."""

    arguments: tuple[str, ...]
    outputs: tuple[str, ...]


QUICK = (
    Command(
        ("clean", "file.csv", "--to", "out/tidy.csv", "--report", "out/report.json"),
        ("out/tidy.csv", "out/report.json"),
    ),
    Command(("clean", "file.csv", "--to", "out/tidy.xlsx"), ("out/tidy.xlsx",)),
    Command(("data",), ("data/processed",)),
    Command(("results",), ("reports/results.json",)),
    Command(("forces", "--csv", "out/forces", "--ods", "out/forces.ods"), ("out/forces", "out/forces.ods")),
    Command(("run", "scenarios/long_delay.toml"), ("reports/scenarios/long_delay",)),
)
SLOW = (Command(("report",), ("reports/build",)),)


def main() -> int:
    """Kill, look, and count; the exit code is 1 when anything was mixed, lost or left over."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", action="store_true")
    given = parser.parse_args()
    commands = QUICK + (SLOW if given.report else ())
    draw = random.Random(given.seed)  # noqa: S311 - moments, not secrets
    wrong: list[str] = []
    killed = finished = 0
    with tempfile.TemporaryDirectory() as folder:
        home, temporary = Path(folder, "study"), Path(folder, "temporary")
        copy(home)
        temporary.mkdir()
        for number, command in enumerate(commands):
            run(command, home, temporary).wait()
            new = {name: state(home / name) for name in command.outputs}
            if missing := [name for name, found in new.items() if not found]:
                sys.exit(f"{' '.join(command.arguments)} wrote no {' and no '.join(missing)}")
            listed = names(home) | names(temporary)
            for name in command.outputs:
                age(home / name)
            started = time.monotonic()  # of a run that finds the old and what an earlier one kept, as after each kill
            run(command, home, temporary).wait()
            taken = time.monotonic() - started
            times = len(range(number, given.kills, len(commands)))
            for _ in range(times):
                old = {name: age(home / name) for name in command.outputs}
                ended = kill(command, home, temporary, taken * draw.choice((draw.random(), draw.uniform(0.67, 1.0))))
                killed, finished = killed + (not ended), finished + ended
                found = {name: state(home / name) for name in command.outputs}
                for name in command.outputs:
                    if found[name] not in (old[name], new[name]):
                        wrong.append(f"{' '.join(command.arguments)}: {name} is neither the old nor the new")
                        print(wrong[-1], flush=True)
            run(command, home, temporary).wait()
            again = {name: state(home / name) for name in command.outputs}
            wrong += [
                f"{' '.join(command.arguments)}: {name} is not made anew" for name in new if again[name] != new[name]
            ]
            left = sorted((names(home) | names(temporary)) - listed)
            wrong += [f"{' '.join(command.arguments)}: left over: {name}" for name in left]
            print(f"{' '.join(command.arguments)}: {times} times, {taken:.1f} s alone", flush=True)
    print("\n".join(wrong) or "every output was whole")
    print(f"{killed} killed, {finished} had ended before; {len(wrong)} mixed, lost or left over")
    return int(bool(wrong))


def copy(home: Path) -> None:
    """Make a study of its own, with a file to clean."""
    for name in TAKEN:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / name, home / name)
    (home / "reports").mkdir()
    shutil.copyfile(ROOT / "reports" / "results.json", home / "reports" / "results.json")
    (home / "out").mkdir()
    (home / "file.csv").write_text(FILE, encoding="utf-8")


def run(command: Command, home: Path, temporary: Path) -> subprocess.Popen[bytes]:
    """Start a command; the temporary folder is one that is looked at."""
    settings = os.environ | {"PYTHONPATH": str(home / "src"), "TMPDIR": str(temporary)}
    line = [sys.executable, "-m", "cseanalysis", *command.arguments]
    return subprocess.Popen(line, cwd=home, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill(command: Command, home: Path, temporary: Path, after: float) -> bool:
    """Kill a command after so many seconds; say whether it had ended before."""
    process = run(command, home, temporary)
    try:
        code = process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return False
    if code:
        sys.exit(f"{' '.join(command.arguments)} ended with {code} by itself: nothing was killed")
    return True


def state(path: Path) -> dict[str, bytes]:
    """Return the bytes of a file, or of every file in a folder; nothing when it is not there."""
    if path.is_dir():
        return {str(one.relative_to(path)): one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file()}
    return {"": path.read_bytes()} if path.is_file() else {}


def age(path: Path) -> dict[str, bytes]:
    """Put something older in the place of an output, of as many files, and return it."""
    for one in [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]:
        one.write_bytes(b"old")
    return state(path)


def names(home: Path) -> set[str]:
    """Return every file and folder below, but for Python's own cache."""
    return {str(path) for path in home.rglob("*") if path.name != "__pycache__" and path.suffix != ".pyc"}


if __name__ == "__main__":
    sys.exit(main())
