"""Find published figures by the words and numbers that people use for them, ranked, and say what is not there.

A query is read in three steps: aliases (a speaker's word for a class of the register), numbers in any writing, and
words by their stems. An entry is found when it answers every part; what it counts weighs more than who counted.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cseanalysis.register.figures import Figure
from cseanalysis.register.sentences import period_words
from cseanalysis.said import Words, speaks
from cseanalysis.values import shown

if TYPE_CHECKING:
    import pandas as pd

_NAMED, _MEANT, _KIN = 400, 300, 200  # the entry's own id, what an alias names, what is of the same rule and class
_PRINTED, _ROUNDED = 100, 30  # the number as printed, and one of which it is a rounding
# What is counted, as said and as classed; by which rule; where and when; by whom, and in which note.
_SAID, _CLASS, _RULE, _AROUND, _ASIDE = 12, 8, 6, 4, 1
_LONGEST = 400  # characters of a query
_NEAREST = 3
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_DIGITS = {word: str(number) for number, word in enumerate(_SMALL, start=1)}
_NOISE = frozenset(
    {"a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is", "it", "of", "on", "or"}
    | {"per", "that", "the", "these", "this", "to", "was", "were", "with"}
)
# Of a question; an alias may hold them, and no entry has to.
_ASKING = frozenset(
    {"did", "do", "does", "has", "have", "how", "many", "much", "number", "there", "what", "which", "who"}
)

_OR_MORE = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,3})"
_PIECE = re.compile(
    rf"(?P<odds>\b{_OR_MORE} (?:in|of|out of) {_OR_MORE}\b)"
    r"|(?P<season>\b\d{2,4}[/-]\d{2,4}\b)"
    r"|(?P<number>(?<![\w.])(?:\d{1,3}(?:[ ,\u00a0\u202f]\d{3})+(?!\d)|\d+)(?:\.\d+)?)"
    r"(?:\s?(?P<scale>(?:k|m|bn|thousand|million|billion)\b|%|per ?cent\b)|(?!\w))"
    r"|(?P<word>[^\W_]+(?:'[^\W_]+)?)"
)


@dataclass(frozen=True, slots=True)
class Alias:
    """Words that people use, what they mean in the register, and what they must not be taken to mean.

    Parameters
    ----------
    terms
        The words, each an alternative; case, plural and hyphens do not matter.
    means, never, why
        In words: what it means here, what it must not be taken for, and the reason.
    figures, others
        Ids of entries that it means, the nearest first, and of those that it must not be taken for.

    Raises
    ------
    ValueError
        Without a term, or with a figure on both sides.

    Examples
    --------
    >>> Alias(("charge rate",), "charges among recorded offences", "charges among arrests", figures=("F1",)).figures
    ('F1',)
    """

    terms: tuple[str, ...]
    means: str
    never: str = ""
    why: str = ""
    figures: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.terms or not all(term.strip() for term in self.terms):
            raise ValueError(f"terms: {self.terms!r} holds no word, or an empty one; write what people say")
        if both := sorted({*self.figures} & {*self.others}):
            raise ValueError(f"{self.terms[0]!r}: {', '.join(both)} is meant and not meant; keep it on one side")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be found: its id, its words by weight, the numbers that it prints, and its kin."""

    id: str
    texts: tuple[tuple[int, str], ...]  # weight, words
    published: str = ""  # the number verbatim
    value: float | None = None  # the number as one number, where it is one
    per_cent: bool = False
    kin: tuple[str, ...] = ()  # two with the same kin count the same class in one unit by one rule
    copy: bool = False  # repeats another entry
    end: str = ""  # last day that it is about, for the newest first


@dataclass(frozen=True, slots=True)
class Term:
    """A part of the query: the words, how they were read, and, of an alias, what it says."""

    words: str
    read_as: str  # "alias", "number" or "word"
    alias: Alias | None
    hits: int  # entries that answer this part alone
    nearest: tuple[str, ...]  # where none does: words or printed numbers that come close


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that answers every part of a query."""

    id: str
    score: int


@speaks
@dataclass(frozen=True, slots=True)
class Search:
    """What a query found, the best first, and how it was read.

    Notes
    -----
    ``print`` gives how many were found, and a row for each.
    """

    query: str
    terms: tuple[Term, ...]
    hits: tuple[Hit, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of what was found, the best first."""
        return tuple(hit.id for hit in self.hits)

    def to_frame(self) -> pd.DataFrame:
        """Return a row a find, the best first: ``id``, ``score``."""
        import pandas as pd

        return pd.DataFrame([(hit.id, hit.score) for hit in self.hits], columns=["id", "score"])

    def _says(self) -> Words:
        return Words(f"{len(self.hits)} found, the best first (count)")


def figure_entry(figure: Figure) -> Entry:
    """Return a published figure as something to be found; what it counts weighs most, its producer and note least."""
    rule = figure.dataset
    where = f"{figure.geography} {figure.coverage} {period_words(figure)} {figure.ages} {figure.base}"
    texts = [(_NAMED, figure.id), (_SAID, figure.statement), (_CLASS, figure.category), (_AROUND, figure.unit)]
    texts.append((_AROUND, where))
    texts.append((_RULE, figure.definition if rule is None else f"{rule.title} {figure.definition}"))
    texts.append((_ASIDE, figure.note if rule is None else f"{rule.producer} {rule.rule} {rule.people} {figure.note}"))
    low, high = figure.low, figure.high
    value = low if high is None or low == high else high if low is None else None
    return Entry(
        figure.id,
        tuple(texts),
        published=figure.published,
        value=value,
        per_cent=figure.unit.startswith("per_cent"),
        kin=(figure.definition, figure.category, figure.unit),
        copy=bool(figure.relays),
        end="" if figure.period_end is None else figure.period_end.isoformat(),
    )


def find_figures(query: str, figures: Mapping[str, Figure], aliases: Iterable[Alias] = ()) -> Search:
    """Find published figures by words and numbers, the best first.

    Parameters
    ----------
    query
        Words as people say them and numbers in any writing: ``"115,489"``, ``"115489"``, ``"115k"``,
        ``"1.2 million"``, ``"34%"``, ``"1 in 8"``. An empty query finds every figure, in the order of the register.
    figures
        The register, by id.
    aliases
        What people's words mean in it. A figure that an alias says is not meant is never found by that alias.

    Returns
    -------
    Search
        ``terms`` say how each part was read; of a part that nothing answers they name the nearest words or numbers.
        Nothing found means that this register holds nothing by these words, not that nothing is published.

    Raises
    ------
    ValueError
        When the query is longer than 400 characters.

    Source
    ------
    Stems are those of English plurals and participles only: Porter, M. F. (1980). An algorithm for suffix stripping.
    Program 14(3), steps 1a and 1b.

    Examples
    --------
    >>> find_figures("", {}).ids
    ()
    """
    return search(query, [figure_entry(figure) for figure in figures.values()], aliases)


def search(query: str, entries: Sequence[Entry], aliases: Iterable[Alias] = ()) -> Search:
    """Find entries of any kind by words and numbers; see `find_figures`."""
    if len(query) > _LONGEST:
        raise ValueError(f"the query has {len(query):,} characters; {_LONGEST} are read at most: ask for less at once")
    parts = list(_parts(query, tuple(aliases)))
    told, scores = [], {entry.id: 0 for entry in entries}
    said = [" ".join(text for _, text in entry.texts).casefold() + entry.published.casefold() for entry in entries]
    for part in parts:
        # Stems are taken only where the beginning of one stands: most entries have none of the word.
        starts = part.starts
        words = [
            _indexed(entry) if any(map(text.__contains__, starts)) else {}
            for entry, text in zip(entries, said, strict=True)
        ]
        found = dict(part.answers(entries, words))
        told.append(
            Term(
                part.words,
                part.read_as,
                part.alias if isinstance(part, _ByAlias) else None,
                len(found),
                () if found else part.nearest(entries),
            )
        )
        scores = {name: scores[name] + score for name, score in found.items() if name in scores}
    # The sort is stable, so that what ties in everything stands as in the register.
    ranked = sorted((entry for entry in entries if entry.id in scores), key=lambda entry: entry.end, reverse=True)
    ranked.sort(key=lambda entry: (-scores[entry.id], entry.copy))
    kept = ranked if parts else () if query.strip() else entries
    return Search(query, tuple(told), tuple(Hit(entry.id, scores[entry.id]) for entry in kept))


@dataclass(frozen=True, slots=True)
class _ByWord:
    """A word, answered by entries that hold its stem, or a longer word that begins with it."""

    words: str
    stem: str
    read_as: str = "word"

    @property
    def starts(self) -> tuple[str, ...]:
        # What all forms of the word begin with: families and family, men and man.
        return (self.stem.rstrip("y")[: 1 if self.stem == "man" else _NEAREST],)

    def answers(self, entries: Sequence[Entry], words: Sequence[Mapping[str, int]]) -> Iterator[tuple[str, int]]:
        begins = len(self.stem) > _NEAREST
        for entry, held in zip(entries, words, strict=True):
            if (weight := held.get(self.stem, 0)) == 0 and begins:
                weight = max((one // 2 for word, one in held.items() if word.startswith(self.stem)), default=0)
            if weight:
                yield entry.id, weight

    def nearest(self, entries: Sequence[Entry]) -> tuple[str, ...]:
        texts = (text for entry in entries for _, text in entry.texts)
        said = {piece["word"] for text in texts for piece in _pieces(text.replace("_", " ")) if piece["word"]} - _NOISE
        near = difflib.get_close_matches(self.words.casefold(), sorted(said), n=3 * _NEAREST, cutoff=0.7)
        first: dict[str, str] = {}
        for word in near:
            first.setdefault(_stem(word), word)
        return tuple(first.values())[:_NEAREST]


@dataclass(frozen=True, slots=True)
class _ByNumber:
    """A number, answered by entries that print it, that it rounds, or that hold its digits as a word (a year)."""

    words: str
    value: float
    step: float
    per_cent: bool
    read_as: str = "number"

    @property
    def starts(self) -> tuple[str, ...]:
        return (f"{self.value:.15g}"[:1],)

    def answers(self, entries: Sequence[Entry], words: Sequence[Mapping[str, int]]) -> Iterator[tuple[str, int]]:
        digits = "" if self.per_cent else f"{self.value:.15g}"
        for entry, held in zip(entries, words, strict=True):
            if score := self._score(entry) or (held.get(digits, 0) and held[digits] // 2 + 1):
                yield entry.id, score

    def _score(self, entry: Entry) -> int:
        if self.per_cent and not entry.per_cent:
            return 0
        own = () if entry.value is None else (entry.value,)
        if self.value in own or self.value in _numbers(entry.published):
            return _PRINTED
        near = self.step > 1 and any(math.isclose(_rounded(one, self.step), self.value) for one in own)
        return _ROUNDED if near else 0

    def nearest(self, entries: Sequence[Entry]) -> tuple[str, ...]:
        printed = {
            entry.value: entry.published
            for entry in reversed(entries)
            if entry.value is not None and entry.per_cent == self.per_cent
        }
        close = sorted(printed, key=lambda one: (abs(one - self.value), one))[:2]
        return tuple(printed[one] for one in sorted(close))


@dataclass(frozen=True, slots=True)
class _ByText:
    """Odds or a span of years, answered by entries that write the same."""

    words: str
    text: str
    read_as: str = "word"

    @property
    def starts(self) -> tuple[str, ...]:
        return (self.text[:2] if "/" in self.text else " in ", " of ")

    def answers(self, entries: Sequence[Entry], words: Sequence[Mapping[str, int]]) -> Iterator[tuple[str, int]]:
        for entry, held in zip(entries, words, strict=True):
            if weight := held.get(self.text, 0):
                yield entry.id, weight

    def nearest(self, entries: Sequence[Entry]) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class _ByAlias:
    """Words of an alias, answered by what it names, by what counts the same class by one rule, and by its words."""

    words: str
    alias: Alias
    parts: tuple[_ByWord | _ByNumber | _ByText, ...]
    read_as: str = "alias"

    @property
    def starts(self) -> tuple[str, ...]:
        return tuple(start for part in self.parts for start in part.starts)

    def answers(self, entries: Sequence[Entry], words: Sequence[Mapping[str, int]]) -> Iterator[tuple[str, int]]:
        others, named = {*self.alias.others}, {name: place for place, name in enumerate(self.alias.figures)}
        # Words stand for a class; a number stands for itself, so that what prints it comes first and it has no kin.
        number = all(isinstance(part, _ByNumber) for part in self.parts)
        kin = {entry.kin for entry in entries if entry.id in named and entry.kin and not number}
        found = [dict(part.answers(entries, words)) for part in self.parts]
        texts = {name: min(one[name] for one in found) for name in set.intersection(*({*one} for one in found))}
        for entry in entries:
            if entry.id in others:
                continue
            if entry.id in named:
                yield entry.id, _MEANT - named[entry.id] + number * texts.get(entry.id, 0)
            elif entry.kin in kin:
                yield entry.id, _KIN
            elif weight := texts.get(entry.id, 0):
                yield entry.id, weight

    def nearest(self, entries: Sequence[Entry]) -> tuple[str, ...]:
        return ()


_Part = _ByWord | _ByNumber | _ByText | _ByAlias


def _parts(query: str, aliases: Sequence[Alias]) -> Iterator[_Part]:
    """Yield the parts of a query: the longest alias first wherever one begins, and what stands between."""
    pieces = [piece for piece in _pieces(query) if not _is_noise(piece)] or _pieces(query)
    keys = [_key(piece) for piece in pieces]
    asking = any(piece[0] not in _ASKING for piece in pieces)
    known: dict[tuple[str, ...], Alias] = {}
    for alias in aliases:
        for term in alias.terms:
            known.setdefault(tuple(_key(piece) for piece in _pieces(term) if not _is_noise(piece)), alias)
    longest = max(map(len, known), default=0)
    place = 0
    while place < len(pieces):
        for size in range(min(longest, len(pieces) - place), 0, -1):
            if (found := known.get(tuple(keys[place : place + size]))) is not None:
                said = query.casefold()[pieces[place].start() : pieces[place + size - 1].end()]
                yield _ByAlias(said, found, tuple(map(_single, pieces[place : place + size])))
                place += size
                break
        else:
            if not (asking and pieces[place][0] in _ASKING):
                yield _single(pieces[place])
            place += 1


def _single(piece: re.Match[str]) -> _ByWord | _ByNumber | _ByText:
    """Return what answers one piece."""
    if piece["number"]:
        value, step = _amount(piece)
        return _ByNumber(piece[0], value, step, _is_share(piece))
    if piece["word"]:
        return _ByWord(piece[0], _stem(piece[0]))
    return _ByText(piece[0], _key(piece))


def _pieces(text: str) -> list[re.Match[str]]:
    return list(_PIECE.finditer(text.casefold()))


def _is_noise(piece: re.Match[str]) -> bool:
    return piece[0] in _NOISE


def _is_share(piece: re.Match[str]) -> bool:
    return bool(piece["scale"]) and piece["scale"] not in _SCALES


def _key(piece: re.Match[str]) -> str:
    """Return what two pieces of one meaning have in common."""
    if piece["number"]:
        return f"{_amount(piece)[0]:.15g}{'%' * _is_share(piece)}"
    if piece["odds"]:
        first, *_, last = piece["odds"].split()
        return f"{_DIGITS.get(first, first)} in {_DIGITS.get(last, last)}"
    if piece["season"]:
        first, last = re.split(r"[/-]", piece["season"])
        return f"{first}/{last[-2:]}"
    return _stem(piece["word"])


def _amount(piece: re.Match[str]) -> tuple[float, float]:
    """Return a number and the width to which it may be rounded: three digits at least are taken as meant."""
    digits = re.sub(r"[^\d.]", "", piece["number"])
    scale = _SCALES.get(piece["scale"] or "", 1.0)
    value = float(digits) * scale
    if scale > 1:
        return value, scale / 10 ** len(digits.partition(".")[2])
    whole = digits.partition(".")[0].lstrip("0")
    if len(whole) < 5 and piece["number"].isdigit():
        return value, 1.0  # 2020 is a year, and no rounding of 2,016
    noughts = len(whole) - len(whole.rstrip("0"))
    return value, 10.0 ** min(noughts, max(len(whole) - 3, 0))


def _rounded(value: float, step: float) -> float:
    return math.floor(value / step + 0.5) * step


@lru_cache(maxsize=4096)
def _numbers(text: str) -> frozenset[float]:
    """Return the numbers that a text prints."""
    return frozenset(_amount(piece)[0] for piece in _pieces(text) if piece["number"])


@lru_cache(maxsize=4096)
def _indexed(entry: Entry) -> Mapping[str, int]:
    """Return the stems of an entry, each with the sum of the weights of the texts in which it stands."""
    held: dict[str, int] = {}
    for weight, text in (*entry.texts, (_SAID, entry.published)):
        for word in _stems(text):
            held[word] = held.get(word, 0) + weight
    return held


@lru_cache(maxsize=16384)
def _stems(text: str) -> frozenset[str]:
    found = {_key(piece) for piece in _pieces(text.replace("_", " "))}
    return frozenset(found - _NOISE)


@lru_cache(maxsize=16384)
def _stem(word: str) -> str:
    """Return what the forms of a word have in common: arrest, arrests, arrested; conviction, convicted."""
    if word in ("children", "women", "men"):
        return {"children": "child", "women": "woman", "men": "man"}[word]
    base = word.removesuffix("'s")
    if len(base) < 4 or not base.isalpha():
        return base
    base = f"{base[:-3]}y" if base.endswith("ies") else base
    base = base.removesuffix("s") if not base.endswith("ss") else base
    for end, left in (("ation", 5), ("ion", 5), ("ing", 4), ("ed", 3), ("e", 3)):
        if base.endswith(end) and len(base) - len(end) >= left:
            return base.removesuffix(end)
    return base


def nothing_found(found: Search, held: int, what: str) -> str:
    """Say that nothing was found, which part of the query nothing answers, and what comes near."""
    lines = [f"nothing among the {held:,} {what} answers {shown(found.query)}; that none is published does not follow"]
    for term in found.terms:
        if term.hits:
            lines.append(f"  {term.words}: {term.hits:,} by itself")
        else:
            near = f"; nearest: {', '.join(term.nearest)}" if term.nearest else ""
            lines.append(f"  {term.words}: none{near}")
    return "\n".join(lines)
