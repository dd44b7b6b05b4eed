"""Development triangles: counts by origin and lag, of which only the recent corner is still unknown."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.models.checks import check_whole, named, numbers, uneven
from cseanalysis.models.written_dates import read_calendar, sorts_by_letter
from cseanalysis.plots import cumulative_counts
from cseanalysis.said import Words, counted, speaks, without_gaps
from cseanalysis.values import NotEstimableError, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

_LARGEST_RATIO_OF_LENGTHS = 1.2  # quarters differ by two days, months by three; anything above is another unit
_LARGEST_COUNT = 1e15  # whole numbers above are no longer exact, and their squares of squares overflow
_PERCENT = 100
_UNITS = ("day", "week", "month", "quarter", "year")
_MONTHS = {"year": 12, "quarter": 3, "month": 1}
_TAKEN_BACK = 0.5  # of all counted at once: if less than this is left in the end, nothing was cumulated
_CUMULATE = "add up increments first: counts.cumsum(axis=1)"


@speaks
@dataclass(frozen=True, slots=True, eq=False)
class Triangle:
    """Cumulative counts by origin and lag; missing only where the count has not been observable yet.

    Parameters
    ----------
    counts
        One row an origin (the period in which cases began), oldest first; columns 0, 1, 2, ... are the whole lags, 0
        the origin period itself; each value is everything counted up to that lag. Missing is not 0.
    lag_unit
        What one lag is: ``"day"``, ``"week"``, ``"month"``, ``"quarter"`` or ``"year"``.

    Attributes
    ----------
    cumulative
        The counts as floats of shape (origins, lags), missing as nan; read-only.
    latest_lag
        The last lag observed for each origin.
    warnings
        What is doubtful about the counts, in sentences; every result made of the triangle repeats them.

    Raises
    ------
    ValueError
        When a count is missing outside the recent corner, negative, above 1e15 or not a number; all are shares; lags
        are not 0, 1, 2, ...; origins repeat, overlap or differ in length (of text other than 2019/20, 2019Q4 and
        2019-10 nothing is known: it is taken as consecutive periods). When the counts cannot be cumulative, because
        every observed step falls, or the total falls at every lag until less than half is left: increments, most
        likely. When the recent corner was filled, with noughts or with the latest count, or the unit contradicts
        origins that are pandas periods.
    NotEstimableError
        With fewer than three origins or two lags: two releases of one year are a revision factor, not a triangle.

    Warns
    -----
    UserWarning
        With each sentence of `warnings`.

    Notes
    -----
    A cumulative count that falls here and there (cancelled or transferred cases) is kept, named in `decreases` and
    warned of: increments that rise here and there cannot be told from it. Published triangles fall as well, one of
    incurred claims at 43 of 45 steps. Rows that are complete may be as many as there are: a triangle need not be
    square. Origins may be longer than lags (years followed by quarters), so the corner may have steps longer than one.

    ``print`` gives what is visible by now, a row an origin, and what is doubtful; `plot` draws a line an origin.

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
    warnings: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.counts, pd.DataFrame):
            cure = " of pandas, as in counts.to_pandas()" if hasattr(self.counts, "to_pandas") else ""
            raise ValueError(f"counts is a {type(self.counts).__name__}: give a DataFrame, origins by lags{cure}")
        _check_shape(self.counts)
        _check_known_unit(self.lag_unit)
        check_origins(self.counts.index)
        cumulative = _numbers(self.counts)
        _check_corner(cumulative, self.counts.index)
        _check_filled(cumulative)
        _check_cumulative(cumulative)
        cumulative.flags.writeable = False
        object.__setattr__(self, "counts", self.counts.copy())
        object.__setattr__(self, "cumulative", cumulative)
        object.__setattr__(self, "latest_lag", np.isfinite(cumulative).sum(axis=1) - 1)
        _check_unit(self)
        object.__setattr__(self, "warnings", tuple(_doubts(self)))
        for doubt in self.warnings:
            warnings.warn(doubt, UserWarning, stacklevel=3)

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

    def to_frame(self) -> pd.DataFrame:
        """Return a row an origin and lag that was observed: ``origin``, ``lag``, ``count`` (cumulative)."""
        rows, lags = np.nonzero(np.isfinite(self.cumulative))
        return pd.DataFrame({"origin": self.origins[rows], "lag": lags, "count": self.cumulative[rows, lags]})

    def plot(self, axes: Axes | None = None) -> Axes:
        """Draw a line an origin, its count by lag; the alternative text is the label of the axes returned."""
        return cumulative_counts(self._wide(), self.lag_unit, axes)

    def _wide(self) -> pd.DataFrame:
        return pd.DataFrame(self.cumulative, self.origins, range(self.cumulative.shape[1]))

    def _says(self) -> Words:
        head = counted("visible by now", float(self.latest.sum()), f", {len(self.origins)} origins by {self.lag_unit}")
        shown = without_gaps(self._wide().rename_axis("origin").reset_index(), "not yet")
        return Words(head, rows=shown, doubts=self.warnings, most=None)


def check_triangle(triangle: object, name: str = "triangle") -> None:
    """Refuse what is no triangle."""
    if not isinstance(triangle, Triangle):
        raise ValueError(
            f"{name} is a {type(triangle).__name__}: make a Triangle of the cumulative counts first, "
            "Triangle(counts, lag_unit)"
        )


def _check_known_unit(lag_unit: object) -> None:
    """Refuse what is no unit of time that lags are counted in, with the word for it if it is one by another name."""
    if isinstance(lag_unit, str) and lag_unit in _UNITS:
        return
    meant = str(lag_unit).strip().casefold().removesuffix("s")
    cure = f"write {meant!r}" if meant in _UNITS else "say what one lag is, and count by one of these"
    raise ValueError(f"lag_unit is {shown(lag_unit)}: must be one of {', '.join(_UNITS)}; {cure}")


def _check_shape(counts: pd.DataFrame) -> None:
    origins, lags = counts.shape
    if origins < 3:
        raise NotEstimableError(
            f"{origins} origins: a triangle needs at least three; two releases of one period give a revision factor"
        )
    if lags < 2:
        raise NotEstimableError(f"{lags} lags: a triangle needs at least two columns to show any development")
    if not all(isinstance(label, Real) and label == place for place, label in enumerate(counts.columns)):
        seen = f"columns {named(counts.columns)}: must be the lags 0, 1, 2, ... in order, without gaps"
        if extra := [label for label in counts.columns if isinstance(label, str) and not label.strip().isdigit()]:
            raise ValueError(
                f"{seen}; {named(map(repr, extra))} are none: leave totals out, and put a column of origins "
                "into the index, as in counts.set_index(column)"
            )
        if all(isinstance(label, str) for label in counts.columns):
            raise ValueError(
                f"columns {named(map(repr, counts.columns))} are text: must be the numbers 0, 1, 2, ...; "
                "counts.rename(columns=int) makes numbers of them"
            )
        if counts.index.tolist() == list(range(origins)):
            raise ValueError(f"{seen}; the rows are: turn the table round, counts.T, so that a row is an origin")
        if counts.columns.equals(counts.index):
            raise ValueError(
                f"{seen}, and are the origins again: count by periods since the origin, not by calendar period"
            )
        raise ValueError(
            f"columns {named(counts.columns)}: must be the lags 0, 1, 2, ... in order, without gaps; rename them, as "
            f"in counts.set_axis(range({lags}), axis=1), and {_CUMULATE} if the counts are not cumulative"
        )


def check_origins(index: pd.Index) -> None:
    """Refuse origins that repeat, run backwards, overlap, leave a gap or differ in length."""
    index, by_time = _plain(index), "with counts.sort_index()"
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
        text = read_calendar(index)
        by_time = (
            by_time if sorts_by_letter(index) else "by time; as text they sort by letter, so make them periods first"
        )
        steps = np.ones(1) if text is None else np.diff(text[0])
        regular = bool((steps > 0).all() and (steps == steps[0]).all())
    if not regular:
        raise ValueError(
            f"origins {named(index)}: must be consecutive periods of one length, oldest first; sort them "
            f"{by_time}, and put every origin in, also one without cases"
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


def newest(known: NDArray[np.bool_], last: int | None) -> NDArray[np.bool_]:
    """Return which counts enter, origins by lags: at each lag those of the last so many origins that reached it."""
    if last is None:
        return known
    last = check_whole("last", last)
    return np.asarray(known & (np.cumsum(known[::-1], axis=0)[::-1] <= last))


def _numbers(counts: pd.DataFrame) -> Floats:
    values = np.column_stack([numbers(f"lag {lag}", column) for lag, (_, column) in enumerate(counts.items())])
    wrong = np.argwhere((values < 0) | (values > _LARGEST_COUNT))
    if len(wrong):
        shown = named(f"{values[i, j]:g} at origin {counts.index[i]}, lag {j}" for i, j in wrong)
        raise ValueError(f"counts {shown}: a cumulative count lies between 0 and {_LARGEST_COUNT:g}; {_CUMULATE}")
    known = values[np.isfinite(values)]
    if known.size and known.max() <= 1 and uneven(known).any():
        raise ValueError(
            f"counts {named(f'{value:g}' for value in known)}: shares, where counts are needed; give the counts that "
            "they are shares of"
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


def _corner(values: Floats) -> NDArray[np.bool_]:
    """Cells that one could not observe yet if every origin were one lag younger than the one before."""
    origins, lags = values.shape
    return np.asarray(np.add.outer(np.arange(origins), np.arange(lags)) > origins - 1)


def _check_filled(values: Floats) -> None:
    """Refuse a complete triangle whose recent corner holds noughts or repeats the latest counts."""
    origins, lags = values.shape
    if np.isnan(values).any() or lags > origins:
        return
    corner = _corner(values)
    latest = values[np.arange(origins - lags + 1, origins), np.arange(lags - 1)[::-1]]
    step = np.diff(values, axis=1)
    elsewhere = np.where(corner[:, 1:], 0.0, step).sum(axis=0)
    if (values[corner] == 0).all() and (latest > 0).all():
        seen = "holds noughts"
    elif lags > 2 and (step[corner[:, 1:]] == 0).all() and (elsewhere > 0).all():
        seen = "repeats the latest counts, as if filled forward"
    else:
        return
    raise ValueError(
        f"the recent corner of the counts {seen}: what cannot be observed yet is missing; leave it out, as in "
        f"counts.where(np.add.outer(np.arange({origins}), np.arange({lags})) < {origins})"
    )


def _totals(values: Floats) -> tuple[Floats, Floats]:
    """Return by lag the totals before and after the step, over the origins that reached it."""
    known = ~np.isnan(values[:, 1:])
    before, after = np.where(known, values[:, :-1], 0.0), np.where(known, values[:, 1:], 0.0)
    return before.sum(axis=0), after.sum(axis=0)


def _check_cumulative(values: Floats) -> None:
    """Refuse counts that cannot be cumulative; what can is kept and warned of."""
    step = np.diff(values, axis=1)
    known = ~np.isnan(step)
    nought = known & (values[:, 1:] == 0) & (values[:, :-1] == 0)
    falls = known & (step < 0)
    before, after = _totals(values)
    left = float(np.prod(after / np.where(before > 0, before, 1.0)))
    if falls.any() and (falls | nought)[known].all():
        seen = f"every observed step falls ({int(falls.sum())} of {int(known.sum())}, the others from 0 to 0)"
        seen = seen if nought.any() else f"every observed step falls ({int(falls.sum())} of {int(known.sum())})"
    elif (after < before).all() and left < _TAKEN_BACK:
        seen = f"the total falls at every lag, until {left:.0%} is left"
    else:
        return
    raise ValueError(
        f"counts are cumulative, and {seen}. Are they increments? {_CUMULATE}; where cases are only ever taken back, "
        "follow those: what was taken back up to each lag is a triangle"
    )


def _check_unit(triangle: Triangle) -> None:
    """Refuse a unit of lags that contradicts how much less each origin is observed than the one before."""
    origins, last = _plain(triangle.origins), triangle.cumulative.shape[1] - 1
    stated = _MONTHS.get(triangle.lag_unit)
    steps = -np.diff(triangle.latest_lag[triangle.latest_lag < last])
    if stated is None or not isinstance(origins, pd.PeriodIndex) or not steps.size or (steps != steps[0]).any():
        return
    starts = origins.to_timestamp()
    length = 12 * (starts[1].year - starts[0].year) + starts[1].month - starts[0].month
    if length > 0 and steps[0] > 0 and length != stated * steps[0]:
        raise ValueError(
            f"lag_unit is {triangle.lag_unit!r}: origins of {length} months are each observed {steps[0]} lags less "
            f"than the one before, so that a lag is {length / steps[0]:g} months; give that unit, or other origins"
        )


def _doubts(triangle: Triangle) -> list[str]:
    """Say what is doubtful about counts that may be right."""
    values, doubts = triangle.cumulative, []
    fallen = triangle.decreases
    if len(fallen):
        before, after = _totals(values)
        steps = int(np.isfinite(values[:, 1:]).sum())
        shown = named(f"{origin} at lag {lag}" for origin, lag in zip(fallen["origin"], fallen["lag"], strict=True))
        most = ""
        if (after < before).sum() * 2 > len(after):
            most = f", and the total at {int((after < before).sum())} of {len(after)} lags"
        doubts.append(
            f"counts fall at {len(fallen)} of {steps} steps ({shown}){most}: right only where cases are cancelled or "
            f"transferred later; if they are increments, {_CUMULATE}"
        )
    known = values[np.isfinite(values)]
    odd = known[uneven(known)]
    if odd.size:
        doubts.append(
            f"counts are not whole ({named(f'{value:g}' for value in odd)}): rates, per cents or amounts of money have "
            "no chance of their own that errors could be read from"
        )
    complete = values[np.isfinite(values[:, -1]), -1]
    if len(complete) > 1 and (complete == _PERCENT).all():
        doubts.append(
            f"all {len(complete)} complete origins end at exactly 100: if these are per cents, give the counts, which "
            "say how much chance there is"
        )
    return doubts
