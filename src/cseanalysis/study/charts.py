"""The study's charts: each returns a matplotlib figure and the text that says what it shows.

Direct labels, colours that colour-blind readers can tell apart, uncertainty drawn, bounds without a centre mark,
years that are not complete hatched. No titles: the caption is the chapter's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cseanalysis.values import Estimate

BLUE, TURQUOISE, PINK, ORANGE, GREY = "#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D"
WIDTH = 6.3
_RC: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "axes.grid": True,
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "hatch.linewidth": 0.6,
    "figure.constrained_layout.use": True,
}
# Dates when recording, reporting or the law changed; the exploitation flag of 2016 changed flagged counts, not codes.
BREAKS = (
    (date(2012, 10, 1), "October 2012: inquiry opens, reporting rises"),
    (date(2014, 8, 1), "2014: Rotherham report and recording inspection"),
    (date(2017, 4, 1), "April 2017: sexual communication with a child is an offence"),
    (date(2020, 3, 23), "March 2020: lockdown"),
)
_GROUPS = (
    ("child_only", "Child-only codes (eleven)", BLUE),
    ("familial", "Code 23, familial: adult and child victims", TURQUOISE),
    ("image", "Code 86, mostly indecent images of children", PINK),
)


def recorded_by_group(by_quarter: pd.DataFrame) -> tuple[Figure, str]:
    """Draw offences recorded by quarter, one panel an offence group, with the known breaks named.

    Parameters
    ----------
    by_quarter
        The table ``recorded_by_quarter``.

    Returns
    -------
    tuple of Figure and str
        The chart and its alternative text.
    """
    series = _quarterly(by_quarter)
    with mpl.rc_context(_RC):
        figure = Figure(figsize=(WIDTH, 5.4))
        panels = figure.subplots(3, 1, sharex=True, height_ratios=[3, 1.5, 2])
        for axes, (scope, label, colour) in zip(panels, _GROUPS, strict=True):
            values = series[scope]
            axes.plot(values.index, values, color=colour, linewidth=1.6)
            axes.set_ylim(0, values.max() * 1.18)
            axes.yaxis.set_major_formatter("{x:,.0f}")
            axes.set_title(label, loc="left", fontsize=8, color=colour, fontweight="bold")
            for number, (day, _) in enumerate(BREAKS, start=1):
                axes.axvline(day, color=GREY, linewidth=0.8, linestyle=(0, (2, 2)))
                if axes is panels[0]:
                    axes.text(day, values.max() * 1.16, f" {number}", va="top", fontsize=8, color=GREY)
        panels[1].set_ylabel("Offences recorded in the quarter")
        notes = "\n".join(f"{number}  {words}" for number, (_, words) in enumerate(BREAKS, start=1))
        panels[-1].text(0, -0.28, notes, transform=panels[-1].transAxes, va="top", fontsize=7.5, color=GREY)
    alt = "Three line charts of offences recorded by quarter, April 2012 to June 2023. " + " ".join(
        f"{label}: {series[scope].iloc[0]:,} in the first quarter, {series[scope].iloc[-1]:,} in the last, "
        f"highest {series[scope].max():,} in the quarter from {series[scope].idxmax():%B %Y}."
        for scope, label, _ in _GROUPS
    )
    return figure, alt


def recorded_by_force(recorded: pd.DataFrame) -> tuple[Figure, str]:
    """Draw child-only offences by quarter in one small panel a territorial force, in alphabetical order.

    Parameters
    ----------
    recorded
        The table ``recorded_offences``.

    Returns
    -------
    tuple of Figure and str
        The chart and its alternative text.
    """
    chosen = recorded[(recorded["force_type"] == "territorial") & (recorded["offence_scope"] == "child_only")]
    wide = chosen.pivot_table(index="period_start", columns="force", values="offences", aggfunc="sum")
    with mpl.rc_context({**_RC, "font.size": 6}):
        figure = Figure(figsize=(WIDTH, 8.2))
        panels = figure.subplots(9, 5).ravel()
        for axes, force in zip(panels, wide.columns, strict=False):
            values = wide[force]
            axes.fill_between(values.index, 0, values, color=BLUE, alpha=0.18, linewidth=0)
            axes.plot(values.index, values, color=BLUE, linewidth=0.9)
            axes.set_ylim(min(0, values.min()), values.max() * 1.1)
            axes.set_yticks([0, values.max()], ["0", f"{values.max():,}"])
            axes.set_xticks([date(2013, 1, 1), date(2023, 1, 1)], ["2013", "2023"])
            axes.tick_params(length=1.5, pad=1.5)
            axes.set_title(force, fontsize=6, pad=2, loc="left", color=GREY)
            axes.grid(visible=False)
            for day, _ in BREAKS:
                axes.axvline(day, color=GREY, linewidth=0.4, linestyle=(0, (2, 2)))
        for axes in panels[len(wide.columns) :]:
            axes.set_axis_off()
    first, last = wide.iloc[:4].sum(), wide.iloc[-5:-1].sum()
    alt = (
        f"{wide.shape[1]} small line charts, one a police force, of child-only offences recorded by quarter from April "
        "2012 to June 2023, each on its own scale from zero to its highest quarter. "
        f"{int((last > first).sum())} forces recorded more in 2022/23 than in 2012/13."
    )
    return figure, alt


def group_based_parts(total: float, parts: Mapping[str, float], residual: float) -> tuple[Figure, str]:
    """Draw the group-based offences of a year as one bar of quoted classes and the part that nobody quotes.

    Parameters
    ----------
    total
        Group-based offences recorded.
    parts
        Offences by quoted class; a class known as "over" a number enters with its lowest count.
    residual
        The most that can be in classes nobody quotes.

    Returns
    -------
    tuple of Figure and str
        The chart and its alternative text.
    """
    with mpl.rc_context({**_RC, "axes.grid": False}):
        figure = Figure(figsize=(WIDTH, 1.35))
        axes = figure.subplots()
        left = 0.0
        pieces = [*parts.items(), ("not quoted: at most", residual)]
        for (label, count), colour in zip(pieces, (BLUE, TURQUOISE, PINK, "#FFFFFF"), strict=True):
            last = colour == "#FFFFFF"
            axes.barh(0, count, left=left, color=colour, edgecolor=GREY, hatch="////" if last else None, height=0.55)
            axes.text(
                left + count / 2, 0.36, f"{label}\n{count:,.0f}", ha="center", va="bottom", fontsize=7, color=GREY
            )
            left += count
        axes.set_xlim(0, total)
        axes.set_ylim(-0.4, 1.0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.set_xlabel("Group-based offences recorded in 2023")
    words = "; ".join(f"{label} {count:,.0f}" for label, count in pieces)
    return figure, f"One bar of {total:,.0f} group-based offences recorded in 2023, split into classes: {words}."


def implied_totals(results: Mapping[str, Estimate], pairs: Mapping[str, tuple[str, str]]) -> tuple[Figure, str]:
    """Draw each implied total as a bar from its lowest to its highest value, with what was recorded beside it.

    Parameters
    ----------
    results
        The study's results by id.
    pairs
        Label to the ids of the recorded count and of the implied total.

    Returns
    -------
    tuple of Figure and str
        The chart and its alternative text. A bound has no centre mark.
    """
    spans = {label: (*_ends(results[recorded]), *_ends(results[total])) for label, (recorded, total) in pairs.items()}
    with mpl.rc_context(_RC):
        figure = Figure(figsize=(WIDTH, 0.72 * len(spans) + 0.8))
        axes = figure.subplots()
        for row, (recorded_low, recorded_high, low, high) in enumerate(spans.values()):
            axes.barh(row, high - low, left=low, height=0.42, color=BLUE)
            axes.barh(row, recorded_high - recorded_low, left=recorded_low, height=0.42, color=ORANGE, edgecolor=ORANGE)
            axes.text(low * 0.97, row, _thousands(low), ha="right", va="center", fontsize=7, color=GREY)
            axes.text(high * 1.03, row, _thousands(high), ha="left", va="center", fontsize=7, color=GREY)
        axes.set_xscale("log")
        axes.set_xlim(8_000, max(span[3] for span in spans.values()) * 2.2)
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.set_yticks(range(len(spans)), list(spans))
        axes.set_ylim(len(spans) - 0.4, -0.75)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        first = next(iter(spans.values()))
        axes.text(first[0], -0.36, "recorded", ha="center", va="bottom", fontsize=7, color=ORANGE)
        axes.text(first[2], -0.36, "implied total, lowest to highest", ha="left", va="bottom", fontsize=7, color=BLUE)
        axes.set_xlabel("Logarithmic scale; rows count different things and cannot be compared or added")
    words = "; ".join(
        f"{label.replace(chr(10), ' ')}: recorded about {_thousands(span[0])}, implied {_thousands(span[2])} to "
        f"{_thousands(span[3])}"
        for label, span in spans.items()
    )
    return figure, f"Bars from the lowest to the highest implied total on a logarithmic scale. {words}."


def visible_shares(scenario: pd.DataFrame) -> tuple[Figure, str]:
    """Draw the share of eventual charges and trials that had become visible, by quarter of recording.

    Parameters
    ----------
    scenario
        The results' table ``lag_scenario``.

    Returns
    -------
    tuple of Figure and str
        The chart and its alternative text. What is still to come is hatched.
    """
    quarters = scenario["period_start"]
    with mpl.rc_context(_RC):
        figure = Figure(figsize=(WIDTH, 4.2))
        panels = figure.subplots(2, 1, sharex=True)
        for axes, stage, colour in zip(panels, ("charges", "trials"), (BLUE, PINK), strict=True):
            low, high = 100 * scenario[f"{stage}_visible_low"], 100 * scenario[f"{stage}_visible_high"]
            axes.fill_between(quarters, low, high, step="mid", color=colour, linewidth=0)
            axes.fill_between(
                quarters, high, 100, step="mid", facecolor="white", edgecolor="#B8B8B8", hatch="////", linewidth=0
            )
            axes.set_ylim(0, 100)
            axes.set_xlim(quarters.iloc[0], quarters.iloc[-1])
            axes.set_ylabel(f"% of eventual {stage}")
            axes.text(
                quarters.iloc[9], 30, "visible by June 2023:\nat least the lower edge,\nat most the upper edge",
                fontsize=7.5, color=colour, va="center",
            )  # fmt: skip
            axes.text(
                quarters.iloc[-2], 93, "still to come", fontsize=7.5, color=GREY, ha="right", va="center",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
            )  # fmt: skip
        panels[-1].set_xlabel("Quarter in which the offences were recorded")
    last_year = scenario.iloc[-5:-1]
    words = " ".join(
        f"Of the eventual {stage} for offences recorded in 2022/23, quarter by quarter between "
        f"{100 * last_year[f'{stage}_visible_low'].min():.0f}% and "
        f"{100 * last_year[f'{stage}_visible_high'].max():.0f}% were visible by June 2023."
        for stage in ("charges", "trials")
    )
    return figure, f"Two bands that fall towards the right: the later the recording, the less is visible. {words}"


def back_test_ranges(tests: pd.DataFrame, labels: Mapping[str, str]) -> tuple[Figure, str]:
    """Draw published counts against the ranges the lag scenario expects for them.

    Parameters
    ----------
    tests
        The results' table ``back_tests``.
    labels
        Figure id to the words for its row.

    Returns
    -------
    tuple of Figure and str
        The chart and its alternative text.
    """
    with mpl.rc_context(_RC):
        figure = Figure(figsize=(WIDTH, 0.46 * len(tests) + 0.7))
        axes = figure.subplots()
        for row, test in enumerate(tests.itertuples()):
            colour = BLUE if test.within else ORANGE
            axes.barh(
                row,
                test.expected_high - test.expected_low,
                left=test.expected_low,
                height=0.4,
                color=colour,
                alpha=0.75,
            )
            axes.plot(test.published, row, marker="D", markersize=5, color=GREY, markeredgecolor="white")
            words = f"published {test.published:,.0f}" + ("" if test.within else ": outside")
            axes.text(max(test.expected_high, test.published) * 1.15, row, words, va="center", fontsize=7, color=GREY)
        axes.set_xscale("log")
        axes.set_xlim(30, tests[["expected_high", "published"]].to_numpy().max() * 5)
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.set_yticks(range(len(tests)), [labels[name] for name in tests["figure"]])
        axes.set_ylim(len(tests) - 0.5, -0.6)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("Charges or defendants in the year, logarithmic scale; bars: expected, lowest to highest")
    words = "; ".join(
        f"{labels[test.figure].replace(chr(10), ' ')}: published {test.published:,.0f}, expected "
        f"{_thousands(test.expected_low)} to {_thousands(test.expected_high)}, "
        + ("within" if test.within else "outside")
        for test in tests.itertuples()
    )
    return figure, f"Published counts as diamonds on bars of expected ranges. {words}."


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
    with mpl.rc_context(_RC):
        figure = Figure(figsize=(WIDTH, 0.27 * sum(heights) + 0.4 * len(heights) + 0.5))
        panels = np.atleast_1d(figure.subplots(len(heights), 1, sharex=True, height_ratios=heights))
        for axes, (name, title) in zip(panels, titles.items(), strict=True):
            part = narrowing[narrowing["result"] == name]
            _narrowing_panel(axes, part, words)
            axes.set_title(title, loc="left", fontsize=8, color=BLUE, fontweight="bold")
        panels[-1].set_xlabel("% of the range that goes if the assumption is known to be at one end or the other")
    leaders = narrowing.groupby("result", sort=False).first()
    alt = "Bars from the least to the most of a range that knowing one assumption would remove. " + " ".join(
        f"{title}: most by {words[leaders['assumption'][name]]}, at least "
        f"{100 * leaders['narrowing_least'][name]:.0f}%."
        for name, title in titles.items()
    )
    return figure, alt


def _narrowing_panel(axes: Axes, part: pd.DataFrame, words: Mapping[str, str]) -> None:
    least, most = 100 * part["narrowing_least"].to_numpy(), 100 * part["narrowing_most"].to_numpy()
    axes.barh(range(len(part)), np.maximum(most - least, 0.8), left=least, height=0.5, color=TURQUOISE)
    for row, (low, high) in enumerate(zip(least, most, strict=True)):
        label = f"{low:.0f} to {high:.0f}" if round(low) != round(high) else f"{low:.0f}"
        axes.text(max(high, low + 0.8) + 1, row, label, va="center", fontsize=7, color=GREY)
    axes.set_yticks(range(len(part)), [words[name] for name in part["assumption"]])
    axes.set_ylim(len(part) - 0.5, -0.5)
    axes.set_xlim(0, 110)
    axes.set_xticks(range(0, 101, 20))
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)


def _quarterly(by_quarter: pd.DataFrame) -> pd.DataFrame:
    territorial = by_quarter[by_quarter["force_type"] == "territorial"]
    return territorial.pivot_table(index="period_start", columns="offence_scope", values="offences", aggfunc="sum")


def _ends(estimate: Estimate) -> tuple[float, float]:
    if estimate.interval is not None:
        return estimate.interval.low, estimate.interval.high
    if estimate.point is None:
        raise ValueError(f"{estimate.id} has neither point nor interval")
    return estimate.point, estimate.point


def _thousands(count: float) -> str:
    """Word a count for a chart: three digits are what a reader can take from one."""
    digits = max(0, len(str(int(count))) - 3)
    return f"{round(count, -digits):,.0f}"
