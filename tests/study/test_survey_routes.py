from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from cseanalysis.models import BridgeFactor
from cseanalysis.study import load_assumptions, load_figures, load_results
from cseanalysis.study.ranges import needed_assumptions
from cseanalysis.study.totals.estimands import estimands
from cseanalysis.study.totals.numbers import contact_total, evidence, figures_of
from cseanalysis.study.totals.survey import (
    RECORDED_DEFINITION,
    WINDOWS,
    adults_abused,
    bridge,
    hold_against_record,
    survey_comparison,
    window_results,
    yearly_before_16,
)
from cseanalysis.study.totals.tables import routes_in_words
from cseanalysis.values import Assumption, Interval, NotEstimableError

ROOT = Path(__file__).resolve().parents[2]
READ_FROM, BRIDGE = evidence(ROOT), bridge(ROOT)
PARTS, TOTALS, SURVEYS = (estimands(chart, ROOT) for chart in ("parts", "totals", "surveys"))


def assumed(**ranges):
    return {name: Assumption(name, low, high, "number", "r", "s", "l") for name, (low, high) in ranges.items()}


BY_HAND = assumed(
    abused_before_16_share=(0.05, 0.1),
    not_asked_inflation=(1.0, 1.0),
    prevalence_change=(0.5, 2.0),
    children_per_age=(1000.0, 1000.0),
    years_abused=(1.0, 3.0),
)


def ends(estimate):
    return estimate.interval.low, estimate.interval.high


def plank(dimension, start, end):
    return BridgeFactor("by_hand", dimension, start, end, Interval(0.5, 1.0, "bound"), "by hand")


def test_adults_ever_abused_are_as_published_within_rounding():
    adults = [
        adults_abused(window, [load_figures(ROOT)[name] for name in READ_FROM[window.share]]) for window in WINDOWS
    ]
    assert [ends(estimate) for estimate in adults] == [(3_050_000, 3_150_000), (4_250_000, 4_350_000)]
    assert [estimate.basis for estimate in adults] == [("F114",), ("F129",)]


def test_a_cohort_of_a_thousand_by_hand():
    # 5 to 10% of 1,000 children, halved or doubled; in a year up to 3 times, at the very most 16 times as many.
    first, first_steady, any_years, yearly, yearly_steady = window_results(WINDOWS[0], (), BY_HAND)
    assert ends(first) == pytest.approx((25, 200))
    assert ends(first_steady) == pytest.approx((50, 100))
    assert ends(any_years) == pytest.approx((25, 3200))
    assert ends(yearly) == pytest.approx((25, 600))
    assert ends(yearly_steady) == pytest.approx((50, 300))


def test_each_result_names_only_the_assumptions_it_uses():
    first, first_steady, any_years, yearly, _ = window_results(WINDOWS[0], (), BY_HAND)
    assert "years_abused" not in first.basis
    assert "years_abused" not in any_years.basis  # the range of the window is no judgement
    assert "prevalence_change" not in first_steady.basis
    assert set(BY_HAND) <= set(yearly.basis)


def test_more_years_of_abuse_than_the_window_holds_are_refused():
    with pytest.raises(ValueError, match="at most in the 16 of the window"):
        window_results(WINDOWS[0], (), BY_HAND | assumed(years_abused=(1.0, 17.0)))


def test_the_survey_is_not_held_against_the_record_while_a_plank_is_missing():
    children, recorded = Interval(100, 200, "bound"), Interval(10, 20, "bound")
    with pytest.raises(NotEstimableError, match=r"age_window from 'before 16'.*definition from"):
        hold_against_record(WINDOWS[0], children, recorded)
    with pytest.raises(NotEstimableError, match="no factor for definition from"):
        hold_against_record(WINDOWS[1], children, recorded)


def test_with_every_plank_stated_the_division_is_done():
    children, recorded = Interval(100, 200, "bound"), Interval(10, 20, "bound")
    contact = plank("definition", WINDOWS[1].definition, RECORDED_DEFINITION)
    share = hold_against_record(WINDOWS[1], children, recorded, [contact])
    assert (share.low, share.high) == pytest.approx((10 / 200, 20 / 50))


def test_no_plank_may_lead_from_one_survey_to_the_other_because_the_publisher_declares_a_break():
    crossing = plank("definition", WINDOWS[0].definition, WINDOWS[1].definition)
    with pytest.raises(ValueError, match="declares a break"):
        hold_against_record(WINDOWS[0], Interval(1, 2, "bound"), Interval(1, 2, "bound"), [crossing])


def test_the_comparison_keeps_a_refusal_for_each_survey():
    table = survey_comparison(load_results(ROOT))
    assert table["survey"].tolist() == ["before_16", "before_18"]
    assert set(table["outcome"]) == {"refused"}
    assert table["reason"].str.contains("definition").tolist() == [True, True]
    assert table["reason"].str.contains("age_window").tolist() == [True, False]


def test_every_assumption_of_the_survey_routes_is_a_plank_of_the_bridge_table():
    planks = {row.assumption for row in BRIDGE}
    shares = {"abused_before_16_share", "abused_before_18_share"}
    needed = {a.id for window in WINDOWS for a in needed_assumptions(window.model, load_assumptions(ROOT))}
    assert needed - shares <= planks
    assert [row.dimension for row in BRIDGE if row.assumption is None] == ["age_window", "definition"]


def test_one_window_never_uses_the_share_of_the_other_survey():
    for window, other in zip(WINDOWS, reversed(WINDOWS), strict=True):
        names = {a.id for a in needed_assumptions(partial(window.model), load_assumptions(ROOT))}
        assert f"abused_{other.id}_share" not in names
        assert set(READ_FROM[window.share]).isdisjoint(READ_FROM[other.share])


def test_an_ever_smaller_change_lowers_the_number_of_children():
    known = {"abused_before_16_share": 0.1, "not_asked_inflation": 1.0, "children_per_age": 1000.0, "years_abused": 2.0}
    assert yearly_before_16(**known, prevalence_change=0.5) == pytest.approx(100)
    assert yearly_before_16(**known, prevalence_change=1.0) == pytest.approx(200)


@pytest.mark.parametrize("group", [*TOTALS, *SURVEYS], ids=lambda group: group.title)
def test_within_a_group_each_step_lies_within_the_one_before(group):
    results = load_results(ROOT)
    spans = [results[step.result].interval for step in group.steps if not step.floor]
    assert len(spans) >= (1 if group.title.startswith("Adults") else 2)
    for wide, narrow in pairwise(spans):
        assert wide.low <= narrow.low <= narrow.high <= wide.high
        assert (wide.low, wide.high) != (narrow.low, narrow.high)


@pytest.mark.parametrize("group", TOTALS, ids=lambda group: group.title)
def test_a_total_is_never_below_what_was_recorded(group):
    results = load_results(ROOT)
    (floor,) = [results[step.result].interval for step in group.steps if step.floor]
    assert all(results[step.result].interval.low >= floor.low for step in group.steps)


def test_no_result_is_in_two_groups_and_each_group_counts_one_thing():
    results = load_results(ROOT)
    groups = [*TOTALS, *SURVEYS]
    ids = [step.result for group in groups for step in group.steps]
    assert len(ids) == len(set(ids))
    for group in groups:
        assert len({results[step.result].unit for step in group.steps if not step.floor}) == 1
    assert len({group.title for group in [*PARTS, *groups]}) == len(groups) + 1


def edited(tmp_path, name, old, new):
    """Return a study whose table of judgements somebody has edited, and no other."""
    text = (ROOT / "data" / "judgement" / f"{name}.csv").read_text(encoding="utf-8")
    assert old in text
    for folder in ("raw", "judgement"):
        (tmp_path / "data" / folder).mkdir(parents=True)
    (tmp_path / "assumptions.toml").write_text("")
    (tmp_path / "data" / "raw" / "sources.toml").write_text("")
    (tmp_path / "data" / "judgement" / f"{name}.csv").write_text(text.replace(old, new), encoding="utf-8")
    return tmp_path


def test_a_route_that_somebody_words_otherwise_or_takes_out_is_so_in_the_chapter(tmp_path):
    groups = estimands("totals", edited(tmp_path, "routes", "Victims of rape in childhood", "Adults raped as children"))
    table = routes_in_words(groups, load_results(ROOT), load_assumptions(ROOT))
    assert table["Estimates"][6].startswith("Adults raped as children; any date")
    assert [group.title for group in groups][3] == TOTALS[3].title == "Victims of recent rape in childhood"


def test_an_assumption_that_somebody_reads_from_another_figure_rests_on_it(tmp_path):
    read_from = evidence(edited(tmp_path, "evidence", "recording_probability,F310", "recording_probability,F312"))
    assert figures_of(contact_total, read_from) == ("F008", "F012", "F021", "F312")
    assert figures_of(contact_total, READ_FROM) == ("F008", "F012", "F021", "F310")


def test_a_survey_needs_one_figure_in_adults():
    with pytest.raises(
        ValueError, match="abused_before_16_share is read from 0 figures in adults; data/judgement/evid"
    ):
        adults_abused(WINDOWS[0], [load_figures(ROOT)["F113"]])


def test_a_plank_that_somebody_takes_away_is_missing_in_the_bridge(tmp_path):
    planks = bridge(edited(tmp_path, "bridge", "years_abused,before_16 before_18", ",before_16 before_18"))
    assert [plank.assumption for plank in planks].count(None) == 3


def test_panels_share_no_axis_and_a_bound_has_no_centre_mark():
    from cseanalysis.study.totals.charts import routes_by_estimand

    results = load_results(ROOT)
    figure, words, _ = routes_by_estimand(results, TOTALS)
    assert len(figure.axes) == len(TOTALS)
    first, second = figure.axes[:2]
    assert not first.get_shared_x_axes().joined(first, second)
    assert all(not axes.lines for axes in figure.axes)
    assert all(group.title in words for group in TOTALS)
    assert words.count("in the record, no upper end to the total") == len(TOTALS)


def test_a_range_that_is_a_point_has_no_place_in_a_step_of_the_survey():
    results = dict(load_results(ROOT))
    results["children_of_the_year"] = replace(results["children_of_the_year"], interval=None, point=5.0)
    with pytest.raises(ValueError, match="is no range"):
        survey_comparison(results)


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.id)
def test_the_change_since_the_adults_childhoods_makes_the_range_several_times_as_wide_as_the_chapter_says(window):
    results = load_results(ROOT)
    wide, steady = (results[f"{step}_{window.id}"].interval for step in ("first", "first_steady"))
    assert wide.high - wide.low > 3 * (steady.high - steady.low)
