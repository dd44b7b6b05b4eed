"""How often dates at which nothing is known to have happened look like a change."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from cseanalysis.models.change.fits import (
    Family,
    Floats,
    LevelChanges,
    check_options,
    check_sides,
    half_widths,
    level_changes,
)
from cseanalysis.models.change.series import FEWEST, CountSeries, design, listed, locate, read_series, season
from cseanalysis.said import Words, counted, speaks
from cseanalysis.values import NotEstimableError

NEAR = 4  # periods around the true date that are no placebo


@speaks
@dataclass(frozen=True, slots=True, eq=False)
class PlaceboDates:
    """The change at a date beside the changes that other dates show.

    Parameters
    ----------
    table
        A row a date (the index), in order of time: ``ratio``, ``low``, ``high``, ``statistic`` (logarithm of the
        ratio in standard errors), ``p_value`` and ``placebo`` (false for the date itself). Missing where the series
        has no fit with that date; such dates are not counted.
    rank
        Place of the date's statistic, by size, among all: 1 is the largest, more often by chance than one in so many.
    share_as_large
        Share of dates, itself included, whose statistic is at least as large.
    expected_by_chance
        Placebo dates expected to look clear at this level if nothing happened at any of them.
    found
        Placebo dates that do.

    Notes
    -----
    ``print`` gives the place of the date among all, and the five dates with the largest changes.
    """

    table: pd.DataFrame
    rank: int
    share_as_large: float
    expected_by_chance: float
    found: int

    def to_frame(self) -> pd.DataFrame:
        """Return a row a date: ``date``, ``ratio``, ``low``, ``high``, ``statistic``, ``p_value``, ``placebo``."""
        return self.table.rename_axis("date").reset_index()

    def _says(self) -> Words:
        dates = int(self.table["statistic"].notna().sum())
        more = (
            f"share of dates with as large a change: {self.share_as_large:.3g}",
            f"other dates that look clear: {self.found:,}; expected if nothing happened: {self.expected_by_chance:.3g}",
        )
        shown = self.to_frame().sort_values("statistic", key=abs, ascending=False, kind="stable").head(5)
        return Words(counted("place of the date by size of its change", self.rank, f" of {dates:,}"), more, shown)


def placebo_dates(
    counts: ArrayLike | pd.Series,
    *,
    at: Hashable,
    dates: Iterable[Hashable] | None = None,
    family: Family = "quasipoisson",
    exposure: ArrayLike | None = None,
    harmonics: int = 0,
    period: float | None = None,
    slope_change: bool = False,
    hac_lags: int | None = None,
    level: float = 0.95,
) -> PlaceboDates:
    """Estimate a change at a date and at other dates, to see whether the date stands out.

    Parameters
    ----------
    counts, at, family, exposure, harmonics, period, slope_change, hac_lags, level
        As in :func:`interrupted_series`.
    dates
        The placebo dates; by default all that have eight periods on each side and are four periods or more away
        from ``at``.

    Returns
    -------
    PlaceboDates

    Raises
    ------
    ValueError
        When an option makes no sense, a date is not in the series, twice there, or is ``at`` itself.
    NotEstimableError
        As in :func:`interrupted_series`, for any date; when there is no placebo date.

    Notes
    -----
    The change at the date itself is kept in the model while another date is tried (each alone, beside it), so that a
    true change does not make its neighbours look like changes. Neighbouring dates share nearly all their periods:
    twenty placebo dates are not twenty independent trials, and ``rank`` and ``share_as_large`` are descriptions, no
    p-values: a date at which nothing happened came first of 24 in 8% to 10% of simulated series, not in 4%. A
    series in which placebo dates look clear far more often than ``expected_by_chance`` is one in which a straight
    trend and its errors are wrong, and the date's own interval is too narrow by as much: found in simulated series
    without any change, 4% of placebo dates look clear for independent counts and 10% with a drift of 7% and correlation
    0.6 (``benchmarks/change_coverage.py``).

    Examples
    --------
    >>> quarters = [100, 96, 103, 101, 99, 104, 98, 102, 98, 100, 95, 104, 101, 97, 102, 99, 203, 195, 207, 201, 198,
    ...     206, 197, 202, 199, 204, 196, 203, 200, 205, 198, 201]
    >>> result = placebo_dates(quarters, at=16)
    >>> result.rank, result.found, len(result.table) - 1
    (1, 0, 10)
    """
    level = check_options(family, hac_lags, level, slope_change=slope_change)
    series = read_series(counts, exposure)
    turn, _ = season(series, period, harmonics, otherwise=12)
    position = locate(series, at)
    size = series.counts.size
    if dates is None:
        others = [place for place in range(FEWEST, size - FEWEST + 1) if abs(place - position) >= NEAR]
    else:
        others = [locate(series, date) for date in listed(dates)]
    if position in others or len(set(others)) < len(others):
        raise ValueError("the placebo dates hold the date itself or one date twice; name others")
    if not others:
        raise NotEstimableError(
            f"no placebo date in {size} periods has {FEWEST} on each side and is {NEAR} or more from {at}; "
            "the series is too short to say how often other dates look the same"
        )
    true, names = design(size, [position], harmonics=harmonics, period=turn, slope_change=slope_change)
    check_sides(series, position, true.shape[1] + 1 + slope_change)
    column = names.index("level_change")
    pairs = [
        design(size, [place, position], harmonics=harmonics, period=turn, slope_change=slope_change)[0]
        for place in others
    ]
    own = level_changes(true[None], series, column, family=family, hac_lags=hac_lags)
    rest = level_changes(np.stack(pairs), series, column, family=family, hac_lags=hac_lags)
    places = np.array([position, *others])
    changes = LevelChanges(
        np.concatenate([own.values, rest.values]),
        np.concatenate([own.errors, rest.errors]),
        np.concatenate([own.degrees, rest.degrees]),
    )
    if np.isnan(changes.values[0]):
        raise NotEstimableError(f"the change at {at} has no estimate; see models.interrupted_series for the reason")
    table = change_table(series, places, changes, level=level)
    sizes = np.abs(table["statistic"].to_numpy())  # the date itself first
    table["placebo"] = places != position
    table = table.iloc[np.argsort(places)]
    clear = table["placebo"] & (table["p_value"] < 1 - level)
    fitted = np.isfinite(sizes)
    as_large = int((sizes[fitted] >= sizes[0]).sum())
    return PlaceboDates(
        table=table,
        rank=int((sizes[fitted] > sizes[0]).sum()) + 1,
        share_as_large=as_large / int(fitted.sum()),
        expected_by_chance=(1 - level) * (int(fitted.sum()) - 1),
        found=int(clear.sum()),
    )


def change_table(series: CountSeries, places: Floats, changes: LevelChanges, *, level: float) -> pd.DataFrame:
    """Return ratios, intervals, statistics and p-values of changes at some places, labelled by date."""
    values, half = changes.values, half_widths(changes.errors, changes.degrees, level)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        statistic = values / changes.errors  # counts exactly on a line have errors of nought
        ratio, low, high = (np.exp(end) for end in (values, values - half, values + half))
    return pd.DataFrame(
        {
            "ratio": ratio,
            "low": low,
            "high": high,
            "statistic": statistic,
            "p_value": 2 * special.stdtr(changes.degrees, -np.abs(statistic)),
        },
        index=series.labels[places.astype(np.intp)].rename("date"),
    )
