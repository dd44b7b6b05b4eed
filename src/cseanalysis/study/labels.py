"""The study's tables in words: what the chapters print side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cseanalysis.export.wording import say
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.judgement import read_judgement
from cseanalysis.study.data.project import find_project, load_sources
from cseanalysis.study.data.reported import load_results
from cseanalysis.values import Estimate

if TYPE_CHECKING:
    import pandas as pd

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
    "rape_recording_probability": "rape recorded, if reported",
    "told_police_ever_probability": "ever told the police",
    "told_police_at_the_time_probability": "told the police at the time",
    "non_recent_share": "non-recent share",
    "offences_per_child": "offences per child",
    "charge_probability": "probability of a charge",
    "reopened_share": "closed offences that are charged after all",
    "no_outcome_limit": "when a force counts as not returning outcomes",
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
_COPIES = ("C", "D")
_RELEASE = re.compile(r"(_\d{4}-\d{2}-\d{2}.*)?\.csv$")
# A name of the software's; names of files and addresses stay what they are.
_MARK = re.compile(r"(?<![\w/.])[a-z]+(?:_[a-z0-9]+)+(?![\w/]|\.[a-z])")


def plain_words(text: str) -> str:
    """Print what the software says: the names of its fields and arguments as the words that they stand for."""
    return _MARK.sub(lambda mark: mark[0].replace("_", " "), text)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a range does not cover: it holds only if this does."""

    result: str
    condition: str
    reason: str


def conditions(root: Path | str | None = None) -> dict[str, str]:
    """Return by result the condition of ``data/judgement/conditions.csv``."""
    rows = read_judgement("conditions", Condition, root)
    named = [row.result for row in rows]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise ValueError(f"data/judgement/conditions.csv: {twice[0]} stands in two rows; say both conditions in one")
    return {row.result: row.condition for row in rows}


def conditional(estimate: Estimate, known: Mapping[str, str]) -> str:
    """Word a number with the condition that its range does not cover."""
    condition = known.get(estimate.id)
    return say(estimate) + (f"; conditional on {condition}" if condition else "")


def worded(ids: Mapping[str, str], name: str = "What", number: str = "Result") -> pd.DataFrame:
    """Set results side by side: label, the number in words with its condition, what it rests on."""
    import pandas as pd

    results, known, read_in_copies = load_results(), conditions(), copies()
    rows = []
    for label, identifier in ids.items():
        estimate = results[identifier]
        mark = "†" if read_in_copies.intersection(estimate.basis) else ""
        rows.append({name: label, number: conditional(estimate, known) + mark, "Rests on": _basis(estimate)})
    return pd.DataFrame(rows)


def copies(root: Path | str | None = None) -> set[str]:
    """Return the ids of the figures, and the names of the tables, that were read in copies or in the press."""
    project = find_project(root)
    figures = {one.id for one in load_figures(project.root).values() if one.tier in _COPIES}
    # A table of several releases rests on each of them.
    files = load_sources(project)["files"].items()
    return figures | {_RELEASE.sub("", name) for name, one in files if one["tier"] in _COPIES}


def _basis(estimate: Estimate) -> str:
    return ", ".join(ASSUMPTION_WORDS.get(name, name.replace("_", " ")) for name in estimate.basis)
