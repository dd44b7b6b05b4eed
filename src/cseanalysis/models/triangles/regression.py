"""Triangles as a regression: the over-dispersed Poisson model, and calendar periods that were out of the ordinary."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from cseanalysis.models.checks import check_level, named
from cseanalysis.models.triangles.triangle import Floats, Triangle, check_triangle
from cseanalysis.plots import visible_and_outstanding
from cseanalysis.said import Words, one_number, ranged, speaks
from cseanalysis.values import NotEstimableError

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@speaks
@dataclass(frozen=True, slots=True, eq=False)
class OverDispersedPoisson:
    """What is outstanding by origin, with analytic prediction errors, and the shock factors asked for.

    Parameters
    ----------
    ultimate, outstanding
        By origin: the count expected at the last lag, and the part not visible yet.
    standard_error
        By origin: root of the mean squared error of prediction, chance and estimation together.
    total_outstanding, total_standard_error
        Over all origins.
    dispersion
        Variance over mean, estimated by Pearson's chi-squared over the degrees of freedom; near 1 for pure counts.
    shocks
        One row a calendar period: ``factor`` on everything that became visible in it, ``low`` and ``high``. Empty
        when none were asked for.
    level
        Level of ``low`` and ``high``.
    warnings
        What is doubtful about the counts; see `Triangle`.

    Notes
    -----
    ``print`` gives the total outstanding with its standard error, each shock, a row an origin; `plot` draws the rows.
    """

    ultimate: pd.Series = field(repr=False)
    outstanding: pd.Series = field(repr=False)
    standard_error: pd.Series = field(repr=False)
    total_outstanding: float
    total_standard_error: float
    dispersion: float
    shocks: pd.DataFrame = field(repr=False)
    level: float
    warnings: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a row an origin: ``origin``, ``ultimate``, ``outstanding``, ``standard_error``."""
        columns = {"ultimate": self.ultimate, "outstanding": self.outstanding, "standard_error": self.standard_error}
        return pd.DataFrame(columns).rename_axis("origin").reset_index()

    def plot(self, axes: Axes | None = None) -> Axes:
        """Draw what is visible and outstanding by origin; the alternative text is the label of the axes returned."""
        return visible_and_outstanding(self.to_frame(), axes)

    def _says(self) -> Words:
        head = one_number("outstanding over all origins", self.total_outstanding, error=self.total_standard_error)
        more = tuple(
            ranged(f"shock of {period}", row.low, row.high, "confidence", self.level, point=row.factor)
            for period, row in zip(self.shocks.index, self.shocks.itertuples(), strict=True)
        )
        rests = (
            f"all origins develop alike; variance is {self.dispersion:.3g} times the mean",
            "nothing is counted after the last lag",
        )
        return Words(head, more, rests_on=rests, doubts=self.warnings, most=None)


def over_dispersed_poisson(
    triangle: Triangle, *, shocks: Iterable[object] = (), level: float = 0.95
) -> OverDispersedPoisson:
    """Fit increments as origin times lag, with variance in proportion to the mean, and named calendar shocks.

    Parameters
    ----------
    triangle
        Cumulative counts.
    shocks
        Calendar periods that were special (courts closed, a recording change), by the label of the origin that
        began in them. Each gets one factor. What was only put off comes back later: name the catch-up period too.
    level
        Level of the intervals of the factors.

    Returns
    -------
    OverDispersedPoisson
        Without shocks the outstanding counts are exactly those of `chain_ladder`; with them, of a future without
        shocks.

    Raises
    ------
    ValueError
        When a shock names no origin, ``level`` is impossible, or origins and lags are not of the same length while
        shocks are asked for.
    NotEstimableError
        When the increments of a lag or of an origin sum to less than nought, an origin has no counts, no degrees of
        freedom are left, or the shocks cannot be told from origins and lags.

    Notes
    -----
    Renshaw and Verrall (1998); prediction errors of England and Verrall (1999, 2002): ``phi`` times the expected
    outstanding count plus the variance of its estimate by the delta method. Fitted by statsmodels; single negative
    increments are kept, because only sums enter the equations. A factor for every calendar period, or a trend in
    them, cannot be identified beside origins and lags; a few named ones can. Intervals use Student's t.

    Examples
    --------
    >>> counts = pd.DataFrame([[10, 16, 20], [12, 18, None], [8, None, None]], index=[2021, 2022, 2023])
    >>> result = over_dispersed_poisson(Triangle(counts, "year"))
    >>> result.outstanding.round(2).to_dict(), round(result.dispersion, 3)
    ({2021: 0.0, 2022: 4.5, 2023: 7.45}, 0.064)
    """
    check_triangle(triangle)
    level = check_level(level)
    named_shocks = _places(triangle, [shocks] if isinstance(shocks, str) or not np.iterable(shocks) else list(shocks))
    lags_kept = _check_sums(triangle)
    increments = triangle.increments
    known = np.isfinite(increments)
    past = np.argwhere(known & lags_kept)
    future = np.argwhere(~known & lags_kept)
    design = _design(past, triangle, lags_kept, list(named_shocks.values()))
    if len(past) <= design.shape[1]:
        raise NotEstimableError(
            f"{len(past)} counts for {design.shape[1]} unknowns: none is left to show the spread; add origins"
        )
    if (
        np.linalg.matrix_rank(design.T @ design) < design.shape[1]
    ):  # small whole numbers, so that squaring loses nothing
        raise NotEstimableError(
            f"shocks {named(named_shocks)} cannot be told from origins and lags: too many calendar periods are named, "
            "or one that holds a single count; name fewer"
        )
    coefficients, covariance, dispersion = _fit(design, increments[past[:, 0], past[:, 1]])
    ahead = _design(future, triangle, lags_kept, list(named_shocks.values()))
    expected = np.exp(ahead @ coefficients)
    origins = len(triangle.origins)
    outstanding = np.bincount(future[:, 0], expected, origins)
    gradients = np.zeros((origins, design.shape[1]))
    np.add.at(gradients, future[:, 0], expected[:, None] * ahead)
    squared = dispersion * outstanding + np.einsum("ij,jk,ik->i", gradients, covariance, gradients)
    whole = gradients.sum(axis=0)
    index = triangle.origins
    latest = triangle.latest.to_numpy()
    return OverDispersedPoisson(
        ultimate=pd.Series(latest + outstanding, index, name="ultimate"),
        outstanding=pd.Series(outstanding, index, name="outstanding"),
        standard_error=pd.Series(np.sqrt(squared), index, name="standard_error"),
        total_outstanding=float(outstanding.sum()),
        total_standard_error=float(np.sqrt(dispersion * outstanding.sum() + whole @ covariance @ whole)),
        dispersion=dispersion,
        shocks=_factors(named_shocks, coefficients, covariance, len(past) - design.shape[1], level),
        level=level,
        warnings=triangle.warnings,
    )


def _check_sums(triangle: Triangle) -> NDArray[np.bool_]:
    """Return which lags hold counts; a lag at which nothing ever became visible is expected to stay at 0."""
    by_lag, latest = np.nansum(triangle.increments, axis=0), triangle.latest
    if below := np.flatnonzero(by_lag < 0).tolist():
        raise NotEstimableError(
            f"lags {named(below)} take back more than they add: a Poisson mean is not negative; use chain_ladder"
        )
    if empty := latest.index[latest == 0].tolist():
        raise NotEstimableError(f"origins {named(empty)} have no counts: nothing says what they will come to")
    return np.asarray(by_lag > 0)


def _places(triangle: Triangle, shocks: list[object]) -> dict[object, int]:
    """Return the diagonal (0 the first origin at lag 0) of each calendar period named."""
    if not shocks:
        return {}
    origins, lags = triangle.cumulative.shape
    last = triangle.latest_lag[-1] + origins - 1
    if (triangle.latest_lag != np.minimum(lags - 1, last - np.arange(origins))).any():
        raise ValueError(
            "origins are not as long as lags, so that a calendar period is no diagonal: give origins of one "
            f"{triangle.lag_unit} each to ask for shocks"
        )
    labels = triangle.origins.tolist()
    if unknown := [
        shock for shock in shocks if pd.api.types.is_list_like(shock) or pd.isna(shock) or shock not in labels
    ]:
        raise ValueError(f"shocks {named(unknown)}: name calendar periods by their origin, {labels[0]} to {labels[-1]}")
    return {shock: labels.index(shock) for shock in shocks}


def _design(cells: NDArray[np.intp], triangle: Triangle, lags_kept: NDArray[np.bool_], diagonals: list[int]) -> Floats:
    """One row a cell: its origin, its lag (the first that holds counts is the base), its shock."""
    rows, lags = cells[:, 0], cells[:, 1]
    later = np.flatnonzero(lags_kept)[1:]
    return np.column_stack(
        [
            rows[:, None] == np.arange(len(triangle.origins)),
            lags[:, None] == later,
            (rows + lags)[:, None] == np.array(diagonals, dtype=np.intp),
        ]
    ).astype(np.float64)


def _fit(design: Floats, counts: Floats) -> tuple[Floats, Floats, float]:
    import statsmodels.api as sm

    model = sm.GLM(counts, design, family=sm.families.Poisson())
    start = counts.clip(min=max(counts.mean() / 100, 0.01))  # negative increments have no logarithm to start from
    first = np.linalg.solve(
        design.T @ design, design.T @ (np.log(start) + 0.01)
    )  # an exact fit must not be where it starts
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an exact fit, and logarithms of negative increments in the deviance
        found = model.fit(start_params=first, scale="X2", maxiter=50, tol=1e-10, tol_criterion="params")
    coefficients, fitted = np.asarray(found.params), np.asarray(found.mu)
    if not np.isfinite(coefficients).all() or (abs(design.T @ (counts - fitted)) > 1e-6 * abs(counts).sum()).any():
        raise NotEstimableError("the fit does not converge: counts leave a mean at 0; use fewer lags or longer origins")
    return coefficients, np.asarray(found.cov_params()), float(found.scale)


def _factors(
    places: dict[object, int], coefficients: Floats, covariance: Floats, freedom: int, level: float
) -> pd.DataFrame:
    number = len(places)
    logs = coefficients[len(coefficients) - number :]
    half = special.stdtrit(freedom, (1 + level) / 2) * np.sqrt(np.diag(covariance)[len(coefficients) - number :])
    columns = {"factor": np.exp(logs), "low": np.exp(logs - half), "high": np.exp(logs + half)}
    return pd.DataFrame(columns, index=pd.Index(list(places), name="period"))
