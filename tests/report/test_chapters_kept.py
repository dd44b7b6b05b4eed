"""After a change to one assumption of the study itself, a chapter that is kept is what executing it would give."""

import re
import shutil
from pathlib import Path

import pytest

from cseanalysis.report.chapters import execute_all, values_of
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
def before(tmp_path_factory):
    """The study's chapters, executed once, what a manifest says of them, and the folder of what else is kept."""
    folder = tmp_path_factory.mktemp("before")
    built = chapters_of(computed(folder / "study", folder / "kept", STUDY.assumptions))
    for name, chapter in built.items():
        (folder / f"{name}.ipynb").write_bytes(chapter.content)
    about = {
        name: {"key": chapter.key, "sha256": sha256(chapter.content), "taken": list(chapter.taken)}
        for name, chapter in built.items()
    }
    return folder, about


@pytest.mark.parametrize(
    ("name", "end", "executed"),
    [
        ("contact_share", "high = 0.686", {"00-summary", "02-total", "06-sensitivity"}),
        ("court_receipts_ratio", "high = 1.06", {"04-lag", "06-sensitivity"}),
    ],
)
def test_a_chapter_that_is_kept_is_what_executing_it_would_give(before, tmp_path, name, end, executed):
    folder, about = before
    pattern = re.compile(rf"(\[{name}\]\nlow = .*\n)high = .*")
    changed, count = pattern.subn(rf"\g<1>{end}", STUDY.assumptions.read_text())
    assert count == 1
    (tmp_path / "mine.toml").write_text(changed)
    project = computed(tmp_path / "study", folder / "kept", tmp_path / "mine.toml")
    found = chapters_of(project, previous=about, folder=folder)
    assert {name for name, chapter in found.items() if not chapter.reused} == executed
    for one in executed:
        (project.notebooks / f"{one}.ipynb").unlink()
    afresh = chapters_of(project)
    assert {name: chapter.content for name, chapter in afresh.items()} == {
        name: chapter.content for name, chapter in found.items() if chapter.reused
    }
    assert {name: chapter.taken for name, chapter in afresh.items()} == {
        name: chapter.taken for name, chapter in found.items() if chapter.reused
    }
