"""The page of trackers: what was recommended, inquired into, stated and asked for, each row with source and date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape, unescape
from typing import TYPE_CHECKING

from cseanalysis.export.wording import say_date
from cseanalysis.register.trackers import ids_of, published_of
from cseanalysis.report.html.cards import links_to
from cseanalysis.report.html.register import filtered_table
from cseanalysis.report.html.shell import Entry, Page

if TYPE_CHECKING:
    from cseanalysis.lineage import Card
    from cseanalysis.register.trackers import Inquiry, PublicStatement, Recommendation, RequestedField
    from cseanalysis.study.evidence.trackers import Tracked

TRACKERS = Entry("trackers", "Recommendations, inquiries, statements and requested data")


def trackers_page(tracked: Tracked, cards: Mapping[str, Card]) -> Page:
    """Return the four tables with a form each, and the parts that the search looks through."""
    held = tracked.trackers
    tables = (
        _Table(
            "recommendations",
            "What was recommended",
            "A promise is no deed: a row says what a source said on a day, and nothing is inferred from it.",
            ("Id", "What was recommended", "Body", "Published", "Asked of", "Due", "What sources say since", "Source"),
            {"Body": "Who recommended it"},
            [_recommendation(row, tracked) for row in held.recommendations],
        ),
        _Table(
            "events",
            "What is said of all recommendations of a body",
            "A sentence about all of them is evidence of none in particular, so these stand apart.",
            ("Date", "Body", "What", "In words", "Source"),
            {"Body": "Of whose recommendations"},
            _of_all(tracked),
        ),
        _Table(
            "inquiries",
            "Inquiries, reviews and inspections",
            "With the days that a source gives, and the figures that each counted.",
            ("Id", "Name", "Place", "Kind", "For", "Days", "Figures", "Source", "Remark"),
            {"Kind": "Of which kind"},
            [_inquiry(row, tracked, cards) for row in held.inquiries],
        ),
        _Table(
            "statements",
            "What was stated in office",
            "By office, never by name; with the figures that a statement rests on, and what a later text says of it.",
            ("Id", "Date", "Who", "Occasion", "What was stated", "Number", "Period", "Figures", "Later", "Source"),
            {"Who": "Who stated it"},
            [_statement(row, tracked, cards) for row in held.statements],
        ),
        _Table(
            "fields",
            "The data that were asked for",
            "Fields that an inquiry or an audit asked to be recorded or published, and what is published of each.",
            ("Field", "Asked by", "Filled", "Of periods", "How completely", "Figures", "Remark", "Source"),
            {"Filled": "Whether it is published"},
            [_field(row, tracked, cards) for row in held.fields],
        ),
    )
    jump = "; ".join(f'<a href="#{one.name}">{escape(one.title)}</a>' for one in tables)
    read = say_date(date.fromisoformat(tracked.read_to))
    inside = (
        f"<h1>{escape(TRACKERS.title)}</h1>\n<p>As far as sources were read up to {read}: there may be more "
        f"than stands here.</p>\n<p>{jump}.</p>\n{''.join(one.shown() for one in tables)}"
    )
    parts = tuple(part for one in tables for part in one.parts())
    return Page(TRACKERS, inside, ("register.js",), {}, parts)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table: its heading, what is said of it, and the columns of which something can be chosen with the question."""

    name: str
    title: str
    about: str
    columns: tuple[str, ...]
    choices: Mapping[str, str]
    rows: Sequence[tuple[str, str, Sequence[str]]]  # id, text for the search, cells as HTML

    def shown(self) -> str:
        """Return the table with its form."""
        offered = {
            column: (label, [(one, one) for one in self._held(self.columns.index(column))])
            for column, label in self.choices.items()
        }
        rows = [
            f'<tr id="{escape(place)}"><th scope="row">{cells[0]}</th>'
            f"{''.join(f'<td>{cell}</td>' for cell in cells[1:])}</tr>"
            for place, _, cells in self.rows
        ]
        table = filtered_table(self.columns, offered, rows, self.name, prefix=f"{self.name}-")
        return f'<h2 id="{self.name}">{escape(self.title)}</h2>\n<p>{escape(self.about)}</p>\n{table}'

    def _held(self, place: int) -> list[str]:
        return sorted({unescape(cells[place]) for _, _, cells in self.rows})

    def parts(self) -> Iterable[tuple[str, str, str]]:
        """Yield each row for the search."""
        return ((place, f"{self.title}: {place}", text) for place, text, _ in self.rows)


def _recommendation(row: Recommendation, tracked: Tracked) -> tuple[str, str, Sequence[str]]:
    unseen = row.seen == "no"
    words = "Its text was not seen." if unseen else row.words
    said = _listed(
        f"{escape(event.date)}, {escape(event.event.replace('_', ' '))}: {escape(event.words)} "
        f"({escape(tracked.source(event.source))}){_noted(event.note)}"
        for event in tracked.trackers.events_of(row)
    )
    plain = (row.id, words, row.body, row.published, "" if unseen else row.addressee, row.due)
    cells = [*map(escape, plain), said, escape(tracked.source(row.source)) + _noted(row.note)]
    return row.id, f"{row.body}: {words}", cells


def _of_all(tracked: Tracked) -> list[tuple[str, str, Sequence[str]]]:
    """Return what sources say of all recommendations of a body at once."""
    bodies = {row.of: row.body for row in tracked.trackers.recommendations}
    return [
        (
            event.id,
            f"{bodies[event.recommendation]}: {event.words}",
            [
                *map(escape, (event.date, bodies[event.recommendation], event.event.replace("_", " "), event.words)),
                escape(tracked.source(event.source)) + _noted(event.note),
            ],
        )
        for event in tracked.trackers.events
        if event.recommendation in bodies
    ]


def _inquiry(row: Inquiry, tracked: Tracked, cards: Mapping[str, Card]) -> tuple[str, str, Sequence[str]]:
    days = ", ".join(f"{name} {day}" for name in ("announced", "opened", "reported") if (day := getattr(row, name)))
    plain = (row.id, row.name, row.place, row.kind, row.commissioned_by, days)
    cells = [*map(escape, plain), _figures(row.figures, cards), escape(tracked.source(row.source)), escape(row.note)]
    return row.id, f"{row.name}; {row.place}; {row.kind}", cells


def _statement(row: PublicStatement, tracked: Tracked, cards: Mapping[str, Card]) -> tuple[str, str, Sequence[str]]:
    silent = tracked.silent(row)
    number = f"not printed, {silent}" if silent else f"{row.number} {row.of_what}".strip()
    contested = ", ".join(f'<a href="claims.html#{escape(one)}">{escape(one)}</a>' for one in ids_of(row.contested))
    claim = escape(row.claim) + (f" (contested: {contested})" if contested else "") + _noted(row.note)
    later = f"{row.later_on or 'undated'}: {row.later} ({tracked.source(row.later_source)})" if row.later else ""
    plain = (row.id, row.date, row.speaker, row.occasion)
    rest = (_figures(row.figures, cards), escape(later), escape(tracked.source(row.source)))
    cells = [*map(escape, plain), claim, escape(number), escape(row.period), *rest]
    return row.id, f"{row.date}, {row.speaker}: {row.claim}; {number}", cells


def _field(row: RequestedField, tracked: Tracked, cards: Mapping[str, Card]) -> tuple[str, str, Sequence[str]]:
    published = published_of(row, tracked.figures)
    periods = f"{published.since} to {published.until}" if published.since else ""
    place = f"field-{tracked.trackers.fields.index(row) + 1}"
    told = (_listed(map(escape, published.completeness)), _figures(row.filled_by, cards), escape(row.note))
    cells = [escape(row.field), escape(row.asked_by), row.filled, periods, *told, escape(tracked.source(row.source))]
    return place, f"{row.field}; asked by {row.asked_by}; filled: {row.filled}", cells


def _figures(cell: str, cards: Mapping[str, Card]) -> str:
    return links_to(ids_of(cell), cards)


def _listed(lines: Iterable[str]) -> str:
    found = list(lines)
    return f"<ul>{''.join(f'<li>{line}</li>' for line in found)}</ul>" if found else ""


def _noted(note: str) -> str:
    return f"; {escape(note)}" if note else ""
