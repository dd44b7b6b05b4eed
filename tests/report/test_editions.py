import json
import shutil

import pytest

from cseanalysis.report.editions import _equal, diff, release, verify
from cseanalysis.study.data.project import find_project, sha256
from cseanalysis.study.data.reported import sealed


@pytest.fixture
def study(tmp_path, built_before):
    """A copy of the study as built here, once; a rebuild of it is the same.

    Whether that is what is committed is for `tests/test_repository.py` to say, and byte for byte for `make processors`.
    """
    shutil.copytree(built_before.root / "data", tmp_path / "data")
    (tmp_path / "reports").mkdir()
    for name in ("assumptions.toml", "reports/results.json"):
        shutil.copyfile(built_before.root / name, tmp_path / name)
    return find_project(tmp_path)


@pytest.fixture
def build(study):
    """A finished build of the study, its PDF replaced by a few bytes."""
    folder = study.root / "reports" / "build"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "report.pdf").write_bytes(b"%PDF")
    (folder / "notebooks" / "00-summary.ipynb").write_bytes(b"{}")
    shutil.copyfile(study.results, folder / "results.json")
    shutil.copyfile(study.assumptions, folder / "assumptions.toml")
    outputs = {p.relative_to(folder).as_posix(): sha256(p.read_bytes()) for p in folder.rglob("*") if p.is_file()}
    (folder / "manifest.json").write_text(json.dumps({"version": "1.2.3", "outputs": outputs}))
    return folder


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_rebuilds_to_the_same_bytes_is_identical(study):
    assert verify(study).word == "identical"


def test_a_number_that_differs_in_its_last_digits_is_equal(study):
    results = json.loads(study.results.read_text())
    entry = next(entry for entry in results["results"] if entry["id"] == "contact_total")
    entry["interval"]["high"] *= 1 + 1e-12
    study.results.write_text(json.dumps(results))
    assert verify(study).word == "numbers equal"


def test_a_share_next_to_nought_is_equal_where_its_digits_are_rounding(study):
    results = json.loads(study.results.read_text())
    shares = [row for row in results["tables"]["curve_shares"] if row["share"] and row["share"] < 1e-10]
    assert shares  # otherwise this proves nothing
    for row in shares:
        row["share"] *= 1 + 1e-6  # as under another release of scipy
    study.results.write_text(json.dumps(results))
    assert verify(study).word == "numbers equal"


def test_a_count_is_equal_or_not_however_large():
    assert not _equal("10000000000", "10000000001")
    assert _equal("10000000000.0", "10000000001.0")
    assert not _equal("0", None)
    assert not _equal("None", "0.0")


def test_a_changed_result_is_named_with_what_was_expected_and_found(study):
    results = json.loads(study.results.read_text())
    results["results"][0]["point"] += 1
    study.results.write_text(json.dumps(results))
    verdict = verify(study)
    assert verdict.word == "differs"
    assert verdict.differences == ("results.json, results[child_only_first].point: expected 19123, found 19122",)


def test_a_changed_table_is_named_with_its_cell(study):
    change(study.processed / "forces.csv", "Kent,E23000032,South East,", "Kent,E23000032,South West,")
    verdict = verify(study)
    assert verdict.word == "differs"
    assert "forces.csv, row 21, region: expected South West, found South East" in verdict.differences


def test_a_missing_and_a_left_over_table_are_named(study):
    (study.processed / "forces.csv").rename(study.processed / "old.csv")
    differences = " ".join(verify(study).differences)
    assert "forces.csv is built but not committed" in differences
    assert "old.csv is committed but no longer built" in differences


def test_verifying_writes_nothing(study):
    before = {path: path.read_bytes() for path in study.root.rglob("*") if path.is_file()}
    verify(study)
    assert {path: path.read_bytes() for path in study.root.rglob("*") if path.is_file()} == before


def test_an_edition_is_frozen_once(study, build):
    edition = release(study, build)
    assert edition == study.root / "reports" / "v1.2.3"
    assert {p.name for p in edition.rglob("*") if p.is_file()} == {p.name for p in build.rglob("*") if p.is_file()}
    with pytest.raises(ValueError, match="never overwritten"):
        release(study, build)


def test_an_edition_is_frozen_without_the_pages_for_a_browser_and_is_whole(study, build):
    (build / "html").mkdir()
    (build / "html" / "index.html").write_bytes(b"<!DOCTYPE html>")
    manifest = json.loads((build / "manifest.json").read_text())
    manifest["outputs"]["html/index.html"] = sha256(b"<!DOCTYPE html>")
    (build / "manifest.json").write_text(json.dumps(manifest))
    edition = release(study, build)
    assert not (edition / "html").exists()
    assert verify(study).word == "identical"


def test_a_frozen_edition_that_was_touched_is_seen(study, build):
    edition = release(study, build)
    assert verify(study).word == "identical"
    (edition / "report.pdf").write_bytes(b"%PDF other")
    verdict = verify(study)
    assert verdict.word == "differs"
    assert verdict.differences[0].startswith("v1.2.3/report.pdf: expected sha256")


def test_a_source_distribution_has_of_an_edition_the_numbers_without_the_pages_and_the_numbers_count(study, build):
    edition = release(study, build)
    (edition / "report.pdf").unlink()
    assert verify(study).word == "differs"
    (study.root / "PKG-INFO").touch()  # which a source distribution alone has
    assert verify(study).word == "identical"
    (edition / "results.json").write_text("{}")
    assert verify(study).word == "differs"


def test_a_damaged_build_or_one_with_other_results_is_not_frozen(study, build):
    (build / "report.pdf").write_bytes(b"")
    with pytest.raises(ValueError, match=r"build/report.pdf: expected sha256"):
        release(study, build)
    (build / "report.pdf").write_bytes(b"%PDF")
    study.results.write_text("{}")
    with pytest.raises(ValueError, match="not the committed ones"):
        release(study, build)
    assert not (study.root / "reports" / "v1.2.3").exists()


def test_a_difference_names_the_assumption_that_caused_it(study, build, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(build, other)
    assert diff(build, other) == []
    (other / "manifest.json").unlink()  # it would say that what follows was not built
    change(other / "assumptions.toml", "low = 0.05\nhigh = 0.15", "low = 0.08\nhigh = 0.15")
    results = json.loads((other / "results.json").read_text())
    for entry in results["results"]:
        if entry["id"] == "contact_total":
            entry["interval"]["high"] = 1e6
        if entry["id"] == "cells":
            entry["point"] = 1
    (other / "results.json").write_bytes(sealed(results))
    lines = diff(build, other)
    assert "assumption known_offence_probability: 0.05 to 0.15 -> 0.08 to 0.15" in lines
    assert "result cells: 25740 -> 1, because of data or code" in lines
    (caused,) = [line for line in lines if line.startswith("result contact_total")]
    assert caused.endswith("-> 519700 to 1e+06, because of known_offence_probability")
    assert len(lines) == 3


def test_digits_that_an_earlier_edition_kept_are_no_difference(study, build, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(build, other)
    results = json.loads((other / "results.json").read_text())
    for entry in results["results"]:
        if entry["interval"] is not None:
            entry["interval"]["high"] *= 1 + 4e-9
    for row in results["tables"]["narrowing"]:
        row["narrowing_most"] *= 1 - 4e-9
    (other / "results.json").write_bytes(sealed(results))
    (other / "manifest.json").unlink()  # it lists what was built
    assert diff(build, other) == []


def test_a_folder_that_is_no_build_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"holds no results\.json"):
        diff(tmp_path, tmp_path)
