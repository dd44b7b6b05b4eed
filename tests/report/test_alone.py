"""A chapter alone: marks of the typesetter are words, in Jupyter and on a page that nbconvert makes."""

import re
import subprocess
import sys

import pandas as pd
import pytest

from cseanalysis.report import opening, prose, table
from cseanalysis.report.alone import MARK, alone, as_html
from cseanalysis.report.references import works_in

HO22 = "[Home Office & others, 2023](<https://www.gov.uk/a_b?c=d&e=f>)"


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ("As counted [@ho22].", f"As counted ({HO22})."),
        ("[@ho22, p. 4; @undated]", f"({HO22}, p. 4; A council, no date)"),
        (
            "@ho22 says so; @undated, too.",
            "[Home Office & others (2023)](<https://www.gov.uk/a_b?c=d&e=f>) says so; A council (no date), too.",
        ),
        ("See @fig:by-year, (@tbl:x).", "See Figure *by-year*, (Table *x*)."),
        ("In @sec:lag and @eq:total.", "In Chapter *lag* and Equation *total*."),
        ("In @sec:annex-absences.", "In Annex *absences*."),
        ("[@fig:a; @tbl:b]", "Figure *a* and Table *b*"),
        ("# Lag {#sec:lag}\n\nText", "# Lag\n\nText"),
        (r"a\@b, \[\@ho22\], a@b.org, $x_{t}$, \[x\]", r"a\@b, \[\@ho22\], a@b.org, $x_{t}$, \[x\]"),
    ],
)
def test_marks_become_words_and_other_text_stays(study, marked, words):
    assert alone(marked) == words
    assert not MARK.search(words)


def test_a_source_that_is_not_registered_is_refused_with_the_closest(study):
    with pytest.raises(ValueError, match="no source has the key 'ho23'; the closest is 'ho22'"):
        prose("As counted [@ho23].")


def test_works_of_the_methods_are_cited_by_their_authors(study):
    book = "@book{{{},\n  author = {{{}}},\n  year = {{2005}},\n  doi = {{10.1/x}},\n}}\n"
    (study.notebooks / "references.bib").write_text(book.format("roe05", "Roe, Ann and Poe, Max"))
    assert alone("[@roe05]") == "([Roe and Poe, 2005](<https://doi.org/10.1/x>))"
    many = {1: "Roe", 2: "Roe and Roe", 3: "Roe, Roe and Roe", 4: "Roe et al."}
    for number, words in many.items():
        assert works_in(book.format("x", " and ".join(["Roe, Ann"] * number)))["x"][0] == words
    assert works_in(book.format("x", "Roe, Ann and others"))["x"] == ("Roe et al.", "2005", "https://doi.org/10.1/x")


def test_html_keeps_text_and_turns_emphasis_and_links_into_tags():
    assert as_html(r"*a* \*b\* [c \& d](<https://x.y/?a=b&c>) <b>") == (
        '<em>a</em> *b* <a href="https://x.y/?a=b&amp;c">c &amp; d</a> &lt;b&gt;'
    )


def test_who_reads_in_jupyter_sees_words_and_the_typesetter_takes_the_marks(study):
    words = prose("{recorded} [@ho22], see @fig:a.")
    assert words.data["text/markdown"] == f"1,099 ({HO22}), see Figure *a*."
    assert words.about["markdown"] == '[1,099]{.n ref="recorded"} [@ho22], see @fig:a.'
    block = opening(question="Which?", answer="@tbl:a.", data="One [@ho22].", limits="All.")
    assert not MARK.search(block.data["text/markdown"])
    assert block.about["parts"][2] == ["Data", "One [@ho22]."]
    shown = table(pd.DataFrame({"Source": ["[@ho22], page 4"]}), label="tbl:a", caption="As in @fig:a")
    assert "<caption>Table <em>a</em>. As in Figure <em>a</em></caption>" in shown.data["text/html"]
    assert ">Home Office &amp; others, 2023</a>), page 4</td>" in shown.data["text/html"]
    assert "[@ho22], page 4" in shown.about["markdown"]


def test_the_command_that_the_readme_names_makes_a_clean_page(study):
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", "00-summary.ipynb"]
    subprocess.run(command, cwd=study.notebooks, check=True, capture_output=True)
    page = (study.notebooks / "00-summary.html").read_text(encoding="utf-8")
    (said,) = re.findall(r"1,099 were recorded[^.]*", page)
    assert said.endswith('recorded (<a href="https://www')


def test_an_address_that_is_no_page_is_not_linked():
    assert as_html("[x](<javascript:alert(1)>)") == "x"
    assert as_html("[x](<#lag>) [y](<http://z>)") == '<a href="#lag">x</a> <a href="http://z">y</a>'
