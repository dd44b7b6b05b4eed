"""A chain of which some links have a distribution and others only a range: two distributions, and nothing between."""

from __future__ import annotations

from collections.abc import Mapping

from cseanalysis.distributions import Distribution, fixed
from cseanalysis.models.multiplier import Noise, simulate_total
from cseanalysis.models.simulation import Simulation
from cseanalysis.values import Assumption, Interval, shown


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
