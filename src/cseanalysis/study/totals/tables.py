"""The tables of chapter 2 as they are printed: routes, the bridge from the survey, dependence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from cseanalysis.export.wording import say, say_assumption, say_ends, say_interval, say_number
from cseanalysis.study.data.assumptions import NO_SOURCE
from cseanalysis.study.labels import labels, plain_words
from cseanalysis.study.tables import Column, in_words
from cseanalysis.study.totals.chains import LEVEL, RECORDED
from cseanalysis.study.totals.estimands import Estimand, Step
from cseanalysis.study.totals.survey import WINDOWS, Plank
from cseanalysis.values import Assumption, Estimate, Interval

_LOSSES = {"disclosed": "not disclosed", "reported": "not reported", "recorded": "not recorded"}
_CHAINS = {
    "three_links": "victims: told anyone; told police, if anyone; recorded",
    "two_links": "victims: told police; recorded",
    "one_in_ten_alone": "offences: known, by a beta distribution of which only the mean is known",
}
_ASKED = {window.id: f"{window.definition}, {window.words}" for window in WINDOWS}


def say_floor(estimate: Estimate) -> str:
    """Word what is in the record: both its ends, but nothing that reads as an upper end of the total."""
    if estimate.interval is None:
        return f"{say(estimate)} in the record"
    return f"{' to '.join(dict.fromkeys(say_ends(estimate.interval)))} in the record"


def _added(before: Estimate | None, estimate: Estimate, word: Callable[[str], str | None]) -> str:
    """Name what a result rests on that the one before did not."""
    known = () if before is None else before.basis
    words = [worded for name in estimate.basis if name not in known and (worded := word(name)) is not None]
    return "; ".join(words) or ("none" if before is None else "as above")


def _assumed(step: Step, before: Estimate | None, estimate: Estimate, assumptions: Mapping[str, Assumption]) -> str:
    """Say which assumptions a step adds, or which it takes at one value."""
    if step.assumes:
        return step.assumes

    label = labels("assumption")

    def word(name: str) -> str | None:
        if name not in assumptions:
            return None
        losses = ", ".join(_LOSSES[loss] for loss in assumptions[name].loss)
        return label[name] + (f" (contains: {losses})" if losses else "")

    added = _added(before, estimate, word)
    earlier = () if before is None else before.basis
    settled = [label[name] for name in earlier if name in assumptions and name not in estimate.basis]
    if settled:
        return f"as above, with one value for: {'; '.join(settled)}"
    return added if before is None or added == "as above" else f"also {added}"


def _bought(step: Step, before: Estimate | None, estimate: Estimate) -> str:
    """Say which ends of the range a step moves, and to where."""
    if step.floor:
        return "a floor, its low end; the total has no upper end"
    if before is None or estimate.interval is None:
        return "the first range"
    if before.interval is None:
        return "an upper end"
    (old_low, old_high), (low, high) = say_ends(before.interval), say_ends(estimate.interval)
    moves = (("upper", old_high, high), ("lower", old_low, low))
    return "; ".join(f"{end} end {old} to {new}" for end, old, new in moves if old != new) or "nothing"


def _source(known: Assumption | None) -> str:
    if known is None:
        return "none"
    if known.source in NO_SOURCE:
        return f"judgement: {known.locator}"
    return f"[@{known.source}], {known.locator}" if known.source.isalnum() else f"{known.source}: {known.locator}"


def _rests_on(result: Estimate) -> str:
    label = labels("assumption")
    return ", ".join(label.get(name, name) for name in result.basis)


_ROUTES = (
    Column(
        "Estimates",
        ("group", "before"),
        lambda group, before: "as above" if before else f"{group.title}; {group.period}; {group.area}",
    ),
    Column("Step", "step", lambda step: step.adds),
    Column(
        "Data",
        ("before", "estimate", "assumptions"),
        lambda before, estimate, known: _added(before, estimate, lambda name: None if name in known else name),
    ),
    Column("Assumes", ("step", "before", "estimate", "assumptions"), _assumed),
    Column("Result", ("step", "estimate"), lambda step, estimate: (say_floor if step.floor else say)(estimate)),
    Column("What the step buys", ("step", "before", "estimate"), _bought),
)
_PARTS = (
    Column("Recorded in 2023", "adds"),
    Column("Offences", "result", say),
    Column("Rests on", "result", _rests_on),
)
_BRIDGE = (
    Column("Changes", "dimension", lambda dimension: dimension.removesuffix("_window")),
    Column("From", "start"),
    Column(
        "To",
        ("end", "windows"),
        lambda end, windows: (
            end if len(windows) > 1 else f"{end} (only for the survey of {windows[0].replace('_', ' ')})"
        ),
    ),
    Column(
        "Factor",
        "known",
        lambda known: (
            say_assumption(known).removesuffix(" (assumed range)") if known else "missing: no range is registered"
        ),
    ),
    Column("Source", "known", _source),
)
DEPENDENCE = (
    Column("Links", "chain", _CHAINS.__getitem__),
    Column("Links are", "dependence"),
    Column(
        f"Total for every {RECORDED:,} counted, {say_number(LEVEL, 'share')} of draws",
        ("low", "high"),
        lambda low, high: say_interval(Interval(low, high, "simulation", LEVEL), digits=3).split(" (")[0],
    ),
    Column(
        "Width, independent links = 1",
        ("dependence", "width_ratio"),
        lambda dependence, ratio: "one link" if dependence == "a single link" else say_number(ratio),
    ),
    Column("Mean", "mean_exists", lambda exists: "exists" if exists else "does not exist: refused"),
)
REFUSALS = (
    Column("Survey", "survey", _ASKED.__getitem__),
    Column("Step to the record", "outcome"),
    Column("Reason", "reason", plain_words),
)


def routes_in_words(
    groups: Sequence[Estimand], results: Mapping[str, Estimate], assumptions: Mapping[str, Assumption]
) -> pd.DataFrame:
    """Say for each route what it estimates, on which data and assumptions, its result, and what the last step buys."""
    rows = []
    for group in groups:
        before: Estimate | None = None
        for step in group.steps:
            estimate = results[step.result]
            rows.append(
                {"group": group, "step": step, "before": before, "estimate": estimate, "assumptions": assumptions}
            )
            # Above a floor there is no range yet that a step could narrow.
            before = replace(estimate, interval=None, point=0.0) if step.floor else estimate
    return in_words(rows, _ROUTES)


def parts_in_words(groups: Sequence[Estimand], results: Mapping[str, Estimate]) -> pd.DataFrame:
    """List what was recorded and its parts, with what each rests on."""
    steps = [step for group in groups for step in group.steps]
    return in_words([{"adds": step.adds, "result": results[step.result]} for step in steps], _PARTS)


def bridge_in_words(planks: Iterable[Plank], assumptions: Mapping[str, Assumption]) -> pd.DataFrame:
    """List every plank between the survey and the record: what it changes, its range, why, and which are missing."""
    rows = [
        {
            "dimension": plank.dimension,
            "start": plank.start,
            "end": plank.end,
            "windows": plank.windows,
            "known": None if plank.assumption is None else assumptions[plank.assumption],
        }
        for plank in planks
    ]
    return in_words(rows, _BRIDGE)
