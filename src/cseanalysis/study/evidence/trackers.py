"""The study's trackers, from ``data/raw``: recommendations, inquiries, statements and requested fields, in lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cseanalysis.register import Figure
from cseanalysis.register.search import Entry, nothing_found, search
from cseanalysis.register.trackers import (
    TABLES,
    Inquiry,
    PublicStatement,
    Recommendation,
    RecommendationEvent,
    RequestedField,
    Trackers,
    ids_of,
    make_trackers,
    published_of,
)
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.judgement import contested_claims
from cseanalysis.study.data.project import find_project, load_sources, raw_file, read_to
from cseanalysis.study.lookup import known_for, not_printed

_OF_ALL = " (of all)"
NAMES = ("recommendations", "inquiries", "statements", "fields")
_WORDS = {
    "recommendations": "recommendations",
    "inquiries": "inquiries",
    "statements": "statements",
    "fields": "fields",
}


@dataclass(frozen=True, slots=True)
class Tracked:
    """The trackers with what is needed to print them."""

    trackers: Trackers
    figures: Mapping[str, Figure]
    publications: Mapping[str, Mapping[str, Any]]
    hidden: Mapping[str, str]
    read_to: str

    def lines(self, name: str, query: str = "") -> list[str]:
        """Return a tracker in plain lines, every one with its source and date; of a query, the rows that answer it."""
        blocks = {key: block for key, (_, block) in self._found(name, query).items()}
        held = len(self._rows(name))
        if not blocks:
            return [nothing_found(self._search(name, query), held, name)]
        lines = [line for block in blocks.values() for line in block]
        return [*lines, f"{len(blocks)} of {held} {name}, as far as sources were read up to {self.read_to}"]

    def as_json(self, name: str, query: str = "") -> str:
        """Return the same rows for programs, with their events and sources."""
        rows = []
        for row, _ in self._found(name, query).values():
            told = asdict(row)
            if isinstance(row, Recommendation):
                told["events"] = [asdict(event) for event in self._events(row)]
            if isinstance(row, PublicStatement) and self.silent(row):
                told["number"] = None
            if isinstance(row, RequestedField):
                published = published_of(row, self.figures)
                told |= {"since": published.since, "until": published.until, "completeness": published.completeness}
            rows.append(told)
        cited = {key for row in rows for told in (row, *row.get("events", ())) for key in _cited(told)}
        sources = {key: self.publications[key] for key in sorted(cited)}
        told_of = {"tracker": name, "query": query, "read_to": self.read_to, "rows": rows, "sources": sources}
        return json.dumps(told_of, indent=2, ensure_ascii=False)

    def _rows(self, name: str) -> dict[str, Any]:
        rows = getattr(self.trackers, name)
        return {_key(row): row for row in rows}

    def _search(self, name: str, query: str) -> Any:
        # What is said of all recommendations of a body finds none of them.
        texts = {
            key: " ".join(line for line in self._block(row) if _OF_ALL not in line)
            for key, row in self._rows(name).items()
        }
        return search(query, [Entry(key, ((1, f"{key} {text}"),)) for key, text in texts.items()])

    def _found(self, name: str, query: str) -> dict[str, tuple[Any, list[str]]]:
        rows = self._rows(name)
        one = query.strip().casefold()
        ids = {key for key in rows if key.casefold() == one} or {*(self._search(name, query).ids if one else rows)}
        return {key: (row, self._block(row)) for key, row in rows.items() if key in ids}

    def _block(self, row: Any) -> list[str]:
        if isinstance(row, Recommendation):
            return self._recommendation(row)
        if isinstance(row, Inquiry):
            return self._inquiry(row)
        return self._statement(row) if isinstance(row, PublicStatement) else self._field(row)

    def _events(self, row: Recommendation) -> Iterable[RecommendationEvent]:
        return (event for event in self.trackers.events if event.recommendation in (row.id, row.of))

    def _recommendation(self, row: Recommendation) -> list[str]:
        words = "its text was not seen" if row.seen == "no" else row.words
        asked = "" if row.seen == "no" else f"; asked of {row.addressee}"
        due = f"; due {row.due}" if row.due else ""
        lines = [f"{row.id}  {row.published}  {words}{asked}{due} ({row.body}; {self.source(row.source)})"]
        for event in self._events(row):
            of_all = _OF_ALL if event.recommendation == row.of else ""
            said = f"  {event.date}  {event.event.replace('_', ' ')}{of_all}: {event.words}"
            lines.append(f"{said} ({self.source(event.source)}){_noted(event.note)}")
        return [*lines, *([f"  note: {row.note}"] if row.note else [])]

    def _inquiry(self, row: Inquiry) -> list[str]:
        days = [f"{name} {day}" for name in ("announced", "opened", "reported") if (day := getattr(row, name))]
        lines = [f"{row.id}  {row.name}; {row.place}; {row.kind}; for {row.commissioned_by}"]
        lines.append(f"  {', '.join(days)} ({self.source(row.source)}){_noted(row.note)}")
        return [*lines, *self._figure_lines(row.figures)]

    def _statement(self, row: PublicStatement) -> list[str]:
        silent = self.silent(row)
        number = f"number not printed, {silent}" if silent else f"{row.number} {row.of_what}".strip()
        about = f"; {row.period}" if row.period else ""
        lines = [
            f"{row.id}  {row.date}  {row.speaker}, {row.occasion}: {row.claim}{': ' * bool(number)}{number}{about}"
        ]
        lines[0] += f" ({self.source(row.source)}){_noted(row.note)}"
        if row.contested:
            lines.append(f"  contested: {', '.join(ids_of(row.contested))}, see `cseanalysis figures`")
        if row.later:
            lines.append(f"  later, {row.later_on or 'undated'}: {row.later} ({self.source(row.later_source)})")
        return [*lines, *self._figure_lines(row.figures)]

    def _field(self, row: RequestedField) -> list[str]:
        published = published_of(row, self.figures)
        lines = [f"{row.field}; asked by {row.asked_by} ({self.source(row.source)})"]
        if row.filled == "no":
            lines.append(f"  filled by no figure of the register{_noted(row.note)}")
            return lines
        of = f"of periods from {published.since} to {published.until}" if published.since else "of no known period"
        lines += [f"  filled: {row.filled}, {of}{_noted(row.note)}", *self._figure_lines(row.filled_by)]
        return [*lines, *(f"    completeness, {it}" for it in published.completeness)]

    def _figure_lines(self, cell: str) -> list[str]:
        """Return a line for each figure, with its number where it is printed."""
        lines = []
        for name in ids_of(cell):
            figure, why = self.figures[name], self.hidden.get(name)
            number = f"not printed, {why}" if why else figure.published
            known = "" if why else known_for(figure, self.figures, self.hidden)
            lines.append(f"    {name} {number}: {figure.statement}{known} ({self.source(figure.source)})")
        return lines

    def silent(self, row: PublicStatement) -> str:
        """Say why the number of a statement is not printed, where it rests on one that is not."""
        return next((self.hidden[name] for name in ids_of(row.figures) if name in self.hidden), "")

    def source(self, key: str) -> str:
        """Return a source in words: who published it, when, its key and tier."""
        source = self.publications[key]
        return f"{source['publisher']}, {source['published'] or 'undated'}, {key}, tier {source['tier']}"


def load_trackers(root: Path | str | None = None) -> Tracked:
    """Return the study's trackers, checked against its sources, figures and contested claims."""
    project = find_project(root)
    figures, publications = load_figures(project.root), load_sources(project)["publications"]
    tables = {}
    for name in TABLES:
        with raw_file(project, f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            tables[name] = list(csv.DictReader(stream, strict=True))
    contested = {claim.id for claim in contested_claims(project.root)}
    trackers = make_trackers(tables, sources=publications.keys(), figures=figures, contested=contested)
    return Tracked(trackers, figures, publications, not_printed(project.root, figures), read_to(project).isoformat())


def overview(tracked: Tracked) -> list[str]:
    """Return a line for each tracker: how many rows, and of which days."""
    trackers = tracked.trackers
    days = {
        "recommendations": [event.date for event in trackers.events],
        "inquiries": [day for row in trackers.inquiries for day in (row.announced, row.opened, row.reported) if day],
        "statements": [row.date for row in trackers.statements],
    }
    lines = []
    for name in NAMES:
        of = f", {min(days[name])} to {max(days[name])}" if name in days else ""
        lines.append(f"{name:<16}{len(getattr(trackers, name)):>4} rows{of}")
    return [*lines, "cseanalysis tracker NAME [words] prints one with sources and days; --json for programs"]


def _key(row: Any) -> str:
    return f"{row.field}; {row.asked_by}" if isinstance(row, RequestedField) else str(row.id)


def _cited(told: Mapping[str, Any]) -> Iterable[str]:
    return (told[name] for name in ("source", "later_source") if told.get(name))


def _noted(note: str) -> str:
    return f"; {note}" if note else ""
