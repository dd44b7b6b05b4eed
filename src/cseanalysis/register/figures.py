"""A published number with everything that is needed to read it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from cseanalysis.register.definitions import Bridge, Definition, Shift
from cseanalysis.values import Interval, shown

# Which ends a qualifier prints: "more than 4,000" has a low end and no high one.
_ENDS = {
    "exact": ("low", "high"),
    "around": ("low", "high"),
    "range": ("low", "high"),
    "more_than": ("low",),
    "at_least": ("low",),
    "less_than": ("high",),
    "at_most": ("high",),
    "nearly": ("high",),
    "text": (),
}
COUNTS: tuple[str, ...] = (
    *("offences", "suspects", "victims", "children", "adults", "people", "participants"),
    *("arrests", "people_arrested", "cases", "investigations", "referrals", "assessments", "decisions", "outcomes"),
    *("charges", "people_charged", "defendants", "prosecutions", "convictions", "people_convicted"),
    *(
        "people_sentenced",
        "counts_proved",
        "officers",
        "staff",
        "forces",
        "local_authorities",
        "offence_codes",
        "recommendations",
    ),
)
UNITS: tuple[str, ...] = (
    *COUNTS,
    *(
        "days_median",
        "days_mean",
        "days_upper_quartile",
        "days_unstated",
        "months_unstated",
        "years_mean",
        "years_of_sentence",
        "pounds",
    ),
    *("per_cent", "per_cent_change", "offences_per_1000_children", "none"),
)
# For every field with a closed list, the words it may hold.
VOCABULARY: Mapping[str, tuple[str, ...]] = {
    "qualifier": tuple(_ENDS),
    "unit": UNITS,
    "sex": ("any", "female", "male", "unknown", "not applicable"),
    "period_type": ("calendar_year", "financial_year", "financial_quarter", "point_in_time", "custom"),
    "time_basis": (
        *("recorded", "offence", "identified", "arrested", "charged", "referred", "decided", "disposed"),
        *("survey_recall", "as_at", "unknown", "not applicable"),
    ),
    "counter": ("flow", "stock", "cumulative", "survey", "unknown", "not applicable"),
    "stage": (
        *("report", "early", "charge", "court", "disposal", "review", "safeguarding", "survey"),
        *("unknown", "not applicable"),
    ),
    "status": (
        *("accredited", "official", "management_information", "inspection", "inquiry", "ministerial"),
        *("voluntary_sector", "research", "press", "unknown", "not applicable"),
    ),
    "tier": ("A", "B", "C", "D"),
    "start_up": ("", "yes"),
}
UNKNOWN = "unknown"
# Areas of more than one force, of which no count is local; Wales alone may be either.
NATIONAL = ("England and Wales", "United Kingdom", "England", "Great Britain", "England, Wales and Northern Ireland")
# An average of which nobody said the kind: one such number differs from another.
UNSTATED: tuple[str, ...] = ("days_unstated", "months_unstated")
_LARGEST = 1e15
_WHOLE = 100  # per cent
_FIRST_YEAR, _LAST_YEAR = 1800, 2200
_NEVER_EMPTY = (
    *("id", "statement", "published", "definition", "category", "ages", "geography", "coverage", "source", "locator"),
)
_AGES = re.compile(r"under \d+|\d+ and over|\d+ to \d+|any|unknown|not applicable", re.ASCII)
_ID = re.compile(r"(?!unknown$)[A-Za-z]\w*", re.ASCII)
_CATEGORY = re.compile(r"\w+(/\w+)*", re.ASCII)
_COVERAGE = re.compile(
    r"(about half of )?\d+( of \d+)? (forces|areas)( and [A-Z][A-Za-z ]+)?"
    r"|whole|named cases|self-selected|indicative|unknown|not applicable",
    re.ASCII,
)
# Names of places are written with capitals, so "forces of one answer" and "not stated" are none.
_PLACE = re.compile(r"[A-Z][\w'.-]+(,? (([a-z]{1,4} )*[A-Z][\w'.-]+|region))*|unknown|not applicable")
# What stands for unknown in other people's tables; here it is one word, which the gate can see.
_UNSAID = re.compile(
    r"\W*|n/?a|n\.a\.|(not|un)[ _]?(stated|known|said|given|published|available|specified|clear)"
    r"|tb[acd]|various|several|other|none|nil|null|nan",
    re.ASCII | re.IGNORECASE,
)
_TABLE = re.compile(r"\w*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as somebody published it: what it counts, of whom, where, when, how exactly, and who says so.

    What is not known is the word ``"unknown"``, on which the gate refuses; an empty field means that there is none.
    What was worked out and not printed is named in ``inferred``, what is no more than a guess in ``guessed``.

    Parameters
    ----------
    id
        Identifier under which other tables, the prose and the results know the figure.
    statement
        What is counted, in one line.
    published
        The value verbatim, such as ``"over 4,000"``.
    qualifier
        How exactly it was printed: ``"exact"``, ``"around"``, ``"range"``, ``"more_than"``, ``"at_least"``,
        ``"less_than"``, ``"at_most"`` or ``"nearly"``, the words that `clean.parse_counts` uses too; ``"text"``
        for words without a number.
    low, high
        The printed ends, in ``unit``; absent where nothing was printed.
    rounded_to
        The width to which the number was rounded (1 for 34%, 1,000 for "around 107,000", 10 where a publisher
        rounds all its counts to ten); absent for a count that was printed whole.
    unit
        What is counted, one of ``UNITS``.
    base
        What a share is a share of; required for ``"per_cent"``.
    definition
        Id of the counting rule. Figures share it only when one producer counts by one rule.
    category
        The part that is counted, from the whole down: ``"group_based/familial"`` is part of ``"group_based"``.
    ages, sex
        Of the people described: of the victims where offences are counted. ``"under 16"``, ``"10 to 17"``,
        ``"18 and over"``, ``"any"``.
    geography, coverage
        Where, as a name or ``"unknown"``; and how much of it: ``"44 forces"``, ``"33 of 41 forces"``, ``"5 areas"``,
        ``"43 forces and British Transport Police"``, ``"about half of 43 forces"``, ``"whole"`` when the body holds
        all such records, ``"named cases"``, ``"self-selected"``, ``"indicative"`` when the publisher calls it so,
        ``"unknown"`` or ``"not applicable"``.
    period_start, period_end, period_type
        First and last day, and one of the period types; a year must be a whole one.
    time_basis
        Which event puts a record into the period: recorded, arrested, disposed, and so on.
    counter
        ``"flow"`` of events, ``"stock"`` at a date, ``"cumulative"`` since a start, or ``"survey"``.
    stage
        How far the case had come when the fields were filled.
    status, tier
        Standing of the number where it was made, and of the copy that was read (A official text to D compilation).
    source, locator
        Key of the publication, and the place in it.
    known_share
        For a share among the records that say: id of the figure with the per cent of records that do.
    unknown_share
        For a share of all records: id of the figure with the per cent of the same records that do not say.
    breaks
        Days on which this figure's series was broken; figures on two sides of one are not one series.
    supersedes, conflicts_with
        Ids of figures that this one replaces, or that cannot hold together with it.
    relays
        Id of the primary record whose number this figure repeats.
    note
        Traps and conflicts, for readers: the gate reads the fields.
    withheld
        Why the figure must never be quoted; empty for one that may be.
    inferred
        Names of the fields that were worked out and not printed; told with every verdict.
    guessed
        Names of the fields that are no more than a guess; the gate refuses on any.
    start_up
        ``"yes"`` for the first year of an offence or an Act: no clear change is claimed from it.
    table
        Name of the table, chart or sentence it stands in: what is unknown to two figures of one table and one period
        is the same unknown.
    dataset, known, unrecorded, meant, bridges, shifts, replaced_by, whole
        Attached when a register is loaded: the definition itself, the ends of the known and of the unknown share, where
        the record that is repeated puts the number, the bridges that reach the definition, the dated changes of what is
        recorded, the figures that supersede this one, and the figure of the whole that its category is part of.

    Raises
    ------
    ValueError
        Naming every field that breaks a rule.

    Examples
    --------
    >>> figure = Figure(
    ...     id="F1", statement="Arrests in the first year", published="over 550", qualifier="more_than", low=550,
    ...     high=None, rounded_to=None, unit="arrests", base="", definition="taskforce_arrests", category="arrests",
    ...     ages="under 18", sex="any", geography="England and Wales", coverage="43 forces",
    ...     period_start=date(2023, 4, 1), period_end=date(2024, 3, 31), period_type="financial_year",
    ...     time_basis="arrested", counter="flow", stage="early", status="ministerial", tier="A", source="ho2405",
    ...     locator="unknown", known_share="", unknown_share="", breaks=(), supersedes=(), conflicts_with=(),
    ...     relays="", note="",
    ... )
    >>> figure.ends
    (551.0, inf)
    """

    id: str
    statement: str
    published: str
    qualifier: str
    low: float | None
    high: float | None
    rounded_to: float | None
    unit: str
    base: str
    definition: str
    category: str
    ages: str
    sex: str
    geography: str
    coverage: str
    period_start: date | None
    period_end: date | None
    period_type: str
    time_basis: str
    counter: str
    stage: str
    status: str
    tier: str
    source: str
    locator: str
    known_share: str
    unknown_share: str
    breaks: tuple[date, ...]
    supersedes: tuple[str, ...]
    conflicts_with: tuple[str, ...]
    relays: str
    note: str
    withheld: str = ""
    inferred: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()
    start_up: str = ""
    table: str = ""
    dataset: Definition | None = field(default=None, repr=False)
    known: Interval | None = field(default=None, repr=False)
    unrecorded: Interval | None = field(default=None, repr=False)
    meant: tuple[float, float] | None = field(default=None, repr=False)
    bridges: tuple[Bridge, ...] = field(default=(), repr=False)
    shifts: tuple[Shift, ...] = field(default=(), repr=False)
    replaced_by: tuple[str, ...] = field(default=(), repr=False)
    whole: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        found = list(problems({name: getattr(self, name) for name in COLUMNS}))
        if found:
            raise ValueError(f"figure {self.id}: {'; '.join(found[:5])}")

    @property
    def value(self) -> float:
        """The number, whole when it is whole; only an exact figure has one.

        Raises
        ------
        ValueError
            When the figure was printed as anything but one number.
        """
        if self.qualifier != "exact" or self.low is None:
            raise ValueError(
                f"figure {self.id} was printed as {self.published!r} ({self.qualifier}), which is not one number; "
                f"use .low ({_shown(self.low)}) and .high ({_shown(self.high)})"
            )
        return int(self.low) if self.low == int(self.low) else self.low

    @property
    def ends(self) -> tuple[float, float]:
        """Where the number lies, given how it was printed: "over 550" is 551 or more, 34% is 33.5% to 34.5%.

        Raises
        ------
        ValueError
            When words were published and no number.
        """
        if self.qualifier == "text":
            raise ValueError(f"figure {self.id} is words, {self.published!r}, and no number")
        # Open ends move by one on counts: "more than 550 arrests" is 551 at least.
        step = 1 if self.unit in COUNTS else 0
        half = (self.rounded_to or 0) / 2
        low = -math.inf if self.low is None else self.low - half + step * (self.qualifier == "more_than")
        high = math.inf if self.high is None else self.high + half - step * (self.qualifier == "less_than")
        if self.unit not in ("per_cent_change",):
            low = max(low, 0)
        high = min(high, 100) if self.unit == "per_cent" else high
        if self.meant is not None and self.meant[0] <= high and low <= self.meant[1]:
            low, high = max(low, self.meant[0]), min(high, self.meant[1])
        return float(low), float(high)


COLUMNS: tuple[str, ...] = tuple(item.name for item in fields(Figure) if item.repr)
# Columns that a table may lack: it then has nothing to say there.
OPTIONAL: tuple[str, ...] = ("withheld", "inferred", "guessed", "start_up", "table")


def problems(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield ``"field: what was seen, the rule"`` for every rule that the values of a figure break."""
    for name in _NEVER_EMPTY:
        if not values[name].strip():
            yield f"{name}: is empty; every figure must say it, if only that it is unknown"
    for name, allowed in VOCABULARY.items():
        if values[name] not in allowed:
            yield f"{name}: {values[name]!r} is unknown; use one of {', '.join(allowed)}"
    if values["ages"].strip() and not _AGES.fullmatch(values["ages"]):
        yield f"ages: {values['ages']!r}; write 'under 18', '18 and over', '10 to 17', 'any', or 'unknown'"
    if values["category"].strip() and not _CATEGORY.fullmatch(values["category"]):
        yield f"category: {values['category']!r}; write words joined by _ and parts by /, from the whole down"
    yield from _said_problems(values)
    yield from _reference_problems(values)
    yield from _end_problems(values)
    yield from _unit_problems(values)
    if values["unit"] in UNITS and values["unit"] != "none":
        yield from _rounding_problems(values)
    yield from _period_problems(values["period_start"], values["period_end"], values["period_type"])


def _said_problems(values: Mapping[str, Any]) -> Iterator[str]:
    """Free text must not hide that something is unknown, or the gate would take it for equal."""
    if values["coverage"].strip() and not _COVERAGE.fullmatch(values["coverage"]):
        yield (
            f"coverage: {values['coverage']!r}; write '44 forces', '33 of 41 forces', '5 areas', 'whole', "
            "'named cases', 'self-selected', 'indicative', or 'unknown'"
        )
    if values["geography"].strip() and not _PLACE.fullmatch(values["geography"]):
        yield f"geography: {values['geography']!r}; write the name of a place with its capitals, or 'unknown'"
    for name in ("base", "definition"):
        if values[name].strip() and values[name] != UNKNOWN and _UNSAID.fullmatch(values[name]):
            yield f"{name}: {values[name]!r} says nothing; write 'unknown', on which the gate refuses"
    if not _TABLE.fullmatch(values["table"]):
        yield f"table: {values['table']!r}; write letters, digits and underscores"
    for name in ("inferred", "guessed"):
        if strange := sorted(set(values[name]) - set(COLUMNS)):
            yield f"{name}: {', '.join(strange[:5])} is no field of a figure; name the columns that are {name}"


def _reference_problems(values: Mapping[str, Any]) -> Iterator[str]:
    if values["ages"].partition(" to ")[2] and not int(values["ages"].split()[0]) < int(values["ages"].split()[2]):
        yield f"ages: {values['ages']!r}; the lower age stands first"
    if values["id"].strip() and not _ID.fullmatch(values["id"]):
        yield f"id: {values['id']!r}; write a letter, then letters, digits and underscores"
    shares = [values["known_share"], values["unknown_share"]]
    if any(shares) and values["unit"] != "per_cent":
        yield f"known_share: {' '.join(shares).strip()} on {values['unit']}; only a per cent has one"
    if values["known_share"] and values["unknown_share"]:
        yield "unknown_share: a share is of all records or of those that say, not both; leave one out"
    if values["id"] and values["id"] in (values["relays"], *shares, *values["conflicts_with"], *values["supersedes"]):
        yield "relays: a figure cannot repeat, replace or contradict itself; name another"


def _end_problems(values: Mapping[str, Any]) -> Iterator[str]:
    low, high, qualifier = values["low"], values["high"], values["qualifier"]
    for name in ("low", "high"):
        needed = name in _ENDS.get(qualifier, ())
        if needed and values[name] is None:
            yield f"{name}: is absent; a figure printed as {qualifier} has it"
        if not needed and values[name] is not None and qualifier in _ENDS:
            yield f"{name}: is {_shown(values[name])}; a figure printed as {qualifier} has none"
    ends = [end for end in (low, high) if end is not None]
    if not all(abs(end) <= _LARGEST for end in ends):
        yield f"low: {_shown(low)} to {_shown(high)} is not below {_LARGEST:.0e}; leave an end that was not printed out"
    elif len(ends) == 2 and low > high:
        yield f"low: {_shown(low)} exceeds high {_shown(high)}; swap them"
    elif len(ends) == 2 and low != high and qualifier == "exact":
        yield f"low: {_shown(low)} differs from high {_shown(high)}; an exact figure is one number"


def _unit_problems(values: Mapping[str, Any]) -> Iterator[str]:
    low, high, qualifier = values["low"], values["high"], values["qualifier"]
    ends = [end for end in (low, high) if end is not None]
    if values["unit"] == "per_cent":
        if not values["base"].strip():
            yield "base: is empty; a share must say what it is a share of"
        if not all(0 <= end <= 100 for end in ends):
            yield (
                f"low: {_shown(low)} to {_shown(high)} per cent; a share lies from 0 to 100 "
                "(the unit of a change is per_cent_change)"
            )
    elif values["unit"] in COUNTS and any(end != int(end) for end in ends if abs(end) <= _LARGEST):
        yield f"low: {_shown(low)} to {_shown(high)} {values['unit']}; a count is whole"
    elif values["unit"] != "per_cent_change" and any(end < 0 for end in ends if math.isfinite(end)):
        yield f"low: {_shown(low)} to {_shown(high)} {values['unit']}; a count is not negative"
    if qualifier == "less_than" and high == 0 and values["unit"] != "per_cent_change":
        yield f"high: less than 0 {values['unit']}; nothing is, so mend the number or the qualifier"
    if qualifier == "more_than" and low == _WHOLE and values["unit"] == "per_cent":
        yield "low: more than 100 per cent; nothing is, so mend the number or the qualifier"
    if (values["unit"] == "none") != (qualifier == "text"):
        yield f"unit: {values['unit']!r} for a figure printed as {qualifier}; words have the unit none, numbers another"


def _rounding_problems(values: Mapping[str, Any]) -> Iterator[str]:
    width, qualifier, whole = values["rounded_to"], values["qualifier"], values["unit"] in COUNTS
    if width is not None and not (math.isfinite(width) and width > 0):
        yield f"rounded_to: {_shown(width)}; a width is above nought, leave it out for a count printed whole"
    elif width is None and (qualifier == "around" or (qualifier == "exact" and not whole)):
        yield f"rounded_to: is absent; say to what {values['published']!r} was rounded"
    elif width is not None and qualifier not in ("around", "exact"):
        yield f"rounded_to: {_shown(width)} on {values['published']!r}; only a rounded number has a width"


def _period_problems(start: date | None, end: date | None, period_type: str) -> Iterator[str]:
    if start is None or end is None:
        if start is not end:
            yield f"period_{'start' if start is None else 'end'}: is absent; give both days or neither"
        return
    if not _FIRST_YEAR <= start.year <= end.year <= _LAST_YEAR and start <= end:
        yield f"period_start: {start} to {end}; years lie from {_FIRST_YEAR} to {_LAST_YEAR}"
        return
    if start > end:
        yield f"period_start: {start} is after period_end {end}; swap them"
        return
    first, last = (start.month, start.day), (end.month, end.day)
    whole = {
        "calendar_year": start.year == end.year and (first, last) == ((1, 1), (12, 31)),
        "financial_year": start.year + 1 == end.year and (first, last) == ((4, 1), (3, 31)),
        "point_in_time": start == end,
    }
    if not whole.get(period_type, True):
        yield f"period_type: {start} to {end} is not one whole {period_type}; mend the days or use custom"


def _shown(number: float | None) -> str:
    return "none" if number is None else f"{number:.15g}"


def check_figures(*given: object) -> None:
    """Refuse what are no figures, such as their ids."""
    if wrong := [one for one in given if not isinstance(one, Figure)]:
        example = wrong[0] if isinstance(wrong[0], str) else "F008"
        raise ValueError(
            f"{', '.join(map(shown, wrong[:5]))} stands where a Figure is asked for: take it from the register, as in "
            f"load_figures()[{example!r}]"
        )
