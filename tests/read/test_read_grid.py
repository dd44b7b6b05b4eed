import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import Fault, Number, csv_text, write, write_csv, write_xlsx

from cseanalysis.clean import parse_counts
from cseanalysis.read import UnreadableFileError, UnsafeFileError, grid
from cseanalysis.read.grid import Column, Grid, read_grids, read_numbers

ALIKE = ["001", "None", "NA", "nan", "N/A", "TRUE", "4.10", "1/4.1/4.10/4.2", "-", "£5 – “five”", "a\nb"]


def texts(path):
    (only,) = read_grids(path)
    return [only.row(row) for row in range(only.height)]


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods", "a.csv", "a.csv.gz"])
def test_text_stays_as_printed_in_every_format(tmp_path, name):
    rows = [["label", "second"], *([text, text] for text in ALIKE)]
    assert texts(write(tmp_path / name, rows)) == rows


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods"])
def test_numbers_keep_their_digits_and_whole_ones_get_no_point(tmp_path, name):
    stored = ["4", "-12", "0", "22.938144329896907", "-2.4337917503894599", "0.000000000123", "1048576"]
    rows = [["n"], *([Number(number)] for number in stored)]
    read = [cell for (cell,) in texts(write(tmp_path / name, rows))[1:]]
    assert [float(cell) for cell in read] == [float(number) for number in stored]
    assert read[:3] == ["4", "-12", "0"]
    assert read[3] == "22.938144329896907"
    assert read[5] == "0.000000000123"


def test_a_text_that_looks_like_a_long_number_is_not_touched_by_the_second_look(tmp_path):
    rows = [["n"], [Number("0.1234567891234")], ["0.10"], ["[u]"], ["0.123456789"]]
    assert texts(write_xlsx(tmp_path / "a.xlsx", {"S": rows})) == [
        ["n"],
        ["0.1234567891234"],
        ["0.10"],
        ["[u]"],
        ["0.123456789"],
    ]


def test_addresses_count_from_the_corner_of_the_sheet_even_when_the_table_does_not(tmp_path):
    rows = [[], [], [None, None, "head"], [None, None, "x"]]
    (sheet,) = read_grids(write_xlsx(tmp_path / "a.xlsx", {"S": rows}))
    assert (sheet.columns[0][2], sheet.address(2, 0)) == ("head", "C3")
    assert sheet.address(0, 24) == "AA1"


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ","), ("cp1252", ","), ("utf-8", "\t"), ("cp1252", ";")]
)
def test_csv_comes_right_in_the_encodings_and_delimiters_of_office_programs(tmp_path, encoding, delimiter):
    rows = [["Force", "Cost, total", "n"], ["Kent – east", "£5", "1,099"], ["Surrey", "", "2"]]
    read = texts(write_csv(tmp_path / "a.csv", rows, encoding=encoding, delimiter=delimiter))
    assert read == [rows[0], rows[1], ["Surrey", None, "2"]]


def test_blank_cells_are_empty_and_blank_lines_keep_their_place(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n\n  ,1\n")
    assert texts(path) == [["a", "b"], [None, None], [None, "1"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b,c\n1,2,3\n4,5\n", "row 3: 2 cells where the table has 3"),
        ("a,b,c\n1,2,3\n4,5,6,7\n1,2,3\n", "row 3: 4 cells where the table has 3"),
    ],
)
def test_a_line_of_another_length_is_reported_with_its_row(tmp_path, text, said):
    path = tmp_path / "a.csv"
    path.write_text(text)
    (sheet,) = read_grids(path)
    assert [str(problem).startswith(said) for problem in sheet.problems] == [True]


def test_a_title_above_a_csv_table_is_no_error(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Title\n\na,b\n1,2\nfootnote\n")
    (sheet,) = read_grids(path)
    assert sheet.problems == ()
    assert sheet.row(4) == ["footnote", None]


@pytest.mark.parametrize("text", ['a,b\n1,"2\n', 'a,b\n"1,2\n3,4\n'])
def test_an_unclosed_quote_is_refused(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises((UnsafeFileError, UnreadableFileError)):
        read_grids(path)


def test_a_csv_file_that_may_be_cut_inside_its_last_number_is_read_with_a_warning(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,586")
    with pytest.warns(
        UserWarning, match=r"^a\.csv, line 2: the last line has no end, so its last value, '586', may be"
    ):
        (grid,) = read_grids(path)
    assert grid.row(1) == ["1", "586"]


@pytest.mark.parametrize("content", [b"a,b\n1,\x8d\x81\n", b"\n \n"])
def test_what_is_no_text_table_is_refused(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises((UnsafeFileError, UnreadableFileError)):
        read_grids(path)


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods"])
def test_a_cell_in_error_is_what_it_shows_and_not_empty(tmp_path, name):
    path = write(tmp_path / name, [[None, "n"], [None, Fault()], [None, None], [None, Fault("#REF!")]], sheet="S")
    (sheet,) = read_grids(path)
    assert sheet.problems == ()
    assert [sheet.columns[-1][row] for row in range(4)] == ["n", "#DIV/0!", None, "#REF!"]
    assert [str(problem) for problem in sheet.errors([0, 3])] == ["sheet 'S', B4: #REF!"]


def test_the_message_shows_at_most_five_problems_and_counts_the_rest(tmp_path):
    problems = [grid.Problem("S", f"A{row}", "wrong") for row in range(1, 9)]
    error = UnreadableFileError(tmp_path / "a.csv", problems)
    assert str(error).count("wrong") == 5
    assert "8 problems" in str(error)
    assert "; and 3 more." in str(error)
    assert len(error.problems) == 8


CELLS = st.one_of(
    st.integers(-(10**9), 10**9).map(str),
    st.integers(0, 10**6).map("{:,}".format),
    st.sampled_from(
        [" -00 ", "-0", "007", "..", "[x]", "[ z ]", "12 [note 3]", "7.5%", "more than 40", "1.50", "-3.25", "c. 550"]
    ),
)


@settings(max_examples=60, deadline=None)
@given(cells=st.lists(st.one_of(st.none(), CELLS), min_size=1, max_size=12))
def test_numbers_read_fast_are_the_numbers_of_parse_counts(cells):
    distinct = tuple(dict.fromkeys(cell for cell in cells if cell is not None))
    codes = np.array([-1 if cell is None else distinct.index(cell) for cell in cells], dtype=np.int32)
    sheet = Grid("", hidden=False, first_column=0, columns=(Column(distinct, codes),))
    numbers, problems = read_numbers(sheet, 0, np.arange(len(cells)))
    parsed = parse_counts(pd.DataFrame({"n": pd.Series(cells, dtype=object)}), column="n")
    assert problems == []
    np.testing.assert_array_equal(numbers.value[numbers.codes], parsed["value"].to_numpy(dtype=float))
    for name in ("qualifier", "flag"):
        given_here = [getattr(numbers, name)[code] for code in numbers.codes]
        expected = parsed[name].astype(object)
        assert given_here == expected.where(expected.notna(), None).tolist()


def test_cells_that_are_no_numbers_are_all_named(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(csv_text([["n"], ["1"], ["one"], ["2"], ["one"], ["lots"]]))
    (sheet,) = read_grids(path)
    numbers, problems = read_numbers(sheet, 0, np.arange(1, 6))
    assert [problem.cell for problem in problems] == ["A3", "A5", "A6"]
    np.testing.assert_array_equal(numbers.value[numbers.codes], [1, np.nan, 2, np.nan, np.nan])
