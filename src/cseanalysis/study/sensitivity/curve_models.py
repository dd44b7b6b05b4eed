"""What one structural choice after another makes of the headline numbers, through the study's own functions.

Each model takes one option for each decision; a combination that would estimate something else raises its reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cseanalysis.models import bridge_survey, shapes_from_quantiles
from cseanalysis.models.delays.delay import Delay, Family
from cseanalysis.models.totals.survey import Basis, Measure
from cseanalysis.register import Figure, IncomparableError, compare
from cseanalysis.study.data.codes import OWN_SCOPE, SCOPES
from cseanalysis.study.data.named import RECORDED_2023, WHOLE
from cseanalysis.study.lag.numbers import average_years, months_to_charge, visible_charges
from cseanalysis.study.ranges import bounded
from cseanalysis.study.sensitivity.judged import CurveOption
from cseanalysis.study.totals.numbers import ROUTES
from cseanalysis.study.totals.survey import BREAKS, WINDOWS, hold_against_record
from cseanalysis.values import Assumption, Estimate, Interval, NotEstimableError

Assumptions = Mapping[str, Assumption]
Intakes = Mapping[tuple[str, str], pd.Series]  # offences by quarter, for each scope and coverage

COVERAGES: tuple[str, ...] = (
    "territorial forces",
    "territorial forces and British Transport Police",
    "forces with an offence in every quarter",
)
ESTIMATORS: tuple[str, ...] = ("the two years compared", "trend of the years", "trend of the quarters")


def recorded_growth(
    *,
    offence_scope: str,
    coverage: str,
    estimator: str,
    release: bool,
    intakes: Intakes,
    early: Intakes,
    first: int,
    newest: int,
) -> float:
    """Recorded offences of the newest year over those of the first; trends are log-linear, by least squares."""
    intake = intakes[offence_scope, coverage]
    if release:
        if estimator == ESTIMATORS[0]:
            raise NotEstimableError(
                f"2017/18 is neither of the years that begin in {first} and {newest}: its release makes no difference "
                "to the two years compared, and a specification counts once"
            )
        intake = early[offence_scope, coverage]
    years = years_of(intake, complete=True)
    if estimator == ESTIMATORS[0]:
        return float(years[newest] / years[first])
    if estimator == ESTIMATORS[1]:
        slope = float(np.polyfit(list(years), np.log(list(years.values())), 1)[0])
        return math.exp(slope * (newest - first))
    whole = intake.to_numpy()[np.isin(_start_years(intake), list(years))]
    times = np.arange(len(whole))
    design = np.column_stack([times, *((times % 4 == season) for season in range(4))]).astype(np.float64)
    slope = float(np.linalg.lstsq(design, np.log(whole), rcond=None)[0][0])
    return math.exp(slope * 4 * (newest - first))


def months_to_half(
    *,
    median: float | str | None,
    delay_family: Family,
    growth_of_intake: bool,
    delay_shapes: tuple[float, float] | None,
    kept: Assumptions,
) -> Interval:
    """Months until half of a cohort's eventual charges, over the assumptions that the choices leave."""
    chosen, known = _delay_choices(median, delay_family, growth_of_intake, delay_shapes, kept)
    model = partial(months_to_charge, share=0.5, family=delay_family, **known)
    return _interval(bounded("months_to_half_of_charges", "months", model, chosen, ()))


def charges_visible(
    *,
    offence_scope: str,
    coverage: str,
    median: float | str | None,
    delay_family: Family,
    growth_of_intake: bool,
    delay_shapes: tuple[float, float] | None,
    intakes: Intakes,
    newest: int,
    kept: Assumptions,
) -> Interval:
    """Share of the newest year's eventual charges that was visible at the data's end."""
    chosen, known = _delay_choices(median, delay_family, growth_of_intake, delay_shapes, kept)
    intake = intakes[offence_scope, coverage]
    place = list(years_of(intake, complete=False)).index(newest)
    counts = intake.to_numpy()

    def visible(*, days_to_charge: float, delay_shape: float, intake_growth: float) -> float:
        by_quarter = _visible(len(counts), days_to_charge, delay_shape, intake_growth, delay_family)
        return float(average_years(by_quarter, counts)[place])

    return _interval(bounded("charges_visible_newest", "share", partial(visible, **known), chosen, ()))


def implied_total(
    *,
    route: str,
    recorded_count: CurveOption,
    reading: bool,
    recording: bool,
    per: str,
    figures: Mapping[str, Figure],
    kept: Assumptions,
) -> Interval:
    """Contact offences, or children with one, implied by a year's recording; other routes estimate something else."""
    offences_route, children_route = ROUTES[0], ROUTES[1]
    if recorded_count.figure is None:
        raise NotEstimableError(recorded_count.reason)
    figure, own = figures[recorded_count.figure], figures[RECORDED_2023]
    if figure is not own:
        comparison = compare(figure, own)
        if comparison.verdict == "refused":
            raise IncomparableError(comparison.statement, comparison.reasons)
    recorded = float(figure.value)
    if route in {window.id for window in WINDOWS}:
        window = WINDOWS[0] if route == WINDOWS[0].id else WINDOWS[1]
        asked = _interval(bounded(window.id, "children", window.model, kept, ()))
        police = _interval(bounded("recorded", "children", partial(children_route.base, recorded=recorded), kept, ()))
        hold_against_record(window, asked, police)  # names the planks that no source read gives
    known: dict[str, float] = {}
    if route == "known_offence_probability":
        if reading:
            known[route] = 0.1
        if recording:
            known["recording_probability"] = kept["recording_probability"].high
        model: Callable[..., float] = offences_route.model
        if per == "children":
            model = _children_by_offences
    else:
        if recording:
            raise NotEstimableError(
                "one in eight children are known in a record, so recording is contained; the choice makes no "
                "difference, and a specification counts once"
            )
        if reading:
            known[route] = 1 / 8
        model = children_route.model if per == "children" else _offences_by_children
    return _interval(bounded(f"{per}_total", per, partial(model, recorded=recorded, **known), kept, ()))


def yearly_by_survey(
    *, survey: str, years_abused: bool, prevalence: bool, people_not_asked: bool, kept: Assumptions
) -> Interval:
    """Children abused in a year before 16, by the survey of 2019; the survey of 2024 asked otherwise."""
    if survey != WINDOWS[0].id:
        later, place = WINDOWS[1], WHOLE
        asked = Basis("children abused in a year", later.words, "a year about 2023", later.definition, place)
        target = Basis("children abused in a year", WINDOWS[0].words, "a year about 2023", WINDOWS[0].definition, place)
        value = _interval(bounded(later.id, "children", later.model, kept, ()))
        bridge_survey(Measure(value, asked), target, (), breaks=BREAKS)
    chosen = dict(kept)
    if years_abused:
        chosen["years_abused"] = replace(kept["years_abused"], low=1.0, high=float(WINDOWS[0].ages))
    known = {"prevalence_change": 1.0} if prevalence else {}
    known |= {"not_asked_inflation": 1.0} if people_not_asked else {}
    return _interval(bounded(WINDOWS[0].id, "children", partial(WINDOWS[0].model, **known), chosen, ()))


def median_days(figure: Figure) -> float | str:
    """Return a published median in days, or why the figure is none."""
    if figure.unit != "days_median":
        return f"{figure.id} ({figure.statement}) is printed without saying whether it is a mean or a median"
    return float(figure.value)


def years_of(intake: pd.Series, *, complete: bool) -> dict[int, float]:
    """Sum quarters by financial year, named by the year it begins in; only years with four quarters if asked."""
    starts, places, quarters = np.unique(_start_years(intake), return_inverse=True, return_counts=True)
    sums = np.bincount(places, weights=intake.to_numpy())
    rows = zip(starts.tolist(), sums.tolist(), quarters.tolist(), strict=True)
    return {year: total for year, total, count in rows if count == 4 or not complete}


def intakes_of(recorded: pd.DataFrame) -> dict[tuple[str, str], pd.Series]:
    """Sum the table ``recorded_offences`` by quarter for each scope and coverage; no model then needs the table."""
    wide = recorded.astype({"offences": "float64"}).pivot_table(
        index="period_start", columns=["force_type", "force", "offence_code"], values="offences", aggfunc="sum"
    )
    counts, codes = wide.to_numpy(), wide.columns.get_level_values("offence_code")
    covered = {coverage: _covered(wide, coverage) for coverage in COVERAGES}
    return {
        (scope, coverage): pd.Series(counts[:, forces & np.asarray(codes.isin(chosen))].sum(axis=1), wide.index)
        for scope, chosen in SCOPES.items()
        for coverage, forces in covered.items()
    }


def with_early_release(recorded: pd.DataFrame, revision: pd.DataFrame) -> pd.DataFrame:
    """Put the early release of 2017/18 in the place of the late one."""
    key = ["financial_year", "quarter", "force", "offence_code"]
    merged = recorded.merge(revision[[*key, "offences_early_release"]], on=key, how="left", validate="one_to_one")
    there = merged["offences_early_release"].notna()
    if int(there.sum()) != len(revision) or not there.equals(merged["financial_year"].eq("2017/18")):
        raise ValueError(
            f"revision_2017_18 has {len(revision)} rows, of which {int(there.sum())} stand in recorded_offences; both "
            "must hold the same forces, quarters and codes of 2017/18"
        )
    merged["offences"] = merged["offences_early_release"].where(there, merged["offences"])
    return merged.drop(columns="offences_early_release")


@lru_cache(maxsize=2**14)
def _visible(quarters: int, days: float, shape: float, growth: float, family: Family) -> NDArray[np.float64]:
    """Keep what scopes and coverages share: only the weights of the quarters differ between them."""
    return visible_charges(
        quarters=quarters, days_to_charge=days, delay_shape=shape, intake_growth=growth, family=family
    )


def _delay_choices(
    median: float | str | None,
    family: Family,
    corrected: bool,
    shapes: tuple[float, float] | None,
    kept: Assumptions,
) -> tuple[dict[str, Assumption], dict[str, float]]:
    """Turn choices into ranges of the assumptions and those that take one value."""
    if isinstance(median, str):
        raise NotEstimableError(f"{median}; the mean of a long-tailed delay may be twice its median")
    if corrected and family != "gamma":
        raise NotEstimableError(
            f"the correction for growth of intake is exact for the gamma family only, not for {family}: a cohort's "
            "delay does not follow from what one year's charges show"
        )
    shape = kept["delay_shape"]
    low, high = shapes or (shape.low, shape.high)
    if family != "gamma":
        ends = [_same_spread(end, family) for end in (low, high)]
        low, high = min(ends), max(ends)
    chosen = {**kept, "delay_shape": replace(shape, low=low, high=high)}
    known = {} if median is None else {"days_to_charge": median}
    return chosen, known if corrected else {**known, "intake_growth": 0.0}


@lru_cache(maxsize=64)
def _same_spread(gamma_shape: float, family: Family) -> float:
    """Return the shape with which a family has the same ratio of the ninth decile to the median as a gamma delay."""
    half, ninth = Delay("gamma", gamma_shape, 1.0).quantile([0.5, 0.9]).tolist()
    return shapes_from_quantiles({0.5: half, 0.9: ninth}, family=family).low


def _children_by_offences(
    *,
    recorded: float,
    contact_share: float,
    offences_per_child: float,
    known_offence_probability: float,
    recording_probability: float,
) -> float:
    return recorded * contact_share / (offences_per_child * known_offence_probability * recording_probability)


def _offences_by_children(*, recorded: float, contact_share: float, known_child_probability: float) -> float:
    """As many offences a child among those not known as among those known: the ratio itself then drops out."""
    return recorded * contact_share / known_child_probability


def _covered(wide: pd.DataFrame, coverage: str) -> NDArray[np.bool_]:
    territorial = np.asarray(wide.columns.get_level_values("force_type") == "territorial")
    if coverage == COVERAGES[1]:
        return np.ones(len(territorial), dtype=bool)
    if coverage == COVERAGES[0]:
        return territorial
    own = wide.loc[:, wide.columns.isin(SCOPES[OWN_SCOPE], level="offence_code")]
    always = (own.T.groupby(level="force").sum() > 0).all(axis=1)
    return np.asarray(territorial & wide.columns.isin(always.index[always], level="force"), dtype=np.bool_)


def _start_years(intake: pd.Series) -> NDArray[np.int64]:
    months = intake.index.to_numpy().astype("datetime64[M]").astype(np.int64)  # from January 1970
    return np.asarray((months - 3) // 12 + 1970, dtype=np.int64)


def _interval(estimate: Estimate) -> Interval:
    if estimate.interval is None:
        raise ValueError(f"{estimate.id} is no range")
    return estimate.interval
