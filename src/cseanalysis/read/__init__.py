"""Reading published files as they really are: text first, then numbers, and every error with its cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cseanalysis.lazy import door

if TYPE_CHECKING:
    from cseanalysis.read.grid import Problem, UnreadableFileError
    from cseanalysis.read.home_office import read_outcomes, read_recorded_crime
    from cseanalysis.read.ons import read_pfa_tables
    from cseanalysis.read.safety import Limits, UnsafeFileError
    from cseanalysis.read.spreadsheet import PublishedTable, read_notes, read_spreadsheet

__all__ = [
    "Limits",
    "Problem",
    "PublishedTable",
    "UnreadableFileError",
    "UnsafeFileError",
    "read_notes",
    "read_outcomes",
    "read_pfa_tables",
    "read_recorded_crime",
    "read_spreadsheet",
]

__getattr__ = door(
    __name__,
    {
        "Limits": "safety",
        "Problem": "grid",
        "PublishedTable": "spreadsheet",
        "UnreadableFileError": "grid",
        "UnsafeFileError": "safety",
        "read_notes": "spreadsheet",
        "read_outcomes": "home_office",
        "read_pfa_tables": "ons",
        "read_recorded_crime": "home_office",
        "read_spreadsheet": "spreadsheet",
    },
)
