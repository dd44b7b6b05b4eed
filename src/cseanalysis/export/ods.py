"""Accessible OpenDocument workbooks, written part by part; the same worksheets as the XLSX ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from cseanalysis.export.book import Book, Page, check_book, pages
from cseanalysis.export.cells import Cell, Link, clean_text
from cseanalysis.export.writing import target_path, write_whole, zip_bytes

_KIND = "application/vnd.oasis.opendocument.spreadsheet"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = " ".join(
    f'xmlns:{prefix}="{name}"'
    for prefix, name in {
        "office": f"{_OASIS}:office:1.0",
        "table": f"{_OASIS}:table:1.0",
        "text": f"{_OASIS}:text:1.0",
        "style": f"{_OASIS}:style:1.0",
        "fo": f"{_OASIS}:xsl-fo-compatible:1.0",
        "number": f"{_OASIS}:datastyle:1.0",
        "meta": f"{_OASIS}:meta:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
        "xlink": "http://www.w3.org/1999/xlink",
    }.items()
)
_COVER_WIDTH = 85  # characters, as on the cover of the XLSX workbook
_CM_PER_CHARACTER = 0.245  # of Arial at 12 points


def ods_bytes(book: Book) -> bytes:
    """Return a workbook as the bytes of an OpenDocument spreadsheet."""
    # No clock, user, computer or path goes in; every text is declared a string, so none can become a formula.
    check_book(book)
    return zip_bytes(
        [
            ("mimetype", _KIND.encode()),
            ("META-INF/manifest.xml", _manifest().encode()),
            ("meta.xml", _meta(book).encode()),
            ("styles.xml", _STYLES.encode()),
            ("content.xml", _content(book).encode()),
        ]
    )


def write_ods(book: Book, path: Path | str) -> None:
    """Write a workbook as an OpenDocument spreadsheet; see :func:`ods_bytes`.

    Parameters
    ----------
    book
        The workbook.
    path
        Target file, written whole or not at all.
    """
    write_whole({target_path(path, ".ods"): ods_bytes(book)})


def _content(book: Book) -> str:
    laid_out = pages(book)
    widths = sorted({_COVER_WIDTH, *(width for page in laid_out for width in page.widths)})
    columns = "".join(
        f'<style:style style:name="w{width}" style:family="table-column"><style:table-column-properties '
        f'style:column-width="{width * _CM_PER_CHARACTER:.2f}cm"/></style:style>'
        for width in widths
    )
    ranges = "".join(_range(page) for page in laid_out)
    return (
        f'{_HEAD}<office:document-content {_SPACES} office:version="1.3"><office:automatic-styles>{columns}'
        '<style:style style:name="row" style:family="table-row"><style:table-row-properties '
        'style:use-optimal-row-height="true"/></style:style></office:automatic-styles>'
        f"<office:body><office:spreadsheet>{_cover(book)}{''.join(map(_sheet, laid_out))}"
        f"<table:database-ranges>{ranges}</table:database-ranges></office:spreadsheet></office:body>"
        "</office:document-content>"
    )


def _cover(book: Book) -> str:
    rows = [_row([_text_cell(book.title, "Heading_20_1")])]
    # The headings are those that gptables writes on the cover of an XLSX workbook.
    for heading, paragraphs in (
        ("Introductory information", book.introduction),
        ("About these data", book.about),
        ("Contact", book.contact),
    ):
        rows.append(_row([_text_cell(heading, "Heading_20_2")]))
        rows += [_row([_text_cell(text, "Wrapped")]) for text in paragraphs]
    column = f'<table:table-column table:style-name="w{_COVER_WIDTH}"/>'
    return f'<table:table table:name="Cover">{column}{"".join(rows)}</table:table>'


def _sheet(page: Page) -> str:
    columns = "".join(f'<table:table-column table:style-name="w{width}"/>' for width in page.widths)
    above = [_row([_text_cell(page.title, "Heading_20_1")]), *(_row([_text_cell(line, "Body")]) for line in page.lines)]
    numeric = [any(isinstance(row[number], int | float) for row in page.rows) for number in range(len(page.columns))]
    header = _row(
        [
            _text_cell(name, "Number_20_header" if right else "Header")
            for name, right in zip(page.columns, numeric, strict=True)
        ]
    )
    body = "".join(_row(list(_cells(page, row, numeric))) for row in page.rows)
    return (
        f'<table:table table:name="{page.name}">{columns}{"".join(above)}'
        f"<table:table-header-rows>{header}</table:table-header-rows>{body}</table:table>"
    )


def _cells(page: Page, row: tuple[Cell, ...], numeric: list[bool]) -> Iterator[str]:
    for number, cell in enumerate(row):
        if page.name == "Contents" and number == 0:
            yield _link_cell(str(cell), f"#{cell}.A1")
        elif isinstance(cell, Link):
            yield _link_cell(cell.text, cell.address)
        elif isinstance(cell, str):
            yield _text_cell(cell, "Mark" if numeric[number] else "Wrapped")
        else:
            style = "Count" if isinstance(cell, int) else "Number"
            shown = f"{cell:,}" if isinstance(cell, int) else repr(cell)
            yield (
                f'<table:table-cell table:style-name="{style}" office:value-type="float" office:value="{cell!r}">'
                f"<text:p>{shown}</text:p></table:table-cell>"
            )


def _row(cells: list[str]) -> str:
    return f'<table:table-row table:style-name="row">{"".join(cells)}</table:table-row>'


def _text_cell(text: str, style: str) -> str:
    paragraphs = "".join(f"<text:p>{_inline(line)}</text:p>" for line in clean_text(text).split("\n"))
    return f'<table:table-cell table:style-name="{style}" office:value-type="string">{paragraphs}</table:table-cell>'


def _link_cell(text: str, address: str) -> str:
    return (
        '<table:table-cell table:style-name="Wrapped" office:value-type="string"><text:p>'
        f'<text:a xlink:type="simple" xlink:href={quoteattr(address)}>{_inline(clean_text(text))}</text:a>'
        "</text:p></table:table-cell>"
    )


def _inline(line: str) -> str:
    """Escape a line; tabs, and spaces that OpenDocument would fold, become elements."""
    kept = re.sub(r"^ | (?= )| $", "\x00", escape(line))
    return kept.replace("\x00", "<text:s/>").replace("\t", "<text:tab/>")


def _range(page: Page) -> str:
    """Mark the table up: a named range whose first row is the header."""
    first = len(page.lines) + 2
    last_column = _letters(len(page.columns))
    area = f"{page.name}.A{first}:{page.name}.{last_column}{first + len(page.rows)}"
    return (
        f'<table:database-range table:name="{page.table_name}" table:target-range-address="{area}" '
        'table:contains-header="true" table:display-filter-buttons="false"/>'
    )


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _meta(book: Book) -> str:
    day = f"{book.published.isoformat()}T00:00:00"
    return (
        f'{_HEAD}<office:document-meta {_SPACES} office:version="1.3"><office:meta>'
        f"<meta:generator>cseanalysis</meta:generator><dc:title>{escape(clean_text(book.title))}</dc:title>"
        f"<meta:initial-creator>{escape(clean_text(book.publisher))}</meta:initial-creator>"
        f"<dc:creator>{escape(clean_text(book.publisher))}</dc:creator>"
        f"<meta:creation-date>{day}</meta:creation-date><dc:date>{day}</dc:date><dc:language>en-GB</dc:language>"
        "</office:meta></office:document-meta>"
    )


def _manifest() -> str:
    names = ("content.xml", "styles.xml", "meta.xml")
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>' for name in names
    )
    return (
        f'{_HEAD}<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0" manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{_KIND}"/>'
        f"{entries}</manifest:manifest>"
    )


def _style(name: str, *, parent: str = "Default", size: int = 12, bold: bool = False, **more: str) -> str:
    wrap = f' fo:wrap-option="{more["wrap"]}"' if "wrap" in more else ""
    border = ' fo:border-bottom="0.75pt solid #000000"' if "border" in more else ""
    data = f' style:data-style-name="{more["data"]}"' if "data" in more else ""
    weight = ' fo:font-weight="bold"' if bold else ""
    return (
        f'<style:style style:name="{name.replace(" ", "_20_")}" style:display-name="{name}" '
        f'style:family="table-cell" style:parent-style-name="{parent}"{data}>'
        f'<style:table-cell-properties style:vertical-align="top"{wrap}{border}/>'
        f'<style:paragraph-properties fo:text-align="{more.get("align", "start")}"/>'
        f'<style:text-properties fo:font-size="{size}pt"{weight}/></style:style>'
    )


_STYLES = (
    f'{_HEAD}<office:document-styles {_SPACES} office:version="1.3"><office:font-face-decls>'
    '<style:font-face style:name="Arial" style:font-family-generic="swiss"/></office:font-face-decls><office:styles>'
    '<number:number-style style:name="count"><number:number number:decimal-places="0" '
    'number:min-integer-digits="1" number:grouping="true"/></number:number-style>'
    '<style:style style:name="Default" style:family="table-cell"><style:text-properties style:font-name="Arial" '
    'fo:font-size="12pt" fo:language="en" fo:country="GB"/></style:style>'
    + _style("Heading 1", size=16, bold=True)
    + _style("Heading 2", size=14, bold=True)
    + _style("Body")
    + _style("Wrapped", wrap="wrap")
    + _style("Header", bold=True, wrap="wrap", border="yes")
    + _style("Number header", bold=True, wrap="wrap", border="yes", align="end")
    + _style("Number", align="end")
    + _style("Count", align="end", data="count")
    + _style("Mark", wrap="wrap", align="end")
    + "</office:styles></office:document-styles>"
)
