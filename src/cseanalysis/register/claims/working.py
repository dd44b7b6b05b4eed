"""What is worked out for a sentence: sums of periods, shares of a whole, rates a day or a month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta

from cseanalysis.export.wording import say_number
from cseanalysis.register.claims.additions import Addition, add, per_day, witnesses
from cseanalysis.register.claims.finding import Finding, copies, words_left_out
from cseanalysis.register.claims.grammar.numbers import Number
from cseanalysis.register.claims.grammar.reading import Reading, closure, nouns_of_base, share_of
from cseanalysis.register.claims.grammar.tables import idle, minor, units
from cseanalysis.register.claims.index import Index
from cseanalysis.register.claims.matching import PEOPLE, Match, beyond, match
from cseanalysis.register.claims.testing import Range, bears_out
from cseanalysis.register.claims.verdict import Word
from cseanalysis.register.definitions import worded
from cseanalysis.register.figures import COUNTS, Figure
from cseanalysis.register.gate import IncomparableError, compare
from cseanalysis.register.sentences import period_words
from cseanalysis.register.spans import months_in, whole_years

_MOST = 8
_TWO = 2
_EACH = {1.0: "a day", 7.0: "a week", 30.4375: "a month"}
_ENDED = ("more_than", "at_least", "less_than", "at_most")


def needed(number: Number) -> str:
    """Say what a usable figure would be."""
    what = "A share" if number.unit == "per_cent" else "A count"
    return f"{what} of what the sentence says, by one published rule, with its unit, place and period."


def summed(reading: Reading, number: Number, index: Index) -> Finding | None:
    """Add periods that follow on, or parts that do not overlap, where one figure alone does not say it."""
    if number.unit:
        return None
    groups: dict[tuple[str, ...], list[Match]] = {}
    for one in _elsewhen(reading, number, index):
        figure = one.figure
        key = (figure.definition, figure.category, figure.unit, figure.geography, figure.coverage)
        groups.setdefault((*key, figure.ages, figure.sex), []).append(one)
    for several in groups.values():
        for chain in _chains(witnesses(one.figure for one in several)):
            if not _covers(reading, chain):
                continue
            with suppress(IncomparableError):
                found = add(chain)
                if bears_out(number, Range(found.low, found.high)) == "yes":
                    return _sum_told(reading, found, several)
    return None


def _sum_told(reading: Reading, found: Addition, several: Sequence[Match]) -> Finding:
    chain = found.figures
    first = next(one for one in several if one.figure in chain)
    corrections = list(words_left_out(first))
    if not reading.periods:
        corrections.append(f"period: say when, {_days(found.start)} to {_days(found.end)}")
    line = " + ".join(f"{one.published} ({one.id})" for one in chain)
    least = "" if found.low == found.high else "at least "
    figures = tuple(dict.fromkeys((*chain, *(one.figure for one in several if one.figure.relays))))
    return Finding(
        "supported with correction" if corrections else "supported",
        figures,
        (f"{line} = {least}{say_number(found.low)} {worded(first.figure.unit)}",),
        (*corrections, "sum: periods that follow on, under one rule and one coverage", *copies(figures)),
    )


def _elsewhen(reading: Reading, number: Number, index: Index) -> Iterator[Match]:
    """Yield counts of the same thing in whatever period, of which a sum may be made."""
    for known in index.known.values():
        figure = known.figure
        counts = figure.counter == "flow" and figure.unit in COUNTS and figure.period_start is not None
        if counts and not beyond(reading, known, number):
            one = match(reading, known, number)
            if one.one_thing:
                yield one


def _chains(figures: Sequence[Figure]) -> Iterator[tuple[Figure, ...]]:
    """Yield runs of two periods or more that follow on day by day, the longest from each beginning first."""
    dated = [one for one in figures if one.period_start is not None and one.period_end is not None]
    by_start: dict[date, Figure] = {}
    for one in sorted(dated, key=lambda one: (one.period_end or date.min, one.id)):
        if one.period_start is not None:
            by_start.setdefault(one.period_start, one)
    for first in sorted(by_start):
        run = [by_start[first]]
        while (end := run[-1].period_end) is not None and end + timedelta(days=1) in by_start:
            run.append(by_start[end + timedelta(days=1)])
        for size in range(len(run), 1, -1):
            yield tuple(run[:size])


def _covers(reading: Reading, chain: Sequence[Figure]) -> bool:
    """Whether the days of a sum are those that a sentence names; without any, they begin where the count does."""
    days = chain[0].period_start, chain[-1].period_end
    if not reading.periods:
        return True
    return all((one.start, one.end) == days or (one.end is None and one.start == days[0]) for one in reading.periods)


def _days(day: date | None) -> str:
    return "" if day is None else f"{day:%B %Y}"


def shared(reading: Reading, number: Number, index: Index) -> Finding | None:
    """Form the share of a part in its whole, where the gate allows it."""
    if number.unit != "per_cent" or reading.unknown:
        return None
    if any(one is not number and (one.unit or one.value > 1) for one in reading.numbers):
        return None  # another number beside it is to be borne out too
    counts = [known for known in index.known.values() if known.figure.unit in COUNTS and known.figure.low is not None]
    parts = [one for one in counts if not (closure(one.meanings) - closure(reading.meanings) - minor())]
    near = [match(reading, known, None) for known in parts]
    two_places = len(set(reading.places)) == _TWO  # of a place in its area
    near = [one for one in near if one.place == "same" or (two_places and one.known.place in reading.places)]
    people = {name for _, name in reading.nouns} & PEOPLE  # a share of offences is none of victims
    near = [one for one in near if not people or one.figure.unit in {name for _, name in reading.nouns}]
    nouns = nouns_of_base(reading, number)  # a share of victims of offences is none of offences
    near = [one for one in near if not nouns or nouns & units().get(one.figure.unit, (frozenset(), frozenset()))[0]]
    base = share_of(reading, number) or frozenset()
    near = [one for one in near if one.period == ("same" if reading.periods else "unsaid")]
    for one in near:
        if one.missing or one.known.meanings & {"not"} or reading.meanings - one.known.allowed:
            continue
        for other in near:
            apart = one.figure.geography != other.figure.geography
            if other is one or two_places != apart or (apart and _place_after(reading, number) != other.known.place):
                continue
            if not apart and not one.known.meanings - closure(other.known.meanings):
                continue
            if base - other.known.allowed - idle():
                continue  # of group-based exploitation it is no share of all group-based offences
            comparison = compare(one.figure, other.figure)
            if comparison.part is not one.figure or comparison.share is None:
                continue
            low, high = (100 * end for end in comparison.share)
            answer = bears_out(number, Range(low, high, (low + high) / 2 if low == high else None))
            if answer == "yes" or (answer == "loose" and number.qualifier in _ENDED):  # less than a tenth, of 3%
                line = f"{one.figure.published} ({one.figure.id}) of {other.figure.published} ({other.figure.id})"
                shown = f"{low:.1f}%" if low == high else f"{low:.1f}% to {high:.1f}%"
                figures = (one.figure, other.figure)
                when = () if reading.periods else (f"period: say when, {period_words(one.figure)} ({one.figure.id})",)
                often = () if answer == "yes" else (f"number: it is {shown}",)
                word: Word = "supported with correction" if when or often else "supported"
                reasons = (*often, *when, comparison.statement, *copies(figures))
                return Finding(word, figures, (f"{line} is {shown}",), reasons)
    return None


def _of_a_season(figure: Figure) -> Iterator[str]:
    """Say that a rate over part of a year is that of its seasons."""
    if figure.period_start and figure.period_end:
        months = months_in(figure.period_start, figure.period_end)
        if not whole_years(months):
            yield f"seasons: {figure.id} is of {say_number(months)} months, and other months may have more or fewer"


def _place_after(reading: Reading, number: Number) -> str:
    """Return the place that is named next behind a number: of whose offences it is a share."""
    after = [span for span in reading.spans if span.kind == "place" and span.first >= number.last]
    return min(after, key=lambda span: span.first).value if after else ""


def rate(reading: Reading, number: Number, days: float, index: Index) -> Finding | None:
    """Return what the register says of so many a day, a week or a month."""
    found: list[tuple[bool, float, Match, float]] = []
    for known in index.known.values():
        figure = known.figure
        if figure.counter != "flow" or figure.unit not in COUNTS or not (figure.period_start and figure.period_end):
            continue
        one = match(reading, known, number)
        if not one.one_class or one.place != "same" or one.period == "other":
            continue
        low, high = (end * days for end in per_day(figure))
        middle = low if low == high else None
        answer = bears_out(number, Range(low, high, middle))
        # A rate is nobody's print: two a day and 1.96 are one.
        close = middle is not None and abs(middle - number.value) <= max(0.05 * number.value, number.width / 20)
        if answer == "yes" or close:
            found.append((one.unit != "same", -index.likeness(reading.meanings, known), one, low))
    if not found:
        return None
    found.sort(
        key=lambda item: (*item[:2], item[2].figure.relays, -(item[2].figure.period_end or date.min).toordinal())
    )
    wrong, _, best, value = found[0]
    figures = tuple(dict.fromkeys(item[2].figure for item in found if item[0] == wrong))[:_MOST]
    figure = best.figure
    unit = worded(figure.unit)
    each = _EACH.get(days, f"in {days:g} days")
    line = f"{figure.published} {unit} ({figure.id}), {period_words(figure)}, is {value:.2f} {each}"
    if best.unit == "other":
        many = ", and one child may be the victim of many" if figure.unit == "offences" else ""
        reasons = (
            f"unit: {figure.id} counts {unit}{many}",
            "recorded: what is recorded in a year was not done a day at a time, nor all of it in that year",
            *_of_a_season(figure),
            *copies(figures),
        )
        return Finding("right number, wrong thing", figures, (line,), reasons, needed(number))
    corrections = ["recorded: so many are recorded, which is not how many are done", *_of_a_season(figure)]
    if best.period == "unsaid":
        corrections.append(f"period: say when, {period_words(figure)} ({figure.id})")
    return Finding("supported with correction", figures, (line,), (*corrections, *copies(figures)))
