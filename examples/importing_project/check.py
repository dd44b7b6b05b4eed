"""Install the wheel of cseanalysis as another project would, without a network, and run this project's tests.

`python examples/importing_project/check.py [WHEEL]`; without WHEEL, one is built from the checkout. The packages that
the wheel needs, Polars and pytest must be there already.
"""

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def main(wheel: Path | None) -> int:
    """Return the exit code of the example's tests."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, "site")
        if wheel is None:
            build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
            subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            (wheel,) = Path(folder).glob("*.whl")
        pip = [sys.executable, "-m", "pip"] if find_spec("pip") else ["uv", "pip"]
        install = [*pip, "install", "--quiet", "--no-index", "--no-deps", "--target", str(site), str(wheel.resolve())]
        subprocess.run(install, check=True)
        # In front of an editable installation of the checkout, so that the wheel is what is tested.
        environment = os.environ | {"PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
        where = "import cseanalysis, sys; sys.exit(not cseanalysis.__file__.startswith(sys.argv[1]))"
        subprocess.run([sys.executable, "-c", where, str(site)], cwd=HERE, env=environment, check=True)
        tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        return subprocess.run(tests, cwd=HERE, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
