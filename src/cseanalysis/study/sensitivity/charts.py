"""Charts of what choices alone move, and of what a stated total would take."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cseanalysis.chart_style import BLUE, GREY, ORANGE, RC, TURQUOISE, WIDTH, Drawn
from cseanalysis.export.wording import say_ends, say_interval, say_number
from cseanalysis.values import Interval

_PANEL = 110.0  # points of width that a panel's bars may fill together
_WIDE = 12.0  # times its lowest end from which a curve's axis is logarithmic


def specification_curves(
    points: pd.DataFrame, curves: pd.DataFrame, titles: Mapping[str, str], units: Mapping[str, str]
) -> Drawn:
    """Draw every estimated specification of each curve from its lowest to its highest end, ordered by the lowest."""
    # A bar has no middle; the study's own specification is in another colour.
    rows = -(-len(titles) // 2)
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 1.75 * rows))
        panels = np.ravel(figure.subplots(rows, 2))
        for axes, (name, title) in zip(panels, titles.items(), strict=False):
            part = points[(points["curve"] == name) & points["rank"].notna()]
            _curve_panel(axes, part, units.get(name, ""))
            axes.set_title(title, loc="left", fontsize=8, color=BLUE, fontweight="bold")
        for axes in panels[len(titles) :]:
            axes.set_visible(False)
        for axes in panels[len(titles) - 2 : len(titles)]:
            axes.set_xlabel("specifications, lowest first")
    said = curves.set_index("curve")
    words = " ".join(
        f"{title}: {say_number(int(said.at[name, 'estimated']))} specifications, "
        f"{_between(said.at[name, 'lowest'], said.at[name, 'highest'], units.get(name, ''))}; the study's own "
        f"{_between(said.at[name, 'own_low'], said.at[name, 'own_high'], units.get(name, ''))}."
        for name, title in titles.items()
    )
    drawn = points[points["curve"].isin(list(titles)) & points["rank"].notna()]
    alt = f"A bar from the lowest to the highest end for each combination of structural choices. {words}"
    return figure, alt, drawn[["curve", "rank", "own", "low", "high"]]


def total_frontier(lines: pd.DataFrame, words: Mapping[str, str]) -> Drawn:
    """Draw for some totals which pairs of probabilities would give them."""
    along, solved = lines.columns[2:]
    # A total that the ranges reach from one side alone has no band.
    lines = lines[lines.groupby("total")["side"].transform("nunique") == 2]
    heights = np.linspace(lines[solved].min(), lines[solved].max(), 60)
    ends, rows = {}, []
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 3.4))
        axes = figure.subplots()
        for total, part in lines.groupby("total"):
            left, right = (
                np.interp(heights, side[solved].to_numpy()[order], side[along].to_numpy()[order])
                for side in (part[part["side"] == "more"], part[part["side"] == "less"])
                for order in [np.argsort(side[solved].to_numpy(), kind="stable")]
            )
            axes.fill_betweenx(100 * heights, 100 * left, 100 * right, color=TURQUOISE, linewidth=0)
            axes.plot(100 * left, 100 * heights, color=BLUE, linewidth=0.8)
            axes.plot(100 * right, 100 * heights, color=BLUE, linewidth=0.8)
            axes.text(100 * right[30] + 0.12, 100 * heights[30], say_number(int(total)), color=BLUE, fontsize=8)
            ends[int(total)] = (left[-1], right[0])
            rows += [(total, *place) for place in zip(100 * heights, 100 * left, 100 * right, strict=True)]
        axes.annotate("more offences", (0.015, 0.04), xycoords="axes fraction", color=GREY, fontsize=8)
        axes.annotate("fewer offences", (0.985, 0.93), xycoords="axes fraction", color=GREY, fontsize=8, ha="right")
        axes.set_xlim(5, 15)
        if ends:
            axes.set_ylim(100 * heights[0], 100 * heights[-1])
        axes.set_xlabel(f"% of contact offences: {words[along]}")
        axes.set_ylabel(f"% of these: {words[solved]}")
    said = "; ".join(
        f"{say_number(total)} needs {say_number(low, 'share')} known if all of these are recorded and "
        f"{say_number(high, 'share')} if the fewest are"
        for total, (low, high) in ends.items()
    )
    said = said or "Within the assumed ranges none of the totals has such a band"
    return (
        figure,
        f"Bands that fall to the right: pairs of probabilities that give a total of contact offences. {said}.",
        pd.DataFrame(rows, columns=["total", words[solved], f"{words[along]}, low", f"{words[along]}, high"]),
    )


def _curve_panel(axes: Axes, part: pd.DataFrame, unit: str) -> None:
    rank, low, high = (part[name].to_numpy(dtype=np.float64) for name in ("rank", "low", "high"))
    own = part["own"].to_numpy(dtype=bool)
    thin = min(1.6, _PANEL / len(part))
    for chosen, colour, width in ((~own, TURQUOISE, thin), (own, ORANGE, max(thin, 2.0))):
        ranging, single = chosen & (low < high), chosen & (low == high)
        axes.vlines(rank[ranging], low[ranging], high[ranging], color=colour, linewidth=width)
        axes.plot(rank[single], high[single], "o", color=colour, markersize=1.5 + width, markeredgewidth=0)
    wide = low.min() > 0 and high.max() > _WIDE * low.min()
    if wide:
        axes.set_yscale("log")
        axes.set_ylim(low.min() / 1.3, high.max() * 1.6)
    else:
        axes.set_ylim(0, high.max() * 1.18)
        axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: say_number(float(f"{value:.6g}"), unit)))
    axes.yaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))
    place = float(rank[own][0])
    left = place < rank.max() / 2
    axes.annotate(
        "the study's own",
        (place, float(high[own][0])),
        xytext=(3 if left else -3, 3),
        textcoords="offset points",
        fontsize=7,
        color=ORANGE,
        ha="left" if left else "right",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85},
    )
    axes.set_xlim(0, rank.max() + 1)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.grid(visible=False, axis="x")


def _between(low: float, high: float, unit: str) -> str:
    if low == high:
        return say_number(low, unit)
    return say_interval(Interval(low, high, "bound"), unit)


def narrowing_bars(narrowing: pd.DataFrame, titles: Mapping[str, str], words: Mapping[str, str]) -> Drawn:
    """Draw how much of each implied total's range would go if one assumption were known."""
    titles = {name: title for name, title in titles.items() if (narrowing["result"] == name).any()}
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
    drawn = narrowing[narrowing["result"].isin(list(titles))][["result", "assumption"]]
    ends = {end: 100 * narrowing[f"narrowing_{end}"] for end in ("least", "most")}
    return figure, alt, drawn.assign(**ends)


def tornado_bars(tornado: pd.DataFrame, words: Mapping[str, str]) -> Drawn:
    """Draw how far a result moves when one assumption alone goes to its other end."""
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
        tornado[["assumption"]].assign(low=low, high=high),
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
