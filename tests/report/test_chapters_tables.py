"""Every chapter reads well alone, and every table in it is in words: each is made here for real, but for its charts."""

import ast
import re
from pathlib import Path

import matplotlib as mpl
import nbformat
import pandas as pd
import pytest
from matplotlib.figure import Figure
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cseanalysis.report.alone import MARK
from cseanalysis.report.outputs import Output

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "notebooks").glob("0*.ipynb"))
DRAWN = ast.parse("__drawn__()", mode="eval").body  # in the place of what a chart draws, which takes long
NOT_READ = re.compile(r'<(style|script)\b.*?</\1>|src="data:[^"]*"', re.DOTALL)


def called(statement):
    """Name the function that a statement calls and shows, if it is one."""
    shows = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    return getattr(statement.value.func, "id", "") if shows else ""


def shown_by(cells):
    """Name the functions that the cells of a chapter call and show."""
    trees = [ast.parse(cell.source) for cell in cells if cell.cell_type == "code"]
    return [called(statement) for tree in trees for statement in tree.body]


def executed(cells):
    """Return a chapter with what its cells show; its charts are blank."""
    names = {
        "__drawn__": lambda: (Figure(figsize=(1, 1)), "A chart.", pd.DataFrame({"a": [1]})),
        "display": lambda *shown: None,
    }
    for cell in cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "chapter", "exec"), names)
        if last is None:
            continue
        if called(last) == "chart":
            last.value.args[0] = DRAWN
        result = eval(compile(ast.Expression(last.value), "chapter", "eval"), names)
        if isinstance(result, Output):
            data, metadata = result._repr_mimebundle_()
            cell.outputs = [new_output("execute_result", data=data, metadata=metadata, execution_count=1)]
    return new_notebook(cells=cells)


def page_of(cells):
    """Return what is read of a chapter's page, as ``jupyter nbconvert --to html --execute`` makes it."""
    return NOT_READ.sub("", HTMLExporter().from_notebook_node(executed(cells))[0])


@pytest.fixture(autouse=True)
def without_a_window(monkeypatch):
    monkeypatch.chdir(ROOT)
    mpl.use("Agg")


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_alone_has_no_raw_mark_and_its_tables_and_charts_are_there(path):
    cells = nbformat.read(path, as_version=4).cells
    shown, page = shown_by(cells), page_of(cells)
    # A cell whose code holds marks, as the words of prose do, is folded: see CONTRIBUTING.
    assert [page[max(0, mark.start() - 60) : mark.end() + 60] for mark in MARK.finditer(page)] == []
    assert page.count("<caption>") == shown.count("table")
    assert page.count('alt="A chart."') == shown.count("chart")
    assert "No description" not in page


def test_there_are_as_many_chapters_and_tables_as_the_frozen_report_numbers():
    assert len(CHAPTERS) == 9
    assert sum(shown_by(nbformat.read(path, as_version=4).cells).count("table") for path in CHAPTERS) >= 57


def test_a_raw_mark_is_found_in_text_and_in_code_that_is_not_folded():
    marks = ["{#sec:x}", "@fig:x", "@tbl:x", "@sec:x", "@eq:x", "[@vkpp23]", "[@vkpp23; @phil2504]"]
    assert len(MARK.findall(page_of([new_markdown_cell("; ".join(marks))]))) == len(marks)
    code = f"from cseanalysis.report import prose\nprose('{'; '.join(marks)}')"
    assert len(MARK.findall(page_of([new_code_cell(code)]))) == len(marks)
    assert not MARK.search(page_of([new_code_cell(code, metadata={"transient": {"remove_source": True}})]))


def test_a_chapter_with_a_raw_mark_in_a_table_is_found_out():
    planted = 'table(pd.DataFrame({"Reason": ["no factor for age_window"]}), label="tbl:x", caption="Planted")'
    cells = ["import pandas as pd\nfrom cseanalysis.report import table", planted]
    with pytest.raises(ValueError, match="raw mark: 'no factor for age_window'"):
        executed([new_code_cell(cell) for cell in cells])
    assert executed([new_code_cell(cell.replace("age_", "age ")) for cell in cells]).cells[1].outputs
