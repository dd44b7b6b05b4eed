"""Measure how often the intervals of nowcast, bootstrap, lag quantiles and competing exits hold the truth.

    python benchmarks/triangle_coverage.py [worlds] [draws]

Worlds are simulated from a known delay, the recent corner is hidden, and what was hidden is compared with the 95%
interval. Every kind of world keeps the assumptions of the method except the last of the nowcasts, where reporting
slows down, which no nowcast from the past can see, and the last of the exits, where cases leave in groups of ten.
Refused worlds are counted apart, and so are refused lags. Found with 1,000 worlds and 2,000 draws (of lags,
few origins and exits 1,024): the figures in the notes of the functions, with a standard error of at most 0.8%, or 1.5%
where the share is below 90%. Takes about ten minutes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from cseanalysis.models.triangles.bootstrap import bootstrap_chain_ladder, lag_quantiles
from cseanalysis.models.triangles.chain_ladder import chain_ladder
from cseanalysis.models.triangles.exits import competing_exits
from cseanalysis.models.triangles.nowcasting import nowcast
from cseanalysis.models.triangles.triangle import Floats, Triangle
from cseanalysis.values import NotEstimableError

Tally = dict[str, tuple[int, int]]  # covered, asked
EXITS: dict[str, dict[str, Any]] = {
    "cohorts of 200": {"size": 200},
    "cohorts of 1,000 that differ beyond chance": {"size": 1000, "concentration": 200},
    "cohorts of 30": {"size": 30},
    "cohorts of 100 that differ, the oldest of 5,000": {"size": 100, "concentration": 100, "largest": (0, 5000)},
    "cohorts of 100 that differ, the youngest of 5,000": {"size": 100, "concentration": 100, "largest": (7, 5000)},
    "cohorts of 500 of which ten cases leave together": {"size": 500, "together": 10},
}
SHARES = np.array([0.30, 0.22, 0.16, 0.12, 0.08, 0.06, 0.04, 0.02])
TEN = np.array([0.10, 0.20, 0.20, 0.15, 0.12, 0.09, 0.06, 0.04, 0.03, 0.01])


def hidden(cumulative: Floats) -> Triangle:
    """Hide the corner that is not observable yet."""
    origins, lags = cumulative.shape
    seen = np.add.outer(np.arange(origins), np.arange(lags)) < origins
    return Triangle(pd.DataFrame(np.where(seen, cumulative, np.nan)), "quarter")


def increments(rng: np.random.Generator, means: Floats, dispersion: float) -> Floats:
    """Draw counts with the given means and variance ``dispersion`` times the mean."""
    if dispersion == 1:
        return rng.poisson(means).astype(np.float64)
    above = dispersion - 1
    return rng.poisson(above * rng.standard_gamma(means / above)).astype(np.float64)


def nowcasts(
    rng: np.random.Generator, seed: int, draws: int, *, size: float, dispersion: float, slower: float = 0.0
) -> Tally:
    """Twenty quarters that grow, eight lags."""
    means = size * np.linspace(0.6, 1.4, 20)[:, None] * SHARES
    moved = slower * np.linspace(0, 1, 20)[:, None] * means  # what was reported at once comes a quarter later
    means = means - moved + np.concatenate([np.zeros((20, 1)), moved[:, :-1]], axis=1)
    final = increments(rng, means, dispersion).cumsum(axis=1)
    result = nowcast(hidden(final), draws=draws, seed=seed)
    recent = slice(13, None)
    inside = (result.table["low"] <= final[:, -1]) & (final[:, -1] <= result.table["high"])
    missing = (final[:, -1] - result.table["visible"]).sum()
    ends = result.outstanding.interval(0.95)
    return {
        "origin": (int(inside[recent].sum()), len(inside[recent])),
        "youngest origin": (int(inside.iloc[-1]), 1),
        "total": (int(ends.low <= missing <= ends.high), 1),
    }


def bootstraps(
    rng: np.random.Generator, seed: int, draws: int, *, size: float, dispersion: float, origins: int = 10
) -> Tally:
    """As many lags as origins: the total, by bootstrap and by Mack's error taken as normal; the median lag."""
    shares = TEN[:origins] / TEN[:origins].sum()
    means = size * np.linspace(0.8, 1.2, origins)[:, None] * shares
    final = increments(rng, means, dispersion).cumsum(axis=1)
    triangle = hidden(final)
    missing = final[:, -1].sum() - triangle.latest.sum()
    ends = bootstrap_chain_ladder(triangle, draws=draws, seed=seed).interval(0.95)
    mack = chain_ladder(triangle)
    near = abs(missing - mack.total_outstanding) <= 1.96 * mack.total_standard_error
    totals: Tally = {
        "bootstrap total": (int(ends.low <= missing <= ends.high), 1),
        "Mack total, normal": (int(near), 1),
    }
    try:
        lags = lag_quantiles(triangle, [0.5, 0.9], draws=draws, seed=seed)
    except NotEstimableError:
        return totals | {"lags refused": (1, 1)}
    truth = np.interp([0.5, 0.9], shares.cumsum(), np.arange(origins))
    inside = (lags["low"] <= truth) & (truth <= lags["high"])
    return totals | {
        "lags refused": (0, 1),
        "median lag": (int(inside.iloc[0]), 1),
        "lag of 90%": (int(inside.iloc[1]), 1),
    }


def exits(
    rng: np.random.Generator,
    seed: int,
    draws: int,
    *,
    size: int,
    concentration: float = 0,
    largest: tuple[int, int] | None = None,
    together: int = 1,
) -> Tally:
    """Eight cohorts, two exits over eight lags.

    A low concentration makes cohorts differ beyond chance; ``largest`` is a cohort and its size; cases leave so many
    ``together``.
    """
    hazards = np.array(
        [[0.05, 0.20], [0.06, 0.2], [0.06, 0.15], [0.05, 0.1], [0.04, 0.08], [0.03, 0.05], [0.02, 0.04], [0.02, 0.02]]
    )
    left = np.zeros((8, 8, 2))
    sizes = np.full(8, size)
    if largest is not None:
        sizes[largest[0]] = largest[1]
    for origin in range(8):
        still = sizes[origin] // together
        for lag, hazard in enumerate(hazards):
            chance = np.append(hazard, 1 - hazard.sum())
            chance = rng.dirichlet(chance * concentration) if concentration else chance
            moved = rng.multinomial(still, chance)
            left[origin, lag], still = moved[:2] * together, moved[2]
    final = left.cumsum(axis=1)
    cohort = pd.Series(sizes, index=range(8))
    tables = {"charged": hidden(final[:, :, 0]), "closed": hidden(final[:, :, 1])}
    result = competing_exits(cohort, tables, draws=draws, seed=seed)
    tally: Tally = {}
    for place, name in enumerate(tables):
        rows = result.ultimate.xs(name, level="exit")
        inside = ((rows["low"] <= final[:, -1, place]) & (final[:, -1, place] <= rows["high"])).to_numpy()
        tally[f"{name}, origin"] = (int(inside[1:].sum()), 7)
        tally[f"{name}, youngest"] = (int(inside[7]), 1)
    still_open = np.cumprod(1 - hazards.sum(axis=1))
    incidence = (np.concatenate([[1.0], still_open[:-1]])[:, None] * hazards).cumsum(axis=0)[:, 0]
    truth = np.interp(0.5, incidence / incidence[-1], np.arange(8))
    row = result.lags.loc[("charged", 0.5)]
    tally["charged, median lag"] = (int(row["low"] <= truth <= row["high"]), 1)
    return tally


def kinds() -> Iterator[tuple[str, Callable[[np.random.Generator, int, int], Tally]]]:
    """Name every kind of world."""
    for size, dispersion, slower in ((100, 1, 0), (100, 3, 0), (8, 1, 0), (1000, 8, 0), (100, 1, 0.3)):
        label = f"nowcast, {size} cases, dispersion {dispersion}" + (", slower reporting" if slower else "")
        yield (
            label,
            lambda rng, seed, draws, size=size, dispersion=dispersion, slower=slower: nowcasts(
                rng, seed, draws, size=size, dispersion=dispersion, slower=slower
            ),
        )
    for origins, size, dispersion in (
        (10, 1000, 3), (10, 10_000, 100), (10, 200, 1), (3, 1000, 3), (4, 1000, 3), (5, 1000, 3), (6, 1000, 3),
    ):  # fmt: skip
        options = {"origins": origins, "size": size, "dispersion": dispersion}
        yield f"triangle, {origins} origins, {size} cases, dispersion {dispersion}", partial(bootstraps, **options)
    for label, chosen in EXITS.items():
        yield f"exits, {label}", partial(exits, **chosen)


def main() -> None:
    """Print the coverage found."""
    numbers = [int(text) for text in sys.argv[1:]]
    worlds, draws = [*numbers, *(1000, 2000)[len(numbers) :]]
    for place, (label, world) in enumerate(kinds()):
        rng = np.random.Generator(np.random.Philox(key=0, counter=[0, 0, 0, place]))
        start, refused, sums = time.perf_counter(), 0, dict[str, list[int]]()
        for seed in range(worlds):
            try:
                tally = world(rng, seed, draws)
            except NotEstimableError:
                refused += 1
                continue
            for name, (covered, asked) in tally.items():
                held = sums.setdefault(name, [0, 0])
                held[0] += covered
                held[1] += asked
        found = "; ".join(f"{name} {covered / asked:.1%}" for name, (covered, asked) in sums.items())
        print(f"{label}: {found} ({worlds} worlds, {refused} refused, {time.perf_counter() - start:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
