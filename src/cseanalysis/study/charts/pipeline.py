"""Charts of the simulated pipeline beside the bounds, and of the court queue."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cseanalysis.export.wording import say_ends, say_month
from cseanalysis.study.charts.style import BLUE, GREY, ORANGE, PINK, RC, WIDTH
from cseanalysis.values import Interval

_PALE = "#C9D6E3"
_STAGES = (("charged", "charges", BLUE), ("trial", "trials", PINK))


def simulation_and_bounds(charges: pd.DataFrame, ages: pd.DataFrame) -> tuple[Figure, str]:
    """Draw charges by quarter and visible shares by age: the bound as a pale band, the simulation as a dark one.

    Parameters
    ----------
    charges, ages
        The results' tables ``charges_by_quarter`` and ``visible_by_age``.

    Returns
    -------
    tuple of Figure and str
        The chart and its alternative text.
    """
    last = charges[charges["in_data"]].iloc[-1]
    end = last["period_start"] + pd.offsets.QuarterEnd()
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 5.0))
        panels = figure.subplot_mosaic([["charges", "charges"], ["charged", "trial"]])
        axes = panels["charges"]
        when = charges["period_start"]
        axes.fill_between(when, charges["bound_low"], charges["bound_high"], color=_PALE, linewidth=0)
        axes.fill_between(when, charges["clustered_low"], charges["clustered_high"], color=BLUE, alpha=0.6, linewidth=0)
        axes.axvline(end, color=GREY, linewidth=0.8, linestyle=":")
        top = float(charges["bound_high"].max())
        axes.set_ylim(0, 1.15 * top)
        axes.set_xlim(when.iloc[0], when.iloc[-1])
        axes.text(end, 1.07 * top, "  no offence recorded any more", fontsize=7.5, color=GREY, va="center")
        axes.text(when.iloc[2], 0.03 * top, "pale: bound on the expected charges", fontsize=7.5, color=GREY)
        axes.text(when.iloc[8], 0.42 * top, "dark: 95% of simulated counts", fontsize=7.5, color="white")
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.set_ylabel("charges in the quarter")
        axes.set_xlabel("Quarter in which the charges are made")
        for stage, word, colour in _STAGES:
            _by_age(panels[stage], ages[ages["stage"] == stage], word, colour)
    drawn, bounded = (
        say_ends(Interval(float(last[f"{kind}_low"]), float(last[f"{kind}_high"]), "bound"))
        for kind in ("clustered", "bound")
    )
    year = {stage: ages[(ages["stage"] == stage) & (ages["age"] == 4)].iloc[0] for stage, _, _ in _STAGES}
    shares = " ".join(
        f"A year after the quarter of recording, {_per_cent(year[stage], '')} of the eventual {word} are visible in "
        f"the simulation and {_per_cent(year[stage], 'bound_')} over all assumptions."
        for stage, word, _ in _STAGES
    )
    return figure, (
        f"Above, charges rise slowly and fall after {say_month(end)}, when nobody is recorded any more. In the quarter "
        f"from {say_month(last['period_start'])} the simulation gives {drawn[0]} to {drawn[1]}, the bound "
        f"{bounded[0]} to {bounded[1]}. Below, both bands rise with age, the simulated one inside the bound. {shares}"
    )


def court_queue(queue: pd.DataFrame, stocks: tuple[float, float], undated: float) -> tuple[Figure, str]:
    """Draw the two comparable stocks of open cases and what a stated capacity would make of them.

    Parameters
    ----------
    queue
        The results' table ``court_queue``.
    stocks
        Open cases on 31 March 2024 and 2025.
    undated
        The earlier count that may not be joined to them.

    Returns
    -------
    tuple of Figure and str
        The chart and its alternative text.
    """
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 2.6))
        left, right = figure.subplots(1, 2)
        years = 2025 + queue["year"]
        left.fill_between(years, queue["open_low"], queue["open_high"], color=_PALE, linewidth=0)
        left.plot([2024, 2025], stocks, color=BLUE, marker="o", markersize=4)
        left.text(2024.15, stocks[1] * 1.12, "published", fontsize=7.5, color=BLUE, ha="center")
        left.plot(2023, undated, marker="o", markersize=5, markerfacecolor="white", color=ORANGE, linestyle="none")
        left.text(2022.6, undated * 0.72, "no day published:\nnot joined", fontsize=7.5, color=ORANGE, va="top")
        left.text(2029.9, 0.62 * float(queue["open_high"].max()), "illustration", fontsize=7.5, color=GREY, ha="right")
        left.set_ylabel("open cases")
        left.set_xlim(2022.4, 2030.1)
        right.fill_between(years, queue["wait_low"], queue["wait_high"], color=_PALE, linewidth=0)
        right.text(2029.9, 0.55 * float(queue["wait_high"].max()), "illustration", fontsize=7.5, color=GREY, ha="right")
        right.set_ylabel("days the newest case waits")
        for axes in (left, right):
            axes.set_ylim(0, None)
            axes.set_xlabel("31 March of")
            axes.yaxis.set_major_formatter("{x:,.0f}")
    ends = queue.iloc[-1]
    waits = say_ends(Interval(float(ends["wait_low"]), float(ends["wait_high"]), "bound"), "days")
    opened = say_ends(Interval(float(ends["open_low"]), float(ends["open_high"]), "bound"))
    return figure, (
        f"Left: open cases of {stocks[0]:,.0f} and {stocks[1]:,.0f} joined by a line, an undated {undated:,.0f} apart "
        f"from it, and a widening band that ends between {opened[0]} and {opened[1]}. Right: the wait of the newest "
        f"case, a band that widens to between {waits[0]} and {waits[1]}."
    )


def _by_age(axes: Axes, part: pd.DataFrame, word: str, colour: str) -> None:
    years = part["age"] / 4
    axes.fill_between(years, 100 * part["bound_low"], 100 * part["bound_high"], color=_PALE, linewidth=0)
    axes.fill_between(years, 100 * part["low"], 100 * part["high"], color=colour, alpha=0.6, linewidth=0)
    axes.set_ylim(0, 100)
    axes.set_xlim(0, float(years.max()))
    axes.set_ylabel(f"% of eventual {word} visible")
    axes.set_xlabel("Years since the quarter of recording")


def _per_cent(row: pd.Series, kind: str) -> str:
    low, high = say_ends(Interval(float(row[f"{kind}low"]), float(row[f"{kind}high"]), "bound"), "share")
    return f"{low} to {high}"
