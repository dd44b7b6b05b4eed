"""Before and after: what is published on either side of each intervention, and what the gate lets be said of it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from cseanalysis.export.wording import say_date, say_month
from cseanalysis.register import Figure
from cseanalysis.study.data.named import WHOLE
from cseanalysis.study.data.project import find_project, load_sources, raw_file

KINDS = ("policy", "recording", "offence", "inquiry", "shock")
PRECISIONS = ("day", "month", "")
_SERIES = ("offence_scope", "offence_code")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Intervention:
    """Something that was done or happened, and the published figures on either side of it."""

    # id, name, area, what, source and note: what it is, where it holds, in our words, the key of the publication that
    # tells of it, and traps.
    id: str
    name: str
    # start and start_precision: first day and whether the day or only its month is known; absent when not in force or
    # not known.
    start: date | None
    start_precision: str
    area: str
    kind: str  # one of ``KINDS``
    what: str
    outcomes_claimed: str  # what somebody expects of it
    # before and after: ids of figures that end before it, or begin with it or later. Money is no outcome and never
    # stands here.
    before: tuple[str, ...]
    after: tuple[str, ...]
    # Offences of the study's quarterly table that it might move: ``"offence_scope=child_only"``; empty for none.
    series: str
    part: str  # id of the figure that counts, in a year, the offences of that series it is about; empty for all of them
    would_need: str  # what would have to be published to estimate it
    source: str
    note: str

    def __post_init__(self) -> None:
        for name in ("id", "name", "area", "what", "outcomes_claimed", "would_need", "source", "note"):
            if not getattr(self, name).strip():
                raise ValueError(f"{name}: is empty; every intervention must say it")
        if self.kind not in KINDS or self.start_precision not in PRECISIONS:
            raise ValueError(f"kind: {self.kind!r}, start_precision: {self.start_precision!r}; mend the word")
        if (self.start is None) != (self.start_precision == ""):
            raise ValueError(f"start_precision: {self.start_precision!r} with start {self.start}; give both or neither")
        if self.start is not None and self.start_precision == "month" and self.start.day != 1:
            raise ValueError(f"start: {self.start}; a month is written as its first day")
        if self.series and self.series.partition("=")[0] not in _SERIES:
            raise ValueError(f"series: {self.series!r}; write one of {', '.join(_SERIES)}, = and its value")
        if self.part and not self.series:
            raise ValueError(f"part: {self.part!r} without a series that it is a part of; give the series too")
        if self.series and (self.start is None or self.area != WHOLE):
            raise ValueError(f"series: {self.series!r} needs a start and the area {WHOLE}, which the table covers")

    @property
    def when(self) -> str:
        """The start in words."""
        if self.start is None:
            return "start not known"
        return f"from {say_month(self.start) if self.start_precision == 'month' else say_date(self.start)}"


def load_interventions(figures: Mapping[str, Figure], root: Path | str | None = None) -> tuple[Intervention, ...]:
    """Read ``interventions.csv`` and check every row against the register."""
    project = find_project(root)
    columns = tuple(item.name for item in fields(Intervention))
    found, wrong = [], []
    for number, cells in read_rows(raw_file(project, "interventions.csv"), columns):
        values: dict[str, Any] = dict(cells)
        try:
            values["start"] = read_day(cells["start"])
            values["before"], values["after"] = read_ids(cells["before"]), read_ids(cells["after"])
            item = Intervention(**values)
        except ValueError as error:
            wrong.append(f"row {number}, {error}")
            continue
        found.append(item)
        wrong += [f"row {number}, {problem}" for problem in _problems(item, figures)]
        if any(other.id == item.id for other in found[:-1]):
            wrong.append(f"row {number}, id: {item.id!r} stands twice")
    publications = load_sources(project)["publications"]
    wrong += [f"source: {item.source!r} is not in sources.toml" for item in found if item.source not in publications]
    refuse("interventions.csv", wrong)
    return tuple(found)


def check_intervention(item: Intervention, figures: Mapping[str, Figure]) -> None:
    """Refuse an intervention whose figures cannot stand on the side that it names."""
    refuse(item.id, list(_problems(item, figures)))


def _problems(item: Intervention, figures: Mapping[str, Figure]) -> Iterable[str]:
    if item.part and (item.part not in figures or figures[item.part].unit != "offences"):
        yield f"part: {item.part} is not in the register or counts no offences"
    for side in ("before", "after"):
        for name in getattr(item, side):
            figure = figures.get(name)
            if figure is None:
                yield f"{side}: {name} is not in the register"
                continue
            if figure.unit == "pounds":
                yield f"{side}: {name} is money, which is never an outcome"
            if item.area not in (WHOLE, figure.geography):
                yield f"{side}: {name} is of {figure.geography}, but it holds in {item.area} only"
            if item.start is None:
                if side == "after":
                    yield f"after: {name}, though no start is known; leave it out"
            elif figure.period_start is None or figure.period_end is None:
                yield f"{side}: {name} has no dates, so it stands on neither side"
            elif not (figure.period_end < item.start if side == "before" else figure.period_start >= item.start):
                yield f"{side}: {name} ({figure.period_start} to {figure.period_end}) is not {side} {item.start}"


def read_rows(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of one of our own tables with their numbers; the header is row 1 and must be as stated."""
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        if tuple(reader.fieldnames or ()) != tuple(columns):
            raise ValueError(f"{path.name}, row 1: the columns are {reader.fieldnames}; they must be {list(columns)}")
        rows = list(enumerate(reader, start=2))
    # A row of the wrong length has a cell without a column or a column without a cell.
    uneven = [number for number, row in rows if None in row or None in row.values()]
    refuse(path.name, [f"row {number}: wrong number of cells" for number in uneven])
    return [(number, {name: cell.strip() for name, cell in row.items()}) for number, row in rows]


def read_day(cell: str) -> date | None:
    """Return the date in a cell, or nothing for an empty one."""
    try:
        return date.fromisoformat(cell) if cell else None
    except ValueError:
        raise ValueError(f"start: {cell!r} is not a date; write it as 2023-04-01, or nothing if unknown") from None


def read_ids(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell that are parted by semicolons."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def refuse(name: str, wrong: Sequence[str]) -> None:
    """Raise ValueError when there are problems, naming at most five."""
    if wrong:
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise ValueError(f"{name}, {len(wrong)} problem(s): {'; '.join(wrong[:_SHOWN])}{more}")
