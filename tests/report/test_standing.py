"""Whose report is this? Whatever is no frozen edition says so, everywhere, with a list of what differs."""

import json
import re
import shutil

import pytest
from conftest import RESULTS

from cseanalysis.report.build import build_report
from cseanalysis.report.editions import diff, release
from cseanalysis.report.pdf import typeset
from cseanalysis.report.standing import EDITION, Standing, differences_page, standing_of
from cseanalysis.study import results as rebuild
from cseanalysis.study.data.project import sha256
from cseanalysis.study.results import results_bytes

PARTS = {
    "assumptions.toml": "a",
    "data/raw/figures.csv": "b",
    "notebooks/00-summary.ipynb": "c",
    "requirements/report.txt": "d",
    "package": "e",
}


@pytest.fixture
def small(study, monkeypatch):
    """The small study with an edition frozen from it, and with stand-ins for the computation of its numbers."""
    monkeypatch.setattr(rebuild, "build_tables", lambda project, out: (out / "table.csv").write_text("a\n1\n"))
    monkeypatch.setattr(rebuild, "build_results", lambda project, **_: RESULTS)
    study.results.write_bytes(results_bytes(RESULTS))
    return study


@pytest.fixture
def pages(monkeypatch):
    """What is given to the typesetter: title page and front matter of each build."""
    given = []

    def keep(chapters, page, front, **rest):
        given.append((page, front))
        return b"%PDF", b"%PDF"

    monkeypatch.setattr(typeset, "typeset", keep)
    return given


def freeze(study, out):
    build_report(study, out=out, freezing=True)
    return release(study, out)


@pytest.mark.parametrize(
    ("dated", "says"),
    [
        ("2027-02-20", ""),
        ("2027-02-21", "This edition is dated 21 February 2027; its evidence was read up to 20 November"),
    ],
)
def test_an_edition_dated_more_than_a_quarter_after_its_evidence_says_so_by_itself(small, tmp_path, pages, dated, says):
    (small.root / "CHANGELOG.md").write_text(f"# Changelog\n\n## [1.2.3] - {dated}\n\nFirst.\n")
    build_report(small, out=tmp_path / "build", freezing=True)
    page, _ = pages[0]
    assert page.age.startswith(says)
    assert bool(page.age) == bool(says)
    told = "Read up to 20 November 2026; recorded offences run to 30 June 2023; the newest figure is of"
    assert dict(page.facts)["Evidence"] == f"{told} 31 December 2022"
    build_report(small, out=tmp_path / "later")
    assert pages[1][0].age.startswith(says.replace("This edition", "Version 1.2.3"))
    assert json.loads((tmp_path / "later" / "results.json").read_text())["evidence"]["read_to"] == "2026-11-20"


def mine(study, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(study.assumptions.read_text().replace("low = 0.05", "low = 0.08"))
    return path


def test_a_report_of_a_version_that_is_not_frozen_says_so_with_the_hash_of_its_inputs(small, tmp_path, pages):
    outcome = build_report(small, out=tmp_path / "build")
    page, front = pages[0]
    words = "ot a frozen edition: draft of 1.2.3"  # short, for it stands on every page beside the hash
    assert page.notice == f"N{words}"
    assert dict(page.facts)["Edition"] == f"None. N{words}"
    assert page.cite.startswith("The cseanalysis authors (2026)")
    assert f"N{words}, inputs {outcome.inputs[:12]}." in page.cite
    assert page.inputs == outcome.inputs[:12]
    assert "Version 1.2.3" not in page.cite
    assert front.startswith(f"# What is different here\n\nThis report is n{words}")
    for name in ("results.json", "manifest.json"):
        told = (tmp_path / "build" / name).read_text()
        assert f"n{words}" in told
        assert outcome.inputs in told


def test_a_frozen_edition_says_nothing_of_the_kind_and_its_inputs_give_its_bytes_again(small, tmp_path, pages):
    edition = freeze(small, tmp_path / "build")
    assert build_report(small, out=tmp_path / "again").status == "built"
    for page, front in pages:
        assert page.notice == ""
        assert page.cite.endswith(f"Version 1.2.3, inputs {page.inputs}.")
        assert dict(page.facts)["Edition"] == "21 November 2026"
        assert "different" not in front
    frozen, again = (json.loads((folder / "manifest.json").read_text()) for folder in (edition, tmp_path / "again"))
    sites = {name for name in again["outputs"] if name.startswith("html/")}
    assert again["outputs"].items() - frozen["outputs"].items() == {(name, again["outputs"][name]) for name in sites}
    assert {**again, "outputs": {}} == {**frozen, "outputs": {}}
    for name in frozen["outputs"]:
        assert (tmp_path / "again" / name).read_bytes() == (edition / name).read_bytes()
    # The pages are not kept with the edition; those built of it say the same before and after it was frozen.
    for name in sites:
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "build" / name).read_bytes()
    assert (edition / "results.json").read_bytes() == small.results.read_bytes()


def test_other_assumptions_are_named_on_title_page_footer_citation_results_and_manifest(small, tmp_path, pages):
    freeze(small, tmp_path / "build")
    build_report(small, assumptions=mine(small, tmp_path), out=tmp_path / "mine")
    page, front = pages[-1]
    line = "Assumption known_probability: 0.05 to 0.15 in the edition, 0.08 to 0.15 here."
    assert page.notice == "Not edition 1.2.3: other assumptions"
    assert dict(page.facts)["Edition"] == "None. Not edition 1.2.3: other assumptions; page 2 lists what differs"
    assert page.cite.startswith("[Who built this report] (2026)")
    assert "Not edition 1.2.3: other assumptions." in page.cite
    assert page.authors == ()  # the authors of the edition did not choose these
    assert line.replace("_", r"\_") in front
    results = json.loads((tmp_path / "mine" / "results.json").read_text())
    manifest = json.loads((tmp_path / "mine" / "manifest.json").read_text())
    assert results["standing"]["differs"] == manifest["differs"] == [line]
    assert results["standing"]["words"] == manifest["standing"] == "not edition 1.2.3: other assumptions"
    assert results["results"] == RESULTS["results"]
    # What says that it is no edition must still be read: make diff compares it with the study's own build.
    assert diff(tmp_path / "build", tmp_path / "mine")[0].startswith("assumption known_probability: 0.05 to 0.15 ->")


def test_other_data_chapters_and_code_are_named(small, tmp_path, pages, monkeypatch):
    freeze(small, tmp_path / "build")
    sources = small.raw / "sources.toml"
    sources.write_text(sources.read_text().replace("Seen once", "Seen twice").replace("A page", "The page"))
    (small.notebooks / "front.md").write_text("# Other\n")
    build_report(small, out=tmp_path / "mine")
    manifest = json.loads((tmp_path / "mine" / "manifest.json").read_text())
    assert manifest["standing"] == "not edition 1.2.3: other data and chapters"
    assert [re.sub(r"[0-9a-f]{12}", "#", line) for line in manifest["differs"]] == [
        "data/raw/sources.toml: sha256 # in the edition, # here.",
        "notebooks/front.md: sha256 # in the edition, # here.",
    ]


def test_a_build_made_before_the_edition_was_frozen_is_not_taken_for_it(small, tmp_path, pages):
    build_report(small, out=tmp_path / "build")
    with pytest.raises(ValueError, match=r"says of itself that it is not a frozen edition.*make release"):
        release(small, tmp_path / "build")
    freeze(small, tmp_path / "other")
    assert build_report(small, out=tmp_path / "build").status == "built"
    assert pages[-1][0].notice == ""
    assert build_report(small, out=tmp_path / "build").status == "unchanged"


def test_another_report_cannot_be_built_as_an_edition_that_is_frozen(small, tmp_path, pages):
    freeze(small, tmp_path / "build")
    (small.notebooks / "front.md").write_text("# Other\n")
    with pytest.raises(ValueError, match=r"edition v1\.2\.3 is frozen and never overwritten.*other chapters"):
        build_report(small, out=tmp_path / "build", freezing=True)


def test_other_assumptions_without_an_edition_are_held_against_the_studys(small, tmp_path, pages):
    build_report(small, assumptions=mine(small, tmp_path), out=tmp_path / "mine")
    page, front = pages[0]
    assert page.notice.endswith(": draft of 1.2.3; with other assumptions than the study's")
    assert "0.05 to 0.15 in the study, 0.08 to 0.15 here" in front
    assert page.cite.startswith("[Who built this report]")


def standing(study, parts, frozen, assumptions=None):
    return standing_of(
        study,
        version="1.2.3",
        inputs="0" * 64,
        parts=parts,
        assumptions=assumptions or study.assumptions,
        frozen={"inputs": "1" * 64, **frozen},
    )


@pytest.mark.parametrize(
    ("changes", "words", "lines"),
    [
        ({"package": "x"}, "code", ["All files of the package: sha256 e in the edition, x here."]),
        ({"data/raw/new.csv": "x"}, "data", ["data/raw/new.csv: added."]),
        ({"data/raw/figures.csv": None}, "data", ["data/raw/figures.csv: removed."]),
        ({"assumptions.toml": "x"}, "comments on assumptions", ["assumptions.toml: sha256 a in the edition, x here."]),
        (
            {"requirements/report.txt": "x", "package": "y", "notebooks/00-summary.ipynb": "z"},
            "chapters and code",
            [
                "notebooks/00-summary.ipynb: sha256 c in the edition, z here.",
                "All files of the package: sha256 e in the edition, y here.",
                "requirements/report.txt: sha256 d in the edition, x here.",
            ],
        ),
    ],
)
def test_each_part_that_differs_is_named_with_its_kind(study, changes, words, lines):
    parts = {name: digest for name, digest in {**PARTS, **changes}.items() if digest is not None}
    found = standing(study, parts, {"parts": PARTS})
    assert found.words == f"not edition 1.2.3: other {words}"
    assert list(found.differences) == lines


def test_an_assumption_that_is_new_gone_or_has_another_reason_is_named(study, tmp_path):
    kept = study.root / "reports" / "v1.2.3"
    kept.mkdir()
    shutil.copyfile(study.assumptions, kept / "assumptions.toml")
    text = study.assumptions.read_text()
    (tmp_path / "reason.toml").write_text(text.replace("one in 10", "one in ten"))
    (tmp_path / "named.toml").write_text(text.replace("[known_probability]", "[another]"))
    parts = {**PARTS, "assumptions.toml": "x"}
    reason = standing(study, parts, {"parts": PARTS}, tmp_path / "reason.toml")
    assert reason.words == "not edition 1.2.3: other assumptions"
    assert reason.differences == ("Assumption known_probability: its reason, source, unit or distribution changed.",)
    named = standing(study, parts, {"parts": PARTS}, tmp_path / "named.toml")
    assert named.differences == (
        "Assumption another: absent in the edition, 0.05 to 0.15 here.",
        "Assumption known_probability: 0.05 to 0.15 in the edition, absent here.",
    )


def test_an_edition_that_lists_no_parts_is_not_said_to_agree_in_any(study):
    found = standing(study, PARTS, {})
    assert found.words == "not edition 1.2.3: other inputs"
    assert found.differences == (
        "The edition kept no record of the data, chapters and code that it was built from, so which of them "
        "changed since cannot be said. Its numbers may differ from those here: quote the one that you read.",
    )


def test_the_list_of_differences_prints_every_sign_as_it_stands():
    page = differences_page(Standing("not edition 1", ("data/raw/a_b*c.csv: added.",)))
    assert r"- data/raw/a\_b\*c.csv: added." in page
    assert differences_page(Standing(EDITION)) == ""


def test_an_edition_keeps_the_hash_of_each_of_its_inputs(small, tmp_path, pages):
    edition = freeze(small, tmp_path / "build")
    parts = json.loads((edition / "manifest.json").read_text())["parts"]
    assert parts["data/raw/figures.csv"] == sha256((small.raw / "figures.csv").read_bytes())
    assert {"assumptions.toml", "notebooks/00-summary.ipynb", "package", "CHANGELOG.md"} <= set(parts)
    assert not [name for name in parts if name.startswith("package/")]
