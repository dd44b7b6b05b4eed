"""Where the study's files are, and whether its raw data are what they were."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cseanalysis.lazy import CHECKOUT, STUDY
from cseanalysis.values import shown

_REQUIRED = {
    "files": {"publisher", "title", "address", "published", "accessed", "licence", "sha256", "tier", "caveats"},
    "publications": {"publisher", "title", "address", "published", "licence", "tier"},
}


_KEY = re.compile(r"[\w:.-]+", re.ASCII)


class ChecksumError(ValueError):
    """A raw file is missing or is not the one that was registered."""


@dataclass(frozen=True, slots=True)
class Project:
    """The folders of one checkout of the study, of a staged copy, or of what a wheel holds of it."""

    root: Path

    @property
    def raw(self) -> Path:
        """Published tables, read-only."""
        return self.root / "data" / "raw"

    @property
    def judgement(self) -> Path:
        """What a criminologist may argue with: tables, each row with its reason."""
        return self.root / "data" / "judgement"

    @property
    def processed(self) -> Path:
        """Tidy tables, built."""
        return self.root / "data" / "processed"

    @property
    def assumptions(self) -> Path:
        """Every arguable number."""
        return self.root / "assumptions.toml"

    @property
    def results(self) -> Path:
        """Every reported number."""
        return self.root / "reports" / "results.json"

    @property
    def notebooks(self) -> Path:
        """The chapters."""
        return self.root / "notebooks"


def find_project(root: Path | str | None = None) -> Project:
    """Find the study: its checkout, or what came with the library.

    Parameters
    ----------
    root
        The checkout's folder; without it, the first folder from here upwards that holds
        ``assumptions.toml`` and ``data/raw/sources.toml``, or else the data in the wheel.

    Returns
    -------
    Project
        The folders of the study.

    Raises
    ------
    FileNotFoundError
        When ``root`` is no checkout.
    """
    if root is None:
        return _around(Path.cwd()) or Project(STUDY)
    if not isinstance(root, str | os.PathLike):
        raise ValueError(f"root is {shown(root)}: must be the path of a folder, as in root='.'")
    if _is_study(folder := Path(root).resolve()):
        return Project(folder)
    raise FileNotFoundError(
        f"no study found at {folder}, which would hold assumptions.toml and data/raw/sources.toml; "
        "name the folder of a checkout, or leave root out for the data that came with the library"
    )


def find_checkout() -> Project:
    """Find the checkout around the working directory, for what writes into one or needs more of it than a wheel has."""
    if project := _around(Path.cwd()):
        return project
    cure = "unpack the source distribution, or get a checkout, and run there" if CHECKOUT is None else f"cd {CHECKOUT}"
    raise FileNotFoundError(
        f"no checkout of the study at or above {Path.cwd()}: this command writes into one, and what came with the "
        f"library is only to be read; {cure}"
    )


def _around(place: Path) -> Project | None:
    return next((Project(folder) for folder in (place, *place.parents) if _is_study(folder)), None)


def _is_study(folder: Path) -> bool:
    return (folder / "assumptions.toml").is_file() and (folder / "data" / "raw" / "sources.toml").is_file()


def read_toml(path: Path) -> dict[str, Any]:
    """Read a toml file, naming it when it is malformed."""
    return _parsed(path.name, path.read_bytes())


def _parsed(name: str, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8").replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{name} is not valid toml: {error}; mend that line") from error


def load_sources(project: Project) -> dict[str, dict[str, dict[str, Any]]]:
    """Return ``sources.toml``: ``files`` (raw tables, with sha256) and ``publications`` (where figures stand)."""
    return _sources((project.raw / "sources.toml").read_bytes())


@lru_cache(maxsize=4)  # read again each time, and parsed when it has changed
def _sources(content: bytes) -> dict[str, dict[str, dict[str, Any]]]:
    sources = _parsed("sources.toml", content)
    for section, required in _REQUIRED.items():
        if not isinstance(sources.get(section), dict):
            raise ValueError(f"sources.toml has no section [{section}.…]; it must list files and publications")
        for name, entry in sources[section].items():
            lacking = sorted(required - entry.keys()) if isinstance(entry, dict) else sorted(required)
            if lacking:
                raise ValueError(f"sources.toml, {section}, {name}: lacks {', '.join(lacking)}; add them")
    for name, entry in sources["publications"].items():
        # Optional: where the text stands that a copy was read of, its address or, where no page is known, in words.
        primary = entry.get("primary")
        if primary is not None and (not isinstance(primary, str) or not primary.strip() or primary == entry["address"]):
            raise ValueError(
                f"sources.toml, publications, {name}: primary is {primary!r}; give the place of the text that was "
                "copied, which is not the address that was read, or leave it out"
            )
    if "read_to" in sources:
        _day(sources["read_to"])
    if wrong := [key for key in sources["publications"] if not _KEY.fullmatch(key)]:
        raise ValueError(
            f"sources.toml, publications {wrong[:5]}: a key is letters, digits and _ : . -, to be cited by"
        )
    for name in sources["files"]:
        if name != Path(name).name or name.startswith("."):
            raise ValueError(f"sources.toml names {name!r}; a raw table is a plain file name in data/raw")
    return sources


def read_to(project: Project) -> dt.date:
    """Return the day up to which the evidence has been read, which ``sources.toml`` says once for the whole study."""
    return _day(load_sources(project).get("read_to"))


def _day(said: object) -> dt.date:
    try:
        return dt.date.fromisoformat(str(said))
    except ValueError:
        raise ValueError(
            f"sources.toml, read_to is {said!r}: must be the day up to which the evidence has been read, "
            'as in read_to = "2026-11-28", before the first table'
        ) from None


def read_json(path: Path, cure: str, *keys: str) -> dict[str, Any]:
    """Read a JSON object that must hold ``keys``; a damaged file is named, with what mends it."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: {cure}")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged ({error}): {cure}") from error
    if not isinstance(content, dict) or not set(keys) <= content.keys():
        raise ValueError(f"{path} is damaged (it lacks {', '.join(keys)}): {cure}")
    return content


def sha256(content: bytes) -> str:
    """Return the hexadecimal digest of ``content``."""
    return hashlib.sha256(content).hexdigest()


def check_raw(project: Project) -> None:
    """Refuse to go on when a raw file is missing, unregistered or altered."""
    files = load_sources(project)["files"]
    for name, entry in files.items():
        _check_hash(project, name, entry["sha256"])
    known = {*files, "sources.toml"}
    found_names = {path.relative_to(project.raw).as_posix() for path in project.raw.rglob("*") if path.is_file()}
    if extra := sorted(name for name in found_names - known if not Path(name).name.startswith(".")):
        raise ChecksumError(f"data/raw holds unregistered files {extra[:5]}; list them in sources.toml or remove them")


def raw_file(project: Project, name: str) -> Path:
    """Return the path of one raw table, having seen that it is the registered one."""
    files = load_sources(project)["files"]
    if name not in files:
        raise ChecksumError(f"data/raw/{name} is not registered; list it in sources.toml, with its sha256")
    return _check_hash(project, name, files[name]["sha256"])


def _check_hash(project: Project, name: str, expected: str) -> Path:
    """Hash the whole file each time: all raw tables together take milliseconds, and a time stamp can be forged."""
    path = project.raw / name
    if not path.is_file():
        cure = "restore it with git checkout, or install the wheel again"
        raise ChecksumError(f"data/raw/{name} is missing (sha256 {expected} expected); {cure}")
    if (found := sha256(path.read_bytes())) != expected:
        raise ChecksumError(
            f"data/raw/{name} has changed: expected sha256 {expected}, found {found}; raw data are read-only: "
            "restore the file, or, if the publisher corrected it, register the new hash in sources.toml"
        )
    return path


_PACKAGE = Path(__file__).resolve().parents[2]
# Code that words and typesets, and computes nothing; and what a wheel holds of the study.
_NO_NUMBERS = ("report", "cli.py", "__main__.py", "package_data")


def code_hashes() -> dict[str, str]:
    """Return the hash of each file of the package that numbers rest on, by its path in the package."""
    return {
        name.as_posix(): sha256(path.read_bytes())
        for path in sorted([*_PACKAGE.rglob("*.py"), *_PACKAGE.rglob("*.csv")])
        if (name := path.relative_to(_PACKAGE)).parts[0] not in _NO_NUMBERS
    }
