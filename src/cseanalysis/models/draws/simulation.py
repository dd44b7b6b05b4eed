"""Draws of one quantity, what may be said of them, and the random numbers they are made from."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cseanalysis.models.checks import check_level, numbers
from cseanalysis.said import Words, of_interval, speaks
from cseanalysis.values import Interval, NotEstimableError, shown

FEW = 1_000  # draws below which the ends of an interval hang on a few of them
BLOCK = 2**17  # draws that share one generator; fixed, so that results do not depend on the number of workers


@speaks
@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """The distribution of a simulated quantity: draws, or quantiles that are known exactly.

    Parameters
    ----------
    draws
        Values of shape (n,), in the order drawn; not copied, and read-only from here on. ``None`` with `inverse`.
    inverse
        The exact quantile function, called with the probabilities below and above; ``None`` with `draws`.
    exact_mean, exact_variance
        The value where it is known in closed form; a sentence where it must not be given; ``None`` to take it from
        the draws.

    Raises
    ------
    ValueError
        Without draws or with missing ones, or with both draws and exact quantiles.

    Notes
    -----
    Quantiles of draws interpolate linearly between order statistics (Hyndman and Fan 1996, type 7, as numpy and R
    do). They are selected without sorting or copying the draws.

    ``print`` gives the central 95% with the median, and five quantiles; of fewer than 1,000 draws also on how many of
    them each end rests.

    Examples
    --------
    >>> Simulation(np.array([3.0, 1.0, 2.0])).median
    2.0
    """

    draws: NDArray[np.float64] | None = None
    inverse: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]] | None = field(
        default=None, repr=False
    )
    exact_mean: float | str | None = None
    exact_variance: float | str | None = None

    def __post_init__(self) -> None:
        if (self.draws is None) == (self.inverse is None):
            raise ValueError("a simulation has either draws or exact quantiles; give one of the two")
        if self.draws is not None:
            ready = isinstance(self.draws, np.ndarray) and self.draws.dtype == np.float64
            draws = np.asarray(self.draws) if ready else numbers("draws", self.draws)
            if draws.ndim != 1 or draws.size == 0:
                raise ValueError(f"draws of shape {draws.shape}: must be one row of at least one value")
            if math.isnan(float(draws.min())):
                raise ValueError(f"{int(np.isnan(draws).sum())} of {draws.size} draws are missing; find out why")
            draws = draws.view()
            draws.flags.writeable = False
            object.__setattr__(self, "draws", draws)

    @property
    def exact(self) -> bool:
        """Whether the quantiles are exact, so that they hold no error of simulation."""
        return self.inverse is not None

    @property
    def size(self) -> int:
        """How many draws there are; 0 where the quantiles are exact."""
        return 0 if self.draws is None else self.draws.size

    @overload
    def quantile(self, q: float) -> float: ...
    @overload
    def quantile(self, q: ArrayLike) -> float | NDArray[np.float64]: ...
    def quantile(self, q: ArrayLike) -> float | NDArray[np.float64]:
        """Return the value below which a share ``q`` lies: a number, or an array of the shape of ``q``.

        Raises
        ------
        ValueError
            When ``q`` is not strictly between 0 and 1: the smallest and largest draw say how many were drawn.
        NotEstimableError
            When the value is too large for a floating-point number.
        """
        share = numbers("q", q)
        if not ((share > 0) & (share < 1)).all():
            raise ValueError(
                f"quantile at {np.ravel(share)[:5].tolist()}: q must lie strictly between 0 and 1; "
                "the ends of the draws depend on how many there are"
            )
        if self.inverse is not None:
            with np.errstate(divide="ignore", over="ignore"):
                value = np.asarray(self.inverse(share, 1 - share), dtype=np.float64)
        else:
            value = _quantiles(self._drawn(), share.ravel()).reshape(share.shape)
        if not np.isfinite(value).all():
            raise NotEstimableError(
                f"the quantile at {np.ravel(share)[:5].tolist()} is too large for a number: the probability it is "
                "divided by comes too near to 0; use a distribution that stays away from 0"
            )
        return float(value) if value.ndim == 0 else value

    @property
    def median(self) -> float:
        """The value with half of the distribution on each side."""
        return self.quantile(0.5)

    def interval(self, level: float = 0.95) -> Interval:
        """Return the central range that holds a share ``level``; kind ``"simulation"``.

        Raises
        ------
        ValueError
            When ``level`` is not between 0 and 1.
        NotEstimableError
            When there is one draw only.
        """
        level = check_level(level)
        if self.draws is not None and self.draws.size < 2:
            raise NotEstimableError("one draw has no interval: draw more")
        low, high = np.asarray(self.quantile([(1 - level) / 2, (1 + level) / 2])).tolist()
        return Interval(low, high, "simulation", level)

    @property
    def mean(self) -> float:
        """The mean: in closed form where there is one, else of the draws.

        Raises
        ------
        NotEstimableError
            When it does not exist, or the draws cannot estimate it.
        """
        if isinstance(self.exact_mean, str):
            raise NotEstimableError(self.exact_mean)
        return float(self._drawn().mean()) if self.exact_mean is None else self.exact_mean

    @property
    def variance(self) -> float:
        """The variance: in closed form where there is one, else of the draws.

        Raises
        ------
        NotEstimableError
            When it does not exist, or the draws cannot estimate it.
        """
        if isinstance(self.exact_variance, str):
            raise NotEstimableError(self.exact_variance)
        if self.exact_variance is not None:
            return self.exact_variance
        if self._drawn().size < 2:
            raise NotEstimableError("one draw has no variance; draw more")
        return float(self._drawn().var(ddof=1))

    def _drawn(self) -> NDArray[np.float64]:
        if self.draws is None:
            raise NotEstimableError("this simulation holds exact quantiles and no draws, and its moment was not given")
        return self.draws

    def to_frame(self) -> pd.DataFrame:
        """Return a row a quantile: ``share`` of the distribution below ``value`` (missing where it is too large)."""
        shares = (0.025, 0.25, 0.5, 0.75, 0.975)
        return pd.DataFrame({"share": shares, "value": quantiles_if_any(self, shares)})

    def _says(self) -> Words:
        drawn = () if self.draws is None else (f"{self.draws.size:,} draws",)
        return Words(headline(self, "simulated"), rests_on=drawn, doubts=too_few(self.size))


def quantiles_if_any(simulation: Simulation, shares: Sequence[float] = (0.5, 0.025, 0.975)) -> list[float]:
    """Return quantiles, by default the median and the ends of 95%; nan where one is too large for a number."""
    found = []
    for share in shares:
        try:
            found.append(simulation.quantile(share))
        except NotEstimableError:
            found.append(math.nan)
    return found


def headline(simulation: Simulation, what: str, level: float = 0.95) -> str:
    """Word the central range and the median of a simulation, or say that there is none."""
    try:
        return of_interval(what, simulation.interval(level), point=simulation.median, called="median")
    except NotEstimableError as error:
        return f"{what}: not estimable as an interval of simulation ({error})"


def too_few(count: int, level: float = 0.95) -> tuple[str, ...]:
    """Say on how many draws each end of an interval rests, where fewer than a thousand were made."""
    if not 1 < count < FEW:  # of one draw there is no interval
        return ()
    outer = math.floor((count - 1) * (1 - level) / 2) + 1
    rest = f"{outer} of them" if outer > 1 else "the outermost one"
    return (f"{count:,} draws: each end of a {100 * level:.6g}% interval rests on {rest}; make {FEW:,} or more",)


def check_seed(seed: object) -> int:
    """Return ``seed`` if it is a whole number that Philox takes as a key."""
    if isinstance(seed, bool | np.bool_) or not isinstance(seed, int | np.integer) or not 0 <= int(seed) < 2**128:
        raise ValueError(f"seed {shown(seed)}: must be a whole number, not negative, so that the draws can be repeated")
    return int(seed)


def block_generator(seed: int, block: int) -> np.random.Generator:
    """Return the generator of one block of draws; blocks never overlap, whoever draws them and in which order."""
    return np.random.Generator(np.random.Philox(key=check_seed(seed), counter=[0, 0, 0, block]))


def _quantiles(values: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    position = shares * (values.size - 1)
    below = np.floor(position).astype(np.intp)
    above = np.minimum(below + 1, values.size - 1)
    ranks = np.unique(np.concatenate([below, above]))
    found = dict(zip(ranks.tolist(), np.partition(values, ranks)[ranks], strict=True))
    low = np.array([found[rank] for rank in below.tolist()])
    high = np.array([found[rank] for rank in above.tolist()])
    with np.errstate(invalid="ignore"):
        return np.where(low == high, low, low + (position - below) * (high - low))
