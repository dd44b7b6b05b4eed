"""Scenarios: a small file over the study's assumptions, and every reported number under it."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cseanalysis.sensitivity.runs import as_finished
from cseanalysis.study.data.assumptions import assumptions_text, load_assumptions, read_assumption
from cseanalysis.study.data.codes import OWN_SCOPE, SCOPES
from cseanalysis.study.data.files import staged_folder
from cseanalysis.study.data.project import Project, check_raw, code_hashes, load_sources, read_toml, sha256
from cseanalysis.study.kept import FOLDER as KEPT
from cseanalysis.study.kept import Kept
from cseanalysis.study.parts import StudyInputs
from cseanalysis.study.results import compute_results, read_inputs, results_bytes
from cseanalysis.values import Assumption

FOLDER = Path("reports/scenarios")
_TOP = {"title", "why", "source", "choices", "assumptions"}
_STATED = ("low", "high", "reason", "source", "locator")  # an entry says why its range is another than the study's
_OURS = {"results.json", "assumptions.toml", "scenario.toml", "manifest.json"}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named set of ranges instead of the study's, and of structural choices."""

    name: str  # of the file, without its ending; the folder of its results bears it
    # title, why and source: what it supposes, what it is for, and whose claim it is.
    title: str
    why: str
    source: str
    changes: Mapping[str, Assumption]  # the assumptions that differ from the study's, by id
    offence_scope: str  # the offences whose lag is followed, one of `study.data.codes.SCOPES`
    content: bytes  # the file's bytes

    def applied(self, base: Mapping[str, Assumption]) -> dict[str, Assumption]:
        """Return the study's assumptions with those of the scenario in their place."""
        return {**base, **self.changes}


def read_scenario(path: Path, base: Mapping[str, Assumption], *, sources: Collection[str] | None = None) -> Scenario:
    """Read and check a scenario."""
    # Unit and losses of an assumption stay what they are in the study.
    if not path.is_file():
        raise FileNotFoundError(f"{path} is no file; name scenarios such as scenarios/long_delay.toml")
    if path.suffix != ".toml" or not re.fullmatch(r"[A-Za-z0-9][\w-]{0,79}", path.stem, re.ASCII):
        raise ValueError(f"{path.name}: a scenario is named by letters, digits, - and _, and ends in .toml")
    content = read_toml(path)
    problems = [f"{name} is unknown; allowed are {', '.join(sorted(_TOP))}" for name in sorted(content.keys() - _TOP)]
    problems += [
        f"{name} is missing; say it in words"
        for name in ("title", "why", "source")
        if not isinstance(content.get(name), str) or not content[name].strip()
    ]
    entries, choices = content.get("assumptions", {}), content.get("choices", {})
    if not isinstance(entries, dict) or not isinstance(choices, dict):
        raise ValueError(f"{path.name}: write [assumptions.<id>] and [choices] as tables")
    changes: dict[str, Assumption] = {}
    for name, entry in entries.items():
        try:
            changes[name] = _changed(name, entry, base, sources)
        except (TypeError, ValueError, OverflowError) as error:
            problems.append(str(error))
    scope = choices.get("offence_scope", OWN_SCOPE)
    if unknown := sorted(choices.keys() - {"offence_scope"}):
        problems.append(f"choices {', '.join(unknown[:5])} are unknown; there is offence_scope")
    if not isinstance(scope, str) or scope not in SCOPES:
        problems.append(f"offence_scope is {scope!r}; must be one of {', '.join(SCOPES)}")
    if not entries and not choices:
        problems.append("nothing differs from the study; give [assumptions.<id>] or [choices]")
    if problems:
        more = f" (and {len(problems) - 5} more)" if len(problems) > 5 else ""
        raise ValueError(f"{path.name}: " + "; ".join(problems[:5]) + more)
    words = (content["title"], content["why"], content["source"])
    return Scenario(path.stem, *words, changes, scope, path.read_bytes())


def run_scenarios(
    project: Project,
    paths: Iterable[Path],
    *,
    out: Path,
    beside: bool = False,
    scheduler: str | None = None,
    log: Callable[[str], None] = lambda line: None,
) -> list[Path]:
    """Compute every reported number under each scenario, leaving those that are finished as they are."""
    base = dict(load_assumptions(project.root))
    shared = inputs_key(project)
    folders: dict[str, Path] = {}
    left: list[tuple[Path, str]] = []
    sources = load_sources(project)["publications"]
    for path in paths:
        scenario = read_scenario(path, base, sources=sources)
        if scenario.name in folders:
            raise ValueError(f"scenario {scenario.name} is named twice; each has one folder for its results")
        folder = folders[scenario.name] = out / scenario.name
        _check_folder(folder)
        key = sha256(f"{shared}\n{sha256(scenario.content)}".encode())
        if is_whole(folder, key):
            log(f"{scenario.name:<32} unchanged")
        else:
            left.append((path, key))
    if not folders:
        raise ValueError("no scenario named; name files such as scenarios/long_delay.toml")
    out.mkdir(parents=True, exist_ok=True)
    if left and not os.access(out, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(out))
    failed: list[str] = []
    under_way: dict[int, Scenario] = {}  # no more of them are in memory than workers are busy with

    def tasks() -> Iterator[Scenario]:
        for position, (path, _) in enumerate(left):
            under_way[position] = read_scenario(path, base)
            yield under_way[position]

    kept = Kept.of(project, project.root / KEPT)
    here = beside and scheduler is None
    compute = partial(_compute, read_inputs(project), base, kept, here) if left else None
    finished = as_finished(compute, tasks(), scheduler=scheduler) if compute else ()
    for done, (position, (results, problem)) in enumerate(finished, start=len(folders) - len(left) + 1):
        scenario = under_way.pop(position)
        if problem:
            failed.append(f"{scenario.name}: {problem}")
        else:
            _write(folders[scenario.name], left[position][1], scenario, base, results)
        log(f"{scenario.name:<32} {'failed' if problem else 'built'}, {done} of {len(folders)}")
    if failed:
        more = f" (and {len(failed) - 5} more)" if len(failed) > 5 else ""
        raise ValueError("; ".join(failed[:5]) + more)
    return list(folders.values())


def inputs_key(project: Project) -> str:
    """Return a hash of everything a scenario's numbers rest on besides the scenario: data, assumptions and code."""
    check_raw(project)
    files = {name: entry["sha256"] for name, entry in load_sources(project)["files"].items()}
    data = [project.assumptions, project.raw / "sources.toml", project.processed / "datapackage.json"]
    data += sorted(project.judgement.glob("*.csv"))
    files |= {path.name: sha256(path.read_bytes()) for path in data if path.is_file()}
    files |= {f"package/{name}": code for name, code in code_hashes().items()}
    return sha256(json.dumps(files, sort_keys=True).encode())


def is_whole(folder: Path, key: str) -> bool:
    """Say whether a folder holds the finished results of these inputs; a file cut off or altered makes it not so."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        outputs = manifest["outputs"]
        return (
            manifest["key"] == key
            and set(outputs) == _OURS - {"manifest.json"}
            and all(sha256((folder / name).read_bytes()) == expected for name, expected in outputs.items())
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _changed(name: str, entry: Any, base: Mapping[str, Assumption], sources: Collection[str] | None) -> Assumption:
    if name not in base:
        raise ValueError(f"assumption {name} is not in assumptions.toml; mend the id")
    if not isinstance(entry, dict):
        raise TypeError(f"assumption {name}: write it as a table [assumptions.{name}]")
    own = base[name]
    if unknown := sorted(entry.keys() - {*_STATED, "distribution"}):
        raise ValueError(f"assumption {name}: {', '.join(unknown)} cannot be changed by a scenario")
    changed = read_assumption(name, {**entry, "unit": own.unit, "loss": list(own.loss)}, sources=sources)
    if own.distribution is not None and changed.distribution is None:
        raise ValueError(f"assumption {name}: the study states {own.distribution}; state a distribution here too")
    return changed


def _compute(
    inputs: StudyInputs, base: Mapping[str, Assumption], kept: Kept, beside: bool, scenario: Scenario
) -> tuple[bytes, str]:
    """Return the results as they are written, or what stands against them."""
    try:
        assumed, scope = scenario.applied(base), scenario.offence_scope
        results = compute_results(inputs, assumed, scope=scope, kept=kept, beside=beside)
    except (ValueError, ArithmeticError) as error:
        return b"", str(error)
    about: dict[str, Any] = {
        "name": scenario.name,
        "title": scenario.title,
        "why": scenario.why,
        "source": scenario.source,
        "assumptions": sorted(scenario.changes),
        "offence_scope": scenario.offence_scope,
    }
    return results_bytes({"scenario": about, **results}), ""


def _write(folder: Path, key: str, scenario: Scenario, base: Mapping[str, Assumption], results: bytes) -> None:
    contents = {
        "results.json": results,
        "assumptions.toml": assumptions_text(scenario.applied(base)).encode(),
        "scenario.toml": scenario.content,
    }
    manifest = {"key": key, "outputs": {name: sha256(content) for name, content in contents.items()}}
    with staged_folder(folder) as staging:
        for name, content in contents.items():
            (staging / name).write_bytes(content)
        (staging / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _check_folder(folder: Path) -> None:
    """Refuse to take the place of what no run of scenarios wrote."""
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file, and the results of a scenario need a folder; name another with --out")
    foreign = sorted({path.name for path in folder.iterdir()} - _OURS) if folder.is_dir() else []
    if foreign:
        raise ValueError(f"{folder} holds {foreign[:5]}, which no run of scenarios wrote; name another with --out")
