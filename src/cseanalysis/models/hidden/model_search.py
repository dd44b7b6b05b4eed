"""Choosing among log-linear models: every hierarchical model by BIC, or two-list terms step by step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np

from cseanalysis.models.hidden.loglinear import (
    Design,
    Fits,
    Flags,
    Floats,
    Integers,
    fit_models,
    log_constant,
    model_status,
    pad,
)
from cseanalysis.values import NotEstimableError

Model = tuple[int, ...]

MOST_MODELS = 40_000
BLOCK = 256  # tables compared together, so that six lists fit in memory
SLACK = 1e-3  # how much smaller a deviance may be than the one found when only comparing


def main_effects(lists: int) -> Model:
    """Return the model in which the lists are independent."""
    return (0, *(1 << i for i in range(lists)))


def two_list_terms(lists: int) -> tuple[int, ...]:
    """Return the terms of two lists, in the order 12, 13, 14, ..., 23."""
    return tuple((1 << i) | (1 << j) for i, j in combinations(range(lists), 2))


@lru_cache(maxsize=16)
def hierarchical_models(lists: int, max_order: int) -> tuple[Model, ...]:
    """Return every hierarchical model that holds all main effects and no term of more than ``max_order`` lists."""
    # 8 for three lists, 113 for four and 6,893 for five when all but the highest order are allowed.
    models: list[Model] = [main_effects(lists)]
    for order in range(2, max_order + 1):
        sets = [sum(1 << i for i in chosen) for chosen in combinations(range(lists), order)]
        grown: list[Model] = []
        for model in models:
            held = set(model)
            able = [term for term in sets if all(term & ~(1 << i) in held for i in range(lists) if term >> i & 1)]
            if len(grown) + (1 << len(able)) > MOST_MODELS:
                raise ValueError(
                    f"{lists} lists with terms of up to {max_order} lists: more than {MOST_MODELS:,} models; "
                    "lower max_order, merge lists, or use method='stepwise'"
                )
            grown.extend(
                model + tuple(term for bit, term in enumerate(able) if choice >> bit & 1)
                for choice in range(1 << len(able))
            )
        models = grown
    return tuple(models)


def write_model(model: Model) -> str:
    """Return the model's largest terms by list numbers, e.g. ``"[12,3]"``."""
    largest = [term for term in model if term and not any(term != other and term & ~other == 0 for other in model)]
    digits = ["".join(str(i + 1) for i in range(16) if term >> i & 1) for term in largest]
    return "[" + ",".join(sorted(digits, key=lambda text: (-len(text), text))) + "]"


def close_model(generators: Iterable[int], lists: int) -> Model:
    """Return the smallest hierarchical model with all main effects that holds the generators."""
    given = list(generators)
    held = {term for term in range(1 << lists) if any(term & ~top == 0 for top in given)} | set(main_effects(lists))
    return tuple(sorted(held, key=lambda term: (term.bit_count(), term)))


@dataclass(frozen=True, slots=True)
class Comparison:
    """All models fitted to one table, in the order given.

    Parameters
    ----------
    models
        The models.
    padded
        The same as rows of term numbers.
    coefficients, deviance, bic, status
        One row or entry for each model; BIC counts every term, also those at minus infinity, as the published
        answers do, and takes the number of observed cases as sample size.
    """

    models: tuple[Model, ...]
    padded: Integers
    coefficients: Floats
    deviance: Floats
    bic: Floats
    status: Integers


def compare_models(design: Design, table: Floats, models: tuple[Model, ...]) -> Comparison:
    """Fit every model to one table and check that each estimate exists and is identified."""
    padded = pad(models, design)
    every, only = np.arange(len(models)), np.zeros(len(models), dtype=np.intp)
    first = fit_models(design, table[None], padded, (every, only))
    status = np.where(_certain(first), 0, 1).astype(np.intp)
    few = len(models) <= 128  # then every doubt goes to the linear programme
    for index in np.flatnonzero(~_certain(first) & (~_endless(first) | few)):
        status[index] = model_status(design, table, models[index])
    able = np.flatnonzero(status == 0)
    coefficients, deviance = first.coefficients, first.deviance
    if len(able):
        fine = fit_models(
            design, table[None], padded, (able, only[: len(able)]), start=first.coefficients, precise=True
        )
        coefficients[able], deviance[able] = fine.coefficients, fine.deviance
        if (lost := np.flatnonzero(np.isnan(fine.deviance))).size:
            raise NotEstimableError(
                f"model {write_model(models[able[lost[0]]])} did not converge; lower max_order or leave that model out"
            )
    sizes = np.array([len(model) for model in models])
    bic = deviance + log_constant(table) + sizes * np.log(table.sum())
    return Comparison(models, padded, coefficients, deviance, bic, status)


def _certain(fits: Fits) -> Flags:
    return fits.settled & ~fits.aliased & np.isfinite(fits.deviance)


def _endless(fits: Fits) -> Flags:
    return fits.drifting & ~fits.aliased & np.isfinite(fits.deviance)


def choose_by_bic(design: Design, tables: Floats, search: Comparison) -> tuple[Integers, Floats]:
    """Return the number of the model of smallest BIC for each table (-1: none), and its total (nan: none)."""
    # The answer is that of fitting all models. Most need no fit: a model without some term can fit no better than the
    # largest model without it, so when that deviance plus the model's own penalty exceeds the best BIC so far, it is
    # out. Only estimates that exist and are identified count.
    answers = [_choose_block(design, tables[at : at + BLOCK], search) for at in range(0, len(tables), BLOCK)]
    index = np.concatenate(answers)
    total = np.full(len(tables), np.nan)
    able = np.flatnonzero(index >= 0)
    if len(able):
        fine = fit_models(design, tables, search.padded, (index[able], able), start=search.coefficients, precise=True)
        total[able] = _total(tables[able], fine)
    return index, total


def totals(design: Design, tables: Floats, models: list[Model]) -> Floats:
    """Return observed plus unobserved cases of each table under its own model; nan where the fit did not settle."""
    own = np.arange(len(tables))
    return _total(tables, fit_models(design, tables, pad(models, design), (own, own), precise=True))


def _total(tables: Floats, fits: Fits) -> Floats:
    found = tables.sum(axis=1) + np.exp(np.minimum(fits.coefficients[:, 0], 700.0))
    return np.where(np.isfinite(fits.deviance), found, np.nan)


def _choose_block(design: Design, tables: Floats, search: Comparison) -> Integers:
    count = len(tables)
    sizes = np.array([len(model) for model in search.models])
    holds = np.zeros((len(sizes), design.no_term + 1), dtype=np.bool_)
    np.put_along_axis(holds, search.padded, values=True, axis=1)
    penalty = sizes[:, None] * np.log(tables.sum(axis=1))[None, :]
    order = np.lexsort((search.bic, search.status > 0))
    best, pick = np.full(count, np.inf), np.full(count, -1, dtype=np.intp)
    doubtful: list[tuple[int, int, float]] = []
    fresh = np.ones(penalty.shape, dtype=np.bool_)

    def fit(models: Integers, wanted: Flags) -> None:
        which, table = np.nonzero(wanted)
        which = models[which]
        if not len(which):
            return
        fresh[which, table] = False
        fits = fit_models(design, tables, search.padded, (which, table), start=search.coefficients)
        score = fits.deviance + penalty[which, table]
        sure = _certain(fits)
        for at in np.lexsort((score, table)):
            if sure[at] and score[at] < best[table[at]]:
                best[table[at]], pick[table[at]] = score[at], which[at]
        unsure = ~sure & ~_endless(fits)
        doubtful.extend(zip(which[unsure].tolist(), table[unsure].tolist(), score[unsure].tolist(), strict=True))

    fit(order[:8], np.ones((min(8, len(order)), count), dtype=np.bool_))
    bound = _deviance_bounds(design, tables, holds, penalty, best)
    begin, length = 8, 16
    while begin < len(order):
        models = order[begin : begin + length]
        fit(models, fresh[models] & (bound[models] + penalty[models] < best))
        begin, length = begin + length, 2 * length
    for model, table, score in sorted(doubtful, key=lambda entry: entry[2]):
        lower = score if np.isfinite(score) else -np.inf
        if lower < best[table] and model_status(design, tables[table], search.models[model]) == 0:
            if not np.isfinite(score):
                raise NotEstimableError(
                    f"model {write_model(search.models[model])} did not converge on a resampled table; "
                    "lower max_order or use method='stepwise'"
                )
            best[table], pick[table] = score, model
    return pick


def _deviance_bounds(design: Design, tables: Floats, holds: Flags, penalty: Floats, best: Floats) -> Floats:
    """Return what each model's deviance is at least, from the largest models without one or two terms."""
    bound = np.zeros(penalty.shape)
    droppable = [term for term in range(design.no_term) if term.bit_count() > 1 and holds[:, term].any()]
    every = np.array([term for term in range(design.no_term) if holds[:, term].any()])
    pairs = [term for term in droppable if term.bit_count() == 2]
    for sets in ([(term,) for term in droppable], list(combinations(pairs, 2)), list(combinations(pairs, 3))):
        lacking = [~holds[:, list(terms)].any(axis=1) for terms in sets]
        useful = [
            (terms, rows)
            for terms, rows in zip(sets, lacking, strict=True)
            if (bound[rows] + penalty[rows] < best).sum() > 4 * len(tables)
        ]
        if not useful:
            return bound
        largest = pad(
            [tuple(int(t) for t in every if not any(term & ~t == 0 for term in terms)) for terms, _ in useful], design
        )
        which, table = (grid.ravel() for grid in np.indices((len(useful), len(tables))))
        fits = fit_models(design, tables, largest, (which, table))
        found = np.nan_to_num(fits.deviance).reshape(len(useful), len(tables)) - SLACK
        for (_, rows), deviance in zip(useful, found, strict=True):
            bound[rows] = np.maximum(bound[rows], deviance)
    return bound


@dataclass(frozen=True, slots=True)
class Steps:
    """What stepwise selection chose for each table, and the steps of the first one."""

    models: tuple[Model, ...]  # the chosen model of each table
    # for the first table: the model after each step and the p-value of the term it added (1 for none)
    path: tuple[tuple[Model, float], ...]


def choose_stepwise(design: Design, tables: Floats, threshold: float) -> Steps:
    """Add two-list terms one at a time while the smallest p-value is within the threshold."""
    # Chan, Silverman and Vincent (2021, section 3.2): the number of cases on both lists is compared with the Poisson
    # distribution it would have under the current model; the smaller of the two tails is the p-value. A term is passed
    # over when with it the estimate would not exist or not be identified.
    from scipy import stats  # takes half a second to import, so only where it is used

    lists, count = design.lists, len(tables)
    offered = two_list_terms(lists)
    overlap = tables @ design.acts[:, list(offered)]
    models = [main_effects(lists)] * count
    path = [(models[0], 1.0)]
    active = np.arange(count) if threshold > 0 else np.zeros(0, dtype=np.intp)
    while len(active):
        expected = _fitted(design, tables[active], [models[i] for i in active]) @ design.acts[:, list(offered)]
        seen = overlap[active]
        p = np.minimum(stats.poisson.cdf(seen, expected), stats.poisson.sf(seen - 1, expected))
        p = np.where([[term in models[i] for term in offered] for i in active], np.inf, p)
        waiting, moved = np.arange(len(active)), []
        while len(waiting):
            chosen = p[waiting].argmin(axis=1)
            within = p[waiting, chosen] <= threshold
            waiting, chosen = waiting[within], chosen[within]
            if not len(waiting):
                break
            tried = [(*models[active[i]], offered[j]) for i, j in zip(waiting, chosen, strict=True)]
            fine = estimable(design, tables[active[waiting]], tried)
            for at, i in enumerate(waiting):
                if fine[at]:
                    models[active[i]] = tried[at]
                    moved.append(active[i])
                    if active[i] == 0:
                        path.append((tried[at], float(p[i, chosen[at]])))
            p[waiting[~fine], chosen[~fine]] = np.inf
            waiting = waiting[~fine]
        active = np.sort(np.array(moved, dtype=np.intp))
    return Steps(tuple(models), tuple(path))


def estimable(design: Design, tables: Floats, models: list[Model]) -> Flags:
    """Return whether each table's own model has an estimate that exists and is identified."""
    own = np.arange(len(models))
    fits = fit_models(design, tables, pad(models, design), (own, own))
    fine = _certain(fits)
    for index in np.flatnonzero(~fine & ~_endless(fits)):
        fine[index] = model_status(design, tables[index], models[index]) == 0
    return fine


def _fitted(design: Design, tables: Floats, models: list[Model]) -> Floats:
    """Return the fitted means of one model for each table; 0 where a term is at minus infinity."""
    own = np.arange(len(models))
    padded = pad(models, design)
    fits = fit_models(design, tables, padded, (own, own), precise=True)
    terms = np.zeros((len(models), design.no_term + 1))
    np.put_along_axis(terms, padded, 1.0, axis=1)
    terms[:, design.no_term] = 0
    closed = (terms * (tables @ design.acts == 0)) @ design.acts.T > 0
    return np.where(closed, 0.0, np.exp(fits.coefficients @ design.acts.T))
