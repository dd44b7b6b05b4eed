"""The pieces of an interrupted series that are needed many times: checks, choice of the error, batches of dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from cseanalysis.models.checks import check_level, check_truth, check_whole, one_of
from cseanalysis.models.count_series import (
    FAMILIES,
    Family,
    Fits,
    Floats,
    automatic_lags,
    estimate_alpha,
    fit_means,
    hac_covariance,
)
from cseanalysis.models.drift import Drift, estimate_drift
from cseanalysis.models.series import CountSeries
from cseanalysis.values import NotEstimableError

SHORT = 120  # periods below which HAC errors are known to be too small
TOGETHER = 2**20  # counts fitted side by side: bounds the memory of a search over many dates of a long series


@dataclass(frozen=True, slots=True, eq=False)
class LevelChanges:
    """One coefficient of each of many designs, missing where there is no fit.

    Parameters
    ----------
    values, errors
        Shape (designs,): on the logarithmic scale.
    degrees
        Shape (designs,): of the t distribution of their ratio; infinite for a normal one.
    """

    values: Floats
    errors: Floats
    degrees: Floats


def check_options(family: str, hac_lags: int | None, level: float, *, slope_change: bool = False) -> float:
    """Return the level, or raise ValueError when an option of a fit makes no sense."""
    one_of("family", family, FAMILIES)
    check_truth("slope_change", slope_change)
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
    return np.asarray(stats.t.ppf((1 + level) / 2, degrees) * errors)


def level_changes(
    designs: Floats, series: CountSeries, column: int, *, family: Family, hac_lags: int | None
) -> LevelChanges:
    """Return one coefficient of each of many designs and its standard error; missing where there is no fit.

    Parameters
    ----------
    designs
        Shape (designs, periods, columns).
    series
        The counts, the same for all.
    column
        Of the coefficient.
    family, hac_lags
        As in `interrupted_series`; the same rule chooses the error.
    """
    lags = choose_lags(hac_lags, series.counts.size)
    alone = family == "negative-binomial"  # each design has its own alpha
    size = 1 if alone else max(1, TOGETHER // series.counts.size)
    parts = []
    for start in range(0, len(designs), size):
        some = designs[start : start + size]
        fits, fitted = fit_means(some, series.counts, series.offset), family
        if alone:
            fits, fitted, _ = fit_one(some[0], series.counts, series.offset, family)
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
