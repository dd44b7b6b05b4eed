"""A study small enough to read: one table, one figure, one assumption, three results, one chapter."""

import json

import pytest

from cseanalysis.study.data.project import Project, sha256
from cseanalysis.study.data.reported import sealed

FIGURES = (
    "id,statement,published,qualifier,low,high,rounded_to,unit,base,definition,category,ages,sex,geography,coverage,"
    "period_start,period_end,period_type,time_basis,counter,stage,status,tier,source,locator,known_share,unknown_share,"
    "breaks,supersedes,conflicts_with,relays,note\n"
    'F001,Offences recorded by police,"1,099",exact,1099,1099,,offences,,recorded_crime,all,under 18,any,'
    "England and Wales,43 forces,2022-01-01,2022-12-31,calendar_year,recorded,flow,report,official,A,ho22,page 4,"
    ",,,,,,Seen once.\n"
)
DEFINITIONS = (
    "id,title,producer,rule,people,selection,note\n"
    "recorded_crime,Recorded crime,Home Office,offences recorded,children,census_of_recorded,\n"
)
BRIDGES = "id,dimension,first,second,within,low,high,reason,source\n"
ASSUMPTIONS = """
[known_probability]
low = 0.05
high = 0.15
unit = "probability"
reason = "Printed as one in 10; a_b <c> & $d$."
source = "ho22"
locator = "page 4"
loss = ["reported"]
"""
SOURCES = """
read_to = "2026-11-20"
[files."figures.csv"]
publisher = "The authors"
title = "Figures"
address = ""
published = "2026-11-21"
accessed = "2026-11-21"
licence = "each its own"
sha256 = "{digest}"
tier = "D"
caveats = ["Do not compare what differs."]

[files."definitions.csv"]
publisher = "The authors"
title = "Rules"
address = ""
published = "2026-11-21"
accessed = "2026-11-21"
licence = "MIT"
sha256 = "{definitions}"
tier = "ours"
caveats = ["Ours."]

[files."bridges.csv"]
publisher = "The authors"
title = "Bridges"
address = ""
published = "2026-11-21"
accessed = "2026-11-21"
licence = "MIT"
sha256 = "{bridges}"
tier = "ours"
caveats = ["Ours."]

[publications.ho22]
publisher = "Home Office & others"
title = "Crime_outcomes: 100% of {{it}} #1"
address = "https://www.gov.uk/a_b?c=d&e=f"
published = "2023-07"
tier = "A"
licence = "Open Government Licence v3.0"

[publications.undated]
publisher = "A council"
title = "A page"
address = ""
published = ""
tier = "B"
licence = "publisher's copyright"
"""
ABSENCES = (
    "id,sought,searched,searched_on,qualifier,unit,base,definition,category,ages,geography,after,reason\n"
    "per_child,how many offences are recorded a child,Everything.,,,offences_per_child,,,,,,,It would be the ratio.\n"
    "earlier,an earlier count,The first edition.,2025-02-01,,offences,,recorded_crime,all,,Wales,,It would be one.\n"
)
RESULTS = {
    "evidence": {
        "read_to": "2026-11-20",
        "newest": [
            {"id": "recorded_offences", "table": "Recorded offences", "until": "2023-06-30"},
            {"id": "figures", "table": "Published figures", "until": "2022-12-31"},
        ],
    },
    "results": [
        {
            "id": "recorded",
            "unit": "offences",
            "point": 1099,
            "interval": None,
            "basis": ["F001"],
            "leading": {"kind": "counted"},
        },
        {
            "id": "total",
            "unit": "offences",
            "point": None,
            "interval": {"low": 7326.6, "high": 21980.0, "kind": "bound", "level": None},
            "basis": ["F001", "known_probability"],
            "leading": {
                "kind": "one",
                "assumptions": [{"assumption": "known_probability", "least": 1.0, "most": 1.0}],
            },
        },
        {
            "id": "delay",
            "unit": "days to charge",
            "point": 412,
            "interval": None,
            "basis": [],
            "leading": {"kind": "counted"},
        },
    ],
    "tables": {},
    "period": {"first": "April 2012", "last": "June 2023"},
}


def notebook(*cells):
    """Return the bytes of a notebook: text cells begin with '#', the others are code."""
    listed = [
        {"id": f"cell-{n}", "cell_type": "markdown", "metadata": {}, "source": source}
        if source.startswith("#")
        else {
            "id": f"cell-{n}",
            "cell_type": "code",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for n, source in enumerate(cells)
    ]
    return (json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n").encode()


def small_study(root):
    """Write the small study into a new folder."""
    project = Project(root)
    for folder in (project.raw, project.judgement, project.processed, project.notebooks, project.results.parent):
        folder.mkdir(parents=True)
    tables = {"figures.csv": FIGURES, "definitions.csv": DEFINITIONS, "bridges.csv": BRIDGES}
    for name, text in tables.items():
        (project.raw / name).write_text(text)
    digest, definitions, bridges = (sha256(text.encode()) for text in tables.values())
    (project.raw / "sources.toml").write_text(SOURCES.format(digest=digest, definitions=definitions, bridges=bridges))
    (project.judgement / "absences.csv").write_text(ABSENCES)
    (project.judgement / "conditions.csv").write_text("result,condition,reason\ntotal,the share holding,It may not.\n")
    label = "of,name,label,reason\nassumption,known_probability,offences known,Short.\n"
    (project.judgement / "labels.csv").write_text(label)
    (project.judgement / "share_bases.csv").write_text("shares,base_of,reason\nF002,,None of these is here.\n")
    project.assumptions.write_text(ASSUMPTIONS)
    project.results.write_bytes(sealed(RESULTS))
    (project.root / "CHANGELOG.md").write_text("# Changelog\n\n## [1.2.3] - 2026-11-21\n\nFirst.\n")
    (project.notebooks / "front.md").write_text("## Before you read\n\nSupport: 0800 1111.\n")
    (project.notebooks / "brief.md").write_text("## In short\n\n{recorded} were recorded.\n")
    code = "from cseanalysis.report import prose\nprose('{recorded} were recorded [@ho22].')"
    (project.notebooks / "00-summary.ipynb").write_bytes(notebook("# Summary {#sec:summary}", code))
    return project


@pytest.fixture
def study(tmp_path, monkeypatch):
    """The small study, with the working directory in it."""
    project = small_study(tmp_path / "study")
    monkeypatch.chdir(project.notebooks)
    return project
