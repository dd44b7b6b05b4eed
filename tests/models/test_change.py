import math

import numpy as np
import pytest
from scipy import stats

from cseanalysis.models.change.ratios import hiding_inflation, ratio_of_counts, variance_inflation
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
        (lambda: ratio_of_counts(0, 0), "before and after are both 0"),
        (lambda: ratio_of_counts(-1, 5), "before is -1"),
        (
            lambda: ratio_of_counts(14.2, 15),
            "before is 14.2: must be a whole count, .* per cents are made of",
        ),
        (lambda: ratio_of_counts(0.3, 5), "shares: give the counts"),
        (lambda: variance_inflation([1, 2.5]), "sizes holds 2.5"),
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
        (lambda: variance_inflation(["1"]), "sizes is '1'"),
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


def test_nought_after_a_count_has_the_exact_limit_that_none_of_so_many_sets():
    # Each of 40 events falls into the second period with chance r / (1 + r); none did.
    for level, exposure in ((0.95, 1.0), (0.9, 0.75)):
        ends = ratio_of_counts(40, 0, level=level, exposure=exposure)
        chance = ends.high * exposure / (1 + ends.high * exposure)
        assert (ends.low, ends.kind) == (0.0, "confidence")
        assert (1 - chance) ** 40 == pytest.approx((1 - level) / 2)


def test_a_count_after_nought_has_no_upper_end_and_the_lower_one_is_that_of_the_exchange():
    found = ratio_of_counts(0, 40)
    assert (found.low, found.high) == (pytest.approx(1 / ratio_of_counts(40, 0).high), math.inf)
    assert found.low == pytest.approx(10.35, abs=0.005)
    assert ratio_of_counts(0, 40, exposure=0.75).low == pytest.approx(13.8, abs=0.05)
    assert 1 / ratio_of_counts(40, 0, exposure=1 / 0.75).high == pytest.approx(13.8, abs=0.05)


@pytest.mark.parametrize(("before", "after"), [(5, 0), (0, 5), (1, 0), (0, 200)])
def test_beside_a_nought_the_ratio_has_the_limits_that_the_shares_of_the_sum_have(before, after):
    # As R's poisson.test of two counts: Clopper and Pearson's limits for so many of the sum, as odds.
    share = stats.binomtest(after, before + after).proportion_ci(0.95, method="exact")
    found = ratio_of_counts(before, after)
    assert found.low == pytest.approx(share.low / (1 - share.low))
    assert found.high == (math.inf if before == 0 else pytest.approx(share.high / (1 - share.high)))


@pytest.mark.parametrize(
    ("before", "after", "told"), [(2, 2, 0.995), (5, 5, 0.976), (10, 10, 0.959), (100, 120, 0.951)]
)
def test_the_ratio_of_few_counts_is_covered_as_often_as_the_page_tells(before, after, told):
    seen = [np.arange(stats.poisson.ppf(1e-5, mean), stats.poisson.ppf(1 - 1e-5, mean) + 1) for mean in (before, after)]
    covered = counted = 0.0
    for one in seen[0]:
        for other in seen[1]:
            if one or other:
                chance = stats.poisson.pmf(one, before) * stats.poisson.pmf(other, after)
                found = ratio_of_counts(one, other)
                counted, covered = counted + chance, covered + chance * (found.low <= after / before <= found.high)
    assert covered / counted == pytest.approx(told, abs=0.0007)


def test_clusters_of_four_count_as_a_quarter_of_the_events_beside_a_nought():
    assert ratio_of_counts(40, 0, inflation=4).high == pytest.approx(ratio_of_counts(10, 0).high)
    with pytest.raises(NotEstimableError, match="say nothing about their ratio"):
        ratio_of_counts(1, 0, inflation=1e4)


def test_the_inflation_that_hides_a_fall_to_nought_puts_the_exact_limit_on_one():
    hidden = hiding_inflation(40, 0, exposure=0.75)
    assert ratio_of_counts(40, 0, exposure=0.75, inflation=hidden).high == pytest.approx(1)
    hidden = hiding_inflation(0, 40, exposure=0.75)
    assert ratio_of_counts(40, 0, exposure=1 / 0.75, inflation=hidden).high == pytest.approx(1)
