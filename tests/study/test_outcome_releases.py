"""Outcomes: what was read off the published files, and releases that are added, compared and refused."""

import gzip
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from cseanalysis import cli, read_table
from cseanalysis.study.data import fetch as fetching
from cseanalysis.study.data import releases
from cseanalysis.study.data.project import Project, check_raw, load_sources
from cseanalysis.study.data.releases import add_release, update_releases
from cseanalysis.study.data.revisions import describe_changes
from cseanalysis.study.data.series.listed import listed_releases
from cseanalysis.study.tidy import outcomes_table

ROOT = Path(__file__).resolve().parents[2]
CHILD_RAPE = {"19D", "19E", "19G", "19H"}


@pytest.fixture(scope="module")
def outcomes():
    return read_table("outcomes", ROOT)


def counted(table):
    """Offences recorded, charged so far, not yet assigned; outcomes and charges assigned in the quarter."""
    charged, not_yet = table["outcome_type"] == "1", table["outcome_type"] == "0"
    return [
        int(part[basis].sum())
        for part, basis in (
            (table, "of_recorded"),
            (table[charged], "of_recorded"),
            (table[not_yet], "of_recorded"),
            (table, "assigned"),
            (table[charged], "assigned"),
        )
    ]


@pytest.mark.parametrize(
    ("year", "in_the_year", "shares", "below"),
    [("2017/18", [53_362, 6_440], (7.7, 13.5), (171, -492)), ("2018/19", [60_340, 4_847], (5.0, 19.6), (13, -43))],
)
def test_the_child_only_codes_come_to_what_was_counted_in_the_published_files(
    outcomes, year, in_the_year, shares, below
):
    # Counted with other code from the same files, before there was this table.
    own = outcomes[(outcomes["financial_year"] == year) & (outcomes["offence_scope"] == "child_only")]
    recorded, charged, not_yet, *both = counted(own)
    assert both == in_the_year
    assert (round(100 * charged / recorded, 1), round(100 * not_yet / recorded, 1)) == shares
    netted = own.loc[(own["outcome_type"] == "0") & (own["of_recorded"] < 0), "of_recorded"]
    assert (len(netted), int(netted.sum())) == below


@pytest.mark.parametrize(
    ("codes", "year", "quarter", "expected"),
    [
        (CHILD_RAPE, "2017/18", "1", [4254, 380, 491, 3181, 507]),
        (CHILD_RAPE, "2018/19", "4", [4424, 118, 1606, 4649, 331]),
        ({"71"}, "2018/19", "1", [264, 37, 58, 210, 35]),
        ({"88A"}, "2017/18", "2", [920, 169, 131, 663, 123]),
        ({"86"}, "2018/19", "4", [7282, 336, 1891, 6445, 863]),
    ],
)
def test_single_quarters_come_to_what_was_counted_in_the_published_files(outcomes, codes, year, quarter, expected):
    chosen = outcomes[outcomes["offence_code"].isin(codes) & (outcomes["financial_year"] == year)]
    assert counted(chosen[chosen["quarter"] == quarter]) == expected


def test_over_all_types_the_first_count_gives_the_offences_of_an_earlier_release(outcomes):
    # What the caveats of the files say of the distance, force by force where it is largest.
    recorded = read_table("recorded_offences", ROOT)
    years = ["2017/18", "2018/19"]
    assert outcomes.groupby("financial_year")["of_recorded"].sum().tolist() == [82_427, 89_365]
    assert recorded.groupby("financial_year")["offences"].sum()[years].tolist() == [83_875, 90_125]
    first = outcomes[outcomes["financial_year"] == years[0]].groupby("force")["of_recorded"].sum()
    later = recorded[recorded["financial_year"] == years[0]].groupby("force")["offences"].sum()
    assert (first / later).sort_values().index[:2].tolist() == ["Dyfed-Powys", "Leicestershire"]
    assert (first["Dyfed-Powys"], later["Dyfed-Powys"]) == (689, 904)
    assert (first["Humberside"], later["Humberside"]) == (1674, 1911)


def test_a_count_that_is_not_there_is_empty_and_no_nought(outcomes):
    # Type 0 has no second count; of codes 71 and 73 in Bedfordshire's first quarter the publisher marks it as missing.
    missing = outcomes[outcomes["assigned"].isna() & (outcomes["outcome_type"] != "0")]
    assert set(missing["force"]) == {"Bedfordshire"}
    assert set(missing["offence_code"]) == {"71", "73"}
    assert len(missing) == 40
    assert outcomes.loc[outcomes["outcome_type"] == "0", "assigned"].isna().all()
    assert outcomes["of_recorded"].notna().all()


def test_every_label_of_the_outcomes_is_mapped(outcomes):
    assert not outcomes[["force", "offence_category", "offence_scope", "outcome_group"]].isna().any().any()
    assert outcomes["force"].nunique() == 44
    assert set(outcomes["offence_scope"]) == {"child_only", "familial", "image"}
    assert outcomes["release"].drop_duplicates().tolist() == [pd.Timestamp("2019-05-02"), pd.Timestamp("2020-02-27")]


RECORDED = """financial_year,quarter,force_name,code_19D,code_86,source
2022/23,4,Kent,10,5,first
2022/23,4,Gwent,-1,0,first
"""
REGISTER = """[files."recorded_offences.csv"]
publisher = "Home Office"
title = "Police recorded crime"
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
HEADER = (
    "Financial Year,Financial Quarter,Force Name,Offence Description,Offence Code,Outcome Description,Outcome Type,"
    "Force outcomes for offences recorded in quarter,Force outcomes recorded in quarter"
)
TYPES = {"0": "Not yet assigned", "1": "Charged/Summonsed", "1a": "Alternate offence", "18": "No suspect identified"}
# By quarter, force, code and type; every other cell is nought.
COUNTS = {
    ("1", "Kent", "19D", "0"): ("-2", "0"),
    ("1", "Kent", "19D", "1"): ("5", "7"),
    ("1", "Kent", "19D", "1a"): ("1", "2"),
    ("1", "Gwent", "86", "18"): ("3", "0"),
    ("2", "Kent", "86", "1"): ("0", "4"),
    ("2", "Gwent", "19D", "0"): ("6", "0"),
}
DAY = "2018-07-19"


def published(year="2017/18", changed=None, *, forces=("Kent", "Gwent"), quarters=("1", "2"), more=()):
    """Lines as they are published: a row for each type, noughts too."""
    counts = COUNTS | (changed or {})
    lines = [
        f"{year},{quarter},{force},a,{code},{words},{kind},{','.join(counts.get((quarter, force, code, kind), '00'))}"
        for quarter in quarters
        for force in forces
        for code in ("19D", "86")
        for kind, words in TYPES.items()
    ]
    return [HEADER, *lines, *more]


@pytest.fixture
def project(tmp_path, monkeypatch):
    study = tmp_path / "study"
    raw = study / "data" / "raw"
    raw.mkdir(parents=True)
    (study / "assumptions.toml").touch()
    (raw / "recorded_offences.csv").write_text(RECORDED, encoding="utf-8")
    digest = hashlib.sha256(RECORDED.encode()).hexdigest()
    (raw / "sources.toml").write_text(REGISTER.format(sha256=digest), encoding="utf-8")
    monkeypatch.chdir(study)
    return Project(study)


@pytest.fixture
def publish(tmp_path):
    def write(lines, name="outcomes.csv"):
        path = tmp_path / name
        content = ("\n".join(lines) + "\n").encode()
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


def add(project, path, day=DAY, **options):
    given = {"layout": "home-office-outcomes", "published": day, "accessed": "2026-11-29"}
    return add_release(project, path, **given, **options)


def everything(project):
    return {path.name: path.read_bytes() for path in project.raw.iterdir()}


def refused(project, monkeypatch, path, day=DAY):
    """Return the one message with which the command ends, and see that nothing was written."""
    before = everything(project)
    words = ["cseanalysis", "add", str(path), "--as", "home-office-outcomes", "--published", day, "--yes"]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert everything(project) == before
    message = str(end.value.code)  # words as an exit code are printed, and the code is 1
    assert message.startswith("error: ")
    return message


def test_a_release_keeps_what_was_counted_and_leaves_noughts_out(project, publish):
    changes = add(project, publish(published(), "outcomes.csv.gz"), tier="D", caveats=["The day is a guess."])
    assert (changes.added, changes.name) == (True, "outcomes_2018-07-19.csv")
    check_raw(project)
    assert (project.raw / changes.name).read_text(encoding="utf-8").splitlines() == [
        "financial_year,quarter,force_name,offence_code,outcome_type,of_recorded,assigned,source",
        "2017/18,1,Gwent,86,18,3,0,ho_prc_outcomes_2018_07_19",
        "2017/18,1,Kent,19D,0,-2,,ho_prc_outcomes_2018_07_19",
        "2017/18,1,Kent,19D,1,5,7,ho_prc_outcomes_2018_07_19",
        "2017/18,1,Kent,19D,1A,1,2,ho_prc_outcomes_2018_07_19",
        "2017/18,2,Gwent,19D,0,6,,ho_prc_outcomes_2018_07_19",
        "2017/18,2,Kent,86,1,0,4,ho_prc_outcomes_2018_07_19",
    ]
    entry = load_sources(project)["files"][changes.name]
    assert (entry["tier"], entry["publisher"], entry["original"]) == ("D", "Home Office", "outcomes.csv.gz")
    assert entry["title"] == "Police recorded crime outcomes open data, 2017/18 (release of 2018-07-19)"
    assert entry["caveats"][0] == "The day is a guess."
    assert any("1 counts are below zero" in caveat for caveat in entry["caveats"])


def test_what_a_first_release_brings_is_shown_with_the_sums_of_both_bases(project, publish):
    changes = add(project, publish(published()), confirm=lambda _: False)
    # 1a is part of 1: Kent's charges of 19D are 5 and 7, not 6 and 9.
    assert describe_changes(changes).splitlines() == [
        "outcomes_2018-07-19.csv: 2 new quarters (2017/18 quarter 1 to 2017/18 quarter 2)",
        "it holds 6 rows of 2 police forces, 2017/18 quarter 1 to 2017/18 quarter 2",
        "0 counts revised of 0 that were there",
        "  2017/18 child_only, outcomes assigned in the quarter, whenever recorded, territorial forces: "
        "not there before, 7 now, 2 quarters",
        "  2017/18 child_only, outcomes of the offences recorded in the quarter, territorial forces: "
        "not there before, 9 now, 2 quarters",
        "  2017/18 image, outcomes assigned in the quarter, whenever recorded, territorial forces: "
        "not there before, 4 now, 2 quarters",
        "  2017/18 image, outcomes of the offences recorded in the quarter, territorial forces: "
        "not there before, 3 now, 2 quarters",
        "not whole: it has no counts of 2017/18 quarter 3, 2017/18 quarter 4.",
    ]
    assert not (project.raw / changes.name).exists()


def test_two_releases_of_a_year_are_two_columns_and_the_second_shows_what_it_revises(project, publish):
    add(project, publish(published()))
    # An offence of type 0 was charged: a row that was nought, and so left out, is one of the revised.
    later = {("2", "Gwent", "19D", "0"): ("5", "0"), ("2", "Gwent", "19D", "1"): ("1", "1")}
    changes = add(project, publish(published(changed=later), "later.csv"), "2019-07-18")
    said = describe_changes(changes).splitlines()
    assert said[2:6] == [
        "3 counts revised of 12 that were there",
        "  2017/18 quarter 2, Gwent, code 19D, outcome type 0, outcomes of the offences recorded in the quarter: "
        "6 before, 5 now",
        "  2017/18 quarter 2, Gwent, code 19D, outcome type 1, outcomes assigned in the quarter, whenever recorded: "
        "0 before, 1 now",
        "  2017/18 quarter 2, Gwent, code 19D, outcome type 1, outcomes of the offences recorded in the quarter: "
        "0 before, 1 now",
    ]
    assert said[6].endswith("territorial forces: 7 before, 8 now, 2 quarters")
    table = outcomes_table(project)
    open_yet = table[(table["force"] == "Gwent") & (table["outcome_type"] == "0")]
    assert open_yet.set_index("release")["of_recorded"].to_dict() == {
        pd.Timestamp("2018-07-19"): 6,
        pd.Timestamp("2019-07-18"): 5,
    }
    assert "subset_of_charged_or_summonsed" in set(table["outcome_group"])


def test_a_release_older_than_the_one_that_is_there_becomes_an_older_column(project, publish):
    add(project, publish(published()), "2019-07-18")
    changes = add(project, publish(published(changed={("1", "Kent", "19D", "1"): ("4", "7")}), "older.csv"), DAY)
    assert len(changes.revised) == 0
    assert changes.overtaken == (
        "2 quarters in that of 2019-07-18 too, and what is newer stays in force; counts in both: 10, of which differ: "
        "1.",
    )
    assert outcomes_table(project)["release"].nunique() == 2


def test_years_that_are_published_on_one_day_stand_beside_each_other(project, publish):
    add(project, publish(published()))
    changes = add(project, publish(published("2016/17"), "other.csv"))
    assert changes.name == "outcomes_2018-07-19_2016-17.csv"
    assert changes.new_quarters == ("2016/17 quarter 1", "2016/17 quarter 2")
    check_raw(project)
    assert set(outcomes_table(project)["financial_year"]) == {"2016/17", "2017/18"}
    assert "ho_prc_outcomes_2018_07_19_2016_17" in load_sources(project)["publications"]


def test_a_year_without_a_force_that_another_year_has_says_so(project, publish):
    add(project, publish(published()))
    changes = add(project, publish(published("2018/19", forces=("Kent",)), "next.csv"), "2019-07-18")
    assert changes.gaps[-1] == "it has no counts of Gwent in 2 quarters."


def test_two_releases_of_one_day_that_differ_are_refused(project, publish, monkeypatch):
    add(project, publish(published()))
    other = publish(published(changed={("1", "Kent", "19D", "1"): ("6", "7")}), "other.csv")
    assert refused(project, monkeypatch, other) == (
        "error: outcomes_2018-07-19.csv is the release of 2018-07-19 already, and 1 of its counts are others in "
        "other.csv; a release stands once: give the day on which this one was published"
    )


def test_the_same_counts_in_another_file_are_no_second_release_of_the_day(project, publish, monkeypatch):
    add(project, publish(published()))
    packed = publish(published(), "packed.csv.gz")
    assert "is the release of 2018-07-19 already, with the same counts" in refused(project, monkeypatch, packed)


def test_a_release_said_to_be_older_that_holds_the_very_counts_of_a_newer_one_is_refused(project, publish, monkeypatch):
    # It would be a column of revisions that are all nought: the same release under a wrong day.
    add(project, publish(published()), "2019-07-18")
    message = refused(project, monkeypatch, publish(published(), "packed.csv.gz"), DAY)
    assert message.endswith(
        "has the very counts of outcomes_2019-07-18.csv, published on 2019-07-18, so it is that release and no older "
        "one of 2018-07-19; there is nothing to add"
    )


def test_a_copy_that_lost_its_noughts_and_marks_is_no_older_release(project, publish, monkeypatch):
    # Found with two copies of 2018/19: in one of them the counts that are marked as missing went with the noughts.
    marked = published(changed={("2", "Kent", "86", "1"): ("0", "NA")})
    add(project, publish(marked), "2019-07-18")
    lost = publish([line for line in marked if not line.endswith((",0,0", ",0,NA"))], "lost.csv")
    with pytest.warns(UserWarning, match="prints no row of noughts"):
        assert "has the very counts of outcomes_2019-07-18.csv" in refused(project, monkeypatch, lost, DAY)


def test_a_release_is_not_published_before_its_newest_quarter_has_ended(project, publish, monkeypatch):
    path = publish(published())
    for day in ("2017-07-20", "2017-09-30"):
        assert f"holds counts of 2017/18 quarter 2, which ended on 2017-09-30, so it was not published on {day}" in (
            refused(project, monkeypatch, path, day)
        )
    assert add(project, path, "2017-10-01").added


def test_a_code_that_no_rule_covers_is_named_and_in_no_sum_and_expired_ones_pass(project, publish):
    row = "2017/18,1,Kent,{words},{code},Charged/Summonsed,1,{first},5000"
    more = [row.format(code="17Z", words="a new offence", first=5000)]
    more += [row.format(code=code, words="expired", first="N/A - offence code expired") for code in ("20", "28")]
    changes = add(project, publish(published(more=more)))
    assert changes.unknown_codes == ("17Z (a new offence)",)
    assert "left out: 1 code unknown to the crosswalk of offences" in describe_changes(changes)
    assert changes.totals["after"].max() < 5000
    assert any("17Z" in words for words in load_sources(project)["files"][changes.name]["caveats"])


def test_an_outcome_type_that_no_rule_covers_is_refused_with_where_to_add_one(project, publish, monkeypatch):
    more = ["2017/18,1,Kent,a,86,A new\x1b[2J way,24,1,1"]
    assert refused(project, monkeypatch, publish(published(more=more))) == (
        "error: the crosswalk of outcomes has no rule for the outcome types 24 (A new [2J way), and nobody knows to "
        "which sum they belong: add a row for each to src/cseanalysis/clean/crosswalks/outcomes.csv, with its source"
    )


def test_an_empty_count_is_refused_and_a_marked_one_stays_empty(project, publish, monkeypatch):
    where = ("1", "Kent", "19D", "1")
    dashes = publish(published(changed={where: ("5", "--")}), "dashes.csv")
    assert "I3: '--' is neither a number nor a known marker" in refused(project, monkeypatch, dashes)
    message = refused(project, monkeypatch, publish(published(changed={where: ("5", "")})))
    assert message.startswith("error: 1 counts in the column 'Outcomes (closed basis)' are empty and not marked as")
    assert message.endswith("2017/18 / 1 / Kent / 19D / 1")
    changes = add(project, publish(published(changed={where: ("5", "NA")}), "marked.csv"))
    lines = (project.raw / changes.name).read_text(encoding="utf-8").splitlines()
    assert "2017/18,1,Kent,19D,1,5,,ho_prc_outcomes_2018_07_19" in lines
    assert any("there are 1 besides" in caveat for caveat in load_sources(project)["files"][changes.name]["caveats"])


def test_a_row_that_a_file_with_noughts_lacks_is_not_taken_for_one(project, publish, monkeypatch):
    lines = published()
    lines.remove("2017/18,2,Gwent,a,86,Charged/Summonsed,1,0,0")
    assert refused(project, monkeypatch, publish(lines)) == (
        "error: 1 counts that the file leaves out; missing is not zero: 2017/18 / 2 / Gwent / 86 / 1"
    )


def test_a_file_without_noughts_is_taken_with_a_warning(project, publish):
    lines = [line for line in published() if not line.endswith(",0,0")]
    with pytest.warns(UserWarning, match="prints no row of noughts, so a row that it lacks is taken for one"):
        assert add(project, publish(lines)).added


def test_a_row_that_stands_twice_is_refused(project, publish, monkeypatch):
    lines = [*published(), "2017/18,1,Kent,b,19D,Charged/Summonsed,01,5,7"]
    assert "2 counts that stand more than once: 2017/18 / 1 / Kent / 19D / 1; " in (
        refused(project, monkeypatch, publish(lines))
    )


@pytest.mark.parametrize("name", ["cut.csv", "cut.csv.gz"])
def test_a_file_that_ends_within_a_row_is_refused(project, publish, monkeypatch, name):
    path = publish(published(), name)
    content = path.read_bytes()
    path.write_bytes(content[: -len(content) // 5])
    assert name in refused(project, monkeypatch, path)


class _Cut(BaseHTTPRequestHandler):
    body = "\n".join(published()).encode()

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body) + 1))
        self.end_headers()
        self.wfile.write(self.body)


def test_a_download_that_is_shorter_than_announced_is_refused(project, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(fetching, "_SCHEMES", ("https", "http"))
    with ThreadingHTTPServer(("127.0.0.1", 0), _Cut) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            message = refused(project, monkeypatch, f"http://127.0.0.1:{server.server_port}/outcomes.csv")
        finally:
            server.shutdown()
            thread.join()
    length = len(_Cut.body)
    assert f"broke off after {length:,} of {length + 1:,} bytes; nothing was kept, try again" in message


LIST = """series,years,address,published,note
home-office-outcomes,2016/17,https://example.org/first.csv,2018-07-19,
home-office-outcomes,2017/18,https://example.org/second.csv,2018-07-19,
home-office-outcomes,2018/19,https://example.org/third.csv,2019-07-18,
home-office-outcomes,2005/06,https://example.org/old.ods,,no day in the name
"""


@pytest.fixture
def listed(project, publish, monkeypatch):
    """Three releases that are on the web, as far as the command can tell, and what was fetched of them."""
    (project.raw.parent / "releases.csv").write_text(LIST, encoding="utf-8")
    fetched = []

    def fetch(address, _folder, **_):
        name = address.rpartition("/")[2]
        fetched.append(name)
        return publish(published({"first": "2016/17", "second": "2017/18", "third": "2018/19"}[name[:-4]]), name)

    monkeypatch.setattr(releases, "fetch", fetch)
    return fetched


def update(monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["cseanalysis", "update", *words])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return str(end.value.code)


def test_an_update_fetches_what_is_listed_and_not_there_and_only_that(project, listed, monkeypatch, capsys):
    assert update(monkeypatch, "--yes") in {"0", "None"}
    printed = capsys.readouterr().out
    assert printed.startswith(
        "4 of the releases in data/releases.csv are not there\nnot fetched: home-office-outcomes, "
    )
    assert printed.count("added as data/raw/outcomes_") == 3
    assert listed == ["first.csv", "second.csv", "third.csv"]
    check_raw(project)
    assert len(outcomes_table(project)["financial_year"].unique()) == 3
    update(monkeypatch, "--yes")
    assert len(listed) == 3


def test_an_update_asks_about_each_release(project, listed):
    answers = iter([False, True, False])
    said = []
    update_releases(project, accessed="2026-11-29", confirm=lambda _: next(answers), say=said.append)
    assert [line for line in said if "added" in line] == [
        "not added",
        "added as data/raw/outcomes_2018-07-19.csv; now run make data results",
        "not added",
    ]
    assert set(outcomes_table(project)["financial_year"]) == {"2017/18"}


@pytest.mark.usefixtures("listed")
def test_without_a_network_an_update_ends_in_one_message(project, monkeypatch):
    def fail(address, *_, **__):
        raise ConnectionError(f"{address} could not be read whole (no network); nothing was kept, try again")

    monkeypatch.setattr(releases, "fetch", fail)
    before = everything(project)
    assert update(monkeypatch, "--yes") == (
        "error: https://example.org/first.csv could not be read whole (no network); nothing was kept, try again"
    )
    assert everything(project) == before


def test_a_listed_release_that_is_refused_does_not_stop_the_next(project, listed, monkeypatch, capsys):
    text = LIST.replace("first.csv,2018-07-19", "first.csv,2016-07-19")
    (project.raw.parent / "releases.csv").write_text(text, encoding="utf-8")
    assert update(monkeypatch, "--yes").startswith("error: 1 of 3 releases were refused, each for the reason above")
    assert "refused: first.csv holds counts of 2016/17 quarter 2, which ended on 2016-09-30" in capsys.readouterr().out
    assert listed == ["first.csv", "second.csv", "third.csv"]
    assert set(outcomes_table(project)["financial_year"]) == {"2017/18", "2018/19"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "data/releases.csv is missing"),
        (LIST.replace("years", "year"), "they must be series, years, address, published, note"),
        (LIST.replace(",2019-07-18,", ""), "line 4: it has not 5 cells"),
        (LIST + 'home-office-outcomes,"2015/16\n', "data/releases.csv is no CSV in UTF-8"),
        (LIST.encode("utf-16").decode("latin-1"), "the columns"),
        (LIST + "home-office-outcomes,2015/16,,2024-07-24,n\n", "address is empty; say it, or take the line out"),
    ],
)
def test_a_damaged_list_is_named(project, monkeypatch, text, message):
    if text is not None:
        (project.raw.parent / "releases.csv").write_text(text, encoding="utf-8")
    assert message in update(monkeypatch, "--yes")


def test_an_address_that_answers_no_more_does_not_stop_the_next_release(project, listed, monkeypatch, capsys):
    fetch = releases.fetch

    def gone(address, *given, **options):
        if "first" in address:
            raise fetching.NotThereError(f"{address} answers 404 Not Found; check the address")
        return fetch(address, *given, **options)

    monkeypatch.setattr(releases, "fetch", gone)
    assert update(monkeypatch, "--yes").startswith("error: 1 of 3 releases were refused, each for the reason above")
    assert "answers 404 Not Found; check the address" in capsys.readouterr().out
    assert listed == ["second.csv", "third.csv"]


def test_every_listed_release_can_be_asked_for():
    rows = listed_releases(Project(ROOT))
    assert {one.series for one in rows} == set(releases.LAYOUTS)
    assert len({one.address for one in rows}) == len(rows)
    for one in rows:
        fetching._check_address(one.address)
        if one.published:  # the last six digits of the name are the day
            assert one.address.rpartition(".")[0].endswith(
                f"{one.published[8:]}{one.published[5:7]}{one.published[2:4]}"
            )
        else:
            assert one.note


def test_a_force_that_stands_under_two_names_in_a_quarter_is_refused_and_not_added_up_twice(
    project, publish, monkeypatch
):
    again = [line.replace(",Kent,", ",Kent Police,") for line in published()[1:] if ",Kent," in line]
    assert refused(project, monkeypatch, publish(published(more=again))) == (
        "error: 1 forces stand under two names in one quarter, so their counts would be taken twice: 'Kent' and 'Kent "
        "Police'; keep one row of each"
    )


def test_a_file_of_noughts_or_without_forces_is_refused_in_words(project, publish, monkeypatch):
    noughts = publish(published(quarters=("3",)))  # of which nothing was counted
    assert "holds nothing but noughts" in refused(project, monkeypatch, noughts)
    totals = publish([line.replace(",Kent,", ",England and Wales,") for line in published(forces=("Kent",))])
    assert "no row of a police force" in refused(project, monkeypatch, totals)


def test_an_outcome_whose_words_are_those_of_another_number_is_refused(project, publish, monkeypatch):
    words = "Investigation complete - no suspect identified"
    slipped = [line.replace("Charged/Summonsed,1,", f"{words},1,") for line in published()]
    assert f"1 outcome types have the words of another one: 1 ({words}, which is 18)" in (
        refused(project, monkeypatch, publish(slipped))
    )
    # A charge for another offence has the words of a charge in some files, and is no other number.
    alternate = [line.replace("Alternate offence,1a,", "Charged/Summonsed,1a,") for line in published()]
    assert add(project, publish(alternate)).added
