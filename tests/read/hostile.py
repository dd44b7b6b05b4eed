"""Files that somebody might send to hurt a reader: each a recipe, made in a folder when a test asks for it."""

import gzip
import io
import os
import pathlib
import resource
import struct
import time
import zipfile
import zlib
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
ONE_CELL = '<row r="1"><c r="A1"><v>1</v></c></row>'
ODS_CELL = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'


def pack(members, method=zipfile.ZIP_DEFLATED):
    """Zip (name, contents) pairs, names and order as given."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", method) as archive:
        for name, contents in members:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            if info.compress_type == zipfile.ZIP_STORED and info.filename != "mimetype":
                info.compress_type = method
            archive.writestr(info, contents)
    return whole.getvalue()


def worksheet(rows=ONE_CELL, after=""):
    return f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def xlsx_members(rows=ONE_CELL, *, sheet=None, extra=(), sheets=1, types="", relations="", strings=None, after=""):
    """List the members of a small workbook."""
    names = "".join(f'<sheet name="s{n}" sheetId="{n + 1}" r:id="rId1"/>' for n in range(sheets))
    members = [
        (
            "[Content_Types].xml",
            f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f"{types}</Types>",
        ),
        (
            "_rels/.rels",
            f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        ),
        (
            "xl/workbook.xml",
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>',
        ),
        (
            "xl/_rels/workbook.xml.rels",
            f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>{relations}</Relationships>',
        ),
        ("xl/worksheets/sheet1.xml", worksheet(rows, after) if sheet is None else sheet),
    ]
    if strings is not None:
        relation = f'<Relationship Id="rId9" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        name, text = members[3]
        members[3] = (name, text.replace("</Relationships>", f"{relation}</Relationships>"))
        members.append(("xl/sharedStrings.xml", f'{HEAD}<sst xmlns="{MAIN}">{strings}</sst>'))
    return [*members, *extra]


def xlsx(rows=ONE_CELL, **options):
    return pack(xlsx_members(rows, **options))


def content(body, *, before="", head=HEAD, more=""):
    spaces = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "table", "text", "script")
    )
    return (
        f'{head}<office:document-content{spaces}{more} office:version="1.3">{before}<office:body><office:spreadsheet>'
        f"{body}</office:spreadsheet></office:body></office:document-content>"
    )


def table(rows, name="2012-13"):
    return f'<table:table table:name="{name}">{rows}</table:table>'


def row(cells, repeated=None):
    times = f' table:number-rows-repeated="{repeated}"' if repeated else ""
    return f"<table:table-row{times}>{cells}</table:table-row>"


def ods_members(body=None, *, xml=None, extra=(), mimetype=ODS_TYPE, manifest="<manifest/>"):
    text = content(table(row(ODS_CELL)) if body is None else body) if xml is None else xml
    return [("mimetype", mimetype), ("content.xml", text), ("META-INF/manifest.xml", manifest), *extra]


def ods(body=None, **options):
    return pack(ods_members(body, **options))


def repeated(columns, rows):
    cell = f'<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="{columns}"/>'
    return ods(table(row(cell, rows)))


def in_xlsx(name, contents=b"x"):
    return xlsx(extra=[(name, contents)])


def link(name):
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    return xlsx(extra=[(info, b"/etc/passwd")])


def twice(first, second):
    """Two members under one name, which zipfile itself only warns of."""
    name = b"xl/worksheets/sheet1.xml"
    stand_in = b"xl/worksheets/sheetX.xml"
    whole = pack([*xlsx_members(), (stand_in.decode(), worksheet())])
    return whole.replace(stand_in, second.encode() if second else name) if first else whole


def patched(whole, signature, offset, layout, value, *, last=True):
    """Write a number into a header of an archive."""
    changed = bytearray(whole)
    place = (whole.rfind if last else whole.find)(signature)
    struct.pack_into(layout, changed, place + offset, value)
    return bytes(changed)


def lying_size():
    """A member that unpacks to more than the archive says, with the checksum of what it says."""
    text = worksheet().encode()
    whole = pack([*xlsx_members()[:4], ("xl/worksheets/sheet1.xml", text + b" " * 5_000_000)])
    stated, crc = len(text), zlib.crc32(text)
    for signature, at_crc, at_size in ((b"PK\x01\x02", 16, 24), (b"PK\x03\x04", 14, 22)):
        whole = patched(patched(whole, signature, at_crc, "<L", crc), signature, at_size, "<L", stated)
    return whole


def overlapping():
    """Every entry of the directory leads to the same bytes."""
    whole = xlsx(extra=[("a.txt", b"same length"), ("b.txt", b"same length")])
    first = whole.find(b"PK\x03\x04", whole.find(b"\0\0a.txt") - 30)
    return patched(whole, b"PK\x01\x02", 42, "<L", first)


def encrypted():
    whole = xlsx()
    whole = patched(whole, b"PK\x01\x02", 8, "<H", 1)
    return patched(whole, b"PK\x03\x04", 6, "<H", 1)


def wrong_crc():
    whole = xlsx()
    whole = patched(whole, b"PK\x01\x02", 16, "<L", 1)
    return patched(whole, b"PK\x03\x04", 14, "<L", 1)


def unlisted():
    whole = xlsx()
    directory = whole.find(b"PK\x01\x02")
    return patched(whole[:directory] + b"z" * 500 + whole[directory:], b"PK\x05\x06", 16, "<L", directory + 500)


def gzip_wrong():
    whole = gzip.compress(b"a,b\n1,2\n" * 999)
    return whole[:-8] + b"\0\0\0\0" + whole[-4:]


def many_entries():
    """A directory of a million entries would cost a gigabyte to load."""
    whole = xlsx()
    start = whole.find(b"PK\x01\x02")
    end = whole.rfind(b"PK\x05\x06")
    directory = whole[start:end] * 1_000
    count = struct.unpack_from("<H", whole, end + 10)[0]
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0)
    return whole[:start] + directory + tail


def string_bomb():
    return xlsx(
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>',
        strings=f"<si><t>{'a' * 10_100_000}</t></si>",
    )


def deep(levels):
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>' + "<x>" * levels + "</x>" * levels + "</sheetData></worksheet>"
    )


def relation(kind, target):
    return f'<Relationship Id="rId7" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="External"/>'


ENTITIES = (
    '<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c '
    '"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
FETCH = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
WIDE_SHEET = worksheet().replace("UTF-8", "UTF-16").encode("utf-16")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)
FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
BOMB = bytes(11_000_000)


def check_all(paths):
    """Check files one after the other; return their refusals and the peak of memory in MiB."""
    from cseanalysis.read.safety import UnsafeFileError, check_file

    refusals = []
    for path in paths:
        try:
            check_file(path)
        except UnsafeFileError as error:
            refusals.append(str(error))
    return {"refusals": refusals, "peak": _peak()}


def _peak():
    """Return this process's own peak in MiB; getrusage would count what its parent held when it was forked."""
    status = pathlib.Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# What a process keeps between two tasks.
kept = []


def fail(path, *, limits):
    """Fail as a library would that met a file it does not expect."""
    raise KeyError("no")


def work(kind):  # noqa: PLR0911
    """Do what the test of the child process asks for."""
    if kind == "frame":
        import pandas as pd

        return pd.DataFrame({"code": ["001", None], "n": [1.5, float("nan")]})
    if kind == "tables":
        import pyarrow as pa

        encoded = pa.chunked_array([pa.array(["a"]).dictionary_encode(), pa.array(["b"]).dictionary_encode()])
        return [pa.table({"a": encoded}).replace_schema_metadata({"grid": "x"}), ("b", {"c": 1}), None]
    if kind == "hog":
        return len(bytearray(4 << 30))
    if kind == "sleep":
        time.sleep(60)
        return None
    if kind == "spin":
        while True:
            pass
    if kind == "fill":
        import numpy as np

        kept.append(np.ones(40_000_000))
        return None
    if kind == "warn":
        import warnings

        warnings.warn("doubtful: A1", stacklevel=2)
        return "read"
    if kind == "crash":
        os.abort()
    if kind == "value":
        raise ValueError("cell A1 is wrong")
    if kind == "unreadable":
        from cseanalysis.read.grid import Problem, UnreadableFileError

        raise UnreadableFileError(Path("a.csv"), [Problem("s", "A1", "wrong")])
    return object()


# Name of the case: the file's name, its bytes, and what the refusal must say.
HOSTILE = {
    # Archives
    "zip bomb": ("a.xlsx", lambda: in_xlsx("xl/media/a.png", BOMB), r"limit `ratio`"),
    "zip bomb in the sheet": (
        "a.xlsx",
        lambda: xlsx(sheet=worksheet(after=" " * 11_000_000)),
        r"sheet1.*limit `ratio`",
    ),
    "zip bomb in an ODS": ("a.ods", lambda: ods(xml=content(table(row(ODS_CELL) + " " * 11_000_000))), "limit `ratio`"),
    "size that lies": ("a.xlsx", lying_size, "more than the .* bytes that the archive states"),
    "members that overlap": ("a.xlsx", overlapping, "disagree|overlap"),
    "too many members": (
        "a.xlsx",
        lambda: xlsx(extra=[(f"m{n}", b"") for n in range(2_100)]),
        "2,10[0-9] members, more than 2,000",
    ),
    "directory larger than it says": ("a.xlsx", many_entries, "limit `members`"),
    "path upwards": ("a.xlsx", lambda: in_xlsx("../../evil.sh"), "leads out"),
    "path upwards in the middle": ("a.xlsx", lambda: in_xlsx("xl/../../evil"), "leads out"),
    "absolute path": ("a.xlsx", lambda: in_xlsx("/etc/cron.d/evil"), "leads out"),
    "drive letter": ("a.xlsx", lambda: in_xlsx("C:/Windows/evil.dll"), "leads out"),
    "backslashes": ("a.xlsx", lambda: in_xlsx("xl\\..\\..\\evil"), "leads out"),
    "network path": ("a.xlsx", lambda: in_xlsx("\\\\server\\share\\evil"), "leads out"),
    "home folder": ("a.xlsx", lambda: in_xlsx("~/.bashrc"), "leads out"),
    "line break in a name": ("a.xlsx", lambda: in_xlsx("xl/a\nb"), "plain path"),
    "NUL in a name": ("a.xlsx", lambda: in_xlsx("xl/aQb").replace(b"xl/aQb", b"xl/a\0b"), "plain path"),
    "name of 300 letters": ("a.xlsx", lambda: in_xlsx("a" * 300), "plain path"),
    "symbolic link": ("a.xlsx", lambda: link("xl/link"), "link or a device"),
    "member twice": ("a.xlsx", lambda: twice(True, None), "twice"),
    "member twice in other case": ("a.xlsx", lambda: twice(True, "XL/worksheets/Sheet1.xml"), "twice"),
    "folder with contents": ("a.xlsx", lambda: in_xlsx("xl/folder/", b"contents"), "folder with contents"),
    "encrypted member": ("a.xlsx", encrypted, "encrypted"),
    "workbook with a password": ("a.xlsx", lambda: OLE, "OLE"),
    "encrypted ODS": (
        "a.ods",
        lambda: ods(manifest='<m:manifest xmlns:m="m"><m:encryption-data/></m:manifest>'),
        "encrypted",
    ),
    "wrong checksum": ("a.xlsx", wrong_crc, "sheet1.xml.*checksum"),
    "packed by bzip2": ("a.xlsx", lambda: pack(xlsx_members(), zipfile.ZIP_BZIP2), "method 12"),
    "packed by LZMA": ("a.xlsx", lambda: pack(xlsx_members(), zipfile.ZIP_LZMA), "method 14"),
    "cut off": ("a.xlsx", lambda: xlsx()[:-30], "cut off"),
    "cut in the middle": ("a.ods", lambda: ods()[:300], "cut off"),
    "script before the archive": ("a.xlsx", lambda: b"#!/bin/sh\nexit\n" + xlsx(), "not|something else"),
    "archive before the archive": ("a.xlsx", lambda: xlsx() + xlsx(), "not where it should be|unlisted"),
    "text after the archive": ("a.xlsx", lambda: xlsx() + b"<script>alert(1)</script>", "cut off|appended"),
    "comment on the archive": (
        "a.xlsx",
        lambda: xlsx()[:-2] + struct.pack("<H", 30) + b"x" * 30,
        "cut off|appended",
    ),
    "unlisted bytes between members": (
        "a.xlsx",
        unlisted,
        "unlisted",
    ),
    "archive in the archive": ("a.xlsx", lambda: in_xlsx("xl/media/a.png", xlsx()), "file inside the file"),
    "program in the archive": ("a.xlsx", lambda: in_xlsx("xl/media/a.png", b"MZ\x90\0" + bytes(99)), "a program"),
    # Tables that grow
    "one cell at the last address": ("a.xlsx", lambda: xlsx(FAR), "XFD1048576"),
    "one cell in the last column": ("a.xlsx", lambda: xlsx('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "columns"),
    "cells in opposite corners": (
        "a.xlsx",
        lambda: xlsx(ONE_CELL + '<row r="1048576"><c r="ALL1048576"><v>1</v></c></row>'),
        "1,048,576,000 cells",
    ),
    "address in small letters": ("a.xlsx", lambda: xlsx(FAR.replace("XFD", "xfd")), "XFD1048576"),
    "address in other quotes": ("a.xlsx", lambda: xlsx(FAR.replace('"', "'")), "XFD1048576"),
    "address in character codes": ("a.xlsx", lambda: xlsx(FAR.replace("XFD", "&#88;&#70;&#68;")), "XFD1048576"),
    "address with a prefix": (
        "a.xlsx",
        lambda: xlsx(
            sheet=f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c r="XFD1048576"><x:v>1</x:v></x:c>'
            "</x:row></x:sheetData></x:worksheet>"
        ),
        "XFD1048576",
    ),
    "row number alone": ("a.xlsx", lambda: xlsx('<row r="99999999"><c><v>1</v></c></row>'), "no spreadsheet has"),
    "row after the last": ("a.xlsx", lambda: xlsx('<row r="1048577"><c r="A1048577"><v>1</v></c></row>'), "A1048577"),
    "column after the last": ("a.xlsx", lambda: xlsx('<row r="1"><c r="XFE1"><v>1</v></c></row>'), "XFE1.*no spreads"),
    "row number below zero": ("a.xlsx", lambda: xlsx('<row r="-1"><c><v>1</v></c></row>'), "not a whole number"),
    "one cell twice": (
        "a.xlsx",
        lambda: xlsx('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'),
        "cell A1: the cell stands in the sheet twice",
    ),
    "one row twice": ("a.xlsx", lambda: xlsx(ONE_CELL * 2), "cell A1: the cell stands in the sheet twice"),
    "shared text without a whole number": (
        "a.xlsx",
        lambda: xlsx('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>', strings="<si><t>a</t></si>"),
        "cell A1: the number of its shared text is '-1'",
    ),
    "shared text in other quotes": (
        "a.xlsx",
        lambda: xlsx("<row r='1'><c r='A1' t = 's'><v>1e0</v></c></row>", strings="<si><t>a</t></si>"),
        "cell A1: the number of its shared text is '1e0'",
    ),
    "count of shared texts": (
        "a.xlsx",
        lambda: xlsx(extra=[("xl/sharedStrings.xml", f'{HEAD}<sst xmlns="{MAIN}" uniqueCount="2147483647"/>')]),
        "holds 2147483647 shared texts, more than",
    ),
    "count of shared texts below zero": (
        "a.xlsx",
        lambda: xlsx(extra=[("xl/sharedStrings.xml", f'{HEAD}<sst xmlns="{MAIN}" uniqueCount="-1"/>')]),
        "not a whole number",
    ),
    "spaces by their number": (
        "a.ods",
        lambda: ods(table(row(ODS_CELL.replace(">x<", '>a<text:s text:c="2000000000"/>b<')))),
        "cell A1: .*limit `cell_text`",
    ),
    "a few spaces in many cells": (
        "a.ods",
        lambda: ods(table(row(ODS_CELL.replace(">x<", '><text:s text:c="30000"/><'), 1_000_000))),
        "limit `text`",
    ),
    "text in an attribute": (
        "a.ods",
        lambda: ods(table(row(f'<table:table-cell office:value-type="string" office:string-value="{"x" * 40_000}"/>'))),
        "cell A1: .*limit `cell_text`",
    ),
    "address that is none": ("a.xlsx", lambda: xlsx('<row r="1"><c r="$A$1"><v>1</v></c></row>'), "malformed"),
    "address in row 0": ("a.xlsx", lambda: xlsx('<row r="1"><c r="A0"><v>1</v></c></row>'), "malformed"),
    "address beyond any number": ("a.xlsx", lambda: xlsx(f'<row><c r="A{"9" * 40}"><v>1</v></c></row>'), "malformed"),
    "repeats of one ODS cell": ("a.ods", lambda: repeated(1024, 1_048_576), "1,073,741,824 cells"),
    "repeated columns": ("a.ods", lambda: repeated(16_384, 1), "16,384 columns, more than 5,000"),
    "repeated rows": ("a.ods", lambda: repeated(30, 1_048_576), "31,457,280 cells"),
    "repeats in many small steps": (
        "a.ods",
        lambda: ods(table(row(ODS_CELL * 100, 100_000) + row(ODS_CELL * 100, 101_000))),
        "20,100,000 cells",
    ),
    "repeats over many sheets": (
        "a.ods",
        lambda: ods("".join(table(row(ODS_CELL, 900_000)) for _ in range(30))),
        "cells",
    ),
    "cell after endless empties": (
        "a.ods",
        lambda: ods(
            table(
                row('<table:table-cell table:number-columns-repeated="4000"/>', 1_000_000)
                + row('<table:table-cell table:number-columns-repeated="4000"/>' + ODS_CELL)
            )
        ),
        "cells",
    ),
    "repeats under another prefix": (
        "a.ods",
        lambda: ods(
            xml=content(
                '<t:table><t:table-row t:number-rows-repeated="1048576"><t:table-cell '
                'office:value="1" t:number-columns-repeated="1024"/></t:table-row></t:table>',
                more=f' xmlns:t="{TABLE}"',
            )
        ),
        "1,073,741,824 cells",
    ),
    "repeats in other quotes": (
        "a.ods",
        lambda: ods(
            table(f"<table:table-row table:number-rows-repeated = '1048576'>{ODS_CELL * 1024}</table:table-row>")
        ),
        "cells to lay out",
    ),
    "repeats beyond any number": ("a.ods", lambda: repeated("9" * 30, "9" * 30), "columns"),
    "repeats below zero": ("a.ods", lambda: repeated("-5", 1), "not a whole number"),
    "301 sheets": ("a.ods", lambda: ods(table(row(ODS_CELL)) * 301), "sheets, more than 200"),
    "one sheet listed 5,000 times": ("a.xlsx", lambda: xlsx(sheets=5_000), "sheets, more than 200"),
    "text of 10 million letters": ("a.xlsx", string_bomb, "limit `(ratio|cell_text)`"),
    "text of 40,000 letters": (
        "a.xlsx",
        lambda: xlsx(strings=f"<si>{'<r><t>0123456789</t></r>' * 4_000}</si>"),
        "limit `cell_text`",
    ),
    "text of an ODS cell": (
        "a.ods",
        lambda: ods(table(row(ODS_CELL.replace("x<", "x" * 40_000 + "<")))),
        "cell A1.*limit `cell_text`",
    ),
    "one long text repeated": (
        "a.ods",
        lambda: ods(table(row(ODS_CELL.replace("x<", "x" * 30_000 + "<"), 600_000))),
        "limit `text`",
    ),
    "one long shared text in every cell": (
        "a.xlsx",
        lambda: xlsx(
            "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 40_001)),
            strings=f"<si><t>{'x' * 30_000}</t></si>",
        ),
        "cell A[0-9]+: .*limit `text`",
    ),
    # Markup
    "entities that grow": ("a.xlsx", lambda: xlsx(sheet=worksheet("&c;").replace(HEAD, HEAD + ENTITIES)), "DOCTYPE"),
    "entity that fetches": ("a.xlsx", lambda: xlsx(sheet=worksheet().replace(HEAD, HEAD + FETCH)), "DOCTYPE"),
    "DOCTYPE in an ODS": ("a.ods", lambda: ods(xml=content("", head=HEAD + ENTITIES)), "DOCTYPE"),
    "DOCTYPE in the shared texts": (
        "a.xlsx",
        lambda: xlsx(extra=[("xl/sharedStrings.xml", f"{HEAD}{FETCH}<sst/>")]),
        "sharedStrings.xml.*DOCTYPE",
    ),
    "DOCTYPE alone": ("a.ods", lambda: ods(xml=content("", head=HEAD + "<!DOCTYPE x>")), "DOCTYPE"),
    "markup in UTF-16": ("a.xlsx", lambda: xlsx(sheet=WIDE_SHEET), "UTF-8"),
    "markup that claims UTF-7": ("a.xlsx", lambda: xlsx(sheet=worksheet().replace("UTF-8", "UTF-7")), "UTF-8"),
    "text before the markup": ("a.xlsx", lambda: xlsx(sheet="x" + worksheet()), "not XML"),
    "markup 5,000 deep": ("a.xlsx", lambda: xlsx(sheet=deep(5_000)), "101 levels of XML"),
    "markup cut off": ("a.xlsx", lambda: xlsx(sheet=worksheet()[:-20]), "malformed"),
    "NUL in the markup": ("a.xlsx", lambda: xlsx(ONE_CELL.replace(">1<", ">1\0<")), "malformed"),
    # What runs or fetches
    "macros": ("a.xlsx", lambda: in_xlsx("xl/vbaProject.bin", OLE), "limit `macros`"),
    "macros by their type": (
        "a.xlsx",
        lambda: xlsx(
            types='<Override PartName="/xl/workbook.xml" '
            'ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>'
        ),
        "limit `macros`",
    ),
    "macro sheet": ("a.xlsx", lambda: in_xlsx("xl/macrosheets/sheet1.xml", worksheet()), "limit `macros`"),
    "macros in an ODS": ("a.ods", lambda: ods(extra=[("Basic/Standard/Module1.xml", "<x/>")]), "limit `macros`"),
    "Python macros in an ODS": ("a.ods", lambda: ods(extra=[("Scripts/python/a.py", "import os")]), "limit `macros`"),
    "listener in an ODS": (
        "a.ods",
        lambda: ods(
            xml=content(
                "",
                before="<office:scripts><office:event-listeners><script:event-listener "
                'script:event-name="dom:load"/></office:event-listeners></office:scripts>',
            )
        ),
        "limit `macros`",
    ),
    "link to another workbook": (
        "a.xlsx",
        lambda: in_xlsx("xl/externalLinks/externalLink1.xml", "<a/>"),
        "`external_links`",
    ),
    "data connection": ("a.xlsx", lambda: in_xlsx("xl/connections.xml", "<connections/>"), "`external_links`"),
    "picture from elsewhere": (
        "a.xlsx",
        lambda: xlsx(relations=relation("image", "http://192.0.2.1/track.png")),
        "`external_links`",
    ),
    "template from elsewhere": (
        "a.xlsx",
        lambda: xlsx(relations=relation("attachedTemplate", "\\\\192.0.2.1\\share")),
        "`external_links`",
    ),
    "relation hidden behind a sign": (
        "a.xlsx",
        lambda: xlsx(relations=relation("image", "http://192.0.2.1/?a>b")),
        "`external_links`",
    ),
    "linked table in an ODS": (
        "a.ods",
        lambda: ods(table('<table:table-source table:mode="copy-all"/>' + row(ODS_CELL))),
        "`external_links`",
    ),
    "DDE link in an ODS": (
        "a.ods",
        lambda: ods("<table:dde-links><table:dde-link/></table:dde-links>"),
        "`external_links`",
    ),
    "embedded object": ("a.xlsx", lambda: in_xlsx("xl/embeddings/oleObject1.bin", OLE), "`embedded`"),
    "object under a harmless name": ("a.xlsx", lambda: in_xlsx("xl/media/image1.png", OLE), "`embedded`"),
    "control": ("a.xlsx", lambda: in_xlsx("xl/activeX/activeX1.xml", "<a/>"), "`embedded`"),
    "object in an ODS": ("a.ods", lambda: ods(extra=[("Object 1", OLE)]), "`embedded`"),
    "sheet behind another ending": (
        "a.xlsx",
        lambda: xlsx(relations=f'<Relationship Id="r5" Type="{OFFICE}/worksheet" Target="media/a.png"/>'),
        "plain XML member",
    ),
    # Names that lie
    "ODS named XLSX": ("a.xlsx", ods, "an ODS spreadsheet"),
    "XLSX named ODS": ("a.ods", xlsx, "an XLSX workbook"),
    "text document named ODS": (
        "a.ods",
        lambda: ods(mimetype=b"application/vnd.oasis.opendocument.text"),
        "opendocument.text",
    ),
    "any archive named XLSX": ("a.xlsx", lambda: pack([("a.txt", b"a")]), "another kind of archive"),
    "XLSX named CSV": ("a.csv", xlsx, "a zip archive"),
    "web page named CSV": ("a.csv", lambda: b"<!DOCTYPE html><html>404</html>", "web page"),
    "web page named XLSX": ("a.xlsx", lambda: b"<html>404</html>", "web page"),
    "PDF named CSV": ("a.csv", lambda: b"%PDF-1.7\n", "PDF"),
    "program named CSV": ("a.csv", lambda: b"\x7fELF\x02\x01\x01", "program"),
    "workbook with macros by name": ("a.xlsm", xlsx, "ending"),
    "pickle": ("a.pkl", lambda: b"\x80\x04.", "ending"),
    "empty file": ("a.xlsx", lambda: b"", "empty file"),
    "empty text": ("a.csv", lambda: b"", "empty file"),
    # Text
    "gzip bomb": ("a.csv.gz", lambda: gzip.compress(b"a,b\n" * 2_600_000), "limit `ratio`"),
    "gzip bomb in parts": ("a.csv.gz", lambda: gzip.compress(b"a,b\n" * 250_000) * 12, "limit `ratio`"),
    "gzip cut off": ("a.csv.gz", lambda: gzip.compress(b"a,b\n1,2\n" * 999)[:-12], "cut off"),
    "gzip with a wrong checksum": (
        "a.csv.gz",
        gzip_wrong,
        "damaged",
    ),
    "gzip with rubbish after it": ("a.csv.gz", lambda: gzip.compress(b"a,b\n1,2\n") + b"rubbish", "damaged"),
    "gzip in gzip": ("a.csv.gz", lambda: gzip.compress(gzip.compress(b"a,b\n")), "gzip data"),
    "archive in gzip": ("a.csv.gz", lambda: gzip.compress(xlsx()), "a zip archive|NUL"),
    "one endless line": ("a.csv", lambda: b"a" * 3_000_000, "line 1.*limit `line_bytes`"),
    "endless line further down": ("a.csv", lambda: b"a,b\n1,2\n" + b"x" * 2_500_000 + b"\n3,4\n", "line 3.*line_bytes"),
    "two encodings": (
        "a.csv",
        lambda: "a,b\n1,é\n".encode() + "2,é\n".encode("cp1252"),
        "line 2 is written in UTF-8, line 3 in another encoding",
    ),
    "two encodings in one line": ("a.csv", lambda: b"a,b\n\xc3\xa9,\xe9\n", "line 2 is .*, line 2 in another"),
    "mark of UTF-8 before another encoding": ("a.csv", lambda: b"\xef\xbb\xbfa,b\n\xe9,1\n", "line 1 .* line 2 in an"),
    "two encodings, packed": ("a.csv.gz", lambda: gzip.compress(b"a,b\n\xc3\xa9,1\n2,\xe9"), "line 2 .*, line 3 in an"),
    "NUL in a text": ("a.csv", lambda: b"a,b\n1,2\n3,\x004\n", "line 3.*NUL"),
    "text in UTF-32": ("a.csv", lambda: "a,b\n1,2\n".encode("utf-32"), "UTF-32"),
    "text in UTF-32 without mark": ("a.csv", lambda: "a,b\n1,2\n".encode("utf-32-be"), "NUL"),
    "NUL in UTF-16": ("a.csv", lambda: "a,b\n1,\0\n".encode("utf-16"), "line 2.*NUL"),
    "web page in UTF-16": ("a.csv", lambda: "<p>a,b</p>\n".encode("utf-16"), "web page"),
    "one line of UTF-16": ("a.csv", lambda: ("x" * 3_000_000).encode("utf-16"), "`line_bytes`"),
    "wide and long, old line ends": ("a.csv", lambda: b"," * 4_999 + b"\r" + b"1\r" * 9_000, "45,005,000 cells"),
    "6,000 columns": ("a.csv", lambda: b"," * 6_000 + b"\n", "6,001 columns"),
    "wide and long": ("a.csv", lambda: b"," * 4_999 + b"\n" + b"1\n" * 9_000, "45,005,000 cells"),
    "quote never closed": ("a.csv", lambda: b'a,b\n1,"2\n' + b"3,4\n" * 50, "line 2.*quotes"),
    "field of 50,000 letters": ("a.csv", lambda: b"a,b\n1," + b"x" * 50_000 + b"\n", "line 2, column 2.*cell_text"),
}
