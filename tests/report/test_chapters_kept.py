"""After a change to one assumption of the study itself, a chapter that is kept is what executing it would give."""

import re
import shutil
from pathlib import Path

import pytest

from cseanalysis.report import chapters
from cseanalysis.report.chapters import execute_all, parse, values_of
from cseanalysis.study.data.project import find_project, sha256
from cseanalysis.study.results import rebuild

STUDY = find_project(Path(__file__).resolve().parents[2])


def chapters_of(project, **kept):
    return execute_all(
        sorted(project.notebooks.glob("*.ipynb")), project.notebooks, value_of=values_of(project), **kept
    )


def computed(folder, kept, assumptions):
    """The study with its numbers under some assumptions, in a folder of its own."""
    project = rebuild(STUDY, folder, assumptions=assumptions, kept=kept)
    shutil.copytree(STUDY.notebooks, project.notebooks)
    return project


@pytest.fixture(scope="module")
def before(tmp_path_factory, kept_parts):
    """The study's chapters, executed once, what a manifest says of them, and the folder of what else is kept."""
    folder = tmp_path_factory.mktemp("before")
    shutil.copytree(kept_parts, folder / "kept")
    built = chapters_of(computed(folder / "study", folder / "kept", STUDY.assumptions))
    for name, chapter in built.items():
        (folder / f"{name}.ipynb").write_bytes(chapter.content)
    about = {
        name: {"key": chapter.key, "sha256": sha256(chapter.content), "taken": list(chapter.taken)}
        for name, chapter in built.items()
    }
    return folder, about


CHANGES = {
    "contact_share": ("high = 0.686", {"00-summary", "02-total", "06-sensitivity"}),
    "court_receipts_ratio": ("high = 1.06", {"04-lag", "06-sensitivity"}),
}


def with_other(names):
    text = STUDY.assumptions.read_text()
    for name in names:
        text, count = re.subn(rf"(\[{name}\]\nlow = .*\n)high = .*", rf"\g<1>{CHANGES[name][0]}", text)
        assert count == 1
    return text


@pytest.mark.parametrize("name", CHANGES)
def test_only_chapters_that_rest_on_a_changed_assumption_are_executed(before, tmp_path, monkeypatch, name):
    folder, about = before
    (tmp_path / "mine.toml").write_text(with_other([name]))
    project = computed(tmp_path / "study", folder / "kept", tmp_path / "mine.toml")
    monkeypatch.setattr(chapters, "_execute", lambda notebook, *_: (parse(notebook.read_bytes()), ()))
    found = chapters_of(project, previous=about, folder=folder)
    assert {one for one, chapter in found.items() if not chapter.reused} == CHANGES[name][1]


def test_after_several_changes_a_chapter_that_is_kept_is_what_executing_it_would_give(before, tmp_path):
    folder, about = before
    (tmp_path / "mine.toml").write_text(with_other(CHANGES))
    project = computed(tmp_path / "study", folder / "kept", tmp_path / "mine.toml")
    for one in set[str]().union(*(executed for _, executed in CHANGES.values())):
        (project.notebooks / f"{one}.ipynb").unlink()
    found = chapters_of(project, previous=about, folder=folder)
    assert [chapter.reused for chapter in found.values()] == [True] * 5
    afresh = chapters_of(project)
    assert {one: (chapter.content, chapter.taken) for one, chapter in afresh.items()} == {
        one: (chapter.content, chapter.taken) for one, chapter in found.items()
    }
