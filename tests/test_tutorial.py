"""The pages do what they say: the tutorial in as few lines as it says, the others line by line."""

import doctest
import re
from pathlib import Path

import pandas as pd
import pytest
from matplotlib import pyplot

import cseanalysis

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "from_file_to_table.md"
SESSIONS = {  # and at least so many examples
    "bring_your_own_file": 14,
    "check_a_claim": 20,
    "how_long_cases_take": 25,
    "how_results_are_read": 12,
    "if_you_come_from_r": 9,
    "methods/chain_ladder": 10,
    "methods/cumulative_incidence": 15,
    "methods/implied_totals": 15,
    "methods/interrupted_series": 10,
    "methods/lists": 10,
    "methods/misclassification": 20,
    "methods/missing_attribute_shares": 15,
    "methods/nowcast": 10,
    "methods/sensitivity": 15,
    "scaling": 30,
    "what_may_be_compared": 40,
    "what_records_do_not_say": 35,
}
CODE = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
PUBLISHED = """\
Financial Year,Financial Quarter,Force Name,Offence Description,Offence Code,Number of Offences
2022/23,4,Gwent,Sexual grooming,88A,12
2022/23,4,"London, City of",Sexual grooming,88A,-1
2022/23,4,Gwent,Sexual activity involving a child under 13,21,5
2022/23,4,Gwent,Sexual activity involving child under 16,22B,6
2022/23,4,British Transport Police,Sexual grooming,88A,3
2022/23,4,Gwent,Threats or conspiracy to murder,3A,9
"""


def test_the_tutorial_takes_fewer_than_fifteen_lines():
    assert len([line for line in CODE.splitlines() if line.strip()]) < 15


def test_the_tutorial_gives_the_tidy_table_that_it_promises(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (name,) = re.findall(r'read_recorded_crime\("(.+?)\.ods"\)', CODE)
    Path(f"{name}.csv").write_text(PUBLISHED, encoding="utf-8")
    exec(compile(CODE.replace(".ods", ".csv"), PAGE.name, "exec"), {})
    assert "offence:88A:2017\n" in capsys.readouterr().out
    tidy = pd.read_csv("child_only_by_force_and_quarter.csv")
    assert tidy["period_start"].unique().tolist() == ["2023-01-01"]
    found = tidy[["force", "offence_category", "Number of Offences"]].sort_values(["force", "offence_category"])
    assert found.values.tolist() == [
        ["City of London", "sexual_grooming", -1],
        ["Gwent", "sexual_activity_with_a_child", 11],
        ["Gwent", "sexual_grooming", 12],
    ]


def run_session(text, name):
    """Run the examples of a page in their order, one after the other, and return the results and what went wrong."""
    examples = "\n".join(re.findall(r"^```pycon\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))
    session = doctest.DocTestParser().get_doctest(examples, {"checkout": ROOT}, name, f"{name}.md", 0)
    said = []
    return doctest.DocTestRunner(verbose=False).run(session, out=said.append), "".join(said)


@pytest.mark.parametrize("name", SESSIONS)
def test_every_example_of_a_page_answers_as_printed(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    found, said = run_session(text, name)
    pyplot.close("all")
    assert found.failed == 0, said
    assert found.attempted >= SESSIONS[name]
    assert found.attempted == len(re.findall(r"^>>> ", text, re.MULTILINE))  # none stands outside of what is run


def test_every_method_page_is_run():
    pages = {f"methods/{path.stem}" for path in (ROOT / "docs" / "methods").glob("*.md")} - {"methods/index"}
    assert len(pages) >= 9
    assert pages <= SESSIONS.keys()


def test_a_page_whose_answer_is_wrong_is_found_out():
    found, said = run_session("Text.\n\n```pycon\n>>> 1 + 1\n3\n```\n\n```pycon\n>>> 1 + 2\n3\n```\n", "planted")
    assert (found.failed, found.attempted) == (1, 2)
    assert "Got:" in said


def test_every_model_that_the_page_names_can_be_imported():
    from cseanalysis import models

    text = (ROOT / "docs" / "what_records_do_not_say.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|[^|]+\|([^|]+)\|[^|]+\|[^|]+\|$", text[: text.index("## Cases")], re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert len(named) >= 16
    assert named <= set(models.__all__)


def test_the_coverage_that_the_page_tells_is_the_one_that_the_benchmark_found():
    page = (ROOT / "docs" / "what_records_do_not_say.md").read_text(encoding="utf-8")
    found = (ROOT / "benchmarks" / "multiple_systems_coverage.py").read_text(encoding="utf-8").split('"""')[1]
    rows = re.findall(r"^\| `estimate_population`.*\n\| the same .*$", page, re.MULTILINE)
    told = [set(re.findall(r"[\d.]+%", row)) for row in rows]
    assert [len(numbers) for numbers in told] == [6, 6]  # two nominal levels, two coverages, two standard errors
    assert set.union(*told) <= set(re.findall(r"[\d.]+%", found))


def test_every_name_that_the_page_for_r_gives_is_there():
    page = (ROOT / "docs" / "if_you_come_from_r.md").read_text(encoding="utf-8")
    named = re.findall(r"`(models|sensitivity)\.(\w+)", page)
    assert len(named) >= 20
    assert [name for package, name in named if name not in getattr(cseanalysis, package).__all__] == []
