"""Answers that somebody else published, for missing and wrong classification; sources at each."""

import numpy as np
import pytest

from cseanalysis.distributions import trapezoid, uniform
from cseanalysis.models.misclassified.bias import probabilistic_bias
from cseanalysis.models.misclassified.tables import (
    correct_selection,
    correct_two_by_two,
    correct_with_predictive_values,
    e_value,
    rogan_gladen,
    rogan_gladen_interval,
)
from cseanalysis.models.missing.ladder import share_at_odds_ratio
from cseanalysis.models.missing.shares import share_bounds, share_confidence

SMOKING = (215, 1449, 668, 4296)  # Fink and Lash 2003: breast cancer and smoking in pregnancy


def test_reproduces_the_published_correction_of_smoking_and_breast_cancer():
    table = correct_two_by_two(SMOKING, sensitivity=(0.78, 0.78), specificity=(0.99, 0.99))  # C12, episensr
    assert table.odds_ratio == pytest.approx(0.9490695, rel=1e-6)
    assert table.risk_ratio == pytest.approx(0.9614392, rel=1e-6)
    assert table.cells == pytest.approx((257.6104, 1406.39, 803.0649, 4160.935), rel=1e-6)
    interval = table.odds_ratio_interval(0.95)
    assert (interval.low, interval.high) == (pytest.approx(0.7895687, rel=1e-6), pytest.approx(1.140791, rel=1e-6))
    assert (interval.kind, interval.level) == ("confidence", 0.95)


def test_reproduces_the_published_correction_and_interval_of_chu():
    table = correct_two_by_two((126, 92, 71, 224), sensitivity=0.94, specificity=0.97)  # C14, Chu and others 2006
    assert table.odds_ratio == pytest.approx(5.024508, rel=1e-6)
    assert table.risk_ratio == pytest.approx(2.377254, rel=1e-6)
    interval = table.odds_ratio_interval()
    assert (interval.low, interval.high) == (pytest.approx(3.282534, rel=1e-6), pytest.approx(7.690912, rel=1e-6))


def test_reproduces_the_published_correction_with_predictive_values():
    table = correct_with_predictive_values(  # C15, Bodnar and others 2014
        (599, 4978, 31175, 391851), positive=(0.65, 0.74), negative=(1, 0.98)
    )
    assert table.risk_ratio == pytest.approx(0.9528156, rel=1e-6)
    assert table.odds_ratio == pytest.approx(0.9522211, rel=1e-6)


def test_reproduces_the_published_correction_of_selection():
    table = correct_selection(  # documentation of episensr: Stang and others 2006, mobile phones and melanoma
        (136, 107, 297, 165), selected=(0.94, 0.85, 0.64, 0.25)
    )
    assert table.odds_ratio == pytest.approx(1.634608, rel=1e-6)
    assert table.risk_ratio == pytest.approx(1.483780, rel=1e-6)


@pytest.fixture(scope="module")
def analyses():
    rates = {"sensitivity": uniform(0.7, 0.95), "specificity": uniform(0.9, 0.99), "seed": 17, "draws": 200_000}
    return {scheme: probabilistic_bias(SMOKING, scheme=scheme, **rates) for scheme in ("fox-2005", "fox-2021")}


@pytest.mark.parametrize("scheme", ["fox-2005", "fox-2021"])
def test_reproduces_the_published_systematic_error_under_both_schemes(analyses, scheme):
    analysis = analyses[scheme]  # C17sys, documentation of episensr
    odds, risk = analysis.systematic_odds_ratio, analysis.systematic_risk_ratio
    assert odds.quantile([0.5, 0.025, 0.975]) == pytest.approx([0.9253996, 0.8478414, 0.9487841], rel=0.005)
    assert risk.quantile([0.5, 0.025, 0.975]) == pytest.approx([0.943165, 0.8817325, 0.9612154], rel=0.005)


def test_reproduces_the_published_total_error_of_episensr_1_under_its_own_name(analyses):
    odds = analyses["fox-2005"].odds_ratio  # C17tot2005, episensr 1.3.0
    assert odds.quantile([0.5, 0.025, 0.975]) == pytest.approx([0.9162763, 0.7664183, 1.0923026], rel=0.02)


def test_reproduces_the_published_total_error_of_episensr_2_under_its_own_name(analyses):
    odds = analyses["fox-2021"].odds_ratio  # C17tot2021, episensr 2.0.0
    assert odds.quantile([0.5, 0.025, 0.975]) == pytest.approx([0.9226182, 0.6635342, 1.1894274], rel=0.02)


def test_reproduces_the_published_share_of_impossible_draws_in_the_differential_example():
    cases, others = trapezoid(0.75, 0.85, 0.95, 1), trapezoid(0.7, 0.8, 0.9, 0.95)
    analysis = probabilistic_bias(  # documentation of episensr: Greenland and others 1994, 4,392 of 20,000 discarded
        (45, 94, 257, 945),
        sensitivity=(cases, others),
        specificity=(cases, others),
        correlation=np.kron(np.eye(2), [[1, 0.8], [0.8, 1]]),
        scheme="fox-2005",
        seed=3,
        draws=100_000,
    )
    assert analysis.impossible_share == pytest.approx(4392 / 20_000, abs=0.01)
    assert "21." in str(analysis).splitlines()[1]
    assert "not the stated" in str(analysis)


def test_reproduces_the_published_rogan_gladen_share():
    assert rogan_gladen(0.1, 0.53, 0.99) == pytest.approx(0.1730769230769232, rel=1e-9)  # C19, closed form


def test_reproduces_the_published_e_values():
    assert e_value(3.9) == pytest.approx(7.263034344, rel=1e-8)  # C20, VanderWeele and Ding 2017
    assert e_value(1.8) == pytest.approx(3.0, rel=1e-8)


def test_reproduces_the_published_interval_of_a_true_share():
    # RSurveillance, help page of ``tp``, type "blaker": 20 of 120, sensitivity 0.9, specificity 0.99. Its limits stop
    # at most a ten-thousandth before the share that is first accepted.
    apparent, found = rogan_gladen_interval(20, 120, 1.0, 1.0), rogan_gladen_interval(20, 120, 0.9, 0.99)
    assert (apparent.low, apparent.high) == (pytest.approx(0.1051785, abs=1e-4), pytest.approx(0.2440000, abs=1e-4))
    assert (found.low, found.high) == (pytest.approx(0.1069421, abs=1.2e-4), pytest.approx(0.2629214, abs=1.2e-4))
    assert 0.1051785 <= apparent.low <= apparent.high <= 0.2440000


def test_reproduces_the_published_bounds_and_imbens_manski_interval():
    bounds = share_bounds(21, 64, 106 - 64)  # C21, Manski 1995; Imbens and Manski 2004
    assert (bounds.low, bounds.high) == (pytest.approx(0.19811320754716982), pytest.approx(0.5943396226415094))
    interval = share_confidence(21, 64, 106 - 64, level=0.95)
    assert interval.low == pytest.approx(0.13443547814021348, rel=1e-8)
    assert interval.high == pytest.approx(0.6727860124053172, rel=1e-8)
    multiple = (bounds.low - interval.low) / np.sqrt(bounds.low * (1 - bounds.low) / 106)
    assert multiple == pytest.approx(1.6448536269514862, rel=1e-8)


def test_reproduces_the_published_path_over_odds_ratios():
    path = [share_at_odds_ratio(300, 1000, 500, ratio) for ratio in (0.5, 1, 2)]  # C22, closed form
    assert path == pytest.approx([0.25882352941176473, 0.3, 0.3538461538461538], rel=1e-9)
