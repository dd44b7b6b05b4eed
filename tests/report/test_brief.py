"""The brief: two pages in plain words, whose numbers, chart and lines of help have their one home elsewhere."""

import datetime as dt
import html
import re
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
import textstat
from conftest import notebook

from cseanalysis import load_figures, load_results
from cseanalysis.register import compare
from cseanalysis.report.annexes import sources_annex
from cseanalysis.report.outputs import chart
from cseanalysis.report.pdf.brief import brief, front_matter, main_points
from cseanalysis.report.pdf.typeset import TitlePage, _pandoc, typeset_brief
from cseanalysis.report.prose import closest, fill
from cseanalysis.study.data.project import find_project
from cseanalysis.study.evidence.support import SupportLine, support_lines, support_seen, support_table
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


def test_every_number_of_the_brief_is_listed_with_the_id_that_leads_to_its_source(summary):
    words, _ = brief(find_project(ROOT), summary)
    text, _, listed = words.partition("## Where each number comes from")
    marked = re.findall(r'\[([^\]]*)\]\{\.n ref="(\w+)"\}', text)
    assert len(marked) > 20
    assert [(number, name) for number, name in marked if f"{number} `{name}`" not in listed] == []
    assert "122,768 `F018`" in listed


def test_no_number_is_typed_into_the_brief():
    """Years and the addresses of help apart, every number is a placeholder."""
    text = (ROOT / "notebooks/brief.md").read_text()
    text = re.sub(r"\]\([^)]*\)|\{[^}]*\}|fig:to-scale", "", text)
    assert re.findall(r"\b(?!20\d\d\b)\d[\d,.]*%?", re.sub(r"20\d\d/\d\d|30 November", "", text)) == []


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
    figures = load_figures(ROOT)
    assert "A clear change in what was counted" in compare(figures["F008"], figures["F018"]).statement
    assert results["child_only_first"].point < results["child_only_newest"].point
    words, figures = (ROOT / "notebooks/brief.md").read_text(), load_figures(ROOT)
    told = figures["F281"]
    assert "Most had never told the police" in words
    assert told.high is not None
    assert told.high < 50, "the brief says: most had never told"
    assert "asked in 2018/19" in words
    assert (told.period_start, told.period_end) == (dt.date(2018, 4, 1), dt.date(2019, 3, 31))
    used = [figures[name] for name in re.findall(r"\{figure:(F\d+)\}", words)]
    newest = [one for one in used if one.period_start == dt.date(2024, 1, 1)]
    assert "We read all counts of 2024 in the press, not in a report." in " ".join(words.split())
    assert "a record of ethnicity exists, as we read in the press" in words
    assert figures["F102"].tier in {"C", "D"}, "a report was read: say so"
    assert newest
    assert {one.tier for one in newest} <= {"C", "D"}, "a report was read: say so"
    assert "Where an age is known" in words
    assert "with a known age" in figures["F026"].base


def test_the_main_points_are_the_first_section_of_the_brief_without_its_chart(summary):
    points = main_points(find_project())
    assert points.startswith("## What the figures say\n")
    assert points.count("\n- **") >= 4
    assert "from-chapter" not in points
    assert "## How many" not in points


def test_a_brief_without_sections_has_no_main_points(study):
    (study.notebooks / "brief.md").write_text("Nothing is said.\n")
    assert main_points(study) == ""


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
        "how_seen": "yes",
        "checked": "2026-11-29",
        "reason": "d",
    }
    assert SupportLine(**row).checked == "2026-11-29"
    for name, wrong in (("address", "http://a.uk"), ("how_seen", "perhaps"), ("checked", "yesterday")):
        with pytest.raises(ValueError, match=wrong):
            SupportLine(**row | {name: wrong})


def test_what_is_printed_of_the_checks_holds_of_every_line():
    """The oldest day, and by name whose number was not in what was read."""
    line = SupportLine("A", "b", "1", "https://a.uk", "c", "yes", "2026-11-29", "d")
    assert "Checked on 3 May 2026 or later" in support_table((line, replace(line, checked="2026-05-03")))
    assert "the annex on sources says for each what was seen" in support_table((line,))
    assert support_seen((line,)).endswith("none was called.\n\n- **A.** C; 29 November 2026.")
    assert "†" not in support_table((line,)), "a mark that stands for nothing"
    marked = support_table((line, replace(line, name="B", how_seen="no")))
    assert f"| {line.how} |" in marked
    assert f"| {line.how}† |" in marked
    assert "† As in earlier editions: not seen again" in marked
    told = support_seen((line, replace(line, name="B", how_seen="no"), replace(line, name="C", how_seen="no")))
    assert "Of B and C the number is as in earlier editions and was not seen there." in told
    printed = sources_annex(find_project(ROOT))
    assert support_seen(support_lines(ROOT)) in printed
    for held in support_lines(ROOT):
        assert (held.how_seen == "no") == ("as in earlier editions" in held.seen), held.name


def test_marks_in_a_line_of_help_print_as_they_stand():
    """No address ends its link, and no word becomes a heading, a picture, a formula or a place of the typesetter."""
    marks = "# *a* <b>x</b> ![p](q) $1$ #ref(<fig:lag>) {figure:F008} {support_lines} | [@x] =1+1 F999"
    line = SupportLine(marks, marks, marks, "https://a.uk/)![x](https://evil.uk", "c", "yes", "2026-11-29", "d")
    set_text = _pandoc("front matter", support_table((line,)))
    assert set_text.count("#link(") == 1, "the name, and no second link out of the address"
    assert "#image" not in set_text
    assert not re.search(r"(?<!\\)#(?:ref|strong|emph|heading|math)", set_text)


def test_the_chart_to_scale_hatches_what_no_class_is_published_for():
    years = counts_by_year(load_figures(ROOT), quoted_classes(ROOT))
    newest, before = years
    assert (newest.year, before.year) == (2024, 2023)
    assert before.unpublished == before.grouped - sum(count for _, _, count in before.classes)
    figure, words, data = recorded_to_scale(years)
    assert "of the other at most 2,085, hatched, a class was {absent:unknown_class}." in words
    assert "of the other at most 3,689, hatched, a class was {absent:newest_classes}." in words
    assert sum(patch.get_hatch() == "////" for patch in figure.axes[0].patches) == 2
    squares = [patch for patch in figure.axes[0].patches if patch.get_width() == patch.get_height()]
    areas = sorted(patch.get_width() * patch.get_height() for patch in squares)
    assert areas[-1] / areas[0] == pytest.approx(newest.recorded / before.grouped)
    assert list(data[data["year"] == 2024]["offences"]) == [newest.recorded, newest.grouped, 761, 3_689]


def test_the_first_screen_of_the_readme_shows_the_chart_of_the_brief():
    """The picture holds its own words, so that neither it nor what a screen reader says can stay behind the figures."""
    _, unfilled, _ = recorded_to_scale(counts_by_year(load_figures(ROOT), quoted_classes(ROOT)))
    words = fill(unfilled, ROOT, plain=True)
    assert f"![{words}](docs/to_scale.svg)" in (ROOT / "README.md").read_text(encoding="utf-8")[:2500]
    picture = (ROOT / "docs/to_scale.svg").read_text(encoding="utf-8")
    assert f"<title>{html.escape(words)}</title>" in picture, "draw it again with chart(), its words in <title>"
