"""All published figures as one table that can be searched and filtered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING

from cseanalysis.report.annexes import TIERS
from cseanalysis.report.html.cards import FIGURES, link_to

if TYPE_CHECKING:
    from cseanalysis.lineage import Card

_COLUMNS = ("Figure", "What it counts", "As printed", "Unit", "Where and when", "Source", "Tier")


def register_page(cards: Mapping[str, Card]) -> str:
    """Return what is inside the page of all figures: a form that a script brings to life, and a table without any."""
    held = [card for card in cards.values() if card.kind == "figure"]
    tiers = [tier for tier in TIERS if any(_tier(card) == tier for card in held)]
    units = sorted({card.unit for card in held})
    choices = (
        _choice("tier", "How close the source stands", ((tier, f"{tier}: {TIERS[tier]}") for tier in tiers)),
        _choice("unit", "Unit", ((unit, unit) for unit in units)),
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in _COLUMNS)
    rows = "\n".join(_row(card, cards) for card in held)
    return (
        f"<h1>{FIGURES.title}</h1>\n<p>Figures that count different things stand side by side here; that does not make "
        'them comparable. Each id leads to its card. <a href="cards.csv" download>All cards as CSV</a></p>\n'
        '<form id="filter" hidden><label for="words">Words or numbers</label>'
        f'<input id="words" type="search" autocomplete="off">{"".join(choices)}</form>\n'
        f'<p id="found" role="status">{len(held)} figures</p>\n'
        '<div class="scroll" role="region" tabindex="0" aria-label="Table of all figures"><table id="register">'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>\n"
    )


def _choice(name: str, label: str, options: Iterable[tuple[str, str]]) -> str:
    listed = "".join(f'<option value="{escape(value)}">{escape(words)}</option>' for value, words in options)
    return f'<label for="{name}">{label}</label><select id="{name}"><option value="">any</option>{listed}</select>'


def _row(card: Card, cards: Mapping[str, Card]) -> str:
    source = card.sources[0].publisher if card.sources else ""
    cells = (card.title, card.says, card.unit, card.as_of, source, _tier(card))
    shown = "".join(f"<td>{escape(words)}</td>" for words in cells)
    return f'<tr id="{escape(card.id)}"><th scope="row">{link_to(card.id, cards)}</th>{shown}</tr>'


def _tier(card: Card) -> str:
    return card.sources[0].tier if card.sources else ""
