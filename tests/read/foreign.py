"""Files that somebody might send to hurt the readers, read as a user reads them: each is read right or refused.

Each case is a file name, a recipe, and what must come: a pattern for the refusal, or the cells of the first table.
``EITHER`` leaves open which, but never a wrong cell. A recipe returns the file's bytes, or makes the file at a path.
"""

# ruff: noqa: E501  (a case is easier to read in one line)

import gzip
import json
import os
import random
import re
import resource
import socket
import struct
import subprocess
import sys
import time
import warnings
import zipfile
from pathlib import Path

from hostile import (
    FETCH,
    HEAD,
    HOSTILE,
    MAIN,
    OFFICE,
    TABLE,
    content,
    ods,
    ods_members,
    pack,
    row,
    table,
    worksheet,
    xlsx,
    xlsx_members,
)

GOOD = [["Area", "Count"], ["Kent", "12"]]
EITHER = "either"
STRINGS = "<si><t>12</t></si>"
MEBIBYTES, SECONDS = 800, 20


def sheet_row(number, *texts, kind="str"):
    """Write one row of an XLSX sheet from column A on."""
    cells = "".join(
        f'<c r="{chr(65 + place)}{number}" t="{kind}"><v>{text}</v></c>' for place, text in enumerate(texts)
    )
    return f'<row r="{number}">{cells}</row>'


ROWS = sheet_row(1, *GOOD[0]) + sheet_row(2, *GOOD[1])
HEADINGS = sheet_row(1, *GOOD[0])


def kent(cell):
    """The good table with another cell B2."""
    return f'{HEADINGS}<row r="2"><c r="A2" t="str"><v>Kent</v></c>{cell}</row>'


def text_cell(text, more=""):
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


def ods_rows(*rows):
    return "".join(row("".join(map(text_cell, cells))) for cells in rows)


ODS_ROWS = ods_rows(*GOOD)


def kent_ods(cell):
    return ods(table(ods_rows(GOOD[0]) + row(text_cell("Kent") + cell)))


def in_book(name, contents, **options):
    return xlsx(ROWS, extra=[(name, contents)], **options)


def flipped(whole, seed):
    """Change three bytes somewhere."""
    changed, dice = bytearray(whole), random.Random(seed)
    for _ in range(3):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def nested(levels):
    whole = xlsx(ROWS)
    for _ in range(levels):
        whole = pack([("a.xlsx", whole)])
    return whole


def replaced(name, text, **options):
    """A workbook in which one member is another."""
    return pack([(each, text if each == name else data) for each, data in xlsx_members(ROWS, **options)])


def with_local_name(other):
    """The directory names a member otherwise than the bytes before it."""
    return xlsx(ROWS).replace(b"xl/worksheets/sheet1.xml", other, 1)


def with_zip64(value):
    """A member whose true size is said to stand in an extra field, which says something else."""
    info = zipfile.ZipInfo("xl/media/a.txt")
    info.extra = struct.pack("<HHQQ", 1, 16, value, value)
    return xlsx(ROWS, extra=[(info, b"x")])


def many_members(count, data):
    return xlsx(ROWS, extra=[(f"xl/x{number}.xml", data) for number in range(count)])


def sparse(size):
    def make(path):
        with path.open("wb") as stream:
            stream.truncate(size)

    return make


def to(target):
    return lambda path: path.symlink_to(target)


def listening(path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path)[-90:])


def grid(height, width, text="1"):
    line = ",".join([text] * width) + "\n"
    return (line * height).encode()


def one_of_many(cell, count=1_000_000, **options):
    """One column of many cells."""
    return xlsx(
        HEADINGS + "".join(f'<row r="{n}">{cell.replace("@", f"A{n}")}</row>' for n in range(2, count + 2)), **options
    )


SPACE = '<text:s text:c="@"/>'
LAUGHS = (
    "<!DOCTYPE l [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)) + "]>"
)
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="4294967295"/>'
    '<cellXfs count="4294967295">{}</cellXfs></styleSheet>'
)

ARCHIVES = {
    "archive fifty deep": ("a.xlsx", lambda: nested(50), "another kind of archive"),
    "workbook in the workbook": ("a.xlsx", lambda: in_book("xl/media/b.xlsx", xlsx(ROWS)), "file inside the file"),
    "bomb where nobody reads": ("a.xlsx", lambda: in_book("docProps/app.xml", b" " * 20_000_000), "`ratio`"),
    "bomb of a gigabyte": ("a.xlsx", lambda: in_book("xl/media/a.png", bytes(1_000_000_001)), "`member_bytes`"),
    "many bombs below the threshold": ("a.xlsx", lambda: many_members(60, "<a>" + " " * 9_900_000 + "</a>"), EITHER),
    "more bombs than the total": ("a.xlsx", lambda: many_members(60, " " * 35_000_000), "`total_bytes`"),
    "many bombs of markup": ("a.xlsx", lambda: many_members(60, f"<a>{'<b/>' * 2_400_000}</a>"), EITHER),
    "many bombs of uncertain markup": ("a.xlsx", lambda: many_members(60, f"<a>{'<b/>>' * 1_900_000}</a>"), EITHER),
    "1,999 members": ("a.xlsx", lambda: many_members(1_990, "<a/>"), GOOD),
    "another name before the bytes": ("a.xlsx", lambda: with_local_name(b"xl/worksheets/sheet2.xml"), "disagree"),
    "upward name before the bytes": ("a.xlsx", lambda: with_local_name(b"../worksheets/sheet1.xml"), "disagree"),
    "size in an extra field": ("a.xlsx", lambda: with_zip64(2**60), EITHER),
    "small size in an extra field": ("a.xlsx", lambda: with_zip64(0), EITHER),
    "directory member first": ("a.xlsx", lambda: pack([("xl/", b""), *xlsx_members(ROWS)]), GOOD),
    "name of a device": ("a.xlsx", lambda: in_book("xl/NUL", b""), GOOD),
    "name with a colon": ("a.xlsx", lambda: in_book("xl/a:b", b"x"), GOOD),
    "name in another alphabet": ("a.xlsx", lambda: in_book("xl/\u0445\u202e.xml", "<a/>"), GOOD),
    "name in full-width letters": (
        "a.xlsx", lambda: in_book("xl/worksheets/\uff53heet1.xml", worksheet()), "twice",
    ),
    "workbook twice": ("a.xlsx", lambda: pack([*xlsx_members(ROWS), ("xl/Workbook.xml", "<a/>")]), "twice"),
    "half a password": ("a.xlsx", lambda: pack([("EncryptedPackage", bytes(99))]), "another kind of archive"),
    "no sheet at all": ("a.xlsx", lambda: replaced("xl/worksheets/sheet1.xml", "<a/>"), "no sheet"),
    "sheet that is missing": (
        "a.xlsx", lambda: pack([each for each in xlsx_members(ROWS) if "sheet1" not in each[0]]), "no sheet",
    ),
    "workbook without relations": (
        "a.xlsx", lambda: pack([each for each in xlsx_members(ROWS) if "workbook.xml.rels" not in each[0]]), EITHER,
    ),
    "relation to itself": (
        "a.xlsx",
        lambda: pack([(n, t.replace("worksheets/sheet1.xml", "workbook.xml")) for n, t in xlsx_members(ROWS)]),
        EITHER,
    ),
    "relation upwards": (
        "a.xlsx",
        lambda: pack([(n, t.replace('"worksheets', '"../../worksheets')) for n, t in xlsx_members(ROWS)]),
        "plain XML member",
    ),
    "ODS without a table": ("a.ods", lambda: ods(""), "no sheet"),
    "flat ODS": ("a.ods", lambda: content(table(ODS_ROWS)).encode(), "web page or XML"),
    "ODS with packed type": ("a.ods", lambda: pack(ods_members(table(ODS_ROWS))).replace(b"mimetype", b"MIMETYPE"), EITHER),
    **{
        f"{kind} cut at {share}%": (
            f"a.{kind}", lambda whole=whole, share=share: whole()[: len(whole()) * share // 100], "cut off|damaged|zip",
        )
        for kind, whole in (("xlsx", lambda: xlsx(ROWS)), ("ods", lambda: ods(table(ODS_ROWS))))
        for share in (20, 60, 95)
    },
    **{
        f"{kind} with changed bytes {seed}": (f"a.{kind}", lambda w=whole, s=seed: flipped(w(), s), EITHER)
        for kind, whole in (("xlsx", lambda: xlsx(ROWS)), ("ods", lambda: ods(table(ODS_ROWS))))
        for seed in range(6)
    },
}  # fmt: skip

WORKBOOKS = {
    "shared texts by their count": (
        "a.xlsx", lambda: xlsx(kent('<c r="B2" t="s"><v>0</v></c>'), strings=STRINGS), GOOD,
    ),
    "four thousand million shared texts": (
        "a.xlsx",
        lambda: xlsx(ROWS, extra=[("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}" uniqueCount="4294967295"/>')]),
        "more than its .* bytes can",
    ),
    "count of shared texts in codes": (
        "a.xlsx",
        lambda: xlsx(ROWS, extra=[("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}" uniqueCount="&#57;99999999"/>')]),
        "more than its .* bytes can",
    ),
    "count of shared texts that is none": (
        "a.xlsx",
        lambda: xlsx(ROWS, extra=[("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}" uniqueCount="NaN"/>')]),
        "not a whole number",
    ),
    "a million references to a long text": (
        "a.xlsx", lambda: one_of_many('<c r="@" t="s"><v>0</v></c>', strings=f"<si><t>{'x' * 30_000}</t></si>"), "`text`",
    ),
    "a million references to a text": (
        "a.xlsx", lambda: one_of_many('<c r="@" t="s"><v>0</v></c>', strings=f"<si><t>{'x' * 400}</t></si>"), EITHER,
    ),
    "a million texts of their own": ("a.xlsx", lambda: one_of_many('<c r="@" t="str"><v>name @</v></c>'), EITHER),
    "a million empty cells": ("a.xlsx", lambda: one_of_many('<c r="@" s="1"/>'), EITHER),
    "shared text that is not there": ("a.xlsx", lambda: xlsx(kent('<c r="B2" t="s"><v>7</v></c>')), EITHER),
    "shared text below zero": (
        "a.xlsx", lambda: xlsx(kent('<c r="B2" t="s"><v>-1</v></c>'), strings=STRINGS), "no whole number",
    ),
    "number that is none": ("a.xlsx", lambda: xlsx(kent('<c r="B2"><v>twelve</v></c>')), EITHER),
    "number too large": ("a.xlsx", lambda: xlsx(kent('<c r="B2"><v>1e999</v></c>')), EITHER),
    "not a number": ("a.xlsx", lambda: xlsx(kent('<c r="B2"><v>NaN</v></c>')), EITHER),
    # An error is shown in its own cell, and its neighbours stay.
    "error value": (
        "a.xlsx", lambda: xlsx(kent('<c r="B2" t="e"><v>#DIV/0!</v></c>')), [["Area", "Count"], ["Kent", "#DIV/0!"]],
    ),
    "type that is none": ("a.xlsx", lambda: xlsx(kent('<c r="B2" t="zz"><v>12</v></c>')), EITHER),
    "dimension of a whole sheet": (
        "a.xlsx",
        lambda: xlsx(sheet=worksheet(ROWS).replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')),
        GOOD,
    ),
    "dimension beyond any sheet": (
        "a.xlsx",
        lambda: xlsx(sheet=worksheet(ROWS).replace("<sheetData>", '<dimension ref="A1:ZZZ99999999"/><sheetData>')),
        EITHER,
    ),
    "dimension that is none": (
        "a.xlsx", lambda: xlsx(sheet=worksheet(ROWS).replace("<sheetData>", '<dimension ref="-1"/><sheetData>')), EITHER,
    ),
    "dimension of one cell": (
        "a.xlsx", lambda: xlsx(sheet=worksheet(ROWS).replace("<sheetData>", '<dimension ref="A1"/><sheetData>')), GOOD,
    ),
    "merged from end to end": (
        "a.xlsx", lambda: xlsx(ROWS, after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'), EITHER,
    ),
    "merged a hundred thousand times": (
        "a.xlsx",
        lambda: xlsx(ROWS, after="<mergeCells>" + '<mergeCell ref="A4:XFD1048576"/>' * 100_000 + "</mergeCells>"),
        EITHER,
    ),
    "last row": ("a.xlsx", lambda: xlsx(ROWS + sheet_row(1_048_576, "x", "y")), EITHER),
    "row after the last": ("a.xlsx", lambda: xlsx(ROWS + sheet_row(1_048_577, "x", "y")), "no spreadsheet has more"),
    "column after the last": (
        "a.xlsx", lambda: xlsx('<row r="1"><c r="XFE1" t="str"><v>x</v></c></row>'), "no spreadsheet has more",
    ),
    "row zero": ("a.xlsx", lambda: xlsx('<row r="0"><c r="A0"><v>1</v></c></row>'), "malformed"),
    "rows that go back": ("a.xlsx", lambda: xlsx(sheet_row(9, "x", "y") + ROWS), "out of order"),
    "cells without addresses": (
        "a.xlsx",
        lambda: xlsx(
            "<row><c t='str'><v>Area</v></c><c t='str'><v>Count</v></c></row>"
            "<row><c t='str'><v>Kent</v></c><c t='str'><v>12</v></c></row>"
        ),
        GOOD,
    ),
    "5,000 columns and 2,000 rows in corners": (
        "a.xlsx", lambda: xlsx(ROWS + '<row r="2000"><c r="GJH2000" t="str"><v>x</v></c></row>'), EITHER,
    ),
    "many sheets with far corners": (
        "a.xlsx", lambda: xlsx(ROWS + '<row r="900000"><c r="K900000"><v>1</v></c></row>', sheets=150), EITHER,
    ),
    "laughs": ("a.xlsx", lambda: xlsx(sheet=worksheet(ROWS + "&a9;").replace(HEAD, HEAD + LAUGHS)), "DOCTYPE"),
    "laughs in the list of sheets": (
        "a.xlsx", lambda: replaced("xl/workbook.xml", f"{HEAD}{LAUGHS}<workbook>&a9;</workbook>"), "DOCTYPE",
    ),
    "entity that fetches, in the relations": (
        "a.xlsx", lambda: replaced("_rels/.rels", f"{HEAD}{FETCH}<Relationships>&f;</Relationships>"), "DOCTYPE",
    ),
    "attribute of ten megabytes": (
        "a.xlsx", lambda: xlsx(sheet=worksheet(f'<row r="1" x="{os.urandom(5_000_000).hex()}"/>{ROWS}')), EITHER,
    ),
    "a hundred thousand attributes": (
        "a.xlsx", lambda: xlsx(ROWS + "<row " + " ".join(f"a{n}='1'" for n in range(100_000)) + " r='5'/>"), EITHER,
    ),
    "comment of ten megabytes": (
        "a.xlsx", lambda: xlsx(sheet=worksheet(f"<!-- {os.urandom(5_000_000).hex()} -->{ROWS}")), GOOD,
    ),
    "text in CDATA": ("a.xlsx", lambda: xlsx(kent('<c r="B2" t="str"><v><![CDATA[12]]></v></c>')), EITHER),
    "broken letters": (
        "a.xlsx", lambda: xlsx(sheet=worksheet(kent('<c r="B2" t="str"><v>@</v></c>')).encode().replace(b"@", b"\xff")),
        "malformed",
    ),
    "letter that is none": ("a.xlsx", lambda: xlsx(kent('<c r="B2" t="str"><v>&#0;</v></c>')), "malformed"),
    "half a letter": ("a.xlsx", lambda: xlsx(kent('<c r="B2" t="str"><v>&#xD800;</v></c>')), "malformed"),
    "letter in letters": ("a.xlsx", lambda: xlsx(kent('<c r="B2" t="str"><v>_x0000_</v></c>')), EITHER),
    "formula with a command": (
        "a.xlsx", lambda: xlsx(kent("<c r=\"B2\" t=\"str\"><f>cmd|'/c calc'!A1</f><v>12</v></c>")), GOOD,
    ),
    "formula over a whole sheet": (
        "a.xlsx", lambda: xlsx(kent('<c r="B2" t="str"><f t="shared" si="0" ref="A1:XFD1048576">1</f><v>12</v></c>')),
        GOOD,
    ),
    "formula without a value": ("a.xlsx", lambda: xlsx(kent('<c r="B2"><f>6+6</f></c>')), "no stored value"),
    "text in ten thousand parts": (
        "a.xlsx",
        lambda: xlsx(kent(f'<c r="B2" t="inlineStr"><is>{"<r><t>1</t></r>" * 10_000}</is></c>')),
        [GOOD[0], ["Kent", "1" * 10_000]],
    ),
    "style sheet that lies": ("a.xlsx", lambda: in_book("xl/styles.xml", STYLES.format("")), EITHER),
    "a million styles": (
        "a.xlsx",
        lambda: xlsx(
            ROWS,
            extra=[("xl/styles.xml", STYLES.format('<xf numFmtId="14"/>' * 1_000_000))],
            relations=f'<Relationship Id="rId8" Type="{OFFICE}/styles" Target="styles.xml"/>',
        ),
        EITHER,
    ),
    "name of a sheet of a megabyte": (
        "a.xlsx",
        lambda: pack([(n, t.replace('name="s0"', f'name="{"s" * 1_000_000}"')) for n, t in xlsx_members(ROWS)]),
        EITHER,
    ),
    "name of a sheet that steers": (
        "a.xlsx",
        lambda: pack(
            [(n, t.replace('name="s0"', 'name="a&#x202e;b"')) for n, t in xlsx_members(kent('<c r="B2" t="e"><v>#N/A</v></c>'))]
        ),
        [["Area", "Count"], ["Kent", "#N/A"]],
    ),
}  # fmt: skip

OPEN_DOCUMENTS = {
    "2,000 million spaces": ("a.ods", lambda: kent_ods(text_cell(SPACE.replace("@", "2000000000"))), "`cell_text`"),
    "spaces in codes": ("a.ods", lambda: kent_ods(text_cell(SPACE.replace("@", "&#50;000000000"))), "`cell_text`"),
    "spaces beyond any number": ("a.ods", lambda: kent_ods(text_cell(SPACE.replace("@", "9" * 40))), "`cell_text`"),
    "spaces below zero": ("a.ods", lambda: kent_ods(text_cell("12" + SPACE.replace("@", "-1"))), "not a whole number"),
    "many times 30,000 spaces": (
        "a.ods", lambda: ods(table(ODS_ROWS + row(text_cell("x" + SPACE.replace("@", "30000")), 900_000))), "`text`",
    ),
    "spaces in many rows": (
        "a.ods", lambda: ods(table(ODS_ROWS + row(text_cell("x" + SPACE.replace("@", "2000") + "x")) * 250_000)), EITHER,
    ),
    "40,000 tabs": ("a.ods", lambda: kent_ods(text_cell("<text:tab/>" * 40_000)), "`cell_text`"),
    "40,000 line breaks": ("a.ods", lambda: kent_ods(text_cell("<text:line-break/>" * 40_000)), "`cell_text`"),
    "30,000 paragraphs": ("a.ods", lambda: kent_ods(text_cell("</text:p><text:p>" * 30_000)), EITHER),
    "spans ninety deep": (
        "a.ods", lambda: kent_ods(text_cell("<text:span>" * 85 + "12" + "</text:span>" * 85)), EITHER,
    ),
    "spans 5,000 deep": (
        "a.ods", lambda: kent_ods(text_cell("<text:span>" * 5_000 + "</text:span>" * 5_000)), "levels of XML",
    ),
    "repeats that end the sheet": (
        "a.ods",
        lambda: ods(table(ODS_ROWS + row('<table:table-cell table:number-columns-repeated="16384"/>', 1_048_574))),
        GOOD,
    ),
    "styled repeats that end the sheet": (
        "a.ods",
        lambda: ods(table(ODS_ROWS + row('<table:table-cell table:style-name="c"/>' * 8, 1_048_574))),
        GOOD,
    ),
    "a cell after a wide gap": (
        "a.ods",
        lambda: ods(table(ODS_ROWS + row('<table:table-cell table:number-columns-repeated="4990"/>' + text_cell("x")))),
        EITHER,
    ),
    "a cell after a long gap": (
        "a.ods",
        lambda: ods(table(ODS_ROWS + row("<table:table-cell/>", 1_000_000) + row(text_cell("x")))),
        EITHER,
    ),
    "a cell below the last row": (
        "a.ods",
        lambda: ods(table(row("<table:table-cell/>", 1_048_576) + ODS_ROWS)),
        "no spreadsheet has more",
    ),
    "ten million equal cells": (
        "a.ods", lambda: ods(table(row(text_cell("x", ' table:number-columns-repeated="10"'), 999_000))), EITHER,
    ),
    "ten million equal numbers": (
        "a.ods",
        lambda: ods(
            table(row('<table:table-cell office:value-type="float" office:value="1.23456789012345"/>' * 10, 999_000))
        ),
        EITHER,
    ),
    "one row a million times": ("a.ods", lambda: ods(table(row(text_cell("x") * 2, 1_000_000))), EITHER),
    "covered cells a million times": (
        "a.ods",
        lambda: ods(table(ODS_ROWS + row('<table:covered-table-cell table:number-columns-repeated="1000000"/>'))),
        EITHER,
    ),
    "no repeat": ("a.ods", lambda: kent_ods(text_cell("12", ' table:number-columns-repeated="0"')), EITHER),
    "repeats in words": (
        "a.ods", lambda: kent_ods(text_cell("12", ' table:number-columns-repeated="1e9"')), "not a whole number",
    ),
    "repeats below zero": (
        "a.ods", lambda: kent_ods(text_cell("12", ' table:number-columns-repeated="-1"')), "not a whole number",
    ),
    "table in a cell": (
        "a.ods", lambda: kent_ods(f"<table:table-cell>{table(ODS_ROWS)}</table:table-cell>"), EITHER,
    ),
    "10,000 sheets": ("a.ods", lambda: ods(table(ODS_ROWS) * 10_000), "sheets, more than 200"),
    "190 sheets": ("a.ods", lambda: ods("".join(table(ODS_ROWS, f"s{n}") for n in range(190))), GOOD),
    "190 sheets of one name": ("a.ods", lambda: ods(table(ODS_ROWS) * 190), EITHER),
    "text in an attribute": (
        "a.ods",
        lambda: kent_ods(f'<table:table-cell office:value-type="string" office:string-value="{"x" * 99_999}"/>'),
        "`cell_text`",
    ),
    "text in an attribute, many times": (
        "a.ods",
        lambda: ods(
            table(row(f'<table:table-cell office:value-type="string" office:string-value="{"x" * 30_000}"/>', 900_000))
        ),
        "`text`",
    ),
    "comment of a reader": (
        "a.ods",
        lambda: kent_ods(text_cell("12").replace("<text:p>", "<office:annotation><text:p>13</text:p></office:annotation><text:p>")),
        EITHER,
    ),
    "number that is none, ODS": (
        "a.ods", lambda: kent_ods('<table:table-cell office:value-type="float" office:value="twelve"/>'), EITHER,
    ),
    "number too large, ODS": (
        "a.ods", lambda: kent_ods('<table:table-cell office:value-type="float" office:value="1e999"/>'), EITHER,
    ),
    "date that is none": (
        "a.ods", lambda: kent_ods('<table:table-cell office:value-type="date" office:date-value="2024-99-99"/>'), EITHER,
    ),
    "time that is none": (
        "a.ods", lambda: kent_ods('<table:table-cell office:value-type="time" office:time-value="PT9999999999999H"/>'),
        EITHER,
    ),
    "type that is none, ODS": (
        "a.ods", lambda: kent_ods('<table:table-cell office:value-type="zz" office:value="12"/>'), EITHER,
    ),
    "laughs, ODS": ("a.ods", lambda: ods(xml=content(table(ODS_ROWS), head=HEAD + LAUGHS)), "DOCTYPE"),
    "two tables under another prefix": (
        "a.ods",
        lambda: ods(xml=content(table(ODS_ROWS) + "<t:table><t:table-row/></t:table>", more=f' xmlns:t="{TABLE}"')),
        EITHER,
    ),
    "picture from elsewhere, ODS": (
        "a.ods", lambda: ods(table("<table:table-source/>" + ODS_ROWS)), "`external_links`",
    ),
}  # fmt: skip

TEXTS = {
    "quotes never closed": ("a.csv", lambda: b'Area,Count\n"Kent,12\n' * 1_001, "quotes|line ends"),
    "twenty megabytes of quotes": ("a.csv", lambda: b'"' * 20_000_000, "`line_bytes`"),
    "lines of quotes": ("a.csv", lambda: b'"",""\n' * 2_000_000, EITHER),
    "NUL bytes": ("a.csv", lambda: bytes(5_000_000), "NUL"),
    "UTF-16": ("a.csv", lambda: "Area,Count\nKent,12\n".encode("utf-16-be"), GOOD),
    "UTF-16 with a mark": ("a.csv", lambda: "Area,Count\nKent,12\n".encode("utf-16"), GOOD),
    "UTF-32": ("a.csv", lambda: "Area,Count\nKent,12\n".encode("utf-32"), "UTF-32"),
    "mark of UTF-8": ("a.csv", lambda: b"\xef\xbb\xbfArea,Count\nKent,12\n", GOOD),
    "two marks of UTF-8": ("a.csv", lambda: b"\xef\xbb\xbf\xef\xbb\xbfArea,Count\nKent,12\n", EITHER),
    "mark of UTF-8 in the middle": ("a.csv", lambda: b"Area,Count\n\xef\xbb\xbfKent,12\n", EITHER),
    "two encodings far apart": (
        "a.csv", lambda: "Area,Count\né,1\n".encode() + b"Kent,12\n" * 400_000 + b"\xe9,1\n", "line 400003 in another",
    ),
    "bytes that are no letters": ("a.csv", lambda: b"Area,Count\nKent\x81,12\n", "byte"),
    "one line of twenty megabytes": ("a.csv", lambda: b"x," * 10_000_000 + b"\n", "`line_bytes`|`columns`"),
    "five million lines": ("a.csv", lambda: b"Area\n" + b"Kent\n" * 5_000_000, EITHER),
    "a million lines of their own": ("a.csv", lambda: b"".join(b"%d,%d\n" % (n, n) for n in range(1_000_000)), EITHER),
    "ten million cells": ("a.csv", lambda: grid(1_990, 5_000), EITHER),
    "ten million cells of their own": (
        "a.csv", lambda: "".join(f"{n}x,a{n},{n}b,{n}c\n" for n in range(1_500_000)).encode(), EITHER,
    ),
    "empty lines between wide rows": ("a.csv", lambda: (grid(1, 500, "a") + b"\n" + grid(1, 500)) * 4_000, EITHER),
    "a note between wide rows": ("a.csv", lambda: (grid(1, 500, "a") + b"note\n" + grid(1, 500)) * 4_000, EITHER),
    "ragged rows": ("a.csv", lambda: b"".join(b"1," * (n % 4_000) + b"1\n" for n in range(4_900)), EITHER),
    "fifty megabytes of line ends": ("a.csv", lambda: b"\n" * 50_000_000, EITHER),
    "nothing but commas": ("a.csv", lambda: b",,,,\n" * 1_000_000, EITHER),
    "line ends of an old Mac": ("a.csv", lambda: b"Area,Count\rKent,12\r", EITHER),
    "line ends of all kinds": ("a.csv", lambda: b"Area,Count\r\nKent,12\n\rEssex,1\r", EITHER),
    "delimiters of all kinds": ("a.csv", lambda: b"Area,Count;x\ty|z\nKent,12;x\ty|z\n", EITHER),
    "escape codes": ("a.csv", lambda: b"Area,Count\n\x1b[2JKent,12\n", EITHER),
    "numbers in other digits": ("a.csv", lambda: b"Area,Count\nKent,\xd9\xa1\xd9\xa2\n", [GOOD[0], ["Kent", "\u0661\u0662"]]),
    "formula in a text table": ("a.csv", lambda: b"Area,Count\n=cmd|' /c calc'!A1,12\n", EITHER),
    "gzip bomb of parts": ("a.csv.gz", lambda: gzip.compress(b"a,b\n" * 3_000_000) * 40, "`ratio`|`cells`"),
    "a hundred thousand gzip parts": (
        "a.csv.gz", lambda: gzip.compress(b"Area,Count\nKent,12\n") + gzip.compress(b"") * 100_000, EITHER,
    ),
    "gzip of fine text": ("a.csv.gz", lambda: gzip.compress(b"Area,Count\nKent,12\n"), GOOD),
    "gzip with a long name": (
        "a.csv.gz", lambda: b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 20_000_000 + b"\0\x03\0" + bytes(8), EITHER,
    ),
    "gzip that is empty": ("a.csv.gz", lambda: gzip.compress(b""), "empty"),
    "gzip of ninety megabytes that do not shrink": (
        "a.csv.gz",
        lambda: gzip.compress(b"\n".join(os.urandom(30).hex().encode() for _ in range(1_200_000)), compresslevel=1),
        EITHER,
    ),
}  # fmt: skip

# Made at a path rather than written as bytes.
PLACES = {
    "pipe": ("a.csv", os.mkfifo, "a pipe or a device"),
    "folder": ("a.csv", Path.mkdir, "a folder"),
    "socket": ("a.csv", listening, "a pipe or a device|No such device"),
    "link to endless zeros": ("a.csv", to("/dev/zero"), "a pipe or a device"),
    "link to endless noise": ("a.xlsx", to("/dev/urandom"), "a pipe or a device"),
    "link to nothing": ("a.csv", to("/dev/null"), "a pipe or a device"),
    "link to itself": ("a.csv", lambda path: path.symlink_to(path), "symbolic links"),
    "link to what is not there": ("a.csv", lambda path: path.symlink_to("gone"), "No such file"),
    "link to the memory of a process": ("a.csv", to("/proc/self/mem"), ""),
    "link to a file without a size": ("a.csv", to("/proc/self/maps"), ""),
    "sparse file of 10 GB": ("a.csv", sparse(10 << 30), "`file_bytes`"),
    "sparse workbook of 10 GB": ("a.xlsx", sparse(10 << 30), "`file_bytes`"),
    "sparse file of 99 MB": ("a.csv", sparse(99_000_000), "something else|NUL"),
    "name of 250 letters": (
        "a" * 246 + ".csv", lambda path: path.write_text("Area,Count\nKent,12\n", encoding="utf-8"), GOOD,
    ),
    "name with a line end": ("a\n.csv", lambda path: path.write_text("x\0", encoding="utf-8"), "NUL|something"),
    "name that is not text": (
        "a\udcff.csv", lambda path: path.write_text("Area,Count\nKent,12\n", encoding="utf-8"), GOOD,
    ),
}  # fmt: skip

# Those that take seconds to make or to read.
HEAVY = {
    "many bombs below the threshold",
    "bomb of a gigabyte",
    "more bombs than the total",
    "many bombs of markup",
    "many bombs of uncertain markup",
    "1,999 members",
    "a million references to a long text",
    "a million references to a text",
    "a million texts of their own",
    "a million empty cells",
    "merged a hundred thousand times",
    "5,000 columns and 2,000 rows in corners",
    "many sheets with far corners",
    "last row",
    "attribute of ten megabytes",
    "a hundred thousand attributes",
    "comment of ten megabytes",
    "a million styles",
    "spaces in many rows",
    "styled repeats that end the sheet",
    "a cell after a long gap",
    "ten million equal cells",
    "ten million equal numbers",
    "one row a million times",
    "10,000 sheets",
    "lines of quotes",
    "five million lines",
    "a million lines of their own",
    "ten million cells",
    "ten million cells of their own",
    "empty lines between wide rows",
    "a note between wide rows",
    "ragged rows",
    "fifty megabytes of line ends",
    "nothing but commas",
    "two encodings far apart",
    "one line of twenty megabytes",
    "gzip bomb of parts",
    "a hundred thousand gzip parts",
    "gzip with a long name",
    "gzip of ninety megabytes that do not shrink",
    "sparse file of 99 MB",
}

FILES = ARCHIVES | WORKBOOKS | OPEN_DOCUMENTS | TEXTS | PLACES
# Those of the other table go the same way; there the check alone is tested, and what it says.
ALL = FILES | {f"{name} (checked)": case for name, case in HOSTILE.items()}


def make(case, folder):
    """Make the file of a case in a folder and return its path."""
    name, recipe, _ = ALL[case]
    path = folder / name
    if case in PLACES:
        recipe(path)
    else:
        data = recipe()
        path.write_bytes(data)
    return path


READERS = ("read_spreadsheet", "read_recorded_crime")


def read(path):
    """Read a file as users do; return for each reader what came, cells or the refusal, and the seconds it took."""
    import cseanalysis.read as readers

    outcomes = {}
    for name in READERS:
        start, spent = time.perf_counter(), _spent()
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", ".*cells show an error", UserWarning)  # read, and said so
                found = getattr(readers, name)(path)
        except (ValueError, OSError) as error:
            outcome = f"{type(error).__name__}: {error}"
        else:
            outcome = None
            if name == "read_spreadsheet":
                frame = next((table.frame for table in found.values()), None)
                outcome = [] if frame is None else [list(frame), *frame.head(3).astype(object).values.tolist()]
        outcomes[name] = {
            "outcome": outcome, "processor": _spent() - spent, "clock": time.perf_counter() - start,
        }  # fmt: skip
    return outcomes


def _spent():
    """Processor seconds of this process and of all that it started."""
    from cseanalysis.read.safety import child

    total = sum(os.times()[:4])
    for worker in child._waiting:
        fields = Path(f"/proc/{worker.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def measure(case, folder):
    """Read the file of a case; return what came, and MiB at most: what it adds to this process, and its child's.

    What other tests left in this process is not the reader's.
    Where the child does not live to be used again, all is done once more in processes of its own.
    """
    from cseanalysis.read.safety import run_capped

    path = make(case, folder)
    before = run_capped(os.getpid)
    for process in ("self", before):
        # Forget the peak so far.
        Path(f"/proc/{process}/clear_refs").write_text("5", encoding="ascii")
    held = _memory("self", "VmRSS")
    outcomes = read(path)
    if run_capped(os.getpid) == before:
        most = max(_memory("self", "VmHWM") - held, _memory(before, "VmHWM"))
        return {"survived": True, "outcomes": outcomes, "mebibytes": most}
    return _measure_apart(case, path)


def _memory(process, kind):
    """Return what Linux tells of a process in MiB: what it holds (VmRSS), or has held at most (VmHWM)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(re.search(rf"{kind}:\s*(\d+) kB", status)[1]) / 1024


def _measure_apart(case, path):
    """Read in a process that has held nothing else: a fork would count what this one holds."""
    code = f"import foreign; foreign._read_apart({str(path)!r})"
    own = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=own)
    if done.returncode or not done.stdout:
        print(f"{case}: {done.stderr[-2000:]}", file=sys.stderr)
        return {"survived": False, "outcomes": {}, "mebibytes": 0}
    outcomes, peak = json.loads(done.stdout.splitlines()[-1])
    return {"survived": True, "outcomes": outcomes, "mebibytes": peak}


def _read_apart(path):
    """Print what the readers made of a file, and the most that this process or one of its children held."""
    from cseanalysis.read.safety import child

    outcomes = read(Path(path))
    child._end_all()
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps([outcomes, max(_memory("self", "VmHWM"), children)], default=str))


def judge(case, found):
    """List what is wrong with how the readers took the file of a case."""
    wanted, wrong = ALL[case][2], []
    if not found["survived"]:
        return ["the process did not survive, or met an error that explains nothing"]
    if found["mebibytes"] > MEBIBYTES:
        wrong.append(f"{found['mebibytes']:.0f} MiB")
    for reader, about in found["outcomes"].items():
        outcome = about["outcome"]
        if about["processor"] > SECONDS:
            wrong.append(f"{reader} took {about['processor']:.1f} s")
        if isinstance(outcome, str) and not outcome.isprintable():
            wrong.append(f"{reader} writes control characters")
    outcome = found["outcomes"]["read_spreadsheet"]["outcome"]
    if isinstance(wanted, list) and outcome != wanted:
        wrong.append(f"{str(outcome)[:300]} instead of {wanted}")
    if (
        isinstance(wanted, str)
        and wanted != EITHER
        and not (isinstance(outcome, str) and re.search(wanted, outcome, re.S))
    ):
        wrong.append(f"{str(outcome)[:300]} instead of a refusal that says {wanted!r}")
    if wanted == EITHER and "changed bytes" in case and isinstance(outcome, list) and outcome != GOOD:
        wrong.append(f"{str(outcome)[:300]} is wrong")
    return wrong
