"""Build everything as other processors would, and hold every byte against what this one builds and what is committed.

`make processors`; ends with 1 and names the first file that differs. OpenBLAS is told which kernel to take, numpy which
instructions to leave; a kernel that this processor cannot run is left out, and said to be.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INPUTS = ("data", "notebooks", "requirements", "src", "reports", "assumptions.toml", "CHANGELOG.md")
COMMANDS = (
    ("data",),
    ("results",),
    ("report", "--out", "built/report"),
    ("forces", "--xlsx", "built/forces.xlsx", "--ods", "built/forces.ods", "--csv", "built/forces"),
)
LEFT = ("build", "scenarios", "report.pdf", "*.egg-info")  # of earlier builds and editions
COMPARED = ("data/processed", "reports/results.json", "built")
KERNELS = {"Haswell": "avx2", "SkylakeX": "avx512bw"}
# The kernel that OpenBLAS took: a name that it does not know would prove nothing.
CORE = (
    "import ctypes, pathlib, numpy\n"
    "(found,) = (pathlib.Path(numpy.__file__).parent.parent / 'numpy.libs').glob('libscipy_openblas64_*.so')\n"
    "name = ctypes.CDLL(str(found)).scipy_openblas_get_corename64_\n"
    "name.restype = ctypes.c_char_p\n"
    "print(name().decode())\n"
)
WIDE = (
    "from numpy._core._multiarray_umath import __cpu_dispatch__ as known, __cpu_features__ as has\n"
    "print(*(name for name in known if has[name] and ('AVX512' in name or name == 'X86_V4')))\n"
)


def main() -> None:
    """Build as each processor and compare."""
    with tempfile.TemporaryDirectory(prefix="cseanalysis-") as folder:
        expected: dict[str, str] = {}
        for number, (name, settings) in enumerate(processors().items()):
            start = time.perf_counter()
            copy = Path(folder) / str(number)
            built = build(copy, settings)
            if not number:
                compare("the committed files", committed(), {path: built.get(path, "") for path in committed()})
                expected = built
            compare(name, expected, built)
            compare(f"{name}, the frozen edition", *edition(copy, built))
            shutil.rmtree(copy)
            print(f"{name}: {len(built)} files, every byte the same, {time.perf_counter() - start:.0f} s", flush=True)


def processors() -> dict[str, dict[str, str]]:
    """Return by name the settings that stand for a processor; the first is this one as it is."""
    found: dict[str, dict[str, str]] = {"this processor": {}}
    cpu = Path("/proc/cpuinfo")
    flags = set(cpu.read_text(encoding="utf-8").split()) if cpu.is_file() else set()
    for kernel, needed in KERNELS.items():
        if needed in flags and ask(CORE, OPENBLAS_CORETYPE=kernel) == kernel:
            found[f"OpenBLAS as on {kernel}"] = {"OPENBLAS_CORETYPE": kernel}
        else:
            print(f"OpenBLAS as on {kernel}: left out, this processor lacks {needed}")
    if wide := ask(WIDE):
        found["numpy without AVX-512"] = {"NPY_DISABLE_CPU_FEATURES": wide}
    else:
        print("numpy without AVX-512: left out, this processor has none")
    return found


def ask(code: str, **settings: str) -> str:
    """Return what Python prints under some settings."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(settings), check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def environment(settings: dict[str, str]) -> dict[str, str]:
    """Return this environment with those settings and no other of their kind."""
    others = ("OPENBLAS_", "NPY_")
    return {name: value for name, value in os.environ.items() if not name.startswith(others)} | settings


def build(copy: Path, settings: dict[str, str]) -> dict[str, str]:
    """Make everything in a copy of the checkout and return the hash of each file that was made."""
    for name in INPUTS:
        source, target = ROOT / name, copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*", *LEFT))
        else:
            shutil.copyfile(source, target)
    (copy / "built").mkdir()
    for command in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "cseanalysis", *command],
            cwd=copy,
            env=environment(settings) | {"PYTHONPATH": str(copy / "src")},
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            sys.exit(f"cseanalysis {command[0]} failed under {settings}: {done.stderr or done.stdout}")
    return hashes(copy)


def committed() -> dict[str, str]:
    """Return the hashes of what is committed and built by `make data results`."""
    return {path: digest for path, digest in hashes(ROOT).items() if not path.startswith("built")}


def edition(copy: Path, built: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the frozen edition's hashes and those built, when what was built is that edition."""
    manifest = json.loads((copy / "built/report/manifest.json").read_text(encoding="utf-8"))
    if manifest["standing"] != "edition":
        return {}, {}
    frozen = json.loads((ROOT / f"reports/v{manifest['version']}/manifest.json").read_text(encoding="utf-8"))["outputs"]
    return frozen, {name: built.get(f"built/report/{name}", "") for name in frozen}


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of every file that is compared, by its path."""
    paths = [path for name in COMPARED for path in [folder / name, *(folder / name).rglob("*")] if path.is_file()]
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(paths)
    }


def compare(name: str, expected: dict[str, str], found: dict[str, str]) -> None:
    """End with the first file that differs."""
    for path in sorted({*expected, *found}):
        if expected.get(path) != found.get(path):
            sys.exit(f"{name}: {path} is not, byte for byte, what it should be")


if __name__ == "__main__":
    main()
