"""Leading assumptions and flips: by hand on planted models, and every reported number has one or a reason."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cseanalysis.sensitivity import envelope, narrowing
from cseanalysis.sensitivity.known import element, known_ends, narrowings, on_grid, scaled
from cseanalysis.study import load_assumptions, load_figures, load_results, ranges
from cseanalysis.study.data.reported import Leading, Narrowed, load_leading, load_results_table
from cseanalysis.study.labels import labels
from cseanalysis.study.ranges import bounded, leading_of, leads, narrowed_rows
from cseanalysis.study.sensitivity.charts import total_frontier
from cseanalysis.study.sensitivity.flips import (
    FAILS,
    HOLDS,
    OPEN,
    structural_verdicts,
    total_frontiers,
    verdict,
    verdict_of,
)
from cseanalysis.study.sensitivity.judged import read_frontier_totals, read_statements
from cseanalysis.study.sensitivity.on_one_page import all_on_one_page, ranges_on_assumptions
from cseanalysis.study.sensitivity.shares_of_variance import chain_total, visible_share
from cseanalysis.study.sensitivity.tables import statement_words
from cseanalysis.study.totals.estimands import estimands
from cseanalysis.values import Assumption, Estimate, Interval

ROOT = Path(__file__).resolve().parents[2]
REASONS = {"counted", "data", "confidence", "simulation"}


def ranging(name, low, high):
    return Assumption(name, low, high, "cases", "planted", "by hand", "here")


TWO = {"wide": ranging("wide", 0.0, 8.0), "slim": ranging("slim", 0.0, 2.0)}


def added(*, wide, slim):
    return wide + slim


def product_of(*, wide, slim):
    return (1 + wide) * (1 + slim)


def test_of_a_sum_each_assumption_takes_its_own_width_wherever_it_lies():
    estimate = bounded("sum", "cases", added, TWO, ())
    assert (estimate.interval.low, estimate.interval.high) == (0, 10)
    found = leading_of(estimate, {}, TWO)
    assert (found.kind, [one.assumption for one in found.assumptions]) == ("one", ["wide"])
    assert (found.assumptions[0].least, found.assumptions[0].most) == pytest.approx((0.8, 0.8))


def test_of_a_product_the_place_matters_and_the_middle_is_among_the_places():
    # 1 to 27 in all. With wide known to be 0, 1 to 3 is left; 4, 5 to 15; 8, 9 to 27.
    ends = known_ends(product_of, TWO.values())
    assert narrowings(ends)["wide"] == pytest.approx((1 - 18 / 26, 1 - 2 / 26))
    assert ends.known["wide"][0].ravel().tolist() == [1, 5, 9]
    assert ends.known["wide"][1].ravel().tolist() == [3, 15, 27]


def test_nobody_leads_where_what_two_would_remove_overlaps_and_none_where_nothing_goes():
    overlapping = [Narrowed("a", 0.1, 0.6), Narrowed("b", 0.5, 0.9), Narrowed("c", 0.0, 0.2)]
    assert [one.assumption for one in leads(overlapping)] == ["b", "a"]
    assert leads([Narrowed("a", 0.0, 0.0)]) == ()
    flat = ranges.ranging("flat", "cases", known_ends(lambda wide, slim: 1.0, TWO.values()), ("wide",))
    assert leading_of(flat, {}, TWO).kind == "none"


def test_a_range_of_which_nobody_says_what_leads_is_refused_and_one_without_assumptions_gets_its_reason():
    silent = Estimate("silent", "cases", interval=Interval(0, 1, "bound"), basis=("wide",))
    with pytest.raises(ValueError, match="silent rests on wide, and what knowing them would leave"):
        leading_of(silent, {}, TWO)
    kinds = {
        "counted": Estimate("n", "cases", 3, basis=("F1",)),
        "data": Estimate("n", "cases", interval=Interval(0, 1, "bound"), basis=("F1",)),
        "confidence": Estimate("n", "cases", interval=Interval(0, 1, "confidence", 0.95), basis=("F1",)),
        "simulation": Estimate("n", "cases", interval=Interval(0, 1, "simulation", 0.95), basis=("wide",)),
    }
    assert {kind: leading_of(estimate, {}, TWO).kind for kind, estimate in kinds.items()} == {k: k for k in kinds}


def test_saying_what_leads_calls_the_model_no_more_often():
    calls = []

    def counting(*, wide, slim):
        calls.append((wide, slim))
        return wide + slim

    envelope(counting, TWO.values())
    before = len(calls)
    calls.clear()
    bounded("sum", "cases", counting, TWO, ())
    assert len(calls) == before


def test_a_factor_that_scales_alike_gives_the_corners_that_it_would_have_had():
    factor = ranging("factor", 0.5, 2.0)
    joint = known_ends(lambda wide, slim, factor: (1 + wide + slim) / factor, [*TWO.values(), factor])
    apart = scaled(known_ends(lambda wide, slim: 1 + wide + slim, TWO.values()), factor, divide=True)
    assert (apart.low, apart.high) == (joint.low, joint.high)
    for name, (least, most) in narrowings(joint).items():
        assert narrowings(apart)[name] == pytest.approx((least, most)), name
    with pytest.raises(ValueError, match="both must be positive"):
        scaled(known_ends(lambda wide: wide - 1, [TWO["wide"]]), factor)


def test_elements_and_grids_give_the_same_as_one_model():
    pair = known_ends(lambda wide, slim: [wide + slim, wide + slim + 1], TWO.values())
    spanning = element(pair, 0, 1)
    assert (spanning.low[0], spanning.high[0]) == (0, 11)
    assert narrowings(spanning)["wide"] == pytest.approx((8 / 11, 8 / 11))
    grid = on_grid(np.add.outer([0.0, 8.0], [0.0, 2.0]), ["wide", "slim"])
    assert narrowings(grid)["wide"] == pytest.approx((0.8, 0.8))


def test_every_reported_number_has_a_leading_assumption_or_a_reason():
    results, leading, assumptions = load_results(ROOT), load_leading(ROOT), load_assumptions(ROOT)
    assert set(leading) == set(results)
    for name, found in leading.items():
        own = [one.assumption for one in found.assumptions]
        assert set(own) <= set(results[name].basis) & set(assumptions), name
        assert bool(own) == (found.kind in {"one", "several"}), name
        assert found.kind in REASONS | {"one", "several", "none"}
        assert all(-1e-9 <= one.least <= one.most <= 1 + 1e-9 for one in found.assumptions), name
        if found.kind in {"counted", "data"}:
            assert not set(results[name].basis) & set(assumptions), name


def test_the_headlines_lead_as_in_the_narrowing_over_nine_places():
    for name, rows in narrowed_rows(load_results_table("narrowing", ROOT)).items():
        assert load_leading(ROOT)[name].assumptions == leads(rows), name


def test_the_few_places_that_bounding_takes_lie_within_the_nine():
    nine = narrowed_rows(narrowing(product_of, TWO.values()).assign(result="product"))["product"]
    few = narrowings(known_ends(product_of, TWO.values()))
    for one in nine:
        assert one.least - 1e-9 <= few[one.assumption][0] <= few[one.assumption][1] <= one.most + 1e-9


def test_narrowing_calls_the_model_once_for_each_combination():
    calls = []

    def counting(wide, slim):
        calls.append((wide, slim))
        return wide + slim

    narrowing(counting, TWO.values())
    assert len(calls) == len(set(calls))


def test_a_statement_holds_fails_or_is_open_by_hand():
    assert verdict(1, 2, "above", 1) == OPEN  # equal is not above
    assert verdict(1, 2, "above", 2) == FAILS
    assert verdict(1, 2, "below", 2.5) == HOLDS
    assert verdict(1, 2, "below", 1) == FAILS  # equal is not below
    assert verdict(1, 2, "below", 1.5) == OPEN
    assert verdict(3, 3, "above", 2) == HOLDS


def test_what_decides_a_statement_is_where_its_worst_corner_meets_the_threshold():
    recorded = float(load_figures(ROOT)["F008"].value)
    known = load_assumptions(ROOT)
    table = load_results_table("breakdowns", ROOT).query("result == 'contact_total'")
    ours = table[table["assumption"] == "known_offence_probability"].set_index("side")
    share, kept = known["contact_share"], known["recording_probability"]
    assert ours.loc[HOLDS, "breakdown"] == pytest.approx(recorded * share.low / kept.high / 1_000_000)
    assert ours.loc[FAILS, "breakdown"] == pytest.approx(recorded * share.high / kept.low / 1_000_000)
    assert ours["direction"].to_dict() == {HOLDS: "fails above", FAILS: "fails below"}
    others = table[table["assumption"] != "known_offence_probability"]
    assert (others["direction"] == "fails throughout").all()


def test_statements_that_are_open_have_breakdowns_and_the_others_none():
    results = load_results(ROOT)
    found = set(load_results_table("breakdowns", ROOT)["result"])
    assert found == {each.result for each in read_statements(ROOT) if verdict_of(each, results[each.result]) == OPEN}


def test_a_statement_that_somebody_edits_is_what_is_asked():
    statement, known = read_statements(ROOT)[0], load_results(ROOT)
    least = known[statement.result].interval.low
    edited = replace(statement, threshold=least / 2, words="More than {threshold} by {newest_year}.")
    assert verdict_of(edited, known[statement.result]) == HOLDS
    assert verdict_of(replace(edited, claim="below"), known[statement.result]) == FAILS
    points = pd.DataFrame({"curve": [statement.curve] * 2, "rank": [1, 2], "low": [1.0, 3.0], "high": [2.0, 4.0]})
    found = structural_verdicts([replace(statement, threshold=3.5)], points)
    assert found[["holds", "fails", "open"]].to_numpy().tolist() == [[0, 1, 1]]


def test_a_statement_about_a_curve_or_a_filling_that_is_not_there_is_refused_with_its_table():
    statement = read_statements(ROOT)[0]
    points = pd.DataFrame({"curve": ["one"], "rank": [1], "low": [1.0], "high": [2.0]})
    with pytest.raises(ValueError, match=r"statements\.csv, curve: there is no curve 'other'; write one of one"):
        structural_verdicts([replace(statement, curve="other")], points)
    for words in ("More than {limit}.", "More than {.", "More than {}."):
        with pytest.raises(ValueError, match=r"statements\.csv, words: .* none of threshold, first"):
            statement_words(replace(statement, words=words), {"first": "April"})


@pytest.mark.parametrize(
    ("claim", "words", "said"),
    [
        ("above", "More than {threshold} offences.", None),
        ("below", "Fewer than {threshold} offences.", None),
        ("above", "Fewer than {threshold} offences.", "'fewer than' is not what 'above' claims"),
        ("below", "More than {threshold} offences.", "'more than' is not what 'below' claims"),
        ("above", "Most charges are to come.", "'are to come' is not what 'above' claims"),
        ("below", "Most charges were made.", "'were made' is not what 'below' claims"),
    ],
)
def test_a_statement_says_the_side_that_it_claims(tmp_path, claim, words, said):
    (tmp_path / "assumptions.toml").write_text("")
    for folder, name, text in (
        ("raw", "sources.toml", ""),
        ("judgement", "statements.csv", f"result,claim,threshold,words,curve,reason\nn,{claim},2,{words},,r\n"),
    ):
        (tmp_path / "data" / folder).mkdir(parents=True)
        (tmp_path / "data" / folder / name).write_text(text)
    if said is None:
        assert read_statements(tmp_path)[0].claim == claim
    else:
        with pytest.raises(ValueError, match=said):
            read_statements(tmp_path)


def test_on_the_frontier_the_model_gives_the_stated_total():
    lines, known = (
        total_frontiers(read_frontier_totals(ROOT), load_figures(ROOT), load_assumptions(ROOT)),
        load_assumptions(ROOT),
    )
    recorded = load_figures(ROOT)["F008"].value
    pairs = lines["known_offence_probability"] * lines["recording_probability"]
    share = lines["side"].map({"more": known["contact_share"].low, "less": known["contact_share"].high})
    np.testing.assert_allclose(recorded * share / pairs, lines["total"])
    assert set(lines["total"]) == {each.total for each in read_frontier_totals(ROOT)}


def test_shares_of_variance_are_of_stated_distributions_only_and_those_of_correlated_links_sum_to_one():
    table, assumptions = load_results_table("variance_shares", ROOT), load_assumptions(ROOT)
    assert all(assumptions[name].distribution for name in table["assumption"])
    sums = table[table["method"] == "shapley"].groupby("quantity")["share"].sum()
    assert sums.tolist() == pytest.approx([1.0] * len(sums), abs=0.002)


def test_the_simulated_models_agree_with_the_scenario_by_hand():
    assert chain_total(one=np.array([0.5]), other=np.array([0.1])).tolist() == pytest.approx([20_000])
    intake = np.array([0.0, 0, 0, 100])  # offences fall evenly within the newest quarter, and only there
    quick = visible_share(intake=intake, days_to_charge=np.array([1e-3]), delay_shape=np.array([1.0]))
    assert quick.tolist() == pytest.approx([1.0], abs=1e-3)
    slow = partial(visible_share, intake=intake, delay_shape=np.array([1.0]))
    days = 200.0
    mean, quarter = days / np.log(2), 365.25 / 4
    by_hand = 1 - mean / quarter * (1 - np.exp(-quarter / mean))
    assert slow(days_to_charge=np.array([days])).tolist() == pytest.approx([by_hand])


def test_counts_of_specifications_add_up():
    curves, verdicts = load_results_table("curves", ROOT), load_results_table("curve_verdicts", ROOT)
    refused = load_results_table("curve_refusals", ROOT).groupby("curve")["refused"].sum()
    left = curves.set_index("curve")["specifications"] - curves.set_index("curve")["estimated"]
    pd.testing.assert_series_equal(left.sort_index(), refused.sort_index(), check_names=False)
    counted = verdicts.set_index("curve")[["holds", "fails", "open"]].sum(axis=1)
    assert counted.to_dict() == curves.set_index("curve")["estimated"].to_dict()
    assert curves["estimated"].sum() >= 200


def test_a_total_that_the_ranges_do_not_reach_has_no_band_and_the_caption_says_so():
    lines = pd.DataFrame({"total": [1, 1], "side": ["more"] * 2, "a": [0.1, 0.2], "b": [0.5, 0.6]})
    for part in (lines, lines[:0]):
        assert total_frontier(part, {"a": "known", "b": "kept"})[1].endswith("none of the totals has such a band.")


def test_the_page_of_ranges_holds_what_rests_on_assumptions_each_with_what_it_hangs_on():
    """By hand: a share of suspects is left to the chart that shows its coverage, and what is counted is no range."""
    bounds = {
        "total": Estimate("total", "children", None, Interval(2_000, 9_000, "bound")),
        "suspects_x": Estimate("suspects_x", "share of suspects", None, Interval(0.1, 0.9, "bound")),
        "total_narrower": Estimate("total_narrower", "children", None, Interval(3_000, 9_000, "bound")),
        "by_data": Estimate("by_data", "share of offences", None, Interval(0.1, 0.2, "bound")),
        "visible": Estimate("visible", "share of charges", None, Interval(0.1, 0.5, "bound")),
        "counted": Estimate("counted", "children", 5.0),
    }
    one, two = Narrowed("slow", 0.5, 0.6), Narrowed("shape", 0.3, 0.4)
    leading = {name: Leading("several", (one, two)) for name in bounds} | {"by_data": Leading("data", ())}
    ranges = ranges_on_assumptions(bounds, leading, {"slow": "slow cases"}, {"total": "and all known"})
    assert [(each.id, each.words) for each in ranges] == [
        ("total", "children: and all known"),
        ("visible", "share of charges"),
    ]
    figure, words, data = all_on_one_page(ranges)
    assert "children: and all known, at least 2,000 and at most 9,000, hangs on slow cases and 1 more" in words
    assert list(data["high"]) == [9_000, 50]
    assert not [line for axes in figure.axes for line in axes.lines], "a bound has no middle, so no point is drawn"


def test_the_page_of_ranges_fits_a_page_and_its_small_print_can_be_read():
    surveys = {step.result: step.adds for group in estimands("surveys") for step in group.steps}
    ranges = ranges_on_assumptions(load_results(ROOT), load_leading(ROOT), labels("assumption", ROOT), surveys)
    words = [each.words for each in ranges]
    assert len(words) == len(set(words)), "two ranges that are called the same"
    figure, _, _ = all_on_one_page(ranges)
    assert figure.get_size_inches()[1] * 25.4 <= 210
    assert min(text.get_fontsize() for axes in figure.axes for text in axes.texts) >= 6.5
