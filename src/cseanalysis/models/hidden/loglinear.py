"""Poisson log-linear models for many capture tables at once: fits, existence and identifiability."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.special import gammaln, xlogy

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Flags = NDArray[np.bool_]

MOST_LISTS = 9  # models are written with one digit a list
ALIASED = 1e-11  # pivot, relative to its diagonal, below which a column is a combination of earlier ones


@dataclass(frozen=True, slots=True)
class Design:
    """Which terms act on which histories; a set of lists is a number whose bit ``i`` stands for list ``i``."""

    lists: int  # number of lists
    # shape (histories, terms + 1): 1 where the term's lists are all in the history. The history of no list cannot be
    # seen and has no row; the last column stands for "no term"
    acts: Floats
    union: Integers  # shape (terms + 1, terms + 1): the union of two terms, or the last column's index

    @property
    def no_term(self) -> int:
        """Index that stands for an absent term."""
        return 1 << self.lists


@lru_cache(maxsize=MOST_LISTS)
def design(lists: int) -> Design:
    """Return the design for a number of lists."""
    size = 1 << lists
    terms = np.arange(size)
    acts = np.zeros((size - 1, size + 1))
    acts[:, :size] = (terms[1:, None] & terms[None, :]) == terms[None, :]
    union = np.full((size + 1, size + 1), size, dtype=np.intp)
    union[:size, :size] = terms[:, None] | terms[None, :]
    return Design(lists, acts, union)


@dataclass(frozen=True, slots=True)
class Fits:
    """What came of a batch of fits, one entry (or row) for each."""

    coefficients: Floats  # shape (fits, terms + 1); 0 for terms that are not in the model or are minus infinity
    deviance: Floats  # at the maximum, or where the likelihood flattens out when there is none
    settled: Flags  # the last step changed no fitted mean by more than a percent: the maximum exists
    # fitted means of unseen histories shrink without end while the others stand still: no maximum exists
    drifting: Flags
    aliased: Flags  # a term could not be told from the others


def pad(models: Iterable[tuple[int, ...]], design: Design) -> Integers:
    """Return models as rows of term numbers, filled up with "no term"."""
    rows = list(models)
    width = max(len(row) for row in rows)
    padded = np.full((len(rows), width), design.no_term, dtype=np.intp)
    for index, row in enumerate(rows):
        padded[index, : len(row)] = row
    return padded


def fit_models(
    design: Design,
    tables: Floats,
    models: Integers,
    pairs: tuple[Integers, Integers],
    *,
    start: Floats | None = None,
    precise: bool = False,
) -> Fits:
    """Fit models to tables by Newton steps (iteratively reweighted least squares), thousands side by side."""
    # A term whose margin is zero is estimated at minus infinity; the histories that contain it are then certain to be
    # empty and are left out of the fit (Chan, Silverman and Vincent 2021, section 2.3). The information matrix needs no
    # products of design matrices: its entry for two terms is the fitted margin of their union. ``pairs``: which model
    # is fitted to which table; ``precise``: until no mean changes by a ten-millionth, else good enough to compare
    # models.
    which, table = pairs
    count = len(which)
    found = Fits(
        np.zeros((count, design.no_term + 1)), np.zeros(count), *(np.zeros(count, dtype=np.bool_) for _ in range(3))
    )
    sizes = (models != design.no_term).sum(axis=1)[which]
    order = np.argsort(sizes, kind="stable")
    for chunk in _chunks(order, sizes):
        width = sizes[chunk].max()
        terms = np.ascontiguousarray(models[which[chunk], :width].T)
        counts = np.ascontiguousarray(tables[table[chunk]].T)
        began = None if start is None else np.take_along_axis(start[which[chunk]].T, terms, axis=0)
        _newton(design, counts, terms, start=began, precise=precise, found=found, rows=chunk)
    return found


def _chunks(order: Integers, sizes: Integers) -> Iterator[Integers]:
    """Cut tasks of similar size so that their matrices stay in the processor's cache."""
    begin = 0
    while begin < len(order):
        width = int(sizes[order[begin]])
        end = begin + max(64, min(1024, 150_000 // width**2))
        yield order[begin:end]
        begin = end


def _newton(
    design: Design, counts: Floats, terms: Integers, *, start: Floats | None, precise: bool, found: Fits, rows: Integers
) -> None:
    """Run the steps for one chunk; arrays have the fits along the last axis."""
    lists = design.lists
    step_limit, gain_limit = (1e-7, 1e-13) if precise else (1e-3, 1e-6)
    terms, possible = _without_empty(design, counts, terms)
    target = _margins(lists, counts, terms)
    lower = np.tril_indices(terms.shape[0])
    cross = design.union[terms[lower[0]], terms[lower[1]]]
    if start is None:
        mean, logged = (counts + 0.5) * possible, np.log(counts + 0.5)
        pull = _margins(lists, mean * logged - 0.5 * possible, terms)
        start, _ = _solve(lower, _margins(lists, mean, cross), pull)
    theta = np.where(terms != design.no_term, start, 0.0)
    eta = _predictor(lists, theta, terms)
    before = np.full(counts.shape[1], -np.inf)
    delta, change = np.zeros_like(theta), np.zeros_like(eta)
    for _ in range(100):
        mean = np.exp(np.minimum(eta, 200.0)) * possible
        likelihood = (counts * eta - mean).sum(axis=0)
        worse = likelihood < before - 1e-9 * (1 + np.abs(before))
        score = target - _margins(lists, mean, terms)
        step, aliased = _solve(lower, _margins(lists, mean, cross), score)
        step_eta = _predictor(lists, step, terms) * possible
        if worse.any():  # go half of the last step back instead of taking another
            step, step_eta = np.where(worse, -delta / 2, step), np.where(worse, -change / 2, step_eta)
        delta, change = np.where(worse, -step, step), np.where(worse, -step_eta, step_eta)
        before = np.where(worse, before, likelihood)
        theta, eta = theta + step, eta + step_eta
        gain = (score * step).sum(axis=0)
        done = ~worse & ((np.abs(step_eta).max(axis=0) < step_limit) | (gain < gain_limit))
        if done.any():
            at = rows[done]
            full = np.zeros((design.no_term + 1, len(at)))
            np.put_along_axis(full, terms[:, done], theta[:, done], axis=0)
            found.coefficients[at] = full.T
            found.aliased[at] = (aliased & (terms != design.no_term))[:, done].any(axis=0)
            mean = np.exp(eta[:, done]) * possible[:, done]
            _describe(found, at, counts[:, done], eta=eta[:, done], mean=mean, moved=step_eta[:, done])
            if done.all():
                return
            keep = ~done
            rows, before, terms, cross = rows[keep], before[keep], terms[:, keep], cross[:, keep]
            counts, possible, target = counts[:, keep], possible[:, keep], target[:, keep]
            theta, eta, delta, change = theta[:, keep], eta[:, keep], delta[:, keep], change[:, keep]
    found.deviance[rows] = np.nan  # neither settled nor drifting: the caller refuses


def _without_empty(design: Design, counts: Floats, terms: Integers) -> tuple[Integers, Floats]:
    """Take out terms whose margin is zero, and say which histories they leave possible (1) or not (0)."""
    empty = (_margins(design.lists, counts, terms) == 0) & (terms != design.no_term)
    closed = _predictor(design.lists, empty.astype(np.float64), np.where(empty, terms, design.no_term))
    return np.where(empty, design.no_term, terms), (closed == 0).astype(np.float64)


def _describe(found: Fits, rows: Integers, counts: Floats, *, eta: Floats, mean: Floats, moved: Floats) -> None:
    """Record the deviance of fits that are done, and whether they settled or drift, from their last step."""
    found.deviance[rows] = 2 * (xlogy(counts, counts) - counts * eta - counts + mean).sum(axis=0)
    found.settled[rows] = np.abs(moved).max(axis=0) < 1e-2
    still = np.abs(np.where(counts > 0, moved, 0.0)).max(axis=0) < 1e-2
    found.drifting[rows] = still & (moved.max(axis=0) < 1e-2) & (moved.min(axis=0) < -0.5)


def _predictor(lists: int, theta: Floats, terms: Integers) -> Floats:
    """Return the sum of the coefficients of all terms within each history, adding one list at a time."""
    sums = np.zeros(((1 << lists) + 1, theta.shape[1]))
    np.put_along_axis(sums, terms, theta, axis=0)
    for i in range(lists):
        halves = sums[:-1].reshape(-1, 2, 1 << i, theta.shape[1])
        halves[:, 1] += halves[:, 0]
    return sums[1:-1]


def _margins(lists: int, cells: Floats, terms: Integers) -> Floats:
    """Return the sum of the histories that contain each term; 0 for "no term"."""
    sums = np.zeros(((1 << lists) + 1, cells.shape[1]))
    sums[1:-1] = cells
    for i in range(lists):
        halves = sums[:-1].reshape(-1, 2, 1 << i, cells.shape[1])
        halves[:, 0] += halves[:, 1]
    return sums[terms, np.arange(cells.shape[1])]


def _solve(lower: tuple[Integers, Integers], packed: Floats, rhs: Floats) -> tuple[Floats, Flags]:
    """Solve many symmetric systems at once by Cholesky; a column that depends on earlier ones gets 0."""
    size, count = rhs.shape
    matrix = np.empty((size, size, count))
    matrix[lower] = packed
    inverse = np.empty((size, count))
    aliased = np.empty((size, count), dtype=np.bool_)
    limit = ALIASED * matrix[np.arange(size), np.arange(size)]
    answer = rhs.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        for j in range(size):
            aliased[j] = ~(matrix[j, j] > limit[j])
            inverse[j] = np.where(aliased[j], 0.0, 1 / np.sqrt(matrix[j, j]))
            matrix[j + 1 :, j] *= inverse[j]
            answer[j] *= inverse[j]
            for i in range(j + 1, size):
                matrix[i, j + 1 : i + 1] -= matrix[i, j] * matrix[j + 1 : i + 1, j]
            answer[j + 1 :] -= matrix[j + 1 :, j] * answer[j]
    for j in range(size - 1, -1, -1):
        answer[j] *= inverse[j]
        answer[:j] -= matrix[j, :j] * answer[j]
    return answer, aliased


def model_status(design: Design, table: Floats, model: tuple[int, ...]) -> int:
    """Return 0 when the estimate exists and is identified; 1 when not the first, 2 not the second, 3 neither."""
    # Linear programme of Fienberg and Rinaldo (2012, supplement): the estimate exists when some table of positive means
    # has the margins of the observed one, among the histories that zero margins of the model leave possible (Chan,
    # Silverman and Vincent 2021, sections 2.3 to 2.6). It depends on which counts are zero, not on their size, so ones
    # stand for the counts.
    seen = (table > 0).astype(np.float64)
    columns = np.asarray(model, dtype=np.intp)
    empty = seen @ design.acts[:, columns] == 0
    possible = (design.acts[:, columns[empty]] == 0).all(axis=1)
    matrix = design.acts[np.ix_(possible, columns[~empty])]
    unidentified = np.linalg.matrix_rank(matrix) < matrix.shape[1]
    if (seen[possible] > 0).all():
        return 2 * int(unidentified)
    cells = matrix.shape[0]
    cost = np.append(np.zeros(cells), -1.0)
    margins = np.column_stack([matrix.T, matrix.sum(axis=0)])  # means are the smallest of them plus what exceeds it
    answer = linprog(cost, A_eq=margins, b_eq=matrix.T @ seen[possible], bounds=(0, None), method="highs")
    if answer.status != 0:
        raise ValueError(f"the existence check did not finish ({answer.message}); the table may be too large")
    return int(-answer.fun < 1e-7) + 2 * int(unidentified)


def unseen_side(design: Design, table: Floats, model: tuple[int, ...]) -> float:
    """Return where the unseen cases go when no estimate exists: infinity, 0, or nan when not known."""
    # Directions in which the likelihood never falls (Fienberg and Rinaldo 2012) change no history that was seen and
    # raise none that was not; the greatest and least change of the intercept among them are two linear programmes.
    columns = np.asarray(model, dtype=np.intp)
    empty = (table > 0) @ design.acts[:, columns] == 0
    possible = (design.acts[:, columns[empty]] == 0).all(axis=1)
    kept = columns[~empty]
    matrix, seen = design.acts[np.ix_(possible, kept)], table[possible] > 0
    cost = (kept == 0).astype(np.float64)
    reach = []
    for sign in (1, -1):
        answer = linprog(
            -sign * cost,
            A_ub=matrix[~seen] if not seen.all() else None,
            b_ub=np.zeros(int((~seen).sum())) if not seen.all() else None,
            A_eq=matrix[seen],
            b_eq=np.zeros(int(seen.sum())),
            bounds=(-1, 1),
            method="highs",
        )
        if answer.status != 0:
            return math.nan
        reach.append(-answer.fun > 1e-7)
    up, down = reach
    return math.nan if up == down else math.inf if up else 0.0


def log_constant(tables: Floats) -> Floats:
    """Return minus twice the log likelihood of each table under its own counts, so that BIC can be printed."""
    return np.asarray(-2 * (xlogy(tables, tables) - tables - gammaln(tables + 1)).sum(axis=-1), dtype=np.float64)
