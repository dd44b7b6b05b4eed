"""Chart of how far forces scatter around a common ratio."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from cseanalysis.chart_style import BLUE, GREY, RC, WIDTH, Drawn
from cseanalysis.export.wording import say_number
from cseanalysis.study.comparisons.funnel import LIMITS, Funnel, limits_at

_LINES = {"independent": (GREY, (0, (1, 1.5))), "between": (GREY, "solid")}
_PAIRS = {1: "One pair", 2: "Two pairs", 3: "Three pairs"}
_SMALLEST = 25.0  # precision of a force with fifty offences in either year; smaller ones would stretch the chart
_WORDS = {
    "independent": "chance alone",
    "between": "chance and forces' own scatter",
}


def force_funnel(funnel: Funnel) -> Drawn:
    """Draw each force's ratio of two years against its size, with limits, all forces alike and none named."""
    # A force with hardly any offences is counted and not drawn.
    table = funnel.changes[funnel.changes["precision"] >= _SMALLEST]
    small = len(funnel.changes) - len(table)
    sizes = np.geomspace(table["precision"].min() * 0.85, table["precision"].max() * 1.2, 200)
    # Of the forces size and ratio alone are kept, and in the order of size: no force is named.
    rows = [("a force", *place, None) for place in sorted(zip(table["precision"], table["ratio"], strict=True))]
    rows.append(("all forces together", None, funnel.target, None))
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 3.9))
        axes = figure.subplots()
        for limits, (colour, style) in _LINES.items():
            both = limits_at(funnel, sizes, limits, 0.998)
            rows += [(f"99.8% limits: {_WORDS[limits]}", *place) for place in zip(sizes, *both, strict=True)]
            for end in both:
                axes.plot(sizes, end, color=colour, linestyle=style, linewidth=1.3)
            axes.plot([], [], color=colour, linestyle=style, linewidth=1.3, label=f"99.8% limits: {_WORDS[limits]}")
        axes.axhline(funnel.target, color=GREY, linewidth=0.8)
        axes.text(1.0, funnel.target, " all forces\n together", transform=axes.get_yaxis_transform(), va="center",
                  fontsize=7, color=GREY)  # fmt: skip
        axes.plot(table["precision"], table["ratio"], "o", color=BLUE, markersize=4, alpha=0.85, label="a force")
        axes.set_xscale("log")
        axes.set_yscale("log")
        low, high = _span(funnel, sizes)
        ticks = [
            tick for tick in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5) if low <= tick <= high
        ]
        axes.set_ylim(low, high)
        axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_yticks([], minor=True)
        marks = [mark for mark in (50, 100, 200, 500, 1000, 2000, 5000) if sizes[0] <= mark <= sizes[-1]]
        axes.set_xticks(marks, [f"{mark:,}" for mark in marks])
        axes.set_xticks([], minor=True)
        axes.set_xlabel("Size of the force's counts: offences before × after, over their sum")
        axes.set_ylabel(f"{funnel.later} over {funnel.earlier}")
        axes.legend(loc="upper right", fontsize=7, frameon=False)
    outside = "; ".join(
        f"{funnel.outside(limits, 0.998)} outside the limits for {words}" for limits, words in LIMITS.items()
    )
    alt = (
        f"Scatter of {len(table)} police forces, none named ({small} more with hardly any offences): offences "
        f"recorded under the child-only codes in "
        f"{funnel.later} over those in {funnel.earlier}, against the size of the counts, both on logarithmic scales. "
        f"The ratio runs from {say_number(float(table['ratio'].min()))} to {say_number(float(table['ratio'].max()))}; "
        f"all forces together: {say_number(funnel.target)}. {_PAIRS[len(_LINES)]} of 99.8% limits narrow to the right; "
        f"of all {len(funnel.changes)} forces {outside}."
    )
    return figure, alt, pd.DataFrame(rows, columns=["what", "size", "ratio, or lower limit", "upper limit"])


def _span(funnel: Funnel, sizes: np.ndarray) -> tuple[float, float]:
    """Return the lowest and highest ratio to be drawn: of the widest limits at the smallest force drawn."""
    ends = [end for limits in _LINES for end in limits_at(funnel, sizes[:1], limits, 0.998)]
    return float(min(map(np.min, ends)) * 0.97), float(max(map(np.max, ends)) * 1.03)
