from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cseanalysis.clean import UnmappedLabelError, harmonise_forces, read_crosswalk
from cseanalysis.clean.crosswalks import load_rules
from cseanalysis.clean.labels import force_key

PUBLISHED = """Avon and Somerset;Bedfordshire;British Transport Police;Cambridgeshire;Cheshire;Cleveland;Cumbria;
Derbyshire;Devon and Cornwall;Dorset;Durham;Dyfed-Powys;Essex;Gloucestershire;Greater Manchester;Gwent;Hampshire;
Hertfordshire;Humberside;Kent;Lancashire;Leicestershire;Lincolnshire;London, City of;Merseyside;Metropolitan Police;
Norfolk;North Wales;North Yorkshire;Northamptonshire;Northumbria;Nottinghamshire;South Wales;South Yorkshire;
Staffordshire;Suffolk;Surrey;Sussex;Thames Valley;Warwickshire;West Mercia;West Midlands;West Yorkshire;Wiltshire"""
NAMES = [name.strip() for name in PUBLISHED.split(";")]
READINGS: dict[str, set[tuple[str, str]]] = {}
for rule in load_rules("forces"):
    for each in rule.labels:
        READINGS.setdefault(force_key(each), set()).add((rule.category["force"], rule.category["force_type"]))
LABELS = sorted({each for rule in load_rules("forces") for each in rule.labels})


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
        ("Met", "Metropolitan Police"),
        ("Metropolitan Police Service (MPS)", "Metropolitan Police"),
        ("London City of", "City of London"),
        ("CoLP", "City of London"),
        ("Hampshire and IoW", "Hampshire"),
        ("Hants.", "Hampshire"),
        ("Beds Police", "Bedfordshire"),
        ("Cambs", "Cambridgeshire"),
        ("N. Yorks", "North Yorkshire"),
        ("Northants", "Northamptonshire"),
        ("Notts", "Nottinghamshire"),
        ("Staffs", "Staffordshire"),
        ("D&C", "Devon and Cornwall"),
        ("A & S", "Avon and Somerset"),
        ("TVP", "Thames Valley"),
        ("Greater Manchester Police (GMP)", "Greater Manchester"),
        ("Kent Police and Crime Commissioner", "Kent"),
        ("PCC for Avon & Somerset", "Avon and Somerset"),
        ("Police, Fire and Crime Commissioner for Essex", "Essex"),
        ("Heddlu De Cymru", "South Wales"),
        ("Heddlu Gogledd Cymru", "North Wales"),
        ("avon-and-somerset", "Avon and Somerset"),
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
        ("Devon and Cornwall*", "Devon and Cornwall", "*"),
        ("Greater Manchester **", "Greater Manchester", "**"),
        ("Kent\N{DAGGER}", "Kent", "\N{DAGGER}"),
        ("Humberside\N{SUPERSCRIPT TWO}", "Humberside", "\N{SUPERSCRIPT TWO}"),
        ("Essex (see note 5)", "Essex", "(see note 5)"),
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
        *["South East Region", "Yorkshire and the Humber", "West Midlands Region", "Total", "GRAND TOTAL", "Totals"],
        *["E&W", "E. & W.", "England & Wales total", "All forces", "All police forces", "Overall", "Sub-total", "UK"],
        *["Total England", "All Wales", "England and Wales (excluding GMP)", "East of England", "Great Britain"],
    ],
)
def test_totals_are_never_forces(label: str) -> None:
    row = one(label)
    assert (row["force_type"], row["force_relation"]) == ("total", "broader")
    assert pd.isna(row["region"])


def test_wales_is_not_north_wales() -> None:
    assert clean("Wales", "North Wales")["force_code"].tolist() == ["W92000004", "W15000001"]


def test_bodies_and_areas_that_are_not_territorial_forces_say_so() -> None:
    labels = ["Action Fraud", "Cifas", "UK Finance", "Metropolitan and City"]
    outside = ["Scotland", "Strathclyde", "Lothian & Borders Police", "PSNI", "Jersey", "Isle of Man", "NCA"]
    special = [
        "Ministry of Defence Police",
        "MoD Police",
        "CNC",
        "Civil Nuclear Constabulary",
        "BTP",
        "Port of Dover Police",
    ]
    result = clean(*labels, *outside, *special)
    assert result["force_type"].tolist() == (
        ["fraud_body"] * 3 + ["combined_area"] + ["out_of_scope"] * len(outside) + ["non_territorial"] * len(special)
    )
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
    # Some labels have two readings; their codes, which stand beside the names now, tell them apart.
    once = clean(*(label for label in labels if len(READINGS[force_key(label)]) == 1))
    twice = harmonise_forces(
        once[["force", "force_code"]].set_axis(["name", "code"], axis=1), force="name", code="code"
    ).astype(object)
    assert twice["force"].tolist() == once["force"].tolist()
    assert twice["force_code"].fillna("").tolist() == once["force_code"].fillna("").tolist()


def test_a_total_that_does_not_say_of_what_has_no_code() -> None:
    result = clean("Total", "All forces", "Subtotal")
    assert result["force_code"].isna().all()
    assert result["force"].tolist() == ["Total", "Total", "Subtotal"]


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("WMP", "the force West Midlands (E23000014) or the force West Mercia (E23000016)"),
        ("W. Mids", "the force West Midlands (E23000014) or the region West Midlands Region (E12000005)"),
    ],
)
def test_a_short_form_with_two_readings_is_refused_with_both(label: str, words: str) -> None:
    with pytest.raises(UnmappedLabelError) as caught:
        clean(label)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "label",
    ["Kent (Essex)", "Kent1", "Kent 2", "Kent and Essex", "Worcs", "Wessex", "London Police", "Yorkshire",
     "County Durham", "Warwickshire and West Mercia", "Devon", "Manchester", "*", "(note 3)", "Kent (BTP)", "North"],
)  # fmt: skip
def test_what_is_a_part_or_more_than_one_or_unknown_is_refused(label: str) -> None:
    with pytest.raises(UnmappedLabelError):
        clean(label)


@pytest.mark.parametrize(
    "label",
    ["West Midlnads", "West Midlands Polce", "West Midland Constabulry", "Wales Police", "North Est Police", "Heddlu",
     "South West Police", "London Police", "Eastern Constabulary", "Grater Manchester", "Nth Wales"],
)  # fmt: skip
def test_a_label_that_looks_like_a_force_is_never_offered_a_region(label: str) -> None:
    with pytest.raises(UnmappedLabelError) as caught:
        clean(label)
    offered = str(caught.value).split("closest known label: ")[1].split("'")[1]
    assert "total" not in {kind for _, kind in READINGS[force_key(offered)]} or len(READINGS[force_key(offered)]) == 2


def test_a_misspelt_region_is_offered_a_region() -> None:
    for label, region in {"East Midland": "East Midlands", "Sout East Region": "South East Region"}.items():
        with pytest.raises(UnmappedLabelError, match=f"closest known label: '{region}'"):
            clean(label)


@given(
    st.sampled_from(LABELS),
    st.sampled_from([str, str.upper, str.lower, str.title]),
    st.sampled_from(["", " ", "\u00a0", "\ufeff"]),
    st.sampled_from(["", "*", " **", "\u2020", "\u00b2", " [note 3]", "(5)", " (see note 4)", " (6, 7)"]),
    st.sampled_from([" ", "  ", "\u00a0", "-", "\u2013"]),
)
def test_every_label_in_any_dress_means_what_it_means_or_is_refused(
    label: str, letters: object, space: str, mark: str, between: str
) -> None:
    dressed = f"{space}{letters(label).replace(' ', between)}{space}{mark}"  # type: ignore[operator]
    meant = READINGS[force_key(label)]
    try:
        row = one(dressed)
    except UnmappedLabelError:
        assert len(meant) > 1
        return
    assert {(row["force"], row["force_type"])} == meant
    assert (row["force_note"] if isinstance(row["force_note"], str) else "") == mark.strip()


@given(
    st.text(max_size=12)
    | st.lists(st.sampled_from([*LABELS, "and", "of", "the"]), min_size=2, max_size=3).map(" ".join)
)
def test_any_other_text_is_refused(label: str) -> None:
    known = READINGS.get(force_key(label), set())
    try:
        row = one(label)
    except UnmappedLabelError:
        assert len(known) != 1
        return
    # A name and another one behind it in brackets may stand for one area.
    assert {(row["force"], row["force_type"])} == known or "(" in label
