"""Marks of the typesetter in words, for whoever reads a chapter alone: in Jupyter, or as a page of its own."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from cseanalysis.export.markup import escape, web_address
from cseanalysis.report.prose import closest
from cseanalysis.report.references import works_in
from cseanalysis.study.data.project import Project, find_project, load_sources

# What only the typesetter understands: a label, a cross reference, a citation, whose a number is.
MARK = re.compile(r"\{#[\w:-]+[^{}]*\}|(?<![\w\\])@(?:fig|tbl|eq|sec):|(?<!\\)\[@\w|\]\{\.n ref=")

_MARKS = re.compile(
    r" *\{#[\w:-]+[^{}]*\}"
    r"|(?<!\\)\[(?P<group>@[^\[\]]+)\]"
    r"|(?<![\w\\])@(?P<single>(?:fig|tbl|eq|sec):[\w-]+|[A-Za-z]\w*)"
)
_NUMBER = re.compile(r"\[((?:\\.|[^\[\]\\])*)\]\{\.n ref=\"[^\"]*\"\}")
_ONE = re.compile(r"@([\w:.-]*\w)(.*)", re.DOTALL)
_KINDS = {"fig": "Figure", "tbl": "Table", "eq": "Equation", "sec": "Chapter"}
_INLINE = re.compile(r"\\([!-/:-@\[-`{-~])|\*([^*]+)\*|\[((?:\\.|[^\[\]\\])+)\]\(<([^<>]*)>\)|[<>&\"']")


def alone(markdown: str) -> str:
    """Return Markdown whose citations and cross references are words, and which has no labels or marks."""

    def worded(match: re.Match[str]) -> str:
        if match["single"]:
            key = match["single"]
            return named(key) if ":" in key else _cited(key, "{} ({})")
        if not match["group"]:
            return ""
        ones = [found.groups() for part in match["group"].split(";") if (found := _ONE.match(part.strip()))]
        if all(_is_label(key) for key, _ in ones):
            return " and ".join(named(key) for key, _ in ones)
        return f"({'; '.join(_cited(key, '{}, {}') + rest for key, rest in ones)})"

    return _MARKS.sub(worded, _NUMBER.sub(r"\1", markdown))


def named(label: str) -> str:
    """Name what has a label, in its caption as where the text refers to it."""
    kind, _, name = label.partition(":")
    annex = name.removeprefix("annex-")
    return f"{_KINDS[kind] if annex == name else 'Annex'} *{annex}*"


def as_html(markdown: str) -> str:
    r"""Return one paragraph of Markdown as HTML: emphasis and links, other text as it stands."""

    def tagged(match: re.Match[str]) -> str:
        sign, stressed, text, address = match.groups()
        if stressed:
            return f"<em>{as_html(stressed)}</em>"
        if not text:
            return html.escape(sign or match[0])
        # Nothing but a page or a place in one is linked: an address may hold a script.
        linked = address.startswith(("https://", "http://", "#"))
        return f'<a href="{html.escape(address)}">{as_html(text)}</a>' if linked else as_html(text)

    return _INLINE.sub(tagged, markdown)


def _is_label(key: str) -> bool:
    return key.partition(":")[0] in _KINDS


def _cited(key: str, form: str) -> str:
    works = _works(find_project())
    if key not in works:
        raise ValueError(f"no source has the key {key!r}; {closest(key, works)}")
    author, year, address = works[key]
    words = escape(form.format(author, year or "no date"))
    return f"[{words}](<{address}>)" if address else words


@lru_cache(maxsize=1)
def _works(project: Project) -> dict[str, tuple[str, str, str]]:
    """Return author, year and address of every work that can be cited."""
    path = project.notebooks / "references.bib"
    methods = works_in(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return methods | {
        key: (entry["publisher"], entry.get("published", "")[:4], web_address(entry.get("address", "")))
        for key, entry in load_sources(project)["publications"].items()
    }
