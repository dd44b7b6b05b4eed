"""What stands around every page: what it is, whose, up to when, where everything else is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from cseanalysis.export.wording import say_date

if TYPE_CHECKING:
    from cseanalysis.report.pdf.typeset import TitlePage

# Nothing is loaded but the site's own files; no script or style stands in a page. To some browsers a page from disk has
# no origin that its own files could share, so files are named too; of a page from a server none of them is asked for.
_OWN = "'self' file:"
_POLICY = (
    f"default-src 'none'; style-src {_OWN}; script-src {_OWN}; img-src {_OWN}; base-uri 'none'; form-action 'none'"
)
_HELP = '<a href="index.html#help">Help and support</a>'


@dataclass(frozen=True, slots=True)
class Entry:
    """A page as the contents list it."""

    name: str
    title: str
    count: str = ""  # the number of a chapter, the letter of an annex


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is made beside the chapters: what is inside it, what it loads, and the files that go with it."""

    entry: Entry
    inside: str
    scripts: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    parts: tuple[tuple[str, str, str], ...] = ()  # for the search: id of a place in it, heading, text
    also: Mapping[str, str] = field(default_factory=dict)  # further words by which the search finds a card, by its id


def page(entry: Entry, inside: str, entries: Sequence[Entry], meta: TitlePage, scripts: Sequence[str] = ()) -> str:
    """Return a whole page around what is inside it."""
    title = meta.title if entry.name == "index" else f"{entry.title} – {meta.title}"
    loaded = "".join(f'<script src="{name}" defer></script>\n' for name in scripts)
    home = "" if entry.name == "index" else f'<p class="home"><a href="index.html">{escape(meta.title)}</a></p>\n'
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<meta name="description" content="{escape(meta.description)}">
<link rel="stylesheet" href="page.css">
{loaded}</head>
<body>
<a class="skip" href="#main">Skip to the text</a>
<header>
{home}<p class="standing">{escape(standing(meta))}</p>
<p class="jump"><a href="#contents">Contents</a> <a href="search.html">Search</a> {_HELP}</p>
</header>
<div class="sheet">
<main id="main">
{inside}
{_neighbours(entry, entries)}</main>
<nav id="contents" aria-label="Contents">
<h2>Contents</h2>
{_contents(entry, entries)}
</nav>
</div>
<footer>
<p>{escape(standing(meta))}</p>
<p>Aggregates only: no record of any person. {_HELP}</p>
</footer>
</body>
</html>
"""


def standing(meta: TitlePage) -> str:
    """Say what the report is and up to when its evidence was read, as every typeset page does."""
    which = meta.notice or f"Version {meta.version} · {say_date(meta.edition)}"
    return f"{which} · inputs {meta.inputs} · evidence read up to {say_date(meta.read)}"


def _contents(here: Entry, entries: Sequence[Entry]) -> str:
    lines = []
    for one in entries:
        current = ' aria-current="page"' if one.name == here.name else ""
        lines.append(f'<li><a href="{one.name}.html"{current}>{_named(one)}</a></li>')
    return "<ul>\n" + "\n".join(lines) + "\n</ul>"


def _named(entry: Entry) -> str:
    count = f'<span class="count">{escape(entry.count)}</span> ' if entry.count else ""
    return f"{count}{escape(entry.title)}"


def _neighbours(here: Entry, entries: Sequence[Entry]) -> str:
    names = [one.name for one in entries]
    if here.name not in names:
        return ""
    at = names.index(here.name)
    links = []
    if at > 0:
        links.append(f'<a rel="prev" href="{names[at - 1]}.html">Previous: {_named(entries[at - 1])}</a>')
    if at + 1 < len(names):
        links.append(f'<a rel="next" href="{names[at + 1]}.html">Next: {_named(entries[at + 1])}</a>')
    return f'<p class="neighbours">{" ".join(links)}</p>\n'
