"""Whose report a build is: a frozen edition's, or one that says on every page how it differs from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cseanalysis.report.prose import escape
from cseanalysis.study.data.assumptions import read_assumptions
from cseanalysis.study.data.project import Project, sha256
from cseanalysis.values import Assumption

EDITION = "edition"
CODE = "package"  # the name under which all files of the package stand
SHOWN_HASH = 12

_SAME_WORDS = "its reason, source, unit or distribution changed"
# What the parts of a report are called, by the beginning of their names; the first that fits.
_KINDS = (
    ("assumptions.toml", "comments on assumptions"),
    ("data/", "data"),
    ("notebooks/", "chapters"),
    ("CHANGELOG.md", "changelog"),
    ("reports/", "earlier editions"),
    ("", "code"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a build is an edition, in words, and line by line what differs from one."""

    # ``"edition"``, or what stands on every page instead of an edition's name, e.g. ``"not edition 0.3.1: other
    # assumptions"`` or ``"not a frozen edition"``.
    words: str
    # What differs from the frozen edition of this version; without one, from the study's own assumptions.
    differences: tuple[str, ...] = ()

    @property
    def edition(self) -> bool:
        """Whether it is the frozen edition of its version, byte for byte."""
        return self.words == EDITION


def parts_of(hashes: Mapping[str, str], code: str) -> dict[str, str]:
    """Return what a manifest keeps of the hashes of a report's inputs: each file, and one hash for all code."""
    own = {name: digest for name, digest in hashes.items() if not name.startswith(f"{CODE}/")}
    return own | {CODE: code}


def standing_of(
    project: Project,
    *,
    version: str,
    inputs: str,
    parts: Mapping[str, str],
    assumptions: Path,
    frozen: Mapping[str, Any],
) -> Standing:
    """Say whether a build of these inputs is the frozen edition of its version."""
    if frozen.get("inputs") == inputs:
        return Standing(EDITION)
    if not frozen:
        lines = _assumptions_differ(project.assumptions, assumptions, "in the study")
        own = "; with other assumptions than the study's" if lines else ""
        return Standing(f"not a frozen edition: draft of {version}{own}", lines)
    kept = project.root / "reports" / f"v{version}" / "assumptions.toml"
    lines = _assumptions_differ(kept, assumptions, "in the edition")
    kinds = ["assumptions"] if lines else []
    before: Mapping[str, str] | None = frozen.get("parts")
    if before is None:
        kinds.append("perhaps other inputs" if lines else "inputs")
        lines += (
            "The edition kept no record of the data, chapters and code that it was built from, so which of them "
            "changed since cannot be said. Its numbers may differ from those here: quote the one that you read.",
        )
    else:
        changed = [name for name in sorted({*before, *parts}) if before.get(name) != parts.get(name)]
        if kinds:  # said assumption by assumption; otherwise only comments or the order differ
            changed = [name for name in changed if name != "assumptions.toml"]
        lines += tuple(_part(name, before.get(name), parts.get(name)) for name in changed)
        kinds += dict.fromkeys(_kind(name) for name in changed)
    return Standing(f"not edition {version}: other {_listed(kinds)}", lines)


def assumption_changes(old: Mapping[str, Assumption], new: Mapping[str, Assumption]) -> dict[str, str]:
    """Say for each assumption that differs how its range did, sorted by id."""
    words = {}
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before != after:
            said = [f"{one.low:g} to {one.high:g}" if one else "absent" for one in (before, after)]
            words[name] = _SAME_WORDS if said[0] == said[1] else " -> ".join(said)
    return words


def differences_page(standing: Standing) -> str:
    """Return the Markdown that lists what differs, empty for an edition."""
    if standing.edition:
        return ""
    heading = "# What is different here\n\n"
    about = f"This report is {escape(standing.words)}. "
    if not standing.differences:
        return f"{heading}{about}Its numbers may still change before they are frozen: quote a frozen edition instead.\n"
    listed = "\n".join(f"- {escape(line)}" for line in standing.differences)
    return f"{heading}{about}The following is the work of whoever built it, and not the authors':\n\n{listed}\n"


def _assumptions_differ(old: Path, new: Path, where: str) -> tuple[str, ...]:
    if not old.is_file() or sha256(old.read_bytes()) == sha256(new.read_bytes()):
        return ()
    changes = assumption_changes(read_assumptions(old), read_assumptions(new))
    return tuple(
        f"Assumption {name}: {words}."
        if words == _SAME_WORDS
        else f"Assumption {name}: {words.replace(' -> ', f' {where}, ')} here."
        for name, words in changes.items()
    )


def _part(name: str, old: str | None, new: str | None) -> str:
    said = "All files of the package" if name == CODE else name
    if old is None or new is None:
        return f"{said}: {'added' if old is None else 'removed'}."
    return f"{said}: sha256 {old[:SHOWN_HASH]} in the edition, {new[:SHOWN_HASH]} here."


def _kind(name: str) -> str:
    return next(kind for start, kind in _KINDS if name.startswith(start))


def _listed(kinds: list[str]) -> str:
    return " and ".join([", ".join(kinds[:-1]), kinds[-1]]) if len(kinds) > 1 else "".join(kinds)
