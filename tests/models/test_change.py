import math

import numpy as np
import pytest

from cseanalysis.models.change import hiding_inflation, ratio_of_counts, variance_inflation
from cseanalysis.values import NotEstimableError


def test_the_inflation_that_hides_a_change_puts_an_end_of_its_interval_on_one():
    hidden = hiding_inflation(4_228, 4_750, exposure=1.05)
    assert hidden > 1
    assert ratio_of_counts(4_228, 4_750, exposure=1.05, inflation=hidden).low == pytest.approx(1)


def test_events_that_all_come_in_clusters_of_four_have_four_times_the_variance():
    assert variance_inflation(np.array([4, 4, 4])) == pytest.approx(4)
    assert variance_inflation(size for size in (1, 3)) == pytest.approx(10 / 4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ratio_of_counts("717", 761), "before is '717'"),
        (lambda: ratio_of_counts(717, None), "after is None"),
        (lambda: ratio_of_counts(0, 5), "before is 0"),
        (lambda: ratio_of_counts(5, math.inf), "after is inf"),
        (lambda: ratio_of_counts(5, 5, exposure=0), "exposure is 0"),
        (lambda: ratio_of_counts(5, 5, inflation=0.5), "inflation 0.5"),
        (lambda: ratio_of_counts(5, 5, inflation="2"), "inflation is '2'"),
        (lambda: ratio_of_counts(5, 5, level=1), "level 1"),
        (lambda: hiding_inflation(5, 8, level=0), "level 0"),
        (lambda: hiding_inflation(5, 8, level=math.nan), "level nan"),
        (lambda: variance_inflation([]), "at least one"),
        (lambda: variance_inflation([1, 0]), "above nought"),
        (lambda: variance_inflation([1e200]), "finite"),
        (lambda: variance_inflation(["1"]), "a size is '1'"),
        (lambda: variance_inflation(5), "as a list"),
    ],
)
def test_what_is_no_count_level_or_size_is_refused_with_one_clear_sentence(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert not isinstance(caught.value, NotEstimableError)


def test_counts_too_few_for_their_clusters_have_no_interval_instead_of_an_overflow():
    with pytest.raises(NotEstimableError, match="too far apart"):
        ratio_of_counts(1, 2, inflation=1e9)
