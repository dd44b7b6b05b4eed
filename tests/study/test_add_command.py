import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from cseanalysis.cli import app
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


def test_one_command_brings_the_series_to_the_newest_quarter(checkout):
    result = CliRunner().invoke(app, [*ARGUMENTS, "--licence", "OGL", "--yes"], catch_exceptions=False)
    assert result.exit_code == 0
    assert result.output.splitlines()[:3] == [
        "recorded_offences_2024-01-25.csv: 1 new quarter (2023/24 quarter 2)",
        "it holds 88 rows of 44 police forces, 2023/24 quarter 1 to 2023/24 quarter 2",
        "0 counts revised of 572 that were there",
    ]
    assert result.output.endswith("added as data/raw/recorded_offences_2024-01-25.csv; now run make data results\n")
    check_raw(checkout)
    with staged_folder(checkout.processed) as folder:
        build_tables(checkout, folder)
    recorded = read_table("recorded_offences", checkout.root)
    assert recorded["period_start"].max() == pd.Timestamp("2023-07-01")
    assert recorded["financial_year"].value_counts()["2023/24"] == 2 * 44 * 13


def test_what_is_left_out_is_asked_for_and_no_leaves_everything_as_it_was(checkout):
    before = (checkout.raw / "sources.toml").read_bytes()
    result = CliRunner().invoke(app, ARGUMENTS, input="\nn\n", catch_exceptions=False)
    assert re.search(r"Licence \[Open Government Licence v3\.0\]", result.output)
    assert result.output.endswith("nothing was added\n")
    assert (checkout.raw / "sources.toml").read_bytes() == before
    assert not (checkout.raw / "recorded_offences_2024-01-25.csv").exists()


def test_with_yes_nothing_is_asked(checkout):
    result = CliRunner().invoke(app, [*ARGUMENTS[:6], "--yes"], input="", catch_exceptions=False)
    assert result.exit_code == 0
    assert "[" not in result.output
    assert result.output.endswith("now run make data results\n")
    with pytest.raises(ValueError, match="with --yes nothing is asked: add --published"):
        CliRunner().invoke(app, [*ARGUMENTS[:4], "--yes"], catch_exceptions=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "absent.csv"], "absent.csv is no file"),
        (["add", "release.csv", "--as", "ons-police-force-areas"], "the study has no series of ons"),
        (["add", "release.csv", "--published", "23/07/2026"], "is no day; write it as 2026-07-23"),
        (["add", "broken.csv"], "1 counts that the file leaves out"),
    ],
)
def test_what_can_be_refused_is_refused_before_anything_is_asked(checkout, arguments, message):
    lines = Path("release.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    Path("broken.csv").write_text("".join(lines[:1] + lines[2:]), encoding="utf-8")
    with pytest.raises((ValueError, OSError), match=message):
        CliRunner().invoke(app, arguments, input="", catch_exceptions=False)


def test_a_file_is_checked_then_asked_about_then_shown_then_agreed_to(checkout):
    asked = ["2024-01-25", "", "", "y"]
    result = CliRunner().invoke(app, ["add", "release.csv"], input="\n".join(asked) + "\n", catch_exceptions=False)
    order = ["is in order", "Published on", "Publisher", "Licence", "1 new quarter", "Add it to data/raw?", "added as"]
    places = [result.output.index(words) for words in order]
    assert places == sorted(places)
