"""Files that once were read wrong without a word; each is read right or refused with its place."""

import pytest
from layouts import (
    CLOSED_BASIS,
    OUTCOMES,
    PUBLISHED,
    RECORDED_BASIS,
    outcome_rows,
    recorded_rows,
    write,
    write_csv,
    write_xlsx,
)

from cseanalysis.read import UnreadableFileError, read_outcomes, read_pfa_tables, read_recorded_crime, read_spreadsheet


def cells(table):
    frame = table.frame.astype(object)
    return frame.where(frame.notna(), None).to_numpy().tolist()


def test_a_suppressed_row_after_a_section_heading_stays_a_row(tmp_path):
    rows = [["Area", "2017", "2018"], ["England", 9, 9], ["North East"], ["Cleveland", "[x]", "[x]"], ["Durham", 3, 4]]
    tables = read_spreadsheet(write_xlsx(tmp_path / "a.xlsx", {"T": [*rows, ["London"], ["Met", 5, 6]]}))
    found = [row for table in tables.values() for row in cells(table)]
    assert ["Cleveland", "[x]", "[x]"] in found
    assert all("[x]" not in table.frame.columns for table in tables.values())


def test_a_second_row_of_headings_may_be_calendar_years(tmp_path):
    rows = [["Area", "Recorded", None, "Charged", None], [None, 2017, 2018, 2017, 2018], ["Kent", 1, 2, 3, 4]]
    (table,) = read_spreadsheet(write_xlsx(tmp_path / "a.xlsx", {"T": rows})).values()
    assert cells(table) == [["Kent", "1", "2", "3", "4"]]


def test_a_hidden_copy_of_the_data_does_not_double_it(tmp_path):
    sheet = [PUBLISHED, *recorded_rows()]
    path = write_xlsx(tmp_path / "a.xlsx", {"Data": sheet, "Data old": sheet}, hidden=["Data old"])
    with pytest.raises(UnreadableFileError, match="hidden sheet"):
        read_recorded_crime(path)


@pytest.mark.parametrize(("spelt", "subset"), [("01a", "1"), ("Type 1A", "1"), ("1a [note 2]", "1"), ("2a", "2")])
def test_a_subset_of_an_outcome_is_marked_however_it_is_spelt(tmp_path, spelt, subset):
    rows = [list(row) for row in outcome_rows()]
    place = OUTCOMES.index("Outcome Type")
    rows[0][place] = spelt
    table = read_outcomes(write_csv(tmp_path / "a.csv", [[*OUTCOMES, RECORDED_BASIS, CLOSED_BASIS], rows[0]]))
    assert table["subset_of"].tolist() == [subset]


def test_a_code_that_lost_its_nought_is_refused_because_the_description_contradicts_it(tmp_path):
    rows = [list(row) for row in recorded_rows(codes=("17B",))][:1]
    rows[0][PUBLISHED.index("Offence Code")] = "4.1"
    rows[0][PUBLISHED.index("Offence Description")] = "Corporate manslaughter"
    with pytest.raises(UnreadableFileError, match="stored as a number"):
        read_recorded_crime(write(tmp_path / "a.csv", [PUBLISHED, *rows]))


def test_a_row_that_lost_its_cells_is_no_note(tmp_path):
    header = ["Force Name", "Financial Year", "Offence Code", "Number of Offences"]
    rows = [["Essex", "2017/18", "88A", 3], ["Essex", None, None, None], ["Kent", "2017/18", "88A", 4]]
    with pytest.raises(UnreadableFileError):
        read_recorded_crime(write_csv(tmp_path / "a.csv", [header, *rows]))


def test_a_table_without_area_names_is_refused(tmp_path):
    rows = [["Title"], ["Area Code", "2017", "2018"], ["E23000032", 1, 2]]
    with pytest.raises(UnreadableFileError, match="where the area names should be"):
        read_pfa_tables(write_xlsx(tmp_path / "a.xlsx", {"Table P1": rows}))
