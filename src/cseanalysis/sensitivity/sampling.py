"""Inputs with a stated distribution, and where in them a model is evaluated."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.stats import qmc

from cseanalysis.distributions import Distribution, ScaledBeta, beta, read_distribution
from cseanalysis.models.dependence import log_quantile_of_score
from cseanalysis.models.simulation import block_generator
from cseanalysis.values import Assumption, Interval, items_of, shown

Array = NDArray[np.float64]
Inputs = Mapping[str, Distribution | Assumption] | Iterable[Assumption]

_MOST = 2**26
_HALF_STEP = 2.0**-31  # Sobol points are multiples of 2^-30; half a step keeps them off both ends


def read_inputs(inputs: Inputs) -> dict[str, Distribution]:
    """Return the distribution of each input, in the order given.

    Parameters
    ----------
    inputs
        Distributions by id, or assumptions that state one.

    Raises
    ------
    ValueError
        Naming the assumptions that are only bounds, or what is no distribution; when an id is repeated or is none, or
        a distribution reaches beyond the range of its assumption, which would defend more than its reason does.

    Examples
    --------
    >>> from cseanalysis.distributions import uniform
    >>> list(read_inputs({"told": uniform(0.1, 0.2)}))
    ['told']
    """
    given: list[tuple[object, object]]
    if isinstance(inputs, Mapping):
        given = list(inputs.items())
    else:
        items = items_of(inputs)
        if items is None or not all(isinstance(each, Assumption) for each in items):
            raise ValueError(
                f"inputs is {shown(inputs)}: must give a distribution by id, as in {{'told': uniform(0.1, 0.2)}}, or "
                "be a list of assumptions that state one"
            )
        given = [(each.id, each) for each in items if isinstance(each, Assumption)]
    bounds = [
        name
        for name, each in given
        if isinstance(each, Interval) or (isinstance(each, Assumption) and not each.distribution)
    ]
    if bounds:
        raise ValueError(
            f"{bounds[:5]} only bounds: no value inside is favoured, so they have no share of a variance; they are "
            "ranked by narrowing, or state a distribution that somebody defends"
        )
    found: dict[str, Distribution] = {}
    for name, each in given:
        if not isinstance(name, str) or not name.isidentifier():
            raise ValueError(f"input id {shown(name)}: must be an identifier, because the model is called with it")
        if name in found:
            raise ValueError(f"input {name} is given more than once; each has one distribution")
        known = read_distribution(cast(str, each.distribution)) if isinstance(each, Assumption) else each
        if not isinstance(known, Distribution):
            raise ValueError(f"input {name} is {shown(each)}: must be a distribution, e.g. uniform(0.1, 0.2)")
        if isinstance(each, Assumption) and (known.low < each.low or known.high > each.high):
            raise ValueError(
                f"assumption {name}: {each.distribution} reaches from {known.low:g} to {known.high:g}, outside the "
                f"range from {each.low:g} to {each.high:g} that is defended; keep it within, or defend the wider range"
            )
        found[name] = known
    if not found:
        raise ValueError("no inputs given; a variance needs at least one")
    return found


def check_samples(samples: object) -> int:
    """Return ``samples`` if it is a power of two: Sobol sequences are even over the ranges only then.

    Raises
    ------
    ValueError
        Naming the nearest power of two; when it is below 16.

    Examples
    --------
    >>> check_samples(2**14)
    16384
    """
    if isinstance(samples, bool | np.bool_) or not isinstance(samples, int | np.integer) or samples < 16:
        raise ValueError(f"samples {shown(samples)}: must be a whole number, a power of two from 16, e.g. 2**14")
    number = int(samples)
    if number > _MOST:
        raise ValueError(f"samples {shown(number)}: at most 2**26 are within reach; take fewer, a power of two")
    if number & (number - 1):
        power = number.bit_length() - 1
        raise ValueError(
            f"samples {number}: Sobol sequences are even over the ranges for powers of two only; take "
            f"2**{power} = {2**power} or 2**{power + 1} = {2 ** (power + 1)}"
        )
    return number


def scores(dimensions: int, samples: int, seed: int) -> Array:
    """Return independent standard normal scores of a scrambled Sobol sequence, shape (dimensions, samples).

    Notes
    -----
    Scrambled by a random linear matrix and a digital shift (Matousek 1998), as in scipy. The scramble is seeded from
    block 0 of the Philox stream of ``seed``; what else is drawn with that seed takes blocks of its own.

    Examples
    --------
    >>> bool(abs(scores(1, 1024, seed=0).mean()) < 0.001)
    True
    """
    key = int(block_generator(seed, 0).integers(2**63))
    # scipy 1.15 renamed the argument.
    name = "rng" if "rng" in inspect.signature(qmc.Sobol).parameters else "seed"
    points = qmc.Sobol(dimensions, bits=30, **{name: np.random.default_rng(key)}).random(samples)
    return np.ascontiguousarray(special.ndtri(points.T + _HALF_STEP))


def values_of_scores(distribution: Distribution) -> Callable[[Array], Array]:
    """Return the function from normal scores to a distribution's values.

    Notes
    -----
    Betas are tabulated (relative error below 1e-10), because their exact quantiles are slow.

    Examples
    --------
    >>> from cseanalysis.distributions import pert
    >>> values_of_scores(pert(0.0, 0.5, 1.0))(np.array([0.0])).round(9).tolist()
    [0.5]
    """
    if isinstance(distribution, ScaledBeta):
        low, width = distribution.low, distribution.high - distribution.low
        logarithm = log_quantile_of_score(beta(distribution.a, distribution.b))
        return lambda score: low + width * np.exp(logarithm(score))
    return lambda score: np.asarray(distribution.quantile(special.ndtr(score)), dtype=np.float64)
