"""From a recorded count and a chain of uncertain probabilities to the distribution of the total."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from numbers import Real
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cseanalysis.distributions import Distribution, Fixed, ScaledBeta, Trapezoid, fixed
from cseanalysis.models.checks import check_whole
from cseanalysis.models.draws.copula import correlation_matrix, factor, log_quantile_of_score, tail_weight
from cseanalysis.models.draws.simulation import BLOCK, Simulation, block_generator, check_seed
from cseanalysis.values import Assumption, Interval, NotEstimableError, plain_number, share_hint, shown

if TYPE_CHECKING:
    import pandas as pd


Array = NDArray[np.float64]
Noise = Literal["poisson"] | float | None

_CHUNK = 2**14  # scores handled together: they stay in the processor's cache


def simulate_total(
    recorded: int,
    probabilities: Mapping[str, Distribution],
    *,
    shares: Mapping[str, Distribution] | None = None,
    correlation: ArrayLike | None = None,
    noise: Noise = None,
    draws: int = 1_000_000,
    seed: int,
    workers: int = 1,
) -> Simulation:
    """Divide a recorded count by a chain of probabilities, each with a distribution.

    Parameters
    ----------
    recorded
        Count of events recorded: a whole number above 0.
    probabilities
        The chain by name, each the probability of passing one link given that all before were passed (told, reported,
        recorded). They must be about the events, unit, period and area of ``recorded``; no loss may be in two of them.
    shares
        Shares of the recorded count that belong to the total sought, by name: what happened in the period (not earlier)
        and is neither cancelled later nor false (counts published net of cancellations have those taken off already).
        The count is multiplied by them; they are independent.
    correlation
        Between the normal scores of the probabilities, see `correlation_matrix`. ``None`` is independence, which
        makes the range narrower than links that fail together deserve: see `totals_by_dependence`.
    noise
        ``"poisson"``: the count varies as a Poisson count around what was recorded. A number: the dispersion ``k`` of a
        negative binomial, whose variance is ``n + k n^2``. ``None``: the count is taken as it is.
    draws
        How many; not used where the answer is exact.
    seed
        A whole number from 0.
    workers
        Threads; the draws are the same for any number.

    Returns
    -------
    Simulation
        Of the total. Its quantiles are exact when one factor alone is uncertain. Its mean is refused when it does not
        exist, which the distributions decide, not the draws.

    Raises
    ------
    ValueError
        When the count is not a whole number, a link is no distribution or leaves [0, 1], the correlation is impossible,
        or noise, draws, seed or workers are.
    NotEstimableError
        When the recorded count is 0: dividing it gives 0 whatever the probability is.

    Notes
    -----
    ``N = n s_1 s_2 .. / (p_1 p_2 ..)``. The mean of ``n / p`` is not ``n`` over the mean of ``p``, and does not exist
    for a beta with ``a <= 1``. Scores are drawn in blocks of 2**17 from Philox (Salmon et al. 2011) with the block as
    counter. Correlated links: Gaussian copula (Nelsen 2006, section 2.3) by quantile transform, so every link keeps its
    distribution. A moment is taken from draws only if the moment of twice its order exists, else draws do not settle.

    Examples
    --------
    >>> from cseanalysis.distributions import beta
    >>> total = simulate_total(100_000, {"recorded": beta(2, 14)}, seed=0)
    >>> total.exact, round(total.median), round(total.mean)
    (True, 914109, 1500000)
    """
    count = _check_recorded(recorded)
    links = _check_links("probabilities", probabilities)
    kept = _check_links("shares", {} if shares is None else shares)
    if not links:
        raise ValueError("no probabilities given; a chain has at least one link")
    matrix = correlation_matrix(correlation, list(links))
    _check_noise(noise)
    draws, workers = check_whole("draws", draws), check_whole("workers", workers, most=1024)
    seed = check_seed(seed)
    mean, variance = _moments(count, list(links.values()), list(kept.values()), matrix, noise)
    inverse = _exact_quantiles(count, list(links.values()), list(kept.values())) if noise is None else None
    if inverse is not None:
        return Simulation(inverse=inverse, exact_mean=mean, exact_variance=variance)
    fill = _totals_drawn(count, list(links.values()), list(kept.values()), matrix=matrix, noise=noise, seed=seed)
    totals = np.empty(int(draws))
    parts = {block: totals[block * BLOCK : (block + 1) * BLOCK] for block in range(math.ceil(totals.size / BLOCK))}
    if workers == 1:
        for block, part in parts.items():
            fill(block, part)
    else:
        with ThreadPoolExecutor(int(workers)) as pool:
            list(pool.map(fill, parts.keys(), parts.values()))
    return Simulation(totals, exact_mean=mean, exact_variance=variance)


def totals_by_dependence(
    recorded: int,
    probabilities: Mapping[str, Distribution],
    *,
    correlation: ArrayLike,
    level: float = 0.95,
    shares: Mapping[str, Distribution] | None = None,
    noise: Noise = None,
    draws: int = 1_000_000,
    seed: int,
) -> pd.DataFrame:
    """Show the range of the total with independent links, with the correlation stated, and with fully dependent links.

    Parameters
    ----------
    recorded, probabilities, correlation, shares, noise, draws, seed
        As for `simulate_total`; the same scores are used in every row.
    level
        Share of the draws that the range holds.

    Returns
    -------
    DataFrame
        Rows ``independent``, ``as stated``, ``fully dependent``; columns ``dependence``, ``low``, ``median``, ``high``,
        ``width`` and ``width_ratio`` (to independent links), and ``mean_exists``.

    Raises
    ------
    ValueError, NotEstimableError
        As for `simulate_total`; also with a single link, which has nothing to depend on.

    Examples
    --------
    >>> from cseanalysis.distributions import beta
    >>> links = {"told": beta(5, 45), "kept": beta(20, 5)}
    >>> table = totals_by_dependence(1000, links, correlation=0.5, seed=0)
    >>> [(name, bool(ratio > 1)) for name, ratio in zip(table["dependence"], table["width_ratio"])]
    [('independent', False), ('as stated', True), ('fully dependent', True)]
    """
    import pandas as pd  # here, because a simulation without a table has no use for its 64 MiB

    if len(_check_links("probabilities", probabilities)) < 2:
        raise ValueError(f"{len(probabilities)} link: dependence needs at least two; use simulate_total")
    rows = []
    for name, matrix in (("independent", None), ("as stated", correlation), ("fully dependent", 1.0)):
        total = simulate_total(
            recorded, probabilities, shares=shares, correlation=matrix, noise=noise, draws=draws, seed=seed
        )
        ends = total.interval(level)
        weight = tail_weight(list(probabilities.values()), correlation_matrix(matrix, list(probabilities)))
        width = ends.high - ends.low
        rows.append((name, ends.low, total.median, ends.high, width, weight < _ONE))
    table = pd.DataFrame(rows, columns=["dependence", "low", "median", "high", "width", "mean_exists"])
    table.insert(5, "width_ratio", table["width"] / table["width"].iloc[0])
    return table


_ONE = 1 - 1e-12  # an eigenvalue of 1 may come out a rounding error below it; at 1 the mean does not exist


def _exact_quantiles(
    count: int, links: Sequence[Distribution], kept: Sequence[Distribution]
) -> Callable[[Array, Array], Array] | None:
    """Return the quantile function of the total when at most one factor is uncertain, else None."""
    uncertain = [link for link in (*links, *kept) if not isinstance(link, Fixed)]
    constant = count * math.prod(share.low for share in kept if isinstance(share, Fixed))
    constant /= math.prod(link.low for link in links if isinstance(link, Fixed))
    if not uncertain:
        return lambda lower, upper: np.full(np.shape(lower), constant)
    if len(uncertain) > 1:
        return None
    (one,) = uncertain
    if any(one is link for link in links):
        return lambda lower, upper: constant / one.at(upper, lower)
    return lambda lower, upper: constant * one.at(lower, upper)


def _totals_drawn(
    count: int, links: Sequence[Distribution], kept: Sequence[Distribution], *, matrix: Array, noise: Noise, seed: int
) -> Callable[[int, Array], None]:
    """Return the function that fills an array with the totals of the block of that number."""
    lower = factor(matrix)
    functions = {place: log_quantile_of_score(link) for place, link in enumerate(links) if not isinstance(link, Fixed)}
    share_functions = [log_quantile_of_score(share) for share in kept if not isinstance(share, Fixed)]
    constant = math.prod(share.low for share in kept if isinstance(share, Fixed))
    constant /= math.prod(link.low for link in links if isinstance(link, Fixed))

    def fill(block: int, totals: Array) -> None:
        rng = block_generator(seed, block)
        scores = np.empty((len(links), _CHUNK))
        for start in range(0, totals.size, _CHUNK):
            rng.standard_normal(out=scores)
            exponent = np.zeros(_CHUNK)
            for place, function in functions.items():
                own = scores[place] * lower[place, place]
                for other in range(place):
                    if lower[place, other]:
                        own += lower[place, other] * scores[other]
                exponent -= function(own)
            for function in share_functions:
                exponent += function(rng.standard_normal(_CHUNK))
            counts = _counts_drawn(rng, count, noise)
            with np.errstate(over="ignore", invalid="ignore"):
                drawn = np.exp(exponent, out=exponent)
                drawn *= constant
                drawn *= counts
            if noise is not None:
                drawn[counts == 0] = 0.0  # also where the factor is infinite: nothing was recorded in that draw
            part = totals[start : start + _CHUNK]
            part[:] = drawn[: part.size]

    return fill


def _counts_drawn(rng: np.random.Generator, count: int, noise: Noise) -> Array | int:
    if noise is None:
        return count
    if noise == "poisson":
        return rng.poisson(count, _CHUNK).astype(np.float64)
    return rng.poisson(rng.gamma(1 / noise, count * noise, _CHUNK)).astype(np.float64)


def _moments(
    count: int, links: Sequence[Distribution], kept: Sequence[Distribution], matrix: Array, noise: Noise
) -> tuple[float | str | None, float | str | None]:
    """Return mean and variance of the total in closed form, or why there are none, or None for those of the draws."""
    weight = tail_weight(links, matrix)
    uncertain = [place for place, link in enumerate(links) if not isinstance(link, Fixed)]
    block = matrix[np.ix_(uncertain, uncertain)]
    independent = bool((block == np.eye(len(uncertain))).all())
    square = count**2 if noise is None else count**2 + count + (0 if noise == "poisson" else float(noise) * count**2)
    moments: list[float | str | None] = []
    for order, name in ((1, "mean"), (2, "variance")):
        if not order * weight < _ONE:
            named = ", ".join(str(link) for link in links if math.isfinite(link.lower_tail))
            moments.append(
                f"the {name} of the total does not exist: {named} come{'s' if ',' not in named else ''} too near to 0 "
                f"too often (tail weight {weight:.4g} times order {order} must be below 1); use the median"
            )
        elif independent:
            factors = [link.inverse_moment(order) for link in links] + [share.moment(order) for share in kept]
            moments.append((count if order == 1 else square) * math.prod(factors))
        elif not 2 * order * weight < _ONE:
            moments.append(
                f"the {name} of the total exists, but with these correlated links its draws do not settle (tail weight "
                f"{weight:.4g} times {2 * order} must be below 1); use the median and quantiles"
            )
        else:
            moments.append(None)
    mean, second = moments
    if independent and isinstance(mean, int | float) and isinstance(second, int | float):
        return mean, max(0.0, second - mean**2)
    return mean, second


def _check_recorded(recorded: int) -> int:
    recorded = plain_number("recorded", recorded)  # type: ignore[assignment]
    if not math.isfinite(recorded) or recorded < 0 or recorded != int(recorded):
        raise ValueError(
            f"recorded is {recorded}: must be a count, a whole number that is not negative; put its shares in shares="
        )
    if recorded == 0:
        raise NotEstimableError(
            "recorded is 0: divided by any probability it stays 0, which says nothing about the total; use a larger "
            "area or a longer period"
        )
    if recorded > 2**53:
        raise ValueError(f"recorded is {recorded}: counts above 2**53 are not exact in floating point")
    return int(recorded)


def _check_links(argument: str, links: Mapping[str, Distribution]) -> dict[str, Distribution]:
    if not isinstance(links, Mapping):
        raise ValueError(
            f"{argument} is {shown(links)}: must give a distribution by name, e.g. {{'told': beta(2, 14)}}"
        )
    for name, link in links.items():
        if isinstance(link, Interval | Assumption):
            raise ValueError(
                f"{argument} {name!r} is a range without a distribution: divide by it with implied_total, or say that "
                f"all its values are equally likely with uniform({link.low}, {link.high})"
            )
        if not isinstance(link, ScaledBeta | Trapezoid | Fixed):
            ends = ", ".join(f"{end:g}" for end in link) if _is_pair(link) else "low, high"
            raise ValueError(
                f"{argument} {name!r} is {shown(link)}: must be a distribution; a known value is fixed(x), a range "
                f"whose values are equally likely uniform({ends})"
            )
        if link.low < 0 or link.high > 1 or link.high == 0:
            raise ValueError(
                f"{argument} {name!r} is {link}, from {link.low} to {link.high}: must be above 0 and at most 1"
                f"{share_hint(link.high)}"
            )
    return dict(links)


def _is_pair(link: object) -> bool:
    return isinstance(link, tuple | list) and len(link) == 2 and all(isinstance(end, int | float) for end in link)


def _check_noise(noise: Noise) -> None:
    if noise is None or (isinstance(noise, str) and noise == "poisson"):
        return
    number = isinstance(noise, Real) and not isinstance(noise, bool)
    if not number or not 0 < noise < 1e12:
        raise ValueError(
            f"noise is {shown(noise)}: must be None, 'poisson', or the dispersion of a negative binomial, a number "
            "above 0"
        )


def simulate_total_between(
    recorded: int,
    probabilities: Mapping[str, Distribution | Interval],
    *,
    noise: Noise = None,
    draws: int = 1_000_000,
    seed: int,
    workers: int = 1,
) -> tuple[Simulation, Simulation]:
    """Return the total at the highest and at the lowest value of every link that is only bounded.

    Parameters
    ----------
    recorded
        Count of events recorded: a whole number above 0.
    probabilities
        The chain by name. A link with a distribution is drawn, independently of the others; a link that is a bound is
        set to one end and then to the other, because nothing says how its range is filled.
    noise, draws, seed, workers
        As in :func:`simulate_total`; both simulations use the same draws.

    Returns
    -------
    tuple of Simulation
        The least and the most. Every quantile of the total, however the bounded links may vary within their ranges,
        lies between those of the two, because the total falls with each probability.

    Raises
    ------
    ValueError
        When no link is a bound (use :func:`simulate_total`), or a bounded link leaves (0, 1] or is no bound.

    Examples
    --------
    >>> from cseanalysis.distributions import beta
    >>> chain = {"reported": beta(20, 80), "recorded": Interval(0.5, 1, "bound")}
    >>> least, most = simulate_total_between(1000, chain, seed=0)
    >>> round(least.median), round(most.median)
    (5051, 10101)
    """
    if not isinstance(probabilities, Mapping):
        raise ValueError(f"probabilities is {shown(probabilities)}: must give a distribution or an Interval by name")
    ranges = {name: link for name, link in probabilities.items() if isinstance(link, Interval)}
    for name, link in probabilities.items():
        if isinstance(link, Assumption):
            raise ValueError(
                f"probabilities {name!r} is an Assumption: give its range, {link.id}.interval, or its distribution, "
                f"read_distribution({link.id}.distribution)"
            )
    if not ranges:
        raise ValueError("every link has a distribution; simulate_total gives one distribution of the total")
    for name, link in ranges.items():
        if link.kind != "bound" or not 0 < link.low <= link.high <= 1:
            raise ValueError(
                f"link {name}: {link.low} to {link.high} ({link.kind}); a link that is only bounded lies above 0 and "
                "at most at 1, and a confidence interval is no bound: state a distribution or widen it to one"
            )
    drawn = {name: link for name, link in probabilities.items() if not isinstance(link, Interval)}
    ends = (
        {name: fixed(link.high) for name, link in ranges.items()},
        {name: fixed(link.low) for name, link in ranges.items()},
    )
    least, most = (
        simulate_total(recorded, {**drawn, **end}, noise=noise, draws=draws, seed=seed, workers=workers) for end in ends
    )
    return least, most
