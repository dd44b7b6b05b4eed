"""What became of recorded offences: published sums, hand counts on small tables, and words that must not mislead."""

from pathlib import Path

import pandas as pd
import pytest
from matplotlib.patches import PathPatch, Polygon

from cseanalysis.study import load_assumptions, load_figures, read_table
from cseanalysis.study.lag import charts, tables
from cseanalysis.study.lag.evidence import delay_evidence, evidence_results, growth_limit, quartile_shapes
from cseanalysis.study.lag.judged import published_delays
from cseanalysis.study.lag.outcomes import (
    newest_outcomes,
    outcome_development,
    outcome_results,
    returning,
    states_by_quarter,
    states_by_year,
)
from cseanalysis.study.results import data_period
from cseanalysis.study.tables import in_words
from cseanalysis.values import Interval

ROOT = Path(__file__).resolve().parents[2]
OUTCOMES = read_table("outcomes", ROOT)
RESULTS = {
    one.id: one for one in outcome_results(OUTCOMES, read_table("recorded_offences", ROOT), load_assumptions(ROOT))
}


def release(day, year, rows):
    """A small outcomes table: rows of force, quarter, outcome group, offences recorded in it and outcomes assigned."""
    frame = pd.DataFrame(rows, columns=["force", "quarter", "outcome_group", "of_recorded", "assigned"])
    first = int(year[:4])
    start = {1: f"{first}-04-01", 2: f"{first}-07-01", 3: f"{first}-10-01", 4: f"{first + 1}-01-01"}
    return frame.assign(
        release=day,
        financial_year=year,
        period_start=pd.to_datetime(frame["quarter"].map(start)),
        offence_code="22B",
        offence_scope="child_only",
    )


def test_the_published_sums_are_those_of_another_reading():
    # Counted a second time from the published file by other code: eleven child-only codes, 43 forces and the British
    # Transport Police.
    told = {name: one.point for name, one in RESULTS.items() if one.point is not None}
    assert (told["outcomes_recorded_earlier"], told["outcomes_recorded_newest"]) == (58_628, 63_408)
    assert (told["charges_assigned_earlier"], told["outcomes_assigned_earlier"]) == (6_440, 53_362)
    assert (told["charges_assigned_newest"], told["outcomes_assigned_newest"]) == (4_847, 60_340)
    shares = ["charged_so_far_earlier", "open_so_far_earlier", "charged_so_far_newest", "open_so_far_newest"]
    assert [round(told[name], 3) for name in shares] == [0.077, 0.135, 0.05, 0.196]
    assert [round(told[f"open_returning_{when}"], 3) for when in ("earlier", "newest")] == [0.129, 0.185]
    assert [round(told[f"charged_of_assigned_{when}"], 3) for when in ("earlier", "newest")] == [0.121, 0.08]
    assert [told[f"charges_of_before_{when}"] for when in ("earlier", "newest")] == [1_952, 1_666]
    assert told["outcomes_all_codes_earlier"] == 82_427
    assert told["recorded_all_codes_earlier"] == 83_875


def test_the_share_charged_in_the_end_holds_what_is_charged_and_at_most_all_that_is_undecided():
    bound = RESULTS["charged_in_the_end_newest"].interval
    assert bound.low == pytest.approx(3_181 / 63_408)
    assert bound.high == pytest.approx((3_181 + 12_416 + 3_722) / 63_408)
    # Closed offences that reopen can only raise the upper end, from that of none.
    reopened = RESULTS["charged_in_the_end_reopened_newest"].interval
    assert reopened.low == pytest.approx(bound.high)
    assert reopened.high > reopened.low


def test_the_assumed_chance_of_a_charge_holds_the_bounds_of_both_years_and_the_median_and_shape_their_evidence():
    assumed = load_assumptions(ROOT)
    for when in ("earlier", "newest"):
        bound = RESULTS[f"charged_in_the_end_{when}"].interval
        assert assumed["charge_probability"].low <= bound.low + 0.0005
        assert bound.high <= assumed["charge_probability"].high
    shapes = quartile_shapes(load_figures(ROOT))
    assert assumed["delay_shape"].low <= 0.5
    assert shapes.high <= assumed["delay_shape"].high
    assert assumed["days_to_charge"].low == load_figures(ROOT)["F569"].value


def states_of(day, year, force, charged, undecided):
    rows = [(force, 1, "charged_or_summonsed", charged, charged), (force, 1, "not_yet_assigned", undecided, None)]
    return release(day, year, rows)


def test_negative_cells_are_summed_and_never_cut_off():
    table = release(
        "2020-01-01", "2018/19", [("A", 1, "charged_or_summonsed", 5, 6), ("A", 1, "not_yet_assigned", -3, None)]
    )
    row = states_by_quarter(table).iloc[0]
    assert (row["recorded"], row["charged"], row["open"]) == (2, 5, -3)


def test_an_outcome_of_no_named_state_is_another_end_and_no_offence_is_lost():
    rows = [
        ("A", 1, "charged_or_summonsed", 4, 4),
        ("A", 1, "evidential_difficulties_victim_supports_action", 3, 3),
        ("A", 1, "evidential_difficulties_victim_does_not_support_action", 2, 2),
        ("A", 1, "no_suspect_identified", 6, 6),
        ("A", 1, "transferred_to_another_body", 5, 5),
        ("A", 1, "out_of_court_formal", 1, 1),
        ("A", 1, "not_yet_assigned", 9, None),
    ]
    row = states_by_quarter(release("2020-01-01", "2018/19", rows)).iloc[0]
    assert row[["recorded", "charged", "evidential", "no_suspect", "handed_on", "other", "open"]].tolist() == [
        *(30, 4, 5, 6, 5, 1, 9),
    ]
    # On the other basis: what was assigned, whenever recorded.
    assert (row["assigned"], row["charges_assigned"]) == (21, 4)


def test_a_charge_for_another_offence_is_within_the_charges_and_counted_once():
    rows = [("A", 1, "charged_or_summonsed", 7, 7), ("A", 1, "subset_of_charged_or_summonsed", 2, 2)]
    row = states_by_quarter(release("2020-01-01", "2018/19", rows)).iloc[0]
    assert (row["recorded"], row["charged"], row["other"], row["assigned"]) == (7, 7, 0, 7)


def test_a_force_that_returned_little_is_left_out_of_its_year_only():
    silent = release(
        "2020-01-01", "2018/19", [("A", 1, "charged_or_summonsed", 1, 1), ("A", 1, "not_yet_assigned", 9, None)]
    )
    other = release(
        "2019-01-01", "2017/18", [("A", 1, "charged_or_summonsed", 9, 9), ("A", 1, "not_yet_assigned", 1, None)]
    )
    full = release(
        "2020-01-01", "2018/19", [("B", 1, "charged_or_summonsed", 5, 5), ("B", 1, "not_yet_assigned", 5, None)]
    )
    kept = returning(pd.concat([silent, other, full], ignore_index=True), 0.6)
    assert sorted({*zip(kept["force"], kept["financial_year"], strict=True)}) == [("A", "2017/18"), ("B", "2018/19")]


def test_of_two_releases_of_a_year_the_newer_counts_and_both_together_follow_its_offences():
    # 100 offences a quarter; of those undecided 20% are charged and 30% closed from one year to the next.
    def states(undecided):
        charged = 100 - undecided - (closed := round((100 - undecided) * 0.6))
        return charged, closed

    parts = []
    for day, ages in (("2019-07-01", {1: 90, 2: 92, 3: 94, 4: 96}), ("2020-07-01", {1: 45, 2: 46, 3: 47, 4: 48})):
        rows = []
        for quarter, undecided in ages.items():
            charged, closed = states(undecided)
            rows += [
                ("A", quarter, "charged_or_summonsed", charged, charged),
                ("A", quarter, "no_suspect_identified", closed, closed),
                ("A", quarter, "not_yet_assigned", undecided, None),
            ]
        parts.append(release(day, "2018/19", rows))
    both = pd.concat(parts, ignore_index=True)
    assert set(newest_outcomes(both)["release"]) == {"2020-07-01"}
    course = outcome_development(both).set_index("months")
    # Looked at three to fifteen months after the quarter began, and a year later.
    assert course.index.tolist() == [6, 9, 12, 15, 18, 21, 24, 27]
    assert course["undecided"].loc[18] == pytest.approx(0.96 * 48 / 96)
    assert course["charged"].is_monotonic_increasing
    assert outcome_development(parts[0]).empty


def test_one_release_of_each_year_gives_no_course():
    assert outcome_development(OUTCOMES).empty
    assert outcome_development(OUTCOMES.iloc[:0]).empty


def again(year, day, quarters=("1", "2", "3", "4"), closed=0.3):
    """A second release of a year, in which a part of what had no outcome is closed."""
    key = ["quarter", "period_start", "force", "offence_code", "offence_scope"]
    table = OUTCOMES[(OUTCOMES["financial_year"] == year) & OUTCOMES["quarter"].isin(quarters)]
    without = (table["outcome_group"] == "not_yet_assigned") & (table["of_recorded"] > 0)
    moved = (table["of_recorded"].where(without, 0) * closed).astype("int64")
    ends = table.loc[without, key].assign(
        financial_year=year, outcome_group="no_suspect_identified", of_recorded=moved[without]
    )
    both = pd.concat([table.assign(of_recorded=table["of_recorded"] - moved), ends], ignore_index=True)
    return both.assign(release=pd.Timestamp(day))


def test_years_whose_releases_lie_differently_far_apart_are_followed_beside_each_other():
    # The releases that data/releases.csv lists are one, two, seventeen and twenty-one quarters apart.
    later = [again("2017/18", "2024-07-24"), again("2018/19", "2024-07-24")]
    course = outcome_development(pd.concat([OUTCOMES, *later], ignore_index=True))
    assert course.groupby("apart")["months"].apply(list).to_dict() == {
        51: [15, 18, 21, 24, 66, 69, 72, 75],
        63: [15, 18, 21, 24, 78, 81, 84, 87],
    }
    assert course["undecided"].between(0, 1).all()


def test_a_release_of_half_a_year_or_of_the_same_quarter_or_with_cases_added_gives_no_course_and_no_failure():
    for table in (
        again("2018/19", "2020-07-24", quarters=("1", "2")),
        again("2018/19", "2020-03-10"),
        again("2018/19", "2020-07-24", closed=-0.3),
    ):
        assert outcome_development(pd.concat([OUTCOMES, table], ignore_index=True)).empty


def test_half_a_year_is_no_year_of_which_the_chapters_speak():
    recorded = read_table("recorded_offences", ROOT)
    half = again("2018/19", "2025-01-30", quarters=("1", "2"))
    half = half.assign(financial_year="2024/25", period_start=half["period_start"] + pd.DateOffset(years=6))
    revised = again("2018/19", "2020-07-24", quarters=("1", "2"))
    table = pd.concat([OUTCOMES, half, revised], ignore_index=True)
    assert data_period(recorded, table)["outcomes_newest"] == "2018/19"
    assert states_by_year(newest_outcomes(table)).equals(states_by_year(newest_outcomes(OUTCOMES)))
    told = {one.id: one.point for one in outcome_results(table, recorded, load_assumptions(ROOT))}
    assert told["outcomes_recorded_newest"] == 63_408
    with pytest.raises(ValueError, match="no release of outcomes holds four quarters of a year"):
        newest_outcomes(half)


@pytest.mark.parametrize(("quarters", "held"), [((), 0), (("1", "2"), 2)])
def test_a_year_whose_recorded_offences_are_not_there_is_not_set_beside_nought(quarters, held):
    recorded = read_table("recorded_offences", ROOT)
    recorded = recorded[(recorded["financial_year"] != "2018/19") | recorded["quarter"].isin(quarters)]
    with pytest.raises(ValueError, match=f"2018/19 are there, and of its recorded offences {held} quarters"):
        outcome_results(OUTCOMES, recorded, load_assumptions(ROOT))


def test_results_follow_however_many_years_there_are():
    recorded, assumed = read_table("recorded_offences", ROOT), load_assumptions(ROOT)
    one_year = OUTCOMES[OUTCOMES["financial_year"] == "2018/19"]
    ids = {one.id for one in outcome_results(one_year, recorded, assumed)}
    third = again("2018/19", "2021-02-27").assign(financial_year="2019/20")
    third["period_start"] += pd.DateOffset(years=1)
    three = pd.concat([OUTCOMES, third], ignore_index=True)
    assert {one.id for one in outcome_results(three, recorded, assumed)} == ids
    assert data_period(recorded, three)["outcomes_newest"] == "2019/20"


def test_the_table_words_bounds_and_where_nothing_can_be_told_it_says_so():
    years = states_by_year(newest_outcomes(OUTCOMES))
    shown = in_words(years, tables.OUTCOMES)
    assert shown["Charged in the end"].iloc[1] == "at least 5.01% and at most 30.5%"
    assert shown["No outcome in the file"].iloc[0] == "13.5%"
    assigned = in_words(years, tables.ASSIGNED)
    assert assigned["Of offences of earlier years, at least"].iloc[0] == "1,952"
    # Code 88A of 2017/18 has more charges of its own offences than were assigned in the year: corrections since.
    assert "cannot be told" in assigned["Of offences of earlier years, at least"].tolist()
    assert tables.at_least_before(5, 4) == "1"
    assert tables.at_least_before(4, 5) == "cannot be told"


def test_the_chart_is_of_every_state_and_its_words_hold_the_first_and_the_last_quarter():
    figure, words, _ = charts.outcome_states(states_by_quarter(newest_outcomes(OUTCOMES)))
    assert figure.legends[0].get_texts()[0].get_text() == "no outcome in the file"
    assert "9.2% were charged or summonsed" in words
    assert "27.5% had no outcome in the file" in words


def test_the_quartile_tells_the_published_shape_and_growth_has_its_limit_there():
    figures, assumed = load_figures(ROOT), load_assumptions(ROOT)
    shapes = quartile_shapes(figures)
    assert shapes.low < 2.1 < shapes.high
    # By hand: the median of a gamma of shape 0.5 is 0.2275 scales, so 467 days give 0.2275 / 467 a day.
    assert growth_limit(467, 0.5) == pytest.approx(0.178, abs=0.001)
    assert growth_limit(467, 2.1) == pytest.approx(1.39, abs=0.001)
    limits = {one.id: one.interval for one in evidence_results(figures, assumed)}
    assert limits["growth_limit_lowest_shape"].low == pytest.approx(growth_limit(467, 0.5))
    assert limits["growth_limit_quartile_shape"].low > 1


def test_each_published_median_stands_by_itself_with_its_year():
    found = delay_evidence(load_figures(ROOT), published_delays(ROOT), 0.5)
    assert found["figure"].tolist() == ["F567", "F568", "F569", "F186", "F189", "F193"]
    assert (found["lowest"] > found["lognormal_high"]).all()  # the lowest shape has the longest tail
    words = in_words(found, tables.EVIDENCE)
    assert words["Among charges of"].iloc[2].endswith("child sexual abuse, England, 2015/16 (F569)")


def test_the_chart_of_stages_hatches_what_is_not_known_and_gives_trials_and_convictions_no_floor():
    years = states_by_year(newest_outcomes(OUTCOMES))
    year = years[years["group"] == "child-only codes"].iloc[-1]
    chart, words, data = charts.from_record_to_conviction(year, Interval(0.05, 0.30, "bound"))
    assert data.iloc[0].isna().sum() == 2, "nobody knows how much happened"
    (torn,) = (one for one in chart.axes[0].patches if isinstance(one, Polygon))
    (line,) = (one for one in chart.axes[0].patches if isinstance(one, PathPatch))
    right = torn.get_xy()[:, 0].max()
    assert torn.get_linewidth() == 0
    assert [x for x, _ in line.get_path().vertices] == [right, 0, 0, right], "no line where the bar would end"
    stages = data.set_index("stage")
    assert tuple(stages.loc["charged or summonsed"]) == (pytest.approx(100 * year["charged"] / year["recorded"]), 30)
    assert tuple(stages.loc["trial begun"]) == tuple(stages.loc["convicted"]) == (0, 30)
    assert "trial begun, at most 30%; convicted, at most 30%" in words
    widths = [bar.get_width() for bar in chart.axes[0].patches if bar != torn and bar.get_hatch() and bar.get_width()]
    known = stages["at least, per cent"]
    assert widths == pytest.approx([100 - known["charged or closed"], 30 - known["charged or summonsed"], 30, 30])


def test_the_chart_of_delays_follows_no_cohort_past_its_year_and_leaves_a_curve_open_between_two_points():
    quarters = states_by_quarter(newest_outcomes(OUTCOMES))
    chart, words, data = charts.delays_that_data_show(quarters, {0.5: 8.0, 0.75: 13.0})
    seen = data[data["what"] != "charges that were made"]
    assert seen["to month"].max() == 12, "the file of a year holds that year's offences alone"
    assert (seen["to month"] - seen["from month"] == 3).all(), "of every age within three months"
    assert "beyond a year all is hatched" in words
    boxes = data[data["what"] == "charges that were made"].iloc[:, 2:].to_numpy(float).tolist()
    assert boxes == [[0, 8, 0, 50], [8, 13, 50, 75], [13, 30, 75, 100]]
    assert sum(part.get_hatch() == "////" for part in chart.axes[1].collections) == 3
