"""Comparing labels as people read them, and reporting those that no rule covers."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

_NUMBERS = r"[0-9]+(?:\s?(?:,|and|&)\s?[0-9]+)*"
_SPELT = rf"\[\s*(?:see\s+)?(?:foot)?notes?\b[^\[\]]*\]|\(\s*(?:see\s+)?(?:foot)?notes?\s*{_NUMBERS}\s*\)"
_RAISED = "\u00b9\u00b2\u00b3\u2070\u2074-\u2079"
_SPELT_NOTE = re.compile(rf"(?:{_SPELT})$", re.IGNORECASE)
# A star, dagger or raised figure is a mark only behind something else: alone it stands for a missing number.
_ANY_NOTE = re.compile(
    rf"(?:{_SPELT}|\[[0-9]+\]|\({_NUMBERS}\)|(?<=[^\s*†‡§{_RAISED}])\s*(?:[*†‡§]+|[{_RAISED}]+(?:[,\s]+[{_RAISED}]+)*))$",
    re.IGNORECASE,
)
_SHOWN = 5
_LONGEST = 200
# As match_key gives them. "Group-based" alone is not here: its definition may be named beside it.
_UNDEFINED = ("groominggang", "ganggrooming", "localisedgrooming", "localizedgrooming", "streetgrooming", "ggcse")
_FIVE = (
    "the child sexual exploitation class of the police's Complex and Organised Child Abuse Dataset (COCAD)",
    "the group-based share of the National Analysis of police-recorded abuse, which counts peers who share images",
    "the child sexual exploitation flag on crimes recorded for the Home Office, whatever the number of offenders",
    "the Home Office's group-based child sexual exploitation of its 2020 paper and its data on arrests (ADR 149)",
    "the organised network of the Independent Inquiry into Child Sexual Abuse (IICSA)",
)


class UnmappedLabelError(ValueError):
    """Labels for which there is no rule, or cells that cannot be read.

    Parameters
    ----------
    message
        What was seen, the rule, and what to do.
    labels
        Every distinct label without a rule, as found in the source; None stands for an empty cell.
    """

    def __init__(self, message: str, labels: tuple[object, ...]) -> None:
        super().__init__(message, labels)
        self.labels = labels

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Unmapped:
    """One label without a rule, and why; ``known`` are the labels among which to look for the closest one."""

    label: object
    reason: str = ""
    known: tuple[str, ...] = ()
    ambiguous: bool = False
    others: tuple[str, ...] = ()  # offered only where they are nearly the same


@lru_cache(maxsize=2**14)
def match_key(label: str) -> str:
    """Reduce a label to what distinguishes it: letter case, dashes, ampersands and spaces do not."""
    kept = (
        character
        for character in label.casefold().replace("&", "and")
        # Pd: dashes; Cf: invisible marks such as the byte order mark; U+2212: the minus sign
        if not character.isspace() and unicodedata.category(character) not in ("Pd", "Cf") and character != "\u2212"
    )
    return "".join(kept)


def undefined_term(label: str) -> str | None:
    """Say why a term of public debate about groups of offenders is never mapped; None for any other label."""
    key = match_key(label)
    if not any(term in key for term in _UNDEFINED) and "groupandgangassociated" not in key:
        return None
    named = "; ".join(f"{number}. {text}" for number, text in enumerate(_FIVE, 1))
    return (
        "no statistic defines this term and five definitions are in use, which count different things: "
        f"{named}. It is never mapped by machine: find out which one the source means, and use that one's name"
    )


def split_notes(label: str, *, spelt_only: bool = False) -> tuple[str, str | None]:
    """Separate a label from the footnote marks behind it; ``spelt_only`` leaves bare numbers such as (5) alone."""
    pattern = _SPELT_NOTE if spelt_only else _ANY_NOTE
    notes: list[str] = []
    label = label.strip()
    while found := pattern.search(label):
        notes.insert(0, found.group().strip())
        label = label[: found.start()].rstrip()
    return label, " ".join(notes) or None


def closest(label: str, known: Iterable[str], others: Iterable[str] = ()) -> str:
    """Name the known label that looks most like this one, one of ``others`` only if it is nearly the same."""
    # A suggestion, never a mapping.
    found = [best for best in (_nearest(label, known, 0.5), _nearest(label, others, 0.8)) if best]
    return f"closest known label: {max(found, key=lambda best: best[0])[1]!r}" if found else "no known label is close"


def _nearest(label: str, known: Iterable[str], cutoff: float) -> tuple[float, str] | None:
    key, by_key = match_key(label), {match_key(candidate): candidate for candidate in known}
    found = difflib.get_close_matches(key, by_key, n=1, cutoff=cutoff)
    return (difflib.SequenceMatcher(None, found[0], key).ratio(), by_key[found[0]]) if found else None


def unmapped_error(
    problems: Sequence[Unmapped], *, rows: int, columns: Sequence[str], remedy: str
) -> UnmappedLabelError:
    """Say which labels have no rule: at most five, the number of rows, and what to do."""
    first: dict[object, Unmapped] = {}
    for problem in sorted(problems, key=lambda each: (each.label is None, str(each.label), each.reason)):
        first.setdefault(problem.label, problem)
    shown = "; ".join(_describe(each) for each in list(first.values())[:_SHOWN])
    more = f"; and {len(first) - _SHOWN} more" if len(first) > _SHOWN else ""
    where = " and ".join(repr(column) for column in columns)
    labels = "1 label" if len(first) == 1 else f"{len(first)} labels"
    in_rows = "1 row" if rows == 1 else f"{rows:,} rows"
    return UnmappedLabelError(f"{labels} in {in_rows} of {where} without a rule: {shown}{more}. {remedy}", tuple(first))


def reason_of(problem: Unmapped) -> str:
    """Say why a label has no rule, or which known one is closest."""
    # Looked up for the few labels that are shown: comparing every unknown label would be slow.
    return closest(str(problem.label), problem.known, problem.others) if problem.known else problem.reason


def _describe(problem: Unmapped) -> str:
    if problem.label is None:
        return "an empty cell"
    reason = reason_of(problem)
    label = repr(problem.label)
    if len(label) > _LONGEST:
        label = f"{label[:_LONGEST]}... ({len(label):,} characters)"
    return f"{label} ({reason})" if reason else label


# What distinguishes the labels of each scheme.
_UNTOLD = re.compile(r"[.,'\u2018\u2019]")
_CODE = re.compile(r"(?=[0-9]{1,3}(?:[a-z]?|\.[0-9]{1,2})\Z)0*([1-9][0-9]*(?:[a-z]?|\.[0-9]+))")
# A class of the Home Office and an offence in it, such as 071/17.
OFFENCE_PART = re.compile(r"0{0,2}([1-9][0-9]{0,2}[a-z]?) ?/ ?0{0,2}([0-9]{1,3})")
_WORD = re.compile("[a-z]{2}")
_SUFFIX = re.compile(r"\(outcomes? only\)$")
_TYPE = re.compile(r"(?:outcome\s*)?(?:type\s*)?(?:oc)?\s*0*([0-9]{1,2})\s*([abc]?)", re.IGNORECASE)
OUTCOME_MARK = r"(?:oc|outcome(?:\s+type)?|type)\s*([0-9]{1,2}[abc]?)\b"
_PREFIX = re.compile(rf"{OUTCOME_MARK}.*", re.IGNORECASE | re.DOTALL)
# As police.uk writes in its addresses; "No further action" in words is something else than "no-further-action".
_SLUG = re.compile(r"[a-z]+(?:[-_][a-z]+)+")
_LETTERS = re.compile(r"[^a-z0-9]+")


def force_key(label: str) -> str:
    """Reduce a label of an area to what distinguishes it; footnote marks, dots and commas do not."""
    return match_key(_UNTOLD.sub("", split_notes(label)[0]))


def offence_key(label: str) -> str:
    """Reduce a code or name to what distinguishes it: no noughts before a code, only the letters of a name."""
    bare = bare_code(label)
    if found := _CODE.fullmatch(bare):
        return found[1]
    if found := OFFENCE_PART.fullmatch(bare):
        return f"{found[1]}/{int(found[2])}"
    if not _WORD.search(bare):
        # Dashes and brackets inside a code stay: without them "4-1" would become 41, "71(17)" would become 7117.
        return bare
    name = _SUFFIX.sub("", split_notes(bare)[0]).replace("&", "and")
    return "".join(character for character in name if character.isalnum())


def bare_code(label: str) -> str:
    """Give a code or name in small letters, without spelt notes and doubled spaces."""
    return " ".join(split_notes(label, spelt_only=True)[0].casefold().split())


def outcome_key(label: str) -> str:
    """Reduce an outcome to its type number, or else to the letters of its label."""
    bare = split_notes(label)[0]
    # A type in front of its label counts; the label behind it is a name that forces choose.
    found = _TYPE.fullmatch(_PREFIX.sub(r"\1", bare))
    if found:
        return f"type {int(found.group(1))}{found.group(2).lower()}"
    if _SLUG.fullmatch(bare):
        return bare.replace("_", "-")
    return letters_of(bare)


def letters_of(label: str) -> str:
    """Reduce a label to its letters; nothing is left of "1.5" or "-1", which are no types."""
    letters = _LETTERS.sub("", match_key(label))
    return "" if letters.isdecimal() else letters
