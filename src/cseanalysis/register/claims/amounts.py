"""Sentences that say how many in words: most, few, all or none, through the bounds of what is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from cseanalysis.register.claims.finding import Finding, copies, differing, told
from cseanalysis.register.claims.grammar.clauses import counted
from cseanalysis.register.claims.grammar.numbers import Number
from cseanalysis.register.claims.grammar.reading import Reading, closure
from cseanalysis.register.claims.grammar.tables import edges, minor, opposites
from cseanalysis.register.claims.index import NATIONAL, Index
from cseanalysis.register.claims.matching import SEXED, Match, match
from cseanalysis.register.claims.testing import Range, bears_out, rest_of
from cseanalysis.register.claims.verdict import Word
from cseanalysis.register.figures import COUNTS, Figure
from cseanalysis.register.known import among_all, worst_case
from cseanalysis.register.sentences import period_words

_MOST = 8
_SAYS = 2  # digits of a number that is hardly another by chance
_BEFORE = ("ago", "before", "ever", "past", "used")
_OF_KNOWN = re.compile(
    r"whose (?:ethnicity|age|sex) (?:was|is|had been) (?:recorded|known)"
    r"|with (?:a )?(?:known|recorded) (?:ethnicity|age)",
    re.IGNORECASE,
)
_TREND = "trend_measure"
_WHOLE = ("csae", "csa", "recorded")
_SERIES = "A survey of one design, repeated, that asks adults or children what was done to them and when."
_POPULATION = (
    "The share of just this set with its known share, and the population of the same places by ethnicity, age and sex."
)
_KNOWN = (
    "The share of just this set, with the number of records it is a share of, and for how many of them the field is "
    "filled."
)


def amount(reading: Reading, word: str, index: Index) -> Finding | None:
    """Return what the register says of most, few, all or none."""
    if word == "none":
        return _none(reading, index)
    if word == "parity":
        return _parity(reading, index)
    qualifier, _, value = word.partition(" ")
    limit = Number(float(value or 100), "per_cent", 0.0, 0, 0, word, qualifier if value else "exact")
    matches = [
        match(reading, known, _limit(limit, reading))
        for known in index.known.values()
        if known.figure.unit == "per_cent" and known.figure.qualifier != "text"
    ]
    said = _said_of(reading)
    # "Most is done by men" is no share of men.
    matches = [one for one in matches if said is None or not (one.known.bases ^ said) & SEXED]
    same = [one for one in matches if not (one.missing - {"ethnicity_known"}) and one.same_but_known]
    if same:
        return _bounded(reading, limit, same, index)
    if (rest := _of_the_other(reading, limit, index, said)) is not None:
        return rest
    related = sorted(
        (one for one in matches if _related(reading, one)),
        key=lambda one: (-index.likeness(reading.meanings, one.known), one.figure.id),
    )
    if not related:
        return None
    figures = _with_known(dict.fromkeys(one.figure for one in related[:5]), index)
    why = "class: no share is published of just this set; those of other sets allow it and its opposite"
    return Finding("cannot be told", figures, (), (why, *differing(related[0]), *copies(figures)), _KNOWN)


def _of_the_other(reading: Reading, limit: Number, index: Index, said: frozenset[str] | None) -> Finding | None:
    """Hold "most are women" against a published share of men of just this set."""
    found: list[Match] = []
    for one in reading.meanings & opposites().keys() & SEXED:
        turned = reading.meanings - {one} | {opposites()[one]}
        for known in index.known.values():
            if known.figure.unit == "per_cent" and known.figure.qualifier != "text":
                other = match(reading, known, _limit(limit, reading), meanings=turned)
                here = other.same_but_known and not other.missing and other.figure.category.endswith(("male", "female"))
                if here and (said is None or not (known.bases ^ said) & SEXED):
                    found.append(other)
    if not found or {bears_out(limit, rest_of(one.known.printed)) for one in found} != {"no"}:
        return None
    figures = tuple(dict.fromkeys(one.figure for one in found))
    lines = tuple(f"100% less {one.published} ({one.id})" for one in figures)
    return Finding("contradicted", figures, lines, (f"figure: {told(figures[0])}", *copies(figures)))


def _said_of(reading: Reading) -> frozenset[str] | None:
    """Return what follows a word such as most, up to the next verb: that of which it says so."""
    span = next((one for one in reading.spans if one.kind == "amount"), None)
    if span is None:
        return None
    words = [token.lower for token in reading.tokens]
    end = next((at for at in range(span.last, len(words)) if words[at] in {",", *edges("share")}), len(words))
    inside = [one for one in reading.spans if span.last <= one.first < end and one.kind in ("concept", "group", "unit")]
    return closure(frozenset(value for one in inside for value in one.value.split()))


def _bounded(reading: Reading, limit: Number, same: Sequence[Match], index: Index) -> Finding:
    """Hold a limit against what shares of just this set can be among all records."""
    of_known = _OF_KNOWN.search(reading.sentence) is not None  # then a share of the records that say is meant
    words = {bears_out(limit, one.known.printed if of_known else Range(*among_all(one.figure))) for one in same}
    # Where nobody says how many records have the field, the print is what there is; of ethnicity that is not enough.
    unsaid = [one for one in same if worst_case(one.figure) == (0.0, 100.0) and "ethnicity" not in one.known.allowed]
    if words == {"open"} and len(unsaid) == len(same):
        words = {bears_out(limit, one.known.printed) for one in same}
    else:
        unsaid = []
    figures = _with_known(dict.fromkeys(one.figure for one in same), index)
    arithmetic = tuple(
        f"among all records {low:.0f}% to {high:.0f}% ({one.figure.id}, {one.figure.published} of those that say)"
        for one in same
        if one.figure.known is not None
        for low, high in (worst_case(one.figure),)
    )
    reasons: tuple[str, ...] = (f"figure: {told(figures[0])}", *copies(figures))
    if words == {"yes"}:
        corrections = [] if reading.periods else [f"period: say when, {period_words(figures[0])}"]
        corrections += [f"known share: {one.figure.id} is a share of the records that say" for one in unsaid[:1]]
        word: Word = "supported with correction" if corrections else "supported"
        return Finding(word, figures, arithmetic, (*corrections, *reasons))
    if words == {"no"}:
        return Finding("contradicted", figures, arithmetic, reasons)
    why = "known share: the records that say allow it and its opposite"
    return Finding("cannot be told", figures, arithmetic, (why, *reasons), _KNOWN)


def _parity(reading: Reading, index: Index) -> Finding | None:
    """Say what is missing to hold a share of a group against that of a population, in either direction."""
    several = [match(reading, known, None) for known in index.known.values() if known.figure.unit == "per_cent"]
    related = [one for one in several if _related(reading, one) and reading.named("group")]
    if not related or reading.named("religion"):
        return None
    related.sort(key=lambda one: (-index.likeness(reading.meanings, one.known), one.figure.id))
    figures = _with_known(dict.fromkeys(one.figure for one in related[:5]), index)
    why = (
        "population: above or below its share of the population can be said of no group here: where ethnicity is "
        "recorded for a part, the bounds hold both"
    )
    return Finding("cannot be told", figures, (), (why, f"figure: {told(figures[0])}", *copies(figures)), _POPULATION)


def _limit(limit: Number, reading: Reading) -> Number:
    """Return a limit as if it stood before the first word that says of what it is one."""
    return Number(limit.value, limit.unit, limit.width, 0, len(reading.tokens), limit.text, limit.qualifier)


def _related(reading: Reading, one: Match) -> bool:
    """Whether a share is of the attribute that a sentence names, whatever the set."""
    said = reading.meanings & one.known.meanings
    national = one.known.place in NATIONAL and set(reading.places) <= {*NATIONAL}  # of Britain, nothing is published
    if not (one.place == "same" or national) or not said:
        return False
    if not reading.named("group"):
        return True
    # Every group is treated alike, whether a share of it is published or not; none is read from a religion.
    known = "ethnicity_known" in one.known.meanings and not reading.named("religion")
    return known or bool(said & set(_groups(reading)))


def _groups(reading: Reading) -> Iterator[str]:
    for value in reading.named("group"):
        yield from value.split()


def _with_known(figures: Iterable[Figure], index: Index) -> tuple[Figure, ...]:
    """Return figures with those that say for how many records the field is filled."""
    found = list(dict.fromkeys(figures))
    for figure in tuple(found):
        other = index.tables.figures.get(figure.known_share)
        if other is not None and other not in found and other.id in index.known:
            found.append(other)
    return tuple(found)


def _none(reading: Reading, index: Index) -> Finding | None:
    """Hold a sentence that says there are none against counts of it."""
    found = [
        one
        for one in (match(reading, known, None) for known in index.known.values())
        if not one.missing and not one.extra - minor() and one.place == "same"
        if one.figure.unit in COUNTS and one.figure.ends[0] > 0
        if one.period != "other"
    ]
    if not found:
        return None
    found.sort(key=lambda one: (one.figure.relays, -(one.figure.period_end or date.min).toordinal(), one.figure.id))
    figures = tuple(one.figure for one in found[:_MOST])
    reasons = (f"number: it is not none: {told(figures[0])}", "recorded: each is a report that the police recorded")
    return Finding("contradicted", figures, (), (*reasons, *copies(figures)))


def prevalence(reading: Reading, index: Index) -> Finding | None:
    """Say that nothing tells whether more or fewer are abused than before, where nothing recorded is spoken of."""
    than = any(token.lower == "than" for token in reading.tokens)
    when = reading.periods or any(one.lower in _BEFORE for one in reading.tokens)
    if not ("more" in reading.kinds and than and when) or counted(reading) or "recording" in reading.kinds:
        return None
    if "group" in reading.kinds or "csa" not in closure(reading.meanings):
        return None
    trend = [one.figure for one in index.known.values() if one.figure.category == _TREND]
    counts = [one.figure for one in index.known.values() if one.figure.category in _WHOLE and not one.figure.relays]
    counts = [one for one in counts if one.unit in COUNTS and one.geography in NATIONAL]
    counts.sort(key=lambda one: (-(one.period_end or date.min).toordinal(), one.id))
    figures = tuple(dict.fromkeys((*counts[:2], *trend)))
    if not figures:
        return None
    why = "recorded: counts are of what is recorded; how many are abused, now or then, no series measures"
    return Finding("cannot be told", figures, (), (why, *copies(figures)), _SERIES)


def part_of_number(reading: Reading, index: Index) -> Finding | None:
    """Say that no share is published of just so many: "most of the 597 arrested have walked free"."""
    numbers = counted(reading)
    if len(numbers) != 1 or numbers[0].unit or numbers[0].digits < _SAYS:
        return None
    number = numbers[0]
    before = [span for span in reading.spans if span.kind == "amount"]
    words = [token.lower for token in reading.tokens]
    at = number.first
    while at > 0 and words[at - 1] in ("the", "these", "those", "of", "its", "their"):
        at -= 1
    if at == number.first or not any(one.first < at <= one.last for one in before):
        return None
    held = [known for known in index.known.values() if known.printed.printed == number.value]
    held = [known for known in held if known.figure.unit in COUNTS and index.likeness(reading.meanings, known) > 0]
    if not held:
        return None
    held.sort(key=lambda known: (-index.likeness(reading.meanings, known), known.figure.relays, known.figure.id))
    figures = tuple(dict.fromkeys(known.figure for known in held[:2]))
    why = f"class: the number is published, and no share of just these: {told(figures[0])}"
    return Finding("cannot be told", figures, (), (why, *copies(figures)), _KNOWN)
