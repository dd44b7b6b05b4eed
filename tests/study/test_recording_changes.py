"""The two registers of dated events: read as one list, recording told apart from policy, every fault with its row."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from cseanalysis.study.change.events import (
    DatedEvent,
    RecordingChange,
    cannot_be_told_apart_from,
    dated_events,
    load_events,
    load_recording_changes,
    near,
)
from cseanalysis.study.change.interventions import load_interventions
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.project import sha256

ROOT = Path(__file__).resolve().parents[2]
WHOLE = ("England and Wales",)


@pytest.fixture(scope="module")
def figures():
    return load_figures(ROOT)


@pytest.fixture(scope="module")
def events(figures):
    return {event.id: event for event in load_events(figures, ROOT)}


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "assumptions.toml").write_text("")
    shutil.copytree(ROOT / "data" / "raw", tmp_path / "data" / "raw")
    return tmp_path


def an_event(name="planted", first=date(2016, 1, 1), last=date(2016, 1, 31), *, area=WHOLE, codes=(), kind="recording"):
    return DatedEvent(name, name, first, last, str(first), area, codes, kind)


def a_change(**changes):
    given = {
        "id": "planted",
        "start": date(2016, 4, 1),
        "start_precision": "month",
        "area": WHOLE,
        "codes": (),
        "kind": "recording",
        "what": "A rule changed.",
        "direction": "up",
        "source": "ho2405",
        "note": "Planted.",
    }
    return RecordingChange(**given | changes)


def test_both_registers_make_one_list_in_order_of_time_without_a_double(events):
    assert {"code_71_label", "rape_undefined_offenders", "october_2012", "taskforce"} <= set(events)
    dated = [event.first for event in events.values() if event.first]
    assert dated == sorted(dated)
    assert {event.first is None for event in list(events.values())[len(dated) :]} == {True}


def test_policies_are_told_apart_from_what_changes_recording(events):
    assert {name for name, event in events.items() if event.is_policy} == {
        *("toex", "taskforce", "closed_case_review", "review_panel", "national_operation", "mandatory_reporting"),
    }


def test_an_event_of_which_only_the_year_is_known_may_be_on_any_day_of_it(events):
    assert (events["operation_hydrant"].first, events["operation_hydrant"].last) == (
        date(2014, 1, 1),
        date(2014, 12, 31),
    )
    assert events["operation_hydrant"].when == "2014"
    assert events["lockdowns"].last == date(2020, 3, 31)


def test_an_event_without_a_day_says_why_and_is_near_no_date(events):
    undated = [item for item in load_recording_changes(ROOT) if item.start is None]
    assert {item.id for item in undated} >= {"recording_improved", "dyfed_powys_check"}
    everything = near(date(1990, 1, 1), date(2040, 1, 1), events.values())
    assert not {item.id for item in undated} & {event.id for event in everything}


def test_every_policy_with_a_day_names_the_recording_events_within_a_year_and_no_policy(events):
    named = {
        name: [other.id for other in cannot_be_told_apart_from(event, events.values())]
        for name, event in events.items()
        if event.is_policy and event.first
    }
    assert named["toex"] == ["rape_undefined_offenders", "lockdowns"]
    assert named["taskforce"] == []
    assert set(named) == {"toex", "taskforce", "closed_case_review", "review_panel", "national_operation"}


def test_the_flag_moves_no_code_so_that_no_series_is_ever_mixed_up_with_it(events):
    assert "exploitation_flag" not in {event.id for event in near(date(2016, 4, 1), date(2016, 4, 30), events.values())}


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (an_event(first=date(2017, 1, 30), last=date(2017, 1, 30)), True),  # 365 days after the last day
        (an_event(first=date(2017, 1, 31), last=date(2017, 1, 31)), False),
        (an_event(first=date(2015, 1, 1), last=date(2015, 1, 1)), True),
        (an_event(first=date(2014, 12, 31), last=date(2014, 12, 31)), False),
        (an_event(codes=("71",)), True),
        (an_event(codes=("73",)), False),
        (an_event(codes=("none",)), False),
        (an_event(area=("Kent",)), True),
    ],
)
def test_near_means_a_year_either_side_on_the_same_codes(other, found):
    days = (date(2016, 1, 1), date(2016, 1, 31))
    assert bool(near(*days, [other], codes=["71", "88A"])) is found


def test_an_event_in_one_force_is_near_that_force_and_the_country_but_no_other_force():
    kent = an_event(area=("Kent",))
    days = (date(2016, 1, 1), date(2016, 1, 31))
    assert near(*days, [kent], area="Kent")
    assert near(*days, [kent])
    assert not near(*days, [kent], area="Essex")
    assert near(*days, [an_event()], area="Essex")


def test_an_event_in_both_registers_is_refused(figures):
    with pytest.raises(ValueError, match=r"\['taskforce'\] stand in interventions.csv and in recording_changes.csv"):
        dated_events([a_change(id="taskforce")], load_interventions(figures, ROOT))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "policy"}, "kind: 'policy'; must be one of recording, offence"),
        ({"direction": "sideways"}, "direction: 'sideways'"),
        ({"start_precision": "decade"}, "start_precision: 'decade'"),
        ({"start": None}, "give both or neither"),
        ({"start": None, "start_precision": ""}, "note: does not say why no day is known"),
        ({"start": date(2016, 4, 2)}, "a month is written as its first day"),
        ({"start": date(2016, 4, 1), "start_precision": "year"}, "a year is written as its first day"),
        ({"area": ()}, "area: is empty"),
        ({"what": " "}, "what: is empty"),
        ({"codes": ("none", "71")}, "none stands alone"),
    ],
)
def test_a_recording_change_that_does_not_fit_itself_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        a_change(**changes)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("code_71_label,2013-04-01", "code_71_label,1 April 2013", "row 3, start: '1 April 2013' is not a date"),
        (",71,recording", ",99Z,recording", "row 3, codes: '99Z' is no offence code of the crosswalk"),
        ("Dyfed-Powys,", "Dyfed,", "row 7, area: 'Dyfed' is no force"),
        (",onsuk16,", ",nobody,", "row 5, source: 'nobody' is not in sources.toml"),
        ("code_71_label", "operation_hydrant", "row 3, id: 'operation_hydrant' stands twice"),
        (",down,ho_prc", ",lower,ho_prc", "row 4, direction: 'lower'"),
        ("id,start", "start,id", "row 1: the columns"),
        ("code_71_label,", "code_71_label,,", "row 3: wrong number of cells"),
    ],
)
def test_a_broken_register_gives_one_message_with_file_row_and_field(checkout, old, new, message):
    path = checkout / "data" / "raw" / "recording_changes.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    sources = path.with_name("sources.toml")
    register = sources.read_text(encoding="utf-8").replace(sha256(text.encode()), sha256(path.read_bytes()))
    sources.write_text(register, encoding="utf-8")
    with pytest.raises(ValueError, match=message) as caught:
        load_recording_changes(checkout)
    assert "recording_changes.csv" in str(caught.value)
    assert str(caught.value).count("row ") == 1
