"""The releases that are known to be on the web, as `data/releases.csv` lists them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, fields

from cseanalysis.study.data.project import Project, load_sources

NAME = "releases.csv"  # in ``data``


@dataclass(frozen=True, slots=True)
class ListedRelease:
    """A release, and where it can be had."""

    series: str  # how it is laid out, as ``add`` takes it
    years: str
    address: str
    published: str  # empty where nobody knows
    note: str


def listed_releases(project: Project) -> list[ListedRelease]:
    """Read the list, in its order."""
    path = project.raw.parent / NAME
    if not path.is_file():
        raise FileNotFoundError(f"data/{NAME} is missing: restore it with git checkout")
    columns = [each.name for each in fields(ListedRelease)]
    try:
        lines = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), strict=True)
        heads, rows = lines.fieldnames, list(lines)
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValueError(f"data/{NAME} is no CSV in UTF-8 ({error}); restore it with git checkout") from None
    if heads != columns:
        raise ValueError(f"data/{NAME} has the columns {', '.join(heads or ())}; they must be {', '.join(columns)}")
    if wrong := [number for number, row in enumerate(rows, 2) if None in row or None in row.values()]:
        raise ValueError(f"data/{NAME}, line {wrong[0]}: it has not {len(columns)} cells; mend it")
    for number, row in enumerate(rows, 2):
        if empty := [name for name in ("series", "years", "address") if not row[name].strip()]:
            raise ValueError(f"data/{NAME}, line {number}: {empty[0]} is empty; say it, or take the line out")
    return [ListedRelease(**row) for row in rows]


def not_there(project: Project) -> list[ListedRelease]:
    """Return the listed releases that are not registered, by their address or by the name of their file."""
    files = load_sources(project)["files"].values()
    known = {entry["address"] for entry in files} | {entry.get("original") for entry in files}
    return [one for one in listed_releases(project) if not {one.address, one.address.rpartition("/")[2]} & known]
