"""What published totals, parts and shares imply together: each row of the study by hand, and planted ones."""

from dataclasses import replace
from pathlib import Path

import pytest

from cseanalysis.register import Figure
from cseanalysis.study import load_figures
from cseanalysis.study.comparisons.reconciled import Case, cases, reconcile_case, reconciled_table

ROOT = Path(__file__).resolve().parents[2]
CASES = cases(ROOT)
TABLE = reconciled_table(load_figures(ROOT), CASES)


# What does not matter here, the same for all.
BLANK = Figure(
    **dict.fromkeys(("base", "known_share", "unknown_share", "relays", "note"), ""),
    **dict.fromkeys(("low", "high"), 0),
    **dict.fromkeys(("supersedes", "conflicts_with", "breaks"), ()),
    **dict.fromkeys(("period_start", "period_end", "rounded_to")),
    **dict.fromkeys(("id", "statement", "published", "definition", "source", "locator"), "x"),
    **dict.fromkeys(("time_basis", "counter", "stage", "status", "sex", "ages"), "unknown"),
    qualifier="exact",
    unit="offences",
    category="csae",
    geography="Wales",
    coverage="unknown",
    period_type="custom",
    tier="A",
)


def printed(name, words, qualifier, *numbers, **more):
    low, high, width = (*numbers, None)[:3]
    return replace(BLANK, id=name, published=words, qualifier=qualifier, low=low, high=high, rounded_to=width, **more)


WHOLE = printed("W", "1,000", "exact", 1000, 1000)
PART = printed("P", "400", "exact", 400, 400)
SHARE = printed("S", "40%", "exact", 40, 40, 1, unit="per_cent", base="offences")


def rest(part, whole=WHOLE):
    """Return low and high of what one part leaves of a total."""
    said = reconcile_case(Case("A table", "W", ("P",), "others", None, None, "r"), {"W": whole, "P": part})
    row = said.residuals.iloc[0]
    return row["low"], row["high"]


# Worked out on paper from the figures as printed.
BY_HAND = (
    # 4,228 - 1,125 - 717 = 2,386 of which at least 301 are institutional
    "Left for classes that no statement quotes: from 0 to 2,085.",
    # more than 4,000 has no upper end; 1,150 + 701 + 301 fit into it
    "Left for classes that no statement quotes: nothing bounds it from above.",
    # 25.5% of 4,228 is 1,078.14 and 26.5% is 1,120.42: 1,125 lies 4.58 above
    "Cannot all be true, by at least 4.58 counts: F022 with F023 with F025.",
    # 4,571 + 82 = 4,653, two short of 4,655
    "Cannot all be true, by at least 2 counts: F180 with F211 with F212 with the parts add up.",
    "Left for sex not recorded: exactly 2.",
    # 2,016 - (958 + 442 + 297 + 260 = 1,957)
    "Left for no district: exactly 59.",
    # 3,821 + 7,524 + 5,360 + 885 + 2,504 + 9,646 + 8,562 + 14,544 + 1,206 + 290 + 4,444 = 58,786
    "The parts add up to the total.",
    # 287 + 528 + 259 + 363 = 1,437
    "The parts add up to the total.",
    # 8,265 - (2,126 + 1,089 + 875 = 4,090)
    "Left for the force not named: exactly 4,175.",
    # 3,867 + 934 = 4,801
    "The parts add up to the total.",
    # 2.5 + 5 + 2.5 = 10 million
    "The parts add up to the total.",
)


@pytest.mark.parametrize(
    ("title", "found", "worked_out"),
    list(zip([case.title for case in CASES], TABLE["follows"], BY_HAND, strict=True)),
)
def test_each_row_is_what_the_printed_figures_give_by_hand(title, found, worked_out):
    assert found == worked_out, title


def test_each_row_shows_its_figures_as_printed_and_counts_those_left_out():
    assert TABLE["title"].tolist() == [case.title for case in CASES]
    assert TABLE["printed"][1] == "F551 more than 4,000, F549 around 1,100, F550 over 700, F548 over 300"
    assert TABLE["printed"][6].endswith("F439 885 and 7 more parts")


@pytest.mark.parametrize(
    ("part", "left"),
    [
        (PART, (600, 600)),
        (printed("P", "over 400", "more_than", 400, None), (0, 599)),
        (printed("P", "at least 400", "at_least", 400, None), (0, 600)),
        (printed("P", "under 400", "less_than", None, 400), (601, 1000)),
        (printed("P", "up to 400", "at_most", None, 400), (600, 1000)),
        (printed("P", "nearly 400", "nearly", None, 400), (600, 1000)),
        (printed("P", "300 to 400", "range", 300, 400), (600, 700)),
        (printed("P", "around 400", "around", 400, 400, 100), (550, 650)),
        (printed("P", "400", "exact", 400, 400, 5), (598, 602)),  # 397.5 to 402.5
        (printed("P", "a third or so", "around", 300, 400, 100), (550, 750)),
    ],
)
def test_a_count_leaves_what_its_printed_words_leave(part, left):
    assert rest(part) == left


def test_a_repetition_is_read_as_it_was_printed_not_as_the_record_that_it_repeats():
    vague = replace(printed("P", "over 400", "more_than", 400, None, relays="F9"), meant=(450.0, 450.0))
    assert rest(vague) == (0, 599)


def test_a_count_printed_with_a_fraction_is_refused_not_cut():
    with pytest.raises(ValueError, match=r"P was printed as '£400.90', read with 400.9; counts are whole"):
        rest(printed("P", "£400.90", "exact", 400.9, 400.9, 0.1, unit="pounds"))
    with pytest.raises(ValueError, match=r"read with 0.5"):
        rest(printed("P", "400", "exact", 400, 400, 0.5))
    with pytest.raises(ValueError, match="is words"):
        rest(printed("P", "most", "text", None, None, unit="none"))


def with_share(figure):
    case = Case("A table", "W", ("P",), "others", "S", "P", "r")
    return reconcile_case(case, {"W": WHOLE, "P": printed("P", "at most 1,000", "at_most", None, 1000), "S": figure})


def test_a_share_bounds_its_part_by_the_width_of_its_rounding():
    cells = with_share(SHARE).cells.set_index("cell")
    assert cells.loc["P", ["low", "high"]].tolist() == [395, 405]


@pytest.mark.parametrize(
    "figure",
    [
        printed("S", "30 to 40%", "range", 30, 40, unit="per_cent", base="offences"),
        printed("S", "over 40%", "more_than", 40, None, unit="per_cent", base="offences"),
        printed("S", "up to 40%", "at_most", None, 40, unit="per_cent", base="offences"),
        printed("S", "33 to 34%", "around", 33, 34, 1, unit="per_cent", base="offences"),
    ],
)
def test_a_share_without_one_number_or_the_width_of_its_rounding_is_refused(figure):
    with pytest.raises(ValueError, match=r"share S .* only one number with the width"):
        with_share(figure)


def test_a_share_that_does_not_say_of_what_it_is_one_is_refused():
    with pytest.raises(ValueError, match="without the other; give both"):
        reconcile_case(Case("A table", "W", ("P",), "others", "S", None, "r"), {"W": WHOLE, "P": PART, "S": SHARE})


def test_what_the_parts_leave_is_called_what_the_table_of_judgements_calls_it(tmp_path):
    (tmp_path / "assumptions.toml").write_text("")
    for folder, name, text in (
        ("raw", "sources.toml", ""),
        ("judgement", "reconciled_tables.csv", "title,whole,parts,rest,share,share_of,reason\nNow,F180,F212,men,,,r\n"),
    ):
        (tmp_path / "data" / folder).mkdir(parents=True)
        (tmp_path / "data" / folder / name).write_text(text)
    table = reconciled_table(load_figures(ROOT), cases(tmp_path))
    assert table.to_numpy().tolist() == [["Now", "F180 4,655, F212 82", "Left for men: exactly 4,573."]]


def test_offences_and_pounds_are_not_added_up():
    money = replace(PART, unit="pounds", rounded_to=1)
    with pytest.raises(ValueError, match=r"reconciled_tables\.csv, A table: adds up offences and pounds; name"):
        reconcile_case(Case("A table", "W", ("P",), "others", None, None, "r"), {"W": WHOLE, "P": money})


def test_a_figure_that_stands_twice_is_refused_with_the_table_that_says_so():
    with pytest.raises(ValueError, match=r"reconciled_tables\.csv, A table: .* stands twice"):
        reconcile_case(Case("A table", "W", ("P", "P"), "others", None, None, "r"), {"W": WHOLE, "P": PART})
