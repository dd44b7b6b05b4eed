"""Standard errors of series that drift: how residuals follow each other once the pull of the fit itself is removed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft

from cseanalysis.models.count_series import Fits, Floats

STRONGEST = 0.97  # correlation from one period to the next beyond which a series cannot be told from a random walk
LAGS = 1000  # beyond which that correlation has died out
FEWEST_DEGREES = 2.0
EXACT = 1e-12  # Pearson's statistic over the counts' size below which residuals are rounding


@dataclass(frozen=True, slots=True, eq=False)
class Drift:
    """How strongly the residuals of some fits follow each other.

    Parameters
    ----------
    correlation
        Shape (fits,): correlation from one period to the next, from 0; of the periods, not of the residuals, which a
        fitted trend makes look less correlated.
    factor
        Shape (fits, columns): how many times the standard error from the scale is too small.
    scatter
        Shape (fits,): how many times the dispersion is too small, because a fit takes part of a drift with it.
    degrees
        Shape (fits,): degrees of freedom left to judge the scatter by.
    """

    correlation: Floats
    factor: Floats
    scatter: Floats
    degrees: Floats


def estimate_drift(designs: Floats, fits: Fits) -> Drift:
    """Estimate first-order autocorrelation from the residuals of some fits, and what it does to their errors.

    Parameters
    ----------
    designs
        Shape (fits, periods, columns), as fitted.
    fits
        From `fit_means`.

    Notes
    -----
    With ``M`` the projection on what the columns leave over and ``R`` the correlation matrix ``rho**abs(i - j)``,
    residuals have products one period apart of ``trace(M L M R)`` and squares of ``trace(M R)`` on average; ``rho``
    is where their ratio is the one observed (the bias that Kendall 1954 found, removed exactly for these columns),
    not below nought. The variance of a coefficient is then ``h' R h`` with ``h`` its weights, and the scatter is
    divided by ``trace(M R)``. Degrees of freedom are those of so many independent periods,
    ``(1 - rho) / (1 + rho)`` of the number (Bartlett 1935), at least two.
    """
    periods, columns = designs.shape[1:]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        root = np.sqrt(fits.weights)[:, :, None]
        sound = fits.settled & np.isfinite(root).all(axis=(1, 2)) & (root > 0).all(axis=(1, 2))
        basis = np.linalg.qr(np.where(sound[:, None, None], designs * root, designs))[0]
        pearson = np.where(sound[:, None], fits.residuals / root[:, :, 0], 0.0)
        squares = (pearson**2).sum(axis=1)
        exact = squares <= EXACT * np.maximum(fits.weights.sum(axis=1), 1e-300)
        observed = np.where(exact, 0.0, (pearson[:, 1:] * pearson[:, :-1]).sum(axis=1) / np.where(exact, 1.0, squares))
        shifted = _neighbours(basis)
        pulled = basis @ (basis.transpose(0, 2, 1) @ shifted) - 2 * shifted
        own, moved = _by_lag(basis, basis, summed=True), _by_lag(pulled, basis, summed=True)
        tried = np.linspace(0.0, STRONGEST, 98)
        powers = tried ** np.arange(own.shape[1])[:, None]
        expected = ((periods - 1) * tried + moved @ powers) / (periods - own @ powers)
        place = np.clip((expected <= observed[:, None]).sum(axis=1), 1, tried.size - 1)
        rows = np.arange(len(place))
        below, above = expected[rows, place - 1], expected[rows, place]
        step = np.clip((observed - below) / (above - below), 0.0, 1.0)
        found = np.where(sound & np.isfinite(step), tried[place - 1] + step * (tried[1] - tried[0]), 0.0)
        power = found[:, None] ** np.arange(own.shape[1])
        weights = designs @ fits.inverse * root
        spread = np.einsum("fl,flc->fc", power, _by_lag(weights, weights))
        plain = (weights**2).sum(axis=1)
        scatter = (periods - columns) / (periods - (own * power).sum(axis=1))
        factor = np.sqrt(np.where(plain > 0, spread / plain, 1.0) * scatter[:, None])
    factor = np.where((found > 0)[:, None] & np.isfinite(factor), factor, 1.0)
    scatter = np.where((found > 0) & np.isfinite(scatter), scatter, 1.0)
    degrees = np.maximum((periods - columns) * (1 - found) / (1 + found), min(FEWEST_DEGREES, periods - columns))
    return Drift(found, factor, scatter, degrees)


def drifting_sum(values: Floats, correlation: float) -> float:
    """Return ``v' R v``: the variance of a weighted sum of periods of variance 1 that drift."""
    by_lag = _by_lag(values[None, :, None], values[None, :, None])[0, :, 0]
    return float(by_lag @ correlation ** np.arange(by_lag.size))


def _neighbours(values: Floats) -> Floats:
    """Return half the sum of the period before and the period after."""
    after, before = np.zeros_like(values), np.zeros_like(values)
    after[:, :-1], before[:, 1:] = values[:, 1:], values[:, :-1]
    return (after + before) / 2


def _by_lag(first: Floats, second: Floats, *, summed: bool = False) -> Floats:
    """Return sums of products over all pairs of periods a number of lags apart, either way, by column or over them."""
    periods = first.shape[1]
    length = fft.next_fast_len(2 * periods, real=True)
    one = fft.rfft(first, length, axis=1)
    other = one if first is second else fft.rfft(second, length, axis=1)
    product = one * other.conj()
    both = fft.irfft(product.sum(axis=2, keepdims=True) if summed else product, length, axis=1)
    lags = min(periods, LAGS)
    sums = both[:, :lags].copy()
    sums[:, 1:] += both[:, :-lags:-1] if lags > 1 else 0.0
    return np.asarray(sums[:, :, 0] if summed else sums)
