"""The study's tables in words: what the chapters print side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from cseanalysis.export.wording import say, say_interval, say_number
from cseanalysis.register import Figure
from cseanalysis.study.data.assumptions import load_assumptions
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.reported import load_results
from cseanalysis.values import Assumption, Estimate, Interval

RESULT_WORDS = {
    "contact_total": "Contact offences, by offences known",
    "children_total": "Child victims, by children known",
    "rape_victims_ever": "Victims of rape in childhood, by adults who ever told the police",
    "rape_victims_at_the_time": "The same, recent, by adults who told at the time",
    "charges_visible_newest": "Share of charges visible, newest full year",
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
    "intake_growth": "growth of what is charged",
    "effect_ratio": "size of effect looked for",
    "charge_growth": "growth of what comes to trial",
    "earlier_intake_ratio": "offences before the data begin",
    "later_intake_ratio": "offences after the data end",
    "offences_per_defendant": "offences per defendant",
    "court_capacity_ratio": "capacity of the courts",
    "court_receipts_ratio": "cases that come in",
    "abused_before_16_share": "abused before 16, rounding and sampling",
    "abused_before_18_share": "abused before 18, rounding and sampling",
    "children_per_age": "children per year of age",
    "not_asked_inflation": "those whom no survey asks",
    "prevalence_change": "change since the adults' childhoods",
    "years_abused": "years in which a child is abused",
}
# A name of the software's; names of files and addresses stay what they are.
_MARK = re.compile(r"(?<![\w/.])[a-z]+(?:_[a-z0-9]+)+(?![\w/]|\.[a-z])")
# Each with the reason why the scenario does not use it; what it does with the others follows from the assumptions.
_DELAYS: tuple[tuple[str, str, str | None], ...] = (
    ("F193", "recording to charge, all sexual offences, all ages", None),
    ("F189", "recording to charge, rape, all ages", None),
    ("F186", "recording to charge, rape, all ages", "drift between years"),
    ("F149", "recording to charge, quoted for child sexual abuse", "it is F193 under another name"),
    ("F457", "charge to start of trial, child sexual abuse", None),
    ("F458", "charge to start of trial, child sexual abuse", None),
    ("F455", "charge to completion, child sexual abuse, Crown Court", "another end point"),
    ("F306", "offence to completion, child sexual abuse", "starts at the offence"),
    ("F307", "offence to completion, child sexual abuse", "starts at the offence"),
)


def plain_words(text: str) -> str:
    """Print what the software says: the names of its fields and arguments as the words that they stand for.

    Examples
    --------
    >>> plain_words("no factor for age_window; conflicts_with: F304, in data/raw/recorded_offences.csv")
    'no factor for age window; conflicts with: F304, in data/raw/recorded_offences.csv'
    """
    return _MARK.sub(lambda mark: mark[0].replace("_", " "), text)


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
            {name: label, number: say(results[identifier]), "Rests on": _basis(results[identifier])}
            for label, identifier in ids.items()
        ]
    )


def published_delays() -> pd.DataFrame:
    """List the published delays, the kind of each average, its year, and whether the scenario uses it."""
    figures, assumptions = load_figures(), load_assumptions()
    return pd.DataFrame(
        [
            {
                "From and to": words,
                "Published": f"{figures[name].published} days, {_average(figures[name])}",
                "Period": _period(figures[name]),
                "Used": f"{_used(figures[name], why_not, assumptions)} ({name})",
            }
            for name, words, why_not in _DELAYS
        ]
    )


def _used(figure: Figure, why_not: str | None, assumptions: Mapping[str, Assumption]) -> str:
    """Say how an assumption uses a published delay, or why none does."""
    value = float(figure.value or 0)
    resting = [each for each in assumptions.values() if figure.id in re.findall(r"\w+", each.locator)]
    if not resting:
        return f"no: {why_not or 'these assumptions do not rest on it'}"
    low, high = resting[0].low, resting[0].high
    if not low <= value <= high:
        return "named, but outside the range"
    return f"yes, {({low: 'as the low end', high: 'as the high end'}).get(value, 'inside the range')}"


def years_in_words(by_year: pd.DataFrame) -> pd.DataFrame:
    """Word the lag scenario by financial year of recording.

    Parameters
    ----------
    by_year
        The results' table ``lag_by_year``.

    Returns
    -------
    DataFrame
        Offences recorded, and the visible shares of what will come of them.
    """
    incomplete = ["" if quarters == 4 else f" ({quarters} quarter)" for quarters in by_year["quarters"]]
    table = pd.DataFrame({"Recorded in": by_year["financial_year"] + incomplete, "Offences": by_year["recorded"]})
    for stage in ("charges", "trials"):
        ends = zip(by_year[f"{stage}_visible_low"], by_year[f"{stage}_visible_high"], strict=True)
        table[f"Eventual {stage} visible"] = [say_interval(Interval(*pair, "bound"), "share") for pair in ends]
    return table


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
            "Verdict": [_hit_or_miss(test) for test in tests.to_dict("records")],
            "What differs": [
                f"{words}; the range is {say_number(round(fold))} times as high as it is low"
                for words, fold in zip(tests["differs"], tests["fold"], strict=True)
            ],
        }
    )


def _hit_or_miss(test: Mapping[str, float]) -> str:
    """Say of a miss how far it lies from the nearer end."""
    if test["within"]:
        return "within"
    if test["published"] > test["expected_high"]:
        return f"outside, {say_number(test['published'] / test['expected_high'])} times the highest"
    return f"outside, {say_number(test['published'] / test['expected_low'])} times the lowest"


def _basis(estimate: Estimate) -> str:
    return ", ".join(ASSUMPTION_WORDS.get(name, name.replace("_", " ")) for name in estimate.basis)


def _average(figure: Figure) -> str:
    return "median" if figure.statement.startswith("Median") else "printed as an average"


def _period(figure: Figure) -> str:
    if figure.period_start is None or figure.period_end is None:
        return "not stated"
    return f"{figure.period_start.year}/{figure.period_end.year % 100:02d}"
