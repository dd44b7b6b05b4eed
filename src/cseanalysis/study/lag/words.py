"""The tables of the chapter on the lag, in words: corrected delays, the court queue, and what the models refuse."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from cseanalysis.export.wording import say, say_ends, say_number
from cseanalysis.register import Comparison, Figure, compare
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.project import find_project
from cseanalysis.study.data.reported import load_results, load_results_table
from cseanalysis.study.data.tables import read_table
from cseanalysis.study.lag import courts, snapshots
from cseanalysis.study.tables import Column, in_words, span
from cseanalysis.values import Interval

_COURT_PAIRS = (
    (courts.OPEN_BEFORE, courts.OPEN_AFTER, "open cases, two years"),
    (courts.OUTSTANDING, courts.OPEN_BEFORE, "outstanding cases, without a day, and open cases"),
    (courts.THROUGH_BEFORE, courts.THROUGH, "cases through the courts, two years"),
    (courts.THROUGH, courts.OPEN_AFTER, "cases through the courts and open cases"),
    (courts.DAYS_TO_END, courts.OPEN_AFTER, "days from charge to completion and open cases"),
    (courts.DAYS_TO_END, courts.DAYS_TO_TRIAL, "days from charge to completion and days from charge to trial"),
)
_COURT_QUEUE = (
    Column("Years from 31 March 2025", "year"),
    Column("Open cases", ("open_low", "open_high"), span()),
    Column("Days that the newest case waits", ("wait_low", "wait_high"), span("days")),
)
# What an error tells whoever called the function, which says nothing to a reader of the report.
_ADVICE = (
    "; use serve_queue with stated capacities",
    ": must be finite and not negative",
    ", find out",
)
_STRETCHES = {"charges": "recording to charge", "trials": "charge to start of trial"}


@dataclass(frozen=True, slots=True)
class Step:
    """A link between an arrest and a conviction: its nearest published pair, if any, and what is missing."""

    link: str
    pair: tuple[str, str] | None
    missing: str


LINKS = (
    Step(
        "People arrested to people charged",
        ("F078", "F079"),
        "of the people arrested in one year, how many were charged, and how many were neither charged nor released "
        "from the investigation on a stated day",
    ),
    Step("Arrests to offences charged", ("F031", "F340"), "offences charged to the people whose arrest was supported"),
    Step(
        "People charged to offences charged", ("F079", "F084"), "offences charged to each person, in one set of cases"
    ),
    Step("Offences charged to defendants", ("F340", "F341"), "how many offences each defendant was charged with"),
    Step("Defendants to cases", ("F341", "F454"), "how many defendants a case has"),
    Step("Charge to trial", None, "the share of charges that come to trial, those with guilty pleas apart"),
    Step("Prosecutions to convictions, 2016/17", ("F302", "F303"), "the same people's charges"),
    Step("Prosecutions to convictions, 2020/21", ("F304", "F305"), "the same people's charges"),
    Step(
        "Arrests to people convicted",
        ("F059", "F060"),
        "people instead of arrests, how many were arrested for sexual offences against children, and whose cases are "
        "open",
    ),
)


def remaining_in_words() -> pd.DataFrame:
    """Word how long after the data until what is still to come is visible, bound beside simulation.

    Returns
    -------
    DataFrame
        A row a stage and share.
    """
    results = load_results()
    rows = []
    for stage in ("charges", "trials"):
        for word, words in (("half", "half"), ("ninety_per_cent", "nine tenths")):
            name = f"months_to_{word}_of_remaining_{stage}"
            simulated = results.get(f"{name}_simulated")
            rows.append(
                {
                    "Of what is still to come": f"{words} of the {stage}",
                    "Visible after, over all assumptions": say(results[name]),
                    "Visible after, simulated": "not drawn" if simulated is None else say(simulated),
                }
            )
    return pd.DataFrame(rows)


def delays_corrected_in_words() -> pd.DataFrame:
    """Word each published average beside the cohort's and beside what a short window would show of the cohort.

    Returns
    -------
    DataFrame
        Bounds as two ends; see `cseanalysis.study.lag.waits.delays_corrected`.
    """
    table = load_results_table("delays_corrected")
    return pd.DataFrame(
        [
            {
                "Delay": f"{_STRETCHES[row['stage']]} ({row['figure']})",
                "Published, days": f"{row['average']} {say_number(row['published'])}",
                "Of a cohort, days": _span(row, "cohort", "days"),
                "Seen within one year": _seen(row, "year"),
                "Seen within three years": _seen(row, "three_years"),
            }
            for row in table.to_dict("records")
        ]
    )


def court_pairs_in_words() -> pd.DataFrame:
    """Put the published court figures to the gate, pair by pair."""
    figures = load_figures()
    return pd.DataFrame(
        [
            {
                "Figures": f"{words} ({first}: {figures[first].published}, {second}: {figures[second].published})",
                "The gate": verdict_in_words(compare(figures[first], figures[second])),
            }
            for first, second, words in _COURT_PAIRS
        ]
    )


def court_queue_in_words() -> pd.DataFrame:
    """Word the illustrated queue: open cases and the wait of the newest, year by year."""
    return in_words(load_results_table("court_queue"), _COURT_QUEUE)


def refused_in_words() -> pd.DataFrame:
    """Ask what the published stocks and flows cannot answer, and print the models' words."""
    answers = courts.court_refusals(load_figures())
    return pd.DataFrame({"Asked": list(answers), "Answered": [_sentence(answer) for answer in answers.values()]})


def snapshots_in_words() -> pd.DataFrame:
    """Hand over the registered releases and running counts, and print the models' words with what would be needed."""
    project = find_project()
    figures = load_figures()
    asked = snapshots.triangle_answers(project, figures, read_table("revision_2017_18"))
    return pd.DataFrame(
        [
            {"Handed over": what, "Answered": _sentence(answer), "What would do": needed}
            for what, answer, needed in (*asked, *snapshots.incidence_answers(figures))
        ]
    )


def deceased_in_words() -> pd.DataFrame:
    """List the editions of Operation Hydrant that print suspects known and suspects who had died."""
    heads = {
        "day": "As at",
        "known": "Suspects known",
        "deceased": "Of these, had died",
        "share": "Share",
        "figures": "Figures",
    }
    return snapshots.deceased_by_edition(load_figures()).rename(columns=heads)


def links_in_words() -> pd.DataFrame:
    """List the links from arrests to convictions: what is published, what the gate says, and what is missing."""
    figures = load_figures()
    rows = []
    for step in LINKS:
        published, gate = "nothing", "not asked"
        if step.pair is not None:
            first, second = (figures[name] for name in step.pair)
            published = f"{_cited(first)}; {_cited(second)}"
            gate = verdict_in_words(compare(first, second))
        rows.append({"Link": step.link, "Published": published, "The gate": gate, "Missing": step.missing})
    return pd.DataFrame(rows)


def verdict_in_words(comparison: Comparison) -> str:
    """Word a verdict: what refuses, and the share of a whole where that is all that may be said."""
    refusing = [item.dimension for item in comparison.differences if item.level == "refused"]
    if comparison.verdict != "refused":
        return comparison.verdict
    words = f"refused: {', '.join(refusing)}" if refusing else "refused"
    share = comparison.share
    return words if share is None else f"{words}. What can be said is the share, {say_number(share[0], 'share')}"


def _cited(figure: Figure) -> str:
    year = "" if figure.period_end is None else f", {figure.geography}, to {figure.period_end.year}"
    return f"{figure.published} {figure.unit.replace('_', ' ')}{year} ({figure.id})"


def _seen(row: dict[str, float], window: str) -> str:
    return f"{_span(row, f'{window}_seen', 'days')} days, of {_span(row, f'{window}_resolved', 'share')}"


def _span(row: dict[str, float], column: str, unit: str) -> str:
    """Word the ends of a bound, rounded outward, where the head or the caption says what they are."""
    ends = [
        end.removesuffix(" days")
        for end in say_ends(Interval(row[f"{column}_low"], row[f"{column}_high"], "bound"), unit)
    ]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _sentence(answer: str) -> str:
    """Return what a model saw and its rule; leave out what it tells its caller to do, and write one lag, not lags."""
    said = answer
    for advice in _ADVICE:
        said = said.replace(advice, "")
    said = re.sub(r"\b1 (origin|lag)s\b", r"1 \1", said)
    said = re.sub(r"\b\d{4,}\b", lambda found: f"{int(found[0]):,}", said).replace("[nan]", "a missing number")
    return said[:1].upper() + said[1:]
