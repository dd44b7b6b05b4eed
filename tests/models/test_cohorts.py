"""Grouped counts become the tables that models take: nought where nobody closed, missing where nobody could look."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

from cseanalysis.models import cohort_incidence, cohort_tables, cumulative_incidence
from cseanalysis.values import NotEstimableError

UNTIL = pd.Period("2024Q1")
NAMES = ["period_start", "closed", "outcome_group", "cases"]


def cells(*rows):
    return pd.DataFrame(list(rows), columns=NAMES)


def day(text):
    return dt.date.fromisoformat(text)


HAND = cells(
    (day("2023-04-01"), day("2023-06-30"), "charged", 2),
    (day("2023-04-01"), day("2024-03-31"), "charged", 1),
    (day("2023-04-01"), None, "open", 7),
    (day("2023-12-31"), day("2024-01-01"), "dropped", 4),
    (day("2023-12-31"), None, None, 6),
)


def test_a_table_counted_by_hand():
    entered, outcomes = cohort_tables(HAND, until=UNTIL)
    assert [str(cohort) for cohort in entered.index] == ["2023Q2", "2023Q3", "2023Q4"]
    assert entered.tolist() == [10, 0, 10]  # nobody was recorded in the third quarter
    nan = np.nan
    assert list(outcomes) == ["charged", "dropped"]
    np.testing.assert_array_equal(outcomes["charged"], [[2, 0, 0, 1], [0, 0, 0, nan], [0, 0, nan, nan]])
    np.testing.assert_array_equal(outcomes["dropped"], [[0, 0, 0, 0], [0, 0, 0, nan], [0, 4, nan, nan]])


def test_cases_are_taken_as_they_stood_so_what_happened_later_is_not_yet_seen():
    entered, outcomes = cohort_tables(HAND, until=pd.Period("2023Q3"))
    assert entered.to_dict() == {pd.Period("2023Q2"): 10}
    assert list(outcomes) == ["charged"]
    assert outcomes["charged"].to_numpy().tolist() == [[2.0, 0.0]]  # the last charge came after that day


@pytest.mark.parametrize(("unit", "ages"), [("M", [2, 11]), ("Q", [0, 3]), ("Y", [0, 1])])
def test_the_unit_is_the_one_of_the_last_period(unit, ages):
    _, outcomes = cohort_tables(HAND, until=pd.Period("2024-03", freq=unit))
    charged = outcomes["charged"].iloc[0]
    assert charged[charged > 0].index.tolist() == ages


def test_periods_and_timestamps_and_dates_are_the_same_and_rows_may_be_split():
    expected = cohort_tables(HAND, until=UNTIL)
    stamps = HAND.assign(**{name: pd.to_datetime(HAND[name]) for name in NAMES[:2]})
    periods = HAND.assign(**{name: pd.to_datetime(HAND[name]).dt.to_period("Q") for name in NAMES[:2]})
    single = HAND.loc[HAND.index.repeat(HAND["cases"])].assign(cases=1).sample(frac=1, random_state=0)
    for other in (stamps, periods, single):
        entered, outcomes = cohort_tables(other, until=UNTIL)
        assert_series_equal(entered, expected[0])
        for label in expected[1]:
            assert_frame_equal(outcomes[label], expected[1][label])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (HAND.drop(columns="cases"), "no column 'cases'"),
        (HAND.assign(cases=[2, 1, 7, -4, 6]), r"holds \[-4\]: must be whole counts"),
        (HAND.assign(cases=[2, 1.5, 7, 4, 6]), r"holds \[1.5\]"),
        (HAND.assign(cases=[2, 1, 7, 4, None]), "whole counts"),
        (HAND.assign(period_start=[None, *HAND["period_start"][1:]]), "2 cases in 1 cells: no date of recording"),
        (HAND.assign(closed=[day("2023-03-31"), *HAND["closed"][1:]]), "2 cases in 1 cells: closed before"),
        (HAND.assign(outcome_group=[None, *HAND["outcome_group"][1:]]), "closed without an outcome"),
        (HAND.assign(closed="01/02/2023"), "holds '01/02/2023': give dates"),
        (HAND.assign(period_start=20230401), "holds '20230401': give dates"),
    ],
)
def test_what_would_be_guessed_or_lost_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        cohort_tables(wrong, until=UNTIL)


def test_the_last_period_must_be_one_and_lie_in_the_records():
    with pytest.raises(ValueError, match="until is '2024Q1'"):
        cohort_tables(HAND, until="2024Q1")
    with pytest.raises(ValueError, match="no case was recorded by 2020Q1"):
        cohort_tables(HAND, until=pd.Period("2020Q1"))


# Random counts may rise with age, as totals do, and cases without a date have a label here.
@pytest.mark.filterwarnings("ignore:outcome|.* cases in:UserWarning")
@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.none() | st.integers(0, 5), st.sampled_from("ab"), st.integers(1, 9)),
        min_size=1,
        max_size=20,
    )
)
def test_the_tables_hold_what_every_case_by_itself_would_say(cases):
    first = pd.Period("2022Q4")
    rows = [
        (first + start, None if age is None else first + start + age, label, number)
        for start, age, label, number in cases
    ]
    frame = cells(*rows)
    for name in NAMES[:2]:
        frame[name] = pd.Series(pd.PeriodIndex(frame[name], freq="Q"))
    last = UNTIL.ordinal - first.ordinal
    entered, outcomes = cohort_tables(frame, until=UNTIL)
    assert entered.sum() == sum(number for *_, number in cases)
    times, events, weights = [], [], []
    for start, age, label, number in cases:
        seen = age is not None and start + age <= last
        times.append(age if seen else last - start)
        events.append(label if seen else 0)
        weights.append(number)
    try:
        alone = cumulative_incidence(times, np.array(events, dtype=object), weights=weights)
    except (NotEstimableError, ValueError):
        return  # nobody, or nothing happened to anybody
    assert_frame_equal(cohort_incidence(entered, outcomes), alone)
