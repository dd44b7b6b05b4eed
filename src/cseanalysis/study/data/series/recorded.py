"""Offences recorded by the police: one row a force and quarter, one column a code, every year in each release."""

from __future__ import annotations

import pandas as pd

from cseanalysis import clean  # loads what a function needs when it is called
from cseanalysis.study.data.series.described import KEY, Series, police_rows, refuse, span

_CODE = "code_"  # before each code in the name of its column


def release_codes(table: pd.DataFrame) -> list[str]:
    """Return the offence codes that a release has columns for."""
    return [column.removeprefix(_CODE) for column in table.columns if column.startswith(_CODE)]


def _arrange(frame: pd.DataFrame, codes: list[str]) -> pd.DataFrame:
    rows = police_rows(frame, codes, ["Number of Offences"])
    rows["code"] = _CODE + rows["offence_code"]
    rows["offences"] = pd.to_numeric(rows["Number of Offences"], errors="coerce")
    named = [*KEY, "code"]
    bad = rows["offences"].isna() | (rows["offences"] % 1 != 0)
    refuse(rows, bad, "without a whole number; missing is not zero", named)
    refuse(rows, rows.duplicated(named, keep=False), "that stand more than once", named)
    wide = rows.pivot(index=KEY, columns="code", values="offences")[[f"{_CODE}{code}" for code in codes]]
    if wide.isna().any(axis=None):
        gaps = wide.stack(future_stack=True)
        gaps = gaps[gaps.isna()].reset_index()
        everywhere = pd.Series(data=True, index=gaps.index)
        refuse(gaps, everywhere, "that the file leaves out; missing is not zero", named)
    wide = wide.astype("int64").astype("str").reset_index()
    wide.columns.name = None
    return wide.sort_values(KEY, kind="stable", ignore_index=True)


def _counts(table: pd.DataFrame) -> pd.DataFrame:
    codes = [f"{_CODE}{code}" for code in release_codes(table)]
    long = table.melt(KEY, codes, "offence_code", "count").astype({"count": "int64"})
    long["offence_code"] = long["offence_code"].str.removeprefix(_CODE)
    long = clean.harmonise_offences(long, code="offence_code", period="financial_year", quarter="quarter")
    text = ["force", "force_type", "offence_scope"]
    return clean.harmonise_forces(long, force="force_name").astype(dict.fromkeys(text, "str"))


def _caveats(table: pd.DataFrame) -> list[str]:
    counts = table[[f"{_CODE}{code}" for code in release_codes(table)]].astype("int64")
    below = int((counts < 0).sum().sum())
    return [
        "Counts are offences recorded by the police in the quarter, not offences committed in it, not victims and not "
        "suspects.",
        f"Rows are {span(table)}.",
        f"{below} quarterly counts are below zero because transfers and cancellations are netted off; they are kept "
        "and must not be clipped.",
        "What recorded_offences.csv says of its codes and of breaks in recording holds here too.",
        "The financial year, quarter, force and counts are the publisher's; the arrangement with one column per code "
        "is ours.",
    ]


RECORDED = Series(
    layout="home-office-recorded-crime",
    stem="recorded_offences",
    key="ho_prc_pfa",
    title="Police recorded crime open data: Police Force Area tables, year ending March 2013 onwards",
    reader="read_recorded_crime",
    yearly=False,
    row=tuple(KEY),
    count=("offence_code",),
    summed=("offence_scope",),
    noughts=True,
    arrange=_arrange,
    counts=_counts,
    caveats=_caveats,
)
