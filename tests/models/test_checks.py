"""One mistake has one message, whichever model is given it."""

import numpy as np
import pandas as pd
import pytest

from cseanalysis import models as m
from cseanalysis import sensitivity
from cseanalysis.distributions import uniform
from cseanalysis.models.checks import check_count, check_interval, numbers
from cseanalysis.values import Assumption, Interval

SERIES = [100, 96, 103, 101, 99, 104, 98, 102, 103, 95, 107, 101, 98, 106, 97, 102]
LINK = {"r": uniform(0.3, 0.5)}
TOLD = Assumption("told", 0.1, 0.2, "probability", "reason", "source", "page 1", ("reported",))
RATES = {"sensitivity": 0.8, "specificity": 0.9}


@pytest.mark.parametrize(
    ("rule", "moves"),
    [
        (
            "0.3: must be a whole count, not negative; shares: give the counts they were made of",
            [
                lambda: m.share_confidence(0.3, 1, 0),
                lambda: m.class_share_bounds({"x": 0.3}, 1),
                lambda: m.ratio_of_counts(0.3, 1),
                lambda: m.known_to_any([0.3, 1]),
            ],
        ),
        (
            "95: must lie strictly between 0 and 1, e.g. 0.95; 95% is written 0.95",
            [
                lambda: m.share_confidence(3, 5, 1, level=95),
                lambda: m.ratio_of_counts(3, 5, level=95),
                lambda: m.interrupted_series(SERIES, at=8, level=95),
                lambda: m.simulate_total(9, LINK, seed=0, draws=10).interval(95),
            ],
        ),
        (
            "is 40: must be a share or probability between 0 and 1; 40% is written 0.4",
            [
                lambda: m.rogan_gladen(40, 0.5, 0.9),
                lambda: m.project_cohorts([10], [1.0], 40),
                lambda: m.odds_ratio_needed(120, 400, 600, 40),
                lambda: m.detectable_from(SERIES, delay=[1], ratio=2, share=40),
            ],
        ),
        (
            'is (0.3, 0.5): must be an Interval; write Interval(0.3, 0.5, "bound")',
            [
                lambda: m.implied_total(400, (0.3, 0.5)),
                lambda: m.split_by_year(400, (0.3, 0.5)),
                lambda: m.delay_from_mean(100, shape=(0.3, 0.5)),
                lambda: m.share_over_odds_ratios(1, 2, 3, (0.3, 0.5)),
            ],
        ),
        (
            "is 9.0: must be a whole number from 1; write 9",
            [
                lambda: m.completeness([1.0], 9.0),
                lambda: m.minimum_detectable(SERIES, after=9.0),
                lambda: m.break_search(SERIES, draws=9.0, seed=0),
                lambda: m.simulate_total(9, LINK, seed=0, draws=9.0),
            ],
        ),
        (
            "have different labels: labels a, c are in one of them only",
            [
                lambda: m.backlog(5, pd.Series([1, 2], list("ab")), pd.Series([1, 2], list("bc"))),
                lambda: m.correct_counts(
                    pd.Series([60, 39], list("ab")), pd.DataFrame(np.eye(2), list("bc"), list("bc"))
                ),
                lambda: m.assumption_ladder(*[pd.Series([1, 2], list(labels)) for labels in ("ab", "bc", "ab")]),
            ],
        ),
        (
            "holds truth values such as True: give numbers",
            [
                lambda: m.cumulative_incidence([True, False], [0, 1]),
                lambda: m.correct_two_by_two((True, True, False, True), **RATES),
                lambda: m.two_list_estimate(200, 300, 60).at_odds_ratio(True),
                lambda: sensitivity.bound(lambda told: told > 0.1, [TOLD]),
            ],
        ),
    ],
)
def test_the_same_mistake_has_the_same_message_in_every_model(rule, moves):
    for move in moves:
        with pytest.raises(ValueError) as refused:  # noqa: PT011 (the words are looked for below)
            move()
        assert rule in str(refused.value)


def test_what_rounding_leaves_behind_is_a_whole_count():
    assert 0.7 * 90 != 63  # in floating point
    assert check_count("known", 0.7 * 90) == 63


@pytest.mark.parametrize(
    ("value", "cure"), [(2**53 + 1, "check the unit"), (float("nan"), "missing is not nought"), (-2, "net of")]
)
def test_a_count_out_of_reach_says_what_to_do(value, cure):
    assert check_count("known", 2**53) == 2**53
    with pytest.raises(ValueError, match=f"^known is .*{cure}"):
        check_count("known", value)


def test_missing_values_are_missing_however_they_are_written():
    for given in ([1, None], np.ma.masked_array([1, 2], [False, True]), pd.array([1, None]), pd.Series([1.0, pd.NA])):
        np.testing.assert_array_equal(numbers("x", given), [1.0, np.nan])


def test_a_bound_is_asked_for_by_its_kind():
    simulated = Interval(0.3, 0.5, "simulation", 0.9)
    assert check_interval("share", simulated) is simulated
    with pytest.raises(ValueError, match=r"share from 0.3 to 0.5 is a simulation interval: .* Interval\(0.3, 0.5,"):
        check_interval("share", simulated, bound=True)
