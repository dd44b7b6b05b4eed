"""Every number of every reader against a second reading, wherever in its sheet a table stands."""

import datetime as dt
import random
import re

import pytest
from layouts import (
    CLOSED_BASIS,
    OUTCOMES,
    PUBLISHED,
    RECORDED_BASIS,
    Fault,
    Number,
    letters,
    outcome_rows,
    recorded_rows,
    write_ods,
    write_xlsx,
)
from second import cells_of, numbers_of, write_shifted

from cseanalysis.read import UnreadableFileError, read_outcomes, read_pfa_tables, read_recorded_crime, read_spreadsheet

FORMATS = ["xlsx", "ods"]
RIGHT = range(6)
FORCES = {"E23000032": "Kent", "E23000031": "Surrey", "E23000033": "Sussex", "W15000002": "Gwent", "E23000001": "Met"}


def downs(right):
    """Half of the rows 0 to 5; the next column takes the other half."""
    return range(right % 2, 6, 2)


def number(rng):
    """A number as tables hold them: whole, with few decimals, or with so many that a reader may cut them."""
    return rng.choice(
        [rng.randrange(-9, 10**6), round(rng.uniform(-100, 100), rng.randrange(1, 10)), rng.random() * 99]
    )


def table(rng, *, first):
    """Make headings and rows: labels, whole numbers, an empty column, three of any numbers; here and there a gap."""
    rows = [[*first, "whole", None, "alpha", "beta", "gamma"]]
    for labels in FORCES.items():
        values = [rng.randrange(100), None, number(rng), number(rng), number(rng)]
        values[rng.randrange(2, 5)] = rng.choice([None, "[u]", values[3]])
        rows.append([*labels, *values])
    return rows


def places(path, sheet):
    """Where each text stands; the labels of these tables are all different."""
    return {value: place for place, value in cells_of(path)[sheet].items() if isinstance(value, str)}


def assert_frame_holds(table, path, sheet, label):
    """Every number of the sheet stands in the frame under its own heading and beside its own label, and no other."""
    where, left = places(path, sheet), numbers_of(path, sheet)
    for column in table.frame.columns[2:]:
        for name, text in zip(table.frame[label], table.frame[column], strict=True):
            place = re.sub("[0-9]", "", where[column]) + re.sub("[A-Z]", "", where[name])
            value = left.pop(place, None)
            assert (None if value is None else float(text)) == value, place
            assert value is not None or not isinstance(text, str) or text == "[u]"
    assert left == {}


@pytest.mark.parametrize("right", RIGHT)
@pytest.mark.parametrize("form", FORMATS)
def test_every_number_of_a_table_is_the_number_of_its_own_cell(tmp_path, form, right):
    for down in downs(right):
        rng = random.Random(f"{form}{right}{down}")
        rows = table(rng, first=["Code", "Force"])
        path = write_shifted(tmp_path / f"a{down}.{form}", "T", rows, down=down, right=right, hidden=(2, 4))
        (read,) = read_spreadsheet(path).values()
        assert read.cell == f"{letters(right)}{down + 1}"
        assert_frame_holds(read, path, "T", "Force")


@pytest.mark.parametrize("right", RIGHT)
@pytest.mark.parametrize("form", FORMATS)
def test_every_number_below_merged_headings_and_beside_merged_labels_is_its_own(tmp_path, form, right):
    for down in downs(right):
        rng = random.Random(f"merged{form}{right}{down}")
        head = [["Group", "Force", "2018/19", None, "2019/20", None], [None, None, "one", "two", "three", "four"]]
        rows = [[None, name, *(number(rng) for _ in range(4))] for name in FORCES.values()]
        rows[0][0], rows[2][0] = "first two", "last three"
        merges = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3), (0, 4, 0, 5), (2, 0, 3, 0), (4, 0, 6, 0)]
        path = write_shifted(tmp_path / f"a{down}.{form}", "T", [*head, *rows], down=down, right=right, merges=merges)
        (read,) = read_spreadsheet(path).values()
        assert read.frame["Group"].tolist() == ["first two"] * 2 + ["last three"] * 3
        headings = ["2018/19: one", "2018/19: two", "2019/20: three", "2019/20: four"]
        assert read.frame.columns.tolist() == ["Group", "Force", *headings]
        read.frame.columns = ["Group", "Force", "one", "two", "three", "four"]
        assert_frame_holds(read, path, "T", "Force")


@pytest.mark.parametrize("right", RIGHT)
@pytest.mark.parametrize("form", FORMATS)
def test_every_measure_of_a_force_table_is_the_number_of_the_cell_that_it_names(tmp_path, form, right):
    for down in downs(right):
        rng = random.Random(f"pfa{form}{right}{down}")
        rows = table(rng, first=["Area Code", "Area Name"])
        path = write_shifted(tmp_path / f"a{down}.{form}", "Table P3", rows, down=down, right=right, hidden=(3,))
        read = read_pfa_tables(path)
        filled = read.dropna(subset="value")
        assert dict(zip(filled["cell"], filled["value"], strict=True)) == numbers_of(path, "Table P3")
        where = places(path, "Table P3")
        for cell, code, name, measure in zip(
            read["cell"], read["area_code"], read["area_name"], read["measure"], strict=True
        ):
            assert FORCES[code] == name
            assert cell == re.sub("[0-9]", "", where[measure]) + re.sub("[A-Z]", "", where[code])


OPEN_DATA = {
    "2012_13": (read_recorded_crime, PUBLISHED, recorded_rows(), ["Number of Offences"]),
    "Outcomes_open_data_2016": (
        read_outcomes,
        [*OUTCOMES, RECORDED_BASIS, CLOSED_BASIS],
        outcome_rows(),
        ["Outcomes (recorded basis)", "Outcomes (closed basis)"],
    ),
}


@pytest.mark.parametrize("right", RIGHT)
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("sheet", OPEN_DATA)
def test_every_count_of_open_data_is_the_number_of_its_own_cell(tmp_path, sheet, form, right):
    reader, header, rows, counts = OPEN_DATA[sheet]
    for down in downs(right):
        rng = random.Random(f"{sheet}{form}{right}{down}")
        made = [[*row[: -len(counts)], *(rng.randrange(10**6) for _ in counts)] for row in rows]
        # Besides, a column with decimals that no reader of counts should trip over, behind an empty one.
        made = [[*header, None, "Share"], *([*row, None, rng.random()] for row in made)]
        if reader is read_outcomes:
            # Type 0 is no outcome and has no closed basis.
            made[4][len(header) - 1] = 0
        path = write_shifted(tmp_path / f"a{down}.{form}", sheet, made, down=down, right=right, hidden=(1,))
        read, numbers = reader(path), numbers_of(path, sheet)
        for name, place in [*zip(counts, range(-len(counts), 0), strict=True), ("Share", 1)]:
            column = letters(len(header) + place + right)
            expected = [numbers[f"{column}{down + 2 + row}"] for row in range(len(rows))]
            assert [float(value) for value in read[name].astype("Float64").fillna(0)] == expected


@pytest.mark.parametrize("right", [0, 1, 3])
@pytest.mark.parametrize("form", FORMATS)
def test_a_message_names_the_true_address_of_a_cell_in_a_shifted_sheet(tmp_path, form, right):
    rows = [["Area Code", "Area Name", "n"], ["E23000032", "Kent", "lots"], ["E23000031", "Surrey", Fault()]]
    cells = [[], [], *([*([None] * right), *row] for row in rows)]
    path = tmp_path / f"a.{form}"
    (write_ods if form == "ods" else write_xlsx)(path, {"Table P3": cells})
    with pytest.raises(UnreadableFileError) as caught:
        read_pfa_tables(path)
    assert {problem.cell for problem in caught.value.problems} == {f"{letters(2 + right)}4", f"{letters(2 + right)}5"}


@pytest.mark.parametrize("form", FORMATS)
def test_a_rate_that_starts_in_column_b_is_not_read_from_the_neighbouring_column(tmp_path, form):
    rows = [
        ["Area Code", "Area Name", "Rate per 1,000, all", "Rate per 1,000, sexual"],
        ["E23000032", "Kent", 95.123456, 3.456789],
        ["E23000031", "Surrey", 60.654321, 2.123456],
    ]
    path = write_shifted(tmp_path / f"a.{form}", "Table P3", rows, down=1, right=1)
    read = read_pfa_tables(path)
    assert read.loc[read["measure"] == "Rate per 1,000, sexual", "value"].tolist() == [3.456789, 2.123456]
    (read,) = read_spreadsheet(path).values()
    assert read.frame["Rate per 1,000, sexual"].tolist() == ["3.456789", "2.123456"]


@pytest.mark.parametrize("form", FORMATS)
def test_a_narrow_table_far_to_the_right_is_read(tmp_path, form):
    path = write_shifted(tmp_path / f"a.{form}", "T", [["Force", "Share"], ["Kent", 0.123456]], down=0, right=3)
    (read,) = read_spreadsheet(path).values()
    assert read.frame.to_numpy().tolist() == [["Kent", "0.123456"]]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("stored", ["1e-10", "3E-7", "12.9999999999999", "0.30000000000000004", "0.3333333333333333"])
def test_a_number_is_never_rounded_however_many_decimals_it_has(tmp_path, form, stored):
    rows = [[], [None, "Force", "n", "Share"], [None, "Kent", 1, Number(stored)], [None, "Surrey", 2, 4]]
    path = tmp_path / f"a.{form}"
    (write_ods if form == "ods" else write_xlsx)(path, {"T": rows})
    (read,) = read_spreadsheet(path).values()
    assert [float(text) for text in read.frame["Share"]] == [float(stored), 4]
    assert "e" not in read.frame["Share"].iloc[0]


@pytest.mark.parametrize("form", FORMATS)
def test_a_date_cell_is_a_date_and_not_a_moment(tmp_path, form):
    rows = [["Ending", "Force", "n"], [dt.date(2020, 3, 31), "Kent", 5], [dt.date(2021, 3, 31), "Kent", 6]]
    (read,) = read_spreadsheet(write_shifted(tmp_path / f"a.{form}", "T", rows, down=1, right=1)).values()
    assert read.frame["Ending"].tolist() == ["2020-03-31", "2021-03-31"]
