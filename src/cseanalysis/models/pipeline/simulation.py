"""Cohorts through several stages whose probabilities and delays are all uncertain: events by period, with intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cseanalysis.distributions import Distribution, Fixed, ScaledBeta, Trapezoid
from cseanalysis.models.change.series import check_lags
from cseanalysis.models.checks import check_level, check_positive, check_share, check_whole, number, numbers, one_of
from cseanalysis.models.delays.delay import Delay, Family, masses
from cseanalysis.models.draws.simulation import BLOCK, block_generator, check_seed, too_few
from cseanalysis.models.pipeline.projection import checked_intake
from cseanalysis.said import Words, ranged, speaks
from cseanalysis.values import Interval, NotEstimableError

Array = NDArray[np.float64]

LARGE = 100.0  # expected events from which on a Poisson count is drawn by expansion
DELAYS = 2**12  # delays drawn for each block of draws; each is used for every 4096th probability


@dataclass(frozen=True, slots=True)
class UncertainDelay:
    """A delay of which shape and median are uncertain.

    Parameters
    ----------
    family
        See `Delay`.
    shape, median
        Distributions above 0; the median in days. They are drawn independently.

    Raises
    ------
    ValueError
        When the family is unknown, or shape or median is no distribution above 0.
    """

    family: Family
    shape: Distribution
    median: Distribution

    def __post_init__(self) -> None:
        for name in ("shape", "median"):
            value = getattr(self, name)
            if not isinstance(value, ScaledBeta | Trapezoid | Fixed):
                raise ValueError(f"{name} {value!r}: must be a distribution such as uniform(0.5, 2) or fixed(1)")
            if not value.low > 0:
                raise ValueError(f"{name} {value}: must stay above 0, or the delay is none")
        Delay(self.family, self.shape.low, 1.0)
        if not _unit_medians(self.family, np.array([self.shape.low, self.shape.high])).min() > 1e-290:
            raise ValueError(
                f"shape {self.shape}: of a {self.family} delay so near 0 nearly all events are at once, so a median "
                "tells no scale; use larger shapes"
            )


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a pipeline: who takes it, and how long after the step before.

    Parameters
    ----------
    name
        Of the event, e.g. ``"charged"``.
    probability
        That a case which had the event before ever has this one; a distribution within [0, 1].
    delay
        From the event before: a `Delay` taken as known, an `UncertainDelay`, or a probability mass by whole periods,
        index 0 the same period, summing to 1 (what never comes belongs in the probability).

    Raises
    ------
    ValueError
        When the probability leaves [0, 1] or the mass is none.
    """

    name: str
    probability: Distribution
    delay: Delay | UncertainDelay | Sequence[float] | NDArray[np.float64]

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise ValueError(f"stage {self.name!r} has no name; say in words which event it is")
        chance = self.probability
        if not isinstance(chance, ScaledBeta | Trapezoid | Fixed) or not 0 <= chance.low <= chance.high <= 1:
            raise ValueError(
                f"stage {self.name}: probability {chance!r}: must be a distribution within 0 and 1, such as "
                "uniform(0.1, 0.2) or fixed(0.15)"
            )
        if not isinstance(self.delay, Delay | UncertainDelay):
            check_lags(f"stage {self.name}: delay", self.delay)
            mass = numbers(f"stage {self.name}: delay", self.delay)
            if mass.ndim != 1 or not np.isfinite(mass).all() or (mass < 0).any() or abs(mass.sum() - 1) > 1e-9:
                raise ValueError(
                    f"stage {self.name}: delay of shape {mass.shape} and sum {mass.sum():.6g}: must be a probability "
                    "mass by period that sums to 1; what never comes belongs in the probability"
                )


@speaks
@dataclass(frozen=True, slots=True, eq=False)
class PipelineSimulation:
    """What a pipeline brings, period by period.

    Parameters
    ----------
    events
        A row for each stage and period (from 0): ``expected`` (mean of the expected numbers), ``median``, ``low`` and
        ``high`` of the events that happen.
    completeness
        A row for each stage and age in periods: ``median``, ``low``, ``high`` of the share of a cohort's eventual
        events that has happened by the end of that period, 0 being the one in which the cohort entered.
    level
        Share of the draws between ``low`` and ``high``, an interval of simulation.
    draws
        How many were made.

    Notes
    -----
    ``print`` gives the last stage in the last period with its interval, and a row a stage and period.
    """

    events: pd.DataFrame
    completeness: pd.DataFrame
    level: float
    waits: dict[str, Array] = field(repr=False)
    intake: Array = field(repr=False)
    draws: int

    def until_visible(self, stage: str, share: float) -> Interval:
        """Return after how many more periods a share of what is still to come of a stage is visible.

        Counted from the end of the last period of the intake, of events still to come from the cohorts in it.

        Raises
        ------
        ValueError
            When the stage or the share is unknown.
        NotEstimableError
            When draws within the interval do not reach the share in the simulated periods.
        """
        one_of("stage", stage, self.waits)
        check_share("share", share)
        if share in (0, 1):
            raise ValueError(f"share is {share}: must lie strictly between 0 and 1, of the events still to come")
        arrived = np.cumsum(_events(self.waits[stage], self.intake), axis=1)[:, len(self.intake) - 1 :]
        wanted = arrived[:, :1] + share * (self.intake.sum() - arrived[:, :1])
        reached = arrived >= wanted - 1e-9 * self.intake.sum()
        when = np.where(reached.any(axis=1), np.argmax(reached, axis=1), np.inf)
        tail = (1 - self.level) / 2
        low, high = np.quantile(when, [tail, 1 - tail], method="inverted_cdf").tolist()
        if not math.isfinite(high):
            raise NotEstimableError(
                f"{stage}: in {np.mean(np.isinf(when)):.0%} of the draws {share:g} of what is still to come is not "
                f"visible after {arrived.shape[1] - 1} more periods; simulate more periods"
            )
        return Interval(low, high, "simulation", self.level)

    def to_frame(self) -> pd.DataFrame:
        """Return a row a stage and period: ``stage``, ``period``, ``expected``, ``median``, ``low``, ``high``."""
        return self.events.reset_index(drop=True)

    def _says(self) -> Words:
        last = self.events.iloc[-1]
        what = f"events of stage {last['stage']} in period {last['period']}"
        head = ranged(what, last["low"], last["high"], "simulation", self.level, point=last["median"], called="median")
        stated = ("the intake, probabilities and delays that were stated",)
        return Words(head, rests_on=stated, doubts=too_few(self.draws, self.level))


def simulate_pipeline(
    intake: ArrayLike,
    stages: Sequence[Stage],
    *,
    period_days: float,
    periods: int | None = None,
    inflation: float = 1.0,
    draws: int = 100_000,
    seed: int,
    level: float = 0.95,
) -> PipelineSimulation:
    """Send cohorts through stages in a row and count the events of each period.

    Parameters
    ----------
    intake
        Cases entering in each period, oldest first, shape (cohorts,). Who entered earlier is not in it, so the first
        periods are too low by the events those still have.
    stages
        In order. Each period's events of a stage enter the next one.
    period_days
        Length of a period in days, e.g. 91.3125 for quarters.
    periods
        How many to simulate; ``None``: as many as the intake has. After the intake nobody enters.
    inflation
        How many times the variance of the events exceeds a Poisson one because they come in clusters; see
        `variance_inflation`. 1 for independent events. 0 for no chance at all: the intervals of the expected number
        alone, too narrow for counts. No draw has more events than cases entered, but where most of a cohort has the
        event within one period a Poisson count varies more than theirs can, and the intervals are too wide.
    draws, seed
        How many, and a whole number from 0.
    level
        Share of the draws that the intervals hold.

    Returns
    -------
    PipelineSimulation

    Raises
    ------
    ValueError
        When intake, stages, inflation, periods, draws, seed or level are impossible.

    Notes
    -----
    Convolution of cohorts (Brookmeyer and Gail 1988) with parameters drawn anew, as every number that a stage needs is
    arguable. In each block of 2**17 draws, probabilities are drawn for every draw and delays 4,096 times, each joined
    to every 4,096th draw. Delays do not react to the load: where a court is full they lengthen, see `serve_queue`.
    Counts of different periods are drawn independently given the parameters. Coverage as measured by
    ``benchmarks/delay_coverage.py`` in 2,000 worlds each, drawn from the stated distributions: nominal 95% intervals
    covered 95.0% to 96.9% of counts of independent cases; of cases in clusters of eight, 49.8% to 58.5% with inflation
    1 and 92.2% to 96.1% with inflation 8. They say nothing of worlds outside the stated distributions.

    Examples
    --------
    >>> from cseanalysis.distributions import fixed, uniform
    >>> charged = Stage("charged", uniform(0.1, 0.2), Delay("gamma", 1.0, 365.0))
    >>> convicted = Stage("convicted", fixed(0.7), UncertainDelay("gamma", uniform(1, 2), uniform(300, 400)))
    >>> run = simulate_pipeline([1000] * 8, [charged, convicted], period_days=91.3125, draws=2000, seed=0)
    >>> run.events.query("period == 7")["expected"].round().tolist()
    [127.0, 51.0]
    """
    cases = checked_intake(intake)
    count = len(cases) if periods is None else periods
    for name, size, most in (("draws", draws, 100_000_000), ("periods", count, 10_000)):
        check_whole(name, size, most=most)
    if count < len(cases):
        raise ValueError(f"{count} periods for an intake of {len(cases)}: simulate at least as many")
    if isinstance(stages, str | np.ndarray) or not isinstance(stages, Iterable):
        raise ValueError(f"stages is {stages!r}: must be a list of Stage, in order; put one alone into a list")
    stages = list(stages)
    if other := [stage for stage in stages if not isinstance(stage, Stage)]:
        raise ValueError(f"stages hold {other[0]!r}: must be a list of Stage, in order")
    names = [stage.name for stage in stages]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"stages {names[:5]}: give at least one, each with a name of its own")
    period_days, inflation = check_positive("period_days", period_days), number("inflation", inflation)
    level = check_level(level)
    if not (math.isfinite(inflation) and (inflation == 0 or inflation >= 1)):
        raise ValueError(f"inflation {inflation}: must be 1 or more, or 0 for the expected numbers alone")
    blocks = [_draw(stages, check_seed(seed), at, min(BLOCK, draws - at * BLOCK)) for at in range(-(-draws // BLOCK))]
    tail = (1 - level) / 2
    shares = [0.5, tail, 1 - tail]
    events: list[pd.DataFrame] = []
    ages: list[pd.DataFrame] = []
    waits: dict[str, Array] = {}
    drawn = np.empty((count, draws))
    entered = np.cumsum(np.pad(cases, (0, count - len(cases))))
    before = [np.eye(1, count)] * len(blocks)  # every case has entered in its own period
    for place, stage in enumerate(stages):
        before = [
            _chained(one, _mass(stage, block, place, count, period_days))
            for one, block in zip(before, blocks, strict=True)
        ]
        expected = np.zeros(count)
        for at, (block, wait) in enumerate(zip(blocks, before, strict=True)):
            expected += _fill(drawn[:, at * BLOCK : (at + 1) * BLOCK], block, place, _events(wait, cases), inflation)
        if inflation:
            np.minimum(drawn, np.ceil(entered)[:, np.newaxis], out=drawn)
        waits[stage.name] = np.concatenate(
            [np.broadcast_to(wait, (block.delays, count)) for block, wait in zip(blocks, before, strict=True)]
        )
        seen = np.minimum(np.cumsum(waits[stage.name], axis=1), 1.0)
        events.append(
            _described(
                stage.name, "period", np.stack([np.quantile(row, shares) for row in drawn], axis=1), expected / draws
            )
        )
        ages.append(_described(stage.name, "age", np.quantile(seen, shares, axis=0)))
    return PipelineSimulation(
        pd.concat(events, ignore_index=True), pd.concat(ages, ignore_index=True), level, waits, cases, draws
    )


@dataclass(frozen=True, slots=True)
class _Draws:
    """What was drawn for one block, a list item for each stage."""

    rng: np.random.Generator
    chances: list[Array]  # that a case comes through all stages up to this one
    shapes: list[Array]
    medians: list[Array]

    @property
    def delays(self) -> int:
        return min(len(self.chances[0]), DELAYS)


def _draw(stages: Sequence[Stage], seed: int, place: int, draws: int) -> _Draws:
    block = _Draws(block_generator(seed, place), [], [], [])
    through = np.ones(draws)
    for stage in stages:
        through = through * stage.probability.draw(block.rng, draws)
        block.chances.append(through)
        shape = median = np.empty(0)
        if isinstance(stage.delay, UncertainDelay):
            shape = stage.delay.shape.draw(block.rng, block.delays)
            median = stage.delay.median.draw(block.rng, block.delays)
        block.shapes.append(shape)
        block.medians.append(median)
    return block


def _mass(stage: Stage, block: _Draws, place: int, periods: int, period_days: float) -> Array:
    """Return the mass of the stage's own delay: a row for each delay drawn, or one row when it is known."""
    if isinstance(stage.delay, UncertainDelay):
        family, shapes = stage.delay.family, block.shapes[place]
        return masses(
            family, shapes, block.medians[place] / _unit_medians(family, shapes), periods, period_days=period_days
        )
    if isinstance(stage.delay, Delay):
        return stage.delay.mass(periods, period_days=period_days)[np.newaxis]
    given = np.asarray(stage.delay, dtype=np.float64)[:periods]
    return np.pad(given, (0, periods - len(given)))[np.newaxis]


def _chained(before: Array, mass: Array) -> Array:
    """Return the mass of both delays in a row, row by row."""
    periods = mass.shape[1]
    both = np.zeros((max(len(mass), len(before)), periods))
    for age in np.flatnonzero(before.any(axis=0)).tolist():
        both[:, age:] += before[:, age : age + 1] * mass[:, : periods - age]
    return both


def _fill(drawn: Array, block: _Draws, place: int, each: Array, inflation: float) -> Array:
    """Write the events of each period and draw; return the sums of what is expected."""
    total = np.zeros(len(drawn))
    rows = np.ascontiguousarray(each.T)
    for start in range(0, drawn.shape[1], block.delays):
        part = drawn[:, start : start + block.delays]
        chance = block.chances[place][start : start + block.delays]
        np.multiply(chance, rows[:, : len(chance)], out=part)
        total += part.sum(axis=1)
        np.maximum(part, 0.0, out=part)
        if inflation > 1:
            part[:] = block.rng.gamma(part / (inflation - 1), inflation - 1)
        if inflation > 0:
            for row in part:
                row[:] = _poisson(block.rng, row)
    return total


def _poisson(rng: np.random.Generator, expected: Array) -> Array:
    """Draw Poisson counts; if all are large, by their expansion in a normal score (Cornish and Fisher 1938)."""
    # At 100 expected, two draws in ten thousand then differ by one case from the exact quantile; above, fewer.
    if expected.min() < LARGE:
        return rng.poisson(expected).astype(np.float64)
    score = rng.standard_normal(expected.size)
    square, root = score * score, np.sqrt(expected)
    drawn = expected + root * score + (square - 1) / 6 - score * (square + 2) / (72 * root)
    return np.asarray(np.rint(drawn), dtype=np.float64)


def _events(waits: Array, intake: Array) -> Array:
    """Events of each period if all cases came through, a row for each delay."""
    periods = waits.shape[1]
    entered = np.zeros((periods, periods))
    for age in range(periods):
        length = min(len(intake), periods - age)
        entered[age, age : age + length] = intake[:length]
    return np.asarray(waits @ entered, dtype=np.float64)


def _unit_medians(family: Family, shapes: Array) -> Array:
    if family == "gamma":
        return np.asarray(special.gammaincinv(shapes, 0.5), dtype=np.float64)
    return np.log(2) ** (1 / shapes) if family == "weibull" else np.ones_like(shapes)


def _described(stage: str, what: str, quantiles: Array, expected: Array | None = None) -> pd.DataFrame:
    median, low, high = quantiles
    table = pd.DataFrame({"stage": stage, what: np.arange(len(median))})
    if expected is not None:
        table["expected"] = expected
    return table.assign(median=median, low=low, high=high)
