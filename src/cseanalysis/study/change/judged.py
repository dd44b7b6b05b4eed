"""What the chapter on change looks for and tells, as tables of ``data/judgement``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cseanalysis.study.data.judgement import read_judgement


@dataclass(frozen=True, slots=True)
class SeriesPart:
    """A kind of offence of which the child-only series may hold some: its figures count them, each in a year."""

    part: str
    words: str
    figures: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ToldBreak:
    """A code whose most likely break is told in a sentence, with the registered event that may have moved it."""

    code: str
    event: str | None
    words: str
    reason: str


def read_series_parts(root: Path | str | None = None) -> tuple[SeriesPart, ...]:
    """Return the parts of the series that effects are looked for in."""
    return read_judgement("parts_of_series", SeriesPart, root)


def read_told_breaks(root: Path | str | None = None) -> tuple[ToldBreak, ...]:
    """Return the codes whose breaks the chapter tells, in its order."""
    return read_judgement("told_breaks", ToldBreak, root)
