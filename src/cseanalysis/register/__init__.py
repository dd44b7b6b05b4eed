"""Published figures: what they count, how they may be compared, and what totals imply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cseanalysis.lazy import door

if TYPE_CHECKING:
    from cseanalysis.register.gate import (
        Change,
        Comparison,
        IncomparableError,
        change_between,
        compare,
        compare_all,
    )
    from cseanalysis.register.definitions import Bridge, Definition
    from cseanalysis.register.figures import Figure
    from cseanalysis.register.loading import load_bridges, load_definitions, load_figures
    from cseanalysis.register.benchmark import Parity, parity

__all__ = [
    "Bridge",
    "Change",
    "Comparison",
    "Definition",
    "Figure",
    "IncomparableError",
    "Parity",
    "change_between",
    "compare",
    "compare_all",
    "load_bridges",
    "load_definitions",
    "load_figures",
    "parity",
]

__getattr__ = door(
    __name__,
    {
        "Bridge": "definitions",
        "Change": "gate",
        "Comparison": "gate",
        "Definition": "definitions",
        "Figure": "figures",
        "IncomparableError": "gate",
        "Parity": "benchmark",
        "change_between": "gate",
        "compare": "gate",
        "compare_all": "gate",
        "load_bridges": "loading",
        "load_definitions": "loading",
        "load_figures": "loading",
        "parity": "benchmark",
    },
)
