"""Set delays that borrow strength beside those of each unit alone and beside the true ones.

    python benchmarks/borrow_coverage.py [worlds] [draws]

Each world has fifteen forces, five of each size, and twelve quarters of eight lags, the recent corner hidden; forces
differ in their delays not at all, somewhat (a Dirichlet of 300 cases around the whole) or much (of 30). A row compares
the seven recent quarters: the root of the mean square error of the estimate, its change by pooling, the mean width of
the 95% interval and how often it holds the final count, for each force alone, with `pooled_hazards` and with the true
hazards; last how often the pooled one holds it and not at an end: counts are whole, and the truth lies between the two
shares. Worlds that a force alone refuses are counted and left out of all three. Then the newest quarter with an
exposure, from which quarters stray by a fifth, and how often `delay_drift` finds no drift and the one that it says it
would find.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from triangle_coverage import SHARES, hidden, increments

from cseanalysis.models.triangles.borrowing import pooled_hazards
from cseanalysis.models.triangles.drift import delay_drift
from cseanalysis.models.triangles.exits import competing_exits
from cseanalysis.models.triangles.nowcasting import nowcast
from cseanalysis.models.triangles.triangle import Floats, Triangle
from cseanalysis.values import NotEstimableError

SIZES = (5, 15, 40)
FORCES = 15
ORIGINS = 12
RECENT = slice(ORIGINS - 7, None)
KINDS = {"alike": np.inf, "differ somewhat": 300.0, "differ much": 30.0}
EXITS = np.array(
    [[0.05, 0.20], [0.06, 0.2], [0.06, 0.15], [0.05, 0.1], [0.04, 0.08], [0.03, 0.05], [0.02, 0.04], [0.02, 0.02]]
)
Judged = dict[str, tuple[float, ...]]  # error, width, held, strictly inside


def judged(table: pd.DataFrame, final: Floats, estimate: str = "estimate") -> tuple[float, ...]:
    """Return the mean square error, the mean width, how often the interval holds the final count, and not at an end."""
    held = (table["low"] <= final) & (final <= table["high"])
    return (
        float(((table[estimate] - final) ** 2).mean()),
        float((table["high"] - table["low"]).mean()),
        float(held.mean()),
        float((((table["low"] < final) & (final < table["high"])) | (held & (table["low"] == table["high"]))).mean()),
    )


def reports(rng: np.random.Generator, kind: float, seed: int, draws: int) -> list[tuple[int, float, Judged | None]]:
    """Forces whose cases become visible: of each the size, the weight of the whole and what was found."""
    finals, triangles, truths = {}, dict[str, Triangle](), {}
    for number in range(FORCES):
        size, name = SIZES[number % 3], f"force {number}"
        shares = SHARES if np.isinf(kind) else rng.dirichlet(SHARES * kind)
        final = increments(rng, np.outer(np.full(ORIGINS, size), shares), 1).cumsum(axis=1)
        finals[name], triangles[name] = final[:, -1], hidden(final)
        reverse = np.clip(shares[1:] / shares.cumsum()[1:], 1e-9, 1 - 1e-9)
        truths[name] = pd.DataFrame({"hazard": reverse, "cases": 1e9}, index=range(1, 8))
    pooled = pooled_hazards(triangles)
    rows: list[tuple[int, float, Judged | None]] = []
    for number, (name, triangle) in enumerate(triangles.items()):
        found: Judged | None = {}
        chosen = {"alone": None, "pooled": pooled.hazards.loc[name], "true": truths[name]}
        try:
            for label, hazards in chosen.items():
                table = nowcast(triangle, hazards=hazards, draws=draws, seed=seed).table
                found[label] = judged(table.iloc[RECENT], finals[name][RECENT])
        except NotEstimableError:
            found = None
        rows.append((SIZES[number % 3], float(pooled.weights[name]), found))
    return rows


def exits(rng: np.random.Generator, kind: float, seed: int, draws: int) -> list[tuple[int, float, Judged | None]]:
    """Forces whose cases leave by one of two exits; judged by both exits together."""
    every = np.column_stack([EXITS, 1 - EXITS.sum(axis=1)])
    finals, tables, cohorts, truths = {}, {}, {}, {}
    for number in range(FORCES):
        size, name = SIZES[number % 3], f"force {number}"
        chance = every if np.isinf(kind) else np.stack([rng.dirichlet(row * kind) for row in every])
        chance = np.maximum(chance, 1e-9)
        chance /= chance.sum(axis=1, keepdims=True)
        left, still = np.zeros((ORIGINS, 8, 2)), np.full(ORIGINS, size)
        for lag in range(8):
            moved = rng.multinomial(still, chance[lag])
            left[:, lag], still = moved[:, :2], moved[:, 2]
        final = left.cumsum(axis=1)
        finals[name] = final[:, -1]
        tables[name] = {"charged": hidden(final[:, :, 0]), "closed": hidden(final[:, :, 1])}
        cohorts[name] = pd.Series(size, index=range(ORIGINS))
        index = pd.MultiIndex.from_product([range(8), ["charged", "closed"]])
        truths[name] = pd.DataFrame({"hazard": chance[:, :2].ravel(), "cases": 1e9}, index=index)
    pooled = pooled_hazards(tables, cohorts)
    rows: list[tuple[int, float, Judged | None]] = []
    for number, (name, given) in enumerate(tables.items()):
        found: Judged | None = {}
        chosen = {"alone": None, "pooled": pooled.hazards.loc[name], "true": truths[name]}
        try:
            for label, hazards in chosen.items():
                result = competing_exits(cohorts[name], given, hazards=hazards, draws=draws, seed=seed)
                parts = [
                    judged(
                        result.ultimate.xs(exit_, level="exit").iloc[RECENT], finals[name][RECENT, place], "expected"
                    )
                    for place, exit_ in enumerate(given)
                ]
                found[label] = tuple(np.mean(parts, axis=0))
        except NotEstimableError:
            found = None
        rows.append((SIZES[number % 3], float(pooled.weights[name]), found))
    return rows


def newest(rng: np.random.Generator, seed: int, draws: int) -> list[tuple[int, float, Judged | None]]:
    """Forces alike in delay whose counts stray from an exposure by a fifth; the newest quarter, without and with it."""
    rows: list[tuple[int, float, Judged | None]] = []
    finals, triangles, exposures = [], {}, []
    for number in range(FORCES):
        exposure = np.exp(rng.normal(0, 0.3, ORIGINS))
        strayed = SIZES[number % 3] * exposure * rng.gamma(25, 1 / 25, ORIGINS)
        final = increments(rng, strayed[:, None] * SHARES, 1).cumsum(axis=1)
        finals.append(final[-1:, -1])
        triangles[str(number)] = hidden(final)
        exposures.append(pd.Series(exposure, index=range(ORIGINS)))
    pooled = pooled_hazards(triangles)
    for number, (name, triangle) in enumerate(triangles.items()):
        known = exposures[number]
        chosen = {
            "alone": {},
            "pooled": {"hazards": pooled.hazards.loc[name]},
            "true": {"hazards": pooled.hazards.loc[name], "exposure": known},
        }
        found: Judged | None = {}
        try:
            for label, options in chosen.items():
                table = nowcast(triangle, **options, draws=draws, seed=seed).table
                found[label] = judged(table.iloc[-1:], finals[number])
        except NotEstimableError:
            found = None
        rows.append((SIZES[number % 3], float(pooled.weights[name]), found))
    return rows


def drifts(rng: np.random.Generator, worlds: int, size: int) -> tuple[float, float, float]:
    """Twelve quarters of which four come later: the drift said to be found with 80%, and how often 1 and it are."""
    hazards = SHARES[1:] / SHARES.cumsum()[1:]

    def world(ratio: float) -> Triangle:
        shares = np.empty((ORIGINS, len(SHARES)))
        for origin in range(ORIGINS):
            odds = hazards / (1 - hazards) * (ratio if origin >= ORIGINS - 4 else 1)
            shares[origin] = np.diff(np.append(np.cumprod((1 / (1 + odds))[::-1])[::-1], 1.0), prepend=0.0)
        return hidden(increments(rng, size * shares, 1).cumsum(axis=1))

    def tested(ratio: float) -> tuple[float, float]:
        try:
            found = delay_drift(world(ratio), recent=4)
        except NotEstimableError:  # so few cases that none of a group is visible: nothing is found
            return 1.0, np.inf
        return found.p, found.detectable

    calm = [tested(1.0) for _ in range(worlds)]
    ratio = float(np.median([detectable for _, detectable in calm]))
    found = [tested(ratio) for _ in range(worlds)]
    return ratio, float(np.mean([p < 0.05 for p, _ in calm])), float(np.mean([p < 0.05 for p, _ in found]))


HEAD = f"{'':28}{'size':>5}{'weight':>8} | {'error: alone':>12}{'pooled':>8}{'true':>7}{'change':>8} | "
HEAD += (
    f"{'width: alone':>12}{'pooled':>8}{'true':>7} | {'held: alone':>12}{'pooled':>8}{'true':>7}{'inside':>8} | refused"
)


def printed(label: str, rows: list[tuple[int, float, Judged | None]]) -> None:
    """Print a row a size."""
    for size in SIZES:
        those = [row for row in rows if row[0] == size]
        found = [row[2] for row in those if row[2] is not None]
        means = np.mean([[one[way] for way in ("alone", "pooled", "true")] for one in found], axis=0)
        error, width, held, inside = means.T
        error = np.sqrt(error)
        change = error[1] / error[0] - 1
        print(
            f"{label:28}{size:5}{np.mean([row[1] for row in those]):8.2f}"
            f" | {error[0]:12.2f}{error[1]:8.2f}{error[2]:7.2f}{change:8.1%}"
            f" | {width[0]:12.2f}{width[1]:8.2f}{width[2]:7.2f}"
            f" | {held[0]:12.1%}{held[1]:8.1%}{held[2]:7.1%}{inside[1]:8.1%}"
            f" | {len(those) - len(found)} of {len(those)}",
            flush=True,
        )


def main() -> None:
    """Print the tables."""
    numbers = [int(text) for text in sys.argv[1:]]
    worlds, draws = [*numbers, *(25, 1000)[len(numbers) :]]
    start = time.perf_counter()
    print(HEAD)
    for place, (name, make) in enumerate((("reports", reports), ("exits", exits))):
        for column, (label, kind) in enumerate(KINDS.items()):
            rng = np.random.Generator(np.random.Philox(key=1, counter=[0, 0, place, column]))
            rows = [row for seed in range(worlds) for row in make(rng, kind, seed, draws)]
            printed(f"{name}, {label}", rows)
    print("the newest quarter only; pooled and with an exposure stands in the place of the true hazards:")
    rng = np.random.Generator(np.random.Philox(key=1, counter=[0, 0, 2, 0]))
    printed("newest quarter", [row for seed in range(worlds) for row in newest(rng, seed, draws)])
    rng = np.random.Generator(np.random.Philox(key=1, counter=[0, 0, 3, 0]))
    for size in SIZES:
        ratio, wrong, right = drifts(rng, 400, size)
        print(f"delay_drift, {size} cases: found without drift {wrong:.1%}, an odds ratio of {ratio:.2f} {right:.1%}")
    print(f"{worlds} worlds a kind, {draws} draws, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
