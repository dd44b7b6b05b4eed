"""What is not there until it is needed: names that load on first use, and libraries that may not be installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def door(package: str, home: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package whose names live in its modules.

    Parameters
    ----------
    package
        The package's own name.
    home
        Public name to the module it lives in; ``""`` for a name that is itself a module.

    Examples
    --------
    >>> door("cseanalysis", {"Interval": "values"})("Interval").__name__
    'Interval'
    """

    def load(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = import_module(f"{package}.{home[name] or name}")
        return getattr(module, name) if home[name] else module

    return load


def install_advice(extra: str) -> str:
    """Say how to get what an extra of this package brings; no index has the package, so it is got from a checkout.

    Examples
    --------
    >>> install_advice("read")
    "run pip install '.[read]' in a checkout of cseanalysis"
    """
    return f"run pip install '.[{extra}]' in a checkout of cseanalysis"
