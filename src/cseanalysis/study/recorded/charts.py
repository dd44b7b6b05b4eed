"""Charts of what was recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from cseanalysis.chart_style import BLUE, GREY, PINK, RC, TURQUOISE, WIDTH, Drawn
from cseanalysis.export.wording import say_month
from cseanalysis.study.data.codes import CODES_COUNTED
from cseanalysis.study.data.tables import data_end

if TYPE_CHECKING:
    from cseanalysis.register import Figure as PublishedFigure
    from cseanalysis.study.recorded.numbers import QuotedClass

# Dates when recording, reporting or the law changed; the exploitation flag of 2016 changed flagged counts, not codes.
BREAKS = (
    (date(2012, 10, 1), "October 2012: inquiry opens, reporting rises"),
    (date(2014, 8, 1), "2014: Rotherham report and recording inspection"),
    (date(2017, 4, 1), "April 2017: sexual communication with a child is an offence"),
    (date(2020, 3, 23), "March 2020: lockdown"),
)
_GROUPS = (
    ("child_only", f"Child-only codes ({CODES_COUNTED['child_only']})", BLUE),
    ("familial", "Code 23, familial: adult and child victims", TURQUOISE),
    ("image", "Code 86, mostly indecent images of children", PINK),
)


def recorded_by_group(by_quarter: pd.DataFrame) -> Drawn:
    """Draw offences recorded by quarter, one panel an offence group, with the known breaks named."""
    series = _quarterly(by_quarter)
    with mpl.rc_context(RC):
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
    alt = f"Three line charts of offences recorded by quarter, {_span(by_quarter)}. " + " ".join(
        f"{label}: {series[scope].iloc[0]:,} in the first quarter, {series[scope].iloc[-1]:,} in the last, "
        f"highest {series[scope].max():,} in the quarter from {say_month(series[scope].idxmax())}."
        for scope, label, _ in _GROUPS
    )
    drawn = series[[scope for scope, _, _ in _GROUPS]].set_axis([label for _, label, _ in _GROUPS], axis="columns")
    return figure, alt, drawn.reset_index()


def recorded_by_force(recorded: pd.DataFrame) -> Drawn:
    """Draw child-only offences by quarter in one small panel a territorial force, in alphabetical order."""
    chosen = recorded[(recorded["force_type"] == "territorial") & (recorded["offence_scope"] == "child_only")]
    wide = chosen.pivot_table(index="period_start", columns="force", values="offences", aggfunc="sum")
    with mpl.rc_context({**RC, "font.size": 6}):
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
    first, last = wide.iloc[:4].sum(), wide.iloc[len(wide) // 4 * 4 - 4 : len(wide) // 4 * 4].sum()
    alt = (
        f"{wide.shape[1]} small line charts, one a police force, of child-only offences recorded by quarter, "
        f"{_span(recorded)}, each on its own scale from zero to its highest quarter. "
        f"{int((last > first).sum())} forces recorded more in the newest full year than in the first."
    )
    return figure, alt, wide.reset_index()


def group_based_parts(
    published: Mapping[str, PublishedFigure], total: PublishedFigure, classes: Sequence[QuotedClass]
) -> Drawn:
    """Draw the group-based offences of a year as one bar of quoted classes and the part that nobody quotes."""
    whole = float(total.value)
    pieces = [
        (
            each.short if published[each.figure].qualifier == "exact" else f"{each.short}: at least",
            each.least(published),
        )
        for each in classes
    ]
    pieces.append(("not quoted: at most", whole - sum(count for _, count in pieces)))
    with mpl.rc_context({**RC, "axes.grid": False}):
        figure = Figure(figsize=(WIDTH, 1.5))
        axes = figure.subplots()
        left = 0.0
        for place, (label, count) in enumerate(pieces):
            quoted = place < len(classes)
            colour = (BLUE, TURQUOISE, PINK)[place % 3] if quoted else "#FFFFFF"
            hatch = None if quoted else "////"
            axes.barh(0, count, left=left, color=colour, edgecolor=GREY, hatch=hatch, height=0.55)
            middle = left + count / 2
            height = 0.36 if count > whole / 10 else 0.82  # a narrow class is labelled above its neighbours
            axes.text(middle, height, f"{label} {count:,.0f}", ha="center", va="bottom", fontsize=7, color=GREY)
            axes.plot([middle, middle], [0.28, height], color=GREY, linewidth=0.5)
            left += count
        axes.set_xlim(0, whole)
        axes.set_ylim(-0.4, 1.25)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.set_xlabel("Group-based offences recorded in 2023")
    words = "; ".join(f"{label} {count:,.0f}" for label, count in pieces)
    alt = f"One bar of {whole:,.0f} group-based offences recorded in 2023, split into classes: {words}."
    return figure, alt, pd.DataFrame(pieces, columns=["class", "offences"])


def _span(table: pd.DataFrame) -> str:
    return f"{say_month(table['period_start'].min())} to {say_month(data_end(table))}"


def _quarterly(by_quarter: pd.DataFrame) -> pd.DataFrame:
    territorial = by_quarter[by_quarter["force_type"] == "territorial"]
    return territorial.pivot_table(index="period_start", columns="offence_scope", values="offences", aggfunc="sum")
