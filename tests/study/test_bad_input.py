"""Broken input ends in one clear message and exit code 1, and damages nothing."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cseanalysis import cli
from cseanalysis.study import results
from cseanalysis.study.data.project import sha256

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A copy of the study, with the working directory in it."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    (tmp_path / "reports").mkdir()
    for name in ("assumptions.toml", "CHANGELOG.md", "reports/results.json"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def computed(study, monkeypatch):
    """The committed results stand in for the slow computation, where a test is about what happens around it."""
    committed = json.loads((study / "reports" / "results.json").read_text(encoding="utf-8"))
    monkeypatch.setattr(results, "compute_results", lambda inputs, assumptions, **_: committed)


def run(monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["cseanalysis", *words])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return str(end.value.code)


def everything(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def edit(study, name, change, *, register=True):
    """Change a raw file and, as a careless publisher would, its registered hash too."""
    path, sources = study / "data" / "raw" / name, study / "data" / "raw" / "sources.toml"
    old = path.read_bytes()
    new = change(old.decode()).encode()
    assert new != old
    path.write_bytes(new)
    if register:
        sources.write_text(sources.read_text(encoding="utf-8").replace(sha256(old), sha256(new)), encoding="utf-8")


def replace_line(number, change):
    def apply(text):
        lines = text.split("\n")
        lines[number] = change(lines[number])
        return "\n".join(lines)

    return apply


RAW = {
    "an altered byte": (
        "recorded_offences.csv",
        lambda text: text.replace("2012/13,1,Kent", "2012/13,1,Kemt"),
        False,
        r"data/raw/recorded_offences.csv has changed: expected sha256 \w{64}, found \w{64}",
    ),
    "an unknown offence code": (
        "recorded_offences.csv",
        replace_line(0, lambda line: line.replace("code_71", "code_17Z")),
        True,
        "17Z",
    ),
    "an unknown force": (
        "recorded_offences.csv",
        lambda text: text.replace(",Gwent,", ",Gwemt,"),
        True,
        "(?s)Gwemt.*Gwent",
    ),
    "a duplicated row": (
        "recorded_offences.csv",
        replace_line(1, lambda line: f"{line}\n{line}"),
        True,
        r"2 duplicated rows \(2: 2012/13 / 1 / Avon and Somerset",
    ),
    "a missing count": (
        "recorded_offences.csv",
        replace_line(1, lambda line: re.sub(r"Somerset,\d+", "Somerset,", line)),
        True,
        "1 cells are not whole numbers .*a missing count is not zero",
    ),
    "malformed toml": ("sources.toml", lambda text: text + "\n[files\n", False, "sources.toml is not valid toml"),
    "a figure with its ends swapped": (
        "figures.csv",
        lambda text: re.sub(r"(?m)^(F140,.*?range,)(\d+),(\d+)", r"\1\3,\2", text),
        True,
        "figures.csv",
    ),
}


@pytest.mark.parametrize("case", RAW.values(), ids=list(RAW))
def test_broken_raw_data_stop_the_command_with_one_message(study, monkeypatch, case):
    name, change, register, words = case
    edit(study, name, change, register=register)
    before = everything(study)
    message = run(monkeypatch, "data")
    assert message.startswith("error: ")
    assert re.search(words, message), message
    assert everything(study) == before


def test_a_missing_raw_file_stops_the_command_with_its_name(study, monkeypatch):
    (study / "data" / "raw" / "forces_gone.csv").unlink(missing_ok=True)
    (study / "data" / "raw" / "force_population.csv").unlink()
    assert "data/raw/force_population.csv is missing" in run(monkeypatch, "data")


def test_an_unregistered_raw_file_stops_the_command(study, monkeypatch):
    (study / "data" / "raw" / "mine.csv").write_text("a\n1\n")
    assert "unregistered files ['mine.csv']" in run(monkeypatch, "data")


def test_a_negative_count_is_kept(study, monkeypatch):
    edit(study, "recorded_offences.csv", replace_line(1, lambda line: re.sub(r"Somerset,\d+", "Somerset,-3", line)))
    assert run(monkeypatch, "data") == "0"
    table = (study / "data" / "processed" / "recorded_offences.csv").read_text(encoding="utf-8").splitlines()
    assert next(line for line in table if ",Avon and Somerset," in line and ",17B," in line).endswith(",-3")


ASSUMPTIONS = {
    "low above high": ("low = 0.05\nhigh = 0.15", "low = 0.25\nhigh = 0.15", "low 0.25 exceeds high 0.15"),
    "a probability of 0": ("low = 0.05\nhigh = 0.15", "low = 0\nhigh = 0.15", "0 would make the total infinite"),
    "a word for a number": ("low = 0.05\nhigh = 0.15", 'low = "5%"\nhigh = 0.15', "must be a number"),
    "no reason": ("reason = ", "because = ", "lacks reason"),
    "a reason that is no text": ('reason = "Printed as 68', 'reason = 3 # "', "must be text in quotes"),
    "a loss that is no list": ('loss = ["recorded"]', 'loss = "recorded"', "loss is 'recorded'; must be a list"),
    "a share above 1": ("low = 0.265\nhigh = 0.275", "low = 5.0\nhigh = 9.0", "a share lies between 0 and 1"),
    "nobody per defendant": ("low = 1.0\nhigh = 3.0", "low = 0.0\nhigh = 3.0", "must be above 0"),
    "malformed toml": ("[contact_share]", "[contact_share", "mine.toml is not valid toml"),
    "a missing assumption": ("[recording_probability]", "[recorded_probability]", "lacks recording_probability"),
    "a source that is no source": ('source = "vkpp23"', 'source = "smith2025"', "source 'smith2025' is not in"),
    "one of two sources": (
        '"lbc25 and sct25"',
        '"lbc25 and sct52"',
        "'sct52' is not in data/raw/sources.toml; did you",
    ),
    "a source that nothing explains": (
        'source = "vkpp23"',
        'source = "nobody"',
        "register it there under [publications], or give keys",
    ),
    "a loss counted twice": ('loss = ["recorded"]', 'loss = ["reported"]', "would count it twice"),
}


@pytest.mark.parametrize("case", ASSUMPTIONS.values(), ids=list(ASSUMPTIONS))
def test_broken_assumptions_stop_the_report_before_anything_is_written(study, monkeypatch, case):
    old, new, words = case
    text = (study / "assumptions.toml").read_text(encoding="utf-8")
    assert old in text
    (study / "mine.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    before = everything(study)
    message = run(monkeypatch, "report", "--assumptions", "mine.toml", "--out", "build/mine")
    assert message.startswith("error: ")
    assert words in message, message
    assert everything(study) == before


def test_a_file_of_assumptions_that_is_not_there_is_named(study, monkeypatch):
    message = run(monkeypatch, "report", "--assumptions", "none.toml", "--out", "build/mine")
    assert "none.toml" in message


def test_other_assumptions_do_not_overwrite_the_build_of_the_study(study, monkeypatch):
    message = run(monkeypatch, "report", "--assumptions", "assumptions.toml")
    assert "need a folder of their own" in message


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "free some space"), (errno.EROFS, "make the folder writable")]
)
@pytest.mark.parametrize("command", ["data", "results"])
@pytest.mark.usefixtures("computed")
def test_a_full_or_read_only_disk_leaves_what_was_there(study, monkeypatch, command, number, words):
    def fail(*_args, **_kwargs):
        raise OSError(number, "the disk refuses", str(study))

    before = everything(study)
    monkeypatch.setattr(tempfile, "mkdtemp", fail)
    monkeypatch.setattr(tempfile, "mkstemp", fail)
    message = run(monkeypatch, command)
    assert message.startswith("error: the disk refuses")
    assert words in message
    assert everything(study) == before


def test_a_disk_that_fills_up_half_way_leaves_the_old_tables_and_no_debris(study, monkeypatch):
    written = []
    real = Path.write_bytes

    def fills_up(self, content):
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device", str(self))
        written.append(self)
        return real(self, content)

    before = everything(study)
    monkeypatch.setattr(Path, "write_bytes", fills_up)
    assert "No space left on device" in run(monkeypatch, "data")
    assert len(written) == 2
    assert everything(study) == before


def test_outside_a_checkout_the_command_says_where_to_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert f"this command writes into one, and what came with the library is only to be read; cd {ROOT}" in run(
        monkeypatch, "data"
    )


def test_damaged_results_are_named_and_the_cure_is_said(study, monkeypatch):
    (study / "reports" / "results.json").write_text('{"results": [', encoding="utf-8")
    from cseanalysis import load_results

    with pytest.raises(ValueError, match=r"results.json is damaged .*run `make results`"):
        load_results(study)


def test_a_tidy_table_that_was_edited_by_hand_is_refused(study):
    from cseanalysis import read_table
    from cseanalysis.study import ChecksumError

    path = study / "data" / "processed" / "forces.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Kent", "Kemt"), encoding="utf-8")
    with pytest.raises(ChecksumError, match="run `make data`"):
        read_table("forces", study)
    with pytest.raises(ValueError, match="there are recorded_offences"):
        read_table("force", study)


@pytest.mark.usefixtures("computed")
def test_results_are_not_computed_from_tables_of_other_raw_data(study, monkeypatch):
    edit(study, "recorded_offences.csv", replace_line(1, lambda line: re.sub(r"Somerset,\d+", "Somerset,8", line)))
    assert "built from another data/raw/recorded_offences.csv: run `make data` first" in run(monkeypatch, "results")
    assert run(monkeypatch, "data") == "0"
    assert run(monkeypatch, "results") == "0"


COMMANDS = [
    *(["data"], ["results"], ["report"], ["verify"], ["release"], ["run", "a.toml"], ["figures"], ["figures", "F031"]),
    *(["compare", "F031", "F035"], ["forces", "--ods", "a.ods"], ["add", "a.csv", "--published", "2026-07-23"]),
    *(["update"], ["tracker"], ["trace", "F031"], ["cite", "F031"], ["claim", "717 offences"]),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("name", ["figures.csv", "interventions.csv"])
def test_an_altered_raw_file_stops_every_command(study, monkeypatch, command, name):
    (study / "a.toml").write_text('title = "A"\nwhy = "B"\nsource = "C"\nchoices.offence_scope = "contact codes"\n')
    (study / "a.csv").touch()
    edit(study, name, lambda text: text.replace("1", "7", 1), register=False)
    before = everything(study)
    assert f"data/raw/{name} has changed" in run(monkeypatch, *command)
    assert everything(study) == before


def test_every_command_of_the_study_is_among_those_that_check():
    without_a_study = {"diff", "clean"}  # one compares builds, the other needs no checkout
    assert {words[0] for words in COMMANDS} | without_a_study == set(cli.build_parser()[1])


@pytest.mark.parametrize("name", ["figures.csv", "definitions.csv", "bridges.csv"])
def test_an_altered_register_is_refused_by_whatever_loads_it(study, name):
    from cseanalysis import load_figures
    from cseanalysis.study import ChecksumError

    path = study / "data" / "raw" / name
    stamp = path.stat()
    path.write_text(path.read_text(encoding="utf-8").replace("1", "7", 1), encoding="utf-8")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # same size, same time
    with pytest.raises(ChecksumError, match=f"data/raw/{name} has changed"):
        load_figures(study)


def test_altered_results_are_refused_by_whatever_reads_them(study, monkeypatch):
    from cseanalysis import load_results
    from cseanalysis.study import ChecksumError
    from cseanalysis.study.data.reported import load_results_table

    path = study / "reports" / "results.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["results"][0]["point"] += 1
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for read in (load_results, lambda root: load_results_table("lag_by_year", root)):
        with pytest.raises(ChecksumError, match=r"results\.json was changed after it was written: run `make results`"):
            read(study)
    assert "was changed after it was written" in run(monkeypatch, "diff", ".", ".")
    content.pop("sha256")
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ValueError, match=r"it lacks .*sha256"):
        load_results(study)


@pytest.mark.parametrize("command", [["forces", "--ods", "a.ods"], ["results"]], ids=" ".join)
def test_altered_tables_stop_the_commands_that_read_them(study, monkeypatch, command):
    path = study / "data" / "processed" / "recorded_offences.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("1", "7", 1), encoding="utf-8")
    assert "was changed after it was built: run `make data`" in run(monkeypatch, *command)


def test_an_altered_build_is_not_compared(study, monkeypatch):
    build = study / "build"
    build.mkdir()
    for name in ("results.json", "assumptions.toml"):
        shutil.copyfile(study / ("reports" if name == "results.json" else ".") / name, build / name)
    outputs = {name: sha256((build / name).read_bytes()) for name in ("results.json", "assumptions.toml")}
    (build / "manifest.json").write_text(json.dumps({"outputs": outputs}))
    assert run(monkeypatch, "diff", "build", "build") == "0"
    text = (build / "assumptions.toml").read_text(encoding="utf-8")
    (build / "assumptions.toml").write_text(text.replace("high = 0.15", "high = 0.2", 1), encoding="utf-8")
    assert "assumptions.toml was changed after it was written" in run(monkeypatch, "diff", "build", "build")


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_ctrl_c_ends_in_one_line_and_the_code_that_shells_give_it(study):
    code = (
        "import os, signal, sys\nfrom cseanalysis import cli\nfrom cseanalysis.study.data import project\n"
        "project.find_project = lambda: os.kill(os.getpid(), signal.SIGINT)\nsys.argv[1:] = ['figures']\ncli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert done.stdout + done.stderr.strip() == "stopped by Ctrl-C; what was not finished is as it was before"


def test_a_build_that_cannot_be_kept_is_not_begun(study, monkeypatch):
    def fail(*_args, **_kwargs):
        raise OSError(errno.EROFS, "Read-only file system", str(study))

    monkeypatch.setattr("cseanalysis.study.results.rebuild", lambda *_, **__: pytest.fail("the work was begun"))
    monkeypatch.setattr(tempfile, "mkdtemp", fail)
    assert run(monkeypatch, "report") == (
        f"error: Read-only file system: {study}; make the folder writable, or name another with --out"
    )


@pytest.mark.parametrize(
    ("out", "words"),
    [
        (".", "part of the study"),
        ("..", "part of the study"),
        ("data/raw", "part of the study"),
        ("reports", "part of the study"),
        ("reports/v0.1.0", "part of the study"),
        ("CHANGELOG.md", "is a file"),
        ("mine", "holds ['thesis.txt']"),
    ],
)
def test_a_build_never_takes_the_place_of_what_it_did_not_write(study, monkeypatch, out, words):
    (study / "mine").mkdir()
    (study / "mine" / "thesis.txt").write_text("years of work")
    before = everything(study)
    assert words in run(monkeypatch, "report", "--out", out)
    assert everything(study) == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace('[files."figures.csv"]', '[files."../figures.csv"]'), "plain file name"),
        (lambda text: text.replace("publisher =", "house =", 1), "lacks publisher"),
        (lambda text: "files = 1\n", "has no section [files"),
        (
            lambda text: re.sub('primary = ".*"', 'primary = " "', text, count=1),
            "phil2504: primary is ' '; give the place",
        ),
        (
            lambda text: re.sub('address = "(.*)"\nprimary = ".*"', r'address = "\1"\nprimary = "\1"', text),
            "is not the address",
        ),
    ],
    ids=["a path", "no publisher", "no table", "an empty primary", "a primary that is the copy"],
)
def test_a_malformed_list_of_sources_is_named(study, monkeypatch, change, words):
    path = study / "data" / "raw" / "sources.toml"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert words in run(monkeypatch, "data")


@pytest.mark.usefixtures("computed")
def test_lock_and_system_files_of_other_programs_do_not_matter(study, monkeypatch):
    (study / "data" / "raw" / ".~lock.figures.csv#").write_text("open")
    (study / "data" / "processed" / ".DS_Store").write_text("x")
    assert run(monkeypatch, "verify") == "0"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("reports/results.json", ""),
        ("reports/results.json", "[]"),
        ("data/processed/datapackage.json", "{}"),
        ("data/processed/forces.csv", "a,b\n1,2,3\n"),
    ],
)
@pytest.mark.usefixtures("computed")
def test_verify_names_a_damaged_file_instead_of_failing_itself(study, monkeypatch, capsys, name, content):
    (study / name).write_text(content)
    assert run(monkeypatch, "verify") == "1"
    printed = capsys.readouterr().out
    assert Path(name).name in printed
    assert "verdict: differs" in printed
