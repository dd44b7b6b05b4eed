"""Read what was reported: every number of reports/results.json, without loading what computes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cseanalysis.noted import in_parts, noted
from cseanalysis.study.data.project import ChecksumError, find_project, read_json, sha256
from cseanalysis.values import Estimate, Interval

if TYPE_CHECKING:
    import pandas as pd


SEAL = "sha256"  # the key of results.json that holds the hash of all its other keys
_CURE = "run `make results`"


def load_results(root: Path | str | None = None) -> Mapping[str, Estimate]:
    """Return every reported number by id.

    Parameters
    ----------
    root
        The checkout; without it, the one around the working directory, or else the data in the wheel.

    Returns
    -------
    Mapping of str to Estimate

    Raises
    ------
    FileNotFoundError
        When ``root`` is no checkout, or before ``make results``.
    ChecksumError
        When the file was changed after it was written.
    ValueError
        When the file is damaged.
    """
    return noted("result", _results(_read(root)))


def load_results_table(name: str, root: Path | str | None = None) -> pd.DataFrame:
    """Return a table among the results by its name, such as ``"lag_scenario"``, ``"dependence"`` or ``"narrowing"``."""
    import pandas as pd

    tables = load_tables(root)
    if name not in tables:
        raise ValueError(f"no table {name!r} among the results: there are {', '.join(tables)}")
    table = pd.DataFrame(tables[name])
    if "period_start" in table:
        table["period_start"] = pd.to_datetime(table["period_start"])
    return table


def load_tables(root: Path | str | None = None) -> Mapping[str, Any]:
    """Return every table among the results by its name, as rows."""
    return noted("table", _read(root)["tables"])


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The least and the most share of a range that would go if an assumption were known, over where it might lie."""

    assumption: str
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Leading:
    """What a reported number hangs on most."""

    # ``"one"``: an assumption; ``"several"``: what knowing them would remove overlaps, so none leads; ``"none"``:
    # knowing any one alone removes nothing. Without an assumption: ``"counted"``, one value; ``"data"``, a range that
    # what is published, or the stretch of it that is used, leaves open; ``"confidence"``, chance; ``"simulation"``,
    # stated distributions, whose shares of variance are in a table of their own.
    kind: str
    assumptions: tuple[Narrowed, ...]  # the leading one, or several, most useful first


def load_leading(root: Path | str | None = None) -> Mapping[str, Leading]:
    """Return for every reported number, by id, the assumption that it hangs on most, or why there is none."""
    return noted("leading", _led(_read(root)))


def load_period(root: Path | str | None = None) -> Mapping[str, str]:
    """Return the months and years between which the recorded offences run, in words."""
    return noted("period", _read(root)["period"])


def load_evidence(root: Path | str | None = None) -> Mapping[str, Any]:
    """Return how far the evidence was read, and the newest period of each table: see `study.evidence.age`."""
    content = _read(root)
    if "evidence" not in content:
        raise ValueError(f"{find_project(root).results} does not say how far the evidence was read: {_CURE}")
    return noted("evidence", content["evidence"])


@dataclass(frozen=True, slots=True)
class Reported:
    """What was reported, read in one go: results and what leads them by id, and the evidence."""

    results: Mapping[str, Estimate]
    leading: Mapping[str, Leading]
    evidence: Mapping[str, Any]


def load_reported(root: Path | str | None = None) -> Reported:
    """Return what `load_results`, `load_leading` and `load_evidence` return, from one reading."""
    content = _read(root)
    return Reported(_results(content), _led(content), content.get("evidence", {"newest": []}))


def _results(content: Mapping[str, Any]) -> dict[str, Estimate]:
    return {entry["id"]: _from_json(entry) for entry in content["results"]}


def _led(content: Mapping[str, Any]) -> dict[str, Leading]:
    return {
        entry["id"]: Leading(
            entry["leading"]["kind"], tuple(Narrowed(**one) for one in entry["leading"].get("assumptions", ()))
        )
        for entry in content["results"]
    }


def _read(root: Path | str | None) -> dict[str, Any]:
    path = find_project(root).results
    with in_parts():
        content = read_json(path, _CURE, "results", "tables", "period", SEAL)
        written = path.read_bytes()
    if not _as_sealed(written):
        check_seal(path, content, _CURE)
    return content


@lru_cache(maxsize=4)
def _as_sealed(written: bytes) -> bool:
    """Say whether results are the very bytes that `sealed` writes: to write them takes longer than to read them."""
    return written == sealed(json.loads(written))


def sealed(results: Mapping[str, Any]) -> bytes:
    """Return results as they are written: the same numbers, the same bytes, with a hash of themselves."""
    rest = _written({key: value for key, value in results.items() if key != SEAL})
    return rest.removesuffix(b"\n}\n") + f',\n "{SEAL}": "{sha256(rest)}"\n}}\n'.encode()


def check_seal(path: Path, content: Mapping[str, Any], cure: str) -> None:
    """Refuse results that are not what was written; those of editions before 0.3.1 hold no hash of themselves."""
    rest = {key: value for key, value in content.items() if key != SEAL}
    if SEAL in content and content[SEAL] != sha256(_written(rest)):
        raise ChecksumError(f"{path} was changed after it was written: {cure}")


def _written(results: Mapping[str, Any]) -> bytes:
    return (json.dumps(results, indent=1, ensure_ascii=False) + "\n").encode()


def _from_json(entry: Mapping[str, Any]) -> Estimate:
    interval = entry["interval"]
    return Estimate(
        entry["id"],
        entry["unit"],
        entry["point"],
        interval and Interval(**interval),
        tuple(entry["basis"]),
        formula=entry.get("formula", ""),  # editions before 0.5 hold neither
        procedure=entry.get("procedure", ""),
    )
