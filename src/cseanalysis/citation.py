"""Who wrote the package and the report, and where they are published: one file, read by whatever cites them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

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
        missing = [] if self.address.startswith("https://") else ["address"]
        return (*missing, *(["authors"] if not all(author.family for author in self.authors) else []))


@cache
def this_work() -> Work:
    """Read ``citation.toml`` of the package."""
    return parse(tomllib.loads(files("cseanalysis").joinpath("citation.toml").read_text(encoding="utf-8")))


def parse(content: Mapping[str, Any]) -> Work:
    """Return what the file says; an author without a name of their own is called by given and family name."""
    try:
        people = [
            {"name": f"{one.get('given', '')} {one.get('family', '')}".strip()} | one for one in content["authors"]
        ]
        authors, keywords = tuple(Author(**one) for one in people), tuple(content["keywords"])
        return Work(**{**content, "authors": authors, "keywords": keywords})
    except (KeyError, TypeError) as error:
        needed = "title, subtitle, licence, keywords, address and [[authors]] with given and family, or name"
        raise ValueError(f"{FILE} cannot be read ({error}): it needs {needed}") from None
