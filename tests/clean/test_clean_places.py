"""Names of areas with two readings: decided by a code, by the whole of their column, or refused; never silently one."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cseanalysis.clean import UnmappedLabelError, harmonise_forces, read_crosswalk

RAW = Path(__file__).parents[2] / "data" / "raw" / "force_population.csv"
with RAW.open(encoding="utf-8", newline="") as stream:
    PUBLISHED = list(csv.DictReader(stream))
FORCES = [row["force_name"] for row in PUBLISHED]
OTHERS = [name for name in FORCES if name != "West Midlands"]
REGIONS = ["North East", "North West", "Yorkshire and The Humber", "East Midlands", "East", "London", "South East"]
REGIONS += ["South West"]
NAMED_REGIONS = ["Eastern Region" if name == "East" else f"{name} Region" for name in REGIONS]
MERGED = ("Metropolitan Police", "City of London")
NAME = "West Midlands"
FORCE, REGION = ("E23000014", "territorial"), ("E12000005", "total")
CODES = {"North East": "E12000001", "North West": "E12000002", "Yorkshire and The Humber": "E12000003"}
CODES |= {"East Midlands": "E12000004", NAME: "E12000005", "East": "E12000006", "London": "E12000007"}
CODES |= {"South East": "E12000008", "South West": "E12000009", "Wales": "W92000004"}


def clean(*labels: object, **options: Any) -> pd.DataFrame:
    return harmonise_forces(pd.DataFrame({"Force Name": list(labels)}), **options).astype(object)


def reading(*labels: object, name: str = NAME) -> tuple[str, str]:
    """Tell what the rows with this name are taken for."""
    result = clean(*labels)
    found = set(
        result.loc[result["Force Name"] == name, ["force_code", "force_type"]].itertuples(index=False, name=None)
    )
    assert len(found) == 1
    return found.pop()


def published_table() -> pd.DataFrame:
    """Give the table as the statistics office prints it: regions and Wales among the forces in them, with codes."""
    forces = pd.DataFrame(PUBLISHED).astype({"all_sexual_offences_ye_dec_2024": int})
    forces = forces.rename(columns={"pfa_code": "code", "force_name": "area", "all_sexual_offences_ye_dec_2024": "n"})
    regions = forces.groupby("region", as_index=False)["n"].sum().rename(columns={"region": "area"})
    regions["code"] = regions["area"].map(CODES)
    return pd.concat([regions, forces])[["code", "area", "n"]].sort_values("area", ignore_index=True)


def test_the_published_table_of_forces_and_regions_adds_up_to_its_43_forces() -> None:
    table = published_table()
    assert table["area"].tolist().count(NAME) == 2
    result = harmonise_forces(table, force="area", code="code")
    sums = result.groupby("force_type", observed=True)["n"].sum()
    assert sums["territorial"] == 203_258
    assert sums["total"] == 203_258
    assert result.loc[result["area"] == NAME, "n"].sort_values().tolist() == [11_477, 20_764]
    with pytest.raises(UnmappedLabelError, match=r"in 2 rows of 'area' .*name the column of official codes as code="):
        harmonise_forces(table, force="area")


@pytest.mark.parametrize(
    "labels",
    [
        [NAME],
        [f"{NAME} "],
        ["WEST  MIDLANDS"],
        ["West-Midlands [note 2]"],
        [NAME, NAME],
        [NAME, NAME, "Staffordshire"],
        [NAME, "Staffordshire"],
        [NAME, "Staffordshire", "Warwickshire", "West Mercia"],
        [NAME, "London"],
        [NAME, *REGIONS[:7]],
        [NAME, *OTHERS[:41]],
        [NAME, NAME, *OTHERS],
        [*[NAME] * 4, *OTHERS, *OTHERS],
        [NAME, "west midlands", *OTHERS],
        [NAME, *OTHERS, "North East"],
        [NAME, *REGIONS, "Kent"],
        [NAME, *OTHERS, *REGIONS],
        [NAME, NAME, *OTHERS, *REGIONS],
        [NAME, "West Midlands Police", *OTHERS],
        [NAME, "West Midlands Region", *REGIONS],
        [NAME, "E23000014", *OTHERS, *REGIONS[:5]],
        [NAME, "Not a force", None],
    ],
    ids=lambda labels: f"{len(labels)} labels, {labels[1] if len(labels) > 1 else labels[0]!r}",
)
def test_a_name_that_its_column_leaves_open_is_refused_with_both_readings(labels: list[str]) -> None:
    with pytest.raises(UnmappedLabelError) as caught:
        clean(*labels)
    message = str(caught.value)
    assert "the force West Midlands (E23000014) or the region West Midlands Region (E12000005)" in message
    assert "code=" in message
    assert "write 'West Midlands Police' or 'West Midlands Region'" in message
    kept = clean(*labels, on_unmapped="keep")
    bare = kept["Force Name"].str.casefold().str.contains(r"^west\W+midlands *(?:\[note 2\])?$", na=False)
    assert bare.any()
    assert kept.loc[bare, ["force", "force_code", "force_type", "force_rule"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([NAME, *OTHERS], FORCE),
        ([NAME, *OTHERS, "British Transport Police", "Action Fraud"], FORCE),
        (["England and Wales", "ENGLAND", NAME, "WALES", *OTHERS], FORCE),
        ([NAME, *[f"{name} [note 1]" for name in OTHERS]], FORCE),
        ([NAME, *[name.upper() for name in OTHERS]], FORCE),
        ([NAME, "Metropolitan and City", *[name for name in OTHERS if name not in MERGED]], FORCE),
        ([NAME, NAME, "Kent", *OTHERS], FORCE),
        ([*[NAME] * 3, *OTHERS, *OTHERS], FORCE),
        ([NAME, "West Midlands Region", *OTHERS], FORCE),
        ([NAME, "West Midlands Region", *NAMED_REGIONS, *OTHERS], FORCE),
        ([NAME, *REGIONS], REGION),
        (["England", NAME, *REGIONS, "Wales"], REGION),
        ([NAME, *NAMED_REGIONS], REGION),
        ([NAME, "West Midlands Police", *REGIONS, *OTHERS], REGION),
    ],
    ids=range(14),
)  # fmt: skip
def test_a_name_is_decided_where_its_column_is_the_whole_list_of_one_kind(
    labels: list[str], expected: tuple[str, str]
) -> None:
    assert reading(*labels) == expected
    shuffled = random.Random(1).sample(labels, len(labels))
    assert reading(*shuffled) == expected


def test_greater_london_is_a_force_or_a_region_by_the_same_rule() -> None:
    name = "Greater London"
    without = [force for force in OTHERS if force != "Metropolitan Police"]
    with pytest.raises(UnmappedLabelError, match=r"the force Metropolitan Police \(E23000001\) or the region London"):
        clean(name, "Kent")
    with pytest.raises(UnmappedLabelError, match="the region London"):
        clean(name, *OTHERS)
    assert reading(name, "West Midlands Police", *without, name=name) == ("E23000001", "territorial")
    regions = ["West Midlands Region", *[region for region in REGIONS if region != "London"]]
    assert reading(name, *regions, name=name) == ("E12000007", "total")
    frame = pd.DataFrame({"Force Name": [name, name], "code": ["E12000007", "E23000001"]})
    assert harmonise_forces(frame, code="code")["force_type"].tolist() == ["total", "territorial"]


@pytest.mark.parametrize(
    ("code", "force", "kind"),
    [
        ("E23000001", "Metropolitan Police", "territorial"),
        ("E23000034", "City of London", "territorial"),
        ("W15000004", "Dyfed-Powys", "territorial"),
        ("E23000036", "Avon and Somerset", "territorial"),
        ("W15000002", "Gwent", "territorial"),
        ("E23000014", "West Midlands", "territorial"),
        ("E12000005", "West Midlands Region", "total"),
        ("E12000007", "London", "total"),
        ("E92000001", "England", "total"),
        ("W92000004", "Wales", "total"),
        ("K04000001", "England and Wales", "total"),
        (" e23000036\N{NO-BREAK SPACE}", "Avon and Somerset", "territorial"),
        ("E23000001+E23000034", "Metropolitan and City", "combined_area"),
    ],
)
def test_an_official_code_stands_for_its_area_alone_or_beside_a_name(code: str, force: str, kind: str) -> None:
    frame = pd.DataFrame({"pfa": [code], "name": ["any name"], "none": [None]})
    for options in (
        {"force": "pfa"},
        {"force": None, "code": "pfa"},
        {"force": "name", "code": "pfa"},
        {"force": "none", "code": "pfa"},
        {"force": "pfa", "code": "none"},
        {"force": "pfa", "code": "pfa"},
    ):
        row = harmonise_forces(frame, **options).astype(object).iloc[0]  # type: ignore[arg-type]
        assert (row["force"], row["force_type"]) == (force, kind)


def test_every_code_of_the_crosswalk_and_its_name_are_one_area() -> None:
    rules = read_crosswalk("forces").dropna(subset="force_code")
    result = harmonise_forces(
        rules[["force_code", "force"]].set_axis(["code", "name"], axis=1), force="name", code="code"
    )
    assert result["force"].astype(str).tolist() == rules["force"].tolist()
    assert len(rules["force_code"].unique()) == 43 + 9 + 5 + 1


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("Kent", "E23000031", "the name is that of Kent, the code 'E23000031' beside it that of Surrey"),
        (NAME, "E23000032", "the name is that of West Midlands or West Midlands Region, the code 'E23000032'"),
        ("Wales", "W15000001", "the name is that of Wales, the code 'W15000001' beside it that of North Wales"),
        ("Action Fraud", "E23000034", "the name is that of Action Fraud, .* that of City of London"),
        ("E23000001", "E23000002", "the name is that of Metropolitan Police, .* that of Cumbria"),
        ("Kent [note 3]", "E12000008", "the name is that of Kent, .* that of South East"),
        ("Kent", "E23000099", "'E23000099' .no code of a force, region or country that is known here"),
        ("Kent", "E06000001", "the name is that of Kent, the code 'E06000001' beside it that of Cleveland"),
        ("Kent", "E06000099", "'E06000099' .no code of .* district or partnership"),
        ("Kent", "-", "'-' .no code"),
    ],
)
def test_a_name_and_a_code_that_contradict_each_other_are_an_error_that_names_both(
    name: str, code: str, words: str
) -> None:
    frame = pd.DataFrame({"name": [name, "Kent"], "code": [code, "E23000032"]})
    with pytest.raises(UnmappedLabelError, match=words):
        harmonise_forces(frame, force="name", code="code")
    kept = harmonise_forces(frame, force="name", code="code", on_unmapped="keep")
    assert kept["force"].isna().tolist() == [True, False]


def test_where_the_code_is_empty_the_name_decides_unless_it_has_two_readings() -> None:
    frame = pd.DataFrame({"name": ["British Transport Police", "Kent", "Essex(5)"], "code": [None, " ", "E23000028"]})
    result = harmonise_forces(frame, force="name", code="code").astype(object)
    assert result["force"].tolist() == ["British Transport Police", "Kent", "Essex"]
    assert result["force_note"].tolist()[2] == "(5)"
    whole = pd.DataFrame({"name": [NAME, *OTHERS], "code": [None, *[row["pfa_code"] for row in PUBLISHED][:42]]})
    with pytest.raises(UnmappedLabelError, match="it can be the force West Midlands"):
        harmonise_forces(whole.head(1), force="name", code="code")
    with pytest.raises(UnmappedLabelError, match="an empty cell"):
        harmonise_forces(pd.DataFrame({"name": [None], "code": [None]}), force="name", code="code")


def test_every_cure_that_the_message_offers_works() -> None:
    with pytest.raises(UnmappedLabelError, match="give rules of your own as crosswalk="):
        clean(NAME)
    assert clean("West Midlands Police")["force_code"].item() == "E23000014"
    assert clean("West Midlands Region")["force_code"].item() == "E12000005"
    assert pd.isna(clean(NAME, on_unmapped="keep")["force"].item())
    rules = read_crosswalk("forces")
    own = rules[rules["rule_id"] == "force:E23000014"].assign(rule_id="mine:1")
    assert clean(NAME, crosswalk=own)[["force_code", "force_rule"]].values.tolist() == [["E23000014", "mine:1"]]


def test_codes_are_text_and_one_column_at_least_is_named() -> None:
    with pytest.raises(ValueError, match=r"column 'code' holds int values \(for example 23000014\).* text"):
        harmonise_forces(pd.DataFrame({"Force Name": ["Kent"], "code": [23000014]}), code="code")
    with pytest.raises(ValueError, match="name the column of force names as force= or of codes as code="):
        clean("Kent", force=None)
    with pytest.raises(ValueError, match=r"no column 'Force Name'; .* Name the column to read as force="):
        harmonise_forces(pd.DataFrame({"pfa": ["E23000014"]}), code="pfa")


@pytest.mark.parametrize(
    ("code", "force"),
    [
        ("E07000223", "Sussex"),
        ("E06000052", "Devon and Cornwall"),
        ("E08000025", "West Midlands"),
        ("E09000033", "Metropolitan Police"),
        ("E09000001", "City of London"),
        ("W06000015", "South Wales"),
        ("E22000374", "Hampshire"),
        ("W14000023", "South Wales"),
        ("E06000066", "Avon and Somerset"),
    ],
)
def test_the_code_of_a_district_or_partnership_says_in_which_force_area_it_lies_and_is_never_the_force(
    code: str, force: str
) -> None:
    frame = pd.DataFrame({"place": [code.lower()], "Force Name": [force]})
    for options in ({"force": "place"}, {"force": None, "code": "place"}, {"code": "place"}):
        row = harmonise_forces(frame, **options).iloc[0]  # type: ignore[arg-type]
        assert (row["force"], row["force_type"], row["force_relation"]) == (force, "part_of_force", "narrower")
        assert row["force_rule"] == f"place:{code}"


def test_the_table_of_districts_is_whole() -> None:
    places = read_crosswalk("places")
    assert places["label"].is_unique
    assert places["label"].str.fullmatch(r"E0[6789]\d{6}|W06\d{6}|E22\d{6}|W14\d{6}").all()
    districts = places[~places["label"].str.match("E22|W14")]
    published = districts[districts["status"] == "published"]
    then = pd.Timestamp("2019-12-31")
    # 317 in England and 22 in Wales in December 2019; 348 in December 2018.
    in_2019 = published[~(published["valid_to"] < then)]
    assert len(in_2019) == 317 + 22
    assert len(published[~(published["valid_from"] > pd.Timestamp("2018-12-31"))]) == 348
    assert set(in_2019["force_code"]) == {row["pfa_code"] for row in PUBLISHED if row["pfa_code"][:3] in ("E23", "W15")}
    # The newest have the same forces without the districts that they were made from: 296 and 22 in 2023.
    assert (
        len(districts[districts["valid_to"].isna() & (districts["note"].fillna("").str[:7] != "Earlier")]) == 296 + 22
    )
    forces = read_crosswalk("forces").drop_duplicates("force_code").set_index("force_code")
    for column in ("force", "region"):
        assert (places[column] == places["force_code"].map(forces[column])).all()


def test_every_place_stands_beside_its_own_name_and_beside_its_force_but_beside_no_other() -> None:
    places = read_crosswalk("places")
    for names in (places["description"], places["force"], places["force"] + " Police"):
        frame = pd.DataFrame({"name": names, "code": places["label"]})
        result = harmonise_forces(frame, force="name", code="code")
        assert result["force_code"].tolist() == places["force_code"].tolist()
        assert set(result["force_type"]) == {"part_of_force"}
    with pytest.raises(UnmappedLabelError, match="the name is that of Kent"):
        harmonise_forces(pd.DataFrame({"name": ["Kent"], "code": ["E07000223"]}), force="name", code="code")


def test_districts_are_no_forces_for_what_a_name_with_two_readings_means() -> None:
    codes = read_crosswalk("places").drop_duplicates("force_code")["label"].tolist()
    with pytest.raises(UnmappedLabelError, match="it can be the force West Midlands"):
        clean(NAME, *codes)


def test_a_district_that_is_not_in_the_table_is_given_its_force_and_stays_a_part() -> None:
    frame = pd.DataFrame({"code": ["E06000099", "E23000031"]})
    result = harmonise_forces(frame, force=None, code="code", crosswalk={"E06000099": "Surrey"})
    assert result["force_code"].tolist() == ["E23000031"] * 2
    assert result["force_type"].tolist() == ["part_of_force", "territorial"]
    assert result["force_relation"].tolist() == ["narrower", "exact"]
    assert result["force_rule"].tolist() == ["own:force:E06000099", "force:E23000031"]


def tables(data: dict[str, list[Any]]) -> dict[str, Any]:
    frame = pl.DataFrame(data, schema=dict.fromkeys(data, pl.String))
    engines = {"polars": frame, "polars lazy": frame.lazy(), "pyarrow": frame.to_arrow()}
    return {"pandas": pd.DataFrame(data), **engines, "duckdb": duckdb.from_arrow(frame.to_arrow())}


def cells(frame: Any) -> list[dict[str, Any]]:
    if isinstance(frame, pd.DataFrame):
        frame = frame.astype(object)
        return frame.where(frame.notna(), None).to_dict("records")  # type: ignore[no-any-return]
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if hasattr(frame, "fetchall"):
        return [dict(zip(frame.columns, row, strict=True)) for row in frame.fetchall()]
    return list(frame.to_pylist() if hasattr(frame, "to_pylist") else frame.to_dicts())


@pytest.mark.parametrize("engine", ["polars", "polars lazy", "pyarrow", "duckdb"])
def test_every_engine_decides_and_refuses_as_pandas_does(engine: str) -> None:
    whole = tables({"Force Name": [NAME, *OTHERS]})
    assert cells(harmonise_forces(whole[engine])) == cells(harmonise_forces(whole["pandas"]))
    table = published_table()
    coded = tables({"area": table["area"].tolist(), "code": table["code"].tolist()})
    options = {"force": "area", "code": "code"}
    assert cells(harmonise_forces(coded[engine], **options)) == cells(harmonise_forces(coded["pandas"], **options))
    messages = set()
    for frame in (coded[engine], coded["pandas"]):
        with pytest.raises(UnmappedLabelError) as caught:
            harmonise_forces(frame, force="area")
        messages.add((str(caught.value), caught.value.labels))
    assert len(messages) == 1


PLAIN = [*OTHERS, *REGIONS]
LABELS = st.sampled_from([NAME, "West Midlands Region", "Kent", "London", "Greater London", "Wales", "BTP", "Nowhere"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(LABELS, max_size=6),
    st.booleans(),
    st.booleans(),
    st.lists(st.sampled_from([*OTHERS, *REGIONS]), max_size=3),
)
def test_rows_and_sums_stay_and_a_name_means_something_only_where_nothing_else_is_left(
    extra: list[str], forces: bool, regions: bool, gone: list[str]
) -> None:
    labels = [*(OTHERS if forces else []), *(REGIONS if regions else [])]
    labels = [label for label in labels if label not in gone] + extra
    frame = pd.DataFrame({"Force Name": pd.Series(labels, dtype=object), "n": range(1, len(labels) + 1)})
    result = harmonise_forces(frame, on_unmapped="keep")
    pd.testing.assert_frame_equal(result[["Force Name", "n"]], frame)
    assert result.groupby("force_type", observed=True, dropna=False)["n"].sum().sum() == frame["n"].sum()
    given_to = set(result.loc[result["Force Name"] == NAME, "force_code"].dropna())
    present = set(labels)
    met, london = {"Metropolitan Police", "Greater London"} & present, {"London", "Greater London"} & present
    all_forces = set(OTHERS) - {"Metropolitan Police"} <= present and met
    all_regions = set(REGIONS) - {"London"} <= present and london
    assert len(given_to) <= 1
    if given_to == {"E23000014"}:
        assert all_forces
        assert "West Midlands Region" in present or not set(REGIONS) & present
    if given_to == {"E12000005"}:
        assert all_regions
        assert not set(OTHERS) & present


def test_the_page_that_shows_how_to_read_regions_and_forces_gives_the_sum_that_it_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the example writes a workbook")
    text = (RAW.parents[2] / "docs" / "from_file_to_table.md").read_text(encoding="utf-8")
    code = text[text.index("## Names with two readings") :].split("```python\n")[1].split("```")[0]
    assert code.count("203,258") == 1
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Table P1"
    for row in (
        ["Table P1: offences"],
        ["Area Code", "Area Name", "Sexual offences"],
        *published_table().values.tolist(),
    ):
        sheet.append(row)
    book.save(tmp_path / code.split('"')[1])
    monkeypatch.chdir(tmp_path)
    *steps, last = code.strip().splitlines()
    space: dict[str, Any] = {}
    exec("\n".join(steps), space)
    assert eval(last, space) == 203_258
