"""From raw tables to tidy ones: the same input gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from cseanalysis.clean import harmonise_forces, harmonise_offences, harmonise_periods
from cseanalysis.register.figures import COLUMNS
from cseanalysis.study.data.codes import check_codes
from cseanalysis.study.data.figures import load_figures
from cseanalysis.study.data.project import Project, check_raw, load_sources, sha256
from cseanalysis.study.data.revisions import newest_release, read_raw, read_release, release_names
from cseanalysis.study.data.series.outcomes import BASES, OUTCOMES, harmonise_release, whole_counts

_TITLES = {
    "recorded_offences": "Police-recorded offences by force, financial quarter and offence code",
    "recorded_by_quarter": "Police-recorded offences by financial quarter, offence scope and type of force",
    "revision_2017_18": "The financial year 2017/18 in two releases, by force, quarter and offence code",
    "outcomes": "Outcomes by release, force, quarter, offence code and outcome type: of_recorded, those so far of the "
    "offences recorded in the quarter; assigned, those given in the quarter whenever the offence was recorded",
    "forces": "Territorial police forces with region and population",
    "figures": "Published figures the study uses, with publisher and tier",
}
_TYPES = {"i": "integer", "f": "number", "M": "date"}


def build_tables(project: Project, out: Path) -> None:
    """Write the tidy tables and their ``datapackage.json`` into the folder ``out``."""
    check_raw(project)
    recorded = _recorded_offences(project)
    check_codes(recorded)
    tables = {
        "recorded_offences": recorded,
        "recorded_by_quarter": recorded.groupby(
            ["financial_year", "quarter", "period_start", "offence_scope", "force_type"], as_index=False, observed=True
        )["offences"].sum(),
        "revision_2017_18": _revision(project),
        "outcomes": outcomes_table(project),
        "forces": _forces(project),
        "figures": _figures(project),
    }
    resources = []
    for name, table in tables.items():
        content = table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d").encode()
        (out / f"{name}.csv").write_bytes(content)
        fields = [{"name": str(c), "type": _TYPES.get(table[c].dtype.kind, "string")} for c in table.columns]
        resources.append(
            {
                "name": name,
                "title": _TITLES[name],
                "path": f"{name}.csv",
                "format": "csv",
                "encoding": "utf-8",
                "bytes": len(content),
                "hash": f"sha256:{sha256(content)}",
                "rows": len(table),
                "schema": {"fields": fields, "missingValues": [""]},
            }
        )
    package = {
        "name": "cseanalysis-processed",
        "title": "Police-recorded child sexual exploitation and abuse in England and Wales: tidy tables",
        "sources": [
            {"title": entry["title"], "path": entry["address"], "publisher": entry["publisher"], "raw": name}
            | {"hash": f"sha256:{entry['sha256']}"}
            for name, entry in load_sources(project)["files"].items()
        ],
        "licenses": [
            {
                "name": "OGL-UK-3.0",
                "title": "Open Government Licence v3.0",
                "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
            }
        ],
        "resources": resources,
    }
    (out / "datapackage.json").write_text(json.dumps(package, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _recorded_offences(project: Project) -> pd.DataFrame:
    wide = newest_release(project)
    codes = [column for column in wide.columns if column.startswith("code_")]
    long = wide.melt(["financial_year", "quarter", "force_name"], codes, "code", "offences")
    long["code"] = long["code"].str.removeprefix("code_")
    long["offences"] = _whole_numbers(long["offences"], "recorded_offences.csv")
    long = harmonise_offences(long, code="code", period="financial_year", quarter="quarter")
    long = harmonise_forces(long, force="force_name")
    long = harmonise_periods(long, period="financial_year", quarter="quarter")
    text = ["force", "force_code", "force_type", "offence_category", "offence_scope"]
    long = long.astype(dict.fromkeys(text, "str")).rename(columns={"code": "offence_code"})
    long["force_code"] = long["force_code"].where(long["force_code"] != "nan", "")
    columns = ["financial_year", "quarter", "period_start", "force", "force_code", "force_type"]
    columns += ["offence_code", "offence_category", "offence_scope", "offences"]
    return long[columns].sort_values(["period_start", "force", "offence_code"], kind="stable").reset_index(drop=True)


def _revision(project: Project) -> pd.DataFrame:
    table = read_raw(project, "revision_2017_18.csv", ["financial_year", "quarter", "force_name", "offence_code"])
    counts = ["offences_early_release", "offences_late_2023_release"]
    for column in counts:
        table[column] = _whole_numbers(table[column], "revision_2017_18.csv")
    table = harmonise_offences(table, code="offence_code", period="financial_year", quarter="quarter")
    table = harmonise_forces(table, force="force_name").astype({"force": "str", "offence_scope": "str"})
    table = table.astype({"force_type": "str"})
    return table[["financial_year", "quarter", "force", "force_type", "offence_code", "offence_scope", *counts]]


def outcomes_table(project: Project) -> pd.DataFrame:
    """Put every release of outcomes below the one before it: two of the same year are two columns of a triangle."""
    files = load_sources(project)["files"]
    released = [
        whole_counts(read_release(project, OUTCOMES, name), name).assign(release=pd.Timestamp(files[name]["published"]))
        for name in release_names(project, OUTCOMES)
    ]
    columns = ["release", "financial_year", "quarter", "period_start", "force", "force_code", "force_type"]
    columns += ["offence_code", "offence_category", "offence_scope", "outcome_type", "outcome_group", *BASES]
    if not released:
        return pd.DataFrame(columns=columns)
    table = harmonise_release(pd.concat(released, ignore_index=True))
    return table[columns].sort_values(
        ["release", "period_start", "force", "offence_code", "outcome_type"], ignore_index=True
    )


def _forces(project: Project) -> pd.DataFrame:
    table = read_raw(project, "force_population.csv", ["force_name"])
    table = harmonise_forces(table.drop(columns="region"), force="force_name")
    table = table.astype({"force": "str", "force_code": "str", "region": "str"})
    table["population_mid_2023"] = _whole_numbers(table["population_mid_2023"], "force_population.csv")
    return table[["force", "force_code", "region", "population_mid_2023"]]


def _figures(project: Project) -> pd.DataFrame:
    publications = load_sources(project)["publications"]
    figures = load_figures(project.root)
    table = pd.DataFrame([{name: getattr(figure, name) for name in COLUMNS} for figure in figures.values()])
    for name in ("supersedes", "conflicts_with", "breaks", "inferred", "guessed"):
        table[name] = ["; ".join(map(str, cell)) for cell in table[name]]
    table["publisher"] = table["source"].map(lambda source: publications[source]["publisher"])
    return table


def _whole_numbers(text: pd.Series, name: str) -> pd.Series:
    """Counts may be negative (transfers and cancellations are netted off) but never missing or fractional."""
    bad = ~text.str.fullmatch(r"-?\d+")
    if bad.any():
        raise ValueError(
            f"{name}: {int(bad.sum())} cells are not whole numbers ({', '.join(map(repr, text[bad].unique()[:5]))}); "
            "a missing count is not zero: mend the raw table"
        )
    return text.astype("int64")
