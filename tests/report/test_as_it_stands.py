"""Text that others wrote prints as it stands in every product: it is read back from what pandoc and typst make."""

import datetime as dt
import html
import json
import re
from urllib.parse import unquote

import pandas as pd
import pypandoc
import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cseanalysis.export.markup import bibtex_text, escape, web_address
from cseanalysis.report.annexes import annexes, bibliography
from cseanalysis.report.outputs import _RAW, prose, table
from cseanalysis.report.pdf.typeset import TitlePage, _pandoc, typeset
from cseanalysis.report.prose import fill
from cseanalysis.study.data.project import sha256

# Texts that acted on a product, or could: lists, braces, entities, citations, raw code, fences, TeX, fields.
NASTY = [
    *("1. item", "- item", "+ item", "* item", "a) item", "iv. item", "(2) item", "#. item", "(@x) item", "1.", "-"),
    *("Arrests {=typst} supported", "{recorded}", "}{", "{{x}}", "{#sec:x}", "`x`{=typst}", "``` x", "~~~ x", "::: x"),
    *(
        "&amp; &#65; AT&T",
        "<b>x</b>",
        "<http://x.y>",
        "http://x.y/a_b*c",
        "[x](y)",
        "![x](y)",
        "[^1]",
        "^[x]",
        "[@ho22]",
    ),
    *(
        "@ho22",
        "@fig:x",
        "#let x = 1",
        "$x$",
        "$$",
        "\\",
        "\\\\{x}",
        "\\textbf{x}",
        "a -- b --- c",
        "...",
        ". . ..",
        "a~b",
    ),
    *(
        "# x",
        "= x",
        "/ x: y",
        ": x",
        "% x",
        "| x",
        "> x",
        "---",
        "- - -",
        "***",
        "___",
        "===",
        "x\ny",
        "a^2^ H~2~O",
        "//x",
    ),
    *(
        "},\n title={HACKED",
        "100% of it #1 & more_of_it",
        "x // y /* z */",
        "-1 and +1",
        "-?",
        "'' `` \"\"",
        "\\n\\t",
        "*a",
        "a*",
    ),
    *(
        "<!-- x -->",
        "--x",
        "x--",
        "é ü ß – — … ’",
        "Ω≠ 𝒳 漢字",
        "0x1F600 😀",
        "a  b",
        "key = val",
        "[x]{.y}",
        "\\[x\\]",
        "\\ x",
    ),
]
# Quotes are set curly, or as primes after a digit, and a minus as a minus; runs of spaces are one.
_PRINTED = str.maketrans({"“": '"', "”": '"', "″": '"', "‘": "'", "’": "'", "′": "'", "\N{MINUS SIGN}": "-"})
PRINTABLE = st.text(st.characters(exclude_categories=("C", "Zl", "Zp", "Zs"), include_characters=" "), min_size=1)
MARKS = st.text(st.sampled_from("\\`*_{}[]<>#|~^$@&;:.,-+=%()/!?'\" a1vx\n"), min_size=1, max_size=12)
SOME = settings(max_examples=20, suppress_health_check=list(HealthCheck))
TEXTS = st.lists((PRINTABLE | MARKS).filter(str.strip), min_size=1, max_size=20)


def printed(text):
    return " ".join(text.translate(_PRINTED).split())


def from_typst(source, folder):
    """Return the paragraphs and cells that typst itself makes of its code."""
    (folder / "main.typ").write_text(source, encoding="utf-8")
    made = typst.compile(str(folder / "main.typ"), root=str(folder), format="html").decode()
    return re.findall(r"<(?:p|dd|td)\b[^>]*>(.*?)</(?:p|dd|td)>", made, re.DOTALL)


def said(markup):
    return printed(html.unescape(re.sub(r"<[^>]+>", "", markup)))


def check_markdown(texts, folder):
    markdown = "\n\n".join(f"{escape(text)}\n\nX" for text in texts)
    plain = pypandoc.convert_text(markdown, "html", format="markdown", extra_args=["--wrap=none"])
    found = [said(part) for part in re.findall(r"<p>(.*?)</p>", plain, re.DOTALL)]
    assert found[::2] == [printed(text) for text in texts]
    found = [said(part).replace("\u200b", "") for part in from_typst(_pandoc("x", markdown), folder)]
    assert found[::2] == [printed(text) for text in texts]


def test_known_texts_come_back_from_markdown(tmp_path):
    check_markdown(NASTY, tmp_path)


@SOME
@given(TEXTS)
def test_any_text_comes_back_from_markdown(tmp_path, texts):
    check_markdown(texts, tmp_path)


# A style that prints nothing but a title and an address, an entry a paragraph.
CSL = """<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text">
<info><title>t</title><id>t</id></info>
<citation><layout><text variable="title"/></layout></citation>
<bibliography><layout><text variable="title"/><text variable="URL" prefix=" ADDRESS "/></layout></bibliography>
</style>"""


def check_bibtex(texts, folder):
    entries = [
        f"@online{{k{number:03},\n  title = {{{{{bibtex_text(text)}}}}},\n"
        f"  url = {{{web_address('http://x/?' + text)}}}\n}}\n"
        for number, text in enumerate(texts)
    ]
    (folder / "s.bib").write_text("".join(entries), encoding="utf-8")
    (folder / "s.csl").write_text(CSL, encoding="utf-8")
    source = '#bibliography("s.bib", full: true, title: none, style: "s.csl")'
    (folder / "main.typ").write_text(source, encoding="utf-8")
    made = typst.compile(str(folder / "main.typ"), root=str(folder), format="html").decode()
    found = [said(part).split(" ADDRESS ") for part in re.findall(r"<li>(.*?)</li>", made, re.DOTALL)]
    assert [title for title, _ in found] == [printed(text) for text in texts]
    # An address keeps its signs, those that no address can hold as their numbers.
    assert [unquote(address) for _, address in found] == [unquote(f"http://x/?{text}") for text in texts]


def test_known_texts_come_back_from_bibtex(tmp_path):
    check_bibtex(NASTY, tmp_path)


@SOME
@given(TEXTS)
def test_any_text_comes_back_from_bibtex(tmp_path, texts):
    check_bibtex(texts, tmp_path)


@pytest.mark.parametrize("text", NASTY)
def test_escaped_text_passes_through_a_template_unchanged(text):
    assert fill(escape(text)) == escape(text)
    assert str(prose(f"Said: {escape(text)}")) == f"Said: {escape(text)}"


def test_a_table_prints_its_cells_as_they_stand(tmp_path):
    raw = [text for text in NASTY if _RAW.search(text)]  # a name of the software in a cell is refused, and by name
    for text in raw:
        with pytest.raises(ValueError, match="1 cells print a raw mark"):
            table(pd.DataFrame({"Text": [text]}), label="tbl:x", caption="Texts")
    assert 0 < len(raw) < 5
    texts = [text for text in NASTY if text not in raw and not re.search(r"\[@", text)]  # a citation in a cell is one
    shown = table(pd.DataFrame({"Text": texts}), label="tbl:x", caption="Texts")
    folder = tmp_path
    code = _pandoc("x", shown.about["markdown"])
    code = "#let numbered-table(long, body) = body\n" + code
    made = from_typst(code, folder)
    assert [said(part).replace("\u200b", "") for part in made] == [printed(text) for text in texts]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", shown.data["text/html"], re.DOTALL)
    assert [html.unescape(cell) for cell in cells] == [" ".join(text.split()) for text in texts]


PAGE = TitlePage(
    "T", "S", "1.0.0", dt.date(2026, 1, 2), dt.date(2026, 1, 1), "0" * 12, ("A",), "C", (("Version", "1.0.0"),)
)


def test_the_annexes_and_the_references_print_what_stands_in_the_tables(study):
    text = "1. {=typst} &amp; -- [@x] <b> @y | c $d$"
    quoted = json.dumps(text)
    path = study.raw / "figures.csv"
    figures = path.read_text()
    path.write_text(figures.replace("Offences recorded by police", text).replace("Seen once.", f"- {text}"))
    sources = study.raw / "sources.toml"
    register = sources.read_text().replace(sha256(figures.encode()), sha256(path.read_bytes()))
    register = register.replace('"Home Office & others"', quoted).replace('"Do not compare what differs."', quoted)
    register = register.replace('"https://www.gov.uk/a_b?c=d&e=f"', json.dumps("http://x},\n title={HACKED"))
    sources.write_text(register)
    assumptions = study.assumptions.read_text()
    study.assumptions.write_text(assumptions.replace('"Printed as one in 10; a_b <c> & $d$."', json.dumps(f"+ {text}")))
    printed_twice = annexes(study, "")
    plain = pypandoc.convert_text(printed_twice, "plain", format="markdown", extra_args=["--wrap=none"])
    lines = printed(plain)
    assert lines.count(text) == 5  # statement, note, reason, caveat, publisher of a publication
    assert f"- {text}" in lines
    assert f"+ {text}" in lines
    bib = bibliography(study)
    entries = json.loads(pypandoc.convert_text(bib, "csljson", format="biblatex"))
    assert [entry["id"] for entry in entries] == ["ho22", "undated"]
    assert entries[0]["title"] == "Crime_outcomes: 100% of {it} #1"
    assert entries[0]["author"] == [{"literal": text}]
    assert "HACKED" in entries[0]["URL"]
    assert typeset({}, PAGE, "", annexes=printed_twice, bibliography=bib)[1].startswith(b"%PDF-1.7")
