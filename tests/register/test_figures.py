"""The table of published figures: what a sound row gives, and what every broken one says."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields, replace
from datetime import date
from pathlib import Path

import pytest

from cseanalysis.register import Figure, load_figures
from cseanalysis.values import Interval

RAW = Path(__file__).parents[2] / "data" / "raw"
COLUMNS = [field.name for field in fields(Figure) if field.repr]
SOUND = {
    **dict.fromkeys(COLUMNS, ""),
    "id": "A1",
    "statement": "Offences recorded",
    "published": "1,099",
    "qualifier": "exact",
    "low": "1099",
    "high": "1099",
    "unit": "offences",
    "base": "",
    "definition": "one_rule",
    "category": "all",
    "ages": "under 18",
    "sex": "any",
    "geography": "England and Wales",
    "coverage": "43 forces",
    "period_start": "2023-01-01",
    "period_end": "2023-12-31",
    "period_type": "calendar_year",
    "time_basis": "recorded",
    "counter": "flow",
    "stage": "report",
    "status": "official",
    "tier": "A",
    "source": "s1",
    "locator": "page 1",
}
SHARE = {"published": "7.5%", "low": "7.5", "high": "7.5", "rounded_to": "0.1", "unit": "per_cent", "base": "adults"}


def table(folder: Path, *rows: Mapping[str, str], columns: list[str] = COLUMNS) -> Path:
    path = folder / "small.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows([{**SOUND, **row}.get(name, "") for name in columns] for row in rows)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ValueError, match=r"small\.csv") as caught:
        load_figures(path)
    return str(caught.value)


def test_a_sound_row_becomes_a_figure_with_numbers_and_dates(tmp_path: Path) -> None:
    figure = load_figures(table(tmp_path, {"note": "with a, comma"}))["A1"]
    assert (figure.low, figure.high, figure.value) == (1099, 1099, 1099)
    assert (figure.period_start, figure.period_end) == (date(2023, 1, 1), date(2023, 12, 31))
    assert (figure.published, figure.base, figure.note) == ("1,099", "", "with a, comma")


def test_the_value_is_whole_when_the_number_is_and_not_otherwise(tmp_path: Path) -> None:
    figures = load_figures(table(tmp_path, {}, {"id": "A2", **SHARE}))
    assert isinstance(figures["A1"].value, int)
    assert figures["A2"].value == 7.5


def test_figures_keep_the_order_of_the_file(tmp_path: Path) -> None:
    path = table(tmp_path, *({"id": name, "note": name} for name in ("B2", "A9", "C1")))
    assert list(load_figures(path)) == ["B2", "A9", "C1"]


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    shuffled = table(tmp_path, {}, columns=COLUMNS[::-1])
    assert load_figures(shuffled)["A1"].published == "1,099"


def test_a_byte_order_mark_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    path = table(tmp_path, {}, {"id": "A2", "unit": "gangs"})
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\r\nA2", b"\r\n\r\nA2"))
    assert "row 4, unit: 'gangs'" in refusal(path)


def test_the_mapping_and_its_figures_cannot_be_changed(tmp_path: Path) -> None:
    figures = load_figures(table(tmp_path, {}))
    with pytest.raises(TypeError):
        figures["A2"] = figures["A1"]  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        figures["A1"].low = 0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [
        ({"published": "over 550", "qualifier": "more_than", "low": "550"}, 550, None),
        ({"published": "at least 1,400", "qualifier": "at_least", "low": "1400"}, 1400, None),
        ({"published": "under 90", "qualifier": "less_than", "high": "90"}, None, 90),
        ({"published": "at most 90", "qualifier": "at_most", "high": "90"}, None, 90),
        ({"published": "nearly 950", "qualifier": "nearly", "high": "950"}, None, 950),
        (
            {"published": "around 1,100", "qualifier": "around", "low": "1100", "high": "1100", "rounded_to": "100"},
            1100,
            1100,
        ),
        ({"published": "400 to 450", "qualifier": "range", "low": "400", "high": "450"}, 400, 450),
    ],
)
def test_a_figure_that_is_not_one_number_has_ends_and_no_value(
    tmp_path: Path, printed: dict[str, str], low: float | None, high: float | None
) -> None:
    figure = load_figures(table(tmp_path, {"low": "", "high": "", **printed}))["A1"]
    assert (figure.low, figure.high) == (low, high)
    with pytest.raises(ValueError, match=f"printed as '{printed['published']}'.*low.*high"):
        figure.value  # noqa: B018


@pytest.mark.parametrize(
    ("broken", "field", "said"),
    [
        ({"id": ""}, "id", "empty"),
        ({"statement": " "}, "statement", "empty"),
        ({"published": ""}, "published", "empty"),
        ({"definition": ""}, "definition", "empty"),
        ({"source": ""}, "source", "empty"),
        ({"qualifier": "roughly"}, "qualifier", "'roughly'"),
        ({"unit": "perpetrators"}, "unit", "'perpetrators'"),
        ({"period_type": "school_year"}, "period_type", "'school_year'"),
        ({"ages": "children"}, "ages", "'children'"),
        ({"sex": "both"}, "sex", "'both'"),
        ({"category": "all offences"}, "category", "'all offences'"),
        ({"locator": ""}, "locator", "if only that it is unknown"),
        ({"tier": "E"}, "tier", "'E'"),
        ({"qualifier": "range", "rounded_to": "10"}, "rounded_to", "only a rounded number"),
        ({"qualifier": "around"}, "rounded_to", "absent"),
        ({**SHARE, "rounded_to": ""}, "rounded_to", "absent"),
        ({**SHARE, "rounded_to": "0"}, "rounded_to", "above nought"),
        ({"low": "-5", "high": "-5"}, "low", "not negative"),
        ({"qualifier": "text", "low": "", "high": ""}, "unit", "words have the unit none"),
        ({"unit": "none"}, "unit", "words have the unit none"),
        ({"relays": "A1"}, "relays", "itself"),
        ({"relays": "A7"}, "relays", "'A7' is not in the table"),
        ({"conflicts_with": "A0; A7"}, "conflicts_with", "'A7'"),
        ({"conflicts_with": "A0"}, "conflicts_with", "does not name A1"),
        ({"relays": "A0", "coverage": "44 forces"}, "coverage", "'43 forces'"),
        ({"known_share": "A0", **SHARE}, "known_share", "no per cent"),
        ({"known_share": "unknownA0", **SHARE}, "known_share", "'unknownA0'"),
        ({"known_share": "A1", **SHARE}, "relays", "itself"),
        ({"known_share": "unknown"}, "known_share", "only a per cent"),
        ({"relays": "A0", "low": "99999", "high": "99999"}, "relays", "cannot be A0"),
        ({"id": "A;1"}, "id", "letters, digits"),
        ({"ages": "18 to 10"}, "ages", "lower age"),
        ({"low": "3.7", "high": "3.7"}, "low", "whole"),
        ({"low": "1" + "0" * 400, "high": "1" + "0" * 400}, "low", "not below"),
        ({"period_start": "1066-01-01", "period_end": "1066-12-31"}, "period_start", "years lie"),
        ({"breaks": "2017"}, "breaks", "'2017'"),
        ({"breaks": "2017-04-01; 2018"}, "breaks", "'2018'"),
        ({"coverage": "forces of one answer"}, "coverage", "'forces of one answer'"),
        ({"coverage": "not stated"}, "coverage", "'unknown'"),
        ({"coverage": "?"}, "coverage", "'44 forces'"),
        ({"geography": "several places"}, "geography", "name of a place"),
        ({"geography": "?"}, "geography", "'unknown'"),
        ({"definition": "not stated"}, "definition", "says nothing"),
        ({"definition": "?"}, "definition", "'unknown'"),
        ({**SHARE, "base": "N/A"}, "base", "says nothing"),
        ({**SHARE, "base": "unspecified"}, "base", "says nothing"),
        ({"inferred": "unit; age"}, "inferred", "age is no field"),
        ({"guessed": "width"}, "guessed", "width is no field"),
        ({"start_up": "no"}, "start_up", "'no'"),
        ({"table": "table 3, page 4"}, "table", "letters, digits"),
        ({"low": "1,099"}, "low", "'1,099'"),
        ({"high": "nan"}, "high", "'nan'"),
        ({"low": "1_099"}, "low", "'1_099'"),
        ({"low": "١٠٩٩"}, "low", "plain number"),
        ({"low": ""}, "low", "absent"),
        ({"qualifier": "around", "rounded_to": "1", "high": ""}, "high", "absent"),
        ({"qualifier": "more_than"}, "high", "has none"),
        ({"qualifier": "at_most"}, "low", "has none"),
        ({"qualifier": "range", "high": "1000"}, "low", "exceeds high 1000"),
        ({"high": "1100"}, "low", "differs from high 1100"),
        ({**SHARE, "base": ""}, "base", "share of"),
        ({**SHARE, "low": "101", "high": "101"}, "low", "0 to 100"),
        ({**SHARE, "low": "-1", "high": "-1"}, "low", "0 to 100"),
        ({"period_start": "2023-02-30"}, "period_start", "'2023-02-30'"),
        ({"period_end": "20231231"}, "period_end", "'20231231'"),
        ({"period_start": ""}, "period_start", "both days or neither"),
        ({"period_start": "2024-01-01"}, "period_start", "after period_end 2023-12-31"),
        ({"period_end": "2023-09-30"}, "period_type", "calendar_year"),
        ({"period_type": "financial_year"}, "period_type", "financial_year"),
        ({"period_type": "point_in_time"}, "period_type", "point_in_time"),
    ],
)
def test_a_row_broken_in_one_way_is_refused_once_by_row_and_field(
    tmp_path: Path, broken: dict[str, str], field: str, said: str
) -> None:
    message = refusal(table(tmp_path, {"id": "A0", "note": "sound"}, broken))
    assert message.startswith(f"small.csv, 1 problem: row 3, {field}: ")
    assert said in message


def test_a_share_may_be_nought_or_everything_and_a_change_may_exceed_both(tmp_path: Path) -> None:
    ends = [("0", "per_cent"), ("100", "per_cent"), ("300", "per_cent_change"), ("-12.5", "per_cent_change")]
    rows = [{**SHARE, "id": f"A{i}", "low": end, "high": end, "unit": unit} for i, (end, unit) in enumerate(ends)]
    assert [figure.value for figure in load_figures(table(tmp_path, *rows)).values()] == [0, 100, 300, -12.5]


def test_a_figure_may_have_no_dates_at_all(tmp_path: Path) -> None:
    row = {"period_start": "", "period_end": "", "period_type": "custom"}
    figure = load_figures(table(tmp_path, row))["A1"]
    assert (figure.period_start, figure.period_end) == (None, None)


def test_an_id_that_comes_twice_is_refused_naming_both_rows(tmp_path: Path) -> None:
    message = refusal(table(tmp_path, {}, {"note": "another"}))
    assert "row 3, id: 'A1' stands in row 2 already" in message


@pytest.mark.parametrize("name", ["A1", "A2"])
def test_a_row_that_comes_twice_is_refused_under_its_own_and_another_id(tmp_path: Path, name: str) -> None:
    assert "1 problem: row 3 repeats row 2" in refusal(table(tmp_path, {}, {"id": name}))


def test_all_problems_are_counted_and_five_of_them_shown(tmp_path: Path) -> None:
    rows = [{"id": f"A{i}", "unit": f"odd{i}"} for i in range(8)]
    message = refusal(table(tmp_path, *rows))
    assert message.startswith("small.csv, 8 problems: ")
    assert message.endswith("and 3 more")
    assert [f"odd{i}" in message for i in range(8)] == [True] * 5 + [False] * 3


def test_several_faults_of_one_row_are_all_named(tmp_path: Path) -> None:
    message = refusal(table(tmp_path, {**SHARE, "base": "", "low": "x", "source": ""}))
    assert all(f"row 2, {field}: " in message for field in ("low", "source", "base"))
    assert "3 problems" in message


def test_a_row_of_another_length_is_refused_by_number(tmp_path: Path) -> None:
    path = table(tmp_path, {})
    path.write_text(path.read_text(encoding="utf-8") + "A2,only,three\n", encoding="utf-8")
    assert f"row 3: 3 cells where the header has {len(COLUMNS)}" in refusal(path)


def test_missing_unknown_and_repeated_columns_are_named(tmp_path: Path) -> None:
    message = refusal(table(tmp_path, {}, columns=[*(name for name in COLUMNS if name != "note"), "remark", "unit"]))
    assert "missing columns ['note']" in message
    assert "['remark', 'unit']" in message


def test_columns_that_say_what_is_withheld_or_inferred_may_be_left_out(tmp_path: Path) -> None:
    optional = ("withheld", "inferred", "guessed", "start_up", "table")
    short = load_figures(table(tmp_path, {}, columns=[name for name in COLUMNS if name not in optional]))["A1"]
    assert (short.withheld, short.inferred, short.guessed, short.start_up, short.table) == ("", (), (), "", "")


def test_several_values_in_one_cell_are_parted(tmp_path: Path) -> None:
    cells = {"breaks": "2017-04-01; 2018-04-01", "inferred": "unit; coverage", "guessed": "ages"}
    figure = load_figures(table(tmp_path, cells))["A1"]
    assert figure.breaks == (date(2017, 4, 1), date(2018, 4, 1))
    assert (figure.inferred, figure.guessed) == (("unit", "coverage"), ("ages",))


@pytest.mark.parametrize(
    "coverage",
    ["44 forces", "33 of 41 forces", "about half of 43 forces", "43 forces and British Transport Police", "5 areas",
     "whole", "named cases", "self-selected", "indicative", "unknown", "not applicable"],
)  # fmt: skip
def test_coverage_is_one_of_few_words(tmp_path: Path, coverage: str) -> None:
    assert load_figures(table(tmp_path, {"coverage": coverage}))["A1"].coverage == coverage


@pytest.mark.parametrize(
    "place",
    ["England, Wales and Northern Ireland", "Newcastle upon Tyne", "East of England", "West Midlands region",
     "Dyfed-Powys", "Devon and Cornwall", "King's Lynn", "unknown", "not applicable"],
)  # fmt: skip
def test_places_are_names(tmp_path: Path, place: str) -> None:
    assert load_figures(table(tmp_path, {"geography": place}))["A1"].geography == place


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "missing columns"), (b"\xff\xfe\x00", "UTF-8"), (b'id,"statement\n', "well-formed")]
)
def test_a_file_that_is_no_utf8_table_is_refused_by_name(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "small.csv"
    path.write_bytes(content)
    assert said in refusal(path)


def test_a_figure_made_by_hand_obeys_the_same_rules(tmp_path: Path) -> None:
    sound = load_figures(table(tmp_path, {}))["A1"]
    with pytest.raises(ValueError, match=r"figure A1: base: is empty.*; low: 1099 to 1099 per cent.*rounded_to"):
        replace(sound, unit="per_cent")
    with pytest.raises(ValueError, match="not below"):
        replace(sound, qualifier="at_least", low=float("inf"), high=None)


def test_the_figures_of_the_study_load_and_every_source_is_registered() -> None:
    figures = load_figures(RAW / "figures.csv", definitions=RAW / "definitions.csv", bridges=RAW / "bridges.csv")
    sources = tomllib.loads((RAW / "sources.toml").read_text(encoding="utf-8"))["publications"]
    assert {figure.source for figure in figures.values()} <= sources.keys()
    assert figures["F008"].value == 115_489
    assert (figures["F548"].low, figures["F548"].high) == (300, None)
    named = figures["F023"].value + figures["F024"].value + (figures["F548"].low or 0) + 1
    assert figures["F022"].value - named == 2_085


BRIDGE_COLUMNS = ["id", "dimension", "first", "second", "within", "low", "high", "reason", "source"]
RULES = "id,title,producer,rule,people,selection,note\none_rule,A rule,Somebody,counted,people,census_of_recorded,\n"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["b1,coverage,42 forces,43 forces,typo_rule,1,1,why,who"], "'typo_rule' is not in the table"),
        (["b1,period,,,one_rule,0.5,2,why,who"], "no factor but 1"),
        (["b1,coverage,a,b,one_rule,1,1.1,why,who", "b2,coverage,b,a,one_rule,1,1,why,who"], "crosses what b1 crosses"),
        (["b1,coverage,a,a,one_rule,1,1,why,who"], "two different words"),
        (["b1,coverage,a,b,one_rule,0,1,why,who"], "above nought"),
        (["b1,coverage,a,b,one_rule,1,1,,who"], "reason: is empty"),
        (["b1,coverage,a,b,one_rule,,,why,who"], "by which factor"),
    ],
)
def test_a_bridge_that_says_too_little_is_refused(tmp_path: Path, rows: list[str], said: str) -> None:
    bridges, rules = tmp_path / "bridges.csv", tmp_path / "rules.csv"
    bridges.write_text("\n".join([",".join(BRIDGE_COLUMNS), *rows]) + "\n", encoding="utf-8")
    rules.write_text(RULES, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        load_figures(table(tmp_path, {}), definitions=rules, bridges=bridges)


def test_a_figure_finds_its_definition_its_known_share_and_its_bridges(tmp_path: Path) -> None:
    bridges, rules = tmp_path / "bridges.csv", tmp_path / "rules.csv"
    bridges.write_text(
        ",".join(BRIDGE_COLUMNS) + "\nb1,coverage,42 forces,43 forces,one_rule,1,1.1,why,who\n", encoding="utf-8"
    )
    rules.write_text(RULES, encoding="utf-8")
    known = {**SHARE, "id": "K1", "published": "34%", "low": "34", "high": "34", "rounded_to": "1"}
    figures = load_figures(table(tmp_path, {**SHARE, "known_share": "K1"}, known), definitions=rules, bridges=bridges)
    assert figures["A1"].dataset is not None
    assert figures["A1"].dataset.title == "A rule"
    assert figures["A1"].known == Interval(33.5, 34.5, "bound")
    assert [bridge.id for bridge in figures["A1"].bridges] == ["b1"]


def test_a_figure_that_another_supersedes_knows_by_which(tmp_path: Path) -> None:
    later = {"published": "2", "low": "2", "high": "2"}
    rows = [
        {},
        {"id": "A2", "supersedes": "A1", **later},
        {"id": "A3", "supersedes": "A1", "statement": "Counted anew"},
    ]
    found = load_figures(table(tmp_path, *rows))
    assert [figure.replaced_by for figure in found.values()] == [("A2", "A3"), (), ()]


def test_a_part_knows_the_one_figure_of_its_whole_that_may_be_quoted(tmp_path: Path) -> None:
    """Of the same place, days and people, or of all of them; two such figures leave open which is the whole."""

    def whole(*others: Mapping[str, str], **part: str) -> str:
        part = {"id": "P1", "category": "all/part", "published": "9", "low": "9", "high": "9"} | part
        return load_figures(table(tmp_path, {}, part, *others))["P1"].whole

    def beside(**words: str) -> dict[str, str]:
        return {"id": "A2", "published": "1,200", "low": "1200", "high": "1200"} | words

    assert whole() == "A1: 1,099"
    assert whole(category="other/part") == ""
    assert whole(geography="Wales") == ""
    assert whole(stage="court") == ""
    assert whole(ages="under 13") == ""
    assert whole(sex="female") == "A1: 1,099"
    assert whole(beside()) == ""
    assert whole(beside(withheld="a slip")) == "A1: 1,099"
    assert whole(beside(guessed="ages")) == "A1: 1,099"
    assert whole(beside(category="all/other")) == "A1: 1,099"
    assert whole({"id": "A2", "relays": "A1", "source": "s2"}) == "A1: 1,099"
    assert whole(published="9%", unit="per_cent", base="offences", rounded_to="1") == ""
