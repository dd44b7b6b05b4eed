"""The newest two years to scale: all recorded offences, the group-based ones, and the classes that are published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cseanalysis.chart_style import BLUE, GREY, ORANGE, PALE, PINK, RC, TURQUOISE, WIDTH, Drawn
from cseanalysis.study.data.named import EXPLOITATION, GROUP_BASED, RECORDED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from cseanalysis.register import Figure as PublishedFigure
    from cseanalysis.study.recorded.numbers import QuotedClass

_SIDE = 40.0  # millimetres of the side of the largest square
_STRIP = (74.0, 78.0)  # where the group-based offences are drawn a second time, enlarged, and how wide
_COLOURS = {"exploitation": PINK, "family": TURQUOISE, "institutions": ORANGE}
_WORDS = {
    "exploitation": "class child sexual exploitation",
    "family": "in the family",
    "institutions": "in institutions",
}
_ROW = 47.0  # millimetres from one year to the next
_TALL = 16.0  # of the enlarged strip
_LEFT_OVER = "class not found, at most"  # of either year: another class may be published and not have been read


@dataclass(frozen=True, slots=True)
class YearCounts:
    """A year's counts: all offences, group-based ones, and those of its published classes (words, colour, count)."""

    year: int
    recorded: float
    grouped: float
    classes: tuple[tuple[str, str, float], ...]
    open_ended: bool  # a class is published as "more than"

    @property
    def unpublished(self) -> float:
        """Group-based offences left over when the published classes are taken off."""
        return self.grouped - sum(count for _, _, count in self.classes)


def counts_by_year(published: Mapping[str, PublishedFigure], classes: Sequence[QuotedClass]) -> tuple[YearCounts, ...]:
    """Return the newest year and the one before; a class stands in the year that its figure is about."""
    years = []
    exploitation = next(each for each in classes if each.figure in EXPLOITATION)
    for recorded, grouped, newest in zip(RECORDED, GROUP_BASED, EXPLOITATION, strict=True):
        year = _year_of(published[recorded])
        others = [each for each in classes if each != exploitation and _year_of(published[each.figure]) == year]
        found = [(_WORDS[exploitation.short], exploitation.short, float(published[newest].value))]
        found += [
            (_WORDS[each.short] + ("" if _exact(published[each.figure]) else ", at least"), each.short, count)
            for each in others
            if (count := each.least(published))
        ]
        every, flagged = float(published[recorded].value), float(published[grouped].value)
        wide = not all(_exact(published[each.figure]) for each in others)
        years.append(YearCounts(year, every, flagged, tuple(found), wide))
    return tuple(sorted(years, key=lambda year: year.year, reverse=True))


def _year_of(figure: PublishedFigure) -> int:
    """Return the year a count is about; the chart is of calendar years."""
    start, end = figure.period_start, figure.period_end
    if start is None or end is None or start.year != end.year:
        raise ValueError(f"{figure.id} is about {start} to {end}; the chart to scale takes counts of one calendar year")
    return start.year


def _exact(figure: PublishedFigure) -> bool:
    return figure.qualifier == "exact"


def recorded_to_scale(years: Sequence[YearCounts]) -> Drawn:
    """Draw each year's counts as areas of one scale, and its group-based offences again, enlarged, by class."""
    largest = max(year.recorded for year in years)
    height = len(years) * _ROW + 2
    with mpl.rc_context({**RC, "axes.grid": False}):
        figure = Figure(figsize=(WIDTH, WIDTH * height / 160))
        axes = figure.subplots()
        axes.set_xlim(0, 160)
        axes.set_ylim(-height, 0)
        axes.set_aspect("equal")
        axes.axis("off")
        for place, year in enumerate(years):
            _year(axes, year, -_ROW * place - _ROW + 1, _SIDE / largest**0.5)
    rows = [(year.year, what, count) for year in years for what, count in _drawn(year)]
    return figure, " ".join(_in_words(year) for year in years), pd.DataFrame(rows, columns=["year", "what", "offences"])


def _drawn(year: YearCounts) -> list[tuple[str, float]]:
    """Name every area that is drawn for a year, with its count."""
    parts = [(label, count) for label, _, count in year.classes]
    whole = [("recorded", year.recorded), ("group-based, counted apart", year.grouped)]
    return [*whole, *parts, (_LEFT_OVER, year.unpublished)]


def _year(axes: Axes, year: YearCounts, bottom: float, scale: float) -> None:
    """Draw one year on its own line: the whole, its group-based part, and that part enlarged."""
    whole, part = year.recorded**0.5 * scale, year.grouped**0.5 * scale
    axes.text(0, bottom + _SIDE + 2, str(year.year), fontsize=10, fontweight="bold", color=GREY)
    axes.add_patch(Rectangle((0, bottom), whole, whole, facecolor=PALE, edgecolor=BLUE))
    axes.text(3, bottom + whole - 3, f"{year.recorded:,.0f}\noffences recorded", va="top", fontsize=8)
    left, (start, width) = _SIDE + 10, _STRIP
    axes.add_patch(Rectangle((left, bottom), part, part, facecolor=BLUE, edgecolor=BLUE))
    axes.text(left, bottom + _TALL + 2, f"{year.grouped:,.0f}\ngroup-based,\ncounted apart", fontsize=8, va="bottom")
    for here, there in ((bottom, bottom), (bottom + part, bottom + _TALL)):
        axes.plot([left + part, start], [here, there], color=GREY, linewidth=0.6, linestyle=(0, (2, 2)))
    pieces = [*year.classes, (_LEFT_OVER, "", year.unpublished)]
    edge = start
    for place, (label, short, count) in enumerate(pieces):
        wide = count / year.grouped * width
        colour, hatch = (_COLOURS[short], None) if short else ("#FFFFFF", "////")
        axes.add_patch(Rectangle((edge, bottom), wide, _TALL, facecolor=colour, edgecolor=GREY, hatch=hatch))
        step = bottom + _TALL + 2 + 5.2 * (len(pieces) - 1 - place)
        axes.plot([edge + 0.6, edge + 0.6], [bottom + _TALL, step + 3], color=GREY, linewidth=0.6)
        axes.text(edge + 1.8, step, f"{label} {count:,.0f}", fontsize=8, va="bottom")
        edge += wide


def _in_words(year: YearCounts) -> str:
    parts = "; ".join(f"{label} {count:,.0f}" for label, _, count in year.classes)
    rest = "{absent:unknown_class}" if year.open_ended else "{absent:newest_classes}"
    return (
        f"{year.year}: {year.recorded:,.0f} offences recorded; counted apart, {year.grouped:,.0f} group-based ones, "
        f"as squares of one scale. The group-based ones again, enlarged, by class: {parts}; of the other "
        f"at most {year.unpublished:,.0f}, hatched, a class was {rest}."
    )
