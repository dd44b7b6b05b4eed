"""The study's tables in words: what the chapters print side by side."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from cseanalysis.register import Figure
from cseanalysis.sensitivity import tornado
from cseanalysis.study.assumptions import load_assumptions
from cseanalysis.study.ranges import needed_assumptions
from cseanalysis.study.results import load_results
from cseanalysis.study.tables import load_figures
from cseanalysis.study.totals import ROUTES, contact_total
from cseanalysis.study.wording import say, say_assumption, say_interval, say_number
from cseanalysis.values import Interval

RESULT_WORDS = {
    "contact_total": "Contact offences, by offences known",
    "children_total": "Child victims, by children known",
    "rape_total_ever": "Rape of a child, by adults who ever told the police",
    "rape_total_at_the_time": "Rape of a child, recent, by adults who told at the time",
    "charges_visible_2022_23": "Share of charges visible, recorded 2022/23",
    "months_to_half_of_charges": "Months until half of the charges",
}
ASSUMPTION_WORDS = {
    "contact_share": "contact share, rounding",
    "image_share": "image share, rounding",
    "rape_share": "share of rape, rounding",
    "known_offence_probability": "offences known to the authorities",
    "known_child_probability": "children known to police or councils",
    "recording_probability": "recorded, if reported",
    "told_police_ever_probability": "ever told the police",
    "told_police_at_the_time_probability": "told the police at the time",
    "non_recent_share": "non-recent share",
    "offences_per_child": "offences per child",
    "charge_probability": "probability of a charge",
    "days_to_charge": "median days to charge",
    "charge_to_trial_days": "mean days from charge to trial",
    "delay_shape": "shape of the delay",
    "intake_growth": "growth of intake",
    "later_intake_ratio": "offences after the data end",
    "offences_per_defendant": "offences per defendant",
}
_QUOTED = (
    ("Offences recorded", "F552", "F008"),
    ("of these, group-based", "F551", "F022"),
    ("group-based, in the family", "F549", "F023"),
    ("group-based, in institutions", "F548", None),
    ("group-based, child sexual exploitation ('grooming gang' in the speaker's words)", "F550", "F024"),
)
_DELAYS = (
    ("F193", "recording to charge, all sexual offences, all ages", "yes, as one end"),
    ("F189", "recording to charge, rape, all ages", "yes, as the other end"),
    ("F186", "recording to charge, rape, all ages", "no: drift between years"),
    ("F149", "recording to charge, quoted for child sexual abuse", "no: it is F193 under another name"),
    ("F457", "charge to start of trial, child sexual abuse", "yes, as one end"),
    ("F458", "charge to start of trial, child sexual abuse", "yes, as the other end"),
    ("F455", "charge to completion, child sexual abuse, Crown Court", "no: another end point"),
    ("F306", "offence to completion, child sexual abuse", "no: starts at the offence"),
    ("F307", "offence to completion, child sexual abuse", "no: starts at the offence"),
)
_CLAIMS = (
    ("Most contact offences are not recorded.", "contact_recorded_share", True, 0.5),
    ("Most eventual charges for offences recorded in 2022/23 are still to come.", "charges_visible_2022_23", True, 0.5),
    ("Most eventual charges for offences recorded in 2018/19 have been made.", "charges_visible_2018_19", False, 0.5),
    ("Most eventual trials for offences recorded in 2022/23 are still to come.", "trials_visible_2022_23", True, 0.5),
)
_LOSSES = {"disclosed": "not disclosed", "reported": "not reported", "recorded": "not recorded"}


def worded(ids: Mapping[str, str], name: str = "What", number: str = "Result") -> pd.DataFrame:
    """Set results side by side: label, the number in words, what it rests on.

    Parameters
    ----------
    ids
        Label to result id.
    name, number
        Heads of the first two columns.

    Returns
    -------
    DataFrame
        Columns ``name``, ``number`` and ``"Rests on"``.
    """
    results = load_results()
    return pd.DataFrame(
        [
            {name: label, number: say(results[identifier]), "Rests on": ", ".join(results[identifier].basis)}
            for label, identifier in ids.items()
        ]
    )


def quoted_and_exact() -> pd.DataFrame:
    """Set the five headline figures as quoted beside the counts they stand for."""
    figures = load_figures()
    return pd.DataFrame(
        [
            {
                "Offences, calendar year 2023": label,
                "As quoted": figures[quoted].published,
                "As counted": figures[exact].published if exact else "not published",
                "Figures": f"{quoted}, {exact}" if exact else quoted,
            }
            for label, quoted, exact in _QUOTED
        ]
    )


def routes_in_words() -> pd.DataFrame:
    """Say for each route what it estimates, from what, with which probabilities and the losses they contain."""
    results, assumptions = load_results(), load_assumptions()
    rows = []
    for route in ROUTES:
        links = [a for a in needed_assumptions(partial(route.model, recorded=1.0), assumptions) if a.loss]
        probabilities = "; ".join(
            f"{ASSUMPTION_WORDS[link.id]} {say_assumption(link)}: {', '.join(_LOSSES[loss] for loss in link.loss)}"
            for link in links
        )
        rows.append(
            {
                "Route, and what it counts": f"{RESULT_WORDS[route.id]}: {route.unit}",
                "Recorded": say(results[route.base.__name__]),
                "Probabilities and the losses they contain": probabilities,
                "Implied total": say(results[route.id]),
                "Dark figure": say(results[route.dark_figure]),
            }
        )
    return pd.DataFrame(rows)


def published_delays() -> pd.DataFrame:
    """List the published delays, the kind of each average, its year, and whether the scenario uses it."""
    figures = load_figures()
    return pd.DataFrame(
        [
            {
                "From and to": words,
                "Published": f"{figures[name].published} days, {_average(figures[name])}",
                "Period": _period(figures[name]),
                "Used": f"{used} ({name})",
            }
            for name, words, used in _DELAYS
        ]
    )


def scenario_by_year(scenario: pd.DataFrame) -> pd.DataFrame:
    """Sum the lag scenario up by financial year of recording.

    Parameters
    ----------
    scenario
        The results' table ``lag_scenario``.

    Returns
    -------
    DataFrame
        Offences recorded, and the lowest and highest visible shares among the year's quarters.
    """
    start = scenario["period_start"]
    first = start.dt.year - (start.dt.month < 4)
    rows = []
    for year, part in scenario.groupby(first):
        incomplete = "" if len(part) == 4 else f" ({len(part)} quarter)"
        rows.append(
            {
                "Recorded in": f"{year}/{(year + 1) % 100:02d}{incomplete}",
                "Offences recorded": int(part["recorded"].sum()),
                **{
                    f"Eventual {stage} visible": say_interval(
                        Interval(part[f"{stage}_visible_low"].min(), part[f"{stage}_visible_high"].max(), "bound"),
                        "share",
                    )
                    for stage in ("charges", "trials")
                },
            }
        )
    return pd.DataFrame(rows)


def back_tests_in_words(tests: pd.DataFrame) -> pd.DataFrame:
    """Word the back-tests: published, expected, hit or miss, and how the counts differ.

    Parameters
    ----------
    tests
        The results' table ``back_tests``.

    Returns
    -------
    DataFrame
    """
    return pd.DataFrame(
        {
            "Published count": tests["statement"] + ", " + tests["period"] + " (" + tests["figure"] + ")",
            "Published": tests["published"].astype("int64"),
            "Expected": [
                say_interval(Interval(low, high, "bound"))
                for low, high in zip(tests["expected_low"], tests["expected_high"], strict=True)
            ],
            "Verdict": ["within" if hit else "missed" for hit in tests["within"]],
            "What differs": [
                f"{words}; the range is {say_number(round(fold))} times as high as it is low"
                for words, fold in zip(tests["differs"], tests["fold"], strict=True)
            ],
        }
    )


def leading_assumptions(narrowing: pd.DataFrame) -> pd.DataFrame:
    """Name for each result the assumption whose knowledge would narrow it most.

    Parameters
    ----------
    narrowing
        The results' table ``narrowing``.

    Returns
    -------
    DataFrame
    """
    first = narrowing.groupby("result", sort=False).first()
    return pd.DataFrame(
        {
            "Result": [RESULT_WORDS[name] for name in first.index],
            "Hangs most on": [ASSUMPTION_WORDS[name] for name in first["assumption"]],
            "Share of the range that would go": [
                say_interval(Interval(low, high, "bound"), "share")
                for low, high in zip(first["narrowing_least"], first["narrowing_most"], strict=True)
            ],
        }
    )


def claims_in_words() -> pd.DataFrame:
    """Hold statements against the value at which each would fail, and say whether the range contains it.

    Returns
    -------
    DataFrame
        Statement, the value at which it breaks down, the range that is assumed or implied, and the verdict.
    """
    results = load_results()
    rows = []
    for statement, result, below, threshold in _CLAIMS:
        interval = results[result].interval
        if interval is None:
            raise ValueError(f"{result} is no range; a statement is held against one")
        certain = interval.high < threshold if below else interval.low > threshold
        impossible = interval.low >= threshold if below else interval.high <= threshold
        verdict = "holds at every value" if certain else "fails at every value" if impossible else "cannot be decided"
        rows.append(
            {
                "Statement": statement,
                "Fails when": f"the share is {say_number(threshold, 'share')} or {'more' if below else 'less'}",
                "Range": say_interval(interval, "share", digits=3),
                "Verdict": verdict,
            }
        )
    return pd.DataFrame(rows)


def baseline_tornado() -> pd.DataFrame:
    """Move each assumption behind the implied contact offences from the corner that gives the lowest total.

    Returns
    -------
    DataFrame
        See `cseanalysis.sensitivity.tornado`.
    """
    model = partial(contact_total, recorded=float(load_figures()["F008"].value))
    needed = needed_assumptions(model, load_assumptions())
    return tornado(model, needed, {a.id: a.low if a.id == "contact_share" else a.high for a in needed})


def _average(figure: Figure) -> str:
    return "median" if figure.statement.startswith("Median") else "printed as an average"


def _period(figure: Figure) -> str:
    if figure.period_start is None or figure.period_end is None:
        return "not stated"
    return f"{figure.period_start.year}/{figure.period_end.year % 100:02d}"
