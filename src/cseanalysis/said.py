"""How every result is read: ``print`` gives a few plain lines, a notebook a small table, ``to_frame`` the numbers.

A class gives ``to_frame`` and ``_says``; the decorator `speaks` makes text and HTML of the two.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from importlib import import_module
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:  # the values of the library speak too, and load no library of data frames for it
    import pandas as pd

_WIDTH = 120
_MOST_ROWS = 20  # of a table in a text; `to_frame` has them all


@dataclass(frozen=True, slots=True)
class Words:
    """What a result says of itself beside its table."""

    head: str  # the range first, or the number, with its kind
    more: tuple[str, ...] = ()  # lines below the first
    rows: pd.DataFrame | None = None  # those of the table that are shown; all when none are chosen
    rests_on: tuple[str, ...] = ()  # assumptions
    doubts: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()  # what is not claimed, and why
    most: int | None = _MOST_ROWS  # rows shown; None for every one


class Result(Protocol):
    """Something that was found: its numbers as a table, and what to say of them."""

    def to_frame(self) -> pd.DataFrame:
        """Return the numbers, a column for each name that the documentation promises."""

    def _says(self) -> Words: ...


R = TypeVar("R", bound=Result)


def speaks(kind: type[R]) -> type[R]:
    """Let a class of results say what ``_says`` and ``to_frame`` hold, in print and in notebooks."""
    # Set from outside: a class made anew for its slots would lose what it inherits by name.
    for name, words in (("__str__", as_text), ("_repr_html_", as_html)):
        setattr(kind, name, words)
    return kind


def as_text(self: Result) -> str:
    """Return the result as a few plain lines: the range with its kind, a table, what it rests on."""
    words = self._says()
    names, rows, more = _table(self, words)
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    lines = [words.head, *(part for line in words.more for part in _wrapped(line))]
    for row in (names, *rows) if rows else ():
        first, *others = (text.rjust(width) for text, width in zip(row, widths, strict=True))
        lines.append("  ".join(("", row[0].ljust(len(first)), *others)).rstrip())
    below = [part for line in _lines(words) for part in _wrapped(line)]
    return "\n".join([*lines, *([f"  {more}"] if more else []), *below])


def as_html(self: Result) -> str:
    """Return the same lines and numbers as `as_text` as HTML, escaped."""
    words = self._says()
    names, rows, more = _table(self, words)
    parts = [f"<p>{escape(line)}</p>" for line in (words.head, *words.more)]
    if rows:
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
        body = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in rows)
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    return "".join([*parts, *(f"<p>{escape(line)}</p>" for line in ([more] if more else []) + [*_lines(words)])])


def ranged(
    what: str,
    low: float,
    high: float,
    kind: str,
    level: float | None = None,
    *,
    unit: str = "",
    point: float | None = None,
    called: str = "",
) -> str:
    """Word a range to four digits, outward, with its kind and level, and a number within it by what it is called."""
    ends = [_wording().say_cell(end, side=side, unit=unit) for end, side in ((low, "low"), (high, "high"))]
    said = f"exactly {ends[0]}" if low == high else " to ".join(ends)
    if high == math.inf:
        said = f"{ends[0]} and up, without end"
    named = "bound" if level is None else f"{100 * level:.6g}% {kind} interval"
    middle = "" if point is None else f"{called} {_wording().say_cell(point, unit=unit)}, within ".lstrip()
    return f"{what}: {middle}{said} ({named})"


def of_interval(what: str, interval: Any, unit: str = "", *, point: float | None = None, called: str = "") -> str:
    """Word an interval as `ranged` does."""
    ends = (interval.low, interval.high, interval.kind, interval.level)
    return ranged(what, *ends, unit=unit, point=point, called=called)


def ends_of(interval: Any) -> dict[str, Any]:
    """Return an interval, or none, as the four columns in which every table has it."""
    return {name: getattr(interval, name, None) for name in ("low", "high", "kind", "level")}


def counted(what: str, count: float, rest: str = "") -> str:
    """Word what was counted and not estimated."""
    return f"{what}: {_wording().say_cell(count)}{rest} (count)"


def one_number(what: str, value: float | None, unit: str = "", *, error: float | None = None) -> str:
    """Word a number that has no interval, with its standard error if there is one."""
    spread = "" if error is None else f", standard error {_wording().say_cell(error, unit=unit)}"
    return f"{what}: {_wording().say_cell(value, unit=unit)}{spread} (one number, no interval)"


def without_gaps(frame: pd.DataFrame, words: str) -> pd.DataFrame:
    """Return a table as it is shown where what is missing means something else than that it cannot be estimated."""
    missing = frame.isna()
    pairs = {name: zip(frame[name], missing[name], strict=True) for name in frame}
    return type(frame)({name: [words if gap else value for value, gap in pair] for name, pair in pairs.items()})


def _wording() -> Any:
    return import_module("cseanalysis.export.wording")  # by name: wording stands on the values, which speak


def _table(result: Result, words: Words) -> tuple[list[str], list[list[str]], str]:
    """Return names and cells as printed, and what to say of the rows that are left out."""
    frame = result.to_frame() if words.rows is None else words.rows
    names = [str(name) for name in frame.columns]
    shown = frame if words.most is None else frame.head(words.most)
    rows = [
        [_label(row[0]), *(_cell(value, name) for value, name in zip(row[1:], names[1:], strict=True))]
        for row in shown.itertuples(index=False, name=None)
    ]
    left = len(frame) - len(shown)
    return names, rows, f"and {left:,} more row{'s' if left > 1 else ''}: to_frame() has them all" if left else ""


def _cell(value: object, name: str) -> str:
    side = next((end for end in ("low", "high") if name.rsplit("_", maxsplit=1)[-1] == end), "")
    text: str = _wording().say_cell(value, side=side)
    return text


def _wrapped(line: str) -> list[str]:
    return wrap(line, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _label(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)  # a year has no comma


def _lines(words: Words) -> Iterator[str]:
    for label, sentences in (("Rests on", words.rests_on), ("Doubtful", words.doubts), ("Refused", words.refused)):
        yield from (f"{label}: {sentence}" for sentence in sentences)
