"""What would have to be true for a conclusion to fail, and which assumption it hangs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cseanalysis.lazy import door

if TYPE_CHECKING:
    from cseanalysis.sensitivity.local import bound, envelope, narrowing, tornado

__all__ = ["bound", "envelope", "narrowing", "tornado"]


__getattr__ = door(__name__, dict.fromkeys(__all__, "local"))
