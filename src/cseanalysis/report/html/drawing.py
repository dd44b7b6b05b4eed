"""A chart inside a page: letters as text instead of outlines, no style that a content policy would refuse."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_SET = re.compile(r"^(translate\([^)]*\)(?: rotate\([^)]*\))?) scale\(([\d.]+) -[\d.]+\)$")
_SHIFTED = re.compile(r"translate\(([-\d.]+)")
_REFERENCE = re.compile(r"#([\w-]+)")
_SPACE = "-3"  # the number of the space among the letters of the font
_LEFT_OUT = {"metadata", "style"}
_EM = 100  # matplotlib's outlines count a hundred units to the size of the letters


def drawing(picture: str, name: str, words: str) -> str:
    """Return a picture of matplotlib as an element of a page, named by what it shows in words.

    Parameters
    ----------
    picture
        The SVG file, letters as outlines, each run of them after a comment with its text.
    name
        What no other picture of the page is called: its marks are named after it.
    words
        The alternative text.
    """
    parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))  # noqa: S314
    root = ET.fromstring(picture, parser)  # noqa: S314
    used = {
        found for element in root.iter() for value in element.attrib.values() for found in _REFERENCE.findall(value)
    }
    opened = (
        f'<svg role="img" aria-label="{html.escape(words)}" viewBox="{root.get("viewBox", "")}" '
        'font-family="DejaVu Sans, Verdana, sans-serif" stroke-linejoin="round" stroke-linecap="butt">'
    )
    return opened + "".join(_children(root, name, used)) + "</svg>"


def _children(parent: ET.Element, name: str, used: set[str]) -> Iterator[str]:
    said = ""
    for child in parent:
        if callable(child.tag):  # a comment
            said = html.unescape((child.text or "").strip())
            continue
        kind = str(child.tag).removeprefix(_SVG)
        if kind in _LEFT_OUT:
            continue
        found = _SET.match(child.get("transform", "")) if said and "$" not in said else None
        yield _letters(child, said, found) if found else _element(child, kind, name, used)
        said = ""


def _letters(outlines: ET.Element, said: str, place: re.Match[str]) -> str:
    size = round(float(place[2]) * _EM, 3)
    uses = [use for use in outlines.iter(f"{_SVG}use") if not use.get(_HREF, "").endswith(_SPACE)]
    given = f'transform="{place[1]}" font-size="{size:g}"' + _attributes(_styles(outlines))
    bold = bool(uses) and "Bold" in uses[0].get(_HREF, "")
    if bold:
        given += ' font-weight="bold"'
    if len(uses) > 1:  # the width it was laid out for, in whatever font it is shown
        length = (_shift(uses[-1]) - _shift(uses[0]) + _advance(said[-1], bold=bold)) * float(place[2])
        given += f' textLength="{length:.2f}" lengthAdjust="spacingAndGlyphs"'
    if uses and (start := _shift(uses[0])):
        given += f' x="{start * float(place[2]):.2f}"'
    return f"<text {given}>{html.escape(said, quote=False)}</text>"


def _shift(use: ET.Element) -> float:
    found = _SHIFTED.search(use.get("transform", ""))
    return float(found[1]) if found else 0.0


def _element(element: ET.Element, kind: str, name: str, used: set[str]) -> str:
    attributes = _styles(element)
    for key, value in element.attrib.items():
        if key == "id" and value not in used:
            continue
        if key not in {"style", "id", _HREF}:
            attributes[key.removeprefix(_SVG)] = " ".join(value.split())
        elif key != "style":
            attributes["href" if key == _HREF else key] = value
    attributes = {
        key: f"{name}-{value}"
        if key == "id"
        else _REFERENCE.sub(rf"#{name}-\1", value)
        if _refers(key, value)
        else value
        for key, value in attributes.items()
    }
    inside = "".join(_children(element, name, used))
    if kind in {"g", "defs"} and not inside:
        return ""
    if kind == "g" and not attributes:
        return inside
    return f"<{kind}{_attributes(attributes)}>{inside}</{kind}>"


def _refers(key: str, value: str) -> bool:
    return key == "href" or value.startswith("url(#")


def _styles(element: ET.Element) -> dict[str, str]:
    pairs = (part.partition(":") for part in element.get("style", "").split(";") if part.strip())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _attributes(given: dict[str, str]) -> str:
    return "".join(f' {key}="{html.escape(value)}"' for key, value in given.items())


def _advance(letter: str, *, bold: bool) -> float:
    from matplotlib.ft2font import LoadFlags

    return float(_font(bold).load_char(ord(letter), flags=LoadFlags.NO_HINTING).linearHoriAdvance) / 65536


@lru_cache(maxsize=2)
def _font(bold: bool) -> FT2Font:
    import matplotlib as mpl
    from matplotlib.ft2font import FT2Font

    font = FT2Font(f"{mpl.get_data_path()}/fonts/ttf/DejaVuSans{'-Bold' if bold else ''}.ttf")
    font.set_size(_EM, 72)
    return font
