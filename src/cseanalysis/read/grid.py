"""A published file as text: every sheet, every cell, every address; what the cells mean is for others to say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from cseanalysis.clean import UnmappedLabelError, parse_counts
from cseanalysis.read.load import BrokenFileError, address, load_tables
from cseanalysis.read.marks import Range
from cseanalysis.read.safety.limits import printable

if TYPE_CHECKING:
    import pyarrow as pa

    from cseanalysis.read.safety import Limits

_SHOWN = 5
_WHOLE = re.compile(r"\s*-?[0-9]{1,15}\s*")
# A number of a spreadsheet, or of an English file: its point stands before decimals, also where there are three.
_DECIMAL = re.compile(r"\s*-?[0-9]{1,15}\.[0-9]+\s*")
_NUMERIC = re.compile(r"\s*[-\u2212]?[£$]?[0-9][0-9,. ]*%?\s*(\[[^\]]*\])?\s*")
_ERROR = re.compile(
    r"\s*(?:#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|GETTING_DATA|SPILL!|CALC!|FIELD!|ERROR!)|Err:[0-9]{3})\s*"
)
_QUALIFIED = re.compile(r"\s*(?:[<>~≤≥]|(?:under|over|less than|fewer than|more than|up to|at least|about|around)\s)")
_YEAR = re.compile(r"\s*(?:19|20)[0-9]{2}\s*")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one place of a file; ``cell`` is empty when it concerns a whole sheet."""

    sheet: str
    cell: str
    what: str

    def __str__(self) -> str:
        place = ", ".join(([f"sheet {self.sheet!r}"] if self.sheet else []) + ([self.cell] if self.cell else []))
        return f"{place}: {self.what}" if place else self.what


class UnreadableFileError(ValueError):
    """A file that does not have the layout it should have; nothing of it is returned.

    Parameters
    ----------
    path
        The file.
    problems
        All that is wrong with it; the message shows at most five.
    """

    def __init__(self, path: Path, problems: Iterable[Problem]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__(path, self.problems)

    def __str__(self) -> str:
        shown = "; ".join(str(problem) for problem in self.problems[:_SHOWN])
        more = f"; and {len(self.problems) - _SHOWN:,} more" if len(self.problems) > _SHOWN else ""
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems):,} problems"
        whole = f"{self.path.name}: {count}: {shown}{more}. Correct the file or ask its publisher; no row was read"
        return printable(whole)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """Cells of one column: the distinct texts, and for each row the position of its text (-1 where it is empty)."""

    texts: tuple[str, ...]
    codes: npt.NDArray[np.int32]

    def __getitem__(self, row: int) -> str | None:
        code = self.codes[row]
        return None if code < 0 else self.texts[code]


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """One sheet, or a whole CSV file (``sheet`` is then empty), from its first row on."""

    sheet: str
    hidden: bool
    first_column: int
    columns: tuple[Column, ...]
    problems: tuple[Problem, ...] = ()
    merges: tuple[Range, ...] = ()

    @property
    def height(self) -> int:
        """Number of rows, empty ones included."""
        return len(self.columns[0].codes) if self.columns else 0

    def row(self, row: int) -> list[str | None]:
        """Give the cells of one row, None where a cell is empty."""
        return [column[row] for column in self.columns]

    def filled(self) -> npt.NDArray[np.int64]:
        """Count the cells of each row that hold something."""
        total = np.zeros(self.height, dtype=np.int64)
        for column in self.columns:
            total += column.codes >= 0
        return total

    def address(self, row: int, column: int) -> str:
        """Name a cell as a spreadsheet does; in a CSV file rows are records, the first is 1."""
        return address(row, column + self.first_column)

    def merged(self, rows: Iterable[int]) -> list[Problem]:
        """Report what merged cells make doubtful in these rows: one number for several cells, a cell under another."""
        wanted = set(rows) if self.merges else set()
        problems = []
        for top, left, bottom, right in self.merges:
            inside = range(top, min(bottom, self.height - 1) + 1)
            if left >= len(self.columns) or not wanted.intersection(inside):
                continue
            text = self.columns[left][top]
            where = f"{self.address(top, left)}:{self.address(bottom, right)}"
            under = [
                (row, place, found)
                for row in inside
                for place in range(left, min(right + 1, len(self.columns)))
                if (found := self.columns[place][row]) is not None and found != text
            ]
            problems += [
                self.problem(row, place, f"{found!r} lies under the merged cells {where}; unmerge them")
                for row, place, found in under
            ]
            if text is not None and left > 0 and _is_amount(self.columns[left], top, bottom):
                what = f"one number, {text!r}, is merged over {where}; unmerge the cells and write it where it belongs"
                problems.append(self.problem(top, left, what))
        return problems

    def errors(self, rows: Iterable[int]) -> list[Problem]:
        """List the cells of these rows that show an error of a spreadsheet program."""
        wanted = np.array(sorted(rows), dtype=np.int64)
        found = []
        for place, column in enumerate(self.columns):
            wrong = np.array([*map(is_error, column.texts), False])
            found += [(row, place) for row in wanted[wrong[column.codes[wanted]]].tolist()] if wrong.any() else []
        return [self.problem(row, place, f"{self.columns[place][row]}") for row, place in sorted(found)]

    def problem(self, row: int, column: int, what: str) -> Problem:
        """Report what is wrong with one cell."""
        return Problem(self.sheet, self.address(row, column), what)


def read_grids(path: str | Path, *, limits: Limits | None = None) -> list[Grid]:
    """Read every sheet of an XLSX, ODS or XLS file, or a CSV file (also gzipped), as text; in this very process."""
    from cseanalysis.read.safety import DEFAULT_LIMITS, check_file

    path = Path(path)
    check_file(path, limits=DEFAULT_LIMITS if limits is None else limits)
    try:
        tables = load_tables(str(path))
    except BrokenFileError as error:
        raise UnreadableFileError(path, [Problem("", "", str(error))]) from error
    return [_grid(table) for table in tables]


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """The numbers of a column: one entry per distinct text and a last one for empty cells; ``codes`` point at them."""

    value: npt.NDArray[np.float64]
    qualifier: list[str | None]
    flag: list[str | None]
    codes: npt.NDArray[np.int32]


def read_numbers(grid: Grid, place: int, rows: npt.NDArray[np.int64]) -> tuple[Numbers, list[Problem]]:
    """Read the numbers of one column with :func:`cseanalysis.clean.parse_counts`, each distinct text once."""
    # The problems are the cells that hold neither a number nor a known marker.
    column = grid.columns[place]
    empty = len(column.texts)
    value = np.full(empty + 1, np.nan)
    qualifier: list[str | None] = [None] * (empty + 1)
    flag: list[str | None] = [None] * empty + ["empty"]
    others = []
    for position, text in enumerate(column.texts):
        if _WHOLE.fullmatch(text):
            # What parse_counts says of a plain whole number, without asking it a million times.
            value[position], qualifier[position] = int(text), "exact"
        else:
            others.append(position)
    wrong = _unread([column.texts[position] for position in others])
    good = [position for position in others if column.texts[position] not in wrong]
    if good:
        parsed = parse_counts(_cells([column.texts[position] for position in good]), column="cell")
        value[good] = parsed["value"].to_numpy(dtype=float)
        for name, into in (("qualifier", qualifier), ("flag", flag)):
            for position, given in zip(good, parsed[name].tolist(), strict=True):
                into[position] = given if isinstance(given, str) else None
    codes = np.where(column.codes[rows] < 0, np.int32(empty), column.codes[rows])
    bad = np.array([text in wrong for text in column.texts] + [False], dtype=bool)[codes]
    problems = [
        grid.problem(row, place, f"{column[row]!r} is neither a number nor a known marker")
        for row in rows[bad].tolist()
    ]
    return Numbers(value, qualifier, flag, np.where(bad, np.int32(empty), codes)), problems


def is_number(text: str | None) -> bool:
    """Say whether a cell shows a number, also as money or per cent, also with a footnote mark."""
    return text is not None and _NUMERIC.fullmatch(text) is not None


def is_count(text: str | None) -> bool:
    """Say whether a cell shows a number that cannot be a calendar year."""
    return text is not None and is_number(text) and not _YEAR.fullmatch(text)


def _is_amount(column: Column, top: int, bottom: int) -> bool:
    """Say whether a merged cell shows an amount: a number, or a year or ``<5`` in a column that holds other numbers."""
    text = column[top] or ""
    if is_count(text):
        return True
    # Nothing above it: a heading such as 2020.
    if top in (bottom, 0) or column.codes[top - 1] < 0 or not (_YEAR.fullmatch(text) or _QUALIFIED.match(text)):
        return False
    # As far as the column goes on without a gap: below it may stand another table.
    height, first, last = len(column.codes), top, min(bottom, len(column.codes) - 1)
    while first > 0 and column.codes[first - 1] >= 0:
        first -= 1
    while last + 1 < height and column.codes[last + 1] >= 0:
        last += 1
    return any(is_count(column[row]) for row in (*range(first, top), *range(min(bottom, height - 1) + 1, last + 1)))


def is_error(text: str | None) -> bool:
    """Say whether a cell shows an error of a spreadsheet program."""
    return text is not None and _ERROR.fullmatch(text) is not None


def _unread(texts: list[str]) -> set[object]:
    # A spreadsheet's error is no reason that a publisher gives for a missing number.
    errors = {text for text in texts if text.startswith("#")}
    try:
        if texts:
            parse_counts(_cells(texts), column="cell")
    except UnmappedLabelError as error:
        return {*errors, *error.labels}
    return {*errors}


def _cells(texts: list[str]) -> pd.DataFrame:
    cells = [float(text) if _DECIMAL.fullmatch(text) else text for text in texts]
    return pd.DataFrame({"cell": pd.Series(cells, dtype=object)})


def _grid(table: pa.Table) -> Grid:
    about = json.loads(table.schema.metadata[b"grid"])
    columns = []
    for number in range(table.num_columns):
        encoded = table.column(number).combine_chunks()
        # Zero chunks give an empty chunked array on some versions of pyarrow.
        encoded = encoded.chunk(0) if hasattr(encoded, "chunks") else encoded
        codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
        texts = tuple(encoded.dictionary.to_pylist())
        if blank := [place for place, text in enumerate(texts) if not text.strip()]:
            codes = np.where(np.isin(codes, blank), np.int32(-1), codes)
        columns.append(Column(texts, codes))
    sheet = about["sheet"]
    problems = tuple(Problem(sheet, cell, what) for cell, what in about["problems"])
    first = about["first_column"]
    # Merged cells of which the first is empty may lie outside of what is read.
    merges = tuple(
        (top, left - first, bottom, right - first) for top, left, bottom, right in about["merges"] if left >= first
    )
    return _spread(Grid(sheet, about["hidden"], first, tuple(columns), problems, merges))


def _spread(grid: Grid) -> Grid:
    """Write words that are merged over several rows of a table into each of them, as the file shows them."""
    # A line of text alone, in rows of its own, stays one line; a number stays in its first row (see ``Grid.merged``).
    if not grid.merges:
        return grid
    columns = list(grid.columns)
    filled = grid.filled()
    for top, left, bottom, right in grid.merges:
        text = columns[left][top] if left < len(columns) and top < grid.height else None
        beside = filled[top : bottom + 1].copy()
        for column in columns[left : right + 1]:
            beside -= column.codes[top : bottom + 1] >= 0
        if (
            bottom > top
            and text is not None
            and (left == 0 or not _is_amount(grid.columns[left], top, bottom))
            and beside.any()
        ):
            codes = columns[left].codes.copy()
            codes[top : bottom + 1] = np.where(codes[top : bottom + 1] < 0, codes[top], codes[top : bottom + 1])
            columns[left] = Column(columns[left].texts, codes)
    return replace(grid, columns=tuple(columns))
