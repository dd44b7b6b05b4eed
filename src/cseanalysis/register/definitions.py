"""By which rule a figure counts, and the registered ways from one rule, coverage or period to another."""

from __future__ import annotations

from dataclasses import dataclass

from cseanalysis.values import Interval

SELECTIONS: tuple[str, ...] = (
    *("census_of_recorded", "local_records", "sample_survey", "self_selected"),
    *("case_series", "expert_opinion", "modelled", "population", "not applicable"),
)
# Records that somebody chose, or that chose themselves, speak for nobody else.
CHOSEN: tuple[str, ...] = ("case_series", "self_selected", "expert_opinion", "modelled")
DIMENSIONS: tuple[str, ...] = ("period", "definition", "coverage", "category", "part")


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

    Raises
    ------
    ValueError
        When a field that must be filled is empty, or ``selection`` is unknown.

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

    def __post_init__(self) -> None:
        for name in ("id", "title", "producer", "rule", "people"):
            if not getattr(self, name).strip():
                raise ValueError(f"{name}: is empty; every definition must say it")
        if self.selection not in SELECTIONS:
            raise ValueError(f"selection: {self.selection!r} is unknown; use one of {', '.join(SELECTIONS)}")


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
        definitions), so that its share may be formed. The others turn a count under ``first`` into one under
        ``second``.
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
        if self.dimension in ("period", "part") and (self.factor.low, self.factor.high) != (1, 1):
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
