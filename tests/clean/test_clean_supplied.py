"""Crosswalks that a user brings along, and terms that no crosswalk may map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cseanalysis.clean import (
    UnmappedLabelError,
    explain,
    harmonise_forces,
    harmonise_offences,
    harmonise_outcomes,
    read_crosswalk,
)
from cseanalysis.clean.crosswalks import load_rules

OFFENCE = {
    "rule_id": "mine:195", "label": "195", "offence_category": "abuse_of_a_new_kind", "offence_scope": "child_only",
    "relation": "partial", "valid_from": "2024-04-01", "valid_to": "", "status": "inferred", "source": "Own reading",
    "note": "",
}  # fmt: skip
FORCE = {
    "rule_id": "mine:kent", "label": "Kent; Kent and Medway", "force": "Kent (ours)", "force_code": "", "region": "",
    "force_type": "territorial", "relation": "exact", "status": "published", "source": "Own list",
}  # fmt: skip


def offences(codes: list[str], years: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"Offence Code": codes, "Financial Year": years})


def test_a_code_of_ones_own_extends_ours_within_its_dates() -> None:
    own = pd.DataFrame([OFFENCE])
    result = harmonise_offences(offences(["195", "21"], ["2024/25", "2024/25"]), crosswalk=own)
    assert result["offence_rule"].tolist() == ["mine:195", "offence:21"]
    assert result["offence_relation"].tolist() == ["partial", "exact"]
    with pytest.raises(UnmappedLabelError, match="mine:195 holds from 2024-04-01"):
        harmonise_offences(offences(["195"], ["2023/24"]), crosswalk=own)


def test_own_rules_for_a_label_replace_all_of_ours_for_it_and_only_for_it() -> None:
    own = [OFFENCE | {"label": "88a", "valid_from": "2020-04-01"}]
    with pytest.raises(UnmappedLabelError, match="mine:195 holds from 2020-04-01"):
        harmonise_offences(offences(["88A"], ["2017/18"]), crosswalk=pd.DataFrame(own))
    frame = pd.DataFrame({"Force Name": ["KENT", "Kent & Medway", "Kent Police", "Essex"]})
    result = harmonise_forces(frame, crosswalk=pd.DataFrame([FORCE]))
    assert result["force"].tolist() == ["Kent (ours)", "Kent (ours)", "Kent", "Essex"]


def test_nothing_of_a_supplied_crosswalk_is_left_behind_for_the_next_call() -> None:
    frame = pd.DataFrame({"Force Name": ["Kent"]})
    harmonise_forces(frame, crosswalk=pd.DataFrame([FORCE]))
    assert harmonise_forces(frame)["force"].tolist() == ["Kent"]


@pytest.mark.parametrize("scheme", ["offences", "forces", "outcomes"])
def test_our_own_tables_pass_when_given_back_unchanged_or_through_a_file(scheme: str, tmp_path: Path) -> None:
    table = read_crosswalk(scheme)
    path = tmp_path / "own.csv"
    table.to_csv(path, index=False, encoding="utf-8-sig")
    frame = pd.DataFrame(
        {"Offence Code": ["88A"], "Financial Year": ["2017/18"], "Force Name": ["GMP"], "Outcome Type": ["1a"]}
    )
    function = {"offences": harmonise_offences, "forces": harmonise_forces, "outcomes": harmonise_outcomes}[scheme]
    for crosswalk in (table, path, str(path), pl.from_pandas(table)):
        pd.testing.assert_frame_equal(function(frame, crosswalk=crosswalk), function(frame))


def test_explain_tells_rules_of_ones_own_too() -> None:
    text = explain("mine:195", crosswalk=pd.DataFrame([OFFENCE]))
    assert "valid     from 2024-04-01" in text
    assert "source    Own reading" in text
    with pytest.raises(ValueError, match="no rule 'mine:195'"):
        explain("mine:195")


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("relation", "exactly", r"row 2, column 'relation': 'exactly' \(closest known label: 'exact'\)"),
        ("status", "", "row 2, column 'status': is empty"),
        ("offence_scope", "child", r"row 2, column 'offence_scope': 'child' .* must be one of child_only, familial"),
        ("valid_from", "01/04/2024", "row 2, column 'valid_from': '01/04/2024' is not a date such as 2017-04-01"),
        ("valid_to", "2020-03-31", "row 2, column 'valid_to': 2020-03-31 lies before valid_from 2024-04-01"),
        ("label", 195, "row 2, column 'label': 195 is not text; read the table with dtype=str"),
        ("rule_id", "mine:195", "row 2, column 'rule_id': 'mine:195' stands in row 1 too"),
        ("label", "195", "row 2, column 'label': row 1 has a rule for the same label and time"),
        ("label", "Grooming gang", "row 2, column 'label': 'Grooming gang': no statistic defines this term"),
    ],
)
def test_an_error_in_a_supplied_crosswalk_names_row_and_column(column: str, cell: object, message: str) -> None:
    second = OFFENCE | {"rule_id": "mine:196", "label": "196"} | {column: cell}
    with pytest.raises(ValueError, match=message):
        harmonise_offences(offences([], []), crosswalk=pd.DataFrame([OFFENCE, second]))


def test_a_file_with_many_errors_names_its_lines_the_first_five_and_the_number(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    rows = [OFFENCE | {"rule_id": f"mine:{n}", "label": f"9{n}", "relation": "like"} for n in range(7)]
    pd.DataFrame(rows).to_csv(path, index=False)
    with pytest.raises(ValueError, match=r"own\.csv, 7 errors: line 2, column 'relation'.*line 6.*; and 2 more"):
        harmonise_offences(offences([], []), crosswalk=path)


def test_a_crosswalk_with_wrong_columns_is_refused_with_those_that_it_needs() -> None:
    with pytest.raises(ValueError, match=r"no column 'source'; column 'sauce' is not one of a crosswalk of offences"):
        harmonise_offences(offences([], []), crosswalk=pd.DataFrame([OFFENCE]).rename(columns={"source": "sauce"}))
    with pytest.raises(TypeError, match="must be a path or a pandas, Polars or PyArrow table"):
        harmonise_forces(pd.DataFrame({"Force Name": []}), crosswalk=[FORCE])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "label",
    ["Grooming gang", "grooming gangs", "GROOMING-GANG", "Localised grooming", "on-street grooming", "GGCSE",
     "Group and gang associated CSE (GGCSE)", "grooming gang offences [note 1]"],
)  # fmt: skip
def test_grooming_gang_is_never_mapped_and_the_error_names_the_five_definitions(label: str) -> None:
    frame = offences([label], ["2022/23"])
    with pytest.raises(UnmappedLabelError) as caught:
        harmonise_offences(frame)
    message = str(caught.value)
    assert "five definitions are in use" in message
    for name in ("COCAD", "National Analysis", "flag", "ADR 149", "IICSA", "1.", "5."):
        assert name in message
    assert "closest known label" not in message
    assert harmonise_offences(frame, on_unmapped="keep")["offence_category"].isna().all()


def test_a_legal_term_with_grooming_in_it_is_a_name_like_any_other() -> None:
    assert harmonise_offences(offences(["Sexual grooming"], ["2022/23"]))["offence_rule"].tolist() == [
        "offence:88A:2017"
    ]
    with pytest.raises(UnmappedLabelError) as caught:
        harmonise_offences(offences(["Meeting for sexual grooming"], ["2022/23"]))
    assert "five definitions" not in str(caught.value)


def forces(*labels: str, **options: Any) -> pd.DataFrame:
    return harmonise_forces(pd.DataFrame({"Force Name": list(labels)}), **options).astype(object)


def test_a_label_is_given_what_a_name_or_code_of_ours_means() -> None:
    own = {"Old Bill": "Kent", "X1 [note 2]": "E23000031", "Region 5": "West Midlands Region", "Adur town": "E07000223"}
    result = forces("OLD-BILL", "X1", "region 5*", "Adur Town", "Essex", crosswalk=own)
    assert result["force_code"].tolist() == ["E23000032", "E23000031", "E12000005", "E23000033", "E23000028"]
    assert result["force_type"].tolist() == ["territorial", "territorial", "total", "part_of_force", "territorial"]
    assert result["force_rule"].tolist()[:2] == ["own:force:Old Bill", "own:force:X1 [note 2]"]


def test_a_rule_of_ones_own_wins_over_ours_and_leaves_the_code_of_its_target_alone() -> None:
    frame = pd.DataFrame({"Force Name": ["Met", "Old Bill", "Kent"], "code": [None, "E23000032", "E23000032"]})
    result = harmonise_forces(frame, code="code", crosswalk={"Met": "Unknown", "Old Bill": "Kent"})
    assert result["force"].tolist() == ["Unknown", "Kent", "Kent"]
    assert result["force_rule"].tolist()[2] == "force:E23000032"
    with pytest.raises(UnmappedLabelError, match="the name is that of Surrey"):
        harmonise_forces(frame.tail(2), code="code", crosswalk={"Old Bill": "Surrey"})


def test_all_dated_rules_of_a_target_are_taken_over() -> None:
    frame = offences(["grooming", "grooming", "88A"], ["2016/17", "2017/18", "2017/18"])
    result = harmonise_offences(frame, crosswalk={"Grooming": "88A"})
    assert result["offence_relation"].tolist() == ["exact", "broader", "broader"]
    assert result["offence_rule"].tolist() == [
        "own:offence:Grooming",
        "own:offence:Grooming:2017",
        "offence:88A:2017",
    ]


def test_an_outcome_is_given_a_type_by_its_number_or_label() -> None:
    frame = pd.DataFrame({"Outcome Type": ["zz", "yy", "xx"]})
    own = {"zz": 1, "yy": "1A", "xx": "Charged/Summonsed"}
    result = harmonise_outcomes(frame, crosswalk=own)
    assert result["outcome_in_denominator"].tolist() == [True, False, True]
    assert result["outcome_rule"].tolist() == ["own:outcome:zz", "own:outcome:yy", "own:outcome:xx"]


def test_explain_tells_what_a_label_was_given() -> None:
    text = explain("own:offence:Grooming:2017", crosswalk={"Grooming": "88A"})
    assert "label     Grooming" in text
    assert "gives     offence_category = sexual_grooming" in text
    assert "Means what offence:88A:2017 means." in text
    assert "label     zz" in explain("own:outcome:zz", crosswalk={"zz": 1})
    assert "force = Kent" in explain("own:force:Old Bill", crosswalk={"Old Bill": "Kent"})
    for rule_id in ("own:force:Old Bil", "own:victim:Old Bill"):
        with pytest.raises(ValueError, match=f"no rule '{rule_id}'"):
            explain(rule_id, crosswalk={"Old Bill": "Kent"})


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"Old Bill": None}, "'Old Bill': has no target yet (None): write the name or code of what it means"),
        (
            {"Old Bill": "Kentt"},
            "its target 'Kentt' is no name or code that is known here (closest known label: 'Kent')",
        ),
        ({"Old Bill": "West Midlands"}, "'West Midlands' can be force:E23000014 or force:E12000005: write a code"),
        ({"Old Bill": 1.5}, "its target is 1.5; write a name or a code, as text"),
        ({"Old Bill": ""}, "its target '' is no name"),
        ({5: "Kent"}, "5: a label is text, this is 5"),
        ({None: "Kent"}, "None: a label is text"),
        ({"[note 3]": "Kent"}, "'[note 3]': is no label, but an empty cell or a mark"),
        (
            {"Old Bill": "Kent", "old bill": "Essex"},
            "'old bill': is the same label as 'Old Bill', and has another target",
        ),
        ({"Grooming gang": "Kent"}, "no statistic defines this term"),
        ({str(place): None for place in range(7)}, "7 errors: '0': has no target yet"),
    ],
    ids=lambda given: str(given)[:40],
)
def test_a_label_without_a_clear_target_is_refused_by_name_with_a_cure(own: dict[Any, Any], words: str) -> None:
    with pytest.raises(ValueError, match=r"^crosswalk \{label: target\}, [0-9]+ errors?: ") as caught:
        forces("Kent", crosswalk=own)
    assert words in str(caught.value)


def test_labels_without_a_rule_are_a_crosswalk_to_fill_in_and_hand_back() -> None:
    labels = ["Kent", "Old Bill", "The Yard*", None, "Old Bill"]
    frame = pd.DataFrame({"Force Name": labels})
    with pytest.raises(UnmappedLabelError) as caught:
        harmonise_forces(frame)
    own = {label: None for label in caught.value.labels if label is not None}
    assert own == {"Old Bill": None, "The Yard*": None}
    with pytest.raises(ValueError, match="'Old Bill': has no target yet"):
        harmonise_forces(frame, crosswalk=own, on_unmapped="keep")
    filled = dict(zip(own, ("Kent", "Metropolitan Police"), strict=True))
    result = harmonise_forces(frame, crosswalk=filled, on_unmapped="keep").astype(object)
    assert result["force_code"].tolist()[:3] == ["E23000032", "E23000032", "E23000001"]
    assert result["force"].isna().tolist() == [False, False, False, True, False]


@given(st.sampled_from(sorted({label for rule in load_rules("forces") for label in rule.labels})))
def test_every_label_of_ours_is_a_target_with_its_own_meaning_or_refused(target: str) -> None:
    try:
        expected = forces(target)
    except UnmappedLabelError:
        with pytest.raises(ValueError, match="write a code or a name"):
            forces("Old Bill", crosswalk={"Old Bill": target})
        return
    given_to = forces("Old Bill", crosswalk={"Old Bill": target})
    columns = ["force", "force_code", "region", "force_type"]
    pd.testing.assert_frame_equal(given_to[columns], expected[columns])
