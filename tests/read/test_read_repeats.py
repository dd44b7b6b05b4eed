"""Rows that repeat in open data: each is kept, and the reader says how many there are and what a sum makes of them."""

import warnings

import numpy as np
import pandas as pd
import pytest
from layouts import CLOSED_BASIS, OUTCOMES, PUBLISHED, RECORDED_BASIS, outcome_rows, recorded_rows, write, write_xlsx

from cseanalysis.clean import harmonise_forces, harmonise_offences
from cseanalysis.read import read_outcomes, read_recorded_crime
from cseanalysis.read.columns import repeats

LABELS = ["2012/13", 1, "Kent", "Homicide", "Violence", "Homicide", "1/4.1/4.10/4.2"]
OTHERS = ["2012/13", 1, "Essex", "Homicide", "Violence", "Homicide", "1/4.1/4.10/4.2"]


def read_warned(tmp_path, rows, header=PUBLISHED, name="a.csv"):
    with pytest.warns(UserWarning, match="rows? ha(s|ve) the labels of an earlier row") as caught:
        table = read_recorded_crime(write(tmp_path / name, [header, *rows]))
    assert len(caught) == 1
    return table, str(caught[0].message)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.xlsx", "a.ods"])
def test_an_early_release_with_four_codes_under_one_label_keeps_its_rows_and_says_so(tmp_path, name):
    # As four codes were printed under one label: Kent 0, 0, 1, 1; Essex 3, 3. Kent's sum is 2, and 1 without repeats.
    rows = [[*LABELS, number] for number in (0, 0, 1, 1)] + [[*OTHERS, 3], [*OTHERS, 3]]
    table, said = read_warned(tmp_path, rows, name=name)
    assert table["Number of Offences"].tolist() == [0, 0, 1, 1, 3, 3]
    assert "4 rows have the labels of an earlier row" in said
    assert "3 of them are that row again in every column" in said
    assert "2 sets of labels repeat, 1 with other numbers" in said
    assert "Kent / Homicide / Violence / Homicide / 1/4.1/4.10/4.2 stands 4 times, with 0, 0, 1, 1." in said
    assert "a sum counts each" in said


def test_the_two_cures_that_the_warning_names_give_the_two_readings(tmp_path):
    table, _ = read_warned(tmp_path, [[*LABELS, number] for number in (0, 0, 1, 1)])
    added = table.groupby(PUBLISHED[:-1], observed=True, as_index=False)["Number of Offences"].sum()
    assert added["Number of Offences"].tolist() == [2]
    assert table.drop_duplicates()["Number of Offences"].sum() == 1


def test_a_file_without_repeated_labels_is_read_without_a_word(tmp_path):
    rows = [[*LABELS, 5], [*OTHERS, 5], [*LABELS[:1], 2, *LABELS[2:], 5], [*LABELS[:-1], "2", 5]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = read_recorded_crime(write(tmp_path / "a.csv", [PUBLISHED, *rows]))
    assert len(table) == 4


def test_a_row_entered_twice_on_two_sheets_is_found_though_each_sheet_is_fine(tmp_path):
    sheets = {"First": [PUBLISHED, [*LABELS, 5]], "Second": [PUBLISHED, [*OTHERS, 2], [*LABELS, 5]]}
    with pytest.warns(UserWarning, match="1 row has the labels of an earlier row .* and 1 of them is that row again"):
        table = read_recorded_crime(write_xlsx(tmp_path / "a.xlsx", sheets))
    assert table["Number of Offences"].tolist() == [5, 2, 5]


def test_partnerships_of_one_force_are_no_repeats_and_a_count_that_is_missing_is_a_number_of_its_own(tmp_path):
    header = [*PUBLISHED[:3], "CSP Name", *PUBLISHED[3:]]
    apart = [[*LABELS[:3], name, *LABELS[3:], 5] for name in ("Dover", "Swale")]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_recorded_crime(write(tmp_path / "a.csv", [header, *apart]))
    _, said = read_warned(tmp_path, [*apart, [*apart[0][:-1], None]], header)
    assert "0 of them are that row again in every column; 1 set of labels repeats, 1 with other numbers" in said
    assert "Dover" in said
    assert "with 5, [none]" in said


def test_a_column_that_a_resave_added_hides_no_repeated_label(tmp_path):
    _, said = read_warned(tmp_path, [[*LABELS, 5, "1"], [*LABELS, 5, "2"]], [*PUBLISHED, "Row"])
    assert "1 row has the labels of an earlier row" in said
    assert "0 of them are that row again in every column; 1 set of labels repeats, 0 with other numbers" in said


def test_outcomes_that_repeat_are_named_too_with_both_counts(tmp_path):
    rows = [list(row) for row in outcome_rows()]
    header = [*OUTCOMES, RECORDED_BASIS, CLOSED_BASIS]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_outcomes(write(tmp_path / "a.csv", [header, *rows]))
    with pytest.warns(UserWarning, match="1 row has the labels of an earlier row") as caught:
        table = read_outcomes(write(tmp_path / "b.csv", [header, *rows, rows[0]]))
    assert len(table) == len(rows) + 1
    assert "Outcome Type" in str(caught[0].message)


def test_harmonising_keeps_the_repeated_rows(tmp_path):
    rows = [[*LABELS[:-1], "88A", number] for number in (4, 4, 7)]
    table, _ = read_warned(tmp_path, rows)
    tidy = harmonise_forces(harmonise_offences(table, quarter="Financial Quarter"))
    assert tidy["Number of Offences"].tolist() == [4, 4, 7]


def test_labels_too_many_for_one_number_are_still_told_apart():
    # 17 columns of 20 labels are more combinations than 64 bits hold; the last row alone is one again.
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({f"c{place}": rng.permutation(20).astype(str) for place in range(17)}).astype("category")
    frame["n"] = pd.array(range(20), dtype="Int64")
    assert repeats(frame, list(frame)[:-1], ["n"]) is None
    twice = pd.concat([frame, frame.tail(1)], ignore_index=True)
    assert repeats(twice, list(frame)[:-1], ["n"]).startswith("1 row has the labels of an earlier row")


def test_the_rows_of_the_layouts_that_other_tests_read_do_not_repeat():
    rows = [tuple(row[:-1]) for row in recorded_rows()]
    assert len(set(rows)) == len(rows)
