import io
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from cseanalysis.cli import main
from cseanalysis.study import find_project
from cseanalysis.study.data.files import staged_folder
from cseanalysis.study.data.project import check_raw
from cseanalysis.study.data.tables import read_table
from cseanalysis.study.tidy import build_tables

ROOT = Path(__file__).resolve().parent.parent.parent
ARGUMENTS = [
    "add",
    "release.csv",
    "--as",
    "home-office-recorded-crime",
    "--published",
    "2024-01-25",
    "--publisher",
    "Us",
]


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A copy of the study, with a made-up release: the last quarter again, and the same numbers for the next one."""
    shutil.copytree(ROOT / "data" / "raw", tmp_path / "data" / "raw")
    (tmp_path / "assumptions.toml").touch()
    monkeypatch.chdir(tmp_path)
    last = pd.read_csv("data/raw/recorded_offences.csv", dtype=str).query("financial_year == '2023/24'")
    long = last.melt(["financial_year", "quarter", "force_name"], [c for c in last if c.startswith("code_")])
    long["variable"] = long["variable"].str.removeprefix("code_")
    long.columns = ["Financial Year", "Financial Quarter", "Force Name", "Offence Code", "Number of Offences"]
    pd.concat([long, long.assign(**{"Financial Quarter": "2"})]).to_csv("release.csv", index=False)
    return find_project(tmp_path)


@pytest.fixture
def typed(monkeypatch, capsys):
    """Return what types a command and its answers, and gives back how it ended and what it printed."""

    def carry_out(words, answers=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(answers))
        with pytest.raises(SystemExit) as end:
            main(words)
        return end.value.code, capsys.readouterr().out

    return carry_out


def everything(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_one_command_brings_the_series_to_the_newest_quarter(checkout, typed):
    code, output = typed([*ARGUMENTS, "--licence", "OGL", "--yes"])
    assert code == 0
    assert output.splitlines()[:3] == [
        "recorded_offences_2024-01-25.csv: 1 new quarter (2023/24 quarter 2)",
        "it holds 88 rows of 44 police forces, 2023/24 quarter 1 to 2023/24 quarter 2",
        "0 counts revised of 572 that were there",
    ]
    assert output.endswith("added as data/raw/recorded_offences_2024-01-25.csv; now run make data results\n")
    check_raw(checkout)
    with staged_folder(checkout.processed) as folder:
        build_tables(checkout, folder)
    recorded = read_table("recorded_offences", checkout.root)
    assert recorded["period_start"].max() == pd.Timestamp("2023-07-01")
    assert recorded["financial_year"].value_counts()["2023/24"] == 2 * 44 * 13


def test_what_is_left_out_is_asked_for_and_no_leaves_everything_as_it_was(checkout, typed):
    before = everything(checkout.root)
    code, output = typed(ARGUMENTS, "\nn\n")
    assert code == 0
    assert re.search(r"Licence \[Open Government Licence v3\.0\]", output)
    assert output.endswith("nothing was added\n")
    assert everything(checkout.root) == before


@pytest.mark.parametrize("answers", ["", "\n"], ids=["at the licence", "at the last question"])
def test_where_the_answers_end_before_the_questions_one_line_says_so_and_nothing_was_written(checkout, typed, answers):
    before = everything(checkout.root)
    code, output = typed(ARGUMENTS, answers)
    assert code == (
        "error: the input ended where an answer was asked for, so nothing was added; "
        "answer, or give --yes and --published"
    )
    assert output.endswith(": \n")
    assert everything(checkout.root) == before


def test_a_question_is_asked_until_it_is_answered(checkout, typed):
    code, output = typed(["add", "release.csv"], "\n2024-01-25\nUs\nOGL\nperhaps\n Yes \n")
    assert code == 0
    assert output.count("Published on (e.g. 2026-07-23): ") == 2
    assert output.count("Add it to data/raw? [y/N]: ") == 2
    assert (checkout.raw / "recorded_offences_2024-01-25.csv").exists()
    assert 'publisher = "Us"' in (checkout.raw / "sources.toml").read_text(encoding="utf-8")


def test_with_yes_nothing_is_asked(checkout, typed):
    code, output = typed([*ARGUMENTS[:6], "--yes"])
    assert code == 0
    assert "[" not in output
    assert output.endswith("now run make data results\n")
    code, output = typed([*ARGUMENTS[:4], "--yes"])
    assert code.startswith("error: with --yes nothing is asked: add --published")
    assert output == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "absent.csv"], "absent.csv is no file"),
        (["add", "release.csv", "--as", "ons-police-force-areas"], "the study has no series of ons"),
        (["add", "release.csv", "--published", "23/07/2026"], "is no day; write it as 2026-07-23"),
        (["add", "broken.csv"], "1 counts that the file leaves out"),
    ],
)
def test_what_can_be_refused_is_refused_before_anything_is_asked(checkout, typed, arguments, message):
    lines = Path("release.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    Path("broken.csv").write_text("".join(lines[:1] + lines[2:]), encoding="utf-8")
    code, output = typed(arguments)
    assert code.startswith("error: ")
    assert message in code
    assert output == ""


def test_a_file_is_checked_then_asked_about_then_shown_then_agreed_to(checkout, typed):
    asked = ["2024-01-25", "", "", "y"]
    _, output = typed(["add", "release.csv"], "\n".join(asked) + "\n")
    order = ["is in order", "Published on", "Publisher", "Licence", "1 new quarter", "Add it to data/raw?", "added as"]
    places = [output.index(words) for words in order]
    assert places == sorted(places)
