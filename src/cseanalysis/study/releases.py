"""New releases of the tables behind the study: checked, compared, and kept beside the older ones.

Each release is a table in the arrangement of ``recorded_offences.csv``, named by its day of publication.
"""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from cseanalysis.clean import harmonise_forces, harmonise_periods
from cseanalysis.read.private import private_copy, private_folder
from cseanalysis.read.safety import DEFAULT_LIMITS, Limits
from cseanalysis.study.fetch import fetch, is_address
from cseanalysis.study.files import write_atomic
from cseanalysis.study.project import ChecksumError, Project, check_raw, load_sources, sha256
from cseanalysis.study.revisions import (
    KEY,
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
# Bodies without an area and totals have no row in the study's tables.
_POLICE = ("territorial", "non_territorial")


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
    """Check a published file, show what it changes, and register it beside the releases that are there.

    Parameters
    ----------
    project
        The study; its raw files are checked first.
    source
        The file as published, or its ``https`` address.
    layout
        ``"home-office-recorded-crime"``: police recorded crime open data, Police Force Area tables.
    published, accessed
        Days of publication and of download, as ``2026-07-23``. The former names the release.
    publisher, title, licence
        As they shall stand in ``sources.toml``; without them, those of ``recorded_offences.csv``.
    address
        Where a local file came from; without it, the page of ``recorded_offences.csv``.
    expected_sha256
        The hash that the published file must have. Without it the first download pins the hash: the same address
        must give the same file from then on.
    limits
        What the file may be at most, and how large a download.
    confirm
        Is shown the changes before anything is written; False leaves everything as it was.

    Returns
    -------
    ReleaseChanges
        With ``added`` when the release was registered.

    Raises
    ------
    ValueError
        When the layout, a date or the file is refused, or the release is there already.
    ChecksumError
        When a raw file was altered, or the published file has another hash than expected.
    """
    if layout in _OTHERS:
        raise ValueError(
            f"the study has no series of {layout}, so there is nothing to add to; {_OTHERS[layout]} reads it"
        )
    if layout not in LAYOUTS:
        raise ValueError(f"no layout {layout!r}; there are {', '.join(LAYOUTS)}")
    check_raw(project)
    _check_days(published, accessed)
    files = load_sources(project)["files"]
    base = files["recorded_offences.csv"]
    name = f"recorded_offences_{published}.csv"
    if there := [file for file in release_names(project) if files[file]["published"] == published]:
        raise ValueError(f"{there[0]} is the release of {published} already; a release stands once")
    with private_folder() as folder:
        known = (expected_sha256 or _pinned(str(source), files) or "").lower() or None
        path = _locate(str(source), folder, known=known, max_bytes=limits.file_bytes)
        original = path.name
        # The bytes that are hashed are those that are read, whatever happens to the file meanwhile.
        with private_copy(path, limits=limits) as copy:
            digest = copy.sha256
            _check_hash(original, digest, expected_sha256, files)
            published_rows = _read_published(copy.path, limits)
        table = arrange_release(published_rows, codes=release_codes(newest_release(project)))
    key = f"ho_prc_pfa_{published.replace('-', '_')}"
    table["source"] = key
    changes = release_changes(project, name, table, published)
    if confirm is not None and not confirm(changes):
        return changes
    content = table.to_csv(index=False, lineterminator="\n").encode()
    entry = {
        "publisher": publisher or base["publisher"],
        "title": title or f"{base['title'].partition(' (')[0]} (release of {published})",
        "address": str(source) if is_address(str(source)) else address or base["address"],
        "published": published,
        "accessed": accessed,
        "licence": licence or base["licence"],
        "sha256": sha256(content),
        "tier": "A",
        "original": original,
        "original_sha256": digest,
        "caveats": _caveats(table),
    }
    _register(project, name, content, key, entry)
    return replace(changes, added=True)


def arrange_release(frame: pd.DataFrame, *, codes: list[str]) -> pd.DataFrame:
    """Bring the published rows of the study's codes into one row a force and quarter, one column a code.

    Parameters
    ----------
    frame
        Published columns: ``Financial Year``, ``Financial Quarter``, ``Force Name``, ``Offence Code``,
        ``Number of Offences``.
    codes
        The offence codes to keep.

    Returns
    -------
    DataFrame
        ``financial_year``, ``quarter``, ``force_name`` and ``code_*``, in order of time and force.

    Raises
    ------
    ValueError
        When a count is missing, fractional or stands twice: a missing count is not zero.
    UnmappedLabelError
        When a force or a period is unknown.
    """
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


def _check_days(published: str, accessed: str) -> None:
    for what, day in (("published", published), ("accessed", accessed)):
        try:
            right = dt.date.fromisoformat(day).isoformat() == day
        except ValueError:
            right = False
        if not right:
            raise ValueError(f"{what}={day!r} is no day; write it as 2026-07-23")
    if published > accessed:
        raise ValueError(f"published on {published}, after it was accessed on {accessed}; correct one of the two")


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
