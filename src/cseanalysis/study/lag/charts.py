"""Charts of the lag scenario and of its check against published years."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from textwrap import fill
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon
from matplotlib.path import Path

from cseanalysis.chart_style import BLUE, GREY, ORANGE, PALE, PINK, RC, TURQUOISE, WIDTH, Drawn
from cseanalysis.export.wording import say_ends, say_interval, say_month, say_number
from cseanalysis.study.data.tables import data_end
from cseanalysis.values import Interval


def visible_shares(scenario: pd.DataFrame) -> Drawn:
    """Draw the share of eventual charges and trials that had become visible, by quarter of recording."""
    # What is still to come is hatched.
    quarters, end = scenario["period_start"], say_month(data_end(scenario))
    with mpl.rc_context(RC):
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
                quarters.iloc[9], 30, f"visible by {end}:\nat least the lower edge,\nat most the upper edge",
                fontsize=7.5, color=colour, va="center",
            )  # fmt: skip
            axes.text(
                quarters.iloc[-2], 93, "still to come", fontsize=7.5, color=GREY, ha="right", va="center",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
            )  # fmt: skip
        panels[-1].set_xlabel("Quarter in which the offences were recorded")
    last_year = scenario.iloc[len(scenario) // 4 * 4 - 4 : len(scenario) // 4 * 4]
    year = say_month(last_year["period_start"].iloc[0])
    words = " ".join(
        f"Of the eventual {stage} for offences recorded in the year from {year}, quarter by quarter between "
        f"{np.floor(100 * last_year[f'{stage}_visible_low'].min()):.0f}% and "
        f"{np.ceil(100 * last_year[f'{stage}_visible_high'].max()):.0f}% were visible by {end}."
        for stage in ("charges", "trials")
    )
    drawn = scenario[["period_start"]].assign(
        **{
            f"{stage}, {end}": 100 * scenario[f"{stage}_visible_{end}"]
            for stage in ("charges", "trials")
            for end in ("low", "high")
        }
    )
    alt = f"Two bands that fall towards the right: the later the recording, the less is visible. {words}"
    return figure, alt, drawn


_STATES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("charged", "charged or summonsed", {"color": BLUE}),
    ("evidential", "closed: evidential difficulties", {"color": "#9A9A9A"}),
    ("no_suspect", "closed: no suspect identified", {"color": "#C4C4C4"}),
    ("other", "closed: other outcomes", {"color": "#E0E0E0"}),
    ("handed_on", "handed on to another body", {"color": TURQUOISE}),
    ("open", "no outcome in the file", {"facecolor": "white", "edgecolor": "#B8B8B8", "hatch": "////"}),
)


def outcome_states(quarters: pd.DataFrame) -> Drawn:
    """Draw in which state one release shows the offences of each quarter; what has no outcome is hatched."""
    labels = [f"{row.financial_year}\nquarter {row.quarter}" for row in quarters.itertuples()]
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 3.4))
        axes = figure.subplots()
        base, drawn = (
            np.zeros(len(quarters)),
            pd.DataFrame({"recorded in": [one.replace("\n", ", ") for one in labels]}),
        )
        for state, words, look in _STATES:
            share = 100 * (quarters[state] / quarters["recorded"]).to_numpy()
            axes.bar(labels, share, bottom=base, width=0.75, label=words, linewidth=0, **look)
            base += share
            drawn[words] = share
        axes.set_ylim(0, 100)
        axes.set_ylabel("% of the quarter's recorded offences")
        axes.set_xlabel("Quarter in which the offences were recorded")
        axes.grid(visible=False, axis="x")
        axes.tick_params(axis="x", labelsize=6.5)
        handles, names = axes.get_legend_handles_labels()
        figure.legend(handles[::-1], names[::-1], loc="outside right center", fontsize=7, frameon=False)
    first, last = quarters.iloc[0], quarters.iloc[-1]
    words = " ".join(
        f"Of offences recorded in quarter {row['quarter']} of {row['financial_year']}, "
        f"{100 * row['charged'] / row['recorded']:.1f}% were charged or summonsed and "
        f"{100 * row['open'] / row['recorded']:.1f}% had no outcome in the file."
        for row in (first, last)
    )
    return figure, f"Stacked bars, one a quarter, each of 100%. {words}", drawn


_OPEN: dict[str, Any] = {"facecolor": "white", "edgecolor": GREY, "hatch": "////", "linewidth": 0.6}


def from_record_to_conviction(year: Mapping[str, Any], charged: Interval) -> Drawn:
    """Draw how many of a year's offences came to each stage: known in colour, not known hatched up to its most."""
    # What is convicted was tried, and what is tried was charged: the most of a stage is the most of the one before.
    recorded = float(year["recorded"])
    closed = recorded - year["open"] - year["handed_on"]
    most = 100 * charged.high
    stages = (
        ("recorded", 100.0, 100.0),
        ("charged or closed", 100 * closed / recorded, 100.0),
        ("charged or summonsed", 100 * year["charged"] / recorded, most),
        ("trial begun", 0.0, most),
        ("convicted", 0.0, most),
    )
    with mpl.rc_context({**RC, "axes.grid": False}):
        figure = Figure(figsize=(WIDTH, 2.3))
        axes = figure.subplots()
        beyond = 150.0
        _without_end(axes, beyond)
        _over(axes, 68, 0, "goes on with what was never recorded: how much is not known, so no end is drawn")
        for row, (_, least, end) in enumerate(stages, start=1):
            axes.barh(row, least, height=0.55, color=BLUE)
            axes.barh(row, end - least, left=least, height=0.55, **_OPEN)
            axes.text(end + 1.2, row, _stage_in_words(least, end), fontsize=7, color=GREY, va="center")
        axes.set_yticks(range(len(stages) + 1), ["happened", *(name for name, _, _ in stages)], fontsize=7.5)
        axes.set_ylim(len(stages) + 0.5, -0.5)
        axes.set_xlim(0, beyond)
        axes.set_xticks(range(0, 101, 20))
        axes.set_xlabel(f"% of the offences recorded in {year['financial_year']}; hatched: not known")
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    words = "; ".join(f"{name}, {_stage_in_words(least, end)}" for name, least, end in stages)
    return (
        figure,
        "Six bars, one a stage, known in colour and not known hatched. Happened: how much was never recorded is not "
        "known. "
        f"Of the offences recorded in {year['financial_year']}: {words}.",
        pd.DataFrame([("happened", None, None), *stages], columns=["stage", "at least, per cent", "at most, per cent"]),
    )


def _without_end(axes: Axes, right: float) -> None:
    """Draw a bar whose length is not known: torn off, and no line where it would end."""
    torn = [(right - (2.5 if place % 2 else 0), -0.275 + 0.55 * place / 6) for place in range(7)]
    outline = [torn[0], (0, -0.275), (0, 0.275), torn[-1]]
    axes.add_patch(Polygon([*torn, *outline[-2:0:-1]], closed=True, **(_OPEN | {"linewidth": 0})))
    axes.add_patch(PathPatch(Path(outline), facecolor="none", edgecolor=GREY, linewidth=0.6))


def _over(axes: Axes, across: float, row: float, words: str) -> None:
    box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"}
    axes.text(across, row, words, ha="center", va="center", fontsize=7, color=GREY, bbox=box)


def _stage_in_words(least: float, most: float) -> str:
    if least == most:
        return f"{say_number(int(most))}%"
    return " ".join(say_interval(Interval(least / 100, most / 100, "bound"), "share").split())


_FOLLOWED = 12  # months: the file of a year holds the offences of that year alone


def delays_that_data_show(quarters: pd.DataFrame, child_points: Mapping[float, float]) -> Drawn:
    """Draw what data show of delays: shares by age within a year, and what two published points leave of a curve."""
    # A quarter's offences are of every age within three months when their year ends, so each is a line and no point.
    rows: list[tuple[str, str, float, float, float, float]] = []
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 2.8))
        left, right = figure.subplots(1, 2)
        years = list(dict.fromkeys(quarters["financial_year"]))
        for year, style in zip(years[-2:], ((0, (2, 1)), "solid"), strict=False):
            for one in quarters[quarters["financial_year"] == year].itertuples():
                youngest = 3.0 * (4 - int(one.quarter))
                for state, colour in (("any outcome", TURQUOISE), ("charged or summonsed", BLUE)):
                    count = one.charged if colour == BLUE else one.recorded - one.open
                    share = 100 * count / one.recorded
                    left.plot([youngest, youngest + 3], [share, share], color=colour, linestyle=style, linewidth=1.8)
                    rows.append((state, year, youngest, youngest + 3, share, share))
        left.axvspan(_FOLLOWED, 24, **_OPEN)
        _over(left, 18, 50, "not followed\nany further")
        left.text(1, 65, "any outcome", fontsize=7, color=TURQUOISE)
        left.text(1, 13, "charged or summonsed", fontsize=7, color=BLUE)
        left.set_xlim(0, 24)
        left.set_ylabel("% of the quarter's recorded offences")
        left.set_xlabel("Months from recording to the end of the year\n" + _styles(years[-2:]), fontsize=7.5)
        ends = [(0.0, 0.0), *sorted((month, 100 * share) for share, month in child_points.items()), (30.0, 100.0)]
        for (month, share), (later, above) in pairwise(ends):
            right.fill_between([month, later], share, above, **_OPEN)
            rows.append(("charges that were made", "of children, between two points", month, later, share, above))
        for month, share in ends[1:-1]:
            right.plot(month, share, "o", color=BLUE, markersize=5)
            right.annotate(
                f"{share:.0f}% in {month:.1f} months", (month, share), xytext=(5, -9), textcoords="offset points",
                fontsize=7, color=BLUE, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            )  # fmt: skip
        right.set_xlim(0, 30)
        right.set_ylabel("% of the charges that were made")
        right.set_xlabel("Months from recording to charge", fontsize=7.5)
        for axes in (left, right):
            axes.set_ylim(0, 100)
    said = "; ".join(f"{share:.0f}% within {month:.1f} months" for month, share in ends[1:-1])
    by_state = "; ".join(
        f"{state} {say_ends(Interval(min(found) / 100, max(found) / 100, 'bound'), 'share')[0]} to "
        f"{say_ends(Interval(min(found) / 100, max(found) / 100, 'bound'), 'share')[1]}"
        for state in ("any outcome", "charged or summonsed")
        for found in [[row[4] for row in rows if row[0] == state]]
    )
    return (
        figure,
        f"Left: short lines, one a quarter of {' and '.join(years[-2:])}, at the age of its offences when their year "
        f"ended; {by_state}; beyond a year all is hatched. Right: two published points of one delay, {said}; before, "
        "between and after them a hatched box holds every curve that goes through both.",
        pd.DataFrame(rows, columns=["what", "of", "from month", "to month", "at least, %", "at most, %"]),
    )


def _styles(years: list[str]) -> str:
    return "; ".join(f"{look}: {year}" for look, year in zip(("dashed", "solid"), years, strict=False))


def back_test_ranges(tests: pd.DataFrame, labels: Mapping[str, str]) -> Drawn:
    """Draw published counts against the ranges the lag scenario expects for them."""
    with mpl.rc_context(RC):
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
        axes.set_yticks(range(len(tests)), [fill(labels[name], 22) for name in tests["figure"]])
        axes.set_ylim(len(tests) - 0.5, -0.6)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("Charges or defendants in the year, logarithmic scale; bars: expected, lowest to highest")
    words = "; ".join(
        f"{labels[test.figure]}: published {test.published:,.0f}, expected "
        f"{say_interval(Interval(test.expected_low, test.expected_high, 'bound'))}, "
        + ("within" if test.within else "outside")
        for test in tests.itertuples()
    )
    drawn = tests[["figure", "published", "expected_low", "expected_high"]]
    return figure, f"Published counts as diamonds on bars of expected ranges. {words}.", drawn


_STAGES = (("charged", "charges", BLUE), ("trial", "trials", PINK))


def simulation_and_bounds(charges: pd.DataFrame, ages: pd.DataFrame) -> Drawn:
    """Draw charges by quarter and visible shares by age: the bound as a pale band, the simulation as a dark one."""
    last = charges[charges["in_data"]].iloc[-1]
    end = last["period_start"] + pd.offsets.QuarterEnd()
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 5.0))
        panels = figure.subplot_mosaic([["charges", "charges"], ["charged", "trial"]])
        axes = panels["charges"]
        when = charges["period_start"]
        axes.fill_between(when, charges["bound_low"], charges["bound_high"], color=PALE, linewidth=0)
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
    alt = (
        f"Above, charges rise slowly and fall after {say_month(end)}, when nobody is recorded any more. In the quarter "
        f"from {say_month(last['period_start'])} the simulation gives {drawn[0]} to {drawn[1]}, the bound "
        f"{bounded[0]} to {bounded[1]}. Below, both bands rise with age, the simulated one inside the bound. {shares}"
    )
    columns = ["bound_low", "bound_high", "low", "high"]
    quarters = charges[["period_start", "bound_low", "bound_high", "clustered_low", "clustered_high"]]
    quarters = quarters.set_axis(["period_start", *columns], axis="columns").assign(stage="charges in the quarter")
    drawn = pd.concat(
        [quarters, ages[["stage", "age", *columns]].assign(**{name: 100 * ages[name] for name in columns})],
        ignore_index=True,
    )
    return figure, alt, drawn[["stage", "period_start", "age", *columns]]


def court_queue(queue: pd.DataFrame, stocks: tuple[float, float], undated: float) -> Drawn:
    """Draw the two comparable stocks of open cases and what a stated capacity would make of them."""
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 2.6))
        left, right = figure.subplots(1, 2)
        years = 2025 + queue["year"]
        left.fill_between(years, queue["open_low"], queue["open_high"], color=PALE, linewidth=0)
        left.plot([2024, 2025], stocks, color=BLUE, marker="o", markersize=4)
        left.text(2024.15, stocks[1] * 1.12, "published", fontsize=7.5, color=BLUE, ha="center")
        left.plot(2023, undated, marker="o", markersize=5, markerfacecolor="white", color=ORANGE, linestyle="none")
        left.text(2022.6, undated * 0.72, "no day published:\nnot joined", fontsize=7.5, color=ORANGE, va="top")
        left.text(2029.9, 0.62 * float(queue["open_high"].max()), "illustration", fontsize=7.5, color=GREY, ha="right")
        left.set_ylabel("open cases")
        left.set_xlim(2022.4, 2030.1)
        right.fill_between(years, queue["wait_low"], queue["wait_high"], color=PALE, linewidth=0)
        right.text(2029.9, 0.55 * float(queue["wait_high"].max()), "illustration", fontsize=7.5, color=GREY, ha="right")
        right.set_ylabel("days the newest case waits")
        for axes in (left, right):
            axes.set_ylim(0, None)
            axes.set_xlabel("31 March of")
            axes.yaxis.set_major_formatter("{x:,.0f}")
    ends = queue.iloc[-1]
    waits = say_ends(Interval(float(ends["wait_low"]), float(ends["wait_high"]), "bound"), "days")
    opened = say_ends(Interval(float(ends["open_low"]), float(ends["open_high"]), "bound"))
    alt = (
        f"Left: open cases of {stocks[0]:,.0f} and {stocks[1]:,.0f} joined by a line, an undated {undated:,.0f} apart "
        f"from it, and a widening band that ends between {opened[0]} and {opened[1]}. Right: the wait of the newest "
        f"case, a band that widens to between {waits[0]} and {waits[1]}."
    )
    published = pd.DataFrame({"year": [2023, 2024, 2025], "published": [undated, *stocks]})
    columns = ["open_low", "open_high", "wait_low", "wait_high"]
    return figure, alt, published.merge(queue[columns].assign(year=years), how="outer", on="year").sort_values("year")


def _by_age(axes: Axes, part: pd.DataFrame, word: str, colour: str) -> None:
    years = part["age"] / 4
    axes.fill_between(years, 100 * part["bound_low"], 100 * part["bound_high"], color=PALE, linewidth=0)
    axes.fill_between(years, 100 * part["low"], 100 * part["high"], color=colour, alpha=0.6, linewidth=0)
    axes.set_ylim(0, 100)
    axes.set_xlim(0, float(years.max()))
    axes.set_ylabel(f"% of eventual {word} visible")
    axes.set_xlabel("Years since the quarter of recording")


def _per_cent(row: pd.Series, kind: str) -> str:
    low, high = say_ends(Interval(float(row[f"{kind}low"]), float(row[f"{kind}high"]), "bound"), "share")
    return f"{low} to {high}"
