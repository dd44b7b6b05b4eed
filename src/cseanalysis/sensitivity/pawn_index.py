"""PAWN: how far knowing an input moves the whole distribution of a model's value, for values that are skewed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.distributions import Fixed
from cseanalysis.models.draws.simulation import block_generator, check_seed
from cseanalysis.sensitivity.model_calls import Model, centre_and_scale, check_arguments, values_of_rows
from cseanalysis.sensitivity.variance import Inputs, check_samples, read_inputs, scores, values_of_scores

Array = NDArray[np.float64]

DUMMIES = 200  # inputs without any effect that show what chance alone gives


def pawn(model: Model, inputs: Inputs, *, samples: int = 2**14, slices: int = 16, seed: int) -> pd.DataFrame:
    """Rank inputs by how far knowing each moves the distribution of a model's value, whatever its shape.

    Parameters
    ----------
    model
        Called once as ``model(**{id: array of shape (samples,)})``; returns an array of that shape.
    inputs
        Independent: distributions by id, or assumptions that state one. Assumptions that are only bounds are refused:
        rank those by `narrowing`.
    samples
        Rows, a power of two.
    slices
        A power of two: equally probable parts of each input's range in which it counts as known. More slices follow
        the input more closely with fewer rows each; there must be at least 16 rows in a slice.
    seed
        A whole number from 0.

    Returns
    -------
    DataFrame
        A row an input, in the order given: ``input``; ``median`` and ``largest`` over the slices of the
        Kolmogorov-Smirnov distance, from 0 to 1, between the values in the slice and all values;
        ``chance_median`` and ``chance_largest``, which 95% of inputs without any effect stay below;
        ``above_chance``, whether either is exceeded. Conditional on the distributions stated.

    Raises
    ------
    ValueError
        When inputs and the model's arguments do not fit, an input is only a bound, samples or slices are no powers of
        two or leave too few rows in a slice, or the model raises, is not finite (the row is named) or returns another
        shape.
    NotEstimableError
        When the model's value is constant.

    Notes
    -----
    Pianosi and Wagener (2015), in the form of (2018) for one sample. A variance says little about a value with a long
    tail; a distance between distribution functions does not depend on the tail and is the same for the value and any
    increasing function of it. Distances are above 0 by chance alone; the threshold is the 95% quantile of 200 dummies
    sliced at random. For a test of each of many inputs it is as lenient as any 5% test.

    Examples
    --------
    >>> from cseanalysis.distributions import uniform
    >>> known = {"a": uniform(0, 1), "b": uniform(0, 1)}
    >>> table = pawn(lambda a, b: np.exp(9 * a) + 0 * b, known, samples=2**10, slices=8, seed=0)
    >>> table["above_chance"].tolist()
    [True, False]
    """
    known = read_inputs(inputs)
    check_arguments(model, list(known))
    number, seed = check_samples(samples), check_seed(seed)
    if isinstance(slices, bool) or not isinstance(slices, int) or slices < 2 or slices & (slices - 1):
        raise ValueError(f"slices {slices!r}: must be a power of two from 2, so that all hold the same number of rows")
    if number < 16 * slices:
        raise ValueError(f"{number} samples in {slices} slices: a slice needs 16 rows; take {16 * slices} samples")
    points = scores(len(known), number, seed)
    columns = {name: values_of_scores(each)(row) for (name, each), row in zip(known.items(), points, strict=True)}
    values, _ = centre_and_scale(values_of_rows(model, columns))
    order = np.argsort(values, kind="stable")
    # Where values are tied, distribution functions are compared at the last of them.
    last = np.append(np.diff(values[order]) > 0, True)
    rng = block_generator(seed, 2)
    even = np.arange(number) // (number // slices)
    dummies = np.array([_distances(rng.permuted(even), slices, last) for _ in range(DUMMIES)])
    chance_median, chance_largest = (
        np.quantile(np.median(dummies, axis=1), 0.95),
        np.quantile(dummies.max(axis=1), 0.95),
    )
    rows = []
    for (name, distribution), point in zip(known.items(), points, strict=True):
        place = np.empty(number, dtype=np.intp)
        place[np.argsort(point, kind="stable")] = even
        distances = np.zeros(slices) if isinstance(distribution, Fixed) else _distances(place[order], slices, last)
        rows.append((name, np.median(distances), distances.max()))
    table = pd.DataFrame(rows, columns=["input", "median", "largest"])
    table["chance_median"], table["chance_largest"] = chance_median, chance_largest
    table["above_chance"] = (table["median"] > chance_median) | (table["largest"] > chance_largest)
    return table


def _distances(slice_of_row: NDArray[np.intp], slices: int, last: NDArray[np.bool_]) -> Array:
    """Return each slice's Kolmogorov-Smirnov distance; rows are in ascending order of value, slices of equal size."""
    rows = len(slice_of_row)
    size = rows // slices
    places = np.argsort(slice_of_row, kind="stable").reshape(slices, size)  # ranks of the values in each slice
    if last.all():
        # The slice's function steps up at its own values only, so the distance is found there: just before or at one.
        steps = np.arange(size) / size
        under, over = places / rows - steps, steps + 1 / size - (places + 1) / rows
        return np.asarray(np.maximum(under, over).max(axis=1), dtype=np.float64)
    shares = np.zeros((slices, rows))
    shares[slice_of_row, np.arange(rows)] = 1 / size
    apart = np.abs(np.cumsum(shares, axis=1) - np.arange(1, rows + 1) / rows)
    return np.asarray(apart[:, last].max(axis=1), dtype=np.float64)
