"""The pieces of an interrupted series that are needed many times: checks, choice of the error, batches of dates."""

from __future__ import annotations

import numpy as np

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
from cseanalysis.models.series import CountSeries
from cseanalysis.values import NotEstimableError

SHORT = 120  # periods below which HAC errors are known to be too small


def check_options(family: str, hac_lags: int | None, level: float) -> None:
    """Raise ValueError when an option of a fit makes no sense."""
    if family not in FAMILIES:
        raise ValueError(f"family {family!r}: must be one of {', '.join(FAMILIES)}")
    whole = isinstance(hac_lags, int | np.integer) and not isinstance(hac_lags, bool)
    if hac_lags is not None and not (whole and hac_lags >= 0):
        raise ValueError(f"hac_lags is {hac_lags!r}: must be a whole number of periods, or None for the usual number")
    if not 0 < level < 1:
        raise ValueError(f"level {level}: must lie strictly between 0 and 1, e.g. 0.95")


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


def used_error(scale: Floats, hac: Floats, *, periods: int, family: Family, stated: bool) -> Floats:
    """Return the standard errors that intervals rest on; see `interrupted_series`."""
    if family == "poisson" and not stated:
        return scale
    return np.maximum(scale, hac) if periods < SHORT else hac


def level_changes(
    designs: Floats, series: CountSeries, column: int, *, family: Family, hac_lags: int | None
) -> tuple[Floats, Floats]:
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
    if family == "negative-binomial":
        parts = [_with_alpha(one, series, column, lags=lags, hac_lags=hac_lags) for one in designs]
        return np.array([part[0] for part in parts]), np.array([part[1] for part in parts])
    fits = fit_means(designs, series.counts, series.offset)
    return _changes(designs, fits, column, lags=lags, asked=family, fitted=family, stated=hac_lags is not None)


def _with_alpha(
    one: Floats, series: CountSeries, column: int, *, lags: int, hac_lags: int | None
) -> tuple[float, float]:
    """Return the coefficient of one design and its error, with alpha estimated."""
    fit, fitted, _ = fit_one(one, series.counts, series.offset, "negative-binomial")
    stated = hac_lags is not None
    values, errors = _changes(
        one[None], fit, column, lags=lags, asked="negative-binomial", fitted=fitted, stated=stated
    )
    return float(values[0]), float(errors[0])


def _changes(
    designs: Floats, fits: Fits, column: int, *, lags: int, asked: Family, fitted: Family, stated: bool
) -> tuple[Floats, Floats]:
    scale = fits.dispersion if fitted == "quasipoisson" else np.ones(len(fits.dispersion))
    with np.errstate(invalid="ignore"):
        scale_error = np.sqrt(scale * fits.inverse[:, column, column])
        hac_error = np.sqrt(hac_covariance(designs, fits, lags)[:, column, column])
    error = used_error(scale_error, hac_error, periods=designs.shape[1], family=asked, stated=stated)
    lost = ~fits.settled
    return np.where(lost, np.nan, fits.coefficients[:, column]), np.where(lost, np.nan, error)
