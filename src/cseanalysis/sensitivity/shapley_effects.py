"""Shapley effects: the variance of a model's value shared out among inputs that may be correlated."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cseanalysis.distributions import Fixed
from cseanalysis.models.draws.copula import definite_correlation, scores_given
from cseanalysis.models.draws.simulation import block_generator, check_seed
from cseanalysis.sensitivity.model_calls import Model, centre_and_scale, check_arguments, values_of_rows
from cseanalysis.sensitivity.variance import Inputs, check_samples, read_inputs, scores, values_of_scores

Array = NDArray[np.float64]
Costs = Callable[[NDArray[np.intp]], Array]

EXACT = 10  # inputs up to which every subset of them is asked
_PERMUTATIONS = 2048  # orders of the inputs beyond that
_GROUPS = 2**10  # neighbouring rows of a Sobol sequence count as one draw, because they are even together


def shapley(
    model: Model, inputs: Inputs, *, correlation: ArrayLike | None = None, samples: int, seed: int
) -> pd.DataFrame:
    """Share the variance of a model's value out among its inputs, which may be correlated.

    Parameters
    ----------
    model
        Called as ``model(**{id: array of shape (samples,)})``, once for each subset of the inputs (or step of the
        orders); returns an array of that shape.
    inputs
        Distributions by id, or assumptions that state one. Assumptions that are only bounds are refused: rank those by
        `narrowing`.
    correlation
        Between the normal scores of the inputs (a Gaussian copula): ``None`` for independence, one number for all
        pairs, a matrix in the order of the inputs, or a labelled frame. A rank correlation ``r`` (Spearman) is
        ``2 sin(pi r / 6)`` here.
    samples
        Rows for each subset, a power of two. Up to ten inputs that are not fixed, all ``2^k - 1`` subsets are
        evaluated; beyond, ``samples * (k + 1)`` rows follow up to 2,048 random orders of the inputs and their reverses.
    seed
        A whole number from 0.

    Returns
    -------
    DataFrame
        A row an input, in the order given: ``input``; ``shapley``, its share of the variance; ``standard_error`` of the
        share, from simulation only; ``variance``, its part in the squared unit of the model's value; ``method``;
        ``note``. Shares sum to 1 and parts to the variance. They are conditional on the distributions and the
        correlation stated. Nothing is clipped: an estimate below 0 is explained in ``note``.

    Raises
    ------
    ValueError
        When inputs and the model's arguments do not fit, an input is only a bound, the correlation is impossible or
        not positive definite, samples is no power of two, or the model raises, is not finite (the row is named) or
        returns another shape.
    NotEstimableError
        When the model's value is constant.

    Notes
    -----
    Owen (2014), Song, Nelson and Staum (2016): the effect of an input is the mean, over all orders, of what it adds to
    the cost of those before it. The cost of a subset is the mean variance that is left when all other inputs are
    known. It is estimated without an inner loop, as half the mean square of the change when the subset is drawn anew
    given the others (exactly, from the copula), with the same noise for all subsets; in one order the costs of one row
    then form a path as in Goda (2021), who treats independent inputs. The cost of all inputs, drawn anew together, is
    the variance. An input that the model does not use has an effect only if it is correlated with one that matters.
    Standard errors treat 1,024 groups of neighbouring rows (the pairs of orders, beyond ten inputs) as a random sample,
    which is cautious for a Sobol sequence.

    Examples
    --------
    >>> from cseanalysis.distributions import uniform
    >>> known = {"a": uniform(0, 1), "b": uniform(0, 1)}
    >>> shapley(lambda a, b: a + 2 * b, known, samples=2**10, seed=0)["shapley"].round(3).tolist()
    [0.2, 0.8]
    >>> table = shapley(lambda a, b: a + 2 * b, known, correlation=0.9, samples=2**10, seed=0)
    >>> bool(table["shapley"].iloc[0] > 0.4)
    True
    """
    known = read_inputs(inputs)
    names = list(known)
    check_arguments(model, names)
    matrix = definite_correlation(correlation, names)
    number, seed = check_samples(samples), check_seed(seed)
    free = [place for place, each in enumerate(known.values()) if not isinstance(each, Fixed)]
    matrix = matrix[np.ix_(free, free)]
    point = scores(2 * max(len(free), 1), number, seed)
    base, noise = np.linalg.cholesky(matrix) @ point[: len(free)], point[len(free) : 2 * len(free)]
    functions = [values_of_scores(known[names[place]]) for place in free]
    standing = {name: np.full(number, each.low) for name, each in known.items() if isinstance(each, Fixed)}

    def evaluate(score: Array) -> Array:
        moved = {names[place]: function(row) for place, function, row in zip(free, functions, score, strict=True)}
        columns = standing | moved
        return values_of_rows(model, {name: columns[name] for name in names})

    first = evaluate(base)
    _, scale = centre_and_scale(first)

    def costs(drawn: NDArray[np.intp]) -> Array:
        """Half the squared change of each row when its block's subset is drawn anew."""
        change = evaluate(scores_given(drawn, base, noise, matrix)) / scale - first / scale
        return np.asarray(change**2 / 2)

    spread = costs(np.arange(len(free))[None])
    if len(free) <= EXACT:
        parts, clusters = _over_subsets(costs, spread, len(free)), min(number, _GROUPS)
        method = f"all {2 ** len(free) - 1} subsets"
    else:
        orders = _orders(len(free), min(_PERMUTATIONS, number // 2), seed)
        parts, clusters = _over_orders(costs, spread, orders), len(orders) // 2
        method = f"{len(orders)} orders"
    effects = np.zeros((len(names), clusters))
    effects[free] = parts.reshape(len(free), clusters, -1).mean(axis=2)
    return _table(names, effects, spread.reshape(clusters, -1).mean(axis=1), scale, method)


def _over_subsets(costs: Costs, spread: Array, count: int) -> Array:
    """Return each input's share of every row's costs, weighing all subsets; shape (count, rows)."""
    parts = np.tile(spread / count, (count, 1))
    for size in range(1, count):
        joining, leaving = 1 / (count * comb(count - 1, size - 1)), 1 / (count * comb(count - 1, size))
        for subset in combinations(range(count), size):
            cost = costs(np.array([subset]))
            for place in range(count):
                parts[place] += cost * (joining if place in subset else -leaving)
    return parts


def _over_orders(costs: Costs, spread: Array, orders: NDArray[np.intp]) -> Array:
    """Return each input's share of every row's costs, following the order of the row's block; shape (count, rows)."""
    blocks, count = orders.shape
    parts = np.zeros((count, len(spread)))
    block_of_row = np.repeat(np.arange(blocks), len(spread) // blocks)
    rows, before = np.arange(len(spread)), np.zeros(len(spread))
    for step in range(count):
        last = step == count - 1
        cost = spread if last else costs(orders[:, : step + 1])
        parts[orders[block_of_row, step], rows] += cost - before
        before = cost
    return parts


def _orders(count: int, number: int, seed: int) -> NDArray[np.intp]:
    """Return random orders of the inputs, each followed by its reverse."""
    rng = block_generator(seed, 2)
    forth = rng.permuted(np.tile(np.arange(count), (number // 2, 1)), axis=1)
    return np.stack([forth, forth[:, ::-1]], axis=1).reshape(number, count)


def _table(names: list[str], effects: Array, spread: Array, scale: float, method: str) -> pd.DataFrame:
    share = effects.mean(axis=1) / spread.mean()
    # The share is a ratio of means: its error is that of the effect less the share times the variance.
    error = (effects - share[:, None] * spread).std(axis=1, ddof=1) / spread.mean() / len(spread) ** 0.5
    told_apart = share + 2 * error >= 0
    with np.errstate(over="ignore"):  # the squared unit of a huge value may be no number; shares are
        unit = np.float64(scale) ** 2
    notes = [
        ""
        if value >= 0
        else "below 0 by the error of simulation: it cannot be told from 0"
        if close
        else "below 0 by more than its standard error explains: few extreme values rule it; take more samples"
        for value, close in zip(share.tolist(), told_apart.tolist(), strict=True)
    ]
    return pd.DataFrame(
        {
            "input": names,
            "shapley": share,
            "standard_error": error,
            "variance": share * spread.mean() * unit,
            "method": method,
            "note": notes,
        }
    )
