"""The study's register of published figures, checked against its sources."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cseanalysis import register
from cseanalysis.study.data.project import find_project, load_sources, raw_file

if TYPE_CHECKING:
    from cseanalysis.register import Figure


def load_figures(root: Path | str | None = None) -> Mapping[str, Figure]:
    """Return the register of published figures, by id, each with its definition, its bridges and what moved it.

    Parameters
    ----------
    root
        The checkout; without it, the one around the working directory.

    Returns
    -------
    Mapping of str to Figure

    Raises
    ------
    FileNotFoundError
        Outside a checkout.
    ChecksumError
        When the file is not the registered one.
    ValueError
        Naming file, row and field of each malformed figure, or a figure whose source is not registered.
    """
    project = find_project(root)
    table, definitions, bridges = (raw_file(project, f"{name}.csv") for name in ("figures", "definitions", "bridges"))
    figures = register.load_figures(table, definitions=definitions, bridges=bridges)
    publications = load_sources(project)["publications"]
    if unknown := sorted({figure.source for figure in figures.values()} - publications.keys()):
        raise ValueError(f"figures.csv cites sources {unknown[:5]} that sources.toml does not list; add them")
    regraded = [item.id for item in figures.values() if item.tier != publications[item.source]["tier"]]
    if regraded:
        raise ValueError(f"figures.csv grades {regraded[:5]} otherwise than sources.toml their sources; mend the tier")
    if not {"recording_changes.csv", "interventions.csv"} <= load_sources(project)["files"].keys():
        return figures
    # Both registers of events are checked against the figures, so these come first.
    from cseanalysis.register.loading import with_shifts
    from cseanalysis.study.change.events import as_shifts, load_events

    return with_shifts(figures, as_shifts(load_events(figures, project.root)))
