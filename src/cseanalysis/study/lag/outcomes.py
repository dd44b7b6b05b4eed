"""What became of recorded offences, from the published outcomes: what one release can bear, and no more.

Counts are of offences, and an offence with a charge counts once, however many suspects; courts count defendants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import pandas as pd

from cseanalysis.models import incidence_by_age, ultimate_share_bounds
from cseanalysis.study.data.codes import ALL_CODES, ALL_WORDS, CHILD_CODES, OWN_SCOPE
from cseanalysis.study.data.named import FOLLOWED_CODES
from cseanalysis.study.ranges import Led, bounded
from cseanalysis.values import Assumption, Estimate, NotEstimableError

CHARGED, OPEN, HANDED_ON = "charged_or_summonsed", "not_yet_assigned", "transferred_to_another_body"
WITHIN = "subset_of_"  # a group that is a part of another one
# The states in which a release shows offences, and the groups of outcomes in each; what is in none is another end.
STATES: Mapping[str, tuple[str, ...]] = {
    "charged": (CHARGED,),
    "evidential": (
        "evidential_difficulties_victim_supports_action",
        "evidential_difficulties_victim_does_not_support_action",
    ),
    "no_suspect": ("no_suspect_identified",),
    "other": (),
    "handed_on": (HANDED_ON,),
    "open": (OPEN,),
}
_STATE_OF = {group: state for state, groups in STATES.items() for group in groups}
GROUPS: Mapping[str, tuple[str, ...]] = {OWN_SCOPE: CHILD_CODES, **{f"code {code}": (code,) for code in FOLLOWED_CODES}}
_KEY = ["financial_year", "quarter", "period_start"]
_FORCE_YEAR = ["financial_year", "force"]
_MONTHS_A_QUARTER = 3
_DAYS_A_QUARTER = 91.3125
_QUARTERS = 4


def whole_years(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return what each release holds of years of which it has all four quarters; a part of a year is no year."""
    quarters = outcomes.groupby(["release", "financial_year"])["quarter"].transform("nunique")
    return outcomes[quarters == _QUARTERS]


def newest_outcomes(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return each year's rows from the newest release that holds the whole year."""
    whole = whole_years(outcomes)
    if whole.empty:
        raise ValueError(
            "no release of outcomes holds four quarters of a year, and the study looks at whole years: add one with "
            "cseanalysis add FILE --as home-office-outcomes"
        )
    return whole[whole["release"] == whole.groupby("financial_year")["release"].transform("max")]


def states_by_quarter(outcomes: pd.DataFrame, codes: Sequence[str] = CHILD_CODES) -> pd.DataFrame:
    """Say for each quarter of recording in which state the release shows its offences, and what was assigned in it."""
    # A row a quarter: ``recorded``, a column a state, and on the other basis, which is never divided by the first:
    # ``assigned`` and ``charges_assigned``, whenever the offence was recorded.
    chosen = _with_states(outcomes, codes)
    table = _states_by(_KEY, chosen)
    table["assigned"] = chosen.groupby(_KEY)["assigned"].sum().astype("int64")
    charges = chosen[chosen["state"] == "charged"]
    table["charges_assigned"] = charges.groupby(_KEY)["assigned"].sum().astype("int64")
    return table.rename_axis(columns=None).reset_index()


def _with_states(outcomes: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    """Choose the rows of some codes and say the state of each; an alternate offence counts in its own type already."""
    chosen = outcomes[outcomes["offence_code"].isin(codes)]
    chosen = chosen[~chosen["outcome_group"].str.startswith(WITHIN)]
    return chosen.assign(state=chosen["outcome_group"].map(_STATE_OF).fillna("other"))


def _states_by(key: list[str], chosen: pd.DataFrame) -> pd.DataFrame:
    """Sum the offences recorded in each state, and in all of them as ``recorded``."""
    table = chosen.pivot_table(index=key, columns="state", values="of_recorded", aggfunc="sum", fill_value=0)
    table = table.reindex(columns=list(STATES), fill_value=0).astype("int64")
    table.insert(0, "recorded", table.sum(axis=1))
    return table


def states_by_year(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Sum the same over each year, group by group."""
    parts = []
    for group, codes in GROUPS.items():
        quarters = states_by_quarter(outcomes, codes).drop(columns=["quarter", "period_start"])
        years = quarters.groupby("financial_year", as_index=False).sum()
        years.insert(0, "group", group)
        parts.append(years)
    return pd.concat(parts, ignore_index=True)


def returning(outcomes: pd.DataFrame, limit: float) -> pd.DataFrame:
    """Leave out, year by year, the forces of whose offences more than a share have no outcome in the file."""
    # Such a force has probably not returned its outcomes; which ones they are is not printed.
    silent = _without_outcome(outcomes).gt(limit)
    silent = silent.index[silent.fillna(value=False)]
    return outcomes[~pd.MultiIndex.from_frame(outcomes[_FORCE_YEAR]).isin(silent)]


def _without_outcome(outcomes: pd.DataFrame) -> pd.Series:
    """Say of each force in each year which share of its offences has no outcome in the file."""
    own = outcomes[outcomes["offence_code"].isin(CHILD_CODES)]
    recorded = own.groupby(_FORCE_YEAR)["of_recorded"].sum()
    return own[own["outcome_group"] == OPEN].groupby(_FORCE_YEAR)["of_recorded"].sum() / recorded


def _by_force(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Sum the states of each force in each year, with the share of its offences ``without`` an outcome."""
    return _states_by(_FORCE_YEAR, _with_states(outcomes, CHILD_CODES)).assign(without=_without_outcome(outcomes))


def outcome_development(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Follow offences through the oldest and the newest release of their year; empty where no year stands in two."""
    # The only way from outcomes to a delay without assuming that every quarter meets the same chances at one release.
    # Years whose releases are equally far apart (``apart``, months) are followed together.
    courses = [pd.DataFrame({"apart": [], "months": [], "charged": [], "undecided": []})]
    if (whole := whole_years(outcomes)).empty:
        return courses[0]
    looks = [_look(whole, end) for end in ("min", "max")]
    apart = looks[1]["age"] - looks[0]["age"]
    for step in sorted(set(apart[apart > 0])):
        # Where cases came back or were added, what changed is not what left.
        with suppress(NotEstimableError):
            course = incidence_by_age(*(look[apart == step] for look in looks))
            months = {name: _MONTHS_A_QUARTER * age for name, age in (("apart", step), ("months", course["age"]))}
            courses.append(course.rename(columns={"left": "charged"}).drop(columns="age").assign(**months))
    return pd.concat(courses[1:] or courses, ignore_index=True)[courses[0].columns]


def _look(outcomes: pd.DataFrame, end: str) -> pd.DataFrame:
    """Say how the quarters of each year stood in its oldest or newest release, and how old they were, in quarters."""
    chosen = outcomes[outcomes["release"] == outcomes.groupby("financial_year")["release"].transform(end)]
    table = states_by_quarter(chosen)
    day = pd.to_datetime(table["financial_year"].map(chosen.groupby("financial_year")["release"].first()))
    table["age"] = ((day - table["period_start"]).dt.days / _DAYS_A_QUARTER).round().astype("int64")
    table["undecided"] = table["open"] + table["handed_on"]
    return table.rename(columns={"recorded": "entered", "charged": "left"}).set_index(_KEY)


def outcome_results(
    outcomes: pd.DataFrame, recorded: pd.DataFrame, assumptions: Mapping[str, Assumption]
) -> list[Estimate]:
    """Return what outcomes of the earliest and of the newest year say, without assumptions and under stated ones."""
    newest = newest_outcomes(outcomes)
    years = states_by_year(newest)
    own = years[years["group"] == OWN_SCOPE].set_index("financial_year")
    results: list[Estimate] = []
    where = "in outcomes, the newest release of the year, where offence_code is one of the {} and financial_year is {}"
    for when, year in (("earlier", own.index[0]), ("newest", own.index[-1])):
        row, of_year = own.loc[year], newest[newest["financial_year"] == year]
        recorded_words = f"offences recorded in {year}, {OWN_SCOPE}"
        forces, undecided = _by_force(of_year), row["open"] + row["handed_on"]
        charged, still = f"charged_so_far_{when}", f"(open_so_far_{when} + handed_on_so_far_{when})"
        bounds = ultimate_share_bounds(entered=row["recorded"], left=row["charged"], undecided=undecided)
        results += [
            _count(
                f"outcomes_recorded_{when}",
                f"{recorded_words}, in the outcomes file",
                row["recorded"],
                f"sum of of_recorded {where.format(OWN_SCOPE, year)}",
            ),
            *(
                _share(
                    f"{state}_so_far_{when}",
                    f"share {words}, {recorded_words}",
                    row[state] / row["recorded"],
                    procedure=f"sum of of_recorded {where.format(OWN_SCOPE, year)} and the outcome is {state}, "
                    f"over outcomes_recorded_{when}",
                )
                for state, words in (
                    ("charged", "charged or summonsed by the release"),
                    ("open", "without an outcome in the file"),
                    ("handed_on", "handed on to another body"),
                )
            ),
            _count(
                f"outcomes_assigned_{when}",
                f"outcomes assigned in {year}, {OWN_SCOPE}",
                row["assigned"],
                f"sum of assigned {where.format(OWN_SCOPE, year)}",
            ),
            _count(
                f"charges_assigned_{when}",
                f"charges assigned in {year}, {OWN_SCOPE}",
                row["charges_assigned"],
                f"sum of assigned {where.format(OWN_SCOPE, year)} and the outcome is charged",
            ),
            _share(
                f"charged_of_assigned_{when}",
                f"share of the outcomes assigned in {year} that were a charge, {OWN_SCOPE}",
                row["charges_assigned"] / row["assigned"],
                formula=f"charges_assigned_{when} / outcomes_assigned_{when}",
            ),
            # Net of revisions: of the charges assigned in a year no more than these are of its own offences.
            Estimate(
                f"charges_of_before_{when}",
                f"charges assigned in {year} of offences recorded before it, at least, {OWN_SCOPE}",
                float(row["charges_assigned"] - row["charged"]),
                basis=("outcomes",),
                formula=f"charges_assigned_{when} - charged_so_far_{when} * outcomes_recorded_{when}",
            ),
            Estimate(
                f"charged_in_the_end_{when}",
                f"share charged in the end, {recorded_words}",
                interval=bounds,
                basis=("outcomes",),
                formula=f"({charged}, {charged} + {still})",
            ),
            bounded(
                f"charged_in_the_end_reopened_{when}",
                f"share charged in the end, at most, if closed offences reopen, {recorded_words}",
                partial(_highest, row["recorded"], row["charged"], undecided),
                assumptions,
                ("outcomes",),
                formula=f"{charged} + {still} + reopened_share * (1 - {charged} - {still})",
            ),
            *(
                _at_one_value(
                    bounded(
                        f"{state}_returning_{when}",
                        f"share {words}, {recorded_words}, without forces that returned little",
                        partial(_returning_share, forces, state),
                        assumptions,
                        ("outcomes",),
                        procedure=f"sum of of_recorded {where.format(OWN_SCOPE, year)} and the outcome is {state}, "
                        "over the sum whatever the outcome, without forces of whose offences more than "
                        "no_outcome_limit have none",
                    )
                )
                for state, words in (("charged", "charged or summonsed"), ("open", "without an outcome"))
            ),
        ]
        negative = of_year[(of_year["outcome_group"] == OPEN) & of_year["offence_code"].isin(CHILD_CODES)]
        negative = negative[negative["of_recorded"] < 0]["of_recorded"]
        every = of_year[of_year["offence_code"].isin(ALL_CODES)]["of_recorded"].sum()
        table = recorded[recorded["financial_year"] == year]
        if table["quarter"].nunique() != _QUARTERS:
            raise ValueError(
                f"outcomes of {year} are there, and of its recorded offences {table['quarter'].nunique()} quarters; "
                "missing is not zero: add a release of recorded crime that holds the year with cseanalysis add"
            )
        results += [
            _count(
                f"open_cells_negative_{when}",
                f"cells without an outcome below zero, {year}",
                len(negative),
                f"number of cells {where.format(OWN_SCOPE, year)}, the outcome is open and of_recorded is below zero",
            ),
            _count(
                f"outcomes_all_codes_{when}",
                f"offences recorded in {year}, outcomes file, {ALL_WORDS}",
                every,
                f"sum of of_recorded {where.format(ALL_WORDS, year)}",
            ),
            Estimate(
                f"recorded_all_codes_{when}",
                f"offences recorded in {year}, recorded crime, {ALL_WORDS}",
                float(table["offences"].sum()),
                basis=("recorded_offences",),
                procedure=f"sum of offences in recorded_offences where financial_year is {year}",
            ),
        ]
    return results


def _highest(recorded: float, charged: float, undecided: float, *, reopened_share: float) -> float:
    return ultimate_share_bounds(entered=recorded, left=charged, undecided=undecided, reopened=reopened_share).high


def _returning_share(forces: pd.DataFrame, state: str, *, no_outcome_limit: float) -> float:
    """Return the share in a state, of forces as `_by_force` sums them, less those that `returning` leaves out."""
    kept = forces[~forces["without"].gt(no_outcome_limit)]
    return float(kept[state].sum() / kept["recorded"].sum())


def _at_one_value(estimate: Led) -> Led:
    """Say a number where its bound has one value, whatever was assumed."""
    interval = estimate.interval
    if interval is None or interval.low != interval.high:
        return estimate
    return replace(estimate, point=interval.low, interval=None)


def _count(name: str, unit: str, value: float, procedure: str) -> Estimate:
    return Estimate(name, unit, float(value), basis=("outcomes",), procedure=procedure)


def _share(name: str, unit: str, value: float, *, formula: str = "", procedure: str = "") -> Estimate:
    return Estimate(name, unit, float(value), basis=("outcomes",), formula=formula, procedure=procedure)
