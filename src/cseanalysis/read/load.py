"""Files to Arrow tables of encoded text: workbooks through fastexcel, CSV through pyarrow."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cseanalysis.lazy import install_advice

if TYPE_CHECKING:
    import pyarrow as pa

_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
# The fast reader prints numbers with at most nine decimals and no zeros at the end, so these may stand for longer ones;
# offence codes such as 4.10 do not call for a second look.
_CUT = r"\.[0-9]{4,9}$"
_FAULT = b'calcext:value-type="error"'
_DELIMITERS = (",", "\t", ";", "|")


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
    """Load a file as Arrow tables of encoded text; all else about a sheet stands in the metadata of its schema.

    It takes and returns only what can pass between two processes.
    """
    file = Path(path)
    with file.open("rb") as stream:
        start = stream.read(4)
    if start == b"PK\x03\x04":
        return _load_workbook(file)
    return [_load_csv(gzip.decompress(file.read_bytes()) if start[:2] == b"\x1f\x8b" else file.read_bytes())]


def _encoded(
    columns: Sequence[Any],
    *,
    sheet: str,
    hidden: bool = False,
    first_column: int = 0,
    problems: Sequence[tuple[str, str]] = (),
) -> pa.Table:
    import pyarrow as pa

    about = {"sheet": sheet, "hidden": hidden, "first_column": first_column, "problems": list(problems)}
    encoded = [column if pa.types.is_dictionary(column.type) else column.dictionary_encode() for column in columns]
    names = [str(number) for number in range(len(encoded))]
    table = pa.Table.from_arrays(encoded, names=names) if encoded else pa.table({})
    return table.replace_schema_metadata({"grid": json.dumps(about)})


def _load_workbook(path: Path) -> list[pa.Table]:
    try:
        import fastexcel

        # Without it fastexcel would report a fault of the file.
        import pyarrow as pa  # noqa: F401
    except ImportError as error:
        raise ImportError(f"reading spreadsheets needs fastexcel and pyarrow: {install_advice('read')}") from error
    try:
        book = fastexcel.read_excel(path)
        tables = [_load_sheet(path, book, name) for name in book.sheet_names]
    except fastexcel.FastExcelError as error:
        what = " ".join(str(error).split())[:200]
        raise BrokenFileError(f"not a readable workbook ({what})") from error
    return tables


def _load_sheet(path: Path, book: Any, name: str) -> pa.Table:
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    hidden = sheet.visible != "visible"
    if not sheet.width or not sheet.total_height:
        return _encoded([], sheet=name, hidden=hidden)
    batch, errors = sheet.to_arrow_with_errors()
    first_column = sheet.available_columns()[0].absolute_index
    columns = [_unrounded(book, name, number, column) for number, column in enumerate(batch.columns)]
    problems = [
        (
            address(error.position[0], error.position[1] + first_column),
            f"the spreadsheet program found an error here ({error.detail})",
        )
        for error in (errors.errors if errors else ())
    ]
    blank = [(row, number) for number, column in enumerate(columns) for row in _blank(column)]
    if blank and _has_faults(path):
        what = "empty text in a workbook with errors in cells, which look the same; correct the errors"
        problems += [(address(row, number + first_column), what) for row, number in blank]
    return _encoded(columns, sheet=name, hidden=hidden, first_column=first_column, problems=problems)


def _blank(texts: pa.Array) -> list[int]:
    import pyarrow.compute as pc

    if hasattr(texts, "dictionary"):
        if not pc.any(pc.equal(texts.dictionary, "")).as_py():
            return []
        texts = texts.dictionary_decode()
    found: list[int] = pc.indices_nonzero(pc.fill_null(pc.equal(texts, ""), False)).to_pylist()
    return found


def _has_faults(path: Path) -> bool:
    """Say whether an ODS file holds cells in error: LibreOffice stores their text as empty, so a reader cannot tell."""
    with zipfile.ZipFile(path) as archive:
        if "content.xml" not in archive.namelist():
            return False
        with archive.open("content.xml") as stream:
            end = b""
            while block := stream.read(1 << 20):
                if _FAULT in end + block:
                    return True
                end = block[-len(_FAULT) :]
    return False


def _unrounded(book: Any, sheet: str, number: int, texts: pa.Array) -> pa.Array:
    """Give back the decimals that the fast reader leaves out, from a second look at the column as numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = texts.dictionary_encode()
    if not pc.any(pc.match_substring_regex(encoded.dictionary, _CUT)).as_py():
        return encoded
    loaded = book.load_sheet(sheet, header_row=None, skip_rows=0, use_columns=[number], dtypes="float")
    values = loaded.to_arrow().column(0)
    numeric = pc.fill_null(pc.match_substring_regex(texts, _NUMBER), False)
    printed = pc.if_else(numeric, texts, pa.scalar(None, texts.type)).cast(pa.float64())
    cut = pc.fill_null(pc.not_equal(printed, values), False)
    # A text such as "1e-10" is no number in a published table, hence the long form.
    longer = [format(Decimal(repr(value)), "f") for value in values.filter(cut).to_pylist()]
    return pc.replace_with_mask(texts, cut, pa.array(longer, texts.type))


def _load_csv(content: bytes) -> pa.Table:
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    text = _decode(content)
    if not text.strip():
        raise BrokenFileError("the file is empty")
    if not text.endswith(("\n", "\r", '"')):
        what = "the last line has no end, so its last value may be cut; if it is whole, add a line break"
        raise BrokenFileError(f"line {text.count(chr(10)) + 1}: {what}")
    delimiter = _delimiter(text)
    if text.count('"') % 2 == 0:
        width = len(next(csv.reader(io.StringIO(text), delimiter=delimiter)))
        try:
            table = arrow_csv.read_csv(
                io.BytesIO(text.encode()),
                read_options=arrow_csv.ReadOptions(column_names=[str(number) for number in range(width)]),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types={str(number): pa.string() for number in range(width)}, null_values=[]
                ),
            )
            return _encoded(table.columns, sheet="")
        except pa.ArrowInvalid:
            # Rows of different lengths: a title above the table, or a broken line; the slower way tells which.
            pass
    return _load_ragged(text, delimiter)


def _load_ragged(text: str, delimiter: str) -> pa.Table:
    import pyarrow as pa

    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise BrokenFileError(f"line {reader.line_num}: broken quoting ({error})") from error
    width = max(map(len, rows))
    widths = [len(row) for row in rows if _filled(row) > 1]
    usual = max(set(widths), key=widths.count) if widths else width
    first = next((number for number, row in enumerate(rows) if len(row) == usual), 0)
    # Above the table lines are free; from its first row on only a note, alone in its line, may be shorter.
    broken = [
        (f"row {number + 1}", f"{len(row)} cells where the table has {usual}: the line is broken or cut")
        for number, row in enumerate(rows)
        if number > first and _filled(row) > 1 and (len(row) < usual or any(cell.strip() for cell in row[usual:]))
    ]
    columns = [pa.array([row[place] if place < len(row) else None for row in rows]) for place in range(width)]
    return _encoded([column.cast(pa.string()) for column in columns], sheet="", problems=broken)


def _filled(row: list[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        # Excel writes Windows-1252 when it saves "CSV"; it takes almost any bytes, so it comes last.
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        what = f"byte {error.start + 1} is text neither in UTF-8 nor in Windows-1252; save the file as UTF-8"
        raise BrokenFileError(what) from error


def _delimiter(text: str) -> str:
    """Take the delimiter that gives the most lines of one width, weighed by that width."""
    sample = text[:65536].splitlines()[:50]

    def weight(delimiter: str) -> int:
        try:
            widths = [len(row) for row in csv.reader(sample, delimiter=delimiter)]
        except csv.Error:
            return 0
        return max((width - 1) * widths.count(width) for width in widths) if widths else 0

    return max(_DELIMITERS, key=weight)
