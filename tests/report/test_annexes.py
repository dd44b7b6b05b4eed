"""Annexes and references come from the files that hold sources, assumptions and figures."""

import datetime as dt
import re
from pathlib import Path

import pytest

from cseanalysis.report.annexes import _place, annexes, assumptions_annex, bibliography, figures_annex, sources_annex
from cseanalysis.report.pdf.typeset import TitlePage, typeset
from cseanalysis.study.data.project import find_project
from cseanalysis.study.data.reported import sealed

ROOT = Path(__file__).resolve().parents[2]
PAGE = TitlePage(
    "T", "S", "1.0.0", dt.date(2026, 1, 2), dt.date(2026, 1, 1), "0" * 12, ("A",), "C", (("Version", "1.0.0"),)
)


def test_every_assumption_is_printed_with_range_reason_and_source(study):
    text = assumptions_annex(study)
    assert "`known_probability`" in text
    assert "5% to 15% (assumed range)" in text
    assert r"Printed as one in 10; a\_b \<c\> & \$d\$." in text
    assert "[@ho22], page 4" in text
    assert "not reported" in text


def test_figures_are_those_that_results_rest_on(study):
    text = figures_annex(study)
    assert "Offences recorded by police" in text
    assert "1 January 2022 to 31 December 2022" in text
    study.results.write_bytes(sealed({"results": [], "tables": {}, "period": {}}))
    assert "Offences recorded by police" not in figures_annex(study)


def test_every_table_and_publication_is_printed_with_its_tier_and_caveats(study):
    text = sources_annex(study, "as the council says [@undated].")
    assert "- Do not compare what differs." in text
    assert "Home Office & others; July 2023" in text
    assert "A council; no date given" in text
    assert text.index("Tier A") < text.index("Tier B")


def test_a_publication_behind_nothing_that_the_report_shows_is_counted_and_not_listed(study):
    text = sources_annex(study)
    assert "A council" not in text
    assert "1 more, of figures that it does not print" in text
    # The other one is behind a figure that a result rests on.
    assert "Home Office & others" in text


def test_of_a_copy_the_place_of_the_text_that_was_copied_is_printed(study):
    path, before = study.raw / "sources.toml", sources_annex(study, "[@undated]")
    path.write_text(path.read_text().replace('title = "A page"\n', 'title = "A page"\nprimary = "A law, page 3"\n'))
    assert "Address: none known. Copied from: A law, page 3." in sources_annex(study, "[@undated]")
    assert "Copied from" not in before
    path.write_text(path.read_text().replace("A law, page 3", "https://www.gov.uk/law"))
    assert "Copied from: <https://www.gov.uk/law>." in sources_annex(study, "[@undated]")
    path.write_text(path.read_text().replace("www.gov.uk/law", "www.gov.uk (3 May 2024)"))
    assert "Copied from: <" not in sources_annex(study, "[@undated]")


def test_what_was_not_found_is_listed_with_where_it_was_sought_and_the_newest_period_of_each_table(study):
    printed = sources_annex(study)
    assert "read up to 20 November 2026. How recent the figures are is another matter" in printed
    assert (
        "| Table | Newest |\n|:--|:--|\n| Recorded offences | 30 June 2023 |\n| Published figures | 31 December 2022 |"
        in printed
    )
    assert "- **How many offences are recorded a child.** Everything.\n" in printed
    assert "- **An earlier count.** The first edition. Searched up to 1 February 2025." in printed


def test_a_reason_that_names_an_absence_prints_it_and_leaves_other_braces(study):
    text = study.assumptions.read_text().replace("a_b <c>", "a ratio was {absent:per_child} in {{this}}")
    study.assumptions.write_text(text)
    assert "a ratio was not found in {{this}}" in assumptions_annex(study).replace("\\", "")


def test_a_source_without_tier_is_refused(study):
    path = study.raw / "sources.toml"
    path.write_text(path.read_text().replace('tier = "B"', 'tier = "Z"'))
    with pytest.raises(ValueError, match=r"'undated'.*no tier among A, B, C, D"):
        sources_annex(study)


def test_references_keep_signs_and_leave_an_unknown_year_out(study):
    text = bibliography(study)
    assert r"author = {{Home Office \& others}}" in text
    assert r"title = {{Crime\_outcomes: 100\% of \{it\} \#1}}" in text
    assert "url = {https://www.gov.uk/a_b?c=d&e=f}" in text
    assert "year" not in text[text.index("@online{undated") :]


def test_methods_are_added_and_a_key_in_both_files_is_refused(study):
    path = study.notebooks / "references.bib"
    path.write_text("@book{manski1995,\n title = {Identification}\n}\n")
    assert "@book{manski1995" in bibliography(study)
    path.write_text("@book{ ho22 ,\n title = {x}\n}\n")
    with pytest.raises(ValueError, match=r"references\.bib repeats .'ho22'."):
        bibliography(study)


def test_annexes_and_references_can_be_typeset(study):
    _, pdf = typeset({}, PAGE, "", annexes=annexes(study, "[@undated]"), bibliography=bibliography(study))
    assert pdf.startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("coverage", "printed"),
    [
        ("whole", "England; the whole of it"),
        ("unknown", "England; how much of it is not known"),
        ("44 forces", "England; 44 forces"),
        ("not applicable", "England"),
        ("", "England"),
    ],
)
def test_how_much_a_figure_covers_is_printed_in_words(coverage, printed):
    assert _place("England", coverage) == printed


def test_a_place_that_nobody_stated_is_said_in_words():
    assert _place("unknown", "unknown") == "place not known; how much of it is not known"


def test_no_entry_of_the_study_prints_a_mark_of_the_register():
    text = figures_annex(find_project(ROOT))
    places = re.findall(r"^Where\n:   (.*)$", text, re.MULTILINE)
    assert len(places) > 40
    assert [place for place in places if re.search(r"(^|; )(unknown|whole|indicative)$|_", place)] == []
