"""The tables of the chapter on totals, in words: routes, the bridge from the survey, dependence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from cseanalysis.export.wording import say, say_assumption, say_ends, say_interval, say_number
from cseanalysis.study.data.assumptions import load_assumptions
from cseanalysis.study.data.reported import load_results, load_results_table
from cseanalysis.study.labels import ASSUMPTION_WORDS, plain_words
from cseanalysis.study.totals.chains import LEVEL, RECORDED
from cseanalysis.study.totals.estimands import Estimand
from cseanalysis.study.totals.survey import WINDOWS, bridge
from cseanalysis.values import Assumption, Estimate, Interval

_LOSSES = {"disclosed": "not disclosed", "reported": "not reported", "recorded": "not recorded"}
_CHAINS = {
    "three_links": "victims: told anyone; told police, if anyone; recorded",
    "two_links": "victims: told police; recorded",
    "one_in_ten_alone": "offences: known, by a beta distribution of which only the mean is known",
}
_DIMENSIONS = {"unit": "unit", "age_window": "age", "period": "period", "definition": "definition"}


def routes_in_words(groups: Sequence[Estimand]) -> pd.DataFrame:
    """Say for each route what it estimates, on which data and assumptions, its result, and what the last step buys.

    Parameters
    ----------
    groups
        What is estimated, each with its steps in order.

    Returns
    -------
    DataFrame
    """
    results, assumptions = load_results(), load_assumptions()
    rows = []
    for group in groups:
        before: Estimate | None = None
        for step in group.steps:
            estimate = results[step.result]
            rows.append(
                {
                    "Estimates": f"{group.title}; {group.period}; {group.area}" if before is None else "as above",
                    "Step": step.adds,
                    "Data": _added(before, estimate, lambda name: None if name in assumptions else name),
                    "Assumes": step.assumes or _assumed(before, estimate, assumptions),
                    "Result": say_floor(estimate) if step.floor else say(estimate),
                    "What the step buys": "a floor, its low end; the total has no upper end"
                    if step.floor
                    else _bought(before, estimate),
                }
            )
            # Above a floor there is no range yet that a step could narrow.
            before = replace(estimate, interval=None, point=0.0) if step.floor else estimate
    return pd.DataFrame(rows)


def say_floor(estimate: Estimate) -> str:
    """Word what is in the record: both its ends, but nothing that reads as an upper end of the total."""
    if estimate.interval is None:
        return f"{say(estimate)} in the record"
    return f"{' to '.join(dict.fromkeys(say_ends(estimate.interval)))} in the record"


def parts_in_words(groups: Sequence[Estimand]) -> pd.DataFrame:
    """List what was recorded and its parts, with what each rests on.

    Parameters
    ----------
    groups
        The recorded count and its parts.

    Returns
    -------
    DataFrame
    """
    results = load_results()
    return pd.DataFrame(
        [
            {
                "Recorded in 2023": step.adds,
                "Offences": say(results[step.result]),
                "Rests on": ", ".join(ASSUMPTION_WORDS.get(name, name) for name in results[step.result].basis),
            }
            for group in groups
            for step in group.steps
        ]
    )


def survey_bridge_in_words() -> pd.DataFrame:
    """List every plank between the survey and the record: what it changes, its range, why, and which are missing.

    Returns
    -------
    DataFrame
    """
    assumptions = load_assumptions()
    rows = []
    for plank in bridge():
        only = "" if len(plank.windows) == len(WINDOWS) else " (only for the survey of before 16)"
        known = None if plank.assumption is None else assumptions[plank.assumption]
        rows.append(
            {
                "Changes": _DIMENSIONS[plank.dimension],
                "From": plank.start,
                "To": plank.end + only,
                "Factor": "missing: no range is registered" if known is None else _range(say_assumption(known)),
                "Source": "none" if known is None else _source(known.source, known.locator),
            }
        )
    return pd.DataFrame(rows)


def dependence_in_words() -> pd.DataFrame:
    """Word the illustration of dependence: range, width beside independent links, and whether a mean exists.

    Returns
    -------
    DataFrame
    """
    table = load_results_table("dependence")
    return pd.DataFrame(
        {
            "Links": table["chain"].map(_CHAINS),
            "Links are": table["dependence"],
            f"Total for every {RECORDED:,} counted, {say_number(LEVEL, 'share')} of draws": [
                say_interval(Interval(low, high, "simulation", LEVEL), digits=3).split(" (")[0]
                for low, high in zip(table["low"], table["high"], strict=True)
            ],
            "Width, independent links = 1": [
                "one link" if name == "a single link" else say_number(ratio)
                for name, ratio in zip(table["dependence"], table["width_ratio"], strict=True)
            ],
            "Mean": ["exists" if exists else "does not exist: refused" for exists in table["mean_exists"]],
        }
    )


def refusals_in_words() -> pd.DataFrame:
    """Print for each survey the refusal of the step to the record, as the software words it.

    Returns
    -------
    DataFrame
    """
    table = load_results_table("survey_comparison")
    asked = {window.id: f"{window.definition}, {window.words}" for window in WINDOWS}
    return pd.DataFrame(
        {
            "Survey": table["survey"].map(asked),
            "Step to the record": table["outcome"],
            "Reason": table["reason"].map(plain_words),
        }
    )


def _added(before: Estimate | None, estimate: Estimate, word: Callable[[str], str | None]) -> str:
    """Name what a result rests on that the one before did not."""
    known = () if before is None else before.basis
    words = [worded for name in estimate.basis if name not in known and (worded := word(name)) is not None]
    return "; ".join(words) or ("none" if before is None else "as above")


def _assumed(before: Estimate | None, estimate: Estimate, assumptions: Mapping[str, Assumption]) -> str:
    def word(name: str) -> str | None:
        if name not in assumptions:
            return None
        losses = ", ".join(_LOSSES[loss] for loss in assumptions[name].loss)
        return ASSUMPTION_WORDS[name] + (f" (contains: {losses})" if losses else "")

    added = _added(before, estimate, word)
    settled = [] if before is None else [ASSUMPTION_WORDS[name] for name in before.basis if name not in estimate.basis]
    if not settled:
        return added if before is None or added == "as above" else f"also {added}"
    return f"as above, with one value for: {'; '.join(settled)}"


def _bought(before: Estimate | None, estimate: Estimate) -> str:
    if before is None or estimate.interval is None:
        return "the first range"
    if before.interval is None:
        return "an upper end"
    (old_low, old_high), (low, high) = say_ends(before.interval), say_ends(estimate.interval)
    moves = (("upper", old_high, high), ("lower", old_low, low))
    return "; ".join(f"{end} end {old} to {new}" for end, old, new in moves if old != new) or "nothing"


def _range(words: str) -> str:
    return words.removesuffix(" (assumed range)")


def _source(source: str, locator: str) -> str:
    if source == "none published":
        return f"judgement: {locator}"
    return f"[@{source}], {locator}" if source.isalnum() else f"{source}: {locator}"
