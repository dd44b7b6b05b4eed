"""What would have to be true for a conclusion to fail, and which assumption it hangs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cseanalysis.lazy import door

if TYPE_CHECKING:
    from cseanalysis.sensitivity.breakdown_values import breakdown, breakdown_frontier, breakdowns
    from cseanalysis.sensitivity.local import bound, envelope, narrowing, tornado
    from cseanalysis.sensitivity.pawn_index import pawn
    from cseanalysis.sensitivity.shapley_effects import shapley
    from cseanalysis.sensitivity.sobol_indices import sobol
    from cseanalysis.sensitivity.specifications import multiverse

__all__ = [
    "bound",
    "breakdown",
    "breakdown_frontier",
    "breakdowns",
    "envelope",
    "multiverse",
    "narrowing",
    "pawn",
    "shapley",
    "sobol",
    "tornado",
]


__getattr__ = door(
    __name__,
    {
        **dict.fromkeys(("bound", "envelope", "narrowing", "tornado"), "local"),
        **dict.fromkeys(("breakdown", "breakdown_frontier", "breakdowns"), "breakdown_values"),
        "multiverse": "specifications",
        "pawn": "pawn_index",
        "shapley": "shapley_effects",
        "sobol": "sobol_indices",
    },
)
