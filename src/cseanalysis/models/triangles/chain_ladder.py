"""Chain ladder: what recent origins will come to, with Mack's standard errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.models.checks import named, one_of
from cseanalysis.models.triangles.triangle import Floats, Triangle, check_triangle
from cseanalysis.plots import visible_and_outstanding
from cseanalysis.said import Words, one_number, speaks
from cseanalysis.values import NotEstimableError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SigmaTail = Literal["mack", "log-linear"]


@speaks
@dataclass(frozen=True, slots=True, eq=False)
class ChainLadder:
    """What each origin will have come to by the last lag, and how uncertain that is.

    Parameters
    ----------
    link_ratios
        Volume-weighted, by lag: entry ``j`` leads from lag ``j`` to ``j + 1``.
    sigma
        Mack's sigma by lag; where a single origin is left it is extrapolated by ``sigma_tail``.
    completeness
        By lag: the share of what is there at the last lag that is visible at this one.
    ultimate, outstanding
        By origin: the count at the last lag, and the part not visible yet. Cases after the last lag are in neither.
    standard_error
        By origin, of both: the root of ``process_error`` squared plus ``parameter_error`` squared.
    process_error, parameter_error
        By origin: chance in what is still to come, and in the link ratios.
    total_outstanding, total_standard_error
        Over all origins; the errors of the link ratios are shared between origins and do not cancel.
    sigma_tail
        The rule that was used.
    decreases
        Cumulative counts that fall, which were kept; see `Triangle.decreases`.
    warnings
        What is doubtful about the counts; see `Triangle`.

    Notes
    -----
    ``print`` gives the total outstanding with its standard error, a row an origin, what is assumed.
    `plot` draws the rows.
    """

    link_ratios: pd.Series = field(repr=False)
    sigma: pd.Series = field(repr=False)
    completeness: pd.Series = field(repr=False)
    ultimate: pd.Series = field(repr=False)
    outstanding: pd.Series = field(repr=False)
    standard_error: pd.Series = field(repr=False)
    process_error: pd.Series = field(repr=False)
    parameter_error: pd.Series = field(repr=False)
    total_outstanding: float
    total_standard_error: float
    sigma_tail: SigmaTail
    decreases: pd.DataFrame = field(repr=False)
    warnings: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a row an origin.

        Columns: ``origin``, ``ultimate``, ``outstanding``, ``standard_error``, ``process_error``,
        ``parameter_error``.
        """
        columns = (self.ultimate, self.outstanding, self.standard_error, self.process_error, self.parameter_error)
        return pd.concat(columns, axis=1).rename_axis("origin").reset_index()

    def plot(self, axes: Axes | None = None) -> Axes:
        """Draw what is visible and outstanding by origin; the alternative text is the label of the axes returned."""
        return visible_and_outstanding(self.to_frame(), axes)

    def _says(self) -> Words:
        head = one_number("outstanding over all origins", self.total_outstanding, error=self.total_standard_error)
        rests = (
            "all origins develop alike, independently of each other (Mack 1993)",
            "nothing is counted after the last lag",
            f"sigma of the last lag by the rule {self.sigma_tail!r}",
        )
        return Words(head, rests_on=rests, doubts=self.warnings, most=None)


def chain_ladder(triangle: Triangle, *, sigma_tail: SigmaTail = "mack") -> ChainLadder:
    """Project every origin to the last lag by volume-weighted link ratios, with Mack's standard errors.

    Parameters
    ----------
    triangle
        Cumulative counts.
    sigma_tail
        How sigma is found for lags where one origin is left: ``"mack"``, the smallest of the two before and their
        geometric continuation, or ``"log-linear"``, a straight line through the logarithms of all others. They differ
        (by 0.1% for published triangles, by 0.5% for one), so results name the rule.

    Returns
    -------
    ChainLadder

    Raises
    ------
    ValueError
        When ``triangle`` is none, or ``sigma_tail`` none of the two.
    NotEstimableError
        When a lag has no counts at all, an origin stands at 0 (0 times any ratio is 0), or for ``"log-linear"`` fewer
        than two sigmas are above 0.

    Notes
    -----
    Mack (1993), ASTIN Bulletin 23, 213-225; recursions of Mack (1999). Assumed: every origin develops by the same
    ratios, origins are independent, and no calendar period is special (see the ``shocks`` of `over_dispersed_poisson`):
    a court backlog breaks the last. ``"log-linear"`` is what was asked even where the line fits badly; R's ChainLadder
    then falls back to Mack's rule with a warning, so the two differ there. With three origins a single sigma is known
    and is taken for the last lag too. Nothing bounds an ultimate by the cohort it came from; `competing_exits` does.
    The estimate of the total with 1.96 standard errors on each side holds the truth in 94.8%, 93.3% and 92.0% of the
    worlds of `bootstrap_chain_ladder`, and with few origins less often: 92%, 88%, 85% and 81% with six, five, four and
    three, because sigma is then itself hardly known.

    Examples
    --------
    >>> counts = pd.DataFrame([[10, 16, 20], [12, 18, None], [8, None, None]], index=[2021, 2022, 2023])
    >>> result = chain_ladder(Triangle(counts, "year"))
    >>> result.ultimate.round(2).to_dict()
    {2021: 20.0, 2022: 22.5, 2023: 15.45}
    >>> round(result.total_outstanding, 2), round(result.total_standard_error, 2)
    (11.95, 2.39)
    >>> print(result)
    outstanding over all origins: 11.95, standard error 2.394 (one number, no interval)
      origin  ultimate  outstanding  standard_error  process_error  parameter_error
      2021          20            0               0              0                0
      2022        22.5          4.5           1.444         0.9909            1.051
      2023       15.45        7.455           1.458          1.165            0.877
    Rests on: all origins develop alike, independently of each other (Mack 1993)
    Rests on: nothing is counted after the last lag
    Rests on: sigma of the last lag by the rule 'mack'
    """
    check_triangle(triangle)
    one_of("sigma_tail", sigma_tail, get_args(SigmaTail))
    values, latest = triangle.cumulative, triangle.latest_lag
    ratios = volume_weighted(triangle)
    origins, lags = values.shape
    known = ~np.isnan(values)
    sigma_squared = _sigma_squared(values, known, ratios, sigma_tail)
    full = values.copy()
    process, parameter = np.zeros(origins), np.zeros(origins)  # squared, by origin
    total_process = total_parameter = 0.0
    for lag in range(lags - 1):
        ahead = latest <= lag
        base, ratio, variance = full[ahead, lag], ratios[lag], sigma_squared[lag]
        of_ratio = variance / values[known[:, lag + 1], lag].sum()
        full[ahead, lag + 1] = base * ratio
        process[ahead] = base * variance + process[ahead] * ratio**2
        parameter[ahead] = base**2 * of_ratio + parameter[ahead] * ratio**2
        total_process = base.sum() * variance + total_process * ratio**2
        total_parameter = base.sum() ** 2 * of_ratio + total_parameter * ratio**2
    now = values[np.arange(origins), latest]
    index, steps = triangle.origins, pd.RangeIndex(lags - 1, name="lag")

    def by_origin(column: Floats, name: str) -> pd.Series:
        return pd.Series(column, index=index, name=name)

    return ChainLadder(
        link_ratios=pd.Series(ratios, index=steps, name="link_ratio"),
        sigma=pd.Series(np.sqrt(sigma_squared), index=steps, name="sigma"),
        completeness=pd.Series(completeness_by_lag(ratios), pd.RangeIndex(lags, name="lag"), name="completeness"),
        ultimate=by_origin(full[:, -1], "ultimate"),
        outstanding=by_origin(full[:, -1] - now, "outstanding"),
        standard_error=by_origin(np.sqrt(process + parameter), "standard_error"),
        process_error=by_origin(np.sqrt(process), "process_error"),
        parameter_error=by_origin(np.sqrt(parameter), "parameter_error"),
        total_outstanding=float((full[:, -1] - now).sum()),
        total_standard_error=float(np.sqrt(total_process + total_parameter)),
        sigma_tail=sigma_tail,
        decreases=triangle.decreases,
        warnings=triangle.warnings,
    )


def volume_weighted(triangle: Triangle) -> Floats:
    """Return the link ratios of shape (lags - 1,), or refuse a triangle from which none can be had."""
    values = triangle.cumulative
    known = ~np.isnan(values[:, 1:])
    before, after = np.where(known, values[:, :-1], 0.0), np.where(known, values[:, 1:], 0.0)
    below = before.sum(axis=0)
    if empty := np.flatnonzero(below == 0).tolist():
        raise NotEstimableError(
            f"lags {named(empty)} hold no counts: a ratio to 0 does not exist; begin the triangle at a lag with counts"
        )
    if gone := (np.flatnonzero(after.sum(axis=0) == 0) + 1).tolist():
        raise NotEstimableError(f"lags {named(gone)} hold no counts after counts before: all were taken back; look why")
    stuck = (triangle.latest == 0).to_numpy()
    grown = ((before == 0) & (after > 0)).any(axis=1)
    if (stuck | grown).any():
        raise NotEstimableError(
            f"origins {named(triangle.origins[stuck | grown])} stand at 0 or grow from 0: 0 times any link ratio is 0; "
            "begin at a later lag, use longer origins, or nowcast, which allows for nought"
        )
    return np.asarray(after.sum(axis=0) / below, dtype=np.float64)


def completeness_by_lag(ratios: Floats) -> Floats:
    """Return the share of the last lag's count visible at each lag; the last entry is 1. Last axis: lags."""
    ones = np.ones((*ratios.shape[:-1], 1))
    return np.asarray(1 / np.concatenate([np.cumprod(ratios[..., ::-1], axis=-1)[..., ::-1], ones], axis=-1))


def _sigma_squared(values: Floats, known: NDArray[np.bool_], ratios: Floats, rule: SigmaTail) -> Floats:
    """Estimate Mack's sigma squared by lag and extrapolate where fewer than two origins are left."""
    seen = known[:, 1:]
    before = np.where(seen, values[:, :-1], 0.0)
    misfit = np.where(seen, values[:, 1:], 0.0) - before * ratios
    squares = (misfit**2 / np.where(before > 0, before, 1.0)).sum(axis=0)
    freedom = (before > 0).sum(axis=0) - 1
    result = np.where(freedom > 0, squares / np.maximum(freedom, 1), np.nan)
    absent = np.flatnonzero(freedom <= 0)
    if not absent.size:
        return result
    if rule == "mack":
        for lag in absent.tolist():
            if lag == 0:
                raise NotEstimableError("one origin is observed beyond lag 0: its spread cannot be known; add origins")
            one, two = result[lag - 1], result[lag - 2] if lag > 1 else result[lag - 1]
            result[lag] = min(one, two, one**2 / two) if two > 0 else 0.0
        return result
    fit = np.flatnonzero((freedom > 0) & (np.nan_to_num(result) > 0))
    if fit.size < 2:
        raise NotEstimableError(
            f"{fit.size} sigmas are above 0: a line through their logarithms needs two; use sigma_tail='mack'"
        )
    slope, level = np.polyfit(fit, np.log(result[fit]) / 2, 1)
    result[absent] = np.exp(2 * (level + slope * absent))
    return result
