"""What may be added, and what must stay refused: beside every addition stand the pairs that it does not let through."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cseanalysis import load_figures
from cseanalysis.register import IncomparableError
from cseanalysis.register.claims.additions import add, per_day, rest_of_whole, witnesses

FIGURES = load_figures(Path(__file__).resolve().parents[2])
YEAR, LATER = FIGURES["F031"], FIGURES["F035"]


def test_two_periods_that_follow_on_under_one_rule_add_up():
    found = add([LATER, YEAR])
    assert (found.low, found.start, found.end) == (1147, date(2023, 4, 1), date(2024, 12, 31))
    assert [one.id for one in found.figures] == ["F031", "F035"]


def test_women_and_men_of_one_year_add_up():
    found = add([FIGURES["F199"], FIGURES["F200"]])
    assert (found.low, found.high) == (3441 + 53, 3441 + 53)


def test_ages_that_have_no_year_in_common_add_up():
    young = replace(FIGURES["F230"], id="A", category="prosecuted", ages="under 13")
    older = replace(FIGURES["F232"], id="B", category="prosecuted", ages="13 to 15")
    assert add([young, older]).low == young.low + older.low


@pytest.mark.parametrize(
    ("pair", "why"),
    [
        (("F031", "F034"), "lineage"),  # one number, printed twice
        (("F022", "F024"), "category"),  # a whole and a part of it
        (("F023", "F024"), "category"),  # two classes, which may overlap
        (("F024", "F103"), "period"),  # 2023 and nine months of 2024 do follow on; 2024 and the nine months do not
        (("F036", "F040"), "counter"),  # counts as at a day
        (("F001", "F008"), "coverage"),  # 42 and 44 forces
        (("F022", "F032"), "unit"),  # offences and victims
        (("F113", "F128"), "counter"),  # shares
        (("F265", "F485"), "geography"),  # England and Wales, and the United Kingdom
        (("F302", "F304"), "period"),  # three years lie between
        (("F415", "F418"), "geography"),  # two forces
    ],
)
def test_what_must_not_be_added_stays_refused(pair, why):
    first, second = (FIGURES[name] for name in pair)
    if pair == ("F024", "F103"):
        assert add([first, second]).low == 717 + 572
        first = FIGURES["F028"]
    with pytest.raises(IncomparableError, match=why):
        add([first, second])


@pytest.mark.parametrize(
    "changed",
    [
        {"definition": "rule"},
        {"category": "other"},
        {"geography": "Wales"},
        {"geography": "unknown"},
        {"coverage": "42 forces"},
        {"coverage": "unknown"},
        {"ages": "under 16"},
        {"sex": "female"},
        {"time_basis": "charged"},
        {"stage": "charge"},
        {"counter": "cumulative"},
        {"unit": "suspects"},
        {"guessed": ("coverage",)},
        {"period_start": date(2024, 5, 1)},
        {"period_start": date(2024, 3, 1)},
        {"breaks": (date(2024, 4, 1),)},
    ],
    ids=str,
)
def test_one_difference_in_what_is_counted_refuses_a_sum(changed):
    with pytest.raises(IncomparableError):
        add([YEAR, replace(LATER, **changed)])


def test_one_figure_is_no_sum():
    with pytest.raises(IncomparableError, match="name two"):
        add([YEAR])


def test_what_a_share_leaves_is_the_rest_of_all_records():
    assert rest_of_whole(FIGURES["F102"]) == (65.5, 66.5)
    low, high = rest_of_whole(FIGURES["F099"])  # of 34% who say, 83%: among all 28% to 95%
    assert (low < 6, high > 71) == (True, True)
    with pytest.raises(ValueError, match="only a share"):
        rest_of_whole(FIGURES["F022"])


def test_a_rate_a_day_is_of_events_in_known_days_only():
    assert per_day(FIGURES["F024"]) == (717 / 365, 717 / 365)
    for name in ("F036", "F113", "F052"):
        with pytest.raises(ValueError, match="no count of events"):
            per_day(FIGURES[name])


def test_copies_of_a_number_are_one_witness_and_the_original_stands_for_them():
    several = [FIGURES[name] for name in ("F056", "F040", "F058", "F022")]
    assert [one.id for one in witnesses(several)] == ["F040", "F022"]
