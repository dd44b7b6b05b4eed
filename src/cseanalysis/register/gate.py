"""The gate: whether two published figures may be compared, why not, and what can be said instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from cseanalysis.register.comparison import Change, Comparison, Verdict
from cseanalysis.register.differences import Difference, differences, grave
from cseanalysis.register.figures import Figure, check_figures
from cseanalysis.register.sentences import sentence
from cseanalysis.values import Interval

if TYPE_CHECKING:
    import pandas as pd

# Offences come in cases: how many times that may widen the variance of a count, unless the caller knows better.
CLUSTERING = Interval(1, 10, "bound")


class IncomparableError(ValueError):
    """Two figures were to be compared that count different things.

    Attributes
    ----------
    reasons
        Every difference that the gate found, the gravest first.
    """

    def __init__(self, message: str, reasons: tuple[str, ...]) -> None:
        super().__init__(message)
        self.reasons = reasons


def compare(first: Figure, second: Figure, *, inflation: Interval = CLUSTERING) -> Comparison:
    """Say whether two published figures may be compared, with every reason and a sentence to quote.

    Parameters
    ----------
    first, second
        Figures of a register; the order does not matter.
    inflation
        How many times clustering of offences within cases may widen the variance of a count
        (`models.variance_inflation`), for the intervals of a change.

    Returns
    -------
    Comparison
        ``verdict``, ``reasons``, ``statement``, and the arithmetic that is ``allowed`` with its result.

    Notes
    -----
    The verdict is the worst of the rules in `register.differences`, one a field; what is unknown is a reason to
    refuse. A refusal says nothing about the figures themselves: each may be quoted with what it counts.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from datetime import date
    >>> year = Figure(
    ...     id="A", statement="Arrests", published="717", qualifier="exact", low=717, high=717, rounded_to=None,
    ...     unit="arrests", base="", definition="rule", category="arrests", ages="any", sex="any", geography="Wales",
    ...     coverage="4 forces", period_start=date(2023, 1, 1), period_end=date(2023, 12, 31),
    ...     period_type="calendar_year", time_basis="arrested", counter="flow", stage="early", status="official",
    ...     tier="A", source="s", locator="unknown", known_share="", unknown_share="", breaks=(),
    ...     supersedes=(), conflicts_with=(), relays="", note="",
    ... )
    >>> compare(year, replace(year, id="B", unit="victims", coverage="unknown")).reasons
    ('unit: arrests against victims', 'coverage: unknown on one side')
    """
    check_figures(first, second)
    # One order for both ways of asking, so that the answer is the same.
    if order_of(second) < order_of(first):
        first, second = second, first
    found = differences(first, second)
    return Comparison(first, second, _verdict(found), found, inflation, sentence)


def compare_all(figures: Iterable[Figure]) -> pd.DataFrame:
    """Compare every pair of figures.

    Parameters
    ----------
    figures
        Figures of a register.

    Returns
    -------
    pandas.DataFrame
        One row a pair: first, second, verdict, and ``refused_by``, the dimensions that refuse, joined by commas.
    """
    import pandas as pd

    figures = list(figures.values()) if isinstance(figures, Mapping) else list(figures)
    check_figures(*figures)
    rows = []
    for first, second in combinations(sorted(figures, key=order_of), 2):
        found = grave(first, second)
        refusing = ", ".join([item.dimension for item in found if item.level == "refused"])
        rows.append((first.id, second.id, _verdict(found), refusing))
    return pd.DataFrame(rows, columns=["first", "second", "verdict", "refused_by"])


def change_between(first: Figure, second: Figure, *, inflation: Interval = CLUSTERING) -> Change:
    """Return the change from one figure to another, or refuse.

    Parameters
    ----------
    first, second, inflation
        As in :func:`compare`; the change runs from the earlier figure to the later one.

    Raises
    ------
    IncomparableError
        With every reason, when the gate allows neither a difference nor a ratio.
    """
    comparison = compare(first, second, inflation=inflation)
    change = comparison.change
    if change is None:
        raise IncomparableError(comparison.statement, comparison.reasons)
    return change


def _verdict(found: Iterable[Difference]) -> Verdict:
    levels = {item.level for item in found}
    return "refused" if "refused" in levels else "bridged" if "bridged" in levels else "comparable"


def order_of(figure: Figure) -> tuple[str, str, str]:
    """By the last day first: a stock or a running total is that of its last day. Without one there is no first day."""
    return str(figure.period_end or ""), str(figure.period_start), figure.id
