"""Judgements stand in tables: what a cell names is there, each row has its reason, and code names nothing itself."""

import ast
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest

from cseanalysis.clean import read_crosswalk
from cseanalysis.study import load_assumptions, load_figures, load_results
from cseanalysis.study.comparisons.numbers import quoted_pairs, verdicts
from cseanalysis.study.data.judgement import check_judgement, check_results_named, read_judgement
from cseanalysis.study.data.project import Project, find_project
from cseanalysis.study.tables import Column, in_words, number, span

ROOT = Path(__file__).resolve().parents[2]
STUDY = ROOT / "src" / "cseanalysis" / "study"
FIGURES, ASSUMPTIONS = load_figures(ROOT), load_assumptions(ROOT)
# The one module that may name figures, codes and forces.
NAMED = "data/named.py"


@dataclass(frozen=True)
class Side:
    side: Literal["left", "right"]
    reason: str


@dataclass(frozen=True)
class Pair:
    first: str
    size: float | None
    parts: tuple[str, ...]
    used: bool
    reason: str


HEAD = "first,size,parts,used,reason\n"


def written(empty_study, text):
    (empty_study / "data" / "judgement" / "pairs.csv").write_text(text, "utf-8", "surrogateescape")
    return empty_study


def test_rows_are_what_their_class_says(empty_study):
    written(empty_study, HEAD + 'F008,2.5,a b,yes,"Quoted, often."\nF018,,,no,Because.\n')
    assert read_judgement("pairs", Pair, empty_study) == (
        Pair("F008", 2.5, ("a", "b"), True, "Quoted, often."),
        Pair("F018", None, (), False, "Because."),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + 'F008,2,a,yes,"r\nr"\n', r"data/judgement/pairs\.csv, line 3, reason: is .*take out the line break"),
        (HEAD + "F008,2,a,maybe,r\n", r"data/judgement/pairs\.csv, line 2, used: is 'maybe'; write yes or no"),
        (HEAD + "F008,two,a,yes,r\n", "line 2, size: is 'two'; write a number in digits, without commas"),
        (HEAD + 'F008,"1,000",a,yes,r\n', "line 2, size: is '1,000'; write a number in digits"),
        (HEAD + "F008,nan,a,yes,r\n", "line 2, size: is 'nan'; write a number"),
        (HEAD + "F008,1e400,a,yes,r\n", "line 2, size: is '1e400'; write a number"),
        (HEAD + ",2,a,yes,r\n", "line 2, first: is empty; say it"),
        (HEAD + "F008,2,a,yes,\n", "line 2, reason: is empty; say it"),
        (HEAD + "F008,2,a,yes\n", "line 2: 4 cells under 5 headings"),
        (HEAD + "F008,2,a,yes,r\nF008, 2,a,yes,other\n", "line 3: says what line 2 says; keep one of the two"),
        (
            "first,size,parts,reason,used\n",
            r"data/judgement/pairs\.csv, line 1: .*must be first,size",
        ),
        (
            HEAD.replace(",", ";"),
            r"line 1: the heading is 'first;size;parts;used;reason'; must be .* with commas between",
        ),
        ("", "line 1: the heading is ''; must be first"),
        (HEAD, "line 1: no row stands under the heading; write one, or restore the file with git checkout"),
        (HEAD + ",,,,\n", "line 1: no row stands under the heading"),
        (HEAD + "F008,2,a,yes,caf\udce9\n", r"data/judgement/pairs\.csv, line \d: is no CSV in UTF-8"),
    ],
)
def test_a_malformed_table_names_file_line_and_column(empty_study, text, said):
    with pytest.raises(ValueError, match=said):
        read_judgement("pairs", Pair, written(empty_study, text))


def test_a_cell_that_must_be_one_of_some_words_is_one(empty_study):
    assert read_judgement("pairs", Side, written(empty_study, "side,reason\nleft,r\n")) == (Side("left", "r"),)
    with pytest.raises(ValueError, match="line 2, side: is 'middle'; write left or right"):
        read_judgement("pairs", Side, written(empty_study, "side,reason\nmiddle,r\n"))


def test_a_table_saved_by_a_spreadsheet_program_is_read(empty_study):
    text = "\ufeff" + HEAD.replace("\n", "\r\n") + "F008,2,a,yes,Because.\r\n"
    assert read_judgement("pairs", Pair, written(empty_study, text)) == (Pair("F008", 2.0, ("a",), True, "Because."),)


def test_the_empty_rows_that_a_spreadsheet_program_leaves_at_the_end_are_no_rows(empty_study):
    assert len(read_judgement("pairs", Pair, written(empty_study, HEAD + "F008,2,a,yes,Because.\n,,,,\n,,,,\n"))) == 1


def test_what_a_row_refuses_names_file_and_line(empty_study):
    @dataclass(frozen=True)
    class Small:
        size: int
        reason: str

        def __post_init__(self):
            if self.size > 9:
                raise ValueError("is larger than 9")

    with pytest.raises(ValueError, match=r"data/judgement/pairs\.csv, line 3: is larger than 9"):
        read_judgement("pairs", Small, written(empty_study, "size,reason\n9,r\n10,r\n"))
    with pytest.raises(ValueError, match=r"line 2, size: is '2\.5'; write a whole number in digits"):
        read_judgement("pairs", Small, written(empty_study, "size,reason\n2.5,r\n"))


def test_a_table_that_is_not_there_is_named(empty_study):
    with pytest.raises(FileNotFoundError, match=r"pairs\.csv is missing"):
        read_judgement("pairs", Pair, empty_study)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("figure,reason\nF000,r\n", "line 2, figure: figure F000 is not in data/raw/figures.csv"),
        ("words,reason\nThe count,Because of F000.\n", "line 2, reason: figure F000 is not in"),
        ("codes,reason\n71 88Z,r\n", "line 2, codes: no code is named '88Z'"),
        ("force,reason\nKernow,r\n", "line 2, force: no force is named 'Kernow'"),
        ("assumption,reason\nno_such,r\n", "line 2, assumption: no assumption is named 'no_such'"),
        ("figure,reason\nF008, \n", "line 2: has no reason"),
        ("figure\nF008\n", "must hold reason"),
        ("figure,reason\nf008,r\n", "line 2, figure: 'f008' is no figure; write ids of data/raw"),
        ('figures,reason\n"F008,F018",r\n', "line 2, figures: 'F008,F018' is no figure; write ids .* and blanks"),
        ("second,reason\nthe count,r\n", "line 2, second: 'the' is no figure"),
    ],
)
def test_what_a_cell_names_must_be_there(empty_study, text, said):
    with pytest.raises(ValueError, match=said):
        check_judgement(Project(written(empty_study, text)), FIGURES, ASSUMPTIONS)


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        ("quoted_classes", "figure,reason\nF193,r\n", "figure: F193 counts days_median; must be offences"),
        ("quoted_counts", "counted,reason\nF012,r\n", "counted: F012 counts per_cent; must be offences"),
        ("parts_of_series", "figures,reason\nF024 F193,r\n", "figures: F193 counts days_median; must be offences"),
        ("back_tests", "figure,reason\nF008,r\n", "figure: F008 counts offences; must be charges or defendants"),
        ("published_delays", "figure,reason\nF008,r\n", "figure: F008 counts offences; must be days_median or"),
    ],
)
def test_a_figure_of_another_unit_is_refused_before_anything_is_computed_from_it(empty_study, table, text, said):
    (empty_study / "data" / "judgement" / f"{table}.csv").write_text(text)
    with pytest.raises(ValueError, match=rf"data/judgement/{table}\.csv, line 2, {said}"):
        check_judgement(Project(empty_study), FIGURES, ASSUMPTIONS)


def test_a_result_that_a_table_names_must_have_been_computed(empty_study):
    written(empty_study, "result,list,reason\ncontact_total,,r\ncontact_totals,,r\n")
    with pytest.raises(ValueError, match=r"pairs\.csv, line 3, result: no result has the id 'contact_totals'"):
        check_results_named(Project(empty_study), ["contact_total"])
    check_results_named(find_project(ROOT), load_results(ROOT))


def test_what_is_there_is_taken(empty_study):
    written(empty_study, "figure,codes,force,assumption,reason\nF008,71 88A,Kent,contact_share,Because of F018.\n")
    check_judgement(Project(empty_study), FIGURES, ASSUMPTIONS)
    check_judgement(find_project(ROOT), FIGURES, ASSUMPTIONS)


def test_a_quoted_pair_that_somebody_swaps_is_what_the_chapter_asks(empty_study):
    written(empty_study, "")
    (empty_study / "data" / "judgement" / "quoted_pairs.csv").write_text(
        "first,second,question,reason\nF018,F008,2024 and 2023,The other way round.\n"
    )
    table = verdicts(FIGURES, quoted_pairs(empty_study))
    assert table["Asked"].tolist() == ["2024 and 2023"]
    assert table["As printed"][0].startswith("122,768 (F018")


def test_a_question_names_no_year_that_its_figures_do_not_count():
    pair = quoted_pairs(ROOT)[0]
    assert (pair.first, pair.second) == ("F008", "F018")
    assert len(verdicts(FIGURES, [replace(pair, question="2023 and 2024")])) == 1
    for question in ("1923 and 2024", "2023 and 2025"):
        with pytest.raises(ValueError, match=r"quoted_pairs\.csv, .* F008 and F018 are not of (1923|2025); name"):
            verdicts(FIGURES, [replace(pair, question=question)])


def test_every_table_is_read_by_the_study():
    code = "\n".join(path.read_text(encoding="utf-8") for path in STUDY.rglob("*.py"))
    for path in (ROOT / "data" / "judgement").glob("*.csv"):
        assert f'read_judgement("{path.stem}"' in code, path.name


def named_in(path):
    """Return the figures, codes and forces that a module names in its code; what its docstrings say does not count."""
    offences, areas = read_crosswalk("offences"), read_crosswalk("forces")
    studied = offences.loc[offences["offence_scope"] != "out_of_scope", "label"]  # the others look like other numbers
    codes = {code for label in studied for code in label.split("; ")}
    forces = set(areas.loc[areas["force_type"].isin(["territorial", "non_territorial"]), "force"])
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and isinstance(node.body[0], ast.Expr)
    }
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    ]
    return sorted({text for text in texts if re.search(r"\bF\d{3,}\b", text) or text in codes or text in forces})


def test_a_name_in_code_is_seen_and_one_in_a_docstring_is_not(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(
        '"""F008."""\nA = "F008"\nB = ["88A", "Kent"]\n\n\ndef c():\n    """F009."""\n    return f"see F018 {A}"\n'
    )
    assert named_in(path) == ["88A", "F008", "Kent", "see F018 "]


@pytest.mark.parametrize("path", sorted(STUDY.rglob("*.py")), ids=lambda path: path.relative_to(STUDY).as_posix())
def test_code_names_no_figure_code_or_force_outside_one_module(path):
    name = path.relative_to(STUDY).as_posix()
    if name != NAMED:
        assert named_in(path) == []


def test_a_table_in_words_is_its_columns_each_from_its_fields():
    rows = [{"a": 0.5, "low": 100.4, "high": 199.5, "n": 3}, {"a": 0.25, "low": 2.0, "high": 2.0, "n": 4}]
    columns = [
        Column("A", "a", number("share")),
        Column("B", ("low", "high"), span("days")),
        Column("C", ("high", "low"), lambda high, low: high - low > 1),
        Column("D", "n"),
    ]
    table = in_words(rows, columns)
    assert list(table) == ["A", "B", "C", "D"]
    assert table.to_numpy().tolist() == [["50%", "100 to 200", True, 3], ["25%", "2", False, 4]]
