"""Where the tables of a sheet stand: headings, units, rows, and the lines and footnotes around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cseanalysis.clean.labels import match_key
from cseanalysis.read.columns import Rows
from cseanalysis.read.grid import Grid, is_count, is_error, is_number
from cseanalysis.read.marks import Range

ABOUT = re.compile(r"\s*(cover|notes?\b|contents|table of contents|information|metadata|definitions?)", re.IGNORECASE)
SOURCE = re.compile(r"\s*sources?\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
UNITS = re.compile(r"\s*units?\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
_MARKER = re.compile(
    r"\s*(?:\.{2,3}|\u2026|[*:\-\u2013\u2014]|n/?a|\[\s?[a-z]+[0-9]?\s?\])\s*(?:\[[^\]]*\]\s*)*", re.IGNORECASE
)
# What stands first in a footnote that is spread over cells: a number or sign of its own, or what it tells.
_SMALL_MARK = re.compile(r"\s*(?:[1-9][0-9]?|[a-z])\s*", re.IGNORECASE)
_NOTE_MARK = re.compile(
    r"\s*(?:\(?[0-9a-z]{1,2}[).:]|\[[0-9a-z]{1,2}\]|[*\u2020\u2021\u00a7#^~\u00b9\u00b2\u00b3\u2070-\u2079]+"
    r"|[\[(]?(?:foot)?notes?\s*[0-9a-z]{0,3}[\])]?\s*[.:]?)\s*",
    re.IGNORECASE,
)
_ABOUT_MARK = re.compile(
    r"\s*(?:(?:data )?sources?|publishe[dr]|publication|contact|e-?mail|telephone|phone|web ?site|links?|coverage"
    r"|(?:last )?updated|date|release date|date of (?:release|publication)|next (?:release|update|publication)"
    r"|copyright|licen[cs]e|statistician)\s*:?\s*",
    re.IGNORECASE,
)
# Four words or more with a full stop behind them.
_SENTENCE = re.compile(r"\s*(?:\S+\s+){3,}\S*[.!?]\s*", re.DOTALL)
_TITLE = re.compile(r"\s*(?:table|figure|chart|annex)\s+[a-z]{0,2}[0-9][^:]*:?.*", re.IGNORECASE | re.DOTALL)
_UNIT_NAME = re.compile(r"\s*units?(?: of measure(?:ment)?)?\s*:?\s*|\s*measure\s*:?\s*", re.IGNORECASE)
_UNIT = re.compile(
    r"\s*\(.*\)\s*|\s*(?:n|no\.?|numbers?|counts?|text|names?|codes?|%|per ?cents?|percentages?|proportions?|ratios?"
    r"|rates?|(?:rate )?per [0-9,]+.*|£\s?(?:000s?|m|million|thousand)?|'?000s?|thousands?|millions?|pounds"
    r"|days?|weeks?|months?|hours?|years?)\s*",
    re.IGNORECASE,
)
_NO_ANSWER = re.compile(
    r"\s*(?:not .*|no (?:data|record|information|reply).*|nil|none|unknown|unavailable|refused.*|withheld.*|suppressed"
    r"|confidential|missing|exempt.*|pending|see .*|under \S+|less than .*|fewer than .*)\s*",
    re.IGNORECASE,
)
# So many rows of a table are looked at to tell whether it holds numbers.
_LOOK = 200


@dataclass(frozen=True, slots=True)
class Block:
    """Where one table stands in a sheet; rows ``top`` to ``header`` are its headings, then may come one of units."""

    top: int
    header: int
    units: int | None
    rows: tuple[int, ...]
    above: tuple[str, ...]
    below: tuple[str, ...]

    def inside(self) -> set[int]:
        """Give the rows of the table, its headings and its units."""
        return {*range(self.top, self.header + 1), *self.rows, *(() if self.units is None else (self.units,))}


def find_tables(grids: Sequence[Grid]) -> list[list[Block]]:
    """Find the tables of each sheet; a column alone is one where nothing wider is in the file or it holds numbers."""
    found = [find_blocks(grid) for grid in grids]
    only = not any(found)
    return [
        blocks or ([] if ABOUT.match(grid.sheet) else _lone_column(grid, words=only))
        for grid, blocks in zip(grids, found, strict=True)
    ]


def find_blocks(grid: Grid) -> list[Block]:
    """Find the tables of a sheet by how many cells of each row are filled and which hold numbers."""
    filled = grid.filled()
    blocks: list[Block] = []
    texts: list[str] = []
    # Rows of the open table, and lines since its last row, which may yet turn out to be rows of it.
    top: int | None = None
    rows: list[int] = []
    pending: list[int] = []
    gap = False

    def close() -> None:
        nonlocal top, rows, texts
        if top is not None:
            header = _last_heading(grid, top, rows)
            body = [row for row in rows if row > header]
            units = _units_row(grid, header, body)
            blocks.append(Block(top, header, units, tuple(row for row in body if row != units), tuple(texts), ()))
            texts, top, rows = [], None, []

    counts = filled.tolist()
    marked = _marked(grid, filled)
    for row, count in enumerate(counts):
        # A cell alone, but not in the first column, belongs to a table: a heading beside a blank corner, or a value.
        lone = count == 1 and (
            grid.columns[0][row] is not None or (top is None and (row + 1 == len(counts) or counts[row + 1] < 2))
        )
        if not lone and marked[row]:
            lone = (
                _is_about(grid, row, counts) if top is None else _is_note(grid, row, rows, apart=gap or bool(pending))
            )
        if count == 0:
            gap = gap or top is not None
        elif lone and top is None:
            texts.append(_line(grid, row))
        elif lone:
            pending.append(row)
        else:
            if top is not None and _opens(grid, row, top, rows, apart=gap or bool(pending)):
                close()
                texts = [_line(grid, line) for line in pending]
            elif top is not None:
                rows += pending
            pending, gap = [], False
            if top is None:
                top = row
            else:
                rows.append(row)
    close()
    if blocks and pending:
        below = tuple(_line(grid, line) for line in pending)
        blocks[-1] = replace(blocks[-1], below=below)
    return blocks


def _lone_column(grid: Grid, *, words: bool) -> list[Block]:
    """Find a table of one column: lines of text above, a heading, values; of ``words`` only where that is asked for."""
    place = max(range(len(grid.columns)), key=lambda number: (grid.columns[number].codes >= 0).sum(), default=0)
    lines = [(row, text) for row in range(grid.height) if (text := grid.columns[place][row]) is not None]
    beside = [row for row in np.flatnonzero(grid.filled()).tolist() if grid.columns[place][row] is None]
    numbers = [number for number, (_, text) in enumerate(lines) if is_count(text)]
    first, last = 0, len(lines)
    while last > first and _is_text(lines[last - 1][1]):
        last -= 1
    if numbers and _is_heading_of_numbers(lines, numbers[0], last):
        first = max(numbers[0] - 1, 0)
    elif not words and len(numbers) * 2 < last - 1:
        return []
    else:
        while first < last and (_is_text(lines[first][1]) or _stands_apart(lines, first, last)):
            first += 1
    if last - first < 2 or any(_is_text(text) for _, text in lines[first:last]):
        return []
    top, bottom = lines[first][0], lines[last - 1][0]
    if any(top <= row <= bottom for row in beside):
        return []
    above = tuple(_line(grid, row) for row in np.flatnonzero(grid.filled()[:top]).tolist())
    below = tuple(_line(grid, row) for row in np.flatnonzero(grid.filled()).tolist() if row > bottom)
    # An empty line between values is a value that is missing: the order of a lone column may be all that it says.
    return [Block(top, top, None, tuple(range(top + 1, bottom + 1)), above, below)]


def _is_heading_of_numbers(lines: Sequence[tuple[int, str]], first: int, last: int) -> bool:
    """Say whether only numbers and markers follow the first number, and no code stands among the words above."""
    values = all(is_number(text) or _is_marker(text) for _, text in lines[first:last])
    return values and not any(map(str.isdigit, "".join(text for _, text in lines[1:first])))


def _stands_apart(lines: Sequence[tuple[int, str]], first: int, last: int) -> bool:
    """Say whether an empty row follows the first line but none follows the next: a title, not a heading."""
    return (
        last - first > 2
        and lines[first + 1][0] > lines[first][0] + 1
        and lines[first + 2][0] == lines[first + 1][0] + 1
    )


def _is_text(line: str) -> bool:
    """Say whether a line is prose, a title or a source: nothing that stands in a column of a table."""
    return any(kind.fullmatch(line) for kind in (_SENTENCE, _TITLE, SOURCE, UNITS)) or len(line.split()) > 12


def _marked(grid: Grid, filled: Rows) -> list[bool]:
    """Say for each row whether its first filled cell looks like the beginning of a footnote."""
    first = np.full(grid.height, -1, dtype=np.int64)
    for number, column in enumerate(grid.columns):
        first[(first < 0) & (column.codes >= 0)] = number
    widest = int(np.bincount(filled[filled > 0]).argmax()) if filled.any() else 0
    found = np.zeros(grid.height, dtype=bool)
    for place in set(first[first >= 0].tolist()):
        column = grid.columns[place]
        kinds = (_SMALL_MARK, _NOTE_MARK, _ABOUT_MARK, _MARKER, _SENTENCE, SOURCE, UNITS)
        known = np.array([*(any(kind.fullmatch(text) for kind in kinds) for text in column.texts), False])
        # Few footnotes fill as many cells as most rows do, unless the table is narrow.
        found |= (first == place) & known[column.codes] & ((filled < widest) | (filled <= 3))
    return found.tolist()


def _is_note(grid: Grid, row: int, rows: list[int], *, apart: bool) -> bool:
    """Say whether a row with the mark of a footnote has words, or nothing, in all columns that hold numbers."""
    cells = grid.row(row)
    first = next(place for place, cell in enumerate(cells) if cell is not None)
    if any(is_number(cell) or _is_marker(cell) for cell in cells[first + 1 :]):
        return False
    look = rows[:_LOOK]
    if not any(
        is_number(column[line]) or _is_marker(column[line])
        for place, column in enumerate(grid.columns)
        if place != first
        for line in look
    ):
        return False
    # A small number or a letter is a footnote's unless the rows of the table are labelled so themselves.
    return (
        apart
        or not _SMALL_MARK.fullmatch(cells[first] or "")
        or not any(_SMALL_MARK.fullmatch(grid.columns[first][line] or "") for line in look)
    )


def _is_about(grid: Grid, row: int, counts: list[int]) -> bool:
    """Say whether a row above the tables is a pair such as ``Source``, ``Home Office``, not headings of numbers."""
    cells = [cell for cell in grid.row(row) if cell is not None]
    below = grid.row(row + 1) if row + 1 < grid.height else []
    about = any(kind.fullmatch(cells[0]) for kind in (_ABOUT_MARK, SOURCE, UNITS))
    return about and counts[row] == 2 and not any(map(is_number, below))


def _opens(grid: Grid, row: int, top: int, rows: list[int], *, apart: bool) -> bool:
    if not apart:
        return False
    cells = grid.row(row)
    if [match_key(cell or "") for cell in cells] == [match_key(cell or "") for cell in grid.row(top)]:
        return True
    # A row of markers ("[x]", "..") is a suppressed row of the open table, not the headings of the next one.
    if any(map(_is_marker, cells)) or _has_number(cells):
        return False
    below = next((line for line in range(row + 1, grid.height) if any(map(_is_filled, grid.row(line)))), None)
    if below is None:
        return False
    under = [cell for cell, text in zip(cells, grid.row(below), strict=True) if is_number(text)]
    if under and not any(cell is not None and not _NO_ANSWER.fullmatch(cell) for cell in under):
        # No word stands over the numbers below, so that these are no headings of theirs.
        return False
    return any(_has_number(grid.row(line)) for line in rows[:_LOOK])


def _last_heading(grid: Grid, top: int, rows: list[int]) -> int:
    """Give the last row of headings; one row at least stays below it."""
    header = top
    for number, row in enumerate(rows[:-1], start=1):
        if row != header + 1 or not _is_heading(grid, header, row, rows[number:]):
            break
        header = row
    return header


def _is_heading(grid: Grid, upper: int, row: int, below: list[int]) -> bool:
    """Say whether the row below a row of headings is one too: merged cells say so, or gaps that it fills."""
    first, second = grid.row(upper), grid.row(row)
    if any(map(is_count, first)) or any(map(_is_marker, second)):
        return False
    if any(top <= upper < bottom and grid.columns[left][top] for top, left, bottom, _ in _merges(grid)):
        return True
    if any(map(is_count, second)):
        return False
    same = second[0] is None or second[0] == first[0]
    if not same and (_has_number(second) or not (first[0] is None or _heads_all_numbers(grid, second, below))):
        return False
    for top, left, bottom, right in _merges(grid):
        if top == bottom == upper and first[left] and sum(cell is not None for cell in second[left : right + 1]) > 1:
            return True
    gaps = any(first[place] is None and second[place] is not None for place in range(1, len(first)))
    return gaps and any(_has_number(grid.row(line)) for line in below[:_LOOK])


def _heads_all_numbers(grid: Grid, cells: list[str | None], below: list[int]) -> bool:
    """Say whether a row has words over every column of numbers, at least two, as only a row of headings has."""
    measured = [
        cell
        for cell, column in zip(cells, grid.columns, strict=True)
        if any(is_number(column[line]) for line in below[:_LOOK])
    ]
    return len(measured) > 1 and all(cell is not None and not _NO_ANSWER.fullmatch(cell) for cell in measured)


def _merges(grid: Grid) -> list[Range]:
    return [merge for merge in grid.merges if merge[1] < len(grid.columns) and merge[0] < grid.height]


def _units_row(grid: Grid, header: int, body: list[int]) -> int | None:
    """Find a row of units: directly below the headings, words for columns of numbers, and no label of its own."""
    if len(body) < 2 or body[0] != header + 1:
        return None
    cells = grid.row(body[0])
    words = [(place, cell) for place, cell in enumerate(cells) if cell is not None]
    if any(is_number(cell) or _is_marker(cell) or _NO_ANSWER.fullmatch(cell) for _, cell in words):
        return None
    measured = {
        place
        for place, column in enumerate(grid.columns)
        if any(is_number(column[line]) for line in body[1 : _LOOK + 1])
    }
    named = bool(words) and _UNIT_NAME.fullmatch(words[0][1]) is not None
    units = words[1:] if named else words
    if not any(place in measured for place, _ in units):
        return None
    known = all(_UNIT.fullmatch(cell) for _, cell in units)
    unlabelled = cells[0] is None or named
    return body[0] if known or (unlabelled and all(place in measured for place, _ in units)) else None


def _has_number(cells: Sequence[str | None]) -> bool:
    return any(map(is_number, cells))


def _is_filled(cell: str | None) -> bool:
    return cell is not None


def _is_marker(cell: str | None) -> bool:
    return cell is not None and (_MARKER.fullmatch(cell) is not None or is_error(cell))


def _line(grid: Grid, row: int) -> str:
    return " ".join(text.strip() for text in grid.row(row) if text is not None)


def headings(grid: Grid, block: Block) -> list[str | None]:
    """Join the headings of each column from the top down, each once; a merged heading stands over all its columns."""
    levels = [grid.row(row) for row in range(block.top, block.header + 1)]
    wide: dict[int, dict[int, int]] = {}
    for top, left, _, right in _merges(grid):
        if right > left:
            wide.setdefault(top, {}).update(dict.fromkeys(range(left + 1, right + 1), left))
    over: list[str | None] = [None] * len(levels)
    joined: list[str | None] = []
    for place in range(len(grid.columns)):
        parts: list[str] = []
        for number, cells in enumerate(levels):
            cell = cells[place]
            if cell is not None:
                # A new heading ends those that stand over narrower groups; one with nothing below stands over itself.
                over[number:] = [None] * (len(levels) - number)
                below = [level[place] for level in levels[number + 1 :]]
                over[number] = cell if any(text not in (None, cell) for text in below) else None
            elif block.top + number in wide:
                source = wide[block.top + number].get(place)
                cell = None if source is None else cells[source]
            elif number + 1 < len(levels):
                cell = over[number]
            if cell is not None and (not parts or parts[-1] != cell.strip()):
                parts.append(cell.strip())
        joined.append(": ".join(parts) or None)
    return joined
