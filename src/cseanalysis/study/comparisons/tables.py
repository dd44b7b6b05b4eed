"""What the tables of the chapter on comparisons print: heading, fields and format of each column."""

from __future__ import annotations

import re

from cseanalysis.study.tables import Column


def _side(name: str) -> tuple[str, ...]:
    return (f"{name}_printed", name, f"{name}_statement", f"{name}_publisher", f"{name}_published")


def _printed(published: str, figure: str, statement: str, publisher: str, day: str) -> str:
    return f"{published} ({figure}): {statement}. {publisher}, {day}"


def _without_brackets(text: str) -> str:
    return re.sub(r" \([^()]*(?:\([^()]*\)[^()]*)*\)", "", text)


RECONCILED = (Column("Table", "title"), Column("Printed", "printed"), Column("What follows", "follows"))
EXPLAINED = (
    Column("About", "about"),
    Column("Figures", "figures"),
    Column("What follows from the printed numbers", "finding"),
)
DISPUTED = (
    Column("Published first", _side("first"), _printed),
    Column("Published after", _side("second"), _printed),
    Column("What differs", "differs", _without_brackets),
)
LINEAGE = (
    Column("Figure", "figure"),
    Column("Role", "role"),
    Column("Published", "published"),
    Column("Publisher", "publisher"),
    Column("As printed", "printed"),
    Column("What it says otherwise", "drift"),
)
