"""The annexes and the list of references, generated from the files that hold sources, assumptions and figures."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from cseanalysis.export.markup import bibtex_text, escape, web_address
from cseanalysis.export.wording import say_assumption, say_date, say_month
from cseanalysis.report.prose import fill_absent
from cseanalysis.study.data.assumptions import load_assumptions
from cseanalysis.study.data.project import Project, load_sources, read_to
from cseanalysis.study.data.reported import load_evidence
from cseanalysis.study.evidence.absences import ANNEX, absences
from cseanalysis.study.evidence.support import support_lines, support_seen

TIERS = {
    "A": "official text",
    "B": "non-governmental primary source",
    "C": "press report that names an official source",
    "D": "copy or compilation",
}
_LOSSES = {"disclosed": "not disclosed", "reported": "not reported", "recorded": "not recorded"}
# Marks of the register in words; counts of forces and areas are words already.
_COVERAGE = {
    "whole": "the whole of it",
    "unknown": "how much of it is not known",
    "indicative": "coverage called indicative by the publisher",
    "named cases": "named cases only",
    "self-selected": "whoever chose to answer",
    "not applicable": "",
}
_FIGURE = re.compile(r"\bF\d{3,}\b")
_KEY = re.compile(r"@([\w:.-]+\w)")
_ENTRY = re.compile(r"^\s*@\w+\s*\{\s*([^,\s]+)\s*,", re.MULTILINE)


def annexes(project: Project, chapters: str) -> str:
    """Return the report's annexes as Markdown: assumptions, figures used, sources behind what the chapters show."""
    return "\n\n".join((assumptions_annex(project), figures_annex(project, chapters), sources_annex(project, chapters)))


def assumptions_annex(project: Project) -> str:
    """Return every arguable number with its range, reason and source, as Markdown."""
    blocks = [
        "# Assumptions {#sec:annex-assumptions}",
        "Every number that can be argued with, and the range that is defended. A range is a bound: no value in it is "
        "favoured, unless a distribution is stated with it. A reader who disagrees can change `assumptions.toml` and "
        f"build the report again. What was *not found* is listed in @{ANNEX}, with where it was sought.",
    ]
    publications = load_sources(project)["publications"]
    for assumption in load_assumptions(project.root).values():
        losses = ", ".join(_LOSSES[loss] for loss in assumption.loss)
        words = say_assumption(assumption)
        lines = {
            "Range": words,
            "Unit": "" if assumption.unit in words or assumption.unit == "probability" else assumption.unit,
            "Distribution": assumption.distribution or "",
            "Losses": losses,
            "Reason": fill_absent(assumption.reason, project.root),
            "Source": f"{_cited(assumption.source, publications)}, {escape(assumption.locator)}",
        }
        blocks.append(_entry(assumption.id, "", lines, literal=("Source",)))
    return "\n\n".join(blocks)


def figures_annex(project: Project, chapters: str = "") -> str:
    """Return every figure that results rest on or that is named anywhere, as printed by its publisher, as Markdown."""
    from cseanalysis.study.data.figures import load_figures

    figures, used = load_figures(project.root), named_figures(project, chapters)
    blocks = [
        "# Published figures {#sec:annex-figures}",
        "The figures that this report names, or that its results rest on, as their publishers print them. Figures that "
        "count different things stand side by side here; that does not make them comparable. The others of the "
        "register are found with `cseanalysis figures`.",
    ]
    for figure in figures.values():
        if figure.id in used:
            lines = {
                "Printed as": figure.published,
                "Where": _place(figure.geography, figure.coverage),
                "When": _period(figure.period_start, figure.period_end),
                "Source": f"[@{figure.source}]",
                "Note": figure.note,
            }
            blocks.append(_entry(figure.id, figure.statement, lines, literal=("Source",)))
    return "\n\n".join(blocks)


def named_figures(project: Project, chapters: str) -> set[str]:
    """Return the ids of figures that results rest on, chapters and assumptions name, and their notes name in turn."""
    from cseanalysis.study.data.figures import load_figures
    from cseanalysis.study.data.reported import load_results

    figures, assumptions = load_figures(project.root), load_assumptions(project.root).values()
    named = {name for result in load_results(project.root).values() for name in result.basis}
    named.update(_FIGURE.findall(chapters), *(_FIGURE.findall(f"{one.locator} {one.reason}") for one in assumptions))
    found, newer = set[str](), named & figures.keys()
    while newer:
        found |= newer
        newer = {name for each in newer for name in _FIGURE.findall(figures[each].note)} & figures.keys() - found
    return found


def sources_annex(project: Project, chapters: str = "") -> str:
    """Return the raw tables with their caveats and the publications behind the report by tier, as Markdown."""
    sources = load_sources(project)
    tiers = "; ".join(f"{tier}, {meaning}" for tier, meaning in TIERS.items())
    blocks = [
        "# Sources {#sec:annex-sources}",
        f"Sources are graded by how close they stand to whoever made the number: {tiers}.",
        *_age(project),
        *_absences(project),
        *_support(project),
        "## Raw tables",
    ]
    for name, entry in sources["files"].items():
        caveats = "\n    ".join(f"- {escape(caveat)}" for caveat in entry.get("caveats", ()))
        lines = _publication(entry) | {"SHA-256": f"`{entry['sha256']}`", "Caveats": caveats}
        blocks.append(_entry(name, entry["title"], lines, literal=("Address", "SHA-256", "Caveats")))
    blocks.append("## Publications")
    publications = sources["publications"]
    behind = _behind(project, chapters)
    blocks.append(
        f"Those of the figures and sentences of this report. {len(publications.keys() - behind)} more, of figures that "
        "it does not print, stand in `data/raw/sources.toml`; `cseanalysis figures F018`, say, names the source."
    )
    for tier, meaning in TIERS.items():
        chosen = {name: entry for name, entry in publications.items() if entry.get("tier") == tier and name in behind}
        if chosen:
            blocks.append(f"### Tier {tier}: {meaning}")
            ordered = sorted(chosen.items(), key=lambda item: (item[1]["publisher"].casefold(), item[1]["title"]))
            blocks += [f"- {_publication_line(name, entry)}" for name, entry in ordered]
    if ungraded := sorted(name for name, entry in publications.items() if entry.get("tier") not in TIERS):
        raise ValueError(f"sources.toml: {ungraded[:5]} have no tier among {', '.join(TIERS)}; grade them")
    return "\n\n".join(blocks)


def bibliography(project: Project) -> str:
    """Return BibTeX for every publication in ``sources.toml``, then the methods of ``notebooks/references.bib``."""
    publications = load_sources(project)["publications"]
    path = project.notebooks / "references.bib"
    methods = path.read_text(encoding="utf-8") if path.is_file() else ""
    if doubled := sorted(publications.keys() & set(_ENTRY.findall(methods))):
        raise ValueError(f"references.bib repeats {doubled[:5]}, which sources.toml already holds; remove them there")
    return "\n".join([*(_bibtex(name, entry) for name, entry in publications.items()), methods])


def _behind(project: Project, chapters: str) -> set[str]:
    """Return the keys of publications that chapters and assumptions cite, or whose figures they show or rest on."""
    from cseanalysis.study.data.figures import load_figures

    assumptions = load_assumptions(project.root).values()
    used = named_figures(project, chapters)
    cited = {*_KEY.findall(chapters), *(word for one in assumptions for word in re.findall(r"[\w:.-]+", one.source))}
    return cited | {one.source for one in load_figures(project.root).values() if one.id in used}


def _age(project: Project) -> Iterable[str]:
    """Say how far the evidence was read, and the newest period of each table."""
    yield "## How far the evidence was read, and how recent it is"
    evidence = load_evidence(project.root)
    read = _day(evidence["read_to"])
    yield (
        f"The sources of the register were read up to {read}. How recent the figures are is another matter: the newest "
        "period that each table is about ends, or its newest event began, on the day beside it."
    )
    rows = [f"| {escape(row['table'])} | {_day(row['until'])} |" for row in evidence["newest"]]
    yield "\n".join(["| Table | Newest |", "|:--|:--|", *rows])


def _absences(project: Project) -> Iterable[str]:
    """List what was sought and not found, and where it was sought."""
    read = read_to(project)
    yield f"## What was sought and not found {{#{ANNEX}}}"
    yield (
        f"Not found in what was read up to {say_date(read)} does not mean that it does not exist: of long documents "
        "often only the beginning could be read. The build stops when a figure of the register is one of these."
    )
    rows = []
    for row in absences(project.root):
        day = row.day(read)
        until = "" if day == read else f" Searched up to {say_date(day)}."
        rows.append(f"- **{escape(row.sought[:1].upper() + row.sought[1:])}.** {escape(row.searched)}{until}")
    yield "\n".join(rows)


def _support(project: Project) -> Iterable[str]:
    """Say what was seen of the lines of help; a study without such a table has none."""
    if (project.judgement / "support_lines.csv").is_file():
        yield "## What was seen of the lines of help"
        yield support_seen(support_lines(project.root))


def _cited(text: str, publications: Mapping[str, object]) -> str:
    """Turn keys of publications into citations, and print other words as they stand."""
    words = [(word, word.rstrip(",")) for word in text.split()]
    return " ".join(f"[@{key}]{word[len(key) :]}" if key in publications else escape(word) for word, key in words)


def _entry(name: str, title: str, lines: Mapping[str, str], *, literal: Iterable[str] = ()) -> str:
    head = f"**{escape(title)}** `{name}`" if title else f"`{name}`"
    pairs = [f"{label}\n:   {text if label in literal else escape(text)}" for label, text in lines.items() if text]
    return "\n\n".join([":::: {.entry}", head, *pairs, "::::"])


def _place(geography: str, coverage: str) -> str:
    """Word where a figure is of, and how much of it was covered."""
    where = "place not known" if geography == "unknown" else geography
    return "; ".join(part for part in (where, _COVERAGE.get(coverage, coverage)) if part)


def _publication(entry: Mapping[str, Any]) -> dict[str, str]:
    address = entry.get("address", "")
    published = _day(entry.get("published", "")) or "no date given"
    read = f"; read {_day(entry['accessed'])}" if entry.get("accessed") else ""
    return {
        "Publisher": f"{entry['publisher']}; {published}{read}",
        "Licence": entry["licence"],
        "Address": _link(address) if address else "none known",
    }


def _link(address: str) -> str:
    safe = web_address(address)
    return f"<{safe}>" if re.match(r"https?://\S", safe) else escape(address)


def _publication_line(name: str, entry: Mapping[str, Any]) -> str:
    lines = _publication(entry)
    # Of a copy, where the text stands that it copies: an address, or words that may begin with one.
    place = entry.get("primary", "")
    primary = f" Copied from: {escape(place) if ' ' in place else _link(place)}." if place else ""
    return (
        f"**{escape(entry['title'])}** `{name}`. {escape(lines['Publisher'])}. {escape(lines['Licence'])}. "
        f"Address: {lines['Address']}.{primary}"
    )


def _day(text: str) -> str:
    """Word a date that may lack its day or month."""
    parts = [int(part) for part in text.split("-")] if re.fullmatch(r"\d{4}(-\d\d){0,2}", text) else []
    if len(parts) == 3:
        return say_date(dt.date(parts[0], parts[1], parts[2]))
    return say_month(dt.date(parts[0], parts[1], 1)) if len(parts) == 2 else text


def _period(start: dt.date | None, end: dt.date | None) -> str:
    days = [say_date(day) for day in (start, end) if day is not None]
    return " to ".join(dict.fromkeys(days)) or "not stated"


def _bibtex(name: str, entry: Mapping[str, Any]) -> str:
    year = re.match(r"\d{4}", entry.get("published", ""))
    lines = [
        f"  author = {{{{{bibtex_text(entry['publisher'])}}}}}",
        f"  title = {{{{{bibtex_text(entry['title'])}}}}}",
    ]
    if year:  # without one, the style prints "no date"
        lines.append(f"  year = {{{year[0]}}}")
    if address := entry.get("address"):
        lines.append(f"  url = {{{web_address(address)}}}")
    return f"@online{{{name},\n" + ",\n".join(lines) + "\n}\n"
