import pytest
from layouts import Number, pfa_sheets, write_ods, write_xlsx

from cseanalysis.read import UnreadableFileError, read_notes, read_pfa_tables


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return read_pfa_tables(write_xlsx(tmp_path_factory.mktemp("ons") / "a.xlsx", pfa_sheets()))


def plain(column):
    return column.astype(object).where(column.notna(), None).tolist()


def test_every_cell_of_a_measure_is_a_row_and_partnership_tables_are_left_out(tables):
    assert tables.groupby("table", observed=True).size().to_dict() == {"Table P1": 16, "Table P4": 14}
    assert tables["measure"].unique().tolist() == [
        "Total recorded crime (excluding fraud)",
        "Sexual offences",
        "Total recorded crime (excludinging fraud)",
    ]


def test_codes_and_not_names_decide_what_is_a_force(tables):
    here = tables[(tables["table"] == "Table P1") & (tables["measure"] == "Sexual offences")]
    assert here["level"].tolist() == [
        "england_and_wales", "country", "region", "force", "force", "country", "force", "british_transport_police"
    ]  # fmt: skip
    sums = here.groupby("level", observed=True)["value"].sum()
    assert sums["force"] == 100 + 50 + 53
    assert sums["force"] + sums["british_transport_police"] == sums["england_and_wales"]
    assert here["area_name"].tolist()[2:5] == ["West Midlands", "West Midlands", "Metropolitan Police"]
    assert plain(here["area_code"])[-1] is None


def test_markers_are_missing_values_with_the_meaning_their_own_sheet_gives_them(tables):
    here = tables[(tables["table"] == "Table P4") & tables["flag"].notna()]
    assert here["value"].isna().all()
    assert here["text"].tolist() == ["[u]", "[x]", "[ z ]"]
    assert here["flag"].tolist() == ["[u]", "[x]", "[z]"]
    assert here["flag_meaning"].tolist() == [
        "a number is being suppressed as the data comes from a small base of less than 50",
        "a number is unavailable",
        "not applicable",
    ]


def test_numbers_keep_all_their_decimals(tables):
    here = tables[tables["measure"] == "Total recorded crime (excludinging fraud)"]
    assert here["value"].unique().tolist() == [-2.4337917503894599]


def test_footnotes_are_kept_beside_the_cell_and_its_address_too(tables):
    first = tables.iloc[0]
    assert (first["area_name"], first["note"], first["cell"]) == ("ENGLAND AND WALES", "[note 3] [note 2]", "C8")
    assert first["title"] == "Table P1: Police recorded crime by offence group and police force area [note 1]"


def test_the_same_workbook_as_ods_reads_the_same(tables, tmp_path):
    again = read_pfa_tables(write_ods(tmp_path / "a.ods", pfa_sheets()))
    assert again.astype(object).fillna("").equals(tables.astype(object).fillna(""))


def test_notes_of_all_sheets_can_be_read(tmp_path):
    notes = read_notes(write_xlsx(tmp_path / "a.xlsx", pfa_sheets()))
    there = set(notes["text"])
    assert {"Includes British Transport Police.", "First note nine.", "Second note nine."} <= there
    assert not notes["text"].str.fullmatch("E[0-9]{8}").any()


def test_all_errors_of_a_workbook_come_together(tmp_path):
    sheets = pfa_sheets()
    sheets["Table P1"][8][0] = "E9200001"
    sheets["Table P1"][9][3] = "about right"
    sheets["Table P4 "][11][0] = sheets["Table P4 "][12][0]
    with pytest.raises(UnreadableFileError) as caught:
        read_pfa_tables(write_xlsx(tmp_path / "a.xlsx", sheets))
    found = {(problem.sheet, problem.cell) for problem in caught.value.problems}
    assert found == {("Table P1", "A9"), ("Table P1", "D10"), ("Table P4 ", "A12"), ("Table P4 ", "A13")}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows[6].__setitem__(3, rows[6][2]), "a second column"),
        (lambda rows: rows[6].__setitem__(3, None), "without heading"),
        (lambda rows: rows[8].__setitem__(1, None), "an area without a name"),
        (lambda rows: rows.__setitem__(8, ["E92000001"]), "all cells of this row are empty but one"),
        (lambda rows: rows.__delitem__(slice(7, None)), "no measures below"),
    ],
)
def test_a_table_that_lost_a_part_is_refused(tmp_path, change, said):
    sheets = {"Table P1": pfa_sheets()["Table P1"]}
    change(sheets["Table P1"])
    with pytest.raises(UnreadableFileError, match=said):
        read_pfa_tables(write_xlsx(tmp_path / "a.xlsx", sheets))


def test_a_workbook_without_such_tables_is_refused(tmp_path):
    with pytest.raises(UnreadableFileError, match="Area Code"):
        read_pfa_tables(write_xlsx(tmp_path / "a.xlsx", {"S": [["a", "b"], ["x", Number("1")]]}))
