"""What is not there until it is needed: names that load on first use, and libraries that may not be installed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any


def door(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` of a package whose names are written once, in its stub."""
    # Each line of the stub reads ``from .module import name as name``, or ``from . import module as module``.
    stub = ast.parse(Path(file).with_suffix(".pyi").read_text(encoding="utf-8"))
    lines = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    home = {alias.name: line.module for line in lines for alias in line.names}

    def load(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        if home[name] is None:
            return import_module(f"{package}.{name}")
        return getattr(import_module(f"{package}.{home[name]}"), name)

    declared = [
        node.target.id for node in stub.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]

    def offered() -> list[str]:
        own = {name for name in vars(sys.modules[package]) if name.startswith("__")}
        return sorted({*own, *home, *declared})

    return load, offered, [name for name, module in home.items() if module]


def install_advice(extra: str) -> str:
    """Say how to get what an extra of this package brings, which no index has."""
    return f"run pip install '.[{extra}]' in a checkout of cseanalysis"
