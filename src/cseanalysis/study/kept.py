"""Numbers that were computed before, kept by all that they rest on; deleting them costs time and nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cseanalysis.study.data.files import write_atomic
from cseanalysis.study.data.project import Project, code_hashes, load_sources, sha256
from cseanalysis.study.data.reported import Narrowed
from cseanalysis.study.parts import Given, Part
from cseanalysis.values import Estimate, Interval

FOLDER = Path("reports/.kept")  # in a checkout
_LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels")


@dataclass(frozen=True, slots=True)
class Computed:
    """What a part computed: its results, what knowing each assumption would leave of them, its tables as printed."""

    results: tuple[Estimate, ...]
    narrowed: Mapping[str, tuple[Narrowed, ...]]
    tables: Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder of computed parts, all from the same data, code and libraries."""

    folder: Path

    @classmethod
    def of(cls, project: Project, folder: Path) -> Kept:
        """Open the folder for a study's present data and code; what was kept for others is deleted."""
        data = {name: entry["sha256"] for name, entry in load_sources(project)["files"].items()}
        tidy = project.processed / "datapackage.json"
        judged = {path.name: sha256(path.read_bytes()) for path in sorted(project.judgement.glob("*.csv"))}
        rests_on = [
            data,
            judged,
            sha256(tidy.read_bytes()),
            code_hashes(),
            {name: version(name) for name in _LIBRARIES},
        ]
        own = folder / sha256(json.dumps(rests_on, sort_keys=True).encode())[:16]
        for other in folder.glob("*"):
            if other != own:
                shutil.rmtree(other, ignore_errors=True)
        return cls(own)

    def read(self, part: Part, given: Given) -> Computed | None:
        """Return what a part computed from the same assumptions; none when it was not kept or was altered."""
        text = _sealed(self._path(part, given))
        if text is None:
            return None
        try:
            content = json.loads(text)
            return Computed(
                tuple(_estimate(entry) for entry in content["results"]),
                {name: tuple(Narrowed(**row) for row in rows) for name, rows in content["narrowed"].items()},
                content["tables"],
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, part: Part, given: Given, computed: Computed) -> None:
        """Keep what a part computed."""
        content = {
            "results": [_plain(estimate) for estimate in computed.results],
            "narrowed": {name: [asdict(row) for row in rows] for name, rows in computed.narrowed.items()},
            "tables": computed.tables,
        }
        _seal(self._path(part, given), json.dumps(content).encode())

    def once(self, words: list[str], make: Callable[[], Any]) -> Any:
        """Return what JSON can hold of something that rests on these words besides data and code; make it once."""
        path = self._named(words)
        if (text := _sealed(path)) is not None:
            return json.loads(text)
        made = make()
        _seal(path, json.dumps(made).encode())
        return made

    def _path(self, part: Part, given: Given) -> Path:
        # Results are what was computed or what was kept of it: the same numbers have one name.
        results = [repr(_plain(given.results[name])) for name in sorted(given.results)]
        return self._named([part.name, given.scope, repr(sorted(given.assumptions.items())), results])

    def _named(self, words: list[Any]) -> Path:
        return self.folder / f"{sha256(json.dumps(words).encode())[:32]}.json"


def _sealed(path: Path) -> bytes | None:
    """Return what was kept; none when nothing was or it was altered."""
    try:
        seal, _, text = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    return text if seal == sha256(text).encode() else None


def _seal(path: Path, text: bytes) -> None:
    """Keep a text with its hash; where nothing can be written, nothing is kept."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, sha256(text).encode() + b"\n" + text)
    except OSError:
        return


def _plain(estimate: Estimate) -> dict[str, Any]:
    own = asdict(estimate)
    return {each.name: own[each.name] for each in fields(Estimate)}


def _estimate(entry: Mapping[str, Any]) -> Estimate:
    interval = entry["interval"]
    return Estimate(**{**entry, "interval": interval and Interval(**interval), "basis": tuple(entry["basis"])})
