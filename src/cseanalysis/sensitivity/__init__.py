"""What would have to be true for a conclusion to fail, and which assumption it hangs on."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cseanalysis.sensitivity.local import bound, envelope, narrowing, tornado

__all__ = ["bound", "envelope", "narrowing", "tornado"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module(f"{__name__}.local"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
