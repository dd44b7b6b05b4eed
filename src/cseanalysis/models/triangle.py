"""Development triangles: counts by origin and lag, of which only the recent corner is still unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from numbers import Real

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.models.number import check_number
from cseanalysis.values import NotEstimableError

Floats = NDArray[np.float64]

_LARGEST_RATIO_OF_LENGTHS = 1.2  # quarters differ by two days, months by three; anything above is another unit
_LARGEST_COUNT = 1e15  # whole numbers above are no longer exact, and their squares of squares overflow


@dataclass(frozen=True, slots=True, eq=False)
class Triangle:
    """Cumulative counts by origin and lag; missing only where the count has not been observable yet.

    Parameters
    ----------
    counts
        One row an origin (the period in which cases began), oldest first; columns 0, 1, 2, ... are the whole lags, 0
        the origin period itself; each value is everything counted up to that lag. Missing is not 0.
    lag_unit
        What one lag is, e.g. ``"quarter"``.

    Attributes
    ----------
    cumulative
        The counts as floats of shape (origins, lags), missing as nan; read-only.
    latest_lag
        The last lag observed for each origin.

    Raises
    ------
    ValueError
        When a count is missing outside the recent corner, negative, above 1e15 or not a number; lags are not 0, 1, 2,
        ...; origins repeat, overlap or differ in length. Origins that are text are taken as consecutive periods.
    NotEstimableError
        With fewer than three origins or two lags: two releases of one year are a revision factor, not a triangle.

    Notes
    -----
    A cumulative count that falls (cancelled or transferred cases) is kept and named in `decreases`. Rows that are
    complete may be as many as there are: a triangle need not be square. Origins may be longer than lags (years
    followed by quarters), so the corner may have steps longer than one.

    Examples
    --------
    >>> counts = pd.DataFrame([[10, 16, 20], [12, 18, None], [8, None, None]], index=[2021, 2022, 2023])
    >>> triangle = Triangle(counts, "year")
    >>> triangle.latest.to_dict()
    {2021: 20.0, 2022: 18.0, 2023: 8.0}
    """

    counts: pd.DataFrame
    lag_unit: str
    cumulative: Floats = field(init=False, repr=False)
    latest_lag: NDArray[np.intp] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.counts, pd.DataFrame):
            raise ValueError(f"counts is a {type(self.counts).__name__}: give a DataFrame, origins by lags")
        if not isinstance(self.lag_unit, str) or not self.lag_unit.strip():
            raise ValueError(f"lag_unit {self.lag_unit!r}: say what one lag is, e.g. 'quarter'")
        _check_shape(self.counts)
        check_origins(self.counts.index)
        cumulative = _numbers(self.counts)
        _check_corner(cumulative, self.counts.index)
        cumulative.flags.writeable = False
        object.__setattr__(self, "counts", self.counts.copy())
        object.__setattr__(self, "cumulative", cumulative)
        object.__setattr__(self, "latest_lag", np.isfinite(cumulative).sum(axis=1) - 1)

    @property
    def origins(self) -> pd.Index:
        """Labels of the origins, oldest first."""
        return self.counts.index

    @property
    def latest(self) -> pd.Series:
        """The last count observed of each origin."""
        values = self.cumulative[np.arange(len(self.latest_lag)), self.latest_lag]
        return pd.Series(values, index=self.origins, name="latest")

    @property
    def increments(self) -> Floats:
        """Counts that became visible at each lag, shape (origins, lags), missing as nan."""
        return np.diff(self.cumulative, axis=1, prepend=0.0)

    @property
    def link_ratios(self) -> pd.DataFrame:
        """Each count over the one a lag before; column ``j`` leads from lag ``j`` to ``j + 1``; nan after 0."""
        before = np.where(self.cumulative[:, :-1] == 0, np.nan, self.cumulative[:, :-1])
        return pd.DataFrame(
            self.cumulative[:, 1:] / before, index=self.origins, columns=range(self.cumulative.shape[1] - 1)
        )

    @property
    def decreases(self) -> pd.DataFrame:
        """Where a cumulative count falls: ``origin``, ``lag`` and ``change``; empty when it never does."""
        change = self.increments
        rows, lags = np.nonzero(change < 0)
        return pd.DataFrame({"origin": self.origins[rows], "lag": lags, "change": change[rows, lags]})


def named(labels: Iterable[object]) -> str:
    """Write at most five labels for an error message."""
    every = [str(label) for label in labels]
    return ", ".join(every[:5]) + (f" and {len(every) - 5} more" if len(every) > 5 else "")


def check_triangle(triangle: object, name: str = "triangle") -> None:
    """Refuse what is no triangle."""
    if not isinstance(triangle, Triangle):
        raise ValueError(f"{name} is a {type(triangle).__name__}: make a Triangle of the cumulative counts first")


def check_level(level: object) -> None:
    """Refuse a level that is not between 0 and 1."""
    check_number("level", level)
    if not 0 < level < 1:  # type: ignore[operator]
        raise ValueError(f"level {level}: must lie between 0 and 1, e.g. 0.95")


def _check_shape(counts: pd.DataFrame) -> None:
    origins, lags = counts.shape
    if origins < 3:
        raise NotEstimableError(
            f"{origins} origins: a triangle needs at least three; two releases of one period give a revision factor"
        )
    if lags < 2:
        raise NotEstimableError(f"{lags} lags: a triangle needs at least two columns to show any development")
    if not all(isinstance(label, Real) and label == place for place, label in enumerate(counts.columns)):
        raise ValueError(
            f"columns {named(counts.columns)}: must be the lags 0, 1, 2, ... in order, without gaps; rename them, and "
            "add up increments first if the counts are not cumulative"
        )


def check_origins(index: pd.Index) -> None:
    """Refuse origins that repeat, run backwards, overlap, leave a gap or differ in length."""
    index = _plain(index)
    if index.hasnans:
        raise ValueError("an origin has no label: name every row")
    if not index.is_unique:
        raise ValueError(f"origins {named(index[index.duplicated()].unique())} stand more than once: one row each")
    if isinstance(index, pd.IntervalIndex):
        lengths = index.right - index.left
        if not (index.right[:-1] == index.left[1:]).all() or max(lengths) > _LARGEST_RATIO_OF_LENGTHS * min(lengths):
            raise ValueError("origins overlap, leave a gap or differ in length: give consecutive periods of one length")
        return
    if isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex):
        lengths = index[1:] - index[:-1]
        regular = index.is_monotonic_increasing and max(lengths) <= _LARGEST_RATIO_OF_LENGTHS * min(lengths)
    elif isinstance(index, pd.PeriodIndex) or pd.api.types.is_numeric_dtype(index.dtype):
        if index.dtype.kind not in "iufO":
            raise ValueError(f"origins have type {index.dtype}: give years, periods, dates or text")
        # unsigned numbers have no negative steps, so that years backwards would pass
        places = index.asi8 if isinstance(index, pd.PeriodIndex) else index.to_numpy(dtype=np.float64)
        steps = np.diff(places)
        regular = bool((steps > 0).all() and (steps == steps[0]).all())
    else:
        return
    if not regular:
        raise ValueError(
            f"origins {named(index)}: must be consecutive periods of one length, oldest first; put every origin in, "
            "also one without cases"
        )


def _plain(index: pd.Index) -> pd.Index:
    """Return origins by what they are: numbers, periods and dates may come as categories or objects."""
    if isinstance(index, pd.MultiIndex):
        raise ValueError(f"origins have {index.nlevels} levels: give one label a row; one triangle for each group")
    if isinstance(index, pd.CategoricalIndex):
        index = pd.Index(index.to_numpy())
    if index.dtype != object:
        return index
    index = index.infer_objects()
    return pd.DatetimeIndex(index) if pd.api.types.infer_dtype(index) == "date" else index


def _numbers(counts: pd.DataFrame) -> Floats:
    for lag, dtype in enumerate(counts.dtypes):
        plain = dtype.kind == "O" and not any(isinstance(value, str | bool | np.bool_) for value in counts.iloc[:, lag])
        if dtype.kind not in "iuf" and not plain:
            raise ValueError(
                f"lag {lag} has type {dtype}: must be numbers; parse_counts reads text, and missing must be missing"
            )
    try:
        values = np.array(counts.to_numpy(dtype=np.float64, na_value=np.nan))
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"counts are not all numbers ({error}): give numbers, or missing") from None
    wrong = np.argwhere((values < 0) | (values > _LARGEST_COUNT))
    if len(wrong):
        shown = named(f"{values[i, j]:g} at origin {counts.index[i]}, lag {j}" for i, j in wrong)
        raise ValueError(
            f"counts {shown}: a cumulative count lies between 0 and {_LARGEST_COUNT:g}; add up increments first"
        )
    return values


def _check_corner(values: Floats, origins: pd.Index) -> None:
    """Missing at (i, j) must mean missing at all later lags and for all younger origins."""
    missing = np.isnan(values)
    if empty := [str(origins[row]) for row in np.flatnonzero(missing.all(axis=1))]:
        raise ValueError(f"origins {named(empty)} have no count at all: leave them out")
    if missing[:, -1].all():
        raise ValueError(f"lag {values.shape[1] - 1} is missing for every origin: leave the column out")
    known_later = np.zeros_like(missing)
    known_later[:, :-1] = np.logical_or.accumulate(~missing[:, ::-1], axis=1)[:, ::-1][:, 1:]
    known_younger = np.zeros_like(missing)
    known_younger[:-1] = np.logical_or.accumulate(~missing[::-1], axis=0)[::-1][1:]
    holes = np.argwhere(missing & (known_later | known_younger))
    if len(holes):
        shown = named(f"origin {origins[i]} at lag {j}" for i, j in holes)
        raise ValueError(
            f"missing outside the recent corner: {shown}; only the latest lags of the youngest origins may be missing: "
            "fill the hole, or leave out what stands before it"
        )
