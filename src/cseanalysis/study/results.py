"""Every reported number, from named functions, in one file."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cseanalysis.export.wording import say_month
from cseanalysis.sensitivity.ranking import settled
from cseanalysis.study.beside import Helper, helping
from cseanalysis.study.change.events import load_recording_changes
from cseanalysis.study.change.interventions import load_interventions
from cseanalysis.study.change.judged import read_series_parts
from cseanalysis.study.comparisons.bad_analyses import bad_analyses
from cseanalysis.study.data.assumptions import load_assumptions
from cseanalysis.study.data.codes import OWN_SCOPE, check_codes
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.files import write_atomic
from cseanalysis.study.data.judgement import check_judgement, check_results_named
from cseanalysis.study.data.project import Project, check_raw
from cseanalysis.study.data.reported import Narrowed, sealed
from cseanalysis.study.data.tables import check_tables, data_end, read_table
from cseanalysis.study.evidence.absences import absences, check_absences, check_asked
from cseanalysis.study.evidence.age import evidence_of
from cseanalysis.study.kept import Computed, Kept
from cseanalysis.study.labels import Of, check_labels
from cseanalysis.study.lag.judged import back_tests, published_delays
from cseanalysis.study.lag.outcomes import newest_outcomes
from cseanalysis.study.parts import PARTS, Given, Part, StudyInputs
from cseanalysis.study.ranges import Led, leading_of, narrowed_rows, require
from cseanalysis.study.recorded.numbers import quoted_classes
from cseanalysis.study.recorded.shares import share_bases, unprinted
from cseanalysis.study.sensitivity.judged import read_curve_options, read_statements
from cseanalysis.study.tidy import build_tables
from cseanalysis.study.totals.numbers import evidence
from cseanalysis.values import Assumption, Estimate


def read_inputs(project: Project) -> StudyInputs:
    """Read figures and tidy tables, checked against the registered raw files."""
    check_raw(project)
    check_tables(project)
    figures = dict(load_figures(project.root))
    assumptions = load_assumptions(project.root)
    require((name for part in PARTS for name in part.assumptions), assumptions)
    check_judgement(project, figures, assumptions)
    check_labels("assumption", assumptions, project.root, every=True)
    sought = absences(project.root)
    check_asked(sought, figures)
    check_absences(sought, figures)
    unprinted(figures, share_bases(project.root))  # a rule that cannot be read must not wait for a chapter
    recorded = read_table("recorded_offences", project.root)
    check_codes(recorded)
    return StudyInputs(
        figures=figures,
        recorded=recorded,
        revision=read_table("revision_2017_18", project.root),
        forces=read_table("forces", project.root),
        outcomes=read_table("outcomes", project.root),
        delays=published_delays(project.root),
        back_tests=back_tests(project.root),
        recording=load_recording_changes(project.root),
        interventions=load_interventions(figures, project.root),
        evidence=evidence(project.root),
        classes=quoted_classes(project.root),
        series_parts=read_series_parts(project.root),
        statements=read_statements(project.root),
        curve_options=read_curve_options(project.root),
        bad_analyses=bad_analyses(project.root),
    )


def build_results(project: Project, *, kept: Path | None = None, beside: bool = False) -> dict[str, Any]:
    """Compute every reported number of the study; see `compute_results`."""
    own = None if kept is None else Kept.of(project, kept)
    inputs = read_inputs(project)
    results = compute_results(inputs, load_assumptions(project.root), kept=own, beside=beside)
    check_results_named(project, [one["id"] for one in results["results"]])
    check_labels("result", [one["id"] for one in results["results"]], project.root)
    homes_of: dict[Of, str] = {"curve": "curves", "decision": "curve_shares", "quantity": "variance_shares"}
    for of, table in homes_of.items():
        check_labels(of, dict.fromkeys(row[of] for row in results["tables"][table]), project.root, every=True)
    basis = {name for one in results["results"] for name in one["basis"]}
    return {"evidence": evidence_of(project, inputs, basis), **results}


def compute_results(
    inputs: StudyInputs,
    assumptions: Mapping[str, Assumption],
    *,
    scope: str = OWN_SCOPE,
    kept: Kept | None = None,
    beside: bool = False,
) -> dict[str, Any]:
    """Compute every reported number from what was read, part by part."""
    # A second process is for the command line: a script would have to be written for that.
    with helping(computed) if beside else nullcontext() as helper:
        (parts,) = compute_cases(inputs, [Case(assumptions, scope)], kept=kept, helper=helper)
    ordered = [parts[part.name] for part in PARTS]
    estimates = [one for part in ordered for one in part.results]
    narrowed = {name: rows for part in ordered for name, rows in part.narrowed.items()}
    ids = [estimate.id for estimate in estimates]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise ValueError(f"results {twice[:5]} are computed twice; an id names one number")
    return {
        "period": data_period(inputs.recorded, inputs.outcomes),
        "results": [
            {**as_json(estimate), "leading": _leading(estimate, narrowed, assumptions)} for estimate in estimates
        ],
        "tables": {name: rows for part in ordered for name, rows in part.tables.items()},
    }


@dataclass(frozen=True, slots=True)
class Case:
    """Assumptions under which parts are computed: those of the names, or all without them, and what they come after."""

    assumptions: Mapping[str, Assumption]
    scope: str
    wanted: Collection[str] | None = None

    def needed(self) -> list[Part]:
        """Return the parts; the totals are quick, so first: a fault in an assumption is told at once."""
        names = {part.name for part in PARTS} if self.wanted is None else set(self.wanted)
        names |= {name for part in PARTS if part.name in names for name in part.after}
        return sorted((part for part in PARTS if part.name in names), key=lambda part: part.name != "totals: routes")


def compute_cases(
    inputs: StudyInputs,
    cases: Sequence[Case],
    *,
    kept: Kept | None = None,
    helper: Callable[[], Helper | None] | None = None,
) -> list[dict[str, Computed]]:
    """Compute parts by name for each case; some in the second process that ``helper`` starts, where it is given."""
    parts: list[dict[str, Computed]] = [{} for _ in cases]
    waiting = [(number, part) for number, case in enumerate(cases) for part in case.needed()]
    due: list[tuple[int, Part, Given]] = []  # what can be computed now, and is not kept
    beside: Helper | None = None
    asked: tuple[int, Part, Given] | None = None

    def take(number: int, part: Part, given: Given, found: Computed) -> None:
        parts[number][part.name] = found
        if kept is not None:
            kept.write(part, given, found)

    while waiting or due or asked:
        ready = [(number, part) for number, part in waiting if all(name in parts[number] for name in part.after)]
        for number, part in ready:
            waiting.remove((number, part))
            results = {one.id: one for name in part.after for one in parts[number][name].results}
            given = part.given(inputs, cases[number].assumptions, cases[number].scope, results)
            if kept is not None and (found := kept.read(part, given)) is not None:
                parts[number][part.name] = found
            else:
                due.append((number, part, given))
        if beside and asked and (not due or beside.has_answered()):
            (number, part, given), asked = asked, None
            take(number, part, given, beside.answer() or computed(part, given))
        # From the last part on beside this process, from the first on in it.
        elif helper and len(due) > 1 and not asked and (beside := helper()):
            asked = due.pop()
            beside.ask(*asked[1:])
        elif due:
            number, part, given = due.pop(0)
            take(number, part, given, computed(part, given))
    return parts


def homes(inputs: StudyInputs, assumptions: Mapping[str, Assumption], *, kept: Kept | None = None) -> dict[str, str]:
    """Return the part that each result is computed in, by id."""
    (parts,) = compute_cases(inputs, [Case(assumptions, OWN_SCOPE)], kept=kept)
    return {one.id: name for name, found in parts.items() for one in found.results}


def recomputed(
    inputs: StudyInputs, assumptions: Mapping[str, Assumption], parts: Collection[str]
) -> dict[str, Estimate]:
    """Return the results of some parts under other assumptions, by id, as `cseanalysis run` computes them."""
    (found,) = compute_cases(inputs, [Case(assumptions, OWN_SCOPE, parts)])
    return {one.id: one for name in parts for one in found[name].results}


def computed(part: Part, given: Given) -> Computed:
    """Return a part's numbers, as they are kept."""
    numbers = part.compute(given)
    if numbers.results and not part.results:
        raise ValueError(f"the part {part.name} has results, and study/parts.py says that it has none; mend it there")
    tables = numbers.tables
    own = {one.id: one.narrowed for one in numbers.results if isinstance(one, Led)} | dict(numbers.narrowed)
    finer = narrowed_rows(tables["narrowing"]) if "narrowing" in tables else {}  # at nine places
    return Computed(tuple(numbers.results), {**own, **finer}, {name: _rows(table) for name, table in tables.items()})


def data_period(recorded: pd.DataFrame, outcomes: pd.DataFrame) -> dict[str, str]:
    """Say in words where the recorded offences begin and end, and which years the chapters quote of both tables."""
    quarters = recorded.groupby("financial_year")["quarter"].nunique()
    years = sorted(quarters.index[quarters == 4])
    if len(years) < 5:
        raise ValueError(f"the data hold {len(years)} years with four quarters; the chapters need five to look back")
    followed = newest_outcomes(outcomes)
    return {
        "first": say_month(recorded["period_start"].min()),
        "last": say_month(data_end(recorded)),
        "first_year": years[0],
        "newest_year": years[-1],
        "earlier_year": years[-5],
        "outcomes_earlier": followed["financial_year"].min(),
        "outcomes_newest": followed["financial_year"].max(),
    }


def write_results(path: Path, results: Mapping[str, Any]) -> None:
    """Write the results as JSON, whole or not at all."""
    write_atomic(path, results_bytes(results))


def results_bytes(results: Mapping[str, Any]) -> bytes:
    """Return results as they are written: the same numbers, the same bytes."""
    return sealed(results)


def as_json(estimate: Estimate) -> dict[str, Any]:
    """Return a result as it is written, rounded to what every processor agrees on."""
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
        **{name: said for name in ("formula", "procedure") if (said := getattr(estimate, name))},
    }


def _leading(
    estimate: Estimate, narrowed: Mapping[str, tuple[Narrowed, ...]], assumptions: Mapping[str, Assumption]
) -> dict[str, Any]:
    leading = leading_of(estimate, narrowed, assumptions)
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


def rebuild(
    project: Project, folder: Path, *, assumptions: Path | None = None, kept: Path | None = None, beside: bool = False
) -> Project:
    """Build tables and results of a study in an empty folder, from its raw data and assumptions."""
    copy = Project(folder)
    shutil.copytree(project.raw, copy.raw)
    if project.judgement.is_dir():
        shutil.copytree(project.judgement, copy.judgement)
    shutil.copyfile(assumptions or project.assumptions, copy.assumptions)
    check_raw(copy)
    copy.processed.mkdir()
    build_tables(copy, copy.processed)
    write_results(copy.results, build_results(copy, kept=kept, beside=beside))
    return copy
