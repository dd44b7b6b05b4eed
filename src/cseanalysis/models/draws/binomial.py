"""Binomial draws whose probability differs from draw to draw, for many draws at once."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]

CHUNK = 2**14  # draws worked on together: their arrays stay in the processor's cache
WORTHWHILE = 2**10  # fewer rejected draws than this are not attempted together again
TABLE = 2**17  # up to this many trials the logarithms of factorials are looked up


def draw_binomial(rng: np.random.Generator, trials: int, probabilities: Array) -> Array:
    """Draw one binomial number for each probability.

    Parameters
    ----------
    rng
        Source of random numbers.
    trials
        Number of trials, the same for all.
    probabilities
        Shape (n,), each in [0, 1].

    Returns
    -------
    ndarray of shape (n,)
        Whole numbers from 0 to ``trials``.

    Notes
    -----
    Transformed rejection with squeeze (Hörmann 1993, *Journal of Statistical Computation and Simulation* 46, algorithm
    BTRS), attempted for all draws together and again for those rejected; the last few, and those with fewer than ten
    expected successes or failures, are drawn one by one by numpy. Both are exact, so the mixture is. numpy alone takes
    about twice as long, because it prepares its method anew for every probability.

    Examples
    --------
    >>> draw_binomial(np.random.default_rng(1), 100, np.array([0.0, 1.0])).tolist()
    [0.0, 100.0]
    """
    drawn = np.empty(len(probabilities))
    logs = _log_factorials(trials) if trials < TABLE else None
    for start in range(0, len(probabilities), CHUNK):
        part = slice(start, start + CHUNK)
        drawn[part] = _chunk(rng, trials, probabilities[part], logs)
    return drawn


@lru_cache(maxsize=8)
def _log_factorials(trials: int) -> Array:
    return np.asarray(special.gammaln(np.arange(1.0, trials + 2)), dtype=np.float64)


def _chunk(rng: np.random.Generator, n: int, probability: Array, logs: Array | None) -> Array:
    r = np.minimum(probability, 1 - probability)
    c = n * r
    small = c < 10
    spread = np.sqrt(c * (1 - r))
    c += 0.5
    b = 2.53 * spread
    b += 1.15
    a = 0.0248 * b
    a += 0.01 * r
    a -= 0.0873
    u, v = rng.random(len(r)), rng.random(len(r))
    u -= 0.5
    inner = np.abs(u)
    np.subtract(0.5, inner, out=inner)
    k = a / inner
    k *= 2
    k += b
    k *= u
    k += c
    np.floor(k, out=k)
    at_once = (inner >= 0.07) & (v <= 0.92 - 4.2 / b)
    doubtful = np.flatnonzero(~at_once & ~small)
    accepted = _accept(n, logs, *(each[doubtful] for each in (r, spread, a, b, inner, v, k)))
    again = doubtful[~accepted]
    k[again] = _chunk(rng, n, r[again], logs) if again.size >= WORTHWHILE else rng.binomial(n, r[again])
    if small.any():
        k[small] = rng.binomial(n, r[small])
    return np.asarray(np.where(probability > 0.5, n - k, k), dtype=np.float64)


def _accept(n: int, logs: Array | None, *values: Array) -> NDArray[np.bool_]:
    """Compare the density of each proposal with that of the binomial distribution."""
    r, spread, a, b, inner, v, k = values
    possible = (k >= 0) & (k <= n)
    k = np.where(possible, k, 0)
    mode = np.floor((n + 1) * r)
    if logs is None:
        exact = special.gammaln(mode + 1) + special.gammaln(n - mode + 1)
        exact -= special.gammaln(k + 1) + special.gammaln(n - k + 1)
    else:
        top, place = mode.astype(np.intp), k.astype(np.intp)
        exact = logs.take(top) + logs.take(n - top) - logs.take(place) - logs.take(n - place)
    exact += (k - mode) * np.log(r / (1 - r))
    with np.errstate(divide="ignore"):
        proposed = np.log(v * (2.83 + 5.1 / b) * spread / (a / (inner * inner) + b))
    return np.asarray(possible & (proposed <= exact))
