"""The chapter on change in words and charts: no empty cell, kinds of interval named, events labelled."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.report import chart, prose
from cseanalysis.study.change import charts
from cseanalysis.study.change.events import load_events
from cseanalysis.study.change.judged import ToldBreak, read_series_parts, read_told_breaks
from cseanalysis.study.change.words import (
    breaks_in_words,
    breaks_said,
    cards_in_words,
    control_said,
    dates_in_words,
    diagnostics_in_words,
    left_out_in_words,
    many_in_words,
    specifications_in_words,
    verdicts_in_words,
    visible_in_words,
)
from cseanalysis.study.data import tables
from cseanalysis.study.data.reported import load_results_table

ROOT = Path(__file__).resolve().parents[2]


def rows(name):
    return load_results_table(name, ROOT)


@pytest.fixture(scope="module")
def events():
    return load_events(tables.load_figures(ROOT), ROOT)


@pytest.fixture(scope="module")
def dates():
    return rows("change_dates")


def test_every_table_in_words_has_no_empty_cell(events, dates):
    for table in (
        dates_in_words(dates, events),
        diagnostics_in_words(dates),
        specifications_in_words(rows("change_specifications"), dates),
        breaks_in_words(rows("change_breaks"), events),
        many_in_words(rows("many_changes"), events),
        left_out_in_words(rows("series_left_out")),
        visible_in_words(rows("visible_from"), read_series_parts(ROOT)),
        verdicts_in_words(rows("too_early")),
    ):
        assert len(table)
        assert not table.isna().any(axis=None)
        assert table.astype(str).map(lambda cell: cell.strip() not in {"", "nan", "None"}).all(axis=None)


def test_a_date_has_a_confidence_interval_or_the_models_refusal(events, dates):
    said = dates_in_words(dates, events)["Level over the continued trend"]
    refused = said.str.startswith("cannot be estimated: only")
    assert refused.sum() == 2
    assert said[~refused].str.endswith("95% confidence interval)").all()


def test_what_is_near_is_named_and_the_absence_of_events_is_only_that_none_is_registered(events, dates):
    near = dates_in_words(dates, events).set_index("Series")["Not to be told apart from"]
    assert near["code 88A"] == "none registered"
    assert "Operation Hydrant" in " ".join(near)


def test_a_part_of_the_series_is_always_at_most():
    table = visible_in_words(rows("visible_from"), read_series_parts(ROOT))
    parts = table[~table["What is multiplied"].str.startswith("all child-only")]
    assert parts["What is multiplied"].str.contains("at most").all()
    assert parts["Series rises by"].str.startswith("at most").all()


def test_each_intervention_has_a_card_that_prose_can_print_as_it_stands():
    cards = rows("too_early")
    text = cards_in_words(cards)
    assert text.count("### ") == len(cards) == 15
    for part in ("When", "Claimed", "Not to be told apart from", "What would have to be published"):
        assert text.count(f"- *{part}:* ") == 15
    assert str(prose(text))


def test_marks_in_a_card_are_printed_and_not_obeyed():
    cards = rows("too_early").head(1).assign(claimed="*More* {figure:F001} [x]_y_")
    said = str(prose(cards_in_words(cards)))
    assert "\\*More\\* \\{figure:F001\\} \\[x\\]\\_y\\_" in said


def test_every_dated_event_of_the_table_stands_under_the_chart_and_in_its_alternative_text(events):
    recorded = tables.read_table("recorded_offences", ROOT)
    figure, alt = charts.series_with_events(recorded, events)
    drawn = [event for event in events if event.first and event.first <= pd.Timestamp("2023-06-30").date()]
    assert len(drawn) == 12
    texts = " ".join(text.get_text() for axes in figure.axes for text in axes.texts)
    for event in drawn:
        assert event.name.rstrip(".") in alt
        assert event.when in texts


def test_the_other_charts_say_in_words_what_they_show(dates):
    control, control_alt = charts.control_fit(rows("change_control"))
    placebo, placebo_alt = charts.placebo_panels(rows("change_placebos"), dates)
    least, least_alt = charts.least_visible_curves(rows("least_visible"), {"doubled": 0.0118})
    assert "jumps in April 2017" in control_alt
    assert placebo_alt.count("other dates look clear") == len(placebo.axes) == 4
    assert "doubled: 1.2%" in least_alt
    assert chart((control, control_alt), label="fig:x", caption="A caption").data["text/plain"]
    assert least.axes[0].get_yscale() == "log", "one line through all years needs twenty times what short trends need"
    assert least.axes[0].get_ylim()[0] < 1.18


def test_the_words_typed_in_the_chapter_still_hold_in_the_results(dates):
    """Sentences that are typed beside numbers: whoever changes the data or the model must read them again."""
    by_id = dates.set_index("id")
    for name in ("recording_inspection_2014", "exploitation_flag", "lockdowns"):
        assert by_id.at[name, "low"] < 1 < by_id.at[name, "high"]  # "none is clear"
    assert by_id.at["lockdowns", "autocorrelation"] > 0.9  # "the series hardly returns to that line"
    assert dates["autocorrelation"].max() == by_id.at["lockdowns", "autocorrelation"]  # "as the last of these"
    found = rows("change_specifications")
    outside = (found["low"] > 1) | (found["high"] < 1)
    one_side = outside | (found["specification"] == "quarters within three years of the date")
    by_date = one_side.groupby(found["id"]).all()
    assert by_date[by_date].index.tolist() == ["sexual_communication"]  # "only for April 2017"
    visible = rows("visible_from").set_index(["part", "ratio"])
    assert (visible.loc["exploitation", "recorded_words"] == "never").all()
    many = rows("many_changes").set_index("dates")
    assert many.loc[["rape_undefined_offenders", "lockdowns"], "discoveries"].sum() == 0  # "none of these is left"


def test_breaks_are_told_with_their_ranges_so_that_no_date_is_read_into_them(events, dates):
    planted = pd.DataFrame(
        [
            ("19D", "July 2019", "April 2015", "January 2020", 0.015, "rape_undefined_offenders", 0.8),
            ("88A", "April 2017", "April 2017", "April 2017", 0.005, "sexual_communication", 3.5),
            ("73", "October 2014", "July 2014", "January 2015", 0.2, "recording_inspection_2014", 1.2),
        ],
        columns=["series", "at", "earliest", "latest", "p_value", "near", "ratio"],
    )
    said = breaks_said(planted, dates, events, read_told_breaks(ROOT))
    assert "In 2 of 3 series the p-value is at most one in twenty" in said
    assert "inspection of 2014 in 1 of the series" in said
    assert "in 1 the range is longer than two years, and 1 ranges hold the date of the exploitation flag" in said
    assert "steps down in July 2019 if anywhere (range: April 2015 to January 2020)" in said
    assert said.endswith("came in April 2019, within a year of that.")
    turned = planted.assign(ratio=1 / planted["ratio"], near="")
    said = breaks_said(turned, dates, events, read_told_breaks(ROOT))
    assert "steps up in July 2019" in said
    assert said.endswith("came in April 2019, not within a year of that.")


def test_whoever_edits_the_table_of_told_breaks_edits_what_the_chapter_tells(events, dates):
    told = (ToldBreak("73", "lockdowns", "Code {code} {steps} in {at}, {beside} a year of {when}.", "Another code."),)
    planted = rows("change_breaks").assign(ratio=1.2, near="lockdowns")
    said = breaks_said(planted, dates, events, told)
    at = planted.set_index("series").at["73", "at"]
    assert said.endswith(f"Code 73 steps up in {at}, within a year of March 2020.")
    with pytest.raises(ValueError, match=r"told_breaks\.csv, 73: 'where' cannot be filled in"):
        breaks_said(planted, dates, events, (replace(told[0], words="{where}"),))
    with pytest.raises(ValueError, match=r"'beside' cannot be filled in.* a registered event"):
        breaks_said(planted, dates, events, (replace(told[0], event="no_such"),))


def test_the_control_is_told_with_the_quarters_it_does_not_fit_and_the_trend_it_falls_back_to():
    quarters = ["January 2017", "April 2017", "July 2017", "October 2017"]
    control = pd.DataFrame(
        {"quarter": quarters, "count": [10, 30, 36, 60], "fitted": [10, 40, 40, 40], "continued": [10, 10, 20, 80]}
    )
    said = control_said(control)
    assert "The first 2 quarters lie below the fitted line, the first of all at 75% of it" in said
    assert "in October 2017 the count is 75% of it" in said
