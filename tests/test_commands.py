"""Every command line that README and docs print is carried out, through the Makefile where it goes through make."""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest
import typer
from hypothesis import settings

from cseanalysis.cli import app

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
# Carried out by the workflow on every change, or with packages that are not here: expanded and parsed only.
EXPENSIVE = {
    *("report", "results", "verify", "release", "run", "test", "test-engines", "check", "bench", "coverage"),
    *("update", "processors", "lowest", "mutants", "campaign", "lab"),
}
ANSWERS = "2026-07-23\n\n\ny\n"
pytestmark = pytest.mark.skipif(sys.platform == "win32" or not shutil.which("make"), reason="needs make and a shell")


def command_lines(text):
    """Return what the blocks and the inline code of a page would have a reader type."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    lines += re.findall(
        r"`((?:make|pip|uv|cseanalysis|\.venv/bin/\w+) [^`]+|--scheduler [^`]+)`", " ".join(prose.split())
    )
    return [stripped for line in lines if (stripped := re.sub(r"\s+#.*", "", line).strip())]


LINES = sorted({line for page in PAGES for line in command_lines(page.read_text(encoding="utf-8"))})
# An option that is printed alone belongs to the command before it.
LINES = [line if not line.startswith("--") else f"cseanalysis run scenarios/*.toml {line}" for line in LINES]


def targets(line):
    return [word for word in shlex.split(line)[1:] if "=" not in word]


MAKE = [line for line in LINES if line.startswith("make ")]
DEAR = [line for line in MAKE if EXPENSIVE & set(targets(line))]
DIRECT = [line for line in LINES if re.match(r"(\.venv/bin/)?cseanalysis ", line)]
OTHER = [line for line in LINES if line not in {*MAKE, *DIRECT}]


def parse(words):
    """Have the command line read its words; a word that it does not know is an error."""
    command = typer.main.get_command(app).commands[words[0]]
    command.make_context(words[0], list(words[1:]))


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    path = tmp_path_factory.mktemp("published") / "release.ods"
    publish(path)
    return path


@pytest.fixture
def checkout(tmp_path, published):
    """A copy of the checkout whose environment is the one that runs this test, and newer than what it is made from."""
    copy = tmp_path / "a checkout"
    copy.mkdir()
    for name in ("Makefile", "pyproject.toml", "assumptions.toml", "CHANGELOG.md"):
        shutil.copyfile(ROOT / name, copy / name)
    for name in ("data", "requirements", "scenarios"):
        shutil.copytree(ROOT / name, copy / name)
    for name in ("src", "notebooks", "benchmarks", "tests"):
        (copy / name).symlink_to(ROOT / name)
    shutil.copyfile(ROOT / "assumptions.toml", copy / "mine.toml")
    for build in ("reports", "reports/build", "build/mine", "reports/scenarios/long_delay"):
        (copy / build).mkdir(parents=True)
        shutil.copyfile(ROOT / "reports" / "results.json", copy / build / "results.json")
        if build != "reports":
            shutil.copyfile(ROOT / "assumptions.toml", copy / build / "assumptions.toml")
    shutil.copyfile(published, copy / "prc-pfa-mar2013-onwards-tables-230726.ods")
    home = copy / ".venv" / "bin"
    home.mkdir(parents=True)
    for name, module in (("python", ""), ("cseanalysis", "-m cseanalysis ")):
        place = shlex.quote(str(copy / "src"))
        text = f'#!/bin/sh\nPYTHONPATH={place} exec {shlex.quote(sys.executable)} {module}"$@"\n'
        (home / name).write_text(text, encoding="utf-8")
        (home / name).chmod(0o755)
    for name in ("report", "test", "engines", "lowest", "lab"):
        (copy / ".venv" / f"{name}.done").touch()
    return copy


def publish(path):
    """Write the last quarter of the series again and the one after it, as the Home Office publishes them."""
    place = importlib.util.spec_from_file_location("layouts", ROOT / "tests" / "read" / "layouts.py")
    layouts = importlib.util.module_from_spec(place)
    place.loader.exec_module(layouts)
    raw = pd.read_csv(ROOT / "data" / "raw" / "recorded_offences.csv", dtype=str)
    last = raw[raw["financial_year"] == "2023/24"]
    codes = [column for column in last if column.startswith("code_")]
    rows = [
        [row["financial_year"], quarter, row["force_name"], "words", code.removeprefix("code_"), int(row[code])]
        for quarter in (1, 2)
        for row in last.to_dict("records")
        for code in codes
    ]
    header = ["Financial Year", "Financial Quarter", "Force Name", "Offence Description", "Offence Code"]
    layouts.write_ods(path, {"2023_24": [[*header, "Number of Offences"], *rows]})


@pytest.fixture(autouse=True)
def outside_make(monkeypatch):
    """Under `make test` a make that is started here would think itself part of that one, and say so."""
    for name in [name for name in os.environ if name.startswith(("MAKE", "MFLAGS"))]:
        monkeypatch.delenv(name)


def carry_out(line, checkout):
    """Type a line in the checkout and answer its questions."""
    paths = [str(checkout / ".venv" / "bin"), os.environ["PATH"]]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    return subprocess.run(
        ["sh", "-c", line.replace("…", "prc-pfa-mar2013-onwards-tables-230726.ods")],
        cwd=checkout,
        env={**environment, "PATH": os.pathsep.join(paths)},
        input=ANSWERS,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_pages_print_the_commands_that_there_are():
    assert len(MAKE) >= 15
    assert len(DIRECT) >= 6
    named = {target for line in MAKE for target in targets(line)}
    declared = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1].split()
    assert named <= set(declared)
    assert set(declared) - named == {"install", "clean"}


@pytest.mark.parametrize("line", [line for line in MAKE if line not in DEAR])
def test_a_cheap_command_of_the_pages_does_what_it_says(line, checkout):
    if line == "make add":
        line = "make add FILE=…"  # named, not typed, where the page says what it does
    done = carry_out(line, checkout)
    assert done.returncode == 0, done.stderr
    if "add" in line:
        assert done.stdout.endswith("added as data/raw/recorded_offences_2026-07-23.csv; now run make data results\n")
        assert "1 new quarter (2023/24 quarter 2)" in done.stdout
    if "diff" in line:
        assert done.stdout == "no assumption and no reported number differs\n"


@pytest.mark.parametrize("line", DEAR)
def test_a_dear_command_of_the_pages_expands_to_what_the_command_line_takes(line, checkout):
    done = carry_out(f"{line} --dry-run", checkout)
    assert done.returncode == 0, done.stderr
    steps = done.stdout.strip().splitlines()
    assert len(steps) == len(targets(line))
    assert not any("install" in step for step in steps)
    for step in steps:
        words = shlex.split(step)
        if words[:3] == [".venv/bin/python", "-m", "cseanalysis"]:
            parse(words[3:])
        else:
            assert re.search(r"-m (pytest|ruff|mypy|jupyterlab)|benchmarks/[\w*]+\.py", step), step
            assert all(list(ROOT.glob(place)) for place in re.findall(r"(?:benchmarks|tests)/[\w*.]+", step))


@pytest.mark.parametrize("line", DIRECT)
def test_a_direct_command_of_the_pages_is_taken_and_a_cheap_one_carried_out(line, checkout):
    words = shlex.split(line.removeprefix(".venv/bin/"))[1:]
    if words[1:] == [] and words[0] in {"add", "run"}:
        assert words[0] in typer.main.get_command(app).commands  # named only
        return
    if words[0] == "run":
        parse(words)
        return
    done = carry_out(line, checkout)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_what_is_to_be_installed_has_a_name_in_the_project():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert OTHER
    for line in OTHER:
        words = shlex.split(line)
        if words[1:4] == ["-m", "pytest", "--hypothesis-profile"]:
            assert not settings.get_profile(words[4]).derandomize
            continue
        if "nbconvert" in words:
            assert (ROOT / words[1] / words[-1]).is_file()
            continue
        assert words[:2] in (["pip", "install"], ["uv", "pip"]), line
        if words[0] == "pip":
            extra = re.fullmatch(r"\.(?:\[(\w+)\])?", words[2])
            assert extra is not None
            assert extra[1] is None or extra[1] in extras
    advice = (ROOT / "src").rglob("*.py")
    said = {name for path in advice for name in re.findall(r"""install_advice\(['"](\w+)""", path.read_text("utf-8"))}
    assert said
    assert said <= set(extras)
    assert not [path for path in (ROOT / "src").rglob("*.py") if "cseanalysis[" in path.read_text("utf-8")]


NAMES = ["it's.ods", "a b.ods", "$(x) $y.ods", 'a"b;c&d.ods', "-x.ods", "`x`.ods", "#.ods", "é.ods"]


@pytest.mark.parametrize("name", NAMES)
def test_make_hands_over_any_file_name_as_it_stands(checkout, name):
    for line, place in (
        ("add FILE={}", -1),
        ("diff A=. B={}", -1),
        ("report ASSUMPTIONS={} OUT=x", -3),
        ("report ASSUMPTIONS=x OUT={}", -1),
        ("run OUT={}", -3),
    ):
        arguments = [word.format(name) for word in line.split(" ")]
        done = subprocess.run(
            ["make", "--dry-run", *arguments], cwd=checkout, capture_output=True, text=True, check=True
        )
        assert shlex.split(done.stdout)[place] == name


def test_a_file_with_an_apostrophe_is_added(checkout):
    (checkout / "prc-pfa-mar2013-onwards-tables-230726.ods").rename(checkout / "it's $new.ods")
    done = subprocess.run(
        ["make", "add", "FILE=it's $new.ods"], cwd=checkout, input=ANSWERS, capture_output=True, text=True, check=False
    )
    assert done.stdout.endswith("now run make data results\n"), done.stderr


def test_an_assembler_of_make_or_of_the_environment_is_no_layout(checkout):
    for more, layout in (([], "home-office-recorded-crime"), (["AS=ons-police-force-areas"], "ons-police-force-areas")):
        done = subprocess.run(
            ["make", "--dry-run", "add", "FILE=x.ods", *more],
            cwd=checkout,
            env={**os.environ, "AS": "cross-as"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert shlex.split(done.stdout)[3:6] == ["add", "--as", layout]


def test_scenarios_are_handed_over_one_by_one(checkout):
    done = subprocess.run(
        ["make", "--dry-run", "run", "SCENARIOS=scenarios/*.toml it's.toml"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    )
    names = shlex.split(done.stdout)[5:]
    assert names == [*sorted(f"scenarios/{path.name}" for path in (ROOT / "scenarios").glob("*.toml")), "it's.toml"]
