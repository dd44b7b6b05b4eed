"""From an executed chapter to Markdown that says what each output is; code is not shown."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbconvert.exporters import Exporter

from cseanalysis.export.markup import escape
from cseanalysis.report.outputs import KEY

if TYPE_CHECKING:
    from nbformat import NotebookNode

_HEADING = re.compile(r"\A# [^\n{]*[^\n{ ](?=\n|\Z)")
_TAGGED = re.compile(r"\s*\\tag\{([\w-]+)\}\s*\$\$")
ANNEX = "annex"  # the tag of cells that are printed in the annexes and not in the report
METHOD = "method"  # the tag of cells that show how a number is computed: for who opens the notebook, not for print
DATA = ".csv"  # what a chart's data are called after its picture
_PICTURES = {"image/svg+xml": "svg", "image/png": "png"}


class ChapterExporter(Exporter):  # type: ignore[misc]
    """Export a chapter as the Markdown the report is set from: ``jupyter nbconvert --to cseanalysis chapter.ipynb``."""

    export_from_notebook = "Chapter as Markdown"
    file_extension = ".md"
    output_mimetype = "text/markdown"

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **more: Any) -> tuple[str, dict[str, Any]]:
        """Return the chapter's Markdown; its charts and their data are among the resources' ``outputs``."""
        node, found = super().from_notebook_node(nb, resources, **more)
        name, annex = found["metadata"].get("name", "chapter"), found["metadata"].get("annex")
        pictures: dict[str, bytes] = {}
        parts: list[str] = []
        for number, cell in enumerate(node.cells, 1):
            tags = cell.metadata.get("tags", ())
            if METHOD in tags or (annex is not None and annex != (ANNEX in tags)):
                continue
            if cell.cell_type == "markdown":
                parts.append(_labelled(cell.source.strip(), name if number == 1 else ""))
            elif cell.cell_type == "code":
                for place, output in enumerate(cell.outputs, 1):
                    parts.append(_output(output, f"{name}-{number}-{place}", pictures))
        found["outputs"] = pictures
        return "\n\n".join(part for part in parts if part), found


def export(name: str, node: NotebookNode, *, annex: bool | None = None) -> tuple[str, dict[str, bytes]]:
    """Return a chapter as Markdown for the typesetter, and its charts and their data by file name.

    Parameters
    ----------
    name
        The chapter's name; the charts are named after it.
    node
        The executed notebook.
    annex
        Without the cells that are printed in the annexes (False), those alone (True), or the whole chapter (None).

    Raises
    ------
    ValueError
        For a cell that failed, or a picture without alternative text.
    """
    resources = {"metadata": {"name": name, "annex": annex}}
    markdown, found = ChapterExporter().from_notebook_node(node, resources)
    return markdown, found["outputs"]


def _output(output: NotebookNode, where: str, pictures: dict[str, bytes]) -> str:
    if output.output_type == "stream":
        if output.name == "stderr":
            return "\n\n".join(_div("note", escape(_without_kind(line))) for line in output.text.splitlines())
        return _verbatim(output.text)
    if output.output_type == "error":
        raise ValueError(f"{where}: the cell failed with {output.ename}: {output.evalue}; execute the chapter again")
    about, data = output.metadata.get(KEY, {}), output.data
    if about.get("kind") == "chart" or any(kind in data for kind in _PICTURES):
        return _chart(about, data, where, pictures)
    if about.get("kind") == "table":
        widths = ",".join(f"{width:g}" for width in about["widths"])
        return _div("table", about["markdown"], about["label"], widths=widths)
    if about.get("kind") == "opening":
        return _div("opening", "\n\n".join(_div("part", text, part=part) for part, text in about["parts"]))
    text = about.get("markdown", data.get("text/markdown"))
    return _verbatim(data.get("text/plain", "")) if text is None else str(text)


def _labelled(source: str, chapter: str) -> str:
    """Label the heading that a chapter begins with, after its file (``04-lag``: ``sec:lag``), and tagged equations."""
    if chapter:
        source = _HEADING.sub(rf"\g<0> {{#sec:{chapter.partition('-')[2] or chapter}}}", source)
    return _TAGGED.sub(r" $$ {#eq:\1}", source)


def _chart(about: Mapping[str, Any], data: Mapping[str, str], where: str, pictures: dict[str, bytes]) -> str:
    if not about.get("alt"):
        raise ValueError(f"{where}: a picture without alternative text; show it with chart(), which asks for it")
    kind = next(kind for kind in _PICTURES if kind in data)
    file = f"{where}.{_PICTURES[kind]}"
    pictures[file] = data[kind].encode("utf-8") if kind == "image/svg+xml" else base64.b64decode(data[kind])
    pictures[f"{file}{DATA}"] = about["data"].encode("utf-8")
    return _div("chart", about["caption"], about["label"], file=file, width=f"{about['width']:g}", alt=about["alt"])


def _div(kind: str, content: str, label: str = "", **attributes: str) -> str:
    def quoted(text: str) -> str:
        return text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")

    given = "".join(f' {name}="{quoted(text)}"' for name, text in attributes.items())
    fence = ":" * (6 if kind == "opening" else 4)
    identifier = f" #{label}" if label else ""
    return f"{fence} {{.{kind}{identifier}{given}}}\n{content}\n{fence}"


def _verbatim(text: str) -> str:
    fence = "`" * max(4, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}\n{text.rstrip()}\n{fence}" if text.strip() else ""


def _without_kind(warning: str) -> str:
    text = warning.partition(": ")[2] or warning
    return text[:1].upper() + text[1:]
