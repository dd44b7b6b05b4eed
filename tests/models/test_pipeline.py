import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cseanalysis.models import Delay, completeness, periods_until_visible, project_cohorts
from cseanalysis.values import NotEstimableError


def test_two_cohorts_meet_in_the_second_period():
    # 40 of 100 have the event: 10 at once, 30 later; of the 200 in the second period, 20 at once.
    np.testing.assert_allclose(project_cohorts([100, 200], [0.25, 0.75], 0.4), [10, 50])


def test_two_geometric_stages_in_a_row_have_the_published_mass():
    # Published answer C37: geometric stages with 0.2 and 0.1, first six periods.
    first, second = 0.2 * 0.8 ** np.arange(6), 0.1 * 0.9 ** np.arange(6)
    mass = np.convolve(first, second)[:6]
    np.testing.assert_allclose(
        project_cohorts([1, 0, 0, 0, 0, 0], mass, 1.0), [0.02, 0.034, 0.0434, 0.0493, 0.052562, 0.0538594], rtol=1e-9
    )


def test_a_planted_lag_reappears_as_the_completeness_of_the_simulated_cohorts():
    rng = np.random.Generator(np.random.Philox(key=1))
    truth = Delay("gamma", 2.0, 150.0)
    quarters, cases = 12, 200_000
    visible = []
    for quarter in range(quarters):
        entry = 91.3125 * (quarter + rng.random(cases))
        visible.append(np.mean(entry + rng.gamma(2.0, 150.0, cases) <= 91.3125 * quarters))
    expected = completeness(truth.mass(quarters, period_days=91.3125), quarters)
    np.testing.assert_allclose(visible, expected, atol=0.005)


def test_a_negative_quarter_is_kept_because_records_were_cancelled():
    np.testing.assert_allclose(project_cohorts([10, -4], [1.0], 0.5), [5, -2])


@given(arrays(float, 8, elements=st.floats(0, 1e4)), st.floats(0, 1))
def test_no_more_events_than_cases_times_probability(intake, probability):
    events = project_cohorts(intake, [0.1, 0.2, 0.3], probability)
    assert events.sum() <= probability * intake.sum() * (1 + 1e-9) + 1e-9
    assert len(events) == len(intake)


@given(st.floats(0.3, 3.0), st.floats(10.0, 1000.0))
def test_older_cohorts_are_never_less_complete(shape, scale):
    shares = completeness(Delay("gamma", shape, scale).mass(20, period_days=91.3125), 20)
    assert (np.diff(shares) <= 1e-12).all()
    assert shares.max() <= 1


@pytest.mark.parametrize("delay", [[], [-0.1, 0.5], [0.8, 0.4], [float("nan")], [[0.5], [0.5]]])
def test_what_is_not_a_probability_mass_is_refused(delay):
    with pytest.raises(ValueError, match="probability mass"):
        project_cohorts([1.0], delay, 0.5)


def test_a_missing_count_is_not_zero():
    with pytest.raises(ValueError, match="missing is not zero"):
        project_cohorts([1.0, float("nan")], [1.0], 0.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        project_cohorts([1.0], [1.0], 1.5)


@pytest.mark.parametrize("intake", [[], ["1", "2"], np.array(["2020-01-01"], dtype="M8[D]"), [[1], [2, 3]]])
def test_text_and_dates_are_no_counts(intake):
    with pytest.raises(ValueError, match="intake"):
        project_cohorts(intake, [1.0], 0.5)


@pytest.mark.parametrize(
    "intake", [pd.Series([100, 200], index=[2021, 2022]), pd.array([100, 200], dtype="Int64"), (100, 200)]
)
def test_counts_of_every_kind_are_read_in_their_order(intake):
    np.testing.assert_allclose(project_cohorts(intake, [0.25, 0.75], 0.4), [10, 50])


@pytest.mark.parametrize("periods", [-1, 0, 2.5, True])
def test_a_number_of_cohorts_is_whole_and_positive(periods):
    with pytest.raises(ValueError, match="whole number from 1"):
        completeness([0.5, 0.5], periods)


def test_a_mass_too_short_for_the_oldest_cohort_is_not_taken_to_leave_its_cases_open():
    # The old 1,000 are complete after four periods; of the new 100, 50 are to come, a quarter of them in one period.
    intake = [1000, 0, 0, 0, 0, 0, 100]
    assert periods_until_visible(intake, [0.5, 0.3, 0.1, 0.1], 0.25) == 1
    with pytest.raises(NotEstimableError, match="for more periods"):
        periods_until_visible(intake, [0.5, 0.3, 0.1], 0.25)


def test_a_delay_cut_short_is_not_taken_for_the_whole():
    with pytest.raises(ValueError, match="for as many periods"):
        completeness([0.5, 0.25], 4)
    np.testing.assert_allclose(completeness([0.5, 0.5], 4), [1, 1, 1, 0.5])


@pytest.mark.parametrize("index", [[2022, 2021], [2021, 2021], ["2021Q1", "2021Q3", "2021Q4"]])
def test_cases_by_periods_that_run_backwards_repeat_or_leave_one_out_are_refused(index):
    with pytest.raises(ValueError, match=r"intake: .*period"):
        project_cohorts(pd.Series([100, 200, 300][: len(index)], index=index), [0.25, 0.75], 0.4)


def test_a_mass_labelled_by_other_lags_is_not_taken_by_position():
    with pytest.raises(ValueError, match="delay has the labels 1, 0"):
        project_cohorts([100, 200], pd.Series([0.25, 0.75], index=[1, 0]), 0.4)
    with pytest.raises(ValueError, match="delay is a Delay: give its probability mass"):
        project_cohorts([100, 200], Delay("gamma", 1.0, 100.0), 0.4)
