"""What exists before and after each intervention: a comparison the gate allows, or why nothing can be estimated."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from cseanalysis.register import Comparison, Figure, compare
from cseanalysis.study.change.interventions import Intervention, check_intervention

# Reviews of interrupted series ask for three points on either side (Cochrane Effective Practice and Organisation of
# Care); fewer cannot tell a step from the slope it interrupts.
FEWEST_QUARTERS = 3
_NO_EFFECT = (
    "A comparison of before and after is not an effect: reporting, recording and much else changed in the same time."
)


@dataclass(frozen=True, slots=True)
class Card:
    """What can be said of one intervention."""

    intervention: Intervention  # what was done
    # before and after: published figures on either side.
    before: tuple[Figure, ...]
    after: tuple[Figure, ...]
    comparisons: tuple[Comparison, ...]  # those of all pairs that the gate allows
    reasons: tuple[str, ...]  # why nothing can be estimated; empty if a comparison is allowed
    # Whole quarters of the study's table before and after; absent where the table was not asked.
    quarters: tuple[int, int] | None

    @property
    def verdict(self) -> str:
        """``"compared"`` or ``"cannot be estimated"``."""
        return "compared" if self.comparisons else "cannot be estimated"

    @property
    def nearest(self) -> tuple[Comparison, ...]:
        """Of the allowed comparisons, the one with the shortest gap for each thing that is counted."""
        chosen: dict[tuple[str, ...], Comparison] = {}
        for item in sorted(self.comparisons, key=_gap):
            first = item.first
            chosen.setdefault((first.unit, first.definition, first.category, first.geography), item)
        return tuple(chosen.values())

    @property
    def statement(self) -> str:
        """What can be said, to be quoted as it stands."""
        if self.comparisons:
            pairs = len(self.before) * len(self.after)
            said = " ".join(item.statement for item in self.nearest)
            text = f"The gate allows {len(self.comparisons)} of {pairs} comparisons. {said}"
        else:
            text = f"Cannot be estimated, because {'; '.join(self.reasons)}."
        return f"{text}{self._quarters()} {_NO_EFFECT}"

    @property
    def gist(self) -> str:
        """What can be said, in short."""
        if self.comparisons:
            more = f"; and {len(self.nearest) - 2} more" if len(self.nearest) > 2 else ""
            said = f"{'; '.join(map(_pair, self.nearest[:2]))}{more}.{self._quarters()} {_NO_EFFECT}"
            return f"{len(self.comparisons)} of {len(self.before) * len(self.after)} pairs may be compared: {said}"
        # The examples in brackets are for the full statement.
        reasons = re.sub(r" [(]such as .+?[)](?=, |$|;)", "", "; ".join(self.reasons))
        return f"Cannot be estimated, because {reasons}. {self.intervention.note}".strip()

    def _quarters(self) -> str:
        if self.quarters is None:
            return ""
        before, after = (_quarters(number) for number in self.quarters)
        text = f" The table of recorded offences has {before} before and {after} after"
        if min(self.quarters) < FEWEST_QUARTERS:
            return f"{text}, too few on one side to tell a step from the slope."
        return f"{text}, so that a step in what was recorded can be described."


def intervention_cards(
    figures: Mapping[str, Figure], interventions: Iterable[Intervention], *, recorded: pd.DataFrame | None = None
) -> tuple[Card, ...]:
    """Try every pair of a figure before and a figure after, and keep what the gate allows."""
    # One an intervention. A card has an allowed comparison, or says why nothing can be estimated. A figure whose period
    # holds the start belongs to neither side. Interrupted series: Bernal, Cummins and Gasparrini (2017), which the
    # quarterly table can serve only with enough quarters on both sides.
    return tuple(_card(figures, item, recorded) for item in interventions)


def cards_table(cards: Iterable[Card]) -> pd.DataFrame:
    """Lay out cards for the report."""
    # Intervention, Before, After, What can be said (in short; `Card.statement` says it in full), What would have to be
    # published.
    rows = [
        (
            f"{card.intervention.name} ({card.intervention.area}, {card.intervention.when})",
            ", ".join(figure.id for figure in card.before) or "none",
            ", ".join(figure.id for figure in card.after) or "none",
            card.gist,
            card.intervention.would_need,
        )
        for card in cards
    ]
    columns = ["Intervention", "Before", "After", "What can be said", "What would have to be published"]
    return pd.DataFrame(rows, columns=columns)


def _card(figures: Mapping[str, Figure], item: Intervention, recorded: pd.DataFrame | None) -> Card:
    check_intervention(item, figures)
    before = tuple(figures[name] for name in item.before)
    after = tuple(figures[name] for name in item.after)
    tried = [compare(one, other) for one in before for other in after]
    allowed = tuple(comparison for comparison in tried if comparison.verdict != "refused" and comparison.allowed)
    quarters = None
    if item.series and item.start is not None and recorded is not None:
        quarters = _count_quarters(item, item.start, recorded)
    reasons = () if allowed else tuple(_reasons(item, tried, quarters))
    return Card(item, before, after, allowed, reasons, quarters)


def _count_quarters(item: Intervention, start: date, recorded: pd.DataFrame) -> tuple[int, int]:
    column, _, value = item.series.partition("=")
    starts = recorded.loc[recorded[column] == value, "period_start"].drop_duplicates()
    if starts.empty:
        raise ValueError(f"{item.id}, series: no rows with {item.series!r} in the table; mend the value")
    return whole_quarters(starts, start)


def whole_quarters(starts: pd.Series, start: date) -> tuple[int, int]:
    """Count the quarters that end before a day, and those that begin with it or later."""
    day = pd.Timestamp(start)
    return int((starts + pd.offsets.QuarterEnd(0) < day).sum()), int((starts >= day).sum())


def _reasons(item: Intervention, tried: Sequence[Comparison], quarters: tuple[int, int] | None) -> Iterable[str]:
    if item.start is None:
        yield "no day on which it began is known, so that no figure is known to come after it"
    for side, found in (("before", item.before), ("after", item.after)):
        if not found and item.start is not None:
            yield f"the register holds no figure on it (other than money) of the time {side} it"
    if item.start is None and not item.before:
        yield "the register holds no figure on it (other than money)"
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for comparison in tried:
        refusing = [difference for difference in comparison.differences if difference.level == "refused"]
        counts.update({difference.dimension for difference in refusing})
        for difference in refusing:
            ids = f"{comparison.first.id} with {comparison.second.id}"
            examples.setdefault(difference.dimension, f"{ids}: {difference.text}")
    if tried:
        by = (f"{name} in {count} (such as {examples[name]})" for name, count in sorted(counts.items(), key=_most))
        noun = "the one pair" if len(tried) == 1 else f"all {len(tried)} pairs"
        yield f"the gate refuses {noun} of a figure before and one after: {', '.join(by)}"
    if quarters is not None:
        for side, number in zip(("before", "after"), quarters, strict=True):
            if number < FEWEST_QUARTERS:
                yield f"the table of recorded offences has {_quarters(number)} {side} it"


def _quarters(number: int) -> str:
    return {0: "no quarter", 1: "one quarter", 2: "two quarters"}.get(number, f"{number} quarters")


def _pair(comparison: Comparison) -> str:
    what = comparison.first.statement
    what = what if what[:2].isupper() else what[0].lower() + what[1:]  # an abbreviation keeps its capitals
    ages = ", all ages" if comparison.first.ages == "any" else ""
    return f"{what}{ages}: {comparison.first.published} to {comparison.second.published}"


def _gap(comparison: Comparison) -> tuple[int, str, str]:
    ends = comparison.first.period_end, comparison.second.period_start
    days = (ends[1] - ends[0]).days if ends[0] and ends[1] else 0
    return days, comparison.first.id, comparison.second.id


def _most(entry: tuple[str, int]) -> tuple[int, str]:
    return -entry[1], entry[0]
