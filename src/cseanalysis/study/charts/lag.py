"""Charts of the lag scenario and of its check against published years."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from cseanalysis.export.wording import say_interval, say_month
from cseanalysis.study.charts.style import BLUE, GREY, ORANGE, PINK, RC, WIDTH
from cseanalysis.study.lag import data_end
from cseanalysis.values import Interval


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
        axes.set_yticks(range(len(tests)), [labels[name] for name in tests["figure"]])
        axes.set_ylim(len(tests) - 0.5, -0.6)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("Charges or defendants in the year, logarithmic scale; bars: expected, lowest to highest")
    words = "; ".join(
        f"{labels[test.figure].replace(chr(10), ' ')}: published {test.published:,.0f}, expected "
        f"{say_interval(Interval(test.expected_low, test.expected_high, 'bound'))}, "
        + ("within" if test.within else "outside")
        for test in tests.itertuples()
    )
    return figure, f"Published counts as diamonds on bars of expected ranges. {words}."
