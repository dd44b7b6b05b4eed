"""Names that load on first use, so that importing a package costs nothing until something of it is needed."""

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
