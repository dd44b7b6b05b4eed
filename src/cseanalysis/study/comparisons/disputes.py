"""Published figures that cannot hold together: both sides as printed, who said it first, and who repeated it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cseanalysis.export.wording import say_interval, say_number
from cseanalysis.register import Figure, compare
from cseanalysis.study.data.judgement import read_judgement
from cseanalysis.study.recorded.numbers import group_based_results, quoted_classes
from cseanalysis.values import Interval

NOT_DATED = "not dated"
# Dimensions of the gate that say no more than that there is a conflict, or where a number was read.
_NOT_A_CAUSE = ("conflict", "source", "rounding", "lineage")
_SHOWN = 3


def disputed(figures: Mapping[str, Figure], publications: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """List every conflict of the register once, both sides as printed."""
    rows = []
    for one, other in _pairs(figures):
        sides = sorted((figures[one], figures[other]), key=lambda figure: _order(figure, publications))
        row: dict[str, object] = {"first": sides[0].id, "second": sides[1].id}
        for name, figure in zip(("first", "second"), sides, strict=True):
            row |= {f"{name}_{key}": value for key, value in _side(figure, figures, publications).items()}
        rows.append(row | {"differs": what_differs(*sides)})
    sides_of = [f"{name}_{key}" for name in ("first", "second") for key in _SIDE]
    return pd.DataFrame(rows, columns=["first", "second", *sides_of, "differs"])


def what_differs(first: Figure, second: Figure) -> str:
    """Say in what two figures in conflict differ by their own fields: three differences at most, the gravest first."""
    # Where every field agrees, what differs is the number, or the words around one number.
    found = [item for item in compare(first, second).differences if item.dimension not in _NOT_A_CAUSE]
    refusing = [item for item in found if item.level == "refused"]
    if refusing:
        more = f"; and {len(refusing) - _SHOWN} more" if len(refusing) > _SHOWN else ""
        return "; ".join(f"{item.dimension} ({item.text})" for item in refusing[:_SHOWN]) + more
    if (first.low, first.high) != (second.low, second.high):
        return "the number only"
    if first.statement != second.statement:
        return "the words around one number"
    return "what the two publications say of it"


def lineage(
    figures: Mapping[str, Figure],
    id: str,  # noqa: A002 (the word of the register)
    publications: Mapping[str, Mapping[str, Any]],
) -> pd.DataFrame:
    """List the primary record of a figure and everybody who repeated it, by day of publication."""
    # ``"first read"`` is the print that the register takes the number from, which need not be the oldest print.
    if id not in figures:
        raise ValueError(f"no figure {id!r} in the register; `cseanalysis figures` lists them")
    primary = figures[figures[id].relays or id]
    prints = [primary, *(figure for figure in figures.values() if figure.relays == primary.id)]
    return pd.DataFrame(
        [
            {
                "figure": figure.id,
                "role": "first read" if figure is primary else "relay",
                "published": _day(figure, publications),
                "publisher": publications[figure.source]["publisher"],
                "printed": figure.published,
                "tier": figure.tier,
                "drift": "what the register holds" if figure is primary else _drift(primary, figure),
            }
            for figure in sorted(prints, key=lambda figure: _order(figure, publications))
        ]
    )


_TABLE = "data/judgement/explained_conflicts.csv"
_NAMES = re.compile(r"\bF\d{3,}\b")
_RELATION = "=, < or > between two figures, or sums of them"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A conflict that is worked out from the printed numbers."""

    # ``finding`` is the sentence, in which ``{F022.published}`` or ``{F022.coverage}`` stands for what the register
    # says, ``{F022 / F008}`` for a per cent and ``{one in F140 / F139}`` for its inverse; an open end enters with its
    # lowest number. ``holds`` is what must be so for the finding to follow, such as ``F022 / F008 < F006``.

    about: str
    figures: tuple[str, ...]
    holds: str | None
    finding: str
    reason: str


def conflicts(root: Path | str | None = None) -> tuple[Conflict, ...]:
    """Return the rows of ``data/judgement/explained_conflicts.csv``, in the order in which the chapter prints them."""
    return read_judgement("explained_conflicts", Conflict, root)


def explained(figures: Mapping[str, Figure], conflicts: Iterable[Conflict]) -> pd.DataFrame:
    """Work out conflicts from the figures themselves."""
    said = _Said(figures)
    said["residual_group_based"] = say_interval(_residual(figures))
    rows = []
    for one in conflicts:
        if others := sorted(set(_NAMES.findall(f"{one.finding} {one.holds}")) - set(one.figures)):
            raise ValueError(f"{_TABLE}, {one.about}: speaks of {', '.join(others)}; name them under figures too")
        try:
            follows = one.holds is None or _holds(one.holds, figures)
        except KeyError as error:
            raise ValueError(f"{_TABLE}, {one.about}, holds: {error} is no figure; write {_RELATION}") from error
        if not follows:
            raise ValueError(f"{_TABLE}, {one.about}: {one.holds} no longer follows from the register; word it anew")
        try:
            finding = one.finding.format_map(said)
        except (KeyError, AttributeError, IndexError, ValueError) as error:
            raise ValueError(
                f"{_TABLE}, {one.about}: the finding asks for {error}, which the register does not have"
            ) from error
        rows.append({"about": one.about, "figures": ", ".join(one.figures), "finding": finding})
    return pd.DataFrame(rows, columns=["about", "figures", "finding"])


class _Said(dict[str, Any]):
    """Figures by id, and what a finding asks to be worked out from them."""

    def __missing__(self, key: str) -> str:
        if " / " not in key:
            raise KeyError(key)
        ends = _worked_out(key.removeprefix("one in "), self)
        said = [
            f"one in {say_number(end)}" if key.startswith("one in ") else f"{say_number(100 * end)}%" for end in ends
        ]
        return " to ".join(dict.fromkeys(said))


def _holds(relation: str, figures: Mapping[str, Figure]) -> bool:
    """Say whether two sides are printed alike, or whether one lies beyond what rounding allows the other to be."""
    rest, _, right = relation.rpartition(" ")
    left, _, sign = rest.rpartition(" ")
    other = figures[right]
    if sign == "=":
        return (figures[left].low, figures[left].high) == (other.low, other.high)
    low, high = (100 * end if other.unit == "per_cent" else end for end in _worked_out(left, figures))
    if sign not in ("<", ">"):
        raise ValueError(f"{_TABLE}, holds: {relation!r} is no relation; write {_RELATION}")
    return high < other.ends[0] if sign == "<" else low > other.ends[1]


def _worked_out(text: str, figures: Mapping[str, Figure]) -> tuple[float, float]:
    """Return the ends of one figure, or of sums over sums such as ``F139 + F142 / F139``, as they were printed."""
    above, _, below = text.partition(" / ")
    low, high = _added(above, figures)
    least = _added(below, figures)[0] if below else 1.0
    return low / least, high / least


def _added(text: str, figures: Mapping[str, Figure]) -> tuple[float, float]:
    low = high = 0.0
    for name in text.split(" + "):
        least, most = figures[name].low, figures[name].high
        if least is None:
            raise ValueError(f"{name} has no lower end, so nothing is worked out from it")
        low, high = low + least, high + (least if most is None else most)
    return low, high


def _residual(figures: Mapping[str, Figure]) -> Interval:
    interval = next(
        item for item in group_based_results(figures, quoted_classes()) if item.id == "residual_group_based"
    ).interval
    if interval is None:
        raise ValueError("residual_group_based is no range; the parts leave one")
    return interval


_SIDE = ("statement", "printed", "publisher", "published", "relayed_by")


def _pairs(figures: Mapping[str, Figure]) -> Iterator[tuple[str, str]]:
    position = {name: number for number, name in enumerate(figures)}
    for figure in figures.values():
        for other in figure.conflicts_with:
            if position[figure.id] < position[other]:
                yield figure.id, other


def _side(
    figure: Figure, figures: Mapping[str, Figure], publications: Mapping[str, Mapping[str, Any]]
) -> dict[str, object]:
    relays = sum(other.relays == figure.id for other in figures.values())
    values = (figure.statement, figure.published, publications[figure.source]["publisher"], _day(figure, publications))
    return dict(zip(_SIDE, (*values, relays), strict=True))


def _day(figure: Figure, publications: Mapping[str, Mapping[str, Any]]) -> str:
    return str(publications[figure.source]["published"]) or NOT_DATED


def _order(figure: Figure, publications: Mapping[str, Mapping[str, Any]]) -> tuple[bool, str, bool, str]:
    day = _day(figure, publications)
    # On one day the primary record stands in front of those who repeat it.
    return day == NOT_DATED, day, bool(figure.relays), figure.id


def _drift(primary: Figure, relay: Figure) -> str:
    said = []
    if (relay.low, relay.high) != (primary.low, primary.high) or relay.qualifier != primary.qualifier:
        said.append(f"{relay.published} for {primary.published}")
    if relay.statement != primary.statement:
        said.append(f"'{relay.statement}' for '{primary.statement}'")
    return "; ".join(said) or "none"
