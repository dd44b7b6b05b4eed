import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from cseanalysis.distributions import beta, fixed, pert, trapezoid, uniform
from cseanalysis.models.draws.copula import correlation_matrix, factor, log_quantile_of_score, tail_weight
from cseanalysis.models.draws.simulation import BLOCK, Simulation, block_generator
from cseanalysis.models.totals.identity import split_by_year, without_cancelled
from cseanalysis.models.totals.multiplier import simulate_total, totals_by_dependence
from cseanalysis.values import Assumption, Interval, NotEstimableError

LINKS = {"told": beta(5, 45), "reported": pert(0.2, 0.4, 0.6), "kept": uniform(0.74, 1.0)}


def total_of(probabilities, recorded=1000, **options):
    return simulate_total(recorded, probabilities, **{"draws": 50_000, "seed": 0, **options})


def test_links_that_are_known_only_divide():
    total = total_of({"a": fixed(0.5), "b": fixed(0.25)})
    assert total.exact
    assert (total.median, total.mean, total.variance) == (8000, 8000, 0)
    assert total.interval(0.9) == Interval(8000, 8000, "simulation", 0.9)


def test_one_uncertain_link_beside_known_ones_is_exact_and_needs_no_draws():
    total = total_of({"a": beta(20, 80), "b": fixed(0.5)}, shares={"recent": fixed(0.75)}, draws=1)
    assert total.exact
    assert total.quantile(0.9) == pytest.approx(1000 * 0.75 / 0.5 / stats.beta(20, 80).ppf(0.1), rel=1e-12)
    assert total.mean == pytest.approx(1500 * 99 / 19)
    upper = total_of({"a": fixed(0.5)}, shares={"recent": uniform(0.5, 0.7)})
    assert upper.quantile(0.75) == pytest.approx(1300)


def test_the_exact_quantiles_are_those_of_draws():
    exact, drawn = total_of({"a": beta(5, 45)}), 1000 / beta(5, 45).draw(np.random.default_rng(1), 1_000_000)
    for q in (0.025, 0.5, 0.975):
        assert exact.quantile(q) == pytest.approx(np.quantile(drawn, q), rel=0.01)


def test_a_simulated_chain_has_the_quantiles_of_one_drawn_by_other_means():
    rng = np.random.default_rng(2)
    by_hand = 1000 / np.prod([link.draw(rng, 400_000) for link in LINKS.values()], axis=0)
    ours = total_of(LINKS, draws=400_000)
    levels = [0.01, 0.25, 0.5, 0.75, 0.99]
    np.testing.assert_allclose(ours.quantile(levels), np.quantile(by_hand, levels), rtol=0.012)
    assert ours.mean == pytest.approx(ours.draws.mean(), rel=0.005)
    assert ours.variance == pytest.approx(ours.draws.var(), rel=0.03)


@pytest.mark.parametrize("seed", [0, 7, 2**64 + 3])
def test_the_draws_are_the_same_for_any_number_of_workers_and_more_draws_only_add(seed):
    options = {"correlation": 0.4, "noise": 0.01, "seed": seed}
    one, three = (total_of(LINKS, draws=3 * BLOCK + 17, workers=workers, **options) for workers in (1, 3))
    np.testing.assert_array_equal(one.draws, three.draws)
    np.testing.assert_array_equal(one.draws[: BLOCK + 1], total_of(LINKS, draws=BLOCK + 1, **options).draws)


def test_another_seed_gives_other_draws_and_nought_is_a_seed():
    first, second = (total_of(LINKS, draws=10, seed=seed).draws for seed in (0, 1))
    assert (first != second).all()
    assert block_generator(0, 1).random() != block_generator(0, 0).random()


@pytest.mark.parametrize(
    "link",
    [
        *(beta(5, 45), beta(0.3, 2), beta(0.02, 0.5), beta(300, 900), beta(1, 1), pert(0, 0.1, 0.9)),
        *(pert(1e-6, 0.2, 1), pert(0.3, 0.3, 1), uniform(0, 1), uniform(0.2, 0.3), trapezoid(0, 0.2, 0.3, 1)),
    ],
    ids=str,
)
def test_every_link_keeps_its_distribution_to_ten_digits(link):
    scores = np.linspace(-6, 6, 1001)
    values = np.exp(log_quantile_of_score(link)(scores))
    low = np.abs(link.quantile(special.ndtr(scores[scores < 0])))
    held = low > 1e-200  # below that quantiles underflow, their logarithms do not
    np.testing.assert_allclose(values[scores < 0][held], low[held], rtol=2e-10)
    exact_high = link.at(special.ndtr(scores[scores >= 0]), special.ndtr(-scores[scores >= 0]))
    np.testing.assert_allclose(values[scores >= 0], exact_high, rtol=2e-10)


def test_correlated_links_keep_their_distribution_and_have_the_correlation_that_was_stated():
    rng = np.random.default_rng(0)
    matrix = np.array([[1, 0.6, -0.2], [0.6, 1, 0.3], [-0.2, 0.3, 1]])
    scores = factor(matrix) @ rng.standard_normal((3, 200_000))
    np.testing.assert_allclose(np.corrcoef(scores), matrix, atol=0.01)
    # Through the public function: two links, whose product's spread in logarithms shows the correlation.
    links = {"a": uniform(0.2, 0.9), "b": uniform(0.2, 0.9)}
    spread = [np.log(total_of(links, correlation=rho, draws=400_000).draws).var() for rho in (-1, 0, 1)]
    one = np.log(uniform(0.2, 0.9).draw(rng, 400_000)).var()
    assert spread[1:] == pytest.approx([2 * one, 4 * one], rel=0.02)
    assert spread[0] < 0.2 * one


def test_fully_dependent_links_have_the_product_of_their_quantiles():
    total = total_of(LINKS, correlation=1.0, draws=500_000)
    for q in (0.05, 0.5, 0.95):
        product = np.prod([link.quantile(1 - q) for link in LINKS.values()])
        assert total.quantile(q) == pytest.approx(1000 / product, rel=0.01)


def test_independence_narrows_the_range_and_the_table_says_by_how_much():
    table = totals_by_dependence(1000, LINKS, correlation=0.5, draws=100_000, seed=0)
    assert table["dependence"].tolist() == ["independent", "as stated", "fully dependent"]
    assert table["width_ratio"].is_monotonic_increasing
    assert table["width_ratio"].iloc[1] > 1.15
    assert table["mean_exists"].all()
    own = total_of(LINKS, draws=100_000, correlation=0.5).interval(0.95)
    assert (table.loc[1, "low"], table.loc[1, "high"]) == (own.low, own.high)


def test_dependence_can_take_away_the_mean_and_the_table_says_so():
    links = {"a": beta(1.5, 9), "b": beta(1.5, 9)}
    table = totals_by_dependence(1000, links, correlation=0.2, draws=1000, seed=0)
    assert table["mean_exists"].tolist() == [True, True, False]
    with pytest.raises(ValueError, match="at least two"):
        totals_by_dependence(1000, {"a": beta(2, 9)}, correlation=0.2, seed=0)


def test_a_labelled_correlation_is_put_into_the_order_of_the_links():
    names = ["kept", "told", "reported"]
    labelled = pd.DataFrame([[1, 0.1, 0.2], [0.1, 1, 0.7], [0.2, 0.7, 1]], index=names, columns=names)
    assert correlation_matrix(labelled, list(LINKS)).tolist() == [[1, 0.7, 0.1], [0.7, 1, 0.2], [0.1, 0.2, 1]]
    with pytest.raises(ValueError, match="must be"):
        correlation_matrix(labelled.rename(index={"told": "said"}), list(LINKS))


@pytest.mark.parametrize(
    ("links", "matrix", "expected"),
    [
        ([beta(3, 9), beta(5, 9)], np.eye(2), 1 / 3),
        ([beta(3, 9), beta(6, 9)], np.ones((2, 2)), 1 / 3 + 1 / 6),
        ([beta(4, 9), beta(4, 9)], [[1, 0.5], [0.5, 1]], 1.5 / 4),
        ([beta(4, 9), beta(4, 9)], [[1, -0.9], [-0.9, 1]], 1 / 4),
        ([beta(4, 9), pert(0.1, 0.2, 0.3)], np.ones((2, 2)), 1 / 4),
        ([uniform(0.1, 0.3), fixed(0.5)], np.eye(2), 0),
    ],
)
def test_the_tail_that_decides_on_the_mean_is_the_one_worked_out_by_hand(links, matrix, expected):
    assert tail_weight(links, np.array(matrix, dtype=float)) == pytest.approx(expected, abs=1e-12)


@given(st.lists(st.floats(0.5, 6), min_size=2, max_size=4), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_the_tail_is_the_worst_ratio_over_all_directions(tails, seed):
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((len(tails), len(tails)))
    covariance = root @ root.T + 0.1 * np.eye(len(tails))
    scale = np.sqrt(np.diag(covariance))
    matrix = covariance / np.outer(scale, scale)
    weight = tail_weight([beta(tail, 9) for tail in tails], matrix)
    directions = rng.standard_normal((20_000, len(tails))) @ np.linalg.cholesky(matrix).T
    gain = (np.minimum(directions, 0) ** 2 / np.array(tails)).sum(axis=1)
    cost = np.einsum("ij,jk,ik->i", directions, np.linalg.inv(matrix), directions)
    assert 0.8 * weight <= (gain / cost).max() <= weight * (1 + 1e-9)


def test_a_mean_that_does_not_exist_is_refused_whatever_the_draws_say():
    for link in (beta(1, 9), uniform(0, 0.5)):
        total = total_of({"a": link, "b": pert(0.4, 0.5, 0.6)})
        assert np.isfinite(total.draws.mean())  # a number could be printed, and would be wrong
        with pytest.raises(NotEstimableError, match=r"does not exist.*use the median"):
            _ = total.mean
        assert total.median > 1000


def test_a_mean_that_exists_but_does_not_settle_in_draws_is_refused_for_correlated_links():
    # Tail weight 1.5 / 2: the mean exists, but draws of infinite variance do not estimate it.
    total = total_of({"a": beta(2, 9), "b": beta(2, 9)}, correlation=0.5)
    with pytest.raises(NotEstimableError, match=r"exists, but .* do not settle"):
        _ = total.mean
    tame = total_of({"a": beta(20, 80), "b": beta(30, 30)}, correlation=0.5)
    assert tame.mean == pytest.approx(tame.draws.mean())
    assert tame.variance == pytest.approx(tame.draws.var(ddof=1))


def test_noise_in_the_count_adds_its_variance_and_leaves_the_mean():
    sure = {"a": fixed(0.5)}
    poisson, binomial = (total_of(sure, recorded=400, noise=noise, draws=400_000) for noise in ("poisson", 0.01))
    assert (poisson.mean, binomial.mean) == (800, 800)
    assert poisson.variance == pytest.approx(4 * 400)
    assert binomial.variance == pytest.approx(4 * (400 + 0.01 * 400**2))
    for total in (poisson, binomial):
        assert not total.exact
        assert total.draws.mean() == pytest.approx(800, rel=0.002)
        assert total.draws.var() == pytest.approx(total.variance, rel=0.02)


def test_shares_of_the_count_multiply_and_their_moments_are_in_the_mean():
    shares = {"recent": pert(0.6, 0.66, 0.75), "upheld": uniform(0.9, 1.0)}
    total = total_of(LINKS, shares=shares, draws=400_000)
    assert total.mean == pytest.approx(total.draws.mean(), rel=0.005)
    assert total.mean == pytest.approx(total_of(LINKS).mean * (0.6 + 4 * 0.66 + 0.75) / 6 * 0.95)
    assert total.variance == pytest.approx(total.draws.var(), rel=0.03)


@pytest.mark.parametrize("recorded", [-1, 0.5, float("nan"), float("inf"), True, "1000", None])
def test_a_count_that_is_no_whole_number_is_refused(recorded):
    with pytest.raises(ValueError, match=r"must be a (count, a whole )?number"):
        total_of(LINKS, recorded=recorded)


def test_nothing_recorded_says_nothing_and_an_inexact_count_is_refused():
    with pytest.raises(NotEstimableError, match="says nothing about the total"):
        total_of(LINKS, recorded=0)
    with pytest.raises(ValueError, match="not exact"):
        total_of(LINKS, recorded=2**60)


@pytest.mark.parametrize(
    ("link", "message"),
    [
        (fixed(0.0), "above 0 and at most 1"),
        (uniform(0.5, 1.5), "above 0 and at most 1"),
        (uniform(-0.5, 0.5), "above 0 and at most 1"),
        (pert(-1, 0, 0), "above 0 and at most 1"),
        (0.5, r"write|fixed\(x\)"),
        (Interval(0.1, 0.2, "bound"), "implied_total"),
        (Assumption("p", 0.1, 0.2, "probability", "r", "s", "l"), r"uniform\(0.1, 0.2\)"),
        (stats.beta(2, 3), "must be a distribution"),
    ],
)
def test_what_is_no_probability_with_a_distribution_is_refused(link, message):
    with pytest.raises(ValueError, match=message):
        total_of({"a": link})
    with pytest.raises(ValueError, match=message):
        total_of(LINKS, shares={"a": link})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"correlation": np.eye(2)}, "must be 3 by 3"),
        ({"correlation": 2.0}, "between -1 and 1"),
        ({"correlation": float("nan")}, "between -1 and 1"),
        ({"correlation": "strong"}, "a number or a matrix"),
        ({"correlation": -0.9}, "positive semidefinite"),
        ({"correlation": [[1, 0.5, 0], [0.4, 1, 0], [0, 0, 1]]}, "not symmetric"),
        ({"correlation": [[0.5, 0.1, 0], [0.1, 1, 0], [0, 0, 1]]}, "is it a covariance"),
        ({"noise": "gaussian"}, "noise is"),
        ({"noise": 0}, "above 0"),
        ({"noise": -0.1}, "above 0"),
        ({"noise": True}, "noise is"),
        ({"draws": 0}, "draws is 0"),
        ({"draws": 1e6}, "draws is"),
        ({"workers": 0}, "workers is 0"),
        ({"seed": None}, "seed None"),
        ({"seed": -1}, "seed -1"),
        ({"seed": True}, "seed True"),
        ({"seed": 1.5}, "seed 1.5"),
    ],
)
def test_impossible_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        total_of(LINKS, **options)


def test_a_chain_without_links_is_refused():
    with pytest.raises(ValueError, match="at least one link"):
        total_of({})
    with pytest.raises(ValueError, match="by name"):
        total_of([beta(2, 3)])


def test_a_quantile_too_large_for_a_number_is_refused_and_the_others_stand():
    total = total_of({"a": beta(0.002, 5), "b": uniform(0.5, 1)})
    assert total.quantile(0.05) > 1000
    with pytest.raises(NotEstimableError, match="too large"):
        total.quantile(0.9)
    with pytest.raises(NotEstimableError, match="too large"):
        total_of({"a": beta(0.002, 5)}).quantile(0.9)


@pytest.mark.parametrize("size", [1, 2, 5, 1000, 2**20 + 5, 3_000_017])
def test_quantiles_of_draws_are_those_of_numpy_to_the_bit_of_the_order_statistics(size):
    draws = np.random.default_rng(size).lognormal(size=size)
    levels = [0.0005, 0.025, 1 / 3, 0.5, 0.975, 0.9999]
    np.testing.assert_allclose(Simulation(draws).quantile(levels), np.quantile(draws, levels), rtol=1e-14)


@pytest.mark.parametrize("arrange", [np.sort, lambda x: np.sort(x)[::-1], np.round, lambda x: np.tile(x[:1000], 2000)])
def test_quantiles_survive_sorted_tied_and_periodic_draws(arrange):
    draws = np.ascontiguousarray(arrange(np.random.default_rng(4).normal(10, 2, 2_000_000)))
    levels = [0.001, 0.5, 0.77, 0.999]
    np.testing.assert_allclose(Simulation(draws).quantile(levels), np.quantile(draws, levels), rtol=1e-14)


def test_quantiles_are_right_when_an_even_sample_of_the_draws_misleads():
    draws = np.random.default_rng(4).normal(10, 2, 2**21)
    draws[:: 2**21 // 2**14] = 1e9  # every draw that a sample at even steps would see
    levels = [0.001, 0.5, 0.98]
    np.testing.assert_allclose(Simulation(draws).quantile(levels), np.quantile(draws, levels), rtol=1e-14)


def test_blocks_of_draws_share_no_number():
    first, second = (block_generator(0, block).random(5000) for block in (0, 1))
    assert np.intersect1d(first, second).size == 0


def test_a_draw_in_which_nothing_is_recorded_is_a_total_of_nought_even_at_a_vanishing_probability():
    total = total_of({"a": beta(0.002, 5)}, recorded=1, noise="poisson")
    assert (total.draws == 0).mean() == pytest.approx(np.exp(-1), abs=0.01)
    assert total.quantile(0.3) == 0


def test_draws_cannot_be_changed_afterwards_and_missing_ones_are_refused():
    with pytest.raises(ValueError, match="read-only"):
        Simulation(np.array([1.0, 2.0])).draws[0] = 5
    with pytest.raises(ValueError, match="1 of 2 draws are missing"):
        Simulation(np.array([1.0, np.nan]))
    with pytest.raises(ValueError, match="at least one value"):
        Simulation(np.array([]))
    with pytest.raises(ValueError, match="either draws or exact"):
        Simulation()


@pytest.mark.parametrize("q", [0, 1, -0.5, float("nan"), [0.5, 1.0]])
def test_the_ends_of_the_draws_are_no_quantiles(q):
    for total in (Simulation(np.arange(5.0)), total_of({"a": beta(2, 3)})):
        with pytest.raises(ValueError, match="strictly between 0 and 1"):
            total.quantile(q)
    with pytest.raises(ValueError, match="level"):
        total.interval(95)


def test_a_year_of_records_splits_into_this_year_and_earlier():
    split = split_by_year(800, Interval(0.25, 0.375, "bound"))
    assert split.this_year == Interval(500, 600, "bound")
    assert split.earlier == Interval(200, 300, "bound")
    assert split.this_year.low + split.earlier.high == 800


def test_cancelled_records_are_taken_off():
    assert without_cancelled(1000, Interval(0.04, 0.1, "confidence", 0.9)) == Interval(900, 960, "confidence", 0.9)


@pytest.mark.parametrize("function", [split_by_year, without_cancelled])
def test_impossible_parts_of_a_year_are_refused(function):
    with pytest.raises(ValueError, match="finite count"):
        function(-1, Interval(0.1, 0.2, "bound"))
    with pytest.raises(ValueError, match="between 0 and 1"):
        function(10, Interval(0.5, 1.2, "bound"))


def test_per_cents_of_a_year_are_told_how_they_are_written():
    with pytest.raises(ValueError, match=r"written as Interval\(0.05, 0.25, ...\)"):
        without_cancelled(1000, Interval(5, 25, "bound"))


HALF = Interval(0.5, 0.5, "bound")


@pytest.mark.parametrize(
    ("function", "name"), [(split_by_year, "earlier_share"), (without_cancelled, "cancelled_share")]
)
def test_the_argument_that_is_impossible_is_named(function, name):
    with pytest.raises(ValueError, match=r"^recorded is '9': must be a number"):
        function("9", HALF)
    with pytest.raises(ValueError, match=rf"^{name} is 0\.5: must be an Interval"):
        function(10, 0.5)
    with pytest.raises(ValueError, match=rf"^{name} from 0\.5 to 1\.2: a share lies between 0 and 1"):
        function(10, Interval(0.5, 1.2, "bound"))


@pytest.mark.parametrize("function", [split_by_year, without_cancelled])
@pytest.mark.parametrize("share", [0.5, 0.999, 1e-9])
def test_a_share_is_no_count_of_a_year(function, share):
    # Whoever gives a share of something in its place would get a share of a share that looks like a count.
    with pytest.raises(ValueError, match=r"^recorded is .*: must be a count, not a share; give what it is a share of$"):
        function(share, HALF)


@pytest.mark.parametrize(("recorded", "half"), [(0, 0), (1, 0.5), (1.5, 0.75)])
def test_none_one_and_what_was_worked_out_are_counts_of_a_year(recorded, half):
    assert split_by_year(recorded, HALF).this_year == Interval(half, half, "bound")
    assert without_cancelled(recorded, HALF) == Interval(half, half, "bound")


def test_none_and_all_of_a_year_are_shares_too():
    # They are what is known where nothing is published about the offences of earlier years.
    split = split_by_year(800, Interval(0, 1, "bound"))
    assert (split.this_year, split.earlier) == (Interval(0, 800, "bound"), Interval(0, 800, "bound"))
    assert without_cancelled(800, Interval(0, 1, "bound")) == Interval(0, 800, "bound")


@pytest.mark.parametrize(
    ("low", "high", "cure"),
    [
        (0, 25, r"Interval\(0, 0\.25, \.\.\.\)"),
        (0.5, 25, r"Interval\(0\.005, 0\.25, \.\.\.\)"),
        (-0.5, 0.5, "0 and above"),  # no per cents: divided by 100 it would be below nought as before
    ],
)
def test_the_cure_for_a_share_out_of_bounds_is_one_that_works(low, high, cure):
    with pytest.raises(ValueError, match=rf"a share lies between 0 and 1; per cents are written as {cure}$"):
        without_cancelled(1000, Interval(low, high, "bound"))


def test_a_split_is_read_by_its_parts_and_printed_without_a_level_that_stands_in_its_first_line():
    split = split_by_year(800, Interval(0.25, 0.375, "confidence", 0.9))
    assert split.to_frame().to_dict("records") == [
        {"part": "this_year", "low": 500, "high": 600, "kind": "confidence", "level": 0.9},
        {"part": "earlier", "low": 200, "high": 300, "kind": "confidence", "level": 0.9},
    ]
    first, columns, *rows = str(split).splitlines()
    assert first == "recorded in the year and committed in it: 500 to 600 (90% confidence interval)"
    assert columns.split() == ["part", "low", "high", "kind"]
    assert [row.split()[:3] for row in rows] == [["this_year", "500", "600"], ["earlier", "200", "300"]]


def test_a_split_cannot_be_changed_so_that_its_parts_no_longer_make_up_the_count():
    split = split_by_year(800, HALF)
    with pytest.raises(AttributeError):
        split.earlier = Interval(0, 0, "bound")
    assert not hasattr(split, "__dict__")
