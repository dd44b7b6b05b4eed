"""Small files in exactly the layouts that the Home Office, ONS and others publish, also the awkward ones."""

import csv
import datetime as dt
import gzip
import io
import zipfile
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

PUBLISHED = [
    "Financial Year",
    "Financial Quarter",
    "Force Name",
    "Offence Description",
    "Offence Group",
    "Offence Subgroup",
    "Offence Code",
    "Number of Offences",
]
OUTCOMES = [
    "Financial Year",
    "Financial Quarter",
    "Force Name",
    "Offence Description",
    "Offence Group",
    "Offence Subgroup",
    "Offence Code",
    "Offence code expired",
    "Outcome Description",
    "Outcome Group",
    "Outcome Type",
]
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OPEN = "urn:oasis:names:tc:opendocument:xmlns"


@dataclass(frozen=True)
class Number:
    """A numeric cell, its number as it stands in the file, and how the program shows it."""

    stored: str
    shown: str = ""


@dataclass(frozen=True)
class Fault:
    """A cell in which the spreadsheet program found an error."""

    shown: str = "#DIV/0!"


def letters(column):
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def write_xlsx(path, sheets, *, hidden=()):
    """``sheets``: name to rows; a cell is a text, an int or float, a Number, a Fault, or None for no cell."""
    texts = {}
    members = {}
    for number, rows in enumerate(sheets.values(), start=1):
        lines = []
        for row, cells in enumerate(rows, start=1):
            made = [_xlsx_cell(f"{letters(place)}{row}", cell, texts) for place, cell in enumerate(cells)]
            if any(made):
                lines.append(f'<row r="{row}">{"".join(made)}</row>')
        body = f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
        members[f"xl/worksheets/sheet{number}.xml"] = body
    tags = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" state="{"hidden" if name in hidden else "visible"}" '
        f'r:id="rId{number}"/>'
        for number, name in enumerate(sheets, start=1)
    )
    strings = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
    sheet_type = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = "".join(f'<Override PartName="/{name}" ContentType="{sheet_type}.worksheet+xml"/>' for name in members)
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{sheet_type}.sheet.main+xml"/>{parts}'
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{sheet_type}.sharedStrings+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{tags}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}'
            f'<Relationship Id="rId0" Type="{_LINKS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        for name, body in members.items():
            archive.writestr(name, body)
        archive.writestr("xl/sharedStrings.xml", f'{_HEAD}<sst xmlns="{_MAIN}">{strings}</sst>')
    return path


def _xlsx_cell(place, cell, texts):
    match cell:
        case None:
            return ""
        case str():
            return f'<c r="{place}" t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>'
        case Fault():
            return f'<c r="{place}" t="e"><f>1/0</f><v>{cell.shown}</v></c>'
        case Number():
            return f'<c r="{place}"><v>{cell.stored}</v></c>'
    return f'<c r="{place}"><v>{cell!r}</v></c>'


def write_ods(path, sheets, *, merges=(), hidden_columns=()):
    """As ``write_xlsx``; empty cells and the rest of the sheet are repeats, as office programs write them.

    ``merges``: (top, left, bottom, right) in every sheet, counted from 0; ``hidden_columns`` likewise.
    """
    tables = []
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in merges}
    covered = {
        (row, column)
        for top, left, bottom, right in merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    } - set(spans)
    shown = "".join(
        f'<table:table-column table:visibility="{"collapse" if column in hidden_columns else "visible"}"/>'
        for column in range(max(hidden_columns, default=-1) + 1)
    )
    for name, rows in sheets.items():
        lines = []
        for row, cells in enumerate(rows):
            made = "".join(
                _ods_cell(cell, spans.get((row, column)), covered=(row, column) in covered)
                for column, cell in enumerate(cells)
            )
            lines.append(
                f'<table:table-row>{made}<table:table-cell table:number-columns-repeated="900"/></table:table-row>'
            )
        rest = (
            f'<table:table-row table:number-rows-repeated="{1_048_576 - len(lines)}">'
            '<table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
        )
        tables.append(f"<table:table table:name={quoteattr(name)}>{shown}{''.join(lines)}{rest}</table:table>")
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{_OPEN}:office:1.0" '
        f'xmlns:table="{_OPEN}:table:1.0" xmlns:text="{_OPEN}:text:1.0" '
        f'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.2">'
        f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind, compress_type=zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{_OPEN}:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            f'<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            f"</manifest:manifest>",
        )
    return path


def _ods_cell(cell, span=None, *, covered=False):
    tag = "table:covered-table-cell" if covered else "table:table-cell"
    tall, wide = span or (1, 1)
    given = f' table:number-rows-spanned="{tall}" table:number-columns-spanned="{wide}"' if span else ""
    if cell is None:
        return f"<{tag}{given}/>"
    if isinstance(cell, Fault):
        given += ' table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"'
        text = cell.shown
    elif isinstance(cell, str):
        given += ' office:value-type="string"'
        text = cell
    elif isinstance(cell, dt.date):
        given += f' office:value-type="date" office:date-value="{cell.isoformat()}"'
        text = cell.strftime("%d/%m/%Y")
    else:
        stored = cell.stored if isinstance(cell, Number) else repr(cell)
        given += f' office:value-type="float" office:value="{stored}"'
        text = cell.shown if isinstance(cell, Number) else repr(cell)
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in text.split("\n"))
    return f"<{tag}{given}>{lines}</{tag}>"


def csv_text(rows, *, delimiter=","):
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def write_csv(path, rows, *, delimiter=",", encoding="utf-8"):
    content = csv_text(rows, delimiter=delimiter).encode(encoding)
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    return path


def write(path, rows, *, sheet="2012_13"):
    """Write one table in the format that the name of the file says."""
    if path.suffix == ".xlsx":
        return write_xlsx(path, {sheet: rows})
    if path.suffix == ".ods":
        return write_ods(path, {sheet: rows})
    return write_csv(path, rows)


def recorded_rows(year="2012/13", *, forces=("Kent", "London, City of"), codes=("17B", "4.10", "88A")):
    """A grid of force and code over four quarters, zeros printed, as the Home Office publishes it."""
    return [
        [year, quarter, force, f"Description of {code}", "Sexual offences", "Other sexual offences", code, count]
        for quarter in (1, 2, 3, 4)
        for force in forces
        for count, code in enumerate(codes, start=quarter - 2)
    ]


COVER = [["Police recorded crime open data"], ["Updated: 19 October 2023"], [None, "Contact", "crimestats@example.org"]]
NOTES = [["Notes"], ["Kent: Due to ongoing IT issues no data were sent for quarter 4."]]


def recorded_workbook(path, *, mark="_", years=("2012/13", "2013/14")):
    sheets = {"Cover": COVER, "Notes": NOTES}
    for year in years:
        sheets[year.replace("/", mark)] = [PUBLISHED, *recorded_rows(year)]
    return write_ods(path, sheets) if path.suffix == ".ods" else write_xlsx(path, sheets)


def outcome_rows():
    start = ["2015/16", "Q1", "Kent", "Rape of a female child under 13", "Sexual offences", "Rape", "19E", "No"]
    return [
        [*start, "Charged/Summonsed", "Charged/Summonsed", 1, 10, 12],
        [*start, "Charged/summonsed - alternate offence", "Charged/Summonsed", "1a", 3, 4],
        [*start, "Caution, youths", "Out-of-court (formal)", 2, 2, 1],
        [*start, "Not yet assigned an outcome", "Not yet assigned an outcome", 0, -1, 0],
        [*start, "Investigation complete \u2013 no suspect identified", "Investigation complete", 18, 5, 7],
    ]


RECORDED_BASIS = "Outcomes for offences that were recorded in the quarter"
CLOSED_BASIS = "Outcomes for investigations that were closed in the quarter"


def outcomes_workbook(path, *, recorded=RECORDED_BASIS, closed=CLOSED_BASIS):
    table = [[*OUTCOMES, recorded, closed], *outcome_rows()]
    pivot = [["Row labels", "Sum"], ["Kent", 26]]
    return write_xlsx(path, {"Cover_sheet": COVER, "Notes": NOTES, "Pivot": pivot, "Outcomes_open_data_2016": table})


_OFFICIAL = "Police recorded crime statistics are published as official statistics, not accredited official statistics."
_SUPPRESSED = (
    "Some shorthand is used in this table, [u] indicates that a number is being suppressed as the data comes from "
    "a small base of less than 50."
)
_AREAS = [
    ("K04000001", "ENGLAND AND WALES [note 3]"),
    ("E92000001", "ENGLAND "),
    ("E12000005", "West Midlands "),
    ("E23000014", "West Midlands"),
    ("E23000001", "Metropolitan Police "),
    ("W92000004", "WALES"),
    ("W15000004", "Dyfed-Powys"),
    (None, "British Transport Police"),
]


def pfa_sheets():
    """Sheets of the ONS workbook: preambles of six to nine rows, spaces behind names, a misspelt heading, markers."""
    values = [205, 203, 150, 100, 50, 53, 53, 2]
    counts = [[*area, value * 10, value] for area, value in zip(_AREAS, values, strict=True)]
    changes = [
        [*area, Number("-2.4337917503894599"), change]
        for area, change in zip(_AREAS[:-1], [1.5, 2.25, 0, -4, "[u]", "[x]", "[ z ]"], strict=True)
    ]
    return {
        "Cover_sheet": [["Police force area data tables"], ["Information", "Useful links"], ["About", "Bulletin"]],
        "Notes- PFA ": [
            ["Notes"],
            ["This worksheet contains two tables presented vertically with one blank row in between each table."],
            ["Notes for tables P1, P2"],
            ["Note number", "Note text", "Useful links"],
            [3, "Includes British Transport Police.", None],
            [None],
            ["Notes for table P5"],
            ["Note number", "Note text", "Useful links"],
            [9, "First note nine.", None],
            [9, "Second note nine.", "A link"],
        ],
        "Table P1": [
            ["Table P1:  Police recorded crime by offence group and police force area [note 1]"],
            ["This worksheet contains one table. Some cells refer to notes."],
            ["Link to Notes page"],
            [_OFFICIAL],
            ["Link to Table of Contents"],
            ["Source: Home Office - Police recorded crime "],
            ["Area Code", "Area Name", "Total recorded crime\n (excluding fraud) \n[note 2]", "Sexual offences"],
            *counts,
        ],
        "Table P4 ": [
            ["Table P4:  Police recorded crime, percentage change"],
            ["England and Wales, year ending December 2024"],
            ["This worksheet contains one table. Some cells refer to notes."],
            ["Link to Notes page"],
            [_OFFICIAL],
            [_SUPPRESSED],
            ["[x] indicates that a number is unavailable.  [ z ] is not applicable. "],
            ["Link to Table of Contents"],
            ["Source:  Police recorded crime from the Home Office "],
            ["Area Codes", "Area name", "Total recorded crime (excludinging fraud) \n[note 2]", "Sexual offences"],
            *changes,
        ],
        "Table C2": [
            ["Table C2: Number of police recorded crimes by Community Safety Partnership"],
            [
                "Police Force\nArea code",
                "Police Force\nArea name",
                "Community Safety\nPartnership code",
                "Sexual offences",
            ],
            ["E23000036", "Avon and Somerset", None, 30],
            ["E23000036", "Avon and Somerset", "E22000001", 12],
        ],
    }
