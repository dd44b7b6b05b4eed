"""The tables of the chapter on the lag, in words: what each column prints, and how."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import product

import pandas as pd

from cseanalysis.export.wording import say, say_interval, say_number
from cseanalysis.models import ultimate_share_bounds
from cseanalysis.register import Comparison, Figure, compare
from cseanalysis.study.lag.judged import CourtPair, Link, PublishedDelay
from cseanalysis.study.lag.waits import SHARES
from cseanalysis.study.tables import Column, bound, in_words, number, span
from cseanalysis.values import Assumption, Estimate

# What an error tells whoever called the function, which says nothing to a reader of the report.
_ADVICE = (
    "; use serve_queue with stated capacities",
    ": must be finite and not negative",
    ", find out",
)
_STRETCHES = {"charges": "recording to charge", "trials": "charge to start of trial"}


def sentence(answer: str) -> str:
    """Return what a model saw and its rule; leave out what it tells its caller to do, and write one lag, not lags."""
    said = answer
    for advice in _ADVICE:
        said = said.replace(advice, "")
    said = re.sub(r"\b1 (origin|lag)s\b", r"1 \1", said)
    said = re.sub(r"\b\d{4,}\b", lambda found: f"{int(found[0]):,}", said).replace("[nan]", "a missing number")
    return said[:1].upper() + said[1:]


def gate_says(first: Figure | None, second: Figure | None) -> str:
    """Put two figures to the gate, and word its verdict."""
    return "not asked" if first is None or second is None else verdict_in_words(compare(first, second))


def verdict_in_words(comparison: Comparison) -> str:
    """Word a verdict: what refuses, and the share of a whole where that is all that may be said."""
    if comparison.verdict != "refused":
        return comparison.verdict
    refusing = [item.dimension for item in comparison.differences if item.level == "refused"]
    words, share = f"refused: {', '.join(refusing)}", comparison.share
    return words if share is None else f"{words}. What can be said is the share, {say_number(share[0], 'share')}"


def year_in_words(year: str, quarters: int) -> str:
    """Name a financial year, and how many quarters it has where some are missing."""
    return year if quarters == 4 else f"{year} ({quarters} quarter{'s' if quarters > 1 else ''})"


def hit_or_miss(within: bool, published: float, low: float, high: float) -> str:
    """Say of a miss how far it lies from the nearer end."""
    if within:
        return "within"
    if published > high:
        return f"outside, {say_number(published / high)} times the highest"
    return f"outside, {say_number(published / low)} times the lowest"


def use_of(delay: PublishedDelay, figure: Figure, assumptions: Mapping[str, Assumption]) -> str:
    """Say how an assumption uses a published delay, or why none does."""
    value = float(figure.value or 0)
    resting = [each for each in assumptions.values() if figure.id in re.findall(r"\w+", each.locator)]
    if not resting:
        return f"no: {'these assumptions do not rest on it' if delay.read_as else delay.reason}"
    low, high = resting[0].low, resting[0].high
    if not low <= value <= high:
        return "named, but outside the range"
    return f"yes, {({low: 'as the low end', high: 'as the high end'}).get(value, 'inside the range')}"


def seen(low: float, high: float, fewest: float, most: float) -> str:
    """Word the delay that a window shows, and of how many cases."""
    return f"{span('days')(low, high)} days, of {span('share')(fewest, most)}"


def share_of(*parts: int) -> str:
    """Word the share of a whole, which stands last, that parts make up."""
    return say_number(sum(parts[:-1]) / parts[-1], "share")


def in_the_end(charged: int, open_: int, handed_on: int, recorded: int) -> str:
    """Bound the share charged in the end by what is charged, and by that with all that is undecided."""
    return say_interval(
        ultimate_share_bounds(entered=recorded, left=charged, undecided=open_ + handed_on), "share", digits=3
    )


def at_least_before(charges: int, own: int) -> str:
    """Word how many charges of a year are not of its own offences; more cannot be told."""
    return say_number(charges - own) if charges > own else "cannot be told"


def _cited(figure: Figure) -> str:
    year = "" if figure.period_end is None else f", {figure.geography}, to {figure.period_end.year}"
    return f"{figure.published} {figure.unit.replace('_', ' ')}{year} ({figure.id})"


def _period(figure: Figure) -> str:
    if figure.period_start is None or figure.period_end is None:
        return "not stated"
    return f"{figure.period_start.year}/{figure.period_end.year % 100:02d}"


def _days(figure: Figure) -> str:
    kind = "median" if figure.unit == "days_median" else "printed as an average"
    return f"{figure.published} days, {kind}"


YEARS = (
    Column("Recorded in", ("financial_year", "quarters"), year_in_words),
    Column("Offences", "recorded"),
    Column("Eventual charges visible", ("charges_visible_low", "charges_visible_high"), bound("share")),
    Column("Eventual trials visible", ("trials_visible_low", "trials_visible_high"), bound("share")),
)
OUTCOMES = (
    Column("Offences", "group"),
    Column("Recorded in", "financial_year"),
    Column("Recorded", "recorded"),
    Column("Charged so far", ("charged", "recorded"), share_of),
    Column("Closed otherwise", ("evidential", "no_suspect", "other", "recorded"), share_of),
    Column("Handed on", ("handed_on", "recorded"), share_of),
    Column("No outcome in the file", ("open", "recorded"), share_of),
    Column("Charged in the end", ("charged", "open", "handed_on", "recorded"), in_the_end),
)
ASSIGNED = (
    Column("Offences", "group"),
    Column("Outcomes assigned in", "financial_year"),
    Column("Outcomes", "assigned"),
    Column("Of these a charge", "charges_assigned"),
    Column("Share of outcomes", ("charges_assigned", "assigned"), share_of),
    Column("Of offences of earlier years, at least", ("charges_assigned", "charged"), at_least_before),
)
EVIDENCE = (
    Column("Among charges of", ("statement", "geography", "year", "figure"), "{}, {}, {} ({})".format),
    Column("Median, days", "median", number("days")),
    Column("Gamma, lowest shape", "lowest", number()),
    *(
        Column(family.capitalize(), (f"{family}_low", f"{family}_high"), span("months"))
        for family in ("gamma", "weibull", "lognormal")
    ),
)
REMAINING = (
    Column("Of what is still to come", ("share", "stage"), "{} of the {}".format),
    Column("Visible after, over all assumptions", "bound", say),
    Column("Visible after, simulated", "simulated", say),
)
DELAYS = (
    Column("From and to", "stretch"),
    Column("Published", "figure", _days),
    Column("Period", "figure", _period),
    Column("Used", ("used", "figure"), lambda used, figure: f"{used} ({figure.id})"),
)
CORRECTED = (
    Column("Delay", ("stage", "figure"), lambda stage, figure: f"{_STRETCHES[stage]} ({figure})"),
    Column("Published, days", ("average", "published"), lambda average, days: f"{average} {say_number(days)}"),
    Column("Of a cohort, days", ("cohort_low", "cohort_high"), span("days")),
    *(
        Column(
            f"Seen within {words}",
            tuple(f"{window}_{what}_{end}" for what, end in product(("seen", "resolved"), ("low", "high"))),
            seen,
        )
        for window, words in (("year", "one year"), ("three_years", "three years"))
    ),
)
BACK_TESTS = (
    Column("Published count", ("statement", "period", "figure"), "{}, {} ({})".format),
    Column("Published", "published", int),
    Column("Expected", ("expected_low", "expected_high"), bound()),
    Column("Verdict", ("within", "published", "expected_low", "expected_high"), hit_or_miss),
    Column(
        "What differs",
        ("differs", "fold"),
        lambda words, fold: f"{words}; the range is {say_number(round(fold))} times as high as it is low",
    ),
)
COURT_PAIRS = (
    Column(
        "Figures",
        ("pair", "first", "second"),
        lambda pair, *both: f"{pair} ({', '.join(f'{one.id}: {one.published}' for one in both)})",
    ),
    Column("The gate", ("first", "second"), gate_says),
)
COURT_QUEUE = (
    Column("Years from 31 March 2025", "year"),
    Column("Open cases", ("open_low", "open_high"), span()),
    Column("Days that the newest case waits", ("wait_low", "wait_high"), span("days")),
)
REFUSED = (Column("Asked", "asked"), Column("Answered", "answered", sentence))
HANDED_OVER = (
    Column("Handed over", "counts"),
    Column("Answered", "answered", sentence),
    Column("What would do", "needed"),
)
DECEASED = (
    Column("As at", "day"),
    Column("Suspects known", "known"),
    Column("Of these, had died", "deceased"),
    Column("Share", "share"),
    Column("Figures", "figures"),
)
LINKS = (
    Column("Link", "link"),
    Column(
        "Published",
        ("first", "second"),
        lambda *pair: "; ".join(_cited(one) for one in pair if one is not None) or "nothing",
    ),
    Column("The gate", ("first", "second"), gate_says),
    Column("Missing", "missing"),
)


def remaining(results: Mapping[str, Estimate]) -> pd.DataFrame:
    """Word how long after the data until what is still to come is visible, bound beside simulation."""
    rows = []
    for stage, (word, (share, _)) in product(_STRETCHES, SHARES.items()):
        name = f"months_to_{word}_of_remaining_{stage}"
        rows.append({"share": share, "stage": stage, "bound": results[name], "simulated": results[f"{name}_simulated"]})
    return in_words(rows, REMAINING)


def delays_in_words(
    delays: Iterable[PublishedDelay], figures: Mapping[str, Figure], assumptions: Mapping[str, Assumption]
) -> pd.DataFrame:
    """List the published delays, the kind of each average, its year, and whether the scenario uses it."""
    rows = []
    for one in delays:
        figure = figures[one.figure]
        rows.append({"stretch": one.stretch, "figure": figure, "used": use_of(one, figure, assumptions)})
    return in_words(rows, DELAYS)


def pairs_in_words(
    asked: Iterable[CourtPair | Link], figures: Mapping[str, Figure], columns: Sequence[Column]
) -> pd.DataFrame:
    """Put pairs of figures to the gate, pair by pair; a pair may be lacking."""
    rows = []
    for one in asked:
        first, second = (name and figures[name] for name in (one.first, one.second))
        rows.append(asdict(one) | {"first": first, "second": second})
    return in_words(rows, columns)
