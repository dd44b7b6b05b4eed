"""Executing chapters: same bytes, clear errors, nothing left behind, unchanged chapters skipped."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from conftest import notebook, small_study

from cseanalysis import noted
from cseanalysis.report import chapters
from cseanalysis.report.chapters import execute, execute_all, parse, render, values_of
from cseanalysis.study.data.project import Project, sha256
from cseanalysis.study.data.reported import sealed


@pytest.fixture
def write(tmp_path):
    def writer(name, *cells):
        path = tmp_path / f"{name}.ipynb"
        path.write_bytes(notebook(*cells))
        return path

    return writer


def about(built):
    """What a manifest says of chapters."""
    return {
        name: {"key": chapter.key, "sha256": sha256(chapter.content), "taken": list(chapter.taken)}
        for name, chapter in built.items()
    }


def test_a_chapter_has_the_same_bytes_whatever_the_users_settings(write, tmp_path, monkeypatch):
    code = """
import os, sys, time, locale, warnings, matplotlib
print(sorted({"x", "y", "z", "a"}, key=hash), time.tzname, os.environ.get("SECRET"), matplotlib.get_backend())
print("noise", file=sys.stderr)
warnings.warn("few\\nforces")
warnings.warn("old", DeprecationWarning)
{"b", "a"}
"""
    path = write("01-a", "# Title", code)
    first = render(execute(path, tmp_path))
    settings = tmp_path / "settings" / "profile_default" / "startup"
    settings.mkdir(parents=True)
    (settings / "00-x.py").write_text("print('startup')")
    (tmp_path / "matplotlibrc").write_text("backend: svg\n")
    for name, value in {
        "IPYTHONDIR": str(tmp_path / "settings"),
        "JUPYTER_PATH": str(tmp_path),
        "PYTHONHASHSEED": "7",
        "PYTHONWARNINGS": "ignore",
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "tr_TR.UTF-8",
        "SECRET": "s",
    }.items():
        monkeypatch.setenv(name, value)
    assert render(execute(path, tmp_path)) == first
    text = json.dumps(parse(first).cells[1].outputs) + json.dumps(parse(first).metadata)
    assert "'UTC'" in text
    assert "UserWarning: few forces" in text
    for absent in ("noise", "old", "startup", "language_info", str(tmp_path), tempfile.gettempdir() + "/"):
        assert absent not in text


def test_the_source_is_not_changed_and_the_kernel_works_in_the_folder_given(write, tmp_path):
    path = write("01-a", "import os\nopen('here', 'w').close()")
    before = path.read_bytes()
    work = tmp_path / "work folder é"
    work.mkdir()
    execute(path, work)
    assert path.read_bytes() == before
    assert [file.name for file in work.iterdir()] == ["here"]


def test_a_failing_cell_is_named_in_one_line(write, tmp_path):
    path = write("03-x", "# Title", "a = 1", "raise ValueError('no such force: Kent')")
    with pytest.raises(ValueError, match=r"^chapter 03-x, cell 3: ValueError: no such force: Kent$"):
        execute(path, tmp_path)


def test_a_kernel_that_dies_is_an_error_not_a_hang(write, tmp_path):
    with pytest.raises(ValueError, match="chapter 03-x: the kernel ended"):
        execute(write("03-x", "import os\nos._exit(3)"), tmp_path)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda text: text.replace('"id": "cell-1"', '"x": 1'), "cells 2 have no id of their own"),
        (lambda text: text.replace("cell-1", "cell-0"), "cells 1, 2 have no id of their own"),
        (lambda text: text[:40], "is not a notebook"),
        (lambda text: "[]", "is not a notebook"),
    ],
)
def test_a_notebook_that_would_change_at_every_reading_is_refused(write, tmp_path, change, fault):
    path = write("01-a", "1", "2")
    path.write_text(change(path.read_text()))
    with pytest.raises(ValueError, match=f"chapter 01-a:? {fault}"):
        execute(path, tmp_path)


def test_no_folder_is_left_and_a_long_temporary_path_does_no_harm(write, tmp_path, monkeypatch):
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    execute(write("01-a", "1 + 1"), tmp_path)
    assert list(long.iterdir()) == []


def test_an_unchanged_chapter_is_taken_from_the_last_build_and_a_damaged_one_is_not(write, tmp_path):
    paths = [write("01-a", "'first'"), write("02-b", "'second'")]
    out = tmp_path / "out"
    out.mkdir()
    built = execute_all(paths, tmp_path, 2, shared_key="k")
    assert list(built) == ["01-a", "02-b"]
    manifest = about(built)
    for name, chapter in built.items():
        (out / f"{name}.ipynb").write_bytes(chapter.content)
    (out / "02-b.ipynb").write_bytes(built["02-b"].content.replace(b"second", b"forged"))
    lines = []
    again = execute_all(paths, tmp_path, shared_key="k", previous=manifest, folder=out, log=lines.append)
    assert {name: chapter.reused for name, chapter in again.items()} == {"01-a": True, "02-b": False}
    assert {name: chapter.content for name, chapter in again.items()} == {n: c.content for n, c in built.items()}
    assert "chapter 01-a: unchanged" in lines


def test_another_shared_input_executes_the_chapter_again(write, tmp_path):
    path = write("01-a", "1")
    key = execute_all([path], tmp_path, shared_key="k")["01-a"].key
    path.write_bytes(notebook("2"))
    assert execute_all([path], tmp_path, shared_key="k")["01-a"].key != key


def test_after_a_failure_no_kernel_goes_on(write, tmp_path):
    marker = tmp_path / "pid"
    slow = write("01-slow", f"import os, time\nopen({str(marker)!r}, 'w').write(str(os.getpid()))\ntime.sleep(120)")
    wait = f"import pathlib, time\npid = pathlib.Path({str(marker)!r})\n"
    wait += "while not (pid.exists() and pid.read_text()): time.sleep(0.02)\n"
    bad = write("02-bad", wait + "raise KeyError('x')")
    with pytest.raises(ValueError, match="chapter 02-bad, cell 1: KeyError"):
        execute_all([bad, slow], tmp_path, 2)
    with pytest.raises(ProcessLookupError):
        os.kill(int(marker.read_text()), 0)


def test_a_users_kernel_named_python3_is_not_used(write, tmp_path, monkeypatch):
    spec = tmp_path / "data" / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text('{"argv": ["/bin/false"], "display_name": "x", "language": "python"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "data"))
    node = execute(write("01-a", "import sys\nsys.executable"), tmp_path)
    assert Path(node.cells[0].outputs[0]["data"]["text/plain"].strip("'")).name.startswith("python")


# The ways in which a chapter can see the study: a cell that does, and what is noted of it.
LOADS = "from cseanalysis import load_assumptions, load_results\nfrom cseanalysis.study.data import reported\n"
WAYS = {
    "a result": ("load_results()['a'].point", "result:a"),
    "a result that is not there": ("load_results().get('c')", "result:c"),
    "whether there is a result": ("'a' in load_results()", "result:a"),
    "how many results there are": ("len(load_results())", "result:*"),
    "results one by one": ("[*load_results()]", "result:*"),
    "results beside others": ("load_results() | {}", "result:*"),
    "a copy of the results": ("{**load_results()}", "result:*"),
    "results printed": ("print(load_results())", "result:*"),
    "results compared": ("load_results() == {}", "result:*"),
    "what a result hangs on": ("reported.load_leading()['a']", "leading:a"),
    "a table": ("reported.load_results_table('t')", "table:t"),
    "which tables there are": ("[*reported.load_tables()]", "table:*"),
    "the period": ("reported.load_period()['first']", "period:first"),
    "a number in a sentence": ("from cseanalysis.report import prose\nprose('{a} it is.')", "result:a"),
    "a number computed": ("from cseanalysis.report import same_as_reported\nsame_as_reported('b', 1.0)", "result:b"),
    "an assumption": ("load_assumptions()['x'].low", "assumption:x"),
    "an assumption in a sentence": ("from cseanalysis.report import prose\nprose('{assumption:x}')", "assumption:x"),
    "assumptions one by one": ("[one.low for one in load_assumptions().values()]", "assumption:*"),
    "results as a file": ("open('../reports/results.json').read()", "file:reports/results.json"),
    "assumptions as a file": (
        "from cseanalysis.study.data.assumptions import read_assumptions\nfrom pathlib import Path\n"
        "read_assumptions(Path('../assumptions.toml'))",
        "file:assumptions.toml",
    ),
    "a file by another library": ("import pandas\npandas.read_csv('beside.txt')", "file:notebooks/beside.txt"),
    "another chapter": ("open('00.ipynb').read()", "file:notebooks/00.ipynb"),
    "code of the typesetting": ("import cseanalysis.report.annexes", "code:annexes.py"),
    "a program": ("import subprocess\nsubprocess.run(['true'])", "file:reports/results.json"),
    # Counts as the result and no more: older numpy asks for the processor when it is imported.
    "a result beside the processor": (
        "import subprocess, contextlib\nwith contextlib.suppress(OSError):\n    subprocess.run(['lscpu'], "
        "capture_output=True)\nload_results()['a']",
        "result:a",
    ),
    "a process of Python's": (
        "import multiprocessing\none = multiprocessing.get_context('spawn').Process(target=print)\none.start()",
        "file:assumptions.toml",
    ),
}


def results_of(a=1.0, first="April", rows=1, more=()):
    def one(name, point):
        leading = {"kind": "counted" if point == 1.0 else "data"}
        return {"id": name, "unit": "offences", "point": point, "interval": None, "basis": [], "leading": leading}

    tables = {"t": [{"n": rows}], "u": []}
    results = [one("a", a), one("b", 1.0), *(one(name, 1.0) for name in more)]
    return sealed({"results": results, "tables": tables, "period": {"first": first, "last": "May"}})


@pytest.fixture(scope="module")
def every_way(tmp_path_factory):
    """A study with a chapter for each way to see it, and the chapters as they were executed."""
    project = small_study(tmp_path_factory.mktemp("ways") / "study")
    (project.notebooks / "00-summary.ipynb").unlink()
    (project.notebooks / "beside.txt").write_text("n\n1\n")
    project.results.write_bytes(results_of())
    text = project.assumptions.read_text()
    project.assumptions.write_text(text.replace("known_probability", "x") + text.replace("known_probability", "y"))
    for number, (code, _) in enumerate(WAYS.values()):
        (project.notebooks / f"{number:02}.ipynb").write_bytes(notebook(LOADS + code))
    paths = sorted(project.notebooks.glob("*.ipynb"))
    return project, execute_all(paths, project.notebooks, value_of=values_of(project))


def test_what_a_chapter_takes_is_noted_by_whichever_way(every_way):
    taken = {way: chapter.taken for way, chapter in zip(WAYS, every_way[1].values(), strict=True)}
    assert {way: noted for way, (_, noted) in WAYS.items() if noted not in taken[way]} == {}
    assert [way for way, notes in taken.items() if "result:*" in notes and "result:a" in notes] == []
    assert not [note for note in taken["a result"] if not note.startswith(("code:", "file:data/raw/", "result:a"))]


FILES = {"file:reports/results.json", "result:*"}
CHANGES = {
    "nothing": (lambda study: None, set()),
    "a result": (lambda study: study.results.write_bytes(results_of(a=2.0)), {*FILES, "result:a", "leading:a"}),
    "one result more": (lambda study: study.results.write_bytes(results_of(more="c")), {*FILES, "result:c"}),
    "a table": (
        lambda study: study.results.write_bytes(results_of(rows=2)),
        {"file:reports/results.json", "table:t", "table:*"},
    ),
    "the period": (
        lambda study: study.results.write_bytes(results_of(first="March")),
        {"file:reports/results.json", "period:first"},
    ),
    "an assumption": (
        lambda study: study.assumptions.write_text(study.assumptions.read_text().replace("0.05", "0.06", 1)),
        {"file:assumptions.toml", "assumption:x", "assumption:*"},
    ),
    "another assumption": (
        lambda study: study.assumptions.write_text("0.06".join(study.assumptions.read_text().rsplit("0.05", 1))),
        {"file:assumptions.toml", "assumption:*"},
    ),
    "a file": (lambda study: (study.notebooks / "beside.txt").write_text("n\n2\n"), {"file:notebooks/beside.txt"}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_chapters_are_executed_again_that_took_what_changed_and_no_others(every_way, tmp_path, monkeypatch, change):
    alter, moved = CHANGES[change]
    project, built = Project(tmp_path / "study"), every_way[1]
    shutil.copytree(every_way[0].root, project.root)
    alter(project)
    for name, chapter in built.items():
        (tmp_path / f"{name}.ipynb").write_bytes(chapter.content)
    monkeypatch.setattr(chapters, "_execute", lambda notebook, *_: (parse(notebook.read_bytes()), ()))
    kept = {"previous": about(built), "folder": tmp_path, "value_of": values_of(project)}
    found = execute_all(sorted(project.notebooks.glob("*.ipynb")), project.notebooks, **kept)
    both = {"file:reports/results.json", "file:assumptions.toml"}  # what another process may have seen
    takes = {
        way: both if way in {"a program", "a process of Python's"} else {noted} for way, (_, noted) in WAYS.items()
    }
    executed = {way for way, chapter in zip(WAYS, found.values(), strict=True) if not chapter.reused}
    assert executed == {way for way, notes in takes.items() if notes & moved}


def test_compiled_code_counts_as_its_module_and_not_under_the_name_that_it_has_while_it_is_written():
    # Python writes a compiled module under a name that holds an address of memory, and another in every run.
    folder = noted.CODE / "__pycache__"
    tag = sys.implementation.cache_tag
    assert noted._source(folder / f"prose.{tag}.pyc") == noted.CODE / "prose.py"
    assert noted._source(folder / f"prose.{tag}.pyc.140325419547312") is None
    assert noted._source(noted.CODE / "prose.py") == noted.CODE / "prose.py"
