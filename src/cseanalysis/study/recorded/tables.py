"""The tables of chapter 1 as they are printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from cseanalysis.register import Figure
from cseanalysis.study.recorded.numbers import QuotedCount
from cseanalysis.study.tables import Column, in_words

YEARS = (
    Column("Financial year", "financial_year"),
    Column("Quarters", "quarters"),
    Column("Child-only codes", "child_only"),
    Column("Code 23, familial", "familial"),
    Column("Code 86, mostly images", "image"),
    Column("British Transport Police, all codes", "british_transport_police"),
)
_QUOTED = (
    Column("Offences, calendar year 2023", "words"),
    Column("As quoted", "quoted", lambda figure: figure.published),
    Column("As counted", "counted", lambda figure: figure.published if figure else "not found"),
    Column("Figures", ("quoted", "counted"), lambda *both: ", ".join(figure.id for figure in both if figure)),
)


def quoted_and_counted(figures: Mapping[str, Figure], rows: Iterable[QuotedCount]) -> pd.DataFrame:
    """Set the headline figures as quoted beside the counts they stand for."""
    listed = [
        {"words": row.words, "quoted": figures[row.quoted], "counted": figures[row.counted] if row.counted else None}
        for row in rows
    ]
    return in_words(listed, _QUOTED)
