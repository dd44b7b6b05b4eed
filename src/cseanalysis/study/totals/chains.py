"""What the dependence between the links of a chain does to its range: an illustration for 1,000 counted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cseanalysis.distributions import Distribution, read_distribution
from cseanalysis.models import joint_reporting_probability, simulate_total, totals_by_dependence
from cseanalysis.values import Assumption, Estimate, Interval, NotEstimableError

RECORDED = 1000
LEVEL = 0.95
SEED = 2023

_SHORT = {"independent": "independent", "as stated": "stated", "fully dependent": "dependent"}


@dataclass(frozen=True, slots=True)
class Chain:
    """Links by the ids of their assumptions, each with a distribution."""

    id: str
    links: tuple[str, ...]


CHAINS = (
    Chain("three_links", ("told_someone_then", "told_police_if_told_someone", "recorded_if_told_police")),
    Chain("two_links", ("told_police_then", "recorded_if_told_police")),
)
ALONE = Chain("one_in_ten_alone", ("known_if_only_the_mean",))


def dependence_table(assumptions: Mapping[str, Assumption], *, draws: int = 1_000_000) -> pd.DataFrame:
    """Return the range of the total for every 1,000 counted, by chain and by how its links depend on each other."""
    # ``low`` and ``high`` are the central 95% of the draws in whole units, rounded outward; ``width_ratio`` is to
    # independent links; ``why`` says why no mean exists. A link without a distribution and a loss that is contained in
    # two links of a chain are refused.
    correlation = float(_distribution(assumptions["link_correlation"]).quantile(0.5))
    rows: list[dict[str, object]] = []
    for chain in CHAINS:
        joint_reporting_probability(assumptions[name] for name in chain.links)
        links = {name: _distribution(assumptions[name]) for name in chain.links}
        table = totals_by_dependence(RECORDED, links, correlation=correlation, level=LEVEL, draws=draws, seed=SEED)
        rows.extend(
            {
                "chain": chain.id,
                "dependence": row.dependence,
                **_ends(row.low, row.high),
                "width_ratio": round(row.width_ratio, 2),
                "mean_exists": bool(row.mean_exists),
                "why": "",
            }
            for row in table.itertuples()
        )
    (name,) = ALONE.links
    alone = simulate_total(RECORDED, {name: _distribution(assumptions[name])}, seed=SEED)
    try:
        why = "" if math.isfinite(alone.mean) else "the mean is not finite"
    except NotEstimableError as refusal:
        why = str(refusal)
    interval = alone.interval(LEVEL)
    rows.append(
        {
            "chain": ALONE.id,
            "dependence": "a single link",
            **_ends(interval.low, interval.high),
            "width_ratio": 1.0,
            "mean_exists": not why,
            "why": why,
        }
    )
    return pd.DataFrame(rows)


def dependence_results(table: pd.DataFrame, read_from: Mapping[str, tuple[str, ...]]) -> list[Estimate]:
    """Return the rows of `dependence_table` as estimates, each a simulation interval without a point."""
    chains = {chain.id: chain for chain in (*CHAINS, ALONE)}
    estimates = []
    for row in table.itertuples():
        chain = chains[row.chain]
        stated = ("link_correlation",) if row.dependence == "as stated" else ()
        name = f"{chain.id}_{_SHORT[row.dependence]}" if row.dependence in _SHORT else chain.id
        interval = Interval(row.low, row.high, "simulation", LEVEL)
        # One in ten is of offences, thought to be known; it says nothing of victims or of what is recorded.
        unit = (
            f"offences, if known offences were {RECORDED:,}"
            if chain is ALONE
            else f"victims for every {RECORDED:,} recorded"
        )
        figures = dict.fromkeys(figure for link in chain.links for figure in read_from.get(link, ()))
        how = f"{RECORDED:,} / ({' * '.join(chain.links)}), links drawn from their distributions, {row.dependence}"
        procedure = f"central {LEVEL:.0%} of draws of {how}"
        basis = (*figures, *chain.links, *stated)
        estimates.append(Estimate(name, unit, interval=interval, basis=basis, procedure=procedure))
    return estimates


def _ends(low: float, high: float) -> dict[str, int]:
    return {"low": math.floor(low), "high": math.ceil(high)}


def _distribution(assumption: Assumption) -> Distribution:
    if assumption.distribution is None:
        raise ValueError(
            f"assumption {assumption.id} has no distribution: its range is a bound and cannot be drawn from; state one "
            "with a reason, or use implied_total"
        )
    return read_distribution(assumption.distribution)
