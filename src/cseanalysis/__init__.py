"""Police-recorded child sexual exploitation and abuse: published figures in, honest ranges out.

The names below load on first use, so importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cseanalysis.study import load_assumptions, load_figures, load_results, read_table
    from cseanalysis.values import Assumption, Estimate, Interval

__version__ = "0.1.0"

__all__ = [
    "Assumption",
    "Estimate",
    "Interval",
    "load_assumptions",
    "load_figures",
    "load_results",
    "read_table",
]

_HOME = {
    "Assumption": "values",
    "Estimate": "values",
    "Interval": "values",
    "load_assumptions": "study",
    "load_figures": "study",
    "load_results": "study",
    "read_table": "study",
}
_MODULES = ("clean", "models", "register", "report", "sensitivity", "study", "values")


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES, "__version__"])
