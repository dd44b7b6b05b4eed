from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cseanalysis.clean import UnmappedLabelError, explain, harmonise_outcomes, read_crosswalk
from cseanalysis.clean.outcomes import outcome_key

TYPES = ["0", "1", "1a", "2", "2a", "3", "3a", *(str(number) for number in range(4, 24))]


def clean(*labels: object, **options: object) -> pd.DataFrame:
    return harmonise_outcomes(pd.DataFrame({"Outcome Type": list(labels)}), **options).astype(object)


def rule(label: object) -> str:
    return str(clean(label)["outcome_rule"].item())


def test_every_type_of_the_framework_has_a_rule_of_its_own() -> None:
    assert clean(*TYPES)["outcome_rule"].tolist() == [f"outcome:{kind.upper()}" for kind in TYPES]


def test_types_that_another_type_counts_already_are_never_in_the_denominator_nor_in_its_group() -> None:
    result = clean("1", "1a", "2", "2a", "3", "3a")
    assert result["outcome_in_denominator"].tolist() == [True, False] * 3
    assert result["outcome_group"].tolist()[::2] == ["charged_or_summonsed", *["out_of_court_formal"] * 2]
    assert all(group.startswith("subset_of_") for group in result["outcome_group"][1::2])


def test_adding_up_the_denominator_counts_each_assigned_offence_once() -> None:
    counts = pd.DataFrame({"Outcome Type": ["0", "1", "1a", "15", "23"], "n": [40, 10, 3, 50, 7]})
    result = harmonise_outcomes(counts)
    assert result.loc[result["outcome_in_denominator"].fillna(False), "n"].sum() == 60


def test_not_yet_assigned_is_no_outcome_and_whether_type_23_counts_is_left_open() -> None:
    result = clean("0", "23", "22")
    assert result["outcome_group"].tolist()[0] == "not_yet_assigned"
    assert result["outcome_in_denominator"].tolist()[::2] == [False, True]
    assert pd.isna(result["outcome_in_denominator"].iloc[1])
    assert "never in the denominator" in explain("outcome:0")


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Charged/Summonsed", "1"),
        ("Charged or summonsed", "1"),
        ("OC01 - Charge/Summons", "1"),
        ("Outcome 1", "1"),
        ("Outcome type 1A", "1A"),
        ("01", "1"),
        (" 1A ", "1A"),
        (15, "15"),
        (15.0, "15"),
        ("Caution, youths", "2"),
        ("Caution \N{EN DASH} youths", "2"),
        ("Penalty notices for disorder", "6"),
        ("OC08 - Community Resolution", "8"),
        ("Not in public interest (Police)", "10"),
        ("OC14 - No Sus / Victim Decline", "14"),
        ("Evidential difficulties: suspect identified; victim supports action", "15"),
        ("Evidential difficulties, suspect identified, victim does not support further action", "16"),
        ("Investigation complete \N{EN DASH} no suspect identified", "18"),
        ("Investigation complete - no suspect identified", "18"),
        ("Investigation complete \x96 no suspect identified", "18"),
        ("Investigation complete \u00e2\u20ac\u201c no suspect identified", "18"),
        ("Investigation complete \ufffd no suspect identified", "18"),
        ("Investigation complete ? no suspect identified [note 3]", "18"),
        ("Further investigation to support formal action not in the public interest \u2013 police decision", "21"),
        ("OC21", "21"),
        (
            "Diversionary, educational or intervention activity, resulting from the crime report, has been undertaken "
            "and it is not in the public interest to take any further action.",
            "22",
        ),
        ("C3", "none"),
    ],
)
def test_labels_seen_in_published_files_lead_to_their_type(label: object, kind: str) -> None:
    assert rule(label) == f"outcome:{kind}"


@pytest.mark.parametrize("label", ["1.5", "1.0.", "-1", "24", "1b", "111", "OC99", "Charged", "0.0", "?", 1.5, True])
def test_what_only_resembles_a_type_is_not_taken_for_it(label: object) -> None:
    with pytest.raises(UnmappedLabelError) as caught:
        clean(label)
    assert caught.value.labels == (label,)


def test_numbers_with_gaps_as_pandas_reads_them_are_types_all_the_same() -> None:
    frame = pd.DataFrame({"Outcome Type": [1, 15, np.nan]})
    result = harmonise_outcomes(frame, on_unmapped="keep")
    assert result["outcome_rule"].astype(object).fillna("-").tolist() == ["outcome:1", "outcome:15", "-"]
    assert str(result["outcome_in_denominator"].dtype) == "boolean"


def test_an_unknown_type_is_named_with_a_suggestion() -> None:
    with pytest.raises(UnmappedLabelError, match=r"'Comunity resolution' \(closest known label: 'Community resolution"):
        clean("Comunity resolution")


def test_no_two_rules_share_a_key_but_for_the_two_schemes_and_the_answers_are_the_documented_ones() -> None:
    table = read_crosswalk("outcomes")
    keys = [key for labels in table["label"].str.split("; ") for key in {outcome_key(label) for label in labels}]
    twice = {"charged", "underinvestigation", "investigationcompletenosuspectidentified"}
    assert {key for key in keys if keys.count(key) > 1} == twice
    assert "" not in keys
    assert set(table["outcome_in_denominator"].dropna()) == {"yes", "no"}
    without = table.loc[table["outcome_in_denominator"].isna(), "rule_id"]
    assert without[~without.str.contains("police.uk", regex=False)].tolist() == ["outcome:23"]
