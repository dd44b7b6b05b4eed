"""Published figures that cannot hold together: both sides as printed, who said it first, and who repeated it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from cseanalysis.export.wording import say_interval, say_number
from cseanalysis.register import Figure, compare
from cseanalysis.study.recorded.numbers import group_based_results, quoted_classes
from cseanalysis.values import Interval

NOT_DATED = "not dated"
# Dimensions of the gate that say no more than that there is a conflict, or where a number was read.
_NOT_A_CAUSE = ("conflict", "source", "rounding", "lineage")
_SHOWN = 3


def disputed(figures: Mapping[str, Figure], publications: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """List every conflict of the register once, both sides as printed.

    Parameters
    ----------
    figures
        The register, by id.
    publications
        What ``sources.toml`` says of each source: ``publisher``, ``title``, ``published`` and more.

    Returns
    -------
    DataFrame
        A row a conflict, in the order of the register: ``first`` and ``second`` (ids, the side that was published
        first in front), and for each side its ``_statement``, value ``_printed``, ``_publisher``, day ``_published``
        and ``_relayed_by`` (how many other rows repeat it); ``differs``, what differs besides.

    Examples
    --------
    >>> disputed({}, {}).columns[:3].tolist()
    ['first', 'second', 'first_statement']
    """
    rows = []
    for one, other in _pairs(figures):
        sides = sorted((figures[one], figures[other]), key=lambda figure: _order(figure, publications))
        row: dict[str, object] = {"first": sides[0].id, "second": sides[1].id}
        for name, figure in zip(("first", "second"), sides, strict=True):
            row |= {f"{name}_{key}": value for key, value in _side(figure, figures, publications).items()}
        rows.append(row | {"differs": what_differs(*sides)})
    sides_of = [f"{name}_{key}" for name in ("first", "second") for key in _SIDE]
    return pd.DataFrame(rows, columns=["first", "second", *sides_of, "differs"])


def disputes_in_words(figures: Mapping[str, Figure], publications: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Word the conflicts for the report: each side as printed, who printed it and when, and what differs."""
    table = disputed(figures, publications)
    return pd.DataFrame(
        {
            **{
                head: [
                    f"{row[f'{side}_printed']} ({row[side]}): {row[f'{side}_statement']}. {row[f'{side}_publisher']}, "
                    f"{row[f'{side}_published']}"
                    for row in table.to_dict("records")
                ]
                for head, side in (("Published first", "first"), ("Published after", "second"))
            },
            "What differs": table["differs"].str.replace(r" \([^()]*(?:\([^()]*\)[^()]*)*\)", "", regex=True),
        }
    )


def what_differs(first: Figure, second: Figure) -> str:
    """Say in what two figures in conflict differ by their own fields: three differences at most, the gravest first.

    Where every field agrees, what differs is the number, or the words around one number.
    """
    found = [item for item in compare(first, second).differences if item.dimension not in _NOT_A_CAUSE]
    refusing = [item for item in found if item.level == "refused"]
    if refusing:
        more = f"; and {len(refusing) - _SHOWN} more" if len(refusing) > _SHOWN else ""
        return "; ".join(f"{item.dimension} ({item.text})" for item in refusing[:_SHOWN]) + more
    if (first.low, first.high) != (second.low, second.high):
        return "the number only"
    if first.statement != second.statement:
        return "the words around one number"
    return "what the two publications say of it"


def lineage(
    figures: Mapping[str, Figure],
    id: str,  # noqa: A002 (the word of the register)
    publications: Mapping[str, Mapping[str, Any]],
) -> pd.DataFrame:
    """List the primary record of a figure and everybody who repeated it, by day of publication.

    Parameters
    ----------
    figures, publications
        As in :func:`disputed`.
    id
        The figure, primary or repeated.

    Returns
    -------
    DataFrame
        A row a print, undated ones last: ``figure``, ``role`` (``"first read"``: the print that the register takes
        the number from, which need not be the oldest print; or ``"relay"``), ``published``, ``publisher``,
        ``printed``, ``tier``, and ``drift``: what a relay says otherwise, number, qualifier or words.

    Raises
    ------
    ValueError
        When there is no such figure.
    """
    if id not in figures:
        raise ValueError(f"no figure {id!r} in the register; `cseanalysis figures` lists them")
    primary = figures[figures[id].relays or id]
    prints = [primary, *(figure for figure in figures.values() if figure.relays == primary.id)]
    return pd.DataFrame(
        [
            {
                "figure": figure.id,
                "role": "first read" if figure is primary else "relay",
                "published": _day(figure, publications),
                "publisher": publications[figure.source]["publisher"],
                "printed": figure.published,
                "tier": figure.tier,
                "drift": "what the register holds" if figure is primary else _drift(primary, figure),
            }
            for figure in sorted(prints, key=lambda figure: _order(figure, publications))
        ]
    )


def explained(figures: Mapping[str, Figure]) -> pd.DataFrame:
    """Work out the ten best-known conflicts from the figures themselves.

    Parameters
    ----------
    figures
        The register.

    Returns
    -------
    DataFrame
        A row a conflict: ``about``; ``figures``, the ids, joined by commas; ``finding``, what follows from the
        printed numbers, rounding let in.

    Raises
    ------
    ValueError
        When a finding no longer follows from the figures.
    """
    rows = (_cases(figures), _shares(figures), _people_and_courts(figures), _children_known(figures))
    return pd.DataFrame([row for part in rows for row in part], columns=["about", "figures", "finding"])


_Row = tuple[str, str, str]
_SIDE = ("statement", "printed", "publisher", "published", "relayed_by")


def _pairs(figures: Mapping[str, Figure]) -> Iterator[tuple[str, str]]:
    position = {name: number for number, name in enumerate(figures)}
    for figure in figures.values():
        for other in figure.conflicts_with:
            if position[figure.id] < position[other]:
                yield figure.id, other


def _side(
    figure: Figure, figures: Mapping[str, Figure], publications: Mapping[str, Mapping[str, Any]]
) -> dict[str, object]:
    relays = sum(other.relays == figure.id for other in figures.values())
    values = (figure.statement, figure.published, publications[figure.source]["publisher"], _day(figure, publications))
    return dict(zip(_SIDE, (*values, relays), strict=True))


def _day(figure: Figure, publications: Mapping[str, Mapping[str, Any]]) -> str:
    return str(publications[figure.source]["published"]) or NOT_DATED


def _order(figure: Figure, publications: Mapping[str, Mapping[str, Any]]) -> tuple[bool, str, bool, str]:
    day = _day(figure, publications)
    # On one day the primary record stands in front of those who repeat it.
    return day == NOT_DATED, day, bool(figure.relays), figure.id


def _drift(primary: Figure, relay: Figure) -> str:
    said = []
    if (relay.low, relay.high) != (primary.low, primary.high) or relay.qualifier != primary.qualifier:
        said.append(f"{relay.published} for {primary.published}")
    if relay.statement != primary.statement:
        said.append(f"'{relay.statement}' for '{primary.statement}'")
    return "; ".join(said) or "none"


def _cases(figures: Mapping[str, Figure]) -> Iterator[_Row]:
    rape, error = figures["F041"], figures["F042"]
    _hold(rape.value == error.value, "F041 and F042 print one number")
    yield (
        "Cases in the national review",
        "F041, F042",
        f"One number, {rape.published}, and two readings of it: an allegation of rape, or closed in error. Nothing "
        "published says that the two are the same cases.",
    )
    put, reopened = figures["F363"], figures["F039"]
    _hold(put.low == reopened.low, "F363 and F039 print one number")
    yield (
        "Closed cases, summer 2025",
        "F363, F038, F555, F039",
        f"Printed twice: '{put.published}', within three weeks, once as identified for review and once as re-opened. "
        "A case that is identified is not yet open.",
    )


def _shares(figures: Mapping[str, Figure]) -> Iterator[_Row]:
    printed, whole, group = figures["F006"], figures["F008"], figures["F022"]
    share = 100 * group.value / whole.value
    _hold(share < printed.ends[0], "F022 over F008 lies below F006")
    yield (
        "Share that is group-based",
        "F006, F022, F008, F105",
        f"Printed: '{printed.published}' for 2022 with {printed.coverage}; {group.published} of {whole.published} is "
        f"{say_number(share)}% for 2023 with {group.coverage}, below what rounding allows. The second is of one "
        "dataset over another, so no fall follows.",
    )
    family, quoted = figures["F023"], figures["F025"]
    share = 100 * family.value / group.value
    _hold(share > quoted.ends[1], "F023 over F022 lies above F025")
    yield (
        "Family share of group-based offences",
        "F025, F023, F022",
        f"{family.published} of {group.published} is {say_number(round(share, 2))}%, which rounds up; printed is "
        f"{quoted.published}. Cut off, or of another base.",
    )
    residual = next(
        item for item in group_based_results(figures, quoted_classes()) if item.id == "residual_group_based"
    )
    if residual.interval is None:
        raise ValueError("residual_group_based is no range; the parts leave one")
    yield (
        "Classes that nobody quotes",
        "F022, F023, F024, F548",
        f"The three quoted classes leave {say_interval(residual.interval)} of {group.published} offences. 'Over' a "
        "number is one more at least, so the rest has no lower end but nought.",
    )


def _people_and_courts(figures: Mapping[str, Figure]) -> Iterator[_Row]:
    jay, early, late = figures["F063"], figures["F064"], figures["F062"]
    _hold(late.value < early.value, "F062 is below F064")
    yield (
        "Children exploited in Rotherham",
        "F063, F064, F062",
        f"Of children, '{jay.published}' were estimated from files; {early.published} and, five years later, "
        f"{late.published} counted by one agency. A running total that falls was counted anew: victims and children, "
        "with and without doubles.",
    )
    team, named = figures["F051"], figures["F349"]
    yield (
        "Convictions in Greater Manchester",
        "F051, F349",
        f"{team.published} of one team since it was formed, {named.published} in named operations. Each may contain "
        "some of the other, so neither their sum nor their difference means anything.",
    )
    child, every = figures["F149"], figures["F193"]
    _hold(child.low == every.low, "F149 equals F193")
    yield (
        "Days to charge",
        "F149, F193",
        f"{child.published} days, printed as an average for child sexual abuse, is to the day the median for all "
        "sexual offences at all ages of that year, so it cannot be taken as one about children.",
    )
    part, whole = figures["F304"], figures["F217"]
    yield (
        "Prosecutions in 2020/21",
        "F304, F217",
        f"{part.published} for child sexual abuse, {whole.published} for child abuse of every kind. Two flags of "
        "one service; nothing published says that one contains the other, so no share is formed.",
    )


def _children_known(figures: Mapping[str, Figure]) -> Iterator[_Row]:
    known, total, rest, printed = (figures[name] for name in ("F139", "F140", "F142", "F141"))
    if known.low is None or total.low is None or total.high is None or rest.low is None:
        raise ValueError("F139, F140 or F142 has lost an end; the share of children known needs it")
    ends = Interval(known.low / (known.low + rest.low), known.low / total.low, "bound")
    _hold(known.low / total.high < ends.high, "the inputs of F141 give a range")
    yield (
        "Children known to police or councils",
        "F141, F139, F140, F142",
        f"Printed: {printed.published}. '{known.published}' of {total.published} is one in "
        f"{say_number(total.low / known.low)} to one in {say_number(total.high / known.low)}; where "
        f"{rest.published} are added to those known, one in {say_number(1 / ends.low)}. 'Over' has no "
        "upper end, so the share may also be higher.",
    )


def _hold(true: bool, finding: str) -> None:
    if not true:
        raise ValueError(f"the finding that {finding} no longer follows from the register; word it anew")
