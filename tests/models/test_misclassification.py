import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cseanalysis.distributions import beta, fixed, uniform
from cseanalysis.models.draws.simulation import BLOCK
from cseanalysis.models.misclassified.bias import (
    probabilistic_bias,
    probabilistic_bias_with_predictive_values,
    probabilistic_selection,
)
from cseanalysis.models.misclassified.counts import bound_counts, correct_counts, simulate_counts
from cseanalysis.models.misclassified.exact import blaker_limits
from cseanalysis.models.misclassified.tables import (
    correct_selection,
    correct_two_by_two,
    correct_with_predictive_values,
    e_value,
    rogan_gladen,
    rogan_gladen_interval,
)
from cseanalysis.values import NotEstimableError

SMOKING = (215, 1449, 668, 4296)
RATES = {"sensitivity": uniform(0.7, 0.95), "specificity": uniform(0.9, 0.99)}
SCALE = 10**9  # so many times a planted table, misclassified, is whole but for a share of 1e-9
counts = st.integers(1, 500)
rates = st.floats(0.6, 1.0)


def test_a_table_worked_by_hand():
    table = correct_two_by_two((58, 42, 34, 66), sensitivity=0.8, specificity=0.9)
    assert table.cells == pytest.approx((480 / 7, 220 / 7, 240 / 7, 460 / 7))  # (58 - 0.1 * 100) / 0.7, and so on
    assert table.odds_ratio == pytest.approx(48 * 46 / (22 * 24))


def test_a_misclassified_outcome_is_corrected_within_exposed_and_unexposed():
    table = correct_two_by_two((4558, 3428, 46305, 46085), sensitivity=0.53, specificity=0.99, what="outcome")
    risks = [(recorded / people - 0.01) / 0.52 for recorded, people in ((4558, 50863), (3428, 49513))]
    assert table.risk_ratio == pytest.approx(risks[0] / risks[1])


def test_without_error_the_correction_and_the_interval_are_the_usual_ones():
    table = correct_two_by_two((20, 10, 80, 90), sensitivity=1, specificity=1)
    assert table.cells == (20, 10, 80, 90)
    error = 1.959963984540054 * math.sqrt(1 / 20 + 1 / 10 + 1 / 80 + 1 / 90)
    assert table.odds_ratio_interval().high == pytest.approx(2.25 * math.exp(error))
    error = 1.959963984540054 * math.sqrt(1 / 20 + 1 / 10 - 1 / 100 - 1 / 100)
    assert table.risk_ratio_interval().high == pytest.approx(2 * math.exp(error))


@given(st.tuples(*[counts] * 4), st.tuples(*[rates] * 4), st.sampled_from(["exposure", "outcome"]))
def test_a_planted_table_is_recovered_from_what_its_error_rates_make_of_it(cells, errors, what):
    (a, b, c, d), (se1, se2, sp1, sp2) = cells, errors
    if min(se1 + sp1, se2 + sp2) < 1.15:
        return
    true = np.array([[a, b], [c, d]], dtype=float)
    table = true if what == "exposure" else true.T
    recorded = np.array(
        [
            [row[0] * se + row[1] * (1 - sp), row[0] * (1 - se) + row[1] * sp]
            for row, se, sp in zip(table, (se1, se2), (sp1, sp2), strict=True)
        ]
    )
    recorded = recorded if what == "exposure" else recorded.T
    whole = np.rint(SCALE * recorded)
    corrected = correct_two_by_two(whole, sensitivity=(se1, se2), specificity=(sp1, sp2), what=what)
    assert corrected.cells == pytest.approx([SCALE * cell for cell in (a, b, c, d)], rel=1e-8)
    assert sum(corrected.cells) == pytest.approx(sum(corrected.observed))


@given(st.integers(30, 70), st.integers(30, 70), st.sampled_from(["exposure", "outcome"]))
def test_predictive_values_that_follow_from_the_error_rates_give_the_same_table(one, two, what):
    cells = (one, 100 - one, two, 100 - two) if what == "exposure" else (one, two, 100 - one, 100 - two)
    table = correct_two_by_two(cells, sensitivity=0.9, specificity=0.8, what=what)
    positive, negative = [], []
    for recorded in (one, two):
        true = (recorded - 0.2 * 100) / 0.7
        positive.append(0.9 * true / recorded)
        negative.append(0.8 * (100 - true) / (100 - recorded))
    same = correct_with_predictive_values(cells, positive=tuple(positive), negative=tuple(negative), what=what)
    assert same.cells == pytest.approx(table.cells)


def test_a_pair_is_cases_and_non_cases_for_exposure_but_exposed_and_unexposed_for_outcome():
    exposure = correct_two_by_two((40, 60, 40, 60), sensitivity=(0.8, 1), specificity=1, what="exposure")
    assert exposure.cells == pytest.approx((50, 50, 40, 60))
    outcome = correct_two_by_two((40, 60, 60, 40), sensitivity=(0.8, 1), specificity=1, what="outcome")
    assert outcome.cells == pytest.approx((50, 60, 50, 40))


def test_four_selection_probabilities_that_are_equal_leave_the_ratios_alone():
    table = correct_selection((20, 40, 60, 80), selected=(0.5, 0.5, 0.5, 0.5))
    assert table.cells == (40, 80, 120, 160)
    assert table.odds_ratio == pytest.approx(10 * 40 / (20 * 30))


def test_the_interval_of_a_corrected_ratio_is_wider_than_that_of_the_observed():
    raw, corrected = (correct_two_by_two(SMOKING, sensitivity=se, specificity=sp) for se, sp in ((1, 1), (0.78, 0.99)))
    width = [math.log(t.odds_ratio_interval().high / t.odds_ratio_interval().low) for t in (raw, corrected)]
    assert width[1] > width[0]


def test_an_e_value_is_the_same_for_a_ratio_and_its_inverse_and_nought_is_needed_at_one():
    assert e_value(1 / 3.9) == pytest.approx(e_value(3.9))
    assert e_value(1) == 1


@given(st.floats(0, 1), rates, rates)
def test_rogan_gladen_recovers_a_planted_share(share, se, sp):
    if se + sp > 1.15:
        assert rogan_gladen(share * se + (1 - share) * (1 - sp), se, sp) == pytest.approx(share, abs=1e-9)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 1000), min_size=2, max_size=6), st.integers(0, 2**32))
def test_planted_counts_are_recovered_through_any_matrix_that_can_be_undone(true, seed):
    if sum(true) == 0:
        return
    size = len(true)
    matrix = 0.7 * np.eye(size) + 0.3 * np.random.default_rng(seed).dirichlet(np.ones(size), size)
    recorded = np.rint(SCALE * (np.array(true) @ matrix))
    assert correct_counts(recorded, matrix) == pytest.approx(SCALE * np.array(true), abs=1e-7 * SCALE)


def test_two_classes_are_rogan_and_gladen():
    corrected = correct_counts([100, 900], [[0.53, 0.47], [0.01, 0.99]])
    assert corrected[0] / 1000 == pytest.approx(rogan_gladen(0.1, 0.53, 0.99))


def test_the_order_of_the_classes_is_the_callers():
    matrix, observed, order = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0, 0, 1]]), np.array([60, 39, 51]), [2, 0, 1]
    turned = correct_counts(observed[order], matrix[np.ix_(order, order)])
    assert turned == pytest.approx(correct_counts(observed, matrix)[order])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_bounds_of_counts_hold_the_truth_for_every_matrix_in_the_ranges(seed):
    rng = np.random.default_rng(seed)
    true, matrix = rng.integers(1, 200, 3), 0.6 * np.eye(3) + 0.4 * rng.dirichlet(np.ones(3), 3)
    slack = rng.uniform(0, 0.1, (3, 3))
    recorded = np.rint(SCALE * (true @ matrix))
    bounds = bound_counts(recorded, np.maximum(matrix - slack, 0), np.minimum(matrix + slack, 1))
    for count, bound in zip(true, bounds, strict=True):
        assert bound.low / SCALE - 1e-4 <= count <= bound.high / SCALE + 1e-4
    exact = bound_counts(recorded, matrix, matrix)
    assert [each.low / SCALE for each in exact] == pytest.approx(true, abs=1e-3)


def test_bounds_for_two_classes_are_those_of_rogan_and_gladen_over_the_ranges():
    bounds = bound_counts([200, 800], [[0.5, 0.1], [0.0, 0.95]], [[0.9, 0.5], [0.05, 1.0]])
    corners = [rogan_gladen(0.2, se, sp) * 1000 for se in (0.5, 0.9) for sp in (0.95, 1.0)]
    assert (bounds[0].low, bounds[0].high) == (pytest.approx(min(corners)), pytest.approx(max(corners)))


def test_dirichlet_rows_recover_planted_counts_and_print_the_impossible_share():
    true, audit = np.array([700, 400, 400]), np.array([[800, 100, 100], [100, 800, 100], [0, 10, 990]])
    observed = (true @ (audit / 1000)).round()
    corrected = simulate_counts(observed, audit, seed=5, draws=20_000)
    for count, total in zip(true, corrected.counts, strict=True):
        assert total.median == pytest.approx(count, rel=0.02)
    wide, narrow = (
        each[0].interval().high - each[0].interval().low for each in (corrected.counts, corrected.systematic_counts)
    )
    assert wide > narrow
    assert corrected.stated.sum(axis=1) == pytest.approx(np.ones(3))
    assert "0.00% impossible" in str(corrected)
    sums = sum(each.draws for each in corrected.systematic_counts)
    assert sums == pytest.approx(np.full(sums.shape, observed.sum()))


def test_an_audit_at_odds_with_the_counts_moves_the_admissible_matrix_away_from_the_stated():
    corrected = simulate_counts([30, 970], [[9, 1], [5, 95]], seed=1, draws=20_000)
    assert corrected.impossible_share > 0.3
    assert corrected.admissible[1, 1] > corrected.stated[1, 1]


@pytest.mark.parametrize("scheme", ["fox-2005", "fox-2021"])
@pytest.mark.parametrize("what", ["exposure", "outcome"])
def test_the_same_seed_gives_the_same_bits_for_any_number_of_workers(scheme, what):
    common = {"seed": 0, "scheme": scheme, "what": what, "draws": 2 * BLOCK + 11}
    cells = SMOKING if what == "exposure" else (500, 400, 500, 600)
    one, three = (probabilistic_bias(cells, **RATES, **common, workers=workers) for workers in (1, 3))
    for name in ("odds_ratio", "risk_ratio", "systematic_odds_ratio", "systematic_risk_ratio"):
        np.testing.assert_array_equal(getattr(one, name).draws, getattr(three, name).draws)
    fewer = probabilistic_bias(cells, **RATES, **{**common, "draws": 1000})
    assert one.impossible == 0
    np.testing.assert_array_equal(fewer.odds_ratio.draws, one.odds_ratio.draws[:1000])


def test_seed_nought_is_a_seed_of_its_own():
    first, second = (probabilistic_bias(SMOKING, **RATES, seed=seed, draws=100).odds_ratio.draws for seed in (0, 1))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("what", ["exposure", "outcome"])
def test_error_rates_that_are_known_give_the_simple_correction_in_every_draw(what):
    cells = (500, 400, 500, 600)
    analysis = probabilistic_bias(cells, sensitivity=fixed(0.9), specificity=0.8, what=what, seed=1, draws=1000)
    simple = correct_two_by_two(cells, sensitivity=0.9, specificity=0.8, what=what)
    assert np.ptp(analysis.systematic_odds_ratio.draws) < 1e-12
    assert analysis.systematic_odds_ratio.median == pytest.approx(simple.odds_ratio)
    assert analysis.systematic_risk_ratio.median == pytest.approx(simple.risk_ratio)
    assert not analysis.stated


def test_without_misclassification_both_schemes_keep_random_error_around_the_observed_ratio():
    for scheme in ("fox-2005", "fox-2021"):
        analysis = probabilistic_bias(
            SMOKING, sensitivity=1.0, specificity=1.0, scheme=scheme, seed=2, draws=50_000
        ).odds_ratio
        raw = correct_two_by_two(SMOKING, sensitivity=1, specificity=1).odds_ratio_interval()
        assert analysis.interval().low == pytest.approx(raw.low, rel=0.02)
        assert analysis.interval().high == pytest.approx(raw.high, rel=0.02)


def test_predictive_values_agree_with_the_simple_correction_at_their_means():
    means = correct_with_predictive_values((599, 4978, 31175, 391851), positive=(0.65, 0.74), negative=(0.99, 0.98))
    for scheme in ("fox-2005", "fox-2021"):
        analysis = probabilistic_bias_with_predictive_values(
            (599, 4978, 31175, 391851),
            positive=(beta(6500, 3500), beta(7400, 2600)),
            negative=(beta(99_000, 1000), beta(98_000, 2000)),
            scheme=scheme,
            seed=4,
            draws=20_000,
        )
        assert analysis.systematic_odds_ratio.median == pytest.approx(means.odds_ratio, rel=0.01)
        assert analysis.odds_ratio.median == pytest.approx(means.odds_ratio, rel=0.02)
        assert list(analysis.stated) == [
            "positive predictive value, cases",
            "positive predictive value, non-cases",
            "negative predictive value, cases",
            "negative predictive value, non-cases",
        ]


def test_selection_draws_lie_around_the_simple_correction():
    analysis = probabilistic_selection(
        (136, 107, 297, 165), selected=(0.94, 0.85, uniform(0.62, 0.66), uniform(0.24, 0.26)), seed=1, draws=20_000
    )
    simple = correct_selection((136, 107, 297, 165), selected=(0.94, 0.85, 0.64, 0.25))
    assert analysis.systematic_odds_ratio.median == pytest.approx(simple.odds_ratio, rel=0.01)
    assert analysis.systematic_risk_ratio.median == pytest.approx(simple.risk_ratio, rel=0.01)
    assert list(analysis.stated) == ["selected non-cases, exposed", "selected non-cases, unexposed"]


def test_correlation_between_the_groups_narrows_a_differential_analysis_and_keeps_the_marginals():
    pair = (uniform(0.75, 0.95), uniform(0.75, 0.95))
    free, tied = (
        probabilistic_bias(
            SMOKING,
            sensitivity=pair,
            specificity=(0.99, 0.99),
            correlation=matrix,
            scheme="fox-2005",
            seed=1,
            draws=50_000,
        )
        for matrix in (None, [[1, 0.99], [0.99, 1]])
    )
    widths = [
        each.systematic_odds_ratio.interval().high - each.systematic_odds_ratio.interval().low for each in (free, tied)
    ]
    assert widths[1] < 0.3 * widths[0]
    for name, stated in tied.stated.items():
        assert stated.quantile([0.1, 0.9]) == pytest.approx([0.77, 0.93], abs=0.003), name


def test_impossible_draws_are_counted_printed_and_change_the_admissible_distribution():
    analysis = probabilistic_bias(
        (10, 90, 10, 90), sensitivity=uniform(0.7, 0.9), specificity=uniform(0.8, 1.0), seed=1, draws=20_000
    )
    assert analysis.impossible_share == pytest.approx(0.5, abs=0.02)  # specificity below 0.9 allows no 10 of 100
    assert analysis.admissible["specificity"].quantile(0.001) > 0.899
    assert analysis.stated["specificity"].quantile(0.25) == pytest.approx(0.85, abs=0.01)
    assert len(analysis.odds_ratio.draws) == analysis.draws - analysis.impossible - analysis.empty
    assert "% impossible and left out" in str(analysis).splitlines()[1]
    assert {"as stated", "admissible"} <= set(analysis.to_frame()["with_error"])


@pytest.mark.parametrize(
    ("cells", "extra", "words"),
    [
        ((1, 2, 3), {}, "shape"),
        ((-1, 2, 3, 4), {}, "none negative"),
        ((1, math.nan, 3, 4), {}, "none negative"),
        ((0, 0, 3, 4), {}, "empty"),
        (SMOKING, {"sensitivity": 1.2}, "probability"),
        (SMOKING, {"specificity": (0.9, -0.1)}, "probability"),
        (SMOKING, {"sensitivity": (0.9, 0.8, 0.7)}, "pair"),
        (SMOKING, {"what": "selection"}, "must be 'exposure' or 'outcome'"),
    ],
)
def test_impossible_tables_and_rates_are_refused(cells, extra, words):
    with pytest.raises(ValueError, match=words):
        correct_two_by_two(cells, **{"sensitivity": 0.9, "specificity": 0.95, **extra})


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"cells": (215.5, 1449, 668, 4296)}, "whole counts"),
        ({"sensitivity": uniform(0.9, 1.1)}, "between 0 and 1"),
        ({"sensitivity": "high"}, "a number or a distribution"),
        ({"sensitivity": (0.9, 0.8, 0.7)}, "pair"),
        ({"scheme": "fox"}, "must be one of"),
        ({"what": "selection"}, "probabilistic_selection"),
        ({"draws": 0}, "whole number from 1"),
        ({"draws": 10.5}, "whole number from 1"),
        ({"workers": 0}, "whole number from 1"),
        ({"seed": None}, "seed"),
        ({"seed": -1}, "seed"),
        ({"correlation": np.eye(3)}, "must be 2 by 2"),
        ({"correlation": [[1, 2], [2, 1]]}, "between -1 and 1"),
    ],
)
def test_bad_input_to_a_probabilistic_analysis_is_refused(extra, words):
    with pytest.raises(ValueError, match=words):
        probabilistic_bias(**{"cells": SMOKING, **RATES, "seed": 1, "draws": 10, **extra})


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: correct_with_predictive_values(SMOKING, positive=1.5, negative=1), "probability"),
        (lambda: correct_selection(SMOKING, selected=(0, 1, 1, 1)), "above 0"),
        (lambda: correct_selection(SMOKING, selected=(1, 1, 1)), "four"),
        (lambda: probabilistic_selection(SMOKING, selected=(1, 1, 1), seed=1), "four"),
        (lambda: rogan_gladen(1.1, 0.9, 0.9), "apparent"),
        (lambda: e_value(0), "above 0"),
        (lambda: e_value(math.inf), "finite"),
        (lambda: correct_counts([1, 2], [[0.9, 0.2], [0.1, 0.8]]), "transpose"),
        (lambda: correct_counts([1, 2], [[0.9, 0.2], [0.2, 0.9]]), "exactly one class"),
        (lambda: correct_counts([1, 2], [[1.1, -0.1], [0, 1]]), "outside 0 to 1"),
        (lambda: correct_counts([1, 2], np.eye(3)), "2 x 2"),
        (lambda: correct_counts([1, -2], np.eye(2)), "none negative"),
        (lambda: correct_counts([[1, 2]], np.eye(2)), "at least two classes"),
        (lambda: bound_counts([1, 2], np.eye(3), np.eye(3)), "2 x 2"),
        (lambda: bound_counts([1, 2], [[1, 0.2], [0, 1]], np.eye(2)), "swap"),
        (lambda: bound_counts([1, 2], [[0.9, 0.2], [0, 1]], np.ones((2, 2))), "sum to more than 1"),
        (lambda: simulate_counts([1.5, 2], np.ones((2, 2)), seed=1), "whole"),
        (lambda: simulate_counts([1, 2], [[1, 1], [0, 0]], seed=1), "no row without"),
        (lambda: simulate_counts([1, 2], np.ones((2, 2)), seed=1, draws=0), "whole number from 1"),
    ],
)
def test_bad_input_is_refused_with_one_clear_error(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: correct_two_by_two(SMOKING, sensitivity=0.5, specificity=0.5), "says nothing"),
        (lambda: correct_two_by_two(SMOKING, sensitivity=0.1, specificity=0.2), "swapped"),
        (lambda: correct_two_by_two(SMOKING, sensitivity=0.9, specificity=0.8), "allow 0.2 to 0.9"),
        (lambda: correct_two_by_two((10, 0, 5, 5), sensitivity=1, specificity=1).odds_ratio, "is 0"),
        (lambda: correct_two_by_two((0, 10, 5, 5), sensitivity=1, specificity=1).odds_ratio_interval(), "is 0"),
        (lambda: rogan_gladen(0.005, 0.53, 0.99), "cannot have produced"),
        (lambda: rogan_gladen(0.6, 0.53, 0.99), "cannot have produced"),
        (lambda: correct_counts([1, 2], [[0.5, 0.5], [0.5, 0.5]]), "recorded alike"),
        (lambda: correct_counts([1, 99], [[0.9, 0.1], [0.1, 0.9]]), "could not have produced"),
        (lambda: bound_counts([1, 99], [[0.9, 0], [0.1, 0.8]], [[1, 0.1], [0.2, 0.9]]), "no matrix within"),
        (lambda: simulate_counts([0, 1000], [[90, 10], [50, 50]], seed=1, draws=10), "none of 10 draws"),
        (lambda: probabilistic_bias(SMOKING, sensitivity=0.9, specificity=0.8, seed=1, draws=10), "none of 10 draws"),
        (
            lambda: probabilistic_bias((0, 10, 5, 5), sensitivity=1.0, specificity=1.0, scheme="fox-2005", seed=1),
            "empty cell",
        ),
    ],
)
def test_what_is_not_identified_is_not_estimated(call, words):
    with pytest.raises(NotEstimableError, match=words):
        call()


def accepted(seen, records, share):
    """Give Blaker's acceptability as defined: the chance of all counts whose nearer tail is no likelier."""
    chances = stats.binom.pmf(np.arange(records + 1), records, share)
    nearer = np.minimum(np.cumsum(chances), np.cumsum(chances[::-1])[::-1])
    return chances[nearer <= nearer[seen] * (1 + 1e-12)].sum()


@pytest.mark.parametrize("records", [1, 6, 11])
def test_the_exact_limits_are_the_ends_of_the_shares_that_blaker_does_not_reject(records):
    shares = np.linspace(0.0005, 0.9995, 1000)
    for seen in range(records + 1):
        low, high = blaker_limits(seen, records, 0.9)
        kept = shares[[accepted(seen, records, share) >= 0.1 for share in shares]]
        assert kept[0] == pytest.approx(max(low, 0.0005), abs=0.001)
        assert kept[-1] == pytest.approx(min(high, 0.9995), abs=0.001)
        exact = stats.binomtest(seen, records).proportion_ci(0.9, method="exact")
        assert exact.low - 1e-12 <= low <= seen / records <= high <= exact.high + 1e-12


@pytest.mark.parametrize("share", [0.0, 0.03, 0.2, 0.7, 1.0])
def test_the_interval_of_a_share_behind_an_apparent_one_covers_at_least_what_it_says(share):
    records, covered = 25, 0.0
    for seen in range(records + 1):
        chance = stats.binom.pmf(seen, records, share * 0.8 + (1 - share) * 0.1)
        try:
            found = rogan_gladen_interval(seen, records, 0.8, 0.9)
        except NotEstimableError:
            continue
        assert (found.kind, found.level) == ("confidence", 0.95)
        covered += chance * (found.low <= share <= found.high)
    assert covered >= 0.95


def test_the_interval_holds_the_point_and_stands_where_chance_alone_explains_an_impossible_one():
    found = rogan_gladen_interval(60, 800, 0.6, 0.98)
    assert found.low < rogan_gladen(60 / 800, 0.6, 0.98) < found.high
    with pytest.raises(NotEstimableError):
        rogan_gladen(3 / 200, 0.9, 0.97)
    assert rogan_gladen_interval(3, 200, 0.9, 0.97).low == 0
    assert rogan_gladen_interval(10, 10, 0.9, 0.97).high == 1
    with pytest.raises(NotEstimableError, match=r"1 of 200 with the flag: .* let 0.03 to 0.9 of them carry it"):
        rogan_gladen_interval(1, 200, 0.9, 0.97)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((3, 2, 0.9, 0.9), "the part must not exceed the whole"),
        ((0, 0, 0.9, 0.9), "no records, no share"),
        ((0.1, 100, 0.9, 0.9), "with_flag is 0.1"),
        ((1, 10, 90, 0.9), "sensitivity"),
        ((1, 10, 0.5, 0.5), "must be above 1"),
    ],
)
def test_impossible_counts_and_rates_have_no_interval(arguments, words):
    with pytest.raises(ValueError, match=words):
        rogan_gladen_interval(*arguments)
