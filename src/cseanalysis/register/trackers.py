"""What was recommended, inquired into, stated and asked for: rows with a source and a date, checked against each other.

A tracker holds what a source says on a day. Nothing is inferred: a promise is no deed, and no row is no finding.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from cseanalysis.register.figures import UNKNOWN, Figure

EVENTS = (
    *("published", "accepted", "refused", "promised", "consultation", "introduced", "lapsed", "royal_assent"),
    *("commenced", "funded", "step", "progress_report"),
    *("reported_complete", "reported_in_progress", "reported_incomplete"),
)
SEEN = ("text", "content", "no")  # of a recommendation: its text was read, its content without the number, neither
KINDS = (*("statutory", "non-statutory", "statutory powers", "parliamentary", "inspection", "private", "declined"),)
FILLED = ("yes", "partly", "no")
_ID = re.compile(r"[A-Za-z]\w*(-\d{2})?", re.ASCII)
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
_NOT_SEEN = "not seen"
_SHOWN = 5

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A recommendation of an inquiry, an audit or an inspection, in our words."""

    id: str  # the body's short name and the number, such as HMI-01
    body: str
    number: str
    published: str
    words: str
    addressee: str
    due: str  # the day by which it was to be done, where one was named
    seen: str  # one of SEEN
    source: str
    note: str

    def __post_init__(self) -> None:
        _check(self, required=("body", "number", "words", "addressee", "source"), dates=("published", "due"))
        _one_of("seen", self.seen, SEEN)
        if (self.seen == "no") != (self.words == _NOT_SEEN):
            raise ValueError(
                f"words: {self.words!r} with seen {self.seen!r}; of a text that was not seen, {_NOT_SEEN!r}"
            )

    @property
    def of(self) -> str:
        """The short name of the set to which it belongs."""
        return self.id.rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class RecommendationEvent:
    """What a source says on a day of a recommendation, or of all of a body (its short name)."""

    id: str
    recommendation: str
    date: str
    event: str  # one of EVENTS
    words: str
    source: str
    note: str

    def __post_init__(self) -> None:
        _check(self, required=("recommendation", "date", "words", "source"), dates=("date",))
        _one_of("event", self.event, EVENTS)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """An inquiry, a review or an inspection, with the days that a source gives and the figures that it counted."""

    id: str
    name: str
    place: str
    kind: str  # one of KINDS
    commissioned_by: str
    announced: str  # of one that was declined, when that was reported
    opened: str
    reported: str
    figures: str
    source: str
    note: str

    def __post_init__(self) -> None:
        _check(self, required=("name", "place", "commissioned_by", "source"), dates=("announced", "opened", "reported"))
        _one_of("kind", self.kind, KINDS)
        if not (self.announced or self.opened or self.reported):
            raise ValueError("announced, opened and reported are all empty; a row needs one day that its source gives")


@dataclass(frozen=True, slots=True)
class PublicStatement:
    """What somebody in office stated, the figures that it rests on, and what a later text says of it."""

    id: str
    date: str
    speaker: str  # an office or a body, never a name
    occasion: str
    claim: str
    number: str  # as it was said
    of_what: str
    period: str
    figures: str
    contested: str  # ids of contested claims that it makes or repeats
    source: str
    later_on: str
    later: str
    later_source: str
    note: str

    def __post_init__(self) -> None:
        required = ("date", "speaker", "occasion", "claim", "source")
        _check(self, required=required, dates=("date", "later_on"))
        if bool(self.later) != bool(self.later_source) or (self.later_on and not self.later):
            raise ValueError("later and later_source stand together, and later_on only with them; fill or empty them")


@dataclass(frozen=True, slots=True)
class RequestedField:
    """A field that somebody asked to be recorded or published, and the figures that fill it."""

    field: str
    asked_by: str
    source: str
    filled_by: str
    filled: str  # one of FILLED
    note: str

    def __post_init__(self) -> None:
        _check(self, required=("field", "asked_by", "source"), dates=())
        _one_of("filled", self.filled, FILLED)
        if (self.filled == "no") == bool(self.filled_by):
            raise ValueError(f"filled_by: {self.filled_by!r} with filled {self.filled!r}; no stands without figures")


@dataclass(frozen=True, slots=True)
class Published:
    """What is published of a requested field: since when, up to when, and how completely."""

    field: RequestedField
    since: str  # first day of the earliest period of its figures; empty where nothing is published or no day is known
    until: str
    completeness: tuple[str, ...]  # in words, with the figure that says so


@dataclass(frozen=True, slots=True)
class Trackers:
    """All trackers, checked against each other, the sources and the figures."""

    recommendations: tuple[Recommendation, ...]
    events: tuple[RecommendationEvent, ...]
    inquiries: tuple[Inquiry, ...]
    statements: tuple[PublicStatement, ...]
    fields: tuple[RequestedField, ...]

    def events_of(self, recommendation: Recommendation) -> tuple[RecommendationEvent, ...]:
        """Return what sources say of a recommendation by itself, oldest first."""
        return tuple(event for event in self.events if event.recommendation == recommendation.id)


def make_trackers(
    tables: Mapping[str, Iterable[Mapping[str, str]]],
    *,
    sources: Collection[str],
    figures: Mapping[str, Figure],
    contested: Collection[str] = (),
) -> Trackers:
    """Make trackers of tables, and refuse rows without a source or a date, or that name what is not there.

    Parameters
    ----------
    tables
        Rows, as mappings of text by column, of ``"recommendations"``, ``"recommendation_events"``, ``"inquiries"``,
        ``"public_statements"`` and ``"requested_fields"``. The columns are the fields of the class of a row; dates
        are written 2025, 2025-06 or 2025-06-16; ids of figures are parted by blanks or semicolons.
    sources
        Keys of the registered publications.
    figures
        The register, by id.
    contested
        Ids of contested claims that a statement may name.

    Returns
    -------
    Trackers
        Events and statements by date, the rest in the order of their tables.

    Raises
    ------
    ValueError
        Naming table, row and column of what is wrong: a table or column that is missing or unknown, an empty or
        unknown source, a day that is none, an id that stands twice, an event of no known recommendation, a figure that
        the register does not hold.

    Examples
    --------
    >>> make_trackers(dict.fromkeys(TABLES, ()), sources=(), figures={}).events
    ()
    """
    wrong: list[str] = []
    if tables.keys() != TABLES.keys():
        raise ValueError(f"the tables are {', '.join(sorted(tables))}; there must be {', '.join(sorted(TABLES))}")
    found: dict[str, tuple[Any, ...]] = {}
    for table, kind in TABLES.items():
        found[table] = tuple(_rows(table, kind, tables[table], wrong))
        ids = [_name(row) for _, row in found[table]]
        wrong += [f"{table}, {name}: stands twice; ids are unique" for name in sorted({*ids}) if ids.count(name) > 1]
    sets = {row.of for _, row in found["recommendations"]}
    recommendations = {*(row.id for _, row in found["recommendations"]), *sets}
    known: dict[str, tuple[Collection[str], str]] = {
        **dict.fromkeys(("source", "later_source"), (sources, "among the sources")),
        **dict.fromkeys(("figures", "filled_by"), (figures, "in the register")),
        "contested": (contested, "a contested claim"),
        "recommendation": (recommendations, "among the recommendations"),
    }
    for table, rows in found.items():
        for number, row in rows:
            for column in (field.name for field in fields(row) if field.name in known):
                home, where = known[column]
                wrong += [
                    f"{table}, row {number}, {column}: {name} is not {where}; mend or add it"
                    for name in ids_of(getattr(row, column))
                    if name not in home
                ]
    if wrong:
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise ValueError(f"trackers, {len(wrong)} problem{'s' * (len(wrong) > 1)}: {'; '.join(wrong[:_SHOWN])}{more}")
    plain = {table: tuple(row for _, row in rows) for table, rows in found.items()}
    return Trackers(
        plain["recommendations"],
        tuple(sorted(plain["recommendation_events"], key=_by_date)),
        plain["inquiries"],
        tuple(sorted(plain["public_statements"], key=_by_date)),
        plain["requested_fields"],
    )


TABLES: Mapping[str, Callable[..., Any]] = {
    "recommendations": Recommendation,
    "recommendation_events": RecommendationEvent,
    "inquiries": Inquiry,
    "public_statements": PublicStatement,
    "requested_fields": RequestedField,
}


def published_of(field: RequestedField, figures: Mapping[str, Figure]) -> Published:
    """Say since when, up to when and how completely the figures that fill a field are published."""
    held = [figures[name] for name in ids_of(field.filled_by)]
    starts = [figure.period_start for figure in held if figure.period_start is not None]
    ends = [figure.period_end for figure in held if figure.period_end is not None]
    told = []
    for figure in held:
        share = figures.get(figure.known_share)
        if share is not None:
            told.append(f"{figure.id}: recorded for {share.published} ({share.id})")
        elif figure.known_share == UNKNOWN:
            told.append(f"{figure.id}: for how many it is recorded was not found published")
        elif figure.coverage != UNKNOWN:
            told.append(f"{figure.id}: {figure.coverage}")
    return Published(
        field,
        min(starts).isoformat() if starts else "",
        max(ends).isoformat() if ends else "",
        tuple(told),
    )


def ids_of(cell: str) -> tuple[str, ...]:
    """Return the ids that a cell names, with blanks or semicolons between them."""
    return tuple(cell.replace(";", " ").split())


def _by_date(row: RecommendationEvent | PublicStatement) -> str:
    """What is known to the month stands after the days of the month, since it may be any of them or later."""
    return row.date if len(row.date) == len("2025-06-16") else f"{row.date}-99"


def _name(row: Any) -> str:
    return f"{row.field}, {row.asked_by}" if isinstance(row, RequestedField) else str(row.id)


def _rows(
    table: str, kind: Callable[..., Row], rows: Iterable[Mapping[str, str]], wrong: list[str]
) -> Iterable[tuple[int, Row]]:
    """Yield the rows of a table that can be read, with their numbers in a file; the others go to ``wrong``."""
    columns: Sequence[str] = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    for number, cells in enumerate(rows, start=2):
        if sorted(cells, key=str) != sorted(columns) or not all(isinstance(cell, str) for cell in cells.values()):
            wrong.append(
                f"{table}, row {number}: the columns must be {', '.join(columns)}, each with text in it or empty"
            )
            continue
        try:
            yield number, kind(**{name: cell.strip() for name, cell in cells.items()})
        except ValueError as error:
            wrong.append(f"{table}, row {number}, {error}")


def _check(row: Any, *, required: Iterable[str], dates: Iterable[str]) -> None:
    if hasattr(row, "id") and not _ID.fullmatch(row.id):
        raise ValueError(f"id: {row.id!r}; write letters, digits and _, and a number after a hyphen")
    for name in required:
        if not getattr(row, name):
            raise ValueError(f"{name}: is empty; every row must say it")
    for name in dates:
        if cell := getattr(row, name):
            _check_day(name, cell)
    if isinstance(row, Recommendation) and not row.published:
        raise ValueError("published: is empty; every row must say it")


def _check_day(name: str, cell: str) -> None:
    try:
        if _DAY.fullmatch(cell):
            dt.date.fromisoformat(f"{cell}-01-01"[:10])
            return
    except ValueError:
        pass
    raise ValueError(f"{name}: {cell!r} is no day; write 2025, 2025-06 or 2025-06-16, as far as the source gives it")


def _one_of(name: str, cell: str, words: Sequence[str]) -> None:
    if cell not in words:
        raise ValueError(f"{name}: {cell!r}; write {', '.join(words)}")
