"""Before and after: nothing on the wrong side of a day, no effect claimed, every silence with its reason."""

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.register import compare, load_figures
from cseanalysis.study.change.cards import FEWEST_QUARTERS, cards_table, intervention_cards
from cseanalysis.study.change.interventions import Intervention, load_interventions
from cseanalysis.study.comparisons.requested import outcomes_wanted, recommendations, requested_fields, spending
from cseanalysis.study.data import tables
from cseanalysis.study.data.figures import load_figures as load_study_figures
from cseanalysis.study.data.project import sha256

ROOT = Path(__file__).resolve().parents[2]
NAMED = {
    *("exploitation_flag", "sexual_communication", "taskforce", "toex", "closed_case_review", "review_panel"),
    *("local_inquiries", "statutory_inquiry", "national_operation", "mandatory_reporting", "aggravating_factor"),
    *("ethnicity_nationality", "october_2012", "recording_inspection_2014", "lockdowns"),
}


@pytest.fixture(scope="module")
def figures():
    return load_study_figures(ROOT)


@pytest.fixture(scope="module")
def recorded():
    return tables.read_table("recorded_offences", ROOT)


@pytest.fixture(scope="module")
def interventions(figures):
    return load_interventions(figures, ROOT)


@pytest.fixture(scope="module")
def cards(figures, interventions, recorded):
    found = intervention_cards(figures, interventions, recorded=recorded)
    return {card.intervention.id: card for card in found}


@pytest.fixture
def checkout(tmp_path):
    """A copy of the study's raw tables that may be broken."""
    (tmp_path / "assumptions.toml").write_text("")
    shutil.copytree(ROOT / "data" / "raw", tmp_path / "data" / "raw")
    return tmp_path


def edited(checkout, name, old, new):
    path = checkout / "data" / "raw" / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    sources = checkout / "data" / "raw" / "sources.toml"
    register = sources.read_text(encoding="utf-8").replace(sha256(text.encode()), sha256(path.read_bytes()))
    sources.write_text(register, encoding="utf-8")


def an_intervention(**changes):
    given = {
        "id": "planted",
        "name": "A planted day",
        "start": date(2023, 1, 1),
        "start_precision": "day",
        "area": "England and Wales",
        "kind": "policy",
        "what": "Something was done.",
        "outcomes_claimed": "Something changes.",
        "before": (),
        "after": (),
        "series": "",
        "part": "",
        "would_need": "Counts on both sides.",
        "source": "ho2405",
        "note": "Planted.",
    }
    return Intervention(**given | changes)


@pytest.mark.parametrize(
    ("start", "precision", "said"),
    [
        (date(2016, 4, 1), "month", "from April 2016"),
        (date(2016, 4, 1), "day", "from 1 April 2016"),
        (None, "", "start not known"),
    ],
)
def test_a_start_is_said_as_exactly_as_it_is_known(start, precision, said):
    assert an_intervention(start=start, start_precision=precision).when == said


def test_every_intervention_that_was_asked_for_has_a_card(cards):
    assert set(cards) == NAMED


def test_figures_before_end_before_the_start_and_figures_after_begin_with_it_or_later(cards):
    dated = [card for card in cards.values() if card.intervention.start]
    assert len(dated) == 11
    for card in dated:
        assert all(item.period_end < card.intervention.start for item in card.before)
        assert all(item.period_start >= card.intervention.start for item in card.after)


def test_what_is_not_known_to_be_in_force_has_no_after_and_says_why_in_its_note(interventions):
    undated = [item for item in interventions if item.start is None]
    assert {item.id for item in undated} == {
        *("statutory_inquiry", "mandatory_reporting", "aggravating_factor", "ethnicity_nationality"),
    }
    assert not any(item.after for item in undated)
    assert all(re.search(r"not in the register|[Nn]o (first )?day", item.note) for item in undated)
    assert all(item.when == "start not known" for item in undated)


def test_what_holds_in_england_only_is_never_applied_to_figures_that_hold_wales(cards):
    england = [card for card in cards.values() if card.intervention.area == "England"]
    assert [card.intervention.id for card in england] == ["mandatory_reporting"]
    assert {item.geography for card in england for item in card.before} == {"England"}
    assert all(card.intervention.area == "England and Wales" for card in cards.values() if card not in england)


@pytest.mark.parametrize("name", ["F008", "F148", "F423"])
def test_a_figure_with_wales_in_it_is_refused_for_england_only(figures, name):
    with pytest.raises(ValueError, match="it holds in England only"):
        intervention_cards(figures, [an_intervention(area="England", start=None, start_precision="", before=(name,))])


def test_every_card_has_an_allowed_comparison_or_a_reason_and_what_would_be_needed(cards):
    for card in cards.values():
        assert bool(card.comparisons) != bool(card.reasons)
        assert card.verdict == ("compared" if card.comparisons else "cannot be estimated")
        assert len(card.intervention.would_need) > 40
        assert "is not an effect" in card.statement


def test_the_two_cards_with_a_comparison_rest_on_series_that_were_counted_by_one_rule(cards):
    assert {name for name, card in cards.items() if card.comparisons} == {"october_2012", "lockdowns"}
    for name in ("october_2012", "lockdowns"):
        for item in cards[name].comparisons:
            assert item.verdict != "refused"
            assert item.allowed
            assert (item.first.definition, item.first.unit) == (item.second.definition, item.second.unit)
            assert item.first.period_end < item.second.period_start
    assert {(item.first.id, item.second.id) for item in cards["october_2012"].comparisons} == {
        *(("F176", "F184"), ("F178", "F184"), ("F180", "F184")),
        *(("F177", "F185"), ("F179", "F185"), ("F181", "F185"), ("F391", "F265")),
    }


def test_a_card_quotes_the_nearest_pair_of_each_thing_that_is_counted(cards):
    nearest = {(item.first.id, item.second.id) for item in cards["october_2012"].nearest}
    assert nearest == {("F180", "F184"), ("F181", "F185"), ("F391", "F265")}
    for item in cards["october_2012"].nearest:
        assert item.statement in cards["october_2012"].statement


def test_a_card_in_short_says_what_two_pairs_count_because_an_id_tells_a_reader_nothing(cards):
    gist = cards["lockdowns"].gist
    assert gist.startswith("7 of 88 pairs may be compared: sexual offence cases outstanding for trial at the Crown")
    assert "at the end of June, all ages: 2,752 to 3,758; median days" in gist
    assert "; and 3 more." in gist
    assert not re.search(r"F\d", gist)


def test_the_taskforce_cannot_be_estimated_for_arrests_exist_only_after_it(cards):
    card = cards["taskforce"]
    assert card.verdict == "cannot be estimated"
    assert card.quarters == (44, 1)
    assert "the table of recorded offences has one quarter after it" in card.reasons
    assert not any(item.unit == "arrests" for item in card.before)
    assert {"F031", "F035"} <= {item.id for item in card.after}
    assert any("42 forces against 44 forces" in reason for reason in card.reasons)


def test_quarters_are_whole_ones_and_the_one_that_holds_the_day_is_on_neither_side(cards):
    # The table runs from April 2012 to June 2023: 45 quarters.
    assert cards["sexual_communication"].quarters == (20, 25)
    assert cards["october_2012"].quarters == (2, 43)
    assert cards["recording_inspection_2014"].quarters == (10, 34)
    assert cards["lockdowns"].quarters == (31, 13)
    assert "too few on one side" in cards["october_2012"].statement
    assert min(cards["sexual_communication"].quarters) >= FEWEST_QUARTERS
    assert "can be described" in cards["sexual_communication"].statement


def test_without_the_table_cards_do_not_speak_of_quarters(figures, interventions):
    assert all(card.quarters is None for card in intervention_cards(figures, interventions))


def test_planted_figures_make_a_card_allowed(figures):
    second = replace(figures["F180"], id="P1", period_start=date(2023, 4, 1), period_end=date(2024, 3, 31))
    register = {**figures, "P1": second}
    planted = an_intervention(before=("F180",), after=("P1",))
    (card,) = intervention_cards(register, [planted])
    assert card.verdict == "compared"
    assert not card.reasons
    assert [(item.first.id, item.second.id) for item in card.comparisons] == [("F180", "P1")]
    assert card.statement.startswith("The gate allows 1 of 1 comparisons.")
    (card,) = intervention_cards({**register, "P1": replace(second, coverage="10 forces")}, [planted])
    assert card.verdict == "cannot be estimated"
    assert card.reasons[0].startswith("the gate refuses the one pair of a figure before and one after: coverage in 1")


def test_a_registered_bridge_is_a_way_across_a_day_too(figures):
    (card,) = intervention_cards(figures, [an_intervention(start=date(2024, 4, 1), before=("F031",), after=("F035",))])
    assert [item.verdict for item in card.comparisons] == ["bridged"]
    assert "ratio of the monthly rates" in card.statement
    assert card.statement.endswith("much else changed in the same time.")


def test_reasons_name_each_dimension_once_the_commonest_first_with_how_often_it_refuses(cards):
    (reason,) = cards["national_operation"].reasons
    card = cards["national_operation"]
    counts = {}
    for one in card.before:
        for other in card.after:
            for item in compare(one, other).differences:
                if item.level == "refused":
                    counts[item.dimension] = counts.get(item.dimension, 0) + 1
    places = [
        reason.index(f"{name} in {count} ")
        for name, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    ]
    assert len(places) > 1
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"before": ("F018",)}, "is not before 2023-01-01"),
        ({"after": ("F001",)}, "is not after 2023-01-01"),
        ({"before": ("F022",), "start": date(2023, 4, 1)}, "is not before"),
        ({"after": ("F022",), "start": date(2023, 4, 1)}, "is not after"),
        ({"before": ("F038",), "start": date(2025, 6, 16)}, "is not before 2025-06-16"),
        ({"before": ("F106",)}, "has no dates"),
        ({"before": ("F999",)}, "F999 is not in the register"),
        ({"after": ("F564",)}, "money, which is never an outcome"),
        ({"series": "offence_scope=child_only", "part": "F999"}, "F999 is not in the register or counts no offences"),
        ({"series": "offence_scope=child_only", "part": "F031"}, "F031 is not in the register or counts no offences"),
        ({"start": None, "start_precision": "", "after": ("F018",)}, "no start is known"),
    ],
)
def test_a_figure_on_the_wrong_side_or_of_the_wrong_kind_is_refused(figures, changes, message):
    with pytest.raises(ValueError, match=message):
        intervention_cards(figures, [an_intervention(**changes)])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "law"}, "mend the word"),
        ({"start_precision": "year"}, "mend the word"),
        ({"start": None}, "give both or neither"),
        ({"start": date(2023, 1, 5), "start_precision": "month"}, "first day"),
        ({"would_need": " "}, "would_need: is empty"),
        ({"series": "code=88A"}, "write one of"),
        ({"series": "offence_code=88A", "area": "England"}, "which the table covers"),
        ({"part": "F028"}, "without a series that it is a part of"),
    ],
)
def test_an_intervention_that_does_not_fit_itself_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        an_intervention(**changes)


def test_a_series_that_the_table_does_not_hold_is_refused(figures, recorded):
    with pytest.raises(ValueError, match="no rows with 'offence_code=99Z'"):
        intervention_cards(figures, [an_intervention(series="offence_code=99Z")], recorded=recorded)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("F176;", "F998;", "row 2, before: F998 is not in the register"),
        ("2012-10-01", "1 October 2012", "row 2, start: '1 October 2012' is not a date"),
        (",iicsaB4,", ",nobody,", "'nobody' is not in sources.toml"),
        ("recording_inspection_2014", "october_2012", "row 3, id: 'october_2012' stands twice"),
        ("id,name", "name,id", "row 1: the columns"),
        ("october_2012,", "october_2012,,", "row 2: wrong number of cells"),
    ],
)
def test_a_broken_table_names_file_and_row(checkout, figures, old, new, message):
    edited(checkout, "interventions.csv", old, new)
    with pytest.raises(ValueError, match=message) as caught:
        load_interventions(figures, checkout)
    assert "interventions.csv" in str(caught.value)


def test_the_table_for_the_report_has_a_row_a_card_and_no_empty_cell(cards):
    table = cards_table(cards.values())
    assert table.columns.tolist() == [
        *("Intervention", "Before", "After", "What can be said", "What would have to be published"),
    ]
    assert len(table) == len(NAMED)
    assert table.map(bool).to_numpy().all()
    row = table[table["Intervention"].str.startswith("Mandatory reporting")].iloc[0]
    assert "(England, start not known)" in row["Intervention"]
    assert row["After"] == "none"
    assert table["Intervention"].str.contains("from April 2016").sum() == 1


def test_spending_is_never_compared_with_anything_that_is_not_money(figures):
    money = spending(figures)
    assert {"F558", "F563", "F564", "F565"} <= set(money["id"])
    assert (money["id"].map(lambda name: figures[name].unit) == "pounds").all()
    others = [item for item in figures.values() if item.unit != "pounds"]
    for name in money["id"]:
        assert {compare(figures[name], other).verdict for other in others} == {"refused"}
        assert not any(compare(figures[name], other).allowed for other in others)


def test_recommendations_keep_words_as_words(figures):
    table = recommendations(figures).set_index("id")
    assert {"F361", "F362"} <= set(table.index)
    assert all(figures[name].unit in ("recommendations", "none") for name in table.index)
    assert table.loc["F361", "published"] == "incomplete"
    assert pd.isna(table.loc["F361", "low"])
    assert table.loc["F362", "low"] == 9


def test_requested_fields_are_filled_only_by_figures_of_the_register(figures):
    table = requested_fields(figures, ROOT)
    assert (table["published"].eq("nothing") == table["filled"].eq("no")).all()
    assert not table["filled"].eq("yes").any(), "no field is published for police and social care alike"
    nationality = table[table["field"].str.contains("nationality")].iloc[0]
    assert nationality["filled"] == "no"
    asked = table["asked_by"].str.partition(",")[0]
    assert asked.nunique() == 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("F014,partly", "F998,partly", "row 3, filled_by: F998 is not in the register"),
        ("F014,partly", ",partly", "row 3, filled_by: 'victim sex' is filled 'partly' by nothing"),
        ("F014,partly", "F014,no", "row 3, filled_by: 'victim sex' is filled 'no' by F014"),
        ("F014,partly", "F014,mostly", "row 3, filled: 'mostly'"),
        ('recommendation 1",iicsaB4', 'recommendation 1",nobody', "row 2, source: 'nobody'"),
        ("field,asked_by", "asked_by,field", "row 1: the columns"),
        ("victim sex", "victim age", "stands twice"),
    ],
)
def test_a_requested_field_that_does_not_fit_the_register_is_refused(checkout, figures, old, new, message):
    edited(checkout, "requested_fields.csv", old, new)
    with pytest.raises(ValueError, match=message):
        requested_fields(figures, checkout)


def test_outcomes_that_survivors_name_are_more_than_convictions_and_each_can_be_looked_up():
    table = outcomes_wanted(ROOT)
    assert 5 <= len(table) <= 12
    assert table["id"].is_unique
    assert table["outcome"].str.contains("convicted").sum() == 1
    assert table["address"].str.startswith("https://").all()
    assert (table[["publisher", "title", "whose_view", "locator"]] != "").all(axis=None)
    assert not table["tier"].isin(["C", "D"]).any(), "what survivors say is read where it was first printed"
    assert table.loc[table["published_share"] != "", "id"].tolist() == ["specialist_support"]


def test_the_register_itself_is_not_needed_from_a_checkout_to_make_a_card():
    found = load_figures(
        ROOT / "data" / "raw" / "figures.csv",
        definitions=ROOT / "data" / "raw" / "definitions.csv",
        bridges=ROOT / "data" / "raw" / "bridges.csv",
    )
    (card,) = intervention_cards(found, [an_intervention(before=("F001",), after=("F018",), start=date(2023, 4, 1))])
    assert card.reasons == (
        "the gate refuses the one pair of a figure before and one after: coverage in 1 "
        "(such as F001 with F018: 42 forces against 44 forces)",
    )
