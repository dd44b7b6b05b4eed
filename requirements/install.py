"""Make .venv with the packages of one lock file: `python requirements/install.py report` (or `test`).

Only the standard library: this runs before anything is installed. uv is used where it is found or can be
installed, because it needs seconds where pip needs minutes; pip does the same work otherwise.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
BIN = HOME / ("Scripts" if os.name == "nt" else "bin")
LOWEST = (3, 11)


def main(name: str) -> None:
    """Install the lock file ``name`` and the package itself, then leave a mark for make."""
    if sys.version_info < LOWEST:
        sys.exit(f"Python {sys.version.split()[0]} found, 3.11 or later needed: make PYTHON=/path/to/python3.11")
    lock = ROOT / "requirements" / f"{name}.txt"
    python = BIN / "python"
    if not python.exists():
        venv.create(HOME, with_pip=True, clear=True)
    uv = find_uv(python)
    install = (
        [*uv, "pip", "install", "--python", str(python), "--compile-bytecode"]
        if uv
        else [str(python), "-m", "pip", "install"]
    )
    run([*install, "--quiet", "--require-hashes", "-r", str(lock)])
    run([*install, "--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    (HOME / f"{name}.done").write_text(lock.read_text(encoding="utf-8"), encoding="utf-8")


def find_uv(python: Path) -> list[str]:
    """Return the command that runs uv, or nothing where it cannot be had."""
    if found := shutil.which("uv"):
        return [found]
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"]
    if subprocess.run(command, check=False, capture_output=True).returncode == 0:
        return [str(BIN / "uv")]
    return []


def run(command: list[str]) -> None:
    """Run a command; its own message is the best one when it fails."""
    if subprocess.run(command, check=False).returncode:
        sys.exit(f"installing failed: {' '.join(command[:4])} ...; see the message above")


if __name__ == "__main__":
    main(sys.argv[1])
