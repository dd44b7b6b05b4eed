"""The study's register of published figures, checked against its sources."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
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
        The checkout; without it, the one around the working directory, or else the data in the wheel.

    Returns
    -------
    Mapping of str to Figure

    Raises
    ------
    FileNotFoundError
        When ``root`` is no checkout.
    ChecksumError
        When the file is not the registered one.
    ValueError
        Naming file, row and field of each malformed figure, or a figure whose source is not registered.
    """
    project = find_project(root)
    tables = tuple(raw_file(project, f"{name}.csv") for name in ("figures", "definitions", "bridges"))
    files = load_sources(project)["files"]
    figures = _read(*tables, tuple(files[table.name]["sha256"] for table in tables))
    publications = load_sources(project)["publications"]
    if unknown := sorted({figure.source for figure in figures.values()} - publications.keys()):
        raise ValueError(f"figures.csv cites sources {unknown[:5]} that sources.toml does not list; add them")
    regraded = [item.id for item in figures.values() if item.tier != publications[item.source]["tier"]]
    if regraded:
        raise ValueError(f"figures.csv grades {regraded[:5]} otherwise than sources.toml their sources; mend the tier")
    if not {"recording_changes.csv", "interventions.csv"} <= files.keys():
        return figures
    # Both registers of events are checked against the figures, so these come first.
    from cseanalysis.register.loading import with_shifts
    from cseanalysis.study.change.events import as_shifts, load_events

    return with_shifts(figures, as_shifts(load_events(figures, project.root)))


@lru_cache(maxsize=4)  # hashed again each time, and read when a hash has changed
def _read(figures: Path, definitions: Path, bridges: Path, _hashes: tuple[str, ...]) -> Mapping[str, Figure]:
    return register.load_figures(figures, definitions=definitions, bridges=bridges)
