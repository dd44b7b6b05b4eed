"""The report as pages for a browser: what stands on them, where they lead, and what they must not do."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest
from conftest import small_study
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cseanalysis.lineage import cards
from cseanalysis.report import chart, opening, prose, table
from cseanalysis.report.html.cards import ASSUMPTIONS
from cseanalysis.report.html.drawing import drawing
from cseanalysis.report.html.register import forces_page
from cseanalysis.report.html.shell import Entry, Page
from cseanalysis.report.html.site import _PRINTED, site
from cseanalysis.report.pdf.typeset import TitlePage, typeset
from cseanalysis.report.prose import fill
from cseanalysis.study.evidence.claimed import CONTENT_NOTE

HOSTILE = (
    '</title><script>alert(1)</script><img src=x onerror=alert(2)> " onload="x <!--chart a--> [x](javascript:y) '
    '{.n ref="x"}'
)
META = TitlePage(
    title="A title",
    subtitle="On something",
    version="1.2.3",
    edition=dt.date(2026, 11, 21),
    read=dt.date(2026, 11, 20),
    inputs="0123456789ab",
    authors=("The authors",),
    cite="The authors (2026).",
    facts=(("Version", "1.2.3"),),
)
FRONT = "# Before you read\n\nSupport.\n\n## If you need support\n\n| Who | How |\n|:--|:--|\n| A line | 0800 1111 |\n"
ANNEXES = (
    "# Assumptions {#sec:annex-assumptions}\n\n:::: {.entry}\n\n`known`\n\nReason\n:   F001 says so.\n\n::::\n\n"
    "# Figures {#sec:annex-figures}\n\n:::: {.entry}\n\n**Offences** `F001`\n\nNote\n:   None.\n\n::::\n\n"
    "# Sources {#sec:annex-sources}\n\nAll.\n"
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


def chapters(**cells):
    for listed in cells.values():
        for place, cell in enumerate(listed):
            cell["id"] = f"cell-{place}"
    return {name.replace("_", "-").removeprefix("c"): new_notebook(cells=listed) for name, listed in cells.items()}


def drawn(words="A line"):
    figure = Figure(figsize=(4, 2))
    axes = figure.add_subplot()
    axes.plot([1, 2], [1, 2])
    axes.set_title(words)
    return figure, f"It says {words}.", pd.DataFrame({"place": [1, 2], "height": [1, 2]})


def pages(notebooks, study, meta=META, known=None, annexes=ANNEXES, **more):
    found = cards(study.root) if known is None else known
    files = site(notebooks, meta, FRONT, annexes=annexes, bibliography=BIB, cards=found, **more)
    return {name: content.decode("utf-8") for name, content in files.items()}


class Seen(HTMLParser):
    """What a page holds: its elements with their attributes, and its text."""

    def __init__(self, content):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(content)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def ids(self):
        return [given["id"] for _, given in self.elements if "id" in given]


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Two chapters that refer to each other, with a table, charts and numbers, as pages."""
    project = small_study(tmp_path_factory.mktemp("html") / "study")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.notebooks)
        frame = pd.DataFrame({"Force": ["Kent", "Gwent"], "Offences": [1234, None], "From": ["F001", "[@ho22]"]})
        notebooks = chapters(
            c00_summary=[text("# Summary"), shown(prose("{recorded} of {total}, as in F001 and @tbl:forces."))],
            c01_data=[
                text("# What was recorded"),
                shown(opening(question="Q?", answer="{recorded}.", data="[@ho22].", limits="All.")),
                text("## By force\n\nSee @fig:one and @sec:lag, with $p < 1$."),
                shown(table(frame, label="tbl:forces", caption="Of {figure:F001}, by force")),
                shown(chart(drawn(), label="fig:one", caption="One"), chart(drawn(), label="fig:two", caption="Two")),
            ],
            c04_lag=[
                text("# How long"),
                shown(prose("{assumption:known_probability} @eq:x, @fig:two")),
                text("$$ a $$ {#eq:x}"),
            ],
        )
        return pages(notebooks, project)


def test_every_number_of_the_text_leads_to_a_card_that_is_there(two):
    links = [
        (name, given["href"])
        for name, content in two.items()
        if name.endswith(".html")
        for tag, given in Seen(content).elements
        if tag == "a" and given.get("class") == "n"
    ]
    assert {to for _, to in links} == {
        "numbers.html#recorded",
        "numbers.html#total",
        "figures-0.html#F001",
        "assumptions.html#known_probability",
    }
    assert ("data.html", "figures-0.html#F001") in links
    for _, to in links:
        page, _, place = to.partition("#")
        assert place in Seen(two[page]).ids()


def test_a_figure_id_in_text_tables_and_annexes_is_a_link_too(two):
    link = '<a href="figures-0.html#F001" class="n">F001</a>'
    assert all(link in two[page] for page in ("summary.html", "data.html", "annex-assumptions.html"))


def test_captions_are_numbered_through_and_referred_to_across_pages(two):
    assert "<strong>Figure 2</strong> Two" in two["data.html"]
    assert '<a href="data.html#fig:two">Figure 2</a>' in two["lag.html"]
    assert '<a href="data.html#tbl:forces">Table 1</a>' in two["summary.html"]
    assert '<a href="lag.html#sec:lag">Chapter 2</a>' in two["data.html"]
    assert '<a href="#eq:x">Equation 1</a>' in two["lag.html"]
    assert '<a href="references.html#ref-ho22"' in two["data.html"]
    assert "Home Office" in two["references.html"]


def test_what_print_has_in_its_annexes_has_the_same_number_here_with_its_letter(study, tmp_path):
    frame = pd.DataFrame({"Force": ["Kent"], "Offences": [1234]})

    def exhibits(name, *, annex):
        cell = shown(table(frame, label=f"tbl:{name}", caption=name), chart(drawn(), label=f"fig:{name}", caption=name))
        cell["metadata"]["tags"] = ["annex"] if annex else []
        return cell

    listed = [exhibits("far", annex=True), exhibits("near", annex=False), exhibits("further", annex=True)]
    said = prose("See @tbl:far, @tbl:near, @tbl:further, @fig:far, @fig:near and @fig:further.")
    notebooks = chapters(c01_data=[text("# A"), *listed, shown(said)])
    words = "See Table A1, Table 1, Table A2, Figure A1, Figure 1 and Figure A2."
    assert words in Seen(pages(notebooks, study)["data.html"]).text
    typeset(notebooks, META, "", annexes="# B", bibliography="", keep=tmp_path)
    printed = (tmp_path / "report" / "main.typ").read_text(encoding="utf-8")
    own = printed.replace("#ref(<tbl:near>)", "Table 1").replace("#ref(<fig:near>)", "Figure 1")
    assert words in " ".join(own.split())


def test_a_table_has_headers_of_rows_and_columns_and_its_csv_beside_it(two):
    page = two["data.html"]
    assert '<th scope="col">Force</th>' in page.replace(' class="left"', "")
    assert '<th scope="row">Kent</th>' in page.replace(' class="left"', "")
    assert '<a href="tables/forces.csv" download>Table 1 as CSV</a>' in page
    assert '<a href="charts/two.csv" download>Figure 2 as CSV</a>' in page
    assert two["charts/one.csv"] == two["charts/two.csv"] == "place,height\n1,1\n2,2\n"
    assert two["tables/forces.csv"] == 'Force,Offences,From\nKent,"1,234",F001\nGwent,[x],"(Home Office, 2023)"\n'


def test_a_chart_has_its_letters_as_text(two):
    page = two["data.html"]
    assert len(re.findall(r"<text [^>]*>A line</text>", page)) == 2
    assert '<svg role="img" aria-label="It says A line."' in page


def test_every_mark_of_a_page_has_a_name_of_its_own(two):
    for name, content in two.items():
        ids = Seen(content).ids() if name.endswith(".html") else []
        assert all(ids), name
        assert len(ids) == len(set(ids)), name
    assert "F001" in Seen(two["annex-figures.html"]).ids()
    assert "known" in Seen(two["annex-assumptions.html"]).ids()


def test_formulas_are_mathml_with_their_words(two):
    assert '<math alttext="p &lt; 1"' in two["data.html"]
    assert '<span class="equation" id="eq:x"' in two["lag.html"]


def test_every_page_says_what_it_is_up_to_when_and_where_help_is(two):
    for name, content in two.items():
        if name.endswith(".html"):
            assert content.count("<p>Version 1.2.3 · 21 November 2026 · inputs 0123456789ab") == 1, name
            assert '<p class="standing">Version 1.2.3 · 21' in content
            assert "evidence read up to 20 November 2026" in content
            assert 'href="index.html#help"' in content
            assert '<a class="skip" href="#main">' in content
    assert 'id="help"' in two["index.html"]
    assert two["index.html"].index("0800 1111") < two["index.html"].index("How to cite")


def test_pages_hold_no_script_no_style_and_load_nothing_from_elsewhere(two):
    for name, content in two.items():
        if not name.endswith(".html"):
            continue
        assert "default-src 'none'" in content
        for tag, given in Seen(content).elements:
            assert "style" not in given, (name, tag)
            assert not [key for key in given if key.startswith("on")], (name, tag)
            assert tag not in {"style", "iframe", "object", "embed", "base"}
            if tag == "script":
                assert given["src"] in two
            for key in ("src", "href"):
                if tag != "a" and key in given:
                    assert given[key] in two or given[key].startswith("#"), (name, tag, given)


def test_all_links_within_the_site_lead_somewhere(two):
    places = {name: set(Seen(content).ids()) for name, content in two.items() if name.endswith(".html")}
    for name in places:
        for tag, given in Seen(two[name]).elements:
            if tag == "a" and not given["href"].startswith("http"):
                page, _, place = given["href"].partition("#")
                if page.startswith("../"):  # the printed products, which stand beside the folder in every build
                    assert page.removeprefix("../") in _PRINTED
                    continue
                assert (page or name) in two, (name, given)
                assert not place or place in places[page or name], (name, given)


def test_hostile_text_shows_as_text_wherever_it_comes_from(study):
    known = {
        name: replace(card, title=HOSTILE, says=HOSTILE, unit=HOSTILE, note=HOSTILE, reason=HOSTILE, as_of=HOSTILE)
        for name, card in cards(study.root).items()
    }
    known = {
        name: replace(
            card,
            formula=HOSTILE,
            worked=(HOSTILE,),
            leading=HOSTILE,
            raw=tuple(replace(row, text=HOSTILE, file="x.csv") for row in card.raw),
            sources=tuple(
                replace(one, publisher=HOSTILE, title=HOSTILE, address="javascript:alert(3)") for one in card.sources
            ),
        )
        for name, card in known.items()
    }
    frame = pd.DataFrame({HOSTILE: [HOSTILE], "Other": ["x"]})
    notebooks = chapters(
        c01_data=[
            text("# What was recorded"),
            shown(table(frame, label="tbl:a", caption=r"Of \<script\>alert(4)\</script\>")),
            shown(
                chart(
                    (drawn(HOSTILE)[0], HOSTILE.replace("{", "{{").replace("}", "}}"), frame),
                    label="fig:one",
                    caption="One",
                )
            ),
            text("[a](javascript:alert(5)) [b](data:text/html,x) [c](<https://x.y/?a=b>)"),
        ]
    )
    found = pages(notebooks, study, replace(META, notice=HOSTILE, cite=HOSTILE, title=HOSTILE), known)
    for name, content in found.items():
        if not name.endswith(".html"):
            continue
        seen = Seen(content)
        assert [
            given["src"] for tag, given in seen.elements if tag in {"script", "img"} and given.get("src") not in found
        ] == []
        assert not [given for _, given in seen.elements for key in given if key.startswith("on")]
        assert not [given for tag, given in seen.elements if tag == "a" and "script:" in given.get("href", "")]
        assert "<script>alert(1)</script>" in seen.text, name
    assert "<script>alert(4)</script>" in Seen(found["data.html"]).text
    assert 'href="https://x.y/?a=b"' in found["data.html"]
    # What the search looks through is data of a script that ends where it ends.
    script = found["index.js"]
    assert json.loads(script.removeprefix("var PARTS = ").removesuffix(";\n"))


def test_the_first_page_has_the_content_note_the_main_points_with_their_numbers_and_then_help(study):
    points = fill("## What the figures say\n\n- In 2022 {figure:F001} were recorded.", study.root)
    found = pages(chapters(c01_data=[text("# A")]), study, points=points)
    page = found["index.html"]
    order = [page.index(words) for words in (CONTENT_NOTE, "What the figures say", '<section id="help">', "0800 1111")]
    assert order == sorted(order)
    assert '<a href="figures-0.html#F001" class="n">1,099</a>' in page.partition('<section id="help">')[0]
    assert "In 2022 1,099 were recorded" in found["index.js"]
    assert page.count("<h1") == 1


def test_a_further_page_stands_in_the_contents_and_in_the_search_with_its_files(study):
    more = Page(
        Entry("more", "More <of> it"),
        "<h1>More</h1>",
        ("register.js", "more.js"),
        {"more.js": b"var MORE = 1;\n"},
        (("main", "More", "a needle"),),
        {"F001": "words of the debate"},
    )
    found = pages(chapters(c01_data=[text("# A")]), study, pages=(more,))
    assert '<a href="more.html">More &lt;of&gt; it</a>' in found["data.html"]
    assert found["more.js"] == "var MORE = 1;\n"
    assert '<script src="more.js" defer>' in found["more.html"]
    parts = json.loads(found["index.js"].removeprefix("var PARTS = ").removesuffix(";\n"))
    assert ["more", "main", "More", "More <of> it", "a needle"] in parts
    assert next(part[5] for part in parts if part[1] == "F001") == "words of the debate"
    with pytest.raises(ValueError, match="two pages are called data"):
        pages(chapters(c01_data=[text("# A")]), study, pages=(replace(more, entry=Entry("data", "Data")),))


def test_a_page_of_assumptions_stands_above_their_cards(study):
    above = Page(ASSUMPTIONS, "<p>To be moved.</p>", ("register.js",), {"moving.js": b"1"})
    page = pages(chapters(c01_data=[text("# A")]), study, pages=(above,))["assumptions.html"]
    assert page.index("To be moved.") < page.index('id="known_probability"')
    assert '<script src="register.js" defer>' in page


def test_what_is_referred_to_and_not_there_is_named(study):
    with pytest.raises(ValueError, match='refers to "fig:none": no chart, table, equation or section has that label'):
        pages(chapters(c01_data=[text("# A\n\nSee @fig:none.")]), study)
    with pytest.raises(ValueError, match='the label "sec:annex-sources" is given twice'):
        pages(chapters(c01_data=[text("# A {#sec:annex-sources}")]), study)
    with pytest.raises(ValueError, match="two pages are called figures"):
        pages(chapters(c01_figures=[text("# A")]), study)


def test_a_report_that_is_no_edition_says_so_on_every_page(study):
    found = pages(chapters(c01_data=[text("# A")]), study, replace(META, notice="Not edition 1.2.3: other data"))
    assert all(
        content.count("Not edition 1.2.3: other data") >= 2 for name, content in found.items() if name.endswith(".html")
    )


SAME = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
import test_html as t
from cseanalysis.study.data.project import Project
frame = t.pd.DataFrame({"Force": ["Kent"], "Offences": [1]})
cells = [t.text("# A"), t.shown(t.prose("{recorded} [@ho22]")), t.shown(t.table(frame, label="tbl:a", caption="B"))]
cells.append(t.shown(t.chart(t.drawn(), label="fig:a", caption="C")))
found = t.pages(t.chapters(c01_data=cells), Project(Path.cwd().parent))
print(hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest())
"""


def test_the_pages_are_the_same_bytes_in_another_time_zone_and_with_another_seed(study):
    said = [
        subprocess.run(
            [sys.executable, "-c", SAME, os.path.dirname(__file__)],  # noqa: PTH120
            env=os.environ | {"TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": locale},
            cwd=study.notebooks,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone, seed, locale in (("Pacific/Kiritimati", "1", "C.UTF-8"), ("America/Adak", "2", "C"))
    ]
    assert said[0] == said[1] != ""


def test_outlines_without_words_stay_as_they_are():
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'
        '<metadata>m</metadata><defs><path id="a-1" d="M 0 0 \nL 1 1"/><path id="b" d="M 1 1"/></defs>'
        '<g id="g"><!-- $x^2$ --><g style="fill: #3d3d3d" transform="translate(1 2) scale(0.1 -0.1)">'
        '<use xlink:href="#a-1"/></g></g></svg>'
    )
    assert drawing(picture, "p", 'A "b"') == (
        '<svg role="img" aria-label="A &quot;b&quot;" viewBox="0 0 9 9" font-family="DejaVu Sans, Verdana, sans-serif" '
        'stroke-linejoin="round" stroke-linecap="butt"><defs><path id="p-a-1" d="M 0 0 L 1 1"></path>'
        '<path d="M 1 1"></path></defs><g fill="#3d3d3d" transform="translate(1 2) scale(0.1 -0.1)">'
        '<use href="#p-a-1"></use></g></svg>'
    )


def test_the_page_of_forces_shows_a_gap_as_none_found_and_ranks_nothing():
    row = {"force": "Kent <b>", "counted": "arrests", "number": "1204", "what": "Arrests", "period": "2023"}
    row |= {"counting_rule": "Any", "figure": "F001", "source": "x", "tier": "C", "remark": "[z]"}
    gap = row | {
        "counted": "convictions",
        "number": "[x]",
        "what": "[x]",
        "figure": "[x]",
        "remark": "not found, searched",
    }
    inside = forces_page(pd.DataFrame([row, gap]), {})
    row = '<td data-heading="Counted">{}</td><td data-heading="Number">{}</td><td data-heading="What it counts">{}</td>'
    assert '<th scope="row">Kent &lt;b&gt;</th>' + row.format("arrests", "1,204", "Arrests") in inside
    assert row.format("convictions", "none found", "") in inside
    assert "[x]" not in inside
    assert inside.count('data-column="Force"') == 1
