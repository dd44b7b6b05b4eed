from __future__ import annotations

import pandas as pd
import pytest

from cseanalysis.clean import UnmappedLabelError, harmonise_forces, read_crosswalk

PUBLISHED = """Avon and Somerset;Bedfordshire;British Transport Police;Cambridgeshire;Cheshire;Cleveland;Cumbria;
Derbyshire;Devon and Cornwall;Dorset;Durham;Dyfed-Powys;Essex;Gloucestershire;Greater Manchester;Gwent;Hampshire;
Hertfordshire;Humberside;Kent;Lancashire;Leicestershire;Lincolnshire;London, City of;Merseyside;Metropolitan Police;
Norfolk;North Wales;North Yorkshire;Northamptonshire;Northumbria;Nottinghamshire;South Wales;South Yorkshire;
Staffordshire;Suffolk;Surrey;Sussex;Thames Valley;Warwickshire;West Mercia;West Midlands;West Yorkshire;Wiltshire"""
NAMES = [name.strip() for name in PUBLISHED.split(";")]


def clean(*labels: object, **options: str) -> pd.DataFrame:
    return harmonise_forces(pd.DataFrame({"Force Name": list(labels)}), **options).astype(object)


def one(label: str) -> dict[str, object]:
    return clean(label).iloc[0].to_dict()


def test_the_44_published_names_are_43_territorial_forces_and_one_other() -> None:
    result = clean(*NAMES)
    assert len(NAMES) == 44
    assert result["force_type"].value_counts().to_dict() == {"territorial": 43, "non_territorial": 1}
    assert result["force_code"].nunique() == 43
    assert set(result["force_relation"]) == {"exact"}
    assert result["region"].nunique() == 10


@pytest.mark.parametrize(
    ("label", "force"),
    [
        ("LONDON, CITY OF", "City of London"),
        ("City of London Police", "City of London"),
        ("Dyfed Powys", "Dyfed-Powys"),
        ("Dyfed\N{EN DASH}Powys", "Dyfed-Powys"),
        ("Heddlu Dyfed-Powys", "Dyfed-Powys"),
        ("GreaterManchester", "Greater Manchester"),
        ("metropolitan-police", "Metropolitan Police"),
        ("Avon & Somerset", "Avon and Somerset"),
        ("Devon and Cornwall\N{NO-BREAK SPACE}Police", "Devon and Cornwall"),
        ("\ufeffKent ", "Kent"),
        ("Hampshire and Isle of Wight", "Hampshire"),
        ("North Wales Police", "North Wales"),
        ("Financial Fraud Action UK", "UK Finance"),
        ("CIFAS", "Cifas"),
    ],
)
def test_spellings_seen_in_published_files_lead_to_one_name(label: str, force: str) -> None:
    assert one(label)["force"] == force


@pytest.mark.parametrize(
    ("label", "force", "note"),
    [
        ("Metropolitan Police[Note 6]", "Metropolitan Police", "[Note 6]"),
        ("Leicestershire [note 4]", "Leicestershire", "[note 4]"),
        ("Essex(5)", "Essex", "(5)"),
        ("Essex (5, 6) [note 4] ", "Essex", "(5, 6) [note 4]"),
        ("ENGLAND AND WALES [note 3]", "England and Wales", "[note 3]"),
    ],
)
def test_footnote_marks_are_set_aside_and_kept(label: str, force: str, note: str) -> None:
    row = one(label)
    assert (row["force"], row["force_note"], row["Force Name"]) == (force, note, label)


def test_the_label_without_a_mark_has_no_note_even_with_letters_in_brackets() -> None:
    row = one("British Transport Police (BTP)")
    assert pd.isna(row["force_note"])
    assert row["force_type"] == "non_territorial"
    assert pd.isna(row["force_code"])


@pytest.mark.parametrize(
    "label",
    [
        *["England and Wales", "National", "ENGLAND ", "WALES", "North East", "East ", "London", "Eastern Region"],
        *["South East Region", "Yorkshire and the Humber", "West Midlands Region"],
    ],
)
def test_totals_are_never_forces(label: str) -> None:
    row = one(label)
    assert (row["force_type"], row["force_relation"]) == ("total", "broader")
    assert pd.isna(row["region"])


def test_wales_is_not_north_wales() -> None:
    assert clean("Wales", "North Wales")["force_code"].tolist() == ["W92000004", "W15000001"]


def test_bodies_and_areas_that_are_not_territorial_forces_say_so() -> None:
    labels = ["Action Fraud", "Cifas", "UK Finance", "Metropolitan and City", "Scotland"]
    result = clean(*labels)
    assert result["force_type"].tolist() == ["fraud_body"] * 3 + ["combined_area", "out_of_scope"]
    assert result["force_relation"].iloc[3] == "broader"
    assert result["force_code"].iloc[3] == "E23000001+E23000034"


def test_a_misspelt_force_is_reported_with_a_suggestion_and_never_mapped() -> None:
    with pytest.raises(UnmappedLabelError) as caught:
        clean("Chesire", "Cheshire", "Chesire", "")
    message = str(caught.value)
    assert caught.value.labels == ("", "Chesire")
    assert "2 labels in 3 rows of 'Force Name'" in message
    assert "'Chesire' (closest known label: 'Cheshire')" in message
    assert 'pass on_unmapped="keep" to get nulls, or give rules of your own as crosswalk=' in message


def test_an_empty_cell_is_an_unmapped_label_or_a_null() -> None:
    with pytest.raises(UnmappedLabelError, match="1 label in 2 rows of 'Force Name' without a rule: an empty cell"):
        clean("Kent", None, float("nan"))
    kept = clean("Kent", None, on_unmapped="keep")
    assert kept["force_rule"].isna().tolist() == [False, True]


def test_a_column_of_numbers_is_not_a_column_of_forces() -> None:
    with pytest.raises(ValueError, match=r"column 'Force Name' holds int values .* force names are text"):
        clean(1, 2)


def test_harmonised_names_are_known_labels_so_cleaning_twice_changes_nothing() -> None:
    rules = read_crosswalk("forces")
    labels = [label for text in rules["label"] for label in text.split("; ")]
    # Two labels have two readings; their codes, which stand beside the names now, tell them apart.
    once = clean(*(label for label in labels if label not in ("West Midlands", "Greater London")))
    twice = harmonise_forces(
        once[["force", "force_code"]].set_axis(["name", "code"], axis=1), force="name", code="code"
    ).astype(object)
    assert twice["force"].tolist() == once["force"].tolist()
    assert twice["force_code"].fillna("").tolist() == once["force_code"].fillna("").tolist()
