"""What an exposure lets expect of an origin before its reports: the rate of complete periods, and how it varies."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import gammaln

from cseanalysis.models.checks import aligned, check_positive, named, numbers
from cseanalysis.models.triangles.triangle import Floats
from cseanalysis.values import shown

_STEPS = 40  # of the weight of the rate, between 0 and 1


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """Gamma distributions of an origin's mean count before its reports are seen, mixed over their shape.

    ``mean`` by origin, in cases; ``shape`` and ``chance`` of each step; ``certainty`` of the rate by step, as the shape
    of its own gamma distribution.
    """

    mean: Floats = field(repr=False)
    shape: Floats = field(repr=False)
    chance: Floats = field(repr=False)
    certainty: Floats = field(repr=False)

    def estimate(self, visible: Floats, seen: Floats, dispersion: float) -> Floats:
        """Return the mean of the final count by origin: what is visible, and the rest at the mean given that."""
        mean = self.mean / dispersion
        later = (self.shape[:, None] + visible / dispersion) / (self.shape[:, None] / mean + seen)
        return np.asarray(visible + (1 - seen) * dispersion * (self.chance @ later))

    def draw(self, rng: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
        """Draw shapes, draws by 1, and means, draws by origins."""
        step = rng.choice(len(self.shape), draws, p=self.chance)
        certain = self.certainty[step]
        return self.shape[step][:, None], (rng.standard_gamma(certain) / certain)[:, None] * self.mean


def check_exposure(exposure: pd.Series, origins: pd.Index) -> Floats:
    """Return the exposure of each origin, all above 0."""
    if not isinstance(exposure, pd.Series):
        raise ValueError(
            f"exposure is {shown(exposure)}: give a Series indexed by the origins of the triangle, such as "
            "pd.Series(children, index=triangle.origins); the same number for all if nothing is known"
        )
    cure = "give one row an origin, as in pd.Series(children, index=triangle.origins)"
    if not exposure.index.is_unique:
        raise ValueError(
            f"labels of exposure stand twice: {named(exposure.index[exposure.index.duplicated()])}; {cure}"
        )
    if apart := [*origins[~origins.isin(exposure.index)], *exposure.index[~exposure.index.isin(origins)]]:
        raise ValueError(f"exposure and the origins have different labels, {named(apart)} in one of them only; {cure}")
    _, given = aligned(triangle=pd.Series(0.0, index=origins), exposure=exposure)
    values = numbers("exposure", given)
    for origin, value in zip(origins, values, strict=True):
        check_positive(f"exposure of {origin}", float(value))
    return values


def expected(exposure: Floats, visible: Floats, seen: Floats, dispersion: float) -> Expected:
    """Estimate the rate from origins of which at least half is visible, and how far origins stray from it."""
    # Negative binomial in units of the dispersion; the weight of the rate for a mean origin is uniform beforehand.
    half = seen >= 0.5
    counts, share = visible[half] / dispersion, exposure[half] * seen[half]
    rate = (counts.sum() + 0.5) / share.sum()
    means = rate * share
    weight = (np.arange(_STEPS) + 0.5) / _STEPS
    shape = means.mean() * weight / (1 - weight)
    each = shape[:, None]
    terms = gammaln(counts + each) - gammaln(each) + each * np.log(each / (each + means))
    evidence = (terms + counts * np.log(means / (each + means))).sum(axis=1)
    variance = ((means + means**2 / each) / means.sum() ** 2).sum(axis=1)  # relative, of the rate
    chance = np.exp(evidence - evidence.max())
    return Expected(rate * exposure * dispersion, shape, chance / chance.sum(), 1 / variance)
