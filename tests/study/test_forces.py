"""Force by force: all 44 always, in one order, nothing added that does not belong together."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.register import Figure
from cseanalysis.study import read_table
from cseanalysis.study.data.codes import CODES
from cseanalysis.study.recorded.forces import (
    SCOPES,
    all_forces,
    force_figures,
    force_table,
    force_totals,
    force_years,
    places,
    whole_years,
)

ROOT = Path(__file__).resolve().parents[2]
PLACES = places(ROOT)


def a_figure(name, geography, **changes):
    given = {
        "id": name,
        "statement": "Suspects of child sexual exploitation",
        "published": "12",
        "qualifier": "exact",
        "low": 12,
        "high": 12,
        "rounded_to": None,
        "unit": "suspects",
        "base": "",
        "definition": "force_answer",
        "category": "suspects",
        "ages": "any",
        "sex": "any",
        "geography": geography,
        "coverage": "whole",
        "period_start": date(2022, 1, 1),
        "period_end": date(2022, 12, 31),
        "period_type": "calendar_year",
        "time_basis": "identified",
        "counter": "flow",
        "stage": "early",
        "status": "management_information",
        "tier": "C",
        "source": "vkpp23",
        "locator": "unknown",
        "known_share": "",
        "unknown_share": "",
        "breaks": (),
        "supersedes": (),
        "conflicts_with": (),
        "relays": "",
        "note": "",
    }
    return Figure(**given | changes)


def register(*figures):
    return {figure.id: figure for figure in figures}


def a_record(force="Kent", year="2021/22", quarters="1234", scope="familial", offences=10):
    cells = [(quarter, code) for quarter in quarters for code in CODES[scope]]
    return pd.DataFrame(cells, columns=["quarter", "offence_code"]).assign(
        financial_year=year, force=force, offence_scope=scope, offences=pd.array([offences] * len(cells), dtype="Int64")
    )


def test_all_44_forces_stand_in_one_order_with_british_transport_police_last():
    forces = all_forces()
    assert len(forces) == 44
    assert forces["force"].iloc[:43].tolist() == sorted(forces["force"].iloc[:43])
    assert forces.iloc[43].tolist() == ["British Transport Police", "[z]", "[z]", "England and Wales"]
    assert forces["nation"].value_counts().to_dict() == {"England": 39, "Wales": 4, "England and Wales": 1}
    assert forces["force_code"].iloc[:43].is_unique
    assert not forces.isin(["", None]).any().any()


def test_a_year_counts_when_all_four_quarters_are_there_and_a_gap_is_marked_never_nought():
    recorded = pd.concat(
        [a_record(), a_record("Essex", quarters="123"), a_record(year="2022/23", quarters="1")], ignore_index=True
    )
    assert whole_years(recorded) == ["2021/22"]
    years = force_years(recorded, "familial").set_index("force")["2021/22"]
    assert (years["Kent"], years["Essex"], years["Surrey"]) == (40, "[x]", "[x]")


def test_a_negative_count_is_kept():
    years = force_years(a_record(offences=-1), "familial").set_index("force")
    assert years.loc["Kent", "2021/22"] == -4


def test_a_sum_says_how_many_forces_are_in_it():
    recorded = pd.concat([a_record(force, scope=scope) for force in ("Kent", "Essex") for scope in SCOPES])
    assert force_totals(recorded).to_dict("records") == [
        {"financial_year": "2021/22", "child_only": 880, "familial": 80, "image": 80, "coverage": "2 of 44 forces"}
    ]


def both_forces():
    return pd.concat(
        [a_record(force, scope=scope) for force in ("Kent", "Essex") for scope in SCOPES], ignore_index=True
    )


def without_count(recorded, row):
    recorded.loc[row, "offences"] = pd.NA
    return recorded


@pytest.mark.parametrize(
    "spoil", [lambda recorded, row: recorded.drop(index=row), without_count], ids=["a row", "a count"]
)
def test_one_code_missing_in_one_quarter_takes_the_force_out_of_the_year(spoil):
    recorded = both_forces()
    (row,) = recorded.query("force == 'Essex' and offence_code == '88A' and quarter == '3'").index
    spoilt = spoil(recorded, row)
    assert spoilt.query("force == 'Essex'").groupby("quarter").size().gt(0).sum() == 4  # each quarter has other rows
    years = force_years(spoilt, "child_only").set_index("force")["2021/22"]
    assert (years["Kent"], years["Essex"]) == (440, "[x]")
    (total,) = force_totals(spoilt).to_dict("records")
    assert (total["child_only"], total["familial"], total["coverage"]) == (440, 40, "1 of 44 forces")


def test_a_year_in_which_no_force_is_whole_has_no_sum_rather_than_nought():
    recorded = pd.concat([a_record(scope=scope, quarters=q) for scope, q in zip(SCOPES, ("1", "2", "34"), strict=True)])
    assert force_totals(recorded).to_dict("records") == [
        {"financial_year": "2021/22", **dict.fromkeys(SCOPES, "[x]"), "coverage": "0 of 44 forces"}
    ]


def test_rows_that_come_twice_are_refused_also_where_another_is_missing():
    twice = a_record(scope="child_only")
    twice.loc[1] = twice.loc[0]  # as many rows as there should be
    with pytest.raises(ValueError, match=r"1 rows .* come twice \(2021/22 1 Kent 17B\)"):
        force_years(twice, "child_only")


def test_codes_and_quarters_that_do_not_belong_are_refused():
    with pytest.raises(ValueError, match=r"offence_code \['99'\]"):
        force_years(a_record().assign(offence_code="99"), "familial")
    with pytest.raises(ValueError, match=r"quarter \['5'\]"):
        force_years(a_record(quarters="1235"), "familial")


def test_the_codes_of_each_group_are_those_of_the_tables():
    recorded = read_table("recorded_offences", ROOT)
    found = recorded.groupby("offence_scope")["offence_code"].unique()
    assert {scope: tuple(sorted(found[scope])) for scope in SCOPES} == CODES


def test_the_sums_of_the_study_are_those_of_its_tables_with_44_forces():
    recorded = read_table("recorded_offences", ROOT)
    totals = force_totals(recorded).set_index("financial_year")
    own = recorded.groupby(["financial_year", "offence_scope"])["offences"].sum().unstack()
    assert (totals[list(SCOPES)] == own.loc[totals.index, list(SCOPES)]).all().all()
    assert set(totals["coverage"]) == {"44 forces"}
    # 64,751 offences of the 43 territorial forces, as printed beside the source, and 63 of British Transport Police
    assert totals.loc["2022/23", "child_only"] == 64_814


def test_strange_groups_and_forces_are_refused():
    with pytest.raises(ValueError, match="no group of offences 'all'"):
        force_years(a_record(), "all")
    with pytest.raises(ValueError, match="Atlantis"):
        force_years(a_record("Atlantis"), "child_only")


def test_the_wide_table_has_44_rows_five_years_no_rate_no_sum_and_marks_where_nothing_is_published():
    figures = register(a_figure("F1", "Kent"), a_figure("F2", "Rotherham"), a_figure("F3", "England and Wales"))
    table = force_table(read_table("recorded_offences", ROOT), force_figures(figures, PLACES))
    assert table["force"].tolist() == all_forces()["force"].tolist()
    assert list(table.columns[4:9]) == [f"child_only_{year}" for year in
                                        ("2018/19", "2019/20", "2020/21", "2021/22", "2022/23")]  # fmt: skip
    assert not [name for name in table.columns if "rate" in name or "per_" in name or "rank" in name]
    counted = table.set_index("force")[["figures_for_force", "figures_for_places"]]
    assert counted.loc["Kent"].tolist() == [1, "[x]"]
    assert counted.loc["South Yorkshire"].tolist() == ["[x]", 1]
    assert counted.loc["City of London"].tolist() == ["[x]", "[x]"]
    assert not table.isna().any().any()


def test_a_place_stands_under_its_force_as_a_place_and_wider_areas_are_left_out():
    figures = register(
        *(a_figure(f"F{n}", area) for n, area in enumerate(("Rotherham", "South Yorkshire", "London", "Rochdale"))),
        *(a_figure(f"G{n}", area) for n, area in enumerate(("Wales", "South West", "United Kingdom", "England"))),
        a_figure("H1", "Dorset, Hampshire and Isle of Wight"),
    )
    listed = force_figures(figures, PLACES)
    assert listed[["force", "area", "area_is"]].values.tolist() == [
        ["Greater Manchester", "Rochdale", "place in the force area"],
        ["Metropolitan Police", "London", "force"],
        ["South Yorkshire", "South Yorkshire", "force"],
        ["South Yorkshire", "Rotherham", "place in the force area"],
        ["More than one force", "Dorset, Hampshire and Isle of Wight", "several forces"],
    ]


def test_the_order_is_never_that_of_the_values():
    high, low = (
        a_figure("F1", "Kent", published="99", low=99, high=99),
        a_figure("F2", "Kent", published="1", low=1, high=1),
    )
    assert force_figures(register(high, low), PLACES)["figure"].tolist() == ["F1", "F2"]
    assert force_figures(register(low, high), PLACES)["figure"].tolist() == ["F1", "F2"]


def test_an_area_that_nobody_has_placed_is_refused_rather_than_lost():
    with pytest.raises(ValueError, match="Atlantis"):
        force_figures(register(a_figure("F1", "Atlantis")), PLACES)


def test_a_place_that_somebody_puts_into_another_force_is_listed_there():
    moved = {**PLACES, "Derby": replace(PLACES["Derby"], force="Leicestershire")}
    for known, force in ((PLACES, "Derbyshire"), (moved, "Leicestershire")):
        (row,) = force_figures(register(a_figure("F1", "Derby")), known).to_dict("records")
        assert (row["force"], row["area_is"]) == (force, "place in the force area")


@pytest.mark.parametrize("changes", [{"is_a": "town"}, {"force": None}])
def test_a_place_of_no_known_kind_or_of_no_force_is_refused(changes):
    with pytest.raises(ValueError, match=r"Derby.* say in data/judgement/places.csv"):
        force_figures(register(a_figure("F1", "Derby")), {"Derby": replace(PLACES["Derby"], **changes)})


def test_what_is_unknown_is_marked_and_the_published_words_are_verbatim():
    figure = a_figure("F1", "Kent", ages="unknown", sex="not applicable", published="12", period_start=None,
                      period_end=None, period_type="custom")  # fmt: skip
    (row,) = force_figures(register(figure), PLACES).to_dict("records")
    assert (row["published"], row["ages"], row["sex"], row["period"], row["share_of"]) == (
        "12",
        "[x]",
        "[z]",
        "[x]",
        "[z]",
    )
    assert (row["status"], row["next_row"], row["why"]) == ("management information", "[z]", "[z]")


def test_each_row_says_whether_it_may_be_compared_with_the_next_of_the_same_force():
    listed = force_figures(
        register(
            a_figure("F1", "Kent"),
            a_figure("F2", "Kent", period_start=date(2023, 1, 1), period_end=date(2023, 12, 31)),
            a_figure("F3", "Kent", unit="arrests", category="arrests"),
            a_figure("F4", "Surrey"),
        ),
        PLACES,
    ).set_index("figure")
    assert listed.index.tolist() == ["F3", "F1", "F2", "F4"]
    assert listed.loc["F3", "next_row"] == "refused"
    assert "unit" in listed.loc["F3", "why"]
    assert listed.loc["F1", "next_row"] == "comparable"
    assert listed.loc[["F2", "F4"], "next_row"].tolist() == ["[z]", "[z]"]


def test_a_restatement_is_listed_and_not_counted_and_conflicts_are_shown():
    figures = register(
        a_figure("F1", "Kent", conflicts_with=("F9",), note="A trap."), a_figure("F2", "Kent", relays="F1", tier="D")
    )
    listed = force_figures(figures, PLACES).set_index("figure")
    assert listed.loc["F1", ["restates", "conflicts_with", "note"]].tolist() == ["[z]", "F9", "A trap."]
    assert listed.loc["F2", "restates"] == "F1"
    assert (
        force_table(a_record(), force_figures(figures, PLACES)).set_index("force").loc["Kent", "figures_for_force"] == 1
    )


def test_an_empty_register_gives_an_empty_list_with_its_columns():
    listed = force_figures({}, PLACES)
    assert len(listed) == 0
    assert {"force", "figure", "next_row", "why"} <= set(listed.columns)
