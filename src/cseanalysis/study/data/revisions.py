"""Several releases of one table: the newest of each quarter, what a further one changes, and how counts moved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cseanalysis import clean  # loads what a function needs when it is called
from cseanalysis.study.data.project import Project, load_sources, raw_file
from cseanalysis.study.data.series.described import KEY, QUARTER, SHOWN, Series, quarters, said, span
from cseanalysis.study.data.series.recorded import RECORDED


@dataclass(frozen=True, slots=True)
class ReleaseChanges:
    """What a release does to the study's series."""

    name: str  # the file under ``data/raw``
    holds: str  # its rows, forces and quarters
    compared: int  # counts of the series so far in the quarters that the release holds
    new_quarters: tuple[str, ...]  # quarters that the series did not have, e.g. ``"2023/24 quarter 2"``
    # One row a count that changes: ``financial_year``, ``quarter``, ``force``, what else names a count of the series,
    # ``before``, ``after``. A force that comes or goes has no ``before`` or no ``after``.
    revised: pd.DataFrame
    # Counts of the territorial forces by ``financial_year`` and what the series sums by, ``before`` and ``after``, with
    # the number of quarters behind each.
    totals: pd.DataFrame
    # Where it holds less than the releases before it: it ends earlier, begins later, or lacks forces.
    shortfalls: tuple[str, ...] = ()
    # Of a series of years, the quarters of its years and the forces of other years that it lacks.
    gaps: tuple[str, ...] = ()
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


def release_names(project: Project, series: Series = RECORDED) -> list[str]:
    """Return the registered releases of a series, oldest first."""
    files = load_sources(project)["files"]
    named = re.compile(rf"{series.stem}(?:_\d{{4}}-\d{{2}}-\d{{2}}(?:_\d{{4}}-\d{{2}})?)?\.csv")
    return sorted((name for name in files if named.fullmatch(name)), key=lambda name: (files[name]["published"], name))


def newest_release(project: Project) -> pd.DataFrame:
    """Return each quarter's recorded offences from the newest release that holds the quarter."""
    return _newest([read_release(project, RECORDED, name) for name in release_names(project)])


def release_triangle(project: Project, *, scope: str = "child_only") -> pd.DataFrame:
    """Return each quarter's recorded offences in each release, to see how far published counts move."""
    files = load_sources(project)["files"]
    columns = {}
    for name in release_names(project):
        long = RECORDED.counts(read_release(project, RECORDED, name))
        chosen = long[(long["force_type"] == "territorial") & (long["offence_scope"] == scope)]
        columns[files[name]["published"]] = chosen.groupby(QUARTER)["count"].sum()
    return pd.DataFrame(columns).astype("Int64").sort_index()


def release_changes(project: Project, series: Series, name: str, table: pd.DataFrame, published: str) -> ReleaseChanges:
    """Say what a series would become with one release more."""
    files = load_sources(project)["files"]
    names = release_names(project, series)
    dated = [(files[there]["published"], read_release(project, series, there)) for there in names]
    mine = quarters(table)
    years = {year for year, _ in mine}
    # Of a series of years, the releases of other years say nothing of this one.
    near = [(day, held) for day, held in dated if not series.yearly or years & set(held["financial_year"])]
    old = series.counts(_newest([held for _, held in near]) if near else table.iloc[:0])
    ordered = sorted([*near, (published, table)], key=lambda each: each[0])
    new = series.counts(_newest([release for _, release in ordered]))
    both = _beside(old, new, series)
    had = quarters(old)
    # only the quarters that this release holds: the others cannot change
    seen = had & mine
    there = pd.Series([pair in seen for pair in zip(both["financial_year"], both["quarter"], strict=True)], both.index)
    before = [release for day, release in near if day < published]
    return ReleaseChanges(
        name=name,
        holds=f"{len(table):,} rows of {span(table)}",
        compared=int((there & both["before"].notna()).sum()),
        new_quarters=tuple(map(said, sorted(quarters(new) - had))),
        revised=both[there & _moved(both)].sort_values([*QUARTER, "force", *series.count], ignore_index=True),
        totals=_totals(old, "before", series).join(_totals(new, "after", series), how="outer").fillna(0).reset_index(),
        shortfalls=() if series.yearly else _shortfalls(table, before),
        gaps=_gaps(table, [held for _, held in dated]) if series.yearly else (),
        overtaken=_overtaken(table, {day: release for day, release in near if day > published}, series),
    )


def shared_counts(first: pd.DataFrame, second: pd.DataFrame, series: Series) -> pd.DataFrame:
    """Return the counts that two releases both hold, as ``before`` and ``after``."""
    return _beside(series.counts(first), series.counts(second), series).dropna(subset=["before", "after"])


def _beside(before: pd.DataFrame, after: pd.DataFrame, series: Series) -> pd.DataFrame:
    """Set the counts of two releases beside each other."""
    key = [*QUARTER, "force", *series.count]
    both = before[[*key, "count"]].merge(
        after[[*key, "count"]], on=key, how="outer", suffixes=("_before", "_after"), indicator="side"
    )
    both = both.rename(columns={"count_before": "before", "count_after": "after"})
    both = both.astype({"before": "Int64", "after": "Int64"})
    for name, absent, table in (("before", "right_only", before), ("after", "left_only", after)):
        if not series.noughts:  # a row that a release leaves out is nought where the force has others in the quarter
            held = set(table[key[:3]].itertuples(index=False, name=None))
            rows = both[key[:3]].itertuples(index=False, name=None)
            there = pd.Series([row in held for row in rows], both.index, dtype="bool")
            both[name] = both[name].mask((both["side"] == absent) & there, 0)
    return both.drop(columns="side")


def _moved(both: pd.DataFrame) -> pd.Series:
    """Say of counts that stand beside each other whether they differ; one that neither holds does not."""
    return both["before"].ne(both["after"]).fillna(value=True) & (both["before"].notna() | both["after"].notna())


def _overtaken(table: pd.DataFrame, later: dict[str, pd.DataFrame], series: Series) -> tuple[str, ...]:
    """Say that a release is not the newest of its quarters, and how far it is from those that are."""
    if not later or not (shared := quarters(table) & quarters(newer := _newest(list(later.values())))):
        return ()
    both = shared_counts(table, newer, series)
    them = f"{len(later)} newer releases, the last of {max(later)}," if len(later) > 1 else f"that of {max(later)}"
    return (
        f"{_many(len(shared), 'quarter')} in {them} too, and what is newer stays in force; "
        f"counts in both: {len(both):,}, of which differ: {int(both['before'].ne(both['after']).sum()):,}.",
    )


def _gaps(table: pd.DataFrame, others: list[pd.DataFrame]) -> tuple[str, ...]:
    """Say which quarters a release of a year lacks, and which forces are not in all quarters that it has."""
    mine = quarters(table)
    absent = [(year, quarter) for year in sorted({year for year, _ in mine}) for quarter in "1234"]
    absent = [quarter for quarter in absent if quarter not in mine]
    found = [f"it has no counts of {_first(list(map(said, absent)))}."] if absent else []
    known = sorted({force for each in (table, *others) for *_, force in _rows_by_force(each)})
    held = set(_rows_by_force(table))
    if lost := [(*quarter, force) for quarter in sorted(mine) for force in known if (*quarter, force) not in held]:
        named, where = _first(sorted({force for *_, force in lost})), _many(len({row[:2] for row in lost}), "quarter")
        found.append(f"it has no counts of {named} in {where}.")
    return tuple(found)


def _shortfalls(table: pd.DataFrame, before: list[pd.DataFrame]) -> tuple[str, ...]:
    """Say where a release holds less than those published before it, which a newer release should not."""
    if not before:
        return ()
    series, newest = _newest(before), before[-1]
    found = []
    mine, theirs = sorted(quarters(table)), sorted(quarters(series))
    if mine[-1] < theirs[-1]:
        found.append(f"it ends earlier than what is there: with {said(mine[-1])}, not {said(theirs[-1])}.")
    if mine[0] > (first := min(quarters(newest))):
        found.append(f"it begins later than the release before it: with {said(mine[0])}, not {said(first)}.")
    if gaps := sorted(quarter for quarter in set(theirs) - set(mine) if mine[0] < quarter < mine[-1]):
        found.append(f"it leaves out {_first(list(map(said, gaps)))}.")
    held = set(_rows_by_force(table))
    lost = [row for row in _rows_by_force(series) if row[:2] in set(mine) and row not in held]
    if lost:
        named, where = _first(sorted({force for *_, force in lost})), _many(len({row[:2] for row in lost}), "quarter")
        found.append(f"it has no counts of {named} in {where}, whose totals would fall by what they recorded.")
    return tuple(found)


def _rows_by_force(table: pd.DataFrame) -> list[tuple[str, ...]]:
    rows = clean.harmonise_forces(table[KEY].drop_duplicates(), force="force_name").astype({"force": "str"})
    return list(rows[[*QUARTER, "force"]].itertuples(index=False, name=None))


def describe_changes(changes: ReleaseChanges) -> str:
    """Say in a few lines what a release changes."""
    new, revised = changes.new_quarters, changes.revised
    between = f" ({new[0]} to {new[-1]})" if len(new) > 1 else f" ({new[0]})" if new else ""
    lines = [f"{changes.name}: {_many(len(new), 'new quarter')}{between}", f"it holds {changes.holds}"]
    lines.append(f"{_many(len(revised), 'count')} revised of {changes.compared:,} that were there")
    for row in revised.head(SHOWN).to_dict("records"):
        kind = f", outcome type {row['outcome_type']}, {row['basis']}" if "basis" in row else ""
        where = f"{row['financial_year']} quarter {row['quarter']}, {row['force']}, code {row['offence_code']}{kind}"
        lines.append(f"  {where}: {_count(row['before'])} before, {_count(row['after'])} now")
    if len(revised) > SHOWN:
        lines.append(f"  and {len(revised) - SHOWN:,} more")
    moved = changes.totals[changes.totals["before"].ne(changes.totals["after"])]
    for row in moved.to_dict("records"):
        behind = f", {_many(int(row['quarters_after']), 'quarter')}" if row["quarters_after"] != 4 else ""
        kind = f"{row['sum_of']}, " if "sum_of" in row else ""
        where = f"{row['financial_year']} {row['offence_scope']}, {kind}territorial forces"
        before = f"{_count(row['before'])} before" if row["quarters_before"] else "not there before"
        lines.append(f"  {where}: {before}, {_count(row['after'])} now{behind}")
    lines += [f"not the newest: {words}" for words in changes.overtaken]
    lines += [f"less than before: {words}" for words in changes.shortfalls]
    lines += [f"not whole: {words}" for words in changes.gaps]
    lines += [f"left out: {words}" for words in changes.left_out]
    return "\n".join(lines)


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


def read_release(project: Project, series: Series, name: str) -> pd.DataFrame:
    """Read one release of a series as text."""
    return read_raw(project, name, list(series.row))


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
        held |= quarters(table)
    return pd.concat(kept[::-1], ignore_index=True)


def _totals(long: pd.DataFrame, when: str, series: Series) -> pd.DataFrame:
    police = long[long["force_type"] == "territorial"]
    totals = police.groupby(["financial_year", *series.summed])["count"].sum().to_frame(when)
    held = police.groupby("financial_year")["quarter"].nunique()
    totals[f"quarters_{when}"] = held.reindex(totals.index.get_level_values(0)).to_numpy()
    return totals.astype("Int64")


def _first(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _count(number: Any) -> str:
    return "no count" if pd.isna(number) else f"{int(number):,}"
