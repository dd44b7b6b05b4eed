"""Sentences that state a number: held against printed figures, then sums, shares, what is left, and rates."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from cseanalysis.export.wording import say_number
from cseanalysis.register.claims.additions import witnesses
from cseanalysis.register.claims.finding import Finding, copies, differing, told, words_left_out
from cseanalysis.register.claims.grammar.numbers import Number
from cseanalysis.register.claims.grammar.reading import Reading, closure
from cseanalysis.register.claims.grammar.tables import minor, operations, opposites
from cseanalysis.register.claims.index import HEAVIEST, Index
from cseanalysis.register.claims.matching import Match, beyond, match
from cseanalysis.register.claims.testing import Answer, bears_out, rest_of
from cseanalysis.register.claims.verdict import Word
from cseanalysis.register.claims.working import needed, shared, summed
from cseanalysis.register.differences import chosen
from cseanalysis.register.figures import UNKNOWN, Figure
from cseanalysis.register.sentences import period_words

_AVERAGES = ("days_unstated", "months_unstated")
_YEARS = ("calendar_year", "financial_year", "financial_quarter")
_OPEN = ("more_than", "at_least", "less_than", "at_most")
_HARDLY = 20  # from here on a number is hardly the same by chance in another place
_HALFWAY = 10  # percentage points
_SPOKEN = 0.75  # of the weight of a sentence that a figure must share where its number alone says little
_LARGELY = 0.5  # where it is a count of a thousand and more
_LARGE = 1000
_LONG = 3  # digits from which on a number is hardly another by chance
_TOUCHED = 1.5
_SEVERAL = 2
_OF_AGE = 18
_MOST = 8


@dataclass(frozen=True, slots=True)
class Held:
    """A number of a sentence held against one figure."""

    match: Match
    answer: Answer
    turned: bool = False  # against what the figure leaves of a hundred

    @property
    def figure(self) -> Figure:
        """Return the figure."""
        return self.match.figure


def held(reading: Reading, number: Number, index: Index) -> tuple[Held, ...]:
    """Hold a number against every figure that prints one, and against what shares leave."""
    found: list[Held] = []
    turned = tuple(_turned(reading.meanings)) if number.unit == "per_cent" else ()
    for known in index.known.values():
        if known.figure.unit == "none" or known.figure.qualifier == "text":
            continue
        answer = bears_out(number, known.printed)
        if answer != "no" or not beyond(reading, known, number):
            found.append(Held(match(reading, known, number), answer))
        if known.figure.unit == "per_cent":
            rest = bears_out(number, rest_of(known.printed)) if turned else "no"
            found += [
                Held(match(reading, known, number, meanings=meanings), rest, turned=True)
                for meanings in turned
                if rest != "no" or not beyond(reading, known, number, meanings)
            ]
    return tuple(found)


def _turned(meanings: frozenset[str]) -> Iterator[frozenset[str]]:
    """Yield what a sentence says of the rest: with and without its "not", and with the opposite of a meaning."""
    yield meanings ^ {"not"}
    for one in meanings & opposites().keys():
        yield meanings - {one} | {opposites()[one]}


def state(reading: Reading, number: Number, index: Index) -> Finding | None:
    """Return what the register says of one number of a sentence."""
    all_held = held(reading, number, index)
    same = [one for one in all_held if one.match.same and not _without_maker(one.figure)]
    if borne := [one for one in same if one.answer in ("yes", "loose")]:
        return _supported(reading, number, borne, same, index)
    worked = summed(reading, number, index) or shared(reading, number, index)
    return worked or _not_borne(reading, number, all_held, same, index)


def _without_maker(figure: Figure) -> bool:
    """Whether nobody knows who made a number: it bears nothing out and excludes nothing."""
    return figure.dataset is not None and figure.dataset.producer.startswith(UNKNOWN)


def _not_borne(
    reading: Reading, number: Number, all_held: Sequence[Held], same: Sequence[Held], index: Index
) -> Finding | None:
    """Say what becomes of a number that no figure for the same thing bears out."""
    # What was chosen, or is somebody's opinion, excludes nothing.
    against = [one for one in same if one.answer == "no" and one.match.period in ("same", "unsaid")]
    named = reading.meanings & operations()  # what an operation did itself is not chosen from anything
    against = [one for one in against if not one.figure.guessed]
    against = [one for one in against if not chosen(one.figure) or named & one.match.known.meanings]
    wrong = _wrong_thing(reading, number, all_held, index)
    excluded = _contradicted(reading, number, against, same) if against else None
    if wrong is not None and (excluded is None or number.digits > _SEVERAL):
        return wrong
    if excluded is not None:
        return excluded
    # "At least 2,000" leaves a million open and says nothing of it.
    openly = [one for one in same if one.answer == "open" and one.figure.ends[1] < math.inf]
    if openly:
        figures = _ordered(openly)
        why = f"number: as printed the figures allow it and its opposite: {told(figures[0])}"
        need = "The number in full, not rounded and without an open end."
        return Finding("cannot be told", figures, (), (why,), need)
    return None


def _supported(reading: Reading, number: Number, borne: Sequence[Held], same: Sequence[Held], index: Index) -> Finding:
    best = min(borne, key=lambda one: (len(list(corrections_of(reading, number, one))), one.figure.tier, one.figure.id))
    kept = [one for one in borne if _rank(one) <= _rank(best)] or [best]
    figures = _ordered(kept)
    corrections = list(corrections_of(reading, number, best))
    if best.match.period == "unsaid" and _agreed(borne, same):
        corrections = [one for one in corrections if not one.startswith("period")]
    corrections += _retold(best, index)
    if best.match.period == "same":
        against = [one for one in same if one.answer == "no" and one.match.period == "same"]
        against = [one for one in against if not one.figure.replaced_by]
        one_class = best.figure.definition, best.figure.category, best.turned
        rivals = [one for one in against if (one.figure.definition, one.figure.category, one.turned) == one_class]
        if rivals:
            corrections.append(f"conflict: another number is published for it: {told(rivals[0].figure)}")
            figures = (*figures, *(one.figure for one in rivals))
    word: Word = "supported with correction" if corrections else "supported"
    arithmetic = tuple(
        f"100% less {one.figure.published} ({one.figure.id}) is {say_number(100 - (one.figure.low or 0))}%"
        for one in kept
        if one.turned and one.figure.low is not None and one.figure.low == one.figure.high
    )
    number_of = tuple(f"figure: {told(one)}" for one in figures[:3])
    return Finding(word, figures, arithmetic, (*corrections, *number_of, *copies(figures)))


def _retold(one: Held, index: Index) -> Iterator[str]:
    """Say where a retelling prints another number than what it retells."""
    first = index.known.get(one.figure.relays)
    if first is not None and first.printed != one.match.known.printed:
        yield f"retold: {one.figure.id} retells {first.figure.id}, which prints {first.figure.published}"


def _rank(one: Held) -> tuple[int, int, int]:
    lesser = len(one.match.lesser)
    nearness = {"same": 0, "unsaid": 1, "near": 2, "other": 3}
    return nearness[one.match.unit], nearness[one.match.period], lesser


def _agreed(borne: Sequence[Held], same: Sequence[Held]) -> bool:
    """Whether several figures, each of its own making, bear it out, and none of any period excludes it."""
    first = witnesses(one.figure for one in borne if one.answer == "yes")
    kinds = {(one.definition, one.period_start) for one in first}
    return len(kinds) >= _SEVERAL and not any(one.answer == "no" for one in same)


def corrections_of(reading: Reading, number: Number, one: Held) -> Iterator[str]:
    """Yield what must be said otherwise, or beside it, where a figure bears a number out."""
    figure, found = one.figure, one.match
    yield from words_left_out(found)
    if found.period == "unsaid" and figure.period_start is not None:
        yield f"period: say when, {period_words(figure)} ({figure.id})"
    if not reading.places and figure.geography in ("United Kingdom", "England"):
        yield f"place: say where, {figure.geography} ({figure.id})"
    if found.period == "near":
        yield f"period: {figure.id} is of {period_words(figure)}"
    if found.base == "unsaid":
        yield f"base: say of what it is a share, {figure.base} ({figure.id})"
    if one.answer == "loose":
        yield f"number: {figure.id} prints {figure.published}"
    if figure.unit in _AVERAGES and not ("average" in reading.meanings and figure.statement.startswith("Average")):
        yield f"average: {figure.id} does not say whether it is a mean or a median; quote it as printed by its source"
    told_known = {"ethnicity_known", "age_known"} & reading.meanings and found.base == "same"
    if (figure.known_share or figure.unknown_share) and not told_known:
        yield f"known share: {figure.id} is a share of the records that say"
    if (
        figure.ages not in reading.meanings
        and figure.ages[:2].isdigit()
        and int(figure.ages[:2]) < _OF_AGE
        and {"man", "woman"} & reading.meanings
    ):
        yield f"ages: {figure.id} is of those aged {figure.ages}, who are not all men or women"
    elif " to " in figure.ages and figure.ages not in reading.meanings and _of_adults(found):
        yield f"ages: {figure.id} is of those aged {figure.ages}"
    if figure.replaced_by:
        yield f"replaced: {figure.id} was replaced by {' and '.join(figure.replaced_by)}"
    if figure.guessed:
        yield f"guess: of {figure.id} the {', '.join(figure.guessed)} is no more than a guess"
    themselves = found.base == "same" and found.known.base & operations()  # who took part is said
    if chosen(figure) and figure.unit == "per_cent" and not themselves:
        yield f"selection: {figure.id} is of records that were chosen, or chose themselves, and speaks for no others"


def _of_adults(match: Match) -> bool:
    """Whether adults were asked, of whom the ages tell which."""
    return match.figure.counter == "survey" and "adults" in (*match.known.base_noun, match.figure.unit)


def _contradicted(reading: Reading, number: Number, against: Sequence[Held], same: Sequence[Held]) -> Finding | None:
    if any(one.answer in ("yes", "loose", "open") for one in same):
        return None
    figures = _ordered(against)
    near = [one for one in against if one.match.lesser or one.match.period == "near" or one.match.base == "unsaid"]
    if len(near) == len(against) and reading.unknown:
        return None
    return Finding(
        "contradicted",
        figures,
        reasons=(f"number: {number.text} is not what is printed: {told(figures[0])}", *copies(figures)),
    )


def _ordered(several: Iterable[Held]) -> tuple[Figure, ...]:
    """Return the figures that come nearest, each once: those that say when, then originals, then copies."""
    ordered = sorted(several, key=lambda one: (_rank(one), one.figure.relays != "", one.figure.tier, one.figure.id))
    return tuple(islice(dict.fromkeys(one.figure for one in ordered), _MOST))


def _wrong_thing(reading: Reading, number: Number, several: Sequence[Held], index: Index) -> Finding | None:
    """Find the number where it stands for something else of what the sentence speaks of."""
    said = closure(reading.meanings) - minor() - {"not"}
    if number.soft and reading.unknown:
        return None  # nine in ten of what nobody knows is a number by chance
    whole = math.fsum(index.weights.get(one, HEAVIEST) for one in said) or 1.0
    large = number.value >= _LARGE and number.unit == ""
    precise = number.digits > _SEVERAL and number.qualifier in ("exact", "around") and not number.soft
    found = []
    for one in several:
        exact = one.match.known.printed.printed == number.value and not one.turned
        if (one.answer != "yes" and not exact) or one.match.same or (one.turned and "not" in one.match.extra):
            continue
        if one.figure.unit.startswith("per_cent") != (number.unit == "per_cent"):
            continue
        printed = one.match.known.printed.printed or 0.0
        away = abs((100 - printed if one.turned else printed) - number.value)
        if number.soft and number.qualifier in _OPEN and away > _HALFWAY:
            continue  # for "over half" 28% is another number, whatever it counts
        shared = index.likeness(reading.meanings, one.match.known)
        here = (large or (precise and not number.unit)) and one.match.known.place in reading.places
        touched = 0.0 if here or number.digits > _LONG else _TOUCHED
        if here and precise and one.match.unit == "same":
            touched = -1.0  # in the place, in the unit: whatever else is said of them
        if number.value >= _HARDLY and _but_for_one(one.match):
            touched, precise = -1.0, True
        enough = shared > touched if precise or here else shared / whole >= (_LARGELY if large else _SPOKEN)
        somewhere = large and not reading.places and one.match.unit == "same" and printed == number.value
        if enough and (precise or here or somewhere or one.match.place == "same"):
            found.append((-shared, len(one.match.missing), one.match.unit == "other", one.figure.relays, one))
    if not found:
        return None
    found.sort(key=lambda item: (item[:4], item[4].figure.id))
    best: Held = found[0][4]
    alike = [item[4] for item in found if item[0] == found[0][0] and item[1] == found[0][1]]
    figures = dict.fromkeys(one.figure for one in (best, *alike))
    figures |= dict.fromkeys(beside(reading, best.figure, index))
    arithmetic = (f"100% less {best.figure.published} ({best.figure.id})",) if best.turned else ()
    reasons = (f"number: {number.text} stands for something else: {told(best.figure)}", *differing(best.match))
    return Finding(
        "right number, wrong thing",
        tuple(islice(figures, _MOST)),
        arithmetic,
        (*reasons, *copies(figures)),
        needed(number),
    )


def _but_for_one(match: Match) -> bool:
    """Whether a figure is for what a sentence speaks of, but for its place, its period or one word."""
    if match.unit != "same" or match.lesser:
        return False
    here = match.place == "same" and match.period == "same" and match.base == "same"
    if not match.one_class:  # one step for another: a conviction for a charge
        return here and len(match.missing) == 1 == len(match.extra)
    return match.base in ("same", "unsaid") and (match.place == "other") != (match.period == "other")


def beside(reading: Reading, figure: Figure, index: Index) -> Iterator[Figure]:
    """Yield what stands beside a figure: what the sentence speaks of, by its rule and of its days, and its parts."""
    for known in index.known.values():
        other = known.figure
        one_rule = other.definition == figure.definition and not other.relays and other.id != figure.id
        if one_rule and other.unit == figure.unit and other.qualifier == "exact":
            if (other.period_start, other.period_end) == (figure.period_start, figure.period_end):
                yield other
            continue
        if one_rule and other.unit == figure.unit == "per_cent" and other.base == figure.base:
            yield other


def nearest(reading: Reading, index: Index) -> tuple[Figure, ...]:
    """Return the figures that have most of what is rare in common with a sentence."""
    scored = [(index.likeness(reading.meanings, known), known) for known in index.known.values()]
    scored = [(score, known) for score, known in scored if score >= _TOUCHED]
    scored.sort(key=lambda item: (-item[0], len(item[1].meanings), item[1].figure.relays, item[1].figure.id))
    return tuple(known.figure for _, known in scored[:4])
