"""Who wrote the package and the report, and where they are published: one file, read by whatever cites them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any

_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.ASCII)
_ADDRESS = re.compile(r"""https://[^/?#"<>\\^`{|}]+\.(?:(?!["<>\\^`{|}])[!-~])+""", re.ASCII)
FILE = "src/cseanalysis/citation.toml"


@dataclass(frozen=True, slots=True)
class Author:
    """A person; or, without a family name, the placeholder for those who still have to be named."""

    name: str
    given: str = ""
    family: str = ""
    orcid: str = ""
    affiliation: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """What stands in every citation."""

    title: str
    subtitle: str
    licence: str
    keywords: tuple[str, ...]
    address: str  # "" while the repository has no public one
    authors: tuple[Author, ...]

    @property
    def names(self) -> str:
        """The authors in one line."""
        return ", ".join(author.name for author in self.authors)

    @property
    def unfilled(self) -> tuple[str, ...]:
        """What is still a placeholder, in words; empty when the work can be cited."""
        missing = [] if self.address else ["address"]
        named = bool(self.authors) and all(author.family for author in self.authors)
        return (*missing, *([] if named else ["authors"]))


@cache
def this_work() -> Work:
    """Read ``citation.toml`` of the package."""
    content = files("cseanalysis").joinpath("citation.toml").read_bytes()
    try:
        return parse(tomllib.loads(content.decode("utf-8")))
    except UnicodeDecodeError as error:
        raise ValueError(f"{FILE} is not UTF-8 (byte {error.start}): save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{FILE} is not TOML ({error}): mend that line") from None


def parse(content: Mapping[str, Any]) -> Work:
    """Return what the file says; an author without a name of their own is called by given and family name."""
    try:
        people = [
            {"name": f"{one.get('given', '')} {one.get('family', '')}".strip()} | one for one in content["authors"]
        ]
        authors, keywords = tuple(Author(**one) for one in people), tuple(content["keywords"])
        work = Work(**{**content, "authors": authors, "keywords": keywords})
    except (AttributeError, KeyError, TypeError) as error:
        needed = "title, subtitle, licence, keywords, address and [[authors]] with given and family, or name"
        raise ValueError(f"{FILE} cannot be read ({error}): it needs {needed}") from None
    if isinstance(content["keywords"], str):
        raise ValueError(f"{FILE}: keywords is one text: it is a list, so write it in square brackets")
    for text in (work.title, work.subtitle, work.licence, work.address, *keywords, *chain(*map(astuple, authors))):
        # What stands in a citation goes into YAML, BibTeX and title pages, where a line break ends or folds a text.
        if not isinstance(text, str) or not text.isprintable():
            raise ValueError(
                f"{FILE}: {text!a} is not one line of text: put it in quotes, without line breaks or signs that nobody "
                "sees, as marks of direction are"
            )
        if text != text.strip():
            raise ValueError(f"{FILE}: {text!a} begins or ends with a blank: take it out")
    if not (work.title and authors and all(author.name for author in authors)):
        raise ValueError(f"{FILE}: the title or the name of an author is empty: write it, or leave the author out")
    if work.address and not _ADDRESS.fullmatch(work.address):
        raise ValueError(
            f"{FILE}: address {work.address!r} is no web address: write it as a browser does, from https:// on"
        )
    if wrong := [one.orcid for one in authors if one.orcid and not _is_orcid(one.orcid)]:
        raise ValueError(f"{FILE}: orcid {wrong[0]!r} is none: write its four groups, as 0000-0002-1825-0097")
    return work


def _is_orcid(text: str) -> bool:
    """Whether a text is an ORCID, its last sign the check of the others (ISO 7064, MOD 11-2)."""
    if not _ORCID.fullmatch(text):
        return False
    total = 0
    for digit in text.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == text[-1]
