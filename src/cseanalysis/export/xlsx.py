"""Accessible XLSX workbooks, laid out by the UK government's own library gptables."""

from __future__ import annotations

import io
import re
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from cseanalysis.export.book import Book, Page, pages
from cseanalysis.export.cells import Cell, Link, clean_text
from cseanalysis.export.writing import target_path, unzip, write_whole, zip_bytes
from cseanalysis.lazy import install_advice

# Text stays text: nothing that a cell holds becomes a formula, an address or a number.
_PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_HEADINGS = ((16, "Heading 1", 16), (14, "Heading 2", 17))  # size in the theme, name, number among built-in styles


def xlsx_bytes(book: Book) -> bytes:
    """Return a workbook as the bytes of an XLSX file."""
    # No clock, user, computer or path goes in.
    laid_out = pages(book)
    stream = io.BytesIO()
    # gptables 2.0 leaves its theme file open and calls pandas in ways that pandas 3.1 warns about.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook, new_sheet = _new_workbook(stream)
        from gptables import Cover, GPTable

        cover = Cover(
            title=clean_text(book.title),
            intro=[clean_text(text) for text in book.introduction],
            about=[clean_text(text) for text in book.about],
            contact=[clean_text(text) for text in book.contact],
        )
        new_sheet("Cover").write_cover(cover)
        for page in laid_out:
            sheet = new_sheet(page.name)
            table = GPTable(
                table=_frame(page),
                table_name=page.table_name,
                title=page.title,
                instructions=page.lines[0],
                legend=list(page.lines[1:]),
                index_columns={2: 0},
                additional_formatting=_number_formats(page),
            )
            sheet.write_gptable(table, False)
            for number, width in enumerate(page.widths):
                sheet.set_column(number, number, width * 1.2)  # the body is 12 points, widths count 11
        # An hour would need a time zone; midnight of the day of the document is no clock's time.
        created = datetime(book.published.year, book.published.month, book.published.day)
        workbook.set_properties(
            {"title": clean_text(book.title), "author": clean_text(book.publisher), "created": created}
        )
        workbook.close()
    parts = unzip(stream.getvalue())
    return zip_bytes((name, _PATCHES.get(name, bytes)(content)) for name, content in parts)


def write_xlsx(book: Book, path: Path | str) -> None:
    """Write a workbook as an XLSX file; see :func:`xlsx_bytes`.

    Parameters
    ----------
    book
        The workbook.
    path
        Target file, written whole or not at all.
    """
    write_whole({target_path(path, ".xlsx"): xlsx_bytes(book)})


def _new_workbook(stream: io.BytesIO) -> tuple[Any, Any]:
    """Return a gptables workbook and the function that adds a sheet on which text is never read as markup."""
    try:
        from gptables.core.wrappers import GPWorkbook, GPWorksheet
        from xlsxwriter.workbook import Workbook
    except ModuleNotFoundError as error:
        cure = f"{install_advice('gptables', 'XlsxWriter')}, or write ODS, which needs nothing"
        raise ModuleNotFoundError(f"XLSX workbooks need {error.name}: {cure}", name=error.name) from error

    class PlainWorksheet(GPWorksheet):  # type: ignore[misc]
        """gptables reads ``[words](address)`` and ``$$note$$`` in any text; somebody else's text may hold both."""

        def _parse_urls(self, sheet: object) -> None:
            pass

        def _reference_annotations(self, gptable: object, reference_order: list[str]) -> None:
            pass

    workbook = GPWorkbook(stream, options=_PLAIN)

    def new_sheet(name: str) -> Any:
        sheet = Workbook.add_worksheet(workbook, name, PlainWorksheet)
        sheet.theme = workbook.theme
        sheet._workbook = workbook
        sheet.hide_gridlines(2)
        return sheet

    return workbook, new_sheet


def _frame(page: Page) -> pd.DataFrame:
    # object, so that a column of numbers takes its header above them without a change of type
    frame = pd.DataFrame(index=range(len(page.rows)), columns=list(page.columns), dtype=object)
    for number in range(len(page.columns)):
        cells = [_linked(page, row, number) for row in page.rows]
        frame.isetitem(number, pd.Series(cells, dtype=object))
    return frame


def _linked(page: Page, row: tuple[Cell, ...], number: int) -> object:
    """Return a cell as gptables takes it: a mapping of words to address is a link."""
    cell = row[number]
    if page.name == "Contents" and number == 0:
        return {cell: f"internal:'{cell}'!A1"}
    return {clean_text(cell.text): cell.address} if isinstance(cell, Link) else cell


def _number_formats(page: Page) -> list[dict[str, Any]]:
    whole = [
        number
        for number in range(len(page.columns))
        if all(isinstance(row[number], int | str) for row in page.rows)
        and any(isinstance(row[number], int) for row in page.rows)
    ]
    return [{"column": {"columns": whole, "format": {"num_format": "#,##0"}}}] if whole else []


def _with_language(core: bytes) -> bytes:
    return core.replace(b"</cp:coreProperties>", b"<dc:language>en-GB</dc:language></cp:coreProperties>")


def _with_headings(styles: bytes) -> bytes:
    """Tag titles with the built-in heading styles, by which screen readers find them."""
    text = styles.decode()
    fonts = re.findall(r"<font>.*?</font>", text)
    for level, (size, name, builtin) in enumerate(_HEADINGS, start=1):
        number = next(i for i, font in enumerate(fonts) if "<b/>" in font and f'<sz val="{size}"/>' in font)
        base = f'numFmtId="0" fontId="{number}" fillId="0" borderId="0"'
        text = text.replace(f'<xf {base} xfId="0"', f'<xf {base} xfId="{level}"')
        text = text.replace("</cellStyleXfs>", f"<xf {base}/></cellStyleXfs>")
        text = text.replace(
            "</cellStyles>", f'<cellStyle name="{name}" xfId="{level}" builtinId="{builtin}"/></cellStyles>'
        )
    for element in ("cellStyleXfs", "cellStyles"):
        text = text.replace(f'<{element} count="1">', f'<{element} count="{len(_HEADINGS) + 1}">')
    return text.encode()


_PATCHES = {"docProps/core.xml": _with_language, "xl/styles.xml": _with_headings}
