"""A whole frame in one call: its columns found, everything added, and a report of what every label was taken for."""

from __future__ import annotations

import csv
import datetime as dt
import html
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from narwhals.stable.v2.typing import IntoFrameT

from cseanalysis.clean.counts import count_task
from cseanalysis.clean.crosswalks import Crosswalk, load_rules, may_be_own
from cseanalysis.clean.engine.extend import Answered, Task, add_and_tell, count_keys
from cseanalysis.clean.engine.lookup import check_columns, look_at
from cseanalysis.clean.engine.totals import frame_totals, text_columns
from cseanalysis.clean.forces import force_task
from cseanalysis.clean.labels import Unmapped, force_key, match_key, reason_of
from cseanalysis.clean.offences import offence_task
from cseanalysis.clean.outcomes import outcome_task
from cseanalysis.clean.periods import period_task

if TYPE_CHECKING:
    import pandas as pd

# In the order in which they are looked for: an offence is read with its period.
ROLES = ("period", "quarter", "force", "force_code", "offence", "offence_name", "outcome", "count")
# What is asked of the labels of a column whose heading says nothing, in this order.
_BY_LABELS = ("period", "force", "offence", "outcome")
# A column with more distinct labels than this is no column of forces, codes, outcomes or periods.
_MOST = 5_000
_SHOWN = 12
_FOUND_BY = {"told": "as told", "heading": "found by heading", "labels": "found by labels"}


@dataclass(frozen=True, slots=True)
class UsedColumn:
    """A column of the frame, what it was taken for, and why: ``"told"``, ``"heading"`` or ``"labels"``."""

    role: str
    column: str
    found_by: str


@dataclass(frozen=True, slots=True)
class ReadLabel:
    """One distinct label: in how many rows it stands and what it was taken for, or why it was not."""

    role: str
    column: str
    label: object
    rows: int
    meaning: str | None
    relation: str | None
    rule: str | None
    problem: Unmapped | None

    @property
    def by_another_cell(self) -> bool:
        """Whether it is unread for what stands beside it: an offence for its period or name, a year for its quarter."""
        if self.problem is None or self.role not in ("offence", "period"):
            return False
        return str(self.problem.label) != str(self.label)

    @property
    def reason(self) -> str:
        """Why it has no meaning; empty where it has one."""
        if self.problem is None:
            return ""
        named = "an empty cell" if self.problem.label is None else repr(self.problem.label)
        beside = f"{named} beside it: " if self.by_another_cell and self.role == "offence" else ""
        return beside + reason_of(self.problem)


@dataclass(frozen=True, slots=True)
class SumCheck:
    """The sum of a column of numbers before and after; of a column of text, of the numbers that were read in it."""

    column: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class CleaningReport:
    """What was done to a frame: printed, it says in a few lines what was read as what, and what was not.

    Parameters
    ----------
    rows_in, rows_out
        Rows before and after; always the same.
    sums
        For each column of numbers its sum before and after; always the same.
    columns
        Which columns were read, and as what.
    labels
        Every distinct label of these columns; of counts those that could not be read.
    left_out
        What was not added, and why.
    doubts
        What makes a sum of the rows mislead.
    """

    rows_in: int
    rows_out: int
    sums: tuple[SumCheck, ...]
    columns: tuple[UsedColumn, ...]
    labels: tuple[ReadLabel, ...]
    left_out: tuple[str, ...]
    doubts: tuple[str, ...] = ()

    @property
    def unmapped(self) -> tuple[ReadLabel, ...]:
        """The labels for which there is no rule; those with two readings among them."""
        return tuple(label for label in self.labels if label.problem is not None)

    @property
    def ambiguous(self) -> tuple[ReadLabel, ...]:
        """The labels that have two readings and were therefore given none."""
        return tuple(label for label in self.labels if label.problem is not None and label.problem.ambiguous)

    @property
    def rules(self) -> dict[str, int]:
        """The rules that were used, and for how many rows; ``explain`` prints each."""
        used: dict[str, int] = {}
        for label in self.labels:
            if label.rule is not None:
                used[label.rule] = used.get(label.rule, 0) + label.rows
        return used

    def to_fill_in(self) -> dict[str, dict[str, str | None]]:
        """Give the labels without a rule as a crosswalk to fill in and hand back as ``crosswalk=``."""
        empty: dict[str, dict[str, str | None]] = {}
        for label in self.unmapped:
            # An empty cell has no label that could mean something; a count is told as markers= to parse_counts.
            # An offence that is unread for its period is read when that is filled in.
            if (
                label.role != "count"
                and not (label.role == "offence" and label.by_another_cell)
                and may_be_own(label.role, text := written(label.label))
            ):
                empty.setdefault(label.role, {})[text] = None
        return empty

    def to_frame(self) -> pd.DataFrame:
        """Give all labels as a table: role, column, label, rows, meaning, relation, rule, reason."""
        import pandas as pd

        names = ["role", "column", "label", "rows", "meaning", "relation", "rule", "reason"]
        return pd.DataFrame([[getattr(label, name) for name in names] for label in self.labels], columns=names)

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain values, as JSON holds them."""
        return {
            "rows": {"in": self.rows_in, "out": self.rows_out},
            "sums": [{"column": each.column, "in": each.before, "out": each.after} for each in self.sums],
            "columns": [{"role": each.role, "column": each.column, "found_by": each.found_by} for each in self.columns],
            "labels": [
                {
                    "role": each.role,
                    "column": each.column,
                    "label": each.label if each.label is None or isinstance(each.label, int) else str(each.label),
                    "rows": each.rows,
                    "meaning": each.meaning,
                    "relation": each.relation,
                    "rule": each.rule,
                    "reason": each.reason or None,
                    "ambiguous": each.problem is not None and each.problem.ambiguous,
                }
                for each in self.labels
            ],
            "rules": self.rules,
            "left_out": list(self.left_out),
            "doubts": list(self.doubts),
        }

    def __str__(self) -> str:
        lines = [f"{self.rows_in:,} rows in, {self.rows_out:,} rows out; nothing of the frame was changed"]
        lines += [f"sum of {each.column!r}: {each.before:,.15g} before, {each.after:,.15g} after" for each in self.sums]
        for used in self.columns:
            here = [label for label in self.labels if (label.role, label.column) == (used.role, used.column)]
            known = sum(label.problem is None for label in here)
            told = f", {known:,} of {len(here):,} labels read" if here and used.role != "count" else ""
            lines.append(f"{used.role}: {used.column!r}, {_FOUND_BY[used.found_by]}{told}")
        lines += [f"doubtful: {each}" for each in self.doubts]
        lines += [f"not added: {each}" for each in self.left_out]
        for label in self.unmapped[:_SHOWN]:
            what = "an empty cell" if label.label is None else repr(label.label)
            many = "1 row" if label.rows == 1 else f"{label.rows:,} rows"
            why = f" ({label.reason})" if label.reason else ""
            lines.append(f"  no rule: {label.role} {what} in {many}{why}")
        if len(self.unmapped) > _SHOWN:
            lines.append(f"  and {len(self.unmapped) - _SHOWN:,} more without a rule: .unmapped")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


def harmonise(
    frame: IntoFrameT,
    *,
    columns: Mapping[str, str | Sequence[str] | None] | None = None,
    crosswalk: Mapping[str, Crosswalk] | None = None,
    convention: str | None = None,
    on_unmapped: str = "keep",
    prefix: str = "",
) -> tuple[IntoFrameT, CleaningReport]:
    """Find the columns of a published table, add all that the cleaning functions add, and report what was read as what.

    Columns are found by their headings (a table of known ones, reviewable beside the crosswalks), or, where no heading
    is known, by their labels: every label of the column must have a rule. A column of text is read by
    :func:`parse_counts` where at least half of its labels are counts and one says how many; the others are reported.
    Numbers stay as they are. A year beside a column of months or weeks is no period, and is left out.

    Parameters
    ----------
    frame
        A pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask or PySpark frame; it is not changed. A frame that
        holds a query runs one for each column that is looked at, and one for the sums before and after.
    columns
        What a column is, where it is not found or is not what was found: ``"offence"``, ``"offence_name"`` (beside
        codes, never found), ``"force"``, ``"force_code"``, ``"outcome"``, ``"period"``, ``"quarter"`` and their
        columns, ``"count"`` and one column or several. None leaves one out.
    crosswalk
        Rules of your own for ``"offence"``, ``"force"``, ``"outcome"`` or ``"period"``, as the functions take them;
        the report's ``to_fill_in()``, filled in, is one. For ``"count"`` what a text means, as ``markers``.
    convention
        As in :func:`harmonise_periods`.
    on_unmapped
        ``"keep"`` to get nulls for labels without a rule, which the report lists; or ``"raise"``.
    prefix
        Put before the names of the new columns.

    Returns
    -------
    same kind of frame
        The same rows with the columns that :func:`harmonise_offences`, :func:`harmonise_forces`,
        :func:`harmonise_outcomes` and :func:`harmonise_periods` add; for a column of counts called ``n`` those of
        :func:`parse_counts` as ``n_value``, ``n_qualifier``, ``n_low``, ``n_high`` and ``n_flag``.
    CleaningReport
        Rows and sums in and out, columns used, labels and rules; print it.

    Raises
    ------
    UnmappedLabelError
        With ``on_unmapped="raise"``, when a label has no rule.
    ValueError
        When two columns can be the same thing, no column is known, one that is named is missing, or a new column
        exists already.

    Examples
    --------
    >>> import pandas as pd
    >>> raw = pd.DataFrame({"Force": ["Kent", "Mordor"], "Financial Year": ["2022/23"] * 2, "n": ["12", "<5"]})
    >>> table, report = harmonise(raw)
    >>> table["force_code"].tolist(), table["n_high"].tolist()
    (['E23000032', nan], [12.0, 5.0])
    >>> print(report)  # doctest: +ELLIPSIS
    2 rows in, 2 rows out; nothing of the frame was changed
    sum of 'n': 12 before, 12 after
    period: 'Financial Year', found by heading, 1 of 1 labels read
    force: 'Force', found by heading, 1 of 2 labels read
    count: 'n', found by labels
      no rule: force 'Mordor' in 1 row (...)
    >>> empty = report.to_fill_in()
    >>> empty["force"]["Mordor"] = "Kent"
    >>> harmonise(raw, crosswalk=empty)[0]["force"].tolist()
    ['Kent', 'Kent']
    """
    _, there = look_at(frame)
    asked = _Asked(_own_rules(crosswalk), convention)
    names = [name for name in there if isinstance(name, str)]
    found = _find(frame, names, columns or {}, asked)
    left_out = [*_unread(names, found), *_parts(names, found)]
    before = frame_totals(frame)
    tasks, doubtful = _tasks(found, asked)
    left_out += doubtful
    labels: list[ReadLabel] = []
    doubts = _first_row_as_headings(names)
    read: dict[str, tuple[str, float]] = {}
    cleaned: Any = frame
    for (role, column), task in tasks.items():
        begins = f"{prefix}{column}_" if role == "count" else prefix
        keep = "keep" if role == "count" else on_unmapped
        cleaned, told = add_and_tell(cleaned, task, on_unmapped=keep, prefix=begins)
        labels += _labels(role, column, task, told)
        doubts += _counted_twice(role, column, task, told)
        if role == "count":
            read[f"{begins}value"] = (column, _sum_read(told))
    rows, after = frame_totals(cleaned)
    sums = [SumCheck(name, total, after[name]) for name, total in before[1].items()]
    sums += [SumCheck(column, total, after[name]) for name, (column, total) in read.items()]
    if rows != before[0] or not all(math.isclose(each.before, each.after, rel_tol=1e-9) for each in sums):
        raise RuntimeError("rows or sums changed while the frame was read; it changes by itself: make a copy first")
    used = tuple(each for named in found.values() for each in named)
    return cleaned, CleaningReport(before[0], rows, tuple(sums), used, tuple(labels), tuple(left_out), tuple(doubts))


Found = dict[str, list[UsedColumn]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the caller says of how labels are read."""

    crosswalk: Mapping[str, Crosswalk]
    convention: str | None


def _own_rules(crosswalk: Mapping[str, Crosswalk] | None) -> dict[str, Crosswalk]:
    """Take the rules for each role; a label that nobody filled in stays without a rule."""
    roles = ("offence", "force", "outcome", "period", "count")
    if crosswalk is None:
        return {}
    if not isinstance(crosswalk, Mapping) or (wrong := [role for role in crosswalk if role not in roles]):
        seen = repr(wrong[0]) if isinstance(crosswalk, Mapping) else type(crosswalk).__name__
        raise ValueError(f"crosswalk={seen}: must give rules for {', '.join(map(repr, roles))}, as {{'force': rules}}")
    return {
        role: {label: target for label, target in rules.items() if target is not None}
        if isinstance(rules, Mapping) and role != "count"
        else rules
        for role, rules in crosswalk.items()
        if rules is not None
    }


def _find(frame: Any, there: Sequence[str], told: Mapping[str, str | Sequence[str] | None], asked: _Asked) -> Found:
    """Find what each column is: as told, else by its heading, else by its labels."""
    if wrong := [role for role in told if role not in ROLES]:
        raise ValueError(f"columns={{{wrong[0]!r}: ...}}: no such role; there are {', '.join(map(repr, ROLES))}")
    found: Found = {}
    for role, given in told.items():
        names = [given] if isinstance(given, str) else list(given or ())
        if len(names) > 1 and role != "count":
            raise ValueError(f"columns={{{role!r}: {given!r}}}: must be one column")
        for name in names:
            check_columns("", there, {role: name}, ())
        found[role] = [UsedColumn(role, name, "told") for name in names]
    free = [name for name in there if name not in {each.column for used in found.values() for each in used}]
    known = _headings()
    for role in (role for role in ROLES if role not in found):
        ranked = sorted(
            (known[match][role], name) for name in free if role in known.get(match := _heading_key(name), {})
        )
        for rank in sorted({rank for rank, _ in ranked}):
            names = [
                name
                for each, name in ranked
                if each == rank and (rank == 1 or _share_known(frame, role, name, found, asked) > 0)
            ]
            if names:
                found[role] = [UsedColumn(role, name, "heading") for name in names]
                free = [name for name in free if name not in names]
                break
    texts = [name for name in text_columns(frame) if name in free and _heading_key(name) not in known]
    for role in (role for role in _BY_LABELS if role not in found):
        names = [name for name in texts if _share_known(frame, role, name, found, asked) == 1]
        if names:
            found[role] = [UsedColumn(role, name, "labels") for name in names]
            texts = [name for name in texts if name not in names]
    if "count" not in found:
        found["count"] = [UsedColumn("count", name, "labels") for name in texts if _holds_counts(frame, name)]
    if not any(found.values()):
        shown = ", ".join(map(repr, there[:_SHOWN])) or "no columns"
        raise ValueError(
            f"no column of forces, offences, outcomes, periods or counts is known among {shown}; "
            'say which is which, as columns={"force": "..."} (--column force=... on the command line)'
        )
    return found


def _parts(there: Sequence[str], found: Found) -> list[str]:
    """Take no year for the period of rows that another column places in a part of it."""
    periods = found.get("period", [])
    used = {each.column for named in found.values() for each in named}
    parts = [name for name in there if "part" in _headings().get(_heading_key(name), {}) and name not in used]
    if len(periods) != 1 or periods[0].found_by == "told" or not parts:
        return []
    del found["period"]
    year = periods[0].column
    return [
        f"period: {parts[0]!r} beside {year!r} says which part of it a row is; write both in one column, such as "
        f'2020-03, or say that the whole is meant as columns={{"period": "{year}"}} (--column period="{year}")'
    ]


def _unread(there: Sequence[str], found: Found) -> list[str]:
    """Say which columns have the heading of a role that no other column has, and no label that is read."""
    used = {each.column for named in found.values() for each in named}
    return [
        f"{role}: by its heading {name!r} can be it, but none of its labels is read; if it is, say so as "
        f'columns={{"{role}": "{name}"}} (--column {role}="{name}"), and what they mean as crosswalk='
        for name in there
        if name not in used
        for role in _headings().get(_heading_key(name), {})
        if role in _BY_LABELS and role not in found and not (role == "offence" and "period" not in found)
    ]


def _heading_key(heading: str) -> str:
    """Reduce a heading to its letters and figures; the year in a name such as PFA23NM does not count."""
    key = re.sub(r"[^a-z0-9]", "", match_key(heading))
    return re.sub(r"^pfa[0-9]{2}(cd|nm)$", r"pfa23\1", key)


@cache
def _headings() -> dict[str, dict[str, int]]:
    """Give for each known heading the roles that it can stand for, and how surely: 1 is sure."""
    text = (files("cseanalysis.clean") / "crosswalks" / "headings.csv").read_text(encoding="utf-8")
    known: dict[str, dict[str, int]] = {}
    for row in csv.DictReader(text.splitlines()):
        known.setdefault(_heading_key(row["heading"]), {})[row["role"]] = int(row["rank"])
    return known


def _share_known(frame: Any, role: str, name: str, found: Found, asked: _Asked) -> float:
    """Give the share of a column's labels that have a rule in this role; of numbers alone nothing is inferred."""
    one = {each: used[0].column for each, used in found.items() if len(used) == 1}
    if role not in _BY_LABELS or (role == "offence" and "period" not in one):
        return 1 if role in ("force_code", "quarter") else 0
    task = _task(role, name, one, asked)
    counted = [(key, rows) for key, rows in count_keys(frame, list(task.keys.values())) if key[0] is not None]
    headed = _heading_key(name) in _headings()
    if not counted or len(counted) > _MOST:
        return 0
    if role != "period" and headed and not any(_has_letter(key[0]) for key, _ in counted):
        return 1
    # Under a heading that is known numbers may be years or types; without one they may be anything.
    if not headed and not any(_has_letter(key[0]) for key, _ in counted):
        return 0
    try:
        resolve = task.resolver(counted)
        answers = [resolve(key) for key, _ in counted]
    except ValueError:  # cells of a kind that is no label of this role
        return 0
    # A label with two readings is one of the role, and is told as such where its heading says the same.
    return sum(not isinstance(each, Unmapped) or (headed and each.ambiguous) for each in answers) / len(answers)


def written(label: object) -> str:
    """Write a label as it is written in a crosswalk: a date without a time, 2022.0 as 2022, nothing for no label."""
    if isinstance(label, dt.date) and str(label).removesuffix(" 00:00:00") == label.isoformat()[:10]:
        return label.isoformat()[:10]
    if isinstance(label, float) and label.is_integer():
        return str(int(label))
    return "" if label is None else str(label)


def _has_letter(label: object) -> bool:
    return isinstance(label, dt.date) or any(map(str.isalpha, str(label)))


def _holds_counts(frame: Any, name: str) -> bool:
    """Say whether a column of text holds counts: half of its labels can be read as such, and one says how many."""
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold())
    if any("no_count" in _headings().get(word, {}) for word in words):
        return False  # ages, rates and places are numbers whose sum means nothing
    counted = count_keys(frame, [name])
    if any(isinstance(key[0], str) and re.match(r"\s*0[0-9]", key[0]) for key, _ in counted):
        return False  # a number that begins with a nought is a code
    resolve = count_task(column=name).resolver(counted)
    answers = [resolve(key) for key, _ in counted]
    read = [answer for answer in answers if not isinstance(answer, Unmapped)]
    if any("%" in str(answer[4]) or (isinstance(answer[0], float) and not answer[0].is_integer()) for answer in read):
        return False  # a count is whole
    return len(read) * 2 >= len(answers) and any(answer[place] is not None for answer in read for place in (0, 2, 3))


def _task(role: str, name: str, one: Mapping[str, str], asked: _Asked) -> Task:
    """Say how a column is read in its role, with the columns that belong to it."""
    rules = asked.crosswalk.get(role)
    if role == "force":
        return force_task(force=name, code=one.get("force_code"), crosswalk=rules)
    if role == "offence":
        return offence_task(
            code=name,
            name=one.get("offence_name"),
            period=one["period"],
            quarter=one.get("quarter"),
            crosswalk=rules,
            convention=asked.convention,
            periods=asked.crosswalk.get("period"),
        )
    if role == "outcome":
        return outcome_task(outcome=name, crosswalk=rules)
    if role == "period":
        return period_task(period=name, quarter=one.get("quarter"), convention=asked.convention, crosswalk=rules)
    return count_task(column=name)


def _tasks(found: Found, asked: _Asked) -> tuple[dict[tuple[str, str], Task], list[str]]:
    """Give a task for each column that is read, and say what is left out."""
    left_out: list[str] = []
    one: dict[str, str] = {}
    for role, used in found.items():
        if role != "count" and len(used) > 1:
            names = " and ".join(repr(each.column) for each in used)
            left_out.append(
                f'{role}: {names} can each be it; say which as columns={{"{role}": ...}} (--column {role}=...)'
            )
        elif role != "count" and used:
            one[role] = used[0].column
    tasks: dict[tuple[str, str], Task] = {}
    for role in ("offence", "force", "outcome", "period"):
        if role == "force" and role not in one and "force_code" in one:
            name = one.pop("force_code")
            tasks["force", name] = force_task(force=None, code=name, crosswalk=asked.crosswalk.get("force"))
        elif role == "offence" and role in one and "period" not in one:
            left_out.append(f"offence: {one[role]!r} is read with its period, and no column of periods was found")
        elif role == "period" and role not in one and "quarter" in one:
            left_out.append(f"quarter: {one['quarter']!r} is read with its year, and no column of years was found")
        elif role in one:
            tasks[role, one[role]] = _task(role, one[role], one, asked)
    for count in found.get("count", ()):
        tasks["count", count.column] = count_task(column=count.column, markers=asked.crosswalk.get("count"))
    return tasks, left_out


def _labels(role: str, column: str, task: Task, told: Iterable[Answered]) -> list[ReadLabel]:
    """Sum up what was told of a column: a row for each label and what it was taken for."""
    places = {name: place for place, name in enumerate(task.added)}
    grouped: dict[tuple[Any, ...], ReadLabel] = {}
    for each in told:
        unmapped = each.answer if isinstance(each.answer, Unmapped) else None
        if role == "count" and unmapped is None:
            continue
        label = next((cell for cell in each.key if cell is not None), None) if role == "force" else each.key[0]
        meaning = relation = rule = None
        if not isinstance(each.answer, Unmapped):
            given = each.answer
            meaning = f"{given[0]} to {given[1]}" if role == "period" else str(given[0])
            relation = str(given[places[f"{role}_relation"]]) if f"{role}_relation" in places else None
            rule = str(given[places[f"{role}_rule"]]) if f"{role}_rule" in places else None
        key = (type(label), label, meaning, rule, unmapped and unmapped.reason)
        before = grouped[key].rows if key in grouped else 0
        grouped[key] = ReadLabel(role, column, label, before + each.rows, meaning, relation, rule, unmapped)
    return list(grouped.values())


def _first_row_as_headings(names: Sequence[str]) -> list[str]:
    """Say where a heading is a force: a file without headings has lost its first row to them, or forces are columns."""
    forces = [rule for rule in load_rules("forces") if rule.category["force_type"] == "territorial"]
    known = {force_key(label) for rule in forces for label in rule.labels}
    headings = [name for name in names if force_key(name) in known]
    if not headings:
        return []
    return [
        f"{headings[0]!r} is the name of a force and stands as a heading: if the file has no headings, its first row "
        "was taken for them and is in no sum; write headings above it"
    ]


def _counted_twice(role: str, column: str, task: Task, told: Iterable[Answered]) -> list[str]:
    """Say where totals, or parts, stand beside what they hold, so that a sum of all rows counts twice."""
    named, wholes = {
        "force": ("force_type", ("total", "combined_area")),
        "outcome": ("outcome_group", ("total_of_", "subset_of_")),
    }.get(role, ("", ()))
    if not named:
        return []
    place = list(task.added).index(named)
    kinds = {str(each.answer[place]) for each in told if not isinstance(each.answer, Unmapped)}
    twice = {kind for kind in kinds if kind.startswith(wholes)}
    if not twice or twice == kinds:
        return []
    return [f"totals stand beside their parts in {column!r}: a sum of all rows counts twice; {named} tells them apart"]


def _sum_read(told: Iterable[Answered]) -> float:
    """Add up the exact numbers that were read in a column."""
    return math.fsum(
        float(each.answer[0]) * each.rows  # type: ignore[arg-type]
        for each in told
        if not isinstance(each.answer, Unmapped) and each.answer[0] is not None
    )
