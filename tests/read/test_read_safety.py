"""Files from elsewhere are refused before they can hurt, and the refusal says why and where."""

import time
from dataclasses import FrozenInstanceError, asdict, replace

import hostile
import pytest
from hostile import HOSTILE, ODS_CELL, content, in_xlsx, link, ods, relation, repeated, row, table, xlsx
from hypothesis import given, settings
from hypothesis import strategies as st

from cseanalysis.read.safety import DEFAULT_LIMITS, Limits, UnsafeFileError, archive, check_file, run_capped
from cseanalysis.read.safety.limits import Watch
from cseanalysis.read.safety.markup import Found, UncertainMarkupError, parse
from cseanalysis.read.safety.scan import scan

WATCH = Watch(DEFAULT_LIMITS, time.monotonic() + 3600, "file")
EMPTY_ROWS = row('<table:table-cell table:number-columns-repeated="16384"/>', 1_048_574)
WORST = [
    "zip bomb",
    "zip bomb in an ODS",
    "size that lies",
    "directory larger than it says",
    "text of 10 million letters",
    "one long text repeated",
    "repeats of one ODS cell",
    "markup 5,000 deep",
    "gzip bomb",
    "one endless line",
    "wide and long",
]
# What office programs really write, and naive checks refuse.
HARMLESS = {
    "empty rows and columns to the end": (
        "a.ods",
        lambda: ods(table(row(ODS_CELL + '<table:table-cell table:number-columns-repeated="16383"/>') + EMPTY_ROWS)),
    ),
    "styled empty cells to the end": (
        "a.ods",
        lambda: ods(table(row(ODS_CELL) + row('<table:table-cell table:style-name="ce1"/>' * 8, 1_048_575))),
    ),
    "columns declared to the end": (
        "a.ods",
        lambda: ods(table('<table:table-column table:number-columns-repeated="16384"/>' + row(ODS_CELL))),
    ),
    "empty list of scripts": ("a.ods", lambda: ods(xml=content(table(row(ODS_CELL)), before="<office:scripts/>"))),
    "link to click": ("a.xlsx", lambda: xlsx(relations=relation("hyperlink", "https://www.gov.uk/"))),
    "printer settings": ("a.xlsx", lambda: in_xlsx("xl/printerSettings/printerSettings1.bin", b"W\0i\0n\0" * 30)),
    "picture": ("a.xlsx", lambda: in_xlsx("xl/media/image1.png", b"\x89PNG\r\n\x1a\n" + bytes(99))),
    "custom XML in UTF-16": ("a.xlsx", lambda: in_xlsx("customXml/item1.xml", "<a/>".encode("utf-16"))),
    "left-overs": ("a.xlsx", lambda: in_xlsx("[trash]/0000.dat", bytes(142))),
    "dimension that lies": (
        "a.xlsx",
        lambda: xlsx(sheet=hostile.worksheet().replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')),
    ),
    "markup in a text": (
        "a.xlsx",
        lambda: xlsx('<row r="1"><c r="A1" t="str"><v>&lt;!DOCTYPE&gt; r="XFD9"</v></c></row>'),
    ),
    "prefixes of another writer": (
        "a.xlsx",
        lambda: xlsx(sheet=f'<x:worksheet xmlns:x="{hostile.MAIN}"><x:sheetData/></x:worksheet>'),
    ),
    "members packed without compression": ("a.xlsx", lambda: hostile.pack(hostile.xlsx_members(), 0)),
    "text with quotes and line breaks": ("a.csv", lambda: b'a,b\n"1\n2","say ""x"""\n5" pipe,3\n'),
    "semicolons and no last line end": ("a.csv", lambda: b"a;b\n1;2"),
    "gzip in parts": ("a.csv.gz", lambda: hostile.gzip.compress(b"a,b\n") + hostile.gzip.compress(b"1,2\n")),
    "letters of another code page": ("a.csv", lambda: "a,£\n".encode("cp1252")),
}


def saved(folder, name, contents):
    path = folder / name
    path.write_bytes(contents)
    return path


def test_the_corpus_has_at_least_sixty_hostile_files():
    assert len(HOSTILE) >= 60


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_quickly_with_the_reason(case, tmp_path):
    name, make, reason = HOSTILE[case]
    path = saved(tmp_path, name, make())
    start = time.monotonic()
    with pytest.raises(UnsafeFileError, match=f"(?s)^{name}.*(?:{reason})"):
        check_file(path)
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("case", [case for case in HOSTILE if HOSTILE[case][0] in {"a.xlsx", "a.ods"}])
def test_the_fast_scan_lets_no_hostile_file_through(case, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_FAST_FROM_BYTES", 0)
    name, make, _ = HOSTILE[case]
    with pytest.raises(UnsafeFileError):
        check_file(saved(tmp_path, name, make()))


@pytest.mark.parametrize("fast_from", [0, 1_000_000])
@pytest.mark.parametrize("case", HARMLESS)
def test_what_office_programs_write_passes(case, fast_from, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_FAST_FROM_BYTES", fast_from)
    name, make = HARMLESS[case]
    check_file(saved(tmp_path, name, make()))


def test_checking_the_worst_files_takes_little_memory(tmp_path):
    paths = []
    for place, (name, make, _) in enumerate(HOSTILE[case] for case in WORST):
        folder = tmp_path / str(place)
        folder.mkdir()
        paths.append(str(saved(folder, name, make())))
    found = run_capped(hostile.check_all, paths, limits=Limits(memory_bytes=800 << 20))
    assert len(found["refusals"]) == len(WORST)
    assert found["peak"] < 200


@pytest.mark.parametrize(
    ("limits", "name", "make"),
    [
        (Limits(file_bytes=100), "a.xlsx", xlsx),
        (Limits(members=3), "a.xlsx", xlsx),
        (Limits(member_bytes=100), "a.xlsx", xlsx),
        (Limits(member_bytes=3), "a.csv.gz", lambda: hostile.gzip.compress(b"a,b\n")),
        (Limits(total_bytes=500), "a.xlsx", xlsx),
        (Limits(ratio=1.01, ratio_from_bytes=10), "a.ods", ods),
        (Limits(cells=5), "a.ods", lambda: repeated(2, 3)),
        (Limits(cells=3), "a.csv", lambda: b"a,b\n1,2\n"),
        (Limits(sheets=1), "a.ods", lambda: ods(table(row(ODS_CELL)) * 2)),
        (Limits(columns=1), "a.ods", lambda: repeated(2, 1)),
        (Limits(columns=1), "a.csv", lambda: b"a,b\n"),
        (Limits(cell_text=3), "a.ods", lambda: ods(table(row(ODS_CELL.replace(">x<", ">four<"))))),
        (Limits(text=3), "a.ods", lambda: ods(table(row(ODS_CELL, 4)))),
        (Limits(line_bytes=3), "a.csv", lambda: b"a,bcd\n"),
        (Limits(xml_depth=2), "a.ods", ods),
        (Limits(seconds=0), "a.ods", ods),
    ],
)
def test_every_limit_is_a_parameter_that_the_refusal_names(limits, name, make, tmp_path):
    path = saved(tmp_path, name, make())
    limit = next(key for key, value in asdict(limits).items() if value != getattr(DEFAULT_LIMITS, key))
    check_file(path)
    with pytest.raises(UnsafeFileError, match=f"limit `{limit}`"):
        check_file(path, limits=limits)


@pytest.mark.parametrize(
    ("limit", "make"),
    [
        ("macros", lambda: in_xlsx("xl/vbaProject.bin", b"x")),
        ("external_links", lambda: xlsx(relations=relation("image", "http://192.0.2.1/"))),
        ("embedded", lambda: in_xlsx("xl/embeddings/oleObject1.bin", hostile.OLE)),
    ],
)
def test_a_trusted_workbook_may_hold_more(limit, make, tmp_path):
    path = saved(tmp_path, "a.xlsx", make())
    check_file(path, limits=replace(DEFAULT_LIMITS, **{limit: True}))
    with pytest.raises(UnsafeFileError, match=f"limit `{limit}`"):
        check_file(path)


def test_limits_cannot_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        DEFAULT_LIMITS.cells = 1


def test_a_folder_is_refused_and_a_missing_file_is_missing(tmp_path):
    with pytest.raises(UnsafeFileError, match="folder"):
        check_file(tmp_path)
    with pytest.raises(FileNotFoundError):
        check_file(tmp_path / "none.csv")


def test_a_link_in_an_archive_is_refused_even_with_a_harmless_target(tmp_path):
    with pytest.raises(UnsafeFileError, match="'xl/media' is a link"):
        check_file(saved(tmp_path, "a.xlsx", link("xl/media")))


def pieces(text, size):
    data = text.encode()
    return iter([data[start : start + size] for start in range(0, len(data), size)])


def scanned(text, size, *, ods):
    try:
        found = scan(pieces(text, size), Found(), len(text), ods=ods, watch=WATCH)
    except UncertainMarkupError:
        return None
    # The scan may take markup for text, the exact reading does not.
    return replace(found, text=0)


def parsed(text, size, *, ods):
    return replace(parse(pieces(text, size), Found(), len(text), ods=ods, watch=WATCH), text=0)


TEXTS = st.sampled_from(["", "x", "a > b", "&lt;c r=&quot;", "ŵ" * 9, "<!-- c -->", "1,234"])
ODS_CELLS = st.builds(
    lambda kind, text, times: {
        "full": f'<table:table-cell office:value-type="string"{times}><text:p>{text}</text:p></table:table-cell>',
        "empty": f"<table:table-cell{times}/>",
        "closed": f"<table:table-cell{times}></table:table-cell>",
        "value": f'<table:table-cell{times} office:value-type="float" office:value="1"/>',
        "covered": f"<table:covered-table-cell{times}/>",
        "note": f"<table:table-cell{times}><text:p><text:span>{text}</text:span></text:p></table:table-cell>",
    }[kind],
    st.sampled_from(["full", "empty", "closed", "value", "covered", "note"]),
    TEXTS,
    st.sampled_from(["", ' table:number-columns-repeated="3"', " table:number-columns-repeated='700'"]),
)
ODS_ROWS = st.builds(
    lambda cells, times: hostile.row("".join(cells), times),
    st.lists(ODS_CELLS, min_size=1, max_size=4),
    st.sampled_from([None, None, 2, 500]),
)
ODS_TABLES = st.builds(lambda rows: table("".join(rows)), st.lists(ODS_ROWS, max_size=5))
XLSX_ROWS = st.lists(
    st.tuples(
        st.integers(1, 900),
        st.lists(st.sampled_from(["A", "b", "Z", "AA", "ABC"]), max_size=4, unique=True).map(
            lambda letters: sorted(letters, key=lambda name: (len(name), name.upper()))
        ),
        TEXTS,
    ),
    max_size=6,
    unique_by=lambda line: line[0],
).map(sorted)


@settings(max_examples=60, deadline=None)
@given(tables=st.lists(ODS_TABLES, max_size=3), size=st.sampled_from([200, 1_000, 100_000]))
def test_the_fast_scan_lays_out_an_ods_as_the_exact_reading_does(tables, size):
    text = content("".join(tables))
    exact = parsed(text, size, ods=True)
    assert scanned(text, size, ods=True) in (None, exact)


@settings(max_examples=60, deadline=None)
@given(rows=XLSX_ROWS, size=st.sampled_from([200, 1_000, 100_000]))
def test_the_fast_scan_lays_out_an_xlsx_as_the_exact_reading_does(rows, size):
    text = hostile.worksheet(
        "".join(
            f'<row r="{line}">'
            + "".join(f'<c r="{letters}{line}" t="str"><v>{text}</v></c>' for letters in cells)
            + "</row>"
            for line, cells, text in rows
        )
    )
    exact = parsed(text, size, ods=False)
    assert scanned(text, size, ods=False) in (None, exact)


@pytest.mark.parametrize("ods_file", [True, False])
def test_the_fast_scan_decides_plain_tables_itself(ods_file):
    if ods_file:
        text = content(table(row(ODS_CELL * 8 + '<table:table-cell table:number-columns-repeated="99"/>') * 200))
    else:
        text = hostile.worksheet("".join(f'<row r="{n}"><c r="H{n}" t="s"><v>1</v></c></row>' for n in range(1, 201)))
    found = scanned(text, 3_000, ods=ods_file)
    assert (found.sheets, found.rows, found.columns) == (1, 200, 8)
