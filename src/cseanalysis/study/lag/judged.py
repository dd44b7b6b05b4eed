"""What chapter 4 takes as judged: the rows of its tables in ``data/judgement``, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from cseanalysis.study.data.judgement import read_judgement

Average = Literal["median", "mean"]
Stage = Literal["charges", "trials"]


@dataclass(frozen=True, slots=True)
class PublishedDelay:
    """A published delay, and as which average until what the scenario reads it; where it does not, the reason why."""

    figure: str
    stretch: str
    read_as: Literal["median to charge", "mean to charge", "median to trial", "mean to trial"] | None
    reason: str

    @property
    def reading(self) -> tuple[Stage, Average] | None:
        """Stage and average as which the scenario reads it."""
        if self.read_as is None:
            return None
        average, _, end = self.read_as.split()
        return cast(Stage, f"{end}s"), cast(Average, average)

    @property
    def to_charge(self) -> bool:
        """Whether it runs from the recording to the charge."""
        return self.stretch.startswith("recording to charge")


@dataclass(frozen=True, slots=True)
class BackTest:
    """A published count of one year that the scenario is held against; no codes are all codes of the study."""

    figure: str
    label: str
    expects: Stage
    defendants: bool
    codes: tuple[str, ...]
    differs: str
    reason: str


@dataclass(frozen=True, slots=True)
class CourtPair:
    """Two figures of the courts that could be set beside each other."""

    first: str
    second: str
    pair: str
    reason: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link between an arrest and a conviction: its nearest published pair, if any, and what is missing."""

    link: str
    first: str | None
    second: str | None
    missing: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunningCounts:
    """Counts that follow each other, of one set of cases or each of its own, and what a triangle would need."""

    counts: str
    figures: tuple[str, ...]
    one_set: bool
    needed: str
    reason: str


def published_delays(root: Path | str | None = None) -> tuple[PublishedDelay, ...]:
    """Return the published delays, those that the scenario uses and those that it does not."""
    return read_judgement("published_delays", PublishedDelay, root)


def back_tests(root: Path | str | None = None) -> tuple[BackTest, ...]:
    """Return the published counts that the scenario is held against."""
    return read_judgement("back_tests", BackTest, root)


def court_pairs(root: Path | str | None = None) -> tuple[CourtPair, ...]:
    """Return the pairs of court figures that are put to the gate."""
    return read_judgement("court_pairs", CourtPair, root)


def links(root: Path | str | None = None) -> tuple[Link, ...]:
    """Return the links from arrests to convictions, in their order."""
    return read_judgement("arrests_to_convictions", Link, root)


def running_counts(root: Path | str | None = None) -> tuple[RunningCounts, ...]:
    """Return the running counts that could be taken for a triangle."""
    return read_judgement("running_counts", RunningCounts, root)


def read_until(delays: Iterable[PublishedDelay], stage: Stage) -> tuple[str, ...]:
    """Return the figures on which the delay until a stage rests; a trial follows a charge, so both for trials."""
    readings = [(one.figure, one.reading[0]) for one in delays if one.reading]
    return tuple(sorted(name for name, end in readings if end == "charges" or stage == "trials"))
