"""A recorded share against a share of the population: said firmly when the data say it, refused when they do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cseanalysis.register.definitions import CHOSEN, worded
from cseanalysis.register.figures import NATIONAL, UNKNOWN, Figure, check_figures
from cseanalysis.register.known import among_all, worst_case
from cseanalysis.said import Words, ranged, speaks

if TYPE_CHECKING:
    import pandas as pd

ParityVerdict = Literal["over-represented", "under-represented", "cannot be said", "refused"]
_NATIONAL = (*NATIONAL, "Wales")


@speaks
@dataclass(frozen=True, slots=True)
class Parity:
    """Whether a recorded share stands above or below a share of the population.

    Parameters
    ----------
    verdict
        ``"over-represented"`` or ``"under-represented"`` when the bounds exclude parity, ``"cannot be said"`` when
        they contain it, ``"refused"`` when the two shares are not of the same people.
    low, high
        Whole per cents among all records, rounded outward, whatever the records that do not say would say.
    reasons
        Why it is refused, as ``"dimension: what differs"``.
    statement
        A sentence to quote.

    Notes
    -----
    ``print`` gives the bounds, the statement, and why it is refused.
    """

    verdict: ParityVerdict
    low: float
    high: float
    reasons: tuple[str, ...]
    statement: str

    def to_frame(self) -> pd.DataFrame:
        """Return one row: ``verdict``, ``low``, ``high`` (per cents), ``statement``."""
        import pandas as pd

        return pd.DataFrame([{name: getattr(self, name) for name in ("verdict", "low", "high", "statement")}])

    def _says(self) -> Words:
        shown = self.to_frame()[["verdict", "low", "high"]]
        head = ranged("recorded share", self.low, self.high, "bound", unit="per cent")
        return Words(head, (self.statement,), shown, refused=self.reasons)


def parity(share: Figure, population: Figure) -> Parity:
    """Compare a recorded share with a share of the population, in both directions alike.

    Parameters
    ----------
    share
        Per cent of recorded people; with ``known_share`` when it is among the records that say.
    population
        Per cent of the population in the same group: the last part of both categories is the same.

    Returns
    -------
    Parity
        The worst-case bounds first, then what they allow. "Over-represented" and "not over-represented" are both
        refused when the bounds contain parity, and either is said when they exclude it.

    Raises
    ------
    ValueError
        When one of the two is not a per cent.

    Notes
    -----
    Bounds are Manski's (1995), as in `models.share_bounds`, with the rounding of every percentage let in. A share of
    recorded people is not a risk of any person, and says nothing of why.
    """
    check_figures(share, population)
    for figure in (share, population):
        if figure.unit != "per_cent":
            raise ValueError(f"figure {figure.id} counts {figure.unit}; parity is asked of two percentages")
    low, high = worst_case(share)
    reasons = tuple(_reasons(share, population))
    if withheld := [figure for figure in (share, population) if figure.withheld]:
        why = "; ".join(f"{figure.id} is never to be quoted: {figure.withheld}" for figure in withheld)
        return Parity("refused", 0.0, 100.0, (f"quotation: {why}",), f"No comparison with a population: {why}.")
    known = "Among" if share.known is None else f"Among the records that say, {share.published}; among"
    bounds = f"{known} all records at least {low:.0f}% and at most {high:.0f}% ({share.id})."
    if reasons:
        text = (
            f"{bounds} No comparison with a population ({population.published}, {population.id}): {'; '.join(reasons)}."
        )
        return Parity("refused", low, high, reasons, text)
    ends, (least, most) = among_all(share), population.ends
    of = f"{population.published} of the population of {population.geography} ({population.id})"
    local = "" if share.geography in _NATIONAL else " It is a local result and says nothing of other areas."
    limits = f"{local} It is about recorded people, not about anybody's risk, and says nothing of why."
    if ends[0] <= most and least <= ends[1]:
        text = f"{bounds} The bounds contain {of}: neither over-represented nor not over-represented can be said."
        return Parity("cannot be said", low, high, (), text)
    verdict: ParityVerdict = "over-represented" if ends[0] > most else "under-represented"
    text = f"{bounds} That excludes {of}: {verdict}, whatever the other records say.{limits}"
    return Parity(verdict, low, high, (), text)


def _reasons(share: Figure, population: Figure) -> Iterator[str]:
    guessed = [(figure.id, ", ".join(map(worded, figure.guessed))) for figure in (share, population) if figure.guessed]
    yield from (f"guess: no more than a guess, {names} of {name}" for name, names in guessed)
    for name in ("ages", "sex", "geography"):
        one, other = getattr(share, name), getattr(population, name)
        if UNKNOWN in (one, other):
            yield f"{name}: not known for {'both' if one == other else share.id if one == UNKNOWN else population.id}"
        elif one != other:
            yield f"{name}: {one} against {other}"
    if share.coverage == UNKNOWN:
        yield "coverage: not known"
    if not (share.period_start and population.period_start):
        yield "period: not known for at least one of the two"
    groups = [figure.category.rpartition("/")[2] for figure in (share, population)]
    if groups[0] != groups[1]:
        yield f"category: the groups are not the same ({groups[0]}; {groups[1]})"
    if share.known_share == UNKNOWN:
        yield "known share: how many records say is not known"
    if share.dataset is not None and share.dataset.selection in CHOSEN:
        kind = share.dataset.selection.replace("_", " ")
        yield f"selection: the records are a {kind}, which speaks for no population"
    if share.dataset is None:
        yield "selection: how the records were chosen is not registered"
    if population.dataset is None or population.dataset.selection != "population":
        yield f"selection: {population.id} is not registered as a share of a population"
    if population.known_share:
        yield "known share: the population share is itself among those who say"
