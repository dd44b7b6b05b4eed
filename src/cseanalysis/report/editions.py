"""Editions: freeze one, verify that the committed numbers rebuild, say what differs between two."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cseanalysis.report.build import commit_of, frozen_already
from cseanalysis.report.standing import EDITION, assumption_changes
from cseanalysis.scratch import scratch_folder
from cseanalysis.sensitivity.ranking import agree
from cseanalysis.study.causes import SCOPE, causes_of, changed_inputs, leading_causes, read_build
from cseanalysis.study.data.files import staged_folder
from cseanalysis.study.data.project import Project, read_json, sha256
from cseanalysis.study.data.reported import SEAL

SHOWN = 5
_WHOLE = re.compile(r"-?\d+")
Word = Literal["identical", "numbers equal", "differs"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the committed tables and results rebuild, and where they do not."""

    # ``"identical"``: the same bytes. ``"numbers equal"``: other bytes, but no number is off by more than its last
    # digit (see `cseanalysis.sensitivity.ranking`) and no word differs. ``"differs"``: ``differences`` name table,
    # cell, expected and found.

    word: Word
    differences: tuple[str, ...] = ()


def verify(project: Project) -> Verdict:
    """Rebuild tables and results in a temporary folder and compare them with the committed ones."""
    from cseanalysis.study.results import rebuild

    with scratch_folder() as folder:
        rebuilt = rebuild(project, folder)
        same_bytes = True
        differences: list[str] = []
        homes = [home.processed for home in (project, rebuilt) if home.processed.is_dir()]
        names = sorted({path.name for home in homes for path in home.iterdir() if not path.name.startswith(".")})
        pairs = [(project.processed / name, rebuilt.processed / name) for name in names]
        for committed, fresh in [*pairs, (project.results, rebuilt.results)]:
            if not committed.is_file() or not fresh.is_file():
                state = "is committed but no longer built" if committed.is_file() else "is built but not committed"
                differences.append(f"{committed.name} {state}: run `make data results` and commit")
            elif committed.read_bytes() != fresh.read_bytes():
                same_bytes = False
                differences += _compare_files(committed, fresh)
        # A source distribution, which alone has this file, holds of an edition its numbers and not its pages.
        of_numbers = (project.root / "PKG-INFO").is_file()
        for edition in frozen_editions(project):
            differences += _damaged(edition, but_absent=of_numbers)
    if differences:
        return Verdict("differs", tuple(differences))
    return Verdict("identical" if same_bytes else "numbers equal")


def frozen_editions(project: Project) -> list[Path]:
    """Return the folders of the frozen editions, oldest name first."""
    return sorted(path.parent for path in (project.root / "reports").glob("v*/manifest.json"))


def release(project: Project, build: Path) -> Path:
    """Freeze the report that was just built as an edition that is never written again."""
    manifest = read_json(build / "manifest.json", "run `make report`", "outputs", "version")
    edition = project.root / "reports" / f"v{manifest['version']}"
    if edition.exists():
        raise ValueError(frozen_already(manifest["version"]))
    if (standing := manifest.get("standing", EDITION)) != EDITION:
        raise ValueError(f"the build says of itself that it is {standing}: run `make release`, which builds it anew")
    if damaged := _damaged(build):
        raise ValueError(f"{damaged[0]}; run `make report` again")
    if (build / "results.json").read_bytes() != project.results.read_bytes():
        raise ValueError("the build's results are not the committed ones: run `make data results`, then `make report`")
    commit = commit_of(project)
    if commit is None and (project.root / ".git").exists():
        raise ValueError(
            "the inputs are not committed, so no commit can be named: commit them, then run `make release`"
        )
    with staged_folder(edition) as staging:
        # The pages for a browser are made from the rest, byte for byte; kept with every edition, they would double it.
        kept = {name: digest for name, digest in manifest["outputs"].items() if not name.startswith("html/")}
        content = json.dumps(manifest | {"commit": commit, "outputs": kept}, indent=1) + "\n"
        (staging / "manifest.json").write_text(content, encoding="utf-8")
        for name in kept:
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(build / name, staging / name)
    return edition


def diff(first: Path, second: Path, project: Project | None = None, *, beside: bool = False) -> list[str]:
    """Say which assumptions and reported numbers differ between two builds, editions or scenarios, and why."""
    # With ``beside``, a second process computes too, as the command line may have it.
    one, other = read_build(first), read_build(second)
    changed = changed_inputs(one, other)
    leading = leading_causes(project, one, other, beside=beside) if project is not None else {}
    lines = []
    said = assumption_changes(one.assumptions, other.assumptions)
    for name in changed:
        if name == SCOPE:
            lines.append(f"choice {SCOPE}: {one.scope} -> {other.scope}")
            continue
        lines.append(f"assumption {name}: {said[name]}")
    for name in [*one.results, *(name for name in other.results if name not in one.results)]:
        old_entry, new_entry = one.results.get(name), other.results.get(name)
        if agree(old_entry, new_entry):
            continue
        causes = causes_of((old_entry, new_entry), changed)
        cause = f"because of {', '.join(causes)}" if causes else "because of data or code"
        cause += f": {leading[name]}" if leading and name in leading else ""
        lines.append(f"result {name}: {_words(old_entry)} -> {_words(new_entry)}, {cause}")
    lines += [
        f"table {name}: rows differ, because of the above or of data or code"
        for name in sorted({*one.tables, *other.tables})
        if not agree(one.tables.get(name), other.tables.get(name))
    ]
    if leading is None:
        lines.append(
            f"leading causes were not sought: {first} does not rebuild from the present data and code, or the two have "
            "other assumptions, not only other ranges"
        )
    return lines


def _words(entry: Mapping[str, Any] | None) -> str:
    if entry is None:
        return "absent"
    if entry["interval"] is None:
        return f"{entry['point']:.6g}"
    return f"{entry['interval']['low']:.6g} to {entry['interval']['high']:.6g}"


def _damaged(folder: Path, *, but_absent: bool = False) -> list[str]:
    """Compare the files of a build or edition with its manifest, but for those that may be absent."""
    outputs = read_json(folder / "manifest.json", "restore it with git checkout", "outputs")["outputs"]
    lines = []
    for name, expected in outputs.items():
        path = folder / name
        found = sha256(path.read_bytes()) if path.is_file() else "nothing"
        if found != expected and not (but_absent and found == "nothing"):
            lines.append(f"{folder.name}/{name}: expected sha256 {expected}, found {found}")
    return lines


def _compare_files(committed: Path, fresh: Path) -> list[str]:
    try:
        old, new = dict(_cells(committed)), dict(_cells(fresh))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"{committed.name} is damaged ({error}): run `make data results`"]
    lines = [
        f"{committed.name}, {cell}: expected {old.get(cell, 'nothing')}, found {new.get(cell, 'nothing')}"
        for cell in dict.fromkeys([*old, *new])
        if not _equal(old.get(cell), new.get(cell))
    ]
    if len(lines) > SHOWN:
        lines = [*lines[:SHOWN], f"{committed.name}: and {len(lines) - SHOWN} more cells"]
    return lines


def _equal(old: str | None, new: str | None) -> bool:
    if old == new or old is None or new is None or (_WHOLE.fullmatch(old) and _WHOLE.fullmatch(new)):
        return old == new  # counts are equal or not
    try:
        return agree(float(old), float(new))
    except ValueError:
        return False


def _cells(path: Path) -> Iterator[tuple[str, str]]:
    """Name every cell of a table or of a JSON file, with its text."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".csv":
        header, *rows = csv.reader(io.StringIO(text))
        yield "header", ",".join(header)
        for number, row in enumerate(rows, start=2):
            for column, value in zip(header, row, strict=True):
                yield f"row {number}, {column}", value
    elif path.name == "datapackage.json":
        # Hashes and sizes follow from the tables, which are compared themselves.
        package = json.loads(text)
        for resource in package["resources"]:
            resource.pop("hash"), resource.pop("bytes")
        yield from _leaves(package, "")
    else:
        content = json.loads(text)
        content.pop(SEAL, None)  # follows from the numbers, which are compared themselves
        yield from _leaves(content, "")


def _leaves(node: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, f"{where}.{key}" if where else str(key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            name = value.get("id", number) if isinstance(value, dict) else number
            yield from _leaves(value, f"{where}[{name}]")
    else:
        yield where, repr(node) if isinstance(node, float) else str(node)
