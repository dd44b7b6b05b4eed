"""The report: what a chapter shows, and how chapters become one tagged PDF."""

from __future__ import annotations

from cseanalysis.export.wording import say
from cseanalysis.report.agreement import same_as_reported
from cseanalysis.report.outputs import chart, opening, prose, table

__all__ = ["chart", "opening", "prose", "same_as_reported", "say", "table"]
