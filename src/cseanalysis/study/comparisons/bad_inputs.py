"""What the attempts of `bad_analyses` feed to the package: bad rows, bad models, bad files, a supposed population."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from cseanalysis.clean import harmonise_forces, harmonise_offences
from cseanalysis.models import implied_total, joint_reporting_probability, share_bounds
from cseanalysis.models.change.ratios import ratio_of_counts
from cseanalysis.register import Definition, Figure, load_figures
from cseanalysis.register.figures import COLUMNS
from cseanalysis.study.comparisons.attempts import Direction
from cseanalysis.study.comparisons.numbers import leading
from cseanalysis.values import Assumption, Estimate, Interval

Words = tuple[str, str, str, Direction]
Call = Callable[[Mapping[str, Figure]], object]


_SUPPOSED = Definition("supposed", "A supposed population", "nobody", "made up", "residents", "population", "")


def supposed(share: str, per_cent: str) -> Callable[[Mapping[str, Figure]], Figure]:
    """Return a population share that nobody published, so that only the recorded share can be what fails.

    It is of England and Wales and of the same ages and sex as the recorded share, and says that it is supposed.
    """

    def benchmark(figures: Mapping[str, Figure]) -> Figure:
        recorded, value = figures[share], float(per_cent.rstrip("%"))
        return replace(
            recorded,
            id="supposed",
            statement="Share of the population, supposed",
            published=per_cent,
            low=value,
            high=value,
            rounded_to=1,
            base="people living in the area",
            category=f"population/{recorded.category.rpartition('/')[2]}",
            geography="England and Wales",
            known_share="",
            known=None,
            unknown_share="",
            unrecorded=None,
            dataset=_SUPPOSED,
            period_start=date(2021, 3, 21),
            period_end=date(2021, 3, 21),
            period_type="point_in_time",
        )

    return benchmark


def bad_rows() -> tuple[tuple[Words, Call], ...]:
    """Rows that a register must not take."""
    return (
        (
            (
                "A share without a base",
                "a think tank",
                "A per cent of offenders, without saying of which.",
                "exaggerates",
            ),
            lambda figures: replace(figures["F106"], base=""),
        ),
        (
            (
                "Over a number taken as the number",
                "a news report",
                "Reading 'over' a number as that number, to calculate with.",
                "belittles",
            ),
            lambda figures: figures["F031"].value,
        ),
        (
            (
                "More than the whole",
                "a blog",
                "A share above a hundred per cent, from offences divided by people.",
                "exaggerates",
            ),
            lambda figures: replace(figures["F012"], low=140.0, high=140.0),
        ),
        (
            (
                "A relay that changes the unit",
                "a news report",
                "Victims protected, retold as people arrested, under the same source.",
                "exaggerates",
            ),
            lambda figures: _loaded(
                replace(figures["F032"], id="R1"),
                replace(figures["F032"], id="R2", unit="people_arrested", relays="R1"),
            ),
        ),
        (
            (
                "One side of a conflict left out",
                "a campaign",
                "Keeping the print that suits and dropping the other side of a conflict.",
                "either way",
            ),
            lambda figures: _loaded(figures["F217"], replace(figures["F304"], conflicts_with=())),
        ),
        (
            (
                "One table under two labels",
                "an official summary",
                "The same row printed twice, once for victims and once for perpetrators' figures.",
                "either way",
            ),
            lambda figures: _loaded(figures["F013"], replace(figures["F013"], id="R1")),
        ),
        (
            (
                "A compilation as headline",
                "an analyst",
                "Leading a chapter with numbers read in a compilation.",
                "either way",
            ),
            lambda figures: leading(figures, ("F008", "F099")),
        ),
    )


def bad_models() -> tuple[tuple[Words, Call], ...]:
    """Calculations without a bottom."""
    count = "F008"
    return (
        (
            (
                "A probability that may be nought",
                "a campaign",
                "Dividing recorded offences by a reporting probability that may be nought.",
                "exaggerates",
            ),
            lambda figures: implied_total(figures[count].value, Interval(0, 0.1, "bound")),
        ),
        (
            (
                "One loss counted twice",
                "an analyst",
                "Dividing by two survey shares that both contain those who never told.",
                "exaggerates",
            ),
            lambda _: joint_reporting_probability(
                [
                    Assumption(name, 0.1, 0.2, "probability", "a survey", "supposed", "none", ("disclosed",))
                    for name in ("told_anybody", "told_police")
                ]
            ),
        ),
        (
            (
                "More with the attribute than known",
                "a student",
                "A share among suspects whose ethnicity is recorded, from counts of all suspects.",
                "either way",
            ),
            lambda _: share_bounds(83, 34, 66),
        ),
        (
            (
                "The middle of a bound",
                "a news report",
                "Quoting the middle of a worst-case range as the best guess.",
                "either way",
            ),
            lambda _: Estimate("share", "share of suspects", 0.6, Interval(0.28, 0.95, "bound")),
        ),
        (
            (
                "The unquoted classes as one class",
                "a campaign",
                "Calling what the quoted classes leave a count of one more class.",
                "exaggerates",
            ),
            lambda _: Estimate("residual", "offences", 2085, Interval(0, 2085, "bound")),
        ),
        (
            (
                "Certainty from clusters",
                "an analyst",
                "Narrowing the interval of a change because offences come in cases.",
                "exaggerates",
            ),
            lambda figures: ratio_of_counts(figures["F024"].value, figures["F028"].value, inflation=0.3),
        ),
    )


def bad_readings() -> tuple[tuple[Words, Call], ...]:
    """Labels that no rule may guess."""
    return (
        (
            (
                "A phrase as an offence",
                "a blog",
                'Counting "grooming gang" as if it were an offence in the tables.',
                "exaggerates",
            ),
            lambda _: harmonise_offences(
                pd.DataFrame({"Offence Code": ["grooming gang"], "Financial Year": ["2022/23"]})
            ),
        ),
        (
            (
                "The total row as a force",
                "a student",
                "Summing a table together with its own total row.",
                "exaggerates",
            ),
            lambda _: harmonise_forces(pd.DataFrame({"Force Name": ["Kent", "Total"]}), force="Force Name"),
        ),
    )


def _loaded(*rows: Figure) -> Mapping[str, Figure]:
    """Write rows as a register and read it back."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows({name: _cell(getattr(row, name)) for name in COLUMNS} for row in rows)
        return load_figures(path)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    return f"{value:.15g}" if isinstance(value, float) else str(value)
