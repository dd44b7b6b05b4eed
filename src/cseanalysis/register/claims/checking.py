"""From a sentence to a verdict: read it, refuse it or test it, and say what was done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from cseanalysis.register.claims.amounts import across, amount, part_of_change, part_of_number, prevalence, set_beside
from cseanalysis.register.claims.changes import Told, change, extreme, told_change
from cseanalysis.register.claims.finding import Finding, told
from cseanalysis.register.claims.grammar.clauses import counted, plain
from cseanalysis.register.claims.grammar.doers import aged, are_harmed, doers, done_to, roles
from cseanalysis.register.claims.grammar.numbers import Number
from cseanalysis.register.claims.grammar.reading import Reading, clean, closure, phrase_after
from cseanalysis.register.claims.grammar.tables import Alias, Contested, Tables
from cseanalysis.register.claims.grammar.turns import of_one_year, turned
from cseanalysis.register.claims.index import Index, Known, indexed
from cseanalysis.register.claims.matching import match
from cseanalysis.register.claims.refusing import refusal
from cseanalysis.register.claims.testing import Range, bears_out
from cseanalysis.register.claims.values import nearest, state
from cseanalysis.register.claims.verdict import Verdict, Word
from cseanalysis.register.claims.working import rate
from cseanalysis.register.definitions import within
from cseanalysis.register.figures import NATIONAL, Figure
from cseanalysis.register.gate import compare

_LONGEST = 600  # signs of a sentence
_SHOWN = 80  # of one that is longer
_TWO = 2
_FEW = 25.0  # per cent that may still be called few beside them
_WHOLE = 100
_TESTABLE = ("change", "amount", "extreme", "vague", "more")
_ENDED = ("more_than", "at_least", "less_than", "at_most")
_STRANGE = 0.34  # of the words
_MOSTLY = 0.6
# ", so fewer are abused": what follows from numbers, as the speaker says.
_CONCLUDES = re.compile(
    r"[,;:.-]\s*(?:and )?(?:so|thus|hence|therefore|as a result|because|proving|showing"
    r"|(?:which |this |that )?(?:means?|meaning|proves|shows))\b"
    r"(?! far\b| many\b| much\b)(.+)",
    re.IGNORECASE,
)
_CONCLUDED = ("change", "more", "amount", "extreme", "cause")
_OF_SUSPECTS = frozenset(("children", "girl", "boy", "adults", "man", "woman"))
_AGED_ITSELF = ("adults", "children", "victims", "per_cent")  # whose ages are those of the people counted
_PREDICATES = ("was", "were", "is", "are", "came", "took", "happened", "occurred", "had", "lay")
_CHILDHOOD = frozenset(("childhood",))
_TOPIC = frozenset(
    ("child", "childhood", "sexual", "csa", "cse", "group", "child_abuse", "any_abuse", "images", "grooming", "inquiry")
)
_NO_CLASS = ("recommendations", "pounds", "officers", "staff", "forces", "local_authorities", "participants", "none")
_TRIED = ("defendants", "suspects", "people_", "convictions", "prosecutions")
_ONE_FORCE = re.compile(
    r"\b(?:an?|one|any|a single|some|the average|the typical) (?:one |single )?(?:police )?"
    r"(?:force|constabulary)\b(?!')",
    re.IGNORECASE,
)
_ALL_OF = re.compile(
    r"\b(?:all|every one) (?:of (?:it|them|these|those|the (?=\d))|(?=[\d.]+(?:%| per ?cent)))", re.IGNORECASE
)
_VERY_FEW = re.compile(r"\b(?:few|handful|tiny|fraction|rare|rarely|seldom)\b", re.IGNORECASE)
_BY = re.compile(r"/by_(\w+)")
_FALSE_NOR_RARE = (
    "No usable source states it. That does not make it false, and does not make it rare: it is not known from what was "
    "published and read."
)
_ORDER = ("supported", "supported with correction", "right number, wrong thing", "contradicted")
_READ_AS = {
    "unknown": "not understood",
    "harmless": "says nothing of what is counted",
    "number": "a number",
    "qualifier": "how exactly",
    "concept": "what is counted",
    "word": "what is counted",
    "extent": "of whom, or of what kinds",
    "unit": "unit",
    "place": "place",
    "period": "when",
    "age": "ages",
    "group": "a recorded group",
    "religion": "a religion, of which no figure is held",
    "change": "a change",
    "amount": "how many",
    "negation": "a negation",
    "rate": "in each",
    "extreme": "than ever",
    "first": "the first period of its count",
    "vague": "how many, in no number",
    "share": "a share",
    "rest": "what is left of an area",
    "cause": "a cause or a risk",
    "ranking": "a ranking",
    "blame": "blame",
    "town": "a town or community",
    "title": "a title or an office",
    "more": "a comparison",
    "yearly": "in each year",
    "politics": "a camp",
    "cause_weak": "a cause or a risk",
}


def check(sentence: str, tables: Tables | None = None) -> Verdict:
    """Hold a sentence that quotes a number against the register.

    Parameters
    ----------
    sentence
        One sentence in English, as somebody said or printed it.
    tables
        The register and the tables beside it; without them, those of the checkout around the working directory.

    Returns
    -------
    Verdict
        One word, what was understood, the figures, the arithmetic, every reason, what would have to be published, and
        sentences to quote.

    Notes
    -----
    A grammar and tables of words read the sentence: no network, no model, no guess. Uncertainty falls towards
    "cannot be told", "not supported" or "not understood", never towards "supported".

    Examples
    --------
    >>> check("!?", Tables({})).word
    'not understood'
    """
    return next(iter(check_all([sentence], tables)))


def check_all(sentences: Iterable[str], tables: Tables | None = None) -> tuple[Verdict, ...]:
    """Check many sentences; see :func:`check`."""
    if tables is None:
        from cseanalysis import load_claim_tables  # by the package's door: the library knows no study

        tables = load_claim_tables()
    index = indexed(tables)
    return tuple(_checked(_as_text(sentence), index) for sentence in sentences)


def _as_text(sentence: object) -> str:
    if not isinstance(sentence, str):
        raise ValueError(f"sentence is {type(sentence).__name__}: must be text, one sentence as it was said")
    return sentence


def _checked(sentence: str, index: Index) -> Verdict:
    if len(sentence) > _LONGEST:
        why = f"length: {len(sentence):,} signs; give one sentence of at most {_LONGEST}"
        begun = f"{clean(sentence[:_SHOWN])} ..."
        return replace(_verdict(index.read(""), Finding("not understood", reasons=(why,)), index), sentence=begun)
    reading = index.read(sentence)
    if (refused := refusal(reading)) is not None:
        why = f"{refused.refusal}: {refused.statement}"
        return _verdict(reading, Finding("refused", reasons=(why,), would_need=refused.would_need), index)
    kept, aside = plain(clean(sentence), index.read)
    main = reading if kept == reading.sentence else index.read(kept)
    finding = _found(main, index)
    if aside and finding.word == "not understood":
        return _verdict(reading, _found(reading, index), index)
    said = tuple(f"aside: no number to test, put aside: {one}" for one in aside)
    return replace(
        _verdict(main, replace(finding, reasons=(*finding.reasons, *said)), index),
        sentence=reading.sentence,
    )


def _found(reading: Reading, index: Index) -> Finding:
    known = [span for span in reading.spans if span.kind not in ("unknown", "harmless", "qualifier", "negation")]
    words = [token for token in reading.tokens if token.word]
    testable = reading.numbers or any(kind in reading.kinds for kind in _TESTABLE)
    strange = len(reading.unknown) > _STRANGE * max(len(words), 1)
    if not known or not reading.meanings or not testable or strange:
        if _quoted(reading, index):
            return _unsupported(reading, (), index)
        why = "reading: " + (
            f"these words were not understood: {', '.join(reading.unknown[:8])}"
            if reading.unknown
            else "no number, share, change or comparison was read that a published figure could bear out"
        )
        return Finding("not understood", nearest(reading, index), reasons=(why,))
    finding = _tested(reading, index)
    if finding is None or finding.word == "right number, wrong thing":
        finding = set_beside(reading, index) or finding
    rows = _aliases(reading.sentence, index.tables.aliases)
    # A number that no rule makes usable is not saved by figures that leave it open.
    contested = any(row.contested for row in rows) and bool(reading.numbers)
    # What is said beside words that nobody knows is of something else than what the figures would exclude.
    of_else = finding is not None and finding.word == "contradicted" and reading.unknown
    if finding is None or of_else or (contested and finding.word == "cannot be told"):
        return _unsupported(reading, rows, index)
    return _doubted(finding, reading, index) if finding.word.startswith("supported") else finding


def _doubted(finding: Finding, reading: Reading, index: Index) -> Finding:
    """Take back a support where something of the sentence could change its sense."""
    if drawn := _drawn(reading, index):
        why = f"conclusion: the figures bear out the numbers, and neither this nor its opposite: {drawn}"
        return replace(finding, word="cannot be told", reasons=(why, *finding.reasons))
    if (said := _untested(reading)) is not None:
        why = f"class: the number is published, and no share of just these ({said}): {told(finding.figures[0])}"
        need = "The share of just these, with the number of records it is a share of."
        return Finding("cannot be told", finding.figures, finding.arithmetic, (why, *finding.reasons), need)
    if (other := _of_others(finding, reading, index)) is not None:
        return other
    if why := turned(reading):
        pass
    elif (lone := _ONE_FORCE.search(reading.sentence)) and "force" not in finding.figures[0].statement:
        why = f'"{lone[0]}" is not named, so it is not known of which force this is said'
    elif "none" in reading.named("amount") and reading.numbers:
        why = "a word such as nobody or myth beside a number that is published may deny it"
    elif any(unit == "places" for _, unit in reading.nouns) and all(one.unit != "places" for one in finding.figures):
        why = "a town or an area is spoken of and not named, so it is not known of which place this is said"
    elif reading.unknown:
        why = f"these words were not understood, and could change the sense: {', '.join(reading.unknown[:8])}"
    if not why:
        return _of_what(finding, reading, index)
    return Finding("not understood", finding.figures, finding.arithmetic, (f"reading: {why}", *finding.reasons))


def _of_others(finding: Finding, reading: Reading, index: Index) -> Finding | None:
    """Take back a support where others did it than a figure says, or it was done to them in another time."""
    figure = finding.figures[0]
    known = index.known[figure.id]
    stated = index.read(". ".join((figure.statement, figure.category.replace("/", ". ").replace("_", " "))))
    named = doers(reading) - doers(stated)
    of_young = bool({"child_suspect", "10 to 17"} & known.allowed)
    if "suspects" in known.nouns or of_young:
        named -= _OF_SUSPECTS
    named |= done_to(reading) - done_to(stated)
    as_said = frozenset() if of_young else roles(reading.sentence) - roles(figure.statement)
    named |= as_said - ({"as victims"} if "victims" in known.nouns else set())
    if not known.nouns & {"victims", "children"} and figure.unit.startswith(_TRIED):
        named |= are_harmed(reading.sentence)
    if (related := _BY.search(figure.category)) is not None and "suspects" not in dict(reading.nouns).values():
        were = re.search(rf"(?<!it )\b(?:is|are|was|were) (?:\w+ )?{related[1]}s?\b", reading.sentence, re.IGNORECASE)
        named |= {related[1]} if were else set()
    if named:
        why = f"who: {figure.id} says of nobody that they did it, or had it done to them ({', '.join(sorted(named))})"
        return Finding("right number, wrong thing", finding.figures, (), (why, *finding.reasons))
    if figure.unit not in _AGED_ITSELF and (ages := aged(reading) - aged(stated)):
        why = f"ages: {figure.id} says of others that they were {', '.join(sorted(ages))}: {figure.statement}"
        return Finding("right number, wrong thing", finding.figures, (), (why, *finding.reasons))
    lifelong = figure.counter == "survey" and bool(_CHILDHOOD & closure(known.meanings))
    if lifelong and of_one_year(reading, told="childhood" in closure(reading.meanings)):
        why = f"period: {figure.id} is of what was done in childhood, in whatever year, and no count of one year"
        return Finding("right number, wrong thing", finding.figures, (), (why, *finding.reasons))
    return None


def _of_what(finding: Finding, reading: Reading, index: Index) -> Finding:
    """Correct a support where a sentence says nowhere that abuse is counted: "prosecutions rose"."""
    figure = finding.figures[0]
    said = closure(reading.meanings) & _TOPIC or figure.unit in _NO_CLASS
    if said or finding.word != "supported" or not index.known[figure.id].allowed & _TOPIC:
        return finding
    why = f"class: say of what: {figure.id} counts by the rule {figure.definition.replace('_', ' ')}"
    return replace(finding, word="supported with correction", reasons=(why, *finding.reasons))


def _drawn(reading: Reading, index: Index) -> str:
    """Return what a sentence concludes from its numbers without a number: "..., so fewer are abused"."""
    if (found := _CONCLUDES.search(reading.sentence)) is None:
        span = next((one for one in reading.spans if one.kind == "more"), None)
        return "" if span is None or told_change(reading) is not None else span.text  # more than what, nobody tested
    clause = index.read(found[1])
    told_more = any(kind in clause.kinds for kind in _CONCLUDED)
    return found[1].strip(" .!") if told_more and not counted(clause) else ""


def _tested(reading: Reading, index: Index) -> Finding | None:
    """Test a sentence as what it tells: more than ever, a change, a rate, a number, or how many in words."""
    if "rest" in reading.kinds:
        return _of_whole(reading, index)
    finding: Finding | None = part_of_change(reading, index)
    if finding is None and "extreme" in reading.kinds and not reading.numbers:
        finding = extreme(reading, index)
    told_of = told_change(reading)
    if finding is None and told_of is not None:
        finding = change(reading, told_of, index)
    numbers = _spoken(reading.numbers) or [*_vague(reading)]
    if finding is not None or (told_of is not None and told_of.ends is not None and told_of.worded):
        return finding
    if "rate" not in reading.kinds:
        tests = (prevalence, part_of_number, across, _of_whole, _several)
        if (found_by := next(filter(None, (test(reading, index) for test in tests)), None)) is not None:
            return found_by
    return _with_change(_by_number(reading, numbers, index), told_of)


def _with_change(finding: Finding | None, told_of: Told | None) -> Finding | None:
    """Take the support away where a change is told beside a number, and no figure bears it out."""
    if finding is None or told_of is None or not finding.word.startswith("supported"):
        return finding
    told_beside = told_of.worded and told_of.ends is None and (told_of.factor is not None or told_of.up is not None)
    if not told_beside or any(one.unit == "per_cent_change" for one in finding.figures):
        return finding
    why = f"change: the number is published, and the change told beside it is not: {told(finding.figures[0])}"
    return Finding("cannot be told", finding.figures, finding.arithmetic, (why, *finding.reasons))


def _untested(reading: Reading) -> str | None:
    """Return a word such as most that stands beside a number and that no share of the sentence bears out."""
    shares = [Range(one.value, one.value, one.value) for one in reading.numbers if one.unit == "per_cent"]
    for span in reading.spans if reading.numbers else ():
        qualifier, _, value = span.value.partition(" ") if span.kind == "amount" else ("", "", "")
        if not value:
            continue
        if qualifier == "less_than" and _VERY_FEW.search(span.text):
            value = str(min(float(value), _FEW))
        limit = Number(float(value), "per_cent", 0.0, span.first, span.last, span.text, qualifier)
        if all(bears_out(limit, share) not in ("yes", "loose") for share in shares):
            return span.text
    part = len(counted(reading)) > 1 or (bool(shares) and all(one.low < _WHOLE for one in shares))
    return every[0].strip() if part and (every := _ALL_OF.search(reading.sentence)) else None


def _by_number(reading: Reading, numbers: Sequence[Number], index: Index) -> Finding | None:
    """Test the numbers of a sentence each by itself, and what it says in words such as most."""
    if "rate" in reading.kinds and numbers:
        return _in_each(reading, numbers, index)
    if found := [one for number in numbers if (one := state(reading, number, index)) is not None]:
        return min(found, key=lambda one: _ORDER.index(one.word) if one.word in _ORDER else len(_ORDER))
    if "amount" in reading.kinds and not numbers:
        return amount(reading, reading.named("amount")[0], index)
    shares = [one for one in numbers if one.soft and one.unit == "per_cent" and one.qualifier in _ENDED]
    made_up = "none" in reading.named("amount")  # then of how much it is said that it was made up
    if len(shares) == len(numbers) == 1 and not made_up:  # over half: as "most" is
        return amount(replace(reading, numbers=()), f"{shares[0].qualifier} {shares[0].value:g}", index)
    return None


def _in_each(reading: Reading, numbers: Sequence[Number], index: Index) -> Finding | None:
    """Test so many a day, and whatever number stands beside it by itself: 4,228 in a year, over eleven a day."""
    at = next(span.first for span in reading.spans if span.kind == "rate")
    each = next((one for one in reversed(numbers) if one.last <= at), numbers[0])
    if others := [one for one in numbers if one is not each]:
        kinds = {kind: values for kind, values in reading.kinds.items() if kind != "rate"}
        total = _by_number(replace(reading, numbers=tuple(others), kinds=kinds), others, index)
        if total is None or not total.word.startswith("supported"):
            return total
    return rate(replace(reading, numbers=(each,)), each, float(reading.named("rate")[0]), index)


def _several(reading: Reading, index: Index) -> Finding | None:
    """Test numbers of different units one by one: so many investigations, with so many victims and suspects."""
    numbers = counted(reading)
    named = [reading.units_of(one) for one in numbers]
    apart = all(not one & other for at, one in enumerate(named) for other in named[at + 1 :])
    if len(numbers) < _TWO or not all(named) or not apart:
        return None
    found = [state(replace(reading, numbers=(one,)), one, index) for one in numbers]
    borne = [one for one in found if one is not None and one.word.startswith("supported")]
    if len(borne) < len(numbers):
        return None
    word: Word = "supported" if all(one.word == "supported" for one in borne) else "supported with correction"
    order = sorted(borne, key=lambda one: one.word == "supported")  # what must be corrected first
    return Finding(
        word,
        tuple(dict.fromkeys(figure for one in borne for figure in one.figures)),
        tuple(line for one in borne for line in one.arithmetic),
        tuple(dict.fromkeys(reason for one in order for reason in one.reasons)),
    )


def _of_whole(reading: Reading, index: Index) -> Finding | None:
    """Test "of the 4,228, 717 were": the one number by itself, and the other as the whole of which it is a part."""
    numbers = _spoken(reading.numbers)
    if len(numbers) != _TWO:
        return None
    for number, other in (numbers, numbers[::-1]):
        if _after_of(reading, number):
            continue
        found = state(_of_the_place(replace(reading, numbers=(number,))), number, index)
        if found is None or not found.word.startswith("supported"):
            continue
        part = found.figures[0]
        for known in index.known.values():
            placed = known.figure.geography == part.geography or _in_order(
                reading, (number, other), (part, known.figure)
            )
            if placed and (line := _whole_of(reading, part, other, known)) is not None:
                return replace(found, figures=(*found.figures, known.figure), arithmetic=(*found.arithmetic, *line))
    return None


def _of_the_place(reading: Reading) -> Reading:
    """Return a reading as that of the place it names beside the country, if it names both."""
    local = tuple(place for place in reading.places if place not in NATIONAL)
    return replace(reading, places=local) if local else reading


def _after_of(reading: Reading, number: Number) -> bool:
    """Whether a number is that of which others are a part: "of the 31,238"."""
    words = [token.lower for token in reading.tokens]
    at = number.first
    while at > 0 and words[at - 1] in ("the", "those", "these", "all"):
        at -= 1
    return at > 0 and words[at - 1] == "of"


def _in_order(reading: Reading, numbers: tuple[Number, Number], figures: tuple[Figure, Figure]) -> bool:
    """Whether two numbers stand in the order of their places, or the one is said to be of the other."""
    (part, whole), (place, area) = numbers, (one.geography for one in figures)
    at = {span.value: span.first for span in reversed(reading.spans) if span.kind == "place"}
    if place not in at or area not in at:
        return False
    of_the_other = part.last == whole.first - 2 or part.last == whole.first - 1
    if part.first < whole.first and of_the_other and _after_of(reading, whole):
        words = reading.tokens
        ends = (
            one for one in range(whole.last, len(words)) if words[one].lower in _PREDICATES or words[one].text == ","
        )
        end = next(ends, len(words))
        # What stands with the whole, "of the 276 in South Yorkshire", is where the whole is.
        within_it = [span.value for span in reading.spans if span.kind == "place" and whole.last <= span.first < end]
        here = at[place] < part.first and at[area] > whole.first  # in Rotherham, 72 of the 276 were in South Yorkshire
        return within_it[0] == area if within_it else not here
    return (part.first < whole.first) == (at[place] < at[area])


def _whole_of(reading: Reading, part: Figure, other: Number, known: Known) -> tuple[str, ...] | None:
    """Return how a figure is the whole of a part, as a number says, or leaves it as the rest; None where it is not."""
    whole = known.figure
    days = part.period_start, part.period_end
    if (whole.period_start, whole.period_end) != days or whole.unit != part.unit or whole.id == part.id:
        return None
    if phrase_after(reading, other) - known.allowed:
        return None
    if "rest" in reading.kinds or whole.geography != part.geography:
        return _area_of(reading, part, other, known)
    one_rule = whole.definition == part.definition and within(part.category, whole.category)
    held = one_rule or (known.core <= closure(reading.meanings) and compare(part, whole).part is part)
    return () if held and bears_out(other, known.printed) == "yes" else None


def _area_of(reading: Reading, part: Figure, other: Number, known: Known) -> tuple[str, ...] | None:
    """Return how a figure is that of the area in which a place lies; None where the gate does not know it for one."""
    whole = known.figure
    gate = compare(part, whole)
    one_class = part.category == whole.category or known.core <= closure(reading.meanings)
    if gate.part is not part or gate.share is None or whole.geography not in reading.places or not one_class:
        return None
    if "rest" in reading.kinds:
        borne = gate.rest is not None and bears_out(other, Range(*gate.rest)) == "yes"
        return (f"{whole.published} ({whole.id}) less {part.published} ({part.id})",) if borne else None
    low, high = (100 * end for end in gate.share)
    shown = f"{low:.1f}%" if low == high else f"{low:.1f}% to {high:.1f}%"
    line = f"{part.published} ({part.id}) of {whole.published} ({whole.id}) is {shown}"
    return (line,) if bears_out(other, known.printed) == "yes" else None


def _spoken(numbers: Iterable[Number]) -> list[Number]:
    """Return the numbers that a sentence may be about: "one" in "one force" is none, unless there is no other."""
    several = list(numbers)
    return [one for one in several if one.unit or one.value > 1] or several


def _vague(reading: Reading) -> Iterable[Number]:
    for span in reading.spans:
        if span.kind == "vague":
            yield Number(float(span.value), "", 0.0, span.first, span.last, span.text, "at_least")


def _unsupported(reading: Reading, rows: Iterable[Alias], index: Index) -> Finding:
    ids = dict.fromkeys(name for row in rows if row.contested for name in row.contested)
    quoted = _quoted(reading, index)
    contested = [one for one in index.tables.contested if (one.id in ids and reading.numbers) or one in quoted]
    figures: dict[Figure, None] = {}
    for row in sorted(rows, key=lambda row: not row.contested):
        figures |= {index.known[name].figure: None for name in row.figures if name in index.known}
    figures |= dict.fromkeys(nearest(reading, index))
    reasons = [f"contested: {one.claim}, {one.published}: {one.reason}" for one in contested]
    reasons += [
        f"words: {row.words[0]}: {row.meaning}; not to be taken for: {row.not_taken_as}"
        for row in rows
        if row.not_taken_as
    ]
    reasons += _unprinted(reading, index)
    if reading.unknown:
        reasons.append(f"reading: not understood: {', '.join(reading.unknown[:8])}")
    reasons.append("figures: none of the register states it; the nearest count something else")
    need = (
        contested[0].would_need if contested else "A count or a share of what the sentence says, by a published rule."
    )
    return Finding("not supported", tuple(figures)[:8], (), tuple(reasons), need)


def _quoted(reading: Reading, index: Index) -> tuple[Contested, ...]:
    """Return the contested numbers that a sentence states in the words in which they are quoted, topic or none."""
    values, words = {one.value for one in reading.numbers}, {token.lower for token in reading.tokens}
    return tuple(
        one
        for one, numbers, spoken in index.quoted
        if numbers and numbers <= values and len(spoken & words) > _MOSTLY * len(spoken)
    )


def _unprinted(reading: Reading, index: Index) -> list[str]:
    """Say that a share of a kind is held and printed nowhere, and why; whether it is the number said, is not told."""
    groups = {value for one in reading.named("group") for value in one.split()}
    shares = [one for one in reading.numbers if one.unit == "per_cent"]
    for known, why in index.unprinted if groups and shares else ():
        found = match(reading, known, shares[0])
        if groups <= known.meanings and found.place == "same":
            return [f"print: a share of this kind was read, and is printed nowhere here: {why}"]
    return []


@lru_cache(maxsize=512)
def _pattern(words: str) -> re.Pattern[str]:
    edge = "" if words.endswith("%") else r"(?![\w%])"
    return re.compile(rf"(?<![\w,.]){re.escape(words)}{edge}", re.IGNORECASE)


def _aliases(sentence: str, aliases: Iterable[Alias]) -> list[Alias]:
    return [row for row in aliases if any(_pattern(words).search(sentence) for words in row.words)]


def _verdict(reading: Reading, finding: Finding, index: Index) -> Verdict:
    understood: dict[tuple[int, int], list[str]] = {}
    for span in reading.spans:
        if span.kind == "recording":
            continue
        meaning = _READ_AS.get(span.kind, span.kind)
        value = span.value.removeprefix("w:").replace("_", " ")
        shown = f"{meaning}: {value}" if value and span.kind not in ("number", "vague", "cause", "blame") else meaning
        said = understood.setdefault((span.first, span.last), [])
        said += [shown] if shown not in said else []
    pairs = tuple(
        (" ".join(token.text for token in reading.tokens[first:last]), "; ".join(meanings))
        for (first, last), meanings in understood.items()
    )
    ids = tuple(dict.fromkeys(figure.id for figure in finding.figures))
    return Verdict(
        reading.sentence,
        finding.word,
        pairs,
        ids,
        finding.arithmetic,
        finding.reasons,
        finding.would_need,
        _statement(finding),
    )


def _statement(finding: Finding) -> str:
    first = f" {told(finding.figures[0])}." if finding.figures else ""
    reason = finding.reasons[0].partition(": ")[2] if finding.reasons else ""
    said = {
        "supported": f"The published figures bear it out:{first}",
        "supported with correction": f"The published figures bear it out with a correction ({reason}):{first}",
        "right number, wrong thing": f"The number is published, and counts something else:{first}",
        "comparison not valid": f"The two figures must not be compared: {reason}.",
        "contradicted": f"The published figures exclude it:{first}",
        "cannot be told": f"The published figures allow it and its opposite: {reason}.",
        "not supported": _FALSE_NOR_RARE,
        "refused": reason,
        "not understood": "The sentence was not understood well enough to test it, so nothing is said of it.",
    }
    return " ".join(said[finding.word].split())
