"""From executed chapters to one tagged PDF: Markdown, pandoc, typst; no TeX, no browser, no system font."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cseanalysis.export.wording import say_date
from cseanalysis.report.exporter import export
from cseanalysis.report.references import cited_in, lettered
from cseanalysis.scratch import scratch_folder
from cseanalysis.study.evidence.age import check_age

if TYPE_CHECKING:
    from nbformat import NotebookNode

STANDARDS: tuple[Literal["ua-1"], Literal["a-3a"]] = ("ua-1", "a-3a")  # accessible and archivable

_HERE = Path(__file__).parent
_READER = (
    "markdown-auto_identifiers-implicit_header_references-implicit_figures-raw_html-raw_tex-raw_attribute-task_lists"
)
_UNKNOWN_LABEL = re.compile(r"label `<([^>]*)>` (does not exist|occurs multiple times)")


@dataclass(frozen=True, slots=True)
class TitlePage:
    """What the title page, the running heads and the file's properties say."""

    title: str
    subtitle: str
    version: str
    edition: dt.date
    read: dt.date  # the day up to which the evidence was read, on every page
    inputs: str
    authors: tuple[str, ...]
    cite: str
    facts: tuple[tuple[str, str], ...]
    description: str = ""
    keywords: tuple[str, ...] = ()
    running: str = ""
    notice: str = ""  # what a report says of itself on every page that is no edition
    age: str = ""  # what it says where its evidence was read more than a quarter earlier


def typeset(
    chapters: Mapping[str, NotebookNode],
    meta: TitlePage,
    front: str,
    *,
    annexes: str,
    bibliography: str,
    keep: Path | None = None,
) -> bytes:
    """Typeset executed chapters as one PDF/UA-1 and PDF/A-3a file."""
    texts, pictures = {"front matter": front, "annexes": annexes}, dict[str, bytes]()
    for chapter, node in chapters.items():
        texts[chapter], drawn = export(chapter, node)
        pictures |= drawn
    return _set("template.typ", texts, pictures, meta, bibliography, keep=keep)


def typeset_brief(markdown: str, pictures: Mapping[str, bytes], meta: TitlePage) -> bytes:
    """Typeset the two pages of the brief, as accessible and archivable as the report."""
    return _set("brief.typ", {"front matter": markdown, "annexes": ""}, pictures, meta, "")


def _set(
    template: str,
    texts: Mapping[str, str],
    pictures: Mapping[str, bytes],
    meta: TitlePage,
    bibliography: str,
    *,
    keep: Path | None = None,
) -> bytes:
    """Set Markdown in a template; the same for the same input: the only date in the file is the edition's."""
    import typst

    check_age(meta.read, meta.edition, meta.age)
    with scratch_folder("cse") as folder:
        for file, content in pictures.items():
            (folder / file).write_bytes(content)
        with ThreadPoolExecutor(max_workers=4) as pool:
            set_texts = dict(zip(texts, pool.map(_pandoc, texts, texts.values()), strict=True))
        (folder / "main.typ").write_text(_assemble(template, set_texts, bool(bibliography.strip())), encoding="utf-8")
        (folder / "meta.json").write_text(json.dumps(_page_values(meta)), encoding="utf-8")
        cited = set[str]().union(*(cited_in(text) for text in set_texts.values()))
        (folder / "sources.bib").write_text(lettered(bibliography, cited), encoding="utf-8")
        shutil.copyfile(_HERE / "references.csl", folder / "references.csl")
        if keep is not None:
            shutil.copytree(folder, keep, dirs_exist_ok=True)
        stamp = dt.datetime.combine(meta.edition, dt.time(), dt.UTC)
        try:
            pdf: bytes = typst.compile(
                str(folder / "main.typ"),
                root=str(folder),
                format="pdf",
                pdf_standards=list(STANDARDS),
                timestamp=stamp,
                ignore_system_fonts=True,
            )
        except typst.TypstError as error:
            raise ValueError(_explain(error)) from None
    return pdf


def _pandoc(name: str, markdown: str) -> str:
    import pypandoc

    command = [pypandoc.get_pandoc_path(), "--from", _READER, "--to", "typst", "--wrap", "none"]
    command += ["--lua-filter", str(_HERE / "filter.lua")]
    if name.startswith("00"):
        command += ["--metadata", "unnumbered=true"]
    if name == "front matter":
        command += ["--metadata", "front=true"]
    done = subprocess.run(command, input=markdown.encode("utf-8"), capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = next((line for line in said if ": " in line), said[-1] if said else "no reason given")
        raise ValueError(f"{name}: pandoc could not set the text: {reason}")
    return done.stdout.decode("utf-8")


def _assemble(template: str, texts: Mapping[str, str], cites: bool) -> str:
    body = "\n\n".join(text for name, text in texts.items() if name not in {"front matter", "annexes"})
    printed = '#bibliography("sources.bib", title: [References], style: "references.csl")' if cites else ""
    style = (_HERE / "style.typ").read_text(encoding="utf-8")
    slots = {"STYLE": style, "FRONT": texts["front matter"], "BODY": body}
    slots |= {"BIBLIOGRAPHY": printed, "ANNEXES": texts["annexes"]}
    page = (_HERE / template).read_text(encoding="utf-8")
    pieces = re.split(rf"^// ({'|'.join(slots)})$", page, flags=re.MULTILINE)
    return "".join(slots[piece] if index % 2 else piece for index, piece in enumerate(pieces))


def _page_values(meta: TitlePage) -> dict[str, Any]:
    values = asdict(meta)
    day = meta.edition
    return values | {
        "date": [day.year, day.month, day.day],
        "edition": say_date(day),
        "read": say_date(meta.read),
        "running": meta.running or meta.title,
    }


def _explain(error: Exception) -> str:
    message = str(getattr(error, "message", error))
    if found := _UNKNOWN_LABEL.search(message):
        label, fault = found[1], found[2]
        if fault == "occurs multiple times":
            return f"the label {label!r} is given twice; every chart, table, equation and section needs its own"
        return f"the report refers to {label!r}: no source, chart, table, equation or section has that label"
    diagnostic = str(getattr(error, "diagnostic", "")).strip()
    return f"typst could not set the report: {message}" + (f"\n{diagnostic}" if diagnostic else "")
