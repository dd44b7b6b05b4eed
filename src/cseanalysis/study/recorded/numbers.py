"""What was recorded: counts and shares that need no assumption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cseanalysis.register import Figure
from cseanalysis.study.data.codes import CODES_COUNTED, GROUPS
from cseanalysis.study.data.judgement import read_judgement
from cseanalysis.study.data.named import EXPLOITATION_CODE, GROOMING_CODE, GROUP_BASED, RECORDED_2023
from cseanalysis.values import Estimate, Interval


def yearly_offences(recorded: pd.DataFrame) -> pd.DataFrame:
    """Sum the offences of the territorial forces by financial year, offence groups side by side."""
    # The groups are not added up: code 23 mixes adult and child victims, code 86 is mostly, not only, indecent images
    # of children.
    recorded = recorded[recorded["offence_scope"].isin(GROUPS)]
    territorial = recorded["force_type"] == "territorial"
    table = recorded[territorial].pivot_table(
        index="financial_year", columns="offence_scope", values="offences", aggfunc="sum"
    )[list(GROUPS)]
    by_year = recorded.groupby("financial_year")
    table.insert(0, "quarters", by_year["quarter"].nunique())
    table["british_transport_police"] = recorded[~territorial].groupby("financial_year")["offences"].sum()
    return table.astype("int64").reset_index().rename_axis(columns=None)


def force_rates(recorded: pd.DataFrame, forces: pd.DataFrame, financial_year: str) -> pd.DataFrame:
    """Relate child-only offences of one year to residents of all ages: a rate of recording, not of abuse."""
    chosen = recorded[(recorded["financial_year"] == financial_year) & (recorded["offence_scope"] == "child_only")]
    counts = chosen.groupby("force")["offences"].sum().rename("offences").reset_index()
    table = forces.merge(counts, on="force", validate="one_to_one").sort_values("force").reset_index(drop=True)
    table["per_100_000"] = 100_000 * table["offences"] / table["population_mid_2023"]
    return table[["force", "region", "offences", "population_mid_2023", "per_100_000"]]


def revision_factors(revision: pd.DataFrame) -> pd.DataFrame:
    """Relate the late to the early release of one year's child-only offences, force by force."""
    chosen = revision[(revision["offence_scope"] == "child_only") & (revision["force_type"] == "territorial")]
    table = chosen.groupby("force")[["offences_early_release", "offences_late_2023_release"]].sum().reset_index()
    table.columns = pd.Index(["force", "early", "late"])
    table["factor"] = table["late"] / table["early"]
    return table


def recorded_results(
    recorded: pd.DataFrame,
    revision: pd.DataFrame,
    forces: pd.DataFrame,
    figures: Mapping[str, Figure],
    classes: Sequence[QuotedClass],
) -> list[Estimate]:
    """Return the observed counts and shares that the chapters quote."""
    years = yearly_offences(recorded).set_index("financial_year")
    by_code = recorded[recorded["force_type"].eq("territorial")].groupby(["offence_code", "financial_year"])
    grooming_years, exploitation = (by_code["offences"].sum().loc[code] for code in (GROOMING_CODE, EXPLOITATION_CODE))
    revised = revision_factors(revision)
    complete = years.index[years["quarters"] == 4]
    first, newest = complete[0], complete[-1]
    rates = force_rates(recorded, forces, newest)
    table = ("recorded_offences",)
    rated = ("recorded_offences", "forces")
    twice = ("revision_2017_18",)
    scopes = {"child_only": "child-only codes", "familial": "code 23", "image": "code 86"}
    all_codes = int(years.loc["2021/22", list(scopes)].sum())
    growth = float(years["child_only"][newest] / years["child_only"][first])
    rate = f"offences recorded in {newest} per 100,000 residents"
    return [
        *(
            _count(
                f"{scope}_{name}",
                f"offences recorded in {year}, {words}",
                years[scope][year],
                table,
                f"sum of offences in recorded_offences where force_type is territorial, offence_scope is {scope} and "
                f"financial_year is {year}",
            )
            for scope, words in scopes.items()
            for name, year in (("first", first), ("newest", newest))
        ),
        _count(
            "quarters_covered",
            "financial quarters",
            recorded["period_start"].nunique(),
            table,
            "number of quarters in recorded_offences",
        ),
        _count(
            "forces_covered",
            "territorial police forces",
            len(rates),
            rated,
            "number of forces that have rows in recorded_offences and in forces",
        ),
        _count(
            "cells",
            "cells: a force, a quarter, a code",
            len(recorded),
            table,
            "number of cells (force, quarter, code) in recorded_offences",
        ),
        _count(
            "negative_cells",
            "cells below zero",
            (recorded["offences"] < 0).sum(),
            table,
            "number of cells in recorded_offences where offences are below zero",
        ),
        _count(
            "grooming_2016_17",
            f"offences recorded in 2016/17, code {GROOMING_CODE}",
            grooming_years["2016/17"],
            table,
            _of_code(GROOMING_CODE, "2016/17"),
        ),
        _count(
            "grooming_2017_18",
            f"offences recorded in 2017/18, code {GROOMING_CODE}",
            grooming_years["2017/18"],
            table,
            _of_code(GROOMING_CODE, "2017/18"),
        ),
        *(
            _count(
                f"exploitation_code_{year.replace('/', '_')}",
                f"offences recorded in {year}, code {EXPLOITATION_CODE}",
                exploitation[year],
                table,
                _of_code(EXPLOITATION_CODE, year),
            )
            for year in ("2018/19", "2019/20")
        ),
        _count(
            "all_codes_2021_22",
            f"offences recorded in 2021/22, the {CODES_COUNTED['all']} codes",
            all_codes,
            table,
            "sum of offences in recorded_offences where force_type is territorial, offence_scope is one of "
            f"{', '.join(scopes)} and financial_year is 2021/22",
        ),
        _count(
            "btp_newest",
            f"offences recorded in {newest} by British Transport Police, the {CODES_COUNTED['all']} codes",
            years["british_transport_police"][newest],
            table,
            f"sum of offences in recorded_offences where force_type is not territorial and financial_year is {newest}",
        ),
        Estimate(
            "child_only_growth",
            f"times the count of {first}",
            growth,
            basis=table,
            formula="child_only_newest / child_only_first",
        ),
        Estimate(
            "lowest_force_rate",
            rate,
            float(rates["per_100_000"].min()),
            basis=rated,
            procedure=_RATE.format("lowest", newest),
        ),
        Estimate(
            "highest_force_rate",
            rate,
            float(rates["per_100_000"].max()),
            basis=rated,
            procedure=_RATE.format("highest", newest),
        ),
        Estimate(
            "revision_national",
            "share by which the count of 2017/18 grew between two releases",
            float(revised["late"].sum() / revised["early"].sum() - 1),
            basis=twice,
            procedure=_REVISED.format("all forces together"),
        ),
        Estimate(
            "revision_least",
            "share by which the count of 2017/18 changed, force with the lowest",
            float(revised["factor"].min() - 1),
            basis=twice,
            procedure=_REVISED.format("the force in which that is lowest"),
        ),
        Estimate(
            "revision_most",
            "share by which the count of 2017/18 changed, force with the highest",
            float(revised["factor"].max() - 1),
            basis=twice,
            procedure=_REVISED.format("the force in which that is highest"),
        ),
        *group_based_results(figures, classes),
    ]


@dataclass(frozen=True, slots=True)
class QuotedClass:
    """A class of group-based offences that is quoted: the name of its result, its words, and its figure."""

    name: str
    label: str
    short: str
    figure: str
    reason: str

    def least(self, figures: Mapping[str, Figure]) -> float:
        """Return the fewest offences that the figure's words allow: "over" a number is one more at least."""
        figure = figures[self.figure]
        if figure.low is None:
            raise ValueError(f"{figure.id} has no lower end; the residual of group-based offences needs it")
        return figure.low + (figure.qualifier == "more_than")

    def least_written(self, figures: Mapping[str, Figure]) -> str:
        """Return the same as an expression over ids."""
        return f"{self.figure}.low + 1" if figures[self.figure].qualifier == "more_than" else self.figure


def quoted_classes(root: Path | str | None = None) -> tuple[QuotedClass, ...]:
    """Return the classes of ``data/judgement/quoted_classes.csv``, in the order of the chart."""
    return read_judgement("quoted_classes", QuotedClass, root)


def group_based_results(figures: Mapping[str, Figure], classes: Sequence[QuotedClass]) -> list[Estimate]:
    """Return the group-based offences of 2023, their parts, and the part that nobody quotes."""
    # The residual is at most what the classes leave at their least; it has no lower end but zero.
    group = GROUP_BASED[0]
    total = float(figures[group].value)
    most = total - sum(each.least(figures) for each in classes)
    basis = (group, *sorted(each.figure for each in classes))
    share = "share of group-based offences recorded in 2023"
    left = " - ".join([group, *(f"({each.least_written(figures)})" for each in classes)])
    exact = sorted((each for each in classes if figures[each.figure].qualifier == "exact"), key=lambda each: each.name)
    return [
        Estimate(
            "group_based_share",
            "share of offences recorded in 2023",
            total / float(figures[RECORDED_2023].value),
            basis=(group, RECORDED_2023),
            formula=f"{group} / {RECORDED_2023}",
        ),
        *(
            Estimate(
                f"{each.name}_share",
                share,
                each.least(figures) / total,
                basis=(each.figure, group),
                formula=f"{each.figure} / {group}",
            )
            for each in exact
        ),
        Estimate(
            "residual_group_based",
            "group-based offences recorded in 2023 in classes nobody quotes",
            interval=Interval(0, most, "bound"),
            basis=basis,
            formula=f"(0, {left})",
        ),
        Estimate(
            "residual_group_based_share",
            share,
            interval=Interval(0, most / total, "bound"),
            basis=basis,
            formula=f"(0, ({left}) / {group})",
        ),
    ]


@dataclass(frozen=True, slots=True)
class QuotedCount:
    """A count as it was quoted, the figure that it stands for and that of a newer year, where there is one."""

    words: str
    newest: str | None
    quoted: str
    counted: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class PublishedShare:
    """A published number that says who or what the records are about, with its own base."""

    figure: str
    reason: str


def published_shares(root: Path | str | None = None) -> tuple[PublishedShare, ...]:
    """Return the rows of ``data/judgement/published_shares.csv``, in the order in which the chapter prints them."""
    return read_judgement("published_shares", PublishedShare, root)


def quoted_counts(root: Path | str | None = None) -> tuple[QuotedCount, ...]:
    """Return the rows of ``data/judgement/quoted_counts.csv``, in the order in which the chapter prints them."""
    return read_judgement("quoted_counts", QuotedCount, root)


_RATE = (
    "{} over the forces of 100,000 times the sum of offences in recorded_offences where offence_scope is child_only "
    "and financial_year is {}, over population_mid_2023 in forces"
)
_REVISED = (
    "sum of offences_late_2023_release over sum of offences_early_release in revision_2017_18, less one, where "
    "offence_scope is child_only and force_type is territorial: {}"
)


def _of_code(code: str, year: str) -> str:
    return (
        "sum of offences in recorded_offences where force_type is territorial, "
        f"offence_code is {code} and financial_year is {year}"
    )


def _count(name: str, unit: str, value: int, basis: tuple[str, ...], procedure: str) -> Estimate:
    return Estimate(name, unit, int(value), basis=basis, procedure=procedure)
