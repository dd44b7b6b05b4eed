"""What published totals, parts and shares imply together: what is left over, and what cannot all be true."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from cseanalysis.register import Figure, Reconciliation, Statement, adds_up, count, reconcile, share
from cseanalysis.study.data.judgement import read_judgement

_SHOWN = 5


_TABLE = "data/judgement/reconciled_tables.csv"


@dataclass(frozen=True, slots=True)
class Case:
    """Published figures that speak of one table: a total, its parts, and perhaps a share of it that repeats a part."""

    # ``rest`` is what the parts leave, in words; None where the publisher claims that they leave nothing.

    title: str
    whole: str
    parts: tuple[str, ...]
    rest: str | None
    share: str | None
    share_of: str | None
    reason: str

    @property
    def figures(self) -> tuple[str, ...]:
        """Every figure of the case, in the order in which the report prints them."""
        return self.whole, *self.parts, *filter(None, [self.share])


def cases(root: Path | str | None = None) -> tuple[Case, ...]:
    """Return the tables of ``data/judgement/reconciled_tables.csv``, in the order in which the chapter prints them."""
    return read_judgement("reconciled_tables", Case, root)


def reconcile_case(case: Case, figures: Mapping[str, Figure]) -> Reconciliation:
    """Reconcile the figures of one case, each under its own id."""
    try:
        return _reconciled(case, figures)
    except ValueError as error:
        raise ValueError(f"{_TABLE}, {case.title}: {error}") from error


def _reconciled(case: Case, figures: Mapping[str, Figure]) -> Reconciliation:
    statements = [_counted(figures[name], name) for name in (case.whole, *case.parts)]
    statements.append(adds_up(case.whole, case.parts, residual=case.rest, id="the parts add up"))
    units = {figures[name].unit for name in (case.whole, *case.parts)}
    if len(units) > 1:
        raise ValueError(f"adds up {' and '.join(sorted(units))}; name figures of one unit")
    if (case.share is None) != (case.share_of is None):
        raise ValueError(f"{case.title!r} has a share, or what it is a share of, without the other; give both")
    if case.share_of not in (None, case.whole, *case.parts):
        raise ValueError(f"{case.share_of} is neither the whole nor a part; name one of these")
    if case.share is not None and case.share_of is not None:
        name, figure = case.share, figures[case.share]
        if figure.low is None or figure.low != figure.high or figure.rounded_to is None:
            raise ValueError(
                f"share {name} was printed as {figure.published!r} ({figure.qualifier}); only one number with the "
                "width of its rounding can be reconciled: fill rounded_to in the register, or leave the share out"
            )
        statements.append(
            share(case.share_of, of=case.whole, per_cent=figure.low, rounded_to=figure.rounded_to, id=name)
        )
    return reconcile(statements)


def reconciled_table(figures: Mapping[str, Figure], cases: Iterable[Case]) -> pd.DataFrame:
    """Return every case with its figures as printed and what follows from them, residuals included."""
    return pd.DataFrame(
        [
            {
                "title": case.title,
                "printed": _printed(case, figures),
                "follows": _follows(case, reconcile_case(case, figures)),
            }
            for case in cases
        ]
    )


def _printed(case: Case, figures: Mapping[str, Figure]) -> str:
    printed = ", ".join(f"{name} {figures[name].published}" for name in case.figures[:_SHOWN])
    more = len(case.figures) - _SHOWN
    return f"{printed} and {more} more parts" if more > 0 else printed


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
