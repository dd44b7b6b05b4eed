"""How old the evidence is, and that a front page says so when it is older than a quarter."""

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from cseanalysis import load_figures, load_results, read_table
from cseanalysis.study.data.project import find_project, read_to
from cseanalysis.study.data.reported import load_evidence
from cseanalysis.study.evidence.age import check_age, evidence_in_words, evidence_of, said_age
from cseanalysis.study.evidence.counted import columns_of, rows_of, with_columns, with_counts, write_counts

ROOT = Path(__file__).resolve().parents[2]
READ = dt.date(2026, 11, 28)
QUARTER_ON, DAY_AFTER = dt.date(2027, 2, 28), dt.date(2027, 3, 1)  # 92 and 93 days later
LATE = "This edition is dated 1 March 2027; its evidence was read up to 28 November 2026, more than a quarter earlier."


def test_a_front_page_says_that_the_evidence_is_old_from_the_day_after_a_quarter_on():
    assert said_age(READ, READ) == said_age(READ, QUARTER_ON) == ""
    assert said_age(READ, DAY_AFTER) == LATE
    assert said_age(READ, DAY_AFTER, "Version 9").startswith("Version 9 is dated")


def test_an_edition_dated_more_than_a_quarter_after_its_evidence_is_refused_unless_its_front_page_says_so():
    check_age(READ, QUARTER_ON, "Nothing on age.")
    check_age(READ, DAY_AFTER, f"Before. {LATE} After.")
    with pytest.raises(ValueError, match=r"93 days earlier .* but its front page does not say so"):
        check_age(READ, DAY_AFTER, "Nothing on age.")


def test_a_front_page_that_calls_newer_evidence_old_is_refused_too():
    with pytest.raises(ValueError, match=r"92 days earlier .* yet its front page says that it is more"):
        check_age(READ, QUARTER_ON, LATE)


def test_the_day_of_reading_is_said_once_and_a_wrong_one_is_named(empty_study):
    sources = empty_study / "data/raw/sources.toml"
    project = find_project(empty_study)
    tables = "[files]\n[publications]\n"
    sources.write_text(f'read_to = "2026-11-28"\n{tables}')
    assert read_to(project) == READ
    for wrong in ("", 'read_to = "November 2026"\n'):
        sources.write_text(wrong + tables)
        with pytest.raises(ValueError, match=r"read_to is .* must be the day up to which the evidence has been read"):
            read_to(project)


def test_newest_periods_are_counted_from_the_tables_and_money_for_years_to_come_is_left_out():
    figures = {
        "a": SimpleNamespace(id="a", unit="offences", period_end=dt.date(2024, 12, 31)),
        "b": SimpleNamespace(id="b", unit="offences", period_end=dt.date(2025, 3, 31)),
        "c": SimpleNamespace(id="c", unit="pounds", period_end=dt.date(2029, 3, 31)),
        "d": SimpleNamespace(id="d", unit="offences", period_end=None),
    }
    event = SimpleNamespace(start=dt.date(2023, 4, 3))
    inputs = SimpleNamespace(
        figures=figures,
        recorded=pd.DataFrame({"period_start": pd.to_datetime(["2022-10-01", "2023-04-01"])}),
        outcomes=pd.DataFrame({"period_start": pd.to_datetime(["2019-01-01"])}),
        revision=pd.DataFrame({"financial_year": ["2017/18", "2017/18"], "quarter": [1, 4]}),
        forces=pd.DataFrame({"population_mid_2023": [1]}),
        recording=[event, SimpleNamespace(start=None)],
        interventions=[],
    )
    found = evidence_of(find_project(ROOT), inputs, {"a"})
    assert {row["id"]: row["until"] for row in found["newest"]} == {
        "recorded_offences": "2023-06-30",
        "revision_2017_18": "2018-03-31",
        "outcomes": "2019-03-31",
        "force_population": "2023-06-30",
        "figures": "2025-03-31",
        "figures_used": "2024-12-31",
        "recording_changes": "2023-04-03",
    }
    inputs.outcomes = inputs.outcomes.iloc[:0]
    inputs.revision = pd.DataFrame({"financial_year": ["2017/18"], "quarter": [1]})
    found = evidence_of(find_project(ROOT), inputs, set())
    newest = {row["id"]: row["until"] for row in found["newest"]}
    assert newest["revision_2017_18"] == "2017-06-30"
    assert "outcomes" not in newest, "a table without rows is about no period"


def test_the_results_say_how_far_was_read_and_what_the_newest_figures_are_about():
    evidence = load_evidence(ROOT)
    newest = {row["id"]: row["until"] for row in evidence["newest"]}
    assert evidence["read_to"] == read_to(find_project(ROOT)).isoformat()
    register = [figure for figure in load_figures(ROOT).values() if figure.unit != "pounds" and figure.period_end]
    used = {name for result in load_results(ROOT).values() for name in result.basis}
    assert newest["figures"] == max(figure.period_end for figure in register).isoformat()
    assert newest["figures_used"] == max(one.period_end for one in register if one.id in used).isoformat()
    last = read_table("recorded_offences", ROOT)["period_start"].max()
    assert newest["recorded_offences"] == (last + pd.offsets.QuarterEnd()).date().isoformat()


def test_the_first_page_of_the_repository_says_the_same_days():
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    days = evidence_in_words(load_evidence(ROOT))
    assert (
        f"The evidence was read up to {days['read_to']}. How recent the figures are is another matter: recorded "
        f"offences run to {days['recorded_offences']}, and the newest figure is of {days['figures']}." in text
    )


def test_results_without_their_age_are_refused(empty_study):
    from cseanalysis.study.data.reported import sealed

    (empty_study / "reports").mkdir()
    content = {key: {} for key in ("results", "tables", "period")}
    (empty_study / "reports" / "results.json").write_bytes(sealed(content))
    with pytest.raises(ValueError, match="does not say how far the evidence was read: run `make results`"):
        load_evidence(empty_study)


LOG = (
    "# Log\n\n<!-- rows: counted by make data -->\n| file | rows | a row is |\n|---|---:|---|\n"
    "| `raw/a.csv` | 9 | a thing |\n| `judgement/b.csv` | 1 | why |\n<!-- end of rows -->\n\n"
    "| `raw/a.csv` | 9 | elsewhere |\n"
)


def test_the_rows_of_the_data_log_are_counted_and_its_words_are_left(empty_study):
    (empty_study / "data/raw/a.csv").write_text('n,text\n1,"two\nlines"\n2,x\n\n')
    (empty_study / "data/raw/recorded_offences_2026-07-23.csv").write_text("n\n1\n")
    (empty_study / "data/judgement/b.csv").write_text("a,reason\n" + "1,r\n" * 1234)
    log = empty_study / "data/README.md"
    project = find_project(empty_study)
    write_counts(project)
    assert not log.exists()
    log.write_text(LOG)
    write_counts(project)
    counted = log.read_text()
    assert "| `raw/a.csv` | 2 | a thing |\n| `judgement/b.csv` | 1,234 | why |" in counted
    assert "| `raw/a.csv` | 9 | elsewhere |" in counted
    assert with_counts(counted, rows_of(project)) == counted


def test_a_table_that_the_data_log_does_not_tell_of_is_named_and_so_is_one_that_is_gone():
    with pytest.raises(ValueError, match=r"has no line for data/raw/c.csv; a line is \| `raw/c.csv` \| 0"):
        with_counts(LOG, {"raw/a.csv": 1, "judgement/b.csv": 1, "raw/c.csv": 1})
    with pytest.raises(ValueError, match=r"a table that is not there: data/judgement/b\.csv"):
        with_counts(LOG, {"raw/a.csv": 1})
    with pytest.raises(ValueError, match="no table between its two marks"):
        with_counts("# Log\n", {})


def test_the_data_log_of_the_study_is_up_to_date():
    text, project = (ROOT / "data/README.md").read_text(encoding="utf-8"), find_project(ROOT)
    assert with_counts(text, rows_of(project)) == text, "run make data"
    assert with_columns(text, project) == text, "run make data"
    for name, columns in columns_of(project).items():
        section = text.partition(f"### `{name}`\n")[2].partition("\n### ")[0]
        assert all(f"| `{column}` | " in section for column in columns), name


MARKS = "# Log\n\n<!-- columns: from data/columns.csv, by make data -->\nold\n<!-- end of columns -->\nend\n"


def described(root, words):
    (root / "data/raw/a_2026-07-23.csv").write_text("n,reason\n1,x\n")
    (root / "data/raw/a_2026-07-24.csv").write_text("n,reason\n1,x\n")
    (root / "data/columns.csv").write_text(f"table,column,holds\n{words}")
    return with_columns(MARKS, find_project(root))


def test_the_columns_of_every_table_are_listed_in_their_words(empty_study):
    assert with_columns(MARKS, find_project(empty_study)) == MARKS
    told = described(empty_study, "*,reason,why\na,n,how many\n")
    assert "### `raw/a`\n\n| column | holds |\n|---|---|\n| `n` | how many |\n| `reason` | why |\n" in told
    assert "\nold\n" not in told
    assert told.endswith("<!-- end of columns -->\nend\n")
    assert told.count("### `raw/a`") == 1


def test_a_column_without_words_and_words_without_a_column_are_named(empty_study):
    with pytest.raises(ValueError, match="no words for the column n of raw/a; add a row a,n,what it holds"):
        described(empty_study, "*,reason,why\n")
    with pytest.raises(ValueError, match="has words for a, m, which no table has; take it out"):
        described(empty_study, "*,reason,why\na,n,how many\na,m,nothing\n")
    with pytest.raises(ValueError, match="no place between its two marks of columns"):
        with_columns("# Log\n", find_project(empty_study))


def test_no_other_file_than_the_register_of_sources_holds_the_day_for_the_study():
    day = json.dumps(read_to(find_project(ROOT)).isoformat())
    homes = [
        path.name
        for folder in ("data/raw", "data/judgement", "src/cseanalysis/study", "src/cseanalysis/report", "notebooks")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".toml", ".csv", ".py", ".ipynb", ".md"} and f"read_to = {day}" in path.read_text("utf-8")
    ]
    # project.py shows in an error how it is written
    assert set(homes) - {"project.py"} == {"sources.toml"}
