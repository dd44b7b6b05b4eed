"""Sentences that state a change, or that something is more or less than ever: through the gate, pair by pair."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, pairwise

from cseanalysis.register.claims.finding import Finding, copies, told
from cseanalysis.register.claims.grammar.clauses import counted
from cseanalysis.register.claims.grammar.numbers import Number
from cseanalysis.register.claims.grammar.periods import Period, ends_of, months_apart
from cseanalysis.register.claims.grammar.reading import Reading
from cseanalysis.register.claims.grammar.tables import minor, units
from cseanalysis.register.claims.index import Index
from cseanalysis.register.claims.matching import Match, match, meets
from cseanalysis.register.claims.testing import bears_out, is_end, of_figure
from cseanalysis.register.claims.verdict import Word
from cseanalysis.register.comparison import Comparison
from cseanalysis.register.figures import COUNTS, UNSTATED, Figure
from cseanalysis.register.gate import compare
from cseanalysis.register.sentences import period_words

_FROM = ("from", "against", "than")
_ONE_RULE = "Two counts by one rule, of the same forces, for periods of one length."
_ROOM = 0.1  # of a factor in words: doubled is 1.8 to 2.2
_NEARLY = 0.85
_MOST = 6
_PAIRS = 400  # put to the gate for one sentence
_SEVERAL = 2
_YEAR = 365
_UNKNOWN = "unknown on both sides"
_MONTHLY = "rate per month"
_LENGTHS = "period: of other lengths, so only rates per month may be compared"
_PRECISE = 3  # digits of a number that is hardly another by chance
_RULE = 4.0  # what two figures of one rule have before two of different ones
_JOINING = frozenset(("to", "against", "then", "but", "compared", "versus", "while", "whereas", "before", "now", ","))
_THEN = (("and", "by"), ("it", "was"), ("they", "were"))
_YEAR_BEFORE = ("the year before", "a year earlier", "a year before", "the previous year", "the year earlier")
_YEAR_AFTER = ("the next", "the year after", "a year later", "the following year", "one year later")


@dataclass(frozen=True, slots=True)
class Told:
    """The change that a sentence tells: which way, by which factor, between which numbers and periods."""

    up: bool | None
    factor: tuple[float, float] | None
    ends: tuple[Number, Number] | None
    periods: tuple[Period, Period] | None
    last: Period | None
    begun: date | None = None  # since when
    worded: bool = True  # by a word such as rose; not only by two numbers that are joined


@dataclass(frozen=True, slots=True)
class Pair:
    """Two figures between which the change may lie, and what the gate says of them."""

    first: Match
    second: Match
    gate: Comparison

    @property
    def figures(self) -> tuple[Figure, Figure]:
        """Return the two, the earlier first."""
        return self.first.figure, self.second.figure

    @property
    def strict(self) -> bool:
        """Return whether both are for just what the sentence speaks of."""
        return all(not one.missing and not one.extra for one in (self.first, self.second))

    def ratio(self) -> tuple[float, float]:
        """Return the lowest and the highest ratio that the print of the two allows."""
        change = self.gate.change
        if change is not None and change.ratio is not None:
            return change.ratio
        (low, high), (later_low, later_high) = (one.ends for one in self.figures)
        return later_low / high if high else 0.0, later_high / low if low > 0 else math.inf


def told_change(reading: Reading) -> Told | None:
    """Return the change that a sentence tells, if it tells one."""
    words = (*reading.named("change"), *_more_by(reading))
    joined = None if words else _joined(reading)
    both_ways = {"rise", "fall"} <= {*words} and len(counted(reading)) > 1  # which of which numbers, no grammar says
    if both_ways or (not words and joined is None):
        return None
    factor: tuple[float, float] | None = None
    up: bool | None = None
    if "rise" in words or "fall" in words:
        up = "rise" in words
    numbers = list(reading.numbers)
    for span in reading.spans:
        if span.kind == "change" and span.value[0].isdigit():
            factor = _factor(float(span.value), _word_before(reading, span.first))
            up = float(span.value) > 1
    if "same" in words:
        factor, up = (0.98, 1.02), None
    ends = joined or _ends(reading, numbers)
    if factor is None:
        share = next((one for one in numbers if one.unit == "per_cent" and one not in (ends or ())), None)
        if share is not None and up is not None:
            sign = 1 if up else -1
            factor = _share_factor(share, sign)
    named = [one for one in reading.periods if one.kind != "unclear"]
    periods: tuple[Period, Period] | None = None
    last: Period | None = None
    begun: date | None = None
    if len(named) >= _SEVERAL:
        first, second = sorted(named[:2], key=lambda one: one.end or date.max)
        periods = first, second
    elif named and months_apart(named[0]):
        parts = list(ends_of(named[0]))
        periods = (parts[0], parts[1]) if len(parts) == _SEVERAL else None
    elif named and named[0].kind == "since":
        begun = named[0].start
    elif named:
        last = named[0]
        if ends is not None and (years := _next_to(reading, last)) is not None:
            periods = years
    return Told(up, factor, ends, periods, last, begun, bool(words))


def _more_by(reading: Reading) -> tuple[str, ...]:
    """Return the change that "5% more than in 2023" tells."""
    shares = {number.last for number in reading.numbers if number.unit == "per_cent"}
    ways = {"more_than": "rise", "less_than": "fall"}
    spans = [one for one in reading.spans if one.kind == "qualifier" and one.first in shares]
    numbered = {number.first for number in reading.numbers}
    return tuple(ways[one.value] for one in spans if one.value in ways and one.last not in numbered and reading.periods)


def _joined(reading: Reading) -> tuple[Number, Number] | None:
    """Return two numbers that stand for two times without a word such as rose: 382 in 2018 but 47 in 2021."""
    numbers = counted(reading)
    if len(numbers) != _SEVERAL or numbers[0].unit != numbers[1].unit or numbers[0].value == numbers[1].value:
        return None
    first, second = numbers
    words = [token.lower for token in reading.tokens]
    between = words[first.last : second.first]
    text = " ".join(words)
    earlier = any(phrase in text for phrase in _YEAR_BEFORE)
    later = any(phrase in text for phrase in _YEAR_AFTER)
    dated = sum(one.kind != "unclear" for one in reading.periods) >= _SEVERAL
    then = dated and any({*words} <= set(between) for words in _THEN)
    if not (_from_to(words, first, second) or dated or earlier or later) or not (
        set(between) & _JOINING or earlier or later or then
    ):
        return None
    return _dated(reading, (second, first) if earlier else (first, second))


def _from_to(words: Sequence[str], first: Number, second: Number) -> bool:
    """Whether two numbers are said to be those from which and to which something went."""
    return "from" in words[max(0, first.first - 2) : first.first] and "to" in words[first.last : second.first]


def _next_to(reading: Reading, period: Period) -> tuple[Period, Period] | None:
    """Return the earlier and the later of a period and the one of a year before or after it, if that is said."""
    text = " ".join(token.lower for token in reading.tokens)
    earlier, later = (any(one in text for one in several) for several in (_YEAR_BEFORE, _YEAR_AFTER))
    if earlier == later or period.start is None or period.end is None:
        return None
    by = -1 if earlier else 1
    start, end = (_years_on(day, by) for day in (period.start, period.end))
    other = Period(start, end, period.kind, period.text, period.span)
    return (other, period) if earlier else (period, other)


def _years_on(day: date, years: int) -> date:
    month_end = (day + timedelta(days=1)).day == 1
    if not month_end:
        return day.replace(year=day.year + years)
    first = day.replace(day=1, year=day.year + years)
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _dated(reading: Reading, ends: tuple[Number, Number]) -> tuple[Number, Number]:
    """Return two numbers the earlier first, where each has a period of its own behind it."""
    named = [one for one in reading.periods if one.kind != "unclear" and one.end is not None]
    if len(named) != _SEVERAL:
        return ends
    one, other = sorted(ends, key=lambda number: number.first)
    at = [reading.tokens[number.first].start for number in (one, other)]
    starts = [period.span[0] for period in named]
    if not at[0] < starts[0] < at[1] < starts[1] and not starts[0] < at[0] < starts[1] < at[1]:
        return ends
    return (one, other) if (named[0].end or date.max) <= (named[1].end or date.max) else (other, one)


def _word_before(reading: Reading, at: int) -> str:
    return next((span.value for span in reading.spans if span.kind == "qualifier" and span.last == at), "exact")


def _factor(value: float, word: str) -> tuple[float, float]:
    if word in ("more_than", "at_least", "just_over"):
        return (value, math.inf) if value > 1 else (0.0, value)
    if word in ("less_than", "at_most"):
        return (1.0, value) if value > 1 else (value, 1.0)
    if word == "nearly":
        return (_NEARLY * value, value) if value > 1 else (value, value / _NEARLY)
    return (1 - _ROOM) * value, (1 + _ROOM) * value


def _share_factor(share: Number, sign: int) -> tuple[float, float]:
    half = max(share.width / 2, _ROOM * share.value if share.soft or share.qualifier == "around" else 0.0)
    low, high = share.value - half, share.value + half
    if share.qualifier in ("more_than", "at_least"):
        low, high = share.value, math.inf
    elif share.qualifier in ("less_than", "at_most"):
        low, high = 0.0, share.value
    elif share.qualifier == "nearly":
        low, high = _NEARLY * share.value, share.value
    ends = sorted((1 + sign * low / 100, 1 + sign * high / 100))
    return max(ends[0], 0.0), ends[1]


def _ends(reading: Reading, numbers: Sequence[Number]) -> tuple[Number, Number] | None:
    """Return the earlier and the later of two numbers of one kind between which a change is told."""
    pairs = [(one, other) for one, other in pairwise(numbers) if one.unit == other.unit]
    if len(counted(reading)) > _SEVERAL and len(set(reading.numbers)) > _SEVERAL:
        pairs = [(one, other) for one, other in pairs if one in counted(reading) and other in counted(reading)]
    if not pairs:
        return None
    words = [token.lower for token in reading.tokens]
    first, second = next((pair for pair in pairs if _from_to(words, *pair)), pairs[0])
    before = [token.lower for token in reading.tokens[max(0, second.first - 3) : second.first]]
    if "by" in before and "from" not in before:
        return None
    text = " ".join(token.lower for token in reading.tokens[first.last :])
    earlier = any(phrase in text for phrase in _YEAR_BEFORE) and "from" not in before
    turned = earlier or (set(before) & set(_FROM) and "to" not in before)
    return _dated(reading, (second, first) if turned else (first, second))


def change(reading: Reading, told_of: Told, index: Index) -> Finding | None:
    """Return what the gate says of the change that a sentence tells."""
    if told_of.ends is None and told_of.periods is None and any(one.kind == "unclear" for one in reading.periods):
        return None  # in ten years: which, is not said
    pairs = list(islice(_pairs(reading, told_of, index), _PAIRS))
    strict = [one for one in pairs if one.strict]
    open_pairs = [one for one in strict if one.gate.change is not None and one.gate.change.ratio is not None]
    if open_pairs:
        return _judged(told_of, open_pairs, reading)
    for one in strict:
        refusing = {item.dimension for item in one.gate.differences if item.level == "refused"}
        unstated = one.figures[0].unit in UNSTATED and one.figures[0].definition == one.figures[1].definition
        if told_of.ends and refusing == {"unit"} and unstated:
            return _printed(one)
        if not told_of.worded and told_of.up is None and told_of.factor is None and _beside(one, reading):
            return _side_by_side(one)
    fitting = [one for one in (*strict, *pairs) if _fits(told_of, one)]
    if told_of.ends is not None and (printed := _ends_printed(reading, told_of.ends, index)):
        fitting = [*fitting, printed]
    # Two of which each is only of a part of what is said, and which may be compared, are no answer.
    kept_apart = [one for one in (*fitting, *strict) if one.gate.verdict == "refused" or _MONTHLY in one.gate.allowed]
    if not kept_apart:
        return _end_denied(reading, told_of, index)
    best = kept_apart[0]
    ratio = best.ratio()
    figures = tuple(dict.fromkeys((*best.figures, *(one for pair in fitting[:3] for one in pair.figures))))
    line = f"{best.figures[1].published} ({best.figures[1].id}) over {best.figures[0].published} ({best.figures[0].id})"
    refused = [str(item) for item in best.gate.differences if item.level == "refused"] or [_LENGTHS]
    return Finding(
        "comparison not valid",
        figures[:_MOST],
        (f"{line} would be {ratio[0]:.2f}, which is no change",),
        (*refused, best.gate.statement, *copies(figures)),
        _ONE_RULE,
    )


def _end_denied(reading: Reading, told_of: Told, index: Index) -> Finding | None:
    """Say that one end of a change is not what is printed of its period, where the other end is."""
    if told_of.ends is None or told_of.periods is None:
        return None
    answers: list[dict[str, Match]] = []
    for number, period in zip(told_of.ends, told_of.periods, strict=True):
        same: dict[str, Match] = {}
        for known in index.known.values():
            one = match(reading, known, None, numbers=False)
            here = one.one_class and one.place == "same" and not known.figure.relays and _when(period, known.figure)
            if here and one.figure.unit in COUNTS and _unit_fits(reading, one):
                same.setdefault(bears_out(number, of_figure(one.figure)), one)
        answers.append(same)
    denied = [at for at, same in enumerate(answers) if same.keys() == {"no"}]
    borne = [at for at, same in enumerate(answers) if same.keys() == {"yes"}]
    if len(denied) != 1 or len(borne) != 1:
        return None
    at = denied[0]
    figures = answers[at]["no"].figure, answers[borne[0]]["yes"].figure
    why = f"number: {told_of.ends[at].text} is not what is printed: {told(figures[0])}"
    return Finding("contradicted", figures, (), (why, f"figure: {told(figures[1])}", *copies(figures)))


def _beside(pair: Pair, reading: Reading) -> bool:
    """Whether two numbers of one rule are only set beside each other, and nothing but silence keeps them apart."""
    first, second = pair.figures
    words = [token.lower for token in reading.tokens]
    if any("from" in words[max(0, number.first - 2) : number.first] for number in reading.numbers):
        return False  # from 10,493 to 20,410 is a change, whatever the verb
    items = [item for item in pair.gate.differences if item.level == "refused"]
    if first.definition != second.definition or not all(str(item).endswith(_UNKNOWN) for item in items):
        return False
    if first.period_end is None or second.period_end is None:
        return False
    named = [period for period in reading.periods if period.kind != "unclear"]
    if len(named) >= _SEVERAL:
        return True
    return abs((second.period_end - first.period_end).days - _YEAR) <= 1 and len(named) == 1


def _side_by_side(pair: Pair) -> Finding:
    first, second = pair.figures
    silence = [str(item) for item in pair.gate.differences if item.level == "refused"]
    corrections = (
        [] if pair.strict and not (pair.first.lesser or pair.second.lesser) else [f"words: {second.statement}"]
    )
    reasons = [
        f"figure: {told(second)}",
        f"figure: {told(first)}",
        f"change: none is told, and none worked out: {silence[0]}",
    ]
    word: Word = "supported with correction" if corrections else "supported"
    return Finding(word, (second, first), (), (*corrections, *reasons, *copies(pair.figures)))


def _ends_printed(reading: Reading, ends: tuple[Number, Number], index: Index) -> Pair | None:
    """Return two printed numbers that are kept apart: the ends of a change, or the first and the last of several."""
    numbers = counted(reading)
    outer = [(numbers[0], numbers[-1])] if len(numbers) > _SEVERAL else []
    return next(filter(None, (_both_printed(reading, one, index) for one in (ends, *outer))), None)


def _both_printed(reading: Reading, ends: tuple[Number, Number], index: Index) -> Pair | None:
    """Return two printed numbers that the gate keeps apart, whatever of the sentence they leave out."""
    if max(one.digits for one in ends) < _PRECISE:
        return None
    held: list[list[Match]] = []
    for number in ends:
        found = [
            match(reading, known, number, numbers=False)
            for known in index.known.values()
            if known.figure.qualifier != "text" and bears_out(number, of_figure(known.figure)) == "yes"
        ]
        held.append([one for one in found if (one.figure.unit == "per_cent") == (number.unit == "per_cent")])
    pairs: list[tuple[float, str, str, Pair]] = []
    for first in held[0]:
        for second in held[1]:
            one_rule = first.figure.definition == second.figure.definition
            like = sum(index.likeness(reading.meanings, one.known) for one in (first, second)) + _RULE * one_rule
            if first.figure.id == second.figure.id or first.figure.unit != second.figure.unit:
                continue
            if min(one.digits for one in ends) < _PRECISE and not one_rule:
                continue
            if all(_alike(reading, one, index) for one in (first, second)):
                gate = compare(first.figure, second.figure)
                if (gate.verdict == "refused" or _MONTHLY in gate.allowed) and not gate.one_thing:
                    pairs.append((-like, first.figure.id, second.figure.id, Pair(first, second, gate)))
    return min(pairs, key=lambda item: item[:3])[3] if pairs else None


def _alike(reading: Reading, one: Match, index: Index) -> bool:
    """Whether a figure shares a word with a sentence, or its place and a number that is no other by chance."""
    digits = min((number.digits for number in counted(reading)), default=0)
    here = one.known.place in reading.places and digits > _PRECISE
    return here or index.likeness(reading.meanings, one.known) > 0


def _printed(pair: Pair) -> Finding:
    first, second = pair.figures
    reasons = [
        f"average: {first.id} and {second.id} do not say whether they are means or medians; quote them as printed by "
        "their source",
        f"figure: {told(first)}",
        f"figure: {told(second)}",
    ]
    line = f"{second.published} less {first.published}"
    return Finding("supported with correction", pair.figures, (line,), (*reasons, *copies(pair.figures)))


def _pairs(reading: Reading, told_of: Told, index: Index) -> Iterator[Pair]:
    """Yield pairs that may be meant, those that say just what the sentence says first."""
    matches = [match(reading, known, None, numbers=False) for known in index.known.values()]
    near = [
        one
        for one in matches
        if not (one.extra - minor()) and one.place == "same" and one.figure.qualifier != "text"
        if one.figure.unit != "per_cent_change" and _unit_fits(reading, one)
    ]
    if told_of.ends is None:
        near = [one for one in near if one.figure.unit != "per_cent" or not reading.nouns]
    near.sort(key=lambda one: (len(one.missing), one.figure.relays != "", one.figure.tier, one.figure.id))
    firsts, seconds = near, near
    if told_of.ends is not None:
        firsts, seconds = ([one for one in near if is_end(end, one.figure)] for end in told_of.ends)
    if told_of.periods is not None:
        firsts = [one for one in firsts if _when(told_of.periods[0], one.figure)]
        seconds = [one for one in seconds if _when(told_of.periods[1], one.figure)]
    elif told_of.begun is not None:
        firsts = [one for one in firsts if one.figure.period_start == told_of.begun]
    elif told_of.last is not None and (told_of.ends is None or not told_of.worded):
        seconds = [one for one in seconds if _when(told_of.last, one.figure)]
    found: list[tuple[int, Match, Match]] = []
    for second in seconds:
        for first in firsts:
            if first.figure.id == second.figure.id or not _earlier(first.figure, second.figure):
                continue
            dated = told_of.ends is not None and told_of.periods is None and told_of.last is not None
            if dated and not _either(told_of.last, (first.figure, second.figure)):
                continue
            free = told_of.periods is not None or told_of.ends is not None or told_of.begun is not None
            if not free and not _next(first.figure, second.figure, told_of):
                continue
            same_rule = first.figure.definition == second.figure.definition
            found.append((len(first.missing) + len(second.missing) + 2 * (not same_rule), first, second))
    found.sort(key=lambda item: item[0])
    for _, first, second in found[:_PAIRS]:
        gate = compare(first.figure, second.figure)
        if not gate.one_thing:
            yield Pair(first, second, gate)


def _unit_fits(reading: Reading, one: Match) -> bool:
    """Whether a figure is in a unit that the sentence names, if it names one."""
    if any(number.unit == "per_cent" for number in reading.numbers) and one.figure.unit == "per_cent":
        return True
    said = {name for _, name in reading.nouns}
    said |= {"people_convicted", "convictions"} if "convict" in reading.meanings else set()
    named, near = units().get(one.figure.unit, (frozenset(), frozenset()))
    if not said or said & (named | near):
        return True
    return "wait" in reading.meanings and bool(named & {"days", "months", "years"})


def _when(period: Period, figure: Figure) -> bool:
    if meets(period, figure) in ("same", "near"):
        return True
    end = figure.period_end
    if end is None or period.end is None or period.start is None:
        return False
    # Of a survey and of a financial year the last day says which is meant.
    return period.kind == "year" and figure.period_type == "financial_year" and end.year == period.end.year


def _either(period: Period | None, figures: Sequence[Figure]) -> bool:
    return period is None or any(_when(period, one) for one in figures)


def _earlier(first: Figure, second: Figure) -> bool:
    return first.period_end is not None and second.period_end is not None and first.period_end < second.period_end


def _next(first: Figure, second: Figure, told_of: Told) -> bool:
    """Whether one period follows on the other, as "rose in 2024" means; without a period the newest two do."""
    if first.period_end is None or second.period_start is None or first.definition != second.definition:
        return False
    return abs((second.period_start - first.period_end).days) <= 1 or told_of.last is None


def _fits(told_of: Told, pair: Pair) -> bool:
    low, high = pair.ratio()
    if told_of.ends is not None:
        return True
    if told_of.factor is not None:
        return low <= told_of.factor[1] and told_of.factor[0] <= high
    return (low > 1) == told_of.up if told_of.up is not None else True


def _judged(told_of: Told, pairs: Sequence[Pair], reading: Reading) -> Finding:
    """Say what pairs that the gate lets through say of the change."""
    best = pairs[0]
    if told_of.periods is None and told_of.ends is None:
        best = max(pairs, key=lambda one: (one.figures[1].period_end or date.min, -one.figures[1].ends[1]))
    first, second = best.figures
    low, high = best.ratio()
    said = f"ratio {low:.2f}" if round(low, 2) == round(high, 2) else f"ratio {low:.2f} to {high:.2f}"
    line = f"{second.published} ({second.id}) over {first.published} ({first.id}): {said}"
    asked = told_of.factor is not None or told_of.ends is not None
    if asked and _MONTHLY in best.gate.allowed and "rate" not in reading.kinds:
        return Finding("comparison not valid", best.figures, (line,), (_LENGTHS, best.gate.statement), _ONE_RULE)
    word = _borne_out(told_of, low, high) if asked else _moved(told_of, best)
    reasons = [best.gate.statement, *copies(best.figures)]
    timed = told_of.periods or told_of.last or told_of.begun or told_of.ends
    if word == "contradicted" and told_of.factor is not None and not timed:
        reasons.insert(0, "period: over which years is not said, and other years may have it")
        word = "cannot be told"
    elif word == "supported" and _MONTHLY in best.gate.allowed and (seasons := _seasons(best)):
        reasons.insert(0, seasons)
        word = "cannot be told"
    elif word == "cannot be told":
        reasons.insert(0, "chance: the change is within what chance, rounding or a change of recording may bring")
    elif second.time_basis == "recorded" and "recording" not in reading.kinds:
        reasons.insert(0, "recorded: these are counts of what is recorded, which is not all that is done")
        word = "supported with correction" if word == "supported" and asked else "cannot be told"
    ends = told_of.ends or ()
    for number in counted(reading):  # 9,999 in 2024, a rise of 6%: the 9,999 is to be borne out too
        if not number.unit and number not in ends:
            answers = [bears_out(number, of_figure(one)) for one in best.figures]
            if word.startswith("supported") and not {"yes", "loose"} & set(answers):
                reasons.insert(0, f"number: {number.text} is not what is printed: {told(second)}")
                word = "contradicted" if set(answers) == {"no"} else "cannot be told"
    corrections = list(_said_otherwise(told_of, best, asked=asked)) if word == "supported" else []
    if corrections:
        word = "supported with correction"
    return Finding(word, best.figures, (line,), (*corrections, *reasons))


def _seasons(pair: Pair) -> str:
    """Return what the gate minds of the seasons of two periods."""
    return next((str(item) for item in pair.gate.differences if item.dimension == "seasons"), "")


def _said_otherwise(told_of: Told, pair: Pair, *, asked: bool) -> Iterator[str]:
    """Yield what must be said beside a change that the figures bear out."""
    first, second = pair.figures
    if not (told_of.periods or told_of.last or told_of.begun):
        yield f"period: say when, {period_words(first)} and {period_words(second)} ({first.id}, {second.id})"
    if pair.first.lesser or pair.second.lesser:
        yield f"words: {second.id} says: {second.statement}"
    if seasons := _seasons(pair):
        yield seasons
    if asked and told_of.up is not None and not _clear(pair):
        yield "chance: the counts are as printed, and the change is within what chance may bring"


def _borne_out(told_of: Told, low: float, high: float) -> Word:
    """Hold a ratio against the factor, or against the direction between two numbers, that a sentence tells."""
    least, most = told_of.factor if told_of.factor is not None else (0.0, math.inf)
    against = (told_of.up is True and high < 1) or (told_of.up is False and low > 1)
    if against or high < least or low > most:
        return "contradicted"
    middle = (low + high) / 2
    narrow = high - low <= _ROOM * middle and least <= middle <= most
    turned = (told_of.up is True and low <= 1) or (told_of.up is False and high >= 1)
    return "supported" if (narrow or least <= low <= high <= most) and not turned else "cannot be told"


def _moved(told_of: Told, pair: Pair) -> Word:
    """Say whether a rise or a fall without a number is more than chance and rounding."""
    low, high = pair.ratio()
    if not _clear(pair) or told_of.up is None or low <= 1 <= high:
        return "cannot be told"
    return "supported" if told_of.up == (low > 1) else "contradicted"


def _clear(pair: Pair) -> bool:
    moved = pair.gate.change
    if moved is None:
        return False
    by_chance = moved.independent is not None and (moved.hidden_at is None or moved.hidden_at <= 1)
    return not by_chance and (moved.clustered is None or not moved.clustered.low <= 1 <= moved.clustered.high)


def extreme(reading: Reading, index: Index) -> Finding | None:
    """Hold a sentence that says more or less than ever against the other periods of the register."""
    lowest = "lowest" in reading.named("extreme") or "fall" in (*reading.named("more"), *reading.named("change"))
    matches = [match(reading, known, None, numbers=False) for known in index.known.values()]
    series = [one for one in matches if one.one_class and one.place == "same" and one.figure.period_end is not None]
    series = [one for one in series if _unit_fits(reading, one) and one.figure.unit != "per_cent_change"]
    if not series:
        return None
    named = [period for period in reading.periods if period.kind != "unclear"]
    now = [one for one in series if not named or any(_when(period, one.figure) for period in named)]
    if not now:
        return None
    newest = max(now, key=lambda one: (one.figure.period_end or date.min, one.figure.relays == "", one.figure.id))
    others = []
    for one in series:
        if one.figure.id == newest.figure.id:
            continue
        gate = compare(one.figure, newest.figure)
        if gate.verdict != "refused" and not gate.one_thing:
            others.append(one.figure)
    value = newest.figure.ends
    against = [one for one in others if (one.ends[1] < value[0] if lowest else one.ends[0] > value[1])]
    rule = [
        known.figure
        for known in index.known.values()
        if known.figure.definition == newest.figure.definition and known.figure.id != newest.figure.id
        if known.figure.period_end == newest.figure.period_end and known.meanings <= newest.known.allowed | minor()
    ]
    figures = tuple(dict.fromkeys((newest.figure, *against, *others, *rule)))[:_MOST]
    if against:
        reasons = (f"figure: {told(newest.figure)}", f"figure: {told(against[0])}", *copies(figures))
        return Finding("contradicted", figures, (), reasons)
    held = f"{len(others) + 1} of the periods that the sentence speaks of" if others else "one period"
    return Finding(
        "cannot be told",
        figures,
        (),
        (f"series: the register holds {held}, which agree so far", f"figure: {told(newest.figure)}", *copies(figures)),
        "The published series for all the years of which the sentence speaks, by one rule.",
    )
