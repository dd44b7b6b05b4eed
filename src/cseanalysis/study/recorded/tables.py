"""The tables of chapter 1 as they are printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from cseanalysis.register import Figure
from cseanalysis.register.sentences import period_words
from cseanalysis.study.recorded.numbers import PublishedShare, QuotedCount
from cseanalysis.study.tables import Column, in_words

YEARS = (
    Column("Financial year", "financial_year"),
    Column("Quarters", "quarters"),
    Column("Child-only codes", "child_only"),
    Column("Code 23, familial", "familial"),
    Column("Code 86, mostly images", "image"),
    Column("British Transport Police, all codes", "british_transport_police"),
)
_READ_IN = {"A": "its own text", "B": "its maker's text", "C": "the press", "D": "a copy"}


def _with_year(figure: Figure | None) -> str:
    return "not found" if figure is None else f"{figure.published} ({_READ_IN[figure.tier]})"


_QUOTED = (
    Column("Offences", "words"),
    Column("Counted, 2024 (read in)", "newest", _with_year),
    Column("Quoted, of 2023", "quoted", lambda figure: figure.published),
    Column("Counted, 2023 (read in)", "counted", _with_year),
    Column("Figures", ("newest", "quoted", "counted"), lambda *all_: ", ".join(one.id for one in all_ if one)),
)
_SHARES = (
    Column("What", "figure", lambda figure: figure.statement),
    Column("Printed", "figure", lambda figure: figure.published),
    Column("Of", "figure", lambda figure: figure.base or "a count"),
    Column("Year", "figure", period_words),
    Column("Read in", "figure", lambda figure: f"{_READ_IN[figure.tier]} ({figure.id})"),
)


def quoted_and_counted(figures: Mapping[str, Figure], rows: Iterable[QuotedCount]) -> pd.DataFrame:
    """Set the headline figures as quoted beside the counts they stand for."""
    listed = [
        {"words": row.words}
        | {name: figures[one] if (one := getattr(row, name)) else None for name in ("newest", "quoted", "counted")}
        for row in rows
    ]
    return in_words(listed, _QUOTED)


def shares_in_words(figures: Mapping[str, Figure], rows: Iterable[PublishedShare]) -> pd.DataFrame:
    """Set the published shares of victims, suspects and offences one below the other, each with its own base."""
    return in_words([{"figure": figures[row.figure]} for row in rows], _SHARES)
