"""From executed chapters to one tagged PDF: Markdown, pandoc, typst; no TeX, no browser, no system font."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
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
READER = (
    "markdown-auto_identifiers-implicit_header_references-implicit_figures-raw_html-raw_tex-raw_attribute-task_lists"
)
ANNEXES = "Annexes: further tables and charts, assumptions, figures, sources"
_KINDS = {"fig": "Figure", "tbl": "Table", "eq": "Equation"}
_LABEL = re.compile(r"(?<!#ref\()<(fig|tbl|eq|sec):([\w:-]+)>")
_HEADING = re.compile(r"^=+ ([^\n]+)\n<(sec:[\w:-]+)>", re.MULTILINE)
_REFERENCE = re.compile(r"#ref\(<([\w:-]+)>\)")
_ENTRY = re.compile(r"^:{4} \{\.entry\}\n\n[^\n]*`(F\d{3,})`$", re.MULTILINE)  # a figure that the annexes print
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
    annexes: bool = False  # whether this is the file of the annexes, whose numbers have a letter
    age: str = ""  # what it says where its evidence was read more than a quarter earlier


def typeset(
    chapters: Mapping[str, NotebookNode],
    meta: TitlePage,
    front: str,
    *,
    annexes: str,
    bibliography: str,
    keep: Path | None = None,
) -> tuple[bytes, bytes]:
    """Typeset executed chapters as report and annexes, two PDF/UA-1 and PDF/A-3a files."""
    report, further, pictures = {"front matter": front}, {"front matter": ""}, dict[str, bytes]()
    for chapter, node in chapters.items():
        for texts, annex in ((report, False), (further, True)):
            text, drawn = export(chapter, node, annex=annex)
            pictures |= drawn
            texts[chapter] = f"# {_title(report[chapter])}: more\n\n{text}" if annex and text else text
    further = {name: text for name, text in further.items() if text or name == "front matter"} | {"annexes": annexes}
    known = ",".join(sorted(set(_ENTRY.findall(annexes))))
    both = (report, further)
    names = [(part, name) for part, texts in enumerate(both) for name in texts]
    with ThreadPoolExecutor(max_workers=4) as pool:
        set_texts = list(
            pool.map(lambda place: _pandoc(place[1], both[place[0]][place[1]], known, place[0] == 1), names)
        )
    parts: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for (part, name), text in zip(names, set_texts, strict=True):
        parts[part][name] = text
    near, far = _marks(parts[0].values(), ""), _marks(parts[1].values(), "A")
    if twice := sorted(near.keys() & far.keys()):
        raise ValueError(_twice(twice[0]))
    first = {name: _told(text, near, far, "") for name, text in parts[0].items()}
    second = {name: _told(text, far, near, " of the report") for name, text in parts[1].items()}
    page = replace(meta, subtitle=ANNEXES, annexes=True)
    homes = (None, None) if keep is None else (keep / "report", keep / "annexes")
    pdf = _set("template.typ", first, pictures, meta, bibliography, keep=homes[0])
    return pdf, _set("template.typ", second, pictures, page, bibliography, keep=homes[1])


def _title(markdown: str) -> str:
    """Return the heading a chapter begins with."""
    found = re.match(r"# ([^\n{]+)", markdown)
    return found[1].strip() if found else "Chapter"


def _marks(texts: Iterable[str], prefix: str) -> dict[str, str]:
    """Return how what has a label is called from outside: numbered charts, tables, equations; headings by words."""
    counted: dict[str, int] = {}
    found = {}
    for text in texts:
        for match in _LABEL.finditer(text):
            kind = match[1]
            if kind == "sec":
                continue
            counted[kind] = counted.get(kind, 0) + 1
            found[f"{kind}:{match[2]}"] = f"{_KINDS[kind]} {prefix}{counted[kind]}"
        for match in _HEADING.finditer(text):
            found[match[2]] = f"“{match[1].strip()}”"
    return found


def _told(text: str, own: Mapping[str, str], other: Mapping[str, str], where: str) -> str:
    """Say in words what a reference means that is found in the other of the two files."""

    def worded(match: re.Match[str]) -> str:
        label = match[1]
        if label in own or label not in other:
            return match[0]
        place = where or (" of the annexes" if other[label].startswith("“") else "")
        return f"{other[label]}{place}"

    return _REFERENCE.sub(worded, text)


def typeset_brief(markdown: str, pictures: Mapping[str, bytes], meta: TitlePage) -> bytes:
    """Typeset the two pages of the brief, as accessible and archivable as the report."""
    return _set("brief.typ", {"front matter": _pandoc("front matter", markdown)}, pictures, meta, "")


def _set(
    template: str,
    texts: Mapping[str, str],
    pictures: Mapping[str, bytes],
    meta: TitlePage,
    bibliography: str,
    *,
    keep: Path | None = None,
) -> bytes:
    """Set texts for typst in a template; the same for the same input: the only date in the file is the edition's."""
    import typst

    check_age(meta.read, meta.edition, meta.age)
    with scratch_folder("cse") as folder:
        for file, content in pictures.items():
            (folder / file).write_bytes(content)
        (folder / "main.typ").write_text(_assemble(template, texts, bool(bibliography.strip())), encoding="utf-8")
        (folder / "meta.json").write_text(json.dumps(_page_values(meta)), encoding="utf-8")
        cited = set[str]().union(*(cited_in(text) for text in texts.values()))
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


def _pandoc(name: str, markdown: str, known: str = "", annexes: bool = False) -> str:
    import pypandoc

    command = [pypandoc.get_pandoc_path(), "--from", READER, "--to", "typst", "--wrap", "none"]
    command += ["--lua-filter", str(_HERE / "filter.lua")]
    if name.startswith("00"):
        command += ["--metadata", "unnumbered=true"]
    if name == "front matter":
        command += ["--metadata", "front=true"]
    if known:  # ids of figures that the annexes print
        command += ["--metadata", f"known={known}"]
    if annexes:
        command += ["--metadata", "annexes=true"]
    done = subprocess.run(command, input=markdown.encode("utf-8"), capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = next((line for line in said if ": " in line), said[-1] if said else "no reason given")
        raise ValueError(f"{name}: pandoc could not set the text: {reason}")
    return done.stdout.decode("utf-8")


def _assemble(template: str, texts: Mapping[str, str], cites: bool) -> str:
    body = "\n\n".join(text for name, text in texts.items() if name != "front matter")
    printed = '#bibliography("sources.bib", title: [References], style: "references.csl")' if cites else ""
    style = (_HERE / "style.typ").read_text(encoding="utf-8")
    slots = {"STYLE": style, "FRONT": texts["front matter"], "BODY": body}
    slots["BIBLIOGRAPHY"] = printed
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


def _twice(label: str) -> str:
    return f"the label {label!r} is given twice; every chart, table, equation and section needs its own"


def _explain(error: Exception) -> str:
    message = str(getattr(error, "message", error))
    if found := _UNKNOWN_LABEL.search(message):
        label, fault = found[1], found[2]
        if fault == "occurs multiple times":
            return _twice(label)
        return f"the report refers to {label!r}: no source, chart, table, equation or section has that label"
    diagnostic = str(getattr(error, "diagnostic", "")).strip()
    return f"typst could not set the report: {message}" + (f"\n{diagnostic}" if diagnostic else "")
