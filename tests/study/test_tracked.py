"""The study's trackers: complete, dated and sourced, and printed with what each row rests on."""

import json
from collections import Counter
from pathlib import Path

import pytest

from cseanalysis import cli
from cseanalysis.study.evidence.trackers import NAMES, load_trackers, overview

ROOT = Path(__file__).resolve().parents[2]
TRACKED = load_trackers(ROOT)


def test_every_recommendation_of_the_three_bodies_has_a_row():
    numbers = Counter(row.of for row in TRACKED.trackers.recommendations)
    assert numbers == {"IICSA": 20, "CASEY": 12, "HMI": 9}
    for row in TRACKED.trackers.recommendations:
        assert int(row.number) == int(row.id.rpartition("-")[2])


def test_what_was_not_read_is_said_and_nothing_is_told_of_it():
    unseen = [row for row in TRACKED.trackers.recommendations if row.seen == "no"]
    assert len(unseen) == 12
    for row in unseen:
        assert TRACKED.trackers.events_of(row) == ()
        assert "its text was not seen" in TRACKED.lines("recommendations", row.id)[0]


def test_no_status_is_inferred():
    # Nothing that was read says complete, and no text says that the duty to report is in force.
    events = TRACKED.trackers.events
    assert {event.event for event in events}.isdisjoint({"reported_complete", "commenced"})
    duty = TRACKED.lines("recommendations", "IICSA-13")
    assert duty[-2] == "  note: No commencement of the duty was found, searched on 28 November 2026."
    assert any("2026-04-29  royal assent" in line for line in duty)


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_printed_with_its_source_and_a_day(name):
    lines = TRACKED.lines(name)
    rows = getattr(TRACKED.trackers, name)
    assert lines[-1].startswith(f"{len(rows)} of {len(rows)} {name}, as far as sources were read up to 2026-11-28")
    heads = [line for line in lines[:-1] if not line.startswith(" ")]
    assert len(heads) == len(rows)
    if name != "inquiries":  # whose source stands with its days
        assert all(", tier " in line for line in heads)
    else:
        assert sum("announced " in line or "reported " in line for line in lines) >= len(rows)


def test_a_number_that_the_report_does_not_print_is_not_printed_as_a_statement_either():
    (row,) = (row for row in TRACKED.trackers.statements if row.id == "ST30")
    assert "13.7%" in row.number
    printed = "\n".join(TRACKED.lines("statements"))
    assert "13.7%" not in printed
    assert "ST30  2025-01-10" in printed
    assert "number not printed, base not stated" in printed
    told = {one["id"]: one for one in json.loads(TRACKED.as_json("statements"))["rows"]}
    assert told["ST30"]["number"] is None
    assert told["ST26"]["number"].startswith("over 550")
    hidden = [one for one in TRACKED.hidden if TRACKED.figures[one].published in printed]
    assert all(f"{one} {TRACKED.figures[one].published}" not in printed for one in hidden)


def test_a_statement_shows_its_figures_and_what_was_said_later():
    lines = TRACKED.lines("statements", "ST26")
    assert lines[0].startswith("ST26  2024-05-21  Home Secretary, Release: ")
    assert any(line.startswith("  later, 2025-04-08: A minister says 550, without over") for line in lines)
    assert any(line.startswith("    F031 over 550: Arrests supported by the national taskforce") for line in lines)
    assert any("contested: C007" in line for line in TRACKED.lines("statements", "ST16"))


def test_a_field_says_what_fills_it_since_when_and_how_completely():
    lines = TRACKED.lines("fields", "suspect ethnicity inquiry")
    assert any(line.startswith("  filled: partly, of periods from 2023-01-01 to") for line in lines)
    assert "    completeness, F099: recorded for 34% (F102)" in lines
    nothing = TRACKED.lines("fields", "nationality")
    assert nothing[1].startswith("  filled by no figure of the register")


def test_words_choose_rows_and_what_is_said_of_all_finds_none():
    lines = TRACKED.lines("recommendations", "mandatory reporting")
    assert [line[:8] for line in lines if not line.startswith(" ")][:-1] == ["IICSA-13"]
    nothing = "\n".join(TRACKED.lines("recommendations", "helicopters"))
    assert (
        "nothing among the 41 recommendations answers 'helicopters'; that none is published does not follow" in nothing
    )


def run(monkeypatch, *words):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.argv", ["cseanalysis", "tracker", *words])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return str(end.value.code)


def test_the_command_counts_prints_and_speaks_to_programs(monkeypatch, capsys):
    assert run(monkeypatch) == "0"
    assert capsys.readouterr().out.splitlines() == overview(TRACKED)
    assert run(monkeypatch, "inquiries", "Telford") == "0"
    assert capsys.readouterr().out.startswith("telford_2022  ")
    assert run(monkeypatch, "recommendations", "HMI-01", "--json") == "0"
    told = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in told["rows"]] == ["HMI-01"]
    assert {"acc25", "hello25", "hmi23"} & {*told["sources"]} >= {"acc25", "hmi23"}
    assert all(source["publisher"] for source in told["sources"].values())
    assert {"reported_incomplete", "progress_report"} <= {event["event"] for event in told["rows"][0]["events"]}
    assert run(monkeypatch, "rumours") == (
        "error: no tracker is named 'rumours'; there are recommendations, inquiries, statements, fields"
    )
