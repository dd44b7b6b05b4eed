"""What was found for a sentence, and how figures and differences are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from cseanalysis.register.claims.additions import witnesses
from cseanalysis.register.claims.grammar.reading import in_words
from cseanalysis.register.claims.grammar.tables import spoken
from cseanalysis.register.claims.matching import Match
from cseanalysis.register.claims.verdict import Word
from cseanalysis.register.definitions import worded
from cseanalysis.register.figures import Figure
from cseanalysis.register.known import worst_case
from cseanalysis.register.sentences import period_words

_MOST = 8
_NO_WORD = {"not": "a negation"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A word for a sentence, and what it rests on."""

    word: Word
    figures: tuple[Figure, ...] = ()
    arithmetic: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    would_need: str = ""


def told(figure: Figure) -> str:
    """Return a figure as part of a sentence: its number, what it counts, where and when, and its id."""
    said = figure.unit.startswith(("per_cent", "pounds")) or figure.unit == "none"
    named = any(word in figure.published for word in ("case", "force", "recommendation"))
    number = figure.published if said or named else f"{figure.published} {worded(figure.unit)}"
    beside = ""
    if figure.known_share or figure.unknown_share:  # no share of those that say without what it can be among all
        low, high = worst_case(figure)
        beside = f"; among all records {low:.0f}% to {high:.0f}%"
    as_reported = ", as reported" if figure.tier in ("C", "D") else ""
    where = f"{figure.geography}, {period_words(figure)}"
    return f"{number} ({figure.statement}; {where}{beside}; {figure.id}{as_reported})"


def differing(match: Match) -> Iterable[str]:
    """Yield every way in which a figure is not what a sentence speaks of."""
    figure = match.figure
    if match.unit == "other":
        yield f"unit: {figure.id} counts {worded(figure.unit)}"
    if match.missing:
        theirs = _named(match.missing, match.known.words)
        yield f"class: {figure.id} is only of {theirs}, which the sentence does not say: {figure.statement}"
    if match.extra:
        yield f"class: {figure.id} says nothing of {_named(match.extra, in_words(match.reading))}: {figure.statement}"
    if match.base == "other":
        yield f"base: {figure.id} is a share of {figure.base}"
    if match.place == "other":
        yield f"place: {figure.id} is of {figure.geography}"
    if match.period in ("other", "near"):
        yield f"period: {figure.id} is of {period_words(figure)}"


def words_left_out(match: Match) -> Iterable[str]:
    """Yield what a figure says of its unit and class that a sentence leaves out, or says otherwise."""
    figure = match.figure
    if match.unit == "near":
        yield f"unit: say {worded(figure.unit)}, which is what is counted ({figure.id})"
    if match.unit == "unsaid":
        yield f"unit: say what is counted, {worded(figure.unit)} ({figure.id})"
    for lesser in sorted(match.lesser):
        if lesser not in match.known.meanings:
            said = _named({lesser}, in_words(match.reading))
            yield f"words: {figure.id} does not say {said}, but: {figure.statement}"
            continue
        theirs = _named({lesser}, match.known.words)
        yield f"words: {figure.id} says {theirs}, which the sentence leaves out: {figure.statement}"


def _named(meanings: Set[str], words: Mapping[str, str]) -> str:
    """Name meanings in the words of a sentence or a figure that says them, else in the first words for them."""
    said = {f'"{words[one]}"' if one in words else _NO_WORD.get(one) or f'"{spoken(one)}"' for one in meanings}
    return ", ".join(sorted(said))


def copies(figures: Iterable[Figure]) -> tuple[str, ...]:
    """Say how many numbers stand behind some figures, and which were read in copies."""
    figures = tuple(dict.fromkeys(figures))
    first = witnesses(figures)
    said = []
    if len(first) < len(figures):
        count = "one number" if len(first) == 1 else f"{len(first)} numbers"
        said.append(f"lineage: {len(figures)} prints of {count}; copies of one statement are not several witnesses")
    if second := [figure.id for figure in figures if figure.tier in ("C", "D")]:
        said.append(f"source: {', '.join(second[:_MOST])} as reported, read in a copy of the source")
    return tuple(said)
