import dataclasses
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cseanalysis.register.reconciliation import conflicts, linear
from cseanalysis.register.reconciliation.cells import reconcile
from cseanalysis.register.reconciliation.statements import (
    FINEST,
    LARGEST,
    Row,
    Statement,
    adds_up,
    count,
    part_of,
    share,
)

TOP = 6  # cells of the random tables run from 0 to here


def ranges(found):
    cells = found.cells.astype(object).where(found.cells.notna(), None)
    return {row.cell: (row.low, row.high) for row in cells.itertuples()}


# Published figures, worked out by hand.

QUOTED = [
    count("group_based", 4228, id="F022"),
    count("familial", 1125, id="F023"),
    count("exploitation", 717, id="F024"),
    count("institutional", more_than=300, id="over 300"),
    adds_up("group_based", ["familial", "exploitation", "institutional"], residual="not_quoted", id="classes"),
]


def test_the_quoted_classes_leave_at_most_2085_of_4228_offences_to_classes_that_nobody_quotes():
    found = reconcile(QUOTED)
    expected = pd.DataFrame(
        {
            "cell": pd.Series(["group_based", "familial", "exploitation", "institutional", "not_quoted"], dtype=object),
            "low": pd.array([4228, 1125, 717, 301, 0], dtype="Int64"),
            "high": pd.array([4228, 1125, 717, 4228 - 1125 - 717, 4228 - 1125 - 717 - 301], dtype="Int64"),
            "published": [True, True, True, True, False],
            "sharp": True,
        }
    )
    pd.testing.assert_frame_equal(found.cells, expected)
    assert found.residuals.to_dict("records") == [
        {"statement": "classes", "cell": "not_quoted", "low": 0, "high": 2085},
    ]
    assert found.conflicts == ()


def test_a_printed_26_per_cent_cannot_be_rounded_from_1125_of_4228_which_is_26_6():
    found = reconcile([*QUOTED, share("familial", of="group_based", per_cent=26, rounded_to=1, id="F025")])
    assert found.conflicts == (("F022", "F023", "F025"),)
    assert found.smallest
    assert found.repairs == ("F022", "F023", "F025")
    assert found.gaps[0] == pytest.approx(1125 - 0.265 * 4228)
    assert found.cells.empty
    assert found.residuals.loc[0, ["low", "high"]].isna().all()
    assert "F022; F023; F025" in found.text


def test_the_same_share_to_the_nearest_tenth_or_cut_off_is_no_contradiction():
    assert not reconcile([*QUOTED, share("familial", of="group_based", per_cent=26.6, rounded_to=0.1)]).conflicts
    assert not reconcile([*QUOTED, share("familial", of="group_based", at_least=26, less_than=27)]).conflicts


def test_rounded_words_alone_leave_wide_ranges_and_the_unbounded_stays_unbounded():
    found = reconcile(
        [
            count("group_based", more_than=4000),
            count("familial", 1100, rounded_to=100),
            count("exploitation", more_than=700),
            count("institutional", more_than=300),
            adds_up("group_based", ["familial", "exploitation", "institutional"], residual="not_quoted"),
        ]
    )
    assert ranges(found) == {
        "group_based": (4001, None),
        "familial": (1050, 1150),
        "exploitation": (701, None),
        "institutional": (301, None),
        "not_quoted": (0, None),
    }
    assert found.cells["sharp"].all()
    assert "not_quoted: 0 or more, no bound above" in found.text


def test_men_and_women_two_short_of_the_published_total_are_a_contradiction_until_a_residual_is_admitted():
    parts = [count("men", 4571, id="F211"), count("women", 82, id="F212")]
    together = reconcile([*parts, count(["men", "women"], 4655, id="WQ 209019")])
    assert together.conflicts == (("F211", "F212", "WQ 209019"),)
    assert together.gaps == (pytest.approx(2),)
    total = count("prosecuted", 4655, id="WQ 209019")
    claimed = reconcile([*parts, total, adds_up("prosecuted", ["men", "women"], residual=None, id="sexes")])
    assert claimed.conflicts == (("F211", "F212", "WQ 209019", "sexes"),)
    assert claimed.repairs == claimed.conflicts[0]
    admitted = reconcile([*parts, total, adds_up("prosecuted", ["men", "women"], residual="sex not recorded")])
    assert ranges(admitted)["sex not recorded"] == (2, 2)


def test_four_districts_leave_59_arrests_of_the_force_total_to_no_district():
    districts = {"Rotherham": 958, "Sheffield": 442, "Doncaster": 297, "Barnsley": 260}
    found = reconcile(
        [
            *(count(name, value) for name, value in districts.items()),
            count("South Yorkshire", 2016),
            adds_up("South Yorkshire", list(districts), residual="no district"),
        ]
    )
    assert found.residuals[["cell", "low", "high"]].to_dict("records") == [
        {"cell": "no district", "low": 59, "high": 59}
    ]


def test_a_sum_said_to_be_complete_still_shows_its_residual_as_nought():
    found = reconcile([count("a", 1), count("b", 2), adds_up("all", ["a", "b"], residual=None, id="sum")])
    row = found.residuals.iloc[0]
    assert (row["statement"], row["cell"], row["low"], row["high"]) == ("sum", None, 0, 0)


def test_one_suppressed_force_is_laid_open_by_the_total_and_two_are_not():
    forces = [f"force {number}" for number in range(43)]
    total = [adds_up("England and Wales", forces, residual=None), count("England and Wales", 4103)]
    known = [count(force, 100) for force in forces[:41]]
    hidden = [count(force, at_most=4) for force in forces[41:]]
    assert ranges(reconcile([*total, *known, *hidden]))["force 42"] == (0, 3)
    known.append(count(forces[41], 1, id="answer to a request"))
    assert ranges(reconcile([*total, *known, hidden[1]]))["force 42"] == (2, 2)


def test_years_within_a_published_cumulative_count_bound_the_year_that_was_not_published():
    found = reconcile(
        [
            count(["2023/24", "2024/25"], 1000, rounded_to=100),
            count("2023/24", more_than=550),
            adds_up("2024/25", ["April to December 2024"], residual="January to March 2025"),
            count("April to December 2024", 597),
        ]
    )
    # 1,050 less 551 is below 597: the two counters cannot be the same thing.
    assert len(found.conflicts) == 1
    assert found.gaps[0] == pytest.approx(551 + 597 - 1050)


def test_the_known_part_of_a_known_part_bounds_the_whole():
    # 83% of the 34% whose ethnicity is known: between 28% and 94% of 1,000 suspects, before any assumption.
    found = ranges(
        reconcile(
            [
                count("suspects", 1000),
                share("known", of="suspects", per_cent=34, rounded_to=1),
                share("known Asian", of="known", per_cent=83, rounded_to=1),
                adds_up("suspects", ["known", "unknown"], residual=None),
                adds_up("Asian", ["known Asian", "unknown Asian"], residual=None),
                part_of("unknown Asian", "unknown"),
            ]
        )
    )
    assert found["known"] == (335, 345)
    assert found["known Asian"] == (277, 288)
    # Most: 335 known, of whom 279 (82.5% is 276.4, 83.5% is 279.7), and all 665 unknown.
    assert found["Asian"] == (277, 279 + 665)


# Rounding and numbers.


@pytest.mark.parametrize(("part", "whole", "per_cent", "rounded_to"), [(53, 200, 26, 1), (51, 200, 26, 1)])
def test_a_share_on_the_very_edge_of_its_rounding_is_no_contradiction(part, whole, per_cent, rounded_to):
    # 53 of 200 is exactly 26.5%, which rounds to 26 (half to even) and to 27; 51 of 200 is exactly 25.5%.
    for size in (1, 25_000, 4_000_000):
        figures = [count("part", part * size), count("whole", whole * size)]
        assert not reconcile([*figures, share("part", of="whole", per_cent=per_cent, rounded_to=rounded_to)]).conflicts


@pytest.mark.parametrize("size", [1, 25_000, 4_000_000])
def test_one_offence_beyond_the_edge_is_a_contradiction_however_large_the_counts(size):
    figures = [count("part", 53 * size + 1), count("whole", 200 * size)]
    assert len(reconcile([*figures, share("part", of="whole", per_cent=26, rounded_to=1)]).conflicts) == 1


@settings(deadline=None, max_examples=12)
@given(
    parts=st.lists(st.integers(0, 3_000_000), min_size=2, max_size=5),
    width=st.sampled_from([1, 5, 10, 1000]),
    decimals=st.sampled_from([0, 1, 2]),
)
def test_rounding_what_is_consistent_never_makes_a_contradiction_and_never_excludes_the_truth(parts, width, decimals):
    names = [f"part {number}" for number in range(len(parts))]
    whole = sum(parts)
    said = [
        *(count(name, width * round(part / width), rounded_to=width) for name, part in zip(names, parts, strict=True)),
        count("whole", width * round(whole / width), rounded_to=width),
        adds_up("whole", names, residual=None),
    ]
    if whole:
        said += [
            share(name, of="whole", per_cent=round(100 * part / whole, decimals), rounded_to=10.0**-decimals)
            for name, part in zip(names, parts, strict=True)
        ]
    found = reconcile(said)
    assert found.conflicts == ()
    for name, truth in zip([*names, "whole"], [*parts, whole], strict=True):
        low, high = ranges(found)[name]
        assert low <= truth <= high


def test_a_share_that_fits_only_fractions_of_a_person_is_a_contradiction():
    found = reconcile([count("all", 3), share("some", of="all", per_cent=25, rounded_to=1)])
    assert len(found.conflicts) == 1
    assert len(found.conflicts[0]) == 2
    assert found.gaps == (0.0,)
    assert "for whole numbers" in found.text


def test_ranges_are_those_of_whole_numbers_where_the_linear_programme_ends_on_fractions():
    # Three pairs that each hold at most 1: the linear programme allows 1.5 in all, whole numbers 1.
    pairs = [count([one, other], at_most=1) for one, other in itertools.combinations("abc", 2)]
    found = reconcile([*pairs, adds_up("all", ["a", "b", "c"], residual=None)])
    assert ranges(found)["all"] == (0, 1)
    assert found.cells["sharp"].all()


def test_where_whole_numbers_are_not_searched_the_wider_range_says_that_it_may_not_be_sharp(monkeypatch):
    # Five cells of which any two hold at most 1: at most 1 in all, 2.5 in fractions.
    pairs = [count([one, other], at_most=1) for one, other in itertools.combinations("abcde", 2)]
    said = [*pairs, adds_up("all", list("abcde"), residual=None)]
    assert ranges(reconcile(said))["all"] == (0, 1)
    monkeypatch.setattr(linear, "_SMALL", 0)
    found = reconcile(said)
    assert ranges(found)["all"] == (0, 2)
    assert not found.cells.set_index("cell").loc["all", "sharp"]


def test_more_than_half_excludes_half():
    assert ranges(reconcile([count("all", 10), share("part", of="all", more_than=50)]))["part"] == (6, 10)
    assert ranges(reconcile([count("all", 10), share("part", of="all", at_least=50)]))["part"] == (5, 10)
    assert ranges(reconcile([count("all", 10), share("part", of="all", less_than=50)]))["part"] == (0, 4)


def test_nothing_said_from_above_is_no_bound_and_not_a_large_number():
    found = reconcile([count("a", at_least=2), part_of("a", "b")])
    assert found.cells["high"].isna().all()
    assert ranges(found)["b"] == (2, None)


# Contradictions.


def test_contradictions_in_separate_parts_of_the_table_are_all_named():
    found = reconcile(
        [
            *(count("a", 1, id="a1"), count("a", 2, id="a2")),
            *(count("b", 1, id="b1"), part_of("b", "c", id="bc"), count("c", 0, id="c0")),
            count("d", 5, id="d5"),
        ]
    )
    assert found.conflicts == (("a1", "a2"), ("b1", "bc", "c0"))
    assert found.repairs == ()  # no single statement mends both
    assert found.gaps == (pytest.approx(1), pytest.approx(1))


def test_all_smallest_contradictions_are_named_and_the_statement_they_share_is_the_one_to_drop():
    found = reconcile([count("a", 5, id="odd"), *(count("a", 7, id=f"source {number}") for number in range(3))])
    assert found.conflicts == tuple(("odd", f"source {number}") for number in range(3))
    assert found.repairs == ("odd",)


def test_a_smaller_contradiction_is_preferred_to_the_longer_one():
    forces = [f"force {number}" for number in range(20)]
    said = [
        *(count(force, 10) for force in forces),
        *(count("all", 300, id="all"), adds_up("all", forces, residual=None, id="sum")),
    ]
    assert len(reconcile(said).conflicts[0]) == 22
    assert reconcile([*said, count("all", at_most=250, id="cap")]).conflicts == (("all", "cap"),)


def test_a_contradiction_between_statements_whose_rows_share_no_cell_is_named_once():
    # Each of the two says two things about cells that nothing else ties together, as a table read in one piece does.
    both = Row(("a",), (1,), 5, 5), Row(("b",), (1,), 7, 7), Row(("c",), (1,), 9, 9)
    other = Row(("a",), (1,), 6, 6), Row(("b",), (1,), 8, 8), Row(("c",), (1,), 9, 9)
    said = [Statement("one", "one table", both), Statement("other", "another table", other), count("d", 1, id="d1")]
    found = reconcile(said)
    assert found.conflicts == (("one", "other"),)
    assert found.gaps == (pytest.approx(2),)
    assert found.repairs == ("one", "other")


def test_statements_tied_by_another_alone_hang_together_so_that_only_their_smallest_contradiction_is_named():
    table = Statement("table", "a table", (Row(("a",), (1,), 5, 5), Row(("b",), (1,), 7, 7)))
    found = reconcile([table, count("a", 6, id="a6"), part_of("b", "c", id="bc"), count("c", 0, id="c0")])
    assert found.conflicts == (("table", "a6"),)  # not also the three of b and c, which are two parts only to cells
    assert found.repairs == ("table",)
    assert found.smallest


def test_at_most_ten_contradictions_are_listed():
    said = [count("a", value, id=str(value)) for value in range(6)]  # 15 pairs
    assert len(reconcile(said).conflicts) == 10


# Random small tables against all their completions.

CELLS = ["a", "b", "c", "d"]


@st.composite
def sums(draw, among):
    """Counts of cells and of cells together, exact, rounded or with ends."""
    cells = draw(st.lists(st.sampled_from(among), min_size=1, max_size=3, unique=True))
    low = draw(st.integers(0, TOP + 3))
    kind = draw(st.sampled_from(["exact", "rounded", "low", "high", "both"]))
    if kind == "exact":
        return cells, {"value": low}
    if kind == "rounded":
        return cells, {"value": low - low % 2, "rounded_to": 2}  # a number rounded to twos is even
    high = draw(st.integers(low, TOP + 6))
    return cells, {"low": {"at_least": low}, "high": {"at_most": high}, "both": {"at_least": low, "at_most": high}}[
        kind
    ]


@st.composite
def statements(draw, *, among=CELLS, shares=True):
    counts = draw(st.lists(sums(among), max_size=5))
    said = [count(cells, **how, id=f"count {n}") for n, (cells, how) in enumerate(counts)]
    for n in range(draw(st.integers(0, 2))):
        first, *rest = draw(st.permutations(among))[: draw(st.integers(2, len(among)))]
        kind = draw(st.sampled_from(["adds", "part", "share"] if shares else ["adds", "part"]))
        if kind == "adds":
            residual = rest.pop() if len(rest) > 1 and draw(st.booleans()) else None
            said.append(adds_up(first, rest, residual=residual, id=f"adds {n}"))
        elif kind == "part":
            said.append(part_of(first, rest[0], id=f"part {n}"))
        else:
            per_cent = draw(st.sampled_from([0, 10, 25, 33, 50, 67, 100]))
            said.append(share(first, of=rest[0], per_cent=per_cent, rounded_to=5, id=f"share {n}"))
    # Ties all cells into one table and keeps them to the numbers that can be tried out.
    return [*said, *(count(cell, at_most=TOP) for cell in among), count(among, at_least=0, id="tie")]


def completions_of(said, cells, top):
    """All tables with cells up to ``top`` that meet the statements, one row each, by trying every one."""
    grid = np.indices((top + 1,) * len(cells)).reshape(len(cells), -1)
    fits = np.ones(grid.shape[1], dtype=bool)
    for row in (row for statement in said for row in statement.rows):
        total = sum(k * grid[cells.index(cell)] for cell, k in zip(row.cells, row.coefficients, strict=True))
        fits &= (row.low <= total) & (total <= row.high)
    return grid[:, fits].T


@settings(deadline=None, max_examples=16)
@given(statements())
def test_ranges_are_exactly_those_of_all_completions(said):
    found = reconcile(said)
    completions = completions_of(said, CELLS, TOP)
    assert bool(found.conflicts) == (len(completions) == 0)
    if len(completions):
        low, high = completions.min(axis=0), completions.max(axis=0)
        assert ranges(found) == {cell: (low[n], high[n]) for n, cell in enumerate(CELLS)}
        assert found.cells["sharp"].all()


@settings(deadline=None, max_examples=10)
@given(statements())
def test_without_the_search_for_whole_numbers_ranges_still_contain_all_completions(said):
    completions = completions_of(said, CELLS, TOP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linear, "_SMALL", 0)
        found = reconcile(said)
    if len(completions):
        for row in found.cells.itertuples():
            column = completions[:, CELLS.index(row.cell)]
            assert row.low <= column.min() <= column.max() <= row.high
            assert not row.sharp or (row.low, row.high) == (column.min(), column.max())


@settings(deadline=None, max_examples=12)
@given(statements(shares=False))
def test_pure_sums_need_no_search_where_each_cell_stands_in_one_sum_and_its_own_count(said):
    # Sums that do not share cells form a totally unimodular table, whose linear programme ends on whole numbers.
    used: set[str] = set()
    disjoint = []
    for statement in said[:-1]:
        cells = {cell for row in statement.rows for cell in row.cells}
        if len(cells) == 1 or not cells & used:
            disjoint.append(statement)
            used |= cells if len(cells) > 1 else set()
    completions = completions_of(disjoint, CELLS, TOP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linear, "_SMALL", 0)
        found = reconcile(disjoint)
    assert bool(found.conflicts) == (len(completions) == 0)
    for cell, (low, high) in ranges(found).items():
        column = completions[:, CELLS.index(cell)]
        assert (low, high) == (column.min(), column.max())


@settings(deadline=None, max_examples=10)
@given(statements())
def test_without_the_search_for_the_smallest_a_contradiction_is_irreducible_and_says_so(said):
    exact = reconcile(said)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conflicts, "_SEARCHED", 0)
        found = reconcile(said)
    assert bool(found.conflicts) == bool(exact.conflicts)
    assert found.smallest == (not found.conflicts)
    by_id = {statement.id: dataclasses.replace(statement, base=None) for statement in said}
    for names in found.conflicts:
        assert len(names) >= len(exact.conflicts[0])
        assert reconcile([by_id[name] for name in names]).conflicts
        for dropped in names if len(names) > 1 else ():
            assert not reconcile([by_id[name] for name in names if name != dropped]).conflicts


@settings(deadline=None, max_examples=12)
@given(statements(among=CELLS[:3], shares=False))
def test_the_contradictions_named_are_exactly_the_smallest_subsets_without_a_completion(said):
    found = reconcile(said)
    if not found.conflicts:
        return
    size = len(found.conflicts[0])
    by_id = {statement.id: statement for statement in said}
    wrong = [
        names
        for length in range(1, min(size, 3) + 1)
        for names in itertools.combinations(by_id, length)
        if not feasible_alone([by_id[name] for name in names])
    ]
    assert "tie" not in {name for conflict in found.conflicts for name in conflict}
    if size <= 3:
        assert set(found.conflicts) <= set(wrong)
        assert len(found.conflicts) == min(len(wrong), 10)
    else:
        assert wrong == []


def feasible_alone(said):
    """Whether any table meets the statements; without the caps a sum may have to be larger than TOP."""
    cells = sorted({cell for statement in said for row in statement.rows for cell in row.cells})
    return len(completions_of(said, cells, 2 * (TOP + 6))) > 0


@settings(deadline=None, max_examples=8)
@given(statements(), st.randoms(use_true_random=False))
def test_the_order_of_the_statements_does_not_matter(said, random):
    shuffled = random.sample(said, len(said))
    one, other = reconcile(said), reconcile(shuffled)
    assert ranges(one) == ranges(other)
    if len(one.conflicts) < 10:
        assert {frozenset(conflict) for conflict in one.conflicts} == {frozenset(names) for names in other.conflicts}
    assert set(one.repairs) == set(other.repairs)


@settings(deadline=None, max_examples=8)
@given(statements(), statements())
def test_a_further_statement_never_widens_a_cell_and_never_mends_a_contradiction(said, others):
    more = reconcile([*said, Statement("further", "further", others[0].rows)])
    before = reconcile(said)
    assert bool(more.conflicts) >= bool(before.conflicts)
    for cell, (low, high) in ranges(more).items():
        assert ranges(before)[cell][0] <= low <= high <= ranges(before)[cell][1]


# Words and refusals.


def test_numbers_from_tables_are_numbers_and_the_finest_share_is_worked_out():
    said = [count("a", np.int64(5)), count("b", np.float64(7.0)), count("c", 5.0)]
    assert ranges(reconcile(said)) == {"a": (5, 5), "b": (7, 7), "c": (5, 5)}
    rare = share("rare", of="all", per_cent=FINEST, rounded_to=FINEST)
    # From half to one and a half per hundred million of a thousand million: 5 to 15.
    assert ranges(reconcile([count("all", LARGEST), rare]))["rare"] == (5, 15)


def test_ends_read_as_they_are_printed():
    assert count("a", at_least=3, at_most=9).says == "a is at least 3 and at most 9"
    assert count("a", less_than=9).rows[0].high == 8
    assert count("a", 0, rounded_to=100).rows[0].low == 0  # nought rounded to 100 is 0 to 50, and none is negative
    assert count([f"force {n}" for n in range(43)], 9).says.startswith("force 0, force 1, force 2, force 3 and 39 more")
    assert share("a", of="b", per_cent=99.9, rounded_to=1).rows[1].coefficients == (-1, 1)
    assert share(["a", "b"], of="c", at_most=50).says == "a and b together are at most 50% of c"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: count("a", -1), "give a whole number from 0"),
        (lambda: count("a", 1.5), "1.5 is not a count"),
        (lambda: count("a", math.nan), "nan is not a count"),
        (lambda: count("a", True), "True is not a count"),
        (lambda: count("a", 2 * 10**9), "is not a count"),
        (lambda: count("a"), "neither a value nor an end"),
        (lambda: count("a", 1, at_least=1), "a value and at_least"),
        (lambda: count("a", at_least=1, rounded_to=5), "belongs to a printed number"),
        (lambda: count("a", at_least=1, more_than=1), "both at_least and more_than"),
        (lambda: count("a", 1, rounded_to=0), "leave rounded_to out"),
        (
            lambda: count("a", 103, rounded_to=10),
            r"103 is no multiple of 10.*printed \(100 or 110\), or leave rounded_to",
        ),
        (
            lambda: count("a", 20, rounded_to=100),
            r"20 is no multiple of 100.*printed \(0 or 100\), or leave rounded_to",
        ),
        (lambda: count("a", 7, rounded_to=5), r"7 is no multiple of 5.*printed \(5 or 10\)"),
        (lambda: count("a", at_least=9, at_most=3), "low must not exceed high"),
        (lambda: count("a", more_than=9, less_than=10), "no whole number is"),
        (lambda: count("", 1), "none of them empty"),
        (lambda: count([], 1), "at least one name"),
        (lambda: count(["a", "a"], 1), "'a' stands twice"),
        (lambda: count("a", 1, id=" "), "empty id"),
        (lambda: share("a", of="a", per_cent=1, rounded_to=1), "share of itself"),
        (lambda: share("a", of="b", per_cent=26), "no printed share is exact"),
        (lambda: share("a", of="b", per_cent=26, rounded_to=0), "no printed share is exact"),
        (lambda: share("a", of="b", per_cent=101, rounded_to=1), "a share is a number from 0 to 100"),
        (lambda: share("a", of="b", more_than=50, at_most=50), "no share is"),
        (lambda: share("a", of="b"), "neither a value nor an end"),
        (lambda: part_of("a", "a"), "part of itself"),
        (lambda: adds_up("a", ["b", "a"], residual=None), "'a' stands twice"),
        (lambda: adds_up("a", ["b"], residual="b"), "'b' stands twice"),
        (lambda: adds_up("a", [], residual="b"), "at least one name"),
        (lambda: count("a", "5"), "'5' is not a count"),
        (lambda: count("a", at_most="5"), "'5' is not a count"),
        (lambda: count("a", 5, rounded_to="5"), "'5' is not a count"),
        (lambda: count(5, 1), "cells are 5; give at least one name"),
        (lambda: count("a", 1, id=7), "the id 7, which is no text"),
        (lambda: share("a", of="b", per_cent="26", rounded_to=1), "'26' per cent"),
        (lambda: share("a", of="b", per_cent="26"), "'26' per cent"),
        (lambda: share("a", of="b", per_cent=26, rounded_to="1"), "'1' per cent"),
        (lambda: share("a", of="b", per_cent=math.nan, rounded_to=1), "nan per cent"),
        (lambda: share("a", of="b", per_cent=1e-320, rounded_to=1e-320), "at least 0.000001 per cent"),
        (lambda: share("a", of="b", per_cent=26, rounded_to=1e-320), "at least 0.000001 per cent"),
        (lambda: share("a", of="b", more_than=1e-320), "at least 0.000001 per cent"),
        (lambda: share("a", of=["b", "c"], at_most=5), r"\['b', 'c'\] stands where one cell is named"),
        (lambda: part_of(["a", "b"], "c"), r"\['a', 'b'\] stands where one cell is named"),
        (lambda: part_of("a", " "), "' ' stands where one cell is named"),
        (lambda: adds_up("abc", "xy", residual=None), r"the parts of 'abc' are the text 'xy'; give a list of names"),
        (lambda: adds_up(["a", "b"], ["c"], residual=None), r"\['a', 'b'\] stands where one cell is named"),
        (lambda: adds_up("a", ["b"], residual=["c", "d"]), r"\['c', 'd'\] stands where one cell is named"),
        (lambda: reconcile([]), "needs at least one"),
        (lambda: reconcile(["a"]), "'a' among the statements; make each one by count"),
        (lambda: reconcile([count("a", 1), *"bcdefgh"]), "'b', 'c', 'd', 'e', 'f' and 2 more among the statements"),
        (lambda: reconcile("a"), "statements is one str"),
        (lambda: reconcile(count("a", 1)), "one Statement; give a list"),
        (lambda: reconcile(None), "one NoneType; give a list"),
        (lambda: reconcile([count("a", 1), count("a", 1)]), "ids that come twice: 'a is 1'"),
        (
            lambda: reconcile([count("group_based", 9), share("a", of="groupbased", per_cent=26, rounded_to=1)]),
            "share of 'groupbased', which no other statement counts",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_rule(make, words):
    with pytest.raises(ValueError, match=words):
        make()
