"""Files to encoded text: what each branch of the loading does with a file in small."""

import gzip
import json
import sys
import types
import zipfile
from xml.sax.saxutils import escape

import pyarrow as pa
import pytest
from layouts import Fault, Number, write_ods, write_xlsx

from cseanalysis.read import load, marks
from cseanalysis.read.load import BrokenFileError, address, load_tables
from cseanalysis.read.safety import UnsafeFileError, check_file
from cseanalysis.read.safety.text import utf16_of

AGAIN = "open it in an office program and save it again"


def about(table):
    return json.loads(table.schema.metadata[b"grid"])


def columns(table):
    return [column.combine_chunks().to_pylist() for column in table.columns]


def csv_columns(content):
    return columns(load._load_csv(content))


def test_addresses_are_those_of_a_spreadsheet():
    places = {(0, 0): "A1", (0, 25): "Z1", (9, 26): "AA10", (0, 51): "AZ1", (0, 52): "BA1", (0, 701): "ZZ1"}
    assert {place: address(*place) for place in places} == places
    assert address(1_048_575, 16_383) == "XFD1048576"


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_sheet_says_its_name_and_its_place_and_shows_its_errors(tmp_path, form):
    path = tmp_path / f"a.{form}"
    rows = [[None, None, "n"], [None, None, Fault()], [None, None, "x"]]
    (write_ods if form == "ods" else write_xlsx)(path, {"Empty": [], "S": rows})
    empty, sheet = load_tables(str(path))
    assert about(empty) == {"sheet": "Empty", "hidden": False, "first_column": 0, "problems": [], "merges": []}
    assert (empty.num_columns, empty.num_rows) == (0, 0)
    assert about(sheet) == {"sheet": "S", "hidden": False, "first_column": 2, "problems": [], "merges": []}
    assert columns(sheet) == [["n", "#DIV/0!", "x"]]
    assert all(pa.types.is_dictionary(column.type) for column in sheet.columns)


ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")


@pytest.mark.parametrize("shown", ERRORS)
def test_an_error_is_shown_in_its_own_cell_and_its_neighbours_stay(tmp_path, shown):
    path = write_xlsx(tmp_path / "a.xlsx", {"S": [[None, None, "n", "m"], [None, None, "x", Fault(shown)]]})
    (sheet,) = load_tables(str(path))
    assert columns(sheet) == [["n", "x"], ["m", shown]]
    assert about(sheet)["problems"] == []


@pytest.mark.parametrize("detail", ["Expected string but got 'Error(New)'", "an error without a name"])
def test_an_error_of_a_kind_that_nobody_knows_is_an_error_all_the_same(detail):
    assert load._named(detail) == "#ERROR!"


def test_a_sheet_that_cannot_be_read_is_reported_beside_those_that_can(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"Bad": [["n"], [Fault("#SPILL!")]], "Good": [["x"]]})
    bad, good = load_tables(str(path))
    ((where, what),) = about(bad)["problems"]
    assert where == ""  # the fault is one of the sheet and of no cell
    assert what.startswith("the sheet cannot be read (")
    assert what.endswith("'#SPILL!' Context: 0: Error while loading sheet Bad); " + AGAIN)
    assert (bad.num_columns, about(bad)["sheet"]) == (0, "Bad")
    assert (columns(good), about(good)["problems"]) == ([["x"]], [])


def test_a_workbook_of_which_no_sheet_can_be_read_is_refused_with_its_first_fault(tmp_path):
    sheets = {"First": [["n"], [Fault("#SPILL!")]], "Second": [["n"], [Fault("#CALC!")]]}
    with pytest.raises(BrokenFileError, match=r"^not a readable workbook \(.*'#SPILL!'.*sheet First\); open") as caught:
        load_tables(str(write_xlsx(tmp_path / "a.xlsx", sheets)))
    assert "sheet First" in str(caught.value.__cause__)
    with pytest.raises(BrokenFileError, match=r"^not a readable workbook \(.*'#CALC!'"):
        load_tables(str(write_xlsx(tmp_path / "a.xlsx", {"Second": sheets["Second"]})))


def test_hidden_sheets_are_marked(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"A": [["x"]], "B": [["y"]], "C": []}, hidden=("B", "C"))
    assert [about(table)["hidden"] for table in load_tables(str(path))] == [False, True, True]


def test_merges_of_a_sheet_come_with_it_counted_from_the_corner(tmp_path):
    path = write_ods(tmp_path / "a.ods", {"S": [[], [None, "a", None], [None, "b", "c"]]}, merges=[(1, 1, 1, 2)])
    assert about(load_tables(str(path))[0])["merges"] == [[1, 1, 1, 2]]


def test_an_error_of_an_ods_is_told_from_the_empty_text_beside_it(tmp_path):
    # LibreOffice stores both as an empty text; only the markup says which shows an error.
    rows = [[None, "n", "m"], [None, Fault(), ""], [None, "", Fault("Err:502")], [None, Fault(""), "x"]]
    (sheet,) = load_tables(str(write_ods(tmp_path / "a.ods", {"S": rows})))
    assert about(sheet)["problems"] == []
    assert columns(sheet) == [["n", "#DIV/0!", "", "#ERROR!"], ["m", "", "Err:502", "x"]]


def test_a_repeated_error_of_an_ods_stands_in_each_of_its_cells(tmp_path):
    path = write_ods(tmp_path / "a.ods", {"S": [["a", "b", "c"], [Fault(), None, 1], [2, 3, 4]]})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    once = b"<table:table-cell table:formula"
    members["content.xml"] = members["content.xml"].replace(
        once, once.replace(b" ", b' table:number-columns-repeated="2" ', 1)
    )
    members["content.xml"] = members["content.xml"].replace(
        b"</text:p></table:table-cell><table:table-cell/>", b"</text:p></table:table-cell>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert columns(load_tables(str(path))[0]) == [["a", "#DIV/0!", "2"], ["b", "#DIV/0!", "3"], ["c", "1", "4"]]


def test_a_cell_that_shows_an_error_but_holds_something_is_reported():
    columns = [pa.array(["n", "5", None])]
    shown, problems = load._show_errors(columns, [((1, 3, 2, 3), "#REF!")], 3)
    assert shown[0].to_pylist() == ["n", "5", "#REF!"]
    assert problems == [("D2", "the cell shows an error (#REF!), but holds '5'; correct it in the spreadsheet")]


def per_cent_styles(path, codes, cells):
    """Give the cells of a workbook number formats; ``cells``: address to the number of its format."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    formats = "".join(f'<numFmt numFmtId="{170 + n}" formatCode="{code}"/>' for n, code in enumerate(codes))
    styles = "".join(f'<xf numFmtId="{170 + n}"/>' for n in range(len(codes)))
    members["xl/styles.xml"] = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<numFmts>{formats}</numFmts><cellXfs><xf/><xf numFmtId="9"/><xf numFmtId="10"/>'
        f"{styles}</cellXfs></styleSheet>"
    )
    link = '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" '
    members["xl/_rels/workbook.xml.rels"] = members["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>", f'{link}Target="styles.xml"/></Relationships>'
    )
    for cell, number in cells.items():
        members["xl/worksheets/sheet1.xml"] = members["xl/worksheets/sheet1.xml"].replace(
            f'<c r="{cell}"', f'<c r="{cell}" s="{number}"'
        )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_number_shown_as_a_percentage_keeps_its_sign_and_all_its_decimals(tmp_path):
    rows = [
        ["Share", "n"],
        [Number("0.683"), 5],
        [Number("0.12345678901234"), 6],
        [Number("1"), 7],
        ["[u]", 8],
        ["0.5", 9],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", {"S": [[], *([None, *row] for row in rows)]})
    path = per_cent_styles(path, [], {"B3": 1, "B4": 2, "B5": 1, "B6": 1, "B7": 1})
    # A text that looks like a number is no number, whatever the format of its cell.
    assert columns(load_tables(str(path))[0]) == [
        [None, "Share", "68.3%", "12.345678901234%", "100%", "[u]", "0.5"],
        [None, "n", "5", "6", "7", "8", "9"],
    ]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("0.0%", "-50%"),
        ('0.0"%"', "-0.5%"),
        ("0.0\\%", "-0.5%"),
        ('0.0" of 100%"', "-0.5%"),
        ("#,##0.0", "-0.5"),
        ("0%;[Red]-0%", "-50%"),
    ],
)
def test_a_sign_that_is_only_printed_multiplies_nothing(tmp_path, code, shown):
    path = per_cent_styles(
        write_xlsx(tmp_path / "a.xlsx", {"S": [["n"], [-0.5]]}), [escape(code, {'"': "&quot;"})], {"A2": 3}
    )
    assert columns(load_tables(str(path))[0]) == [["n", shown]]


def test_a_percentage_of_an_ods_is_shown_as_one(tmp_path):
    path = write_ods(tmp_path / "a.ods", {"S": [["n"], [Number("0.683", "68%")], [Number("0.5")]]})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    old, new = b'value-type="float" office:value="0.683"', b'value-type="percentage" office:value="0.683"'
    members["content.xml"] = members["content.xml"].replace(old, new)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert columns(load_tables(str(path))[0]) == [["n", "68.3%", "0.5"]]


def test_a_sheet_is_read_a_second_time_only_where_its_markup_holds_long_decimals(tmp_path, monkeypatch):
    rows = [["n", "m"], [Number("0.123456789"), "0.12345678901"], [Number("12"), None]]
    path = write_xlsx(tmp_path / "a.xlsx", {"S": rows})
    monkeypatch.setattr(load, "_unrounded", lambda *_: pytest.fail("it was read a second time"))
    assert columns(load_tables(str(path))[0]) == [["n", "0.123456789", "12"], ["m", "0.12345678901", None]]


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_long_decimals_are_given_back_beside_every_other_kind_of_cell(tmp_path, form):
    rows = [
        ["n", None, "m"],
        [Number("0.1234567891234"), None, "0.12345678901"],
        ["0.10", None, Number("-3.14159265358979")],
        ["[u]", None, Number("7")],
        [Number("0.5"), None, None],
        [Number("1e-10"), None, Number("-2.5e-7")],
    ]
    path = tmp_path / f"a.{form}"
    (write_ods if form == "ods" else write_xlsx)(path, {"S": [[None, *row] for row in rows]})
    assert columns(load_tables(str(path))[0]) == [
        ["n", "0.1234567891234", "0.10", "[u]", "0.5", "0.0000000001"],
        [None] * 6,
        ["m", "0.12345678901", "-3.14159265358979", "7", None, "-0.00000025"],
    ]


def encoded(texts):
    return pa.array(texts, pa.string()).dictionary_encode()


@pytest.mark.parametrize(
    ("text", "number", "read"),
    [
        ("0.5", 0.5 + 4e-10, "0.5000000004"),
        ("0.5", 0.5 - 4e-10, "0.4999999996"),
        ("0.5", 0.5, "0.5"),
        ("-0.5", -0.5000000004, "-0.5000000004"),
        ("13", 12.9999999999, "12.9999999999"),
        ("[u]", None, "[u]"),
        ("007", 7.0, "007"),
        ("1,099", 1099.0, "1,099"),
        ("12.", 13.0, "12."),
        ("a5", 6.0, "a5"),
        (None, None, None),
        ("5", None, "5"),
    ],
)
def test_a_text_gets_the_decimals_of_its_number_when_it_is_that_number_rounded(text, number, read):
    column = load._unrounded(encoded([text, "x"]), pa.array([number, None], pa.float64()), "sheet 'S', column A")
    assert column.to_pylist() == [read, "x"]
    assert pa.types.is_dictionary(column.type)


@pytest.mark.parametrize(("text", "number"), [("0.5", 0.6), ("0.5", 0.5 + 6e-10), ("0.5", 0.5 - 6e-10), ("5", -5.0)])
def test_two_readings_that_differ_by_more_than_rounding_are_refused_with_the_place(text, number):
    with pytest.raises(BrokenFileError, match="sheet 'S', column A: two readings of one number differ") as caught:
        load._unrounded(encoded(["1", text]), pa.array([1.0, number], pa.float64()), "sheet 'S', column A")
    assert f"({float(text)!r} and {number!r})" in str(caught.value)


def test_the_place_of_two_readings_that_differ_is_that_of_the_sheet(tmp_path, monkeypatch):
    far = [None] * 26
    rows = [[*far, None, "n", "m"], [*far, None, Number("5"), Number("0.12345678901")]]
    path = write_xlsx(tmp_path / "a.xlsx", {"S": rows})
    seen = []
    monkeypatch.setattr(load, "_unrounded", lambda texts, _, place: seen.append(place) or texts)
    load_tables(str(path))
    assert seen == ["sheet 'S', column AB", "sheet 'S', column AC"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2020-03-31 00:00:00", "2020-03-31"),
        ("2020-03-31 12:30:00", "2020-03-31 12:30:00"),
        ("from 2020-03-31 00:00:00", "from 2020-03-31 00:00:00"),
        ("2020-03-31 00:00:00 on", "2020-03-31 00:00:00 on"),
        ("2020-03-31", "2020-03-31"),
        ("1899-12-31 12:30:00", "12:30:00"),
        (None, None),
    ],
)
def test_midnight_is_left_off_a_date_and_nothing_else(text, read):
    column = load._encode(pa.array([text, "x", "2020-03-31"]))
    assert column.to_pylist() == [read, "x", "2020-03-31"]
    # Each text stands once, also where a date was printed in two ways.
    assert len(set(column.dictionary.to_pylist())) == len(column.dictionary)


def test_a_workbook_whose_sheet_has_no_part_is_refused(tmp_path, monkeypatch):
    path = write_xlsx(tmp_path / "a.xlsx", {"S": [["x"]], "T": [["y"]]})
    monkeypatch.setattr(load, "read_marks", lambda _: {"S": marks.Marks(long=False, merges=())})
    with pytest.raises(BrokenFileError, match="names the sheet 'T', but no part of it holds that sheet"):
        load_tables(str(path))


def test_two_sheets_of_one_name_are_refused(tmp_path):
    path = write_ods(tmp_path / "a.ods", {"S": [["x"]], "T": [["y"]]})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["content.xml"] = members["content.xml"].replace(b'table:name="T"', b'table:name="S"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(BrokenFileError, match=r"^two sheets have the same name; rename one$"):
        load_tables(str(path))


def test_what_only_begins_like_a_workbook_is_refused_in_few_words(tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.txt", "x")
    with pytest.raises(BrokenFileError, match=r"^not a readable workbook \(\S"):
        load_tables(str(path))

    def fails(_):
        raise LookupError("no  such\n member " + "x" * 300)

    monkeypatch.setitem(sys.modules, "fastexcel", types.SimpleNamespace(read_excel=fails, FastExcelError=LookupError))
    with pytest.raises(BrokenFileError) as caught:
        load_tables(str(path))
    assert str(caught.value).startswith("not a readable workbook (no such member xxx")
    assert str(caught.value).endswith(f"xxx); {AGAIN}")
    assert len(str(caught.value)) == len("not a readable workbook ()") + 200 + len(load._AGAIN)


@pytest.mark.parametrize("library", ["fastexcel", "pyarrow"])
def test_without_its_libraries_the_reader_says_what_to_install(tmp_path, monkeypatch, library):
    path = write_xlsx(tmp_path / "a.xlsx", {"S": [["x"]]})
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match="needs fastexcel and pyarrow: run make install in"):
        load_tables(str(path))


def test_a_faulty_library_is_not_taken_for_a_faulty_file(tmp_path, monkeypatch):
    path = write_xlsx(tmp_path / "a.xlsx", {"S": [["x"]]})

    def fails(_):
        raise RuntimeError("not of the file")

    double = types.SimpleNamespace(read_excel=fails, FastExcelError=KeyError)
    monkeypatch.setitem(sys.modules, "fastexcel", double)
    with pytest.raises(RuntimeError, match="not of the file"):
        load_tables(str(path))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_first_bytes_and_not_the_name_say_what_a_file_is(tmp_path, pack):
    path = tmp_path / "table"
    path.write_bytes(pack(b"a,b\n1,2\n"))
    (table,) = load_tables(str(path))
    assert columns(table) == [["a", "1"], ["b", "2"]]
    assert about(table) == {"sheet": "", "hidden": False, "first_column": 0, "problems": [], "merges": []}


@pytest.mark.parametrize("content", [b"", b" \n\n ", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(content):
    with pytest.raises(BrokenFileError, match=r"^the file is empty$"):
        load._load_csv(content)


@pytest.mark.parametrize(
    ("content", "line", "last"),
    [
        (b"a,b\n1,2", 2, "2"),
        (b"a,b\n1,2\n3,4 ", 3, "4 "),
        (b"a,b\n1,2\n3,2", 3, "2"),
        (b"a,b\n1,2\n3,", 3, ""),
        (b"a,b\n1,2\n3,-", 3, "-"),
        (b"a,b\n1,31/03/2020\n3,31/03/20", 3, "31/03/20"),
        (b"Title\n\na,b\n1,2\n3,2", 5, "2"),
        (b"a\n1\n2", 3, "2"),
    ],
)
def test_a_last_number_without_line_end_is_read_with_a_warning_as_it_may_be_cut(content, line, last):
    # Programs often write no last line end, and so do programs that were stopped; the file does not say which.
    with pytest.warns(
        UserWarning, match=f"^the table, line {line}: the last line has no end, so .* {last!r}, may be cut"
    ):
        read = csv_columns(content)
    assert read[-1][-1] == last


def test_an_empty_first_line_of_one_column_keeps_its_row():
    # Without it every address would be one row too low.
    assert csv_columns(b"\nCount\n1\n2\n") == [[None, "Count", "1", "2"]]


@pytest.mark.parametrize(
    "content",
    [
        b'Force,Count\nKent,"1"x\n',
        b'"Force"x,Count\nKent,1\n',
        b'Force,Count\nKent,""x\n',
        b'Force,Count\nKent,"a"""x\n',
        b'Force\tCount\n"Kent"\t"1" 2\n',
    ],
)
def test_text_behind_a_closing_quote_is_refused_and_never_joined_to_it(content):
    with pytest.raises(BrokenFileError, match="broken quoting"):
        load._load_csv(content)


def test_quotes_in_quotes_and_delimiters_in_them_are_read_as_they_are():
    content = b'Force,Note\nKent,"a,""b"",c"\n"Essex","""x"" y"\n'
    assert csv_columns(content) == [["Force", "Kent", "Essex"], ["Note", 'a,"b",c', '"x" y']]


def test_the_warning_of_a_cut_number_points_to_the_line_that_asked_for_the_file():
    with pytest.warns(UserWarning, match="the last line has no end") as said:
        load._load_csv(b"a,b\n1,2")
    assert said[0].filename == __file__


@pytest.mark.parametrize(
    "content", [b"a,b", b"a,b\n1,NA\n2,NA", b"a,b\n1,2\n3,4%", b"a,b\n1,2\n3,[c]", b"a\nKent\nSurrey"]
)
def test_a_last_word_without_line_end_needs_no_warning(content):
    # The published outcomes of 2018/19 end so. Of a word that is cut the rest is a label that no rule knows.
    assert csv_columns(content)[-1][-1] == content.decode().splitlines()[-1].split(",")[-1]


@pytest.mark.parametrize(
    ("content", "cells", "usual"),
    [
        (b"a,b\n1,2\n3", 1, 2),
        (b"a,b,c\n1,2,3\n3,4", 2, 3),
        (b"Title\na,b\n1,2\nSur", 1, 2),
        # The first row of a table below its headings may be the one that is cut.
        (b"a,b,c\n1,", 2, 3),
    ],
)
def test_a_last_line_without_end_and_with_too_few_cells_is_refused(content, cells, usual):
    row = content.count(b"\n") + 1
    with pytest.raises(
        BrokenFileError, match=rf"^row {row}: {cells} cells where the table has {usual}, and no end: .* line break$"
    ):
        load._load_csv(content)


@pytest.mark.parametrize("content", [b"a,b\n1,2\n\nSource: Home Office", b"a,b\n1,2\nNote 1\nNote"])
def test_notes_below_a_table_need_no_line_end(content):
    assert columns(load._load_csv(content))[0][-1] == content.decode().splitlines()[-1]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_and_without_its_mark(encoding):
    # "Unicode text" of Excel is UTF-16 with tabs.
    assert csv_columns("Force\tn\r\nKent £\t5\r\n".encode(encoding)) == [["Force", "Kent £"], ["n", "5"]]
    titled = "Title\r\nForce\tn\r\nKent £\t5\r\n".encode(encoding)  # read the slower way, which takes no mark off
    assert csv_columns(titled) == [["Title", "Force", "Kent £"], [None, "n", "5"]]


def test_what_is_not_surely_utf_16_is_not_taken_for_it():
    assert utf16_of("a,b\n1,2\n".encode("utf-32")) is None
    assert utf16_of("a,b\n".encode("utf-32-le")) is None
    assert utf16_of(b"a,b\n1,\0\n") is None
    assert utf16_of(b"a\0") is None
    assert utf16_of(b"") is None
    assert utf16_of(b"a\0,\0b\0\n\0" + "\u4e00\u4e01".encode("utf-16-le") * 9) is None


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (b"a,b\r1,2\r", [["a", "1"], ["b", "2"]]),
        (b'a,b\r1,"x\ny"\r3,4\r', [["a", "1", "3"], ["b", "x\ny", "4"]]),
        (b'"a\rz",b\r1,2\r', [["a\rz", "1"], ["b", "2"]]),
        (b'a,b\n1,"x\ry"\n', [["a", "1"], ["b", "x\ry"]]),
    ],
)
def test_lines_may_end_with_carriage_returns_and_what_stands_in_quotes_stays(content, read):
    assert csv_columns(content) == read


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b'"'])
def test_a_last_line_may_end_with_a_line_break_or_a_quote(end):
    start = b'a,b\n1,"2' if end == b'"' else b"a,b\n1,2"
    assert csv_columns(start + end) == [["a", "1"], ["b", "2"]]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\n£,2\n".encode(), [["a", "£"], ["b", "2"]]),
        ("a,b\n£,2\n".encode("utf-8-sig"), [["a", "£"], ["b", "2"]]),
        ("a,b\n£,2\n".encode("cp1252"), [["a", "£"], ["b", "2"]]),
        (b'a,b\n"x\ny",2\n', [["a", "x\ny"], ["b", "2"]]),
        (b'a,b\n"x, y",2\n', [["a", "x, y"], ["b", "2"]]),
        (b'a,b\n"x ""y""",2\n', [["a", 'x "y"'], ["b", "2"]]),
        (b"a,b\nNA,null\n", [["a", "NA"], ["b", "null"]]),
        (b"a,b\n007,1.50\n", [["a", "007"], ["b", "1.50"]]),
        (b"a,b\n,2\n", [["a", ""], ["b", "2"]]),
        (b"a,b\n\n1,2\n", [["a", None, "1"], ["b", None, "2"]]),
        (b"a\n", [["a"]]),
        # The first sign takes two bytes, and so does one at the end of the sample in which delimiters are looked for.
        ("£,b\n1,2\n".encode(), [["£", "1"], ["b", "2"]]),
        (f"a,b\n1,{'x' * 65_529}£\n".encode(), [["a", "1"], ["b", "x" * 65_529 + "£"]]),
    ],
)
def test_a_csv_cell_comes_as_it_stands(content, expected):
    read = csv_columns(content)
    assert [[cell or None for cell in column] for column in read] == [[cell or None for cell in c] for c in expected]


@pytest.mark.parametrize(
    "content", [b"a,b\n1,2\n", b'a,b\n"x\ny",2\n', b'a,b\n"x, y",2\n', b"a,b\n" + b"1,2\n" * 20_000]
)
def test_a_table_whose_rows_are_of_one_length_is_read_the_fast_way(content, monkeypatch):
    # A year of open data has hundreds of thousands of rows: the slower way, which tells what is wrong, is not for them.
    monkeypatch.setattr(load, "_load_ragged", lambda *_, **__: pytest.fail("it was read the slower way"))
    first, second = csv_columns(content)
    assert (first[0], second[0], second[-1]) == ("a", "b", "2")


def test_each_text_of_a_column_is_kept_once_also_where_rows_differ_in_length():
    for content in (b"a,b\nKent,1\nKent,2\n", b"Title\na,b\nKent,1\nKent,2\n"):
        assert all(pa.types.is_dictionary(column.type) for column in load._load_csv(content).columns)


def test_bytes_of_no_known_encoding_are_refused_with_their_place():
    with pytest.raises(BrokenFileError, match=r"^byte 5 is text neither in UTF-8 nor in Windows-1252; save the file"):
        load._utf8(b"a,b\n\x8d\x81\n")
    assert load._utf8("–".encode("cp1252")) == "–".encode()
    assert load._utf8(b"\xef\xbb\xbfa") == b"a"
    # A file that ends in the midst of a sign of UTF-8 is not UTF-8: its last byte is a sign of Windows-1252.
    assert load._utf8(b"caf\xc3") == "cafÃ".encode()
    cut_between_looks = b"x" * 65_535 + "–".encode()
    assert load._utf8(cut_between_looks) == cut_between_looks


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a\tb\n1\t2\n", "\t"),
        ("a;b\n1;2\n", ";"),
        ("a|b\n1|2\n", "|"),
        ("a\n1\n", ","),
        # A comma inside texts does not count against a delimiter that gives every line one width.
        ("a;b\nx, y;2\nz;3\n", ";"),
        ("a;b;c\n1,5;2,5;3\n2,5;3,5;4\n", ";"),
        # Twice as many columns in half of the lines are no reason to leave a delimiter that fits all of them.
        ("a,b\n1;1;1,2\n3,4\n5,6\n7,8\n", ","),
        ('a,b\n"1;2;3;4",2\n"1;2;3;4",2\n', ","),
        ("\n", ","),
    ],
)
def test_the_delimiter_is_the_one_that_gives_most_lines_one_width(text, delimiter):
    assert load._delimiter(text) == delimiter


def test_the_delimiter_is_looked_for_in_the_first_lines_only():
    assert load._delimiter("a,b\n" * 50 + "1;2;3;4;5;6\n" * 50) == ","
    assert load._delimiter("a,b\n" * 20 + "1;2;3;4;5;6\n" * 30) == ";"
    assert load._delimiter("a,b;" + "x" * 70_000 + ";;;;;;;;\n") == ","


def ragged(text):
    table = load._load_csv(text.encode())
    assert about(table)["sheet"] == ""
    return columns(table), about(table)["problems"]


def test_rows_of_other_lengths_are_filled_up_and_reported():
    read, problems = ragged("Title\na,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\nNote\n")
    assert read == [
        ["Title", "a", "1", "4", "6", "10", "Note"],
        [None, "b", "2", "5", "7", "11", None],
        [None, "c", "3", None, "8", "12", None],
        [None, None, None, None, "9", None, None],
    ]
    what = "cells where the table has 3: the line is broken or cut"
    assert problems == [["row 4", f"2 {what}"], ["row 5", f"4 {what}"]]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Title\na,b\n1,2\n", []),
        ("Title\n\na,b\n1,2\n3,4\nNote\n", []),
        # Empty cells at the end of rows or headings belong to nothing.
        ("a,b\n1,2,\n3,4,\n5,6,\n", []),
        ("a,b,,\n1,2,\n3,4,\n", []),
        ("a,b,c\n1,2,3,,\n4,5,6\n", []),
        # Lines above that are apart from the table may have any length.
        ("Source,Home Office\n\na,b,c\n1,2,3\n4,5,6\n", []),
        ("a,b\n1,2,3\n4,5,6\n", ["row 1"]),
        # No line has one cell only, so that the spaces are no reason to think of a single column.
        ("a, b\n1, 2, 3\n4, 5, 6\n", ["row 1"]),
        # The first row of full length may be the only one that needs its length.
        ("x,y\na,b,c\n1,2,\n3,4,\n", ["row 1"]),
        ("a,b\nKent,1,099\nSurrey,2,000\n", ["row 1"]),
        ("Rape, and others, too\na,b\n1,2\n3,4\n", ["row 1"]),
        ("Title\n\nx,y\na,b\n1,2,3\n4,5,6\n7,8,9\n", ["row 3", "row 4"]),
        ("Title\na,b,c\n1,2,3\n4,5\n6,7\n8,9,0\n1,1,1\n", ["row 4", "row 5"]),
    ],
)
def test_headings_shorter_than_their_rows_are_reported_with_their_row(text, rows):
    assert [row for row, _ in ragged(text)[1]] == rows


def test_headings_of_another_length_say_how_to_mend_them():
    ((row, what),) = ragged("a,b\nKent,1,099\nSurrey,2,000\n")[1]
    assert row == "row 1"
    assert what.startswith("2 cells directly above a table of 3: put values that hold ',' in quotes, or leave a line")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Force\nLondon, City of\nKent\n", "row 2: it alone has more than one cell"),
        ("Force\nKent\nLondon,City of\n", "row 3: it alone has more than one cell"),
        ("Force\nKent\nLondon, City of\nSurrey\nSussex, East\n", "row 3: spaces follow all delimiters"),
        ("n\n1,099\n2,000\n", "row 2: all its cells are parts of numbers with thousands separators"),
        ("n\n-1,099\n2,000,000\n5\n", "row 2: all its cells are parts"),
    ],
)
def test_a_column_whose_values_hold_the_delimiter_is_refused(text, said):
    with pytest.raises(BrokenFileError, match=said) as caught:
        load._load_csv(text.encode())
    assert caught.match("put values that hold ',' in quotes")


@pytest.mark.parametrize(
    "text",
    [
        "n\na,099\nb,000\n",
        "n\n10,99\n20,00\n",
        "Title\na,b\n1, 2\n",
        "Title\na,b\n1,099\n2,5\n",
        "Title\na, b\n1,2\n",
        'Title\n"London, City of",2\nKent,3\n',
    ],
)
def test_a_table_below_a_title_is_not_taken_for_such_a_column(text):
    assert ragged(text)[1] == []


@pytest.mark.parametrize(
    ("text", "line"), [('a,b\n1,"2\n3,4\n', 3), ('a,b\n"1"x,2\n"\n', 2), ('a,b\n"x","y\n1,2\n', 3)]
)
def test_broken_quotes_are_refused_with_their_line(text, line):
    with pytest.raises(BrokenFileError, match=f"^line {line}: broken quoting"):
        load._load_csv(text.encode())


def test_without_rows_or_lone_lines_nothing_is_said_about_quotes():
    assert load._not_quoted([["a", " b"]], alone=False) is None
    assert load._not_quoted([], alone=True) is None
    assert load._not_quoted([["a", "b"], ["1", "2"]], alone=True) is None


def elsewhere(path, old, new):
    """Move the parts of a workbook to another folder, as some programs write them."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            names_parts = name in {"_rels/.rels", "[Content_Types].xml"}
            moved = content.replace(old.encode(), new.encode()) if names_parts else content
            archive.writestr(name.replace(old, new), moved)
    return path


@pytest.mark.parametrize("folder", ["", "book/"])
def test_the_relations_of_a_package_say_where_the_parts_of_a_workbook_stand(tmp_path, folder):
    rows = [["Force Name", "n"], ["Kent", Number("0.12345678901")]]
    path = elsewhere(write_xlsx(tmp_path / "a.xlsx", {"Data": rows}), "xl/", folder)
    check_file(path)
    (table,) = load_tables(str(path))
    assert columns(table) == [["Force Name", "Kent"], ["n", "0.12345678901"]]


def test_a_part_of_the_workbook_is_judged_wherever_it_stands(tmp_path):
    path = elsewhere(write_xlsx(tmp_path / "a.xlsx", {"Data": [["n"]]}), "xl/", "")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("externalLinks/externalLink1.xml", "<a/>")
    with pytest.raises(UnsafeFileError, match="limit `external_links`"):
        check_file(path)


@pytest.mark.parametrize("name", ["Configurations2/accelerator/current.xml", "settings.xml"])
def test_a_member_of_an_ods_that_nobody_reads_may_be_empty(tmp_path, name):
    path = write_ods(tmp_path / "a.ods", {"S": [["n"], [5]]})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "")
    check_file(path)


@pytest.mark.parametrize("name", ["styles.xml", "content.xml"])
def test_a_member_of_an_ods_that_is_read_may_not_be_empty(tmp_path, name):
    path = write_ods(tmp_path / "a.ods", {"S": [["n"], [5]]})
    with zipfile.ZipFile(path) as archive:
        members = {each: archive.read(each) for each in archive.namelist()} | {name: b""}
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in members.items():
            archive.writestr(each, content)
    with pytest.raises(UnsafeFileError, match=f"member {name}: the member is not XML"):
        check_file(path)
