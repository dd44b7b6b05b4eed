"""What others read about the package: one home for authors and address, a map of every exhibit, honest checklists."""

from __future__ import annotations

import csv
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cseanalysis import load_results
from cseanalysis.citation import FILE, parse, this_work
from cseanalysis.cli import main

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "publishing"))
import bill  # noqa: E402
import checklists  # noqa: E402
import metadata  # noqa: E402
import write  # noqa: E402

WORK = {"title": "A title", "subtitle": "", "licence": "MIT", "keywords": ["a"], "address": "https://example.org/a"}
PERSON = {"given": "Ada", "family": 'Lovelace: "A"', "orcid": "0000-0002-1825-0097", "affiliation": "Nowhere"}


@pytest.fixture(scope="module")
def exhibits():
    with (ROOT / "docs" / "exhibits.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_what_is_generated_is_committed_as_it_would_be_written():
    stale = [name for name, text in write.generated().items() if (ROOT / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run `make metadata`"


def test_every_table_and_chart_of_the_chapters_is_in_the_map_once_with_the_function_that_makes_it(exhibits):
    sources = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    cells = [cell for text in sources for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    labels = [label for cell in cells for label in re.findall(r'label="((?:tbl|fig):[\w-]+)"', "".join(cell["source"]))]
    mapped = [row for row in exhibits if row["kind"] != "number"]
    assert len(labels) > 50
    assert sorted(row["exhibit"] for row in mapped) == sorted(labels)
    assert [row["exhibit"] for row in mapped if not row["made_by"].startswith("cseanalysis")] == []


def test_every_reported_number_is_in_the_map_with_how_it_comes_about(exhibits):
    numbers = {row["exhibit"]: row for row in exhibits if row["kind"] == "number"}
    assert set(numbers) == set(load_results())
    assert [name for name, row in numbers.items() if not row["made_by"] or not row["reads"]] == []


def test_without_a_person_and_an_address_nothing_is_frozen_and_with_them_it_may_be():
    assert this_work().unfilled == ("address", "authors"), "filled in: this test then says that nothing is missing"
    with pytest.raises(SystemExit, match=f"{FILE} has no address and no authors yet"):
        main(["release"])
    assert parse({**WORK, "authors": [PERSON]}).unfilled == ()
    assert parse({**WORK, "authors": [PERSON, {"name": "A group"}]}).unfilled == ("authors",)


@pytest.mark.parametrize("wrong", [{}, {**WORK, "authors": [{"nme": "x"}]}, {**WORK, "authors": [PERSON], "extra": 1}])
def test_a_citation_file_that_lacks_something_is_refused_with_what_it_needs(wrong):
    with pytest.raises(ValueError, match=r"citation\.toml cannot be read .* it needs title"):
        parse(wrong)


def test_the_package_names_the_same_authors_keywords_and_licence_as_the_citation_file():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    work = this_work()
    assert [author["name"] for author in project["authors"]] == [author.name for author in work.authors]
    assert (project["keywords"], project["license"]) == (list(work.keywords), work.licence)


def test_the_files_of_others_hold_people_whatever_their_names(monkeypatch):
    yaml = pytest.importorskip("yaml")
    monkeypatch.setattr(metadata, "this_work", lambda: parse({**WORK, "authors": [PERSON, {"name": "A group"}]}))
    files = metadata.metadata_files()
    cff, check = yaml.safe_load(files["CITATION.cff"]), yaml.safe_load(files["codecheck.yml"])
    assert cff["authors"][0] == {
        "given-names": "Ada",
        "family-names": PERSON["family"],
        "orcid": f"https://orcid.org/{PERSON['orcid']}",  # the schema of CITATION.cff asks for the address
        "affiliation": "Nowhere",
    }  # fmt: skip
    assert cff["authors"][1] == {"name": "A group"}
    assert cff["repository-code"] == check["repository"] == "https://example.org/a"
    assert check["paper"]["authors"][0] == {"name": f"Ada {PERSON['family']}", "ORCID": PERSON["orcid"]}
    assert [one["name"] for one in json.loads(files[".zenodo.json"])["creators"]] == [
        f"{PERSON['family']}, Ada",
        "A group",
    ]
    assert json.loads(files["codemeta.json"])["author"][1] == {"@type": "Organization", "name": "A group"}


HOSTILE = [
    *("O'Brien {x", "} {", "\\input{x}", 'a "b" c', "# x", "$x$", "[@x]", "*x*", "a: b", "- a", "%", "&amp;"),
    *("<script>alert(1)</script>", "{{x}}", "'", "|", "אבג", "null", "1.10", "!!x y", "*a"),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_of_marks_is_the_same_name_in_every_file_of_others(name, monkeypatch):
    yaml = pytest.importorskip("yaml")
    them = [{"given": name, "family": name, "affiliation": name}, {"name": name}]
    monkeypatch.setattr(
        metadata, "this_work", lambda: parse({**WORK, "title": name, "keywords": [name], "authors": them})
    )
    files = metadata.metadata_files()
    cff, check = (yaml.safe_load(files[one]) for one in ("CITATION.cff", "codecheck.yml"))
    assert [cff["authors"][0][key] for key in ("given-names", "family-names", "affiliation")] == [name] * 3
    assert cff["authors"][1] == {"name": name}
    assert (cff["keywords"], check["paper"]["title"]) == ([name], name)
    assert [one["name"] for one in check["paper"]["authors"]] == [f"{name} {name}", name]
    meta, deposit = (json.loads(files[one]) for one in ("codemeta.json", ".zenodo.json"))
    assert [meta["author"][0]["givenName"], meta["author"][1]["name"], *meta["keywords"]] == [name] * 3
    assert [one["name"] for one in deposit["creators"]] == [f"{name}, {name}", name]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"evidence": "docs/nowhere.md"}, r"RAP B1 names docs/nowhere\.md, which is not there"),
        ({"evidence": "README.md#No such heading"}, "README.md has no heading 'No such heading'"),
        ({"status": "surely"}, "list or status is unknown"),
    ],
)
def test_a_checklist_never_points_at_evidence_that_is_not_there(changed, said, tmp_path, monkeypatch):
    row = {"list": "RAP", "item": "B1", "asked": "", "status": "met", "evidence": "README.md", "words": ""}
    path = tmp_path / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(row))
        writer.writeheader()
        writer.writerow(row | changed)
    monkeypatch.setattr(checklists, "ROWS", path)
    with pytest.raises(ValueError, match=said):
        checklists.checklist_files()


def test_what_the_quality_log_points_at_is_there_and_it_says_that_nobody_outside_has_checked():
    with (ROOT / "docs" / "quality_log.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["evidence"] for row in rows if not (ROOT / row["evidence"]).exists()] == []
    assert {row["result"] for row in rows if row["kind"] == "outside the team"} <= {"open"}


def test_forms_for_issues_can_be_read():
    yaml = pytest.importorskip("yaml")
    forms = {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in (ROOT / ".github/ISSUE_TEMPLATE").iterdir()
    }
    assert all({"name", "description", "body"} <= form.keys() for name, form in forms.items() if name != "config")
    assert yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))["jobs"]


def test_the_bill_of_materials_holds_every_locked_package_that_is_here_with_its_licence_and_hashes():
    when = datetime(2026, 11, 30, tzinfo=UTC)
    found = bill.bill("1.2.3", when)
    parts = {one["name"]: one for one in found["components"]}
    assert {"numpy", "pandas", "scipy", "statsmodels", "matplotlib"} <= set(parts)
    assert [name for name, one in parts.items() if not one["properties"]] == []
    assert [name for name, one in parts.items() if "licenses" not in one] == []
    assert found["metadata"]["timestamp"] == "2026-11-30T00:00:00Z"
    assert found == bill.bill("1.2.3", when)
    assert found["serialNumber"] != bill.bill("1.2.4", when)["serialNumber"]
    assert "\npandas 3" in (words := bill.notices()) or "\npandas 2" in words
    assert "BSD 3-Clause License" in words


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"authors": [{"given": "A", "family": "B\u2028C"}]}, "not one line of text"),  # YAML folds it into a space
        ({"authors": [{"name": "A\nB"}]}, "without line breaks"),
        # Marks of direction turn what stands beside a name on the page around.
        ({"authors": [{"name": "A\u202eB"}]}, r"'A\\u202eB' is not one line of text"),
        ({"authors": [{"name": "B", "orcid": '"><script>'}]}, "write its four groups"),
        ({"address": 'https://example.org/"<a>'}, "is no web address"),
        ({"address": "https://"}, "is no web address"),
        ({"address": "javascript:alert(1)"}, "is no web address"),
        ({"address": 3}, "not one line of text"),
        ({"authors": []}, "empty"),
        ({"authors": [{"given": "A", "family": " "}]}, "blank"),
        ({"authors": [{"name": "B", "orcid": "0000-0002-1825-0098"}]}, "write its four groups"),  # its check is 7
        ({"keywords": "abc"}, "square brackets"),  # would be three keywords of one letter
        ({"title": ""}, "empty"),
        ({"authors": [{}]}, "empty"),
        ({"authors": "B"}, "it needs"),
    ],
)
def test_a_citation_file_that_would_be_written_wrongly_elsewhere_is_refused_in_words(changed, said):
    with pytest.raises(ValueError, match=said):
        parse(WORK | {"authors": [{"name": "B"}]} | changed)


def test_a_work_whose_author_is_a_placeholder_is_unfinished():
    assert parse(WORK | {"authors": [{"name": "The authors"}]}).unfilled == ("authors",)
