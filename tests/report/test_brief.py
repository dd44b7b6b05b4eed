"""The brief: two pages in plain words, whose numbers, chart and lines of help have their one home elsewhere."""

import datetime as dt
import html
import re
from pathlib import Path

import nbformat
import pytest
import textstat
from conftest import notebook

from cseanalysis import load_figures, load_results
from cseanalysis.report.outputs import chart
from cseanalysis.report.pdf.brief import brief, front_matter
from cseanalysis.report.pdf.typeset import TitlePage, typeset_brief
from cseanalysis.report.prose import closest, fill
from cseanalysis.study.data.project import find_project
from cseanalysis.study.evidence.support import SupportLine, support_lines, support_table
from cseanalysis.study.recorded.numbers import quoted_classes
from cseanalysis.study.recorded.to_scale import counts_by_year, recorded_to_scale

ROOT = Path(__file__).resolve().parents[2]
PAGE = TitlePage(
    title="In short",
    subtitle="",
    version="1.2.3",
    edition=dt.date(2026, 11, 29),
    read=dt.date(2026, 11, 28),
    inputs="0123",
    authors=("A",),
    cite="",
    facts=(),
)


@pytest.fixture(scope="module")
def summary():
    """The summary as far as the brief takes it: the chart to scale, as the chapter shows it."""
    node = nbformat.reads(notebook("chart"), 4)
    shown = chart(
        recorded_to_scale(counts_by_year(load_figures(ROOT), quoted_classes(ROOT))),
        label="fig:to-scale",
        caption="Two years, to scale.",
    )
    data, metadata = shown._repr_mimebundle_()
    node.cells[0].outputs = [nbformat.v4.new_output("display_data", data=data, metadata=metadata)]
    return {"00-summary": node}


def plain(markdown):
    """The brief's sentences without headings, chart, links and the table of help."""
    text = re.sub(r"^:{4} \{.*?^:{4}$", "", markdown, flags=re.MULTILINE | re.DOTALL)
    text = text[: text.index("## Where to get help")]
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"^#+ .*$", "", text, flags=re.MULTILINE))


def test_the_brief_is_two_pages_and_says_on_each_how_far_the_evidence_reaches(summary):
    pdf = typeset_brief(*brief(find_project(ROOT), summary), PAGE)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2
    assert "Evidence read up to" in (ROOT / "src/cseanalysis/report/pdf/brief.typ").read_text()


def test_the_brief_reads_easily(summary):
    """Flesch above 60 is plain English; names of classes of offences are quoted and count all the same."""
    words, _ = brief(find_project(ROOT), summary)
    assert textstat.flesch_reading_ease(plain(words)) > 60
    hard = "The aforementioned quantification necessitates multidimensional considerations of comparability."
    assert textstat.flesch_reading_ease(hard) < 60  # the measure can say no


def test_no_number_is_typed_into_the_brief():
    """Years and the addresses of help apart, every number is a placeholder."""
    text = (ROOT / "notebooks/brief.md").read_text()
    text = re.sub(r"\]\([^)]*\)|\{[^}]*\}|fig:to-scale", "", text)
    assert re.findall(r"\b(?!20\d\d\b)\d[\d,.]*%?", re.sub(r"20\d\d/\d\d|29 November", "", text)) == []


def test_no_range_of_the_brief_rests_on_a_share_whose_source_is_not_known():
    """'One in 10' (F021) is quoted without saying where it comes from; what rests on it stands in the report."""
    results = load_results(ROOT)
    used = set(re.findall(r"\{(\w+)\}", (ROOT / "notebooks/brief.md").read_text())) & results.keys()
    assert "rape_victims_ever" in used, closest("rape_victims_ever", results)
    assert not [name for name in used if "F021" in results[name].basis]
    assert "F021" in results["contact_total"].basis  # the one that is left out


def test_the_words_beside_the_brief_s_numbers_hold_in_the_results():
    results = load_results(ROOT)
    change = results["exploitation_change"].interval
    assert change.low < 0 < change.high, "the brief says: no clear change"
    assert results["child_only_first"].point < results["child_only_newest"].point


def test_a_brief_that_takes_a_chart_no_chapter_shows_is_refused(study, tmp_path):
    (study.notebooks / "brief.md").write_text('## A\n\n:::: {.from-chapter ref="fig:none"}\n::::\n')
    with pytest.raises(ValueError, match=r"brief\.md takes \['fig:none'\], and no chapter shows"):
        brief(study, {})


def test_the_lines_of_help_are_the_same_in_report_and_brief(summary):
    words, _ = brief(find_project(ROOT), summary)
    table = support_table(support_lines(ROOT))
    assert table in words
    assert table in front_matter(find_project(ROOT))
    for needed in ("Childline", "Report Remove", "NAPAC", "boys and men", "Deaf people", "Wales", "Checked on"):
        assert needed in table


def test_a_line_of_help_needs_an_address_and_the_day_on_which_it_was_checked():
    row = {
        "name": "A",
        "for_whom": "b",
        "how": "1",
        "address": "https://a.uk",
        "seen": "c",
        "checked": "2026-11-29",
        "reason": "d",
    }
    assert SupportLine(**row).checked == "2026-11-29"
    for name, wrong in (("address", "http://a.uk"), ("checked", "yesterday")):
        with pytest.raises(ValueError, match=wrong):
            SupportLine(**row | {name: wrong})


def test_the_chart_to_scale_hatches_what_no_class_is_published_for():
    years = counts_by_year(load_figures(ROOT), quoted_classes(ROOT))
    newest, before = years
    assert (newest.year, before.year) == (2024, 2023)
    assert before.unpublished == before.grouped - sum(count for _, _, count in before.classes)
    figure, words = recorded_to_scale(years)
    assert "of the other at most 2,085, hatched, a class was {absent:unknown_class}." in words
    assert "of the other 3,689, hatched, a class was {absent:newest_classes}." in words
    assert sum(patch.get_hatch() == "////" for patch in figure.axes[0].patches) == 2
    squares = [patch for patch in figure.axes[0].patches if patch.get_width() == patch.get_height()]
    areas = sorted(patch.get_width() * patch.get_height() for patch in squares)
    assert areas[-1] / areas[0] == pytest.approx(newest.recorded / before.grouped)


def test_the_first_screen_of_the_readme_shows_the_chart_of_the_brief():
    """The picture holds its own words, so that neither it nor what a screen reader says can stay behind the figures."""
    _, unfilled = recorded_to_scale(counts_by_year(load_figures(ROOT), quoted_classes(ROOT)))
    words = fill(unfilled, ROOT, plain=True)
    assert f"![{words}](docs/to_scale.svg)" in (ROOT / "README.md").read_text(encoding="utf-8")[:2500]
    picture = (ROOT / "docs/to_scale.svg").read_text(encoding="utf-8")
    assert f"<title>{html.escape(words)}</title>" in picture, "draw it again with chart(), its words in <title>"
