"""Why two builds differ: the changed assumption that moves a number most when it alone is changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cseanalysis.sensitivity.ranking import agree, settled
from cseanalysis.study.beside import helping
from cseanalysis.study.data.assumptions import read_assumptions
from cseanalysis.study.data.codes import OWN_SCOPE, SCOPES
from cseanalysis.study.data.project import ChecksumError, Project, read_json, sha256
from cseanalysis.study.data.reported import check_seal
from cseanalysis.study.kept import FOLDER, Computed, Kept
from cseanalysis.study.parts import PARTS, Part
from cseanalysis.study.results import Case, as_json, compute_cases, computed, read_inputs
from cseanalysis.values import Assumption

SCOPE = "offence_scope"  # a structural choice, named beside the assumptions
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Build:
    """The assumptions, the structural choice and the numbers of a build, an edition, a scenario or the checkout."""

    folder: Path
    assumptions: Mapping[str, Assumption]
    scope: str
    results: Mapping[str, Mapping[str, Any]]
    tables: Mapping[str, Any]


def read_build(folder: Path) -> Build:
    """Read a folder that holds ``results.json`` and ``assumptions.toml``, or the checkout itself."""
    checkout = not (folder / "results.json").is_file() and (folder / "reports" / "results.json").is_file()
    path = folder / "reports" / "results.json" if checkout else folder / "results.json"
    for needed in (path, folder / "assumptions.toml"):
        if not needed.is_file():
            raise FileNotFoundError(f"{folder} holds no {needed.name}: name the folder of a build or of an edition")
    content = read_json(path, "build it again", "results", "tables")
    check_seal(path, content, "build it again")
    _check_manifest(folder)
    results, tables, about = content["results"], content["tables"], content.get("scenario", {})
    if not isinstance(results, list) or not all(_is_result(entry) for entry in results):
        raise ValueError(f"{path} is damaged (results holds what is no result): build it again")
    if not isinstance(tables, dict) or not isinstance(about, dict):
        raise ValueError(f"{path} is damaged (tables or scenario is no table): build it again")
    try:
        assumptions = read_assumptions(folder / "assumptions.toml")
    except ValueError as error:
        raise ValueError(f"{folder}: {error}") from error
    scope = str(about.get(SCOPE, OWN_SCOPE))
    return Build(folder, assumptions, scope, {entry["id"]: entry for entry in results}, tables)


def _check_manifest(folder: Path) -> None:
    """Refuse a build or an edition whose numbers or assumptions are not those its manifest lists."""
    manifest = folder / "manifest.json"
    outputs = read_json(manifest, "build it again", "outputs")["outputs"] if manifest.is_file() else {}
    for name in ("results.json", "assumptions.toml"):
        if name in outputs and sha256((folder / name).read_bytes()) != outputs[name]:
            raise ChecksumError(f"{folder / name} was changed after it was written: build it again")


def changed_inputs(first: Build, second: Build) -> list[str]:
    """Return the ids of assumptions that differ, sorted, and ``"offence_scope"`` when that does."""
    names = {*first.assumptions, *second.assumptions}
    changed = sorted(name for name in names if first.assumptions.get(name) != second.assumptions.get(name))
    return [*changed, *([SCOPE] if first.scope != second.scope else [])]


def leading_causes(project: Project, first: Build, second: Build, *, beside: bool = False) -> dict[str, str] | None:
    """Say for each number that differs which change moves it most, by making one change at a time."""
    # None where swaps would compare other things too: the numbers of ``first`` do not rebuild from the present data and
    # code, or assumptions were added or removed.
    # Each change is made alone, from ``first``. The end of a range that moves most, relative to itself, is followed;
    # the share is what the one change does to it over what all of them do. Changes work together, so shares need not
    # sum to 1 and may exceed it.
    changed = changed_inputs(first, second)
    if set(first.assumptions) != set(second.assumptions):
        return None
    wanted = {name: causes for name, causes in _several_causes(first, second, changed).items() if len(causes) > 1}
    if not wanted:
        return {}
    inputs, kept = read_inputs(project), Kept.of(project, project.root / FOLDER)
    with helping(computed) if beside else nullcontext() as helper:
        # What rests on no change, or has no results, is not computed: it is compared with nothing.
        resting = [part.name for part in PARTS if part.results and _rests_on(part, changed)]
        (home,) = compute_cases(inputs, [Case(first.assumptions, first.scope, resting)], kept=kept, helper=helper)
        entries = _entries(home)
        if not wanted.keys() <= entries.keys() or not _rebuilt(entries, first.results):
            return None
        candidates = [name for name in changed if any(name in causes for causes in wanted.values())]
        cases = [_swapped(first, second, name, home, wanted) for name in candidates]
        found = compute_cases(inputs, cases, kept=kept, helper=helper)
    swapped = {name: entries | _entries(parts) for name, parts in zip(candidates, found, strict=True)}
    return {
        name: _words(first.results[name], second.results[name], {one: swapped[one][name] for one in causes})
        for name, causes in wanted.items()
    }


def _swapped(first: Build, second: Build, name: str, home: Mapping[str, Computed], wanted: Collection[str]) -> Case:
    """Return ``first`` with one change: the parts that it could move and that hold a number which is wanted."""
    parts = [
        part.name
        for part in PARTS
        if part.name in home and _rests_on(part, [name]) and any(one.id in wanted for one in home[part.name].results)
    ]
    if name == SCOPE:
        return Case(first.assumptions, second.scope, parts)
    return Case({**first.assumptions, name: second.assumptions[name]}, first.scope, parts)


def _rests_on(part: Part, changed: Collection[str]) -> bool:
    """Say whether a change could move a part: by itself, or by the results that it takes."""
    own = (*part.assumptions, SCOPE) if part.scoped else part.assumptions
    return any(name in own for name in changed) or any(
        _rests_on(before, changed) for before in PARTS if before.name in part.after
    )


def causes_of(entries: Iterable[Mapping[str, Any] | None], changed: Iterable[str]) -> list[str]:
    """Return which of the changed inputs could move a number: those it rests on, and a scope that its unit names."""
    there = [entry for entry in entries if entry is not None]
    basis = {name for entry in there for name in entry["basis"]}
    if any(entry["unit"].endswith(tuple(SCOPES)) for entry in there):
        basis.add(SCOPE)
    return [name for name in changed if name in basis]


def _is_result(entry: Any) -> bool:
    try:
        numbers = ends(entry)
        texts = [entry["id"], entry["unit"], *entry["basis"]]
    except (KeyError, TypeError):
        return False
    return all(isinstance(one, int | float) for one in numbers) and all(isinstance(one, str) for one in texts)


def _several_causes(first: Build, second: Build, changed: list[str]) -> dict[str, list[str]]:
    return {
        name: causes_of((entry, second.results[name]), changed)
        for name, entry in first.results.items()
        if name in second.results and not agree(ends(entry), ends(second.results[name]))
    }


def ends(entry: Mapping[str, Any]) -> tuple[float, float]:
    """Return the two ends of a result, which are one for a count."""
    interval = entry["interval"]
    return (entry["point"], entry["point"]) if interval is None else (interval["low"], interval["high"])


def _entries(parts: Mapping[str, Computed]) -> dict[str, Mapping[str, Any]]:
    """Return the results of parts as they are written, by id."""
    return {estimate.id: as_json(estimate) for part in parts.values() for estimate in part.results}


def _rebuilt(found: Mapping[str, Mapping[str, Any]], expected: Mapping[str, Mapping[str, Any]]) -> bool:
    return all(name in expected and agree(ends(entry), ends(expected[name])) for name, entry in found.items())


def _moved(old: float, new: float) -> float:
    return abs(new - old) / (max(abs(old), abs(new)) or 1.0)


def _words(before: Mapping[str, Any], after: Mapping[str, Any], alone: Mapping[str, Mapping[str, Any]]) -> str:
    pairs = list(zip(ends(before), ends(after), strict=True))
    place = max(range(2), key=lambda end: settled(_moved(*pairs[end])))
    old, new = pairs[place]
    shares = {name: (ends(entry)[place] - old) / (new - old) for name, entry in alone.items()}
    leading = min(shares, key=lambda name: (-settled(shares[name]), name))
    end = "it" if before["interval"] is None else ("its low end", "its high end")[place]
    share = f"{100 * shares[leading]:.0f}%"
    if shares[leading] < _HALF:
        return f"no one of them explains half; {leading} alone moves {end} by {share} of the change"
    return f"mostly {leading}, which alone moves {end} by {share} of the change"
