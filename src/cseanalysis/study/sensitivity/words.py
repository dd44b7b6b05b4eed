"""What the chapter on sensitivity prints: leading assumptions, flips, curves and shares, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from cseanalysis.export.wording import say_ends, say_interval, say_number
from cseanalysis.sensitivity import tornado
from cseanalysis.study.data.assumptions import load_assumptions
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.named import RECORDED_2023
from cseanalysis.study.data.reported import load_leading, load_period, load_results, load_results_table
from cseanalysis.study.data.tables import read_table
from cseanalysis.study.labels import ASSUMPTION_WORDS, RESULT_WORDS, plain_words
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
    COUNT,
    MEDIAN,
    SHAPES,
    Statement,
    read_curve_options,
    read_frontier_totals,
    read_statements,
)
from cseanalysis.study.sensitivity.shares_of_variance import link_correlation
from cseanalysis.study.totals.numbers import contact_total
from cseanalysis.values import Assumption, Interval

HEADLINES = RESULT_WORDS | {
    "first_before_16": "Children first abused in a year, by the survey of 2019",
    "first_before_18": "The same, by the survey of 2024",
    "months_to_ninety_per_cent_of_charges": "Months until nine tenths of the charges",
    "months_to_half_of_trials": "Months until half of the trials have begun",
}
CURVE_TITLES = {
    "contact_total": "Contact offences",
    "children_total": "Child victims of contact offences",
    "yearly_before_16": "Children abused in a year before 16",
    "recorded_growth": "Times as many recorded",
    "months_to_half_of_charges": "Months until half of the charges",
    "charges_visible_newest": "Share of charges visible",
}
CURVE_UNITS = dict.fromkeys(CURVE_TITLES, "") | {
    "months_to_half_of_charges": "months",
    "charges_visible_newest": "share",
}
_KINDS = {
    "one": "One assumption leads",
    "several": "Several assumptions, none leads",
    "none": "Assumptions, none of which alone would narrow it",
    "counted": "None: one value from published numbers",
    "data": "None: left open by what is published, or by the stretch of it that is used",
    "confidence": "None: chance",
    "simulation": "Stated distributions (see the shares of variance)",
}
_DECISIONS = {
    "offence_scope": "which offences are counted",
    "coverage": "which forces",
    "estimator": "how growth is measured",
    "release": "which release of 2017/18",
    "median": MEDIAN,
    "delay_family": "family of the delay",
    "growth_of_intake": "correction for growth",
    "delay_shapes": SHAPES,
    "route": "which share is known, of what",
    "recorded_count": COUNT,
    "reading": "how the published words are read",
    "recording": "whether recording is complete",
    "survey": "which survey",
    "years_abused": "years of abuse",
    "prevalence": "change of prevalence",
    "people_not_asked": "people who are not asked",
}
_QUANTITIES = {
    "three_links": "Victims for every 1,000 recorded, chain of three links",
    "two_links": "Victims for every 1,000 recorded, chain of two links",
    "charges_visible_newest": "Share of charges visible, newest full year",
    "charges_last_quarter": "Charges expected in the last quarter of the data",
}
_EVERYWHERE, _NOWHERE = "anything in the ranges is true", "nothing in the ranges makes it"
_NO_ONE = "no value of any one assumption makes it"
_LINKS = {
    "told_someone_then": "told someone",
    "told_police_if_told_someone": "told the police, if someone",
    "told_police_then": "told the police",
    "recorded_if_told_police": "recorded, if the police were told",
}


def leading_in_words() -> pd.DataFrame:
    """Name for each headline number the assumption whose knowledge would narrow it most."""
    leading = load_leading()
    return pd.DataFrame(
        [
            {
                "Result": words,
                "Hangs most on": "; ".join(ASSUMPTION_WORDS[one.assumption] for one in leading[name].assumptions),
                "Share of the range that would go": "; ".join(
                    say_interval(Interval(max(one.least, 0.0), one.most, "bound"), "share")
                    for one in leading[name].assumptions
                ),
            }
            for name, words in HEADLINES.items()
        ]
    )


def kinds_in_words() -> pd.DataFrame:
    """Count all reported numbers by what they hang on."""
    kinds = [leading.kind for leading in load_leading().values()]
    return pd.DataFrame(
        [{"Hangs on": words, "Reported numbers": kinds.count(kind)} for kind, words in _KINDS.items() if kind in kinds]
    )


def statements_in_words() -> pd.DataFrame:
    """Hold statements against the whole range of their number, and say where one assumption alone would decide them.

    Returns
    -------
    DataFrame
        Statement, range, verdict over the whole range, and for the open ones the values of single assumptions from
        which they are sure to hold or to fail wherever the others lie.
    """
    results, period, assumptions = load_results(), load_period(), load_assumptions()
    breakdowns = load_results_table("breakdowns")
    rows = []
    for statement in read_statements():
        estimate = results[statement.result]
        verdict = verdict_of(statement, estimate)
        sure = {side: _EVERYWHERE if side == verdict else _NOWHERE for side in (HOLDS, FAILS)}
        if estimate.interval is None:
            sure = dict.fromkeys(sure, "it rests on no assumption, but on choices")
        elif verdict == OPEN:
            part = breakdowns[breakdowns["result"] == statement.result]
            sure = {side: _sure(part[part["side"] == side], assumptions) for side in (HOLDS, FAILS)}
        low, high = ends_of_estimate(estimate)
        unit = "" if estimate.point is not None else estimate.unit
        rows.append(
            {
                "Statement": statement_words(statement, period),
                "Range": say_number(low)
                if estimate.interval is None
                else say_interval(Interval(low, high, "bound"), unit, digits=3 if abs(low) < 1 else 2),
                "Over the whole range": verdict,
                "Sure to hold if": sure[HOLDS],
                "Sure to fail if": sure[FAILS],
            }
        )
    return pd.DataFrame(rows)


def statement_words(statement: Statement, period: Mapping[str, str]) -> str:
    """Fill the threshold and the periods of the data into a statement."""
    unit = "share" if statement.threshold < 1 else ""
    return statement.words.format(threshold=say_number(statement.threshold, unit), **period)


def curves_in_words() -> pd.DataFrame:
    """Say how far structural choices alone move each number, and what becomes of the statement about it."""
    curves, verdicts = load_results_table("curves"), load_results_table("curve_verdicts").set_index("curve")
    rows = []
    for row in _ordered(curves):
        unit, found = CURVE_UNITS[row.curve], verdicts.loc[row.curve]
        rows.append(
            {
                "What is estimated": row.estimand,
                "Estimated": f"{row.estimated} of {row.specifications}",
                "The study's own": _range(row.own_low, row.own_high, unit),
                "Lowest to highest of all": _range(row.lowest, row.highest, unit),
                "Statement holds, fails, open": f"{found['holds']}, {found['fails']}, {found['open']}",
            }
        )
    return pd.DataFrame(rows)


def extremes_in_words() -> pd.DataFrame:
    """Name the specifications at both ends of each curve."""
    rows = []
    for row in _ordered(load_results_table("curves")):
        for end, value, words in (
            ("lowest", row.lowest, row.lowest_words),
            ("highest", row.highest, row.highest_words),
        ):
            printed = say_ends(Interval(value, value, "bound"), CURVE_UNITS[row.curve])[end == "highest"]
            choices = dict(choice.split(": ", 1) for choice in words.split("; "))
            rows.append(
                {
                    "Curve": f"{CURVE_TITLES[row.curve]}, {end}",
                    "End": printed,
                    "Choices that give it": "; ".join(_made(choices)),
                }
            )
    return pd.DataFrame(rows)


def decisions_in_words() -> pd.DataFrame:
    """Share out what the choices move among the decisions, for the low and the high ends of each curve."""
    shares = load_results_table("curve_shares")
    rows = []
    for name, title in CURVE_TITLES.items():
        part = shares[shares["curve"] == name]
        table = part.pivot_table(index="decision", columns="end", values="share", sort=False)
        for decision, row in table.iterrows():
            if row.max() < 0.005:
                continue
            low, high = (row.get(end, row.get("value")) for end in ("low", "high"))
            rows.append(
                {
                    "Curve": title,
                    "Decision": _DECISIONS[str(decision)],
                    "Low ends": _percent(low),
                    "High ends": _percent(high),
                }
            )
    return pd.DataFrame(rows)


def refusals_in_words() -> pd.DataFrame:
    """Count the specifications that were refused, each with its reason."""
    table = load_results_table("curve_refusals")
    table = table.assign(curve=table["curve"].map(CURVE_TITLES), reason=table["reason"].map(plain_words))
    grouped = table.groupby("reason", sort=False).agg(curve=("curve", "; ".join), refused=("refused", "sum"))
    return grouped.reset_index()[["curve", "refused", "reason"]].set_axis(["Curve", "Refused", "Reason"], axis=1)


def variance_in_words() -> pd.DataFrame:
    """Word the shares of variance, with what they are conditional on."""
    rows = []
    table = load_results_table("variance_shares")
    for quantity, words in _QUANTITIES.items():
        part = table[table["quantity"] == quantity]
        for name in dict.fromkeys(part["assumption"]):
            found = part[part["assumption"] == name].set_index("method")
            first = found.loc["sobol"]
            stated = found["share"].get("shapley")
            interval = Interval(max(first["first_low"], 0.0), min(first["first_high"], 1.0), "simulation", 0.95)
            rows.append(
                {
                    "Simulated quantity": words,
                    "Assumption": _LINKS.get(name) or ASSUMPTION_WORDS[name],
                    "Independent: share that goes with it alone": say_interval(interval, "share"),
                    "Correlated as stated: its share": "[z]" if stated is None else _percent(stated),
                }
            )
    return pd.DataFrame(rows)


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


def counted_specifications() -> dict[str, str]:
    """Count specifications over all curves, in words: all, estimated and refused."""
    curves = load_results_table("curves")
    every, estimated = int(curves["specifications"].sum()), int(curves["estimated"].sum())
    numbers = {"every": every, "estimated": estimated, "refused": every - estimated, "curves": len(curves)}
    return {name: say_number(value) for name, value in numbers.items()}


def baseline_tornado() -> pd.DataFrame:
    """Move each assumption behind the implied contact offences from the corner that gives the lowest total.

    Returns
    -------
    DataFrame
        See `cseanalysis.sensitivity.tornado`.
    """
    model = partial(contact_total, recorded=float(load_figures()[RECORDED_2023].value))
    needed = needed_assumptions(model, load_assumptions())
    return tornado(model, needed, {a.id: a.low if a.id == "contact_share" else a.high for a in needed})


def _sure(part: pd.DataFrame, assumptions: Mapping[str, Assumption]) -> str:
    found = []
    for row in part.dropna(subset="breakdown").itertuples():
        unit = assumptions[row.assumption].unit

        def outward(value: float, direction: str = row.direction, unit: str = unit) -> str:
            """Rounded so that the sentence stays true."""
            return say_ends(Interval(value, value, "bound"), unit)[direction == "fails below"]

        found.append(f"{ASSUMPTION_WORDS[row.assumption]} {sure_side(row.direction, row.breakdown, outward)}")
    return "; or ".join(found) or _NO_ONE


def _ordered(curves: pd.DataFrame) -> list[Any]:
    """Return the rows in the order of the chart."""
    return list(curves.set_index("curve", drop=False).loc[list(CURVE_TITLES)].itertuples(index=False))


def _made(choices: dict[str, str]) -> Iterable[str]:
    """Leave out decisions that make no difference to an end."""
    return (f"{name}: {option}" for name, option in choices.items() if option != "any")


def _range(low: float, high: float, unit: str) -> str:
    return say_number(low, unit) if low == high else say_interval(Interval(low, high, "bound"), unit)


def _percent(share: float) -> str:
    return "under 0.5%" if share < 0.005 else say_number(round(share, 2), "share")
