"""The register as the checker holds sentences against it: what every figure counts, in the same words."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from weakref import WeakKeyDictionary

from cseanalysis import clean
from cseanalysis.register.claims.grammar.reading import Reading, closure, head_noun, in_words, read, share_of
from cseanalysis.register.claims.grammar.tables import (
    Contested,
    Phrases,
    Tables,
    lexicon,
    minor,
    operations,
    split,
    stem,
    with_places,
)
from cseanalysis.register.claims.testing import Range, of_figure
from cseanalysis.register.figures import COUNTS, UNKNOWN, Figure

_UNDER_AGE = ("under", "13 to 15", "11 to 17")
_CHILDHOODS = {"under 16": "before_16", "under 18": "before_18"}  # of surveys
# What says only when is no part of what is counted: "in a quarter", "on the last day of March".
_WHEN = re.compile(
    r",? (?:in a quarter|in (?:five|eleven|twelve) months|on the last day of [A-Z][a-z]+|at the end of [A-Z][a-z]+"
    r"|[A-Z][a-z]+ to (?:September|December)|in a financial year)(?=$|,)"
)
_RETOLD = re.compile(r", as [^,]*$")
_FORCES = re.compile(r"^(\d+) (?:of \d+ )?forces\b")
HEAVIEST = 4.0
_SHORT = 3  # letters of a word that is hardly one of a topic
_GENERIC = frozenset(("w:stat", "w:use", "any_kind", "ended"))


@dataclass(frozen=True, slots=True)
class Known:
    """A figure with its meanings: those a sentence must say, and all that it may say."""

    figure: Figure
    meanings: frozenset[str]
    core: frozenset[str]  # of the meanings, those without which it is another thing
    allowed: frozenset[str]
    printed: Range
    base: frozenset[str]
    bases: frozenset[str]  # all that a sentence may call its base
    numbers: frozenset[float]
    nouns: frozenset[str]
    place: str
    places: frozenset[str]  # that the statement names
    base_noun: frozenset[str]  # of what a share is one: suspects in group-based offences are suspects
    noun: frozenset[str]  # what the statement itself calls what is counted: offences with a charge are offences
    forces: frozenset[float]  # how many gave records
    first: bool  # the first period of its count
    minors: frozenset[str] = frozenset()  # ages of those who can be suspects and are children
    words: Mapping[str, str] = field(default_factory=dict)  # with which it says its meanings


@dataclass(frozen=True, eq=False)
class Index:
    """All figures that may answer, with what finds them."""

    tables: Tables
    known: Mapping[str, Known]
    phrases: Phrases
    vocabulary: frozenset[str]
    weights: Mapping[str, float]
    unprinted: tuple[tuple[Known, str], ...] = ()  # and why; they answer nothing
    quoted: tuple[tuple[Contested, frozenset[float], frozenset[str]], ...] = ()  # with their numbers and words

    def read(self, sentence: str) -> Reading:
        """Read a sentence with the words and places of this register."""
        return read(sentence, self.phrases, self.vocabulary)

    def likeness(self, meanings: frozenset[str], known: Known) -> float:
        """Return how much of what is rare a sentence has in common with a figure."""
        return math.fsum(self.weights.get(one, 0.0) for one in closure(meanings) & known.allowed)


_KEPT: WeakKeyDictionary[Tables, Index] = WeakKeyDictionary()


def indexed(tables: Tables) -> Index:
    """Return the index of some tables, made once for as long as they are held."""
    if (found := _KEPT.get(tables)) is None:
        found = _KEPT.setdefault(tables, _made(tables))
    return found


def _made(tables: Tables) -> Index:
    phrases = with_places(_places(tables.figures.values()))
    texts: dict[str, Reading] = {}

    def reading(text: str) -> Reading:
        if text not in texts:
            texts[text] = read(text, phrases)
        return texts[text]

    begun: dict[tuple[str, ...], date] = {}
    for figure in tables.figures.values():
        if figure.period_start is not None:
            key = _series(figure)
            begun[key] = min(begun.get(key, figure.period_start), figure.period_start)
    known = {
        name: _known(figure, reading, first=figure.period_start == begun.get(_series(figure), date.max))
        for name, figure in tables.figures.items()
        if name not in tables.hidden and not figure.withheld
    }
    known = _with_kin(known)
    counted = Counter(one for item in known.values() for one in item.allowed)
    weights = {one: min(math.log(max(len(known), 2) / count), HEAVIEST) for one, count in counted.items()}
    words = {one.removeprefix("w:") for item in known.values() for one in item.allowed if one.startswith("w:")}
    unprinted = tuple(
        (_known(tables.figures[name], reading, first=False), why)
        for name, why in tables.hidden.items()
        if name in tables.figures and tables.figures[name].unit == "per_cent"
    )
    quoted = []
    for one in tables.contested:
        claim = reading(f"{one.claim}: {one.published}.")
        spoken = frozenset(token.lower for token in claim.tokens if token.word and len(token.text) > _SHORT)
        quoted.append((one, frozenset(number.value for number in claim.numbers), spoken))
    return Index(tables, known, phrases, frozenset(words), weights, unprinted, tuple(quoted))


def _with_kin(known: Mapping[str, Known]) -> dict[str, Known]:
    """Let a figure be called what others of its rule are: of an operation, and a change of what it is a change of."""
    named: dict[str, frozenset[str]] = {}
    classes: dict[tuple[str, str], frozenset[str]] = {}
    for one in known.values():
        figure = one.figure
        named[figure.definition] = named.get(figure.definition, frozenset()) | (one.meanings & operations())
        if figure.unit in COUNTS:
            classes[figure.definition, figure.category] = one.meanings
    kin: dict[str, Known] = {}
    for name, one in known.items():
        figure = one.figure
        more = named[figure.definition]
        if figure.unit == "per_cent_change":
            more |= classes.get((figure.definition, figure.category), frozenset())
        kin[name] = replace(one, allowed=one.allowed | closure(more)) if more - one.allowed else one
    return kin


def _series(figure: Figure) -> tuple[str, ...]:
    return figure.definition, figure.category, figure.unit, figure.geography


def _places(figures: Iterable[Figure]) -> Mapping[tuple[str, ...], str]:
    """Return the names of places by their stems: those of the register, and the police forces."""
    names: dict[tuple[str, ...], str] = {}
    rows = [(figure.geography, figure.geography) for figure in figures]
    # Read as text: the frame that the crosswalks come in would cost more time than the rest of an answer.
    with (
        Path(clean.__file__).with_name("crosswalks").joinpath("forces.csv").open(encoding="utf-8", newline="") as lines
    ):
        forces = [row for row in csv.DictReader(lines) if row["force_type"] == "territorial"]
    rows += [(row["force"], row["force"]) for row in forces]
    rows += _short_names(forces)
    for words, name in rows:
        if name in (UNKNOWN, "not applicable"):
            continue
        parts = [[stem(word) for word in split(part)] for part in words.split(",")]
        key = tuple(word for part in parts for word in (",", *part))[1:]  # as a sentence has its commas
        for more in ((), ("polic",), ("constabulary",), ("polic", "forc")):
            names.setdefault((*key, *more), name)
    return names


def _short_names(forces: Iterable[Mapping[str, str]]) -> Iterable[tuple[str, str]]:
    """Yield how a force is called for short, where the name is of one force alone and begins with no other word."""
    called: dict[str, set[str]] = {}
    for row in forces:
        for name in row["label"].split(";") if not row["rule_id"].endswith("commissioner") else ():
            called.setdefault(name.strip(), set()).add(row["force"])
    words = lexicon().entries
    for name, several in called.items():
        first, *more = map(stem, split(name))
        if len(several) == 1 and (first,) not in words and (len(first) > 1 or more[:1] != ["and"]):
            yield name, min(several)


def _sexes(figure: Figure) -> set[str]:
    """Return the nouns that a sentence may use for the sex of those counted, by their ages."""
    sex = next((one for one in ("female", "male") if figure.category.endswith(f"/{one}")), figure.sex)
    if sex not in ("male", "female"):
        return set()
    young = figure.ages.startswith(_UNDER_AGE)
    return {"girl" if sex == "female" else "boy"} if young else {"woman" if sex == "female" else "man"}


def _known(figure: Figure, reading: Callable[[str], Reading], *, first: bool) -> Known:
    # How somebody else puts it is no part of what is counted.
    statement = reading(_WHEN.sub("", _RETOLD.sub("", figure.statement)))
    base = reading(figure.base if figure.base != UNKNOWN else "")
    beside = reading(figure.category.replace("/", ". ").replace("_", " "))
    meanings = statement.meanings - _GENERIC
    more = {"child"} if figure.ages.startswith(_UNDER_AGE) else set()
    more |= {figure.ages} if figure.ages[:1].isalnum() else set()
    more |= {"group"} if "several suspects" in figure.statement else set()
    more |= {"any_age"} if figure.ages == "any" else set()
    more |= {"adult"} if figure.unit == "adults" else set()
    more |= {figure.sex} if figure.sex in ("male", "female") else set()
    more |= _sexes(figure)
    more |= {"estimated"} if figure.counter == "survey" else set()  # what a survey finds is an estimate
    if figure.counter == "survey" and figure.ages in _CHILDHOODS:
        more |= {_CHILDHOODS[figure.ages]}
    return Known(
        figure,
        meanings,
        meanings - minor(),
        closure(meanings | reading(figure.statement).meanings | base.meanings | beside.meanings | more),
        of_figure(figure) if figure.qualifier != "text" else Range(0.0, 0.0),
        frozenset(one for one in base.meanings - _GENERIC if not one.startswith("w:") and not one[:1].isdigit()),
        closure(base.meanings | (share_of(statement, None) or frozenset())),
        frozenset(number.value for number in (*statement.numbers, *base.numbers, *reading(figure.published).numbers)),
        frozenset(name for _, name in (*statement.nouns, *base.nouns)),
        figure.geography,
        frozenset((*statement.places, figure.geography)),
        head_noun(base),
        head_noun(statement),
        frozenset(float(found) for found in _FORCES.findall(figure.coverage)),
        "first" in statement.kinds or first,
        meanings & {"10 to 17"},
        in_words(statement),
    )
