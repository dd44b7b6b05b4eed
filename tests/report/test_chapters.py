"""Executing chapters: same bytes, clear errors, nothing left behind, unchanged chapters skipped."""

import json
import os
import tempfile
from pathlib import Path

import pytest
from conftest import notebook

from cseanalysis.report.chapters import execute, execute_all, parse, render
from cseanalysis.study.data.project import sha256


@pytest.fixture
def write(tmp_path):
    def writer(name, *cells):
        path = tmp_path / f"{name}.ipynb"
        path.write_bytes(notebook(*cells))
        return path

    return writer


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
    manifest = {name: {"key": chapter.key, "sha256": sha256(chapter.content)} for name, chapter in built.items()}
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
