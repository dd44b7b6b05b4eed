"""Read what was reported: every number of reports/results.json, without loading what computes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The least and the most share of a range that would go if an assumption were known, over where it might lie."""

    assumption: str
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Leading:
    """What a reported number hangs on most.

    Attributes
    ----------
    kind
        ``"one"``: an assumption; ``"several"``: what knowing them would remove overlaps, so none leads; ``"none"``:
        knowing any one alone removes nothing. Without an assumption: ``"counted"``, one value; ``"data"``, a range that
        what is published, or the stretch of it that is used, leaves open; ``"confidence"``, chance; ``"simulation"``,
        stated distributions, whose shares of variance are in a table of their own.
    assumptions
        The leading one, or several, most useful first.
    """

    kind: str
    assumptions: tuple[Narrowed, ...]


def load_leading(root: Path | str | None = None) -> Mapping[str, Leading]:
    """Return for every reported number, by id, the assumption that it hangs on most, or why there is none.

    Parameters
    ----------
    root
        As for `load_results`.

    Returns
    -------
    Mapping of str to Leading
    """
    return MappingProxyType(
        {
            entry["id"]: Leading(
                entry["leading"]["kind"], tuple(Narrowed(**one) for one in entry["leading"].get("assumptions", ()))
            )
            for entry in _read(root)["results"]
        }
    )


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
