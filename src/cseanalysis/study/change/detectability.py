"""What could be seen at all in the table of offences: how small a change, and from which quarter on, or never."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cseanalysis.models import DetectableFrom, detectable_from, minimum_detectable
from cseanalysis.register import Figure
from cseanalysis.sensitivity.known import on_grid
from cseanalysis.sensitivity.ranking import settled
from cseanalysis.study.change.judged import SeriesPart
from cseanalysis.study.change.numbers import PERIOD, TOTAL, quarterly_series
from cseanalysis.study.data.named import MEDIANS_TO_CHARGE
from cseanalysis.study.data.reported import Narrowed
from cseanalysis.study.lag.numbers import QUARTER, charge_delay
from cseanalysis.study.ranges import TURNING, Led, bounded, narrowed_by, needed_assumptions
from cseanalysis.values import Assumption, Estimate, Interval, NotEstimableError

HORIZON = 40  # quarters looked ahead: ten years
AFTER = (4, 8, 12)
CURVE = (1, 2, 4, 8, 12, 16, 20)  # quarters after a date in the chart
WINDOWS = (16, 24)  # quarters before the date, beside all of them: how much of the past is a straight line is open
AT_ONCE = (1.0,)
_OPTIONS: Mapping[str, Any] = {"harmonics": 1, "period": PERIOD}


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """When a change of a part of a series could be seen at the earliest."""

    # Quarters after the date, the one of the date included; ``None`` when it is never or not within the horizon.
    first: int | None
    never: bool  # whether no number of quarters would do
    reason: str  # the model's own words

    @property
    def words(self) -> str:
        """The answer in few words."""
        if self.first is not None:
            return f"from quarter {self.first} on"
        return "never" if self.never else f"not within {HORIZON} quarters"


def windows(before: pd.Series) -> dict[str, pd.Series]:
    """Return the series before a date, whole and cut to its last quarters where it is longer."""
    cut = {f"the last {size} quarters": before.iloc[-size:] for size in WINDOWS if size < len(before)}
    return {**cut, f"all {len(before)} quarters": before}


def least_visible(before: pd.Series, after: Sequence[int] = CURVE) -> pd.DataFrame:
    """Return the smallest change of level told from chance, for each window and number of quarters after."""
    # ``window``, ``after``, ``rise`` and ``fall`` (ratios to the continued level; a fall may not exist), found with
    # probability 0.8 at the 95% level, with a straight trend that does not change at the date.
    rows = []
    for name, part in windows(before).items():
        for number in after:
            least = minimum_detectable(part.to_numpy(), after=number, **_OPTIONS)
            rows.append({"window": name, "after": number, "rise": least.rise, "fall": least.fall})
    return pd.DataFrame(rows)


def seen_from(before: pd.Series, *, ratio: float, share: float, delay: ArrayLike = AT_ONCE) -> Seen:
    """Say from which quarter on a change of a part of a series could be seen, in the window that shows it best."""
    # Never only if it is never in every window: the answer favours being seen. Of windows that agree, the reason is
    # that of the one with the most power.
    found = [
        detectable_from(part.to_numpy(), delay=delay, ratio=ratio, share=share, horizon=HORIZON, **_OPTIONS)
        for part in windows(before).values()
    ]
    best = min(found, key=lambda item: (*_order(item), -settled(item.table["power"].iloc[-1])))
    return Seen(best.first, best.never, best.reason)


def yearly_share(before: pd.Series, offences: float) -> float:
    """Return the share of the last four quarters before a date that some offences of a year would be, at most one."""
    return min(offences / float(before.iloc[-4:].sum()), 1.0)


def whole_effect(*, share: float, effect_ratio: float) -> float:
    """Ratio of a whole series, after over before, when a share of it is multiplied by an effect."""
    return 1 + share * (effect_ratio - 1)


def part_shares(parts: Iterable[SeriesPart], before: pd.Series, figures: Mapping[str, Figure]) -> dict[str, float]:
    """Return the largest share of the series that each kind of offence can be, by the largest of its years."""
    # By part, and ``"all"``. The figures are of a dataset of flagged offences, images among them: at most all of them
    # stand under the child-only codes, so a share is an upper end.
    parts = tuple(parts)
    if wrong := [name for each in parts for name in each.figures if figures[name].unit != "offences"]:
        raise ValueError(
            f"parts_of_series.csv, figures: {', '.join(wrong[:5])} count no offences; a part needs a count"
        )
    counted = {each.part: max(float(figures[name].value) for name in each.figures) for each in parts}
    return {name: yearly_share(before, count) for name, count in counted.items()} | {"all": 1.0}


def visible_table(
    parts: Iterable[SeriesPart],
    recorded: pd.DataFrame,
    figures: Mapping[str, Figure],
    assumptions: Mapping[str, Assumption],
) -> tuple[pd.DataFrame, tuple[Narrowed, ...]]:
    """Say from which quarter on effects of the assumed sizes could be seen: in records at once, in charges later."""
    # A row a part of the series and a size: ``part``, ``share``, ``ratio``, ``effect`` (of the whole series);
    # ``recorded``, ``charges_earliest``, ``charges_latest``: quarters, absent when never or not within the horizon, and
    # each with ``_words``; ``reason``, the model's for records. Then what knowing each assumption of the delay would
    # leave of the quarters until the larger effect on all of the series is seen in charges; empty when it is not seen
    # at every corner.
    before = last_complete(recorded)
    masses = charge_masses(assumptions)
    size = assumptions["effect_ratio"]
    rows = []
    narrowed: tuple[Narrowed, ...] = ()
    for part, share in part_shares(parts, before, figures).items():
        for ratio in (size.low, size.high):
            at_once = seen_from(before, ratio=ratio, share=share)
            later = (
                [seen_from(before, ratio=ratio, share=share, delay=mass) for mass in masses]
                if not at_once.never
                else [at_once]
            )
            charges = sorted(later, key=_order)
            if (part, ratio) == ("all", size.high):
                narrowed = _charges_narrowed(later, assumptions)
            rows.append(
                {
                    "part": part, "share": share, "ratio": ratio,
                    "effect": whole_effect(share=share, effect_ratio=ratio) - 1,
                    "recorded": at_once.first, "charges_earliest": charges[0].first,
                    "charges_latest": charges[-1].first, "recorded_words": at_once.words,
                    "charges_earliest_words": charges[0].words,
                    "charges_latest_words": charges[-1].words, "reason": at_once.reason,
                }
            )  # fmt: skip
    return pd.DataFrame(rows), narrowed


def _charges_narrowed(later: Sequence[Seen], assumptions: Mapping[str, Assumption]) -> tuple[Narrowed, ...]:
    """Say what knowing each assumption would leave of the quarters, if there are quarters at every corner."""
    needed = needed_assumptions(charge_delay_of, assumptions)
    quarters = [np.nan if one.first is None else float(one.first) for one in later]
    if len(later) == 1 or np.isnan(quarters).any():
        return ()
    shape = [3 if item.id in TURNING else 2 for item in needed]  # as in charge_masses
    return narrowed_by(on_grid(np.reshape(quarters, shape), [item.id for item in needed]))


def charge_masses(assumptions: Mapping[str, Assumption]) -> list[np.ndarray]:
    """Return the delay from recording to charge, in quarters, at the corners of what is assumed of it."""
    needed = needed_assumptions(charge_delay_of, assumptions)
    # A shape between the ends can be the extreme one; a bound over the corners alone would miss it.
    corners = product(
        *(
            (item.low, (item.low * item.high) ** 0.5, item.high) if item.id in TURNING else (item.low, item.high)
            for item in needed
        )
    )
    return [
        charge_delay_of(**dict(zip((item.id for item in needed), corner, strict=True))).mass(
            HORIZON, period_days=QUARTER
        )
        for corner in corners
    ]


def charge_delay_of(*, days_to_charge: float, delay_shape: float, intake_growth: float) -> Any:
    """Delay from recording to charge; see `cseanalysis.study.lag.numbers.charge_delay`."""
    return charge_delay(days_to_charge, delay_shape, intake_growth)


def last_complete(recorded: pd.DataFrame) -> pd.Series:
    """Return the child-only total up to the last quarter of a financial year, which is what a forecast starts from."""
    total = quarterly_series(recorded)[TOTAL]
    return total[: len(total) // PERIOD * PERIOD]


def detectability_results(
    recorded: pd.DataFrame,
    least: pd.DataFrame,
    visible: pd.DataFrame,
    narrowed: tuple[Narrowed, ...],
    *,
    parts: Sequence[SeriesPart],
    figures: Mapping[str, Figure],
    assumptions: Mapping[str, Assumption],
) -> list[Estimate]:
    """Return what the chapter quotes of what could be seen."""
    # Ranges over the windows and over assumed sizes are bounds.
    before = last_complete(recorded)
    total = quarterly_series(recorded)[TOTAL]
    moved = (total / total.shift() - 1).abs().dropna()
    shares = part_shares(parts, before, figures)
    table = ("recorded_offences",)
    found = [
        Estimate(
            name,
            f"share by which the count moves to the next quarter, {word}",
            float(value),
            basis=table,
            procedure=f"{word} over the quarters of offences in recorded_offences where offence_scope is child_only of "
            "the count over the one before, less one, whatever its sign",
        )
        for name, word, value in (
            ("quarter_movement", "median", moved.median()),
            ("quarter_movement_most", "most", moved.max()),
        )
    ]
    for number, part in least[least["after"].isin(AFTER)].groupby("after"):
        rise, fall = part["rise"] - 1, 1 - part["fall"].fillna(0.0)  # where no fall can be told: all of it
        for name, ends in (("rise", rise), ("fall", fall)):
            interval = Interval(float(ends.min()), float(ends.max()), "bound")
            unit = f"share by which the level must {name} to be told from chance after {number} quarters"
            if part[name].isna().any():
                unit += "; for one length of the trend not even a fall to nothing is told"
            how = f"least_visible(offences in recorded_offences by quarter, child-only codes, after {number}): {name}, "
            how += "lowest and highest over the lengths of the trend before"
            found.append(Estimate(f"least_{name}_{number}", unit, interval=interval, basis=table, procedure=how))
    for name, ids in ((each.part, each.figures) for each in parts):
        most = Interval(0, shares[name], "bound")
        unit = "share of child-only offences of the last four quarters before April 2023"
        formula = f"(0, max({', '.join(ids)}) / child_only_newest)"
        found.append(Estimate(f"{name}_share_of_series", unit, interval=most, basis=(*table, *ids), formula=formula))

        def effect(*, effect_ratio: float, share: float = shares[name]) -> float:
            return whole_effect(share=share, effect_ratio=effect_ratio) - 1

        unit = "share by which the child-only count would rise, were all of these offences under its codes"
        formula = f"{name}_share_of_series.high * (effect_ratio - 1)"
        found.append(
            bounded(f"{name}_effect_on_series", unit, effect, assumptions, (*table, *ids), turning=(), formula=formula)
        )
    double = visible.iloc[-1]  # all of the series, the larger effect
    if not (pd.isna(double["charges_earliest"]) or pd.isna(double["charges_latest"])):
        delays = [item.id for item in needed_assumptions(charge_delay_of, assumptions)]
        interval = Interval(int(double["charges_earliest"]), int(double["charges_latest"]), "bound")
        unit = "quarters after which the larger effect on all charges could be seen in them at the earliest"
        basis = (*table, *MEDIANS_TO_CHARGE, "effect_ratio", *delays)
        how = "visible_table of the child-only offences in recorded_offences and charge_delay(days_to_charge, "
        how += "delay_shape, intake_growth): the earliest and the latest quarter, all of the series, the larger effect"
        found.append(
            Led("quarters_to_see_charges", unit, interval=interval, basis=basis, narrowed=narrowed, procedure=how)
        )
    return found


def _order(item: Seen | DetectableFrom) -> tuple[bool, int]:
    return item.never, item.first if item.first is not None else HORIZON + 1


def least_of(before: pd.Series, after: int) -> tuple[float, float | None] | None:
    """Return the smallest visible rise and fall in the window that shows most, or nothing when there is no fit."""
    try:
        table = least_visible(before, (after,))
    except NotEstimableError:
        return None
    best = table.loc[table["rise"].map(settled).idxmin()]
    return float(best["rise"]), None if pd.isna(best["fall"]) else float(best["fall"])
