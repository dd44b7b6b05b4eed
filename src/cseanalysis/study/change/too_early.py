"""Too early to tell? One card an intervention, from the models and the registers alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp

import pandas as pd

from cseanalysis.export.wording import say_month, say_number
from cseanalysis.models import InterruptedSeries
from cseanalysis.models.change.detectable import distance_needed
from cseanalysis.register import Figure
from cseanalysis.study.change.breaks import SIDE
from cseanalysis.study.change.cards import Card, intervention_cards, whole_quarters
from cseanalysis.study.change.detectability import Seen, least_of, seen_from, whole_effect, yearly_share
from cseanalysis.study.change.events import DatedEvent, as_event, cannot_be_told_apart_from
from cseanalysis.study.change.interventions import Intervention
from cseanalysis.study.change.numbers import (
    LEVEL,
    SHORT,
    NamedChange,
    first_quarter,
    in_words,
    named_changes,
    quarterly_series,
    series_name,
)
from cseanalysis.study.data.tables import data_end
from cseanalysis.values import Assumption, NotEstimableError

CANNOT = "cannot be estimated"
EARLY = "too early"
NEVER = "never visible in this series"
SEEN = "a change of level is seen; not an effect"
NOT_TOLD = "not told from other dates or from the trend"
VERDICTS = (CANNOT, EARLY, NEVER, SEEN, NOT_TOLD)
POWER = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class TimingCard:
    """What the quarterly table can and cannot say of one intervention."""

    card: Card  # the intervention, its published figures on either side, and what the gate lets be said of them
    # Whole quarters of the table before and after the start; absent when no start is known.
    quarters: tuple[int, int] | None
    near: tuple[DatedEvent, ...]  # recording events within a year, from which it cannot be told apart
    change: NamedChange | None  # what the model says of the date; absent where it is not tried
    # Smallest rise and fall visible with the quarters at hand, by the error of the fit where there is one, otherwise
    # foreseen from the quarters before; absent where there is no series or too little of it.
    least: tuple[float, float | None] | None
    share: float | None  # share of its series that it is about, at most; absent where there is no series
    # For the smaller and for the larger assumed effect, when it could be seen in the records of its series, as foreseen
    # from the quarters before.
    seen: tuple[Seen, Seen] | None
    # Whether the smaller and the larger assumed effect could be seen with the quarters at hand, by the error of the
    # fit; absent without one.
    visible: tuple[bool, bool] | None
    verdict: str  # one of ``VERDICTS``
    because: str  # why, in a sentence; refusals are the model's own

    @property
    def intervention(self) -> Intervention:
        """What was done."""
        return self.card.intervention


def timing_cards(
    recorded: pd.DataFrame,
    figures: Mapping[str, Figure],
    interventions: Sequence[Intervention],
    *,
    events: Sequence[DatedEvent],
    specifications: pd.DataFrame,
    assumptions: Mapping[str, Assumption],
) -> tuple[TimingCard, ...]:
    """Make a card for every intervention."""
    changes = {change.intervention.id: change for change in named_changes(recorded, interventions, events)}
    quarterly = quarterly_series(recorded)
    ends = say_month(data_end(recorded))
    cards = []
    for card in intervention_cards(figures, interventions, recorded=recorded):
        item = card.intervention
        change = changes.get(item.id) if item.series else None
        quarters = None if item.start is None else whole_quarters(pd.Series(quarterly.index), item.start)
        least, share, seen, visible = None, None, None, None
        if change is not None:
            before = quarterly[series_name(item)].iloc[: change.before]
            share = 1.0 if not item.part else yearly_share(before, float(figures[item.part].value))
            least = least_of(in_words(before), max(change.after, 1))
            size = assumptions["effect_ratio"]
            try:
                seen = (
                    seen_from(before, ratio=size.low, share=share),
                    seen_from(before, ratio=size.high, share=share),
                )
            except NotEstimableError:
                seen = None
            if change.fit is not None:
                # What was foreseen supposes a trend that goes on unbent; a fit has its own error.
                least = rise, _ = visible_by(change.fit)
                visible = (
                    whole_effect(share=share, effect_ratio=size.low) >= rise,
                    whole_effect(share=share, effect_ratio=size.high) >= rise,
                )
        verdict, because = _judge(item, change, seen, specifications=specifications, ends=ends, quarters=quarters)
        near = cannot_be_told_apart_from(as_event(item), events)
        cards.append(TimingCard(card, quarters, near, change, least, share, seen, visible, verdict, because))
    return tuple(cards)


def visible_by(fit: InterruptedSeries) -> tuple[float, float]:
    """Return the smallest rise and fall (ratios) that a fit would have told from chance four times in five."""
    error = float(fit.table.at["level_change", "error"])
    needed = distance_needed(POWER, LEVEL, fit.diagnostics.t_degrees) * error
    return exp(needed), exp(-needed)


def _judge(
    item: Intervention,
    change: NamedChange | None,
    seen: tuple[Seen, Seen] | None,
    *,
    specifications: pd.DataFrame,
    ends: str,
    quarters: tuple[int, int] | None,
) -> tuple[str, str]:
    """Return the verdict and its reason."""
    if item.start is None:
        return CANNOT, "No day is known on which it began."
    if change is None:
        late = f", and the table ends in {ends}, before it began" if quarters is not None and not quarters[1] else ""
        return CANNOT, f"No offence code is known to be moved by it, so the quarterly table cannot show it{late}."
    refused = f"The model refuses the date: {change.refusal}. " if change.refusal else ""
    if seen is not None and seen[1].never:
        never = seen[1].reason.removeprefix("never: ")
        return NEVER, f"{refused}Waiting does not help, even for the larger assumed effect: {never}."
    if change.fit is None or change.placebo is None:
        early = change.before >= SIDE and change.after < SIDE
        return (EARLY if early else CANNOT), refused.strip()
    tried = specifications[(specifications["id"] == item.id) & specifications["ratio"].notna()]
    # A few years are too short for an interval of a series that drifts: there the direction must be the same.
    short = tried["specification"] == SHORT
    rise = bool(((tried["low"] > 1) | (short & (tried["ratio"] > 1))).all())
    fall = bool(((tried["high"] < 1) | (short & (tried["ratio"] < 1))).all())
    shown = int(((tried["low"] > 1) | (tried["high"] < 1)).sum())
    way = ", the others the same direction," if (rise or fall) and shown < len(tried) else ""
    place = change.placebo
    because = (
        f"A clear change shows in {shown} of {len(tried)} specifications{way} and the date is number {place.rank} of "
        f"{len(place.table)} by size ({change.rank_alone} if each is tried alone); of the other dates {place.found} "
        "would look clear too."
    )
    return (SEEN if (rise or fall) and place.rank == change.rank_alone == 1 else NOT_TOLD), because


def timing_table(cards: Iterable[TimingCard]) -> pd.DataFrame:
    """Lay out the cards, a row an intervention, every cell in words."""
    # ``id``, ``name``, ``when``, ``area``, ``claimed``, ``quarters``, ``near``, ``least``, ``seen``, ``verdict``,
    # ``because``, ``note``, ``figures`` (what the gate says of published figures on either side), ``would_need``.
    rows = []
    for card in cards:
        item = card.intervention
        rows.append(
            {
                "id": item.id, "name": item.name, "when": item.when, "area": item.area,
                "claimed": item.outcomes_claimed, "quarters": _quarters(card), "near": _near(card),
                "least": _least(card), "seen": _seen(card), "verdict": card.verdict, "because": card.because,
                "note": item.note, "figures": card.card.verdict, "would_need": item.would_need,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _quarters(card: TimingCard) -> str:
    if card.quarters is None:
        return "cannot be counted without a start"
    return "{} before, {} after".format(*(number or "none" for number in card.quarters))


def _near(card: TimingCard) -> str:
    if card.quarters is None:
        return "cannot be said without a start"
    if not card.near:
        return "none is registered, which does not say that there was none"
    return "; ".join(f"{event.name.rstrip('.')} ({event.when})" for event in card.near)


def _least(card: TimingCard) -> str:
    if card.change is None:
        return "none: no series of the table may be moved by it"
    if card.least is None:
        return "none: too few quarters before it to know the scatter"
    rise, fall = card.least
    down = "no fall" if fall is None else f"a fall by {say_number(round(1 - fall, 2), 'share')}"
    how = "foreseen from the quarters before it, at best" if card.visible is None else "by the error of the fit"
    return f"a rise by {say_number(round(rise - 1, 2), 'share')} or {down} of its whole series, {how}"


def _seen(card: TimingCard) -> str:
    if card.seen is None or card.share is None:
        return "cannot be said"
    small, large = card.seen
    about = (
        "all of the series" if card.share == 1 else f"at most {say_number(round(card.share, 4), 'share')} of the series"
    )
    if card.visible is not None and not large.never:
        at_hand = ("can be seen" if shown else "cannot be seen" for shown in card.visible)
        return "with the quarters at hand the smaller assumed effect {}, the larger {} (on {})".format(*at_hand, about)
    start = first_quarter(card.intervention.start or date.max)
    return f"the smaller assumed effect {_from(small, start)}, the larger {_from(large, start)} (on {about})"


def _from(seen: Seen, start: pd.Timestamp) -> str:
    if seen.first is None:
        return seen.words
    return f"from the quarter of {say_month(start + pd.DateOffset(months=3 * (seen.first - 1)))} on"
