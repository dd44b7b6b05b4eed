"""Old workbooks (.xls): read as the new ones are, and refused where they could do harm."""

import struct

import pytest
from old_books import ERRORS, ole, record, write_xls

from cseanalysis.read import Limits, UnsafeFileError, read_recorded_crime, read_spreadsheet
from cseanalysis.read.load import load_tables
from cseanalysis.read.safety import check_file

ROWS = [["Force", "n"], ["Kent", 5], ["Surrey", 7]]


def columns(table):
    return [column.combine_chunks().to_pylist() for column in table.columns]


def test_an_old_workbook_is_read_sheet_by_sheet(tmp_path):
    path = write_xls(tmp_path / "a.xls", {"Data": ROWS, "More": [["a", "b"], ["x", 0.12345678901234]]})
    found = {name: table.frame.to_numpy().tolist() for name, table in read_spreadsheet(path).items()}
    assert found == {"Data": [["Kent", "5"], ["Surrey", "7"]], "More": [["x", "0.12345678901234"]]}


def test_dates_per_cents_and_errors_come_as_an_old_workbook_shows_them(tmp_path):
    rows = [
        ["Share", "Date", "Share 2", "e"],
        [(0.683, 16), (43921, 18), (68.3, 19), "#DIV/0!"],
        [(1, 17), 5, None, "#N/A"],
    ]
    (table,) = load_tables(
        str(write_xls(tmp_path / "a.xls", {"S": [[], *([None, *row] for row in rows)]}, codes=['0.0"%"']))
    )
    assert columns(table) == [
        [None, "Share", "68.3%", "100%"],
        [None, "Date", "2020-03-31", "5"],
        [None, "Share 2", "68.3%", None],
        [None, "e", "#DIV/0!", "#N/A"],
    ]


def test_every_error_of_an_old_workbook_is_the_one_that_its_cell_shows(tmp_path):
    rows = [["n", "shown"], *([number, shown] for number, shown in enumerate(ERRORS))]
    (table,) = load_tables(str(write_xls(tmp_path / "a.xls", {"S": rows})))
    assert columns(table)[1] == ["shown", *ERRORS]


def test_words_that_an_old_workbook_merges_stand_in_each_row(tmp_path):
    rows = [["Year", "Month", "n"], ["2019/20", "April", 5], [None, "May", 6]]
    path = write_xls(tmp_path / "a.xls", {"S": rows}, merges=[(1, 0, 2, 0)])
    assert read_spreadsheet(path)["S"].frame["Year"].tolist() == ["2019/20", "2019/20"]


def test_recorded_crime_may_come_as_an_old_workbook(tmp_path):
    heads = ["Force Name", "Financial Quarter", "Offence Code", "Number of Offences"]
    path = write_xls(tmp_path / "a.xls", {"2012_13": [heads, ["Kent", 1, "88A", 12], ["Kent", 2, "88A", 7]]})
    assert read_recorded_crime(path)["Number of Offences"].tolist() == [12, 7]


HARM = {
    "password": ({"extra": record(0x2F, bytes(54))}, "encrypted; save the file without a password"),
    "new workbook with a password": ({"streams": ("EncryptionInfo", "EncryptedPackage")}, "encrypted"),
    "macros": ({"streams": ("_VBA_PROJECT_CUR",)}, "limit `macros`"),
    "sheet of macros": ({"kind": 1}, "limit `macros`"),
    "object": ({"streams": ("MBD0001",)}, "limit `embedded`"),
    "link to another file": ({"extra": record(0x1AE, struct.pack("<2H", 1, 9) + b"\0book.xls")}, "`external_links`"),
    "shared texts that cannot be there": ({"extra": record(0xFC, struct.pack("<2I", 9, 2**31))}, "shared texts"),
    "older than Excel 97": ({"extra": record(0x809, struct.pack("<4H", 0x500, 5, 0, 0))}, "save it as XLSX"),
    "record beyond the end": ({"extra": record(0x42, b"12")[:-2] + b""}, "cut off|damaged|no sheet"),
}


@pytest.mark.parametrize("case", HARM)
def test_an_old_workbook_that_could_do_harm_is_refused_with_the_reason(tmp_path, case):
    given, reason = HARM[case]
    with pytest.raises(UnsafeFileError, match=rf"^a\.xls.*(?:{reason})"):
        check_file(write_xls(tmp_path / "a.xls", {"Data": ROWS}, **given))


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(cells=5), "6 cells"),
        (Limits(columns=1), "2 columns"),
        (Limits(sheets=1), "2 sheets"),
        (Limits(file_bytes=99), "bytes"),
    ],
)
def test_an_old_workbook_is_held_to_the_limits(tmp_path, limits, reason):
    with pytest.raises(UnsafeFileError, match=reason):
        check_file(write_xls(tmp_path / "a.xls", {"Data": ROWS, "More": ROWS}), limits=limits)


def test_a_link_of_a_workbook_to_itself_is_no_link(tmp_path):
    check_file(write_xls(tmp_path / "a.xls", {"Data": ROWS}, extra=record(0x1AE, struct.pack("<2H", 1, 0x401))))


@pytest.mark.parametrize("keep", [8, 100, 600, 1500, 4000])
def test_an_old_workbook_that_is_cut_off_is_refused(tmp_path, keep):
    path = write_xls(tmp_path / "a.xls", {"Data": ROWS})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UnsafeFileError, match=r"^a\.xls: "):
        check_file(path)


@pytest.mark.parametrize("content", [b"PK\x03\x04" + bytes(99), b"a,b\n1,2\n", b"<html></html>", b""])
def test_what_is_only_called_an_old_workbook_is_refused(tmp_path, content):
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    with pytest.raises(
        UnsafeFileError, match=r"the name says an old workbook, but this is .*; give a file with its true"
    ):
        check_file(path)


def test_another_document_of_office_is_no_workbook(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(ole(bytes(5000), name="WordDocument"))
    with pytest.raises(UnsafeFileError, match="no workbook is in it; save it as XLSX"):
        check_file(path)


def test_a_chain_of_an_ole_file_that_runs_in_a_circle_is_refused(tmp_path):
    path = write_xls(tmp_path / "a.xls", {"Data": ROWS})
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, 512 + 4, 1)  # the folder follows itself
    path.write_bytes(data)
    with pytest.raises(UnsafeFileError, match="the OLE file is damaged"):
        check_file(path)
