"""Shares of variance where distributions are stated, and there only: conditional on them and on their dependence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from cseanalysis.distributions import Distribution, read_distribution
from cseanalysis.models.delays.delay import masses
from cseanalysis.sensitivity import shapley, sobol
from cseanalysis.sensitivity.model_calls import Model
from cseanalysis.study.data.codes import CHILD_CODES
from cseanalysis.study.lag.backtest import EARLIER
from cseanalysis.study.lag.numbers import QUARTER, quarterly_intake
from cseanalysis.study.lag.simulation import extended
from cseanalysis.study.totals.chains import CHAINS, RECORDED
from cseanalysis.values import Assumption, NotEstimableError

SAMPLES = 2**10
SEED = 2026
_NUMBERS = ["first", "first_low", "first_high", "total", "total_low", "total_high", "share", "standard_error"]
Array = NDArray[np.float64]


def chain_total(**links: Array) -> Array:
    """Victims for every 1,000 recorded, if the links of a chain have these probabilities; shape (n,)."""
    return np.asarray(RECORDED / np.prod(list(links.values()), axis=0))


def visible_share(*, intake: Array, days_to_charge: Array, delay_shape: Array) -> Array:
    """Share of the eventual charges for the offences of four quarters that is visible, the averages a cohort's."""
    mass = _masses(days_to_charge, delay_shape, len(intake))
    visible = np.cumsum(mass, axis=1)[:, ::-1]  # the oldest quarter first
    newest = slice(4 * (len(intake) // 4) - 4, 4 * (len(intake) // 4))
    return np.asarray(visible[:, newest] @ intake[newest] / intake[newest].sum())


def last_quarter_charges(
    *, cases: Array, charge_probability: Array, days_to_charge: Array, delay_shape: Array
) -> Array:
    """Charges expected in the last quarter of some quarters of recorded offences."""
    return np.asarray(charge_probability * (_masses(days_to_charge, delay_shape, len(cases))[:, ::-1] @ cases))


def variance_shares(recorded: pd.DataFrame, assumptions: Mapping[str, Assumption]) -> pd.DataFrame:
    """Share the variance of the simulated quantities out among the assumptions that state a distribution."""
    # A row a quantity, method and assumption: ``quantity``; ``method``, ``"sobol"`` (independent inputs) or
    # ``"shapley"`` (correlated as stated); ``assumption``; ``first`` and ``total`` with the ends of their 95%
    # simulation intervals, of Sobol's; ``share`` and ``standard_error``, of Shapley's. Of expected numbers: the scatter
    # of counts about them is chance, and no assumption. Ranges without a distribution are fixed or left out, as the
    # simulation does.
    intake = quarterly_intake(recorded, CHILD_CODES).to_numpy()
    ratio = float(_stated(assumptions, "earlier_intake_ratio").quantile(0.5))
    cases = extended(intake, ratio)[: EARLIER + len(intake)]
    delay = {name: _stated(assumptions, name) for name in ("days_to_charge", "delay_shape")}
    chance = {"charge_probability": _stated(assumptions, "charge_probability")}
    correlation = link_correlation(assumptions)
    parts = []
    for chain in CHAINS:
        links = {name: _stated(assumptions, name) for name in chain.links}
        parts += _sobol(chain.id, chain_total, links)
        parts += _shapley(chain.id, chain_total, links, correlation)
    parts += _sobol("charges_visible_newest", partial(visible_share, intake=intake), delay)
    parts += _sobol("charges_last_quarter", partial(last_quarter_charges, cases=cases), chance | delay)
    columns = ["quantity", "method", "assumption", *_NUMBERS]
    if not parts:  # a scenario may fix every input
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts, ignore_index=True).reindex(columns=columns)
    table[_NUMBERS] = table[_NUMBERS].round(3)  # the error of simulation is larger
    return table


def link_correlation(assumptions: Mapping[str, Assumption]) -> float:
    """Return the correlation that is stated between the normal scores of any two links of a chain."""
    return float(_stated(assumptions, "link_correlation").quantile(0.5))


def _sobol(quantity: str, model: Model, inputs: Mapping[str, Distribution]) -> list[pd.DataFrame]:
    try:
        found = sobol(model, inputs, samples=SAMPLES, seed=SEED)
    except NotEstimableError:  # all inputs are fixed
        return []
    return [found.rename(columns={"input": "assumption"}).assign(quantity=quantity, method="sobol")]


def _shapley(quantity: str, model: Model, inputs: Mapping[str, Distribution], correlation: float) -> list[pd.DataFrame]:
    try:
        found = shapley(model, inputs, correlation=correlation, samples=SAMPLES, seed=SEED)
    except NotEstimableError:
        return []
    found = found.rename(columns={"input": "assumption", "shapley": "share"})
    return [found.assign(quantity=quantity, method="shapley")]


def _masses(days_to_charge: Array, delay_shape: Array, periods: int) -> Array:
    scales = days_to_charge / special.gammaincinv(delay_shape, 0.5)
    return masses("gamma", delay_shape, scales, periods, period_days=QUARTER)


def _stated(assumptions: Mapping[str, Assumption], name: str) -> Distribution:
    stated = assumptions[name].distribution
    if stated is None:
        raise ValueError(f"assumption {name} states no distribution; a bound has no variance to share out")
    return read_distribution(stated)
