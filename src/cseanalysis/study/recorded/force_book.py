"""The force-by-force table as an accessible workbook and as delimited text."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from cseanalysis.export import Book, Sheet, Source
from cseanalysis.export.delimited import csv_bytes
from cseanalysis.export.ods import ods_bytes
from cseanalysis.export.writing import check_targets, write_whole
from cseanalysis.export.xlsx import xlsx_bytes
from cseanalysis.study.data.codes import CODES_COUNTED, CODES_LISTED
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.project import Project, check_raw, find_project, load_sources, read_to
from cseanalysis.study.data.revisions import release_names
from cseanalysis.study.data.tables import check_tables, read_table
from cseanalysis.study.recorded.force_latest import force_remarks, latest_counts
from cseanalysis.study.recorded.forces import (
    MISSING,
    SCOPES,
    force_areas,
    force_figures,
    force_table,
    force_totals,
    force_years,
    places,
)
from cseanalysis.study.recorded.shares import share_bases, unprinted

_GROUPS = {
    "child_only": (
        "child-only codes",
        f"the {CODES_COUNTED['child_only']} codes that tell of a child victim",
        "[note 1]",
    ),
    "familial": ("code 23", "code 23, familial sexual offences", "[note 2]"),
    "image": ("code 86", "code 86, mostly indecent images of children", "[note 3]"),
}
_NOTES = (
    f"Offences of the {CODES_COUNTED['child_only']} codes whose victims are children: {CODES_LISTED['child_only']}. "
    "No code tells apart sexual assault at ages 13 to 17 or rape at ages 16 and 17, so child victims of these are "
    "not in the counts. Since April 2017 code 88A takes in sexual communication with a child, which then became "
    "an offence.",
    "Code 23 holds adult and child victims together and is therefore never added to the other groups.",
    "Code 86 is mostly, not only, indecent images of children and is therefore never added to the other groups.",
    "Counts are offences recorded by the force in the financial year (April to March), not offences committed in it, "
    "not victims and not suspects. A count can be below zero, because transfers and cancellations are netted off. "
    "Differences between forces are differences in recording, policing, population and reporting as well as in harm.",
    "There are no rates. A rate per child needs the children living in each area in each of the years; the only "
    "population at hand is of all ages in the middle of 2023. City of London and British Transport Police would get "
    "no rate in any case, because few or no children live where they police.",
    "How many figures the register holds, not how much harm there is: few published figures mean few publications "
    "and answers. A figure that only restates another is not counted. "
    "A figure for a place inside a force area is not one for the force.",
    "All 44 forces, or the number given, have every code in all four quarters and are in the sum. It is "
    "given because definition and period agree for all forces; the three groups are not added to each other.",
    "Each figure counts by its own rule, period and area. The column on the next row says whether the two may be "
    "compared and, if not, why. These figures are never added up over forces.",
)
_HEADERS = {
    "what": "What is counted",
    "remark": "Remark, or why there is none",
    "force_code": "Area code",
    "figures_for_force": "Published figures for the force [note 6]",
    "figures_for_places": "Published figures for places in the force area [note 6]",
    "area_is": "Area is",
    "next_row": "Against the next row [note 8]",
    "note": "Remark in the register",
}
_YEARS = tuple(f"force_years_{scope}" for scope in SCOPES)
_CSV = ("forces", *_YEARS, "force_totals", "latest_counts", "force_figures", "notes", "provenance")


def force_book(root: Path | str | None = None) -> Book:
    """Put the force-by-force tables, their notes and their provenance together, a worksheet each."""
    project = find_project(root)
    return _book(project, _tables(project))


def write_force_tables(
    project: Project, xlsx: Path | None = None, ods: Path | None = None, csv: Path | None = None
) -> list[Path]:
    """Write the force-by-force tables, all of them or none."""
    if xlsx is None and ods is None and csv is None:
        raise ValueError("nowhere to write to; give --xlsx, --ods or --csv")
    books = [Path(path) for path in (xlsx, ods) if path is not None]
    folder = None if csv is None else Path(csv)
    plain = [] if folder is None else [folder / f"{name}.csv" for name in _CSV]
    _check_places(project, [*books, *plain])
    made = folder is not None and not os.path.lexists(folder)
    check_targets([*books, *([folder] if folder and made else plain)])
    tables = _tables(project)
    book = _book(project, tables)
    contents: dict[Path, bytes] = {}
    if xlsx is not None:
        contents[Path(xlsx)] = xlsx_bytes(book)
    if ods is not None:
        contents[Path(ods)] = ods_bytes(book)
    if folder is not None:
        contents |= {folder / f"{name}.csv": csv_bytes(table) for name, table in _plain(book, tables)}
    if folder and made:
        folder.mkdir()
    try:
        write_whole(contents)
    except BaseException:
        if folder and made:
            folder.rmdir()
        raise
    return list(contents)


def _check_places(project: Project, targets: Iterable[Path]) -> None:
    """Refuse to write over the study itself, and one target over or into another."""
    inputs = (project.root / "data", project.notebooks, project.results, project.assumptions)
    editions = project.results.parent.glob("v*")
    kept = [_folded(path) for path in (*inputs, *editions)]
    seen: list[Path] = []
    for target in targets:
        place = _folded(target)
        if any(place.is_relative_to(path) for path in kept):
            raise ValueError(f"{target} is a part of the study, which is never written over; name another place")
        if any(place.is_relative_to(other) or other.is_relative_to(place) for other in seen):
            raise ValueError(f"{target} is in the place of another target; give each a file of its own")
        seen.append(place)


def _folded(path: Path) -> Path:
    """Return where a path leads, letter case aside, because some systems ignore it."""
    return Path(os.path.realpath(path).casefold())


def _tables(project: Project) -> dict[str, pd.DataFrame]:
    """Make every table, under its name as delimited text; without published figures there is no list of them."""
    check_raw(project)
    check_tables(project)
    recorded = read_table("recorded_offences", project.root)
    figures = load_figures(project.root)
    known, hidden = places(project.root), unprinted(figures, share_bases(project.root))
    listed = force_figures(figures, known, hidden)
    tables = {"forces": force_table(recorded, listed)}
    tables |= {name: force_years(recorded, scope) for name, scope in zip(_YEARS, SCOPES, strict=True)}
    tables["force_totals"] = force_totals(recorded)
    tables["latest_counts"] = newest_counts(project)
    return tables | ({"force_figures": listed} if len(listed) else {})


def newest_counts(project: Project) -> pd.DataFrame:
    """Return the newest count of each kind for every force, or until when it was searched."""
    figures, known = load_figures(project.root), places(project.root)
    return latest_counts(
        figures.values(),
        force_areas(figures.values(), known),
        read_table("recorded_offences", project.root),
        read_table("outcomes", project.root),
        force_remarks(project.root),
        release=release_names(project)[-1],
        searched=read_to(project),
        hidden=unprinted(figures, share_bases(project.root)),
        tiers={name: entry["tier"] for name, entry in load_sources(project)["files"].items()},
    )


def _book(project: Project, tables: Mapping[str, pd.DataFrame]) -> Book:
    forces, totals = tables["forces"], tables["force_totals"]
    years = totals["financial_year"].tolist()
    listed = tables.get("force_figures", pd.DataFrame({"source": []}))
    sources = load_sources(project)
    releases = tuple(release_names(project))
    sheets = [
        Sheet(
            "Forces",
            f"Offences recorded by each police force: child-only codes, code 23 and code 86, "
            f"{forces.columns[4][-7:]} to {years[-1]}",
            forces.rename(columns=_header),
            (
                "Rows are in alphabetical order, British Transport Police last. Counts are offences recorded [note 4]. "
                "There are no rates [note 5].",
            ),
            releases,
        ),
        *(
            Sheet(
                name,
                f"Offences recorded by each police force under {_GROUPS[scope][1]}, {years[0]} to {years[-1]} "
                f"{_GROUPS[scope][2]}",
                tables[f"force_years_{scope}"].rename(columns=_header),
                (
                    "Rows are in alphabetical order, British Transport Police last. "
                    "Columns are financial years [note 4].",
                ),
                releases,
            )
            for name, scope in zip(("Child_only_codes", "Code_23", "Code_86"), SCOPES, strict=True)
        ),
        Sheet(
            "Totals",
            f"Offences recorded by all police forces of England and Wales, {years[0]} to {years[-1]} [note 7]",
            totals.rename(columns={**_group_headers(), **_HEADERS}).rename(columns=_header),
            ("The groups are not added to each other. Counts are offences recorded [note 4].",),
            releases,
        ),
    ]
    latest = tables["latest_counts"]
    sheets.append(
        Sheet(
            "Latest_counts",
            "The latest count found of arrests, suspects, charges, convictions and recorded offences, force by force",
            latest.rename(columns=_header),
            (
                "Every count has its own rule, period and source: no two are divided, compared or ranked, and none is "
                "of the same people as another.",
                "Where no count is, the remark says until when was searched; not found is not nought.",
                "Charges are those of the outcomes data; a force's own count, of an operation say, stands apart.",
            ),
            tuple(sorted({*latest["source"]} - {MISSING})),
        )
    )
    if len(listed):
        sheets.append(
            Sheet(
                "Published_figures",
                "Published figures about police forces, places in their areas and several forces together [note 8]",
                listed.rename(columns=_header),
                ("The register holds no figure of a force without a row, which is not a count of nought.",),
                tuple(sorted(set(listed["source"]))),
            )
        )
    accessed = max(entry["accessed"] for entry in sources["files"].values())
    return Book(
        title="Police forces of England and Wales: recorded child sexual abuse and published figures",
        introduction=(
            "For each of the 43 territorial police forces and British Transport Police: the offences against "
            "children that it recorded, and every figure of the register that was published about it.",
            "Behind every offence may stand a child who was harmed. The counts are of what was reported and recorded, "
            "which is only a part of what happens.",
        ),
        about=(
            "Forces are always all there, in alphabetical order. There is no ranking and no sorting by "
            "value: the counts follow recording practice and population too, and the published figures count "
            "different things.",
            "Published figures of different forces are never added up; recorded offences are, with their coverage.",
            f"Sources were last read on {accessed}.",
        ),
        contact=("Questions and corrections: open an issue in the repository of cseanalysis.",),
        sheets=tuple(sheets),
        notes=_NOTES if len(listed) else _NOTES[:-1],
        sources=tuple(_sources(sources, releases, listed, latest)),
        publisher="The cseanalysis authors",
        published=date.fromisoformat(accessed),
    )


def _sources(
    sources: Mapping[str, Mapping[str, Mapping[str, Any]]],
    releases: tuple[str, ...],
    listed: pd.DataFrame,
    latest: pd.DataFrame,
) -> list[Source]:
    found = [_source(name, sources["files"][name], "Recorded offences", "") for name in releases]
    outcomes = sorted({*latest["source"]} & sources["files"].keys() - {*releases})
    found += [_source(name, sources["files"][name], "Charges", "") for name in outcomes]
    retrieved = sources["files"]["figures.csv"]["accessed"]
    for name, rows in listed.groupby("source", sort=True):
        entry = sources["publications"][str(name)]
        found.append(_source(str(name), entry, f"Figures {', '.join(rows['figure'])}", retrieved))
    return found


def _source(name: str, entry: Mapping[str, Any], supplies: str, retrieved: str) -> Source:
    return Source(
        id=name,
        publisher=entry["publisher"],
        title=entry["title"],
        address=entry["address"],
        published=entry["published"],
        retrieved=entry.get("accessed", retrieved),
        licence=entry["licence"],
        supplies=supplies,
    )


def _plain(book: Book, tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, pd.DataFrame]]:
    """Return the tables for machines: short column names, notes and provenance beside them."""
    notes = pd.DataFrame({"note": range(1, len(book.notes) + 1), "text": book.notes})
    names = ("id", "publisher", "title", "address", "published", "retrieved", "licence", "supplies")
    provenance = pd.DataFrame([{name: getattr(each, name) or "[x]" for name in names} for each in book.sources])
    return [*tables.items(), ("notes", notes), ("provenance", provenance)]


def _group_headers() -> dict[str, str]:
    return {scope: f"{words[0].capitalize()} {words[2]}" for scope, words in _GROUPS.items()}


def _header(name: str) -> str:
    """Turn a column name into a header in words, with the note that it needs."""
    for scope, (words, _, note) in _GROUPS.items():
        if name.startswith(f"{scope}_"):
            return f"{name.removeprefix(f'{scope}_')}: {words} {note}"
    if name in _HEADERS:
        return _HEADERS[name]
    return name if name[0].isdigit() else name[0].upper() + name[1:].replace("_", " ")
