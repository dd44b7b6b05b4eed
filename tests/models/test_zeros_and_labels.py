import numpy as np
import pandas as pd
import pytest

from cseanalysis.distributions import fixed, uniform
from cseanalysis.models import (
    correct_counts,
    correct_two_by_two,
    probabilistic_bias,
    probabilistic_selection,
    simulate_counts,
)
from cseanalysis.models.written_dates import read_calendar, text_calendar
from cseanalysis.values import NotEstimableError

SMOKING = (215, 1449, 668, 4296)


def test_a_corrected_cell_of_0_is_0_and_not_the_dust_of_rounding():
    table = correct_two_by_two((10, 90, 30, 70), sensitivity=0.8, specificity=0.9)
    assert table.cells[0] == 0.0
    with pytest.raises(NotEstimableError, match="is 0"):
        table.odds_ratio_interval()
    thirds = correct_two_by_two((30, 270, 90, 210), sensitivity=0.7, specificity=0.9, what="exposure")
    assert thirds.cells[0] == 0.0
    with pytest.raises(NotEstimableError, match="is 0"):
        thirds.risk_ratio_interval()


def test_swapped_labels_are_refused_because_they_turn_every_count_round():
    with pytest.raises(NotEstimableError, match="sum to more than 1"):
        correct_counts([40, 60], [[0.2, 0.8], [0.8, 0.2]])
    with pytest.raises(NotEstimableError, match=r"classes \[0, 1\]"):
        correct_counts([40, 60, 50], [[0.1, 0.8, 0.1], [0.8, 0.1, 0.1], [0.0, 0.0, 1.0]])
    with pytest.raises(NotEstimableError, match="none of 100 draws"):
        simulate_counts([400, 600], [[20, 80], [80, 20]], seed=1, draws=100)


def test_corrected_counts_say_when_most_of_what_was_stated_is_impossible():
    many = simulate_counts([120, 880], [[80, 20], [10, 90]], seed=1, draws=2000)
    few = simulate_counts([500, 500], [[80, 20], [10, 90]], seed=1, draws=2000)
    assert many.impossible_share > 0.1 > few.impossible_share
    assert "rest on the admissible" in str(many)
    assert "rest on the admissible" not in str(few)


def test_a_correlation_is_between_the_rates_that_are_drawn():
    names = ["sensitivity", "specificity, cases"]
    extra = {"sensitivity": uniform(0.8, 0.9), "specificity": (uniform(0.98, 1), 0.99), "seed": 1, "draws": 1000}
    matrix = np.array([[1, 0.5], [0.5, 1]])
    plain = probabilistic_bias(SMOKING, correlation=matrix, **extra)
    labelled = probabilistic_bias(SMOKING, correlation=pd.DataFrame(matrix, names, names), **extra)
    assert list(plain.stated) == names
    assert plain.odds_ratio.median == labelled.odds_ratio.median
    with pytest.raises(ValueError, match="must be 2 by 2"):
        probabilistic_bias(SMOKING, correlation=np.eye(3), **extra)
    with pytest.raises(ValueError, match="nothing to correlate"):
        probabilistic_bias(SMOKING, sensitivity=0.9, specificity=0.99, correlation=0.5, seed=1, draws=10)


def test_a_cell_of_0_is_empty_and_not_an_impossible_error_rate():
    with pytest.raises(NotEstimableError, match="a cell is 0 in every draw that is possible"):
        probabilistic_bias((0, 10, 5, 5), sensitivity=uniform(0.8, 0.9), specificity=1.0, seed=1, draws=100)


def test_nobody_is_counted_with_probability_0():
    for nothing in (0, fixed(0)):
        with pytest.raises(ValueError, match="must be above 0 and at most 1"):
            probabilistic_selection((136, 107, 297, 165), selected=(0.9, 0.8, nothing, 0.2), seed=1, draws=10)


def test_written_labels_have_places_in_time():
    assert text_calendar(["2019/20", "2020/21"]) == ([2019, 2020], 1)
    assert text_calendar(["2021Q4", "2022Q1"]) == ([8087, 8088], 4)
    assert text_calendar(["a", "b"]) is None
    assert read_calendar(["01/03/2020", "01/04/2020"]) == ([24242, 24243], 12)
