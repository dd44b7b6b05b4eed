"""Chains with links that are only bounded: the two ends, and nothing between them."""

import pytest

from cseanalysis.distributions import beta, uniform
from cseanalysis.models import implied_total, simulate_total, simulate_total_between
from cseanalysis.values import Interval


def test_a_chain_of_bounds_alone_is_the_implied_total():
    chain = {"told": Interval(0.1, 0.2, "bound"), "recorded": Interval(0.5, 1, "bound")}
    least, most = simulate_total_between(1000, chain, seed=0)
    ends = implied_total(1000, Interval(0.05, 0.2, "bound"))
    assert (least.median, most.median) == (pytest.approx(ends.low), pytest.approx(ends.high))


@pytest.mark.parametrize("q", [0.025, 0.5, 0.975])
def test_every_filling_of_the_range_lies_between_the_two(q):
    told = beta(20, 80)
    least, most = simulate_total_between(1000, {"told": told, "recorded": Interval(0.5, 0.9, "bound")}, seed=1)
    for filling in (uniform(0.5, 0.9), uniform(0.5, 0.6), uniform(0.85, 0.9)):
        inside = simulate_total(1000, {"told": told, "recorded": filling}, draws=200_000, seed=1).quantile(q)
        assert least.quantile(q) < inside < most.quantile(q)


def test_a_range_that_is_no_bound_or_no_probability_and_a_chain_without_one_are_refused():
    for link in (Interval(0.1, 0.2, "confidence", 0.95), Interval(0, 0.5, "bound"), Interval(0.5, 1.5, "bound")):
        with pytest.raises(ValueError, match="link told"):
            simulate_total_between(1000, {"told": link}, seed=0)
    with pytest.raises(ValueError, match="simulate_total gives"):
        simulate_total_between(1000, {"told": beta(2, 3)}, seed=0)
