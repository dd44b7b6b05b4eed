"""Build the study's numbers in another folder, so that the checkout is not written and no path of it can leak."""

from __future__ import annotations

import shutil
from pathlib import Path

from cseanalysis.study.project import Project, check_raw
from cseanalysis.study.results import build_results, write_results
from cseanalysis.study.tables import build_tables


def rebuild(project: Project, folder: Path, *, assumptions: Path | None = None) -> Project:
    """Build tables and results of a study in an empty folder, from its raw data and assumptions.

    Parameters
    ----------
    project
        The study; nothing in it is written.
    folder
        An empty folder; it becomes a study of its own.
    assumptions
        Another file of assumptions than the study's.

    Returns
    -------
    Project
        The study in ``folder``.

    Raises
    ------
    ChecksumError
        When a raw file is not the registered one, before or after it was copied.
    """
    copy = Project(folder)
    shutil.copytree(project.raw, copy.raw)
    shutil.copyfile(assumptions or project.assumptions, copy.assumptions)
    check_raw(copy)
    copy.processed.mkdir()
    build_tables(copy, copy.processed)
    write_results(copy.results, build_results(copy))
    return copy
