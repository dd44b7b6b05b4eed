"""What agencies know together: lists of which only totals are published, and what no overlap leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pandas as pd

from cseanalysis.models import estimate_population, known_to_all, known_to_any, two_list_bounds
from cseanalysis.register import Figure
from cseanalysis.sensitivity.known import element, known_ends
from cseanalysis.study.data.named import ASSESSED, CENTRES, WALES
from cseanalysis.study.formulas import written
from cseanalysis.study.ranges import Led, bounded, narrowed_by, ranging
from cseanalysis.values import Assumption, Estimate, Interval, NotEstimableError

YEAR = "2021/22"
_POLICE = ("adult_when_recorded_share", "child_only_offences_per_child")
CHILDREN = f"children on the list in {YEAR}"
ODDS_RATIOS = (0.5, 1.0, 2.0, 4.0)  # drawn, not assumed: half as likely, independent, twice, four times


def children_with_police(
    *, offences: float, adult_when_recorded_share: float, child_only_offences_per_child: float
) -> float:
    """Children of a year behind offences recorded in it, less the victims who were adults by then."""
    return offences * (1 - adult_when_recorded_share) / child_only_offences_per_child


def children_with_services(*, assessments: float, assessments_per_child: float) -> float:
    """Children behind a year's assessments."""
    return assessments / assessments_per_child


def english_offences(recorded: pd.DataFrame, forces: pd.DataFrame, financial_year: str) -> int:
    """Count the child-only offences of one financial year in the territorial forces of England."""
    chosen = recorded[(recorded["financial_year"] == financial_year) & (recorded["offence_scope"] == "child_only")]
    english = forces.loc[forces["region"] != WALES, "force"]
    return int(chosen.loc[chosen["force"].isin(english), "offences"].sum())


def list_results(
    recorded: pd.DataFrame,
    forces: pd.DataFrame,
    figures: Mapping[str, Figure],
    assumptions: Mapping[str, Assumption],
) -> list[Estimate]:
    """Return how many children each agency's list may hold, and the Frechet bounds on the lists together."""
    # Offences and assessments become children only through assumed ratios. The bounds on the lists together limit what
    # agencies know, never the dark figure.
    offences = english_offences(recorded, forces, YEAR)
    tables = ("recorded_offences", "forces")
    rounding = figures[ASSESSED].ends
    per_child = ("assessments_per_child",)

    def police(*, adult_when_recorded_share: float, child_only_offences_per_child: float) -> float:
        return children_with_police(
            offences=offences,
            adult_when_recorded_share=adult_when_recorded_share,
            child_only_offences_per_child=child_only_offences_per_child,
        )

    def services(*, assessments_per_child: float) -> list[float]:
        return [
            children_with_services(assessments=end, assessments_per_child=assessments_per_child) for end in rounding
        ]

    centres = Interval(*figures[CENTRES].ends, "bound")

    def together(**values: float) -> list[float]:
        """Ends of what any, and what both, may hold where the assumptions have one value."""
        counted = police(**{name: values[name] for name in _POLICE})
        assessed = services(assessments_per_child=values[per_child[0]])
        spans = {"police": Interval(counted, counted, "bound"), "services": Interval(assessed[0], assessed[1], "bound")}
        anyone, both = known({**spans, "centres": centres}), shared([*spans.values()])
        return [anyone.low, anyone.high, both.low, both.high]

    counted = (
        f"sum of offences in recorded_offences where offence_scope is child_only, financial_year is {YEAR} and the "
        f"force's region in forces is not {WALES}"
    )
    of_police = written(children_with_police, offences="list_offences")
    of_services = [written(children_with_services, assessments=f"{ASSESSED}.{end}") for end in ("least", "most")]
    lists = [
        Estimate(
            "list_offences",
            f"child-only offences recorded in {YEAR}, English forces",
            offences,
            basis=tables,
            procedure=counted,
        ),
        bounded("list_police", CHILDREN, police, assumptions, tables, formula=of_police),
        ranging(
            "list_services",
            CHILDREN,
            element(known_ends(services, [assumptions[name] for name in per_child]), 0, 1),
            (ASSESSED, *per_child),
            formula=f"({', '.join(of_services)})",
        ),
        Estimate(
            "list_centres", CHILDREN, interval=centres, basis=(CENTRES,), formula=f"({CENTRES}.least, {CENTRES}.most)"
        ),
    ]
    spans = {estimate.id: estimate.interval for estimate in lists if estimate.interval is not None}
    basis = tuple(dict.fromkeys(name for estimate in lists[1:] for name in estimate.basis))
    two = tuple(dict.fromkeys((*lists[1].basis, *lists[2].basis)))
    joint = known_ends(together, [assumptions[name] for name in (*_POLICE, *per_child)])
    return [
        *lists,
        Led(
            "known_to_any",
            f"children on any of the lists in {YEAR}",
            interval=known(spans),
            basis=basis,
            narrowed=narrowed_by(element(joint, 0, 1)),
            formula=f"(max({', '.join(f'floor({name}.low)' for name in spans)}), "
            f"{' + '.join(f'ceil({name}.high)' for name in spans)})",
        ),
        Led(
            "known_to_both",
            f"children on the lists of police and children's services in {YEAR}",
            interval=shared([spans["list_police"], spans["list_services"]]),
            basis=two,
            narrowed=narrowed_by(element(joint, 2, 3)),
            formula="(0, min(ceil(list_police.high), ceil(list_services.high)))",
        ),
    ]


def known(spans: Mapping[str, Interval]) -> Interval:
    """Bound how many children lists hold together when each list's own length is a range."""
    fewest = known_to_any([int(span.low) for span in spans.values()])
    return Interval(fewest.low, known_to_any([_up(span.high) for span in spans.values()]).high, "bound")


def shared(spans: list[Interval]) -> Interval:
    """Bound how many children are on every list when each list's own length is a range."""
    return Interval(0.0, known_to_all([_up(span.high) for span in spans]).high, "bound")


def totals_over_overlap(
    first: Interval, second: Interval, shares: tuple[float, ...], odds_ratio: float
) -> list[Interval]:
    """Bound the total that two lists would mean, for each share of the shorter list assumed to be on the longer."""
    # What it would take, not what is: no overlap was found.
    # With the overlap a fixed share of the shorter list the total is linear in both lengths on either side of equal
    # length, so its ends lie at corners of the two ranges or where the lists are equally long.
    corners = set(product((first.low, first.high), (second.low, second.high)))
    corners |= {
        (even, even)
        for even in (max(first.low, second.low), min(first.high, second.high))
        if first.low <= even <= first.high and second.low <= even <= second.high
    }
    odds = Interval(odds_ratio, odds_ratio, "bound")
    found = []
    for share in shares:
        totals = []
        for one, other in corners:
            pair = round(one), round(other)
            both = share * min(pair)
            totals.append(two_list_bounds(*pair, both=Interval(both, both, "bound"), odds_ratio=odds).low)
        found.append(Interval(min(totals), max(totals), "bound"))
    return found


def refusal_on_totals(totals: Mapping[str, int]) -> str:
    """Ask for a population from list totals alone, and return the refusal."""
    names = list(totals)
    histories = pd.DataFrame([[int(name == other) for other in names] for name in names], columns=names)
    try:
        estimate_population(histories.assign(count=list(totals.values())))
    except NotEstimableError as error:
        return str(error)
    raise ValueError("totals without overlaps gave a population; they must be refused")


def refusal_on_no_overlap(first: int, second: int) -> str:
    """Ask for a total from two lists whose overlap may be nought, and return the refusal."""
    try:
        two_list_bounds(
            first,
            second,
            both=known_to_all([first, second]),
            odds_ratio=Interval(min(ODDS_RATIOS), max(ODDS_RATIOS), "bound"),
        )
    except NotEstimableError as error:
        return str(error)
    raise ValueError("an overlap of nought gave a total; it must be refused")


def _up(value: float) -> int:
    return -int(-value // 1)
