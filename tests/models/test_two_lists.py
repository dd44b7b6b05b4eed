import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cseanalysis.models.hidden.two_lists import known_to_all, known_to_any, two_list_bounds, two_list_estimate
from cseanalysis.values import Interval, NotEstimableError


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 200))
def test_totals_alone_bound_every_way_the_lists_can_overlap(both, only_first, only_second, neither):
    first, second = both + only_first, both + only_second
    known = both + only_first + only_second
    anyone = known_to_any({"police": first, "health": second})
    assert anyone.low <= known <= anyone.high
    everyone = known_to_all([first, second], population=known + neither)
    assert everyone.low <= both <= everyone.high
    assert anyone.kind == everyone.kind == "bound"


def test_the_two_list_bound_is_reached_at_its_corners():
    bound = two_list_bounds(200, 300, both=Interval(50, 60, "bound"), odds_ratio=Interval(0.5, 2, "bound"))
    assert bound.low == pytest.approx(two_list_estimate(200, 300, 60).at_odds_ratio(0.5))
    assert bound.high == pytest.approx(two_list_estimate(200, 300, 50).at_odds_ratio(2))


def test_what_two_lists_are_known_to_hold_lies_within_what_their_totals_allow():
    estimate = two_list_estimate(200, 300, 60)
    assert estimate.known == Interval(300, 500, "bound")
    assert estimate.known.low <= estimate.observed == 440 <= estimate.known.high


def test_the_interval_of_two_lists_never_goes_below_the_observed():
    estimate = two_list_estimate(10, 10, 9)
    assert estimate.interval.low == estimate.observed == 11
    assert estimate.interval.low <= estimate.interval.high


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((-1, 3, 1), "first is -1"), ((5, 3.5, 1), "second is 3.5"), ((5, 3, 4), "part of either list")],
)
def test_impossible_two_list_counts_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        two_list_estimate(*arguments)


def test_two_lists_without_overlap_have_no_estimate():
    with pytest.raises(NotEstimableError, match="any total from 8 up"):
        two_list_estimate(5, 3, 0)
    with pytest.raises(NotEstimableError, match="bounds nothing"):
        two_list_bounds(5, 3, both=Interval(0, 3, "bound"), odds_ratio=Interval(1, 1, "bound"))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: known_to_any([]), "no totals"),
        (lambda: known_to_any([5, -1]), "total is -1"),
        (lambda: known_to_all([5, 9], population=8), "part of it"),
        (lambda: two_list_estimate(5, 3, 1, level=1), "between 0 and 1"),
        (lambda: two_list_estimate(5, 3, 1).at_odds_ratio(0), "above 0"),
        (lambda: two_list_bounds(5, 3, both=Interval(1, 4, "bound"), odds_ratio=Interval(1, 1, "bound")), "0 and 3"),
        (lambda: two_list_bounds(5, 3, both=Interval(1, 2, "bound"), odds_ratio=Interval(0, 1, "bound")), "above 0"),
        (
            lambda: two_list_bounds(5, 3, both=Interval(1, 2, "confidence", 0.9), odds_ratio=Interval(1, 1, "bound")),
            "is a bound",
        ),
    ],
)
def test_impossible_totals_and_ranges_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_counts_of_numpy_do_not_overflow():
    plain, small = two_list_estimate(2_000_000, 3_000_000, 1000), (np.int32(2_000_000), np.int32(3_000_000))
    assert two_list_estimate(*small, np.int32(1000)) == plain
    assert known_to_any(small) == known_to_any([2_000_000, 3_000_000])
    assert known_to_any([np.int8(100), np.int8(100)]).high == 200
    assert known_to_all([np.int8(100), np.int8(100)], population=np.int8(120)).low == 80
    bounds = {"both": Interval(1, 2, "bound"), "odds_ratio": Interval(1, 1, "bound")}
    assert two_list_bounds(np.int8(100), np.int8(100), **bounds) == two_list_bounds(100, 100, **bounds)


@pytest.mark.parametrize("value", [True, np.True_, "5", None, pd.NA, [5]])
def test_what_is_no_number_of_cases_is_refused(value):
    with pytest.raises(ValueError, match=r"first is .* must be a number"):
        two_list_estimate(value, 5, 1)


@pytest.mark.parametrize("counts", [(10, 40, 10), (40, 10, 10), (10, 10, 10)])
def test_a_list_inside_the_other_has_limits_unless_they_rest_on_a_variance_of_nought(counts):
    estimate = two_list_estimate(*counts)
    assert estimate.variance == 0
    assert two_list_estimate(*counts, limits="normal").interval is None
    assert estimate.interval.low == max(counts) == estimate.lincoln_petersen
    assert estimate.interval.high > max(counts)


@given(
    st.integers(1, 40),
    st.integers(0, 40),
    st.integers(0, 40),
    st.sampled_from(["hypergeometric", "transformed-logit", "normal"]),
)
def test_limits_hold_the_estimate_and_never_fewer_than_were_seen(both, only_first, only_second, limits):
    estimate = two_list_estimate(both + only_first, both + only_second, both, limits=limits)
    if estimate.interval is not None:
        assert estimate.observed <= estimate.interval.low <= estimate.chapman + 1 <= estimate.interval.high + 1


def test_hypergeometric_limits_are_where_the_overlap_stops_being_rare():
    # Two lists of the same ten: in 11 cases the chance that they are the same is 1 of 11, in 12 it is 1 of 66, and half
    # of it counts. 1 / 22 is above a fortieth, 1 / 132 is below it.
    assert two_list_estimate(10, 10, 10).interval == Interval(10, 11, "confidence", 0.95)
    # One case on each list and the same one: half of 1 / N is a fortieth at 20, which is still not below it.
    assert two_list_estimate(1, 1, 1).interval.high in (19, 20)
    for first, second, both in [(200, 300, 60), (12, 30, 4), (5, 40, 2)]:
        found = two_list_estimate(first, second, both, level=0.9).interval

        def below(total, first=first, second=second, both=both):
            overlap = stats.hypergeom(total, first, second)
            return overlap.cdf(both) - overlap.pmf(both) / 2

        assert below(int(found.low)) >= 0.05 > (below(int(found.low) - 1) if found.low > first + second - both else 0)
        assert 1 - below(int(found.high)) >= 0.05 > 1 - below(int(found.high) + 1)


def test_the_transformed_logit_limits_are_those_of_the_published_formula():
    # Sadinle (2009): 10 marked, 15 caught, 5 of them marked; the limits are commonly rounded to 22 and 65.
    found = two_list_estimate(10, 15, 5, limits="transformed-logit").interval
    error = math.sqrt(1 / 5.5 + 1 / 5.5 + 1 / 10.5 + 5.5 / (5.5 * 10.5))
    assert found.low == pytest.approx(19.5 + 5.5 * 10.5 / 5.5 * math.exp(-1.959963984540054 * error))
    assert (math.ceil(found.low), math.ceil(found.high)) == (22, 65)


@pytest.mark.parametrize(("size", "chance"), [(100, 0.2), (100, 0.1), (60, 0.5)])
def test_the_interval_of_two_small_lists_covers_what_it_says(size, chance):
    rng, covered, worlds = np.random.default_rng(0), 0, 0
    while worlds < 400:
        one, other = rng.random(size) < chance, rng.random(size) < chance
        if both := int((one & other).sum()):
            found = two_list_estimate(int(one.sum()), int(other.sum()), both).interval
            worlds, covered = worlds + 1, covered + (found.low <= size <= found.high)
    assert covered / worlds > 0.93


def test_limits_of_large_counts_and_of_levels_near_nought_have_their_ends_in_order():
    assert two_list_estimate(10, 40, 10, level=0.001).interval.low == 40
    large = two_list_estimate(20_000_000, 30_000_000, 10_000_000).interval
    normal = two_list_estimate(20_000_000, 30_000_000, 10_000_000, limits="normal").interval
    assert large.low == pytest.approx(normal.low, rel=1e-5)
    assert large.high == pytest.approx(normal.high, rel=1e-5)
    assert two_list_estimate(100_000, 100_000, 100_000, limits="transformed-logit").interval is None


def test_limits_of_no_such_name_are_refused():
    with pytest.raises(ValueError, match="limits is 'exact': must be one of hypergeometric, transformed-logit, normal"):
        two_list_estimate(200, 300, 60, limits="exact")


def test_the_coverage_of_two_lists_that_the_page_tells_is_the_one_that_the_benchmark_found():
    root = Path(__file__).parents[2]
    page = (root / "docs" / "what_records_do_not_say.md").read_text(encoding="utf-8")
    found = (root / "benchmarks" / "classification_coverage.py").read_text(encoding="utf-8").split('"""')[1]
    first = page.index("| `two_list_estimate`, 15%")
    rows = page[first : page.index("| `ratio_interval`", first)].replace("*", "")
    told = re.findall(r"\| ([\d.]+%) \([\d.]+%\); transformed-logit ([\d.]+%), normal ([\d.]+%) \|", rows)
    found = found[found.index("Found for two lists") :]
    assert told == re.findall(r"^([\d.]+%), ([\d.]+%), ([\d.]+%) with", found, re.MULTILINE)
    assert len(told) == 11
