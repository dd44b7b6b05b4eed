from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
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
