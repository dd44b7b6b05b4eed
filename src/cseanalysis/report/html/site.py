"""From executed chapters to a folder of pages: the same Markdown that is typeset, one page a chapter."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cseanalysis.report.exporter import DATA, export
from cseanalysis.report.html.cards import ASSUMPTIONS, FIGURES, NUMBERS, card_pages, cards_table, page_of_card
from cseanalysis.report.html.drawing import drawing
from cseanalysis.report.html.register import register_page
from cseanalysis.report.html.shell import Entry, Page, page
from cseanalysis.report.pdf.typeset import READER
from cseanalysis.report.references import cited_in, lettered
from cseanalysis.scratch import scratch_folder
from cseanalysis.study.evidence.claimed import CONTENT_NOTE

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cseanalysis.lineage import Card
    from cseanalysis.report.pdf.typeset import TitlePage

_HERE = Path(__file__).parent
_CHART = re.compile(r"<!--chart ([^ >]+)-->")
_LABEL = re.compile(r"#((?:fig|tbl|eq):[\w:-]+)")
_ALT = re.compile(r'^:{4,} \{\.chart #fig:([\w:-]+) .*?file="([^"]*)".*? alt="((?:\\.|[^"\\])*)"', re.MULTILINE)


def site(
    chapters: Mapping[str, NotebookNode],
    meta: TitlePage,
    front: str,
    *,
    annexes: str,
    bibliography: str,
    cards: Mapping[str, Card],
    points: str = "",
    pages: Sequence[Page] = (),
) -> dict[str, bytes]:
    """Return the report as the files of a folder of pages for a browser, by name.

    Parameters
    ----------
    chapters
        Executed notebooks by name, in their order.
    meta
        What the title page says.
    front, annexes
        Markdown before and after the chapters.
    bibliography
        BibTeX of all that may be cited.
    cards
        What each number of the study rests on, by id.
    points
        Markdown of the main points, which stand on the first page.
    pages
        Further pages, in their order; one of the assumptions stands above their cards.

    Raises
    ------
    ValueError
        For a reference to what is not there, or a text that pandoc cannot set.
    """
    texts = [{"page": "index", "kind": "front", "markdown": text} for text in (points, front)]
    pictures: dict[str, bytes] = {}
    words: dict[str, str] = {}
    files: dict[str, bytes] = {}
    annexed: list[str] = []
    for name, node in chapters.items():
        markdown, found = export(name, node)
        pictures |= found
        for label, file, alt in _ALT.findall(markdown):
            words[file] = _unquoted(alt)
            files[f"charts/{label}.csv"] = found[f"{file}{DATA}"]
        annexed += _LABEL.findall(export(name, node, annex=True)[0])
        kind = "unnumbered" if name.startswith("00") else "chapter"
        texts.append({"page": page_of(name), "kind": kind, "markdown": markdown})
    texts.append({"page": "", "kind": "annex", "markdown": annexes})
    answer = _pandoc(texts, annexed, bibliography, {name: page_of_card(card) for name, card in cards.items()})
    main, first = answer["pages"].pop(0), answer["pages"][0]
    first["parts"] = main["parts"] + first["parts"]
    entries = [
        Entry(one["name"], "Before you read" if one["kind"] == "front" else one["title"], one["count"])
        for one in answer["pages"]
    ]
    own, above = len(entries), {one.entry.name: one for one in pages if one.entry.name == ASSUMPTIONS.name}
    beside = [one for one in pages if one.entry.name not in above]
    beside += [*card_pages(cards, meta, entries, above), Page(FIGURES, register_page(cards), ("register.js",))]
    entries += [*(one.entry for one in pages if one.entry.name not in above), NUMBERS, FIGURES, ASSUMPTIONS]
    if doubled := {one.name for one in entries if [other.name for other in entries].count(one.name) > 1}:
        raise ValueError(f"two pages are called {', '.join(sorted(doubled))}; rename a chapter")

    def put(match: re.Match[str]) -> str:
        file = match[1]
        if file.endswith(".svg"):
            return drawing(pictures[file].decode("utf-8"), file.removesuffix(".svg"), words[file])
        files[f"charts/{file}"] = pictures[file]
        return f'<img src="charts/{file}" alt="{escape(words[file])}">'

    for one, entry in zip(answer["pages"], entries[:own], strict=True):
        inside = _CHART.sub(put, one["html"])
        if one["kind"] == "front":
            inside = (
                f'{_first(meta)}{main["html"]}{_printed()}<section id="help">\n{inside}\n</section>\n{_about(meta)}'
            )
        files[f"{entry.name}.html"] = page(entry, inside, entries, meta).encode("utf-8")
    for table in answer["tables"]:
        files[f"tables/{table['name']}.csv"] = _csv(table["rows"])
    beside.append(Page(Entry("search", "Search"), _SEARCH, ("index.js", "search.js")))
    for made in beside:
        files |= made.files
        files[f"{made.entry.name}.html"] = page(made.entry, made.inside, entries, meta, made.scripts).encode("utf-8")
    scripts = {name for made in beside for name in made.scripts if (_HERE / name).is_file()}
    files |= {name: (_HERE / name).read_bytes() for name in ("page.css", *scripts)}
    files["cards.csv"] = cards_table(cards)
    files["index.js"] = _index(answer["pages"], cards, beside)
    return dict(sorted(files.items()))


def page_of(chapter: str) -> str:
    """Return what a chapter's page is called: its name without the place it stands in, which may change."""
    return chapter.partition("-")[2] or chapter


_PRINTED = {
    "brief.pdf": "Brief: two pages in plain words (PDF)",
    "report.pdf": "Report (PDF)",
    "annexes.pdf": "Annexes (PDF)",
}
_KINDS = {"result": "Number", "figure": "Published figure", "assumption": "Assumption"}
_SEARCH = """<h1>Search</h1>
<form role="search" id="search"><label for="words">Words, a number or the id of a figure</label>
<input id="words" type="search" autocomplete="off"></form>
<p id="found" role="status">Search needs JavaScript, which does not run here. Every page is listed in the contents.</p>
<ol id="hits"></ol>
"""


def _first(meta: TitlePage) -> str:
    said = "".join(f"<p><strong>{escape(words)}</strong></p>\n" for words in (meta.notice, meta.age) if words)
    return (
        f'<h1>{escape(meta.title)}</h1>\n<p class="subtitle">{escape(meta.subtitle)}</p>\n{said}'
        f'<p>{CONTENT_NOTE} <a href="#help">Help and support</a> stand below.</p>\n'
    )


def _printed() -> str:
    # A folder of pages lies beside the printed products.
    printed = "".join(f'<li><a href="../{file}">{words}</a></li>' for file, words in _PRINTED.items())
    return f"<p>Here every number leads to its home. To print:</p>\n<ul>{printed}</ul>\n"


def _about(meta: TitlePage) -> str:
    facts = (*meta.facts, ("How to cite", meta.cite))
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(words)}</dd>\n" for name, words in facts)
    return f'<h2>About this report</h2>\n<dl class="facts">\n{listed}</dl>\n'


def _pandoc(
    texts: list[dict[str, str]], annexed: list[str], bibliography: str, homes: Mapping[str, str]
) -> dict[str, Any]:
    import pypandoc

    cited = set[str]().union(*(cited_in(text["markdown"]) for text in texts))
    with scratch_folder("cse") as folder:
        (folder / "sources.bib").write_text(lettered(bibliography, cited), encoding="utf-8")
        job = {
            "texts": texts,
            "annexed": annexed,
            "reader": READER,
            "bibliography": str(folder / "sources.bib"),
            "style": str(_HERE.parent / "pdf" / "references.csl"),
            "cards": dict(homes),
        }
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        command = [pypandoc.get_pandoc_path(), "lua", str(_HERE / "pages.lua"), str(folder / "job.json")]
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = next((line for line in said if ": " in line), said[-1] if said else "no reason given")
        raise ValueError(f"pandoc could not make the pages: {reason}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _unquoted(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\").replace("&amp;", "&")


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8")


def _index(pages: list[dict[str, Any]], cards: Mapping[str, Card], beside: Sequence[Page]) -> bytes:
    """Return what the search looks through as a script, because a page from disk may load nothing else."""
    parts: list[tuple[str, ...]] = [
        (one["name"], part["id"], part["title"], one["title"], part["text"]) for one in pages for part in one["parts"]
    ]
    also = {name: words for made in beside for name, words in made.also.items()}
    parts += [
        (page_of_card(card), card.id, f"{card.title} ({card.id})", _KINDS[card.kind], f"{card.says}; {card.unit}")
        + ((also[card.id],) if card.id in also else ())
        for card in cards.values()
    ]
    parts += [
        (made.entry.name, place, title, made.entry.title, text) for made in beside for place, title, text in made.parts
    ]
    return f"var PARTS = {json.dumps(parts, ensure_ascii=False, separators=(',', ':'))};\n".encode()
