"""Cohorts that leave by one of several exits: what each exit will come to, never more than the cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.models.checks import aligned, check_level, named
from cseanalysis.models.delays.outcomes import means_open
from cseanalysis.models.draws.simulation import block_generator, too_few
from cseanalysis.models.triangles.bootstrap import BLOCK, blocks, check_shares, lag_reached
from cseanalysis.models.triangles.shrinkage import prior_counts
from cseanalysis.models.triangles.triangle import Floats, Triangle, check_triangle, newest
from cseanalysis.said import Words, ranged, speaks
from cseanalysis.values import NotEstimableError, shown

_LEAST = 1e-300  # added to gamma draws, so that shares of draws that vanish still exist
_LARGEST_CORRELATION = 0.99


@speaks
@dataclass(frozen=True, slots=True, eq=False)
class CompetingExits:
    """What becomes of cohorts by the last lag, exit by exit.

    Parameters
    ----------
    hazards
        Lags by exits: the share of cases still open that leave by each exit at each lag.
    incidence
        Lags by exits: the share of a cohort that has left by each exit (Aalen-Johansen); what is missing to 1 is open.
    ultimate
        One row an origin and exit: ``visible`` now, ``expected`` by the last lag, ``low``, ``high``; and one row for
        ``"open"``, the cases that no exit takes by then. The expected values of an origin sum to its cohort. Low and
        high enclose the final count, with its chance, not its mean.
    lags
        One row an exit and share: ``lag`` by which that share of the exit's cases have left, ``low``, ``high``; cases
        after the last lag are in no share.
    dispersion
        Pearson's chi-squared over its degrees of freedom, at least 1.
    correlation
        Between the fates of two cases of a cohort: explains the dispersion if cohorts differ; 0 where chance does.
    level
        Level of the intervals.
    draws
        How many they were taken from.
    warnings
        What is doubtful about the counts of an exit; see `Triangle`.

    Notes
    -----
    ``print`` gives the first exit of the newest origin with its interval, and a row an origin and exit.
    """

    hazards: pd.DataFrame = field(repr=False)
    incidence: pd.DataFrame = field(repr=False)
    ultimate: pd.DataFrame = field(repr=False)
    lags: pd.DataFrame = field(repr=False)
    dispersion: float
    correlation: float
    level: float
    draws: int
    warnings: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a row an origin and exit: ``origin``, ``exit``, ``visible``, ``expected``, ``low``, ``high``."""
        return self.ultimate.reset_index()

    def _says(self) -> Words:
        shown = self.to_frame()
        last = shown[shown["origin"] == shown["origin"].iloc[-1]].iloc[0]
        what = f"{last['exit']}, of {last['origin']}, by the last lag"
        head = ranged(
            what, last["low"], last["high"], "simulation", self.level, point=last["expected"], called="expected"
        )
        rests = (
            "cohorts share hazards by lag, and a case leaves once",
            f"dispersion {self.dispersion:.3g}, correlation within a cohort {self.correlation:.3g}",
        )
        doubts = (*self.warnings, *too_few(self.draws, self.level))
        return Words(head, rests_on=rests, doubts=doubts, most=None)


def competing_exits(
    cohort: pd.Series,
    exits: Mapping[str, Triangle],
    *,
    hazards: pd.DataFrame | None = None,
    last: int | None = None,
    shares: Sequence[float] = (0.5,),
    draws: int = 10_000,
    seed: int,
    level: float = 0.95,
) -> CompetingExits:
    """Project the exits of each cohort from pooled hazards, so that no ultimate exceeds its cohort.

    Parameters
    ----------
    cohort
        Cases that entered, by origin, in whole cases.
    exits
        By name: the triangle of each exit (charged, no further action, ...), all of the same origins and lags and
        observed to the same point. A case leaves once, by one exit.
    hazards
        Hazards that lean on other units, ``pooled.hazards.loc[unit]`` of `pooled_hazards`; without them those of these
        cohorts alone.
    last
        How many cohorts enter the hazards of each lag, the newest that have reached it; without it all.
    shares
        Shares for the lags of each exit, each between 0 and 1; 0.5 is the median among those who leave by it.
    draws, seed
        Number of draws for the intervals, and the seed.
    level
        Level of the intervals.

    Returns
    -------
    CompetingExits

    Raises
    ------
    ValueError
        When the triangles differ in origins, lags or what is observed, counts are not whole, exits exceed their
        cohort, or an option is impossible.
    NotEstimableError
        When nobody is at risk at a lag, or an exit takes back more than it adds there.

    Notes
    -----
    Discrete hazards pooled over cohorts are those of Aalen and Johansen (1978) for grouped data: leaving cases over
    cases open before. Chaining each exit alone multiplies counts whose sum may exceed the cohort; here only open cases
    can leave. Intervals: hazards from a Dirichlet distribution around the counts (1 case of prior weight a lag, both
    divided by their variance over that of chance alone), then open cases by Dirichlet-multinomial chance. For a cohort
    of n open cases that variance is the larger of the dispersion (cases that leave together) and 1 + (n - 1) times the
    correlation (cohorts whose hazards differ; by moments, Williams 1982), so that one large cohort does not pass its
    own hazards off as everybody's. Assumed: cohorts share hazards by lag, up to such differences.

    ``benchmarks/triangle_coverage.py`` simulates 1,000 worlds of eight cohorts each. The 95% intervals hold the final
    count of an exit in 97% of origins (cohorts of 200), 98% (1,000, differing beyond chance), 99% (30; counts are
    whole, so that short intervals hold more than they say), 98% (100, differing, one of 5,000; 94% of the largest where
    that is the youngest) and 88% to 90% (500, of which ten leave together; a likely reason is that late exits are then
    a single group or none). They hold the median lag of an exit in 95% to 96%.

    Examples
    --------
    >>> def table(rows):
    ...     return Triangle(pd.DataFrame(rows, index=[2021, 2022, 2023]), "year")
    >>> charged = table([[10, 20, 25], [12, 22, None], [11, None, None]])
    >>> closed = table([[40, 60, 70], [38, 58, None], [39, None, None]])
    >>> cohort = pd.Series(100, index=[2021, 2022, 2023])
    >>> result = competing_exits(cohort, {"charged": charged, "closed": closed}, draws=2000, seed=0)
    >>> result.ultimate.loc[2022, "expected"].round(1).to_dict()
    {'charged': 27.0, 'closed': 68.0, 'open': 5.0}
    """
    level = check_level(level)
    wanted = check_shares(shares)
    entered, left = checked_cohort(cohort, exits)
    names, first = list(exits), next(iter(exits.values()))
    latest = first.latest_lag
    gone, at_risk = leaving(entered, left, last)
    if last is not None and hazards is not None:
        raise ValueError("last is given beside hazards: give it to pooled_hazards, which they come from")
    if hazards is None:
        chances, stayed = _hazards(gone, at_risk, names)
        spread = _spread(gone, at_risk, chances)
        pooled = (at_risk * _excess(at_risk, *spread)).sum(axis=0) / at_risk.sum(axis=0)
        totals = np.column_stack([gone.sum(axis=0), stayed])
        shapes = (totals + 1 / totals.shape[1]) / pooled[:, None]
    else:
        shapes = prior_counts(hazards, list(range(left.shape[1])), names)
        chances = shapes[:, :-1] / shapes.sum(axis=1, keepdims=True)
        spread = _spread(gone, at_risk, chances)
    now = left[np.arange(len(entered)), latest]
    still = entered - now.sum(axis=1)
    expected = _project(now, still, latest, chances)
    drawn, incidences = [], []
    for number in blocks(draws, seed):
        rng = block_generator(seed, number)
        weights = rng.standard_gamma(shapes, (BLOCK, *shapes.shape)) + _LEAST
        drawn_hazards = weights / weights.sum(axis=2, keepdims=True)
        incidences.append(_incidence(drawn_hazards[:, :, :-1]))
        drawn.append(_leave(now, still, latest, drawn_hazards, spread=spread, rng=rng))
    ends = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(np.concatenate(drawn)[:draws], ends, axis=0)
    incidence = _incidence(chances[None])
    return CompetingExits(
        hazards=pd.DataFrame(chances, pd.RangeIndex(len(chances), name="lag"), names),
        incidence=pd.DataFrame(incidence[0], pd.RangeIndex(len(chances), name="lag"), names),
        ultimate=_by_origin(first.origins, [*names, "open"], entered, now=now, expected=expected, ends=(low, high)),
        lags=_lags(incidence, np.concatenate(incidences)[:draws], names, wanted, ends),
        dispersion=spread[0],
        correlation=spread[1],
        level=level,
        draws=draws,
        warnings=tuple(f"exit {name!r}: {doubt}" for name, triangle in exits.items() for doubt in triangle.warnings),
    )


def checked_cohort(cohort: pd.Series, exits: Mapping[str, Triangle]) -> tuple[Floats, Floats]:
    """Return the cohorts, and what has left by origin, lag and exit."""
    if not isinstance(exits, Mapping) or not exits:
        seen = "no exits given" + ("" if isinstance(exits, Mapping) else f", exits is {shown(exits)}")
        raise ValueError(f"{seen}: give the triangle of each exit by name, as in {{'charged': triangle}}")
    for name, triangle in exits.items():
        if not isinstance(name, str):
            raise ValueError(f"an exit is called {name!r}: give it a name in text, which the results are labelled by")
        check_triangle(triangle, f"exit {name!r}")
    if still := [name for name in exits if means_open(name)]:
        raise ValueError(
            f"exits {named(map(repr, still))}: such names stand for cases without exit, which are what is left of the "
            "cohort; leave that triangle out, or give the exit another name"
        )
    first = next(iter(exits.values()))
    for name, triangle in exits.items():
        same = triangle.cumulative.shape == first.cumulative.shape and triangle.origins.equals(first.origins)
        if not same or (triangle.latest_lag != first.latest_lag).any() or triangle.lag_unit != first.lag_unit:
            raise ValueError(f"exit {name!r}: origins, lags, unit and what is observed must be those of the first exit")
    if not isinstance(cohort, pd.Series):
        raise ValueError(
            f"cohort is a {type(cohort).__name__}: give a Series of the cases that entered, indexed by the origins of "
            "the triangles, such as pd.Series(cases, index=triangle.origins)"
        )
    _, cohort = aligned(exits=pd.Series(0, index=first.origins), cohort=cohort)
    if not all(
        (isinstance(case, Real) and not isinstance(case, bool)) or case is None or case is pd.NA for case in cohort
    ):
        raise ValueError(f"cohort has type {cohort.dtype}: must be numbers; parse_counts reads text")
    entered = cohort.to_numpy(dtype=np.float64, na_value=np.nan)
    left = np.stack([triangle.cumulative for triangle in exits.values()], axis=2)
    whole = np.concatenate([entered, left[np.isfinite(left)]])
    if not (np.isfinite(entered) & (entered >= 0)).all() or (whole != np.floor(whole)).any():
        raise ValueError("cohorts and exits count cases: give whole numbers, none of them negative or missing")
    beyond = np.argwhere(np.nan_to_num(left).sum(axis=2) > entered[:, None])
    if len(beyond):
        places = named(
            f"{left[i, j].sum():g} of {entered[i]:g} from origin {first.origins[i]} at lag {j}" for i, j in beyond
        )
        raise ValueError(f"exits exceed their cohort: {places}; count the same cases in both, each leaving once")
    return entered, left


def leaving(entered: Floats, left: Floats, last: int | None = None) -> tuple[Floats, Floats]:
    """Return what leaves at each lag, of origins by lags by exits, and the cases open before, origins by lags."""
    known = newest(np.isfinite(left[:, :, 0]), last)
    gone = np.where(known[:, :, None], np.diff(left, axis=1, prepend=0.0), 0.0)
    before = np.concatenate([np.zeros((len(entered), 1)), left.sum(axis=2)[:, :-1]], axis=1)
    return gone, np.where(known, entered[:, None] - before, 0.0)


def check_leaving(gone: Floats, names: list[str]) -> None:
    """Refuse exits that take back more than they add at a lag."""
    if len(negative := np.argwhere(gone.sum(axis=0) < 0)):
        places = named(f"{names[k]} at lag {j}" for j, k in negative)
        raise NotEstimableError(f"exits take back more than they add: {places}; a hazard is not negative; look why")


def _hazards(gone: Floats, at_risk: Floats, names: list[str]) -> tuple[Floats, Floats]:
    total, every = at_risk.sum(axis=0), gone.sum(axis=0)
    if empty := np.flatnonzero(total <= 0).tolist():
        raise NotEstimableError(f"nobody is open before lags {named(empty)}: leave out the lags after the last exit")
    check_leaving(gone, names)
    return every / total[:, None], total - every.sum(axis=1)


def chi_squared(gone: Floats, at_risk: Floats, hazards: Floats) -> tuple[float, NDArray[np.intp], int]:
    """Return Pearson's chi-squared, the free categories of each lag, and the degrees of freedom."""
    every = np.concatenate([hazards, 1 - hazards.sum(axis=1, keepdims=True)], axis=1)
    expected = at_risk[:, :, None] * every
    seen = np.concatenate([gone, (at_risk - gone.sum(axis=2))[:, :, None]], axis=2)
    held = expected > 0
    squares = float(((seen - expected)[held] ** 2 / expected[held]).sum())
    ways = held.any(axis=0).sum(axis=1) - 1
    return squares, ways, int((ways * np.maximum((at_risk > 0).sum(axis=0) - 1, 0)).sum())


def _spread(gone: Floats, at_risk: Floats, hazards: Floats) -> tuple[float, float]:
    """Return Pearson's chi-squared over its degrees of freedom, at least 1, and the correlation that explains it."""
    squares, ways, free = chi_squared(gone, at_risk, hazards)
    others = np.maximum(at_risk - 1, 0) * (1 - at_risk / np.maximum(at_risk.sum(axis=0), 1))
    beyond = float((ways * others.sum(axis=0)).sum())  # what a correlation of 1 would add to the squares
    if free <= 0 or beyond <= 0:
        return 1.0, 0.0
    return max(1.0, squares / free), float(np.clip((squares - free) / beyond, 0, _LARGEST_CORRELATION))


def _excess(cases: Floats, dispersion: float, correlation: float) -> Floats:
    """Variance of what leaves a cohort over that of chance alone; the larger where two readings differ."""
    most = np.maximum(cases, 1)  # when all cases of a cohort go together
    return np.asarray(np.minimum(np.maximum(dispersion, 1 + (most - 1) * correlation), most))


def _project(now: Floats, still: Floats, latest: NDArray[np.intp], hazards: Floats) -> Floats:
    result = np.column_stack([now, still])
    for lag in range(1, len(hazards)):
        ahead = latest < lag
        step = result[ahead, -1:] * hazards[lag]
        result[ahead, :-1] += step
        result[ahead, -1] -= step.sum(axis=1)
    return result


def _leave(
    now: Floats,
    still: Floats,
    latest: NDArray[np.intp],
    hazards: Floats,
    *,
    spread: tuple[float, float],
    rng: np.random.Generator,
) -> Floats:
    """Draw what becomes of the open cases: shape (BLOCK, origins, exits + 1), the last one still open."""
    state = np.repeat(np.column_stack([now, still])[None].astype(np.int64), BLOCK, axis=0)
    for lag in range(1, hazards.shape[1]):
        ahead = np.flatnonzero(latest < lag)
        if not ahead.size:
            continue
        open_now = state[:, ahead, -1]
        chance = np.repeat(hazards[:, lag, None, :], ahead.size, axis=1)
        if spread[0] > 1:  # Dirichlet-multinomial: every cohort has hazards of its own around the pooled ones
            excess = _excess(open_now.astype(np.float64), *spread)
            weight = np.maximum((open_now - excess) / np.maximum(excess - 1, 1e-9), 0.05)[:, :, None]
            chance = rng.standard_gamma(np.maximum(chance * weight, 1e-9)) + _LEAST
            chance /= chance.sum(axis=2, keepdims=True)
        moved = rng.multinomial(open_now, chance)
        state[:, ahead, :-1] += moved[:, :, :-1]
        state[:, ahead, -1] = moved[:, :, -1]
    return state.astype(np.float64)


def _incidence(hazards: Floats) -> Floats:
    """Return the cumulative incidence from hazards, both of shape (draws, lags, exits)."""
    still = np.cumprod(1 - hazards.sum(axis=2), axis=1)
    before = np.concatenate([np.ones((len(hazards), 1)), still[:, :-1]], axis=1)
    return np.cumsum(before[:, :, None] * hazards, axis=1)


def _by_origin(
    origins: pd.Index, names: list[str], entered: Floats, *, now: Floats, expected: Floats, ends: tuple[Floats, Floats]
) -> pd.DataFrame:
    visible = np.column_stack([now, entered - now.sum(axis=1)])
    columns = {"visible": visible, "expected": expected, "low": ends[0], "high": ends[1]}
    index = pd.MultiIndex.from_product([origins, names], names=["origin", "exit"])
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index=index)


def _lags(point: Floats, drawn: Floats, names: list[str], shares: Floats, ends: list[float]) -> pd.DataFrame:
    """Lag quantiles of each exit among those who leave by it; nan where nobody ever does."""
    rows = []
    for place in range(len(names)):
        if point[0, -1, place] == 0:
            rows.append(np.full((3, len(shares)), np.nan))
            continue
        among = lag_reached(point[:, :, place] / point[:, -1:, place], shares)
        low, high = np.quantile(lag_reached(drawn[:, :, place] / drawn[:, -1:, place], shares), ends, axis=0)
        rows.append(np.stack([among[0], low, high]))
    index = pd.MultiIndex.from_product([names, shares.tolist()], names=["exit", "share"])
    return pd.DataFrame(np.concatenate(rows, axis=1).T, index=index, columns=["lag", "low", "high"])
