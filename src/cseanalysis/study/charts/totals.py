"""Charts of implied totals and of the assumptions behind them."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cseanalysis.export.wording import say_ends, say_number
from cseanalysis.study.charts.style import BLUE, GREY, RC, TURQUOISE, WIDTH
from cseanalysis.values import Interval


def narrowing_bars(narrowing: pd.DataFrame, titles: Mapping[str, str], words: Mapping[str, str]) -> tuple[Figure, str]:
    """Draw how much of each implied total's range would go if one assumption were known.

    Parameters
    ----------
    narrowing
        The results' table ``narrowing``.
    titles
        Result id to panel title.
    words
        Assumption id to label.

    Returns
    -------
    tuple of Figure and str
        The chart and its alternative text.
    """
    heights = [int((narrowing["result"] == name).sum()) for name in titles]
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 0.25 * sum(heights) + 0.36 * len(heights) + 0.5))
        panels = np.atleast_1d(figure.subplots(len(heights), 1, sharex=True, height_ratios=heights))
        for axes, (name, title) in zip(panels, titles.items(), strict=True):
            part = narrowing[narrowing["result"] == name]
            _narrowing_panel(axes, part, words)
            axes.set_title(title, loc="left", fontsize=8, color=BLUE, fontweight="bold")
        panels[-1].set_xlabel("% of the range that goes if the assumption becomes known")
    leaders = narrowing.groupby("result", sort=False).first()
    alt = "Bars from the least to the most of a range that knowing one assumption would remove. " + " ".join(
        f"{title}: most by {words[leaders['assumption'][name]]}, at least "
        f"{np.floor(100 * leaders['narrowing_least'][name]):.0f}%."
        for name, title in titles.items()
    )
    return figure, alt


def tornado_bars(tornado: pd.DataFrame, words: Mapping[str, str]) -> tuple[Figure, str]:
    """Draw how far a result moves when one assumption alone goes to its other end.

    Parameters
    ----------
    tornado
        A table of `cseanalysis.sensitivity.tornado`.
    words
        Assumption id to label.

    Returns
    -------
    tuple of Figure and str
        The chart and its alternative text.
    """
    ends = tornado[["value_at_low", "value_at_high"]]
    low, high = ends.min(axis=1), ends.max(axis=1)
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 0.36 * len(tornado) + 0.7))
        axes = figure.subplots()
        axes.barh(range(len(tornado)), high - low, left=low, height=0.5, color=TURQUOISE)
        axes.axvline(low.min(), color=GREY, linewidth=0.8)
        for row, end in enumerate(high):
            axes.text(
                end * 1.01, row, say_ends(Interval(low.min(), end, "bound"))[1], va="center", fontsize=7, color=GREY
            )
        axes.set_yticks(range(len(tornado)), [words[name] for name in tornado["assumption"]])
        axes.set_ylim(len(tornado) - 0.5, -0.5)
        axes.set_xlim(0, high.max() * 1.15)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("Implied contact offences; the line is the lowest corner")
    moves = "; ".join(
        f"{words[name]} raises it to {say_number(float(f'{end:.3g}'))}"
        for name, end in zip(tornado["assumption"], high, strict=True)
    )
    return (
        figure,
        f"Bars from the lowest implied total, {say_ends(Interval(low.min(), high.max(), 'bound'))[0]}. {moves}.",
    )


def _narrowing_panel(axes: Axes, part: pd.DataFrame, words: Mapping[str, str]) -> None:
    least, most = 100 * part["narrowing_least"].to_numpy(), 100 * part["narrowing_most"].to_numpy()
    axes.barh(range(len(part)), np.maximum(most - least, 0.8), left=least, height=0.5, color=TURQUOISE)
    for row, (low, high) in enumerate(zip(least, most, strict=True)):
        label = " to ".join(dict.fromkeys((f"{np.floor(low):.0f}", f"{np.ceil(high):.0f}")))  # outward
        axes.text(max(high, low + 0.8) + 1, row, label, va="center", fontsize=7, color=GREY)
    axes.set_yticks(range(len(part)), [words[name] for name in part["assumption"]])
    axes.set_ylim(len(part) - 0.5, -0.5)
    axes.set_xlim(0, 110)
    axes.set_xticks(range(0, 101, 20))
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
