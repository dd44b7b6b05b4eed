"""By which rule a figure counts, and the registered ways from one rule, coverage or period to another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from cseanalysis.values import Interval

SELECTIONS: tuple[str, ...] = (
    *("census_of_recorded", "local_records", "sample_survey", "self_selected"),
    *("case_series", "expert_opinion", "modelled", "population", "not applicable"),
)
# Records that somebody chose, or that chose themselves, speak for nobody else.
CHOSEN: tuple[str, ...] = ("case_series", "self_selected", "expert_opinion", "modelled")
DIMENSIONS: tuple[str, ...] = ("period", "definition", "coverage", "category", "part", "place")
# Whether a record counts because somebody set a flag; empty where the rule has nothing to do with flags.
FLAGGED: tuple[str, ...] = ("", "yes", "no", "unknown")
_UNSAID = re.compile(r"unknown|(\w+_)?(not_stated|unstated)", re.ASCII)
NO_CODE = "none"  # of a change of flags, which moves no offence code


@dataclass(frozen=True, slots=True)
class Definition:
    """The rule by which one producer counts.

    Parameters
    ----------
    id
        Identifier that figures name.
    title
        Short name for sentences.
    producer
        Who counts.
    rule
        What is counted, what is left out, and how a record gets in.
    people
        Whom the numbers describe.
    selection
        How the records were chosen, one of ``SELECTIONS``: only a census of recorded events or a sample survey
        speaks for an area as a whole.
    note
        Traps.
    codes
        Offence codes that it counts, as far as it is said; a change of one of them is a change of the count.
    flagged
        Whether a record counts because somebody set a flag: ``"yes"``, ``"no"``, ``"unknown"``, on which the gate
        refuses, or empty where nothing hangs on it.

    Raises
    ------
    ValueError
        When a field that must be filled is empty, or ``selection`` or ``flagged`` is unknown.

    Examples
    --------
    >>> Definition("csew", "Crime Survey", "ONS", "abuse before 18", "adults", "sample_survey", "").selection
    'sample_survey'
    """

    id: str
    title: str
    producer: str
    rule: str
    people: str
    selection: str
    note: str
    codes: tuple[str, ...] = ()
    flagged: str = ""

    def __post_init__(self) -> None:
        for name in ("id", "title", "producer", "rule", "people"):
            if not getattr(self, name).strip():
                raise ValueError(f"{name}: is empty; every definition must say it")
        if self.selection not in SELECTIONS:
            raise ValueError(f"selection: {self.selection!r} is unknown; use one of {', '.join(SELECTIONS)}")
        if self.flagged not in FLAGGED:
            raise ValueError(f"flagged: {self.flagged!r}; use yes, no or unknown, or leave it out")


@dataclass(frozen=True, slots=True)
class Shift:
    """A dated change of what is recorded, or of how: counts on two sides of it are not quite of one thing.

    Parameters
    ----------
    what
        What changed, in a few words, with its date.
    first, last
        The days between which it began.
    area
        Names of the areas in which it holds; empty for all.
    codes
        Offence codes that it may move; empty for all, ``("none",)`` when it moves flags and no code.
    refuses
        Whether it changes what these codes count, so that nothing may be compared across it; otherwise it only
        forbids to speak of a clear change.

    Raises
    ------
    ValueError
        When it does not say what changed, or its days are turned round.

    Examples
    --------
    >>> Shift("a new offence, April 2017", date(2017, 4, 1), date(2017, 4, 30), (), ("88A",), refuses=True).codes
    ('88A',)
    """

    what: str
    first: date
    last: date
    area: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    refuses: bool = False

    def __post_init__(self) -> None:
        if not self.what.strip():
            raise ValueError("what: is empty; every change must say what changed")
        if self.first > self.last:
            raise ValueError(f"first: {self.first} is after last {self.last}; swap them")


@dataclass(frozen=True, slots=True)
class Bridge:
    """A registered way across one difference between two figures, with the range it adds and who says so.

    Parameters
    ----------
    id
        Identifier that the sentence cites.
    dimension
        The difference it crosses, one of ``DIMENSIONS``. A period bridge allows rates per month within one
        definition. A part bridge says that ``first`` is part of ``second`` (two categories of one definition, or two
        definitions), a place bridge that the area ``first`` is one of those that make up the area ``second``, so that
        a share may be formed. The others turn a count under ``first`` into one under ``second``.
    first, second
        The two words of that field; empty for a period bridge.
    within
        Id of the definition in which the bridge holds; empty for a bridge between two definitions.
    factor
        Range of the number by which a count under ``first`` is multiplied to give one under ``second``.
    reason, source
        Why it holds, and where that comes from.

    Raises
    ------
    ValueError
        When the reason or the source is empty, the dimension unknown, or the words do not fit it.

    Examples
    --------
    >>> Bridge("months", "period", "", "", "arrests", Interval(1, 1, "bound"), "arrests flow", "ours").dimension
    'period'
    """

    id: str
    dimension: str
    first: str
    second: str
    within: str
    factor: Interval
    reason: str
    source: str

    def __post_init__(self) -> None:
        if self.dimension not in DIMENSIONS:
            raise ValueError(f"dimension: {self.dimension!r} is unknown; use one of {', '.join(DIMENSIONS)}")
        for name in ("id", "reason", "source"):
            if not getattr(self, name).strip():
                raise ValueError(f"{name}: is empty; a bridge without it is a guess")
        if self.dimension == "period" and (self.first or self.second or not self.within):
            raise ValueError("first: a period bridge names the definition it holds within, and nothing else")
        if self.dimension != "period" and (not self.first or not self.second or self.first == self.second):
            raise ValueError(f"first: {self.first!r} to {self.second!r}; a bridge joins two different words")
        if self.dimension != "part" and (self.dimension == "definition") == bool(self.within):
            raise ValueError("within: names the definition of every bridge but one between two definitions")
        if self.dimension in ("period", "part", "place") and (self.factor.low, self.factor.high) != (1, 1):
            raise ValueError(
                f"low: {self.factor.low} to {self.factor.high}; a {self.dimension} bridge has no factor but 1"
            )
        if self.factor.low <= 0:
            raise ValueError(f"low: {self.factor.low} is not above nought; a factor multiplies counts")

    def factor_from(self, word: str) -> Interval:
        """Return the factor for a count under ``word``, turned round when that is the second."""
        if word != self.second:
            return self.factor
        return Interval(1 / self.factor.high, 1 / self.factor.low, self.factor.kind)


def within(part: str, whole: str) -> bool:
    """Say whether a category path is a proper part of another."""
    return part.startswith(whole + "/")


@lru_cache(maxsize=4096)
def unsaid(category: str) -> bool:
    """Say whether the last part of a category path says that nobody said which."""
    return _UNSAID.fullmatch(category.rpartition("/")[2]) is not None


def worded(name: str) -> str:
    """Turn a word of the register into a word of a sentence."""
    return name.replace("_", " ")
