from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cseanalysis.clean import UnmappedLabelError, explain, harmonise_outcomes, read_crosswalk
from cseanalysis.clean.labels import outcome_key

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


PUBLISHED_2018_19 = {
    "Not yet assigned an outcome": "0", "Charged/Summonsed": "1", "Caution \u2013 youths": "2",
    "Caution \u2013 adults": "3", "Taken into consideration": "4", "Offender died": "5",
    "Penalty Notices for Disorder": "6", "Cannabis/Khat Warning": "7", "Community Resolution": "8",
    "Not in public interest (CPS)": "9", "Not in public interest (Police)": "10",
    "Prosecution prevented: suspect under age": "11", "Prosecution prevented: suspect too ill": "12",
    "Prosecution prevented: victim/key witness dead/too ill": "13",
    "Evidential difficulties: suspect not identified; victim does not support further action": "14",
    "Evidential difficulties: suspect identified; victim supports action": "15",
    "Evidential difficulties: suspect identified; victim does not support further action": "16",
    "Prosecution time limit expired": "17", "Investigation complete \u2013 no suspect identified": "18",
    "Responsibility for further investigation transferred to another body": "20",
    "Further investigation to support formal action not in the public interest \u2013 police decision": "21",
}  # fmt: skip
GROUPS = {
    "Out-of-court (formal)": ["2", "3", "6"],
    "Out-of-court (informal)": ["7", "8"],
    "Prosecution prevented or not in the public interest": ["5", "9", "10", "11", "12", "13", "17"],
    "Evidential difficulties (victim does not support action)": ["14", "16"],
}
POLICE_UK = {
    "Action to be taken by another organisation": "action-taken-by-another-organisation",
    "Awaiting court outcome": "awaiting-court-result",
    "Court case unable to proceed": "unable-to-proceed",
    "Court result unavailable": "court-result-unavailable",
    "Defendant found not guilty": "not-guilty",
    "Defendant sent to Crown Court": "sent-to-crown-court",
    "Formal action is not in the public interest": "formal-action-not-in-public-interest",
    "Further action is not in the public interest": "further-action-not-in-public-interest",
    "Further investigation is not in the public interest": "further-investigation-not-in-public-interest",
    "Investigation complete; no suspect identified": "no-further-action",
    "Local resolution": "local-resolution",
    "Offender deprived of property": "deprived-of-property",
    "Offender fined": "fined",
    "Offender given a caution": "cautioned",
    "Offender given a drugs possession warning": "drugs-possession-warning",
    "Offender given absolute discharge": "absolute-discharge",
    "Offender given community sentence": "community-penalty",
    "Offender given conditional discharge": "conditional-discharge",
    "Offender given penalty notice": "penalty-notice-issued",
    "Offender given suspended prison sentence": "suspended-sentence",
    "Offender ordered to pay compensation": "compensation",
    "Offender otherwise dealt with": "other-court-disposal",
    "Offender sent to prison": "imprisoned",
    "Status update unavailable": "status-update-unavailable",
    "Suspect charged": "charged",
    "Suspect charged as part of another case": "sentenced-in-another-case",
    "Unable to prosecute suspect": "unable-to-prosecute",
    "Under investigation": "under-investigation",
}


def refused(label: object, *others: object, match: str) -> None:
    with pytest.raises(UnmappedLabelError, match=match) as caught:
        clean(label, *others)
    assert label in caught.value.labels


def test_every_label_of_the_published_file_of_2018_19_is_its_type() -> None:
    result = clean(*PUBLISHED_2018_19)
    assert result["outcome_rule"].tolist() == [f"outcome:{kind}" for kind in PUBLISHED_2018_19.values()]
    assert set(result["outcome_relation"]) == {"exact"}


@pytest.mark.parametrize("name", GROUPS)
def test_a_published_group_is_no_type_and_its_types_are_those_of_the_group(name: str) -> None:
    group = clean(name).iloc[0]
    types = clean(*GROUPS[name])
    assert set(types["outcome_group"]) == {group["outcome_group"]}
    assert group["outcome"] == f"group:{group['outcome_group']}"
    assert (group["outcome_relation"], group["outcome_in_denominator"]) == ("broader", True)
    others = clean(*(set(TYPES) - set(GROUPS[name])))
    assert group["outcome_group"] not in set(others["outcome_group"])


def test_a_group_beside_one_of_its_types_is_their_total_and_in_no_sum_twice() -> None:
    counts = pd.DataFrame(
        {"Outcome Type": ["Out-of-court (formal)", "2", "3", "6", "1", "1a"], "n": [9, 2, 3, 4, 5, 1]}
    )
    result = harmonise_outcomes(counts)
    assert result.loc[result["outcome_in_denominator"].fillna(False), "n"].sum() == 14
    assert result.groupby("outcome_group", observed=True)["n"].sum().to_dict() == {
        "out_of_court_formal": 9, "total_of_out_of_court_formal": 9, "charged_or_summonsed": 5,
        "subset_of_charged_or_summonsed": 1,
    }  # fmt: skip


@pytest.mark.parametrize("spelling", ["names", "slugs"])
def test_outcomes_of_police_uk_are_a_scheme_of_their_own_and_court_results_are_no_outcomes_of_the_police(
    spelling: str,
) -> None:
    labels = list(POLICE_UK) if spelling == "names" else list(POLICE_UK.values())
    result = clean(*labels)
    assert result["outcome_rule"].tolist() == [f"outcome:police.uk:{slug}" for slug in POLICE_UK.values()]
    assert set(result["outcome_relation"]) == {"broader", "partial"}
    assert not (result["outcome_in_denominator"] == True).any()  # noqa: E712 - null is neither
    at_court = result["outcome"].str.startswith("court_stage:")
    assert at_court.sum() == 14
    assert set(result.loc[at_court, "outcome_group"]) == {"court_stage"}
    types = set(read_crosswalk("outcomes").query("relation == 'exact'")["outcome"]) - {"under_investigation"}
    assert not types & set(result["outcome"])


def test_a_label_of_both_schemes_follows_the_rest_of_its_column_then_its_spelling_or_is_refused() -> None:
    both = "Investigation complete; no suspect identified"
    assert clean(both, "Local resolution")["outcome_rule"].tolist()[0] == "outcome:police.uk:no-further-action"
    assert clean(both, "16")["outcome_rule"].tolist()[0] == "outcome:18"
    assert rule(both) == "outcome:police.uk:no-further-action"  # printed as police.uk does
    assert rule("Investigation complete: no suspect identified") == "outcome:18"
    assert clean("Charged", "15")["outcome_rule"].tolist()[0] == "outcome:1"
    assert clean("charged", "imprisoned")["outcome_rule"].tolist()[0] == "outcome:police.uk:charged"
    refused("Charged", match="it can be outcome:1 or outcome:police.uk:charged, and the rest of its column does not")
    refused("Charged", "15", "imprisoned", match="outcome:1 or outcome:police.uk:charged")
    assert rule("Under investigation") == "outcome:open"  # which both schemes mean alike


def test_no_further_action_in_words_is_not_what_police_uk_calls_so() -> None:
    # there the address of "no suspect identified"; among forces it is said of suspects whom nobody charges
    refused("No further action", "Local resolution", match="'No further action'")
    assert rule("no-further-action") == "outcome:police.uk:no-further-action"


@pytest.mark.parametrize("label", ["OC1 to OC4", "Outcome 9 and 10", "Types 2, 3 and 6", "OC14/OC16", "Outcome 1-4"])
def test_several_types_under_one_label_are_none_of_them(label: str) -> None:
    refused(label, match="two numbers of a type|its number is that of|known label")


def test_a_number_in_front_of_words_counts_if_the_words_are_its_own() -> None:
    assert (
        rule("16 - Evidential difficulties: suspect identified; victim does not support further action") == "outcome:16"
    )
    assert rule("Type 15: our own words") == "outcome:15"
    refused("2 - Charged/Summonsed", match="its number is that of youth_caution, its words of charged_or_summonsed")
    refused("15 - our own words", match="'15 - our own words'")  # fifteen of something


CUMBRIA = {
    "Adult Caution With Alternate Offence": "3A", "Cannabis Warning": "7", "Caution - Adults": "3",
    "Charge/Summons": "1", "Charge/Summonsed With Alternate Offence": "1A", "Community Resolution": "8",
    "Diversionary, Educational Or Intervention Activity Undertaken": "22",
    "Evidential Difficulties Victim Based - Named Suspect Not Identified": "14",
    "Formal Action Against The Offender Is Not In The Public Interest (Police)": "10",
    "Investigation Complete: No Suspect Identified": "18",
    "Named Suspect - Further Investigation Not In Public Interest": "21",
    "Named Suspect Identified: Evidential Difficulties - Victim Does Not Support Police Action": "16",
    "Named Suspect Identified: Victim Supports Police Action But Evidential Difficulties": "15",
    "Penalty Notice For Disorder": "6", "Prosecution Not In The Public Interest (CPS)": "9",
    "Prosecution Prevented - Named Suspect Too Ill To Prosecute": "12",
    "Prosecution Prevented - Victim Or Key Witness Dead Or Too Ill To Give Evidence": "13",
    "Prosecution Time Limit Expired": "17",
}  # fmt: skip
AVON_AND_SOMERSET = {
    "Filed \u2013 Incident Report OR CRI": "none", "New \u2013 Under Investigation": "open",
    "OC01 \u2013 Charge/Summons": "1", "OC03 \u2013 Caution \u2013 Adults": "3",
    "OC10 \u2013 Not in Public Interest (Pol)": "10", "OC14 \u2013 No Sus / Victim Decline": "14",
    "OC15 \u2013 Sus/Insuff.Evidence": "15", "OC18 \u2013 No Sus / No Line Enq / Filed": "18",
    "OC20 \u2013 Transferred Oth Agency": "20", "OC21 \u2013 Investig. not in Public Int. (Police)": "21",
    "OC22 \u2013 Diversionary, educational, intervention": "22",
}  # fmt: skip
CLEVELAND = {"Outcome 21 - investigation not in the public interest (Police Decision)": "21"}


@pytest.mark.parametrize("printed", [CUMBRIA, AVON_AND_SOMERSET, CLEVELAND], ids=["words", "numbers", "both"])
def test_labels_that_forces_print_in_their_answers_are_types_of_the_framework(printed: dict[str, str]) -> None:
    assert clean(*printed)["outcome_rule"].tolist() == [f"outcome:{kind}" for kind in printed.values()]


def test_a_label_of_a_force_that_could_be_several_types_stays_without_one() -> None:
    refused("Other Agency Delegations", match="'Other Agency Delegations'")
    refused("No further action (NFA)", match="NFA")
