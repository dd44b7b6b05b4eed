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
from hypothesis import settings

import cseanalysis
from cseanalysis.cli import build_parser, main, parse

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Carried out by the workflow on every change, or with packages that are not here: expanded and parsed only.
EXPENSIVE = {
    *("report", "results", "verify", "release", "run", "test", "test-engines", "check", "bench", "coverage"),
    *(
        "update",
        "processors",
        "lowest",
        "mutants",
        "kills",
        "campaign",
        "metadata",
        "wheelhouse",
        "dist",
        "lab",
        "docs",
        "test-browser",
    ),
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
    for name in ("report", "test", "engines", "lowest", "peers", "lab", "docs"):
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
            assert re.search(
                r"-m (pytest|ruff|mypy|jupyterlab|mkdocs|pip download)|"
                r"(benchmarks|publishing|tests/browser)/[\w*]+\.py",
                step,
            ), step
            assert all(list(ROOT.glob(place)) for place in re.findall(r"(?:benchmarks|tests)/[\w*.]+", step))


@pytest.mark.parametrize("line", DIRECT)
def test_a_direct_command_of_the_pages_is_taken_and_a_cheap_one_carried_out(line, checkout):
    words = shlex.split(line.removeprefix(".venv/bin/"))[1:]
    if words[1:] == [] and words[0] in {"add", "run"}:
        assert words[0] in build_parser()[1]  # named only
        return
    if words[0] == "run":
        parse(words)
        return
    if words[0] == "clean":  # a file of the reader's own
        (checkout / "answer.csv").write_text("Force,n\nKent,5\n", encoding="utf-8")
        (checkout / "answer.json").write_text('{"to_fill_in": {}}', encoding="utf-8")
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
        if words[:2] == ["pip", "wheel"] or words[2:] == ["dist/*.whl"]:  # what it makes is built by another test
            continue
        assert words[:2] in (["pip", "install"], ["uv", "pip"]), line
        if words[0] == "pip":
            extra = re.fullmatch(r"\.(?:\[(\w+)\])?", words[2])
            assert extra is not None
            assert extra[1] is None or extra[1] in extras
    advice = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    said = {
        name for given in re.findall(r"install_advice\((['\"][^)]+)\)", advice) for name in re.findall(r"\w+", given)
    }
    brought = {re.match(r"[\w-]+", line)[0] for lines in extras.values() for line in lines}
    assert said
    assert said <= brought
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
        taken = vars(parse(shlex.split(done.stdout)[3:])).values()
        assert any(value in (name, Path(name)) for value in taken)


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


def test_the_version_is_told_and_the_exit_code_is_0(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"cseanalysis {cseanalysis.__version__}\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nosuch"], "argument command: invalid choice: 'nosuch' (choose from "),
        (["--Version"], "unrecognized arguments: --Version"),
        (["compare", "F031"], "the following arguments are required: second"),
        (["compare", "F031", "F035", "F036"], "unrecognized arguments: F036"),
        (["run", "--out", "x"], "the following arguments are required: scenarios"),
        (["report", "--out"], "argument --out: expected one argument"),
        (["report", "--ou=x"], "unrecognized arguments: --ou=x"),
        (["report", "extra"], "error: unrecognized arguments: extra"),  # and no -- that nobody wrote
        (["report", "--assumption", "x"], "error: unrecognized arguments: --assumption x"),
        (["forces", "--csv", "--ods"], "argument --csv: expected one argument"),
        (["add", "a.ods", "--title", "--published=2026-07-23"], "argument --title: expected one argument"),
        (["add", "--yes=x", "a.ods"], "argument --yes: ignored explicit argument 'x'"),
    ],
)
def test_wrong_use_ends_with_the_rule_and_code_2(capsys, words, message):
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err
    assert printed.err.startswith("usage: cseanalysis ")


def test_help_names_every_command_and_every_argument_with_what_it_is(capsys):
    for words, code in (([], 2), (["--help"], 0)):
        with pytest.raises(SystemExit) as end:
            main(words)
        assert end.value.code == code
        assert set(re.findall(r"^    (\w+)  ", capsys.readouterr().out, re.MULTILINE)) == set(build_parser()[1])
    for command in build_parser()[1].values():
        assert command.description.endswith(".")
        assert all(action.help for action in command._actions)


def test_options_stand_anywhere_and_take_the_next_word_unless_it_is_an_option():
    given = parse(["run", "a", "--out", "-x", "b", "--scheduler=tcp://a:1", "--", "--out", "-c"])
    assert given.scenarios == [Path("a"), Path("b"), Path("--out"), Path("-c")]
    assert (given.out, given.scheduler) == (Path("-x"), "tcp://a:1")
    given = parse(["add", "--yes", "a.ods", "--title", ""])
    assert (given.source, given.yes, given.title, given.layout) == ("a.ods", True, "", "home-office-recorded-crime")
    flags = {
        name
        for each in build_parser()[1].values()
        for it in each._actions
        if it.nargs == 0
        for name in it.option_strings
    }
    assert flags == {
        "--yes",
        "--all",
        "--json",
        "--bibtex",
        "--help",
        "-h",
    }  # the command line knows these as the ones without a value


def test_who_reads_no_further_is_told_nothing():
    code = "import sys; from cseanalysis.cli import main; sys.stdin.read(); main(['figures'])"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    ) as process:
        process.stdout.close()
        process.stdin.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_a_console_that_lacks_a_letter_is_told_the_rest():
    settings = os.environ | {"PYTHONIOENCODING": "ascii"}
    line = [sys.executable, "-m", "cseanalysis", "tracker", "inquiries"]
    done = subprocess.run(line, capture_output=True, check=False, env=settings, cwd=Path(__file__).parent)
    assert (done.returncode, b"\\xa3" in done.stdout) == (0, True), done.stderr  # the sign of the pound
