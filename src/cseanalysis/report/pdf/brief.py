"""The brief: two pages in plain words, from the same results and charts as the report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cseanalysis.report.exporter import export
from cseanalysis.report.prose import fill
from cseanalysis.study.evidence.support import SLOT, support_lines, support_table

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cseanalysis.study.data.project import Project

BRIEF, FRONT = "brief.md", "front.md"
_TAKEN = re.compile(r'^:{4} \{\.from-chapter ref="([\w:-]+)"\}\n:{4}$', re.MULTILINE)
_NUMBER = re.compile(r'\[([^\]]*)\]\{\.n ref="(\w+)"\}')
_CHART = re.compile(r'^:{4} \{\.chart #([\w:-]+) file="([^"]+)".*?^:{4}$', re.MULTILINE | re.DOTALL)


def brief(project: Project, chapters: Mapping[str, NotebookNode]) -> tuple[str, dict[str, bytes]]:
    """Return the brief as Markdown, and the charts that it takes from the chapters by file name."""
    text = (project.notebooks / BRIEF).read_text(encoding="utf-8")
    wanted = set(_TAKEN.findall(text))
    charts, pictures = _charts(chapters, wanted)
    if missing := sorted(wanted - charts.keys()):
        raise ValueError(f"{BRIEF} takes {missing[:5]}, and no chapter shows a chart of that label")
    # What stands between two charts is filled by itself: a chart is words already.
    pieces = _TAKEN.split(text.replace(SLOT, f"{{{SLOT}}}"))
    filled = [charts[piece] if place % 2 else fill(piece, project.root) for place, piece in enumerate(pieces)]
    whole = with_support("".join(filled), project.root)
    return f"{whole}\n\n{_ids(whole)}\n", pictures


def main_points(project: Project) -> str:
    """Return the first section of the brief as Markdown without its charts, for a page that has them elsewhere."""
    sections = (project.notebooks / BRIEF).read_text(encoding="utf-8").split("\n## ")
    return fill(_TAKEN.sub("", f"## {sections[1]}"), project.root) if len(sections) > 1 else ""


def front_matter(project: Project) -> str:
    """Return the report's first page, with the lines of help."""
    return with_support((project.notebooks / FRONT).read_text(encoding="utf-8"), project.root)


def with_support(text: str, root: Path) -> str:
    """Put the table of support lines in its place; a page without the place has none."""
    return text.replace(SLOT, support_table(support_lines(root))) if SLOT in text else text


def _ids(text: str) -> str:
    """List the numbers of the page once more, in their order, each with the id by which it is found elsewhere."""
    # A chart's caption has none: what it draws stands in the text.
    found = dict.fromkeys((words, name) for words, name in _NUMBER.findall(text))
    listed = "; ".join(f"{words} `{name}`" for words, name in found)
    return f"## Where each number comes from\n\nIn annexes and web edition each is told under its id: {listed}."


def _charts(chapters: Mapping[str, NotebookNode], wanted: set[str]) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the wanted charts as the report sets them, and their pictures."""
    charts, pictures = dict[str, str](), dict[str, bytes]()
    for name, node in chapters.items():
        if wanted <= charts.keys():
            break
        markdown, drawn = export(name, node)
        for match in _CHART.finditer(markdown):
            if match[1] in wanted:
                charts[match[1]] = match[0]
                pictures[match[2]] = drawn[match[2]]
    return charts, pictures
