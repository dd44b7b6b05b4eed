"""From notebook to tagged PDF: what is written for typst, and what typst makes of it."""

import datetime as dt
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pandas as pd
import pytest
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cseanalysis.report import chart, opening, prose, table
from cseanalysis.report.chapters import parse, render
from cseanalysis.report.exporter import export
from cseanalysis.report.pdf.typeset import _LABEL, _REFERENCE, TitlePage, _pandoc, typeset

pytestmark = pytest.mark.usefixtures("study")

PAGE = TitlePage(
    title='A title with "quotes" & #signs',
    subtitle="On $nothing$",
    version="1.2.3",
    edition=dt.date(2026, 11, 21),
    read=dt.date(2026, 11, 20),
    inputs="0123456789ab",
    authors=("The authors",),
    cite="The authors (2026).",
    facts=(("Version", "1.2.3"), ("Edition", "21 November 2026")),
)
BIB = "@online{ho22,\n author = {{Home Office}},\n title = {{Crime}},\n year = {2023}\n}\n"


def shown(*outputs):
    cell = new_code_cell("", id="c")
    for output in outputs:
        data, metadata = output._repr_mimebundle_()
        cell.outputs.append(new_output("execute_result", data=data, metadata=metadata, execution_count=1))
    return cell


def text(source):
    return new_markdown_cell(source, id="m")


def chapter(*cells):
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return parse(render(new_notebook(cells=list(cells))))


def set_in(folder, *cells, front="", annexes="", bibliography=BIB, name="01-a"):
    """Typeset one chapter; return the PDF and what typst was given."""
    pdf, _ = typeset(
        {name: chapter(text("# One {#sec:one}"), *cells)},
        PAGE,
        front,
        annexes=annexes,
        bibliography=bibliography,
        keep=folder / "kept",
    )
    return pdf, (folder / "kept" / "report" / "main.typ").read_text(encoding="utf-8")


def plot(label="fig:a", alt='Bars: "high", [low] & <b>.', caption="Of *all* [@ho22] ] offences"):
    figure = Figure(figsize=(4, 2))
    figure.subplots().bar(["a", "b"], [1, 2])
    return chart((figure, alt, pd.DataFrame({"bar": ["a", "b"], "offences": [1, 2]})), label=label, caption=caption)


def test_the_report_is_accessible_and_archivable_and_has_the_same_bytes_twice(tmp_path):
    frame = pd.DataFrame({"Force": ["Kent"], "Offences": [1234]})
    block = opening(question="How many?", answer="Some.", data="A table [@ho22].", limits="Why.")
    cells = (
        shown(block, plot()),
        shown(table(frame, label="tbl:a", caption="Table"), prose("See @fig:a and @tbl:a in @sec:one.")),
    )
    options = {"front": "## Before you read\n\nText.\n\n### More\n\nText.", "annexes": "# Annex {#sec:x}\n\nText."}
    first, _ = set_in(tmp_path / "one", *cells, **options)
    second, _ = set_in(tmp_path / "two places é", *cells, **options)
    assert first == second
    assert b"pdfuaid:part>1" in first
    assert b"pdfaid:part>3" in first
    assert b"pdfaid:conformance>A" in first
    assert b"2026-11-21T00:00:00" in first
    assert str(tmp_path).encode() not in first


@pytest.mark.parametrize("name", ['#x $y$ @z "q"', "{a \\b} [c]", "<script>&amp;</script>", "*_`=/ <x>", "אבג // x"])
def test_names_of_marks_stand_on_the_title_page_and_in_the_file_s_properties_as_they_are(tmp_path, name):
    page = replace(PAGE, title=name, subtitle=name, notice=name, age=name, cite=name, authors=(name,), version=name)
    page = replace(page, facts=((name, name),), keywords=(name,), description=name)
    pdf, _ = typeset({"01-a": chapter(text("# One"))}, page, "", annexes="", bibliography="", keep=tmp_path / "kept")
    about = ElementTree.fromstring(re.search(rb"<rdf:RDF.*</rdf:RDF>", pdf, re.DOTALL)[0])
    said = {one.tag.partition("}")[2]: " ".join("".join(one.itertext()).split()) for one in about[0]}
    assert (said["title"], said["creator"], said["description"]) == (name,) * 3
    # Typst is given it as data and never as text of its own to read.
    assert name not in (tmp_path / "kept" / "report" / "main.typ").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "kept" / "report" / "meta.json").read_text(encoding="utf-8"))["cite"] == name


def test_every_page_says_how_far_the_evidence_was_read_and_the_first_how_old_it_is(tmp_path):
    late = "This edition is dated 21 November 2026; its evidence was read up to 1 August, more than a quarter earlier."
    page = replace(PAGE, read=dt.date(2026, 8, 1), age=late)
    options = {"annexes": "", "bibliography": "", "keep": tmp_path / "kept"}
    typeset({"01-a": chapter(text("# One"))}, page, "", **options)
    meta = json.loads((tmp_path / "kept" / "report" / "meta.json").read_text(encoding="utf-8"))
    assert (meta["read"], meta["age"]) == ("1 August 2026", late)
    typ = (tmp_path / "kept" / "report" / "main.typ").read_text(encoding="utf-8")
    title, pages = typ.split("#set page(\n  header:")
    assert "meta.age)" in title
    assert "[Evidence read up to #meta.read]" in pages.partition("footer:")[2].partition("// Front matter")[0]


def test_a_report_is_not_set_whose_front_page_is_silent_on_old_evidence_or_calls_new_evidence_old(tmp_path):
    chapters = {"01-a": chapter(text("# One"))}
    with pytest.raises(ValueError, match="its front page does not say so"):
        typeset(chapters, replace(PAGE, read=dt.date(2026, 8, 1)), "", annexes="", bibliography="")
    with pytest.raises(ValueError, match="its front page says that it is more"):
        typeset(chapters, replace(PAGE, age="Read more than a quarter earlier."), "", annexes="", bibliography="")


def test_alternative_text_and_caption_survive_every_sign(tmp_path):
    _, typ = set_in(tmp_path, shown(plot()))
    assert r'alt: "Bars: \"high\", [low] & \u{3c}b>."' in typ
    assert "#emph[all]" in typ
    assert "<fig:a>" in typ


def test_a_table_says_its_widths_sides_and_header(tmp_path):
    frame = pd.DataFrame({"A | b": ["$x$ #y *z*", None], "N": [1234, 5]})
    _, typ = set_in(tmp_path, shown(table(frame, label="tbl:a", caption="A table", widths=[3, 1])))
    drawn = typ[typ.index("#numbered-table(") :]
    assert "columns: (3fr, 1fr,), align: (left, right,)" in drawn
    assert r"table.header([A | b], [N])" in drawn
    assert r"[\$x\$ \#y \*z\*], [1,234]" in drawn
    assert "#numbered-table(false)" in drawn


def test_a_long_table_may_run_over_pages(tmp_path):
    frame = pd.DataFrame({"N": range(80)})
    _, typ = set_in(tmp_path, shown(table(frame, label="tbl:a", caption="A table")))
    assert "#numbered-table(true)" in typ


def test_no_chart_at_the_head_of_a_page_stands_between_the_halves_of_a_sentence(tmp_path):
    import typst

    words = "words of a paragraph that is as long as they are in a report " * 9
    parts = [text(f"The begin{number}m {words} end{number}m of it.") for number in range(9)]
    typeset(
        {"01-a": chapter(text("# One"), shown(plot(caption="A chart.")), *parts)},
        PAGE,
        "",
        annexes="",
        bibliography=BIB,
        keep=tmp_path,
    )
    source = (tmp_path / "report" / "main.typ").read_text(encoding="utf-8")
    marked, ends = re.subn(r"(begin|end)(\d)m", r"#context [#metadata((\2, here().page()))<end>]", source)
    (tmp_path / "report" / "main.typ").write_text(marked, encoding="utf-8")
    pages = json.loads(typst.query(str(tmp_path / "report" / "main.typ"), "<end>", field="value"))
    assert ends == len(pages) == 18
    assert len({page for _, page in pages}) > 1
    assert len({tuple(each) for each in pages}) == 9, "a paragraph begins on one page and ends on another"


def test_the_chapters_heading_is_labelled_after_its_file_and_a_tagged_equation_after_its_tag():
    cells = (text("# One\n\n$$ a \\tag{half} $$\n\n## Two"), text("# Three"))
    assert export("04-lag", chapter(*cells))[0] == ("# One {#sec:lag}\n\n$$ a $$ {#eq:half}\n\n## Two\n\n# Three")
    given = "# One {#sec:first}"
    assert export("04-lag", chapter(text(given)))[0] == given


def test_equations_have_numbers_labels_and_words(tmp_path):
    source = '$$ a\\!b = \\frac{1}{2} $$ {#eq:half alt="a b is one half"}\n\nIn @eq:half, with $x^2$, and\n\n$$ c $$'
    _, typ = set_in(tmp_path, text(source))
    assert 'alt: "a b is one half"' in typ
    assert "<eq:half>" in typ
    assert '#math.equation(block: false, alt: "x^2"' in typ
    assert "block: true, numbering: none" in typ
    assert "-1em" not in typ


def test_long_words_can_be_broken(tmp_path):
    _, typ = set_in(
        tmp_path, text("see known_offence_probability_of_children and https://www.gov.uk/a/very/long/address")
    )
    assert "known\\_\u200boffence" in typ


def test_code_is_not_shown_and_doubts_are(tmp_path):
    cell = new_code_cell("secret_code()", id="c")
    cell.outputs = [new_output("stream", name="stderr", text="UserWarning: few forces\n")]
    _, typ = set_in(tmp_path, cell)
    assert "secret_code" not in typ
    assert "#note[Few forces]" in typ


def test_the_summary_has_no_number_and_can_still_be_referred_to(tmp_path):
    _, typ = set_in(tmp_path, text("## Part\n\nSee @sec:one."), name="00-summary")
    assert len(re.findall(r"#heading\(level: \d, numbering: none\)", typ)) == 2


def test_two_chapters_may_use_the_same_footnote_mark_and_heading(tmp_path):
    cells = (
        chapter(text("# A\n\n## Limits\n\nx[^1]\n\n[^1]: first note")),
        chapter(text("# B\n\n## Limits\n\ny[^1]\n\n[^1]: second note")),
    )
    typeset({"01-a": cells[0], "02-b": cells[1]}, PAGE, "", annexes="", bibliography="", keep=tmp_path / "kept")
    typ = (tmp_path / "kept" / "report" / "main.typ").read_text(encoding="utf-8")
    assert "#footnote[first note]" in typ
    assert "#footnote[second note]" in typ


def test_text_cannot_become_markup(tmp_path):
    source = "Signs \\#show \\$x\\$ `#eval` <script>alert(1)</script> #let x = 1\n\n```{=typst}\n#panic()\n```"
    _, typ = set_in(tmp_path, text(source))  # if #panic() were executed, typst would fail
    assert r"\#let x" in typ
    assert r"\#show" in typ


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ((text("See @fig:none."),), "refers to 'fig:none': no source, chart, table"),
        ((text("See [@nobody]."),), "refers to 'nobody'"),
        ((text("## A {#sec:one}\n\nSee @sec:one."),), "'sec:one' is given twice"),
        ((text("![](x.png)"),), "01-a: pandoc could not set the text: .*image x.png in a Markdown cell"),
        ((text("[@ho22; @fig:a]"),), "one pair of brackets holds sources and cross references"),
        ((text("#### Too deep"),), "typst could not set the report"),
    ],
)
def test_what_cannot_be_set_is_named(tmp_path, cells, fault):
    with pytest.raises(ValueError, match=fault):
        set_in(tmp_path, *cells)


def test_a_picture_without_alternative_text_is_refused():
    cell = new_code_cell("", id="c")
    cell.outputs = [new_output("display_data", data={"image/png": "aGk="})]
    with pytest.raises(ValueError, match="01-a-1-1: a picture without alternative text"):
        export("01-a", chapter(cell))


def test_a_failed_cell_is_not_set():
    cell = new_code_cell("", id="c")
    cell.outputs = [new_output("error", ename="ValueError", evalue="x", traceback=[])]
    with pytest.raises(ValueError, match="the cell failed with ValueError: x"):
        export("01-a", chapter(cell))


def annexed(cell):
    cell["metadata"]["tags"] = ["annex"]
    return cell


def test_a_cell_of_the_annexes_is_printed_there_alone_and_references_reach_across_with_its_number(tmp_path):
    frame = pd.DataFrame({"Force": ["Kent"], "Offences": [1234]})
    cells = [
        text("# One {#sec:one}"),
        shown(table(frame, label="tbl:near", caption="Near"), prose("See @tbl:far, @tbl:near and @sec:more.")),
        annexed(shown(table(frame, label="tbl:far", caption="Far"), prose("Of @sec:one, see @tbl:near and @tbl:far."))),
    ]
    options = {"annexes": "# More {#sec:more}\n\nText.", "bibliography": BIB, "keep": tmp_path / "kept"}
    typeset({"01-a": chapter(*cells)}, PAGE, "", **options)
    report, further = ((tmp_path / "kept" / name / "main.typ").read_text() for name in ("report", "annexes"))
    assert "See Table A1, #ref(<tbl:near>) and “More” of the annexes." in report
    assert "Of “One” of the report, see Table 1 of the report and #ref(<tbl:far>)." in further
    assert "[Far]" not in report
    assert "[Near]" not in further
    assert "= One: more" in further


@pytest.mark.parametrize(
    "text",
    [
        "`<fig:lag>` and `#ref(<fig:lag>)`",
        '```python\nx = "<fig:lag>"  # #ref(<fig:lag>)\n```',
        ':::: {.chart #fig:own file="a.svg" width="10" alt="see <fig:lag> and #ref(<fig:lag>)"}\nWords\n::::',
        '$$a<b$$ {#eq:own alt="a <eq:other> b"}',
        "[F008](https://a.uk/F008) or &lt;fig:lag>",
    ],
)
def test_what_looks_like_a_label_in_code_or_in_words_read_aloud_is_counted_as_none(text):
    """Otherwise the other file would call every later chart by the number before its own."""
    set_text = _pandoc("01", text, "F008")
    assert {label for _, label in _LABEL.findall(set_text)} <= {"own"}
    assert not _REFERENCE.findall(set_text)


def test_an_id_of_a_figure_is_a_link_where_the_annexes_print_it_and_never_a_link_in_a_link():
    far = '#link("annexes.pdf#F008")[F008]'
    for text, links in (("at the end F008", 1), ("F008-F999, F0081, xF008", 1), ("a/long/word/of/many/parts/F008", 1)):
        set_text = _pandoc("01", text, "F008")
        assert set_text.count(far) == set_text.count("#link(") == links, text
    assert _pandoc("01", "[F008](https://a.uk)", "F008").count("#link(") == 1


def test_a_label_that_report_and_annexes_both_give_is_refused():
    frame = pd.DataFrame({"Force": ["Kent"], "Offences": [1234]})
    cells = [text("# One"), shown(table(frame, label="tbl:a", caption="Near"))]
    cells.append(annexed(shown(table(frame, label="tbl:a", caption="Far"))))
    with pytest.raises(ValueError, match="'tbl:a' is given twice"):
        typeset({"01-a": chapter(*cells)}, PAGE, "", annexes="", bibliography="")
