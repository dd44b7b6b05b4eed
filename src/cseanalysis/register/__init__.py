"""Published figures: what they count, how they may be compared, and what totals imply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cseanalysis.lazy import door

if TYPE_CHECKING:
    from cseanalysis.register.benchmark import Parity, parity
    from cseanalysis.register.definitions import Bridge, Definition, Shift
    from cseanalysis.register.figures import Figure
    from cseanalysis.register.gate import (
        Change,
        Comparison,
        IncomparableError,
        change_between,
        compare,
        compare_all,
    )
    from cseanalysis.register.loading import load_bridges, load_definitions, load_figures
    from cseanalysis.register.reconciliation import Reconciliation, reconcile
    from cseanalysis.register.statements import Statement, adds_up, count, part_of, share

__all__ = [
    "Bridge",
    "Change",
    "Comparison",
    "Definition",
    "Figure",
    "IncomparableError",
    "Parity",
    "Reconciliation",
    "Shift",
    "Statement",
    "adds_up",
    "change_between",
    "compare",
    "compare_all",
    "count",
    "load_bridges",
    "load_definitions",
    "load_figures",
    "parity",
    "part_of",
    "reconcile",
    "share",
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
        "Reconciliation": "reconciliation",
        "Shift": "definitions",
        "Statement": "statements",
        "adds_up": "statements",
        "change_between": "gate",
        "compare": "gate",
        "compare_all": "gate",
        "count": "statements",
        "load_bridges": "loading",
        "load_definitions": "loading",
        "load_figures": "loading",
        "parity": "benchmark",
        "part_of": "statements",
        "reconcile": "reconciliation",
        "share": "statements",
    },
)
