"""What a bad analysis is, and the ways in which one can be tried on the register."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from cseanalysis.register import Figure, IncomparableError, change_between, compare, parity
from cseanalysis.register.gate import CLUSTERING

# Kinds of speakers.
NEWS, MINISTER, POLICE = "a news report", "a ministerial statement", "a police press office"
BLOG, CAMPAIGN, OFFICIAL = "a blog", "a campaign", "an official summary"
ANALYST, LOCAL, STUDENT = "an analyst", "a local report", "a student"

Kind = Literal["refused", "bounded", "no clear change"]
Direction = Literal["exaggerates", "belittles", "either way"]


class WentThroughError(AssertionError):
    """A bad analysis was answered as if it were sound."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A bad analysis.

    Parameters
    ----------
    name
        What is confused with what.
    speaker
        The kind of person who does it.
    analysis
        The analysis in one sentence, without its numbers.
    direction
        Which way it misleads.
    answer
        Tries it on the register; returns the kind of answer and the sentence, or raises `WentThroughError`.
    """

    name: str
    speaker: str
    analysis: str
    direction: Direction
    answer: Callable[[Mapping[str, Figure]], tuple[Kind, str]]


def change(first: str, second: str) -> Callable[[Mapping[str, Figure]], tuple[Kind, str]]:
    """Claim a change, a difference or a quotient of two figures."""

    def answer(figures: Mapping[str, Figure]) -> tuple[Kind, str]:
        comparison = compare(figures[first], figures[second])
        try:
            found = change_between(figures[first], figures[second])
        except IncomparableError as error:
            return "refused", str(error)
        if found.hidden_at is not None and found.hidden_at >= CLUSTERING.high:
            raise WentThroughError(f"{first} to {second} is given as a clear change: {comparison.statement}")
        if found.hidden_at is not None and found.hidden_at <= 1:
            return "no clear change", comparison.statement
        return "bounded", comparison.statement

    return answer


def growth(first: str, second: str) -> Callable[[Mapping[str, Figure]], tuple[Kind, str]]:
    """Claim that a running total grew by so many times."""

    def answer(figures: Mapping[str, Figure]) -> tuple[Kind, str]:
        comparison = compare(figures[first], figures[second])
        if comparison.change is not None and comparison.change.ratio is not None:
            raise WentThroughError(f"{first} to {second} has a ratio: {comparison.statement}")
        return ("refused" if comparison.verdict == "refused" else "bounded"), comparison.statement

    return answer


def share_claim(
    share: str, population: str | Callable[[Mapping[str, Figure]], Figure], claim: str
) -> Callable[[Mapping[str, Figure]], tuple[Kind, str]]:
    """Claim that a group is over-represented, or that it is not."""

    def answer(figures: Mapping[str, Figure]) -> tuple[Kind, str]:
        benchmark = figures[population] if isinstance(population, str) else population(figures)
        found = parity(figures[share], benchmark)
        if found.verdict == "refused":
            return "refused", found.statement
        if found.verdict != "cannot be said":
            raise WentThroughError(f"{claim} was tried, and {share} is called {found.verdict}: {found.statement}")
        return "bounded", found.statement

    return answer


def call(
    attempt: Callable[[Mapping[str, Figure]], object],
) -> Callable[[Mapping[str, Figure]], tuple[Kind, str]]:
    """Make a call that the package must refuse with an error."""

    def answer(figures: Mapping[str, Figure]) -> tuple[Kind, str]:
        try:
            got = attempt(figures)
        except WentThroughError:
            raise
        except ValueError as error:
            return "refused", str(error)
        raise WentThroughError(f"the call was answered with {got!r}")

    return answer
