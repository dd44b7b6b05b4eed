"""The charts of the chapter on change: what they show is in their alternative text; typed words hold in the results."""

from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.report import chart
from cseanalysis.study.change import charts
from cseanalysis.study.change.events import load_events
from cseanalysis.study.data import tables
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.reported import load_results_table

ROOT = Path(__file__).resolve().parents[2]


def rows(name):
    return load_results_table(name, ROOT)


@pytest.fixture(scope="module")
def events():
    return load_events(load_figures(ROOT), ROOT)


@pytest.fixture(scope="module")
def dates():
    return rows("change_dates")


def test_every_dated_event_of_the_table_stands_under_the_chart_and_in_its_alternative_text(events):
    recorded = tables.read_table("recorded_offences", ROOT)
    figure, alt, _ = charts.series_with_events(recorded, events)
    drawn = [event for event in events if event.first and event.first <= pd.Timestamp("2023-06-30").date()]
    assert len(drawn) == 13
    texts = " ".join(text.get_text() for axes in figure.axes for text in axes.texts)
    for event in drawn:
        assert event.name.rstrip(".") in alt
        assert event.when in texts


def test_the_other_charts_say_in_words_what_they_show(dates):
    control, control_alt, data = charts.control_fit(rows("change_control"))
    placebo, placebo_alt, _ = charts.placebo_panels(rows("change_placebos"), dates)
    least, least_alt, _ = charts.least_visible_curves(rows("least_visible"), {"doubled": 0.0118})
    assert "jumps in April 2017" in control_alt
    assert placebo_alt.count("other dates look clear") == len(placebo.axes) == 4
    assert "doubled: 1.2%" in least_alt
    assert chart((control, control_alt, data), label="fig:x", caption="A caption").data["text/plain"]
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
