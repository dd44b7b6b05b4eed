"""Exact limits of a share of records that are a sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

POINTS = 2000  # shares that are tried between the limits of Clopper and Pearson and the observed one


def blaker_limits(seen: int, records: int, level: float) -> tuple[float, float]:
    """Return the least and the greatest share that Blaker (2000) does not reject, given so many of the records."""
    # Turned round, the greatest share with the attribute is what the least share without it leaves.
    return _least(seen, records, 1 - level), 1 - _least(records - seen, records, 1 - level)


def acceptability(shares: Floats, seen: int, records: int) -> Floats:
    """Return how likely each share makes a count whose nearer tail is no likelier than that of the count seen."""
    from scipy import stats  # takes half a second to import, so only where it is used

    count = stats.binom(records, shares)
    above, below = count.sf(seen - 1), count.cdf(seen)
    # The other tail takes in as many counts as keep it no likelier than the one seen; ties are of rounding.
    with_lower = above + count.cdf(count.ppf(np.minimum(above * (1 + 1e-12), 1.0)) - 1)
    with_upper = below + count.sf(count.isf(np.minimum(below * (1 + 1e-12), 1.0)))
    return np.asarray(np.minimum(np.minimum(with_lower, with_upper), 1.0), dtype=np.float64)


def _least(seen: int, records: int, rejected: float) -> float:
    """Return the least share that is not rejected: above Clopper and Pearson's, where acceptability first suffices."""
    if seen == 0:
        return 0.0
    low = float(special.betaincinv(seen, records - seen + 1, rejected / 2))
    high = seen / records
    for _ in range(4):  # the first share that is accepted lies ever closer after one that is not
        shares = np.linspace(low, high, POINTS)
        first = int(np.argmax(acceptability(shares, seen, records) >= rejected))
        if first == 0:
            return low
        low, high = float(shares[first - 1]), float(shares[first])
    return low
