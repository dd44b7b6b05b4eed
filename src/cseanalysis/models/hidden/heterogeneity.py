"""What a population may be when cases differ in how likely they are to be listed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.special import xlogy

from cseanalysis.models.hidden.loglinear import Floats

LOWER_BOUND = "Mth Chao (lower bound)"

# How the logarithm of a history's mean bends with the number of lists that a case is on (Baillargeon and Rivest 2007).
BENDS: dict[str, Callable[[Floats], Floats]] = {
    "Poisson2": lambda times: 2.0**times - 1,
    "Darroch": lambda times: times**2 / 2,
    "Gamma3.5": lambda times: -np.log1p(times / 3.5),
}

STEPS = 100


class HeterogeneityFit(NamedTuple):
    """One model; ``total`` and ``deviance`` are nan where its estimate does not exist."""

    model: str
    terms: int
    total: float
    deviance: float


def fit_heterogeneity(table: Floats) -> list[HeterogeneityFit]:
    """Fit the models of Baillargeon and Rivest (2007) in which cases differ in how likely they are to be listed.

    Parameters
    ----------
    table
        Count of every history, as from ``read_histories``.

    Returns
    -------
    list of HeterogeneityFit
        ``Mh``: all lists are alike. ``Mth``: each list has its own share of the cases. ``Chao``: any heterogeneity, of
        which the total is a lower bound; its terms for cases on three lists or more are dropped, first one first,
        while one is negative. The others assume how cases differ.
    """
    lists = len(table).bit_length()
    members = (np.arange(1, len(table) + 1)[:, None] >> np.arange(lists) & 1).astype(np.float64)
    times = members.sum(axis=1)
    ones = np.ones((len(table), 1))
    curved = np.maximum(times[:, None] - np.arange(3, lists + 1) + 1, 0.0)
    found = []
    for name, base in (("Mh", np.column_stack([ones, times])), ("Mth", np.column_stack([ones, members]))):
        found.append(_fitted(f"{name} Chao (lower bound)", *_without_negative(base, curved, table), table))
        found += [_fitted(f"{name} {bend}", *_with(base, of(times), table), table) for bend, of in BENDS.items()]
    return found


def _with(base: Floats, bend: Floats, table: Floats) -> tuple[Floats, Floats | None]:
    columns = np.column_stack([base, bend])
    return columns, _poisson(columns, table)


def _without_negative(base: Floats, curved: Floats, table: Floats) -> tuple[Floats, Floats | None]:
    """Fit with all curved terms, then without the first negative one until none is."""
    # A term that no case bears on has no estimate: it goes to minus infinity and is dropped as a negative one.
    first = base.shape[1]
    bearing = [place for place in range(curved.shape[1]) if table @ curved[:, place] > 0]
    columns: Floats = np.column_stack([base, curved[:, bearing]])
    while True:
        coefficients = _poisson(columns, table)
        if coefficients is None or not (coefficients[first:] < 0).any():
            return columns, coefficients
        kept = np.arange(columns.shape[1]) != first + int(np.argmax(coefficients[first:] < 0))
        columns = np.asarray(columns[:, kept])


def _fitted(model: str, columns: Floats, coefficients: Floats | None, table: Floats) -> HeterogeneityFit:
    if coefficients is None or coefficients[0] > 700:
        return HeterogeneityFit(model, columns.shape[1], math.nan, math.nan)
    eta = columns @ coefficients
    deviance = 2 * float((xlogy(table, table) - table * eta - table + np.exp(eta)).sum())
    return HeterogeneityFit(model, columns.shape[1], float(table.sum() + math.exp(coefficients[0])), deviance)


def _poisson(columns: Floats, counts: Floats) -> Floats | None:
    """Return the coefficients of a Poisson regression, or None when its estimate does not exist."""
    if not _exists(columns, counts):
        return None
    eta = np.log(counts + 0.5)
    coefficients: Floats = np.zeros(columns.shape[1])
    before = math.inf
    for _ in range(STEPS):
        mean = np.exp(eta)
        target = columns.T @ (mean * eta + counts - mean)
        try:
            new = np.asarray(np.linalg.solve((columns.T * mean) @ columns, target), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
        for _ in range(40):  # a step that fits worse is halved
            eta = columns @ new
            loss = float((np.exp(np.minimum(eta, 700.0)) - counts * eta).sum())
            if loss <= before + 1e-12 * abs(before):
                break
            new = np.asarray((new + coefficients) / 2)
        if before - loss <= 1e-13 * abs(loss) and np.allclose(new, coefficients, rtol=1e-10, atol=1e-10):
            return new
        coefficients, before = new, loss
    return None


def _exists(columns: Floats, counts: Floats) -> bool:
    """Return whether some table of positive means has the same margins (as ``model_status``, without zero margins)."""
    if (counts > 0).all():
        return True
    cost = np.append(np.zeros(len(counts)), -1.0)
    seen = (counts > 0).astype(np.float64)  # existence hangs on which counts are zero, not on their size
    margins = np.column_stack([columns.T, columns.sum(axis=0)])
    answer = linprog(cost, A_eq=margins, b_eq=columns.T @ seen, bounds=(0, None), method="highs")
    return bool(answer.status == 0 and -answer.fun > 1e-7)
