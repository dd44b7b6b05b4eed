import hashlib
import threading
import tomllib
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from cseanalysis.clean import UnmappedLabelError
from cseanalysis.read import Limits, UnsafeFileError
from cseanalysis.study.data import releases
from cseanalysis.study.data.project import ChecksumError, Project, check_raw, load_sources
from cseanalysis.study.data.releases import add_release
from cseanalysis.study.data.revisions import describe_changes, newest_release, release_triangle

OLD = """financial_year,quarter,force_name,code_19D,code_86,source
2022/23,4,Kent,10,5,first
2022/23,4,Gwent,-1,0,first
2023/24,1,Kent,20,7,first
2023/24,1,Gwent,3,1,first
"""
REGISTER = """# A comment that stays.

[files."recorded_offences.csv"]
publisher = "Home Office"
title = "Police recorded crime open data: Police Force Area tables (release of late 2023)"
address = "https://example.org/page"
published = "2023-10-19"
accessed = "2026-11-21"
licence = "Open Government Licence v3.0"
sha256 = "{sha256}"
tier = "A"
caveats = []

[publications.first]
publisher = "Home Office"
title = "First release"
address = ""
published = "2023-10-19"
tier = "A"
licence = "Open Government Licence v3.0"
"""
HEADER = "Financial Year,Financial Quarter,Force Name,Offence Description,Offence Code,Number of Offences"
# 2023/24 quarter 1 again, one count of it revised, and the quarter after it.
NEW = [
    ("2023/24", 1, "Kent", "19D", 25),
    ("2023/24", 1, "Kent", "86", 7),
    ("2023/24", 1, "Gwent", "19D", 3),
    ("2023/24", 1, "Gwent", "86", 1),
    ("2023/24", 2, "Kent", "19D", 30),
    ("2023/24", 2, "Kent", "86", 9),
    ("2023/24", 2, "Gwent", "19D", 4),
    ("2023/24", 2, "Gwent", "86", -2),
    ("2023/24", 2, "Action Fraud", "AF", 99),
    ("2023/24", 2, "Kent", "4.10", 8),
]
OPTIONS = {"layout": "home-office-recorded-crime", "published": "2024-01-25", "accessed": "2026-11-22"}


@pytest.fixture
def project(tmp_path):
    raw = tmp_path / "study" / "data" / "raw"
    raw.mkdir(parents=True)
    (raw / "recorded_offences.csv").write_text(OLD, encoding="utf-8")
    digest = hashlib.sha256(OLD.encode()).hexdigest()
    (raw / "sources.toml").write_text(REGISTER.format(sha256=digest), encoding="utf-8")
    return Project(tmp_path / "study")


@pytest.fixture
def publish(tmp_path):
    def write(rows=NEW, name="prc-pfa-mar2013-onwards-tables-250124.csv"):
        path = tmp_path / name
        lines = [f"{year},{quarter},{force},a,{code},{count}" for year, quarter, force, code, count in rows]
        path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
        return path

    return write


def everything(project):
    return {path.name: path.read_bytes() for path in project.raw.iterdir()}


def test_a_release_is_kept_beside_the_older_one_and_the_series_run_to_its_newest_quarter(project, publish):
    before = everything(project)
    assert add_release(project, publish(), **OPTIONS).added
    check_raw(project)
    after = everything(project)
    assert after["recorded_offences.csv"] == before["recorded_offences.csv"]
    assert after["sources.toml"].startswith(before["sources.toml"])
    key = "ho_prc_pfa_2024_01_25"
    expected = pd.DataFrame(
        [
            ("2022/23", "4", "Kent", "10", "5", "first"),
            ("2022/23", "4", "Gwent", "-1", "0", "first"),
            ("2023/24", "1", "Gwent", "3", "1", key),
            ("2023/24", "1", "Kent", "25", "7", key),
            ("2023/24", "2", "Gwent", "4", "-2", key),
            ("2023/24", "2", "Kent", "30", "9", key),
        ],
        columns=["financial_year", "quarter", "force_name", "code_19D", "code_86", "source"],
        dtype="str",
    )
    assert_frame_equal(newest_release(project), expected)


def test_the_register_says_where_a_release_is_from(project, publish):
    path = publish()
    title = 'Tables "as published", C:\\tables'
    add_release(project, path, **OPTIONS, title=title, publisher="The Office", licence="Theirs")
    sources = load_sources(project)
    entry = sources["files"]["recorded_offences_2024-01-25.csv"]
    assert entry["title"] == title
    assert (entry["publisher"], entry["licence"]) == ("The Office", "Theirs")
    assert (entry["published"], entry["accessed"]) == ("2024-01-25", "2026-11-22")
    assert entry["address"] == "https://example.org/page"
    assert entry["original"] == path.name
    assert entry["original_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert "Rows are 2 police forces, 2023/24 quarter 1 to 2023/24 quarter 2." in entry["caveats"]
    assert sources["publications"]["ho_prc_pfa_2024_01_25"]["title"] == title


def test_what_a_release_changes_is_shown_before_it_is_added(project, publish):
    before = everything(project)
    shown = []
    changes = add_release(project, publish(), **OPTIONS, confirm=lambda found: bool(shown.append(found)))
    assert shown == [changes]
    assert not changes.added
    assert everything(project) == before
    assert changes.new_quarters == ("2023/24 quarter 2",)
    assert changes.compared == 4
    assert changes.revised.values.tolist() == [["2023/24", "1", "Kent", "19D", 20, 25]]
    assert changes.totals.query("financial_year == '2023/24'").values.tolist() == [
        ["2023/24", "child_only", 23, 1, 62, 2],
        ["2023/24", "image", 8, 1, 15, 2],
    ]
    assert describe_changes(changes).splitlines() == [
        "recorded_offences_2024-01-25.csv: 1 new quarter (2023/24 quarter 2)",
        "it holds 4 rows of 2 police forces, 2023/24 quarter 1 to 2023/24 quarter 2",
        "1 count revised of 4 that were there",
        "  2023/24 quarter 1, Kent, code 19D: 20 before, 25 now",
        "  2023/24 child_only, territorial forces: 23 before, 62 now, 2 quarters",
        "  2023/24 image, territorial forces: 8 before, 15 now, 2 quarters",
        "less than before: it begins later than the release before it: with 2023/24 quarter 1, not 2022/23 quarter 4.",
    ]


def test_a_force_that_leaves_a_quarter_is_shown_and_not_taken_for_nought(project, publish):
    changes = add_release(project, publish([row for row in NEW if row[2] != "Gwent"]), **OPTIONS)
    assert changes.revised["after"].isna().sum() == 2
    assert "2023/24 quarter 1, Gwent, code 19D: 3 before, no count now" in describe_changes(changes)


def test_releases_of_the_same_quarters_form_a_triangle(project, publish):
    add_release(project, publish(), **OPTIONS)
    triangle = release_triangle(project)
    expected = pd.DataFrame(
        {"2023-10-19": [9, 23, None], "2024-01-25": [None, 28, 34]},
        index=pd.MultiIndex.from_tuples(
            [("2022/23", "4"), ("2023/24", "1"), ("2023/24", "2")], names=["financial_year", "quarter"]
        ),
        dtype="Int64",
    )
    assert_frame_equal(triangle, expected, check_index_type=False)


def test_an_older_release_is_kept_and_changes_nothing(project, publish):
    before = newest_release(project)
    older = publish([row for row in NEW if row[1] == 1])
    changes = add_release(project, older, **OPTIONS | {"published": "2023-07-20"})
    assert changes.new_quarters == ()
    assert len(changes.revised) == 0
    assert_frame_equal(newest_release(project), before)
    assert release_triangle(project).columns.tolist() == ["2023-07-20", "2023-10-19"]


def test_a_release_stands_once(project, publish):
    path = publish()
    add_release(project, path, **OPTIONS)
    before = everything(project)
    with pytest.raises(ValueError, match="is the release of 2024-01-25 already"):
        add_release(project, publish(NEW[:4], "other.csv"), **OPTIONS)
    with pytest.raises(ValueError, match=r"is registered already, as recorded_offences_2024-01-25\.csv"):
        add_release(project, path, **OPTIONS | {"published": "2024-04-25"})
    assert everything(project) == before


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (NEW[1:], r"1 counts that the file leaves out; missing is not zero: 2023/24 / 1 / Kent / code_19D"),
        ([row for row in NEW if row[3] != "86"], "no row of the codes 86"),
        ([*NEW, ("2023/24", 2, "Nowhere", "86", 1)], "'Nowhere'"),
    ],
)
def test_an_incomplete_or_unknown_release_is_refused_and_nothing_is_kept(project, publish, rows, message):
    before = everything(project)
    with pytest.raises(ValueError, match=message):
        add_release(project, publish(rows), **OPTIONS)
    assert everything(project) == before


def test_a_count_of_the_study_that_stands_twice_is_refused_after_the_reader_has_warned_of_the_row(project, publish):
    before = everything(project)
    with (
        pytest.warns(UserWarning, match="1 row has the labels of an earlier row .* Kent / a / 19D stands 2 times"),
        pytest.raises(ValueError, match="2 counts that stand more than once: 2023/24 / 1 / Kent / code_19D"),
    ):
        add_release(project, publish([*NEW, NEW[0]]), **OPTIONS)
    assert everything(project) == before


def test_a_row_outside_the_study_that_stands_twice_is_named_and_changes_no_count_of_it(project, publish):
    twice = ("2023/24", 2, "Kent", "17Z", 5)
    with pytest.warns(UserWarning, match=r"Kent / a / 17Z stands 2 times, with 5, 5\."):
        changes = add_release(project, publish([*NEW, twice, twice]), **OPTIONS)
    assert changes.totals["after"].max() < 5000
    assert changes.added


def test_a_code_that_no_rule_covers_is_named_and_in_no_total(project, publish):
    # 4.10 is known to concern something else; of 17Z nobody knows, and it may concern children.
    rows = [*NEW, ("2023/24", 2, "Kent", "17Z", 5000), ("2023/24", 2, "Kent", "X\x1b[2J", 1)]
    changes = add_release(project, publish(rows), **OPTIONS)
    assert changes.unknown_codes == ("17Z (a)", "X [2J (a)")
    said = describe_changes(changes).splitlines()[-1]
    assert said.startswith("left out: 2 codes unknown to the crosswalk of offences, whose counts are in no total")
    assert "17Z (a)" in said
    assert changes.totals["after"].max() < 5000
    caveats = load_sources(project)["files"]["recorded_offences_2024-01-25.csv"]["caveats"]
    assert any("17Z (a)" in caveat for caveat in caveats)


@pytest.mark.parametrize("code", ["71", "19d"])
def test_a_code_that_a_rule_counts_and_the_series_does_not_hold_is_refused(project, publish, code):
    before = everything(project)
    with pytest.raises(ValueError, match=rf"1 codes that the crosswalk .* no column for: {code} \("):
        add_release(project, publish([*NEW, ("2023/24", 2, "Kent", code, 5)]), **OPTIONS)
    assert everything(project) == before


def test_a_newer_release_that_holds_less_says_so(project, publish):
    add_release(project, publish(), **OPTIONS)
    short = publish([row for row in NEW if row[1] == 1 and row[2] != "Gwent"], "short.csv")
    changes = add_release(project, short, **OPTIONS | {"published": "2024-04-25"})
    assert changes.new_quarters == ()
    assert describe_changes(changes).splitlines()[-2:] == [
        "less than before: it ends earlier than what is there: with 2023/24 quarter 1, not 2023/24 quarter 2.",
        "less than before: it has no counts of Gwent in 1 quarter, whose totals would fall by what they recorded.",
    ]
    gap = publish([(y, 3 if q == 2 else q, f, c, n) for y, q, f, c, n in NEW], "gap.csv")
    changes = add_release(project, gap, **OPTIONS | {"published": "2024-07-25"})
    assert changes.shortfalls == ("it leaves out 2023/24 quarter 2.",)


def test_a_release_older_than_what_is_there_says_that_it_changes_nothing_and_how_far_it_differs(project, publish):
    # Without this line the reader sees 0 counts revised and takes the two for equal.
    changes = add_release(project, publish(), **OPTIONS | {"published": "2023-10-05"})
    assert changes.overtaken == (
        "1 quarter in that of 2023-10-19 too, and what is newer stays in force; counts in both: 4, of which differ: 1.",
    )
    assert f"not the newest: {changes.overtaken[0]}" in describe_changes(changes)


def test_a_release_that_holds_all_there_was_says_nothing_of_less(project, publish):
    add_release(project, publish(), **OPTIONS)
    rows = [*NEW, *[("2023/24", 3, force, code, 1) for force in ("Kent", "Gwent") for code in ("19D", "86")]]
    changes = add_release(project, publish(rows, "more.csv"), **OPTIONS | {"published": "2024-04-25"})
    assert changes.shortfalls == ()
    assert "less" not in describe_changes(changes)


def test_an_unknown_force_can_be_caught_by_its_label(project, publish):
    with pytest.raises(UnmappedLabelError) as caught:
        add_release(project, publish([*NEW, ("2023/24", 2, "Nowhere", "86", 1)]), **OPTIONS)
    assert caught.value.labels == ("Nowhere",)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layout": "of-some-other-kind"}, "no layout 'of-some-other-kind'; there are home-office-recorded-crime"),
        ({"layout": "ons-police-force-areas"}, "no series of ons-police-force-areas, .*; read_pfa_tables reads it"),
        ({"tier": "E"}, "tier='E' is none of A, B, C, D"),
        ({"published": "25/01/2024"}, "published='25/01/2024' is no day; write it as"),
        ({"published": "20240125"}, "published='20240125' is no day"),
        ({"published": "2027-01-01"}, "published on 2027-01-01, after it was accessed"),
        ({"expected_sha256": "0" * 64}, "has sha256 .*, not 0000"),
    ],
)
def test_an_option_that_cannot_be_right_is_refused(project, publish, options, message):
    with pytest.raises(ValueError, match=message):
        add_release(project, publish(), **OPTIONS | options)


def test_a_file_that_is_not_there_is_named(project, tmp_path):
    with pytest.raises(FileNotFoundError, match="is no file; give the path or the https address"):
        add_release(project, tmp_path / "absent.ods", **OPTIONS)


def test_the_registered_hash_is_that_of_the_bytes_that_were_read(project, publish, tmp_path, monkeypatch):
    read, first = releases._read_published, publish()
    digest = hashlib.sha256(first.read_bytes()).hexdigest()
    link = tmp_path / "link.csv"
    link.symlink_to(first)
    second = publish([(*row[:4], row[4] + 1000) for row in NEW], name="second.csv")

    def read_after_the_link_moved(path, series, limits):
        link.unlink()
        link.symlink_to(second)
        return read(path, series, limits)

    monkeypatch.setattr(releases, "_read_published", read_after_the_link_moved)
    kept = add_release(project, link, **OPTIONS)
    entry = load_sources(project)["files"][kept.name]
    assert (entry["original"], entry["original_sha256"]) == ("link.csv", digest)
    table = pd.read_csv(project.raw / kept.name)
    assert table.query("force_name == 'Kent' and financial_year == '2023/24'")["code_19D"].tolist() == [25, 30]


def test_a_file_above_its_limits_is_refused_as_long_as_nobody_raises_them(project, publish):
    with pytest.raises(UnsafeFileError, match="limit `file_bytes`"):
        add_release(project, publish(), limits=Limits(file_bytes=100), **OPTIONS)
    with pytest.raises(UnsafeFileError, match="limit `columns`"):
        add_release(project, publish(), limits=Limits(columns=5), **OPTIONS)
    assert add_release(project, publish(), limits=Limits(columns=6), **OPTIONS).added


def test_altered_raw_data_stop_everything(project, publish):
    (project.raw / "recorded_offences.csv").write_text(OLD.replace("20", "21"), encoding="utf-8")
    with pytest.raises(ChecksumError, match=r"recorded_offences\.csv has changed"):
        add_release(project, publish(), **OPTIONS)


def test_when_the_register_cannot_be_written_no_table_is_left(project, publish, monkeypatch):
    write = releases.write_atomic

    def fail(path, content):
        if path.name == "sources.toml":
            raise OSError(28, "No space left on device")
        write(path, content)

    before = everything(project)
    monkeypatch.setattr(releases, "write_atomic", fail)
    with pytest.raises(OSError, match="No space left"):
        add_release(project, publish(), **OPTIONS)
    assert everything(project) == before


def test_an_address_is_pinned_on_first_use(project, publish, tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr("cseanalysis.study.data.fetch._SCHEMES", ("https", "http"))
    publish()

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/prc-pfa-mar2013-onwards-tables-250124.csv"
        try:
            add_release(project, address, **OPTIONS)
            publish(NEW[:8])
            before = everything(project)
            with pytest.raises(ChecksumError, match="is not the one with sha256"):
                add_release(project, address, **OPTIONS | {"published": "2024-04-25"})
        finally:
            server.shutdown()
            thread.join()
    assert everything(project) == before
    register = tomllib.loads((project.raw / "sources.toml").read_text(encoding="utf-8"))
    assert register["files"]["recorded_offences_2024-01-25.csv"]["address"] == address
