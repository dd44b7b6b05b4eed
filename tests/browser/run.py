"""Test the pages of the report in a browser, `python tests/browser/run.py`, or say in one line why that cannot be."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from chromium import found

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
DEBIAN = (
    ["apt-get", "update", "--quiet=2"],
    ["apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends", "chromium"],
)


def lacking():
    """Return what is missing after all that may be installed is."""
    if found() is None and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in DEBIAN:
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    if not AXE.is_file() and (npm := shutil.which("npm")):
        # By the lock file, with the hash of what may come.
        subprocess.run([npm, "ci", "--silent", "--no-audit", "--no-fund"], cwd=HERE, check=False)
    wanted = {"a browser (apt-get install chromium)": found() is None, "axe-core (npm)": not AXE.is_file()}
    return [name for name, missing in wanted.items() if missing]


def main():
    """Build the report where it is not as it should be, and run the tests on its pages."""
    if missing := lacking():
        print(f"the pages are not tested in a browser: {' and '.join(missing)} could not be had")
        return 0
    commands = (["-m", "cseanalysis", "report"], ["-m", "pytest", "tests/browser"])
    return next((code for command in commands if (code := _run(command))), 0)


def _run(command):
    return subprocess.run([sys.executable, *command], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
