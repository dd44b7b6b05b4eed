"""Read the tables of published figures, definitions and bridges, and check every row before any is used."""

from __future__ import annotations

import csv
import errno
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import fields
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from cseanalysis.register.definitions import NO_CODE, Bridge, Definition, Shift
from cseanalysis.register.figures import COLUMNS, COUNTS, OPTIONAL, UNKNOWN, Figure, problems
from cseanalysis.values import Interval

_NUMBERS = ("low", "high", "rounded_to")
_DATES = ("period_start", "period_end")
_REFERENCES = ("supersedes", "conflicts_with")
_LISTS = (*_REFERENCES, "breaks", "inferred", "guessed")
_BRIDGE_COLUMNS = ("id", "dimension", "first", "second", "within", "low", "high", "reason", "source")
# What a figure that repeats another must say as the other does; the wording may drift, the number's meaning may not.
_RELAYED = (
    *("unit", "definition", "category", "ages", "sex", "geography", "coverage", "period_start", "period_end"),
    *("time_basis", "counter", "stage", "breaks"),
)
_SHOWN = 5
_Row = TypeVar("_Row")


def load_figures(
    path: Path | str,
    *,
    definitions: Path | str | None = None,
    bridges: Path | str | None = None,
    shifts: Iterable[Shift] = (),
) -> Mapping[str, Figure]:
    """Read a table of published figures and check every row before any is used.

    Parameters
    ----------
    path
        CSV file in UTF-8 whose columns are the fields of `Figure` up to ``table``, in any order; those after ``note``
        may be left out. Numbers are plain digits, dates are ``2023-12-31``, several values in one cell are parted by
        ``;``, an empty cell is an absent value.
    definitions
        Table of the counting rules, with the fields of `Definition` as columns; every figure must find its own.
    bridges
        Table of the registered bridges: id, dimension, first, second, within, low, high, reason, source.
    shifts
        Dated changes of what is recorded; see :func:`with_shifts`.

    Returns
    -------
    Mapping of str to Figure
        By id, in the order of the file; read-only.

    Raises
    ------
    ValueError
        Naming the file and, for at most five problems and a count of the rest, the row (the header is row 1)
        and the field: unknown words, inverted ends or dates, ends that do not fit the qualifier, a share
        without a base or beyond 100, an id or a whole row that comes twice, an id that is not there, a conflict
        told on one side only, a repetition that says something else than its original.

    Examples
    --------
    >>> import tempfile
    >>> row = dict.fromkeys(COLUMNS, "") | {
    ...     "id": "F1", "statement": "Arrests in the first year", "published": "over 550", "qualifier": "more_than",
    ...     "low": "550", "unit": "arrests", "definition": "taskforce", "category": "arrests", "ages": "under 18",
    ...     "sex": "any", "geography": "England and Wales", "coverage": "43 forces", "period_type": "custom",
    ...     "time_basis": "arrested", "counter": "flow", "stage": "early", "status": "ministerial", "tier": "A",
    ...     "source": "ho2405", "locator": "unknown",
    ... }
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "figures.csv"
    ...     with path.open("w") as stream:
    ...         writer = csv.DictWriter(stream, COLUMNS)
    ...         _ = writer.writeheader(), writer.writerow(row)
    ...     load_figures(path)["F1"].low
    550.0
    """
    found, rows = _load(Path(path), COLUMNS, _figure, OPTIONAL)
    wrong = list(_reference_problems(found, rows))
    rules = None if definitions is None else load_definitions(definitions)
    if rules is not None:
        undefined = [figure for figure in found.values() if figure.definition not in rules]
        wrong += [f"row {rows[item.id]}, definition: {item.definition!r} is not defined; add it" for item in undefined]
    _refuse(Path(path), wrong)
    ways = () if bridges is None else tuple(load_bridges(bridges).values())
    if bridges is not None and rules is not None:
        _refuse(Path(bridges), list(_bridge_problems(ways, rules)))
    reach: dict[str, list[Bridge]] = {}
    for way in ways:
        for definition in {way.within} if way.within else {way.first, way.second}:
            reach.setdefault(definition, []).append(way)
    wholes = _wholes(found.values())
    replaced: dict[str, tuple[str, ...]] = {}
    for figure in found.values():
        for other in figure.supersedes:
            replaced[other] = (*replaced.get(other, ()), figure.id)
    loaded = MappingProxyType(
        {
            figure.id: _joined(
                figure,
                dataset=None if rules is None else rules[figure.definition],
                known=_known(found, figure),
                unrecorded=_ends(found[figure.unknown_share]) if figure.unknown_share else None,
                meant=found[figure.relays].ends if figure.relays and figure.qualifier != "text" else None,
                bridges=tuple(reach.get(figure.definition, ())),
                replaced_by=replaced.get(figure.id, ()),
                whole=_whole(figure, wholes),
            )
            for figure in found.values()
        }
    )
    return with_shifts(loaded, shifts)


def with_shifts(figures: Mapping[str, Figure], shifts: Iterable[Shift]) -> Mapping[str, Figure]:
    """Attach to every count of recorded offences the dated changes that may move it."""
    # Attached where area and codes meet: codes of the definition, or the one named last (``"child_only/code_88A"``).
    changes = tuple(shifts)
    return MappingProxyType(
        {
            name: _joined(figure, shifts=met) if (met := tuple(it for it in changes if _moves(it, figure))) else figure
            for name, figure in figures.items()
        }
    )


def _joined(figure: Figure, **context: Any) -> Figure:
    """Return the figure with what other tables say of it; its own columns were checked, and are not again."""
    joined = copy(figure)
    for name, value in context.items():
        object.__setattr__(joined, name, value)
    return joined


def _moves(shift: Shift, figure: Figure) -> bool:
    if (figure.unit, figure.time_basis, figure.counter) != ("offences", "recorded", "flow"):
        return False
    if shift.area and figure.geography not in shift.area:
        return False
    if shift.codes == (NO_CODE,):
        return figure.dataset is not None and figure.dataset.flagged == "yes"
    named = figure.category.rpartition("/")[2].partition("code_")[2]
    counted = (named,) if named else figure.dataset.codes if figure.dataset else ()
    return not shift.codes or not {*shift.codes}.isdisjoint(counted)


def load_definitions(path: Path | str) -> Mapping[str, Definition]:
    """Read the table of counting rules; its columns are the fields of `Definition`, errors are as for figures.

    ``codes`` (parted by ``;``) and ``flagged`` may be left out.
    """
    columns = tuple(item.name for item in fields(Definition))
    found, _ = _load(Path(path), columns, _definition, ("codes", "flagged"))
    return MappingProxyType(found)


def load_bridges(path: Path | str) -> Mapping[str, Bridge]:
    """Read the table of registered bridges: id, dimension, first, second, within, low, high, reason, source."""
    found, _ = _load(Path(path), _BRIDGE_COLUMNS, _bridge)
    return MappingProxyType(found)


def _load(
    path: Path,
    columns: Sequence[str],
    parse: Callable[[Mapping[str, str]], tuple[_Row | None, Sequence[str]]],
    optional: Sequence[str] = (),
) -> tuple[dict[str, _Row], dict[str, int]]:
    """Return what the rows hold and their numbers, both by id; every problem of every row is told at once."""
    found: dict[str, _Row] = {}
    rows: dict[str, int] = {}
    contents: dict[tuple[str, ...], int] = {}
    wrong: list[str] = []
    for number, cells in _rows(path, columns, optional, wrong):
        content = tuple(cells[name] for name in columns if name != "id")
        if (first := contents.setdefault(content, number)) != number:
            wrong.append(f"row {number} repeats row {first} in every field but perhaps the id; remove one")
            continue
        if (first := rows.setdefault(cells["id"], number)) != number:
            wrong.append(f"row {number}, id: {cells['id']!r} stands in row {first} already; ids are unique")
            continue
        try:
            value, broken = parse(cells)
        except ValueError as error:
            value, broken = None, [str(error)]
        wrong += [f"row {number}, {problem}" for problem in broken]
        if value is not None:
            found[cells["id"]] = value
    _refuse(path, wrong)
    return found, rows


def _rows(
    path: Path, columns: Sequence[str], optional: Sequence[str], wrong: list[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield row number and cells by column; rows of the wrong length go to ``wrong``."""
    if not path.exists():
        raise FileNotFoundError(
            errno.ENOENT, "no such file; give the path of a register, such as figures.csv", str(path)
        )
    try:
        # Spreadsheet programs put a byte order mark in front, which is no part of the first column's name.
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = [name.strip() for name in next(reader, [])]
            absent = {name: "" for name in optional if name not in header}
            if sorted((*header, *absent)) != sorted(columns):
                missing, unknown = set(columns) - set(header) - set(absent), set(header) - set(columns)
                raise ValueError(
                    f"{path.name}, row 1: missing columns {sorted(missing)}, unknown or repeated columns "
                    f"{sorted(unknown | {name for name in header if header.count(name) > 1})}; "
                    f"there must be one column each for {', '.join(name for name in columns if name not in absent)}"
                )
            for number, row in enumerate(reader, start=2):
                if len(row) == len(header):
                    yield number, absent | {name: cell.strip() for name, cell in zip(header, row, strict=True)}
                elif row:
                    wrong.append(
                        f"row {number}: {len(row)} cells where the header has {len(header)}; quote cells with commas"
                    )
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name} is not UTF-8 ({error.reason}); save it as UTF-8") from error
    except csv.Error as error:
        raise ValueError(f"{path.name} is not well-formed CSV ({error}); mend its quotes") from error


def _figure(cells: Mapping[str, str]) -> tuple[Figure | None, Sequence[str]]:
    """Turn cells into a figure; a cell that cannot be read becomes a problem and an absent value."""
    values: dict[str, Any] = dict(cells)
    wrong: list[str] = []
    for name in _NUMBERS:
        values[name] = _number(cells, name, wrong)
    for name in _DATES:
        values[name] = _day(cells, name, wrong)
    for name in _LISTS:
        values[name] = _list(cells[name])
    values["breaks"] = tuple(filter(None, (_day({"breaks": day}, "breaks", wrong) for day in values["breaks"])))
    if not wrong:
        with suppress(ValueError):
            return Figure(**values), ()
    # A cell that could not be read is one problem, not also an end that is absent.
    unread = {_field(problem) for problem in wrong}
    unread |= {"low", "high"} if unread & {"low", "high"} else set()
    wrong += [problem for problem in problems(values) if _field(problem) not in unread]
    return None, wrong


def _definition(cells: Mapping[str, str]) -> tuple[Definition, Sequence[str]]:
    return Definition(**{**cells, "codes": _list(cells["codes"])}), ()  # type: ignore[arg-type]


def _bridge(cells: Mapping[str, str]) -> tuple[Bridge | None, Sequence[str]]:
    wrong: list[str] = []
    low, high = _number(cells, "low", wrong), _number(cells, "high", wrong)
    if wrong or low is None or high is None:
        return None, wrong or ["low: a bridge says by which factor, from low to high; 1 and 1 if by none"]
    words = {name: cell for name, cell in cells.items() if name not in ("low", "high")}
    return Bridge(**words, factor=Interval(low, high, "bound")), ()


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _number(cells: Mapping[str, str], name: str, wrong: list[str]) -> float | None:
    if not (cell := cells[name]):
        return None
    if re.fullmatch(r"-?\d+(\.\d+)?", cell, re.ASCII):
        return float(cell)
    wrong.append(f"{name}: {cell!r} is not a plain number; write digits without commas, words or signs")
    return None


def _day(cells: Mapping[str, str], name: str, wrong: list[str]) -> date | None:
    if not (cell := cells[name]):
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell, re.ASCII):
            return date.fromisoformat(cell)
    except ValueError:
        pass
    wrong.append(f"{name}: {cell!r} is not a date; write it as 2023-12-31")
    return None


def _reference_problems(found: Mapping[str, Figure], rows: Mapping[str, int]) -> Iterator[str]:
    for figure in found.values():
        row = f"row {rows[figure.id]}"
        named = [
            ("relays", figure.relays),
            ("known_share", "" if figure.known_share == UNKNOWN else figure.known_share),
        ]
        named += [("unknown_share", figure.unknown_share)]
        named += [(name, other) for name in _REFERENCES for other in getattr(figure, name)]
        missing = [(name, other) for name, other in named if other and other not in found]
        yield from (f"{row}, {name}: {other!r} is not in the table; mend the id" for name, other in missing)
        if missing:
            continue
        for other in figure.conflicts_with:
            if figure.id not in found[other].conflicts_with:
                yield f"{row}, conflicts_with: {other} does not name {figure.id}; a conflict stands on both rows"
        if figure.relays:
            first = found[figure.relays]
            if "text" not in (figure.qualifier, first.qualifier) and not _overlap(figure.ends, first.ends):
                yield f"{row}, relays: {figure.published!r} cannot be {first.id}, which is {first.published!r}"
            if first.relays:
                yield f"{row}, relays: {first.id} itself repeats {first.relays}; name the first of the chain"
            for name in _RELAYED:
                said, meant = getattr(figure, name), getattr(first, name)
                if said != meant:
                    yield f"{row}, {name}: {said!r}, but {first.id}, which it repeats, has {meant!r}"
        for name in ("known_share", "unknown_share"):
            if (other := getattr(figure, name)) not in ("", "unknown") and found[other].unit != "per_cent":
                yield f"{row}, {name}: {other} is no per cent; name the share of records that do, or do not, say"


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _bridge_problems(ways: Sequence[Bridge], rules: Mapping[str, Definition]) -> Iterator[str]:
    seen: dict[tuple[str, str, frozenset[str]], str] = {}
    for way in ways:
        named = [way.within] if way.within else [way.first, way.second]
        yield from (
            f"bridge {way.id}: the definition {name!r} is not in the table" for name in named if name not in rules
        )
        key = (way.dimension, way.within, frozenset((way.first, way.second)))
        if (other := seen.setdefault(key, way.id)) != way.id:
            yield f"bridge {way.id}: crosses what {other} crosses; keep one of them"


def _place_of(figure: Figure, category: str) -> tuple[object, ...]:
    """Return what a class and the whole that it is cut from have in common."""
    days = figure.period_start, figure.period_end, figure.time_basis, figure.stage
    return figure.unit, figure.definition, category, figure.geography, figure.coverage, *days


def _wholes(figures: Iterable[Figure]) -> Mapping[tuple[object, ...], Sequence[Figure]]:
    """Group the counts that may be quoted by their class; repetitions are left out."""
    found: dict[tuple[object, ...], list[Figure]] = {}
    for figure in figures:
        if figure.unit in COUNTS and not (figure.withheld or figure.guessed or figure.relays):
            found.setdefault(_place_of(figure, figure.category), []).append(figure)
    return found


def _whole(figure: Figure, wholes: Mapping[tuple[object, ...], Sequence[Figure]]) -> str:
    """Name the figure of the whole that a class is cut from, if there is one and it is of all the same people."""
    met = wholes.get(_place_of(figure, figure.category.rpartition("/")[0]), ())
    if len(met) != 1 or not all(getattr(met[0], name) in ("any", getattr(figure, name)) for name in ("ages", "sex")):
        return ""
    return f"{met[0].id}: {met[0].published}"


def _known(found: Mapping[str, Figure], figure: Figure) -> Interval | None:
    """Return the per cent of records that say, 0 to 100 when nobody published it; absent if all records say."""
    if not figure.known_share:
        return None
    return Interval(0, 100, "bound") if figure.known_share == "unknown" else _ends(found[figure.known_share])


def _ends(figure: Figure) -> Interval:
    return Interval(*figure.ends, "bound")


def _refuse(path: Path, wrong: Sequence[str]) -> None:
    if wrong:
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        count = f"{len(wrong)} problem{'s' * (len(wrong) > 1)}"
        raise ValueError(f"{path.name}, {count}: {'; '.join(wrong[:_SHOWN])}{more}")


def _field(problem: str) -> str:
    return problem.partition(":")[0]
