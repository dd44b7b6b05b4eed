"""Police-recorded child sexual exploitation and abuse: published figures in, honest ranges out.

The names below load on first use, so importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cseanalysis.lazy import door

if TYPE_CHECKING:
    from cseanalysis.study import load_assumptions, load_figures, load_results, read_table
    from cseanalysis.values import Assumption, Estimate, Interval

__version__ = "0.3.1"

__all__ = [
    "Assumption",
    "Estimate",
    "Interval",
    "load_assumptions",
    "load_figures",
    "load_results",
    "read_table",
]

__getattr__ = door(
    __name__,
    {
        "Assumption": "values",
        "Estimate": "values",
        "Interval": "values",
        "load_assumptions": "study",
        "load_figures": "study",
        "load_results": "study",
        "read_table": "study",
        **dict.fromkeys(
            ("clean", "export", "models", "read", "register", "report", "sensitivity", "study", "values"), ""
        ),
    },
)


def __dir__() -> list[str]:
    return [
        *__all__,
        "__version__",
        "clean",
        "export",
        "models",
        "read",
        "register",
        "report",
        "sensitivity",
        "study",
        "values",
    ]
