"""New releases of the tables behind the study: checked, compared, and kept beside the older ones.

Each release is a table in the arrangement of ``recorded_offences.csv``, named by its day of publication.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from cseanalysis.clean import harmonise_forces, harmonise_offences, harmonise_periods
from cseanalysis.read.safety import DEFAULT_LIMITS, Limits
from cseanalysis.read.safety.private import private_copy
from cseanalysis.scratch import scratch_folder
from cseanalysis.study.data.fetch import fetch, is_address
from cseanalysis.study.data.files import write_atomic
from cseanalysis.study.data.project import ChecksumError, Project, check_raw, load_sources, sha256
from cseanalysis.study.data.revisions import (
    KEY,
    SERIES,
    SHOWN,
    ReleaseChanges,
    newest_release,
    release_changes,
    release_codes,
    release_names,
)

LAYOUTS = ("home-office-recorded-crime",)
# Published layouts that the library reads, but of which the study keeps no series.
_OTHERS = {"home-office-outcomes": "read_outcomes", "ons-police-force-areas": "read_pfa_tables"}
_WORDS = 80  # characters of a file's own words that are shown
# Bodies without an area and totals have no row in the study's tables.
_POLICE = ("territorial", "non_territorial")


@dataclass(frozen=True, slots=True)
class CheckedRelease:
    """A published file that was read and found right; what it changes hangs on its day of publication too."""

    # original and sha256: name and hash of the published file.
    original: str
    sha256: str
    address: str | None  # the address it was got from; none for a file on this computer
    table: pd.DataFrame  # its counts in the arrangement of ``recorded_offences.csv``
    # The codes that no rule covers, each with the publisher's words: they are in no total of the study.
    unknown: tuple[str, ...]


def add_release(
    project: Project,
    source: str | Path,
    *,
    layout: str,
    published: str,
    accessed: str,
    publisher: str | None = None,
    title: str | None = None,
    licence: str | None = None,
    address: str | None = None,
    expected_sha256: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    confirm: Callable[[ReleaseChanges], bool] | None = None,
) -> ReleaseChanges:
    """Check a published file, show what it changes, and register it beside the releases that are there."""
    # Without ``expected_sha256`` the first download pins the hash: the same address must give the same file from then
    # on. ``confirm`` is shown the changes before anything is written.
    check_day(project, published, accessed)
    checked = check_release(project, source, layout=layout, expected_sha256=expected_sha256, limits=limits)
    return register_release(
        project,
        checked,
        published=published,
        accessed=accessed,
        publisher=publisher,
        title=title,
        licence=licence,
        address=address,
        confirm=confirm,
    )


def check_release(
    project: Project,
    source: str | Path,
    *,
    layout: str,
    expected_sha256: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> CheckedRelease:
    """Read a published file and check all that can be checked before anything about it is asked; see `add_release`."""
    if layout in _OTHERS:
        raise ValueError(
            f"the study has no series of {layout}, so there is nothing to add to; {_OTHERS[layout]} reads it"
        )
    if layout not in LAYOUTS:
        raise ValueError(f"no layout {layout!r}; there are {', '.join(LAYOUTS)}")
    check_raw(project)
    if not os.access(project.raw, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(project.raw))
    files = load_sources(project)["files"]
    with scratch_folder() as folder:
        known = (expected_sha256 or _pinned(str(source), files) or "").lower() or None
        path = _locate(str(source), folder, known=known, max_bytes=limits.file_bytes)
        # The bytes that are hashed are those that are read, whatever happens to the file meanwhile.
        with private_copy(path, limits=limits) as copy:
            digest = copy.sha256
            _check_hash(path.name, digest, expected_sha256, files)
            frame = _read_published(copy.path, limits)
    codes = release_codes(newest_release(project))
    return CheckedRelease(
        original=path.name,
        sha256=digest,
        address=str(source) if is_address(str(source)) else None,
        table=arrange_release(frame, codes=codes),
        unknown=_unknown_codes(frame, codes),
    )


def check_day(project: Project, published: str, accessed: str) -> None:
    """Refuse a day of publication that is none, lies after the day of download, or whose release is there already."""
    for what, day in (("published", published), ("accessed", accessed)):
        try:
            right = dt.date.fromisoformat(day).isoformat() == day
        except ValueError:
            right = False
        if not right:
            raise ValueError(f"{what}={day!r} is no day; write it as 2026-07-23")
    if published > accessed:
        raise ValueError(f"published on {published}, after it was accessed on {accessed}; correct one of the two")
    files = load_sources(project)["files"]
    if there := [file for file in release_names(project) if files[file]["published"] == published]:
        raise ValueError(f"{there[0]} is the release of {published} already; a release stands once")


def register_release(
    project: Project,
    checked: CheckedRelease,
    *,
    published: str,
    accessed: str,
    publisher: str | None = None,
    title: str | None = None,
    licence: str | None = None,
    address: str | None = None,
    confirm: Callable[[ReleaseChanges], bool] | None = None,
) -> ReleaseChanges:
    """Show what a checked file changes, and register it beside the releases that are there; see `add_release`."""
    check_day(project, published, accessed)
    base = load_sources(project)["files"]["recorded_offences.csv"]
    name = f"recorded_offences_{published}.csv"
    key = f"ho_prc_pfa_{published.replace('-', '_')}"
    table = checked.table.assign(source=key)
    changes = replace(release_changes(project, name, table, published), unknown_codes=checked.unknown)
    if confirm is not None and not confirm(changes):
        return changes
    content = table.to_csv(index=False, lineterminator="\n").encode()
    entry = {
        "publisher": publisher or base["publisher"],
        "title": title or f"{base['title'].partition(' (')[0]} (release of {published})",
        "address": checked.address or address or base["address"],
        "published": published,
        "accessed": accessed,
        "licence": licence or base["licence"],
        "sha256": sha256(content),
        "tier": "A",
        "original": checked.original,
        "original_sha256": checked.sha256,
        "caveats": [
            *_caveats(table),
            *(f"{words[:1].upper()}{words[1:]}" for words in changes.shortfalls),
            *changes.left_out,
        ],
    }
    _register(project, name, content, key, entry)
    return replace(changes, added=True)


def _unknown_codes(frame: pd.DataFrame, codes: list[str]) -> tuple[str, ...]:
    """Name the codes that no rule covers; refuse those that a rule counts in a group that the series keeps."""
    # Rows of codes that a rule puts outside the study are left out without a word: most of a published file is theirs.
    columns = ["Offence Code", "Financial Year", *(["Offence Description"] if "Offence Description" in frame else [])]
    kinds = frame[columns].astype("str").drop_duplicates(ignore_index=True)
    kinds = kinds[~kinds["Offence Code"].isin(codes)]
    kinds = harmonise_offences(kinds, on_unmapped="keep").astype({"offence_scope": "object"})
    counted = kinds[kinds["offence_scope"].isin(SERIES)].drop_duplicates("Offence Code")
    if len(counted):
        named = ", ".join(
            f"{row['Offence Code']} ({row['offence_scope']})" for _, row in counted.head(SHOWN).iterrows()
        )
        raise ValueError(
            f"the file has {len(counted)} codes that the crosswalk of offences counts and the series has no column "
            f"for: {named}; add their counts to every release in data/raw, or mend the crosswalk"
        )
    unknown = kinds[kinds["offence_scope"].isna()].drop_duplicates("Offence Code")
    said = unknown["Offence Description"] if "Offence Description" in unknown else pd.Series("", index=unknown.index)
    pairs = sorted((_shown(code), _shown(words)) for code, words in zip(unknown["Offence Code"], said, strict=True))
    return tuple(f"{code} ({words})" if words else code for code, words in pairs)


def _shown(text: str) -> str:
    """Take from a file's own words what could act on a terminal or flood it."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return plain if len(plain) <= _WORDS else f"{plain[: _WORDS - 1]}…"


def arrange_release(frame: pd.DataFrame, *, codes: list[str]) -> pd.DataFrame:
    """Bring the published rows of the study's codes into one row a force and quarter, one column a code."""
    chosen = frame[frame["Offence Code"].astype("str").isin(codes)]
    chosen = chosen[["Financial Year", "Financial Quarter", "Force Name", "Offence Code", "Number of Offences"]]
    if absent := sorted(set(codes) - set(chosen["Offence Code"].astype("str"))):
        raise ValueError(f"the file has no row of the codes {', '.join(absent)}; the series needs them all")
    chosen = harmonise_periods(harmonise_forces(chosen.reset_index(drop=True)), quarter="Financial Quarter")
    chosen = chosen[chosen["force_type"].isin(_POLICE)]
    start = chosen["period_start"].dt
    first = start.year - (start.month < 4)
    rows = pd.DataFrame(
        {
            "financial_year": first.astype("str") + "/" + ((first + 1) % 100).astype("str").str.zfill(2),
            "quarter": ((start.month - 4) // 3 % 4 + 1).astype("str"),
            "force_name": chosen["Force Name"].astype("str").str.strip(),
            "code": "code_" + chosen["Offence Code"].astype("str"),
            "offences": pd.to_numeric(chosen["Number of Offences"], errors="coerce"),
        }
    )
    _refuse(rows, rows["offences"].isna() | (rows["offences"] % 1 != 0), "without a whole number; missing is not zero")
    _refuse(rows, rows.duplicated([*KEY, "code"], keep=False), "that stand more than once")
    wide = rows.pivot(index=KEY, columns="code", values="offences")[[f"code_{code}" for code in codes]]
    if wide.isna().any(axis=None):
        gaps = wide.stack(future_stack=True)
        gaps = gaps[gaps.isna()].reset_index()
        _refuse(gaps, pd.Series(data=True, index=gaps.index), "that the file leaves out; missing is not zero")
    wide = wide.astype("int64").astype("str").reset_index()
    wide.columns.name = None
    return wide.sort_values(KEY, kind="stable", ignore_index=True)


def _refuse(rows: pd.DataFrame, bad: pd.Series, what: str) -> None:
    if bad.any():
        shown = rows.loc[bad, [*KEY, "code"]].head(SHOWN).agg(" / ".join, axis=1)
        raise ValueError(f"{int(bad.sum()):,} counts {what}: {'; '.join(shown)}")


def _read_published(path: Path, limits: Limits) -> pd.DataFrame:
    # Here, because reading spreadsheets needs packages that the study's figures do not.
    from cseanalysis.read import read_recorded_crime

    return read_recorded_crime(path, limits=limits)


def _locate(source: str, folder: Path, *, known: str | None, max_bytes: int) -> Path:
    if is_address(source):
        return fetch(source, folder, sha256=known, max_bytes=max_bytes)
    path = Path(source)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is no file; give the path or the https address of the published file")
    return path


def _pinned(address: str, files: dict[str, dict[str, Any]]) -> str | None:
    """Give the hash of the file that came from this address before, if one did."""
    return next((entry.get("original_sha256") for entry in files.values() if entry["address"] == address), None)


def _check_hash(original: str, digest: str, expected: str | None, files: dict[str, dict[str, Any]]) -> None:
    if expected is not None and digest != expected.lower():
        raise ChecksumError(f"{original} has sha256 {digest}, not {expected}: get the file again from its publisher")
    if there := [name for name, entry in files.items() if entry.get("original_sha256") == digest]:
        raise ValueError(f"{original} is registered already, as {there[0]}; there is nothing to add")


def _caveats(table: pd.DataFrame) -> list[str]:
    counts = table[[column for column in table.columns if column.startswith("code_")]].astype("int64")
    below = int((counts < 0).sum().sum())
    first, last = table.iloc[0], table.iloc[-1]
    span = f"{first['financial_year']} quarter {first['quarter']} to {last['financial_year']} quarter {last['quarter']}"
    return [
        "Counts are offences recorded by the police in the quarter, not offences committed in it, not victims and not "
        "suspects.",
        f"Rows are {table['force_name'].nunique()} police forces, {span}.",
        f"{below} quarterly counts are below zero because transfers and cancellations are netted off; they are kept "
        "and must not be clipped.",
        "What recorded_offences.csv says of its codes and of breaks in recording holds here too.",
        "The financial year, quarter, force and counts are the publisher's; the arrangement with one column per code "
        "is ours.",
    ]


def _register(project: Project, name: str, content: bytes, key: str, entry: dict[str, Any]) -> None:
    """Write the table, then its entry; the comments of ``sources.toml`` stay as they are."""
    register = project.raw / "sources.toml"
    shared = ("publisher", "title", "address", "published", "tier", "licence")
    lines = ["", f'[files."{name}"]', *(f"{field} = {_toml(value)}" for field, value in entry.items())]
    lines += ["", f"[publications.{key}]", *(f"{field} = {_toml(entry[field])}" for field in shared)]
    text = register.read_text(encoding="utf-8").rstrip("\n") + "\n" + "\n".join(lines) + "\n"
    tomllib.loads(text)
    path = project.raw / name
    if path.exists():
        raise ValueError(f"data/raw/{name} is there but not registered: move it away and add the release again")
    write_atomic(path, content)
    try:
        write_atomic(register, text.encode())
    except BaseException:
        path.unlink()
        raise


def _toml(value: str | list[str]) -> str:
    if isinstance(value, list):
        return "[\n" + "".join(f"  {_toml(each)},\n" for each in value) + "]"
    # a JSON string is a TOML string, but for the one control character that JSON leaves bare
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
