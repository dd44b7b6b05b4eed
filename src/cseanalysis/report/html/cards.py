"""The card of every number: what it rests on down to the raw row, at an address that stays."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from cseanalysis.export.markup import bibtex_text, web_address
from cseanalysis.lineage import NOT_FROZEN
from cseanalysis.report.annexes import TIERS
from cseanalysis.report.html.shell import Entry, Page, standing

if TYPE_CHECKING:
    from cseanalysis.lineage import Card, RawRow, Source
    from cseanalysis.report.pdf.typeset import TitlePage

NUMBERS = Entry("numbers", "All numbers of this report")
ASSUMPTIONS = Entry("assumptions", "Assumptions, and what moves with them")
FIGURES = Entry("figures", "All published figures")
_ABOUT = {
    "numbers": "Every number that the report works out: from what, by which assumptions, and where it is printed.",
    "assumptions": "Every number that can be argued with: the range, why it is defended, and where it is used.",
}
_FIGURE = re.compile(r"F(\d*?)\d\d")
_REGISTER = "data/raw/figures.csv"
_FIELDS = ("id", "kind", "title", "says", "unit", "about", "inputs", "assumptions", "leading", "raw", "note", "page")


def page_of_card(card: Card) -> str:
    """Return the page of a card, which follows from its kind and id alone; of figures there is one a hundred."""
    if card.kind == "result":
        return NUMBERS.name
    found = _FIGURE.fullmatch(card.id)
    hundred = (found[1] if found else "").lstrip("0") or "0"
    return ASSUMPTIONS.name if card.kind == "assumption" else f"{FIGURES.name}-{hundred}"


def card_pages(
    cards: Mapping[str, Card], meta: TitlePage, entries: Iterable[Entry], above: Mapping[str, Page]
) -> Iterator[Page]:
    """Yield every page of cards, after what stands ``above`` them; in pages among ``entries`` numbers are printed."""
    known = {entry.name: entry for entry in entries}
    pages: dict[str, list[Card]] = {NUMBERS.name: [], ASSUMPTIONS.name: []}
    for card in cards.values():
        pages.setdefault(page_of_card(card), []).append(card)
    fixed = {entry.name: entry for entry in (NUMBERS, ASSUMPTIONS)}
    for name, held in pages.items():
        entry = fixed.get(name) or Entry(name, f"Published figures {held[0].id} to {held[-1].id}")
        about = _ABOUT.get(name, "Each as its publisher prints it. That two stand here does not make them comparable.")
        shown = "\n".join(_card(card, cards, meta, known) for card in held)
        first = above.get(name, Page(entry, ""))
        inside = f"<h1>{escape(entry.title)}</h1>\n<p>{about}</p>\n{first.inside}{shown}\n"
        yield replace(first, entry=entry, inside=inside)


def cards_table(cards: Mapping[str, Card]) -> bytes:
    """Return all cards as CSV, one a row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_FIELDS)
    for card in cards.values():
        raw = "; ".join(_lines(row) for row in card.raw)
        given = (card.id, card.kind, card.title, card.says, card.unit, card.as_of, " ".join(card.inputs))
        writer.writerow(
            (*given, " ".join(card.assumptions), card.leading, raw, card.note, f"{page_of_card(card)}.html#{card.id}")
        )
    return out.getvalue().encode("utf-8")


def link_to(name: str, cards: Mapping[str, Card]) -> str:
    """Return an id as a link to its card, where it has one."""
    if name not in cards:
        return f"<code>{escape(name)}</code>"
    return f'<a href="{page_of_card(cards[name])}.html#{escape(name)}">{escape(name)}</a>'


def links_to(names: Iterable[str], cards: Mapping[str, Card]) -> str:
    """Return ids side by side, far enough apart for a thumb."""
    links = " ".join(link_to(name, cards) for name in names)
    return f'<span class="ids">{links}</span>' if links else ""


def _card(card: Card, cards: Mapping[str, Card], meta: TitlePage, chapters: Mapping[str, Entry]) -> str:
    facts = {
        "Unit": escape(card.unit),
        "About": escape(card.as_of),
        "Formula": _formula(card, cards),
        "With the numbers in it": "<br>".join(f"<code>{escape(line)}</code>" for line in card.worked),
        "Rests on": _listed(_named(name, cards) for name in card.inputs),
        "Assumptions": _listed(_named(name, cards) for name in card.assumptions),
        "What leads it": escape(card.leading),
        "Reason": escape(card.reason),
        "Note": escape(card.note),
        "Raw data": _listed(_row(row, short=card.kind == "result" and row.file == _REGISTER) for row in card.raw),
        "Source": _listed(map(_source, card.sources)),
        "Evidence read up to": escape(card.read_to),
        "Changed": _listed(
            f"{escape(_version(change.version, meta))}: from {escape(change.before)} to {escape(change.after)}"
            for change in card.changed_in
        ),
        "Named in the text of": _printed(card, chapters),
    }
    listed = "".join(f"<dt>{name}</dt><dd>{words}</dd>\n" for name, words in facts.items() if words)
    title = card.title[:1].upper() + card.title[1:]
    return (
        f'<section class="card" id="{escape(card.id)}">\n<h2>{escape(title)} <code>{escape(card.id)}</code></h2>\n'
        f'<p class="says">{escape(card.says)}</p>\n<dl class="card">\n{listed}</dl>\n{_copy(card, meta)}</section>'
    )


def _formula(card: Card, cards: Mapping[str, Card]) -> str:
    """Return a formula whose ids lead to their cards."""
    words = re.split(r"(\w+)", card.formula)
    return "".join(link_to(word, cards) if word in cards and word != card.id else escape(word) for word in words)


def _named(name: str, cards: Mapping[str, Card]) -> str:
    return (
        f"{link_to(name, cards)}: {escape(cards[name].title)}, {escape(cards[name].says)}"
        if name in cards
        else (f"<code>{escape(name)}</code>, a table")
    )


def _listed(lines: Iterable[str]) -> str:
    found = list(lines)
    return f"<ul>{''.join(f'<li>{line}</li>' for line in found)}</ul>" if len(found) > 1 else "".join(found)


def _lines(row: RawRow) -> str:
    return f"{row.file}, line {row.line}" if row.last == row.line else f"{row.file}, lines {row.line} to {row.last}"


def _row(row: RawRow, *, short: bool) -> str:
    if short:  # the row itself stands on the card of the figure, which "rests on" leads to
        return escape(_lines(row))
    first = "" if row.last == row.line else ", the first of them"
    return f'<span class="place">{escape(_lines(row))}{first}:</span> <code class="raw">{escape(row.text)}</code>'


def _source(source: Source) -> str:
    address = web_address(source.address)
    title = f"<cite>{escape(source.title)}</cite>"
    if re.match(r"https?://\S+$", address):
        title = f'<a href="{escape(address)}">{title}</a>'
    tier = f"tier {escape(source.tier)}" + (f", {TIERS[source.tier]}" if source.tier in TIERS else "")
    return f"{escape(source.publisher)}: {title}, {escape(source.date)}; {tier}"


def _printed(card: Card, chapters: Mapping[str, Entry]) -> str:
    places: dict[str, list[str]] = {}
    for place in card.printed_in:
        places.setdefault(place.chapter, []).append(place.cell)
    links = []
    for chapter, cells in places.items():
        page = chapter.partition("-")[2] or chapter
        found = chapters.get(page)
        title = f"{found.count} {found.title}".strip() if found else chapter
        link = f'<a href="{escape(page)}.html">{escape(title)}</a>' if found else escape(title)
        links.append(f"{link} (cell {escape(', '.join(cells))})")
    return "; ".join(links)


def _version(version: str, meta: TitlePage) -> str:
    return f"{meta.version}, this version" if version == NOT_FROZEN else version


def _copy(card: Card, meta: TitlePage) -> str:
    where = f"{page_of_card(card)}.html#{card.id}"
    own = [f"{one.publisher}. {one.title}. {one.date}. " for one in card.sources] if card.kind == "figure" else []
    text = f"{card.title}: {card.says} ({card.unit}). {''.join(own)}{meta.cite} {where}"
    row = io.StringIO()
    csv.writer(row, lineterminator="\n").writerow((card.id, card.title, card.says, card.unit, card.as_of))
    works = (
        f"@misc{{cseanalysis:{card.id},\n  author = {{{{{bibtex_text(', '.join(meta.authors) or 'Unnamed')}}}}},\n"
        f"  title = {{{{{bibtex_text(card.title)}}}}},\n  howpublished = {{{{{bibtex_text(meta.title)}}}}},\n"
        f"  year = {{{meta.edition.year}}},\n  note = {{{{{bibtex_text(standing(meta))}; {where}}}}}\n}}"
    )
    parts = {"Text": text, "CSV": row.getvalue().rstrip("\n"), "BibTeX": works}
    shown = "".join(f"<dt>{kind}</dt><dd><pre>{escape(words)}</pre></dd>" for kind, words in parts.items())
    return f'<details class="copy"><summary>Copy and cite</summary><dl>{shown}</dl></details>\n'
