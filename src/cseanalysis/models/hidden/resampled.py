"""The interval of a total from resampled cases, the choice of model repeated in each draw."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import special

from cseanalysis.models.hidden.loglinear import Floats
from cseanalysis.values import Interval, NotEstimableError

Select = Callable[[Floats], Floats]

DRAWS = 2**17


def resample(table: Floats, draws: int, seed: int | None, select: Select) -> Floats:
    """Draw the observed cases with replacement, in fixed blocks so that more draws begin with the same ones."""
    size = int(table.sum())
    tables = []
    for block, begin in enumerate(range(0, draws, DRAWS)):
        rng = np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, 0, block]))
        tables.append(rng.multinomial(size, table / size, size=min(DRAWS, draws - begin)))
    return select(np.concatenate(tables).astype(np.float64))


def acceleration(table: Floats, select: Select) -> float:
    """Return the acceleration from leaving out each case once; cases of one history give the same total."""
    seen = np.flatnonzero(table)
    tables = np.repeat(table[None], len(seen), axis=0)
    tables[np.arange(len(seen)), seen] -= 1
    found, weight = select(tables), table[seen]
    weight = np.where(np.isfinite(found), weight, 0.0)
    found = np.where(np.isfinite(found), found, 0.0)
    away = np.average(found, weights=weight) - found if weight.sum() else np.zeros_like(found)
    spread = float((weight * away**2).sum())
    return float((weight * away**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0


def bca(total: float, draws: Floats, skew: float, level: float) -> Interval:
    """Return BCa limits from bootstrap totals and the acceleration ``skew``."""
    # Infinite totals lie above every other; those that are nan have no known side and are left out, if they are few.
    # Efron (1987, equations 6.4 and 6.6). The share of draws below the estimate counts no ties.
    lost, failed = float(np.isnan(draws).mean()), float((~np.isfinite(draws)).mean())
    if lost > (1 - level) / 2:
        raise NotEstimableError(
            f"failed_share {failed:.3g}: a share of {lost:.3g} of the bootstrap draws identifies no total, more "
            f"than the {(1 - level) / 2:.3g} of one tail; report the models (bootstrap=0) without an interval, or use "
            "a model with fewer terms"
        )
    found = draws[~np.isnan(draws)]
    below = float((found < total).mean()) if len(found) else math.nan
    if not 0 < below < 1:
        raise NotEstimableError(
            f"{len(found)} bootstrap totals, a share of {below:.3g} below the estimate {total:.6g}: the interval needs "
            "some on either side; draw more, or report the models (bootstrap=0) without an interval"
        )
    centre = special.ndtri(below)
    shifted = centre + special.ndtri([(1 - level) / 2, (1 + level) / 2])
    if (1 - skew * shifted <= 0).any():
        raise NotEstimableError(
            f"acceleration {skew:.3g}: BCa limits do not exist; a few cases decide the estimate, so report "
            "the models (bootstrap=0) and perturb_by_one_case instead"
        )
    first, last = special.ndtr(centre + shifted / (1 - skew * shifted))
    low, high = float(np.quantile(found, first, method="lower")), float(np.quantile(found, last, method="higher"))
    if not math.isfinite(high):
        raise NotEstimableError(
            f"failed_share {failed:.3g}: so many bootstrap draws have an infinite total that the interval has no "
            "finite end; too few cases are on several lists: report the models (bootstrap=0) without an interval"
        )
    return Interval(low, high, "confidence", level)
