"""The force-by-force workbook of the study, held against the checklist in both formats."""

import errno
import hashlib
import os
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from checklist import problems, read_ods, read_xlsx

from cseanalysis import cli
from cseanalysis.export.ods import ods_bytes
from cseanalysis.register import Figure
from cseanalysis.study import find_project, load_figures
from cseanalysis.study.lookup import not_printed
from cseanalysis.study.recorded import force_book
from cseanalysis.study.recorded.forces import all_forces

ROOT = Path(__file__).resolve().parents[2]


def a_figure(name, geography, **changes):
    given = {
        "id": name,
        "statement": "Arrests",
        "published": "=over 550",
        "qualifier": "more_than",
        "low": 550,
        "high": None,
        "rounded_to": None,
        "unit": "arrests",
        "base": "",
        "definition": "force_answer",
        "category": "arrests",
        "ages": "under 18",
        "sex": "any",
        "geography": geography,
        "coverage": "whole",
        "period_start": date(2022, 1, 1),
        "period_end": date(2022, 12, 31),
        "period_type": "calendar_year",
        "time_basis": "arrested",
        "counter": "flow",
        "stage": "early",
        "status": "management_information",
        "tier": "C",
        "source": "vkpp23",
        "locator": "unknown",
        "known_share": "",
        "unknown_share": "",
        "breaks": (),
        "supersedes": (),
        "conflicts_with": (),
        "relays": "",
        "note": "",
    }
    return Figure(**given | changes)


@pytest.fixture
def planted(monkeypatch):
    figures = {name: a_figure(name, area) for name, area in (("F1", "Kent"), ("F2", "Rotherham"), ("F3", "Kent"))}
    monkeypatch.setattr(force_book, "load_figures", lambda root: figures)


@pytest.mark.usefixtures("planted")
def test_the_workbooks_hold_to_the_checklist_and_are_the_same_twice_with_every_table_made_once(tmp_path, monkeypatch):
    pytest.importorskip("gptables")
    written, made = [], []
    for name in ("force_figures", "force_table", "force_totals"):
        real = getattr(force_book, name)
        monkeypatch.setattr(force_book, name, lambda *given, name=name, real=real: made.append(name) or real(*given))
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        paths = force_book.write_force_tables(
            find_project(ROOT), xlsx=folder / "f.xlsx", ods=folder / "f.ods", csv=folder / "csv"
        )
        written.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths})
    assert written[0] == written[1]
    assert made == ["force_figures", "force_table", "force_totals"] * 2
    assert len(written[0]) == 11
    for read, name in ((read_xlsx, "f.xlsx"), (read_ods, "f.ods")):
        document = read((tmp_path / "a" / name).read_bytes())
        assert problems(document) == []
        sizes = {tab.name: tab.tables[0][2] - tab.tables[0][1] for tab in document.tabs if tab.tables}
        assert sizes == {
            "Contents": 9,
            "Notes": 8,
            "Forces": 44,
            "Child_only_codes": 44,
            "Code_23": 44,
            "Code_86": 44,
            "Totals": 11,
            "Latest_counts": 264,
            "Published_figures": 3,
            "Provenance": 3,
        }
    forces = pd.read_csv(tmp_path / "a" / "csv" / "forces.csv")
    assert len(forces) == 44
    assert pd.read_csv(tmp_path / "a" / "csv" / "force_figures.csv")["published"].tolist() == ["'=over 550"] * 3


def test_without_published_figures_the_workbook_still_hangs_together(monkeypatch):
    monkeypatch.setattr(force_book, "load_figures", lambda root: {})
    book = force_book.force_book(ROOT)
    assert [sheet.name for sheet in book.sheets] == [
        "Forces",
        "Child_only_codes",
        "Code_23",
        "Code_86",
        "Totals",
        "Latest_counts",
    ]


def test_nowhere_to_write_to_is_said():
    with pytest.raises(ValueError, match="--xlsx"):
        force_book.write_force_tables(find_project(ROOT))


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A folder that looks like the study; its tables are planted, so that making them is seen."""
    for folder in ("data/raw", "data/processed", "notebooks", "reports/v0.1.0", "out"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("data/raw/figures.csv", "data/raw/sources.toml", "assumptions.toml", "reports/results.json"):
        (tmp_path / name).write_text("kept", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    made = []

    def tables(project):
        made.append(project)
        return {"forces": pd.DataFrame({"A": ["x"]}), "force_totals": pd.DataFrame({"A": ["x"]})}

    monkeypatch.setattr(force_book, "_tables", tables)
    monkeypatch.setattr(force_book, "_book", lambda project, tables: None)
    monkeypatch.setattr(force_book, "_plain", lambda book, tables: list(tables.items()))
    monkeypatch.setattr(force_book, "xlsx_bytes", lambda book: b"new xlsx")
    monkeypatch.setattr(force_book, "ods_bytes", lambda book: b"new ods")
    return tmp_path, made


def everything(folder):
    return {str(path.relative_to(folder)): path.is_file() and path.read_bytes() for path in folder.rglob("*")}


def run(monkeypatch, *words):
    """Return the message with which the command line ends."""
    monkeypatch.setattr("sys.argv", ["cseanalysis", *words])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return str(end.value.code)


@pytest.mark.parametrize(
    "words",
    [
        ("--xlsx", "data/raw/figures.csv"),
        ("--ods", "out/../data/raw/sources.toml"),
        ("--xlsx", "data/new.xlsx"),
        ("--csv", "data"),
        ("--csv", "data/raw/new"),
        ("--csv", "notebooks"),
        ("--ods", "assumptions.toml"),
        ("--xlsx", "reports/results.json"),
        ("--ods", "reports/v0.1.0/report.pdf"),
        ("--xlsx", "DATA/raw/figures.csv"),
        ("--xlsx", "link.xlsx"),
        ("--csv", "linked"),
    ],
)
def test_the_study_itself_is_never_written_over(study, monkeypatch, words):
    folder, made = study
    (folder / "link.xlsx").symlink_to(folder / "data" / "raw" / "figures.csv")
    (folder / "linked").symlink_to(folder / "data" / "processed")
    before = everything(folder)
    assert "is a part of the study" in run(monkeypatch, "forces", *words)
    assert (everything(folder), made) == (before, [])


@pytest.mark.parametrize(
    "words",
    [
        ("--xlsx", "out/a", "--ods", "out/a"),
        ("--xlsx", "out/a", "--ods", "out/../out/A"),
        ("--xlsx", "out/forces.csv", "--csv", "out"),
        ("--ods", "out/provenance.csv", "--csv", "out"),
        ("--xlsx", "out/new", "--csv", "out/new"),
    ],
)
def test_two_targets_are_two_files(study, monkeypatch, words):
    folder, made = study
    before = everything(folder)
    assert "in the place of another target" in run(monkeypatch, "forces", *words)
    assert (everything(folder), made) == (before, [])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--xlsx", "out/a.xlsx", "--ods", "none/a.ods"), "its folder does not exist; make it first: none/a.ods"),
        (("--xlsx", "out/a.xlsx", "--ods", "reports"), "is a folder; name a file: reports"),
        (("--xlsx", "out/a.xlsx", "--csv", "none/csv"), "its folder does not exist; make it first: none/csv"),
        (("--xlsx", "out/a.xlsx", "--csv", "a file"), "its folder does not exist; make it first: a file/forces.csv"),
    ],
)
def test_a_target_that_cannot_be_written_is_named_before_any_work(study, monkeypatch, words, said):
    folder, made = study
    (folder / "a file").touch()
    before = everything(folder)
    assert run(monkeypatch, "forces", *words) == f"error: {said}"
    assert (everything(folder), made) == (before, [])


@pytest.mark.parametrize("there", [True, False], ids=["a folder that is there", "a new folder"])
def test_a_failure_half_way_leaves_workbooks_and_folder_as_they_were(study, monkeypatch, there):
    folder, made = study
    (folder / "out" / "a.xlsx").write_text("old", encoding="utf-8")
    if there:
        (folder / "out" / "csv").mkdir()
        (folder / "out" / "csv" / "forces.csv").write_text("old", encoding="utf-8")
    before = everything(folder)
    calls = []

    def full(descriptor):
        calls.append(descriptor)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    said = run(monkeypatch, "forces", "--xlsx", "out/a.xlsx", "--ods", "out/a.ods", "--csv", "out/csv")
    assert said == "error: No space left on device: out/csv/forces.csv; free some space and run again"
    assert (everything(folder), len(made)) == (before, 1)


def test_a_csv_folder_is_made_and_what_else_lies_in_one_stays(study, monkeypatch, capsys):
    folder, _ = study
    for _ in range(2):
        assert run(monkeypatch, "forces", "--csv", "out/csv") == "0"
        (folder / "out" / "csv" / "mine.txt").touch()
    assert sorted(path.name for path in (folder / "out" / "csv").iterdir()) == [
        "force_totals.csv",
        "forces.csv",
        "mine.txt",
    ]
    assert "written: out/csv/forces.csv" in capsys.readouterr().out


def test_the_cure_for_a_folder_that_cannot_be_written_names_only_options_that_there_are(study, monkeypatch):
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, *more: "out" not in str(path) and real(path, *more))
    said = run(monkeypatch, "forces", "--xlsx", "out/a.xlsx")
    assert said == "error: Permission denied: out/a.xlsx; make the folder writable, or name another"

    def fail(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system", "there")

    monkeypatch.setattr("tempfile.mkdtemp", fail)
    assert run(monkeypatch, "data") == "error: Read-only file system: there; make the folder writable"


def test_a_path_that_looks_like_markup_is_printed_as_it_is(study, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    (study[0] / "out" / "[").mkdir()
    for path in ("out/[/b].xlsx", "out/:smile:.xlsx"):
        assert run(monkeypatch, "forces", "--xlsx", path) == "0"
        assert f"written: {path}\n" in capsys.readouterr().out


@pytest.mark.parametrize("message", ["No module named 'xyz'", 'XLSX needs xyz: run pip install "xyz"'])
def test_a_library_that_is_not_installed_ends_in_one_message_with_its_cure(study, monkeypatch, message):
    def missing(book):
        raise ModuleNotFoundError(message, name="xyz")

    monkeypatch.setattr(force_book, "xlsx_bytes", missing)
    before = everything(study[0])
    said = run(monkeypatch, "forces", "--xlsx", "out/a.xlsx")
    assert said.startswith(f"error: {message}")
    assert said.count('run pip install "xyz"') == 1
    assert everything(study[0]) == before


# Areas of the register that are wider than any force.
WIDER = {
    *(
        "England and Wales",
        "England",
        "Wales",
        "United Kingdom",
        "Great Britain",
        "England, Wales and Northern Ireland",
        "Yorkshire and the Humber",
    ),
    *("West Midlands region", "South West", "East of England"),
}


@pytest.fixture(scope="module")
def book():
    return force_book.force_book(ROOT)


def test_every_figure_of_the_register_about_a_force_or_a_place_is_in_the_workbook_and_no_other(book):
    figures = load_figures(ROOT)
    (listed,) = [sheet.table for sheet in book.sheets if sheet.name == "Published_figures"]
    assert sorted(listed["Figure"]) == sorted(name for name, each in figures.items() if each.geography not in WIDER)
    hidden = not_printed(ROOT)
    printed = [
        f"not printed: {hidden[name]}" if name in hidden else figures[name].published for name in listed["Figure"]
    ]
    assert listed["Published"].tolist() == printed
    document = read_ods(ods_bytes(book))
    assert problems(document) == []
    (forces,) = [tab for tab in document.tabs if tab.name == "Forces"]
    assert forces.tables[0][2] - forces.tables[0][1] == 44


def test_the_workbook_offers_no_rate_no_rank_and_no_sum_of_published_figures(book):
    headers = [header.lower() for sheet in book.sheets for header in sheet.table.columns]
    assert not [header for header in headers if "rank" in header or "rate" in header or "per 1" in header]
    (listed,) = [sheet.table for sheet in book.sheets if sheet.name == "Published_figures"]
    assert set(listed["Force"]) <= {*all_forces()["force"], "More than one force"}
