"""Gaussian copula between distributions: exact marginals, a correlation between their normal scores, and its tail."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cseanalysis.distributions import Distribution, Trapezoid
from cseanalysis.models.checks import numbers
from cseanalysis.values import items_of, shown

Array = NDArray[np.float64]

_REACH = 8.5  # normal scores beyond this have probability 1e-17; they are moved to it
_AGREEMENT = 1e-10  # greatest relative error of a tabulated quantile that is accepted


def correlation_matrix(correlation: ArrayLike | None, names: Sequence[str]) -> Array:
    """Check a correlation between normal scores and return it as a matrix."""
    # One number is for every pair; a labelled frame is put in order. A rank correlation ``r`` is ``2 sin(pi r / 6)``
    # here.
    names = list(map(str, items_of(names) or ()))
    if not names:
        raise ValueError("names is empty: a correlation is between named links, as in ['told', 'kept']")
    count = len(names)
    if correlation is None:
        return np.eye(count)
    if hasattr(correlation, "columns"):
        labels = [list(correlation.index), list(correlation.columns)]  # type: ignore[union-attr,arg-type]
        if any(sorted(map(str, axis)) != sorted(names) for axis in labels):
            raise ValueError(f"correlation is labelled {labels[0][:5]} by {labels[1][:5]}: must be {list(names)[:5]}")
        correlation = correlation.loc[list(names), list(names)]  # type: ignore[union-attr]
    try:
        matrix = numbers("correlation", correlation)
    except ValueError:
        raise ValueError(
            f"correlation {shown(correlation)}: must be a number or a matrix of numbers, as in 0.5"
        ) from None
    if matrix.ndim == 0 and np.isfinite(matrix) and abs(matrix) <= 1:
        matrix = np.where(np.eye(count, dtype=bool), 1.0, matrix)
    if matrix.shape not in ((), (count, count)):
        raise ValueError(f"correlation of shape {matrix.shape} for {count} links: must be {count} by {count}")
    if not (np.isfinite(matrix) & (np.abs(matrix) <= 1)).all():
        raise ValueError("correlation holds values that are no correlations: each must lie between -1 and 1")
    if not np.allclose(matrix, matrix.T, rtol=0, atol=1e-10):
        raise ValueError("correlation is not symmetric: that of a with b must be that of b with a")
    if not np.allclose(np.diag(matrix), 1, rtol=0, atol=1e-10):
        raise ValueError(f"correlation has the diagonal {np.diag(matrix)[:5].tolist()}: must be 1; is it a covariance?")
    least = float(np.linalg.eigvalsh(matrix).min())
    if least < -1e-10:
        raise ValueError(
            f"correlation is not positive semidefinite (smallest eigenvalue {least:.3g}): no variables can have it; "
            "the pairs contradict each other"
        )
    return (matrix + matrix.T) / 2


def factor(matrix: Array) -> Array:
    """Return the lower triangle ``L`` with ``L L' = matrix``, also where the matrix is singular."""
    size = len(matrix)
    lower = np.zeros((size, size))
    for column in range(size):
        left = matrix[column:, column] - lower[column:, :column] @ lower[column, :column]
        if left[0] > 1e-12:
            lower[column:, column] = left / math.sqrt(left[0])
    return lower


def tail_weight(links: Sequence[Distribution], matrix: Array) -> float:
    """Return ``k`` such that the mean of ``(1 / product)^r`` exists exactly when ``r k < 1``."""
    # With P(p_i < x) of order ``x^(t_i)``, ``1 / p_i`` grows as ``exp(z_i^2 / (2 t_i))`` for normal scores ``z_i`` far
    # below 0, so the mean exists when ``z' R^-1 z > r sum z_i^2 / t_i`` in every direction with negative scores. The
    # greatest ratio of the two sides lies inside the orthant of some subset of the links, where it is an eigenvalue of
    # ``W R W``, ``W = diag(t_i^-1/2)``, with an eigenvector of one sign. Links that stay away from 0 do not count.
    # Independent links give ``1 / min t_i``, fully dependent ones ``sum 1 / t_i``.
    open_links = [place for place, link in enumerate(links) if math.isfinite(link.lower_tail)]
    greatest = 0.0
    for size in range(1, len(open_links) + 1):
        for chosen in combinations(open_links, size):
            weight = np.array([links[place].lower_tail ** -0.5 for place in chosen])
            values, vectors = np.linalg.eigh(weight[:, None] * matrix[np.ix_(chosen, chosen)] * weight)
            for value, vector in zip(values, vectors.T, strict=True):
                if (vector >= -1e-9).all() or (vector <= 1e-9).all():
                    greatest = max(greatest, float(value))
    return greatest


def log_quantile_of_score(link: Distribution) -> Callable[[Array], Array]:
    """Return a fast function from normal scores to the logarithm of a distribution's values."""
    # The logarithm of a quantile is smooth in the normal score, so cubics through four neighbouring points of a table
    # reproduce it; the table is checked half-way between its points and made finer until the relative error is below
    # 1e-10. Where that fails (densities with a kink) the quantile is computed for every score.
    kinked = isinstance(link, Trapezoid) and (link.b > link.a or link.d > link.c)
    for intervals in () if kinked else (2**12, 2**13, 2**14):
        table = _table(link, intervals)
        middle: Array = -_REACH + 2 * _REACH / intervals * (np.arange(intervals, dtype=np.float64) + 0.5)
        error = np.abs(_look_up(table, intervals, middle) - link.log_at_score(middle))
        if np.nanmax(error) <= _AGREEMENT and not np.isnan(error).any():
            return lambda score, table=table, intervals=intervals: _look_up(table, intervals, score)  # type: ignore[misc]
    return lambda score: link.log_at_score(np.clip(score, -_REACH, _REACH))


def _table(link: Distribution, intervals: int) -> Array:
    """Return the four coefficients of each interval's cubic, in the distance from its left end in intervals."""
    step = 2 * _REACH / intervals
    nodes: Array = -_REACH + step * np.arange(-1, intervals + 2, dtype=np.float64)
    value = link.log_at_score(nodes)
    before, left, right, after = value[:-3], value[1:-2], value[2:-1], value[3:]
    return np.stack(
        [
            left,
            right - before / 3 - left / 2 - after / 6,
            (before + right) / 2 - left,
            (after - before) / 6 + (left - right) / 2,
        ]
    )


def _look_up(table: Array, intervals: int, score: Array) -> Array:
    distance = np.clip(score, -_REACH, _REACH)
    distance += _REACH
    distance *= intervals / (2 * _REACH)
    place = distance.astype(np.intp)
    np.minimum(place, intervals - 1, out=place)
    distance -= place
    value: Array = table[3].take(place)
    for power in (2, 1, 0):
        value *= distance
        value += table[power].take(place)
    return value


_ROUNDING = 1e-10
_LEAST = 1e-9  # an eigenvalue below this: one input is, but for rounding, a sum of others


def definite_correlation(correlation: ArrayLike | None, names: Sequence[str]) -> Array:
    """Check a correlation between normal scores as `correlation_matrix` does, and that no input repeats others."""
    matrix = correlation_matrix(_tidied(correlation), names)
    least = float(np.linalg.eigvalsh(matrix).min())
    if least < _LEAST:
        raise ValueError(
            f"correlation is not positive definite (smallest eigenvalue {least:.3g}): some input is known as soon as "
            "others are, so there is nothing of its own to share out; make one input of them"
        )
    return matrix


def scores_given(drawn: NDArray[np.intp], base: Array, noise: Array, matrix: Array) -> Array:
    """Draw the scores at the places ``drawn`` (a row for each block of rows) anew, given those of the others."""
    # With K known and U drawn: ``R_UK R_KK^-1 z_K`` plus noise of covariance ``R_UU - R_UK R_KK^-1 R_KU``. The same
    # noise of an input serves every subset it is drawn in.
    blocks, count = len(drawn), len(matrix)
    known = np.ones((blocks, count), dtype=bool)
    np.put_along_axis(known, drawn, values=False, axis=1)
    kept = np.nonzero(known)[1].reshape(blocks, -1)
    if np.array_equal(matrix, np.eye(count)):
        return np.where(np.repeat(known.T, base.shape[1] // blocks, axis=1), base, noise)
    drawn = np.sort(drawn, axis=1)
    across = matrix[kept[:, :, None], drawn[:, None, :]]
    weights = np.linalg.solve(matrix[kept[:, :, None], kept[:, None, :]], across)
    left = np.linalg.cholesky(matrix[drawn[:, :, None], drawn[:, None, :]] - across.transpose(0, 2, 1) @ weights)
    scores = base.reshape(count, blocks, -1).transpose(1, 0, 2).copy()
    fresh = np.take_along_axis(noise.reshape(count, blocks, -1).transpose(1, 0, 2), drawn[:, :, None], axis=1)
    held = np.take_along_axis(scores, kept[:, :, None], axis=1)
    np.put_along_axis(scores, drawn[:, :, None], weights.transpose(0, 2, 1) @ held + left @ fresh, axis=1)
    return np.ascontiguousarray(scores.transpose(1, 0, 2)).reshape(count, -1)


def _tidied(correlation: ArrayLike | None) -> ArrayLike | None:
    """Take the rounding off a matrix that was computed, whose diagonal may come out a hair above 1."""
    if isinstance(correlation, pd.DataFrame):
        tidied: ArrayLike = correlation.mask((correlation - 1).abs() < _ROUNDING, 1.0)
        return tidied
    if isinstance(correlation, np.ndarray):
        return np.where(np.abs(correlation - 1) < _ROUNDING, 1.0, correlation)
    return correlation
