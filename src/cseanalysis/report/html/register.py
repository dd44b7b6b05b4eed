"""Tables that can be searched and filtered: all published figures, and the newest counts of every force."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from cseanalysis.report.annexes import TIERS
from cseanalysis.report.html.cards import FIGURES, link_to
from cseanalysis.report.html.shell import Entry
from cseanalysis.study.recorded.forces import MISSING, NOT_APPLICABLE

if TYPE_CHECKING:
    import pandas as pd

    from cseanalysis.lineage import Card

FORCES = Entry("forces", "My force: the newest counts")
_COUNTS = {
    "force": "Force",
    "counted": "Counted",
    "number": "Number",
    "what": "What it counts",
    "period": "When",
    "counting_rule": "By which rule",
    "figure": "Figure",
    "remark": "Remark",
}
_NUMBER, _FIGURE, _REMARK = (list(_COUNTS).index(name) for name in ("number", "figure", "remark"))
_ID = re.compile(r"\bF\d{3,}\b")
_COLUMNS = ("Figure", "What it counts", "As printed", "Unit", "Where and when", "Source", "Tier")


def register_page(cards: Mapping[str, Card]) -> str:
    """Return what is inside the page of all figures: a form that a script brings to life, and a table without any."""
    held = [card for card in cards.values() if card.kind == "figure"]
    tiers = [tier for tier in TIERS if any(_tier(card) == tier for card in held)]
    units = sorted({card.unit for card in held})
    choices = {
        "Tier": ("How close the source stands", [(tier, f"{tier}: {TIERS[tier]}") for tier in tiers]),
        "Unit": ("Unit", [(unit, unit) for unit in units]),
    }
    rows = [_row(card, cards) for card in held]
    return (
        f"<h1>{FIGURES.title}</h1>\n<p>Figures that count different things stand side by side here; that does not make "
        'them comparable. Each id leads to its card. <a href="cards.csv" download>All cards as CSV</a></p>\n'
        f"{filtered_table(_COLUMNS, choices, rows, 'figures')}"
    )


def forces_page(counts: pd.DataFrame, cards: Mapping[str, Card]) -> str:
    """Return what is inside the page of the newest counts of every force, in the order of the alphabet."""
    lines = [[str(cell) for cell in row] for row in counts[list(_COUNTS)].itertuples(index=False, name=None)]
    choices = {
        heading: (words, [(one, one) for one in dict.fromkeys(row[place] for row in lines)])
        for place, (words, heading) in enumerate((("Force", "Force"), ("What is counted", "Counted")))
    }
    rows = [_force_row(row, cards) for row in lines]
    return (
        f"<h1>{FORCES.title}</h1>\n<p>The newest arrests, suspects, charges, convictions and recorded offences "
        "found of each force, each with its period and rule; or until when it was searched. Counts of different "
        "things, rules or periods cannot be compared or divided: charges of a year are of offences recorded in any "
        "year, so they are no share of those recorded in another. A remark names counts that the register has by other "
        "rules: all sexual offences against children, say, are more than those under the child-only codes. Nor can "
        "forces be compared: one that records more may listen more."
        ' There are no rates and there is no ranking. <a href="tables/forces.csv" download>CSV</a></p>\n'
        f'<div class="cards">\n{filtered_table(tuple(_COUNTS.values()), choices, rows, "rows")}</div>\n'
    )


def filtered_table(
    columns: Sequence[str],
    choices: Mapping[str, tuple[str, Iterable[tuple[str, str]]]],
    rows: Sequence[str],
    noun: str,
    *,
    prefix: str = "",
) -> str:
    """Return a form that a script brings to life, and a table that needs none.

    ``choices`` gives by heading of a column what it is asked and what it may hold; ``prefix`` begins the ids of a table
    that is not alone on its page.
    """
    head = "".join(f'<th scope="col">{name}</th>' for name in columns)
    body = "\n".join(rows)
    asked = "".join(_choice(label, column, options, prefix) for column, (label, options) in choices.items())
    return (
        f'<form class="filter" hidden><label for="{prefix}words">Words or numbers</label>'
        f'<input id="{prefix}words" type="search" autocomplete="off">{asked}'
        f'<p role="status" data-noun="{noun}">{len(rows)} {noun}</p></form>\n'
        f'<div class="scroll" role="region" tabindex="0" aria-label="Table of all {noun}"><table id="{prefix}register">'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>\n"
    )


def _choice(label: str, column: str, options: Iterable[tuple[str, str]], prefix: str) -> str:
    """Return a choice of what a column must hold; the column is found by its heading."""
    listed = "".join(f'<option value="{escape(value)}">{escape(words)}</option>' for value, words in options)
    name = f"{prefix}choice-{column.lower().replace(' ', '-')}"
    return (
        f'<label for="{name}">{label}</label><select id="{name}" data-column="{column}">'
        f'<option value="">any</option>{listed}</select>'
    )


def _force_row(row: Sequence[str], cards: Mapping[str, Card]) -> str:
    gap = row[_NUMBER] == MISSING
    cells = ["" if cell in {MISSING, NOT_APPLICABLE} else escape(cell) for cell in row]
    cells[_FIGURE] = link_to(row[_FIGURE], cards) if row[_FIGURE] in cards else cells[_FIGURE]
    cells[_NUMBER] = "none found" if gap else f"{int(row[_NUMBER]):,}" if row[_NUMBER].isdigit() else cells[_NUMBER]
    cells[_REMARK] = _ID.sub(lambda found: link_to(found[0], cards) if found[0] in cards else found[0], cells[_REMARK])
    told = zip(list(_COUNTS.values())[1:], cells[1:], strict=True)
    # Where a screen is narrow a row is a card, and each cell says what it holds.
    inside = "".join(f'<td data-heading="{heading}">{cell}</td>' for heading, cell in told)
    return f'<tr><th scope="row">{cells[0]}</th>{inside}</tr>'


def _row(card: Card, cards: Mapping[str, Card]) -> str:
    source = card.sources[0].publisher if card.sources else ""
    cells = (card.title, card.says, card.unit, card.as_of, source, _tier(card))
    shown = "".join(f"<td>{escape(words)}</td>" for words in cells)
    return f'<tr id="{escape(card.id)}"><th scope="row">{link_to(card.id, cards)}</th>{shown}</tr>'


def _tier(card: Card) -> str:
    return card.sources[0].tier if card.sources else ""
