"""Layouts of other programs that readers were reported to get wrong; every input here is written for its test."""

import zipfile

import pytest
from layouts import PUBLISHED, Fault, recorded_rows, write_ods, write_xlsx

from cseanalysis.read import UnreadableFileError, UnsafeFileError, read_recorded_crime, read_spreadsheet

ROWS = [["Force", "n"], ["Kent", 5], ["Surrey", 7]]
RIGHT = [["Kent", "5"], ["Surrey", "7"]]
SHEET, TEXTS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
LINKS = "xl/_rels/workbook.xml.rels"
# A chart in a sheet of its own, which holds no cells.
CHART = '<chartsheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def changed(path, *changes, order=None):
    """Replace in the members of a workbook: ``(member, old, new)``; a member that is not there is made."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    for name, old, new, *times in changes:
        assert old in members.get(name, ""), (name, old)
        members[name] = members[name].replace(old, new, *times) if old else new
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in order(members) if order else members:
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, members[name], compress_type=stored)
    return path


def prefixed(text):
    for name in ("worksheet", "sheetData", "row", "c", "v"):
        for start, end in (("<", " "), ("<", ">"), ("</", ">")):
            text = text.replace(f"{start}{name}{end}", f"{start}x:{name}{end}")
    return text.replace("xmlns=", "xmlns:x=")


def read(path):
    (table,) = read_spreadsheet(path).values()
    return table.frame.astype(object).where(table.frame.notna(), None).to_numpy().tolist()


def xlsx(tmp_path, *changes, rows=ROWS, order=None):
    return changed(write_xlsx(tmp_path / "a.xlsx", {"Table 1": rows}), *changes, order=order)


def ods(tmp_path, *changes, rows=ROWS):
    return changed(write_ods(tmp_path / "a.ods", {"Table 1": rows}), *(("content.xml", *change) for change in changes))


# Reported where; member, what stands in it, what the other program writes.
XLSX = {
    "calamine 261: cells without addresses, of a dashboard": [(SHEET, ' r="B2"', ""), (SHEET, ' r="B3"', "")],
    "calamine 261: neither rows nor cells have addresses": [
        *((SHEET, f' r="{place}"', "") for place in ("1", "2", "3", "A1", "B1", "A2", "B2", "A3", "B3"))
    ],
    "openpyxl: the stated size is one cell": [(SHEET, "<sheetData>", '<dimension ref="A1"/><sheetData>')],
    "calamine 573: a shared text without text": [(TEXTS, "</sst>", "<si></si></sst>")],
    "readxl 225: the first style has no number format": [
        (
            "xl/styles.xml",
            "",
            '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            "<cellXfs><xf/></cellXfs></styleSheet>",
        ),
        (
            LINKS,
            "</Relationships>",
            f'<Relationship Id="r9" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        ),
    ],
    "readxl 393: a sheet that is a chart": [
        ("xl/chartsheets/sheet1.xml", "", CHART),
        (BOOK, "</sheets>", '<sheet name="Chart" sheetId="9" r:id="rId9"/></sheets>'),
        (
            LINKS,
            "</Relationships>",
            f'<Relationship Id="rId9" Type="{OFFICE}/chartsheet" Target="chartsheets/sheet1.xml"/></Relationships>',
        ),
    ],
    "excelize: addresses of parts from the root of the package": [(LINKS, 'Target="', 'Target="/xl/')],
    "text in several runs": [(TEXTS, '<t xml:space="preserve">Kent</t>', "<r><t>Ke</t></r><r><t>nt</t></r>")],
    "phonetic help beside a text": [
        (TEXTS, ">Kent</t>", '>Kent</t><rPh sb="0" eb="1"><t>no part of it</t></rPh>'),
    ],
    "text in the cell itself": [(SHEET, 't="s"><v>2</v>', 't="inlineStr"><is><t>Kent</t></is>')],
    "a formula with a text": [(SHEET, 't="s"><v>2</v>', 't="str"><f>A9</f><v>Kent</v>')],
}  # fmt: skip


@pytest.mark.parametrize("case", XLSX)
def test_a_workbook_of_another_program_is_read_as_it_shows(tmp_path, case):
    assert read(xlsx(tmp_path, *XLSX[case])) == RIGHT


def test_elements_with_a_prefix_are_the_same_elements(tmp_path):
    # read-excel-file 92 and readxl 80: reports of business programs name every element x:row, x:c, x:v.
    path = write_xlsx(tmp_path / "a.xlsx", {"Table 1": ROWS})
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read(SHEET).decode()
    assert read(changed(path, (SHEET, sheet, prefixed(sheet)))) == RIGHT


def test_shared_texts_may_stand_behind_the_sheets(tmp_path):
    # xlsx-stream-reader 1: what is read as a stream meets the numbers before the texts.
    def texts_first_or_last(members):
        return [name for name in members if name != TEXTS] + [TEXTS]

    assert read(xlsx(tmp_path, order=texts_first_or_last)) == RIGHT


def test_an_empty_shared_text_is_an_empty_cell_and_no_number(tmp_path):
    # openai/codex 38118: the number of the text came out in place of the text.
    path = xlsx(tmp_path, (TEXTS, ">Surrey</t>", "></t>"))
    assert read(path) == [["Kent", "5"], [None, "7"]]


def test_what_no_reader_here_can_open_says_what_mends_it(tmp_path):
    # calamine 285: the stated size begins in row 0. pandas 45598: line breaks between all elements, of a map program.
    faulty = [
        xlsx(tmp_path, (SHEET, "<sheetData>", '<dimension ref="A0:B3"/><sheetData>')),
        ods(tmp_path, ("><table:", ">\n  <table:"), ("><text:", ">\n <text:")),
    ]
    for path in faulty:
        with pytest.raises(UnreadableFileError, match=r"open it in an office program and save it again"):
            read(path)


def test_an_error_that_the_reader_does_not_know_harms_no_other_sheet(tmp_path):
    sheets = {"Workings": [["a", "b"], [1, Fault("#SPILL!")]], "Data": ROWS}
    with pytest.warns(
        UserWarning, match=r"sheet 'Workings': the sheet cannot be read \(.*; open it in an office program"
    ):
        tables = read_spreadsheet(write_xlsx(tmp_path / "a.xlsx", sheets))
    assert {name: table.frame.to_numpy().tolist() for name, table in tables.items()} == {"Data": RIGHT}


def test_a_sheet_of_data_that_cannot_be_read_is_never_left_out_in_silence(tmp_path):
    rows = recorded_rows()
    broken = [PUBLISHED, *rows[:-1], [*rows[-1][:-1], Fault("#SPILL!")]]
    for names in (("2012_13", "2013_14"), ("Data", "More data")):
        path = write_xlsx(tmp_path / "a.xlsx", dict(zip(names, ([PUBLISHED, *rows], broken), strict=True)))
        with pytest.raises(UnreadableFileError, match=f"sheet '{names[1]}': the sheet cannot be read"):
            read_recorded_crime(path)


@pytest.mark.parametrize("value", ["<v/>", "<v></v>", ""])
def test_a_shared_text_without_its_number_never_becomes_another_text(tmp_path, value):
    # calamine 607: the first text of the file came out; who wrote the cell meant it to be empty.
    path = xlsx(tmp_path, (SHEET, "<v>3</v>", value))
    try:
        found = read(path)
    except (UnsafeFileError, UnreadableFileError) as error:
        assert "A3" in str(error)  # noqa: PT017  (either answer is right, a wrong text is not)
    else:
        assert found == [["Kent", "5"], [None, "7"]]


ODS = {
    "PhpSpreadsheet 4528: rows within rows of headings": [
        ("<table:table-row><table:table-cell", "<table:table-header-rows><table:table-row><table:table-cell", 1),
        ("<table:table-row table", "</table:table-header-rows><table:table-row table"),
    ],
    "PhpSpreadsheet 2507: rows within a group": [
        ("<table:table-row><table:table-cell", "<table:table-row-group><table:table-row><table:table-cell", 1),
        ("<table:table-row table", "</table:table-row-group><table:table-row table"),
    ],
    "pandas 35802: part of a text in another type": [
        ("<text:p>Kent", "<text:p>Ke<text:span>nt</text:span>"),
    ],
    "a text that is a link": [("<text:p>Kent", '<text:p><text:a xmlns:xlink="x" xlink:href="#A1">Kent</text:a>')],
    "a comment on a cell": [
        ("<text:p>Kent", '<office:annotation><text:p>Checked</text:p></office:annotation><text:p>Kent')
    ],
}  # fmt: skip


@pytest.mark.parametrize("case", ODS)
def test_an_ods_of_another_program_is_read_as_it_shows(tmp_path, case):
    assert read(ods(tmp_path, *ODS[case])) == RIGHT


def test_neighbours_with_one_value_are_both_there(tmp_path):
    # SheetJS 177: of a repeated cell only the first came out.
    rows = [["Force", "n", "m"], ["Kent", 5, None]]
    one = '<table:table-cell office:value-type="float" office:value="5"'
    path = ods(tmp_path, (one, one.replace("cell ", 'cell table:number-columns-repeated="2" ')), rows=rows)
    assert read(path) == [["Kent", "5", "5"]]
