"""A published file cleaned from the command line: read as it is, written whole or not at all, with a report."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from cseanalysis import cli
from cseanalysis.read.cleaned import clean_file

TABLE = "Force Name,Financial Year,Offence Code,n\nKent,2022/23,88A,5\n=Mordor,2022/23,71,<5\n"


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "published.csv"
    path.write_text(TABLE)
    return path


@pytest.mark.parametrize("ending", ["parquet", "csv", "xlsx"])
def test_the_cleaned_table_has_every_row_and_the_new_columns(source, tmp_path, ending):
    target = tmp_path / f"cleaned.{ending}"
    clean_file(source, to=target, report=None)
    read = {"parquet": pd.read_parquet, "csv": pd.read_csv, "xlsx": pd.read_excel}[ending]
    table = read(target)
    assert table["force_code"].tolist()[0] == "E23000032"
    assert table["n_high"].tolist() == [5, 5]
    assert table["offence_scope"].tolist() == ["child_only", "child_only"]


def test_no_cell_of_a_file_becomes_a_formula(source, tmp_path):
    clean_file(source, to=tmp_path / "cleaned.csv", report=None)
    assert "'=Mordor" in (tmp_path / "cleaned.csv").read_text()
    clean_file(source, to=tmp_path / "cleaned.xlsx", report=None)
    sheet = load_workbook(tmp_path / "cleaned.xlsx").active
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=Mordor", "s")


def test_what_the_report_asks_for_is_filled_in_and_handed_back(source, tmp_path):
    report = tmp_path / "report.json"
    told = clean_file(source, to=None, report=report)
    assert [label.label for label in told.unmapped] == ["=Mordor"]
    given = json.loads(report.read_text())
    given["to_fill_in"]["force"]["=Mordor"] = "Kent"
    report.write_text(json.dumps(given))
    again = clean_file(source, to=tmp_path / "cleaned.csv", report=None, crosswalk=report)
    assert again.unmapped == ()


def test_the_same_bytes_come_out_twice(source, tmp_path):
    for ending in ("parquet", "csv", "xlsx"):
        first, second = tmp_path / f"one.{ending}", tmp_path / f"two.{ending}"
        clean_file(source, to=first, report=None)
        clean_file(source, to=second, report=None)
        assert first.read_bytes() == second.read_bytes()


def workbook(path, **sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_sheets_with_the_same_headings_stand_below_each_other(tmp_path):
    heads = ["Force Name", "n"]
    path = workbook(tmp_path / "years.xlsx", y2021=[heads, ["Kent", 5]], y2022=[heads, ["Surrey", 7]])
    clean_file(path, to=tmp_path / "cleaned.csv", report=None)
    table = pd.read_csv(tmp_path / "cleaned.csv")
    assert table[["table", "force", "n_value"]].to_numpy().tolist() == [["y2021", "Kent", 5], ["y2022", "Surrey", 7]]


def test_of_tables_with_different_headings_one_is_asked_for_by_name(tmp_path):
    path = workbook(tmp_path / "two.xlsx", a=[["Force", "n"], ["Kent", 5]], b=[["Outcome", "m"], ["Charged", 7]])
    with pytest.raises(ValueError, match=r"different headings: 'a' .* 'b' .*--table"):
        clean_file(path, to=None, report=None)
    assert clean_file(path, to=None, report=None, table="a").rows_in == 1
    with pytest.raises(ValueError, match="no such table; the file has 'a', 'b'"):
        clean_file(path, to=None, report=None, table="c")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"to": "cleaned.docx"}, "must end in .parquet, .csv, .xlsx"),
        ({"to": "published.csv"}, "must be different ones"),
        ({"columns": ["Force Name"]}, "must be ROLE=NAME"),
        ({"columns": ["forces=Force Name"]}, "must be ROLE=NAME"),
    ],
)
def test_what_is_asked_wrongly_is_refused_and_nothing_is_written(source, tmp_path, given, words):
    asked = {"to": None, "report": None} | given
    if asked["to"]:
        asked["to"] = tmp_path / asked["to"]
    with pytest.raises(ValueError, match=words):
        clean_file(source, **asked)
    assert [path.name for path in tmp_path.iterdir()] == ["published.csv"]
    assert source.read_text() == TABLE


def test_the_command_prints_the_report_and_takes_a_column_as_told(source, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["clean", str(source), "--column", "outcome=", "--column", "force=Force Name"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert "2 rows in, 2 rows out" in printed
    assert "force: 'Force Name', as told" in printed


def test_sheets_that_are_not_named_by_years_may_count_different_things_and_are_never_put_together(tmp_path):
    heads = ["Force Name", "n"]
    path = workbook(tmp_path / "two.xlsx", Offences=[heads, ["Kent", 5]], Arrests=[heads, ["Kent", 1]])
    with pytest.raises(ValueError, match=r"'Offences', 'Arrests', which may count different things.*--table"):
        clean_file(path, to=None, report=None)
    assert clean_file(path, to=None, report=None, table="Arrests").sums[0].before == 1


def test_a_folder_is_named_as_it_was_given_with_what_is_needed_instead(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for given, called in ((".", "."), ("..", ".."), (str(tmp_path), tmp_path.name)):
        with pytest.raises(SystemExit) as ended:
            cli.main(["clean", given])
        assert ended.value.code == f"error: {called}: this is a folder, where one file is needed; name a file in it"
    with pytest.raises(SystemExit, match=r"where one file is needed; name a file in it$"):
        cli.main(["claim", "--file", "."])


def test_the_name_of_a_file_cannot_steer_the_terminal(tmp_path):
    # An escape would colour or clear it, and a mark of direction turn the rest of the line around.
    with pytest.raises(SystemExit, match=r"no such file .*\\x1b\[31m\\u202e\.csv$") as ended:
        cli.main(["clean", str(tmp_path / "\x1b[31m\u202e.csv")])
    assert str(ended.value.code).isprintable()
