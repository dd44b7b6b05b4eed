"""New releases of the tables behind the study: checked, compared, and kept beside the older ones.

Each release is a table in the arrangement of its series, named by its day of publication.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from cseanalysis import read  # loads what a function needs when it is called
from cseanalysis.clean import harmonise_offences
from cseanalysis.read.safety import DEFAULT_LIMITS, Limits
from cseanalysis.read.safety.private import private_copy
from cseanalysis.scratch import scratch_folder
from cseanalysis.study.data.codes import CODES
from cseanalysis.study.data.fetch import NotThereError, fetch, is_address
from cseanalysis.study.data.files import write_atomic
from cseanalysis.study.data.project import ChecksumError, Project, check_raw, load_sources, sha256
from cseanalysis.study.data.revisions import (
    ReleaseChanges,
    newest_release,
    read_release,
    release_changes,
    release_names,
    shared_counts,
)
from cseanalysis.study.data.series.described import SHOWN, Series, plain_words, quarters, said
from cseanalysis.study.data.series.listed import not_there
from cseanalysis.study.data.series.outcomes import OUTCOMES
from cseanalysis.study.data.series.recorded import RECORDED, release_codes

LAYOUTS = {series.layout: series for series in (RECORDED, OUTCOMES)}
_TIERS = ("A", "B", "C", "D")  # as data/README.md defines them
# Published layouts that the library reads, but of which the study keeps no series.
_OTHERS = {"ons-police-force-areas": "read_pfa_tables"}


@dataclass(frozen=True, slots=True)
class CheckedRelease:
    """A published file that was read and found right; what it changes hangs on its day of publication too."""

    # original and sha256: name and hash of the published file.
    original: str
    sha256: str
    address: str | None  # the address it was got from; none for a file on this computer
    series: Series
    table: pd.DataFrame  # its counts in the arrangement of the series
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
    tier: str = "A",
    caveats: Sequence[str] = (),
    expected_sha256: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    confirm: Callable[[ReleaseChanges], bool] | None = None,
) -> ReleaseChanges:
    """Check a published file, show what it changes, and register it beside the releases that are there."""
    # Without ``expected_sha256`` the first download pins the hash: the same address must give the same file from then
    # on. ``confirm`` is shown the changes before anything is written.
    check_day(published, accessed)
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
        tier=tier,
        caveats=caveats,
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
    series = LAYOUTS[layout]
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
            frame = _read_published(copy.path, series, limits)
    codes = release_codes(newest_release(project))
    return CheckedRelease(
        original=path.name,
        sha256=digest,
        address=str(source) if is_address(str(source)) else None,
        series=series,
        table=series.arrange(frame, codes),
        unknown=_unknown_codes(frame, codes),
    )


def check_day(published: str, accessed: str) -> None:
    """Refuse a day of publication that is none, or that lies after the day of download."""
    for what, day in (("published", published), ("accessed", accessed)):
        try:
            right = dt.date.fromisoformat(day).isoformat() == day
        except ValueError:
            right = False
        if not right:
            raise ValueError(f"{what}={day!r} is no day; write it as 2026-07-23")
    if published > accessed:
        raise ValueError(f"published on {published}, after it was accessed on {accessed}; correct one of the two")


def _check_claim(project: Project, checked: CheckedRelease, published: str) -> None:
    """Refuse a day on which this file cannot have been published, going by what it holds and what is there."""
    series, table = checked.series, checked.table
    last = max(quarters(table))
    if published <= (end := _last_day(last)):
        raise ValueError(
            f"{checked.original} holds counts of {said(last)}, which ended on {end}, so it was not published on "
            f"{published}; correct the day"
        )
    files = load_sources(project)["files"]
    for name in release_names(project, series):
        day, held = files[name]["published"], read_release(project, series, name)
        mine, theirs = quarters(table), quarters(held)
        both = shared_counts(held, table, series)
        differ = int(both["before"].ne(both["after"]).sum())
        if day == published and (mine & theirs or not series.yearly):
            if differ:
                raise ValueError(
                    f"{name} is the release of {day} already, and {differ:,} of its counts are others in "
                    f"{checked.original}; a release stands once: give the day on which this one was published"
                )
            raise ValueError(f"{name} is the release of {day} already, with the same counts; there is nothing to add")
        if day > published and mine <= theirs and not differ:
            raise ValueError(
                f"{checked.original} has the very counts of {name}, published on {day}, so it is that release and no "
                f"older one of {published}; there is nothing to add"
            )


def _last_day(quarter: tuple[str, str]) -> str:
    start = pd.Timestamp(int(quarter[0][:4]), 4, 1)
    return str((start + pd.offsets.QuarterEnd(int(quarter[1]))).date())


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
    tier: str = "A",
    caveats: Sequence[str] = (),
    confirm: Callable[[ReleaseChanges], bool] | None = None,
) -> ReleaseChanges:
    """Show what a checked file changes, and register it beside the releases that are there; see `add_release`."""
    check_day(published, accessed)
    if tier not in _TIERS:
        raise ValueError(f"tier={tier!r} is none of {', '.join(_TIERS)}: A is the publisher's own text, D a copy")
    _check_claim(project, checked, published)
    files, series = load_sources(project)["files"], checked.series
    base = files["recorded_offences.csv"]
    years = sorted(set(checked.table["financial_year"]))
    name = f"{series.stem}_{published}.csv"
    if name in files:  # another year, published on the same day
        name = f"{series.stem}_{published}_{years[0].replace('/', '-')}.csv"
    key = series.key + name.removeprefix(series.stem).removesuffix(".csv").replace("-", "_")
    table = checked.table.assign(source=key)
    changes = replace(release_changes(project, series, name, table, published), unknown_codes=checked.unknown)
    covered = f", {years[0]}{f' to {years[-1]}' * (len(years) > 1)}" if series.yearly else ""
    if confirm is not None and not confirm(changes):
        return changes
    content = table.to_csv(index=False, lineterminator="\n").encode()
    entry = {
        "publisher": publisher or base["publisher"],
        "title": title or f"{series.title}{covered} (release of {published})",
        "address": checked.address or address or base["address"],
        "published": published,
        "accessed": accessed,
        "licence": licence or base["licence"],
        "sha256": sha256(content),
        "tier": tier,
        "original": checked.original,
        "original_sha256": checked.sha256,
        "caveats": [
            *caveats,
            *series.caveats(table),
            *(f"{words[:1].upper()}{words[1:]}" for words in (*changes.shortfalls, *changes.gaps)),
            *changes.left_out,
        ],
    }
    _register(project, name, content, key, entry)
    return replace(changes, added=True)


def update_releases(
    project: Project, *, accessed: str, confirm: Callable[[ReleaseChanges], bool], say: Callable[[str], None]
) -> None:
    """Fetch each listed release that is not there, and show what it changes before it is kept; see `add_release`."""
    check_raw(project)
    absent = not_there(project)
    wanted = [one for one in absent if one.published]
    say(f"{len(absent)} of the releases in data/releases.csv are not there")
    for one in absent:
        if not one.published:
            say(f"not fetched: {one.series}, {one.years}, {one.address}: {one.note}")
    refused = []
    for one in wanted:
        say(f"{one.series}, {one.years}, published {one.published}: {one.address}")
        try:
            check_day(one.published, accessed)
            checked = check_release(project, one.address, layout=one.series)
            kept = register_release(project, checked, published=one.published, accessed=accessed, confirm=confirm)
        except (ValueError, NotThereError) as error:  # what is wrong with one release is not wrong with the next
            say(f"refused: {error}")
            refused.append(one.address)
            continue
        say(f"added as data/raw/{kept.name}; now run make data results" if kept.added else "not added")
    if refused:
        raise ValueError(
            f"{len(refused)} of {len(wanted)} releases were refused, each for the reason above; what was added stays: "
            "get those by hand and use cseanalysis add, or mend their rows of data/releases.csv"
        )


def _unknown_codes(frame: pd.DataFrame, codes: list[str]) -> tuple[str, ...]:
    """Name the codes that no rule covers; refuse those that a rule counts in a group that the series keeps."""
    # Rows of codes that a rule puts outside the study are left out without a word: most of a published file is theirs.
    columns = ["Offence Code", "Financial Year", *(["Offence Description"] if "Offence Description" in frame else [])]
    kinds = frame[columns].drop_duplicates(ignore_index=True).astype("str")
    kinds = kinds[~kinds["Offence Code"].isin(codes)]
    kinds = harmonise_offences(kinds, on_unmapped="keep").astype({"offence_scope": "object"})
    counted = kinds[kinds["offence_scope"].isin(list(CODES))].drop_duplicates("Offence Code")
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
    pairs = sorted(
        (plain_words(code), plain_words(words)) for code, words in zip(unknown["Offence Code"], said, strict=True)
    )
    return tuple(f"{code} ({words})" if words else code for code, words in pairs)


def _read_published(path: Path, series: Series, limits: Limits) -> pd.DataFrame:
    table: pd.DataFrame = getattr(read, series.reader)(path, limits=limits)
    return table


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
