"""Harmonising published tables: columns are added, rows are never dropped, reordered or overwritten.

Importing this loads only the standard library and narwhals.
"""

from __future__ import annotations

from cseanalysis.clean.counts import parse_counts
from cseanalysis.clean.crosswalks import explain, read_crosswalk
from cseanalysis.clean.forces import harmonise_forces
from cseanalysis.clean.labels import UnmappedLabelError
from cseanalysis.clean.offences import harmonise_offences
from cseanalysis.clean.outcomes import harmonise_outcomes
from cseanalysis.clean.periods import harmonise_periods
from cseanalysis.clean.relations import share_by_relation

__all__ = [
    "UnmappedLabelError",
    "explain",
    "harmonise_forces",
    "harmonise_offences",
    "harmonise_outcomes",
    "harmonise_periods",
    "parse_counts",
    "read_crosswalk",
    "share_by_relation",
]
