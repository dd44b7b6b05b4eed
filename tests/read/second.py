"""A second, independent reading of workbooks: cell by cell, slow, and with other libraries than the readers use."""

import itertools
import zipfile
from xml.etree import ElementTree

import openpyxl
from layouts import letters

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CELLS = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}


def cells_of(path):
    """Give what stands in each filled cell: sheet to address to a number or a text."""
    return _cells_of_ods(path) if path.suffix == ".ods" else _cells_of_xlsx(path)


def numbers_of(path, sheet):
    """Give the numbers of a sheet by their address."""
    return {place: value for place, value in cells_of(path)[sheet].items() if not isinstance(value, str)}


def _cells_of_xlsx(path):
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        sheet.title: {
            cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None
        }
        for sheet in book
    }


def _cells_of_ods(path):
    with zipfile.ZipFile(path) as archive:
        content = ElementTree.fromstring(archive.read("content.xml"))
    return {table.get(f"{_TABLE}name"): dict(_filled(table)) for table in content.iter(f"{_TABLE}table")}


def _filled(table):
    row = 0
    for line in table.iter(f"{_TABLE}table-row"):
        column = 0
        for cell in line:
            if cell.tag not in _CELLS:
                continue
            times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            value = cell.get(f"{_OFFICE}value")
            text = "\n".join("".join(each.itertext()) for each in cell.iter(f"{_TEXT}p"))
            if value is not None or text:
                for place in range(column, column + times):
                    yield f"{letters(place)}{row + 1}", text if value is None else float(value)
            column += times
        row += int(line.get(f"{_TABLE}number-rows-repeated", "1"))


def write_shifted(path, sheet, rows, *, down, right, merges=(), hidden=()):
    """Write one table ``down`` rows and ``right`` columns away from the corner of its sheet."""
    moved = [(top + down, left + right, bottom + down, last + right) for top, left, bottom, last in merges]
    cells = [*([[]] * down), *([*([None] * right), *row] for row in rows)]
    if path.suffix == ".ods":
        from layouts import write_ods

        return write_ods(path, {sheet: cells}, merges=moved, hidden_columns=[place + right for place in hidden])
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row, column in itertools.product(range(len(cells)), range(max(map(len, cells)))):
        if column < len(cells[row]) and cells[row][column] is not None:
            page.cell(row + 1, column + 1, cells[row][column])
    for top, left, bottom, last in moved:
        page.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=last + 1)
    for place in hidden:
        page.column_dimensions[letters(place + right)].hidden = True
    book.save(path)
    return path
