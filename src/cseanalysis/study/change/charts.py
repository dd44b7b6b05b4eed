"""Charts of change over time: the series with its events, a fit, placebo dates, what could be seen at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from cseanalysis.chart_style import BLUE, GREY, ORANGE, PINK, RC, TURQUOISE, WIDTH, Drawn
from cseanalysis.export.wording import say_month, say_number
from cseanalysis.study.change.events import DatedEvent
from cseanalysis.study.change.numbers import TOTAL, quarterly_series


def series_with_events(recorded: pd.DataFrame, events: Sequence[DatedEvent]) -> Drawn:
    """Draw the child-only total by quarter with every dated event of the registers that lies in the table."""
    # Recording events and policies are told apart by colour and dash.
    total = quarterly_series(recorded)[TOTAL]
    last = (total.index[-1] + pd.offsets.QuarterEnd()).date()
    drawn = [event for event in events if event.first is not None and event.last is not None and event.first <= last]
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 4.9))
        axes = figure.subplots()
        axes.plot(total.index, total, color=BLUE, linewidth=1.6)
        axes.set_ylim(0, total.max() * 1.22)
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.set_ylabel("Offences recorded in the quarter, child-only codes")
        marks = []
        for number, event in enumerate(drawn, start=1):
            first, until = pd.Timestamp(event.first), pd.Timestamp(event.last)
            colour = PINK if event.is_policy else GREY
            if until - first > timedelta(days=62):  # a date of which only the year is known is a band
                axes.axvspan(first, until, color="#E9E9E9", linewidth=0, zorder=0)
            else:
                dashes = (0, (1, 2)) if event.is_policy else (0, (4, 2))
                axes.axvline(first, color=colour, linewidth=0.9, linestyle=dashes)
            height = (1.205, 1.15, 1.095)[number % 3]
            axes.text(first, total.max() * height, f" {number}", va="top", fontsize=8, color=colour)
            kind = "policy" if event.is_policy else "moves no code" if event.codes == ("none",) else event.kind
            marks.append(f"{number}  {event.when}: {event.name.rstrip('.')} [{kind}]")
        axes.text(0, -0.09, "\n".join(marks), transform=axes.transAxes, va="top", fontsize=6.6, color=GREY)
    alt = (
        f"Line chart of child-only offences recorded by quarter: {total.iloc[0]:,.0f} in the first, "
        f"{total.iloc[-1]:,.0f} in the last, highest {total.max():,.0f} in the quarter from "
        f"{say_month(total.idxmax())}. Marked are: {'; '.join(mark.partition('  ')[2] for mark in marks)}."
    )
    return figure, alt, total.rename("offences").rename_axis("quarter").reset_index()


def control_fit(control: pd.DataFrame) -> Drawn:
    """Draw the positive control: counts, the fit, and where the earlier trend would have led."""
    quarters = pd.to_datetime(control["quarter"], format="%B %Y")
    changed = control["fitted"] != control["continued"]
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 2.7))
        axes = figure.subplots()
        axes.plot(quarters, control["count"], "o", color=BLUE, markersize=3)
        axes.plot(quarters, control["fitted"], color=BLUE, linewidth=1.2)
        axes.plot(quarters[changed], control["continued"][changed], color=ORANGE, linewidth=1.2, linestyle="--")
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.set_ylabel("Offences in the quarter, code 88A,\nlogarithmic scale")
        axes.text(quarters.iloc[24], control["fitted"].iloc[24] * 1.25, "fitted", color=BLUE, fontsize=8)
        axes.text(
            quarters.iloc[27], control["continued"].iloc[27] / 1.45, "earlier trend continued", color=ORANGE, fontsize=8
        )
    first = int(changed.to_numpy().argmax())
    alt = (
        f"Points, offences under code 88A by quarter, on a fitted line that jumps in {control['quarter'].iloc[first]} "
        f"from about {say_number(round(control['continued'].iloc[first]))} on the continued trend to "
        f"{say_number(round(control['fitted'].iloc[first]))}, and then rises more slowly than before."
    )
    return figure, alt, control[["quarter", "count", "fitted", "continued"]]


def placebo_panels(placebos: pd.DataFrame, dates: pd.DataFrame) -> Drawn:
    """Draw, for each date, its change of level beside those of the other dates, with their intervals."""
    fitted = dates[dates["refusal"] == ""]
    words = []
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 4.6))
        panels = figure.subplots(2, 2, sharex=True).ravel()
        for axes, row in zip(panels, fitted.to_dict("records"), strict=True):
            own = placebos[placebos["id"] == row["id"]]
            axes.axhline(1, color=GREY, linewidth=0.7)
            for colour, part in ((GREY, own[own["placebo"]]), (ORANGE, own[~own["placebo"]])):
                when = pd.to_datetime(part["date"], format="%B %Y")
                axes.vlines(when, part["low"], part["high"], color=colour, linewidth=1.1, alpha=0.8)
                axes.plot(when, part["ratio"], "o", color=colour, markersize=3)
            axes.set_yscale("log")
            ticks = [
                tick
                for tick in (0.5, 0.7, 1, 1.5, 2, 3, 4)
                if own["low"].min() * 0.95 < tick < own["high"].max() * 1.05
            ]
            axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
            axes.minorticks_off()
            axes.set_xticks(pd.to_datetime([f"{year}-01-01" for year in range(2014, 2023, 2)]), range(2014, 2023, 2))
            series = "child-only codes" if row["series"] == TOTAL else f"code {row['series']}"
            axes.set_title(f"{row['at']}, {series}", loc="left", fontsize=7.5, color=ORANGE)
            axes.set_ylim(top=own["high"].max() * 1.25)  # room for the note
            note = f"place {row['rank']:.0f} of {row['dates']:.0f}; others that look clear: {row['placebo_clear']:.0f}"
            axes.text(0.98, 0.98, note, transform=axes.transAxes, fontsize=7, color=GREY, ha="right", va="top")
            words.append(
                f"{row['at']}, {series}: {row['ratio']:.2f}, place {row['rank']:.0f} of {row['dates']:.0f}, "
                f"{row['placebo_clear']:.0f} other dates look clear"
            )
        figure.supylabel("Level over the continued trend, logarithmic scale", fontsize=8, color=GREY)
    drawn = placebos[placebos["id"].isin(fitted["id"])][["id", "date", "placebo", "ratio", "low", "high"]]
    alt = f"Four panels of points with intervals, the date in orange among other dates. {'; '.join(words)}."
    return figure, alt, drawn


def least_visible_curves(least: pd.DataFrame, effects: Mapping[str, float]) -> Drawn:
    """Draw the smallest change of level that could be seen, by number of quarters after a date."""
    windows = list(dict.fromkeys(least["window"]))
    words = []
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, 3.2))
        axes = figure.subplots()
        sides = ("bottom", "top", "center")
        for window, colour, side in zip(windows, (TURQUOISE, BLUE, PINK), sides, strict=True):
            part = least[least["window"] == window]
            axes.plot(part["after"], 100 * (part["rise"] - 1), "o-", color=colour, markersize=3, linewidth=1.4)
            last = part.iloc[-1]
            axes.text(
                last["after"] + 0.3, 100 * (last["rise"] - 1), f"trend of {window}", color=colour, fontsize=7, va=side
            )
            words.append(
                f"by the trend of {window}, {100 * (part['rise'].iloc[0] - 1):.0f}% after one quarter and "
                f"{100 * (last['rise'] - 1):.0f}% after {last['after']:.0f}"
            )
        for label, effect in effects.items():
            axes.axhline(100 * effect, color=ORANGE, linewidth=1.1, linestyle="--")
            axes.text(0.7, 100 * effect * 1.04, label, color=ORANGE, fontsize=7, va="bottom")
        # A straight line through all years needs twenty times what shorter trends need: only logarithms show both.
        axes.set_yscale("log")
        bottom, top = min([*effects.values(), least["rise"].min() - 1]), least["rise"].max() - 1
        axes.set_ylim(100 * bottom / 1.5, 140 * top)
        axes.set_yticks(
            [tick for tick in (1, 2, 5, 10, 20, 50, 100, 200, 400) if bottom / 1.5 < tick / 100 < 1.4 * top]
        )
        axes.yaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
        axes.set_xlim(0.5, 27)
        axes.set_xticks(sorted(set(least["after"])))
        axes.set_xlabel("Quarters after the date")
        axes.set_ylabel("Smallest rise that could be seen, %,\nlogarithmic scale")
    marked = "; ".join(f"{label}: {100 * effect:.1f}%" for label, effect in effects.items())
    alt = f"Three curves, the smallest visible rise: {'; '.join(words)}. Marked: {marked}."
    rows = [(one.window, one.after, 100 * (one.rise - 1)) for one in least.itertuples()]
    rows += [(label, None, 100 * effect) for label, effect in effects.items()]
    return figure, alt, pd.DataFrame(rows, columns=["trend, or what is marked", "quarters after", "rise, per cent"])
