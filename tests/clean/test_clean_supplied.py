"""Crosswalks that a user brings along, and terms that no crosswalk may map."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from cseanalysis.clean import (
    UnmappedLabelError,
    explain,
    harmonise_forces,
    harmonise_offences,
    harmonise_outcomes,
    read_crosswalk,
)

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
    forces = pd.DataFrame({"Force Name": ["KENT", "Kent & Medway", "Kent Police", "Essex"]})
    result = harmonise_forces(forces, crosswalk=pd.DataFrame([FORCE]))
    assert result["force"].tolist() == ["Kent (ours)", "Kent (ours)", "Kent", "Essex"]


def test_nothing_of_a_supplied_crosswalk_is_left_behind_for_the_next_call() -> None:
    forces = pd.DataFrame({"Force Name": ["Kent"]})
    harmonise_forces(forces, crosswalk=pd.DataFrame([FORCE]))
    assert harmonise_forces(forces)["force"].tolist() == ["Kent"]


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
