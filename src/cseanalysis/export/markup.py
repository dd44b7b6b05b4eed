"""Somebody else's text in Markdown and in BibTeX: it prints as it stands, and never acts."""

from __future__ import annotations

import re
from urllib.parse import quote

_CITATION = re.compile(r"(\[@[\w:.-]+(?:; ?@[\w:.-]+)*\])")
_ANYWHERE = re.compile(
    r"""[\\`*_{}\[\]<>#|~^$@]"""  # marks wherever they stand
    r"""|&(?=[#\w])"""  # an entity
    r"""|-(?=-)|(?<=-)-|\.(?=\.)|(?<=\.)\."""  # signs that would become a dash or an ellipsis
)
# What makes a list, a definition, a division, a heading or a title block of a line that begins with it.
_AT_START = re.compile(r"[-+](?=\s|$)|[:=%]")
_LIST_MARK = re.compile(r"(\(?(?:\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+))([.)])(?=\s|$)")
_IN_BIBTEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {sign: f"\\{sign}" for sign in "&%$#_"}
_BRACES = {"{": r"\{", "}": r"\}"}
_LONE_BRACES = {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}  # BibTeX counts braces, a backslash before or not
_IN_URL = "!#$%&'()*+,-./:;=?@[]_~"


def escape(text: str, *, citations: bool = False) -> str:
    r"""Return ``text`` as Markdown of one paragraph that prints it as it stands but for its quotes."""
    parts = _CITATION.split(text) if citations else [text]
    said = "".join(part if number % 2 else _ANYWHERE.sub(r"\\\g<0>", part) for number, part in enumerate(parts))
    said = " ".join(said.split())
    if mark := _LIST_MARK.match(said):
        return f"{mark[1]}\\{mark[2]}{said[mark.end() :]}"
    return f"\\{said}" if _AT_START.match(said) else said


def bibtex_text(text: str) -> str:
    r"""Return ``text`` as the value of a BibTeX field, between braces, that prints it as it stands."""
    signs = _IN_BIBTEX | (_BRACES if _paired(text) else _LONE_BRACES)
    said = "".join(signs.get(sign, sign) for sign in " ".join(text.split()))
    return re.sub(r"-(?=-)|(?<=-)-|`(?=`)|(?<=`)`|'(?=')|(?<=')'", r"{\g<0>}", said)


def _paired(text: str) -> bool:
    """Say whether every brace that opens is closed, and none before it is opened."""
    depth = 0
    for sign in re.findall(r"[{}]", text):
        depth += 1 if sign == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def web_address(text: str) -> str:
    r"""Return an address without the signs that no address holds, which could end its field or its link."""
    return quote(text, safe=_IN_URL).replace("--", "-%2D")  # BibTeX would make a dash of two hyphens
