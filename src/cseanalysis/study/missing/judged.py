"""What a criminologist may change of the chapter on what the records do not say, read from ``data/judgement``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cseanalysis.study.data.judgement import read_judgement


@dataclass(frozen=True, slots=True)
class AgencyCount:
    """An agency's published count, and the result that says how many children its list may hold, if it becomes one."""

    # ``condition`` is what that result takes for granted without a registered range.

    figure: str
    agency: str
    counted: str
    list: str | None
    condition: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class LocalRecords:
    """Local records with shares of suspects, by their definition, and whose they are where its title does not say."""

    definition: str
    whose: str | None
    reason: str


def agency_counts(root: Path | str | None = None) -> tuple[AgencyCount, ...]:
    """Return the rows of ``data/judgement/agency_counts.csv``."""
    return read_judgement("agency_counts", AgencyCount, root)


def local_records(root: Path | str | None = None) -> tuple[LocalRecords, ...]:
    """Return the rows of ``data/judgement/local_records.csv``."""
    return read_judgement("local_records", LocalRecords, root)
