"""When a share of suspects by ethnicity or nationality is printed: one rule, for every group and every record alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from cseanalysis.register import Figure
from cseanalysis.register.figures import COUNTS, UNKNOWN
from cseanalysis.study.data.judgement import read_judgement

FEWEST = 10  # people that a printed share must stand for
NO_BASE = "base not stated"
TOO_FEW = "fewer than ten people"
# What a share of suspects may be of besides an ethnicity or nationality. Anything else is taken for a group, so that
# one which nobody has thought of is not printed without a base.
NO_GROUP = frozenset(
    {
        *("ethnicity_recorded", "ethnicity_not_known", "ethnicity_not_recorded"),
        *("male", "female", "under_18", "aged_10_to_17"),
    }
)


@dataclass(frozen=True, slots=True)
class ShareBase:
    """Shares of suspects by group that have one base, and the figure that says of how many, if one is published."""

    # The known share of the register is of the base, so the base counts those that do not say too.

    shares: tuple[str, ...]
    base_of: str | None
    reason: str


def share_bases(root: Path | str | None = None) -> tuple[ShareBase, ...]:
    """Return the rows of ``data/judgement/share_bases.csv``."""
    return read_judgement("share_bases", ShareBase, root)


def unprinted(figures: Mapping[str, Figure], bases: Collection[ShareBase]) -> dict[str, str]:
    """Return, by id, why a share of suspects by group is not printed; those that are printed are left out.

    Raises
    ------
    ValueError
        When a share of suspects by group stands in no row of the table, or in two, or a row holds something else, or
        its base is no count by the same rule and in the same place.
    """
    # That the table names figures which are there is checked with all tables of judgements.
    rows = [(name, one) for one in bases for name in one.shares if name in figures]
    listed = [name for name, _ in rows]
    if twice := sorted({name for name in listed if listed.count(name) > 1}):
        raise ValueError(f"share_bases.csv: {', '.join(twice[:5])} in two rows; a share has one base")
    if forgotten := [one.id for one in figures.values() if by_group(one) and one.id not in listed]:
        raise ValueError(
            f"share_bases.csv: {', '.join(forgotten[:5])} in no row; say of how many suspects they are, or, where that "
            "is no share by ethnicity or nationality, add its category to NO_GROUP in study/recorded/shares.py"
        )
    for one in bases:
        _check_row(one, figures)
    why = {name: _why_not(figures[name], figures[one.base_of] if one.base_of else None) for name, one in rows}
    return {name: reason for name, reason in why.items() if reason}


def _check_row(row: ShareBase, figures: Mapping[str, Figure]) -> None:
    """Refuse a row whose base cannot be what its shares are of."""
    shares = [figures[name] for name in row.shares if name in figures]
    if other := [one.id for one in shares if not by_group(one)]:
        raise ValueError(f"share_bases.csv: {other[0]} is no share of suspects by group; take it out of its row")
    base = figures.get(row.base_of or "")
    if base is not None and base.unit not in COUNTS:
        raise ValueError(
            f"share_bases.csv: base {base.id} is in {base.unit}; a base counts people, or offences for them"
        )
    if base is not None and (
        apart := [one.id for one in shares if (one.definition, one.geography) != (base.definition, base.geography)]
    ):
        raise ValueError(
            f"share_bases.csv: {apart[0]} and its base {base.id} differ in definition or place; name the count that it "
            "is a share of, or none"
        )


def _why_not(share: Figure, base: Figure | None) -> str:
    """Say why a share is not printed, or nothing."""
    # Its upper end must stand for ten people, of the fewest that the base can hold.
    # Where nobody says how many have an answer, those that have one are a base that is not stated.
    if base is None or UNKNOWN in (share.base, share.known_share):
        return NO_BASE
    people = base.ends[0] if share.known is None else base.ends[0] * share.known.low / 100
    return TOO_FEW if people * share.ends[1] / 100 < FEWEST else ""


def by_group(figure: Figure) -> bool:
    """Whether a figure is a share of suspects by ethnicity or nationality."""
    of_suspects = figure.unit == "per_cent" and figure.category.startswith("suspects/")
    return of_suspects and figure.category.rpartition("/")[2] not in NO_GROUP
