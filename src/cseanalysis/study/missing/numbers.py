"""What the records do not say: the group-based flag, the classes nobody quotes, the recorded ethnicity of suspects."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product

import pandas as pd

from cseanalysis.models import assumption_ladder, coverage_needed, rogan_gladen, share_at_odds_ratio, share_bounds
from cseanalysis.models.missing.ladder import Rung
from cseanalysis.register import Figure
from cseanalysis.sensitivity.known import element, known_ends
from cseanalysis.study.data.named import COVERAGE, FLAGGED, MISSED, MISTAKEN, RECORDED_2023
from cseanalysis.study.missing.lists import list_results
from cseanalysis.study.ranges import Led, narrowed_by
from cseanalysis.study.recorded.numbers import QuotedClass
from cseanalysis.values import Assumption, Estimate, Interval

NOT_PRINTED = "not_printed"
SUSPECTS = "share of group-based suspects in 2023"
_RECORDED = "share of offences recorded in 2023"
_FEWEST = f"{COVERAGE}.low / 100"  # the least that can be recorded leaves most open


@dataclass(frozen=True, slots=True)
class Group:
    """One group among the records that say: its name, the ends of its share there, the figures it rests on."""

    name: str
    share: tuple[float, float]
    figures: tuple[str, ...]

    @property
    def written(self) -> tuple[str, str]:
        """The two ends of its share as expressions over ids; of what is left over, one less those of all others."""
        if self.name != NOT_PRINTED:
            return f"{self.figures[0]}.low / 100", f"{self.figures[0]}.high / 100"
        rest = [" - ".join(["1", *(f"{one}.{end} / 100" for one in self.figures)]) for end in ("high", "low")]
        return f"max(0, {rest[0]})", f"({rest[1]})"

    @property
    def label(self) -> str:
        """The name as a reader sees it."""
        return group_label(self.name)


def group_label(name: str) -> str:
    """Return a name of the register in words."""
    if name == NOT_PRINTED:
        return "Not printed, by subtraction"
    return " ".join(word if word == "or" else word.capitalize() for word in name.split("_"))


def missing_results(
    recorded: pd.DataFrame,
    forces: pd.DataFrame,
    figures: Mapping[str, Figure],
    classes: Iterable[QuotedClass],
    assumptions: Mapping[str, Assumption],
) -> list[Estimate]:
    """Return every result of the chapter on what the records do not say."""
    return [
        *flag_results(figures),
        *class_results(figures, classes),
        *composition_results(figures, assumptions),
        *list_results(recorded, forces, figures, assumptions),
    ]


def flag_results(figures: Mapping[str, Figure]) -> list[Estimate]:
    """Return what the group-based flag allows when offences without it, or with it, may be in the wrong class."""
    # None of them is an estimate of how good the flag is: none was found.
    offences, flagged = float(figures[RECORDED_2023].value), float(figures[FLAGGED].value)
    unflagged, apparent = offences - flagged, flagged / offences
    both, rest = (RECORDED_2023, FLAGGED), f"{RECORDED_2023} - {FLAGGED}"
    found_least, found_most = (end / 100 for end in figures[MISSED].ends)
    wrong_least, wrong_most = (end / 100 for end in figures[MISTAKEN].ends)
    # An audit that finds so many cases not flagged says how many are; with no mistaken flags, the rest follows.
    missed = [offences * rogan_gladen(apparent, 1 - wrong, 1.0) for wrong in (found_least, found_most)]
    mistaken = [flagged * (1 - wrong) for wrong in (wrong_most, wrong_least)]
    return [
        Estimate(
            "flag_unflagged",
            "offences recorded in 2023 without the group-based flag",
            unflagged,
            basis=both,
            formula=rest,
        ),
        Estimate(
            "flag_worst_case",
            _RECORDED,
            interval=share_bounds(flagged, flagged, unflagged),
            basis=both,
            formula=f"({FLAGGED} / {RECORDED_2023}, 1)",
        ),  # no record of an unflagged offence is known to say no
        Estimate(
            "flag_hundredth",
            "offences: one in a hundred of those without the flag",
            unflagged / 100,
            basis=both,
            formula=f"({rest}) / 100",
        ),
        Estimate(
            "flag_doubled_by",
            "share of offences without the flag",
            flagged / unflagged,
            basis=both,
            formula=f"{FLAGGED} / ({rest})",
        ),
        Estimate(
            "flag_emptied_by",
            "share of offences that are not group-based",
            apparent,
            basis=both,
            formula=f"{FLAGGED} / {RECORDED_2023}",
        ),
        Estimate(
            "flag_if_missed_like_hertfordshire",
            "offences recorded in 2023",
            interval=Interval(min(missed), max(missed), "bound"),
            basis=(*both, MISSED),
            formula="({}, {})".format(*(f"{FLAGGED} / (1 - {MISSED}.{end} / 100)" for end in ("least", "most"))),
        ),
        Estimate(
            "flag_if_mistaken_like_dyfed_powys",
            "offences recorded in 2023",
            interval=Interval(min(mistaken), max(mistaken), "bound"),
            basis=(FLAGGED, MISTAKEN),
            formula="({}, {})".format(*(f"{FLAGGED} * (1 - {MISTAKEN}.{end} / 100)" for end in ("most", "least"))),
        ),
    ]


def class_results(figures: Mapping[str, Figure], classes: Iterable[QuotedClass]) -> list[Estimate]:
    """Bound each quoted class of group-based offences if those in classes nobody quotes could belong to any."""
    # One of the classes not quoted is "unknown", so that no quoted class is known to be complete.
    total = float(figures[FLAGGED].value)
    quoted = tuple(classes)
    least = {f"class_{one.name}": one.least(figures) for one in quoted}
    known = math.fsum(least.values())
    basis = (FLAGGED, *(one.figure for one in quoted))
    written = {one.name: one.least_written(figures) for one in quoted}
    others = {name: " - ".join(f"({words})" for other, words in written.items() if other != name) for name in written}
    return [
        Estimate(
            f"class_{one.name}",
            "share of group-based offences recorded in 2023",
            interval=share_bounds(least[f"class_{one.name}"], known, total - known),
            basis=basis,
            formula=f"(({written[one.name]}) / {FLAGGED}, ({FLAGGED} - {others[one.name]}) / {FLAGGED})",
        )
        for one in quoted
    ]


def suspect_groups(figures: Mapping[str, Figure]) -> tuple[Group, ...]:
    """Return the groups whose share among suspects with a recorded ethnicity is printed, and what is left over."""
    # No group is named here: they are the figures whose known share is the coverage of the field.
    printed = [figure for figure in figures.values() if figure.known_share == COVERAGE]
    groups = [Group(figure.category.rpartition("/")[2], as_printed(figure), (figure.id,)) for figure in printed]
    if not groups:
        return ()
    rest = [max(0.0, 1 - math.fsum(group.share[end] for group in groups)) for end in (1, 0)]
    return (*groups, Group(NOT_PRINTED, (rest[0], rest[1]), tuple(figure.id for figure in printed)))


def suspect_ladder(group: Group, coverage: tuple[float, float], odds_ratio: float) -> tuple[Rung, ...]:
    """Give a group's share of all suspects under stronger and stronger assumptions about those not recorded."""
    ladders = [
        assumption_ladder(known * share, known, 1 - known, odds_ratios=(odds_ratio**2, odds_ratio), of=1)
        for known, share in product(coverage, group.share)
    ]
    return tuple(
        Rung(
            rungs[0].assumption,
            Interval(min(rung.interval.low for rung in rungs), max(rung.interval.high for rung in rungs), "bound"),
        )
        for rungs in zip(*ladders, strict=True)
    )


def coverage_line(group: Group, coverage: float, population: float) -> tuple[float | None, float | None]:
    """Return the coverage at which "above" and "below" a share of a population could be said of a group."""
    # For "above" at the lowest share that the printed number allows, for "below" at the highest; None where no coverage
    # gets there.
    low, high = group.share
    above = coverage_needed(coverage * low, coverage, 1 - coverage, population, of=1).above
    below = coverage_needed(coverage * high, coverage, 1 - coverage, population, of=1).below
    return above, below


def _at_odds(group: Group, coverage: tuple[float, float], *, unrecorded_odds_ratio: float) -> list[float]:
    """Lowest and highest share that coverage and rounding leave open when the odds ratio has one value."""
    shares = [
        share_at_odds_ratio(known * share, known, 1 - known, unrecorded_odds_ratio, of=1)
        for known, share in product(coverage, group.share)
    ]
    return [min(shares), max(shares)]


def field_coverage(figures: Mapping[str, Figure]) -> tuple[float, float]:
    """Return the share of suspects with a recorded ethnicity, lowest and highest where a range is printed."""
    return as_printed(figures[COVERAGE])


def as_printed(figure: Figure) -> tuple[float, float]:
    """Return the ends of a per cent as shares, as they were printed: rounding moves a bound by a point at most."""
    # The gate words its bounds from the same numbers; see `register.known.worst_case`.
    if figure.low is None or figure.high is None:
        raise ValueError(f"figure {figure.id} was printed as {figure.published!r}, with an open end; no bound follows")
    return figure.low / 100, figure.high / 100


def composition_results(figures: Mapping[str, Figure], assumptions: Mapping[str, Assumption]) -> list[Estimate]:
    """Return what the recorded ethnicity of group-based suspects in 2023 allows, for every group by one formula."""
    coverage, odds = field_coverage(figures), assumptions["unrecorded_odds_ratio"]
    printed = figures[COVERAGE].ends
    if not math.isclose(odds.low * odds.high, 1):
        raise ValueError(f"assumption {odds.id}: from {odds.low} to {odds.high}; must run from 1/r to r")
    ladders = {group: suspect_ladder(group, coverage, odds.high) for group in suspect_groups(figures)}
    assumed = f"{SUSPECTS}, if the assumed odds ratio holds"
    return [
        *(
            Estimate(
                f"suspects_{group.name}",
                SUSPECTS,
                interval=ladder[0].interval,
                basis=(*group.figures, COVERAGE),
                formula="({0} * {1}, {0} * {2} + 1 - {0})".format(_FEWEST, *group.written),
            )
            for group, ladder in ladders.items()
        ),
        *(
            Led(
                f"suspects_{group.name}_within_odds",
                assumed,
                interval=ladder[2].interval,
                basis=(*group.figures, COVERAGE, odds.id),
                formula="({}, {})".format(
                    *(
                        f"{_FEWEST} * {share} + (1 - {_FEWEST}) * {odds.id} * {share} / (1 + ({odds.id} - 1) * {share})"
                        for share in group.written
                    )
                ),
                narrowed=narrowed_by(element(known_ends(partial(_at_odds, group, coverage), [odds]), 0, 1)),
            )
            for group, ladder in ladders.items()
        ),
        Estimate(
            "suspects_times_needed",
            "times the share in the population compared with",
            interval=Interval(100 / printed[1], 100 / printed[0], "bound"),
            basis=(COVERAGE,),
            formula=f"(100 / {COVERAGE}.most, 100 / {COVERAGE}.least)",
        ),
    ]
