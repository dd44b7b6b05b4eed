"""Files that went wrong on the way: honest tables with one thing broken, in every format that has it."""

from xml.sax.saxutils import escape

import hostile

HEADER = [
    "Financial Year",
    "Financial Quarter",
    "Force Name",
    "Offence Description",
    "Offence Group",
    "Offence Subgroup",
    "Offence Code",
    "Number of Offences",
]
GROUPS = ["Sexual offences", "Rape"]
ROWS = [
    ["2017/18", "1", "Kent", "Rape of a female child under 13", *GROUPS, "19D", "12"],
    ["2017/18", "2", "London, City of", "Conspiracy to murder", *GROUPS, "4.10", "0"],
    ["2017/18", "3", "Dyfed-Powys", "Attempted murder", *GROUPS, "2", "7"],
]
BASE = [HEADER, *ROWS]
# Year, quarter, force, code, number: what must come out of BASE.
TRUTH = [(row[0], int(row[1]), row[2], row[6], int(row[7])) for row in ROWS]
COLUMNS = ["Financial Year", "Financial Quarter", "Force Name", "Offence Code", "Number of Offences"]


class Raw(str):
    """A cell already written in the markup of its format."""


def as_csv(rows, delimiter=",", end="\n", quote='"'):
    def cell(text):
        text = "" if text is None else str(text)
        return (
            f"{quote}{text.replace(quote, quote * 2)}{quote}" if set(text) & set(delimiter + quote + "\r\n") else text
        )

    return "".join(delimiter.join(cell(text) for text in row) + end for row in rows).encode()


def sheet_rows(rows):
    def cell(text, place):
        if text is None:
            return ""
        if isinstance(text, Raw):
            return text.replace("PLACE", place)
        if isinstance(text, (int, float)):
            return f'<c r="{place}"><v>{text}</v></c>'
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'

    return "".join(
        f'<row r="{n}">{"".join(cell(text, f"{chr(65 + place)}{n}") for place, text in enumerate(row))}</row>'
        for n, row in enumerate(rows, start=1)
    )


def as_xlsx(rows, *, name="2017-18", others=(), state="", after="", workbook="", **options):
    """Write one sheet, and others after it as (name, rows)."""
    sheets = [(name, rows), *others]
    office = hostile.OFFICE
    members = [list(member) for member in hostile.xlsx_members(**options)]
    listed = "".join(
        f'<sheet name="{escape(title)}" sheetId="{n}"{state if n == 1 else ""} r:id="rId{n}"/>'
        for n, (title, _) in enumerate(sheets, start=1)
    )
    start = f'{hostile.HEAD}<workbook xmlns="{hostile.MAIN}" xmlns:r="{office}">'
    members[2][1] = f"{start}{workbook}<sheets>{listed}</sheets></workbook>"
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(2, len(sheets) + 1)
    )
    members[3][1] = members[3][1].replace("</Relationships>", f"{related}</Relationships>")
    members[4][1] = hostile.worksheet(sheet_rows(rows), after)
    for n, (_, cells) in enumerate(sheets[1:], start=2):
        members.append([f"xl/worksheets/sheet{n}.xml", hostile.worksheet(sheet_rows(cells))])
    return hostile.pack([tuple(member) for member in members])


def table_rows(rows):
    def cell(text):
        if text is None:
            return "<table:table-cell/>"
        if isinstance(text, Raw):
            return str(text)
        if isinstance(text, (int, float)):
            start = f'<table:table-cell office:value-type="float" office:value="{text}">'
            return f"{start}<text:p>{text}</text:p></table:table-cell>"
        spaced = escape(text).replace("  ", " <text:s/>")
        return f'<table:table-cell office:value-type="string"><text:p>{spaced}</text:p></table:table-cell>'

    return "".join(hostile.row("".join(map(cell, row))) for row in rows)


def as_ods(rows, *, name="2017-18", others=(), after=""):
    body = hostile.table(table_rows(rows) + after, name)
    return hostile.ods(body + "".join(hostile.table(table_rows(cells), title) for title, cells in others))


def changed(line, column, text):
    rows = [list(row) for row in BASE]
    rows[line][column] = text
    return rows


def moved(order):
    return [[row[place] for place in order] for row in BASE]


def number(text):
    return changed(1, 7, text)


REORDERED = moved([7, 6, 5, 4, 3, 2, 1, 0])
NOTE = ["Note: figures are provisional."]

# Name of the case: the rows, and either what must come out for the first row's number, the truth (None), or what
# the refusal must say. A number that is missing is given by its flag in brackets of its own: ("[c]",).
TABLES = {
    "sound": (BASE, None),
    "header on row 7": ([["Police recorded crime"], *[["words"]] * 5, *BASE], None),
    "blank first rows": ([[], [], *BASE], None),
    "blank rows inside": ([HEADER, ROWS[0], [], ROWS[1], [], ROWS[2]], None),
    "notes below": ([*BASE, [], NOTE], None),
    "columns in another order": (REORDERED, None),
    "extra empty column": ([[*row, None] for row in BASE], None),
    "empty column in the middle": ([[*row[:3], None, *row[3:]] for row in BASE], None),
    "extra column with a heading": ([[*HEADER, "Region"], *[[*row, "South East"] for row in ROWS]], None),
    "extra column without heading": (
        [[*HEADER, None], *[[*row, "x"] for row in ROWS]],
        "I2.*without heading|cells where",
    ),
    "headings of the CSP file": (
        [
            [
                "Police Force" if cell == "Force Name" else "Offence Count" if cell == HEADER[7] else cell
                for cell in HEADER
            ],
            *ROWS,
        ],
        None,
    ),
    "headings in capitals": ([[cell.upper() for cell in HEADER], *ROWS], None),
    "headings with notes": ([[*HEADER[:7], "Number of Offences [note 3]"], *ROWS], None),
    "headings with spaces": ([[f"  {cell} " for cell in HEADER], *ROWS], None),
    "headings with line breaks": ([[*HEADER[:7], "Number\nof Offences"], *ROWS], None),
    "no count column": ([row[:7] for row in BASE], "no table|Number of Offences"),
    "no force column": ([[*row[:2], *row[3:]] for row in BASE], "Force Name"),
    "no code column": ([[*row[:6], row[7]] for row in BASE], "Offence Code"),
    "count column twice": ([[*row, row[7]] for row in BASE], "I1.*second column"),
    "force column twice": ([[*row, row[2]] for row in BASE], "I1.*second column"),
    "no header": (ROWS, "no table|no row|row with the headings"),
    "only a header": ([HEADER], "no rows"),
    "header repeated inside": ([HEADER, ROWS[0], HEADER, ROWS[1], ROWS[2]], "3"),
    "second table below": ([*BASE, [], ["Force", "Rate"], ["Kent", "1.5"]], "[A-H]?[67]"),
    "row shifted to the right": ([HEADER, ROWS[0], [None, *ROWS[1]], ROWS[2]], "3"),
    "row shifted to the left": ([HEADER, ROWS[0], ROWS[1][1:], ROWS[2]], "3"),
    "row cut short": ([*BASE, ROWS[0][:5]], "5"),
    "quarter with a letter": (changed(1, 1, "Q1"), None),
    "quarter 5": (changed(1, 1, "5"), "B2.*'5'"),
    "quarter 0": (changed(1, 1, "0"), "B2"),
    "quarter in words": (changed(1, 1, "Apr-Jun"), "B2"),
    "quarter missing": (changed(1, 1, None), "B2"),
    "year of three years": (changed(1, 0, "2017/20"), "A2.*2017/20"),
    "year missing": (changed(1, 0, None), "A2"),
    "year as a date": (changed(1, 0, "01/04/2017"), "A2"),
    "force missing": (changed(1, 2, None), "C2"),
    "force with spaces": (changed(1, 2, "  Kent "), None),
    "code missing": (changed(1, 6, None), "G2"),
    "number with commas": (number("1,234"), 1234),
    "number with spaces": (number("  12  "), 12),
    "zero of an accountant": (number(" -00 "), 0),
    "number below zero": (number("-3"), -3),
    "true minus sign": (number("\u22123"), -3),
    "number with a note": (number("12 [note 3]"), 12),
    "full-width digits": (number("\uff11\uff12"), 12),
    "number in brackets": (number("[c]"), ("[c]",)),
    "dots": (number(".."), ("..",)),
    "dash": (number("-"), ("-",)),
    "number missing": (number(None), ("empty",)),
    "word": (number("twelve"), "H2.*twelve"),
    "letters": (number("abc"), "H2.*abc"),
    "not a number": (number("NaN"), "H2"),
    "None in words": (number("None"), "H2"),
    "NULL": (number("NULL"), "H2"),
    "TRUE": (number("TRUE"), "H2"),
    "too large": (number("1e400"), "H2"),
    "exponent": (number("1E5"), "H2"),
    "hexadecimal": (number("0x10"), "H2"),
    "digit with a letter O": (number("1O"), "H2"),
    "Arabic digits": (number("\u0661\u0662"), "H2"),
    "decimal comma": (number("12,5"), "H2"),
    "commas in wrong places": (number("1,23,4"), "H2"),
    "part of an offence": (number("12.5"), "H2"),
    "more than": (number("more than 4,000"), "H2"),
    "range": (number("10-20"), "H2"),
    "percentage": (number("12%"), "H2"),
    "money": (number("\u00a312"), ("\u00a3", 12)),
    "date": (number("12/03/2017"), "H2"),
    "error in words": (number("#REF!"), "H2"),
    "division by zero in words": (number("#DIV/0!"), "H2"),
    "formula in words": (number("=1+1"), "H2"),
    "broken letters": (number("\ufffd"), "H2"),
    "two numbers": (number("12 13"), "H2"),
}
# Labels that careless readers change: they must come out letter by letter.
CODES = [
    "001",
    "4.10",
    "1/4.1/4.10/4.2",
    "None",
    "NA",
    "N/A",
    "nan",
    "1E5",
    "TRUE",
    "=1+1",
    "19\u2013D",
    "-",
    "1_000",
    "0x10",
]


def formats(rows):
    return {"a.csv": as_csv(rows), "a.xlsx": as_xlsx(rows), "a.ods": as_ods(rows)}


TWICE = Raw(
    '<table:table-cell table:number-columns-repeated="2" office:value-type="string"><text:p>same</text:p>'
    "</table:table-cell>"
)
ERROR_CELL = Raw('<c r="PLACE" t="e"><v>#REF!</v></c>')
PLAIN = as_csv(BASE)
FORMULA = '<c r="PLACE"><f>SUM(A1)</f>'
WELSH = changed(1, 2, "Dyfed\u2013Powys \u0174")

# What only one format can have wrong: file name, bytes, and as above.
SPECIAL = {
    "byte order mark": ("a.csv", b"\xef\xbb\xbf" + PLAIN, None),
    "Windows line ends": ("a.csv", as_csv(BASE, end="\r\n"), None),
    "old Macintosh line ends": ("a.csv", as_csv(BASE, end="\r"), None),
    "old Macintosh line ends, line break in a cell": (
        "a.csv",
        as_csv(changed(1, 3, "Rape of\na child"), end="\r"),
        None,
    ),
    "one old Macintosh line end": ("a.csv", PLAIN.replace(b"\n", b"\r", 1), "line 2.*line ends"),
    "one line end of Unix": (
        "a.csv",
        as_csv(BASE, end="\r").replace(b"\r", b"\n", 2).replace(b"\n", b"\r", 1),
        "line 2.*ends",
    ),
    "mixed line ends": ("a.csv", PLAIN.replace(b"\n", b"\r\n", 2), None),
    "semicolons": ("a.csv", as_csv(BASE, ";"), None),
    "tabs": ("a.csv", as_csv(BASE, "\t"), None),
    "tabs in a tsv": ("a.tsv", as_csv(BASE, "\t"), None),
    "every cell quoted": ("a.csv", as_csv(BASE).replace(b"12\n", b'"12"\n'), None),
    "line break in a cell": ("a.csv", as_csv(changed(1, 3, "Rape of\na child")), None),
    "quotes in a cell": ("a.csv", as_csv(changed(1, 3, 'so-called "rape"')), None),
    "UTF-16": ("a.csv", PLAIN.decode().encode("utf-16"), None),
    "UTF-16, packed": ("a.csv.gz", hostile.gzip.compress(as_csv(BASE, "\t").decode().encode("utf-16")), None),
    "half a letter of UTF-16": ("a.csv", PLAIN.decode().encode("utf-16")[:-1], "broken UTF-16"),
    "UTF-16 without mark": ("a.csv", PLAIN.decode().encode("utf-16-le"), None),
    "UTF-16 the other way, without mark": ("a.csv", PLAIN.decode().encode("utf-16-be"), None),
    "UTF-32": ("a.csv", PLAIN.decode().encode("utf-32"), "UTF-32"),
    "NUL in a cell": ("a.csv", PLAIN.replace(b"Kent", b"Ke\0nt"), "line 2.*NUL"),
    "quote never closed": ("a.csv", PLAIN.replace(b"Kent", b'"Kent'), "line 2.*quotes"),
    "quote closed too early": ("a.csv", PLAIN.replace(b"Kent", b'"Ke"nt"'), "line 2|row 2"),
    "extra comma in a row": ("a.csv", PLAIN.replace(b",Kent,", b",Kent,,"), "row 2|[A-Z]2"),
    "force with a bare comma": ("a.csv", PLAIN.replace(b'"London, City of"', b"London, City of"), "row 3|[A-Z]3"),
    "number with a bare comma": ("a.csv", PLAIN.replace(b",12\n", b",1,234\n"), "row 2|[A-Z]2"),
    "writer killed in the last label": ("a.csv", PLAIN[:-12], "cut|cells where"),
    "writer killed in a row": ("a.csv", PLAIN[:-40], "cut|cells where"),
    "gzip": ("a.csv.gz", hostile.gzip.compress(PLAIN), None),
    "gzip in two parts": ("a.csv.gz", hostile.gzip.compress(PLAIN[:99]) + hostile.gzip.compress(PLAIN[99:]), None),
    "gzip cut off": ("a.csv.gz", hostile.gzip.compress(PLAIN)[:-9], "cut off"),
    "blank file": ("a.csv", b"\n\n\n", "empty"),
    "spaces only": ("a.csv", b"   \n  \n", "empty|no table"),
    "error cell": ("a.xlsx", as_xlsx(number(ERROR_CELL)), "H2"),
    "formula with its value": ("a.xlsx", as_xlsx(number(Raw(f"{FORMULA}<v>12</v></c>"))), None),
    "formula without value": ("a.xlsx", as_xlsx(number(Raw(f"{FORMULA}</c>"))), "H2.*formula"),
    "formula with an empty value": ("a.xlsx", as_xlsx(number(Raw(f"{FORMULA}<v></v></c>"))), "H2.*formula"),
    "formula of text": (
        "a.xlsx",
        as_xlsx(changed(1, 2, Raw('<c r="PLACE" t="str"><f>A1</f><v>Kent</v></c>'))),
        None,
    ),
    "yes or no as a number": ("a.xlsx", as_xlsx(number(Raw('<c r="PLACE" t="b"><v>1</v></c>'))), "H2"),
    "shared text that is missing": ("a.xlsx", as_xlsx(number(Raw('<c r="PLACE" t="s"><v>99</v></c>'))), ".*"),
    "numbers as numbers": ("a.xlsx", as_xlsx([HEADER, *[[r[0], int(r[1]), *r[2:7], int(r[7])] for r in ROWS]]), None),
    "whole numbers as decimals": ("a.xlsx", as_xlsx(number(12.0)), None),
    "half an offence": ("a.xlsx", as_xlsx(number(12.5)), "H2"),
    "cover sheet before": ("a.xlsx", as_xlsx([["Cover"]], name="Cover", others=[("2017-18", BASE)]), None),
    "notes sheet after": ("a.xlsx", as_xlsx(BASE, others=[("Notes", [["Kent: IT issues"]])]), None),
    "underscore in the sheet's name": ("a.xlsx", as_xlsx(BASE, name="2017_18"), None),
    "spaces around the sheet's name": ("a.xlsx", as_xlsx(BASE, name=" 2017-18 "), None),
    "sheet of another year": ("a.xlsx", as_xlsx(BASE, name="2018-19"), "2018-19.*A2.*2017/18"),
    "same year twice": ("a.xlsx", as_xlsx(BASE, others=[("2017_18", BASE)]), "second sheet"),
    "data sheet under another name": ("a.xlsx", as_xlsx(BASE, others=[("Copy", BASE)]), "Copy"),
    "year sheet without table": ("a.xlsx", as_xlsx(BASE, others=[("2018-19", [["to come"]])]), "2018-19"),
    "merged cells": (
        "a.xlsx",
        as_xlsx([["Title"], *BASE], after='<mergeCells><mergeCell ref="A1:H1"/></mergeCells>'),
        None,
    ),
    "dates from 1904": ("a.xlsx", as_xlsx(BASE, workbook='<workbookPr date1904="1"/>'), None),
    "cells without addresses": (
        "a.xlsx",
        as_xlsx(number(Raw("<c><v>12</v></c>"))),
        None,
    ),
    "dimension that lies": (
        "a.xlsx",
        hostile.pack(
            [
                (
                    n,
                    t.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
                    if n.endswith("sheet1.xml")
                    else t,
                )
                for n, t in [
                    *hostile.xlsx_members()[:4],
                    ("xl/worksheets/sheet1.xml", hostile.worksheet(sheet_rows(BASE))),
                ]
            ]
        ),
        None,
    ),
    "old Excel under a new name": ("a.xlsx", hostile.OLE, "OLE"),
    "ODS in full width": (
        "a.ods",
        as_ods(
            BASE,
            after='<table:table-row table:number-rows-repeated="1048572"><table:table-cell '
            'table:number-columns-repeated="16384"/></table:table-row>',
        ),
        None,
    ),
    "repeated cells": ("a.ods", as_ods([HEADER, *[[*row[:4], TWICE, *row[6:]] for row in ROWS]]), None),
    "ODS formula without value": (
        "a.ods",
        as_ods(number(Raw('<table:table-cell table:formula="of:=1+1"/>'))),
        "H2.*formula",
    ),
    "ODS number that differs from its text": (
        "a.ods",
        as_ods(
            number(
                Raw(
                    '<table:table-cell office:value-type="float" office:value="12"><text:p>12.0</text:p>'
                    "</table:table-cell>"
                )
            )
        ),
        None,
    ),
    "ODS cut off": ("a.ods", as_ods(BASE)[:-40], "cut off"),
    "ODS with broken markup": (
        "a.ods",
        hostile.ods(xml=hostile.content(hostile.table(table_rows(BASE))).replace("</table:table>", "")),
        "malformed",
    ),
    "ODS without contents": ("a.ods", hostile.pack([("mimetype", hostile.ODS_TYPE)]), "another kind"),
    "workbook without sheets": ("a.xlsx", hostile.pack(hostile.xlsx_members()[:4]), "no sheet"),
}
