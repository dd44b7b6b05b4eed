from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

import cseanalysis.clean
from cseanalysis.clean import UnmappedLabelError, explain, read_crosswalk
from cseanalysis.clean.crosswalks import RELATIONS, load_rules
from cseanalysis.clean.labels import force_key, offence_key, split_notes, undefined_term

SCHEMES = ["offences", "forces", "outcomes", "places"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_rule_is_complete(scheme: str) -> None:
    table = read_crosswalk(scheme)
    assert table["rule_id"].is_unique
    assert table["rule_id"].str.fullmatch(r"[a-z]+:\S+").all()
    assert set(table["relation"]) <= set(RELATIONS)
    assert set(table["status"]) <= {"published", "inferred"}
    assert table[["label", "source", "relation", "status"]].notna().all(axis=None)
    assert (table["valid_from"].isna() | table["valid_to"].isna() | (table["valid_from"] < table["valid_to"])).all()


@pytest.mark.parametrize("scheme", ["offences", "forces", "places"])
def test_validity_changes_with_the_financial_year_only(scheme: str) -> None:
    table = read_crosswalk(scheme)
    assert set(table["valid_from"].dropna().dt.strftime("%m-%d")) <= {"04-01"}
    assert set(table["valid_to"].dropna().dt.strftime("%m-%d")) <= {"03-31"}


def test_no_day_has_two_rules_for_one_offence_code() -> None:
    table = read_crosswalk("offences").sort_values(["label", "valid_from"], na_position="first")
    for code, rules in table.groupby("label"):
        ends = rules["valid_to"].iloc[:-1].to_list()
        starts = rules["valid_from"].iloc[1:].to_list()
        assert all(end < start for end, start in zip(ends, starts, strict=True)), code


def test_the_labels_that_two_rules_for_areas_share_are_these_and_their_codes_tell_them_apart() -> None:
    codes: dict[str, list[str]] = {}
    for rule in load_rules("forces"):
        for key in {force_key(label) for label in rule.labels}:
            codes.setdefault(key, []).append(rule.category["force_code"])
    shared = {key: sorted(each) for key, each in codes.items() if len(each) > 1}
    assert shared == {
        "westmidlands": ["E12000005", "E23000014"],
        "greaterlondon": ["E12000007", "E23000001"],
        "westmids": ["E12000005", "E23000014"],
        "wmidlands": ["E12000005", "E23000014"],
        "wmids": ["E12000005", "E23000014"],
        "wmp": ["E23000014", "E23000016"],
    }


def test_scopes_and_force_types_are_the_documented_ones() -> None:
    assert set(read_crosswalk("offences")["offence_scope"]) == {
        "child_only", "familial", "image", "age_mixed", "adult_context", "out_of_scope",
    }  # fmt: skip
    assert read_crosswalk("forces").query("force_type == 'territorial'")["force_code"].nunique() == 43
    assert set(read_crosswalk("places")["force_type"]) == {"part_of_force"}
    assert set(read_crosswalk("forces")["force_type"]) == {
        "territorial", "non_territorial", "combined_area", "fraud_body", "total", "unknown", "out_of_scope",
    }  # fmt: skip


def test_explain_tells_label_dates_relation_status_source_and_note() -> None:
    text = explain("offence:88A:2017")
    assert text.startswith("offence:88A:2017\n  label     88A (Sexual grooming)\n")
    assert "relation  broader: the label also counts" in text
    assert "valid     from 2017-04-01" in text
    assert "status    inferred" in text
    assert "Home Office, written answer 215208, December 2014" in text
    assert "sexual communication with a child" in text


def test_explain_answers_for_every_rule() -> None:
    for scheme in SCHEMES:
        for rule in read_crosswalk(scheme)["rule_id"]:
            assert explain(rule).startswith(f"{rule}\n")


def test_an_unknown_rule_or_scheme_is_an_error_that_helps() -> None:
    with pytest.raises(ValueError, match=r"no rule 'offence:88A:2018' \(closest known label: 'offence:88A:2017'"):
        explain("offence:88A:2018")
    with pytest.raises(ValueError, match="no crosswalk 'victims'; there are forces, offences, outcomes, places"):
        read_crosswalk("victims")


def test_a_reader_may_change_the_table_without_changing_the_rules() -> None:
    table = read_crosswalk("forces")
    table["label"] = "changed"
    assert "changed" not in set(read_crosswalk("forces")["label"])


def test_the_error_survives_a_trip_between_processes() -> None:
    error = pickle.loads(pickle.dumps(UnmappedLabelError("seen, rule, remedy", ("a", None))))
    assert (str(error), error.labels) == ("seen, rule, remedy", ("a", None))
    assert isinstance(error, ValueError)


def test_importing_the_cleaning_functions_loads_neither_pandas_nor_numpy() -> None:
    code = """
import sys
before = set(sys.modules)
import cseanalysis.clean
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(loaded - sys.stdlib_module_names - {"cseanalysis", "narwhals"}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_names_are_these() -> None:
    assert set(cseanalysis.clean.__all__) == {
        "CleaningReport", "UnmappedLabelError", "explain", "harmonise", "harmonise_forces", "harmonise_offences",
        "harmonise_outcomes",
        "harmonise_periods", "parse_counts", "read_crosswalk", "share_by_relation",
    }  # fmt: skip


def test_labels_are_told_apart_by_what_distinguishes_them():
    assert split_notes("Metropolitan Police[Note 6]") == ("Metropolitan Police", "[Note 6]")
    assert split_notes("Devon and Cornwall **") == ("Devon and Cornwall", "**")
    assert split_notes("Kent\u00b9 \u00b2 (see notes 3 and 4)*") == ("Kent", "\u00b9 \u00b2 (see notes 3 and 4) *")
    assert split_notes("*") == ("*", None)
    assert split_notes("71* (note 2)", spelt_only=True) == ("71*", "(note 2)")
    assert split_notes("British Transport Police (BTP)") == ("British Transport Police (BTP)", None)
    assert (offence_key(" 88a [note 3]"), offence_key("4.10")) == ("88a", "4.10")
    assert undefined_term("Localised grooming").startswith("no statistic defines this term")
    assert undefined_term("Sexual grooming") is None
