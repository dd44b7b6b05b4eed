"""How much of each headline range would go if one assumption were known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from cseanalysis.register import Figure
from cseanalysis.sensitivity import narrowing
from cseanalysis.study.data.codes import OWN_SCOPE
from cseanalysis.study.data.named import RECORDED_2023
from cseanalysis.study.lag.numbers import lag_models
from cseanalysis.study.ranges import TURNING, among, needed_assumptions, resting_on
from cseanalysis.study.totals.numbers import ROUTES
from cseanalysis.values import Assumption


def narrowing_table(
    recorded: pd.DataFrame,
    figures: Mapping[str, Figure],
    assumptions: Mapping[str, Assumption],
    *,
    scope: str = OWN_SCOPE,
) -> pd.DataFrame:
    """Say for each headline range how much of it would go if one assumption were known."""
    # The columns of `cseanalysis.sensitivity.narrowing` with ``result`` in front.
    count = float(figures[RECORDED_2023].value)
    models: dict[str, Callable[..., float]] = {route.id: partial(route.model, recorded=count) for route in ROUTES}
    models |= lag_models(recorded, scope=scope)
    parts = []
    for name, model in models.items():
        needed = needed_assumptions(model, assumptions)
        with resting_on(name, needed):
            part = narrowing(model, needed, turning=among(TURNING, needed))
        part.insert(0, "result", name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
