"""Mistakes that users make: each is refused, or warned of, with argument, value and a cure that works.

A row is the move, words that the message must hold (argument, value, cure), and the call that the message advises.
"""

import datetime
import math
import traceback
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cseanalysis
from cseanalysis import models as m
from cseanalysis import sensitivity
from cseanalysis.distributions import beta, fixed, pert, read_distribution, trapezoid, uniform
from cseanalysis.export import Link, Sheet, Source
from cseanalysis.export.delimited import csv_bytes
from cseanalysis.export.wording import say, say_assumption, say_date, say_ends, say_interval, say_month, say_number
from cseanalysis.models import Basis, BridgeFactor, Measure
from cseanalysis.register.reconciliation.cells import reconcile
from cseanalysis.register.reconciliation.statements import adds_up, count, part_of, share
from cseanalysis.values import Assumption, Estimate, Interval

CELLS = (95, 155, 250, 500)
RATES = {"sensitivity": 0.8, "specificity": 0.9}
MATRIX = [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0, 0, 1]]
LETTERS = list("abc")
OBSERVED = pd.Series([60, 39, 51], index=LETTERS)
LABELLED = pd.DataFrame(MATRIX, index=LETTERS, columns=LETTERS)
CROSSED = pd.DataFrame([[500, 250], [155, 95]], index=[0, 1], columns=[0, 1])  # non-cases and unexposed first
TABLE = CROSSED.set_axis(["non-cases", "cases"]).set_axis(["unexposed", "exposed"], axis=1)
HISTORIES = pd.DataFrame(
    [(1, 1, 1, 150), (1, 1, 0, 150), (1, 0, 1, 75), (1, 0, 0, 75), (0, 1, 1, 75), (0, 1, 0, 75), (0, 0, 1, 200)],
    columns=["a", "b", "c", "count"],
)
BLANK = Assumption("x", 0, 1, "cases", "r", "s", "l")
OTHER = Assumption("y", 1, 2, "cases", "r", "s", "l")


def bounded(low, high):
    return Interval(low, high, "bound")


def recorded(links):
    return m.simulate_total(400, links, seed=0, draws=10)


MOVES = [
    # ranges and probabilities
    (lambda: bounded(0.5, 0.3), "from 0.5 to 0.3 swap the ends", lambda: bounded(0.3, 0.5)),
    (lambda: Interval(0.3, 0.5, "bounds"), "kind 'bounds' bound, confidence, simulation", lambda: bounded(0.3, 0.5)),
    (lambda: bounded("30%", 0.5), "low '30%' 0.3", lambda: bounded(0.3, 0.5)),
    (lambda: bounded(0.3, None), "high None missing is not nought", None),
    (lambda: bounded(math.nan, 0.5), "nan to 0.5 finite", None),
    (lambda: bounded(pd.NA, 0.5), "low <NA> missing is not nought", None),
    (lambda: Interval(0.3, 0.5, "confidence", 95), "level 95 0.95", lambda: Interval(0.3, 0.5, "confidence", 0.95)),
    (lambda: Interval(0.3, 0.5, "confidence"), "level None state a level", None),
    (
        lambda: m.implied_total(400, bounded(30, 50)),
        "reporting_probability 30 50% is written 0.5",
        lambda: m.implied_total(400, bounded(0.3, 0.5)),
    ),
    (
        lambda: m.implied_total(400, (0.3, 0.5)),
        'reporting_probability (0.3, 0.5) Interval(0.3, 0.5, "bound")',
        lambda: m.implied_total(400, Interval(0.3, 0.5, "bound")),
    ),
    (
        lambda: m.implied_total(400, 0.4),
        'reporting_probability 0.4 Interval(0.4, 0.4, "bound")',
        lambda: m.implied_total(400, Interval(0.4, 0.4, "bound")),
    ),
    (lambda: m.implied_total(400, "30%-50%"), "reporting_probability '30%-50%' Interval(low, high", None),
    (lambda: m.implied_total(400, uniform(0.3, 0.5)), "reporting_probability simulate_total", None),
    (lambda: m.implied_total("400", bounded(0.3, 0.5)), "recorded '400' it is 400", None),
    (lambda: m.implied_total("1,400", bounded(0.3, 0.5)), "recorded '1,400' it is 1400", None),
    (lambda: m.implied_total(-4, bounded(0.3, 0.5)), "recorded -4 sum them first", None),
    (lambda: m.implied_total(math.nan, bounded(0.3, 0.5)), "recorded nan finite", None),
    (lambda: m.implied_total(pd.NA, bounded(0.3, 0.5)), "recorded <NA> missing is not nought", None),
    (lambda: m.implied_total(pd.Series([400, 500]), bounded(0.3, 0.5)), "recorded Series of 2 call once", None),
    (lambda: m.implied_total(bounded(0.3, 0.5), 400), "recorded Interval in order", None),
    (lambda: m.implied_total(400, bounded(0, 0.5)), "reporting_probability 0 infinite total", None),
    (lambda: m.implied_total(0, bounded(0.3, 0.5)), "recorded 0 longer period", None),
    (lambda: m.breakdown_probability(4000, 400), "claimed_total 400 4000 recorded comes first", None),
    (lambda: m.joint_reporting_probability([bounded(0.3, 0.5)]), "assumptions 0.3 Assumption", None),
    (lambda: recorded({"r": bounded(0.3, 0.5)}), "'r' uniform(0.3, 0.5)", lambda: recorded({"r": uniform(0.3, 0.5)})),
    (
        lambda: recorded({"r": (0.3, 0.5)}),
        "'r' (0.3, 0.5) uniform(0.3, 0.5)",
        lambda: recorded({"r": uniform(0.3, 0.5)}),
    ),
    (lambda: recorded({"r": 0.4}), "'r' 0.4 fixed(x)", lambda: recorded({"r": fixed(0.4)})),
    (lambda: recorded({"r": uniform(30, 50)}), "'r' 30.0 50% is written 0.5", None),
    (lambda: recorded([uniform(0.3, 0.5)]), "probabilities by name", None),
    (lambda: m.simulate_total(400, {"r": beta(2, 3)}, seed=1.5), "seed 1.5 whole number", None),
    (lambda: m.simulate_total(400, {"r": beta(2, 3)}, seed=1, draws=1e5), "draws 100000.0 write 100000", None),
    (lambda: m.simulate_total(400, {"r": beta(2, 3)}, seed=1, draws="1e5"), "draws '1e5' whole number", None),
    (lambda: m.simulate_total(400, {"r": beta(2, 3)}, seed=1, draws=10**30), "draws 31 digits fewer", None),
    (lambda: m.simulate_total(400.5, {"r": beta(2, 3)}, seed=1), "recorded 400.5 whole number", None),
    (lambda: uniform(0.5, 0.3), "uniform(0.5, 0.3) low must be below high", None),
    (lambda: beta("2", 3), "beta '2' it is 2", None),
    (lambda: m.split_by_year(900, 0.3), 'earlier_share 0.3 Interval(0.3, 0.3, "bound")', None),
    (
        lambda: m.without_cancelled(900, bounded(5, 10)),
        "cancelled_share 5 per cents are written as Interval(0.05, 0.1",
        None,
    ),
    # shares, part of them unknown
    (
        lambda: m.share_bounds(28.22, 34, 66),
        "with_attribute 28.22 of=100",
        lambda: m.share_bounds(28.22, 34, 66, of=100),
    ),
    (
        lambda: m.share_bounds(0.2822, 0.34, 0.66),
        "with_attribute 0.2822 of=1",
        lambda: m.share_bounds(0.2822, 0.34, 0.66, of=1),
    ),
    (lambda: m.share_bounds(83, 34, 66), "with_attribute 83 known 34 multiplied by known", None),
    (lambda: m.share_bounds("120", 400, 600), "with_attribute '120' it is 120", None),
    (lambda: m.share_bounds(420, 400, 600), "with_attribute 420 known 400", None),
    (lambda: m.share_bounds(120, 400, None), "unknown None missing is not nought", None),
    (
        lambda: m.share_confidence(120, 400, 600, level=95),
        "level 95 0.95",
        lambda: m.share_confidence(120, 400, 600, level=0.95),
    ),
    (lambda: m.share_confidence(0.12, 0.4, 0.6), "with_attribute 0.12 shares: give the counts", None),
    (lambda: m.coverage_needed(120, 400, 600, 25), "line 25 0.25", lambda: m.coverage_needed(120, 400, 600, 0.25)),
    (lambda: m.odds_ratio_needed(120, 400, 600, 39), "share 39 0.39", lambda: m.odds_ratio_needed(120, 400, 600, 0.39)),
    (lambda: m.share_at_odds_ratio(120, 400, 600, -1), "odds_ratio -1 1 is missing at random", None),
    (lambda: m.share_over_odds_ratios(120, 400, 600, (0.5, 2)), 'odds_ratios (0.5, 2) Interval(0.5, 2, "bound")', None),
    (lambda: m.assumption_ladder(120, 400, 600, odds_ratios=2), "odds_ratios 2 as in (4, 2)", None),
    (lambda: m.assumption_ladder([1, 2], [3, 4], [5, 6], of=1), "of=1 2 strata give counts", None),
    (lambda: m.against_population((0.3, 0.4, 0.6), 0.2), "group 0.3 shares: give the counts", None),
    (
        lambda: m.against_population((120, 400, 600), 20),
        "population_share 20 0.2",
        lambda: m.against_population((120, 400, 600), 0.2),
    ),
    (lambda: m.against_population(120, 0.2), "group 120 three counts", None),
    (lambda: m.share_difference_bounds((30, 100, 50), (20, 100)), "second (20, 100) three counts", None),
    (
        lambda: m.class_share_bounds([3, 1], 4),
        "counts [3, 1] by class",
        lambda: m.class_share_bounds({"a": 3, "b": 1}, 4),
    ),
    (lambda: m.class_share_bounds({"x": 0.3}, 0.7), "'x' 0.3 shares: give the counts", None),
    (lambda: m.unit_share_bounds({"n": ("fewer than 5", 10, 0)}), "n: with_attribute 'fewer than 5'", None),
    (lambda: m.unit_share_bounds({"n": (0.3, 0.4, 0.6)}), "n: with_attribute 0.3 whole count", None),
    (lambda: m.unit_share_bounds(pd.DataFrame({"n": [1]})), "units DataFrame dict(zip(", None),
    # misclassification
    (lambda: m.correct_two_by_two((0.095, 0.155, 0.25, 0.5), **RATES), "cells 0.095 sum to 1 multiply", None),
    (lambda: m.correct_two_by_two((9.5, 15.5, 25, 50), **RATES), "cells 9.5 sum to 100 multiply", None),
    (lambda: m.correct_two_by_two(("95", "155", "250", "500"), **RATES), "cells text plain numbers", None),
    (lambda: m.correct_two_by_two((95, 155, math.nan, 500), **RATES), "cells nan missing is not zero", None),
    (lambda: m.correct_two_by_two((-95, 155, 5, 500), **RATES), "cells -95 none negative", None),
    (lambda: m.correct_two_by_two((95, 155, 5, 500, 1), **RATES), "cells (5,) exposed cases", None),
    (
        lambda: m.correct_two_by_two(CROSSED, **RATES),
        "cells [0, 1] 'cases' 'exposed'",
        lambda: m.correct_two_by_two(TABLE, **RATES),
    ),
    (lambda: m.correct_two_by_two(CELLS, sensitivity=80, specificity=90), "sensitivity 80 0.8", None),
    (lambda: m.correct_two_by_two(CELLS, sensitivity="80%", specificity=0.9), "sensitivity '80%' 0.8", None),
    (
        lambda: m.correct_two_by_two(CELLS, sensitivity=uniform(0.7, 0.9), specificity=0.9),
        "sensitivity probabilistic_bias",
        None,
    ),
    (lambda: m.correct_two_by_two(CELLS, **RATES, what="disease"), "what 'disease' 'exposure' or 'outcome'", None),
    (
        lambda: m.correct_selection(CELLS, selected=(94, 85, 64, 25)),
        "selected (94, 85, 64, 25) 94% is written 0.94",
        None,
    ),
    (lambda: m.probabilistic_bias((9.5, 15.5, 25, 50), **RATES, seed=0, draws=10), "cells 9.5 whole counts", None),
    (
        lambda: m.probabilistic_bias(CELLS, sensitivity=bounded(0.7, 0.9), specificity=0.9, seed=0, draws=10),
        "sensitivity range uniform(0.7, 0.9)",
        lambda: m.probabilistic_bias(CELLS, sensitivity=uniform(0.7, 0.9), specificity=0.9, seed=0, draws=10),
    ),
    (lambda: m.probabilistic_bias(CELLS, sensitivity=80, specificity=0.9, seed=0), "sensitivity 80 0.8", None),
    (lambda: m.rogan_gladen(10, 0.53, 0.99), "apparent 10 0.1", lambda: m.rogan_gladen(0.1, 0.53, 0.99)),
    (
        lambda: m.rogan_gladen(0, 0.53, 0.99),
        "apparent 0 0.01 to 0.53 cannot have produced it",
        lambda: m.rogan_gladen(0, 0.53, 1),
    ),
    (lambda: m.correct_counts([60, 39, 51], np.array(MATRIX).T), "matrix [0.9, 0.9, 1.2] transpose it", None),
    (lambda: m.correct_counts(OBSERVED, LABELLED.rename_axis("recorded")), "matrix 'recorded' matrix.T", None),
    (lambda: m.correct_counts(OBSERVED, LABELLED.rename(columns={"c": "d"})), "matrix observed c, d same labels", None),
    (lambda: m.correct_counts(OBSERVED.rename({"c": "a"}), LABELLED), "observed twice 'a'", None),
    (lambda: m.correct_counts([60, 39, 51], LABELLED.loc[list("cba")]), "matrix ['c', 'b', 'a'] Series", None),
    (lambda: m.correct_counts([0.4, 0.26, 0.34], MATRIX), "observed 0.4 multiply", None),
    (
        lambda: m.correct_counts([60, 39, 51], [[80, 10, 10], [10, 80, 10], [0, 0, 100]]),
        "matrix 80% is written 0.8",
        None,
    ),
    (lambda: m.bound_counts(OBSERVED, LABELLED, LABELLED.rename({"a": "d"})), "high observed a, d same labels", None),
    (lambda: m.ratio_interval("30", 100, numerator_error=3, denominator_error=5), "numerator '30' it is 30", None),
    # lists
    (lambda: m.two_list_estimate(500, 400, 600), "600 500 400 overlap is part of either list", None),
    (lambda: m.two_list_estimate(500, 400, "200"), "both '200' it is 200", None),
    (lambda: m.two_list_estimate(500, 400, 0), "both 900 two_list_bounds", None),
    (lambda: m.two_list_estimate(500, 400, 200, level=95), "level 95 0.95", None),
    (
        lambda: m.two_list_bounds(500, 400, both=100, odds_ratio=bounded(1, 2)),
        'both 100 Interval(100, 100, "bound")',
        None,
    ),
    (lambda: m.known_to_any({500, 400}), "totals as in [500, 300]", lambda: m.known_to_any([500, 400])),
    (lambda: m.known_to_any([500, 400.5]), "total 400.5 whole count", None),
    (
        lambda: m.estimate_population(HISTORIES.rename(columns={"count": "n"})),
        "'count' n",
        lambda: m.estimate_population(HISTORIES.rename(columns={"count": "n"}), count="n"),
    ),
    (lambda: m.estimate_population(HISTORIES.astype({"a": str})), "list a '1' 1 stands for on the list", None),
    (lambda: m.estimate_population(pd.concat([HISTORIES, HISTORIES])), "stand twice add their counts up", None),
    (lambda: m.estimate_population(HISTORIES.assign(year=2020)), "list year 2020", None),
    (
        lambda: m.estimate_population(HISTORIES, method="BIC"),
        "method 'BIC' bic",
        lambda: m.estimate_population(HISTORIES, method="bic"),
    ),
    (
        lambda: m.perturb_by_one_case(HISTORIES, method="BIC"),
        "method 'BIC' bic",
        lambda: m.perturb_by_one_case(HISTORIES, method="bic"),
    ),
    (
        lambda: m.estimate_population(HISTORIES, bootstrap=10),
        "seed None whole number",
        lambda: m.estimate_population(HISTORIES, bootstrap=200, seed=0),
    ),
    (
        lambda: m.estimate_population(HISTORIES, threshold=2),
        "threshold 2 0.02",
        lambda: m.estimate_population(HISTORIES, threshold=0.02),
    ),
    (lambda: m.highest_order_path(1000, [1, 2]), "estimate 1000 estimate_population", None),
    # surveys
    (lambda: Measure((10, 20), Basis("a", "b", "c", "d", "e")), 'value (10, 20) Interval(10, 20, "bound")', None),
    (lambda: Measure(bounded(10, 20), "offences"), "basis 'offences' Basis", None),
    (lambda: BridgeFactor("x", "unit", "a", "b", 2.0, "r"), 'factor x 2.0 Interval(2, 2, "bound")', None),
    # sensitivity
    (
        lambda: sensitivity.bound(lambda x: x, BLANK),
        "assumptions list of Assumption, also of one",
        lambda: sensitivity.bound(lambda x: x, [BLANK]),
    ),
    (lambda: sensitivity.bound(lambda x: x, {"x": BLANK}), "assumptions list(assumptions.values())", None),
    (
        lambda: sensitivity.bound(lambda x: x, [BLANK], turning="x"),
        "turning 'x' turning=('x',)",
        lambda: sensitivity.bound(lambda x: x, [BLANK], turning=("x",)),
    ),
    (
        lambda: sensitivity.tornado(lambda x: x, [BLANK], 0.5),
        "baseline 0.5 'told': 0.1",
        lambda: sensitivity.tornado(lambda x: x, [BLANK], {"x": 0.5}),
    ),
    (lambda: sensitivity.breakdown(lambda x: x, [BLANK], vary="x", threshold="0.5"), "threshold '0.5' it is 0.5", None),
    (
        lambda: sensitivity.breakdown_frontier(lambda x, y: x, [BLANK, OTHER], vary="x", threshold=1),
        "vary 'x' 'told', 'kept'",
        None,
    ),
    (lambda: sensitivity.sobol(lambda x: x, {"x": (0, 1)}, seed=0), "x (0, 1) uniform(0.1, 0.2)", None),
    (lambda: sensitivity.sobol(lambda x: x, {"x": uniform(0, 1)}, seed=0, samples=1000), "samples 1000 512 1024", None),
    (lambda: sensitivity.sobol(lambda x: x, {"x": uniform(0, 1)}, seed=0, samples=64, level=95), "level 95 0.95", None),
    (lambda: sensitivity.multiverse(lambda a: a, [1, 2]), "choices [1, 2] 'year': [2022, 2023]", None),
    # statements
    (lambda: count("a", "1,100"), "a: '1,100' whole number", lambda: count("a", 1100)),
    (
        lambda: share("a", of="b", per_cent=0.26, rounded_to=1),
        "a: 0.26 26 for 26%",
        lambda: share("a", of="b", per_cent=26, rounded_to=1),
    ),
    (lambda: adds_up("all", "men", residual=None), "'all' ['men']", lambda: adds_up("all", ["men"], residual=None)),
    (lambda: reconcile(count("a", 3)), "statements list", lambda: reconcile([count("a", 3)])),
    # tables and words
    (lambda: csv_bytes([["Kent", 12]]), "table DataFrame", lambda: csv_bytes(pd.DataFrame({"force": ["Kent"]}))),
    (
        lambda: Sheet("T", "Title", pd.DataFrame({"force": ["Kent"]}), "a line"),
        "about 'a line' ('a line',)",
        lambda: Sheet("T", "Title", pd.DataFrame({"force": ["Kent"]}), ("a line",)),
    ),
    (lambda: say(5), "estimate 5 say_number", lambda: say_number(5)),
    (lambda: say_interval((1, 2)), "interval (1, 2) Interval(", None),
    (lambda: say_number(math.nan), "value nan finite", None),
    (
        lambda: say_date("2023-10-19"),
        "day '2023-10-19' date(2023, 10, 19)",
        lambda: say_date(datetime.date(2023, 10, 19)),
    ),
]


@pytest.mark.parametrize(("move", "words", "cure"), MOVES, ids=[words for _, words, _ in MOVES])
def test_a_wrong_move_is_refused_with_argument_value_and_a_cure_that_works(move, words, cure):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 (the words are looked for below)
        move()
    message = str(refused.value)
    # The words stand in the message in this order, whatever is between them.
    place = 0
    for word in words.split():
        place = message.find(word, place)
        assert place >= 0, f"{word!r} of {words!r} is not in {message!r}"
    assert len(message) < 500
    if cure is not None:
        cure()


@pytest.mark.parametrize(
    ("move", "words"),
    [
        (lambda: m.share_bounds(30, 40, 60), "known 40 and unknown 60 .* of=100"),
        (lambda: m.share_confidence(30, 40, 60), "sample of 100 records; .* give the counts"),
        (lambda: m.correct_two_by_two((10, 15, 25, 50), **RATES), "cells .*10.0.* counts of 100 records"),
        (lambda: m.correct_counts([60, 39, 51], [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0, 0.2, 0.8]]), "rename_axis"),
    ],
)
def test_a_move_with_two_readings_is_made_with_a_warning(move, words):
    with pytest.warns(UserWarning, match=words):
        move()


def test_a_doubly_stochastic_matrix_whose_axes_are_named_has_one_reading():
    matrix = pd.DataFrame([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0, 0.2, 0.8]])
    named = m.correct_counts([60, 39, 51], matrix.rename_axis(index="true", columns="recorded"))
    assert named.sum() == pytest.approx(150)
    with pytest.raises(ValueError, match=r"turn it round with matrix\.T"):
        m.correct_counts([60, 39, 51], matrix.rename_axis(index="recorded", columns="true"))


@pytest.mark.parametrize("order", ["abc", "cba", "bca"])
def test_labels_and_not_places_say_which_class_is_which(order):
    turned = LABELLED.loc[list("cab"), list("bca")]
    corrected = m.correct_counts(OBSERVED[list(order)], turned)
    pd.testing.assert_series_equal(
        corrected, pd.Series({"a": 70.0, "b": 40.0, "c": 40.0})[list(order)], check_exact=False
    )
    bounds = m.bound_counts(OBSERVED[list(order)], turned - 0.0, turned)
    assert [bound.low for bound in bounds] == pytest.approx(corrected.to_list(), abs=1e-6)
    drawn = m.simulate_counts(10 * OBSERVED[list(order)], 100 * turned, seed=1, draws=2000)
    assert drawn.systematic_counts[order.index("a")].median == pytest.approx(700, rel=0.05)


def test_a_cross_tabulation_with_labels_is_read_by_them_whichever_way_round():
    right = m.correct_two_by_two(CELLS, **RATES)
    names = ["exposed cases", "unexposed cases", "exposed non-cases", "unexposed non-cases"]
    for cells in (TABLE, TABLE.T, pd.Series(CELLS, names)[::-1], dict(zip(names, CELLS, strict=True))):
        assert m.correct_two_by_two(cells, **RATES) == right


# Whatever stands in place of an argument: it is taken, or refused by this package in words of one line.
PALETTE = {
    "text": "four hundred", "per cent": "30%", "none": None, "nan": math.nan, "missing": pd.NA, "endless": math.inf,
    "negative": -1, "huge": 10**400, "large": 1e300, "truth": True, "empty list": [], "empty mapping": {},
    "series": pd.Series([3.0, 4.0]), "frame": pd.DataFrame({"a": [1, 2]}), "interval": bounded(0.3, 0.5),
    "object": object(), "pair": (0.3, 0.5), "array": np.array([1.0, 2.0]), "bytes": b"4", "complex": 1 + 2j,
    "decimal": Decimal("0.5"), "fraction": Fraction(1, 3), "day": datetime.date(2020, 1, 1), "no axes": np.array(5.0),
    "distribution": uniform(0.1, 0.2), "set": {1, 2}, "ragged": [[1, 2], [3]], "class": dict,
}  # fmt: skip
BASIS = Basis("offences", "before 16", "year", "definition", "area")
SURE = {"x": uniform(0, 1), "y": uniform(0, 1)}
RANGES = [BLANK, OTHER]


def summed(x, y):
    return x + 2 * y


CALLS = [
    (Interval, {"low": 0.3, "high": 0.5, "kind": "confidence", "level": 0.95}),
    (Estimate, {"id": "a", "unit": "u", "point": 1.0, "interval": None, "basis": ()}),
    (
        Assumption,
        {"id": "a", "low": 0, "high": 1, "unit": "u", "reason": "r", "source": "s", "locator": "l", "loss": ()},
    ),
    (pert, {"low": 0.1, "mode": 0.2, "high": 0.3}),
    (trapezoid, {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4}),
    (beta, {"a": 2, "b": 3}),
    (read_distribution, {"text": "beta(1, 2)"}),
    (uniform(0.1, 0.2).quantile, {"q": 0.5}),
    (uniform(0.1, 0.2).draw, {"rng": np.random.default_rng(1), "n": 2}),
    (m.implied_total, {"recorded": 400, "reporting_probability": bounded(0.3, 0.5)}),
    (m.breakdown_probability, {"recorded": 400, "claimed_total": 4000}),
    (
        m.joint_reporting_probability,
        {"assumptions": [Assumption("p", 0.1, 1, "probability", "r", "s", "l", ("reported",))]},
    ),
    (
        m.simulate_total,
        {
            "recorded": 400,
            "probabilities": SURE,
            "shares": None,
            "correlation": 0.5,
            "noise": None,
            "draws": 10,
            "seed": 0,
            "workers": 1,
        },
    ),
    (m.simulate_total_between, {"recorded": 400, "probabilities": {"r": bounded(0.3, 0.5)}, "draws": 10, "seed": 0}),
    (
        m.totals_by_dependence,
        {
            "recorded": 400,
            "probabilities": {"r": beta(2, 3), "s": beta(2, 3)},
            "correlation": 0.5,
            "level": 0.9,
            "draws": 10,
            "seed": 0,
        },
    ),
    (m.simulate_total(400, {"r": uniform(0.3, 0.5)}, seed=0).interval, {"level": 0.95}),
    (m.share_bounds, {"with_attribute": 120, "known": 400, "unknown": 600, "of": None}),
    (m.share_confidence, {"with_attribute": 120, "known": 400, "unknown": 600, "level": 0.95}),
    (m.coverage_needed, {"with_attribute": 120, "known": 400, "unknown": 600, "line": 0.25}),
    (m.share_at_odds_ratio, {"with_attribute": 120, "known": 400, "unknown": 600, "odds_ratio": 2}),
    (m.share_over_odds_ratios, {"with_attribute": 120, "known": 400, "unknown": 600, "odds_ratios": bounded(0.5, 2)}),
    (m.odds_ratio_needed, {"with_attribute": 120, "known": 400, "unknown": 600, "share": 0.39}),
    (m.assumption_ladder, {"with_attribute": [120, 30], "known": [400, 50], "unknown": [600, 20], "odds_ratios": (2,)}),
    (m.share_difference_bounds, {"first": (30, 101, 50), "second": (20, 101, 50), "odds_ratios": None}),
    (m.share_ratio_bounds, {"first": (30, 101, 50), "second": (20, 101, 50), "odds_ratios": None}),
    (m.part_difference_bounds, {"part": (10, 20, 20), "rest": (10, 40, 0)}),
    (m.against_population, {"group": (102, 340, 660), "population_share": 0.2}),
    (m.class_share_bounds, {"counts": {"x": 3, "y": 1}, "unknown": 4}),
    (
        m.class_rate_ratio_bounds,
        {"counts": {"x": 3, "y": 6}, "unknown": 3, "populations": {"x": 10, "y": 30}, "first": "x", "second": "y"},
    ),
    (m.unit_share_bounds, {"units": {"n": (6, 10, 10)}, "totals": (None, None, None)}),
    (m.correct_two_by_two, {"cells": CELLS, "sensitivity": 0.8, "specificity": (0.9, 0.95), "what": "exposure"}),
    (m.correct_with_predictive_values, {"cells": CELLS, "positive": 0.8, "negative": 0.9, "what": "exposure"}),
    (m.correct_selection, {"cells": CELLS, "selected": (0.9, 0.8, 0.7, 0.6)}),
    (m.rogan_gladen, {"apparent": 0.2, "sensitivity": 0.8, "specificity": 0.9}),
    (m.e_value, {"risk_ratio": 2}),
    (
        m.probabilistic_bias,
        {
            "cells": CELLS,
            **RATES,
            "seed": 0,
            "what": "exposure",
            "scheme": "fox-2021",
            "correlation": None,
            "draws": 10,
            "workers": 1,
        },
    ),
    (m.probabilistic_selection, {"cells": CELLS, "selected": (0.9, 0.8, 0.7, 0.6), "seed": 0, "draws": 10}),
    (m.correct_counts, {"observed": [60, 39, 51], "matrix": MATRIX}),
    (m.bound_counts, {"observed": [20, 80], "low": [[0.5, 0], [0, 1]], "high": [[1, 0.5], [0, 1]]}),
    (m.simulate_counts, {"observed": [60, 40], "rows": [[80, 10], [10, 80]], "seed": 0, "draws": 10}),
    (
        m.ratio_interval,
        {
            "numerator": 30,
            "denominator": 100,
            "numerator_error": 3,
            "denominator_error": 5,
            "covariance": 0,
            "level": 0.9,
            "method": "fieller",
            "degrees_of_freedom": 9,
        },
    ),
    (m.two_list_estimate, {"first": 200, "second": 300, "both": 60, "level": 0.95}),
    (m.two_list_estimate(200, 300, 60).at_odds_ratio, {"odds_ratio": 2}),
    (m.known_to_any, {"totals": [500, 300], "population": 900}),
    (m.two_list_bounds, {"first": 200, "second": 300, "both": bounded(60, 70), "odds_ratio": bounded(0.5, 2)}),
    (
        m.estimate_population,
        {
            "histories": HISTORIES,
            "count": "count",
            "method": "bic",
            "model": None,
            "max_order": 1,
            "threshold": 0.02,
            "bootstrap": 0,
            "level": 0.9,
        },
    ),
    (m.existence_status, {"histories": HISTORIES, "model": "[12,3]"}),
    (m.perturb_by_one_case, {"histories": HISTORIES, "method": "bic", "max_order": 1, "threshold": 0.02}),
    (Measure, {"value": bounded(1, 2), "basis": BASIS}),
    (BridgeFactor, {"id": "x", "dimension": "unit", "start": "a", "end": "b", "factor": bounded(1, 2), "reason": "r"}),
    (m.bridge_survey, {"survey": Measure(bounded(1, 2), BASIS), "target": BASIS, "factors": (), "breaks": ()}),
    (m.recorded_to_survey, {"recorded": Measure(bounded(1, 2), BASIS), "survey": Measure(bounded(1, 2), BASIS)}),
    (
        m.annual_victims,
        {
            "prevalence": bounded(0.1, 0.2),
            "children_per_age": bounded(9, 10),
            "ages": 16,
            "years_abused": bounded(1, 2),
            "change": bounded(1, 1),
        },
    ),
    (m.split_by_year, {"recorded": 400, "earlier_share": bounded(0.3, 0.5)}),
    (sensitivity.bound, {"model": summed, "assumptions": RANGES, "turning": ()}),
    (sensitivity.narrowing, {"model": summed, "assumptions": RANGES, "turning": ()}),
    (sensitivity.tornado, {"model": summed, "assumptions": RANGES, "baseline": {"x": 1, "y": 2}}),
    (
        sensitivity.breakdown,
        {"model": summed, "assumptions": RANGES, "vary": "x", "threshold": 5, "claim": "above", "baseline": {"y": 2}},
    ),
    (
        sensitivity.breakdown_frontier,
        {"model": summed, "assumptions": RANGES, "vary": ("x", "y"), "threshold": 3, "points": 3},
    ),
    (
        sensitivity.sobol,
        {"model": summed, "inputs": SURE, "samples": 16, "seed": 0, "second_order": False, "level": 0.9},
    ),
    (sensitivity.shapley, {"model": summed, "inputs": SURE, "correlation": 0.5, "samples": 16, "seed": 0}),
    (
        sensitivity.multiverse,
        {"model": summed, "choices": {"x": [0, 2], "y": [0, 1]}, "refusals": (ValueError,), "workers": 1},
    ),
    (count, {"cells": "a", "value": 4, "rounded_to": 1, "id": "x"}),
    (share, {"part": "a", "of": "b", "per_cent": 26, "rounded_to": 1, "id": "i"}),
    (part_of, {"part": "a", "whole": "b", "id": "x"}),
    (adds_up, {"whole": "w", "parts": ["a", "b"], "residual": "r", "id": "x"}),
    (reconcile, {"statements": [count("a", 3)]}),
    (csv_bytes, {"table": pd.DataFrame({"force": ["Kent"]})}),
    (Link, {"text": "Crime in England", "address": "https://www.ons.gov.uk"}),
    (
        Source,
        {
            "id": "S",
            "publisher": "ONS",
            "title": "Crime",
            "address": "",
            "published": "",
            "retrieved": "",
            "licence": "",
            "supplies": "",
        },
    ),
    (Sheet, {"name": "T", "title": "Title", "table": pd.DataFrame({"force": ["Kent"]}), "about": (), "sources": ()}),
    (say, {"estimate": Estimate("a", "offences", point=5)}),
    (say_interval, {"interval": bounded(1, 2), "unit": "offences", "digits": 2}),
    (say_ends, {"interval": bounded(1, 2), "unit": "offences"}),
    (say_number, {"value": 3.4, "unit": "offences"}),
    (say_assumption, {"assumption": BLANK}),
    (say_month, {"day": datetime.date(2020, 1, 1)}),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("function", "right"), CALLS, ids=[getattr(f, "__qualname__", str(f)) for f, _ in CALLS])
def test_whatever_stands_in_place_of_an_argument_is_taken_or_refused_here_and_never_deep_in_a_library(function, right):
    function(**right)
    home = str(Path(cseanalysis.__file__).parent)
    elsewhere = []
    for argument in right:
        for kind, wrong in PALETTE.items():
            try:
                function(**{**right, argument: wrong})
            except ValueError as error:
                last = traceback.extract_tb(error.__traceback__)[-1].filename
                if not last.startswith(home) or len(str(error)) > 700:
                    elsewhere.append((argument, kind, str(error), last))
    assert elsewhere == []
