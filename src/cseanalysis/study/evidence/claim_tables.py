"""The study's tables that a sentence is checked against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.judgement import ContestedClaim, contested_claims, read_judgement
from cseanalysis.study.data.project import find_project

if TYPE_CHECKING:
    from cseanalysis.register.claims import Tables

_SAME = "As of "


@dataclass(frozen=True, slots=True)
class DebateWord:
    """Words of the debate, parted by a bar: what they mean here, and which figures and contested numbers are theirs."""

    words: str
    meaning: str
    term: str | None
    not_taken_as: str | None
    figures: tuple[str, ...]
    not_figures: tuple[str, ...]
    contested: tuple[str, ...]
    reason: str


def debate_words(root: Path | str | None = None) -> tuple[DebateWord, ...]:
    """Return the rows of ``data/judgement/aliases.csv``, each contested number one of its own table."""
    rows = read_judgement("aliases", DebateWord, root)
    known = {claim.id for claim in contested_claims(root)}
    if strange := sorted({name for row in rows for name in row.contested} - known):
        raise ValueError(
            f"data/judgement/aliases.csv names contested numbers {strange[:5]}, which are in no row of theirs"
        )
    return rows


def load_claim_tables(root: Path | str | None = None) -> Tables:
    """Return what `register.claims.check` holds a sentence against.

    The register, the words of the debate, contested numbers, and which numbers are not printed.

    Parameters
    ----------
    root
        The checkout; without it, the one around the working directory, or else the data in the wheel.

    Returns
    -------
    Tables

    Raises
    ------
    FileNotFoundError
        When ``root`` is no checkout.
    ValueError
        When a table is malformed.
    """
    from cseanalysis.register.claims.grammar.tables import Alias, Contested, Tables
    from cseanalysis.study.lookup import not_printed

    root = find_project(root).root
    words = tuple(
        Alias(tuple(row.words.split("|")), row.meaning, row.not_taken_as or "", row.figures, row.contested, row.reason)
        for row in debate_words(root)
    )
    claims = {row.id: row for row in contested_claims(root)}
    contested = tuple(
        Contested(
            row.id, row.claim, row.published, whole_cell(row, "would_need", claims), whole_cell(row, "reason", claims)
        )
        for row in claims.values()
    )
    return Tables(load_figures(root), words, contested, not_printed(root))


def whole_cell(claim: ContestedClaim, name: str, claims: Mapping[str, ContestedClaim]) -> str:
    """Return a cell of a claim, with that of another which it begins by pointing at."""
    cell = str(getattr(claim, name))
    if cell.startswith(_SAME) and (other := claims.get(cell.removeprefix(_SAME)[: len(claim.id)])) is not None:
        rest = cell.removeprefix(_SAME + other.id).lstrip(".;, ")
        return whole_cell(other, name, claims).rstrip(".") + (f". {rest[:1].upper()}{rest[1:]}" if rest else "")
    return cell
