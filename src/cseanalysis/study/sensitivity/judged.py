"""What the chapter on sensitivity asks, as tables of ``data/judgement``: statements, totals, options of its curves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cseanalysis.study.data.judgement import read_judgement
from cseanalysis.study.data.named import RECORDED_2023

Claim = Literal["above", "below"]

STATEMENTS = "data/judgement/statements.csv"
# How a statement says that its number lies above or below the threshold; none says the other.
_SAID = {
    "above": ("more than", "at least", "over {threshold}", "were made"),
    "below": ("fewer than", "less than", "at most", "under {threshold}", "are to come"),
}
_OPTIONS = "data/judgement/curve_options.csv"
MEDIAN, SHAPES, COUNT = "which published delay", "range of shapes", "which count of the record"


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement about a reported number; its threshold is a round one, drawn to ask the question, nobody's claim.

    Attributes
    ----------
    result
        Id of the number.
    claim, threshold
        That it lies above or below this.
    words
        The statement; ``{threshold}`` and the periods of the data are filled in.
    curve
        Id of the curve of structural choices for the same number, if there is one.
    reason
        Why this is asked.
    """

    result: str
    claim: Claim
    threshold: float
    words: str
    curve: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class FrontierTotal:
    """A total of contact offences whose probabilities the chart follows."""

    total: int
    reason: str


@dataclass(frozen=True, slots=True)
class CurveOption:
    """A figure or range that a decision may choose on some curves; with neither, the study's own range."""

    # A count of the record without a figure is refused, with its reason.

    decision: str
    option: str
    figure: str | None
    low: float | None
    high: float | None
    curves: tuple[str, ...]
    reason: str


def read_statements(root: Path | str | None = None) -> tuple[Statement, ...]:
    """Return the statements in the order in which the chapter asks them."""
    statements = read_judgement("statements", Statement, root)
    for each in statements:
        turned = [words for claim, said in _SAID.items() if claim != each.claim for words in said]
        if wrong := [words for words in turned if words in each.words.lower()]:
            raise ValueError(
                f"{STATEMENTS}, {each.words!r}: {wrong[0]!r} is not what {each.claim!r} claims; turn one of them"
            )
    return statements


def read_frontier_totals(root: Path | str | None = None) -> tuple[FrontierTotal, ...]:
    """Return the totals that the chart follows."""
    return read_judgement("frontier_totals", FrontierTotal, root)


def read_curve_options(root: Path | str | None = None) -> tuple[CurveOption, ...]:
    """Return the options of the curves, the study's own first; a decision that no curve knows is refused."""
    options = read_judgement("curve_options", CurveOption, root)
    if unknown := sorted({each.decision for each in options} - {MEDIAN, SHAPES, COUNT}):
        raise ValueError(
            f"data/judgement/curve_options.csv, decision: {unknown[:5]}; must be {MEDIAN}, {SHAPES} or {COUNT}"
        )
    for own in {each.decision: each for each in reversed(options)}.values():
        if own.low is not None or own.figure != (RECORDED_2023 if own.decision == COUNT else None):
            raise ValueError(
                f"{_OPTIONS}: the first option of {own.decision!r} is {own.option!r}; the study's own range or "
                "count stands first, because the curve marks it as the reported one"
            )
    return options
