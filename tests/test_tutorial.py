"""The tutorial does what it says, in as few lines as it says."""

import re
from pathlib import Path

import pandas as pd

PAGE = Path(__file__).resolve().parent.parent / "docs" / "from_file_to_table.md"
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
