"""Works of one author and year are told apart by letters, and one publisher has one name."""

import re
from pathlib import Path

import pytest
import typst

from cseanalysis.report.annexes import bibliography
from cseanalysis.report.pdf.typeset import _HERE
from cseanalysis.report.references import _WORK, _field, _printed, cited_in, lettered
from cseanalysis.study.data.project import find_project, load_sources

PROJECT = find_project(Path(__file__).resolve().parents[2])


def work(key, author, title, year=""):
    dated = f"  year = {{{year}}},\n" if year else ""
    return f"@online{{{key},\n  author = {{{author}}},\n  title = {{{{{title}}}}},\n{dated}}}\n"


def letters(text):
    return {key: _field(body, "note") for key, body in _WORK.findall(text)}


def test_works_of_one_author_and_year_get_letters_in_the_order_of_their_titles():
    text = work("x", "Doe, Jane", "Second", 2005) + work("y", "Doe, Jane", "First", 2005)
    text += work("z", "Doe, Jane", "Third", 2006)
    assert letters(lettered(text, {"x", "y", "z"})) == {"x": "b", "y": "a", "z": ""}


def test_works_without_a_date_are_told_apart_too():
    text = work("x", "{A council}", "One") + work("y", "{A council}", "Two") + work("z", "{A council}", "Three", 2020)
    assert letters(lettered(text, {"x", "y", "z"})) == {"x": "a", "y": "b", "z": ""}


def test_a_work_that_nobody_cites_takes_no_letter_away():
    text = work("x", "Doe, Jane", "One", 2005) + work("y", "Doe, Jane", "Two", 2005)
    assert lettered(text, {"y"}) == text


def test_authors_that_the_text_prints_alike_are_alike():
    many = "Doe, Jane and Roe, Ann and Poe, Max and {}, Kim"
    text = work("x", many.format("Coe"), "One", 2005) + work("y", many.format("Loe"), "Two", 2005)
    assert letters(lettered(text, {"x", "y"})) == {"x": "a", "y": "b"}
    assert _printed("doe, jane and roe, ann") == "doe and roe"


def test_a_note_of_its_own_is_refused_because_it_would_be_printed_as_a_letter():
    text = work("x", "Doe, Jane", "One", 2005).replace("  year", "  note = {seen},\n  year")
    with pytest.raises(ValueError, match="x has a note or howpublished"):
        lettered(text, {"x"})


def test_keys_are_found_however_a_text_for_typst_cites_them():
    text = r'#cite(<ho22>, supplement: [p. 4]) and @vkpp23@npcc24. or #cite(label("x.y")); a\@b.org'
    assert cited_in(text) == {"ho22", "vkpp23", "npcc24", "x.y"}


def printed(text, body, folder):
    (folder / "s.bib").write_text(text, encoding="utf-8")
    (folder / "references.csl").write_bytes((_HERE / "references.csl").read_bytes())
    source = f'#set text(lang: "en", region: "GB")\n{body}\n#bibliography("s.bib", style: "references.csl")'
    (folder / "main.typ").write_text(source, encoding="utf-8")
    made = typst.compile(str(folder / "main.typ"), root=str(folder), format="html").decode()
    return " ".join(re.sub(r"<[^>]+>", "", made[made.index("<body") :]).split())


def test_text_and_list_print_the_same_letter_for_seven_pairs_alike(tmp_path):
    # Seven, because typst by itself stops at some number of them.
    keys = [f"k{number}{half}" for number in range(7) for half in "ab"]
    years = {number: 2000 + number if number % 2 else "" for number in range(7)}
    text = "".join(work(key, f"{{Body {key[1]}}}", f"Title {key}", years[int(key[1])]) for key in keys)
    said = printed(lettered(text, set(keys)), " text ".join(f"@{key}" for key in keys), tmp_path)
    for number, year in years.items():
        for half in "ab":
            shown = f"{year}{half}" if year else f"no date {half}"
            assert f"(Body {number}, {shown})" in said
            assert f"Body {number} ({shown}) Title k{number}{half}" in said


def test_a_work_without_a_date_that_stands_alone_says_so_too(tmp_path):
    text = work("x", "{A council}", "One") + work("y", "{A council}", "Two", 2020)
    said = printed(lettered(text, {"x", "y"}), "@x text @y", tmp_path)
    assert "(A council, no date) text (A council, 2020)" in said
    assert "A council (no date) One" in said
    assert "A council (2020) Two" in said


def test_every_work_of_the_study_can_be_told_from_every_other(tmp_path):
    text = bibliography(PROJECT)
    keys = [key for key, _ in _WORK.findall(text)]
    assert len(keys) == len(set(keys)) == text.count("\n@") + 1 > 100
    found = _WORK.findall(lettered(text, keys))
    shown = [(_printed(_field(body, "author")), _field(body, "year"), _field(body, "note")) for _, body in found]
    assert len(set(shown)) == len(shown)
    assert "Spiegelhalter, D.J. (2005a)" in printed(lettered(text, keys), "".join(f"@{key} " for key in keys), tmp_path)


def test_one_publisher_has_one_name():
    short = {
        "ONS": "Office for National Statistics",
        "IICSA": "Independent Inquiry into Child Sexual Abuse",
        "CSA Centre": "Centre of expertise on child sexual abuse (CSA Centre)",
        "NPCC": "National Police Chiefs' Council",
        "MoJ": "Ministry of Justice",
        "NCA": "National Crime Agency",
    }
    names = {entry["publisher"] for entry in load_sources(PROJECT)["publications"].values()}
    assert names & short.keys() == set()
