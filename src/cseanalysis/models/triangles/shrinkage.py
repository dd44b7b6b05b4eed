"""Shares of several units drawn towards the whole, as far as their differences are no more than chance."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import chdtrc, gammaln

from cseanalysis.models.triangles.triangle import Floats
from cseanalysis.values import shown

_STEPS = 40  # of the weight of the whole, between 0 and 1


@dataclass(frozen=True, slots=True, eq=False)
class Shrunk:
    """Posterior shares, units by lags by categories; their worth, the weight of the whole, how usual a unit is."""

    share: Floats = field(repr=False)
    cases: Floats = field(repr=False)
    weight: Floats = field(repr=False)
    whole: Floats = field(repr=False)
    chance: Floats = field(repr=False)


def shrink(counts: Floats, prior: Floats) -> Shrunk:
    """Shrink the shares of units to those of the whole, lag by lag, with a Dirichlet-multinomial likelihood.

    ``counts`` has the shape (units, lags, categories), ``prior`` holds the cases that the whole starts with.
    """
    # The strength of the whole is integrated out: the weight that it has for a typical unit is uniform beforehand.
    cases = counts.sum(axis=2)
    held = np.where(cases > 0, cases, np.nan)
    weight = ((np.arange(_STEPS) + 0.5) / _STEPS)[:, None, None]
    strength = np.nanmedian(held, axis=0) * weight / (1 - weight)  # steps, 1, lags
    leaning = strength / (cases + strength)
    counted = (strength + 1) / (cases + strength)  # how much one case of a unit says about the whole
    worth = (counted * cases).sum(axis=1) + prior.sum()  # steps, lags
    whole = ((counted[..., None] * counts).sum(axis=1) + prior) / worth[..., None]
    pulled = strength[..., None] * whole[:, None]
    likelihood = gammaln(strength) - gammaln(cases + strength)
    likelihood = likelihood + (gammaln(counts + pulled) - gammaln(pulled)).sum(axis=3)
    evidence = likelihood.sum(axis=1) - (counts.shape[2] - 1) / 2 * np.log(worth)  # the whole itself is uncertain
    chance = np.exp(evidence - evidence.max(axis=0))
    chance = (chance / chance.sum(axis=0))[:, None, :, None]
    share = (counts + pulled) / (cases + strength)[..., None]
    unsure = (whole * (1 - whole) / (worth + 1)[..., None])[:, None] * leaning[..., None] ** 2
    within = share * (1 - share) / (cases + strength + 1)[..., None] + unsure
    mean = (chance * share).sum(axis=0)
    variance = (chance * (within + (share - mean) ** 2)).sum(axis=0)
    # Pearson's chi-squared of a unit about the whole, as far as units vary; approximate where few cases are expected
    squares = (counts - cases[..., None] * whole[:, None]) ** 2 / np.maximum(cases[..., None] * whole[:, None], 1e-9)
    squares = (chance[..., 0] * (squares.sum(axis=3) * (strength + 1) / (cases + strength))).sum(axis=0)
    freedom = (cases > 0).sum(axis=1) * (counts.shape[2] - 1)
    return Shrunk(
        share=mean,
        cases=(mean * (1 - mean)).sum(axis=2) / variance.sum(axis=2) - 1,
        weight=(chance[..., 0] * leaning).sum(axis=0),
        whole=(chance * whole[:, None]).sum(axis=0)[0],
        chance=np.asarray(chdtrc(np.maximum(freedom, 1), squares.sum(axis=1))),
    )


def prior_counts(hazards: pd.DataFrame, lags: list[int], exits: list[str] | None = None) -> Floats:
    """Return hazards as cases of a Dirichlet distribution, lags by exits and the rest; ValueError for other frames."""
    cure = 'give one unit of pooled_hazards, as in pooled.hazards.loc["Kent"], made of triangles of the same lags'
    if not isinstance(hazards, pd.DataFrame) or not {"hazard", "cases"} <= set(hazards.columns):
        raise ValueError(f"hazards is {shown(hazards)}: must have columns hazard and cases; {cure}")
    wanted = pd.Index(lags) if exits is None else pd.MultiIndex.from_product([lags, exits])
    if not hazards.index.is_unique or len(hazards) != len(wanted) or not wanted.isin(hazards.index).all():
        what = "lags" if exits is None else "lags and exits"
        raise ValueError(f"hazards have {what} other than {lags[0]} to {lags[-1]} of the triangle: {cure}")
    values = hazards.loc[wanted, ["hazard", "cases"]].to_numpy(dtype=np.float64)
    chance = values[:, 0].reshape(len(lags), -1)
    worth = values[:, 1].reshape(len(lags), -1)[:, :1]
    rest = 1 - chance.sum(axis=1, keepdims=True)
    if not ((chance > 0).all() and (rest > 0).all() and (worth > 0).all() and np.isfinite(worth).all()):
        raise ValueError(f"hazards must lie between 0 and 1, those of a lag below 1 in sum, cases above 0; {cure}")
    return np.asarray(worth * np.concatenate([chance, rest], axis=1), dtype=np.float64)
