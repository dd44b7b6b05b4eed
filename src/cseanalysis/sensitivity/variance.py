"""Sobol indices of independent inputs: how much of the variance of a model's value goes with each of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from cseanalysis.distributions import Distribution, ScaledBeta, beta, read_distribution
from cseanalysis.models.checks import check_level, check_truth
from cseanalysis.models.draws.copula import log_quantile_of_score
from cseanalysis.models.draws.simulation import block_generator, check_seed
from cseanalysis.sensitivity.model_calls import Model, centre_and_scale, check_arguments, values_of_rows
from cseanalysis.values import Assumption, Interval, items_of, shown

Array = NDArray[np.float64]

RESAMPLES = 1000
_GROUPS = 2**10  # neighbouring rows of a Sobol sequence are resampled together, because they are even together
_CHUNK = 250  # resamples weighed together


def sobol(
    model: Model, inputs: Inputs, *, samples: int = 2**14, seed: int, second_order: bool = False, level: float = 0.95
) -> pd.DataFrame:
    """Split the variance of a model's value into what goes with each input alone and with each in any combination.

    Parameters
    ----------
    model
        Called once as ``model(**{id: array of shape (n,)})``; returns an array of shape (n,).
    inputs
        Independent: distributions by id, or assumptions that state one. Assumptions that are only bounds are refused:
        rank those by `narrowing`. For correlated inputs use `shapley`.
    samples
        Rows of the base design, a power of two. The model is evaluated on ``samples * (k + 2)`` rows for ``k`` inputs,
        ``samples * (2 k + 2)`` with second order.
    seed
        A whole number from 0.
    second_order
        Whether to add what goes with each pair beyond its two inputs alone.
    level
        Share of resamples that the intervals hold.

    Returns
    -------
    DataFrame
        A row an input, in the order given: ``input``; ``first``, the share of the variance that would go on average if
        this input became known; ``total``, the share that would be left if all others became known; for each their
        ``_low`` and ``_high``; ``kind`` (``"simulation"``) and ``level`` of these intervals; ``note``. With second
        order also ``second_<other>``, ``_low`` and ``_high``; missing for the input with itself. Shares are
        conditional on the distributions stated. Nothing is clipped: an estimate below 0 is explained in ``note``.

    Raises
    ------
    ValueError
        When inputs and the model's arguments do not fit, an input is only a bound, samples is no power of two, seed or
        level are impossible, or the model raises, is not finite (the row is named) or returns another shape.
    NotEstimableError
        When the model's value is constant.

    Notes
    -----
    Saltelli et al. (2010), table 2: first order (b), ``mean(f_B (f_ABi - f_A))``, over the variance of all rows of the
    design; total (f), of Jansen (1999), ``mean((f_A - f_ABi)^2) / 2``, over the variance of the rows in it (Janon et
    al. 2014), which keeps it steady for skewed values. Pair i, j: ``cov(f_ABi, f_BAj)`` and ``cov(f_ABj, f_BAi)``
    (Saltelli 2002), averaged, minus both first orders. Values are centred before. A and B are the halves of a scrambled
    Sobol sequence in ``2 k`` dimensions. The intervals are quantiles of 1,000
    bootstrap resamples of up to 1,024 groups of neighbouring rows: they show the error of simulation only, not what is
    unknown about the inputs, and are wide for a Sobol sequence, whose rows are more even than a random sample.

    Examples
    --------
    >>> from cseanalysis.distributions import uniform
    >>> table = sobol(lambda a, b: a + 2 * b, {"a": uniform(0, 1), "b": uniform(0, 1)}, samples=2**10, seed=0)
    >>> table[["input", "first", "total"]].round(3).to_dict("list")
    {'input': ['a', 'b'], 'first': [0.2, 0.8], 'total': [0.2, 0.8]}
    """
    known = read_inputs(inputs)
    check_arguments(model, list(known))
    number, seed = check_samples(samples), check_seed(seed)
    level = check_level(level)
    check_truth("second_order", second_order)
    if second_order and len(known) < 2:
        raise ValueError("second order of one input: a pair needs two")
    count = len(known)
    base = scores(2 * count, number, seed)
    columns = {}
    for place, (name, distribution) in enumerate(known.items()):
        value = values_of_scores(distribution)
        first, second = value(base[place]), value(base[place + count])
        column = np.empty((count * (2 if second_order else 1) + 2, number))
        column[:] = first  # A and every A with one input from B
        column[1] = second  # B
        column[2 + place] = second
        if second_order:
            column[2 + count :] = second
            column[2 + count + place] = first
        columns[name] = column.reshape(-1)
    values, _ = centre_and_scale(values_of_rows(model, columns).reshape(-1, number))
    terms = _terms(values, count)
    indices = _indices(terms.mean(axis=0)[None], count)[0]
    ends = np.quantile(_resampled(terms, count, seed), [(1 - level) / 2, (1 + level) / 2], axis=0)
    return _table(list(known), np.vstack([indices, ends]), level, number)


def _terms(values: Array, count: int) -> Array:
    """Return what the indices are means of, a row a group of rows of the design."""
    # Columns: mean value and mean square over the whole design; for each input the product for the first order, the
    # square for the total, the mean and mean square of the rows in it; for each pair its product.
    f_a, f_b, mixed, back = values[0], values[1], values[2 : 2 + count], values[2 + count :]
    together = values[: 2 + count]
    rows = [together.mean(axis=0), (together**2).mean(axis=0)]
    rows += [f_b * (each - f_a) for each in mixed]
    rows += [(each - f_a) ** 2 / 2 for each in mixed]
    rows += [(each + f_a) / 2 for each in mixed]
    rows += [(each**2 + f_a**2) / 2 for each in mixed]
    if len(back):
        rows += [(mixed[i] * back[j] + mixed[j] * back[i]) / 2 for i, j in combinations(range(count), 2)]
    groups = min(values.shape[1], _GROUPS)
    return np.stack([row.reshape(groups, -1).mean(axis=1) for row in rows], axis=1)


def _indices(means: Array, count: int) -> Array:
    """Return first orders, totals and pairs from means of the terms, shape (resamples, indices)."""
    mean, square = means[:, :1], means[:, 1:2]
    product, half_square, own_mean, own_square = (
        means[:, 2 + part * count : 2 + (part + 1) * count] for part in range(4)
    )
    pairs = means[:, 2 + 4 * count :]
    variance, own = square - mean**2, own_square - own_mean**2
    with np.errstate(divide="ignore", invalid="ignore"):  # a resample of a value that is nearly always the same
        first = product / variance
        total = np.where(half_square == 0, 0.0, half_square / own)
        parts = [first, total]
        if pairs.shape[1]:
            left, right = np.triu_indices(count, 1)
            parts.append((pairs - mean**2) / variance - first[:, left] - first[:, right])
    return np.concatenate(parts, axis=1)


def _resampled(terms: Array, count: int, seed: int) -> Array:
    rng, size = block_generator(seed, 1), len(terms)
    means = []
    for start in range(0, RESAMPLES, _CHUNK):
        chosen = rng.integers(size, size=(min(_CHUNK, RESAMPLES - start), size), dtype=np.int32)
        weights = np.stack([np.bincount(row, minlength=size) for row in chosen]).astype(np.float64)
        means.append(weights @ terms / size)
    return _indices(np.concatenate(means), count)


def _table(names: list[str], estimates: Array, level: float, samples: int) -> pd.DataFrame:
    """Lay out estimates and their ends, three rows, as a table with a row an input."""
    count = len(names)
    suffixes = ("", "_low", "_high")
    columns: dict[str, object] = {"input": names}
    for what, start in (("first", 0), ("total", count)):
        columns |= {what + suffix: row[start : start + count] for suffix, row in zip(suffixes, estimates, strict=True)}
    columns |= {"kind": "simulation", "level": level}
    columns["note"] = [_note(estimates[0, place], estimates[2, place], samples) for place in range(count)]
    if estimates.shape[1] > 2 * count:
        square = np.full((3, count, count), np.nan)
        left, right = np.triu_indices(count, 1)
        square[:, left, right] = square[:, right, left] = estimates[:, 2 * count :]
        for other, name in enumerate(names):
            columns |= {f"second_{name}{suffix}": square[row, :, other] for row, suffix in enumerate(suffixes)}
    return pd.DataFrame(columns)


def _note(first: float, high: float, samples: int) -> str:
    if first >= 0:
        return ""
    if high >= 0:
        return f"first is below 0 by the error of simulation: with {samples} samples it cannot be told from 0"
    return "first is below 0 by more than resampling explains: few extreme values rule it; take more samples or pawn"


Inputs = Mapping[str, Distribution | Assumption] | Iterable[Assumption]

_MOST = 2**26
_HALF_STEP = 2.0**-31  # Sobol points are multiples of 2^-30; half a step keeps them off both ends


def read_inputs(inputs: Inputs) -> dict[str, Distribution]:
    """Return the distribution of each input, in the order given."""
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
    """Return ``samples`` if it is a power of two: Sobol sequences are even over the ranges only then."""
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
    """Return independent standard normal scores of a scrambled Sobol sequence, shape (dimensions, samples)."""
    # Scrambled by a random linear matrix and a digital shift (Matousek 1998), as in scipy. The scramble is seeded from
    # block 0 of the Philox stream of ``seed``; what else is drawn with that seed takes blocks of its own.
    key = int(block_generator(seed, 0).integers(2**63))
    # scipy 1.15 renamed the argument.
    from scipy.stats import qmc  # takes half a second to import, so only where it is used

    name = "rng" if "rng" in inspect.signature(qmc.Sobol).parameters else "seed"
    points = qmc.Sobol(dimensions, bits=30, **{name: np.random.default_rng(key)}).random(samples)
    return np.ascontiguousarray(special.ndtri(points.T + _HALF_STEP))


def values_of_scores(distribution: Distribution) -> Callable[[Array], Array]:
    """Return the function from normal scores to a distribution's values."""
    # Betas are tabulated (relative error below 1e-10), because their exact quantiles are slow.
    if isinstance(distribution, ScaledBeta):
        low, width = distribution.low, distribution.high - distribution.low
        logarithm = log_quantile_of_score(beta(distribution.a, distribution.b))
        return lambda score: low + width * np.exp(logarithm(score))
    return lambda score: np.asarray(distribution.quantile(special.ndtr(score)), dtype=np.float64)
