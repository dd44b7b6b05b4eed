"""Several releases of one table: the newest of each quarter, what a further one changes, and how counts moved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cseanalysis import clean  # loads what a function needs when it is called
from cseanalysis.study.data.codes import CODES
from cseanalysis.study.data.project import Project, load_sources, raw_file

KEY = ["financial_year", "quarter", "force_name"]
SHOWN = 5
SERIES = tuple(CODES)  # the groups of offences that the study follows
_QUARTER = KEY[:2]
_RELEASE = re.compile(r"recorded_offences(?:_\d{4}-\d{2}-\d{2})?\.csv")


@dataclass(frozen=True, slots=True)
class ReleaseChanges:
    """What a release does to the study's series."""

    name: str  # the file under ``data/raw``
    compared: int  # counts of the series so far in the quarters that the release holds
    new_quarters: tuple[str, ...]  # quarters that the series did not have, e.g. ``"2023/24 quarter 2"``
    # One row a count that changes: ``financial_year``, ``quarter``, ``force``, ``offence_code``, ``before``, ``after``.
    # A force that comes or goes has no ``before`` or no ``after``.
    revised: pd.DataFrame
    # Offences of the territorial forces by ``financial_year`` and ``offence_scope``, ``before`` and ``after``, with the
    # number of quarters behind each.
    totals: pd.DataFrame
    # Where it holds less than the releases before it: it ends earlier, begins later, or lacks forces.
    shortfalls: tuple[str, ...] = ()
    # What a release published before others does not change, and how many of its counts differ from theirs.
    overtaken: tuple[str, ...] = ()
    # Codes that no rule covers, with the publisher's words; their counts are in no total.
    unknown_codes: tuple[str, ...] = ()
    added: bool = False  # whether the release was registered: False while it is shown, and when it was declined

    @property
    def left_out(self) -> tuple[str, ...]:
        """Say which offences are in no total of the study because no rule covers their codes; nothing without them."""
        codes, more = self.unknown_codes, len(self.unknown_codes) - SHOWN
        if not codes:
            return ()
        named = "; ".join(codes[:SHOWN]) + (f"; and {more} more" if more > 0 else "")
        return (
            f"{_many(len(codes), 'code')} unknown to the crosswalk of offences, whose counts are in no total of the "
            f"study: {named}. If one concerns children, add it to the crosswalk first.",
        )


def release_names(project: Project) -> list[str]:
    """Return the registered releases of recorded offences, oldest first."""
    files = load_sources(project)["files"]
    return sorted(
        (name for name in files if _RELEASE.fullmatch(name)), key=lambda name: (files[name]["published"], name)
    )


def newest_release(project: Project) -> pd.DataFrame:
    """Return each quarter's rows from the newest release that holds the quarter."""
    return _newest([_read_release(project, name) for name in release_names(project)])


def release_triangle(project: Project, *, scope: str = "child_only") -> pd.DataFrame:
    """Return each quarter's total in each release, to see how far published counts move."""
    files = load_sources(project)["files"]
    columns = {}
    for name in release_names(project):
        long = _long(_read_release(project, name))
        chosen = long[(long["force_type"] == "territorial") & (long["offence_scope"] == scope)]
        columns[files[name]["published"]] = chosen.groupby(_QUARTER)["offences"].sum()
    return pd.DataFrame(columns).astype("Int64").sort_index()


def release_changes(project: Project, name: str, table: pd.DataFrame, published: str) -> ReleaseChanges:
    """Say what the study's series would become with one release more."""
    files = load_sources(project)["files"]
    dated = [(files[there]["published"], _read_release(project, there)) for there in release_names(project)]
    old = _long(_newest([release for _, release in dated]))
    new = _long(_newest([release for _, release in sorted([*dated, (published, table)], key=lambda each: each[0])]))
    key = [*_QUARTER, "force", "offence_code"]
    both = old[[*key, "offences"]].merge(new[[*key, "offences"]], on=key, how="outer", suffixes=("_old", "_new"))
    both = both.rename(columns={"offences_old": "before", "offences_new": "after"})
    both = both.astype({"before": "Int64", "after": "Int64"})
    had = _quarters(old)
    # only the quarters that this release holds: the others cannot change
    seen = had & _quarters(table)
    there = pd.Series([pair in seen for pair in zip(both["financial_year"], both["quarter"], strict=True)], both.index)
    moved = both["before"].ne(both["after"]).fillna(value=True)
    gained = sorted(_quarters(new) - had)
    return ReleaseChanges(
        name=name,
        compared=int((there & both["before"].notna()).sum()),
        new_quarters=tuple(map(_said, gained)),
        revised=both[there & moved].sort_values(key, ignore_index=True),
        totals=_totals(old, "before").join(_totals(new, "after"), how="outer").fillna(0).reset_index(),
        shortfalls=_shortfalls(table, [release for day, release in dated if day < published]),
        overtaken=_overtaken(table, {day: release for day, release in dated if day > published}),
    )


def _overtaken(table: pd.DataFrame, later: dict[str, pd.DataFrame]) -> tuple[str, ...]:
    """Say that a release is not the newest of its quarters, and how far it is from those that are."""
    if not later or not (shared := _quarters(table) & _quarters(newer := _newest(list(later.values())))):
        return ()
    key = [*_QUARTER, "force", "offence_code"]
    both = _long(table)[[*key, "offences"]].merge(_long(newer)[[*key, "offences"]], on=key, suffixes=("", "_newer"))
    differ = int(both["offences"].ne(both["offences_newer"]).sum())
    them = f"{len(later)} newer releases, the last of {max(later)}," if len(later) > 1 else f"that of {max(later)}"
    return (
        f"{_many(len(shared), 'quarter')} in {them} too, and what is newer stays in force; "
        f"counts in both: {len(both):,}, of which differ: {differ:,}.",
    )


def _shortfalls(table: pd.DataFrame, before: list[pd.DataFrame]) -> tuple[str, ...]:
    """Say where a release holds less than those published before it, which a newer release should not."""
    if not before:
        return ()
    series, newest = _newest(before), before[-1]
    found = []
    mine, theirs = sorted(_quarters(table)), sorted(_quarters(series))
    if mine[-1] < theirs[-1]:
        found.append(f"it ends earlier than what is there: with {_said(mine[-1])}, not {_said(theirs[-1])}.")
    if mine[0] > (first := min(_quarters(newest))):
        found.append(f"it begins later than the release before it: with {_said(mine[0])}, not {_said(first)}.")
    if gaps := sorted(quarter for quarter in set(theirs) - set(mine) if mine[0] < quarter < mine[-1]):
        named = ", ".join(map(_said, gaps[:SHOWN])) + (f" and {len(gaps) - SHOWN} more" if len(gaps) > SHOWN else "")
        found.append(f"it leaves out {named}.")
    held = set(_rows_by_force(table))
    lost = [row for row in _rows_by_force(series) if row[:2] in set(mine) and row not in held]
    if lost:
        forces = sorted({force for *_, force in lost})
        named = ", ".join(forces[:SHOWN]) + (f" and {len(forces) - SHOWN} more" if len(forces) > SHOWN else "")
        quarters = _many(len({row[:2] for row in lost}), "quarter")
        found.append(f"it has no counts of {named} in {quarters}, whose totals would fall by what they recorded.")
    return tuple(found)


def _rows_by_force(table: pd.DataFrame) -> list[tuple[str, ...]]:
    rows = clean.harmonise_forces(table[KEY], force="force_name").astype({"force": "str"})
    return list(rows[[*_QUARTER, "force"]].itertuples(index=False, name=None))


def _said(quarter: tuple[str, str]) -> str:
    return f"{quarter[0]} quarter {quarter[1]}"


def describe_changes(changes: ReleaseChanges) -> str:
    """Say in a few lines what a release changes."""
    new, revised = changes.new_quarters, changes.revised
    span = f" ({new[0]} to {new[-1]})" if len(new) > 1 else f" ({new[0]})" if new else ""
    lines = [f"{changes.name}: {_many(len(new), 'new quarter')}{span}"]
    lines.append(f"{_many(len(revised), 'count')} revised of {changes.compared:,} that were there")
    for row in revised.head(SHOWN).itertuples(index=False):
        where = f"{row.financial_year} quarter {row.quarter}, {row.force}, code {row.offence_code}"
        lines.append(f"  {where}: {_count(row.before)} before, {_count(row.after)} now")
    if len(revised) > SHOWN:
        lines.append(f"  and {len(revised) - SHOWN:,} more")
    moved = changes.totals[changes.totals["before"].ne(changes.totals["after"])]
    for row in moved.itertuples(index=False):
        quarters = f", {_many(int(row.quarters_after), 'quarter')}" if row.quarters_after != 4 else ""
        where = f"{row.financial_year} {row.offence_scope}, territorial forces"
        before = f"{_count(row.before)} before" if row.quarters_before else "not there before"
        lines.append(f"  {where}: {before}, {_count(row.after)} now{quarters}")
    lines += [f"not the newest: {words}" for words in changes.overtaken]
    lines += [f"less than before: {words}" for words in changes.shortfalls]
    lines += [f"left out: {words}" for words in changes.left_out]
    return "\n".join(lines)


def release_codes(table: pd.DataFrame) -> list[str]:
    """Return the offence codes that a release has columns for."""
    return [column.removeprefix("code_") for column in table.columns if column.startswith("code_")]


def read_raw(project: Project, name: str, key: list[str]) -> pd.DataFrame:
    """Read one raw table as text; a key may stand once."""
    table = pd.read_csv(raw_file(project, name), dtype="str", keep_default_na=False)
    if missing := [column for column in key if column not in table.columns]:
        raise ValueError(f"{name} lacks the columns {missing}; it has {', '.join(map(str, table.columns[:12]))}")
    twice = table.duplicated(key, keep=False)
    if twice.any():
        rows = [f"{row + 2}: {' / '.join(table.loc[row, key])}" for row in table.index[twice][:SHOWN]]
        raise ValueError(f"{name} has {int(twice.sum())} duplicated rows ({'; '.join(rows)}); a row may stand once")
    return table


def _read_release(project: Project, name: str) -> pd.DataFrame:
    return read_raw(project, name, KEY)


def _newest(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Put together the newest rows of each quarter; ``tables`` are oldest first."""
    kept: list[pd.DataFrame] = []
    held: set[tuple[str, str]] = set()
    for table in reversed(tables):
        if set(table.columns) != set(tables[0].columns):
            raise ValueError(
                f"releases have different columns: {sorted(set(table.columns) ^ set(tables[0].columns))[:5]}"
            )
        pairs = zip(table["financial_year"], table["quarter"], strict=True)
        kept.append(table.loc[[pair not in held for pair in pairs], list(tables[0].columns)])
        held |= _quarters(table)
    return pd.concat(kept[::-1], ignore_index=True)


def _long(wide: pd.DataFrame) -> pd.DataFrame:
    codes = [f"code_{code}" for code in release_codes(wide)]
    long = wide.melt(KEY, codes, "offence_code", "offences").astype({"offences": "int64"})
    long["offence_code"] = long["offence_code"].str.removeprefix("code_")
    long = clean.harmonise_offences(long, code="offence_code", period="financial_year", quarter="quarter")
    text = ["force", "force_type", "offence_scope"]
    return clean.harmonise_forces(long, force="force_name").astype(dict.fromkeys(text, "str"))


def _quarters(table: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(table["financial_year"], table["quarter"], strict=True))


def _totals(long: pd.DataFrame, when: str) -> pd.DataFrame:
    police = long[long["force_type"] == "territorial"].groupby(["financial_year", "offence_scope"])
    totals = police.agg(**{when: ("offences", "sum"), f"quarters_{when}": ("quarter", "nunique")})
    return totals.astype("Int64")


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _count(number: Any) -> str:
    return "no count" if pd.isna(number) else f"{int(number):,}"
