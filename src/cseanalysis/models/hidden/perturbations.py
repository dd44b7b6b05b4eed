"""How far a population estimate moves when lists or single cases change, or an untestable assumption does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from cseanalysis.models.checks import numbers
from cseanalysis.models.hidden.loglinear import design
from cseanalysis.models.hidden.multiple_systems import (
    PopulationEstimate,
    check_options,
    estimate_population,
    read_histories,
    selection,
)
from cseanalysis.values import NotEstimableError, shown

Chosen = Literal["bic", "stepwise"]


def perturb_by_leaving_out(
    histories: pd.DataFrame,
    *,
    count: str = "count",
    method: Chosen = "bic",
    max_order: int | None = None,
    threshold: float = 0.02,
) -> pd.DataFrame:
    """Estimate again without each list in turn.

    Parameters
    ----------
    histories, count, method, max_order, threshold
        As for `estimate_population`; at least four lists, so that three remain.

    Returns
    -------
    DataFrame
        ``left_out``, ``observed``, ``total``, ``model``, and ``reason`` where there is no estimate.

    Raises
    ------
    ValueError
        As `estimate_population`, or with three lists.

    Examples
    --------
    >>> rows = [(1, 0, 0, 0, 30), (0, 1, 0, 0, 40), (0, 0, 1, 0, 50), (0, 0, 0, 1, 20), (1, 1, 0, 0, 9)]
    >>> rows += [(1, 0, 1, 0, 8), (0, 1, 1, 0, 10), (0, 0, 1, 1, 6), (1, 0, 0, 1, 5), (0, 1, 0, 1, 4)]
    >>> table = pd.DataFrame(rows, columns=["A", "B", "C", "D", "count"])
    >>> perturb_by_leaving_out(table)["left_out"].tolist()
    ['A', 'B', 'C', 'D']
    """
    check_options(method, None, max_order=max_order, threshold=threshold)
    names, _ = read_histories(histories, count)
    _at_least_four(names)
    histories, count = histories.rename(columns=str), str(count)
    changed = [(name, histories.drop(columns=name)) for name in names]
    return _estimate_each("left_out", changed, count, method=method, max_order=max_order, threshold=threshold)


def perturb_by_merging(
    histories: pd.DataFrame,
    *,
    count: str = "count",
    method: Chosen = "bic",
    max_order: int | None = None,
    threshold: float = 0.02,
) -> pd.DataFrame:
    """Estimate again with each two lists taken as one.

    Parameters
    ----------
    histories, count, method, max_order, threshold
        As for `estimate_population`; at least four lists, so that three remain.

    Returns
    -------
    DataFrame
        ``merged``, ``observed``, ``total``, ``model``, and ``reason`` where there is no estimate.

    Raises
    ------
    ValueError
        As `estimate_population`, or with three lists.

    Notes
    -----
    Merging changes no case, so a total that moves shows how much the model leans on that pair of lists
    (Sharifi Far and others 2021).
    """
    check_options(method, None, max_order=max_order, threshold=threshold)
    names, _ = read_histories(histories, count)
    _at_least_four(names)
    histories, count = histories.rename(columns=str), str(count)
    changed = []
    for one, two in combinations(names, 2):
        merged = histories.drop(columns=two).assign(**{one: histories[[one, two]].max(axis=1)})
        changed.append((f"{one} + {two}", merged.rename(columns={one: f"{one} + {two}"})))
    return _estimate_each("merged", changed, count, method=method, max_order=max_order, threshold=threshold)


def perturb_by_one_case(
    histories: pd.DataFrame,
    *,
    count: str = "count",
    method: Chosen = "bic",
    max_order: int | None = None,
    threshold: float = 0.02,
) -> pd.DataFrame:
    """Estimate again with one case more, and one case fewer, in each history.

    Parameters
    ----------
    histories, count, method, max_order, threshold
        As for `estimate_population`.

    Returns
    -------
    DataFrame
        ``history`` (its lists), ``change`` (1 or -1), ``total`` (nan when no model can be estimated); also for
        histories that were not observed, which can only gain a case.

    Raises
    ------
    ValueError
        As `estimate_population`.

    Notes
    -----
    One case can decide: two published versions of the same eight lists differ by a single case on two lists, and
    stepwise selection gives 1,184 for one and 1,110 for the other.
    """
    check_options(method, None, max_order=max_order, threshold=threshold)
    names, table = read_histories(histories, count)
    plan = design(len(names))
    cells = [(cell, change) for cell in range(len(table)) for change in (-1, 1) if table[cell] + change >= 0]
    tables = np.repeat(table[None], len(cells), axis=0)
    for row, (cell, change) in enumerate(cells):
        tables[row, cell] += change
    _, select, _ = selection(plan, table, method=method, max_order=max_order, threshold=threshold)
    labels = [" + ".join(name for i, name in enumerate(names) if (cell + 1) >> i & 1) for cell, _ in cells]
    found = select(tables)
    found = np.where(np.isfinite(found), found, np.nan)
    return pd.DataFrame({"history": labels, "change": [change for _, change in cells], "total": found})


def highest_order_path(estimate: PopulationEstimate, odds_ratios: Sequence[float] | float) -> pd.DataFrame:
    """Return the total when the term of all lists together, assumed absent, is not.

    Parameters
    ----------
    estimate
        From `estimate_population`.
    odds_ratios
        How many times as many cases are on no list as the model says; above 0, 1 is the model.

    Returns
    -------
    DataFrame
        ``odds_ratio`` and ``total``.

    Raises
    ------
    ValueError
        When an odds ratio is not above 0.

    Notes
    -----
    No data on listed cases bear on this: the highest-order odds ratio involves the cases on no list, and every value
    fits the observed table equally well (Gerritse, van der Heijden and Bakker 2015; Aleshin-Guendel, Sadinle and
    Wakefield 2024). With two lists it is the odds ratio between them (`two_list_estimate`).

    Examples
    --------
    >>> rows = [(0, 0, 1, 41), (0, 1, 0, 5), (1, 0, 0, 5), (1, 1, 0, 54), (1, 0, 1, 6), (1, 1, 1, 12)]
    >>> estimate = estimate_population(pd.DataFrame(rows, columns=["b", "c", "d", "count"]))
    >>> highest_order_path(estimate, [0.5, 1, 2])["total"].round(1).tolist()
    [140.1, 157.2, 191.3]
    """
    if not isinstance(estimate, PopulationEstimate):
        raise ValueError(f"estimate is {shown(estimate)}: must be what estimate_population returns")
    ratios = np.atleast_1d(numbers("odds_ratios", odds_ratios))
    if ratios.ndim != 1:
        raise ValueError(f"odds_ratios have shape {ratios.shape}: must be one number, or one row of them")
    if not (np.isfinite(ratios) & (ratios > 0)).all():
        raise ValueError(f"odds_ratios {ratios.tolist()[:5]}: must be above 0 and finite; 1 is the model")
    unseen = estimate.total - estimate.observed
    return pd.DataFrame({"odds_ratio": ratios, "total": estimate.observed + ratios * unseen})


def _at_least_four(names: tuple[str, ...]) -> None:
    if len(names) < 4:
        raise ValueError(f"{len(names)} lists: needs at least four, so that three remain to estimate from")


def _estimate_each(
    label: str,
    changed: list[tuple[str, pd.DataFrame]],
    count: str,
    *,
    method: Chosen,
    max_order: int | None,
    threshold: float,
) -> pd.DataFrame:
    """Estimate each changed table; cases left on no list are gone, as they would be had the list not existed."""
    rows = []
    for name, table in changed:
        lists = [column for column in table.columns if column != count]
        grouped = table.groupby(lists, as_index=False, observed=True)[count].sum()
        seen = grouped[grouped[lists].any(axis=1)]
        order = None if max_order is None else min(max_order, len(lists) - 1)
        row = {label: name, "observed": int(seen[count].sum()), "total": np.nan, "model": None, "reason": None}
        try:
            estimate = estimate_population(seen, count=count, method=method, max_order=order, threshold=threshold)
        except NotEstimableError as error:
            row["reason"] = str(error)
        else:
            row |= {"total": estimate.total, "model": estimate.model}
        rows.append(row)
    return pd.DataFrame(rows)
