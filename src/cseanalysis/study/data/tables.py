"""Read the tidy tables, as long as they are those that `make data` wrote from the registered raw files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from cseanalysis.study.data.project import (
    ChecksumError,
    Project,
    find_project,
    load_sources,
    read_json,
    sha256,
)

_DTYPES = {"integer": "Int64", "number": "float64"}


def check_tables(project: Project) -> None:
    """Refuse tidy tables that were built from other raw files than the registered ones."""
    package = _package(project)
    built_from = {source["raw"]: source["hash"] for source in package["sources"]}
    for name, entry in load_sources(project)["files"].items():
        if built_from.get(name) != f"sha256:{entry['sha256']}":
            raise ChecksumError(f"data/processed was built from another data/raw/{name}: run `make data` first")


def read_table(name: str, root: Path | str | None = None) -> pd.DataFrame:
    """Return one of the study's tidy tables.

    Parameters
    ----------
    name
        ``"recorded_offences"``, ``"recorded_by_quarter"``, ``"revision_2017_18"``, ``"outcomes"``, ``"forces"`` or
        ``"figures"``.
    root
        The checkout; without it, the one around the working directory, or else the data in the wheel.

    Returns
    -------
    DataFrame
        Codes are text, counts nullable integers, dates timestamps.

    Raises
    ------
    FileNotFoundError
        When ``root`` is no checkout, or before ``make data``.
    ValueError
        When there is no such table.
    ChecksumError
        When the file is not the one that ``make data`` wrote.
    """
    project = find_project(root)
    folder = project.processed
    resources = {entry["name"]: entry for entry in _package(project)["resources"]}
    if name not in resources:
        raise ValueError(f"no table {name!r}: there are {', '.join(resources)}")
    entry = resources[name]
    path = folder / entry["path"]
    if not path.is_file() or f"sha256:{sha256(path.read_bytes())}" != entry["hash"]:
        raise ChecksumError(f"{path} is missing or was changed after it was built: run `make data`")
    types = {field["name"]: field["type"] for field in entry["schema"]["fields"]}
    return pd.read_csv(
        path,
        dtype={column: _DTYPES.get(kind, "str") for column, kind in types.items() if kind != "date"},
        parse_dates=[column for column, kind in types.items() if kind == "date"],
        keep_default_na=False,
        na_values=[""],
    )


def data_end(recorded: pd.DataFrame) -> pd.Timestamp:
    """Return the last day of the last quarter in the table ``recorded_offences``."""
    return recorded["period_start"].max() + pd.offsets.QuarterEnd()


def _package(project: Project) -> dict[str, Any]:
    return read_json(project.processed / "datapackage.json", "run `make data`", "resources", "sources")
