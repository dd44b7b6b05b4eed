"""Changes of level at dates that are known beforehand: the series, the fits, the refusals. None is called an effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import pandas as pd

from cseanalysis.export.wording import say_month
from cseanalysis.models import InterruptedSeries, PlaceboDates, interrupted_series, many_changes, placebo_dates
from cseanalysis.study.change.events import DatedEvent, as_event, cannot_be_told_apart_from
from cseanalysis.study.change.interventions import Intervention
from cseanalysis.study.data.codes import CHILD_CODES
from cseanalysis.values import Estimate, Interval, NotEstimableError

TOTAL = "child_only"
PERIOD = 4  # quarters in a year
NEIGHBOURS = 12  # quarters on either side in the short specification
SHORT = "quarters within three years of the date"
LEVEL = 0.95
ERRORS = ("scale_error", "hac_error", "drift_error")

# One model for every series and date: recording grew fast and then slowly, so a trend that may change at the date;
# quarters differ by season, so one pair of harmonics; offences come in clusters, so the scatter is estimated. The other
# specifications show what hangs on it.
MAIN: Mapping[str, Any] = MappingProxyType({"harmonics": 1, "period": PERIOD, "slope_change": True})
SPECIFICATIONS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "one straight trend on both sides": {**MAIN, "slope_change": False},
        "no season": {**MAIN, "harmonics": 0},
        "two harmonics": {**MAIN, "harmonics": 2},
        "negative binomial": {**MAIN, "family": "negative-binomial"},
    }
)
_RESULTS = {
    "sexual_communication": "level_ratio_88a_2017",
    "recording_inspection_2014": "level_ratio_2014",
    "exploitation_flag": "level_ratio_flag_2016",
    "lockdowns": "level_ratio_lockdown",
}


@dataclass(frozen=True, slots=True, eq=False)
class NamedChange:
    """What the model says of one date, or why it refuses."""

    intervention: Intervention  # what happened then
    series: str  # name of the series: ``"child_only"`` or an offence code
    counts: pd.Series  # the series; its index are quarters in words
    at: str  # the first whole quarter from the date on; the quarter that holds the date counts as before
    # before and after: quarters of the table on either side.
    before: int
    after: int
    # fit and placebo: of the model; absent when it refuses.
    fit: InterruptedSeries | None
    placebo: PlaceboDates | None
    # Place of the date by size when every date, itself included, is tried alone by the same model: `placebo` keeps the
    # date in the model while others are tried, which lets it take up the bend of a trend, and so favours it.
    rank_alone: int | None
    refusal: str  # the model's own reason; empty when there is a fit
    # Recording events within a year, on the same codes, from which the change cannot be told apart.
    near: tuple[DatedEvent, ...]


def quarterly_series(recorded: pd.DataFrame) -> pd.DataFrame:
    """Sum the child-only offences of the territorial forces by quarter: all codes together, and each code."""
    # A row a quarter, oldest first, indexed by its first day; ``child_only`` and a column a code.
    chosen = recorded[(recorded["force_type"] == "territorial") & recorded["offence_code"].isin(CHILD_CODES)]
    wide = chosen.pivot_table(index="period_start", columns="offence_code", values="offences", aggfunc="sum")
    cells = chosen.groupby("period_start").size()
    expected = pd.date_range(wide.index[0], wide.index[-1], freq="QS")
    if not expected.equals(pd.DatetimeIndex(wide.index)) or (cells != cells.max()).any():
        raise ValueError(
            f"recorded_offences: {len(wide)} quarters of {len(expected)}, with {cells.min()} to {cells.max()} cells "
            "each; every force needs every code in every quarter, or a gap would look like a fall"
        )
    wide = wide.astype("float64").rename_axis(columns=None)
    wide.insert(0, TOTAL, wide.sum(axis=1))
    return wide[[TOTAL, *CHILD_CODES]]


def in_words(series: pd.Series) -> pd.Series:
    """Return a series whose quarters are named by their first month in words, so that refusals can be printed."""
    return pd.Series(series.to_numpy(), index=pd.Index([say_month(day) for day in series.index], name="quarter"))


@lru_cache(maxsize=1024)
def first_quarter(start: date) -> pd.Timestamp:
    """Return the first day of the first quarter that begins on or after a day."""
    day = pd.Timestamp(start)
    quarter = day.to_period("Q").start_time
    return quarter if quarter == day else quarter + pd.offsets.QuarterBegin(startingMonth=1)


def is_tried(item: Intervention) -> bool:
    """Whether a date is tried: it may move a series, or, as a placebo, it changed recording but no code."""
    return item.start is not None and bool(item.series or item.kind == "recording")


def series_name(item: Intervention) -> str:
    """Return the name of the series that an intervention is tried on."""
    column, _, value = item.series.partition("=")
    return value if column == "offence_code" else TOTAL


def named_changes(
    recorded: pd.DataFrame, interventions: Iterable[Intervention], events: Sequence[DatedEvent]
) -> tuple[NamedChange, ...]:
    """Estimate the change of level at every date that the table of offences may be asked about."""
    # In order of time. A date that the model refuses is among them with the model's reason.
    quarterly = quarterly_series(recorded)
    dated = [(item.start, item) for item in interventions if item.start is not None and is_tried(item)]
    return tuple(
        _named_change(quarterly, item, start, events) for start, item in sorted(dated, key=lambda pair: pair[0])
    )


def _named_change(
    quarterly: pd.DataFrame, item: Intervention, start: date, events: Sequence[DatedEvent]
) -> NamedChange:
    name, quarter = series_name(item), first_quarter(start)
    counts = in_words(quarterly[name])
    at = say_month(quarter)
    before, after = int((quarterly.index < quarter).sum()), int((quarterly.index >= quarter).sum())
    near = cannot_be_told_apart_from(as_event(item), events)
    fit, placebo, rank, refusal = None, None, None, ""
    try:
        fit = interrupted_series(counts, at=at, **MAIN)
        placebo = placebo_dates(counts, at=at, **MAIN)
        alone = many_changes(counts.to_frame(name), dates=list(placebo.table.index), **MAIN).table
        sizes = alone.set_index("date")["statistic"].abs()
        rank = int((sizes > sizes[at]).sum()) + 1
    except NotEstimableError as error:
        refusal = reason(error)
    return NamedChange(item, name, counts, at, before, after, fit, placebo, rank, refusal, near)


def reason(error: Exception) -> str:
    """Return what a model saw and its rule; what to do about it is for a caller, not for a reader."""
    return str(error).partition(";")[0].removeprefix("periods: ")


def dates_table(changes: Iterable[NamedChange]) -> pd.DataFrame:
    """Lay out what the model says of each date."""
    # A row a date: ``id``, ``name``, ``kind``, ``series``, ``at``, ``before``, ``after``; ``ratio``, ``low``, ``high``
    # of the level; ``slope_ratio`` a quarter; ``scale_error``, ``hac_error``, ``drift_error``, ``error_used``;
    # ``family``, ``dispersion``, ``autocorrelation`` (of the quarters, freed of the pull of the fit); ``rank``,
    # ``rank_alone``, ``dates``, ``share_as_large``, ``placebo_clear``, ``placebo_expected``; ``near`` (ids);
    # ``refusal``.
    rows = []
    for item in changes:
        row: dict[str, Any] = {
            "id": item.intervention.id, "name": item.intervention.name, "kind": item.intervention.kind,
            "series": item.series, "at": item.at, "before": item.before, "after": item.after,
        }  # fmt: skip
        if item.fit is not None:
            level, seen = item.fit.table.loc["level_change"], item.fit.diagnostics
            row |= {name: float(level[name]) for name in ("ratio", "low", "high", *ERRORS)}
            row |= {"slope_ratio": float(item.fit.table.loc["slope_change", "ratio"]), "error_used": seen.error}
            row |= {"family": seen.family, "dispersion": seen.dispersion}
            row |= {"autocorrelation": seen.correlation}
        if item.placebo is not None:
            row |= {"rank": item.placebo.rank, "rank_alone": item.rank_alone, "dates": len(item.placebo.table)}
            row |= {"share_as_large": item.placebo.share_as_large, "placebo_clear": item.placebo.found}
            row |= {"placebo_expected": item.placebo.expected_by_chance}
        rows.append(row | {"near": ";".join(event.id for event in item.near), "refusal": item.refusal})
    return pd.DataFrame(rows)


def placebos_table(changes: Iterable[NamedChange]) -> pd.DataFrame:
    """Lay out the changes that other dates show, for each date that has an estimate."""
    # ``id``, ``date`` (quarter in words), ``ratio``, ``low``, ``high``, ``statistic``, ``placebo``.
    parts = []
    for item in changes:
        if item.placebo is not None:
            part = item.placebo.table.reset_index().drop(columns="p_value")
            part.insert(0, "id", item.intervention.id)
            parts.append(part)
    return pd.concat(parts, ignore_index=True)


def specifications_table(changes: Iterable[NamedChange]) -> pd.DataFrame:
    """Estimate each change by other specifications of the model, so that what hangs on the choice is seen."""
    # ``id``, ``specification``, ``ratio``, ``low``, ``high``, ``refusal``. The last two specifications count the
    # quarter that holds the date as after, and keep twelve quarters on either side.
    rows = []
    for item in changes:
        if item.fit is None:
            continue
        place = item.before
        near = item.counts.iloc[max(place - NEIGHBOURS, 0) : place + NEIGHBOURS]
        tried: list[tuple[str, pd.Series, str, Mapping[str, Any]]] = [
            ("main", item.counts, item.at, MAIN),
            *((name, item.counts, item.at, options) for name, options in SPECIFICATIONS.items()),
            (SHORT, near, item.at, MAIN),
        ]
        if first_quarter(item.intervention.start or date.min) != pd.Timestamp(item.intervention.start):
            earlier = str(item.counts.index[place - 1])
            tried.append(("the quarter that holds the date as after", item.counts, earlier, MAIN))
        for name, counts, at, options in tried:
            row: dict[str, Any] = {"id": item.intervention.id, "specification": name}
            try:
                found = interrupted_series(counts, at=at, **options).table.loc["level_change"]
                row |= {key: float(found[key]) for key in ("ratio", "low", "high")} | {"refusal": ""}
            except NotEstimableError as error:
                row |= {"refusal": reason(error)}
            rows.append(row)
    return pd.DataFrame(rows)


def change_results(changes: Iterable[NamedChange], specifications: pd.DataFrame) -> list[Estimate]:
    """Return the level ratios as estimates with confidence intervals, and how the chapters count what they see."""
    # Ids are those of `_RESULTS`; a date that is refused has no estimate.
    found = []
    for item in changes:
        if item.fit is None or item.placebo is None:
            continue
        name, given = _RESULTS.get(item.intervention.id, f"level_ratio_{item.intervention.id}"), item.fit.level_ratio
        what = "child-only codes" if item.series == TOTAL else f"code {item.series}"
        unit = f"times the continued trend, level of {what} from {item.at} on"
        table = ("recorded_offences",)
        series = f"offences in recorded_offences by quarter, {what}"
        fit = f"interrupted_series({series}, at {item.at}): the change of level, harmonics {MAIN['harmonics']}"
        found.append(Estimate(name, unit, given.point, given.interval, table, procedure=fit))
        own = specifications[(specifications["id"] == item.intervention.id) & (specifications["refusal"] == "")]
        for row in own[own["specification"] == SHORT].to_dict("records"):
            ends = Interval(row["low"], row["high"], "confidence", LEVEL)
            found.append(
                Estimate(f"{name}_near", f"{unit}, {SHORT}", row["ratio"], ends, table, procedure=f"{fit}, {SHORT}")
            )
        stem = name.removeprefix("level_ratio_")
        clear = f"placebo dates that look clear beside {item.at}"
        tried = f"placebo_dates({series}, at {item.at})"
        found += [
            Estimate(name, unit, value, basis=table, procedure=f"{what} of {tried}")
            for name, unit, value, what in (
                (f"placebo_rank_{stem}", "place among all dates", item.placebo.rank, "rank"),
                (
                    f"placebo_alone_{stem}",
                    "place among all dates, each alone",
                    item.rank_alone,
                    "rank, each date alone,",
                ),
                (f"placebo_dates_{stem}", "dates tried", len(item.placebo.table), "number of rows"),
                (
                    f"placebo_clear_{stem}",
                    clear,
                    item.placebo.found,
                    "number of rows whose interval holds no ratio of 1",
                ),
                (
                    f"placebo_expected_{stem}",
                    clear,
                    round(item.placebo.expected_by_chance, 6),
                    "number of rows that would by chance",
                ),
            )
        ]
    return found
