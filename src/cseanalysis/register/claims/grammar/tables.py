"""The tables by which a sentence is read: words and their meaning, refusals, and what is handed in beside them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cseanalysis.register.figures import Figure

WORDS = Path(__file__).with_name("words.csv")
MEANINGS = Path(__file__).with_name("meanings.csv")
REFUSALS = Path(__file__).with_name("refusals.csv")
_UNDOUBLED = "bdgmnprt"
_SHORT = 3


@dataclass(frozen=True, slots=True)
class Alias:
    """Words of the debate: what they mean here, and which figures and contested numbers belong to them."""

    words: tuple[str, ...]
    meaning: str
    not_taken_as: str
    figures: tuple[str, ...]
    contested: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Contested:
    """A number that is quoted and that no rule makes usable."""

    id: str
    claim: str
    published: str
    would_need: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A kind of sentence that is not tested, and why."""

    refusal: str
    needs: tuple[str, ...]
    statement: str
    would_need: str


@dataclass(frozen=True, eq=False)
class Tables:
    """What a sentence is held against: a register, and the tables that say what words mean.

    Parameters
    ----------
    figures
        The register, by id, as `register.load_figures` returns it.
    aliases, contested
        Words of the debate, and numbers that no rule makes usable.
    hidden
        By id, why the number of a figure is not printed; such a figure is never an answer.
    """

    figures: Mapping[str, Figure]
    aliases: tuple[Alias, ...] = ()
    contested: tuple[Contested, ...] = ()
    hidden: Mapping[str, str] = field(default_factory=dict)


@cache
def refusals() -> tuple[Refusal, ...]:
    """Return the kinds of sentences that are not tested."""
    return tuple(
        Refusal(row["refusal"], tuple(row["needs"].split()), row["statement"], row["would_need"])
        for row in _rows(REFUSALS)
    )


@dataclass(frozen=True, eq=False)
class Phrases:
    """Kind, value and words of every phrase by its stems, and how long the longest is by its first stem."""

    entries: Mapping[tuple[str, ...], tuple[tuple[str, str, tuple[str, ...]], ...]]
    longest: Mapping[str, int]


@cache
def lexicon() -> Phrases:
    """Return the phrases of the table of words."""
    found: dict[tuple[str, ...], list[tuple[str, str, tuple[str, ...]]]] = {}
    for row in _rows(WORDS):
        for phrase in row["words"].split("|"):
            words = tuple(split(phrase))
            key = tuple(map(stem, words))
            found.setdefault(key, []).extend((kind, row["value"], words) for kind in row["kind"].split())
    return _phrases({key: tuple(entries) for key, entries in found.items()})


@cache
def spoken(meaning: str) -> str:
    """Return the first words of the table that say a meaning and nothing else; itself where no row says it."""
    rows = [row["words"] for row in _rows(WORDS) if row["value"] == meaning]
    return rows[0].partition("|")[0] if rows else meaning.removeprefix("w:").replace("_", " ")


def with_places(places: Mapping[tuple[str, ...], str]) -> Phrases:
    """Return the phrases of the table of words and names of places, which come first."""
    return _phrases({**lexicon().entries} | {key: (("place", name, ()),) for key, name in places.items()})


def _phrases(entries: Mapping[tuple[str, ...], tuple[tuple[str, str, tuple[str, ...]], ...]]) -> Phrases:
    longest: dict[str, int] = {}
    for key in entries:
        longest[key[0]] = max(longest.get(key[0], 0), len(key))
    return Phrases(entries, longest)


@cache
def implied() -> Mapping[str, frozenset[str]]:
    """Return which meanings go without saying beside another one."""
    rows = (row for row in _rows(MEANINGS) if row["implies"])
    return {row["meaning"]: frozenset(row["implies"].split()) for row in rows}


@cache
def minor() -> frozenset[str]:
    """Return the meanings whose absence makes no other thing, whether it is told as a correction or not."""
    return frozenset(row["meaning"] for row in _rows(MEANINGS) if row["minor"] in ("yes", "silent"))


@cache
def silent() -> frozenset[str]:
    """Return the meanings whose absence is not even told."""
    return frozenset(row["meaning"] for row in _rows(MEANINGS) if row["minor"] == "silent")


@cache
def overstated() -> frozenset[str]:
    """Return the meanings that say more, or otherwise, than is counted, and are corrected: rescued for identified."""
    return frozenset(row["meaning"] for row in _rows(MEANINGS) if row["minor"] == "over")


@cache
def idle() -> frozenset[str]:
    """Return the meanings that change nothing where a sentence says them beside a figure that does not."""
    return frozenset(row["meaning"] for row in _rows(MEANINGS) if row["minor"] == "idle")


@cache
def compounds() -> Mapping[frozenset[str], str]:
    """Return what some meanings together say, wherever in a sentence each of them stands."""
    return {frozenset(row["made_of"].split()): row["meaning"] for row in _rows(MEANINGS) if row["made_of"]}


@cache
def operations() -> frozenset[str]:
    """Return the meanings that are names of one operation or body, which say the place."""
    return frozenset(row["meaning"] for row in _rows(MEANINGS) if row["minor"] == "named")


@cache
def opposites() -> Mapping[str, str]:
    """Return the meanings of which one is what is left of all when the other is taken away."""
    pairs = [(row["meaning"], row["opposite"]) for row in _rows(MEANINGS) if row["opposite"]]
    return dict(pairs) | {other: one for one, other in pairs}


@cache
def edges(edge: str) -> frozenset[str]:
    """Return the words at which a noun, the base of a share or the head of a phrase ends."""
    rows = _rows(Path(__file__).with_name("edges.csv"))
    return frozenset(word for row in rows if row["edge"] == edge for word in row["words"].split())


@cache
def units() -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    """Return, for every unit of the register, the words that name it and those that are near to it."""
    rows = _rows(Path(__file__).with_name("units.csv"))
    return {row["unit"]: (frozenset(row["named"].split()), frozenset(row["near"].split())) for row in rows}


def split(text: str) -> list[str]:
    """Return the words of a phrase, without hyphens and signs of possession."""
    return re.findall(r"[a-z]+|\d[\d,.]*", re.sub(r"['’]s\b|['’](?=\s|$)|(?<=[a-z])['’](?=[a-z])", "", text.lower()))


@cache
def stem(word: str) -> str:
    """Return what is left of a word without the endings of number and tense."""
    for ending, instead in (("ies", "y"), ("ied", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORT and not word.endswith("ss"):
            word = word[: -len(ending)] + instead
            break
    if len(word) > _SHORT and word[-1] == word[-2] and word[-1] in _UNDOUBLED:
        word = word[:-1]
    return word[:-1] if len(word) > _SHORT and word.endswith("e") else word


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream, strict=True)
