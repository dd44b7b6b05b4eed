"""How old the evidence is: the day up to which it was read, and the newest period that each table is about."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from cseanalysis.export.wording import say_date
from cseanalysis.study.data.project import Project, read_to
from cseanalysis.study.data.tables import data_end

if TYPE_CHECKING:
    from cseanalysis.register import Figure
    from cseanalysis.study.parts import StudyInputs

QUARTER = 92  # days: the longest quarter of a year
LATE = "more than a quarter earlier"
MONEY = "pounds"  # sums are announced for years to come, and are about no period that anybody has seen
_MID_YEAR = re.compile(r"population_mid_(\d{4})")


def evidence_of(project: Project, inputs: StudyInputs, basis: Collection[str]) -> dict[str, Any]:
    """Return how far the evidence was read and, table by table, the last day of the newest period it is about."""
    register = [figure for figure in inputs.figures.values() if figure.unit != MONEY]
    ends = {
        "recorded_offences": ("Recorded offences by force and quarter", _last_quarter(inputs.recorded)),
        "revision_2017_18": ("The same, one year in two releases", _quarter_ends(inputs.revision)),
        "outcomes": ("Outcomes by force and quarter of recording", _last_quarter(inputs.outcomes)),
        "force_population": ("Residents of police force areas", _mid_years(inputs.forces)),
        "figures": ("Published figures in the register, money apart", _ends(register)),
        "figures_used": ("Those that results rest on", _ends(each for each in register if each.id in basis)),
        "recording_changes": ("Changes of law or recording, by the day they began", _starts(inputs.recording)),
        "interventions": ("Inquiries and measures, by the day they began", _starts(inputs.interventions)),
    }
    newest = [
        {"id": name, "table": words, "until": max(days).isoformat()} for name, (words, days) in ends.items() if days
    ]
    return {"read_to": read_to(project).isoformat(), "newest": newest}


def evidence_in_words(evidence: Mapping[str, Any]) -> dict[str, str]:
    """Return the days of `evidence_of` in words: ``read_to``, and the newest period of each table by its id."""
    days = {"read_to": evidence["read_to"]} | {row["id"]: row["until"] for row in evidence["newest"]}
    return {name: say_date(dt.date.fromisoformat(day)) for name, day in days.items()}


def said_age(read: dt.date, dated: dt.date, what: str = "This edition") -> str:
    """Return what the front page must say where the evidence was read more than a quarter before the date on it."""
    if (dated - read).days <= QUARTER:
        return ""
    return f"{what} is dated {say_date(dated)}; its evidence was read up to {say_date(read)}, {LATE}."


def check_age(read: dt.date, dated: dt.date, front: str) -> None:
    """Refuse a front page that is silent on evidence read more than a quarter earlier, or says so of newer evidence."""
    late, says = bool(said_age(read, dated)), LATE in front
    if late != says:
        gap = f"is dated {say_date(dated)} and its evidence was read up to {say_date(read)}, {(dated - read).days} days"
        fault = "but its front page does not say so" if late else "yet its front page says that it is more"
        raise ValueError(
            f"the report {gap} earlier (a quarter has {QUARTER}), {fault}: put said_age(…) on the front page, and "
            "nothing else of that kind; or read the newer evidence and set read_to in data/raw/sources.toml"
        )


def _quarter_ends(table: pd.DataFrame) -> list[dt.date]:
    """Return the last days of financial quarters, of which the first begins in April."""
    pairs = table[["financial_year", "quarter"]].drop_duplicates().itertuples(index=False, name=None)
    return [
        (pd.Timestamp(int(str(year)[:4]), 3, 31) + pd.offsets.QuarterEnd(int(quarter))).date()
        for year, quarter in pairs
    ]


def _last_quarter(table: pd.DataFrame) -> list[dt.date]:
    return [] if table.empty else [data_end(table).date()]


def _mid_years(table: pd.DataFrame) -> list[dt.date]:
    years = (found[1] for column in table.columns if (found := _MID_YEAR.fullmatch(column)))
    return [dt.date(int(year), 6, 30) for year in years]


def _ends(figures: Iterable[Figure]) -> list[dt.date]:
    return [figure.period_end for figure in figures if figure.period_end is not None]


def _starts(events: Iterable[Any]) -> list[dt.date]:
    return [event.start for event in events if event.start is not None]
