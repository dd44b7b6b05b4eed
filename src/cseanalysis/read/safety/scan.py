"""XML of spreadsheets, fast: the positions of all tags as arrays, whole blocks at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cseanalysis.read.safety.limits import Watch
from cseanalysis.read.safety.markup import (
    DANGEROUS,
    Found,
    UncertainMarkupError,
    address,
    check_shared_count,
    refuse_dangerous,
    refuse_doctype,
    refuse_formula,
)

Positions = NDArray[np.int64]
Flags = NDArray[np.bool_]

_TABLE_NAMESPACE = b"urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_BINDING = re.compile(rb"xmlns:?([\w.-]*)\s*=\s*[\"']([^\"'<>]*)[\"']")
_REPEATED = re.compile(rb"number-(?:rows|columns)-repeated\s*=\s*[\"']([^\"'<>]*)[\"']")
_SPACES = re.compile(rb"\bc\s*=\s*[\"']([^\"'<>]*)[\"']")
# A tag that says more spaces than this could be shorter than what it stands for.
_SPACES_COUNTED = 20
_SHARED_COUNT = re.compile(rb"<sst\b[^<>]*?\buniqueCount\s*=\s*[\"']([^\"'<>]*)[\"']")
_ODD_SHARED = re.compile(rb't="s"[^<>]*>(?!<v>[0-9]+</v>|</c>)')
_OTHER_QUOTES = re.compile(rb"""t(?:\s*=\s*'s'|\s+=\s*"s"|=\s+"s")""")
_LOCAL_NAME = re.compile(rb"<(?:[\w.-]+:)?([\w.-]+)")
_PREFIXED = re.compile(rb"<[\w.-]+:(?:c|row|si|sst|sheetData)[\s/>]")
_FIRST_LETTERS = np.frombuffer(b"crs", dtype=np.uint8)
_NO_VALUE = re.compile(rb"(?:</f>|<f\b[^<>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_PADDING = b"\0" * 32
_HELD_BYTES = 32_000_000


@dataclass(frozen=True, slots=True)
class _Tags:
    """Tags of one piece of XML: where each begins and ends, and the bytes as an array."""

    data: bytes
    array: NDArray[np.uint8]
    begins: Positions
    ends: Positions
    empty: Flags

    def byte(self, offset: int, which: Any = slice(None)) -> NDArray[np.uint8]:
        """Bytes that stand so many places after the beginning of the tags."""
        found: NDArray[np.uint8] = self.array[self.begins[which] + offset]
        return found


def scan(blocks: Iterator[bytes], found: Found, size: int, *, ods: bool, watch: Watch) -> Found:
    """Judge one large member piece by piece; raise where only the exact reading can tell."""
    depth, held, sheet = 0, b"", False
    # Shared texts are counted only where they could add up to too much: a cell takes some twenty bytes at least.
    longest = max(found.lengths, default=0)
    lengths = np.array(found.lengths if longest * (size // 20) > watch.limits.text - found.text else [], dtype=np.int64)
    state = _Rows() if ods else _Cells(lengths, size)
    first = True
    for block in blocks:
        watch.tick()
        data = held + block if held else block
        if b"\0" in block:
            raise UncertainMarkupError
        if not ods and not sheet and b"sheetData" in data:
            sheet = True
            found.begin_sheet(watch)
        cut = _cut(data, ods=ods, sheet=sheet)
        if cut <= 0:
            held = data
            if len(held) > _HELD_BYTES:
                watch.refuse(f"one row or text takes more than {_HELD_BYTES:,} bytes", limit="cell_text")
            continue
        piece, held = data[:cut], data[cut:]
        depth = _judge(piece, depth, found, state, sheet=sheet, first=first, watch=watch)
        first = False
    depth = _judge(held, depth, found, state, sheet=sheet, first=first, watch=watch)
    if depth:
        raise UncertainMarkupError
    return found


def _cut(data: bytes, *, ods: bool, sheet: bool) -> int:
    """Find where the piece may end: before a row, a cell or a text, so that none is cut in two."""
    if ods:
        return data.rfind(b"<table:table-row") if b"<table:table-row" in data else data.rfind(b"<")
    if sheet:
        cut = max(data.rfind(b"<c "), data.rfind(b"</sheetData"))
        return cut if cut >= 0 else data.rfind(b"<")
    cut = data.rfind(b"<si>")
    return cut if cut >= 0 else data.rfind(b"<")


def _judge(
    piece: bytes, depth: int, found: Found, state: _Rows | _Cells, *, sheet: bool, first: bool, watch: Watch
) -> int:
    tags = _tags(piece)
    if not len(tags.begins):
        return depth
    second = tags.byte(1)
    special = np.flatnonzero((second == ord("!")) | (second == ord("?")))
    if len(special):
        if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
            refuse_doctype(watch)
        if not first or special.tolist() != [0] or second[0] != ord("?"):
            raise UncertainMarkupError
    steps = np.int8(1) - 2 * (second == ord("/")).view(np.int8) - tags.empty.view(np.int8)
    steps[special] = 0
    levels = depth + np.cumsum(steps, dtype=np.int32)
    if levels.min() < 0:
        raise UncertainMarkupError
    watch.cap("xml_depth", int(levels.max()), "levels of XML")
    if isinstance(state, _Rows):
        _lay_out_ods(tags, state, found, watch)
    else:
        # Most colons stand before digits, as in "1:13"; the search is slow.
        colons = np.flatnonzero(tags.array == ord(":"))
        if np.isin(tags.array[colons + 1], _FIRST_LETTERS).any() and _PREFIXED.search(piece):
            raise UncertainMarkupError
        if sheet:
            _lay_out_xlsx(tags, second, state, found, watch)
            _write_out_xlsx(tags, second, state.lengths, found, watch)
        else:
            if stated := _SHARED_COUNT.search(piece):
                if not stated[1].isdigit():
                    raise UncertainMarkupError
                check_shared_count(stated[1].decode(), state.size, watch)
            shared = np.flatnonzero(second == ord("s"))
            shared = shared[(tags.byte(2, shared) == ord("i")) & ~_named(tags.byte(3, shared))]
            _check_text(tags, shared, watch)
            found.lengths += _text_lengths(tags, shared).tolist()
    return int(levels[-1])


def _tags(piece: bytes) -> _Tags:
    array = np.frombuffer(piece + _PADDING, dtype=np.uint8)
    begins, ends = np.flatnonzero(array == ord("<")), np.flatnonzero(array == ord(">"))
    # A stray > in an attribute or text makes the pairing a guess.
    if len(begins) != len(ends) or (begins > ends).any() or (begins[1:] < ends[:-1]).any():
        raise UncertainMarkupError
    return _Tags(piece, array, begins, ends, array[ends - 1] == ord("/"))


def _named(letters: NDArray[np.uint8]) -> Flags:
    """Say whether a name goes on with this letter."""
    named: Flags = (letters > ord(" ")) & (letters != ord("/")) & (letters != ord(">"))
    return named


def _check_text(tags: _Tags, cells: Positions, watch: Watch) -> None:
    """Raise when more than a cell's text may stand between one cell and the next: in bytes, so a guess."""
    if not len(cells) or np.diff(tags.begins[cells], append=len(tags.data)).max() <= watch.limits.cell_text:
        return
    in_tags = (tags.ends[cells] - tags.begins[cells]).max()
    if max(_text_lengths(tags, cells).max(), in_tags) > watch.limits.cell_text:
        raise UncertainMarkupError


def _text_lengths(tags: _Tags, cells: Positions) -> Positions:
    """Bytes of text between one cell and the next."""
    if not len(cells):
        return cells
    following = np.append(tags.begins[1:], len(tags.data))
    ends = np.append(cells[1:], len(tags.begins)) - 1
    sums = np.cumsum(following - tags.ends - 1)
    lengths: Positions = sums[ends] - np.where(cells > 0, sums[cells - 1], 0)
    return lengths


def _write_out_xlsx(tags: _Tags, second: NDArray[np.uint8], lengths: Positions, found: Found, watch: Watch) -> None:
    """Add up the text of the cells, shared texts as often as they are used; more than is there, never less."""
    found.text += len(tags.data) - int((tags.ends - tags.begins + 1).sum())
    if len(lengths):
        values = np.flatnonzero(second == ord("v"))
        values = values[~_named(tags.byte(2, values))]
        used, _ = _read_digits(tags.array, tags.ends[values] + 1, ord("0"), ord("9"), base=10, start=0, longest=9)
        found.text += int(lengths[used[used < len(lengths)]].sum())
    if found.text > watch.limits.text:
        raise UncertainMarkupError


def _lay_out_xlsx(tags: _Tags, second: NDArray[np.uint8], state: _Cells, found: Found, watch: Watch) -> None:
    cells = np.flatnonzero(second == ord("c"))
    cells = cells[~_named(tags.byte(2, cells))]
    _check_text(tags, cells, watch)
    rows = np.flatnonzero(second == ord("r"))
    rows = rows[(tags.byte(2, rows) == ord("o")) & (tags.byte(3, rows) == ord("w")) & ~_named(tags.byte(4, rows))]
    begins = np.concatenate([tags.begins[cells] + 2, tags.begins[rows] + 4])
    if not len(begins):
        return
    array = tags.array
    for offset, letter in enumerate(b' r="'):
        if (array[begins + offset] != letter).any():
            raise UncertainMarkupError
    places = begins + 4
    columns, places = _read_digits(array, places, ord("A"), ord("Z"), base=26, start=1, longest=4)
    lines, places = _read_digits(array, places, ord("0"), ord("9"), base=10, start=0, longest=9)
    if (array[places] != ord('"')).any() or not lines.all() or not columns[: len(cells)].all():
        raise UncertainMarkupError
    if columns[len(cells) :].any():
        raise UncertainMarkupError
    if len(cells):
        order = (lines[: len(cells)] << 16) + columns[: len(cells)]
        if order[0] <= state.last or (np.diff(order) <= 0).any():
            raise UncertainMarkupError
        state.last = int(order[-1])
        widest, lowest = int(columns.argmax()), int(lines[: len(cells)].argmax())
        found.reach(int(lines[lowest]), int(columns[lowest]), watch)
        found.reach(int(lines[widest]), int(columns[widest]), watch)
    odd = _has_odd_quotes(tags) and _OTHER_QUOTES.search(tags.data)
    if odd or not (_are_numbers(tags, cells) or not _ODD_SHARED.search(tags.data)):
        raise UncertainMarkupError
    if (second == ord("f")).any():
        for match in _NO_VALUE.finditer(tags.data):
            cell = tags.data.rfind(b"<c ", 0, match.start())
            if b't="str"' not in tags.data[cell : match.start()]:
                at = int(np.searchsorted(tags.begins[cells], cell))
                refuse_formula(watch.at(f"cell {address(int(lines[at]), int(columns[at]))}"))


def _has_odd_quotes(tags: _Tags) -> bool:
    """Say whether an attribute may have other quotes, or blanks beside its sign of equality."""
    blank, equal = tags.array <= ord(" "), tags.array == ord("=")
    beside = (blank[:-1] & equal[1:]).any() or (equal[:-1] & blank[1:]).any()
    return b"'" in tags.data or bool(beside)


def _are_numbers(tags: _Tags, cells: Positions) -> bool:
    """Say whether ``t="s"`` only ends the tags of cells that hold one whole number: quicker than a search."""
    last = cells[: np.searchsorted(cells, len(tags.begins) - 2)]
    ends, array = tags.ends[last], tags.array
    shared = np.ones(len(last), dtype=np.bool_)
    for offset, letter in enumerate(b't="s"', start=-5):
        shared &= array[ends + offset] == letter
    if np.count_nonzero(shared) != tags.data.count(b't="s"'):
        return False
    starts, stops = ends[shared] + 4, tags.begins[last[shared] + 2]
    if not all((array[starts + offset] == letter).all() for offset, letter in enumerate(b"<v>", start=-3)):
        return False
    lengths = stops - starts
    if not len(lengths):
        return True
    if lengths.min() < 1 or lengths.max() > 9 or not (array[stops + 1] == ord("/")).all():
        return False
    digits = array - np.uint8(ord("0")) < 10
    return all(digits[starts[lengths > place] + place].all() for place in range(int(lengths.max())))


def _read_digits(
    array: NDArray[np.uint8], places: Positions, low: int, high: int, *, base: int, start: int, longest: int
) -> tuple[Positions, Positions]:
    """Read a number written in letters or digits at each place; return it and the place after it."""
    values = np.zeros(len(places), dtype=np.int64)
    places = places.copy()
    going = np.ones(len(places), dtype=np.bool_)
    for _ in range(longest):
        letters = array[places]
        going &= (letters >= low) & (letters <= high)
        if not going.any():
            break
        values = np.where(going, values * base + (letters.astype(np.int64) - low + start), values)
        places += going
    return values, places


@dataclass(slots=True)
class _Cells:
    """Lengths of shared texts that cells may use, bytes of the member, and the last cell of the sheet under way."""

    lengths: Positions
    size: int
    last: int = 0


@dataclass(slots=True)
class _Rows:
    """Rows of the ODS sheet under way, repeats included."""

    last: int = 0


def _lay_out_ods(tags: _Tags, rows: _Rows, found: Found, watch: Watch) -> None:
    data = tags.data
    if b"xmlns" in data:
        _check_prefixes(data)
    second = tags.byte(1)
    opened = np.flatnonzero(second != ord("/"))
    _check_spaces(tags)
    is_text = (second[opened] == ord("t")) & (tags.byte(2, opened) == ord("e")) & (tags.byte(7, opened) != ord("c"))
    opened = opened[~is_text]
    in_table = (tags.byte(1, opened) == ord("t")) & (tags.byte(2, opened) == ord("a"))
    in_table &= tags.byte(6, opened) == ord(":")
    seventh = tags.byte(7, opened)
    plain = in_table & (seventh == ord("t")) & (tags.byte(8, opened) == ord("a"))
    after = tags.byte(12, opened)
    dashed = plain & (after == ord("-"))
    is_cell = dashed & (tags.byte(13, opened) == ord("c")) & (tags.byte(14, opened) == ord("e"))
    is_cell |= in_table & (seventh == ord("c")) & (tags.byte(9, opened) == ord("v"))
    is_row = dashed & (tags.byte(13, opened) == ord("r")) & ~_named(tags.byte(16, opened))
    _check_others(tags, opened[~(is_cell | is_row)], watch)
    cells, row_tags, tables = opened[is_cell], opened[is_row], opened[plain & ~_named(after)]

    repeats = np.ones(len(tags.begins), dtype=np.int64)
    if b"-repeated" in data:
        stated = [(match.start(), match[1]) for match in _REPEATED.finditer(data)]
        if not all(text.isdigit() for _, text in stated):
            raise UncertainMarkupError
        at = np.searchsorted(tags.begins, [start for start, _ in stated], side="right") - 1
        repeats[at] = [max(min(int(text[:12]), 2**31), 1) for _, text in stated]

    _check_text(tags, cells, watch)
    filled = _filled(tags, cells)
    widths = _widths(cells, repeats, filled, row_tags)
    found.text += len(data)
    if len(cells) and len(row_tags):
        times = repeats[cells] * repeats[row_tags[np.searchsorted(row_tags, cells, side="right") - 1]]
        often = np.flatnonzero(filled & (times > 1))
        found.text += int((np.diff(tags.begins[cells], append=len(data))[often] * times[often].astype(float)).sum())
    if found.text > watch.limits.text:
        raise UncertainMarkupError
    for table, lines in _by_table(tables, row_tags):
        if table:
            found.begin_sheet(watch)
            rows.last = 0
        ends = rows.last + np.cumsum(repeats[row_tags[lines]])
        if not len(ends):
            continue
        rows.last = int(ends[-1])
        inside = widths[lines]
        kept = np.flatnonzero(inside)
        if len(kept):
            widest = int(inside.argmax())
            found.reach(int(ends[kept[-1]]), int(inside[kept[-1]]), watch)
            found.reach(int(ends[widest]), int(inside[widest]), watch)


def _check_spaces(tags: _Tags) -> None:
    """Raise where a tag stands for more spaces than it has letters."""
    spaces = (tags.byte(1) == ord("t")) & (tags.byte(5) == ord(":")) & (tags.byte(6) == ord("s"))
    spaces &= ~_named(tags.byte(7)) & (tags.byte(7) != ord("/"))
    for place in np.flatnonzero(spaces).tolist():
        stated = _SPACES.search(tags.data, tags.begins[place], tags.ends[place])
        if stated and not (stated[1].isdigit() and int(stated[1][:9]) <= _SPACES_COUNTED):
            raise UncertainMarkupError


def _by_table(tables: Positions, row_tags: Positions) -> Iterator[tuple[bool, slice]]:
    """Yield the rows of the sheet under way, then those of each sheet that begins in this piece."""
    edges = [0, *np.searchsorted(row_tags, tables).tolist(), len(row_tags)]
    for place, (low, high) in enumerate(pairwise(edges)):
        yield place > 0, slice(low, high)


def _widths(cells: Positions, repeats: Positions, filled: Flags, row_tags: Positions) -> Positions:
    """Columns of each row up to its last filled cell."""
    widths = np.zeros(len(row_tags), dtype=np.int64)
    if not len(cells) or not len(row_tags):
        return widths
    row_of = np.searchsorted(row_tags, cells, side="right") - 1
    if row_of[0] < 0:
        raise UncertainMarkupError
    sums = np.cumsum(repeats[cells])
    first = np.searchsorted(cells, row_tags)
    before = np.where(first > 0, sums[first - 1], 0)
    kept = np.flatnonzero(filled)
    # Of several cells of one row the last is assigned last: the widest.
    widths[row_of[kept]] = sums[kept] - before[row_of[kept]]
    return widths


def _filled(tags: _Tags, cells: Positions) -> Flags:
    """Say which cells hold something; one without content may still carry a value in its tag."""
    following = np.append(tags.begins[1:], len(tags.data))[cells]
    closed = tags.array[np.minimum(following + 1, len(tags.data))] == ord("/")
    bare = tags.empty[cells] | (closed & (following == tags.ends[cells] + 1))
    filled: Flags = ~bare
    for place in np.flatnonzero(bare).tolist():
        tag = tags.data[tags.begins[cells[place]] : tags.ends[cells[place]]]
        filled[place] = b"value" in tag
        if b"formula" in tag and b"value" not in tag:
            raise UncertainMarkupError
    return filled


def _check_others(tags: _Tags, others: Positions, watch: Watch) -> None:
    for begin in tags.begins[others].tolist():
        name = _LOCAL_NAME.match(tags.data, begin)
        if name and (local := name[1].decode()) in DANGEROUS:
            refuse_dangerous(local, watch)


def _check_prefixes(data: bytes) -> None:
    """Raise unless the table elements are written with the usual prefix, which the scan looks for."""
    for prefix, namespace in _BINDING.findall(data):
        if b"&" in namespace or (prefix == b"table") != (namespace == _TABLE_NAMESPACE):
            raise UncertainMarkupError
