"""From a number to its home: its formula, what it rests on, the raw row, the source, where it is printed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from math import isclose
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from cseanalysis.export.wording import say, say_assumption, say_date, say_ends
from cseanalysis.register import Figure
from cseanalysis.register.sentences import period_words
from cseanalysis.study.data.assumptions import read_assumption
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.project import Project, find_project, load_sources, read_to, read_toml
from cseanalysis.study.data.reported import Leading, load_reported
from cseanalysis.study.formulas import corners, evaluate, filled, named_in, sides
from cseanalysis.study.labels import conditions, labels
from cseanalysis.study.lookup import known_for, not_printed
from cseanalysis.values import Assumption, Estimate, Interval

STALE = "figures or assumptions were changed after the results were computed: run `make results`"  # for a worked line
_SETTLED = 1e-8  # results are rounded to what all processors agree on
NOT_FROZEN = "since the newest edition"  # stands for a version where the numbers on disk are no edition's yet
_TABLES = {"forces": "force_population"}  # a table among the results whose raw file has another name
_RELEASE = re.compile(r"(_\d{4}-\d{2}-\d{2}.*)?\.csv$")
_YEAR = re.compile(r"\b\d{4}/\d{2}\b")
_NAMED = re.compile(r"\{(?:figure:|assumption:)?(\w+)\}|[\[(,]\s*[\"'](\w+)[\"']")


@dataclass(frozen=True, slots=True)
class RawRow:
    """Where a number stands in the raw data: file, line and the line's own text."""

    file: str  # from the folder of the checkout, e.g. "data/raw/figures.csv"
    line: int
    text: str
    last: int  # the last line, where it is drawn from several and ``text`` is the first; otherwise ``line``
    main: str = ""  # the columns that say what was printed and where, in a line; of rows without such columns nothing


@dataclass(frozen=True, slots=True)
class Source:
    """Who published what a number rests on."""

    publisher: str
    title: str
    date: str  # of publication, or "undated"
    address: str
    tier: str  # A official text, B non-governmental primary, C press, D copy


@dataclass(frozen=True, slots=True)
class Change:
    """An edition in which a number changed, as it is worded: before it, and in it."""

    version: str  # or NOT_FROZEN
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number is printed: chapter and cell of its notebook."""

    chapter: str  # e.g. "02-total"
    cell: str


@dataclass(frozen=True, slots=True)
class Card:
    """All that is known of one number: a result, a published figure, or an assumption."""

    id: str
    kind: Literal["result", "figure", "assumption"]
    title: str  # what it counts, in words
    says: str  # the number as the report words it
    unit: str
    formula: str  # with ids, or what was done in words; "" for what is observed or assumed
    worked: tuple[str, ...]  # the formula with the numbers in it, one line an end of the range
    inputs: tuple[str, ...]  # ids of figures, other results and tables
    assumptions: tuple[str, ...]  # ids
    leading: str  # which assumption leads it, or why none does
    raw: tuple[RawRow, ...]
    sources: tuple[Source, ...]
    note: str
    reason: str  # of an assumption
    as_of: str  # the period that it is about
    read_to: str  # the day up to which the evidence was read
    changed_in: tuple[Change, ...]
    printed_in: tuple[Place, ...]


def cards(root: Path | str | None = None) -> Mapping[str, Card]:
    """Return a card for every result, every figure of the register and every assumption, by id.

    Parameters
    ----------
    root
        The checkout; without it, the one around the working directory, or else the data in the wheel.

    Returns
    -------
    Mapping of str to Card
        Results first, then figures, then assumptions, each in the order of its file; read-only.

    Raises
    ------
    FileNotFoundError
        When ``root`` is no checkout, or before ``make results``.
    ChecksumError
        When results or raw tables were changed after they were written.
    """
    study = Lineage(find_project(root))
    return MappingProxyType({name: study.card(name) for name in study.ids})


class Lineage:
    """All that cards are made of, each read when it is first asked for."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._reported = load_reported(project.root)
        self.results = self._reported.results
        self.figures = load_figures(project.root)
        self.assumptions = _assumed(project.assumptions)
        self._called = labels("result", project.root) | labels("assumption", project.root)
        self.ids = tuple(dict.fromkeys([*self.results, *self.figures, *self.assumptions]))

    def says(self, name: str) -> str:
        """Return a number as the report words it; of one that is not printed, why."""
        if name in self.results:
            return say(self.results[name])
        if name in self.assumptions:
            return say_assumption(self.assumptions[name])
        return f"not printed, {self.hidden[name]}" if name in self.hidden else self.figures[name].published

    def card(self, name: str) -> Card:
        """Return the card of an id."""
        if name in self.results:
            return self._of_result(self.results[name])
        return self._of_figure(self.figures[name]) if name in self.figures else self._of_assumption(name)

    def _of_result(self, result: Estimate) -> Card:
        named = named_in(result.formula) if result.formula else ()
        rests_on = tuple(dict.fromkeys([*result.basis, *(one for one in named if one in self.ids)]))
        assumed = tuple(one for one in rests_on if one in self.assumptions)
        inputs = tuple(one for one in rests_on if one not in self.assumptions)
        return Card(
            id=result.id,
            kind="result",
            title=self._called.get(result.id, result.unit),
            says=self.says(result.id),
            unit=result.unit,
            formula=result.formula or result.procedure,
            worked=self._worked(result),
            inputs=inputs,
            assumptions=assumed,
            leading=_led(self._reported.leading[result.id]),
            raw=tuple(row for one in inputs if one not in self.results for row in self._raw(one, result.unit)),
            sources=tuple(dict.fromkeys(one for name in result.basis for one in self._sources_of(name))),
            note=f"Conditional on {self._conditions[result.id]}." if result.id in self._conditions else "",
            reason="",
            as_of=self._about(inputs),
            read_to=self._read_to,
            changed_in=self._changes.get(result.id, ()),
            printed_in=self._places.get(result.id, ()),
        )

    def _worked(self, result: Estimate) -> tuple[str, ...]:
        """Return the formula of a result with the numbers in it, one line an end of its range."""
        if not result.formula:
            return ()
        cases = list(corners(result.formula, self.assumptions))
        try:
            found = [evaluate(result.formula, partial(self.number, at=at)) for at in cases]
        except (ValueError, ArithmeticError):
            return (STALE,)
        ends = [one if isinstance(one, tuple) else (one, one) for one in found]
        own = (
            (result.point, result.point)
            if result.interval is None or result.point is not None
            else (result.interval.low, result.interval.high)
        )
        computed = (min(low for low, _ in ends), max(high for _, high in ends))
        if not all(
            isclose(one, other or 0, rel_tol=_SETTLED, abs_tol=_SETTLED)
            for one, other in zip(computed, own, strict=True)
        ):
            return (STALE,)
        texts = sides(result.formula)
        lines = []
        for side, name in ((0, "low"), (1, "high")) if result.point is None else ((0, ""),):
            values = [pair[side] for pair in ends]
            value = computed[side]
            text = filled(texts[side % len(texts)], partial(self._in_words, at=cases[values.index(value)]))
            lines.append(f"{name and f'{name}: '}{text} = {_plain(value)}")
        return tuple(lines)

    def number(self, name: str, end: str = "", at: Mapping[str, float] = MappingProxyType({})) -> float:
        """Return what an id or an end of it is in a formula, assumptions at the values given."""
        if name in at and not end:
            return at[name]
        if name in self.figures:
            figure = self.figures[name]
            found = figure.ends[end == "most"] if end in {"least", "most"} else getattr(figure, end or "value")
        elif name in self.assumptions:
            found = getattr(self.assumptions[name], end, None)
        else:
            result = self.results.get(name)
            found = result and (getattr(result.interval, end, None) if end else result.point)
        if found is None:
            raise ValueError(f"a formula names {name}{end and f'.{end}'}, which is no number here; run `make results`")
        return float(found)

    def _in_words(self, name: str, end: str, *, at: Mapping[str, float]) -> str:
        # Without commas, which part what a function is given.
        return name if name in self.hidden else _plain(self.number(name, end, at)).replace(",", "")

    def _of_figure(self, figure: Figure) -> Card:
        silent = figure.id in self.hidden
        return Card(
            id=figure.id,
            kind="figure",
            title=figure.statement + known_for(figure, self.figures, self.hidden),
            says=self.says(figure.id),
            unit=figure.unit.replace("_", " "),
            formula="",
            worked=(),
            inputs=(figure.relays,) if figure.relays else (),
            assumptions=(),
            leading="",
            raw=self._raw(figure.id),
            sources=self._sources_of(figure.id),
            note=figure.withheld if silent else figure.note,
            reason="",
            as_of=f"{figure.geography}, {period_words(figure)}",
            read_to=self._read_to,
            changed_in=(),
            printed_in=self._places.get(figure.id, ()),
        )

    def _of_assumption(self, name: str) -> Card:
        assumption = self.assumptions[name]
        read_from = re.findall(r"\bF\d{3,}\b", assumption.locator)
        return Card(
            id=name,
            kind="assumption",
            title=self._called.get(name, assumption.unit),
            says=self.says(name),
            unit=assumption.unit,
            formula="",
            worked=(),
            inputs=tuple(one for one in dict.fromkeys(read_from) if one in self.figures),
            assumptions=(),
            leading="",
            raw=self._raw(name),
            sources=self._sources_of(name),
            note=f"Read from: {assumption.locator}" if assumption.locator else "",
            reason=assumption.reason,
            as_of="",
            read_to=self._read_to,
            changed_in=self._changes.get(name, ()),
            printed_in=self._places.get(name, ()),
        )

    @cached_property
    def _publications(self) -> Mapping[str, Mapping[str, Any]]:
        return load_sources(self.project)["publications"]

    @cached_property
    def hidden(self) -> Mapping[str, str]:
        """Return, by id, why a published number is not printed."""
        return not_printed(self.project.root, self.figures)

    @cached_property
    def _conditions(self) -> Mapping[str, str]:
        return conditions(self.project.root)

    @cached_property
    def _read_to(self) -> str:
        return say_date(read_to(self.project))

    @cached_property
    def _until(self) -> Mapping[str, str]:
        newest = self._reported.evidence["newest"]
        return {row["id"]: row["until"] for row in newest} | {
            short: row["until"] for short, stem in _TABLES.items() for row in newest if row["id"] == stem
        }

    def _about(self, inputs: Iterable[str]) -> str:
        """Say until when the evidence of a result runs: the last day of the newest period among its inputs."""
        ends = [self.figures[one].period_end for one in inputs if one in self.figures]
        days = [day.isoformat() for day in ends if day] + [self._until[one] for one in inputs if one in self._until]
        if not days:
            return ""
        import datetime as dt

        return f"evidence about periods up to {say_date(dt.date.fromisoformat(max(days)))}"

    def _files(self, table: str) -> list[str]:
        """Return the raw files that a table is made of: one, or a file a release."""
        stem = _TABLES.get(table, table)
        return [name for name in load_sources(self.project)["files"] if _RELEASE.sub("", name) == stem]

    def _sources_of(self, name: str) -> tuple[Source, ...]:
        if name in self.figures:
            return (_source(self._publications[self.figures[name].source]),)
        if name in self.assumptions:
            keys = re.findall(r"[\w:.-]+", self.assumptions[name].source)
            return tuple(_source(self._publications[key]) for key in keys if key in self._publications)
        files = load_sources(self.project)["files"]
        return tuple(_source(files[file]) for file in self._files(name))

    @cached_property
    def _figure_rows(self) -> Mapping[str, RawRow]:
        """Return the raw row of each figure; of a number that is not printed, not its text."""
        text = (self.project.raw / "figures.csv").read_text(encoding="utf-8")
        lines, reader = text.splitlines(), csv.reader(io.StringIO(text, newline=""))
        rows, start, names = {}, 1, list[str]()
        for row in reader:
            if row and row[0] in self.figures:
                name = row[0]
                own = "\n".join(lines[start - 1 : reader.line_num])
                shown, main = (
                    (self.says(name), "") if name in self.hidden else (own, _main(dict(zip(names, row, strict=True))))
                )
                rows[name] = RawRow("data/raw/figures.csv", start, shown, start, main)
            elif not names:
                names = row
            start = reader.line_num + 1
        return rows

    @cached_property
    def _assumption_rows(self) -> Mapping[str, RawRow]:
        lines = self.project.assumptions.read_text(encoding="utf-8").splitlines()
        found = {line.strip("[] "): number for number, line in enumerate(lines, 1) if line.startswith("[")}
        own = self.project.assumptions.name
        return {
            name: RawRow(own, line, "; ".join(lines[line - 1 : line + 2]), line)
            for name, line in found.items()
            if name in self.assumptions
        }

    def _raw(self, name: str, unit: str = "") -> tuple[RawRow, ...]:
        """Return the raw rows of an id; of a table, those of the one year that a unit names, or all."""
        if name in self.figures:
            return (self._figure_rows[name],)
        if name in self.assumptions:
            return (self._assumption_rows[name],)
        if name == "figures":
            return self._table_rows("figures.csv", "")
        years = set(_YEAR.findall(unit))
        year = years.pop() if len(years) == 1 else ""
        rows = [row for file in self._files(name) for row in self._table_rows(file, year)]
        own = [row for row in rows if row.text.startswith(f"{year},")]  # of the releases that hold the year
        return tuple(own if year and own else rows)

    def _table_rows(self, file: str, year: str) -> tuple[RawRow, ...]:
        lines = (self.project.raw / file).read_text(encoding="utf-8").splitlines()
        chosen = [number for number, line in enumerate(lines, 1) if year and line.startswith(f"{year},")]
        first, last = (chosen[0], chosen[-1]) if chosen else (1, len(lines))
        return (RawRow(f"data/raw/{file}", first, lines[first - 1], last),)

    @cached_property
    def _places(self) -> Mapping[str, tuple[Place, ...]]:
        """Return the cells of the chapters in which each id is named."""
        known, found = set(self.ids), dict[str, list[Place]]()
        for path in sorted(self.project.notebooks.glob("*.ipynb")):
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                named = ("".join(pair) for pair in _NAMED.findall("".join(cell["source"])))
                for name in dict.fromkeys(named):
                    if name in known:
                        found.setdefault(name, []).append(Place(path.stem, cell["id"]))
        return {name: tuple(places) for name, places in found.items()}

    @cached_property
    def _changes(self) -> Mapping[str, tuple[Change, ...]]:
        """Return the editions in which the words of each result or assumption changed."""
        stages = [(path.name.removeprefix("v"), _frozen_words(path)) for path in editions(self.project)]
        now = {one.id: say(one) for one in self.results.values()}
        now |= {name: say_assumption(one) for name, one in self.assumptions.items()}
        found: dict[str, list[Change]] = {}
        for (_, old), (version, new) in pairwise([*stages, (NOT_FROZEN, now)]):
            for name in old.keys() & new.keys():
                if old[name] != new[name]:
                    found.setdefault(name, []).append(Change(version, old[name], new[name]))
        return {name: tuple(changes) for name, changes in found.items()}


def _main(row: Mapping[str, str]) -> str:
    """Return the columns of a figure's row that say which it is, what was printed, and where."""
    return "; ".join(f"{name} {row[name]}" for name in ("id", "published", "unit", "source", "locator") if row[name])


def _plain(value: float) -> str:
    """Return a number that a formula gives, to six digits or one place."""
    settled = float(f"{value:.12g}")
    if settled == int(settled):
        return f"{settled:,.0f}"
    return f"{settled:,.1f}" if abs(settled) >= 1e5 else f"{settled:,.6g}"


def _source(entry: Mapping[str, Any]) -> Source:
    return Source(entry["publisher"], entry["title"], entry["published"] or "undated", entry["address"], entry["tier"])


def editions(project: Project) -> list[Path]:
    """Return the folders of the frozen editions, oldest first."""
    folders = [path for path in (project.root / "reports").glob("v*") if (path / "results.json").is_file()]
    return sorted(folders, key=lambda path: [int(part) for part in re.findall(r"\d+", path.name)])


def _frozen_words(edition: Path) -> dict[str, str]:
    """Return what a frozen edition said of each result and assumption."""
    entries = json.loads((edition / "results.json").read_text(encoding="utf-8"))["results"]
    said = {}
    for one in entries:
        interval = one["interval"] and Interval(**one["interval"])
        said[one["id"]] = say(Estimate(one["id"], one["unit"], one["point"], interval, tuple(one["basis"])))
    return said | {name: say_assumption(one) for name, one in _assumed(edition / "assumptions.toml").items()}


def _assumed(path: Path) -> dict[str, Assumption]:
    """Read assumptions without their distributions, which need scipy to be checked, and are not shown."""
    return {
        name: read_assumption(name, {key: value for key, value in entry.items() if key != "distribution"})
        for name, entry in read_toml(path).items()
    }


_NO_LEADER = {
    "none": "no assumption leads it: knowing any one alone would not narrow it",
    "counted": "no assumption: it is counted, or worked out from what is published",
    "data": "no assumption: what is published leaves the range open",
    "confidence": "no assumption: chance makes the range",
    "simulation": "stated distributions make the range; their shares of its variance are in the chapter",
}


def _led(leading: Leading) -> str:
    """Say which assumption a result hangs on most, or why there is none."""
    if leading.kind in _NO_LEADER:
        return _NO_LEADER[leading.kind]
    ends = []
    for one in leading.assumptions:
        least, most = say_ends(Interval(one.least, one.most, "bound"), "share")
        ends.append(f"{one.assumption}: {least if least == most else f'{least} to {most}'} of the range")
    start = "several, none alone" if len(ends) > 1 else "one assumption"
    return f"{start}; what knowing it would remove, {'; '.join(ends)}"
