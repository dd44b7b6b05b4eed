import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import (
    CLOSED_BASIS,
    COVER,
    OUTCOMES,
    PUBLISHED,
    RECORDED_BASIS,
    Fault,
    outcome_rows,
    outcomes_workbook,
    recorded_rows,
    recorded_workbook,
    write,
    write_csv,
    write_xlsx,
)

from cseanalysis.clean import harmonise_forces, harmonise_offences, harmonise_periods
from cseanalysis.read import UnreadableFileError, read_notes, read_outcomes, read_recorded_crime

COLUMNS = [*PUBLISHED, "flag"]


def expected(rows):
    frame = pd.DataFrame(rows, columns=PUBLISHED)
    frame["flag"] = None
    return frame.astype(object)


def assert_reads(table, rows):
    assert table.columns.tolist() == COLUMNS
    plain = table.astype(object)
    pd.testing.assert_frame_equal(plain.where(plain.notna(), None), expected(rows), check_dtype=False)


def read_rows(tmp_path, rows, header=PUBLISHED, name="a.csv"):
    return read_recorded_crime(write(tmp_path / name, [header, *rows]))


def refused(tmp_path, rows, header=PUBLISHED, name="a.csv"):
    with pytest.raises(UnreadableFileError) as caught:
        read_rows(tmp_path, rows, header, name)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods"])
@pytest.mark.parametrize("mark", ["-", "_"])
def test_all_years_come_in_one_table_whichever_way_the_sheets_are_named(tmp_path, name, mark):
    path = recorded_workbook(tmp_path / name, mark=mark)
    assert_reads(read_recorded_crime(path), [*recorded_rows("2012/13"), *recorded_rows("2013/14")])


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_a_csv_file_reads_like_the_workbook(tmp_path, name):
    assert_reads(read_rows(tmp_path, recorded_rows(), name=name), recorded_rows())


def test_cover_and_notes_are_not_rows_but_can_be_read_with_their_addresses(tmp_path):
    notes = read_notes(recorded_workbook(tmp_path / "a.xlsx"))
    assert notes.values.tolist()[:3] == [
        ["Cover", "A1", "Police recorded crime open data"],
        ["Cover", "A2", "Updated: 19 October 2023"],
        ["Cover", "B3", "Contact"],
    ]
    assert set(notes["sheet"]) == {"Cover", "Notes"}


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(8)))
def test_columns_are_found_wherever_they_stand(tmp_path_factory, order):
    path = tmp_path_factory.mktemp("order") / "a.csv"
    write_csv(path, [[row[place] for place in order] for row in [PUBLISHED, *recorded_rows()]])
    assert_reads(read_recorded_crime(path), recorded_rows())


def test_the_header_is_found_below_a_title_and_beside_empty_columns(tmp_path):
    rows = [[None, None, *row[:3], None, *row[3:]] for row in [PUBLISHED, *recorded_rows()]]
    path = write_xlsx(tmp_path / "a.xlsx", {"2012_13": [["Recorded crime"], [], *rows], "Notes": COVER})
    assert_reads(read_recorded_crime(path), recorded_rows())


def test_older_and_partnership_headings_mean_the_same_columns(tmp_path):
    header = [
        "Financial Year",
        "Financial Quarter",
        "Police Force",
        "CSP Name",
        "offence",
        *PUBLISHED[4:7],
        "Offence Count",
    ]
    rows = [[*row[:3], "Unassigned Kent", *row[3:]] for row in recorded_rows()]
    table = read_rows(tmp_path, rows, header)
    assert table.columns.tolist() == [*PUBLISHED[:3], "CSP Name", *PUBLISHED[3:], "flag"]
    assert_reads(table.drop(columns="CSP Name"), recorded_rows())


def test_a_column_that_a_resave_added_is_kept_and_one_that_it_lost_is_empty(tmp_path):
    table = read_rows(
        tmp_path, [[*row[:3], *row[5:], "x"] for row in recorded_rows()], [*PUBLISHED[:3], *PUBLISHED[5:], "Checked"]
    )
    assert table.columns.tolist() == [*COLUMNS, "Checked"]
    assert table["Offence Group"].isna().all()
    assert table["Checked"].unique().tolist() == ["x"]


def test_a_lost_year_comes_from_the_name_of_the_sheet_and_from_nowhere_else(tmp_path):
    rows = [row[1:] for row in recorded_rows("2016/17")]
    path = write(tmp_path / "a.xlsx", [PUBLISHED[1:], *rows], sheet="2016_17")
    assert_reads(read_recorded_crime(path), recorded_rows("2016/17"))
    assert refused(tmp_path, rows, PUBLISHED[1:]) == ["row 1: no column for 'Financial Year'"]


def test_years_with_different_columns_stand_below_one_another(tmp_path):
    first = [[*PUBLISHED, "Extra"], *([*row, "e"] for row in recorded_rows())]
    second = [PUBLISHED[:4] + PUBLISHED[5:], *(row[:4] + row[5:] for row in recorded_rows("2013/14"))]
    table = read_recorded_crime(write_xlsx(tmp_path / "a.xlsx", {"2012_13": first, "2013_14": second}))
    half = len(recorded_rows())
    assert len(table) == 2 * half
    assert table["Extra"].isna().tolist() == [False] * half + [True] * half
    assert table["Offence Group"].isna().tolist() == [False] * half + [True] * half


@pytest.mark.parametrize(
    ("printed", "number"),
    [(" -00 ", 0), ("-1", -1), (" 66776 ", 66776), ("1,099", 1099), ("\u22125", -5), ("7 [note 3]", 7), ("0", 0)],
)
def test_counts_mean_what_is_printed(tmp_path, printed, number):
    row = recorded_rows()[0]
    assert read_rows(tmp_path, [[*row[:7], printed]])["Number of Offences"].tolist() == [number]


@pytest.mark.parametrize(("printed", "flag"), [("..", ".."), ("[x]", "[x]"), ("-", "-"), ("", "empty")])
def test_a_missing_count_is_never_zero_and_says_why(tmp_path, printed, flag):
    table = read_rows(tmp_path, [[*recorded_rows()[0][:7], printed]])
    assert table["Number of Offences"].isna().tolist() == [True]
    assert table["flag"].tolist() == [flag]


@pytest.mark.parametrize("printed", ["2.5", "more than 5", "7%", "many", "1e400"])
def test_what_is_no_whole_number_is_refused_with_its_cell(tmp_path, printed):
    (problem,) = refused(tmp_path, [*recorded_rows(), [*recorded_rows()[0][:7], printed]])
    assert problem.startswith(f"H26: {printed!r} is ")


@pytest.mark.parametrize("printed", ["Q3", "3", "q3"])
def test_quarters_come_as_numbers(tmp_path, printed):
    row = recorded_rows()[0]
    assert read_rows(tmp_path, [[row[0], printed, *row[2:]]])["Financial Quarter"].tolist() == [3]


def test_all_that_is_wrong_in_a_file_comes_in_one_message_with_sheet_and_cell(tmp_path):
    rows = recorded_rows()
    rows[0][1] = 5
    rows[1][2] = None
    rows[2][7] = Fault()
    rows[3][0] = "2012"
    rows[4][0] = "2013/14"
    rows[5][6] = " "
    rows[6][7] = "lots"
    path = write(tmp_path / "a.xlsx", [PUBLISHED, *rows])
    with pytest.raises(UnreadableFileError) as caught:
        read_recorded_crime(path)
    assert {(problem.sheet, problem.cell) for problem in caught.value.problems} == {
        ("2012_13", cell) for cell in ("B2", "C3", "H4", "A5", "A6", "G7", "H8")
    }
    assert str(caught.value).startswith("a.xlsx: 7 problems: sheet '2012_13', ")
    assert "; and 2 more. " in str(caught.value)


def test_footnotes_and_empty_rows_below_the_table_are_not_rows_of_it(tmp_path):
    note = "* These offences were introduced after 31 March 2013"
    path = write(tmp_path / "a.xlsx", [PUBLISHED, *recorded_rows(), [], [note]])
    assert_reads(read_recorded_crime(path), recorded_rows())
    assert read_notes(path).values.tolist() == [["2012_13", "A27", note]]


def test_a_row_of_which_only_the_year_is_left_is_no_footnote(tmp_path):
    problems = refused(tmp_path, [*recorded_rows(), ["2012/13"]], name="a.xlsx")
    assert {problem.split(": ")[0] for problem in problems} >= {"sheet '2012_13', C26", "sheet '2012_13', G26"}


def test_a_year_is_never_read_twice_nor_left_out_because_of_its_name(tmp_path):
    table = [PUBLISHED, *recorded_rows()]
    for sheets, said in (
        ({"2012-13": table, "2012_13": table}, "a second sheet for 2012/13"),
        ({"2012_13": table, "2013_14 (2)": table}, "not the name of one"),
        ({"2012_13": table, "2013_14": [["Year", "n"], ["2013/14", 1]]}, "no row with the headings"),
        ({"2012_13": [PUBLISHED]}, "no rows below the headings"),
        ({"2012_13": [[*PUBLISHED, "Offence Count"], *([*row, 1] for row in recorded_rows())]}, "a second column"),
        ({"2012_13": [PUBLISHED, *([*row, 1] for row in recorded_rows())]}, "stands in a column without heading"),
        ({"Sheet1": [["a", "b"], [1, 2]]}, "no table in the layout of Home Office recorded crime"),
    ):
        with pytest.raises(UnreadableFileError, match=said.replace("(", r"\(")):
            read_recorded_crime(write_xlsx(tmp_path / "a.xlsx", sheets))


def test_what_is_read_can_be_harmonised_without_any_step_between(tmp_path):
    table = read_recorded_crime(recorded_workbook(tmp_path / "a.ods", years=("2017/18", "2018/19")))
    table = harmonise_offences(table, quarter="Financial Quarter", on_unmapped="keep")
    table = harmonise_periods(harmonise_forces(table), quarter="Financial Quarter")
    assert table["force"].unique().tolist() == ["Kent", "City of London"]
    assert table.loc[table["Offence Code"] == "17B", "offence_scope"].unique().tolist() == ["child_only"]
    assert len(table) == 2 * len(recorded_rows())


@pytest.mark.parametrize(
    ("recorded", "closed"),
    [
        (RECORDED_BASIS, CLOSED_BASIS),
        (
            "Number of outcomes for offences recorded in the quarter",
            "Outcomes for investigations closed in the quarter",
        ),
        ("Force outcomes for offences recorded in quarter", "Force outcomes recorded in quarter"),
        ("offences", "force_outcomes_recorded_in_quarter"),
    ],
)
def test_both_counts_of_outcomes_get_one_name_whatever_the_wording(tmp_path, recorded, closed):
    table = read_outcomes(outcomes_workbook(tmp_path / "a.xlsx", recorded=recorded, closed=closed))
    assert table["Outcomes (recorded basis)"].tolist() == [10, 3, 2, -1, 5]
    assert table["Outcomes (closed basis)"].fillna(-99).tolist() == [12, 4, 1, -99, 7]


def test_outcomes_go_on_with_codes_that_have_expired_and_say_why_there_is_no_count(tmp_path):
    # As published for 2018/19: code 20 with a reason in place of a count; a copy of 2017/18 ends in a row of NA alone.
    start = ["2018/19", 1, "Kent", "Indecent assault on a female", "Sexual offences", "Other", "20", "x"]
    rows = [
        [*start, "Charged/Summonsed", "Charged/Summonsed", 1, "N/A - offence code expired", 2],
        ["NA"] * (len(OUTCOMES) + 2),
    ]
    table = read_outcomes(write(tmp_path / "a.csv", [[*OUTCOMES, RECORDED_BASIS, CLOSED_BASIS], *rows]))
    assert len(table) == 1
    assert table["Outcomes (recorded basis)"].isna().all()
    assert table["recorded_flag"].tolist() == ["n/a - offence code expired"]
    assert table["Outcomes (closed basis)"].tolist() == [2]
    assert harmonise_offences(table)["offence_rule"].tolist() == ["offence:20:outcomes"]


def test_alternate_offences_are_marked_and_unassigned_offences_have_no_closed_basis(tmp_path):
    table = read_outcomes(outcomes_workbook(tmp_path / "a.xlsx"))
    assert table["Outcome Type"].tolist() == ["1", "1a", "2", "0", "18"]
    assert table["subset_of"].astype(object).where(table["subset_of"].notna(), None).tolist() == [
        None,
        "1",
        None,
        None,
        None,
    ]
    assert table["closed_flag"].astype(object).where(table["closed_flag"].notna(), None).tolist() == [
        None,
        None,
        None,
        "[z]",
        None,
    ]
    assert table.loc[table["subset_of"].isna(), "Outcomes (recorded basis)"].sum() == 16


def test_an_unassigned_offence_with_a_closed_basis_is_refused(tmp_path):
    rows = outcome_rows()
    rows[3][-1] = 4
    with pytest.raises(UnreadableFileError, match="type 0"):
        read_outcomes(write_csv(tmp_path / "a.csv", [[*OUTCOMES, RECORDED_BASIS, CLOSED_BASIS], *rows]))


def test_sub_code_files_keep_their_sub_codes(tmp_path):
    header = [*OUTCOMES[:7], "Subcode Description", "Offence Subcode", *OUTCOMES[8:], RECORDED_BASIS, CLOSED_BASIS]
    rows = [[*row[:7], "Sexual communication with a child", "88/12", *row[8:]] for row in outcome_rows()]
    table = read_outcomes(write_csv(tmp_path / "a.csv", [header, *rows]))
    assert table["Offence Subcode"].unique().tolist() == ["88/12"]
    assert "Offence code expired" not in table
