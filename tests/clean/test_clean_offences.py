from __future__ import annotations

import io
import re
from collections.abc import Mapping
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cseanalysis.clean import UnmappedLabelError, explain, harmonise_offences, read_crosswalk

CHILD_ONLY = ["17B", "19D", "19E", "19G", "19H", "20B", "21", "22B", "71", "73", "88A"]
ADDED = ["offence_category", "offence_scope", "offence_relation", "offence_rule"]


def table(codes: list[object], years: list[object], **more: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"Offence Code": codes, "Financial Year": years, **more})


def added(frame: pd.DataFrame, **options: str) -> pd.DataFrame:
    return harmonise_offences(frame, **options)[ADDED].astype(object)


@pytest.mark.parametrize("year", ["2012/13", "2016/17", "2017/18", "2023/24"])
def test_the_eleven_child_identifiable_codes_are_child_only_in_every_year(year: str) -> None:
    scopes = added(table(CHILD_ONLY, [year] * 11))["offence_scope"]
    assert scopes.tolist() == ["child_only"] * 11


def test_no_other_code_of_today_is_child_only() -> None:
    rules = read_crosswalk("offences")
    current = rules[rules["valid_to"].isna() & (rules["offence_scope"] == "child_only")]
    assert sorted(current["label"]) == sorted([*CHILD_ONLY, "71/17"])  # which 88A counts


def test_familial_and_image_codes_are_kept_apart_and_broader() -> None:
    expected = pd.DataFrame(
        [
            ["familial_sexual_offences", "familial", "broader", "offence:23"],
            ["obscene_publications", "image", "broader", "offence:86"],
        ],
        columns=ADDED,
        dtype=object,
    )
    assert_frame_equal(added(table(["23", "86"], ["2022/23"] * 2)), expected)


def test_grooming_has_one_rule_before_april_2017_and_another_after() -> None:
    result = added(table(["88A", "88A"], ["2016/17", "2017/18"]))
    assert result["offence_rule"].tolist() == ["offence:88A", "offence:88A:2017"]
    assert result["offence_relation"].tolist() == ["exact", "broader"]
    assert result["offence_category"].tolist() == ["sexual_grooming"] * 2


def test_the_last_quarter_before_a_change_belongs_to_the_old_rule() -> None:
    frame = table(["71", "71"], ["2012/13", "2013/14"], Quarter=[4, 1])
    assert added(frame, quarter="Quarter")["offence_rule"].tolist() == ["offence:71", "offence:71:2013"]


def test_a_code_is_text_so_4_10_is_not_4_1() -> None:
    rules = added(table(["4.10", "4.1", "1/4.1/4.10/4.2"], ["2013/14"] * 3))["offence_rule"]
    assert rules.tolist() == ["offence:4.10", "offence:4.1", "offence:1/4.1/4.10/4.2"]
    assert "Corporate manslaughter" in explain("offence:4.10")


@pytest.mark.parametrize(
    "codes", [[4.1, 21.0], [21, 71], pd.Categorical([4.1, 21.0]), np.array(["17B", 21], dtype=object)]
)
def test_codes_read_as_numbers_are_refused_with_the_reason(codes: object) -> None:
    frame = pd.DataFrame({"Offence Code": codes, "Financial Year": ["2022/23"] * 2})
    with pytest.raises(ValueError, match=r"codes are text, because as numbers 4\.10 and 4\.1 .* dtype=str"):
        harmonise_offences(frame, on_unmapped="keep")


def test_a_number_hidden_below_a_hundred_texts_is_found() -> None:
    codes = np.array(["21"] * 200 + [21], dtype=object)
    frame = pd.DataFrame({"Offence Code": codes, "Financial Year": "2022/23"})
    with pytest.raises(ValueError, match="holds int values"):
        harmonise_offences(frame)


def test_codes_match_whatever_their_case_outer_spaces_and_spelt_notes() -> None:
    rules = added(table([" 19d", "88a [note 3]", "ffa  uk"], ["2015/16"] * 3))["offence_rule"]
    assert rules.tolist() == ["offence:19D", "offence:88A", "offence:FFA_UK"]


@pytest.mark.parametrize("code", ["4-1", "4 1", "71(17)", "71-17", "0017B", "8871", "07117", "71.00"])
def test_a_code_that_only_resembles_a_known_one_is_not_taken_for_it(code: str) -> None:
    with pytest.raises(UnmappedLabelError) as caught:
        harmonise_offences(table([code], ["2022/23"]))
    assert caught.value.labels == (code,)


def test_a_code_before_its_first_year_is_reported_as_existing_but_not_then() -> None:
    with pytest.raises(UnmappedLabelError) as caught:
        harmonise_offences(table(["19J", "19K", "19J"], ["2018/19", "2018/19", "2019/20"]))
    assert caught.value.labels == ("19J", "19K")
    message = str(caught.value)
    assert "2 labels in 2 rows" in message
    assert "the code exists, but no one rule for it covers 2018-04-01 to 2019-03-31" in message
    assert "offence:19J holds from 2019-04-01" in message


def test_a_calendar_year_across_a_change_has_no_one_rule() -> None:
    frame = table(["88A"], ["2017"])
    with pytest.raises(UnmappedLabelError, match="no one rule for it covers 2017-01-01 to 2017-12-31"):
        harmonise_offences(frame)
    assert added(frame, on_unmapped="keep").isna().all(axis=None)


def test_codes_from_before_2004_end_and_are_marked_as_inferred() -> None:
    result = added(table(["74", "21", "21"], ["2003/04", "2003/04", "2004/05"]))
    assert result["offence_rule"].tolist() == ["offence:74", "offence:21:legacy", "offence:21"]
    assert "status    inferred" in explain("offence:74")
    with pytest.raises(UnmappedLabelError, match="offence:74 holds to 2005-03-31"):
        harmonise_offences(table(["74"], ["2005/06"]))


def test_known_codes_outside_sexual_offences_are_out_of_scope_and_never_raise() -> None:
    result = added(table(["1", "99", "106", "UK Finance"], ["2012/13", "2030/31", "2019/20", "2019/20"]))
    assert result["offence_scope"].tolist() == ["out_of_scope"] * 4


def test_all_190_codes_of_the_published_table_and_two_of_the_outcomes_have_a_rule_today_or_earlier() -> None:
    rules = read_crosswalk("offences")
    before_2012 = rules["valid_to"] < "2012-04-01"
    codes = ~rules["label"].str.fullmatch("[0-9]+/[0-9]+") & ~rules["rule_id"].str.contains("police.uk", regex=False)
    assert rules.loc[~before_2012 & codes, "label"].nunique() == 192


def test_unknown_codes_are_listed_with_rows_and_a_suggestion() -> None:
    codes = ["19Z", "19Z", "Q1", "Q2", "Q3", "Q4", "Q5", "21"]
    with pytest.raises(UnmappedLabelError) as caught:
        harmonise_offences(table(codes, ["2022/23"] * 8))
    message = str(caught.value)
    assert caught.value.labels == ("19Z", "Q1", "Q2", "Q3", "Q4", "Q5")
    assert "6 labels in 7 rows of 'Offence Code' and 'Financial Year'" in message
    assert "'Q4'" in message
    assert "'Q5'" not in message
    assert "and 1 more" in message
    assert 'on_unmapped="keep"' in message


def test_keep_gives_nulls_in_the_unmapped_rows_only() -> None:
    result = added(table(["19Z", "73", None], ["2022/23"] * 3), on_unmapped="keep")
    assert result["offence_scope"].fillna("(null)").tolist() == ["(null)", "child_only", "(null)"]
    assert result["offence_rule"].isna().tolist() == [True, False, True]


def test_an_empty_code_or_year_is_an_unmapped_label() -> None:
    with pytest.raises(UnmappedLabelError, match="an empty cell") as caught:
        harmonise_offences(table(["21", None], ["2022/23", "2022/23"]))
    assert caught.value.labels == (None,)
    with pytest.raises(UnmappedLabelError, match="1 label in 1 row"):
        harmonise_offences(table(["21", "21"], ["2022/23", None]))


def test_a_period_that_cannot_be_read_is_named() -> None:
    with pytest.raises(UnmappedLabelError, match=r"'2017/19' \(not a period that can be read"):
        harmonise_offences(table(["21"], ["2017/19"]))


def test_other_column_names_can_be_given() -> None:
    frame = pd.DataFrame({"code": ["19E"], "year": ["2013-14"], "q": ["Q2"]})
    result = harmonise_offences(frame, code="code", period="year", quarter="q")
    assert result["offence_category"].tolist() == ["rape_of_a_child"]


def refused(code: object, *others: object, year: str = "2019/20", match: str) -> None:
    with pytest.raises(UnmappedLabelError, match=match) as caught:
        harmonise_offences(table([code, *others], [year] * (1 + len(others))))
    assert code in caught.value.labels


@pytest.mark.parametrize(
    ("name", "year", "rule"),
    [
        ("Sexual grooming", "2016/17", "offence:88A"),
        ("Sexual grooming (5)", "2019/20", "offence:88A:2017"),
        ("SEXUAL  GROOMING [Note 2]", "2019/20", "offence:88A:2017"),
        ("Rape of a female child under 16", "2019/20", "offence:19D"),
        ("rape-of-a-female-child-under-13", "2019/20", "offence:19E"),
        ("Abuse of children through sexual exploitation", "2019/20", "offence:71:2013"),
        ("Abuse of children through sexual exploitation", "2010/11", "offence:71"),  # long series print today's label
        ("Incest or familial sexual offences", "2019/20", "offence:23"),
        ("Obscene publications, etc.", "2019/20", "offence:86"),
        ("Sexual activity involving a child under 16", "2019/20", "offence:22B"),
        ("Sexual activity involving child under 16", "2019/20", "offence:22B"),
        ("Cruelty to and neglect of children (outcome only)", "2019/20", "offence:11"),
        ("Unlawful sexual intercourse with a girl under 13", "2003/04", "offence:21:legacy"),
        ("Indecent Assault On A Female", "2018/19", "offence:20:outcomes"),
        ("Sexual grooming (the victim must be under 16)", "2013/14", "offence:88A"),
        ("Abuse of position of trust in a sexual nature (under 17)", "2015/16", "offence:73"),
    ],
)
def test_a_published_name_is_read_by_its_letters_in_the_years_of_its_rule(name: str, year: str, rule: str) -> None:
    assert added(table([name], [year]))["offence_rule"].tolist() == [rule]


def test_a_name_whose_meaning_changed_holds_for_its_own_years_only() -> None:
    # the code 21 counted less before 2004, so neither name may stand for the other's years
    name = "Unlawful sexual intercourse with a girl under 13"
    refused(name, year="2010/11", match="offence:21:legacy holds to 2004-03-31")
    refused("Sexual activity involving a child under 13", year="2002/03", match="offence:21 holds from 2004-04-01")
    refused("Rape of a female", year="2019/20", match="offence:19A holds to 2005-03-31")
    refused("Rape", match="closest known label")  # a total that holds adults and children


def test_codes_padded_to_three_digits_are_the_codes_and_whole_decimals_are_where_no_other_decimal_stands() -> None:
    result = added(table(["088A", "086", "017B", "71.0", "021"], ["2019/20"] * 5))
    assert result["offence_rule"].tolist() == [
        "offence:88A:2017", "offence:86", "offence:17B", "offence:71:2013", "offence:21",
    ]  # fmt: skip
    refused("71.0", "4.4", match=r"a code read as a number\? Beside '4\.4' it cannot be told")
    refused("4.1", "71.0", match=r"its column holds '71\.0', so it was read as numbers, and 4\.10 became 4\.1")
    assert added(table(["4.1", "88A", "4.10"], ["2019/20"] * 3))["offence_rule"].notna().all()


@pytest.mark.parametrize("code", ["071/17", "71/17", "71/017", " 071 / 17 "])
def test_sexual_communication_with_a_child_is_numbered_in_71_and_counted_in_88a(code: str) -> None:
    result = added(table([code], ["2024/25"])).iloc[0].tolist()
    assert result == ["sexual_grooming", "child_only", "narrower", "offence:71/17"]
    assert "never add it to that" in explain("offence:71/17")
    refused(code, year="2016/17", match="offence:71/17 holds from 2017-04-01")  # it was no offence yet


@pytest.mark.parametrize("code", ["71/16", "088/05", "22/12", "022/17", "88A/1"])
def test_an_offence_of_a_class_is_never_taken_for_its_class(code: str) -> None:
    # 22/12 is an offence against children under 16, and the code 22 ended in 2005
    number, kind = code.lstrip("0").split("/")
    refused(code, match=rf"offence {int(kind)} of class {number} of the Home Office, without a rule of its own")


def test_parts_of_code_86_are_images_of_children_or_of_adults_as_their_own_number_says() -> None:
    result = added(table(["86/2", "086/10", "86/15", "86/11", "86/17", "008/71"], ["2022/23"] * 6))
    assert result["offence_scope"].tolist() == ["image"] * 3 + ["adult_context"] * 3
    assert result["offence_category"].tolist()[:3] == ["indecent_images_of_children"] * 3


def test_a_code_with_its_name_behind_it_is_read_if_both_say_the_same() -> None:
    codes = ["88A Sexual grooming", "088A - Sexual grooming", "19D: Rape of a female child under 16"]
    assert added(table(codes, ["2022/23"] * 3))["offence_rule"].tolist() == ["offence:88A:2017"] * 2 + ["offence:19D"]
    refused("88A Rape of a female child under 13", match="the name is that of 19E, its code is '88a'")
    refused("71 offences", match="closest known label")  # a number of something


def test_a_name_beside_a_code_may_not_say_another_code_and_stands_in_where_the_code_is_empty() -> None:
    frame = table(["88A", None, " ", "71"], ["2019/20"] * 4)
    frame["name"] = ["Sexual grooming", "Rape of a male child under 13", "Sexual grooming", "a force's own words"]
    result = harmonise_offences(frame, name="name")
    assert result["offence_rule"].tolist() == ["offence:88A:2017", "offence:19H", "offence:88A:2017", "offence:71:2013"]
    wrong = frame.assign(name="Rape of a male child under 13")
    with pytest.raises(UnmappedLabelError, match="the name is that of 19H, the code beside it is '71'"):
        harmonise_offences(wrong, name="name")
    kept = harmonise_offences(wrong, name="name", on_unmapped="keep")
    assert kept["offence_rule"].isna().tolist() == [True, False, False, True]
    grouped = frame.assign(name="Violence and sexual offences").iloc[[0]]  # a category that holds it says nothing else
    assert harmonise_offences(grouped, name="name")["offence_scope"].tolist() == ["child_only"]


POLICE_UK = {
    "all-crime": "All crime", "anti-social-behaviour": "Anti-social behaviour", "bicycle-theft": "Bicycle theft",
    "burglary": "Burglary", "criminal-damage-arson": "Criminal damage and arson", "drugs": "Drugs",
    "other-crime": "Other crime", "other-theft": "Other theft", "possession-of-weapons": "Possession of weapons",
    "public-disorder-weapons": "Public disorder and weapons", "public-order": "Public order", "robbery": "Robbery",
    "shoplifting": "Shoplifting", "theft-from-the-person": "Theft from the person", "vehicle-crime": "Vehicle crime",
    "violent-crime": "Violence and sexual offences",
}  # fmt: skip


@pytest.mark.parametrize("spelling", ["slugs", "names"])
def test_categories_of_police_uk_are_a_scheme_of_their_own_and_none_is_a_count_of_children(spelling: str) -> None:
    labels = list(POLICE_UK) if spelling == "slugs" else list(POLICE_UK.values())
    result = harmonise_offences(table(labels, ["2019/20"] * len(labels)))
    assert result["offence_rule"].tolist() == [f"offence:police.uk:{slug}" for slug in POLICE_UK]
    assert set(result["offence_scope"]) == {"age_mixed", "out_of_scope"}
    assert set(result["offence_relation"]) == {"broader", "partial"}
    chosen = result.set_index("Offence Code")["offence_category"]
    assert chosen[labels[-1]] == "violence_and_sexual_offences"
    assert chosen[labels[0]] == "all_crime"


def test_a_label_of_both_schemes_follows_its_column() -> None:
    both = ["Shoplifting", "Other theft", "Theft from the person"]
    assert added(table([*both, "88A"], ["2019/20"] * 4))["offence_rule"].tolist()[0] == "offence:46"
    result = added(table([*both, "Drugs"], ["2019/20"] * 4))["offence_rule"].tolist()
    assert result[:2] == ["offence:police.uk:shoplifting", "offence:police.uk:other-theft"]


@pytest.mark.parametrize(
    ("label", "scope"),
    [
        ("Absconding From Lawful Custody", "out_of_scope"),  # Cumbria Constabulary, answer FOI 1306/25
        ("Disclosure, Obstruction, False Or Misleading Statements Etc", "out_of_scope"),
        ("Racially Or Religiously Aggravated Public Fear, Alarm Or Distress", "out_of_scope"),
        ("abuse of position of trust of a sexual nature", "child_only"),  # small letters, as dashboards show them
        ("exposure and voyeurism", "age_mixed"),
        ("Sexual Activity involving a Child under 16", "child_only"),
    ],
)
def test_names_as_answers_and_dashboards_print_them(label: str, scope: str) -> None:
    assert added(table([label], ["2022/23"]))["offence_scope"].tolist() == [scope]


def test_rows_of_names_are_complete_and_lead_to_a_code() -> None:
    path = files("cseanalysis.clean") / "crosswalks" / "offence_names.csv"
    names = pd.read_csv(io.StringIO(path.read_text(encoding="utf-8")), dtype=str)
    assert names[["name", "code", "status", "source"]].notna().all(axis=None)
    assert set(names["status"]) <= {"published", "inferred"}
    assert set(names["code"]) <= set(read_crosswalk("offences")["label"])


@pytest.fixture(scope="module")
def labels() -> Mapping[str, str]:
    """The label of every rule; read once, for it takes longer than to harmonise a few rows."""
    return dict(read_crosswalk("offences").set_index("rule_id")["label"])


@given(
    codes=st.lists(
        st.one_of(
            st.from_regex(
                r"0{0,3}[0-9]{1,3}[A-K]?(\.[0-9]{1,2})?(/[0-9]{1,3})?( ?[-(] ?[0-9]{1,2}\)?)?", fullmatch=True
            ),
            st.sampled_from(["71.0", "4.1", "88A", "71/17", "Sexual grooming", "Other theft", "Burglary"]),
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=300, deadline=None)
def test_no_code_is_given_a_meaning_that_another_reading_of_it_contradicts(
    labels: Mapping[str, str], codes: list[str]
) -> None:
    found = added(table(list(codes), ["2019/20"] * len(codes)), on_unmapped="keep")["offence_rule"]
    for code, rule in zip(codes, found, strict=True):
        if pd.isna(rule) or ":police.uk:" in rule or not code[0].isdigit():
            continue
        # Whatever the frame, only noughts in front, or one decimal nought behind, may differ from the rule's own code.
        kept = "/".join(part.lstrip("0") or "0" for part in code.split("/"))
        assert kept.casefold() in {f"{labels[rule]}{end}".casefold() for end in ("", ".0")}
        if kept.endswith(".0"):
            assert not any(re.fullmatch(r"[0-9]+\.(?!0$)[0-9]+", other) for other in codes)
