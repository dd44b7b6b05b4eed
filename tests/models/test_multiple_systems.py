import itertools

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from cseanalysis.models.hidden.heterogeneity import fit_heterogeneity
from cseanalysis.models.hidden.loglinear import design, fit_models, model_status, pad
from cseanalysis.models.hidden.model_search import choose_by_bic, choose_stepwise, compare_models, hierarchical_models
from cseanalysis.models.hidden.multiple_systems import (
    ModelNotEstimableError,
    estimate_population,
    existence_status,
    read_histories,
)
from cseanalysis.models.hidden.perturbations import (
    highest_order_path,
    perturb_by_leaving_out,
    perturb_by_merging,
    perturb_by_one_case,
)
from cseanalysis.values import NotEstimableError

COUNTS = {(1, 0, 0): 30, (0, 1, 0): 40, (0, 0, 1): 50, (1, 1, 0): 9, (1, 0, 1): 8, (0, 1, 1): 10, (1, 1, 1): 3}


def frame(counts=COUNTS, names=None):
    lists = len(next(iter(counts)))
    rows = [[*history, number] for history, number in counts.items()]
    return pd.DataFrame(rows, columns=[*(names or "ABCDEFGHI"[:lists]), "count"])


def drawn(lists, seed, size=600):
    """Draw a table of lists with dependence between the first two."""
    rng = np.random.default_rng(seed)
    members = rng.random((size, lists)) < rng.uniform(0.1, 0.5, lists)
    members[:, 1] |= members[:, 0] & (rng.random(size) < 0.4)
    codes = members @ (1 << np.arange(lists))
    return np.bincount(codes, minlength=1 << lists)[1:].astype(float)


def as_frame(table):
    lists = len(table).bit_length()
    return frame({tuple((code + 1) >> i & 1 for i in range(lists)): int(n) for code, n in enumerate(table)})


SPARSE = drawn(4, 3, 120)
FOUR = drawn(4, 1)


# By hand


def searched(estimate):
    """Give the models among which one was chosen, without those in which cases differ."""
    return estimate.models[~estimate.models["heterogeneity"]]


def test_the_model_of_all_pairs_on_three_lists_has_the_closed_form():
    # No three-way term: n000 = n111 n100 n010 n001 / (n110 n101 n011), here 3 * 30 * 40 * 50 / (9 * 8 * 10).
    estimate = estimate_population(frame(), method="fixed", model="[12,13,23]")
    assert estimate.total == pytest.approx(150 + 3 * 30 * 40 * 50 / (9 * 8 * 10), rel=1e-10)
    assert estimate.observed == 150
    assert estimate.models["deviance"][0] == pytest.approx(0, abs=1e-9)


def test_a_model_can_be_named_by_lists_or_by_numbers():
    numbers = estimate_population(frame(), method="fixed", model="[12,3]")
    names = estimate_population(frame(), method="fixed", model=[("A", "B")])
    assert numbers.model == names.model == "[12,3]"
    assert numbers.total == names.total


def test_there_are_8_113_and_6893_hierarchical_models_with_all_main_effects():
    # Dedekind numbers 20, 168 and 7,581 count all antichains; those with every list, less the saturated one, remain.
    assert [len(hierarchical_models(lists, lists - 1)) for lists in (3, 4, 5)] == [8, 113, 6893]
    for model in hierarchical_models(4, 3):
        assert all(part in model for term in model for part in range(16) if part & ~term == 0)
    assert len(set(hierarchical_models(4, 3))) == 113


# Planted truth and references


@pytest.mark.parametrize("table", [FOUR, SPARSE, drawn(5, 2)], ids=["four", "sparse", "five"])
def test_batched_fits_agree_with_statsmodels_to_a_hundred_millionth(table):
    plan = design(len(table).bit_length())
    models = hierarchical_models(plan.lists, 2)[:: 1 if plan.lists == 4 else 61]
    search = compare_models(plan, table, models)
    checked = 0
    for index in np.flatnonzero(search.status == 0):
        terms = [term for term in models[index] if table @ plan.acts[:, term] > 0]
        gone = [term for term in models[index] if term not in terms]
        possible = (plan.acts[:, gone] == 0).all(axis=1)
        matrix = plan.acts[np.ix_(possible, terms)]
        other = sm.GLM(table[possible], matrix, family=sm.families.Poisson()).fit(tol=1e-14, maxiter=300)
        np.testing.assert_allclose(search.coefficients[index, terms], other.params, rtol=1e-8, atol=1e-8)
        assert search.deviance[index] == pytest.approx(other.deviance, rel=1e-8, abs=1e-8)
        checked += 1
    assert checked >= 10


@pytest.mark.parametrize("table", [FOUR, SPARSE, drawn(4, 9, 60)], ids=["four", "sparse", "sparser"])
def test_the_status_read_off_the_fits_is_that_of_the_linear_programme(table):
    models = hierarchical_models(4, 3) * 2  # more than the number up to which every doubt is checked
    search = compare_models(design(4), table, models)
    assert search.status.tolist() == [model_status(design(4), table, model) for model in models]


def test_an_estimate_at_the_boundary_says_so():
    counts = COUNTS | {(1, 1, 0): 0, (1, 1, 1): 0}
    estimate = estimate_population(frame(counts), method="fixed", model="[12,3]")
    assert estimate.at_boundary == ("12",)
    assert searched(estimate)["at_boundary"].tolist() == [True]
    assert estimate_population(frame(), method="fixed", model="[12,3]").at_boundary == ()
    # With nobody on A and B together, C's overlap with either gives the odds: 50 unlisted by A and B, 18 listed.
    others = 30 + 40
    assert estimate.total == pytest.approx(others + 18 + 50 + 50 * others / 18, rel=1e-9)


def test_selection_by_pruning_is_that_of_fitting_every_model():
    for table, size in ((FOUR, 4), (SPARSE, 8)):
        plan, models = design(4), hierarchical_models(4, 3)
        search = compare_models(plan, table, models)
        draws = np.random.default_rng(4).multinomial(int(table.sum()), table / table.sum(), size=size).astype(float)
        index, totals = choose_by_bic(plan, draws, search)
        for draw, chosen, total in zip(draws, index, totals, strict=True):
            every = compare_models(plan, draw, models)
            best = np.lexsort((every.bic, every.status > 0))[0]
            assert chosen == best
            assert total == pytest.approx(draw.sum() + np.exp(every.coefficients[best, 0]), rel=1e-8)


def test_a_planted_population_is_recovered():
    # 20,000 people, four lists, the first two dependent: 0.3, 0.2, 0.25, 0.15 listed.
    rng = np.random.default_rng(0)
    first = rng.random(20_000) < 0.3
    second = rng.random(20_000) < np.where(first, 0.4, 0.15)
    rest = rng.random((20_000, 2)) < [0.25, 0.15]
    codes = np.column_stack([first, second, rest]) @ [1, 2, 4, 8]
    estimate = estimate_population(as_frame(np.bincount(codes, minlength=16)[1:]), bootstrap=200, seed=0)
    assert estimate.model == "[12,3,4]"
    assert estimate.total == pytest.approx(20_000, rel=0.05)
    assert estimate.interval.low < 20_000 < estimate.interval.high


def test_a_main_effects_fit_has_the_observed_list_totals():
    plan = design(4)
    fits = fit_models(
        plan, FOUR[None], pad([(0, 1, 2, 4, 8)], plan), (np.zeros(1, int), np.zeros(1, int)), precise=True
    )
    fitted = np.exp(fits.coefficients @ plan.acts.T)[0]
    np.testing.assert_allclose(fitted @ plan.acts[:, [0, 1, 2, 4, 8]], FOUR @ plan.acts[:, [0, 1, 2, 4, 8]], rtol=1e-9)


# Promises


@pytest.mark.parametrize("method", ["bic", "stepwise"])
def test_the_same_seed_gives_the_same_interval_and_zero_is_a_seed(method):
    one, two, other = (estimate_population(frame(), method=method, bootstrap=60, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.draws, two.draws)
    assert one.interval == two.interval
    assert not np.array_equal(one.draws, other.draws)
    assert (one.interval.kind, one.interval.level) == ("confidence", 0.95)


def test_more_draws_begin_with_the_same_ones():
    few, many = (estimate_population(frame(), bootstrap=draws, seed=7).draws for draws in (40, 90))
    np.testing.assert_allclose(many[:40], few, rtol=1e-9)


def test_the_whole_admissible_set_comes_back_and_the_rest_says_why_not():
    models = searched(estimate_population(as_frame(SPARSE)))
    assert len(models) == 113
    admissible = models[models["status"] == 0]
    assert admissible["total"].notna().all()
    assert admissible["bic"].is_monotonic_increasing
    assert admissible["weight"].sum() == pytest.approx(1)
    assert models[models["status"] > 0]["total"].isna().all()
    assert (models["status"] > 0).any()


def test_stepwise_returns_its_steps_with_their_p_values():
    models = searched(estimate_population(as_frame(FOUR), method="stepwise"))
    assert models["model"].iloc[-1] == "[1,2,3,4]"
    assert models["p_value"].iloc[-1] == 1
    assert (models["p_value"].iloc[:-1] <= 0.02).all()
    assert models["terms"].tolist() == list(range(models["terms"].max(), 4, -1))


def test_a_threshold_of_zero_keeps_the_main_effects_and_one_adds_every_pair():
    assert estimate_population(as_frame(FOUR), method="stepwise", threshold=0).model == "[1,2,3,4]"
    assert estimate_population(as_frame(FOUR), method="stepwise", threshold=1).model == "[12,13,14,23,24,34]"


@given(st.permutations(range(4)), st.permutations(range(15)))
@settings(max_examples=15, deadline=None)
def test_the_order_of_lists_and_rows_does_not_matter(lists, rows):
    table = as_frame(FOUR)
    names = [table.columns[i] for i in lists]
    shuffled = table[[*names, "count"]].iloc[list(rows)]
    assert estimate_population(shuffled).total == pytest.approx(estimate_population(table).total, rel=1e-9)


@given(st.lists(st.integers(1, 60), min_size=7, max_size=7))
@settings(max_examples=40, deadline=None)
def test_a_total_is_never_below_the_observed_and_pairs_fit_three_lists_exactly(counts):
    table = frame(dict(zip(COUNTS, counts, strict=True)))
    estimate = estimate_population(table)
    assert (estimate.models["total"].dropna() > sum(counts)).all()
    pairs = estimate.models.set_index("model").loc["[12,13,23]"]
    assert pairs["deviance"] == pytest.approx(0, abs=1e-6)


def test_histories_that_are_left_out_count_nothing():
    table = frame(COUNTS | {(1, 1, 1): 0})
    shorter = table[table["count"] > 0]
    pd.testing.assert_frame_equal(estimate_population(table).models, estimate_population(shorter).models)


def test_lists_may_be_truth_values_and_counts_nullable():
    table = frame().astype({"A": bool, "count": "Int64"})
    assert estimate_population(table).total == estimate_population(frame()).total


# Perturbations


def test_leaving_out_a_list_is_the_estimate_of_the_others():
    found = perturb_by_leaving_out(as_frame(FOUR)).set_index("left_out")
    without = as_frame(FOUR).groupby(["A", "B", "C"], as_index=False)["count"].sum()
    alone = estimate_population(without[without[["A", "B", "C"]].any(axis=1)])
    assert found.loc["D", "total"] == pytest.approx(alone.total)
    assert found.loc["D", "observed"] == alone.observed
    assert found.index.tolist() == list("ABCD")


def test_merging_lists_keeps_every_case():
    found = perturb_by_merging(as_frame(FOUR), max_order=3)
    assert found["merged"].tolist() == [" + ".join(pair) for pair in itertools.combinations("ABCD", 2)]
    assert (found["observed"] == FOUR.sum()).all()
    assert found["total"].notna().all()


def test_a_perturbation_without_an_estimate_says_why():
    counts = {(1, 0, 0, 0): 9, (0, 1, 0, 0): 8, (0, 0, 1, 0): 7, (0, 0, 0, 1): 9, (1, 0, 0, 1): 3, (0, 1, 0, 1): 2}
    found = perturb_by_leaving_out(frame(counts | {(0, 0, 1, 1): 2})).set_index("left_out")
    assert np.isnan(found.loc["D", "total"])
    assert "nobody is on two lists" in found.loc["D", "reason"]


def test_one_case_more_or_fewer_is_the_estimate_of_that_table():
    found = perturb_by_one_case(frame()).set_index(["history", "change"])
    assert len(found) == 14
    fewer = estimate_population(frame(COUNTS | {(1, 1, 1): 2}))
    assert found.loc[("A + B + C", -1), "total"] == pytest.approx(fewer.total, rel=1e-8)
    unseen = perturb_by_one_case(frame(COUNTS | {(1, 1, 1): 0}))
    assert unseen.loc[unseen["history"] == "A + B + C", "change"].tolist() == [1]


def test_the_untestable_term_multiplies_the_cases_on_no_list():
    estimate = estimate_population(frame())
    path = highest_order_path(estimate, [0.5, 1, 3])
    np.testing.assert_allclose(path["total"] - 150, np.array([0.5, 1, 3]) * (estimate.total - 150))
    with pytest.raises(ValueError, match="above 0"):
        highest_order_path(estimate, [1, 0])


# Refusals


def changed(**columns):
    return frame().assign(**columns)


@pytest.mark.parametrize(
    ("histories", "message"),
    [
        (frame().drop(columns="C").groupby(["A", "B"], as_index=False).sum(), "two_list_estimate"),
        (frame().to_numpy(), "DataFrame"),
        (frame().rename(columns={"count": "n"}), "no column 'count'"),
        (frame().rename(columns={"B": "A"}), "stands twice; rename"),
        (changed(count=[-1, 40, 50, 9, 8, 10, 3]), "counts -1"),
        (changed(count=[30.5, 40, 50, 9, 8, 10, 3]), "counts 30.5"),
        (changed(count=[None, 40, 50, 9, 8, 10, 3]), "counts nan"),
        (changed(count=[np.inf, 40, 50, 9, 8, 10, 3]), "counts inf"),
        (changed(count=["30", "40", "50", "9", "8", "10", "3"]), "counts '30'"),
        (changed(A=[2, 0, 0, 1, 1, 0, 1]), "list A: 2 in 1 rows"),
        (changed(A=["1", "0", "0", "1", "1", "0", "1"]), "list A: '1'"),
        (pd.concat([frame(), frame().head(1)]), "stand twice"),
        (frame(COUNTS | {(0, 0, 0): 5}), "no list"),
        (frame(COUNTS | {(0, 0, 0): 0}), "no list"),
        (frame({(1, 0, 0): 3, (0, 1, 0): 4, (1, 1, 0): 2}), "no cases on C"),
        (frame({tuple(int(i == j) for i in range(10)): 1 for j in range(10)}, names="ABCDEFGHIJ"), "at most 9"),
    ],
)
def test_a_table_that_is_not_of_capture_histories_is_refused(histories, message):
    with pytest.raises(ValueError, match=message):
        estimate_population(histories)


def test_marginal_totals_are_refused_and_what_can_be_said_is_named():
    totals = frame({(1, 0, 0): 500, (0, 1, 0): 300, (0, 0, 1): 90})
    with pytest.raises(NotEstimableError, match=r"known_to_any.*two_list_bounds"):
        estimate_population(totals)


@pytest.mark.parametrize(("model", "status"), [("[12,13,23]", 2), ("[12,3]", 1)])
def test_a_model_whose_estimate_does_not_exist_or_is_not_identified_is_refused(model, status):
    table = frame({(1, 0, 0): 40, (0, 1, 0): 30, (0, 0, 1): 20, (1, 1, 0): 6})
    assert existence_status(table, model) == status
    with pytest.raises(ModelNotEstimableError, match=f"status {status}") as caught:
        estimate_population(table, method="fixed", model=model)
    assert caught.value.status == status


def test_a_table_on_which_no_model_can_be_estimated_is_refused():
    # Everybody is on A, so nothing says how many A missed.
    table = frame({(1, 0, 0): 40, (1, 1, 0): 30, (1, 0, 1): 20, (0, 1, 1): 0})
    with pytest.raises(NotEstimableError, match="no model has an estimate"):
        estimate_population(table, max_order=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "aic"}, "method is 'aic': must be one of bic, stepwise, fixed"),
        ({"method": "fixed"}, "a model goes with"),
        ({"model": "[12,3]"}, "a model goes with"),
        ({"method": "fixed", "model": "12,3"}, "largest terms"),
        ({"method": "fixed", "model": "[14,3]"}, "no list 4"),
        ({"method": "fixed", "model": "[11,3]"}, "twice in one term"),
        ({"method": "fixed", "model": [("A", "X")]}, "X is not a list"),
        ({"method": "fixed", "model": "[123]"}, "cannot be told"),
        ({"max_order": 3}, "must be 1 to 2"),
        ({"max_order": 0}, "max_order is .*: must be a whole number from 1"),
        ({"max_order": 1.5}, "max_order is .*: must be a whole number from 1"),
        ({"method": "stepwise", "max_order": 2}, "with 'bic' only"),
        ({"threshold": -0.1}, "p-value"),
        ({"bootstrap": 10}, "seed None: must be a whole number, .* can be repeated"),
        ({"bootstrap": -1}, "whole number"),
        ({"bootstrap": 2.5, "seed": 1}, "whole number"),
        ({"bootstrap": 10, "seed": -1}, "whole number"),
        ({"level": 1.0}, "between 0 and 1"),
    ],
)
def test_impossible_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        estimate_population(frame(), **options)


def test_too_many_models_are_refused_before_any_is_fitted():
    with pytest.raises(ValueError, match="more than 40,000 models"):
        hierarchical_models(6, 3)


def test_three_lists_are_too_few_to_leave_one_out_or_merge():
    for perturb in (perturb_by_leaving_out, perturb_by_merging):
        with pytest.raises(ValueError, match="at least four"):
            perturb(frame())


def test_draws_all_on_one_side_have_no_interval():
    with pytest.raises(NotEstimableError, match="either side"):
        estimate_population(frame(), bootstrap=1, seed=0)


def test_stepwise_skips_a_term_that_would_not_be_estimable():
    # With A and B the only overlap, their term would leave nothing to estimate the unseen from.
    counts = np.array([40, 30, 6, 20, 0, 0, 0.0])
    assert choose_stepwise(design(3), counts[None], 1.0).models[0] != (0, 1, 2, 4, 3)


def test_lists_may_be_named_by_numbers():
    words = as_frame(FOUR)
    numbers = words.set_axis([1, 2, 3, 4, "count"], axis=1)
    for perturb in (perturb_by_leaving_out, perturb_by_merging):
        one, other = perturb(numbers), perturb(words)
        pd.testing.assert_series_equal(one["total"], other["total"])
    by_number = estimate_population(numbers, method="fixed", model=[(1, 2), 3])
    assert by_number.total == estimate_population(words, method="fixed", model=[("A", "B")]).total
    with pytest.raises(ValueError, match="a name stands twice"):
        estimate_population(words.set_axis([1, "1", 3, 4, "count"], axis=1))


def test_counts_that_are_true_or_false_are_refused():
    for kind in (bool, object, "boolean"):
        with pytest.raises(ValueError, match="must be whole numbers of cases"):
            estimate_population(frame().assign(count=pd.Series([True] * 7, dtype=kind)))


def test_one_odds_ratio_of_all_lists_is_a_path_of_one_row():
    assert len(highest_order_path(estimate_population(frame()), 2)) == 1


# Cases that differ


def test_chaos_lower_bound_has_its_closed_form_where_no_term_is_dropped():
    # Chao 1987: (t - 1) / (2 t) f1^2 / f2 unseen cases. Of four lists, 160 on one and 60 on two: 3 / 8 * 160^2 / 60.
    on = (np.arange(1, 16)[:, None] >> np.arange(4) & 1).sum(axis=1)
    table = np.array([0.0, 40, 10, 20, 200])[on]
    found = {fit.model: fit.total for fit in fit_heterogeneity(table)}
    assert found["Mh Chao (lower bound)"] == pytest.approx(table.sum() + 160)
    assert found["Mth Chao (lower bound)"] == pytest.approx(table.sum() + 160)


def test_lists_of_independent_cases_have_the_same_total_with_and_without_differences():
    share = np.array([0.5, 0.3, 0.2])
    on = np.arange(1, 8)[:, None] >> np.arange(3) & 1
    table = 10_000 * np.where(on, share, 1 - share).prod(axis=1)
    for fit in fit_heterogeneity(table):
        if fit.model.startswith("Mth"):
            assert fit.total == pytest.approx(10_000, rel=1e-6)


def test_models_in_which_cases_differ_stand_last_and_are_never_chosen():
    for options in ({}, {"method": "stepwise"}, {"method": "fixed", "model": "[12,3]"}):
        models = estimate_population(frame(), **options).models
        assert models["heterogeneity"].tolist() == [False] * (len(models) - 8) + [True] * 8
        assert (models.loc[models["heterogeneity"], "weight"] == 0).all()
        assert (models.loc[models["heterogeneity"] & (models["status"] == 0), "total"] >= sum(COUNTS.values())).all()


def test_cases_that_differ_make_the_total_too_low_and_the_bound_no_higher_than_the_truth():
    on = np.arange(16)[:, None] >> np.arange(4) & 1
    means = sum(5_000 * np.where(on, chance, 1 - chance).prod(axis=1) for chance in (0.1, 0.5))
    estimate = estimate_population(as_frame(np.round(means[1:])))
    assert estimate.range[1] < 8_500
    assert estimate.observed < estimate.lower_bound < 10_000


def test_the_result_says_in_words_what_it_assumes_and_how_far_models_range():
    estimate = estimate_population(frame(), bootstrap=100, seed=0)
    low, high = estimate.range
    text = str(estimate)
    assert "cases do not differ in how likely they are to be on each list; where they do, totals are too low" in text
    assert f"which allows for cases that differ: {estimate.lower_bound:.4g}" in text
    assert text.startswith("total: ")
    assert f"to {high:.4g} (range of " in text
    assert estimate.total >= low
    assert "95% confidence interval" in text
    close = searched(estimate)
    close = close[close["bic"] <= close["bic"].min() + 10]["total"]
    assert estimate.range == (close.min(), close.max())


def test_a_bound_that_does_not_exist_is_said_not_to():
    # Everybody on two lists is on the same two: what the third shares with either is not known.
    table = pd.DataFrame({"A": [1, 0, 0, 1], "B": [0, 1, 0, 1], "C": [0, 0, 1, 0], "count": [40, 30, 20, 6]})
    estimate = estimate_population(table)
    found = {fit.model: fit for fit in fit_heterogeneity(read_histories(table, "count")[1])}
    assert np.isnan(estimate.lower_bound) == np.isnan(found["Mth Chao (lower bound)"].total)
    if np.isnan(estimate.lower_bound):
        assert "cases that differ: not estimable" in str(estimate)
