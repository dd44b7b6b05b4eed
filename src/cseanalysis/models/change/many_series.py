"""Many series times many dates: which changes stand out when so many are looked for."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cseanalysis.models.change.fits import Family, Floats, LevelChanges, check_options, check_sides, level_changes
from cseanalysis.models.change.placebo import change_table
from cseanalysis.models.change.series import CountSeries, design, listed, locate, read_series, season
from cseanalysis.models.checks import check_truth
from cseanalysis.said import Words, counted, speaks
from cseanalysis.values import NotEstimableError, shown


@speaks
@dataclass(frozen=True, slots=True, eq=False)
class ManyChanges:
    """Changes of many series at many dates.

    Parameters
    ----------
    table
        A row for each series and date: ``series``, ``date``, ``ratio``, ``low``, ``high``, ``statistic``,
        ``p_value``, ``q_value`` and ``reason``, which says why there is no estimate and is empty otherwise.
    tried
        Estimates that exist.
    clear
        Those whose own interval excludes 1.
    expected_by_chance
        Clear ones to expect if no series had changed at any date.
    discoveries
        Those that remain when the share of false ones among them is held at ``1 - level``.

    Notes
    -----
    ``print`` gives clear changes beside those to expect by chance, a row a change, and why others have no estimate.
    """

    table: pd.DataFrame
    tried: int
    clear: int
    expected_by_chance: float
    discoveries: int

    def to_frame(self) -> pd.DataFrame:
        """Return a row a series and date.

        Columns: ``series``, ``date``, ``ratio``, ``low``, ``high``, ``statistic``, ``p_value``, ``q_value``,
        ``reason``.
        """
        return self.table.reset_index(drop=True)

    def _says(self) -> Words:
        head = counted(
            "clear changes", self.clear, f" of {self.tried:,} estimated; {self.expected_by_chance:.3g} by chance"
        )
        more = f"of these, {self.discoveries:,} remain when so many are tried"
        known = self.table["reason"] == ""
        reasons = self.table.loc[~known, "reason"].value_counts(sort=False)
        shown = self.to_frame()[known.to_numpy()].sort_values("q_value", kind="stable").drop(columns="reason")
        return Words(head, (more,), shown, refused=tuple(f"{reason} ({n:,} times)" for reason, n in reasons.items()))


def many_changes(
    counts: pd.DataFrame,
    *,
    dates: Iterable[Hashable],
    family: Family = "quasipoisson",
    harmonics: int = 0,
    period: float | None = None,
    slope_change: bool = False,
    hac_lags: int | None = None,
    level: float = 0.95,
    dependence: bool = True,
) -> ManyChanges:
    """Estimate the change of every series at every date, and control the share of false discoveries.

    Parameters
    ----------
    counts
        A row a period, oldest first, a column a series.
    dates
        Labels of first periods of a possible change; each is tried alone.
    family, harmonics, period, slope_change, hac_lags, level
        As in :func:`interrupted_series`.
    dependence
        Whether tests may depend on each other in any way, as neighbouring dates of one series do; without it the
        less strict rule for independent tests is used.

    Returns
    -------
    ManyChanges

    Raises
    ------
    ValueError
        When counts or an option make no sense, or a date is not in the series.
    NotEstimableError
        When a date has fewer than eight periods on a side, or no series can be estimated.

    Notes
    -----
    Q-values after Benjamini and Hochberg (1995), or Benjamini and Yekutieli (2001) for any dependence. They are as
    good as the p-values. Found in 1,000 series of 45 periods without a change: 4% to 5% have a p-value below 0.05 for
    independent counts, a mean of 0.3 a period included, and 6% to 9% with a drift of 25% and correlation 0.6, of which
    one or two remained discoveries. No p-value knows what else happened at a date; see :func:`placebo_dates`.

    Examples
    --------
    >>> calm = [100, 96, 103, 101, 99, 104, 98, 102, 98, 100, 105, 95, 107, 101, 98, 106, 97, 102]
    >>> rising = [count + 100 * (place >= 9) for place, count in enumerate(calm)]
    >>> result = many_changes(pd.DataFrame({"calm": calm, "rising": rising}), dates=[9])
    >>> result.table.loc[result.table["q_value"] < 0.05, "series"].tolist()
    ['rising']
    """
    from scipy import stats  # takes half a second to import, so only where it is used

    level = check_options(family, hac_lags, level, slope_change=slope_change)
    check_truth("dependence", dependence)
    if not isinstance(counts, pd.DataFrame) or counts.empty:
        raise ValueError(
            f"counts is {shown(counts)}: must be a pandas DataFrame with a row a period and a column a series"
        )
    if not counts.columns.is_unique:
        twice = [str(name) for name in counts.columns[counts.columns.duplicated()][:5]]
        raise ValueError(f"series {twice} occur twice: give each its own name")
    every: dict[Hashable, CountSeries] = {}
    for name in counts.columns:
        every[name] = _read(counts[name], name, like=next(iter(every.values()), None))
    turn, _ = season(next(iter(every.values())), period, harmonics, otherwise=12)
    places = [locate(next(iter(every.values())), date) for date in listed(dates)]
    if not places or len(set(places)) < len(places):
        raise ValueError("give at least one date, and each only once")
    built = [
        design(len(counts), [place], harmonics=harmonics, period=turn, slope_change=slope_change) for place in places
    ]
    designs, column = np.stack([columns for columns, _ in built]), built[0][1].index("level_change")
    reasons = [_unfit(one, place, designs.shape[2]) for one in every.values() for place in places]
    changes = _changes_of(list(every.values()), reasons, designs, column, family=family, hac_lags=hac_lags)
    series = next(iter(every.values()))  # all have its labels
    table = change_table(series, np.tile(places, len(every)), changes, level=level).reset_index()
    table.insert(0, "series", [name for name in every for _ in places])
    table["reason"] = [
        reason or ("no maximum of the likelihood" if np.isnan(value) else "")
        for reason, value in zip(reasons, changes.values.tolist(), strict=True)
    ]
    known = table["p_value"].notna().to_numpy()
    if not known.any():
        raise NotEstimableError("no series has an estimate at any date: all are nought on a side, or have no fit")
    adjusted = np.full(len(table), np.nan)
    p_values = table.loc[known, "p_value"].to_numpy()
    adjusted[known] = stats.false_discovery_control(p_values, method="by" if dependence else "bh")
    table.insert(table.columns.get_loc("reason"), "q_value", adjusted)
    return ManyChanges(
        table=table,
        tried=int(known.sum()),
        clear=int((p_values < 1 - level).sum()),
        expected_by_chance=(1 - level) * int(known.sum()),
        discoveries=int((adjusted[known] <= 1 - level).sum()),
    )


def _read(counts: pd.Series, name: Hashable, *, like: CountSeries | None) -> CountSeries:
    try:
        return read_series(counts, None, like=like)
    except ValueError as error:
        raise ValueError(f"series {name!r}: {error}") from error


def _unfit(series: CountSeries, place: int, columns: int) -> str:
    """Say why there is no estimate of a series at a date, if there is a reason."""
    try:
        check_sides(series, place, columns)
    except NotEstimableError as error:
        return str(error)
    return ""


def _changes_of(
    every: list[CountSeries],
    reasons: list[str],
    designs: Floats,
    column: int,
    *,
    family: Family,
    hac_lags: int | None,
) -> LevelChanges:
    """Return the changes of all series at all dates, side by side; missing where there is a reason."""
    fine = np.array([not reason for reason in reasons])
    series, dates = np.divmod(np.flatnonzero(fine), len(designs))
    counts, offset = np.stack([one.counts for one in every])[series], np.stack([one.offset for one in every])[series]
    changes = LevelChanges(*np.full((3, len(fine)), np.nan))
    if fine.any():
        together = CountSeries(every[0].labels, counts, offset)
        found = level_changes(designs[dates], together, column, family=family, hac_lags=hac_lags)
        changes.values[fine], changes.errors[fine], changes.degrees[fine] = found.values, found.errors, found.degrees
    return changes
