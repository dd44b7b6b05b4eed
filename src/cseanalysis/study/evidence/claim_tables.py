"""The study's tables that a sentence is checked against."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.project import find_project

if TYPE_CHECKING:
    from cseanalysis.register.claims import Tables


def load_claim_tables(root: Path | str | None = None) -> Tables:
    """Return what `register.claims.check` holds a sentence against.

    The register, the words of the debate, contested numbers, and which numbers are not printed.

    Parameters
    ----------
    root
        The checkout; without it, the one around the working directory.

    Returns
    -------
    Tables

    Raises
    ------
    FileNotFoundError
        Outside a checkout.
    ValueError
        When a table is malformed.
    """
    from cseanalysis.register.claims import Tables, load_aliases, load_contested
    from cseanalysis.study.lookup import not_printed

    project = find_project(root)
    return Tables(
        load_figures(project.root),
        load_aliases(project.judgement / "aliases.csv"),
        load_contested(project.judgement / "contested_claims.csv"),
        not_printed(project.root),
    )
