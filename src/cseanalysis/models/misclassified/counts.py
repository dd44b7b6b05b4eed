"""Counts in several classes, some recorded in the wrong one: what they were, exactly, within bounds, or in draws.

In every matrix a row is a true class and a column the class recorded: ``matrix[i][j]`` is the probability that a
record of class ``i`` is recorded as ``j``. The order of the classes is the caller's, or is matched by label: where the
counts are a Series and the matrix a DataFrame, both must have the same labels, in any order. A matrix of recorded by
true classes is refused where its sums or the names of its axes show it.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from cseanalysis.models.checks import check_same_labels, check_whole, numbers
from cseanalysis.models.draws.simulation import (
    BLOCK,
    Simulation,
    block_generator,
    check_seed,
    headline,
    quantiles_if_any,
    too_few,
)
from cseanalysis.models.misclassified.bias import MANY_IMPOSSIBLE
from cseanalysis.said import Words, speaks
from cseanalysis.values import Interval, NotEstimableError, shown

Array = NDArray[np.float64]
TOLERANCE = 1e-9


def correct_counts(observed: ArrayLike, matrix: ArrayLike) -> Array | pd.Series:
    """Undo misclassification of counts in K classes, given the K x K probabilities.

    Parameters
    ----------
    observed
        Whole counts of records in each recorded class, shape (K,); with labels as a Series.
    matrix
        Shape (K, K); rows are true classes and sum to 1, columns are the classes recorded. A DataFrame is put in the
        order of the labels of ``observed``; its axes may be named ``true`` (rows) and ``recorded`` (columns).

    Returns
    -------
    ndarray or Series of shape (K,)
        Records in each true class, in the order of ``observed`` and with its labels; they sum to the same total and are
        not whole numbers.

    Raises
    ------
    ValueError
        When a count is not whole or impossible, a row of the matrix is not a probability distribution, labels differ or
        stand twice, or the matrix is turned round.

    Warns
    -----
    UserWarning
        When rows and columns sum to 1 alike, so that a matrix turned round would go unseen; named axes settle it.
    NotEstimableError
        When the matrix cannot be undone (two classes are recorded alike), its labels are swapped (the largest entry of
        some column is not on the diagonal; with two classes, sensitivity and specificity sum to 1 or less), or it could
        not have produced the counts.

    Notes
    -----
    ``observed = true @ matrix`` solved for ``true``: the matrix method of Greenland and Kleinbaum (1983),
    *International Journal of Epidemiology* 12. With two classes it is that of Rogan and Gladen (1978).

    Examples
    --------
    >>> correct_counts([60, 39, 51], [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.0, 0.0, 1.0]]).round(6).tolist()
    [70.0, 40.0, 40.0]
    >>> counts = pd.Series({"a": 60, "b": 39, "c": 51})
    >>> turned = pd.DataFrame({"c": [1, 0.1, 0.1], "b": [0, 0.8, 0.1], "a": [0, 0.1, 0.8]}, index=["c", "b", "a"])
    >>> correct_counts(counts, turned).round(6).to_dict()
    {'a': 70.0, 'b': 40.0, 'c': 40.0}
    """
    counts, chances = _aligned(observed, matrix=matrix)
    _check_rows(chances, counts.size)
    if not isinstance(matrix, pd.DataFrame) or set(matrix.axes[0].names + matrix.axes[1].names) != set(AXES):
        _warn_of_two_readings(chances)
    condition = np.linalg.cond(chances)
    if not condition < 1 / TOLERANCE:
        raise NotEstimableError(
            f"matrix with condition number {condition:.3g}: some classes are recorded alike, so the counts do not tell "
            "them apart; merge those classes"
        )
    if not (lead := _lead(chances) > TOLERANCE).all():
        raise NotEstimableError(
            f"classes {np.flatnonzero(~lead).tolist()[:5]}: records of another class are recorded as such at least as "
            "often as their own: each diagonal entry must be the largest of its column (with two classes, sensitivity "
            "and specificity must sum to more than 1), or the labels are swapped; check the order of the rows"
        )
    true = np.linalg.solve(chances.T, counts)
    if (true < -TOLERANCE * max(counts.sum(), 1)).any():
        raise NotEstimableError(
            f"the matrix could not have produced the counts {counts.tolist()[:5]}: corrected they would be "
            f"{true.round(4).tolist()[:5]}; state error rates that allow the counts, or give ranges to bound_counts"
        )
    true = np.asarray(np.maximum(true, 0.0), dtype=np.float64)
    return pd.Series(true, index=observed.index, name=observed.name) if isinstance(observed, pd.Series) else true


def bound_counts(observed: ArrayLike, low: ArrayLike, high: ArrayLike) -> tuple[Interval, ...]:
    """Bound the true counts in K classes when each probability of the matrix is only known to lie in a range.

    Parameters
    ----------
    observed
        Whole counts of records in each recorded class, shape (K,); with labels as a Series.
    low, high
        Ends of the ranges, each of shape (K, K); rows are true classes, labels as for `correct_counts`. Rows of the
        matrix sum to 1 whatever the ends.

    Returns
    -------
    tuple of Interval
        Bound for each true class, in the order of ``observed``: sharp for every class by itself. They hold together
        with the total, so they cannot all be at the same end.

    Raises
    ------
    ValueError
        When a count or range is impossible.
    NotEstimableError
        When no matrix in the ranges could have produced the counts.

    Notes
    -----
    The direct misclassification approach of Molinari (2008, *Journal of Econometrics* 144), for exact counts. In the
    flows (records of true class i recorded as j) all conditions are linear, so each end is one linear programme.

    Examples
    --------
    >>> bounds = bound_counts([20, 80], [[0.5, 0.0], [0.0, 1.0]], [[1.0, 0.5], [0.0, 1.0]])
    >>> [(round(each.low, 6), round(each.high, 6)) for each in bounds]
    [(20.0, 40.0), (60.0, 80.0)]
    """
    counts, least, most = _aligned(observed, low=low, high=high)
    size = counts.size
    for name, ends in (("low", least), ("high", most)):
        if ends.shape != (size, size) or not ((ends >= 0) & (ends <= 1)).all():
            raise ValueError(
                f"{name} has shape {ends.shape}: must be {size} x {size} probabilities between 0 and 1; 80% is written "
                "0.8"
            )
    if (least > most).any():
        raise ValueError(f"low exceeds high at {np.argwhere(least > most)[:5].tolist()}; swap the ends")
    if (least.sum(axis=1) > 1 + TOLERANCE).any() or (most.sum(axis=1) < 1 - TOLERANCE).any():
        raise ValueError("a row's low ends sum to more than 1, or its high ends to less: no probabilities lie between")
    flows = np.eye(size * size).reshape(size, size, size * size)  # flow i, j
    true = flows.sum(axis=1)
    above = (least[:, :, None] * true[:, None, :] - flows).reshape(-1, size * size)
    below = (flows - most[:, :, None] * true[:, None, :]).reshape(-1, size * size)
    total = max(float(counts.sum()), 1.0)

    def extreme(target: Array, sign: int) -> float:
        result = optimize.linprog(
            sign * target,
            A_ub=np.vstack([above, below]),
            b_ub=np.zeros(2 * size * size),
            A_eq=flows.sum(axis=0),
            b_eq=counts / total,
            method="highs",
        )
        if result.status != 0:
            raise NotEstimableError(
                f"no matrix within the ranges could have produced the counts {counts.tolist()[:5]}; widen the ranges "
                "that are least certain"
            )
        return float(target @ result.x) * total

    found = [(extreme(target, 1), extreme(target, -1)) for target in true]
    return tuple(Interval(min(pair), max(pair), "bound") for pair in found)


@speaks
@dataclass(frozen=True, slots=True, eq=False)
class CorrectedCounts:
    """Draws of the true counts in K classes, and what became of the stated probabilities.

    Parameters
    ----------
    observed
        Records in each recorded class.
    draws, impossible
        Draws made, and those whose matrix has swapped labels or could not have produced the counts: they are in none
        of the results.
    counts
        One simulation for each class, with the matrix and random error both uncertain.
    systematic_counts
        The same with only the matrix uncertain.
    stated, admissible
        Mean matrix over all draws, and over those that could have produced the counts, shape (K, K).

    Notes
    -----
    ``print`` gives the first class with its interval, what was left out, and a row a class.
    """

    observed: tuple[float, ...]
    draws: int
    impossible: int
    counts: tuple[Simulation, ...]
    systematic_counts: tuple[Simulation, ...]
    stated: Array
    admissible: Array

    @property
    def impossible_share(self) -> float:
        """Share of the draws whose matrix could not have produced the counts."""
        return self.impossible / self.draws

    def to_frame(self) -> pd.DataFrame:
        """Return a row a class.

        Columns: ``class``, ``recorded``, ``median``, ``low``, ``high`` (95% of draws), ``stated``,
        ``admissible`` (chance of being recorded rightly).
        """
        median, low, high = zip(*map(quantiles_if_any, self.counts), strict=True)
        columns = {
            "class": range(len(self.counts)),
            "recorded": self.observed,
            "median": median,
            "low": low,
            "high": high,
            "stated": self.stated.diagonal(),
            "admissible": self.admissible.diagonal(),
        }
        return pd.DataFrame(columns)

    def _says(self) -> Words:
        head = headline(self.counts[0], "records truly of class 0")
        many = "so many are impossible that the results rest on the admissible distributions, not the stated"
        doubts = ((many,) if self.impossible_share > MANY_IMPOSSIBLE else ()) + too_few(self.counts[0].size)
        left = f"{self.draws:,} draws, {self.impossible_share:.2%} impossible and left out"
        return Words(head, (left,), doubts=doubts)


def simulate_counts(observed: ArrayLike, rows: ArrayLike, *, seed: int, draws: int = 100_000) -> CorrectedCounts:
    """Undo misclassification of counts in K classes when every row of the matrix is a Dirichlet distribution.

    Parameters
    ----------
    observed
        Whole counts of records in each recorded class, shape (K,).
    rows
        Dirichlet parameters, shape (K, K), labels as for `correct_counts`: row i as if that many records of true class
        i had been checked and found recorded as each class (an audit's counts, plus a prior). 0 means that it never
        happens.
    seed
        Whole number, not negative; the same seed gives the same bits under the same numpy.
    draws
        Number of draws.

    Returns
    -------
    CorrectedCounts
        Printed, it always says which share of the draws was impossible.

    Raises
    ------
    ValueError
        When a count is not whole, a parameter is negative, or a row has none above 0.
    NotEstimableError
        When no draw of the matrix could have produced the counts.

    Notes
    -----
    Each draw solves ``observed = true @ matrix``. Random error is multinomial: the counts are drawn anew from the
    shares that were observed. A draw is impossible when a true count would be negative, with the observed or the
    redrawn counts, and when its labels are swapped, as in `correct_counts`; this reshapes the stated distribution,
    which is why both are given.

    Examples
    --------
    >>> corrected = simulate_counts([600, 390, 510], [[80, 10, 10], [10, 80, 10], [0, 1, 99]], seed=1, draws=10_000)
    >>> round(corrected.systematic_counts[0].median, -2), corrected.impossible_share
    (700.0, 0.0)
    """
    (counts, audit), seed = _aligned(observed, rows=rows), check_seed(seed)
    size = counts.size
    if audit.shape != (size, size) or not (np.isfinite(audit) & (audit >= 0)).all() or (audit.sum(axis=1) == 0).any():
        raise ValueError(
            f"rows has shape {audit.shape}: must be {size} x {size}, none negative, no row without any above 0"
        )
    draws = check_whole("draws", draws)
    systematic, true = np.full((size, draws), np.nan), np.full((size, draws), np.nan)
    sums, kept = np.zeros((2, size, size)), 0
    total = int(counts.sum())
    for block in range(math.ceil(draws / BLOCK)):
        rng = block_generator(seed, block)
        here = slice(block * BLOCK, min((block + 1) * BLOCK, draws))
        many = here.stop - here.start
        matrices = rng.standard_gamma(audit, (BLOCK, size, size))[:many]
        matrices /= matrices.sum(axis=2, keepdims=True)
        redrawn = rng.multinomial(total, counts / total, BLOCK)[:many].astype(np.float64)
        both = np.stack([np.broadcast_to(counts, redrawn.shape), redrawn], axis=2)
        solvable = (np.abs(np.linalg.det(matrices)) > TOLERANCE) & (_lead(matrices) > TOLERANCE).all(axis=-1)
        solved = np.full(both.shape, -1.0)
        solved[solvable] = np.linalg.solve(matrices[solvable].transpose(0, 2, 1), both[solvable])
        possible = (solved >= 0).all(axis=(1, 2))
        systematic[:, here][:, possible], true[:, here][:, possible] = solved[possible].transpose(2, 1, 0)
        sums += matrices.sum(axis=0), matrices[possible].sum(axis=0)
        kept += int(possible.sum())
    if kept == 0:
        raise NotEstimableError(
            f"none of {draws:,} draws of the matrix could have produced the counts {counts.tolist()[:5]}; state error "
            "rates that allow the shares that were recorded"
        )
    whole = ~np.isnan(true[0])
    return CorrectedCounts(
        observed=tuple(counts.tolist()),
        draws=int(draws),
        impossible=int(draws) - kept,
        counts=tuple(Simulation(row[whole]) for row in true),
        systematic_counts=tuple(Simulation(row[whole]) for row in systematic),
        stated=sums[0] / draws,
        admissible=sums[1] / kept,
    )


AXES = ("true", "recorded")


def _aligned(observed: ArrayLike, **matrices: ArrayLike) -> tuple[Array, ...]:
    """Return the counts and each matrix as arrays, matrices with labels in the order of the counts' labels."""
    counts = _checked_counts(observed)
    return counts, *(_in_order(name, matrix, observed) for name, matrix in matrices.items())


def _in_order(name: str, matrix: ArrayLike, observed: ArrayLike) -> Array:
    if not isinstance(matrix, pd.DataFrame):
        return numbers(name, matrix)
    axes = (matrix.index.name, matrix.columns.name)
    if axes[0] == AXES[1] or axes[1] == AXES[0]:
        raise ValueError(
            f"{name} has rows named {axes[0]!r} and columns named {axes[1]!r}: rows must be true classes and columns "
            f"recorded ones, so turn it round with {name}.T"
        )
    if isinstance(observed, pd.Series):
        for axis in (matrix.index, matrix.columns):
            check_same_labels(name, axis, "observed", observed.index)
        matrix = matrix.loc[observed.index, observed.index]
    elif not matrix.index.equals(matrix.columns):
        raise ValueError(
            f"{name} has rows {shown(matrix.index.tolist())} and columns {shown(matrix.columns.tolist())}, in which "
            "order counts without labels cannot follow; give observed as a Series with these labels"
        )
    return numbers(name, matrix)


def _checked_counts(observed: ArrayLike) -> Array:
    counts = numbers("observed", observed)
    if counts.ndim != 1 or counts.size < 2:
        raise ValueError(
            f"observed has shape {counts.shape}: must be one count for each of at least two classes, as a list"
        )
    if not (np.isfinite(counts) & (counts >= 0)).all() or counts.sum() == 0:
        raise ValueError(f"observed is {counts.tolist()[:5]}: must be finite counts, none negative and not all 0")
    if (counts != np.floor(counts)).any():
        raise ValueError(
            f"observed is {counts.tolist()[:5]}: must be whole counts; random error is that of counting, so multiply "
            "shares by the number of records they were made from, and round"
        )
    return counts


def _warn_of_two_readings(matrix: Array) -> None:
    if np.allclose(matrix.sum(axis=0), 1, rtol=0, atol=1e-6) and not np.allclose(matrix, matrix.T, rtol=0, atol=1e-9):
        warnings.warn(
            "rows and columns of the matrix both sum to 1, so that one turned round would go unseen: rows are taken as "
            "true classes; say so with pd.DataFrame(matrix).rename_axis(index='true', columns='recorded')",
            stacklevel=3,
        )


def _lead(matrices: Array) -> Array:
    """By how much each diagonal entry exceeds the others of its column; with two classes Se + Sp - 1 for both."""
    size = matrices.shape[-1]
    own = np.diagonal(matrices, axis1=-2, axis2=-1)
    others = np.where(np.eye(size, dtype=np.bool_), -np.inf, matrices).max(axis=-2)
    return np.asarray(own - others, dtype=np.float64)


def _check_rows(matrix: Array, size: int) -> None:
    if matrix.shape != (size, size):
        raise ValueError(f"matrix has shape {matrix.shape}: must be {size} x {size}, as there are {size} counts")
    if not ((matrix >= 0) & (matrix <= 1)).all():
        raise ValueError(
            "matrix holds numbers outside 0 to 1: each must be a probability (80% is written 0.8); counts of an audit "
            "are for simulate_counts, or divide each row by its sum"
        )
    if not np.allclose(matrix.sum(axis=1), 1, rtol=0, atol=1e-6):
        turned = np.allclose(matrix.sum(axis=0), 1, rtol=0, atol=1e-6)
        advice = "its columns do, so transpose it" if turned else "a record is recorded in exactly one class"
        raise ValueError(f"rows of the matrix sum to {matrix.sum(axis=1).round(6).tolist()[:5]}: must be 1; {advice}")
