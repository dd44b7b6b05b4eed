"""Every table that a chapter prints is in words: `table` refuses a raw mark, and here each is made for real."""

import ast
import json
from pathlib import Path

import matplotlib as mpl
import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "notebooks").glob("0*.ipynb"))
LEFT_OUT = {"chart", "prose", "opening"}  # what only shows something and no table


def called(statement):
    """Name the function that a statement calls and shows, if it is one."""
    shows = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    return getattr(statement.value.func, "id", "") if shows else ""


def tables_of(sources):
    """Run a chapter's cells without its charts and prose; return how many tables were made."""
    names, made = {}, 0
    for source in sources:
        tree = ast.parse(source)
        made += sum(called(statement) == "table" for statement in tree.body)
        tree.body = [statement for statement in tree.body if called(statement) not in LEFT_OUT]
        exec(compile(tree, "chapter", "exec"), names)
    return made


@pytest.fixture(autouse=True)
def without_a_window(monkeypatch):
    monkeypatch.chdir(ROOT)
    mpl.use("Agg")


def test_no_table_of_any_chapter_prints_a_raw_mark():
    made = {}
    for path in CHAPTERS:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        made[path.stem] = tables_of(["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"])
    assert len(made) == 9
    assert sum(made.values()) >= 57  # as many as the frozen report numbers


def test_a_chapter_with_a_raw_mark_in_a_table_is_found_out():
    planted = 'table(pd.DataFrame({"Reason": ["no factor for age_window"]}), label="tbl:x", caption="Planted")'
    with pytest.raises(ValueError, match="raw mark: 'no factor for age_window'"):
        tables_of(["import pandas as pd\nfrom cseanalysis.report import table", planted])
    assert tables_of(["import pandas as pd\nfrom cseanalysis.report import table", planted.replace("_", " ")]) == 1
