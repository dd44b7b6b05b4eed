"""Make .venv with the packages of one lock file: `python requirements/install.py report` (or `test`).

Only the standard library: this runs before anything is installed. uv is used where it is found or can be
installed, because it needs seconds where pip needs minutes; pip does the same work otherwise. The lowest versions
(`lowest`) and the packages that ours is measured against (`peers`) get environments of their own in .venv.
"""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
UV = ROOT / "requirements" / "uv.txt"
BIN = "Scripts" if os.name == "nt" else "bin"
LOWEST = (3, 11)
APART = ("lowest", "peers")


def main(name: str) -> None:
    """Install the lock file ``name`` and the package itself, then leave a mark for make."""
    if sys.version_info < LOWEST:
        sys.exit(f"Python {sys.version.split()[0]} found, 3.11 or later needed: make PYTHON=/path/to/python3.11")
    lock = ROOT / "requirements" / f"{name}.txt"
    home = HOME / name if name in APART else HOME
    python = home / BIN / "python"
    if not usable(python):
        venv.create(home, with_pip=True, clear=True)
    for install in installers(python):
        locked = [*install, "--quiet", "--require-hashes", "-r", str(lock)]
        own = [*install, "--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
        if all(subprocess.run(command, check=False).returncode == 0 for command in (locked, own)):
            break
    else:
        sys.exit(f"installing requirements/{name}.txt failed; see the message above")
    (HOME / f"{name}.done").write_text(lock.read_text(encoding="utf-8"), encoding="utf-8")


def usable(python: Path) -> bool:
    """Say whether .venv is whole and of this Python's version; an interrupted or older one is made anew."""
    command = [str(python), "-c", "import pip, sys; print(sys.version_info[:2])"]
    if not python.exists():
        return False
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.stdout.strip() == str(sys.version_info[:2])


def installers(python: Path) -> Iterator[list[str]]:
    """Yield the beginnings of commands that install: uv where it can be had, then pip; offline from a wheelhouse."""
    house = os.environ.get("OFFLINE")
    source = ["--no-index", "--find-links", str(Path(house).resolve())] if house else []
    pip = [str(python), "-m", "pip", "install", *source]
    uv = shutil.which("uv")
    get = [*pip, "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", str(UV)]
    if uv is None and subprocess.run(get, check=False, capture_output=True).returncode == 0:
        uv = str(python.with_name("uv"))
    if uv is not None:
        # Nothing is compiled ahead: what is imported is a small part, and is compiled then.
        yield [uv, "pip", "install", "--python", str(python), *source]
    yield pip


if __name__ == "__main__":
    main(sys.argv[1])
