"""The latest count of each kind for each force: whose, of when, by which rule, or why there is none."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cseanalysis.study import load_figures, read_table
from cseanalysis.study.data.project import find_project, load_sources
from cseanalysis.study.recorded import force_book
from cseanalysis.study.recorded.force_latest import COLUMNS, COUNTED, force_remarks, latest_counts
from cseanalysis.study.recorded.forces import MISSING, all_forces

ROOT = Path(__file__).resolve().parents[2]
ARRESTS = replace(load_figures(ROOT)["F682"], id="T1", geography="Kent", published="10", low=10, high=10)
RECORDED, OUTCOMES = read_table("recorded_offences", ROOT), read_table("outcomes", ROOT)
DAY = date(2026, 11, 28)


def latest(*figures, remarks=(), **more):
    table = latest_counts(figures, {"Kent": "Kent"}, RECORDED, OUTCOMES, remarks, searched=DAY, **more)
    return table.set_index(["force", "counted"])


def in_2017(figure, **changes):
    days = {"period_start": date(2017, 1, 1), "period_end": date(2017, 12, 31), "period_type": "calendar_year"}
    return replace(figure, **{"published": "4", "low": 4, "high": 4} | days | changes)


def test_every_force_has_a_row_for_every_kind_in_the_order_of_the_forces():
    table = latest()
    assert list(dict.fromkeys(table.index.get_level_values("force"))) == list(all_forces()["force"])
    assert len(table) == 44 * len(COUNTED)
    assert [*table.index.names, *table.columns] == list(COLUMNS)


def test_the_latest_count_is_taken_with_its_period_rule_and_source():
    row = latest(ARRESTS, in_2017(ARRESTS, id="T2")).loc[("Kent", "arrests")]
    assert (row["number"], row["figure"], row["period"]) == ("4", "T2", "2017-01-01 to 2017-12-31")
    assert (row["counting_rule"], row["source"], row["tier"]) == (ARRESTS.dataset.title, ARRESTS.source, ARRESTS.tier)
    assert latest(in_2017(ARRESTS, id="T2"), ARRESTS).loc[("Kent", "arrests"), "figure"] == "T2"


@pytest.mark.parametrize(
    "changes",
    [{"relays": "T1"}, {"withheld": "because"}, {"guessed": ("low",)}, {"geography": "Rotherham"}, {"unit": "cases"}],
)
def test_what_repeats_is_not_to_be_quoted_or_is_of_another_area_or_unit_is_not_taken(changes):
    assert latest(ARRESTS, in_2017(ARRESTS, id="T2", **changes)).loc[("Kent", "arrests"), "figure"] == "T1"


def test_a_number_that_is_not_printed_is_not_taken():
    assert latest(ARRESTS, hidden={"T1": "base not stated"}).loc[("Kent", "arrests"), "number"] == MISSING


def test_a_gap_says_until_when_was_searched_and_what_is_known_of_it_and_never_that_nothing_is_published():
    remarks = force_remarks(ROOT)
    table = latest(remarks=remarks)
    assert table.loc[("Kent", "arrests"), "remark"] == "not found, searched up to 28 November 2026"
    refused = table.loc[("South Wales", "convictions"), "remark"]
    assert refused.startswith("not found, searched up to 28 November 2026; a request on group-based")
    assert "refused on cost (swp471)" in refused
    assert not table["remark"].str.contains("not published").any()
    gaps = table[table["number"] == MISSING]
    assert gaps["remark"].str.startswith("not found, searched up to").all()
    assert "returns are probably missing" in table.loc[("North Yorkshire", "charges"), "remark"]
    assert "returns" not in table.loc[("Kent", "charges"), "remark"]


def test_charges_are_those_of_the_newest_outcomes_and_add_up_to_the_check_of_the_data_log():
    table = latest(tiers={"outcomes_2020-02-27.csv": "D"})
    charges = table.xs("charges", level="counted")
    assert charges["number"].sum() == 4847
    assert set(charges["period"]) == {"2018-04-01 to 2019-03-31"}
    assert set(charges["source"]) == {"outcomes_2020-02-27.csv"}
    assert set(charges["tier"]) == {"D"}
    own = replace(ARRESTS, unit="charges")
    assert latest(own).loc[("Kent", "charges, own count"), "number"] == "10"
    assert latest(own).loc[("Kent", "charges"), "figure"] == "outcomes"


def test_recorded_offences_are_those_of_the_newest_whole_year():
    table = latest().xs("recorded offences", level="counted")
    assert table.drop("British Transport Police")["number"].sum() == 64_751
    assert set(table["period"]) == {"2022-04-01 to 2023-03-31"}


def test_other_counts_of_offences_are_named_beside_the_recorded_ones():
    """A charity's count of all sexual offences against children is larger, and a reader who knows it must find why."""
    other = replace(load_figures(ROOT)["F512"], id="T3")
    table = latest(other, replace(other, id="T4", withheld="because"), replace(other, id="T5", unit="cases"))
    said = "other counts in the register, by other rules or of other years: T3"
    assert table.loc[("Kent", "recorded offences"), "remark"] == said
    assert said not in {*table.drop(("Kent", "recorded offences"))["remark"]}


def test_without_outcomes_there_are_no_charges_and_a_gap():
    table = latest_counts((), {}, RECORDED, OUTCOMES.head(0), searched=DAY).set_index(["force", "counted"])
    assert set(table.xs("charges", level="counted")["number"]) == {MISSING}


def test_a_remark_names_a_registered_source(monkeypatch):
    assert all(
        one.source in load_sources(find_project(ROOT))["publications"] for one in force_remarks(ROOT) if one.source
    )
    monkeypatch.setattr(
        "cseanalysis.study.recorded.force_latest.load_sources", lambda project: {"publications": {}, "files": {}}
    )
    with pytest.raises(ValueError, match=r"force_remarks\.csv: sources \['swp471'"):
        force_remarks(ROOT)


def test_the_book_of_forces_has_the_table_with_its_sources_and_without_rate_or_rank():
    book = force_book.force_book(ROOT)
    (sheet,) = (sheet for sheet in book.sheets if sheet.name == "Latest_counts")
    assert {"outcomes_2020-02-27.csv", "recorded_offences.csv"} <= {*sheet.sources} <= {one.id for one in book.sources}
    assert len(sheet.table) == 44 * len(COUNTED)
    assert "rate" not in " ".join(sheet.table.columns).lower()
    assert set(sheet.table.loc[sheet.table["Counted"] == "recorded offences", "Tier"]) == {"A"}
