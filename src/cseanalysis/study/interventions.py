"""Before and after: what is published on either side of each intervention, and what the gate lets be said of it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from cseanalysis.export.wording import say_date, say_month
from cseanalysis.register import Comparison, Figure, compare
from cseanalysis.study.project import find_project, load_sources

KINDS = ("policy", "recording", "offence", "inquiry", "shock")
PRECISIONS = ("day", "month", "")
WHOLE = "England and Wales"
# Reviews of interrupted series ask for three points on either side (Cochrane Effective Practice and Organisation of
# Care); fewer cannot tell a step from the slope it interrupts.
FEWEST_QUARTERS = 3
_SERIES = ("offence_scope", "offence_code")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Intervention:
    """Something that was done or happened, and the published figures on either side of it.

    Parameters
    ----------
    id, name, area, what, source, note
        What it is, where it holds, in our words, the key of the publication that tells of it, and traps.
    start, start_precision
        First day and whether the day or only its month is known; absent when not in force or not known.
    kind
        One of ``KINDS``.
    outcomes_claimed
        What somebody expects of it.
    before, after
        Ids of figures that end before it, or begin with it or later. Money is no outcome and never stands here.
    series
        Offences of the study's quarterly table that it might move: ``"offence_scope=child_only"``; empty for none.
    would_need
        What would have to be published to estimate it.

    Raises
    ------
    ValueError
        When a word is unknown, a text is empty, or start and precision do not fit.

    Examples
    --------
    >>> Intervention(
    ...     id="flag", name="Flag", start=date(2016, 4, 1), start_precision="month", area=WHOLE, kind="recording",
    ...     what="A mark", outcomes_claimed="More is seen", before=(), after=(), series="", source="wq125164",
    ...     would_need="Counts from before", note="Experimental",
    ... ).when
    'from April 2016'
    """

    id: str
    name: str
    start: date | None
    start_precision: str
    area: str
    kind: str
    what: str
    outcomes_claimed: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    series: str
    would_need: str
    source: str
    note: str

    def __post_init__(self) -> None:
        for name in ("id", "name", "area", "what", "outcomes_claimed", "would_need", "source", "note"):
            if not getattr(self, name).strip():
                raise ValueError(f"{name}: is empty; every intervention must say it")
        if self.kind not in KINDS or self.start_precision not in PRECISIONS:
            raise ValueError(f"kind: {self.kind!r}, start_precision: {self.start_precision!r}; mend the word")
        if (self.start is None) != (self.start_precision == ""):
            raise ValueError(f"start_precision: {self.start_precision!r} with start {self.start}; give both or neither")
        if self.start is not None and self.start_precision == "month" and self.start.day != 1:
            raise ValueError(f"start: {self.start}; a month is written as its first day")
        if self.series and self.series.partition("=")[0] not in _SERIES:
            raise ValueError(f"series: {self.series!r}; write one of {', '.join(_SERIES)}, = and its value")
        if self.series and (self.start is None or self.area != WHOLE):
            raise ValueError(f"series: {self.series!r} needs a start and the area {WHOLE}, which the table covers")

    @property
    def when(self) -> str:
        """The start in words."""
        if self.start is None:
            return "start not known"
        return f"from {say_month(self.start) if self.start_precision == 'month' else say_date(self.start)}"


@dataclass(frozen=True, slots=True)
class Card:
    """What can be said of one intervention.

    Parameters
    ----------
    intervention
        What was done.
    before, after
        Published figures on either side.
    comparisons
        Those of all pairs that the gate allows.
    reasons
        Why nothing can be estimated; empty if a comparison is allowed.
    quarters
        Whole quarters of the study's table before and after; absent where the table was not asked.
    """

    intervention: Intervention
    before: tuple[Figure, ...]
    after: tuple[Figure, ...]
    comparisons: tuple[Comparison, ...]
    reasons: tuple[str, ...]
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


_NO_EFFECT = (
    "A comparison of before and after is not an effect: reporting, recording and much else changed in the same time."
)


def load_interventions(figures: Mapping[str, Figure], root: Path | str | None = None) -> tuple[Intervention, ...]:
    """Read ``interventions.csv`` and check every row against the register.

    Parameters
    ----------
    figures
        The register.
    root
        The checkout; without it, the one around the working directory.

    Returns
    -------
    tuple of Intervention
        In the order of the file.

    Raises
    ------
    ValueError
        For at most five problems, with the row (the header is row 1): an id or source that is not there, a figure
        on the wrong side of the start, money as an outcome, or a figure of another area for one that holds in
        England alone.
    """
    project = find_project(root)
    columns = tuple(item.name for item in fields(Intervention))
    found, wrong = [], []
    for number, cells in _rows(project.raw / "interventions.csv", columns):
        values: dict[str, Any] = dict(cells)
        try:
            values["start"] = _day(cells["start"])
            values["before"], values["after"] = _ids(cells["before"]), _ids(cells["after"])
            item = Intervention(**values)
        except ValueError as error:
            wrong.append(f"row {number}, {error}")
            continue
        found.append(item)
        wrong += [f"row {number}, {problem}" for problem in _problems(item, figures)]
        if any(other.id == item.id for other in found[:-1]):
            wrong.append(f"row {number}, id: {item.id!r} stands twice")
    publications = load_sources(project)["publications"]
    wrong += [f"source: {item.source!r} is not in sources.toml" for item in found if item.source not in publications]
    _refuse("interventions.csv", wrong)
    return tuple(found)


def intervention_cards(
    figures: Mapping[str, Figure], interventions: Iterable[Intervention], *, recorded: pd.DataFrame | None = None
) -> tuple[Card, ...]:
    """Try every pair of a figure before and a figure after, and keep what the gate allows.

    Parameters
    ----------
    figures
        The register.
    interventions
        What was done, each with its figures.
    recorded
        The table ``recorded_offences``, to count the quarters on either side; without it cards do not speak of it.

    Returns
    -------
    tuple of Card
        One an intervention. A card has an allowed comparison, or says why nothing can be estimated.

    Raises
    ------
    ValueError
        When a figure is not in the register, or is on the wrong side of the start.

    Notes
    -----
    A figure whose period holds the start belongs to neither side. Interrupted series: Bernal, Cummins and
    Gasparrini (2017), which the quarterly table can serve only with enough quarters on both sides.
    """
    return tuple(_card(figures, item, recorded) for item in interventions)


def cards_table(cards: Iterable[Card]) -> pd.DataFrame:
    """Lay out cards for the report.

    Parameters
    ----------
    cards
        One an intervention.

    Returns
    -------
    DataFrame
        Intervention, Before, After, What can be said (in short; `Card.statement` says it in full), What would have
        to be published.
    """
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
    _refuse(item.id, list(_problems(item, figures)))
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
    ends = starts + pd.offsets.QuarterEnd(0)
    day = pd.Timestamp(start)
    return int((ends < day).sum()), int((starts >= day).sum())


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


def _problems(item: Intervention, figures: Mapping[str, Figure]) -> Iterable[str]:
    for side in ("before", "after"):
        for name in getattr(item, side):
            figure = figures.get(name)
            if figure is None:
                yield f"{side}: {name} is not in the register"
                continue
            if figure.unit == "pounds":
                yield f"{side}: {name} is money, which is never an outcome"
            if item.area not in (WHOLE, figure.geography):
                yield f"{side}: {name} is of {figure.geography}, but it holds in {item.area} only"
            if item.start is None:
                if side == "after":
                    yield f"after: {name}, though no start is known; leave it out"
            elif figure.period_start is None or figure.period_end is None:
                yield f"{side}: {name} has no dates, so it stands on neither side"
            elif not (figure.period_end < item.start if side == "before" else figure.period_start >= item.start):
                yield f"{side}: {name} ({figure.period_start} to {figure.period_end}) is not {side} {item.start}"


def _rows(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        if tuple(reader.fieldnames or ()) != tuple(columns):
            raise ValueError(f"{path.name}, row 1: the columns are {reader.fieldnames}; they must be {list(columns)}")
        rows = list(enumerate(reader, start=2))
    # A row of the wrong length has a cell without a column or a column without a cell.
    uneven = [number for number, row in rows if None in row or None in row.values()]
    _refuse(path.name, [f"row {number}: wrong number of cells" for number in uneven])
    return [(number, {name: cell.strip() for name, cell in row.items()}) for number, row in rows]


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell) if cell else None
    except ValueError:
        raise ValueError(f"start: {cell!r} is not a date; write it as 2023-04-01, or nothing if unknown") from None


def _ids(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _refuse(name: str, wrong: Sequence[str]) -> None:
    if wrong:
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise ValueError(f"{name}, {len(wrong)} problem(s): {'; '.join(wrong[:_SHOWN])}{more}")


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
