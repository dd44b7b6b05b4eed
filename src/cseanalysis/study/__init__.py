"""The study: the only place where data, models and results meet. Needs a checkout."""

from __future__ import annotations

from cseanalysis.study.assumptions import load_assumptions
from cseanalysis.study.project import ChecksumError, find_project
from cseanalysis.study.results import load_results
from cseanalysis.study.tables import load_figures, read_table

__all__ = ["ChecksumError", "find_project", "load_assumptions", "load_figures", "load_results", "read_table"]
