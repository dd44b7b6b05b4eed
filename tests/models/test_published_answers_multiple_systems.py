"""Answers that others published for multiple systems estimation, from their tables of counts."""

import numpy as np
import pandas as pd
import pytest

from cseanalysis.models.hidden.heterogeneity import fit_heterogeneity
from cseanalysis.models.hidden.loglinear import design
from cseanalysis.models.hidden.model_search import choose_by_bic, compare_models, hierarchical_models
from cseanalysis.models.hidden.multiple_systems import (
    estimate_population,
    existence_status,
    read_histories,
    selection,
)
from cseanalysis.models.hidden.resampled import acceleration, bca
from cseanalysis.models.hidden.two_lists import two_list_estimate


def table(lists, counts):
    """Make a table from the lists of each history, written together, and its count."""
    rows = [[int(name in text.split("+")) for name in lists] + [number] for text, number in counts.items()]
    return pd.DataFrame(rows, columns=[*lists, "count"])


def searched(estimate):
    """Give the models among which one was chosen, without those in which cases differ."""
    return estimate.models[~estimate.models["heterogeneity"]]


# Snowshoe hares caught on six days: Cormack 1989, Biometrics 45, as in Agresti 1994, Biometrics 50. The first three
# days are the rows, the last three the columns; of either the last changes fastest.
HARES = np.array(
    [
        [0, 3, 6, 0, 5, 1, 0, 0], [3, 2, 3, 0, 0, 1, 0, 0], [4, 2, 3, 1, 0, 1, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0],
        [4, 1, 1, 1, 2, 0, 2, 0], [4, 0, 3, 0, 1, 0, 2, 0], [2, 0, 1, 0, 1, 0, 1, 0], [1, 1, 1, 0, 0, 0, 1, 2],
    ]
).ravel()[1:].astype(float)  # fmt: skip


# Victims of modern slavery, United Kingdom 2013: Silverman 2014; Bales, Hesketh and Silverman 2015, Significance 12(3).
UNITED_KINGDOM = table(
    ["LA", "NG", "PF", "GO", "GP", "NCA"],
    {
        "LA": 54, "NG": 463, "PF": 907, "GO": 695, "GP": 316, "NCA": 57, "LA+NG": 15, "LA+PF": 19, "LA+GO": 3,
        "NG+PF": 56, "NG+GO": 19, "NG+GP": 1, "NG+NCA": 3, "PF+GO": 69, "PF+GP": 10, "PF+NCA": 31, "GO+GP": 8,
        "GO+NCA": 6, "GP+NCA": 1, "LA+NG+PF": 1, "LA+NG+GO": 1, "NG+PF+GO": 4, "NG+PF+NCA": 3, "PF+GO+NCA": 1,
        "LA+NG+PF+GO": 1,
    },
)  # fmt: skip
# The same with police and the National Crime Agency as one list: package SparseMSE 2.0.1.
FIVE_LISTS = table(
    ["LA", "NG", "PFNCA", "GO", "GP"],
    {
        "LA": 54, "NG": 463, "PFNCA": 995, "GO": 695, "GP": 316, "LA+NG": 15, "LA+PFNCA": 19, "LA+GO": 3,
        "NG+PFNCA": 62, "NG+GO": 19, "NG+GP": 1, "PFNCA+GO": 76, "PFNCA+GP": 11, "GO+GP": 8, "LA+NG+PFNCA": 1,
        "LA+NG+GO": 1, "NG+PFNCA+GO": 4, "LA+NG+PFNCA+GO": 1,
    },
)  # fmt: skip
# Women held in "comfort stations", Palembang: Silverman, Chan and Vincent 2024.
KOREA = table(["b", "c", "d"], {"d": 41, "c": 5, "b": 5, "b+c": 54, "b+d": 6, "c+d": 0, "b+c+d": 12})


def new_orleans(c_and_d):
    """Make the New Orleans table; its two published versions differ in the cases on lists C and D."""
    return table(
        list("ABCDEFGH"),
        {
            "A": 25, "A+C": 1, "A+D": 2, "A+E": 1, "A+C+G": 1, "A+D+E": 1, "B": 5, "B+F": 1, "C": 70, "C+D": c_and_d,
            "C+E": 1, "C+G": 1, "D": 33, "D+E": 2, "E": 6, "E+H": 1, "F": 6, "G": 6, "H": 21,
        },
    )  # fmt: skip


# A site in the western United States: fitted counts printed in the vignette "reproduce-2021" of
# MultipleSystemsEstimation 1.3.
WESTERN = table(
    list("ABCDE"),
    {
        "A": 52, "B": 90, "C": 114, "A+C": 4, "B+C": 6, "D": 45, "A+D": 2, "B+D": 1, "B+C+D": 1, "E": 21, "A+E": 5,
        "A+C+E": 1, "D+E": 3,
    },
)  # fmt: skip
# Chan, Silverman and Vincent 2021, table 2.
ARTIFICIAL = table(["A", "B", "C"], {"A": 40, "B": 30, "C": 20, "A+B": 6})


@pytest.mark.parametrize(
    ("histories", "total", "rtol"),
    [
        (UNITED_KINGDOM, 11417.99, 1e-5),  # Silverman 2014; Chan, Silverman and Vincent 2021
        (FIVE_LISTS, 11312.99, 1e-5),  # SparseMSE 2.0.1
        (KOREA, 268.7778, 1e-5),  # MultipleSystemsEstimation 1.2.0
        (new_orleans(1), 1183.6923, 1e-4),  # Chan, Silverman and Vincent 2021: 1,184
        (new_orleans(2), 1110.488, 1e-4),  # Silverman, Chan and Vincent 2024: 1,110
        (WESTERN, 2483.384, 1e-5),  # Chan, Silverman and Vincent 2021: 2,483
    ],
    ids=["six lists", "five lists", "Korea", "New Orleans 185", "New Orleans 186", "Western"],
)
def test_reproduces_the_published_stepwise_totals(histories, total, rtol):
    assert estimate_population(histories, method="stepwise", threshold=0.02).total == pytest.approx(total, rel=rtol)


def test_reproduces_the_published_two_best_models_of_five_lists_by_bic():
    # Silverman, Chan and Vincent 2024, table 6; Rcapture 1.4.4.
    models = searched(estimate_population(FIVE_LISTS, max_order=2))
    assert len(models) == 1024
    np.testing.assert_allclose(models["total"][:2], [22991.33, 12262.41], rtol=1e-5)
    np.testing.assert_allclose(models["bic"][:2], [196.5398, 197.495], rtol=1e-5)
    np.testing.assert_allclose(models["total"][2:4], [25978, 11313], rtol=1e-4)
    np.testing.assert_allclose(models["bic"][2:4], [198.32, 198.60], rtol=1e-4)


def test_reproduces_the_published_range_of_totals_within_ten_of_the_best_bic():
    # Silverman, Chan and Vincent 2024: 10,546 to 29,035.
    estimate = estimate_population(FIVE_LISTS, max_order=2)
    np.testing.assert_allclose(estimate.range, [10546, 29035], rtol=1e-4)
    assert "10,545 to 29,036 (range of" in str(estimate)  # outward, so that what is printed holds it


# Totals and deviances that Rcapture 1.3-1 prints for the hares (its saved example output, ``closedp.t(hare)``).
RCAPTURE = {
    "Mh Chao (lower bound)": (79.8, 58.023), "Mh Poisson2": (81.5, 59.107), "Mh Darroch": (90.4, 61.600),
    "Mh Gamma3.5": (100.6, 62.771), "Mth Chao (lower bound)": (79.6, 47.115), "Mth Poisson2": (81.1, 48.137),
    "Mth Darroch": (90.5, 50.706), "Mth Gamma3.5": (101.6, 51.956),
}  # fmt: skip


def test_reproduces_the_published_totals_and_deviances_where_cases_differ():
    found = {fit.model: (round(fit.total, 1), round(fit.deviance, 3)) for fit in fit_heterogeneity(HARES)}
    assert found == RCAPTURE


def test_reproduces_the_published_models_of_three_lists_by_bic():
    # Silverman, Chan and Vincent 2024, with the whole ranking as MultipleSystemsEstimation prints it.
    estimate = estimate_population(KOREA, max_order=2)
    assert estimate.model == "[12,23]"
    assert estimate.total == pytest.approx(157.1667, rel=1e-5)
    models = searched(estimate)
    models = models[models["status"] == 0]
    assert models["model"].tolist() == ["[12,23]", "[12,3]", "[13,23]", "[23,1]", "[13,2]", "[1,2,3]"]
    np.testing.assert_allclose(models["total"], [157.1667, 268.7778, 123.4630, 126.1944, 126.9394, 141.9926], rtol=1e-5)
    np.testing.assert_allclose(models["bic"], [57.14081, 58.9686, 91.89711, 138.06368, 155.16018, 184.14431], rtol=1e-5)


def test_reproduces_the_published_bic_and_deviance_of_the_western_model():
    models = estimate_population(WESTERN, method="fixed", model="[15,2,3,4]").models
    assert models["bic"][0] == pytest.approx(118.7443, rel=1e-6)
    assert models["deviance"][0] == pytest.approx(26.58423, rel=1e-6)


@pytest.mark.parametrize(("model", "status"), [("[12,13,23]", 2), ("[12,3]", 1), ("[13,23,1,2]", 0)])
def test_reproduces_the_published_existence_and_identifiability(model, status):
    # Chan, Silverman and Vincent 2021, tables 2 and 3.
    assert existence_status(ARTIFICIAL, model) == status


def test_reproduces_the_published_two_list_answers():
    # Closed forms: Lincoln-Petersen, Chapman 1951, Seber 1982.
    estimate = two_list_estimate(200, 300, 60)
    assert estimate.lincoln_petersen == pytest.approx(1000, rel=1e-9)
    assert estimate.chapman == pytest.approx(990.8196721311475, rel=1e-9)
    assert estimate.variance == pytest.approx(8811.512687362918, rel=1e-9)
    np.testing.assert_allclose(estimate.at_odds_ratio([0.5, 1, 2, 4]), [720, 1000, 1560, 2680], rtol=1e-9)


@pytest.mark.parametrize(("max_order", "published"), [(1, -0.001934882), (2, -0.008783628)])
def test_reproduces_the_published_acceleration(max_order, published):
    # MultipleSystemsEstimation, tests of the delete-one jackknife on the same table.
    counts = read_histories(KOREA, "count")[1]
    _, select, _ = selection(design(3), counts, method="bic", max_order=max_order, threshold=0.02)
    assert acceleration(counts, select) == pytest.approx(published, abs=1e-8)


def test_reproduces_the_published_bootstrap_interval_of_three_lists():
    # Silverman, Chan and Vincent 2024, table 3, all models, 1,000 draws: 128 to 349 at 95%, 135 to 288 at 80%.
    estimate = estimate_population(KOREA, bootstrap=2000, seed=0)
    wide = estimate.interval
    assert (wide.low, wide.high) == (pytest.approx(128, rel=0.03), pytest.approx(349, rel=0.05))
    counts = read_histories(KOREA, "count")[1]
    _, select, _ = selection(design(3), counts, method="bic", max_order=2, threshold=0.02)
    narrow = bca(estimate.total, estimate.draws, acceleration(counts, select), 0.8)
    assert (narrow.low, narrow.high) == (pytest.approx(135, rel=0.03), pytest.approx(288, rel=0.05))


def test_reproduces_the_published_shares_of_draws_that_choose_the_best_ranked_models():
    # Silverman, Chan and Vincent 2024, table 4, five lists, order 2: 216, 583, 739, 930, 954 of 1,000 draws.
    counts, plan = read_histories(FIVE_LISTS, "count")[1], design(5)
    search = compare_models(plan, counts, hierarchical_models(5, 2))
    draws = np.random.default_rng(0).multinomial(int(counts.sum()), counts / counts.sum(), size=200).astype(float)
    ranks = np.empty(1024)
    ranks[np.lexsort((search.bic, search.status))] = np.arange(1024)
    chosen = ranks[choose_by_bic(plan, draws, search)[0]]
    shares = [(chosen < most).mean() for most in (1, 5, 10, 50, 100)]
    np.testing.assert_allclose(shares, [0.216, 0.583, 0.739, 0.930, 0.954], atol=0.09)
