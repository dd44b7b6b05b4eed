"""Dated events that may move what is recorded: recording shocks and policies as one list, told apart by their kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path

from cseanalysis.clean.crosswalks import load_rules
from cseanalysis.export.wording import say_date, say_month
from cseanalysis.register import Figure, Shift
from cseanalysis.study.change.interventions import (
    Intervention,
    load_interventions,
    read_day,
    read_ids,
    read_rows,
    refuse,
)
from cseanalysis.study.data.named import ENGLAND, WHOLE
from cseanalysis.study.data.project import find_project, load_sources, raw_file

KINDS = ("recording", "offence", "system", "inquiry", "shock")
PRECISIONS = ("day", "month", "year", "")
DIRECTIONS = ("up", "down", "unknown")
POLICY = "policy"
NO_CODE = "none"  # a change of flags, which moves no offence code
NEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class RecordingChange:
    """A change in what is recorded or how, as documented by its source."""

    # id, what, source and note: what it is, in our words, the key of the publication that tells of it, and traps.
    id: str
    # start and start_precision: first day, and whether the day, the month or only the year is known; absent when not
    # known.
    start: date | None
    start_precision: str
    area: tuple[str, ...]  # England and Wales, or the forces
    # Offence codes it may move: empty for all of the table, ``("none",)`` when it moves flags and no code.
    codes: tuple[str, ...]
    kind: str  # one of ``KINDS``
    what: str
    direction: str  # what one would expect of what is recorded: one of ``DIRECTIONS``
    source: str
    note: str

    def __post_init__(self) -> None:
        for name in ("id", "area", "what", "source", "note"):
            value = getattr(self, name)
            if not (value.strip() if isinstance(value, str) else value):
                raise ValueError(f"{name}: is empty; every recording change must say it")
        for name, allowed in (("kind", KINDS), ("start_precision", PRECISIONS), ("direction", DIRECTIONS)):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name}: {getattr(self, name)!r}; must be one of {', '.join(filter(None, allowed))}")
        if (self.start is None) != (self.start_precision == ""):
            raise ValueError(f"start_precision: {self.start_precision!r} with start {self.start}; give both or neither")
        if self.start is None and "no day is known" not in self.note.lower():
            raise ValueError("note: does not say why no day is known; say it")
        if self.start is not None and self.start != _first_day(self.start, self.start_precision):
            raise ValueError(f"start: {self.start}; a {self.start_precision} is written as its first day")
        if NO_CODE in self.codes and len(self.codes) > 1:
            raise ValueError(f"codes: {';'.join(self.codes)}; none stands alone")


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """Something that may have moved what was recorded: a recording change, or an intervention of the register."""

    # id and name: what it is.
    id: str
    name: str
    # first and last: the days between which it began; absent when not known.
    first: date | None
    last: date | None
    when: str  # the same in words
    # area and codes: where it holds and which codes it may move, as of `RecordingChange`.
    area: tuple[str, ...]
    codes: tuple[str, ...]
    kind: str  # one of ``KINDS``, or ``"policy"``

    @property
    def is_policy(self) -> bool:
        """Whether it was done in order to change something; all others change what is recorded, or are shocks."""
        return self.kind == POLICY


def load_recording_changes(root: Path | str | None = None) -> tuple[RecordingChange, ...]:
    """Read ``recording_changes.csv`` and check every row."""
    project = find_project(root)
    publications = load_sources(project)["publications"]
    forces = {*(rule.category["force"] for rule in load_rules("forces")), WHOLE}
    codes = {*(label for rule in load_rules("offences") for label in rule.labels), NO_CODE}
    found: list[RecordingChange] = []
    wrong: list[str] = []
    columns = tuple(item.name for item in fields(RecordingChange))
    for number, cells in read_rows(raw_file(project, "recording_changes.csv"), columns):
        try:
            lists = {"area": read_ids(cells["area"]), "codes": read_ids(cells["codes"])}
            item = RecordingChange(**{**cells, **lists, "start": read_day(cells["start"])})  # type: ignore[arg-type]
        except ValueError as error:
            wrong.append(f"row {number}, {error}")
            continue
        wrong += [
            f"row {number}, area: {name!r} is no force and not {WHOLE}" for name in item.area if name not in forces
        ]
        wrong += [
            f"row {number}, codes: {code!r} is no offence code of the crosswalk"
            for code in item.codes
            if code not in codes
        ]
        if item.source not in publications:
            wrong.append(f"row {number}, source: {item.source!r} is not in sources.toml")
        if any(other.id == item.id for other in found):
            wrong.append(f"row {number}, id: {item.id!r} stands twice")
        found.append(item)
    refuse("recording_changes.csv", wrong)
    return tuple(found)


def dated_events(changes: Iterable[RecordingChange], interventions: Iterable[Intervention]) -> tuple[DatedEvent, ...]:
    """Put recording changes and interventions into one list, in order of time, those without a day last."""
    # An intervention without a series moves no code.
    events = [
        DatedEvent(
            item.id, item.what, item.start, _last_day(item.start, item.start_precision),
            _when(item.start, item.start_precision), item.area, item.codes, item.kind,
        )
        for item in changes
    ]  # fmt: skip
    events += [as_event(item) for item in interventions]
    ids = [event.id for event in events]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise ValueError(
            f"events {twice[:5]} stand in interventions.csv and in recording_changes.csv; keep one of them"
        )
    return tuple(sorted(events, key=lambda event: (event.first or date.max, event.id)))


def load_events(figures: Mapping[str, Figure], root: Path | str | None = None) -> tuple[DatedEvent, ...]:
    """Read both registers of the study as one list of dated events; see `dated_events`."""
    return dated_events(load_recording_changes(root), load_interventions(figures, root))


def as_shifts(events: Iterable[DatedEvent]) -> tuple[Shift, ...]:
    """Return what the gate must know of dated events: no policies, and none without a day."""
    # A new offence changes what the codes it names count, so nothing is compared across it; the others only forbid to
    # speak of a clear change.
    return tuple(
        Shift(
            f"{event.name.rstrip('.')} ({event.when})",
            event.first,
            event.last,
            () if WHOLE in event.area else event.area,
            event.codes,
            refuses=event.kind == "offence" and bool(event.codes),
        )
        for event in events
        if event.first is not None and event.last is not None and not event.is_policy
    )


def as_event(item: Intervention) -> DatedEvent:
    """Return an intervention as a dated event."""
    column, _, value = item.series.partition("=")
    codes = (value,) if column == "offence_code" else () if item.series else (NO_CODE,)
    last = _last_day(item.start, item.start_precision)
    return DatedEvent(
        item.id, item.name, item.start, last, item.when.removeprefix("from "), (item.area,), codes, item.kind
    )


def near(
    first: date, last: date, events: Iterable[DatedEvent], *, codes: Iterable[str] = (), area: str = WHOLE
) -> tuple[DatedEvent, ...]:
    """Name the events within a year either side of some days that may move the same codes in the same area."""
    # Policies and recording events alike; an event without a day is never near. Without codes, all of them are asked
    # about; in England and Wales an event in any force counts.
    asked = frozenset(codes)
    return tuple(
        event
        for event in events
        if event.first is not None
        and event.last is not None
        and event.first <= last + NEAR
        and event.last >= first - NEAR
        and event.codes != (NO_CODE,)
        and (not asked or not event.codes or asked & frozenset(event.codes))
        and (WHOLE in (area, *event.area) or area in event.area)
    )


def cannot_be_told_apart_from(event: DatedEvent, events: Iterable[DatedEvent]) -> tuple[DatedEvent, ...]:
    """Name the recording events within a year of an event, on the same codes and in the same area."""
    # An event that moves no code of the table is held against those on any code. Empty for an event without a day. That
    # none is registered does not say that there was none.
    if event.first is None or event.last is None:
        return ()
    codes = () if event.codes == (NO_CODE,) else event.codes
    others = (other for other in events if not other.is_policy and other.id != event.id)
    area = event.area[0] if len(event.area) == 1 else WHOLE
    return near(event.first, event.last, others, codes=codes, area=WHOLE if area == ENGLAND else area)


def _first_day(day: date, precision: str) -> date:
    return day if precision == "day" else day.replace(day=1) if precision == "month" else day.replace(month=1, day=1)


def _last_day(day: date | None, precision: str) -> date | None:
    if day is None or precision == "day":
        return day
    if precision == "year":
        return day.replace(month=12, day=31)
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _when(day: date | None, precision: str) -> str:
    if day is None:
        return "start not known"
    return {"day": say_date(day), "month": say_month(day)}.get(precision, str(day.year))
