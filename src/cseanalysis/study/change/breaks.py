"""Changes looked for without a date: the most likely break of each series, and many series at many dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.export.wording import say_month
from cseanalysis.models import ManyChanges, break_search, many_changes
from cseanalysis.study.change.events import NO_CODE, DatedEvent, RecordingChange, near
from cseanalysis.study.change.numbers import LEVEL, MAIN, PERIOD, TOTAL, first_quarter, quarterly_series
from cseanalysis.study.data.codes import CHILD_CODES
from cseanalysis.values import Estimate

SEED = 20
DRAWS = 199  # the smallest p-value is then one in 200
SIDE = 8  # quarters on each side of a date, which the models ask for
FEWEST = 5.0  # offences a quarter on average; below it intervals that are normal on the logarithmic scale do not hold

BESIDE = "within a year of an event, not its own date"
NOTHING = "no event within a year"
FAILED = "a check found recording in the force wrong, on a day that is not known"
NEGATIVE = "a quarter is below nought after corrections"
THIN = "fewer than five offences a quarter on average"


@dataclass(frozen=True, slots=True, eq=False)
class SeriesKept:
    """Series of forces and codes that can be fitted, and those that cannot with the rule that leaves them out."""

    # A row a quarter, a column a series, named ``"force, code"`` (``"force, child_only"`` for all codes).
    counts: pd.DataFrame
    codes: dict[str, tuple[str, ...]]  # codes of each series, by its name
    forces: dict[str, str]  # force of each series, by its name
    left_out: pd.DataFrame  # ``force``, ``code``, ``rule``


def breaks_table(recorded: pd.DataFrame, events: Sequence[DatedEvent]) -> pd.DataFrame:
    """Search the child-only total and each code for a change of level at a date that nobody names."""
    # A row a series: ``series``, ``at``, ``ratio``, ``low``, ``high``, ``p_value``, ``earliest``, ``latest``;
    # ``within``, ids of the events that began between the first day of the earliest and the last of the latest quarter;
    # ``near``, those within a year of the quarter found.
    quarterly = quarterly_series(recorded)
    rows = []
    for number, name in enumerate(quarterly.columns):
        counts = quarterly[name]
        found = break_search(counts, harmonics=1, period=PERIOD, draws=DRAWS, seed=SEED + number)
        level, interval = found.level_ratio, found.level_ratio.interval
        if interval is None:
            raise ValueError(f"series {name}: the break that was found has no interval; ratios are reported with one")
        ends = [pd.Timestamp(str(day)) for day in (found.earliest, found.at, found.latest)]
        codes = () if name == TOTAL else (name,)
        around = near(ends[1].date(), _end(ends[1]).date(), events, codes=codes)
        # A range can be longer than the year around the quarter found: every event on these codes is looked through.
        all_along = near(ends[0].date(), _end(ends[2]).date(), events, codes=codes)
        within = [event for event in all_along if _between(event, ends[0], _end(ends[2]))]
        rows.append(
            {
                "series": name, "at": say_month(ends[1]), "ratio": level.point, "low": interval.low,
                "high": interval.high, "p_value": found.p_value, "earliest": say_month(ends[0]),
                "latest": say_month(ends[2]), "within": ";".join(event.id for event in within),
                "near": ";".join(event.id for event in around),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def force_series(recorded: pd.DataFrame, changes: Sequence[RecordingChange]) -> SeriesKept:
    """Sort the series of forces, by code and for all codes, into those fitted and those left out by rule."""
    # A force whose recording was found wrong on a day that is not known is left out: any date may be that day.
    chosen = recorded[(recorded["force_type"] == "territorial") & recorded["offence_code"].isin(CHILD_CODES)]
    wide = chosen.astype({"offences": "float64"}).pivot_table(
        index="period_start", columns=["force", "offence_code"], values="offences", aggfunc="sum"
    )
    doubtful = (item for item in changes if item.start is None and item.codes != (NO_CODE,))
    failed = {force for item in doubtful for force in item.area} & set(chosen["force"])
    kept: dict[str, pd.Series] = {}
    codes: dict[str, tuple[str, ...]] = {}
    forces: dict[str, str] = {}
    left_out = []
    for force in wide.columns.unique("force"):
        own = wide[force]
        for code, counts in ((TOTAL, own.sum(axis=1)), *((code, own[code]) for code in CHILD_CODES)):
            rule = _rule(counts.to_numpy(), failed=force in failed)
            if rule:
                left_out.append({"force": force, "code": code, "rule": rule})
                continue
            name = f"{force}, {code}"
            kept[name], forces[name] = counts, force
            codes[name] = CHILD_CODES if code == TOTAL else (code,)
    return SeriesKept(pd.DataFrame(kept), codes, forces, pd.DataFrame(left_out, columns=["force", "code", "rule"]))


def many_table(kept: SeriesKept, events: Sequence[DatedEvent]) -> tuple[pd.DataFrame, ManyChanges]:
    """Try every series at every date, and group what stands out by what the register knows of the date."""
    # ``dates`` (what is known of them), ``tried``, ``clear``, ``expected_by_chance``, ``discoveries``; the last row is
    # the sum. Neither forces nor codes are named: what is found at a date in one of hundreds of series says nothing of
    # that force. A test counts under an event when its date is the event's and its codes are moved by it; under no
    # event when none is registered within a year on its codes.
    index = kept.counts.index
    dates = [pd.Timestamp(day) for day in index[SIDE : len(index) - SIDE + 1]]
    found = many_changes(kept.counts, dates=dates, level=LEVEL, **MAIN)
    tests = found.table[found.table["reason"] == ""]
    around = {day: near(day.date(), _end(day).date(), events) for day in dates}
    known = {
        (name, day): _known(day, kept.codes[name], kept.forces[name], around[day])
        for name in kept.counts
        for day in dates
    }
    groups = [known[name, pd.Timestamp(day)] for name, day in zip(tests["series"], tests["date"], strict=True)]
    clear, discovered = tests["p_value"] < 1 - LEVEL, tests["q_value"] <= 1 - LEVEL
    table = pd.DataFrame({"dates": groups, "clear": clear.to_numpy(), "discoveries": discovered.to_numpy()})
    summed = table.groupby("dates").agg(
        tried=("clear", "size"), clear=("clear", "sum"), discoveries=("discoveries", "sum")
    )
    order = [event.id for event in events] + [BESIDE, NOTHING]
    summed = summed.loc[[name for name in order if name in summed.index]]
    summed.loc["all"] = summed.sum()
    summed.insert(2, "expected_by_chance", (1 - LEVEL) * summed["tried"])
    return summed.reset_index(), found


def many_results(many: pd.DataFrame, kept: SeriesKept) -> list[Estimate]:
    """Return the counts that the chapter quotes of `many_table` and `force_series`."""
    rows = many.set_index("dates")
    table = ("recorded_offences",)
    rules = kept.left_out["rule"].value_counts()
    found = [
        Estimate(name, unit, count, basis=table, procedure=f"number of {unit}, force_series(recorded_offences)")
        for name, unit, count in (
            ("series_kept", "series of a force and a code that are fitted", kept.counts.shape[1]),
            ("series_left_out", "series of a force and a code that are left out", len(kept.left_out)),
            *(
                (f"series_{name}", f"series left out because {rule}", int(rules.get(rule, 0)))
                for name, rule in (("thin", THIN), ("negative", NEGATIVE), ("failed", FAILED))
            ),
        )
    ]
    stems = {"all": "all", "nothing": NOTHING, "control": "sexual_communication"}
    stems |= {"rape_codes": "rape_undefined_offenders", "lockdown": "lockdowns"}
    for stem, name in stems.items():
        row = rows.loc[name]
        for column, unit in (
            ("tried", "changes tried"),
            ("clear", "changes whose own interval excludes no change"),
            ("discoveries", "changes left when false discoveries are held at one in twenty"),
        ):
            how = f"number of {unit}, many_changes over the series of forces in recorded_offences, dates: {name}"
            found.append(Estimate(f"many_{stem}_{column}", unit, int(row[column]), basis=table, procedure=how))
        chance = round(float(row["expected_by_chance"]), 6)
        formula = f"many_{stem}_tried / 20"
        unit = "clear changes expected by chance"
        found.append(Estimate(f"many_{stem}_expected", unit, chance, basis=table, formula=formula))
        share = float(row["clear"] / row["tried"])
        formula = f"many_{stem}_clear / many_{stem}_tried"
        found.append(
            Estimate(f"many_{stem}_clear_share", "share of changes tried", share, basis=table, formula=formula)
        )
    return found


def _rule(counts: NDArray[np.float64], *, failed: bool) -> str:
    if failed:
        return FAILED
    if (counts < 0).any():
        return NEGATIVE
    return THIN if counts.mean() < FEWEST else ""


def _known(day: pd.Timestamp, codes: Sequence[str], force: str, events: Sequence[DatedEvent]) -> str:
    around = near(day.date(), _end(day).date(), events, codes=codes, area=force)
    own = [event.id for event in around if event.first and first_quarter(event.first) == day and _moves(event, codes)]
    return own[0] if own else BESIDE if around else NOTHING


def _moves(event: DatedEvent, codes: Sequence[str]) -> bool:
    """Whether an event may move all of the codes of a series, not only a part of them."""
    return not event.codes or set(codes) <= set(event.codes)


@lru_cache(maxsize=1024)
def _end(quarter: pd.Timestamp) -> pd.Timestamp:
    return quarter + pd.offsets.QuarterEnd(0)


def _between(event: DatedEvent, first: pd.Timestamp, last: pd.Timestamp) -> bool:
    if event.first is None or event.last is None:
        return False
    return bool(event.first <= last.date() and event.last >= first.date())
