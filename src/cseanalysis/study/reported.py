"""Read what was reported: every number of reports/results.json, without loading what computes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cseanalysis.study.project import find_project, read_json
from cseanalysis.values import Estimate, Interval

if TYPE_CHECKING:
    import pandas as pd


def load_results(root: Path | str | None = None) -> Mapping[str, Estimate]:
    """Return every reported number by id.

    Parameters
    ----------
    root
        The checkout; without it, the one around the working directory.

    Returns
    -------
    Mapping of str to Estimate

    Raises
    ------
    FileNotFoundError
        Outside a checkout, or before ``make results``.
    ValueError
        When the file is damaged.
    """
    return MappingProxyType({entry["id"]: _from_json(entry) for entry in _read(root)["results"]})


def load_results_table(name: str, root: Path | str | None = None) -> pd.DataFrame:
    """Return a table among the results by its name, such as ``"lag_scenario"``, ``"dependence"`` or ``"narrowing"``."""
    import pandas as pd

    tables = _read(root)["tables"]
    if name not in tables:
        raise ValueError(f"no table {name!r} among the results: there are {', '.join(tables)}")
    table = pd.DataFrame(tables[name])
    if "period_start" in table:
        table["period_start"] = pd.to_datetime(table["period_start"])
    return table


def load_period(root: Path | str | None = None) -> Mapping[str, str]:
    """Return the months and years between which the recorded offences run, in words."""
    return MappingProxyType(_read(root)["period"])


def _read(root: Path | str | None) -> dict[str, Any]:
    return read_json(find_project(root).results, "run `make results`", "results", "tables", "period")


def _from_json(entry: Mapping[str, Any]) -> Estimate:
    interval = entry["interval"]
    return Estimate(
        entry["id"], entry["unit"], entry["point"], interval and Interval(**interval), tuple(entry["basis"])
    )
