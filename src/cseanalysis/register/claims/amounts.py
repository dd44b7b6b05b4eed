"""Sentences that say how many in words: most, few, all or none, through the bounds of what is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from cseanalysis.register.claims.finding import Finding, copies, differing, told
from cseanalysis.register.claims.grammar.clauses import counted
from cseanalysis.register.claims.grammar.numbers import Number
from cseanalysis.register.claims.grammar.reading import Reading, closure
from cseanalysis.register.claims.grammar.tables import edges, minor, opposites, units
from cseanalysis.register.claims.index import Index, Known
from cseanalysis.register.claims.matching import SEXED, Match, match, meets
from cseanalysis.register.claims.testing import Range, bears_out, rest_of
from cseanalysis.register.claims.verdict import Word
from cseanalysis.register.figures import COUNTS, NATIONAL, Figure
from cseanalysis.register.gate import compare
from cseanalysis.register.known import among_all, worst_case
from cseanalysis.register.sentences import period_words

_MOST = 8
_PAIR = 2
_TURNED = 10.0  # percentage points
_BY_HAND = 4.0  # percentage points by which a share that is worked out by hand may be rounded
_LONG = 3  # digits from which on no unit need be said
_LARGE = 1000
_SAYS = 2  # digits of a number that is hardly another by chance
# Between two numbers they set the one against the other.
_BESIDE = frozenset(("but", "against", "versus", "only"))
_QUOTIENT = 0.1  # how far it may be rounded
_YEARS = re.compile(r"\b(?:every|each|by the|passing) year\b|\byear (?:after|on) year\b", re.IGNORECASE)
_BEFORE = ("ago", "before", "ever", "past", "used")
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
    told_known = reading.meanings & {"ethnicity_known", "age_known"}  # then a share of the records that say is meant
    words = {
        bears_out(limit, one.known.printed if told_known & one.known.bases else Range(*among_all(one.figure)))
        for one in same
    }
    # Where nobody says how many records have the field, the print is what there is; of ethnicity that is not enough.
    unsaid = [one for one in same if worst_case(one.figure) == (0.0, 100.0) and "ethnicity" not in one.known.allowed]
    if words == {"open"} and len(unsaid) == len(same) and not any(_close(limit, one) for one in same):
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


def _close(limit: Number, one: Match) -> bool:
    """Whether a share lies so near to a limit on its other side that the records without the field could turn it."""
    printed = one.known.printed.printed
    against = bears_out(limit, one.known.printed) == "no"
    return against and printed is not None and abs(printed - limit.value) <= _TURNED


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
        # Not one in 2023 or 2024: one in either of them is enough against it.
        if one.period != "other" or any(meets(period, one.figure) == "same" for period in reading.periods)
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
    years = _YEARS.search(reading.sentence) is not None
    than = than or years
    when = years or reading.periods or any(one.lower in _BEFORE for one in reading.tokens)
    if not ("more" in reading.kinds and than and when) or counted(reading) or "recording" in reading.kinds:
        return None
    if "group" in reading.kinds or "csa" not in closure(reading.meanings):
        return None
    figures = _newest(index)
    why = "recorded: counts are of what is recorded; how many are abused, now or then, no series measures"
    return Finding("cannot be told", figures, (), (why, *copies(figures)), _SERIES) if figures else None


def _newest(index: Index) -> tuple[Figure, ...]:
    """Return the newest national counts of what is recorded, and what is said of them as a measure of trends."""
    trend = [one.figure for one in index.known.values() if one.figure.category == _TREND]
    counts = [one.figure for one in index.known.values() if one.figure.category in _WHOLE and not one.figure.relays]
    counts = [one for one in counts if one.unit in COUNTS and one.geography in NATIONAL]
    counts.sort(key=lambda one: (-(one.period_end or date.min).toordinal(), one.id))
    return tuple(dict.fromkeys((*counts[:2], *trend)))


def part_of_change(reading: Reading, index: Index) -> Finding | None:
    """Say that no figure splits a rise or a fall into its parts: "nearly all of the rise is better recording"."""
    words = [token.lower for token in reading.tokens]
    shares = {span.last for span in reading.spans if span.kind == "amount"}
    shares |= {number.last for number in reading.numbers if number.unit == "per_cent"}
    begins = {span.first for span in reading.spans if span.kind == "change"}
    parted = any(words[at : at + 1] == ["of"] and {at + 1, at + 2} & begins for at in shares)
    if not parted or not {"csa", "child_abuse"} & closure(reading.meanings) or not (figures := _newest(index)):
        return None
    why = "recorded: counts tell how many are recorded, and nothing of them which part of a change has which cause"
    return Finding("cannot be told", figures, (), (why, *copies(figures)), _SERIES)


def across(reading: Reading, index: Index) -> Finding | None:
    """Find a share worked out of counts of two units: 8,892 reports, 3,208 arrests, so two in three are free."""
    shares = [one for one in reading.numbers if one.unit == "per_cent"]
    counts = sorted((one for one in counted(reading) if not one.unit), key=lambda one: one.value)
    if len(counts) != _PAIR or len(shares) != 1 or counts[0].value == counts[1].value:
        return None
    worked, said = 100 * counts[0].value / counts[1].value, shares[0]
    if min(abs(worked - said.value), abs(100 - worked - said.value)) > max(said.width / 2, _BY_HAND):
        return None
    printed = [[known for known in index.known.values() if _prints(reading, known, one)] for one in counts]
    for less in printed[0]:
        for more in printed[1]:
            pair = more.figure, less.figure
            one_period = pair[0].period_start is not None and pair[0].period_start == pair[1].period_start
            if pair[0].unit == pair[1].unit or not one_period:
                continue
            if (found := _apart(*pair)) is not None:
                return found
    return None


def set_beside(reading: Reading, index: Index) -> Finding | None:
    """Find two printed numbers of which one is set against the other: 12,691 of this, but only 8,079 of that."""
    pair = _quotient(reading) or counted(reading)
    if len(pair) != _PAIR:
        return None
    between = {token.lower for token in reading.tokens[pair[0].last : pair[1].first]}
    if not between & _BESIDE and pair == counted(reading):
        return None
    printed = [_printed_as(reading, number, index) for number in pair]
    for first in printed[0]:
        for second in printed[1]:
            several = first.figure, second.figure
            dated = any(meets(at, one) in ("same", "near") for at in reading.periods for one in several)
            if (dated or not reading.periods) and (found := _apart(*several)) is not None:
                return found
    return None


def _quotient(reading: Reading) -> tuple[Number, ...]:
    """Return the two numbers of which a third is the quotient: seven victims for every arrest."""
    several = counted(reading)
    if len(several) != _PAIR + 1 or not {"every", "each"} & {token.lower for token in reading.tokens}:
        return ()
    few, less, more = sorted(several, key=lambda one: one.value)
    near = abs(more.value - few.value * less.value) <= _QUOTIENT * more.value
    return tuple(one for one in several if one is not few) if near else ()


def _printed_as(reading: Reading, number: Number, index: Index) -> list[Match]:
    """Return the figures that print a number of a sentence and say nothing that it does not, the likest first."""
    found = [match(reading, known, number, numbers=False) for known in index.known.values()]
    here = [one for one in found if one.place == "same" or one.known.place in reading.places]
    found = [one for one in here if not one.missing and one.unit in ("same", "near")]
    found = [one for one in found if bears_out(number, one.known.printed) in ("yes", "loose")]
    return sorted(found, key=lambda one: (-index.likeness(reading.meanings, one.known), one.figure.id))


def _apart(first: Figure, second: Figure) -> Finding | None:
    """Say why two figures, both originals, give nothing together, where the gate keeps them apart."""
    if first.relays or second.relays:
        return None
    gate = compare(first, second)
    if gate.verdict != "refused" or gate.share is not None:
        return None
    pair = first, second
    line = f"{second.published} ({second.id}) over {first.published} ({first.id}) is no ratio"
    refused = [str(item) for item in gate.differences if item.level == "refused"]
    return Finding("comparison not valid", pair, (line,), (*refused, gate.statement, *copies(pair)), _KNOWN)


def _prints(reading: Reading, known: Known, number: Number) -> bool:
    """Whether a count is printed as a number says it, in the unit that the words about the number name."""
    figure, said = known.figure, reading.units_of(number)
    if figure.unit not in COUNTS or bears_out(number, known.printed) not in ("yes", "loose"):
        return False
    named, near = units().get(figure.unit, (frozenset(), frozenset()))
    return bool(said & (named | near)) or number.digits > _LONG


def part_of_number(reading: Reading, index: Index) -> Finding | None:
    """Say that no share is published of just so many: "most of the 597 arrested have walked free"."""
    numbers = counted(reading)
    if len(numbers) != 1 or numbers[0].unit or (numbers[0].digits < _SAYS and numbers[0].value < _LARGE):
        return None
    number = numbers[0]
    before = [span for span in reading.spans if span.kind == "amount"]
    words = [token.lower for token in reading.tokens]
    at = number.first
    whose = {place for span in reading.spans if span.kind == "place" for place in range(span.first, span.last)}
    while at > 0 and (words[at - 1] in ("the", "these", "those", "of", "its", "their") or at - 1 in whose):
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
