"""Change over time: planted steps are found, refusals are the model's, chance is printed beside what is found."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from test_interventions import an_intervention

from cseanalysis.models import detectable_from, interrupted_series
from cseanalysis.study import load_assumptions, load_results
from cseanalysis.study.change import breaks
from cseanalysis.study.change.breaks import (
    FAILED,
    NEGATIVE,
    NOTHING,
    THIN,
    SeriesKept,
    breaks_table,
    force_series,
    many_table,
)
from cseanalysis.study.change.detectability import (
    HORIZON,
    charge_masses,
    last_complete,
    least_visible,
    part_shares,
    seen_from,
    whole_effect,
    windows,
    yearly_share,
)
from cseanalysis.study.change.events import dated_events, load_recording_changes
from cseanalysis.study.change.interventions import load_interventions
from cseanalysis.study.change.judged import read_series_parts
from cseanalysis.study.change.numbers import (
    ERRORS,
    MAIN,
    SHORT,
    TOTAL,
    change_results,
    dates_table,
    first_quarter,
    in_words,
    named_changes,
    quarterly_series,
    specifications_table,
)
from cseanalysis.study.change.too_early import (
    CANNOT,
    EARLY,
    NEVER,
    NOT_TOLD,
    SEEN,
    VERDICTS,
    timing_cards,
    timing_table,
    visible_by,
)
from cseanalysis.study.data import tables
from cseanalysis.study.data.codes import CHILD_CODES
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.reported import load_results_table
from cseanalysis.values import NotEstimableError

ROOT = Path(__file__).resolve().parents[2]
QUARTERS = pd.date_range("2012-04-01", periods=45, freq="QS")


@pytest.fixture(scope="module")
def figures():
    return load_figures(ROOT)


@pytest.fixture(scope="module")
def recorded():
    return tables.read_table("recorded_offences", ROOT)


@pytest.fixture(scope="module")
def interventions(figures):
    return load_interventions(figures, ROOT)


@pytest.fixture(scope="module")
def events(interventions):
    return dated_events(load_recording_changes(ROOT), interventions)


@pytest.fixture(scope="module")
def changes(recorded, interventions, events):
    return {item.intervention.id: item for item in named_changes(recorded, interventions, events)}


@pytest.fixture(scope="module")
def cards():
    return load_results_table("too_early", ROOT).set_index("id")


def a_table(step=1.0, at="2017-04-01", forces=("Kent", "Essex"), mean=100.0, noise=0.0):
    """A table of offences that rises, is independent from quarter to quarter, and steps by a factor at a date."""
    rng = np.random.Generator(np.random.Philox(key=7))
    rows = []
    for place, quarter in enumerate(QUARTERS):
        drift = float(np.exp(noise * rng.standard_normal()))
        level = mean * drift * 1.005**place * (step if quarter >= pd.Timestamp(at) else 1.0)
        for force in forces:
            counts = rng.poisson(level, len(CHILD_CODES))
            rows += [(quarter, force, "territorial", code, int(n)) for code, n in zip(CHILD_CODES, counts, strict=True)]
    return pd.DataFrame(rows, columns=["period_start", "force", "force_type", "offence_code", "offences"])


def judged(table, item, figures, size=None):
    """The verdict on one planted intervention."""
    found = specifications_table(named_changes(table, [item], ()))
    if "id" not in found:
        found = pd.DataFrame(columns=["id", "ratio", "low", "high"])
    given = {"specifications": found, "assumptions": size or load_assumptions(ROOT)}
    (card,) = timing_cards(table.assign(offence_scope="child_only"), figures, [item], events=(), **given)
    return card


def test_the_total_is_the_one_printed_beside_the_source(recorded):
    series = quarterly_series(recorded)
    assert len(series) == 45
    assert series.loc["2022-04-01":"2023-03-31", TOTAL].sum() == 64_751
    assert series[list(CHILD_CODES)].sum(axis=1).tolist() == series[TOTAL].tolist()


def test_a_missing_quarter_or_cell_is_refused_because_a_gap_would_look_like_a_fall():
    table = a_table()
    with pytest.raises(ValueError, match="44 quarters of 45"):
        quarterly_series(table[table["period_start"] != "2015-01-01"])
    with pytest.raises(ValueError, match="with 21 to 22 cells"):
        quarterly_series(table.drop(index=5))


@pytest.mark.parametrize(
    ("day", "quarter"),
    [(date(2014, 11, 18), "2015-01-01"), (date(2017, 4, 1), "2017-04-01"), (date(2020, 3, 1), "2020-04-01")],
)
def test_a_date_is_tried_at_the_first_whole_quarter_from_it_on(day, quarter):
    assert first_quarter(day) == pd.Timestamp(quarter)


def test_a_planted_step_is_recovered_by_the_study_and_called_no_effect(figures):
    item = an_intervention(start=date(2017, 4, 1), kind="offence", series="offence_scope=child_only")
    card = judged(a_table(step=1.5), item, figures)
    interval = card.change.fit.level_ratio.interval
    assert interval.low < 1.5 < interval.high
    assert card.change.placebo.rank == card.change.rank_alone == 1
    assert card.verdict == SEEN
    assert "not an effect" in card.verdict


def test_without_a_step_the_card_says_no_change_and_never_no_effect(figures):
    item = an_intervention(start=date(2017, 4, 1), series="offence_scope=child_only")
    card = judged(a_table(), item, figures)
    assert card.verdict == NOT_TOLD
    assert card.least[0] > 1
    row = timing_table([card]).iloc[0]
    assert "a rise by" in row["least"]
    assert not [cell for cell in row.astype(str) if "no effect" in cell.lower()]


def test_too_few_quarters_after_are_too_early_and_too_few_before_cannot_be_mended_by_waiting(figures):
    late = judged(a_table(), an_intervention(start=date(2022, 4, 1), series="offence_scope=child_only"), figures)
    assert (late.verdict, late.quarters) == (EARLY, (40, 5))
    assert "5 from April 2022 on, where 8 are needed" in late.because
    soon = judged(a_table(), an_intervention(start=date(2013, 4, 1), series="offence_scope=child_only"), figures)
    assert (soon.verdict, soon.quarters) == (CANNOT, (4, 41))


def test_a_part_too_small_to_be_seen_is_never_visible_however_long_one_waits(figures):
    item = an_intervention(start=date(2017, 4, 1), series="offence_scope=child_only", part="F028")
    table = a_table(mean=3000.0, noise=0.07)
    card = judged(table, item, figures)
    assert card.share == pytest.approx(yearly_share(quarterly_series(table)[TOTAL][:20], 761))
    assert card.verdict == NEVER
    assert "however long one waits" in card.because


def test_refusals_are_the_models_own_words(changes):
    for name, at in (("october_2012", "October 2012"), ("taskforce", "April 2023")):
        item = changes[name]
        assert (item.fit, item.placebo) == (None, None)
        with pytest.raises(NotEstimableError) as caught:
            interrupted_series(item.counts, at=at, **MAIN)
        assert item.refusal
        assert item.refusal in str(caught.value)
    assert changes["taskforce"].refusal.startswith("only 1 from April 2023 on")
    assert changes["october_2012"].refusal.startswith("only 2 before October 2012")


def test_the_new_offence_of_2017_is_seen_in_every_specification_that_is_not_short(changes):
    control = changes["sexual_communication"]
    assert control.series == "88A"
    assert 2.5 < control.fit.level_ratio.interval.low < control.fit.level_ratio.interval.high < 5
    assert (control.placebo.rank, control.rank_alone) == (1, 1)
    found = specifications_table([control]).set_index("specification")
    assert (found.drop(index=SHORT)["low"] > 1).all()
    # Six years are too few to tell a step from a drift: there only the direction is asked for.
    assert found.at[SHORT, "low"] < 1 < found.at[SHORT, "ratio"]


def test_no_other_date_is_seen_in_every_specification_and_the_placebo_is_not_clear(changes):
    others = [item for name, item in changes.items() if name != "sexual_communication"]
    found = specifications_table(others)
    for _, rows in found.groupby("id"):
        assert ((rows["low"] < 1) & (rows["high"] > 1)).any()
    flag = changes["exploitation_flag"].fit.level_ratio.interval
    assert flag.low < 1 < flag.high


def test_three_errors_are_shown_and_the_largest_is_used_with_the_degrees_that_the_drift_leaves(changes):
    table = dates_table(changes.values()).set_index("id")
    table = table[table["refusal"] == ""]
    errors = table[list(ERRORS)].astype(float)
    fits = [changes[name].fit for name in table.index]
    quantiles = stats.t.ppf(0.975, [fit.diagnostics.t_degrees for fit in fits])
    half = (np.log(table["high"].astype(float)) - np.log(table["low"].astype(float))) / 2
    np.testing.assert_allclose(half, errors.max(axis=1) * quantiles, rtol=1e-6)
    assert (table["error_used"] + "_error" == errors.idxmax(axis=1)).all()
    assert (quantiles > 1.96).all(), "a drift leaves few degrees of freedom"


def test_level_ratios_are_confidence_intervals_and_never_of_a_refused_date(changes):
    found = {item.id: item for item in change_results(changes.values(), specifications_table(changes.values()))}
    ratios = [item for name, item in found.items() if name.startswith("level_ratio")]
    assert {item.interval.kind for item in ratios} == {"confidence"}
    assert len(ratios) == 8  # four dates, each with all quarters and with those near it
    assert not [name for name in found if "taskforce" in name or "2012" in name]


def test_a_planted_break_is_found_with_the_registered_event_of_its_day(events, monkeypatch):
    monkeypatch.setattr(breaks, "DRAWS", 39)
    found = breaks_table(a_table(step=1.6), events).set_index("series")
    assert found.at[TOTAL, "at"] == "April 2017"
    assert found.at["88A", "within"] == "sexual_communication"
    assert found.at["73", "within"] == "", "the offence of 2017 moves no other code"


def test_the_size_that_a_fit_could_show_is_larger_than_what_its_interval_excludes(changes):
    for name in ("recording_inspection_2014", "exploitation_flag", "sexual_communication", "lockdowns"):
        fit = changes[name].fit
        rise, fall = visible_by(fit)
        half = fit.level_ratio.interval.high / fit.level_ratio.point
        assert rise > half > 1
        assert fall == pytest.approx(1 / rise)
    # By hand: an error of 0.1 with many degrees needs 1.96 + 0.84 errors.
    row = changes["sexual_communication"].fit
    planted = replace(row, diagnostics=replace(row.diagnostics, t_degrees=np.inf), table=row.table.assign(error=0.1))
    assert visible_by(planted)[0] == pytest.approx(np.exp(0.1 * (1.959964 + 0.841621)))


def test_a_card_with_a_fit_never_promises_to_see_less_than_the_fit_can(cards, changes):
    for name in ("recording_inspection_2014", "lockdowns"):
        rise = round(visible_by(changes[name].fit)[0] - 1, 2)
        assert f"a rise by {100 * rise:.0f}%" in cards.at[name, "least"]
        seen = "the larger can be seen" if rise < 1 else "the larger cannot be seen"
        assert seen in cards.at[name, "seen"], "the larger assumed effect is a doubling"


def test_every_registered_event_in_the_range_of_a_break_is_named(events):
    table = load_results_table("change_breaks", ROOT)
    lockdown = next(event for event in events if event.id == "lockdowns")
    ends = table[["earliest", "latest"]].apply(lambda words: pd.to_datetime(words, format="%B %Y"))
    inside = (ends["earliest"] <= pd.Timestamp(lockdown.last)) & (
        ends["latest"] + pd.offsets.QuarterEnd(0) >= pd.Timestamp(lockdown.first)
    )
    assert 0 < inside.sum() < len(table)
    assert (table["within"].str.split(";").map(lambda ids: "lockdowns" in ids) == inside).all()


def test_series_are_left_out_by_rule_and_named(recorded):
    kept = force_series(recorded, load_recording_changes(ROOT))
    rules = kept.left_out.groupby("rule")["force"].agg(set)
    assert rules[FAILED] == {"Dyfed-Powys"}
    assert "City of London" in rules[THIN]
    assert kept.counts.shape[1] + len(kept.left_out) == 43 * (len(CHILD_CODES) + 1)
    assert (kept.counts.mean() >= 5).all()
    assert (kept.counts >= 0).all(axis=None)
    negative = kept.left_out.loc[kept.left_out["rule"] == NEGATIVE]
    for row in negative.itertuples():
        own = recorded[(recorded["force"] == row.force) & (recorded["offence_code"] == row.code)]
        assert (own["offences"] < 0).any()


def test_a_series_of_only_a_few_offences_is_left_out_and_one_of_five_a_quarter_is_not():
    table = a_table(forces=("Kent", "Essex"))
    table.loc[table["force"] == "Kent", "offences"] = 4
    table.loc[table["force"] == "Essex", "offences"] = 5
    kept = force_series(table, ())
    assert set(kept.left_out["force"]) == {"Kent"}
    assert "Kent, child_only" in kept.counts  # eleven codes of four
    assert "Essex, 73" in kept.counts


def test_chance_is_counted_beside_what_is_found_and_placebo_dates_look_clear_as_often_as_they_should():
    # Independent counts without any change: about one in twenty looks clear, and control leaves nearly none.
    rng = np.random.Generator(np.random.Philox(key=11))
    counts = pd.DataFrame(rng.poisson(80, (45, 40)), index=QUARTERS, columns=[f"s{n}" for n in range(40)]).astype(float)
    kept = SeriesKept(counts, dict.fromkeys(counts, ("73",)), dict.fromkeys(counts, "Kent"), pd.DataFrame())
    table, found = many_table(kept, ())
    row = table.set_index("dates").loc[NOTHING]
    assert row["tried"] == 40 * 30 == found.tried
    assert row["expected_by_chance"] == pytest.approx(60)
    assert 0.5 * 60 < row["clear"] < 2 * 60
    assert row["discoveries"] <= 2


def test_a_planted_event_gathers_the_changes_of_its_own_codes_only(events):
    kept = force_series(a_table(step=3.0), ())
    table = many_table(kept, events)[0].set_index("dates")
    own = table.loc["sexual_communication"]
    assert (own["tried"], own["clear"], own["discoveries"]) == (2, 2, 2)  # code 88A in two forces


def test_groups_of_dates_add_up_and_no_force_or_code_is_named_as_found():
    table = load_results_table("many_changes", ROOT).set_index("dates")
    parts = table.drop(index="all")
    assert (
        parts[["tried", "clear", "discoveries"]].sum().tolist()
        == table.loc["all", ["tried", "clear", "discoveries"]].tolist()
    )
    assert table["expected_by_chance"].tolist() == pytest.approx((0.05 * table["tried"]).tolist())
    assert set(table.columns) == {"tried", "clear", "expected_by_chance", "discoveries"}


def test_the_share_of_the_series_is_at_most_what_761_offences_are_of_four_quarters(recorded, figures):
    before = last_complete(recorded)
    assert part_shares(read_series_parts(ROOT), before, figures)["exploitation"] == pytest.approx(761 / 64_751)
    assert whole_effect(share=0.0118, effect_ratio=2.0) == pytest.approx(1.0118)


def test_a_part_follows_the_table_and_must_be_counted_in_offences(recorded, figures):
    before, (part, *_) = last_complete(recorded), read_series_parts(ROOT)
    edited = replace(part, part="arrests", figures=("F022",))
    assert part_shares([edited], before, figures)["arrests"] == pytest.approx(4_228 / 64_751)
    with pytest.raises(ValueError, match=r"parts_of_series\.csv, figures: F031 count no offences"):
        part_shares([replace(part, figures=("F022", "F031"))], before, figures)


def test_doubling_the_exploitation_class_is_never_visible_in_any_window_at_any_lag(recorded, figures):
    before = last_complete(recorded)
    share = part_shares(read_series_parts(ROOT), before, figures)["exploitation"]
    for part in windows(before).values():
        for delay in ([1.0], [0.1, 0.2, 0.3, 0.4]):
            found = detectable_from(
                part.to_numpy(), delay=delay, share=share, ratio=2, harmonics=1, period=4, horizon=HORIZON
            )
            assert found.never
    assert seen_from(before, ratio=2, share=share).words == "never"


def test_never_is_said_only_if_no_window_shows_it():
    steady = pd.Series([1000.0 + 40 * (place % 3) for place in range(40)])
    wild = pd.Series(np.r_[[200.0, 3000.0] * 12, steady.to_numpy()[-16:]])
    alone = detectable_from(wild.to_numpy(), delay=[1.0], ratio=1.2, harmonics=1, period=4)
    assert alone.first is None or alone.first > 1
    assert seen_from(wild, ratio=1.2, share=1.0).first == 1


def test_charges_show_an_effect_no_sooner_than_records_and_every_delay_is_a_probability_mass(recorded):
    before = last_complete(recorded)
    at_once = seen_from(before, ratio=2, share=1.0).first
    masses = charge_masses(load_assumptions(ROOT))
    assert len(masses) == 12
    for mass in masses:
        assert 0 < mass.sum() <= 1 + 1e-9
        assert seen_from(before, ratio=2, share=1.0, delay=mass).first >= at_once


def test_more_quarters_after_never_make_the_smallest_visible_change_larger_where_the_trend_is_followed_for_years(
    recorded,
):
    table = least_visible(last_complete(recorded), (4, 8, 12))
    # About one line through all years the series is nearly a random walk, and quarters far from the date tell nothing.
    for _, part in table[table["window"].str.startswith("the last")].groupby("window"):
        assert part["rise"].is_monotonic_decreasing
        assert part["fall"].is_monotonic_increasing


def test_every_intervention_has_a_card_with_a_verdict_of_the_closed_set(cards, interventions):
    assert list(cards.index) == [item.id for item in interventions]
    assert set(cards["verdict"]) <= set(VERDICTS)
    assert cards.astype(str).map(lambda cell: cell.strip() not in {"", "None", "nan"}).all(axis=None)


def test_only_the_law_of_2017_is_seen_and_the_taskforce_is_refused_and_never_visible(cards):
    assert cards.index[cards["verdict"] == SEEN].tolist() == ["sexual_communication"]
    taskforce = cards.loc["taskforce"]
    assert taskforce["verdict"] == NEVER
    assert "only 1 from April 2023 on, where 8 are needed on each side" in taskforce["because"]
    assert "at most 1.2% of the series" in taskforce["seen"]


def test_what_has_no_known_day_cannot_be_estimated_and_says_so(cards, interventions):
    for item in interventions:
        if item.start is None:
            assert cards.at[item.id, "verdict"] == CANNOT
            assert cards.at[item.id, "because"] == "No day is known on which it began."


def test_no_card_and_no_result_speaks_of_an_effect_of_a_policy(cards):
    said = " ".join(cards["because"]) + " ".join(cards["least"])
    assert "worked" not in said
    assert "caused" not in said
    units = " ".join(item.unit for name, item in load_results(ROOT).items() if name.startswith("level_ratio"))
    assert "effect" not in units


def test_quarters_in_words_keep_their_order(recorded):
    words = in_words(quarterly_series(recorded)[TOTAL])
    assert (words.index[0], words.index[-1]) == ("April 2012", "April 2023")
