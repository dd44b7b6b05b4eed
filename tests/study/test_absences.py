"""What the report says was not found: every such sentence names its row, and no figure of the register refutes one."""

import ast
import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from cseanalysis import load_figures
from cseanalysis.report.prose import fill
from cseanalysis.study.data.judgement import read_judgement
from cseanalysis.study.evidence.absences import ASKED, Absence, absences, check_absences, check_asked

ROOT = Path(__file__).resolve().parents[2]
ROWS = {row.id: row for row in absences(ROOT)}
NAMED = re.compile(r"\{(absent|searched):(\w+)\}")
# Words that claim of what is published, or of what was sought, that there is none; to name a row is a placeholder.
CLAIMS = re.compile(
    r"""
      \bnobody\ (?:who\ [\w ]{1,40}\ )?(?:(?:has|have|ever)\ )*(?:publish|print|measur|releas|counts?\b|counted)
    | \b(?:not|never|nowhere)\ (?:(?:been|yet)\ )*(?:published|released)\b
    | \b(?:no|none|nothing|neither)\b[^.;:!?()"]{0,90}?
      \b(?:is|are|was|were|been)\ (?:ever\ )?(?:found\ )?(?:published|printed|released)\b
    | \b(?:no|nothing|none)\ (?:(?:that\ )?(?:is|was)\ )?published\b
    | \bno\ (?:source|publication|publisher|agency|body)\ (?:has\ )?(?:publish|print|give|gave|say|said|tell|told)
    | \b(?:is|are|was|were)\ not\ found\b | \b(?:has|have)\ not\ been\ found\b
    | \bno\b[^.;:]{0,60}\ (?:has|have)\ been\ found\b
    | \b(?:counted|published|printed)\ (?:anywhere|nowhere)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)


def claims(text):
    """Return the phrases that claim an absence and name no row."""
    return [match[0] for match in CLAIMS.finditer(" ".join(NAMED.sub("", text).split()))]


def words_of(code):
    return [
        node.value
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def printed():
    """Return the words that the report prints, by where they stand."""
    found = {name: (ROOT / "notebooks" / name).read_text("utf-8") for name in ("front.md", "brief.md")}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        sources = [("".join(cell["source"]), cell["cell_type"] == "markdown") for cell in cells]
        found[path.stem] = "\n\n".join(
            text for source, plain in sources for text in ([source] if plain else words_of(source))
        )
    for name, entry in tomllib.loads((ROOT / "assumptions.toml").read_text("utf-8")).items():
        found[name] = entry["reason"]
    for folder in ("study", "report"):
        for path in sorted((ROOT / "src" / "cseanalysis" / folder).rglob("*.py")):
            if path.parent.name not in {"evidence", "data"}:  # these word no page of the report
                found[path.relative_to(ROOT / "src" / "cseanalysis").as_posix()] = "\n".join(
                    text for text in words_of(path.read_text("utf-8")) if text not in {"not found", "none published"}
                )
    return found


PRINTED = printed()


@pytest.mark.parametrize(
    "text",
    [
        "How many are which, nobody publishes.",
        "Which holds nobody has measured.",
        "Nobody who introduced a measure has published the change.",
        "No overlap between agencies' lists is published, so they give no total.",
        "No overlap between the lists has been found published.",
        "They are of other flags, and no error rate of the flag is published for England and Wales.",
        "Its size is not published.",
        "None is published for child sexual abuse.",
        "Nothing published says that one contains the other.",
        "No source prints it beside these shares.",
        "A factor was not found.",
        "No exact form of it has been found.",
        "Almost none of it is counted anywhere.",
    ],
)
def test_a_sentence_that_claims_an_absence_without_its_row_is_seen(text):
    assert claims(text)


@pytest.mark.parametrize(
    "text",
    [
        "A factor was {searched:survey_factor}, and an overlap {absent:list_overlap}.",
        "A factor was {absent:survey_factor}.",
        "The answer does not say by which rule.",
        "The source prints no interval.",
        "Which holds is not known.",
        "No effect of any measure is found or ruled out.",
        "No single count is the answer; what is published stands in the table.",
        "The register holds no figure on it.",
    ],
)
def test_a_sentence_that_names_its_row_or_speaks_of_one_source_or_of_the_register_may_stand(text):
    assert claims(text) == []


@pytest.mark.parametrize("where", PRINTED)
def test_every_sentence_of_the_report_that_claims_an_absence_names_a_row(where):
    assert claims(PRINTED[where]) == []


def test_every_row_is_named_by_a_sentence_and_every_name_has_a_row():
    named = {match[2] for text in PRINTED.values() for match in NAMED.finditer(text)}
    assert named == ROWS.keys()


def test_a_chapter_says_once_where_it_was_sought_and_then_only_that_it_was_not_found():
    for chapter, text in PRINTED.items():
        kinds = [match[1] for match in NAMED.finditer(text)] if re.match(r"\d\d-", chapter) else []
        assert kinds.count("searched") == (1 if kinds else 0), chapter


def test_the_day_has_one_home_and_alternative_text_holds_no_reference():
    text = "A factor was {searched:survey_factor}. An overlap was {absent:list_overlap}."
    long = "A factor was not found in the sources read up to 28 November 2026"
    assert fill(text, ROOT) == f"{long} (@sec:annex-absences). An overlap was not found."
    assert fill(text, ROOT, plain=True) == f"{long}. An overlap was not found."


def test_a_row_that_is_not_there_is_an_error_that_names_the_closest():
    with pytest.raises(ValueError, match=r"absences.csv has the id 'list_overlaps'; the closest is 'list_overlap'"):
        fill("It was {absent:list_overlaps}.", ROOT)


def test_no_figure_of_the_register_is_what_the_report_says_was_not_found():
    check_absences(ROWS.values(), load_figures(ROOT))


@pytest.mark.parametrize(
    ("row", "like", "changed"),
    [
        ("population_share", "F111", {"geography": "England and Wales"}),
        ("institutional_count", "F548", {"qualifier": "exact", "published": "312", "low": 312.0, "high": 312.0}),
        ("unknown_class", "F023", {"category": "group_based/unknown"}),
        ("flag_errors", "F301", {"geography": "England and Wales"}),
        ("flag_by_force", "F023", {"geography": "Cleveland"}),
        ("children_assessed", "F153", {"unit": "children"}),
        ("offences_per_child", "F153", {"category": "offences_per_child", "geography": "England and Wales"}),
        ("offences_per_case", "F153", {"category": "group_based/offences_per_case"}),
        ("offences_per_defendant", "F153", {"category": "offences_per_defendant"}),
    ],
)
def test_a_figure_that_is_found_after_all_stops_the_build_and_names_the_row_and_itself(row, like, changed):
    figures = load_figures(ROOT)
    near = figures[like]
    check_absences([ROWS[row]], {like: near})
    planted = replace(near, id="F999", **changed)
    with pytest.raises(ValueError, match=rf"{row} says that .* was not found, and F999 is that .*\{{absent:{row}\}}"):
        check_absences([ROWS[row]], {"F999": planted})


def test_the_study_reads_the_rows_and_holds_them_against_the_register_before_it_computes(monkeypatch):
    from cseanalysis.study import results
    from cseanalysis.study.data.project import find_project

    row = replace(ROWS["list_overlap"], unit="offences", category="*")
    monkeypatch.setattr(results, "absences", lambda root: (row,))
    with pytest.raises(ValueError, match=r"list_overlap says that how many children .* F001 is that"):
        results.read_inputs(find_project(ROOT))


def a_row(**asked):
    blank = dict.fromkeys(ASKED)
    return Absence(
        "one", "one thing", "Everywhere.", **({"searched_on": None, "after": None} | blank | asked), reason="r"
    )


def test_a_row_asks_by_alternatives_wildcards_and_what_it_is_not():
    figure = load_figures(ROOT)["F023"]  # group-based offences in the family, England and Wales
    assert a_row(unit="children | offences").refuted_by(figure)
    assert a_row(category="group_based/*", geography="*wales").refuted_by(figure)
    assert not a_row(unit="off").refuted_by(figure)
    assert not a_row(unit="offences", geography="!England and Wales").refuted_by(figure)
    assert a_row(unit="offences", geography="!Wales | !Scotland").refuted_by(figure)
    assert a_row(unit="offences", after="2023-12-30").refuted_by(figure)
    assert not a_row(unit="offences", after="2023-12-31").refuted_by(figure)


def test_a_row_that_asks_nothing_or_gives_a_day_that_is_none_is_refused():
    with pytest.raises(ValueError, match="one asks nothing of a figure, so every one refutes it"):
        a_row(unit="*")
    with pytest.raises(ValueError, match="28 November"):
        a_row(unit="offences", searched_on="28 November")


def test_every_row_asks_for_words_that_a_figure_can_have():
    # Three rows asked for units that the register does not know, so that nothing could have refuted them.
    check_asked(ROWS.values(), load_figures(ROOT))


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ({"unit": "per_cnt"}, "such as per_cent"),
        ({"unit": "offences|offences_per_child"}, "no figure has 'offences_per_child'"),
        ({"geography": "!Englnd"}, "such as England"),
        ({"definition": "cocad_groups"}, "nothing would refute the row"),
        ({"qualifier": "exactly"}, "such as exact"),
        ({"ages": "below 16"}, "or ask by category"),
    ],
)
def test_a_slip_in_what_is_asked_would_leave_a_row_that_nothing_refutes(asked, near):
    with pytest.raises(ValueError, match=near):
        check_asked([a_row(**asked)], load_figures(ROOT))


@pytest.mark.parametrize("asked", ["|", "!", "children|", "suspects/[", "a!b"])
def test_what_is_asked_is_words_and_a_sentence_can_name_the_row(asked):
    with pytest.raises(ValueError, match="is no word of the register"):
        a_row(category=asked)
    with pytest.raises(ValueError, match=r"sentences name it as \{absent:id\}"):
        replace(a_row(category="a"), id="two words")


def test_a_search_that_is_older_than_the_register_keeps_its_own_day(empty_study):
    from cseanalysis.study.evidence.absences import phrases

    (empty_study / "data/raw/sources.toml").write_text('read_to = "2026-11-28"\n[files]\n[publications]\n')
    head = "id,sought,searched,searched_on,qualifier,unit,base,definition,category,ages,geography,after,reason\n"
    table = empty_study / "data/judgement/absences.csv"
    table.write_text(head + "new,a,b,,,offences,,,,,,,r\nold,a,b,2025-02-01,,offences,,,,,,,r\n")
    assert "read up to 28 November 2026 " in phrases(empty_study)["new"]
    assert "read up to 1 February 2025 " in phrases(empty_study)["old"]
    table.write_text(table.read_text() + "new,c,d,,,children,,,,,,,r\n")
    with pytest.raises(ValueError, match="new stand in two rows"):
        absences(empty_study)


def test_the_columns_of_the_table_are_what_a_row_may_ask():
    assert read_judgement("absences", Absence, ROOT)
    assert all(row.searched.endswith(".") and not row.sought.endswith(".") for row in ROWS.values())
