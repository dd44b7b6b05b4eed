"""Outcomes of recorded offences: one row a force, quarter, code and outcome type, one year in each release."""

from __future__ import annotations

import warnings

import pandas as pd

from cseanalysis import clean  # loads what a function needs when it is called
from cseanalysis.study.data.series.described import KEY, QUARTER, SHOWN, Series, plain_words, police_rows, refuse, span

# The two counts of a row, in words; one is never a share of the other.
BASES = {
    "of_recorded": "outcomes of the offences recorded in the quarter",
    "assigned": "outcomes assigned in the quarter, whenever recorded",
}
_PUBLISHED = {
    "of_recorded": ("Outcomes (recorded basis)", "recorded_flag"),
    "assigned": ("Outcomes (closed basis)", "closed_flag"),
}
_ROW = [*KEY, "offence_code", "outcome_type"]
_NOT_ASSIGNED = "0"


def _arrange(frame: pd.DataFrame, codes: list[str]) -> pd.DataFrame:
    described = ["Outcome Type", "Outcome Description"]
    rows = police_rows(frame, codes, [*described, *(name for pair in _PUBLISHED.values() for name in pair)])
    rows["outcome_type"] = _types(rows[described])
    refuse(rows, rows.duplicated(_ROW, keep=False), "that stand more than once", _ROW)
    for name, (count, flag) in _PUBLISHED.items():
        empty = rows[count].isna() & (rows[flag] == "empty")
        refuse(rows, empty, f"in the column {count!r} are empty and not marked as missing, which is not zero", _ROW)
        rows[name] = rows[count].astype("Int64")
    open_yet = rows["outcome_type"] == _NOT_ASSIGNED
    nought = (rows["of_recorded"] == 0).fillna(value=False) & ((rows["assigned"] == 0).fillna(value=False) | open_yet)
    _check_whole(rows, nought)
    if nought.all():
        raise ValueError("the file holds nothing but noughts under the codes of the series; get it from its publisher")
    table = rows.loc[~nought, [*_ROW, *BASES]].sort_values(_ROW, kind="stable", ignore_index=True)
    return table.assign(**{name: table[name].astype("string").fillna("") for name in BASES}).astype("str")


def _types(printed: pd.DataFrame) -> pd.Series:
    """Return the number of each outcome type; one that no rule covers could be in a sum twice or in none."""
    kinds = printed.astype("str").drop_duplicates(ignore_index=True)
    kinds = clean.harmonise_outcomes(kinds, on_unmapped="keep")
    if len(unknown := kinds[kinds["outcome_rule"].isna()]):
        names = sorted(
            f"{plain_words(kind)} ({plain_words(words)})"
            for kind, words in zip(unknown["Outcome Type"], unknown["Outcome Description"], strict=True)
        )
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        raise ValueError(
            f"the crosswalk of outcomes has no rule for the outcome types {', '.join(names[:SHOWN])}{more}, and nobody "
            "knows to which sum they belong: add a row for each to src/cseanalysis/clean/crosswalks/outcomes.csv, with "
            "its source"
        )
    _check_words(kinds)
    number = dict(zip(kinds["Outcome Type"], kinds["outcome_rule"].str.removeprefix("outcome:"), strict=True))
    return printed["Outcome Type"].astype("str").map(number)


def _check_words(kinds: pd.DataFrame) -> None:
    """Refuse a file in which the words of an outcome are those of another number: a column has slipped, or a code."""
    words = kinds[["Outcome Description", "outcome_rule", "Outcome Type"]].rename(columns={"outcome_rule": "numbered"})
    words = clean.harmonise_outcomes(words, outcome="Outcome Description", on_unmapped="keep")
    words = words[words["outcome_rule"].notna()]
    # Without its letter: 1A may have the words of 1.
    words["own"], words["other"] = (words[name].str.extract(r":(\d+)")[0] for name in ("numbered", "outcome_rule"))
    wrong = words[words["own"].notna() & words["other"].notna() & words["own"].ne(words["other"])]
    if len(wrong):
        said = sorted(
            f"{plain_words(row['Outcome Type'])} ({plain_words(row['Outcome Description'])}, which is {row['other']})"
            for row in wrong.to_dict("records")
        )
        raise ValueError(
            f"{len(said)} outcome types have the words of another one: {', '.join(said[:SHOWN])}; look whether a "
            "column of the file has slipped, and ask its publisher"
        )


def _check_whole(rows: pd.DataFrame, nought: pd.Series) -> None:
    """Refuse a file that prints noughts and yet lacks rows; of one that prints none it cannot be known."""
    if not nought.any():
        warnings.warn(
            "the file prints no row of noughts, so a row that it lacks is taken for one, and a lost row is not seen: "
            "hold its sums against a published total",
            UserWarning,
            stacklevel=2,
        )
        return
    kind = [*QUARTER, "offence_code", "outcome_type"]
    forces = rows[KEY].drop_duplicates()
    expected = rows[kind].drop_duplicates().merge(forces, on=QUARTER)
    found = expected.merge(rows[_ROW], on=_ROW, how="left", indicator="there")
    refuse(found, found["there"] == "left_only", "that the file leaves out; missing is not zero", _ROW)


def whole_counts(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a release with its counts as whole numbers; an empty one is missing, and may not be anything else."""
    for column in BASES:
        if (bad := ~table[column].str.fullmatch(r"(?:-?\d+)?")).any():
            raise ValueError(
                f"{name}: {int(bad.sum())} cells of {column} are not whole numbers "
                f"({', '.join(map(repr, table.loc[bad, column].unique()[:SHOWN]))}); mend the raw table"
            )
    numbers = {column: pd.to_numeric(table[column].where(table[column] != "")).astype("Int64") for column in BASES}
    return table.assign(**numbers)


def harmonise_release(table: pd.DataFrame) -> pd.DataFrame:
    """Add what the labels of a release mean."""
    table = clean.harmonise_offences(table, code="offence_code", period="financial_year", quarter="quarter")
    table = clean.harmonise_forces(table, force="force_name")
    table = clean.harmonise_periods(table, period="financial_year", quarter="quarter")
    table = clean.harmonise_outcomes(table, outcome="outcome_type")
    text = ["force", "force_code", "force_type", "offence_category", "offence_scope", "outcome_group"]
    table = table.astype(dict.fromkeys(text, "str"))
    return table.assign(force_code=table["force_code"].where(table["force_code"] != "nan", ""))


def _counts(table: pd.DataFrame) -> pd.DataFrame:
    known = harmonise_release(whole_counts(table, "the release"))
    names = [*QUARTER, "force", "force_type", "offence_code", "offence_scope", "outcome_type", "outcome_group"]
    long = known.melt(names, list(BASES), "basis", "count")
    long = long[(long["outcome_type"] != _NOT_ASSIGNED) | (long["basis"] == "of_recorded")]
    long["basis"] = long["basis"].map(BASES)
    # Types that another type counts already are in no sum.
    long["sum_of"] = long["basis"].mask(long["outcome_group"].str.startswith("subset_of_"))
    return long.reset_index(drop=True)


def _caveats(table: pd.DataFrame) -> list[str]:
    open_yet = table["outcome_type"] == _NOT_ASSIGNED
    below = sum(int(table[column].str.startswith("-").sum()) for column in BASES)
    missing = int((table["of_recorded"] == "").sum() + (table.loc[~open_yet, "assigned"] == "").sum())
    return [
        "Counts are outcomes of offences, not victims and not suspects, on two bases: of_recorded has the outcomes so "
        "far of the offences recorded in the quarter, assigned those given in the quarter whenever the offence was "
        "recorded. One is never a share of the other.",
        "How many offences have an outcome depends on how old the quarter was when the release was made, so shares "
        "of two years or two releases are no trend.",
        "Type 0 is what was not yet assigned: no outcome, a residual and not a count of open cases; it has no second "
        "count. The first counts of all types add up to the offences recorded.",
        f"Rows are {span(table)}; a row whose counts are noughts is left out.",
        f"An empty cell is a count that is not there, never nought; there are {missing} besides those of type 0.",
        f"{below} counts are below zero because transfers and cancellations are netted off; they are kept and must not "
        "be clipped.",
        "What recorded_offences.csv says of its codes holds here too.",
        "The financial year, quarter, force, outcome type and counts are the publisher's; the choice of codes is ours.",
    ]


OUTCOMES = Series(
    layout="home-office-outcomes",
    stem="outcomes",
    key="ho_prc_outcomes",
    title="Police recorded crime outcomes open data",
    reader="read_outcomes",
    yearly=True,
    row=tuple(_ROW),
    count=("offence_code", "outcome_type", "basis"),
    summed=("offence_scope", "sum_of"),
    noughts=False,
    arrange=_arrange,
    counts=_counts,
    caveats=_caveats,
)
