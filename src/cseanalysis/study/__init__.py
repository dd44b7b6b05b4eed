"""The study: the only place where data, models and results meet. Needs a checkout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cseanalysis.lazy import door

if TYPE_CHECKING:
    from cseanalysis.study.assumptions import load_assumptions
    from cseanalysis.study.project import ChecksumError, find_project
    from cseanalysis.study.reported import load_results
    from cseanalysis.study.tables import load_figures, read_table

__all__ = ["ChecksumError", "find_project", "load_assumptions", "load_figures", "load_results", "read_table"]

__getattr__ = door(
    __name__,
    {
        "ChecksumError": "project",
        "charts": "",
        "find_project": "project",
        "load_assumptions": "assumptions",
        "load_figures": "tables",
        "load_results": "reported",
        "read_table": "tables",
    },
)
