"""Charts of what the records do not say: every group drawn alike, both directions readable, no red."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Chart
from matplotlib.ticker import MaxNLocator, NullFormatter

from cseanalysis.chart_style import BLUE, GREY, RC, TURQUOISE, WIDTH, Drawn
from cseanalysis.export.wording import say_ends, say_interval, say_number
from cseanalysis.models import rogan_gladen, share_at_odds_ratio, share_bounds
from cseanalysis.models.missing.ladder import Rung
from cseanalysis.study.missing.lists import ODDS_RATIOS, totals_over_overlap
from cseanalysis.study.missing.numbers import NOT_PRINTED, Group, coverage_line
from cseanalysis.values import Estimate, Interval

_SHADES = ("#D4DDE8", "#9DB3CB", "#5578A0", BLUE)  # from no assumption to the strongest
_STYLES = ("-", (0, (5, 2)), (0, (3, 1, 1, 1)), (0, (1, 1.5)))
_TOGETHER = "On any of the lists"
_SPECIFICITIES = (1.0, 0.99, 0.98, 0.97)


def flag_paths(offences: float, flagged: float, odds_ratio: float) -> Drawn:
    """Draw the share that is group-based against how many offences were decided on, and against the flag's errors."""
    # Neither axis has a published value, so no point is marked.
    apparent = flagged / offences
    decided = np.linspace(apparent, 1, 241)[1:]
    with mpl.rc_context(RC):
        figure = Chart(figsize=(WIDTH, 3.0))
        left, right = figure.subplots(1, 2)
        worst = [100 * share_bounds(apparent, one, 1 - one, of=1).high for one in decided]
        left.fill_between(100 * decided, 100 * apparent, worst, color=_SHADES[0], linewidth=0)
        at = {
            ratio: [100 * share_at_odds_ratio(apparent, one, 1 - one, ratio, of=1) for one in decided]
            for ratio in (1 / odds_ratio, 1.0, odds_ratio)
        }
        left.fill_between(100 * decided, at[1 / odds_ratio], at[odds_ratio], color=_SHADES[2], linewidth=0)
        left.plot(100 * decided, at[1.0], color="#FFFFFF", linewidth=1.2)
        left.set_xlabel("% of offences on which somebody decided")
        left.set_ylabel("% of offences that are group-based")
        left.text(18, 42, "nothing assumed", fontsize=7, color=GREY)
        left.annotate(
            f"odds ratio 1/{odds_ratio:g} to {odds_ratio:g};\nwhite line: the others\nas those decided on",
            (50, 100 * share_at_odds_ratio(apparent, 0.5, 0.5, 1.0, of=1)),
            (47, 74),
            fontsize=7,
            color=GREY,
            arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.6},
        )
        left.set_xlim(0, 100)
        left.set_ylim(0, 100)
        curves = {
            "nothing assumed": ([100 * apparent] * len(decided), worst),
            f"odds ratio 1/{odds_ratio:g} to {odds_ratio:g}": (at[1 / odds_ratio], at[odds_ratio]),
            "the others as those decided on": (at[1.0], at[1.0]),
        }
        rows = [
            (f"decided on; {name}", *ends)
            for name, (low, high) in curves.items()
            for ends in zip(100 * decided, low, high, strict=True)
        ]
        found = np.linspace(0.1, 1, 181)
        for specificity, style in zip(_SPECIFICITIES, _STYLES, strict=True):
            true = [100 * float(rogan_gladen(apparent, one, specificity)) for one in found]
            mistaken = say_number(1 - specificity, "share") if specificity < 1 else "none"
            rows += [
                (f"carry the flag; of others flagged by mistake: {mistaken}", 100 * one, end, end)
                for one, end in zip(found, true, strict=True)
            ]
            right.plot(100 * found, true, color=BLUE, linestyle=style, linewidth=1.3, label=mistaken)
        right.legend(title="of other offences\nflagged by mistake", fontsize=7, title_fontsize=7, frameon=False)
        right.set_xlim(0, 100)
        right.set_ylim(0, 40)
        right.set_xlabel("% of group-based offences that carry the flag")
    half = Interval(at[1 / odds_ratio][len(decided) // 2] / 100, at[odds_ratio][len(decided) // 2] / 100, "bound")
    alt = (
        "Two panels. Left: the share of offences that is group-based against the share of offences on which somebody "
        f"decided; with nothing assumed it may be anything from {say_number(apparent, 'share')} up to a line that "
        f"falls from all offences to that share; if half were decided on and the odds ratio is between "
        f"1/{odds_ratio:g} and {odds_ratio:g}, {say_interval(half, 'share')}. Right: the share falls from "
        f"{say_number(rogan_gladen(apparent, 0.1, 1.0), 'share')} when a tenth of group-based offences carry the flag "
        f"to {say_number(apparent, 'share')} when all do and no other is flagged; when "
        f"{say_number(1 - _SPECIFICITIES[-1], 'share')} of other offences are flagged by mistake it falls to "
        f"{say_number(rogan_gladen(apparent, 1.0, _SPECIFICITIES[-1]), 'share')}."
    )
    return figure, alt, pd.DataFrame(rows, columns=["of which, and assumed", "per cent", "low", "high"])


def suspects_panels(
    ladders: Mapping[Group, Sequence[Rung]],
    coverage: tuple[float, float],
    lines: Mapping[str, tuple[float, float]],
) -> Drawn:
    """Draw each group's share of all suspects, assumption by assumption, under the coverage of the field."""
    # What is found by subtraction has no printed share, and "the others as those recorded" would print one.
    with mpl.rc_context(RC):
        figure = Chart(figsize=(WIDTH, 0.55 + 0.98 * len(ladders) + 0.35))
        heights = [0.55] + [1.0] * len(ladders)
        top, *panels = figure.subplots(1 + len(ladders), 1, sharex=True, height_ratios=heights)
        middle = 50 * (coverage[0] + coverage[1])
        top.barh(0, middle, color=BLUE, height=0.6)
        top.barh(0, 100 - middle, left=middle, color="#FFFFFF", edgecolor=GREY, hatch="////", height=0.6)
        top.text(middle / 2, 0, "recorded", ha="center", va="center", fontsize=7, color="#FFFFFF")
        words = {"boxstyle": "round,pad=0.2", "facecolor": "#FFFFFF", "edgecolor": "none"}
        top.text((100 + middle) / 2, 0, "not recorded", ha="center", va="center", fontsize=7, color=GREY, bbox=words)
        top.set_title("Coverage: ethnicity of suspects", loc="left", fontsize=8, color=GREY, fontweight="bold")
        top.set_yticks([])
        top.grid(visible=False)
        for axes, (group, rungs) in zip(panels, ladders.items(), strict=True):
            _rungs(axes, _told(group, rungs))
            axes.set_title(group.label, loc="left", fontsize=8, color=GREY, fontweight="bold")
            if group.name in lines:
                axes.axvspan(*(100 * end for end in lines[group.name]), color=GREY, linewidth=0.8)
        panels[-1].set_xlim(0, 100)
        panels[-1].set_xlabel("% of all group-based suspects")
    alt = (
        f"A bar of coverage: {_ends_in_words(coverage)} of suspects have a recorded ethnicity. "
        "Below, for each group, a bar for each assumption about the others. "
        + " ".join(
            f"{group.label}: "
            + "; ".join(f"{label}, {say_interval(rung.interval, 'share')}" for rung, label in _told(group, rungs))
            + (f"; population share {_ends_in_words(lines[group.name])}." if group.name in lines else ".")
            for group, rungs in ladders.items()
        )
        + (
            ""
            if lines
            else " No line of a population is drawn, because the register holds none of the same ages, sex and area."
        )
    )
    rows = [("ethnicity recorded", "", *coverage), *(("population", name, *ends) for name, ends in lines.items())]
    rows += [(group.label, *row) for group, rungs in ladders.items() for row in _drawn(group, rungs)]
    drawn = pd.DataFrame(rows, columns=["of suspects", "assumed of the others", "low", "high"])
    return figure, alt, drawn.assign(low=100 * drawn["low"], high=100 * drawn["high"])


def coverage_curves(groups: Sequence[Group], coverage: tuple[float, float]) -> Drawn:
    """Draw, for each group, how much of the field must be filled before "above" or "below" could be said."""
    now = (coverage[0] + coverage[1]) / 2
    populations = np.linspace(0.002, 0.998, 499)
    sentences, rows = [], []
    with mpl.rc_context(RC):
        figure = Chart(figsize=(WIDTH, 2.3))
        panels = np.atleast_1d(figure.subplots(1, len(groups), sharey=True))
        for axes, group in zip(panels, groups, strict=True):
            both = [coverage_line(group, now, float(share)) for share in populations]
            rows += [(group.label, share, *pair) for share, pair in zip(populations, both, strict=True)]
            for side, (colour, style, word) in enumerate(((BLUE, "-", "above"), (TURQUOISE, (0, (4, 1.5)), "below"))):
                needed = np.array([np.nan if pair[side] is None else pair[side] for pair in both], dtype=float)
                axes.plot(100 * populations, 100 * needed, color=colour, linestyle=style, linewidth=1.4, label=word)
            axes.axhline(100 * now, color=GREY, linewidth=0.8, linestyle=(0, (1, 1.5)))
            axes.set_title(group.label.partition(",")[0], loc="left", fontsize=8, color=GREY, fontweight="bold")
            axes.set_xlim(0, 100)
            axes.set_ylim(0, 105)
            axes.set_xticks([0, 50, 100])
            ends = Interval(coverage[0] * group.share[0], coverage[0] * group.share[1] + 1 - coverage[0], "bound")
            low, high = say_ends(ends, "share")
            sentences.append(
                f"{group.label}: today above could be said only of a population share under {low}, below only of one "
                f"over {high}."
            )
        panels[0].set_ylabel("% of suspects recorded")
        panels[0].text(60, 100 * now - 3, "today", fontsize=7, color=GREY, va="top")
        handles, words = panels[0].get_legend_handles_labels()
        figure.legend(
            handles, [f"to say {word}" for word in words], loc="outside upper right", ncols=2, fontsize=7, frameon=False
        )
        figure.supxlabel("Group's % of the population compared with", fontsize=8, color=GREY)
    alt = (
        "A small panel for each group: the coverage needed to say above rises with the population share until it meets "
        "the group's share among those recorded, at complete coverage; from there the coverage needed to say below "
        "falls. A dotted line marks the coverage of today. " + " ".join(sentences)
    )
    drawn = pd.DataFrame(rows, columns=["group", "population", "to say above", "to say below"])
    drawn.iloc[:, 1:] = 100 * drawn.iloc[:, 1:].astype(float)
    return figure, alt, drawn


def lists_and_overlap(results: Mapping[str, Estimate], lists: Mapping[str, str], together: str) -> Drawn:
    """Draw what each list and all of them together may hold, and the totals that assumed overlaps would mean."""
    # The right panel is what it would take; no overlap was found.
    spans = {label: _interval(results[name]) for label, name in lists.items()}
    spans[_TOGETHER] = _interval(results[together])
    first, second = list(spans.values())[:2]
    shares = tuple(float(share) for share in np.linspace(0.05, 1, 77))
    with mpl.rc_context(RC):
        figure = Chart(figsize=(WIDTH, 2.4))
        left, right = figure.subplots(1, 2, width_ratios=[1.15, 1])
        _list_bars(left, spans)
        bands = [
            [totals_over_overlap(first, second, shares, ratio) for ratio in ends]
            for ends in ((ODDS_RATIOS[0], ODDS_RATIOS[-1]), (1.0, 1.0))
        ]
        words = (f"odds ratio {ODDS_RATIOS[0]:g} to {ODDS_RATIOS[-1]:g}", "independent lists")
        for (low, high), shade, label in zip(bands, (_SHADES[0], _SHADES[2]), words, strict=True):
            right.fill_between(
                [100 * share for share in shares],
                [total.low for total in low],
                [total.high for total in high],
                color=shade,
                linewidth=0,
                label=label,
            )
        examples = [
            f"odds ratio {ratio:g}, {say_interval(totals_over_overlap(first, second, (0.5,), ratio)[0])}"
            for ratio in ODDS_RATIOS
        ]
        right.set_yscale("log")
        right.yaxis.set_major_formatter("{x:,.0f}")
        right.yaxis.set_minor_formatter(NullFormatter())
        right.set_xlim(0, 100)
        right.set_xlabel("% of the shorter list that is on both")
        right.set_ylabel("Total it would mean, log scale")
        right.legend(fontsize=7, frameon=False)
    alt = (
        "Left, bars of the children each list may hold: "
        + "; ".join(f"{label}, {say_interval(span)}" for label, span in spans.items())
        + ". Right, the lowest and highest total that police and children's services would mean against an assumed "
        "overlap, on a logarithmic scale; every curve rises without end as the overlap goes to nought. If half of the "
        "shorter list were on both: " + "; ".join(examples) + "."
    )
    rows: list[tuple[str, str, float | None, float, float]] = [
        ("may hold", label, None, span.low, span.high) for label, span in spans.items()
    ]
    rows += [
        ("total", label, 100 * share, least.low, most.high)
        for label, (low, high) in zip(words, bands, strict=True)
        for share, least, most in zip(shares, low, high, strict=True)
    ]
    return figure, alt, pd.DataFrame(rows, columns=["what", "of", "per cent on both", "low", "high"])


def _list_bars(axes: Axes, spans: Mapping[str, Interval]) -> None:
    most = max(span.high for span in spans.values())
    for row, (label, span) in enumerate(spans.items()):
        colour = GREY if label == _TOGETHER else BLUE
        axes.barh(row, max(span.high - span.low, 0.02 * most), left=span.low, height=0.45, color=colour)
        ends = " to ".join(dict.fromkeys(say_ends(span)))
        axes.text(span.high + 0.04 * most, row, ends, va="center", fontsize=6.5, color=GREY)
    axes.set_yticks(range(len(spans)), [fill(label, 17) for label in spans], fontsize=7)
    axes.set_ylim(len(spans) - 0.5, -0.5)
    axes.set_xlim(0, 1.75 * most)
    axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 5, 10]))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("Children")
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)


def _told(group: Group, rungs: Sequence[Rung]) -> list[tuple[Rung, str]]:
    """Name the assumptions in plain words; the last comes to the printed share, which a group may not have."""
    named = [
        (rung, rung.assumption.replace("missing completely at random", "others as those recorded")) for rung in rungs
    ]
    return named[:-1] if group.name == NOT_PRINTED else named


def _drawn(group: Group, rungs: Sequence[Rung]) -> list[tuple[str, float, float]]:
    return [(label, rung.interval.low, rung.interval.high) for rung, label in _told(group, rungs)]


def _rungs(axes: Axes, rungs: Sequence[tuple[Rung, str]]) -> None:
    for row, ((rung, _), shade) in enumerate(zip(rungs, _SHADES, strict=False)):
        low, high = 100 * rung.interval.low, 100 * rung.interval.high
        axes.barh(row, max(high - low, 0.5), left=low, height=0.66, color=shade)
        ends = " to ".join(dict.fromkeys(say_ends(rung.interval, "share")))
        left = high > 80  # no room to the right
        place = (low - 1, "right") if left else (high + 1, "left")
        axes.text(place[0], row, ends, ha=place[1], va="center", fontsize=6.5, color=GREY)
    axes.set_yticks(range(len(rungs)), [label for _, label in rungs], fontsize=6.5)
    axes.set_ylim(len(rungs) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)


def _ends_in_words(ends: tuple[float, float]) -> str:
    return say_interval(Interval(*ends, "bound"), "share")


def _interval(estimate: Estimate) -> Interval:
    if estimate.interval is None:
        raise ValueError(f"{estimate.id} is no range; the chart draws ranges")
    return estimate.interval
