"""Files to Arrow tables of encoded text: workbooks through fastexcel, CSV through pyarrow."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cseanalysis.lazy import install_advice
from cseanalysis.read.marks import Marks, Range, read_marks
from cseanalysis.read.marks_xls import read_xls_marks
from cseanalysis.read.safety.binary import OLE
from cseanalysis.read.safety.text import ends_with_returns, utf16_of

if TYPE_CHECKING:
    import pyarrow as pa

Mark = TypeVar("Mark")

_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
_MIDNIGHT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$"
_TIME = r"^1899-12-3[01] ([0-9]{2}:[0-9]{2}:[0-9]{2})$"
# The fast reader prints numbers with at most nine decimals: a longer one is off by half of the last place at most.
_ROUNDED = 5.1e-10
_THOUSANDS = re.compile(r"\s*-?[0-9]{1,3}(,[0-9]{3})+\s*")
# What the fast reader calls an error, and what the cell shows.
_ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}
_DETAIL = re.compile(r"Error\((\w+)\)")
_DELIMITERS = (",", "\t", ";", "|")
_AGAIN = "; open it in an office program and save it again"
_SAMPLE = 65536  # characters in which the delimiter is looked for
# Of a word that is cut the rest is no known label; the rest of a number is a number.
_COULD_BE_CUT = re.compile(r"[-\u2212£$]?[0-9.,/:\s]*")


class BrokenFileError(ValueError):
    """A file that is not what it claims to be; one message, so that it passes from one process to another."""


def address(row: int, column: int) -> str:
    """Name a cell as a spreadsheet does, from its row and column counted from 0."""
    number, letters = column + 1, ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def load_tables(path: str) -> list[pa.Table]:
    """Load a file as Arrow tables of encoded text; all else about a sheet stands in the metadata of its schema."""
    # It takes and returns only what can pass between two processes.
    try:
        import fastexcel  # noqa: F401

        # Without it fastexcel would report a fault of the file.
        import pyarrow as pa  # noqa: F401
    except ImportError as error:
        said = f"reading files needs fastexcel and pyarrow: {install_advice('fastexcel', 'pyarrow')}"
        raise ImportError(said) from error
    file = Path(path)
    with file.open("rb") as stream:
        start = stream.read(4)
    if start in (b"PK\x03\x04", OLE[:4]):
        return _load_workbook(file)
    content = file.read_bytes()
    return [_load_csv(gzip.decompress(content) if start[:2] == b"\x1f\x8b" else content, file.name)]


def _encoded(
    columns: Sequence[Any],
    *,
    sheet: str,
    hidden: bool = False,
    first_column: int = 0,
    problems: Sequence[tuple[str, str]] = (),
    merges: Sequence[Range] = (),
) -> pa.Table:
    import pyarrow as pa

    about = {
        "sheet": sheet,
        "hidden": hidden,
        "first_column": first_column,
        "problems": list(problems),
        "merges": list(merges),
    }
    encoded = [column if pa.types.is_dictionary(column.type) else column.dictionary_encode() for column in columns]
    names = [str(number) for number in range(len(encoded))]
    table = pa.Table.from_arrays(encoded, names=names) if encoded else pa.table({})
    return table.replace_schema_metadata({"grid": json.dumps(about)})


def _load_workbook(path: Path) -> list[pa.Table]:
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        marks = read_xls_marks(path) if path.suffix.lower() == ".xls" else read_marks(path)
        if unknown := [name for name in book.sheet_names if name not in marks]:
            raise BrokenFileError(f"the workbook names the sheet {unknown[0]!r}, but no part of it holds that sheet")
        if len(marks) < len(book.sheet_names):
            raise BrokenFileError("two sheets have the same name; rename one")
    except fastexcel.FastExcelError as error:
        raise BrokenFileError(f"not a readable workbook ({_in_short(error)}){_AGAIN}") from error
    tables, faults = [], []
    for name in book.sheet_names:
        try:
            tables.append(_load_sheet(book, name, marks[name]))
        except fastexcel.FastExcelError as error:
            faults.append(error)
            what = f"the sheet cannot be read ({_in_short(error)}){_AGAIN}"
            tables.append(_encoded([], sheet=name, problems=[("", what)]))
    if faults and len(faults) == len(tables):
        raise BrokenFileError(f"not a readable workbook ({_in_short(faults[0])}){_AGAIN}") from faults[0]
    return tables


def _in_short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _load_sheet(book: Any, name: str, marks: Marks) -> pa.Table:
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    hidden = sheet.visible != "visible"
    if not sheet.width or not sheet.total_height:
        return _encoded([], sheet=name, hidden=hidden)
    batch, errors = sheet.to_arrow_with_errors()
    first_column = sheet.available_columns()[0].absolute_index
    columns = [_encode(column) for column in batch.columns]
    if marks.long:
        # The whole sheet, not chosen columns: a place that is never named cannot be the wrong one.
        second = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="float").to_arrow()
        columns = [
            _unrounded(texts, values, f"sheet {name!r}, column {address(0, number + first_column)[:-1]}")
            for number, (texts, values) in enumerate(zip(columns, second.columns, strict=True))
        ]
    # The reader leaves a cell in error empty, and says so apart; in an ODS its text is empty in the file.
    faults = [
        ((row, place + first_column, row, place + first_column), _named(error.detail))
        for error in (errors.errors if errors else ())
        for row, place in [error.position]
    ]
    columns, problems = _show_errors(columns, (*faults, *marks.faults), first_column)
    columns = _show_per_cents(columns, marks.per_cents, first_column)
    return _encoded(
        columns, sheet=name, hidden=hidden, first_column=first_column, problems=problems, merges=marks.merges
    )


def _encode(texts: pa.Array) -> pa.DictionaryArray:
    """Keep each text once; a date comes with the time of midnight, a time with the first day, which say nothing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = texts.dictionary_encode()
    dates = pc.replace_substring_regex(encoded.dictionary, pattern=_MIDNIGHT, replacement=r"\1")
    dates = pc.replace_substring_regex(dates, pattern=_TIME, replacement=r"\1")
    if dates.equals(encoded.dictionary):
        return encoded
    return pa.DictionaryArray.from_arrays(encoded.indices, dates).dictionary_decode().dictionary_encode()


def _named(detail: str) -> str:
    found = _DETAIL.search(detail)
    return _ERRORS.get(found[1], "#ERROR!") if found else "#ERROR!"


def _show_errors(
    columns: list[Any], faults: Sequence[tuple[Range, str]], first_column: int
) -> tuple[list[Any], list[tuple[str, str]]]:
    """Write into each cell in error what it shows, as every reader of counts knows it: no number, and why."""
    changed, problems = dict[int, list[str | None]](), list[tuple[str, str]]()
    for row, place, shown in _cells(faults, columns, first_column):
        texts = changed.setdefault(place, columns[place].to_pylist())
        if texts[row] in (None, "", shown):
            texts[row] = shown or "#ERROR!"
        else:
            what = f"the cell shows an error ({shown}), but holds {texts[row]!r}; correct it in the spreadsheet"
            problems.append((address(row, place + first_column), what))
    return _changed(columns, changed), problems


def _show_per_cents(columns: list[Any], per_cents: Sequence[tuple[Range, int]], first_column: int) -> list[Any]:
    """Write numbers that are shown as per cents with their sign: 0.683 as 68.3%, with all their decimals."""
    changed = dict[int, list[str | None]]()
    for row, place, scale in _cells(per_cents, columns, first_column):
        texts = changed.setdefault(place, columns[place].to_pylist())
        if re.match(_NUMBER, text := texts[row] or ""):
            shown = format(Decimal(text) * scale, "f")
            texts[row] = f"{shown.rstrip('0').rstrip('.') if '.' in shown else shown}%"
    return _changed(columns, changed)


def _cells(
    marked: Iterable[tuple[Range, Mark]], columns: list[Any], first_column: int
) -> Iterator[tuple[int, int, Mark]]:
    """Give row and place of every cell in the ranges; they may reach beyond what is read."""
    for (top, left, bottom, right), mark in marked:
        for place in range(max(left - first_column, 0), min(right - first_column + 1, len(columns))):
            for row in range(top, min(bottom + 1, len(columns[place]))):
                yield row, place, mark


def _changed(columns: list[Any], changed: dict[int, list[str | None]]) -> list[Any]:
    import pyarrow as pa

    return [
        pa.array(changed[place], pa.string()).dictionary_encode() if place in changed else column
        for place, column in enumerate(columns)
    ]


def _unrounded(encoded: pa.DictionaryArray, values: pa.Array, place: str) -> pa.DictionaryArray:
    """Give back the decimals that the fast reader leaves out, from a second look at the column as numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numeric = pc.match_substring_regex(encoded.dictionary, _NUMBER)
    numbers = pc.if_else(numeric, encoded.dictionary, pa.scalar(None, pa.string())).cast(pa.float64())
    printed = numbers.take(encoded.indices)
    cut = pc.fill_null(pc.not_equal(printed, values), False)
    printed, exact = printed.filter(cut), values.filter(cut)
    if wrong := pc.indices_nonzero(pc.greater(pc.abs(pc.subtract(printed, exact)), _ROUNDED)).to_pylist():
        seen = f"{printed[wrong[0]].as_py()!r} and {exact[wrong[0]].as_py()!r}"
        raise BrokenFileError(f"{place}: two readings of one number differ ({seen})")
    if not len(exact):
        return encoded
    # A text such as "1e-10" is no number in a published table, hence the long form.
    longer = [format(Decimal(repr(value)), "f") for value in exact.to_pylist()]
    return pc.replace_with_mask(encoded.dictionary_decode(), cut, pa.array(longer, pa.string())).dictionary_encode()


def _load_csv(content: bytes, name: str = "the table") -> pa.Table:
    content = _line_feeds(_utf8(content))
    if not content.strip():
        raise BrokenFileError("the file is empty")
    delimiter = _delimiter(content[:_SAMPLE].decode(errors="replace"))
    ended = content.endswith((b"\n", b"\r", b'"'))
    table = _load_straight(content, delimiter)
    if table is None:
        table = _load_ragged(content.decode(), delimiter, ended=ended)
    last = table.columns[-1][-1].as_py()
    if not ended and last is not None and _COULD_BE_CUT.fullmatch(last):
        what = f"the last line has no end, so its last value, {last!r}, may be cut; if it is whole, add a line break"
        warnings.warn(f"{name}, line {content.count(10) + 1}: {what}", UserWarning, stacklevel=2)
    return table


def _load_straight(content: bytes, delimiter: str) -> pa.Table | None:
    """Load a table whose rows are of one length; None where they are not, and the slower way tells which."""
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    if content.count(b'"') % 2 or _behind_quotes(content, delimiter):
        return None
    start = content[: content.find(b"\n", _SAMPLE) + 1 or None].decode()
    names = [str(number) for number in range(len(next(csv.reader(io.StringIO(start), delimiter=delimiter))))]
    if not names:
        return None  # the first line is empty, and would be left out
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(content),
            read_options=arrow_csv.ReadOptions(column_names=names),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=content.count(b'"') > 0, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())), null_values=[]
            ),
        )
    except pa.ArrowInvalid:
        return None
    return _encoded(table.unify_dictionaries().columns, sheet="")


def _behind_quotes(content: bytes, delimiter: str) -> bool:
    """Whether text may stand behind a closing quote, which the fast reader would join to what is quoted."""
    sign = re.escape(delimiter.encode())
    if re.search(rb'"[^%s\r\n"](?<=[^%s\r\n"]..)' % (sign, sign), content):
        return True
    # Quotes in quotes, or an empty text: only here is it worth going through each quoted text.
    whole = rb'(?:\A|[%s\r\n])"(?:[^"]|"")*+"[^%s\r\n]' % (sign, sign)
    return b'""' in content and re.search(whole, content) is not None


def _load_ragged(text: str, delimiter: str, *, ended: bool) -> pa.Table:
    import pyarrow as pa

    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise BrokenFileError(f"line {reader.line_num}: broken quoting ({error})") from error
    width = max(map(len, rows))
    wide = [number for number, row in enumerate(rows) if _filled(row) > 1]
    widths = [len(rows[number]) for number in wide]
    usual = max(set(widths), key=widths.count) if widths else width
    first = next((number for number, row in enumerate(rows) if len(row) == usual), 0)
    if what := _not_quoted([rows[number] for number in wide], alone=any(len(row) == 1 and row[0] for row in rows)):
        raise BrokenFileError(f"row {wide[0] + 1}: {what}; put values that hold {delimiter!r} in quotes")
    if not ended and len(rows) > first + 1 and len(rows[-1]) < usual == len(rows[-2]):
        what = f"{len(rows[-1])} cells where the table has {usual}, and no end: the line may be cut"
        raise BrokenFileError(f"row {len(rows)}: {what}; if it is whole, add a line break")
    # From its first row on only a note, alone in its line, may be shorter than the table.
    broken = [
        (f"row {number + 1}", f"{len(rows[number])} cells where the table has {usual}: the line is broken or cut")
        for number in wide
        if number > first and (len(rows[number]) < usual or _filled(rows[number][usual:]) > 0)
    ]
    # Above the table lines are free, but not headings of another length than the rows that they stand over.
    needed = max((place + 1 for number in wide if number >= first for place in _places(rows[number])), default=0)
    over = first - 1
    while over in wide:
        if len(rows[over]) < needed or any(place >= usual for place in _places(rows[over])):
            what = f"{len(rows[over])} cells directly above a table of {usual}: put values that hold {delimiter!r} in"
            broken.insert(0, (f"row {over + 1}", f"{what} quotes, or leave a line empty below a line of text"))
        over -= 1
    columns = [pa.array([row[place] if place < len(row) else None for row in rows]) for place in range(width)]
    return _encoded([column.cast(pa.string()) for column in columns], sheet="", problems=broken)


def _not_quoted(rows: list[list[str]], *, alone: bool) -> str | None:
    """Say why the delimiters may belong to the values of a single column, some of which have none."""
    if not rows or not alone:
        return None
    if len(rows) == 1:
        return "it alone has more than one cell"
    if all(cell.startswith(" ") for row in rows for cell in row[1:]):
        return "spaces follow all delimiters, as in a text (in a table, remove them)"
    if all(_THOUSANDS.fullmatch(",".join(row)) for row in rows):
        return "all its cells are parts of numbers with thousands separators"
    return None


def _filled(row: list[str]) -> int:
    return len(_places(row))


def _places(row: list[str]) -> list[int]:
    return [place for place, cell in enumerate(row) if cell.strip()]


def _line_feeds(content: bytes) -> bytes:
    """Return the text with line feeds where its lines end with carriage returns; what stands in quotes stays."""
    if not ends_with_returns(content):
        return content
    pieces = content.split(b'"')
    pieces[::2] = [piece.replace(b"\r", b"\n") for piece in pieces[::2]]
    return b'"'.join(pieces)


def _utf8(content: bytes) -> bytes:
    """Return the text in UTF-8 without a mark at its start."""
    if (order := utf16_of(content)) is not None:
        return content.decode(order).removeprefix("\ufeff").encode()
    content = content.removeprefix(b"\xef\xbb\xbf")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), _SAMPLE):
            decoder.decode(content[start : start + _SAMPLE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        pass
    else:
        return content
    try:
        # Excel writes Windows-1252 when it saves "CSV"; it takes almost any bytes, so it comes last.
        return content.decode("cp1252").encode()
    except UnicodeDecodeError as error:
        what = f"byte {error.start + 1} is text neither in UTF-8 nor in Windows-1252; save the file as UTF-8"
        raise BrokenFileError(what) from error


def _delimiter(text: str) -> str:
    """Take the delimiter that gives the most lines of one width, weighed by that width."""
    sample = text[:_SAMPLE].splitlines()[:50]

    def weight(delimiter: str) -> int:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter)]
        return max((width - 1) * widths.count(width) for width in widths)

    return max(_DELIMITERS, key=weight)
