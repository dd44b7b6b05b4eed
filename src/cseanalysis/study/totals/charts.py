"""Charts of routes: a panel with an axis of its own for each thing that is estimated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cseanalysis.chart_style import BLUE, GREY, ORANGE, RC, WIDTH, Drawn
from cseanalysis.export.wording import say, say_ends, say_number
from cseanalysis.study.totals.estimands import Estimand
from cseanalysis.study.totals.tables import say_floor
from cseanalysis.values import Estimate


def routes_by_estimand(results: Mapping[str, Estimate], groups: Sequence[Estimand]) -> Drawn:
    """Draw each group's ranges from the fewest assumptions to the most, a panel for each thing that is estimated."""
    heights = [len(group.steps) + 1.6 for group in groups]
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 0.235 * sum(heights) + 0.2))
        panels = np.atleast_1d(figure.subplots(len(groups), 1, height_ratios=heights))
        for axes, group in zip(panels, groups, strict=True):
            _panel(axes, group, results)
    words = " ".join(
        f"{group.title}: "
        + "; ".join(_in_words(step.adds, results[step.result], step.floor) for step in group.steps)
        + "."
        for group in groups
    )
    rows = [
        (group.title, step.adds, step.result, *_ends(results[step.result])) for group in groups for step in group.steps
    ]
    return (
        figure,
        f"One panel for each thing estimated, each on its own axis, bars from lowest to highest. {words}",
        pd.DataFrame(rows, columns=["estimated", "step", "number", "low", "high"]),
    )


def _panel(axes: Axes, group: Estimand, results: Mapping[str, Estimate]) -> None:
    spans = [_ends(results[step.result]) for step in group.steps]
    reach = max(high for _, high in spans)
    for row, (step, (low, high)) in enumerate(zip(group.steps, spans, strict=True)):
        estimate = results[step.result]
        colour = ORANGE if step.floor else BLUE
        axes.barh(row, max(high - low, reach / 150), left=low, height=0.5, color=colour)
        if estimate.interval is None:
            label = say_number(low)
        else:
            label = " to ".join(dict.fromkeys(say_ends(estimate.interval)))
        start = high + reach / 60
        if step.floor:
            axes.annotate(
                "", (high + reach / 11, row), (high, row), arrowprops={"arrowstyle": "->", "color": ORANGE, "lw": 1.2}
            )
            start, label = high + reach / 9, f"{label} in the record; no upper end to the total"
        axes.text(start, row, label, va="center", fontsize=7, color=GREY)
    axes.set_title(group.title, loc="left", fontsize=8, color=BLUE, fontweight="bold")
    axes.set_yticks(range(len(spans)), [step.adds for step in group.steps])
    axes.set_ylim(len(spans) - 0.45, -0.55)
    axes.set_xlim(0, reach * 1.36)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)


def _in_words(adds: str, estimate: Estimate, floor: bool) -> str:
    return f"{adds}, {say_floor(estimate)}, no upper end to the total" if floor else f"{adds}, {say(estimate)}"


def _ends(estimate: Estimate) -> tuple[float, float]:
    if estimate.interval is not None:
        return estimate.interval.low, estimate.interval.high
    if estimate.point is None:
        raise ValueError(f"{estimate.id} has neither point nor interval")
    return estimate.point, estimate.point
