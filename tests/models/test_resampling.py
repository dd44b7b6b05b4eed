import numpy as np
import pandas as pd
import pytest

from cseanalysis.models import estimate_population
from cseanalysis.models.hidden.loglinear import design, unseen_side
from cseanalysis.models.hidden.resampled import bca
from cseanalysis.values import NotEstimableError


def frame(counts):
    return pd.DataFrame([[*history, number] for history, number in counts.items()], columns=["A", "B", "C", "count"])


def test_draws_without_overlap_have_an_infinite_total_and_no_finite_end():
    # One case on each pair of lists: a draw misses all three with a probability of about exp(-3), 5%.
    counts = {(1, 0, 0): 40, (0, 1, 0): 30, (0, 0, 1): 50, (1, 1, 0): 1, (1, 0, 1): 1, (0, 1, 1): 1}
    for options in ({"method": "fixed", "model": "[1,2,3]"}, {"max_order": 1}, {"method": "stepwise", "threshold": 0}):
        with pytest.raises(NotEstimableError, match=r"failed_share 0\.0[3-7].* infinite total"):
            estimate_population(frame(counts), bootstrap=1000, seed=0, **options)


def test_infinite_draws_count_as_above_every_other():
    draws = np.append(np.arange(1, 100.0), np.inf)
    assert bca(50, draws, 0.0, 0.9) == bca(50, np.append(np.arange(1, 100.0), 1e9), 0.0, 0.9)
    with pytest.raises(NotEstimableError, match=r"failed_share 0\.2: .*infinite"):
        bca(50, np.append(np.arange(1, 81.0), np.full(20, np.inf)), 0.0, 0.95)


def test_draws_that_identify_nothing_may_not_fill_a_tail():
    draws = np.append(np.arange(1, 101.0), np.full(4, np.nan))
    assert bca(50, draws, 0.0, 0.9) == bca(50, draws[:100], 0.0, 0.9)
    with pytest.raises(NotEstimableError, match=r"failed_share 0\.0385: .*identifies no total"):
        bca(50, draws, 0.0, 0.95)


@pytest.mark.parametrize(
    ("counts", "model", "side"),
    [
        ([40, 30, 0, 20, 0, 0, 0], (0, 1, 2, 4), np.inf),  # nobody on two lists
        ([40, 30, 9, 20, 8, 7, 0], (0, 1, 2, 4, 3, 5, 6), 0.0),  # 3 * 0 / ...: all pairs, nobody on all three
        ([40, 30, 9, 20, 8, 7, 2], (0, 1, 2, 4, 3, 5, 6), np.nan),  # exists: nothing goes anywhere
        ([40, 30, 6, 20, 0, 0, 0], (0, 1, 2, 4, 3, 5, 6), np.nan),  # not identified: both ways
    ],
)
def test_where_the_unseen_go_is_known_from_which_counts_are_zero(counts, model, side):
    np.testing.assert_equal(unseen_side(design(3), np.array(counts, dtype=float), model), side)
