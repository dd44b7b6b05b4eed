"""Tables of one column, footnotes and units among the rows, merged cells: read right, or refused with the reason."""

import pytest
from layouts import PUBLISHED, Fault, recorded_rows, write_csv, write_xlsx
from second import write_shifted

from cseanalysis.read import (
    UnreadableFileError,
    read_notes,
    read_pfa_tables,
    read_recorded_crime,
    read_spreadsheet,
)


def only(path):
    (table,) = read_spreadsheet(path).values()
    return table


def cells(table):
    frame = table.frame.astype(object)
    return frame.where(frame.notna(), None).to_numpy().tolist()


def written(tmp_path, rows, form="xlsx", **shift):
    if form == "csv":
        width = max(map(len, rows))
        return write_csv(tmp_path / "a.csv", [[*row, *([None] * (width - len(row)))] for row in rows])
    return write_shifted(tmp_path / f"a.{form}", "T", rows, **{"down": 0, "right": 0, **shift})


# What a file of one column holds: lines, then heading, values and lines around them.
LONE = {
    "names": (["Force Name", "Kent", "Surrey"], "Force Name", ["Kent", "Surrey"], [], []),
    "one value": (["Force Name", "Kent"], "Force Name", ["Kent"], [], []),
    "numbers": (["n", 5, 7], "n", ["5", "7"], [], []),
    "negative numbers": (["Change", -5, 7, -1], "Change", ["-5", "7", "-1"], [], []),
    "codes": (["Code", "E23000032", "E23000031"], "Code", ["E23000032", "E23000031"], [], []),
    "offence codes": (["Offence Code", "17B", "4.10", "88A"], "Offence Code", ["17B", "4.10", "88A"], [], []),
    "codes and a number": (["Offence Code", "17B", "88A", 105], "Offence Code", ["17B", "88A", "105"], [], []),
    "answers": (["n", 5, "not held", 7], "n", ["5", "not held", "7"], [], []),
    "years": (["Financial Year", "2018/19", "2019/20"], "Financial Year", ["2018/19", "2019/20"], [], []),
    "markers": (["n", 5, "[c]", 7, ".."], "n", ["5", "[c]", "7", ".."], [], []),
    "a value twice": (["Force", "Kent", "Kent"], "Force", ["Kent", "Kent"], [], []),
    "a value missing": (["n", 5, None, 7], "n", ["5", None, "7"], [], []),
    "a title apart": (["Forces", None, "Force", "Kent", "Gwent"], "Force", ["Kent", "Gwent"], ["Forces"], []),
    "a numbered title": (["Table 1: forces", "Force", "Kent"], "Force", ["Kent"], ["Table 1: forces"], []),
    "a title above numbers": (["Offences", "n", 5, 7], "n", ["5", "7"], ["Offences"], []),
    "prose above": (["These are all of the forces.", "Force", "Kent"], "Force", ["Kent"], [0], []),
    "a source below": (["Force", "Kent", "Source: Home Office"], "Force", ["Kent"], [], ["Source: Home Office"]),
    "a note below": (["n", 5, 7, None, "Figures are not yet final."], "n", ["5", "7"], [], [-1]),
    "a note right below": (["Force", "Kent", "This excludes the City of London."], "Force", ["Kent"], [], [-1]),
    "a source above": (["Source: ONS", "Force", "Kent"], "Force", ["Kent"], ["Source: ONS"], []),
    "a footnote mark": (["Offences [note 2]", 5, 7], "Offences", ["5", "7"], [], []),
    "empty rows first": ([None, None, "Force", "Kent"], "Force", ["Kent"], [], []),
    "decimals": (["Rate", 0.123456789012, 95.4321], "Rate", ["0.123456789012", "95.4321"], [], []),
}


@pytest.mark.parametrize("form", ["xlsx", "ods", "csv"])
@pytest.mark.parametrize("case", LONE)
def test_a_table_of_one_column_is_read_and_never_left_out(tmp_path, case, form):
    lines, heading, values, above, below = LONE[case]
    around = [lines[line] if isinstance(line, int) else line for line in (*above, *below)]
    table = only(written(tmp_path, [[line] for line in lines], form))
    assert table.frame.columns.tolist() == [heading]
    assert [row[0] for row in cells(table)] == values
    found = [table.title, *table.notes, *([f"Source: {table.source}"] if table.source else [])]
    assert sorted(filter(None, found)) == sorted(around)


@pytest.mark.parametrize("form", ["xlsx", "ods"])
@pytest.mark.parametrize("right", [1, 4])
def test_a_table_of_one_column_may_stand_anywhere_in_its_sheet(tmp_path, form, right):
    table = only(written(tmp_path, [["Share"], [0.123456], [0.654321]], form, down=3, right=right))
    assert (table.cell, cells(table)) == (f"{'ABCDE'[right]}4", [["0.123456"], ["0.654321"]])


def test_a_column_of_numbers_beside_wider_tables_is_read_and_one_of_words_is_text(tmp_path):
    wide = [["Force", "n"], ["Kent", 5]]
    sheets = {"Wide": wide, "Numbers": [["n"], [5], [7]], "Words": [["About us"], ["Statistics"]]}
    path = write_xlsx(tmp_path / "a.xlsx", sheets)
    assert list(read_spreadsheet(path)) == ["Wide", "Numbers"]
    assert read_notes(path)["text"].tolist() == ["About us", "Statistics"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["Only a heading"], "only lines of text"),
        (["These figures are not yet final.", "They may be revised later on."], "only lines of text"),
        (["Source: Home Office"], "only lines of text"),
        ([], "every cell is empty"),
    ],
)
@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_file_without_a_table_is_refused_with_the_reason(tmp_path, lines, said, form):
    with pytest.raises(UnreadableFileError, match=said):
        read_spreadsheet(written(tmp_path, [[line] for line in lines] or [[None]], form))


def test_a_workbook_of_covers_alone_is_refused(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"Cover": [["Title"], ["About"]], "Notes": [["One"], ["Two"]]})
    with pytest.raises(UnreadableFileError, match="no table in it"):
        read_spreadsheet(path)
    assert read_notes(path)["text"].tolist() == ["Title", "About", "One", "Two"]


HEAD = [["Code", "Force", "n"], ["E23000032", "Kent", 5], ["E23000031", "Surrey", 7]]
ROWS = [["E23000032", "Kent", "5"], ["E23000031", "Surrey", "7"]]
# Rows below (or above) the table that are footnotes, and the notes that come of them.
FOOTNOTES = {
    "numbers": [[1, "Figures are provisional."], [2, "Totals may not equal the sum."]],
    "without a gap": [None, [1, "Figures are provisional."]],
    "letters": [["a", "Provisional."], ["b", "Revised."]],
    "brackets": [["(1)", "Provisional."], ["(2)", "Revised."]],
    "square brackets": [["[1]", "Provisional."], ["[a]", "Revised."]],
    "notes by name": [["Note 1", "Provisional."], ["[note 2]", "Revised."]],
    "signs": [["*", "Provisional."], ["\u2020", "Revised."]],
    "markers": [["..", "no data received"], ["-", "nil"]],
    "shorthand": [["[c]", "confidential"], ["[x]", "not available"]],
    "a source": [["Source", "Home Office"]],
    "a source with a colon": [["Source:", "Home Office"], ["Contact:", "crimestats@example.org"]],
    "a contact": [["Contact", "crimestats@example.org"], ["Last updated", "19 October 2023"]],
    "a date": [["Release date", "19 October 2023"], ["Next update", "January 2024"]],
    "a sentence and a link": [["Figures exclude the City of London.", "See the notes."]],
    "words in the third cell": [["1", None, "Figures are provisional."]],
    "words in the column of numbers": [["*", "Surrey", "provisional"]],
    "under a heading": [["Notes"], [1, "Figures are provisional."], [2, "Revised."]],
    "a mark and lines": [[1, "Figures are provisional."], ["Home Office"]],
    "superscripts": [["\u00b9", "Provisional."], ["\u00b2", "Revised."]],
    "a dotted number": [["1.", "Provisional."], ["2.", "Revised."]],
    "a sentence that starts later": [[None, "Figures exclude the City of London."]],
}


def padded(rows):
    return [[*row, *([None] * (3 - len(row)))] for row in rows]


@pytest.mark.parametrize("form", ["xlsx", "ods", "csv"])
@pytest.mark.parametrize("case", FOOTNOTES)
def test_footnotes_in_several_cells_are_notes_and_no_rows(tmp_path, case, form):
    notes = FOOTNOTES[case]
    gap = [[]] if notes[0] is not None else []
    notes = [note for note in notes if note is not None]
    table = only(written(tmp_path, [*HEAD, *gap, *padded(notes)], form))
    assert cells(table) == ROWS
    said = [" ".join(str(cell) for cell in note if cell is not None) for note in notes]
    found = [*table.notes, *([f"Source: {table.source}"] if table.source else [])]
    assert sorted(found) == sorted(said)


# Rows that look like footnotes and are none: nothing of a table may be lost.
NOT_NOTES = {
    "a force without numbers": [["E23000033", "Sussex", None]],
    "a suppressed force": [["E23000033", "Sussex", "[c]"]],
    "a code that is a number": [[8, "Sussex", 9]],
    "a force that did not answer": [["E23000033", "Sussex", "not held"]],
    "an unlabelled force": [[None, "Sussex", 4]],
    "a total": [[None, "Total", 12]],
    "a letter with a number": [["a", "Sussex", 4]],
}


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("case", NOT_NOTES)
def test_a_row_with_a_number_a_marker_or_a_label_is_no_footnote(tmp_path, case, apart):
    rows = NOT_NOTES[case]
    table = only(written(tmp_path, [*HEAD, *([[]] if apart else []), *rows]))
    assert cells(table) == [*ROWS, *([None if cell is None else str(cell) for cell in row] for row in rows)]


def test_numbers_that_label_the_rows_themselves_are_not_taken_for_footnotes(tmp_path):
    rows = [["Type", "Outcome", "n"], [1, "Charged", 5], [2, "Cautioned", 7], [3, "Resolved", None]]
    assert len(cells(only(written(tmp_path, rows)))) == 3


def test_footnotes_between_two_tables_belong_to_neither(tmp_path):
    rows = [*HEAD, [], [1, "Figures are provisional.", None], [], ["Code", "Force", "n"], ["E23000033", "Sussex", 4]]
    first, second = read_spreadsheet(written(tmp_path, rows)).values()
    assert (cells(first), cells(second)) == (ROWS, [["E23000033", "Sussex", "4"]])
    assert second.title == "1 Figures are provisional."


def test_a_pair_above_a_table_is_no_heading_of_it(tmp_path):
    table = only(written(tmp_path, [["Offences"], ["Source", "Home Office"], [], *HEAD]))
    assert (table.title, table.notes, cells(table)) == ("Offences", ("Source Home Office",), ROWS)
    table = only(written(tmp_path, [["Source", "n"], ["Police", 5]]))
    assert cells(table) == [["Police", "5"]]


def test_a_stray_character_beside_the_source_does_not_make_headings_of_it(tmp_path):
    rows = [["Table C5"], ["Source: Home Office", None, "`"], ["Code", "Force", "n", "m"], ["E23000032", "Kent", 5, 6]]
    table = only(written(tmp_path, rows))
    assert table.frame.columns.tolist() == ["Code", "Force", "n", "m"]
    assert cells(table) == [["E23000032", "Kent", "5", "6"]]


def test_a_first_row_of_headings_with_few_cells_does_not_make_a_row_of_the_second(tmp_path):
    rows = [["Table", None, None, "2019"], ["Code", "Force", "n", "m"], ["E23000032", "Kent", 5, 6]]
    assert cells(only(written(tmp_path, rows))) == [["E23000032", "Kent", "5", "6"]]


UNITS = {
    "words": [None, "Number", "Per 1,000"],
    "signs": [None, "n", "%"],
    "money": [None, "Number", "£m"],
    "brackets": [None, "(number)", "(per 1,000 population)"],
    "thousands": [None, "000s", "%"],
    "quoted thousands": [None, "'000s", "per cent"],
    "one unit": [None, "Number", None],
    "the other unit": [None, None, "Per 1,000"],
    "named": ["Unit", "Number", "Per 1,000"],
    "named with a colon": ["Units:", "Number", "Per 1,000"],
    "named at length": ["Unit of measure", "Offences", "Offences per 1,000"],
    "named as a measure": ["Measure", "Count", "Rate"],
    "a unit for labels": ["Name", "Number", "Rate"],
    "a unit for labels in brackets": ["(name)", "(number)", "(rate)"],
    "text": ["text", "count", "ratio"],
    "unusual words": [None, "crimes", "crimes a head"],
    "time": [None, "Number", "days"],
    "months": [None, "Count", "months"],
    "capitals": [None, "NUMBER", "PER CENT"],
    "spaces": [None, " Number ", " Rate "],
    "pounds": [None, "Count", "£"],
}


@pytest.mark.parametrize("form", ["xlsx", "ods", "csv"])
@pytest.mark.parametrize("case", UNITS)
def test_a_row_of_units_is_kept_by_column_and_is_no_row(tmp_path, case, form):
    units = UNITS[case]
    rows = [["Force", "Offences", "Rate"], units, ["Kent", 10, 0.5], ["Surrey", 20, 0.7]]
    table = only(written(tmp_path, rows, form))
    assert cells(table) == [["Kent", "10", "0.5"], ["Surrey", "20", "0.7"]]
    expected = {name: unit.strip() for name, unit in zip(rows[0], units, strict=True) if unit is not None}
    assert table.column_units == expected
    assert read_notes(tmp_path / f"a.{form}").empty


@pytest.mark.parametrize(
    "first",
    [
        ["Kent", "not held", "not held"],
        [None, "[c]", "[c]"],
        [None, "not held", "refused"],
        ["Kent", "..", ".."],
        [None, 4, 5],
        ["Kent", None, None],
    ],
)
def test_a_first_row_that_tells_something_of_its_own_is_not_taken_for_units(tmp_path, first):
    rows = [["Force", "Offences", "Rate"], first, ["Surrey", 20, 0.7]]
    table = only(written(tmp_path, rows))
    assert len(cells(table)) == 2
    assert table.column_units == {}


def test_words_below_the_headings_of_a_table_of_words_are_a_row_of_it(tmp_path):
    rows = [["Note number", "Note text"], [None, "Number"], ["a", "Count"]]
    assert len(cells(only(written(tmp_path, rows)))) == 2


# Rows, merges of them (top, left, bottom, right), and what is read.
MERGED = {
    "a year over two rows": (
        [["Year", "Month", "n"], ["2019/20", "April", 5], [None, "May", 6], ["2020/21", "April", 7], [None, "May", 8]],
        [(1, 0, 2, 0), (3, 0, 4, 0)],
        [["2019/20", "April", "5"], ["2019/20", "May", "6"], ["2020/21", "April", "7"], ["2020/21", "May", "8"]],
    ),
    "a calendar year": (
        [["Year", "n"], [2019, 5], [None, 6]],
        [(1, 0, 2, 0)],
        [["2019", "5"], ["2019", "6"]],
    ),
    "over three rows": (
        [["Region", "Force", "n"], ["Wales", "Gwent", 1], [None, "South", 2], [None, "North", 3]],
        [(1, 0, 3, 0)],
        [["Wales", "Gwent", "1"], ["Wales", "South", "2"], ["Wales", "North", "3"]],
    ),
    "in the second column": (
        [["Force", "Region", "n"], ["Gwent", "Wales", 1], ["South", None, 2]],
        [(1, 1, 2, 1)],
        [["Gwent", "Wales", "1"], ["South", "Wales", "2"]],
    ),
    "in the last column": (
        [["Force", "n", "Remark"], ["Kent", 1, "revised"], ["Essex", 2, None]],
        [(1, 2, 2, 2)],
        [["Kent", "1", "revised"], ["Essex", "2", "revised"]],
    ),
    "in two columns": (
        [["Country", "Region", "n"], ["Wales", "All", 1], [None, None, 2]],
        [(1, 0, 2, 0), (1, 1, 2, 1)],
        [["Wales", "All", "1"], ["Wales", "All", "2"]],
    ),
    "over rows and columns": (
        [["Country", "Region", "n"], ["Wales", None, 1], [None, None, 2]],
        [(1, 0, 2, 1)],
        [["Wales", None, "1"], ["Wales", None, "2"]],
    ),
    "a code that is a number": (
        [["Code", "Force", "n"], [105, "Kent", 1], [None, "Essex", 2]],
        [(1, 0, 2, 0)],
        [["105", "Kent", "1"], ["105", "Essex", "2"]],
    ),
    "a marker": (
        [["Force", "n", "m"], ["Kent", "[c]", 1], ["Essex", None, 2]],
        [(1, 1, 2, 1)],
        [["Kent", "[c]", "1"], ["Essex", "[c]", "2"]],
    ),
    "the first row is otherwise empty": (
        [["Year", "Month", "n"], ["2019/20", None, None], [None, "May", 6]],
        [(1, 0, 2, 0)],
        [["2019/20", None, None], ["2019/20", "May", "6"]],
    ),
    "two groups that touch": (
        [["Year", "n"], ["2019/20", 5], [None, 6], ["2020/21", 7]],
        [(1, 0, 2, 0)],
        [["2019/20", "5"], ["2019/20", "6"], ["2020/21", "7"]],
    ),
    "an empty cell that is not merged": (
        [["Year", "n"], ["2019/20", 5], [None, 6], [None, 7]],
        [(1, 0, 2, 0)],
        [["2019/20", "5"], ["2019/20", "6"], [None, "7"]],
    ),
    "a merged title": (
        [["Offences by force", None], ["Force", "n"], ["Kent", 5]],
        [(0, 0, 0, 1)],
        [["Kent", "5"]],
    ),
    "a title merged over rows": (
        [["Offences by force", None], [None, None], ["Force", "n"], ["Kent", 5]],
        [(0, 0, 1, 1)],
        [["Kent", "5"]],
    ),
    "a note merged over rows": (
        [["Force", "n"], ["Kent", 5], ["A note on two rows", None], [None, None]],
        [(2, 0, 3, 1)],
        [["Kent", "5"]],
    ),
    "headings merged over two rows": (
        [["Force", "n"], [None, None], ["Kent", 5]],
        [(0, 0, 1, 0), (0, 1, 1, 1)],
        [["Kent", "5"]],
    ),
}


@pytest.mark.parametrize("form", ["xlsx", "ods"])
@pytest.mark.parametrize("right", [0, 2])
@pytest.mark.parametrize("case", MERGED)
def test_words_merged_over_several_rows_stand_in_each_of_them(tmp_path, case, form, right):
    rows, merges, expected = MERGED[case]
    table = only(written(tmp_path, rows, form, right=right, down=right, merges=merges))
    assert cells(table) == expected


HEADINGS = {
    "two rows": (
        [["Force", "2018/19", None], [None, "Charged", "Closed"], ["Kent", 1, 2]],
        [(0, 0, 1, 0), (0, 1, 0, 2)],
        ["Force", "2018/19: Charged", "2018/19: Closed"],
    ),
    "two rows, years above": (
        [["Force", 2018, None, 2019, None], [None, "a", "b", "a", "b"], ["Kent", 1, 2, 3, 4]],
        [(0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 0, 4)],
        ["Force", "2018: a", "2018: b", "2019: a", "2019: b"],
    ),
    "two rows, years below": (
        [["Force", "Charged", None], [None, 2018, 2019], ["Kent", 1, 2]],
        [(0, 0, 1, 0), (0, 1, 0, 2)],
        ["Force", "Charged: 2018", "Charged: 2019"],
    ),
    "three rows": (
        [
            ["Force", "2018/19", None, None, None],
            [None, "Rape", None, "Other", None],
            [None, "Charged", "Closed", "Charged", "Closed"],
            ["Kent", 1, 2, 3, 4],
        ],
        [(0, 0, 2, 0), (0, 1, 0, 4), (1, 1, 1, 2), (1, 3, 1, 4)],
        ["Force", *(f"2018/19: {kind}: {what}" for kind in ("Rape", "Other") for what in ("Charged", "Closed"))],
    ),
    "a heading of its own after a merged one": (
        [["Force", "2018/19", None, "Total"], [None, "Charged", "Closed", None], ["Kent", 1, 2, 3]],
        [(0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 1, 3)],
        ["Force", "2018/19: Charged", "2018/19: Closed", "Total"],
    ),
}


@pytest.mark.parametrize("form", ["xlsx", "ods", "csv"])
@pytest.mark.parametrize("case", HEADINGS)
def test_rows_of_headings_are_joined_whether_the_merges_are_in_the_file_or_not(tmp_path, case, form):
    rows, merges, expected = HEADINGS[case]
    shift = {} if form == "csv" else {"down": 1, "right": 1, "merges": merges}
    table = only(written(tmp_path, rows, form, **shift))
    assert table.frame.columns.tolist() == expected
    assert cells(table) == [["Kent", *map(str, rows[-1][1:])]]


def test_a_merged_heading_stands_over_its_own_columns_and_no_others(tmp_path):
    rows = [["Force", "2018/19", None, None], [None, "Charged", "Closed", "Total"], ["Kent", 1, 2, 3]]
    table = only(written(tmp_path, rows, merges=[(0, 0, 1, 0), (0, 1, 0, 2)]))
    assert table.frame.columns.tolist() == ["Force", "2018/19: Charged", "2018/19: Closed", "Total"]


@pytest.mark.parametrize("right", [0, 1])
@pytest.mark.parametrize("form", ["xlsx", "ods"])
@pytest.mark.parametrize(
    ("merge", "rows"),
    [
        ((1, 1, 2, 1), [["Force", "n", "m"], ["Kent", 5, 1], ["Essex", None, 2]]),
        ((1, 1, 1, 2), [["Force", "n", "m"], ["Kent", 5, None], ["Essex", 1, 2]]),
    ],
)
def test_one_number_merged_over_several_cells_is_refused_with_its_address(tmp_path, merge, rows, form, right):
    with pytest.raises(UnreadableFileError, match="one number, '5', is merged over") as caught:
        read_spreadsheet(written(tmp_path, rows, form, right=right, merges=[merge]))
    assert [problem.cell for problem in caught.value.problems] == [f"{'BC'[right]}2"]


def test_a_text_under_merged_cells_is_refused_because_nobody_sees_it(tmp_path):
    rows = [["Force", "n"], ["Kent", 5], ["Essex", 6]]
    with pytest.raises(UnreadableFileError, match="'Essex' lies under the merged cells A2:A3") as caught:
        read_spreadsheet(written(tmp_path, rows, "ods", merges=[(1, 0, 2, 0)]))
    assert [problem.cell for problem in caught.value.problems] == ["A3"]


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_count_merged_over_two_rows_is_refused_by_every_reader(tmp_path, form):
    rows = [PUBLISHED, *recorded_rows()[:2]]
    rows[2][-1] = None
    path = write_shifted(tmp_path / f"a.{form}", "2012_13", rows, down=0, right=1, merges=[(1, 7, 2, 7)])
    with pytest.raises(UnreadableFileError, match="sheet '2012_13', I2: one number"):
        read_recorded_crime(path)
    rows = [["Area Code", "Area Name", "n"], ["E23000032", "Kent", 5], ["E23000031", "Surrey", None]]
    path = write_shifted(tmp_path / f"b.{form}", "Table P1", rows, down=1, right=1, merges=[(1, 2, 2, 2)])
    with pytest.raises(UnreadableFileError, match="sheet 'Table P1', D3: one number"):
        read_pfa_tables(path)


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_force_merged_over_its_rows_is_read_by_the_readers_of_open_data(tmp_path, form):
    rows = [list(row) for row in [PUBLISHED, *recorded_rows()[:3]]]
    expected = [row[2] for row in rows[1:]]
    rows[2][2] = rows[3][2] = None
    path = write_shifted(tmp_path / f"a.{form}", "2012_13", rows, down=1, right=1, merges=[(1, 2, 3, 2)])
    assert read_recorded_crime(path)["Force Name"].tolist() == expected


def test_cells_in_error_are_named_and_stay_what_they_show_and_harm_no_other(tmp_path):
    sheets = {"Data": [["Force", "n"], ["Kent", 5]], "Workings": [["a", "b"], [1, Fault()]]}
    with pytest.warns(UserWarning, match="cells show an error .*: sheet 'Workings', B2: #DIV/0!. They stay") as caught:
        tables = read_spreadsheet(write_xlsx(tmp_path / "a.xlsx", sheets))
    assert tables["Data"].frame["n"].tolist() == ["5"]
    assert tables["Workings"].frame["b"].tolist() == ["#DIV/0!"]
    assert len(caught) == 1


@pytest.mark.parametrize("amount", ["2020", "<5", "less than 10"])
def test_an_amount_merged_over_several_rows_is_refused_also_where_it_looks_like_a_year(tmp_path, amount):
    # Written into each row it would be counted twice.
    rows = [["Force", "n"], ["Kent", amount], ["Surrey", None], ["Essex", "4"]]
    with pytest.raises(UnreadableFileError, match=f"one number, '{amount}', is merged over B2:B3"):
        read_spreadsheet(written(tmp_path, rows, merges=[(1, 1, 2, 1)]))
    years = [["Force", "Year"], ["Kent", "2020"], ["Surrey", None], ["Essex", "2021"]]
    table = only(written(tmp_path, years, merges=[(1, 1, 2, 1)]))
    assert table.frame["Year"].tolist() == ["2020", "2020", "2021"]
