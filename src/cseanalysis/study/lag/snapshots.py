"""Our own releases and running counts, handed to the triangle and to competing outcomes: the answers as given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd

from cseanalysis.export.wording import say_date, say_number
from cseanalysis.models import Triangle, cumulative_incidence
from cseanalysis.register import Figure, compare
from cseanalysis.study.data.project import Project
from cseanalysis.study.data.revisions import release_triangle
from cseanalysis.study.lag.courts import answer_of
from cseanalysis.study.lag.judged import RunningCounts
from cseanalysis.study.recorded.numbers import revision_factors
from cseanalysis.values import Estimate

HYDRANT = "hydrant_non_recent"
SUSPECTS, DECEASED = "cumulative_suspects", "cumulative_suspects/deceased"
_UNKNOWN_DELAY = "the time from allegation to outcome of each suspect, or counts by year of allegation and age of case"


def triangle_answers(
    project: Project, figures: Mapping[str, Figure], revision: pd.DataFrame, running: Iterable[RunningCounts]
) -> list[dict[str, str]]:
    """Hand each published sequence of counts to `Triangle` and return what it says."""
    # ``counts`` that were handed over, ``answered`` as executed, and the release ``needed`` to make it a triangle.
    by_force = revision_factors(revision)
    editions = _values(_editions(figures, SUSPECTS))
    handed: list[tuple[str, pd.DataFrame, str]] = [
        (
            "Recorded offences by quarter, every release in the register",
            release_triangle(project),
            "two later releases of the same quarters, for the same forces",
        ),
        (
            "Offences recorded in 2017/18, in two releases",
            pd.DataFrame([[by_force["early"].sum(), by_force["late"].sum()]], index=["2017/18"]),
            "the same two releases, equally long after the year, for two more years",
        ),
        (
            f"Suspects known to Operation Hydrant, in {len(editions)} editions",
            pd.DataFrame([editions], index=["all allegations"]),
            "suspects by year of allegation in each edition",
        ),
    ]
    rows = [_row(what, answer_of(partial(Triangle, counts, "release")), needed) for what, counts, needed in handed]
    for one in running:
        chosen = [figures[name] for name in one.figures]
        values = _values(chosen)
        counts = pd.DataFrame([values] if one.one_set else [[value] for value in values])
        answer = answer_of(partial(Triangle, counts, "release"))
        # Whether these counts may be set beside each other at all.
        rows.append(_row(one.counts, f"{answer}. The gate, between the counts: {_gate(chosen)}", one.needed))
    return rows


def incidence_answers(figures: Mapping[str, Figure]) -> list[dict[str, str]]:
    """Ask for the share of suspects who in the end die before an outcome, and return what the models say."""
    # As `triangle_answers`.
    known, dead = (_editions(figures, category)[-1] for category in (SUSPECTS, DECEASED))
    events = np.repeat([0, 1], [int(known.value - dead.value), int(dead.value)])
    times = np.full(int(known.value), np.nan)  # nobody publishes how long ago each suspect was named
    ask: Callable[[], object] = partial(cumulative_incidence, times, events)
    asked = "Share of suspects that dies before any outcome, by time since the allegation"
    return [_row(asked, answer_of(ask), _UNKNOWN_DELAY)]


def deceased_by_edition(figures: Mapping[str, Figure]) -> pd.DataFrame:
    """Set the suspects who had died beside all suspects known, edition by edition."""
    # A row an edition that prints both: ``day``, ``known``, ``deceased``, ``share`` (as the gate allows it) and
    # ``figures``.
    dead = {figure.period_end: figure for figure in _editions(figures, DECEASED)}
    rows = []
    for known in _editions(figures, SUSPECTS):
        if known.period_end in dead:
            one = dead[known.period_end]
            share = compare(one, known).share
            rows.append(
                {
                    "day": say_date(_day(known)),
                    "known": int(known.value),
                    "deceased": int(one.value),
                    "share": "refused" if share is None else say_number(share[0], "share"),
                    "figures": f"{one.id}, {known.id}",
                }
            )
    return pd.DataFrame(rows)


def snapshot_results(figures: Mapping[str, Figure]) -> list[Estimate]:
    """Return the share of known suspects who had died, in the newest edition that prints both."""
    # One, or none where the gate does not allow the share.
    known, dead = (_editions(figures, category)[-1] for category in (SUSPECTS, DECEASED))
    share = compare(dead, known).share
    if share is None:
        return []
    day = say_date(_day(known))
    unit = f"share of alleged suspects known to Operation Hydrant who had died by {day}"
    return [
        Estimate("hydrant_deceased_share", unit, share[0], basis=(dead.id, known.id), formula=f"{dead.id} / {known.id}")
    ]


def _row(counts: str, answered: str, needed: str) -> dict[str, str]:
    return {"counts": counts, "answered": answered, "needed": needed}


def _gate(counts: list[Figure]) -> str:
    """Word what stands between counts that follow each other."""
    found = [compare(one, other) for one, other in pairwise(counts)]
    lacking = [item.dimension for each in found for item in each.differences if item.level == each.verdict]
    verdicts = "; ".join(dict.fromkeys(each.verdict for each in found))
    return f"{verdicts} ({', '.join(dict.fromkeys(lacking))})" if lacking else verdicts


def _editions(figures: Mapping[str, Figure], category: str) -> list[Figure]:
    chosen = [one for one in figures.values() if one.definition == HYDRANT and one.category == category]
    return sorted(chosen, key=lambda one: str(one.period_end))


def _values(chosen: list[Figure]) -> list[float]:
    return [figure.ends[0] for figure in chosen]  # of "more than 800" the 800


def _day(figure: Figure) -> date:
    if figure.period_end is None:
        raise ValueError(f"{figure.id} has no day; a running count without one cannot stand in a sequence")
    return figure.period_end
