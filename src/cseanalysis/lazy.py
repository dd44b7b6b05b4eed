"""What is not there until it is needed: names that load on first use, and libraries that may not be installed."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

_HOME = Path(__file__).resolve().parent
# The checkout that this code is run from; none where it was installed from a wheel.
CHECKOUT = _HOME.parents[1] if (_HOME.parents[1] / "assumptions.toml").is_file() else None
# The study as it came with the code: in a wheel a copy to read.
STUDY = _HOME / "package_data" if CHECKOUT is None else CHECKOUT


def door(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` of a package whose names are written once, in its stub."""
    # Each line of the stub reads ``from .module import name as name``, or ``from . import module as module``.
    stub = ast.parse(Path(file).with_suffix(".pyi").read_text(encoding="utf-8"))
    lines = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    home = {alias.name: line.module for line in lines for alias in line.names}

    def load(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        try:
            if home[name] is None:
                return import_module(f"{package}.{name}")
            return getattr(import_module(f"{package}.{home[name]}"), name)
        except ModuleNotFoundError as error:
            library = (error.name or "cseanalysis").partition(".")[0]
            if library == "cseanalysis" or ": run " in str(error):
                raise
            said = f"{package}.{name} needs {library}, which is not installed: {install_advice(library)}"
            raise ModuleNotFoundError(said, name=error.name) from error

    declared = [
        node.target.id for node in stub.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]

    def offered() -> list[str]:
        own = {name for name in vars(sys.modules[package]) if name.startswith("__")}
        return sorted({*own, *home, *declared})

    return load, offered, [name for name, module in home.items() if module]


def install_advice(*libraries: str) -> str:
    """Say how to get libraries that an extra of this package brings: a command that works where this package stands."""
    from importlib.metadata import PackageNotFoundError, requires

    if CHECKOUT is not None:
        locked = (CHECKOUT / "requirements" / "report.txt").read_text(encoding="utf-8").casefold()
        if all(re.search(rf"^{_distribution(name)}==", locked, re.MULTILINE) for name in libraries):
            return f"run make install in {CHECKOUT}, whose .venv/bin/python then has all that the study needs"
    try:
        wanted = {_distribution(line): line.partition(";")[0].strip() for line in requires("cseanalysis") or ()}
    except PackageNotFoundError:  # run from its source and never installed
        wanted = {}
    # No index has this package, so that its extras cannot be asked for by name. Every shell knows these quotes.
    return " ".join(["run pip install", *(f'"{wanted.get(_distribution(name), name)}"' for name in libraries)])


def _distribution(named: str) -> str:
    """Return under which name an index has a library, of a requirement or of what is imported."""
    name = (re.match(r"[\w-]+", named) or [named])[0].casefold()
    return {"pypandoc": "pypandoc_binary"}.get(name, name)
