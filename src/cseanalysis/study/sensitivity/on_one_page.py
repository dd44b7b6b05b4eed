"""Every range that rests on an assumption on one page, each with the assumptions that it hangs on most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from cseanalysis.chart_style import BLUE, GREY, RC, WIDTH, Drawn
from cseanalysis.export.wording import say_ends, say_interval, say_number
from cseanalysis.values import Estimate, Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from cseanalysis.study.data.reported import Leading

# What stands elsewhere with what it cannot go without: shares of suspects beside their coverage, what a back-test
# expects or would need beside what was published, a cohort's delay beside the published one, lists beside each other.
_ELSEWHERE = (
    *("suspects_", "expected_", "cohort_", "growth_limit_", "exploitation_effect_", "group_based_effect_"),
    *("charge_probability_", "charges_bound_", "quarters_to_see_", "list_"),
)
# The same once more: less what is recorded, narrower for one more assumption, of an earlier year, of what remains.
_AGAIN = ("dark_figure", "narrower", "steady", "earlier", "remaining")
_KINDS = {
    "": "Counts, logarithmic scale",
    "share": "Shares, %",
    "months": "Months",
    "days": "Days",
}
_ROW = 0.209  # inches of height that a range takes: a line of words, and a bar with its ends
_FEWEST = 1_000.0  # where the logarithmic scale begins


@dataclass(frozen=True, slots=True)
class Ranged:
    """A range, what it is of, its kind of unit, and what it hangs on, the first most."""

    id: str
    words: str
    kind: str
    interval: Interval
    hangs_on: tuple[str, ...]


def ranges_on_assumptions(
    results: Mapping[str, Estimate],
    leading: Mapping[str, Leading],
    words: Mapping[str, str],
    steps: Mapping[str, str],
) -> tuple[Ranged, ...]:
    """Return the bounds that assumptions make wide, in the order of the results; steps tell those of one unit apart."""
    found = []
    for name, estimate in results.items():
        interval, drivers = estimate.interval, leading[name].assumptions
        apart = name.startswith(_ELSEWHERE) or any(f"_{word}" in name for word in _AGAIN)
        if interval is None or interval.kind != "bound" or not drivers or apart:
            continue
        kind = estimate.unit.partition(" ")[0]
        hangs_on = tuple(words.get(one.assumption, one.assumption.replace("_", " ")) for one in drivers)
        said = estimate.unit + (f": {steps[name]}" if name in steps else "")
        found.append(Ranged(name, said, kind if kind in _KINDS else "", interval, hangs_on))
    return tuple(found)


def all_on_one_page(ranges: Sequence[Ranged]) -> Drawn:
    """Draw each range from its lowest to its highest end, a panel for each kind of unit; no middle is marked."""
    panels = {kind: rows for kind in _KINDS if (rows := [one for one in ranges if one.kind == kind])}
    heights = [len(rows) + 0.2 for rows in panels.values()]
    with mpl.rc_context({**RC, "axes.grid": False}):
        figure = Figure(figsize=(WIDTH, _ROW * sum(heights) + 0.4 * len(panels)))
        columns = figure.subplots(len(panels), 2, height_ratios=heights, width_ratios=[0.37, 0.63], squeeze=False)
        for (axes, blank), (kind, rows) in zip(columns, panels.items(), strict=True):
            blank.set_axis_off()
            _panel(axes, kind, rows)
    told = "; ".join(f"{one.words}, {say_interval(one.interval, one.kind)}, {_driven(one)}" for one in ranges)
    drawn = pd.DataFrame(
        [(one.id, one.words, *_ends(one), "; ".join(one.hangs_on)) for one in ranges],
        columns=["number", "of", "low", "high", "hangs on"],
    )
    return figure, f"A bar for each range, from its lowest to its highest end, by kind of unit. {told}.", drawn


def _panel(axes: Axes, kind: str, rows: Sequence[Ranged]) -> None:
    for place, one in enumerate(rows):
        low, high = _ends(one)
        axes.barh(place + 0.24, high - low, left=low, height=0.34, color=BLUE)
        _beside(axes, place - 0.24, 0, one.words, GREY)
        ends = " to ".join(say_ends(one.interval, one.kind))
        _beside(axes, place + 0.24, 1.02, f"{ends}; {_driven(one)}", BLUE)
    if not kind:
        axes.set_xscale("log", nonpositive="clip")  # a bar from nought begins at the edge
        axes.set_xlim(_FEWEST, None)
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_xlim(0, 100 if kind == "share" else None)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(axis="x", labelsize=6.5)
    axes.set_xlabel(_KINDS[kind], fontsize=7)


def _beside(axes: Axes, row: float, across: float, words: str, colour: str) -> None:
    text = axes.text(
        across, row, words, transform=axes.get_yaxis_transform(), fontsize=6.5, color=colour, va="center", clip_on=False
    )
    text.set_in_layout(False)  # words run into the column that is left free for them


def _driven(one: Ranged) -> str:
    """Say what a range hangs on: the one assumption that leads, or the first of several whose parts overlap."""
    first, *others = one.hangs_on
    return f"hangs on {first}" + (f" and {say_number(len(others))} more" if others else "")


def _ends(one: Ranged) -> tuple[float, float]:
    scale = 100 if one.kind == "share" else 1
    return scale * one.interval.low, scale * one.interval.high
