"""The whole chain: from inputs to one folder, or to nothing."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from conftest import RESULTS, notebook, small_study

from cseanalysis.report import build
from cseanalysis.report.build import build_report, input_hashes, key_of, read_edition
from cseanalysis.study import results as rebuild
from cseanalysis.study.data.project import ChecksumError, Project, sha256


def stand_in(patch):
    """Let a table and invented results stand in for the computation of the small study's numbers."""
    patch.setattr(rebuild, "build_tables", lambda project, out: (out / "table.csv").write_text("a\n1\n"))
    patch.setattr(rebuild, "build_results", lambda project, **_: RESULTS)


@pytest.fixture
def small(study, monkeypatch):
    """The small study, with stand-ins for the computation of its numbers."""
    stand_in(monkeypatch)
    return study


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    """The folder of a build of the small study that was made elsewhere; only copies of it are changed."""
    folder = tmp_path_factory.mktemp("once")
    with pytest.MonkeyPatch.context() as patch:
        stand_in(patch)
        build_report(small_study(folder / "study"), out=folder / "build")
    return folder / "build"


@pytest.fixture
def out(built_once, tmp_path):
    """The last build of the small study."""
    return Path(shutil.copytree(built_once, tmp_path / "build"))


def everything(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_build_holds_all_of_an_edition_and_a_second_one_finds_nothing_to_do(small, tmp_path):
    out = tmp_path / "build"
    before = everything(small.root)
    lines = []
    first = build_report(small, out=out, log=lines.append)
    assert first.status == "built"
    assert everything(small.root) == before
    manifest = json.loads((out / "manifest.json").read_text())
    files = everything(out)
    assert set(files) == {*manifest["outputs"], "manifest.json"}
    pages = {name for name in manifest["outputs"] if name.startswith("html/")}
    assert {"html/index.html", "html/summary.html", "html/numbers.html", "html/page.css"} <= pages
    assert set(manifest["outputs"]) - pages == {
        "brief.pdf",
        "report.pdf",
        "annexes.pdf",
        "results.json",
        "assumptions.toml",
        "notebooks/00-summary.ipynb",
    }
    assert all(sha256(files[name]) == digest for name, digest in manifest["outputs"].items())
    assert (manifest["version"], manifest["edition"], manifest["inputs"]) == ("1.2.3", "2026-11-21", first.inputs)
    assert manifest["commit"] is None
    assert "1,099 were recorded" in files["notebooks/00-summary.ipynb"].decode()
    leaks = [str(small.root), str(tmp_path), tempfile.gettempdir() + "/", os.path.expanduser("~/")]  # noqa: PTH111
    assert not [name for name, content in files.items() for leak in leaks if leak.encode() in content]
    assert [line.split(":")[0] for line in lines] == [
        *("inputs", "tables and results", "chapter 00-summary", "chapters", "typesetting", "writing"),
    ]
    second = build_report(small, out=out)
    assert second.status == "unchanged"
    assert everything(out) == files


def test_a_damaged_build_is_made_again_and_an_intact_chapter_is_kept(small, out):
    files = everything(out)
    (out / "report.pdf").write_bytes(b"%PDF half")
    lines = []
    assert build_report(small, out=out, log=lines.append).status == "built"
    assert "chapter 00-summary: unchanged" in lines
    assert everything(out) == files


def judge(study):
    study.judgement.mkdir(exist_ok=True)
    (study.judgement / "pairs.csv").write_text("key,reason\n")


@pytest.mark.parametrize(
    ("change", "kept"),
    [(judge, False), (lambda study: (study.notebooks / "front.md").write_text("# Other\n"), True)],
    ids=["a judgement", "the front"],
)
def test_a_chapter_is_kept_unless_something_that_it_reads_has_changed(small, out, change, kept):
    change(small)
    lines = []
    assert build_report(small, out=out, log=lines.append).status == "built"
    assert ("chapter 00-summary: unchanged" in lines) == kept


def test_a_build_elsewhere_has_the_same_bytes(small, built_once, tmp_path, monkeypatch):
    shutil.copytree(small.root, tmp_path / "another place é")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.chdir(tmp_path)
    build_report(Project(tmp_path / "another place é"), out=tmp_path / "second")
    assert everything(built_once) == everything(tmp_path / "second")


def test_a_failure_leaves_the_last_build_and_nothing_else(small, out):
    files = everything(out)
    (small.notebooks / "01-x.ipynb").write_bytes(notebook("from cseanalysis.report import prose\nprose('{nothing}')"))
    with pytest.raises(ValueError, match="chapter 01-x, cell 1: ValueError: no result has the id 'nothing'"):
        build_report(small, out=out)
    assert everything(out) == files
    assert [path.name for path in out.parent.iterdir() if "staging" in path.name] == []


def test_other_assumptions_go_into_the_build_and_not_into_the_study(small, tmp_path):
    other = tmp_path / "mine.toml"
    other.write_text(small.assumptions.read_text().replace("0.15", "0.2"))
    build_report(small, assumptions=other, out=tmp_path / "build")
    assert (tmp_path / "build" / "assumptions.toml").read_text() == other.read_text()
    assert "0.2" not in small.assumptions.read_text()


@pytest.mark.parametrize(
    "change",
    [
        lambda study: (study.notebooks / "front.md").write_text("# Other\n"),
        lambda study: (study.notebooks / "references.bib").write_text("% none\n"),
        lambda study: (study.notebooks / "00-summary.ipynb").rename(study.notebooks / "01-summary.ipynb"),
        lambda study: (study.root / "CHANGELOG.md").write_text("## [1.2.4] - 2026-11-22\n"),
        lambda study: study.assumptions.write_text(""),
        lambda study: (study.raw / "sources.toml").write_text(""),
    ],
)
def test_every_input_changes_the_key(study, change):
    before = key_of(input_hashes(study, study.assumptions))
    change(study)
    assert key_of(input_hashes(study, study.assumptions)) != before


def test_what_is_no_input_does_not_change_the_key(study):
    before = key_of(input_hashes(study, study.assumptions))
    (study.notebooks / ".ipynb_checkpoints").mkdir()
    (study.root / "README.md").write_text("x")
    (study.processed / "x.csv").write_text("x")
    assert key_of(input_hashes(study, study.assumptions)) == before


def test_code_is_an_input():
    names = input_hashes(Project(Path(build.__file__).parents[3]), Path(build.__file__))
    assert {
        "package/values.py",
        "package/report/pdf/filter.lua",
        "package/report/pdf/references.csl",
        "package/report/pdf/template.typ",
        "package/report/html/page.css",
        "package/report/html/pages.lua",
        "package/report/html/search.js",
    } <= set(names)
    assert not [name for name in names if "__pycache__" in name]


@pytest.mark.parametrize(
    ("spoil", "error", "fault"),
    [
        (lambda s: (s.raw / "figures.csv").write_text("x"), ChecksumError, "has changed"),
        (lambda s: (s.root / "CHANGELOG.md").unlink(), FileNotFoundError, "CHANGELOG.md is missing"),
        (lambda s: (s.root / "CHANGELOG.md").write_text("# x"), ValueError, "has no entry such as"),
        # It names a folder: this one would be another than an edition's.
        (
            lambda s: (s.root / "CHANGELOG.md").write_text("## [0.2.0/../x] - 2026-01-01\n\n## [0.1.0] - 2026-01-01\n"),
            ValueError,
            r"version '0\.2\.0/\.\./x' has other signs",
        ),
        (lambda s: (s.notebooks / "00-summary.ipynb").unlink(), FileNotFoundError, "holds no chapter"),
        (lambda s: (s.notebooks / "front.md").unlink(), FileNotFoundError, "front.md is missing"),
    ],
)
def test_a_missing_or_altered_input_is_named(small, tmp_path, spoil, error, fault):
    spoil(small)
    with pytest.raises(error, match=fault):
        build_report(small, out=tmp_path / "build")
    assert not (tmp_path / "build").exists()


def test_the_edition_is_the_newest_entry(study):
    (study.root / "CHANGELOG.md").write_text("## [Unreleased]\n\n## [0.2.0] - 2027-01-05\n\n## [0.1.0] - 2026-11-21\n")
    number, day = read_edition(study)
    assert (number, day.isoformat()) == ("0.2.0", "2027-01-05")


def test_recognising_an_unchanged_report_loads_nothing_that_builds_one():
    code = (
        "import sys; import cseanalysis.report.build\n"
        "heavy = {'matplotlib', 'nbclient', 'nbformat', 'typst', 'pypandoc', 'jupyter_client', 'IPython'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
