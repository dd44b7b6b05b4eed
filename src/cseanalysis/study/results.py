"""Every reported number, from named functions, in one file."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from cseanalysis.export.wording import say_month
from cseanalysis.register import Figure
from cseanalysis.sensitivity import narrowing
from cseanalysis.sensitivity.ranking import settled
from cseanalysis.study.change.chapter import change_chapter
from cseanalysis.study.change.events import RecordingChange, load_recording_changes
from cseanalysis.study.change.interventions import Intervention, load_interventions
from cseanalysis.study.comparisons.bad_analyses import redteam_results
from cseanalysis.study.comparisons.funnel import funnel_results
from cseanalysis.study.comparisons.numbers import comparison_results
from cseanalysis.study.data.assumptions import load_assumptions
from cseanalysis.study.data.codes import check_codes
from cseanalysis.study.data.files import write_atomic
from cseanalysis.study.data.project import Project, check_raw
from cseanalysis.study.data.reported import Narrowed, sealed
from cseanalysis.study.data.tables import build_tables, check_tables, load_figures, read_table
from cseanalysis.study.lag.backtest import back_test_results, back_tests
from cseanalysis.study.lag.courts import court_queue, court_results
from cseanalysis.study.lag.numbers import OWN_SCOPE, data_end, lag_by_year, lag_models, lag_results, lag_scenario
from cseanalysis.study.lag.simulation import simulated_charges, simulation_results, simulation_runs, visible_by_age
from cseanalysis.study.lag.snapshots import snapshot_results
from cseanalysis.study.lag.waits import delays_corrected, wait_results
from cseanalysis.study.missing.numbers import missing_results
from cseanalysis.study.ranges import (
    TURNING,
    among,
    clustering,
    leading_of,
    narrowed_rows,
    needed_assumptions,
    noting,
    resting_on,
)
from cseanalysis.study.recorded.numbers import recorded_results
from cseanalysis.study.sensitivity.chapter import sensitivity_chapter
from cseanalysis.study.totals.chains import dependence_results, dependence_table
from cseanalysis.study.totals.numbers import ROUTES, total_results
from cseanalysis.study.totals.survey import survey_comparison, survey_results
from cseanalysis.values import Assumption, Estimate


@dataclass(frozen=True, slots=True)
class StudyInputs:
    """What every reported number is computed from, read once: assumptions may change, these do not."""

    figures: Mapping[str, Figure]
    recorded: pd.DataFrame
    revision: pd.DataFrame
    forces: pd.DataFrame
    recording: tuple[RecordingChange, ...]
    interventions: tuple[Intervention, ...]


def read_inputs(project: Project) -> StudyInputs:
    """Read figures and tidy tables, checked against the registered raw files.

    Raises
    ------
    ChecksumError
        When a raw file is not the registered one, or the tidy tables were built from another.
    """
    check_raw(project)
    check_tables(project)
    figures = dict(load_figures(project.root))
    recorded = read_table("recorded_offences", project.root)
    check_codes(recorded)
    return StudyInputs(
        figures=figures,
        recorded=recorded,
        revision=read_table("revision_2017_18", project.root),
        forces=read_table("forces", project.root),
        recording=load_recording_changes(project.root),
        interventions=load_interventions(figures, project.root),
    )


def build_results(project: Project) -> dict[str, Any]:
    """Compute every reported number of the study; see `compute_results`.

    Parameters
    ----------
    project
        The study, its tidy tables built.

    Returns
    -------
    dict

    Raises
    ------
    ChecksumError
        When a raw file is not the registered one, or the tidy tables were built from another.
    """
    return compute_results(read_inputs(project), load_assumptions(project.root))


def compute_results(
    inputs: StudyInputs, assumptions: Mapping[str, Assumption], *, scope: str = OWN_SCOPE
) -> dict[str, Any]:
    """Compute every reported number from what was read.

    Parameters
    ----------
    inputs
        Figures and tidy tables.
    assumptions
        The study's, by id, or those of a scenario.
    scope
        The offences whose lag is followed, one of `study.lag.SCOPES`.

    Returns
    -------
    dict
        ``"results"``: a list of estimates with id, unit, point or interval, basis, and the assumption that each hangs
        on most (``"leading"``, see `cseanalysis.study.data.reported.Leading`). ``"tables"``: name to a list of rows,
        for numbers that are reported side by side.

    Raises
    ------
    ValueError
        When an assumption is missing or malformed, or two results share an id.
    """
    with noting() as noted:
        estimates, tables = _computed(inputs, assumptions, scope)
    finer = narrowed_rows(tables["narrowing"])  # at nine places, not only at those that bounding them takes
    ids = [estimate.id for estimate in estimates]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise ValueError(f"results {twice[:5]} are computed twice; an id names one number")
    tables |= sensitivity_chapter(
        {estimate.id: estimate for estimate in estimates},
        inputs.recorded,
        inputs.revision,
        inputs.figures,
        assumptions,
        scope=scope,
    )
    return {
        "period": data_period(inputs.recorded),
        "results": [
            {**_as_json(estimate), "leading": _leading(estimate, {**noted, **finer}, assumptions)}
            for estimate in estimates
        ],
        "tables": {name: _rows(table) for name, table in tables.items()},
    }


def _computed(
    inputs: StudyInputs, assumptions: Mapping[str, Assumption], scope: str
) -> tuple[list[Estimate], dict[str, pd.DataFrame]]:
    figures, recorded, revision, forces = inputs.figures, inputs.recorded, inputs.revision, inputs.forces
    totals = total_results(figures, assumptions)  # quick, so first: a fault in an assumption is told at once
    inflation = clustering(assumptions)
    tested, by_year = back_tests(recorded, figures, assumptions), lag_by_year(recorded, assumptions, scope=scope)
    corrected, runs = delays_corrected(figures, assumptions), simulation_runs(recorded, assumptions)
    charges, queue = simulated_charges(recorded, runs, assumptions), court_queue(figures, assumptions)
    dependence = dependence_table(assumptions)
    change_estimates, change_tables = change_chapter(
        recorded, figures, assumptions, recording=inputs.recording, interventions=inputs.interventions
    )
    estimates = [
        *recorded_results(recorded, revision, forces, figures),
        *missing_results(recorded, forces, figures, assumptions),
        *totals,
        *survey_results(figures, assumptions),
        *dependence_results(dependence),
        *lag_results(recorded, by_year, assumptions, scope=scope),
        *back_test_results(tested, recorded, figures, assumptions),
        *wait_results(recorded, corrected, figures, assumptions),
        *simulation_results(recorded, charges, runs["clustered"], assumptions),
        *court_results(figures, queue),
        *snapshot_results(figures),
        *comparison_results(figures, inflation=inflation),
        *redteam_results(figures),
        *funnel_results(recorded),
        *change_estimates,
    ]
    tables = {
        "dependence": dependence,
        "survey_comparison": survey_comparison({estimate.id: estimate for estimate in estimates}),
        "lag_scenario": lag_scenario(recorded, assumptions, scope=scope),
        "lag_by_year": by_year,
        "back_tests": tested,
        "delays_corrected": corrected,
        "charges_by_quarter": charges,
        "visible_by_age": visible_by_age(runs["clustered"], assumptions),
        "court_queue": queue,
        "narrowing": narrowing_table(recorded, figures, assumptions, scope=scope),
        **change_tables,
    }
    return estimates, tables


def data_period(recorded: pd.DataFrame) -> dict[str, str]:
    """Say in words where the recorded offences begin and end, and which years with four quarters the chapters quote.

    Parameters
    ----------
    recorded
        The table ``recorded_offences``.

    Returns
    -------
    dict
        ``first`` and ``last`` month; ``first_year``, ``newest_year`` and ``earlier_year`` (four years before).
    """
    quarters = recorded.groupby("financial_year")["quarter"].nunique()
    years = sorted(quarters.index[quarters == 4])
    if len(years) < 5:
        raise ValueError(f"the data hold {len(years)} years with four quarters; the chapters need five to look back")
    return {
        "first": say_month(recorded["period_start"].min()),
        "last": say_month(data_end(recorded)),
        "first_year": years[0],
        "newest_year": years[-1],
        "earlier_year": years[-5],
    }


def narrowing_table(
    recorded: pd.DataFrame,
    figures: Mapping[str, Figure],
    assumptions: Mapping[str, Assumption],
    *,
    scope: str = OWN_SCOPE,
) -> pd.DataFrame:
    """Say for each headline range how much of it would go if one assumption were known.

    Parameters
    ----------
    recorded, figures, assumptions
        The table ``recorded_offences`` and the study's figures and assumptions.
    scope
        As for `compute_results`.

    Returns
    -------
    DataFrame
        The columns of `cseanalysis.sensitivity.narrowing` with ``result`` in front.
    """
    count = float(figures["F008"].value)
    models: dict[str, Callable[..., float]] = {route.id: partial(route.model, recorded=count) for route in ROUTES}
    models |= lag_models(recorded, scope=scope)
    parts = []
    for name, model in models.items():
        needed = needed_assumptions(model, assumptions)
        with resting_on(name, needed):
            part = narrowing(model, needed, turning=among(TURNING, needed))
        part.insert(0, "result", name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def write_results(path: Path, results: Mapping[str, Any]) -> None:
    """Write the results as JSON, whole or not at all."""
    write_atomic(path, results_bytes(results))


def results_bytes(results: Mapping[str, Any]) -> bytes:
    """Return results as they are written: the same numbers, the same bytes."""
    return sealed(results)


def _as_json(estimate: Estimate) -> dict[str, Any]:
    interval = estimate.interval
    return {
        "id": estimate.id,
        "unit": estimate.unit,
        "point": _rounded(estimate.point),
        "interval": interval
        and {
            "low": _rounded(interval.low),
            "high": _rounded(interval.high),
            "kind": interval.kind,
            "level": interval.level,
        },
        "basis": list(estimate.basis),
    }


def _leading(
    estimate: Estimate, noted: Mapping[str, tuple[Narrowed, ...]], assumptions: Mapping[str, Assumption]
) -> dict[str, Any]:
    leading = leading_of(estimate, noted, assumptions)
    rows = [
        {"assumption": one.assumption, "least": _rounded(one.least), "most": _rounded(one.most)}
        for one in leading.assumptions
    ]
    return {"kind": leading.kind, **({"assumptions": rows} if rows else {})}


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    dated = table.assign(
        **{column: table[column].dt.strftime("%Y-%m-%d") for column in table.columns if table[column].dtype.kind == "M"}
    )
    return [{str(key): _rounded(value) for key, value in row.items()} for row in dated.to_dict("records")]


def _rounded(value: Any) -> Any:
    """Drop the digits that differ between processors, so that the same input gives the same bytes."""
    if value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None  # a table may hold what cannot be estimated; JSON knows no NaN
    if isinstance(value, float):
        return settled(value)
    return value


def rebuild(project: Project, folder: Path, *, assumptions: Path | None = None) -> Project:
    """Build tables and results of a study in an empty folder, from its raw data and assumptions.

    Parameters
    ----------
    project
        The study; nothing in it is written.
    folder
        An empty folder; it becomes a study of its own.
    assumptions
        Another file of assumptions than the study's.

    Returns
    -------
    Project
        The study in ``folder``.

    Raises
    ------
    ChecksumError
        When a raw file is not the registered one, before or after it was copied.
    """
    copy = Project(folder)
    shutil.copytree(project.raw, copy.raw)
    shutil.copyfile(assumptions or project.assumptions, copy.assumptions)
    check_raw(copy)
    copy.processed.mkdir()
    build_tables(copy, copy.processed)
    write_results(copy.results, build_results(copy))
    return copy
