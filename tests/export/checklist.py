"""Reads a workbook back and holds it against the checklist of the Government Analysis Function.

"Making spreadsheets accessible: a brief checklist of the basics", analysisfunction.civilservice.gov.uk.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

import openpyxl

SHORTHAND = ("[c]", "[x]", "[z]")
MADE = ("Cover", "Contents")
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_NAMES = {
    prefix: f"{_OASIS}:{prefix}:1.0" for prefix in ("office", "table", "text", "style", "meta", "manifest", "number")
} | {"fo": f"{_OASIS}:xsl-fo-compatible:1.0", "xlink": "http://www.w3.org/1999/xlink"}
_NAMES["dc"] = "http://purl.org/dc/elements/1.1/"
_NAMES["number"] = f"{_OASIS}:datastyle:1.0"


@dataclass
class Cell:
    text: str
    numeric: bool = False
    formula: bool = False
    link: str = ""
    style: str = ""
    size: float = 12
    font: str = "Arial"
    wrapped: bool = False
    filled: bool = False


@dataclass
class Tab:
    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    tables: list[tuple[str, int, int, int, int]] = field(default_factory=list)  # name, first and last row and column
    merged: int = 0
    hidden: bool = False
    filtered: bool = False
    frozen: bool = False


@dataclass
class Document:
    title: str
    language: str
    tabs: list[Tab]
    embedded: list[str]  # images, macros, external links


def read_xlsx(content: bytes) -> Document:
    book = openpyxl.load_workbook(io.BytesIO(content))
    tabs = []
    for sheet in book.worksheets:
        tab = Tab(sheet.title, merged=len(sheet.merged_cells.ranges), hidden=sheet.sheet_state != "visible")
        tab.hidden |= any(size.hidden for size in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values()))
        tab.frozen = sheet.freeze_panes is not None
        tab.filtered = sheet.auto_filter.ref is not None
        for table in sheet.tables.values():
            first_column, first_row, last_column, last_row = openpyxl.utils.range_boundaries(table.ref)
            tab.tables.append((table.name, first_row, last_row, first_column, last_column))
            tab.filtered |= table.autoFilter is not None
            assert table.headerRowCount == 1
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is None:
                    continue
                link = (cell.hyperlink.target or f"#{cell.hyperlink.location}") if cell.hyperlink else ""
                tab.cells[cell.row, cell.column] = Cell(
                    str(cell.value), cell.data_type == "n", cell.data_type == "f", link, cell.style, cell.font.sz,
                    cell.font.name, bool(cell.alignment.wrap_text), cell.fill.fill_type is not None,
                )  # fmt: skip
        tabs.append(tab)
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    embedded = [name for name in names if re.search(r"media|drawing|vba|externalLink|comments", name)]
    return Document(book.properties.title, book.properties.language, tabs, embedded)


def read_ods(content: bytes) -> Document:
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.namelist()[0] == "mimetype"
    assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
    body, styles, meta = (ElementTree.fromstring(archive.read(f"{name}.xml")) for name in ("content", "styles", "meta"))
    looks = _ods_styles(styles)
    tabs = []
    for sheet in body.iterfind(".//table:table", _NAMES):
        tab = Tab(_get(sheet, "table:name"))
        rows = list(sheet.iter(_tag("table:table-row")))
        assert not list(sheet.iter(_tag("table:covered-table-cell")))
        tab.hidden = any(_get(part, "table:visibility") for part in sheet.iter())
        tab.filtered = any(_get(part, "table:visibility") == "filter" for part in sheet.iter())
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row, start=1):
                tab.merged += bool(
                    _get(cell, "table:number-columns-spanned") or _get(cell, "table:number-rows-spanned")
                )
                anchor = cell.find(".//text:a", _NAMES)
                look = looks[_get(cell, "table:style-name")]
                tab.cells[number, column] = Cell(
                    "\n".join(_ods_text(part) for part in cell.iterfind("text:p", _NAMES)),
                    _get(cell, "office:value-type") == "float", bool(_get(cell, "table:formula")),
                    "" if anchor is None else _get(anchor, "xlink:href"), **look,
                )  # fmt: skip
                if tab.cells[number, column].numeric:
                    tab.cells[number, column].text = _get(cell, "office:value")
        tabs.append(tab)
    by_name = {tab.name: tab for tab in tabs}
    for area in body.iterfind(".//table:database-range", _NAMES):
        where = re.fullmatch(r"(\w+)\.([A-Z]+)(\d+):\1\.([A-Z]+)(\d+)", _get(area, "table:target-range-address"))
        assert where is not None
        assert _get(area, "table:contains-header") == "true"
        first, last = (openpyxl.utils.column_index_from_string(where[n]) for n in (2, 4))
        by_name[where[1]].tables.append((_get(area, "table:name"), int(where[3]), int(where[5]), first, last))
        by_name[where[1]].filtered |= _get(area, "table:display-filter-buttons") != "false"
    for sheet in body.iterfind(".//table:table", _NAMES):  # the header row must be tagged as one, where the range says
        heads = [list(sheet.iter(_tag("table:table-row"))).index(row) + 1
                 for head in sheet.iterfind("table:table-header-rows", _NAMES) for row in head]  # fmt: skip
        assert heads == [first for _, first, *_ in by_name[_get(sheet, "table:name")].tables]
    default = styles.find(".//style:style[@style:name='Default']/style:text-properties", _NAMES)
    assert default is not None
    assert (_get(default, "fo:language"), _get(default, "fo:country")) == ("en", "GB")
    embedded = [name for name in archive.namelist() if re.search(r"Pictures|Basic|Scripts|Object", name)]
    title, language = (meta.findtext(f".//dc:{name}", "", _NAMES) for name in ("title", "language"))
    return Document(title, language, tabs, embedded)


def _ods_styles(styles: ElementTree.Element) -> dict[str, dict[str, object]]:
    found = {}
    for style in styles.iterfind(".//style:style[@style:family='table-cell']", _NAMES):
        text = style.find("style:text-properties", _NAMES)
        box = style.find("style:table-cell-properties", _NAMES)
        assert text is not None
        found[_get(style, "style:name")] = {
            "style": _get(style, "style:display-name"),
            "size": float(_get(text, "fo:font-size").removesuffix("pt")),
            "font": _get(text, "style:font-name") or "Arial",  # inherited from Default
            "wrapped": box is not None and _get(box, "fo:wrap-option") == "wrap",
            "filled": box is not None and bool(_get(box, "fo:background-color")),
        }
    return found


def _ods_text(part: ElementTree.Element) -> str:
    inside = {_tag("text:s"): " ", _tag("text:tab"): "\t"}
    text = part.text or ""
    for child in part:
        text += inside.get(child.tag, "") + (_ods_text(child) if child.tag not in inside else "") + (child.tail or "")
    return text


def _tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_NAMES[prefix]}}}{local}"


def _get(part: ElementTree.Element, name: str) -> str:
    return part.get(_tag(name), "")


def problems(document: Document) -> list[str]:
    """Return every point of the checklist that the document breaks."""
    return [*_document_problems(document), *(text for tab in document.tabs for text in _tab_problems(tab, document))]


def _document_problems(document: Document) -> Iterator[str]:
    names = [tab.name for tab in document.tabs]
    if names[:2] != ["Cover", "Contents"]:
        yield "the cover does not come first and the contents second"
    if names[-1] != "Provenance":
        yield "no provenance at the end"
    if len({name.casefold() for name in names}) < len(names) or any(len(name) > 31 for name in names):
        yield "worksheet names are not unique and short"
    if not document.title or document.language != "en-GB":
        yield "title or language of the document is missing"
    if document.embedded:
        yield f"images, macros or external parts: {document.embedded}"
    tables = [name for tab in document.tabs for name, *_ in tab.tables]
    if len(set(tables)) < len(tables):
        yield "two tables share a name"
    by_name = {tab.name: tab for tab in document.tabs}
    used = {
        mark
        for tab in document.tabs
        if tab.name not in {"Notes", "Contents"}
        for mark in re.findall(r"\[(note \d+)\]", " ".join(cell.text for cell in _marked(tab)))
    }
    defined = {cell.text for (_, column), cell in by_name["Notes"].cells.items() if column == 1} if used else set()
    if lost := used - defined:
        yield f"notes {sorted(lost)} are not on the notes sheet"
    links = [cell.link for (_, column), cell in by_name["Contents"].cells.items() if column == 1 and cell.link]
    if [re.sub(r"[#'!.]|A1", "", link) for link in links] != names[2:]:
        yield "the contents do not link to every worksheet"


def _marked(tab: Tab) -> list[Cell]:
    """Return the lines above the table and its headers: where note marks may stand."""
    last = tab.tables[0][1] if tab.tables else 10**6
    return [cell for (row, _), cell in tab.cells.items() if row <= last]


def _tab_problems(tab: Tab, document: Document) -> Iterator[str]:
    where = tab.name
    title = tab.cells.get((1, 1))
    if title is None or not title.text.strip() or title.style != "Heading 1":
        yield f"{where}: A1 is not a title tagged as heading"
    for seen, what in (
        *((tab.merged, "merged cells"), (tab.hidden, "hidden rows, columns or sheets"), (tab.filtered, "filters")),
        (tab.frozen, "frozen panes"),
    ):
        if seen:
            yield f"{where}: {what}"
    for place, cell in tab.cells.items():
        if cell.formula:
            yield f"{where} {place}: a formula"
        if cell.size < 12 or cell.font != "Arial" or cell.filled:
            yield f"{where} {place}: small, serifed or filled"
        if cell.link and (cell.link == cell.text or re.match(r"(https?:|www\.)", cell.text)):
            yield f"{where} {place}: a link that does not describe its target"
    if tab.name == "Cover":
        if tab.tables or {column for _, column in tab.cells} != {1}:
            yield "Cover: more than one column"
        return
    if len(tab.tables) != 1:
        yield f"{where}: {len(tab.tables)} marked-up tables"
        return
    yield from _table_problems(tab)


def _table_problems(tab: Tab) -> Iterator[str]:
    where = tab.name
    name, top, bottom, left, right = tab.tables[0]
    if not re.fullmatch(r"[a-z]\w+", name):
        yield f"{where}: table name {name!r}"
    if left != 1 or (bottom, right) != tuple(max(place[axis] for place in tab.cells) for axis in (0, 1)):
        yield f"{where}: the table is not at the left edge with nothing below or beside it"
    if {row for row, _ in tab.cells if row < top} != set(range(1, top)):
        yield f"{where}: blank rows above the table"
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            cell = tab.cells.get((row, column))
            if cell is None or not cell.text.strip():
                yield f"{where} {row, column}: empty"
            elif not cell.numeric and not cell.wrapped:
                yield f"{where} {row, column}: text is not wrapped"
            elif not any(map(str.isalnum, cell.text)):
                yield f"{where} {row, column}: a sign instead of words"
    headers = [
        tab.cells[top, column].text.casefold() for column in range(left, right + 1) if (top, column) in tab.cells
    ]
    if len(set(headers)) < len(headers):
        yield f"{where}: headers come twice"
    above = " ".join(cell.text for (row, _), cell in tab.cells.items() if row < top)
    used = {cell.text for (row, _), cell in tab.cells.items() if row > top} & set(SHORTHAND)
    if unexplained := [mark for mark in sorted(used) if f"{mark} means" not in above]:
        yield f"{where}: shorthand {unexplained} is not explained"
    if "This worksheet contains one table." not in above:
        yield f"{where}: does not say what it holds"
