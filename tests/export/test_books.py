"""Workbooks that everybody can read, and that hold text as text; the same checks on XLSX and ODS."""

import datetime
import errno
import io
import re
import sys
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
from checklist import problems, read_ods, read_xlsx
from hypothesis import given, settings
from hypothesis import strategies as st
from payloads import PAYLOADS

from cseanalysis.export import Book, Link, Sheet, Source, write_ods, write_xlsx
from cseanalysis.export.book import pages
from cseanalysis.export.cells import clean_text, says_nothing
from cseanalysis.export.ods import ods_bytes

SOURCE = Source(
    "ons", "ONS", "Crime tables", "https://www.ons.gov.uk/x?a=1&b=2", "2024-01-01", "", "OGL v3.0", "counts"
)
TABLE = pd.DataFrame(
    {"Force": ["Kent", "Essex"], "Offences [note 1]": [1200, -3], "Share": [0.5, "[x]"], "Page": ["[z]", "[x]"]}
)


def xlsx(book):
    pytest.importorskip("gptables")
    from cseanalysis.export.xlsx import xlsx_bytes

    return xlsx_bytes(book)


FORMATS = pytest.mark.parametrize(("write", "read"), [(xlsx, read_xlsx), (ods_bytes, read_ods)], ids=["xlsx", "ods"])


def a_sheet(**changes):
    return Sheet(**{"name": "Forces", "title": "Offences", "table": TABLE, "sources": ("ons",)} | changes)


def a_book(*sheets, **changes):
    given = {
        "title": "Offences by force",
        "introduction": ("What was recorded.",),
        "about": ("Counts are offences.",),
        "contact": ("Open an issue.",),
        "sheets": sheets or (a_sheet(),),
        "notes": ("Only recorded offences.",),
        "sources": (SOURCE,),
        "publisher": "The authors",
        "published": datetime.date(2026, 1, 2),
    }
    return Book(**given | changes)


@FORMATS
def test_a_workbook_holds_to_the_checklist(write, read):
    assert problems(read(write(a_book(a_sheet(), a_sheet(name="Again"))))) == []


@FORMATS
def test_numbers_come_back_as_numbers_and_text_as_text(write, read):
    (forces,) = [tab for tab in read(write(a_book())).tabs if tab.name == "Forces"]
    _, top, bottom, *_ = forces.tables[0]
    seen = [
        [(forces.cells[row, n].text, forces.cells[row, n].numeric) for n in range(1, 5)] for row in (bottom - 1, bottom)
    ]
    assert seen == [
        [("Kent", False), ("1200", True), ("0.5", True), ("[z]", False)],
        [("Essex", False), ("-3", True), ("[x]", False), ("[x]", False)],
    ]
    assert [forces.cells[top, n].text for n in range(1, 5)] == list(TABLE.columns)


@FORMATS
def test_250_payloads_stay_text_and_come_back_whole(write, read):
    assert len(set(PAYLOADS)) == 250
    table = pd.DataFrame({"First": PAYLOADS, "Second": PAYLOADS})
    book = a_book(
        a_sheet(table=table, title=PAYLOADS[0], about=tuple(PAYLOADS[::10])),
        introduction=tuple(PAYLOADS[1::10]),
        about=("[note 1]",),
        contact=tuple(PAYLOADS[2::10]),
        notes=(PAYLOADS[3],),
        title=PAYLOADS[4],
    )
    content = write(book)
    document = read(content)
    cells = {(tab.name, *place): cell for tab in document.tabs for place, cell in tab.cells.items()}
    assert [place for place, cell in cells.items() if cell.formula] == []
    links = {(place[0], cell.link) for place, cell in cells.items() if cell.link}
    assert {place for place, _ in links} == {"Contents", "Provenance"}
    assert {link for place, link in links if place == "Provenance"} == {SOURCE.address}
    (forces,) = [tab for tab in document.tabs if tab.name == "Forces"]
    _, top, bottom, *_ = forces.tables[0]
    for column in (1, 2):
        back = [forces.cells[row, column].text for row in range(top + 1, bottom + 1)]
        assert back == [clean_text(payload) for payload in PAYLOADS]
    for name, part in zip_parts(content).items():
        assert not re.search(rb"<f[ >]|table:formula|<oleObject|ddeLink|script:", part), name
        targets = re.findall(rb'(?:Target|xlink:href)="(https?:[^"]*)"', part)
        assert set(targets) <= {SOURCE.address.replace("&", "&amp;").encode()}, name


def zip_parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@FORMATS
def test_the_same_workbook_gives_the_same_bytes_and_names_no_person_place_or_time(write, read):
    content = write(a_book())
    assert content == write(a_book())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    everything = b"".join(zip_parts(content).values())
    assert not re.search(rb"/tmp|/home|/root|[A-Z]:\\\\|localhost", everything)
    assert set(re.findall(rb"20\d\d-\d\d-\d\dT[\d:]+", everything)) == {b"2026-01-02T00:00:00"}
    assert content != write(a_book(title="Another title"))


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1, max_size=40).filter(lambda text: re.search("[A-Za-z0-9]", text)))
def test_any_text_comes_back_from_ods_as_it_was_apart_from_what_xml_cannot_hold(text):
    if re.fullmatch(r"\[[a-z]{1,4}\]", text):
        return
    document = read_ods(ods_bytes(a_book(a_sheet(table=pd.DataFrame({"A": [text]})), about=("[note 1]",))))
    (forces,) = [tab for tab in document.tabs if tab.name == "Forces"]
    assert forces.cells[forces.tables[0][2], 1].text == clean_text(text)


BROKEN = [
    (pd.DataFrame({"A": ["x", None]}), "row 2, A: is empty"),
    (pd.DataFrame({"A": ["x", " \n"]}), "is empty"),
    (pd.DataFrame({"A": [1.0, float("nan")]}), "row 2, A: is empty; write \\[x\\]"),
    (pd.DataFrame({"A": [1.0, float("inf")]}), "is inf"),
    (pd.DataFrame({"A": pd.array([1, None], dtype="Int64")}), "is empty"),
    (pd.DataFrame({"A": pd.to_datetime(["2024-01-01"])}), "Timestamp"),
    (pd.DataFrame({"A": [True]}), "bool"),
    (pd.DataFrame({"A": ["–"]}), "only signs"),
    (pd.DataFrame({"A": ["[low]"]}), "not explained"),
    (pd.DataFrame({"A": ["x" * 32_768]}), "32,767"),
    (pd.DataFrame({"A": ["x" + "\U0001f600" * 16_384]}), "32,769 characters"),  # two units each, as Excel counts
    (pd.DataFrame([["x"]], columns=["\U0001d7d8" * 128]), "256 characters .* of at most 255"),
    (pd.DataFrame({"A": [2**53 + 1]}), "row 1, A: is a whole number beyond"),
    (pd.DataFrame({"A": [1, -(2**53) - 1]}), "row 2, A: is a whole number beyond"),
    (pd.DataFrame({"A": [10**400]}, dtype=object), "is a whole number beyond"),
    (pd.DataFrame([["x", "y"]], columns=["A", "a"]), "come twice"),
    (pd.DataFrame([["x"]], columns=[" "]), "say nothing"),
    (pd.DataFrame([["x"]], columns=["A\nB"]), "hold tabs"),
    (pd.DataFrame([["x"]], columns=["A $$b$$"]), "hold tabs"),
    (pd.DataFrame({"A": []}), "no rows"),
]


@pytest.mark.parametrize(("table", "said"), BROKEN)
def test_a_table_that_not_everybody_could_read_is_refused_with_the_place(table, said):
    with pytest.raises(ValueError, match=said):
        a_sheet(table=table)


def test_at_most_five_cells_are_named():
    with pytest.raises(ValueError, match=r"row 5, A: is empty.*; and 15 more$") as caught:
        a_sheet(table=pd.DataFrame({"A": [None] * 20}))
    assert "row 6" not in str(caught.value)


@FORMATS
def test_what_just_fits_comes_back_whole_in_both_formats(write, read):
    table = pd.DataFrame([["\U0001f600" * 16_383 + "x", 2**53, Link("L" * 300, "https://a.b/" + "c" * 2_067)]],
                         columns=["h" * 255, "B", "C"])  # fmt: skip
    (forces,) = [tab for tab in read(write(a_book(a_sheet(table=table), about=("[note 1]",)))).tabs
                 if tab.name == "Forces"]  # fmt: skip
    _, top, bottom, *_ = forces.tables[0]
    assert [forces.cells[top, 1].text, forces.cells[bottom, 1].text] == ["h" * 255, table.iloc[0, 0]]
    assert (float(forces.cells[bottom, 2].text), forces.cells[bottom, 3].link) == (2**53, "https://a.b/" + "c" * 2_067)


TOO_LONG = "x" * 32_768


@pytest.mark.parametrize(
    "make",
    [
        lambda: a_book(introduction=(TOO_LONG,)),
        lambda: a_book(about=(TOO_LONG,)),
        lambda: a_book(contact=(TOO_LONG,)),
        lambda: a_book(title=TOO_LONG),
        lambda: a_book(notes=(TOO_LONG,)),
        lambda: a_sheet(title=TOO_LONG),
        lambda: a_sheet(about=(TOO_LONG,)),
        lambda: replace(SOURCE, supplies=TOO_LONG),
        lambda: replace(SOURCE, title=TOO_LONG),
        lambda: Link(TOO_LONG, "https://a.b"),
        lambda: Link("Page", "https://a.b/" + "c" * 2_068),
    ],
)
def test_a_text_that_excel_would_cut_is_refused_wherever_it_stands(make):
    with pytest.raises(ValueError, match=r"has [\d,]+ characters .* of at most"):
        make()


def test_a_line_that_the_workbook_puts_together_is_not_cut_either():
    sources = tuple(replace(SOURCE, id=f"{n}" * 20_000) for n in (1, 2))
    with pytest.raises(ValueError, match=r"worksheet Forces.* characters"):
        pages(a_book(a_sheet(sources=tuple(each.id for each in sources)), sources=sources))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"address": "javascript:alert(1)"}, "link address"),
        ({"address": "ftp://a.b"}, "link address"),
        ({"address": " "}, "link address"),
        ({"title": "https://a.b"}, "does not describe"),
        ({"licence": "–"}, "licence: holds only signs"),
        ({"supplies": "[low]"}, "supplies: uses shorthand"),
        ({"publisher": ""}, "publisher: is empty"),
        ({"published": None}, "published: is a NoneType"),
        ({"address": None}, "address: is a NoneType"),
    ],
)
def test_a_source_that_one_format_could_not_write_is_refused_when_it_is_made(changes, said):
    with pytest.raises(ValueError, match=said):
        replace(SOURCE, **changes)
    assert replace(SOURCE, address="", published="", licence="")


@FORMATS
def test_words_in_any_script_are_words(write, read):
    for word in ("Ľ", "Київ", "東京", "القاهرة", "दिल्ली"):
        table = pd.DataFrame([["x", Link(word, "https://a.b")]], columns=["A", word])
        book = a_book(a_sheet(table=table, about=(word, "[note 1]")), title=word, introduction=(word,))
        document = read(write(book))
        assert problems(document) == []
        assert word in {cell.text for tab in document.tabs for cell in tab.cells.values() if cell.link}


@pytest.mark.parametrize(
    "make",
    [
        lambda: a_sheet(table=pd.DataFrame({"A": ["Київ"]})),
        lambda: a_sheet(title="Київ [note 1]"),
        lambda: a_book(notes=("Київ",)),
        lambda: replace(SOURCE, publisher="Київ"),
    ],
)
def test_a_cell_that_gptables_would_not_write_is_refused_for_both_formats(make):
    with pytest.raises(ValueError, match="no Latin letter and no digit"):
        make()


@FORMATS
def test_characters_that_xml_cannot_hold_spoil_no_property_of_the_document(write, read):
    content = write(a_book(title="A\x01B", publisher="C\x02D"))
    assert read(content).title == "A\ufffdB"
    assert "C\ufffdD".encode() in b"".join(zip_parts(content).values())


@pytest.mark.parametrize(
    "name",
    [
        *("", "Notes", "1st", "a b", "x" * 32, "A'!B", "Ü"),
        *("notes", "COVER", "contents", "provenance", "History", "history"),
        *("A1", "b12", "XFD1048576", "R1C1", "r", "C", "RC", "c3"),
    ],
)
def test_worksheet_names_that_a_format_or_the_workbook_itself_needs_are_refused(name):
    with pytest.raises(ValueError, match="worksheet name"):
        a_sheet(name=name)


def test_notes_are_all_defined_and_all_referred_to():
    with pytest.raises(ValueError, match=r"notes \[1\] are referred to"):
        a_book(notes=())
    with pytest.raises(ValueError, match=r"notes \[2\] are never referred to"):
        a_book(notes=("One.", "Two."))
    words = pd.DataFrame({"Force": ["Leicestershire [note 4]"], "Notes": ["[note 1]"]})
    assert a_book(a_sheet(table=words)).notes  # marks in other cells are somebody else's


def test_sources_and_names_hang_together():
    with pytest.raises(ValueError, match="not listed"):
        a_book(sources=())
    with pytest.raises(ValueError, match="come twice"):
        a_book(a_sheet(), a_sheet(name="FORCES"))
    with pytest.raises(ValueError, match=r"sources \['ons'\] come twice"):
        a_book(sources=(SOURCE, SOURCE))
    with pytest.raises(ValueError, match="says nothing"):
        a_book(title=" ")
    assert a_sheet(name="Code_23").name == "Code_23"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://a.example", "https://a.example"),
        ("Here", "javascript:alert(1)"),
        ("Here", "file:///etc"),
        ("…", "https://a.b"),
    ],
)
def test_a_link_describes_a_web_page(text, address):
    with pytest.raises(ValueError, match="link"):
        Link(text, address)


@FORMATS
def test_links_in_a_table_lead_where_they_say(write, read):
    table = pd.DataFrame({"Source": ["x", Link("Tables", "https://a.example/?b=1&c=2")]})
    document = read(write(a_book(a_sheet(table=table), about=("[note 1]",))))
    assert problems(document) == []
    assert ("Tables", "https://a.example/?b=1&c=2") in {
        (c.text, c.link) for tab in document.tabs for c in tab.cells.values()
    }


def test_without_gptables_the_extra_is_named(monkeypatch):
    from cseanalysis.export.xlsx import xlsx_bytes

    for name in [name for name in sys.modules if name.startswith("gptables.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "gptables", None)
    with pytest.raises(ModuleNotFoundError, match=r"run make install in .*, or write ODS"):
        xlsx_bytes(a_book())


@pytest.mark.parametrize("write", [write_ods, write_xlsx])
def test_a_workbook_that_cannot_be_written_whole_leaves_the_old_one(write, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "book").write_bytes(b"old")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(a_book(), tmp_path / "book")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("book", b"old")]


def spoil(document, tab, **changes):
    return replace(document, tabs=[replace(each, **changes) if each.name == tab else each for each in document.tabs])


def without(tab, place):
    return {where: cell for where, cell in tab.cells.items() if where != place}


def test_the_checklist_sees_every_planted_fault():
    document = read_ods(ods_bytes(a_book()))
    forces = document.tabs[3]
    name, top, bottom, left, right = forces.tables[0]

    def changed(place, **what):
        return spoil(document, "Forces", cells={**forces.cells, place: replace(forces.cells[place], **what)})

    planted = {
        "cover does not come first": replace(document, tabs=document.tabs[1:]),
        "no provenance": replace(document, tabs=document.tabs[:-1]),
        "not unique": replace(document, tabs=[*document.tabs[:-1], replace(forces, name="x" * 32), document.tabs[-1]]),
        "language": replace(document, language=""),
        "images": replace(document, embedded=["media/a.png"]),
        "share a name": spoil(document, "Forces", tables=[("notes_table", top, bottom, left, right)]),
        "not on the notes sheet": spoil(document, "Notes", cells=without(document.tabs[2], (4, 1))),
        "do not link": spoil(document, "Contents", cells=without(document.tabs[1], (4, 1))),
        "not a title": changed((1, 1), style="Body"),
        "merged": spoil(document, "Forces", merged=1),
        "hidden": spoil(document, "Forces", hidden=True),
        "filters": spoil(document, "Forces", filtered=True),
        "frozen": spoil(document, "Forces", frozen=True),
        "a formula": changed((bottom, 1), formula=True),
        "small": changed((bottom, 1), size=10),
        "does not describe": changed((bottom, 1), link="https://a.b", text="https://a.b"),
        "more than one column": spoil(document, "Cover", cells={**document.tabs[0].cells, (1, 2): forces.cells[1, 1]}),
        "0 marked-up": spoil(document, "Forces", tables=[]),
        "nothing below": spoil(document, "Forces", tables=[(name, top, bottom - 1, left, right)]),
        "blank rows": spoil(document, "Forces", cells=without(forces, (2, 1))),
        "empty": spoil(document, "Forces", cells=without(forces, (bottom - 1, 1))),
        "not wrapped": changed((bottom, 1), wrapped=False),
        "a sign": changed((bottom, 1), text="–"),
        "headers come twice": changed((top, 1), text=forces.cells[top, 2].text),
        "not explained": changed((3, 1), text="Nothing."),
        "does not say": changed((2, 1), text="Nothing."),
    }
    for said, spoilt in planted.items():
        assert any(said in problem for problem in problems(spoilt)), said


def test_pages_are_the_same_for_every_format_and_write_ods_writes_them(tmp_path):
    assert [page.name for page in pages(a_book())] == ["Contents", "Notes", "Forces", "Provenance"]
    write_ods(a_book(), tmp_path / "a.ods")
    assert (tmp_path / "a.ods").read_bytes() == ods_bytes(a_book())
    write_xlsx(a_book(), tmp_path / "a.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == xlsx(a_book())


def test_a_text_says_nothing_without_a_letter_or_digit_of_any_script():
    assert [says_nothing(text) for text in ("–", "Šiauliai", "Київ", "7")] == [True, False, False, False]
