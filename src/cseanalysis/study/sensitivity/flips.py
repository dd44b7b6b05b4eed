"""What would flip a statement about a headline number: its assumptions one by one, and the structural choices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import pandas as pd

from cseanalysis.register import Figure
from cseanalysis.sensitivity import breakdown_frontier, breakdowns
from cseanalysis.sensitivity.ranges import remembered
from cseanalysis.study.data.codes import OWN_SCOPE
from cseanalysis.study.data.named import RECORDED_2023
from cseanalysis.study.lag.numbers import lag_models
from cseanalysis.study.ranges import TURNING, among, needed_assumptions, resting_on
from cseanalysis.study.sensitivity.judged import STATEMENTS, Claim, FrontierTotal, Statement
from cseanalysis.study.totals.numbers import ROUTES, contact_total
from cseanalysis.study.totals.survey import WINDOWS
from cseanalysis.values import Assumption, Estimate

HOLDS, FAILS, OPEN = "holds", "fails", "cannot be decided"
_REVERSED: dict[Claim, Claim] = {"above": "below", "below": "above"}
_NEVER, _THROUGHOUT = "never within the range", "fails throughout"

FRONTIER = ("known_offence_probability", "recording_probability")
POINTS = 33


def verdict(low: float, high: float, claim: Claim, threshold: float) -> str:
    """Say whether a statement holds, fails or is left open by everything between two ends."""
    if low > threshold if claim == "above" else high < threshold:
        return HOLDS
    if high <= threshold if claim == "above" else low >= threshold:
        return FAILS
    return OPEN


def verdict_of(statement: Statement, estimate: Estimate) -> str:
    """Say of a reported number whether the statement about it holds; see `verdict`."""
    low, high = ends_of_estimate(estimate)
    return verdict(low, high, statement.claim, statement.threshold)


def ends_of_estimate(estimate: Estimate) -> tuple[float, float]:
    """Return the ends of a result, which are one for a count."""
    if estimate.interval is not None:
        return estimate.interval.low, estimate.interval.high
    if estimate.point is None:
        raise ValueError(f"{estimate.id} has neither point nor interval; a statement is held against one")
    return estimate.point, estimate.point


def breakdown_table(
    statements: Iterable[Statement],
    estimates: Mapping[str, Estimate],
    recorded: pd.DataFrame,
    figures: Mapping[str, Figure],
    assumptions: Mapping[str, Assumption],
    *,
    scope: str = OWN_SCOPE,
) -> pd.DataFrame:
    """Say for each statement that is left open at which value of each assumption it is sure to hold, and to fail."""
    # A row a statement, side and assumption (several, where the model turns): ``result``, ``side`` (``"holds"`` or
    # ``"fails"``: what it is sure to do wherever the others lie), and the columns of
    # `cseanalysis.sensitivity.breakdowns`; for the side ``"fails"`` they are those of the reversed statement. A
    # statement that its whole range decides has no row: it flips nowhere.
    models = _models(recorded, figures, scope)
    parts = []
    for statement in statements:
        if statement.result not in models or verdict_of(statement, estimates[statement.result]) != OPEN:
            continue
        model = models[statement.result]
        needed = needed_assumptions(model, assumptions)
        kept, turning = remembered(model), among(TURNING, needed)
        with resting_on(statement.result, needed):
            for side, claim in ((HOLDS, statement.claim), (FAILS, _REVERSED[statement.claim])):
                part = breakdowns(kept, needed, threshold=statement.threshold, claim=claim, turning=turning)
                part = part.drop(columns=["low", "high"])
                part.insert(0, "side", side)
                part.insert(0, "result", statement.result)
                parts.append(part)
    columns = ["result", "side", "assumption", "breakdown", "direction"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def structural_verdicts(statements: Iterable[Statement], points: pd.DataFrame) -> pd.DataFrame:
    """Count on each curve the specifications under which the statement about its number holds, fails or stays open."""
    # A row a statement with a curve: ``result``, ``curve``, ``holds``, ``fails``, ``open``.
    estimated = points[points["rank"].notna()]
    rows = []
    for statement in statements:
        if statement.curve is None:
            continue
        if statement.curve not in set(points["curve"]):
            raise ValueError(
                f"{STATEMENTS}, curve: there is no curve {statement.curve!r}; write one of "
                f"{', '.join(points['curve'].unique())}, or nothing"
            )
        part = estimated[estimated["curve"] == statement.curve]
        found = [
            verdict(low, high, statement.claim, statement.threshold)
            for low, high in zip(part["low"], part["high"], strict=True)
        ]
        counts = {name: found.count(word) for name, word in (("holds", HOLDS), ("fails", FAILS), ("open", OPEN))}
        rows.append({"result": statement.result, "curve": statement.curve, **counts})
    return pd.DataFrame(rows)


def total_frontiers(
    totals: Iterable[FrontierTotal], figures: Mapping[str, Figure], assumptions: Mapping[str, Assumption]
) -> pd.DataFrame:
    """Follow for some totals of contact offences the two probabilities that would give them."""
    # A row a total, side and place: ``total``; ``side``, ``"more"`` (below the line the total is surely larger) or
    # ``"less"``; the two probabilities. Between the two lines of a total, the rounding of the contact share decides.
    model = partial(contact_total, recorded=float(figures[RECORDED_2023].value))
    needed = needed_assumptions(model, assumptions)
    sides: tuple[tuple[str, Claim], ...] = (("more", "above"), ("less", "below"))
    parts = []
    for total in (each.total for each in totals):
        for side, claim in sides:
            part = breakdown_frontier(model, needed, vary=FRONTIER, threshold=total, claim=claim, points=POINTS)
            parts.append(part.dropna().assign(total=total, side=side))
    return pd.concat(parts, ignore_index=True)[["total", "side", *FRONTIER]]


def sure_side(direction: str, value: str) -> str:
    """Word where a statement is sure, from the side on which it may fail."""
    if direction == _NEVER:
        return "throughout its range"
    if direction == _THROUGHOUT:
        return "nowhere in its range"
    return f"{'below' if direction == 'fails above' else 'above'} {value}"


def _models(recorded: pd.DataFrame, figures: Mapping[str, Figure], scope: str) -> dict[str, Callable[..., float]]:
    count = float(figures[RECORDED_2023].value)
    models: dict[str, Callable[..., float]] = {route.id: partial(route.model, recorded=count) for route in ROUTES}
    models |= {f"yearly_{window.id}": window.model for window in WINDOWS}
    return models | lag_models(recorded, scope=scope)
