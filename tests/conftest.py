"""What several files of tests need and what is slow to make: the study, built once for real in a whole run."""

import os
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes is the machine's affair; speed is measured in benchmarks. The examples are the same in every
# run, so that a red suite says something about the change; `--hypothesis-profile search` looks for new ones.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, derandomize=False)
settings.load_profile("same")

SECONDS = 120  # how long a process of the run waits for another to have built


@pytest.fixture(scope="session")
def built_study(tmp_path_factory):
    """The study built from its raw data for real, by the first process of the run that asks; never written to."""
    from cseanalysis.study.data.project import Project, find_project
    from cseanalysis.study.results import rebuild

    own = tmp_path_factory.getbasetemp()
    # Processes of one run (pytest-xdist) have folders of their own beside each other.
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    built, failed = shared / "built", shared / "failed"
    try:
        (shared / "begun").mkdir()  # stays, so that only one process ever builds
    except FileExistsError:
        end = time.monotonic() + SECONDS
        while not built.is_dir():
            assert not failed.exists(), "the study could not be built; another process of this run says why"
            assert time.monotonic() < end, f"the study was not built within {SECONDS} seconds"
            time.sleep(0.05)
        return Project(built)
    try:
        (shared / "building").mkdir()
        # Each part is computed: nothing was kept before. Afterwards it is, for tests that change one assumption.
        rebuild(find_project(Path(__file__).resolve().parents[1]), shared / "building", kept=shared / "kept")
        (shared / "building").rename(built)
    except BaseException:
        failed.touch()
        raise
    return Project(built)


@pytest.fixture(scope="session")
def kept_parts(built_study):
    """The folder in which the computed parts of the built study are kept; never written to."""
    return built_study.root.parent / "kept"


@pytest.fixture
def built_before(built_study, monkeypatch):
    """Whatever rebuilds the study gets a copy of the one that was built for real."""
    from cseanalysis.study import results as rebuild
    from cseanalysis.study.data.project import Project

    def copy(project, folder):
        shutil.copytree(built_study.root, folder, dirs_exist_ok=True)
        return Project(folder)

    monkeypatch.setattr(rebuild, "rebuild", copy)
    return built_study


@pytest.fixture(scope="session")
def tables():
    """The register and the tables that a sentence is checked against, read once."""
    from cseanalysis import load_claim_tables

    return load_claim_tables(Path(__file__).resolve().parents[1])


@pytest.fixture(scope="session")
def check(tables):
    """What the register says of a sentence."""
    from cseanalysis.register import claims

    return lambda sentence: claims.check(sentence, tables)
