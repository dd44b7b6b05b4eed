"""Letters that tell works of one author and year apart, in the text as in the list of references."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection

_WORK = re.compile(r"^@\w+\s*\{\s*([^,\s]+)\s*,(.*?)^\}", re.MULTILINE | re.DOTALL)
_CITED = re.compile(r"(?<!\\)@([A-Za-z][\w-]*)|#cite\(<([^>]+)>|\(label\(\"([^\"]+)\"\)")
_NAMED = 3  # with more authors than these the style prints the first alone
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def cited_in(text: str) -> set[str]:
    """Return the keys that a text for typst cites; what else stands after an @ is no key of a work."""
    return {key for found in _CITED.findall(text) for key in found if key}


def works_in(bibliography: str) -> dict[str, tuple[str, str, str]]:
    """Return of every work in BibTeX its authors as the text prints them, its year and its address, by key."""
    return {
        key: (
            _printed(_field(body, "author")),
            _field(body, "year"),
            f"https://doi.org/{doi}" if (doi := _field(body, "doi")) else _field(body, "url"),
        )
        for key, body in _WORK.findall(bibliography)
    }


def lettered(bibliography: str, cited: Collection[str]) -> str:
    r"""Give a letter to each cited work whose authors and year another cited work shares, in order of the titles."""
    # The style prints the letter, which stands in the field ``note``, behind the year: typst gives letters to some such
    # works and not to others.
    alike: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for key, body in _WORK.findall(bibliography):
        if _field(body, "note") or _field(body, "howpublished"):
            raise ValueError(f"{key} has a note or howpublished, where the letter of its year stands; leave it out")
        if key in cited:
            author, title = (_field(body, name).casefold() for name in ("author", "title"))
            alike[_printed(author), _field(body, "year")].append((title, key))
    letters: dict[str, str] = {}
    for (author, year), works in alike.items():
        if len(works) > len(_LETTERS):
            raise ValueError(f"{len(works)} works of {author}, {year or 'no date'}: more than there are letters")
        if len(works) > 1:
            letters |= {key: letter for (_, key), letter in zip(sorted(works), _LETTERS, strict=False)}

    def noted(work: re.Match[str]) -> str:
        if work[1] not in letters:
            return work[0]
        start = work.start(2) - work.start()
        return f"{work[0][:start]}\n  note = {{{letters[work[1]]}}},{work[0][start:]}"

    return _WORK.sub(noted, bibliography)


def _field(body: str, name: str) -> str:
    found = re.search(rf"^\s*{name}\s*=\s*\{{(.*)\}},?\s*$", body, re.MULTILINE)
    return found[1].strip("{}") if found else ""


def _printed(authors: str) -> str:
    """Return what the text prints of authors: their family names, of many the first alone."""
    names = [name.partition(",")[0].strip() for name in authors.split(" and ")] if "," in authors else [authors]
    if len(names) > _NAMED or names[-1] == "others":
        return f"{names[0]} et al."
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
