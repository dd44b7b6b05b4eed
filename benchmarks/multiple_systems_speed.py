"""Time multiple systems estimation; the peer's times are those recorded elsewhere, because it needs R.

    python benchmarks/multiple_systems_speed.py

Peer: R with MultipleSystemsEstimation 1.2.0 and Rcapture 1.4.4, as recorded in the issue that set the targets. In the
same run, statsmodels fits a sample of the models one by one, as anybody without R would.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm

from cseanalysis.models.hidden.loglinear import design
from cseanalysis.models.hidden.model_search import compare_models, hierarchical_models
from cseanalysis.models.hidden.multiple_systems import estimate_population, read_histories

LISTS = ["LA", "NG", "PFNCA", "GO", "GP"]
# Victims of modern slavery, United Kingdom 2013, five lists (Bales, Hesketh and Silverman 2015; SparseMSE 2.0.1).
COUNTS = {
    "LA": 54, "NG": 463, "PFNCA": 995, "GO": 695, "GP": 316, "LA+NG": 15, "LA+PFNCA": 19, "LA+GO": 3, "NG+PFNCA": 62,
    "NG+GO": 19, "NG+GP": 1, "PFNCA+GO": 76, "PFNCA+GP": 11, "GO+GP": 8, "LA+NG+PFNCA": 1, "LA+NG+GO": 1,
    "NG+PFNCA+GO": 4, "LA+NG+PFNCA+GO": 1,
}  # fmt: skip


def five_lists() -> pd.DataFrame:
    """Give the table."""
    rows = [[int(name in text.split("+")) for name in LISTS] + [number] for text, number in COUNTS.items()]
    return pd.DataFrame(rows, columns=[*LISTS, "count"])


def four_lists() -> pd.DataFrame:
    """Give the same cases with the first and the last list as one, so that there are 113 models."""
    table = five_lists()
    table["LA"] = table[["LA", "GP"]].max(axis=1)
    return table.drop(columns="GP").groupby(LISTS[:-1], as_index=False)["count"].sum()


def best_of(times: int, function: Callable[[], Any]) -> tuple[float, Any]:
    """Give the least seconds of several runs, and the result."""
    runs = []
    for _ in range(times):
        start = time.perf_counter()
        result = function()
        runs.append(time.perf_counter() - start)
    return min(runs), result


def statsmodels_seconds(sample: int = 64) -> float:
    """Time 1,024 fits of two-list models one by one, from a sample of them."""
    names, table = read_histories(five_lists(), "count")
    plan = design(len(names))
    models = hierarchical_models(5, 2)[:: 1024 // sample]
    start = time.perf_counter()
    for model in models:
        empty = [term for term in model if table @ plan.acts[:, term] == 0]
        possible = (plan.acts[:, empty] == 0).all(axis=1)
        terms = [term for term in model if term not in empty]
        sm.GLM(table[possible], plan.acts[np.ix_(possible, terms)], family=sm.families.Poisson()).fit()
    return (time.perf_counter() - start) / len(models) * 1024


def main() -> None:
    """Print a line for each target."""
    _, table = read_histories(five_lists(), "count")
    hierarchical_models.cache_clear()
    seconds, search = best_of(3, lambda: compare_models(design(5), table, hierarchical_models(5, 2)))
    print(
        f"1,024 models, five lists, existence checked: {seconds:.3f} s (target 0.3; R recorded 5 to 7; statsmodels "
        f"{statsmodels_seconds():.1f} in this run, unchecked); {(search.status == 0).sum()} admissible"
    )
    seconds, found = best_of(2, lambda: estimate_population(four_lists(), bootstrap=1000, seed=0))
    print(f"four lists, 1,000 BCa draws over all {len(found.models)} models: {seconds:.2f} s (target 2; R recorded 20)")
    print(f"    {found.total:,.0f}, {found.interval}")
    seconds, found = best_of(2, lambda: estimate_population(five_lists(), bootstrap=200, seed=0))
    print(f"five lists, 200 BCa draws over all {len(found.models):,} models: {seconds:.2f} s (target 8; R recorded 68)")
    print(f"    {found.total:,.0f}, {found.interval}")
    seconds, found = best_of(1, lambda: estimate_population(five_lists(), method="stepwise", bootstrap=1000, seed=0))
    print(f"five lists, 1,000 BCa draws, stepwise over {len(list(combinations(LISTS, 2)))} pairs: {seconds:.2f} s")


if __name__ == "__main__":
    main()
