"""Correlated inputs: what the others may be when some are known, under a Gaussian copula."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cseanalysis.models.dependence import correlation_matrix

Array = NDArray[np.float64]

_ROUNDING = 1e-10
_LEAST = 1e-9  # an eigenvalue below this: one input is, but for rounding, a sum of others


def definite_correlation(correlation: ArrayLike | None, names: Sequence[str]) -> Array:
    """Check a correlation between normal scores as `correlation_matrix` does, and that no input repeats others.

    Raises
    ------
    ValueError
        Also when it is not positive definite.

    Examples
    --------
    >>> definite_correlation(0.5, ["told", "kept"]).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    matrix = correlation_matrix(_tidied(correlation), names)
    least = float(np.linalg.eigvalsh(matrix).min())
    if least < _LEAST:
        raise ValueError(
            f"correlation is not positive definite (smallest eigenvalue {least:.3g}): some input is known as soon as "
            "others are, so there is nothing of its own to share out; make one input of them"
        )
    return matrix


def scores_given(drawn: NDArray[np.intp], base: Array, noise: Array, matrix: Array) -> Array:
    """Draw the scores of some inputs anew, given those of the others.

    Parameters
    ----------
    drawn
        Places of the inputs that are drawn anew, a row for each block of rows; shape (blocks, drawn).
    base, noise
        Scores with the correlation ``matrix``, and independent ones; shape (inputs, n), ``n`` a multiple of the blocks.
    matrix
        Correlations of the scores.

    Returns
    -------
    ndarray of shape (inputs, n)
        Distributed as ``base``; equal to it where nothing is drawn, and else independent of it given the rest.

    Notes
    -----
    With K known and U drawn: ``R_UK R_KK^-1 z_K`` plus noise of covariance ``R_UU - R_UK R_KK^-1 R_KU``. The same
    noise of an input serves every subset it is drawn in.

    Examples
    --------
    >>> half = np.array([[1.0, 0.5], [0.5, 1.0]])
    >>> scores_given(np.array([[1]]), np.array([[2.0], [9.0]]), np.zeros((2, 1)), half).tolist()
    [[2.0], [1.0]]
    """
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
