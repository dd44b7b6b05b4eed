"""The study's structural choices: the reported specification among them, refusals with their reasons."""

from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.study import load_assumptions, load_figures, load_results, read_table
from cseanalysis.study.sensitivity.curve_models import intakes_of, median_days, recorded_growth, with_early_release
from cseanalysis.study.sensitivity.curves import curve_tables, study_curves
from cseanalysis.study.sensitivity.judged import SHAPES, CurveOption, read_curve_options

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def inputs():
    tables = (read_table(name, ROOT) for name in ("recorded_offences", "revision_2017_18"))
    return (*tables, load_figures(ROOT), load_assumptions(ROOT), read_curve_options(ROOT))


@pytest.fixture(scope="module")
def tables(inputs):
    return curve_tables(*inputs)


def test_the_studys_own_specification_gives_the_reported_number_on_every_curve(tables):
    results = load_results(ROOT)
    for row in tables["curves"].itertuples():
        reported = results[row.result]
        ends = (reported.interval.low, reported.interval.high) if reported.interval else (reported.point,) * 2
        assert (row.own_low, row.own_high) == pytest.approx(ends, rel=5e-9), row.curve  # nine digits are kept
        assert row.lowest <= row.own_low <= row.own_high <= row.highest
    assert tables["curve_points"].groupby("curve")["own"].sum().tolist() == [1] * len(tables["curves"])


def test_there_are_more_than_two_hundred_estimated_specifications_and_no_refusal_without_a_reason(tables):
    curves, points = tables["curves"], tables["curve_points"]
    assert curves["estimated"].sum() > 400
    assert curves["specifications"].sum() == len(points)
    refused = points["rank"].isna()
    assert (points.loc[refused, "reason"].str.len() > 40).all()
    assert (points.loc[~refused, "reason"] == "").all()
    assert points.loc[~refused, ["low", "high"]].notna().all(axis=None)


def test_shares_sum_to_one_for_each_curve_and_end(tables):
    sums = tables["curve_shares"].groupby(["curve", "end"])["share"].sum()
    assert sums.tolist() == pytest.approx([1.0] * len(sums))


@pytest.mark.parametrize(
    ("curve", "said"),
    [
        ("contact_total", "42 forces against 44 forces"),
        ("contact_total", "no factor for definition"),
        ("contact_total", "no code isolates sexual assault"),
        ("months_to_half_of_charges", "without saying whether it is a mean or a median"),
        ("charges_visible_newest", "exact for the gamma family only"),
        ("recorded_growth", "counts once"),
        ("yearly_before_16", "no factor for age_window"),
    ],
)
def test_what_estimates_something_else_is_refused_with_the_reason(tables, curve, said):
    reasons = tables["curve_points"].query("curve == @curve")["reason"]
    assert reasons.str.contains(said).any()


def test_growth_by_hand_of_two_years_and_of_a_constant_trend():
    quarters = pd.date_range("2012-04-01", periods=12, freq="QS")
    steady = pd.Series([10.0] * 4 + [20.0] * 4 + [40.0] * 4, quarters)
    known = {"intakes": {("s", "c"): steady}, "early": {}, "first": 2012, "newest": 2014, "release": False}
    options = {"offence_scope": "s", "coverage": "c"}
    assert recorded_growth(estimator="the two years compared", **options, **known) == 4
    assert recorded_growth(estimator="trend of the years", **options, **known) == pytest.approx(4)
    doubling = pd.Series([2 ** (n / 4) for n in range(12)], quarters)
    known["intakes"] = {("s", "c"): doubling}
    assert recorded_growth(estimator="trend of the quarters", **options, **known) == pytest.approx(4)


def test_an_option_that_somebody_adds_or_takes_away_is_what_a_curve_tries(inputs, tables):
    *others, options = inputs
    added = CurveOption(SHAPES, "close to one", None, 0.9, 1.1, ("months_to_half_of_charges",), "Planted.")
    kept = [each for each in options if each.figure != "F018"]
    curves = {curve.id: curve.choices for curve in study_curves(*others, [*kept, added])}
    assert curves["months_to_half_of_charges"]["delay_shapes"]["close to one"] == (0.9, 1.1)
    assert "close to one" not in curves["charges_visible_newest"]["delay_shapes"]
    assert "national analysis of 2024" not in curves["contact_total"]["recorded_count"]
    assert "national analysis of 2024" in " ".join(tables["curve_points"]["specification"])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("which weather,rain,,,,contact_total,Planted.", "'which weather'.*; must be which published delay"),
        ("which count of the record,2024,F018,,,contact_total,Planted.", "first option of 'which count of the record'"),
        ("range of shapes,one,,1,1,contact_total,Planted.", "first option of 'range of shapes' is 'one'; the study's"),
    ],
)
def test_an_option_of_no_decision_or_another_than_the_studys_own_in_front_is_refused(tmp_path, row, said):
    (tmp_path / "data" / "judgement").mkdir(parents=True)
    (tmp_path / "data" / "raw").mkdir()
    for name in ("assumptions.toml", "data/raw/sources.toml"):
        (tmp_path / name).write_text("")
    text = f"decision,option,figure,low,high,curves,reason\n{row}\n"
    (tmp_path / "data" / "judgement" / "curve_options.csv").write_text(text)
    with pytest.raises(ValueError, match=said):
        read_curve_options(tmp_path)


def test_the_early_release_replaces_its_year_only(inputs):
    recorded, revision = inputs[:2]
    early, late = (intakes_of(table) for table in (with_early_release(recorded, revision), recorded))
    key = ("child-only codes", "territorial forces")
    changed = early[key].ne(late[key])
    assert changed[changed].index.year.unique().tolist() in ([2017, 2018], [2017], [2018])
    assert early[key]["2017-04":"2018-03"].sum() == 58_720
    with pytest.raises(ValueError, match="must hold the same"):
        with_early_release(recorded, revision[revision["force"] != "Essex"])


def test_a_figure_that_is_no_median_says_so(inputs):
    figures = inputs[2]
    assert median_days(figures["F193"]) == 261
    assert "F149" in median_days(figures["F149"])
