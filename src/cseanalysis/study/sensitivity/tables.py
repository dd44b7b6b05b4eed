"""The tables of the chapter on sensitivity, column by column: what leads, flips, curves, shares of variance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from cseanalysis.export.wording import say_ends, say_interval, say_number
from cseanalysis.sensitivity import tornado
from cseanalysis.study.data.assumptions import load_assumptions
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.named import RECORDED_2023
from cseanalysis.study.data.reported import Leading, Narrowed
from cseanalysis.study.data.tables import read_table
from cseanalysis.study.labels import Of, labels, plain_words
from cseanalysis.study.ranges import needed_assumptions
from cseanalysis.study.sensitivity.curves import curve_tables
from cseanalysis.study.sensitivity.flips import (
    FAILS,
    HOLDS,
    OPEN,
    ends_of_estimate,
    sure_side,
    total_frontiers,
    verdict_of,
)
from cseanalysis.study.sensitivity.judged import (
    STATEMENTS,
    Statement,
    read_curve_options,
    read_frontier_totals,
)
from cseanalysis.study.sensitivity.shares_of_variance import link_correlation
from cseanalysis.study.tables import Column
from cseanalysis.study.totals.numbers import contact_total
from cseanalysis.values import Assumption, Estimate, Interval

Rows = list[dict[str, Any]]

CURVE_UNITS = {"months_to_half_of_charges": "months", "charges_visible_newest": "share"}
_KINDS = {
    "one": "One assumption leads",
    "several": "Several assumptions, none leads",
    "none": "Assumptions, none of which alone would narrow it",
    "counted": "None: one value from published numbers",
    "data": "None: left open by what is published, or by the stretch of it that is used",
    "confidence": "None: chance",
    "simulation": "Stated distributions (see the shares of variance)",
}
_EVERYWHERE, _NOWHERE = "anything in the ranges is true", "nothing in the ranges makes it"
_NO_ONE = "no value of any one assumption makes it"


def _label(of: Of) -> Callable[[str], str]:
    return lambda name: labels(of)[name]


def _names(leading: Sequence[Narrowed]) -> str:
    assumed = labels("assumption")
    return "; ".join(assumed[one.assumption] for one in leading)


def _shares(leading: Sequence[Narrowed]) -> str:
    return "; ".join(say_interval(Interval(max(one.least, 0.0), one.most, "bound"), "share") for one in leading)


def _range(low: float, high: float, curve: str) -> str:
    unit = CURVE_UNITS.get(curve, "")
    return say_number(low, unit) if low == high else say_interval(Interval(low, high, "bound"), unit)


def _decided(holds: float, fails: float, left: float) -> str:
    return "no statement" if pd.isna(holds) else f"{holds:.0f}, {fails:.0f}, {left:.0f}"


def _end(end: str, value: float, curve: str) -> str:
    return say_ends(Interval(value, value, "bound"), CURVE_UNITS.get(curve, ""))[end == "highest"]


def _made(words: str) -> str:
    """Leave out decisions that make no difference to an end."""
    return "; ".join(choice for choice in words.split("; ") if choice.split(": ", 1)[1] != "any")


def _percent(share: float) -> str:
    return "under 0.5%" if share < 0.005 else say_number(round(share, 2), "share")


def _stated(share: float | None) -> str:
    return "[z]" if share is None else _percent(share)


def _first(low: float, high: float) -> str:
    return say_interval(Interval(max(low, 0.0), min(high, 1.0), "simulation", 0.95), "share")


LEADING = (
    Column("Result", "words"),
    Column("Hangs most on", "leading", _names),
    Column("Share of the range that would go", "leading", _shares),
)
KINDS = (Column("Hangs on", "kind", _KINDS.__getitem__), Column("Reported numbers", "count"))
CURVES = (
    Column("What is estimated", "estimand"),
    Column("Estimated", ("estimated", "specifications"), "{} of {}".format),
    Column("The study's own", ("own_low", "own_high", "curve"), _range),
    Column("Lowest to highest of all", ("lowest", "highest", "curve"), _range),
    Column("Statement holds, fails, open", ("holds", "fails", "open"), _decided),
)
EXTREMES = (
    Column("Curve", ("curve", "end"), lambda curve, end: f"{labels('curve')[curve]}, {end}"),
    Column("End", ("end", "value", "curve"), _end),
    Column("Choices that give it", "words", _made),
)
DECISIONS = (
    Column("Curve", "curve", _label("curve")),
    Column("Decision", "decision", _label("decision")),
    Column("Low ends", "low", _percent),
    Column("High ends", "high", _percent),
)
REFUSALS = (Column("Curve", "curves"), Column("Refused", "refused"), Column("Reason", "reason"))
VARIANCE = (
    Column("Simulated quantity", "quantity", _label("quantity")),
    Column("Assumption", "assumption", _label("assumption")),
    Column("Independent: share that goes with it alone", ("first_low", "first_high"), _first),
    Column("Correlated as stated: its share", "stated", _stated),
)


def leading_rows(leading: Mapping[str, Leading]) -> Rows:
    """List for each headline number the assumptions whose knowledge would narrow it most."""
    return [{"words": words, "leading": leading[name].assumptions} for name, words in labels("result").items()]


def kind_rows(leading: Mapping[str, Leading]) -> Rows:
    """Count all reported numbers by what they hang on."""
    kinds = [each.kind for each in leading.values()]
    return [{"kind": kind, "count": kinds.count(kind)} for kind in _KINDS if kind in kinds]


def statements_in_words(
    statements: Iterable[Statement],
    results: Mapping[str, Estimate],
    breakdowns: pd.DataFrame,
    assumptions: Mapping[str, Assumption],
    period: Mapping[str, str],
) -> pd.DataFrame:
    """Hold statements against the whole range of their number, and say where one assumption alone would decide them."""
    rows = []
    for statement in statements:
        estimate = results[statement.result]
        verdict = verdict_of(statement, estimate)
        sure = {side: _EVERYWHERE if side == verdict else _NOWHERE for side in (HOLDS, FAILS)}
        if estimate.interval is None:
            sure = dict.fromkeys(sure, "it rests on no assumption, but on choices")
        elif verdict == OPEN:
            part = breakdowns[breakdowns["result"] == statement.result]
            sure = {side: _sure(part[part["side"] == side], assumptions) for side in (HOLDS, FAILS)}
        (low, _), given = ends_of_estimate(estimate), estimate.interval
        said = say_number(low) if given is None else say_interval(given, estimate.unit)  # as wherever it is printed
        rows.append((statement_words(statement, period), said, verdict, sure[HOLDS], sure[FAILS]))
    heads = ["Statement", "Range", "Over the whole range", "Sure to hold if", "Sure to fail if"]
    return pd.DataFrame(rows, columns=heads)


def statement_words(statement: Statement, period: Mapping[str, str]) -> str:
    """Fill the threshold and the periods of the data into a statement."""
    unit = "share" if statement.threshold < 1 else ""
    known = {"threshold": say_number(statement.threshold, unit), **period}
    try:
        return statement.words.format(**known)
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(
            f"{STATEMENTS}, words: {statement.words!r} has braces around what is none of {', '.join(known)}"
        ) from error


def _sure(part: pd.DataFrame, assumptions: Mapping[str, Assumption]) -> str:
    found, assumed = [], labels("assumption")
    for row in part.dropna(subset="breakdown").to_dict("records"):
        ends = Interval(row["breakdown"], row["breakdown"], "bound")
        # Rounded outward, so that the sentence stays true.
        said = say_ends(ends, assumptions[row["assumption"]].unit)[row["direction"] == "fails below"]
        found.append(f"{assumed[row['assumption']]} {sure_side(row['direction'], said)}")
    return "; or ".join(found) or _NO_ONE


def curve_rows(curves: pd.DataFrame, verdicts: pd.DataFrame) -> Rows:
    """Put the curves in the order of the chart, each with what becomes of the statement about its number."""
    counts = verdicts[["curve", "holds", "fails", "open"]]
    return _placed(curves.merge(counts, on="curve", how="left"))


def _placed(curves: pd.DataFrame) -> Rows:
    rows: Rows = curves.set_index("curve", drop=False).loc[list(labels("curve"))].to_dict("records")
    return rows


def extreme_rows(curves: pd.DataFrame) -> Rows:
    """List the specifications at both ends of each curve."""
    return [
        {"curve": row["curve"], "end": end, "value": row[end], "words": row[f"{end}_words"]}
        for row in _placed(curves)
        for end in ("lowest", "highest")
    ]


def decision_rows(shares: pd.DataFrame) -> Rows:
    """Share out what the choices move among the decisions, for the low and the high ends of each curve."""
    rows = []
    for name in labels("curve"):
        part = shares[shares["curve"] == name]
        table = part.pivot_table(index="decision", columns="end", values="share", sort=False)
        for decision, row in table[table.max(axis=1) >= 0.005].iterrows():
            low, high = (row.get(end, row.get("value")) for end in ("low", "high"))
            rows.append({"curve": name, "decision": decision, "low": low, "high": high})
    return rows


def refusal_rows(refusals: pd.DataFrame) -> pd.DataFrame:
    """Count the specifications that were refused, a row a reason."""
    worded = refusals.assign(curve=refusals["curve"].map(labels("curve")), reason=refusals["reason"].map(plain_words))
    grouped = worded.groupby("reason", sort=False).agg(curves=("curve", "; ".join), refused=("refused", "sum"))
    return grouped.reset_index()


def variance_rows(shares: pd.DataFrame) -> Rows:
    """List the shares of variance of each quantity: Sobol's, and Shapley's where a correlation is stated."""
    rows = []
    for quantity in labels("quantity"):
        part = shares[shares["quantity"] == quantity]
        stated = part[part["method"] == "shapley"].set_index("assumption")["share"]
        own = part[part["method"] == "sobol"].to_dict("records")
        rows += [{**row, "stated": stated.get(row["assumption"])} for row in own]
    return rows


def curve_points() -> pd.DataFrame:
    """Run every specification again for the chart; the results hold only what it says."""
    recorded, revision = (read_table(name) for name in ("recorded_offences", "revision_2017_18"))
    return curve_tables(recorded, revision, load_figures(), load_assumptions(), read_curve_options())["curve_points"]


def frontiers() -> pd.DataFrame:
    """Follow the totals of the chart; see `cseanalysis.study.sensitivity.flips.total_frontiers`."""
    return total_frontiers(read_frontier_totals(), load_figures(), load_assumptions())


def stated_correlation() -> str:
    """Return the correlation of links that the study states, in words."""
    return say_number(link_correlation(load_assumptions()))


def counted_specifications(curves: pd.DataFrame) -> dict[str, str]:
    """Count specifications over all curves, in words: all, estimated and refused."""
    every, estimated = int(curves["specifications"].sum()), int(curves["estimated"].sum())
    numbers = {"every": every, "estimated": estimated, "refused": every - estimated, "curves": len(curves)}
    return {name: say_number(value) for name, value in numbers.items()}


def baseline_tornado() -> pd.DataFrame:
    """Move each assumption behind the implied contact offences from the corner that gives the lowest total."""
    model = partial(contact_total, recorded=float(load_figures()[RECORDED_2023].value))
    needed = needed_assumptions(model, load_assumptions())
    return tornado(model, needed, {a.id: a.low if a.id == "contact_share" else a.high for a in needed})
