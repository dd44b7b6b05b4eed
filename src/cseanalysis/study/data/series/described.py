"""What describes a series of releases, and what its published rows have in common with those of another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from cseanalysis import clean  # loads what a function needs when it is called

QUARTER = ["financial_year", "quarter"]
KEY = [*QUARTER, "force_name"]
SHOWN = 5
_WORDS = 80  # characters of a file's own words that are shown
# Bodies without an area and totals have no row in the study's tables.
_POLICE = ("territorial", "non_territorial")


@dataclass(frozen=True, slots=True)
class Series:
    """A table that is published again and again, and how the study keeps its releases."""

    layout: str  # of its published files, as ``add`` takes it
    stem: str  # with which the study's files of it begin
    key: str  # with which the keys of its publications begin
    title: str  # of a release, before its years or its day
    reader: str  # what reads its published files, by name: reading needs packages that the study's figures do not
    yearly: bool  # whether a release holds one year rather than all: then a day has several
    row: tuple[str, ...]  # the columns that name a row of the study's files
    count: tuple[str, ...]  # what names a count, besides quarter and force
    summed: tuple[str, ...]  # by what the counts of a year are added up where they are shown
    noughts: bool  # whether the study's files hold rows of nothing but noughts
    # From published rows of the codes given to the study's file, as text.
    arrange: Callable[[pd.DataFrame, list[str]], pd.DataFrame]
    # From the study's file to one row a count: quarter, ``force``, ``force_type``, ``count`` and what the fields name.
    counts: Callable[[pd.DataFrame], pd.DataFrame]
    caveats: Callable[[pd.DataFrame], list[str]]  # what a release of it cannot tell


def police_rows(frame: pd.DataFrame, codes: list[str], columns: list[str]) -> pd.DataFrame:
    """Return the published rows of police forces under the codes, named as the study names them, with ``columns``."""
    chosen = frame[frame["Offence Code"].isin(codes)]
    chosen = chosen[["Financial Year", "Financial Quarter", "Force Name", "Offence Code", *columns]]
    if absent := sorted(set(codes) - set(chosen["Offence Code"].astype("str"))):
        raise ValueError(f"the file has no row of the codes {', '.join(absent)}; the series needs them all")
    chosen = clean.harmonise_forces(chosen.reset_index(drop=True))
    chosen = clean.harmonise_periods(chosen, quarter="Financial Quarter")
    chosen = chosen[chosen["force_type"].isin(_POLICE)]
    if chosen.empty:
        raise ValueError(
            f"the file has no row of a police force under the codes {', '.join(codes[:SHOWN])} and the like; give the "
            "table by force"
        )
    start = chosen["period_start"].dt
    first = start.year - (start.month < 4)
    rows = pd.DataFrame(
        {
            "financial_year": first.astype("str") + "/" + ((first + 1) % 100).astype("str").str.zfill(2),
            "quarter": ((start.month - 4) // 3 % 4 + 1).astype("str"),
            "force_name": chosen["Force Name"].astype("str").str.strip(),
            "offence_code": chosen["Offence Code"].astype("str"),
        }
    )
    _check_names(rows.assign(force=chosen["force"].astype("str")))
    return rows.join(chosen[columns]).reset_index(drop=True)


def _check_names(rows: pd.DataFrame) -> None:
    """Refuse a force that stands under two names in one quarter: its counts would be added up twice."""
    names = rows[[*KEY, "force"]].drop_duplicates()
    if (twice := names.duplicated([*QUARTER, "force"], keep=False)).any():
        both = names[twice].groupby("force")["force_name"].unique()
        raise ValueError(
            f"{len(both)} forces stand under two names in one quarter, so their counts would be taken twice: "
            f"{'; '.join(' and '.join(map(repr, map(plain_words, map(str, pair)))) for pair in both[:SHOWN])}; keep "
            "one row of each"
        )


def refuse(rows: pd.DataFrame, bad: pd.Series, what: str, named: list[str]) -> None:
    """Refuse a file for the counts in bad rows, of which the first are named."""
    if bad.any():
        shown = rows.loc[bad, named].head(SHOWN).agg(" / ".join, axis=1)
        raise ValueError(f"{int(bad.sum()):,} counts {what}: {'; '.join(shown)}")


def plain_words(text: str) -> str:
    """Take from a file's own words what could act on a terminal or flood it."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return plain if len(plain) <= _WORDS else f"{plain[: _WORDS - 1]}…"


def span(table: pd.DataFrame) -> str:
    """Say how many forces a release holds, and from which quarter to which."""
    held = quarters(table)
    return f"{table['force_name'].nunique()} police forces, {said(min(held))} to {said(max(held))}"


def said(quarter: tuple[str, str]) -> str:
    """Name a quarter."""
    return f"{quarter[0]} quarter {quarter[1]}"


def quarters(table: pd.DataFrame) -> set[tuple[str, str]]:
    """Return the quarters of a table."""
    return set(zip(table["financial_year"], table["quarter"], strict=True))
