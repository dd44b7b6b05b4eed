"""Regressions of counts on the logarithmic scale, many designs side by side: quasi-Poisson, Poisson, negative binomial.

The fits are those of R's ``glm`` and ``MASS::glm.nb`` and of statsmodels' ``GLM``, to within rounding; written here
because a search over dates needs thousands of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Family = Literal["quasipoisson", "poisson", "negative-binomial"]
FAMILIES: tuple[str, ...] = get_args(Family)

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

STEPS = 60  # of iteratively reweighted least squares
ROUNDS = 50  # of alternating between the coefficients and alpha
ALIASED = 1e-10  # smallest eigenvalue of the scaled information below which columns cannot be told apart
EDGE = 1e-4  # alpha times the largest mean below which the negative binomial is a Poisson distribution


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """What came of a batch of fits, one entry (or row) for each design.

    Parameters
    ----------
    coefficients
        Shape (fits, columns).
    fitted
        Shape (fits, periods): means.
    inverse
        Shape (fits, columns, columns): inverse of the expected information at scale 1.
    observed
        The same of the observed information; equal to it but for the negative binomial.
    residuals
        Shape (fits, periods): derivatives of the log likelihood by the linear predictor, at scale 1.
    weights
        Shape (fits, periods): expected information about the linear predictor.
    dispersion
        Shape (fits,): Pearson's statistic, with the variance of the family, over the degrees of freedom.
    alpha
        Shape (fits,): variance is ``mean + alpha * mean**2``; nought for Poisson families.
    settled
        Shape (fits,): whether the steps converged and the columns could be told apart.
    """

    coefficients: Floats
    fitted: Floats
    inverse: Floats
    observed: Floats
    residuals: Floats
    weights: Floats
    dispersion: Floats
    alpha: Floats
    settled: Flags


def fit_means(designs: Floats, counts: Floats, offset: Floats, alpha: Floats | float = 0.0) -> Fits:
    """Fit log-linear means at a given alpha by iteratively reweighted least squares.

    Parameters
    ----------
    designs
        Shape (fits, periods, columns).
    counts
        Shape (periods,) or (fits, periods).
    offset
        Logarithm of the exposure, broadcast like the counts.
    alpha
        Of the negative binomial, one or one for each fit; 0 for Poisson.

    Notes
    -----
    McCullagh and Nelder (1989), *Generalized Linear Models*, section 2.5. A fit whose means run away (no maximum of
    the likelihood exists, such as all noughts after a date) is marked as not settled.
    """
    fits, periods, columns = designs.shape
    size = np.sqrt((designs**2).sum(axis=1, keepdims=True))
    size[size == 0] = 1.0
    scaled = designs / size
    across = np.ascontiguousarray(scaled.transpose(0, 2, 1))
    y = np.broadcast_to(np.asarray(counts, dtype=np.float64), (fits, periods))
    shift = np.broadcast_to(np.asarray(offset, dtype=np.float64), (fits, periods))
    spread = np.broadcast_to(np.asarray(alpha, dtype=np.float64), (fits,))[:, None]
    eta = np.log(y + 0.5)
    beta = np.zeros((fits, columns))
    settled = np.zeros(fits, dtype=np.bool_)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for _ in range(STEPS):
            mean = np.exp(np.clip(eta, -700.0, 300.0))
            weight = mean / (1 + spread * mean)
            target = eta - shift + (y - mean) / mean
            information = (across * weight[:, None, :]) @ scaled
            beta = _solve(information, (across @ (weight * target)[:, :, None])[:, :, 0])
            moved = shift + (scaled @ beta[:, :, None])[:, :, 0]
            change = np.abs(moved - eta).max(axis=1)
            eta = moved
            settled = change < 1e-9 * np.maximum(1.0, np.abs(eta).max(axis=1))
            if (settled | ~np.isfinite(change)).all():
                break
        mean = np.exp(np.clip(eta, -700.0, 300.0))
        weight = mean / (1 + spread * mean)
        information = (across * weight[:, None, :]) @ scaled
        residuals = (y - mean) / (1 + spread * mean)
        slope = np.abs((across @ residuals[:, :, None])[:, :, 0])  # nought at a maximum, whatever the steps say
        settled &= (slope <= 1e-6 * (np.abs(across) @ (y + mean)[:, :, None])[:, :, 0]).all(axis=1)
        settled &= _told_apart(information) & np.isfinite(beta).all(axis=1)
        scale = 1 / (size.transpose(0, 2, 1) * size)
        inverse = _inverse(information, settled) * scale
        observed = inverse
        if spread.any():
            seen = mean * (1 + spread * y) / (1 + spread * mean) ** 2
            observed = _inverse((across * seen[:, None, :]) @ scaled, settled) * scale
        pearson = ((y - mean) ** 2 / (mean * (1 + spread * mean))).sum(axis=1)
    return Fits(
        coefficients=beta / size[:, 0, :],
        fitted=mean,
        inverse=inverse,
        observed=observed,
        residuals=residuals,
        weights=weight,
        dispersion=pearson / max(periods - columns, 1),
        alpha=spread[:, 0].copy(),
        settled=settled,
    )


def estimate_alpha(design: Floats, counts: Floats, offset: Floats) -> tuple[Fits, str | None]:
    """Fit a negative binomial with its alpha estimated by maximum likelihood.

    Parameters
    ----------
    design
        Shape (periods, columns).
    counts, offset
        Shape (periods,); counts are whole numbers.

    Returns
    -------
    tuple
        The fit, a batch of one; and ``None``, or the sentence that says why it is a Poisson fit instead.

    Notes
    -----
    The mean and alpha are fitted in turn (Venables and Ripley 2002, *Modern Applied Statistics with S*, section 7.4,
    as ``MASS::glm.nb``; its theta is ``1 / alpha``). The derivative of the likelihood by alpha at nought is
    ``sum((y - mean)**2 - y) / 2`` (Dean and Lawless 1989): not above nought, the Poisson edge is the maximum.
    """
    fit = fit_means(design[None], counts, offset)
    if not fit.settled[0]:
        return fit, None
    mean = fit.fitted[0]
    if float(((counts - mean) ** 2 - counts).sum()) <= 0:
        return fit, "the counts scatter no more than Poisson counts, so alpha is nought: fitted as Poisson"
    previous = 0.0
    for _ in range(ROUNDS):
        alpha = _best_alpha(counts, fit.fitted[0])
        if alpha is None:
            return fit_means(design[None], counts, offset), "alpha did not converge: fitted as quasi-Poisson"
        if alpha == 0.0:
            return (
                fit_means(design[None], counts, offset),
                f"alpha is so near nought that variance and mean differ by less than {EDGE:.0e}: fitted as Poisson",
            )
        fit = fit_means(design[None], counts, offset, alpha)
        if not fit.settled[0] or abs(alpha - previous) <= 1e-10 * alpha:
            return fit, None
        previous = alpha
    return fit_means(design[None], counts, offset), "alpha did not converge: fitted as quasi-Poisson"


def _best_alpha(counts: Floats, mean: Floats) -> float | None:
    """Return the alpha that fits best at given means, 0 at the Poisson edge, ``None`` when it runs away."""

    def slope(logged: float) -> float:
        size = math.exp(-logged)
        gaps = special.digamma(counts + size) - special.digamma(size)
        return float((np.log1p(mean / size) - gaps + (counts - mean) / (size + mean)).sum())

    low, high = math.log(EDGE / float(mean.max())), math.log(1e6)
    if slope(low) <= 0:
        return 0.0
    if slope(high) >= 0:
        return None
    return math.exp(optimize.brentq(slope, low, high, xtol=1e-13, rtol=1e-13))


def hac_covariance(designs: Floats, fits: Fits, lags: int) -> Floats:
    """Return covariances that allow for unequal variances and for autocorrelation up to some lags.

    Parameters
    ----------
    designs
        Shape (fits, periods, columns), as fitted.
    fits
        From `fit_means`.
    lags
        Number of lags; weights fall linearly to nought (Bartlett).

    Returns
    -------
    ndarray of shape (fits, columns, columns)

    Notes
    -----
    Newey and West (1987), without prewhitening and without a correction for small samples, as statsmodels'
    ``cov_type="HAC"`` and R's ``sandwich::NeweyWest(prewhite=FALSE, adjust=FALSE)``.
    """
    scores = designs * fits.residuals[:, :, None]
    turned = scores.transpose(0, 2, 1)
    middle = turned @ scores
    for lag in range(1, lags + 1):
        product = turned[:, :, lag:] @ scores[:, :-lag]
        middle = middle + (1 - lag / (lags + 1)) * (product + product.transpose(0, 2, 1))
    return np.asarray(fits.observed @ middle @ fits.observed)


def automatic_lags(periods: int) -> int:
    """Return the usual number of lags, the whole part of ``4 (periods / 100)**(2 / 9)`` (Newey and West 1994)."""
    return int(4 * (periods / 100) ** (2 / 9))


def _solve(matrices: Floats, vectors: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.solve(matrices, vectors[:, :, None])[:, :, 0])
    except np.linalg.LinAlgError:
        answers = np.full(vectors.shape, np.nan)
        for place, (matrix, vector) in enumerate(zip(matrices, vectors, strict=True)):
            try:
                answers[place] = np.linalg.solve(matrix, vector)
            except np.linalg.LinAlgError:
                continue
        return answers


def _told_apart(information: Floats) -> Flags:
    diagonal = np.sqrt(np.einsum("fii->fi", information))
    correlation = information / (diagonal[:, :, None] * diagonal[:, None, :])
    sound = np.isfinite(correlation).all(axis=(1, 2))
    lowest = np.linalg.eigvalsh(np.where(sound[:, None, None], correlation, 0.0))[:, 0]
    return np.asarray(sound & (lowest > ALIASED))


def _inverse(matrices: Floats, settled: Flags) -> Floats:
    unit = np.eye(matrices.shape[-1])
    sound = np.where((settled & np.isfinite(matrices).all(axis=(1, 2)))[:, None, None], matrices, unit)
    inverse = np.stack([_solve(sound, np.broadcast_to(column, sound.shape[:2])) for column in unit], axis=2)
    return np.where(settled[:, None, None], inverse, np.nan)
