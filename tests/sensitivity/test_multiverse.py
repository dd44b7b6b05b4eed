"""A table of every combination: complete, honest about refusals, the same for any way to run it."""

import json
import math
import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cseanalysis.distributions import beta
from cseanalysis.models import simulate_total
from cseanalysis.sensitivity import multiverse
from cseanalysis.sensitivity.multiverse_runs import (
    decision_shares,
    extreme_specifications,
    specification_curve,
)
from cseanalysis.sensitivity.runs import as_finished, key_of_run, spread_tasks
from cseanalysis.values import Interval, NotEstimableError

CHOICES = {"year": {"2022": 2, "2023": 3}, "scope": {"narrow": 1, "wide": 10}, "doubled": [False, True]}


class OtherRefusalError(ValueError):
    """A refusal of another package."""


def product_of(year, scope, doubled):
    if doubled and scope == 1:
        raise NotEstimableError("a narrow scope is never doubled")
    return year * scope * (1 + doubled)


def sum_of(**options):
    return float(sum(options.values()))


def test_every_combination_has_a_row_in_order_and_the_refused_ones_keep_their_reason():
    table = multiverse(product_of, CHOICES)
    expected = pd.DataFrame(
        {
            "year": ["2022"] * 4 + ["2023"] * 4,
            "scope": ["narrow", "narrow", "wide", "wide"] * 2,
            "doubled": ["False", "True"] * 4,
            "value": [2.0, math.nan, 20.0, 40.0, 3.0, math.nan, 30.0, 60.0],
            "outcome": ["estimated", "refused", "estimated", "estimated"] * 2,
            "reason": ["", "a narrow scope is never doubled", "", ""] * 2,
        }
    )
    assert_frame_equal(table, expected, check_dtype=False)


def test_intervals_and_several_values_become_columns():
    bounds = multiverse(lambda a: Interval(a, a + 1.0, "bound"), {"a": [1, 2]})
    assert bounds[["low", "high", "kind"]].to_numpy().tolist() == [[1.0, 2.0, "bound"], [2.0, 3.0, "bound"]]
    several = multiverse(lambda a: {"charged": a, "tried": a / 2}, {"a": [1, 2]})
    assert several["tried"].tolist() == [0.5, 1.0]
    with pytest.raises(ValueError, match="several values"):
        specification_curve(several)


def test_a_multiverse_in_which_all_is_refused_is_still_a_table():
    def refuse(a):
        raise NotEstimableError(f"nothing at {a}")

    table = multiverse(refuse, {"a": [1, 2]})
    assert table["reason"].tolist() == ["nothing at 1", "nothing at 2"]
    assert table["value"].isna().all()
    for function in (decision_shares, extreme_specifications):
        with pytest.raises(NotEstimableError):
            function(table)


def test_only_named_errors_are_refusals_and_every_other_names_its_specification():
    def model(year, scope, doubled):
        if scope == 10 and doubled:
            raise OtherRefusalError("not comparable")
        return year

    assert (multiverse(model, CHOICES, refusals=(OtherRefusalError,))["outcome"] == "refused").sum() == 2
    with pytest.raises(ValueError, match=r"^specification year: 2022; scope: wide; doubled: True: OtherRefusalError"):
        multiverse(model, CHOICES)
    with pytest.raises(ValueError, match=r"scope: wide.*ZeroDivisionError"):
        multiverse(lambda scope: 1 / (10 - scope), {"scope": {"narrow": 1, "wide": 10}})


@pytest.mark.parametrize(
    ("returned", "said"),
    [(math.nan, "not finite"), (math.inf, "not finite"), ({}, "returned nothing"), ("many", "could not convert")],
)
def test_what_is_no_number_is_refused_with_the_specification_named(returned, said):
    with pytest.raises(ValueError, match=rf"specification a: two: .*{said}"):
        multiverse(lambda a: 1.0 if a == 1 else returned, {"a": {"one": 1, "two": 2}})


def test_a_model_must_return_the_same_kind_of_thing_for_all():
    with pytest.raises(ValueError, match=r"specification a: 2: the model returned \['low', 'high', 'kind'\]"):
        multiverse(lambda a: 1.0 if a == 1 else Interval(0, 1, "bound"), {"a": [1, 2]})


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({}, "no choices"),
        ({"a": []}, "has no options"),
        ({"a": "xyz"}, "give a list"),
        ({"a": [1, 1.0, "1"]}, "stand twice"),
        ({"a": [None]}, "no labels"),
        ({"a": {"": 1}}, "no text"),
        ({"not a name": [1]}, "identifier"),
        ({"value": [1]}, "identifier"),
        ({f"d{n}": list(range(10)) for n in range(7)}, "at most 1,000,000"),
    ],
)
def test_malformed_choices_are_refused(choices, said):
    with pytest.raises(ValueError, match=said):
        multiverse(lambda **options: 1.0, choices)


def test_a_run_that_was_ended_goes_on_where_it_stood(tmp_path):
    calls = []

    def model(a, b):
        calls.append((a, b))
        if (a, b) == (5, 0) and len(calls) < 60:
            raise KeyboardInterrupt
        return a + b / 10

    choices = {"a": list(range(10)), "b": list(range(10))}
    with pytest.raises(KeyboardInterrupt):
        multiverse(model, choices, folder=tmp_path, inputs="1")
    before = len(calls)
    calls.extend([None] * 60)
    progress = []
    table = multiverse(
        model, choices, folder=tmp_path, inputs="1", progress=lambda done, of: progress.append((done, of))
    )
    assert before == 51
    assert len(calls) == before + 60 + 50
    assert progress[0][0] > 50
    assert progress[-1] == (100, 100)
    assert_frame_equal(table, multiverse(model, choices))


@pytest.mark.parametrize("damage", ["cut", "altered", "emptied", "of another run", "no object", "binary"])
def test_a_half_written_or_altered_part_is_seen_and_run_again(tmp_path, damage):
    choices = {"a": list(range(100)), "b": [1]}
    whole = multiverse(sum_of, choices, folder=tmp_path, inputs="1")
    path = sorted(tmp_path.rglob("part-*.json"))[3]
    text = path.read_text()
    content = json.loads(text)
    content["rows"][0]["value"] += 1
    path.write_bytes(
        {
            "cut": text[: len(text) // 2].encode(),
            "altered": json.dumps(content).encode(),
            "emptied": b"",
            "of another run": text.replace(content["key"], "0" * 16).encode(),
            "no object": b"[1, 2]",
            "binary": b"\xff\x00\xfe",
        }[damage]
    )
    calls = []

    def counted(**options):
        calls.append(options)
        return sum_of(**options)

    counted.__module__, counted.__qualname__ = sum_of.__module__, sum_of.__qualname__
    assert_frame_equal(multiverse(counted, choices, folder=tmp_path, inputs="1"), whole)
    assert len(calls) == 2
    assert path.read_text() == text


def test_other_inputs_options_or_models_never_use_what_was_kept(tmp_path):
    first = multiverse(sum_of, {"a": {"x": 1}}, folder=tmp_path, inputs="1")["value"].tolist()
    other_option = multiverse(sum_of, {"a": {"x": 2}}, folder=tmp_path, inputs="1")["value"].tolist()
    multiverse(sum_of, {"a": {"x": 1}}, folder=tmp_path, inputs="2")
    multiverse(lambda a: -a, {"a": {"x": 1}}, folder=tmp_path, inputs="1")
    assert (first, other_option) == ([1.0], [2.0])
    assert len(list(tmp_path.iterdir())) == 4
    with pytest.raises(ValueError, match="inputs="):
        multiverse(sum_of, {"a": [1]}, folder=tmp_path)


def test_shares_of_a_full_factorial_are_the_exact_decomposition_by_hand():
    # a is 0 or 2, b is 0 or 1, and together they add 4 ab: variances 1 of the main part of a, by hand below.
    table = multiverse(lambda a, b: a + b + 2 * a * b, {"a": [0, 2], "b": [0, 1]})
    values = np.array([0.0, 1.0, 2.0, 7.0])
    assert table["value"].tolist() == values.tolist()
    total = values.var()
    of_a, of_b = np.var([0.5, 4.5]) / total, np.var([1.0, 4.0]) / total
    shares = decision_shares(table).set_index("decision")
    assert shares.loc["a", "alone"] == pytest.approx(of_a)
    assert shares.loc["a", "last"] == pytest.approx(1 - of_b)
    assert shares.loc["a", "share"] == pytest.approx((of_a + 1 - of_b) / 2)
    assert shares["share"].sum() == pytest.approx(1)


def test_a_decision_that_changes_nothing_has_no_share_and_one_that_changes_all_has_it_all():
    shares = decision_shares(multiverse(lambda a, b, c: a, {"a": [1, 2, 5], "b": [1, 2], "c": [1]}))
    assert dict(zip(shares["decision"], shares["share"], strict=True)) == pytest.approx({"a": 1.0, "b": 0.0, "c": 0.0})
    assert shares["last"].tolist()[1:] == [0.0, 0.0]
    with pytest.raises(NotEstimableError, match="all give the same"):
        decision_shares(multiverse(lambda a: 3.0, {"a": [1, 2]}))
    with pytest.raises(ValueError, match="no column 'low'"):
        decision_shares(multiverse(lambda a: a, {"a": [1, 2]}), "low")


def test_shares_after_refusals_still_sum_to_one_by_hand():
    # Left are (0, 0) -> 0, (0, 1) -> 1, (2, 1) -> 3. Means by a: 0.5, 0.5, 3; by b: 0, 2, 2; variance 14 / 9.
    def model(a, b):
        if (a, b) == (2, 0):
            raise NotEstimableError("not together")
        return a + b

    shares = decision_shares(multiverse(model, {"a": [0, 2], "b": [0, 1]})).set_index("decision")
    variance = np.var([0, 1, 3])
    of_a, of_b = np.var([0.5, 0.5, 3]) / variance, np.var([0, 2, 2]) / variance
    assert shares.loc["a", "share"] == pytest.approx((of_a + 1 - of_b) / 2)
    assert shares.loc["b", "share"] == pytest.approx((of_b + 1 - of_a) / 2)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 3), min_size=1, max_size=4),
    st.lists(st.floats(-100, 100), min_size=81, max_size=81),
    st.floats(0.1, 10),
    st.floats(-5, 5),
)
def test_shares_lie_between_alone_and_last_and_do_not_know_units(lengths, values, scale, shift):
    sizes = dict(zip("abcd", lengths, strict=False))
    choices = {name: list(range(size)) for name, size in sizes.items()}

    def model(**options):
        return values[np.ravel_multi_index(list(options.values()), list(sizes.values()))]

    table = multiverse(model, choices)
    if table["value"].std(ddof=0) < 1e-3:
        return
    shares = decision_shares(table)
    assert shares["share"].sum() == pytest.approx(1)
    assert (shares["alone"] <= shares["share"] + 1e-9).all()
    assert (shares["share"] <= shares["last"] + 1e-9).all()
    moved = decision_shares(multiverse(lambda **options: shift + scale * model(**options), choices))
    by_name = [frame.set_index("decision")["share"].sort_index() for frame in (shares, moved)]
    np.testing.assert_allclose(by_name[0], by_name[1], atol=1e-6)


def test_the_curve_ascends_marks_the_reported_one_and_ends_with_the_refused():
    own = {"year": "2023", "scope": "wide", "doubled": "False"}
    curve = specification_curve(multiverse(product_of, CHOICES), own=own)
    assert curve["value"].dropna().is_monotonic_increasing
    assert curve["rank"].tolist() == [1, 2, 3, 4, 5, 6, pd.NA, pd.NA]
    assert curve.loc[curve["own"], "value"].tolist() == [30.0]
    assert curve["outcome"].tolist()[-2:] == ["refused", "refused"]
    for wrong in ({"year": "2023"}, {**own, "scope": "other"}):
        with pytest.raises(ValueError, match=r"own = .* names \d specifications"):
            specification_curve(curve.drop(columns=["rank", "own"]), own=wrong)


def test_the_extremes_are_named_and_say_which_choices_do_not_matter():
    extremes = extreme_specifications(multiverse(lambda a, b, c: a * b, {"a": [0, 1], "b": [1, 2, 3], "c": ["x"]}))
    assert extremes["words"].tolist() == ["a: 0; b: any; c: x", "a: 1; b: 3; c: x"]
    assert extremes["specifications"].tolist() == [3, 1]
    assert extremes["value"].tolist() == [0.0, 3.0]


@pytest.mark.parametrize("workers", [2, 3])
def test_threads_give_the_same_bits_in_the_same_order(workers):
    pytest.importorskip("joblib", reason="joblib is not installed")
    choices = {"a": list(range(40)), "b": list(range(10))}

    def model(a, b):
        return math.sin(a) / (1 + b)

    alone = multiverse(model, choices)
    assert_frame_equal(multiverse(model, choices, workers=workers), alone, check_exact=True)
    assert spread_tasks(math.sqrt, range(50), workers=workers) == [math.sqrt(n) for n in range(50)]


def test_a_run_that_is_stopped_on_threads_ends_in_its_own_error_alone():
    pytest.importorskip("joblib", reason="joblib is not installed")

    def full(done, count):
        raise OSError("no space left")

    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with pytest.raises(OSError, match="no space left"):
            multiverse(one_decision, {"a": list(range(64))}, workers=2, progress=full)
    assert heard == []


def one_decision(a):
    return float(a)


def drawn_part(seed):
    links = {"told": beta(4, 36), "recorded": beta(18, 2)}
    return simulate_total(1000, links, correlation=0.3, draws=2000, seed=seed).draws


def test_a_simulation_spread_by_seeds_has_the_same_bits_for_any_workers():
    pytest.importorskip("joblib", reason="joblib is not installed")
    alone = np.concatenate([drawn_part(seed) for seed in range(3)])
    assert np.unique(alone).size == alone.size  # no part repeats another
    for workers in (1, 2):
        assert (np.concatenate(spread_tasks(drawn_part, range(3), workers=workers)) == alone).all()


def test_models_that_differ_in_what_is_fixed_do_not_take_each_others_results(tmp_path):
    def total(a, per):
        return a * {"offences": 1.0, "children": 10.0}[per]

    for per, expected in (("offences", 3.0), ("children", 30.0)):
        table = multiverse(partial(total, per=per), {"a": [3]}, folder=tmp_path, inputs="same data")
        assert table["value"].tolist() == [expected]


def test_a_refusal_that_is_no_longer_allowed_is_not_taken_from_the_folder(tmp_path):
    def model(a):
        raise OtherRefusalError("not here")

    where = {"folder": tmp_path, "inputs": "same data"}
    assert multiverse(model, {"a": [1]}, refusals=(OtherRefusalError,), **where)["outcome"].tolist() == ["refused"]
    with pytest.raises(ValueError, match="specification a: 1: OtherRefusalError"):
        multiverse(model, {"a": [1]}, **where)


@pytest.mark.parametrize("name", ["own", "rank", "option", 1])
def test_names_that_the_tables_need_are_no_decisions(name):
    with pytest.raises(ValueError, match="no column of the results"):
        multiverse(lambda **options: 1.0, {name: [1]})


def test_a_model_may_not_say_its_own_outcome():
    with pytest.raises(ValueError, match=r"returned \['outcome'\], which are columns of the results"):
        multiverse(lambda a: {"outcome": 1.0}, {"a": [1]})


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, None])
def test_workers_are_a_positive_whole_number(workers):
    with pytest.raises(ValueError, match="workers is"):
        list(as_finished(abs, [1], workers=workers))


def test_without_joblib_the_message_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "joblib", None)
    assert spread_tasks(abs, [-1]) == [1]
    with pytest.raises(ModuleNotFoundError, match='run pip install "joblib>='):
        spread_tasks(abs, [-1], workers=2)


def test_the_key_of_a_run_tells_apart_what_runs_together():
    assert key_of_run(["model", "inputs"]) != key_of_run(["modelinputs", ""])
