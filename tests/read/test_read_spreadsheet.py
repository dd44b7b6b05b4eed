import pytest
from layouts import Fault, pfa_sheets, write_csv, write_xlsx

from cseanalysis.clean import parse_counts
from cseanalysis.read import read_notes, read_spreadsheet
from cseanalysis.read.spreadsheet import clean_heading, read_shorthand


def cells(table):
    frame = table.frame.astype(object)
    return frame.where(frame.notna(), None).to_numpy().tolist()


def read_one(tmp_path, rows):
    (table,) = read_spreadsheet(write_xlsx(tmp_path / "a.xlsx", {"Sheet": rows})).values()
    return table


ACCESSIBLE = [
    ["Table 1: Offences by force"],
    ["This worksheet contains one table."],
    ["Some shorthand is used in this table: [c] means confidential; [x] = not available"],
    ["Units: number of offences"],
    ["Source: Home Office"],
    ["Force", "Offences\n [note 2]", "Change"],
    ["Kent", 12, "[c]"],
    ["Surrey", "1,099 [note 3]", -5],
]


def test_a_table_comes_with_all_that_is_printed_around_it(tmp_path):
    table = read_one(tmp_path, [*ACCESSIBLE, [], ["End of worksheet"]])
    assert (table.sheet, table.cell, table.title) == ("Sheet", "A6", "Table 1: Offences by force")
    assert (table.units, table.source) == ("number of offences", "Home Office")
    assert table.notes == (ACCESSIBLE[1][0], ACCESSIBLE[2][0], "End of worksheet")
    assert table.shorthand == {"[c]": "confidential", "[x]": "not available"}
    assert table.heading_notes == {"Offences": "[note 2]"}
    assert table.frame.columns.tolist() == ["Force", "Offences", "Change"]
    assert cells(table) == [["Kent", "12", "[c]"], ["Surrey", "1,099 [note 3]", "-5"]]
    assert parse_counts(table.frame, column="Offences")["value"].tolist() == [12, 1099]


def test_tables_below_one_another_are_told_apart_by_their_headings(tmp_path):
    head = ["Force", "n"]
    stacked = [
        ["Both"],
        ["First"],
        head,
        ["Kent", 1],
        [],
        ["Second"],
        head,
        ["Kent", 2],
        [],
        ["Region", "n"],
        ["East", 3],
    ]
    tables = read_spreadsheet(write_xlsx(tmp_path / "a.xlsx", {" Sheet ": stacked}))
    assert [(key, table.title, table.cell, cells(table)) for key, table in tables.items()] == [
        ("Sheet", "First", "A3", [["Kent", "1"]]),
        ("Sheet (2)", "Second", "A7", [["Kent", "2"]]),
        ("Sheet (3)", "", "A10", [["East", "3"]]),
    ]


def test_stacked_notes_tables_of_text_are_told_apart_too(tmp_path):
    tables = read_spreadsheet(write_xlsx(tmp_path / "a.xlsx", pfa_sheets()))
    assert [key for key in tables if key.startswith("Notes")] == ["Notes- PFA", "Notes- PFA (2)"]
    assert tables["Notes- PFA (2)"].title == "Notes for table P5"
    assert [row[0] for row in cells(tables["Notes- PFA (2)"])] == ["9", "9"]
    assert tables["Table P4"].shorthand["[z]"] == "not applicable"
    assert tables["Table C2"].frame.columns[0] == "Police Force Area code"


def test_empty_rows_and_headings_between_rows_do_not_cut_a_table(tmp_path):
    table = read_one(
        tmp_path, [["T"], ["Force", "n"], ["England"], ["Kent", 1], [], ["Surrey", 2], ["Wales"], ["Gwent", 3]]
    )
    assert cells(table) == [["England", None], ["Kent", "1"], ["Surrey", "2"], ["Wales", None], ["Gwent", "3"]]


def test_merged_headings_are_joined(tmp_path):
    rows = [
        ["T"],
        ["Force", "2023", None, "2024", None],
        [None, "Number", "Rate", "Number", "Rate"],
        ["Kent", 1, 2, 3, 4],
    ]
    rows[1] = ["Force", "Year to March", None, "Year to June", None]
    table = read_one(tmp_path, rows)
    assert table.frame.columns.tolist() == [
        "Force", "Year to March: Number", "Year to March: Rate", "Year to June: Number", "Year to June: Rate"
    ]  # fmt: skip
    assert cells(table) == [["Kent", "1", "2", "3", "4"]]


def test_headings_that_come_twice_or_not_at_all_get_names_and_no_cell_is_lost(tmp_path):
    table = read_one(tmp_path, [["Force", "n", "n", None], ["Kent", 1, 2, 3]])
    assert table.frame.columns.tolist() == ["Force", "n", "n (2)", "column D"]
    assert cells(table) == [["Kent", "1", "2", "3"]]


def test_a_prosecution_service_file_reads_with_its_blank_heading_and_its_markers(tmp_path):
    rows = [
        ["", "Number of Sexual Offences Convictions", "Percentage of Sexual Offences Convictions"],
        ["National", "1,149", "85.3%"],
        ["Dyfed Powys", "0", "-"],
    ]
    table = read_spreadsheet(write_csv(tmp_path / "april.csv", rows))["april.csv"]
    assert table.frame["column A"].tolist() == ["National", "Dyfed Powys"]
    assert parse_counts(table.frame, column=rows[0][1])["value"].tolist() == [1149, 0]
    assert parse_counts(table.frame, column=rows[0][2])["flag"].tolist() == ["%", "-"]


def test_a_blank_corner_does_not_hide_the_headings_of_a_narrow_table(tmp_path):
    table = read_one(tmp_path, [["Title"], [None, "n"], ["Kent", 1], [None, 2], ["Surrey", 3], ["Note below"]])
    assert table.frame.columns.tolist() == ["column A", "n"]
    assert cells(table) == [["Kent", "1"], [None, "2"], ["Surrey", "3"]]
    assert (table.title, table.notes) == ("Title", ("Note below",))


def test_hidden_sheets_are_read_and_sheets_without_tables_are_notes(tmp_path):
    path = tmp_path / "a.xlsx"
    write_xlsx(path, {"Cover": [["Title"], ["About"]], "H": ACCESSIBLE, "None": []}, hidden=("H",))
    assert list(read_spreadsheet(path)) == ["H"]
    assert read_notes(path)["text"].tolist()[:2] == ["Title", "About"]


def test_cells_in_error_are_all_named_with_their_addresses(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"S": [["a", "b"], [Fault(), 1], [2, Fault("#REF!")]]})
    with pytest.warns(UserWarning, match="sheet 'S', A2: #DIV/0!; sheet 'S', B3: #REF!. They stay as shown"):
        table = read_spreadsheet(path)["S"]
    assert table.frame.to_numpy().tolist() == [["#DIV/0!", "1"], ["2", "#REF!"]]


def test_headings_lose_their_marks_and_markers_get_their_meaning():
    heading = "Total recorded crime\n (excluding fraud) \n[note 2]"
    assert clean_heading(heading) == ("Total recorded crime (excluding fraud)", "[note 2]")
    said = ["[x] indicates that a number is unavailable.  [ z ] is not applicable. "]
    assert read_shorthand(said) == {"[x]": "a number is unavailable", "[z]": "not applicable"}
