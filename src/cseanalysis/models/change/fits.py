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
from scipy import fft, optimize, special

from cseanalysis.models.change.series import CountSeries
from cseanalysis.models.checks import check_level, check_truth, check_whole, one_of
from cseanalysis.values import NotEstimableError

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
    """What came of a batch of fits, one entry (or row) for each design."""

    coefficients: Floats  # shape (fits, columns)
    fitted: Floats  # shape (fits, periods): means
    inverse: Floats  # shape (fits, columns, columns): inverse of the expected information at scale 1
    observed: Floats  # the same of the observed information; equal to it but for the negative binomial
    residuals: Floats  # shape (fits, periods): derivatives of the log likelihood by the linear predictor, at scale 1
    weights: Floats  # shape (fits, periods): expected information about the linear predictor
    # shape (fits,): Pearson's statistic, with the variance of the family, over the degrees of freedom
    dispersion: Floats
    alpha: Floats  # shape (fits,): variance is ``mean + alpha * mean**2``; nought for Poisson families
    settled: Flags  # shape (fits,): whether the steps converged and the columns could be told apart


def fit_means(designs: Floats, counts: Floats, offset: Floats, alpha: Floats | float = 0.0) -> Fits:
    """Fit log-linear means at a given alpha (0: Poisson) by iteratively reweighted least squares."""
    # Shapes: designs (fits, periods, columns), counts and offset (periods,) or (fits, periods). McCullagh and Nelder
    # (1989), *Generalized Linear Models*, section 2.5. A fit whose means run away (no maximum exists) is not settled.
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
    """Fit a negative binomial with its alpha estimated by maximum likelihood."""
    # Mean and alpha in turn (Venables and Ripley 2002, section 7.4, as ``MASS::glm.nb``; its theta is ``1 / alpha``).
    # The derivative of the likelihood by alpha at nought is ``sum((y - mean)**2 - y) / 2`` (Dean and Lawless 1989): not
    # above nought, the Poisson edge is the maximum, and the sentence returned says so.
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
    """Return covariances that allow for unequal variances and for autocorrelation up to some lags."""
    # Newey and West (1987) with Bartlett's weights, without prewhitening and without a correction for small samples, as
    # statsmodels' ``cov_type="HAC"`` and R's ``sandwich::NeweyWest(prewhite=FALSE, adjust=FALSE)``.
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


SHORT = 120  # periods below which HAC errors are known to be too small
TOGETHER = 2**15  # counts fitted side by side: bounds the memory of a search over many dates, and keeps it near


@dataclass(frozen=True, slots=True, eq=False)
class LevelChanges:
    """One coefficient of each of many designs, missing where there is no fit."""

    values: Floats  # shape (designs,): on the logarithmic scale
    errors: Floats
    degrees: Floats  # shape (designs,): of the t distribution of their ratio; infinite for a normal one


def check_options(
    family: str, hac_lags: int | None, level: float, *, trend: bool = True, slope_change: bool = False
) -> float:
    """Return the level, or raise ValueError when an option of a fit makes no sense."""
    one_of("family", family, FAMILIES)
    check_truth("slope_change", slope_change)
    check_truth("trend", trend)
    if slope_change and not trend:
        raise ValueError("slope_change without a trend: a slope that may change is a trend; leave trend=False out")
    if hac_lags is not None:
        check_whole("hac_lags", hac_lags, least=0)
    return check_level(level)


def check_sides(series: CountSeries, position: int, columns: int) -> None:
    """Raise NotEstimableError when a side holds only noughts or the series is too short for its columns."""
    for side, values in (("before", series.counts[:position]), ("after", series.counts[position:])):
        if not values.any():
            raise NotEstimableError(f"every count {side} the date is nought: a ratio of levels does not exist")
    if series.counts.size <= columns:
        raise NotEstimableError(
            f"{columns} coefficients from {series.counts.size} periods leave nothing to judge the scatter by; "
            "use fewer harmonics or a longer series"
        )


def choose_lags(hac_lags: int | None, periods: int) -> int:
    """Return the lags to use; ValueError when there are as many as periods."""
    lags = automatic_lags(periods) if hac_lags is None else int(hac_lags)
    if lags >= periods:
        raise ValueError(f"hac_lags is {lags} for {periods} periods: must be fewer than the periods")
    return lags


def fit_one(design: Floats, counts: Floats, offset: Floats, family: Family) -> tuple[Fits, Family, str]:
    """Fit one design; return the fit, the family fitted in the end, and why it is another."""
    if family != "negative-binomial":
        return fit_means(design[None], counts, offset), family, ""
    fit, reason = estimate_alpha(design, counts, offset)
    if reason is None:
        return fit, family, ""
    return fit, ("poisson" if reason.endswith("as Poisson") else "quasipoisson"), reason


def used_error(scale: Floats, hac: Floats, drift: Floats, *, periods: int, family: Family, stated: bool) -> Floats:
    """Return the standard errors that intervals rest on; see `interrupted_series`."""
    if family == "poisson" and not stated:
        return scale
    if stated:
        return np.maximum(scale, hac) if periods < SHORT else hac
    if periods < SHORT:
        return np.maximum(np.maximum(scale, drift), hac)
    return np.where(drift > scale, np.maximum(hac, drift), hac)


def used_degrees(drift: Drift, left: int, *, family: Family, stated: bool) -> Floats:
    """Return the degrees of freedom of the t distribution that intervals rest on; see `interrupted_series`."""
    if family == "poisson":
        return np.full(drift.degrees.shape, np.inf)
    return np.full(drift.degrees.shape, float(left)) if stated else drift.degrees


def half_widths(errors: Floats, degrees: Floats, level: float) -> Floats:
    """Return how far the ends of intervals lie from the middle."""
    return np.asarray(special.stdtrit(degrees, (1 + level) / 2) * errors)


def level_changes(
    designs: Floats, series: CountSeries, column: int, *, family: Family, hac_lags: int | None
) -> LevelChanges:
    """Return one coefficient of each of many designs and its standard error; missing where there is no fit.

    The counts of the series are the same for all designs, or a row a design.
    """
    periods = designs.shape[1]
    lags = choose_lags(hac_lags, periods)
    counts, offset = (np.broadcast_to(values, designs.shape[:2]) for values in (series.counts, series.offset))
    alone = family == "negative-binomial"  # each design has its own alpha
    size = 1 if alone else max(1, TOGETHER // periods)
    parts = []
    for start in range(0, len(designs), size):
        some = designs[start : start + size]
        fits, fitted = fit_means(some, counts[start : start + size], offset[start : start + size]), family
        if alone:
            fits, fitted, _ = fit_one(some[0], counts[start], offset[start], family)
        parts.append(_changes(some, fits, column, lags=lags, asked=family, fitted=fitted, stated=hac_lags is not None))
    return LevelChanges(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _changes(
    designs: Floats, fits: Fits, column: int, *, lags: int, asked: Family, fitted: Family, stated: bool
) -> tuple[Floats, Floats, Floats]:
    periods, columns = designs.shape[1:]
    scale = fits.dispersion if fitted == "quasipoisson" else np.ones(len(fits.dispersion))
    drift = estimate_drift(designs, fits)
    with np.errstate(invalid="ignore"):
        scale_error = np.sqrt(scale * fits.inverse[:, column, column])
        hac_error = np.sqrt(hac_covariance(designs, fits, lags)[:, column, column])
    drift_error = scale_error * drift.factor[:, column]
    error = used_error(scale_error, hac_error, drift_error, periods=periods, family=asked, stated=stated)
    degrees = used_degrees(drift, periods - columns, family=asked, stated=stated)
    lost = ~fits.settled
    return np.where(lost, np.nan, fits.coefficients[:, column]), np.where(lost, np.nan, error), degrees


STRONGEST = 0.97  # correlation from one period to the next beyond which a series cannot be told from a random walk
LAGS = 1000  # beyond which that correlation has died out
FEWEST_DEGREES = 2.0
EXACT = 1e-12  # Pearson's statistic over the counts' size below which residuals are rounding


@dataclass(frozen=True, slots=True, eq=False)
class Drift:
    """How strongly the residuals of some fits follow each other."""

    # shape (fits,): correlation from one period to the next, from 0; of the periods, not of the residuals, which a
    # fitted trend makes look less correlated
    correlation: Floats
    factor: Floats  # shape (fits, columns): how many times the standard error from the scale is too small
    # shape (fits,): how many times the dispersion is too small, because a fit takes part of a drift with it
    scatter: Floats
    degrees: Floats  # shape (fits,): degrees of freedom left to judge the scatter by


def estimate_drift(designs: Floats, fits: Fits) -> Drift:
    """Estimate first-order autocorrelation from the residuals of some fits, and what it does to their errors."""
    # With ``M`` the projection on what the columns leave over and ``R`` the correlation matrix ``rho**abs(i - j)``,
    # residuals have products one period apart of ``trace(M L M R)`` and squares of ``trace(M R)`` on average; ``rho``
    # is where their ratio is the one observed (the bias that Kendall 1954 found, removed exactly for these columns),
    # not below nought. The variance of a coefficient is then ``h' R h`` with ``h`` its weights, and the scatter is
    # divided by ``trace(M R)``. Degrees of freedom are those of so many independent periods, ``(1 - rho) / (1 + rho)``
    # of the number (Bartlett 1935), at least two.
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


def drifting_sum(values: Floats, correlation: float) -> Floats:
    """Return ``v' R v``: the variance of a weighted sum of periods, the last dimension, of variance 1 that drift."""
    rows = values.reshape(-1, values.shape[-1], 1)
    by_lag = _by_lag(rows, rows)[:, :, 0]
    return np.asarray(by_lag @ correlation ** np.arange(by_lag.shape[1])).reshape(values.shape[:-1])


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
