"""What published totals, parts and shares imply together: what is left over, and what cannot all be true."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from cseanalysis.register import Figure, Reconciliation, Statement, adds_up, count, reconcile, share


@dataclass(frozen=True, slots=True)
class Case:
    """Published figures that speak of one table: a total, its parts, and perhaps a share.

    Parameters
    ----------
    title
        Which table it is.
    whole, parts, shares
        Ids of the figures. A share is of the whole and names the part that it repeats.
    rest
        What the parts leave, in words; empty where the publisher claims that they leave nothing.
    """

    title: str
    whole: str
    parts: tuple[str, ...]
    rest: str
    shares: tuple[tuple[str, str], ...] = ()


CASES: tuple[Case, ...] = (
    Case("Group-based offences by class, 2023", "F022", ("F023", "F024", "F548"), "classes that nobody quotes"),
    Case("The same in the rounded words of ministers", "F551", ("F549", "F550", "F548"), "classes that nobody quotes"),
    Case("The same with the printed familial share", "F022", ("F023",), "other classes", (("F025", "F023"),)),
    Case("Prosecutions of child sexual abuse, men and women, 2011/12", "F180", ("F211", "F212"), ""),
    Case("The same, when some may have no sex recorded", "F180", ("F211", "F212"), "sex not recorded"),
    Case(
        "Arrests linked to exploitation by district of South Yorkshire",
        "F070",
        ("F071", "F072", "F073", "F074"),
        "no district",
    ),
    Case(
        "Offences by code that name a child victim, 2017/18, early release",
        "F449",
        ("F436", "F437", "F438", "F439", "F440", "F441", "F442", "F443", "F445", "F446", "F448"),
        "",
    ),
    Case("Image offences of the four Welsh forces, 2016/17", "F429", ("F421", "F423", "F425", "F427"), ""),
    Case(
        "Child sexual offences in the West Midlands region, 2022/23",
        "F504",
        ("F501", "F502", "F503"),
        "the force not named",
    ),
    Case("Suspects of Operation Hydrant at the end of 2017", "F525", ("F526", "F527"), ""),
    Case("Money of the action plan of January 2025", "F558", ("F559", "F560", "F561"), ""),
)


def reconcile_case(case: Case, figures: Mapping[str, Figure]) -> Reconciliation:
    """Reconcile the figures of one case, each under its own id.

    Parameters
    ----------
    case
        The table.
    figures
        The register.

    Raises
    ------
    ValueError
        When a number was printed with a fraction, or a share without the width of its rounding.
    """
    statements = [_counted(figures[name], name) for name in (case.whole, *case.parts)]
    statements.append(adds_up(case.whole, case.parts, residual=case.rest or None, id="the parts add up"))
    for name, part in case.shares:
        figure = figures[name]
        if figure.low is None or figure.low != figure.high or figure.rounded_to is None:
            raise ValueError(
                f"share {name} was printed as {figure.published!r} ({figure.qualifier}); only one number with the "
                "width of its rounding can be reconciled: fill rounded_to in the register, or leave the share out"
            )
        statements.append(share(part, of=case.whole, per_cent=figure.low, rounded_to=figure.rounded_to, id=name))
    return reconcile(statements)


def reconciled_table(figures: Mapping[str, Figure]) -> pd.DataFrame:
    """Return every case with its figures as printed and what follows from them, residuals included."""
    rows = []
    for case in CASES:
        said = reconcile_case(case, figures)
        names = [case.whole, *case.parts, *(name for name, _ in case.shares)]
        printed = ", ".join(f"{name} {figures[name].published}" for name in names[:5])
        printed += f" and {len(names) - 5} more parts" if len(names) > 5 else ""
        rows.append({"Table": case.title, "Printed": printed, "What follows": _follows(case, said)})
    return pd.DataFrame(rows)


def _counted(figure: Figure, cell: str) -> Statement:
    """State a figure as it was printed, with its rounding; what the record that it repeats says is left aside."""
    printed = [number for number in (figure.low, figure.high, figure.rounded_to) if number is not None]
    if broken := [number for number in printed if number != int(number)]:
        raise ValueError(
            f"{cell} was printed as {figure.published!r}, read with {broken[0]:.15g}; counts are whole numbers, so "
            "leave it out of what is reconciled"
        )
    low, high = replace(figure, meant=None).ends
    return count(cell, at_least=math.ceil(low), at_most=None if math.isinf(high) else math.floor(high), id=cell)


def _follows(case: Case, said: Reconciliation) -> str:
    if said.conflicts:
        listed = "; ".join(" with ".join(conflict) for conflict in said.conflicts)
        gap = "" if not said.gaps[0] else f", by at least {said.gaps[0]:,.3g} counts"
        return f"Cannot all be true{gap}: {listed}."
    rest = said.residuals.iloc[0]
    if not case.rest:
        return "The parts add up to the total."
    if pd.isna(rest["high"]):
        return f"Left for {case.rest}: nothing bounds it from above."
    low, high = int(rest["low"]), int(rest["high"])
    amount = f"exactly {low:,}" if low == high else f"from {low:,} to {high:,}"
    return f"Left for {case.rest}: {amount}."
