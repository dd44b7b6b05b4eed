"""What a sentence says: its numbers, units, meanings, places and periods, and the words that were not understood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from cseanalysis.register.claims.grammar.numbers import Number, read_number
from cseanalysis.register.claims.grammar.periods import Period, read_periods
from cseanalysis.register.claims.grammar.tables import Phrases, compounds, edges, implied, lexicon, split, stem

_TOKEN = re.compile(
    r"£?\d{1,3}(?:,\d{3})+(?:\.\d+)?|£?\d+(?:\.\d+)?|%|[A-Za-z]+(?:['’](?=[a-z])[a-z]+)?|[^\w\s]", re.ASCII
)
_AGES = (
    (re.compile(r"\bunder[ -](?:the age of )?(1\d|2[0-5])s?\b(?!\s*(?:%|per cent|,\d))", re.IGNORECASE), "under {0}"),
    (
        re.compile(r"\b(?:were|was|are|is|aged?) between (\d\d?) and (\d\d?)\b(?!\s*(?:%|per|,\d))", re.IGNORECASE),
        "{0} to {1}",
    ),
    (re.compile(r"\b(?:aged?|ages) (\d\d?) (?:to|and|-) (\d\d?)\b", re.IGNORECASE), "{0} to {1}"),
    (re.compile(r"\b(\d\d?)[ -](?:to|-)[ -](\d\d?)[ -]year[ -]olds?\b", re.IGNORECASE), "{0} to {1}"),
    (re.compile(r"\b(?:aged? )?(\d\d) (?:or|and) (?:over|older)\b", re.IGNORECASE), "{0} and over"),
    (re.compile(r"\bcode (\d\d\w?)\b", re.IGNORECASE), "code {0}"),
    (re.compile(r"\boutcome (\d\d?)\b", re.IGNORECASE), "outcome {0}"),
)
_QUALIFIED = 3  # tokens before a number in which its qualifier may stand
_NOUN = 12  # tokens after a number in which its unit may stand
_VERBS = {
    "convict": "people_convicted",
    "arrest": "people_arrested",
    "charge": "people_charged",
    "prosecute": "people_prosecuted",
    "sentence": "people_sentenced",
}
_OF_POLICE = frozenset(("forces", "force", "officers", "officer", "investigations", "records"))
_SIGNS = frozenset("(),-:;")  # between two numbers that tell one thing
_NEAR = 0.12
_COMES_TO = frozenset(("to", "at", "was", "were", "totalled", "numbered", "reached", "hit", "topped", "exceeded"))
_HARMED = frozenset(("victims", "children"))
_PEOPLE = frozenset(("people", "suspects", "victims", "children", "adults", "defendants"))
# Kinds that say what is counted, or nothing; all others decide how a sentence is tested, or whether.
_COUNTED = ("harmless", "word", "number", "unknown", "concept", "extent", "period", "age", "place")
_SAYING = ("concept", "group", "word", "unit", "age")
_ATOMS = {"children": "child", "adults": "adult"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign of a sentence, and where it stands."""

    text: str
    lower: str
    start: int
    end: int

    @property
    def word(self) -> bool:
        """Return whether it is made of letters."""
        return self.text[:1].isalpha()


@dataclass(frozen=True, slots=True)
class Span:
    """Some tokens that were read as one thing."""

    first: int
    last: int
    kind: str
    value: str
    text: str


@dataclass(frozen=True, eq=False)
class Reading:
    """What was understood of a sentence.

    ``meanings`` are the atoms of what is counted, ``nouns`` the units it names with where they stand, ``unknown`` the
    words that nothing accounts for, ``kinds`` the words that decide how it is tested.
    """

    sentence: str
    tokens: tuple[Token, ...]
    spans: tuple[Span, ...]
    numbers: tuple[Number, ...]
    periods: tuple[Period, ...]
    places: tuple[str, ...]
    meanings: frozenset[str]
    nouns: tuple[tuple[int, str], ...]
    unknown: tuple[str, ...]
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def units_of(self, number: Number) -> frozenset[str]:
        """Return the units that the words about a number give it."""
        if number.unit:
            return frozenset((number.unit,))
        after: list[str] = []
        begin = self._whole_of(number)
        words = [token.lower for token in self.tokens[number.last : number.last + 2]]
        if words[:1] == ["forces"] or words == ["police", "forces"]:
            return frozenset(("forces",))
        front = _in_front(self.tokens, number.first)
        if front is not None and words[:1] and words[0] in edges("share") and (whole := head_noun(self, front[0] + 1)):
            return whole  # of the outcomes ..., 6,519 were a charge
        within = {at for span in self.spans if span.kind == "concept" for at in range(span.first, span.last)}
        for at in range(begin, min(begin + _NOUN, len(self.tokens))):
            token = self.tokens[at]
            if at in within and token.word and not any(place == at for place, _ in self.nouns):
                continue  # an "and" or an "of" in the name of what is counted
            if token.lower in edges("noun") and (after or token.lower != "of"):
                break
            if not token.word and token.text not in "-'%":
                break
            after += [name for place, name in self.nouns if place == at]
        names = after[-1:]
        if not names:
            before = [(place, name) for place, name in self.nouns if place < number.first]
            names = [name for place, name in before if place == before[-1][0]] if before else []
            if (
                names
                and self.tokens[number.first - 1].lower in _COMES_TO
                and (subject := head_noun(self, self._clause(number)))
            ):
                return subject  # sexual offences against victims of every age came to 199,021
        found = set(names)
        if not found & _HARMED and (found & _PEOPLE or not found):  # those convicted are no victims
            found |= {unit for verb, unit in _VERBS.items() if verb in self.meanings}
        return frozenset(found)

    def _whole_of(self, number: Number) -> int:
        """Return behind which token the noun of a number may stand: 717 of those 4,228 are what the 4,228 are."""
        words = [token.lower for token in self.tokens[number.last : number.last + 2]]
        at = number.last + (2 if words[1:] and words[1] in ("the", "those", "these") else 1)
        whole = next((one.last for one in self.spans if one.first == at and one.kind == "number"), None)
        return whole if whole is not None and words[:1] == ["of"] else number.last

    def _clause(self, number: Number) -> int:
        """Return where the part of a sentence begins in which a number stands."""
        before = [at for at in range(number.first) if self.tokens[at].text in ",;:("]
        return before[-1] + 1 if before else 0

    def named(self, kind: str) -> tuple[str, ...]:
        """Return the values of the words of a kind."""
        return self.kinds.get(kind, ())


def clean(sentence: str) -> str:
    """Return a sentence in plain letters, with one blank between words."""
    if sentence.isascii() and sentence.isprintable():
        return " ".join(sentence.split())
    text = unicodedata.normalize("NFKC", sentence)
    quotes = {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"'}
    text = text.translate(quotes | dict.fromkeys(range(0x2010, 0x2016), "-"))
    text = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    return " ".join(text.split())


def read(sentence: str, phrases: Phrases | None = None, vocabulary: frozenset[str] | None = None) -> Reading:
    """Read a sentence with the table of words; without a vocabulary every other word is a meaning of its own."""
    text = clean(sentence)
    tokens = tuple(
        Token(match.group(), match.group().lower().removesuffix("'s"), match.start(), match.end())
        for match in _TOKEN.finditer(text)
        if match.group() != "-" or not _between_letters(text, match.start())
    )
    periods = read_periods(text)
    spans: list[Span] = []
    free = [True] * len(tokens)
    for period in periods:
        spans += _take(tokens, free, period.span, "period", period.text)
    for pattern, form in _AGES:
        for match in pattern.finditer(text):
            spans += _take(tokens, free, match.span(), "age", form.format(*match.groups()).lower())
    numbers = _scan(tokens, free, spans, phrases or lexicon())
    numbers = _told_once(tuple(_qualified(number, tokens, spans) for number in numbers), tokens)
    unknown: list[str] = []
    for at, token in enumerate(tokens):
        if free[at] and token.word:
            word = stem(token.lower.replace("'", ""))
            if vocabulary is None or word in vocabulary:
                spans.append(Span(at, at + 1, "word", f"w:{word}", token.text))
            else:
                unknown.append(token.text)
                spans.append(Span(at, at + 1, "unknown", "", token.text))
    unknown += [tokens[number.last].text for number in numbers if _of_sayers(tokens, number)]
    spans.sort(key=lambda span: (span.first, span.last))
    kinds: dict[str, tuple[str, ...]] = {}
    for span in spans:
        if span.kind not in _COUNTED:
            kinds[span.kind] = (*kinds.get(span.kind, ()), span.value)
    if any(entry[0] == "recording" for one in tokens for entry in lexicon().entries.get((stem(one.lower),), ())):
        kinds["recording"] = ("",)  # wherever it stands, in a phrase too
    return Reading(
        text,
        tokens,
        tuple(spans),
        numbers,
        periods,
        tuple(dict.fromkeys(span.value or span.text.title() for span in spans if span.kind == "place")),
        _joined(frozenset(_meanings(spans))),
        tuple((span.last - 1, span.value.split()[0]) for span in spans if span.kind == "unit"),
        tuple(dict.fromkeys(unknown)),
        kinds,
    )


@lru_cache(maxsize=8192)
def closure(meanings: frozenset[str]) -> frozenset[str]:
    """Return meanings with all that goes without saying beside them."""
    found, new = set(meanings), set(meanings)
    while new:
        new = {other for one in new for other in implied().get(one, ())} - found
        found |= new
    return frozenset(found)


def in_words(reading: Reading) -> Mapping[str, str]:
    """Return by meaning the words with which a sentence says it; the first where it says it twice."""
    found: dict[str, str] = {}
    for span in reversed(reading.spans):
        if span.kind in _SAYING:
            said = reading.sentence[reading.tokens[span.first].start : reading.tokens[span.last - 1].end]
            found |= dict.fromkeys(_meanings([span]), said)
            found |= {name: said for name in span.value.split() if span.kind == "unit"}
    for number in reading.numbers:
        found.setdefault(f"{number.value:,.10g}", number.text)
    return found


def share_of(reading: Reading, number: Number | None) -> frozenset[str] | None:
    """Return what a sentence says a share is of, up to the next verb; nothing when it says it nowhere near."""
    words = reading.tokens
    after = None if number is None else number.last if number.base is None else number.base
    for span in reading.spans:
        if span.kind == "share" and words[span.last : span.last + 1] and words[span.last].lower == "of":
            after = span.last
            break
    front = None if number is None else before_share(reading, number)
    if front is not None:
        return _meant(reading, *front)
    if after is None or after >= len(words):
        return None
    if words[after].lower != "of" and (number is None or number.base is None):
        return None
    return _meant(reading, after, _ends(words, after + 1))


def phrase_after(reading: Reading, number: Number) -> frozenset[str]:
    """Return what the words behind a number say that it counts, up to the next verb."""
    return _meant(reading, number.last, _ends(reading.tokens, number.last))


def _ends(words: tuple[Token, ...], after: int) -> int:
    """Return at which token the words end that say of what a share is one, or what a number counts."""
    edge = {",", *edges("share")}
    return next((place for place in range(after, len(words)) if words[place].lower in edge), len(words))


def nouns_of_base(reading: Reading, number: Number) -> frozenset[str]:
    """Return the units in what a share is of: "half the victims in ..." is one of victims, whatever follows."""
    words = reading.tokens
    at = number.last if number.base is None else number.base
    named = (span.last for span in reading.spans if span.kind == "share" and span.last <= number.first)
    if (spoken := next((at for at in named if words[at].lower == "of"), None)) is not None:
        at = spoken  # the share of suspects ... was 34%
    if (front := before_share(reading, number)) is not None:
        return head_noun(reading, front[0] + 1)  # of all offences recorded by police, 68% were charged
    first = at
    while at < len(words) and words[at].lower in ("of", "the", "all", "those", "these", "its", "their", "our", "his"):
        at += 1
    told = at > first or number.base is not None  # three in four victims
    return head_noun(reading, at) if number.unit == "per_cent" and told else frozenset()


def head_noun(reading: Reading, at: int = 0) -> frozenset[str]:
    """Return what a phrase is about: "suspects in group-based offences" suspects, "cases or suspects in ..." both."""
    words = reading.tokens
    ends = {",", *edges("share"), *edges("noun")}
    end = next((place for place in range(at, len(words)) if words[place].lower in ends), len(words))
    named = [name for place, name in reading.nouns if at <= place < end]
    also = head_noun(reading, end + 1) if named and words[end : end + 1] and words[end].lower == "or" else frozenset()
    return frozenset(named[-1:]) | also


def before_share(reading: Reading, number: Number) -> tuple[int, int] | None:
    """Return where that stands of which a share is one, where it stands before it."""
    return None if number.unit != "per_cent" else _in_front(reading.tokens, number.first)


def _in_front(words: tuple[Token, ...], number: int) -> tuple[int, int] | None:
    """Return from where to where a base stands before its share: "of the suspects ..., 83 per cent"."""
    before = [at for at in range(number) if words[at].text == ","]
    if not before:
        return None
    begins = [0, *(at + 1 for at in before)]
    opened = [at for at in begins if at < before[-1] and words[at].lower in ("of", "among", "amongst")]
    return (opened[-1], before[-1]) if opened and before[-1] >= number - _QUALIFIED - 1 else None


def _meant(reading: Reading, after: int, end: int) -> frozenset[str]:
    found: set[str] = set()
    for span in reading.spans:
        if after <= span.first and span.last <= end and span.kind in ("concept", "group", "word", "extent"):
            found |= set(span.value.split())
        elif after <= span.first and span.last <= end and span.kind == "age":
            found.add(span.value)
        elif after <= span.first and span.last <= end and span.kind == "unit":
            first, *more = span.value.split()
            found |= {*more} or ({_ATOMS[first]} if first == "children" else set())
    return frozenset(found)


def _of_sayers(tokens: tuple[Token, ...], number: Number) -> bool:
    """Whether a number is one of people who else only say or record a thing: 9,215 detectives."""
    words = [token.lower for token in tokens[number.last : number.last + 2]]
    return words[:1] != [] and words[0] in edges("who") and not (words[1:] and words[1] in _OF_POLICE)


def _between_letters(text: str, at: int) -> bool:
    return 0 < at < len(text) - 1 and text[at - 1].isalpha() and text[at + 1].isalpha()


def _take(tokens: tuple[Token, ...], free: list[bool], where: tuple[int, int], kind: str, value: str) -> Iterator[Span]:
    """Yield the tokens of a place in the text as one span, if nothing else has taken them."""
    inside = [at for at, token in enumerate(tokens) if token.start < where[1] and token.end > where[0]]
    if inside and all(free[at] for at in inside):
        first, last = inside[0], inside[-1] + 1
        free[first:last] = [False] * (last - first)
        yield Span(first, last, kind, value, " ".join(token.text for token in tokens[first:last]))


def _scan(tokens: tuple[Token, ...], free: list[bool], spans: list[Span], phrases: Phrases) -> tuple[Number, ...]:
    """Take phrases of the tables and numbers from left to right, the longer first; return the numbers."""
    lowers = [token.lower for token in tokens]
    stems = [stem(token.lower.replace("'", "")) if token.word else token.lower for token in tokens]
    numbers: list[Number] = []
    at = 0
    while at < len(tokens):
        if not free[at]:
            at += 1
            continue
        room = next((end for end in range(at, len(tokens)) if not free[end]), len(tokens))
        length: int = 0
        entries: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
        for size in range(min(phrases.longest.get(stems[at], 1), room - at), 0, -1):
            key = tuple(stems[at : at + size])
            if key in phrases.entries:
                length, entries = size, phrases.entries[key]
                break
        number = read_number(lowers[:room], at)
        if number is not None and number.last - at >= length:
            numbers.append(replace(number, text=" ".join(token.text for token in tokens[at : number.last])))
            length, entries = number.last - at, (("number", "", ()),)
            if number.base is not None and at < number.base < number.last:  # one adult in ten
                inside = number.base
                spans += [
                    Span(inside, inside + 1, kind, value, tokens[inside].text)
                    for kind, value, words_of in phrases.entries.get((stems[inside],), ())
                    if kind == "unit" and words_of == (lowers[inside],)
                ]
        if not length:
            at += 1
            continue
        text = " ".join(token.text for token in tokens[at : at + length])
        spans += [
            Span(at, at + length, kind, value, text)
            for kind, value in dict.fromkeys(
                (kind, value)
                for kind, value, words_of in entries
                # A noun is meant as it stands: charges, and not charged or to charge.
                if kind != "unit" or words_of == tuple(split(text))
            )
        ]
        if length > 1 and entries[0][0] == "concept":  # child sexual offences: what is counted is in the phrase
            head = _head(lowers, at, at + length)
            spans += [
                Span(head, head + 1, kind, value.split()[0], tokens[head].text)
                for kind, value, words_of in phrases.entries.get((stems[head],), ())
                if kind == "unit" and words_of == (lowers[head],)
            ]
        free[at : at + length] = [False] * length
        at += length
    return tuple(numbers)


def _head(words: list[str], first: int, last: int) -> int:
    """Return where the noun of a phrase stands: before the first preposition, or at its end."""
    return next((at - 1 for at in range(first + 1, last) if words[at] in edges("phrase")), last - 1)


def _qualified(number: Number, tokens: tuple[Token, ...], spans: list[Span]) -> Number:
    """Give a number the word that says how exactly it is meant."""
    for span in spans:
        if span.kind != "qualifier":
            continue
        between = [token.lower for token in tokens[span.last : number.first]]
        before = 0 <= number.first - span.last < _QUALIFIED and set(between) <= {"a", "the", "some", "than"}
        after = span.first == number.last and span.text.lower().startswith("or ")
        if before or after:
            return replace(number, qualifier=span.value, text=f"{span.text} {number.text}" if before else number.text)
    return number


def _told_once(numbers: tuple[Number, ...], tokens: tuple[Token, ...]) -> tuple[Number, ...]:
    """Leave out the vaguer of two numbers that tell one thing: "just over a quarter - 26% - of the offences"."""
    kept = list(numbers)
    for first, second in pairwise(numbers):
        between = [token.text for token in tokens[first.last : second.first]]
        vague = [one for one in (first, second) if one.soft or one.qualifier != "exact"]
        if len(vague) != 1 or first.unit != second.unit or not between or not set(between) <= _SIGNS:
            continue
        exact = second if vague[0] is first else first
        if not _rounds(vague[0], exact.value):
            continue
        end = second.last
        while end < len(tokens) and tokens[end].text in _SIGNS:
            end += 1
        base = vague[0].base if vague[0] is first and second.base is None and vague[0].base != first.last else end
        kept = [replace(one, base=base) if one is exact else one for one in kept if one is not vague[0]]
    return tuple(kept)


def _rounds(vague: Number, value: float) -> bool:
    """Whether a number is what a vaguer one says of it."""
    said = vague.value
    near = abs(value - said) <= max(_NEAR * said, vague.width / 2)
    return {
        "nearly": value < said and near,
        "just_over": value > said and near,
        "more_than": value > said,
        "at_least": value >= said,
        "less_than": value < said,
        "at_most": value <= said,
    }.get(vague.qualifier, near)


def _joined(meanings: frozenset[str]) -> frozenset[str]:
    """Put one meaning for those that say it together: the ethnicity of suspects is not recorded."""
    for parts, whole in compounds().items():
        if parts <= meanings:
            meanings = meanings - parts | {whole}
    return meanings - {"filled"}  # of no field


def _meanings(spans: list[Span]) -> Iterator[str]:
    for span in spans:
        if span.kind in ("concept", "group", "word", "extent"):
            yield from span.value.split()
        elif span.kind == "unit":
            first, *more = span.value.split()
            yield from more
            if first in _ATOMS:
                yield _ATOMS[first]
        elif span.kind == "age":
            yield span.value
        elif span.kind == "negation":
            yield "not"
