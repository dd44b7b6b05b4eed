"""Sobol indices, Shapley effects and PAWN: answers in closed form, what must hold for any model, and bad input."""

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from cseanalysis.distributions import beta, fixed, pert, trapezoid, uniform
from cseanalysis.models.draws.copula import scores_given
from cseanalysis.sensitivity import pawn, shapley, sobol
from cseanalysis.sensitivity.model_calls import centre_and_scale
from cseanalysis.values import Assumption, Interval, NotEstimableError

UNIT = uniform(0.0, 1.0)
CIRCLE = uniform(-np.pi, np.pi)
CLOSE = 0.01  # what is promised at 2**14 samples


def ishigami(a, b, c):
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


# Ishigami and Homma (1990), closed form with 7 and 0.1.
ISHIGAMI = dict.fromkeys("abc", CIRCLE)
ISHIGAMI_FIRST = [0.31390519, 0.44241114, 0.0]
ISHIGAMI_TOTAL = [0.55758886, 0.44241114, 0.24368366]
ISHIGAMI_SHAPLEY = [0.43574702, 0.44241114, 0.12184183]
ISHIGAMI_VARIANCE = 13.844587940719254


def g_function(weights):
    """Sobol's g-function and its first orders and totals (Saltelli and Sobol 1995)."""
    a = np.asarray(weights, dtype=float)
    own = 1 / (3 * (1 + a) ** 2)
    variance = np.prod(1 + own) - 1

    def model(**x):
        return np.prod(
            [(np.abs(4 * value - 2) + each) / (1 + each) for value, each in zip(x.values(), a, strict=True)], axis=0
        )

    return model, own / variance, own * np.prod(1 + own) / (1 + own) / variance


def linear_in_normals(weights):
    """Scores of uniform inputs are normal, so this is the correlated Gaussian linear model of the literature."""
    return lambda **x: sum(weight * ndtri(value) for weight, value in zip(weights, x.values(), strict=True))


def linear_shapley(weights, correlation):
    """Owen and Prieur (2017), by definition: conditional variances of a Gaussian vector over all subsets."""
    count = len(weights)

    def cost(subset):
        drawn = list(subset)
        if not drawn:
            return 0.0
        kept = [place for place in range(count) if place not in drawn]
        across = correlation[np.ix_(drawn, kept)]
        left = correlation[np.ix_(drawn, drawn)] - across @ np.linalg.pinv(correlation[np.ix_(kept, kept)]) @ across.T
        return float(weights[drawn] @ left @ weights[drawn])

    effects = np.zeros(count)
    for place in range(count):
        others = [each for each in range(count) if each != place]
        for size in range(count):
            for before in combinations(others, size):
                effects[place] += (cost((*before, place)) - cost(before)) / (count * comb(count - 1, size))
    return effects


@pytest.mark.parametrize("seed", [0, 1])
def test_the_ishigami_function_gives_its_published_indices(seed):
    table = sobol(ishigami, ISHIGAMI, seed=seed, second_order=True)
    assert table["input"].tolist() == list("abc")
    np.testing.assert_allclose(table["first"], ISHIGAMI_FIRST, atol=CLOSE)
    np.testing.assert_allclose(table["total"], ISHIGAMI_TOTAL, atol=CLOSE)
    # Only a and c work together: what both have in total beyond their first orders.
    pairs = table[["second_a", "second_b", "second_c"]].to_numpy()
    np.testing.assert_allclose(pairs[[0, 0, 1], [1, 2, 2]], [0, ISHIGAMI_TOTAL[2], 0], atol=CLOSE)
    np.testing.assert_array_equal(pairs, pairs.T)


@pytest.mark.parametrize("weights", [[0, 1, 4.5, 9, 99, 99, 99, 99], [0, 0.5, 3, 9, 99], [1, 1, 1]])
def test_the_g_function_gives_its_published_indices_within_their_intervals(weights):
    model, first, total = g_function(weights)
    table = sobol(model, {f"x{place}": UNIT for place in range(len(weights))}, seed=0)
    np.testing.assert_allclose(table["first"], first, atol=CLOSE)
    np.testing.assert_allclose(table["total"], total, atol=CLOSE)
    assert ((table["first_low"] <= first) & (first <= table["first_high"])).all()
    assert ((table["total_low"] <= total) & (total <= table["total_high"])).all()
    assert (table["kind"] == "simulation").all()


def test_the_variances_of_the_librarys_own_distributions_are_the_shares_of_a_sum():
    inputs = {"a": beta(2, 5), "b": pert(0.0, 1.0, 6.0), "c": trapezoid(0.0, 1.0, 1.0, 3.0), "d": fixed(4.0)}
    variance = np.array([each.moment(2) - each.moment(1) ** 2 for each in inputs.values()])
    first = sobol(lambda a, b, c, d: a + b + c + d, inputs, samples=2**10, seed=0)
    np.testing.assert_allclose(first["first"], variance / variance.sum(), atol=1e-3)
    assert first["total"].iloc[3] == 0
    effects = shapley(lambda a, b, c, d: a + b + c + d, inputs, samples=2**10, seed=0)
    np.testing.assert_allclose(effects["variance"], variance, atol=2e-3)
    assert effects["shapley"].iloc[3] == 0


def test_shapley_effects_of_the_ishigami_function_share_out_its_whole_variance():
    table = shapley(ishigami, ISHIGAMI, samples=2**14, seed=0)
    np.testing.assert_allclose(table["shapley"], ISHIGAMI_SHAPLEY, atol=CLOSE)
    assert table["shapley"].sum() == pytest.approx(1, abs=1e-12)
    assert table["variance"].sum() == pytest.approx(ISHIGAMI_VARIANCE, rel=1e-3)


def test_two_correlated_normals_share_as_owen_and_prieur_say():
    # Effect of the first: b1^2 (1 - r^2 / 2) + r b1 b2 + b2^2 r^2 / 2, of unit variances.
    for r in (-0.6, 0.0, 0.9):
        first, second = 2.0, 1.0
        expected = first**2 * (1 - r**2 / 2) + r * first * second + second**2 * r**2 / 2
        model = linear_in_normals([first, second])
        table = shapley(model, {"a": UNIT, "b": UNIT}, correlation=r, samples=2**13, seed=0)
        assert table["variance"].iloc[0] == pytest.approx(expected, abs=0.01)
        assert table["variance"].sum() == pytest.approx(first**2 + second**2 + 2 * r * first * second, abs=0.01)


WEIGHTS = np.array([1.0, -2.0, 0.5, 1.5])
MATRIX = np.array([[1, 0.5, 0.2, 0], [0.5, 1, -0.3, 0], [0.2, -0.3, 1, 0.6], [0, 0, 0.6, 1]])
FOUR = dict.fromkeys("abcd", UNIT)


def test_four_correlated_normals_share_as_their_conditional_variances_say():
    table = shapley(linear_in_normals(WEIGHTS), FOUR, correlation=MATRIX, samples=2**12, seed=3)
    expected = linear_shapley(WEIGHTS, MATRIX)
    np.testing.assert_allclose(table["shapley"], expected / expected.sum(), atol=CLOSE)
    assert table["method"].iloc[0] == "all 15 subsets"


def test_random_orders_give_the_same_effects_as_all_subsets(monkeypatch):
    monkeypatch.setattr("cseanalysis.sensitivity.shapley_effects.EXACT", 1)
    table = shapley(linear_in_normals(WEIGHTS), FOUR, correlation=MATRIX, samples=2**13, seed=0)
    expected = linear_shapley(WEIGHTS, MATRIX)
    error = (table["shapley"] - expected / expected.sum()) / table["standard_error"]
    assert table["method"].iloc[0] == "2048 orders"
    assert table["shapley"].sum() == pytest.approx(1, abs=1e-12)
    assert error.abs().max() < 4


def test_a_labelled_correlation_is_put_into_the_order_of_the_inputs():
    labelled = pd.DataFrame(MATRIX, index=list("abcd"), columns=list("abcd")).loc[list("dbca"), list("dbca")]
    model = linear_in_normals(WEIGHTS)
    pd.testing.assert_frame_equal(
        shapley(model, FOUR, correlation=labelled, samples=2**6, seed=0),
        shapley(model, FOUR, correlation=MATRIX, samples=2**6, seed=0),
    )


def test_scores_drawn_given_others_keep_the_correlation():
    rng = np.random.default_rng(1)
    base = np.linalg.cholesky(MATRIX) @ rng.standard_normal((4, 100_000))
    for drawn in ([1], [0, 3], [1, 2, 3], [0, 1, 2, 3]):
        scores = scores_given(np.array([drawn]), base, rng.standard_normal((4, 100_000)), MATRIX)
        np.testing.assert_allclose(np.cov(scores), MATRIX, atol=0.02)
        kept = [place for place in range(4) if place not in drawn]
        np.testing.assert_array_equal(scores[kept], base[kept])


def test_an_input_that_the_model_does_not_use_matters_only_through_its_correlation():
    inputs = {"used": UNIT, "idle": UNIT}
    alone = shapley(lambda used, idle: used + 0 * idle, inputs, samples=2**8, seed=0)
    assert alone["shapley"].tolist() == pytest.approx([1, 0], abs=1e-12)
    tied = shapley(lambda used, idle: used + 0 * idle, inputs, correlation=0.8, samples=2**8, seed=0)
    assert tied["shapley"].iloc[1] > 0.2


# -- what must hold for any model ----------------------------------------------------------------------------------

models = st.lists(st.floats(0.2, 3), min_size=3, max_size=3)
quick = settings(max_examples=8, deadline=None)


@quick
@given(models, st.integers(0, 2**32))
def test_additive_models_have_nothing_beyond_first_orders(weights, seed):
    def model(a, b, c):
        return weights[0] * a + weights[1] * b**2 + weights[2] * np.exp(c)

    table = sobol(model, dict.fromkeys("abc", UNIT), samples=2**11, seed=seed)
    np.testing.assert_allclose(table["first"], table["total"], atol=CLOSE)
    np.testing.assert_allclose(table["first"].sum(), 1, atol=CLOSE)


@quick
@given(models, st.integers(0, 2**32))
def test_a_shapley_effect_lies_between_first_and_total_order_when_inputs_are_independent(weights, seed):
    def model(a, b, c):
        return weights[0] * a + weights[1] * a * b + weights[2] * b * c**2

    indices = sobol(model, dict.fromkeys("abc", UNIT), samples=2**11, seed=seed)
    effects = shapley(model, dict.fromkeys("abc", UNIT), samples=2**11, seed=seed)["shapley"]
    assert (indices["first"] <= effects + CLOSE).all()
    assert (effects <= indices["total"] + CLOSE).all()


@quick
@given(st.floats(1e-9, 1e9), st.booleans(), st.floats(-1e3, 1e3), st.integers(0, 100))
def test_units_and_origin_of_the_value_do_not_change_the_shares(scale, flipped, shift, seed):
    factor = -scale if flipped else scale

    def moved(a, b, c):
        return factor * (ishigami(a, b, c) + shift)

    columns = ["first", "total", "first_low", "total_high"]
    pd.testing.assert_frame_equal(
        sobol(moved, ISHIGAMI, samples=2**6, seed=seed)[columns],
        sobol(ishigami, ISHIGAMI, samples=2**6, seed=seed)[columns],
        atol=1e-8,
    )
    ours = shapley(moved, ISHIGAMI, correlation=0.3, samples=2**6, seed=seed)
    plain = shapley(ishigami, ISHIGAMI, correlation=0.3, samples=2**6, seed=seed)
    np.testing.assert_allclose(ours["shapley"], plain["shapley"], atol=1e-8)
    np.testing.assert_allclose(ours["variance"], plain["variance"] * factor**2, rtol=1e-6, atol=1e-6 * factor**2)


def test_the_rows_stand_in_the_order_of_the_inputs_whose_shares_do_not_depend_on_it():
    for order in (["a", "b", "c"], ["c", "a", "b"]):
        expected = dict(zip("abc", ISHIGAMI_TOTAL, strict=True))
        table = sobol(ishigami, dict.fromkeys(order, CIRCLE), seed=5)
        assert table["input"].tolist() == order
        np.testing.assert_allclose(table["total"], [expected[name] for name in order], atol=CLOSE)


def test_nought_is_a_seed_and_every_seed_repeats_itself():
    for analysis in (sobol, shapley, pawn):
        first, again, other = (analysis(ishigami, ISHIGAMI, samples=2**8, seed=seed) for seed in (0, 0, 1))
        pd.testing.assert_frame_equal(first, again)
        assert not first.equals(other)


# -- PAWN ----------------------------------------------------------------------------------------------------------


def test_pawn_sees_an_input_through_a_tail_that_hides_it_from_the_variance():
    # The tail comes from a alone; b moves nearly every value. PAWN is the same for the logarithm of the value.
    def model(a, b, c):
        return np.where(a > 0.999, 1e6, 0) + b + 0 * c

    inputs = dict.fromkeys("abc", UNIT)
    table = pawn(model, inputs, samples=2**12, seed=0).set_index("input")
    variance = sobol(model, inputs, samples=2**12, seed=0).set_index("input")
    assert variance["total"].idxmax() == "a"
    assert table["median"].idxmax() == "b"
    assert table["above_chance"].tolist() == [False, True, False]
    logarithm = pawn(lambda a, b, c: np.log(model(a, b, c) + 1), inputs, samples=2**12, seed=0)
    pd.testing.assert_frame_equal(logarithm.set_index("input"), table)


def test_pawn_distances_of_a_single_input_are_those_of_its_slices():
    # Known to lie in one of two halves, the value leaves the distribution function of all by one half.
    table = pawn(lambda a: a, {"a": UNIT}, samples=2**6, slices=2, seed=0)
    assert table["median"].iloc[0] == pytest.approx(0.5)
    # A value of two kinds, tied within each: the same.
    table = pawn(lambda a: np.where(a < 0.5, 1.0, 2.0), {"a": UNIT}, samples=2**6, slices=2, seed=0)
    assert table["largest"].iloc[0] == pytest.approx(0.5)


def test_an_input_without_effect_exceeds_chance_about_as_often_as_one_in_ten():
    # Two statistics, each with its own 5% threshold.
    seen = [
        pawn(lambda a, b: a + 0 * b, dict.fromkeys("ab", UNIT), samples=2**8, slices=4, seed=seed)["above_chance"].iloc[
            1
        ]
        for seed in range(60)
    ]
    assert np.mean(seen) <= 0.2


# -- bad input -----------------------------------------------------------------------------------------------------


def assumed(name, distribution=None):
    return Assumption(name, 0.1, 0.2, "probability", "r", "s", "l", distribution=distribution)


@pytest.mark.parametrize("analysis", [sobol, shapley, pawn])
def test_bounds_have_no_share_of_a_variance_and_are_named(analysis):
    with pytest.raises(ValueError, match=r"\['told'\].*narrowing"):
        analysis(lambda told, kept: told, [assumed("told"), assumed("kept", "uniform(0.1, 0.2)")], samples=16, seed=0)
    with pytest.raises(ValueError, match=r"\['told'\].*narrowing"):
        analysis(lambda told: told, {"told": Interval(0.1, 0.2, "bound")}, samples=16, seed=0)


def test_assumptions_that_state_a_distribution_are_inputs():
    stated = [assumed("told", "uniform(0.1, 0.2)"), assumed("kept", "pert(0.1, 0.15, 0.2)")]
    by_hand = {"told": uniform(0.1, 0.2), "kept": pert(0.1, 0.15, 0.2)}
    for given_inputs in (stated, {each.id: each for each in stated}):
        pd.testing.assert_frame_equal(
            sobol(lambda told, kept: told * kept, given_inputs, samples=2**6, seed=0),
            sobol(lambda told, kept: told * kept, by_hand, samples=2**6, seed=0),
        )


@pytest.mark.parametrize("analysis", [sobol, shapley, pawn])
@pytest.mark.parametrize(
    ("words", "model", "inputs"),
    [
        (r"no argument \['unused'\]", lambda a: a, {"a": UNIT, "unused": UNIT}),
        (r"needs \['b'\]", lambda a, b: a + b, {"a": UNIT}),
        ("no inputs", lambda: 1.0, {}),
        ("must be a distribution", lambda a: a, {"a": (0, 1)}),
        ("identifier", lambda **x: 1.0, {"not one": UNIT}),
        (r"not finite in \d+ of \d+ rows, first nan at \{'a': ", lambda a: np.where(a > 0.99, np.nan, a), {"a": UNIT}),
        ("returned shape \\(\\)", lambda a: 1.0, {"a": UNIT}),
        ("not for single rows", lambda a: a if a > 0.5 else -a, {"a": UNIT}),
        ("read-only", lambda a: a.__imul__(2), {"a": UNIT}),
        ("whatever its inputs are", lambda a: 0 * a + 0.1, {"a": UNIT}),
        ("whatever its inputs are", lambda a: a, {"a": fixed(2.0)}),
    ],
)
def test_what_has_no_shares_is_refused_by_name(analysis, words, model, inputs):
    with pytest.raises(ValueError, match=words):
        analysis(model, inputs, samples=2**8, seed=0)


def test_the_row_for_which_a_model_raises_is_found():
    def model(a, b):
        if (a > 0.95).any():
            raise ZeroDivisionError("nothing was recorded")
        return a + b

    with pytest.raises(ValueError, match=r"nothing was recorded.* at \{'a': 0\.9[5-9]"):
        sobol(model, {"a": UNIT, "b": UNIT}, samples=2**8, seed=0)

    def refuses(a):
        raise NotEstimableError("no cases")

    with pytest.raises(NotEstimableError, match="no cases"):
        shapley(refuses, {"a": UNIT}, samples=2**4, seed=0)


@pytest.mark.parametrize("samples", [1000, 0, 8, -16, 2.0**10, True, None])
def test_samples_are_a_power_of_two(samples):
    for analysis in (sobol, shapley, pawn):
        with pytest.raises(ValueError, match="samples"):
            analysis(lambda a: a, {"a": UNIT}, samples=samples, seed=0)


@pytest.mark.parametrize(
    ("words", "correlation"),
    [
        ("not positive semidefinite", [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]),
        ("not positive definite", 1.0),
        ("not symmetric", [[1, 0.5, 0], [0.4, 1, 0], [0, 0, 1]]),
        ("3 by 3", np.eye(2)),
        ("labelled", pd.DataFrame(np.eye(3), index=list("xyz"), columns=list("xyz"))),
        ("diagonal", np.eye(3) * 0.5),
        ("between -1 and 1", [[1, 2, 0], [2, 1, 0], [0, 0, 1]]),
    ],
)
def test_a_correlation_that_no_three_inputs_can_have_is_refused(words, correlation):
    with pytest.raises(ValueError, match=words):
        shapley(ishigami, ISHIGAMI, correlation=correlation, samples=16, seed=0)


def test_a_correlation_that_was_computed_may_be_a_rounding_error_out():
    matrix = np.array([[1 + 2e-16, 0.5], [0.5, 1.0]]) + np.array([[2**-52, 0], [0, 0]])
    assert shapley(lambda a, b: a + b, dict.fromkeys("ab", UNIT), correlation=matrix, samples=16, seed=0).shape[0] == 2


def test_estimates_below_nought_are_kept_and_explained():
    tables = [sobol(ishigami, ISHIGAMI, samples=2**8, seed=seed).set_index("input") for seed in range(6)]
    below = [table for table in tables if table.loc["c", "first"] < 0]
    assert below
    for table in below:
        assert "cannot be told from 0" in table.loc["c", "note"]
        assert table.loc["b", "note"] == ""


def test_levels_seeds_and_pairs_that_cannot_be_are_refused():
    for words, options in [
        ("level", {"level": 1.0}),
        ("seed", {"seed": None}),
        ("two", {"second_order": True}),
    ]:
        with pytest.raises(ValueError, match=words):
            sobol(lambda a: a, {"a": UNIT}, **({"samples": 16, "seed": 0} | options))
    with pytest.raises(ValueError, match="slices"):
        pawn(lambda a: a, {"a": UNIT}, samples=2**10, slices=10, seed=0)
    with pytest.raises(ValueError, match="16 rows"):
        pawn(lambda a: a, {"a": UNIT}, samples=2**6, slices=16, seed=0)


def test_shares_of_values_whose_squares_are_no_numbers_are_given():
    table = shapley(lambda a, b: 1e300 * (a + b), {"a": UNIT, "b": UNIT}, samples=2**8, seed=0)
    assert table["shapley"].tolist() == pytest.approx([0.5, 0.5], abs=CLOSE)
    assert np.isposinf(table["variance"]).all()


def test_values_are_centred_and_scaled_before_they_are_squared():
    about, scale = centre_and_scale(np.array([1.0, 3.0, 5.0]))
    assert (about.tolist(), scale) == (pytest.approx([-1.0, 0.0, 1.0]), 2.0)
