"""Victims and suspects in the records by sex and age, each with the share of records that say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from cseanalysis.chart_style import BLUE, GREY, PALE, RC, WIDTH, Drawn
from cseanalysis.export.wording import say_number
from cseanalysis.study.data.named import PEOPLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from cseanalysis.register import Figure as PublishedFigure

_OPEN: dict[str, Any] = {"facecolor": "#FFFFFF", "edgecolor": GREY, "hatch": "////", "linewidth": 0.6}
_WORDS: dict[str, Any] = {"boxstyle": "round,pad=0.15", "facecolor": "#FFFFFF", "edgecolor": "none"}


@dataclass(frozen=True, slots=True)
class Split:
    """A published share of people or offences, and what the others are."""

    whose: str
    named: str
    others: str
    mixed: bool  # the others may hold records that do not say


# In the order of PEOPLE.
_SPLITS = (
    Split("Victims", "girls or women", "boys, men or\nno sex recorded", True),
    Split("Suspects", "men or boys", "women, girls or\nno sex recorded", True),
    Split("Offences with a\nsuspect of known age", "suspect aged 10 to 17", "suspect aged 10 to 17, or older", False),
    Split("Suspects of known age,\ngroup-based offences", "aged 10 to 17", "older", False),
)


def people_by_sex_and_age(published: Mapping[str, PublishedFigure]) -> Drawn:
    """Draw each printed share, and under it how many of the records say, hatched where that is not known."""
    rows = [(split, published[name]) for split, name in zip(_SPLITS, PEOPLE, strict=True)]
    with mpl.rc_context({**RC, "axes.grid": False}):
        figure = Figure(figsize=(WIDTH, 0.55 * len(rows) + 0.5))
        axes = figure.subplots()
        for place, (split, found) in enumerate(rows):
            _share(axes, place - 0.12, split, found)
            _records_that_say(axes, place + 0.28, found)
        axes.set_yticks(range(len(rows)), [split.whose for split, _ in rows], fontsize=7.5)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(0, 100)
        axes.set_xlabel("%; thin bars: of the records, those that say")
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    words = " ".join(_in_words(split, found) for split, found in rows)
    drawn = pd.DataFrame(
        [
            {
                "figure": found.id,
                "of": split.whose.replace("\n", " "),
                "named": split.named,
                "at least": _printed(found)[0],
                "at most": _printed(found)[1],
                "records that say": _known(found),
            }
            for split, found in rows
        ]
    )
    return figure, f"Four bars of 100%, each with a thin bar of the records that say. {words}", drawn


def _printed(figure: PublishedFigure) -> tuple[float, float]:
    """Return the per cent as printed; an end that was left open is nought or all."""
    return figure.low if figure.low is not None else 0.0, figure.high if figure.high is not None else 100.0


def _share(axes: Axes, place: float, split: Split, figure: PublishedFigure) -> None:
    low, high = _printed(figure)
    open_ended = split.mixed or low < high
    look, box = (_OPEN, _WORDS) if open_ended else ({"color": PALE}, None)
    axes.barh(place, low, color=BLUE, height=0.46)
    axes.text(low / 2, place, f"{split.named}: {figure.published}", ha="center", va="center", fontsize=7, color="white")
    axes.barh(place, 100 - low, left=low, height=0.46, **look)
    middle = (100 + low) / 2
    axes.text(middle, place, split.others, ha="center", va="center", fontsize=6.5, color=GREY, bbox=box)


def _records_that_say(axes: Axes, place: float, figure: PublishedFigure) -> None:
    known = _known(figure) or 0.0
    axes.barh(place, known, color=GREY, height=0.14)
    axes.barh(place, 100 - known, left=known, height=0.14, **_OPEN)


def _known(figure: PublishedFigure) -> float | None:
    """Return the per cent of the records that say; None where that is not printed."""
    known = figure.known
    return None if known is None or known.low == 0 else known.low


def _in_words(split: Split, figure: PublishedFigure) -> str:
    whose, others = split.whose.replace("\n", " "), split.others.replace("\n", " ")
    low, high = _printed(figure)
    rest = f"the others, hatched, are {others}" if split.mixed or low < high else f"the others are {others}"
    known = _known(figure)
    said = "how many of the records say is not known" if known is None else f"{say_number(known)}% of the records say"
    return f"{whose}: {split.named} {figure.published}; {rest}; {said}."
