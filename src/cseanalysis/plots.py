"""Pictures of results, in the style of the study's charts; the alternative text is the label of the axes.

Each function draws on the axes it is given, or on new ones, and returns them: ``axes.get_label()`` is the text for
readers who do not see the picture, ``axes.figure.savefig("name.svg")`` keeps it. matplotlib is loaded when it is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from cseanalysis.chart_style import BLUE, GREY, ORANGE, PALE, RC, TURQUOISE, WIDTH
from cseanalysis.export.wording import say_cell
from cseanalysis.lazy import install_advice

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def new_axes(height: float = 3.2) -> Axes:
    """Return axes in the style of the charts, in a figure that notebooks show; or say what is not installed."""
    try:
        import matplotlib as mpl
        from matplotlib import pyplot
    except ModuleNotFoundError as error:
        said = f"plot draws with matplotlib, which is not installed: {install_advice('matplotlib')}"
        raise ModuleNotFoundError(said, name=error.name) from error
    with mpl.rc_context(RC):
        axes: Axes = pyplot.subplots(figsize=(WIDTH, height))[1]
    axes.yaxis.set_major_formatter("{x:,g}")
    return axes


def cumulative_counts(counts: pd.DataFrame, lag_unit: str, axes: Axes | None) -> Axes:
    """Draw a line an origin: how its count grew with the lag; the newest in orange."""
    axes = axes or new_axes()
    for place, (origin, row) in enumerate(counts.iterrows()):
        newest = place == len(counts) - 1
        seen = row.dropna()
        axes.plot(seen.index, seen, "o-", color=ORANGE if newest else BLUE, alpha=1 if newest else 0.6, markersize=3)
        axes.annotate(
            str(origin), (seen.index[-1], seen.iloc[-1]), xytext=(3, 0), textcoords="offset points", fontsize=7
        )
    axes.set_xticks(counts.columns[:: max(1, len(counts.columns) // 12)])
    axes.set_xlabel(f"Lag in {lag_unit}s")
    axes.set_ylabel("Counted up to the lag")
    axes.set_ylim(0, None)
    latest = "; ".join(f"{origin}: {say_cell(row.dropna().iloc[-1])}" for origin, row in counts.iterrows())
    return _told(axes, f"A line an origin, its count by lag in {lag_unit}s. Last counts: {latest}.")


def visible_and_outstanding(table: pd.DataFrame, axes: Axes | None) -> Axes:
    """Draw a bar an origin: what is visible, what is estimated to be outstanding, and a standard error each way."""
    axes, names = axes or new_axes(), [str(origin) for origin in table["origin"]]
    visible = table["ultimate"] - table["outstanding"]
    axes.bar(names, visible, color=BLUE, label="visible")
    axes.bar(names, table["outstanding"], bottom=visible, color=PALE, label="outstanding, estimated")
    error = table["standard_error"]
    axes.errorbar(
        names, table["ultimate"], yerr=error, fmt="none", ecolor=GREY, capsize=2, label="one standard error each way"
    )
    _finish(axes, "Cases by the last lag", names)
    rows = "; ".join(
        f"{name}: {say_cell(row.outstanding)} outstanding of {say_cell(row.ultimate)}, standard error "
        f"{say_cell(row.standard_error)}"
        for name, row in zip(names, table.itertuples(), strict=True)
    )
    return _told(axes, f"Bars, one an origin. {rows}.")


def visible_and_final(table: pd.DataFrame, level: float, axes: Axes | None) -> Axes:
    """Draw a bar of what is visible for each origin, and the interval of its final count."""
    axes, names = axes or new_axes(), [str(origin) for origin in table["origin"]]
    axes.bar(names, table["visible"], color=BLUE, label="visible")
    axes.vlines(names, table["low"], table["high"], color=ORANGE, label=f"final count, {100 * level:g}% of simulations")
    axes.plot(names, table["median"], "o", color=ORANGE, markersize=4)
    _finish(axes, "Cases", names)
    rows = "; ".join(
        f"{name}: {say_cell(row.visible)} visible, {say_cell(row.low, side='low')} to "
        f"{say_cell(row.high, side='high')} in the end"
        for name, row in zip(names, table.itertuples(), strict=True)
    )
    return _told(axes, f"Bars of visible cases with intervals of the final count ({100 * level:g}%). {rows}.")


def counts_and_fit(fitted: pd.DataFrame, said: str, axes: Axes | None) -> Axes:
    """Draw the counts, the fit with its change, and where the earlier trend would have led."""
    axes = axes or new_axes()
    places = range(len(fitted))
    changed = (fitted["fitted"] != fitted["continued"]).to_numpy()
    axes.plot(places, fitted["count"], "o", color=BLUE, markersize=3, label="counted")
    axes.plot(places, fitted["fitted"], color=BLUE, linewidth=1.2, label="fitted")
    continued = fitted["continued"].where(changed)
    axes.plot(places, continued, color=ORANGE, linestyle="--", label="earlier trend continued")
    step = max(1, len(fitted) // 8)
    axes.set_xticks(places[::step], [str(label) for label in fitted.index[::step]])
    _finish(axes, "Count of the period", ())
    return _told(axes, f"Points on a fitted line that breaks, and the earlier trend continued. {said}.")


def totals_of_models(models: pd.DataFrame, chosen: str, said: str, axes: Axes | None) -> Axes:
    """Draw the total of each model that could have been chosen against how much worse than the best it fits."""
    axes = axes or new_axes()
    worse = models["bic"] - models["bic"].min()
    own = (models["model"] == chosen).to_numpy()
    axes.plot(worse, models["total"], "o", color=BLUE, label="model")
    axes.plot(worse[own], models["total"][own], "o", color=ORANGE, label=f"chosen: {chosen}")
    axes.set_xlabel("BIC above that of the best model")
    _finish(axes, "Total, cases on no list included", ())
    axes.set_ylim(0, 1.08 * models["total"].max())
    return _told(axes, f"A point a model, its total against its BIC. {said}.")


def tornado_bars(table: pd.DataFrame, axes: Axes | None) -> Axes:
    """Draw how far the result moves when one assumption alone goes from end to end of its range."""
    axes = axes or new_axes(0.36 * len(table) + 0.9)
    ends = table[["value_at_low", "value_at_high"]]
    low, high = ends.min(axis=1), ends.max(axis=1)
    axes.barh(range(len(table)), high - low, left=low, height=0.5, color=TURQUOISE)
    axes.set_yticks(range(len(table)), list(table["assumption"]))
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.set_xlabel("Result with one assumption moved across its range")
    rows = "; ".join(
        f"{row.assumption}: {say_cell(row.value_at_low)} at its low end, {say_cell(row.value_at_high)} at its high end"
        + (", and further in between" if row.turns else "")
        for row in table.itertuples()
    )
    return _told(axes, f"Bars, one an assumption, the longest first. {rows}.")


def _finish(axes: Axes, label: str, names: Sequence[Any]) -> None:
    axes.set_ylabel(label)
    axes.set_ylim(0, None)
    if len(names) > 8:
        axes.tick_params(axis="x", rotation=90)
    axes.legend(frameon=False, fontsize=7, ncols=3, loc="lower left", bbox_to_anchor=(0, 1))


def _told(axes: Axes, words: str) -> Axes:
    axes.set_label(words)
    return axes
